/* expr.c - boxed expressions in general: which there are, how one is read, compiled and evaluated. */
#include "dmn/dmn_int.h"

static const struct dmn_ops *const all_ops[] = {
	&dmn_literal_ops, &dmn_context_ops, &dmn_list_ops, &dmn_relation_ops, &dmn_invocation_ops, &dmn_function_ops,
	&dmn_conditional_ops, &dmn_filter_ops, &dmn_for_ops, &dmn_every_ops, &dmn_some_ops, &dmn_table_ops,
};

const struct dmn_ops *dmn_ops_of(const struct dmn_reader *r, const struct xml_node *n)
{
	for (size_t i = 0; i < sizeof all_ops / sizeof *all_ops; i++)
		if (dmn_is(r, n, all_ops[i]->element))
			return all_ops[i];
	return NULL;
}

const struct xml_node *dmn_expr_child(const struct dmn_reader *r, const struct xml_node *n)
{
	for (const struct xml_node *c = n->first; c; c = c->next)
		if (dmn_ops_of(r, c))
			return c;
	return NULL;
}

enum err dmn_expr_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr **out)
{
	const struct dmn_ops *ops = dmn_ops_of(r, n);
	base_assert(ops != NULL);
	if (r->nest >= DMN_NEST_MAX)
		return diag_set(r->diag, ERR_LIMIT, "dmn.nesting", "more than %d boxed expressions inside each other, line %d",
		                DMN_NEST_MAX, n->line);
	struct dmn_expr *e;
	DMN_ALLOC(r, e, struct dmn_expr, 1);
	e->ops = ops;
	e->id = dmn_id_of(n);
	e->line = n->line;
	if (xml_attr(n, "typeRef").ptr)
		e->type = dmn_type_ref(r, xml_attr(n, "typeRef"), n);
	r->nest++;
	enum err err = ops->read(r, n, e);
	r->nest--;
	TRY(err);
	*out = e;
	return r->failed;
}

/* Stands where the file should have an expression and has none. */
static enum err read_missing(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr **out)
{
	dmn_find(r, DMN_ERROR, "expression-missing", dmn_id_of(n), n->line,
	         "<%.*s> in line %d holds no expression; give it one, or write null", STR_ARG(n->name), n->line);
	DMN_ALLOC(r, *out, struct dmn_expr, 1);
	**out = (struct dmn_expr){ .ops = &dmn_literal_ops, .id = dmn_id_of(n), .line = n->line,
		.literal.text = S("null") };
	return r->failed;
}

enum err dmn_expr_read_in(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr **out)
{
	const struct xml_node *c = dmn_expr_child(r, n);
	return c ? dmn_expr_read(r, c, out) : read_missing(r, n, out);
}

enum err dmn_expr_read_inside(struct dmn_reader *r, const struct xml_node *n, const char *wrapper,
                              struct dmn_expr **out)
{
	const struct xml_node *w = dmn_child(r, n, wrapper);
	return dmn_expr_read_in(r, w ? w : n, out);
}

enum err dmn_expr_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	return e->ops->compile(r, e, names);
}

static enum err eval_typed(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                           struct feel_value *out)
{
	struct feel_value v;
	if (!e->type)
		return e->ops->eval(run, e, scope, out);
	TRY(e->ops->eval(run, e, scope, &v));
	return dmn_run_coerce(run, e->type, &v, S("the expression"), e->line, out);
}

enum err dmn_expr_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                       struct feel_value *out)
{
	TRY(dmn_run_tick(run));
	if (run->nest >= DMN_EVAL_NEST_MAX)
		return diag_set(run->diag, ERR_LIMIT, "dmn.depth", "more than %d boxed expressions are being evaluated inside each other",
		                DMN_EVAL_NEST_MAX);
	run->nest++;
	enum err err = eval_typed(run, e, scope, out);
	run->nest--;
	return err;
}
