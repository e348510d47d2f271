/* tally_bench.c - statistics over many cases: the view's tables beside bare SQL over the rows of the cases themselves, in one run, and the
 * slowest of all tables that can be asked for.
 *
 *   tally_bench FILE CASES    cases of three years, 20 districts, 200 organs, 2,000 items of ten kinds, 4 channels, 5,000 posts;
 *                             a FILE that is there already is asked as it is
 *
 * The cases are made as rows; the counters of their days are made from them by one statement, with the columns that events would have
 * filled; all days but the last are added up by one statement a grain, the last one by the room itself. Both questions must give the
 * same total, or the program fails.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

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
	run(db, "INSERT INTO region(id, code, name, name_en, level, parent) VALUES(500, 'R', '市', 'City', 2, NULL)");
	run(db, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<19) INSERT INTO region(id, code, name, name_en, level, parent)"
	        " SELECT 501+i, 'R' || i, '区' || i, 'District ' || i, 3, 500 FROM n");
	run(db, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<199) INSERT INTO organ(id, code, name, name_en, region)"
	        " SELECT 1000+i, 'O' || i, '部门' || i, 'Organ ' || i, 501+i%20 FROM n");
	run(db, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<1999) INSERT INTO item(id, impl_code, name, name_en, organ, kind, instant,"
	        " online, live, version, data) SELECT 5000+i, 'I' || i, '事项' || i, '', 1000+i/10, substr('0' || (1+i%10), -2), 0, 1, 1, 1, '{}' FROM n");
	run(db, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<4999) INSERT INTO post(id, code, organ, role, name, name_en, data)"
	        " SELECT 20000+i, 'P' || i, 1000+i/25, 'reviewer', '岗' || i, '', '{}' FROM n");
	snprintf(sql, sizeof sql,
	         "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<%ld-1) INSERT INTO case_done(id, case_no, item, pack, organ, region, applicant,"
	         " applicant_name, channel, commitment, state, level, received_ms, accepted_ms, decided_ms, delivered_ms, concluded_ms, deemed, due_ms, provisional)"
	         " SELECT 100000+i, 'B' || i, 5000+(i*7919)%%2000, 0, 1000+((i*7919)%%2000)/10, 501+(((i*7919)%%2000)/10)%%20, 0, '', CAST(1+(i/7)%%4 AS TEXT), 0,"
	         " 'concluded', 0, t, t, t+1036800000, t+1036800000, t+1036800000, 0, CASE WHEN i%%20=0 THEN t+864000000 ELSE t+1296000000 END, 0"
	         " FROM (SELECT i, 1672531200000 + i * (94608000000/%ld) AS t FROM n)", cases, cases);
	run(db, sql);
	run(db, "COMMIT");
}

#define DAY(ms) "((" ms "+28800000)/86400000)"

#define TALLIED "received, accepted, concluded, granted, on_time, late, early, early_days"
#define STEPPED "steps, steps_on_time, steps_late, steps_signed"
#define MORE(column) #column "=t." #column "+excluded." #column
#define MORE_TALLIED MORE(received) ", " MORE(accepted) ", " MORE(concluded) ", " MORE(granted) ", " MORE(on_time) ", " MORE(late) ", " MORE(early) ", " MORE(early_days)
#define MORE_STEPPED MORE(steps) ", " MORE(steps_on_time) ", " MORE(steps_late) ", " MORE(steps_signed)

/* A cut's days are added up from those of the smallest cut that keeps more, its weeks and months from its days, its years from its months:
 * into the rows as they are found, for sorting millions of them would take hours. */
static void add_up(sqlite3 *db, bool steps, int grain, int from)
{
	char sql[2048];
	snprintf(sql, sizeof sql, "INSERT INTO %s SELECT g.grain, CASE g.unit WHEN 3 THEN s.at WHEN 2 THEN (s.at + 3) / 7 WHEN 1 THEN d.m ELSE s.at / 12 END, %s"
	         " FROM tally_grain g CROSS JOIN %s s LEFT JOIN days d ON d.at=s.at WHERE g.grain=%d AND s.grain=%d AND (g.unit=0 OR s.at<d.last)"
	         " ON CONFLICT(%s) DO UPDATE SET %s",
	         steps ? "tally_step AS t(grain, at, organ, post, " STEPPED ")" : "tally AS t(grain, at, channel, organ, kind, region, item, " TALLIED ")",
	         steps ? "g.organ*s.organ, g.item*s.post, s.steps, s.steps_on_time, s.steps_late, s.steps_signed" : "g.channel*s.channel, g.organ*s.organ, g.kind*s.kind, g.region*s.region, g.item*s.item, " TALLIED,
	         steps ? "tally_step" : "tally", grain, from, steps ? "grain, at, organ, post" : "grain, at, channel, organ, kind, region, item",
	         steps ? MORE_STEPPED : MORE_TALLIED);
	run(db, sql);
}

static void add_all_up(sqlite3 *db)
{
	static const struct { bool steps; int cut, from; } cuts[] = { { false, 10, 10 }, { false, 9, 10 }, { false, 8, 10 }, { false, 7, 10 }, { false, 6, 8 }, { false, 5, 7 }, { false, 4, 7 },
		{ false, 3, 4 }, { false, 2, 6 }, { false, 1, 4 }, { false, 0, 1 }, { true, 13, 13 }, { true, 12, 13 }, { true, 11, 12 } };
	enum { YEAR, MONTH_UNIT, WEEK, DAY_UNIT };
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		int cut = cuts[i].cut * 4;
		if (cuts[i].from != cuts[i].cut)
			add_up(db, cuts[i].steps, cut + DAY_UNIT, cuts[i].from * 4 + DAY_UNIT);
		add_up(db, cuts[i].steps, cut + WEEK, cut + DAY_UNIT);
		add_up(db, cuts[i].steps, cut + MONTH_UNIT, cut + DAY_UNIT);
		add_up(db, cuts[i].steps, cut + YEAR, cut + MONTH_UNIT);
	}
}

static void make_counters(sqlite3 *db)
{
	run(db, "BEGIN");
	run(db, "INSERT INTO tally(grain, at, channel, organ, kind, region, item, received, accepted, concluded, granted, on_time, late, early, early_days)"
	        " SELECT 43, d, CAST(channel AS INTEGER), organ, 1+(item-5000)%10, region, item, sum(r), sum(r), sum(c), sum(c), sum(o), sum(l), sum(o), sum(o*3) FROM"
	        " (SELECT " DAY("received_ms") " AS d, organ, item, region, channel, 1 AS r, 0 AS c, 0 AS o, 0 AS l FROM case_done UNION ALL"
	        " SELECT " DAY("concluded_ms") ", organ, item, region, channel, 0, 1, concluded_ms<=due_ms, concluded_ms>due_ms FROM case_done) e GROUP BY 1, 2, 3, 4, 5, 6, 7");
	run(db, "INSERT INTO tally_step(grain, at, organ, post, steps, steps_on_time, steps_late, steps_signed) SELECT 55, d.at, p.organ, p.id, 5+(p.id+d.at)%3, 5, (p.id+d.at)%3, 1"
	        " FROM (SELECT DISTINCT at FROM tally WHERE grain=43) d CROSS JOIN post p WHERE p.id>=20000");
	/* with types: what has none cannot be sought by */
	run(db, "CREATE TEMP TABLE days(at INTEGER PRIMARY KEY, m INTEGER NOT NULL, last INTEGER NOT NULL)");
	run(db, "INSERT INTO days(at, m, last) WITH RECURSIVE n(d) AS (SELECT 19000 UNION ALL SELECT d+1 FROM n WHERE d<21000)"
	        " SELECT d, CAST(strftime('%Y', d*86400, 'unixepoch') AS INTEGER)*12+CAST(strftime('%m', d*86400, 'unixepoch') AS INTEGER)-1,"
	        " (SELECT max(at) FROM tally WHERE grain=43) FROM n");
	add_all_up(db);
	run(db, "UPDATE tally_grain SET until=(SELECT last-1 FROM days LIMIT 1) WHERE grain NOT IN (43, 55)");
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
	{ "by kind and day, one year", "{\"by\":\"period\",\"then\":\"kind\",\"unit\":\"day\",\"from\":\"2024-02-06\",\"to\":\"2025-01-30\"}", NULL },
	{ "the same, of the region that all lie in", "{\"by\":\"period\",\"then\":\"kind\",\"unit\":\"day\",\"from\":\"2024-02-06\",\"to\":\"2025-01-30\",\"region\":\"R\"}", NULL },
};

/* Milliseconds of processor time (other work on the machine does not count) of the best of `runs`; -1 where the table is refused for its length. */
static double ask_ours(struct casework *cw, const char *text, int runs, int64_t *total)
{
	int64_t best = INT64_MAX;
	for (int i = 0; i < runs; i++) {
		struct arena a;
		const struct json *params, *view = NULL;
		struct diag d;
		struct casework_actor system = { .system = true };
		arena_init(&a, 256 << 20);
		diag_init(&d);
		clock_t from = clock();
		enum err e = json_read(&a, str_of(text), &params, NULL) == OK ? casework_view(cw, "tally", &system, params, &a, &view, &d) : ERR_INVALID;
		int64_t took = (int64_t)(clock() - from) * 1000000 / CLOCKS_PER_SEC;
		if (e != OK && strcmp(d.code, "tally.too-many-lines") != 0) {
			fprintf(stderr, "%s: %s\n", text, d.text);
			exit(1);
		}
		*total = json_i64(json_get(json_get(view, "total"), "received"), 0);
		arena_release(&a);
		if (e != OK)
			return -1;
		best = took < best ? took : best;
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

/* ---- every table that can be asked for ---- */

static const char *const splits[] = { "", "period", "region", "organ", "item", "kind", "channel" };
static const char *const step_splits[] = { "", "period", "organ", "post" };
static const char *const units[] = { "day", "week", "month", "quarter", "half", "year" };
static const char *const ranges[] = { "\"from\":\"2023-01-01\",\"to\":\"2025-12-31\"", "\"from\":\"2023-01-17\",\"to\":\"2025-12-19\"", "\"from\":\"2024-02-06\",\"to\":\"2025-01-30\"" };
static const char *const compares[] = { "none", "year" };
static const char *const filters[] = {
	"", ",\"organ\":\"O7\"", ",\"item\":\"I77\"", ",\"region\":\"R7\"", ",\"kind\":\"08\"", ",\"channel\":\"2\"", ",\"organ\":\"O7\",\"channel\":\"2\"",
	",\"organ\":\"O7\",\"kind\":\"08\"", ",\"region\":\"R\",\"kind\":\"08\"", ",\"kind\":\"08\",\"channel\":\"2\"", ",\"region\":\"R\",\"channel\":\"2\"",
	",\"region\":\"R\",\"kind\":\"08\",\"channel\":\"2\"", ",\"item\":\"I77\",\"channel\":\"2\"",
};
static const char *const step_filters[] = { "", ",\"organ\":\"O7\"", ",\"post\":\"P77\"" };
#define TWELVE "received,accepted,concluded,granted,on_time,late,on_time_rate,early_days,law_early_days,late_days,used_days,satisfied_rate"
#define OF_STEPS "steps,steps_on_time,steps_late,steps_signed,steps_on_time_rate"

struct asked { char text[400]; double ms; };
struct all { struct casework *cw; struct asked *asked; size_t count, room, refused; };

static void ask_one(struct all *all, const char *text)
{
	int64_t total;
	double ms = ask_ours(all->cw, text, 1, &total);
	if (ms < 0) {
		all->refused++;
		return;
	}
	if (all->count == all->room) {
		all->room = all->room ? all->room * 2 : 1024;
		all->asked = realloc(all->asked, all->room * sizeof *all->asked);
		if (!all->asked)
			exit(1);
	}
	struct asked *a = &all->asked[all->count++];
	snprintf(a->text, sizeof a->text, "%s", text);
	a->ms = ms;
}

/* All ranges and comparisons of one pair of splits, period and filter. */
static void ask_times(struct all *all, const char *measures, const char *by, const char *then, const char *unit, const char *filter)
{
	for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
		for (size_t c = 0; c < sizeof compares / sizeof *compares; c++) {
			char text[400];
			snprintf(text, sizeof text, "{\"measures\":\"%s\",\"by\":\"%s\",\"then\":\"%s\",\"unit\":\"%s\",\"compare\":\"%s\",%s%s}", measures, by, then, unit, compares[c], ranges[r], filter);
			ask_one(all, text);
		}
}

static void ask_family(struct all *all, const char *measures, const char *const *by, size_t bys, const char *const *filter, size_t count)
{
	for (size_t i = 0; i < bys * bys; i++) {
		bool period = !strcmp(by[i / bys], "period") || !strcmp(by[i % bys], "period");
		if (i / bys >= i % bys && i) /* the other way round is the same work */
			continue;
		for (size_t u = period ? 0 : 2; u < (period ? 6 : 3); u++)
			for (size_t f = 0; f < count; f++)
				ask_times(all, measures, by[i / bys], by[i % bys], units[u], filter[f]);
	}
}

static int by_ms(const void *x, const void *y)
{
	const struct asked *a = x, *b = y;
	return (a->ms < b->ms) - (a->ms > b->ms);
}

/* Each table once; then the slowest again, for on a shared machine any of thousands may have been held up. */
static double ask_all(struct casework *cw)
{
	enum { AGAIN = 40 };
	struct all all = { .cw = cw };
	ask_family(&all, TWELVE, splits, sizeof splits / sizeof *splits, filters, sizeof filters / sizeof *filters);
	ask_family(&all, OF_STEPS, step_splits, sizeof step_splits / sizeof *step_splits, step_filters, sizeof step_filters / sizeof *step_filters);
	qsort(all.asked, all.count, sizeof *all.asked, by_ms);
	double median = all.asked[all.count / 2].ms, often = all.asked[all.count / 100].ms;
	for (size_t i = 0; i < AGAIN && i < all.count; i++) {
		int64_t total;
		all.asked[i].ms = ask_ours(cw, all.asked[i].text, RUNS, &total);
	}
	qsort(all.asked, all.count, sizeof *all.asked, by_ms);
	double worst = all.asked[0].ms;
	for (size_t i = 0; i < 3; i++)
		printf("statistics_slow_ms %.1f %s\n", all.asked[i].ms, all.asked[i].text);
	printf("statistics_tables %zu asked, %zu refused for their length\n", all.count, all.refused);
	printf("statistics_worst_ms %.1f, 99 of 100 under %.1f, median %.1f (aim: worst under 100)\n", worst, often, median);
	free(all.asked);
	return worst;
}

static int compare_with_bare(struct casework *cw, sqlite3 *db)
{
	int status = 0;
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		int64_t ours = 0, bare = 0;
		double ms = ask_ours(cw, questions[i].ours, RUNS, &ours);
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
	return status;
}

/* The last day, by the room itself: what a city of this size pays once a day. */
static void close_last_day(const char *path)
{
	struct casework *cw = open_city(path, false);
	struct diag d;
	int64_t next, from = os_monotonic_us();
	diag_init(&d);
	if (casework_tick(cw, &next, &d) != OK) {
		fprintf(stderr, "%s\n", d.text);
		exit(1);
	}
	printf("statistics_day_closed_ms %.0f\n", (double)(os_monotonic_us() - from) / 1000);
	casework_close(cw);
}

static void make(const char *path, const char *cases)
{
	sqlite3 *db;
	int64_t from = os_monotonic_us();
	casework_close(open_city(path, false));
	if (sqlite3_open(path, &db) != SQLITE_OK)
		exit(1);
	make_cases(db, strtol(cases, NULL, 10));
	make_counters(db);
	sqlite3_close(db);
	printf("statistics_made %s cases in %.0f s\n", cases, (double)(os_monotonic_us() - from) / 1e6);
	close_last_day(path);
}

int main(int argc, char **argv)
{
	sqlite3 *db;
	int64_t rows = 0;
	if (argc != 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (access(argv[1], F_OK) != 0)
		make(argv[1], argv[2]);
	if (sqlite3_open(argv[1], &db) != SQLITE_OK)
		return 1;
	ask_bare(db, "SELECT (SELECT count(*) FROM tally) + (SELECT count(*) FROM tally_step)", &rows);
	printf("statistics_counter_rows %" PRId64 "\n", rows);
	struct casework *cw = open_city(argv[1], true);
	int status = compare_with_bare(cw, db);
	if (ask_all(cw) >= 100)
		status = 1;
	casework_close(cw);
	sqlite3_close(db);
	return status;
}
