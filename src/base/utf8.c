/* utf8.c - RFC 3629. */
#include "base/utf8.h"

/* Length of the well-formed sequence at p (n bytes left), 0 if malformed.
 * The table of RFC 3629, section 4. */
static size_t sequence(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return n >= 2 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
	if (c >= 0xe0 && c <= 0xef) {
		unsigned char low = c == 0xe0 ? 0xa0 : 0x80, high = c == 0xed ? 0x9f : 0xbf;
		return n >= 3 && p[1] >= low && p[1] <= high && (p[2] & 0xc0) == 0x80 ? 3 : 0;
	}
	if (c >= 0xf0 && c <= 0xf4) {
		unsigned char low = c == 0xf0 ? 0x90 : 0x80, high = c == 0xf4 ? 0x8f : 0xbf;
		return n >= 4 && p[1] >= low && p[1] <= high && (p[2] & 0xc0) == 0x80 &&
		       (p[3] & 0xc0) == 0x80 ? 4 : 0;
	}
	return 0;
}

/* Eight bytes of ASCII begin here. */
static bool is_plain(struct str s, size_t at)
{
	uint64_t eight;
	if (s.len - at < sizeof eight)
		return false;
	memcpy(&eight, s.ptr + at, sizeof eight);
	return !(eight & UINT64_C(0x8080808080808080));
}

bool utf8_valid(struct str s)
{
	size_t i = 0;
	while (i < s.len) {
		size_t n = is_plain(s, i) ? sizeof(uint64_t) : sequence((const unsigned char *)s.ptr + i, s.len - i);
		if (!n)
			return false;
		i += n;
	}
	return true;
}

uint32_t utf8_next(struct str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.ptr + *at;
	size_t n = sequence(p, s.len - *at);
	switch (n) {
	case 1:
		*at += 1;
		return p[0];
	case 2:
		*at += 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	case 3:
		*at += 3;
		return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	case 4:
		*at += 4;
		return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
		       (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
	default: /* malformed: not reached on checked text; stay total */
		*at += 1;
		return 0xfffd;
	}
}

size_t utf8_count(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return n;
}

size_t utf8_offset(struct str s, size_t n)
{
	size_t i = 0;
	while (i < s.len && n--)
		utf8_next(s, &i);
	return i;
}

size_t utf8_mend(char *text, size_t len)
{
	size_t kept = 0;
	for (size_t i = 0; i < len;) {
		size_t n = sequence((const unsigned char *)text + i, len - i);
		memmove(text + kept, text + i, n);
		kept += n;
		i += n ? n : 1;
	}
	return kept;
}
