/* watch_room.c - what the room brings to the kernel. */
#include "watch/watch_int.h"

static const char schema[] =
	/* rows of the record */
	"CREATE TABLE watch_rule(id INTEGER PRIMARY KEY, rule_no TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, enabled INTEGER NOT NULL,"
	" xml TEXT NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL, ground TEXT NOT NULL, reason TEXT NOT NULL, drafted_by INTEGER NOT NULL,"
	" drafted_ms INTEGER NOT NULL, signed_by INTEGER, signed_ms INTEGER, second_by INTEGER, second_ms INTEGER, refusal TEXT,"
	" live_ms INTEGER, until_ms INTEGER, UNIQUE(rule_no, version));"
	"CREATE INDEX watch_rule_live ON watch_rule(state, rule_no);"
	"CREATE TABLE watch_alert(id INTEGER PRIMARY KEY, rule_no TEXT NOT NULL, version INTEGER NOT NULL, subject_key TEXT NOT NULL,"
	" case_id INTEGER NOT NULL, moment_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, evidence TEXT NOT NULL, UNIQUE(rule_no, subject_key));"
	"CREATE TABLE case_fee(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, cents INTEGER NOT NULL,"
	" basis TEXT NOT NULL, allowed INTEGER NOT NULL, over_cents INTEGER NOT NULL, by_person INTEGER NOT NULL, at_ms INTEGER NOT NULL);"
	"CREATE INDEX case_fee_case ON case_fee(case_id);"
	/* workspace: where the judge is, what it compares with, trials */
	"CREATE TABLE watch_cursor(id INTEGER PRIMARY KEY, seq INTEGER NOT NULL);"
	"CREATE TABLE watch_comparable(key TEXT NOT NULL, action TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(key, action));"
	"CREATE TABLE watch_trial(id INTEGER PRIMARY KEY, rule_no TEXT NOT NULL, version INTEGER NOT NULL, xml TEXT NOT NULL, from_ms INTEGER NOT NULL,"
	" to_ms INTEGER NOT NULL, by_person INTEGER NOT NULL, asked_ms INTEGER NOT NULL, state TEXT NOT NULL, result TEXT NOT NULL);"
	"CREATE INDEX watch_trial_rule ON watch_trial(rule_no); CREATE INDEX watch_trial_state ON watch_trial(state);";

static const struct store_migration migrations[] = { { 1, "rules", schema } };

static const struct casework_table tables[] = { { "watch_rule", "id" }, { "watch_alert", "id" }, { "case_fee", "id" } };

static const struct apply_rule rules[] = {
	{ "watch.rule.put", "UPDATE watch_rule SET state='past', until_ms=?3 WHERE rule_no=?2 AND state='live' AND ?1='live'", "state rule_no at_ms", NULL },
	{ "watch.rule.put", "INSERT INTO watch_rule(id, rule_no, version, state, enabled, xml, name, name_en, ground, reason, drafted_by, drafted_ms, live_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT(id) DO UPDATE SET enabled=?5, xml=?6, name=?7, name_en=?8,"
	  " ground=?9, reason=?10, drafted_by=?11, drafted_ms=?12",
	  "id rule_no version state enabled xml name name_en ground reason by at_ms live_ms", NULL },
	{ "watch.rule.proposed", "UPDATE watch_rule SET state='proposed', signed_by=?2, signed_ms=?3 WHERE id=?1", "id by at_ms", NULL },
	{ "watch.rule.live", "UPDATE watch_rule SET state='past', until_ms=?2 WHERE rule_no=?1 AND state='live'", "rule_no at_ms", NULL },
	{ "watch.rule.live", "UPDATE watch_rule SET state='live', second_by=?2, second_ms=?3, live_ms=?3 WHERE id=?1", "id by at_ms", NULL },
	{ "watch.rule.refused", "UPDATE watch_rule SET state='refused', second_by=?2, second_ms=?3, refusal=?4 WHERE id=?1", "id by at_ms reason", NULL },
	{ "watch.trial", NULL, NULL, NULL },
	{ "alert.raised", "INSERT INTO watch_alert(id, rule_no, version, subject_key, case_id, moment_ms, at_ms, evidence)"
	  " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE ?4 IS NOT NULL", "alert rule_no rule_version subject_key case moment_ms at_ms evidence", NULL },
	{ "case.fee", "INSERT INTO case_fee(id, case_id, code, name, cents, basis, allowed, over_cents, by_person, at_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "fee case code name cents basis allowed over_cents by at_ms", NULL },
};

#define OFFICE (ROLE_SUPERVISOR | ROLE_ADMIN | ROLE_SYSTEM)

/* A draft is made from the version that is open or in use; which one that is belongs to it. */
#define STANDS \
	"SELECT version, state, enabled, xml FROM watch_rule WHERE rule_no=?1 AND state IN ('draft', 'proposed', 'live') ORDER BY version", "rule_no", \
	.kinds = "watch.rule.put watch.rule.proposed watch.rule.live watch.rule.refused", .member = "rule_no"
static const struct command_whole rule = { STANDS }, signed_rule = { STANDS, .signs = true };

static const struct command_def commands[] = {
	{ "alert.raise", ROLE_SYSTEM, act_alert_raise },
	{ "watch.mark", ROLE_SYSTEM, act_watch_mark },
	{ "watch.again", ROLE_SYSTEM, act_watch_again },
	{ "watch.rule.ship", ROLE_SYSTEM, act_rule_ship },
	{ "watch.rule.tried", ROLE_SYSTEM, act_rule_tried },
	{ "watch.rule.draft", ROLE_SUPERVISOR | ROLE_ADMIN, act_rule_draft, &rule },
	{ "watch.rule.sign", ROLE_SUPERVISOR | ROLE_ADMIN, act_rule_sign, &signed_rule },
	{ "watch.rule.approve", ROLE_SUPERVISOR | ROLE_ADMIN, act_rule_approve, &signed_rule },
	{ "watch.rule.refuse", ROLE_SUPERVISOR | ROLE_ADMIN, act_rule_refuse },
	{ "watch.rule.try", OFFICE, act_rule_try },
	{ "case.fee", ROLE_HANDLERS | ROLE_SYSTEM, act_case_fee },
};

static const struct view_def views[] = {
	{ "watch.rules", OFFICE | ROLE_AUDITOR, view_watch_rules, VIEW_ROUND },
	{ "watch.rule", OFFICE | ROLE_AUDITOR, view_watch_rule },
	{ "watch.trial", OFFICE | ROLE_AUDITOR, view_watch_trial },
	{ "watch.facts", OFFICE | ROLE_AUDITOR, view_watch_facts },
	{ "watch.alert", ROLE_HANDLERS | ROLE_AUDITOR | OFFICE, view_watch_alert },
	{ "case.fees", ROLE_CITIZEN | ROLE_SYSTEM, view_case_fees },
};

static const char *const ids[] = { "SELECT max(id) FROM watch_rule WHERE ?1=1", "SELECT max(id) FROM case_fee WHERE ?1=1" };

const struct casework_room watch_room = {
	.name = "watch",
	.migrations = migrations, .migrations_count = sizeof migrations / sizeof *migrations,
	.tables = tables, .tables_count = sizeof tables / sizeof *tables,
	.rules = rules, .rules_count = sizeof rules / sizeof *rules,
	.commands = commands, .commands_count = sizeof commands / sizeof *commands,
	.views = views, .views_count = sizeof views / sizeof *views,
	.ids = ids, .ids_count = sizeof ids / sizeof *ids,
	.tick = watch_tick,
	.close = watch_engine_free,
};
