/* tally_room.c - the counters and what each event does to them.
 *
 * An event of a case adds to five rows at once: of the day and the month over all items, of the day, the month and the year of the
 * item. Coarse rows make large tables cheap, fine ones make every filter possible. The day is China's; nothing but the event's data and
 * rows of earlier events goes in.
 */
#include "tally/tally_int.h"

#define COUNTERS(X) \
	X(received) X(accepted) X(deemed) X(concluded) X(granted) X(refused) X(withdrawn) X(failed) X(on_time) X(late) X(early) \
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

static const struct store_migration migrations[] = {
	{ 1, "counters and saved tables", first_schema },
	{ 2, "months and grains", months_schema },
};

/* ---- when: a moment's day in China (UTC+8), and its month ---- */
#define DAY(ms) "((" ms ") + 28800000) / 86400000"
#define THE_MONTH(ms) "w.first=(SELECT max(first) FROM tally_month WHERE first<=" DAY(ms) ")"
#define AT(ms) "CASE WHEN g.grain<=2 THEN " DAY(ms) " WHEN g.grain<=4 THEN w.month ELSE w.month / 12 END"

/* Adds to the five rows of a thing (its item, organ, region, channel) at the moment `ms`; `from` is what these are read from. */
#define ADD(columns, values, sums, organ, item, region, channel, ms, from, where) \
	"INSERT INTO tally(grain, at, organ, item, region, channel, " columns ") SELECT g.grain, " AT(ms) ", coalesce(" organ ", 0)," \
	" CASE WHEN g.grain IN (1, 3) THEN 0 ELSE coalesce(" item ", 0) END, coalesce(" region ", 0), coalesce(" channel ", ''), " values \
	" FROM tally_month w, tally_grain g" from " WHERE " THE_MONTH(ms) " AND " where \
	" ON CONFLICT(grain, at, organ, item, region, channel) DO UPDATE SET " sums
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

static const struct apply_rule rules[] = {
	{ "case.received", ADD("received", "1", SUM(received), "?2", "?1", "?3", "?4", "?5", "", "1=1"),
	  "item organ region channel received_ms", NULL },
	{ "case.milestone", COUNT("accepted, deemed", "1, coalesce(?3, 0)", SUM(accepted) "," SUM(deemed), "case_open", "?2", "k.id=?1 AND ?2 IS NOT NULL"),
	  "case accepted_ms deemed", NULL },
	{ "case.concluded", COUNT(CONCLUSION, CONCLUSION_VALUES, CONCLUSION_SUMS, "case_done", "?2", "k.id=?1"),
	  "case concluded_ms state on_time left_days used_days law_left_days", NULL },
	{ "case.imported", COUNT("received, accepted", "1, 1", SUM(received) "," SUM(accepted), THE_CASE, "?2", "1=1"), "id received_ms", NULL },
	{ "case.imported", COUNT(CONCLUSION, CONCLUSION_VALUES, CONCLUSION_SUMS, "case_done", "?2", "k.id=?1 AND ?2 IS NOT NULL"),
	  "id concluded_ms state on_time left_days used_days law_left_days", NULL },
	{ "case.state", ONE(suspended, "case_open", "?2", "k.id=?1 AND ?3='suspended' AND ?4<>'suspended'"), "case at_ms state was", NULL },
	/* a step that no post holds is the applicant's: something is to be handed in */
	{ "step.opened", ONE(supplemented, "case_open", "?2", "k.id=?1 AND ?3 IS NULL"), "case opened_ms post", NULL },
	/* an alert counts for the organ that must answer it */
	{ "alert.raised", COUNT("notices, yellows, reds", "CASE WHEN ?3=1 THEN 1 ELSE 0 END, CASE WHEN ?3=2 THEN 1 ELSE 0 END, CASE WHEN ?3=3 THEN 1 ELSE 0 END",
	                        SUM(notices) "," SUM(yellows) "," SUM(reds),
	                        "(SELECT ?4 AS organ, " EITHER("item") " AS item, " EITHER("region") " AS region, " EITHER("channel") " AS channel)", "?2", "1=1"),
	  "case at_ms level organ", NULL },
	{ "rating.given", RATING("-", OLD_RATING("grade"), OLD_RATING("at_ms"), "EXISTS " OLD_RATING("1")), "case", NULL },
	{ "rating.given", RATING("", "?3", "?2", "1=1"), "case at_ms grade", NULL },
	{ "rating.given", "INSERT INTO tally_rating(case_id, grade, at_ms) VALUES(?1, ?2, ?3) ON CONFLICT(case_id) DO UPDATE SET grade=?2, at_ms=?3",
	  "case grade at_ms", NULL },
	{ "step.closed", "INSERT INTO tally_step(grain, at, organ, post, steps, steps_on_time, steps_late, steps_signed) SELECT g.grain, " AT("?2") ","
	  " coalesce(k.organ, 0), k.post, 1, CASE WHEN k.closed_ms<k.due_ms THEN 1 ELSE 0 END, CASE WHEN k.closed_ms>=k.due_ms THEN 1 ELSE 0 END,"
	  " CASE WHEN k.signed_by IS NULL THEN 0 ELSE 1 END FROM tally_month w, tally_grain g, step_done k"
	  " WHERE " THE_MONTH("?2") " AND g.grain IN (1, 3) AND k.id=?1 AND k.state='done' AND k.post IS NOT NULL"
	  " ON CONFLICT(grain, at, organ, post) DO UPDATE SET steps=tally_step.steps+excluded.steps, steps_on_time=tally_step.steps_on_time+excluded.steps_on_time,"
	  " steps_late=tally_step.steps_late+excluded.steps_late, steps_signed=tally_step.steps_signed+excluded.steps_signed", "step closed_ms", NULL },

	{ "tally.saved", "INSERT INTO tally_report(id, name, owner, shared, params, saved_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
	  " ON CONFLICT(id) DO UPDATE SET name=?2, shared=?4, params=?5, saved_ms=?6", "report name owner shared params at_ms", NULL },
	{ "tally.dropped", "DELETE FROM tally_report WHERE id=?1", "report", NULL },
};

static const struct casework_table tables[] = {
	{ "tally", "grain, at, organ, item, region, channel" }, { "tally_step", "grain, at, organ, post" }, { "tally_rating", "case_id" },
	{ "tally_report", "id" },
};

enum { LOOKERS = ROLE_HEAD | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM };

static const struct command_def commands[] = {
	{ "tally.save", LOOKERS, act_tally_save },
	{ "tally.drop", LOOKERS, act_tally_drop },
};

static const struct view_def views[] = {
	{ "tally", LOOKERS, view_tally },
	{ "tally.public", ROLE_ANY, view_tally_public },
	{ "tally.reports", LOOKERS, view_tally_reports },
	{ "tally.report", LOOKERS, view_tally_report },
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
};
