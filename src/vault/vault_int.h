/* vault_int.h - private to the room. */
#ifndef VAULT_VAULT_INT_H
#define VAULT_VAULT_INT_H

#include "os/os.h"
#include "vault/vault.h"

/* When the last one that was made began, as the clock was then: not the latest moment, for a clock is set back too. */
#define VAULT_LAST_MADE "SELECT at_ms FROM vault_run WHERE state='made' AND ?1=1 ORDER BY id DESC LIMIT 1"

/* Commands of the keeper alone. */
BASE_MUST_USE enum err act_backup_plan(struct act *act), act_backup_note(struct act *act);
BASE_MUST_USE enum err view_backups(struct view_ctx *v, struct json_build *out);

#endif
