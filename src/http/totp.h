/* totp.h - one-time codes of a second factor: RFC 6238 (time steps of 30 s, SHA-1, 6 digits, as all authenticator apps
 * do) over RFC 4226, secrets in base32 (RFC 4648, section 6). Pure.
 */
#ifndef HTTP_TOTP_H
#define HTTP_TOTP_H

#include "base/buf.h"
#include "base/err.h"

enum { TOTP_SECRET = 20, TOTP_TEXT_MAX = 33, TOTP_STEP_MS = 30000 };

/* 32 characters without padding, terminated. */
void totp_text(const uint8_t secret[TOTP_SECRET], char out[TOTP_TEXT_MAX]);
/* false: no base32 of 20 bytes. Blanks and small letters are accepted. */
bool totp_secret(struct str text, uint8_t out[TOTP_SECRET]);
/* The code of a time step, 0 to 999999. */
uint32_t totp_code(const uint8_t secret[TOTP_SECRET], int64_t step);
/* The step whose code this is, of the present one and its two neighbours, newer than `after` (the last one used: a code counts
 * once); 0 = none of them. */
int64_t totp_accept(const uint8_t secret[TOTP_SECRET], struct str code, int64_t now_ms, int64_t after);

#endif
