/* plan_int.h - private to plans and the import of structures. */
#ifndef CASEWORK_PLAN_INT_H
#define CASEWORK_PLAN_INT_H

#include "casework/casework_int.h"

bool plan_line_known(struct str kind);
/* Every line in turn; a refusal names the line in diag.place. */
BASE_MUST_USE enum err plan_lines_run(struct act *act, const struct json *lines);

#endif
