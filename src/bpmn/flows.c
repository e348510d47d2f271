/* flows.c - sequence flows: which are taken, tokens put on them, joins that wait for tokens. */
#include <stdio.h>

#include "bpmn/run_int.h"

/* Activities and events (BPMN 2.0.2, 13.3.1): every flow without condition and every flow
 * whose condition holds; the default flow when no condition held. False = incident. */
bool flows_choose(struct run *r, struct act *act, const struct bpmn_node *n, uint32_t *chosen, uint32_t *count)
{
	bool any_condition = false, held = false;

	*count = 0;
	for (uint32_t i = 0; i < n->out_count; i++) {
		const struct bpmn_flow *f = &r->m->flows[n->out[i]];
		bool yes = !f->condition.plan;

		if (n->out[i] == n->default_flow)
			continue;
		if (f->condition.plan) {
			any_condition = true;
			if (!run_eval_bool(r, act, &f->condition, &yes))
				return false;
			held = held || yes;
		}
		if (yes)
			chosen[(*count)++] = n->out[i];
	}
	if (!held && n->default_flow != BPMN_NONE)
		chosen[(*count)++] = n->default_flow;
	if (*count == 0 && any_condition) {
		snprintf(r->why, sizeof r->why, "No condition of the outgoing flows holds and there is no default flow.");
		return false;
	}
	return true;
}

void flows_take(struct run *r, uint32_t scope, const uint32_t *flows, uint32_t count, uint32_t times)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < times; k++) {
			const struct bpmn_flow *f = &r->m->flows[flows[i]];

			tell(r, BPMN_EV_LEFT_BY_FLOW, 0, f->el->id);
			ready_push(r, READY_ENTER, scope, f->to, flows[i]);
		}
}

static bool row_has(const struct bpmn_reach *reach, uint32_t row, uint32_t position)
{
	return reach->bits[row * reach->words + position / 64] >> (position % 64) & 1;
}

/* Whether a token at `position` holds the join up: it can reach an incoming flow without a
 * token, and none that has one (BPMN 2.0.2, 13.4.3). */
static bool holds_up(const struct bpmn_node *join, uint32_t position, const bool *has)
{
	bool empty = false, full = false;

	for (uint32_t row = 0; row < join->in_count; row++)
		if (row_has(&join->reach, row, position)) {
			if (has[row])
				full = true;
			else
				empty = true;
		}
	return empty && !full;
}

/* Whether a join must wait for tokens that are still on their way. has[i]: token on flow i. */
static bool must_wait(struct run *r, uint32_t scope, const struct bpmn_node *join, const bool *has)
{
	const struct bpmn_instance *in = r->in;

	for (uint32_t i = 0; i < in->acts_count; i++) {
		const struct act *act = in->acts[i];

		if (act->parent == scope && act->node != BPMN_NONE && act->role != ACT_UNDO && node_of(r, act->node)->scope == join->scope &&
		    holds_up(join, node_of(r, act->node)->position, has))
			return true;
	}
	for (uint32_t i = 0; i < in->rests_count; i++) {
		uint32_t to = r->m->flows[in->rests[i].flow].to;

		if (in->rests[i].scope == scope && to != join->index &&
		    node_of(r, to)->scope == join->scope && holds_up(join, node_of(r, to)->position, has))
			return true;
	}
	return false;
}

bool join_must_wait(struct run *r, uint32_t scope, const struct bpmn_node *join, const bool *has)
{
	return join->reach.bits && must_wait(r, scope, join, has);
}

/* When nothing moves any more: joins whose missing tokens cannot come any more go on.
 * True when one did. */
bool joins_ask(struct run *r)
{
	const struct bpmn_instance *in = r->in;

	for (uint32_t i = 0; i < in->rests_count; i++) {
		struct rest rest = in->rests[i];
		const struct bpmn_node *n = node_of(r, r->m->flows[rest.flow].to);

		if (n->kind == BPMN_INCLUSIVE_GATEWAY && el_inclusive_ask(r, n, rest.scope))
			return true;
	}
	for (uint32_t i = 0; i < in->gates_count; i++)
		if (el_complex_ask(r, node_of(r, in->gates[i].node), in->gates[i].scope))
			return true;
	return false;
}
