/* view_structure.c - the office as it is and was: organs, posts with their description and holders, who is away, plans. */
#include "casework/view_int.h"

/* The day of the parameter `on` as its last moment; now when it is not given. */
static enum err moment_of(struct view_ctx *v, int64_t *at_ms)
{
	struct str on = param(v, "on");
	*at_ms = v->now_ms;
	if (!on.len)
		return OK;
	if (!moment_parse(calendar_now(v->cw), on, true, at_ms))
		return diag_set(v->d, ERR_INVALID, "moment.unreadable", "on: write a day as 2026-03-02.");
	*at_ms -= 1;
	return OK;
}

static enum err list_into(struct view_ctx *v, struct json_build *out, const char *key, struct store_query *q)
{
	struct json_build list;
	TRY(rows_json(v, q, &list));
	json_set(out, key, json_built(&list));
	return OK;
}

#define AT(t) t ".from_ms<=?1 AND (" t ".until_ms IS NULL OR " t ".until_ms>?1)"

enum err view_structure(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t at_ms;
	TRY(moment_of(v, &at_ms));
	json_set_str(out, "on", view_day(v, at_ms));
	TRY(store_prepare(v->c, "SELECT o.code, t.name, t.name_en, r.code AS region, r.name AS region_name, u.code AS parent FROM organ_time t JOIN organ o ON o.id=t.organ"
	                        " LEFT JOIN region r ON r.id=t.region LEFT JOIN organ u ON u.id=t.parent WHERE " AT("t") " ORDER BY o.id LIMIT 2000", &q));
	store_bind_i64(q, 1, at_ms);
	TRY(list_into(v, out, "organs", q));
	TRY(store_prepare(v->c, "SELECT p.code, t.name, t.name_en, t.role, o.code AS organ, o.name AS organ_name, a.name AS a, b.name AS b, a.login AS a_login, b.login AS b_login FROM post_time t"
	                        " JOIN post p ON p.id=t.post JOIN organ o ON o.id=t.organ"
	                        " LEFT JOIN post_holding ha ON ha.post=t.post AND ha.held='A' AND " AT("ha") " LEFT JOIN person a ON a.id=ha.person"
	                        " LEFT JOIN post_holding hb ON hb.post=t.post AND hb.held='B' AND " AT("hb") " LEFT JOIN person b ON b.id=hb.person"
	                        " WHERE " AT("t") " ORDER BY o.id, p.id LIMIT 5000", &q));
	store_bind_i64(q, 1, at_ms);
	return list_into(v, out, "posts", q);
}

/* ---- one post ---- */

static enum err post_periods(struct view_ctx *v, int64_t post, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT h.held, n.login, n.name, h.from_ms, h.until_ms FROM post_holding h JOIN person n ON n.id=h.person WHERE h.post=?1"
	                        " ORDER BY h.from_ms DESC, h.held LIMIT 500", &q));
	store_bind_i64(q, 1, post);
	TRY(list_into(v, out, "holders", q));
	TRY(store_prepare(v->c, "SELECT o.name AS organ, t.name, t.role, t.from_ms, t.until_ms FROM post_time t JOIN organ o ON o.id=t.organ WHERE t.post=?1"
	                        " ORDER BY t.from_ms DESC LIMIT 500", &q));
	store_bind_i64(q, 1, post);
	return list_into(v, out, "periods", q);
}

static void held_on(struct view_ctx *v, int64_t post, int64_t at_ms, struct json_build *out)
{
	struct json_build o;
	static const struct { const char *key, *held; } both[] = { { "a", "A" }, { "b", "B" } };
	json_build_object(&o, v->a);
	json_set_str(&o, "day", view_day(v, at_ms));
	for (size_t i = 0; i < 2; i++)
		set_named(&o, v, both[i].key, "SELECT login, name FROM person WHERE id=?1", post_holder_at(v->c, post, both[i].held, at_ms));
	json_set(out, "on", json_built(&o));
}

enum err view_post(struct view_ctx *v, struct json_build *out)
{
	struct holder h;
	int64_t at_ms, post = row_i64_str(v->c, "SELECT id FROM post WHERE code=?1", param(v, "code"), 0);
	static const char *const parts[] = { "duties", "standards", "powers", "limits" };
	TRY(moment_of(v, &at_ms));
	if (!post)
		return ERR_NOT_FOUND;
	json_set_str(out, "code", param(v, "code"));
	json_set_str(out, "name", row_str(v->c, v->a, "SELECT name FROM post WHERE id=?1", post));
	json_set_str(out, "name_en", row_str(v->c, v->a, "SELECT name_en FROM post WHERE id=?1", post));
	json_set_str(out, "role", row_str(v->c, v->a, "SELECT role FROM post WHERE id=?1", post));
	json_set_bool(out, "ended", row_i64(v->c, "SELECT ended_ms FROM post WHERE id=?1", post, 0) != 0);
	set_named(out, v, "organ", ORGAN_SQL, row_i64(v->c, "SELECT organ FROM post WHERE id=?1", post, 0));
	const struct json *data = parse(v->a, row_str(v->c, v->a, "SELECT data FROM post WHERE id=?1", post));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		json_set_str(out, parts[i], json_text(json_get(data, parts[i])));
	TRY(holder_of_post(v->c, post, 0, &h));
	set_named(out, v, "holder", "SELECT login, name FROM person WHERE id=?1", h.person);
	json_set_str(out, "why", str_of(h.why));
	held_on(v, post, at_ms, out);
	return post_periods(v, post, out);
}

/* ---- what is wrong with the structure ---- */

enum err view_posts_findings(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT 'no-a' AS finding, p.code, p.name, p.name_en, o.name AS organ FROM post p JOIN organ o ON o.id=p.organ WHERE p.ended_ms IS NULL AND p.a IS NULL AND ?1=1"
	                        " UNION ALL SELECT 'no-b', p.code, p.name, p.name_en, o.name FROM post p JOIN organ o ON o.id=p.organ WHERE p.ended_ms IS NULL AND p.b IS NULL"
	                        " UNION ALL SELECT 'gone', p.code, p.name, p.name_en, o.name FROM post p JOIN organ o ON o.id=p.organ JOIN person n ON (n.id=p.a OR n.id=p.b)"
	                        " WHERE p.ended_ms IS NULL AND n.enabled=0"
	                        " UNION ALL SELECT 'unattended', p.code, p.name, p.name_en, o.name FROM post p JOIN organ o ON o.id=p.organ WHERE p.unattended=1"
	                        " UNION ALL SELECT 'no-head', o.code, o.name, o.name_en, o.name FROM organ o WHERE o.ended_ms IS NULL AND EXISTS(SELECT 1 FROM post p WHERE p.organ=o.id AND p.ended_ms IS NULL)"
	                        " AND NOT EXISTS(SELECT 1 FROM post p WHERE p.organ=o.id AND p.role='head' AND p.ended_ms IS NULL) ORDER BY organ, code, finding LIMIT 2000", &q));
	store_bind_i64(q, 1, 1);
	return list_into(v, out, "rows", q);
}

/* ---- who is away ---- */

enum err view_absences(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t after = INT64_MAX;
	struct str state = param(v, "state");
	(void)str_to_i64(param(v, "cursor"), &after);
	TRY(store_prepare(v->c, "SELECT x.id AS key, x.id AS absence, n.login, n.name, x.kind, x.from_ms, x.until_ms, x.began_ms, x.ended_ms, x.whereabouts, x.state,"
	                        " CASE WHEN x.state IN ('planned', 'away') AND (x.person=?3 OR ?7=1 OR EXISTS(SELECT 1 FROM post h JOIN post p ON p.organ=h.organ WHERE h.role='head'"
	                        " AND h.ended_ms IS NULL AND (h.a=?3 OR h.b=?3) AND (p.a=x.person OR p.b=x.person))) THEN 1 END AS may_change FROM absence x JOIN person n ON n.id=x.person"
	                        " WHERE x.id<?1 AND (?4=1 OR x.person=?3 OR EXISTS(SELECT 1 FROM post p JOIN post q ON q.organ=p.organ"
	                        " WHERE (p.a=x.person OR p.b=x.person) AND (q.a=?3 OR q.b=?3)))"
	                        " AND (?5 IS NULL OR x.state=?5 OR (?5='open' AND x.state IN ('planned', 'away'))) AND (?6=0 OR x.person=?3) AND (?8=0 OR x.id=?8) ORDER BY x.id DESC LIMIT ?2", &q));
	store_bind_i64(q, 1, after);
	store_bind_i64(q, 2, view_limit(v) + 1);
	store_bind_i64(q, 3, v->actor.person);
	store_bind_i64(q, 4, (v->roles & (ROLE_ADMIN | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0);
	store_bind_str(q, 5, state.len ? state : (struct str){ NULL, 0 });
	store_bind_i64(q, 6, str_eqz(param(v, "scope"), "mine"));
	store_bind_i64(q, 7, (v->roles & (ROLE_ADMIN | ROLE_SYSTEM)) != 0);
	store_bind_i64(q, 8, json_i64(json_get(v->params, "absence"), 0));
	TRY(page_json(v, q, out));
	json_set_bool(out, "away", row_i64(v->c, "SELECT away FROM person WHERE id=?1", v->actor.person, 0) > 0);
	/* whom a head, or an administrator, may note: */
	TRY(store_prepare(v->c, "SELECT DISTINCT n.login, n.name FROM post p JOIN person n ON n.id=p.a OR n.id=p.b WHERE p.ended_ms IS NULL AND n.enabled=1 AND n.id<>?1"
	                        " AND (?2=1 OR p.organ IN (SELECT organ FROM post WHERE role='head' AND ended_ms IS NULL AND (a=?1 OR b=?1))) ORDER BY n.name, n.login LIMIT 1000", &q));
	store_bind_i64(q, 1, v->actor.person);
	store_bind_i64(q, 2, (v->roles & ROLE_ADMIN) != 0);
	return list_into(v, out, "colleagues", q);
}

/* Who is there, for everybody: not why somebody is away, but where, until when, and who acts. */
enum err post_presence(struct view_ctx *v, int64_t post, struct json_build *out)
{
	struct store_query *q;
	struct holder h;
	bool row;
	TRY(holder_of_post(v->c, post, 0, &h));
	TRY(store_prepare(v->c, "SELECT p.name, p.name_en, n.name AS person, x.whereabouts, x.until_ms AS back_ms, CASE WHEN n.enabled=1 AND n.away=0 THEN 1 ELSE 0 END"
	                        " FROM post p LEFT JOIN person n ON n.id=p.a LEFT JOIN absence x ON x.id=(SELECT max(y.id) FROM absence y WHERE y.person=n.id AND y.state='away')"
	                        " WHERE p.id=?1", &q));
	store_bind_i64(q, 1, post);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	bool here = store_col_i64(q, 5) != 0;
	json_set_str(out, "name", store_col_copy(q, 0, v->a));
	json_set_str(out, "name_en", store_col_copy(q, 1, v->a));
	json_set_str(out, "person", store_col_copy(q, 2, v->a));
	json_set_str(out, "whereabouts", store_col_copy(q, 3, v->a));
	json_set_str(out, "back_at", store_col_null(q, 4) ? (struct str){ NULL, 0 } : view_instant(v, store_col_i64(q, 4)));
	store_reset(q);
	json_set_bool(out, "here", here);
	json_set_str(out, "acting", here ? (struct str){ NULL, 0 } : row_str(v->c, v->a, "SELECT name FROM person WHERE id=?1", h.person));
	return OK;
}

enum err view_presence(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build raw, rows;
	int64_t organ = organ_by_code(v->c, param(v, "organ"));
	if (!organ)
		return ERR_NOT_FOUND;
	set_named(out, v, "organ", ORGAN_SQL, organ);
	TRY(store_prepare(v->c, "SELECT id FROM post WHERE organ=?1 AND ended_ms IS NULL AND role IN ('clerk', 'reviewer', 'inspector', 'head') ORDER BY id LIMIT 500", &q));
	store_bind_i64(q, 1, organ);
	TRY(rows_json(v, q, &raw));
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		struct json_build o;
		json_build_object(&o, v->a);
		TRY(post_presence(v, json_i64(json_get(&raw.value.items[i], "id"), 0), &o));
		json_add(&rows, json_built(&o));
	}
	json_set(out, "rows", json_built(&rows));
	return OK;
}

/* ---- plans ---- */

#define PLAN_COLUMNS "SELECT p.plan_no AS plan, p.title, p.reason, p.at_ms AS effective_ms, p.state, n.name AS made_by, p.made_ms, p.settled_ms, p.outcome"

enum err view_plans(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, PLAN_COLUMNS " FROM plan p LEFT JOIN person n ON n.id=p.made_by WHERE ?1=1 ORDER BY p.id DESC LIMIT 500", &q));
	store_bind_i64(q, 1, 1);
	return list_into(v, out, "rows", q);
}

/* Each line with its number, which refusals name. */
static const struct json *numbered(struct view_ctx *v, const struct json *lines)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; lines && lines->kind == JSON_ARRAY && i < lines->count; i++) {
		struct json_build o;
		json_build_object(&o, v->a);
		json_set_i64(&o, "line", (int64_t)i + 1);
		for (size_t m = 0; m < lines->items[i].count; m++)
			if (!str_eqz(lines->items[i].members[m].key, "line"))
				json_set_key(&o, lines->items[i].members[m].key, &lines->items[i].members[m].value);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

enum err view_plan(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	bool row;
	int64_t id = row_i64_str(v->c, "SELECT id FROM plan WHERE plan_no=?1", param(v, "plan"), 0);
	TRY(store_prepare(v->c, PLAN_COLUMNS ", p.lines AS lines_json FROM plan p LEFT JOIN person n ON n.id=p.made_by WHERE p.id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	struct json_build raw;
	json_build_object(&raw, v->a);
	set_columns(&raw, v, q);
	store_reset(q);
	for (size_t i = 0; i < raw.value.count; i++)
		if (!str_eqz(raw.value.members[i].key, "lines"))
			json_set_key(out, raw.value.members[i].key, &raw.value.members[i].value);
	bool settled = !str_eqz(json_text(json_get(&raw.value, "state")), "draft") && !str_eqz(json_text(json_get(&raw.value, "state")), "scheduled");
	json_set_bool(out, "can_settle", !settled && (v->roles & ROLE_ADMIN));
	json_set(out, "lines", numbered(v, json_get(&raw.value, "lines")));
	json_set(out, "preview", parse(v->a, row_str(v->c, v->a, "SELECT data FROM plan_preview WHERE plan=?1", id)));
	json_set_str(out, "previewed_at", view_instant(v, row_i64(v->c, "SELECT at_ms FROM plan_preview WHERE plan=?1", id, 0)));
	return OK;
}

/* ---- everything, as a list that can be read in again ---- */

static enum err export_rows(struct view_ctx *v, const char *sql, struct json_build *rows)
{
	struct store_query *q;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, 1);
	return rows_add(v, q, rows);
}

enum err view_structure_export(struct view_ctx *v, struct json_build *out)
{
	struct json_build rows, posts, all;
	json_build_array(&rows, v->a);
	json_build_array(&posts, v->a);
	json_build_array(&all, v->a);
	TRY(export_rows(v, "SELECT 'region' AS kind, r.code, r.name, r.name_en, r.level, u.code AS parent FROM region r LEFT JOIN region u ON u.id=r.parent WHERE ?1=1 ORDER BY r.level, r.id", &rows));
	TRY(export_rows(v, "SELECT 'organ' AS kind, o.code, o.name, o.name_en, r.code AS region, o.nature, u.code AS parent FROM organ o LEFT JOIN region r ON r.id=o.region"
	                   " LEFT JOIN organ u ON u.id=o.parent WHERE o.ended_ms IS NULL AND ?1=1 ORDER BY o.id", &rows));
	TRY(export_rows(v, "SELECT 'person' AS kind, login, name, name_en, phone, email, enabled FROM person WHERE staff=1 AND ?1=1 ORDER BY id", &rows));
	TRY(export_rows(v, "SELECT 'post' AS kind, p.code, p.name, p.name_en, o.code AS organ, p.role, a.login AS a, b.login AS b, p.data AS data_json FROM post p JOIN organ o ON o.id=p.organ"
	                   " LEFT JOIN person a ON a.id=p.a LEFT JOIN person b ON b.id=p.b WHERE p.ended_ms IS NULL AND ?1=1 ORDER BY p.id", &posts));
	for (size_t i = 0; i < posts.value.count; i++)
		json_add(&rows, post_row_json(v, &posts.value.items[i]));
	/* so that who reads it in again later overwrites nobody's work of the time in between */
	for (size_t i = 0; i < rows.value.count; i++) {
		const struct json *row = &rows.value.items[i];
		const char *command = arena_printf(v->a, "%.*s.put", STR_ARG(json_text(json_get(row, "kind")))).ptr;
		if (!command)
			return ERR_NOMEM;
		TRY(whole_row(v, command, row, &all));
	}
	json_set(out, "rows", json_built(&all));
	return OK;
}
