/* feel_bench.c - `amount * 1.1 + fee > limit`: evaluations a second, allocations per evaluation,
 * bytes of the compiled plan; and compilations a second, which is what a package that parses at each
 * evaluation does. Usage: feel_bench [SECONDS [EXPRESSION]]; prints one line of JSON, so that
 * bench/js/feel/run.js can put its own figures beside it. Quote ratios of one run. */
#include <stdio.h>

#include "feel/feel.h"
#include "os/os.h"

enum { INPUTS = 16, BATCH = 1000 };

struct figures {
	double per_second, compiled_per_second;
	size_t allocations, plan_bytes;
};

static const struct str names[] = { S_INIT("amount"), S_INIT("fee"), S_INIT("limit") };
static const struct feel_names known = { .names = names, .count = 3 };

static enum err make_inputs(struct arena *a, struct feel_value *out)
{
	for (int64_t i = 0; i < INPUTS; i++) {
		struct feel_context_builder b;
		feel_context_begin(&b, a);
		TRY(feel_context_put(&b, names[0], feel_number(dec_scaled(1000 + 25 * i, 2))));
		TRY(feel_context_put(&b, names[1], feel_number(dec_scaled(150, 2))));
		TRY(feel_context_put(&b, names[2], feel_i64(14)));
		TRY(feel_context_end(&b, &out[i]));
	}
	return OK;
}

static enum err run(const char *expression, int64_t seconds, struct figures *out)
{
	static const struct feel_env env = { .now_ms = 0 };
	struct arena plans, scratch;
	struct feel_value inputs[INPUTS], v;
	struct feel_plan *plan;
	struct diag d;
	uint64_t count = 0;
	arena_init(&plans, 16 << 20);
	arena_init(&scratch, 16 << 20);
	diag_init(&d);
	enum err e = make_inputs(&plans, inputs);
	if (e == OK)
		e = feel_compile(&plans, str_of(expression), &known, &plan, &d);
	int64_t start = os_monotonic_us(), now = start;
	for (; e == OK && now < start + seconds * 1000000; now = os_monotonic_us())
		for (size_t i = 0; i < BATCH && e == OK; i++, count++) {
			arena_reset(&scratch);
			e = feel_eval(plan, &inputs[i % INPUTS], &env, &scratch, &v, &d);
		}
	if (e == OK)
		*out = (struct figures){ .per_second = (double)count * 1e6 / (double)(now - start),
			.allocations = scratch.allocations / count, .plan_bytes = feel_plan_bytes(plan) };
	count = 0;
	start = now = os_monotonic_us();
	for (; e == OK && now < start + 500000; now = os_monotonic_us())
		for (size_t i = 0; i < 100 && e == OK; i++, count++) {
			arena_reset(&scratch);
			e = feel_compile(&scratch, str_of(expression), &known, &plan, &d);
		}
	if (e == OK)
		out->compiled_per_second = (double)count * 1e6 / (double)(now - start);
	arena_release(&plans);
	arena_release(&scratch);
	return e;
}

int main(int argc, char **argv)
{
	const char *expression = argc > 2 ? argv[2] : "amount * 1.1 + fee > limit";
	struct figures f;
	int64_t seconds = 2;
	if (argc > 1 && !str_to_i64(str_of(argv[1]), &seconds)) {
		fprintf(stderr, "usage: feel_bench [SECONDS [EXPRESSION]]\n");
		return 2;
	}
	enum err e = run(expression, seconds, &f);
	if (e != OK) {
		fprintf(stderr, "feel_bench: %s\n", err_name(e));
		return 1;
	}
	printf("{\"what\":\"%s\",\"per_second\":%.0f,\"ns\":%.0f,\"allocations\":%zu,\"plan_bytes\":%zu,\"compiled_per_second\":%.0f}\n",
	       expression, f.per_second, 1e9 / f.per_second, f.allocations, f.plan_bytes, f.compiled_per_second);
	return 0;
}
