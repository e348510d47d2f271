/* tally_room.c - the counters and what each event does to them.
 *
 * An event of a case adds to one row: that of its day with everything that a table can be split by. When a day is over its rows are
 * added up, once, into the coarser ones (tally_int.h: cuts and units); an event of a day that is already added up adds to these as
 * well. So a command pays for one row, and a table reads few. The day is China's; nothing but the event's data and rows of earlier
 * events goes in.
 */
#include "tally/tally_int.h"

#define COUNTERS(X) X(received) LATER_COUNTERS(X)
#define LATER_COUNTERS(X) \
	X(accepted) X(deemed) X(concluded) X(granted) X(refused) X(withdrawn) X(failed) X(on_time) X(late) X(early) \
	X(early_days) X(late_days) X(used_days) X(used) X(law_early_days) X(supplemented) X(suspended) X(notices) X(yellows) X(reds) \
	X(rated) X(bad)
#define COLUMN(name) " " #name " INTEGER NOT NULL DEFAULT 0,"

static const char first_schema[] =
	"CREATE TABLE tally(grain INTEGER NOT NULL, at INTEGER NOT NULL, organ INTEGER NOT NULL, item INTEGER NOT NULL, region INTEGER NOT NULL,"
	" channel TEXT NOT NULL," COUNTERS(COLUMN) " PRIMARY KEY(grain, at, organ, item, region, channel)) WITHOUT ROWID;"
	"CREATE TABLE tally_step(grain INTEGER NOT NULL, at INTEGER NOT NULL, organ INTEGER NOT NULL, post INTEGER NOT NULL,"
	" steps INTEGER NOT NULL, steps_on_time INTEGER NOT NULL, steps_late INTEGER NOT NULL, steps_signed INTEGER NOT NULL,"
	" PRIMARY KEY(grain, at, organ, post)) WITHOUT ROWID;"
	/* the grade that counts now, so that a later one takes its place */
	"CREATE TABLE tally_rating(case_id INTEGER PRIMARY KEY, grade INTEGER NOT NULL, at_ms INTEGER NOT NULL);"
	"CREATE TABLE tally_report(id INTEGER PRIMARY KEY, name TEXT NOT NULL, owner INTEGER NOT NULL, shared INTEGER NOT NULL, params TEXT NOT NULL,"
	" saved_ms INTEGER NOT NULL);"
	"CREATE INDEX tally_report_owner ON tally_report(owner);";

/* Small constant tables, so that adding to five rows is one statement without arithmetic on dates: the months of four centuries by their
 * first day (days since 1970-01-01; the reckoning of years that begin in March), and the five grains. */
static const char months_schema[] =
	"CREATE TABLE tally_month(first INTEGER PRIMARY KEY, month INTEGER NOT NULL);"
	"INSERT INTO tally_month(first, month) WITH RECURSIVE m(i) AS (SELECT 22800 UNION ALL SELECT i + 1 FROM m WHERE i < 27599)"
	" SELECT 365 * y + y / 4 - y / 100 + y / 400 + (153 * mp + 2) / 5 - 719468, i FROM"
	" (SELECT i, CASE WHEN i % 12 < 2 THEN i / 12 - 1 ELSE i / 12 END AS y, (i % 12 + 10) % 12 AS mp FROM m) c;"
	"CREATE TABLE tally_grain(grain INTEGER PRIMARY KEY);"
	"INSERT INTO tally_grain(grain) VALUES (1), (2), (3), (4), (5);";

/* ---- from the third migration on: the rows of a day, and what they are added up to ---- */

#define CUT_ROW(cut, steps, organ, item, region, kind, channel) \
	"SELECT " #cut " AS cut, " #steps " AS steps, " #organ " AS organ, " #item " AS item, " #region " AS region, " #kind " AS kind, " #channel " AS channel UNION ALL "
#define FINE_CASES "43"
#define FINE_STEPS "55"
#define ALWAYS "1000000000"
#define CHANNEL_NUMBER(channel) "coalesce(CAST(nullif(" channel ", '') AS INTEGER), 0)"
#define KIND_OF(item) "coalesce((SELECT CAST(nullif(i.kind, '') AS INTEGER) FROM item i WHERE i.id=" item "), 0)"
/* a case without a region of its own (of an outside log) is its organ's */
#define REGION_OF(region, organ) "coalesce(" region ", (SELECT o.region FROM organ o WHERE o.id=" organ "), 0)"
#define NAMED(name) ", " #name
#define MOVED(name) ", t." #name

/* The counters of days per item are kept, the coarser ones dropped: they come again when the first day after is over. */
static const char cells_schema[] =
	"DROP TABLE tally_grain;"
	"CREATE TABLE tally_grain(grain INTEGER PRIMARY KEY, cut INTEGER NOT NULL, unit INTEGER NOT NULL, steps INTEGER NOT NULL, organ INTEGER NOT NULL,"
	" item INTEGER NOT NULL, region INTEGER NOT NULL, kind INTEGER NOT NULL, channel INTEGER NOT NULL, until INTEGER NOT NULL);"
	"INSERT INTO tally_grain(grain, cut, unit, steps, organ, item, region, kind, channel, until) SELECT c.cut * 4 + u.unit, c.cut, u.unit, c.steps, c.organ,"
	" c.item, c.region, c.kind, c.channel, CASE WHEN c.cut * 4 + u.unit IN (" FINE_CASES ", " FINE_STEPS ") THEN " ALWAYS " ELSE -" ALWAYS " END FROM ("
	TALLY_CUTS(CUT_ROW) "SELECT 0, 0, 0, 0, 0, 0, 0 WHERE 1=0) c,"
	" (SELECT 0 AS unit UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) u WHERE 1=1;"
	"CREATE INDEX tally_grain_until ON tally_grain(steps, until);"
	"ALTER TABLE tally RENAME TO tally_before;"
	"CREATE TABLE tally(grain INTEGER NOT NULL, at INTEGER NOT NULL, channel INTEGER NOT NULL, organ INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" region INTEGER NOT NULL, item INTEGER NOT NULL," COUNTERS(COLUMN) " PRIMARY KEY(grain, at, channel, organ, kind, region, item)) WITHOUT ROWID;"
	"INSERT INTO tally(grain, at, channel, organ, kind, region, item" COUNTERS(NAMED) ") SELECT " FINE_CASES ", t.at, " CHANNEL_NUMBER("t.channel") ", t.organ, "
	KIND_OF("t.item") ", " REGION_OF("nullif(t.region, 0)", "t.organ") ", t.item" COUNTERS(MOVED) " FROM tally_before t WHERE t.grain=2;"
	"DROP TABLE tally_before;"
	"UPDATE tally_step SET grain=" FINE_STEPS " WHERE grain=1;"
	"DELETE FROM tally_step WHERE grain<>" FINE_STEPS ";";

static const struct store_migration migrations[] = {
	{ 1, "counters and saved tables", first_schema },
	{ 2, "months and grains", months_schema },
	{ 3, "rows of a day, added up when it is over", cells_schema },
};

/* ---- when: a moment's day in China (UTC+8), and the number of its day, week, month or year ---- */
#define DAY(ms) "((" ms ") + 28800000) / 86400000"
#define MONTH_OF(day) "(SELECT w.month FROM tally_month w WHERE w.first<=" day " ORDER BY w.first DESC LIMIT 1)"
#define AT(day) "CASE g.unit WHEN 3 THEN " day " WHEN 2 THEN (" day " + 3) / 7 WHEN 1 THEN " MONTH_OF(day) " ELSE " MONTH_OF(day) " / 12 END"

/* Adds to the row of the day of `ms` (its `until` is always), and to the coarser ones of a day that is already added up. The thing is
 * what is counted: its item, organ, region and channel; `from` is what these are read from. */
#define ADD(columns, values, sums, organ, item, region, channel, ms, from, where) \
	"INSERT INTO tally(grain, at, channel, organ, kind, region, item, " columns ") SELECT g.grain, " AT(DAY(ms)) "," \
	" g.channel * " CHANNEL_NUMBER(channel) ", g.organ * coalesce(" organ ", 0), g.kind * " KIND_OF(item) ", g.region * " REGION_OF(region, organ) "," \
	" g.item * coalesce(" item ", 0), " values " FROM tally_grain g" from " WHERE g.steps=0 AND g.until>=" DAY(ms) " AND " where \
	" ON CONFLICT(grain, at, channel, organ, kind, region, item) DO UPDATE SET " sums
/* The same for the thing k: a table or query in brackets. */
#define COUNT(columns, values, sums, k, ms, where) ADD(columns, values, sums, "k.organ", "k.item", "k.region", "k.channel", ms, ", " k " k", where)
#define SUM(name) #name "=tally." #name "+excluded." #name
#define ONE(name, k, ms, where) COUNT(#name, "1", SUM(name), k, ms, where)

/* The case ?1 as it is, open or concluded; its organ, item, region and channel never change. Where it is known which, the table itself is cheaper. */
#define THE_CASE "(SELECT item, organ, region, channel FROM case_open WHERE id=?1 UNION ALL SELECT item, organ, region, channel FROM case_done WHERE id=?1)"
/* A column of the case ?1, NULL when there is none: two looks by key, where a join with both tables as one would read them whole. */
#define EITHER(column) "coalesce((SELECT " column " FROM case_open WHERE id=?1), (SELECT " column " FROM case_done WHERE id=?1))"
#define CONCLUSION "concluded, granted, refused, withdrawn, failed, on_time, late, early, early_days, late_days, used_days, used, law_early_days"
#define CONCLUSION_SUMS \
	SUM(concluded) "," SUM(granted) "," SUM(refused) "," SUM(withdrawn) "," SUM(failed) "," SUM(on_time) "," SUM(late) "," SUM(early) "," \
	SUM(early_days) "," SUM(late_days) "," SUM(used_days) "," SUM(used) "," SUM(law_early_days)
/* ?3 state, ?4 on_time, ?5 left_days, ?6 used_days, ?7 law_left_days; NULL where the case had no such limit */
#define CONCLUSION_VALUES \
	"1, CASE WHEN ?3='concluded' THEN 1 ELSE 0 END, CASE WHEN ?3='refused' THEN 1 ELSE 0 END, CASE WHEN ?3='withdrawn' THEN 1 ELSE 0 END," \
	" CASE WHEN ?3='failed' THEN 1 ELSE 0 END, CASE WHEN ?4=1 THEN 1 ELSE 0 END, CASE WHEN ?4=0 THEN 1 ELSE 0 END," \
	" CASE WHEN ?4=1 AND ?5>0 THEN 1 ELSE 0 END, CASE WHEN ?4=1 AND ?5>0 THEN ?5 ELSE 0 END, CASE WHEN ?4=0 AND ?5<0 THEN -?5 ELSE 0 END," \
	" coalesce(?6, 0), CASE WHEN ?6 IS NULL THEN 0 ELSE 1 END, CASE WHEN ?4=1 AND ?7>0 THEN ?7 ELSE 0 END"

#define RATING(sign, grade, ms, where) \
	COUNT("rated, bad", sign "1, " sign "(CASE WHEN " grade ">=4 THEN 1 ELSE 0 END)", SUM(rated) "," SUM(bad), THE_CASE, ms, where)
#define OLD_RATING(column) "(SELECT " column " FROM tally_rating WHERE case_id=?1)"

#define STEP_SUMS \
	"steps=tally_step.steps+excluded.steps, steps_on_time=tally_step.steps_on_time+excluded.steps_on_time," \
	" steps_late=tally_step.steps_late+excluded.steps_late, steps_signed=tally_step.steps_signed+excluded.steps_signed"
#define ROLLED(name) ", sum(t." #name ")"
#define ROLLED_AT "CASE g.unit WHEN 3 THEN t.at WHEN 2 THEN (t.at + 3) / 7 WHEN 1 THEN w.month ELSE w.month / 12 END"
#define COMMA_SUM(name) ", " SUM(name)

static const struct apply_rule rules[] = {
	{ "case.received", ADD("received", "1", SUM(received), "?2", "?1", "?3", "?4", "?5", "", "1=1"),
	  "item organ region channel received_ms", NULL },
	{ "case.milestone", COUNT("accepted, deemed", "1, coalesce(?3, 0)", SUM(accepted) "," SUM(deemed), "case_open", "?2", "k.id=?1"),
	  "case accepted_ms deemed", NULL, "accepted_ms" },
	{ "case.concluded", COUNT(CONCLUSION, CONCLUSION_VALUES, CONCLUSION_SUMS, "case_done", "?2", "k.id=?1"),
	  "case concluded_ms state on_time left_days used_days law_left_days", NULL },
	{ "case.imported", COUNT("received, accepted", "1, 1", SUM(received) "," SUM(accepted), THE_CASE, "?2", "1=1"), "id received_ms", NULL },
	{ "case.imported", COUNT(CONCLUSION, CONCLUSION_VALUES, CONCLUSION_SUMS, "case_done", "?2", "k.id=?1"),
	  "id concluded_ms state on_time left_days used_days law_left_days", NULL, "concluded_ms" },
	{ "case.state", ONE(suspended, "case_open", "?2", "k.id=?1 AND ?3<>'suspended'"), "case at_ms was", NULL, "state=suspended" },
	/* a step that no post holds is the applicant's: something is to be handed in */
	{ "step.opened", ONE(supplemented, "case_open", "?2", "k.id=?1"), "case opened_ms", NULL, "!post" },
	/* an alert counts for the organ that must answer it */
	{ "alert.raised", COUNT("notices, yellows, reds", "CASE WHEN ?3=1 THEN 1 ELSE 0 END, CASE WHEN ?3=2 THEN 1 ELSE 0 END, CASE WHEN ?3=3 THEN 1 ELSE 0 END",
	                        SUM(notices) "," SUM(yellows) "," SUM(reds),
	                        "(SELECT ?4 AS organ, " EITHER("item") " AS item, " EITHER("region") " AS region, " EITHER("channel") " AS channel)", "?2", "1=1"),
	  "case at_ms level organ", NULL },
	{ "rating.given", RATING("-", OLD_RATING("grade"), OLD_RATING("at_ms"), "EXISTS " OLD_RATING("1")), "case", NULL },
	{ "rating.given", RATING("", "?3", "?2", "1=1"), "case at_ms grade", NULL },
	{ "rating.given", "INSERT INTO tally_rating(case_id, grade, at_ms) VALUES(?1, ?2, ?3) ON CONFLICT(case_id) DO UPDATE SET grade=?2, at_ms=?3",
	  "case grade at_ms", NULL },
	{ "step.closed", "INSERT INTO tally_step(grain, at, organ, post, steps, steps_on_time, steps_late, steps_signed) SELECT g.grain, " AT(DAY("?2")) ","
	  " g.organ * coalesce(k.organ, 0), g.item * k.post, 1, CASE WHEN k.closed_ms<k.due_ms THEN 1 ELSE 0 END, CASE WHEN k.closed_ms>=k.due_ms THEN 1 ELSE 0 END,"
	  " CASE WHEN k.signed_by IS NULL THEN 0 ELSE 1 END FROM tally_grain g, step_done k"
	  " WHERE g.steps=1 AND g.until>=" DAY("?2") " AND k.id=?1 AND k.state='done' AND k.post IS NOT NULL"
	  " ON CONFLICT(grain, at, organ, post) DO UPDATE SET " STEP_SUMS, "step closed_ms", NULL },

	/* a cut's days ?2 to ?3 are over: what stands in them goes into its days, weeks, months and years */
	{ "tally.closed", "INSERT INTO tally(grain, at, channel, organ, kind, region, item" COUNTERS(NAMED) ") SELECT g.grain, " ROLLED_AT ", g.channel * t.channel,"
	  " g.organ * t.organ, g.kind * t.kind, g.region * t.region, g.item * t.item" COUNTERS(ROLLED)
	  " FROM tally_grain g CROSS JOIN tally t CROSS JOIN tally_month w WHERE g.cut=?1 AND g.steps=0 AND g.grain<>" FINE_CASES " AND t.grain=" FINE_CASES
	  " AND t.at>=?2 AND t.at<=?3 AND w.first=(SELECT max(m.first) FROM tally_month m WHERE m.first<=t.at) GROUP BY 1, 2, 3, 4, 5, 6, 7"
	  " ON CONFLICT(grain, at, channel, organ, kind, region, item) DO UPDATE SET " SUM(received) LATER_COUNTERS(COMMA_SUM), "cut from until", "cuts" },
	{ "tally.closed", "INSERT INTO tally_step(grain, at, organ, post, steps, steps_on_time, steps_late, steps_signed) SELECT g.grain, " ROLLED_AT ","
	  " g.organ * t.organ, g.item * t.post, sum(t.steps), sum(t.steps_on_time), sum(t.steps_late), sum(t.steps_signed)"
	  " FROM tally_grain g CROSS JOIN tally_step t CROSS JOIN tally_month w WHERE g.cut=?1 AND g.steps=1 AND g.grain<>" FINE_STEPS " AND t.grain=" FINE_STEPS
	  " AND t.at>=?2 AND t.at<=?3 AND w.first=(SELECT max(m.first) FROM tally_month m WHERE m.first<=t.at) GROUP BY 1, 2, 3, 4"
	  " ON CONFLICT(grain, at, organ, post) DO UPDATE SET " STEP_SUMS, "cut from until", "cuts" },
	{ "tally.closed", "UPDATE tally_grain SET until=?2 WHERE cut=?1 AND until<?2", "cut until", "cuts" },

	{ "tally.saved", "INSERT INTO tally_report(id, name, owner, shared, params, saved_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
	  " ON CONFLICT(id) DO UPDATE SET name=?2, shared=?4, params=?5, saved_ms=?6", "report name owner shared params at_ms", NULL },
	{ "tally.dropped", "DELETE FROM tally_report WHERE id=?1", "report", NULL },
};

static const struct casework_table tables[] = {
	{ "tally", "grain, at, channel, organ, kind, region, item" }, { "tally_step", "grain, at, organ, post" }, { "tally_grain", "grain" },
	{ "tally_rating", "case_id" }, { "tally_report", "id" },
};

enum { LOOKERS = ROLE_HEAD | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM };

static const struct command_whole report = { "SELECT name, shared, params FROM tally_report WHERE id=?1", "report", .kinds = "tally.saved" };

static const struct command_def commands[] = {
	{ "tally.save", LOOKERS, act_tally_save, &report },
	{ "tally.drop", LOOKERS, act_tally_drop },
	{ "tally.close", ROLE_SYSTEM, act_tally_close },
};

static const struct view_def views[] = {
	{ "tally", LOOKERS, view_tally, VIEW_ROUND },
	{ "tally.public", ROLE_ANY, view_tally_public, VIEW_ROUND },
	{ "tally.reports", LOOKERS, view_tally_reports, VIEW_ROUND },
	{ "tally.report", LOOKERS, view_tally_report, VIEW_ROUND },
};

static const char *const ids[] = { "SELECT max(id) FROM tally_report WHERE ?1=1" };

const struct casework_room tally_room = {
	.name = "tally",
	.migrations = migrations, .migrations_count = sizeof migrations / sizeof *migrations,
	.tables = tables, .tables_count = sizeof tables / sizeof *tables,
	.rules = rules, .rules_count = sizeof rules / sizeof *rules,
	.commands = commands, .commands_count = sizeof commands / sizeof *commands,
	.views = views, .views_count = sizeof views / sizeof *views,
	.ids = ids, .ids_count = sizeof ids / sizeof *ids,
	.tick = tally_tick, .close = heap_free,
};
