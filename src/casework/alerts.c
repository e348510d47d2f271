/* alerts.c - what happens when a clock reaches a moment: an alert, told to who must act.
 *
 * One alert per clock and level, ever (bits in clock.raised). The same transaction removes the
 * timer, so that a crash in between can neither lose nor repeat it.
 */
#include "casework/access_int.h"

/* Whoever answers for the head's post now. */
static enum err find_head(struct store_conn *c, struct responsible *w)
{
	struct holder h = { 0 };
	int64_t post = row_i64(c, "SELECT id FROM post WHERE organ=?1 AND role='head' AND ended_ms IS NULL ORDER BY id LIMIT 1", w->organ, 0);
	if (post)
		TRY(holder_of_post(c, post, 0, &h));
	w->head = h.person;
	return OK;
}

enum err responsible_for(struct store_conn *c, const struct case_row *k, int64_t step, struct responsible *w)
{
	int64_t s = step ? step : row_i64(c, "SELECT id FROM step_open WHERE case_id=?1 AND post IS NOT NULL ORDER BY id LIMIT 1", k->id, 0);
	*w = (struct responsible){ .organ = k->organ };
	if (s) {
		w->person = row_i64(c, "SELECT person FROM step_open WHERE id=?1 AND post IS NOT NULL", s, 0);
		w->organ = row_i64(c, "SELECT organ FROM step_open WHERE id=?1 AND post IS NOT NULL", s, k->organ);
	}
	TRY(find_head(c, w));
	if (!w->person)
		w->person = w->head;
	return OK;
}

struct words { const char *kind, *zh, *en; };

static const struct words clock_words[] = {
	{ "promised", "承诺时限", "promised limit" }, { "statutory", "法定时限", "statutory limit" },
	{ "delivery", "结果送达时限", "limit for handing over" }, { "step", "环节时限", "limit of the step" },
	{ "supplement", "补正时限", "limit for supplementing" },
};

static const struct words *words_of(struct str kind)
{
	for (size_t i = 0; i < sizeof clock_words / sizeof *clock_words; i++)
		if (str_eqz(kind, clock_words[i].kind))
			return &clock_words[i];
	return &clock_words[3];
}

/* 24:00 of a day is shown as that day, not the next. */
static struct str due_day(struct act *act, int64_t due_ms)
{
	return day_text(act->a, calendar_day_at(due_ms - 1, calendar_offset_s(calendar_now(act->cw))));
}

static void texts(struct act *act, const struct case_row *k, const struct clock_row *r, struct str *zh, struct str *en)
{
	const struct words *w = words_of(r->kind);
	struct str day = due_day(act, r->due_ms);
	bool late = act->now_ms >= r->due_ms;
	*zh = arena_printf(act->a, late ? "办件 %.*s 的%s已于 %.*s 届满。" : "办件 %.*s 的%s将于 %.*s 届满。",
	                   STR_ARG(k->case_no), w->zh, STR_ARG(day));
	*en = arena_printf(act->a, late ? "Case %.*s: the %s ended on %.*s." : "Case %.*s: the %s ends on %.*s.",
	                   STR_ARG(k->case_no), w->en, STR_ARG(day));
}

static const char *level_zh(int level)
{
	static const char *const names[] = { "", "提醒", "黄牌预警", "红牌预警" };
	return names[level];
}

static const char *level_en(int level)
{
	static const char *const names[] = { "", "Reminder", "Yellow alert", "Red alert" };
	return names[level];
}

static enum err tell(struct act *act, const struct case_row *k, const struct responsible *w, int level, struct str zh, struct str en)
{
	struct str title = arena_printf(act->a, "%s:%.*s", level_zh(level), STR_ARG(k->case_no));
	struct str title_en = arena_printf(act->a, "%s: %.*s", level_en(level), STR_ARG(k->case_no));
	if (w->person)
		TRY(notice_send(act, w->person, k->id, title, title_en, zh, en, 0));
	if (w->head && w->head != w->person)
		TRY(notice_send(act, w->head, k->id, title, title_en, zh, en, 0));
	return OK;
}

enum err alert_raise(struct act *act, const struct case_row *k, const struct alert_new *a)
{
	struct json_build o;
	int64_t n;
	calendar_day day = calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw)));
	int year, month, mday;
	calendar_day_civil(day, &year, &month, &mday);
	char serial[32];
	snprintf(serial, sizeof serial, "alert/%04d", year);
	json_build_object(&o, act->a);
	serial_take(act, serial, &o, &n);
	json_set_i64(&o, "alert", act_id(act));
	json_set_str(&o, "alert_no", arena_printf(act->a, "JC%04d%06lld", year, (long long)n));
	json_set_i64(&o, "case", k->id);
	if (a->clock)
		json_set_i64(&o, "clock", a->clock);
	if (a->step)
		json_set_i64(&o, "step", a->step);
	json_set_i64(&o, "level", a->level);
	json_set_i64(&o, "bit", 1 << (a->level - 1));
	json_set_str(&o, "rule_no", a->rule_no);
	json_set_str(&o, "text", a->text);
	json_set_str(&o, "text_en", a->text_en);
	json_set_i64(&o, "at_ms", act->now_ms);
	if (a->due_ms)
		json_set_i64(&o, "due_ms", a->due_ms);
	json_set_i64(&o, "organ", a->organ);
	json_set_i64(&o, "item", k->item);
	json_set_i64(&o, "person", a->person);
	if (a->subject_key.len) {
		json_set_str(&o, "subject_key", a->subject_key);
		json_set_i64(&o, "rule_version", a->rule_version);
		json_set_i64(&o, "moment_ms", a->moment_ms);
		json_set(&o, "evidence", a->evidence);
	}
	TRY(act_emit(act, "alert.raised", k->id, &o));
	struct responsible w = { .person = a->person, .organ = a->organ };
	TRY(find_head(act->c, &w));
	return tell(act, k, &w, a->level, a->text, a->text_en);
}

static enum err raise(struct act *act, const struct case_row *k, const struct clock_row *r, int level)
{
	struct responsible w;
	struct alert_new a = { .clock = r->id, .step = r->step, .due_ms = r->due_ms, .level = level };
	TRY(responsible_for(act->c, k, r->step, &w));
	a.organ = w.organ;
	a.person = w.person;
	a.rule_no = arena_printf(act->a, "T-%.*s-%s", STR_ARG(r->kind), level_name(level));
	texts(act, k, r, &a.text, &a.text_en);
	return alert_raise(act, k, &a);
}

enum err clock_alarm(struct act *act, int64_t case_id, int64_t clock, struct str level)
{
	struct case_row k;
	struct clock_row *r;
	int n = level_of(level);
	TRY(act_case(act, case_id, &k));
	TRY(act_clocks(act, case_id, &r));
	while (r && r->id != clock)
		r = r->next;
	if (!r || !k.open || !n || !str_eqz(r->state, "running") || r->raised & 1 << (n - 1))
		return OK;
	TRY(raise(act, &k, r, n));
	return case_refresh(act, case_id);
}

/* ---- timers ---- */

/* Into `o`: what a clock is armed with when this timer of its has come. Nothing for a timer of anything else. */
static enum err arm_next(struct act *act, int64_t due_ms, int64_t case_id, struct str kind, int64_t ref, struct json_build *o)
{
	struct clock_row *r;
	const struct json *next;
	int level = level_of(kind);
	if (!level)
		return OK;
	TRY(act_clocks(act, case_id, &r));
	while (r && r->id != ref)
		r = r->next;
	if (!r || !str_eqz(r->state, "running"))
		return OK;
	TRY(clock_alarms_after(act, r, level, due_ms, &next));
	if (next && next->count)
		json_set(o, "next", next);
	return OK;
}

static enum err fired(struct act *act, int64_t due_ms, int64_t case_id, struct str kind, int64_t ref)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "due_ms", due_ms);
	json_set_i64(&o, "case", case_id);
	json_set_str(&o, "kind", kind);
	json_set_i64(&o, "ref", ref);
	TRY(arm_next(act, due_ms, case_id, kind, ref, &o));
	return act_emit(act, "timer.fired", case_id, &o);
}

/* A timer that is gone has fired already, or its clock moved: nothing to do. */
static enum err is_armed(struct act *act, int64_t due_ms, int64_t case_id, struct str kind, int64_t ref, bool *armed)
{
	struct store_query *q;
	TRY(store_prepare(act->c, "SELECT 1 FROM timer WHERE due_ms=?1 AND case_id=?2 AND kind=?3 AND ref=?4", &q));
	store_bind_i64(q, 1, due_ms);
	store_bind_i64(q, 2, case_id);
	store_bind_str(q, 3, kind);
	store_bind_i64(q, 4, ref);
	TRY(store_step(q, armed));
	store_reset(q);
	return OK;
}

/* One due timer. */
enum err act_timer_fire(struct act *act)
{
	int64_t due_ms = json_i64(json_get(act->data, "due_ms"), 0), case_id = json_i64(json_get(act->data, "case"), 0);
	int64_t ref = json_i64(json_get(act->data, "ref"), 0);
	struct str kind = json_text(json_get(act->data, "kind"));
	bool armed;
	TRY(is_armed(act, due_ms, case_id, kind, ref, &armed));
	json_set_bool(&act->reply, "fired", armed);
	if (!armed || due_ms > act->now_ms)
		return OK;
	/* the process of a paused pack waits, the law's clocks do not */
	if (str_eqz(kind, "process"))
		TRY(pack_running(act, row_i64(act->c, "SELECT pack FROM case_open WHERE id=?1", case_id, 0)));
	TRY(fired(act, due_ms, case_id, kind, ref));
	if (str_eqz(kind, "glass"))
		return glass_over(act, case_id, ref);
	if (str_starts(kind, S("absence-")))
		return absence_timer(act, kind, ref);
	if (str_eqz(kind, "plan"))
		return plan_timer(act, ref);
	if (str_eqz(kind, "promise"))
		return promise_timer(act, ref);
	if (!str_eqz(kind, "process"))
		return clock_alarm(act, case_id, ref, kind);
	struct bpmn_command cmd = { .kind = BPMN_FIRE_TIMER, .id = (uint32_t)ref };
	return engine_command(act, case_id, &cmd);
}

/* A timer whose firing was refused: an hour later again, and the reason in the record. What would come after it does not wait for it, unless the
 * case is damaged. */
enum err act_timer_postpone(struct act *act)
{
	enum { HOUR_MS = 3600000 };
	struct json_build o;
	int64_t due_ms = json_i64(json_get(act->data, "due_ms"), 0), case_id = json_i64(json_get(act->data, "case"), 0);
	int64_t ref = json_i64(json_get(act->data, "ref"), 0);
	struct str kind = json_text(json_get(act->data, "kind"));
	bool armed;
	TRY(is_armed(act, due_ms, case_id, kind, ref, &armed));
	if (!armed)
		return OK;
	json_build_object(&o, act->a);
	if (!json_bool(json_get(act->data, "damaged"), false))
		TRY(arm_next(act, due_ms, case_id, kind, ref, &o));
	for (size_t i = 0; i < act->data->count; i++)
		json_set_key(&o, act->data->members[i].key, &act->data->members[i].value);
	json_set_i64(&o, "until_ms", (act->now_ms > due_ms ? act->now_ms : due_ms) + HOUR_MS);
	return act_emit(act, "timer.postponed", case_id, &o);
}
