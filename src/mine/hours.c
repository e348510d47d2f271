/* hours.c - working days' time: of each working day its 24 hours count, of other days nothing.
 *
 * A running total of working days makes a span one subtraction, so that parts add up: waiting and
 * working together are the whole. */
#include "mine/mine_int.h"

#define DAY_MS 86400000

enum { DAYS_MAX = 400000 }; /* a millennium: further apart no log is real */

enum err hours_init(struct work_hours *h, const struct calendar *c, int64_t from_ms, int64_t to_ms)
{
	h->offset_s = calendar_offset_s(c);
	h->from = calendar_day_at(from_ms, h->offset_s);
	h->to = calendar_day_at(to_ms, h->offset_s) + 1;
	if (h->to - h->from > DAYS_MAX)
		return ERR_LIMIT;
	h->days = heap_new_n(int32_t, (size_t)(h->to - h->from) + 2);
	if (!h->days)
		return ERR_NOMEM;
	for (calendar_day d = h->from; d <= h->to; d++)
		h->days[d - h->from + 1] = h->days[d - h->from] + calendar_is_working_day(c, d);
	return OK;
}

/* Milliseconds of working days from the first day to the moment. */
static int64_t so_far(const struct work_hours *h, int64_t ms)
{
	calendar_day d = calendar_day_at(ms, h->offset_s);
	base_assert(d >= h->from && d <= h->to);
	size_t i = (size_t)(d - h->from);
	int64_t of_day = ms - calendar_day_start_ms(d, h->offset_s);
	return (int64_t)h->days[i] * DAY_MS + (h->days[i + 1] > h->days[i] ? of_day : 0);
}

int64_t hours_between(const struct work_hours *h, int64_t from_ms, int64_t to_ms)
{
	return so_far(h, to_ms) - so_far(h, from_ms);
}

void hours_free(struct work_hours *h)
{
	heap_free(h->days);
}
