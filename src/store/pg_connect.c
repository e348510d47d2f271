/* pg_connect.c - an address becomes a session of a server, or it is known why not.
 *
 * A pooler may stand in between, which takes people in before it has a server's session for them, and may give that session to another after each
 * transaction. The first is met by waiting for an answer no longer than for a connection. The second is refused: settings, prepared
 * statements, LISTEN and the locks of sessions would be another's, here and there, and nothing would say so.
 */
#include <stdio.h>
#include <string.h>

#include "store/pg_int.h"

enum { ANSWER_MS = 5000, SHARED_MS = 1000 };

static void quiet(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

/* A peer that is gone without a word is known to be within some ten seconds, whether an answer is waited for (keepalives) or what
 * was sent is not taken. Before the address, so that it may say otherwise. */
static PGconn *call(const char *url)
{
	static const char *const keys[] = { "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
		                            "dbname", "fallback_application_name", "client_encoding", NULL };
	const char *const values[] = { "3", "4", "2", "3", "10000", url, "banjie", "UTF8", NULL };
	PGconn *db = PQconnectdbParams(keys, values, 1);
	PQsetNoticeReceiver(db, quiet, NULL); /* a server that goes says so to those who do not ask anything, too */
	return db;
}

/* ---- a pooler ---- */

/* The process that answers; 0: it answers something else, which who asks next will be told too. ERR_BUSY: nobody answers. */
static enum err who_answers(PGconn *db, int ms, int *pid)
{
	int64_t end_us = os_monotonic_us() + 1000 * (int64_t)ms;
	bool there = PQstatus(db) == CONNECTION_OK && PQsendQuery(db, "SELECT pg_backend_pid()");
	while (there && PQisBusy(db)) {
		int64_t left_us = end_us - os_monotonic_us();
		(void)os_wait_readable(PQsocket(db), -1, left_us > 0 ? (int)(left_us / 1000) + 1 : 0);
		there = left_us > 0 && PQconsumeInput(db);
	}
	int64_t n = 0;
	for (PGresult *r; there && (r = PQgetResult(db)); PQclear(r))
		if (PQresultStatus(r) == PGRES_TUPLES_OK)
			(void)str_to_i64(str_of(PQgetvalue(r, 0, 0)), &n);
	*pid = (int)n;
	return there && PQstatus(db) == CONNECTION_OK ? OK : ERR_BUSY;
}

/* Is what answered us given to the next who comes, or are we given another? As a pool hands out what was used last, or what was used longest ago. Who gets no answer
 * has proved nothing: a pool of sessions has none left. */
static bool shared(PGconn *db, const char *url, int pid)
{
	int again = pid, other = 0;
	PGconn *next = call(url);
	bool known = who_answers(db, SHARED_MS, &again) == OK && again == pid && who_answers(next, SHARED_MS, &other) == OK;
	PQfinish(next);
	return again != pid || (known && other == pid);
}

enum err pg_connect(const char *url, PGconn **out, char *why)
{
	int pid = 0;
	enum err e = OK;
	PGconn *db = *out = call(url);
	if (PQstatus(db) != CONNECTION_OK) {
		snprintf(why, PG_MESSAGE_MAX, "%.*s", (int)strcspn(PQerrorMessage(db), "\n"), PQerrorMessage(db));
		return ERR_IO;
	}
	if (who_answers(db, ANSWER_MS, &pid) != OK) {
		snprintf(why, PG_MESSAGE_MAX, "a connection was made, and nothing on it answered: a pooler in between has no session left, or the server does not answer");
		e = ERR_BUSY;
	} else if (pid && pid != PQbackendPID(db) && shared(db, url, pid)) {
		snprintf(why, PG_MESSAGE_MAX, "a pooler in between gives the same session to several by turns. It must keep them: pool_mode=session"
		         " for this database, or give the server's own address");
		e = ERR_UNSUPPORTED;
	}
	if (e != OK) {
		PQfinish(db);
		*out = NULL;
	}
	return e;
}

/* ---- as many as there are ---- */

/* A connection that was not made is tried once more: does the server have as many as it takes? It says so in its own language, and the code of
 * it only to who asks for it; a pooler says it in words of its own. Who is taken the second time may come again too. */
static bool may_come_yet(PGconn *db)
{
	PQsetErrorVerbosity(db, PQERRORS_VERBOSE);
	PQreset(db);
	PQsetErrorVerbosity(db, PQERRORS_DEFAULT);
	return PQstatus(db) == CONNECTION_OK || strstr(PQerrorMessage(db), " 53300: ") || strstr(PQerrorMessage(db), "(max_client_conn)");
}

/* A server that took him and then refused what he asks of it will go on doing so. */
enum err pg_whether_full(enum err e, PGconn *db)
{
	return e == ERR_IO && PQstatus(db) != CONNECTION_OK && may_come_yet(db) ? ERR_BUSY : e;
}

/* A server that is away gives readers none either: theirs are kept for when it is back, and who finds that it is says so to them. */
enum err pg_connect_first(struct store *s, PGconn **out, char *why)
{
	enum err e = pg_connect(s->path, out, why);
	e = pg_whether_full(e, *out);
	if (e == OK)
		store_is_there(s);
	if (e == ERR_BUSY)
		store_make_room(s);
	return e;
}

/* One that was only made the second time (pg_whether_full) is kept: there may be no other. */
PGconn *pg_session(struct store *s, char *why)
{
	PGconn *db;
	if (pg_connect_first(s, &db, why) == OK || PQstatus(db) == CONNECTION_OK)
		PQclear(PQexec(db, ((const struct pg_conn *)s->writer)->home));
	return db;
}

enum err pg_gives_one(const char *where, struct diag *d)
{
	PGconn *db;
	char why[PG_MESSAGE_MAX];
	enum err e = pg_connect(where, &db, why);
	PQfinish(db);
	return e == OK ? OK : diag_set(d, e, "store.connect", "The database cannot be reached: %s.", why);
}
