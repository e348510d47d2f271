/* test_sqlite_around.c - a reader that goes round damaged pages gives every row but those on them, in whatever way it is asked. */
#include "store/store_int.h"
#include "tests/damage.h"
#include "tests/folder.h"
#include "tests/test.h"

enum { THINGS = 900, ANSWER = 32768, SQL = 900 };

static char path[160];
static struct store *s;

static bool open_it(void)
{
	struct diag d;
	diag_init(&d);
	struct store_options o = { .durable = false };
	return store_open(path, &o, &s, &d) == OK;
}

/* Tables by an id, by two columns and by a word, each of some ten leaves. */
static bool make_file(void)
{
	snprintf(path, sizeof path, "%s/things.db", test_folder("around"));
	if (!open_it()) /* pages of the size that files are made with */
		return false;
	store_close(s);
	return test_sql(path, "CREATE TABLE thing(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, word TEXT)") >= 0 && test_sql(path, "CREATE INDEX thing_kind ON thing(kind)") >= 0 &&
	       test_sql(path, "CREATE TABLE pair(a INTEGER NOT NULL, b INTEGER NOT NULL, word TEXT, PRIMARY KEY(a, b)) WITHOUT ROWID") >= 0 &&
	       test_sql(path, "CREATE TABLE named(code TEXT PRIMARY KEY, n INTEGER)") >= 0 && test_sql(path, "CREATE TABLE whole(n INTEGER)") >= 0 &&
	       test_sql(path, "CREATE TABLE part(a INTEGER NOT NULL, b INTEGER NOT NULL, c INTEGER NOT NULL, word TEXT, PRIMARY KEY(a, b, c))") >= 0 &&
	       test_sql(path, "CREATE VIEW seen AS SELECT id, word FROM thing UNION ALL SELECT n, 0 FROM whole") >= 0 &&
	       test_sql(path, "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<900) INSERT INTO thing SELECT n*7, n%13, 'word of '||n FROM c") == THINGS &&
	       test_sql(path, "INSERT INTO pair SELECT id/70, id, word FROM thing") == THINGS && test_sql(path, "INSERT INTO named SELECT 'code'||id, id FROM thing") == THINGS &&
	       test_sql(path, "INSERT INTO whole SELECT id FROM thing") == THINGS &&
	       test_sql(path, "INSERT INTO part SELECT 1, id, 5, word FROM thing") == THINGS && test_sql(path, "VACUUM") >= 0;
}

static enum err ask(struct store_conn *c, const char *sql, char answer[ANSWER])
{
	struct store_query *q;
	bool row = true;
	size_t n = 0;
	TRY(store_prepare_text(c, sql, &q));
	enum err e = OK;
	answer[0] = 0;
	while (e == OK && row) {
		e = store_step(q, &row);
		for (int i = 0; e == OK && row && i < store_col_count(q) && n < ANSWER; i++) {
			struct str text = store_col_str(q, i);
			n += (size_t)snprintf(answer + n, ANSWER - n, "%.*s ", STR_ARG(text));
		}
	}
	store_finalize_text(q);
	return e;
}

static enum err count_things(void *n, struct store_conn *c)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT count(word) FROM thing", &q));
	TRY(store_step(q, &row));
	*(int64_t *)n = store_col_i64(q, 0);
	store_reset(q);
	return OK;
}

static enum err ask_around(const char *sql, char answer[ANSWER], bool *passed, const char *const *whole)
{
	struct store_conn *c;
	TRY(store_around_take(s, whole, &c));
	enum err e = ask(c, sql, answer);
	while (e == ERR_CORRUPT && store_around_learn(c))
		e = ask(c, sql, answer);
	*passed = store_around_passed(c);
	store_around_give(c);
	return e;
}

/* %s: a table, or what is left of it. */
static const char *const questions[] = {
	"SELECT id, kind, word FROM %s x", "SELECT id FROM %s x ORDER BY id DESC", "SELECT count(*), sum(kind), max(id), min(id) FROM %s x", "SELECT id FROM %s x ORDER BY id LIMIT 40",
	"SELECT id FROM %s x WHERE kind=3", "SELECT id FROM %s x WHERE kind=3 ORDER BY id DESC LIMIT 5", "SELECT kind, count(*) FROM %s x GROUP BY kind ORDER BY kind",
	"SELECT id FROM %s x WHERE id>1200 AND id<=4900", "SELECT id FROM %s x WHERE id>=1200 AND id<4900 ORDER BY id DESC", "SELECT id FROM %s x WHERE word>'word of 4' ORDER BY word",
	"SELECT w.n, x.word FROM whole w LEFT JOIN %s x ON x.id=w.n ORDER BY w.n", "SELECT w.n FROM whole w WHERE NOT EXISTS(SELECT 1 FROM %s x WHERE x.id=w.n)",
	"SELECT id FROM %s x WHERE kind IN (2, 5) OR id=700 ORDER BY id", "SELECT id FROM %s x WHERE id=3150", "SELECT word FROM %s x WHERE id IN (7, 3150, 6300)",
};

enum { QUESTIONS = sizeof questions / sizeof *questions };

static char whole[QUESTIONS][ANSWER], expected[QUESTIONS][ANSWER], said[ANSWER];

static void question(char sql[SQL], int i, const char *table)
{
	const char *hole = strstr(questions[i], "%s");
	snprintf(sql, SQL, "%.*s%s%s", (int)(hole - questions[i]), questions[i], table, hole + 2);
}

/* What is said of the whole table, and what of the rows that will be left. */
static void ask_whole(const char *left)
{
	struct store_conn *c;
	char sql[SQL];
	REQUIRE(open_it() && store_reader_take(s, &c) == OK);
	for (int i = 0; i < QUESTIONS; i++) {
		question(sql, i, left);
		CHECK(ask(c, sql, expected[i]) == OK);
		question(sql, i, "thing");
		CHECK(ask(c, sql, whole[i]) == OK);
	}
	CHECK(store_reader_give(s, c) == OK);
	store_close(s);
}

/* The same questions of the damaged file: answered round it, and told so only where one met it; an index alone may answer of every row. */
static void ask_damaged(void)
{
	char sql[SQL];
	REQUIRE(open_it());
	for (int i = 0; i < QUESTIONS; i++) {
		struct store_conn *c;
		bool passed = false;
		question(sql, i, "thing");
		ROW(questions[i]);
		REQUIRE(store_reader_take(s, &c) == OK);
		bool met = ask(c, sql, said) == ERR_CORRUPT;
		(void)store_reader_give(s, c);
		CHECK(ask_around(sql, said, &passed, NULL) == OK);
		CHECK(strcmp(said, met ? expected[i] : whole[i]) == 0);
		CHECK(met == passed);
	}
	ROW(NULL);
	store_close(s);
}

static int64_t leaves_of(const char *table)
{
	char sql[120];
	snprintf(sql, sizeof sql, "SELECT count(*) FROM dbstat WHERE name='%s' AND pagetype='leaf'", table);
	return test_sql(path, sql);
}

/* Rows of `thing` on the leaves before. */
static int64_t rows_before(int leaf)
{
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT coalesce(sum(ncell), 0) FROM (SELECT ncell FROM dbstat WHERE name='thing' AND pagetype='leaf' ORDER BY path LIMIT %d)", leaf);
	return test_sql(path, sql);
}

TEST(every_row_is_given_but_those_on_the_damaged_page_however_it_is_asked)
{
	struct damage one = { .count = 0 };
	char left[200], name[40];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_file());
	int last = (int)leaves_of("thing") - 1;
	REQUIRE(last > 6);
	const int leaves[] = { 0, 1, last / 2, last };
	for (size_t i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "leaf %d of %d", leaves[i], last);
		int64_t before = rows_before(leaves[i]), until = rows_before(leaves[i] + 1);
		snprintf(left, sizeof left, "(SELECT * FROM thing WHERE id<=%lld OR id>%lld)", (long long)before * 7, (long long)until * 7);
		ask_whole(left);
		REQUIRE(damage_leaf(&one, path, "thing", leaves[i]) == until - before);
		ask_damaged();
		REQUIRE(damage_mend(&one));
	}
}

TEST(rows_between_two_damaged_pages_are_given)
{
	struct damage one = { .count = 0 }, other = { .count = 0 };
	char left[300];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_file());
	int64_t a = rows_before(2), b = rows_before(3), c = rows_before(5), d = rows_before(6);
	snprintf(left, sizeof left, "(SELECT * FROM thing WHERE id<=%lld OR (id>%lld AND id<=%lld) OR id>%lld)", (long long)a * 7, (long long)b * 7, (long long)c * 7, (long long)d * 7);
	ask_whole(left);
	/* the second is found while the file is whole, and spoilt with the first */
	REQUIRE(damage_leaf(&other, path, "thing", 5) > 0 && damage_mend(&other) && damage_leaf(&one, path, "thing", 2) > 0 && damage_again(&other));
	ask_damaged();
}

TEST(a_damaged_index_costs_no_row)
{
	struct damage one = { .count = 0 };
	bool passed = true;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_file());
	ask_whole("thing");
	REQUIRE(damage_leaf(&one, path, "thing_kind", 1) > 0 && open_it());
	for (int i = 0; i < QUESTIONS; i++) {
		char sql[SQL];
		question(sql, i, "thing");
		ROW(questions[i]);
		CHECK(ask_around(sql, said, &passed, NULL) == OK);
		CHECK(strcmp(said, expected[i]) == 0 && !passed);
	}
	ROW(NULL);
	store_close(s);
}

TEST(a_table_without_ids_is_read_from_both_ends)
{
	static const char *const asked[] = { "SELECT count(*) FROM pair", "SELECT count(*) FROM pair WHERE a>=0", "SELECT sum(b IN (SELECT b FROM pair)) FROM whole w LEFT JOIN pair p ON p.b=w.n" };
	struct damage one = { .count = 0 };
	bool passed;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_file());
	int64_t lost = damage_leaf(&one, path, "pair", 2);
	REQUIRE(lost > 1 && open_it());
	/* in such a tree a row lies above two leaves: beside the damaged one it may be met from neither side */
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		ROW(asked[i]);
		CHECK(ask_around(asked[i], said, &passed, NULL) == OK);
		int64_t n = strtoll(said, NULL, 10);
		CHECK(n <= THINGS - lost && n >= THINGS - lost - 2 && passed);
	}
	ROW(NULL);
	store_close(s);
}

/* The library puts rows together that either condition finds: by what tells them apart. */
TEST(rows_without_ids_that_either_of_two_conditions_finds_are_all_given)
{
	static const char asked[] = "SELECT (SELECT count(*) FROM pair WHERE a=3 OR b=7 OR b>6000), (SELECT sum(b) FROM pair WHERE a=3 OR b<70), (SELECT count(*) FROM thing WHERE kind=3)";
	static char before[ANSWER];
	struct store_conn *c;
	struct damage one = { .count = 0 };
	bool passed = true;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_file() && open_it() && store_reader_take(s, &c) == OK);
	CHECK(ask(c, asked, before) == OK);
	CHECK(store_reader_give(s, c) == OK);
	store_close(s);
	REQUIRE(damage_leaf(&one, path, "thing_kind", 0) > 0 && damage_leaf(&one, path, "thing_kind", 1) > 0 && open_it());
	CHECK(ask_around(asked, said, &passed, NULL) == OK);
	CHECK_STR(str_of(said), before);
	CHECK(!passed);
	store_close(s);
}

TEST(views_and_words_as_keys_are_gone_round_too)
{
	struct damage one = { .count = 0 };
	bool passed;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_file());
	int64_t lost = damage_leaf(&one, path, "thing", 1);
	REQUIRE(lost > 0 && open_it());
	CHECK(ask_around("SELECT count(word) FROM seen", said, &passed, NULL) == OK);
	CHECK_INT(strtoll(said, NULL, 10), 2 * THINGS - lost);
	CHECK(passed);
	store_close(s);
	REQUIRE(damage_mend(&one));
	lost = damage_leaf(&one, path, "named", 1);
	REQUIRE(lost > 0 && open_it());
	CHECK(ask_around("SELECT count(n) FROM named", said, &passed, NULL) == OK);
	CHECK_INT(strtoll(said, NULL, 10), THINGS - lost);
	CHECK(ask_around("SELECT n FROM named WHERE code='code6300'", said, &passed, NULL) == OK);
	CHECK_STR(str_of(said), "6300 ");
	store_close(s);
	REQUIRE(damage_mend(&one));
	lost = damage_leaf(&one, path, "part", 1); /* none of its three numbers is the row's id */
	REQUIRE(lost > 0 && open_it());
	CHECK(ask_around("SELECT count(word) FROM part WHERE a=1 AND c=5", said, &passed, NULL) == OK);
	CHECK_INT(strtoll(said, NULL, 10), THINGS - lost);
	CHECK(passed);
	store_close(s);
}

TEST(a_table_that_must_be_whole_is_never_gone_round_and_the_writer_goes_round_nothing)
{
	static const char *const must[] = { "thing", NULL };
	struct damage one = { .count = 0 };
	int64_t n = -1;
	bool passed;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_file() && damage_leaf(&one, path, "thing", 1) > 0 && open_it());
	CHECK(ask_around("SELECT count(word) FROM thing", said, &passed, must) == ERR_CORRUPT);
	CHECK(!passed);
	CHECK(store_run(s, count_things, &n) == ERR_CORRUPT);
	store_close(s);
}

TEST(what_is_no_file_is_not_gone_round)
{
	struct store *m;
	struct store_conn *c;
	REQUIRE(store_open(test_place(":memory:"), &(struct store_options){ .inline_writer = true }, &m, NULL) == OK);
	CHECK(store_around_take(m, NULL, &c) == ERR_UNSUPPORTED);
	store_close(m);
}

TEST_MAIN
