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
	throw_all(r, act, n, end_one);
}
