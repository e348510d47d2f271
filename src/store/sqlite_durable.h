/* sqlite_durable.h - private to the driver of SQLite: what is committed is in the log, and the log is on the disk where whoever opens the file finds it.
 *
 *     a writer with a thread      sqlite_durable_beside: syncs the log beside it (flush.h), and says yes only while file and log are where they were
 *     a writer without            the engine syncs with each commit; sqlite_durable_left at the start
 *     a reader                    sqlite_durable_leave at the end
 *
 * A process that was killed, or could not make good a sync, leaves a log of which nobody knows what is on the disk. Whoever writes next brings all of it
 * there (sqlite_log_write_again) before anything of it is shown or built upon; who only reads leaves it lying.
 */
#ifndef STORE_SQLITE_DURABLE_H
#define STORE_SQLITE_DURABLE_H

#include <sqlite3.h>

#include "store/store_int.h"

struct sqlite_durable; /* of a writer with a thread */

/* Brings what was left to the disk and begins the sync. *kept is to be freed behind the connection, on failure too. */
BASE_MUST_USE enum err sqlite_durable_beside(struct store *s, sqlite3 *writer, struct sqlite_durable **kept, struct store_flush **out, struct diag *d);
void sqlite_durable_free(struct sqlite_durable *k); /* NULL: nothing */
/* Of a writer without a thread, at the start. What could not be brought to the disk is not copied into the file when it closes either. */
BASE_MUST_USE enum err sqlite_durable_left(sqlite3 *writer, const char *path, struct diag *d);
/* Of a reader that is about to close, and may be the last to. */
void sqlite_durable_leave(sqlite3 *reader);
/* Of a writer before it closes: the log stays, and the file is not written to. */
void sqlite_durable_leave_log(sqlite3 *writer);
/* All of the log into the file. Waits for readers of an older moment, as long as the connection waits for anything. */
BASE_MUST_USE enum err sqlite_durable_copy_in(sqlite3 *writer);

#endif
