/* store_int.h - private to the room: what a driver is, and the store above it.
 *
 * conn.c, readers.c and store.c know no engine; store_sqlite.c and store_pg.c know nothing above them. A
 * driver makes connections and statements with `struct store_conn` and `struct store_query` as
 * their first member and answers the calls below. A statement is used by one thread at a time, as its
 * connection is.
 */
#ifndef STORE_STORE_INT_H
#define STORE_STORE_INT_H

#include <stdatomic.h>

#include "os/os.h"
#include "store/store.h"

struct store_checkpoint;
struct store_flush;

enum { STORE_READERS_MAX = 16, STORE_CACHE_SLOTS = 512 };

struct store_listener;
struct store_leader { struct os_mutex lock; void *session; bool leads; int64_t refused_us; /* monotonic; 0: not, or never */ };

struct store_driver {
	const char *name;
	bool server; /* connections are somebody else's to give, and others may need what one does without; a question is a round trip */
	/* `first`: the store's first connection, whose schema is this one's too, whatever the server's settings have become; NULL: this is it. */
	BASE_MUST_USE enum err (*open)(const char *where, const struct store_options *o, bool writer, const struct store_conn *first, struct store_conn **out, struct diag *d);
	/* Of a server: does it give one more connection? It is not kept, and nothing is asked on it. */
	BASE_MUST_USE enum err (*room)(const char *where, struct diag *d);
	void (*close)(struct store_conn *c); /* its statements are finalized already */
	/* Plain SQL, several statements, no parameters. Definitions of tables are in the words of SQLite. */
	BASE_MUST_USE enum err (*script)(struct store_conn *c, const char *sql);
	/* A transaction: the writer's, that alone may write until its end, or a reader's, that sees one moment. */
	BASE_MUST_USE enum err (*begin)(struct store_conn *c);
	/* ERR_BUSY: rolled back by no fault of what was in it; it may be run once more. ERR_CONFLICT: rolled back, for a statement failed
	 * that nobody waited for. */
	BASE_MUST_USE enum err (*commit)(struct store_conn *c);
	void (*rollback)(struct store_conn *c); /* fails harmlessly where nothing is open */
	/* Everything asked for so far is done, or the first failure. May be NULL: every call is done when it returns. */
	enum err (*settle)(struct store_conn *c);
	/* May rows be others than the last transaction on this connection left them? Asked once a transaction. May be NULL: never. */
	bool (*turned)(struct store_conn *c);
	/* Within a transaction: may somebody have changed rows who tells nothing of it? May be NULL: nobody else writes. */
	bool (*doubted)(struct store_conn *c);
	/* Of a database that several processes share; NULL otherwise. */
	void (*note)(struct store_conn *c, int64_t note);
	bool (*noted)(struct store_conn *c, int64_t *note);
	enum err (*listen)(struct store *s, void (*heard)(struct store *s, int64_t batches), struct store_listener **out);
	void (*unlisten)(struct store_listener *l);
	bool (*leads)(struct store_leader *l, struct store *s);
	void (*resign)(struct store_leader *l);
	/* store_serving. May be NULL: it cannot be told. */
	enum err (*serving)(struct store_conn *c, int64_t *processes);
	/* From now on the writer's process is counted there, though it does not listen. May be NULL. */
	BASE_MUST_USE enum err (*serve)(struct store_conn *writer);
	/* In a job: the schema is what it is to be. Where it becomes another no batch is begun any more (`outgrown`). May be NULL: nobody else brings it forward. */
	BASE_MUST_USE enum err (*fix_schema)(struct store_conn *writer);
	enum err (*months)(struct store *s, const struct store_monthly *tables, size_t count, int month, struct diag *d);
	/* Batches ever committed to the database, as the writer knows; NULL where nothing has replicas. */
	int64_t (*batches)(struct store_conn *writer);
	/* From now on a reader of a replica begins only where so many have arrived, else ERR_BUSY, and waits for no lost server. */
	void (*expect)(struct store_conn *reader, int64_t batches);
	/* Makes schema_part hold what an older layout kept elsewhere. May be NULL. */
	enum err (*adopt)(struct store_conn *c);
	/* Begins what the engine wants done beside a writer with a thread (checkpoint.c). May be NULL. *out is to be stopped on failure too. */
	enum err (*beside)(struct store *s, struct store_checkpoint **out);
	/* Begins the sync beside such a writer, where commits are not durable by themselves (flush.h). As above. */
	enum err (*flushed)(struct store *s, struct store_flush **out, struct diag *d);
	/* What is committed stands in a log: into the file with it. May be NULL. */
	enum err (*log_in)(struct store *s);
	/* It stays there when the writer is closed. May be NULL. */
	void (*leave_log)(struct store *s);
	/* Of a writer with a thread that has nothing to do: is there something that it could do for the connection, outside a transaction?
	 * Both may be NULL. */
	bool (*restless)(struct store_conn *c);
	void (*use_leisure)(struct store_conn *c);
	/* Outside a transaction: what an answer failed by since the last call, which is forgotten. May be NULL: every call tells it itself. */
	enum err (*fault)(struct store_conn *c);
	/* Within a transaction: by what fault it is lost, whatever else is asked; OK: by none. May be NULL: only its commit tells. */
	enum err (*lost)(struct store_conn *c);
	/* From now on statements fail soon once that is true; NULL = never. May be NULL. */
	void (*ends)(struct store_conn *c, _Atomic bool *give_up);
	/* Outside a transaction, of a connection of its own: it goes round what is damaged, but for the tables named. NULL where the engine has no
	 * pages of ours. `learn`: round what it met since the last time too; false: that was nothing new. `passed`: were rows passed over? */
	enum err (*around)(struct store_conn *c, const char *const *whole);
	bool (*learn)(struct store_conn *c), (*passed)(struct store_conn *c);
	const char *(*message)(struct store_conn *c);
	bool (*damaged)(struct store_conn *c); /* was the last error the file's own? */
	bool (*denied)(struct store_conn *c);  /* did the connection's role lack a right? May be NULL: there are no roles */
	/* store_check; NULL where the engine looks after its own pages. */
	enum err (*check)(struct store_conn *c, bool quick, int64_t budget_us, struct diag *d);
	/* store_file_copy; NULL where the engine has no files of ours. */
	enum err (*copy)(const char *path, const char *to, struct diag *d);
	int64_t (*changes)(struct store_conn *c);
	/* A number that moves whenever the connection writes. May be NULL: nobody can tell. */
	int64_t (*written)(struct store_conn *c);

	/* `kept`: in the connection's cache for as long as it lives. */
	BASE_MUST_USE enum err (*prepare)(struct store_conn *c, const char *sql, bool kept, struct store_query **out);
	void (*finalize)(struct store_query *q);
	void (*reset)(struct store_query *q); /* ends reading; bindings stay */
	void (*clear)(struct store_query *q); /* all parameters NULL */
	void (*bind_i64)(struct store_query *q, int at, int64_t v);
	void (*bind_text)(struct store_query *q, int at, struct str v); /* ptr is never NULL */
	void (*bind_blob)(struct store_query *q, int at, struct str v);
	void (*bind_null)(struct store_query *q, int at);
	/* store_bind_work, store_work_out. Both may be NULL: nothing is done beside. */
	bool (*bind_work)(struct store_query *q, int at, const struct store_work *work);
	void (*work_out)(struct store_conn *c);
	BASE_MUST_USE enum err (*step)(struct store_query *q, bool *row);
	BASE_MUST_USE enum err (*exec)(struct store_query *q);
	void (*stream)(struct store_query *q); /* may be NULL: results come row by row anyway */
	void (*ahead)(struct store_query *q);  /* store_ahead. NULL: an answer is at hand */
	int (*count)(struct store_query *q);
	const char *(*name_of)(struct store_query *q, int at);
	int64_t (*i64)(struct store_query *q, int at);
	bool (*null)(struct store_query *q, int at);
	bool (*integer)(struct store_query *q, int at);
	struct str (*text)(struct store_query *q, int at);
};

extern const struct store_driver store_driver_sqlite, store_driver_pg;

struct store_query {
	struct store_conn *conn;
	const char *sql; /* the literal's address is the key */
	struct store_query *next;
};

struct store_conn {
	const struct store_driver *driver;
	struct store_query *cache[STORE_CACHE_SLOTS];
	struct store_conn *next; /* in the pool */
	bool replica;            /* a reader of the replica */
	bool ends;               /* store_reader_ends */
	uint64_t ways;           /* to a server and back, that were waited for */
	struct store *store;     /* of the writer: whose readers make room for it */
	int64_t used_us;         /* of a reader in the pool: monotonic, when it was given back */
};

struct store {
	const struct store_driver *driver;
	struct store_options options;
	struct store_conn *writer;
	char path[1024], replica[1024];
	bool inline_writer, in_batch;
	bool begun;        /* of the writer: the batch's transaction was begun already, with this outcome */
	enum err turn;
	int inline_readers; /* readers lent out by an inline store: the writer's own connection */

	struct store_listener *listener;
	struct store_leader leader;

	struct os_mutex pool_lock;
	struct os_cond pool_free;
	struct store_conn *pool, *replica_pool;
	int readers, opening;    /* there, or being opened; of them the latter */
	int owed;                /* of them are to be closed as soon as nobody uses them */
	int64_t more_again_us, looked_us, refused_told_us; /* monotonic: no other is asked for before; when it was looked for room, and said last */
	int64_t none_again_us, none_since_us; /* monotonic: where there is none at all, none is asked for before; since when. 0: there is one */
	int64_t hindered_told_us;  /* under pool_lock */
	_Atomic int64_t hindered_us; /* monotonic: when a reader last waited for a table in vain; 0: never */
	int64_t unwritten_told_us; /* of the writer's thread: when it said last why nothing was written */
	_Atomic int replica_readers;
	_Atomic int64_t batches;       /* committed, as far as is known here: a replica that has them shows nothing older */
	_Atomic int64_t replica_again_us; /* not there: not asked before */
	_Atomic bool outgrown;         /* somebody brought the schema to where this program does not know it */
	void (*heard)(void *arg);
	void *heard_arg;

	struct os_mutex lock; /* queue and stats */
	struct os_cond wake;
	struct store_job *head, *tail;
	uint32_t queued, queue_max, batch_max;
	bool stopping;
	struct os_thread *thread;
	struct store_checkpoint *checkpoint; /* of a writer with a thread; else SQLite's own rule */
	struct store_flush *flush;           /* NULL: a commit is durable when it returns */
	struct store_stats stats;
};

BASE_MUST_USE enum err store_conn_open(const struct store *s, bool writer, struct store_conn **out, struct diag *d);
void store_conn_close(struct store_conn *c);
BASE_MUST_USE enum err store_conn_begin(struct store_conn *c);
BASE_MUST_USE enum err store_conn_commit(struct store_conn *c);
void store_conn_rollback(struct store_conn *c);
BASE_MUST_USE enum err store_conn_settle(struct store_conn *c);
/* The writer's transaction; what is kept in memory is told when the rows may be others. */
BASE_MUST_USE enum err store_writer_begin(struct store *s);
/* So many batches are committed: nothing older is to be shown from now on. */
void store_known(struct store *s, int64_t batches);
/* ---- readers.c ---- */
void store_readers_close(struct store *s);
/* Where connections are few, a process has one for reading from its beginning on: it is waited for. *d: what the server said. */
BASE_MUST_USE enum err store_readers_first(struct store *s, struct diag *d);
/* Now and then: where connections are few, those go that nobody has needed for a while, or that others need. */
void store_readers_rest(struct store *s);
/* Is it time to say it again on stderr? Ten minutes after the last time at the earliest. */
bool store_tells(int64_t *told_us);
/* The server gives no connection to one that is needed more: a reader goes as soon as nobody uses it, but for the last. */
void store_make_room(struct store *s);
/* The server gave a connection to one that is needed more: readers that have none ask for theirs again. */
void store_is_there(struct store *s);
/* A reader waited in vain for a table that somebody keeps for himself; `words`: the server's. */
void store_hinder(struct store *s, const char *words);

/* The driver's last message as a diagnostic: store.corrupt, store.rights or store.io. */
enum err store_conn_error(struct store_conn *c, const char *what, struct diag *d);
BASE_MUST_USE enum err store_writer_start(struct store *s);
void store_writer_stop(struct store *s);

/* ---- checkpoint.c; NULL: nothing is done. All but stop are of the writer's thread. ---- */
void store_checkpoint_stop(struct store_checkpoint *k);
void store_checkpoint_between(struct store_checkpoint *k);         /* between two batches */
bool store_checkpoint_restless(const struct store_checkpoint *k);  /* is there something to do when no job comes? */
void store_checkpoint_idle(struct store_checkpoint *k);            /* no job has come for a while */

#endif
