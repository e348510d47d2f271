/* Worked examples of the legal clock, each counted by hand on the notices of its year. */
#include "tests/unit/calendar/fixture.h"

#define OPEN CALENDAR_NO_DAY

struct span { const char *from, *until; };

struct row {
	const char *name, *start;
	int32_t amount;
	enum calendar_unit unit;
	struct span suspend[3];
	int32_t extend[2];
	const char *now;
	const char *due_on;
	int32_t used, left;
	bool provisional, overdue, open;
};

#define WD CALENDAR_WORKING_DAYS
#define CD CALENDAR_CALENDAR_DAYS
#define HR CALENDAR_HOURS
#define MO CALENDAR_MONTHS
#define YR CALENDAR_YEARS

static const struct row rows[] = {
	/* 2025-09-28 (Sunday) and 10-11 (Saturday) are worked, 10-01 to 10-08 is off */
	{ .name = "20 working days over National Day 2025", .start = "2025-09-26", .amount = 20, .unit = WD,
	  .now = "2025-09-26", .due_on = "2025-10-30", .used = 0, .left = 20 },
	{ .name = "the same, suspended for an expert review", .start = "2025-09-26", .amount = 20, .unit = WD,
	  .suspend = { { "2025-10-09", "2025-10-15" } }, .now = "2025-11-03", .due_on = "2025-11-06", .used = 17, .left = 3 },
	{ .name = "the same, suspended and extended", .start = "2025-09-26", .amount = 20, .unit = WD,
	  .suspend = { { "2025-10-09", "2025-10-15" } }, .extend = { 10 }, .now = "2025-11-03",
	  .due_on = "2025-11-20", .used = 17, .left = 13 },
	{ .name = "a make-up Sunday is the first day", .start = "2025-09-26", .amount = 1, .unit = WD,
	  .now = "2025-09-28", .due_on = "2025-09-28", .used = 1, .left = 0 },
	{ .name = "on the last day nothing is late", .start = "2025-09-26", .amount = 3, .unit = WD,
	  .now = "2025-09-30T23:59:59.999+08:00", .due_on = "2025-09-30", .used = 3, .left = 0 },
	{ .name = "late as the last day has ended, though the next is off", .start = "2025-09-26", .amount = 3, .unit = WD,
	  .now = "2025-10-01T00:00:00+08:00", .due_on = "2025-09-30", .used = 3, .left = -1, .overdue = true },
	{ .name = "two working days late", .start = "2025-09-26", .amount = 3, .unit = WD,
	  .now = "2025-10-10", .due_on = "2025-09-30", .used = 5, .left = -2, .overdue = true },
	{ .name = "begins on a holiday", .start = "2025-10-03", .amount = 2, .unit = WD,
	  .now = "2025-10-05", .due_on = "2025-10-10", .used = 0, .left = 2 },
	{ .name = "begins late in the evening in China", .start = "2025-09-26T23:59:59+08:00", .amount = 1, .unit = WD,
	  .now = "2025-09-26", .due_on = "2025-09-28", .used = 0, .left = 1 },
	{ .name = "the same moment written in UTC is the same day", .start = "2025-09-26T15:59:59Z", .amount = 1, .unit = WD,
	  .now = "2025-09-26", .due_on = "2025-09-28", .used = 0, .left = 1 },
	{ .name = "five days to say what is missing, Spring Festival 2026", .start = "2026-02-13", .amount = 5, .unit = WD,
	  .now = "2026-02-14", .due_on = "2026-02-27", .used = 1, .left = 4 },
	{ .name = "limit 0 on a working day is due that day", .start = "2025-09-26", .amount = 0, .unit = WD,
	  .now = "2025-09-26", .due_on = "2025-09-26", .used = 0, .left = 0 },
	{ .name = "limit 0 on a day off moves", .start = "2025-10-01", .amount = 0, .unit = WD,
	  .now = "2025-10-09", .due_on = "2025-10-09", .used = 0, .left = 0 },
	{ .name = "limit 0 late", .start = "2025-09-26", .amount = 0, .unit = WD,
	  .now = "2025-09-28", .due_on = "2025-09-26", .used = 1, .left = -1, .overdue = true },
	{ .name = "limit 0 of calendar days moves too", .start = "2025-10-04", .amount = 0, .unit = CD,
	  .now = "2025-10-04", .due_on = "2025-10-09", .used = 0, .left = 0 },

	{ .name = "suspension of one day takes nothing", .start = "2025-09-26", .amount = 5, .unit = WD,
	  .suspend = { { "2025-09-29", "2025-09-29" } }, .now = "2025-09-26", .due_on = "2025-10-10", .left = 5 },
	{ .name = "the day it begins counts, the day it ends does not", .start = "2025-09-26", .amount = 5, .unit = WD,
	  .suspend = { { "2025-09-29", "2025-09-30" } }, .now = "2025-09-26", .due_on = "2025-10-11", .left = 5 },
	{ .name = "overlapping suspensions count once", .start = "2025-09-26", .amount = 20, .unit = WD,
	  .suspend = { { "2025-10-09", "2025-10-13" }, { "2025-10-10", "2025-10-15" }, { "2025-10-09", "2025-10-15" } },
	  .now = "2025-09-26", .due_on = "2025-11-06", .left = 20 },
	{ .name = "suspension over days off only takes no working day", .start = "2025-09-26", .amount = 5, .unit = WD,
	  .suspend = { { "2025-09-30", "2025-10-08" } }, .now = "2025-09-26", .due_on = "2025-10-10", .left = 5 },
	{ .name = "suspension from before the start", .start = "2025-10-10", .amount = 2, .unit = WD,
	  .suspend = { { "2025-09-01", "2025-10-14" } }, .now = "2025-10-14", .due_on = "2025-10-16", .left = 2 },
	{ .name = "suspension behind the due date changes nothing", .start = "2025-10-13", .amount = 2, .unit = WD,
	  .suspend = { { "2025-10-16", "2025-10-20" } }, .now = "2025-10-13", .due_on = "2025-10-15", .left = 2 },
	{ .name = "a suspension that begins on the last day comes too late", .start = "2025-10-13", .amount = 2, .unit = WD,
	  .suspend = { { "2025-10-15", "2025-10-20" } }, .now = "2025-10-16", .due_on = "2025-10-15",
	  .used = 2, .left = -1, .overdue = true },
	{ .name = "open suspension stands still", .start = "2025-10-09", .amount = 5, .unit = WD,
	  .suspend = { { "2025-10-10", NULL } }, .now = "2025-11-03", .due_on = "2025-11-07", .used = 1, .left = 4, .open = true },
	{ .name = "open suspension on its first day", .start = "2025-10-09", .amount = 5, .unit = WD,
	  .suspend = { { "2025-10-10", NULL } }, .now = "2025-10-10", .due_on = "2025-10-15", .used = 1, .left = 4, .open = true },
	{ .name = "open suspension that has not begun yet", .start = "2025-10-09", .amount = 5, .unit = WD,
	  .suspend = { { "2025-10-13", NULL } }, .now = "2025-10-10", .due_on = "2025-10-15", .used = 1, .left = 4 },
	{ .name = "open suspension of a clock that ran out before", .start = "2025-10-09", .amount = 1, .unit = WD,
	  .suspend = { { "2025-10-14", NULL } }, .now = "2025-10-20", .due_on = "2025-10-10",
	  .used = 4, .left = -3, .overdue = true, .open = true },
	{ .name = "two extensions add up", .start = "2025-10-13", .amount = 2, .unit = WD, .extend = { 1, 2 },
	  .now = "2025-10-13", .due_on = "2025-10-20", .left = 5 },

	{ .name = "10 calendar days, all counted", .start = "2025-10-10", .amount = 10, .unit = CD,
	  .now = "2025-10-12", .due_on = "2025-10-20", .used = 2, .left = 8 },
	{ .name = "last calendar day on a Saturday moves to Monday", .start = "2025-10-15", .amount = 10, .unit = CD,
	  .now = "2025-10-26", .due_on = "2025-10-27", .used = 9, .left = 1 },
	{ .name = "last calendar day in National Day moves to 10-09", .start = "2025-09-01", .amount = 30, .unit = CD,
	  .now = "2025-10-10", .due_on = "2025-10-09", .used = 31, .left = -1, .overdue = true },
	{ .name = "last calendar day on a make-up Saturday stays", .start = "2025-10-01", .amount = 10, .unit = CD,
	  .now = "2025-10-11", .due_on = "2025-10-11", .used = 10, .left = 0 },
	{ .name = "calendar days are suspended too", .start = "2025-10-10", .amount = 10, .unit = CD,
	  .suspend = { { "2025-10-12", "2025-10-15" } }, .now = "2025-10-14", .due_on = "2025-10-23", .used = 2, .left = 8 },
	{ .name = "the day that the last one moves to is suspended", .start = "2025-10-15", .amount = 10, .unit = CD,
	  .suspend = { { "2025-10-26", "2025-10-28" } }, .now = "2025-10-15", .due_on = "2025-10-29", .left = 10 },

	{ .name = "one month ends on the corresponding day", .start = "2025-10-14", .amount = 1, .unit = MO,
	  .now = "2025-10-15", .due_on = "2025-11-14", .used = 1, .left = 30 },
	{ .name = "a month without that day ends on its last", .start = "2025-01-31", .amount = 1, .unit = MO,
	  .now = "2025-01-31", .due_on = "2025-02-28", .left = 28 },
	{ .name = "the same in a leap year", .start = "2024-01-31", .amount = 1, .unit = MO,
	  .now = "2024-01-31", .due_on = "2024-02-29", .left = 29 },
	{ .name = "last day of a month off moves", .start = "2025-09-26", .amount = 1, .unit = MO,
	  .now = "2025-09-26", .due_on = "2025-10-27", .left = 30 },
	{ .name = "a month suspended for ten days", .start = "2025-10-14", .amount = 1, .unit = MO,
	  .suspend = { { "2025-10-20", "2025-10-30" } }, .now = "2025-10-14", .due_on = "2025-11-24", .left = 31 },
	{ .name = "a suspension at the end of a month", .start = "2025-10-14", .amount = 1, .unit = MO,
	  .suspend = { { "2025-11-13", "2025-11-14" } }, .now = "2025-10-14", .due_on = "2025-11-17", .left = 31 },
	{ .name = "months extended by months", .start = "2025-01-31", .amount = 1, .unit = MO, .extend = { 1 },
	  .now = "2025-01-31", .due_on = "2025-03-31", .left = 59 },
	{ .name = "a year from a leap day", .start = "2024-02-29", .amount = 1, .unit = YR,
	  .now = "2024-02-29", .due_on = "2025-02-28", .left = 365 },
	{ .name = "four years from a leap day", .start = "2020-02-29", .amount = 4, .unit = YR,
	  .now = "2020-02-29", .due_on = "2024-02-29", .left = 1461 },
	{ .name = "two years to a holiday", .start = "2023-10-01", .amount = 2, .unit = YR,
	  .now = "2025-10-09", .due_on = "2025-10-09", .used = 731, .left = 0 },

	{ .name = "24 hours from their moment, over a weekend", .start = "2025-10-18T10:30:00+08:00", .amount = 24, .unit = HR,
	  .now = "2025-10-18T15:45:00+08:00", .due_on = "2025-10-19", .used = 5, .left = 19 },
	{ .name = "hours late", .start = "2025-10-18T10:30:00+08:00", .amount = 24, .unit = HR,
	  .now = "2025-10-19T12:45:00+08:00", .due_on = "2025-10-19", .used = 26, .left = -2, .overdue = true },
	{ .name = "the due moment itself is too late", .start = "2025-10-18T10:30:00+08:00", .amount = 24, .unit = HR,
	  .now = "2025-10-19T10:30:00+08:00", .due_on = "2025-10-19", .used = 24, .left = -1, .overdue = true },
	{ .name = "a moment before it is not", .start = "2025-10-18T10:30:00+08:00", .amount = 24, .unit = HR,
	  .now = "2025-10-19T10:29:59.999+08:00", .due_on = "2025-10-19", .used = 23, .left = 1 },
	{ .name = "hours stand still on suspended days", .start = "2025-10-13T10:00:00+08:00", .amount = 24, .unit = HR,
	  .suspend = { { "2025-10-13", "2025-10-15" } }, .now = "2025-10-16T01:00:00+08:00", .due_on = "2025-10-16",
	  .used = 15, .left = 9 },
	{ .name = "hours extended", .start = "2025-10-13T10:00:00+08:00", .amount = 24, .unit = HR, .extend = { 24 },
	  .now = "2025-10-13T10:00:00+08:00", .due_on = "2025-10-15", .left = 48 },
	{ .name = "whole days of hours end at midnight", .start = "2025-10-13", .amount = 48, .unit = HR,
	  .now = "2025-10-13", .due_on = "2025-10-15", .left = 48 },
	{ .name = "no hours", .start = "2025-10-13T10:00:00+08:00", .amount = 0, .unit = HR,
	  .now = "2025-10-13T09:00:00+08:00", .due_on = "2025-10-13", .left = 0 },

	{ .name = "reaches into an unpublished year", .start = "2026-12-28", .amount = 5, .unit = WD,
	  .now = "2026-12-28", .due_on = "2027-01-04", .left = 5, .provisional = true },
	{ .name = "ends on the last published day", .start = "2026-12-28", .amount = 3, .unit = WD,
	  .now = "2026-12-28", .due_on = "2026-12-31", .left = 3 },
	{ .name = "calendar days: the last day decides", .start = "2026-12-20", .amount = 11, .unit = CD,
	  .now = "2026-12-20", .due_on = "2026-12-31", .left = 11 },
	{ .name = "calendar days into an unpublished year", .start = "2026-12-20", .amount = 15, .unit = CD,
	  .now = "2026-12-20", .due_on = "2027-01-04", .left = 15, .provisional = true },
	{ .name = "hours depend on no notice", .start = "2026-12-31T20:00:00+08:00", .amount = 24, .unit = HR,
	  .now = "2026-12-31T20:00:00+08:00", .due_on = "2027-01-01", .left = 24 },
	{ .name = "before the first notice is a guess as well", .start = "2006-12-29", .amount = 1, .unit = WD,
	  .now = "2006-12-29", .due_on = "2006-12-30", .left = 1, .provisional = true },
	{ .name = "made-up December days of the notice before", .start = "2018-12-28", .amount = 2, .unit = WD,
	  .now = "2018-12-28", .due_on = "2019-01-02", .left = 2 },
	{ .name = "10,000 working days", .start = "2007-01-04", .amount = 10000, .unit = WD,
	  .now = "2007-01-04", .due_on = "2046-03-15", .left = 10000, .provisional = true },
	{ .name = "now before the start", .start = "2025-10-13", .amount = 5, .unit = WD,
	  .now = "2025-10-01", .due_on = "2025-10-20", .left = 5 },
};

struct input {
	struct calendar_clock k;
	struct calendar_suspension s[3];
	struct calendar_extension x[2];
};

static void input_of(const struct row *r, struct input *in)
{
	*in = (struct input){ .k = { .start_ms = moment(r->start), .limit = { r->amount, r->unit } } };
	for (size_t i = 0; i < 3 && r->suspend[i].from; i++)
		in->s[in->k.suspensions_count++] = (struct calendar_suspension){
			day(r->suspend[i].from), r->suspend[i].until ? day(r->suspend[i].until) : OPEN, S("ALL/45 专家评审") };
	for (size_t i = 0; i < 2 && r->extend[i]; i++)
		in->x[in->k.extensions_count++] = (struct calendar_extension){ r->extend[i], S("ALL/42") };
	in->k.suspensions = in->s;
	in->k.extensions = in->x;
}

TEST(worked_examples_come_out_as_counted_by_hand)
{
	struct arena a;
	arena_init(&a, 256 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct input in;
		struct calendar_result out = { 0 };
		struct diag d;
		ROW(r->name);
		diag_init(&d);
		input_of(r, &in);
		CHECK_INT(calendar_clock_run(c, &in.k, moment(r->now), true, &a, &out, &d), OK);
		CHECK_DAY(out.due_on, r->due_on);
		CHECK_INT(out.used, r->used);
		CHECK_INT(out.left, r->left);
		CHECK_INT(out.provisional, r->provisional);
		CHECK_INT(out.overdue, r->overdue);
		CHECK_INT(out.open, r->open);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST(the_last_day_ends_at_midnight_in_china)
{
	struct arena a;
	arena_init(&a, 64 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	struct calendar_result r;
	struct calendar_clock k = { .start_ms = moment("2025-09-26"), .limit = { 20, CALENDAR_WORKING_DAYS } };
	CHECK_INT(calendar_clock_run(c, &k, k.start_ms, false, &a, &r, NULL), OK);
	CHECK_INT(r.due_ms, moment("2025-10-31T00:00:00+08:00"));
	CHECK(r.lines == NULL && r.lines_count == 0);
	k = (struct calendar_clock){ .start_ms = moment("2025-10-18T10:30:00.250+08:00"), .limit = { 24, CALENDAR_HOURS } };
	CHECK_INT(calendar_clock_run(c, &k, k.start_ms, false, &a, &r, NULL), OK);
	CHECK_INT(r.due_ms, moment("2025-10-19T10:30:00.250+08:00"));
	arena_release(&a);
}

TEST(every_day_is_listed_with_its_reason_in_both_languages)
{
	static const struct { const char *day; bool counted; const char *code, *zh, *en; } want[] = {
		{ "2025-09-26", false, "start-day", "开始当日不计入(民法典第201条)", "the day it begins is not counted (Civil Code 201)" },
		{ "2025-09-27", false, "weekend", "星期六", "Saturday" },
		{ "2025-09-28", true, "make-up-day", "调休上班:国庆节、中秋节(国办发明电〔2024〕12号)",
		  "make-up working day: National Day and Mid-Autumn Festival (国办发明电〔2024〕12号)" },
		{ "2025-09-29", true, "counted", "工作日", "working day" },
		{ "2025-09-30", false, "suspended", "中止,不计入(ALL/45 专家评审)", "suspended (ALL/45 专家评审)" },
		{ "2025-10-01", false, "holiday", "放假:国庆节、中秋节(国办发明电〔2024〕12号)",
		  "holiday: National Day and Mid-Autumn Festival (国办发明电〔2024〕12号)" },
	};
	static const struct row r = { .start = "2025-09-26", .amount = 3, .unit = WD,
	                              .suspend = { { "2025-09-29", "2025-09-30" } }, .extend = { 1 } };
	struct arena a;
	struct input in;
	struct calendar_result out = { 0 };
	arena_init(&a, 64 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	input_of(&r, &in);
	REQUIRE(calendar_clock_run(c, &in.k, in.k.start_ms, true, &a, &out, NULL) == OK);
	CHECK_DAY(out.due_on, "2025-10-10");
	REQUIRE(out.lines_count == 15);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		const struct calendar_line *l = &out.lines[i];
		ROW(want[i].day);
		CHECK_DAY(l->day, want[i].day);
		CHECK_INT(l->counted, want[i].counted);
		CHECK_STR(str_of(calendar_reason_name(l->reason)), want[i].code);
		CHECK_STR(l->zh, want[i].zh);
		CHECK_STR(l->en, want[i].en);
	}
	ROW(NULL);
	CHECK_STR(out.lines[14].zh, "计入(延期):ALL/42");
	CHECK_STR(out.lines[14].en, "counted (extension): ALL/42");
	CHECK_INT(out.lines[14].nth, 4);
	arena_release(&a);
}

TEST(a_last_day_that_moves_says_so)
{
	static const struct { const char *start; int32_t amount; const char *code[4]; const char *en; } want[] = {
		{ "2025-10-22", 2, { "start-day", "counted", "counted" }, "counted (last day)" },
		{ "2025-10-23", 2, { "start-day", "counted", "moved", "moved" },
		  "last day is a day off and moves on (Civil Code 203); Saturday" },
		{ "2025-10-25", 0, { "start-day", "moved", "moved" }, "the last day was a day off and moved here (Civil Code 203)" },
	};
	struct arena a;
	arena_init(&a, 64 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		struct calendar_clock k = { .start_ms = moment(want[i].start), .limit = { want[i].amount, CALENDAR_CALENDAR_DAYS } };
		struct calendar_result out;
		ROW(want[i].start);
		REQUIRE(calendar_clock_run(c, &k, k.start_ms, true, &a, &out, NULL) == OK);
		for (size_t j = 0; j < 4 && want[i].code[j]; j++)
			CHECK_STR(str_of(calendar_reason_name(out.lines[j].reason)), want[i].code[j]);
		CHECK_STR(out.lines[2].en, want[i].en);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST(a_guessed_day_is_marked_in_the_list)
{
	struct arena a;
	arena_init(&a, 64 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	struct calendar_clock k = { .start_ms = moment("2026-12-30"), .limit = { 2, CALENDAR_WORKING_DAYS } };
	struct calendar_result out;
	REQUIRE(calendar_clock_run(c, &k, k.start_ms, true, &a, &out, NULL) == OK);
	REQUIRE(out.lines_count == 3);
	CHECK(!out.lines[1].provisional && out.lines[2].provisional);
	CHECK_STR(out.lines[2].zh, "工作日;该年放假通知未发布,暂按周末推算");
	arena_release(&a);
}

TEST(what_cannot_be_counted_is_refused)
{
	static const struct { struct row r; enum err err; const char *code; } bad[] = {
		{ { .name = "negative limit", .start = "2025-01-01", .amount = -1, .unit = WD }, ERR_INVALID, "calendar.amount-negative" },
		{ { .name = "negative extension", .start = "2025-01-01", .amount = 5, .unit = WD, .extend = { -1 } }, ERR_INVALID, "calendar.extension-negative" },
		{ { .name = "backwards", .start = "2025-01-01", .amount = 5, .unit = WD, .suspend = { { "2025-01-09", "2025-01-08" } } }, ERR_INVALID, "calendar.suspension-backwards" },
		{ { .name = "too many days", .start = "2025-01-01", .amount = 100001, .unit = WD }, ERR_LIMIT, "calendar.amount-too-large" },
		{ { .name = "too many with the extension", .start = "2025-01-01", .amount = 100000, .unit = CD, .extend = { 1 } }, ERR_LIMIT, "calendar.amount-too-large" },
		{ { .name = "overflowing sum", .start = "2025-01-01", .amount = INT32_MAX, .unit = MO, .extend = { INT32_MAX, INT32_MAX } }, ERR_LIMIT, "calendar.amount-too-large" },
		{ { .name = "too many months", .start = "2025-01-01", .amount = 3301, .unit = MO }, ERR_LIMIT, "calendar.amount-too-large" },
		{ { .name = "too many years", .start = "2025-01-01", .amount = 276, .unit = YR }, ERR_LIMIT, "calendar.amount-too-large" },
		{ { .name = "too many hours", .start = "2025-01-01", .amount = 2400001, .unit = HR }, ERR_LIMIT, "calendar.amount-too-large" },
		{ { .name = "past year 9999", .start = "9999-12-30", .amount = 2, .unit = CD }, ERR_LIMIT, "calendar.too-far" },
		{ { .name = "working days past 9999", .start = "9999-12-31", .amount = 1, .unit = WD }, ERR_LIMIT, "calendar.too-far" },
		{ { .name = "years past 9999", .start = "9999-01-01", .amount = 1, .unit = YR }, ERR_LIMIT, "calendar.too-far" },
		{ { .name = "hours past 9999", .start = "9999-12-31", .amount = 24, .unit = HR }, ERR_LIMIT, "calendar.too-far" },
		{ { .name = "a millennium suspended", .start = "2025-01-01", .amount = 5, .unit = CD, .suspend = { { "2025-01-01", "4025-01-01" } } }, ERR_LIMIT, "calendar.too-far" },
	};
	struct arena a;
	arena_init(&a, 64 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct input in;
		struct calendar_result out = { .due_on = 77 };
		struct diag d;
		ROW(bad[i].r.name);
		diag_init(&d);
		input_of(&bad[i].r, &in);
		CHECK_INT(calendar_clock_run(c, &in.k, in.k.start_ms, true, &a, &out, &d), bad[i].err);
		CHECK_STR(str_of(d.code), bad[i].code);
		CHECK_INT(out.due_on, 77);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST(moments_outside_the_writable_years_are_refused)
{
	static const int64_t moments[] = { INT64_MIN, INT64_MAX, -99999999999999999, 99999999999999999 };
	struct arena a;
	arena_init(&a, 64 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	for (size_t i = 0; i < 4; i++) {
		struct calendar_clock k = { .start_ms = moments[i], .limit = { 1, CALENDAR_WORKING_DAYS } };
		struct calendar_result out;
		CHECK_INT(calendar_clock_run(c, &k, 0, true, &a, &out, NULL), ERR_LIMIT);
		k.start_ms = 0;
		CHECK_INT(calendar_clock_run(c, &k, moments[i], true, &a, &out, NULL), ERR_LIMIT);
	}
	arena_release(&a);
}

TEST(a_new_notice_says_which_clock_it_moves)
{
	static const char text[] =
		"kind,year,from,to,zh,en,source\n"
		"notice,2027,2026-11-05,,关于2027年部分节假日安排的通知,Holidays of 2027,\n"
		"off,2027,2027-01-01,2027-01-03,元旦,New Year's Day,\n";
	struct arena a;
	struct calendar *notice, *after;
	struct calendar_change change;
	arena_init(&a, 64 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	REQUIRE(calendar_read(&a, str_of(text), &notice, NULL) == OK);
	REQUIRE(calendar_merge(&a, c, notice, &after, NULL) == OK);
	struct calendar_clock k = { .start_ms = moment("2026-12-28"), .limit = { 5, CALENDAR_WORKING_DAYS } };
	REQUIRE(calendar_clock_compare(c, after, &k, k.start_ms, &a, &change, NULL) == OK);
	CHECK(change.moved && change.confirmed && change.provisional_before && !change.provisional_after);
	CHECK_DAY(change.due_before, "2027-01-04");
	CHECK_DAY(change.due_after, "2027-01-05");
	k.limit.amount = 3;
	REQUIRE(calendar_clock_compare(c, after, &k, k.start_ms, &a, &change, NULL) == OK);
	CHECK(!change.moved && !change.confirmed);
	arena_release(&a);
}

TEST_MAIN
