/* knowledge.c - a business knowledge model as a function value. It sees its parameters, the
 * knowledge it requires and itself, and nothing of its caller (DMN 1.5, 7.3.8). */
#include "dmn/dmn_int.h"

struct known {
	struct dmn_run *run;
	const struct dmn_element *e;
};

static enum err body_eval(struct dmn_run *run, const struct dmn_element *e, const struct feel_value *args,
                          struct feel_value *out)
{
	const struct dmn_expr *f = e->logic;
	struct dmn_scope *scope, *params;
	struct feel_value self;
	TRY(dmn_requirements_scope(run, e, NULL, NULL, 1, &scope));
	TRY(dmn_knowledge_value(run, e, &self));
	dmn_scope_set(scope, e->name, self);
	TRY(dmn_scope_new(run, &scope->value, f->function.count, &params));
	for (size_t i = 0; i < f->function.count; i++)
		dmn_scope_set(params, f->function.params[i].name, args[i]);
	struct feel_value v;
	TRY(dmn_expr_eval(run, f->function.body, &params->value, &v));
	return dmn_run_coerce(run, f->function.result, &v, e->name, f->line, out);
}

static enum err call(void *arg, struct feel_run *feel, const struct feel_value *args, size_t count,
                     struct feel_value *out)
{
	const struct known *k = arg;
	struct dmn_run *run = k->run;
	base_assert(count == k->e->logic->function.count);
	if (!k->e->logic->function.body)
		return feel_run_null(feel, out, "the knowledge model %.*s has no logic", STR_ARG(k->e->name));
	struct feel_run *feel_before = run->feel;
	const struct dmn_element *before = run->current;
	TRY(dmn_run_enter(run));
	run->feel = feel;
	run->current = k->e;
	enum err err = body_eval(run, k->e, args, out);
	run->feel = feel_before;
	run->current = before;
	dmn_run_leave(run);
	return err;
}

/* The variable's type is the function's; older files put the result's type there. */
static const struct feel_type *result_of(const struct feel_type *t)
{
	return t && t->kind == FEEL_TYPE_FUNCTION ? t->item : t;
}

enum err dmn_knowledge_value(struct dmn_run *run, const struct dmn_element *e, struct feel_value *out)
{
	const struct dmn_expr *f = e->logic;
	if (f->function.kind == DMN_FUNCTION_JAVA)
		return dmn_expr_eval(run, f, NULL, out);
	struct known *k = arena_new(run->arena, struct known);
	if (!k)
		return dmn_run_nomem(run);
	*k = (struct known){ run, e };
	return feel_function_native(run->arena, f->function.params, f->function.count, result_of(e->type), call, k, out);
}
