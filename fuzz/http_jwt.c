/* Signed tokens of strangers against a key set of strangers: the first line is the token, the rest the keys. */
#include "http/jwt.h"
#include "http/totp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct str rest = str_span((const char *)data, size), token = str_cut(&rest, '\n'), bytes;
	const struct json *keys, *claims;
	struct diag d;
	uint8_t secret[TOTP_SECRET];
	arena_init(&a, 4 << 20);
	diag_init(&d);
	if (json_read(&a, rest.ptr ? rest : S(""), &keys, NULL) == OK && jwt_verify(&a, token, keys, &claims, &d) == OK)
		base_assert(claims != NULL);
	if (jwt_base64_read(&a, token, &bytes))
		base_assert(bytes.len <= token.len);
	if (totp_secret(token, secret))
		base_assert(token.len >= 32);
	arena_release(&a);
	return 0;
}
