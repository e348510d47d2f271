/* type_of.c - the type of a value at hand, and its keys as names to compile against. */
#include "feel/feel.h"

static const struct feel_type *type_at(struct arena *a, const struct feel_value *v, int depth);

/* Item type of a list: its first item's; contexts of one list usually are alike. */
static bool list_type(struct arena *a, const struct feel_value *v, int depth, struct feel_type *t)
{
	size_t first = 0;
	while (first < v->list.count && feel_is_null(&v->list.at[first]))
		first++;
	if (first == v->list.count)
		return true;
	t->item = type_at(a, &v->list.at[first], depth);
	for (size_t i = first + 1; t->item && i < v->list.count; i++)
		if (!feel_is_null(&v->list.at[i]) && v->list.at[i].kind != v->list.at[first].kind) {
			t->item = NULL; /* mixed */
			return true;
		}
	return t->item != NULL;
}

static bool context_type(struct arena *a, const struct feel_value *v, int depth, struct feel_type *t)
{
	struct feel_param *members = arena_new_n(a, struct feel_param, v->context->count);
	if (!members)
		return false;
	for (size_t i = 0; i < v->context->count; i++) {
		members[i].name = v->context->entries[i].key;
		members[i].type = type_at(a, &v->context->entries[i].value, depth);
		if (!members[i].type)
			return false;
	}
	t->members = members;
	t->members_count = v->context->count;
	return true;
}

static const struct feel_type *type_at(struct arena *a, const struct feel_value *v, int depth)
{
	static const uint8_t kinds[] = { [FEEL_NULL] = FEEL_TYPE_NULL, [FEEL_BOOLEAN] = FEEL_TYPE_BOOLEAN,
		[FEEL_NUMBER] = FEEL_TYPE_NUMBER, [FEEL_STRING] = FEEL_TYPE_STRING, [FEEL_DATE] = FEEL_TYPE_DATE,
		[FEEL_TIME] = FEEL_TYPE_TIME, [FEEL_DATE_TIME] = FEEL_TYPE_DATE_TIME,
		[FEEL_DAYS_DURATION] = FEEL_TYPE_DAYS_DURATION, [FEEL_MONTHS_DURATION] = FEEL_TYPE_MONTHS_DURATION,
		[FEEL_LIST] = FEEL_TYPE_LIST, [FEEL_CONTEXT] = FEEL_TYPE_CONTEXT, [FEEL_RANGE] = FEEL_TYPE_RANGE,
		[FEEL_FUNCTION] = FEEL_TYPE_FUNCTION };
	if (depth > 64)
		return &feel_type_any;
	struct feel_type *t = arena_new(a, struct feel_type);
	if (!t)
		return NULL;
	t->kind = kinds[v->kind];
	if (v->kind == FEEL_LIST && !list_type(a, v, depth + 1, t))
		return NULL;
	if (v->kind == FEEL_CONTEXT && !context_type(a, v, depth + 1, t))
		return NULL;
	if (v->kind != FEEL_RANGE)
		return t;
	t->item = type_at(a, feel_is_null(&v->range->low) ? &v->range->high : &v->range->low, depth + 1);
	return t->item ? t : NULL;
}

const struct feel_type *feel_type_of(struct arena *a, const struct feel_value *v)
{
	return type_at(a, v, 0);
}

enum err feel_names_of(struct arena *a, const struct feel_value *context, struct feel_names *out)
{
	*out = (struct feel_names){ .count = 0 };
	if (context->kind != FEEL_CONTEXT)
		return OK;
	size_t count = context->context->count;
	struct str *names = arena_new_n(a, struct str, count);
	const struct feel_type **types = arena_array(a, count, sizeof *types);
	if (!names || !types)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		names[i] = context->context->entries[i].key;
		types[i] = feel_type_of(a, &context->context->entries[i].value);
		if (!types[i])
			return ERR_NOMEM;
	}
	out->names = names;
	out->types = types;
	out->count = count;
	return OK;
}
