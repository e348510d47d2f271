/* store_int.h - private to the room. */
#ifndef STORE_STORE_INT_H
#define STORE_STORE_INT_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "os/os.h"
#include "store/store.h"

enum { STORE_READERS_MAX = 16, STORE_CACHE_SLOTS = 512 };

struct store_query {
	sqlite3_stmt *stmt;
	const char *sql; /* the literal's address is the key */
	struct store_query *next;
};

struct store_conn {
	sqlite3 *db;
	struct store_query *cache[STORE_CACHE_SLOTS];
	struct store_conn *next; /* in the pool */
};

struct store {
	struct store_conn *writer;
	char path[1024];
	bool inline_writer, in_batch, durable;
	int inline_readers; /* readers lent out by an inline store: the writer's own connection */

	struct os_mutex pool_lock;
	struct os_cond pool_free;
	struct store_conn *pool;
	int readers;

	struct os_mutex lock; /* queue and stats */
	struct os_cond wake;
	struct store_job *head, *tail;
	uint32_t queued, queue_max, batch_max;
	bool stopping;
	struct os_thread *thread;
	struct store_checkpoint *checkpoint; /* of a writer with a thread; else SQLite's own rule */
	struct store_stats stats;
};

enum err store_conn_open(const char *path, bool durable, bool writer, struct store_conn **out, struct diag *d);
void store_conn_close(struct store_conn *c);
enum err store_conn_sql(struct store_conn *c, const char *sql);
enum err store_writer_start(struct store *s);
void store_writer_stop(struct store *s);

/* ---- checkpoint.c; NULL: nothing is done. All but start and stop are of the writer's thread. ---- */
struct store_checkpoint;
/* *out is to be stopped on failure too. */
BASE_MUST_USE enum err store_checkpoint_start(sqlite3 *writer, const char *path, uint32_t growth, struct store_stats *stats, struct store_checkpoint **out);
void store_checkpoint_stop(struct store_checkpoint *k);
void store_checkpoint_between(struct store_checkpoint *k);         /* between two batches */
bool store_checkpoint_restless(const struct store_checkpoint *k);  /* is there something to do when no job comes? */
void store_checkpoint_idle(struct store_checkpoint *k);            /* no job has come for a while */

#endif
