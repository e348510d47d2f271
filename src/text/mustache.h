/* mustache.h - Mustache templates (mustache/spec: interpolation, sections, inverted,
 * comments, delimiters, partials; no lambdas), compiled once, escaping by default.
 *
 * Data is a JSON value; a name looks through the stack of contexts, "a.b" walks down.
 * False are: absent, null, false, "", 0 and the empty list.
 * Beyond the specification one section kind is reserved: {{#t}}key{{/t}} inserts the
 * translation of `key` through the `translate` callback; the text inside is rendered
 * first, and "key|arg1|arg2" fills {0}, {1} in the translation.
 */
#ifndef TEXT_MUSTACHE_H
#define TEXT_MUSTACHE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "text/json.h"

enum { MUSTACHE_DEPTH_MAX = 64 };

struct mustache; /* an immutable compiled template */

BASE_MUST_USE enum err mustache_compile(struct arena *a, struct str source, struct mustache **out, struct diag *d);

struct mustache_env {
	/* A partial by name; NULL = empty text. */
	const struct mustache *(*partial)(void *arg, struct str name);
	/* Translation of a key; ptr NULL = show the key itself. The result is not escaped again: catalogues are ours; the arguments filled in are escaped. */
	struct str (*translate)(void *arg, struct str key);
	void *arg;
};

/* Renders into out; env may be NULL. Deterministic, bounded by out's maximum. */
BASE_MUST_USE enum err mustache_render(const struct mustache *t, const struct json *data,
                                       const struct mustache_env *env, struct arena *scratch, struct buf *out);

#endif
