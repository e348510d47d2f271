/* sqlite_functions.h - private to the driver of SQLite. */
#ifndef STORE_SQLITE_FUNCTIONS_H
#define STORE_SQLITE_FUNCTIONS_H

#include <sqlite3.h>
#include <stdbool.h>

/* strpos, greatest, encode and string_agg on this connection. */
bool sqlite_functions_add(sqlite3 *db);

#endif
