/* due.c - time in this room: moments that have come, watched cases whose limit moved, holidays that changed.
 *
 * The tick asks what is pending and gives each piece to a command, so that it is a fact of the record like any other. An alarm is written
 * first and told afterwards (alert.raise is idempotent by rule and subject): a crash in between loses and repeats nothing. */
#include "inspect/inspect_int.h"

enum { PENDING_MAX = 200, TICK_ARENA_MAX = 64 << 20 };

/* ---- what is pending ---- */

enum err view_inspect_pending(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT due_ms AS due_at, kind, ref, sub, level FROM inspect_due WHERE due_ms<=?1 ORDER BY due_ms, kind, ref, sub, level LIMIT ?2", &q));
	store_bind_i64(q, 1, v->now_ms);
	store_bind_i64(q, 2, PENDING_MAX);
	TRY(rows_json(v, q, &list));
	json_set(out, "due", json_built(&list));
	TRY(store_prepare(v->c, "SELECT a.id AS alarm, a.rule_no, a.level, a.subject, a.text, a.text_en, o.code AS organ, p.login AS person, n.case_no FROM inspect_alarm a"
	                        " LEFT JOIN organ o ON o.id=a.organ LEFT JOIN person p ON p.id=a.person LEFT JOIN case_number n ON n.id=a.case_id"
	                        " WHERE a.told=0 AND ?1>=0 ORDER BY a.id LIMIT ?2", &q));
	store_bind_i64(q, 1, v->now_ms);
	store_bind_i64(q, 2, PENDING_MAX);
	TRY(rows_json(v, q, &list));
	json_set(out, "untold", json_built(&list));
	TRY(store_prepare(v->c, "SELECT w.special, w.case_id AS kase FROM inspect_special_case w JOIN inspect_special s ON s.id=w.special JOIN case_open k ON k.id=w.case_id"
	                        " WHERE s.state='open' AND coalesce(w.due_ms, 0)<>coalesce(k.due_ms, 0) AND ?1>=0 ORDER BY w.special, w.case_id LIMIT ?2", &q));
	store_bind_i64(q, 1, v->now_ms);
	store_bind_i64(q, 2, PENDING_MAX);
	TRY(rows_json(v, q, &list));
	json_set(out, "moved", json_built(&list));
	int64_t calendars = row_i64(v->c, "SELECT count(*) FROM calendar_source WHERE ?1=1", 1, 0);
	json_set_bool(out, "recount", calendars != row_i64(v->c, "SELECT value FROM inspect_counted WHERE name='calendars' AND ?1=1", 1, 0));
	json_set_i64(out, "next_due", row_i64(v->c, "SELECT min(due_ms) FROM inspect_due WHERE due_ms>?1", v->now_ms, INT64_MAX));
	return OK;
}

/* ---- the tick ---- */

static enum err submit(struct casework *cw, struct arena *a, const char *name, const struct json *data, struct diag *d)
{
	struct casework_command c = { .name = str_of(name), .actor = { .system = true }, .data = data };
	struct casework_result r;
	enum err e = casework_do(cw, &c, a, &r);
	return e == OK || !d ? e : diag_set(d, e, r.diag.code, "%s", r.diag.text);
}

static enum err submit_each(struct casework *cw, struct arena *a, const char *name, const struct json *list, struct diag *d)
{
	for (size_t i = 0; list && i < list->count; i++)
		TRY(submit(cw, a, name, &list->items[i], d));
	return OK;
}

static enum err tell(struct casework *cw, struct arena *a, const struct json *list, struct diag *d)
{
	for (size_t i = 0; list && i < list->count; i++) {
		/* a refusal is an alert that cannot be: told is told, the alarm stands on this room's own pages */
		enum err e = submit(cw, a, "alert.raise", &list->items[i], NULL);
		if (e != OK && !err_is_refusal(e))
			return diag_set(d, e, "inspect.alert", "An alarm could not be raised just now.");
		TRY(submit(cw, a, "inspect.told", &list->items[i], d));
	}
	return OK;
}

static enum err work_off(struct casework *cw, struct arena *a, int64_t *next_ms, struct diag *d)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	struct casework_actor system = { .system = true };
	const struct json *pending;
	TRY(casework_view(cw, "inspect.pending", &system, NULL, a, &pending, d));
	if (json_bool(json_get(pending, "recount"), false))
		TRY(submit(cw, a, "inspect.recount", &nothing, d));
	TRY(submit_each(cw, a, "inspect.rearm", json_get(pending, "moved"), d));
	TRY(submit_each(cw, a, "inspect.fire", json_get(pending, "due"), d));
	TRY(tell(cw, a, json_get(pending, "untold"), d));
	*next_ms = json_i64(json_get(pending, "next_due"), INT64_MAX);
	return OK;
}

enum err inspect_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	struct arena a;
	arena_init(&a, TICK_ARENA_MAX);
	enum err e = work_off(cw, &a, next_ms, d);
	arena_release(&a);
	return e;
}

/* ---- a moment has come ---- */

static bool is_due(struct act *act, int64_t due_ms, struct str kind, int64_t ref, int64_t sub, int64_t level)
{
	struct store_query *q;
	bool row = false;
	if (due_ms > act->now_ms ||
	    store_prepare(act->c, "SELECT 1 FROM inspect_due WHERE due_ms=?1 AND kind=?2 AND ref=?3 AND sub=?4 AND level=?5", &q) != OK)
		return false;
	store_bind_i64(q, 1, due_ms);
	store_bind_str(q, 2, kind);
	store_bind_i64(q, 3, ref);
	store_bind_i64(q, 4, sub);
	store_bind_i64(q, 5, level);
	bool there = store_step(q, &row) == OK && row;
	store_reset(q);
	return there;
}

static void put_words(struct act *act, struct json_build *o, const struct alarm_words *w)
{
	json_set_i64(o, "alarm", act_id(act));
	json_set_str(o, "rule_no", w->rule_no);
	json_set_str(o, "subject", w->subject);
	json_set_str(o, "text", w->zh);
	json_set_str(o, "text_en", w->en);
	set_id(o, "organ", w->organ);
	set_id(o, "person", w->person);
	set_id(o, "case", w->case_id);
	json_set_i64(o, "at_ms", act->now_ms);
	json_set_bool(o, "told", w->case_id != 0);
}

/* What concerns a case is an alert at once, in the same act. */
static enum err alert_on_case(struct act *act, const struct alarm_words *w, int64_t level)
{
	struct case_row k;
	struct alert_new alert = { .organ = w->organ, .person = w->person, .level = (int)level, .rule_no = w->rule_no, .text = w->zh, .text_en = w->en };
	TRY(case_get(act->c, act->a, w->case_id, &k));
	return alert_raise(act, &k, &alert);
}

enum err act_inspect_fire(struct act *act)
{
	struct json_build o;
	struct alarm_words w;
	struct str kind = in_text(act, "kind");
	int64_t due_ms = in_i64(act, "due_at", 0), ref = in_i64(act, "ref", 0), sub = in_i64(act, "sub", 0), level = in_i64(act, "level", 0);
	if (!is_due(act, due_ms, kind, ref, sub, level)) /* fired already, or its reason is gone */
		return OK;
	bool says = alarm_words(act, kind, ref, sub, level, &w);
	int64_t case_id = says ? w.case_id : 0;
	json_build_object(&o, act->a);
	json_set_i64(&o, "due_ms", due_ms);
	json_set_str(&o, "kind", kind);
	json_set_i64(&o, "ref", ref);
	json_set_i64(&o, "sub", sub);
	json_set_i64(&o, "level", level);
	if (says)
		put_words(act, &o, &w);
	TRY(act_emit(act, "inspect.fired", case_id, &o));
	return case_id ? alert_on_case(act, &w, level) : OK; /* without a case: alert.raise, once this is durable */
}

enum err act_inspect_told(struct act *act)
{
	struct json_build o;
	int64_t alarm = in_i64(act, "alarm", 0);
	if (!row_i64(act->c, "SELECT 1 FROM inspect_alarm WHERE id=?1 AND told=0", alarm, 0))
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "alarm", alarm);
	return act_emit(act, "inspect.told", 0, &o);
}

/* ---- limits that moved ---- */

enum err act_inspect_rearm(struct act *act)
{
	struct store_query *q;
	bool row;
	int64_t special = in_i64(act, "special", 0), case_id = in_i64(act, "kase", 0), raised = 0;
	TRY(store_prepare(act->c, "SELECT raised FROM inspect_special_case WHERE special=?1 AND case_id=?2", &q));
	store_bind_i64(q, 1, special);
	store_bind_i64(q, 2, case_id);
	TRY(store_step(q, &row));
	if (!row)
		return OK;
	raised = store_col_i64(q, 0);
	store_reset(q);
	const struct json *s = row_of(act->c, act->a, "SELECT * FROM inspect_special WHERE id=?1", special);
	return special_case_arm(act, s, case_id, raised, "special.case-moved");
}

/* What is still open in each table, under which rules it warns. */
static const struct { const char *sql, *id, *event, *rules; } counted[] = {
	{ "SELECT m.*, s.rules FROM inspect_milestone m JOIN inspect_special s ON s.id=m.special WHERE m.state='open' AND s.state='open' AND m.id>?1 ORDER BY m.id LIMIT 1",
	  "milestone", "milestone.moved", "milestone" },
	{ "SELECT * FROM inspect_report WHERE state='open' AND amount>0 AND id>?1 ORDER BY id LIMIT 1", "report", "report.moved", "report" },
	{ "SELECT * FROM inspect_finding WHERE state='open' AND id>?1 ORDER BY id LIMIT 1", "finding", "finding.moved", "finding" },
};

static enum err recount_row(struct act *act, size_t i, const struct json *row)
{
	struct json_build o;
	struct limit l = { .start_ms = col(row, "start_ms"), .amount = col(row, "amount"), .unit = col_text(row, "unit") };
	struct str own = col_text(row, "rules");
	TRY(limit_run(act, &l));
	if (l.due_ms == col(row, "due_ms") && l.provisional == (col(row, "provisional") != 0))
		return OK;
	const struct json *rules = json_get(own.len ? parse(act->a, own) : inspect_part(act->c, act->a, "rules"), counted[i].rules);
	json_build_object(&o, act->a);
	json_set_i64(&o, counted[i].id, col(row, "id"));
	json_set_i64(&o, "due_ms", l.due_ms);
	json_set_bool(&o, "provisional", l.provisional);
	json_set(&o, "alarms", moments_of(act, rules, l.due_ms, col(row, "raised"), 0));
	return act_emit(act, counted[i].event, 0, &o);
}

enum err act_inspect_recount(struct act *act)
{
	struct json_build o;
	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
		const struct json *row = row_of(act->c, act->a, counted[i].sql, 0);
		for (; row; row = row_of(act->c, act->a, counted[i].sql, col(row, "id")))
			TRY(recount_row(act, i, row));
	}
	json_build_object(&o, act->a);
	json_set_i64(&o, "calendars", row_i64(act->c, "SELECT count(*) FROM calendar_source WHERE ?1=1", 1, 0));
	return act_emit(act, "inspect.recounted", 0, &o);
}
