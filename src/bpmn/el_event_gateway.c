/* el_event_gateway.c - event-based gateway (BPMN 2.0.2, 13.4.4): waits for the events behind
 * it; the first to occur decides. The parallel one, which only starts instances, waits for
 * all of them.
 */
#include "bpmn/run_int.h"

void el_event_gateway_work(struct run *r, struct act *act, const struct bpmn_node *n)
{
	uint32_t id = act->id;

	for (uint32_t i = 0; i < n->out_count && act; i++) {
		subscribe(r, act, node_of(r, r->m->flows[n->out[i]].to));
		act = act_of(r->in, id);
	}
}

static bool still_waits(const struct run *r, uint32_t id)
{
	for (uint32_t i = 0; i < r->in->waits_count; i++)
		if (r->in->waits[i]->act == id)
			return true;
	return false;
}

static struct str flow_to(const struct run *r, const struct bpmn_node *n, uint32_t event)
{
	for (uint32_t i = 0; i < n->out_count; i++)
		if (r->m->flows[n->out[i]].to == event)
			return r->m->flows[n->out[i]].el->id;
	return S("");
}

/* The event has occurred already: its act only takes the payload and completes. */
static void pass(struct run *r, const struct bpmn_node *event, uint32_t scope, const struct feel_value *payload)
{
	struct act *act = act_new(r, scope, event->index, ACT_WORK);

	tell(r, BPMN_EV_ENTERED, act->id, event->el->id);
	activity_take(r, act, payload);
	activity_complete(r, act);
}

void el_event_gateway_pick(struct run *r, struct act *act, const struct bpmn_node *event, const struct feel_value *payload)
{
	const struct bpmn_node *n = node_of(r, act->node);
	uint32_t scope = act->parent, id = act->id;
	bool over = !n->parallel_start || !still_waits(r, id);

	if (over) {
		waits_drop(r, id, BPMN_NONE);
		tell(r, BPMN_EV_COMPLETED, id, n->el->id);
	}
	tell(r, BPMN_EV_LEFT_BY_FLOW, 0, flow_to(r, n, event->index));
	pass(r, event, scope, payload);
	act = act_of(r->in, id);
	if (over && act) {
		act_remove(r, act);
		scope_settled(r, scope);
	}
}
