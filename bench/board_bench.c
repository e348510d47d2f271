/* board_bench.c - the board over a million open cases, from the counts kept with the events, beside a bare SQL scan that counts the same in
 * the same run. Prints both times and their ratio.   board_bench FILE [CASES] */
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "casework/casework.h"
#include "os/os.h"

enum { ORGANS = 40, ITEMS = 1000, ROUNDS = 50 };

static int fail(const char *what)
{
	fprintf(stderr, "board_bench: %s\n", what);
	return 1;
}

static enum err open_casework(const char *path, struct casework **cw, struct diag *d)
{
	struct casework_options o = { .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true };
	return casework_open(path, &o, cw, d);
}

/* Cases as they would stand after a year's work, and the counts that the same events would have left. */
static bool fill(const char *path, long cases)
{
	sqlite3 *db;
	char sql[2048];
	if (sqlite3_open(path, &db) != SQLITE_OK)
		return false;
	snprintf(sql, sizeof sql,
		"BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d)"
		" INSERT INTO organ(id, code, name, name_en) SELECT i, 'O'||i, '部门'||i, '' FROM n;"
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d)"
		" INSERT INTO item(id, impl_code, name, name_en, organ, kind, instant, online, live, version, data)"
		" SELECT 100000+i, 'I'||i, '事项'||i, '', 1+i%%%d, '01', 0, 1, 1, 1, '{}' FROM n;"
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%ld)"
		" INSERT INTO case_open(id, case_no, item, pack, organ, region, channel, commitment, state, level, received_ms, deemed, provisional)"
		" SELECT 1000000+i, 'C'||i, 100001+i%%%d, 1, 1+(1+i%%%d)%%%d, 7, '2', 0, CASE WHEN i%%50=0 THEN 'suspended' ELSE 'accepted' END, i%%4, 1700000000000+i, 0, 0 FROM n;"
		"INSERT INTO board_count(organ, item, region, level, suspended, n) SELECT organ, item, coalesce(region, 0), level,"
		" CASE WHEN state='suspended' THEN 1 ELSE 0 END, count(*) FROM case_open GROUP BY 1, 2, 3, 4, 5; COMMIT;",
		ORGANS, ITEMS, ORGANS, cases, ITEMS, ITEMS, ORGANS);
	char *message = NULL;
	bool ok = sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK;
	if (!ok)
		fprintf(stderr, "board_bench: %s\n", message);
	sqlite3_free(message);
	sqlite3_close(db);
	return ok;
}

static int64_t view_us(struct casework *cw, int64_t *open)
{
	struct arena a;
	struct casework_actor system = { .system = true };
	const struct json *params, *v;
	struct diag d;
	diag_init(&d);
	arena_init(&a, 64 << 20);
	int64_t began = os_monotonic_us();
	for (int i = 0; i < ROUNDS; i++) {
		arena_reset(&a);
		if (json_read(&a, S("{}"), &params, &d) != OK || casework_view(cw, "board", &system, params, &a, &v, &d) != OK) {
			fprintf(stderr, "board_bench: %s\n", d.text);
			return -1;
		}
		*open = json_i64(json_path(v, "totals.open"), 0);
	}
	int64_t us = (os_monotonic_us() - began) / ROUNDS;
	arena_release(&a);
	return us;
}

/* What a board without counts would ask: totals, by organ, by item, each a scan. */
static int64_t scan_us(const char *path)
{
	static const char *const asked[] = { "SELECT level, state='suspended', count(*) FROM case_open GROUP BY 1, 2", "SELECT organ, level, count(*) FROM case_open GROUP BY 1, 2",
		"SELECT item, level, count(*) FROM case_open GROUP BY 1, 2" };
	sqlite3 *db;
	if (sqlite3_open(path, &db) != SQLITE_OK)
		return -1;
	int64_t began = os_monotonic_us();
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		sqlite3_stmt *s;
		if (sqlite3_prepare_v2(db, asked[i], -1, &s, NULL) != SQLITE_OK)
			return -1;
		while (sqlite3_step(s) == SQLITE_ROW)
			;
		sqlite3_finalize(s);
	}
	int64_t us = os_monotonic_us() - began;
	sqlite3_close(db);
	return us;
}

int main(int argc, char **argv)
{
	struct casework *cw;
	struct diag d;
	int64_t open = 0;
	diag_init(&d);
	if (argc < 2)
		return fail("usage: board_bench FILE [CASES]");
	long cases = argc > 2 ? strtol(argv[2], NULL, 10) : 1000000;
	if (open_casework(argv[1], &cw, &d) != OK)
		return fail(d.text);
	casework_close(cw);
	if (!fill(argv[1], cases) || open_casework(argv[1], &cw, &d) != OK)
		return fail("the cases could not be made");
	int64_t view = view_us(cw, &open), scan = scan_us(argv[1]);
	casework_close(cw);
	if (view < 0 || scan < 0 || open != cases)
		return fail("the board does not count what there is");
	printf("board_refresh_us %lld\nboard_bare_scan_us %lld\nboard_open_cases %lld\nboard_times_faster_than_scan %.0f\n", (long long)view, (long long)scan,
	       (long long)open, (double)scan / (double)view);
	return 0;
}
