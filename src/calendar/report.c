/* report.c - a clock's result as JSON, the same for the command and the API. */
#include <stdio.h>

#include "calendar/calendar_int.h"
#include "text/json.h"

static void put_day(struct json_writer *w, calendar_day d)
{
	char room[16];
	int y, m, day;
	calendar_day_civil(d, &y, &m, &day);
	int n = snprintf(room, sizeof room, "%04d-%02d-%02d", y, m, day);
	json_put_str(w, str_span(room, (size_t)n));
}

static void put_instant(struct json_writer *w, int64_t ms, int32_t offset_s)
{
	struct buf b;
	buf_init(&b, 64);
	calendar_instant_print(ms, offset_s, &b);
	json_put_str(w, buf_str(&b));
	if (b.failed != OK && w->out->failed == OK)
		w->out->failed = b.failed; /* what could not be written must not look complete */
	buf_release(&b);
}

static void put_line(struct json_writer *w, const struct calendar_line *l, bool zh)
{
	json_object(w);
	json_key(w, S("date"));
	put_day(w, l->day);
	json_pair_bool(w, "counted", l->counted);
	json_pair_str(w, "reason", zh ? l->zh : l->en);
	json_pair_str(w, "reason_zh", l->zh);
	json_pair_str(w, "reason_en", l->en);
	json_pair_str(w, "code", str_of(calendar_reason_name(l->reason)));
	if (l->counted)
		json_pair_i64(w, "nth", l->nth);
	if (l->provisional)
		json_pair_bool(w, "provisional", true);
	json_end(w);
}

void calendar_result_json(struct json_writer *w, const struct calendar *c, const struct calendar_clock *k,
                          const struct calendar_result *r, bool zh)
{
	json_key(w, S("start"));
	put_instant(w, k->start_ms, c->offset_s);
	json_pair_i64(w, "limit", k->limit.amount);
	json_pair_str(w, "unit", str_of(calendar_unit_name(k->limit.unit)));
	json_key(w, S("due_on"));
	put_day(w, r->due_on);
	json_key(w, S("due_at"));
	put_instant(w, r->due_ms, c->offset_s);
	json_pair_bool(w, "provisional", r->provisional);
	json_pair_bool(w, "open", r->open);
	bool by_day = k->limit.unit == CALENDAR_MONTHS || k->limit.unit == CALENDAR_YEARS;
	json_pair_str(w, "counted_in", str_of(calendar_unit_name(by_day ? CALENDAR_CALENDAR_DAYS : k->limit.unit)));
	json_pair_i64(w, "total", r->total);
	json_pair_i64(w, "used", r->used);
	json_pair_i64(w, "left", r->left);
	json_pair_bool(w, "overdue", r->overdue);
	if (!r->lines)
		return;
	json_key(w, S("days"));
	json_array(w);
	for (size_t i = 0; i < r->lines_count; i++)
		put_line(w, &r->lines[i], zh);
	json_end(w);
}
