/* bare_sqlite.c - replays the rows that a run has added. Changed rows are left out, which
 * favours the bare side. What the server keeps pressed is written as the text it is, or as it stands in the file. */
#include "bare_sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http_load.h"
#include "store/press.h"

enum { TABLES_MAX = 256 };

struct row { sqlite3_value **values; };

struct table {
	char name[64];
	int columns;
	struct row *rows;
	int64_t count, room;
	sqlite3_stmt *insert;
};

struct replay {
	sqlite3 *db;
	struct press *press; /* undoes; without a dictionary every value stays as it is */
	struct table tables[TABLES_MAX];
	int count;
};

static int exec(sqlite3 *db, const char *sql)
{
	char *message = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK)
		return 0;
	fprintf(stderr, "bare: %s: %s\n", sql, message ? message : "");
	sqlite3_free(message);
	return -1;
}

/* Real tables only: not the parts of a full-text index. */
static int list_tables(struct replay *r)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(r->db, "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
	                              " AND name NOT LIKE 'item_search%' AND name NOT LIKE 'press_%'", -1, &s, NULL) != SQLITE_OK)
		return -1;
	while (sqlite3_step(s) == SQLITE_ROW && r->count < TABLES_MAX)
		snprintf(r->tables[r->count++].name, sizeof r->tables->name, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return 0;
}

/* ---- texts instead of frames ---- */

static void plain(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct press *press = sqlite3_user_data(context);
	struct str v = str_span(sqlite3_value_blob(values[0]), (size_t)sqlite3_value_bytes(values[0]));
	bool frame = count == 1 && sqlite3_value_type(values[0]) == SQLITE_BLOB && press_is_frame(v) && press_has(press, press_dictionary_of(v));
	size_t n = frame ? press_length(v) : 0;
	char *text = n ? sqlite3_malloc64(n) : NULL;
	if (text && press_undo(press, v, text) == OK)
		sqlite3_result_text64(context, text, n, sqlite3_free, SQLITE_UTF8);
	else
		sqlite3_result_value(context, values[0]);
}

static int load_dictionaries(struct replay *r)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(r->db, "SELECT bytes FROM later.press_dictionary GROUP BY id", -1, &s, NULL) != SQLITE_OK)
		return -1;
	int bad = 0;
	while (!bad && sqlite3_step(s) == SQLITE_ROW)
		bad = press_add(r->press, str_span(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0))) != OK;
	sqlite3_finalize(s);
	return bad;
}

/* "plain(a), plain(b), …" of a table. */
static int put_columns(struct replay *r, const char *table, char *sql, size_t size)
{
	sqlite3_stmt *s;
	size_t n = 0;
	if (sqlite3_prepare_v2(r->db, "SELECT name FROM pragma_table_info(?1)", -1, &s, NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_text(s, 1, table, -1, SQLITE_STATIC);
	while (n < size && sqlite3_step(s) == SQLITE_ROW)
		n += (size_t)snprintf(sql + n, size - n, "%splain(\"%s\")", n ? ", " : "", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return n && n < size ? 0 : -1;
}

static void keep_row(struct table *t, sqlite3_stmt *s)
{
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 1024;
		t->rows = realloc(t->rows, (size_t)t->room * sizeof *t->rows);
	}
	struct row *r = &t->rows[t->count++];
	r->values = calloc((size_t)t->columns, sizeof(sqlite3_value *));
	for (int i = 0; i < t->columns; i++)
		r->values[i] = sqlite3_value_dup(sqlite3_column_value(s, i));
}

static int read_new_rows(struct replay *r, struct table *t)
{
	char columns[4096], sql[4500];
	sqlite3_stmt *s;
	if (put_columns(r, t->name, columns, sizeof columns) != 0)
		return -1;
	snprintf(sql, sizeof sql, "SELECT %s FROM (SELECT * FROM later.\"%s\" EXCEPT SELECT * FROM main.\"%s\")", columns, t->name, t->name);
	if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != SQLITE_OK) {
		fprintf(stderr, "bare: %s: %s\n", sql, sqlite3_errmsg(r->db));
		return -1;
	}
	t->columns = sqlite3_column_count(s);
	while (sqlite3_step(s) == SQLITE_ROW)
		keep_row(t, s);
	sqlite3_finalize(s);
	return 0;
}

static int prepare_insert(struct replay *r, struct table *t)
{
	char sql[1024];
	int n = snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO main.\"%s\" VALUES(?", t->name);
	for (int i = 1; i < t->columns; i++)
		n += snprintf(sql + n, sizeof sql - (size_t)n, ",?");
	snprintf(sql + n, sizeof sql - (size_t)n, ")");
	return sqlite3_prepare_v2(r->db, sql, -1, &t->insert, NULL) == SQLITE_OK ? 0 : -1;
}

static int insert_row(struct table *t, const struct row *row)
{
	for (int i = 0; i < t->columns; i++)
		sqlite3_bind_value(t->insert, i + 1, row->values[i]);
	int rc = sqlite3_step(t->insert);
	sqlite3_reset(t->insert);
	return rc == SQLITE_DONE ? 0 : -1;
}

/* Command number `at` of `commands`: its share of every table's rows. */
static int portion(struct replay *r, int64_t at, int64_t commands)
{
	for (int i = 0; i < r->count; i++) {
		struct table *t = &r->tables[i];
		for (int64_t k = t->count * at / commands; k < t->count * (at + 1) / commands; k++)
			if (insert_row(t, &t->rows[k]) != 0)
				return -1;
	}
	return 0;
}

static int write_all(struct replay *r, int64_t commands, int64_t batch)
{
	for (int64_t at = 0; at < commands; at++) {
		if (at % batch == 0 && exec(r->db, "BEGIN") != 0)
			return -1;
		if (portion(r, at, commands) != 0)
			return -1;
		if ((at % batch == batch - 1 || at == commands - 1) && exec(r->db, "COMMIT") != 0)
			return -1;
	}
	return 0;
}

static int prepare(struct replay *r, const char *before, const char *after, bool pressed, int64_t *rows)
{
	char sql[1200];
	snprintf(sql, sizeof sql, "ATTACH '%s' AS later", after);
	if (sqlite3_open(before, &r->db) != SQLITE_OK || exec(r->db, sql) != 0 || list_tables(r) != 0)
		return -1;
	r->press = press_new(false);
	if (!r->press || sqlite3_create_function(r->db, "plain", 1, SQLITE_UTF8, r->press, plain, NULL, NULL) != SQLITE_OK || (!pressed && load_dictionaries(r) != 0))
		return -1;
	*rows = 0;
	for (int i = 0; i < r->count; i++) {
		if (read_new_rows(r, &r->tables[i]) != 0)
			return -1;
		*rows += r->tables[i].count;
	}
	if (exec(r->db, "DETACH later") != 0 || exec(r->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	                                                    "PRAGMA wal_autocheckpoint=50000; PRAGMA cache_size=-65536") != 0)
		return -1;
	for (int i = 0; i < r->count; i++)
		if (r->tables[i].count && prepare_insert(r, &r->tables[i]) != 0)
			return -1;
	return 0;
}

/* Bytes this process has handed to the disk. */
static int64_t written_bytes(void)
{
	char line[128];
	long long n = 0;
	FILE *f = fopen("/proc/self/io", "r");
	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, "write_bytes:", 12) == 0)
			n = strtoll(line + 12, NULL, 10);
	if (f)
		fclose(f);
	return n;
}

static int64_t cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The rows, then the log into the file: what a checkpoint in one piece costs. */
static int measure(struct replay *r, int64_t commands, int64_t batch, struct bare_figures *out)
{
	int64_t written = written_bytes(), cpu = cpu_us(), began = load_now_us();
	int bad = write_all(r, commands, batch);
	out->took_us = load_now_us() - began;
	out->cpu_us = cpu_us() - cpu;
	began = load_now_us();
	if (!bad)
		bad = exec(r->db, "PRAGMA wal_checkpoint(TRUNCATE)");
	out->checkpoint_us = load_now_us() - began;
	out->written = written_bytes() - written;
	return bad;
}

static void free_table(struct table *t)
{
	for (int64_t k = 0; k < t->count; k++) {
		for (int v = 0; v < t->columns; v++)
			sqlite3_value_free(t->rows[k].values[v]);
		free(t->rows[k].values);
	}
	free(t->rows);
	sqlite3_finalize(t->insert);
}

int bare_sqlite(const char *before, const char *after, int64_t commands, int64_t batch, bool pressed, struct bare_figures *out)
{
	struct replay *r = calloc(1, sizeof *r);
	int bad = prepare(r, before, after, pressed, &out->rows);
	if (!bad)
		bad = measure(r, commands, batch, out);
	if (bad)
		fprintf(stderr, "bare: %s\n", sqlite3_errmsg(r->db));
	for (int i = 0; i < r->count; i++)
		free_table(&r->tables[i]);
	sqlite3_close(r->db);
	press_free(r->press);
	free(r);
	return bad ? -1 : 0;
}
