/* el_exclusive.c - exclusive gateway (BPMN 2.0.2, 13.4.2): every token passes at once; the
 * first flow in order whose condition holds is taken, else the default flow.
 */
#include <stdio.h>

#include "bpmn/run_int.h"

/* BPMN_NONE and r->why set: an incident. */
static uint32_t choose(struct run *r, const struct bpmn_node *n, struct act *scope)
{
	for (uint32_t i = 0; i < n->out_count; i++) {
		const struct bpmn_flow *f = &r->m->flows[n->out[i]];
		bool yes = true;

		if (n->out[i] == n->default_flow)
			continue;
		if (f->condition.plan && !run_eval_bool(r, scope, &f->condition, &yes))
			return BPMN_NONE;
		if (yes)
			return n->out[i];
	}
	if (n->default_flow == BPMN_NONE)
		snprintf(r->why, sizeof r->why, "No condition of the gateway's flows holds and there is no default flow.");
	return n->default_flow;
}

void el_exclusive_fire(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	uint32_t id = r->in->next_id++, flow;

	tell(r, BPMN_EV_ENTERED, id, n->el->id);
	if (n->out_count == 0) {
		tell(r, BPMN_EV_COMPLETED, id, n->el->id);
		return;
	}
	flow = choose(r, n, act_of(r->in, scope));
	if (flow == BPMN_NONE) {
		incident_gateway(r, n, scope, PHASE_FIRE);
		return;
	}
	tell(r, BPMN_EV_COMPLETED, id, n->el->id);
	flows_take(r, scope, &flow, 1, 1);
}
