/* view_files.c - a person's file, an office's, certificates and courses as they are read. */
#include "roster/roster_int.h"

enum { ENDING_DAYS = 60 };

/* How the certificate c stands at ?1; ?2 is how soon "ending" begins. */
#define STANDING \
	" CASE WHEN EXISTS(SELECT 1 FROM certificate_time t WHERE t.certificate=c.id AND t.state='revoked' AND t.from_ms<=?1) THEN 'revoked'" \
	" WHEN EXISTS(SELECT 1 FROM certificate_time t WHERE t.certificate=c.id AND t.state='suspended' AND t.from_ms<=?1 AND (t.until_ms IS NULL OR t.until_ms>?1)) THEN 'suspended'" \
	" WHEN c.until_ms<=?1 THEN 'expired' WHEN c.from_ms>?1 THEN 'early' WHEN c.until_ms<=?2 THEN 'ending' ELSE 'good' END"
#define HOLDS_POST_IN(organ) "EXISTS(SELECT 1 FROM post p WHERE (p.a=n.id OR p.b=n.id) AND p.ended_ms IS NULL AND p.organ=" organ ")"

/* Names of kinds and days in words, on rows of certificates. */
static void finish_certificates(struct view_ctx *v, const struct json_build *rows, struct json_build *list)
{
	json_build_array(list, v->a);
	for (size_t i = 0; i < rows->value.count; i++) {
		const struct json *row = &rows->value.items[i], *words = roster_kind(v->c, v->a, "certificates", json_text(json_get(row, "kind")));
		struct json_build o;
		json_build_object(&o, v->a);
		for (size_t k = 0; k < row->count; k++)
			if (!str_eqz(row->members[k].key, "starts") && !str_eqz(row->members[k].key, "ends"))
				json_set_key(&o, row->members[k].key, &row->members[k].value);
		json_set_str(&o, "from_on", view_day(v, json_i64(json_get(row, "starts"), 0)));
		json_set_str(&o, "until_on", view_due(v, json_i64(json_get(row, "ends"), 0)));
		json_set_bool(&o, "is_suspended", str_eqz(json_text(json_get(row, "standing")), "suspended"));
		json_set_bool(&o, "is_revoked", str_eqz(json_text(json_get(row, "standing")), "revoked"));
		json_set_str(&o, "kind_name", json_text(json_get(words, "name")));
		json_set_str(&o, "kind_name_en", json_text(json_get(words, "name_en")));
		json_add(list, json_built(&o));
	}
}

#define CERTIFICATE_COLUMNS \
	"SELECT c.id AS key, c.id AS certificate, c.kind, c.number, c.issuer, c.from_ms AS starts, c.until_ms AS ends, c.documents AS documents_json," STANDING " AS standing," \
	" (SELECT t.reason FROM certificate_time t WHERE t.certificate=c.id AND t.from_ms<=?1 AND (t.until_ms IS NULL OR t.until_ms>?1) ORDER BY t.from_ms DESC LIMIT 1) AS reason," \
	" n.login AS person, n.name FROM certificate c JOIN person n ON n.id=c.person"

static void bind_moment(struct view_ctx *v, struct store_query *q)
{
	store_bind_i64(q, 1, v->now_ms);
	store_bind_i64(q, 2, v->now_ms + (int64_t)ENDING_DAYS * ROSTER_DAY_MS);
}

enum err view_certificates(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build all, page, list;
	struct str code = param(v, "organ"), kind = param(v, "kind"), standing = param(v, "standing");
	int64_t after = 0, organ = organ_by_code(v->c, code);
	(void)str_to_i64(param(v, "cursor"), &after);
	if (!organ && !(v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM)))
		organ = roster_home(v->c, v->actor.person);
	if ((code.len && !organ) || (organ && !roster_sees(v, organ)))
		return ERR_NOT_FOUND;
	TRY(store_prepare(v->c, "SELECT * FROM (" CERTIFICATE_COLUMNS " WHERE c.id>?3 AND (?4=0 OR " HOLDS_POST_IN("?4") ") AND (?5 IS NULL OR c.kind=?5)) AS x"
	                        " WHERE (?6 IS NULL OR x.standing=?6) ORDER BY x.key LIMIT ?7", &q));
	bind_moment(v, q);
	store_bind_i64(q, 3, after);
	store_bind_i64(q, 4, organ);
	store_bind_str(q, 5, roster_or_null(kind));
	store_bind_str(q, 6, roster_or_null(standing));
	store_bind_i64(q, 7, view_limit(v) + 1);
	TRY(rows_json(v, q, &all));
	page_cut(v, &all, &page, out, "key");
	finish_certificates(v, &page, &list);
	json_set(out, "rows", json_built(&list));
	json_set(out, "kinds", roster_part(v->c, v->a, "certificates"));
	return OK;
}

enum err view_courses(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t after = 0;
	(void)str_to_i64(param(v, "cursor"), &after);
	TRY(store_prepare(v->c, "SELECT k.id AS key, k.code, k.name, k.name_en, k.kind, k.hours, k.enabled, (SELECT count(*) FROM roster_training t WHERE t.course=k.id"
	                        " AND t.struck_ms IS NULL) AS attended FROM roster_course k WHERE k.id>?1 ORDER BY k.id LIMIT ?2", &q));
	store_bind_i64(q, 1, after);
	store_bind_i64(q, 2, view_limit(v) + 1);
	TRY(page_json(v, q, out));
	json_set(out, "kinds", roster_part(v->c, v->a, "course_kinds"));
	json_set_bool(out, "may_put", (v->roles & (ROLE_ADMIN | ROLE_HEAD | ROLE_SYSTEM)) != 0);
	return OK;
}

/* ---- hours of a year ---- */

struct year { int year; int64_t from_ms, until_ms; };

static struct year read_year(struct view_ctx *v)
{
	int year, month, day;
	int64_t y;
	int32_t offset_s = calendar_offset_s(calendar_now(v->cw));
	calendar_day_civil(calendar_day_at(v->now_ms, offset_s), &year, &month, &day);
	if (str_to_i64(param(v, "year"), &y) && y >= 1970 && y <= 9998)
		year = (int)y;
	return (struct year){ year, calendar_day_start_ms(calendar_day_of(year, 1, 1), offset_s), calendar_day_start_ms(calendar_day_of(year + 1, 1, 1), offset_s) };
}

static bool has_role(struct store_conn *c, int64_t person, struct str role)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(c, "SELECT 1 FROM post WHERE role=?2 AND ended_ms IS NULL AND (a=?1 OR b=?1) LIMIT 1", &q) != OK)
		return false;
	store_bind_i64(q, 1, person);
	store_bind_str(q, 2, role);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

/* The most that any of the person's posts asks for; an entry without a role is for everybody. */
static int64_t required_hours(struct view_ctx *v, int64_t person)
{
	const struct json *list = roster_part(v->c, v->a, "required_hours");
	int64_t most = 0;
	for (size_t i = 0; list && i < list->count; i++) {
		struct str role = json_text(json_get(&list->items[i], "role"));
		int64_t hours = json_i64(json_get(&list->items[i], "hours"), 0);
		if (hours > most && (!role.len || has_role(v->c, person, role)))
			most = hours;
	}
	return most;
}

static int64_t done_hours(struct view_ctx *v, int64_t person, const struct year *y)
{
	struct store_query *q;
	bool row;
	int64_t hours = 0;
	if (store_prepare(v->c, "SELECT coalesce(sum(hours), 0) FROM roster_training WHERE person=?1 AND until_ms>=?2 AND until_ms<?3 AND struck_ms IS NULL AND exam<>'failed'", &q) != OK)
		return 0;
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, y->from_ms);
	store_bind_i64(q, 3, y->until_ms);
	if (store_step(q, &row) == OK && row)
		hours = store_col_i64(q, 0);
	store_reset(q);
	return hours;
}

static void put_hours(struct view_ctx *v, int64_t person, const struct year *y, struct json_build *o)
{
	int64_t required = required_hours(v, person), done = done_hours(v, person, y);
	json_set_i64(o, "hours_done", done);
	json_set_i64(o, "hours_required", required);
	json_set_i64(o, "hours_short", done < required ? required - done : 0);
	json_set_bool(o, "enough", done >= required);
}

/* ---- one person ---- */

static enum err trainings_json(struct view_ctx *v, int64_t person, const struct year *y, struct json_build *out)
{
	struct store_query *q;
	struct json_build list, dated;
	TRY(store_prepare(v->c, "SELECT t.id AS training, k.code, k.name, k.name_en, k.kind, t.from_ms AS starts, t.until_ms AS ends, t.hours, t.exam, t.score, t.note,"
	                        " t.documents AS documents_json, s.name AS struck_name, t.struck_reason FROM roster_training t JOIN roster_course k ON k.id=t.course"
	                        " LEFT JOIN person s ON s.id=t.struck_by WHERE t.person=?1 AND t.until_ms>=?2 AND t.until_ms<?3 ORDER BY t.from_ms DESC, t.id DESC LIMIT 500", &q));
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, y->from_ms);
	store_bind_i64(q, 3, y->until_ms);
	TRY(rows_json(v, q, &list));
	json_build_array(&dated, v->a);
	for (size_t i = 0; i < list.value.count; i++) {
		struct json_build o;
		const struct json *row = &list.value.items[i];
		json_build_object(&o, v->a);
		for (size_t k = 0; k < row->count; k++)
			if (!str_eqz(row->members[k].key, "starts") && !str_eqz(row->members[k].key, "ends"))
				json_set_key(&o, row->members[k].key, &row->members[k].value);
		json_set_str(&o, "from_on", view_day(v, json_i64(json_get(row, "starts"), 0)));
		json_set_str(&o, "until_on", view_day(v, json_i64(json_get(row, "ends"), 0)));
		json_add(&dated, json_built(&o));
	}
	json_set(out, "trainings", json_built(&dated));
	return OK;
}

static enum err put_choices(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT code, name, name_en, hours FROM roster_course WHERE enabled=1 AND ?1>=0 ORDER BY code LIMIT 500", &q));
	store_bind_i64(q, 1, v->now_ms);
	TRY(rows_json(v, q, &list));
	json_set(out, "courses", json_built(&list));
	json_set(out, "kinds", roster_part(v->c, v->a, "certificates"));
	return OK;
}

enum err view_roster_person(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows, list;
	struct year y = read_year(v);
	struct str login = param(v, "person");
	int64_t person = login.len ? row_i64_str(v->c, "SELECT id FROM person WHERE login=?1 AND staff=1", login, 0) : v->actor.person;
	if (!person || !powers_sees_file(v->c, &v->actor, person))
		return ERR_NOT_FOUND;
	json_set_str(out, "person", row_str(v->c, v->a, "SELECT login FROM person WHERE id=?1", person));
	json_set_str(out, "name", row_str(v->c, v->a, "SELECT name FROM person WHERE id=?1", person));
	set_named(out, v, "organ", ORGAN_SQL, roster_home(v->c, person));
	json_set_i64(out, "year", y.year);
	json_set_i64(out, "year_before", y.year - 1);
	json_set_i64(out, "year_after", y.year + 1);
	json_set_bool(out, "may_keep", powers_keeps_file(v->c, &v->actor, person));
	put_hours(v, person, &y, out);
	TRY(trainings_json(v, person, &y, out));
	TRY(store_prepare(v->c, CERTIFICATE_COLUMNS " WHERE c.person=?3 ORDER BY c.until_ms DESC, c.id DESC LIMIT 200", &q));
	bind_moment(v, q);
	store_bind_i64(q, 3, person);
	TRY(rows_json(v, q, &rows));
	finish_certificates(v, &rows, &list);
	json_set(out, "certificates", json_built(&list));
	return put_choices(v, out);
}

/* ---- an office ---- */

static enum err people_rows(struct view_ctx *v, int64_t organ, struct json_build *all)
{
	struct store_query *q;
	int64_t after = 0;
	struct str text = param(v, "q");
	(void)str_to_i64(param(v, "cursor"), &after);
	TRY(store_prepare(v->c, "SELECT n.id AS key, n.login AS person, n.name, (SELECT" STANDING " FROM certificate c WHERE c.person=n.id AND c.kind='enforcement'"
	                        " ORDER BY c.until_ms DESC, c.id DESC LIMIT 1) AS standing FROM person n WHERE n.staff=1 AND n.enabled=1 AND n.id>?3 AND " HOLDS_POST_IN("?4")
	                        " AND (?5 IS NULL OR n.name LIKE '%' || ?5 || '%' OR n.login=?5) ORDER BY n.id LIMIT ?6", &q));
	bind_moment(v, q);
	store_bind_i64(q, 3, after);
	store_bind_i64(q, 4, organ);
	store_bind_str(q, 5, roster_or_null(text));
	store_bind_i64(q, 6, view_limit(v) + 1);
	return rows_json(v, q, all);
}

static const struct json *with_hours(struct view_ctx *v, const struct json_build *page, const struct year *y)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; i < page->value.count; i++) {
		struct json_build o;
		const struct json *row = &page->value.items[i];
		json_build_object(&o, v->a);
		for (size_t k = 0; k < row->count; k++)
			json_set_key(&o, row->members[k].key, &row->members[k].value);
		put_hours(v, json_i64(json_get(row, "key"), 0), y, &o);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

enum err view_roster_people(struct view_ctx *v, struct json_build *out)
{
	struct json_build all, page;
	struct year y = read_year(v);
	struct str code = param(v, "organ");
	int64_t organ = code.len ? organ_by_code(v->c, code) : roster_home(v->c, v->actor.person);
	if (code.len && (!organ || !roster_sees(v, organ)))
		return ERR_NOT_FOUND;
	set_named(out, v, "organ", ORGAN_SQL, organ);
	json_set_i64(out, "year", y.year);
	TRY(people_rows(v, roster_sees(v, organ) ? organ : 0, &all));
	page_cut(v, &all, &page, out, "key");
	json_set(out, "rows", with_hours(v, &page, &y));
	return roster_offices(v, organ, out);
}
