/* catch.c - subscribing to events and what happens when one occurs: intermediate catch
 * events, boundary events, event sub-processes (BPMN 2.0.2, 13.5).
 */
#include <stdio.h>

#include "bpmn/run_int.h"

/* ---- subscribing ---- */

static void subscribe_timer(struct run *r, struct act *act, const struct bpmn_node *event, uint16_t i)
{
	int64_t due, repeats;
	struct wait *w;

	if (!timer_due(r, act, &event->defs[i], &due, &repeats)) {
		incident_at(r, act, event->index, i, PHASE_SUBSCRIBE);
		return;
	}
	w = wait_new(r, act, event->index, BPMN_WAIT_TIMER);
	w->def = i;
	w->due_ms = due;
	w->repeats = repeats;
	wait_tell(r, w);
}

static void subscribe_message(struct run *r, struct act *act, const struct bpmn_node *event, uint16_t i)
{
	const struct bpmn_definition *def = &event->defs[i];
	struct str name, key = S("");
	struct wait *w;

	if (!message_name(r, act, def, &name) ||
	    (def->trigger == TRIGGER_MESSAGE && !message_key(r, act, def, true, &key))) {
		incident_at(r, act, event->index, i, PHASE_SUBSCRIBE);
		return;
	}
	w = wait_new(r, act, event->index, def->trigger == TRIGGER_MESSAGE ? BPMN_WAIT_MESSAGE : BPMN_WAIT_SIGNAL);
	w->def = i;
	w->name = name;
	w->key = key;
	wait_tell(r, w);
}

static bool holds(struct run *r, struct act *act, const struct bpmn_definition *def)
{
	struct feel_value v;

	return def->condition.plan && run_eval(r, act, &def->condition, &v) && feel_is_true(&v);
}

/* A condition that holds already triggers at once, before any token of the scope moves. */
static void subscribe_condition(struct run *r, struct act *act, const struct bpmn_node *event, uint16_t i)
{
	struct wait *w = wait_new(r, act, event->index, BPMN_WAIT_CONDITION);

	w->def = i;
	wait_tell(r, w);
	if (holds(r, act, &event->defs[i])) {
		w->hit = true;
		wait_fire(r, w, NULL);
	}
}

void subscribe_one(struct run *r, struct act *act, const struct bpmn_node *event, uint16_t i)
{
	switch (event->defs[i].trigger) {
	case TRIGGER_TIMER:
		subscribe_timer(r, act, event, i);
		break;
	case TRIGGER_MESSAGE:
	case TRIGGER_SIGNAL:
		subscribe_message(r, act, event, i);
		break;
	case TRIGGER_CONDITION:
		subscribe_condition(r, act, event, i);
		break;
	default: /* errors, escalations, compensation and cancel are looked for when they are thrown */
		break;
	}
}

void subscribe(struct run *r, struct act *act, const struct bpmn_node *event)
{
	uint32_t id = act->id;

	for (size_t i = 0; i < event->defs_count && act && !r->failed; i++) {
		subscribe_one(r, act, event, (uint16_t)i);
		act = act_of(r->in, id);
	}
}

void subscribe_boundaries(struct run *r, struct act *act)
{
	const struct bpmn_node *n = node_of(r, act->node);
	uint32_t id = act->id;

	for (uint32_t i = 0; i < n->boundaries_count && act; i++) {
		subscribe(r, act, node_of(r, n->boundaries[i]));
		act = act_of(r->in, id);
	}
}

/* ---- occurring ---- */

void boundary_fire(struct run *r, struct act *outer, const struct bpmn_node *event, const struct feel_value *payload)
{
	uint32_t scope = outer->parent;

	if (event->interrupting)
		cancel_act(r, outer);
	activity_start(r, event, scope, 0, payload);
}

static void drop_start_waits(struct run *r, uint32_t scope)
{
	for (uint32_t i = 0; i < r->in->waits_count;) {
		struct wait *w = r->in->waits[i];

		if (w->act == scope && w->node != BPMN_NONE && node_of(r, w->node)->kind == BPMN_START_EVENT)
			wait_remove(r, w, false);
		else
			i++;
	}
}

void event_sub_fire(struct run *r, struct act *scope, const struct bpmn_node *start, const struct feel_value *payload)
{
	uint32_t sub = r->m->scopes[start->scope].node;
	struct act *body;
	uint32_t id;

	if (start->interrupting) {
		cancel_inside(r, scope->id);
		drop_start_waits(r, scope->id);
		scope->flags |= ACT_INTERRUPTED;
	}
	body = act_new(r, scope->id, sub, ACT_BODY);
	id = body->id;
	tell(r, BPMN_EV_ENTERED, id, node_of(r, sub)->el->id);
	scope_open(r, body);
	body = act_of(r->in, id);
	if (body && !(body->flags & ACT_INTERRUPTED))
		activity_start(r, start, id, 0, payload);
	scope_settled(r, id);
}

static bool others_wait(struct run *r, uint32_t act, uint32_t node)
{
	for (uint32_t i = 0; i < r->in->waits_count; i++)
		if (r->in->waits[i]->act == act && r->in->waits[i]->node == node)
			return true;
	return false;
}

/* A non-interrupting event goes on waiting; a timer only as long as its cycle lasts. */
static void renew(struct run *r, struct act *act, struct wait *w, const struct bpmn_node *n)
{
	int64_t due = w->due_ms;
	struct wait *next;

	if (w->kind != BPMN_WAIT_TIMER) {
		if (n->parallel_multiple)
			wait_remove(r, w, true);
		return;
	}
	wait_remove(r, w, true);
	if (w->repeats == 0 || n->parallel_multiple || !timer_next(r, act, &n->defs[w->def], &due))
		return;
	next = wait_new(r, act, n->index, BPMN_WAIT_TIMER);
	next->def = w->def;
	next->due_ms = due;
	next->repeats = w->repeats < 0 ? -1 : w->repeats - 1;
	wait_tell(r, next);
}

static void occur(struct run *r, struct act *act, const struct bpmn_node *n, const struct feel_value *payload)
{
	if (act->node == n->index) { /* it waited for itself: a catch event or a receive task */
		activity_take(r, act, payload);
		activity_complete(r, act);
	} else if (act->node != BPMN_NONE && node_of(r, act->node)->kind == BPMN_EVENT_GATEWAY) {
		el_event_gateway_pick(r, act, n, payload);
	} else if (n->kind == BPMN_BOUNDARY_EVENT) {
		boundary_fire(r, act, n, payload);
	} else {
		event_sub_fire(r, act, n, payload);
	}
}

void wait_fire(struct run *r, struct wait *w, const struct feel_value *payload)
{
	struct act *act = act_of(r->in, w->act);
	const struct bpmn_node *n = node_of(r, w->node);
	bool own, stays;
	uint32_t id;

	if (!act)
		return;
	id = act->id;
	own = act->node == n->index || (act->node != BPMN_NONE && node_of(r, act->node)->kind == BPMN_EVENT_GATEWAY);
	stays = !own && !n->interrupting;
	if (stays)
		renew(r, act, w, n);
	else
		wait_remove(r, w, true);
	if (n->parallel_multiple && n->defs_count > 1 && others_wait(r, id, n->index)) {
		for (size_t i = 0; payload && payload->kind == FEEL_CONTEXT && i < payload->context->count; i++)
			run_assign(r, act, payload->context->entries[i].key, payload->context->entries[i].value);
		return; /* all of them must occur */
	}
	occur(r, act, n, payload);
	act = act_of(r->in, id);
	if (stays && act && n->parallel_multiple && n->defs_count > 1)
		subscribe(r, act, n);
}

/* Conditions trigger when they become true; a non-interrupting one must become false in between. */
void conditions_ask(struct run *r)
{
	uint32_t count = r->in->waits_count;
	uint32_t *ids = run_get(r, count, sizeof *ids);
	uint32_t n = 0;

	for (uint32_t i = 0; ids && i < count; i++)
		if (r->in->waits[i]->kind == BPMN_WAIT_CONDITION)
			ids[n++] = r->in->waits[i]->id;
	for (uint32_t i = 0; i < n && !r->failed; i++) {
		struct wait *w = wait_of(r->in, ids[i]);
		struct act *act = w ? act_of(r->in, w->act) : NULL;
		bool was;

		if (!act)
			continue;
		was = w->hit;
		w->hit = holds(r, act, &node_of(r, w->node)->defs[w->def]);
		if (w->hit && !was)
			wait_fire(r, w, NULL);
	}
}

bool message_matches(const struct wait *w, struct str name, struct str key)
{
	return w->kind == BPMN_WAIT_MESSAGE && str_eq(w->name, name) && (str_empty(w->key) || str_eq(w->key, key));
}
