/* test_mine.c - what a log says, by hand: the arithmetic stands beside each expectation. */
#include "logs.h"

enum { MINUTE = 60000, HOUR = 3600000, DAY = 86400000 };

struct hand { struct arena a; struct mine_log *log; struct mine_report *r; struct mine_reading reading; struct diag d; };

static bool open_log(struct hand *h, struct str text, const struct mine_mapping *m, const struct mine_work *w)
{
	*h = (struct hand){ 0 };
	arena_init(&h->a, 8 << 20);
	struct mine_work work = w ? *w : (struct mine_work){ 0 };
	work.calendar = logs_calendar(&h->a);
	return logs_read(text, m, &h->reading, &h->log, &h->d) == OK && mine_report_make(h->log, &work, &h->r, &h->d) == OK;
}

static void close_log(struct hand *h)
{
	mine_report_free(h->r);
	mine_log_free(h->log);
	arena_release(&h->a);
}

TEST(what_follows_what_and_after_how_long)
{
	struct hand h;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	CHECK_INT(h.log->cases, 4);
	CHECK_INT(h.log->events, 12);
	CHECK_INT(h.r->edges_count, 4);
	/* A 2 h, B 4 h, D 1 h: mean 7/3 h = 8,400,000 ms, median 2 h, 9 in 10: the 3rd of 3 */
	const struct mine_edge *e = logs_edge(h.r, "登记", "审查");
	REQUIRE(e);
	CHECK_INT(e->count, 3);
	CHECK_INT(e->times.mean_ms, 8400000);
	CHECK_INT(e->times.median_ms, 2 * HOUR);
	CHECK_INT(e->times.p90_ms, 4 * HOUR);
	CHECK_INT(e->times.min_ms, HOUR);
	CHECK_INT(e->times.max_ms, 4 * HOUR);
	/* A 24 h, B Friday 13:02 to Monday 13:02 = 72 h, D 24 h: mean 40 h; of B's only 10:58 of Friday and 13:02 of Monday are working days' */
	e = logs_edge(h.r, "审查", "办结");
	REQUIRE(e);
	CHECK_INT(e->times.mean_ms, 40 * HOUR);
	CHECK_INT(e->times.median_ms, 24 * HOUR);
	CHECK_INT(e->times.max_ms, 72 * HOUR);
	CHECK_INT(e->working.max_ms, 24 * HOUR);
	CHECK_INT(e->working.mean_ms, 24 * HOUR);
	/* B reviews Monday and again on Friday */
	e = logs_edge(h.r, "审查", "审查");
	REQUIRE(e);
	CHECK_INT(e->count, 1);
	CHECK_INT(e->times.median_ms, 4 * (int64_t)DAY);
	CHECK(!logs_edge(h.r, "办结", "登记"));
	CHECK(!logs_edge(h.r, "登记", "登记"));
	close_log(&h);
}

TEST(beginnings_ends_and_repeats)
{
	struct hand h;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	const struct mine_node *n = logs_node(h.r, "审查");
	REQUIRE(n);
	CHECK_INT(n->count, 4);
	CHECK_INT(n->cases, 3);
	CHECK_INT(n->starts, 0);
	CHECK_INT(n->ends, 0);
	CHECK_INT(n->repeats, 1);
	CHECK_INT(n->repeat_cases, 1);
	CHECK_INT(logs_node(h.r, "登记")->starts, 4);
	CHECK_INT(logs_node(h.r, "办结")->ends, 4);
	CHECK_INT(h.r->self_loops, 1);
	CHECK_INT(h.r->short_loops, 0);
	CHECK_INT(h.r->repeat_cases, 1);
	close_log(&h);
}

TEST(a_way_back_after_one_other_is_a_short_loop)
{
	struct hand h;
	REQUIRE(open_log(&h, S("case,activity,time\nA,a,2025-03-03\nA,b,2025-03-04\nA,a,2025-03-05\nA,b,2025-03-06\nB,a,2025-03-03\nB,b,2025-03-04\n"), NULL, NULL));
	CHECK_INT(h.r->short_loops, 2); /* a b a and b a b */
	CHECK_INT(h.r->self_loops, 0);
	CHECK_INT(h.r->repeat_cases, 1);
	close_log(&h);
}

TEST(variants_by_frequency_with_their_durations)
{
	struct hand h;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	REQUIRE(h.r->variants_count == 3);
	CHECK_INT(h.r->variants[0].count, 2); /* A and D */
	CHECK_STR(mine_word(&h.log->case_ids, h.r->variants[0].example), "A");
	CHECK_INT(h.r->variants[0].times.mean_ms, 25 * HOUR + 30 * MINUTE); /* A 26 h, D 25 h */
	CHECK_INT(h.r->variants[1].count, 1);
	CHECK_INT(h.r->variants[2].count, 1);
	CHECK_INT(h.r->variant_of[0], h.r->variant_of[3]);
	/* all cases: 1, 25, 26 and 172 h: mean 56, median (25+26)/2, nine in ten: the 4th of 4 */
	CHECK_INT(h.r->times.mean_ms, 56 * HOUR);
	CHECK_INT(h.r->times.median_ms, 25 * HOUR + 30 * MINUTE);
	CHECK_INT(h.r->times.p90_ms, 172 * HOUR);
	/* B in working days: Monday 09:02 to Monday 13:02 a week later: 5 days and 4 hours */
	CHECK_INT(h.r->working.max_ms, 5 * (int64_t)DAY + 4 * HOUR);
	close_log(&h);
}

TEST(a_course_has_the_same_key_in_every_log)
{
	struct hand a, b;
	REQUIRE(open_log(&a, S("case,activity,time\nA,x,2025-03-03\nA,y,2025-03-04\nB,y,2025-03-03\nB,x,2025-03-04\n"), NULL, NULL));
	REQUIRE(open_log(&b, S("case,activity,time\nC,z,2025-03-03\nD,y,2025-03-03\nD,x,2025-03-04\n"), NULL, NULL)); /* other numbers */
	CHECK(a.r->variants[0].hash != a.r->variants[1].hash);
	CHECK(a.r->variants[1].hash == b.r->variants[1].hash); /* y x */
	close_log(&a);
	close_log(&b);
}

TEST(hand_over_batches_and_load)
{
	struct hand h;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	REQUIRE(h.r->hand_overs_count == 3);
	const struct { const char *from, *to; int count; } want[] = { { "甲", "乙", 3 }, { "乙", "甲", 2 }, { "乙", "丙", 1 } };
	for (size_t i = 0; i < 3; i++) {
		CHECK_STR(mine_word(&h.log->resources, h.r->hand_overs[i].from), want[i].from);
		CHECK_STR(mine_word(&h.log->resources, h.r->hand_overs[i].to), want[i].to);
		CHECK_INT(h.r->hand_overs[i].count, want[i].count);
	}
	CHECK_INT(h.r->hand_overs[0].times.sum_ms, 7 * HOUR);
	/* 甲 registers A, B and C two minutes apart; D the next day is none of them */
	REQUIRE(h.r->batches_count == 1);
	CHECK_INT(h.r->batches[0].cases, 3);
	CHECK_INT(h.r->batches[0].events, 3);
	CHECK_INT(h.r->batches[0].to_ms - h.r->batches[0].from_ms, 4 * MINUTE);
	CHECK_INT(h.r->batched_events, 3);
	CHECK_INT(h.r->load[0][9], 3);  /* Monday 9 to 10 */
	CHECK_INT(h.r->load[0][13], 2); /* B on both Mondays */
	CHECK_INT(h.r->load[4][13], 1);
	CHECK_INT(h.r->load[6][9], 0);
	close_log(&h);
}

TEST(hand_overs_have_their_times_and_a_picture)
{
	struct hand h;
	struct buf out;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	/* 甲 to 乙: A 2 h, B 4 h, D 1 h */
	CHECK_INT(h.r->hand_overs[0].cases, 3);
	CHECK_INT(h.r->hand_overs[0].times.median_ms, 2 * HOUR);
	CHECK_INT(h.r->hand_overs[0].times.max_ms, 4 * HOUR);
	/* 乙 to 甲: A and D a day each; 乙 to 丙: B three days */
	CHECK_INT(h.r->hand_overs[1].times.mean_ms, 24 * HOUR);
	CHECK_INT(h.r->hand_overs[2].times.median_ms, 72 * HOUR);
	struct mine_show s = { .english = true, .link = S("/mine/cases?") };
	buf_init(&out, 1 << 20);
	CHECK_INT(mine_draw_hand_overs(h.r, &s, &h.a, &out), OK);
	CHECK(str_find(buf_str(&out), S("甲 → 乙: 3 times in 3 cases; median 2.0 h")) > 0);
	CHECK(str_find(buf_str(&out), S("pick=hand-over%7C")) > 0);
	CHECK(str_find(buf_str(&out), S("<circle")) < 0); /* people have no beginning and no end */
	buf_release(&out);
	close_log(&h);
	REQUIRE(open_log(&h, S("case,activity,time\nA,a,2025-03-03\n"), NULL, NULL));
	buf_init(&out, 1 << 20);
	CHECK_INT(mine_draw_hand_overs(h.r, &s, &h.a, &out), ERR_NOT_FOUND);
	buf_release(&out);
	close_log(&h);
}

TEST(repeats_to_the_letter_are_counted_and_said)
{
	static const struct { const char *name, *rows; int duplicates; } rows[] = {
		{ "none", "A,a,2025-03-03 09:00,甲\nA,b,2025-03-03 10:00,甲\n", 0 },
		{ "one", "A,a,2025-03-03 09:00,甲\nA,a,2025-03-03 09:00,甲\n", 1 },
		{ "twice the same, another between", "A,a,2025-03-03 09:00,甲\nA,b,2025-03-03 09:00,甲\nA,a,2025-03-03 09:00,甲\nA,a,2025-03-03 09:00,甲\n", 2 },
		{ "another person", "A,a,2025-03-03 09:00,甲\nA,a,2025-03-03 09:00,乙\n", 0 },
		{ "nobody, twice", "A,a,2025-03-03 09:00,\nA,a,2025-03-03 09:00,\n", 1 },
		{ "another moment", "A,a,2025-03-03 09:00,甲\nA,a,2025-03-03 09:01,甲\n", 0 },
		{ "another case", "A,a,2025-03-03 09:00,甲\nB,a,2025-03-03 09:00,甲\n", 0 },
		{ "two moments", "A,a,2025-03-03 09:00,甲\nA,a,2025-03-03 09:00,甲\nA,a,2025-03-04 09:00,甲\nA,a,2025-03-04 09:00,甲\n", 2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hand h;
		char text[400];
		ROW(rows[i].name);
		snprintf(text, sizeof text, "case,activity,time,resource\n%s", rows[i].rows);
		CHECK(open_log(&h, str_of(text), NULL, NULL));
		CHECK_INT(h.r ? h.r->duplicates : 0, rows[i].duplicates);
		close_log(&h);
	}
	ROW(NULL);
}

TEST(a_log_without_hours_says_so)
{
	struct hand h;
	REQUIRE(open_log(&h, S("case,activity,time\nA,a,2025-03-03\nA,b,2025-03-05\n"), NULL, NULL));
	CHECK(h.r->dates_only);
	close_log(&h);
	REQUIRE(open_log(&h, S("case,activity,time\nA,a,2025-03-03\nA,b,2025-03-05 01:00\n"), NULL, NULL));
	CHECK(!h.r->dates_only);
	close_log(&h);
	REQUIRE(open_log(&h, S("case,activity,time\nA,a,2025-03-03\n"), NULL, NULL));
	CHECK(!h.r->dates_only); /* one event says nothing */
	close_log(&h);
}

/* 10,000 activities, each once: pictures and lists stay readable, figures whole. */
TEST(a_log_of_ten_thousand_activities)
{
	struct hand h;
	struct buf b;
	struct arena scratch;
	buf_init(&b, 8 << 20);
	buf_putz(&b, "case,activity,time,resource\n");
	for (int i = 0; i < 10000; i++)
		buf_printf(&b, "%d,activity %d,2025-03-03 09:%02d,person %d\n", i / 100, i, i % 60, i % 3000);
	REQUIRE(open_log(&h, buf_str(&b), NULL, NULL));
	CHECK_INT(h.log->activities.count, 10000);
	CHECK_INT(h.r->edges_count, 9900);
	CHECK_INT(h.r->variants_count, 100);
	arena_init(&scratch, 256 << 20);
	buf_clear(&b);
	struct mine_show s = { .english = true };
	CHECK_INT(mine_report_html(h.r, NULL, &s, &scratch, &b, NULL), OK);
	CHECK(b.len < 400000);
	buf_release(&b);
	arena_release(&scratch);
	close_log(&h);
}

TEST(a_batch_ends_where_the_gap_is_longer)
{
	struct hand h;
	struct mine_work w = { .batch_gap_ms = MINUTE };
	REQUIRE(open_log(&h, str_of(logs_four), NULL, &w));
	CHECK_INT(h.r->batches_count, 0);
	close_log(&h);
}

static const char phases[] =
	"case,activity,lifecycle,timestamp\n"
	"A,审查,start,2025-03-03 09:00\n"
	"A,审查,complete,2025-03-03 10:00\n"
	"A,审查,start,2025-03-03 11:00\n"
	"A,审查,assign,2025-03-03 12:00\n"
	"A,审查,complete,2025-03-04 11:00\n"
	"A,办结,complete,2025-03-04 12:00\n"
	"A,发证,start,2025-03-04 13:00\n";

TEST(waiting_and_working_where_the_log_says_when_work_began)
{
	struct hand h;
	REQUIRE(open_log(&h, str_of(phases), NULL, NULL));
	CHECK_INT(h.log->events, 3);
	CHECK_INT(h.log->starts_alone, 1);
	CHECK_INT(h.log->other_phases, 1);
	CHECK(h.r->knows_work);
	/* 审查: waited 0 and 1 h (10 to 11), worked 1 h and 24 h; 办结: waited 1 h, work not known */
	const struct mine_node *n = logs_node(h.r, "审查");
	CHECK_INT(n->waited.count, 2);
	CHECK_INT(n->waited.max_ms, HOUR);
	CHECK_INT(n->worked.count, 2);
	CHECK_INT(n->worked.mean_ms, 25 * HOUR / 2);
	CHECK_INT(logs_node(h.r, "办结")->worked.count, 0);
	CHECK_INT(h.r->waited_ms, 2 * HOUR);
	CHECK_INT(h.r->worked_ms, 25 * HOUR);
	/* together they are the whole: 09:00 to 12:00 the next day */
	CHECK_INT(h.r->working.max_ms, 27 * HOUR);
	close_log(&h);
}

TEST(without_beginnings_all_is_waiting_and_it_is_said)
{
	struct hand h;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	CHECK(!h.r->knows_work);
	CHECK_INT(h.r->worked_ms, 0);
	CHECK_INT(logs_node(h.r, "登记")->waited.count, 0); /* nothing came before */
	CHECK_INT(logs_node(h.r, "审查")->waited.count, 4);
	close_log(&h);
}

TEST(side_by_side_work_does_not_wait)
{
	struct hand h;
	REQUIRE(open_log(&h, S("case,activity,start_time,end_time\nA,a,2025-03-03 09:00,2025-03-03 12:00\nA,b,2025-03-03 10:00,2025-03-03 13:00\n"), NULL, NULL));
	CHECK_INT(logs_node(h.r, "b")->waited.max_ms, 0);
	CHECK_INT(logs_node(h.r, "b")->worked.max_ms, 3 * HOUR);
	close_log(&h);
}

/* ---- late ---- */

static int64_t day_ms(int day, int hour) { return calendar_day_start_ms(calendar_day_of(2025, 3, day), 8 * 3600) + hour * (int64_t)HOUR; }

/* 20 cases of kind 甲, 15 late; 20 of kind 乙, 5 late; one without a deadline, one still open and not late. */
static struct mine_log *late_log(void)
{
	struct mine_builder *b;
	struct mine_log *log = NULL;
	uint32_t k = 0;
	if (mine_builder_new(&b) != OK)
		return NULL;
	for (int i = 0; i < 42; i++) {
		char id[16];
		bool first = i < 20, late = first ? i < 15 : i < 25;
		snprintf(id, sizeof id, "%d", i);
		struct mine_event e = { str_of(id), S("受理"), S(""), day_ms(3, 9), MINE_NO_TIME, MINE_COMPLETE };
		enum err r = mine_builder_add(b, &e, &k);
		e.activity = S("办结");
		e.end_ms = day_ms(late ? 7 : 5, 9);
		if (r == OK)
			r = mine_builder_add(b, &e, &k);
		if (r == OK)
			r = mine_builder_attribute(b, k, S("类别"), first ? S("甲") : S("乙"));
		if (r == OK && i != 40)
			r = mine_builder_deadline(b, k, day_ms(6, 0));
		if (r == OK && i == 41)
			r = mine_builder_flag(b, k, MINE_CASE_OPEN);
		if (r != OK)
			return NULL;
	}
	return mine_builder_finish(b, &log, NULL) == OK ? log : NULL;
}

TEST(late_cases_and_what_distinguishes_them)
{
	struct arena a;
	struct mine_report *r = NULL;
	struct mine_log *log = late_log();
	arena_init(&a, 1 << 20);
	REQUIRE(log);
	struct mine_work w = { .calendar = logs_calendar(&a) };
	REQUIRE(mine_report_make(log, &w, &r, NULL) == OK);
	CHECK_INT(r->late_by, MINE_LATE_DEADLINE);
	CHECK_INT(r->judged, 40);
	CHECK_INT(r->late, 20);
	CHECK_INT(mine_case_late(r, 0), 1);
	CHECK_INT(mine_case_late(r, 39), 0);
	CHECK_INT(mine_case_late(r, 40), -1); /* no deadline */
	CHECK_INT(mine_case_late(r, 41), -1); /* open, and the deadline not over yet */
	REQUIRE(r->drivers_count == 2); /* the kind, both ways; 受理 and 办结 are in every case and say nothing */
	const struct mine_driver *d = &r->drivers[0];
	if (d->odds < 1)
		d = &r->drivers[1];
	CHECK_INT(d->kind, 'a');
	CHECK_INT(d->with, 20);
	CHECK_INT(d->with_late, 15);
	CHECK_INT(d->without_late, 5);
	/* lift (15/20)/(20/40) = 1.5; odds 15*15/(5*5) = 9; ln 9 ± 1.96 sqrt(1/15+1/5+1/5+1/15) = 2.1972 ± 1.4314 */
	CHECK(d->lift > 1.4999 && d->lift < 1.5001);
	CHECK(d->odds > 8.999 && d->odds < 9.001);
	CHECK(d->low > 2.150 && d->low < 2.152);
	CHECK(d->high > 37.65 && d->high < 37.67);
	mine_report_free(r);
	w.support_min = 21; /* neither kind has so many */
	REQUIRE(mine_report_make(log, &w, &r, NULL) == OK);
	CHECK_INT(r->drivers_count, 0);
	mine_report_free(r);
	mine_log_free(log);
	arena_release(&a);
}

TEST(without_deadlines_the_slowest_quarter_is_late)
{
	struct hand h;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	CHECK_INT(h.r->late_by, MINE_LATE_SLOWEST);
	CHECK_INT(h.r->late_after_ms, 26 * HOUR); /* of 1, 25, 26 h and B's 124: the 3rd of 4 */
	CHECK_INT(h.r->late, 1);
	close_log(&h);
	struct mine_work w = { .late_after_ms = DAY };
	REQUIRE(open_log(&h, str_of(logs_four), NULL, &w));
	CHECK_INT(h.r->late_by, MINE_LATE_LIMIT);
	CHECK_INT(h.r->late, 3); /* 25 and 26 h are more than a day */
	close_log(&h);
}

/* ---- choosing ---- */

TEST(filters_choose_cases_and_activities)
{
	struct hand h;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	const struct mine_filter none = { .from_ms = MINE_NO_TIME, .to_ms = MINE_NO_TIME };
	struct { const char *name; struct mine_filter f; uint32_t cases, events; } rows[] = {
		{ "all", none, 4, 12 },
		{ "began on the fourth", none, 1, 3 },
		{ "before the fourth", none, 3, 9 },
		{ "with a review", none, 3, 10 },
		{ "丙 took part", none, 1, 4 },
		{ "the most frequent variant", none, 2, 6 },
		{ "most frequent activities", none, 4, 8 }, /* 登记 4, 审查 4 of 12 make up 66 %; 60 % wants both */
	};
	rows[1].f.from_ms = day_ms(4, 0);
	rows[2].f.to_ms = day_ms(4, 0);
	rows[3].f.activity = S("审查");
	rows[4].f.resource = S("丙");
	rows[5].f.variants = 1;
	rows[6].f.activities_percent = 60;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mine_log *part = NULL;
		ROW(rows[i].name);
		CHECK_INT(mine_filter(h.log, &rows[i].f, &part, NULL), OK);
		CHECK_INT(part ? part->cases : 0, rows[i].cases);
		CHECK_INT(part ? part->events : 0, rows[i].events);
		mine_log_free(part);
	}
	ROW(NULL);
	close_log(&h);
}

TEST(a_filter_that_names_what_is_not_there_is_refused)
{
	struct hand h;
	struct mine_log *part = NULL;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	struct mine_filter f = { .from_ms = MINE_NO_TIME, .to_ms = MINE_NO_TIME, .activity = S("盖章") };
	struct diag d;
	diag_init(&d);
	CHECK_INT(mine_filter(h.log, &f, &part, &d), ERR_NOT_FOUND);
	CHECK_STR(str_of(d.place), "盖章");
	f = (struct mine_filter){ .from_ms = day_ms(20, 0), .to_ms = MINE_NO_TIME };
	diag_init(&d);
	CHECK_INT(mine_filter(h.log, &f, &part, &d), ERR_NOT_FOUND);
	CHECK_STR(str_of(d.code), "mine.nothing");
	close_log(&h);
}

/* ---- out ---- */

TEST(the_picture_and_the_reports_are_whole)
{
	struct hand h;
	struct buf out;
	struct arena scratch;
	REQUIRE(open_log(&h, str_of(logs_four), NULL, NULL));
	buf_init(&out, 8 << 20);
	arena_init(&scratch, 64 << 20);
	struct mine_show s = { .english = false };
	CHECK_INT(mine_draw(h.r, &s, &scratch, &out), OK);
	CHECK(str_find(buf_str(&out), S("登记 → 审查：3 次，3 件；中位数 2.0小时")) > 0);
	CHECK(str_ends(buf_str(&out), S("</svg>\n")));
	buf_clear(&out);
	CHECK_INT(mine_report_html(h.r, NULL, &s, &scratch, &out, NULL), OK);
	CHECK(str_find(buf_str(&out), S("<script")) < 0);
	CHECK(str_find(buf_str(&out), S("http://")) == str_find(buf_str(&out), S("http://www.w3.org/2000/svg"))); /* nothing from elsewhere */
	buf_clear(&out);
	mine_report_json(h.r, &s, &out);
	CHECK(str_find(buf_str(&out), S("\"variants_total\":3")) > 0);
	CHECK_INT(out.failed, OK);
	buf_release(&out);
	arena_release(&scratch);
	close_log(&h);
}

TEST_MAIN
