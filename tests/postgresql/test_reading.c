/* test_reading.c - what readers keep of what they were told, while everybody writes.
 *
 * Two stores stand for two processes on one database. Their writers change tables without pause, refuse in the middle, name nothing; others write by hand, in
 * transactions that overlap all of that, are given up, or have savepoints; a program of before says nothing of what it changed. Meanwhile readers ask
 * every question twice in each reading: once as pages do, where a kept answer will do, and once as if for the first time. Both must give the same. With
 * BANJIE_TEST_REPLICA they read at a standby of the server as far as it goes (replica.py).
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "store/store_int.h"
#include "tests/store_place.h"
#include "tests/test.h"

enum { TABLES = 12, READERS = 3, WRITERS = 2, STRANGERS = 2, READINGS = 1500 };

static char kept[TABLES][64], change_one[TABLES][64], change_unnamed[TABLES][96];
static _Atomic bool over;
static _Atomic uint64_t readings, fewer, wrong, written;
static const char *place;

/* Of each thread its own. */
static int roll(uint64_t *dice, int n)
{
	*dice = *dice * 6364136223846793005u + 1442695040888963407u;
	return (int)((*dice >> 33) % (uint64_t)n);
}

static bool make_tables(void)
{
	char sql[200];
	bool ok = true;
	for (int i = 0; i < TABLES && ok; i++) {
		snprintf(kept[i], sizeof kept[i], "SELECT v FROM told_%d WHERE id=?1", i);
		snprintf(change_one[i], sizeof change_one[i], "UPDATE told_%d SET v=v+1 WHERE id=?1", i);
		snprintf(change_unnamed[i], sizeof change_unnamed[i], "WITH one AS (SELECT 1 AS n) UPDATE told_%d SET v=v+(SELECT n FROM one) WHERE id=?1", i);
		snprintf(sql, sizeof sql, "CREATE TABLE told_%d(id bigint PRIMARY KEY, v bigint NOT NULL); INSERT INTO told_%d VALUES(1, 0)", i, i);
		ok = test_server_run(place, sql);
	}
	return ok && test_server_run(place, "CREATE VIEW told_both AS SELECT a.v+b.v AS v FROM told_0 a JOIN told_1 b ON a.id=b.id");
}

/* ---- who writes ---- */

struct job { int table, count; bool refuses, unnamed; };

static enum err change(void *arg, struct store_conn *c)
{
	const struct job *j = arg;
	for (int i = 0; i < j->count; i++) {
		struct store_query *q;
		TRY(store_prepare(c, j->unnamed ? change_unnamed[(j->table + i) % TABLES] : change_one[(j->table + i) % TABLES], &q));
		store_bind_i64(q, 1, 1);
		TRY(store_exec(q));
	}
	return j->refuses ? ERR_INVALID : OK;
}

static void *writing(void *arg)
{
	struct store *s = arg;
	uint64_t dice = (uintptr_t)arg;
	while (!over) {
		struct job j = { roll(&dice, TABLES), roll(&dice, 3), roll(&dice, 40) == 0, roll(&dice, 30) == 0 };
		enum err e = store_run(s, change, &j);
		written += e == OK && j.count;
		(void)os_wait_readable(-1, -1, roll(&dice, 16)); /* readings between which nothing happens are some too */
	}
	return NULL;
}

static void *by_hand(void *arg)
{
	PGconn *db = PQconnectdb(place);
	uint64_t dice = 1 + (uintptr_t)arg;
	char sql[400];
	while (!over) {
		int t = roll(&dice, TABLES), how = roll(&dice, 6);
		if (how == 0)
			snprintf(sql, sizeof sql, "BEGIN; UPDATE told_%d SET v=v+1; ROLLBACK", t);
		else if (how == 1)
			snprintf(sql, sizeof sql, "BEGIN; SAVEPOINT a; UPDATE told_%d SET v=v+1; SAVEPOINT b; UPDATE told_%d SET v=v+1; COMMIT", t, t);
		else if (how == 2)
			snprintf(sql, sizeof sql, "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('banjie.' || current_schema(), 0)); UPDATE told_%d SET v=v+1;"
			         " INSERT INTO store_process(process, batch, total) SELECT 7, 1, max(total)+1 FROM store_process"
			         " ON CONFLICT(process) DO UPDATE SET batch=store_process.batch+1, total=excluded.total; COMMIT", t);
		else if (how < 5) /* begins before others and ends after them */
			snprintf(sql, sizeof sql, "BEGIN; UPDATE told_%d SET v=v+1; SELECT pg_sleep(0.0%d); COMMIT", t, 1 + roll(&dice, 4));
		else
			snprintf(sql, sizeof sql, "UPDATE told_%d SET v=v+1", t);
		PQclear(PQexec(db, sql));
		if (PQtransactionStatus(db) == PQTRANS_INERROR) /* of two that wait for each other one is refused, and goes on */
			PQclear(PQexec(db, "ROLLBACK"));
		(void)os_wait_readable(-1, -1, 20 + roll(&dice, 60));
	}
	PQfinish(db);
	return NULL;
}

/* ---- who reads ---- */

static enum err one(struct store_query *q, int64_t *v)
{
	bool row;
	store_bind_i64(q, 1, 1);
	TRY(store_step(q, &row));
	*v = row ? store_col_i64(q, 0) : -1;
	store_reset(q);
	return OK;
}

static enum err asked_as_pages_do(struct store_conn *c, const char *sql, bool ahead, int64_t *v)
{
	struct store_query *q;
	TRY(store_prepare(c, sql, &q));
	if (ahead) {
		store_bind_i64(q, 1, 1);
		store_ahead(q);
		TRY(store_prepare(c, sql, &q));
	}
	return one(q, v);
}

static enum err asked_anew(struct store_conn *c, const char *sql, int64_t *v)
{
	struct store_query *q;
	TRY(store_prepare_text(c, sql, &q));
	enum err e = one(q, v);
	store_finalize_text(q);
	return e;
}

static const char of_view[] = "SELECT v FROM told_both WHERE v>=0 AND ?1=1";

static enum err read_all(struct store_conn *c, uint64_t *dice)
{
	int64_t as_kept[TABLES + 1], anew;
	uint64_t before = c->ways;
	int asked = 0;
	for (int i = 0; i <= TABLES; i++) {
		as_kept[i] = -2;
		if (roll(dice, 4) == 0)
			continue;
		TRY(asked_as_pages_do(c, i == TABLES ? of_view : kept[i], roll(dice, 3) == 0, &as_kept[i]));
		asked++;
	}
	fewer += c->ways - before < (uint64_t)asked;
	for (int i = 0; i <= TABLES; i++) {
		if (as_kept[i] == -2)
			continue;
		TRY(asked_anew(c, i == TABLES ? of_view : kept[i], &anew));
		wrong += anew != as_kept[i];
	}
	readings++;
	return OK;
}

static void *reading(void *arg)
{
	struct store *s = arg;
	uint64_t dice = 77 + (uintptr_t)arg;
	while (!over) {
		struct store_conn *c;
		if (store_reader_take(s, &c) != OK)
			continue;
		enum err e = read_all(c, &dice);
		if (store_reader_give(s, c) == OK && e == OK)
			continue;
		printf("  a reading failed\n");
		wrong++;
		over = true;
	}
	return NULL;
}

static uint64_t at_replica(struct store *const *processes)
{
	uint64_t n = 0;
	for (int i = 0; i < WRITERS; i++)
		n += store_stats(processes[i])->replica_reads;
	return n;
}

/* A replica that is behind is not read: until it was read often enough. */
static void hammer(struct store *const *processes, uint64_t there)
{
	enum { THREADS = WRITERS + STRANGERS + READERS, STEP_MS = 20, STEPS_MAX = 3000 };
	struct os_thread *threads[THREADS] = { NULL };
	for (int i = 0; i < THREADS; i++) {
		bool writes = i < WRITERS, reads = i >= WRITERS + STRANGERS;
		void *arg = writes || reads ? (void *)processes[i % WRITERS] : (void *)&threads[i];
		REQUIRE(os_thread_start(&threads[i], writes ? writing : reads ? reading : by_hand, arg) == OK);
	}
	for (int i = 0; i < STEPS_MAX && !over && (readings < READINGS || at_replica(processes) < there); i++)
		(void)os_wait_readable(-1, -1, STEP_MS);
	over = true;
	for (int i = 0; i < THREADS; i++)
		os_thread_join(threads[i]);
}

/* The same schema there; NULL: none. */
static const char *replica_of(const char *url, char *room, size_t size)
{
	const char *server = getenv("BANJIE_TEST_REPLICA");
	snprintf(room, size, "%s&%s", server ? server : "", strstr(url, "options="));
	return server ? room : NULL;
}

TEST(a_kept_answer_is_what_the_moment_says)
{
	struct store *processes[WRITERS] = { NULL };
	struct diag d;
	char there[600];
	uint64_t least = 0;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	diag_init(&d);
	place = test_place("reading");
	const char *replica = replica_of(place, there, sizeof there);
	for (int i = 0; i < WRITERS; i++)
		REQUIRE(store_open(place, &(struct store_options){ .durable = false, .replica = replica }, &processes[i], &d) == OK);
	REQUIRE(make_tables());
	least = replica ? READINGS / 10 : 0;
	hammer(processes, least);
	CHECK_INT((int64_t)wrong, 0);
	CHECK(written > 100);
	printf("  %d readings, %d with fewer round trips than questions, beside %d batches\n", (int)readings, (int)fewer, (int)written);
	CHECK(fewer > readings / 10); /* or nothing was kept, and nothing proved */
	printf("  %d of them at a replica\n", (int)at_replica(processes));
	CHECK(at_replica(processes) >= least);
	for (int i = 0; i < WRITERS; i++)
		store_close(processes[i]);
}

/* ---- how much is kept ---- */

static const char of_large[] = "SELECT t FROM large WHERE id=?1";

static enum err ask_large(struct store_conn *c, int64_t id, bool ahead, size_t *len)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, of_large, &q));
	store_bind_i64(q, 1, id);
	if (ahead) {
		store_ahead(q);
		return OK;
	}
	TRY(store_step(q, &row));
	*len = row ? store_col_str(q, 0).len : 0;
	store_reset(q);
	return OK;
}

static uint64_t ways_of(struct store_conn *c, int64_t id, size_t wanted)
{
	uint64_t before = c->ways;
	size_t len = 0;
	CHECK(ask_large(c, id, false, &len) == OK);
	CHECK_INT((int64_t)len, (int64_t)wanted);
	return c->ways - before;
}

TEST(large_answers_said_ahead_are_asked_once_and_not_all_are_kept)
{
	enum { LARGE = 60000, HUGE_ONE = 300000, ROWS = 120, HUGE_ID = 200 };
	struct store *s = NULL;
	struct store_conn *c;
	struct diag d;
	size_t len;
	char sql[200];
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	diag_init(&d);
	place = test_place("large");
	REQUIRE(store_open(place, &(struct store_options){ .durable = false }, &s, &d) == OK);
	snprintf(sql, sizeof sql, "CREATE TABLE large AS SELECT n AS id, repeat('x', CASE WHEN n=%d THEN %d ELSE %d END) AS t FROM generate_series(1, %d) n", HUGE_ID, HUGE_ONE, LARGE, HUGE_ID);
	REQUIRE(test_server_run(place, sql));
	REQUIRE(store_run(s, change, &(struct job){ .count = 0 }) == OK); /* the process has its row from now on */
	REQUIRE(store_reader_take(s, &c) == OK);
	uint64_t before = c->ways;
	CHECK(ask_large(c, HUGE_ID, true, &len) == OK);
	CHECK(ask_large(c, 1, true, &len) == OK);
	CHECK_INT((int64_t)ways_of(c, HUGE_ID, HUGE_ONE), 1);
	CHECK_INT((int64_t)(c->ways - before), 1); /* the two together */
	CHECK_INT((int64_t)ways_of(c, 1, LARGE), 0);
	CHECK_INT((int64_t)ways_of(c, HUGE_ID, HUGE_ONE), 1); /* too large to be kept for another */
	for (int i = 2; i <= ROWS; i++)
		CHECK_INT((int64_t)ways_of(c, i, LARGE), 1);
	CHECK_INT((int64_t)ways_of(c, ROWS, LARGE), 0);
	int there = 0;
	for (int i = 1; i <= ROWS; i++)
		there += ways_of(c, i, LARGE) == 0;
	CHECK(there > 0 && there * LARGE <= 4 << 20);
	CHECK(store_reader_give(s, c) == OK);
	store_close(s);
}

/* ---- what was said ahead ---- */

enum { MANY = 2500 };

static const char of_one[] = "SELECT 1000/v FROM many WHERE id=?1", of_absent[] = "SELECT v FROM absent WHERE id=?1";

static bool make_many(struct store **s)
{
	struct diag d;
	char sql[200];
	diag_init(&d);
	place = test_place("many");
	snprintf(sql, sizeof sql, "CREATE TABLE IF NOT EXISTS many AS SELECT n AS id, n AS v FROM generate_series(0, %d) n", MANY);
	return store_open(place, &(struct store_options){ .durable = false }, s, &d) == OK && test_server_run(place, sql) &&
	       store_run(*s, change, &(struct job){ .count = 0 }) == OK;
}

static void say_ahead(struct store_conn *c, int64_t id)
{
	struct store_query *q;
	REQUIRE(store_prepare(c, of_one, &q) == OK);
	store_bind_i64(q, 1, id);
	store_ahead(q);
}

static int64_t told(struct store_conn *c, int64_t id)
{
	struct store_query *q;
	bool row;
	if (store_prepare(c, of_one, &q) != OK)
		return -1;
	store_bind_i64(q, 1, id);
	int64_t v = store_step(q, &row) == OK && row ? store_col_i64(q, 0) : -1;
	store_reset(q);
	return v;
}

TEST(a_question_said_ahead_and_never_asked_spoils_nobodys_reading_but_its_own)
{
	struct store *s = NULL;
	struct store_conn *c;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	REQUIRE(make_many(&s));
	REQUIRE(store_reader_take(s, &c) == OK);
	CHECK_INT(told(c, 10), 100);
	say_ahead(c, 0); /* divides by nothing */
	(void)store_reader_give(s, c);
	enum err e = store_reader_take(s, &c);
	CHECK(e == OK);
	if (e == OK) {
		CHECK_INT(told(c, 10), 100);
		CHECK(store_reader_give(s, c) == OK);
	}
	store_close(s);
}

TEST(a_long_result_that_could_not_begin_leaves_no_answer_for_others)
{
	struct store *s = NULL;
	struct store_conn *c;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	REQUIRE(make_many(&s));
	for (int way = 0; way < 2; way++) {
		struct store_query *q;
		bool row;
		REQUIRE(store_reader_take(s, &c) == OK);
		if (way)
			say_ahead(c, 0);
		REQUIRE(store_prepare(c, way ? of_one : of_absent, &q) == OK);
		store_bind_i64(q, 1, 7);
		store_stream(q);
		CHECK(store_step(q, &row) != OK);
		CHECK(store_reader_give(s, c) != OK);
		REQUIRE(store_reader_take(s, &c) == OK);
		for (int i = 1; i < 10; i++)
			CHECK_INT(told(c, i), 1000 / i);
		CHECK(store_reader_give(s, c) == OK);
	}
	store_close(s);
}

TEST(where_no_transaction_is_open_a_long_result_that_could_not_begin_spoils_nothing)
{
	struct store *s = NULL;
	struct store_conn *c;
	struct store_query *q;
	struct diag d;
	bool row;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	REQUIRE(make_many(&s));
	store_close(s);
	diag_init(&d);
	REQUIRE(store_open(place, &(struct store_options){ .inline_writer = true }, &s, &d) == OK);
	REQUIRE(store_reader_take(s, &c) == OK);
	REQUIRE(store_prepare(c, of_absent, &q) == OK);
	store_bind_i64(q, 1, 7);
	store_stream(q);
	CHECK(store_step(q, &row) != OK);
	CHECK_INT(told(c, 10), 100);
	CHECK(store_reader_give(s, c) == OK);
	store_close(s);
}

TEST(more_said_ahead_than_there_is_room_for_is_not_asked_twice)
{
	struct store *s = NULL;
	struct store_conn *c;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	REQUIRE(make_many(&s));
	REQUIRE(store_reader_take(s, &c) == OK);
	uint64_t before = c->ways;
	for (int i = 1; i <= MANY; i++)
		say_ahead(c, i);
	uint64_t said = c->ways - before;
	for (int i = 1; i <= MANY; i++)
		CHECK_INT(told(c, i), 1000 / i);
	printf("  %d questions said ahead: %d round trips, %d of them before the first was asked\n", MANY, (int)(c->ways - before), (int)said);
	CHECK(c->ways - before < MANY * 2 / 3);
	CHECK(store_reader_give(s, c) == OK);
	store_close(s);
}

TEST_MAIN
