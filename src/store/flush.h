/* flush.h - private to the room: one sync for all that was committed meanwhile, beside the writer (SQLite's file).
 *
 * The writer commits into the write-ahead log without waiting for the disk, hands the batch over and goes on with the next; a
 * thread of its own syncs the log and tells every job of every batch that came in before the sync began. Batches are told in
 * their order. Where nobody waits for the writer it syncs and tells by itself: the way to the other thread would cost more.
 *
 *     writer  | batch 1 | batch 2      | batch 3      |
 *     flush             | sync 1, told | sync 2, told |
 *
 * What readers see may be a sync ahead of the disk: an answer that shows it waits for it (store_when_durable).
 *
 * A sync that fails is not asked for twice, for it may then lie. The writer stops, writes the log once more and syncs that
 * (sqlite_log.h): then everything is durable, and was only late. If that fails too, all are told ERR_IO, and so is everybody
 * after them until it succeeds.
 */
#ifndef STORE_FLUSH_H
#define STORE_FLUSH_H

#include "store/store_int.h"

/* `sync` makes durable what is committed; called by one thread at a time. `rescue` does so in the other way, by the writer. */
struct store_flush_calls {
	enum err (*sync)(void *arg);
	enum err (*rescue)(void *arg);
	void *arg;
};

BASE_MUST_USE enum err store_flush_start(struct store *s, const struct store_flush_calls *calls, struct store_flush **out);
void store_flush_stop(struct store_flush *f); /* after everything that was handed over is told; NULL: nothing */

/* ---- of the writer's thread ---- */
void store_flush_committing(struct store_flush *f); /* from now on readers may see it */
/* A batch whose jobs know their errors; `committed`: some of it is in the log. `alone`: nobody waits for the writer. */
void store_flush_hand(struct store_flush *f, struct store_job **jobs, size_t n, bool committed, bool alone);
/* Did a sync fail that nothing has made good yet? Then it is tried now. OK: go on. */
enum err store_flush_mend(struct store_flush *f);

/* ---- any thread ---- */
bool store_flush_broken(const struct store_flush *f); /* a sync failed and nothing has made it good */
bool store_flush_failed(const struct store_flush *f); /* and nobody has tried to, yet */
bool store_flush_wait(struct store_flush *f, struct store_wait *w, enum err *e); /* store_when_durable */
int64_t store_flush_since_us(const struct store_flush *f); /* when the sync under way began; 0 = none */

#endif
