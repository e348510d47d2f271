/* sqlite_functions.c - functions of standard SQL and PostgreSQL that statements use and SQLite lacks; what its codes mean. */
#include "store/sqlite_functions.h"

#include <string.h>

/* strpos(text, part): where the part first stands, in characters from 1; 0 = nowhere. */
static void strpos_of(sqlite3_context *x, int count, sqlite3_value **v)
{
	(void)count;
	const char *text = (const char *)sqlite3_value_text(v[0]), *part = (const char *)sqlite3_value_text(v[1]);
	if (!text || !part)
		return;
	const char *at = strstr(text, part);
	sqlite3_int64 n = at != NULL;
	for (const char *p = text; at && p < at; p++)
		n += (*p & 0xc0) != 0x80;
	sqlite3_result_int64(x, n);
}

/* greatest(a, b) of integers: NULL counts for nothing. */
static void greatest_of(sqlite3_context *x, int count, sqlite3_value **v)
{
	sqlite3_value *best = NULL;
	for (int i = 0; i < count; i++)
		if (sqlite3_value_type(v[i]) != SQLITE_NULL && (!best || sqlite3_value_int64(v[i]) > sqlite3_value_int64(best)))
			best = v[i];
	if (best)
		sqlite3_result_value(x, best);
}

/* Without memory for it, it is an error and not nothing. */
static void give_text(sqlite3_context *x, sqlite3_str *s)
{
	bool no_memory = sqlite3_str_errcode(s) == SQLITE_NOMEM;
	sqlite3_result_text(x, sqlite3_str_finish(s), -1, sqlite3_free);
	if (no_memory)
		sqlite3_result_error_nomem(x);
}

/* encode(bytes, 'hex'), in small letters. */
static void encode_of(sqlite3_context *x, int count, sqlite3_value **v)
{
	static const char digits[] = "0123456789abcdef";
	(void)count;
	const unsigned char *bytes = sqlite3_value_blob(v[0]);
	int n = sqlite3_value_bytes(v[0]);
	if (!bytes)
		return;
	sqlite3_str *s = sqlite3_str_new(NULL);
	for (int i = 0; i < n; i++) {
		sqlite3_str_appendchar(s, 1, digits[bytes[i] >> 4]);
		sqlite3_str_appendchar(s, 1, digits[bytes[i] & 15]);
	}
	give_text(x, s);
}

/* string_agg(text, between) */
struct joined { sqlite3_str *text; };

static void join_one(sqlite3_context *x, int count, sqlite3_value **v)
{
	(void)count;
	struct joined *j = sqlite3_aggregate_context(x, sizeof *j);
	const char *text = (const char *)sqlite3_value_text(v[0]), *between = (const char *)sqlite3_value_text(v[1]);
	if (!j || !text)
		return;
	if (!j->text)
		j->text = sqlite3_str_new(NULL);
	else if (between)
		sqlite3_str_appendall(j->text, between);
	sqlite3_str_appendall(j->text, text);
}

static void join_end(sqlite3_context *x)
{
	struct joined *j = sqlite3_aggregate_context(x, 0);
	if (j && j->text)
		give_text(x, j->text);
}

bool sqlite_functions_add(sqlite3 *db)
{
	enum { FLAGS = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS };
	return sqlite3_create_function(db, "strpos", 2, FLAGS, NULL, strpos_of, NULL, NULL) == SQLITE_OK &&
	       sqlite3_create_function(db, "greatest", 2, FLAGS, NULL, greatest_of, NULL, NULL) == SQLITE_OK &&
	       sqlite3_create_function(db, "encode", 2, FLAGS, NULL, encode_of, NULL, NULL) == SQLITE_OK &&
	       sqlite3_create_function(db, "string_agg", 2, FLAGS, NULL, NULL, join_one, join_end) == SQLITE_OK;
}

enum err sqlite_meaning(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return OK;
	case SQLITE_CONSTRAINT: return ERR_CONFLICT;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return ERR_CORRUPT;
	case SQLITE_NOMEM: return ERR_NOMEM;
	default: return ERR_IO;
	}
}
