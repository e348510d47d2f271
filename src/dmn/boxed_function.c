/* boxed_function.c - <functionDefinition> and a knowledge model's <encapsulatedLogic>: a function
 * that sees the names where it was defined (DMN 1.5, 7.3.7). Java functions come from FEEL's own
 * table of equivalents: the definition is handed over as FEEL text. PMML is refused. */
#include "dmn/dmn_int.h"

static enum dmn_function_kind kind_of(struct str kind)
{
	if (str_eqz(kind, "Java"))
		return DMN_FUNCTION_JAVA;
	return str_eqz(kind, "PMML") ? DMN_FUNCTION_PMML : DMN_FUNCTION_FEEL;
}

static enum err params_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	struct dmn_variable v;
	DMN_ALLOC(r, e->function.params, struct feel_param, dmn_count(r, n, "formalParameter"));
	for (const struct xml_node *c = dmn_child(r, n, "formalParameter"); c; c = xml_next_same(c)) {
		TRY(dmn_variable_read(r, c, &v));
		e->function.params[e->function.count++] = (struct feel_param){ .name = v.name, .type = v.type };
	}
	return OK;
}

static enum err function_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	/* the type of the definition is its result's or a function's; bodies are coerced, not the function */
	if (e->type && e->type->kind != FEEL_TYPE_FUNCTION)
		e->function.result = e->type;
	else if (e->type)
		e->function.result = e->type->item;
	e->type = NULL;
	e->function.kind = kind_of(xml_attr(n, "kind"));
	TRY(params_read(r, n, e));
	if (e->function.kind == DMN_FUNCTION_PMML)
		dmn_find(r, DMN_ERROR, "pmml", e->id, e->line, "PMML functions are not executed here; write the logic in FEEL");
	if (!dmn_expr_child(r, n)) /* logic that is not written down yet: calling it gives null */
		return r->failed;
	return dmn_expr_read_in(r, n, &e->function.body);
}

/* The text of one entry of the <context> that describes a Java function. */
static struct str java_part(const struct dmn_expr *body, const char *name)
{
	if (!body || body->ops != &dmn_context_ops)
		return S("null");
	for (size_t i = 0; i < body->context.count; i++) {
		const struct dmn_entry *entry = &body->context.entries[i];
		if (str_eqz(entry->variable.name, name) && entry->value->ops == &dmn_literal_ops)
			return entry->value->literal.text;
	}
	return S("null");
}

static enum err java_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	struct buf text;
	buf_init_in(&text, r->arena, 1 << 16);
	buf_putz(&text, "function(");
	for (size_t i = 0; i < e->function.count; i++) {
		buf_printf(&text, "%s%.*s", i ? ", " : "", STR_ARG(e->function.params[i].name));
		if (e->function.params[i].type)
			buf_printf(&text, ": %.*s", STR_ARG(dmn_type_name(e->function.params[i].type)));
	}
	buf_printf(&text, ") external { java: { class: %.*s, method signature: %.*s } }",
	           STR_ARG(java_part(e->function.body, "class")), STR_ARG(java_part(e->function.body, "method signature")));
	TRY(text.failed);
	struct dmn_expr *body;
	DMN_ALLOC(r, body, struct dmn_expr, 1);
	*body = (struct dmn_expr){ .ops = &dmn_literal_ops, .id = e->id, .line = e->line, .literal.text = buf_str(&text) };
	e->function.body = body;
	return dmn_expr_compile(r, body, names);
}

static enum err function_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *outer)
{
	if (e->function.kind == DMN_FUNCTION_JAVA)
		return java_compile(r, e, outer);
	struct feel_names *names;
	DMN_ALLOC(r, names, struct feel_names, 1);
	TRY(dmn_names_of_params(r, e->function.params, e->function.count, outer, names));
	return e->function.body ? dmn_expr_compile(r, e->function.body, names) : OK;
}

/* A function value in the making: what it needs when it is called. */
struct closure {
	struct dmn_run *run;
	const struct dmn_expr *e;
	const struct feel_value *scope;
	struct feel_value self;
};

static enum err body_eval(const struct closure *c, const struct feel_value *args, struct feel_value *out)
{
	const struct dmn_expr *e = c->e;
	struct dmn_scope *inner;
	TRY(dmn_scope_new(c->run, c->scope, e->function.count + 1, &inner));
	for (size_t i = 0; i < e->function.count; i++)
		dmn_scope_set(inner, e->function.params[i].name, args[i]);
	dmn_scope_set(inner, e->function.self, c->self);
	return dmn_expr_eval(c->run, e->function.body, &inner->value, out);
}

static enum err call(void *arg, struct feel_run *feel, const struct feel_value *args, size_t count,
                     struct feel_value *out)
{
	const struct closure *c = arg;
	base_assert(count == c->e->function.count);
	if (!c->e->function.body)
		return feel_run_null(feel, out, "the function in line %d has no logic", c->e->line);
	struct feel_run *before = c->run->feel;
	TRY(dmn_run_enter(c->run));
	c->run->feel = feel;
	enum err err = body_eval(c, args, out);
	c->run->feel = before;
	dmn_run_leave(c->run);
	return err;
}

static enum err function_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                              struct feel_value *out)
{
	if (e->function.kind == DMN_FUNCTION_JAVA)
		return dmn_expr_eval(run, e->function.body, scope, out);
	struct closure *c = arena_new(run->arena, struct closure);
	struct feel_value *kept = arena_new(run->arena, struct feel_value);
	if (!c || !kept)
		return dmn_run_nomem(run);
	*kept = scope ? *scope : feel_null();
	*c = (struct closure){ .run = run, .e = e, .scope = kept };
	TRY(feel_function_native(run->arena, e->function.params, e->function.count, e->function.result, call, c, &c->self));
	*out = c->self;
	return OK;
}

static enum err function_each(const struct dmn_expr *e, dmn_visit visit, void *arg)
{
	return e->function.body ? visit(arg, e->function.body) : OK;
}

const struct dmn_ops dmn_function_ops = { "functionDefinition", function_read, function_compile, function_eval, function_each };
