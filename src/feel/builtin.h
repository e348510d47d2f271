/* builtin.h - private: the built-in functions (DMN 1.5, 10.3.4), as tables of forms.
 *
 * A form is a list of typed parameters and a C function. The call picks the first form that
 * takes the arguments, converting as 10.3.2.9.4 says (an item to a singleton list and back), so
 * that the C functions get what they declare and need not check again.
 */
#ifndef FEEL_BUILTIN_H
#define FEEL_BUILTIN_H

#include "feel/plan.h"

enum { FEEL_PARAMS_MAX = 8, FEEL_FORMS_MAX = 5 };

/* What a parameter takes. Null is taken only by those that say so. */
enum feel_arg {
	ARG_END,
	ARG_ANY,     /* null, too */
	ARG_BOOLEAN,
	ARG_NUMBER,
	ARG_STRING,
	ARG_DATE,    /* a date */
	ARG_TIME,
	ARG_DATE_TIME,
	ARG_DAY,     /* a date or a date and time */
	ARG_SPAN,    /* days and time duration */
	ARG_DURATION,
	ARG_LIST,
	ARG_CONTEXT,
	ARG_RANGE,
	ARG_POINT,   /* anything that can be ordered */
	ARG_FUNCTION,
	ARG_KIND = 31,
	ARG_OPTIONAL = 32, /* may be left out; then null */
	ARG_OR_NULL = 64,  /* may be given as null */
	ARG_MORE = 128,    /* the last one: any number of them, at least one; given as a list */
};

typedef enum err (*feel_builtin_fn)(struct feel_run *r, const struct feel_value *args, size_t count,
                                    struct feel_value *out);

struct feel_form_param {
	const char *name;
	uint8_t takes; /* enum feel_arg with flags */
};

struct feel_form {
	feel_builtin_fn call;
	struct feel_form_param params[FEEL_PARAMS_MAX];
};

struct feel_builtin {
	struct feel_function function; /* all zero: its value, and the way back from the value */
	struct str name;
	struct feel_form forms[FEEL_FORMS_MAX];
};
#define FEEL_FN(name_, ...) { .name = S_INIT(name_), .forms = { __VA_ARGS__ } }

/* One table a family; see builtin.c. */
struct feel_family {
	const struct feel_builtin *at;
	size_t count;
};
extern const struct feel_family feel_family_convert, feel_family_boolean, feel_family_string, feel_family_pattern,
	feel_family_list, feel_family_list_change, feel_family_statistics, feel_family_number, feel_family_time,
	feel_family_temporal, feel_family_range, feel_family_context;
#define FEEL_FAMILY(name_, table_) \
	const struct feel_family name_ = { table_, sizeof table_ / sizeof *table_ }

/* A built-in by its exact name; NULL if there is none. */
const struct feel_builtin *feel_builtin_find(struct str name);
struct feel_value feel_builtin_value(const struct feel_builtin *b);
/* Name of a function of kind FEEL_FN_BUILTIN. */
struct str feel_builtin_name(const struct feel_function *f);
/* All names, for the parser. */
size_t feel_builtin_count(void);
struct str feel_builtin_name_at(size_t i);

BASE_MUST_USE enum err feel_builtin_call(struct feel_run *r, const struct feel_function *f, const struct feel_value *args,
                                         size_t count, struct feel_value *out);
BASE_MUST_USE enum err feel_builtin_call_named(struct feel_run *r, const struct feel_function *f, const struct str *names,
                                               const struct feel_value *args, size_t count, struct feel_value *out);

/* Key of a context as it stands in an expression: quoted if it must be. */
void feel_print_key(struct str key, struct buf *out);

/* ---- for the families ---- */
#define FEEL_BUILTIN(name_) \
	static enum err name_(struct feel_run *r, const struct feel_value *args, size_t count, struct feel_value *out)

enum err feel_no_memory(struct feel_run *r);
/* The number or null with a reason when it is not finite. */
enum err feel_number_or_null(struct feel_run *r, struct dec d, struct feel_value *out);
/* Adds to a builder of the run's arena. */
BASE_MUST_USE enum err feel_put(struct feel_run *r, struct feel_list_builder *b, struct feel_value v);
/* What was written to a buf in the run's arena, as a string value. */
BASE_MUST_USE enum err feel_text_result(struct feel_run *r, const struct buf *b, struct feel_value *out);
/* Texts that built-ins make may have at most so many bytes. */
enum { FEEL_TEXT_MAX = 16 << 20 };

#endif
