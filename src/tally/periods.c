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

/* ---- covering a range ---- */

/* The cell that holds d, with its first and last day. */
static struct span cell_at(calendar_day d, enum cell_unit unit, calendar_day *first, calendar_day *last)
{
	int64_t month = month_of(d), at = unit == CELL_DAY ? d : unit == CELL_WEEK ? ((int64_t)d + 3) / 7 : unit == CELL_MONTH ? month : month / 12;
	*first = *last = d;
	if (unit == CELL_WEEK) {
		*first = (calendar_day)(at * 7 - 3);
		*last = *first + 6;
	} else if (unit == CELL_MONTH) {
		*first = first_of(month);
		*last = first_of(month + 1) - 1;
	} else if (unit == CELL_YEAR) {
		*first = first_of(at * 12);
		*last = first_of(at * 12 + 12) - 1;
	}
	return (struct span){ unit, at, at };
}

/* May a cell of this unit be read? Weeks lie across months: of a table by anything longer they are read only within one. */
static bool cell_fits(enum cell_unit cell, enum tally_unit unit, calendar_day first, calendar_day last)
{
	if (unit == TALLY_DAY || unit == TALLY_WEEK)
		return cell == CELL_DAY || (cell == CELL_WEEK && unit == TALLY_WEEK);
	if (cell == CELL_WEEK)
		return month_of(first) == month_of(last);
	return cell != CELL_YEAR || unit >= TALLY_YEAR;
}

/* From the first day on always the longest cell that begins there and ends within. */
size_t span_cover(calendar_day from, calendar_day until, enum tally_unit unit, struct span out[SPANS_MAX])
{
	size_t n = 0;
	for (calendar_day d = from; d <= until;) {
		calendar_day first, last;
		struct span s = cell_at(d, CELL_DAY, &first, &last);
		for (int cell = CELL_YEAR; cell < CELL_DAY; cell++) {
			struct span longer = cell_at(d, (enum cell_unit)cell, &first, &last);
			if (first == d && last <= until && cell_fits((enum cell_unit)cell, unit, first, last)) {
				s = longer;
				break;
			}
			last = d;
		}
		if (n && out[n - 1].unit == s.unit && out[n - 1].until + 1 == s.from)
			out[n - 1].until = s.until;
		else
			out[n++] = s;
		d = last + 1;
	}
	return n;
}
