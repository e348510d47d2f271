/* el_call.c - call activity: another process runs as an instance of its own, started by the
 * host, who says when it is done. It gets the mapped inputs, or all variables when the
 * extension says so. (A call of a global task of the same file is that task: read_ext.c.)
 */
#include <stdio.h>

#include "bpmn/run_int.h"

static bool called_process(struct run *r, struct act *act, const struct bpmn_node *n, struct str *out)
{
	struct feel_value v;

	*out = n->called;
	if (!n->called_expr.plan)
		return true;
	if (!run_eval(r, act, &n->called_expr, &v))
		return false;
	if (v.kind != FEEL_STRING) {
		snprintf(r->why, sizeof r->why, "The called process \"=%.*s\" is no text.", STR_ARG(n->called_expr.source));
		return false;
	}
	*out = v.string;
	return true;
}

void el_call_work(struct run *r, struct act *act, const struct bpmn_node *n)
{
	struct feel_value *inputs = run_get(r, 1, sizeof *inputs);
	struct bpmn_event *e;
	struct wait *w;
	struct str called;

	if (!inputs || !called_process(r, act, n, &called)) {
		incident_at(r, act, n->index, 0, PHASE_WORK);
		return;
	}
	*inputs = n->pass_all_in ? run_context(r, act) : vars_value(r, &act->vars);
	w = wait_new(r, act, n->index, BPMN_WAIT_CALL);
	w->name = called;
	wait_tell(r, w);
	e = tell(r, BPMN_EV_CALLED, w->id, n->el->id);
	e->name = called;
	e->variables = inputs;
}
