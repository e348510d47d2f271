/* pg_int.h - private to the driver of PostgreSQL.
 *
 * What is sent waits in a queue until somebody needs an answer: a statement without rows costs no round trip of
 * its own. A failure among those that wait is kept: every later call on the connection gives it, until a savepoint
 * or the transaction is rolled back. So nothing that came after it can be taken for done.
 *
 *   pg_connect.c an address, and what stands between us and its server
 *   store_pg.c  connecting, the queue, transactions, what became of a commit whose answer was lost
 *   pg_turn.c   the writers' order among processes, and what they tell each other
 *   pg_reading.c a reader's moment, and which earlier answers are of it too
 *   pg_query.c  statements: parameters in, columns out
 *   pg_cache.c  answers that hold until somebody changes what they are of
 *   pg_listen.c the other processes: hearing of their commits, which of them leads, how many serve
 *   pg_schema.c the schema's views, and whether it is still this program's
 *   pg_months.c history in partitions by month
 *   pg_text.c   texts with a character that the server has not
 *   pg_sql.c    the text: ?1 to $1, types of table definitions, the full-text operator
 */
#ifndef STORE_PG_INT_H
#define STORE_PG_INT_H

#include <libpq-fe.h>

#include "store/store_int.h"

/* A queue that is full is a round trip: it holds what some sixty commands write. The library takes what the server answers while it sends. */
enum { PG_QUEUE_MAX = 2048, PG_QUEUE_SENT = 8, PG_QUEUE_BYTES_MAX = 4 << 20, PG_MESSAGE_MAX = 512 };
/* pg_type.h of the server's headers: stable since PostgreSQL 7. */
enum { PG_BOOL = 16, PG_BYTEA = 17, PG_INT8 = 20, PG_INT2 = 21, PG_INT4 = 23, PG_TEXT = 25, PG_NUMERIC = 1700 };

struct pg_query;
struct pg_cache;

/* The words of a statement that may be names of tables, hashed; `many`: more than could be kept. */
enum { PG_WORDS_MAX = 96 };
struct pg_words { uint32_t hash[PG_WORDS_MAX]; size_t count; bool many, restless; /* its answer hangs on more than tables */ };
/* Rows that a statement reads, and that the cache may hold too. */
struct pg_rows { PGresult *result; int readers; };

/* One preparation of a statement at the server, for these types of its parameters; 0 = not known, it was always NULL. */
struct pg_variant {
	Oid *types;
	char name[16];
	bool there; /* at the server, or on its way */
	struct pg_variant *next;
};

/* A place in the cache, as long as it is for the question of that ticket. */
struct pg_place { uint32_t at; uint64_t ticket; };

struct pg_waiting {
	enum { PG_PARSE, PG_RUN, PG_SYNC } kind;
	struct pg_variant *variant; /* of a parse */
	struct pg_query *query;     /* whose rows are wanted; NULL: none */
	const char *sql;            /* of a statement that is kept: to be named if it is refused; NULL: of another */
	struct pg_place place;      /* where in the cache they are wanted; ticket 0: nowhere */
};

/* The tables that this process changed in batches after `since`, each with its last one. */
enum { PG_TOLD_MAX = 64 };
struct pg_told { struct { uint32_t table; int64_t total; } tables[PG_TOLD_MAX]; size_t count; int64_t since; };

struct pg_conn {
	struct store_conn conn;
	PGconn *db;
	char *url;
	char *home;   /* the statement that gives every session of this store the search path that its first one had */
	bool writer, durable;
	int patience_ms; /* so long it waits for a server that was lost; one of several is given up, and who reads waits for another (readers.c) */
	bool brief;   /* the writer of a serving process */
	bool open;    /* inside a transaction */
	bool lost;    /* the connection is gone: the next transaction begins with a new one */
	bool denied;  /* the last refusal was for want of a right */
	bool unconfirmed; /* a commit was answered that the standby may not have */
	struct store *pages; /* of a reader of a serving process: whose; NULL: of a command, or the writer */
	bool again;   /* this transaction failed by no fault of its own: it may be run once more */
	bool serves;  /* its process is counted by this session: it does not listen */
	bool turned;  /* rows may be others than at the last transaction here */
	bool fresh;   /* asked of the server, not of the cache: is the cache still good? */
	bool wrote;   /* this transaction has sent statements that change rows */
	bool untried; /* nothing was committed on this connection yet: its first transaction of the writer's always writes, for what
	               * was committed before may not have reached the standby, and its commit waits until all has */
	enum err failed;
	char message[PG_MESSAGE_MAX];
	struct pg_waiting waiting[PG_QUEUE_MAX + 4];
	size_t waits, bytes;
	struct pg_query *streaming; /* its rows are on their way: nothing else may be asked */
	int64_t changes, writes; /* rows of the last statement; statements that may write, ever */
	struct pg_cache *cache;
	struct pg_words views;  /* their names; many: to be asked for when the next transaction begins */
	char *schema;           /* of the writer: the versions of its parts, as this program has them. NULL: not known yet */
	bool fixed;             /* by the transaction under way */
	uint32_t names;
	/* of the writer: who it is among the processes, its batches, and the last one of all that it knows of (-1: none yet) */
	int64_t process, batch, seen;
	int64_t writers; /* the next number that the server would give a writing transaction, as far as batches were seen; 0 = not known */
	int64_t total;          /* batches of all, ever; of the writer's last one */
	struct pg_told told;
	int64_t note;           /* store_note */
	bool noted;             /* it is the last batch's, and none was made since */
	bool doubted;           /* somebody wrote who tells nothing, and no batch of this process came after it */
	int64_t expected;       /* of a replica's reader: what must have arrived; -1 = it is none */
	/* of a reader (`seen`: the newest batch of its last moment) */
	int64_t over;           /* transactions that were over in that moment; -1 = not known */
	bool told_there;        /* processes tell what they change */
};

/* The writers' order among processes: held until the transaction ends. */
#define PG_KEY_TURN "hashtextextended('banjie.' || current_schema(), 0)"
#define PG_TURN "SELECT pg_advisory_xact_lock(" PG_KEY_TURN ")"
/* Of who serves: his turns are moments, and the second lock says so. Who has it and is silent for long does not work, but was stopped (pg_listen.c). A command's
 * turn may last for hours. */
#define PG_KEY_BRIEF "hashtextextended('banjie.brief.' || current_schema(), 0)"
#define PG_TURN_BRIEF PG_TURN ", pg_advisory_xact_lock(" PG_KEY_BRIEF ")"

/* A session that holds something others wait for (the turn, the lead, a place among those that serve) ends as soon as its process cannot be
 * reached any more (as pg_connect says of the other end), and not hours later, when the system would look. */
#define PG_KEPT_ALIVE "SET tcp_keepalives_idle=4; SET tcp_keepalives_interval=2; SET tcp_keepalives_count=3; SET tcp_user_timeout=10000"

/* What every question of a writing transaction sees is what had been committed when it was asked: the turn is waited for inside, and whoever has it next sees
 * what the one before left. Said, for a server or a role may have another level for its default. */
#define PG_BEGIN "BEGIN ISOLATION LEVEL READ COMMITTED"

/* Held by who serves: it stands against nobody, it is there to be counted. */
#define PG_KEY_SERVES "hashtextextended('banjie.serve.' || current_schema(), 0)"
#define PG_SERVE "SELECT pg_try_advisory_lock_shared(" PG_KEY_SERVES ")"

/* ---- store_pg.c ---- */
/* Text of its own, on the heap; NULL: no memory. */
char *pg_kept(struct str text);
/* Makes room in the queue for a parse and a run; settles when there is none. */
BASE_MUST_USE enum err pg_room(struct pg_conn *c, size_t bytes);
void pg_wait(struct pg_conn *c, struct pg_waiting w);
/* Sends everything, takes every answer. Gives the kept failure, if there is one. */
enum err pg_settle(struct pg_conn *c);
/* Sends everything and takes the answers up to the last statement's, whose rows then come one by one from pg_next. */
BASE_MUST_USE enum err pg_settle_streaming(struct pg_conn *c);
/* NULL: the end, or a failure that is kept. The row is the caller's. */
PGresult *pg_next(struct pg_conn *c);
/* The library could not even send. */
enum err pg_broken(struct pg_conn *c);
/* The first column of the first row, where there is one. */
BASE_MUST_USE enum err pg_number(struct store_query *q, int64_t *out);

/* Plain SQL that is answered at once. */
BASE_MUST_USE enum err pg_direct(struct pg_conn *c, const char *sql);

/* ---- pg_connect.c ---- */
/* *out is to be finished, whatever came of it. ERR_IO: the server is away; ERR_BUSY: there are as many as it, or a pooler before it, gives; ERR_UNSUPPORTED:
 * a pooler does not keep sessions. *why has PG_MESSAGE_MAX bytes: the reason, if not OK. */
BASE_MUST_USE enum err pg_connect(const char *url, PGconn **out, char *why);
/* The same, of a session that comes before readers: they make room for it. */
BASE_MUST_USE enum err pg_connect_first(struct store *s, PGconn **out, char *why);
/* What a connection was refused with (ERR_IO): was it for want of room? Then ERR_BUSY. */
enum err pg_whether_full(enum err e, PGconn *db);
/* One that listens, leads or looks after months, in the store's schema; made or not. */
PGconn *pg_session(struct store *s, char *why);
enum err pg_gives_one(const char *where, struct diag *d);

/* ---- pg_turn.c ---- */
/* A process of the writers', with a row of its own. */
BASE_MUST_USE enum err pg_turn_introduce(struct pg_conn *c);
/* Begins a transaction when it is this process's turn; forgets what the others have changed. */
BASE_MUST_USE enum err pg_turn_begin(struct pg_conn *c);
/* The batch under way changes the table, or it cannot be said which. */
void pg_turn_changed(struct pg_conn *c, uint32_t table);
void pg_turn_changed_all(struct pg_conn *c);
/* Writes down the batch, in its transaction; after the commit it is signed. */
BASE_MUST_USE enum err pg_turn_sign(struct pg_conn *c);
void pg_turn_signed(struct pg_conn *c);
/* The tables that a process says it changed after the last batch seen here are forgotten. False: it says something else. */
bool pg_turn_take_changed(struct pg_conn *c, struct str text);
void pg_note(struct store_conn *conn, int64_t note);
bool pg_noted(struct store_conn *conn, int64_t *note);

/* ---- pg_reading.c ---- */
/* The first question of a reading: forgets what is not of its moment any more. *batches: so many are in it; untouched where nobody tells. */
BASE_MUST_USE enum err pg_reading_begin(struct pg_conn *c, int64_t *batches);
/* Of what was kept nothing is known to be of any moment to come. */
void pg_reading_forget(struct pg_conn *c);

/* ---- pg_query.c ---- */
enum err pg_prepare(struct store_conn *c, const char *sql, bool kept, struct store_query **out);
void pg_finalize(struct store_query *q);
void pg_reset(struct store_query *q);
void pg_clear(struct store_query *q);
void pg_bind_i64(struct store_query *q, int at, int64_t v);
void pg_bind_text(struct store_query *q, int at, struct str v);
void pg_bind_blob(struct store_query *q, int at, struct str v);
void pg_bind_null(struct store_query *q, int at);
enum err pg_step(struct store_query *q, bool *row);
enum err pg_exec(struct store_query *q);
void pg_ahead(struct store_query *q);
void pg_stream(struct store_query *q);
int pg_count(struct store_query *q);
const char *pg_name_of(struct store_query *q, int at);
int64_t pg_i64(struct store_query *q, int at);
bool pg_null(struct store_query *q, int at);
bool pg_integer(struct store_query *q, int at);
struct str pg_text(struct store_query *q, int at);
void pg_take_rows(struct pg_query *q, PGresult *r);
/* The server has forgotten every statement. */
void pg_forget_statements(struct pg_conn *c);

/* ---- pg_cache.c ---- */
struct pg_cache *pg_cache_new(void);
void pg_cache_free(struct pg_cache *c);
void pg_cache_clear(struct pg_cache *c); /* c may be NULL */
/* The table was changed: what was read of it holds no more. */
void pg_cache_forget(struct pg_cache *c, uint32_t table);
/* A kept statement is asked under the address that the first one of its text had: who says a question ahead need not stand in the file of who asks it. */
const char *pg_cache_text(struct pg_cache *c, const char *text);
/* A reader's share of the rows that the same question got, or NULL. */
struct pg_rows *pg_cache_get(struct pg_cache *c, const void *query, const char *const *values, const int *lengths, int count);
void pg_cache_put(struct pg_conn *conn, const void *query, const struct pg_words *words, const char *const *values, const int *lengths, int count,
                  struct pg_rows *rows);
/* The question is on its way: its answer will be put there. Ticket 0: it is there already, or is to be asked when it is needed. */
struct pg_place pg_cache_expect(struct pg_conn *conn, const void *query, const struct pg_words *words, const char *const *values, const int *lengths, int count);
void pg_cache_arrived(struct pg_cache *c, struct pg_place place, PGresult *r); /* takes r */
/* Is the same question on its way, and will its answer hold? */
bool pg_cache_expects(struct pg_cache *c, const void *query, const char *const *values, const int *lengths, int count);
struct pg_rows *pg_rows_new(PGresult *r); /* takes r; NULL when memory ran out */
void pg_rows_release(struct pg_rows *rows);
void pg_words_of(const char *sql, struct pg_words *out);
/* The table that a statement changes; false: it is of another kind. */
bool pg_words_target(const char *sql, uint32_t *out);

/* ---- pg_listen.c ---- */
enum err pg_listen(struct store *s, void (*heard)(struct store *s, int64_t batches), struct store_listener **out);
void pg_unlisten(struct store_listener *l);
bool pg_leads(struct store_leader *l, struct store *s);
void pg_resign(struct store_leader *l);
enum err pg_serving(struct store_conn *c, int64_t *processes);
enum err pg_serve(struct store_conn *writer);

/* ---- pg_schema.c ---- */
/* The versions of the schema's parts are to be what they are now. */
BASE_MUST_USE enum err pg_schema_fix(struct store_conn *writer);
/* What the transaction that fixed them wrote is undone: nobody knows them until they are fixed again. */
void pg_schema_undone(struct pg_conn *c);
/* Within a transaction: asks for the views' names. ERR_UNSUPPORTED: the schema is not what it is to be, which the store is told. */
BASE_MUST_USE enum err pg_schema_learn(struct pg_conn *c);

/* ---- pg_months.c ---- */
enum err pg_months(struct store *s, const struct store_monthly *tables, size_t count, int month, struct diag *d);

/* ---- pg_text.c ---- */
/* *out: as the server keeps it, in *made (heap) where that is not the text itself. */
BASE_MUST_USE enum err pg_text_spell(struct str s, char **made, struct str *out);
/* May what the server keeps be another text? */
bool pg_text_is_spelt(struct str s);
/* The text itself, no longer than its spelling; its length. */
size_t pg_text_read(struct str s, char *out);

/* ---- pg_sql.c ---- */
enum { PG_PARAMETERS_MAX = 64 };
struct pg_sql {
	char *text;                           /* heap */
	int parameters, probes;               /* probes follow the parameters: "is ?n NULL", asked as a truth of its own */
	unsigned char probed[PG_PARAMETERS_MAX]; /* the parameter each probe asks of, 1-based */
	bool used[PG_PARAMETERS_MAX + 1];     /* by parameter: its value is, not only its being NULL */
	bool words[PG_PARAMETERS_MAX + 1];    /* by parameter: it stands behind MATCH */
};
BASE_MUST_USE enum err pg_sql_query(const char *sql, struct pg_sql *out);
/* A script of definitions and plain statements. *out is heap memory. */
BASE_MUST_USE enum err pg_sql_script(const char *sql, char **out);
/* A search as search_words writes it ("ab" "cd"*) in the server's words ('ab' & 'cd':*). *out is heap memory. */
BASE_MUST_USE enum err pg_sql_words(struct str search, char **out);

#endif
