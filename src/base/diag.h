/* diag.h - what went wrong, for a person.
 *
 * `code` is stable ("calendar.bad-date"): API clients match it, and it is the
 * key under which the translated sentence stands in the language catalogues.
 * `text` is the English sentence, already filled in: what, where, how to mend it.
 * `args` are the values that the translated sentence needs, in order.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/err.h"
#include "base/str.h"

enum { DIAG_ARGS_MAX = 4, DIAG_TEXT_MAX = 512 };

struct diag {
	enum err err;
	char code[64];
	char text[DIAG_TEXT_MAX];
	char arg[DIAG_ARGS_MAX][128];
	int args;
	int line, column;  /* 1-based place in the source; 0 = none */
	char place[128];   /* field, element id or path; "" = none */
};

void diag_init(struct diag *d);
/* Records the error and returns it, so that `return diag_set(...)` works.
 * d may be NULL. The first error stays: later calls on a set diag only return. */
enum err diag_set(struct diag *d, enum err e, const char *code, const char *fmt, ...) BASE_PRINTF(4, 5);
/* Adds a value for the translated sentence; cut at 127 bytes on a character's edge. */
void diag_arg(struct diag *d, struct str value);
/* Says where: a field, element or line. Cut likewise. */
void diag_at(struct diag *d, struct str place);
void diag_at_line(struct diag *d, int line, int column);
/* Writes "code: text (place, line L)" to a stream-less buffer. */
struct buf;
void diag_print(const struct diag *d, struct buf *out);

#endif
