/* What a day was: hours expected, coming and going, work in the record, absences; each figure computed by hand. */
#include "roster/roster_int.h"
#include "tests/test.h"

enum { MARKS = 6, SPANS = 3 };

/* Tuesday 2026-03-31, from 0:00 in China. */
#define START_MS 1774886400000LL
#define AT(h, m) (START_MS + ((h) * 60LL + (m)) * 60000)
#define NEXT_DAY AT(24, 0)

struct mark { int hour, minute; bool in; };
struct away { int from_hour, until_hour; bool approved; };

struct row {
	const char *name;
	bool day_off;
	int64_t now_ms; /* 0 = the day is over */
	struct mark marks[MARKS];
	int marks_count;
	struct away away[SPANS];
	int away_count;
	int work_from, work_until; /* minutes of the day; 0 = none */
	const char *status;
	int expected, late, early, gap;
	bool no_in, no_out;
};

/* Hours 9:00 to 12:00 and 13:30 to 17:00: 180 + 210 = 390 minutes; grace 5. */
static const struct row rows[] = {
	{ .name = "in time, out in time", .marks = { { 8, 55, true }, { 17, 5, false } }, .marks_count = 2, .status = "present", .expected = 390 },
	{ .name = "five minutes are within the grace", .marks = { { 9, 5, true }, { 17, 0, false } }, .marks_count = 2, .status = "present", .expected = 390 },
	{ .name = "six are not", .marks = { { 9, 6, true }, { 17, 0, false } }, .marks_count = 2, .status = "present", .expected = 390, .late = 6 },
	{ .name = "came after the break: the morning's 180 are late, the break is not", .marks = { { 13, 30, true }, { 17, 0, false } }, .marks_count = 2,
	  .status = "present", .expected = 390, .late = 180 },
	{ .name = "left at four: 60 early", .marks = { { 9, 0, true }, { 16, 0, false } }, .marks_count = 2, .status = "present", .expected = 390, .early = 60 },
	{ .name = "left at twelve: the afternoon's 210", .marks = { { 9, 0, true }, { 12, 0, false } }, .marks_count = 2, .status = "present", .expected = 390, .early = 210 },
	{ .name = "out in the break costs nothing", .marks = { { 9, 0, true }, { 12, 0, false }, { 13, 30, true }, { 17, 0, false } }, .marks_count = 4,
	  .status = "present", .expected = 390 },
	{ .name = "back from the break at 14:10: a gap of 40", .marks = { { 9, 0, true }, { 12, 0, false }, { 14, 10, true }, { 17, 0, false } }, .marks_count = 4,
	  .status = "present", .expected = 390, .gap = 40 },
	{ .name = "an hour out in the morning", .marks = { { 9, 0, true }, { 10, 0, false }, { 11, 0, true }, { 17, 0, false } }, .marks_count = 4,
	  .status = "present", .expected = 390, .gap = 60 },
	{ .name = "no going", .marks = { { 9, 0, true } }, .marks_count = 1, .status = "present", .expected = 390, .no_out = true },
	{ .name = "no coming, a going", .marks = { { 17, 0, false } }, .marks_count = 1, .status = "present", .expected = 390, .no_in = true },
	{ .name = "no mark, but work: here, lateness is not judged", .work_from = 600, .work_until = 900, .status = "worked", .expected = 390, .no_in = true },
	{ .name = "work at 8:58 proves the coming that the reader missed until 9:20", .marks = { { 9, 20, true }, { 17, 0, false } }, .marks_count = 2, .work_from = 538,
	  .work_until = 560, .status = "present", .expected = 390 },
	{ .name = "work at 16:58 proves the staying after a going at 16:00", .marks = { { 9, 0, true }, { 16, 0, false } }, .marks_count = 2, .work_from = 600,
	  .work_until = 1018, .status = "present", .expected = 390 },
	{ .name = "nothing at all", .status = "missing", .expected = 390 },
	{ .name = "a day of approved leave", .away = { { 0, 24, true } }, .away_count = 1, .status = "absent", .expected = 0 },
	{ .name = "a day of leave that nobody approved", .away = { { 0, 24, false } }, .away_count = 1, .status = "unapproved", .expected = 390 },
	{ .name = "half a day unapproved, the rest without a trace", .away = { { 9, 12, false } }, .away_count = 1, .status = "missing", .expected = 390 },
	{ .name = "a trip in the morning, in at 13:30", .marks = { { 13, 30, true }, { 17, 0, false } }, .marks_count = 2, .away = { { 9, 12, true } }, .away_count = 1,
	  .status = "present", .expected = 210 },
	{ .name = "the same trip, in at 14:00: 30 late", .marks = { { 14, 0, true }, { 17, 0, false } }, .marks_count = 2, .away = { { 9, 12, true } }, .away_count = 1,
	  .status = "present", .expected = 210, .late = 30 },
	{ .name = "two overlapping absences count once: 9 to 11 and 10 to 12 leave the afternoon", .marks = { { 13, 30, true }, { 17, 0, false } }, .marks_count = 2,
	  .away = { { 9, 11, true }, { 10, 12, true } }, .away_count = 2, .status = "present", .expected = 210 },
	{ .name = "here on an approved day of leave", .marks = { { 10, 0, true }, { 11, 0, false } }, .marks_count = 2, .away = { { 0, 24, true } }, .away_count = 1,
	  .status = "present", .expected = 0 },
	{ .name = "a day off", .day_off = true, .status = "off" },
	{ .name = "work on a day off", .day_off = true, .work_from = 600, .work_until = 700, .status = "extra" },
	{ .name = "marks on a day off are never late", .day_off = true, .marks = { { 11, 0, true }, { 12, 0, false } }, .marks_count = 2, .status = "extra" },
	{ .name = "a day to come", .now_ms = START_MS - 1, .status = "future", .expected = 390 },
	{ .name = "ten o'clock, nobody seen: not judged yet", .now_ms = AT(10, 0), .status = "open", .expected = 390 },
	{ .name = "ten o'clock, in since 9:20: late already", .now_ms = AT(10, 0), .marks = { { 9, 20, true } }, .marks_count = 1, .status = "open", .expected = 390, .late = 20 },
	{ .name = "ten o'clock, went at 9:50: ten minutes out so far", .now_ms = AT(10, 0), .marks = { { 9, 0, true }, { 9, 50, false } }, .marks_count = 2,
	  .status = "open", .expected = 390, .early = 10 },
	{ .name = "six in the evening, nobody seen", .now_ms = AT(18, 0), .status = "missing", .expected = 390 },
	{ .name = "two comings in a row are one", .marks = { { 9, 0, true }, { 9, 1, true }, { 17, 0, false } }, .marks_count = 3, .status = "present", .expected = 390 },
};

static void run(const struct row *r)
{
	struct roster_mark marks[MARKS];
	struct roster_span spans[SPANS];
	struct roster_day d;
	struct roster_facts f = { .start_ms = START_MS, .now_ms = r->now_ms ? r->now_ms : NEXT_DAY, .working = !r->day_off,
		                  .hours = { .sessions = { { 540, 720 }, { 810, 1020 } }, .count = 2, .grace_min = 5 }, .marks = marks, .absences = spans };
	for (int i = 0; i < r->marks_count; i++)
		marks[f.marks_count++] = (struct roster_mark){ AT(r->marks[i].hour, r->marks[i].minute), r->marks[i].in };
	for (int i = 0; i < r->away_count; i++)
		spans[f.absences_count++] = (struct roster_span){ AT(r->away[i].from_hour, 0), AT(r->away[i].until_hour, 0), "leave", r->away[i].approved };
	if (r->work_from) {
		f.acts = 2;
		f.first_work_ms = START_MS + r->work_from * 60000LL;
		f.last_work_ms = START_MS + r->work_until * 60000LL;
	}
	roster_day_of(&f, &d);
	CHECK_STR(str_of(d.status), r->status);
	CHECK_INT(d.expected_min, r->expected);
	CHECK_INT(d.late_min, r->late);
	CHECK_INT(d.early_min, r->early);
	CHECK_INT(d.gap_min, r->gap);
	CHECK_INT(d.no_in, r->no_in);
	CHECK_INT(d.no_out, r->no_out);
}

TEST(a_day_is_what_its_marks_work_and_absences_say)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		run(&rows[i]);
	}
	ROW(NULL);
}

TEST_MAIN
