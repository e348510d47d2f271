/* check_int.h - what the static checks share. */
#ifndef DMN_CHECK_INT_H
#define DMN_CHECK_INT_H

#include "dmn/dmn_int.h"

struct dmn_check {
	struct arena *arena;
	const struct dmn_model *model;
	const struct dmn_element *element; /* being checked */
	struct dmn_finding *first, **end;
};

/* Adds a finding about an element of a file; `example` may be NULL. */
BASE_MUST_USE enum err dmn_check_say(struct dmn_check *c, enum dmn_severity severity, const char *rule, struct str id,
                                     int line, const struct feel_value *example, const char *fmt, ...)
	BASE_PRINTF(7, 8);
/* A text that needs no names at all, evaluated; *constant false when it is no such text. */
BASE_MUST_USE enum err dmn_check_constant(struct dmn_check *c, struct str text, struct feel_value *out, bool *constant);
/* Whether a value of type `from` can ever become one of `to` by the coercions of 10.3.2.9.4. NULL = Any. */
bool dmn_check_possible(const struct feel_type *from, const struct feel_type *to);

/* Type of a table's input: as declared, or as its expression shows. */
const struct feel_type *dmn_check_input_type(const struct dmn_input *in);

/* Names that nothing in scope explains. */
BASE_MUST_USE enum err dmn_check_names(struct dmn_check *c, const struct dmn_expr *e);
/* Types that cannot be met. `wanted` is what the surroundings ask of e; NULL = nothing. */
BASE_MUST_USE enum err dmn_check_types(struct dmn_check *c, const struct dmn_expr *e, const struct feel_type *wanted);
/* Output values, hit policy, aggregation. */
BASE_MUST_USE enum err dmn_check_table(struct dmn_check *c, const struct dmn_expr *e);
/* Gaps, overlaps and rules that are never reached. */
BASE_MUST_USE enum err dmn_check_cover(struct dmn_check *c, const struct dmn_expr *e);

#endif
