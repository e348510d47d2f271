/* conn.c - one SQLite connection: statements cached by the address of their text. */
#include <stdio.h>

#include "store/store_int.h"

static enum err engine_error(struct store_conn *c, const char *what, struct diag *d)
{
	int code = sqlite3_errcode(c->db);
	if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
		return diag_set(d, ERR_CORRUPT, "store.corrupt", "The database file is damaged: %s (%s). Restore it from a backup.",
		                sqlite3_errmsg(c->db), what);
	return diag_set(d, ERR_IO, "store.io", "The database said: %s (%s).", sqlite3_errmsg(c->db), what);
}

enum err store_conn_sql(struct store_conn *c, const char *sql)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : ERR_IO;
}

/* The WAL is checkpointed by size; see MEASURED: small limits cost a third of the rate. */
static enum err configure(struct store_conn *c, bool durable, bool writer)
{
	TRY(store_conn_sql(c, "PRAGMA busy_timeout=10000"));
	TRY(store_conn_sql(c, "PRAGMA foreign_keys=OFF"));
	TRY(store_conn_sql(c, "PRAGMA temp_store=MEMORY"));
	if (!writer)
		return store_conn_sql(c, "PRAGMA cache_size=-1024");
	TRY(store_conn_sql(c, "PRAGMA journal_mode=WAL"));
	TRY(store_conn_sql(c, durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF"));
	TRY(store_conn_sql(c, "PRAGMA wal_autocheckpoint=10000"));
	return store_conn_sql(c, "PRAGMA cache_size=-16384");
}

enum err store_conn_open(const char *path, bool durable, bool writer, struct store_conn **out, struct diag *d)
{
	struct store_conn *c = heap_alloc(sizeof *c);
	if (!c)
		return ERR_NOMEM;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (writer ? SQLITE_OPEN_CREATE : 0);
	if (sqlite3_open_v2(path, &c->db, flags, NULL) != SQLITE_OK || configure(c, durable, writer) != OK) {
		enum err e = engine_error(c, path, d);
		store_conn_close(c);
		return e;
	}
	*out = c;
	return OK;
}

void store_conn_close(struct store_conn *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < STORE_CACHE_SLOTS; i++) {
		while (c->cache[i]) {
			struct store_query *q = c->cache[i];
			c->cache[i] = q->next;
			sqlite3_finalize(q->stmt);
			heap_free(q);
		}
	}
	sqlite3_close(c->db);
	heap_free(c);
}

static enum err prepare(struct store_conn *c, const char *sql, unsigned flags, struct store_query **out)
{
	struct store_query *q = heap_alloc(sizeof *q);
	if (!q)
		return ERR_NOMEM;
	if (sqlite3_prepare_v3(c->db, sql, -1, flags, &q->stmt, NULL) != SQLITE_OK) {
		fprintf(stderr, "statement refused: %s: %s\n", sqlite3_errmsg(c->db), sql);
		heap_free(q);
		return ERR_IO;
	}
	q->sql = sql;
	*out = q;
	return OK;
}

enum err store_prepare(struct store_conn *c, const char *sql, struct store_query **out)
{
	size_t slot = ((uintptr_t)sql >> 3) % STORE_CACHE_SLOTS;
	struct store_query *q = c->cache[slot];
	while (q && q->sql != sql)
		q = q->next;
	if (!q) {
		TRY(prepare(c, sql, SQLITE_PREPARE_PERSISTENT, &q));
		q->next = c->cache[slot];
		c->cache[slot] = q;
	} else {
		sqlite3_reset(q->stmt);
		sqlite3_clear_bindings(q->stmt);
	}
	*out = q;
	return OK;
}

enum err store_prepare_text(struct store_conn *c, const char *sql, struct store_query **out)
{
	return prepare(c, sql, 0, out);
}

void store_finalize_text(struct store_query *q)
{
	if (!q)
		return;
	sqlite3_finalize(q->stmt);
	heap_free(q);
}

/* Binding can only fail on a parameter that does not exist: a bug. */
static void bound(int code)
{
	base_assert(code == SQLITE_OK);
}

void store_bind_i64(struct store_query *q, int at, int64_t v)
{
	bound(sqlite3_bind_int64(q->stmt, at, v));
}

void store_bind_null(struct store_query *q, int at)
{
	bound(sqlite3_bind_null(q->stmt, at));
}

void store_bind_str(struct store_query *q, int at, struct str v)
{
	if (!v.ptr)
		store_bind_null(q, at);
	else
		bound(sqlite3_bind_text64(q->stmt, at, v.ptr, v.len, SQLITE_STATIC, SQLITE_UTF8));
}

void store_bind_blob(struct store_query *q, int at, struct str v)
{
	if (!v.ptr)
		store_bind_null(q, at);
	else
		bound(sqlite3_bind_blob64(q->stmt, at, v.ptr, v.len, SQLITE_STATIC));
}

enum err store_step(struct store_query *q, bool *row)
{
	switch (sqlite3_step(q->stmt)) {
	case SQLITE_ROW:
		*row = true;
		return OK;
	case SQLITE_DONE:
		*row = false;
		sqlite3_reset(q->stmt);
		return OK;
	default: {
		int code = sqlite3_errcode(sqlite3_db_handle(q->stmt)) & 0xff;
		sqlite3_reset(q->stmt);
		if (code == SQLITE_CONSTRAINT)
			return ERR_CONFLICT;
		return code == SQLITE_CORRUPT ? ERR_CORRUPT : code == SQLITE_NOMEM ? ERR_NOMEM : ERR_IO;
	}
	}
}

enum err store_exec(struct store_query *q)
{
	bool row;
	TRY(store_step(q, &row));
	sqlite3_reset(q->stmt);
	return OK;
}

int64_t store_col_i64(struct store_query *q, int at)
{
	return sqlite3_column_int64(q->stmt, at);
}

bool store_col_null(struct store_query *q, int at)
{
	return sqlite3_column_type(q->stmt, at) == SQLITE_NULL;
}

struct str store_col_str(struct store_query *q, int at)
{
	const void *p = sqlite3_column_blob(q->stmt, at);
	size_t n = (size_t)sqlite3_column_bytes(q->stmt, at);
	if (!p)
		return store_col_null(q, at) ? (struct str){ NULL, 0 } : S("");
	return str_span(p, n);
}

struct str store_col_copy(struct store_query *q, int at, struct arena *a)
{
	struct str s = store_col_str(q, at);
	return s.ptr ? arena_str(a, s) : s;
}

int store_col_count(struct store_query *q)
{
	return sqlite3_column_count(q->stmt);
}

const char *store_col_name(struct store_query *q, int at)
{
	return sqlite3_column_name(q->stmt, at);
}

int64_t store_last_id(struct store_conn *c)
{
	return sqlite3_last_insert_rowid(c->db);
}

int64_t store_changes(struct store_conn *c)
{
	return sqlite3_changes64(c->db);
}

void store_reset(struct store_query *q)
{
	if (q)
		sqlite3_reset(q->stmt);
}

const char *store_message(struct store_conn *c)
{
	return sqlite3_errmsg(c->db);
}

enum err store_script(struct store_conn *c, const char *sql, struct diag *d)
{
	return store_conn_sql(c, sql) == OK ? OK : engine_error(c, "script", d);
}

bool store_col_integer(struct store_query *q, int at)
{
	return sqlite3_column_type(q->stmt, at) == SQLITE_INTEGER;
}
