/* password.h - argon2id through libsodium. 50 to 70 ms each: on the workers, never on request threads. */
#ifndef HTTP_PASSWORD_H
#define HTTP_PASSWORD_H

#include "base/diag.h"
#include "base/str.h"

enum { HTTP_PASSWORD_HASH_MAX = 128, HTTP_PASSWORD_MIN = 10, HTTP_PASSWORD_MAX = 128 };

/* The string to store. ERR_NOMEM. `fast` uses the least memory, for demo accounts and tests only. */
BASE_MUST_USE enum err http_password_hash(struct str password, bool fast, char out[HTTP_PASSWORD_HASH_MAX]);
bool http_password_matches(struct str password, struct str hash);
/* Takes as long as a real check: for accounts that do not exist. Always false. */
bool http_password_matches_nobody(struct str password);
/* Long enough (characters), not one of the commonest, not the login itself: ERR_INVALID "password.short",
 * "password.long", "password.common". */
BASE_MUST_USE enum err http_password_check(struct str password, struct str login, struct diag *d);

#endif
