/* hours.c - a period counted in hours: it runs from its very moment (Civil Code 201).
 *
 * Every hour counts, day and night, working day or not; only suspended days stand still, each
 * from 0:00 to 24:00. The end does not move to a working day: 203 moves a last *day*. So no
 * notice can change a limit in hours, and it is never provisional.
 */
#include "calendar/calendar_int.h"

/* Milliseconds of day d that count, behind the start and before `until_ms`. */
static int64_t counted_ms(const struct clock_run *r, calendar_day d, int64_t until_ms)
{
	int64_t from = calendar_day_start_ms(d, r->c->offset_s), to = from + DAY_MS;
	if (from < r->k->start_ms)
		from = r->k->start_ms;
	if (to > until_ms)
		to = until_ms;
	return to <= from || clock_suspension(r, d) ? 0 : to - from;
}

static enum err find_due(const struct clock_run *r, int64_t *due_ms, struct diag *d)
{
	int64_t rest = r->total * HOUR_MS;
	for (calendar_day day = r->start; day <= CALENDAR_LAST_DAY && day - r->start <= CALENDAR_SPAN_MAX; day++) {
		int64_t of_day = counted_ms(r, day, INT64_MAX);
		if (of_day >= rest && (rest > 0 || !clock_suspension(r, day))) {
			int64_t from = calendar_day_start_ms(day, r->c->offset_s);
			*due_ms = (from < r->k->start_ms ? r->k->start_ms : from) + rest;
			return OK;
		}
		rest -= of_day;
	}
	return clock_too_far(d);
}

static int64_t used_hours(const struct clock_run *r)
{
	int64_t ms = 0;
	for (calendar_day day = r->start; day <= r->now; day++)
		ms += counted_ms(r, day, r->now_ms);
	return ms / HOUR_MS;
}

static enum err fill_lines(const struct clock_run *r, struct calendar_result *out)
{
	size_t count = (size_t)(out->due_on - r->start) + 1;
	struct calendar_line *lines = arena_new_n(r->arena, struct calendar_line, count);
	int32_t nth = 0;
	int64_t counted = 0;
	if (!lines)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		struct calendar_line *l = &lines[i];
		l->day = r->start + (calendar_day)i;
		int64_t of_day = counted_ms(r, l->day, out->due_ms);
		l->counted = of_day > 0;
		l->nth = l->counted ? ++nth : 0;
		l->reason = clock_suspension(r, l->day) ? CALENDAR_SUSPENDED :
		            !l->counted ? CALENDAR_DUE_MOMENT :
		            counted >= r->base_total * HOUR_MS ? CALENDAR_EXTENSION : CALENDAR_COUNTED;
		TRY(clock_line_words(r, l, counted / HOUR_MS + 1));
		counted += of_day;
	}
	out->lines = lines;
	out->lines_count = count;
	return OK;
}

enum err clock_hours(const struct clock_run *r, bool with_lines, struct calendar_result *out, struct diag *d)
{
	TRY(find_due(r, &out->due_ms, d));
	out->due_on = calendar_day_at(out->due_ms, r->c->offset_s);
	if (out->due_on > CALENDAR_LAST_DAY)
		return clock_too_far(d);
	out->overdue = r->now_ms >= out->due_ms;
	out->total = (int32_t)r->total;
	out->used = (int32_t)used_hours(r);
	out->left = clock_left(r->total, out->used, out->overdue);
	return with_lines ? fill_lines(r, out) : OK;
}
