/* hotline_room.c - what the room brings: tables, what events do to them, commands, views. */
#include "hotline/hotline_int.h"

static const char complaints[] =
	"CREATE TABLE complaint(id INTEGER PRIMARY KEY, about TEXT NOT NULL, about_organ INTEGER, about_person INTEGER, about_window INTEGER,"
	" about_case INTEGER, about_words TEXT NOT NULL, category TEXT NOT NULL, title TEXT NOT NULL, identity TEXT NOT NULL, received_by TEXT NOT NULL,"
	" typed_by INTEGER, intake INTEGER NOT NULL, registered_ms INTEGER NOT NULL, lead INTEGER, mode TEXT, assigned_ms INTEGER, final INTEGER NOT NULL,"
	" bounces INTEGER NOT NULL, extended INTEGER NOT NULL, reopened INTEGER NOT NULL, finding TEXT, answered_ms INTEGER, answered_kind TEXT,"
	" called TEXT, called_ms INTEGER, closed_ms INTEGER, ended TEXT);"
	"CREATE INDEX complaint_registered ON complaint(registered_ms);"
	"CREATE INDEX complaint_about_organ ON complaint(about_organ);"
	"CREATE INDEX complaint_about_case ON complaint(about_case);"
	"CREATE INDEX complaint_intake ON complaint(intake); CREATE INDEX complaint_lead ON complaint(lead);"
	"CREATE TABLE complaint_joint(case_id INTEGER NOT NULL, organ INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY(case_id, organ)) WITHOUT ROWID;"
	"CREATE TABLE complaint_answer(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, finding TEXT,"
	" text TEXT NOT NULL, organ INTEGER, person INTEGER);"
	"CREATE INDEX complaint_answer_case ON complaint_answer(case_id);"
	"CREATE TABLE complaint_message(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, at_ms INTEGER NOT NULL, side TEXT NOT NULL, person INTEGER,"
	" text TEXT NOT NULL);"
	"CREATE INDEX complaint_message_case ON complaint_message(case_id);"
	/* the hidden name is kept as bytes under their digest, so that the record proves it without telling it */
	"CREATE TABLE complaint_identity(case_id INTEGER PRIMARY KEY, digest TEXT NOT NULL);"
	"CREATE TABLE complaint_unmask(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, at_ms INTEGER NOT NULL, person INTEGER NOT NULL, reason TEXT NOT NULL);"
	"CREATE INDEX complaint_unmask_case ON complaint_unmask(case_id);";

static const struct store_migration migrations[] = { { 1, "complaints", complaints } };

static const struct casework_table tables[] = {
	{ "complaint", "id" }, { "complaint_joint", "case_id, organ" }, { "complaint_answer", "id" }, { "complaint_message", "id" },
	{ "complaint_identity", "case_id" }, { "complaint_unmask", "id" },
};

static const struct apply_rule rules[] = {
	{ "complaint.registered", "INSERT INTO complaint(id, about, about_organ, about_person, about_window, about_case, about_words, category, title,"
	  " identity, received_by, typed_by, intake, registered_ms, final, bounces, extended, reopened)"
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, 0, 0, 0)",
	  "case about about_organ about_person about_window about_case about_words category title identity received_by typed_by intake at_ms", NULL },
	{ "complaint.taken", "UPDATE complaint SET typed_by=?2 WHERE id=?1", "case typed_by", NULL },
	{ "complaint.identity", "INSERT INTO complaint_identity(case_id, digest) VALUES(?1, ?2)", "case digest", NULL },
	{ "complaint.assigned", "UPDATE complaint SET lead=?2, mode=?3, assigned_ms=?4, final=?5 WHERE id=?1", "case lead mode at_ms final", NULL },
	{ "complaint.assigned", "DELETE FROM complaint_joint WHERE case_id=?1", "case", NULL },
	{ "complaint.assigned", "INSERT INTO complaint_joint(case_id, organ, at_ms) VALUES(?2, ?1, ?3)", "organ case at_ms", "joint" },
	{ "complaint.handed_back", "UPDATE complaint SET bounces=bounces+1 WHERE id=?1", "case", NULL },
	{ "complaint.extension_asked", NULL, NULL, NULL },
	{ "complaint.extended", "UPDATE complaint SET extended=1 WHERE id=?1", "case", NULL },
	{ "complaint.answered", "INSERT INTO complaint_answer(id, case_id, at_ms, kind, finding, text, organ, person) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	  "answer case at_ms kind finding text organ person", NULL },
	{ "complaint.answered", "UPDATE complaint SET answered_ms=?2, answered_kind=?3, finding=coalesce(?4, finding) WHERE id=?1",
	  "case at_ms kind finding", NULL },
	{ "complaint.upheld", NULL, NULL, NULL },
	{ "complaint.reopened", "UPDATE complaint SET reopened=reopened+1, called='unsatisfied', called_ms=?2 WHERE id=?1", "case at_ms", NULL },
	{ "complaint.closed", "UPDATE complaint SET called=?2, called_ms=?3, closed_ms=?3, ended='answered' WHERE id=?1", "case called at_ms", NULL },
	{ "complaint.message", "INSERT INTO complaint_message(id, case_id, at_ms, side, person, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	  "message case at_ms side person text", NULL },
	{ "complaint.unmasked", "INSERT INTO complaint_unmask(id, case_id, at_ms, person, reason) VALUES(?1, ?2, ?3, ?4, ?5)",
	  "unmask case at_ms person reason", NULL },
	/* however else a case may end: taken back by the complainant, or by an administrator's act, which its note says before */
	{ "case.note", "UPDATE complaint SET ended='cancelled' WHERE id=?1 AND ?2='cancel'", "case operation", NULL },
	{ "case.concluded", "UPDATE complaint SET closed_ms=?2, ended=coalesce(ended, ?3) WHERE id=?1 AND closed_ms IS NULL", "case concluded_ms state", NULL },
};

static const struct command_def commands[] = {
	{ "complaint.submit", ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM, act_complaint_submit },
	{ "complaint.respond", ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM, act_complaint_respond },
	{ "complaint.urge", ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM, act_complaint_urge },
	{ "complaint.message", ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM, act_complaint_message },
	{ "complaint.unmask", ROLE_HANDLERS, act_complaint_unmask },
};

static const struct view_def views[] = {
	{ "complaint.choices", ROLE_ANY, view_complaint_choices, VIEW_ROUND },
	{ "complaint.follow", ROLE_ANY, view_complaint_follow },
	{ "complaint", ROLE_HANDLERS | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_complaint },
	{ "complaints", ROLE_HANDLERS | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_complaints, VIEW_LIST },
	{ "complaint.similar", ROLE_HANDLERS | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_complaint_similar },
	{ "complaint.report", ROLE_HEAD | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_complaint_report, VIEW_ROUND },
	{ "case.complaints", ROLE_HANDLERS | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM, view_case_complaints },
};

static const char *const ids[] = {
	"SELECT max(id) FROM complaint_answer WHERE ?1=1", "SELECT max(id) FROM complaint_message WHERE ?1=1", "SELECT max(id) FROM complaint_unmask WHERE ?1=1",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

const struct casework_room hotline_room = {
	.name = "hotline",
	.migrations = migrations, .migrations_count = COUNT(migrations),
	.tables = tables, .tables_count = COUNT(tables),
	.rules = rules, .rules_count = COUNT(rules),
	.commands = commands, .commands_count = COUNT(commands),
	.views = views, .views_count = COUNT(views),
	.ids = ids, .ids_count = COUNT(ids),
	.perform = complaint_perform, .performs = "complaint",
};
