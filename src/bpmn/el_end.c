/* el_end.c - end events (BPMN 2.0.2, 13.5.5): what they name is thrown and the token ends.
 * Terminate ends the whole scope, cancel undoes and leaves the transaction.
 */
#include "bpmn/run_int.h"

static void terminate(struct run *r, const struct act *end)
{
	struct act *scope = act_of(r->in, end->parent);

	if (!scope)
		return;
	if (scope->role == ACT_PROCESS) {
		instance_end(r, BPMN_TERMINATED, S(""));
		return;
	}
	cancel_inside(r, scope->id);
	scope_settled(r, scope->id);
}

static void cancel(struct run *r, const struct act *end)
{
	struct act *scope = act_of(r->in, end->parent);
	uint32_t id;

	while (scope && !(scope->role == ACT_BODY && node_of(r, scope->node)->kind == BPMN_TRANSACTION))
		scope = act_of(r->in, scope->parent);
	if (!scope)
		return;
	id = scope->id;
	cancel_inside(r, id);
	scope->flags |= ACT_CANCELLING;
	undo_all(r, scope);
	scope_settled(r, id);
}

static bool end_one(struct run *r, struct act *act, const struct bpmn_definition *def, struct str element)
{
	if (def->trigger == TRIGGER_TERMINATE)
		terminate(r, act);
	else if (def->trigger == TRIGGER_CANCEL)
		cancel(r, act);
	else
		return throw_definition(r, act, def, element);
	return true;
}

void el_end_work(struct run *r, struct act *act, const struct bpmn_node *n)
{
	uint32_t id = act->id;
	bool waits = false;

	if (n->job) {
		wait_tell(r, wait_new(r, act, n->index, BPMN_WAIT_JOB));
		return;
	}
	for (size_t i = 0; i < n->defs_count && act; i++) {
		if (n->defs[i].trigger == TRIGGER_COMPENSATE) {
			waits = undo_start(r, act, &n->defs[i]) || waits;
		} else if (!end_one(r, act, &n->defs[i], n->el->id)) {
			incident_at(r, act, n->index, 0, PHASE_WORK);
			return;
		}
		act = act_of(r->in, id);
	}
	if (act && !waits)
		activity_complete(r, act);
}
