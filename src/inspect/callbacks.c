/* callbacks.c - concluded cases drawn at random are called back by a script; the result counts (event callback.made). */
#include "inspect/inspect_int.h"

#define CALL_SQL \
	"SELECT p.*, d.purpose, d.form AS form_code, d.draw_no, d.title, d.title_en FROM inspect_pick p JOIN inspect_draw d ON d.id=p.draw" \
	" WHERE d.purpose='callback' AND p.id=?1"

static int64_t attempts_most(struct store_conn *c, struct arena *a)
{
	return json_i64(json_get(inspect_part(c, a, "settings"), "attempts"), 3);
}

static const char *const outcomes[] = { "reached", "no-answer", "busy", "wrong-number", "refused" };

static bool outcome_fits(struct str outcome)
{
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (str_eqz(outcome, outcomes[i]))
			return true;
	return false;
}

static enum err emit_attempt(struct act *act, const struct json *pick, struct str outcome)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "attempt", act_id(act));
	json_set_i64(&o, "pick", col(pick, "id"));
	json_set_str(&o, "outcome", outcome);
	json_set_str(&o, "note", in_text(act, "note"));
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "callback.attempted", col(pick, "case_id"), &o);
}

/* reached with a grade, refused to talk, or not reached after so many attempts */
static enum err emit_made(struct act *act, const struct json *pick, struct str result, int64_t grade, const struct json *form)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "pick", col(pick, "id"));
	json_set_i64(&o, "case", col(pick, "case_id"));
	json_set_i64(&o, "organ", row_i64(act->c, "SELECT organ FROM case_any WHERE id=?1", col(pick, "case_id"), 0));
	json_set_i64(&o, "item", row_i64(act->c, "SELECT item FROM case_any WHERE id=?1", col(pick, "case_id"), 0));
	json_set_str(&o, "result", result);
	json_set_bool(&o, "reached", str_eqz(result, "reached"));
	set_id(&o, "grade", grade);
	json_set_bool(&o, "satisfied", grade >= 1 && grade <= 3);
	json_set(&o, "form", form && form->kind == JSON_OBJECT ? form : &nothing);
	json_set_str(&o, "note", in_text(act, "note"));
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&act->reply, "result", result);
	return act_emit(act, "callback.made", col(pick, "case_id"), &o);
}

static enum err talked(struct act *act, const struct json *pick)
{
	const struct json *script = inspect_entry(act->c, act->a, "scripts", col_text(pick, "form_code")), *form = json_get(act->data, "form");
	int64_t grade = in_i64(act, "grade", 0);
	TRY(form_complete(act, json_get(script, "form"), form));
	if (grade < 1 || grade > 5)
		return act_refuse(act, ERR_INVALID, "inspect.grade", "grade: from 1, very satisfied, to 5, very dissatisfied.");
	TRY(emit_attempt(act, pick, S("reached")));
	return emit_made(act, pick, S("reached"), grade, form);
}

enum err act_callback_attempt(struct act *act)
{
	const struct json *pick = row_of(act->c, act->a, CALL_SQL, in_i64(act, "pick", 0));
	struct str outcome = in_text(act, "outcome");
	if (!pick)
		return act_refuse(act, ERR_NOT_FOUND, "inspect.pick-unknown", "There is no such case in this draw.");
	if (!str_eqz(col_text(pick, "state"), "open"))
		return act_refuse(act, ERR_CONFLICT, "inspect.called", "This call-back has been settled already.");
	if (!outcome_fits(outcome))
		return act_refuse(act, ERR_INVALID, "inspect.outcome", "outcome: reached, no-answer, busy, wrong-number or refused.");
	if (str_eqz(outcome, "reached"))
		return talked(act, pick);
	TRY(emit_attempt(act, pick, outcome));
	if (str_eqz(outcome, "refused"))
		return emit_made(act, pick, S("refused"), 0, NULL);
	if (col(pick, "attempts") + 1 < attempts_most(act->c, act->a)) {
		json_set_str(&act->reply, "result", S("again"));
		return OK;
	}
	return emit_made(act, pick, S("not-reached"), 0, NULL);
}

/* ---- views ---- */

static enum err put_call(struct view_ctx *v, const struct json *row, struct json_build *o)
{
	json_set_i64(o, "pick", col(row, "id"));
	json_set_str(o, "draw_no", col_text(row, "draw_no"));
	json_set_str(o, "title", col_text(row, "title"));
	json_set_str(o, "title_en", col_text(row, "title_en"));
	json_set_str(o, "state", col_text(row, "state"));
	json_set_i64(o, "attempts", col(row, "attempts"));
	json_set_i64(o, "attempts_most", attempts_most(v->c, v->a));
	json_set_str(o, "result", col_text(row, "result"));
	if (col(row, "grade"))
		json_set_i64(o, "grade", col(row, "grade"));
	else
		json_set_null(o, "grade");
	json_set_str(o, "note", col_text(row, "note"));
	json_set_str(o, "done_at", view_instant(v, col(row, "done_ms")));
	set_named(o, v, "done_by", "SELECT login, name FROM person WHERE id=?1", col(row, "done_by"));
	return set_case(v, o, col(row, "case_id"));
}

static enum err put_counts(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT count(*) AS drawn, coalesce(sum(CASE WHEN p.state='open' THEN 1 ELSE 0 END), 0) AS waiting,"
	                        " coalesce(sum(CASE WHEN p.result='reached' THEN 1 ELSE 0 END), 0) AS reached,"
	                        " coalesce(sum(CASE WHEN p.result='not-reached' THEN 1 ELSE 0 END), 0) AS not_reached,"
	                        " coalesce(sum(CASE WHEN p.result='refused' THEN 1 ELSE 0 END), 0) AS refused,"
	                        " coalesce(sum(CASE WHEN p.grade<=3 THEN 1 ELSE 0 END), 0) AS satisfied"
	                        " FROM inspect_pick p JOIN inspect_draw d ON d.id=p.draw WHERE d.purpose='callback' AND (?1 IS NULL OR d.draw_no=?1)", &q));
	struct str draw = param(v, "draw");
	bind_wanted(q, 1, draw);
	TRY(rows_json(v, q, &list));
	json_set(out, "counts", list.value.count ? &list.value.items[0] : NULL);
	return OK;
}

enum err view_callbacks(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build all, rows, list, o;
	int64_t after = 0;
	struct str state = param(v, "state"), draw = param(v, "draw"), result = param(v, "result");
	(void)str_to_i64(param(v, "cursor"), &after);
	TRY(store_prepare(v->c, "SELECT p.id AS n FROM inspect_pick p JOIN inspect_draw d ON d.id=p.draw WHERE d.purpose='callback' AND p.id>?1 AND (?2 IS NULL OR p.state=?2)"
	                        " AND (?3 IS NULL OR d.draw_no=?3) AND (?4 IS NULL OR p.result=?4) ORDER BY p.id LIMIT ?5", &q));
	store_bind_i64(q, 1, after);
	bind_wanted(q, 2, state);
	bind_wanted(q, 3, draw);
	bind_wanted(q, 4, result);
	store_bind_i64(q, 5, view_limit(v) + 1);
	TRY(rows_json(v, q, &list));
	json_build_array(&all, v->a);
	for (size_t i = 0; i < list.value.count; i++) {
		json_build_object(&o, v->a);
		TRY(put_call(v, row_of(v->c, v->a, CALL_SQL, json_i64(json_get(&list.value.items[i], "n"), 0)), &o));
		json_add(&all, json_built(&o));
	}
	page_cut(v, &all, &rows, out, "pick");
	json_set(out, "rows", json_built(&rows));
	return put_counts(v, out);
}

enum err view_callback(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build attempts;
	const struct json *row = row_of(v->c, v->a, CALL_SQL, json_i64(json_get(v->params, "pick"), 0));
	if (!row)
		return ERR_NOT_FOUND;
	TRY(put_call(v, row, out));
	const struct json *script = inspect_entry(v->c, v->a, "scripts", col_text(row, "form_code"));
	json_set(out, "script", script);
	json_set(out, "answers", col_text(row, "form").len ? form_rows(v, json_get(script, "form"), parse(v->a, col_text(row, "form"))) : NULL);
	const struct json *applicant = parse(v->a, row_str(v->c, v->a, "SELECT applicant FROM case_data WHERE id=?1", col(row, "case_id")));
	/* the caller needs the number while there is a call to make, nobody afterwards */
	bool open = str_eqz(col_text(row, "state"), "open") && (v->roles & (ROLE_SUPERVISOR | ROLE_SYSTEM));
	json_set_str(out, "phone", open ? json_text(json_get(applicant, "phone")) : (struct str){ NULL, 0 });
	TRY(store_prepare(v->c, "SELECT a.at_ms, a.outcome, a.note, p.name AS who FROM inspect_attempt a LEFT JOIN person p ON p.id=a.person WHERE a.pick=?1 ORDER BY a.id", &q));
	store_bind_i64(q, 1, col(row, "id"));
	TRY(rows_json(v, q, &attempts));
	json_set(out, "tries", json_built(&attempts));
	json_set_bool(out, "may_call", open);
	return OK;
}
