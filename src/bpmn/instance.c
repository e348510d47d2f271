/* instance.c - what a host may ask an instance: its state, variables and what it waits for. */
#include "bpmn/run_int.h"

void instance_refresh(struct bpmn_instance *in)
{
	const struct act *root;

	instance_count_live(in);
	root = act_of(in, ROOT_ID);
	in->view = (struct feel_context){ .entries = root->vars.at, .count = root->vars.count };
	in->view_value = (struct feel_value){ .kind = FEEL_CONTEXT, .context = &in->view };
}

enum bpmn_state bpmn_instance_state(const struct bpmn_instance *i)
{
	return i->state;
}

const struct feel_value *bpmn_instance_variables(const struct bpmn_instance *i)
{
	return &i->view_value;
}

struct str bpmn_instance_process(const struct bpmn_instance *i)
{
	return i->m->processes[i->process].id;
}

struct str bpmn_instance_error(const struct bpmn_instance *i)
{
	return i->error;
}

enum err bpmn_instance_waiting(const struct bpmn_instance *i, struct arena *a, struct bpmn_waiting **out)
{
	struct bpmn_waiting *list = arena_array(a, i->waits_count, sizeof *list);

	if (!list)
		return ERR_NOMEM;
	for (uint32_t k = 0; k < i->waits_count; k++) {
		const struct wait *w = i->waits[k];

		list[k] = (struct bpmn_waiting){ .id = w->id, .kind = (enum bpmn_wait)w->kind, .due_ms = w->due_ms,
			.element = w->node == BPMN_NONE ? bpmn_instance_process(i) : i->m->nodes[w->node].el->id,
			.name = w->kind == BPMN_WAIT_INCIDENT ? w->text : w->name, .key = w->key,
			.next = k + 1 < i->waits_count ? &list[k + 1] : NULL };
	}
	*out = i->waits_count ? list : NULL;
	return OK;
}

static enum err copy_str(struct arena *a, struct str *s)
{
	*s = arena_str(a, *s);
	return s->ptr ? OK : ERR_NOMEM;
}

static enum err copy_vars(struct arena *a, struct vars *v)
{
	for (uint32_t i = 0; i < v->count; i++) {
		TRY(copy_str(a, &v->at[i].key));
		TRY(feel_copy(a, &v->at[i].value, &v->at[i].value));
	}
	return OK;
}

static enum err copy_deep(struct arena *a, struct bpmn_instance *in)
{
	struct conversation *talks = arena_array(a, in->conversations_count, sizeof *talks);

	if (!talks)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < in->conversations_count; i++) {
		talks[i] = in->conversations[i];
		TRY(copy_str(a, &talks[i].key));
	}
	in->conversations = talks;
	TRY(copy_str(a, &in->error));
	for (uint32_t i = 0; i < in->acts_count; i++) {
		struct act *act = in->acts[i];

		TRY(copy_vars(a, &act->vars));
		TRY(feel_copy(a, &act->items, &act->items));
		for (uint32_t k = 0; act->results && k < act->total; k++)
			TRY(feel_copy(a, &act->results[k], &act->results[k]));
	}
	for (uint32_t i = 0; i < in->waits_count; i++) {
		TRY(copy_str(a, &in->waits[i]->name));
		TRY(copy_str(a, &in->waits[i]->key));
		TRY(copy_str(a, &in->waits[i]->text));
	}
	for (uint32_t i = 0; i < in->records_count; i++)
		TRY(copy_vars(a, &in->records[i]->vars));
	for (uint32_t i = 0; i < in->gates_count; i++) {
		uint32_t *taken = arena_array(a, in->gates[i].taken_count, sizeof *taken);

		if (!taken)
			return ERR_NOMEM;
		if (in->gates[i].taken_count)
			memcpy(taken, in->gates[i].taken, in->gates[i].taken_count * sizeof *taken);
		in->gates[i].taken = taken;
	}
	return OK;
}

struct bpmn_instance *bpmn_instance_copy(struct arena *a, const struct bpmn_instance *i)
{
	struct bpmn_instance *in = instance_clone(a, i);

	if (!in || copy_deep(a, in) != OK)
		return NULL;
	instance_refresh(in);
	return in;
}
