/* moments.c - limits of this room, derived by the calendar, and the moments at which they warn. */
#include "inspect/inspect_int.h"

enum { MOMENTS_MAX = 8 };

struct moment { int level; int64_t at_ms; };

enum err limit_run(struct act *act, struct limit *l)
{
	struct calendar_clock k = { .start_ms = l->start_ms };
	struct calendar_result r;
	struct diag own;
	diag_init(&own);
	bool fits = l->amount >= 1 && l->amount <= INT32_MAX && calendar_unit_parse(l->unit, &k.limit.unit);
	k.limit.amount = fits ? (int32_t)l->amount : 0;
	if (!fits || calendar_clock_run(calendar_now(act->cw), &k, act->now_ms, false, act->a, &r, &own) != OK)
		return act_refuse(act, ERR_INVALID, "inspect.limit", "A limit is a whole number from 1 on, in working-days, calendar-days, hours, months or years.");
	l->due_ms = r.due_ms;
	l->provisional = r.provisional;
	return OK;
}

static int64_t moment_at(const struct calendar *cal, const struct json *rule, int64_t due_ms)
{
	int32_t offset_s = calendar_offset_s(cal), before = (int32_t)json_i64(json_get(rule, "before"), 0);
	if (json_bool(json_get(rule, "after"), false))
		return due_ms;
	calendar_day day = calendar_day_at(due_ms - 1, offset_s);
	return calendar_day_start_ms(before > 0 ? calendar_working_days_add(cal, day, -before) : day, offset_s);
}

/* What begins when several moments have passed already says the worst of them. */
static bool overtaken(const struct moment *m, size_t n, size_t i, int64_t now_ms)
{
	for (size_t k = 0; k < n; k++)
		if (m[k].level > m[i].level && m[k].at_ms <= now_ms)
			return true;
	return false;
}

const struct json *moments_of(struct act *act, const struct json *rules, int64_t due_ms, int64_t raised, int64_t until_ms)
{
	struct moment m[MOMENTS_MAX];
	struct json_build list, o;
	size_t n = 0;
	for (size_t i = 0; rules && rules->kind == JSON_ARRAY && i < rules->count && n < MOMENTS_MAX; i++)
		m[n++] = (struct moment){ level_of(json_text(json_get(&rules->items[i], "level"))), moment_at(calendar_now(act->cw), &rules->items[i], due_ms) };
	json_build_array(&list, act->a);
	for (size_t i = 0; i < n; i++) {
		if (m[i].level <= raised || (until_ms && m[i].at_ms > until_ms) || overtaken(m, n, i, act->now_ms))
			continue;
		json_build_object(&o, act->a);
		json_set_i64(&o, "due_ms", m[i].at_ms > act->now_ms ? m[i].at_ms : act->now_ms);
		json_set_i64(&o, "level", m[i].level);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}
