/* diag.c - what went wrong, for a person. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/utf8.h"

const char *err_name(enum err e)
{
	static const char *const names[] = {
		[OK] = "ok", [ERR_INVALID] = "invalid", [ERR_NOT_FOUND] = "not-found",
		[ERR_DENIED] = "denied", [ERR_CONFLICT] = "conflict", [ERR_STALE] = "stale", [ERR_LIMIT] = "limit",
		[ERR_UNSUPPORTED] = "unsupported", [ERR_NOMEM] = "no-memory", [ERR_IO] = "io",
		[ERR_BUSY] = "busy", [ERR_CORRUPT] = "corrupt",
	};
	return names[e];
}

_Noreturn void base_assert_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, what);
	abort();
}

/* Copies at most room-1 bytes, in whole UTF-8 characters: what the text quotes may have been cut by bytes. */
static void copy_text(char *to, size_t room, struct str s)
{
	size_t n = s.len < room ? s.len : room - 1;
	if (n)
		memcpy(to, s.ptr, n);
	to[utf8_mend(to, n)] = 0;
}

void diag_init(struct diag *d)
{
	*d = (struct diag){ .err = OK };
}

enum err diag_set(struct diag *d, enum err e, const char *code, const char *fmt, ...)
{
	base_assert(e != OK);
	if (!d)
		return e;
	if (d->err != OK)
		return e;
	d->err = e;
	copy_text(d->code, sizeof d->code, str_of(code));
	char text[DIAG_TEXT_MAX * 2];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	copy_text(d->text, sizeof d->text, str_span(text, len));
	return e;
}

void diag_arg(struct diag *d, struct str value)
{
	if (d && d->args < DIAG_ARGS_MAX)
		copy_text(d->arg[d->args++], sizeof d->arg[0], value);
}

void diag_at(struct diag *d, struct str place)
{
	if (d)
		copy_text(d->place, sizeof d->place, place);
}

void diag_at_line(struct diag *d, int line, int column)
{
	if (!d)
		return;
	d->line = line;
	d->column = column;
}

void diag_print(const struct diag *d, struct buf *out)
{
	buf_printf(out, "%s: %s", d->code, d->text);
	if (d->place[0] || d->line) {
		buf_putz(out, " (");
		buf_putz(out, d->place);
		if (d->line)
			buf_printf(out, "%sline %d", d->place[0] ? ", " : "", d->line);
		buf_byte(out, ')');
	}
}
