/* eval.h - private: one function an operation; see the table in run.c. */
#ifndef FEEL_EVAL_H
#define FEEL_EVAL_H

#include "feel/plan.h"

#define FEEL_EVAL(name_) enum err name_(struct feel_run *r, const struct feel_node *n, struct feel_value *out)

FEEL_EVAL(feel_eval_const);
FEEL_EVAL(feel_eval_local);
FEEL_EVAL(feel_eval_global);
FEEL_EVAL(feel_eval_maybe);
FEEL_EVAL(feel_eval_add);
FEEL_EVAL(feel_eval_sub);
FEEL_EVAL(feel_eval_mul);
FEEL_EVAL(feel_eval_div);
FEEL_EVAL(feel_eval_pow);
FEEL_EVAL(feel_eval_neg);
FEEL_EVAL(feel_eval_eq);
FEEL_EVAL(feel_eval_ne);
FEEL_EVAL(feel_eval_order);
FEEL_EVAL(feel_eval_between);
FEEL_EVAL(feel_eval_in);
FEEL_EVAL(feel_eval_and);
FEEL_EVAL(feel_eval_or);
FEEL_EVAL(feel_eval_instance);
FEEL_EVAL(feel_eval_path);
FEEL_EVAL(feel_eval_filter);
FEEL_EVAL(feel_eval_call);
FEEL_EVAL(feel_eval_call_named);
FEEL_EVAL(feel_eval_if);
FEEL_EVAL(feel_eval_for);
FEEL_EVAL(feel_eval_quantified);
FEEL_EVAL(feel_eval_list);
FEEL_EVAL(feel_eval_context);
FEEL_EVAL(feel_eval_range);
FEEL_EVAL(feel_eval_compare);
FEEL_EVAL(feel_eval_function);
FEEL_EVAL(feel_eval_tests);
FEEL_EVAL(feel_eval_test);
FEEL_EVAL(feel_eval_test_any);

/* A frame of `slots` nulls on top of the current one, in the arena: a function made inside may keep it. */
BASE_MUST_USE enum err feel_frame_push(struct feel_run *r, size_t slots, struct feel_frame **out);

#endif
