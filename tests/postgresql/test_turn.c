/* test_turn.c - what processes keep of what they read, while others write.
 *
 * Three stores stand for three processes on one database. By chance one of them reads and changes tables, or refuses after it has changed some, or
 * somebody writes by hand, or a program of before does, which says nothing of what it changed. Whatever a writer is then told must be what is there.
 */
#include <stdio.h>
#include <string.h>

#include "os/os.h"
#include "store/store_int.h"
#include "tests/store_place.h"
#include "tests/test.h"

enum { PROCESSES = 3, TABLES = 90, READS = 12, ROUNDS = 2500 }; /* more tables than a process names */

static char read_one[TABLES][64], change_one[TABLES][64];
static int64_t there[TABLES]; /* what stands in each */
static int64_t noted;         /* by the last commit; 0 = by one that says nothing */
static uint64_t dice = 20250303;

static int roll(int n)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (int)((dice >> 33) % (uint64_t)n);
}

static bool make_tables(const char *name)
{
	char sql[160];
	bool ok = true;
	for (int i = 0; i < TABLES && ok; i++) {
		snprintf(read_one[i], sizeof read_one[i], "SELECT v FROM kept_%d WHERE id=?1", i);
		snprintf(change_one[i], sizeof change_one[i], "UPDATE kept_%d SET v=?1 WHERE id=1", i);
		snprintf(sql, sizeof sql, "CREATE TABLE kept_%d(id bigint PRIMARY KEY, v bigint NOT NULL)", i);
		ok = test_sql(name, sql) == 0;
		snprintf(sql, sizeof sql, "INSERT INTO kept_%d VALUES(1, 0)", i);
		ok = ok && test_sql(name, sql) == 1;
		there[i] = 0;
	}
	return ok;
}

static enum err value_of(struct store_conn *c, int table, int64_t *v)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, read_one[table], &q));
	store_bind_i64(q, 1, 1);
	TRY(store_step(q, &row));
	*v = row ? store_col_i64(q, 0) : -1;
	store_reset(q);
	return OK;
}

static enum err change(struct store_conn *c, int table, int64_t v)
{
	struct store_query *q;
	TRY(store_prepare(c, change_one[table], &q));
	store_bind_i64(q, 1, v);
	return store_exec(q);
}

struct job { int reads[READS], changes[TABLES], changes_count; int64_t note; bool refuses; };

static enum err look_and_change(void *arg, struct store_conn *c)
{
	const struct job *j = arg;
	int64_t v;
	if (store_noted(c, &v))
		CHECK_INT(v, noted);
	for (int i = 0; i < READS; i++) {
		TRY(value_of(c, j->reads[i], &v));
		CHECK_INT(v, there[j->reads[i]]);
	}
	for (int i = 0; i < j->changes_count; i++) {
		TRY(change(c, j->changes[i], there[j->changes[i]] + 1));
		TRY(value_of(c, j->changes[i], &v));
		CHECK_INT(v, there[j->changes[i]] + 1);
	}
	if (j->changes_count) {
		store_note(c, j->note);
		CHECK(!store_noted(c, &v)); /* not the last commit's any more */
	}
	return j->refuses ? ERR_INVALID : OK;
}

static void work(struct store *s, int changes, bool refuses)
{
	struct job j = { .changes_count = changes, .note = 1 + roll(1000000), .refuses = refuses };
	int first = roll(TABLES);
	for (int i = 0; i < READS; i++)
		j.reads[i] = roll(TABLES);
	for (int i = 0; i < changes; i++)
		j.changes[i] = (first + i) % TABLES;
	CHECK_INT(store_run(s, look_and_change, &j), refuses ? ERR_INVALID : OK);
	for (int i = 0; i < changes && !refuses; i++)
		there[j.changes[i]]++;
	if (changes && !refuses)
		noted = j.note;
}

static void write_by_hand(const char *name)
{
	char sql[160];
	int table = roll(TABLES);
	snprintf(sql, sizeof sql, "UPDATE kept_%d SET v=%lld", table, (long long)++there[table]);
	CHECK_INT(test_sql(name, sql), 1);
	noted = 0;
}

/* A process of a program of before has a row too, in which it says how many its batches are and no more. */
static void write_as_before(const char *name)
{
	char sql[700];
	int table = roll(TABLES);
	snprintf(sql, sizeof sql, "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('banjie.' || current_schema(), 0)); UPDATE kept_%d SET v=%lld;"
	         " INSERT INTO store_process(process, batch, total) SELECT 7, 1, max(total)+1 FROM store_process"
	         " ON CONFLICT(process) DO UPDATE SET batch=store_process.batch+1, total=excluded.total; COMMIT",
	         table, (long long)++there[table]);
	CHECK(test_server_run(test_place(name), sql));
	noted = 0;
}

TEST(whatever_others_write_is_read)
{
	struct store *processes[PROCESSES] = { NULL };
	struct diag d;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	diag_init(&d);
	REQUIRE(make_tables("turn"));
	for (int i = 0; i < PROCESSES; i++)
		REQUIRE(store_open(test_place("turn"), &(struct store_options){ .durable = false }, &processes[i], &d) == OK);
	for (int i = 0; i < ROUNDS && !test_bad; i++) {
		struct store *s = processes[roll(60) ? roll(2) : 2]; /* the third comes rarely: much has happened meanwhile */
		int what = roll(400);
		if (what < 4)
			write_by_hand("turn");
		else if (what < 8)
			write_as_before("turn");
		else
			work(s, what < 10 ? TABLES : what < 240 ? 1 + roll(5) : 0, what >= 10 && what < 20);
	}
	for (int i = 0; i < PROCESSES; i++)
		store_close(processes[i]);
}

/* ---- who comes while the turn is waited for ---- */

enum { COMERS = 10, PATIENCE_MS = 20000 };

static _Atomic int answered;

static enum err nothing(struct store_job *job, struct store_conn *c)
{
	(void)job;
	(void)c;
	return OK;
}

static void answer(struct store_job *job, enum err err)
{
	(void)job;
	CHECK_INT(err, OK);
	answered++;
}

static bool comes_true(bool (*what)(const struct store *s), const struct store *s)
{
	int ms = 0;
	while (!what(s) && ms++ < PATIENCE_MS)
		(void)os_wait_readable(-1, -1, 1);
	return what(s);
}

static bool has_begun(const struct store *s)
{
	return atomic_load(&store_stats(s)->batch_since_us) != 0;
}

static bool all_answered(const struct store *s)
{
	(void)s;
	return answered == COMERS;
}

/* Another has the turn: the first job waits for it, and those that come meanwhile need no turn of their own. */
TEST(who_comes_while_the_turn_is_waited_for_goes_with_it)
{
	struct store *s = NULL;
	struct store_job jobs[COMERS];
	struct diag d;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	diag_init(&d);
	REQUIRE(store_open(test_place("comers"), &(struct store_options){ .durable = false }, &s, &d) == OK);
	PGconn *other = PQconnectdb(test_place("comers"));
	PQclear(PQexec(other, "BEGIN"));
	PQclear(PQexec(other, "SELECT pg_advisory_xact_lock(hashtextextended('banjie.' || current_schema(), 0))"));
	uint64_t batches = histogram_count(&store_stats(s)->batch_jobs), sum = store_stats(s)->batch_jobs.sum;
	for (int i = 0; i < COMERS; i++) {
		jobs[i] = (struct store_job){ .run = nothing, .done = answer };
		CHECK_INT(store_submit(s, &jobs[i]), OK);
		CHECK(comes_true(has_begun, s));
	}
	PQclear(PQexec(other, "COMMIT"));
	PQfinish(other);
	CHECK(comes_true(all_answered, s));
	CHECK_INT(histogram_count(&store_stats(s)->batch_jobs) - batches, 1);
	CHECK_INT(store_stats(s)->batch_jobs.sum - sum, COMERS);
	CHECK_INT(store_stats(s)->wait_us.bucket[HISTOGRAM_BUCKETS - 1], 0); /* who came after the batch had begun has not waited without end for it */
	store_close(s);
}

static enum err define(void *arg, struct store_conn *c)
{
	return store_script(c, arg, NULL);
}

/* A definition that the server refuses is undone, and its connection serves as before. */
TEST(a_refused_definition_leaves_its_connection_as_it_was)
{
	static char refused[] = "CREATE TABLE absent.books(id INTEGER PRIMARY KEY)", good[] = "CREATE TABLE books(id INTEGER PRIMARY KEY)",
	            other[] = "CREATE TABLE papers(id INTEGER PRIMARY KEY)";
	struct store *s = NULL;
	struct store_conn *c;
	struct diag d;
	int64_t v = 0;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	diag_init(&d);
	REQUIRE(make_tables("refused"));
	REQUIRE(store_open(test_place("refused"), &(struct store_options){ .durable = false }, &s, &d) == OK);
	CHECK_INT(store_run(s, define, good), OK);
	CHECK(store_run(s, define, refused) != OK);
	CHECK(store_run(s, define, good) != OK); /* it is there */
	CHECK(strstr(store_message(s->writer), "\"books\" already exists"));
	CHECK_INT(store_run(s, define, other), OK);
	REQUIRE(store_reader_take(s, &c) == OK);
	CHECK(value_of(c, 0, &v) == OK && v == 0);
	CHECK(store_script(c, refused, NULL) != OK);
	CHECK(store_reader_give(s, c) != OK);
	REQUIRE(store_reader_take(s, &c) == OK);
	CHECK(value_of(c, 0, &v) == OK && v == 0);
	CHECK(store_reader_give(s, c) == OK);
	store_close(s);
}

static enum err go_forward(void *arg, struct store_conn *c)
{
	int *tries = arg;
	TRY(store_script(c, "UPDATE schema_part SET version=version+1", NULL));
	TRY(c->driver->fix_schema(c));
	if (++*tries == 1)
		CHECK(test_sql("forward", "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name='banjie' AND pid<>pg_backend_pid()") > 0);
	return OK;
}

/* Whose connection breaks before his commit does his work again, on the schema of before. */
TEST(a_schema_that_did_not_go_forward_is_still_this_programs)
{
	static const struct store_migration tables[] = { { 1, "one", "CREATE TABLE books(id INTEGER PRIMARY KEY);" } };
	static const struct store_part kernel = { .name = "kernel", .list = tables, .count = 1 };
	struct store *s = NULL;
	struct diag d;
	int tries = 0;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	diag_init(&d);
	(void)test_sql("forward", "SELECT 1");
	REQUIRE(store_open(test_place("forward"), &(struct store_options){ .durable = false }, &s, &d) == OK);
	REQUIRE(store_migrate_all(s, &kernel, 1, true, &d) == OK);
	CHECK_INT(store_run(s, go_forward, &tries), OK);
	CHECK_INT(tries, 2);
	CHECK(!store_outgrown(s));
	CHECK_INT(test_sql("forward", "SELECT version FROM schema_part"), 2);
	store_close(s);
}

static enum err only_look(void *arg, struct store_conn *c)
{
	(void)arg;
	(void)c;
	return OK;
}

/* A turn that could not even begin, for the server was away, undoes nothing that was committed: what the schema is to be is known as before. */
TEST(a_server_that_was_away_is_looked_at_as_before)
{
	static const struct store_migration tables[] = { { 1, "one", "CREATE TABLE books(id INTEGER PRIMARY KEY);" } };
	static const struct store_part kernel = { .name = "kernel", .list = tables, .count = 1 };
	struct store *s = NULL;
	struct diag d;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	diag_init(&d);
	(void)test_sql("away", "SELECT 1");
	REQUIRE(store_open(test_place("away"), &(struct store_options){ .durable = false, .inline_writer = true }, &s, &d) == OK);
	REQUIRE(store_migrate_all(s, &kernel, 1, true, &d) == OK);
	s->writer->driver->rollback(s->writer); /* as when it waited for a minute in vain */
	CHECK_INT(test_sql("away", "UPDATE schema_part SET version=version+1"), 1);
	CHECK(test_sql("away", "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name='banjie' AND pid<>pg_backend_pid()") > 0);
	CHECK(store_run(s, only_look, NULL) != OK);
	CHECK(store_outgrown(s));
	store_close(s);
}

static void nothing_heard(void *arg)
{
	(void)arg;
}

/* Its ticking thread waits for its turn, for an hour it may be, and does not ask; the session that leads ends when nothing is said there for a minute. */
TEST(who_leads_says_so_while_nobody_asks)
{
	enum { PATIENCE = 600, STEP_MS = 100 };
	static const char said[] = "SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid=a.pid WHERE l.locktype='advisory' AND l.granted AND a.query='SELECT true'"
	                           " AND l.objid=CAST(hashtextextended('banjie.lead.' || current_schema(), 0) & 4294967295 AS oid)";
	struct store *s = NULL;
	struct diag d;
	if (!test_on_postgresql())
		SKIP("no PostgreSQL here");
	diag_init(&d);
	(void)test_sql("leads", "SELECT 1");
	REQUIRE(store_open(test_place("leads"), &(struct store_options){ .durable = false }, &s, &d) == OK);
	REQUIRE(store_run(s, only_look, NULL) == OK && store_listen(s, nothing_heard, NULL) == OK && store_leads(s));
	for (int i = 0; i < PATIENCE && test_sql("leads", said) == 0; i++)
		(void)os_wait_readable(-1, -1, STEP_MS);
	CHECK_INT(test_sql("leads", said), 1);
	store_close(s);
}

TEST_MAIN
