/* test_timers.c - many timers that fall due at once, fired by a server's store: one commit for many, each once, and a stop that does not wait for all of them. */
#include "casework/casework_int.h"
#include "tests/unit/casework/kernel.h"

enum { CASES = 300 };
#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

/* The same record by a store with a thread of its own, as a server has it. */
static bool serve(struct kernel *k)
{
	struct casework_options o = { .clock = &k->clock, .entropy = &k->entropy, .data_dir = PROJECT_ROOT, .fast = true, .doubting = true };
	struct diag d;
	casework_close(k->cw);
	k->cw = NULL;
	diag_init(&d);
	return casework_open(k->path, &o, &k->cw, &d) == OK;
}

static int64_t count(struct kernel *k, const char *sql)
{
	struct store_conn *c;
	int64_t n = -1;
	if (store_reader_take(k->cw->store, &c) != OK)
		return n;
	n = row_i64(c, sql, os_now_ms(&k->clock), -1);
	return store_reader_give(k->cw->store, c) == OK ? n : -1;
}

static bool with_cases(struct kernel *k, const char *name)
{
	char key[32];
	test_file_remove(name);
	bool ok = kernel_begin(k, name);
	int64_t citizen = ok ? kernel_citizen(k, "citizen1") : 0;
	for (int i = 0; i < CASES && ok; i++) {
		snprintf(key, sizeof key, "k%d", i);
		ok = kernel_submit(k, citizen, key).len > 0;
	}
	os_clock_set(&k->clock, KERNEL_START_MS + 8 * DAY_MS); /* the limit of the step and the promised one are over */
	return ok;
}

static void end(struct kernel *k)
{
	kernel_end(k);
	test_file_remove(k->path);
}

static const char due[] = "SELECT count(*) FROM timer WHERE due_ms<=?1";
static const char fired[] = "SELECT count(*) FROM ledger WHERE kind='timer.fired' AND ?1>0";

TEST(many_that_fall_due_at_once_are_fired_in_few_commits)
{
	struct kernel k = { 0 };
	int64_t next = 0;
	REQUIRE(with_cases(&k, "salvo.db"));
	REQUIRE(test_sql("salvo.db", "INSERT INTO timer(due_ms, case_id, kind, ref) SELECT min(due_ms), min(case_id), 'process', 999 FROM timer") == 1); /* no such wait: refused */
	REQUIRE(serve(&k));
	REQUIRE(count(&k, due) >= CASES);
	uint64_t commits = histogram_count(&store_stats(k.cw->store)->batch_jobs);
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	commits = histogram_count(&store_stats(k.cw->store)->batch_jobs) - commits;
	CHECK_INT(count(&k, due), 0);
	CHECK(count(&k, fired) >= 3 * CASES); /* notice, yellow and red of the step at the least */
	CHECK((int64_t)commits * 8 < count(&k, fired));
	CHECK_INT(count(&k, "SELECT count(*) FROM (SELECT clock, level FROM alert WHERE clock>0 AND ?1>0 GROUP BY clock, level HAVING count(*)>1) t"), 0);
	CHECK_INT(count(&k, "SELECT count(DISTINCT case_id) FROM alert WHERE level=3 AND ?1>0"), CASES);
	CHECK_INT(count(&k, "SELECT count(*) FROM ledger WHERE kind='timer.postponed' AND ?1>0"), 1);
	CHECK_INT(count(&k, "SELECT count(*) FROM timer WHERE kind='process' AND due_ms>?1"), 1);
	CHECK(next > os_now_ms(&k.clock));
	end(&k);
}

/* In due order for each case, whatever falls due together. */
TEST(of_a_case_each_is_fired_in_its_turn)
{
	struct kernel k = { 0 };
	int64_t next;
	REQUIRE(with_cases(&k, "order.db") && serve(&k));
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	CHECK_INT(count(&k, "SELECT count(*) FROM alert a JOIN alert b ON a.clock=b.clock AND a.level<b.level AND a.id>b.id WHERE a.clock>0 AND ?1>0"), 0);
	end(&k);
}

/* A stop does not wait for what is due; it is due when the program is there again. */
TEST(a_stop_does_not_wait_for_what_is_due)
{
	struct kernel k = { 0 };
	int64_t next = 0;
	REQUIRE(with_cases(&k, "stop.db") && serve(&k));
	int64_t waiting = count(&k, due);
	casework_rest(k.cw);
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	CHECK_INT(count(&k, due), waiting);
	CHECK_INT(kernel_do(&k, kernel_person(&k, "wang"), "", "step.claim", "{\"step\":0}"), ERR_CONFLICT); /* people are answered as ever */
	REQUIRE(serve(&k));
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	CHECK_INT(count(&k, due), 0);
	end(&k);
}

TEST_MAIN
