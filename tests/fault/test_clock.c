/* test_clock.c - a clock that jumps: the record's time never runs backwards, a timer fires once, whatever the machine believes. */
#include "casework/room.h"
#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"

enum { HOUR = 3600000 };
#define DAY_MS (24LL * HOUR)

static bool office(struct kernel *k, int64_t *citizen)
{
	*k = (struct kernel){ .cw = NULL };
	if (!kernel_begin(k, ":memory:"))
		return false;
	*citizen = kernel_citizen(k, "zhang");
	return *citizen != 0;
}

struct found { const char *sql; int64_t n; };

static enum err count(void *arg, struct store_conn *c)
{
	struct found *f = arg;
	struct store_query *q;
	bool row;
	TRY(store_prepare_text(c, f->sql, &q));
	enum err e = store_step(q, &row);
	f->n = e == OK && row ? store_col_i64(q, 0) : -1;
	store_finalize_text(q);
	return e;
}

static int64_t number(struct kernel *k, const char *sql)
{
	struct found f = { sql, -1 };
	return casework_read(k->cw, count, &f) == OK ? f.n : -1;
}

static int64_t tick(struct kernel *k)
{
	int64_t next = -1;
	CHECK_INT(casework_tick(k->cw, &next, NULL), OK);
	return next;
}

#define BACKWARDS "SELECT count(*) FROM ledger a JOIN ledger b ON b.seq=a.seq+1 WHERE b.at_ms<a.at_ms"
#define TWICE "SELECT count(*) FROM (SELECT clock, level FROM alert GROUP BY clock, level HAVING count(*)>1) AS t"

TEST(entries_never_run_backwards_and_go_on_once_the_clock_has_caught_up)
{
	static const struct { const char *name; int64_t jump; } rows[] = {
		{ "a second back", -1000 }, { "a day back", -DAY_MS }, { "to the year 1970", -KERNEL_START_MS }, { "a leap smeared: a millisecond", -1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kernel k;
		int64_t citizen;
		uint64_t n;
		ROW(rows[i].name);
		REQUIRE(office(&k, &citizen));
		os_clock_set(&k.clock, KERNEL_START_MS + HOUR);
		CHECK(kernel_submit(&k, citizen, "k1").len != 0);
		os_clock_set(&k.clock, KERNEL_START_MS + HOUR + rows[i].jump);
		CHECK(kernel_submit(&k, citizen, "k2").len != 0);
		CHECK_INT(number(&k, BACKWARDS), 0);
		CHECK_INT(number(&k, "SELECT max(at_ms) FROM ledger"), KERNEL_START_MS + HOUR); /* the last entry's time, not an earlier one */
		os_clock_set(&k.clock, KERNEL_START_MS + 2 * HOUR);
		CHECK(kernel_submit(&k, citizen, "k3").len != 0);
		CHECK_INT(number(&k, "SELECT max(at_ms) FROM ledger"), KERNEL_START_MS + 2 * HOUR);
		CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, NULL), OK);
		CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
		kernel_end(&k);
	}
	ROW(NULL);
}

TEST(a_timer_fires_once_however_the_clock_goes_to_and_fro)
{
	struct kernel k;
	int64_t citizen;
	uint64_t n;
	REQUIRE(office(&k, &citizen));
	REQUIRE(kernel_submit(&k, citizen, "k1").len);
	int64_t first = tick(&k);
	CHECK(first > KERNEL_START_MS && first < KERNEL_START_MS + 30 * DAY_MS);
	os_clock_set(&k.clock, first - 1);
	CHECK_INT(tick(&k), first);
	CHECK_INT(number(&k, "SELECT count(*) FROM alert"), 0);
	os_clock_set(&k.clock, first);
	int64_t second = tick(&k);
	int64_t raised = number(&k, "SELECT count(*) FROM alert");
	CHECK(raised > 0);
	/* back before it: nothing fires, nothing is forgotten */
	os_clock_set(&k.clock, KERNEL_START_MS);
	CHECK_INT(tick(&k), second);
	CHECK_INT(number(&k, "SELECT count(*) FROM alert"), raised);
	/* over the same moment again */
	os_clock_set(&k.clock, first + 1);
	CHECK_INT(tick(&k), second);
	CHECK_INT(number(&k, "SELECT count(*) FROM alert"), raised);
	/* a year ahead in one jump, back, and there again by small steps */
	os_clock_set(&k.clock, KERNEL_START_MS + 365 * DAY_MS);
	(void)tick(&k);
	int64_t all = number(&k, "SELECT count(*) FROM alert");
	CHECK(all > raised);
	for (int64_t day = 0; day <= 365; day += 5) {
		os_clock_set(&k.clock, KERNEL_START_MS + day * DAY_MS);
		(void)tick(&k);
	}
	CHECK_INT(number(&k, "SELECT count(*) FROM alert"), all);
	CHECK_INT(number(&k, TWICE), 0);
	CHECK_INT(number(&k, BACKWARDS), 0);
	CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, NULL), OK);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
	kernel_end(&k);
}

TEST(alarms_that_a_jump_made_due_together_are_raised_in_their_order)
{
	struct kernel k;
	int64_t citizen;
	REQUIRE(office(&k, &citizen));
	REQUIRE(kernel_submit(&k, citizen, "k1").len);
	os_clock_set(&k.clock, KERNEL_START_MS + 365 * DAY_MS);
	(void)tick(&k);
	CHECK_INT(number(&k, "SELECT count(*) FROM alert a JOIN alert b ON b.clock=a.clock AND b.id>a.id WHERE b.level<a.level"), 0);
	CHECK(number(&k, "SELECT count(*) FROM alert") >= 3);
	kernel_end(&k);
}

/* ---- a machine's clock that is set wrongly while it runs, or was while it stood ---- */

static const char *doubt(struct kernel *k)
{
	static char name[16];
	const struct json *v = kernel_view(k, 0, "machine.time", "{}");
	snprintf(name, sizeof name, "%.*s", STR_ARG(json_text(json_get(v, "doubt"))));
	return json_bool(json_get(v, "held"), false) ? name : "none";
}

static int64_t alerts(struct kernel *k)
{
	return number(k, "SELECT count(*) FROM alert");
}

/* A case with limits, on a machine's own clock. */
static bool machine(struct kernel *k, int64_t *citizen)
{
	if (!office(k, citizen))
		return false;
	os_clock_machine(&k->clock, KERNEL_START_MS);
	return kernel_submit(k, *citizen, "k1").len != 0;
}

TEST(a_jump_of_more_than_two_minutes_is_doubted_and_a_smaller_one_is_not)
{
	static const struct { const char *name; int64_t jump_ms; const char *doubt; } rows[] = {
		{ "two minutes ahead", 120000, "none" }, { "a millisecond more", 120001, "jump" }, { "a year ahead", 365 * DAY_MS, "jump" },
		{ "two minutes back", -120000, "none" }, { "a millisecond further back", -120001, "jump" }, { "to the year 1970", -KERNEL_START_MS, "jump" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kernel k;
		int64_t citizen;
		ROW(rows[i].name);
		REQUIRE(machine(&k, &citizen));
		os_clock_set(&k.clock, KERNEL_START_MS + HOUR); /* an hour in which the machine slept and nobody looked */
		CHECK_STR(str_of(doubt(&k)), "none");
		os_clock_jump(&k.clock, rows[i].jump_ms);
		CHECK_STR(str_of(doubt(&k)), rows[i].doubt);
		os_clock_jump(&k.clock, -rows[i].jump_ms);
		CHECK_STR(str_of(doubt(&k)), "none"); /* settled by itself */
		kernel_end(&k);
	}
	ROW(NULL);
}

TEST(while_the_clock_is_in_doubt_nothing_fires_and_entries_bear_the_time_that_has_passed)
{
	struct kernel k;
	int64_t citizen;
	uint64_t n;
	REQUIRE(machine(&k, &citizen));
	os_clock_jump(&k.clock, 365 * DAY_MS);
	(void)tick(&k);
	CHECK_INT(alerts(&k), 0);
	os_clock_set(&k.clock, KERNEL_START_MS + 365 * DAY_MS + HOUR); /* an hour passes */
	CHECK(kernel_submit(&k, citizen, "k2").len != 0);
	CHECK_INT(number(&k, "SELECT max(at_ms) FROM ledger"), KERNEL_START_MS + HOUR);
	(void)tick(&k);
	CHECK_INT(alerts(&k), 0);
	/* the time server is right again: as if nothing had been */
	os_clock_jump(&k.clock, -365 * DAY_MS);
	(void)tick(&k);
	CHECK_INT(alerts(&k), 0);
	CHECK(kernel_submit(&k, citizen, "k3").len != 0);
	CHECK_INT(number(&k, "SELECT max(at_ms) FROM ledger"), KERNEL_START_MS + HOUR);
	/* and time goes on: forty days later all limits have ended */
	os_clock_set(&k.clock, KERNEL_START_MS + 40 * DAY_MS);
	(void)tick(&k);
	CHECK(alerts(&k) > 0);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
	kernel_end(&k);
}

TEST(an_administrator_says_that_the_clock_is_right_and_nobody_else_does)
{
	struct kernel k;
	int64_t citizen;
	uint64_t n;
	struct casework_health h;
	REQUIRE(machine(&k, &citizen));
	REQUIRE(kernel_put_person(&k, "zhao", "赵管理") != 0);
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P9\",\"organ\":\"O1\",\"role\":\"admin\",\"name\":\"管理\",\"a\":\"zhao\"}") == OK);
	int64_t zhao = kernel_person(&k, "zhao");
	CHECK_INT(kernel_do(&k, zhao, "", "time.confirm", "{}"), ERR_CONFLICT);
	CHECK_STR(str_of(k.r.diag.code), "time.believed");
	os_clock_jump(&k.clock, 365 * DAY_MS);
	REQUIRE(casework_health(k.cw, &h) == OK);
	CHECK(h.time_held);
	CHECK_INT(h.time_off_ms, 365 * DAY_MS);
	CHECK_INT(h.timers_late, 0); /* by the time that has passed */
	CHECK_INT(kernel_do(&k, kernel_person(&k, "wang"), "", "time.confirm", "{}"), ERR_DENIED);
	CHECK_INT(kernel_do(&k, citizen, "", "time.confirm", "{}"), ERR_DENIED);
	CHECK_STR(str_of(doubt(&k)), "jump");
	REQUIRE(kernel_do(&k, zhao, "", "time.confirm", "{}") == OK);
	CHECK_STR(str_of(doubt(&k)), "none");
	CHECK_INT(number(&k, "SELECT count(*) FROM ledger WHERE kind='time.confirmed' AND at_ms=1740963600000"), 1); /* KERNEL_START_MS */
	(void)tick(&k);
	CHECK(alerts(&k) >= 3);
	CHECK_INT(number(&k, BACKWARDS), 0);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, NULL), OK);
	REQUIRE(casework_health(k.cw, &h) == OK);
	CHECK(!h.time_held);
	kernel_end(&k);
}

TEST(at_the_start_the_clock_is_compared_with_the_records_last_entry)
{
	static const struct { const char *name; int64_t by_ms; const char *doubt; bool settles; int64_t settled_ms; } rows[] = {
		{ "at once", 0, "none", false, 0 },
		{ "two minutes behind", -120000, "none", false, 0 },
		{ "a day behind", -DAY_MS, "behind", true, -120000 }, /* time passes until it has caught up */
		{ "in the year 1970", -KERNEL_START_MS, "behind", false, 0 },
		{ "after ten days of closing", 10 * DAY_MS, "none", false, 0 },
		{ "a millisecond later", 10 * DAY_MS + 1, "ahead", true, 10 * DAY_MS },
		{ "a year later", 365 * DAY_MS, "ahead", false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kernel k = { .cw = NULL };
		char path[160];
		ROW(rows[i].name);
		snprintf(path, sizeof path, "%s/t.db", test_folder("clock"));
		REQUIRE(kernel_begin(&k, path));
		int64_t citizen = kernel_citizen(&k, "zhang");
		REQUIRE(kernel_submit(&k, citizen, "k1").len);
		casework_close(k.cw);
		os_clock_machine(&k.clock, KERNEL_START_MS + rows[i].by_ms);
		REQUIRE(kernel_open(&k, path));
		CHECK_STR(str_of(doubt(&k)), rows[i].doubt);
		int64_t before = alerts(&k);
		(void)tick(&k);
		if (rows[i].doubt[0] != 'n')
			CHECK_INT(alerts(&k), before);
		if (rows[i].settles)
			os_clock_set(&k.clock, KERNEL_START_MS + rows[i].settled_ms);
		else if (rows[i].doubt[0] != 'n')
			CHECK_INT(kernel_do(&k, 0, "", "time.confirm", "{}"), OK);
		CHECK_STR(str_of(doubt(&k)), "none");
		(void)tick(&k);
		CHECK(rows[i].by_ms < 10 * DAY_MS || alerts(&k) > 0);
		kernel_end(&k);
	}
	ROW(NULL);
}

TEST(time_that_is_played_is_never_doubted)
{
	struct kernel k;
	int64_t citizen;
	REQUIRE(office(&k, &citizen));
	os_clock_set(&k.clock, KERNEL_START_MS + 365 * DAY_MS);
	CHECK_STR(str_of(doubt(&k)), "none");
	os_clock_set(&k.clock, KERNEL_START_MS - 365 * DAY_MS);
	CHECK_STR(str_of(doubt(&k)), "none");
	kernel_end(&k);
}

TEST_MAIN
