/* sqlite_hold.h - private to the driver of SQLite: what is only added waits until the batch ends, and a thread presses its texts meanwhile.
 *
 * Pressing is a tenth of what an application costs the writer, and hardly anybody asks for those rows before the commit. So a statement that does nothing
 * but insert what it is given into a table with a pressed column is put aside, with its values. A thread takes the texts in their order, a handful
 * at a time. Whatever else asks or changes such a table has its rows put in first, in their order, and so has the commit. The writer waits
 * for nothing: what is not pressed by then it presses itself. The thread also works out what a row needs and nobody asks for yet (store_bind_work),
 * before it presses. A table that is asked often is not held. Counts that are added to wait in the same way (sqlite_sums.h), and rows
 * that waited go in many at a time (sqlite_bulk.h).
 *
 *     statement is prepared                 sqlite_hold_expect(h, &uses);  sqlite3_prepare…;  sqlite_hold_learn(h, …)
 *     INSERT INTO ledger … (only values)    values are kept with the statement; sqlite_hold_row(h, …) instead of a step
 *     SELECT … FROM ledger, COMMIT          sqlite_hold_put_in(h, tables) first
 *
 * A row that the table does not take is noticed when it is put in: the transaction is lost then, and to be run again without holding anything, so
 * that whose it was is told. Only outside savepoints, for what is put aside cannot be rolled back to one.
 */
#ifndef STORE_SQLITE_HOLD_H
#define STORE_SQLITE_HOLD_H

#include <sqlite3.h>

#include "store/press_sql.h"
#include "store/sqlite_press.h"
#include "store/sqlite_sums.h"
#include "store/store.h"

struct sqlite_hold; /* of a writer's connection */

/* Tables, by the numbers they have here: every one that a statement has named. */
enum { HOLD_TABLES = 512 };
struct hold_tables { uint64_t of[HOLD_TABLES / 64]; };
extern const struct hold_tables hold_every;

/* What a statement has to do with them. */
struct hold_uses {
	struct hold_tables asks; /* reads or changes them in some way */
	int adds;                /* does nothing but insert into this one; -1: it does something else */
	sqlite3_stmt *many;      /* says the same for many rows that wait; NULL: they go in one by one */
	struct sqlite_sum *sum;  /* adds to counts, or takes away those of nothing; NULL: it does something else */
	struct hold_tables first; /* what `sum` asks */
	bool fence;              /* asks everything, for nobody knows what it does */
};

/* Starts the thread. NULL: nothing is held then, and all else is the same. The press is the connection's. */
struct sqlite_hold *sqlite_hold_new(sqlite3 *db, struct sqlite_press *press);
void sqlite_hold_free(struct sqlite_hold *h); /* may be NULL */

/* Around the preparation of a statement: what it does is learnt from the library itself. */
void sqlite_hold_expect(struct sqlite_hold *h);
struct hold_uses sqlite_hold_learn(struct sqlite_hold *h, sqlite3_stmt *stmt, const struct press_uses *press, bool kept);
void sqlite_hold_forget(struct hold_uses *u); /* before the statement goes */

/* A transaction begins, and rows may be held in it; it ended, and what is held is gone. */
void sqlite_hold_begin(struct sqlite_hold *h);
void sqlite_hold_end(struct sqlite_hold *h);
/* The row waits. False: it is to be inserted now (after sqlite_hold_put_in). `work`: parameter `at` is worked out meanwhile; at 0 = none is. */
struct hold_work { int at; struct store_work work; };
bool sqlite_hold_row(struct sqlite_hold *h, sqlite3_stmt *stmt, const struct hold_uses *u, const struct press_uses *press, const struct store_value *values,
                     const struct hold_work *work);
/* What is to be worked out for rows that wait is. */
void sqlite_hold_work_out(struct sqlite_hold *h);
/* The same of a statement that has `sum`, once what that asks is put in. */
bool sqlite_hold_sum(struct sqlite_hold *h, const struct hold_uses *u, const struct store_value *values);
/* Puts in what waits of these tables. `asked`: for the sake of a statement. Not OK: the transaction is lost. */
BASE_MUST_USE enum err sqlite_hold_put_in(struct sqlite_hold *h, const struct hold_tables *tables, bool asked);
/* Rows that were put aside, and what the library has counted when they were put in, ever. */
int64_t sqlite_hold_held(const struct sqlite_hold *h);
int64_t sqlite_hold_settled(const struct sqlite_hold *h);

#endif
