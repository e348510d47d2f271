/* sqlite_cache.h - private to the driver of SQLite: its page cache, without a walk through all of it at the end of a transaction.
 *
 * Where pages of a tree change places, SQLite gives one of them for a moment a number that no page has (PENDING_BYTE / page size + 1,
 * btree.c, balance_nonroot). Its cache takes that for the highest number it ever held, and at the end of such a transaction looks
 * through every slot for pages behind the end of the file: with 64 MiB of pages some milliseconds, in nearly every commit. This cache
 * stands before it, remembers the highest number itself, that moment left out, and passes on only what there is to be dropped.
 */
#ifndef STORE_SQLITE_CACHE_H
#define STORE_SQLITE_CACHE_H

#include <sqlite3.h>

/* Methods for SQLITE_CONFIG_PCACHE2, over those that `inner` has (SQLITE_CONFIG_GETPCACHE2), which is copied. Once a process. */
const sqlite3_pcache_methods2 *sqlite_cache_over(const sqlite3_pcache_methods2 *inner);

#endif
