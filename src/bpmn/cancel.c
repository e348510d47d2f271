/* cancel.c - taking activities out: interruption, termination, the end of an instance. */
#include "bpmn/run_int.h"

/* Marks every act inside `id`: parents come before their children. */
static void mark_inside(struct bpmn_instance *in, uint32_t id)
{
	for (uint32_t i = 0; i < in->acts_count; i++) {
		struct act *up = NULL, *act = in->acts[i];

		act->flags &= (uint8_t)~ACT_MARKED;
		if (act->id == id)
			continue;
		up = act_of(in, act->parent);
		if (up && (up->id == id || (up->flags & ACT_MARKED)))
			act->flags |= ACT_MARKED;
	}
}

static bool inside(const struct bpmn_instance *in, uint32_t scope, uint32_t id)
{
	const struct act *act = act_of(in, scope);

	return scope == id || !act || (act->flags & ACT_MARKED);
}

static void drop_tokens(struct run *r, uint32_t id)
{
	struct bpmn_instance *in = r->in;
	struct act *self = act_of(in, id);
	struct ready_queue *queues[] = { &r->normal, &r->throwing };
	uint32_t kept = 0;

	for (int k = 0; k < 2; k++) {
		struct ready_queue *q = queues[k];
		uint32_t to = q->head;

		for (uint32_t i = q->head; i < q->count; i++) {
			if (!inside(in, q->at[i].scope, id))
				q->at[to++] = q->at[i];
			else if (self && q->at[i].scope == id)
				self->live--;
		}
		q->count = to;
	}
	for (uint32_t i = 0; i < in->rests_count; i++) {
		if (!inside(in, in->rests[i].scope, id))
			in->rests[kept++] = in->rests[i];
		else if (self && in->rests[i].scope == id)
			self->live -= in->rests[i].count;
	}
	in->rests_count = kept;
}

static void drop_memories(struct run *r, uint32_t id)
{
	struct bpmn_instance *in = r->in;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < in->gates_count; i++)
		if (!inside(in, in->gates[i].scope, id))
			in->gates[kept++] = in->gates[i];
	in->gates_count = kept;
}

void cancel_inside(struct run *r, uint32_t id)
{
	struct bpmn_instance *in = r->in;
	uint32_t kept = 0;

	mark_inside(in, id);
	drop_tokens(r, id);
	drop_memories(r, id);
	for (uint32_t i = 0; i < in->waits_count;) {
		struct act *act = act_of(in, in->waits[i]->act);

		if (act && (act->flags & ACT_MARKED))
			wait_remove(r, in->waits[i], false);
		else
			i++;
	}
	for (uint32_t i = 0; i < in->acts_count; i++) {
		struct act *act = in->acts[i], *up;

		if (!(act->flags & ACT_MARKED)) {
			in->acts[kept++] = act;
			continue;
		}
		tell(r, BPMN_EV_CANCELLED, act->id, act->node == BPMN_NONE ? S("") : node_of(r, act->node)->el->id);
		up = act->parent == id ? act_of(in, id) : NULL;
		if (up)
			up->live--;
	}
	in->acts_count = kept;
}

void cancel_act(struct run *r, struct act *act)
{
	struct str id = act->node == BPMN_NONE ? S("") : node_of(r, act->node)->el->id;

	cancel_inside(r, act->id);
	tell(r, BPMN_EV_CANCELLED, act->id, id);
	act_remove(r, act);
}

void instance_end(struct run *r, enum bpmn_state state, struct str error)
{
	struct bpmn_event *e;

	cancel_inside(r, ROOT_ID);
	waits_drop(r, ROOT_ID, BPMN_NONE);
	r->normal.count = r->normal.head = r->throwing.count = r->throwing.head = 0;
	r->in->records_count = 0;
	r->in->state = state;
	r->in->error = error;
	e = tell(r, BPMN_EV_ENDED, ROOT_ID, r->m->processes[r->in->process].id);
	e->state = state;
	e->name = error;
}
