/* timer.c - when a timer is due: ISO 8601 literals, FEEL values, and limits counted by the
 * working calendar, due at 24:00 of their last day (Civil Code 203).
 */
#include <stdio.h>

#include "bpmn/run_int.h"

static bool limit_due(struct run *r, const struct bpmn_definition *def, int64_t *due_ms)
{
	struct calendar_clock k = { .start_ms = r->env->now_ms, .limit = def->limit };
	struct calendar_result result;
	struct diag d;
	enum err e;

	if (!r->env->calendar) {
		snprintf(r->why, sizeof r->why, "A limit in %s needs the working calendar, and none is loaded.",
		         calendar_unit_name(def->limit.unit));
		return false;
	}
	diag_init(&d);
	e = calendar_clock_run(r->env->calendar, &k, r->env->now_ms, false, r->a, &result, &d);
	if (e == ERR_NOMEM)
		r->failed = e;
	if (e != OK) {
		snprintf(r->why, sizeof r->why, "The limit cannot be counted: %.200s", d.text);
		return false;
	}
	*due_ms = result.due_ms;
	return true;
}

static int64_t moment_ms(const struct run *r, const struct feel_value *v)
{
	const struct feel_moment *m = &v->moment;
	int32_t offset = v->kind == FEEL_DATE_TIME && v->zone_kind != FEEL_ZONE_NONE ? v->offset_s : r->env->offset_s;
	int year = m->year < 1 ? 1 : m->year > 9999 ? 9999 : m->year;
	int64_t day = calendar_day_start_ms(calendar_day_of(year, m->month, m->day), 0);

	return day + ((m->hour * 60 + m->minute) * 60 + m->second) * INT64_C(1000) + m->nano / 1000000 -
	       (int64_t)offset * 1000;
}

/* A timer's text: the literal, or the text that the expression gave. */
static bool text_due(struct run *r, enum bpmn_timer_kind kind, struct str text, int64_t *due_ms, int64_t *repeats)
{
	struct bpmn_duration d;
	struct bpmn_cycle c;

	if (kind == TIMER_DURATION && bpmn_iso_duration(text, &d)) {
		*due_ms = bpmn_duration_add(r->env->now_ms, &d, r->env->offset_s);
		return true;
	}
	if (kind == TIMER_DATE && bpmn_iso_date(text, r->env->offset_s, due_ms))
		return true;
	if (kind == TIMER_CYCLE && bpmn_iso_cycle(text, r->env->offset_s, &c) && c.repeats != 0) {
		*due_ms = c.has_start ? c.start_ms : bpmn_duration_add(r->env->now_ms, &c.period, r->env->offset_s);
		*repeats = c.repeats < 0 ? -1 : c.repeats - 1;
		return true;
	}
	snprintf(r->why, sizeof r->why, "\"%.*s\" is no %s of ISO 8601.", (int)(text.len > 80 ? 80 : text.len), text.ptr,
	         kind == TIMER_DURATION ? "duration" : kind == TIMER_DATE ? "date" : "repeating interval");
	return false;
}

static bool value_due(struct run *r, const struct feel_value *v, enum bpmn_timer_kind kind, int64_t *due_ms,
                      int64_t *repeats)
{
	struct bpmn_duration d = { 0, 0 };

	if (v->kind == FEEL_STRING)
		return text_due(r, kind, v->string, due_ms, repeats);
	if ((v->kind == FEEL_DATE || v->kind == FEEL_DATE_TIME) && kind == TIMER_DATE) {
		*due_ms = moment_ms(r, v);
		return true;
	}
	if (v->kind == FEEL_DAYS_DURATION)
		d.ms = v->span.seconds * 1000 + v->span.nano / 1000000;
	else if (v->kind == FEEL_MONTHS_DURATION)
		d.months = v->months;
	if ((v->kind == FEEL_DAYS_DURATION || v->kind == FEEL_MONTHS_DURATION) && kind != TIMER_DATE) {
		*due_ms = bpmn_duration_add(r->env->now_ms, &d, r->env->offset_s);
		*repeats = kind == TIMER_CYCLE ? -1 : 0;
		return true;
	}
	snprintf(r->why, sizeof r->why, "The timer's expression gives a %s, which is no time.",
	         feel_kind_name((enum feel_kind)v->kind));
	return false;
}

bool timer_due(struct run *r, struct act *act, const struct bpmn_definition *def, int64_t *due_ms, int64_t *repeats)
{
	struct feel_value v;

	*repeats = 0;
	if (def->timer == TIMER_LIMIT)
		return limit_due(r, def, due_ms);
	if (!def->timer_expr.plan)
		return text_due(r, def->timer, def->timer_text, due_ms, repeats);
	return run_eval(r, act, &def->timer_expr, &v) && value_due(r, &v, def->timer, due_ms, repeats);
}

/* The occurrence after *due_ms; false when the period cannot be told any more. */
bool timer_next(struct run *r, struct act *act, const struct bpmn_definition *def, int64_t *due_ms)
{
	struct bpmn_cycle c;
	struct str text = def->timer_text;
	struct feel_value v;
	struct bpmn_duration d = { 0, 0 };

	if (def->timer != TIMER_CYCLE)
		return false;
	if (def->timer_expr.plan) {
		if (!run_eval(r, act, &def->timer_expr, &v))
			return false;
		if (v.kind == FEEL_STRING)
			text = v.string;
		else if (v.kind == FEEL_DAYS_DURATION)
			d.ms = v.span.seconds * 1000 + v.span.nano / 1000000;
		else if (v.kind == FEEL_MONTHS_DURATION)
			d.months = v.months;
	}
	if (d.ms == 0 && d.months == 0) {
		if (!bpmn_iso_cycle(text, r->env->offset_s, &c))
			return false;
		d = c.period;
	}
	*due_ms = bpmn_duration_add(*due_ms, &d, r->env->offset_s);
	return true;
}
