/* el_complex.c - complex gateway (BPMN 2.0.2, 13.4.5). It starts when its activation
 * condition holds for the number of tokens that have arrived (activationCount; without a
 * condition: one). Then it waits for the flows that had no token until they have one or
 * cannot get one, and is reset.
 *
 * On reset only conditions that ask for the phase (waitingForStart) are looked at again: a
 * condition or a flow that does not mention the phase belongs to the start.
 */
#include <stdio.h>

#include "bpmn/run_int.h"

static struct gate *gate_of(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	for (uint32_t i = 0; i < r->in->gates_count; i++)
		if (r->in->gates[i].scope == scope && r->in->gates[i].node == n->index)
			return &r->in->gates[i];
	return NULL;
}

static void gate_remove(struct run *r, struct gate *g)
{
	size_t at = (size_t)(g - r->in->gates);

	r->in->gates_count--;
	memmove(g, g + 1, (r->in->gates_count - at) * sizeof *g);
}

static bool was_taken(const struct gate *g, uint32_t flow)
{
	for (uint32_t i = 0; i < g->taken_count; i++)
		if (g->taken[i] == flow)
			return true;
	return false;
}

/* A condition of the gateway is evaluated with what the gateway knows about itself. */
static bool ask(struct run *r, uint32_t scope, const struct bpmn_expr *e, uint32_t arrived, bool start, bool *yes)
{
	struct act *around = act_of(r->in, scope);
	struct act self = { .parent = scope };

	vars_set(r, &self.vars, S("activationCount"), feel_i64(arrived));
	vars_set(r, &self.vars, S("waitingForStart"), feel_boolean(start));
	return around && run_eval_bool(r, &self, e, yes);
}

static uint32_t arrived_at(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n->in_count; i++)
		count += rest_count(r, scope, n->in[i]) > 0;
	return count;
}

static bool choose(struct run *r, const struct bpmn_node *n, uint32_t scope, bool start, uint32_t *chosen, uint32_t *count)
{
	*count = 0;
	for (uint32_t i = 0; i < n->out_count; i++) {
		const struct bpmn_flow *f = &r->m->flows[n->out[i]];
		bool yes = start || f->asks_phase;

		if (n->out[i] == n->default_flow)
			continue;
		if (yes && f->condition.plan && !ask(r, scope, &f->condition, arrived_at(r, n, scope), start, &yes))
			return false;
		if (yes)
			chosen[(*count)++] = n->out[i];
	}
	if (!start || *count || n->out_count == 0)
		return true;
	if (n->default_flow == BPMN_NONE) {
		snprintf(r->why, sizeof r->why, "No condition of the gateway's flows holds and there is no default flow.");
		return false;
	}
	chosen[(*count)++] = n->default_flow;
	return true;
}

static void go_on(struct run *r, const struct bpmn_node *n, uint32_t scope, bool start)
{
	uint32_t id = r->in->next_id++, count;
	uint32_t *chosen = run_get(r, n->out_count, sizeof *chosen);

	tell(r, BPMN_EV_ENTERED, id, n->el->id);
	if (!chosen || !choose(r, n, scope, start, chosen, &count)) {
		incident_gateway(r, n, scope, PHASE_FIRE);
		return;
	}
	tell(r, BPMN_EV_COMPLETED, id, n->el->id);
	flows_take(r, scope, chosen, count, 1);
}

void el_complex_fire(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	go_on(r, n, scope, true);
}

static void remember(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t *taken, uint32_t count)
{
	struct bpmn_instance *in = r->in;
	struct gate *gates;

	if (count == n->in_count)
		return; /* nothing to wait for: reset at once */
	gates = run_grow(r, in->gates, in->gates_count, &in->gates_room, sizeof *gates);
	if (!gates)
		return;
	in->gates = gates;
	gates[in->gates_count++] = (struct gate){ scope, n->index, taken, count };
}

static void try_start(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	uint32_t arrived = arrived_at(r, n, scope), count = 0;
	uint32_t *taken = run_get(r, n->in_count, sizeof *taken);
	bool yes = arrived > 0;

	if (!taken || !arrived)
		return;
	if (n->activation.plan && !ask(r, scope, &n->activation, arrived, true, &yes)) {
		incident_gateway(r, n, scope, PHASE_ENTER);
		return;
	}
	if (!yes)
		return;
	for (uint32_t i = 0; i < n->in_count; i++)
		if (rest_count(r, scope, n->in[i])) {
			rest_take(r, scope, n->in[i], 1);
			taken[count++] = n->in[i];
		}
	remember(r, n, scope, taken, count);
	go_on(r, n, scope, true);
}

void el_complex_arrive(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow)
{
	if (flow != BPMN_NONE)
		rest_add(r, scope, flow); /* none: a retry, its tokens rest already */
	if (!gate_of(r, n, scope))
		try_start(r, n, scope);
}

/* Reset: every flow that was not part of the start has a token, or none can come. */
bool el_complex_ask(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	struct gate *g = gate_of(r, n, scope);
	bool *has = run_get(r, n->in_count, sizeof *has);

	if (!g || !has)
		return false;
	for (uint32_t i = 0; i < n->in_count; i++)
		has[i] = was_taken(g, n->in[i]) || rest_count(r, scope, n->in[i]) > 0;
	for (uint32_t i = 0; i < n->in_count; i++)
		if (!has[i] && join_must_wait(r, scope, n, has))
			return false;
	go_on(r, n, scope, false);
	for (uint32_t i = 0; i < n->in_count; i++)
		if (!was_taken(g, n->in[i]) && rest_count(r, scope, n->in[i]))
			rest_take(r, scope, n->in[i], 1);
	gate_remove(r, g);
	try_start(r, n, scope);
	scope_settled(r, scope);
	return true;
}
