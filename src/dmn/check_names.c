/* check_names.c - names that no requirement, parameter or entry explains. */
#include "dmn/check_int.h"

static enum err plan_names(struct dmn_check *c, const struct feel_plan *plan, struct str id, int line)
{
	struct str *names;
	size_t count;
	if (!plan)
		return OK;
	TRY(feel_plan_unknown_names(plan, c->arena, &names, &count));
	for (size_t i = 0; i < count; i++)
		TRY(dmn_check_say(c, DMN_ERROR, "name-unknown", id, line, NULL,
		                  "nothing called \"%.*s\" is known in %.*s; require the input or decision of that name, or mend the spelling",
		                  STR_ARG(names[i]), STR_ARG(c->element->name)));
	return OK;
}

static enum err tests_names(struct dmn_check *c, const struct dmn_tests *t)
{
	return plan_names(c, t->plan, t->id, t->line);
}

enum err dmn_check_names(struct dmn_check *c, const struct dmn_expr *e)
{
	if (e->ops == &dmn_literal_ops)
		return plan_names(c, e->literal.plan, e->id, e->line);
	if (e->ops != &dmn_table_ops)
		return OK;
	const struct dmn_table *t = e->table;
	for (size_t i = 0; i < t->inputs_count; i++)
		TRY(tests_names(c, &t->inputs[i].values));
	for (size_t i = 0; i < t->rules_count; i++)
		for (size_t j = 0; j < t->inputs_count; j++)
			TRY(tests_names(c, &t->rules[i].inputs[j]));
	return OK;
}
