/* pg_text.c - texts as the server keeps them: it has none with the character U+0000, a file has.
 *
 * None comes in any more (http_int.h), but what came before is in the record for good, and moves as it is. At the server U+0000 is spelt U+0001 U+0001; and U+0001, where
 * what follows would make a spelling of it (U+0000, U+0001, U+0002, or the end), U+0001 U+0002. So each text has one spelling, hardly any another than itself, and two of them stand
 * in the order in which a file has them.
 */
#include <string.h>

#include "store/pg_int.h"

enum { NOUGHT = 0, MARK = 1, IS_NOUGHT = 1, IS_MARK = 2 };

static bool has(struct str s, int c)
{
	return s.len && memchr(s.ptr, c, s.len);
}

static bool spelt(struct str s, size_t at)
{
	return s.ptr[at] == NOUGHT || (s.ptr[at] == MARK && (at + 1 == s.len || (unsigned char)s.ptr[at + 1] <= IS_MARK));
}

enum err pg_text_spell(struct str s, char **made, struct str *out)
{
	*made = NULL;
	*out = s;
	if (!has(s, NOUGHT) && !has(s, MARK))
		return OK;
	char *p = *made = heap_alloc(2 * s.len);
	if (!p)
		return ERR_NOMEM;
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++) {
		p[n++] = s.ptr[i] == NOUGHT ? MARK : s.ptr[i];
		if (spelt(s, i))
			p[n++] = s.ptr[i] == NOUGHT ? IS_NOUGHT : IS_MARK;
	}
	*out = str_span(p, n);
	return OK;
}

bool pg_text_is_spelt(struct str s)
{
	return has(s, MARK);
}

size_t pg_text_read(struct str s, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++) {
		char next = s.ptr[i] == MARK && i + 1 < s.len ? s.ptr[i + 1] : 0;
		out[n++] = next == IS_NOUGHT ? NOUGHT : s.ptr[i];
		i += next == IS_NOUGHT || next == IS_MARK;
	}
	return n;
}
