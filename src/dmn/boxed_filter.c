/* boxed_filter.c - <filter>: the items of a list for which the match is true (DMN 1.5, 7.3.10).
 * Unlike FEEL's brackets the result is always a list, and a match that is neither true nor
 * false nor null makes the whole null. */
#include "dmn/dmn_int.h"

static enum err filter_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	TRY(dmn_expr_read_inside(r, n, "in", &e->filter.in));
	return dmn_expr_read_inside(r, n, "match", &e->filter.match);
}

static enum err filter_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	struct dmn_variable item = { .name = S("item") };
	struct feel_names *inner;
	DMN_ALLOC(r, inner, struct feel_names, 1);
	TRY(dmn_names_push(r, &item, 1, names, inner));
	TRY(dmn_expr_compile(r, e->filter.in, names));
	return dmn_expr_compile(r, e->filter.match, inner);
}

/* Scope of one item: the item itself and, when it is a context, its entries. */
static enum err match_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *item,
                           const struct feel_value *scope, struct feel_value *out)
{
	size_t entries = item->kind == FEEL_CONTEXT ? item->context->count : 0;
	struct dmn_scope *inner;
	TRY(dmn_scope_new(run, scope, 1 + entries, &inner));
	for (size_t i = 0; i < entries; i++)
		dmn_scope_set(inner, item->context->entries[i].key, item->context->entries[i].value);
	if (!feel_get(item, S("item")))
		dmn_scope_set(inner, S("item"), *item);
	return dmn_expr_eval(run, e->filter.match, &inner->value, out);
}

static enum err filter_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                            struct feel_value *out)
{
	struct feel_value in, match, *kept;
	struct dmn_items items;
	size_t count = 0;
	TRY(dmn_expr_eval(run, e->filter.in, scope, &in));
	*out = feel_null();
	TRY(dmn_items_of(run, &in, e->line, &items));
	if (items.failed)
		return OK;
	DMN_ALLOC(run, kept, struct feel_value, items.count);
	for (size_t i = 0; i < items.count; i++) {
		TRY(match_eval(run, e, &items.at[i], scope, &match));
		if (match.kind != FEEL_BOOLEAN && match.kind != FEEL_NULL) {
			dmn_run_reason(run, "the match of the filter in line %d is neither true nor false", e->line);
			return OK;
		}
		if (match.kind == FEEL_BOOLEAN && match.boolean)
			kept[count++] = items.at[i];
	}
	*out = feel_list(kept, count);
	return OK;
}

static enum err filter_each(const struct dmn_expr *e, dmn_visit visit, void *arg)
{
	TRY(visit(arg, e->filter.in));
	return visit(arg, e->filter.match);
}

const struct dmn_ops dmn_filter_ops = { "filter", filter_read, filter_compile, filter_eval, filter_each };
