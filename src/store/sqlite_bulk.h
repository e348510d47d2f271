/* sqlite_bulk.h - private to the driver of SQLite: many rows inserted by one statement.
 *
 * To begin and end a statement costs as much as half of what it inserts, and so does finding the end of a table anew for each row. What waits
 * for the end of a batch is rows by the hundred of the same few statements, so each is said once for all of them:
 *
 *     INSERT INTO t(a, b) VALUES(?1, ?2)   becomes   INSERT OR FAIL INTO t(a, b) SELECT v1, v2 FROM waiting_rows
 *
 * of a table that is not in the file: its rows are handed out by the connection's source. OR FAIL: a row that is refused leaves those before it,
 * and the library need not remember how to take them back; whoever says such a statement gives up the transaction then.
 */
#ifndef STORE_SQLITE_BULK_H
#define STORE_SQLITE_BULK_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/buf.h"

/* Whose rows are handed out, one after the other, while the statement runs. */
struct bulk_source {
	bool (*next)(void *arg);                                 /* to the first one, to the next; false: there is none */
	void (*value)(void *arg, int at, sqlite3_context *to);   /* of the row it is at, parameter ?at; says sqlite3_result_… */
	void *arg;
};

/* The table waiting_rows on this connection; the source lives as long as that. */
bool sqlite_bulk_add(sqlite3 *db, const struct bulk_source *source);

/* What is said instead of `sql` for many rows; false: it has another form, or there is no memory. Pure. */
bool sqlite_bulk_text(struct str sql, struct buf *out);

#endif
