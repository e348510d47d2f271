/* moment_text.c - the lexical forms of dates and times (DMN 1.5, 10.3.4.1; XML Schema Part 2
 * with "@Zone" behind a time), read and written.
 */
#include "base/buf.h"
#include "feel/moment.h"
#include "feel/zone.h"

/* Exactly `digits` digits at *at, moved behind them. */
static bool read_digits(struct str s, size_t *at, size_t digits, int *out)
{
	int v = 0;
	if (s.len - *at < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		char c = s.ptr[*at + i];
		if (c < '0' || c > '9')
			return false;
		v = v * 10 + c - '0';
	}
	*at += digits;
	*out = v;
	return true;
}

static bool read_char(struct str s, size_t *at, char c)
{
	if (*at >= s.len || s.ptr[*at] != c)
		return false;
	++*at;
	return true;
}

/* Four to nine digits, no needless zero in front, "-" but no "+". */
static bool read_year(struct str s, size_t *at, int *year)
{
	bool negative = read_char(s, at, '-');
	size_t digits = 0;
	while (*at + digits < s.len && s.ptr[*at + digits] >= '0' && s.ptr[*at + digits] <= '9')
		digits++;
	if (digits < 4 || digits > 9 || (digits > 4 && s.ptr[*at] == '0') || !read_digits(s, at, digits, year))
		return false;
	if (negative)
		*year = -*year;
	return true;
}

static bool read_date(struct str s, size_t *at, struct feel_value *out)
{
	int year, month, day;
	if (!read_year(s, at, &year) || !read_char(s, at, '-') || !read_digits(s, at, 2, &month) ||
	    !read_char(s, at, '-') || !read_digits(s, at, 2, &day))
		return false;
	*out = feel_date(year, month, day);
	return !feel_is_null(out);
}

/* Digits beyond the ninth are dropped. */
static bool read_fraction(struct str s, size_t *at, uint32_t *nano)
{
	uint32_t unit = 100000000;
	size_t from = ++*at;
	*nano = 0;
	for (; *at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9'; ++*at, unit /= 10)
		*nano += (uint32_t)(s.ptr[*at] - '0') * unit;
	return *at > from;
}

static bool read_clock(struct str s, size_t *at, struct feel_value *out)
{
	int hour, minute, second;
	uint32_t nano = 0;
	if (!read_digits(s, at, 2, &hour) || !read_char(s, at, ':') || !read_digits(s, at, 2, &minute))
		return false;
	if (!read_char(s, at, ':') || !read_digits(s, at, 2, &second))
		return false;
	if (*at < s.len && s.ptr[*at] == '.' && !read_fraction(s, at, &nano))
		return false;
	*out = feel_time_of(hour, minute, second, nano);
	return !feel_is_null(out);
}

/* 24:00:00 is the midnight at the end of the day (XML Schema): of the next date. */
static bool read_midnight(struct str s, size_t *at, struct feel_value *date, struct feel_value *clock)
{
	if (!str_starts(str_sub(s, *at, s.len), S("24:00:00")) || (*at + 8 < s.len && s.ptr[*at + 8] == '.'))
		return false;
	*at += 8;
	*clock = feel_time_of(0, 0, 0, 0);
	*date = feel_date_of_day(feel_day_number(&date->moment) + 1);
	return !feel_is_null(date);
}

static bool read_offset(struct str s, struct feel_value *v)
{
	int hours, minutes, seconds = 0;
	size_t at = 1;
	if (!read_digits(s, &at, 2, &hours) || !read_char(s, &at, ':') || !read_digits(s, &at, 2, &minutes))
		return false;
	if (at < s.len && (!read_char(s, &at, ':') || !read_digits(s, &at, 2, &seconds)))
		return false;
	int32_t total = hours * 3600 + minutes * 60 + seconds;
	if (at != s.len || minutes > 59 || seconds > 59 || total > FEEL_OFFSET_MAX_S)
		return false;
	v->zone_kind = FEEL_ZONE_OFFSET;
	v->offset_s = s.ptr[0] == '-' ? -total : total;
	return true;
}

bool feel_zone_read(struct str s, struct feel_value *v)
{
	if (str_eqz(s, "Z") || str_eqz(s, "z")) {
		v->zone_kind = FEEL_ZONE_OFFSET;
		v->offset_s = 0;
		return true;
	}
	if (s.len && (s.ptr[0] == '+' || s.ptr[0] == '-'))
		return read_offset(s, v);
	if (s.len < 2 || s.ptr[0] != '@')
		return false;
	int zone = feel_zone_find(str_sub(s, 1, s.len));
	if (zone < 0)
		return false;
	v->zone_kind = FEEL_ZONE_NAMED;
	v->zone = (uint16_t)zone;
	feel_zone_settle(v);
	return true;
}

struct feel_value feel_date_parse(struct str s)
{
	struct feel_value v;
	size_t at = 0;
	return read_date(s, &at, &v) && at == s.len ? v : feel_null();
}

struct feel_value feel_time_parse(struct str s)
{
	struct feel_value v;
	size_t at = 0;
	if (!read_clock(s, &at, &v))
		return feel_null();
	return at == s.len || feel_zone_read(str_sub(s, at, s.len), &v) ? v : feel_null();
}

/* A date alone is its midnight. */
struct feel_value feel_date_time_parse(struct str s)
{
	struct feel_value date, clock = { .kind = FEEL_TIME };
	size_t at = 0;
	if (!read_date(s, &at, &date))
		return feel_null();
	if (at < s.len && !read_char(s, &at, 'T'))
		return feel_null();
	if (at > 0 && s.ptr[at - 1] == 'T' && !read_midnight(s, &at, &date, &clock) && !read_clock(s, &at, &clock))
		return feel_null();
	clock.moment.year = date.moment.year;
	clock.moment.month = date.moment.month;
	clock.moment.day = date.moment.day;
	clock.kind = FEEL_DATE_TIME;
	return at == s.len || feel_zone_read(str_sub(s, at, s.len), &clock) ? clock : feel_null();
}

/* ---- writing ---- */

static void put_date(const struct feel_moment *m, struct buf *out)
{
	buf_printf(out, "%s%04d-%02d-%02d", m->year < 0 ? "-" : "", m->year < 0 ? -m->year : m->year, m->month, m->day);
}

static void put_clock(const struct feel_moment *m, struct buf *out)
{
	buf_printf(out, "%02d:%02d:%02d", m->hour, m->minute, m->second);
	if (m->nano == 0)
		return;
	char digits[12];
	int n = snprintf(digits, sizeof digits, "%09u", m->nano);
	while (n > 0 && digits[n - 1] == '0')
		n--;
	buf_byte(out, '.');
	buf_put(out, str_span(digits, (size_t)n));
}

static void put_zone(const struct feel_value *v, struct buf *out)
{
	int s = v->offset_s < 0 ? -v->offset_s : v->offset_s;
	if (v->zone_kind == FEEL_ZONE_NONE)
		return;
	if (v->zone_kind == FEEL_ZONE_NAMED) {
		buf_byte(out, '@');
		buf_putz(out, feel_zones[v->zone].name);
	} else if (s == 0) {
		buf_byte(out, 'Z');
	} else {
		buf_printf(out, "%c%02d:%02d", v->offset_s < 0 ? '-' : '+', s / 3600, s / 60 % 60);
		if (s % 60)
			buf_printf(out, ":%02d", s % 60);
	}
}

void feel_moment_print(const struct feel_value *v, struct buf *out)
{
	if (v->kind != FEEL_TIME)
		put_date(&v->moment, out);
	if (v->kind == FEEL_DATE_TIME)
		buf_byte(out, 'T');
	if (v->kind != FEEL_DATE) {
		put_clock(&v->moment, out);
		put_zone(v, out);
	}
}
