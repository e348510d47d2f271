/* tally_bench.c - statistics over many cases: the view's tables beside bare SQL over the rows of the cases themselves, in one run.
 *
 *   tally_bench FILE CASES    cases of three years, 200 organs, 2,000 items, 4 channels
 *
 * The cases are made as rows; the counters are made from them by one statement a grain, with the columns that events would
 * have filled. Both questions must give the same total, or the program fails.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "casework/casework.h"
#include "tally/tally.h"
#include "text/json_make.h"

enum { RUNS = 5 };

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK)
		return;
	fprintf(stderr, "%s\n%s\n", why, sql);
	exit(1);
}

/* Case n is of the item n * 7919 mod 2000, which belongs to organ item / 10; received evenly over three years, concluded 12 days later,
 * every twentieth late. */
static void make_cases(sqlite3 *db, long cases)
{
	char sql[2048];
	run(db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000");
	run(db, "BEGIN");
	run(db, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<199) INSERT INTO organ(id, code, name, name_en, region)"
	        " SELECT 1000+i, 'O' || i, '部门' || i, 'Organ ' || i, NULL FROM n");
	run(db, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<1999) INSERT INTO item(id, impl_code, name, name_en, organ, kind, instant,"
	        " online, live, version, data) SELECT 5000+i, 'I' || i, '事项' || i, '', 1000+i/10, '01', 0, 1, 1, 1, '{}' FROM n");
	snprintf(sql, sizeof sql,
	         "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<%ld-1) INSERT INTO case_done(id, case_no, item, pack, organ, region, applicant,"
	         " applicant_name, channel, commitment, state, level, received_ms, accepted_ms, decided_ms, delivered_ms, concluded_ms, deemed, due_ms, provisional)"
	         " SELECT 100000+i, 'B' || i, 5000+(i*7919)%%2000, 0, 1000+((i*7919)%%2000)/10, NULL, 0, '', CAST(1+(i/7)%%4 AS TEXT), 0, 'concluded', 0,"
	         " t, t, t+1036800000, t+1036800000, t+1036800000, 0, CASE WHEN i%%20=0 THEN t+864000000 ELSE t+1296000000 END, 0"
	         " FROM (SELECT i, 1672531200000 + i * (94608000000/%ld) AS t FROM n)", cases, cases);
	run(db, sql);
	run(db, "COMMIT");
}

#define DAY(ms) "((" ms "+28800000)/86400000)"
static void make_counters(sqlite3 *db)
{
	static const struct { int grain; const char *at, *item; } grains[] = {
		{ 1, "d", "0" }, { 2, "d", "item" }, { 3, "m", "0" }, { 4, "m", "item" }, { 5, "m/12", "item" },
	};
	run(db, "BEGIN");
	run(db, "CREATE TEMP TABLE days AS WITH RECURSIVE n(d) AS (SELECT 19000 UNION ALL SELECT d+1 FROM n WHERE d<21000)"
	        " SELECT d, CAST(strftime('%Y', d*86400, 'unixepoch') AS INTEGER)*12+CAST(strftime('%m', d*86400, 'unixepoch') AS INTEGER)-1 AS m FROM n");
	run(db, "CREATE UNIQUE INDEX temp.days_d ON days(d)");
	for (size_t i = 0; i < sizeof grains / sizeof *grains; i++) {
		char sql[2048];
		snprintf(sql, sizeof sql,
		         "INSERT INTO tally(grain, at, organ, item, region, channel, received, accepted, concluded, granted, on_time, late, early, early_days)"
		         " SELECT %d, %s, organ, %s, 0, channel, sum(r), sum(r), sum(c), sum(c), sum(o), sum(l), sum(o), sum(o*3) FROM"
		         " (SELECT " DAY("received_ms") " AS d, organ, item, channel, 1 AS r, 0 AS c, 0 AS o, 0 AS l FROM case_done UNION ALL"
		         " SELECT " DAY("concluded_ms") ", organ, item, channel, 0, 1, concluded_ms<=due_ms, concluded_ms>due_ms FROM case_done) e JOIN days USING(d)"
		         " GROUP BY 2, 3, 4, 6", grains[i].grain, grains[i].at, grains[i].item);
		run(db, sql);
	}
	run(db, "COMMIT");
}

struct question { const char *name, *ours, *bare; };
#define MONTH "strftime('%Y-%m', received_ms/1000, 'unixepoch', '+8 hours')"
static const struct question questions[] = {
	{ "by organ, three years", "{\"measures\":\"received\",\"by\":\"organ\",\"from\":\"2023-01-01\",\"to\":\"2025-12-31\"}",
	  "SELECT organ, count(*) FROM case_done GROUP BY 1" },
	{ "by month, three years", "{\"measures\":\"received\",\"by\":\"period\",\"from\":\"2023-01-01\",\"to\":\"2025-12-31\"}",
	  "SELECT " MONTH ", count(*) FROM case_done GROUP BY 1" },
	{ "by item, three years", "{\"measures\":\"received\",\"by\":\"item\",\"from\":\"2023-01-01\",\"to\":\"2025-12-31\"}",
	  "SELECT item, count(*) FROM case_done GROUP BY 1" },
	{ "by organ and month, one year", "{\"measures\":\"received\",\"by\":\"period\",\"then\":\"organ\",\"from\":\"2024-01-01\",\"to\":\"2024-12-31\"}",
	  "SELECT " MONTH ", organ, count(*) FROM case_done WHERE received_ms>=1704038400000 AND received_ms<1735660800000 GROUP BY 1, 2" },
	{ "by organ, seven measures, one year before beside", "{\"by\":\"organ\",\"from\":\"2025-01-01\",\"to\":\"2025-12-31\",\"compare\":\"year\"}", NULL },
	{ "by channel, odd days", "{\"measures\":\"received\",\"by\":\"channel\",\"from\":\"2023-01-17\",\"to\":\"2025-11-05\"}",
	  "SELECT channel, count(*) FROM case_done WHERE received_ms>=1673884800000 AND received_ms<1762358400000 GROUP BY 1" },
	{ "an item by week, one year", "{\"measures\":\"received\",\"by\":\"period\",\"unit\":\"week\",\"item\":\"I7\",\"from\":\"2024-01-01\",\"to\":\"2024-12-31\"}",
	  "SELECT (" DAY("received_ms") "+3)/7, count(*) FROM case_done WHERE item=5007 AND received_ms>=1704038400000 AND received_ms<1735660800000 GROUP BY 1" },
	{ "by week, one year", "{\"measures\":\"received\",\"by\":\"period\",\"unit\":\"week\",\"from\":\"2024-01-01\",\"to\":\"2024-12-31\"}",
	  "SELECT (" DAY("received_ms") "+3)/7, count(*) FROM case_done WHERE received_ms>=1704038400000 AND received_ms<1735660800000 GROUP BY 1" },
};

static double ask_ours(struct casework *cw, const char *text, int64_t *total)
{
	int64_t best = INT64_MAX;
	for (int i = 0; i < RUNS; i++) {
		struct arena a;
		const struct json *params, *view;
		struct diag d;
		struct casework_actor system = { .system = true };
		arena_init(&a, 256 << 20);
		diag_init(&d);
		int64_t from = os_monotonic_us();
		if (json_read(&a, str_of(text), &params, NULL) != OK || casework_view(cw, "tally", &system, params, &a, &view, &d) != OK) {
			fprintf(stderr, "%s: %s\n", text, d.text);
			exit(1);
		}
		int64_t took = os_monotonic_us() - from;
		best = took < best ? took : best;
		*total = json_i64(json_path(view, "total.received"), -1);
		arena_release(&a);
	}
	return (double)best / 1000;
}

static double ask_bare(sqlite3 *db, const char *sql, int64_t *total)
{
	sqlite3_stmt *q;
	int64_t from = os_monotonic_us();
	*total = 0;
	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		exit(1);
	while (sqlite3_step(q) == SQLITE_ROW)
		*total += sqlite3_column_int64(q, sqlite3_column_count(q) - 1);
	sqlite3_finalize(q);
	return (double)(os_monotonic_us() - from) / 1000;
}

static struct casework *open_city(const char *path, bool reading)
{
	static const struct casework_room *const rooms[] = { &tally_room };
	struct casework_options o = { .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true, .rooms = rooms, .rooms_count = 1, .reading = reading };
	struct casework *cw;
	struct diag d;
	diag_init(&d);
	if (casework_open(path, &o, &cw, &d) == OK)
		return cw;
	fprintf(stderr, "%s\n", d.text);
	exit(1);
}

int main(int argc, char **argv)
{
	sqlite3 *db;
	if (argc != 3)
		return 2;
	long cases = strtol(argv[2], NULL, 10);
	casework_close(open_city(argv[1], false));
	if (sqlite3_open(argv[1], &db) != SQLITE_OK)
		return 1;
	int64_t from = os_monotonic_us();
	make_cases(db, cases);
	make_counters(db);
	printf("statistics_made %ld cases in %.0f s\n", cases, (double)(os_monotonic_us() - from) / 1e6);
	int64_t rows = 0, slowest = 0;
	ask_bare(db, "SELECT count(*) FROM tally", &rows);
	printf("statistics_counter_rows %" PRId64 "\n", rows);
	struct casework *cw = open_city(argv[1], true);
	int status = 0;
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		int64_t ours = 0, bare = 0;
		double ms = ask_ours(cw, questions[i].ours, &ours);
		slowest = (int64_t)ms > slowest ? (int64_t)ms : slowest;
		if (!questions[i].bare) {
			printf("statistics_ms %.1f (%s)\n", ms, questions[i].name);
			continue;
		}
		double reference = ask_bare(db, questions[i].bare, &bare);
		printf("statistics_ms %.1f, bare SQL %.0f, ratio %.0f (%s)\n", ms, reference, reference / ms, questions[i].name);
		if (ours != bare) {
			fprintf(stderr, "%s: %" PRId64 " by the counters, %" PRId64 " by the cases\n", questions[i].name, ours, bare);
			status = 1;
		}
	}
	printf("statistics_slowest_ms %" PRId64 "\n", slowest);
	casework_close(cw);
	sqlite3_close(db);
	return status;
}
