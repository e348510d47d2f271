/* feel.h - FEEL, the expression language of DMN 1.5 (chapter 10), conformance level 3.
 *
 * parse -> check -> compile once into an immutable plan; evaluation allocates only in
 * the caller's arena, is re-entrant, bounded in depth and work, and gets `now` from its
 * caller. A FEEL error is null with a reason, as the specification wants; an `enum err`
 * is returned only for syntax (at compile time), exhausted memory and exceeded bounds.
 */
#ifndef FEEL_FEEL_H
#define FEEL_FEEL_H

#include "base/arena.h"
#include "base/dec.h"
#include "base/diag.h"
#include "text/json.h"

enum feel_kind {
	FEEL_NULL, FEEL_BOOLEAN, FEEL_NUMBER, FEEL_STRING, FEEL_DATE, FEEL_TIME, FEEL_DATE_TIME,
	FEEL_DAYS_DURATION, FEEL_MONTHS_DURATION, FEEL_LIST, FEEL_CONTEXT, FEEL_RANGE, FEEL_FUNCTION,
};

struct feel_value; /* defined below by the room: 16 to 32 bytes, by value; compound parts in the arena */

#include "feel/feel_value.h"

struct feel_plan; /* an immutable compiled expression or unary tests */

struct feel_bounds {
	uint32_t depth_max; /* nested evaluations; 0 = default */
	uint64_t work_max;  /* evaluation steps; 0 = default */
};

/* Names that are known when the plan is compiled, so that names with spaces and symbols
 * parse as DMN 10.3.1.2 wants. A name found in no scope is a late-bound look-up in the context. */
struct feel_names {
	const struct str *names;
	size_t count;
	const struct feel_names *outer;
};

struct feel_env {
	int64_t now_ms;             /* for now() and today() */
	int32_t offset_s;           /* zone of now(), seconds east of UTC */
	struct feel_bounds bounds;
	void (*trace)(void *arg, struct str reason); /* why a result is null; may be NULL */
	void *trace_arg;
};

BASE_MUST_USE enum err feel_compile(struct arena *a, struct str source, const struct feel_names *names,
                                    struct feel_plan **out, struct diag *d);
BASE_MUST_USE enum err feel_compile_unary(struct arena *a, struct str source, const struct feel_names *names,
                                          struct feel_plan **out, struct diag *d);
/* Evaluates against a context value. The result lives in the scratch arena or in `context`. */
BASE_MUST_USE enum err feel_eval(const struct feel_plan *p, const struct feel_value *context,
                                 const struct feel_env *env, struct arena *scratch,
                                 struct feel_value *out, struct diag *d);
/* Unary tests: true, false or null for `input`. */
BASE_MUST_USE enum err feel_eval_unary(const struct feel_plan *p, const struct feel_value *input,
                                       const struct feel_value *context, const struct feel_env *env,
                                       struct arena *scratch, struct feel_value *out, struct diag *d);

/* JSON <-> FEEL. From JSON: numbers, strings, booleans, lists, contexts. To JSON: dates, times and
 * durations become strings in their ISO form, functions null. */
BASE_MUST_USE enum err feel_from_json(struct arena *a, const struct json *v, struct feel_value *out, struct diag *d);
void feel_to_json(const struct feel_value *v, struct json_writer *w);
/* FEEL's own text for a value: `string()` for scalars, literals for compounds. */
void feel_print(const struct feel_value *v, struct buf *out);

#endif
