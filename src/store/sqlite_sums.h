/* sqlite_sums.h - private to the driver of SQLite: what is only added to counts waits until the batch ends, and is added once for all of it.
 *
 * The commands of a batch count themselves in the same few rows. Understood is
 *
 *     INSERT INTO t(k, …, n, …) VALUES(…)  (or SELECT …)  ON CONFLICT(k, …) DO UPDATE SET n=t.n+excluded.n, …
 *
 * where the first columns named are the key and all others are added to: what it would insert is asked for at once, so that it is what it
 * was then, and its amounts are added up by key. And, of a table of such a key and one such column,
 *
 *     DELETE FROM t WHERE n=0
 *
 * whose time comes with them: it spares the rows to which something was added after it was said, as if everything had been done in its order.
 * Only whole numbers wait.
 */
#ifndef STORE_SQLITE_SUMS_H
#define STORE_SQLITE_SUMS_H

#include <sqlite3.h>

#include "base/err.h"
#include "base/str.h"

/* The parts of a statement that adds; views into it. Pure. */
struct sums_form { struct str table, head /* up to the columns' bracket */, query, tail; int keys, columns; };
bool sums_form_of(struct str sql, struct sums_form *out);
/* The table and column of one that takes away what counts nothing. */
bool sums_tidy_of(struct str sql, struct str *table, struct str *column);

struct sqlite_sums; /* of a connection */
struct sqlite_sum;  /* a statement that adds, or takes away */

struct sqlite_sums *sqlite_sums_new(sqlite3 *db); /* NULL: no memory */
void sqlite_sums_free(struct sqlite_sums *s);     /* may be NULL */

/* The statement as one that may wait; `table` is a number of the caller's for the table it changes. NULL: it may not. What it asks is prepared here, and
 * nothing else. */
struct sqlite_sum *sqlite_sum_new(struct sqlite_sums *s, sqlite3_stmt *stmt, int table);
void sqlite_sum_free(struct sqlite_sum *sum); /* may be NULL; nothing of it waits */
/* What it asks is bound here, with the numbers of its parameters; NULL of one that takes away. */
sqlite3_stmt *sqlite_sum_query(struct sqlite_sum *sum);

/* False: nothing is changed, and it is to be done now, after what waits of its table. *rows: how many were added to. */
bool sqlite_sums_add(struct sqlite_sums *s, struct sqlite_sum *sum, int *rows);
bool sqlite_sums_tidy(struct sqlite_sums *s, struct sqlite_sum *sum);
/* Does something of the table wait? */
bool sqlite_sums_wait(const struct sqlite_sums *s, int table);
/* Adds what waits of the table. Not OK: the transaction is lost. */
BASE_MUST_USE enum err sqlite_sums_put_in(struct sqlite_sums *s, int table);
/* The transaction ended: nothing waits any more. */
void sqlite_sums_end(struct sqlite_sums *s);

#endif
