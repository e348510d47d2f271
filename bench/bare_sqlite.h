/* bare_sqlite.h - the same rows written by SQLite alone: what the store could do at best. */
#ifndef BENCH_BARE_SQLITE_H
#define BENCH_BARE_SQLITE_H

#include <stdint.h>

/* Takes the rows that `after` has and `before` has not, and writes them into `before` in
 * `commands` portions, `batch` portions a commit, synchronous=FULL. *rows = how many rows.
 * Microseconds, or -1 with a message on stderr. */
int64_t bare_sqlite(const char *before, const char *after, int64_t commands, int64_t batch, int64_t *rows);

#endif
