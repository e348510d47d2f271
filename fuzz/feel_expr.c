/* Any bytes as FEEL: the first says whether as an expression or as unary tests, and whether from
 * the random grammar. What compiles must print, compile again to the same text, and evaluate to the
 * same end within bounds. */
#include "feel/feel.h"
#include "tests/unit/feel/random_feel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct feel_env env = { .now_ms = INT64_C(1751270950500), .bounds = { .depth_max = 200, .work_max = 20000 } };
static const struct str names[] = { S_INIT("a"), S_INIT("first name"), S_INIT("a-b"), S_INIT("中文 名"), S_INIT("list of items") };
static const struct feel_names known = { .names = names, .count = sizeof names / sizeof *names };

static enum err compile(struct arena *a, struct str text, bool unary, struct feel_plan **out)
{
	return unary ? feel_compile_unary(a, text, &known, out, NULL) : feel_compile(a, text, &known, out, NULL);
}

static struct str print(struct arena *a, const struct feel_plan *p)
{
	struct buf b;
	buf_init_in(&b, a, 4 << 20);
	feel_plan_print(p, &b);
	return b.failed == OK ? buf_str(&b) : S("");
}

static enum err evaluate(struct arena *a, const struct feel_plan *p, bool unary, struct feel_value *out)
{
	struct feel_value input = feel_i64(3);
	struct diag d;
	diag_init(&d);
	return unary ? feel_eval_unary(p, &input, NULL, &env, a, out, &d) : feel_eval(p, NULL, &env, a, out, &d);
}

static void check(struct arena *a, struct str text, bool unary)
{
	struct feel_plan *plan, *again;
	struct feel_value v;
	if (compile(a, text, unary, &plan) != OK)
		return;
	struct str printed = print(a, plan);
	if (printed.len && printed.len < FEEL_SOURCE_MAX) {
		enum err e = compile(a, printed, unary, &again);
		base_assert(e == OK || e == ERR_LIMIT || e == ERR_NOMEM); /* parentheses may nest deeper than they were written */
		base_assert(e != OK || str_eq(print(a, again), printed));
	}
	enum err e = evaluate(a, plan, unary, &v);
	base_assert(e == OK || e == ERR_LIMIT || e == ERR_NOMEM);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct buf text;
	uint64_t seed = 0;
	if (size == 0)
		return 0;
	arena_init(&a, 64 << 20);
	buf_init_in(&text, &a, 1 << 20);
	if (data[0] & 2) {
		for (size_t i = 1; i < size && i < 9; i++)
			seed = seed << 8 | data[i];
		random_feel(seed, data[0] & 1, &text);
	} else {
		buf_put(&text, str_span((const char *)data + 1, size - 1));
	}
	if (text.failed == OK)
		check(&a, buf_str(&text), data[0] & 1);
	arena_release(&a);
	return 0;
}
