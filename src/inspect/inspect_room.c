/* inspect_room.c - what this room brings to the kernel: tables, what each event does to them, commands, views. */
#include "inspect/inspect_int.h"

static const char first_schema[] =
	/* special supervision */
	"CREATE TABLE inspect_special(id INTEGER PRIMARY KEY, special_no TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL,"
	" reason TEXT NOT NULL, organ INTEGER NOT NULL, person INTEGER, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, rules TEXT NOT NULL,"
	" report_amount INTEGER NOT NULL, report_unit TEXT NOT NULL, percent INTEGER NOT NULL, state TEXT NOT NULL, opened_ms INTEGER NOT NULL,"
	" closing TEXT, closed_by INTEGER, closed_ms INTEGER);"
	"CREATE TABLE inspect_special_case(special INTEGER NOT NULL, case_id INTEGER NOT NULL, due_ms INTEGER, raised INTEGER NOT NULL, added_ms INTEGER NOT NULL,"
	" PRIMARY KEY(special, case_id));"
	"CREATE INDEX inspect_special_case_case ON inspect_special_case(case_id);"
	"CREATE TABLE inspect_milestone(id INTEGER PRIMARY KEY, special INTEGER NOT NULL, ordinal INTEGER NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL,"
	" organ INTEGER NOT NULL, start_ms INTEGER NOT NULL, amount INTEGER NOT NULL, unit TEXT NOT NULL, due_ms INTEGER NOT NULL, provisional INTEGER NOT NULL,"
	" raised INTEGER NOT NULL, state TEXT NOT NULL, note TEXT, done_by INTEGER, done_ms INTEGER);"
	"CREATE INDEX inspect_milestone_special ON inspect_milestone(special);"
	"CREATE TABLE inspect_report(id INTEGER PRIMARY KEY, special INTEGER NOT NULL, start_ms INTEGER NOT NULL, amount INTEGER NOT NULL, unit TEXT NOT NULL,"
	" due_ms INTEGER NOT NULL, provisional INTEGER NOT NULL, raised INTEGER NOT NULL, state TEXT NOT NULL, percent INTEGER, text TEXT, given_by INTEGER, given_ms INTEGER);"
	"CREATE INDEX inspect_report_special ON inspect_report(special);"
	/* what falls due in this room, and what has come of it */
	"CREATE TABLE inspect_due(due_ms INTEGER NOT NULL, kind TEXT NOT NULL, ref INTEGER NOT NULL, sub INTEGER NOT NULL, level INTEGER NOT NULL,"
	" PRIMARY KEY(due_ms, kind, ref, sub, level));"
	"CREATE INDEX inspect_due_ref ON inspect_due(kind, ref);"
	"CREATE TABLE inspect_alarm(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref INTEGER NOT NULL, sub INTEGER NOT NULL, level INTEGER NOT NULL,"
	" rule_no TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, text_en TEXT NOT NULL, organ INTEGER, person INTEGER, case_id INTEGER,"
	" at_ms INTEGER NOT NULL, told INTEGER NOT NULL);"
	"CREATE INDEX inspect_alarm_ref ON inspect_alarm(kind, ref); CREATE INDEX inspect_alarm_untold ON inspect_alarm(id) WHERE told=0;"
	"CREATE TABLE inspect_counted(name TEXT PRIMARY KEY, value INTEGER NOT NULL);"
	/* draws */
	"CREATE TABLE inspect_draw(id INTEGER PRIMARY KEY, draw_no TEXT NOT NULL UNIQUE, purpose TEXT NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL,"
	" scope TEXT NOT NULL, want INTEGER NOT NULL, checkers INTEGER NOT NULL, form TEXT NOT NULL, hash TEXT NOT NULL, sources TEXT NOT NULL,"
	" pool_count INTEGER NOT NULL, pool_places INTEGER NOT NULL, pool_digest TEXT NOT NULL, checker_count INTEGER NOT NULL, checker_digest TEXT,"
	" head_seq INTEGER NOT NULL, head_hash TEXT NOT NULL, commit_ms INTEGER NOT NULL, commit_by INTEGER, draw_ms INTEGER NOT NULL,"
	" state TEXT NOT NULL, seeds TEXT, seed_seq INTEGER, draw_key TEXT, drawn_ms INTEGER, drawn_by INTEGER, void_reason TEXT);"
	"CREATE TABLE inspect_pool(draw INTEGER NOT NULL, list TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, weight INTEGER NOT NULL,"
	" reason TEXT, case_id INTEGER, person INTEGER, PRIMARY KEY(draw, list, position));"
	"CREATE TABLE inspect_pick(id INTEGER PRIMARY KEY, draw INTEGER NOT NULL, ordinal INTEGER NOT NULL, case_id INTEGER NOT NULL, digest TEXT NOT NULL,"
	" divisor INTEGER NOT NULL, position INTEGER NOT NULL, checker_pool TEXT, state TEXT NOT NULL, attempts INTEGER NOT NULL, form TEXT, result TEXT, grade INTEGER,"
	" note TEXT, done_by INTEGER, done_ms INTEGER);"
	"CREATE INDEX inspect_pick_draw ON inspect_pick(draw); CREATE INDEX inspect_pick_case ON inspect_pick(case_id);"
	"CREATE TABLE inspect_checker(pick INTEGER NOT NULL, ordinal INTEGER NOT NULL, person INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,"
	" divisor INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(pick, ordinal));"
	"CREATE INDEX inspect_checker_person ON inspect_checker(person);"
	"CREATE TABLE inspect_attempt(id INTEGER PRIMARY KEY, pick INTEGER NOT NULL, at_ms INTEGER NOT NULL, person INTEGER, outcome TEXT NOT NULL, note TEXT);"
	"CREATE INDEX inspect_attempt_pick ON inspect_attempt(pick);"
	/* findings */
	"CREATE TABLE inspect_finding(id INTEGER PRIMARY KEY, finding_no TEXT NOT NULL UNIQUE, pick INTEGER NOT NULL, case_id INTEGER NOT NULL, organ INTEGER NOT NULL,"
	" person INTEGER, text TEXT NOT NULL, ground TEXT, amount INTEGER NOT NULL, unit TEXT NOT NULL, start_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL,"
	" provisional INTEGER NOT NULL, raised INTEGER NOT NULL, state TEXT NOT NULL, answer TEXT, answered_by INTEGER, answered_ms INTEGER,"
	" verdict TEXT, decided_by INTEGER, decided_ms INTEGER, returns INTEGER NOT NULL, made_by INTEGER, made_ms INTEGER NOT NULL);"
	"CREATE INDEX inspect_finding_pick ON inspect_finding(pick); CREATE INDEX inspect_finding_organ ON inspect_finding(organ, state);"
	"CREATE TABLE inspect_finding_line(id INTEGER PRIMARY KEY, finding INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, person INTEGER);"
	"CREATE INDEX inspect_finding_line_finding ON inspect_finding_line(finding);"
	/* windows, cameras, telephones */
	"CREATE TABLE inspect_window(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT NOT NULL, organ INTEGER NOT NULL,"
	" place TEXT NOT NULL, enabled INTEGER NOT NULL);"
	"CREATE TABLE inspect_device(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, \"window\" INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,"
	" name_en TEXT NOT NULL, base_url TEXT, live TEXT, moment TEXT, retention_days INTEGER, number TEXT, enabled INTEGER NOT NULL);"
	"CREATE INDEX inspect_device_window ON inspect_device(\"window\");"
	"CREATE TABLE inspect_look(id INTEGER PRIMARY KEY, device INTEGER NOT NULL, case_id INTEGER, alert_no TEXT, person INTEGER, reason TEXT NOT NULL,"
	" at_ms INTEGER NOT NULL, from_ms INTEGER, to_ms INTEGER);"
	"CREATE INDEX inspect_look_device ON inspect_look(device); CREATE INDEX inspect_look_case ON inspect_look(case_id);"
	"CREATE TABLE inspect_still(id INTEGER PRIMARY KEY, look INTEGER NOT NULL, document INTEGER NOT NULL, at_ms INTEGER NOT NULL, moment_ms INTEGER, note TEXT, person INTEGER);"
	"CREATE INDEX inspect_still_look ON inspect_still(look);"
	"CREATE TABLE inspect_call(id INTEGER PRIMARY KEY, device INTEGER, case_id INTEGER, alert_no TEXT, masked TEXT NOT NULL, direction TEXT NOT NULL,"
	" at_ms INTEGER NOT NULL, seconds INTEGER NOT NULL, recording TEXT, note TEXT, person INTEGER);"
	"CREATE INDEX inspect_call_case ON inspect_call(case_id);";

static const struct store_migration migrations[] = {
	{ 1, "special supervision, draws, checks, call-backs, cameras and telephones", first_schema },
};

#define SERIAL(kind) { kind, "INSERT INTO serial(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2", "serial serial_value", NULL }
/* Moments of a thing: armed from the event's list, all gone once the thing is done. */
#define ARM(event, what, ref) \
	{ event, "INSERT INTO inspect_due(due_ms, kind, ref, sub, level) VALUES(?1, '" what "', ?3, coalesce(?4, 0), ?2) ON CONFLICT(due_ms, kind, ref, sub, level) DO NOTHING", \
	  "due_ms level " ref " sub", "alarms" }
#define DISARM(event, what, ref) { event, "DELETE FROM inspect_due WHERE kind='" what "' AND ref=?1", ref, NULL }

static const struct apply_rule rules[] = {
	/* special supervision */
	{ "special.opened", "INSERT INTO inspect_special(id, special_no, kind, title, title_en, reason, organ, person, from_ms, until_ms, rules, report_amount,"
	  " report_unit, percent, state, opened_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, 'open', ?14)",
	  "special special_no kind title title_en reason organ person from_ms until_ms rules report_amount report_unit at_ms", NULL },
	SERIAL("special.opened"),
	ARM("special.opened", "period", "special"),
	{ "special.milestone", "INSERT INTO inspect_milestone(id, special, ordinal, name, name_en, organ, start_ms, amount, unit, due_ms, provisional, raised, state)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 'open')",
	  "milestone special ordinal name name_en organ start_ms amount unit due_ms provisional", NULL },
	ARM("special.milestone", "milestone", "milestone"),
	{ "special.case", "INSERT INTO inspect_special_case(special, case_id, due_ms, raised, added_ms) VALUES(?1, ?2, ?3, 0, ?4)", "special case case_due_ms at_ms", NULL },
	ARM("special.case", "case", "special"),
	{ "special.case-moved", "DELETE FROM inspect_due WHERE kind='case' AND ref=?1 AND sub=?2", "special case", NULL },
	{ "special.case-moved", "UPDATE inspect_special_case SET due_ms=?3 WHERE special=?1 AND case_id=?2", "special case case_due_ms", NULL },
	ARM("special.case-moved", "case", "special"),
	{ "special.milestone-done", "UPDATE inspect_milestone SET state='done', note=?2, done_by=?3, done_ms=?4 WHERE id=?1", "milestone note by at_ms", NULL },
	DISARM("special.milestone-done", "milestone", "milestone"),
	{ "special.report-due", "INSERT INTO inspect_report(id, special, start_ms, amount, unit, due_ms, provisional, raised, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 'open')",
	  "report special start_ms amount unit due_ms provisional", NULL },
	ARM("special.report-due", "report", "report"),
	{ "special.reported", "UPDATE inspect_report SET state='given', percent=?2, text=?3, given_by=?4, given_ms=?5 WHERE id=?1", "report percent text by at_ms", NULL },
	{ "special.reported", "UPDATE inspect_special SET percent=?2 WHERE id=?1", "special percent", NULL },
	DISARM("special.reported", "report", "report"),
	{ "special.closed", "UPDATE inspect_special SET state='closed', closing=?2, closed_by=?3, closed_ms=?4 WHERE id=?1", "special text by at_ms", NULL },
	{ "special.closed", "UPDATE inspect_report SET state='dropped' WHERE special=?1 AND state='open'", "special", NULL },
	{ "special.closed", "DELETE FROM inspect_due WHERE kind IN ('case', 'period') AND ref=?1", "special", NULL },
	{ "special.closed", "DELETE FROM inspect_due WHERE kind='milestone' AND ref IN (SELECT id FROM inspect_milestone WHERE special=?1)", "special", NULL },
	{ "special.closed", "DELETE FROM inspect_due WHERE kind='report' AND ref IN (SELECT id FROM inspect_report WHERE special=?1)", "special", NULL },

	/* moments */
	{ "inspect.fired", "DELETE FROM inspect_due WHERE due_ms=?1 AND kind=?2 AND ref=?3 AND sub=?4 AND level=?5", "due_ms kind ref sub level", NULL },
	{ "inspect.fired", "INSERT INTO inspect_alarm(id, kind, ref, sub, level, rule_no, subject, text, text_en, organ, person, case_id, at_ms, told)"
	  " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 WHERE ?1 IS NOT NULL",
	  "alarm kind ref sub level rule_no subject text text_en organ person case at_ms told", NULL },
	{ "inspect.fired", "UPDATE inspect_milestone SET raised=?3 WHERE ?1='milestone' AND id=?2 AND raised<?3", "kind ref level", NULL },
	{ "inspect.fired", "UPDATE inspect_report SET raised=?3 WHERE ?1='report' AND id=?2 AND raised<?3", "kind ref level", NULL },
	{ "inspect.fired", "UPDATE inspect_finding SET raised=?3 WHERE ?1='finding' AND id=?2 AND raised<?3", "kind ref level", NULL },
	{ "inspect.fired", "UPDATE inspect_special_case SET raised=?4 WHERE ?1='case' AND special=?2 AND case_id=?3 AND raised<?4", "kind ref sub level", NULL },
	{ "inspect.told", "UPDATE inspect_alarm SET told=1 WHERE id=?1", "alarm", NULL },
	{ "inspect.recounted", "INSERT INTO inspect_counted(name, value) VALUES('calendars', ?1) ON CONFLICT(name) DO UPDATE SET value=?1", "calendars", NULL },
	{ "milestone.moved", "UPDATE inspect_milestone SET due_ms=?2, provisional=?3 WHERE id=?1", "milestone due_ms provisional", NULL },
	DISARM("milestone.moved", "milestone", "milestone"),
	ARM("milestone.moved", "milestone", "milestone"),
	{ "report.moved", "UPDATE inspect_report SET due_ms=?2, provisional=?3 WHERE id=?1", "report due_ms provisional", NULL },
	DISARM("report.moved", "report", "report"),
	ARM("report.moved", "report", "report"),
	{ "finding.moved", "UPDATE inspect_finding SET due_ms=?2, provisional=?3 WHERE id=?1", "finding due_ms provisional", NULL },
	DISARM("finding.moved", "finding", "finding"),
	ARM("finding.moved", "finding", "finding"),

	/* draws */
	{ "draw.committed", "INSERT INTO inspect_draw(id, draw_no, purpose, title, title_en, scope, want, checkers, form, hash, sources, pool_count, pool_places, pool_digest,"
	  " checker_count, checker_digest, head_seq, head_hash, commit_ms, commit_by, draw_ms, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	  " ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, 'committed')",
	  "draw draw_no purpose title title_en scope want checkers form hash sources pool_count pool_places pool_digest checker_count checker_digest head_seq head_hash"
	  " at_ms by draw_ms", NULL },
	{ "draw.committed", "INSERT INTO inspect_pool(draw, list, position, name, weight, reason, case_id) VALUES(?5, 'case', ?1, ?2, ?3, ?6, ?4)",
	  "position name weight case_id draw reason", "pool" },
	{ "draw.committed", "INSERT INTO inspect_pool(draw, list, position, name, weight, reason, person) VALUES(?6, 'checker', ?1, ?2, ?3, ?4, ?5)",
	  "position name weight reason person draw", "checker_pool" },
	{ "draw.committed", "INSERT INTO inspect_due(due_ms, kind, ref, sub, level) VALUES(?2, 'draw', ?1, 0, 0)", "draw draw_ms", NULL },
	SERIAL("draw.committed"),
	{ "draw.drawn", "UPDATE inspect_draw SET state='drawn', seeds=?2, seed_seq=?3, draw_key=?4, drawn_ms=?5, drawn_by=?6 WHERE id=?1",
	  "draw seeds seed_seq key at_ms by", NULL },
	{ "draw.drawn", "INSERT INTO inspect_pick(id, draw, ordinal, case_id, digest, divisor, position, state, attempts) VALUES(?1, ?7, ?2, ?3, ?4, ?5, ?6, 'open', 0)",
	  "pick ordinal case_id digest divisor position draw", "picks" },
	{ "draw.assigned", "UPDATE inspect_pick SET checker_pool=?2 WHERE id=?1", "pick checker_pool", NULL },
	{ "draw.assigned", "INSERT INTO inspect_checker(pick, ordinal, person, name, digest, divisor, position) VALUES(?7, ?1, ?2, ?3, ?4, ?5, ?6)",
	  "ordinal person name digest divisor position pick", "checkers" },
	{ "draw.voided", "UPDATE inspect_draw SET state='void', void_reason=?2 WHERE id=?1", "draw reason", NULL },
	DISARM("draw.voided", "draw", "draw"),

	/* checks, findings */
	{ "check.recorded", "UPDATE inspect_pick SET state='done', form=?2, result=?3, note=?4, done_by=?5, done_ms=?6 WHERE id=?1", "pick form result note by at_ms", NULL },
	{ "finding.made", "INSERT INTO inspect_finding(id, finding_no, pick, case_id, organ, person, text, ground, amount, unit, start_ms, due_ms, provisional, raised, state,"
	  " returns, made_by, made_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, 'open', 0, ?14, ?15)",
	  "finding finding_no pick case organ person text ground amount unit start_ms due_ms provisional by at_ms", NULL },
	SERIAL("finding.made"),
	ARM("finding.made", "finding", "finding"),
	{ "finding.answered", "UPDATE inspect_finding SET state='answered', answer=?2, answered_by=?3, answered_ms=?4 WHERE id=?1", "finding text by at_ms", NULL },
	{ "finding.answered", "INSERT INTO inspect_finding_line(id, finding, at_ms, kind, text, person) VALUES(?1, ?2, ?3, 'answer', ?4, ?5)", "line finding at_ms text by", NULL },
	DISARM("finding.answered", "finding", "finding"),
	{ "finding.returned", "UPDATE inspect_finding SET state='open', verdict=?2, decided_by=?3, decided_ms=?4, returns=returns+1, amount=?5, unit=?6, start_ms=?4, due_ms=?7,"
	  " provisional=?8, raised=0 WHERE id=?1", "finding text by at_ms amount unit due_ms provisional", NULL },
	{ "finding.returned", "INSERT INTO inspect_finding_line(id, finding, at_ms, kind, text, person) VALUES(?1, ?2, ?3, 'return', ?4, ?5)", "line finding at_ms text by", NULL },
	ARM("finding.returned", "finding", "finding"),
	{ "finding.accepted", "UPDATE inspect_finding SET state='accepted', verdict=?2, decided_by=?3, decided_ms=?4 WHERE id=?1", "finding text by at_ms", NULL },
	{ "finding.accepted", "INSERT INTO inspect_finding_line(id, finding, at_ms, kind, text, person) VALUES(?1, ?2, ?3, 'accept', ?4, ?5)", "line finding at_ms text by", NULL },

	/* call-backs */
	{ "callback.attempted", "INSERT INTO inspect_attempt(id, pick, at_ms, person, outcome, note) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", "attempt pick at_ms by outcome note", NULL },
	{ "callback.attempted", "UPDATE inspect_pick SET attempts=attempts+1 WHERE id=?1", "pick", NULL },
	{ "callback.made", "UPDATE inspect_pick SET state='done', form=?2, result=?3, grade=?4, note=?5, done_by=?6, done_ms=?7 WHERE id=?1",
	  "pick form result grade note by at_ms", NULL },

	/* windows, cameras, telephones */
	{ "window.put", "INSERT INTO inspect_window(id, code, name, name_en, organ, place, enabled) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	  " ON CONFLICT(id) DO UPDATE SET name=?3, name_en=?4, organ=?5, place=?6, enabled=?7", "id code name name_en organ place enabled", NULL },
	{ "device.put", "INSERT INTO inspect_device(id, code, \"window\", kind, name, name_en, base_url, live, moment, retention_days, number, enabled)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT(id) DO UPDATE SET \"window\"=?3, name=?5, name_en=?6, base_url=?7, live=?8, moment=?9,"
	  " retention_days=?10, number=?11, enabled=?12", "id code window kind name name_en base_url live moment retention_days number enabled", NULL },
	{ "camera.looked", "INSERT INTO inspect_look(id, device, case_id, alert_no, person, reason, at_ms, from_ms, to_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	  "look device case alert_no by reason at_ms from_ms to_ms", NULL },
	{ "camera.still", "INSERT INTO inspect_still(id, look, document, at_ms, moment_ms, note, person) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	  "still look document at_ms moment_ms note by", NULL },
	{ "phone.called", "INSERT INTO inspect_call(id, device, case_id, alert_no, masked, direction, at_ms, seconds, recording, note, person)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", "call device case alert_no masked direction called_ms seconds recording note by", NULL },
	{ "phone.noted", "UPDATE inspect_call SET note=?2 WHERE id=?1", "call note", NULL },
};

static const struct casework_table tables[] = {
	{ "inspect_special", "id" }, { "inspect_special_case", "special, case_id" }, { "inspect_milestone", "id" }, { "inspect_report", "id" },
	{ "inspect_due", "due_ms, kind, ref, sub, level" }, { "inspect_alarm", "id" }, { "inspect_counted", "name" },
	{ "inspect_draw", "id" }, { "inspect_pool", "draw, list, position" }, { "inspect_pick", "id" }, { "inspect_checker", "pick, ordinal" },
	{ "inspect_attempt", "id" }, { "inspect_finding", "id" }, { "inspect_finding_line", "id" },
	{ "inspect_window", "id" }, { "inspect_device", "id" }, { "inspect_look", "id" }, { "inspect_still", "id" }, { "inspect_call", "id" },
};

static const char *const ids[] = {
	"SELECT max(id) FROM inspect_special WHERE ?1=1", "SELECT max(id) FROM inspect_milestone WHERE ?1=1", "SELECT max(id) FROM inspect_report WHERE ?1=1",
	"SELECT max(id) FROM inspect_alarm WHERE ?1=1", "SELECT max(id) FROM inspect_draw WHERE ?1=1", "SELECT max(id) FROM inspect_pick WHERE ?1=1",
	"SELECT max(id) FROM inspect_attempt WHERE ?1=1", "SELECT max(id) FROM inspect_finding WHERE ?1=1", "SELECT max(id) FROM inspect_finding_line WHERE ?1=1",
	"SELECT max(id) FROM inspect_window WHERE ?1=1", "SELECT max(id) FROM inspect_device WHERE ?1=1", "SELECT max(id) FROM inspect_look WHERE ?1=1",
	"SELECT max(id) FROM inspect_still WHERE ?1=1", "SELECT max(id) FROM inspect_call WHERE ?1=1",
};

#define SUPERVISES (ROLE_SUPERVISOR | ROLE_SYSTEM)
#define OVERSEES (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)
#define WORKS (ROLE_HANDLERS | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)

static const struct command_whole window = { "SELECT name, name_en, organ, place, enabled FROM inspect_window WHERE code=?1", "code", .kinds = "window.put" },
	device = { "SELECT \"window\", kind, name, name_en, base_url, live, moment, retention_days, number, enabled FROM inspect_device WHERE code=?1", "code", .kinds = "device.put" };

static const struct command_def commands[] = {
	{ "special.open", SUPERVISES, act_special_open },
	{ "special.case", SUPERVISES, act_special_case },
	{ "special.milestone", SUPERVISES, act_special_milestone },
	{ "special.done", ROLE_HANDLERS | SUPERVISES, act_special_done },
	{ "special.report", ROLE_HANDLERS | SUPERVISES, act_special_report },
	{ "special.close", SUPERVISES, act_special_close },
	{ "draw.commit", SUPERVISES, act_draw_commit },
	{ "draw.reveal", SUPERVISES, act_draw_reveal },
	{ "draw.void", SUPERVISES, act_draw_void },
	{ "check.record", ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_INSPECTOR | ROLE_SYSTEM, act_check_record },
	{ "finding.answer", ROLE_HANDLERS | ROLE_SYSTEM, act_finding_answer },
	{ "finding.decide", ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_INSPECTOR | ROLE_SYSTEM, act_finding_decide },
	{ "callback.attempt", SUPERVISES, act_callback_attempt },
	{ "window.put", ROLE_ADMIN | ROLE_SYSTEM, act_window_put, &window },
	{ "device.put", ROLE_ADMIN | ROLE_SYSTEM, act_device_put, &device },
	{ "camera.look", SUPERVISES, act_camera_look },
	{ "camera.still", SUPERVISES, act_camera_still },
	{ "phone.call", SUPERVISES, act_call_register },
	{ "phone.note", SUPERVISES, act_call_note },
	{ "inspect.fire", ROLE_SYSTEM, act_inspect_fire },
	{ "inspect.told", ROLE_SYSTEM, act_inspect_told },
	{ "inspect.rearm", ROLE_SYSTEM, act_inspect_rearm },
	{ "inspect.recount", ROLE_SYSTEM, act_inspect_recount },
};

static const struct view_def views[] = {
	{ "inspect.home", WORKS, view_inspect_home, VIEW_ROUND },
	{ "inspect.options", WORKS | ROLE_ADMIN, view_inspect_options, VIEW_ROUND },
	{ "inspect.pending", ROLE_SYSTEM, view_inspect_pending },
	{ "specials", WORKS, view_specials, VIEW_ROUND },
	{ "special", WORKS, view_special, VIEW_ROUND },
	{ "draws", ROLE_ANY, view_draws, VIEW_ROUND },
	{ "draw", ROLE_ANY, view_draw },
	{ "draw.list", ROLE_ANY, view_draw_list },
	{ "checks", ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_INSPECTOR | ROLE_SYSTEM, view_checks, VIEW_ROUND },
	{ "check", ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_INSPECTOR | ROLE_SYSTEM, view_check, VIEW_ROUND },
	{ "findings", WORKS, view_findings, VIEW_ROUND },
	{ "finding", WORKS, view_finding, VIEW_ROUND },
	{ "callbacks", OVERSEES, view_callbacks, VIEW_ROUND },
	{ "callback", OVERSEES, view_callback, VIEW_ROUND },
	{ "windows", OVERSEES | ROLE_ADMIN, view_windows, VIEW_ROUND },
	{ "devices", OVERSEES | ROLE_ADMIN, view_devices, VIEW_ROUND },
	{ "looks", OVERSEES, view_looks, VIEW_ROUND },
	{ "look", OVERSEES, view_look, VIEW_ROUND },
	{ "calls", OVERSEES, view_calls, VIEW_ROUND },
};

const struct casework_room inspect_room = {
	.name = "inspect",
	.migrations = migrations, .migrations_count = sizeof migrations / sizeof *migrations,
	.tables = tables, .tables_count = sizeof tables / sizeof *tables,
	.rules = rules, .rules_count = sizeof rules / sizeof *rules,
	.commands = commands, .commands_count = sizeof commands / sizeof *commands,
	.views = views, .views_count = sizeof views / sizeof *views,
	.ids = ids, .ids_count = sizeof ids / sizeof *ids,
	.tick = inspect_tick,
};
