/* test_parts.c - what the report is made of, beside the most straightforward way to do the same. */
#include <stdlib.h>

#include "logs.h"
#include "mine/mine_int.h"

static uint64_t seed;

static uint64_t number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int by_size(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;
	return *a < *b ? -1 : *a > *b;
}

/* Of sorted values. */
static struct mine_times plainly(const int64_t *v, size_t n)
{
	struct mine_times t = { .count = (uint32_t)n };
	if (!n)
		return t;
	for (size_t i = 0; i < n; i++)
		t.sum_ms += v[i];
	t.min_ms = v[0];
	t.max_ms = v[n - 1];
	t.mean_ms = (2 * t.sum_ms + (int64_t)n) / (2 * (int64_t)n);
	t.median_ms = n % 2 ? v[n / 2] : v[n / 2 - 1] + (v[n / 2] - v[n / 2 - 1] + 1) / 2;
	size_t at = 0;
	while ((at + 1) * 10 < n * 9)
		at++;
	t.p90_ms = v[at];
	return t;
}

static void check_times(struct mine_times a, struct mine_times b)
{
	CHECK_INT(a.count, b.count);
	CHECK_INT(a.sum_ms, b.sum_ms);
	CHECK_INT(a.mean_ms, b.mean_ms);
	CHECK_INT(a.median_ms, b.median_ms);
	CHECK_INT(a.p90_ms, b.p90_ms);
	CHECK_INT(a.min_ms, b.min_ms);
	CHECK_INT(a.max_ms, b.max_ms);
}

enum shape { ALIKE, NONE, SMALL, EVEN, WIDE, TWO, DAYS, LARGE };

static int64_t duration(enum shape s, size_t i)
{
	switch (s) {
	case ALIKE: return 86400000;
	case NONE: return 0;
	case SMALL: return (int64_t)(number() % 40);
	case EVEN: return (int64_t)(number() % 200000000);
	case WIDE: return (int64_t)(number() >> (number() % 40 + 20));
	case TWO: return i % 2 ? 3600000 : 7200001;
	case DAYS: return (int64_t)(number() % 4) * 86400000;
	case LARGE: return INT64_C(31556952000000) - (int64_t)(number() % 1000); /* a millennium */
	}
	return 0;
}

TEST(durations_looked_at_twice_say_what_sorting_them_says)
{
	static const struct { const char *name; enum shape shape; size_t n; } rows[] = {
		{ "nothing", EVEN, 0 }, { "one", EVEN, 1 }, { "two", TWO, 2 }, { "just kept", EVEN, 512 }, { "just counted", EVEN, 513 },
		{ "an even number", EVEN, 10000 }, { "an odd number", EVEN, 9999 }, { "all alike", ALIKE, 4000 }, { "all nothing", NONE, 4000 },
		{ "some milliseconds", SMALL, 5000 }, { "over all sizes", WIDE, 20000 }, { "two values, half and half", TWO, 6000 },
		{ "whole days", DAYS, 7777 }, { "as long as can be", LARGE, 2000 },
	};
	enum { GROUPS = sizeof rows / sizeof *rows };
	struct spread s;
	int64_t *values[GROUPS];
	enum err e = OK;
	seed = 42;
	REQUIRE(spread_init(&s, GROUPS) == OK);
	for (size_t g = 0; g < GROUPS; g++) {
		s.group[g].expected = (uint32_t)rows[g].n;
		values[g] = heap_new_n(int64_t, rows[g].n);
		for (size_t i = 0; i < rows[g].n; i++)
			values[g][i] = duration(rows[g].shape, i);
	}
	REQUIRE(spread_start(&s) == OK);
	do /* all groups mixed, as a log has them */
		for (size_t i = 0; i < 20000; i++)
			for (size_t g = 0; g < GROUPS; g++)
				if (i < rows[g].n)
					spread_put(&s, g, values[g][i]);
	while (spread_again(&s, &e));
	CHECK_INT(e, OK);
	for (size_t g = 0; g < GROUPS; g++) {
		ROW(rows[g].name);
		qsort(values[g], rows[g].n, sizeof *values[g], by_size);
		check_times(spread_times(&s, g), plainly(values[g], rows[g].n));
		heap_free(values[g]);
	}
	ROW(NULL);
	spread_free(&s);
}

TEST(times_of_few_values)
{
	for (size_t n = 0; n < 40; n++) {
		int64_t v[40], sorted[40];
		seed = n + 1;
		for (size_t i = 0; i < n; i++)
			v[i] = sorted[i] = (int64_t)(number() % (n / 2 + 1)) * 1000; /* many equal */
		qsort(sorted, n, sizeof *sorted, by_size);
		check_times(times_of(v, n), plainly(sorted, n));
	}
}

TEST(pairs_are_numbered_as_they_appear)
{
	static const struct { const char *name; size_t a, b; bool square; } rows[] = { { "few thinkable", 50, 70, true }, { "many thinkable", 70000, 50000, false } };
	for (size_t i = 0; i < 2; i++) {
		struct pairs p;
		struct pair *seen = heap_new_n(struct pair, 3000);
		size_t count = 0;
		ROW(rows[i].name);
		REQUIRE(pairs_init(&p, rows[i].a, rows[i].b) == OK);
		CHECK_INT(p.square, rows[i].square);
		seed = 7;
		for (size_t k = 0; k < 3000; k++) {
			uint32_t a = (uint32_t)(number() % 50), b = (uint32_t)(number() % 70), got = 0, want = 0;
			while (want < count && (seen[want].a != a || seen[want].b != b))
				want++;
			if (want == count)
				seen[count++] = (struct pair){ a, b };
			CHECK_INT(pairs_add(&p, a, b, &got), OK);
			CHECK_INT(got, want);
			CHECK_INT(pairs_number(&p, a, b), want);
		}
		CHECK_INT(p.count, count);
		pairs_free(&p);
		heap_free(seen);
	}
	ROW(NULL);
}

static int by_number(const void *pa, const void *pb)
{
	const uint64_t *a = pa, *b = pb;
	return *a < *b ? -1 : *a > *b;
}

TEST(numbers_in_order)
{
	static const struct { const char *name; size_t n; unsigned shift; uint64_t plus; } rows[] = {
		{ "none", 0, 0, 0 }, { "one", 1, 0, 0 }, { "few", 64, 0, 0 }, { "one more", 65, 0, 0 }, { "of 64 bits", 5000, 0, 0 },
		{ "of 20 bits", 5000, 44, 0 }, { "equal ones", 5000, 61, 0 }, { "alike in the lower bits", 5000, 40, UINT64_C(5) << 50 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t *v = heap_new_n(uint64_t, rows[i].n), *want = heap_new_n(uint64_t, rows[i].n), *room = heap_new_n(uint64_t, rows[i].n);
		ROW(rows[i].name);
		seed = 99;
		for (size_t k = 0; k < rows[i].n; k++)
			v[k] = want[k] = (number() >> rows[i].shift) + rows[i].plus;
		qsort(want, rows[i].n, sizeof *want, by_number);
		sort_numbers(v, room, rows[i].n);
		CHECK(rows[i].n == 0 || memcmp(v, want, rows[i].n * sizeof *v) == 0);
		heap_free(v);
		heap_free(want);
		heap_free(room);
	}
	ROW(NULL);
}

/* The quick way must say the same of every text, right or wrong: each byte of the usual shapes is replaced in turn. */
TEST(usual_moments_are_read_as_all_others)
{
	static const char *const usual[] = { "2025-09-26T09:05:07+08:00", "2025-09-26 09:05:07", "2024-02-29T23:59:59Z", "2025-09-30T00:00:00.123456-03:30",
		                             "1969-12-31T24:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60Z", "2025-02-29T00:00:00Z" };
	static const char other[] = "0129:-+TZ. /x\x80";
	struct moments *m = heap_alloc(sizeof *m);
	int64_t wrong = 0, right = 0;
	REQUIRE(m);
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		for (size_t at = 0; at <= strlen(usual[i]); at++)
			for (size_t k = 0; k < sizeof other; k++) {
				char text[40];
				size_t n = strlen(usual[i]);
				int64_t quick = 1, slow = 1;
				memcpy(text, usual[i], n);
				if (k == sizeof other - 1)
					n = at; /* cut off */
				else
					text[at < n ? at : n - 1] = other[k];
				bool a = moments_parse(m, str_span(text, n), S(""), 8 * 3600, &quick), b = mine_moment_parse(str_span(text, n), S(""), 8 * 3600, &slow);
				wrong += a != b || (a && quick != slow);
				right += a;
			}
	CHECK_INT(wrong, 0);
	CHECK(right > 500);
	heap_free(m);
}

/* ---- logs ---- */

static struct mine_log *build(uint32_t cases, uint32_t len, uint32_t people, bool mixed)
{
	struct mine_builder *b;
	struct mine_log *log = NULL;
	enum err e = mine_builder_new(&b);
	for (uint32_t n = 0; e == OK && n < cases * len; n++) {
		uint32_t c = mixed ? n % cases : n / len, i = mixed ? n / cases : n % len, k;
		char id[32], activity[32], who[64];
		snprintf(id, sizeof id, "case %u", c);
		snprintf(activity, sizeof activity, "环节%u", i % 5);
		snprintf(who, sizeof who, "somebody with a name of more than thirty-two bytes %u", (c + i) % people);
		e = mine_builder_add(b, &(struct mine_event){ str_of(id), str_of(activity), str_of(who), (int64_t)(c * 1000 + i * i * 3600) * 1000, MINE_NO_TIME, MINE_COMPLETE }, &k);
	}
	return e == OK && mine_builder_finish(b, &log, NULL) == OK ? log : NULL;
}

static struct str all_figures(const struct mine_log *log, struct arena *a)
{
	struct buf out;
	struct mine_report *r = NULL;
	struct mine_work w = { .calendar = logs_calendar(a) };
	struct mine_show show = { .rows_max = 1000000 };
	buf_init_in(&out, a, 64 << 20);
	if (log && mine_report_make(log, &w, &r, NULL) == OK)
		mine_report_json(r, &show, &out);
	mine_report_free(r);
	return buf_str(&out);
}

TEST(a_stream_of_many_cases_gives_the_same_figures_as_case_by_case)
{
	struct arena a;
	arena_init(&a, 256 << 20);
	struct mine_log *by_case = build(3000, 8, 7, false), *mixed = build(3000, 8, 7, true);
	struct str want = all_figures(by_case, &a), got = all_figures(mixed, &a);
	CHECK(want.len > 3000);
	CHECK_STR(got, want.ptr);
	mine_log_free(by_case);
	mine_log_free(mixed);
	arena_release(&a);
}

/* Reading, reporting and writing with the n-th allocation failing, for every n: refused without a leak, never a wrong figure. */
static enum err read_and_report(struct str text, const struct calendar *days, struct buf *out)
{
	struct mine_reading r;
	struct mine_log *log = NULL;
	struct mine_report *report = NULL;
	struct diag d;
	struct mine_work w = { .calendar = days };
	enum err e = logs_read(text, NULL, &r, &log, &d);
	if (e == OK)
		e = mine_report_make(log, &w, &report, &d);
	arena_fail_after(0);
	if (e == OK)
		mine_report_json(report, &(struct mine_show){ .rows_max = 100 }, out);
	mine_report_free(report);
	mine_log_free(log);
	return e;
}

TEST(no_allocation_that_fails_makes_a_wrong_figure)
{
	struct arena a;
	struct buf text, want, got;
	arena_init(&a, 1 << 20);
	const struct calendar *days = logs_calendar(&a);
	buf_init(&text, 1 << 20);
	buf_init(&want, 1 << 20);
	buf_init(&got, 1 << 20);
	/* cases mixed, out of order, with beginnings, numbers and words as attributes, enough for drivers of lateness */
	buf_putz(&text, "case,activity,time,resource,lifecycle,case:size,case:kind\n");
	for (int i = 0; i < 120; i++) {
		int c = i % 40;
		buf_printf(&text, "%d,a%d,2025-03-%02d %02d:00,p%d,%s,%d,%s\n", c, i / 40, 3 + (i / 40 + 1) * (c % 5), 9 + (c + i) % 8, i % 3, i % 7 ? "complete" : "start",
		           c, c % 2 ? "x" : "y");
	}
	REQUIRE(read_and_report(buf_str(&text), days, &want) == OK);
	size_t fine = 0, n = 1;
	for (; fine < 50 && n < 5000; n++) { /* beyond the last allocation all goes well */
		buf_clear(&got);
		arena_fail_after(n);
		enum err e = read_and_report(buf_str(&text), days, &got);
		fine = e == OK ? fine + 1 : 0;
		if (e == OK ? !str_eq(buf_str(&got), buf_str(&want)) : e != ERR_NOMEM) {
			CHECK_INT(n, 0); /* says which */
			break;
		}
	}
	CHECK(n > 100 && fine == 50);
	buf_release(&text);
	buf_release(&want);
	buf_release(&got);
	arena_release(&a);
}

TEST(more_people_than_sixteen_bits_number)
{
	struct mine_log *log = build(70000, 2, 70000, false);
	REQUIRE(log);
	CHECK(!log->resource && log->resource_wide);
	CHECK_INT(log->resources.count, 70000);
	CHECK_STR(mine_word(&log->resources, mine_resource(log, 0)), "somebody with a name of more than thirty-two bytes 0");
	/* the second event of case 65,535 is 65,536's, the 131,071st row (from 0) */
	CHECK_STR(mine_word(&log->resources, mine_resource(log, 131071)), "somebody with a name of more than thirty-two bytes 65536");
	mine_log_free(log);
}

TEST(nobody_stays_nobody)
{
	struct mine_reading r;
	struct mine_log *log = NULL;
	struct diag d;
	REQUIRE(logs_read(S("case,activity,time,resource\nA,a,2025-03-03,\nA,b,2025-03-04,甲\n"), NULL, &r, &log, &d) == OK);
	CHECK_INT(mine_resource(log, 0), MINE_NONE);
	CHECK_STR(mine_word(&log->resources, mine_resource(log, 1)), "甲");
	mine_log_free(log);
}

TEST_MAIN
