/* pg_listen.c - the other processes on the same database: hearing of their commits, which process leads, and how many serve.
 *
 * Both are sessions of their own. Leading is a lock that a session holds: it ends with the process, and another may take it. Serving is
 * a lock that the listening sessions share, and the writing ones of commands: it stands against nobody, it is there to be counted. */
#include <stdio.h>
#include <string.h>

#include "store/pg_int.h"

enum {
	TRY_AGAIN_MS = 500,
	LOOK_MS = 5000,
	SILENT_US = 30000000, /* as `silent` says */
	NEWS_REST_MS = 50,  /* between two pieces of news: who looks on sees no difference, and a busy house is read twenty times a second, not with each batch */
	LEAD_AGAIN_MS = 250, /* another leads: whoever wants to know is not told anew with each batch either */
};

struct store_listener {
	struct store *store;
	void (*heard)(struct store *s, int64_t batches);
	PGconn *db;
	int64_t process; /* whose own commits are no news */
	int64_t lead_us; /* when who leads says so again */
	int wake;
	_Atomic bool stopping;
	struct os_thread *thread;
};

static bool said_yes(PGconn *db, const char *sql)
{
	PGresult *r = PQexec(db, sql);
	bool ok = PQresultStatus(r) == PGRES_COMMAND_OK ||
	          (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1 && PQgetvalue(r, 0, 0)[0] == 't');
	PQclear(r);
	return ok;
}

/* A standby has locks of its own: who had it there would lead beside him who leads at the primary. */
#define AT_PRIMARY "SELECT NOT pg_is_in_recovery()"
#define KEY_LEADS "hashtextextended('banjie.lead.' || current_schema(), 0)"

/* The channel's name is made by the server: a schema may be called anything. */
static bool subscribe(PGconn *db)
{
	return PQstatus(db) == CONNECTION_OK && said_yes(db, PG_KEPT_ALIVE "; SET idle_session_timeout=0") && said_yes(db, PG_SERVE) &&
	       said_yes(db, "DO $$ BEGIN EXECUTE format('LISTEN %I', 'banjie.' || current_schema()); END $$");
}

/* All that waits is one piece of news; each names the process that it is of, and the number of batches with it. */
static bool take_notices(struct store_listener *l, int64_t *batches)
{
	bool any = false;
	if (!PQconsumeInput(l->db))
		return false;
	for (PGnotify *n; (n = PQnotifies(l->db));) {
		int64_t process = 0, total = 0;
		struct str rest = str_of(n->extra);
		any |= !str_to_i64(str_cut(&rest, ' '), &process) || process != l->process;
		if (rest.ptr && str_to_i64(rest, &total) && total > *batches)
			*batches = total;
		PQfreemem(n);
	}
	return any;
}

/* What was committed while nothing was heard. */
static int64_t batches_there(PGconn *db)
{
	int64_t n = 0;
	PGresult *r = PQexec(db, "SELECT coalesce(max(total), 0) FROM store_process");
	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1)
		(void)str_to_i64(str_of(PQgetvalue(r, 0, 0)), &n);
	PQclear(r);
	return n;
}

/* ---- a look in one's turn: is the schema still this program's? (pg_schema.c) Who only reads would not meet it ---- */

static enum err nothing(struct store_job *job, struct store_conn *c)
{
	(void)job;
	(void)c;
	return OK;
}

static void looked(struct store_job *job, enum err e)
{
	(void)e;
	heap_free(job);
}

/* Where too much waits already, that looks too. */
static void look_in_turn(struct store *s)
{
	struct store_job *job = heap_alloc(sizeof *job);
	if (!job)
		return;
	job->run = nothing;
	job->done = looked;
	if (store_submit(s, job) != OK)
		heap_free(job);
}

/* ---- a turn that does not end: its process was stopped, or has no memory to go on with; its machine answers for it all the same ---- */

/* The two halves of a key stand apart. */
#define KEY_OF(l) "((CAST(" l ".classid AS bigint) << 32) | CAST(" l ".objid AS bigint))"
#define LOCK_HERE(l) l ".locktype='advisory' AND " l ".objsubid=1" \
	" AND " l ".database=(SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname=current_database())"

/* Whoever works asks or is asked; as long as nobody waits for him he may take his time. The silent one's work is undone, and done again by him if ever he goes on. */
static const char silent[] =
	"SELECT count(pg_terminate_backend(a.pid))>0 FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_locks l ON l.pid=a.pid"
	" WHERE " LOCK_HERE("l") " AND l.granted AND " KEY_OF("l") "=" PG_KEY_BRIEF " AND a.wait_event_type='Client' AND a.state_change<clock_timestamp()-interval '30 s'"
	" AND EXISTS(SELECT 1 FROM pg_catalog.pg_locks w WHERE " LOCK_HERE("w") " AND NOT w.granted AND " KEY_OF("w") "=" PG_KEY_TURN ")";

static void end_silent_turn(struct store_listener *l)
{
	int64_t since = store_busy_since_us(l->store);
	if (since && os_monotonic_us() - since > SILENT_US && said_yes(l->db, silent))
		fprintf(stderr, "banjie: another process had its turn and said nothing for half a minute: its connection was ended, and work goes on here\n");
}

/* Who leads says so: the threads that ask whether he does may all wait for his turn, behind a command that has it for an hour, and his session ends when it is silent
 * (pg_leads). He who took the lead meanwhile would send once more what is on its way here. */
static void go_on_leading(struct store_listener *l)
{
	struct store_leader *leader = &l->store->leader;
	if (os_monotonic_us() < l->lead_us)
		return;
	l->lead_us = os_monotonic_us() + (int64_t)LOOK_MS * 1000;
	os_mutex_lock(&leader->lock);
	if (leader->leads)
		(void)said_yes(leader->session, "SELECT true"); /* if not, whoever asks next finds it out */
	os_mutex_unlock(&leader->lock);
}

static void *listening(void *arg)
{
	struct store_listener *l = arg;
	int64_t batches = 0;
	char why[PG_MESSAGE_MAX];
	os_thread_name("listen");
	while (!l->stopping) {
		go_on_leading(l);
		if (!l->db || PQstatus(l->db) != CONNECTION_OK) {
			PQfinish(l->db);
			l->db = pg_session(l->store, why);
			bool there = subscribe(l->db);
			if (!there)
				(void)os_wait_readable(-1, l->wake, TRY_AGAIN_MS);
			else if (!l->stopping) {
				look_in_turn(l->store); /* from now on it is seen that we serve; before it was not */
				l->heard(l->store, batches = batches_there(l->db)); /* what was said meanwhile was not heard */
			}
			continue;
		}
		if (!os_wait_readable(PQsocket(l->db), l->wake, LOOK_MS) && !l->stopping)
			end_silent_turn(l); /* what is heard meanwhile is taken below */
		if (take_notices(l, &batches) && !l->stopping) {
			l->heard(l->store, batches);
			(void)os_wait_readable(-1, l->wake, NEWS_REST_MS);
		}
	}
	return NULL;
}

static void release(struct store_listener *l)
{
	PQfinish(l->db);
	if (l->wake >= 0)
		os_socket_close(l->wake);
	heap_free(l);
}

enum err pg_listen(struct store *s, void (*heard)(struct store *s, int64_t batches), struct store_listener **out)
{
	struct store_listener *l = heap_alloc(sizeof *l);
	if (!l)
		return ERR_NOMEM;
	l->store = s;
	l->process = ((struct pg_conn *)s->writer)->process;
	l->heard = heard;
	l->wake = os_wake_open();
	enum err e = l->wake >= 0 ? os_thread_start(&l->thread, listening, l) : ERR_NOMEM;
	if (e != OK)
		release(l);
	else
		*out = l;
	return e;
}

void pg_unlisten(struct store_listener *l)
{
	l->stopping = true;
	os_wake(l->wake);
	os_thread_join(l->thread);
	release(l);
}

/* ---- leading ---- */

void pg_resign(struct store_leader *l)
{
	PQfinish(l->session);
	l->session = NULL;
	l->leads = false;
}

bool pg_leads(struct store_leader *l, struct store *s)
{
	char why[PG_MESSAGE_MAX];
	if (!l->leads && l->refused_us && os_monotonic_us() - l->refused_us < (int64_t)LEAD_AGAIN_MS * 1000)
		return false;
	if (l->session && !said_yes(l->session, AT_PRIMARY))
		pg_resign(l);
	if (!l->session) {
		l->session = pg_session(s, why);
		(void)said_yes(l->session, PG_KEPT_ALIVE "; SET idle_session_timeout='60s'"); /* if not, it does not lead either; who leads says so every few seconds (go_on_leading), unless he was stopped */
	}
	if (!l->leads) {
		l->leads = said_yes(l->session, "SELECT CASE WHEN pg_is_in_recovery() THEN false ELSE pg_try_advisory_lock(" KEY_LEADS ") END");
		l->refused_us = l->leads ? 0 : os_monotonic_us();
	}
	return l->leads;
}

/* ---- who serves ---- */

/* A replica has locks of its own; a role may have been refused the list of locks. */
static const char can_look[] =
	"SELECT CASE WHEN pg_is_in_recovery() OR NOT has_table_privilege('pg_catalog.pg_locks', 'SELECT')"
	" OR NOT has_function_privilege('pg_catalog.pg_lock_status()', 'EXECUTE') THEN 0 ELSE 1 END";

/* One that leads serves too, whether it listens just now or not, and whatever its program's age. */
#define HOLDERS(key) "coalesce(sum(CASE WHEN " KEY_OF("l") "=" key " THEN 1 ELSE 0 END), 0)"
static const char serving[] =
	"SELECT CAST(greatest(" HOLDERS(PG_KEY_SERVES) ", " HOLDERS(KEY_LEADS) ") AS bigint) FROM pg_catalog.pg_locks l WHERE " LOCK_HERE("l") " AND l.granted AND l.pid<>pg_backend_pid()";

enum err pg_serving(struct store_conn *c, int64_t *processes)
{
	struct store_query *q;
	int64_t can = 0;
	TRY(store_prepare(c, can_look, &q));
	TRY(pg_number(q, &can));
	if (!can)
		return ERR_UNSUPPORTED;
	TRY(store_prepare(c, serving, &q));
	return pg_number(q, processes);
}

enum err pg_serve(struct store_conn *writer)
{
	struct pg_conn *c = (struct pg_conn *)writer;
	struct store_query *q;
	bool row;
	TRY(store_prepare(writer, PG_SERVE, &q));
	TRY(pg_step(q, &row));
	pg_reset(q);
	c->serves = true;
	return OK;
}
