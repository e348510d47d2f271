/* boxed_iterator.c - what <for>, <every> and <some> have in common: a variable, a list, a body
 * that is evaluated once per item (DMN 1.5, 7.3.11 to 7.3.13). */
#include "dmn/boxed_iterator.h"

enum err dmn_iterator_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e, const char *body)
{
	struct str name = xml_attr(n, "iteratorVariable");
	e->iterator.variable = name.ptr ? dmn_collapse(r, name) : S("");
	if (str_empty(e->iterator.variable))
		dmn_find(r, DMN_ERROR, "iterator-variable", e->id, e->line,
		         "<%.*s> in line %d names no iteratorVariable", STR_ARG(n->name), n->line);
	TRY(dmn_expr_read_inside(r, n, "in", &e->iterator.in));
	return dmn_expr_read_inside(r, n, body, &e->iterator.body);
}

/* "1..5" is no FEEL expression, but iteration contexts allow it (10.3.1.2, rule 47):
 * "for x in 1..5 return x" is. */
static enum err range_as_list(struct dmn_reader *r, struct dmn_expr *in)
{
	if (in->ops != &dmn_literal_ops || str_find(in->literal.text, S("..")) < 0)
		return OK;
	char first = in->literal.text.ptr[0];
	if (first == '[' || first == '(' || first == ']' || first == '{' || first == '"')
		return OK;
	in->literal.text = arena_printf(r->arena, "for i in %.*s return i", STR_ARG(in->literal.text));
	return in->literal.text.ptr ? OK : ERR_NOMEM;
}

enum err dmn_iterator_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	struct dmn_variable variables[] = { { .name = e->iterator.variable }, { .name = S("partial") } };
	struct feel_names *inner;
	DMN_ALLOC(r, inner, struct feel_names, 1);
	TRY(dmn_names_push(r, variables, 2, names, inner));
	TRY(range_as_list(r, e->iterator.in));
	TRY(dmn_expr_compile(r, e->iterator.in, names));
	return dmn_expr_compile(r, e->iterator.body, inner);
}

enum err dmn_iterator_open(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                           struct dmn_items *items)
{
	struct feel_value in;
	TRY(dmn_expr_eval(run, e->iterator.in, scope, &in));
	return dmn_items_of(run, &in, e->line, items);
}

enum err dmn_iterator_body(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *item,
                           const struct feel_value *partial, const struct feel_value *scope, struct feel_value *out)
{
	struct dmn_scope *inner;
	TRY(dmn_scope_new(run, scope, 2, &inner));
	dmn_scope_set(inner, e->iterator.variable, *item);
	if (partial)
		dmn_scope_set(inner, S("partial"), *partial);
	return dmn_expr_eval(run, e->iterator.body, &inner->value, out);
}

enum err dmn_quantified_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                             bool decisive, struct feel_value *out)
{
	struct dmn_items items;
	bool found = false, unknown = false;
	*out = feel_null();
	TRY(dmn_iterator_open(run, e, scope, &items));
	if (items.failed)
		return OK;
	for (size_t i = 0; i < items.count; i++) {
		struct feel_value v;
		TRY(dmn_iterator_body(run, e, &items.at[i], NULL, scope, &v));
		if (v.kind != FEEL_BOOLEAN && v.kind != FEEL_NULL) {
			dmn_run_reason(run, "item %zu in line %d is neither true nor false", i + 1, e->line);
			return OK;
		}
		found = found || (v.kind == FEEL_BOOLEAN && v.boolean == decisive);
		unknown = unknown || v.kind == FEEL_NULL;
	}
	if (found || !unknown)
		*out = feel_boolean(found ? decisive : !decisive);
	return OK;
}

enum err dmn_iterator_each(const struct dmn_expr *e, dmn_visit visit, void *arg)
{
	TRY(visit(arg, e->iterator.in));
	return visit(arg, e->iterator.body);
}
