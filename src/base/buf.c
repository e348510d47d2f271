/* buf.c - growing bytes. */
#include "base/buf.h"

#include <stdarg.h>

#include "base/print.h"

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_init_in(struct buf *b, struct arena *a, size_t max)
{
	*b = (struct buf){ .max = max, .arena = a };
}

void buf_release(struct buf *b)
{
	if (!b->arena)
		heap_free(b->ptr);
	*b = (struct buf){ .max = b->max, .arena = b->arena };
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = OK;
}

static bool grow(struct buf *b, size_t n)
{
	size_t room = b->room ? b->room * 2 : 64;
	while (room < b->len + n + 1)
		room *= 2;
	if (b->arena && b->ptr && arena_extend(b->arena, b->ptr, b->room, room)) {
		b->room = room;
		return true;
	}
	char *p;
	if (b->arena) {
		p = arena_room(b->arena, room);
		if (p && b->len)
			memcpy(p, b->ptr, b->len);
	} else {
		p = heap_resize(b->ptr, b->len, room);
	}
	if (!p) {
		b->failed = ERR_NOMEM;
		return false;
	}
	b->ptr = p;
	b->room = room;
	return true;
}

/* Makes room for n more bytes and a NUL; false and sticky failure otherwise. */
static inline bool reserve(struct buf *b, size_t n)
{
	if (b->failed != OK)
		return false;
	if (n > b->max - b->len) {
		b->failed = ERR_LIMIT;
		return false;
	}
	return b->len + n < b->room || grow(b, n);
}

void buf_put(struct buf *b, struct str s)
{
	if (!reserve(b, s.len))
		return;
	if (s.len)
		memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
	b->ptr[b->len] = 0;
}

void buf_quoted(struct buf *b, struct str s)
{
	if (!reserve(b, s.len + 2))
		return;
	char *p = b->ptr + b->len;
	p[0] = '"';
	if (s.len)
		memcpy(p + 1, s.ptr, s.len);
	p[s.len + 1] = '"';
	p[s.len + 2] = 0;
	b->len += s.len + 2;
}

void buf_putz(struct buf *b, const char *z)
{
	buf_put(b, str_of(z));
}

void buf_byte(struct buf *b, char c)
{
	if (!reserve(b, 1))
		return;
	b->ptr[b->len++] = c;
	b->ptr[b->len] = 0;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	if (!reserve(b, 0))
		return;
	size_t room = b->room - b->len; /* mostly enough */
	va_start(ap, fmt);
	int n = base_vprint(b->ptr + b->len, room, fmt, ap);
	va_end(ap);
	bool fits = n >= 0 && reserve(b, (size_t)n);
	if (fits && (size_t)n >= room) {
		va_start(ap, fmt);
		base_vprint(b->ptr + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += fits ? (size_t)n : 0;
	b->ptr[b->len] = 0;
}

void buf_i64(struct buf *b, int64_t v)
{
	char digits[STR_I64_ROOM];
	buf_put(b, str_from_i64(v, digits));
}

void buf_hex(struct buf *b, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	if (n > SIZE_MAX / 2 || !reserve(b, n * 2))
		return;
	for (size_t i = 0; i < n; i++) {
		b->ptr[b->len++] = digits[bytes[i] >> 4];
		b->ptr[b->len++] = digits[bytes[i] & 15];
	}
	b->ptr[b->len] = 0;
}

void buf_utf8(struct buf *b, uint32_t cp)
{
	char c[4];
	size_t n;
	if (cp < 0x80) {
		c[0] = (char)cp;
		n = 1;
	} else if (cp < 0x800) {
		c[0] = (char)(0xc0 | cp >> 6);
		c[1] = (char)(0x80 | (cp & 0x3f));
		n = 2;
	} else if (cp < 0x10000) {
		c[0] = (char)(0xe0 | cp >> 12);
		c[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		c[2] = (char)(0x80 | (cp & 0x3f));
		n = 3;
	} else {
		c[0] = (char)(0xf0 | cp >> 18);
		c[1] = (char)(0x80 | (cp >> 12 & 0x3f));
		c[2] = (char)(0x80 | (cp >> 6 & 0x3f));
		c[3] = (char)(0x80 | (cp & 0x3f));
		n = 4;
	}
	buf_put(b, str_span(c, n));
}

enum err buf_finish(const struct buf *b, struct str *out)
{
	if (b->failed != OK)
		return b->failed;
	*out = b->ptr ? buf_str(b) : S("");
	return OK;
}
