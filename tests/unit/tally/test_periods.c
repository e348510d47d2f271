/* Days, weeks, months and years as numbers, and the cover of a range by coarse counters: no day twice, none left out. */
#include "base/buf.h"
#include "tally/tally_int.h"
#include "tests/test.h"

static calendar_day day(const char *z)
{
	calendar_day d = 0;
	CHECK(calendar_day_parse(str_of(z), &d));
	return d;
}

TEST(periods_are_called_as_people_call_them)
{
	static const struct { const char *day; enum tally_unit unit; const char *code; } rows[] = {
		{ "2025-03-05", TALLY_DAY, "2025-03-05" }, { "2025-03-05", TALLY_MONTH, "2025-03" }, { "2025-03-31", TALLY_QUARTER, "2025-Q1" },
		{ "2025-04-01", TALLY_QUARTER, "2025-Q2" }, { "2025-06-30", TALLY_HALF, "2025-H1" }, { "2025-07-01", TALLY_HALF, "2025-H2" },
		{ "2025-12-31", TALLY_YEAR, "2025" },
		/* ISO 8601: 2024-12-30 is the Monday of the week whose Thursday is 2025-01-02 */
		{ "2024-12-29", TALLY_WEEK, "2024-W52" }, { "2024-12-30", TALLY_WEEK, "2025-W01" }, { "2025-01-05", TALLY_WEEK, "2025-W01" },
		{ "2025-01-06", TALLY_WEEK, "2025-W02" }, { "2021-01-03", TALLY_WEEK, "2020-W53" },
	};
	struct arena a;
	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].day);
		CHECK_STR(period_code(&a, rows[i].unit, period_of_day(day(rows[i].day), rows[i].unit)), rows[i].code);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST(a_year_before)
{
	CHECK_INT(day_year_before(day("2024-02-29")), day("2023-02-28"));
	CHECK_INT(day_year_before(day("2025-03-01")), day("2024-03-01"));
	CHECK_INT(period_year_before(TALLY_MONTH, 2025 * 12 + 2), 2024 * 12 + 2);
	CHECK_INT(period_year_before(TALLY_QUARTER, 2025 * 4), 2024 * 4);
	CHECK_INT(period_year_before(TALLY_YEAR, 2025), 2024);
}

/* Days that a span's cells hold. */
static void days_of(const struct span *s, calendar_day *from, calendar_day *until)
{
	if (s->unit >= CELL_WEEK) {
		bool week = s->unit == CELL_WEEK; /* week 0 began on Monday 1969-12-29, three days before day 0 */
		*from = (calendar_day)(week ? s->from * 7 - 3 : s->from);
		*until = (calendar_day)(week ? s->until * 7 + 3 : s->until);
		return;
	}
	bool year = s->unit == CELL_YEAR;
	int64_t first = year ? s->from * 12 : s->from, behind = year ? (s->until + 1) * 12 : s->until + 1;
	*from = calendar_day_of((int)(first / 12), (int)(first % 12) + 1, 1);
	*until = calendar_day_of((int)(behind / 12), (int)(behind % 12) + 1, 1) - 1;
}

/* The spans as letters, "DWM" = days, weeks, months, with how many cells each has. */
static struct str shape(struct arena *a, const struct span *spans, size_t n)
{
	struct buf b;
	buf_init_in(&b, a, 200);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%c%lld", "YMWD"[spans[i].unit], (long long)(spans[i].until - spans[i].from + 1));
	return buf_str(&b);
}

static const struct { const char *name, *from, *until; enum tally_unit unit; const char *shape; } ranges[] = {
	{ "one day", "2025-03-05", "2025-03-05", TALLY_UNITS, "D1" },
	{ "one month", "2025-02-01", "2025-02-28", TALLY_UNITS, "M1" },
	/* Sunday the 2nd, three weeks from Monday the 3rd, Monday 24 to Thursday 27 */
	{ "within a month", "2025-02-02", "2025-02-27", TALLY_UNITS, "D1W3D4" },
	{ "two halves of months", "2025-02-15", "2025-03-14", TALLY_UNITS, "D2W1D7W1D5" }, /* 15, 16 | 17-23 | 24 Feb-2 Mar | 3-9 | 10-14 */
	{ "a year", "2024-01-01", "2024-12-31", TALLY_UNITS, "Y1" },
	{ "a year by month", "2024-01-01", "2024-12-31", TALLY_MONTH, "M12" },
	{ "two years by half", "2023-01-01", "2024-12-31", TALLY_HALF, "M24" },
	{ "two years by year", "2023-01-01", "2024-12-31", TALLY_YEAR, "Y2" },
	/* 15-20 Nov | 21-27 | 28-30, Dec 2022 | 2023, 2024 | Jan, Feb | 1, 2 Mar | 3-9 | 10-14 */
	{ "all there are", "2022-11-15", "2025-03-14", TALLY_YEAR, "D6W1D3M1Y2M2D2W1D5" },
	{ "eleven months hold no year", "2024-02-01", "2024-12-31", TALLY_UNITS, "M11" },
	{ "by week, from Wednesday to Friday", "2025-03-05", "2025-04-04", TALLY_WEEK, "D5W3D5" },
	{ "by day", "2025-03-01", "2025-03-31", TALLY_DAY, "D31" },
	{ "backwards", "2025-03-05", "2025-03-04", TALLY_UNITS, "" },
};

TEST(a_range_is_covered_day_by_day)
{
	struct arena a;
	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		struct span spans[SPANS_MAX];
		calendar_day next = day(ranges[i].from);
		ROW(ranges[i].name);
		size_t n = span_cover(day(ranges[i].from), day(ranges[i].until), ranges[i].unit, spans);
		CHECK_STR(shape(&a, spans, n), ranges[i].shape);
		for (size_t k = 0; k < n; k++) {
			calendar_day from, until;
			days_of(&spans[k], &from, &until);
			CHECK_INT(from, next); /* no day twice, none left out */
			next = until + 1;
		}
		CHECK_INT(next, n ? day(ranges[i].until) + 1 : day(ranges[i].from));
	}
	ROW(NULL);
	arena_release(&a);
}

TEST(no_range_needs_more_spans_than_there_is_room_for)
{
	calendar_day first = day("2023-11-01");
	size_t most = 0;
	for (int from = 0; from < 70; from++)
		for (int until = from; until < 1000; until += 1 + until / 100)
			for (int unit = TALLY_DAY; unit <= TALLY_UNITS; unit++) {
				struct span spans[SPANS_MAX];
				size_t n = span_cover(first + from, first + until, (enum tally_unit)unit, spans);
				most = n > most ? n : most;
			}
	CHECK(most <= 9);
	CHECK(most > 6);
}

TEST(measures_are_rounded_half_up)
{
	const struct tally_measure *rate = tally_measure_find(S("on_time_rate")), *average = tally_measure_find(S("early_days")), *count = tally_measure_find(S("received"));
	int64_t v;
	CHECK(measure_value(rate, 2, 3, &v) && v == 667);    /* 66.66… % */
	CHECK(measure_value(rate, 1, 3, &v) && v == 333);
	CHECK(measure_value(rate, 1, 16, &v) && v == 63);    /* 6.25 % */
	CHECK(measure_value(rate, 5, 5, &v) && v == 1000);
	CHECK(!measure_value(rate, 0, 0, &v));
	CHECK(measure_value(average, 7, 4, &v) && v == 18);  /* 1.75 */
	CHECK(measure_value(count, 7, 0, &v) && v == 7);
	CHECK(!tally_measure_find(S("no such")));
}

TEST_MAIN
