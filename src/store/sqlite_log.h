/* sqlite_log.h - private to the driver of SQLite: a commit's frames in one write.
 *
 * SQLite writes every page of a commit into its log by two calls, 24 bytes of head and the page, most of them into the middle of a page
 * of the machine's. Here they wait until the frame that ends the commit (its head says so: bytes 4 to 7, https://www.sqlite.org/fileformat2.html
 * section 4.1), and go in one call, whose answer is the commit's. Nothing waits past the end of a transaction: who gives one up says so
 * (sqlite_log_given_up), for its frames' places may be others' by then. Whoever reads or cuts writes first what waits.
 * For a connection that lets its commits go unsynced (synchronous=NORMAL or OFF), or takes back what it waits for in vain (sqlite_log_takes_back).
 */
#ifndef STORE_SQLITE_LOG_H
#define STORE_SQLITE_LOG_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>

/* The name of a file system, over what is the default now, for sqlite3_open_v2. NULL: none, the default then serves as well. */
const char *sqlite_log_vfs(void);
/* What is in a log, written and synced once more: of a sync that failed nobody knows what came to the disk, a later one does not try it again, and
 * what is committed behind a gap is not there after a power cut, nor is what was copied into the file from behind it of one piece with the rest.
 * Until then no sync of this handle succeeds. SQLITE_OK: everything committed is on the disk. By the one who writes. */
int sqlite_log_write_again(sqlite3_file *log);
/* Is that so of the writer's log? Another connection whose sync failed says so there: the next of its own would succeed. NULL: it is not ours. It lives
 * as long as the connection. */
_Atomic bool *sqlite_log_lost(sqlite3 *writer);
/* Of one that syncs each commit (synchronous=FULL): one whose sync fails is refused, and its frames, which a process that came after this one was killed
 * would find whole, are made none. What was committed before is on the disk, and later commits are tried as if nothing had been. */
void sqlite_log_takes_back(sqlite3 *writer);
/* For sqlite3_rollback_hook; `db` is the connection. */
void sqlite_log_given_up(void *db);

#endif
