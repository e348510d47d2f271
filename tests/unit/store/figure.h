/* figure.h - a number out of a database of the library's own. */
#ifndef TESTS_STORE_FIGURE_H
#define TESTS_STORE_FIGURE_H

#include <sqlite3.h>
#include <stdint.h>

/* -1: there is none. */
static int64_t figure(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	int64_t n = -1;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

#endif
