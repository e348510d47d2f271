/* sqlite_functions.h - private to the driver of SQLite: functions that it lacks, and what its codes mean. */
#ifndef STORE_SQLITE_FUNCTIONS_H
#define STORE_SQLITE_FUNCTIONS_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/err.h"

/* strpos, greatest, encode and string_agg on this connection. */
bool sqlite_functions_add(sqlite3 *db);

/* What a result code of the library's means to us. */
BASE_MUST_USE enum err sqlite_meaning(int code);

#endif
