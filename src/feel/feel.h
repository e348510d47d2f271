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
#include "feel/feel_value.h"
#include "text/json.h"

struct feel_plan; /* an immutable compiled expression or unary tests */
struct feel_type;
struct feel_run; /* an evaluation under way, as native functions see it */

struct feel_bounds {
	uint32_t depth_max; /* nested evaluations; 0 = FEEL_DEPTH_DEFAULT */
	uint64_t work_max;  /* evaluation steps; 0 = FEEL_WORK_DEFAULT */
};
enum { FEEL_DEPTH_DEFAULT = 2000, FEEL_WORK_DEFAULT = 20000000, FEEL_SOURCE_MAX = 1 << 18 };

/* ---- compiling ---- */

/* Names that are known when the plan is compiled, so that names with spaces and symbols
 * parse as DMN 10.3.1.2 wants. A name found in no scope is a late-bound look-up in the context.
 * Everything is borrowed only during the compilation, but types for as long as the plan lives. */
struct feel_names {
	const struct str *names;
	size_t count;
	const struct feel_names *outer;
	const struct feel_type *const *types;       /* beside names; NULL, or NULL entries, where unknown */
	const struct feel_type *const *known_types; /* item definitions by their name, for "instance of" */
	size_t known_types_count;
};

BASE_MUST_USE enum err feel_compile(struct arena *a, struct str source, const struct feel_names *names,
                                    struct feel_plan **out, struct diag *d);
/* Unary tests of a decision table's input entry: "-", "< 5, [10..20]", "not(...)", with ? for the input. */
BASE_MUST_USE enum err feel_compile_unary(struct arena *a, struct str source, const struct feel_names *names,
                                          struct feel_plan **out, struct diag *d);

/* The plan as FEEL text again: compiling that gives an equal plan. */
void feel_plan_print(const struct feel_plan *p, struct buf *out);
/* What the expression's value will be, as far as it can be told; never NULL (Any when unknown). */
const struct feel_type *feel_plan_type(const struct feel_plan *p);
/* Names that no scope knew, each once, in order of appearance. */
BASE_MUST_USE enum err feel_plan_unknown_names(const struct feel_plan *p, struct arena *a,
                                               struct str **names, size_t *count);
/* Memory the plan takes, in bytes, for the benchmarks. */
size_t feel_plan_bytes(const struct feel_plan *p);

/* Constant unary tests as ranges, for the checks of gaps and overlaps in tables.
 * A single value is the range [v..v]; "-" is one test of kind FEEL_TEST_ANY. */
enum feel_test_kind { FEEL_TEST_ANY, FEEL_TEST_RANGE, FEEL_TEST_OTHER };
struct feel_test {
	enum feel_test_kind kind;
	struct feel_range range;
};
struct feel_tests {
	bool negated; /* not(...) */
	size_t count;
	const struct feel_test *at;
};
BASE_MUST_USE enum err feel_plan_tests(const struct feel_plan *p, struct arena *a, struct feel_tests *out);

/* ---- evaluating ---- */

struct feel_env {
	int64_t now_ms;             /* for now() and today() */
	int32_t offset_s;           /* zone of now(), seconds east of UTC */
	struct feel_bounds bounds;
	void (*trace)(void *arg, struct str reason); /* why a result is null; may be NULL */
	void *trace_arg;
};

/* Evaluates against a context value (NULL = empty). The result lives in the scratch arena, in
 * `context` or in the plan. ERR_LIMIT: a bound was reached; ERR_NOMEM: the arena's cap. */
BASE_MUST_USE enum err feel_eval(const struct feel_plan *p, const struct feel_value *context,
                                 const struct feel_env *env, struct arena *scratch,
                                 struct feel_value *out, struct diag *d);
/* Unary tests: true, false or null for `input`. */
BASE_MUST_USE enum err feel_eval_unary(const struct feel_plan *p, const struct feel_value *input,
                                       const struct feel_value *context, const struct feel_env *env,
                                       struct arena *scratch, struct feel_value *out, struct diag *d);
/* Calls a function value with positional arguments. */
BASE_MUST_USE enum err feel_call(const struct feel_value *function, const struct feel_value *args, size_t count,
                                 const struct feel_env *env, struct arena *scratch,
                                 struct feel_value *out, struct diag *d);

/* ---- functions written in C, seen by FEEL as values (business knowledge models, services) ---- */

/* args: as many as parameters, already coerced to their types, nulls for what was left out.
 * Returns an error only for exhausted memory and bounds; anything else is a null. */
typedef enum err (*feel_native)(void *arg, struct feel_run *run, const struct feel_value *args, size_t count,
                                struct feel_value *out);
struct feel_param {
	struct str name;
	const struct feel_type *type; /* NULL = Any */
};
/* All pointers are borrowed for as long as the function value is used. result NULL = Any. */
BASE_MUST_USE enum err feel_function_native(struct arena *a, const struct feel_param *params, size_t count,
                                            const struct feel_type *result, feel_native call, void *arg,
                                            struct feel_value *out);
/* Parameters of a function value, for invocations by name; 0 for built-ins (which are overloaded). */
size_t feel_function_params(const struct feel_value *f, const struct feel_param **params);

/* Within a native function: the same bounds go on counting. */
struct arena *feel_run_arena(struct feel_run *run);
const struct feel_env *feel_run_env(struct feel_run *run);
/* Reports why a result is null; returns OK and sets *out to null. */
enum err feel_run_null(struct feel_run *run, struct feel_value *out, const char *fmt, ...) BASE_PRINTF(3, 4);
BASE_MUST_USE enum err feel_run_eval(struct feel_run *run, const struct feel_plan *p, const struct feel_value *context,
                                     struct feel_value *out);
BASE_MUST_USE enum err feel_run_eval_unary(struct feel_run *run, const struct feel_plan *p,
                                           const struct feel_value *input, const struct feel_value *context,
                                           struct feel_value *out);
BASE_MUST_USE enum err feel_run_call(struct feel_run *run, const struct feel_value *function,
                                     const struct feel_value *args, size_t count, struct feel_value *out);
/* An evaluation opened by C code that makes many calls of the above under one set of bounds.
 * Lives in `scratch`. d receives what ended it (bounds); may be NULL. */
BASE_MUST_USE enum err feel_run_open(const struct feel_env *env, struct arena *scratch, struct diag *d,
                                     struct feel_run **out);

/* ---- types (DMN 1.5, 10.3.2.9) ---- */

enum feel_type_kind {
	FEEL_TYPE_ANY, FEEL_TYPE_NULL, FEEL_TYPE_BOOLEAN, FEEL_TYPE_NUMBER, FEEL_TYPE_STRING, FEEL_TYPE_DATE,
	FEEL_TYPE_TIME, FEEL_TYPE_DATE_TIME, FEEL_TYPE_DAYS_DURATION, FEEL_TYPE_MONTHS_DURATION,
	FEEL_TYPE_LIST, FEEL_TYPE_CONTEXT, FEEL_TYPE_RANGE, FEEL_TYPE_FUNCTION,
};

/* Types are plain structs that their maker fills in; they may refer to each other in circles. */
struct feel_type {
	enum feel_type_kind kind;
	struct str name;                /* of the item definition; may be empty */
	const struct feel_type *item;   /* list: element; range: ends; function: result. NULL = Any */
	const struct feel_param *members; /* context: entries; function: parameters */
	size_t members_count;
	const struct feel_plan *allowed;  /* unary tests that a value must pass (allowedValues; on a list
	                                     type: typeConstraint); NULL = all */
};

extern const struct feel_type feel_type_any;
/* The built-in type of a simple name ("number", "string", "days and time duration",
 * "dayTimeDuration", "Any", …); NULL for any other. */
const struct feel_type *feel_type_builtin(struct str name);
/* A type expression: "list<number>", "context<a: string>", "function<number> -> string", or a known name. */
BASE_MUST_USE enum err feel_type_parse(struct arena *a, struct str source, const struct feel_names *names,
                                       const struct feel_type **out, struct diag *d);
void feel_type_print(const struct feel_type *t, struct buf *out);
/* Whether the value belongs to the type (10.3.2.9.3), allowed values aside. Null belongs to every type. */
bool feel_type_has(const struct feel_type *t, const struct feel_value *v);
/* Whether every value of `t` is one of `of`. */
bool feel_type_conforms(const struct feel_type *t, const struct feel_type *of);
/* Brings a value to a type by the conversions of 10.3.2.9.4 (item to singleton list and back, date to
 * date and time) and checks the allowed values; null with a reason where neither helps. */
BASE_MUST_USE enum err feel_coerce(const struct feel_type *t, const struct feel_value *v, const struct feel_env *env,
                                   struct arena *scratch, struct feel_value *out, struct diag *d);
BASE_MUST_USE enum err feel_run_coerce(struct feel_run *run, const struct feel_type *t, const struct feel_value *v,
                                       struct feel_value *out);
/* The type of a value, in the arena; NULL when memory ran out. */
const struct feel_type *feel_type_of(struct arena *a, const struct feel_value *v);
/* The keys of a context as names with their types, for compiling against known data. */
BASE_MUST_USE enum err feel_names_of(struct arena *a, const struct feel_value *context, struct feel_names *out);

/* ---- text ---- */

/* JSON <-> FEEL. From JSON: numbers, strings, booleans, lists, contexts. To JSON: dates, times and
 * durations become strings in their ISO form, functions null. */
BASE_MUST_USE enum err feel_from_json(struct arena *a, const struct json *v, struct feel_value *out, struct diag *d);
/* The same, where the type is known: strings become the dates, times and durations that it asks for.
 * What does not fit stays as it was; feel_coerce says so. */
BASE_MUST_USE enum err feel_from_json_as(struct arena *a, const struct json *v, const struct feel_type *t,
                                         struct feel_value *out, struct diag *d);
void feel_to_json(const struct feel_value *v, struct json_writer *w);
/* FEEL's own text for a value: `string()` for scalars, literals for compounds. */
void feel_print(const struct feel_value *v, struct buf *out);
/* A literal that reads back as the value: strings quoted, dates as @"...". */
void feel_print_literal(const struct feel_value *v, struct buf *out);

#endif
