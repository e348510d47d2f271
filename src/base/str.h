/* str.h - a view of bytes: pointer and length, not owned, not terminated.
 *
 * Text is UTF-8, checked once where it enters (utf8.h). A view lives as long as
 * the arena or buffer behind it.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *ptr;
	size_t len;
};

/* S("literal") - a view of a string literal. */
#define S(lit) ((struct str){ "" lit, sizeof(lit) - 1 })
/* The same as a constant initialiser. */
#define S_INIT(lit) { "" lit, sizeof(lit) - 1 }
/* printf arguments for "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).ptr

static inline struct str str_of(const char *z) { return (struct str){ z, z ? strlen(z) : 0 }; }
static inline struct str str_span(const char *ptr, size_t len) { return (struct str){ ptr, len }; }
static inline bool str_empty(struct str s) { return s.len == 0; }

bool str_eq(struct str a, struct str b);
bool str_eqz(struct str a, const char *z);
/* Byte order, shorter first on a tie; <0, 0, >0. Byte order of UTF-8 is code point order. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* The part [from, to); bounds are clamped. */
struct str str_sub(struct str s, size_t from, size_t to);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* Index of the first occurrence, or -1. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_byte(struct str s, char c);
/* Cuts `*rest` at the first `sep`: returns the part before, moves *rest behind it.
 * Without a further `sep` returns all of it and leaves *rest empty with ptr NULL. */
struct str str_cut(struct str *rest, char sep);
/* A whole decimal integer, optional '-', no blanks, no overflow. */
bool str_to_i64(struct str s, int64_t *out);
/* Decimal digits, written at the end of `room`. */
enum { STR_I64_ROOM = 24 };
struct str str_from_i64(int64_t v, char room[STR_I64_ROOM]);
/* 64-bit hash (FNV-1a with a final mix); for maps, not for security. */
uint64_t str_hash(struct str s);
/* Lower-case hex digits to bytes; false on odd length, bad digit or wrong size. */
bool str_from_hex(struct str hex, uint8_t *out, size_t out_len);

#endif
