/* test_sqlite_sums.c - counts that wait until the batch ends: everybody sees, and the file has, what it would be had each been added at once. */
#include "tests/test.h"

#include <stdlib.h>

#include "os/os.h"
#include "store/sqlite_sums.h"
#include "tests/unit/store/crowd.h"
#include "tests/unit/store/figure.h"
#include "tests/unit/store/place.h"

/* ---- the forms ---- */

TEST(statements_that_add)
{
#define BOTH " ON CONFLICT(a, b) DO UPDATE SET "
	static const struct { const char *name, *sql, *query; int keys, columns; } rows[] = {
		{ "values", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=t.n+excluded.n", "VALUES(?1, ?2, 1)", 2, 3 },
		{ "a question", "INSERT INTO t(a, n) SELECT k.a, -1 FROM k WHERE k.id=?1 ON CONFLICT(a) DO UPDATE SET n=t.n+excluded.n", "SELECT k.a, -1 FROM k WHERE k.id=?1", 1, 2 },
		{ "two sums", "INSERT INTO t(a, b, n, m) VALUES(?1, ?2, 1, ?3)" BOTH "n=t.n+excluded.n, m=t.m+excluded.m", "VALUES(?1, ?2, 1, ?3)", 2, 4 },
		{ "two sums without a space", "INSERT INTO t(a, b, n, m) VALUES(1, 2, 3, 4)" BOTH "n=t.n+excluded.n,m=t.m+excluded.m", "VALUES(1, 2, 3, 4)", 2, 4 },
		/* other statements */
		{ "a column that is named and not added to", "INSERT INTO t(a, b, n, m) VALUES(?1, ?2, 1, 0)" BOTH "n=t.n+excluded.n", NULL, 0, 0 },
		{ "a column that takes the new value", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=excluded.n", NULL, 0, 0 },
		{ "a column that has another added", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=t.m+excluded.n", NULL, 0, 0 },
		{ "one of another table", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=u.n+excluded.n", NULL, 0, 0 },
		{ "subtracted", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=t.n-excluded.n", NULL, 0, 0 },
		{ "a parameter added", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=t.n+?3", NULL, 0, 0 },
		{ "with a condition", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=t.n+excluded.n WHERE t.n>0", NULL, 0, 0 },
		{ "twice as much", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=t.n+excluded.n*2", NULL, 0, 0 },
		{ "a key in another order", "INSERT INTO t(b, a, n) VALUES(?1, ?2, 1)" BOTH "n=t.n+excluded.n", NULL, 0, 0 },
		{ "a key that is not named first", "INSERT INTO t(n, a, b) VALUES(?1, ?2, 1)" BOTH "n=t.n+excluded.n", NULL, 0, 0 },
		{ "no sum", "INSERT INTO t(a, b) VALUES(?1, ?2)" BOTH "", NULL, 0, 0 },
		{ "nothing done", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1) ON CONFLICT(a, b) DO NOTHING", NULL, 0, 0 },
		{ "no key", "INSERT INTO t(n) VALUES(1) ON CONFLICT() DO UPDATE SET n=t.n+excluded.n", NULL, 0, 0 },
		{ "no conflict", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)", NULL, 0, 0 },
		{ "no columns", "INSERT INTO t VALUES(1, 2, 3)" BOTH "n=t.n+excluded.n", NULL, 0, 0 },
		{ "an answer", "INSERT INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=t.n+excluded.n RETURNING n", NULL, 0, 0 },
		{ "replaced", "INSERT OR REPLACE INTO t(a, b, n) VALUES(?1, ?2, 1)" BOTH "n=t.n+excluded.n", NULL, 0, 0 },
		{ "behind a question of its own", "INSERT INTO t(a, b, n) WITH k(x) AS (SELECT 1) SELECT x, 1, 1 FROM k" BOTH "n=t.n+excluded.n", NULL, 0, 0 },
		{ "two conflicts", "INSERT INTO t(a, b, n) SELECT 1, 2, 3 ON CONFLICT(b) DO NOTHING" BOTH "n=t.n+excluded.n", NULL, 0, 0 },
		{ "nothing", "", NULL, 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sums_form f;
		ROW(rows[i].name);
		bool is = sums_form_of(str_of(rows[i].sql), &f);
		CHECK(is == (rows[i].query != NULL));
		if (!is || !rows[i].query)
			continue;
		CHECK_STR(f.query, rows[i].query);
		CHECK_STR(f.table, "t");
		CHECK_INT(f.keys, rows[i].keys);
		CHECK_INT(f.columns, rows[i].columns);
	}
	ROW(NULL);
}

TEST(statements_that_take_away_what_counts_nothing)
{
	static const struct { const char *name, *sql; bool is; } rows[] = {
		{ "of a column", "DELETE FROM t WHERE n=0", true }, { "of one", "DELETE FROM t WHERE n=1", false }, { "two columns", "DELETE FROM t WHERE n=0 AND m=0", false },
		{ "all", "DELETE FROM t", false }, { "more than nothing", "DELETE FROM t WHERE n>0", false }, { "no column", "DELETE FROM t WHERE =0", false },
		{ "a parameter", "DELETE FROM t WHERE n=?1", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str table, column;
		ROW(rows[i].name);
		bool is = sums_tidy_of(str_of(rows[i].sql), &table, &column);
		CHECK(is == rows[i].is);
		if (is)
			CHECK(str_eqz(table, "t") && str_eqz(column, "n"));
	}
	ROW(NULL);
}

/* ---- a writer whose counts wait, beside one that adds each at once ---- */

static const struct store_migration schema[] = {
	{ 1, "one", PLACE_PRESSES
	  "CREATE TABLE load(post INTEGER NOT NULL, level INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(post, level)) WITHOUT ROWID;"
	  "CREATE TABLE cells(at INTEGER NOT NULL, organ INTEGER NOT NULL, got INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0 CHECK(done<60), PRIMARY KEY(at, organ));"
	  "CREATE TABLE organ(id INTEGER PRIMARY KEY, grain INTEGER);"
	  "INSERT INTO organ(id, grain) VALUES(0, 1), (1, 1), (2, 1), (3, 1);"
	  "CREATE TABLE kept(id INTEGER PRIMARY KEY, n INTEGER, m INTEGER NOT NULL);" },
};

enum { POSTS = 4, MANY_POSTS = 60, OPS = 7 };

/* What a job says, one after the other. */
struct op { enum what { COUNT, COUNT_STEPS, CELL, CELL_DONE, CELL_OF, CELL_OF_LOAD, TIDY, TIDY_KEPT, KEEP, ASK_LOAD, ASK_CELLS, CHANGE_ORGAN, CHANGE_LOAD, REFUSE, WHATS } what; int64_t a, b; };
struct work { struct crowd_job job; struct op ops[OPS]; int64_t found; };

static enum err say(struct store_conn *c, const char *sql, int64_t a, int64_t b, int64_t *found)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, sql, &q));
	store_bind_i64(q, 1, a);
	store_bind_i64(q, 2, b);
	if (!found)
		return store_exec(q);
	TRY(store_step(q, &row));
	*found = *found * 31 + (row ? store_col_i64(q, 0) : -1);
	store_reset(q);
	return OK;
}

#define ADDED(column) " ON CONFLICT(at, organ) DO UPDATE SET " #column "=cells." #column "+excluded." #column
static enum err perform(struct store_conn *c, const struct op *op, int64_t *found)
{
	static const struct { enum what what; const char *sql; bool asks; } says[] = {
		{ COUNT, "INSERT INTO load(post, level, n) SELECT ?1, 0, ?2 WHERE ?1>=0 ON CONFLICT(post, level) DO UPDATE SET n=load.n+excluded.n", false },
		{ COUNT_STEPS, "INSERT INTO load(post, level, n) VALUES(?1, 0, ?2) ON CONFLICT(post, level) DO UPDATE SET n=load.n+excluded.n", false },
		{ CELL, "INSERT INTO cells(at, organ, got) SELECT ?1, o.id, ?2 FROM organ o WHERE o.grain=1" ADDED(got), false },
		{ CELL_DONE, "INSERT INTO cells(at, organ, done) VALUES(?1, 0, ?2)" ADDED(done), false },
		{ CELL_OF, "INSERT INTO cells(at, organ, got) SELECT ?1 * o.grain, o.id, 1 FROM organ o WHERE o.id=?2" ADDED(got), false },
		{ CELL_OF_LOAD, "INSERT INTO cells(at, organ, got) SELECT ?1, ?2, coalesce(sum(l.n), 0) FROM load l WHERE l.post=?1" ADDED(got), false },
		{ KEEP, "INSERT INTO kept(id, n, m) VALUES(?1, 1, ?2) ON CONFLICT(id) DO UPDATE SET n=kept.n+excluded.n, m=kept.m+excluded.m", false },
		{ ASK_LOAD, "SELECT coalesce(sum(n), 0) * 1000 + count(*) FROM load WHERE post>=?1 OR ?2=0", true },
		{ ASK_CELLS, "SELECT coalesce(sum(got * (organ + 1) + 7 * done), 0) FROM cells WHERE at=?1 OR ?2=0", true },
		{ CHANGE_ORGAN, "UPDATE organ SET grain=CASE WHEN grain=1 THEN NULL ELSE 1 END WHERE id=?1 AND ?2 IS NOT NULL", false },
		{ CHANGE_LOAD, "UPDATE load SET n=n*2 WHERE post=?1 AND ?2 IS NOT NULL", false },
	};
	struct store_query *q;
	if (op->what == REFUSE)
		return ERR_DENIED;
	if (op->what == TIDY || op->what == TIDY_KEPT) {
		TRY(store_prepare(c, op->what == TIDY ? "DELETE FROM load WHERE n=0" : "DELETE FROM kept WHERE n=0", &q));
		return store_exec(q);
	}
	for (size_t i = 0; i < sizeof says / sizeof *says; i++)
		if (says[i].what == op->what)
			return say(c, says[i].sql, op->a, op->b, says[i].asks ? found : NULL);
	return ERR_UNSUPPORTED;
}

static enum err run(struct store_job *job, struct store_conn *c)
{
	struct work *w = (struct work *)job;
	w->found = 0;
	for (int i = 0; i < OPS; i++)
		TRY(perform(c, &w->ops[i], &w->found));
	return OK;
}

static uint32_t below(struct os_entropy *e, uint32_t n)
{
	uint32_t v;
	os_random(e, &v, sizeof v);
	return v % n;
}

/* Mostly counts; `rare`: one in so many does something else. */
static struct op some_op(struct os_entropy *e, uint32_t rare)
{
	enum what what = below(e, rare) ? (enum what)below(e, KEEP + 1) : (enum what)below(e, WHATS);
	if (what == CELL_OF_LOAD && below(e, rare / 4 + 1))
		what = COUNT; /* it has what waits put in */
	int64_t n = what == CELL_OF ? below(e, POSTS) : (int64_t)below(e, 3) - 1;
	/* of many, so that one in some counts nothing when it is tidied, or just after */
	return (struct op){ what, below(e, what == COUNT || what == COUNT_STEPS ? MANY_POSTS : POSTS), what == CELL_DONE ? n + 1 : n };
}

/* Every row of every table, and in its order. */
static enum err all_rows(void *arg, struct store_conn *c)
{
	static const char *const tables[] = {
		"SELECT post, level, n, 0 FROM load ORDER BY 1, 2", "SELECT at, organ, got, done FROM cells ORDER BY 1, 2", "SELECT id, n, m, 0 FROM kept ORDER BY 1",
	};
	uint64_t *digest = arg;
	*digest = 0;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		struct store_query *q;
		bool row = true;
		TRY(store_prepare(c, tables[i], &q));
		for (*digest += i;;) {
			TRY(store_step(q, &row));
			if (!row)
				break;
			for (int k = 0; k < 4; k++)
				*digest = (*digest ^ (uint64_t)store_col_i64(q, k)) * UINT64_C(0x100000001b3) + 1;
		}
	}
	return OK;
}

static bool begin(struct place *p, const char *name, bool inline_writer)
{
	snprintf(p->path, sizeof p->path, "/tmp/test-sums-%s-%d.db", name, (int)getpid());
	return place_again(p, schema, inline_writer);
}

static enum err run_alone(void *arg, struct store_conn *c)
{
	return run(arg, c);
}

static void check_same(uint64_t seed, uint32_t rare)
{
	enum { JOBS = 150 };
	static struct work many[JOBS], one[JOBS];
	struct place waiting = { 0 }, at_once = { 0 };
	struct os_entropy e;
	uint64_t rows[2] = { 0 };
	os_entropy_seeded(&e, seed);
	REQUIRE(begin(&waiting, "waiting", false) && begin(&at_once, "at-once", true));
	memset(many, 0, sizeof many);
	for (int i = 0; i < JOBS; i++) {
		for (int k = 0; k < OPS; k++)
			many[i].ops[k] = some_op(&e, rare);
		many[i].job.job.run = run;
	}
	memcpy(one, many, sizeof one);
	REQUIRE(crowd_run(waiting.s, many, sizeof *many, JOBS));
	for (int i = 0; i < JOBS; i++) {
		enum err err = store_run(at_once.s, run_alone, &one[i]);
		CHECK_INT(many[i].job.err, err);
		if (err == OK)
			CHECK_INT(many[i].found, one[i].found);
	}
	CHECK_INT(store_run(waiting.s, all_rows, &rows[0]), OK);
	CHECK_INT(store_run(at_once.s, all_rows, &rows[1]), OK);
	CHECK(rows[0] == rows[1]);
	place_remove(&waiting);
	place_remove(&at_once);
}

TEST(what_waits_is_seen_and_ends_as_if_it_had_not_waited)
{
	char name[64];
	for (uint64_t seed = 1; seed <= 24; seed++) {
		uint32_t rare = seed % 3 == 0 ? 4 : seed % 3 == 1 ? 40 : 400;
		snprintf(name, sizeof name, "seed %d", (int)seed);
		ROW(name);
		check_same(seed, rare);
	}
	ROW(NULL);
}

/* ---- one by one ---- */

struct bench { sqlite3 *db; struct sqlite_sums *sums; sqlite3_stmt *stmt; struct sqlite_sum *sum; };

static bool set_up(struct bench *b, const char *rows, const char *sql)
{
	*b = (struct bench){ 0 };
	bool ok = sqlite3_open(":memory:", &b->db) == SQLITE_OK && sqlite3_exec(b->db, rows, NULL, NULL, NULL) == SQLITE_OK;
	b->sums = ok ? sqlite_sums_new(b->db) : NULL;
	if (b->sums && sqlite3_prepare_v2(b->db, sql, -1, &b->stmt, NULL) == SQLITE_OK)
		b->sum = sqlite_sum_new(b->sums, b->stmt, 7);
	return ok;
}

static void put_away(struct bench *b)
{
	sqlite_sum_free(b->sum);
	sqlite3_finalize(b->stmt);
	sqlite_sums_free(b->sums);
	CHECK_INT(sqlite3_close(b->db), SQLITE_OK);
}

#define TWICE "INSERT INTO t(a, n) SELECT k.a, k.n FROM k WHERE 1=1 ON CONFLICT(a) DO UPDATE SET n=t.n+excluded.n"
#define T "CREATE TABLE t(a INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE k(a, n);"

TEST(counts_wait_and_go_in_once)
{
	struct bench b;
	int rows = -1;
	REQUIRE(set_up(&b, T "INSERT INTO k VALUES(1, 5), (2, -3); INSERT INTO t VALUES(2, 10)", TWICE) && b.sum);
	for (int i = 0; i < 100; i++)
		CHECK(sqlite_sums_add(b.sums, b.sum, &rows) && rows == 2);
	CHECK_INT(figure(b.db, "SELECT sum(n) FROM t"), 10);
	CHECK(sqlite_sums_wait(b.sums, 7) && !sqlite_sums_wait(b.sums, 8));
	int64_t before = sqlite3_total_changes64(b.db);
	CHECK_INT(sqlite_sums_put_in(b.sums, 8), OK);
	CHECK_INT(sqlite_sums_put_in(b.sums, 7), OK);
	CHECK_INT(sqlite3_total_changes64(b.db) - before, 2);
	CHECK_INT(figure(b.db, "SELECT n FROM t WHERE a=1"), 500);
	CHECK_INT(figure(b.db, "SELECT n FROM t WHERE a=2"), 10 - 300);
	CHECK(!sqlite_sums_wait(b.sums, 7));
	CHECK(sqlite_sums_add(b.sums, b.sum, &rows));
	sqlite_sums_end(b.sums); /* rolled back */
	CHECK_INT(sqlite_sums_put_in(b.sums, 7), OK);
	CHECK_INT(figure(b.db, "SELECT n FROM t WHERE a=1"), 500);
	put_away(&b);
}

TEST(what_cannot_wait_is_left_to_be_done_now)
{
	static const struct { const char *name, *rows; bool waits; int n; } rows[] = {
		{ "whole numbers", "INSERT INTO k VALUES(1, 5), (2, -3)", true, 2 }, { "none", "", true, 0 }, { "a text", "INSERT INTO k VALUES(1, 5), (2, 'x')", false, 0 },
		{ "a fraction", "INSERT INTO k VALUES(1, 0.5)", false, 0 }, { "nothing", "INSERT INTO k VALUES(NULL, 1)", false, 0 },
		{ "a key twice", "INSERT INTO k VALUES(1, 5), (1, 5)", false, 0 },
		{ "more than an integer holds, with what waits", "INSERT INTO k VALUES(9, 9223372036854775807)", false, 0 },
		{ "64 rows", "INSERT INTO k WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i<64) SELECT i, 1 FROM c", true, 64 },
		{ "65 rows", "INSERT INTO k WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i<65) SELECT i, 1 FROM c", false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		int n = 0;
		ROW(rows[i].name);
		REQUIRE(set_up(&b, T "INSERT INTO k VALUES(9, 1)", TWICE) && b.sum);
		CHECK(sqlite_sums_add(b.sums, b.sum, &n) && sqlite3_exec(b.db, "DELETE FROM k", NULL, NULL, NULL) == SQLITE_OK);
		REQUIRE(sqlite3_exec(b.db, rows[i].rows, NULL, NULL, NULL) == SQLITE_OK);
		CHECK(sqlite_sums_add(b.sums, b.sum, &n) == rows[i].waits);
		CHECK_INT(sqlite_sums_put_in(b.sums, 7), OK);
		if (rows[i].waits)
			CHECK_INT(n, rows[i].n);
		CHECK_INT(figure(b.db, "SELECT count(*) FROM t WHERE a<>9 OR n<>1"), rows[i].waits ? rows[i].n : 0);
		put_away(&b);
	}
	ROW(NULL);
}

TEST(more_counters_than_wait_at_once)
{
	struct bench b;
	int n, held = 0;
	REQUIRE(set_up(&b, T, "INSERT INTO t(a, n) VALUES(?1, 1) ON CONFLICT(a) DO UPDATE SET n=t.n+excluded.n") && b.sum);
	for (int i = 0; i < 2000; i++) {
		(void)sqlite3_bind_int64(sqlite_sum_query(b.sum), 1, i);
		held += sqlite_sums_add(b.sums, b.sum, &n);
	}
	CHECK(held > 100 && held < 2000);
	CHECK_INT(sqlite_sums_put_in(b.sums, 7), OK);
	CHECK_INT(figure(b.db, "SELECT sum(n) FROM t"), held);
	(void)sqlite3_bind_int64(sqlite_sum_query(b.sum), 1, 1);
	CHECK(sqlite_sums_add(b.sums, b.sum, &n)); /* there is room again */
	put_away(&b);
}

TEST(a_table_with_more_than_a_count_is_not_tidied_later)
{
	static const struct { const char *name, *table; bool waits; } rows[] = {
		{ "a key and a count", "CREATE TABLE t(a INTEGER, b INTEGER, n INTEGER, PRIMARY KEY(a, b))", true },
		{ "two counts", "CREATE TABLE t(a INTEGER PRIMARY KEY, n INTEGER, m INTEGER)", false },
		{ "no key", "CREATE TABLE t(a INTEGER, n INTEGER)", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		ROW(rows[i].name);
		REQUIRE(set_up(&b, rows[i].table, "DELETE FROM t WHERE n=0"));
		CHECK((b.sum != NULL) == rows[i].waits);
		if (b.sum)
			CHECK(!sqlite_sums_tidy(b.sums, b.sum)); /* nothing waits that it could follow */
		put_away(&b);
	}
	ROW(NULL);
}

TEST(a_count_that_is_not_taken_is_told)
{
	struct bench b;
	int n;
	REQUIRE(set_up(&b, "CREATE TABLE t(a INTEGER PRIMARY KEY, n INTEGER CHECK(n<3)); CREATE TABLE k(a, n); INSERT INTO k VALUES(1, 1)", TWICE) && b.sum);
	for (int i = 0; i < 3; i++)
		CHECK(sqlite_sums_add(b.sums, b.sum, &n));
	CHECK_INT(sqlite_sums_put_in(b.sums, 7), ERR_CONFLICT);
	put_away(&b);
}

TEST_MAIN
