/* coerce.h - private: see feel_run_coerce in feel.h. */
#ifndef FEEL_COERCE_H
#define FEEL_COERCE_H

#include "feel/plan.h"

/* As feel_run_coerce, but says whether it worked: null is a value of every type. */
BASE_MUST_USE enum err feel_coerce_to(struct feel_run *r, const struct feel_type *t, const struct feel_value *v,
                                      bool *ok, struct feel_value *out);

#endif
