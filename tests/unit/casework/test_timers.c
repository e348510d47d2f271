/* test_timers.c - many timers that fall due at once, fired by a server's store: one commit for many, each once, and a stop that does not wait for all of them. */
#include "casework/casework_int.h"
#include "tests/unit/casework/kernel.h"

#include "tests/damage.h"

enum { CASES = 300 };
#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

static bool serve(struct kernel *k) { return kernel_serve(k, 0); }

static int64_t count(struct kernel *k, const char *sql)
{
	struct store_conn *c;
	int64_t n = -1;
	if (store_reader_take(k->cw->store, &c) != OK)
		return n;
	n = row_i64(c, sql, os_now_ms(&k->clock), -1);
	return store_reader_give(k->cw->store, c) == OK ? n : -1;
}

static bool with_cases_of(struct kernel *k, const char *item)
{
	char json[200];
	int64_t citizen = kernel_citizen(k, "citizen1");
	bool ok = citizen != 0;
	snprintf(json, sizeof json, "{\"item\":\"%s\",\"form\":{},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\"}}", item);
	for (int i = 0; i < CASES && ok; i++)
		ok = kernel_do(k, citizen, "", "case.submit", json) == OK;
	os_clock_set(&k->clock, KERNEL_START_MS + 8 * DAY_MS); /* the limit of the step and the promised one are over */
	return ok;
}

static bool with_cases(struct kernel *k, const char *name)
{
	test_file_remove(name);
	return kernel_begin(k, name) && with_cases_of(k, "I1");
}

/* Cases of which two limits end on the same day. */
static bool with_twins(struct kernel *k, const char *name)
{
	static const char limit[] = "<banjie:limit amount='2'";
	char process[sizeof kernel_process];
	const struct kernel_file files[] = { { "pack.json", "{\"code\":\"twin\",\"version\":1,\"name\":\"测试\",\"name_en\":\"Test\",\"process\":\"process.bpmn\","
	                                                    "\"decisions\":[],\"forms\":[],\"letters\":[]}" }, { "process.bpmn", process } };
	memcpy(process, kernel_process, sizeof process);
	char *at = strstr(process, limit);
	if (!at)
		return false;
	at[sizeof limit - 3] = '5';
	test_file_remove(name);
	return kernel_begin(k, name) && kernel_add_pack(k, files, 2) == OK &&
	       kernel_do(k, 0, "", "item.put", "{\"impl_code\":\"I2\",\"name\":\"事项\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"twin\"}") == OK && with_cases_of(k, "I2");
}

static void end(struct kernel *k)
{
	kernel_end(k);
	test_file_remove(k->path);
}

static const char due[] = "SELECT count(*) FROM timer WHERE due_ms<=?1";
static const char out_of_turn[] = "SELECT count(*) FROM alert a JOIN alert b ON a.clock=b.clock AND a.level<b.level AND a.id>b.id WHERE a.clock>0 AND ?1>0";
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

/* Limits end with days: that two of a case do so on the same one is common. */
TEST(many_of_which_a_case_has_two_at_once_are_fired_in_few_commits)
{
	struct kernel k = { 0 };
	int64_t next;
	REQUIRE(with_twins(&k, "twins.db") && serve(&k));
	uint64_t commits = histogram_count(&store_stats(k.cw->store)->batch_jobs);
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	commits = histogram_count(&store_stats(k.cw->store)->batch_jobs) - commits;
	CHECK_INT(count(&k, due), 0);
	CHECK((int64_t)commits * 8 < count(&k, fired));
	CHECK_INT(count(&k, out_of_turn), 0);
	end(&k);
}

/* In due order for each case, whatever falls due together. */
TEST(of_a_case_each_is_fired_in_its_turn)
{
	struct kernel k = { 0 };
	int64_t next;
	REQUIRE(with_cases(&k, "order.db") && serve(&k));
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	CHECK_INT(count(&k, out_of_turn), 0);
	end(&k);
}

/* A stop does not wait for what is due; it is due when the program is there again. */
TEST(a_stop_does_not_wait_for_what_is_due)
{
	struct kernel k = { 0 };
	int64_t next = 0;
	uint64_t entries;
	struct diag d;
	const struct casework_paper *papers;
	REQUIRE(with_cases(&k, "stop.db") && serve(&k));
	int64_t waiting = count(&k, due);
	casework_rest(k.cw);
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	CHECK_INT(count(&k, due), waiting);
	CHECK_INT(kernel_do(&k, kernel_person(&k, "wang"), "", "step.claim", "{\"step\":0}"), ERR_CONFLICT); /* people are answered as ever */
	ROW("nor for what takes minutes, of which nothing is said then");
	diag_init(&d);
	CHECK_INT(casework_verify(k.cw, NULL, NULL, &entries, &d), ERR_BUSY);
	CHECK_STR(str_of(d.code), "system.busy");
	CHECK_INT(casework_papers(k.cw, &k.a, &papers, &d), ERR_BUSY);
	ROW(NULL);
	REQUIRE(serve(&k));
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	CHECK_INT(count(&k, due), 0);
	end(&k);
}

/* The queue is for what people wait for: however short it is, what falls due neither fills it nor is kept from being fired by its end. */
TEST(a_short_queue_is_not_filled_by_what_is_due)
{
	struct kernel k = { 0 };
	int64_t next = 0;
	REQUIRE(with_cases(&k, "queue.db") && kernel_serve(&k, 16));
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	CHECK_INT(count(&k, due), 0);
	CHECK_INT(store_stats(k.cw->store)->busy, 0);
	end(&k);
}

/* ---- people have left room for some of it only ---- */

enum { SHORT_QUEUE = 16, PATIENCE_MS = 20000, LISTENS_MS = 2000 };

static _Atomic bool held, let_go;
static _Atomic int answered;

static enum err hold(struct store_job *job, struct store_conn *c)
{
	(void)job;
	(void)c;
	held = true;
	for (int ms = 0; !let_go && ms < PATIENCE_MS; ms++)
		(void)os_wait_readable(-1, -1, 1);
	return OK;
}

static enum err nothing(struct store_job *job, struct store_conn *c)
{
	(void)job;
	(void)c;
	return OK;
}

static void answer(struct store_job *job, enum err e)
{
	(void)job;
	CHECK_INT(e, OK);
	answered++;
}

struct ticking { struct casework *cw; enum err e; };

static void *tick(void *arg)
{
	struct ticking *t = arg;
	int64_t next;
	t->e = casework_tick(t->cw, &next, NULL);
	return NULL;
}

static bool comes_within(const _Atomic uint64_t *figure, uint64_t n, int most_ms)
{
	for (int ms = 0; *figure < n && ms < most_ms; ms++)
		(void)os_wait_readable(-1, -1, 1);
	return *figure >= n;
}

static bool comes_true(const _Atomic uint64_t *figure, uint64_t n) { return comes_within(figure, n, PATIENCE_MS); }

/* Those for which there is no room now are due as before: no fault, which would hold up the rooms too. */
TEST(what_finds_no_room_in_the_queue_is_fired_afterwards)
{
	struct kernel k = { 0 };
	struct store_job jobs[SHORT_QUEUE];
	struct os_thread *thread;
	REQUIRE(with_cases(&k, "room.db") && kernel_serve(&k, SHORT_QUEUE));
	jobs[0] = (struct store_job){ .run = hold, .done = answer };
	CHECK_INT(store_submit(k.cw->store, &jobs[0]), OK);
	for (int ms = 0; !held && ms < PATIENCE_MS; ms++)
		(void)os_wait_readable(-1, -1, 1);
	if (test_on_postgresql()) /* a process that begins to listen looks in its turn: it waits too, or was there before */
		(void)comes_within(&store_stats(k.cw->store)->queue, 1, LISTENS_MS);
	int filled = SHORT_QUEUE - (int)store_stats(k.cw->store)->queue;
	for (int i = 1; i < filled; i++) {
		jobs[i] = (struct store_job){ .run = nothing, .done = answer };
		CHECK_INT(store_submit(k.cw->store, &jobs[i]), OK);
	}
	struct ticking t = { .cw = k.cw };
	REQUIRE(os_thread_start(&thread, tick, &t) == OK);
	CHECK(comes_true(&store_stats(k.cw->store)->busy, 1));
	let_go = true;
	os_thread_join(thread);
	CHECK_INT(t.e, OK);
	CHECK_INT(answered, filled);
	CHECK_INT(count(&k, due), 0);
	end(&k);
}

/* ---- what cannot be read ---- */

/* A timer that cannot be read holds up those behind it, but not those before. */
TEST(what_falls_due_before_a_damaged_page_is_fired)
{
	struct kernel k = { 0 };
	struct damage x;
	int64_t next;
	if (test_on_postgresql())
		SKIP("a page of a file is spoilt");
	REQUIRE(with_cases(&k, "spoilt.db"));
	casework_close(k.cw);
	k.cw = NULL;
	int64_t first = test_sql("spoilt.db", "SELECT min(due_ms) FROM timer");
	REQUIRE(damage_leaf(&x, k.path, "timer", 1) > 0);
	REQUIRE(serve(&k));
	CHECK_INT(casework_tick(k.cw, &next, NULL), ERR_CORRUPT);
	CHECK(count(&k, fired) > 0);
	CHECK(damage_mend(&x));
	CHECK(test_sql("spoilt.db", "SELECT min(due_ms) FROM timer") >= first);
	end(&k);
}

/* Of some cases the last entry cannot be read: they can neither be told nor put off. How many cases have something due after a tick. */
static int64_t left_of_damaged(uint32_t queue_max)
{
	struct kernel k = { 0 };
	struct damage x;
	int64_t next;
	CHECK(with_twins(&k, "unmoved.db"));
	casework_close(k.cw);
	k.cw = NULL;
	int64_t spoilt = damage_leaf(&x, k.path, "case_last", 1);
	CHECK(kernel_serve(&k, queue_max));
	CHECK_INT(casework_tick(k.cw, &next, NULL), OK);
	CHECK(damage_mend(&x));
	int64_t left = count(&k, "SELECT count(DISTINCT case_id) FROM timer WHERE due_ms<=?1");
	CHECK(spoilt > 0 && left >= spoilt && left < CASES);
	end(&k);
	return left;
}

/* With a short queue they are fired one by one. */
TEST(cases_that_cannot_be_moved_hold_up_no_more_than_they_would_one_by_one)
{
	if (test_on_postgresql())
		SKIP("a page of a file is spoilt");
	CHECK_INT(left_of_damaged(0), left_of_damaged(1));
}

TEST_MAIN
