/* store_pg.c - the driver of PostgreSQL: connecting, the queue of what was sent, transactions.
 *
 * Several processes may write one database: the writer's transaction begins by waiting for its turn, an advisory
 * lock of the schema that ends with the transaction. Each process counts its transactions in a row of its own
 * (pg_turn.c): by it a process learns what became of a commit whose answer was lost with the connection.
 */
#include <stdio.h>
#include <string.h>

#include "store/pg_int.h"

/* How long a fail-over may take before commands are told that the database is away. */
enum { TRIES = 5, RECONNECT_MS = 60000, RECONNECT_STEP_MS = 100, RECONNECT_STEP_MAX_MS = 1000, ALONE_RECONNECT_MS = 5000, PLACE_MS = 30000 };

static struct pg_conn *of(struct store_conn *c)
{
	return (struct pg_conn *)c;
}

/* ---- what went wrong ---- */

static void note(struct pg_conn *c, const char *text)
{
	snprintf(c->message, sizeof c->message, "%.*s", (int)strcspn(text, "\n"), text);
}

char *pg_kept(struct str text)
{
	char *out = heap_alloc(text.len + 1);
	if (out && text.len)
		memcpy(out, text.ptr, text.len);
	return out;
}

enum err pg_broken(struct pg_conn *c)
{
	if (!c->lost)
		note(c, PQerrorMessage(c->db));
	c->lost = c->again = c->turned = true;
	c->failed = ERR_IO;
	return ERR_IO;
}

/* Somebody let the server forget what was prepared: a new session prepares it anew. */
#define STALE "26000"

/* The same is to be done where a column has another type than when the statement was prepared. The server has no class of its own for it, and says it in the
 * language that it is set to; a feature that it lacks has the same class, and it will lack that the next time too. */
static bool is_stale(const char *state, const PGresult *r)
{
	const char *where = PQresultErrorField(r, PG_DIAG_SOURCE_FUNCTION);
	return strcmp(state, "0A000") == 0 && where && strcmp(where, "RevalidateCachedQuery") == 0;
}

/* Classes of SQLSTATE: appendix A of PostgreSQL's manual. */
static enum err meaning(struct pg_conn *c, const char *state)
{
	static const struct { const char *class; enum err err; bool again, away; } table[] = {
		{ "23", ERR_CONFLICT, false, false }, /* a broken constraint */
		{ "40", ERR_BUSY, true, false },      /* not serializable, deadlock */
		{ "55P03", ERR_BUSY, true, false },   /* lock not available */
		{ "57P", ERR_IO, true, true },        /* shut down, crash of another backend, starting up */
		{ "08", ERR_IO, true, true },         /* the connection */
		{ "25006", ERR_IO, true, true },      /* read only: the primary is another server now */
		{ STALE, ERR_IO, true, true },
		{ "53200", ERR_NOMEM, false, false },
		{ "22", ERR_INVALID, false, false },  /* a value that no column can hold, as a NUL in a text */
		{ "XX00", ERR_CORRUPT, false, false },
	};
	if (c->pages && strcmp(state, "55P03") == 0) {
		store_hinder(c->pages, c->message);
		return ERR_IO;
	}
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strncmp(state, table[i].class, strlen(table[i].class)) == 0) {
			c->again |= table[i].again;
			c->lost |= table[i].away;
			return table[i].err;
		}
	return ERR_IO;
}

static void take_error(struct pg_conn *c, const PGresult *r, const char *sql)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE), *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	if (PQstatus(c->db) == CONNECTION_BAD) {
		(void)pg_broken(c);
		return;
	}
	if (c->failed)
		return;
	note(c, text ? text : PQresultErrorMessage(r));
	state = state ? state : "";
	c->failed = meaning(c, is_stale(state, r) ? STALE : state);
	c->denied = strcmp(state, "42501") == 0;
	if (strncmp(state, "42", 2) == 0)
		fprintf(stderr, "statement refused: %s: %s\n", c->message, sql ? sql : "");
}

static const char *message(struct store_conn *c)
{
	return of(c)->message;
}

static bool damaged(struct store_conn *c)
{
	return of(c)->failed == ERR_CORRUPT;
}

static bool denied(struct store_conn *c)
{
	return of(c)->denied;
}

/* ---- the queue ---- */

/* Now and then what waits is handed over: the server works on it while the next is made. */
void pg_wait(struct pg_conn *c, struct pg_waiting w)
{
	c->waiting[c->waits++] = w;
	if (c->waits % PG_QUEUE_SENT == 0 && !c->lost)
		(void)PQflush(c->db); /* a connection that is gone is noticed where answers are taken */
}

static void take(struct pg_conn *c, const struct pg_waiting *w, PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);
	if (status == PGRES_TUPLES_OK && w->kind == PG_RUN && w->query) {
		pg_take_rows(w->query, r);
		return;
	}
	if (status == PGRES_TUPLES_OK && w->kind == PG_RUN && w->place.ticket) {
		pg_cache_arrived(c->cache, w->place, r);
		return;
	}
	if (status == PGRES_COMMAND_OK && w->kind == PG_RUN)
		(void)str_to_i64(str_of(PQcmdTuples(r)), &c->changes);
	else if (status == PGRES_FATAL_ERROR)
		take_error(c, r, w->sql);
	if (w->kind == PG_PARSE && status != PGRES_COMMAND_OK)
		w->variant->there = false;
	PQclear(r);
}

/* Every statement's answer is followed by an empty one, but for a synchronization's. */
static void take_all(struct pg_conn *c)
{
	for (size_t i = 0; i < c->waits; i++) {
		PGresult *r = PQgetResult(c->db);
		if (!r) {
			if (PQstatus(c->db) == CONNECTION_BAD)
				(void)pg_broken(c);
			continue;
		}
		take(c, &c->waiting[i], r);
		while (c->waiting[i].kind != PG_SYNC && (r = PQgetResult(c->db)))
			PQclear(r);
	}
	c->waits = c->bytes = 0;
}

static bool push(struct pg_conn *c)
{
	if (c->lost || !PQpipelineSync(c->db)) {
		(void)pg_broken(c);
		c->waits = c->bytes = 0;
		return false;
	}
	pg_wait(c, (struct pg_waiting){ .kind = PG_SYNC });
	return true;
}

enum err pg_settle(struct pg_conn *c)
{
	base_assert(!c->streaming);
	c->conn.ways += c->waits > 0;
	if (c->waits && push(c))
		take_all(c);
	return c->failed;
}

/* Up to the mark behind the statement. */
static void finish_stream(struct pg_conn *c)
{
	for (bool mark = false; !mark;) {
		PGresult *r = PQgetResult(c->db);
		if (!r && PQstatus(c->db) == CONNECTION_BAD) {
			(void)pg_broken(c);
			return;
		}
		mark = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
		PQclear(r);
	}
}

enum err pg_settle_streaming(struct pg_conn *c)
{
	base_assert(c->waits > 0 && c->waiting[c->waits - 1].kind == PG_RUN);
	if (!PQpipelineSync(c->db))
		return pg_broken(c);
	c->waits--; /* the last one's answer is not taken here */
	take_all(c);
	if (c->failed && !c->lost)
		finish_stream(c); /* or the next question would be given what this one was told */
	return c->failed || PQsetSingleRowMode(c->db) ? c->failed : pg_broken(c);
}

PGresult *pg_next(struct pg_conn *c)
{
	PGresult *r = PQgetResult(c->db);
	if (PQresultStatus(r) == PGRES_SINGLE_TUPLE)
		return r;
	if (!r || PQresultStatus(r) == PGRES_FATAL_ERROR)
		take_error(c, r, ((const struct store_query *)c->streaming)->sql);
	PQclear(r);
	if (!c->lost)
		finish_stream(c);
	return NULL;
}

enum err pg_room(struct pg_conn *c, size_t bytes)
{
	c->bytes += bytes;
	return c->waits + 2 <= PG_QUEUE_MAX && c->bytes <= PG_QUEUE_BYTES_MAX ? OK : pg_settle(c);
}

/* ---- connecting ---- */

/* A commit whose wait for the standby was cut short (pg_cancel_backend, a time limit) is answered like one that the standby
 * has, but for a warning. Its words are in the server's language; the function that gives it is not. */
static void hear(void *arg, const PGresult *r)
{
	struct pg_conn *c = arg;
	const char *function = PQresultErrorField(r, PG_DIAG_SOURCE_FUNCTION);
	c->unconfirmed |= function && strcmp(function, "SyncRepWaitForLSN") == 0;
}

/* Plain SQL, at once; outside the queue. */
enum err pg_direct(struct pg_conn *c, const char *sql)
{
	if (c->lost || !PQexitPipelineMode(c->db))
		return pg_broken(c);
	PGresult *r = PQexec(c->db, sql);
	ExecStatusType status = PQresultStatus(r);
	if (status == PGRES_FATAL_ERROR || !r)
		take_error(c, r, NULL);
	PQclear(r);
	if (!c->lost && !PQenterPipelineMode(c->db))
		return pg_broken(c);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? OK : c->failed ? c->failed : ERR_IO;
}

enum err pg_number(struct store_query *q, int64_t *out)
{
	bool row;
	TRY(pg_step(q, &row));
	if (row)
		*out = pg_i64(q, 0);
	pg_reset(q);
	return OK;
}

/* Defaults of a role, a database or a server are for those who do not care. A commit is acknowledged when the disk has it, and the standby where one is named;
 * remote_apply is more than that. */
#define KEPT "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit')<>'remote_apply'"
/* Who works between two questions is not idle: a view that reckons, a copy that writes elsewhere. What `hear` waits for is a warning. And of a table of which a policy hides rows none is
 * taken for the whole: it is refused by its name. */
#define PLAIN "SET jit=off; SET row_security=off; SET idle_in_transaction_session_timeout=0; SET idle_session_timeout=0; SET client_min_messages=warning; "

/* Who keeps a table for himself (LOCK TABLE, VACUUM FULL) keeps whoever reads it waiting, and there are few threads for pages. A role's own limit stands. As long as somebody is known to, the others wait for a
 * moment alone: what they need may be another table. */
#define BOUNDED "SELECT set_config('lock_timeout', '5s', false) WHERE current_setting('lock_timeout')='0'"
#define HURRIED "SET LOCAL lock_timeout='50ms'"

static enum err connect_once(struct pg_conn *c)
{
	char why[PG_MESSAGE_MAX];
	PQfinish(c->db);
	enum err e = c->conn.store ? pg_connect_first(c->conn.store, &c->db, why) : pg_connect(c->url, &c->db, why);
	c->waits = c->bytes = 0;
	c->open = false;
	pg_forget_statements(c);
	if (!c->writer) {
		pg_reading_forget(c);
		c->told_there = false;
	}
	if (e != OK) {
		note(c, why);
		c->lost = true;
		return e;
	}
	PQsetNoticeReceiver(c->db, hear, c);
	c->lost = c->unconfirmed = false;
	c->untried = true;
	c->writers = 0; /* another server's numbers, it may be */
	c->views.many = true; /* what was done while we were away is not known either */
	c->failed = OK;
	if (!PQenterPipelineMode(c->db))
		return pg_broken(c);
	TRY(pg_direct(c, c->durable ? KEPT : "SET synchronous_commit=off"));
	/* The writer asks by keys: one plan is as good as a plan for each value, and is made once. Its backend holds the turn: cut off from us it
	 * gives up as soon as we do (pg_connect), not when the network is back and it happens to send again. */
	TRY(pg_direct(c, c->writer ? PLAIN "SET plan_cache_mode=force_generic_plan; " PG_KEPT_ALIVE : PLAIN));
	if (c->pages)
		TRY(pg_direct(c, BOUNDED));
	if (c->home)
		TRY(pg_direct(c, c->home));
	return c->serves ? pg_direct(c, PG_SERVE) : OK;
}

/* A server that restarts or fails over is waited for; one that refuses is not asked many times a second for it. */
static enum err connected(struct pg_conn *c)
{
	int step_ms = RECONNECT_STEP_MS;
	int64_t end_us = os_monotonic_us() + 1000 * (int64_t)c->patience_ms;
	while (c->lost && connect_once(c) != OK) {
		if (os_monotonic_us() >= end_us) { /* an attempt may itself take seconds */
			c->again = false;
			return ERR_IO;
		}
		(void)os_wait_readable(-1, -1, step_ms);
		step_ms += step_ms < RECONNECT_STEP_MAX_MS ? step_ms / 4 : 0;
	}
	return OK;
}

/* Of a process that begins: the others give back what they do not use. */
static enum err connected_first(struct pg_conn *c)
{
	int64_t end_us = os_monotonic_us() + 1000 * (int64_t)PLACE_MS;
	for (;;) {
		enum err e = connect_once(c);
		e = pg_whether_full(e, c->db);
		if (e != ERR_BUSY || os_monotonic_us() >= end_us)
			return e;
		(void)os_wait_readable(-1, -1, RECONNECT_STEP_MS);
	}
}

static void close_connection(struct store_conn *c)
{
	PQfinish(of(c)->db);
	pg_cache_free(of(c)->cache);
	heap_free(of(c)->url);
	heap_free(of(c)->schema);
	heap_free(of(c)->home);
	heap_free(c);
}

/* ---- transactions ---- */

static enum err statement(struct pg_conn *c, const char *sql, struct store_query **out)
{
	return store_prepare(&c->conn, sql, out);
}

static enum err run(struct pg_conn *c, const char *sql)
{
	struct store_query *q;
	TRY(statement(c, sql, &q));
	return pg_exec(q);
}

static enum err begin_writing(struct pg_conn *c)
{
	if (!c->process)
		TRY(pg_turn_introduce(c));
	TRY(pg_turn_begin(c));
	return c->views.many ? pg_schema_learn(c) : OK;
}

static enum err begin_reading(struct pg_conn *c)
{
	int64_t arrived = 0;
	TRY(run(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
	if (c->pages && store_hindered(c->pages))
		TRY(run(c, HURRIED));
	TRY(pg_reading_begin(c, &arrived));
	if (c->views.many)
		TRY(pg_schema_learn(c));
	return arrived >= c->expected ? OK : ERR_BUSY;
}

/* A long result that its reader gave up half way. */
static void drop_stream(struct pg_conn *c)
{
	if (c->streaming)
		pg_reset((struct store_query *)c->streaming);
}

/* Of one who reads without a transaction of his own, and who asks next on the same connection. */
static enum err fault(struct store_conn *conn)
{
	drop_stream(of(conn));
	return OK;
}

static enum err begin_once(struct pg_conn *c)
{
	bool owed = !c->writer && c->waits > 0; /* answers to the reading before this one, which is over */
	drop_stream(c);
	TRY(connected(c));
	if (c->writer)
		(void)pg_settle(c);
	if (c->lost)
		return ERR_IO;
	c->failed = OK; /* a reader's last commit is answered with what comes now */
	c->again = c->wrote = false;
	c->open = c->fresh = true;
	enum err e = c->writer ? begin_writing(c) : begin_reading(c);
	c->wrote = c->writer && c->untried;
	c->fresh = false;
	c->again |= owed && c->failed; /* what was said ahead there failed, and nobody asked it */
	return e;
}

static void rollback(struct store_conn *conn)
{
	struct pg_conn *c = of(conn);
	drop_stream(c);
	(void)pg_settle(c);
	pg_schema_undone(c);
	c->turned = true;
	c->writers = 0;
	c->fresh = !c->writer && !c->failed; /* what a reader got is true of the moment that it looked at */
	if (!c->lost && c->open) {
		c->failed = OK;
		if (run(c, "ROLLBACK") == OK)
			(void)pg_settle(c);
	}
	c->open = c->fresh = false;
}

static enum err begin(struct store_conn *conn)
{
	struct pg_conn *c = of(conn);
	enum err e = ERR_IO;
	for (int i = 0; i < TRIES && e != OK; i++) {
		e = begin_once(c);
		if (e != OK)
			rollback(conn);
		if (e != OK && !c->again)
			break;
	}
	return e;
}

/* Nobody waits for the answer: it is taken when the connection is used next. */
static enum err commit_reading(struct pg_conn *c)
{
	if (c->failed)
		return c->failed;
	c->fresh = true; /* it changes nothing */
	enum err e = run(c, "COMMIT");
	c->fresh = false;
	TRY(e);
	c->open = false;
	return push(c) ? OK : ERR_IO;
}

static enum err last_batch(struct pg_conn *c, int64_t *batch)
{
	struct store_query *q;
	*batch = -1;
	TRY(connected(c));
	c->open = true;
	TRY(run(c, PG_BEGIN));
	TRY(run(c, PG_TURN)); /* the old connection's transaction has come to its end */
	TRY(statement(c, "UPDATE store_process SET seen=now() WHERE process=?1 RETURNING batch", &q));
	pg_bind_i64(q, 1, c->process);
	TRY(pg_number(q, batch));
	TRY(run(c, "COMMIT"));
	TRY(pg_settle(c));
	c->open = false;
	return c->unconfirmed ? pg_broken(c) : OK;
}

/* The answer to the commit is lost: the row of this process says whether it took place. It is written anew with the question, for
 * a primary shows a commit that its standby may never have seen; one that comes after it does wait for the standby. Where even that cannot be learned, the
 * batch is not run again: it ends as a fault, and its senders may ask under their keys. */
static enum err outcome(struct pg_conn *c)
{
	int64_t batch;
	enum err e = ERR_IO;
	c->fresh = true;
	for (int i = 0; i < TRIES && e != OK && c->again; i++)
		e = last_batch(c, &batch);
	c->fresh = false;
	bool known = e == OK && (batch >= 0 || c->batch == 1); /* who has written before had a row: it was taken away, with what it said */
	c->again = known && batch != c->batch;
	return !known ? ERR_IO : c->again ? ERR_BUSY : OK;
}

/* What still waits and the commit travel together: after a failure the server leaves out the rest, the commit with it. */
static enum err send_commit(struct pg_conn *c, bool *sent)
{
	if (c->failed)
		return c->failed;
	if (c->wrote)
		TRY(pg_turn_sign(c));
	*sent = c->wrote;
	TRY(run(c, "COMMIT"));
	return pg_settle(c);
}

static enum err commit_writing(struct pg_conn *c)
{
	bool sent = false;
	c->fresh = true;
	enum err e = send_commit(c, &sent);
	c->fresh = false;
	if (e == OK && c->unconfirmed)
		e = pg_broken(c); /* as if no answer had come: asked on a new connection, which waits for the standby itself */
	c->open = e != OK && !c->lost;
	if (e == OK && sent)
		pg_turn_signed(c);
	c->untried &= e != OK;
	if (e != OK && c->lost && sent)
		return outcome(c);
	return e == OK ? OK : ERR_CONFLICT;
}

static enum err commit(struct store_conn *conn)
{
	struct pg_conn *c = of(conn);
	drop_stream(c);
	if (!c->writer)
		return commit_reading(c);
	enum err e = commit_writing(c);
	if (e == OK) {
		c->fixed = false; /* what it fixed stands, whatever becomes of the turns behind it */
		return OK;
	}
	bool again = c->again;
	rollback(conn);
	return again ? ERR_BUSY : e;
}

/* Of a failed commit too: a number too high only sends readers to the primary until the next batch. */
static int64_t batches(struct store_conn *c)
{
	return of(c)->total;
}

static void expect(struct store_conn *c, int64_t n)
{
	of(c)->expected = n;
}

static bool turned(struct store_conn *conn)
{
	bool was = of(conn)->turned;
	of(conn)->turned = false;
	return was;
}

static bool doubted(struct store_conn *conn)
{
	return of(conn)->doubted;
}

/* ---- opening ---- */

/* A search path that the address asks for ("-csearch_path=north", in which a backslash keeps a blank), and that a pooler on the way left out. */
static bool path_left_out(struct pg_conn *c, struct str path)
{
	static const char name[] = "search_path=";
	const char *options = PQoptions(c->db), *at = options ? strstr(options, name) : NULL;
	size_t n = 0;
	if (!at)
		return false;
	for (at += strlen(name); *at && *at != ' '; at++, n++) {
		at += *at == '\\' && at[1];
		if (n >= path.len || path.ptr[n] != *at)
			return true;
	}
	return n != path.len;
}

/* A database that cannot hold the record is refused with its reason, before anything is written there. */
static enum err look_whether_fit(struct pg_conn *c, struct diag *d)
{
	struct store_query *q;
	bool row = false;
	TRY(statement(c, "SELECT pg_encoding_to_char(encoding), current_schema(), current_setting('search_path'), current_setting('transaction_read_only'),"
	                 " (SELECT 'SET search_path TO ' || string_agg(quote_ident(s.name), ', ' ORDER BY s.at) FROM unnest(current_schemas(false)) WITH ORDINALITY AS s(name, at))"
	                 " FROM pg_database WHERE datname=current_database()", &q));
	TRY(pg_step(q, &row));
	if (!row)
		return ERR_IO;
	enum err e = OK;
	if (!str_eq(pg_text(q, 0), S("UTF8")))
		e = diag_set(d, ERR_UNSUPPORTED, "store.encoding", "The database's encoding is %.*s. It must be UTF8: createdb -E UTF8 -T template0 DATABASE.", STR_ARG(pg_text(q, 0)));
	else if (!c->home && path_left_out(c, pg_text(q, 2)))
		e = diag_set(d, ERR_UNSUPPORTED, "store.pooler", "The address asks for a schema (%s), and a pooler in between does not pass that on: the search path is %.*s."
		             " Leave it out of the address, and: ALTER ROLE … SET search_path=….", PQoptions(c->db), STR_ARG(pg_text(q, 2)));
	else if (pg_null(q, 1))
		e = diag_set(d, ERR_NOT_FOUND, "store.schema", "No schema of the search path (%.*s) exists, or the role may not use it. As its owner or an administrator:"
		             " CREATE SCHEMA … AUTHORIZATION ROLE.", STR_ARG(pg_text(q, 2)));
	else if (c->writer && str_eq(pg_text(q, 3), S("on")))
		e = diag_set(d, ERR_IO, "store.read-only", "The database takes no changes: the server is a standby, or default_transaction_read_only is on.");
	else if (!c->home && !(c->home = pg_kept(pg_text(q, 4))))
		e = ERR_NOMEM;
	pg_reset(q);
	return e;
}

static enum err open_connection(const char *url, const struct store_options *o, bool writer, const struct store_conn *first, struct store_conn **out, struct diag *d)
{
	struct pg_conn *c = heap_alloc(sizeof *c);
	if (!c)
		return ERR_NOMEM;
	c->conn.driver = &store_driver_pg;
	c->writer = writer;
	c->durable = o->durable;
	c->brief = writer && !o->inline_writer;
	c->patience_ms = writer ? RECONNECT_MS : o->inline_writer ? ALONE_RECONNECT_MS : 0;
	c->lost = c->turned = c->views.many = true;
	c->expected = -1;
	c->url = pg_kept(str_of(url));
	c->pages = first && !writer && !o->inline_writer ? ((const struct pg_conn *)first)->conn.store : NULL;
	c->home = first ? pg_kept(str_of(((const struct pg_conn *)first)->home)) : NULL;
	c->cache = pg_cache_new();
	enum err e = c->url && c->cache && (c->home || !first) ? OK : ERR_NOMEM;
	if (e == OK)
		e = writer || o->inline_writer ? connected_first(c) : connect_once(c); /* a command that only reads has but this one */
	bool pooled = e == ERR_UNSUPPORTED;
	if (e == OK)
		e = look_whether_fit(c, d);
	if (e != OK) {
		e = diag_set(d, e, pooled ? "store.pooler" : "store.connect", "The database cannot be %s: %s.", pooled ? "used so" : "reached", c->message);
		store_conn_close(&c->conn);
		return e;
	}
	*out = &c->conn;
	return OK;
}

static enum err script(struct store_conn *conn, const char *sql)
{
	struct pg_conn *c = of(conn);
	char *text;
	TRY(pg_settle(c));
	TRY(pg_sql_script(sql, &text));
	enum err e = pg_direct(c, text);
	heap_free(text);
	if (e == OK) { /* plans of tables that are others now; what was refused changed none */
		e = pg_direct(c, "DEALLOCATE ALL");
		pg_forget_statements(c);
	}
	pg_cache_clear(c->cache);
	pg_turn_changed_all(c);
	c->views.many = true; /* asked anew when the next transaction begins */
	c->wrote = true;
	c->writes++;
	if (!c->open && !c->lost)
		c->failed = OK;
	return e;
}

static int64_t written(struct store_conn *c)
{
	return of(c)->writes;
}

static int64_t changes(struct store_conn *c)
{
	return pg_settle(of(c)) == OK ? of(c)->changes : 0;
}

/* Whoever writes without waiting for the disk waits here: a commit that does takes all before it along. */
static enum err log_in(struct store *s)
{
	struct pg_conn *c = of(s->writer);
	return c->durable ? OK : pg_direct(c, "BEGIN; SET LOCAL synchronous_commit=on; SELECT pg_current_xact_id(); COMMIT");
}

static enum err settle(struct store_conn *c)
{
	return pg_settle(of(c));
}

const struct store_driver store_driver_pg = {
	.name = "postgresql", .server = true, .open = open_connection, .room = pg_gives_one, .close = close_connection, .script = script, .begin = begin, .commit = commit,
	.rollback = rollback, .log_in = log_in, .settle = settle, .fault = fault, .turned = turned, .doubted = doubted, .note = pg_note, .noted = pg_noted, .batches = batches, .expect = expect, .listen = pg_listen, .unlisten = pg_unlisten,
	.leads = pg_leads, .resign = pg_resign, .serving = pg_serving, .serve = pg_serve, .fix_schema = pg_schema_fix, .months = pg_months, .message = message, .damaged = damaged, .denied = denied, .changes = changes, .written = written, .prepare = pg_prepare,
	.finalize = pg_finalize, .reset = pg_reset, .clear = pg_clear, .bind_i64 = pg_bind_i64, .bind_text = pg_bind_text, .bind_blob = pg_bind_blob,
	.bind_null = pg_bind_null, .step = pg_step, .exec = pg_exec, .stream = pg_stream, .ahead = pg_ahead, .count = pg_count, .name_of = pg_name_of, .i64 = pg_i64, .null = pg_null,
	.integer = pg_integer, .text = pg_text,
};
