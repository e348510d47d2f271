/* moment.c - moments as logs write them: ISO 8601 in its many shapes, national ones, or a given format.
 *
 * No decimals and no tables of months: whole digits into whole milliseconds. */
#include "mine/mine_int.h"

enum { DAY_S = 86400, MOMENT_TEXT_MAX = 64 };
#define FIRST_MS (-INT64_C(62135596800000)) /* 0001-01-01 */
#define LAST_MS INT64_C(253402300799999)    /* 9999-12-31 */

struct parts { int year, month, day, hour, minute, second, ms; int32_t zone_s; };

/* n digits; false when one is missing. */
static bool digits(const char **p, const char *end, int n, int *out)
{
	int v = 0;
	if (end - *p < n)
		return false;
	for (int i = 0; i < n; i++) {
		unsigned digit = (unsigned)((*p)[i] - '0');
		if (digit > 9)
			return false;
		v = v * 10 + (int)digit;
	}
	*p += n;
	*out = v;
	return true;
}

/* One or two digits. */
static bool few_digits(const char **p, const char *end, int *out)
{
	int second;
	if (!digits(p, end, 1, out))
		return false;
	if (digits(p, end, 1, &second))
		*out = *out * 10 + second;
	return true;
}

/* Digits behind the point; what lies beyond the millisecond is dropped. */
static void fraction(const char **p, const char *end, int *ms)
{
	int scale = 100;
	*ms = 0;
	for (int digit; digits(p, end, 1, &digit); scale /= 10)
		*ms += digit * scale;
}

static bool zone(const char **p, const char *end, int32_t *zone_s)
{
	int h, m = 0;
	if (*p == end)
		return false;
	char sign = *(*p)++;
	if (sign == 'Z' || sign == 'z') {
		*zone_s = 0;
		return true;
	}
	if ((sign != '+' && sign != '-') || !digits(p, end, 2, &h))
		return false;
	if (*p < end && **p == ':')
		++*p;
	if (*p < end && !digits(p, end, 2, &m))
		return false;
	*zone_s = (sign == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return h < 24 && m < 60;
}

/* Days from civil, the proleptic Gregorian calendar (Hinnant). */
static int64_t days_of(int y, int m, int d)
{
	y -= m <= 2;
	int era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return (int64_t)era * 146097 + doe - 719468;
}

/* 0 for what is no month. */
static int month_length(int year, int month)
{
	static const int8_t length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (year < 1 || month < 1 || month > 12)
		return 0;
	return length[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 || year % 400 == 0));
}

static bool join(const struct parts *t, int64_t *out)
{
	if (t->day < 1 || t->day > month_length(t->year, t->month))
		return false;
	if (t->hour > 24 || t->minute > 59 || t->second > 60 || (t->hour == 24 && t->minute + t->second + t->ms))
		return false;
	int64_t s = days_of(t->year, t->month, t->day) * DAY_S + t->hour * 3600 + t->minute * 60 + t->second - t->zone_s;
	*out = s * 1000 + t->ms;
	return true;
}

static bool clock_time(const char **p, const char *end, struct parts *t)
{
	bool colons;
	if (!few_digits(p, end, &t->hour))
		return false;
	colons = *p < end && **p == ':';
	*p += colons;
	if (!digits(p, end, 2, &t->minute))
		return false;
	if (*p < end && colons && **p == ':')
		++*p;
	else if (colons || *p == end || (unsigned)(**p - '0') > 9)
		return true; /* no seconds */
	if (!digits(p, end, 2, &t->second))
		return false;
	if (*p < end && (**p == '.' || **p == ',')) {
		++*p;
		fraction(p, end, &t->ms);
	}
	return true;
}

/* 2025-09-26, 2025/9/6, 20250926, with a time behind T or a blank, with or without an offset. */
static bool recognise(struct str text, struct parts *t)
{
	const char *p = text.ptr, *end = text.ptr + text.len;
	if (!digits(&p, end, 4, &t->year) || p == end)
		return false;
	if (*p == '-' || *p == '/' || *p == '.') {
		char mark = *p++;
		if (!few_digits(&p, end, &t->month) || p == end || *p++ != mark || !few_digits(&p, end, &t->day))
			return false;
	} else if (!digits(&p, end, 2, &t->month) || !digits(&p, end, 2, &t->day)) {
		return false;
	}
	if (p == end)
		return true;
	if (*p != 'T' && *p != 't' && *p != ' ')
		return false;
	p++;
	if (!clock_time(&p, end, t))
		return false;
	while (p < end && *p == ' ')
		p++;
	return p == end || (zone(&p, end, &t->zone_s) && p == end);
}

/* Seconds (or, with more than eleven digits, milliseconds) since 1970Z. */
static bool unix_time(struct str text, int64_t *out)
{
	int64_t n;
	if (!str_to_i64(text, &n) || n > LAST_MS || n < FIRST_MS)
		return false;
	*out = n > INT64_C(99999999999) || n < -INT64_C(99999999999) ? n : n * 1000;
	return *out >= FIRST_MS;
}

/* One directive of a format. */
static bool directive(char c, const char **p, const char *end, struct parts *t)
{
	switch (c) {
	case 'Y': return digits(p, end, 4, &t->year);
	case 'y':
		if (!digits(p, end, 2, &t->year))
			return false;
		t->year += t->year < 69 ? 2000 : 1900;
		return true;
	case 'm': return few_digits(p, end, &t->month);
	case 'd': return few_digits(p, end, &t->day);
	case 'H': return few_digits(p, end, &t->hour);
	case 'M': return few_digits(p, end, &t->minute);
	case 'S': return few_digits(p, end, &t->second);
	case 'f': fraction(p, end, &t->ms); return true;
	case 'z': return zone(p, end, &t->zone_s);
	case '%': return *p < end && *(*p)++ == '%';
	default: return false;
	}
}

static bool by_format(struct str text, struct str format, struct parts *t)
{
	const char *p = text.ptr, *end = text.ptr + text.len;
	for (size_t i = 0; i < format.len; i++) {
		if (format.ptr[i] == '%' && i + 1 < format.len) {
			if (!directive(format.ptr[++i], &p, end, t))
				return false;
		} else if (p == end || *p++ != format.ptr[i]) {
			return false;
		}
	}
	return p == end;
}

bool mine_moment_parse(struct str text, struct str format, int32_t zone_s, int64_t *out)
{
	struct parts t = { .month = 1, .day = 1, .zone_s = zone_s };
	text = str_trim(text);
	if (text.len > MOMENT_TEXT_MAX)
		return false;
	if (str_eqz(format, "%s"))
		return unix_time(text, out);
	return (format.len ? by_format(text, format, &t) : recognise(text, &t)) && join(&t, out);
}

/* ---- the usual shape, 2025-09-26T09:05:07 with a fraction or an offset behind it, quickly ---- */

static bool learn_month(struct moments *m, const char *p, uint64_t text, size_t slot)
{
	int year, month;
	const char *end = p + 8;
	if (!digits(&p, end, 4, &year) || *p++ != '-' || !digits(&p, end, 2, &month) || *p != '-' || !month_length(year, month))
		return false;
	m->month[slot].text = text;
	m->month[slot].first_day = (int32_t)days_of(year, month, 1);
	m->month[slot].length = month_length(year, month);
	return true;
}

/* Two digits; more than 99 for what is none. */
static inline int two(const char *p)
{
	unsigned a = (unsigned char)p[0] - '0', b = (unsigned char)p[1] - '0';
	return a > 9 || b > 9 ? 100 : (int)(a * 10 + b);
}

static bool usual_zone(struct moments *m, const char *p, const char *end, int32_t *zone_s)
{
	const char *from = p;
	if (p == end)
		return true;
	if (end - p == sizeof m->zone && memcmp(p, m->zone, sizeof m->zone) == 0) {
		*zone_s = m->zone_s;
		return true;
	}
	if (!zone(&p, end, zone_s) || p != end)
		return false;
	if (p - from == sizeof m->zone) {
		memcpy(m->zone, from, sizeof m->zone);
		m->zone_s = *zone_s;
	}
	return true;
}

/* False: not of this shape, or to be looked at more closely. */
static bool usual(struct moments *m, struct str text, int32_t zone_s, int64_t *out)
{
	const char *p = text.ptr, *end = p + text.len;
	uint64_t month;
	int ms = 0;
	memcpy(&month, p, sizeof month);
	size_t slot = (size_t)(month * 0x9e3779b97f4a7c15u >> 56);
	if (m->month[slot].text != month && !learn_month(m, p, month, slot))
		return false;
	int day = two(p + 8), hour = two(p + 11), minute = two(p + 14), second = two(p + 17);
	if (day < 1 || day > m->month[slot].length || hour > 23 || minute > 59 || second > 59 || (p[10] != 'T' && p[10] != ' ') || p[13] != ':'
	    || p[16] != ':')
		return false;
	p += 19;
	if (p < end && *p == '.') {
		p++;
		fraction(&p, end, &ms);
	}
	if (!usual_zone(m, p, end, &zone_s))
		return false;
	*out = ((int64_t)(m->month[slot].first_day + day - 1) * DAY_S + hour * 3600 + minute * 60 + second - zone_s) * 1000 + ms;
	return true;
}

bool moments_parse(struct moments *m, struct str text, struct str format, int32_t zone_s, int64_t *out)
{
	if (!format.len && text.len >= 19 && text.len <= MOMENT_TEXT_MAX && usual(m, text, zone_s, out))
		return true;
	return mine_moment_parse(text, format, zone_s, out);
}
