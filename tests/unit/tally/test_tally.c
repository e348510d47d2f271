/* The counters of statistics: what each event adds, tables by every split, and a second count straight from the rows. */
#include <sqlite3.h>

#include "tally/tally.h"
#include "tests/folder.h"

#define KERNEL_ROOM tally_room
#include "tests/unit/casework/kernel.h"

static struct kernel k;
static int64_t citizen, reviewer, head, supervisor;
static char no[8][32];

static int64_t at(int day, int hour) { return KERNEL_START_MS + ((int64_t)(day - 3) * 24 + hour - 9) * 3600000; } /* of March 2025 */

static void to(int64_t ms)
{
	struct diag d;
	diag_init(&d);
	CHECK_INT(casework_advance(k.cw, &k.clock, ms, &d), OK);
}

/* "rows.0.key.code": through objects and lists. */
static const struct json *path_of(const struct json *v, const char *path)
{
	for (struct str rest = str_of(path); v && rest.ptr && rest.len;) {
		struct str part = str_cut(&rest, '.');
		int64_t i;
		if (v->kind == JSON_ARRAY)
			v = str_to_i64(part, &i) && (size_t)i < v->count ? &v->items[i] : NULL;
		else
			v = json_get_str(v, part);
	}
	return v;
}

static bool did(bool fine, const char *what)
{
	if (!fine)
		printf("  %s: %s: %s\n", what, k.r.diag.code, k.r.diag.text);
	return fine;
}

static bool decide(int i, const char *action)
{
	const struct json *v = kernel_view(&k, reviewer, "case", arena_printf(&k.a, "{\"case_no\":\"%s\"}", no[i]).ptr);
	long long step = json_i64(path_of(v, "actions.0.step"), 0);
	return kernel_do(&k, reviewer, "", "step.complete",
	                 arena_printf(&k.a, "{\"step\":%lld,\"action\":\"%s\",\"opinion\":\"x\",\"form\":{\"reasons\":\"x\"}}", step, action).ptr) == OK;
}

/* Five cases of Monday 3 March, promised in 5 working days (due at the end of Monday the 10th), by law in 20:
 *   0 granted Wednesday the 5th: 2 days used, 3 left (6, 7, 10); by law 18 left
 *   1 granted Wednesday the 12th: 2 days late (11, 12)
 *   2 refused Monday the 10th: on time with nothing left (the small process of these tests has no result of its own for it)
 *   3 withdrawn on the 5th
 *   4 suspended on the 5th, and open
 * and one of April (5), open. */
static bool begin(const char *path)
{
	if (!kernel_begin(&k, path))
		return false;
	citizen = kernel_citizen(&k, "zhang");
	reviewer = kernel_person(&k, "wang");
	head = kernel_person(&k, "li");
	supervisor = kernel_person(&k, "sun");
	bool made = true;
	for (int i = 0; i < 5; i++) {
		struct str s = kernel_submit(&k, citizen, arena_printf(&k.a, "k%d", i).ptr);
		made = made && s.ptr;
		snprintf(no[i], sizeof no[i], "%.*s", STR_ARG(s));
	}
	to(at(5, 10));
	made = made && did(decide(0, "grant"), "grant");
	made = made && did(kernel_do(&k, citizen, "", "case.withdraw", arena_printf(&k.a, "{\"case_no\":\"%s\",\"reason\":\"x\"}", no[3]).ptr) == OK, "act");
	made = made && did(kernel_do(&k, head, "", "case.suspend", arena_printf(&k.a, "{\"case_no\":\"%s\",\"kind\":\"expert-review\",\"ground\":\"ALL/45\",\"reason\":\"x\",\"expected_days\":3}", no[4]).ptr) == OK, "act");
	made = made && did(kernel_do(&k, citizen, "", "case.rate", arena_printf(&k.a, "{\"case_no\":\"%s\",\"grade\":5}", no[0]).ptr) == OK, "act");
	to(at(10, 10));
	made = made && did(decide(2, "refuse"), "refuse");
	made = made && did(kernel_do(&k, citizen, "", "case.rate", arena_printf(&k.a, "{\"case_no\":\"%s\",\"grade\":2}", no[0]).ptr) == OK, "act");
	to(at(12, 10));
	made = made && did(decide(1, "grant"), "grant");
	to(at(33, 10));
	struct str s = kernel_submit(&k, citizen, "k5");
	snprintf(no[5], sizeof no[5], "%.*s", STR_ARG(s));
	return made && s.ptr;
}

static void end(void)
{
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &rows, &d), OK);
	if (d.err)
		printf("  %s\n", d.text);
	kernel_end(&k);
}

static const struct json *ask(int64_t who, const char *json)
{
	const struct json *v = kernel_view(&k, who, "tally", json);
	if (!v)
		printf("  %s: %s\n", k.r.diag.code, k.r.diag.text);
	return v;
}

#define ALL "received,accepted,concluded,granted,refused,withdrawn,on_time,late,on_time_rate,early,early_days,late_days"

TEST(each_event_is_counted_once)
{
	static const struct { const char *measure, *want; } rows[] = {
		{ "received", "6" }, { "accepted", "6" }, { "deemed", "0" }, { "concluded", "4" }, { "granted", "3" }, { "refused", "0" }, { "withdrawn", "1" },
		{ "failed", "0" }, { "on_time", "2" }, { "late", "1" }, { "on_time_rate", "66.7" }, /* 2 of 3 */
		{ "early", "1" }, { "early_rate", "33.3" }, { "early_days", "3.0" }, { "late_days", "2.0" },
		{ "law_early_days", "16.5" }, /* (18 + 15) / 2: at the 10th 5 of the 20 are used */
		{ "used_days", "4.7" },       /* (2 + 7 + 5) / 3 = 4.66… */
		{ "supplemented", "0" }, { "suspended", "1" }, { "rated", "1" }, { "bad", "0" }, { "satisfied_rate", "100.0" },
	};
	REQUIRE(begin(":memory:"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].measure);
		const struct json *v = ask(supervisor, arena_printf(&k.a, "{\"measures\":\"%s\",\"from\":\"2025-03-01\",\"to\":\"2025-04-30\"}", rows[i].measure).ptr);
		CHECK_STR(json_text(json_get(json_get(v, "total"), rows[i].measure)), rows[i].want);
	}
	ROW(NULL);
	end();
}

TEST(tables_by_every_split)
{
	static const struct { const char *name, *question, *path, *want; } rows[] = {
		{ "by month, the first", "\"by\":\"period\"", "rows.0.key.code", "2025-03" },
		{ "by month, March", "\"by\":\"period\"", "rows.0.values.received", "5" },
		{ "by month, April", "\"by\":\"period\"", "rows.1.values.received", "1" },
		{ "by day, the fifth", "\"by\":\"period\",\"unit\":\"day\",\"measures\":\"concluded\"", "rows.0.key.code", "2025-03-05" },
		{ "by day, two ended then", "\"by\":\"period\",\"unit\":\"day\",\"measures\":\"concluded\"", "rows.0.values.concluded", "2" },
		{ "by week", "\"by\":\"period\",\"unit\":\"week\",\"measures\":\"received\"", "rows.0.key.code", "2025-W10" },
		{ "by quarter", "\"by\":\"period\",\"unit\":\"quarter\",\"measures\":\"received\"", "rows.1.key.code", "2025-Q2" },
		{ "by half", "\"by\":\"period\",\"unit\":\"half\",\"measures\":\"received\"", "rows.0.values.received", "6" },
		{ "by year", "\"by\":\"period\",\"unit\":\"year\",\"measures\":\"received\"", "rows.0.key.code", "2025" },
		{ "by organ", "\"by\":\"organ\"", "rows.0.key.name", "市场监管局" },
		{ "by item", "\"by\":\"item\"", "rows.0.key.code", "I1" },
		{ "by item, all months", "\"by\":\"item\"", "rows.0.values.received", "6" },
		{ "by kind", "\"by\":\"kind\"", "rows.0.key.code", "01" },
		{ "by region", "\"by\":\"region\"", "rows.0.key.name", "云溪市" },
		{ "by channel", "\"by\":\"channel\"", "rows.0.key.code", "2" },
		{ "by post", "\"by\":\"post\"", "rows.0.values.steps", "3" },
		{ "by post, its name", "\"by\":\"post\"", "rows.0.key.code", "P1" },
		{ "by month and organ", "\"by\":\"period\",\"then\":\"organ\"", "rows.1.then.name", "市场监管局" },
		{ "filtered by organ", "\"organ\":\"O1\"", "total.received", "6" },
		{ "filtered by item", "\"item\":\"I1\"", "total.received", "6" },
		{ "filtered by kind", "\"kind\":\"02\"", "total.received", "0" },
		{ "filtered by channel", "\"channel\":\"1\"", "total.received", "0" },
		{ "filtered by region", "\"region\":\"990100\"", "total.received", "6" },
		{ "filtered by days", "\"from\":\"2025-03-05\",\"to\":\"2025-03-10\",\"measures\":\"concluded\"", "total.concluded", "3" },
		{ "days at both ends of whole months", "\"from\":\"2025-02-15\",\"to\":\"2025-04-03\",\"measures\":\"received\",\"by\":\"item\"", "total.received", "6" },
		{ "and without the last day", "\"from\":\"2025-02-15\",\"to\":\"2025-04-01\",\"measures\":\"received\",\"by\":\"item\"", "total.received", "5" },
		{ "beside the month before", "\"by\":\"period\",\"compare\":\"period\",\"measures\":\"received\"", "rows.1.before.received", "5" },
		{ "beside the range before", "\"from\":\"2025-04-01\",\"to\":\"2025-04-30\",\"compare\":\"period\",\"measures\":\"received\"", "total_before.received", "5" },
		{ "beside the year before", "\"from\":\"2026-03-01\",\"to\":\"2026-03-31\",\"by\":\"organ\",\"compare\":\"year\",\"measures\":\"received\"", "total_before.received", "5" },
	};
	REQUIRE(begin(":memory:"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		bool dated = strstr(rows[i].question, "from");
		const struct json *v = ask(supervisor, arena_printf(&k.a, "{%s%s}", rows[i].question, dated ? "" : ",\"from\":\"2025-03-01\",\"to\":\"2025-04-30\"").ptr);
		CHECK_STR(json_text(path_of(v, rows[i].path)), rows[i].want);
	}
	ROW(NULL);
	end();
}

TEST(questions_that_make_no_sense_are_refused)
{
	static const struct { const char *question, *code; } rows[] = {
		{ "{\"measures\":\"profit\"}", "tally.measure" }, { "{\"measures\":\"received,steps\"}", "tally.mixed" },
		{ "{\"by\":\"colour\"}", "tally.split" }, { "{\"unit\":\"decade\"}", "tally.unit" }, { "{\"from\":\"2025-02-30\"}", "tally.date" },
		{ "{\"from\":\"2025-03-02\",\"to\":\"2025-03-01\"}", "tally.order" }, { "{\"organ\":\"nobody\"}", "tally.unknown" },
		{ "{\"from\":\"2000-01-01\",\"to\":\"2025-03-01\",\"by\":\"period\",\"unit\":\"day\"}", "tally.too-long" },
		{ "{\"measures\":\"steps\",\"by\":\"item\"}", "tally.steps-split" }, { "{\"measures\":\"received\",\"by\":\"post\"}", "tally.cases-split" },
		{ "{\"measures\":\"steps\",\"channel\":\"1\"}", "tally.steps-filter" }, { "{\"measures\":\"received\",\"post\":\"P1\"}", "tally.cases-filter" },
		{ "{\"compare\":\"neighbour\"}", "tally.compare" },
	};
	REQUIRE(begin(":memory:"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].question);
		CHECK(!kernel_view(&k, supervisor, "tally", rows[i].question));
		CHECK_STR(str_of(k.r.diag.code), rows[i].code);
	}
	ROW("by whom");
	CHECK(!kernel_view(&k, citizen, "tally", "{}"));
	CHECK_STR(str_of(k.r.diag.code), "power.denied");
	CHECK(!kernel_view(&k, reviewer, "tally", "{}"));
	CHECK(kernel_view(&k, head, "tally", "{}"));
	ROW(NULL);
	end();
}

TEST(a_head_sees_the_posts_of_the_own_organ_only)
{
	REQUIRE(begin(":memory:"));
	CHECK_INT(kernel_do(&k, 0, "", "organ.put", "{\"code\":\"O2\",\"name\":\"民政局\",\"region\":\"990100\"}"), OK);
	CHECK(kernel_put_person(&k, "zhou", "周主任"));
	CHECK_INT(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P9\",\"organ\":\"O2\",\"role\":\"head\",\"name\":\"主任\",\"a\":\"zhou\"}"), OK);
	const struct json *own = ask(head, "{\"by\":\"post\"}"), *other = ask(kernel_person(&k, "zhou"), "{\"by\":\"post\"}");
	CHECK_STR(json_text(path_of(own, "total.steps")), "3");
	CHECK_STR(json_text(path_of(other, "total.steps")), "0");
	end();
}

TEST(tables_are_saved_shared_changed_and_dropped)
{
	REQUIRE(begin(":memory:"));
	REQUIRE(kernel_do(&k, head, "", "tally.save", "{\"name\":\"每月收件\",\"by\":\"period\",\"measures\":\"received\",\"chart\":\"line\",\"junk\":1}") == OK);
	long long id = json_i64(json_get(k.r.data, "report"), 0);
	const struct json *own = kernel_view(&k, head, "tally.reports", "{}");
	CHECK_STR(json_text(path_of(own, "rows.0.name")), "每月收件");
	CHECK_STR(json_text(path_of(own, "rows.0.params.by")), "period");
	CHECK(!path_of(own, "rows.0.params.junk"));
	CHECK(!path_of(kernel_view(&k, supervisor, "tally.reports", "{}"), "rows.0.name"));
	CHECK(!kernel_view(&k, supervisor, "tally.report", arena_printf(&k.a, "{\"report\":%lld}", id).ptr));
	/* the same name again replaces; shared, others see it and cannot change it */
	CHECK_INT(kernel_do(&k, head, "", "tally.save", "{\"name\":\"每月收件\",\"by\":\"organ\",\"shared\":true}"), OK);
	CHECK_INT(json_i64(json_get(k.r.data, "report"), 0), id);
	CHECK_STR(json_text(path_of(kernel_view(&k, supervisor, "tally.report", arena_printf(&k.a, "{\"report\":%lld}", id).ptr), "params.by")), "organ");
	CHECK(kernel_do(&k, supervisor, "", "tally.save", arena_printf(&k.a, "{\"report\":%lld,\"name\":\"x\"}", id).ptr) == ERR_NOT_FOUND);
	CHECK(kernel_do(&k, supervisor, "", "tally.drop", arena_printf(&k.a, "{\"report\":%lld}", id).ptr) == ERR_NOT_FOUND);
	CHECK(kernel_do(&k, head, "", "tally.save", "{\"name\":\" \"}") == ERR_INVALID);
	CHECK(kernel_do(&k, head, "", "tally.save", "{\"name\":\"x\",\"by\":\"colour\"}") == ERR_INVALID);
	CHECK_INT(kernel_do(&k, head, "", "tally.drop", arena_printf(&k.a, "{\"report\":%lld}", id).ptr), OK);
	CHECK(!kernel_view(&k, head, "tally.report", arena_printf(&k.a, "{\"report\":%lld}", id).ptr));
	end();
}

TEST(the_public_sees_no_small_numbers)
{
	REQUIRE(begin(":memory:"));
	os_clock_set(&k.clock, at(34, 9));
	const struct json *v = kernel_view(&k, -1, "tally.public", "{}");
	REQUIRE(v);
	CHECK_STR(json_text(path_of(v, "months.0.values.received")), "<5");   /* 5 alone, but April's 1 could be found from the sum */
	CHECK_STR(json_text(path_of(v, "months.1.values.received")), "<5");
	CHECK_STR(json_text(path_of(v, "organs.0.values.received")), "6");
	CHECK_STR(json_text(path_of(v, "organs.0.values.concluded")), "<5");
	CHECK_STR(json_text(path_of(v, "organs.0.values.on_time_rate")), "<5"); /* of three */
	CHECK_STR(json_text(path_of(v, "channels.0.key.code")), "2");
	end();
}

/* ---- the second count: straight from the rows of cases, clocks, alerts, ratings and steps, with SQLite's own dates ---- */

#define DAY_OF(ms) "strftime('%Y-%m', " ms "/1000, 'unixepoch', '+8 hours')"
#define EV(name, ms, from) "SELECT '" name "' AS m, " DAY_OF(ms) " AS month, k.organ, k.item, CAST(k.channel AS INTEGER) AS channel FROM " from
static const char second_count[] =
	"SELECT m, month, organ, item, channel, count(*) FROM ("
	EV("received", "k.received_ms", "case_any k") " UNION ALL "
	EV("accepted", "k.accepted_ms", "case_any k WHERE k.accepted_ms IS NOT NULL") " UNION ALL "
	EV("deemed", "k.accepted_ms", "case_any k WHERE k.deemed=1") " UNION ALL "
	EV("concluded", "k.concluded_ms", "case_done k") " UNION ALL "
	EV("granted", "k.concluded_ms", "case_done k WHERE k.state='concluded'") " UNION ALL "
	EV("refused", "k.concluded_ms", "case_done k WHERE k.state='refused'") " UNION ALL "
	EV("withdrawn", "k.concluded_ms", "case_done k WHERE k.state='withdrawn'") " UNION ALL "
	/* late: one of the law's clocks stopped after its end; of an outside log: concluded after its due date */
	EV("late", "k.concluded_ms", "case_done k WHERE k.state IN ('concluded', 'refused') AND (EXISTS (SELECT 1 FROM clock c WHERE c.case_id=k.id"
	   " AND c.step IS NULL AND c.kind IN ('promised', 'statutory') AND c.stop_ms>=c.due_ms) OR (k.pack=0 AND k.concluded_ms>k.due_ms))") " UNION ALL "
	EV("on_time", "k.concluded_ms", "case_done k WHERE k.state IN ('concluded', 'refused') AND (EXISTS (SELECT 1 FROM clock c WHERE c.case_id=k.id"
	   " AND c.step IS NULL AND c.kind IN ('promised', 'statutory')) AND NOT EXISTS (SELECT 1 FROM clock c WHERE c.case_id=k.id"
	   " AND c.step IS NULL AND c.kind IN ('promised', 'statutory') AND c.stop_ms>=c.due_ms) OR (k.pack=0 AND k.concluded_ms<=k.due_ms))") " UNION ALL "
	EV("supplemented", "s.opened_ms", "(SELECT case_id, opened_ms, post FROM step_open UNION ALL SELECT case_id, opened_ms, post FROM step_done) s"
	   " JOIN case_any k ON k.id=s.case_id AND k.pack>0 WHERE s.post IS NULL") " UNION ALL "
	"SELECT CASE a.level WHEN 1 THEN 'notices' WHEN 2 THEN 'yellows' ELSE 'reds' END, " DAY_OF("a.at_ms") ", a.organ, k.item, CAST(k.channel AS INTEGER)"
	" FROM alert a JOIN case_any k ON k.id=a.case_id UNION ALL "
	EV("rated", "r.at_ms", "rating r JOIN case_any k ON k.id=r.case_id") " UNION ALL "
	EV("bad", "r.at_ms", "rating r JOIN case_any k ON k.id=r.case_id WHERE r.grade>=4") " UNION ALL "
	/* the record itself: the state became "suspended" and was not before */
	"SELECT 'suspended', " DAY_OF("e.at_ms") ", k.organ, k.item, CAST(k.channel AS INTEGER) FROM ledger e JOIN case_any k ON k.id=e.subject"
	" WHERE e.kind='case.state' AND json_extract(e.payload, '$.state')='suspended' AND NOT EXISTS (SELECT 1 FROM ledger b WHERE b.subject=e.subject"
	" AND b.kind='case.state' AND b.seq<e.seq AND json_extract(b.payload, '$.state')='suspended' AND NOT EXISTS (SELECT 1 FROM ledger n"
	" WHERE n.subject=e.subject AND n.kind='case.state' AND n.seq>b.seq AND n.seq<e.seq))"
	") GROUP BY 1, 2, 3, 4, 5";

/* The counters of days added up by month, in the same shape. */
static const char *const counted[] = { "received", "accepted", "deemed", "concluded", "granted", "refused", "withdrawn", "on_time", "late", "supplemented",
                                       "suspended", "notices", "yellows", "reds", "rated", "bad" };

static int cells(sqlite3 *db, const char *sql, struct buf *out)
{
	sqlite3_stmt *q;
	int n = 0;
	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK) {
		printf("  %s\n", sqlite3_errmsg(db));
		return -1;
	}
	for (; sqlite3_step(q) == SQLITE_ROW; n++)
		for (int i = 0; i < sqlite3_column_count(q); i++)
			buf_printf(out, "%s%c", (const char *)sqlite3_column_text(q, i), i == sqlite3_column_count(q) - 1 ? '\n' : '|');
	sqlite3_finalize(q);
	return n;
}

/* Every grain holds what the days up to its `until` hold, in all. */
static void check_grains(sqlite3 *db)
{
	static const char *const differ[] = {
#define EACH "sum(received) AS a, sum(concluded) AS b, sum(on_time) AS c, sum(early_days) AS d, sum(late_days) AS e, sum(used_days) AS f, sum(reds) AS g, sum(bad) AS h, sum(suspended) AS i, sum(rated) AS j"
		"SELECT g.grain FROM tally_grain g WHERE g.steps=0 AND g.grain<>43 AND (SELECT printf('%d %d %d %d %d %d %d %d %d %d', a, b, c, d, e, f, g, h, i, j) FROM (SELECT " EACH
		" FROM tally t WHERE t.grain=g.grain))<>(SELECT printf('%d %d %d %d %d %d %d %d %d %d', a, b, c, d, e, f, g, h, i, j) FROM (SELECT " EACH " FROM tally t WHERE t.grain=43 AND t.at<=g.until))",
		"SELECT g.grain FROM tally_grain g WHERE g.steps=1 AND g.grain<>55 AND (SELECT printf('%d %d %d', sum(steps), sum(steps_on_time), sum(steps_signed)) FROM tally_step t"
		" WHERE t.grain=g.grain)<>(SELECT printf('%d %d %d', sum(steps), sum(steps_on_time), sum(steps_signed)) FROM tally_step t WHERE t.grain=55 AND t.at<=g.until)",
	};
	struct buf found;
	buf_init(&found, 1 << 16);
	for (int i = 0; i < 2; i++)
		CHECK_INT(cells(db, differ[i], &found), 0);
	CHECK_INT(cells(db, "SELECT 1 FROM tally_grain WHERE grain<>43 AND grain<>55 AND until<19000", &found), 0); /* and all of them are closed up to a day of ours */
	buf_release(&found);
}

static void check_second_count(const char *path)
{
	struct buf mine, theirs, sql;
	sqlite3 *db;
	buf_init(&mine, 64 << 20);
	buf_init(&theirs, 64 << 20);
	buf_init(&sql, 1 << 16);
	buf_putz(&sql, "SELECT * FROM (");
	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
		buf_printf(&sql, "%sSELECT '%s' AS m, strftime('%%Y-%%m', at*86400, 'unixepoch') AS month, organ, item, channel, sum(%s) AS n FROM tally WHERE grain=43"
		           " GROUP BY 2, 3, 4, 5", i ? " UNION ALL " : "", counted[i], counted[i]);
	buf_putz(&sql, ") WHERE n<>0 ORDER BY 1, 2, 3, 4, 5");
	buf_byte(&sql, 0);
	REQUIRE(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
	int n = cells(db, sql.ptr, &mine);
	CHECK(n > 0);
	CHECK_INT(cells(db, second_count, &theirs), n);
	CHECK(str_eq(buf_str(&mine), buf_str(&theirs)));
	if (!str_eq(buf_str(&mine), buf_str(&theirs)))
		printf("counters:\n%.*s\nrows:\n%.*s\n", STR_ARG(buf_str(&mine)), STR_ARG(buf_str(&theirs)));
	check_grains(db);
	sqlite3_close(db);
	buf_release(&mine);
	buf_release(&theirs);
	buf_release(&sql);
}

TEST(a_second_count_from_the_rows_agrees_cell_by_cell)
{
	struct arena a;
	struct str folder;
	if (test_on_postgresql())
		SKIP("the second count is written in the words of SQLite");
	arena_init(&a, 1 << 16);
	REQUIRE(os_dir_temporary(&a, &folder, NULL) == OK);
	const char *path = arena_printf(&a, "%.*s/t.db", STR_ARG(folder)).ptr;
	REQUIRE(begin(path));
	/* an outside log: one on time with 3 working days left (Monday to Thursday), one a weekend late (Friday to Monday: one day), one open */
	static const char *const logs[] = {
		"{\"case_no\":\"L1\",\"item\":\"I1\",\"received_ms\":1700000000000,\"concluded_ms\":1741010400000,\"due_ms\":1741269600000,\"log_end_ms\":1742000000000,\"steps\":[{\"element\":\"a\",\"name\":\"a\",\"at_ms\":1700000000000}]}",
		"{\"case_no\":\"L2\",\"item\":\"I1\",\"received_ms\":1700000000000,\"concluded_ms\":1741615200000,\"due_ms\":1741356000000,\"log_end_ms\":1742000000000,\"steps\":[]}",
		"{\"case_no\":\"L3\",\"item\":\"I1\",\"received_ms\":1700000000000,\"due_ms\":1741356000000,\"log_end_ms\":1742000000000,\"steps\":[]}",
	};
	for (int i = 0; i < 3; i++)
		CHECK_INT(kernel_do(&k, 0, "", "case.import", logs[i]), OK);
	const struct json *v = ask(supervisor, "{\"measures\":\"on_time,late,early,early_days,late_days,reds\",\"from\":\"2025-03-01\",\"to\":\"2025-03-31\"}");
	CHECK_STR(json_text(path_of(v, "total.on_time")), "3");   /* two and L1 */
	CHECK_STR(json_text(path_of(v, "total.late")), "2");      /* one and L2 */
	CHECK_STR(json_text(path_of(v, "total.early")), "2");
	CHECK_STR(json_text(path_of(v, "total.early_days")), "3.0"); /* (3 + 3) / 2 */
	CHECK_STR(json_text(path_of(v, "total.late_days")), "1.5");  /* (2 + 1) / 2 */
	check_second_count(path);
	end();
	CHECK(os_dir_remove(folder.ptr, NULL) == OK);
	arena_release(&a);
}

/* ---- closed days: whatever is asked, the cells say what the fine rows say ---- */

static struct str ask_text(const char *question)
{
	struct buf b;
	const struct json *v = kernel_view(&k, supervisor, "tally", question);
	buf_init_in(&b, &k.a, 1 << 20);
	if (v)
		json_put_canonical(&b, v);
	else
		buf_putz(&b, k.r.diag.code);
	return buf_str(&b);
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;
	if (test_on_postgresql()) {
		CHECK(test_sql(path, sql) >= 0);
		return;
	}
	REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK_INT(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static const char *const splits_asked[] = { "", "period", "region", "organ", "item", "kind", "channel", "post" };
static const char *const units_asked[] = { "day", "week", "month", "quarter", "half", "year" };
static const char *const days_asked[] = { "\"from\":\"2025-04-08\",\"to\":\"2025-04-12\"", "\"from\":\"2025-03-01\",\"to\":\"2025-04-30\"", "\"from\":\"2025-03-04\",\"to\":\"2025-03-11\"", "\"from\":\"2023-11-15\",\"to\":\"2025-04-02\"" };
static const char *const filters_asked[] = { "", ",\"organ\":\"O1\"", ",\"item\":\"I1\"", ",\"region\":\"990100\"", ",\"kind\":\"01\"", ",\"channel\":\"2\"", ",\"kind\":\"01\",\"channel\":\"2\",\"region\":\"990100\"" };
enum { SPLITS_ASKED = 8, UNITS_ASKED = 6, DAYS_ASKED = 4, FILTERS_ASKED = 7 };

/* Question n of all there are; NULL past the last. */
static const char *question_number(int n)
{
	int split = n % (SPLITS_ASKED * SPLITS_ASKED), unit = n / (SPLITS_ASKED * SPLITS_ASKED) % UNITS_ASKED, days = n / (SPLITS_ASKED * SPLITS_ASKED * UNITS_ASKED) % DAYS_ASKED;
	int filter = n / (SPLITS_ASKED * SPLITS_ASKED * UNITS_ASKED * DAYS_ASKED);
	const char *by = splits_asked[split / SPLITS_ASKED], *then = splits_asked[split % SPLITS_ASKED];
	bool steps = !strcmp(by, "post") || !strcmp(then, "post");
	if (filter == FILTERS_ASKED)
		return NULL;
	return arena_printf(&k.a, "{\"measures\":\"%s\",\"by\":\"%s\",\"then\":\"%s\",\"unit\":\"%s\",%s%s}", steps ? "steps,steps_on_time_rate" : "received,concluded,early_days,rated", by, then,
	                    units_asked[unit], days_asked[days], filters_asked[filter]).ptr;
}

TEST(closed_days_and_open_ones_say_the_same)
{
	struct arena a;
	struct str folder;
	int tables = 0;
	arena_init(&a, 1 << 16);
	REQUIRE(os_dir_temporary(&a, &folder, NULL) == OK);
	const char *path = arena_printf(&a, "%.*s/t.db", STR_ARG(folder)).ptr;
	REQUIRE(begin(path));
	/* one that comes when its days are closed already, 15 November 2023 */
	CHECK_INT(kernel_do(&k, 0, "", "case.import", "{\"case_no\":\"L1\",\"item\":\"I1\",\"received_ms\":1700000000000,\"concluded_ms\":1741010400000,\"due_ms\":1741269600000,\"log_end_ms\":1742000000000,\"steps\":[]}"), OK);
	/* and two on either side of where closed days end, in the middle of a month */
	to(at(39, 10));
	CHECK(kernel_submit(&k, citizen, "k6").ptr);
	to(at(41, 10));
	CHECK(kernel_submit(&k, citizen, "k7").ptr);
	for (int n = 0;; n += 11) { /* every eleventh of 10,752 questions: each split, unit, range and filter is met with each other */
		struct arena_mark mark = arena_save(&k.a);
		const char *question = question_number(n);
		if (!question)
			break;
		struct str closed = ask_text(question);
		run_sql(path, "UPDATE tally_grain SET until=until-2000000000 WHERE until<1000000000");
		struct str open = ask_text(question);
		run_sql(path, "UPDATE tally_grain SET until=until+2000000000 WHERE until<1000000000");
		ROW(question);
		CHECK_STR(closed, open.ptr ? arena_printf(&k.a, "%.*s", STR_ARG(open)).ptr : "");
		tables += !str_starts(closed, S("tally."));
		arena_rewind(&k.a, mark);
	}
	ROW(NULL);
	CHECK(tables > 250);
	end();
	CHECK(os_dir_remove(folder.ptr, NULL) == OK);
	arena_release(&a);
}

/* What a table shows, without what was asked. */
static const char *shown(const char *question)
{
	struct buf b;
	const struct json *v = kernel_view(&k, supervisor, "tally", question);
	buf_init_in(&b, &k.a, 1 << 20);
	if (!v)
		return k.r.diag.code;
	json_put_canonical(&b, json_get(v, "rows"));
	json_put_canonical(&b, json_get(v, "total"));
	buf_byte(&b, 0);
	return b.ptr;
}

#define OF_CITY ",\"region\":\"990100\""
#define OF_KIND "{\"measures\":\"received\",\"by\":\"kind\",\"from\":\"2025-03-01\",\"to\":\"2025-04-30\""
#define ELSEWHERE "{\"case_no\":\"L2\",\"item\":\"I2\",\"received_ms\":%lld,\"log_end_ms\":%lld,\"steps\":[]}"

/* The city's own region leaves no row out: with it the answers are the same and come from the same cells, until a case of elsewhere
 * comes, which it leaves out from the first moment, on a day that is not over yet. */
TEST(a_region_that_holds_all_costs_and_changes_nothing)
{
	const char *folder = test_folder("tally");
	char path[200];
	int tables = 0;
	snprintf(path, sizeof path, "%s/t.db", folder);
	REQUIRE(begin(path));
	CHECK_INT(kernel_do(&k, 0, "", "region.put", "{\"code\":\"990200\",\"name\":\"云海市\",\"level\":3}"), OK);
	CHECK_INT(kernel_do(&k, 0, "", "organ.put", "{\"code\":\"O2\",\"name\":\"民政局\",\"region\":\"990200\"}"), OK);
	CHECK_INT(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I2\",\"name\":\"婚姻登记\",\"organ\":\"O2\",\"kind\":\"01\",\"pack\":\"test\"}"), OK);
	to(at(39, 10));
	CHECK(kernel_submit(&k, citizen, "k6").ptr);
	to(at(40, 10));
	CHECK(kernel_submit(&k, citizen, "k7").ptr); /* on the day that is not over yet */
	for (int n = 0; n < SPLITS_ASKED * SPLITS_ASKED * UNITS_ASKED * DAYS_ASKED; n += 7) { /* those without a filter */
		struct arena_mark mark = arena_save(&k.a);
		const char *all = question_number(n);
		if (!all || strstr(all, "steps")) /* of posts, which have no region */
			continue;
		const char *without = shown(all);
		ROW(all);
		CHECK_STR(str_of(shown(arena_printf(&k.a, "%.*s" OF_CITY "}", (int)strlen(all) - 1, all).ptr)), without);
		tables += !str_starts(str_of(without), S("tally."));
		arena_rewind(&k.a, mark);
	}
	ROW(NULL);
	CHECK(tables > 100);
	const char *city = shown(OF_KIND "}");
	run_sql(path, "UPDATE tally SET received=received+100 WHERE grain BETWEEN 24 AND 27"); /* the cells that keep regions and kinds apart */
	CHECK_STR(str_of(shown(OF_KIND OF_CITY "}")), city);
	run_sql(path, "UPDATE tally SET received=received-100 WHERE grain BETWEEN 24 AND 27");
	CHECK_INT(kernel_do(&k, 0, "", "case.import", arena_printf(&k.a, ELSEWHERE, (long long)at(40, 9), (long long)at(40, 10)).ptr), OK);
	CHECK(!str_eqz(str_of(shown(OF_KIND "}")), city));
	CHECK_STR(str_of(shown(OF_KIND OF_CITY "}")), city);
	to(at(41, 10));
	CHECK(!str_eqz(str_of(shown(OF_KIND "}")), city));
	CHECK_STR(str_of(shown(OF_KIND OF_CITY "}")), city);
	end();
	test_folder_remove(folder);
}

/* A file as the program before this one left it: five grains, written at once. */
static const char as_before[] =
	"UPDATE schema_part SET version=2 WHERE part='tally'; DROP TABLE tally_grain; CREATE TABLE tally_grain(grain INTEGER PRIMARY KEY);"
	"ALTER TABLE tally RENAME TO tally_now; CREATE TABLE tally(grain INTEGER NOT NULL, at INTEGER NOT NULL, organ INTEGER NOT NULL, item INTEGER NOT NULL,"
	" region INTEGER NOT NULL, channel TEXT NOT NULL, received INTEGER NOT NULL DEFAULT 0, accepted INTEGER NOT NULL DEFAULT 0, deemed INTEGER NOT NULL DEFAULT 0,"
	" concluded INTEGER NOT NULL DEFAULT 0, granted INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, withdrawn INTEGER NOT NULL DEFAULT 0,"
	" failed INTEGER NOT NULL DEFAULT 0, on_time INTEGER NOT NULL DEFAULT 0, late INTEGER NOT NULL DEFAULT 0, early INTEGER NOT NULL DEFAULT 0,"
	" early_days INTEGER NOT NULL DEFAULT 0, late_days INTEGER NOT NULL DEFAULT 0, used_days INTEGER NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0,"
	" law_early_days INTEGER NOT NULL DEFAULT 0, supplemented INTEGER NOT NULL DEFAULT 0, suspended INTEGER NOT NULL DEFAULT 0, notices INTEGER NOT NULL DEFAULT 0,"
	" yellows INTEGER NOT NULL DEFAULT 0, reds INTEGER NOT NULL DEFAULT 0, rated INTEGER NOT NULL DEFAULT 0, bad INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY(grain, at, organ, item, region, channel)) WITHOUT ROWID;"
	"INSERT INTO tally SELECT 2, at, organ, item, region, CAST(channel AS TEXT), received, accepted, deemed, concluded, granted, refused, withdrawn, failed, on_time, late,"
	" early, early_days, late_days, used_days, used, law_early_days, supplemented, suspended, notices, yellows, reds, rated, bad FROM tally_now WHERE grain=43;"
	"INSERT OR IGNORE INTO tally SELECT 1, at, organ, 0, region, channel, received, accepted, deemed, concluded, granted, refused, withdrawn, failed, on_time, late,"
	" early, early_days, late_days, used_days, used, law_early_days, supplemented, suspended, notices, yellows, reds, rated, bad FROM tally WHERE grain=2;"
	"DROP TABLE tally_now; UPDATE tally_step SET grain=1 WHERE grain=55; DELETE FROM tally_step WHERE grain<>1; INSERT OR IGNORE INTO tally_step SELECT 3, 24302, organ, post, steps,"
	" steps_on_time, steps_late, steps_signed FROM tally_step WHERE grain=1;"
	"DELETE FROM ledger WHERE kind='tally.closed';";

static const struct { const char *name, *sql; bool rebuild; } older[] = {
	{ "with the counters of before", as_before, false },
	{ "without any counters", "DELETE FROM tally; DELETE FROM tally_step; DELETE FROM tally_rating; UPDATE tally_grain SET until=-1000000000 WHERE until<1000000000", true },
	{ "with counters changed by hand", "UPDATE tally SET concluded=concluded+1", true },
};

TEST(an_older_file_comes_to_the_figures_of_the_record)
{
	for (size_t i = 0; i < sizeof older / sizeof *older; i++) {
		struct arena a;
		struct str folder;
		struct diag d;
		uint64_t rows;
		if (older[i].sql == as_before && test_on_postgresql())
			continue; /* that program knew no server */
		ROW(older[i].name);
		arena_init(&a, 1 << 16);
		diag_init(&d);
		REQUIRE(os_dir_temporary(&a, &folder, NULL) == OK);
		const char *path = arena_printf(&a, "%.*s/t.db", STR_ARG(folder)).ptr, *question = "{\"by\":\"period\",\"unit\":\"week\",\"then\":\"item\",\"from\":\"2025-03-01\",\"to\":\"2025-04-30\"}";
		REQUIRE(begin(path));
		struct str before = arena_str(&a, ask_text(question));
		casework_close(k.cw);
		run_sql(path, older[i].sql);
		REQUIRE(kernel_open(&k, path));
		if (older[i].rebuild) {
			CHECK(!str_eq(ask_text(question), before));
			CHECK(casework_rebuild_check(k.cw, NULL, NULL, &rows, &d) == ERR_CORRUPT);
			diag_init(&d);
			CHECK_INT(casework_room_rebuild(k.cw, &tally_room, NULL, NULL, &rows, &d), OK);
			CHECK(rows > 0);
		}
		CHECK_STR(ask_text(question), arena_z(&a, before));
		to(at(34, 10)); /* and goes on from there */
		CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &rows, &d), OK);
		CHECK_STR(ask_text(question), arena_z(&a, before));
		kernel_end(&k);
		CHECK(os_dir_remove(folder.ptr, NULL) == OK);
		arena_release(&a);
	}
	ROW(NULL);
}

TEST(a_day_is_closed_once_and_not_before_it_is_over)
{
	REQUIRE(begin(":memory:"));
	int64_t today = (at(33, 10) + 28800000) / 86400000;
	CHECK(kernel_do(&k, 0, "", "tally.close", arena_printf(&k.a, "{\"until\":%lld}", (long long)today).ptr) == ERR_CONFLICT);
	CHECK_STR(str_of(k.r.diag.code), "tally.not-over");
	CHECK_INT(kernel_do(&k, 0, "", "tally.close", arena_printf(&k.a, "{\"until\":%lld}", (long long)today - 1).ptr), OK);
	CHECK_INT(kernel_do(&k, 0, "", "tally.close", arena_printf(&k.a, "{\"until\":%lld}", (long long)today - 1).ptr), OK);
	CHECK(kernel_do(&k, supervisor, "", "tally.close", arena_printf(&k.a, "{\"until\":%lld}", (long long)today - 1).ptr) == ERR_DENIED);
	CHECK_STR(json_text(path_of(ask(supervisor, "{\"measures\":\"received\",\"from\":\"2025-03-01\",\"to\":\"2025-04-30\"}"), "total.received")), "6");
	end();
}

TEST_MAIN
