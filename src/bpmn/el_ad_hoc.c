/* el_ad_hoc.c - ad-hoc sub-process (BPMN 2.0.2, 13.3.5): the activities that nothing leads to
 * start by themselves, each once: all together, or one after another when the ordering is
 * sequential. It is done when its completion condition holds, or without one when nothing is
 * left to do.
 */
#include <stdio.h>

#include "bpmn/run_int.h"

static bool begins(const struct bpmn_node *n)
{
	return n->in_count == 0 && n->kind != BPMN_EVENT_SUB_PROCESS && n->kind != BPMN_BOUNDARY_EVENT &&
	       !n->for_compensation;
}

/* Starts the next activity (sequential) or all; false when none is left. act->started counts. */
static bool start_next(struct run *r, struct act *scope, const struct bpmn_scope *plan)
{
	uint32_t seen = 0;
	bool any = false;

	for (uint32_t i = 0; i < plan->nodes_count; i++) {
		if (!begins(node_of(r, plan->nodes[i])) || seen++ < scope->started)
			continue;
		scope->started++;
		any = true;
		ready_push(r, READY_ENTER, scope->id, plan->nodes[i], BPMN_NONE);
		if (plan->sequential)
			break;
	}
	return any;
}

void el_ad_hoc_open(struct run *r, struct act *scope)
{
	scope->started = 0;
	start_next(r, scope, &r->m->scopes[node_of(r, scope->node)->body]);
}

static bool has_incident(const struct run *r, uint32_t act)
{
	for (uint32_t i = 0; i < r->in->waits_count; i++)
		if (r->in->waits[i]->act == act && r->in->waits[i]->kind == BPMN_WAIT_INCIDENT)
			return true;
	return false;
}

static void finish(struct run *r, struct act *scope, const struct bpmn_scope *plan)
{
	if (scope->live && !plan->keep_remaining)
		cancel_inside(r, scope->id);
	scope->started = UINT32_MAX; /* nothing new starts while the rest is finished */
	if (scope->live)
		return;
	waits_drop(r, scope->id, BPMN_NONE);
	activity_complete(r, scope);
}

void el_ad_hoc_done(struct run *r, struct act *scope)
{
	const struct bpmn_scope *plan = &r->m->scopes[node_of(r, scope->node)->body];
	bool done = !plan->completion.plan && !scope->live;

	if (has_incident(r, scope->id))
		return;
	if (scope->started != UINT32_MAX && plan->completion.plan && !run_eval_bool(r, scope, &plan->completion, &done)) {
		incident_at(r, scope, scope->node, 0, PHASE_WORK);
		return;
	}
	if (scope->started == UINT32_MAX || (done && plan->completion.plan)) {
		finish(r, scope, plan);
	} else if (!scope->live && !start_next(r, scope, plan)) {
		if (done) {
			finish(r, scope, plan);
			return;
		}
		snprintf(r->why, sizeof r->why, "Everything inside is done and the completion condition does not hold; "
		         "a retry starts the activities again.");
		incident_at(r, scope, scope->node, 0, PHASE_WORK);
	}
}
