/* sqlite_press.h - private to the driver of SQLite: the texts of some columns are kept pressed (press.h), and whoever reads sees
 * text.
 *
 * The schema says which columns, in a table, so that a room can name its own in a migration, and which words are the office's own:
 *
 *     CREATE TABLE press_column(tab TEXT NOT NULL, col TEXT NOT NULL, PRIMARY KEY(tab, col))
 *     CREATE TABLE press_dictionary(n INTEGER PRIMARY KEY, id INTEGER NOT NULL, bytes BLOB NOT NULL, digest BLOB NOT NULL)
 *     CREATE VIEW press_words AS SELECT … AS text
 *
 * Without press_column nothing is pressed. A text is pressed on its way into such a column as "INSERT … VALUES(…, ?N, …)" or
 * "UPDATE … SET col=?N" (press_sql.h); all other statements write it as it is, which is as good, unless it is bytes that begin like a
 * frame: those are refused. Every dictionary is there twice, with its BLAKE2b-256, for a page may go bad.
 * Conditions in SQL see the frame: a column that one looks into must not be named.
 */
#ifndef STORE_SQLITE_PRESS_H
#define STORE_SQLITE_PRESS_H

#include <sqlite3.h>

#include "store/press.h"
#include "store/press_sql.h"

struct sqlite_press; /* of one connection */

/* A writer learns; one with a thread only when it has nothing to do (sqlite_press_learn), for it takes a tenth of a second. NULL: no memory. */
struct sqlite_press *sqlite_press_new(sqlite3 *db, bool writer, bool at_once);
void sqlite_press_free(struct sqlite_press *p);
/* A thread presses beside the connection: said before what it presses with becomes another, and after. NULL: none does any more. */
struct press_beside { void (*still)(void *arg), (*go_on)(void *arg); void *arg; };
void sqlite_press_beside(struct sqlite_press *p, const struct press_beside *b);
/* A migration may have named columns. */
void sqlite_press_forget(struct sqlite_press *p);

/* ---- writing ---- */
/* The parameters of a statement whose texts are pressed, and whose bytes must be no frame. None where nobody can tell: all is written as it
 * is. Anything but OK: it cannot be told now, and a later statement may be. */
BASE_MUST_USE enum err sqlite_press_uses(struct sqlite_press *p, sqlite3_stmt *stmt, struct press_uses *out);
/* What is to be bound as bytes; ptr NULL: the text as it is. Valid until the next call. */
struct str sqlite_press_text(struct sqlite_press *p, struct str text);
/* The same in two steps, for a text that waits: it may be learnt from; then press_by_hand, or the writer itself. */
void sqlite_press_sample(struct sqlite_press *p, struct str text);
struct str sqlite_press_now(struct sqlite_press *p, struct str text);
const struct press *sqlite_press_of(const struct sqlite_press *p);
/* Reads the columns that are pressed, if they are not known; and is the table one that has some? */
void sqlite_press_know(struct sqlite_press *p);
bool sqlite_press_in(const struct sqlite_press *p, struct str tab);
bool sqlite_press_has_sample(const struct sqlite_press *p); /* there is something to learn */
void sqlite_press_learn(struct sqlite_press *p);
/* In a transaction that has just begun: keeps a dictionary that was learnt. When it cannot be kept it is given up. */
BASE_MUST_USE enum err sqlite_press_begin(struct sqlite_press *p);
void sqlite_press_end(struct sqlite_press *p, bool committed);
/* The commit failed: if there was a dictionary in it, it may have been what there was no room for. Before sqlite_press_end. */
void sqlite_press_give_up(struct sqlite_press *p);

/* ---- reading ---- */
/* What bytes in a column are: never pressed; pressed where they begin like a frame (of bytes, or of an expression); always pressed (a
 * named column of text). Anything but OK: it cannot be told now. */
enum sqlite_pressed { PRESSED_NEVER, PRESSED_PERHAPS, PRESSED_ALWAYS };
BASE_MUST_USE enum err sqlite_press_kind(struct sqlite_press *p, sqlite3_stmt *stmt, int at, enum sqlite_pressed *out);
/* As press_undo; its dictionary is read when it is met first. */
BASE_MUST_USE enum err sqlite_press_undo(struct sqlite_press *p, struct str frame, char *to);

/* ERR_CORRUPT: a dictionary is not whole, one time or both. */
BASE_MUST_USE enum err sqlite_press_check(sqlite3 *db);

#endif
