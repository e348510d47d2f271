/* el_inclusive.c - inclusive gateway (BPMN 2.0.2, 13.4.3). The join waits as long as a token
 * elsewhere in the scope can still reach an incoming flow that has none; it is asked when
 * nothing else moves, so a token on its way through other gateways is never overlooked.
 */
#include <stdio.h>

#include "bpmn/run_int.h"

void el_inclusive_arrive(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow)
{
	rest_add(r, scope, flow);
	for (uint32_t i = 0; i < n->in_count; i++)
		if (rest_count(r, scope, n->in[i]) == 0)
			return; /* joins_ask decides */
	for (uint32_t i = 0; i < n->in_count; i++)
		rest_take(r, scope, n->in[i], 1);
	el_inclusive_fire(r, n, scope);
}

bool el_inclusive_ask(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	bool *has = run_get(r, n->in_count, sizeof *has);

	if (!has)
		return false;
	for (uint32_t i = 0; i < n->in_count; i++)
		has[i] = rest_count(r, scope, n->in[i]) > 0;
	if (join_must_wait(r, scope, n, has))
		return false;
	for (uint32_t i = 0; i < n->in_count; i++)
		if (has[i])
			rest_take(r, scope, n->in[i], 1);
	el_inclusive_fire(r, n, scope);
	scope_settled(r, scope);
	return true;
}

static bool choose(struct run *r, const struct bpmn_node *n, struct act *scope, uint32_t *chosen, uint32_t *count)
{
	*count = 0;
	for (uint32_t i = 0; i < n->out_count; i++) {
		const struct bpmn_flow *f = &r->m->flows[n->out[i]];
		bool yes = true;

		if (n->out[i] == n->default_flow)
			continue;
		if (f->condition.plan && !run_eval_bool(r, scope, &f->condition, &yes))
			return false;
		if (yes)
			chosen[(*count)++] = n->out[i];
	}
	if (*count == 0 && n->default_flow != BPMN_NONE)
		chosen[(*count)++] = n->default_flow;
	if (*count == 0 && n->out_count) {
		snprintf(r->why, sizeof r->why, "No condition of the gateway's flows holds and there is no default flow.");
		return false;
	}
	return true;
}

void el_inclusive_fire(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	uint32_t id = r->in->next_id++, count;
	uint32_t *chosen = run_get(r, n->out_count, sizeof *chosen);

	tell(r, BPMN_EV_ENTERED, id, n->el->id);
	if (!chosen || !choose(r, n, act_of(r->in, scope), chosen, &count)) {
		incident_gateway(r, n, scope, PHASE_FIRE);
		return;
	}
	tell(r, BPMN_EV_COMPLETED, id, n->el->id);
	flows_take(r, scope, chosen, count, 1);
}
