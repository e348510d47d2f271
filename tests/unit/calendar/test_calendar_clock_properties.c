/* What must hold of every clock, tried on many random ones against a second way of counting:
 * an array with one cell a day, from which the due date is read off. */
#include "tests/unit/calendar/fixture.h"
#include "text/json.h"

enum { ROUNDS = 4000, CELLS = 3000 };

static uint64_t state;
static uint32_t roll(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % below;
}

struct random_clock {
	struct calendar_clock k;
	struct calendar_suspension s[4];
	struct calendar_extension x[2];
	calendar_day start, now;
	int64_t now_ms;
};

static void make(struct random_clock *r)
{
	static const int32_t most[] = { 120, 200, 900, 14, 2 };
	*r = (struct random_clock){ .start = day("2008-01-01") + (calendar_day)roll(7000) };
	r->k.limit.unit = (enum calendar_unit)roll(5);
	r->k.limit.amount = (int32_t)roll((uint32_t)most[r->k.limit.unit]);
	r->k.start_ms = calendar_day_start_ms(r->start, 28800) + roll(86400000);
	r->now = r->start - 5 + (calendar_day)roll(400);
	r->now_ms = calendar_day_start_ms(r->now, 28800) + roll(86400000);
	r->k.suspensions_count = roll(5);
	for (size_t i = 0; i < r->k.suspensions_count; i++) {
		r->s[i].from = r->start - 20 + (calendar_day)roll(150);
		r->s[i].until = roll(6) ? r->s[i].from + (calendar_day)roll(40) : CALENDAR_NO_DAY;
	}
	r->k.extensions_count = roll(3);
	for (size_t i = 0; i < r->k.extensions_count; i++)
		r->x[i].amount = (int32_t)roll(r->k.limit.unit == CALENDAR_YEARS ? 2 : 12);
	r->k.suspensions = r->s;
	r->k.extensions = r->x;
}

static int64_t amount(const struct random_clock *r)
{
	int64_t n = r->k.limit.amount;
	for (size_t i = 0; i < r->k.extensions_count; i++)
		n += r->x[i].amount;
	return n;
}

/* Suspended days by painting every suspension over the cells; cell 0 is the start day. */
static void paint(const struct random_clock *r, bool *suspended)
{
	memset(suspended, 0, CELLS);
	for (size_t i = 0; i < r->k.suspensions_count; i++) {
		calendar_day until = r->s[i].until == CALENDAR_NO_DAY ? r->now : r->s[i].until;
		for (calendar_day d = r->s[i].from + 1; d <= until; d++)
			if (d >= r->start && d - r->start < CELLS)
				suspended[d - r->start] = true;
	}
}

/* The corresponding day by stepping month by month; no arithmetic on the day number. */
static int64_t corresponding(calendar_day start, int64_t months)
{
	int y, m, d;
	calendar_day_civil(start, &y, &m, &d);
	for (; months > 0; months--)
		if (++m > 12) {
			m = 1;
			y++;
		}
	char text[16];
	calendar_day found;
	do
		snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d--);
	while (!calendar_day_parse(str_of(text), &found));
	return found - start;
}

/* The due date by the second way; hours: due_ms. */
static int64_t second_way(const struct calendar *c, const struct random_clock *r)
{
	static bool suspended[CELLS];
	int64_t n = amount(r);
	paint(r, suspended);
	if (r->k.limit.unit == CALENDAR_HOURS) {
		/* minute by minute would do; hour by hour from the start, skipping whole suspended days */
		int64_t t = r->k.start_ms, rest = n * 3600000;
		for (int i = 0; i < CELLS; i++) {
			int64_t end = calendar_day_start_ms(r->start + i + 1, 28800);
			if (suspended[i]) {
				t = end;
				continue;
			}
			if (end - t >= rest)
				return t + rest;
			rest -= end - t;
			t = end;
		}
		return -1;
	}
	if (r->k.limit.unit == CALENDAR_MONTHS)
		n = corresponding(r->start, n);
	if (r->k.limit.unit == CALENDAR_YEARS)
		n = corresponding(r->start, n * 12);
	int i = 0;
	for (int64_t counted = 0; counted < n;) {
		i++;
		if (!suspended[i] && (r->k.limit.unit != CALENDAR_WORKING_DAYS || calendar_is_working_day(c, r->start + i)))
			counted++;
	}
	while (suspended[i] || !calendar_is_working_day(c, r->start + i))
		i++;
	return r->start + i;
}

TEST(two_ways_of_counting_agree)
{
	struct arena a;
	arena_init(&a, 512 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	state = 20250926;
	for (int i = 0; i < ROUNDS; i++) {
		struct random_clock r;
		struct calendar_result out = { 0 };
		char name[32];
		make(&r);
		snprintf(name, sizeof name, "round %d", i);
		ROW(name);
		struct arena_mark m = arena_save(&a);
		CHECK_INT(calendar_clock_run(c, &r.k, r.now_ms, false, &a, &out, NULL), OK);
		if (r.k.limit.unit == CALENDAR_HOURS)
			CHECK_INT(out.due_ms, second_way(c, &r));
		else
			CHECK_DAY(out.due_on, show((calendar_day)second_way(c, &r)).z);
		arena_rewind(&a, m);
	}
	ROW(NULL);
	arena_release(&a);
}

static void check_lines(const struct calendar *c, const struct random_clock *r, const struct calendar_result *out)
{
	int64_t counted = 0, used = 0;
	bool provisional = false;
	CHECK_INT(out->lines_count, out->due_on - r->start + 1);
	for (size_t i = 0; i < out->lines_count; i++) {
		const struct calendar_line *l = &out->lines[i];
		CHECK_INT(l->day, r->start + (calendar_day)i);
		CHECK(!str_empty(l->zh) && !str_empty(l->en));
		counted += l->counted;
		CHECK_INT(l->nth, l->counted ? counted : 0);
		used += l->counted && l->day <= r->now;
		provisional |= l->provisional;
	}
	if (r->k.limit.unit == CALENDAR_HOURS)
		return;
	CHECK_INT(counted, out->total);
	CHECK_INT(out->provisional, provisional);
	CHECK(calendar_is_working_day(c, out->due_on));
	CHECK(!out->lines[0].counted);
	if (out->total)
		CHECK(out->lines[out->lines_count - 1].counted);
	if (!out->overdue) {
		CHECK_INT(out->used, used);
		CHECK_INT(out->used + out->left, out->total);
	}
}

TEST(the_list_of_days_adds_up)
{
	struct arena a;
	arena_init(&a, 512 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	state = 7;
	for (int i = 0; i < ROUNDS / 4; i++) {
		struct random_clock r;
		struct calendar_result out = { 0 };
		char name[32];
		make(&r);
		snprintf(name, sizeof name, "round %d", i);
		ROW(name);
		struct arena_mark m = arena_save(&a);
		CHECK_INT(calendar_clock_run(c, &r.k, r.now_ms, true, &a, &out, NULL), OK);
		check_lines(c, &r, &out);
		CHECK_INT(out.left < 0, out.overdue);
		CHECK_INT(out.overdue, r.now_ms >= out.due_ms);
		arena_rewind(&a, m);
	}
	ROW(NULL);
	arena_release(&a);
}

static int64_t due_ms(const struct calendar *c, const struct random_clock *r, struct arena *a)
{
	struct calendar_result out = { 0 };
	CHECK_INT(calendar_clock_run(c, &r->k, r->now_ms, false, a, &out, NULL), OK);
	return out.due_ms;
}

TEST(clocks_behave_under_change)
{
	struct arena a;
	arena_init(&a, 512 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	state = 99;
	for (int i = 0; i < ROUNDS; i++) {
		struct random_clock r, q;
		char name[32];
		make(&r);
		snprintf(name, sizeof name, "round %d", i);
		ROW(name);
		int64_t due = due_ms(c, &r, &a);

		q = r; /* one unit more is never earlier; never the same for units that count days or hours */
		q.k.suspensions = q.s;
		q.k.limit.amount++;
		q.k.extensions = r.x;
		int64_t later = due_ms(c, &q, &a);
		CHECK(r.k.limit.unit == CALENDAR_WORKING_DAYS && amount(&r) > 0 ? later > due : later >= due);

		q = r; /* extensions are worth what a longer limit is worth */
		q.k.suspensions = q.s;
		q.k.limit.amount = (int32_t)amount(&r);
		q.k.extensions_count = 0;
		CHECK_INT(due_ms(c, &q, &a), due);

		q = r; /* the order of suspensions and a repeated one do not matter */
		q.k.suspensions = q.s;
		q.k.extensions = q.x;
		if (r.k.suspensions_count && r.k.suspensions_count < 4) {
			q.s[0] = r.s[r.k.suspensions_count - 1];
			q.s[r.k.suspensions_count - 1] = r.s[0];
			q.s[q.k.suspensions_count++] = r.s[0];
			CHECK_INT(due_ms(c, &q, &a), due);
			q.s[0].until = q.s[0].from; /* taking less away is never later */
			q.k.suspensions_count = r.k.suspensions_count;
			CHECK(due_ms(c, &q, &a) <= due);
		}

		q = r; /* without a suspension that stands open, time alone moves nothing */
		q.k.suspensions = q.s;
		q.k.extensions = q.x;
		for (size_t j = 0; j < q.k.suspensions_count; j++)
			if (q.s[j].until == CALENDAR_NO_DAY)
				q.s[j].until = q.s[j].from + 3;
		due = due_ms(c, &q, &a);
		q.now_ms += 1000LL * 86400000;
		CHECK_INT(due_ms(c, &q, &a), due);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST(memory_running_out_is_an_error_and_leaves_the_result_alone)
{
	struct arena a;
	arena_init(&a, 64 << 20);
	const struct calendar *c = fixture_calendar(&a);
	REQUIRE(c);
	struct calendar_clock k = { .start_ms = moment("2025-09-26"), .limit = { 20, CALENDAR_WORKING_DAYS } };
	size_t failed = 0;
	for (size_t n = 1; n < 10000; n++, failed++) {
		struct calendar_result out = { .due_on = 77 };
		struct json_writer w;
		struct arena small;
		struct buf text;
		struct str written;
		size_t refused = heap_refusals();
		arena_init(&small, 16 << 20);
		buf_init_in(&text, &small, 1 << 20);
		json_writer_init(&w, &text);
		arena_fail_after(n);
		enum err e = calendar_clock_run(c, &k, k.start_ms, true, &small, &out, NULL);
		CHECK(e == OK || out.due_on == 77);
		if (e == OK) {
			json_object(&w);
			calendar_result_json(&w, c, &k, &out, true);
			json_end(&w);
			e = buf_finish(&text, &written);
		}
		arena_fail_after(0);
		arena_release(&small);
		if (heap_refusals() == refused) {
			CHECK_INT(e, OK);
			break;
		}
		CHECK_INT(e, ERR_NOMEM);
	}
	CHECK(failed >= 35);
	arena_release(&a);
}

TEST_MAIN
