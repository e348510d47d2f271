/* eval.c - evaluating a decision, service or knowledge model of a model by name. */
#include "dmn/dmn_int.h"

static enum err decision_run(struct dmn_run *run, const struct dmn_element *e, struct feel_value *out)
{
	struct feel_value *slots;
	DMN_ALLOC(run, slots, struct feel_value, e->program.count + 1);
	TRY(dmn_program_run(run, &e->program, 0, slots));
	*out = e->program.count ? slots[e->program.count - 1] : feel_null();
	return OK;
}

/* Arguments by name from the inputs, brought to the parameters' types. */
static enum err args_of(struct dmn_run *run, const struct dmn_element *e, const struct feel_param *params, size_t count,
                        struct feel_value **out)
{
	struct feel_value *args;
	DMN_ALLOC(run, args, struct feel_value, count);
	for (size_t i = 0; i < count; i++) {
		const struct feel_value *given = feel_get(run->inputs, params[i].name);
		if (given)
			TRY(dmn_run_coerce(run, params[i].type, given, params[i].name, e->line, &args[i]));
		else
			dmn_run_reason(run, "the input %.*s is missing", STR_ARG(params[i].name));
	}
	*out = args;
	return OK;
}

static enum err service_run(struct dmn_run *run, const struct dmn_element *e, struct feel_value *out)
{
	struct feel_value *args;
	TRY(args_of(run, e, e->params, e->params_count, &args));
	return dmn_service_run(run, e, args, out);
}

static enum err knowledge_run(struct dmn_run *run, const struct dmn_element *e, struct feel_value *out)
{
	struct feel_value f, *args;
	const struct feel_param *params;
	TRY(dmn_knowledge_value(run, e, &f));
	size_t count = f.kind == FEEL_FUNCTION ? feel_function_params(&f, &params) : 0;
	TRY(args_of(run, e, count ? params : NULL, count, &args));
	*out = feel_null();
	return f.kind == FEEL_FUNCTION ? feel_run_call(run->feel, &f, args, count, out) : OK;
}

static enum err evaluate(struct dmn_run *run, const struct dmn_element *e, struct feel_value *out)
{
	if (e->kind == DMN_SERVICE)
		return service_run(run, e, out);
	return e->kind == DMN_KNOWLEDGE ? knowledge_run(run, e, out) : decision_run(run, e, out);
}

/* Why a null is null is told by FEEL through the environment; the first reason goes to diag. */
static void note_reason(void *arg, struct str reason)
{
	struct dmn_run *run = arg;
	dmn_run_reason(run, "%.*s", STR_ARG(reason));
}

/* A function that is part of the result may be called later: what it needs lies in the arena. */
static enum err open_run(const struct dmn_model *m, const struct feel_value *inputs, const struct feel_env *env,
                         struct arena *scratch, bool tracing, struct diag *d, struct dmn_run **out)
{
	struct dmn_run *run = arena_new(scratch, struct dmn_run);
	if (!run)
		return diag_set(d, ERR_NOMEM, "dmn.memory", "the memory for this evaluation is used up");
	*run = (struct dmn_run){ .model = m, .caller = env, .own = *env, .arena = scratch, .diag = d, .inputs = inputs,
		.tracing = tracing };
	run->depth_max = env->bounds.depth_max && env->bounds.depth_max < DMN_DEPTH_MAX ? env->bounds.depth_max : DMN_DEPTH_MAX;
	run->work_max = env->bounds.work_max ? env->bounds.work_max : DMN_WORK_MAX;
	run->own.trace = note_reason;
	run->own.trace_arg = run;
	run->trace_end = &run->trace;
	*out = run;
	return feel_run_open(&run->own, scratch, d, &run->feel);
}

enum err dmn_eval(const struct dmn_model *m, struct str decision, const struct feel_value *inputs,
                  const struct feel_env *env, struct arena *scratch, struct feel_value *out, struct dmn_trace **trace,
                  struct diag *d)
{
	const struct dmn_element *e = dmn_element_find(m, decision);
	struct dmn_run *run = NULL;
	struct feel_value v = feel_null();
	if (!e)
		return diag_set(d, ERR_NOT_FOUND, "dmn.decision", "the model %.*s has no decision \"%.*s\"", STR_ARG(m->name),
		                STR_ARG(decision));
	TRY(open_run(m, inputs, env, scratch, trace != NULL, d, &run));
	TRY(evaluate(run, e, &v));
	if (run->unexplained)
		return dmn_run_nomem(run);
	if (!feel_is_null(&v) && d && d->err == OK)
		d->text[0] = 0; /* reasons of inner nulls that the decision dealt with */
	run->diag = NULL;
	*out = v;
	if (trace)
		*trace = run->trace;
	return OK;
}

/* ---- inputs ---- */

/* Input data of the model itself, or what a decision asks for, through its graph. */
static enum err inputs_of(const struct dmn_model *m, struct str decision, struct arena *a, struct feel_param **out, size_t *count)
{
	const struct dmn_element *e = dmn_element_find(m, decision);
	*count = 0;
	if (!e)
		return OK;
	bool given = e->kind == DMN_SERVICE;
	bool knowledge = e->kind == DMN_KNOWLEDGE;
	size_t room = knowledge ? e->logic->function.count : given ? e->params_count : e->program.count, n = 0;
	*out = arena_new_n(a, struct feel_param, room);
	if (!*out)
		return ERR_NOMEM;
	if (knowledge || given) {
		memcpy(*out, knowledge ? e->logic->function.params : e->params, room * sizeof **out);
		*count = room;
		return OK;
	}
	for (uint32_t i = 0; i < e->program.count; i++)
		if (e->program.steps[i].element->kind == DMN_INPUT_DATA)
			(*out)[n++] = (struct feel_param){ .name = e->program.steps[i].element->name,
				.type = e->program.steps[i].element->type };
	*count = n;
	return OK;
}

size_t dmn_model_inputs(const struct dmn_model *m, struct str decision, struct arena *a, struct feel_param **out)
{
	size_t count;
	return inputs_of(m, decision, a, out, &count) == OK ? count : 0;
}

static const struct feel_type *input_type(const struct feel_param *inputs, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(inputs[i].name, name))
			return inputs[i].type;
	return NULL;
}

enum err dmn_inputs_from_json(const struct dmn_model *m, struct str decision, const struct json *v, struct arena *a,
                              struct feel_value *out, struct diag *d)
{
	struct feel_context_builder b;
	struct feel_param *inputs = NULL;
	size_t count;
	if (v->kind != JSON_OBJECT)
		return diag_set(d, ERR_INVALID, "dmn.inputs", "the inputs must be a JSON object of input names and values");
	TRY(inputs_of(m, decision, a, &inputs, &count)); /* without its type a date would be a text */
	feel_context_begin(&b, a);
	for (size_t i = 0; i < v->count; i++) {
		const struct feel_type *t = input_type(inputs, count, v->members[i].key);
		struct feel_value one;
		TRY(t ? feel_from_json_as(a, &v->members[i].value, t, &one, d) : feel_from_json(a, &v->members[i].value, &one, d));
		TRY(feel_context_put(&b, v->members[i].key, one));
	}
	return feel_context_end(&b, out);
}
