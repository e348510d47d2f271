/* service.c - a decision service: a part of the graph behind a door, also as a function
 * (DMN 1.5, 10.4). One output decision gives its value, several a context of them.
 * An argument of the wrong type is null within the service, as a wrong input is null for a decision;
 * a knowledge model is not called at all then (compatibility kit, 0082). */
#include "dmn/dmn_int.h"

struct served {
	struct dmn_run *run;
	const struct dmn_element *e;
};

static const struct feel_type *result_of(const struct feel_type *t)
{
	return t && t->kind == FEEL_TYPE_FUNCTION ? t->item : t;
}

static enum err result(struct dmn_run *run, const struct dmn_element *e, const struct feel_value *slots,
                       struct feel_value *out)
{
	if (e->outputs_count == 1) {
		*out = slots[e->output_slots[0]];
		return OK;
	}
	struct feel_context_builder b;
	feel_context_begin(&b, run->arena);
	for (size_t i = 0; i < e->outputs_count; i++)
		TRY(feel_context_put(&b, e->outputs[i].element->name, slots[e->output_slots[i]]));
	return feel_context_end(&b, out);
}

static enum err fill_slots(struct dmn_run *run, const struct dmn_element *e, const struct feel_value *args,
                           struct feel_value *slots)
{
	for (size_t i = 0; i < e->params_count; i++)
		TRY(dmn_run_coerce(run, e->params[i].type, &args[i], e->params[i].name, e->line, &slots[i]));
	return OK;
}

enum err dmn_service_run(struct dmn_run *run, const struct dmn_element *e, const struct feel_value *args,
                         struct feel_value *out)
{
	struct feel_value *slots, v;
	*out = feel_null();
	if (!e->program.count || !e->outputs_count)
		return OK;
	DMN_ALLOC(run, slots, struct feel_value, e->program.count);
	TRY(fill_slots(run, e, args, slots));
	TRY(dmn_program_run(run, &e->program, (uint32_t)e->params_count, slots));
	TRY(result(run, e, slots, &v));
	return dmn_run_coerce(run, result_of(e->type), &v, e->name, e->line, out);
}

static enum err call(void *arg, struct feel_run *feel, const struct feel_value *args, size_t count,
                     struct feel_value *out)
{
	const struct served *s = arg;
	struct dmn_run *run = s->run;
	base_assert(count == s->e->params_count);
	struct feel_run *feel_before = run->feel;
	const struct feel_value *inputs = run->inputs;
	const struct dmn_element *before = run->current;
	TRY(dmn_run_enter(run));
	run->feel = feel;
	run->inputs = NULL; /* a function has its arguments and nothing else */
	enum err err = dmn_service_run(run, s->e, args, out);
	run->feel = feel_before;
	run->inputs = inputs;
	run->current = before;
	dmn_run_leave(run);
	return err;
}

enum err dmn_service_value(struct dmn_run *run, const struct dmn_element *e, struct feel_value *out)
{
	struct served *s = arena_new(run->arena, struct served);
	if (!s)
		return dmn_run_nomem(run);
	*s = (struct served){ run, e };
	return feel_function_native(run->arena, e->open_params, e->params_count, NULL, call, s, out);
}
