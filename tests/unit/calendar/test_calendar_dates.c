/* Dates, weekdays and instants. */
#include "tests/unit/calendar/fixture.h"

TEST(a_date_is_read_and_written_back)
{
	static const char *const good[] = { "1970-01-01", "2025-09-26", "2024-02-29", "2000-02-29", "1900-02-28",
	                                    "0001-01-01", "9999-12-31", "1969-12-31" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		calendar_day d = 0;
		ROW(good[i]);
		CHECK(calendar_day_parse(str_of(good[i]), &d));
		CHECK_DAY(d, good[i]);
	}
	ROW(NULL);
	CHECK_INT(day("1970-01-01"), 0);
	CHECK_INT(day("0001-01-01"), -719162);
	CHECK_INT(day("9999-12-31"), 2932896);
}

TEST(a_date_that_does_not_exist_is_refused)
{
	static const char *const bad[] = { "", "2025-02-29", "1900-02-29", "2025-13-01", "2025-00-10", "2025-04-31",
	                                   "2025-01-00", "0000-01-01", "2025-1-01", "25-01-01", "2025/01/01",
	                                   "2025-01-01 ", "2025-01-0a", "２０２５-01-01", "-025-01-01", "10000-01-01" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		calendar_day d = 77;
		ROW(bad[i]);
		CHECK(!calendar_day_parse(str_of(bad[i]), &d));
		CHECK_INT(d, 77);
	}
	ROW(NULL);
}

TEST(weekdays_follow_each_other_over_eight_centuries)
{
	CHECK_INT(calendar_weekday(day("2025-09-26")), 5);
	CHECK_INT(calendar_weekday(day("2025-09-28")), 7);
	CHECK_INT(calendar_weekday(day("1969-12-31")), 3);
	CHECK_INT(calendar_weekday(day("0001-01-01")), 1);
	int w = calendar_weekday(day("1600-01-01")), y = 1600, m = 1, dd = 1, bad = 0;
	for (calendar_day d = day("1600-01-01"); d <= day("2400-12-31"); d++) {
		int gy, gm, gd;
		calendar_day_civil(d, &gy, &gm, &gd);
		bad += gy != y || gm != m || gd != dd || calendar_day_of(y, m, dd) != d || calendar_weekday(d) != w;
		static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
		int last = days[m - 1] + (m == 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0));
		w = w % 7 + 1;
		if (++dd > last) {
			dd = 1;
			if (++m > 12) {
				m = 1;
				y++;
			}
		}
	}
	CHECK_INT(bad, 0);
}

TEST(an_instant_keeps_its_moment_whatever_its_offset)
{
	static const struct { const char *text; long long ms; } rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T08:00:00+08:00", 0 },
		{ "1969-12-31T19:00:00-05:00", 0 },
		{ "2010-10-04 01:06:40.020000+02:00", 1286147200020 },
		{ "2010-10-03T23:06:40.02z", 1286147200020 },
		{ "1969-12-31T23:59:59.999Z", -1 },
		{ "2016-12-31T23:59:60Z", 1483228800000 },
		{ "2025-09-26T09:00:00.1239999999999+08:00", 1758848400123 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ms = 5;
		ROW(rows[i].text);
		CHECK(calendar_instant_parse(str_of(rows[i].text), &ms));
		CHECK_INT(ms, rows[i].ms);
	}
	ROW(NULL);
}

TEST(a_local_time_or_a_broken_one_is_no_instant)
{
	static const char *const bad[] = { "", "2025-09-26", "2025-09-26T09:00:00", "2025-09-26T24:00:00Z",
	                                   "2025-09-26T09:60:00Z", "2025-09-26T09:00:61Z", "2025-09-26T09:00:00.Z",
	                                   "2025-09-26T09:00:00+8:00", "2025-09-26T09:00:00+0800",
	                                   "2025-09-26T09:00:00+24:00", "2025-09-26T09:00:00Zx", "2025-09-31T09:00:00Z",
	                                   "2025-09-26_09:00:00Z", "2025-09-26T09:00Z" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms;
		ROW(bad[i]);
		CHECK(!calendar_instant_parse(str_of(bad[i]), &ms));
	}
	ROW(NULL);
}

TEST(an_instant_is_written_with_the_offset_asked_for)
{
	static const struct { long long ms; int offset; const char *want; } rows[] = {
		{ 0, 0, "1970-01-01T00:00:00Z" },
		{ 0, 28800, "1970-01-01T08:00:00+08:00" },
		{ -1, 28800, "1970-01-01T07:59:59.999+08:00" },
		{ 0, -12600, "1969-12-31T20:30:00-03:30" },
		{ 1286147200020, 7200, "2010-10-04T01:06:40.020+02:00" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		buf_init(&b, 64);
		calendar_instant_print(rows[i].ms, rows[i].offset, &b);
		CHECK_STR(buf_str(&b), rows[i].want);
		buf_release(&b);
	}
}

TEST(midnight_in_china_begins_the_chinese_day)
{
	CHECK_DAY(calendar_day_at(moment("2025-09-25T16:00:00Z"), 28800), "2025-09-26");
	CHECK_DAY(calendar_day_at(moment("2025-09-25T15:59:59.999Z"), 28800), "2025-09-25");
	CHECK_INT(calendar_day_start_ms(day("2025-09-26"), 28800), moment("2025-09-25T16:00:00Z"));
	CHECK_DAY(calendar_day_at(-1, 0), "1969-12-31");
}

TEST(units_have_exactly_the_published_names)
{
	static const char *const names[] = { "working-days", "calendar-days", "hours", "months", "years" };
	enum calendar_unit u;
	for (size_t i = 0; i < 5; i++) {
		CHECK(calendar_unit_parse(str_of(names[i]), &u));
		CHECK_STR(str_of(calendar_unit_name(u)), names[i]);
	}
	CHECK(!calendar_unit_parse(S("days"), &u));
	CHECK(!calendar_unit_parse(S("working_days"), &u));
	CHECK(!calendar_unit_parse(S("工作日"), &u));
	CHECK(!calendar_unit_parse(S(""), &u));
}

TEST_MAIN
