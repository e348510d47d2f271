/* test_iso.c - ISO 8601 durations, dates and cycles of timers. */
#include "bpmn/bpmn_int.h"
#include "tests/test.h"

TEST(durations)
{
	static const struct { const char *text; bool ok; int64_t months, ms; } rows[] = {
		{ "PT1S", true, 0, 1000 }, { "P1D", true, 0, 86400000 }, { "P1W", true, 0, 604800000 },
		{ "P1Y2M3DT4H5M6.5S", true, 14, 3 * 86400000LL + 4 * 3600000 + 5 * 60000 + 6500 }, { "PT0S", true, 0, 0 },
		{ "P", false, 0, 0 }, { "PT", false, 0, 0 }, { "P1", false, 0, 0 }, { "1D", false, 0, 0 }, { "P1S", false, 0, 0 },
		{ "PT1D", false, 0, 0 }, { "P1DT", false, 0, 0 }, { "P1D2Y", false, 0, 0 }, { "P-1D", false, 0, 0 },
		{ "P99999999999D", false, 0, 0 }, { "P1.5D", false, 0, 0 }, { "", false, 0, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bpmn_duration d = { -1, -1 };

		ROW(rows[i].text);
		CHECK_INT(bpmn_iso_duration(str_of(rows[i].text), &d), rows[i].ok);
		CHECK_INT(d.months, rows[i].ok ? rows[i].months : -1);
		CHECK_INT(d.ms, rows[i].ok ? rows[i].ms : -1);
	}
}

TEST(cycles)
{
	static const struct { const char *text; bool ok; int64_t repeats; } rows[] = {
		{ "R4/PT10S", true, 4 }, { "R/P1D", true, -1 }, { "R3/2025-01-01T00:00:00Z/P1D", true, 3 },
		{ "R", false, 0 }, { "4/PT1S", false, 0 }, { "R4/PT0S", false, 0 }, { "R4/P1D/P1D", false, 0 }, { "0 0 9 * * *", false, 0 },
		{ "R-5/P1D", false, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bpmn_cycle c = { .repeats = -9 };

		ROW(rows[i].text);
		CHECK_INT(bpmn_iso_cycle(str_of(rows[i].text), 0, &c), rows[i].ok);
		CHECK_INT(c.repeats, rows[i].ok ? rows[i].repeats : -9);
	}
}

TEST(dates_without_offset_are_local)
{
	int64_t utc, local;

	CHECK(bpmn_iso_date(S("2025-09-26T09:00:00Z"), 8 * 3600, &utc));
	CHECK(bpmn_iso_date(S("2025-09-26T17:00:00"), 8 * 3600, &local));
	CHECK_INT(utc, local);
	CHECK(bpmn_iso_date(S("2025-09-26"), 8 * 3600, &local));
	CHECK_INT(local, utc - 17 * 3600000LL);
	CHECK(!bpmn_iso_date(S("2025-02-30"), 0, &local));
	CHECK(!bpmn_iso_date(S("bald"), 0, &local));
}

TEST(months_end_on_their_last_day)
{
	struct bpmn_duration month = { 1, 0 };
	int64_t from, to;

	CHECK(bpmn_iso_date(S("2024-01-31T10:00:00+08:00"), 0, &from));
	CHECK(bpmn_iso_date(S("2024-02-29T10:00:00+08:00"), 0, &to));
	CHECK_INT(bpmn_duration_add(from, &month, 8 * 3600), to);
}

TEST_MAIN
