/* suite.h - runs a conformance suite: a cases.json of models to execute, with what must come
 * out (format: the README beside the suite), and an invalid.json of models that each break a
 * rule. Pure: the caller reads the files.
 */
#ifndef BPMN_SUITE_H
#define BPMN_SUITE_H

#include "bpmn/bpmn.h"

enum bpmn_suite_outcome { BPMN_SUITE_PASS, BPMN_SUITE_ALTERNATIVE, BPMN_SUITE_FAIL, BPMN_SUITE_SKIPPED };

struct bpmn_suite_env {
	/* A file below the suite's folder. */
	enum err (*read)(void *arg, struct str path, struct arena *a, struct str *out, struct diag *d);
	/* Once per case; `text` says why it failed, was skipped, or which alternative it was. */
	void (*report)(void *arg, struct str id, enum bpmn_suite_outcome outcome, struct str text);
	void *arg;
	struct str only;           /* run cases whose id contains this; empty = all */
	bool replay;               /* write and read every instance between two commands */
};

struct bpmn_suite_count { uint32_t passed, alternative, failed, skipped; };

/* The cases of `cases.json`. Disputed ones are reported as skipped, with our own reading. */
BASE_MUST_USE enum err bpmn_suite_run(struct arena *a, const struct bpmn_suite_env *env, struct bpmn_suite_count *out,
                                      struct diag *d);
/* The models of a list like `invalid/invalid.json`: each must yield a finding at the named element
 * by a rule of the named constraint. */
BASE_MUST_USE enum err bpmn_suite_invalid(struct arena *a, struct str list, const struct bpmn_suite_env *env,
                                          struct bpmn_suite_count *out, struct diag *d);

#endif
