/* test_flush.c - the sync beside the writer: who is told when, what a reader's answer waits for, and a sync that fails.
 *
 * The file system is the machine's own, but for its syncs: one of the log may be held at a gate, and syncs may fail.
 */
#include "tests/folder.h"
#include "tests/test.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <unistd.h>

#include "os/os.h"
#include "store/store.h"
#include "tests/unit/store/rows.h"

static struct {
	struct os_mutex lock;
	struct os_cond moved;
	bool closed;                /* syncs of the log wait */
	int at_gate, syncs;         /* of the log: waiting, done */
	int log_fails, file_fails;  /* so many of the next */
} disk;

static int (*real_open)(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out);
static const sqlite3_io_methods *real_log, *real_file;
static sqlite3_io_methods log_methods, file_methods;

static int sync_the_log(sqlite3_file *f, int flags)
{
	os_mutex_lock(&disk.lock);
	disk.at_gate++;
	os_cond_broadcast(&disk.moved);
	while (disk.closed)
		os_cond_wait(&disk.moved, &disk.lock);
	disk.at_gate--;
	disk.syncs++;
	bool fails = disk.log_fails > 0 && disk.log_fails--;
	os_cond_broadcast(&disk.moved);
	os_mutex_unlock(&disk.lock);
	return fails ? SQLITE_IOERR_FSYNC : real_log->xSync(f, flags);
}

static int sync_the_file(sqlite3_file *f, int flags)
{
	os_mutex_lock(&disk.lock);
	bool fails = disk.file_fails > 0 && disk.file_fails--;
	os_mutex_unlock(&disk.lock);
	return fails ? SQLITE_IOERR_FSYNC : real_file->xSync(f, flags);
}

static void instead(sqlite3_file *f, const sqlite3_io_methods **real, sqlite3_io_methods *ours, int (*sync)(sqlite3_file *f, int flags))
{
	if (!f->pMethods)
		return;
	*real = f->pMethods;
	*ours = *f->pMethods;
	ours->xSync = sync;
	f->pMethods = ours;
}

static int open_ours(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	int code = real_open(v, name, f, flags, out);
	os_mutex_lock(&disk.lock);
	if (flags & SQLITE_OPEN_WAL)
		instead(f, &real_log, &log_methods, sync_the_log);
	if (flags & SQLITE_OPEN_MAIN_DB)
		instead(f, &real_file, &file_methods, sync_the_file);
	os_mutex_unlock(&disk.lock);
	return code;
}

static void install(void)
{
	static sqlite3_vfs ours;
	if (real_open)
		return;
	os_mutex_init(&disk.lock);
	os_cond_init(&disk.moved);
	ours = *sqlite3_vfs_find(NULL);
	real_open = ours.xOpen;
	ours.zName = "gated";
	ours.pNext = NULL;
	ours.xOpen = open_ours;
	CHECK_INT(sqlite3_vfs_register(&ours, 1), SQLITE_OK);
}

static void gate(bool closed)
{
	os_mutex_lock(&disk.lock);
	disk.closed = closed;
	os_cond_broadcast(&disk.moved);
	os_mutex_unlock(&disk.lock);
}

static void fail_next(int log, int file)
{
	os_mutex_lock(&disk.lock);
	disk.log_fails = log;
	disk.file_fails = file;
	os_mutex_unlock(&disk.lock);
}

static void wait_at_gate(void)
{
	os_mutex_lock(&disk.lock);
	while (!disk.at_gate)
		os_cond_wait(&disk.moved, &disk.lock);
	os_mutex_unlock(&disk.lock);
}

static int syncs(void)
{
	os_mutex_lock(&disk.lock);
	int n = disk.syncs;
	os_mutex_unlock(&disk.lock);
	return n;
}

/* ---- a store and jobs that tell what becomes of them ---- */

struct place { const char *dir; char path[160]; struct store *s; };

static bool open_place(struct place *p)
{
	static const struct store_migration tables[] = { { 1, "one", "CREATE TABLE t(v INTEGER PRIMARY KEY, told INTEGER);" } };
	struct store_options o = { .durable = true };
	install();
	p->dir = test_folder("flush");
	snprintf(p->path, sizeof p->path, "%s/t.db", p->dir);
	return store_open(p->path, &o, &p->s, NULL) == OK && store_migrate(p->s, "kernel", tables, 1, NULL) == OK;
}

static void close_place(struct place *p)
{
	store_close(p->s);
	test_folder_remove(p->dir);
}

/* Who stands in his run is let go by number. */
static struct { struct os_mutex lock; struct os_cond moved; int gone; } floor_;

struct row {
	struct store_job job;
	int64_t v;
	int stands;             /* in its run, until so many are let go */
	enum err refuses;
	_Atomic bool ran, told;
	_Atomic int order;
	enum err err;
};

static _Atomic int told_count;

static void note(_Atomic bool *what)
{
	os_mutex_lock(&floor_.lock);
	atomic_store(what, true);
	os_cond_broadcast(&floor_.moved);
	os_mutex_unlock(&floor_.lock);
}

static void await(_Atomic bool *what)
{
	os_mutex_lock(&floor_.lock);
	while (!atomic_load(what))
		os_cond_wait(&floor_.moved, &floor_.lock);
	os_mutex_unlock(&floor_.lock);
}

static void let_go(void)
{
	os_mutex_lock(&floor_.lock);
	floor_.gone++;
	os_cond_broadcast(&floor_.moved);
	os_mutex_unlock(&floor_.lock);
}

static enum err run_row(struct store_job *job, struct store_conn *c)
{
	struct row *r = (struct row *)job;
	struct store_query *q;
	if (r->refuses != OK) {
		note(&r->ran);
		return r->refuses;
	}
	TRY(store_prepare(c, "INSERT INTO t(v) VALUES(?1)", &q));
	store_bind_i64(q, 1, r->v);
	TRY(store_exec(q));
	note(&r->ran);
	os_mutex_lock(&floor_.lock);
	while (floor_.gone < r->stands)
		os_cond_wait(&floor_.moved, &floor_.lock);
	os_mutex_unlock(&floor_.lock);
	return OK;
}

static void row_told(struct store_job *job, enum err e)
{
	struct row *r = (struct row *)job;
	r->err = e;
	atomic_store(&r->order, ++told_count);
	note(&r->told);
}

static void send(struct place *p, struct row *r, int64_t v)
{
	r->job = (struct store_job){ .run = run_row, .done = row_told };
	r->v = v;
	CHECK_INT(store_submit(p->s, &r->job), OK);
}

/* Rows 1 and 2 in two batches, with the sync of the first at the closed gate and the second carried out meanwhile. */
static void two_batches(struct place *p, struct row *one, struct row *two, struct row *refused)
{
	os_mutex_init(&floor_.lock);
	os_cond_init(&floor_.moved);
	floor_.gone = 0;
	one->stands = 1;
	two->stands = 2;
	gate(true);
	send(p, one, 1);
	await(&one->ran); /* alone in its batch */
	send(p, two, 2);  /* somebody waits: the sync is left to the other thread */
	refused->refuses = ERR_DENIED;
	send(p, refused, 3);
	let_go();
	wait_at_gate();
	await(&two->ran);
	let_go(); /* it is committed after that sync has begun */
	await(&refused->ran);
}

static int64_t seen(struct place *p)
{
	struct store_conn *c;
	int64_t n = -1;
	if (store_reader_take(p->s, &c) != OK)
		return -1;
	enum err e = run_count(&n, c);
	return store_reader_give(p->s, c) == OK && e == OK ? n : -1;
}

struct answer { struct store_wait wait; _Atomic bool over; enum err err; };

static void answer_over(struct store_wait *w, enum err e)
{
	struct answer *a = (struct answer *)w;
	a->err = e;
	note(&a->over);
}

static bool ask(struct place *p, struct answer *a, enum err *e)
{
	a->wait.done = answer_over;
	return store_when_durable(p->s, &a->wait, e);
}

TEST(the_next_batch_is_carried_out_during_a_sync_and_told_after_one_of_its_own)
{
	struct place p;
	struct row one = { .v = 0 }, two = { .v = 0 }, refused = { .v = 0 };
	REQUIRE(open_place(&p));
	two_batches(&p, &one, &two, &refused);
	CHECK(!one.told && !two.told && !refused.told);
	int before = syncs();
	gate(false);
	await(&refused.told);
	await(&two.told);
	CHECK_INT(syncs() - before, 2); /* the first was under way before the second batch was there */
	CHECK(one.told && one.order < two.order && two.order < refused.order);
	CHECK_INT(one.err, OK);
	CHECK_INT(two.err, OK);
	CHECK_INT(refused.err, ERR_DENIED);
	CHECK_INT(seen(&p), 2);
	close_place(&p);
}

TEST(what_a_reader_saw_is_told_when_it_is_on_the_disk)
{
	struct place p;
	struct row one = { .v = 0 }, two = { .v = 0 }, refused = { .v = 0 };
	struct answer a = { .err = OK }, later = { .err = OK };
	enum err e;
	REQUIRE(open_place(&p));
	CHECK(!ask(&p, &a, &e));
	CHECK_INT(e, OK); /* nothing is under way */
	two_batches(&p, &one, &two, &refused);
	CHECK(seen(&p) >= 1); /* committed, and not on the disk */
	CHECK(ask(&p, &a, &e));
	CHECK(!a.over);
	gate(false);
	await(&a.over);
	CHECK_INT(a.err, OK);
	CHECK(one.told);
	await(&two.told);
	await(&refused.told);
	CHECK(!ask(&p, &later, &e));
	CHECK_INT(e, OK);
	close_place(&p);
}

TEST(a_sync_that_failed_is_made_good_by_writing_the_log_once_more_and_nobody_hears_of_it)
{
	struct place p;
	struct row one = { .v = 0 }, two = { .v = 0 }, refused = { .v = 0 };
	struct answer a = { .err = OK };
	enum err e;
	REQUIRE(open_place(&p));
	two_batches(&p, &one, &two, &refused);
	CHECK(ask(&p, &a, &e));
	fail_next(1, 0);
	gate(false);
	await(&one.told);
	await(&two.told);
	await(&refused.told);
	await(&a.over);
	CHECK_INT(one.err, OK);
	CHECK_INT(two.err, OK);
	CHECK_INT(refused.err, ERR_DENIED);
	CHECK_INT(a.err, OK);
	CHECK_INT(seen(&p), 2);
	close_place(&p);
}

TEST(where_that_fails_too_all_are_told_and_nothing_is_done_until_the_disk_is_well)
{
	struct place p;
	struct row one = { .v = 0 }, two = { .v = 0 }, refused = { .v = 0 }, during = { .v = 0 }, after = { .v = 0 };
	struct answer a = { .err = OK };
	enum err e;
	REQUIRE(open_place(&p));
	two_batches(&p, &one, &two, &refused);
	CHECK(ask(&p, &a, &e));
	fail_next(1000000, 0);
	gate(false);
	await(&two.told);
	await(&refused.told);
	await(&a.over);
	CHECK_INT(one.err, ERR_IO);
	CHECK_INT(two.err, ERR_IO);
	CHECK_INT(refused.err, ERR_DENIED);
	CHECK_INT(a.err, ERR_IO);
	CHECK(!ask(&p, &a, &e));
	CHECK_INT(e, ERR_IO); /* no page either */
	send(&p, &during, 4);
	await(&during.told);
	CHECK_INT(during.err, ERR_IO);
	CHECK(!during.ran);
	fail_next(0, 0);
	send(&p, &after, 5);
	await(&after.told);
	CHECK_INT(after.err, OK);
	CHECK_INT(seen(&p), 3); /* 1, 2 and 5: what nobody could vouch for has come through */
	CHECK(!ask(&p, &a, &e));
	CHECK_INT(e, OK);
	close_place(&p);
}

/* What is written to a file that has no name any more, or another, is not there for whoever starts the next time. */
TEST(nothing_is_acknowledged_while_the_file_or_what_belongs_to_it_is_not_in_its_place)
{
	static const struct { const char *name, *tail; } rows[] = { { "the file", "" }, { "its log", "-wal" }, { "the log's index", "-shm" } };
	struct place p;
	REQUIRE(open_place(&p));
	for (int i = 0; i < 3; i++) {
		char from[200], to[220];
		struct row away = { .v = 0 }, back = { .v = 0 };
		struct answer a = { .err = OK };
		enum err e;
		ROW(rows[i].name);
		snprintf(from, sizeof from, "%s%s", p.path, rows[i].tail);
		snprintf(to, sizeof to, "%s.elsewhere", from);
		REQUIRE(os_file_rename(from, to, NULL) == OK);
		send(&p, &away, 10 * i + 1);
		await(&away.told);
		CHECK_INT(away.err, ERR_IO);
		CHECK(!ask(&p, &a, &e));
		CHECK_INT(e, ERR_IO);
		REQUIRE(os_file_rename(to, from, NULL) == OK);
		send(&p, &back, 10 * i + 2);
		await(&back.told);
		CHECK_INT(back.err, OK);
	}
	ROW(NULL);
	close_place(&p);
}

/* Whoever starts the next time follows the link to where it leads then; so does a reader that is opened anew. */
TEST(nothing_is_acknowledged_while_the_link_that_named_the_file_leads_elsewhere)
{
	struct store_options o = { .durable = true };
	struct place p;
	char link[200];
	struct row away = { .v = 0 }, back = { .v = 0 };
	REQUIRE(open_place(&p));
	store_close(p.s);
	snprintf(link, sizeof link, "%s/link.db", p.dir);
	REQUIRE(symlink("t.db", link) == 0);
	REQUIRE(store_open(link, &o, &p.s, NULL) == OK);
	REQUIRE(unlink(link) == 0 && symlink("other.db", link) == 0);
	send(&p, &away, 1);
	await(&away.told);
	CHECK_INT(away.err, ERR_IO);
	REQUIRE(unlink(link) == 0 && symlink("t.db", link) == 0);
	send(&p, &back, 2);
	await(&back.told);
	CHECK_INT(back.err, OK);
	close_place(&p);
}

TEST(a_start_that_cannot_bring_the_log_to_the_disk_says_so)
{
	struct place p;
	REQUIRE(open_place(&p));
	store_close(p.s);
	for (int i = 0; i < 2; i++) {
		struct store_options o = { .durable = true, .inline_writer = i };
		struct diag d;
		diag_init(&d);
		p.s = NULL;
		fail_next(1, 0);
		CHECK_INT(store_open(p.path, &o, &p.s, &d), ERR_IO);
		CHECK(strstr(d.text, "The log beside the database"));
		fail_next(0, 0);
	}
	close_place(&p);
}

static bool copy_of(const char *path, const char *tail, const char *to)
{
	struct arena a;
	struct str bytes;
	char from[200], there[200];
	arena_init(&a, 16 << 20);
	snprintf(from, sizeof from, "%s%s", path, tail);
	snprintf(there, sizeof there, "%s%s", to, tail);
	bool ok = os_file_read(&a, from, 16 << 20, &bytes, NULL) == OK && os_file_write(there, bytes, NULL) == OK;
	arena_release(&a);
	return ok;
}

/* As a killed process leaves it. */
static int64_t leave_one_killed(struct place *p, char *killed, char *log, size_t room)
{
	struct row row = { .v = 0 };
	if (!open_place(p))
		return -1;
	send(p, &row, 1);
	await(&row.told);
	snprintf(killed, room, "%s/killed.db", p->dir);
	snprintf(log, room, "%s-wal", killed);
	bool ok = copy_of(p->path, "", killed) && copy_of(p->path, "-wal", killed);
	store_close(p->s);
	return ok ? os_file_size(log) : -1;
}

/* Its closing is a checkpoint too, and that one's sync would say yes. */
TEST(a_command_that_cannot_bring_the_log_to_the_disk_copies_nothing_out_of_it)
{
	struct store_options o = { .durable = true };
	struct place p;
	char killed[180], log[180];
	int64_t bytes = leave_one_killed(&p, killed, log, sizeof killed);
	REQUIRE(bytes > 0);
	for (int i = 0; i < 2; i++) {
		o.inline_writer = i;
		fail_next(1, 0);
		CHECK_INT(store_open(killed, &o, &p.s, NULL), ERR_IO);
		fail_next(0, 0);
		CHECK_INT(os_file_size(log), bytes);
	}
	REQUIRE(store_open(killed, &o, &p.s, NULL) == OK);
	CHECK_INT(seen(&p), 1);
	close_place(&p);
}

/* Whoever starts looks at the file first, as a reader. */
TEST(who_only_reads_leaves_the_log_to_who_writes_it_once_more)
{
	struct place p;
	char killed[180], log[180];
	int64_t bytes = leave_one_killed(&p, killed, log, sizeof killed);
	REQUIRE(bytes > 0);
	REQUIRE(store_open(killed, &(struct store_options){ .inline_writer = true, .reading = true }, &p.s, NULL) == OK);
	CHECK_INT(seen(&p), 1);
	store_close(p.s);
	CHECK_INT(os_file_size(log), bytes);
	REQUIRE(store_open(killed, &(struct store_options){ .durable = true }, &p.s, NULL) == OK);
	CHECK_INT(seen(&p), 1);
	store_close(p.s);
	CHECK(!os_name_taken(log));
	REQUIRE(store_open(killed, &(struct store_options){ .inline_writer = true, .reading = true }, &p.s, NULL) == OK);
	CHECK_INT(seen(&p), 1);
	store_close(p.s);
	CHECK(!os_name_taken(log));
	test_folder_remove(p.dir);
}

struct asker { struct store_job job; struct store *s; int64_t since_us; _Atomic bool told; };

static enum err ask_nothing(struct store_job *job, struct store_conn *c)
{
	(void)job;
	(void)c;
	return OK;
}

static void look_whether_busy(struct store_job *job, enum err e)
{
	struct asker *a = (struct asker *)job;
	CHECK_INT(e, OK);
	a->since_us = store_busy_since_us(a->s);
	note(&a->told);
}

/* After a disk that stood still for long whoever was told comes again at once, and was refused for it. */
TEST(who_is_told_finds_nothing_under_way)
{
	struct place p;
	REQUIRE(open_place(&p));
	struct asker a = { .job = { .run = ask_nothing, .done = look_whether_busy }, .s = p.s };
	REQUIRE(store_submit(p.s, &a.job) == OK);
	await(&a.told);
	CHECK_INT(a.since_us, 0);
	close_place(&p);
}

TEST(closing_tells_everybody_also_after_a_sync_that_failed)
{
	struct place p;
	struct row one = { .v = 0 }, two = { .v = 0 }, refused = { .v = 0 };
	REQUIRE(open_place(&p));
	two_batches(&p, &one, &two, &refused);
	fail_next(1, 0);
	gate(false);
	close_place(&p);
	CHECK(one.told && two.told && refused.told);
	CHECK_INT(one.err, OK);
	CHECK_INT(two.err, OK);
}

TEST(alone_a_command_is_synced_and_told_by_the_writer)
{
	struct place p;
	REQUIRE(open_place(&p));
	os_mutex_init(&floor_.lock);
	os_cond_init(&floor_.moved);
	int before = syncs();
	for (int64_t i = 1; i <= 5; i++) {
		struct row r = { .v = 0 };
		send(&p, &r, i);
		await(&r.told);
		CHECK_INT(r.err, OK);
	}
	CHECK_INT(syncs() - before, 5); /* each its own, none twice */
	close_place(&p);
}

TEST_MAIN
