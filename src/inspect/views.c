/* views.c - special supervision and draws as they are read, and the room's front page. */
#include "inspect/inspect_int.h"

/* ---- special supervision ---- */

static void put_kind(struct view_ctx *v, struct json_build *o, struct str code)
{
	const struct json *kind = inspect_entry(v->c, v->a, "kinds", code);
	json_set_str(o, "programme", kind ? json_text(json_get(kind, "name")) : code);
	json_set_str(o, "programme_en", kind ? json_text(json_get(kind, "name_en")) : code);
	json_set_str(o, "programme_code", code);
}

static void put_special(struct view_ctx *v, const struct json *s, struct json_build *o)
{
	int64_t id = col(s, "id");
	int64_t done = row_i64(v->c, "SELECT count(*) FROM inspect_milestone WHERE special=?1 AND state='done'", id, 0);
	int64_t all = row_i64(v->c, "SELECT count(*) FROM inspect_milestone WHERE special=?1", id, 0);
	json_set_i64(o, "key", id);
	json_set_str(o, "special_no", col_text(s, "special_no"));
	json_set_str(o, "title", col_text(s, "title"));
	json_set_str(o, "title_en", col_text(s, "title_en"));
	put_kind(v, o, col_text(s, "kind"));
	set_named(o, v, "organ", ORGAN_SQL, col(s, "organ"));
	set_named(o, v, "person", "SELECT login, name FROM person WHERE id=?1", col(s, "person"));
	json_set_str(o, "from_on", view_day(v, col(s, "from_ms")));
	json_set_str(o, "until_on", view_due(v, col(s, "until_ms")));
	json_set_str(o, "state", col_text(s, "state"));
	json_set_i64(o, "milestones", all);
	json_set_i64(o, "milestones_done", done);
	json_set_i64(o, "milestones_percent", all ? done * 100 / all : 0);
	json_set_i64(o, "percent", col(s, "percent"));
	json_set_i64(o, "cases", row_i64(v->c, "SELECT count(*) FROM inspect_special_case WHERE special=?1", id, 0));
	int64_t level = row_i64(v->c, "SELECT coalesce(max(raised), 0) FROM (SELECT raised FROM inspect_milestone WHERE special=?1 AND state='open'"
	                              " UNION ALL SELECT raised FROM inspect_report WHERE special=?1 AND state='open') x", id, 0);
	json_set_str(o, "level", str_of(level_name((int)level)));
}

typedef void (*put_one)(struct view_ctx *v, const struct json *row, struct json_build *o);

/* A page of rows, newest first. ids: ?1 the cursor, ?2 and ?3 the values of the two parameters or NULL, ?4 the limit; one: the row of ?1. */
static enum err list_page(struct view_ctx *v, struct json_build *out, const char *ids, const char *first, const char *second, const char *one, put_one put)
{
	struct store_query *q;
	struct json_build list, all, rows, o;
	int64_t before = INT64_MAX;
	(void)str_to_i64(param(v, "cursor"), &before);
	TRY(store_prepare(v->c, ids, &q));
	store_bind_i64(q, 1, before);
	bind_wanted(q, 2, param(v, first));
	bind_wanted(q, 3, param(v, second));
	store_bind_i64(q, 4, view_limit(v) + 1);
	TRY(rows_json(v, q, &list));
	json_build_array(&all, v->a);
	for (size_t i = 0; i < list.value.count; i++) {
		json_build_object(&o, v->a);
		put(v, row_of(v->c, v->a, one, json_i64(json_get(&list.value.items[i], "n"), 0)), &o);
		json_add(&all, json_built(&o));
	}
	page_cut(v, &all, &rows, out, "key");
	json_set(out, "rows", json_built(&rows));
	return OK;
}

enum err view_specials(struct view_ctx *v, struct json_build *out)
{
	return list_page(v, out,
		"SELECT id AS n FROM inspect_special WHERE id<?1 AND (?2 IS NULL OR state=?2) AND (?3 IS NULL OR kind=?3) ORDER BY id DESC LIMIT ?4",
		"state", "kind", "SELECT * FROM inspect_special WHERE id=?1", put_special);
}

/* Rows of milestones or reports with their dates in words of the views. */
static enum err put_dated(struct view_ctx *v, struct json_build *out, const char *name, struct store_query *q)
{
	struct json_build raw, list, o;
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		const struct json *r = &raw.value.items[i];
		int64_t due_ms = json_i64(json_get(r, "due"), 0);
		bool open = str_eqz(json_text(json_get(r, "state")), "open");
		json_build_object(&o, v->a);
		for (size_t m = 0; m < r->count; m++)
			json_set_key(&o, r->members[m].key, &r->members[m].value);
		json_set_str(&o, "due_on", view_due(v, due_ms));
		json_set_str(&o, "level", str_of(level_name((int)json_i64(json_get(r, "raised"), 0))));
		json_set_bool(&o, "overdue", open && v->now_ms >= due_ms);
		json_set_str(&o, "unit", S("working-days")); /* of what is left */
		if (open)
			json_set_i64(&o, "left", view_left(v, due_ms));
		json_add(&list, json_built(&o));
	}
	json_set(out, name, json_built(&list));
	return OK;
}

static enum err put_cases(struct view_ctx *v, int64_t special, struct json_build *out)
{
	struct store_query *q;
	struct json_build raw, list;
	TRY(store_prepare(v->c, "SELECT case_id AS n, raised FROM inspect_special_case WHERE special=?1 ORDER BY case_id LIMIT 500", &q));
	store_bind_i64(q, 1, special);
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		struct case_row k;
		struct json_build o;
		if (case_get(v->c, v->a, json_i64(json_get(&raw.value.items[i], "n"), 0), &k) != OK)
			continue;
		json_build_object(&o, v->a);
		TRY(case_row_json(v, &k, &o));
		json_set_str(&o, "warned", str_of(level_name((int)json_i64(json_get(&raw.value.items[i], "raised"), 0))));
		json_add(&list, json_built(&o));
	}
	json_set(out, "watched", json_built(&list));
	return OK;
}

static enum err put_alarms(struct view_ctx *v, int64_t special, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT a.at_ms, CASE a.level WHEN 1 THEN 'notice' WHEN 2 THEN 'yellow' ELSE 'red' END AS level, a.text, a.text_en, p.name AS who FROM inspect_alarm a"
	                        " LEFT JOIN person p ON p.id=a.person WHERE (a.kind IN ('case', 'period') AND a.ref=?1)"
	                        " OR (a.kind='milestone' AND a.ref IN (SELECT id FROM inspect_milestone WHERE special=?1))"
	                        " OR (a.kind='report' AND a.ref IN (SELECT id FROM inspect_report WHERE special=?1)) ORDER BY a.id DESC LIMIT 100", &q));
	store_bind_i64(q, 1, special);
	TRY(rows_json(v, q, &list));
	json_set(out, "alarms", json_built(&list));
	return OK;
}

enum err view_special(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	const struct json *s = row_of_text(v->c, v->a, "SELECT * FROM inspect_special WHERE special_no=?1", param(v, "special"));
	if (!s)
		return ERR_NOT_FOUND;
	put_special(v, s, out);
	json_set_str(out, "reason", col_text(s, "reason"));
	json_set_str(out, "closing", col_text(s, "closing"));
	json_set_str(out, "closed_at", view_instant(v, col(s, "closed_ms")));
	json_set(out, "rules", parse(v->a, col_text(s, "rules")));
	json_set_i64(out, "report_amount", col(s, "report_amount"));
	json_set_str(out, "report_unit", col_text(s, "report_unit"));
	TRY(store_prepare(v->c, "SELECT m.id AS milestone, m.ordinal, m.name, m.name_en, m.amount AS limit_amount, m.unit AS limit_unit, m.due_ms + 0 AS due, m.provisional, m.raised, m.state, m.note, m.done_ms,"
	                        " o.code AS organ, o.name AS organ_name, o.name_en AS organ_name_en, p.name AS done_by FROM inspect_milestone m JOIN organ o ON o.id=m.organ"
	                        " LEFT JOIN person p ON p.id=m.done_by WHERE m.special=?1 ORDER BY m.due_ms, m.ordinal", &q));
	store_bind_i64(q, 1, col(s, "id"));
	TRY(put_dated(v, out, "stages", q));
	TRY(store_prepare(v->c, "SELECT r.id AS report, r.due_ms + 0 AS due, r.provisional, r.raised, r.state, r.percent, r.text, r.given_ms, p.name AS given_by FROM inspect_report r"
	                        " LEFT JOIN person p ON p.id=r.given_by WHERE r.special=?1 ORDER BY r.id DESC", &q));
	store_bind_i64(q, 1, col(s, "id"));
	TRY(put_dated(v, out, "reports", q));
	TRY(put_cases(v, col(s, "id"), out));
	TRY(put_alarms(v, col(s, "id"), out));
	bool open = str_eqz(col_text(s, "state"), "open"), supervises = (v->roles & ROLE_SUPERVISOR) != 0;
	json_set_bool(out, "may_direct", open && supervises);
	json_set_bool(out, "may_report", open && (supervises || powers_in_organ(v->c, v->actor.person, col(s, "organ"), ROLE_HANDLERS)));
	return OK;
}

/* ---- draws: public ---- */

static void put_draw(struct view_ctx *v, const struct json *d, struct json_build *o)
{
	static const char *const texts[] = { "draw_no", "purpose", "title", "title_en", "hash", "pool_digest", "checker_digest", "head_hash", "state", "draw_key", "void_reason" };
	static const char *const numbers[] = { "want", "checkers", "pool_count", "pool_places", "checker_count", "head_seq", "seed_seq" };
	json_set_i64(o, "key", col(d, "id"));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		json_set_str(o, texts[i], col_text(d, texts[i]));
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		json_set_i64(o, numbers[i], col(d, numbers[i]));
	json_set_str(o, "committed_at", view_instant(v, col(d, "commit_ms")));
	json_set_str(o, "draw_at", view_instant(v, col(d, "draw_ms")));
	json_set_str(o, "drawn_at", view_instant(v, col(d, "drawn_ms")));
	json_set_bool(o, "ripe", str_eqz(col_text(d, "state"), "committed") && v->now_ms >= col(d, "draw_ms"));
	json_set_i64(o, "settled", row_i64(v->c, "SELECT count(*) FROM inspect_pick WHERE draw=?1 AND state='done'", col(d, "id"), 0));
	json_set(o, "scope", parse(v->a, col_text(d, "scope")));
}

enum err view_draws(struct view_ctx *v, struct json_build *out)
{
	return list_page(v, out,
		"SELECT id AS n FROM inspect_draw WHERE id<?1 AND (?2 IS NULL OR purpose=?2) AND (?3 IS NULL OR state=?3) ORDER BY id DESC LIMIT ?4",
		"purpose", "state", "SELECT * FROM inspect_draw WHERE id=?1", put_draw);
}

static enum err put_picks(struct view_ctx *v, int64_t draw, struct json_build *out)
{
	struct store_query *q;
	struct json_build raw, list, o, people;
	TRY(store_prepare(v->c, "SELECT p.id AS pick, p.ordinal, n.case_no, p.digest, p.divisor, p.position, p.state, p.result FROM inspect_pick p JOIN case_number n ON n.id=p.case_id"
	                        " WHERE p.draw=?1 ORDER BY p.ordinal", &q));
	store_bind_i64(q, 1, draw);
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		const struct json *r = &raw.value.items[i];
		json_build_object(&o, v->a);
		for (size_t m = 0; m < r->count; m++)
			json_set_key(&o, r->members[m].key, &r->members[m].value);
		TRY(store_prepare(v->c, "SELECT name, digest, divisor, position FROM inspect_checker WHERE pick=?1 ORDER BY ordinal", &q));
		store_bind_i64(q, 1, json_i64(json_get(r, "pick"), 0));
		TRY(rows_json(v, q, &people));
		json_set(&o, "checked_by", json_built(&people));
		json_add(&list, json_built(&o));
	}
	json_set(out, "picks", json_built(&list));
	return OK;
}

enum err view_draw(struct view_ctx *v, struct json_build *out)
{
	const struct json *d = row_of_text(v->c, v->a, "SELECT * FROM inspect_draw WHERE draw_no=?1", param(v, "draw"));
	if (!d)
		return ERR_NOT_FOUND;
	put_draw(v, d, out);
	json_set(out, "sources", parse(v->a, col_text(d, "sources")));
	json_set(out, "seeds", parse(v->a, col_text(d, "seeds")));
	bool supervises = (v->roles & (ROLE_SUPERVISOR | ROLE_SYSTEM)) != 0;
	json_set_bool(out, "may_reveal", supervises && str_eqz(col_text(d, "state"), "committed"));
	return put_picks(v, col(d, "id"), out);
}

/* The list itself, as published: case, checker, or the checkers of one case (by its number in the draw) without those who must not. */
enum err view_draw_list(struct view_ctx *v, struct json_build *out)
{
	const struct json *d = row_of_text(v->c, v->a, "SELECT * FROM inspect_draw WHERE draw_no=?1", param(v, "draw"));
	struct str list = param(v, "list"), text;
	int64_t ordinal = 0;
	if (!d || (!str_eqz(list, "case") && !str_eqz(list, "checker") && !str_to_i64(list, &ordinal)))
		return ERR_NOT_FOUND;
	if (!ordinal) {
		TRY(pool_text(v->c, v->a, col(d, "id"), list.ptr[1] == 'a' ? "case" : "checker", 0, &text));
	} else {
		struct store_query *q;
		bool row;
		TRY(store_prepare(v->c, "SELECT checker_pool FROM inspect_pick WHERE draw=?1 AND ordinal=?2 AND checker_pool IS NOT NULL", &q));
		store_bind_i64(q, 1, col(d, "id"));
		store_bind_i64(q, 2, ordinal);
		TRY(store_step(q, &row));
		if (!row)
			return ERR_NOT_FOUND;
		text = store_col_copy(q, 0, v->a);
		store_reset(q);
	}
	json_set_str(out, "text", text);
	return OK;
}

/* ---- the front page, and what forms offer ---- */

static void put_entries(struct view_ctx *v, struct json_build *out, const char *part)
{
	const struct json *list = inspect_part(v->c, v->a, part);
	static const struct json none = { .kind = JSON_ARRAY };
	json_set(out, part, list && list->kind == JSON_ARRAY ? list : &none);
}

enum err view_inspect_options(struct view_ctx *v, struct json_build *out)
{
	put_entries(v, out, "kinds");
	put_entries(v, out, "checklists");
	put_entries(v, out, "scripts");
	json_set(out, "settings", inspect_part(v->c, v->a, "settings"));
	return OK;
}

static int64_t count_mine(struct view_ctx *v, const char *all, const char *own)
{
	bool oversees = (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0;
	return oversees ? row_i64(v->c, all, 1, 0) : row_i64(v->c, own, v->actor.person, 0);
}

enum err view_inspect_home(struct view_ctx *v, struct json_build *out)
{
	json_set_i64(out, "specials_open", row_i64(v->c, "SELECT count(*) FROM inspect_special WHERE state='open' AND ?1=1", 1, 0));
	json_set_i64(out, "milestones_late", row_i64(v->c, "SELECT count(*) FROM inspect_milestone m JOIN inspect_special s ON s.id=m.special WHERE s.state='open' AND m.state='open'"
	                                                   " AND m.due_ms<=?1", v->now_ms, 0));
	json_set_i64(out, "reports_late", row_i64(v->c, "SELECT count(*) FROM inspect_report WHERE state='open' AND due_ms<=?1", v->now_ms, 0));
	json_set_i64(out, "draws_committed", row_i64(v->c, "SELECT count(*) FROM inspect_draw WHERE state='committed' AND ?1=1", 1, 0));
	json_set_i64(out, "checks_mine", row_i64(v->c, "SELECT count(*) FROM inspect_checker c JOIN inspect_pick p ON p.id=c.pick WHERE p.state='open' AND c.person=?1", v->actor.person, 0));
	json_set_i64(out, "findings_open", count_mine(v, "SELECT count(*) FROM inspect_finding WHERE state<>'accepted' AND ?1=1",
	                                              "SELECT count(*) FROM inspect_finding WHERE state<>'accepted' AND organ IN (SELECT organ FROM post WHERE a=?1 OR b=?1)"));
	json_set_i64(out, "findings_late", row_i64(v->c, "SELECT count(*) FROM inspect_finding WHERE state='open' AND due_ms<=?1", v->now_ms, 0));
	json_set_i64(out, "calls_waiting", row_i64(v->c, "SELECT count(*) FROM inspect_pick p JOIN inspect_draw d ON d.id=p.draw WHERE d.purpose='callback' AND p.state='open' AND ?1=1", 1, 0));
	json_set_i64(out, "cameras", row_i64(v->c, "SELECT count(*) FROM inspect_device WHERE kind='camera' AND enabled=?1", 1, 0));
	json_set_bool(out, "supervises", (v->roles & ROLE_SUPERVISOR) != 0);
	json_set_bool(out, "oversees", (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR)) != 0);
	return OK;
}
