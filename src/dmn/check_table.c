/* check_table.c - what a table's hit policy and output values ask of its rules. */
#include "dmn/check_int.h"

const struct feel_type *dmn_check_input_type(const struct dmn_input *in)
{
	const struct dmn_expr *e = in->expression;
	if (e->type)
		return e->type;
	return e->literal.plan ? feel_plan_type(e->literal.plan) : &feel_type_any;
}

/* A test against a constant of another kind than the input can never be true. */
static enum err test_kind(struct dmn_check *c, const struct dmn_tests *t, const struct dmn_input *in)
{
	struct feel_tests tests;
	if (!t->plan)
		return OK;
	const struct feel_type *type = dmn_check_input_type(in);
	TRY(feel_plan_tests(t->plan, c->arena, &tests));
	for (size_t i = 0; i < tests.count; i++) {
		const struct feel_range *r = &tests.at[i].range;
		if (tests.at[i].kind != FEEL_TEST_RANGE)
			continue;
		const struct feel_value *end = feel_is_null(&r->low) ? &r->high : &r->low;
		const struct feel_type *tested = feel_type_of(c->arena, end);
		if (!tested)
			return ERR_NOMEM;
		if (dmn_check_possible(tested, type))
			continue;
		return dmn_check_say(c, DMN_ERROR, "test-impossible", t->id, t->line, NULL,
		                     "%.*s tests for a %s, but %.*s is a %.*s: this can never match",
		                     STR_ARG(str_sub(t->text, 0, 120)), feel_kind_name(end->kind), STR_ARG(in->label),
		                     STR_ARG(dmn_type_name(type)));
	}
	return OK;
}

static enum err output_allowed(struct dmn_check *c, const struct dmn_output *o, const struct dmn_expr *e, size_t rule)
{
	static const struct feel_env env = { .now_ms = 0 };
	struct feel_value v, ok;
	bool constant;
	struct diag d;
	if (!o->values.plan || e->ops != &dmn_literal_ops)
		return OK;
	TRY(dmn_check_constant(c, e->literal.text, &v, &constant));
	if (!constant || feel_is_null(&v))
		return OK;
	diag_init(&d);
	TRY(feel_eval_unary(o->values.plan, &v, NULL, &env, c->arena, &ok, &d));
	if (!feel_is_false(&ok))
		return OK;
	return dmn_check_say(c, DMN_ERROR, "output-not-allowed", e->id, e->line, NULL,
	                     "rule %zu says %.*s, which is not among the output values %.*s", rule + 1,
	                     STR_ARG(str_sub(e->literal.text, 0, 120)), STR_ARG(str_sub(o->values.text, 0, 200)));
}

static bool has_ranks(const struct dmn_table *t)
{
	for (size_t i = 0; i < t->outputs_count; i++)
		if (t->outputs[i].ranked_count)
			return true;
	return false;
}

static enum err addable(struct dmn_check *c, const struct dmn_expr *e, const char *operator, size_t rule)
{
	if (e->ops != &dmn_literal_ops || !e->literal.plan)
		return OK;
	const struct feel_type *t = feel_plan_type(e->literal.plan);
	bool number = t->kind == FEEL_TYPE_ANY || t->kind == FEEL_TYPE_NUMBER || t->kind == FEEL_TYPE_DAYS_DURATION ||
	              t->kind == FEEL_TYPE_MONTHS_DURATION || t->kind == FEEL_TYPE_LIST;
	if (number)
		return OK;
	return dmn_check_say(c, DMN_ERROR, "aggregation-type", e->id, e->line, NULL,
	                     "rule %zu gives a %.*s, but the table's operator %s needs numbers", rule + 1,
	                     STR_ARG(dmn_type_name(t)), operator);
}

static enum err policy_fits(struct dmn_check *c, const struct dmn_table *t)
{
	const char *operator = t->policy->aggregation;
	if (t->policy->ranked && !has_ranks(t))
		TRY(dmn_check_say(c, DMN_ERROR, "priority-without-values", t->id, t->line, NULL,
		                  "the hit policy %s orders by the output values, but no output lists any", t->policy->name));
	if (!operator || strcmp(operator, "SUM") != 0)
		return OK;
	for (size_t i = 0; i < t->rules_count; i++)
		for (size_t j = 0; j < t->outputs_count; j++)
			TRY(addable(c, t->rules[i].outputs[j], operator, i));
	return OK;
}

enum err dmn_check_table(struct dmn_check *c, const struct dmn_expr *e)
{
	const struct dmn_table *t = e->table;
	TRY(policy_fits(c, t));
	for (size_t i = 0; i < t->rules_count; i++) {
		for (size_t j = 0; j < t->inputs_count; j++)
			TRY(test_kind(c, &t->rules[i].inputs[j], &t->inputs[j]));
		for (size_t j = 0; j < t->outputs_count; j++)
			TRY(output_allowed(c, &t->outputs[j], t->rules[i].outputs[j], i));
	}
	return OK;
}
