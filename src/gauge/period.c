/* period.c - weeks, months, half-years and years, by their codes. */
#include "gauge/gauge_int.h"

enum { YEAR_FIRST = 1990, YEAR_LAST = 2999 };

static const char *const names[GAUGE_SPANS] = { "week", "month", "half-year", "year" };

const char *gauge_span_name(enum gauge_span s) { return names[s]; }

bool gauge_span_parse(struct str name, enum gauge_span *out)
{
	for (size_t i = 0; i < GAUGE_SPANS; i++)
		if (str_eqz(name, names[i])) {
			*out = (enum gauge_span)i;
			return true;
		}
	return false;
}

static calendar_day monday_of(calendar_day d) { return d - (calendar_weekday(d) - 1); }

/* ISO 8601: the week that holds 4 January is the first. */
static calendar_day week_one(int year) { return monday_of(calendar_day_of(year, 1, 4)); }

static struct gauge_period months(enum gauge_span span, int year, int month, int count)
{
	struct gauge_period p = { .span = span, .first = calendar_day_of(year, month, 1) };
	int end = month + count;
	p.after = end > 12 ? calendar_day_of(year + 1, 1, 1) : calendar_day_of(year, end, 1);
	return p;
}

struct gauge_period gauge_period_of(enum gauge_span span, calendar_day day)
{
	int year, month, mday;
	calendar_day_civil(day, &year, &month, &mday);
	struct gauge_period p;
	switch (span) {
	case GAUGE_WEEK:
		p = (struct gauge_period){ .span = span, .first = monday_of(day), .after = monday_of(day) + 7 };
		calendar_day_civil(p.first + 3, &year, &month, &mday); /* its Thursday says the year */
		snprintf(p.code, sizeof p.code, "%04d-W%02d", year, (int)((p.first - week_one(year)) / 7 + 1));
		return p;
	case GAUGE_MONTH:
		p = months(span, year, month, 1);
		snprintf(p.code, sizeof p.code, "%04d-%02d", year, month);
		return p;
	case GAUGE_HALF_YEAR:
		p = months(span, year, month <= 6 ? 1 : 7, 6);
		snprintf(p.code, sizeof p.code, "%04d-H%d", year, month <= 6 ? 1 : 2);
		return p;
	default:
		p = months(GAUGE_YEAR, year, 1, 12);
		snprintf(p.code, sizeof p.code, "%04d", year);
		return p;
	}
}

static bool year_of(struct str s, int *out)
{
	int64_t y;
	if (s.len != 4 || !str_to_i64(s, &y) || y < YEAR_FIRST || y > YEAR_LAST)
		return false;
	*out = (int)y;
	return true;
}

bool gauge_period_parse(struct str code, struct gauge_period *out)
{
	struct str rest = code, first = str_cut(&rest, '-');
	struct gauge_period p;
	int64_t n;
	int year;
	if (!year_of(first, &year))
		return false;
	if (!rest.ptr)
		p = gauge_period_of(GAUGE_YEAR, calendar_day_of(year, 1, 1));
	else if (rest.len == 3 && rest.ptr[0] == 'W' && str_to_i64(str_sub(rest, 1, 3), &n) && n >= 1 && n <= 53)
		p = gauge_period_of(GAUGE_WEEK, week_one(year) + (calendar_day)(n - 1) * 7);
	else if (str_eqz(rest, "H1") || str_eqz(rest, "H2"))
		p = gauge_period_of(GAUGE_HALF_YEAR, calendar_day_of(year, rest.ptr[1] == '1' ? 1 : 7, 1));
	else if (rest.len == 2 && str_to_i64(rest, &n) && n >= 1 && n <= 12)
		p = gauge_period_of(GAUGE_MONTH, calendar_day_of(year, (int)n, 1));
	else
		return false;
	if (!str_eqz(code, p.code)) /* "2025-W53" where the year has 52, "+1" and the like */
		return false;
	*out = p;
	return true;
}
