/* decide.c - what a command does: refused, or carried out on a copy of the instance until
 * nothing moves (see bpmn.h). The instance that was given stays as it is.
 */
#include <stdio.h>

#include "bpmn/run_int.h"

static enum err refuse(struct diag *d, enum err e, const char *code, const char *text, uint32_t id)
{
	return diag_set(d, e, code, "%s (id %u)", text, id);
}

static enum err find_wait(struct run *r, const struct bpmn_command *c, struct wait **out, struct diag *d)
{
	*out = wait_of(r->in, c->id);
	if (*out)
		return OK;
	return refuse(d, c->id && c->id < r->in->next_id ? ERR_CONFLICT : ERR_NOT_FOUND, "bpmn.not-waiting",
	              "Nothing waits under this id: done already, withdrawn, or never there", c->id);
}

/* ---- starting ---- */

static const struct bpmn_process *process_of(const struct bpmn_model *m, struct str id)
{
	for (uint32_t i = 0; i < m->processes_count; i++)
		if (m->processes[i].executable && (str_empty(id) || str_eq(m->processes[i].id, id)))
			return &m->processes[i];
	return NULL;
}

/* Without an element: the none start event, else the only start event there is. */
static const struct bpmn_node *choose_start(struct run *r, const struct bpmn_scope *plan, struct str element)
{
	const struct bpmn_node *only = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < plan->nodes_count; i++) {
		const struct bpmn_node *n = node_of(r, plan->nodes[i]);

		if (!str_empty(element)) {
			if (str_eq(n->el->id, element))
				return n;
			continue;
		}
		if (n->kind != BPMN_START_EVENT)
			continue;
		if (n->defs_count == 0)
			return n;
		only = n;
		count++;
	}
	return count == 1 ? only : NULL;
}

/* The instantiating event-based gateway whose event this is; NULL = none. */
static const struct bpmn_node *gateway_before(struct run *r, const struct bpmn_node *n)
{
	for (uint32_t i = 0; i < n->in_count; i++) {
		const struct bpmn_node *from = node_of(r, r->m->flows[n->in[i]].from);

		if (from->kind == BPMN_EVENT_GATEWAY && from->instantiate)
			return from;
	}
	return NULL;
}

/* Started by hand, without a start event: where nothing leads to; where messages alone begin a
 * process (`instantiating`), it waits for them. */
static bool start_without_event(struct run *r, const struct bpmn_scope *plan, bool instantiating)
{
	bool any = false;

	for (uint32_t i = 0; i < plan->nodes_count; i++) {
		const struct bpmn_node *n = node_of(r, plan->nodes[i]);

		if (n->in_count == 0 && n->kind != BPMN_EVENT_SUB_PROCESS && n->kind != BPMN_BOUNDARY_EVENT &&
		    n->kind != BPMN_START_EVENT && !n->for_compensation && n->instantiate == instantiating &&
		    !(n->kind == BPMN_CATCH_EVENT && n->defs_count && n->defs[0].trigger == TRIGGER_LINK)) {
			ready_push(r, READY_ENTER, ROOT_ID, n->index, BPMN_NONE);
			any = true;
		}
	}
	return any;
}

/* An event behind an instantiating gateway started the instance; a parallel one waits for the rest. */
static void start_by_gateway(struct run *r, const struct bpmn_node *gate, const struct bpmn_node *event)
{
	struct act *act = act_new(r, ROOT_ID, gate->index, ACT_WORK);

	tell(r, BPMN_EV_ENTERED, act->id, gate->el->id);
	for (uint32_t i = 0; gate->parallel_start && i < gate->out_count; i++) {
		const struct bpmn_node *other = node_of(r, r->m->flows[gate->out[i]].to);

		if (other != event)
			subscribe(r, act, other);
	}
	el_event_gateway_pick(r, act, event, NULL);
}

/* A start event that needs all of several triggers waits for the others inside the instance. */
static void start_by_event(struct run *r, const struct bpmn_node *n, const struct bpmn_command *c)
{
	struct act *act;
	bool skipped = false;

	if (!n->parallel_multiple || n->defs_count < 2 || str_empty(c->element)) {
		if (n->kind == BPMN_RECEIVE_TASK) { /* its message is here */
			act = act_new(r, ROOT_ID, n->index, ACT_WORK);
			tell(r, BPMN_EV_ENTERED, act->id, n->el->id);
			activity_complete(r, act);
		} else {
			ready_push(r, READY_ENTER, ROOT_ID, n->index, BPMN_NONE);
		}
		return;
	}
	act = act_new(r, ROOT_ID, n->index, ACT_WORK);
	tell(r, BPMN_EV_ENTERED, act->id, n->el->id);
	for (size_t i = 0; i < n->defs_count; i++) {
		if (!skipped && (str_empty(c->name) || str_eq(n->defs[i].name, c->name)))
			skipped = true;
		else
			subscribe_one(r, act, n, (uint16_t)i);
	}
}

static enum err condition_holds(struct run *r, const struct bpmn_node *n, struct diag *d)
{
	struct feel_value v;

	if (n->kind != BPMN_START_EVENT || n->defs_count != 1 || n->defs[0].trigger != TRIGGER_CONDITION)
		return OK;
	if (run_eval(r, act_of(r->in, ROOT_ID), &n->defs[0].condition, &v) && feel_is_true(&v))
		return OK;
	return diag_set(d, ERR_CONFLICT, "bpmn.condition-false", "The condition of the start event does not hold.");
}

static void take_input(struct run *r, struct act *root, const struct feel_value *v)
{
	for (size_t i = 0; v && v->kind == FEEL_CONTEXT && i < v->context->count; i++)
		vars_set(r, &root->vars, v->context->entries[i].key, v->context->entries[i].value);
}

static enum err start(struct run *r, const struct bpmn_process *p, const struct bpmn_command *c, struct diag *d)
{
	const struct bpmn_scope *plan = &r->m->scopes[p->scope];
	const struct bpmn_node *n = choose_start(r, plan, c->element), *gate;
	struct act *root = act_new(r, 0, BPMN_NONE, ACT_PROCESS);

	if (!str_empty(c->element) && !n)
		return diag_set(d, ERR_NOT_FOUND, "bpmn.no-such-start", "The process \"%.*s\" has no start \"%.*s\".",
		                STR_ARG(p->id), STR_ARG(c->element));
	take_input(r, root, c->variables);
	if (n)
		TRY(condition_holds(r, n, d));
	r->message_key = c->key;
	tell(r, BPMN_EV_STARTED, ROOT_ID, p->id)->variables = c->variables;
	scope_open(r, root);
	if (root->flags & ACT_INTERRUPTED)
		return OK;
	gate = n ? gateway_before(r, n) : NULL;
	for (size_t i = 0; n && i < n->defs_count; i++) /* the conversation begins with this message's key */
		if (n->defs[i].trigger == TRIGGER_MESSAGE && !str_empty(c->key)) {
			struct str key;

			(void)message_key(r, root, &n->defs[i], true, &key);
		}
	if (gate)
		start_by_gateway(r, gate, n);
	else if (n)
		start_by_event(r, n, c);
	else if (!start_without_event(r, plan, false))
		start_without_event(r, plan, true);
	return OK;
}

/* ---- tasks and jobs ---- */

static bool is_work(const struct wait *w)
{
	return w->kind == BPMN_WAIT_TASK || w->kind == BPMN_WAIT_JOB;
}

static enum err complete(struct run *r, const struct bpmn_command *c, bool call, struct diag *d)
{
	struct act *act;
	struct wait *w;

	TRY(find_wait(r, c, &w, d));
	if (call ? w->kind != BPMN_WAIT_CALL : !is_work(w))
		return refuse(d, ERR_INVALID, "bpmn.not-a-task", "This waits for something else than being completed", c->id);
	act = act_of(r->in, w->act);
	wait_remove(r, w, true);
	if (call && !str_empty(c->name)) {
		throw_error(r, act, c->name, c->variables);
		return OK;
	}
	if (!call || node_of(r, act->node)->pass_all_out || node_of(r, act->node)->outputs_count)
		activity_take(r, act, c->variables);
	activity_complete(r, act);
	return OK;
}

static enum err throw_from(struct run *r, const struct bpmn_command *c, struct diag *d)
{
	enum bpmn_trigger t = c->kind == BPMN_THROW_ERROR ? TRIGGER_ERROR : TRIGGER_ESCALATION;
	struct act *act;
	struct wait *w;

	TRY(find_wait(r, c, &w, d));
	if (!is_work(w))
		return refuse(d, ERR_INVALID, "bpmn.not-a-task", "Only a task or job can throw", c->id);
	act = act_of(r->in, w->act);
	if (t == TRIGGER_ESCALATION)
		tell(r, BPMN_EV_ESCALATED, act->id, node_of(r, act->node)->el->id)->name = c->name;
	if (throw_up(r, act, t, c->name, c->variables, false) || t == TRIGGER_ESCALATION)
		return OK;
	snprintf(r->why, sizeof r->why, "Nobody catches the error \"%.*s\".", (int)(c->name.len > 80 ? 80 : c->name.len),
	         c->name.ptr);
	wait_remove(r, w, false);
	incident_at(r, act, act->node, 0, PHASE_WORK);
	return OK;
}

static enum err fail(struct run *r, const struct bpmn_command *c, struct diag *d)
{
	struct act *act;
	struct wait *w;

	TRY(find_wait(r, c, &w, d));
	if (!is_work(w) && w->kind != BPMN_WAIT_CALL)
		return refuse(d, ERR_INVALID, "bpmn.not-a-task", "Only a task, job or call can fail", c->id);
	act = act_of(r->in, w->act);
	wait_remove(r, w, false);
	snprintf(r->why, sizeof r->why, "%.*s", (int)(c->text.len > 250 ? 250 : c->text.len), c->text.ptr ? c->text.ptr : "");
	incident_at(r, act, act->node, 0, PHASE_WORK);
	return OK;
}

static void set_variables(struct run *r, const struct bpmn_command *c)
{
	struct act *root = act_of(r->in, ROOT_ID);

	for (size_t i = 0; c->variables && c->variables->kind == FEEL_CONTEXT && i < c->variables->context->count; i++)
		run_assign(r, root, c->variables->context->entries[i].key, c->variables->context->entries[i].value);
}

static void retry_token(struct run *r, struct act *act, const struct wait *w)
{
	uint32_t scope = act->parent, node = act->node;
	enum ready_kind kind = w->phase == PHASE_FIRE ? READY_FIRE : READY_ENTER;

	act_remove(r, act);
	ready_push(r, kind, scope, node, kind == READY_FIRE ? BPMN_NONE : w->flow);
}

static bool is_gateway(const struct bpmn_node *n)
{
	return n->kind >= BPMN_EXCLUSIVE_GATEWAY && n->kind != BPMN_EVENT_GATEWAY;
}

static enum err retry(struct run *r, const struct bpmn_command *c, struct diag *d)
{
	struct wait *w, kept;
	struct act *act;

	TRY(find_wait(r, c, &w, d));
	if (w->kind != BPMN_WAIT_INCIDENT)
		return refuse(d, ERR_INVALID, "bpmn.not-an-incident", "Only an incident can be retried", c->id);
	kept = *w;
	act = act_of(r->in, w->act);
	wait_remove(r, w, true);
	set_variables(r, c); /* whoever mends an incident may mend the variables with it */
	if (kept.phase == PHASE_SUBSCRIBE)
		subscribe_one(r, act, node_of(r, kept.node), kept.def);
	else if (kept.phase == PHASE_FIRE || (kept.phase == PHASE_ENTER && act->role == ACT_WORK &&
	                                      is_gateway(node_of(r, act->node))))
		retry_token(r, act, &kept);
	else if (kept.phase == PHASE_ENTER && act->role == ACT_LOOP)
		el_loop_begin(r, act);
	else if (kept.phase == PHASE_ENTER)
		activity_begin(r, act, NULL);
	else if (kept.phase == PHASE_WORK)
		activity_work(r, act);
	else if (kept.phase == PHASE_LOOP || kept.phase == PHASE_UNDO)
		ready_push(r, kept.phase == PHASE_LOOP ? READY_LOOP : READY_UNDO, act->id, BPMN_NONE, BPMN_NONE);
	else if (act->role == ACT_LOOP)
		activity_leave(r, act);
	else
		activity_complete(r, act);
	return OK;
}

/* ---- events ---- */

static enum err fire_timer(struct run *r, const struct bpmn_command *c, struct diag *d)
{
	struct wait *w;

	TRY(find_wait(r, c, &w, d));
	if (w->kind != BPMN_WAIT_TIMER)
		return refuse(d, ERR_INVALID, "bpmn.not-a-timer", "This is no timer", c->id);
	if (w->due_ms > r->env->now_ms)
		return refuse(d, ERR_CONFLICT, "bpmn.timer-early", "The timer is not due yet", c->id);
	wait_fire(r, w, c->variables);
	return OK;
}

static enum err deliver_message(struct run *r, const struct bpmn_command *c, struct diag *d)
{
	struct wait *w = NULL;

	if (c->id) {
		TRY(find_wait(r, c, &w, d));
		if (w->kind != BPMN_WAIT_MESSAGE)
			return refuse(d, ERR_INVALID, "bpmn.not-a-message", "This waits for no message", c->id);
	}
	for (uint32_t i = 0; !w && i < r->in->waits_count; i++)
		if (message_matches(r->in->waits[i], c->name, c->key))
			w = r->in->waits[i];
	if (!w)
		return diag_set(d, ERR_NOT_FOUND, "bpmn.no-receiver", "Nothing waits for the message \"%.*s\" with this key.",
		                STR_ARG(c->name));
	r->message_key = c->key;
	if (!str_empty(c->key)) {
		struct str key;

		(void)message_key(r, act_of(r->in, w->act), &node_of(r, w->node)->defs[w->def], true, &key);
	}
	wait_fire(r, w, c->variables);
	return OK;
}

static enum err deliver_signal(struct run *r, const struct bpmn_command *c, struct diag *d)
{
	bool any = false;

	for (uint32_t i = 0; i < r->in->waits_count; i++)
		any = any || (r->in->waits[i]->kind == BPMN_WAIT_SIGNAL && str_eq(r->in->waits[i]->name, c->name));
	if (!any)
		return diag_set(d, ERR_NOT_FOUND, "bpmn.no-receiver", "Nothing waits for the signal \"%.*s\".", STR_ARG(c->name));
	signal_all(r, c->name, c->variables);
	return OK;
}

/* ---- interventions ---- */

static enum err move(struct run *r, const struct bpmn_command *c, struct diag *d)
{
	const struct bpmn_node *to = map_get(&r->m->node_ids, c->element);
	struct act *act, *scope;
	struct wait *w;
	struct str from;
	struct bpmn_event *e;
	uint32_t target;

	TRY(find_wait(r, c, &w, d));
	if (!to || to->kind == BPMN_BOUNDARY_EVENT || to->kind == BPMN_EVENT_SUB_PROCESS || to->kind == BPMN_START_EVENT)
		return diag_set(d, ERR_INVALID, "bpmn.move-target", "A token cannot be moved to \"%.*s\".", STR_ARG(c->element));
	act = act_of(r->in, w->act);
	if (act->node == BPMN_NONE || w->node != act->node)
		return refuse(d, ERR_INVALID, "bpmn.move-source", "Only a waiting activity can be moved", c->id);
	act = act_outer(r, act);
	for (scope = act_of(r->in, act->parent); scope; scope = act_of(r->in, scope->parent)) {
		uint32_t plan = scope->role == ACT_PROCESS ? r->m->processes[r->in->process].scope
		              : scope->role == ACT_BODY ? node_of(r, scope->node)->body : BPMN_NONE;

		if (plan == to->scope)
			break;
	}
	if (!scope)
		return diag_set(d, ERR_INVALID, "bpmn.move-target", "\"%.*s\" stands in a scope that is not under way.",
		                STR_ARG(c->element));
	target = scope->id;
	from = node_of(r, act->node)->el->id;
	e = tell(r, BPMN_EV_MOVED, act->id, from);
	e->name = to->el->id;
	e->text = c->text;
	ready_push(r, READY_FIRE, target, to->index, BPMN_NONE);
	target = act->parent;
	cancel_act(r, act);
	scope_settled(r, target);
	return OK;
}

/* ---- the door ---- */

static enum err dispatch(struct run *r, const struct bpmn_command *c, struct diag *d)
{
	switch (c->kind) {
	case BPMN_COMPLETE:
		return complete(r, c, false, d);
	case BPMN_CHILD_DONE:
		return complete(r, c, true, d);
	case BPMN_THROW_ERROR:
	case BPMN_THROW_ESCALATION:
		return throw_from(r, c, d);
	case BPMN_FIRE_TIMER:
		return fire_timer(r, c, d);
	case BPMN_DELIVER_MESSAGE:
		return deliver_message(r, c, d);
	case BPMN_DELIVER_SIGNAL:
		return deliver_signal(r, c, d);
	case BPMN_SET_VARIABLES:
		set_variables(r, c);
		return OK;
	case BPMN_FAIL:
		return fail(r, c, d);
	case BPMN_RETRY:
		return retry(r, c, d);
	case BPMN_MOVE:
		return move(r, c, d);
	case BPMN_CANCEL:
		instance_end(r, BPMN_CANCELLED, S(""));
		return OK;
	case BPMN_START:
	default:
		return diag_set(d, ERR_CONFLICT, "bpmn.started", "The instance has been started already.");
	}
}

/* Records of scopes that were cancelled: nothing can undo them any more. */
static void forget_records(struct bpmn_instance *in)
{
	bool again = true;

	while (again) {
		uint32_t kept = 0;

		again = false;
		for (uint32_t i = 0; i < in->records_count; i++) {
			bool wanted = act_of(in, in->records[i]->scope) != NULL;

			for (uint32_t k = 0; !wanted && k < in->records_count; k++)
				wanted = in->records[k]->act == in->records[i]->scope;
			if (wanted)
				in->records[kept++] = in->records[i];
			else
				again = true;
		}
		in->records_count = kept;
	}
}

static enum err begin(struct run *r, struct str process, const struct bpmn_instance *instance,
                      const struct bpmn_command *c, struct diag *d)
{
	const struct bpmn_process *p;

	if (instance && c->kind == BPMN_START)
		return diag_set(d, ERR_CONFLICT, "bpmn.started", "The instance has been started already.");
	if (instance) {
		if (instance->state != BPMN_RUNNING)
			return diag_set(d, ERR_CONFLICT, "bpmn.ended", "The instance has ended.");
		r->in = instance_clone(r->a, instance);
		return r->in ? dispatch(r, c, d) : ERR_NOMEM;
	}
	p = process_of(r->m, process);
	if (c->kind != BPMN_START || !p)
		return diag_set(d, ERR_NOT_FOUND, "bpmn.no-process", "There is no executable process \"%.*s\".",
		                STR_ARG(process));
	r->in = run_get(r, 1, sizeof *r->in);
	if (!r->in)
		return ERR_NOMEM;
	*r->in = (struct bpmn_instance){ .m = r->m, .process = (uint32_t)(p - r->m->processes), .next_id = 1,
		.error = S("") };
	return start(r, p, c, d);
}

enum err bpmn_decide(const struct bpmn_model *m, struct str process, const struct bpmn_instance *instance,
                     const struct bpmn_command *c, const struct bpmn_env *env, struct arena *a,
                     struct bpmn_event **events, struct bpmn_instance **next, struct diag *d)
{
	struct run r = { .m = m, .env = env, .a = a, .message_key = S("") };
	enum err e;

	r.end = &r.first;
	r.steps_max = env->steps_max ? env->steps_max : BPMN_STEPS_DEFAULT;
	e = begin(&r, process, instance, c, d);
	if (e == OK && !r.failed) {
		scope_settled(&r, ROOT_ID);
		run_drain(&r);
	}
	if (r.failed || e == ERR_NOMEM)
		return diag_set(d, r.failed ? r.failed : e, "bpmn.memory", "The memory allowed for a step is used up.");
	if (e != OK)
		return e;
	forget_records(r.in);
	instance_refresh(r.in);
	*events = r.first;
	*next = r.in;
	return OK;
}
