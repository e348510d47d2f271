/* vault_int.h - private to the room. */
#ifndef VAULT_VAULT_INT_H
#define VAULT_VAULT_INT_H

#include "os/os.h"
#include "vault/vault.h"

/* Commands of the keeper alone. */
BASE_MUST_USE enum err act_backup_plan(struct act *act), act_backup_note(struct act *act);
BASE_MUST_USE enum err view_backups(struct view_ctx *v, struct json_build *out);

#endif
