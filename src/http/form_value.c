/* form_value.c - what people type, made regular: digits, numbers, dates. */
#include "base/utf8.h"
#include "http/form_int.h"

enum { NUMBER_DIGITS_MAX = 34 }; /* what decimal128 holds exactly */

/* U+FF01..U+FF5E are the full-width twins of ! to ~; U+3000 is the wide blank. */
static uint32_t narrow(uint32_t cp)
{
	if (cp >= 0xff01 && cp <= 0xff5e)
		return cp - 0xfee0;
	if (cp == 0x3000 || cp == 0xa0)
		return ' ';
	if (cp == 0x2212 || cp == 0x2013) /* minus sign, en dash */
		return '-';
	if (cp == 0x3002) /* the full stop of a Chinese keyboard */
		return '.';
	return cp;
}

struct str form_narrow(struct arena *a, struct str s)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, a, s.len);
	for (size_t at = 0; at < s.len;)
		buf_utf8(&b, narrow(utf8_next(s, &at)));
	return buf_finish(&b, &out) == OK ? str_trim(out) : (struct str){ NULL, 0 };
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whole digits, blanks allowed, commas only between groups of three; *at behind them. */
static bool whole_digits(struct str s, size_t *at, struct buf *out)
{
	size_t group = 0, i = *at;
	bool commas = false;
	for (; i < s.len && (digit(s.ptr[i]) || s.ptr[i] == ',' || s.ptr[i] == ' '); i++) {
		if (s.ptr[i] == ' ')
			continue;
		if (s.ptr[i] == ',') {
			if (group == 0 || group > 3 || (commas && group != 3))
				return false;
			commas = true;
			group = 0;
			continue;
		}
		group++;
		buf_byte(out, s.ptr[i]);
	}
	*at = i;
	return !commas || group == 3;
}

/* JSON knows no leading zeros. */
static struct str without_zeros(struct str s)
{
	while (s.len > 1 && s.ptr[0] == '0')
		s = str_sub(s, 1, s.len);
	return str_empty(s) ? S("0") : s;
}

enum err form_number(struct arena *a, struct str typed, struct str *out)
{
	struct str s = form_narrow(a, typed), fraction = S("");
	struct buf whole;
	size_t i = 0;
	bool minus = str_starts(s, S("-"));
	if (!s.ptr)
		return ERR_NOMEM;
	buf_init_in(&whole, a, s.len);
	i += minus || str_starts(s, S("+"));
	if (!whole_digits(s, &i, &whole))
		return ERR_INVALID;
	if (whole.failed != OK)
		return ERR_NOMEM;
	if (i < s.len && s.ptr[i] == '.') {
		size_t from = ++i;
		while (i < s.len && digit(s.ptr[i]))
			i++;
		fraction = str_sub(s, from, i);
	}
	size_t digits = whole.len + fraction.len;
	if (i != s.len || digits == 0 || digits > NUMBER_DIGITS_MAX)
		return ERR_INVALID;
	struct str integer = without_zeros(whole.len ? buf_str(&whole) : S(""));
	struct str number = arena_printf(a, "%s%.*s%s%.*s", minus ? "-" : "", STR_ARG(integer), fraction.len ? "." : "", STR_ARG(fraction));
	if (!number.ptr)
		return ERR_NOMEM;
	*out = number;
	return OK;
}

/* n digits at s.ptr[at]; -1 when they are none. */
static int digits_at(struct str s, size_t at, size_t n)
{
	int v = 0;
	if (at + n > s.len)
		return -1;
	for (size_t i = at; i < at + n; i++) {
		if (!digit(s.ptr[i]))
			return -1;
		v = v * 10 + (s.ptr[i] - '0');
	}
	return v;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

bool form_date_valid(struct str s)
{
	int year = digits_at(s, 0, 4), month = digits_at(s, 5, 2), day = digits_at(s, 8, 2);
	if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-' || year < 1 || month < 1 || month > 12)
		return false;
	return day >= 1 && day <= days_in(year, month);
}

bool form_time_valid(struct str s)
{
	int hour = digits_at(s, 0, 2), minute = digits_at(s, 3, 2);
	return s.len == 5 && s.ptr[2] == ':' && hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
}

struct str form_date_join(struct arena *a, struct str year, struct str month, struct str day)
{
	int64_t y, m, d;
	year = form_narrow(a, year);
	month = form_narrow(a, month);
	day = form_narrow(a, day);
	if (!year.ptr || !month.ptr || !day.ptr)
		return (struct str){ NULL, 0 };
	if (str_to_i64(year, &y) && str_to_i64(month, &m) && str_to_i64(day, &d) && year.len == 4 && month.len <= 2 && day.len <= 2)
		return arena_printf(a, "%04lld-%02lld-%02lld", (long long)y, (long long)m, (long long)d);
	return arena_printf(a, "%.*s-%.*s-%.*s", STR_ARG(year), STR_ARG(month), STR_ARG(day));
}
