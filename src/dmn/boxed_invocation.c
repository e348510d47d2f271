/* boxed_invocation.c - <invocation>: a function called with arguments by name (DMN 1.5, 7.3.5). */
#include "dmn/dmn_int.h"

static enum err binding_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_entry *out)
{
	const struct xml_node *p = dmn_child(r, n, "parameter");
	out->variable = (struct dmn_variable){ .line = n->line };
	if (p)
		TRY(dmn_variable_read(r, p, &out->variable));
	else
		dmn_find(r, DMN_ERROR, "binding-parameter", dmn_id_of(n), n->line, "the binding in line %d names no parameter",
		         n->line);
	if (dmn_expr_child(r, n))
		return dmn_expr_read_in(r, n, &out->value);
	DMN_ALLOC(r, out->value, struct dmn_expr, 1); /* a binding may go without: the argument is null */
	*out->value = (struct dmn_expr){ .ops = &dmn_literal_ops, .line = n->line, .literal.text = S("null") };
	return r->failed;
}

static enum err invocation_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	TRY(dmn_expr_read_in(r, n, &e->invocation.callee));
	DMN_ALLOC(r, e->invocation.bindings, struct dmn_entry, dmn_count(r, n, "binding"));
	for (const struct xml_node *c = dmn_child(r, n, "binding"); c; c = xml_next_same(c))
		TRY(binding_read(r, c, &e->invocation.bindings[e->invocation.count++]));
	return OK;
}

static enum err invocation_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	TRY(dmn_expr_compile(r, e->invocation.callee, names));
	for (size_t i = 0; i < e->invocation.count; i++)
		TRY(dmn_expr_compile(r, e->invocation.bindings[i].value, names));
	return OK;
}

static enum err binding_eval(struct dmn_run *run, const struct dmn_entry *b, const struct feel_value *scope,
                             struct feel_value *out)
{
	struct feel_value v;
	TRY(dmn_expr_eval(run, b->value, scope, &v));
	return dmn_run_coerce(run, b->variable.type, &v, b->variable.name, b->variable.line, out);
}

static size_t param_of(const struct feel_param *params, size_t count, struct str name)
{
	size_t at = 0;
	while (at < count && !str_eq(params[at].name, name))
		at++;
	return at;
}

/* A parameter without a binding is null; a binding without a parameter is an error. */
static bool names_fit(struct dmn_run *run, const struct dmn_expr *e, const struct feel_param *params, size_t count)
{
	for (size_t i = 0; i < e->invocation.count; i++) {
		struct str name = e->invocation.bindings[i].variable.name;
		if (param_of(params, count, name) < count)
			continue;
		dmn_run_reason(run, "the function called in line %d has no parameter %.*s", e->line, STR_ARG(name));
		return false;
	}
	return true;
}

/* Arguments in the order of the parameters. */
static enum err by_name(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                        const struct feel_param *params, size_t count, struct feel_value *args)
{
	for (size_t i = 0; i < e->invocation.count; i++) {
		const struct dmn_entry *b = &e->invocation.bindings[i];
		TRY(binding_eval(run, b, scope, &args[param_of(params, count, b->variable.name)]));
	}
	return OK;
}

/* Built-in functions are overloaded and have no one list of names: by order. */
static enum err by_order(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                         struct feel_value *args)
{
	for (size_t i = 0; i < e->invocation.count; i++)
		TRY(binding_eval(run, &e->invocation.bindings[i], scope, &args[i]));
	return OK;
}

static enum err invocation_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                                struct feel_value *out)
{
	struct feel_value f, *args;
	const struct feel_param *params;
	TRY(dmn_expr_eval(run, e->invocation.callee, scope, &f));
	*out = feel_null();
	if (f.kind != FEEL_FUNCTION) {
		dmn_run_reason(run, "what line %d calls is no function", e->line);
		return OK;
	}
	size_t count = feel_function_params(&f, &params);
	if (count && !names_fit(run, e, params, count))
		return OK;
	size_t given = count ? count : e->invocation.count;
	DMN_ALLOC(run, args, struct feel_value, given);
	TRY(count ? by_name(run, e, scope, params, count, args) : by_order(run, e, scope, args));
	return feel_run_call(run->feel, &f, args, given, out);
}

static enum err invocation_each(const struct dmn_expr *e, dmn_visit visit, void *arg)
{
	TRY(visit(arg, e->invocation.callee));
	for (size_t i = 0; i < e->invocation.count; i++)
		TRY(visit(arg, e->invocation.bindings[i].value));
	return OK;
}

const struct dmn_ops dmn_invocation_ops = { "invocation", invocation_read, invocation_compile, invocation_eval, invocation_each };
