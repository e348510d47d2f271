/* print.c - %s, %.*s, %c, %% and whole numbers, with 0 and a width of one digit; all else is left to the C library. */
#include "base/print.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

struct out { char *room; size_t size, len; /* what it would be, were there room */ };

static void put(struct out *o, const char *p, size_t n)
{
	if (o->len < o->size) {
		size_t left = o->size - o->len;
		memcpy(o->room + o->len, p, n < left ? n : left);
	}
	o->len += n;
}

static void put_number(struct out *o, bool negative, unsigned long long v, int width, bool zeros)
{
	char digits[24];
	size_t at = sizeof digits;
	do
		digits[--at] = (char)('0' + v % 10);
	while (v /= 10);
	size_t n = sizeof digits - at + negative, fill = width > 0 && n < (size_t)width ? (size_t)width - n : 0;
	for (size_t i = 0; !zeros && i < fill; i++)
		put(o, " ", 1);
	if (negative)
		put(o, "-", 1);
	for (size_t i = 0; zeros && i < fill; i++)
		put(o, "0", 1);
	put(o, digits + at, sizeof digits - at);
}

static void put_signed(struct out *o, long long v, int width, bool zeros)
{
	put_number(o, v < 0, v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v, width, zeros);
}

static bool cut(const char **fmt, const char *word)
{
	size_t n = strlen(word);
	if (strncmp(*fmt, word, n) != 0)
		return false;
	*fmt += n;
	return true;
}

/* A text of at most so many bytes, up to its end. */
static void put_text(struct out *o, const char *p, int most)
{
	if (most)
		put(o, p, most < 0 ? strlen(p) : strnlen(p, (size_t)most));
}

/* Behind a %. False: the library's. */
static bool put_one(struct out *o, const char **fmt, va_list *ap)
{
	if (cut(fmt, ".*s")) {
		int most = va_arg(*ap, int);
		const char *p = va_arg(*ap, const char *);
		if (!p && most)
			return false;
		put_text(o, p, most);
		return true;
	}
	if (cut(fmt, "s")) {
		const char *p = va_arg(*ap, const char *);
		if (p)
			put_text(o, p, -1);
		return p;
	}
	bool zeros = cut(fmt, "0");
	int width = **fmt >= '1' && **fmt <= '9' ? *(*fmt)++ - '0' : 0;
	if (cut(fmt, "d"))
		put_signed(o, va_arg(*ap, int), width, zeros);
	else if (cut(fmt, "lld"))
		put_signed(o, va_arg(*ap, long long), width, zeros);
	else if (cut(fmt, "u"))
		put_number(o, false, va_arg(*ap, unsigned), width, zeros);
	else if (cut(fmt, "llu"))
		put_number(o, false, va_arg(*ap, unsigned long long), width, zeros);
	else if (cut(fmt, "zu"))
		put_number(o, false, va_arg(*ap, size_t), width, zeros);
	else if (!width && !zeros && cut(fmt, "c"))
		put(o, (char[]){ (char)va_arg(*ap, int) }, 1);
	else if (!width && !zeros && cut(fmt, "%"))
		put(o, "%", 1);
	else
		return false;
	return true;
}

int base_vprint(char *room, size_t size, const char *fmt, va_list ap)
{
	struct out o = { room, size ? size - 1 : 0, 0 };
	const char *rest = fmt;
	va_list own;
	bool known = true;
	va_copy(own, ap);
	while (known && *rest) {
		size_t n = strcspn(rest, "%");
		put(&o, rest, n);
		rest += n;
		known = !*rest || (rest++, put_one(&o, &rest, &own));
	}
	va_end(own);
	if (!known || o.len > INT_MAX)
		return vsnprintf(room, size, fmt, ap);
	if (size)
		room[o.len < o.size ? o.len : o.size] = '\0';
	return (int)o.len;
}
