/* test_sqlite_log.c - the frames of a commit that wait for its end: what reaches the file, in how many writes, and what becomes of a
 * transaction that is given up or cannot be written. The file system below is the machine's own; it counts the writes of logs and fails some.
 */
#include <fcntl.h>
#include <unistd.h>

#include "tests/folder.h"
#include "tests/test.h"

#include "store/sqlite_log.h"

/* fail_from: the write of that number and `fails` in all; 0 = none. copying: while a sync is under way the log is copied into the file of this connection. */
static struct { int writes, fail_from, fails, syncs, sync_fails; sqlite3_int64 largest; sqlite3 *copying; } disk;

static int (*real_open)(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out);
static const sqlite3_io_methods *real;
static sqlite3_io_methods counting;

static int count_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
	disk.writes++;
	if (n > disk.largest)
		disk.largest = n;
	if (disk.fail_from && disk.writes >= disk.fail_from && disk.fails-- > 0)
		return SQLITE_FULL;
	return real->xWrite(f, bytes, n, at);
}

static int count_sync(sqlite3_file *f, int flags)
{
	sqlite3 *db = disk.copying;
	disk.syncs++;
	disk.copying = NULL;
	if (db)
		CHECK_INT(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL), SQLITE_OK);
	return disk.sync_fails-- > 0 ? SQLITE_IOERR_FSYNC : real->xSync(f, flags);
}

static int open_counting(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	int code = real_open(v, name, f, flags, out);
	if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL)) {
		real = f->pMethods;
		counting = *f->pMethods;
		counting.xWrite = count_write;
		counting.xSync = count_sync;
		f->pMethods = &counting;
	}
	return code;
}

static void install(void)
{
	static sqlite3_vfs below;
	if (real_open)
		return;
	below = *sqlite3_vfs_find(NULL);
	real_open = below.xOpen;
	below.zName = "counting";
	below.pNext = NULL;
	below.xOpen = open_counting;
	CHECK_INT(sqlite3_vfs_register(&below, 1), SQLITE_OK);
}

static bool run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static sqlite3_int64 number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	sqlite3_int64 n = -1;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* As the writer opens it, or as everybody else does. */
static sqlite3 *open_file(const char *path, bool together)
{
	sqlite3 *db = NULL;
	install();
	const char *vfs = together ? sqlite_log_vfs() : NULL;
	CHECK(!together || vfs);
	CHECK_INT(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs), SQLITE_OK);
	CHECK(run(db, "PRAGMA page_size=2048; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0"));
	CHECK(run(db, "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v TEXT)"));
	if (together)
		(void)sqlite3_rollback_hook(db, sqlite_log_given_up, db);
	memset(&disk, 0, sizeof disk);
	return db;
}

static const char *place(void)
{
	static char path[200];
	snprintf(path, sizeof path, "%s/log.db", test_folder("log"));
	return path;
}

static bool sound(const char *path, sqlite3_int64 rows)
{
	sqlite3 *db = open_file(path, false);
	bool whole = number(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check='ok'") == 1 && number(db, "SELECT count(*) FROM t") == rows;
	sqlite3_close(db);
	return whole;
}

#define ROWS(from, to) "WITH RECURSIVE n(i) AS (SELECT " #from " UNION ALL SELECT i+1 FROM n WHERE i<" #to ") INSERT INTO t SELECT i, hex(randomblob(400)) FROM n"

/* 20 rows of 800 bytes: 10 leaves at least, a frame each, two writes a frame where nothing waits. */
TEST(a_commit_is_one_write_and_a_large_one_is_in_pieces_that_any_file_system_takes)
{
	const char *path = place();
	sqlite3 *db = open_file(path, true);
	CHECK(run(db, ROWS(1, 20)));
	CHECK_INT(disk.writes, 1);
	CHECK(disk.largest >= 10 * 2072);
	disk.writes = 0;
	CHECK(run(db, ROWS(21, 1020))); /* half a megabyte */
	CHECK(disk.writes >= 8 && disk.writes <= 24);
	CHECK(disk.largest <= 65536);
	CHECK(sound(path, 1020)); /* who reads through another file system finds it at once */
	sqlite3_close(db);

	path = place();
	db = open_file(path, false);
	CHECK(run(db, ROWS(1, 20)));
	CHECK(disk.writes >= 20);
	sqlite3_close(db);
}

/* The transaction outgrows ten pages of memory: some of it is in the log, some waits. Then its places are another's. */
TEST(what_was_given_up_is_not_written_over_what_others_commit_in_its_place)
{
	const char *path = place();
	sqlite3 *db = open_file(path, true), *other = open_file(path, false);
	CHECK(run(db, ROWS(1, 100)) && run(db, "PRAGMA cache_size=10"));
	for (int i = 0; i < 30; i++) {
		CHECK(run(db, "BEGIN IMMEDIATE; UPDATE t SET v=hex(randomblob(400))"));
		CHECK(run(db, "ROLLBACK"));
		CHECK(run(other, "UPDATE t SET v='of another' || hex(randomblob(350))"));
		CHECK_INT(number(db, "SELECT count(*) FROM t WHERE v LIKE 'of another%'"), 100); /* reads its log */
		CHECK_INT(number(other, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check='ok'"), 1);
	}
	sqlite3_close(other);
	CHECK(run(db, "PRAGMA wal_checkpoint(TRUNCATE)"));
	sqlite3_close(db);
	CHECK(sound(path, 100));
}

TEST(a_savepoint_that_is_given_up_takes_its_own_frames_along_and_no_others)
{
	const char *path = place();
	sqlite3 *db = open_file(path, true);
	CHECK(run(db, ROWS(1, 100)) && run(db, "PRAGMA cache_size=10"));
	for (int i = 0; i < 30; i++) {
		CHECK(run(db, "BEGIN IMMEDIATE; UPDATE t SET v='kept' || hex(randomblob(380)); SAVEPOINT job; UPDATE t SET v='gone' || hex(randomblob(380)); ROLLBACK TO job; RELEASE job"));
		CHECK(run(db, "UPDATE t SET v=v || 'x' WHERE id%3=0; COMMIT"));
		CHECK_INT(number(db, "SELECT count(*) FROM t WHERE v LIKE 'kept%'"), 100);
		CHECK_INT(number(db, "SELECT count(*) FROM t WHERE v LIKE 'kept%x'"), 33);
	}
	sqlite3_close(db);
	CHECK(sound(path, 100));
}

/* Each of the writes of a large commit fails in turn: the commit fails, what was there stays, and the same again succeeds. */
TEST(a_write_that_fails_is_the_commits_failure_whichever_it_is)
{
	const char *path = place();
	sqlite3 *db = open_file(path, true);
	CHECK(run(db, ROWS(1, 400)));
	int all = disk.writes, failed = 0;
	CHECK(all >= 4);
	for (int at = 1; at <= all + 8; at++) {
		CHECK(run(db, "BEGIN IMMEDIATE; UPDATE t SET v=hex(randomblob(400))"));
		disk.writes = 0;
		disk.fail_from = at;
		disk.fails = 1;
		bool committed = run(db, "COMMIT");
		disk.fail_from = 0;
		failed += !committed;
		CHECK(committed == (disk.writes < at));
		if (!committed && !sqlite3_get_autocommit(db))
			CHECK(run(db, "ROLLBACK"));
		CHECK_INT(number(db, "SELECT count(*) FROM t WHERE length(v)=800"), 400);
		CHECK(run(db, "UPDATE t SET v=v WHERE id=1"));
	}
	CHECK(failed >= all);
	sqlite3_close(db);
	CHECK(sound(path, 400));
}

/* What waits is written when the log is read in the middle of the transaction, and that fails. A statement that may break a rule (here: two
 * alike) is undone alone when the disk is full, and the transaction goes on. */
TEST(a_transaction_of_which_something_was_not_written_cannot_end_well)
{
	const char *path = place();
	sqlite3 *db = open_file(path, true);
	CHECK(run(db, "CREATE UNIQUE INDEX alike ON t(v)") && run(db, ROWS(1, 200)) && run(db, "PRAGMA cache_size=10"));
	int told = 0;
	for (int at = 1; at < 40; at++) {
		CHECK(run(db, "BEGIN IMMEDIATE"));
		disk.writes = 0;
		disk.fail_from = at;
		disk.fails = 1;
		bool well = run(db, "UPDATE t SET v='new' || hex(randomblob(380))");
		(void)number(db, "SELECT sum(length(v)) FROM t");
		well = run(db, "UPDATE t SET v=v || 'y' WHERE id%7=0") && well;
		bool committed = run(db, "COMMIT");
		bool hurt = disk.fails <= 0;
		disk.fail_from = 0;
		CHECK(!hurt || !committed);
		told += hurt;
		if (!sqlite3_get_autocommit(db))
			CHECK(run(db, "ROLLBACK"));
		CHECK_INT(number(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check='ok'"), 1);
		CHECK_INT(number(db, "SELECT count(DISTINCT substr(v, 1, 3)='new') FROM t"), 1); /* all of it or nothing */
		CHECK(run(db, "UPDATE t SET v='old' || hex(randomblob(380))"));
	}
	CHECK(told >= 5);
	sqlite3_close(db);
	CHECK(sound(path, 200));
}

static unsigned next(unsigned *seed)
{
	return *seed = *seed * 1103515245u + 12345u, *seed >> 16;
}

/* Any mixture of transactions leaves the same file with and without. */
static int sync_now(sqlite3 *db)
{
	sqlite3_file *log = NULL;
	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK || !log || !log->pMethods)
		return SQLITE_MISUSE;
	return log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
}

TEST(the_disk_is_asked_to_sync_what_changed_and_nothing_else)
{
	static const struct { const char *name, *sql; int fails, syncs; } rows[] = {
		{ "a row", "INSERT INTO t VALUES(1, 'a')", 0, 1 },
		{ "nothing since", "", 0, 0 },
		{ "a commit that changes nothing", "BEGIN IMMEDIATE; UPDATE t SET v='b' WHERE id=7; COMMIT", 0, 0 },
		{ "two rows, one sync", "INSERT INTO t VALUES(2, 'a'); INSERT INTO t VALUES(3, 'a')", 0, 1 },
		{ "what spilled and was given up", "PRAGMA cache_size=10; BEGIN IMMEDIATE; " ROWS(100, 400) "; ROLLBACK", 0, 1 },
	};
	const char *path = place();
	sqlite3 *db = open_file(path, true);
	CHECK_INT(sync_now(db), SQLITE_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK(run(db, rows[i].sql));
		disk.syncs = 0;
		disk.sync_fails = rows[i].fails;
		CHECK_INT(sync_now(db), rows[i].fails ? SQLITE_IOERR_FSYNC : SQLITE_OK);
		CHECK_INT(disk.syncs, rows[i].syncs);
	}
	ROW(NULL);
	CHECK(run(db, "INSERT INTO t VALUES(4, 'a'); PRAGMA wal_checkpoint(TRUNCATE)")); /* syncs before it copies, then cuts the log off */
	disk.syncs = 0;
	CHECK_INT(sync_now(db), SQLITE_OK);
	CHECK_INT(disk.syncs, 1);
	sqlite3_close(db);
	CHECK(sound(path, 4));
}

/* The writer copies the log into the file while another thread is still at syncing what he has just committed: were it to fail there, or the machine to
 * stop, the file would have pages of a commit that the log has not. */
TEST(a_sync_that_is_under_way_is_none_yet_for_who_copies_the_log)
{
	const char *path = place();
	sqlite3 *db = open_file(path, true);
	CHECK(run(db, ROWS(1, 5)));
	disk.syncs = 0;
	disk.copying = db;
	CHECK_INT(sync_now(db), SQLITE_OK);
	CHECK_INT(disk.syncs, 2);
	CHECK_INT(sync_now(db), SQLITE_OK);
	CHECK_INT(disk.syncs, 2); /* and nothing has changed since */
	CHECK_INT(sqlite3_close(db), SQLITE_OK);
	CHECK(sound(path, 5));
	test_folder_remove(test_folder("log"));
}

static int write_again(sqlite3 *db)
{
	sqlite3_file *log = NULL;
	return sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log ? sqlite_log_write_again(log) : SQLITE_MISUSE;
}

/* The system tries no write again that it could not bring to the disk: the next sync would say that all is well. */
TEST(after_a_sync_that_failed_none_succeeds_until_the_log_is_written_once_more)
{
	const char *path = place();
	sqlite3 *db = open_file(path, true);
	CHECK(run(db, ROWS(1, 3)) && sync_now(db) == SQLITE_OK && run(db, ROWS(4, 5)));
	disk.sync_fails = 1;
	disk.syncs = 0;
	for (int i = 0; i < 3; i++)
		CHECK_INT(sync_now(db), SQLITE_IOERR_FSYNC);
	CHECK(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL) != SQLITE_OK);
	CHECK_INT(disk.syncs, 1);
	disk.sync_fails = 1;
	CHECK_INT(write_again(db), SQLITE_IOERR_FSYNC);
	CHECK_INT(sync_now(db), SQLITE_IOERR_FSYNC);
	disk.writes = disk.syncs = 0;
	CHECK_INT(write_again(db), SQLITE_OK);
	CHECK(disk.writes > 5);
	CHECK_INT(sync_now(db), SQLITE_OK);
	CHECK_INT(disk.syncs, 1);
	CHECK(run(db, "PRAGMA wal_checkpoint(FULL)"));
	CHECK_INT(sqlite3_close(db), SQLITE_OK);
	CHECK(sound(path, 5));
	test_folder_remove(test_folder("log"));
}

TEST(a_commit_that_the_system_has_not_kept_is_not_made_good)
{
	char name[220], frame[64], zeros[sizeof frame] = "";
	const char *path = place();
	sqlite3 *db = open_file(path, true);
	CHECK(run(db, ROWS(1, 5)));
	snprintf(name, sizeof name, "%s-wal", path);
	int fd = open(name, O_RDWR);
	off_t at = lseek(fd, -(off_t)sizeof frame, SEEK_END);
	REQUIRE(at > 0 && pread(fd, frame, sizeof frame, at) == (ssize_t)sizeof frame && pwrite(fd, zeros, sizeof zeros, at) == (ssize_t)sizeof zeros);
	CHECK_INT(write_again(db), SQLITE_IOERR_READ);
	CHECK_INT(sync_now(db), SQLITE_IOERR_FSYNC);
	REQUIRE(pwrite(fd, frame, sizeof frame, at) == (ssize_t)sizeof frame && close(fd) == 0);
	CHECK_INT(write_again(db), SQLITE_OK);
	CHECK_INT(sqlite3_close(db), SQLITE_OK);
	CHECK(sound(path, 5));
	test_folder_remove(test_folder("log"));
}

TEST(nobody_can_tell_whether_frames_waited)
{
	enum { SEEDS = 12, STEPS = 60 };
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		const char *at = place();
		char path[2][220];
		snprintf(path[0], sizeof path[0], "%s", at);
		snprintf(path[1], sizeof path[1], "%s-plain", at);
		sqlite3 *db[2] = { open_file(path[0], true), open_file(path[1], false) }, *other[2] = { open_file(path[0], false), open_file(path[1], false) };
		unsigned state = seed;
		for (int step = 0; step < STEPS; step++) {
			unsigned what = next(&state) % 8, n = next(&state) % 60, from = next(&state) % 400, cache = 4 + next(&state) % 40;
			char sql[900];
			snprintf(sql, sizeof sql, "PRAGMA cache_size=%u; BEGIN IMMEDIATE; %sWITH RECURSIVE n(i) AS (SELECT %u UNION ALL SELECT i+1 FROM n WHERE i<%u)"
			         " INSERT OR REPLACE INTO t SELECT i, printf('%%0*d', 1+(i*%u)%%900, %d) FROM n; %sDELETE FROM t WHERE id%%13=%u; %s",
			         cache, what == 1 ? "SAVEPOINT s; " : "", from, from + n, seed, step, what == 1 ? "ROLLBACK TO s; " : "", n % 13, what >= 6 ? "ROLLBACK" : "COMMIT");
			for (int i = 0; i < 2; i++) {
				CHECK(run(what == 5 ? other[i] : db[i], sql));
				if (what == 4)
					CHECK(run(db[i], "PRAGMA wal_checkpoint(RESTART)"));
			}
			static const char sum[] = "SELECT coalesce(sum(id*31+length(v)), 0)+count(*) FROM t";
			sqlite3_int64 expected = number(db[1], sum);
			CHECK_INT(number(db[0], sum), expected);
			CHECK_INT(number(other[0], sum), expected);
		}
		for (int i = 0; i < 2; i++) {
			CHECK_INT(number(db[i], "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check='ok'"), 1);
			sqlite3_close(other[i]);
			sqlite3_close(db[i]);
		}
	}
}

TEST_MAIN
