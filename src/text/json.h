/* json.h - JSON (RFC 8259), strict: a number keeps its own digits, and duplicate
 * keys, bad UTF-8, text behind the value and depth over 64 are refused.
 *
 * A value is immutable and lives in the arena it was read into.
 */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

enum { JSON_DEPTH_MAX = 64, JSON_BYTES_MAX = 64 << 20 };

struct json_member;

struct json {
	enum json_kind kind;
	bool boolean;
	struct str text; /* string: unescaped; number: its digits as written */
	size_t count;    /* array, object */
	const struct json *items;           /* array */
	const struct json_member *members;  /* object, in the order written */
};

struct json_member {
	struct str key;
	struct json value;
};

/* Reads one value. ERR_INVALID, ERR_LIMIT or ERR_NOMEM, with line and column in d. */
BASE_MUST_USE enum err json_read(struct arena *a, struct str text, const struct json **out, struct diag *d);
/* The same of what a program wrote that cut texts between bytes: what is no whole character is taken as it stands. */
BASE_MUST_USE enum err json_read_as_it_stands(struct arena *a, struct str text, const struct json **out, struct diag *d);

/* How many bytes of s come before the first that a string must escape: a quote, a backslash, one below 0x20. */
size_t json_plain_run(struct str s);

/* Member of an object; NULL when absent or when v is NULL or no object. */
const struct json *json_get(const struct json *v, const char *key);
const struct json *json_get_str(const struct json *v, struct str key);
/* "a.b.c" through objects. */
const struct json *json_path(const struct json *v, const char *path);
/* Text of a string or number; empty for anything else and for NULL. */
struct str json_text(const struct json *v);
/* Whole number that fits; otherwise the fallback. */
int64_t json_i64(const struct json *v, int64_t fallback);
bool json_bool(const struct json *v, bool fallback);

/* Writing: a small state machine over a buf, commas and escapes are its business.
 *   struct json_writer w; json_writer_init(&w, &buf);
 *   json_object(&w); json_key(&w, S("n")); json_put_i64(&w, 3); json_end(&w);
 */
struct json_writer {
	struct buf *out;
	int depth;
	bool need_comma[JSON_DEPTH_MAX + 1];
	bool closes_object[JSON_DEPTH_MAX + 1];
	bool after_key;
};

void json_writer_init(struct json_writer *w, struct buf *out);
void json_object(struct json_writer *w);
void json_array(struct json_writer *w);
void json_end(struct json_writer *w); /* closes the innermost object or array */
void json_key(struct json_writer *w, struct str key);
void json_put_str(struct json_writer *w, struct str text);
void json_put_i64(struct json_writer *w, int64_t v);
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
/* Digits as they are: the caller guarantees a JSON number. */
void json_put_number(struct json_writer *w, struct str digits);
/* A value read before, as it was (member order kept, no white space). */
void json_put_value(struct json_writer *w, const struct json *v);
/* Already serialised JSON, put as one value. */
void json_put_raw(struct json_writer *w, struct str serialised);
/* key and value in one line, the commonest case */
void json_pair_str(struct json_writer *w, const char *key, struct str v);
void json_pair_i64(struct json_writer *w, const char *key, int64_t v);
void json_pair_bool(struct json_writer *w, const char *key, bool v);

/* Canonical form, for hashing: members sorted by the bytes of their keys, no white
 * space, shortest escapes (RFC 8785 in all but numbers, which keep their digits). */
void json_put_canonical(struct buf *out, const struct json *v);

/* A copy in `a` that needs nothing of the original, members sorted as in the canonical form. ERR_INVALID where a text is not UTF-8 or
 * a key stands twice, ERR_LIMIT past the depth, ERR_NOMEM. */
BASE_MUST_USE enum err json_copy(struct arena *a, const struct json *v, const struct json **out);

/* Structural equality; numbers by their digits, members in any order. */
bool json_equal(const struct json *a, const struct json *b);

#endif
