/* migrate.c - a running instance moves to another version of its model. Every token must find
 * its element there, of the same kind and in the same surroundings; otherwise the dry run says
 * which would be lost, and nothing moves.
 */
#include "bpmn/run_int.h"

struct migration {
	const struct bpmn_instance *from;
	const struct bpmn_model *to;
	const struct bpmn_rename *renames;
	size_t renames_count;
	struct run run;             /* on the moved instance */
	struct bpmn_migration *first, **end;
	bool lost;
};

static void say(struct migration *m, uint32_t id, struct str element, struct str target, enum bpmn_fate fate, const char *text)
{
	struct bpmn_migration *f = run_get(&m->run, 1, sizeof *f);

	if (!f)
		return;
	*f = (struct bpmn_migration){ .id = id, .element = element, .target = target, .fate = fate, .text = str_of(text) };
	*m->end = f;
	m->end = &f->next;
	m->lost = m->lost || fate == BPMN_LOST;
}

static struct str renamed(const struct migration *m, struct str id)
{
	for (size_t i = 0; i < m->renames_count; i++)
		if (str_eq(m->renames[i].from, id))
			return m->renames[i].to;
	return id;
}

static const struct bpmn_node *target_of(const struct migration *m, uint32_t node)
{
	return map_get(&m->to->node_ids, renamed(m, m->from->m->nodes[node].el->id));
}

static uint32_t target_flow(const struct migration *m, uint32_t flow)
{
	struct str id = renamed(m, m->from->m->flows[flow].el->id);

	for (uint32_t i = 0; i < m->to->flows_count; i++)
		if (str_eq(m->to->flows[i].el->id, id) && m->to->flows[i].to != BPMN_NONE)
			return i;
	return BPMN_NONE;
}

static uint32_t plan_of(const struct migration *m, const struct act *act)
{
	if (act->role == ACT_PROCESS)
		return m->to->processes[m->run.in->process].scope;
	return act->role == ACT_BODY ? m->to->nodes[act->node].body : BPMN_NONE;
}

/* Why the act cannot stand at the node; NULL = it can. Parents have been moved before. */
static const char *misfit(const struct migration *m, const struct act *act, const struct bpmn_node *old, const struct bpmn_node *n)
{
	const struct act *up = act_of(m->run.in, act->parent);

	if (!n)
		return "The new version has no such element.";
	if (n->kind != old->kind)
		return "In the new version the element is of another kind.";
	if (!n->loop != !old->loop || (n->loop && n->loop->kind != old->loop->kind))
		return "In the new version the element repeats differently.";
	while (up && (up->role == ACT_LOOP || up->role == ACT_WORK))
		up = act_of(m->run.in, up->parent);
	if (up && up->role != ACT_UNDO && plan_of(m, up) != n->scope)
		return "In the new version the element stands in another sub-process.";
	return NULL;
}

static void move_act(struct migration *m, struct act *act)
{
	const struct bpmn_node *old, *n;
	const char *why;

	if (act->node == BPMN_NONE)
		return;
	old = &m->from->m->nodes[act->node];
	n = target_of(m, act->node);
	why = misfit(m, act, old, n);
	if (why) {
		say(m, act->id, old->el->id, S(""), BPMN_LOST, why);
		act->node = 0; /* the copy is thrown away */
		return;
	}
	act->node = n->index;
	say(m, act->id, old->el->id, n->el->id, BPMN_KEPT, "The token stays where it is.");
}

static bool same_event(const struct bpmn_node *old, const struct bpmn_node *n, uint16_t def)
{
	return n && n->kind == old->kind && def < n->defs_count && def < old->defs_count &&
	       n->defs[def].trigger == old->defs[def].trigger;
}

/* A boundary event must still belong to the act's element, a start event to a sub-process of its scope. */
static bool still_belongs(const struct migration *m, const struct wait *w, const struct bpmn_node *n)
{
	const struct act *act = act_of(m->run.in, w->act);

	if (!act)
		return false;
	if (n->kind == BPMN_BOUNDARY_EVENT && act->node != n->index)
		return n->attached == act->node;
	if (n->kind == BPMN_START_EVENT && act->node != n->index) {
		uint32_t sub = m->to->scopes[n->scope].node;

		return sub != BPMN_NONE && m->to->nodes[sub].scope == plan_of(m, act);
	}
	return true;
}

static void move_wait(struct migration *m, struct wait *w)
{
	const struct bpmn_node *old = &m->from->m->nodes[w->node], *n = target_of(m, w->node);
	bool event = w->kind >= BPMN_WAIT_TIMER && w->kind <= BPMN_WAIT_CONDITION;

	if (w->flow != BPMN_NONE)
		w->flow = target_flow(m, w->flow);
	if (!n || (event && (!same_event(old, n, w->def) || !still_belongs(m, w, n)))) {
		say(m, w->id, old->el->id, S(""), BPMN_LOST, "What this waits for is not in the new version.");
		w->node = 0;
		return;
	}
	w->node = n->index;
	say(m, w->id, old->el->id, n->el->id, BPMN_KEPT,
	    w->kind == BPMN_WAIT_TIMER ? "The timer keeps its due time." : "It goes on waiting.");
}

static void move_rest(struct migration *m, struct rest *rest)
{
	const struct bpmn_flow *old = &m->from->m->flows[rest->flow];
	uint32_t flow = target_flow(m, rest->flow);
	const struct bpmn_node *to = flow == BPMN_NONE ? NULL : &m->to->nodes[m->to->flows[flow].to];

	if (!to || to->kind != m->from->m->nodes[old->to].kind) {
		say(m, 0, old->el->id, S(""), BPMN_LOST, "A token waits on this flow before a join that the new version lacks.");
		rest->flow = 0;
		return;
	}
	rest->flow = flow;
	say(m, 0, old->el->id, m->to->flows[flow].el->id, BPMN_KEPT, "The token goes on waiting before the join.");
}

static void move_rest_of_state(struct migration *m)
{
	struct bpmn_instance *in = m->run.in;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < in->records_count; i++) {
		const struct bpmn_node *n = target_of(m, in->records[i]->node);

		if (!n) {
			say(m, in->records[i]->id, m->from->m->nodes[in->records[i]->node].el->id, S(""), BPMN_LOST,
			    "What was completed there could not be undone any more.");
			continue;
		}
		in->records[i]->node = n->index;
		in->records[kept++] = in->records[i];
	}
	in->records_count = kept;
	for (uint32_t i = 0; i < in->gates_count; i++) {
		const struct bpmn_node *n = target_of(m, in->gates[i].node);
		uint32_t *taken = run_get(&m->run, in->gates[i].taken_count, sizeof *taken);

		for (uint32_t k = 0; taken && k < in->gates[i].taken_count; k++)
			taken[k] = target_flow(m, in->gates[i].taken[k]);
		if (!n || n->kind != BPMN_COMPLEX_GATEWAY)
			say(m, 0, m->from->m->nodes[in->gates[i].node].el->id, S(""), BPMN_LOST, "The new version has no such gateway.");
		else
			in->gates[i].node = n->index;
		in->gates[i].taken = taken;
	}
}

/* ---- what only the new version has ---- */

static bool is_new(const struct migration *m, const struct bpmn_node *event)
{
	for (uint32_t i = 0; i < m->from->m->nodes_count; i++)
		if (str_eq(renamed(m, m->from->m->nodes[i].el->id), event->el->id))
			return false;
	return true;
}

static void arm(struct migration *m, struct act *act, const struct bpmn_node *event, bool for_real)
{
	if (!is_new(m, event))
		return;
	say(m, act->id, S(""), event->el->id, BPMN_ADDED, "The new version adds this event; it is armed.");
	if (for_real)
		subscribe(&m->run, act, event);
}

static void arm_act(struct migration *m, uint32_t id, bool for_real)
{
	struct act *act = act_of(m->run.in, id);
	const struct bpmn_node *n = act && act->node != BPMN_NONE ? &m->to->nodes[act->node] : NULL;
	uint32_t plan;

	for (uint32_t i = 0; n && act && i < n->boundaries_count && act_outer(&m->run, act) == act && act->role != ACT_UNDO; i++) {
		arm(m, act, &m->to->nodes[n->boundaries[i]], for_real);
		act = act_of(m->run.in, id);
	}
	plan = act ? plan_of(m, act) : BPMN_NONE;
	for (uint32_t i = 0; plan != BPMN_NONE && act && i < m->to->scopes[plan].event_subs_count; i++) {
		const struct bpmn_scope *sub = &m->to->scopes[m->to->nodes[m->to->scopes[plan].event_subs[i]].body];

		for (uint32_t k = 0; k < sub->nodes_count && act; k++)
			if (m->to->nodes[sub->nodes[k]].kind == BPMN_START_EVENT) {
				arm(m, act, &m->to->nodes[sub->nodes[k]], for_real);
				act = act_of(m->run.in, id);
			}
	}
}

static void arm_all(struct migration *m, bool for_real)
{
	uint32_t count = m->run.in->acts_count;
	uint32_t *ids = run_get(&m->run, count, sizeof *ids);

	for (uint32_t i = 0; ids && i < count; i++)
		ids[i] = m->run.in->acts[i]->id;
	for (uint32_t i = 0; ids && i < count; i++)
		arm_act(m, ids[i], for_real);
}

/* ---- the door ---- */

static enum err find_process(struct migration *m, struct diag *d)
{
	struct str id = renamed(m, bpmn_instance_process(m->from));

	for (uint32_t i = 0; i < m->to->processes_count; i++)
		if (m->to->processes[i].executable && str_eq(m->to->processes[i].id, id)) {
			m->run.in->process = i;
			m->run.in->m = m->to;
			return OK;
		}
	return diag_set(d, ERR_NOT_FOUND, "bpmn.no-process", "The new version has no executable process \"%.*s\".", STR_ARG(id));
}

static enum err move_all(struct migration *m, bool for_real, struct diag *d)
{
	struct bpmn_instance *in = m->run.in;

	TRY(find_process(m, d));
	for (uint32_t i = 0; i < in->acts_count; i++)
		move_act(m, in->acts[i]);
	for (uint32_t i = 0; i < in->waits_count; i++)
		move_wait(m, in->waits[i]);
	for (uint32_t i = 0; i < in->rests_count; i++)
		move_rest(m, &in->rests[i]);
	move_rest_of_state(m);
	if (m->run.failed)
		return m->run.failed; /* who refuses says all that would be lost */
	if (for_real && m->lost)
		return diag_set(d, ERR_CONFLICT, "bpmn.migration-loses", "The move would lose tokens; the dry run says which.");
	if (!m->lost)
		arm_all(m, for_real);
	if (for_real)
		run_drain(&m->run);
	return m->run.failed;
}

enum err bpmn_migrate_plan(const struct bpmn_instance *i, const struct bpmn_model *to, const struct bpmn_rename *renames,
                           size_t renames_count, const struct bpmn_env *env, struct arena *a, struct bpmn_migration **fates,
                           struct bpmn_event **events, struct bpmn_instance **out, struct diag *d)
{
	struct migration m = { .from = i, .to = to, .renames = renames, .renames_count = renames_count,
		.run = { .m = to, .env = env, .a = a, .in = instance_clone(a, i), .message_key = S("") } };
	enum err e;

	m.end = &m.first;
	m.run.end = &m.run.first;
	m.run.steps_max = env->steps_max ? env->steps_max : BPMN_STEPS_DEFAULT;
	if (!m.run.in)
		return diag_set(d, ERR_NOMEM, "bpmn.memory", "The memory allowed for a step is used up.");
	e = move_all(&m, out != NULL, d);
	*fates = m.first;
	if (e != OK)
		return e == ERR_NOMEM ? diag_set(d, e, "bpmn.memory", "The memory allowed for a step is used up.") : e;
	if (out) {
		instance_refresh(m.run.in);
		*events = m.run.first;
		*out = m.run.in;
	}
	return OK;
}
