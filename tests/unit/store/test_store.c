/* test_store.c - the writer's promises: isolation of refusals, durability before the reply, readers that see commits. */
#include "tests/folder.h"
#include "tests/store_place.h"
#include "tests/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/os.h"
#include "store/store_int.h"
#include "tests/unit/store/rows.h"

static const struct store_migration first[] = {
	{ 1, "one", "CREATE TABLE t(v TEXT PRIMARY KEY);" },
};
static const struct store_migration second[] = {
	{ 1, "one", "CREATE TABLE t(v TEXT PRIMARY KEY);" },
	{ 2, "two", "ALTER TABLE t ADD COLUMN w TEXT;" },
};

#define TEXT(s) ((char[]){ s })

static struct store *memory_store(void)
{
	struct store *s = NULL;
	struct store_options o = { .inline_writer = true };
	if (store_open(test_place(":memory:"), &o, &s, NULL) != OK || store_migrate(s, "kernel", first, 1, NULL) != OK)
		return NULL;
	return s;
}

static enum err insert(struct store_conn *c, const char *text)
{
	struct store_query *q;
	TRY(store_prepare(c, "INSERT INTO t(v) VALUES(?1)", &q));
	store_bind_str(q, 1, str_of(text));
	return store_exec(q);
}

static enum err run_insert(void *arg, struct store_conn *c)
{
	return insert(c, arg);
}

static enum err run_insert_then_refuse(void *arg, struct store_conn *c)
{
	TRY(insert(c, arg));
	return ERR_DENIED;
}

static int64_t count(struct store *s)
{
	int64_t n = -1;
	return store_run(s, run_count, &n) == OK ? n : -1;
}

TEST(a_refused_job_leaves_nothing_and_harms_nobody)
{
	struct store *s = memory_store();
	REQUIRE(s);
	REQUIRE(store_batch_begin(s) == OK);
	CHECK_INT(store_run(s, run_insert, TEXT("甲")), OK);
	CHECK_INT(store_run(s, run_insert_then_refuse, TEXT("乙")), ERR_DENIED);
	CHECK_INT(store_run(s, run_insert, TEXT("甲")), ERR_CONFLICT);
	CHECK_INT(store_run(s, run_insert, TEXT("丙")), OK);
	REQUIRE(store_batch_end(s) == OK);
	CHECK_INT(count(s), 2);
	store_close(s);
}

TEST(migrations_run_once_in_order_and_newer_files_are_refused)
{
	struct store *s = memory_store();
	struct diag d;
	REQUIRE(s);
	CHECK_INT(store_version(s, "kernel"), 1);
	CHECK_INT(store_migrate(s, "kernel", second, 2, NULL), OK);
	CHECK_INT(store_migrate(s, "kernel", second, 2, NULL), OK);
	CHECK_INT(store_version(s, "kernel"), 2);
	diag_init(&d);
	CHECK_INT(store_migrate(s, "kernel", first, 1, &d), ERR_UNSUPPORTED);
	CHECK_STR(str_of(d.code), "store.newer");
	store_close(s);
}

TEST(each_part_of_the_schema_has_its_own_numbers)
{
	static const struct store_migration own[] = { { 1, "own", "CREATE TABLE of_a_room(id INTEGER PRIMARY KEY);" } };
	struct store *s = memory_store();
	REQUIRE(s);
	CHECK_INT(store_version(s, "room"), 0);
	CHECK_INT(store_migrate(s, "room", own, 1, NULL), OK);
	CHECK_INT(store_migrate(s, "room", own, 1, NULL), OK);
	CHECK_INT(store_version(s, "room"), 1);
	CHECK_INT(store_migrate(s, "kernel", second, 2, NULL), OK);
	CHECK_INT(store_version(s, "kernel"), 2);
	CHECK_INT(store_version(s, "room"), 1);
	store_close(s);
}

TEST(a_failing_migration_changes_nothing)
{
	static const struct store_migration bad[] = {
		{ 1, "one", "CREATE TABLE t(v TEXT PRIMARY KEY);" },
		{ 2, "bad", "CREATE TABLE u(x TEXT); CREATE TABLE u(x TEXT);" },
	};
	struct store *s = memory_store();
	REQUIRE(s);
	CHECK(store_migrate(s, "kernel", bad, 2, NULL) != OK);
	CHECK_INT(store_version(s, "kernel"), 1);
	CHECK_INT(store_run(s, run_insert, TEXT("still here")), OK);
	store_close(s);
}

/* ---- with the writer's thread ---- */

struct file_store { const char *dir; char path[160]; struct store *s; int *turned; };
static void told_turned(void *arg);

static bool file_store_open(struct file_store *f, uint32_t queue_max)
{
	struct store_options o = { .durable = true, .queue_max = queue_max, .batch_max = 512, .turned = f->turned ? told_turned : NULL, .turned_arg = f->turned };
	if (!f->dir) {
		f->dir = test_folder("store");
		snprintf(f->path, sizeof f->path, "%s/t.db", f->dir);
	}
	return store_open(test_place(f->path), &o, &f->s, NULL) == OK && store_migrate(f->s, "kernel", first, 1, NULL) == OK;
}

static void file_store_remove(struct file_store *f)
{
	test_folder_remove(f->dir);
}

struct writer_arg { struct store *s; int from, ok; };

static void *many_inserts(void *arg)
{
	struct writer_arg *w = arg;
	char text[32];
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "n%d", w->from + i);
		w->ok += store_run(w->s, run_insert, text) == OK;
	}
	return NULL;
}

TEST(many_writers_share_commits_and_lose_nothing)
{
	enum { WRITERS = 8 };
	struct file_store f = { .s = NULL };
	struct writer_arg args[WRITERS];
	struct os_thread *threads[WRITERS];
	REQUIRE(file_store_open(&f, 0));
	for (int i = 0; i < WRITERS; i++) {
		args[i] = (struct writer_arg){ f.s, i * 100, 0 };
		REQUIRE(os_thread_start(&threads[i], many_inserts, &args[i]) == OK);
	}
	int ok = 0;
	for (int i = 0; i < WRITERS; i++) {
		os_thread_join(threads[i]);
		ok += args[i].ok;
	}
	CHECK_INT(ok, 800);
	CHECK_INT(count(f.s), 800);
	const struct store_stats *stats = store_stats(f.s);
	CHECK(histogram_count(&stats->commit_us) < stats->batch_jobs.sum);
	CHECK_INT(histogram_count(&stats->wait_us), (int64_t)stats->batch_jobs.sum);
	store_close(f.s);
	/* opened again: what was acknowledged is there */
	REQUIRE(file_store_open(&f, 0));
	CHECK_INT(count(f.s), 800);
	store_close(f.s);
	file_store_remove(&f);
}

struct gate { struct store_job job; struct os_mutex lock; struct os_cond cond; bool entered, open; int done; };

static enum err gate_run(struct store_job *job, struct store_conn *c)
{
	struct gate *g = (struct gate *)job;
	(void)c;
	os_mutex_lock(&g->lock);
	g->entered = true;
	os_cond_broadcast(&g->cond);
	while (!g->open)
		os_cond_wait(&g->cond, &g->lock);
	os_mutex_unlock(&g->lock);
	return OK;
}

static void gate_done(struct store_job *job, enum err e)
{
	struct gate *g = (struct gate *)job;
	(void)e;
	os_mutex_lock(&g->lock);
	g->done++;
	os_cond_broadcast(&g->cond);
	os_mutex_unlock(&g->lock);
}

/* The writer waits inside a job until the gate is opened: what is submitted meanwhile is one batch. */
static bool gate_close(struct gate *g, struct store *s)
{
	*g = (struct gate){ .job = { .run = gate_run, .done = gate_done } };
	os_mutex_init(&g->lock);
	os_cond_init(&g->cond);
	if (store_submit(s, &g->job) != OK)
		return false;
	os_mutex_lock(&g->lock);
	while (!g->entered)
		os_cond_wait(&g->cond, &g->lock);
	os_mutex_unlock(&g->lock);
	return true;
}

static void gate_open(struct gate *g)
{
	os_mutex_lock(&g->lock);
	g->open = true;
	os_cond_broadcast(&g->cond);
	os_mutex_unlock(&g->lock);
}

static void gate_end(struct gate *g)
{
	os_cond_destroy(&g->cond);
	os_mutex_destroy(&g->lock);
}

/* A job of a batch: what it writes, when it refuses, how often it ran and what it was told. */
struct told { struct store_job job; const char *text; bool refuse, late; int runs, done; enum err err; };

static enum err told_run(struct store_job *job, struct store_conn *c)
{
	struct told *t = (struct told *)job;
	t->runs++;
	if (t->refuse && !t->late)
		return ERR_DENIED;
	TRY(insert(c, t->text));
	return t->refuse ? ERR_DENIED : OK;
}

static void told_done(struct store_job *job, enum err e)
{
	struct told *t = (struct told *)job;
	t->done++;
	t->err = e;
}

static void told_turned(void *arg)
{
	++*(int *)arg;
}

TEST(one_that_refuses_harms_no_other_of_its_batch)
{
	static const struct { const char *name; bool late; const char *third; enum err third_err; int runs; int64_t rows; } rows[] = {
		/* who has written nothing is left out; who has is undone with the whole batch, which is run once more */
		{ "before it writes", false, "丙", OK, 1, 2 },
		{ "after it wrote", true, "丙", OK, 2, 2 },
		/* the constraint refuses the third by itself: on SQLite at once, on a server when the batch is settled */
		{ "and another meets a constraint", true, "甲", ERR_CONFLICT, 2, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct file_store f = { .s = NULL };
		struct gate g;
		struct told jobs[3] = { { .text = "甲" }, { .text = "乙", .refuse = true, .late = rows[i].late }, { .text = rows[i].third } };
		int turned = 0;
		ROW(rows[i].name);
		f.turned = &turned;
		REQUIRE(file_store_open(&f, 0));
		REQUIRE(gate_close(&g, f.s));
		turned = 0;
		for (size_t k = 0; k < 3; k++) {
			jobs[k].job = (struct store_job){ .run = told_run, .done = told_done };
			REQUIRE(store_submit(f.s, &jobs[k].job) == OK);
		}
		gate_open(&g);
		CHECK_INT(count(f.s), rows[i].rows);
		CHECK_INT(jobs[0].err, OK);
		CHECK_INT(jobs[1].err, ERR_DENIED);
		CHECK_INT(jobs[2].err, rows[i].third_err);
		for (size_t k = 0; k < 3; k++)
			CHECK_INT(jobs[k].done, 1);
		CHECK_INT(jobs[0].runs, rows[i].runs);
		CHECK(turned >= rows[i].runs - 1); /* what was remembered of the first run is forgotten */
		store_close(f.s);
		file_store_remove(&f);
		gate_end(&g);
	}
	ROW(NULL);
}

static int filler_done;
static enum err filler_run(struct store_job *job, struct store_conn *c)
{
	(void)job;
	return insert(c, "filler");
}
static void filler_finished(struct store_job *job, enum err e)
{
	(void)job;
	filler_done += e == OK;
}

TEST(a_full_queue_says_busy_at_once_and_takes_nothing)
{
	struct file_store f = { .s = NULL };
	struct gate g;
	struct store_job one = { .run = filler_run, .done = filler_finished }, two = one;
	filler_done = 0;
	REQUIRE(file_store_open(&f, 1));
	REQUIRE(gate_close(&g, f.s));
	CHECK_INT(store_submit(f.s, &one), OK);
	CHECK_INT(store_submit(f.s, &two), ERR_BUSY);
	CHECK_INT(store_stats(f.s)->queue, 1);
	CHECK_INT(store_stats(f.s)->busy, 1);
	gate_open(&g);
	store_close(f.s); /* finishes the queue */
	CHECK_INT(g.done, 1);
	CHECK_INT(filler_done, 1);
	file_store_remove(&f);
	gate_end(&g);
}

/* ---- one batch ---- */

struct batch_job { struct store_job job; const char *text; enum err (*act)(void *arg, struct store_conn *c); enum err told; int runs, done; };

static enum err batch_run(struct store_job *job, struct store_conn *c)
{
	struct batch_job *b = (struct batch_job *)job;
	char text[32];
	b->runs++;
	snprintf(text, sizeof text, "%s", b->text);
	return b->act(text, c);
}

static void batch_told(struct store_job *job, enum err e)
{
	struct batch_job *b = (struct batch_job *)job;
	b->told = e;
	b->done++;
}

static enum err run_refuse(void *arg, struct store_conn *c)
{
	(void)arg;
	(void)c;
	return ERR_DENIED;
}

/* Waits in the queue behind a gate, so that all are one batch. */
static void run_as_one_batch(struct file_store *f, struct batch_job *jobs, size_t n)
{
	struct gate g = { .job = { .run = gate_run, .done = gate_done } };
	os_mutex_init(&g.lock);
	os_cond_init(&g.cond);
	REQUIRE(store_submit(f->s, &g.job) == OK);
	os_mutex_lock(&g.lock);
	while (!g.entered)
		os_cond_wait(&g.cond, &g.lock);
	os_mutex_unlock(&g.lock);
	for (size_t i = 0; i < n; i++) {
		jobs[i].job = (struct store_job){ .run = batch_run, .done = batch_told };
		CHECK_INT(store_submit(f->s, &jobs[i].job), OK);
	}
	os_mutex_lock(&g.lock);
	g.open = true;
	os_cond_broadcast(&g.cond);
	os_mutex_unlock(&g.lock);
	(void)count(f->s); /* behind them in the queue */
	os_cond_destroy(&g.cond);
	os_mutex_destroy(&g.lock);
}

TEST(of_a_batch_each_job_alone_is_refused)
{
	static const struct { const char *name; enum err (*act)(void *arg, struct store_conn *c); const char *text; enum err want; int64_t there; } rows[] = {
		{ "a refusal before anything was written", run_refuse, "b", ERR_DENIED, 2 },
		{ "a refusal after something was written", run_insert_then_refuse, "b", ERR_DENIED, 2 },
		{ "a statement that the database refuses, found out when all are done", run_insert, "a", ERR_CONFLICT, 2 },
		{ "none", run_insert, "b", OK, 3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct file_store f = { .s = NULL };
		struct batch_job jobs[] = { { .text = "a", .act = run_insert }, { .text = rows[i].text, .act = rows[i].act }, { .text = "c", .act = run_insert } };
		REQUIRE(file_store_open(&f, 0));
		run_as_one_batch(&f, jobs, 3);
		CHECK_INT(jobs[0].told, OK);
		CHECK_INT(jobs[1].told, rows[i].want);
		CHECK_INT(jobs[2].told, OK);
		CHECK_INT(count(f.s), rows[i].there);
		if (rows[i].act == run_refuse || rows[i].want == OK)
			CHECK_INT(jobs[0].runs, 1); /* nobody is asked twice for a refusal that left nothing */
		store_close(f.s);
		file_store_remove(&f);
		test_place_forget(f.path);
	}
}

TEST(what_the_writer_remembers_it_forgets_when_others_wrote)
{
	struct file_store f = { .s = NULL };
	struct store *other;
	struct store_options o = { .inline_writer = true };
	if (!test_on_postgresql())
		SKIP("a file has one writer");
	REQUIRE(file_store_open(&f, 0));
	REQUIRE(store_open(test_place(f.path), &o, &other, NULL) == OK);
	CHECK_INT(count(f.s), 0);
	CHECK_INT(count(f.s), 0); /* this one is remembered */
	CHECK_INT(store_run(other, run_insert, TEXT("of the other")), OK);
	CHECK_INT(count(f.s), 1);
	CHECK_INT(store_run(f.s, run_insert, TEXT("of its own")), OK);
	CHECK_INT(count(f.s), 2);
	CHECK_INT(test_sql(f.path, "INSERT INTO t(v) VALUES('by hand')"), 1);
	CHECK_INT(count(f.s), 3);
	CHECK_INT(store_run(f.s, run_insert_then_refuse, TEXT("no")), ERR_DENIED);
	CHECK_INT(count(f.s), 3);
	CHECK_INT(count(other), 3);
	store_close(other);
	store_close(f.s);
	file_store_remove(&f);
}

/* ---- months ---- */

static int64_t rows_of(const struct file_store *f, const char *table)
{
	char sql[96];
	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
	return test_sql(f->path, sql);
}

static int64_t partitions(const struct file_store *f)
{
	return test_sql(f->path, "SELECT count(*) FROM pg_inherits i WHERE i.inhparent=to_regclass('h')");
}

static enum err add_history(void *arg, struct store_conn *c)
{
	struct store_query *q;
	int64_t *next = arg;
	for (int i = 0; i < 10; i++) {
		TRY(store_prepare(c, "INSERT INTO h(id, v) VALUES(?1, ?2)", &q));
		store_bind_i64(q, 1, (*next)++);
		store_bind_str(q, 2, S("v"));
		TRY(store_exec(q));
	}
	return OK;
}

TEST(history_is_kept_apart_by_month)
{
	static const struct store_migration history[] = {
		{ 1, "history", "CREATE TABLE h(id INTEGER PRIMARY KEY, v TEXT NOT NULL); CREATE INDEX h_v ON h(v, id); CREATE VIEW h_all AS SELECT id, v FROM h;" },
		{ 2, "a column later", "ALTER TABLE h ADD COLUMN w TEXT;" },
	};
	static const struct store_monthly monthly = { "h", "id", "h", "id" };
	struct file_store f = { .s = NULL };
	int64_t next = 1;
	if (!test_on_postgresql())
		SKIP("a file has no partitions");
	REQUIRE(file_store_open(&f, 0));
	REQUIRE(store_migrate(f.s, "history", history, 1, NULL) == OK);
	CHECK_INT(store_run(f.s, add_history, &next), OK);
	CHECK_INT(store_months(f.s, &monthly, 1, 202612, NULL), OK); /* 1 to 10 stay in the first; what comes is December's */
	CHECK_INT(store_run(f.s, add_history, &next), OK);
	CHECK_INT(store_months(f.s, &monthly, 1, 202612, NULL), OK); /* once more: nothing */
	CHECK_INT(partitions(&f), 2);
	CHECK_INT(store_months(f.s, &monthly, 1, 202701, NULL), OK);
	CHECK_INT(store_run(f.s, add_history, &next), OK);
	CHECK_INT(store_months(f.s, &monthly, 1, 202611, NULL), OK); /* a clock that went back begins no month */
	CHECK_INT(store_months(f.s, &monthly, 1, 202702, NULL), OK);
	CHECK_INT(store_months(f.s, &monthly, 1, 202703, NULL), OK); /* a month in which nothing came */
	CHECK_INT(store_run(f.s, add_history, &next), OK);
	CHECK_INT(partitions(&f), 5);
	CHECK_INT(rows_of(&f, "h_first"), 10);
	CHECK_INT(rows_of(&f, "h_m202612"), 10);
	CHECK_INT(rows_of(&f, "h_m202701"), 10);
	CHECK_INT(rows_of(&f, "h_m202702") + rows_of(&f, "h_m202703"), 10);
	CHECK_INT(rows_of(&f, "h_all"), 40);
	CHECK_INT(store_run(f.s, add_history, &(int64_t){ 5 }), ERR_CONFLICT); /* a key is one key in all of them */
	/* a table that was too large to be looked at under the turn: the condition was told, then its teller went */
	CHECK_INT(test_sql(f.path, "ALTER TABLE h_m202703 ADD CONSTRAINT month_bound CHECK (id<1041) NOT VALID") >= 0, 1);
	CHECK_INT(store_run(f.s, add_history, &next), OK);
	CHECK_INT(store_months(f.s, &monthly, 1, 202704, NULL), OK);
	CHECK_INT(test_sql(f.path, "SELECT count(*) FROM pg_constraint WHERE conname='month_bound'"), 0);
	next = 1040;
	CHECK_INT(store_run(f.s, add_history, &next), OK); /* 1040 is March's, nine are April's */
	CHECK_INT(rows_of(&f, "h_m202704"), 9);
	CHECK_INT(store_migrate(f.s, "history", history, 2, NULL), OK); /* migrations know nothing of it */
	CHECK_INT(rows_of(&f, "h WHERE w IS NULL"), 60);
	store_close(f.s);
	file_store_remove(&f);
}

/* A view in place of the counter, which fails as it is told to. */
TEST(what_hinders_a_month_is_told_apart)
{
	static const struct store_migration history[] = { { 1, "history", "CREATE TABLE h(id INTEGER PRIMARY KEY, v TEXT NOT NULL);" } };
	static const struct store_monthly monthly = { "h", "id", "failing", "id" };
	static const struct { const char *state; enum err want; } cases[] = {
		{ "55P03", ERR_BUSY }, /* a lock was not to be had */
		{ "40P01", ERR_BUSY }, /* a deadlock */
		{ "57P01", ERR_BUSY }, /* the server goes */
		{ "08006", ERR_BUSY }, /* the connection went */
		{ "25006", ERR_BUSY }, /* this is a standby by now */
		{ "42501", ERR_IO },   /* no right to do so */
		{ "53100", ERR_IO },   /* the disk is full */
	};
	struct file_store f = { .s = NULL };
	if (!test_on_postgresql())
		SKIP("a file has no partitions");
	REQUIRE(file_store_open(&f, 0));
	REQUIRE(store_migrate(f.s, "history", history, 1, NULL) == OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char sql[320];
		snprintf(sql, sizeof sql, "CREATE OR REPLACE FUNCTION fails() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE=''%s'', MESSAGE=''as told''; END';"
		                          " CREATE OR REPLACE VIEW failing AS SELECT fails() AS id", cases[i].state);
		struct diag d;
		diag_init(&d);
		REQUIRE(test_server_run(test_place(f.path), sql));
		CHECK_INT(store_months(f.s, &monthly, 1, 202612, &d), cases[i].want);
		CHECK(strstr(d.text, "as told") != NULL);
		CHECK_INT(partitions(&f), 1); /* what was there is the first; nothing was cut */
	}
	store_close(f.s);
	file_store_remove(&f);
}

/* Writes until the log has begun anew; how many bytes it had before, 0 = it never did. */
static int64_t bytes_before_anew(struct file_store *f, int most)
{
	const struct store_stats *stats = store_stats(f->s);
	static int serial;
	int64_t before = 0;
	char text[32];
	for (int i = 0; i < most; i++) {
		snprintf(text, sizeof text, "written %d", serial++);
		if (store_run(f->s, run_insert, text) != OK)
			return -1;
		int64_t now = (int64_t)stats->log_bytes;
		if (now < before)
			return before;
		before = now;
	}
	return 0;
}

TEST(the_log_begins_anew_beside_the_writer_unless_a_reader_holds_it)
{
	struct file_store f = { .s = NULL };
	struct store_conn *c;
	struct store_query *q;
	bool row;
	char other[] = "other";
	if (test_on_postgresql())
		SKIP("a server looks after its own log");
	REQUIRE(file_store_open(&f, 0));
	store_close(f.s);
	struct store_options o = { .durable = true, .log_bytes = 100 << 10 };
	REQUIRE(store_open(f.path, &o, &f.s, NULL) == OK);
	CHECK(bytes_before_anew(&f, 20000) >= 100 << 10);
	REQUIRE(store_reader_take(f.s, &c) == OK);
	REQUIRE(store_prepare(c, "SELECT count(*) FROM t", &q) == OK && store_step(q, &row) == OK && row);
	store_reset(q);
	CHECK_INT(store_run(f.s, run_insert, other), OK); /* what the reader does not see must stay in the log */
	CHECK_INT(bytes_before_anew(&f, 300), 0);
	store_reader_give(f.s, c);
	CHECK(bytes_before_anew(&f, 20000) > 0);
	CHECK(histogram_count(&store_stats(f.s)->checkpoint_us) >= 2);
	store_close(f.s);
	file_store_remove(&f);
}

/* In the order of their bytes. None is another's spelling where a server has to spell one (pg_text.c). */
#define ANY(s) { s, sizeof s - 1 }
static const struct str any_text[] = {
	ANY(""), ANY("\0"), ANY("\0\0"), ANY("\0\1"), ANY("\0\2"), ANY("\0a"), ANY("\1"), ANY("\1\0"), ANY("\1\1"), ANY("\1\1\1"), ANY("\1\2"), ANY("\1\2\1"), ANY("\1\3"), ANY("\1a"),
	ANY("\1张"), ANY("\2"), ANY("a\0b"), ANY("a\1"), ANY("a\1\1b"), ANY("a\1\2"), ANY("张\0三"), ANY("张\1三"),
};
enum { ANY_TEXTS = sizeof any_text / sizeof *any_text };

static enum err insert_any(void *arg, struct store_conn *c)
{
	struct store_query *q;
	(void)arg;
	for (size_t i = ANY_TEXTS; i--;) {
		TRY(store_prepare(c, "INSERT INTO t(v, w) VALUES(?1, ?2)", &q));
		store_bind_str(q, 1, any_text[i]);
		store_bind_str(q, 2, S("beside it"));
		TRY(store_exec(q));
	}
	return OK;
}

static enum err look_at_any(void *arg, struct store_conn *c)
{
	struct store_query *q;
	bool row = true;
	size_t *n = arg;
	TRY(store_prepare(c, "SELECT v, w FROM t ORDER BY v", &q));
	for (*n = 0; row;) {
		TRY(store_step(q, &row));
		if (!row || *n == ANY_TEXTS)
			break;
		CHECK(str_eq(store_col_str(q, 0), any_text[*n]));
		CHECK_STR(store_col_str(q, 1), "beside it");
		CHECK(str_eq(store_col_str(q, 0), any_text[(*n)++])); /* the second time too */
	}
	for (size_t i = 0; i < ANY_TEXTS; i++) {
		TRY(store_prepare(c, "SELECT v FROM t WHERE v=?1", &q));
		store_bind_str(q, 1, any_text[i]);
		TRY(store_step(q, &row));
		CHECK(row && str_eq(store_col_str(q, 0), any_text[i]));
		store_reset(q);
	}
	return OK;
}

TEST(any_text_is_kept_and_found_and_stands_in_the_order_of_its_bytes)
{
	size_t n = 0;
	struct store *s = memory_store();
	REQUIRE(s && store_migrate(s, "kernel", second, 2, NULL) == OK);
	CHECK_INT(store_run(s, insert_any, NULL), OK);
	CHECK_INT(store_run(s, look_at_any, &n), OK);
	CHECK_INT(n, ANY_TEXTS);
	CHECK_INT(store_run(s, look_at_any, &n), OK); /* kept answers too */
	store_close(s);
}

TEST(a_reader_sees_one_moment_and_then_the_next)
{
	struct file_store f = { .s = NULL };
	struct store_conn *c;
	int64_t n = 0;
	REQUIRE(file_store_open(&f, 0));
	CHECK_INT(store_run(f.s, run_insert, TEXT("before")), OK);
	REQUIRE(store_reader_take(f.s, &c) == OK);
	CHECK_INT(run_count(&n, c), OK);
	CHECK_INT(n, 1);
	CHECK_INT(store_run(f.s, run_insert, TEXT("meanwhile")), OK);
	CHECK_INT(run_count(&n, c), OK);
	CHECK_INT(n, 1);
	store_reader_give(f.s, c);
	REQUIRE(store_reader_take(f.s, &c) == OK);
	CHECK_INT(run_count(&n, c), OK);
	CHECK_INT(n, 2);
	store_reader_give(f.s, c);
	store_close(f.s);
	file_store_remove(&f);
}

TEST(a_long_result_comes_row_by_row_and_may_be_given_up)
{
	struct file_store f = { .s = NULL };
	struct writer_arg many;
	struct store_conn *c;
	struct store_query *q;
	bool row = true;
	int n = 0;
	REQUIRE(file_store_open(&f, 0));
	many = (struct writer_arg){ f.s, 0, 0 };
	many_inserts(&many);
	REQUIRE(store_reader_take(f.s, &c) == OK);
	REQUIRE(store_prepare(c, "SELECT v FROM t ORDER BY v", &q) == OK);
	store_stream(q);
	for (; store_step(q, &row) == OK && row; n++)
		CHECK(str_starts(store_col_str(q, 0), S("n")));
	CHECK_INT(n, 100);
	REQUIRE(store_prepare(c, "SELECT v FROM t ORDER BY v DESC", &q) == OK);
	store_stream(q);
	REQUIRE(store_step(q, &row) == OK);
	CHECK_STR(store_col_str(q, 0), "n99");
	store_reset(q); /* the other ninety-nine are not wanted */
	int64_t all = 0;
	CHECK_INT(run_count(&all, c), OK);
	CHECK_INT(all, 100);
	REQUIRE(store_prepare(c, "SELECT v FROM t WHERE v>?1", &q) == OK);
	store_bind_str(q, 1, S("n5"));
	store_stream(q);
	REQUIRE(store_step(q, &row) == OK);
	store_reader_give(f.s, c); /* and here the whole reader is given up */
	REQUIRE(store_reader_take(f.s, &c) == OK);
	CHECK_INT(run_count(&all, c), OK);
	CHECK_INT(all, 100);
	store_reader_give(f.s, c);
	store_close(f.s);
	file_store_remove(&f);
}

/* ---- scratch ---- */

/* Bytes in SQLite's nameless files that this process has open. */
static int64_t nameless_bytes(void)
{
	int64_t bytes = 0;
	for (int fd = 0; fd < 256; fd++) {
		char link[64], to[512];
		struct stat st;
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		ssize_t n = readlink(link, to, sizeof to - 1);
		if (n > 0 && str_find(str_span(to, (size_t)n), S("etilqs")) >= 0 && fstat(fd, &st) == 0)
			bytes += st.st_size;
	}
	return bytes;
}

static enum err add_mib(void *arg, struct store_conn *c)
{
	for (int i = 0; i < *(int *)arg; i++)
		TRY(store_script(c, "INSERT INTO big(v) VALUES(zeroblob(1048576))", NULL));
	return OK;
}

static enum err sum_mib(void *arg, struct store_conn *c)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT sum(length(v))/1048576 FROM big", &q));
	TRY(store_step(q, &row));
	*(int64_t *)arg = store_col_i64(q, 0);
	store_reset(q);
	return OK;
}

/* Who looks through a record and meets what is wrong stops there; the next asks on the same connection. */
TEST(a_long_result_that_was_given_up_hinders_nobody_after_it)
{
	struct store *s = memory_store();
	struct store_conn *c;
	struct store_query *q;
	bool row = false;
	REQUIRE(s);
	CHECK_INT(store_run(s, run_insert, TEXT("甲")), OK);
	CHECK_INT(store_run(s, run_insert, TEXT("乙")), OK);
	REQUIRE(store_reader_take(s, &c) == OK && store_prepare(c, "SELECT v FROM t ORDER BY v", &q) == OK);
	store_stream(q);
	CHECK(store_step(q, &row) == OK && row);
	CHECK_INT(store_reader_give(s, c), OK);
	int64_t n = 0;
	REQUIRE(store_reader_take(s, &c) == OK);
	CHECK_INT(run_count(&n, c), OK);
	CHECK_INT(n, 2);
	CHECK_INT(store_reader_give(s, c), OK);
	store_close(s);
}

TEST(a_database_for_a_while_lies_in_memory_while_small_and_leaves_no_file)
{
	static const struct store_migration big[] = { { 1, "big", "CREATE TABLE big(id INTEGER PRIMARY KEY, v BLOB NOT NULL)", NULL } };
	struct store_options o = { .inline_writer = true }, threaded = { .inline_writer = false };
	struct store *s = NULL;
	struct diag d;
	int64_t all = 0;
	REQUIRE(store_open(STORE_SCRATCH, &o, &s, NULL) == OK && store_migrate(s, "big", big, 1, NULL) == OK);
	CHECK_INT(store_run(s, add_mib, &(int){ 4 }), OK);
	CHECK_INT(nameless_bytes(), 0);
	CHECK_INT(store_run(s, add_mib, &(int){ 76 }), OK); /* beyond the 64 that are kept in memory */
	CHECK(nameless_bytes() > 10 << 20);
	CHECK_INT(store_run(s, sum_mib, &all), OK);
	CHECK_INT(all, 80);
	store_close(s);
	CHECK_INT(nameless_bytes(), 0);
	diag_init(&d);
	CHECK_INT(store_open(STORE_SCRATCH, &threaded, &s, &d), ERR_INVALID); /* another connection would see another database */
	CHECK_STR(str_of(d.code), "store.memory-inline");
}

TEST(what_is_no_database_is_refused_by_name)
{
	struct file_store f = { .s = NULL };
	struct diag d;
	struct store_options o = { .durable = true };
	if (test_on_postgresql())
		SKIP("a database on a server is no file");
	REQUIRE(file_store_open(&f, 0));
	store_close(f.s);
	REQUIRE(os_file_write(f.path, S("this is a letter, not a database, and it is long enough to be read as a header of one"), NULL) == OK);
	diag_init(&d);
	CHECK_INT(store_open(test_place(f.path), &o, &f.s, &d), ERR_CORRUPT);
	CHECK_STR(str_of(d.code), "store.corrupt");
	file_store_remove(&f);
}

/* Without a log in its place it could be read, and a server that begins meanwhile would not be seen. */
TEST(a_file_that_is_another_users_is_not_read_and_says_whose_it_must_be)
{
	enum { NOBODY = 65534 };
	struct file_store f = { .s = NULL };
	struct store_options o = { .inline_writer = true, .reading = true };
	struct diag d;
	char folder[200];
	if (test_on_postgresql())
		SKIP("a database on a server is no file");
	REQUIRE(file_store_open(&f, 0));
	store_close(f.s);
	snprintf(folder, sizeof folder, "%s", f.path);
	*strrchr(folder, '/') = 0;
	bool root = geteuid() == 0;
	REQUIRE(chmod(f.path, 0444) == 0 && chmod(folder, 0555) == 0 && (!root || seteuid(NOBODY) == 0));
	diag_init(&d);
	enum err e = store_open(f.path, &o, &f.s, &d);
	REQUIRE((!root || seteuid(0) == 0) && chmod(folder, 0755) == 0);
	CHECK_INT(e, ERR_IO);
	CHECK_STR(str_of(d.code), "store.not-yours");
	CHECK_STR(str_of(d.arg[0]), f.path);
	file_store_remove(&f);
}

/* The first page of a table's tree. */
static enum err run_root_of(int64_t *page, struct store_conn *c, const char *table)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(c, "SELECT rootpage FROM sqlite_master WHERE name=?1", &q) != OK)
		return ERR_NOT_FOUND;
	store_bind_str(q, 1, str_of(table));
	if (store_step(q, &row) == OK && row)
		*page = store_col_i64(q, 0);
	store_reset(q);
	return row ? OK : ERR_NOT_FOUND;
}

static bool spoil_page(const char *path, int64_t page, char value)
{
	FILE *file = fopen(path, "r+b");
	unsigned char size[2] = { 0 };
	bool done = file && fseek(file, 16, SEEK_SET) == 0 && fread(size, 1, 2, file) == 2 && /* of a page, in the file's own header */
	            fseek(file, (page - 1) * (size[0] << 8 | size[1]) + 3, SEEK_SET) == 0 && fputc(value, file) != EOF; /* the number of its cells */
	return file && fclose(file) == 0 && done;
}

static enum err run_read_other(void *arg, struct store_conn *c)
{
	struct store_query *q;
	bool row;
	(void)arg;
	TRY(store_prepare(c, "SELECT count(*) FROM other WHERE v>?1", &q));
	store_bind_str(q, 1, S(""));
	TRY(store_step(q, &row));
	store_reset(q);
	return OK;
}

static enum err run_insert_then_read_other(void *arg, struct store_conn *c)
{
	TRY(run_insert(arg, c));
	return run_read_other(NULL, c);
}

static enum err run_read_other_then_refuse(void *arg, struct store_conn *c)
{
	return run_read_other(arg, c) == OK ? OK : ERR_NOT_FOUND; /* takes what cannot be read for what is not there */
}

static enum err run_other(void *arg, struct store_conn *c)
{
	return store_script(c, arg, NULL);
}

/* A store with a table "other" whose only page is damaged. */
static bool damaged_store(struct file_store *f)
{
	struct store_conn *c;
	int64_t root = 0;
	if (!file_store_open(f, 0) || store_run(f->s, run_other, TEXT("CREATE TABLE other(v TEXT); INSERT INTO other(v) VALUES('x')")) != OK ||
	    store_reader_take(f->s, &c) != OK)
		return false;
	enum err e = run_root_of(&root, c, "other");
	store_reader_give(f->s, c);
	store_close(f->s);
	return e == OK && spoil_page(f->path, root, 0x7f) && file_store_open(f, 0);
}

TEST(who_needs_what_is_damaged_harms_no_other_of_its_batch)
{
	static const struct { const char *name; enum err (*act)(void *arg, struct store_conn *c); } rows[] = {
		{ "read first", run_read_other },
		{ "read after something was written", run_insert_then_read_other },
		{ "taken for something that is not there", run_read_other_then_refuse },
	};
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct file_store f = { .s = NULL };
		struct batch_job jobs[] = { { .text = "a", .act = run_insert }, { .text = "b", .act = rows[i].act }, { .text = "c", .act = run_insert_then_refuse },
			                    { .text = "d", .act = run_insert } };
		ROW(rows[i].name);
		REQUIRE(damaged_store(&f));
		run_as_one_batch(&f, jobs, 4);
		CHECK_INT(jobs[0].told, OK);
		CHECK_INT(jobs[1].told, ERR_CORRUPT);
		CHECK_INT(jobs[2].told, ERR_DENIED);
		CHECK_INT(jobs[3].told, OK);
		CHECK_INT(count(f.s), 2);
		CHECK_INT((int)store_stats(f.s)->damaged, 1);
		store_close(f.s);
		file_store_remove(&f);
	}
	ROW(NULL);
}

/* What the job at `i` of a batch does, by a letter: . writes, x needs what is damaged, X too after it wrote, r refuses, R too after it wrote. */
static enum err (*act_of(char letter))(void *arg, struct store_conn *c)
{
	return letter == 'x' ? run_read_other : letter == 'X' ? run_insert_then_read_other : letter == 'r' ? run_refuse : letter == 'R' ? run_insert_then_refuse : run_insert;
}

static enum err told_of(char letter)
{
	return letter == '.' ? OK : letter == 'r' || letter == 'R' ? ERR_DENIED : ERR_CORRUPT;
}

/* Rows that stand in the file before one whose job came earlier: texts are numbers of four digits, in the order of their jobs. */
static const char out_of_order[] = "SELECT count(*) FROM t a JOIN t b ON b.rowid=a.rowid+1 WHERE b.v<a.v";

TEST(however_many_of_a_batch_need_what_is_damaged_the_others_are_carried_out)
{
	enum { N = 512 }; /* all of one batch */
	static const struct { const char *name, *first, *again, *last; } rows[] = {
		{ "all", "x", "x", "x" },
		{ "all but the first", ".", "x", "x" },
		{ "all but the last", "x", "x", "." },
		{ "the first", "x", ".", "." },
		{ "the last", ".", ".", "x" },
		{ "the last, after it wrote", ".", ".", "X" },
		{ "the first and the last, and each second", "x", ".x", "x" },
		{ "each second after it wrote", ".", "X.", "X" },
		{ "two of three, and others refuse", "r", "xX.R.r", "R" },
		{ "one in forty", ".", "...............R.......................x", "." },
		{ "none", ".", "..r.R", "." },
	};
	static struct batch_job jobs[N];
	static char texts[N][8], letters[N];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct file_store f = { .s = NULL };
		int good = 0, hurt = 0, runs = 0;
		ROW(rows[i].name);
		REQUIRE(damaged_store(&f));
		for (size_t k = 0; k < N; k++) {
			letters[k] = k == 0 ? *rows[i].first : k == N - 1 ? *rows[i].last : rows[i].again[(k - 1) % strlen(rows[i].again)];
			snprintf(texts[k], sizeof texts[k], "%04d", (int)k);
			jobs[k] = (struct batch_job){ .text = texts[k], .act = act_of(letters[k]) };
		}
		int64_t batches = (int64_t)histogram_count(&store_stats(f.s)->batch_jobs);
		run_as_one_batch(&f, jobs, N);
		CHECK_INT((int64_t)histogram_count(&store_stats(f.s)->batch_jobs), batches + 3); /* behind the gate, before the counting */
		for (size_t k = 0; k < N; k++) {
			CHECK_INT(jobs[k].told, told_of(letters[k]));
			CHECK_INT(jobs[k].done, 1);
			CHECK(jobs[k].runs <= 4); /* lost with one behind it and then committed, each time without savepoints and with them */
			runs += jobs[k].runs;
			good += letters[k] == '.';
			hurt += letters[k] == 'x' || letters[k] == 'X';
		}
		CHECK(runs >= N && (hurt || runs <= 2 * N));
		CHECK_INT((int)store_stats(f.s)->damaged, hurt);
		CHECK_INT(count(f.s), good);
		store_close(f.s);
		CHECK_INT(test_sql(f.path, "SELECT count(*) FROM t"), good); /* and it is in the file */
		CHECK_INT(test_sql(f.path, out_of_order), 0);
		file_store_remove(&f);
	}
	ROW(NULL);
}

/* A disk that does not read, for whoever says so. */
static bool fault_met;

static enum err run_meet_fault(void *arg, struct store_conn *c)
{
	fault_met = true;
	return run_insert(arg, c);
}

static enum err lost_by_fault(struct store_conn *c)
{
	bool met = fault_met;
	(void)c;
	fault_met = false;
	return met ? ERR_IO : OK;
}

TEST(where_nothing_can_be_read_any_more_the_rest_of_a_batch_does_not_wait_for_it)
{
	enum { N = 100, ENOUGH = 32 };
	static const struct { const char *name; size_t good_each, run; } rows[] = {
		{ "nobody can read", N, ENOUGH },
		{ "the first can, and nobody after him", N - 1, ENOUGH + 2 }, /* the second is met with him */
		{ "one in ten can: it is not the disk", 10, N },
	};
	if (test_on_postgresql())
		SKIP("a server looks after its own disk");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct file_store f = { .s = NULL };
		struct batch_job jobs[N];
		char texts[N][8];
		int64_t good = 0;
		ROW(rows[i].name);
		REQUIRE(file_store_open(&f, 0) && count(f.s) == 0);
		struct store_driver driver = *f.s->driver;
		driver.lost = lost_by_fault;
		f.s->writer->driver = &driver;
		for (size_t k = 0; k < N; k++) {
			bool reads = rows[i].good_each < N && k % rows[i].good_each == 0 && k < N - 1;
			snprintf(texts[k], sizeof texts[k], "%d", (int)k);
			jobs[k] = (struct batch_job){ .text = texts[k], .act = reads ? run_insert : run_meet_fault };
			good += reads;
		}
		run_as_one_batch(&f, jobs, N);
		for (size_t k = 0; k < N; k++) {
			CHECK_INT(jobs[k].told, jobs[k].act == run_insert ? OK : ERR_IO);
			CHECK_INT(jobs[k].runs > 0, k < rows[i].run);
			CHECK_INT(jobs[k].done, 1);
		}
		CHECK_INT(count(f.s), good);
		store_close(f.s);
		file_store_remove(&f);
	}
	ROW(NULL);
}

TEST(a_damaged_table_is_named)
{
	struct file_store f = { .s = NULL };
	struct store_conn *c;
	struct diag d;
	int64_t root = 0;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(file_store_open(&f, 0));
	for (int i = 0; i < 300; i++) {
		char text[32];
		snprintf(text, sizeof text, "row %d", i);
		REQUIRE(store_run(f.s, run_insert, text) == OK);
	}
	REQUIRE(store_reader_take(f.s, &c) == OK);
	CHECK_INT(store_check(c, false, 0, NULL), OK);
	CHECK_INT(store_check(c, true, 1000000, NULL), OK);
	CHECK_INT(run_root_of(&root, c, "t"), OK);
	store_reader_give(f.s, c);
	store_close(f.s); /* all of it in the one file now */
	REQUIRE(spoil_page(f.path, root, 0x7f));
	struct store_options o = { .durable = true };
	REQUIRE(store_open(f.path, &o, &f.s, NULL) == OK);
	REQUIRE(store_reader_take(f.s, &c) == OK);
	diag_init(&d);
	CHECK_INT(store_check(c, true, 1000000, &d), ERR_CORRUPT);
	CHECK_STR(str_of(d.code), "store.damaged");
	CHECK(str_starts(str_of(d.arg[0]), S("t: ")));
	store_reader_give(f.s, c);
	store_close(f.s);
	file_store_remove(&f);
}

static enum err numbers(struct store_conn *c, int64_t most, int64_t *n)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT ?1) SELECT count(*) FROM n", &q));
	store_bind_i64(q, 1, most);
	TRY(store_step(q, &row));
	*n = row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return OK;
}

/* The next who is lent the connection has nothing to do with it. */
TEST(a_long_question_ends_when_nobody_waits_for_it_any_more)
{
	enum { SOME = 100000 };
	const int64_t for_ever = -1;
	struct file_store f = { .s = NULL };
	struct store_conn *c, *again;
	_Atomic bool over = false;
	int64_t n = 0;
	if (test_on_postgresql())
		SKIP("a server is not told to end one");
	REQUIRE(file_store_open(&f, 0));
	REQUIRE(store_reader_take(f.s, &c) == OK);
	store_reader_ends(c, &over);
	CHECK_INT(numbers(c, SOME, &n), OK);
	CHECK_INT(n, SOME);
	atomic_store(&over, true);
	CHECK_INT(numbers(c, for_ever, &n), ERR_IO);
	store_reader_give(f.s, c);
	REQUIRE(store_reader_take(f.s, &again) == OK);
	CHECK(again == c);
	CHECK_INT(numbers(again, SOME, &n), OK);
	store_reader_give(f.s, again);
	store_close(f.s);
	file_store_remove(&f);
}

TEST_MAIN
