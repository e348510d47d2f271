/* sqlite_around.h - private to the driver of SQLite: tables read round the pages of them that are damaged.
 *
 * Whoever asks a question that meets a damaged page gets no answer, though most of the rows are there. On a connection that goes round, each
 * table that such a question named is from then on shadowed by one of the same name and columns that gives every row that can be read: the
 * same statements are answered, from the rest. That rows were passed over is known; which ones nobody can tell.
 */
#ifndef STORE_SQLITE_AROUND_H
#define STORE_SQLITE_AROUND_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/err.h"

struct sqlite_around;

/* `whole`: names of tables that nobody goes round, up to a NULL; borrowed. NULL: no memory. */
struct sqlite_around *sqlite_around_new(sqlite3 *db, const char *const *whole);
void sqlite_around_free(struct sqlite_around *r); /* after its connection is closed; NULL is fine */
/* The statement met a damaged page: its tables are to be gone round. */
void sqlite_around_met(struct sqlite_around *r, const char *sql);
/* Outside a transaction: shadows what was met. False: nothing was that is not gone round already, or may be. */
bool sqlite_around_learn(struct sqlite_around *r);
bool sqlite_around_passed(const struct sqlite_around *r);

#endif
