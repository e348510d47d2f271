/* tck_value.h - the kit's XML values as FEEL values, and its notion of equality. */
#ifndef DMN_TCK_VALUE_H
#define DMN_TCK_VALUE_H

#include "feel/feel.h"
#include "text/xml.h"

/* What stands in an <inputNode>, <expected>, <item> or <component>. */
BASE_MUST_USE enum err dmn_tck_value_read(struct arena *a, const struct xml_node *n, struct feel_value *out);
/* Numbers are equal within 10^-8, as in the kit's runner; everything else exactly. */
bool dmn_tck_value_same(const struct feel_value *expected, const struct feel_value *got);

#endif
