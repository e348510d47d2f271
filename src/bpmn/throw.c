/* throw.c - throwing: errors and escalations climb the scopes until somebody catches them,
 * signals reach every catcher at once, messages go to the host (BPMN 2.0.2, 10.5.1, 13.5).
 */
#include <stdio.h>

#include "bpmn/run_int.h"

/* ---- climbing ---- */

static bool catches(const struct bpmn_node *event, enum bpmn_trigger trigger, struct str code, bool exact)
{
	for (size_t i = 0; i < event->defs_count; i++) {
		const struct bpmn_definition *d = &event->defs[i];

		if (d->trigger == trigger && (exact ? !d->any_code && str_eq(d->code, code) : d->any_code))
			return true;
	}
	return false;
}

/* The start event of an event sub-process in `scope` that catches; NULL = none. */
static const struct bpmn_node *catching_sub(struct run *r, const struct act *scope, enum bpmn_trigger trigger,
                                            struct str code, bool exact)
{
	uint32_t index = scope->role == ACT_PROCESS ? r->m->processes[r->in->process].scope : node_of(r, scope->node)->body;
	const struct bpmn_scope *plan = &r->m->scopes[index];

	for (uint32_t i = 0; i < plan->event_subs_count; i++) {
		const struct bpmn_scope *sub = &r->m->scopes[node_of(r, plan->event_subs[i])->body];

		for (uint32_t k = 0; k < sub->nodes_count; k++) {
			const struct bpmn_node *n = node_of(r, sub->nodes[k]);

			if (n->kind == BPMN_START_EVENT && catches(n, trigger, code, exact))
				return n;
		}
	}
	return NULL;
}

static const struct bpmn_node *catching_boundary(struct run *r, const struct act *act, enum bpmn_trigger trigger,
                                                 struct str code, bool exact)
{
	const struct bpmn_node *n = node_of(r, act->node);

	for (uint32_t i = 0; i < n->boundaries_count; i++)
		if (catches(node_of(r, n->boundaries[i]), trigger, code, exact))
			return node_of(r, n->boundaries[i]);
	return NULL;
}

static bool is_event_sub(struct run *r, const struct act *act)
{
	return act && act->node != BPMN_NONE && node_of(r, act->node)->kind == BPMN_EVENT_SUB_PROCESS;
}

bool throw_up(struct run *r, struct act *from, enum bpmn_trigger trigger, struct str code, const struct feel_value *payload,
              bool only_look)
{
	struct act *before = NULL;

	for (struct act *at = from; at; before = at, at = act_of(r->in, at->parent)) {
		const struct bpmn_node *sub = NULL, *boundary = NULL;
		bool scope = at->role == ACT_PROCESS || at->role == ACT_BODY;

		for (int exact = 1; exact >= 0 && !sub && !boundary; exact--) {
			/* what an event sub-process throws is not caught by its neighbours */
			if (scope && !is_event_sub(r, before))
				sub = catching_sub(r, at, trigger, code, exact);
			if (!sub && at->node != BPMN_NONE && at->role != ACT_UNDO && act_outer(r, at) == at)
				boundary = catching_boundary(r, at, trigger, code, exact);
		}
		if ((sub || boundary) && only_look)
			return true;
		if (sub) {
			event_sub_fire(r, at, sub, payload);
			return true;
		}
		if (boundary) {
			boundary_fire(r, at, boundary, payload);
			return true;
		}
	}
	return false;
}

void throw_error(struct run *r, struct act *from, struct str code, const struct feel_value *payload)
{
	if (!throw_up(r, from, TRIGGER_ERROR, code, payload, false))
		instance_end(r, BPMN_FAILED, code);
}

static void throw_escalation(struct run *r, struct act *act, const struct bpmn_definition *def, struct str element)
{
	struct feel_value *payload = run_get(r, 1, sizeof *payload);

	tell(r, BPMN_EV_ESCALATED, act->id, element)->name = def->code;
	if (!payload)
		return;
	*payload = vars_value(r, &act->vars);
	throw_up(r, act, TRIGGER_ESCALATION, def->code, payload, false);
}

/* ---- names and keys ---- */

bool message_name(struct run *r, struct act *act, const struct bpmn_definition *def, struct str *name)
{
	struct feel_value v;

	*name = def->name;
	if (!def->name_expr.plan)
		return true;
	if (!run_eval(r, act, &def->name_expr, &v))
		return false;
	if (v.kind != FEEL_STRING) {
		snprintf(r->why, sizeof r->why, "The name \"=%.*s\" gives no text.", STR_ARG(def->name_expr.source));
		return false;
	}
	*name = v.string;
	return true;
}

static struct str conversation_key(const struct run *r, uint32_t index)
{
	for (uint32_t i = 0; i < r->in->conversations_count; i++)
		if (r->in->conversations[i].index == index)
			return r->in->conversations[i].key;
	return S("");
}

static void conversation_set(struct run *r, uint32_t index, struct str key)
{
	struct bpmn_instance *in = r->in;
	struct conversation *at;

	if (str_empty(key) || !str_empty(conversation_key(r, index)))
		return;
	at = run_grow(r, in->conversations, in->conversations_count, &in->conversations_room, sizeof *at);
	if (!at)
		return;
	in->conversations = at;
	at[in->conversations_count++] = (struct conversation){ index, key };
}

/* The values of a key's properties as one JSON list. */
static bool properties(struct run *r, struct act *act, const struct bpmn_correlation *c, struct str *key)
{
	struct feel_list_builder b;
	struct feel_value list;

	feel_list_begin(&b, r->a);
	for (size_t i = 0; i < c->count; i++) {
		struct feel_value v;

		if (!c->message[i].plan || !run_eval(r, act, &c->message[i], &v))
			return false;
		if (feel_list_put(&b, v) != OK)
			r->failed = ERR_NOMEM;
	}
	list = feel_list_end(&b);
	*key = run_key_text(r, &list);
	return true;
}

static bool standard_key(struct run *r, struct act *act, const struct bpmn_correlation *c, bool catching, struct str *key)
{
	const struct bpmn_process *p = &r->m->processes[r->in->process];

	if (!catching) {
		if (!properties(r, act, c, key))
			return false;
		conversation_set(r, c->index, *key);
		return true;
	}
	for (size_t i = 0; i < p->subscriptions_count; i++)
		if (p->subscriptions[i].index == c->index)
			return properties(r, act, &p->subscriptions[i], key);
	*key = conversation_key(r, c->index);
	return true;
}

bool message_key(struct run *r, struct act *act, const struct bpmn_definition *def, bool catching, struct str *key)
{
	struct feel_value v;

	*key = S("");
	if (def->key.plan) {
		if (!run_eval(r, act, &def->key, &v))
			return false;
		*key = run_key_text(r, &v);
		return true;
	}
	if (!def->correlation)
		return true;
	if (catching && !str_empty(r->message_key))
		conversation_set(r, def->correlation->index, r->message_key);
	return standard_key(r, act, def->correlation, catching, key);
}

/* ---- throwing ---- */

static bool throw_message(struct run *r, struct act *act, const struct bpmn_definition *def, struct str element)
{
	struct feel_value *payload = run_get(r, 1, sizeof *payload);
	struct str name, key;
	struct bpmn_event *e;

	if (!payload || !message_name(r, act, def, &name) || !message_key(r, act, def, false, &key))
		return false;
	*payload = vars_value(r, &act->vars);
	e = tell(r, BPMN_EV_MESSAGE_THROWN, act->id, element);
	e->name = name;
	e->key = key;
	e->variables = payload;
	return true;
}

static bool throw_signal(struct run *r, struct act *act, const struct bpmn_definition *def, struct str element)
{
	struct feel_value *payload = run_get(r, 1, sizeof *payload);
	struct str name;
	struct bpmn_event *e;

	if (!payload || !message_name(r, act, def, &name))
		return false;
	*payload = vars_value(r, &act->vars);
	e = tell(r, BPMN_EV_SIGNAL_THROWN, act->id, element);
	e->name = name;
	e->variables = payload;
	signal_all(r, name, payload);
	return true;
}

bool throw_definition(struct run *r, struct act *act, const struct bpmn_definition *def, struct str element)
{
	switch (def->trigger) {
	case TRIGGER_MESSAGE:
		return throw_message(r, act, def, element);
	case TRIGGER_SIGNAL:
		return throw_signal(r, act, def, element);
	case TRIGGER_ESCALATION:
		throw_escalation(r, act, def, element);
		return true;
	case TRIGGER_ERROR:
		throw_error(r, act, def->code, NULL);
		return true;
	default:
		return true;
	}
}

void signal_all(struct run *r, struct str name, const struct feel_value *payload)
{
	uint32_t count = r->in->waits_count, n = 0;
	uint32_t *ids = run_get(r, count, sizeof *ids);

	for (uint32_t i = 0; ids && i < count; i++)
		if (r->in->waits[i]->kind == BPMN_WAIT_SIGNAL && str_eq(r->in->waits[i]->name, name))
			ids[n++] = r->in->waits[i]->id;
	for (uint32_t i = 0; i < n; i++) {
		struct wait *w = wait_of(r->in, ids[i]);

		if (w)
			wait_fire(r, w, payload);
	}
}
