/* eval_call.c - invocations, by position and by name, and function definitions
 * (DMN 1.5, 10.3.2.13).
 */
#include "feel/builtin.h"
#include "feel/coerce.h"
#include "feel/eval.h"
#include "feel/external.h"

enum { ARGS_FEW = 6 };

static const struct feel_type *param_type(const struct feel_function *f, size_t i)
{
	return f->params[i].type ? f->params[i].type : &feel_type_any;
}

/* Arguments brought to the types of the parameters; *ok false where one cannot be. */
static enum err coerce_args(struct feel_run *r, const struct feel_function *f, const struct feel_value *args,
                            size_t count, struct feel_value *out, bool *ok)
{
	*ok = true;
	for (size_t i = 0; i < f->count && *ok; i++) {
		out[i] = i < count ? args[i] : feel_null();
		if (param_type(f, i)->kind != FEEL_TYPE_ANY)
			TRY(feel_coerce_to(r, param_type(f, i), &out[i], ok, &out[i]));
	}
	return OK;
}

static enum err finish(struct feel_run *r, const struct feel_function *f, struct feel_value *out)
{
	if (!f->result || f->result->kind == FEEL_TYPE_ANY)
		return OK;
	return feel_run_coerce(r, f->result, out, out);
}

/* The body sees its parameters, then the world in which the function was made. */
static enum err call_lambda(struct feel_run *r, const struct feel_function *f, const struct feel_value *args,
                            struct feel_value *out)
{
	const struct feel_frame *frame = r->frame;
	const struct feel_value *context = r->context;
	struct feel_frame *own;
	r->frame = f->frame;
	r->context = f->context;
	TRY(feel_frame_push(r, f->count, &own));
	if (f->count)
		memcpy(own->slots, args, f->count * sizeof *args);
	TRY(feel_node_eval(r, f->lambda->body, out));
	r->frame = frame;
	r->context = context;
	return OK;
}

static enum err call_declared(struct feel_run *r, const struct feel_function *f, const struct feel_value *args,
                              size_t count, struct feel_value *out)
{
	struct feel_value *own;
	bool ok;
	if (count > f->count || (count < f->count && f->kind != FEEL_FN_NATIVE))
		return feel_run_null(r, out, "the function takes %zu arguments, not %zu", f->count, count);
	TRY(feel_run_alloc(r, f->count, sizeof *own, &own));
	TRY(coerce_args(r, f, args, count, own, &ok));
	if (!ok)
		return feel_run_null(r, out, "an argument is not of the type of its parameter");
	switch (f->kind) {
	case FEEL_FN_LAMBDA:
		TRY(call_lambda(r, f, own, out));
		break;
	case FEEL_FN_JAVA:
		TRY(feel_java_call(r, f->java, own, f->count, out));
		break;
	default:
		*out = feel_null();
		TRY(f->call(f->arg, r, own, f->count, out));
	}
	return finish(r, f, out);
}

enum err feel_function_call(struct feel_run *r, const struct feel_value *v, const struct feel_value *args, size_t count,
                            struct feel_value *out)
{
	if (v->kind != FEEL_FUNCTION)
		return feel_run_null(r, out, "a %s cannot be called", feel_kind_name(v->kind));
	if (r->depth_left == 0)
		return feel_run_too_deep(r);
	TRY(feel_run_charge(r, 1));
	r->depth_left--;
	enum err e = v->function->kind == FEEL_FN_BUILTIN
	                     ? feel_builtin_call(r, v->function, args, count, out)
	                     : call_declared(r, v->function, args, count, out);
	r->depth_left++;
	return e;
}

static enum err evaluate_args(struct feel_run *r, const struct feel_node *n, struct feel_value *few,
                              struct feel_value **args)
{
	*args = few;
	if (n->count > ARGS_FEW)
		TRY(feel_run_alloc(r, n->count, sizeof **args, args));
	for (uint32_t i = 0; i < n->count; i++)
		TRY(feel_node_eval(r, n->list[i], &(*args)[i]));
	return OK;
}

FEEL_EVAL(feel_eval_call)
{
	struct feel_value f, few[ARGS_FEW], *args;
	TRY(feel_node_eval(r, n->a, &f));
	TRY(evaluate_args(r, n, few, &args));
	if (f.kind != FEEL_FUNCTION)
		return feel_run_null(r, out, "a %s cannot be called", feel_kind_name(f.kind));
	return feel_function_call(r, &f, args, n->count, out);
}

/* ---- by name ---- */


/* Puts each argument where its parameter stands; false when a name is unknown or one is missing. */
static bool place_by_name(const struct feel_function *f, const struct feel_node *n, const struct feel_value *args,
                          struct feel_value *placed)
{
	if (n->count > f->count || (n->count < f->count && f->kind != FEEL_FN_NATIVE))
		return false;
	for (size_t i = 0; i < f->count; i++)
		placed[i] = feel_null();
	for (uint32_t k = 0; k < n->count; k++) {
		size_t i = 0;
		while (i < f->count && !str_eq(f->params[i].name, n->names[k]))
			i++;
		if (i == f->count)
			return false;
		placed[i] = args[k];
	}
	return true;
}

FEEL_EVAL(feel_eval_call_named)
{
	struct feel_value f, few[ARGS_FEW], *args, *placed;
	TRY(feel_node_eval(r, n->a, &f));
	TRY(evaluate_args(r, n, few, &args));
	if (f.kind != FEEL_FUNCTION)
		return feel_run_null(r, out, "a %s cannot be called", feel_kind_name(f.kind));
	if (f.function->kind == FEEL_FN_BUILTIN)
		return feel_builtin_call_named(r, f.function, n->names, args, n->count, out);
	TRY(feel_run_alloc(r, f.function->count, sizeof *placed, &placed));
	if (!place_by_name(f.function, n, args, placed))
		return feel_run_null(r, out, "the names of the arguments are not those of the parameters");
	return feel_function_call(r, &f, placed, f.function->count, out);
}

/* ---- definitions ---- */

/* The context may be a variable of C code that is gone when the function is called. */
static enum err keep_context(struct feel_run *r, const struct feel_value **out)
{
	struct feel_value *copy;
	TRY(feel_run_alloc(r, 1, sizeof *copy, &copy));
	*copy = *r->context;
	*out = copy;
	return OK;
}

static enum err external(struct feel_run *r, const struct feel_node *n, struct feel_function *f, struct feel_value *out)
{
	struct feel_value what;
	TRY(feel_node_eval(r, n->lambda->body, &what));
	f->kind = FEEL_FN_JAVA;
	f->java = feel_java_find(&what, f->count);
	if (!f->java)
		return feel_run_null(r, out, "that external function is not available here");
	*out = (struct feel_value){ .kind = FEEL_FUNCTION, .function = f };
	return OK;
}

FEEL_EVAL(feel_eval_function)
{
	struct feel_function *f;
	TRY(feel_run_alloc(r, 1, sizeof *f, &f));
	f->params = n->lambda->params;
	f->count = n->lambda->count;
	if (n->lambda->external)
		return external(r, n, f, out);
	f->kind = FEEL_FN_LAMBDA;
	f->lambda = n->lambda;
	f->frame = r->frame;
	TRY(keep_context(r, &f->context));
	*out = (struct feel_value){ .kind = FEEL_FUNCTION, .function = f };
	return OK;
}

/* ---- functions written in C ---- */

enum err feel_function_native(struct arena *a, const struct feel_param *params, size_t count,
                              const struct feel_type *result, feel_native call, void *arg, struct feel_value *out)
{
	struct feel_function *f = arena_new(a, struct feel_function);
	if (!f)
		return ERR_NOMEM;
	*f = (struct feel_function){ .kind = FEEL_FN_NATIVE, .params = params, .count = count, .result = result };
	f->call = call;
	f->arg = arg;
	*out = (struct feel_value){ .kind = FEEL_FUNCTION, .function = f };
	return OK;
}

size_t feel_function_params(const struct feel_value *f, const struct feel_param **params)
{
	if (f->kind != FEEL_FUNCTION)
		return 0;
	*params = f->function->params;
	return f->function->count;
}
