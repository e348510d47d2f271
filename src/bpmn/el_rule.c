/* el_rule.c - business rule task: a decision of a DMN model, evaluated with what is visible;
 * its value goes into the result variable, the trace to whoever explains the case.
 */
#include <stdio.h>

#include "bpmn/run_int.h"

static bool decide(struct run *r, struct act *act, const struct bpmn_node *n, struct feel_value *out)
{
	const struct dmn_model *m = r->env->decision ? r->env->decision(r->env->arg, n->decision) : NULL;
	struct feel_env env = { .now_ms = r->env->now_ms, .offset_s = r->env->offset_s, .bounds = r->env->bounds };
	struct feel_value inputs = run_context(r, act);
	struct dmn_trace *trace = NULL;
	struct diag d;
	enum err e;

	diag_init(&d);
	if (!m) {
		snprintf(r->why, sizeof r->why, "The decision \"%.*s\" is not known here.", STR_ARG(n->decision));
		return false;
	}
	e = dmn_eval(m, n->decision, &inputs, &env, r->a, out, &trace, &d);
	if (e == ERR_NOMEM)
		r->failed = e;
	if (e != OK) {
		snprintf(r->why, sizeof r->why, "The decision \"%.*s\" failed: %.180s", STR_ARG(n->decision), d.text);
		return false;
	}
	tell(r, BPMN_EV_DECIDED, act->id, n->el->id)->trace = trace;
	return true;
}

void el_rule_work(struct run *r, struct act *act, const struct bpmn_node *n)
{
	struct feel_value v;

	if (n->job) {
		wait_tell(r, wait_new(r, act, n->index, BPMN_WAIT_JOB));
		return;
	}
	if (!decide(r, act, n, &v)) {
		incident_at(r, act, n->index, 0, PHASE_WORK);
		return;
	}
	if (str_empty(n->result)) {
		activity_take(r, act, &v);
	} else {
		struct feel_entry entry = { n->result, v };
		struct feel_context one = { .entries = &entry, .count = 1 };
		struct feel_value payload = { .kind = FEEL_CONTEXT, .context = &one };

		activity_take(r, act, &payload);
	}
	activity_complete(r, act);
}
