/* vault_room.c - what the room brings: what was planned and how each backup went. Both are workspace: of this installation, not of
 * the record. That one failed is told to the administrators by the record's own notices.
 */
#include "vault/vault_int.h"

static const char first_schema[] =
	"CREATE TABLE vault_plan(id INTEGER PRIMARY KEY, dir TEXT NOT NULL, every_ms INTEGER NOT NULL, times TEXT NOT NULL, keep INTEGER NOT NULL,"
	" at_ms INTEGER NOT NULL);"
	"CREATE TABLE vault_run(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, took_ms INTEGER NOT NULL, state TEXT NOT NULL, path TEXT NOT NULL,"
	" kind TEXT, bytes INTEGER, seq INTEGER, rows_count INTEGER, restored INTEGER, removed INTEGER, code TEXT, detail TEXT, args TEXT);";

static const struct store_migration migrations[] = { { 1, "backups planned and made", first_schema } };

static const struct command_def commands[] = {
	{ "backup.plan", ROLE_SYSTEM, act_backup_plan },
	{ "backup.note", ROLE_SYSTEM, act_backup_note },
};

static const struct view_def views[] = { { "backups", ROLE_ADMIN | ROLE_AUDITOR | ROLE_SYSTEM, view_backups } };

#define COUNT(list) (sizeof(list) / sizeof *(list))

const struct casework_room vault_room = {
	.name = "vault", .migrations = migrations, .migrations_count = COUNT(migrations), .commands = commands, .commands_count = COUNT(commands),
	.views = views, .views_count = COUNT(views),
};
