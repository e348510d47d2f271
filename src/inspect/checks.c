/* checks.c - a case drawn is checked by those drawn for it, by the checklist; what they find becomes demands for correction. */
#include "inspect/inspect_int.h"

enum { FINDINGS_MAX = 20 };

static bool is_checker(struct act *act, int64_t pick)
{
	struct store_query *q;
	bool row = false;
	if (act->actor.system)
		return true;
	/* recusal may have left nobody: then a supervisor checks */
	if (!row_i64(act->c, "SELECT count(*) FROM inspect_checker WHERE pick=?1", pick, 0))
		return is_supervisor(act);
	if (store_prepare(act->c, "SELECT 1 FROM inspect_checker WHERE pick=?1 AND person=?2", &q) != OK)
		return false;
	store_bind_i64(q, 1, pick);
	store_bind_i64(q, 2, act->actor.person);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

#define PICK_SQL "SELECT p.*, d.purpose, d.form AS form_code, d.draw_no FROM inspect_pick p JOIN inspect_draw d ON d.id=p.draw WHERE p.id=?1"

enum err act_check_record(struct act *act)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	const struct json *pick = row_of(act->c, act->a, PICK_SQL, in_i64(act, "pick", 0)), *form = json_get(act->data, "form"), *findings = json_get(act->data, "findings");
	struct json_build o;
	if (!pick || !str_eqz(col_text(pick, "purpose"), "check"))
		return act_refuse(act, ERR_NOT_FOUND, "inspect.pick-unknown", "There is no such case in this draw.");
	if (!is_checker(act, col(pick, "id")))
		return act_refuse(act, ERR_DENIED, "inspect.not-checker", "Only those drawn to check this case may record the check.");
	if (!str_eqz(col_text(pick, "state"), "open"))
		return act_refuse(act, ERR_CONFLICT, "inspect.checked", "This case has been checked already.");
	const struct json *list = inspect_entry(act->c, act->a, "checklists", col_text(pick, "form_code"));
	TRY(form_complete(act, json_get(list, "form"), form));
	size_t count = findings && findings->kind == JSON_ARRAY ? findings->count : 0;
	if (count > FINDINGS_MAX)
		return act_refuse(act, ERR_LIMIT, "inspect.too-many", "At most %d at once.", FINDINGS_MAX);
	json_build_object(&o, act->a);
	json_set_i64(&o, "pick", col(pick, "id"));
	json_set(&o, "form", form && form->kind == JSON_OBJECT ? form : &nothing);
	json_set_str(&o, "result", count ? S("findings") : S("clean"));
	json_set_str(&o, "note", in_text(act, "note"));
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "check.recorded", col(pick, "case_id"), &o));
	for (size_t i = 0; i < count; i++)
		TRY(finding_make(act, pick, &findings->items[i]));
	json_set_i64(&act->reply, "findings", (int64_t)count);
	return OK;
}

/* ---- views ---- */

enum err set_case(struct view_ctx *v, struct json_build *o, int64_t case_id)
{
	struct case_row k;
	struct json_build row;
	if (!case_id || case_get(v->c, v->a, case_id, &k) != OK) {
		json_set_null(o, "case");
		return OK;
	}
	json_build_object(&row, v->a);
	TRY(case_row_json(v, &k, &row));
	json_set(o, "case", json_built(&row));
	return OK;
}

static enum err checkers_of(struct view_ctx *v, int64_t pick, struct json_build *list)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT ordinal, name, digest, divisor, position, person AS id FROM inspect_checker WHERE pick=?1 ORDER BY ordinal", &q));
	store_bind_i64(q, 1, pick);
	return rows_json(v, q, list);
}

static bool listed(const struct json *checkers, int64_t person)
{
	for (size_t i = 0; checkers && i < checkers->count; i++)
		if (person && json_i64(json_get(&checkers->items[i], "id"), 0) == person)
			return true;
	return false;
}

static enum err put_check(struct view_ctx *v, const struct json *row, struct json_build *o)
{
	struct json_build checkers;
	int64_t pick = col(row, "id");
	json_set_i64(o, "pick", pick);
	json_set_i64(o, "ordinal", col(row, "ordinal"));
	json_set_str(o, "draw_no", col_text(row, "draw_no"));
	json_set_str(o, "title", col_text(row, "title"));
	json_set_str(o, "title_en", col_text(row, "title_en"));
	json_set_str(o, "state", col_text(row, "state"));
	json_set_str(o, "result", col_text(row, "result"));
	json_set_str(o, "note", col_text(row, "note"));
	json_set_str(o, "done_at", view_instant(v, col(row, "done_ms")));
	set_named(o, v, "done_by", "SELECT login, name FROM person WHERE id=?1", col(row, "done_by"));
	TRY(set_case(v, o, col(row, "case_id")));
	TRY(checkers_of(v, pick, &checkers));
	json_set(o, "checkers", json_built(&checkers));
	bool mine = checkers.value.count ? listed(json_built(&checkers), v->actor.person) : (v->roles & ROLE_SUPERVISOR) != 0;
	json_set_bool(o, "may_record", mine && str_eqz(col_text(row, "state"), "open"));
	return OK;
}

/* Ids first, then the rows: each asks further questions. */
static enum err ids_of(struct view_ctx *v, struct store_query *q, int64_t *out, size_t most, size_t *count)
{
	bool row;
	for (*count = 0; *count < most;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		out[(*count)++] = store_col_i64(q, 0);
	}
	store_reset(q);
	(void)v;
	return OK;
}

#define CHECK_ROW "SELECT p.*, d.draw_no, d.title, d.title_en, d.form AS form_code FROM inspect_pick p JOIN inspect_draw d ON d.id=p.draw WHERE p.id=?1"
#define SEES_ALL (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)

enum err view_checks(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build all, rows;
	int64_t before = INT64_MAX, ids[201];
	size_t n;
	struct str state = param(v, "state"), draw = param(v, "draw");
	(void)str_to_i64(param(v, "cursor"), &before);
	TRY(store_prepare(v->c, "SELECT p.id FROM inspect_pick p JOIN inspect_draw d ON d.id=p.draw WHERE d.purpose='check' AND p.id<?1 AND (?2 IS NULL OR p.state=?2)"
	                        " AND (?3 IS NULL OR d.draw_no=?3) AND (?4=1 OR EXISTS (SELECT 1 FROM inspect_checker c WHERE c.pick=p.id AND c.person=?5))"
	                        " ORDER BY p.id DESC LIMIT ?6", &q));
	store_bind_i64(q, 1, before);
	bind_wanted(q, 2, state);
	bind_wanted(q, 3, draw);
	store_bind_i64(q, 4, (v->roles & SEES_ALL) && !str_eqz(param(v, "mine"), "true"));
	store_bind_i64(q, 5, v->actor.person);
	store_bind_i64(q, 6, view_limit(v) + 1);
	TRY(ids_of(v, q, ids, 201, &n));
	json_build_array(&all, v->a);
	for (size_t i = 0; i < n; i++) {
		struct json_build o;
		json_build_object(&o, v->a);
		TRY(put_check(v, row_of(v->c, v->a, CHECK_ROW, ids[i]), &o));
		json_add(&all, json_built(&o));
	}
	page_cut(v, &all, &rows, out, "pick");
	json_set(out, "rows", json_built(&rows));
	return OK;
}

/* What the case's record says, for a checker of another office. */
static enum err put_record(struct view_ctx *v, int64_t case_id, struct json_build *out)
{
	struct store_query *q;
	struct json_build steps;
	TRY(store_prepare(v->c, "SELECT s.name, s.name_en, o.name AS organ, p.name AS person, s.opened_ms, s.closed_ms, s.action, s.opinion FROM step_done s"
	                        " LEFT JOIN organ o ON o.id=s.organ LEFT JOIN person p ON p.id=s.person WHERE s.case_id=?1 ORDER BY s.id", &q));
	store_bind_i64(q, 1, case_id);
	TRY(rows_json(v, q, &steps));
	json_set(out, "steps", json_built(&steps));
	return OK;
}

enum err view_check(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build findings;
	const struct json *row = row_of(v->c, v->a, CHECK_ROW, json_i64(json_get(v->params, "pick"), 0));
	if (!row || !row_i64(v->c, "SELECT 1 FROM inspect_draw WHERE id=?1 AND purpose='check'", col(row, "draw"), 0))
		return ERR_NOT_FOUND;
	TRY(put_check(v, row, out));
	const struct json_build *built = out;
	if (!(v->roles & SEES_ALL) && !listed(json_get(&built->value, "checkers"), v->actor.person))
		return ERR_NOT_FOUND;
	const struct json *list = inspect_entry(v->c, v->a, "checklists", col_text(row, "form_code")), *form = json_get(list, "form");
	json_set(out, "checklist", list);
	json_set(out, "answers", col_text(row, "form").len ? form_rows(v, form, parse(v->a, col_text(row, "form"))) : NULL);
	TRY(put_record(v, col(row, "case_id"), out));
	TRY(store_prepare(v->c, "SELECT finding_no, text, state, due_ms AS due_at_ms FROM inspect_finding WHERE pick=?1 ORDER BY id", &q));
	store_bind_i64(q, 1, col(row, "id"));
	TRY(rows_json(v, q, &findings));
	json_set(out, "findings", json_built(&findings));
	return OK;
}
