/* open_days.c - is a window open on a day, when, and if not, why not: the exception for the window, the exception for the whole hall, the
 * calendar's holidays, then the hours of the week that hold on that day. */
#include "hall/hall_int.h"

/* What the calendar says of a day: the line of a limit of one working day that begins the day before. */
static enum err calendar_says(struct casework *cw, struct arena *a, calendar_day day, struct calendar_line *out)
{
	const struct calendar *cal = calendar_now(cw);
	struct calendar_clock k = { .start_ms = calendar_day_start_ms(day - 1, calendar_offset_s(cal)), .limit = { 1, CALENDAR_WORKING_DAYS } };
	struct calendar_result r;
	struct diag d;
	diag_init(&d);
	TRY(calendar_clock_run(cal, &k, k.start_ms, true, a, &r, &d));
	for (size_t i = 0; i < r.lines_count; i++)
		if (r.lines[i].day == day) {
			*out = r.lines[i];
			return OK;
		}
	return ERR_NOT_FOUND;
}

/* Reads one row of texts and numbers, if there is one, into `out`. */
static enum err week_on(struct store_conn *c, struct arena *a, int64_t window, calendar_day day, struct hall_open *out, struct str week[7])
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT slots, slot_minutes, mon, tue, wed, thu, fri, sat, sun FROM hall_hours WHERE window_id=?1 AND from_day<=?2"
	                     " ORDER BY from_day DESC LIMIT 1", &q));
	store_bind_i64(q, 1, window);
	store_bind_i64(q, 2, day);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	out->slots = store_col_i64(q, 0);
	out->slot_minutes = store_col_i64(q, 1);
	for (int i = 0; i < 7; i++)
		week[i] = store_col_copy(q, 2 + i, a);
	store_reset(q);
	return OK;
}

/* True: the day has an exception and `out` says which. */
static enum err exception_on(struct store_conn *c, struct arena *a, int64_t window, calendar_day day, struct hall_open *out, bool *found)
{
	struct store_query *q;
	TRY(store_prepare(c, "SELECT kind, spans, reason, reason_en FROM hall_exception WHERE window_id IN (?1, 0) AND day=?2 ORDER BY window_id DESC LIMIT 1", &q));
	store_bind_i64(q, 1, window);
	store_bind_i64(q, 2, day);
	TRY(store_step(q, found));
	if (!*found)
		return OK;
	bool open = str_eqz(store_col_str(q, 0), "open");
	out->why = open ? "other-hours" : "closed";
	if (open)
		base_assert(hall_spans_read(store_col_str(q, 1), &out->spans)); /* written by hall_spans_text */
	out->reason = store_col_copy(q, 2, a);
	out->reason_en = store_col_copy(q, 3, a);
	store_reset(q);
	return OK;
}

/* A make-up day is worked like the weekday it is, where the window has hours for it, else like a Monday. */
static struct str hours_of(const struct str week[7], calendar_day day, enum calendar_reason reason)
{
	struct str own = week[calendar_weekday(day) - 1];
	if (reason == CALENDAR_HOLIDAY)
		return S("");
	return !own.len && reason == CALENDAR_MAKE_UP ? week[0] : own;
}

static enum err by_the_week(struct casework *cw, struct store_conn *c, struct arena *a, int64_t window, calendar_day day, struct hall_open *out)
{
	struct str week[7];
	struct calendar_line line;
	enum err e = week_on(c, a, window, day, out, week);
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	bool found;
	TRY(exception_on(c, a, window, day, out, &found));
	if (found)
		return OK;
	TRY(calendar_says(cw, a, day, &line));
	base_assert(hall_spans_read(hours_of(week, day, line.reason), &out->spans)); /* written by hall_spans_text */
	if (out->spans.count) {
		out->why = "hours";
	} else if (!line.counted) {
		out->why = line.reason == CALENDAR_HOLIDAY ? "holiday" : "weekend";
		out->reason = line.zh;
		out->reason_en = line.en;
	}
	return OK;
}

enum err window_open(struct casework *cw, struct store_conn *c, struct arena *a, const struct hall_window *w, calendar_day day, struct hall_open *out)
{
	*out = (struct hall_open){ .why = w->enabled ? "no-hours" : "disabled", .reason = S(""), .reason_en = S("") };
	if (w->enabled)
		TRY(by_the_week(cw, c, a, w->id, day, out));
	out->open = out->spans.count > 0;
	return OK;
}

bool hall_open_at(const struct hall_open *o, int64_t minute)
{
	for (size_t i = 0; i < o->spans.count; i++)
		if (minute >= o->spans.at[i].from && minute < o->spans.at[i].until)
			return true;
	return false;
}

bool hall_slot_at(const struct hall_open *o, int64_t minute)
{
	for (size_t i = 0; o->slot_minutes > 0 && i < o->spans.count; i++) {
		const struct hall_span *s = &o->spans.at[i];
		if (minute >= s->from && minute + o->slot_minutes <= s->until && (minute - s->from) % o->slot_minutes == 0)
			return true;
	}
	return false;
}
