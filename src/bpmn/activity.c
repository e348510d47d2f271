/* activity.c - the life of an activity or event (BPMN 2.0.2, 13.3.2): it is entered, takes
 * its inputs, works, completes with its outputs, and its tokens go on. A failure on the way
 * is an incident: this token stops and can be retried; the rest of the instance goes on.
 */
#include "base/utf8.h"
#include "bpmn/run_int.h"

/* ---- incidents ---- */

void incident_at(struct run *r, struct act *act, uint32_t node, uint16_t def, enum incident_phase phase)
{
	struct wait *w;

	if (r->failed)
		return;
	w = wait_new(r, act, node, BPMN_WAIT_INCIDENT);
	w->def = def;
	w->phase = (uint8_t)phase;
	w->text = arena_str(r->a, str_span(r->why, utf8_mend(r->why, strlen(r->why)))); /* what it quotes is cut by bytes */
	if (!w->text.ptr)
		r->failed = ERR_NOMEM;
	wait_tell(r, w);
}

void incident_gateway(struct run *r, const struct bpmn_node *n, uint32_t scope, enum incident_phase phase)
{
	incident_at(r, act_new(r, scope, n->index, ACT_WORK), n->index, 0, phase);
}

void incident_token(struct run *r, const struct bpmn_node *n, uint32_t scope, uint32_t flow, bool fire)
{
	struct act *act = act_new(r, scope, n->index, ACT_WORK);
	uint32_t before = r->in->waits_count;

	incident_at(r, act, n->index, 0, fire ? PHASE_FIRE : PHASE_ENTER);
	if (r->in->waits_count > before)
		r->in->waits[before]->flow = flow;
}

/* ---- entering ---- */

/* Variables of the activity itself: mapped inputs and copied data inputs. False = incident. */
static bool take_inputs(struct run *r, struct act *act, const struct bpmn_node *n)
{
	struct act *around = act_of(r->in, act->parent);

	for (size_t i = 0; i < n->inputs_count; i++) {
		const struct bpmn_mapping *m = &n->inputs[i];
		struct feel_value v = feel_null();

		if (m->expr.plan) {
			if (!run_eval(r, act, &m->expr, &v))
				return false;
		} else if (m->text.ptr) {
			v = feel_string(m->text);
		} else {
			struct feel_value context = run_context(r, around);
			const struct feel_value *found = feel_get(&context, m->source);

			if (found)
				v = *found;
			else if (m->optional)
				continue;
		}
		vars_set(r, &act->vars, m->target, v);
	}
	return true;
}

static bool has_body(const struct bpmn_node *n)
{
	return n->body != BPMN_NONE;
}

void activity_start(struct run *r, const struct bpmn_node *n, uint32_t parent, uint32_t index,
                    const struct feel_value *payload)
{
	struct act *act = act_new(r, parent, n->index, has_body(n) ? ACT_BODY : ACT_WORK);
	struct act *around = act_of(r->in, parent);

	act->index = index;
	r->steps++;
	tell(r, BPMN_EV_ENTERED, act->id, n->el->id);
	if (index && around)
		el_multi_item(r, around, act);
	activity_begin(r, act, payload);
}

void activity_begin(struct run *r, struct act *act, const struct feel_value *payload)
{
	const struct bpmn_node *n = node_of(r, act->node);

	if (!take_inputs(r, act, n)) {
		incident_at(r, act, n->index, 0, PHASE_ENTER);
		return;
	}
	if (payload)
		activity_take(r, act, payload);
	if (!act->index && n->boundaries_count) {
		uint32_t id = act->id;

		subscribe_boundaries(r, act);
		act = act_of(r->in, id);
		if (!act)
			return; /* a condition that held already interrupted it */
	}
	activity_work(r, act);
}

void activity_work(struct run *r, struct act *act)
{
	const struct bpmn_node *n = node_of(r, act->node);

	switch (n->kind) {
	case BPMN_USER_TASK: case BPMN_MANUAL_TASK: case BPMN_TASK: case BPMN_SERVICE_TASK:
		el_task_work(r, act, n);
		break;
	case BPMN_SCRIPT_TASK:
		el_script_work(r, act, n);
		break;
	case BPMN_BUSINESS_RULE_TASK:
		el_rule_work(r, act, n);
		break;
	case BPMN_CALL_ACTIVITY:
		el_call_work(r, act, n);
		break;
	case BPMN_RECEIVE_TASK: case BPMN_CATCH_EVENT:
		el_catch_work(r, act, n);
		break;
	case BPMN_SEND_TASK: case BPMN_THROW_EVENT:
		el_throw_work(r, act, n);
		break;
	case BPMN_END_EVENT:
		el_end_work(r, act, n);
		break;
	case BPMN_EVENT_GATEWAY:
		el_event_gateway_work(r, act, n);
		break;
	case BPMN_SUB_PROCESS: case BPMN_TRANSACTION: case BPMN_AD_HOC: case BPMN_EVENT_SUB_PROCESS:
		scope_open(r, act);
		break;
	default: /* start and boundary events: what they waited for has happened */
		activity_complete(r, act);
		break;
	}
}

/* ---- results ---- */

static bool stays_inside(const struct bpmn_node *n, const struct act *act, struct str name)
{
	if (vars_find(&act->vars, name))
		return true;
	for (size_t i = 0; i < n->outputs_count; i++)
		if (!n->outputs[i].from_local || str_eq(n->outputs[i].source, name))
			return true;
	return false;
}

void activity_take(struct run *r, struct act *act, const struct feel_value *payload)
{
	const struct bpmn_node *n = node_of(r, act->node);

	if (!payload || payload->kind != FEEL_CONTEXT)
		return;
	for (size_t i = 0; i < payload->context->count; i++) {
		const struct feel_entry *e = &payload->context->entries[i];

		if (stays_inside(n, act, e->key))
			vars_set(r, &act->vars, e->key, e->value);
		else
			run_assign(r, act, e->key, e->value);
	}
}

static bool give_outputs(struct run *r, struct act *act, const struct bpmn_node *n)
{
	struct act *around = act_of(r->in, act->parent);

	for (size_t i = 0; i < n->outputs_count; i++) {
		const struct bpmn_mapping *m = &n->outputs[i];
		const struct feel_value *own = vars_find(&act->vars, m->source);
		struct feel_value v = feel_null();

		if (m->expr.plan) {
			if (!run_eval(r, act, &m->expr, &v))
				return false;
		} else if (m->text.ptr) {
			v = feel_string(m->text);
		} else if (own) {
			v = *own;
		} else {
			continue; /* an unset data output: nothing to copy */
		}
		run_assign(r, around, m->target, v);
	}
	return true;
}

/* ---- completing ---- */

static bool leaves_no_token(struct run *r, const struct act *act, const struct bpmn_node *n)
{
	const struct act *up = act_of(r->in, act->parent);

	return n->kind == BPMN_EVENT_SUB_PROCESS || n->kind == BPMN_END_EVENT || (up && up->role == ACT_UNDO);
}

static bool is_ad_hoc(struct run *r, const struct act *act)
{
	return act->role == ACT_BODY && r->m->scopes[node_of(r, act->node)->body].ad_hoc;
}

void activity_leave(struct run *r, struct act *act)
{
	const struct bpmn_node *n = node_of(r, act->node);
	uint32_t parent = act->parent, count = 0;
	bool quiet = leaves_no_token(r, act, n);
	uint32_t *chosen = quiet ? NULL : run_get(r, n->out_count, sizeof *chosen);
	struct act *up;

	if (!quiet && (!chosen || !flows_choose(r, act, n, chosen, &count))) {
		incident_at(r, act, n->index, 0, PHASE_COMPLETE);
		return;
	}
	if (!quiet)
		undo_record(r, act);
	tell(r, BPMN_EV_COMPLETED, act->id, n->el->id);
	act_remove(r, act);
	flows_take(r, parent, chosen, count, n->completion_quantity);
	if (n->link != BPMN_NONE)
		ready_push(r, READY_ENTER, parent, n->link, BPMN_NONE);
	up = act_of(r->in, parent);
	if (up && up->live && is_ad_hoc(r, up))
		el_ad_hoc_done(r, up);
	else
		scope_settled(r, parent);
}

void activity_complete(struct run *r, struct act *act)
{
	const struct bpmn_node *n = node_of(r, act->node);
	struct act *outer = act_outer(r, act);

	if (r->failed)
		return;
	if (!give_outputs(r, act, n)) {
		incident_at(r, act, n->index, 0, PHASE_COMPLETE);
		return;
	}
	if (outer != act)
		el_loop_done(r, outer, act);
	else
		activity_leave(r, act);
}

/* ---- scopes ---- */

static const struct bpmn_scope *plan_of(struct run *r, const struct act *scope)
{
	return &r->m->scopes[scope->role == ACT_PROCESS ? r->m->processes[r->in->process].scope
	                                                : node_of(r, scope->node)->body];
}

static void open_data(struct run *r, struct act *scope, const struct bpmn_scope *plan)
{
	for (size_t i = 0; i < plan->data_count; i++)
		if (!vars_find(&scope->vars, plan->data[i]))
			vars_set(r, &scope->vars, plan->data[i], feel_null());
}

/* Where tokens begin when there is no start event: every node that nothing leads to. */
static bool begins(const struct bpmn_node *n)
{
	return n->in_count == 0 && n->kind != BPMN_EVENT_SUB_PROCESS && n->kind != BPMN_BOUNDARY_EVENT &&
	       !n->for_compensation && !(n->kind == BPMN_CATCH_EVENT && n->defs_count && n->defs[0].trigger == TRIGGER_LINK);
}

static void first_tokens(struct run *r, uint32_t scope, const struct bpmn_scope *plan)
{
	bool started = false;

	for (uint32_t i = 0; i < plan->nodes_count; i++) {
		const struct bpmn_node *n = node_of(r, plan->nodes[i]);

		if (n->kind == BPMN_START_EVENT) {
			ready_push(r, READY_ENTER, scope, n->index, BPMN_NONE);
			started = true;
		}
	}
	for (uint32_t i = 0; !started && i < plan->nodes_count; i++)
		if (begins(node_of(r, plan->nodes[i])))
			ready_push(r, READY_ENTER, scope, plan->nodes[i], BPMN_NONE);
}

static void open_event_subs(struct run *r, struct act *scope, const struct bpmn_scope *plan)
{
	uint32_t id = scope->id;

	for (uint32_t i = 0; i < plan->event_subs_count; i++) {
		const struct bpmn_scope *sub = &r->m->scopes[node_of(r, plan->event_subs[i])->body];

		for (uint32_t k = 0; k < sub->nodes_count && scope; k++)
			if (node_of(r, sub->nodes[k])->kind == BPMN_START_EVENT) {
				subscribe(r, scope, node_of(r, sub->nodes[k]));
				scope = act_of(r->in, id);
				if (scope && (scope->flags & ACT_INTERRUPTED))
					return;
			}
	}
}

void scope_open(struct run *r, struct act *scope)
{
	const struct bpmn_scope *plan = plan_of(r, scope);
	uint32_t id = scope->id;

	open_data(r, scope, plan);
	open_event_subs(r, scope, plan);
	scope = act_of(r->in, id);
	if (!scope || (scope->flags & ACT_INTERRUPTED) || scope->role == ACT_PROCESS)
		return; /* a process's first token is chosen by the command */
	if (scope->role == ACT_BODY && node_of(r, scope->node)->kind == BPMN_EVENT_SUB_PROCESS)
		return; /* its start event has happened: event_sub_fire goes on */
	if (plan->ad_hoc)
		el_ad_hoc_open(r, scope);
	else
		first_tokens(r, id, plan);
	scope_settled(r, id);
}

static void transaction_cancelled(struct run *r, struct act *scope)
{
	const struct bpmn_node *n = node_of(r, scope->node);
	struct act *outer = act_outer(r, scope);
	uint32_t parent = outer->parent;

	for (uint32_t i = 0; i < n->boundaries_count; i++) {
		const struct bpmn_node *b = node_of(r, n->boundaries[i]);

		for (size_t k = 0; k < b->defs_count; k++)
			if (b->defs[k].trigger == TRIGGER_CANCEL) {
				boundary_fire(r, outer, b, NULL);
				return;
			}
	}
	cancel_act(r, outer);
	scope_settled(r, parent);
}

void scope_settled(struct run *r, uint32_t id)
{
	struct act *scope = act_of(r->in, id);

	if (!scope || scope->live || r->in->state != BPMN_RUNNING || r->failed)
		return;
	if (scope->role == ACT_PROCESS) {
		instance_end(r, BPMN_COMPLETED, S(""));
	} else if (scope->role == ACT_UNDO) {
		ready_push(r, READY_UNDO, id, BPMN_NONE, BPMN_NONE);
	} else if (is_ad_hoc(r, scope)) {
		el_ad_hoc_done(r, scope);
	} else if (scope->role == ACT_BODY) {
		waits_drop(r, id, BPMN_NONE); /* its event sub-processes; a loop's boundary events are not its own */
		if (scope->flags & ACT_CANCELLING)
			transaction_cancelled(r, scope);
		else
			activity_complete(r, scope);
	}
}
