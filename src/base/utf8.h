/* utf8.h - checking and walking UTF-8 (RFC 3629: no surrogates, no overlong forms). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

bool utf8_valid(struct str s);
/* Decodes the character at s.ptr[*at] of valid text and moves *at behind it. */
uint32_t utf8_next(struct str s, size_t *at);
/* Characters (code points) in valid text. */
size_t utf8_count(struct str s);
/* Byte offset of the n-th character, or s.len. */
size_t utf8_offset(struct str s, size_t n);
/* Drops what is no whole character, as text has that was put together of parts cut by bytes. What is left, from the beginning. */
size_t utf8_mend(char *text, size_t len);

#endif
