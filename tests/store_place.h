/* store_place.h - where a test keeps its database: in SQLite, or, with BANJIE_TEST_STORE=postgresql://…, in a schema
 * of its own in that database. The same tests so run on both stores; tools/test-postgresql starts a server for them.
 *
 * A name stands for the same schema throughout a test program, so that what was closed can be opened again; ":memory:" is a
 * fresh one each time. All go when the program ends.
 */
#ifndef TESTS_STORE_PLACE_H
#define TESTS_STORE_PLACE_H

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEST_PLACES_MAX = 512 };

static struct { char name[160], url[512]; } test_places[TEST_PLACES_MAX];
static int test_places_count;

static const char *test_store_server(void)
{
	return getenv("BANJIE_TEST_STORE");
}

__attribute__((unused)) static bool test_on_postgresql(void)
{
	return test_store_server() != NULL;
}

/* Runs SQL on the server, outside the store under test; false prints why. */
__attribute__((unused)) static bool test_server_run(const char *url, const char *sql)
{
	PGconn *db = PQconnectdb(url);
	PGresult *r = PQexec(db, sql);
	bool ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
	if (!ok)
		printf("  server: %s: %s\n", sql, PQerrorMessage(db));
	PQclear(r);
	PQfinish(db);
	return ok;
}

static void test_places_drop(void)
{
	char sql[128];
	for (int i = 0; i < test_places_count; i++) {
		snprintf(sql, sizeof sql, "SET client_min_messages=error; DROP SCHEMA t%d_%d CASCADE", (int)getpid(), i);
		(void)test_server_run(test_store_server(), sql);
	}
}

__attribute__((unused)) static const char *test_place(const char *name)
{
	const char *server = test_store_server();
	if (!server || strncmp(name, "postgres", 8) == 0)
		return name;
	bool fresh = strcmp(name, ":memory:") == 0;
	for (int i = 0; i < test_places_count && !fresh; i++)
		if (strcmp(test_places[i].name, name) == 0)
			return test_places[i].url;
	if (test_places_count == 0)
		atexit(test_places_drop);
	int n = test_places_count++;
	char sql[64];
	snprintf(sql, sizeof sql, "CREATE SCHEMA t%d_%d", (int)getpid(), n);
	snprintf(test_places[n].name, sizeof test_places[n].name, "%s", name);
	snprintf(test_places[n].url, sizeof test_places[n].url, "%s%coptions=-csearch_path%%3Dt%d_%d", server, strchr(server, '?') ? '&' : '?', (int)getpid(), n);
	return test_server_run(server, sql) ? test_places[n].url : name;
}

/* The name stands for a fresh place from now on; the file is removed. */
__attribute__((unused)) static void test_place_forget(const char *name)
{
	unlink(name);
	for (int i = 0; i < test_places_count; i++)
		if (strcmp(test_places[i].name, name) == 0)
			test_places[i].name[0] = '\0';
}

/* The same, with what lies beside a file. Nobody has it open. */
__attribute__((unused)) static void test_file_remove(const char *name)
{
	static const char *const ends[] = { "-wal", "-shm", ".lock" };
	char beside[256];
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(beside, sizeof beside, "%s%s", name, ends[i]);
		unlink(beside);
	}
	test_place_forget(name);
}

/* ---- behind the store's back: as somebody who has the database in his hands ---- */

/* First column of the first row of a query, -1 when there is none; of a change, how many rows it touched. */
__attribute__((unused)) static int64_t test_sql(const char *name, const char *sql)
{
	const char *place = test_place(name);
	int64_t n = -1;
	if (test_on_postgresql()) {
		PGconn *db = PQconnectdb(place);
		PGresult *r = PQexec(db, sql);
		if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r))
			n = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
		else if (PQresultStatus(r) == PGRES_COMMAND_OK)
			n = strtoll(PQcmdTuples(r), NULL, 10);
		else
			printf("  server: %s\n", PQerrorMessage(db));
		PQclear(r);
		PQfinish(db);
		return n;
	}
	sqlite3 *db;
	sqlite3_stmt *s = NULL;
	if (sqlite3_open(place, &db) != SQLITE_OK || sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		printf("  %s\n", sqlite3_errmsg(db));
	else if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	else
		n = sqlite3_changes(db);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

#endif
