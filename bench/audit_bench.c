/* audit_bench.c - "everything this person did" in a record of a million entries: a page of the newest by the index, beside the same page without it;
 * and what the index costs where entries are written. One database, one run; prints milliseconds and ratios.
 */
#include <sqlite3.h>
#include <unistd.h>

#include "casework/casework_int.h"
#include "tests/unit/casework/kernel.h"

enum { ENTRIES = 1000000, PEOPLE = 500, ASKED = 20, WRITTEN = 100000 };

static bool script(const char *path, const char *sql)
{
	sqlite3 *db;
	char *text = NULL;
	bool good = sqlite3_open(path, &db) == SQLITE_OK && sqlite3_exec(db, sql, NULL, NULL, &text) == SQLITE_OK;
	if (!good)
		printf("the bench is wrong: %s\n", text ? text : sqlite3_errmsg(db));
	sqlite3_free(text);
	sqlite3_close(db);
	return good;
}

/* A record has no gaps: what is filled in follows its last entry. */
static int64_t next_seq(const char *path)
{
	sqlite3 *db;
	sqlite3_stmt *q = NULL;
	int64_t next = 0;
	if (sqlite3_open(path, &db) == SQLITE_OK && sqlite3_prepare_v2(db, "SELECT max(seq)+1 FROM ledger", -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		next = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return next;
}

/* Entries spread over the people; wang is one of them, and has done nothing in the newer nine tenths: the worst case for reading backwards. */
static bool fill(const char *path, int64_t from, int64_t count, int64_t wang)
{
	char sql[900];
	snprintf(sql, sizeof sql, "PRAGMA synchronous=OFF; PRAGMA cache_size=-200000; BEGIN;"
	         "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<%lld-1) INSERT INTO ledger(seq, at_ms, kind, subject, actor, prev, salt, payload, digest, hash)"
	         " SELECT %lld+i, 1740963600000+i*100, CASE i%%3 WHEN 0 THEN 'step.closed' WHEN 1 THEN 'step.opened' ELSE 'case.moved' END, 0,"
	         " CASE WHEN i<%d AND i%%100=0 THEN %lld ELSE 1000000+(i*7919)%%%d END, 0, zeroblob(16), '{\"action\":\"grant\",\"opinion\":\"符合条件，同意。\",\"pad\":\"' || hex(zeroblob(150)) || '\"}',"
	         " zeroblob(32), zeroblob(32) FROM n; COMMIT;", (long long)count, (long long)from, ENTRIES / 10, (long long)wang, PEOPLE);
	return script(path, sql);
}

static double page_ms(struct kernel *k, int64_t sun, size_t want, int *requests)
{
	int64_t began = os_monotonic_us();
	for (int i = 0; i < ASKED; i++) {
		size_t found = 0;
		struct str cursor = S("");
		*requests = 0;
		arena_reset(&k->a);
		do {
			const char *ask = arena_printf(&k->a, "{\"person\":\"wang\",\"from\":\"2000-01-01\",\"to\":\"2099-01-01\",\"limit\":%zu,\"cursor\":\"%.*s\"}", want - found, STR_ARG(cursor)).ptr;
			const struct json *v = kernel_view(k, sun, "audit", ask);
			found += json_get(v, "rows") ? json_get(v, "rows")->count : 0;
			cursor = json_text(json_get(v, "next"));
			++*requests;
		} while (found < want && cursor.len);
		if (found != want)
			printf("the bench is wrong: %zu of %zu\n", found, want);
	}
	return (double)(os_monotonic_us() - began) / ASKED / 1000;
}

static double write_us(const char *path)
{
	int64_t from = next_seq(path), began = os_monotonic_us();
	return fill(path, from, WRITTEN, 1) ? (double)(os_monotonic_us() - began) / WRITTEN : 0;
}

int main(void)
{
	(void)test_skip, (void)test_end; /* of the fixture's header: no test runs here */
	struct kernel k;
	char path[80], side[100];
	int requests = 0;
	snprintf(path, sizeof path, "/tmp/banjie-audit-bench-%d.db", (int)getpid());
	if (!kernel_begin(&k, path))
		return 1;
	int64_t wang = kernel_person(&k, "wang"), sun = kernel_person(&k, "sun");
	casework_close(k.cw);
	if (!fill(path, next_seq(path), ENTRIES, wang) || !kernel_open(&k, path))
		return 1;
	double with = page_ms(&k, sun, 25, &requests);
	printf("audit of a person, 25 newest among %d entries, by the index: %.2f ms\n", ENTRIES, with);
	casework_close(k.cw);
	double indexed = write_us(path);
	if (!script(path, "DROP INDEX ledger_actor") || !kernel_open(&k, path))
		return 1;
	double without = page_ms(&k, sun, 25, &requests);
	casework_close(k.cw);
	double bare = write_us(path);
	printf("the same without it: %.1f ms; ratio %.0f\n", without, without / with);
	printf("an entry written in bulk: %.2f us with the index, %.2f without; ratio %.2f\n", indexed, bare, indexed / bare);
	arena_release(&k.a);
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	for (size_t i = 0; i < 4; i++) {
		snprintf(side, sizeof side, "%s%s", path, ends[i]);
		unlink(side);
	}
	return 0;
}
