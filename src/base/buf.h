/* buf.h - a growing run of bytes with a declared maximum.
 *
 * Failure is sticky: once a write does not fit, `failed` is set, later writes do
 * nothing, and buf_finish says so once. Callers need not check each put.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"

struct buf {
	char *ptr;
	size_t len, room, max;
	struct arena *arena; /* grows there when set, on the heap otherwise */
	enum err failed;     /* OK, ERR_LIMIT (max reached) or ERR_NOMEM */
};

/* On the heap; buf_release frees it. */
void buf_init(struct buf *b, size_t max);
/* In an arena; buf_release is not needed. */
void buf_init_in(struct buf *b, struct arena *a, size_t max);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* empty, memory kept, failure forgotten */

void buf_put(struct buf *b, struct str s);
void buf_quoted(struct buf *b, struct str s); /* between two ", as it is */
void buf_putz(struct buf *b, const char *z);
void buf_byte(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) BASE_PRINTF(2, 3);
void buf_i64(struct buf *b, int64_t v);
/* Lower-case hex of bytes. */
void buf_hex(struct buf *b, const uint8_t *bytes, size_t n);
/* Code point as UTF-8; the caller guarantees a scalar value. */
void buf_utf8(struct buf *b, uint32_t cp);

static inline struct str buf_str(const struct buf *b) { return str_span(b->ptr, b->len); }
/* The view of what was written, or why it is incomplete. */
BASE_MUST_USE enum err buf_finish(const struct buf *b, struct str *out);

#endif
