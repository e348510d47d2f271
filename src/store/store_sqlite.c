/* store_sqlite.c - the driver of SQLite: a file inside the process. */
#include <errno.h>
#include <stdio.h>

#include "store/checkpoint.h"
#include "store/sqlite_around.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_durable.h"
#include "store/sqlite_functions.h"
#include "store/sqlite_hold.h"
#include "store/sqlite_log.h"
#include "store/sqlite_press.h"

struct sqlite_conn {
	struct store_conn conn;
	sqlite3 *db;
	bool writer, own_reader; /* an inline writer is its own reader */
	/* In a transaction. A fault of the disk may have ended it behind our back, and what is said from then on would be committed
	 * statement by statement: hence nothing more is said until it is rolled back. */
	bool open;
	enum err failed;
	int64_t scripts;
	sqlite3_stmt *begin, *commit; /* said for each read and each batch: kept prepared */
	struct sqlite_press *press;
	struct sqlite_hold *hold; /* of a writer with a thread; NULL: rows do not wait */
	struct sqlite_around *around; /* NULL: nothing is gone round */
	struct sqlite_durable *durable; /* of a writer whose commits are synced beside it */
	bool unreadable; /* `failed`, for a pressed text could not be undone */
};

/* A column of a statement that had bytes once. */
struct pressed {
	struct pressed *next;
	int at;
	enum sqlite_pressed kind;
	size_t room;
	char *text; /* of the row at hand */
};

struct sqlite_query {
	struct store_query query;
	sqlite3_stmt *stmt;
	struct press_uses uses; /* of its parameters */
	struct hold_uses held;  /* of tables whose rows wait */
	struct store_value *values; /* of one whose rows may wait: its parameters; NULL of all others */
	struct hold_work work;  /* of one of them */
	uint8_t worked[STORE_WORK_BYTES];
	enum err refused;       /* what is bound cannot be written */
	struct pressed *pressed;
};

static sqlite3 *db_of(struct store_conn *c)
{
	return ((struct sqlite_conn *)c)->db;
}

static sqlite3_stmt *stmt_of(struct store_query *q)
{
	return ((struct sqlite_query *)q)->stmt;
}

static struct sqlite_conn *of(struct store_conn *c)
{
	return (struct sqlite_conn *)c;
}

/* What went wrong; kept when it was a fault of the disk or of memory and a transaction is open. */
static enum err failure(struct store_conn *c, int code)
{
	enum err e = sqlite_meaning(code);
	int kind = code & 0xff;
	bool fault = e == ERR_CORRUPT || e == ERR_NOMEM || kind == SQLITE_IOERR || kind == SQLITE_FULL || kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY;
	if (of(c)->open && fault)
		of(c)->failed = e;
	return e;
}

/* What says that nothing more is said now. The library itself ends a transaction when a fault meets one of its own questions too, such as
 * the press's; and has not ended one when there was no memory for saying so: that is said again. */
static enum err standing(struct store_conn *c)
{
	bool within = !sqlite3_get_autocommit(db_of(c));
	if (of(c)->open && !within && of(c)->failed == OK)
		of(c)->failed = ERR_IO;
	if (!of(c)->open && within && sqlite3_exec(db_of(c), "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
		return ERR_NOMEM;
	return of(c)->failed;
}

static enum err say(struct store_conn *c, const char *sql)
{
	return sqlite3_exec(db_of(c), sql, NULL, NULL, NULL) == SQLITE_OK ? OK : failure(c, sqlite3_errcode(db_of(c)));
}

static enum err say_again(struct store_conn *c, sqlite3_stmt **kept, const char *sql)
{
	if (!*kept && sqlite3_prepare_v3(db_of(c), sql, -1, SQLITE_PREPARE_PERSISTENT, kept, NULL) != SQLITE_OK)
		return failure(c, sqlite3_errcode(db_of(c)));
	(void)sqlite3_step(*kept);
	int code = sqlite3_reset(*kept);
	return code == SQLITE_OK ? OK : failure(c, code);
}

/* The rows of these tables that wait. One that is not taken was somebody else's, and nobody is told here: the batch is run again. */
static enum err put_in(struct store_conn *c, const struct hold_tables *tables, bool asked)
{
	if (!of(c)->hold || sqlite_hold_put_in(of(c)->hold, tables, asked) == OK)
		return OK;
	of(c)->failed = ERR_CONFLICT;
	return ERR_CONFLICT;
}

static enum err script(struct store_conn *c, const char *sql)
{
	of(c)->scripts++;
	if (of(c)->press)
		sqlite_press_forget(of(c)->press); /* it may be a migration */
	TRY(standing(c));
	TRY(put_in(c, &hold_every, false));
	return say(c, sql);
}

/* Counting every allocation takes a lock each time, for figures that nobody reads. Refused, harmlessly, once the library runs. */
static void set_up_library(void)
{
	static _Atomic bool done;
	sqlite3_pcache_methods2 cache;
	if (atomic_exchange(&done, true))
		return;
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &cache) == SQLITE_OK)
		(void)sqlite3_config(SQLITE_CONFIG_PCACHE2, sqlite_cache_over(&cache));
}

/* Small rows and cursors come from here and not from the heap. */
enum { LOOKASIDE_BYTES = 512, LOOKASIDE_SLOTS = 256 };

/* FULL: a commit waits for the disk. NORMAL: it does not (flush.h does), checkpoints do. OFF: nothing does, and a power cut may leave anything. */
static const char *how_durable(const struct store_options *o)
{
	if (!o->durable)
		return o->in_order ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=OFF";
	return o->inline_writer ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL";
}

/* A commit writes whole pages, most of them for a row or two in one of thirty trees: of 2 KiB they are half the bytes, and less to copy and to
 * search, which pays for the deeper trees. A file made with others keeps them. The WAL is checkpointed by size: small limits cost a third of the rate. */
static enum err configure(struct store_conn *c, const struct store_options *o, bool writer)
{
	TRY(script(c, "PRAGMA busy_timeout=10000"));
	TRY(script(c, "PRAGMA foreign_keys=OFF"));
	TRY(script(c, "PRAGMA temp_store=MEMORY"));
	if (!writer)
		return script(c, "PRAGMA cache_size=-1024");
	TRY(script(c, "PRAGMA page_size=2048"));
	TRY(script(c, "PRAGMA journal_mode=WAL"));
	TRY(script(c, how_durable(o)));
	TRY(script(c, "PRAGMA wal_autocheckpoint=20000"));
	(void)sqlite3_db_config(db_of(c), SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_BYTES, LOOKASIDE_SLOTS); /* refused once in use */
	return script(c, "PRAGMA cache_size=-65536"); /* at most; the inner pages of indexes over ten million rows */
}

static bool opened(struct sqlite_conn *c, const char *path, int flags, const char *vfs, const struct store_options *o)
{
	return sqlite3_open_v2(path, &c->db, flags, vfs) == SQLITE_OK && sqlite_functions_add(c->db) && configure(&c->conn, o, c->writer) == OK;
}

/* On a medium that takes no files the log cannot be looked at. Where there is none nobody writes to the file either: then it is read as
 * one that nobody changes. */
static bool opened_unchanging(struct sqlite_conn *c, const char *path, const struct store_options *o)
{
	static const char hex[] = "0123456789ABCDEF";
	struct buf name;
	char file[1100], log[1200];
	bool ok = false;
	if (!o->reading || c->writer || sqlite3_errcode(c->db) != SQLITE_CANTOPEN || !os_file_exists(path) || !os_name_led(path, file, sizeof file))
		return false;
	snprintf(log, sizeof log, "%s-wal", file);
	if (os_file_exists(log))
		return false;
	buf_init(&name, 8192);
	buf_putz(&name, "file:");
	for (const char *p = path; *p; p++) {
		unsigned char byte = (unsigned char)*p;
		if (byte == '/' || byte == '.' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z'))
			buf_byte(&name, *p);
		else
			buf_printf(&name, "%%%c%c", hex[byte >> 4], hex[byte & 15]);
	}
	buf_putz(&name, "?immutable=1");
	buf_byte(&name, 0);
	if (name.failed == OK) {
		sqlite3_close(c->db);
		c->db = NULL;
		ok = opened(c, name.ptr, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL, o);
	}
	buf_release(&name);
	return ok;
}

/* Who may not write beside it cannot even read it safely: a server may begin to write, unseen. */
static enum err not_opened(struct sqlite_conn *c, const char *path, struct diag *d)
{
	int kind = sqlite3_errcode(c->db) & 0xff;
	bool denied = kind == SQLITE_READONLY || (kind == SQLITE_CANTOPEN && sqlite3_system_errno(c->db) == EACCES);
	if (!denied)
		return store_conn_error(&c->conn, path, d);
	diag_arg(d, str_of(path));
	return diag_set(d, ERR_IO, "store.not-yours", "Whoever runs this may not write to the database %s or into its folder, which reading it needs too: run it as the user"
	                " that it belongs to, or on a copy in a folder of your own.", path);
}

/* Some rows of a large table: documents of many megabytes among them. */
enum { GIVE_UP_STEPS = 200 };

static int given_up(void *flag)
{
	return atomic_load((_Atomic bool *)flag);
}

static void ends(struct store_conn *c, _Atomic bool *give_up)
{
	sqlite3_progress_handler(db_of(c), give_up ? GIVE_UP_STEPS : 0, give_up ? given_up : NULL, give_up);
}

static enum err open_file(const char *path, const struct store_options *o, bool writer, const struct store_conn *first, struct store_conn **out, struct diag *d)
{
	(void)first;
	set_up_library();
	struct sqlite_conn *c = heap_alloc(sizeof *c);
	if (!c)
		return ERR_NOMEM;
	c->conn.driver = &store_driver_sqlite;
	c->writer = writer;
	c->own_reader = writer && o->inline_writer;
	bool waits = c->own_reader && o->durable; /* for the sync of each commit */
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (writer ? SQLITE_OPEN_CREATE : 0);
	const char *vfs = waits || (writer && !o->inline_writer) ? sqlite_log_vfs() : NULL;
	bool there = opened(c, path, flags, vfs, o) || opened_unchanging(c, path, o);
	enum err e = there && waits ? sqlite_durable_left(c->db, path, d) : OK; /* beside a thread: flushed() */
	if (!there || e != OK || (c->press = sqlite_press_new(c->db, writer, o->inline_writer)) == NULL) {
		e = e != OK ? e : there ? store_conn_error(&c->conn, path, d) : not_opened(c, path, d);
		store_conn_close(&c->conn);
		return e;
	}
	ends(&c->conn, o->give_up);
	(void)sqlite3_rollback_hook(c->db, sqlite_log_given_up, c->db);
	if (waits)
		sqlite_log_takes_back(c->db);
	if (writer && !o->inline_writer)
		c->hold = sqlite_hold_new(c->db, c->press);
	*out = &c->conn;
	return OK;
}

static void close_file(struct store_conn *c)
{
	if (db_of(c) && !of(c)->writer)
		sqlite_durable_leave(db_of(c));
	sqlite_hold_free(of(c)->hold);
	sqlite_press_free(of(c)->press);
	sqlite3_finalize(of(c)->begin);
	sqlite3_finalize(of(c)->commit);
	sqlite3_close(db_of(c));
	sqlite_around_free(of(c)->around);
	sqlite_durable_free(of(c)->durable);
	heap_free(c);
}

static enum err around(struct store_conn *c, const char *const *whole)
{
	of(c)->around = sqlite_around_new(db_of(c), whole);
	return of(c)->around ? OK : ERR_NOMEM;
}

static bool learn(struct store_conn *c)
{
	return sqlite_around_learn(of(c)->around);
}

static bool passed(struct store_conn *c)
{
	return sqlite_around_passed(of(c)->around);
}

/* A question that nobody read to its end, for its answer could not be used, would hold its moment of the file for ever. Who is his own
 * reader may be in the middle of one. */
static void end_questions(struct store_conn *c)
{
	if (of(c)->own_reader || sqlite3_txn_state(db_of(c), NULL) == SQLITE_TXN_NONE)
		return;
	for (sqlite3_stmt *s = sqlite3_next_stmt(db_of(c), NULL); s; s = sqlite3_next_stmt(db_of(c), s))
		sqlite3_reset(s);
}

static void rollback(struct store_conn *c)
{
	(void)sqlite3_exec(db_of(c), "ROLLBACK", NULL, NULL, NULL);
	end_questions(c);
	of(c)->open = false;
	of(c)->failed = OK;
	of(c)->unreadable = false;
	if (of(c)->hold)
		sqlite_hold_end(of(c)->hold);
	sqlite_press_end(of(c)->press, false);
}

static enum err begin(struct store_conn *c)
{
	of(c)->failed = OK;
	of(c)->unreadable = false;
	TRY(standing(c));
	TRY(say_again(c, &of(c)->begin, of(c)->writer ? "BEGIN IMMEDIATE" : "BEGIN"));
	of(c)->open = true;
	if (sqlite_press_begin(of(c)->press) == OK) {
		if (of(c)->hold)
			sqlite_hold_begin(of(c)->hold);
		return OK;
	}
	rollback(c);
	return begin(c); /* without the dictionary: it is given up */
}

static enum err commit(struct store_conn *c)
{
	enum err e = standing(c);
	if (e == OK)
		e = put_in(c, &hold_every, false);
	if (e == OK) {
		of(c)->scripts++;
		e = say_again(c, &of(c)->commit, "COMMIT");
	}
	if (e != OK) {
		sqlite_press_give_up(of(c)->press);
		return e;
	}
	of(c)->open = false;
	end_questions(c);
	if (of(c)->hold)
		sqlite_hold_end(of(c)->hold);
	sqlite_press_end(of(c)->press, true);
	return OK;
}

static bool restless(struct store_conn *c)
{
	return sqlite_press_has_sample(of(c)->press);
}

/* The transaction keeps what was learnt. */
static void use_leisure(struct store_conn *c)
{
	sqlite_press_learn(of(c)->press);
	if (begin(c) == OK && commit(c) != OK)
		rollback(c);
}

static enum err beside(struct store *s, struct store_checkpoint **out)
{
	enum { GROWTH = 64 << 20 };
	return store_checkpoint_start(db_of(s->writer), s->path, s->options.log_bytes ? s->options.log_bytes : GROWTH, &s->stats, out);
}

static enum err flushed(struct store *s, struct store_flush **out, struct diag *d)
{
	return sqlite_durable_beside(s, db_of(s->writer), &of(s->writer)->durable, out, d);
}

static enum err log_in(struct store *s)
{
	return sqlite_durable_copy_in(db_of(s->writer));
}

static void leave_log(struct store *s)
{
	sqlite_durable_leave_log(db_of(s->writer));
}

/* Files made before parts had versions of their own keep theirs in user_version: of the first part, the kernel. */
static enum err adopt(struct store_conn *c)
{
	return script(c, "INSERT INTO schema_part(part, version) SELECT 'kernel', user_version FROM pragma_user_version"
	                 " WHERE user_version>0 ON CONFLICT(part) DO NOTHING");
}

static const char *message(struct store_conn *c)
{
	return of(c)->unreadable ? "a pressed text, or what it was pressed with, is damaged" : sqlite3_errmsg(db_of(c));
}

static bool damaged(struct store_conn *c)
{
	if (of(c)->unreadable)
		return true;
	int code = sqlite3_errcode(db_of(c)) & 0xff;
	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

static enum err fault(struct store_conn *c)
{
	enum err e = of(c)->open ? OK : of(c)->failed;
	if (!of(c)->open)
		of(c)->failed = OK;
	return e;
}

/* A row that waited and was not taken says so here: nobody who was told something since may believe it. */
static enum err lost(struct store_conn *c)
{
	return of(c)->open ? standing(c) : OK;
}

static int64_t changes(struct store_conn *c)
{
	return sqlite3_changes64(db_of(c));
}

/* Rows counted by the library; of a script it is not known what it does. One that waits counts when it is put aside. */
static int64_t written(struct store_conn *c)
{
	const struct sqlite_hold *h = of(c)->hold;
	return sqlite3_total_changes64(db_of(c)) + of(c)->scripts + (h ? sqlite_hold_held(h) - sqlite_hold_settled(h) : 0);
}

/* ---- is the file whole? ---- */

enum { CHECK_STEPS = 100000, CHECK_NAME_MAX = 128 };

static int over_budget(void *arg)
{
	return os_monotonic_us() > *(int64_t *)arg;
}

static enum err check_given_up(struct diag *d)
{
	return diag_set(d, ERR_BUSY, "store.given-up", "Looking through the database was given up.");
}

/* What the check says of a page that could not be fetched: why, in numbers, or nothing more. */
static enum err check_meaning(struct str said)
{
	struct str why = S("error code=");
	ptrdiff_t at = str_find(said, why);
	int64_t code;
	if (at >= 0 && str_to_i64(str_sub(said, (size_t)at + why.len, said.len), &code))
		return sqlite_meaning((int)code);
	return str_find(said, S("failed to get page")) >= 0 ? ERR_IO : ERR_CORRUPT;
}

/* A page that the disk does not give now is not one that is not what was written. */
static enum err check_told(struct store_conn *c, enum err e, const char *table, const char *said, struct diag *d)
{
	const char *file = sqlite3_db_filename(db_of(c), "main");
	char what[CHECK_NAME_MAX];
	if (e == ERR_IO)
		return diag_set(d, e, "store.io", "The database %s cannot be read, in the table %s: %s. Is the disk well? If it stays so, restore it from a backup"
		                " (banjie restore, docs/backup.md).", file, table, said);
	snprintf(what, sizeof what, "%s: %s", table, said);
	diag_arg(d, str_of(what));
	return diag_set(d, e, "store.damaged", "The database %s is damaged, in the table %s: %s. Restore it from a backup (banjie restore, docs/backup.md).", file, table, said);
}

/* The first thing that is wrong with one table; OK also when the time was up, where there is one. */
static enum err check_table(struct store_conn *c, const char *table, bool quick, bool timed, struct diag *d)
{
	char sql[CHECK_NAME_MAX + 64];
	sqlite3_stmt *stmt = NULL;
	snprintf(sql, sizeof sql, "PRAGMA %s_check('%s')", quick ? "quick" : "integrity", table);
	int code = sqlite3_prepare_v2(db_of(c), sql, -1, &stmt, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	bool ended = (code & 0xff) == SQLITE_INTERRUPT;
	const char *text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : sqlite3_errmsg(db_of(c));
	struct str said = str_of(text ? text : "?");
	enum err e = ended && timed ? OK : ended ? check_given_up(d) : code != SQLITE_ROW ? sqlite_meaning(code) : !text ? ERR_NOMEM : str_eqz(said, "ok") ? OK : check_meaning(said);
	if (e == ERR_CORRUPT || e == ERR_IO)
		e = check_told(c, e, table, said.ptr, d);
	sqlite3_finalize(stmt);
	return e;
}

/* Small tables come before large ones by nothing but luck; what matters is that the time is kept. */
static enum err check(struct store_conn *c, bool quick, int64_t budget_us, struct diag *d)
{
	sqlite3_stmt *names = NULL;
	int64_t until = os_monotonic_us() + budget_us;
	int code = sqlite3_prepare_v2(db_of(c), "SELECT name FROM pragma_table_list WHERE schema='main' AND type IN ('table','shadow')", -1, &names, NULL);
	if (code != SQLITE_OK)
		return store_conn_error(c, "the list of tables", d);
	if (budget_us)
		sqlite3_progress_handler(db_of(c), CHECK_STEPS, over_budget, &until);
	enum err e = OK;
	while (e == OK && (!budget_us || os_monotonic_us() < until) && (code = sqlite3_step(names)) == SQLITE_ROW)
		e = sqlite3_column_text(names, 0) ? check_table(c, (const char *)sqlite3_column_text(names, 0), quick, budget_us > 0, d) : ERR_NOMEM;
	if (budget_us)
		sqlite3_progress_handler(db_of(c), 0, NULL, NULL);
	sqlite3_finalize(names);
	if (e == OK && !budget_us && (code & 0xff) == SQLITE_INTERRUPT)
		return check_given_up(d);
	enum err pressed = e == OK ? sqlite_press_check(db_of(c)) : OK;
	if (pressed == ERR_CORRUPT) {
		diag_arg(d, S("press_dictionary"));
		return diag_set(d, pressed, "store.damaged", "The database is damaged, in the table press_dictionary. Restore it from a backup.");
	}
	if (pressed != OK)
		return store_conn_error(c, "press_dictionary", d);
	bool damaged_list = e == OK && code != SQLITE_ROW && code != SQLITE_DONE && (code & 0xff) != SQLITE_INTERRUPT;
	return damaged_list ? store_conn_error(c, "the list of tables", d) : e;
}

/* ---- a copy ---- */

static enum err copy_into(sqlite3 *db, const char *to)
{
	sqlite3_stmt *stmt = NULL;
	bool done = sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &stmt, NULL) == SQLITE_OK &&
	            sqlite3_bind_text(stmt, 1, to, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_DONE;
	sqlite3_finalize(stmt); /* the connection still knows what it said */
	return done ? OK : ERR_IO;
}

/* On a connection that is in no transaction, for the engine makes no copy within one. A log that somebody left is read, and stays as it is. */
static enum err copy_file(const char *path, const char *to, struct diag *d)
{
	struct store_conn *c;
	TRY(open_file(path, &(struct store_options){ .reading = true }, false, NULL, &c, d));
	(void)sqlite3_db_config(db_of(c), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	enum err e = copy_into(db_of(c), to);
	if (e != OK)
		e = store_conn_error(c, to, d);
	store_conn_close(c);
	return e;
}

/* ---- statements ---- */

static enum err learn_held(struct store_conn *c, struct sqlite_query *q, bool kept)
{
	q->held = sqlite_hold_learn(of(c)->hold, q->stmt, &q->uses, kept);
	if (q->held.adds < 0)
		return OK;
	q->values = heap_alloc((size_t)(sqlite3_bind_parameter_count(q->stmt) + 1) * sizeof *q->values);
	return q->values ? OK : ERR_NOMEM;
}

static enum err prepare(struct store_conn *c, const char *sql, bool kept, struct store_query **out)
{
	TRY(standing(c));
	struct sqlite_query *q = heap_alloc(sizeof *q);
	if (!q)
		return ERR_NOMEM;
	if (of(c)->hold)
		sqlite_hold_expect(of(c)->hold);
	if (sqlite3_prepare_v3(db_of(c), sql, -1, kept ? SQLITE_PREPARE_PERSISTENT : 0, &q->stmt, NULL) != SQLITE_OK) {
		fprintf(stderr, "statement refused: %s: %s\n", message(c), sql);
		heap_free(q);
		return failure(c, sqlite3_errcode(db_of(c)));
	}
	enum err e = sqlite_press_uses(of(c)->press, q->stmt, &q->uses);
	if (e == OK && of(c)->hold)
		e = learn_held(c, q, kept);
	if (e != OK) {
		sqlite_hold_forget(&q->held);
		sqlite3_finalize(q->stmt);
		heap_free(q);
		return e;
	}
	*out = &q->query;
	return OK;
}

static struct sqlite_query *own(struct store_query *q)
{
	return (struct sqlite_query *)q;
}

static void finalize(struct store_query *q)
{
	for (struct pressed *p = own(q)->pressed, *next; p; p = next) {
		next = p->next;
		heap_free(p->text);
		heap_free(p);
	}
	sqlite_hold_forget(&own(q)->held);
	sqlite3_finalize(stmt_of(q));
	heap_free(own(q)->values);
	heap_free(q);
}

/* What one long text needed is not kept for ever. */
static void reset(struct store_query *q)
{
	enum { KEPT_BYTES = 64 << 10 };
	sqlite3_reset(stmt_of(q));
	own(q)->refused = OK;
	for (struct pressed *p = own(q)->pressed; p; p = p->next) {
		if (p->room <= KEPT_BYTES)
			continue;
		heap_free(p->text);
		p->text = NULL;
		p->room = 0;
	}
}

static void clear(struct store_query *q)
{
	sqlite3_clear_bindings(stmt_of(q));
	own(q)->work.at = 0;
	if (own(q)->values)
		memset(own(q)->values, 0, (size_t)sqlite3_bind_parameter_count(stmt_of(q)) * sizeof *own(q)->values);
}

/* Binding can only fail on a parameter that does not exist: a bug. */
static void bound(int code)
{
	base_assert(code == SQLITE_OK);
}

/* Is it kept with the statement until that is run? */
static bool kept_value(struct store_query *q, int at, struct store_value v)
{
	if (own(q)->values)
		own(q)->values[at - 1] = v;
	return own(q)->values;
}

static void bind_i64(struct store_query *q, int at, int64_t v)
{
	if (!kept_value(q, at, (struct store_value){ .kind = VALUE_I64, .number = v }))
		bound(sqlite3_bind_int64(stmt_of(q), at, v));
}

static void bind_null(struct store_query *q, int at)
{
	if (!kept_value(q, at, (struct store_value){ .kind = VALUE_NULL }))
		bound(sqlite3_bind_null(stmt_of(q), at));
}

/* True: it is bound pressed. */
static bool bind_pressed(struct store_query *q, int at, struct str v)
{
	if (!press_uses_have(own(q)->uses.pressed, at))
		return false;
	struct str frame = sqlite_press_text(of(q->conn)->press, v);
	if (frame.ptr && sqlite3_bind_blob64(stmt_of(q), at, frame.ptr, frame.len, SQLITE_TRANSIENT) == SQLITE_OK)
		return true;
	if (press_is_frame(v))
		of(q->conn)->failed = ERR_NOMEM; /* as it is it would be taken for a frame */
	return false;
}

static void bind_text_now(struct store_query *q, int at, struct str v)
{
	if (bind_pressed(q, at, v))
		return;
	bound(sqlite3_bind_text64(stmt_of(q), at, v.ptr, v.len, SQLITE_STATIC, SQLITE_UTF8));
}

static void bind_text(struct store_query *q, int at, struct str v)
{
	if (!kept_value(q, at, (struct store_value){ .kind = VALUE_TEXT, .bytes = v }))
		bind_text_now(q, at, v);
}

static void bind_blob_now(struct store_query *q, int at, struct str v)
{
	if (bind_pressed(q, at, v))
		return;
	if (press_is_frame(v) && press_uses_have(own(q)->uses.guarded, at)) {
		fprintf(stderr, "statement refused: bytes that would be taken for a pressed text: %s\n", q->sql);
		own(q)->refused = ERR_UNSUPPORTED;
	}
	bound(sqlite3_bind_blob64(stmt_of(q), at, v.ptr, v.len, SQLITE_STATIC));
}

static void bind_blob(struct store_query *q, int at, struct str v)
{
	if (!kept_value(q, at, (struct store_value){ .kind = VALUE_BLOB, .bytes = v }))
		bind_blob_now(q, at, v);
}

/* Nothing is asked of a count that is added to but whole numbers. */
static bool bind_work(struct store_query *q, int at, const struct store_work *work)
{
	if (!own(q)->values || own(q)->held.sum)
		return false;
	own(q)->work = (struct hold_work){ .at = at, .work = *work };
	return true;
}

static void work_out(struct store_conn *c)
{
	if (of(c)->hold)
		sqlite_hold_work_out(of(c)->hold);
}

/* After that of all rows that wait. */
static void work_now(struct store_query *q)
{
	const struct hold_work *w = &own(q)->work;
	if (!w->at)
		return;
	work_out(q->conn);
	w->work.run(w->work.arg, own(q)->values, own(q)->worked);
	own(q)->values[w->at - 1] = (struct store_value){ .kind = VALUE_BLOB, .bytes = str_span((const char *)own(q)->worked, w->work.bytes) };
}

/* The row does not wait after all. */
static void bind_values(struct store_query *q)
{
	work_now(q);
	for (int at = 1; at <= sqlite3_bind_parameter_count(stmt_of(q)); at++) {
		const struct store_value *v = &own(q)->values[at - 1];
		if (v->kind == VALUE_I64)
			bound(sqlite3_bind_int64(stmt_of(q), at, v->number));
		else if (v->kind == VALUE_TEXT)
			bind_text_now(q, at, v->bytes);
		else if (v->kind == VALUE_BLOB)
			bind_blob_now(q, at, v->bytes);
		else
			bound(sqlite3_bind_null(stmt_of(q), at));
	}
}

/* What the statement asks or changes is all there first. After a savepoint nothing waits any more. */
static enum err put_in_for(struct store_query *q)
{
	const struct hold_uses *u = &own(q)->held;
	if (!of(q->conn)->hold)
		return OK;
	TRY(put_in(q->conn, &u->asks, u->adds < 0 && !u->fence));
	if (u->fence)
		sqlite_hold_end(of(q->conn)->hold);
	return OK;
}

static enum err step(struct store_query *q, bool *row)
{
	sqlite3_stmt *stmt = stmt_of(q);
	enum err e = standing(q->conn);
	if (e == OK)
		e = put_in_for(q);
	if (e == OK && own(q)->values)
		bind_values(q);
	if (e == OK)
		e = own(q)->refused;
	if (e != OK) {
		sqlite3_reset(stmt);
		return e;
	}
	int code = sqlite3_step(stmt);
	if (code == SQLITE_ROW || code == SQLITE_DONE) {
		*row = code == SQLITE_ROW;
		if (!*row)
			sqlite3_reset(stmt);
		return OK;
	}
	code = sqlite3_errcode(sqlite3_db_handle(stmt));
	sqlite3_reset(stmt);
	e = failure(q->conn, code);
	if (e == ERR_CORRUPT && of(q->conn)->around)
		sqlite_around_met(of(q->conn)->around, q->sql);
	return e;
}

static bool waits(struct store_query *q)
{
	struct sqlite_query *own_q = own(q);
	struct sqlite_hold *h = of(q->conn)->hold;
	if (!own_q->values || standing(q->conn) != OK)
		return false;
	if (own_q->held.sum)
		return put_in(q->conn, &own_q->held.first, true) == OK && sqlite_hold_sum(h, &own_q->held, own_q->values);
	return sqlite_hold_row(h, own_q->stmt, &own_q->held, &own_q->uses, own_q->values, &own_q->work);
}

static enum err exec(struct store_query *q)
{
	bool row;
	if (waits(q))
		return OK;
	TRY(step(q, &row));
	sqlite3_reset(stmt_of(q));
	return OK;
}

static int count(struct store_query *q)
{
	return sqlite3_column_count(stmt_of(q));
}

static const char *name_of(struct store_query *q, int at)
{
	return sqlite3_column_name(stmt_of(q), at);
}

static int64_t i64(struct store_query *q, int at)
{
	return sqlite3_column_int64(stmt_of(q), at);
}

static bool null(struct store_query *q, int at)
{
	return sqlite3_column_type(stmt_of(q), at) == SQLITE_NULL;
}

static bool integer(struct store_query *q, int at)
{
	return sqlite3_column_type(stmt_of(q), at) == SQLITE_INTEGER;
}

static enum err pressed_column(struct store_query *q, int at, struct pressed **out)
{
	struct pressed *p = own(q)->pressed;
	enum sqlite_pressed kind;
	while (p && p->at != at)
		p = p->next;
	if (!p) {
		TRY(sqlite_press_kind(of(q->conn)->press, stmt_of(q), at, &kind));
		if (!(p = heap_alloc(sizeof *p)))
			return ERR_NOMEM;
		*p = (struct pressed){ .next = own(q)->pressed, .at = at, .kind = kind };
		own(q)->pressed = p;
	}
	*out = p;
	return OK;
}

/* Nothing more is answered in this transaction: nobody takes a text that cannot be read for one that is not there. */
static struct str unreadable(struct store_conn *c, enum err e)
{
	of(c)->failed = e;
	of(c)->unreadable = e == ERR_CORRUPT;
	return (struct str){ NULL, 0 };
}

static bool room_for(struct pressed *p, size_t n)
{
	char *more = n > p->room ? heap_extend(p->text, n) : p->text;
	if (n > p->room && more) {
		p->text = more;
		p->room = n;
	}
	return more;
}

static struct str undo(struct store_query *q, struct pressed *p, struct str frame)
{
	size_t n = press_is_frame(frame) ? press_length(frame) : 0;
	if (n && !room_for(p, n))
		return unreadable(q->conn, ERR_NOMEM);
	enum err e = n ? sqlite_press_undo(of(q->conn)->press, frame, p->text) : ERR_CORRUPT;
	return e == OK ? str_span(p->text, n) : unreadable(q->conn, e);
}

static struct str bytes_or_text(struct store_query *q, int at, struct str bytes)
{
	struct pressed *p;
	enum err e = pressed_column(q, at, &p);
	if (e != OK)
		return unreadable(q->conn, e);
	bool pressed = p->kind == PRESSED_ALWAYS || (p->kind == PRESSED_PERHAPS && press_is_frame(bytes));
	return pressed ? undo(q, p, bytes) : bytes;
}

static struct str text(struct store_query *q, int at)
{
	bool bytes = sqlite3_column_type(stmt_of(q), at) == SQLITE_BLOB;
	const void *p = sqlite3_column_blob(stmt_of(q), at);
	size_t n = (size_t)sqlite3_column_bytes(stmt_of(q), at);
	if (!p && sqlite3_errcode(db_of(q->conn)) == SQLITE_NOMEM)
		return unreadable(q->conn, ERR_NOMEM); /* a number as text takes some */
	if (!p)
		return null(q, at) ? (struct str){ NULL, 0 } : S("");
	return bytes ? bytes_or_text(q, at, str_span(p, n)) : str_span(p, n);
}

const struct store_driver store_driver_sqlite = {
	.name = "sqlite", .open = open_file, .close = close_file, .script = script, .begin = begin, .commit = commit, .rollback = rollback,
	.adopt = adopt, .beside = beside, .flushed = flushed, .log_in = log_in, .leave_log = leave_log, .restless = restless, .use_leisure = use_leisure, .fault = fault, .settle = lost, .lost = lost, .ends = ends, .around = around, .learn = learn, .passed = passed, .message = message, .damaged = damaged, .check = check, .copy = copy_file, .changes = changes, .written = written, .prepare = prepare, .finalize = finalize, .reset = reset,
	.clear = clear, .bind_i64 = bind_i64, .bind_text = bind_text, .bind_blob = bind_blob, .bind_null = bind_null, .bind_work = bind_work, .work_out = work_out, .step = step, .exec = exec,
	.count = count, .name_of = name_of, .i64 = i64, .null = null, .integer = integer, .text = text,
};
