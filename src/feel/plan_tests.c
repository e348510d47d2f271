/* plan_tests.c - unary tests seen as ranges, for the static checks of decision tables. */
#include "feel/eval.h"

/* A value that does not depend on any name or on the time. */
static bool is_constant(const struct feel_node *n)
{
	if (n->op == OP_CONST)
		return n->value.kind != FEEL_FUNCTION;
	return n->op == OP_NEG && is_constant(n->a);
}

/* date("..."), duration("...") and the like, with a constant text. */
static bool is_constant_call(const struct feel_node *n)
{
	return n->op == OP_CALL && n->count == 1 && n->a->op == OP_CONST && n->a->value.kind == FEEL_FUNCTION &&
	       is_constant(n->list[0]);
}

static bool is_fixed(const struct feel_node *n)
{
	if (n->op == OP_RANGE)
		return is_fixed(n->a) && is_fixed(n->b);
	if (n->op == OP_COMPARE)
		return is_fixed(n->a);
	return is_constant(n) || is_constant_call(n);
}

static struct feel_range point(struct feel_value v)
{
	return (struct feel_range){ .low = v, .high = v, .low_closed = true, .high_closed = true };
}

static enum err one_test(struct feel_run *r, const struct feel_node *n, struct feel_test *out)
{
	struct feel_value v;
	*out = (struct feel_test){ .kind = n->op == OP_TEST_ANY ? FEEL_TEST_ANY : FEEL_TEST_OTHER };
	if (n->op != OP_TEST || n->flag || !is_fixed(n->a))
		return OK;
	TRY(feel_node_eval(r, n->a, &v));
	bool failed = feel_is_null(&v) && n->a->op != OP_CONST;
	if (failed || v.kind == FEEL_LIST || v.kind == FEEL_CONTEXT || (v.kind == FEEL_RANGE && v.range->negated))
		return OK;
	out->kind = FEEL_TEST_RANGE;
	out->range = v.kind == FEEL_RANGE ? *v.range : point(v);
	return OK;
}

enum err feel_plan_tests(const struct feel_plan *p, struct arena *a, struct feel_tests *out)
{
	static const struct feel_env env = { .now_ms = 0 }; /* nothing that is looked at depends on it */
	struct feel_run *r;
	struct feel_test *tests;
	base_assert(p->unary);
	TRY(feel_run_open(&env, a, NULL, &r));
	TRY(feel_run_alloc(r, p->root->count, sizeof *tests, &tests));
	for (uint32_t i = 0; i < p->root->count; i++)
		TRY(one_test(r, p->root->list[i], &tests[i]));
	*out = (struct feel_tests){ .negated = p->root->flag, .count = p->root->count, .at = tests };
	return OK;
}
