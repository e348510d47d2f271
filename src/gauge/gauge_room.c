/* gauge_room.c - what this room brings: tables, rules of events, commands, views. */
#include "gauge/gauge_int.h"

static const char first_schema[] =
	"CREATE TABLE gauge_scheme(id INTEGER PRIMARY KEY, code TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL,"
	" data TEXT NOT NULL, automatic INTEGER NOT NULL, automatic_days INTEGER NOT NULL, live INTEGER NOT NULL, person INTEGER NOT NULL, at_ms INTEGER NOT NULL, UNIQUE(code, version));"
	"CREATE TABLE gauge_run(id INTEGER PRIMARY KEY, run_no TEXT NOT NULL UNIQUE, scheme INTEGER NOT NULL, scheme_code TEXT NOT NULL, span TEXT NOT NULL,"
	" period TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, state TEXT NOT NULL, round INTEGER NOT NULL, total INTEGER NOT NULL,"
	" done INTEGER NOT NULL, head_seq INTEGER, head_hash TEXT, calendar TEXT, reason TEXT, objections_ms INTEGER, begun_ms INTEGER NOT NULL,"
	" person INTEGER NOT NULL, final_ms INTEGER);"
	"CREATE INDEX gauge_run_period ON gauge_run(scheme_code, period);"
	"CREATE TABLE gauge_score(run INTEGER NOT NULL, kind INTEGER NOT NULL, subject INTEGER NOT NULL, organ INTEGER NOT NULL, code TEXT NOT NULL,"
	" name TEXT NOT NULL, name_en TEXT NOT NULL, group_code TEXT NOT NULL, cases INTEGER NOT NULL, place INTEGER, places INTEGER NOT NULL, total TEXT NOT NULL,"
	" draft_total TEXT NOT NULL, grade TEXT NOT NULL, round INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY(run, kind, subject));"
	"CREATE TABLE gauge_objection(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind INTEGER NOT NULL, subject INTEGER NOT NULL, indicator TEXT NOT NULL,"
	" fact TEXT, ref INTEGER, ref_text TEXT, reason TEXT NOT NULL, person INTEGER NOT NULL, at_ms INTEGER NOT NULL, state TEXT NOT NULL,"
	" decision TEXT, decided_by INTEGER, decided_ms INTEGER);"
	"CREATE INDEX gauge_objection_run ON gauge_objection(run);"
	"CREATE TABLE gauge_exclusion(run INTEGER NOT NULL, fact TEXT NOT NULL, ref INTEGER NOT NULL, objection INTEGER NOT NULL,"
	" PRIMARY KEY(run, fact, ref));"
	"CREATE TABLE gauge_recommendation(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind INTEGER NOT NULL, subject INTEGER NOT NULL, organ INTEGER NOT NULL,"
	" grade TEXT NOT NULL, due_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, state TEXT NOT NULL, answer TEXT, answered_by INTEGER, answered_ms INTEGER);"
	"CREATE TABLE gauge_event(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, case_id INTEGER, organ INTEGER, person INTEGER, post INTEGER, at_ms INTEGER NOT NULL);"
	"CREATE TABLE gauge_discipline(id INTEGER PRIMARY KEY, person INTEGER, organ INTEGER NOT NULL, measure INTEGER NOT NULL, document_no TEXT NOT NULL,"
	" digest TEXT, decided_ms INTEGER NOT NULL, reason TEXT NOT NULL, entered_by INTEGER NOT NULL, at_ms INTEGER NOT NULL);"
	"CREATE TABLE gauge_rating(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, subject INTEGER NOT NULL, period TEXT NOT NULL, from_ms INTEGER NOT NULL,"
	" rater INTEGER NOT NULL, points INTEGER NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL, UNIQUE(kind, subject, period, rater));"
	"CREATE TABLE gauge_survey(id INTEGER PRIMARY KEY, survey_no TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT NOT NULL, period TEXT NOT NULL,"
	" from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, population INTEGER NOT NULL, size INTEGER NOT NULL, seed TEXT NOT NULL, pool TEXT NOT NULL,"
	" closes_ms INTEGER NOT NULL, person INTEGER NOT NULL, at_ms INTEGER NOT NULL);"
	"CREATE TABLE gauge_sample(id INTEGER PRIMARY KEY, survey INTEGER NOT NULL, place INTEGER NOT NULL, case_id INTEGER NOT NULL, person INTEGER NOT NULL,"
	" points INTEGER, text TEXT, answered_ms INTEGER);"
	"CREATE INDEX gauge_sample_survey ON gauge_sample(survey); CREATE INDEX gauge_sample_person ON gauge_sample(person);"
	"CREATE TABLE gauge_report(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, format TEXT NOT NULL, language TEXT NOT NULL, audience TEXT NOT NULL,"
	" digest TEXT NOT NULL, size INTEGER NOT NULL, at_ms INTEGER NOT NULL);"
	"CREATE INDEX gauge_report_run ON gauge_report(run);";

/* Who was told of a run, and whether it went out of the house: by mail, where there is one. */
static const char told_schema[] =
	"CREATE TABLE gauge_told(notice INTEGER PRIMARY KEY, run INTEGER NOT NULL, stage TEXT NOT NULL, person INTEGER NOT NULL, delivered_ms INTEGER, failed_ms INTEGER);"
	"CREATE INDEX gauge_told_run ON gauge_told(run);";

static const struct store_migration migrations[] = { { 1, "evaluation", first_schema }, { 2, "who was told", told_schema } };

static const struct casework_table tables[] = {
	{ "gauge_scheme", "id" }, { "gauge_run", "id" }, { "gauge_score", "run, kind, subject" }, { "gauge_objection", "id" },
	{ "gauge_exclusion", "run, fact, ref" }, { "gauge_recommendation", "id" }, { "gauge_event", "id" }, { "gauge_discipline", "id" },
	{ "gauge_rating", "id" }, { "gauge_survey", "id" }, { "gauge_sample", "id" }, { "gauge_report", "id" }, { "gauge_told", "notice" },
};

#define SERIAL(kind_) { kind_, "INSERT INTO serial(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2", "serial serial_value", NULL }

/* What siblings find, by the kind of their events: counted where it belongs, whoever emits it. */
#define NOTED(kind_, name, when, also) { kind_, "INSERT INTO gauge_event(id, kind, case_id, organ, person, at_ms)" \
	" SELECT (SELECT coalesce(max(id), 0)+1 FROM gauge_event), '" name "', ?1, ?2, ?3, ?4 WHERE ?4 IS NOT NULL" when, \
	"case organ person at_ms" also, NULL }

static const struct apply_rule rules[] = {
	{ "gauge.scheme", "UPDATE gauge_scheme SET live=0 WHERE code=?1", "code", NULL },
	{ "gauge.scheme", "INSERT INTO gauge_scheme(id, code, version, name, name_en, data, automatic, automatic_days, live, person, at_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, ?10)", "id code version name name_en scheme automatic automatic_days by at_ms", NULL },
	{ "gauge.scheme-stopped", "UPDATE gauge_scheme SET live=0 WHERE code=?1", "code", NULL },
	{ "gauge.begun", "INSERT INTO gauge_run(id, run_no, scheme, scheme_code, span, period, from_ms, until_ms, state, round, total, done, begun_ms, person)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'begun', 1, 0, 0, ?9, ?10)", "id run_no scheme scheme_code span period from_ms until_ms at_ms by", NULL },
	SERIAL("gauge.begun"),
	{ "gauge.scored", "INSERT INTO gauge_score(run, kind, subject, organ, code, name, name_en, group_code, cases, place, places, total, draft_total, grade, round,"
	  " data) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14, ?15) ON CONFLICT(run, kind, subject) DO UPDATE SET organ=?4,"
	  " code=?5, name=?6, name_en=?7, group_code=?8, cases=?9, place=?10, places=?11, total=?12, grade=?13, round=?14, data=?15",
	  "run kind subject organ code name name_en group cases place places total grade round data", "rows" },
	{ "gauge.scored", "UPDATE gauge_run SET done=?2, total=?3 WHERE id=?1", "run done of", NULL },
	{ "gauge.drafted", "UPDATE gauge_run SET state='draft', head_seq=?2, head_hash=?3, calendar=?4, objections_ms=?5 WHERE id=?1",
	  "run head_seq head_hash calendar objections_ms", NULL },
	{ "gauge.closing", "UPDATE gauge_run SET state='closing', round=2, done=0 WHERE id=?1", "run", NULL },
	{ "gauge.final", "UPDATE gauge_run SET state='final', head_seq=?2, head_hash=?3, calendar=?4, final_ms=?5 WHERE id=?1",
	  "run head_seq head_hash calendar at_ms", NULL },
	{ "gauge.failed", "UPDATE gauge_run SET state='failed', reason=?2 WHERE id=?1", "run reason", NULL },
	{ "gauge.voided", "UPDATE gauge_run SET state='void', reason=?2 WHERE id=?1", "run reason", NULL },
	{ "gauge.objected", "INSERT INTO gauge_objection(id, run, kind, subject, indicator, fact, ref, ref_text, reason, person, at_ms, state)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'open')", "id run kind subject indicator fact ref ref_text reason by at_ms", NULL },
	{ "gauge.decided", "UPDATE gauge_objection SET state=?2, decision=?3, decided_by=?4, decided_ms=?5 WHERE id=?1", "objection state reason by at_ms", NULL },
	{ "gauge.decided", "INSERT INTO gauge_exclusion(run, fact, ref, objection) SELECT run, fact, ref, id FROM gauge_objection WHERE id=?1 AND ?2='accepted'"
	  " AND ref IS NOT NULL ON CONFLICT(run, fact, ref) DO NOTHING", "objection state", NULL },
	{ "gauge.recommended", "INSERT INTO gauge_recommendation(id, run, kind, subject, organ, grade, due_ms, at_ms, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
	  " 'open')", "id run kind subject organ grade due_ms at_ms", NULL },
	{ "gauge.remedied", "UPDATE gauge_recommendation SET state='answered', answer=?2, answered_by=?3, answered_ms=?4 WHERE id=?1",
	  "recommendation text by at_ms", NULL },
	{ "gauge.disciplined", "INSERT INTO gauge_discipline(id, person, organ, measure, document_no, digest, decided_ms, reason, entered_by, at_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "id person organ measure document_no digest decided_ms reason by at_ms", NULL },
	{ "gauge.rated", "INSERT INTO gauge_rating(id, kind, subject, period, from_ms, rater, points, reason, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	  " ON CONFLICT(kind, subject, period, rater) DO UPDATE SET points=?7, reason=?8, at_ms=?9", "id kind subject period from_ms by points reason at_ms", NULL },
	{ "gauge.surveyed", "INSERT INTO gauge_survey(id, survey_no, name, name_en, period, from_ms, until_ms, population, size, seed, pool, closes_ms, person, at_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	  "id survey_no name name_en period from_ms until_ms population size seed pool closes_ms by at_ms", NULL },
	{ "gauge.surveyed", "INSERT INTO gauge_sample(id, survey, place, case_id, person) VALUES(?1, ?5, ?2, ?3, ?4)", "sample place case person id", "drawn" },
	SERIAL("gauge.surveyed"),
	{ "gauge.answered", "UPDATE gauge_sample SET points=?2, text=?3, answered_ms=?4 WHERE id=?1", "sample points text at_ms", NULL },
	NOTED("complaint.upheld", "complaint", "", ""),
	NOTED("callback.made", "callback", " AND ?5=1 AND ?6=0", " reached satisfied"),
	NOTED("accountability.effect", "effect", "", ""),
	NOTED("finding.made", "inspection", "", ""),
	{ "gauge.told", "INSERT INTO gauge_told(notice, person, run, stage) VALUES(?1, ?2, ?3, ?4)", "notice person run stage", "told" },
	{ "notice.delivered", "UPDATE gauge_told SET delivered_ms=?2, failed_ms=NULL WHERE notice=?1", "notice at_ms", NULL },
	{ "notice.undelivered", "UPDATE gauge_told SET failed_ms=?2 WHERE notice=?1", "notice at_ms", NULL },
	{ "gauge.archived", "INSERT INTO gauge_report(id, run, format, language, audience, digest, size, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	  "id run format language audience digest size at_ms", NULL },
};
#undef SERIAL
#undef NOTED

enum { JUDGES = ROLE_SUPERVISOR | ROLE_ADMIN | ROLE_SYSTEM };

static const struct command_whole scheme = { "SELECT version, data, live FROM gauge_scheme WHERE code=?1 ORDER BY version DESC LIMIT 1", "scheme.code",
	                                      .kinds = "gauge.scheme gauge.scheme-stopped" };

static const struct command_def commands[] = {
	{ "gauge.scheme.put", JUDGES, gauge_act_scheme_put, &scheme },
	{ "gauge.scheme.stop", JUDGES, gauge_act_scheme_stop },
	{ "gauge.begin", ROLE_SUPERVISOR | ROLE_SYSTEM, gauge_act_begin },
	{ "gauge.fill", ROLE_SYSTEM, gauge_act_fill },
	{ "gauge.settle", ROLE_SYSTEM, gauge_act_settle },
	{ "gauge.fail", ROLE_SYSTEM, gauge_act_fail },
	{ "gauge.archive", ROLE_SYSTEM, gauge_act_archive },
	{ "gauge.finalize", ROLE_SUPERVISOR | ROLE_SYSTEM, gauge_act_finalize },
	{ "gauge.void", ROLE_SUPERVISOR | ROLE_SYSTEM, gauge_act_void },
	{ "gauge.object", ROLE_HANDLERS, gauge_act_object },
	{ "gauge.decide", ROLE_SUPERVISOR, gauge_act_decide },
	{ "gauge.remedy", ROLE_HANDLERS, gauge_act_remedy },
	{ "gauge.rate", ROLE_SUPERVISOR | ROLE_HEAD, gauge_act_rate },
	{ "gauge.discipline", JUDGES, gauge_act_discipline },
	{ "gauge.survey", ROLE_SUPERVISOR | ROLE_SYSTEM, gauge_act_survey },
	{ "gauge.answer", ROLE_CITIZEN, gauge_act_answer },
};

enum { WATCHERS = ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM, EVALUATED = ROLE_STAFF | ROLE_SYSTEM };

static const struct view_def views[] = {
	{ "gauge.schemes", EVALUATED, gauge_view_schemes, VIEW_ROUND },
	{ "gauge.scheme", EVALUATED, gauge_view_scheme },
	{ "gauge.measures", EVALUATED, gauge_view_measures, VIEW_ROUND },
	{ "gauge.check", WATCHERS, gauge_view_check },
	{ "gauge.try", WATCHERS, gauge_view_try },
	{ "gauge.runs", EVALUATED, gauge_view_runs, VIEW_ROUND },
	{ "gauge.run", EVALUATED, gauge_view_run, VIEW_ROUND },
	{ "gauge.score", EVALUATED, gauge_view_score, VIEW_ROUND },
	{ "gauge.cases", EVALUATED, gauge_view_cases, VIEW_ROUND },
	{ "gauge.objections", EVALUATED, gauge_view_objections, VIEW_ROUND },
	{ "gauge.recommendations", EVALUATED, gauge_view_recommendations, VIEW_ROUND },
	{ "gauge.entries", WATCHERS | ROLE_HEAD, gauge_view_entries, VIEW_ROUND },
	{ "gauge.surveys", WATCHERS, gauge_view_surveys, VIEW_ROUND },
	{ "gauge.mine", ROLE_CITIZEN, gauge_view_mine, VIEW_ROUND },
	{ "gauge.public", ROLE_ANY, gauge_view_public, VIEW_ROUND },
	{ "gauge.due", ROLE_SYSTEM, gauge_view_due },
	{ "gauge.waiting", ROLE_SYSTEM, gauge_view_waiting },
};

static const char *const ids[] = {
	"SELECT max(id) FROM gauge_scheme WHERE ?1=1", "SELECT max(id) FROM gauge_run WHERE ?1=1", "SELECT max(id) FROM gauge_objection WHERE ?1=1",
	"SELECT max(id) FROM gauge_recommendation WHERE ?1=1", "SELECT max(id) FROM gauge_discipline WHERE ?1=1", "SELECT max(id) FROM gauge_rating WHERE ?1=1",
	"SELECT max(id) FROM gauge_survey WHERE ?1=1", "SELECT max(id) FROM gauge_sample WHERE ?1=1", "SELECT max(id) FROM gauge_report WHERE ?1=1",
};

#define COUNT(list) sizeof(list) / sizeof *(list)

const struct casework_room gauge_room = {
	.name = "gauge", .migrations = migrations, .migrations_count = COUNT(migrations), .tables = tables, .tables_count = COUNT(tables),
	.rules = rules, .rules_count = COUNT(rules), .commands = commands, .commands_count = COUNT(commands), .views = views, .views_count = COUNT(views),
	.ids = ids, .ids_count = COUNT(ids), .tick = gauge_tick,
};
