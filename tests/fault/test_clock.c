/* test_clock.c - a clock that jumps: the record's time never runs backwards, a timer fires once, whatever the machine believes. */
#include "casework/room.h"
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

TEST_MAIN
