/* check_types.c - types that cannot be met: a value that can never be what its surroundings ask for. */
#include "dmn/check_int.h"

static bool is_any(const struct feel_type *t)
{
	return !t || t->kind == FEEL_TYPE_ANY;
}

static const struct feel_param *member(const struct feel_type *t, struct str name)
{
	for (size_t i = 0; i < t->members_count; i++)
		if (str_eq(t->members[i].name, name))
			return &t->members[i];
	return NULL;
}

static bool possible(const struct feel_type *from, const struct feel_type *to, int depth);

/* A context type about which nothing is said has no members, and may be anything. */
static bool possible_context(const struct feel_type *from, const struct feel_type *to, int depth)
{
	for (size_t i = 0; from->members_count && i < to->members_count; i++) {
		const struct feel_param *own = member(from, to->members[i].name);
		if (!own || !possible(own->type, to->members[i].type, depth + 1))
			return false;
	}
	return true;
}

static bool possible(const struct feel_type *from, const struct feel_type *to, int depth)
{
	if (is_any(from) || is_any(to) || from->kind == FEEL_TYPE_NULL || depth > 20)
		return true;
	if (from->kind == FEEL_TYPE_LIST && to->kind == FEEL_TYPE_LIST)
		return possible(from->item, to->item, depth + 1);
	if (to->kind == FEEL_TYPE_LIST)
		return possible(from, to->item, depth + 1);
	if (from->kind == FEEL_TYPE_LIST)
		return possible(from->item, to, depth + 1);
	if (from->kind == FEEL_TYPE_DATE && to->kind == FEEL_TYPE_DATE_TIME)
		return true;
	if (from->kind != to->kind)
		return false;
	return from->kind != FEEL_TYPE_CONTEXT || possible_context(from, to, depth);
}

bool dmn_check_possible(const struct feel_type *from, const struct feel_type *to)
{
	return possible(from, to, 0);
}

static enum err literal_type(struct dmn_check *c, const struct dmn_expr *e, const struct feel_type *wanted)
{
	if (!e->literal.plan)
		return OK;
	const struct feel_type *is = feel_plan_type(e->literal.plan);
	if (dmn_check_possible(is, wanted))
		return OK;
	return dmn_check_say(c, DMN_ERROR, "type-impossible", e->id, e->line, NULL,
	                     "%.*s is a %.*s and can never be the %.*s that %.*s asks for: the value would always be null",
	                     STR_ARG(str_sub(e->literal.text, 0, 120)), STR_ARG(dmn_type_name(is)),
	                     STR_ARG(dmn_type_name(wanted)), STR_ARG(c->element->name));
}

/* What a table's single output has to be: the clause's type, or else what the table has to be. */
static enum err table_types(struct dmn_check *c, const struct dmn_table *t, const struct feel_type *wanted)
{
	bool value = t->outputs_count == 1 && !t->policy->aggregation;
	for (size_t j = 0; j < t->outputs_count; j++) {
		const struct feel_type *type = t->outputs[j].type ? t->outputs[j].type : value ? wanted : NULL;
		if (t->outputs[j].otherwise)
			TRY(dmn_check_types(c, t->outputs[j].otherwise, type));
		for (size_t i = 0; i < t->rules_count; i++)
			TRY(dmn_check_types(c, t->rules[i].outputs[j], type));
	}
	for (size_t j = 0; j < t->inputs_count; j++)
		TRY(dmn_check_types(c, t->inputs[j].expression, NULL));
	return OK;
}

static enum err context_types(struct dmn_check *c, const struct dmn_expr *e, const struct feel_type *wanted)
{
	for (size_t i = 0; i < e->context.count; i++) {
		const struct dmn_entry *entry = &e->context.entries[i];
		bool result = str_empty(entry->variable.name);
		TRY(dmn_check_types(c, entry->value, result && !entry->variable.type ? wanted : entry->variable.type));
	}
	return OK;
}

static enum err visit(void *arg, const struct dmn_expr *e)
{
	return dmn_check_types(arg, e, NULL);
}

enum err dmn_check_types(struct dmn_check *c, const struct dmn_expr *e, const struct feel_type *wanted)
{
	const struct feel_type *t = e->type ? e->type : wanted;
	if (e->ops == &dmn_literal_ops)
		return literal_type(c, e, t);
	if (e->ops == &dmn_table_ops)
		return table_types(c, e->table, t);
	if (e->ops == &dmn_context_ops)
		return context_types(c, e, t);
	if (e->ops == &dmn_conditional_ops) {
		TRY(dmn_check_types(c, e->conditional.test, &(const struct feel_type){ .kind = FEEL_TYPE_BOOLEAN }));
		TRY(dmn_check_types(c, e->conditional.yes, t));
		return dmn_check_types(c, e->conditional.no, t);
	}
	return e->ops->each ? e->ops->each(e, visit, c) : OK;
}
