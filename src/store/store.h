/* store.h - SQL behind one interface: SQLite inside the process, or PostgreSQL. Statements are parameters only (?1 …)
 * and in what both engines understand: docs/postgresql.md says what that leaves out.
 *
 * One writer connection with one thread executes waiting jobs in one transaction and commits; each job is told when
 * it is durable, while the next are executed. One that refuses leaves nothing and harms no other.
 * Readers have connections of their own and never block the writer.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/histogram.h"

struct store;       /* a database */
struct store_conn;  /* one connection; one thread at a time */
struct store_query; /* a prepared statement, cached per connection */

struct store_options {
	_Atomic bool *give_up; /* once true, statements fail soon; a file alone looks at it; NULL = never */
	bool inline_writer; /* no thread: jobs run in the caller, each store_run commits (tests, commands) */
	bool reading;       /* with inline_writer: nothing is written; what is read between a take and a give is of one moment */
	bool durable;       /* false only for bulk loads of demo data and tests */
	bool in_order;      /* without `durable`: a power cut may take the last commits of a file, and leaves the others whole */
	/* A replica of the same database: readers are of it, whenever it has everything that this process knows to be committed. NULL: none. */
	const char *replica;
	uint32_t queue_max; /* waiting jobs; beyond: ERR_BUSY. 0 = default 4096 */
	uint32_t batch_max; /* jobs a commit; 0 = default 128: with more of them no more are done a second, and the slowest reply is later */
	uint32_t log_bytes; /* growth of the write-ahead log after which it is copied into the file; 0 = 64 MiB */
	/* On the writer's thread, inside the transaction, before the first job: the rows may be others than the last batch
	 * here left them (another process wrote, or a batch is run again). Forget what was remembered of them. May be NULL. */
	void (*turned)(void *arg);
	/* There too, where nobody of ours wrote, but somebody by hand, it may be, who tells nothing: forget what was remembered of rows, but for
	 * the record's own. May be NULL. */
	void (*doubted)(void *arg);
	void *turned_arg; /* of both */
};

/* A database for a while, of one connection, gone with it: in memory while it is small, beyond some 64 MiB in a nameless file of the folder
 * for temporary files (SQLITE_TMPDIR, else TMPDIR, else /var/tmp). */
#define STORE_SCRATCH ""
/* Opens or creates the file (":memory:" for tests, STORE_SCRATCH), or connects to postgresql://… or postgres://…. Migrations are a separate call. */
BASE_MUST_USE enum err store_open(const char *path, const struct store_options *o, struct store **out, struct diag *d);
bool store_is_url(const char *where);
/* Finishes the jobs in the queue, then closes. */
void store_close(struct store *s);

/* Numbered migrations of one part of the schema (the kernel, a room), applied in order in one transaction; refused when
 * the file is newer. */
struct store_migration {
	int version;
	const char *name, *sql;
	const char *pg; /* what PostgreSQL is told instead, where `sql` can only be said to SQLite; NULL: the same */
};
BASE_MUST_USE enum err store_migrate(struct store *s, const char *part, const struct store_migration *list, size_t count, struct diag *d);
/* Several parts in one transaction: all of them, or none. They are all that there may be: a part that is not among them is of a newer
 * program. `alone`: one that must go forward is refused while other processes serve the database (ERR_BUSY store.served). */
struct store_part { const char *name; const struct store_migration *list; size_t count; };
BASE_MUST_USE enum err store_migrate_all(struct store *s, const struct store_part *parts, size_t count, bool alone, struct diag *d);
int store_version(struct store *s, const char *part); /* 0 = none yet */

/* ---- queries: on any connection ---- */

/* `sql` must be a string literal (cached by its address). Resets and clears an earlier use. */
BASE_MUST_USE enum err store_prepare(struct store_conn *c, const char *sql, struct store_query **out);
void store_bind_i64(struct store_query *q, int at, int64_t v);
void store_bind_str(struct store_query *q, int at, struct str v);  /* ptr NULL = NULL; borrowed until the next reset */
void store_bind_blob(struct store_query *q, int at, struct str v);
void store_bind_null(struct store_query *q, int at);
/* Bytes that are worked out beside the writer: of a statement that waits for the end of its batch, what is bound here is worked out on another thread, or on
 * this one when it is needed, from what else was bound. `run` is called once for each such statement that was executed, in their order and never twice at a
 * time, and not any more for what is rolled back; it may neither ask the store nor take memory. False: there is nobody to do it beside, as on a server;
 * the caller works it out himself and binds it. */
struct store_value { enum { VALUE_NULL, VALUE_I64, VALUE_TEXT, VALUE_BLOB } kind; int64_t number; struct str bytes; };
enum { STORE_WORK_BYTES = 64 }; /* at most */
struct store_work { void (*run)(void *arg, const struct store_value *values, uint8_t *out); void *arg; size_t bytes; };
bool store_bind_work(struct store_query *q, int at, const struct store_work *work);
/* Until then `run` may be under way elsewhere: what it keeps at `arg` is the caller's again. */
void store_work_out(struct store_conn *c);
/* *row true: a row is there. ERR_CONFLICT on a broken constraint, ERR_IO otherwise. */
BASE_MUST_USE enum err store_step(struct store_query *q, bool *row);
/* For statements without rows. */
BASE_MUST_USE enum err store_exec(struct store_query *q);
/* Within a transaction, the writer's or a reader's: the same question will be asked soon. Where a question is a way there and back (store_is_far), those said one
 * after the other so go together, and are answered when the first is asked. Elsewhere nothing is done. */
void store_ahead(struct store_query *q);
/* Before the first step: a long result is taken row by row as it comes, never held whole. Until its last row is read, or it is
 * reset, its connection answers nothing else. */
void store_stream(struct store_query *q);
int64_t store_col_i64(struct store_query *q, int at);
bool store_col_null(struct store_query *q, int at);
bool store_col_integer(struct store_query *q, int at);
struct str store_col_str(struct store_query *q, int at); /* valid until the next step or reset */
struct str store_col_copy(struct store_query *q, int at, struct arena *a);
int store_col_count(struct store_query *q);
const char *store_col_name(struct store_query *q, int at); /* as long as the connection */
int64_t store_changes(struct store_conn *c);
void store_reset(struct store_query *q); /* ends reading; store_prepare does it too */
/* Is each question a round trip to a server? Then few are asked where many would do in a file. */
bool store_is_far(const struct store_conn *c);
/* Is it the writer's connection? It sees what is not committed yet, and may never be. */
bool store_writes(const struct store_conn *c);
/* Last message of the engine, for logs. */
const char *store_message(struct store_conn *c);
/* The same of the connection that writes, while nothing runs on it: why it could not begin or end is known to nobody else. */
const char *store_said(const struct store *s);
/* Plain SQL text without parameters: maintenance and tests. */
BASE_MUST_USE enum err store_script(struct store_conn *c, const char *sql, struct diag *d);

/* Is the file whole? Reads every table, with its indexes unless `quick`, for at most budget_us (0 = to the end). ERR_CORRUPT
 * store.damaged names the table and what is wrong with which page. A server looks after its own files: OK. */
BASE_MUST_USE enum err store_check(struct store_conn *c, bool quick, int64_t budget_us, struct diag *d);

/* Name of the n-th column, SQL made at run time: for dumps that compare tables. */
BASE_MUST_USE enum err store_prepare_text(struct store_conn *c, const char *sql, struct store_query **out);
void store_finalize_text(struct store_query *q);

/* ---- readers ---- */
/* A reader connection from the pool, in a read transaction. Where all are in use it waits for one; ERR_IO when the database gives no more and none came
 * for some seconds. Who has one takes no other. */
BASE_MUST_USE enum err store_reader_take(struct store *s, struct store_conn **out);
/* Never of a replica, which may lack what another process committed a moment ago. ERR_UNSUPPORTED: there is none, store_reader_take gives the same. */
BASE_MUST_USE enum err store_reader_take_newest(struct store *s, struct store_conn **out);
/* Says whether all that was asked was answered: after a fault (a lost connection) every later question failed too, also those
 * whose asker took "nothing" for an answer. ERR_IO may be tried again with another reader. */
enum err store_reader_give(struct store *s, struct store_conn *c);
/* The same of what was asked so far, before it is given: where there is no memory for a text it is NULL, as if it were not there. */
BASE_MUST_USE enum err store_answered(struct store_conn *c);
/* Until it is given: once true, what is asked of it fails soon, in the middle of a question too. A server is not told to end one. */
void store_reader_ends(struct store_conn *c, _Atomic bool *give_up);

/* A reader of its own that goes round pages of the file that are damaged. A question that meets one fails, as everywhere; store_around_learn then
 * says whether the tables it named can be gone round: true, and from now on, in a new moment, every question about them is answered from
 * the rows that can be read. `whole`: tables, up to a NULL, that are never gone round, for a row that is missing there would let somebody see
 * more; they live as long as the reader. store_around_passed: were rows left out of an answer? ERR_UNSUPPORTED where a server looks after its
 * own pages, or the database is no file. */
BASE_MUST_USE enum err store_around_take(struct store *s, const char *const *whole, struct store_conn **out);
void store_around_give(struct store_conn *c);
bool store_around_learn(struct store_conn *c);
bool store_around_passed(struct store_conn *c);

/* A reader may see what was committed a moment ago and is not on the disk yet. Who tells the world what was read waits until it is:
 * true, and `done` is called once, on a thread of the store's; ERR_IO: the disk did not take it. False: *e says at once that
 * everything is durable (OK), or that the disk takes nothing (ERR_IO). `w` is the store's until then. */
struct store_wait {
	void (*done)(struct store_wait *w, enum err err);
	struct store_wait *next; /* the store's */
	int64_t batch;
};
bool store_when_durable(struct store *s, struct store_wait *w, enum err *e);

/* ---- the writer ---- */
struct store_job {
	/* In the transaction. Anything but OK rolls this job back, and only this one. May be called again, from the start, when
	 * the whole batch was rolled back: by the database, because another job had written before it refused, or needs what is damaged. */
	enum err (*run)(struct store_job *job, struct store_conn *c);
	/* When it is durable (err OK), or with what run returned, or with ERR_IO when it could not be made durable. One after the other
	 * in the order of their commits, on a thread of the store's, not always the writer's: must be short. The job is the
	 * caller's again from here on. */
	void (*done)(struct store_job *job, enum err err);
	struct store_job *next; /* the queue's, as all below */
	int64_t queued_us, began_us;
	enum err err;
};
/* ERR_BUSY when the queue is full, or the writer has stood still for STORE_STILL_MS: nothing was taken. */
enum { STORE_STILL_MS = 15000 };
BASE_MUST_USE enum err store_submit(struct store *s, struct store_job *job);
/* Submits and waits; with an inline writer runs at once. Returns what run or the commit returned. */
BASE_MUST_USE enum err store_run(struct store *s, enum err (*run)(void *arg, struct store_conn *c), void *arg);
/* Inline writer only: jobs between begin and end share one commit. */
BASE_MUST_USE enum err store_batch_begin(struct store *s);
BASE_MUST_USE enum err store_batch_end(struct store *s);
void store_batch_give_up(struct store *s); /* nothing of it is */

/* ---- several processes on one database ---- */

/* From now on `heard` is called on a thread of its own whenever another process has committed. Nothing comes from a file: it
 * has one process. Once a store; store_close ends it. */
BASE_MUST_USE enum err store_listen(struct store *s, void (*heard)(void *arg), void *arg);
/* In a job: a number that goes with its commit, so that whichever process writes next need not work it out. Nothing in a file, whose one
 * process remembers. store_noted: what the last commit left; false when that is not known, or somebody else wrote since, or after a
 * store_note in the same transaction. */
void store_note(struct store_conn *c, int64_t note);
bool store_noted(struct store_conn *c, int64_t *note);
/* Is this the one process that does what must be done once (what time brings, deliveries)? The first to ask is, until it goes. */
bool store_leads(struct store *s);
/* Was the schema brought to another version by somebody who did not see that this process is there? Nothing is written here any more. */
bool store_outgrown(const struct store *s);
/* How many processes serve the database of that connection now (those that listen, and commands that write, from store_migrate_all on), this session
 * not counted, which is looked up and holds nothing. One that is cut off from it is not seen. ERR_UNSUPPORTED: it cannot be told here: of a file its lock tells, a replica does not know, a role may not look. */
BASE_MUST_USE enum err store_serving(struct store_conn *c, int64_t *processes);

/* A table whose `key` grows with time. Its history is kept apart by month, where the engine can: from the first call in a month (yyyymm)
 * on, new rows lie in that month's partition. `by_*`: the column whose greatest number is the last that was given out. Asked by
 * the process that leads. Whatever is given, it may be tried again, and goes on where it was: ERR_BUSY is a fault that passes (the
 * server is away, a lock was held), any other needs somebody to do something. A file has no partitions: OK. */
struct store_monthly { const char *table, *key, *by_table, *by_key; };
BASE_MUST_USE enum err store_months(struct store *s, const struct store_monthly *tables, size_t count, int month, struct diag *d);

/* Figures for monitoring, alive: read them at any time. Times are in microseconds, their first bucket ends at STORE_FIRST_US. */
enum { STORE_FIRST_US = 64 };
struct store_stats {
	_Atomic uint64_t refused, busy;    /* jobs that said no; jobs not taken because the queue was full */
	_Atomic uint64_t damaged;          /* jobs that met what is damaged: ERR_CORRUPT */
	_Atomic uint64_t unwritten;        /* commits that failed */
	_Atomic int64_t unwritten_us;      /* monotonic; when the last of them did, 0 = one has gone well since */
	_Atomic uint64_t queue, queue_max; /* waiting now; how many may */
	_Atomic uint64_t log_bytes;        /* of the write-ahead log */
	_Atomic uint64_t ways;             /* of the writer, to a server and back: times that it waited for an answer */
	_Atomic uint64_t reading_ways;     /* of the readers, those of a replica too */
	_Atomic int64_t batch_since_us;    /* monotonic; when the batch under way began, 0 = none */
	_Atomic uint64_t readers, readers_refused; /* connections for reading there are; those that the database did not give */
	_Atomic uint64_t replica_reads, replica_behind, replica_away; /* readers of the replica; those it was too late for; those it was not there for */
	struct histogram batch_jobs;       /* jobs of a commit, first bucket 1 */
	struct histogram wait_us;          /* a job's wait until its batch begins */
	struct histogram commit_us;        /* a batch, from its beginning until it is durable */
	struct histogram checkpoint_us;
};
const struct store_stats *store_stats(const struct store *s);
/* Monotonic; when the writer or the disk began what it is at, 0 = nothing: who stands still is seen here. */
int64_t store_busy_since_us(const struct store *s);
/* The disk did not take what was written, and nothing has made it good yet: nothing is written, and nobody is told what is read. */
bool store_refuses(const struct store *s);
/* Within the last ten seconds somebody who read waited in vain for a table that another keeps for himself. */
bool store_hindered(const struct store *s);
/* Between two batches of a writer without a thread: everything that was committed stands in the file itself, none of it in a log beside it, or ERR_IO.
 * Closing says nothing where the disk had no room for that. Of a server: its disk has all that was committed. */
BASE_MUST_USE enum err store_log_in(struct store *s);
/* Before it is closed: what stands in the log of a file stays there, and the file as it is. For one that was found damaged: perhaps the log is another
 * database's, in whose place this one was put, and each is whole by itself. Of a server nothing. */
void store_leave_log(struct store *s);
/* A database in a file, copied into another as it stands, what its log holds included; whoever serves it is not disturbed, and what lies
 * there is not touched. Nothing must be at `to`. ERR_UNSUPPORTED store.no-copy where a server keeps it. */
BASE_MUST_USE enum err store_file_copy(const char *path, const char *to, struct diag *d);
/* Bytes left on the disk of the file; -1 when nobody can tell. */
int64_t store_disk_free(const struct store *s);

#endif
