/* str.c - views of bytes. Nothing here allocates. */
#include "base/str.h"

bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_eqz(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
	if (c != 0)
		return c;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

struct str str_sub(struct str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return str_span(s.len ? s.ptr + from : s.ptr, to - from);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

struct str str_trim(struct str s)
{
	while (s.len && is_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	if (needle.len == 0)
		return 0;
	if (s.len < needle.len)
		return -1;
	const char *p = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return p ? p - s.ptr : -1;
}

ptrdiff_t str_find_byte(struct str s, char c)
{
	const char *p = s.len ? memchr(s.ptr, c, s.len) : NULL;
	return p ? p - s.ptr : -1;
}

struct str str_cut(struct str *rest, char sep)
{
	ptrdiff_t at = str_find_byte(*rest, sep);
	struct str head = *rest;
	if (at < 0) {
		*rest = (struct str){ NULL, 0 };
		return head;
	}
	head.len = (size_t)at;
	*rest = str_span(rest->ptr + at + 1, rest->len - (size_t)at - 1);
	return head;
}

bool str_to_i64(struct str s, int64_t *out)
{
	bool negative = s.len && s.ptr[0] == '-';
	size_t i = negative ? 1 : 0;
	int64_t v = 0;
	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		int digit = s.ptr[i] - '0';
		if (__builtin_mul_overflow(v, 10, &v))
			return false;
		/* towards the sign, so that INT64_MIN is reachable */
		if (negative ? __builtin_sub_overflow(v, digit, &v) : __builtin_add_overflow(v, digit, &v))
			return false;
	}
	*out = v;
	return true;
}

uint64_t str_hash(struct str s)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (uint8_t)s.ptr[i]) * 0x100000001b3u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ (h >> 32);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool str_from_hex(struct str hex, uint8_t *out, size_t out_len)
{
	if (hex.len != out_len * 2)
		return false;
	for (size_t i = 0; i < hex.len; i++)
		if (hex_digit(hex.ptr[i]) < 0)
			return false;
	for (size_t i = 0; i < out_len; i++)
		out[i] = (uint8_t)(hex_digit(hex.ptr[2 * i]) * 16 + hex_digit(hex.ptr[2 * i + 1]));
	return true;
}

struct str str_from_i64(int64_t v, char room[STR_I64_ROOM])
{
	char *p = room + STR_I64_ROOM;
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (v < 0)
		*--p = '-';
	return str_span(p, (size_t)(room + STR_I64_ROOM - p));
}
