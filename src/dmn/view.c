/* view.c - a decision table as its author wrote it, for pages that show it. */
#include "dmn/dmn_int.h"

static enum err no_memory(struct diag *d)
{
	return diag_set(d, ERR_NOMEM, "dmn.memory", "the memory for decisions is used up");
}

static enum err clauses(const struct dmn_table *t, struct arena *a, struct dmn_table_view *v, struct diag *d)
{
	v->inputs = arena_new_n(a, struct dmn_clause_view, t->inputs_count);
	v->outputs = arena_new_n(a, struct dmn_clause_view, t->outputs_count);
	if (!v->inputs || !v->outputs)
		return no_memory(d);
	for (size_t i = 0; i < t->inputs_count; i++)
		v->inputs[i] = (struct dmn_clause_view){ .label = t->inputs[i].label,
			.expression = t->inputs[i].expression->literal.text, .values = t->inputs[i].values.text };
	for (size_t i = 0; i < t->outputs_count; i++) {
		const struct dmn_output *o = &t->outputs[i];
		v->outputs[i] = (struct dmn_clause_view){ .label = o->label, .expression = o->name, .values = o->values.text,
			.otherwise = o->otherwise ? o->otherwise->literal.text : S("") };
	}
	v->inputs_count = t->inputs_count;
	v->outputs_count = t->outputs_count;
	return OK;
}

static enum err rules(const struct dmn_table *t, struct arena *a, struct dmn_table_view *v, struct diag *d)
{
	v->rules = arena_new_n(a, struct dmn_rule_view, t->rules_count);
	if (!v->rules)
		return no_memory(d);
	for (size_t i = 0; i < t->rules_count; i++) {
		const struct dmn_rule *rule = &t->rules[i];
		struct str *cells = arena_new_n(a, struct str, t->inputs_count + t->outputs_count);
		if (!cells)
			return no_memory(d);
		for (size_t j = 0; j < t->inputs_count; j++)
			cells[j] = rule->inputs[j].any ? S("-") : rule->inputs[j].text;
		for (size_t j = 0; j < t->outputs_count; j++)
			cells[t->inputs_count + j] = rule->outputs[j]->literal.text;
		v->rules[i] = (struct dmn_rule_view){ .id = rule->id, .annotation = rule->annotation, .line = rule->line,
			.inputs = cells, .outputs = cells + t->inputs_count };
	}
	v->rules_count = t->rules_count;
	return OK;
}

/* The table that an element's logic is, or that a function's body is. */
static const struct dmn_table *table_of(const struct dmn_element *e)
{
	const struct dmn_expr *x = e ? e->logic : NULL;
	if (x && x->ops == &dmn_function_ops)
		x = x->function.body;
	return x && x->ops == &dmn_table_ops ? x->table : NULL;
}

enum err dmn_model_table(const struct dmn_model *m, struct str decision, struct arena *a, struct dmn_table_view *out,
                         struct diag *d)
{
	const struct dmn_table *t = table_of(dmn_element_find(m, decision));
	struct dmn_table_view v = { 0 };
	if (!t)
		return diag_set(d, ERR_NOT_FOUND, "dmn.table", "the model %.*s has no decision table \"%.*s\"", STR_ARG(m->name),
		                STR_ARG(decision));
	v.id = t->id;
	v.label = t->label;
	v.line = t->line;
	v.hit_policy = str_of(t->policy->name);
	v.aggregation = str_of(t->policy->aggregation ? t->policy->aggregation : "");
	TRY(clauses(t, a, &v, d));
	TRY(rules(t, a, &v, d));
	*out = v;
	return OK;
}
