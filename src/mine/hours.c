/* hours.c - working days' time: of each working day its 24 hours count, of other days nothing.
 *
 * A running total of working days makes a span one subtraction, so that parts add up: waiting and
 * working together are the whole. */
#include "mine/mine_int.h"

#define DAY_MS 86400000

enum { DAYS_MAX = 400000 }; /* a millennium: further apart no log is real */

/* Days are counted from midnight before the first moment in the calendar's zone. */
enum err hours_init(struct work_hours *h, const struct calendar *c, int64_t from_ms, int64_t to_ms)
{
	const int64_t zone_ms = calendar_offset_s(c) * INT64_C(1000), local = from_ms + zone_ms;
	const int64_t first = local / DAY_MS - (local % DAY_MS < 0), n = (to_ms + zone_ms - first * DAY_MS) / DAY_MS + 1;
	if (n > DAYS_MAX)
		return ERR_LIMIT;
	h->start_ms = first * DAY_MS - zone_ms;
	h->end_ms = h->start_ms + n * DAY_MS;
	h->days = heap_new_n(int32_t, (size_t)n + 1);
	if (!h->days)
		return ERR_NOMEM;
	for (int64_t d = 0; d < n; d++)
		h->days[d + 1] = h->days[d] + calendar_is_working_day(c, (calendar_day)(first + d));
	return OK;
}

int64_t hours_until(const struct work_hours *h, int64_t ms)
{
	base_assert(ms >= h->start_ms && ms < h->end_ms);
	uint64_t so_far = (uint64_t)(ms - h->start_ms), day = so_far / DAY_MS;
	bool working = h->days[day + 1] > h->days[day];
	return (int64_t)h->days[day] * DAY_MS + (working ? (int64_t)(so_far % DAY_MS) : 0);
}

void hours_free(struct work_hours *h)
{
	heap_free(h->days);
}
