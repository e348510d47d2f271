/* instant.c - moments: RFC 3339 to milliseconds since 1970-01-01T00:00:00Z and back. */
#include "calendar/calendar_int.h"

/* Rounds towards minus infinity: a moment before 1970 belongs to the day it lies in. */
static int64_t floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;
	return a % b < 0 ? q - 1 : q;
}

calendar_day calendar_day_at(int64_t ms, int32_t offset_s)
{
	int64_t day = floor_div(ms, DAY_MS);
	int64_t of_day = ms % DAY_MS + (ms % DAY_MS < 0 ? DAY_MS : 0) + (int64_t)offset_s * 1000;
	day += floor_div(of_day, DAY_MS);
	/* Outside the years that can be written a day is clamped; clocks refuse it. */
	if (day < CALENDAR_FIRST_DAY - 1)
		return CALENDAR_FIRST_DAY - 1;
	return day > CALENDAR_LAST_DAY + 1 ? CALENDAR_LAST_DAY + 1 : (calendar_day)day;
}

int64_t calendar_day_start_ms(calendar_day d, int32_t offset_s)
{
	return (int64_t)d * DAY_MS - (int64_t)offset_s * 1000;
}

/* "Z" or "+08:00" at the end of an instant. */
static bool parse_offset(struct str s, int *offset_s)
{
	int h, m;
	if (s.len == 1 && (s.ptr[0] == 'Z' || s.ptr[0] == 'z')) {
		*offset_s = 0;
		return true;
	}
	if (s.len != 6 || (s.ptr[0] != '+' && s.ptr[0] != '-') || s.ptr[3] != ':' ||
	    !calendar_digits(s, 1, 2, &h) || !calendar_digits(s, 4, 2, &m) || h > 23 || m > 59)
		return false;
	*offset_s = (h * 3600 + m * 60) * (s.ptr[0] == '-' ? -1 : 1);
	return true;
}

/* ".575000" at *at, if there is one: milliseconds. */
static bool parse_fraction(struct str s, size_t *at, int *ms)
{
	*ms = 0;
	if (*at >= s.len || s.ptr[*at] != '.')
		return true;
	size_t i = *at + 1;
	int scale = 100;
	for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) {
		*ms += (s.ptr[i] - '0') * scale;
		scale /= 10;
	}
	if (i == *at + 1)
		return false;
	*at = i;
	return true;
}

bool calendar_instant_parse(struct str text, int64_t *out_ms)
{
	calendar_day day;
	int h, m, s, ms, offset_s;
	if (text.len < 20 || !calendar_day_parse(str_sub(text, 0, 10), &day))
		return false;
	if ((text.ptr[10] != 'T' && text.ptr[10] != 't' && text.ptr[10] != ' ') || text.ptr[13] != ':' ||
	    text.ptr[16] != ':' || !calendar_digits(text, 11, 2, &h) || !calendar_digits(text, 14, 2, &m) ||
	    !calendar_digits(text, 17, 2, &s) || h > 23 || m > 59 || s > 60)
		return false;
	size_t at = 19;
	if (!parse_fraction(text, &at, &ms) || !parse_offset(str_sub(text, at, text.len), &offset_s))
		return false;
	*out_ms = calendar_day_start_ms(day, offset_s) + ((int64_t)h * 3600 + m * 60 + s) * 1000 + ms;
	return true;
}

void calendar_instant_print(int64_t ms, int32_t offset_s, struct buf *out)
{
	calendar_day day = calendar_day_at(ms, offset_s);
	int64_t of_day = ms - calendar_day_start_ms(day, offset_s);
	calendar_day_print(day, out);
	int s = (int)(of_day / 1000 % 86400), fraction = (int)(of_day % 1000);
	buf_printf(out, "T%02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
	if (fraction)
		buf_printf(out, ".%03d", fraction);
	if (offset_s == 0) {
		buf_byte(out, 'Z');
		return;
	}
	int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
	buf_printf(out, "%c%02d:%02d", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}
