/* fn_list.c - asking lists: membership, counting, all and any (DMN 1.5, 10.3.4.4). */
#include "feel/builtin.h"

static bool same(struct feel_run *r, const struct feel_value *a, const struct feel_value *b)
{
	struct feel_value v = feel_equal_within(a, b, &r->work_left);
	return feel_is_true(&v);
}

FEEL_BUILTIN(list_contains)
{
	bool found = false;
	(void)count;
	TRY(feel_run_charge(r, args[0].list.count));
	for (size_t i = 0; i < args[0].list.count && !found; i++)
		found = same(r, &args[0].list.at[i], &args[1]);
	*out = feel_boolean(found);
	return OK;
}

FEEL_BUILTIN(count_)
{
	(void)r, (void)count;
	*out = feel_i64((int64_t)args[0].list.count);
	return OK;
}

/* `decisive` anywhere decides; else every item must be the other truth value. */
static enum err judge(struct feel_run *r, struct feel_items list, bool decisive, struct feel_value *out)
{
	bool unsure = false;
	TRY(feel_run_charge(r, list.count));
	for (size_t i = 0; i < list.count; i++) {
		if (list.at[i].kind == FEEL_BOOLEAN && list.at[i].boolean == decisive) {
			*out = feel_boolean(decisive);
			return OK;
		}
		unsure = unsure || list.at[i].kind != FEEL_BOOLEAN;
	}
	if (unsure)
		return feel_run_null(r, out, "not every item is a boolean");
	*out = feel_boolean(!decisive);
	return OK;
}

FEEL_BUILTIN(all)
{
	(void)count;
	return judge(r, args[0].list, false, out);
}

FEEL_BUILTIN(any)
{
	(void)count;
	return judge(r, args[0].list, true, out);
}

FEEL_BUILTIN(index_of)
{
	struct feel_list_builder b;
	(void)count;
	feel_list_begin(&b, r->arena);
	TRY(feel_run_charge(r, args[0].list.count));
	for (size_t i = 0; i < args[0].list.count; i++)
		if (same(r, &args[0].list.at[i], &args[1]))
			TRY(feel_put(r, &b, feel_i64((int64_t)i + 1)));
	*out = feel_list_end(&b);
	return OK;
}

static enum err put_if_new(struct feel_run *r, struct feel_list_builder *b, const struct feel_value *v)
{
	TRY(feel_run_charge(r, b->count));
	for (size_t i = 0; i < b->count; i++)
		if (same(r, &b->items[i], v))
			return OK;
	return feel_put(r, b, *v);
}

FEEL_BUILTIN(distinct_values)
{
	struct feel_list_builder b;
	(void)count;
	feel_list_begin(&b, r->arena);
	for (size_t i = 0; i < args[0].list.count; i++)
		TRY(put_if_new(r, &b, &args[0].list.at[i]));
	*out = feel_list_end(&b);
	return OK;
}

/* Lists behind each other, equal items once. */
FEEL_BUILTIN(union_)
{
	struct feel_list_builder b;
	(void)count;
	feel_list_begin(&b, r->arena);
	for (size_t k = 0; k < args[0].list.count; k++) {
		struct feel_items list = args[0].list.at[k].list;
		for (size_t i = 0; i < list.count; i++)
			TRY(put_if_new(r, &b, &list.at[i]));
	}
	*out = feel_list_end(&b);
	return OK;
}

#define LIST { { "list", ARG_LIST } }

static const struct feel_builtin table[] = {
	FEEL_FN("list contains", { list_contains, { { "list", ARG_LIST }, { "element", ARG_ANY } } }),
	FEEL_FN("count", { count_, LIST }),
	FEEL_FN("all", { all, LIST }, { all, { { "b", ARG_ANY | ARG_MORE } } }),
	FEEL_FN("any", { any, LIST }, { any, { { "b", ARG_ANY | ARG_MORE } } }),
	FEEL_FN("index of", { index_of, { { "list", ARG_LIST }, { "match", ARG_ANY } } }),
	FEEL_FN("distinct values", { distinct_values, LIST }),
	FEEL_FN("union", { union_, { { "list", ARG_LIST | ARG_MORE } } }),
};

FEEL_FAMILY(feel_family_list, table);
