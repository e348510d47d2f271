/* el_loop.c - looped activities: the container of their instances, and the standard loop
 * (BPMN 2.0.2, 13.3.6). Boundary events belong to the whole loop, not to one instance.
 */
#include "bpmn/run_int.h"

void el_loop_enter(struct run *r, const struct bpmn_node *n, uint32_t scope)
{
	struct act *loop = act_new(r, scope, n->index, ACT_LOOP);

	tell(r, BPMN_EV_ENTERED, loop->id, n->el->id);
	el_loop_begin(r, loop);
}

void el_loop_begin(struct run *r, struct act *loop)
{
	const struct bpmn_node *n = node_of(r, loop->node);
	uint32_t id = loop->id;

	if (n->loop->kind != LOOP_STANDARD && !el_multi_count(r, loop)) {
		incident_at(r, loop, n->index, 0, PHASE_ENTER);
		return;
	}
	subscribe_boundaries(r, loop);
	if (act_of(r->in, id))
		ready_push(r, READY_LOOP, id, BPMN_NONE, BPMN_NONE);
}

/* Whether a standard loop goes round once more; false through *ok is an incident. */
static bool again(struct run *r, struct act *loop, const struct bpmn_loop *l, bool *ok)
{
	bool yes = true;

	*ok = true;
	if (l->maximum >= 0 && loop->ended >= (uint64_t)l->maximum)
		return false;
	if (!l->test_before && loop->ended == 0)
		return true;
	vars_set(r, &loop->vars, S("loopCounter"), feel_i64(loop->ended));
	if (l->condition.plan)
		*ok = run_eval_bool(r, loop, &l->condition, &yes);
	return yes;
}

void el_loop_step(struct run *r, struct act *loop)
{
	const struct bpmn_node *n = node_of(r, loop->node);
	bool ok, more;

	if (n->loop->kind != LOOP_STANDARD) {
		el_multi_step(r, loop);
		return;
	}
	more = again(r, loop, n->loop, &ok);
	if (!ok)
		incident_at(r, loop, n->index, 0, PHASE_LOOP);
	else if (more)
		activity_start(r, n, loop->id, ++loop->started, NULL);
	else
		activity_leave(r, loop);
}

void el_loop_done(struct run *r, struct act *loop, struct act *child)
{
	const struct bpmn_node *n = node_of(r, loop->node);

	if (n->loop->kind != LOOP_STANDARD) {
		el_multi_done(r, loop, child);
		return;
	}
	undo_record(r, child);
	tell(r, BPMN_EV_COMPLETED, child->id, n->el->id);
	act_remove(r, child);
	loop->ended++;
	ready_push(r, READY_LOOP, loop->id, BPMN_NONE, BPMN_NONE);
}
