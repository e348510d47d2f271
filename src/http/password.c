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

static bool same_letters(struct str a, struct str b)
{
	return a.len && a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/* One character, or two or three by turns: 1111111111, abababab. */
static bool repeats(struct str s)
{
	for (size_t period = 1; period <= 3; period++) {
		size_t i = period;
		while (i < s.len && s.ptr[i] == s.ptr[i - period])
			i++;
		if (i == s.len)
			return true;
	}
	return false;
}

/* Each character the one before and one, or less one: 1234567890, abcdefghij, 9876543210. */
static bool runs(struct str s)
{
	for (int step = -1; step <= 1; step += 2) {
		size_t i = 1;
		while (i < s.len && (s.ptr[i] - s.ptr[i - 1] == step || (step == 1 && s.ptr[i - 1] == '9' && s.ptr[i] == '0') || (step == -1 && s.ptr[i - 1] == '0' && s.ptr[i] == '9')))
			i++;
		if (i == s.len)
			return true;
	}
	return false;
}

/* What stays when digits and signs at both ends are taken away: "woaini1314!" is "woaini". */
static struct str core(struct str s)
{
	while (s.len && !((s.ptr[0] | 32) >= 'a' && (s.ptr[0] | 32) <= 'z') && (unsigned char)s.ptr[0] < 128)
		s = str_sub(s, 1, s.len);
	while (s.len && !((s.ptr[s.len - 1] | 32) >= 'a' && (s.ptr[s.len - 1] | 32) <= 'z') && (unsigned char)s.ptr[s.len - 1] < 128)
		s.len--;
	return s;
}

/* NIST SP 800-63B 5.1.1.2: what is commonly used, expected, or of the context; no rules of composition, no expiry. */
static bool common(struct str password, struct str login)
{
	static const char *const words[] = {
		"12345678910", "1qaz2wsx3edc", "1q2w3e4r5t", "1q2w3e4r5t6y", "q1w2e3r4t5", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1314520520", "5201314520", "52013145201314",
		"147258369", "1472583690", "7758521521", "7758258520", "1357924680", "2468013579", "3141592653", "31415926535", "5203344520",
	};
	static const char *const cores[] = {
		"password", "passw0rd", "passwd", "admin", "administrator", "root", "welcome", "letmein", "qwerty", "qwertyuiop", "asdf", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm",
		"iloveyou", "iloveu", "monkey", "dragon", "abc", "a", "aa", "aaa", "q", "qq", "qaz", "wsx", "abcd", "abcdef", "test", "guest", "user", "login", "changeme", "secret",
		"woaini", "woaiwo", "woaijia", "woaizhongguo", "zhongguo", "beijing", "shanghai", "china", "nihao", "wozuishuai", "wobuzhidao", "wangyuan", "laopo", "laogong", "baobei",
		"mima", "guanliyuan", "zhengfu", "zhengwu", "shixiang", "banjie", "banshi", "yunxi", "dashuju", "gongan", "weiguan", "wodemima", "xiaoming", "zhangsan", "lisi",
	};
	struct str middle = core(password);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (same_letters(password, str_of(words[i])))
			return true;
	for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
		if (same_letters(middle, str_of(cores[i])))
			return true;
	return repeats(password) || runs(password) || same_letters(middle, core(login)) || same_letters(password, login);
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
	if (common(password, login))
		return diag_set(d, ERR_INVALID, "password.common", "This password is too easy to guess");
	return OK;
}
