/* periods.c - days, weeks (from Monday), months, quarters, halves and years as numbers one apart, and the cover of a range of days
 * by coarse counters. Pure. */
#include "tally/tally_int.h"

static int64_t month_of(calendar_day d)
{
	int y, m, day;
	calendar_day_civil(d, &y, &m, &day);
	return (int64_t)y * 12 + m - 1;
}

static calendar_day first_of(int64_t month)
{
	return calendar_day_of((int)(month / 12), (int)(month % 12) + 1, 1);
}

static int64_t period_of_month(int64_t month, enum tally_unit unit)
{
	return unit == TALLY_QUARTER ? month / 3 : unit == TALLY_HALF ? month / 6 : unit == TALLY_YEAR ? month / 12 : month;
}

/* 1970-01-01 was a Thursday: three days later a week begins to count as the first. */
int64_t period_of_day(calendar_day d, enum tally_unit unit)
{
	if (unit == TALLY_DAY)
		return d;
	return unit == TALLY_WEEK ? (d + 3) / 7 : period_of_month(month_of(d), unit);
}

/* ISO 8601: a week belongs to the year of its Thursday. */
static struct str week_code(struct arena *a, int64_t week)
{
	int y, m, d;
	calendar_day thursday = (calendar_day)(week * 7);
	calendar_day_civil(thursday, &y, &m, &d);
	return arena_printf(a, "%04d-W%02d", y, (thursday - calendar_day_of(y, 1, 1)) / 7 + 1);
}

struct str period_code(struct arena *a, enum tally_unit unit, int64_t period)
{
	long long p = period;
	switch (unit) {
	case TALLY_DAY:
		return day_text(a, (calendar_day)period);
	case TALLY_WEEK:
		return week_code(a, period);
	case TALLY_MONTH:
		return arena_printf(a, "%04lld-%02lld", p / 12, p % 12 + 1);
	case TALLY_QUARTER:
		return arena_printf(a, "%04lld-Q%lld", p / 4, p % 4 + 1);
	case TALLY_HALF:
		return arena_printf(a, "%04lld-H%lld", p / 2, p % 2 + 1);
	default:
		return arena_printf(a, "%04lld", p);
	}
}

calendar_day day_year_before(calendar_day d)
{
	int y, m, day;
	calendar_day_civil(d, &y, &m, &day);
	return calendar_day_of(y - 1, m, m == 2 && day == 29 ? 28 : day);
}

/* The week 52 weeks earlier stands beside a week; days beside the same date. */
int64_t period_year_before(enum tally_unit unit, int64_t period)
{
	static const int64_t steps[] = { 0, 52, 12, 4, 2, 1 };
	return unit == TALLY_DAY ? day_year_before((calendar_day)period) : period - steps[unit];
}

static void add(struct span *out, size_t *n, enum tally_grain grain, int64_t from, int64_t until, int64_t month)
{
	if (from <= until)
		out[(*n)++] = (struct span){ grain, from, until, month };
}

/* Days at both ends where they fill no month; whole months between; of these, whole years where items are asked for and no period
 * shorter than a year. */
size_t span_cover(calendar_day from, calendar_day until, bool by_item, enum tally_unit unit, struct span out[SPANS_MAX])
{
	size_t n = 0;
	enum tally_grain day = by_item ? GRAIN_DAY_ITEM : GRAIN_DAY, month = by_item ? GRAIN_MONTH_ITEM : GRAIN_MONTH;
	if (from > until)
		return 0;
	int64_t first = month_of(from), last = month_of(until);
	bool whole_first = from == first_of(first), whole_last = until + 1 == first_of(last + 1);
	if (unit == TALLY_DAY || unit == TALLY_WEEK) {
		add(out, &n, day, from, until, 0);
		return n;
	}
	if (first == last && !(whole_first && whole_last)) {
		add(out, &n, day, from, until, first);
		return n;
	}
	if (!whole_first)
		add(out, &n, day, from, first_of(first + 1) - 1, first);
	if (!whole_last)
		add(out, &n, day, first_of(last), until, last);
	first += !whole_first;
	last -= !whole_last;
	int64_t year = (first + 11) / 12, year_end = (last + 1) / 12 - 1; /* the whole years within */
	if (by_item && unit >= TALLY_YEAR && year <= year_end) {
		add(out, &n, month, first, year * 12 - 1, 0);
		add(out, &n, GRAIN_YEAR_ITEM, year, year_end, 0);
		add(out, &n, month, (year_end + 1) * 12, last, 0);
	} else {
		add(out, &n, month, first, last, 0);
	}
	return n;
}
