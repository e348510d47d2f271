/* api_backup.c - how backups go, for whoever watches over many machines. */
#include "web/api.h"
#include "web/web.h"

static const struct api_route table[] = {
	{ "GET", "/api/v1/backups", "listBackups", "backup", "The schedule of backups, the last ones, and whether one is overdue", API_VIEW, "backups",
	  .query = "limit:int", .answer = "Backups", .status = 200, .who = WEB_ADMIN | WEB_AUDITOR },
};

const struct api_family api_backup = { table, sizeof table / sizeof *table };
