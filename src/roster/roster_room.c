/* roster_room.c - what the room brings: tables, what events do to them, commands, views. */
#include "roster/roster_int.h"

static const char first_schema[] =
	"CREATE TABLE roster_mark(id INTEGER PRIMARY KEY, person INTEGER NOT NULL, kind TEXT NOT NULL, at_ms INTEGER NOT NULL, by_person INTEGER, reason TEXT,"
	" noted_ms INTEGER NOT NULL, struck_ms INTEGER, struck_by INTEGER, struck_reason TEXT);"
	"CREATE INDEX roster_mark_person ON roster_mark(person, at_ms);"
	"CREATE TABLE roster_approval(absence INTEGER PRIMARY KEY, state TEXT NOT NULL, reason TEXT, by_person INTEGER, at_ms INTEGER NOT NULL);"
	"CREATE TABLE roster_hours(organ INTEGER NOT NULL, since INTEGER NOT NULL, hours TEXT NOT NULL, by_person INTEGER, at_ms INTEGER NOT NULL, PRIMARY KEY(organ, since));"
	"CREATE TABLE roster_course(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT NOT NULL, kind TEXT NOT NULL, hours INTEGER NOT NULL,"
	" enabled INTEGER NOT NULL);"
	"CREATE TABLE roster_training(id INTEGER PRIMARY KEY, person INTEGER NOT NULL, course INTEGER NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
	" hours INTEGER NOT NULL, exam TEXT NOT NULL, score INTEGER, note TEXT, documents TEXT, by_person INTEGER, at_ms INTEGER NOT NULL, struck_ms INTEGER, struck_by INTEGER,"
	" struck_reason TEXT);"
	"CREATE INDEX roster_training_person ON roster_training(person, until_ms); CREATE INDEX roster_training_course ON roster_training(course);"
	"CREATE TABLE roster_due(certificate INTEGER NOT NULL, due_ms INTEGER NOT NULL, days INTEGER NOT NULL, PRIMARY KEY(certificate, due_ms));"
	"CREATE INDEX roster_due_ms ON roster_due(due_ms);";

static const struct store_migration migrations[] = { { 1, "attendance, training, certificates that end", first_schema } };

static const struct casework_table tables[] = {
	{ "roster_mark", "id" }, { "roster_approval", "absence" }, { "roster_hours", "organ, since" }, { "roster_course", "id" }, { "roster_training", "id" },
	{ "roster_due", "certificate, due_ms" },
};

static const struct apply_rule rules[] = {
	{ "attendance.marked", "INSERT INTO roster_mark(id, person, kind, at_ms, by_person, reason, noted_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	  "mark person kind mark_ms by reason at_ms", NULL },
	{ "attendance.struck", "UPDATE roster_mark SET struck_ms=?2, struck_by=?3, struck_reason=?4 WHERE id=?1", "mark at_ms by reason", NULL },
	{ "absence.approved", "INSERT INTO roster_approval(absence, state, reason, by_person, at_ms) VALUES(?1, ?2, ?3, ?4, ?5)"
	  " ON CONFLICT(absence) DO UPDATE SET state=?2, reason=?3, by_person=?4, at_ms=?5", "absence state reason by at_ms", NULL },
	{ "attendance.hours", "INSERT INTO roster_hours(organ, since, hours, by_person, at_ms) VALUES(?1, ?2, ?3, ?4, ?5)"
	  " ON CONFLICT(organ, since) DO UPDATE SET hours=?3, by_person=?4, at_ms=?5", "organ since hours by at_ms", NULL },
	{ "course.put", "INSERT INTO roster_course(id, code, name, name_en, kind, hours, enabled) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	  " ON CONFLICT(id) DO UPDATE SET name=?3, name_en=?4, kind=?5, hours=?6, enabled=?7", "course code name name_en kind hours enabled", NULL },
	{ "training.recorded", "INSERT INTO roster_training(id, person, course, from_ms, until_ms, hours, exam, score, note, documents, by_person, at_ms)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", "training person course from_ms until_ms hours exam score note documents by at_ms", NULL },
	{ "training.struck", "UPDATE roster_training SET struck_ms=?2, struck_by=?3, struck_reason=?4 WHERE id=?1", "training at_ms by reason", NULL },
	/* the certificate itself is the kernel's row; here only when its end is told */
	{ "certificate.put", "DELETE FROM roster_due WHERE certificate=?1", "certificate", NULL },
	{ "certificate.put", "INSERT INTO roster_due(certificate, due_ms, days) VALUES(?3, ?1, ?2) ON CONFLICT(certificate, due_ms) DO NOTHING", "due_ms days certificate", "alarms" },
	{ "certificate.warned", "DELETE FROM roster_due WHERE certificate=?1 AND due_ms=?2", "certificate due_ms", NULL },
};

static const char *const ids[] = {
	"SELECT max(id) FROM roster_mark WHERE ?1=1", "SELECT max(id) FROM roster_course WHERE ?1=1", "SELECT max(id) FROM roster_training WHERE ?1=1",
};

#define KEEPERS (ROLE_HEAD | ROLE_ADMIN | ROLE_SYSTEM)
#define READERS (ROLE_HEAD | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM)

static const struct command_whole course = { "SELECT name, name_en, kind, hours, enabled FROM roster_course WHERE code=?1", "code", .kinds = "course.put" };

static const struct command_def commands[] = {
	{ "attendance.mark", ROLE_STAFF | ROLE_SYSTEM, act_attendance_mark },
	{ "attendance.correct", KEEPERS, act_attendance_correct },
	{ "attendance.strike", KEEPERS, act_attendance_strike },
	{ "attendance.approve", KEEPERS, act_attendance_approve },
	{ "attendance.hours", ROLE_ADMIN | ROLE_SYSTEM, act_attendance_hours },
	{ "course.put", KEEPERS, act_course_put, &course },
	{ "training.record", KEEPERS, act_training_record },
	{ "training.strike", KEEPERS, act_training_strike },
	{ "certificate.put", KEEPERS, act_certificate_put },
	{ "certificate.halt", KEEPERS, act_certificate_halt },
	{ "certificate.restore", KEEPERS, act_certificate_restore },
	{ "certificate.warn", ROLE_SYSTEM, act_certificate_warn },
	{ "roster.import", ROLE_ADMIN | ROLE_SYSTEM, act_roster_import },
};

static const struct view_def views[] = {
	{ "attendance", ROLE_STAFF | ROLE_SYSTEM, view_attendance, VIEW_ROUND },
	{ "attendance.sheet", READERS, view_attendance_sheet, VIEW_ROUND },
	{ "roster.person", ROLE_STAFF | ROLE_SYSTEM, view_roster_person, VIEW_ROUND },
	{ "roster.people", READERS, view_roster_people, VIEW_ROUND },
	{ "roster.export", ROLE_ADMIN | ROLE_SYSTEM, view_roster_export },
	{ "certificates", READERS, view_certificates, VIEW_ROUND },
	{ "courses", ROLE_STAFF | ROLE_SYSTEM, view_courses, VIEW_ROUND },
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

const struct casework_room roster_room = {
	.name = "roster",
	.migrations = migrations, .migrations_count = COUNT(migrations),
	.tables = tables, .tables_count = COUNT(tables),
	.rules = rules, .rules_count = COUNT(rules),
	.commands = commands, .commands_count = COUNT(commands),
	.views = views, .views_count = COUNT(views),
	.ids = ids, .ids_count = COUNT(ids),
	.tick = roster_tick,
};
