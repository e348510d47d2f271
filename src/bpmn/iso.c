/* iso.c - ISO 8601 as timers write it: durations, dates, repeating intervals. Whole
 * milliseconds; years and months stay calendar arithmetic until they are added to a date.
 */
#include "bpmn/bpmn_int.h"

enum { COUNT_MAX = 1000000000 };

/* Digits, and with `ms` a fraction for seconds. Moves *s behind them. */
static bool take_number(struct str *s, int64_t *whole, int64_t *ms)
{
	size_t i = 0;
	int64_t v = 0, unit = 100;

	while (i < s->len && s->ptr[i] >= '0' && s->ptr[i] <= '9') {
		v = v * 10 + (s->ptr[i++] - '0');
		if (v > COUNT_MAX)
			return false;
	}
	if (i == 0)
		return false;
	*ms = 0;
	if (i < s->len && (s->ptr[i] == '.' || s->ptr[i] == ',')) {
		size_t from = ++i;

		for (; i < s->len && s->ptr[i] >= '0' && s->ptr[i] <= '9'; i++, unit /= 10)
			*ms += (s->ptr[i] - '0') * unit;
		if (i == from || i == s->len || s->ptr[i] != 'S')
			return false;
	}
	*whole = v;
	*s = str_sub(*s, i, s->len);
	return s->len > 0;
}

static int unit_rank(char unit, bool time)
{
	const char *order = time ? "HMS" : "YMWD";
	const char *at = unit ? strchr(order, unit) : NULL;

	return at ? (int)(at - order) : -1;
}

static void add_part(struct bpmn_duration *d, char unit, bool time, int64_t n, int64_t ms)
{
	static const int64_t day = 86400000;

	if (time)
		d->ms += unit == 'H' ? n * 3600000 : unit == 'M' ? n * 60000 : n * 1000 + ms;
	else if (unit == 'Y')
		d->months += n * 12;
	else if (unit == 'M')
		d->months += n;
	else
		d->ms += unit == 'W' ? n * 7 * day : n * day;
}

bool bpmn_iso_duration(struct str s, struct bpmn_duration *out)
{
	struct bpmn_duration d = { 0, 0 };
	bool time = false, any = false;
	int last = -1;

	s = str_trim(s);
	if (s.len < 2 || s.ptr[0] != 'P')
		return false;
	s = str_sub(s, 1, s.len);
	while (s.len) {
		int64_t n, ms;
		int rank;

		if (s.ptr[0] == 'T') {
			if (time || s.len == 1)
				return false;
			time = true;
			last = -1;
			s = str_sub(s, 1, s.len);
			continue;
		}
		if (!take_number(&s, &n, &ms))
			return false;
		rank = unit_rank(s.ptr[0], time);
		if (rank <= last)
			return false;
		last = rank;
		add_part(&d, s.ptr[0], time, n, ms);
		any = true;
		s = str_sub(s, 1, s.len);
	}
	if (!any)
		return false;
	*out = d;
	return true;
}

bool bpmn_iso_date(struct str s, int32_t offset_s, int64_t *out_ms)
{
	char text[48];
	calendar_day day;
	int64_t ms;

	s = str_trim(s);
	if (calendar_instant_parse(s, out_ms))
		return true;
	if (calendar_day_parse(s, &day)) {
		*out_ms = calendar_day_start_ms(day, offset_s);
		return true;
	}
	if (s.len < 16 || s.len > sizeof text - 2 || s.ptr[10] != 'T')
		return false;
	/* a local date and time: read as if it were UTC, then moved */
	memcpy(text, s.ptr, s.len);
	text[s.len] = 'Z';
	if (s.len == 16) {
		memcpy(text + 16, ":00Z", 4);
		if (!calendar_instant_parse(str_span(text, 20), &ms))
			return false;
	} else if (!calendar_instant_parse(str_span(text, s.len + 1), &ms)) {
		return false;
	}
	*out_ms = ms - (int64_t)offset_s * 1000;
	return true;
}

/* R[n]/duration, R[n]/start/duration, R[n]/duration/end without the end's meaning: refused. */
bool bpmn_iso_cycle(struct str s, int32_t offset_s, struct bpmn_cycle *out)
{
	struct bpmn_cycle c = { .repeats = -1 };
	struct str rest = str_trim(s), first = str_cut(&rest, '/'), next;

	if (first.len < 1 || first.ptr[0] != 'R' || !rest.ptr)
		return false;
	if (first.len > 1 && (!str_to_i64(str_sub(first, 1, first.len), &c.repeats) || c.repeats < -1 || c.repeats > COUNT_MAX))
		return false;
	next = str_cut(&rest, '/');
	if (rest.ptr) {
		c.has_start = bpmn_iso_date(next, offset_s, &c.start_ms);
		if (!c.has_start || str_find_byte(rest, '/') >= 0)
			return false;
		next = rest;
	}
	if (!bpmn_iso_duration(next, &c.period) || (c.period.ms == 0 && c.period.months == 0))
		return false;
	*out = c;
	return true;
}

int64_t bpmn_duration_add(int64_t ms, const struct bpmn_duration *d, int32_t offset_s)
{
	if (d->months) {
		calendar_day day = calendar_day_at(ms, offset_s);
		int64_t in_day = ms - calendar_day_start_ms(day, offset_s), month;
		int y, m, dd, last = 31;

		calendar_day_civil(day, &y, &m, &dd);
		month = (int64_t)y * 12 + (m - 1) + d->months;
		if (month > 9999 * 12)
			month = 9999 * 12;
		y = (int)(month / 12);
		m = (int)(month % 12) + 1;
		if (m == 2)
			last = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 ? 29 : 28;
		else if (m == 4 || m == 6 || m == 9 || m == 11)
			last = 30;
		ms = calendar_day_start_ms(calendar_day_of(y, m, dd < last ? dd : last), offset_s) + in_day;
	}
	return ms + d->ms;
}
