/* Any bytes as a decision model: reading, checking and evaluating must end, within bounds. */
#include "dmn/dmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void evaluate_all(const struct dmn_model *m, struct arena *a)
{
	static const struct feel_env env = { .now_ms = 0, .bounds = { .depth_max = 60, .work_max = 20000 } };
	struct str *names;
	size_t count = dmn_model_decisions(m, a, &names);
	for (size_t i = 0; i < count && i < 16; i++) {
		struct arena_mark mark = arena_save(a);
		struct feel_value v;
		struct dmn_trace *trace;
		struct diag d;
		diag_init(&d);
		enum err e = dmn_eval(m, names[i], NULL, &env, a, &v, &trace, &d);
		base_assert(e == OK || e == ERR_LIMIT || e == ERR_NOMEM);
		arena_rewind(a, mark);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct dmn_model *m;
	struct dmn_finding *findings, *more;
	struct diag d;
	arena_init(&a, 64 << 20);
	diag_init(&d);
	if (dmn_model_read_partial(&a, str_span((const char *)data, size), NULL, NULL, &m, &findings, &d) == OK) {
		enum err e = dmn_model_check(m, &a, &more);
		base_assert(e == OK || e == ERR_NOMEM);
		evaluate_all(m, &a);
	}
	arena_release(&a);
	return 0;
}
