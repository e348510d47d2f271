/* totp.c - see totp.h. */
#include "http/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void totp_text(const uint8_t secret[TOTP_SECRET], char out[TOTP_TEXT_MAX])
{
	uint64_t bits = 0;
	int held = 0, n = 0;
	for (int i = 0; i < TOTP_SECRET; i++) {
		bits = bits << 8 | secret[i];
		held += 8;
		for (; held >= 5; held -= 5)
			out[n++] = letters[bits >> (held - 5) & 31];
	}
	out[n] = 0;
}

bool totp_secret(struct str text, uint8_t out[TOTP_SECRET])
{
	uint64_t bits = 0;
	int held = 0, n = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == ' ')
			continue;
		const char *at = strchr(letters, c >= 'a' && c <= 'z' ? c - 32 : c);
		if (!at || !c || n == TOTP_SECRET)
			return false;
		bits = bits << 5 | (uint64_t)(at - letters);
		held += 5;
		if (held >= 8) {
			held -= 8;
			out[n++] = (uint8_t)(bits >> held);
		}
	}
	return n == TOTP_SECRET;
}

uint32_t totp_code(const uint8_t secret[TOTP_SECRET], int64_t step)
{
	uint8_t message[8], digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	for (int i = 0; i < 8; i++)
		message[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	base_assert(HMAC(EVP_sha1(), secret, TOTP_SECRET, message, sizeof message, digest, &len) && len == 20);
	uint32_t at = digest[19] & 15;
	uint32_t value = ((uint32_t)digest[at] & 127) << 24 | (uint32_t)digest[at + 1] << 16 | (uint32_t)digest[at + 2] << 8 | digest[at + 3];
	return value % 1000000;
}

int64_t totp_accept(const uint8_t secret[TOTP_SECRET], struct str code, int64_t now_ms, int64_t after)
{
	int64_t number, now = now_ms / TOTP_STEP_MS, accepted = 0;
	if (code.len != 6 || !str_to_i64(code, &number) || number < 0)
		return 0;
	for (int64_t step = now - 1; step <= now + 1; step++) /* all three each time: how long it takes says nothing */
		if (totp_code(secret, step) == (uint32_t)number && step > after && !accepted)
			accepted = step;
	return accepted;
}
