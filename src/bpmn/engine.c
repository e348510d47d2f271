/* engine.c - moves tokens until none can: the bounded loop of one command. */
#include <stdio.h>

#include "bpmn/run_int.h"

static void fire(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	switch (n->kind) {
	case BPMN_EXCLUSIVE_GATEWAY:
		el_exclusive_fire(r, n, scope);
		break;
	case BPMN_PARALLEL_GATEWAY:
		el_parallel_fire(r, n, scope);
		break;
	case BPMN_INCLUSIVE_GATEWAY:
		el_inclusive_fire(r, n, scope);
		break;
	case BPMN_COMPLEX_GATEWAY:
		el_complex_fire(r, n, scope);
		break;
	default:
		if (n->loop)
			el_loop_enter(r, n, scope);
		else
			activity_start(r, n, scope, 0, NULL);
		break;
	}
}

/* startQuantity: tokens gather before the activity until there are enough. */
static void gather(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow)
{
	uint32_t have = 0, need = n->start_quantity;

	rest_add(r, scope, flow);
	for (uint32_t i = 0; i < n->in_count; i++)
		have += rest_count(r, scope, n->in[i]);
	if (have < need)
		return;
	for (uint32_t i = 0; i < n->in_count && need; i++) {
		uint32_t here = rest_count(r, scope, n->in[i]);
		uint32_t take = here < need ? here : need;

		if (take)
			rest_take(r, scope, n->in[i], take);
		need -= take;
	}
	fire(r, n, scope);
}

static void enter(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow)
{
	if (flow != BPMN_NONE && n->kind == BPMN_PARALLEL_GATEWAY && n->in_count > 1)
		el_parallel_arrive(r, n, scope, flow);
	else if (flow != BPMN_NONE && n->kind == BPMN_INCLUSIVE_GATEWAY && n->in_count > 1)
		el_inclusive_arrive(r, n, scope, flow);
	else if (n->in_count && n->kind == BPMN_COMPLEX_GATEWAY)
		el_complex_arrive(r, n, scope, flow);
	else if (flow != BPMN_NONE && n->start_quantity > 1)
		gather(r, n, scope, flow);
	else
		fire(r, n, scope);
}

static void step(struct run *r, struct ready t)
{
	struct act *act = act_of(r->in, t.scope);

	if (!act)
		return;
	act->live--;
	r->steps++;
	if (t.kind == READY_ENTER)
		enter(r, node_of(r, t.node), t.scope, t.flow);
	else if (t.kind == READY_FIRE)
		fire(r, node_of(r, t.node), t.scope);
	else if (t.kind == READY_LOOP)
		el_loop_step(r, act);
	else
		undo_step(r, act);
	if (t.kind == READY_ENTER || t.kind == READY_FIRE)
		scope_settled(r, t.scope);
}

/* The command has used up its work: what still moves stops, visibly. */
static void stop_all(struct run *r)
{
	struct ready_queue *queues[] = { &r->normal, &r->throwing };

	snprintf(r->why, sizeof r->why, "One command moved %u tokens without coming to rest: is this a loop without a wait?",
	         r->steps_max);
	for (int k = 0; k < 2; k++) {
		struct ready_queue *q = queues[k];

		while (q->head < q->count) {
			struct ready t = q->at[q->head++];
			struct act *act = act_of(r->in, t.scope);

			if (!act)
				continue;
			act->live--;
			if (t.kind == READY_LOOP)
				incident_at(r, act, act->node, 0, PHASE_LOOP);
			else if (t.kind == READY_UNDO)
				incident_at(r, act, act->node, 0, PHASE_UNDO);
			else
				incident_token(r, node_of(r, t.node), t.scope, t.flow, t.kind == READY_FIRE);
		}
	}
}

static bool take(struct ready_queue *q, struct ready *t)
{
	if (q->head == q->count)
		return false;
	*t = q->at[q->head++];
	return true;
}

void run_drain(struct run *r)
{
	struct ready t;

	while (!r->failed && r->in->state == BPMN_RUNNING) {
		if (r->steps > r->steps_max) {
			stop_all(r);
			return;
		}
		if (r->dirty) {
			r->dirty = false;
			conditions_ask(r);
		} else if (take(&r->normal, &t) || take(&r->throwing, &t)) {
			step(r, t);
		} else if (!joins_ask(r)) {
			return;
		}
	}
}
