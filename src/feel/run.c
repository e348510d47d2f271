/* run.c - an evaluation: bounds, entry points, and the table from operations to functions. */
#include <stdarg.h>

#include "feel/eval.h"

const feel_node_eval_fn feel_op_eval[OP_COUNT] = {
	[OP_CONST] = feel_eval_const, [OP_LOCAL] = feel_eval_local, [OP_GLOBAL] = feel_eval_global,
	[OP_MAYBE] = feel_eval_maybe, [OP_UNKNOWN] = feel_eval_global, [OP_ADD] = feel_eval_add,
	[OP_SUB] = feel_eval_sub, [OP_MUL] = feel_eval_mul, [OP_DIV] = feel_eval_div, [OP_POW] = feel_eval_pow,
	[OP_NEG] = feel_eval_neg, [OP_EQ] = feel_eval_eq, [OP_NE] = feel_eval_ne, [OP_LT] = feel_eval_order,
	[OP_LE] = feel_eval_order, [OP_GT] = feel_eval_order, [OP_GE] = feel_eval_order,
	[OP_BETWEEN] = feel_eval_between, [OP_IN] = feel_eval_in, [OP_AND] = feel_eval_and, [OP_OR] = feel_eval_or,
	[OP_INSTANCE] = feel_eval_instance, [OP_PATH] = feel_eval_path, [OP_FILTER] = feel_eval_filter,
	[OP_CALL] = feel_eval_call, [OP_CALL_NAMED] = feel_eval_call_named, [OP_IF] = feel_eval_if,
	[OP_FOR] = feel_eval_for, [OP_SOME] = feel_eval_quantified, [OP_EVERY] = feel_eval_quantified,
	[OP_LIST] = feel_eval_list, [OP_CONTEXT] = feel_eval_context, [OP_RANGE] = feel_eval_range,
	[OP_COMPARE] = feel_eval_compare, [OP_FUNCTION] = feel_eval_function, [OP_TESTS] = feel_eval_tests,
	[OP_TEST] = feel_eval_test, [OP_TEST_ANY] = feel_eval_test_any,
};

static const struct feel_context no_entries;
static const struct feel_value empty_context = { .kind = FEEL_CONTEXT, .context = &no_entries };

enum err feel_run_too_deep(struct feel_run *r)
{
	return diag_set(r->d, ERR_LIMIT, "feel.depth", "the evaluation is nested too deeply");
}

enum err feel_run_too_long(struct feel_run *r)
{
	r->work_left = 0; /* nothing may go on */
	return diag_set(r->d, ERR_LIMIT, "feel.work", "the evaluation takes too many steps");
}

enum err feel_run_alloc(struct feel_run *r, size_t count, size_t size, void *out)
{
	void *p = arena_array(r->arena, count, size);
	if (!p)
		return diag_set(r->d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
	*(void **)out = p;
	return OK;
}

enum err feel_frame_push(struct feel_run *r, size_t slots, struct feel_frame **out)
{
	struct feel_frame *f;
	TRY(feel_run_alloc(r, 1, sizeof *f + slots * sizeof *f->slots, &f));
	f->slots = (struct feel_value *)(void *)(f + 1);
	f->up = r->frame;
	r->frame = f;
	*out = f;
	return OK;
}

static struct feel_run run_init(const struct feel_env *env, const struct feel_value *context, struct arena *scratch,
                                struct diag *d)
{
	return (struct feel_run){
		.arena = scratch,
		.env = env,
		.context = context ? context : &empty_context,
		.work_left = env->bounds.work_max ? env->bounds.work_max : FEEL_WORK_DEFAULT,
		.depth_left = env->bounds.depth_max ? env->bounds.depth_max : FEEL_DEPTH_DEFAULT,
		.d = d,
	};
}

/* ---- within a run ---- */

static enum err eval_unary(struct feel_run *r, const struct feel_plan *p, const struct feel_value *input,
                           struct feel_value *out)
{
	struct feel_value slot = *input;
	struct feel_frame here = { .slots = &slot }, *kept;
	if (!p->functions) {
		r->frame = &here;
		return feel_node_eval(r, p->root, out);
	}
	TRY(feel_frame_push(r, 1, &kept));
	kept->slots[0] = *input;
	return feel_node_eval(r, p->root, out);
}

/* Whatever ran out of memory, the caller is told so in words. */
static enum err told(struct feel_run *r, enum err e)
{
	return e == ERR_NOMEM ? diag_set(r->d, e, "feel.memory", "no memory left for the evaluation") : e;
}

/* A plan starts in its own world: no frames of the one that called it. */
static enum err in_own_world(struct feel_run *r, const struct feel_plan *p, const struct feel_value *input,
                             const struct feel_value *context, struct feel_value *out)
{
	const struct feel_frame *frame = r->frame;
	const struct feel_value *outer = r->context;
	r->frame = NULL;
	r->context = context ? context : &empty_context;
	struct feel_value v = feel_null();
	enum err e = input ? eval_unary(r, p, input, &v) : feel_node_eval(r, p->root, &v);
	r->frame = frame;
	r->context = outer;
	if (e == OK && r->work_left == 0) /* a comparison was given up: the value means nothing */
		return feel_run_too_long(r);
	if (e == OK)
		*out = v;
	return told(r, e);
}

enum err feel_run_eval(struct feel_run *r, const struct feel_plan *p, const struct feel_value *context,
                       struct feel_value *out)
{
	base_assert(!p->unary);
	return in_own_world(r, p, NULL, context, out);
}

enum err feel_run_eval_unary(struct feel_run *r, const struct feel_plan *p, const struct feel_value *input,
                             const struct feel_value *context, struct feel_value *out)
{
	base_assert(p->unary);
	return in_own_world(r, p, input, context, out);
}

enum err feel_run_call(struct feel_run *r, const struct feel_value *function, const struct feel_value *args, size_t count,
                       struct feel_value *out)
{
	struct feel_value v = feel_null();
	enum err e = feel_function_call(r, function, args, count, &v);
	if (e == OK)
		*out = v;
	return told(r, e);
}

struct arena *feel_run_arena(struct feel_run *r)
{
	return r->arena;
}

const struct feel_env *feel_run_env(struct feel_run *r)
{
	return r->env;
}

enum err feel_run_null(struct feel_run *r, struct feel_value *out, const char *fmt, ...)
{
	*out = feel_null();
	if (!r->env->trace)
		return OK;
	char reason[300];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(reason, sizeof reason, fmt, ap);
	va_end(ap);
	if (n > 0)
		r->env->trace(r->env->trace_arg, str_of(reason));
	return OK;
}

enum err feel_run_open(const struct feel_env *env, struct arena *scratch, struct diag *d, struct feel_run **out)
{
	struct feel_run *r = arena_new(scratch, struct feel_run);
	if (!r)
		return diag_set(d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
	*r = run_init(env, NULL, scratch, d);
	*out = r;
	return OK;
}

/* ---- from outside ---- */

enum err feel_eval(const struct feel_plan *p, const struct feel_value *context, const struct feel_env *env,
                   struct arena *scratch, struct feel_value *out, struct diag *d)
{
	struct feel_run r = run_init(env, context, scratch, d);
	return feel_run_eval(&r, p, context, out);
}

enum err feel_eval_unary(const struct feel_plan *p, const struct feel_value *input, const struct feel_value *context,
                         const struct feel_env *env, struct arena *scratch, struct feel_value *out, struct diag *d)
{
	struct feel_run r = run_init(env, context, scratch, d);
	return feel_run_eval_unary(&r, p, input, context, out);
}

enum err feel_call(const struct feel_value *function, const struct feel_value *args, size_t count,
                   const struct feel_env *env, struct arena *scratch, struct feel_value *out, struct diag *d)
{
	struct feel_run r = run_init(env, NULL, scratch, d);
	return feel_run_call(&r, function, args, count, out);
}

enum err feel_coerce(const struct feel_type *t, const struct feel_value *v, const struct feel_env *env,
                     struct arena *scratch, struct feel_value *out, struct diag *d)
{
	struct feel_run r = run_init(env, NULL, scratch, d);
	return told(&r, feel_run_coerce(&r, t, v, out));
}
