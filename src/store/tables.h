/* tables.h - whole tables as rows of bytes: out of a store, into an archive, into another store; and the digest by which two
 * are compared. Knows no table of the domain; works on any engine behind store.h.
 *
 * A row's bytes name each value's kind (nothing, integer, bytes) and are the same on every engine. The digest of a table is the
 * sum of the BLAKE2b-256 of its rows, so that the order of rows does not matter (engines sort text differently).
 */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/store.h"

enum { TABLE_DIGEST = 32, TABLE_ROW_MAX = 256 << 20 };

struct store_table {
	struct str name;
	struct str *columns;
	bool *bytes; /* is the column of bytes, not text? */
	size_t columns_count;
};

/* Every plain table of the store (no view, no search index with its shadow tables), by name; columns in their order. */
BASE_MUST_USE enum err store_tables(struct store_conn *c, struct arena *a, struct store_table **out, size_t *count, struct diag *d);

struct table_digest { uint64_t rows, sum[TABLE_DIGEST / 8]; };
void table_digest_add(struct table_digest *t, struct str row);
void table_digest_hex(const struct table_digest *t, char out[2 * TABLE_DIGEST + 1]);

/* Every row of "SELECT columns FROM name WHERE where" (where NULL = all) as bytes, with its digest in *digest; `row` may be NULL. */
typedef enum err (*table_row_fn)(void *arg, struct str row);
BASE_MUST_USE enum err table_read(struct store_conn *c, const struct store_table *t, const char *where, table_row_fn row, void *arg,
                                  struct table_digest *digest, struct diag *d);

/* Rows into a table: one statement, prepared once. `columns` are those of the rows; each must be a column of the table. */
struct table_loader;
BASE_MUST_USE enum err table_loader_open(struct store_conn *c, const struct store_table *t, const struct str *columns, size_t count,
                                         const char *conflict, struct table_loader **out, struct diag *d);
BASE_MUST_USE enum err table_loader_row(struct table_loader *l, struct str row, struct diag *d);
void table_loader_close(struct table_loader *l);

/* The nth value of a row's bytes. False where the row has no such value. */
struct table_value { bool null, integer; int64_t i64; struct str bytes; };
bool table_row_value(struct str row, size_t at, struct table_value *out);

#endif
