/* complaint_lists.c - lists of complaints: who sees which, filtered, counted; those that look alike; those about a case. */
#include "hotline/hotline_int.h"

#define STATUS \
	"CASE WHEN c.closed_ms IS NOT NULL THEN 'closed' WHEN k.decided_ms IS NOT NULL THEN 'answered'" \
	" WHEN c.lead IS NULL THEN 'received' ELSE 'handling' END"

const char complaint_select[] =
	"SELECT c.id AS key, k.case_no, c.title, c.about, c.about_words, c.category, c.identity, c.received_by, c.registered_ms, c.assigned_ms,"
	" c.answered_ms, c.answered_kind, c.finding, c.called, c.called_ms, c.closed_ms, c.ended, c.reopened, c.bounces, c.mode, k.applicant_name AS complainant,"
	" ao.code AS about_organ_code, ao.name AS about_organ, ao.name_en AS about_organ_en, lo.code AS lead_code, lo.name AS lead, lo.name_en AS lead_en,"
	" xk.case_no AS about_case, CASE k.level WHEN 1 THEN 'notice' WHEN 2 THEN 'yellow' WHEN 3 THEN 'red' ELSE 'none' END AS level,"
	" CASE WHEN k.is_open=1 THEN k.due_ms END AS due_key, " STATUS " AS status,"
	" (SELECT s.name FROM step_open s WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS step,"
	" (SELECT s.name_en FROM step_open s WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS step_en,"
	" (SELECT n.name FROM step_open s JOIN person n ON n.id=s.person WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS holder,"
	" (SELECT o.name FROM step_open s JOIN organ o ON o.id=s.organ WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS holder_organ,"
	" (SELECT o.name_en FROM step_open s JOIN organ o ON o.id=s.organ WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS holder_organ_en"
	" FROM complaint c JOIN case_any k ON k.id=c.id LEFT JOIN organ ao ON ao.id=c.about_organ LEFT JOIN organ lo ON lo.id=c.lead"
	" LEFT JOIN case_any xk ON xk.id=c.about_case";

/* ?1 sees all, ?2 person; the filters from ?3 on are NULL where not asked for */
const char complaint_where[] =
	" WHERE (?1=1 OR EXISTS(SELECT 1 FROM post p WHERE (p.a=?2 OR p.b=?2) AND p.ended_ms IS NULL AND (p.organ=c.intake OR p.organ=c.lead"
	" OR EXISTS(SELECT 1 FROM complaint_joint j WHERE j.case_id=c.id AND j.organ=p.organ))))"
	" AND NOT EXISTS(SELECT 1 FROM case_barred b WHERE b.case_id=c.id AND b.person=?2)"
	" AND (?3 IS NULL OR k.case_no=?3 OR c.title LIKE ?4 OR k.applicant_name LIKE ?4)"
	" AND (?5 IS NULL OR " STATUS "=?5 OR (?5='overdue' AND k.is_open=1 AND k.due_ms<=?6) OR (?5='open' AND c.closed_ms IS NULL))"
	" AND (?7 IS NULL OR c.category=?7) AND (?8 IS NULL OR ao.code=?8) AND (?9 IS NULL OR lo.code=?9) AND (?10 IS NULL OR c.received_by=?10)"
	" AND (?11 IS NULL OR c.registered_ms>=?11) AND (?12 IS NULL OR c.registered_ms<?12) AND (?13 IS NULL OR c.finding=?13)";

static void bind_text(struct store_query *q, int at, struct str s)
{
	store_bind_str(q, at, s.len ? s : (struct str){ NULL, 0 });
}

/* A day's beginning, or with `after` the next one's. */
static void bind_day(struct view_ctx *v, struct store_query *q, int at, const char *key, int after)
{
	calendar_day day;
	if (calendar_day_parse(param(v, key), &day))
		store_bind_i64(q, at, calendar_day_start_ms(day + after, calendar_offset_s(calendar_now(v->cw))));
	else
		store_bind_null(q, at);
}

void complaint_bind(struct view_ctx *v, struct store_query *q)
{
	struct str text = param(v, "q");
	store_bind_i64(q, 1, (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0);
	store_bind_i64(q, 2, v->actor.person);
	bind_text(q, 3, text);
	store_bind_str(q, 4, arena_printf(v->a, "%%%.*s%%", STR_ARG(text)));
	bind_text(q, 5, param(v, "status"));
	store_bind_i64(q, 6, v->now_ms);
	bind_text(q, 7, param(v, "category"));
	bind_text(q, 8, param(v, "about_organ"));
	bind_text(q, 9, param(v, "lead"));
	bind_text(q, 10, param(v, "received_by"));
	bind_day(v, q, 11, "from", 0);
	bind_day(v, q, 12, "to", 1);
	bind_text(q, 13, param(v, "finding"));
}

static void finish_row(struct view_ctx *v, const struct json *r, struct json_build *o)
{
	int64_t due = json_i64(json_get(r, "due_key"), 0);
	json_build_object(o, v->a);
	for (size_t i = 0; i < r->count; i++)
		if (!str_eqz(r->members[i].key, "due_key"))
			json_set_key(o, r->members[i].key, &r->members[i].value);
	json_set_str(o, "due_on", view_due(v, due));
	if (due)
		json_set_i64(o, "left", view_left(v, due));
	else
		json_set_null(o, "left");
	json_set_str(o, "unit", S("working-days"));
}

enum err complaint_rows(struct view_ctx *v, struct store_query *q, struct json_build *list)
{
	struct json_build raw;
	TRY(rows_json(v, q, &raw));
	json_build_array(list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		struct json_build o;
		finish_row(v, &raw.value.items[i], &o);
		json_add(list, json_built(&o));
	}
	return OK;
}

/* ---- the list, newest first ---- */

static enum err counts(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build o;
	bool row;
	struct buf sql;
	struct str text;
	buf_init_in(&sql, v->a, 1 << 14);
	buf_printf(&sql, "SELECT count(*) AS total, coalesce(sum(CASE WHEN c.closed_ms IS NULL THEN 1 ELSE 0 END), 0) AS open,"
	                 " coalesce(sum(CASE WHEN c.closed_ms IS NULL AND c.answered_ms IS NULL THEN 1 ELSE 0 END), 0) AS unanswered,"
	                 " coalesce(sum(CASE WHEN k.is_open=1 AND k.due_ms<=?6 THEN 1 ELSE 0 END), 0) AS overdue,"
	                 " coalesce(sum(CASE WHEN k.is_open=1 AND k.decided_ms IS NOT NULL THEN 1 ELSE 0 END), 0) AS to_call,"
	                 " coalesce(sum(CASE WHEN c.finding IN ('upheld', 'partly') THEN 1 ELSE 0 END), 0) AS upheld,"
	                 " coalesce(sum(CASE WHEN c.reopened>0 THEN 1 ELSE 0 END), 0) AS reopened"
	                 " FROM complaint c JOIN case_any k ON k.id=c.id LEFT JOIN organ ao ON ao.id=c.about_organ LEFT JOIN organ lo ON lo.id=c.lead%s",
	           complaint_where);
	TRY(buf_finish(&sql, &text));
	TRY(store_prepare(v->c, arena_z(v->a, text), &q));
	complaint_bind(v, q);
	TRY(store_step(q, &row));
	json_build_object(&o, v->a);
	if (row)
		set_columns(&o, v, q);
	store_reset(q);
	json_set(out, "counts", json_built(&o));
	return OK;
}

enum err view_complaints(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build all, rows;
	int64_t before = INT64_MAX;
	(void)str_to_i64(param(v, "cursor"), &before);
	struct str sql = arena_printf(v->a, "%s%s AND c.id<?14 ORDER BY c.id DESC LIMIT ?15", complaint_select, complaint_where);
	if (!sql.ptr)
		return ERR_NOMEM;
	TRY(store_prepare(v->c, sql.ptr, &q));
	complaint_bind(v, q);
	store_bind_i64(q, 14, before);
	store_bind_i64(q, 15, view_limit(v) + 1);
	TRY(complaint_rows(v, q, &all));
	page_cut(v, &all, &rows, out, "key");
	json_set(out, "rows", json_built(&rows));
	return counts(v, out);
}

/* ---- what looks alike: the same complainant, or the same subject within 90 days ---- */

enum err view_complaint_similar(struct view_ctx *v, struct json_build *out)
{
	enum { DAYS = 90 };
	struct store_query *q;
	struct json_build list;
	struct str name = param(v, "name"), phone = param(v, "phone"), title = param(v, "title");
	struct str sql = arena_printf(v->a, "%s JOIN case_data x ON x.id=c.id%s AND c.registered_ms>=?14 AND ((?15 IS NOT NULL AND k.applicant_name=?15)"
		" OR (?16 IS NOT NULL AND x.applicant LIKE ?16) OR (?17 IS NOT NULL AND c.title LIKE ?17) OR (?18 IS NOT NULL AND xk.case_no=?18))"
		" ORDER BY c.id DESC LIMIT 20", complaint_select, complaint_where);
	if (!sql.ptr)
		return ERR_NOMEM;
	TRY(store_prepare(v->c, sql.ptr, &q));
	complaint_bind(v, q);
	store_bind_i64(q, 14, v->now_ms - DAYS * INT64_C(86400000));
	bind_text(q, 15, name);
	bind_text(q, 16, phone.len >= 7 ? arena_printf(v->a, "%%\"%.*s\"%%", STR_ARG(phone)) : S(""));
	bind_text(q, 17, title.len ? arena_printf(v->a, "%%%.*s%%", STR_ARG(title)) : S(""));
	bind_text(q, 18, param(v, "case_no"));
	TRY(complaint_rows(v, q, &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}

/* ---- about one case: the other way of the link ---- */

enum err view_case_complaints(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	struct str sql = arena_printf(v->a, "%s%s AND xk.case_no=?14 ORDER BY c.id DESC LIMIT 50", complaint_select, complaint_where);
	if (!sql.ptr)
		return ERR_NOMEM;
	TRY(store_prepare(v->c, sql.ptr, &q));
	complaint_bind(v, q);
	store_bind_str(q, 14, param(v, "case_no"));
	TRY(complaint_rows(v, q, &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}

/* ---- what a complaint may be about ---- */

enum err view_complaint_choices(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT code, name, name_en FROM organ WHERE ended_ms IS NULL AND EXISTS(SELECT 1 FROM post p WHERE p.organ=organ.id) ORDER BY id LIMIT 500", &q));
	TRY(rows_json(v, q, &list));
	json_set(out, "organs", json_built(&list));
	TRY(store_prepare(v->c, "SELECT p.code, p.name, p.name_en, o.code AS organ_code, o.name AS organ, o.name_en AS organ_en FROM post p JOIN organ o ON o.id=p.organ"
	                        " WHERE p.role='clerk' AND p.ended_ms IS NULL AND (?1 IS NULL OR o.code=?1) ORDER BY o.id, p.id LIMIT 500", &q));
	bind_text(q, 1, param(v, "organ"));
	TRY(rows_json(v, q, &list));
	json_set(out, "windows", json_built(&list));
	TRY(store_prepare(v->c, "SELECT impl_code, name, name_en, pack FROM item WHERE pack IN ('complaint', 'petition') AND live=1 ORDER BY id", &q));
	TRY(rows_json(v, q, &list));
	json_set(out, "items", json_built(&list));
	return OK;
}
