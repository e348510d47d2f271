/* checkpoint.c - the write-ahead log goes into the file beside the writer, so that no reply waits for it.
 *
 * A round begins when the log has grown by so much, or when the writer has nothing to do. A thread with a
 * connection of its own copies all that was committed so far (a passive checkpoint: it waits for nobody and
 * nobody for it). What the writer has added meanwhile is little; the writer copies that between two batches, and
 * finds the log empty: its next write begins at the log's start. So the log stays within a few rounds. Only a
 * reader that holds an old moment for minutes makes it grow further, and it shrinks after that one is done.
 */
#include "store/checkpoint.h"
#include "store/sqlite_log.h"

#include <stdio.h>

enum {
	IDLE_BYTES = 1 << 20, /* with less growth, an idle writer leaves the log as it is */
	LOG_BYTES_MAX = 256 << 20, /* of the file on disk, once the log begins anew */
};

enum round { ROUND_NONE, ROUND_WANTED, ROUND_COPIED };

struct store_checkpoint {
	sqlite3 *writer, *db;
	struct os_worker worker;
	_Atomic int round;
	_Atomic bool *lost; /* of the writer's log (sqlite_log.h), for the round under way */
	/* of the writer's thread */
	int64_t growth, bytes, next; /* of a round; of the log; the size at which the next round begins */
	int64_t page;                /* bytes */
	struct store_stats *stats;
};

static int log_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store_checkpoint *k = arg;
	(void)db, (void)name;
	int64_t bytes = pages * k->page;
	if (bytes < k->bytes) /* it began anew */
		k->next = k->growth;
	k->bytes = bytes;
	atomic_store(&k->stats->log_bytes, (uint64_t)bytes);
	return SQLITE_OK;
}

/* A sync of the log that fails here is told here once: the next one, here or of the writer, would say that what was lost is on the disk. */
static void copy(struct store_checkpoint *k, sqlite3 *db)
{
	int64_t began = os_monotonic_us();
	int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL); /* what is not copied now is copied next time */
	if (k->lost && (code & 0xff) == SQLITE_IOERR)
		atomic_store(k->lost, true);
	histogram_add(&k->stats->checkpoint_us, STORE_FIRST_US, (uint64_t)(os_monotonic_us() - began));
}

static bool round_wanted(struct store_checkpoint *k)
{
	os_mutex_lock(&k->worker.lock);
	while (!k->worker.stopping && atomic_load(&k->round) != ROUND_WANTED)
		os_cond_wait(&k->worker.wake, &k->worker.lock);
	bool go_on = !k->worker.stopping;
	os_mutex_unlock(&k->worker.lock);
	return go_on;
}

static void *checkpoint_main(void *arg)
{
	struct store_checkpoint *k = arg;
	os_thread_name("checkpoint");
	while (round_wanted(k)) {
		copy(k, k->db);
		atomic_store(&k->round, ROUND_COPIED);
	}
	return NULL;
}

static void begin_round(struct store_checkpoint *k)
{
	k->lost = sqlite_log_lost(k->writer);
	if (k->lost && atomic_load(k->lost))
		return;
	k->next = k->bytes + k->growth; /* where a reader keeps the log from beginning anew, rounds stay this far apart */
	os_mutex_lock(&k->worker.lock);
	atomic_store(&k->round, ROUND_WANTED);
	os_cond_signal(&k->worker.wake);
	os_mutex_unlock(&k->worker.lock);
}

void store_checkpoint_between(struct store_checkpoint *k)
{
	if (!k)
		return;
	if (atomic_load(&k->round) == ROUND_COPIED) {
		copy(k, k->writer);
		atomic_store(&k->round, ROUND_NONE);
	}
	if (atomic_load(&k->round) == ROUND_NONE && k->bytes >= k->next)
		begin_round(k);
}

/* A checkpoint leaves the log's size as it is, only the next write begins it anew: what counts is the growth since the last
 * round began. */
static bool worth_a_round(const struct store_checkpoint *k)
{
	return k->bytes - (k->next - k->growth) >= IDLE_BYTES;
}

bool store_checkpoint_restless(const struct store_checkpoint *k)
{
	return k && (atomic_load(&k->round) != ROUND_NONE || worth_a_round(k));
}

void store_checkpoint_idle(struct store_checkpoint *k)
{
	if (k && atomic_load(&k->round) == ROUND_NONE && worth_a_round(k))
		begin_round(k);
}

static bool page_of(struct store_checkpoint *k)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(k->db, "PRAGMA page_size", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		k->page = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return k->page > 0;
}

/* On a connection that has not read yet a checkpoint does nothing and says nothing. */
static enum err open_own(struct store_checkpoint *k, const char *path)
{
	bool ok = sqlite3_open_v2(path, &k->db, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	          sqlite3_exec(k->db, "PRAGMA synchronous=FULL; PRAGMA cache_size=-256; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_OK;
	return ok && page_of(k) ? OK : ERR_IO;
}

enum err store_checkpoint_start(sqlite3 *writer, const char *path, uint32_t growth, struct store_stats *stats,
                                struct store_checkpoint **out)
{
	struct store_checkpoint *k = heap_alloc(sizeof *k);
	char limit[64];
	if (!k)
		return ERR_NOMEM;
	*k = (struct store_checkpoint){ .writer = writer, .growth = growth, .next = growth, .stats = stats };
	os_worker_init(&k->worker);
	snprintf(limit, sizeof limit, "PRAGMA journal_size_limit=%d", LOG_BYTES_MAX);
	enum err e = sqlite3_exec(writer, limit, NULL, NULL, NULL) == SQLITE_OK ? open_own(k, path) : ERR_IO;
	if (e == OK) {
		(void)sqlite3_wal_autocheckpoint(writer, 0);
		(void)sqlite3_wal_hook(writer, log_grew, k);
		e = os_worker_start(&k->worker, checkpoint_main, k);
	}
	*out = k;
	return e;
}

void store_checkpoint_stop(struct store_checkpoint *k)
{
	if (!k)
		return;
	os_worker_stop(&k->worker);
	(void)sqlite3_wal_hook(k->writer, NULL, NULL);
	sqlite3_close(k->db);
	os_worker_release(&k->worker);
	heap_free(k);
}
