/* el_throw.c - intermediate throw events and send tasks: everything they name is thrown, in
 * the order of the file; compensation may have to be waited for.
 */
#include "bpmn/run_int.h"

void throw_all(struct run *r, struct act *act, const struct bpmn_node *n, throw_fn one)
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
		} else if (!one(r, act, &n->defs[i], n->el->id)) {
			incident_at(r, act, n->index, 0, PHASE_WORK);
			return;
		}
		act = act_of(r->in, id);
	}
	if (act && !waits)
		activity_complete(r, act);
}

void el_throw_work(struct run *r, struct act *act, const struct bpmn_node *n)
{
	throw_all(r, act, n, throw_definition);
}
