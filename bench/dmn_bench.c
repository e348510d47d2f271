/* dmn_bench.c - an 8-rule, 3-input FIRST table: evaluations a second, allocations per evaluation,
 * bytes of the compiled model. Usage: dmn_bench MODEL [SECONDS]; prints one line of JSON, so that
 * bench/js/dmn/run.js can put its own figures beside it. Rates drift by a quarter on a shared
 * machine: quote ratios of one run. */
#include <stdio.h>

#include "dmn/load.h"
#include "os/os.h"

enum { INPUTS = 16, BATCH = 1000 };

/* As many inputs as give every rule its turn. */
static enum err make_inputs(struct arena *a, struct feel_value *out)
{
	static const char *const kinds[] = { "simple", "joint", "licence", "other" };
	static const int64_t amounts[] = { 50, 500, 2500, 9000 };
	for (size_t i = 0; i < INPUTS; i++) {
		struct feel_context_builder b;
		feel_context_begin(&b, a);
		TRY(feel_context_put(&b, S("amount"), feel_i64(amounts[i / 4])));
		TRY(feel_context_put(&b, S("kind"), feel_string(str_of(kinds[i % 4]))));
		TRY(feel_context_put(&b, S("local"), feel_boolean(i % 3 == 0)));
		TRY(feel_context_end(&b, &out[i]));
	}
	return OK;
}

/* One evaluation after the other in an arena that is wound back each time. */
static enum err run(const struct dmn_model *m, const struct feel_value *inputs, int64_t until_us, uint64_t *count,
                    size_t *allocations)
{
	static const struct feel_env env = { .now_ms = 0 };
	struct arena scratch;
	struct feel_value v;
	struct diag d;
	enum err e = OK;
	arena_init(&scratch, 16 << 20);
	diag_init(&d);
	*count = 0;
	do {
		for (size_t i = 0; i < BATCH && e == OK; i++) {
			arena_reset(&scratch);
			e = dmn_eval(m, S("route"), &inputs[i % INPUTS], &env, &scratch, &v, NULL, &d);
			if (e == OK && v.kind != FEEL_STRING)
				e = ERR_INVALID;
		}
		*count += BATCH;
	} while (e == OK && os_monotonic_us() < until_us);
	*allocations = scratch.allocations / *count;
	arena_release(&scratch);
	return e;
}

int main(int argc, char **argv)
{
	struct arena a;
	const struct dmn_model *m;
	struct dmn_finding *findings;
	struct feel_value inputs[INPUTS];
	struct diag d;
	uint64_t count;
	size_t allocations;
	int64_t seconds = 2;
	arena_init(&a, 64 << 20);
	diag_init(&d);
	if (argc < 2 || (argc > 2 && !str_to_i64(str_of(argv[2]), &seconds))) {
		fprintf(stderr, "usage: dmn_bench MODEL [SECONDS]\n");
		return 2;
	}
	if (dmn_load(&a, argv[1], false, &m, &findings, &d) != OK || make_inputs(&a, inputs) != OK) {
		fprintf(stderr, "dmn_bench: %s\n", d.text);
		return 1;
	}
	int64_t start = os_monotonic_us();
	enum err e = run(m, inputs, start + seconds * 1000000, &count, &allocations);
	double took = (double)(os_monotonic_us() - start) / 1e6;
	if (e != OK) {
		fprintf(stderr, "dmn_bench: %s\n", err_name(e));
		return 1;
	}
	printf("{\"what\":\"8 rules, 3 inputs, FIRST\",\"per_second\":%.0f,\"ns\":%.0f,\"allocations\":%zu,\"plan_bytes\":%zu}\n",
	       (double)count / took, took * 1e9 / (double)count, allocations, dmn_model_bytes(m));
	arena_release(&a);
	return 0;
}
