/* el_script.c - script task: a FEEL expression, its value put into the result variable. */
#include "bpmn/run_int.h"

void el_script_work(struct run *r, struct act *act, const struct bpmn_node *n)
{
	struct feel_value v;

	if (n->job) {
		wait_tell(r, wait_new(r, act, n->index, BPMN_WAIT_JOB));
		return;
	}
	if (!n->script.plan || !run_eval(r, act, &n->script, &v)) {
		incident_at(r, act, n->index, 0, PHASE_WORK);
		return;
	}
	if (!str_empty(n->result)) {
		struct feel_entry entry = { n->result, v };
		struct feel_context one = { .entries = &entry, .count = 1 };
		struct feel_value payload = { .kind = FEEL_CONTEXT, .context = &one };

		activity_take(r, act, &payload);
	}
	activity_complete(r, act);
}
