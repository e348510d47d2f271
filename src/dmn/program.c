/* program.c - a decision's requirements graph as a list of steps, each behind what it needs, and
 * running such a list. The order is found once, when the model is read. */
#include "dmn/dmn_int.h"

enum { CHAIN_MAX = 1000 };

struct builder {
	struct dmn_reader *r;
	const struct dmn_element *root;
	struct dmn_program *program;
	uint32_t room;
	struct map placed; /* bytes of an element's address -> struct place */
	int depth;
	bool circle;
};

struct place {
	const struct dmn_element *element;
	uint32_t slot;
	bool done;
};

static struct str key_of(const struct place *p)
{
	return str_span((const char *)&p->element, sizeof p->element);
}

static enum err grow(struct builder *b)
{
	struct dmn_step *steps;
	if (b->program->count < b->room)
		return OK;
	if (b->room >= DMN_STEPS_MAX)
		return diag_set(b->r->diag, ERR_LIMIT, "dmn.graph", "the graph of %.*s has more than %d elements",
		                STR_ARG(b->root->name), DMN_STEPS_MAX);
	uint32_t room = b->room ? b->room * 2 : 8;
	DMN_ALLOC(b->r, steps, struct dmn_step, room);
	if (b->room)
		memcpy(steps, b->program->steps, b->room * sizeof *steps);
	b->program->steps = steps;
	b->room = room;
	return OK;
}

static enum err append(struct builder *b, const struct dmn_element *e, struct place *p)
{
	TRY(grow(b));
	p->slot = b->program->count++;
	p->done = true;
	b->program->steps[p->slot].element = e;
	return OK;
}

static enum err place_new(struct builder *b, const struct dmn_element *e, struct place **out)
{
	struct place *p = NULL;
	DMN_ALLOC(b->r, p, struct place, 1);
	p->element = e;
	TRY(map_set(&b->placed, key_of(p), p));
	*out = p;
	return OK;
}

static bool has_value(const struct dmn_element *e)
{
	return e->kind == DMN_INPUT_DATA || e->kind == DMN_DECISION;
}

/* Steps for e and all it requires; its slot in *slot. */
static enum err visit(struct builder *b, const struct dmn_element *e, uint32_t *slot)
{
	struct place probe = { .element = e }, *p = map_get(&b->placed, key_of(&probe));
	if (p && !p->done)
		b->circle = true;
	if (p) {
		*slot = p->slot;
		return OK;
	}
	if (++b->depth > CHAIN_MAX)
		return diag_set(b->r->diag, ERR_LIMIT, "dmn.graph", "decisions require each other more than %d deep", CHAIN_MAX);
	TRY(place_new(b, e, &p));
	uint32_t *slots;
	DMN_ALLOC(b->r, slots, uint32_t, e->requires_count);
	for (size_t i = 0; i < e->requires_count; i++) {
		slots[i] = DMN_NO_SLOT;
		if (has_value(e->requires[i].element))
			TRY(visit(b, e->requires[i].element, &slots[i]));
	}
	TRY(append(b, e, p));
	b->program->steps[p->slot].slots = slots;
	b->depth--;
	*slot = p->slot;
	return OK;
}

static enum err give(struct builder *b, const struct dmn_requirement *q, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct place *p = NULL;
		TRY(place_new(b, q[i].element, &p));
		TRY(append(b, q[i].element, p));
	}
	return OK;
}

enum err dmn_program_build(struct dmn_reader *r, struct dmn_element *e)
{
	struct builder b = { .r = r, .root = e, .program = &e->program };
	uint32_t slot;
	if (e->kind != DMN_DECISION && e->kind != DMN_SERVICE)
		return OK;
	map_init(&b.placed, r->arena);
	if (e->kind == DMN_SERVICE) {
		TRY(give(&b, e->input_data, e->input_data_count));
		TRY(give(&b, e->input_decisions, e->input_decisions_count));
		DMN_ALLOC(r, e->output_slots, uint32_t, e->outputs_count);
		for (size_t i = 0; i < e->outputs_count; i++)
			TRY(visit(&b, e->outputs[i].element, &e->output_slots[i]));
	} else {
		TRY(visit(&b, e, &slot));
	}
	if (b.circle) {
		dmn_find(r, DMN_ERROR, "graph-circle", e->id, e->line, "%.*s requires itself, directly or through others",
		         STR_ARG(e->name));
		e->program.count = 0;
	}
	return r->failed;
}

/* ---- running ---- */

static enum err requirement_value(struct dmn_run *run, const struct dmn_element *e, uint32_t slot,
                                  const struct feel_value *slots, struct feel_value *out)
{
	if (slot != DMN_NO_SLOT) {
		*out = slots[slot];
		return OK;
	}
	return e->kind == DMN_SERVICE ? dmn_service_value(run, e, out) : dmn_knowledge_value(run, e, out);
}

static enum err alias_value(struct dmn_run *run, const struct dmn_element *e, const uint32_t *at, struct str alias,
                            const struct feel_value *slots, struct feel_value *out)
{
	struct feel_context_builder b;
	feel_context_begin(&b, run->arena);
	for (size_t i = 0; i < e->requires_count; i++) {
		struct feel_value v;
		if (!str_eq(e->requires[i].alias, alias))
			continue;
		TRY(requirement_value(run, e->requires[i].element, at ? at[i] : DMN_NO_SLOT, slots, &v));
		TRY(feel_context_put(&b, e->requires[i].element->name, v));
	}
	return feel_context_end(&b, out);
}

enum err dmn_requirements_scope(struct dmn_run *run, const struct dmn_element *e, const uint32_t *at,
                                const struct feel_value *slots, size_t room, struct dmn_scope **out)
{
	struct dmn_scope *s;
	TRY(dmn_scope_new(run, NULL, e->requires_count + room, &s));
	for (size_t i = 0; i < e->requires_count; i++) {
		const struct dmn_requirement *q = &e->requires[i];
		struct feel_value v;
		if (str_empty(q->alias)) {
			TRY(requirement_value(run, q->element, at ? at[i] : DMN_NO_SLOT, slots, &v));
			dmn_scope_set(s, q->element->name, v);
		} else if (dmn_alias_is_first(e, i)) {
			TRY(alias_value(run, e, at, q->alias, slots, &v));
			dmn_scope_set(s, q->alias, v);
		}
	}
	*out = s;
	return OK;
}

static enum err decision_eval(struct dmn_run *run, const struct dmn_step *step, const struct feel_value *slots,
                              struct feel_value *out)
{
	const struct dmn_element *e = step->element, *before = run->current;
	struct dmn_scope *scope;
	struct feel_value v = feel_null();
	run->current = e;
	run->reason = S("");
	TRY(dmn_requirements_scope(run, e, step->slots, slots, 0, &scope));
	if (e->logic)
		TRY(dmn_expr_eval(run, e->logic, &scope->value, &v));
	else
		dmn_run_reason(run, "the decision %.*s has no logic", STR_ARG(e->name));
	TRY(dmn_run_coerce(run, e->type, &v, e->name, e->line, out));
	run->current = before;
	return run->tracing ? dmn_trace_decision(run, e, &scope->value, out) : OK;
}

/* Inputs of an imported model may be told apart by "namespace#name". */
static enum err input_eval(struct dmn_run *run, const struct dmn_element *e, struct feel_value *out)
{
	const struct feel_value *given = NULL;
	if (run->inputs && e->model != run->model) {
		struct str key = arena_printf(run->arena, "%.*s#%.*s", STR_ARG(e->model->ns), STR_ARG(e->name));
		if (!key.ptr)
			return dmn_run_nomem(run);
		given = feel_get(run->inputs, key);
	}
	if (!given)
		given = feel_get(run->inputs, e->name);
	*out = feel_null();
	if (given)
		return dmn_run_coerce(run, e->type, given, e->name, e->line, out);
	dmn_run_reason(run, "the input %.*s is missing", STR_ARG(e->name));
	return OK;
}

enum err dmn_program_run(struct dmn_run *run, const struct dmn_program *p, uint32_t from, struct feel_value *slots)
{
	for (uint32_t i = from; i < p->count; i++) {
		const struct dmn_step *step = &p->steps[i];
		TRY(dmn_run_tick(run));
		if (step->element->kind == DMN_INPUT_DATA)
			TRY(input_eval(run, step->element, &slots[i]));
		else
			TRY(decision_eval(run, step, slots, &slots[i]));
	}
	return OK;
}
