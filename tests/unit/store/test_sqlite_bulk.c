/* test_sqlite_bulk.c - a statement for many rows says the same as one for each. */
#include "tests/test.h"

#include "store/sqlite_bulk.h"
#include "tests/unit/store/figure.h"

TEST(what_is_said_for_many_rows)
{
	static const struct { const char *name, *sql, *many; } rows[] = {
		{ "a row", "INSERT INTO t(a, b) VALUES(?1, ?2)", "INSERT OR FAIL INTO t(a, b) SELECT v1, v2 FROM waiting_rows" },
		{ "a parameter twice, and one within an expression", "INSERT INTO t(a, b, c) VALUES(?2, coalesce(?1, (?2)), 0)",
		  "INSERT OR FAIL INTO t(a, b, c) SELECT v2, coalesce(v1, (v2)), 0 FROM waiting_rows" },
		{ "with a change of a row that is there", "INSERT INTO t(a, b) VALUES(?1, ?2) ON CONFLICT(a) DO UPDATE SET b=?2", NULL },
		{ "with an answer", "INSERT INTO t(a) VALUES(?1) RETURNING a", NULL },
		{ "two rows", "INSERT INTO t(a) VALUES(?1), (?2)", NULL },
		{ "a text in it", "INSERT INTO t(a, b) VALUES(?1, 'what?')", NULL },
		{ "a name that is quoted", "INSERT INTO t(a, b) VALUES(?1, \"b\")", NULL },
		{ "no columns", "INSERT INTO t VALUES(?1)", NULL },
		{ "of a question", "INSERT INTO t(a) SELECT ?1", NULL },
		{ "replaced", "REPLACE INTO t(a) VALUES(?1)", NULL },
		{ "brackets left open", "INSERT INTO t(a) VALUES((?1)", NULL },
		{ "nothing behind it", "INSERT INTO t(a) VALUES(", NULL },
		{ "another statement behind it", "INSERT INTO t(a) VALUES(?1); DELETE FROM t", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		ROW(rows[i].name);
		buf_init(&b, 1024);
		bool said = sqlite_bulk_text(str_of(rows[i].sql), &b);
		CHECK(said == (rows[i].many != NULL));
		if (said && rows[i].many)
			CHECK_STR(str_of(b.ptr), rows[i].many);
		buf_release(&b);
	}
	ROW(NULL);
}

TEST(a_statement_that_is_too_long_is_said_row_by_row)
{
	struct buf b;
	buf_init(&b, 30);
	CHECK(!sqlite_bulk_text(S("INSERT INTO t(a, b) VALUES(?1, ?2)"), &b));
	buf_release(&b);
}

/* ---- rows handed out ---- */

struct numbers { int at, count; };

static bool next(void *arg)
{
	struct numbers *n = arg;
	return ++n->at <= n->count;
}

static void value(void *arg, int at, sqlite3_context *to)
{
	const struct numbers *n = arg;
	if (at <= 2)
		sqlite3_result_int64(to, at == 1 ? n->at : 10 * n->at);
}

static int put(sqlite3 *db, struct numbers *n, int count)
{
	*n = (struct numbers){ 0, count };
	return sqlite3_exec(db, "INSERT OR FAIL INTO t(a, b) SELECT v1, v2 FROM waiting_rows", NULL, NULL, NULL);
}

TEST(rows_are_handed_out_until_there_are_none)
{
	sqlite3 *db;
	struct numbers n;
	struct bulk_source source = { next, value, &n };
	REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK && sqlite_bulk_add(db, &source));
	REQUIRE(sqlite3_exec(db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c)", NULL, NULL, NULL) == SQLITE_OK);
	CHECK_INT(put(db, &n, 0), SQLITE_OK);
	CHECK_INT(figure(db, "SELECT count(*) FROM t"), 0);
	CHECK_INT(put(db, &n, 1000), SQLITE_OK);
	CHECK_INT(figure(db, "SELECT count(*) FROM t WHERE b=10*a AND c IS NULL"), 1000);
	CHECK_INT(put(db, &n, 1000), SQLITE_CONSTRAINT); /* they are there already */
	CHECK_INT(figure(db, "SELECT count(*) FROM t"), 1000);
	n = (struct numbers){ 0, 1 };
	CHECK_INT(figure(db, "SELECT count(*) FROM waiting_rows WHERE v3 IS NULL AND v64 IS NULL AND rowid=1"), 1);
	CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

TEST_MAIN
