/* conn.c - one connection, whatever engine it is of: statements cached by the address of their text. */
#include "store/store_int.h"

enum err store_conn_error(struct store_conn *c, const char *what, struct diag *d)
{
	if (c->driver->damaged(c))
		return diag_set(d, ERR_CORRUPT, "store.corrupt", "The database file is damaged: %s (%s). Restore it from a backup.",
		                c->driver->message(c), what);
	if (c->driver->denied && c->driver->denied(c))
		return diag_set(d, ERR_IO, "store.rights", "The database said: %s (%s). The role must own its schema, as it does after"
		                " \"createdb -O ROLE DATABASE\"; docs/postgresql.md.", c->driver->message(c), what);
	return diag_set(d, ERR_IO, "store.io", "The database said: %s (%s).", c->driver->message(c), what);
}

enum err store_conn_open(const struct store *s, bool writer, struct store_conn **out, struct diag *d)
{
	return s->driver->open(s->path, &s->options, writer, s->writer, out, d);
}

void store_conn_close(struct store_conn *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < STORE_CACHE_SLOTS; i++) {
		while (c->cache[i]) {
			struct store_query *q = c->cache[i];
			c->cache[i] = q->next;
			c->driver->finalize(q);
		}
	}
	c->driver->close(c);
}

enum err store_conn_begin(struct store_conn *c)
{
	return c->driver->begin(c);
}

enum err store_conn_commit(struct store_conn *c)
{
	return c->driver->commit(c);
}

void store_conn_rollback(struct store_conn *c)
{
	c->driver->rollback(c);
}

enum err store_conn_settle(struct store_conn *c)
{
	return c->driver->settle ? c->driver->settle(c) : OK;
}

void store_note(struct store_conn *c, int64_t note)
{
	if (c->driver->note)
		c->driver->note(c, note);
}

bool store_noted(struct store_conn *c, int64_t *note)
{
	return c->driver->noted && c->driver->noted(c, note);
}

static enum err prepare(struct store_conn *c, const char *sql, bool kept, struct store_query **out)
{
	TRY(c->driver->prepare(c, sql, kept, out));
	(*out)->conn = c;
	(*out)->sql = sql;
	return OK;
}

enum err store_prepare(struct store_conn *c, const char *sql, struct store_query **out)
{
	size_t slot = ((uintptr_t)sql >> 3) % STORE_CACHE_SLOTS;
	struct store_query *q = c->cache[slot];
	while (q && q->sql != sql)
		q = q->next;
	if (!q) {
		TRY(prepare(c, sql, true, &q));
		q->next = c->cache[slot];
		c->cache[slot] = q;
	} else {
		c->driver->reset(q);
		c->driver->clear(q);
	}
	*out = q;
	return OK;
}

enum err store_prepare_text(struct store_conn *c, const char *sql, struct store_query **out)
{
	return prepare(c, sql, false, out);
}

void store_finalize_text(struct store_query *q)
{
	if (q)
		q->conn->driver->finalize(q);
}

void store_bind_i64(struct store_query *q, int at, int64_t v)
{
	q->conn->driver->bind_i64(q, at, v);
}

void store_bind_null(struct store_query *q, int at)
{
	q->conn->driver->bind_null(q, at);
}

void store_bind_str(struct store_query *q, int at, struct str v)
{
	if (v.ptr)
		q->conn->driver->bind_text(q, at, v);
	else
		store_bind_null(q, at);
}

void store_bind_blob(struct store_query *q, int at, struct str v)
{
	if (v.ptr)
		q->conn->driver->bind_blob(q, at, v);
	else
		store_bind_null(q, at);
}

bool store_bind_work(struct store_query *q, int at, const struct store_work *work)
{
	base_assert(work->bytes > 0 && work->bytes <= STORE_WORK_BYTES);
	return q->conn->driver->bind_work && q->conn->driver->bind_work(q, at, work);
}

void store_work_out(struct store_conn *c)
{
	if (c->driver->work_out)
		c->driver->work_out(c);
}

enum err store_step(struct store_query *q, bool *row)
{
	return q->conn->driver->step(q, row);
}

void store_ahead(struct store_query *q)
{
	if (q->conn->driver->ahead)
		q->conn->driver->ahead(q);
}

enum err store_exec(struct store_query *q)
{
	return q->conn->driver->exec(q);
}

void store_stream(struct store_query *q)
{
	if (q->conn->driver->stream)
		q->conn->driver->stream(q);
}

void store_reset(struct store_query *q)
{
	if (q)
		q->conn->driver->reset(q);
}

int64_t store_col_i64(struct store_query *q, int at)
{
	return q->conn->driver->i64(q, at);
}

bool store_col_null(struct store_query *q, int at)
{
	return q->conn->driver->null(q, at);
}

bool store_col_integer(struct store_query *q, int at)
{
	return q->conn->driver->integer(q, at);
}

struct str store_col_str(struct store_query *q, int at)
{
	return q->conn->driver->text(q, at);
}

struct str store_col_copy(struct store_query *q, int at, struct arena *a)
{
	struct str s = store_col_str(q, at);
	return s.ptr ? arena_str(a, s) : s;
}

int store_col_count(struct store_query *q)
{
	return q->conn->driver->count(q);
}

const char *store_col_name(struct store_query *q, int at)
{
	return q->conn->driver->name_of(q, at);
}

int64_t store_changes(struct store_conn *c)
{
	return c->driver->changes(c);
}

enum err store_serving(struct store_conn *c, int64_t *processes)
{
	return c->driver->serving ? c->driver->serving(c, processes) : ERR_UNSUPPORTED;
}

bool store_writes(const struct store_conn *c)
{
	return c->store != NULL;
}

bool store_is_far(const struct store_conn *c)
{
	return c->driver->server;
}

const char *store_message(struct store_conn *c)
{
	return c->driver->message(c);
}

enum err store_script(struct store_conn *c, const char *sql, struct diag *d)
{
	return c->driver->script(c, sql) == OK ? OK : store_conn_error(c, "script", d);
}

enum err store_check(struct store_conn *c, bool quick, int64_t budget_us, struct diag *d)
{
	return c->driver->check ? c->driver->check(c, quick, budget_us, d) : OK;
}
