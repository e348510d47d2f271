/* test_time.c - dates, times, zones, durations: text, parts, arithmetic (DMN 1.5, 10.3.2.3.4 to 10.3.2.3.9,
 * 10.3.4.1, 10.3.4.8). */
#include "tests/unit/feel/feel_test.h"

TEST(dates)
{
	static const struct feel_row rows[] = {
		{ "date(\"2024-02-29\")", "@\"2024-02-29\"" }, { "date(\"2023-02-29\")", "null" }, { "date(\"2000-02-29\")", "@\"2000-02-29\"" }, { "date(\"1900-02-29\")", "null" },
		{ "date(\"999999999-12-31\")", "@\"999999999-12-31\"" }, { "date(\"-999999999-01-01\")", "@\"-999999999-01-01\"" }, { "date(\"1000000000-01-01\")", "null" },
		{ "date(\"0001-01-01\")", "@\"0001-01-01\"" }, { "date(\"01211-12-31\")", "null" }, { "date(\"+2024-01-01\")", "null" }, { "date(\"2024-1-1\")", "null" },
		{ "date(\"2024-01-01Z\")", "null" }, { "date(\" 2024-01-01\")", "null" }, { "date(\"\")", "null" }, { "date(\"2024-13-01\")", "null" }, { "date(\"2024-00-10\")", "null" },
		{ "date(2024, 2, 29)", "@\"2024-02-29\"" }, { "date(2024, 2, 30)", "null" }, { "date(2024.5, 2, 3)", "null" }, { "date(year: 2024, month: 1, day: 2)", "@\"2024-01-02\"" },
		{ "date(date and time(\"2024-01-02T23:00:00+08:00\"))", "@\"2024-01-02\"" }, { "date(@\"2024-01-02\")", "@\"2024-01-02\"" }, { "date(null)", "null" },
		{ "@\"2024-02-29\".year", "2024" }, { "@\"2024-02-29\".month", "2" }, { "@\"2024-02-29\".day", "29" }, { "@\"2025-06-30\".weekday", "1" }, { "@\"2025-06-29\".weekday", "7" },
		{ "@\"2024-02-29\".hour", "null" }, { "@\"1970-01-02\".value", "86400" },
	};
	ROWS(rows, NULL);
}

TEST(times)
{
	static const struct feel_row rows[] = {
		{ "time(\"23:59:59\")", "@\"23:59:59\"" }, { "time(\"08:09:10.123000\")", "@\"08:09:10.123\"" }, { "time(\"08:09:10Z\")", "@\"08:09:10Z\"" },
		{ "time(\"08:09:10+08:00\")", "@\"08:09:10+08:00\"" }, { "time(\"08:09:10@Asia/Shanghai\")", "@\"08:09:10@Asia/Shanghai\"" }, { "time(\"08:09:10+00:00\")", "@\"08:09:10Z\"" },
		{ "time(\"24:00:00\")", "null" }, { "time(\"08:60:00\")", "null" }, { "time(\"08:00\")", "null" }, { "time(\"8:00:00\")", "null" }, { "time(\"08:00:00+19:00\")", "null" },
		{ "time(\"08:00:00@Moon/Base\")", "null" }, { "time(\"08:00:00.\")", "null" }, { "time(\"08:00:00+08:00@Asia/Shanghai\")", "null" },
		{ "time(8, 9, 10)", "@\"08:09:10\"" }, { "time(8, 9, 10.5)", "@\"08:09:10.5\"" }, { "time(8, 9, 10, @\"PT8H\")", "@\"08:09:10+08:00\"" }, { "time(8, 9, 10, null)", "@\"08:09:10\"" },
		{ "time(24, 0, 0)", "null" }, { "time(8, 9, 60)", "null" }, { "time(8, 9, 10, @\"PT20H\")", "null" }, { "time(8, 9)", "null" },
		{ "time(@\"2024-01-02T08:09:10Z\")", "@\"08:09:10Z\"" }, { "time(@\"2024-01-02\")", "@\"00:00:00Z\"" },
		{ "@\"08:09:10.25\".second", "10.25" }, { "@\"08:09:10\".minute", "9" }, { "@\"08:09:10+08:00\".time offset", "@\"PT8H\"" }, { "@\"08:09:10\".time offset", "null" },
		{ "@\"08:09:10@Asia/Shanghai\".timezone", "\"Asia/Shanghai\"" }, { "@\"08:09:10Z\".timezone", "null" }, { "@\"08:09:10@Asia/Shanghai\".time offset", "@\"PT8H\"" },
	};
	ROWS(rows, NULL);
}

TEST(dates_with_times)
{
	static const struct feel_row rows[] = {
		{ "date and time(\"2024-02-29T08:09:10\")", "@\"2024-02-29T08:09:10\"" }, { "date and time(\"2024-02-29\")", "@\"2024-02-29T00:00:00\"" },
		{ "date and time(\"2024-12-31T24:00:00\")", "@\"2025-01-01T00:00:00\"" }, { "date and time(\"2024-02-30T08:09:10\")", "null" }, { "date and time(\"2024-02-29 08:09:10\")", "null" },
		{ "date and time(\"2024-02-29T\")", "null" }, { "date and time(@\"2024-02-29\", @\"08:09:10Z\")", "@\"2024-02-29T08:09:10Z\"" },
		{ "date and time(@\"2024-02-29T01:00:00\", @\"08:09:10\")", "@\"2024-02-29T08:09:10\"" }, { "date and time(2024, 2, 29, 8, 9, 10)", "@\"2024-02-29T08:09:10\"" },
		{ "date and time(2024, 2, 29, 8, 9, 10, @\"-PT5H\")", "@\"2024-02-29T08:09:10-05:00\"" }, { "date and time(2024, 2, 29, 8, 9, 10, \"Europe/Paris\")", "@\"2024-02-29T08:09:10@Europe/Paris\"" },
		{ "date and time(2024, 2, 29, 8, 9, 10, \"Moon/Base\")", "null" }, { "date and time(2024, 2, 30, 8, 9, 10)", "null" }, { "@\"2024-02-29T08:09:10\".hour", "8" },
		{ "now()", "@\"2025-06-30T08:09:10.5Z\"" }, { "today()", "@\"2025-06-30\"" }, { "now(1)", "null" },
	};
	ROWS(rows, NULL);
}

TEST(the_clock_of_the_caller_has_a_zone)
{
	struct feel_plan *plan;
	struct feel_value out;
	struct feel_env env = { .now_ms = INT64_C(1751299199999), .offset_s = 8 * 3600 };
	arena_init(&test_arena, 1 << 20);
	REQUIRE(feel_compile(&test_arena, S("[now(), today()]"), NULL, &plan, NULL) == OK);
	REQUIRE(feel_eval(plan, NULL, &env, &test_arena, &out, NULL) == OK);
	CHECK_STR(test_literal(&out), "[@\"2025-06-30T23:59:59.999+08:00\", @\"2025-06-30\"]");
	env.now_ms++;
	REQUIRE(feel_eval(plan, NULL, &env, &test_arena, &out, NULL) == OK);
	CHECK_STR(test_literal(&out), "[@\"2025-07-01T00:00:00+08:00\", @\"2025-07-01\"]");
	arena_release(&test_arena);
}

/* Offsets at known moments of the time zone database: summer time of both hemispheres, old local
 * times, years beyond its tables. */
TEST(zones)
{
	static const struct { const char *moment, *offset; } rows[] = {
		{ "2024-01-15T12:00:00@Europe/Paris", "PT1H" }, { "2024-07-15T12:00:00@Europe/Paris", "PT2H" }, { "2024-03-31T01:59:59@Europe/Paris", "PT1H" },
		{ "2024-03-31T03:00:00@Europe/Paris", "PT2H" }, { "2024-10-27T02:30:00@Europe/Paris", "PT2H" }, { "2024-10-27T03:00:00@Europe/Paris", "PT1H" },
		{ "2024-07-15T12:00:00@America/New_York", "-PT4H" }, { "2024-01-15T12:00:00@Australia/Sydney", "PT11H" }, { "2024-07-15T12:00:00@Australia/Sydney", "PT10H" },
		{ "1988-07-01T12:00:00@Asia/Shanghai", "PT9H" }, { "1995-07-01T12:00:00@Asia/Shanghai", "PT8H" }, { "1900-01-01T00:00:00@Asia/Shanghai", "PT8H5M43S" },
		{ "2024-01-01T00:00:00@Asia/Kathmandu", "PT5H45M" }, { "2024-01-01T00:00:00@Etc/UTC", "PT0S" }, { "2100-07-15T12:00:00@Europe/Paris", "PT2H" },
		{ "2100-12-15T12:00:00@Europe/Paris", "PT1H" }, { "900000-07-15T12:00:00@America/New_York", "-PT4H" }, { "2400-01-15T12:00:00@Australia/Sydney", "PT11H" },
		{ "2024-07-15T12:00:00@Etc/GMT+5", "-PT5H" }, { "2024-07-15T12:00:00@Africa/Casablanca", "PT1H" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena_init(&test_arena, 1 << 20);
		ROW(rows[i].moment);
		struct str e = arena_printf(&test_arena, "string(@\"%s\".time offset)", rows[i].moment);
		CHECK_STR(test_run(arena_z(&test_arena, e), NULL), arena_z(&test_arena, arena_printf(&test_arena, "\"%s\"", rows[i].offset)));
		ROW(NULL);
		arena_release(&test_arena);
	}
}

TEST(durations)
{
	static const struct feel_row rows[] = {
		{ "duration(\"P1Y2M\")", "@\"P1Y2M\"" }, { "duration(\"P14M\")", "@\"P1Y2M\"" }, { "duration(\"-P1Y\")", "@\"-P1Y\"" }, { "duration(\"P0Y\")", "@\"P0M\"" }, { "duration(\"P0M\")", "@\"P0M\"" },
		{ "duration(\"P1DT2H3M4.5S\")", "@\"P1DT2H3M4.5S\"" }, { "duration(\"PT90M\")", "@\"PT1H30M\"" }, { "duration(\"PT0S\")", "@\"PT0S\"" }, { "duration(\"-PT0.5S\")", "@\"-PT0.5S\"" },
		{ "duration(\"P1Y1D\")", "null" }, { "duration(\"P\")", "null" }, { "duration(\"P1DT\")", "null" }, { "duration(\"1D\")", "null" }, { "duration(\"P1W\")", "null" }, { "duration(\"PT1.5H\")", "null" },
		{ "duration(\"P1H\")", "null" }, { "duration(\"PT1S1M\")", "null" }, { "duration(\"P99999999999999999999D\")", "null" }, { "duration(@\"P1D\")", "@\"P1D\"" }, { "duration(5)", "null" },
		{ "@\"P1Y2M\".years", "1" }, { "@\"P1Y2M\".months", "2" }, { "@\"P1Y2M\".days", "null" }, { "@\"P1DT2H3M4S\".days", "1" }, { "@\"P1DT2H3M4S\".hours", "2" }, { "@\"P1DT2H3M4S\".minutes", "3" },
		{ "@\"-P1DT2H3M4.5S\".seconds", "-4.5" }, { "@\"P1Y2M\".value", "14" }, { "@\"P1D\".value", "86400" },
		{ "years and months duration(@\"2011-12-22\", @\"2013-08-24\")", "@\"P1Y8M\"" }, { "years and months duration(@\"2015-01-31\", @\"2015-02-28\")", "@\"P0M\"" },
		{ "years and months duration(@\"2016-01-21\", @\"2015-01-21\")", "@\"-P1Y\"" }, { "years and months duration(@\"2016-01-21\", @\"2015-01-22\")", "@\"-P11M\"" },
	};
	ROWS(rows, NULL);
}

TEST(arithmetic_of_time)
{
	static const struct feel_row rows[] = {
		{ "@\"2024-02-28\" + @\"P1D\"", "@\"2024-02-29\"" }, { "@\"2024-02-29\" + @\"P1Y\"", "@\"2025-02-28\"" }, { "@\"2024-01-31\" + @\"P1M\"", "@\"2024-02-29\"" }, { "@\"2024-03-31\" - @\"P1M\"", "@\"2024-02-29\"" },
		{ "@\"P1D\" + @\"2024-02-28\"", "@\"2024-02-29\"" }, { "@\"P1D\" - @\"2024-02-28\"", "null" }, { "@\"2024-03-01\" - @\"2024-02-01\"", "@\"P29D\"" }, { "@\"2024-02-01\" - @\"2024-03-01\"", "@\"-P29D\"" },
		{ "@\"2024-02-28T23:30:00\" + @\"PT1H\"", "@\"2024-02-29T00:30:00\"" }, { "@\"2024-01-01T00:00:00Z\" - @\"2024-01-01T00:00:00+08:00\"", "@\"PT8H\"" },
		{ "@\"2024-01-01T00:00:00Z\" - @\"2024-01-01T00:00:00\"", "null" }, { "@\"2024-01-02\" - @\"2024-01-01T12:00:00Z\"", "@\"PT12H\"" },
		{ "@\"23:30:00\" + @\"PT1H\"", "@\"00:30:00\"" }, { "@\"00:30:00\" - @\"PT1H\"", "@\"23:30:00\"" }, { "@\"10:00:00\" - @\"09:30:00\"", "@\"PT30M\"" }, { "@\"10:00:00\" + @\"P1M\"", "null" },
		{ "@\"2024-03-31T01:30:00@Europe/Paris\" + @\"PT1H\"", "@\"2024-03-31T03:30:00@Europe/Paris\"" }, { "@\"2024-03-30T12:00:00@Europe/Paris\" + @\"P1D\"", "@\"2024-03-31T13:00:00@Europe/Paris\"" },
		{ "@\"2024-01-01\" + @\"2024-01-01\"", "null" }, { "@\"999999999-12-31\" + @\"P1D\"", "null" }, { "@\"-999999999-01-01\" - @\"P1M\"", "null" },
		{ "@\"P1D\" + @\"PT12H\"", "@\"P1DT12H\"" }, { "@\"P1Y\" - @\"P14M\"", "@\"-P2M\"" }, { "@\"P1Y\" + @\"P1D\"", "null" }, { "@\"P1D\" * 1.5", "@\"P1DT12H\"" }, { "2 * @\"P8M\"", "@\"P1Y4M\"" },
		{ "@\"P1D\" / 2", "@\"PT12H\"" }, { "@\"P1Y\" / @\"P5M\"", "2.4" }, { "@\"P1D\" / @\"PT6H\"", "4" }, { "@\"P1D\" / @\"PT0S\"", "null" }, { "@\"P1D\" / 0", "null" }, { "@\"P1D\" * @\"P1D\"", "null" },
		{ "-@\"P1D\"", "@\"-P1D\"" }, { "abs(@\"-P1D\")", "@\"P1D\"" }, { "abs(@\"-P1M\")", "@\"P1M\"" }, { "@\"PT0.1S\" + @\"PT0.2S\"", "@\"PT0.3S\"" },
	};
	ROWS(rows, NULL);
}

TEST(words_of_the_calendar)
{
	static const struct feel_row rows[] = {
		{ "day of week(@\"2025-06-30\")", "\"Monday\"" }, { "day of week(@\"1970-01-01\")", "\"Thursday\"" }, { "day of week(@\"-0001-01-01\")", "\"Friday\"" }, { "month of year(@\"2025-06-30\")", "\"June\"" },
		{ "day of year(@\"2024-12-31\")", "366" }, { "day of year(date: @\"2025-12-31T10:00:00\")", "365" }, { "week of year(@\"2025-12-31\")", "1" }, { "week of year(@\"2021-01-03\")", "53" },
		{ "week of year(@\"2021-01-04\")", "1" }, { "day of week(\"2025-06-30\")", "null" }, { "day of week(null)", "null" },
	};
	ROWS(rows, NULL);
}

/* Every day of eight centuries forth and back, and each a weekday behind the one before. */
TEST(the_calendar_has_no_holes)
{
	struct feel_value day = feel_date(1600, 1, 1), step = feel_seconds(86400);
	struct feel_plan *plan;
	struct feel_env env = test_env();
	int days = 0, weekday = 6; /* a Saturday */
	arena_init(&test_arena, 1 << 20);
	REQUIRE(feel_compile(&test_arena, S("{next: d + s, back: (d + s) - s = d, w: d.weekday}"), NULL, &plan, NULL) == OK);
	for (; day.moment.year < 2400; days++) {
		struct arena_mark mark = arena_save(&test_arena);
		struct feel_context_builder b;
		struct feel_value context, out;
		int64_t w = 0;
		feel_context_begin(&b, &test_arena);
		REQUIRE(feel_context_put(&b, S("d"), day) == OK && feel_context_put(&b, S("s"), step) == OK);
		REQUIRE(feel_context_end(&b, &context) == OK);
		REQUIRE(feel_eval(plan, &context, &env, &test_arena, &out, NULL) == OK);
		REQUIRE(feel_is_true(feel_get(&out, S("back"))));
		REQUIRE(dec_to_i64(feel_get(&out, S("w"))->number, &w));
		REQUIRE(w == weekday);
		weekday = weekday % 7 + 1;
		day = *feel_get(&out, S("next"));
		arena_rewind(&test_arena, mark);
	}
	CHECK_INT(days, 292194);
	arena_release(&test_arena);
}

TEST_MAIN
