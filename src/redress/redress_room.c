/* redress_room.c - what the room brings: its tables, what events do to them, its commands and views. */
#include "redress/redress_int.h"

static const char first_schema[] =
	"CREATE TABLE redress_alert(alert INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, level INTEGER NOT NULL, organ INTEGER, person INTEGER,"
	" at_ms INTEGER NOT NULL, state TEXT NOT NULL, due_ms INTEGER, due_for TEXT, rung INTEGER NOT NULL, stands INTEGER NOT NULL, weight INTEGER NOT NULL,"
	" answer_kind TEXT, answer TEXT, answered_by INTEGER, answered_ms INTEGER, contest TEXT, contested_by INTEGER, contested_ms INTEGER,"
	" judge_reason TEXT, judged_by INTEGER, judged_ms INTEGER, accountability INTEGER);"
	"CREATE INDEX redress_alert_due ON redress_alert(due_ms); CREATE INDEX redress_alert_person ON redress_alert(person, level);"
	"CREATE INDEX redress_alert_organ ON redress_alert(organ, level);"
	"CREATE INDEX redress_alert_stands ON redress_alert(stands, level, accountability);"
	"CREATE TABLE redress_paper(document INTEGER PRIMARY KEY, alert INTEGER, demand INTEGER, by_person INTEGER NOT NULL, at_ms INTEGER NOT NULL);"
	"CREATE INDEX redress_paper_alert ON redress_paper(alert); CREATE INDEX redress_paper_demand ON redress_paper(demand);"
	"CREATE TABLE demand(id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, case_id INTEGER, alert INTEGER, parent INTEGER,"
	" organ INTEGER NOT NULL, person INTEGER, text TEXT NOT NULL, limit_days INTEGER NOT NULL, at_ms INTEGER NOT NULL, due_ms INTEGER, state TEXT NOT NULL,"
	" issued_by INTEGER NOT NULL, answer TEXT, answered_by INTEGER, answered_ms INTEGER, judge_reason TEXT, judged_by INTEGER, judged_ms INTEGER,"
	" rung INTEGER NOT NULL, overdue INTEGER NOT NULL);"
	"CREATE INDEX demand_due ON demand(due_ms); CREATE INDEX demand_person ON demand(person); CREATE INDEX demand_organ ON demand(organ);"
	"CREATE INDEX demand_case ON demand(case_id); CREATE INDEX demand_state ON demand(state, id);"
	"CREATE TABLE measure(id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, subject_person INTEGER, subject_organ INTEGER, kind TEXT NOT NULL,"
	" rank INTEGER NOT NULL, state TEXT NOT NULL, weight INTEGER NOT NULL, ground TEXT NOT NULL, basis INTEGER NOT NULL, facts TEXT NOT NULL,"
	" proposed_ms INTEGER NOT NULL, decided_by INTEGER, decided_ms INTEGER, reason TEXT, appeal_until_ms INTEGER, appeal TEXT, appealed_ms INTEGER,"
	" judged_by INTEGER, judged_ms INTEGER, judge_reason TEXT);"
	"CREATE INDEX measure_person ON measure(subject_person, rank); CREATE INDEX measure_organ ON measure(subject_organ, rank);"
	"CREATE INDEX measure_state ON measure(state, id);"
	"CREATE TABLE accountability(case_id INTEGER PRIMARY KEY, alert INTEGER NOT NULL UNIQUE, person INTEGER, organ INTEGER, opened_ms INTEGER NOT NULL,"
	" bundle INTEGER, bundle_page INTEGER, bundle_size INTEGER, bundle_root TEXT, effect TEXT, points INTEGER, effect_ms INTEGER,"
	" published_ms INTEGER, public_name TEXT, summary TEXT, summary_en TEXT);"
	"CREATE INDEX accountability_person ON accountability(person); CREATE INDEX accountability_published ON accountability(published_ms);";

/* The ladder weighs a subject at each of its alerts: it seeks the newest of a level, and counts what stands and was not weighed yet. */
static const char weighing_schema[] =
	"DROP INDEX redress_alert_person; CREATE INDEX redress_alert_person ON redress_alert(person, level, alert);"
	"DROP INDEX redress_alert_organ; CREATE INDEX redress_alert_organ ON redress_alert(organ, level, alert);"
	"CREATE INDEX redress_alert_person_stands ON redress_alert(person, level, weight) WHERE stands=1;"
	"CREATE INDEX redress_alert_organ_stands ON redress_alert(organ, level, weight) WHERE stands=1;";

static const struct store_migration migrations[] = {
	{ 1, "answers, demands, measures, accountability", first_schema },
	{ 2, "what the ladder weighs is sought, not read through", weighing_schema },
};

static const struct casework_table tables[] = {
	{ "redress_alert", "alert" }, { "redress_paper", "document" }, { "demand", "id" }, { "measure", "id" }, { "accountability", "case_id" },
};

#define SERIAL "INSERT INTO serial(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2", "serial serial_value", NULL

static const struct apply_rule rules[] = {
	{ "alert.taken-up", "INSERT INTO redress_alert(alert, case_id, level, organ, person, at_ms, state, due_ms, due_for, rung, stands, weight)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, 0, 0)", "alert case level organ person raised_ms state due_ms due_for", "alerts" },
	{ "alert.answered", "UPDATE redress_alert SET state='answered', answer_kind=coalesce(?2, 'reason'), answer=?3, answered_by=?4, answered_ms=?5,"
	  " due_ms=?6, due_for=?7 WHERE alert=?1", "alert answer_kind reason by at_ms due_ms due_for", NULL },
	{ "alert.answered", "INSERT INTO redress_paper(document, alert, by_person, at_ms) VALUES(?1, ?2, ?3, ?4)", "document alert by at_ms", "papers" },
	{ "alert.contested", "UPDATE alert SET state='contested' WHERE id=?1", "alert", NULL },
	{ "alert.contested", "UPDATE redress_alert SET state='contested', contest=?2, contested_by=?3, contested_ms=?4, due_ms=?5, due_for=?6 WHERE alert=?1",
	  "alert reason by at_ms due_ms due_for", NULL },
	{ "alert.contested", "INSERT INTO redress_paper(document, alert, by_person, at_ms) VALUES(?1, ?2, ?3, ?4)", "document alert by at_ms", "papers" },
	{ "alert.judged", "UPDATE alert SET state=?2 WHERE id=?1", "alert state", NULL },
	{ "alert.judged", "UPDATE redress_alert SET state=?2, judge_reason=?3, judged_by=?4, judged_ms=?5, weight=CASE WHEN ?6=1 AND stands=0 THEN ?7 ELSE weight END,"
	  " stands=?6, due_ms=NULL, due_for=NULL WHERE alert=?1", "alert state reason by at_ms stands weight", NULL },
	{ "alert.unanswered", "UPDATE redress_alert SET rung=?2, weight=CASE WHEN ?3=1 AND stands=0 THEN ?4 ELSE weight END, stands=?3, due_ms=?5, due_for=?6 WHERE alert=?1",
	  "alert rung stands weight due_ms due_for", NULL },
	{ "alert.unjudged", "UPDATE redress_alert SET rung=?2, due_ms=?3, due_for=?4 WHERE alert=?1", "alert rung due_ms due_for", NULL },

	{ "demand.issued", "INSERT INTO demand(id, number, kind, case_id, alert, parent, organ, person, text, limit_days, at_ms, due_ms, state, issued_by, rung, overdue)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'open', ?13, 1, 0)",
	  "demand number kind case alert parent organ person text limit_days at_ms due_ms by", NULL },
	{ "demand.issued", SERIAL },
	{ "demand.answered", "UPDATE demand SET state='answered', answer=?2, answered_by=?3, answered_ms=?4, due_ms=NULL WHERE id=?1", "demand answer by at_ms", NULL },
	{ "demand.answered", "INSERT INTO redress_paper(document, demand, by_person, at_ms) VALUES(?1, ?2, ?3, ?4)", "document demand by at_ms", "papers" },
	{ "demand.judged", "UPDATE demand SET state=?2, judge_reason=?3, judged_by=?4, judged_ms=?5, due_ms=?6 WHERE id=?1", "demand state reason by at_ms due_ms", NULL },
	{ "demand.overdue", "UPDATE demand SET state=?2, rung=?3, due_ms=?4, overdue=?5 WHERE id=?1", "demand state rung due_ms weight", NULL },

	{ "measure.proposed", "INSERT INTO measure(id, number, subject_person, subject_organ, kind, rank, state, weight, ground, basis, facts, proposed_ms, decided_ms,"
	  " appeal_until_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	  "measure number subject_person subject_organ kind rank state weight ground basis facts at_ms decided_ms appeal_until_ms", NULL },
	{ "measure.proposed", SERIAL },
	{ "measure.decided", "UPDATE measure SET state=?2, reason=?3, decided_by=?4, decided_ms=?5, weight=coalesce(?6, 0), appeal_until_ms=?7 WHERE id=?1",
	  "measure state reason by at_ms weight appeal_until_ms", NULL },
	{ "measure.appealed", "UPDATE measure SET state=?2, appeal=?3, appealed_ms=?4 WHERE id=?1", "measure state reason at_ms", NULL },
	{ "measure.judged", "UPDATE measure SET state=?2, judge_reason=?3, judged_by=?4, judged_ms=?5 WHERE id=?1", "measure state reason by at_ms", NULL },

	{ "accountability.opened", "INSERT INTO accountability(case_id, alert, person, organ, opened_ms) VALUES(?1, ?2, ?3, ?4, ?5)", "case alert person organ at_ms", NULL },
	{ "accountability.opened", "UPDATE redress_alert SET accountability=?2, due_ms=NULL, due_for=NULL WHERE alert=?1", "alert case", NULL },
	{ "accountability.evidence", "UPDATE accountability SET bundle=?2, bundle_page=?3, bundle_size=?4, bundle_root=?5 WHERE case_id=?1", "case bundle page size root", NULL },
	{ "accountability.effect", "UPDATE accountability SET effect=?2, points=?3, effect_ms=?4 WHERE case_id=?1", "case kind points at_ms", NULL },
	{ "accountability.published", "UPDATE accountability SET published_ms=?2, public_name=?3, summary=?4, summary_en=?5 WHERE case_id=?1",
	  "case at_ms name summary summary_en", NULL },
};

static const struct command_def commands[] = {
	{ "alert.take-up", ROLE_SYSTEM, act_alert_take_up },
	{ "alert.due", ROLE_SYSTEM, act_alert_due },
	{ "alert.answer", ROLE_HANDLERS | ROLE_SUPERVISOR, act_alert_answer },
	{ "alert.acknowledge", ROLE_HANDLERS | ROLE_SUPERVISOR, act_alert_acknowledge },
	{ "alert.contest", ROLE_HANDLERS | ROLE_SUPERVISOR, act_alert_contest },
	{ "alert.judge", ROLE_SUPERVISOR, act_alert_judge },
	{ "alert.urge", ROLE_SUPERVISOR, act_alert_urge },
	{ "demand.issue", ROLE_SUPERVISOR, act_demand_issue },
	{ "demand.answer", ROLE_STAFF, act_demand_answer },
	{ "demand.judge", ROLE_SUPERVISOR, act_demand_judge },
	{ "demand.due", ROLE_SYSTEM, act_demand_due },
	{ "measure.decide", ROLE_SUPERVISOR, act_measure_decide },
	{ "measure.appeal", ROLE_STAFF, act_measure_appeal },
	{ "measure.judge", ROLE_SUPERVISOR, act_measure_judge },
	{ "accountability.open", ROLE_SYSTEM, act_accountability_open },
	{ "accountability.evidence", ROLE_SYSTEM, act_accountability_evidence },
};

static const struct view_def views[] = {
	{ "redress.due", ROLE_SYSTEM, view_redress_due },
	{ "redress.alerts", ROLE_STAFF, view_redress_alerts, VIEW_LIST },
	{ "redress.alert", ROLE_STAFF, view_redress_alert },
	{ "redress.desk", ROLE_SUPERVISOR | ROLE_AUDITOR, view_redress_desk, VIEW_ROUND },
	{ "demands", ROLE_STAFF, view_demands, VIEW_LIST },
	{ "demand", ROLE_STAFF, view_demand },
	{ "measures", ROLE_STAFF, view_measures, VIEW_LIST },
	{ "measure", ROLE_STAFF, view_measure },
	{ "ladder", ROLE_STAFF, view_ladder, VIEW_ROUND },
	{ "evidence", ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_evidence },
	{ "accountability.cases", ROLE_STAFF, view_accountability_cases, VIEW_ROUND },
	{ "accountability.public", ROLE_ANY, view_accountability_public, VIEW_ROUND },
};

/* Facts get a place in the order of things from the same sequence as rows (ladder.c). */
static const char *const ids[] = {
	"SELECT max(id) FROM demand WHERE ?1=1", "SELECT max(overdue) FROM demand WHERE ?1=1", "SELECT max(id) FROM measure WHERE ?1=1",
	"SELECT max(basis) FROM measure WHERE ?1=1", "SELECT max(weight) FROM measure WHERE ?1=1", "SELECT max(weight) FROM redress_alert WHERE ?1=1",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

const struct casework_room redress_room = {
	.name = "redress", .migrations = migrations, .migrations_count = COUNT(migrations), .tables = tables, .tables_count = COUNT(tables),
	.rules = rules, .rules_count = COUNT(rules), .commands = commands, .commands_count = COUNT(commands), .views = views, .views_count = COUNT(views),
	.ids = ids, .ids_count = COUNT(ids), .tick = redress_tick, .close = ladder_forget,
	.perform = redress_perform, .performs = "effect publish", .assign = redress_assign, .assigns = "investigator decider appeal-judge",
};
