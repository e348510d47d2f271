/* Days, weeks, months and years as numbers, and the cover of a range by coarse counters: no day twice, none left out. */
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

/* Days that a span's counters hold. */
static void days_of(const struct span *s, calendar_day *from, calendar_day *until)
{
	if (s->grain <= GRAIN_DAY_ITEM) {
		*from = (calendar_day)s->from;
		*until = (calendar_day)s->until;
		return;
	}
	bool year = s->grain == GRAIN_YEAR_ITEM;
	int64_t first = year ? s->from * 12 : s->from, behind = year ? (s->until + 1) * 12 : s->until + 1;
	*from = calendar_day_of((int)(first / 12), (int)(first % 12) + 1, 1);
	*until = calendar_day_of((int)(behind / 12), (int)(behind % 12) + 1, 1) - 1;
}

TEST(a_range_is_covered_day_by_day)
{
	static const struct { const char *name, *from, *until; bool item; enum tally_unit unit; size_t spans; } rows[] = {
		{ "one day", "2025-03-05", "2025-03-05", false, TALLY_UNITS, 1 },
		{ "one month", "2025-02-01", "2025-02-28", false, TALLY_UNITS, 1 },
		{ "within a month", "2025-02-02", "2025-02-27", false, TALLY_UNITS, 1 },
		{ "two halves of months", "2025-02-15", "2025-03-14", false, TALLY_UNITS, 2 },
		{ "a year, by organ", "2024-01-01", "2024-12-31", false, TALLY_UNITS, 1 },
		{ "a year, by item", "2024-01-01", "2024-12-31", true, TALLY_UNITS, 1 },
		{ "a year, by item and month", "2024-01-01", "2024-12-31", true, TALLY_MONTH, 1 },
		{ "all five", "2022-11-15", "2025-03-14", true, TALLY_YEAR, 5 },
		{ "eleven months hold no year", "2024-02-01", "2024-12-31", true, TALLY_UNITS, 1 },
		{ "by week", "2022-11-15", "2025-03-14", true, TALLY_WEEK, 1 },
		{ "backwards", "2025-03-05", "2025-03-04", false, TALLY_UNITS, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct span spans[SPANS_MAX];
		int64_t days = 0, wanted = (int64_t)day(rows[i].until) - day(rows[i].from) + 1;
		ROW(rows[i].name);
		size_t n = span_cover(day(rows[i].from), day(rows[i].until), rows[i].item, rows[i].unit, spans);
		CHECK_INT(n, rows[i].spans);
		for (size_t k = 0; k < n; k++) {
			calendar_day from, until, other_from, other_until;
			days_of(&spans[k], &from, &until);
			CHECK(from >= day(rows[i].from) && until <= day(rows[i].until) && from <= until);
			days += until - from + 1;
			for (size_t m = 0; m < k; m++) {
				days_of(&spans[m], &other_from, &other_until);
				CHECK(from > other_until || until < other_from);
			}
		}
		CHECK_INT(days, wanted > 0 ? wanted : 0);
	}
	ROW(NULL);
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
