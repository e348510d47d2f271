/* external.h - private: functions declared `external` (DMN 1.5, 10.3.2.13.3). Java cannot be
 * called from here; well-known static methods have equivalents of our own, anything else is
 * null with a reason.
 */
#ifndef FEEL_EXTERNAL_H
#define FEEL_EXTERNAL_H

#include "feel/plan.h"

/* From {java: {class: ..., method signature: ...}} for a function of so many parameters;
 * NULL when there is no equivalent. */
const struct feel_java *feel_java_find(const struct feel_value *declaration, size_t params);
BASE_MUST_USE enum err feel_java_call(struct feel_run *r, const struct feel_java *j, const struct feel_value *args,
                                      size_t count, struct feel_value *out);

#endif
