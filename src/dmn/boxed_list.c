/* boxed_list.c - <list>: expressions one below the other. */
#include "dmn/dmn_int.h"

static enum err list_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	size_t count = 0;
	for (const struct xml_node *c = n->first; c; c = c->next)
		count += dmn_ops_of(r, c) != NULL;
	DMN_ALLOC(r, e->list.items, struct dmn_expr *, count);
	for (const struct xml_node *c = n->first; c; c = c->next)
		if (dmn_ops_of(r, c))
			TRY(dmn_expr_read(r, c, &e->list.items[e->list.count++]));
	return OK;
}

static enum err list_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	for (size_t i = 0; i < e->list.count; i++)
		TRY(dmn_expr_compile(r, e->list.items[i], names));
	return OK;
}

static enum err list_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                          struct feel_value *out)
{
	struct feel_value *items;
	DMN_ALLOC(run, items, struct feel_value, e->list.count);
	for (size_t i = 0; i < e->list.count; i++)
		TRY(dmn_expr_eval(run, e->list.items[i], scope, &items[i]));
	*out = feel_list(items, e->list.count);
	return OK;
}

static enum err list_each(const struct dmn_expr *e, dmn_visit visit, void *arg)
{
	for (size_t i = 0; i < e->list.count; i++)
		TRY(visit(arg, e->list.items[i]));
	return OK;
}

const struct dmn_ops dmn_list_ops = { "list", list_read, list_compile, list_eval, list_each };
