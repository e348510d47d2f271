/* password.c - argon2id, and which passwords are too easy. */
#include "http/password.h"

#include <sodium.h>
#include <strings.h>

#include "base/utf8.h"

_Static_assert(HTTP_PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "room for libsodium's string");

enum err http_password_hash(struct str password, bool fast, char out[HTTP_PASSWORD_HASH_MAX])
{
	unsigned long long ops = fast ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_INTERACTIVE;
	size_t mem = fast ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_INTERACTIVE;
	memset(out, 0, HTTP_PASSWORD_HASH_MAX);
	if (sodium_init() < 0 || crypto_pwhash_str(out, password.ptr, password.len, ops, mem) != 0)
		return ERR_NOMEM;
	return OK;
}

bool http_password_matches(struct str password, struct str hash)
{
	char text[HTTP_PASSWORD_HASH_MAX] = { 0 };
	if (hash.len >= sizeof text || sodium_init() < 0)
		return false;
	if (hash.len)
		memcpy(text, hash.ptr, hash.len);
	return crypto_pwhash_str_verify(text, password.ptr ? password.ptr : "", password.len) == 0;
}

bool http_password_matches_nobody(struct str password)
{
	char out[HTTP_PASSWORD_HASH_MAX];
	(void)!http_password_hash(password, false, out);
	return false;
}

static bool common(struct str password)
{
	static const char *const words[] = {
		"1234567890", "12345678910", "0123456789", "0987654321", "1111111111", "0000000000", "8888888888",
		"6666666666", "1qaz2wsx3edc", "qwertyuiop", "password123", "password1234", "administrator", "woaini1314520",
		"5201314520", "a123456789", "aa123456789", "abc123456789", "q123456789", "iloveyou123", "passw0rd123",
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (password.len == strlen(words[i]) && strncasecmp(password.ptr, words[i], password.len) == 0)
			return true;
	return false;
}

enum err http_password_check(struct str password, struct str login, struct diag *d)
{
	size_t n = utf8_valid(password) ? utf8_count(password) : 0;
	if (n < HTTP_PASSWORD_MIN) {
		diag_set(d, ERR_INVALID, "password.short", "The password needs at least %d characters", HTTP_PASSWORD_MIN);
		diag_arg(d, S("10"));
		return ERR_INVALID;
	}
	if (password.len > HTTP_PASSWORD_MAX)
		return diag_set(d, ERR_INVALID, "password.long", "The password is longer than %d bytes", HTTP_PASSWORD_MAX);
	if (common(password) || str_eq(password, login))
		return diag_set(d, ERR_INVALID, "password.common", "This password is too easy to guess");
	return OK;
}
