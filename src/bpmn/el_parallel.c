/* el_parallel.c - parallel gateway (BPMN 2.0.2, 13.4.1): waits for a token on every incoming
 * flow, takes one from each, sends one down every outgoing flow. Conditions are ignored.
 */
#include "bpmn/run_int.h"

void el_parallel_arrive(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow)
{
	rest_add(r, scope, flow);
	for (uint32_t i = 0; i < n->in_count; i++)
		if (rest_count(r, scope, n->in[i]) == 0)
			return;
	for (uint32_t i = 0; i < n->in_count; i++)
		rest_take(r, scope, n->in[i], 1);
	el_parallel_fire(r, n, scope);
}

void el_parallel_fire(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	uint32_t id = r->in->next_id++;

	tell(r, BPMN_EV_ENTERED, id, n->el->id);
	tell(r, BPMN_EV_COMPLETED, id, n->el->id);
	flows_take(r, scope, n->out, n->out_count, 1);
}
