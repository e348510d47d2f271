/* undo.c - compensation (BPMN 2.0.2, 10.7, 13.4.6): what completed and has a handler is
 * recorded; a compensation undoes records in the reverse order of their completion, one
 * after another. A sub-process without handler of its own is undone by undoing its inside.
 */
#include "bpmn/run_int.h"

static const struct bpmn_node *undoing_sub(const struct run *r, const struct bpmn_node *n)
{
	const struct bpmn_scope *plan = n->body == BPMN_NONE ? NULL : &r->m->scopes[n->body];

	for (uint32_t i = 0; plan && i < plan->event_subs_count; i++) {
		const struct bpmn_scope *sub = &r->m->scopes[node_of(r, plan->event_subs[i])->body];

		for (uint32_t k = 0; k < sub->nodes_count; k++) {
			const struct bpmn_node *s = node_of(r, sub->nodes[k]);

			if (s->kind == BPMN_START_EVENT && s->defs_count && s->defs[0].trigger == TRIGGER_COMPENSATE)
				return s;
		}
	}
	return NULL;
}

bool undo_wanted(const struct run *r, const struct bpmn_node *n, uint32_t act)
{
	if (n->handler != BPMN_NONE && n->kind != BPMN_BOUNDARY_EVENT)
		return true;
	if (n->kind == BPMN_EVENT_SUB_PROCESS)
		return false;
	if (undoing_sub(r, n))
		return true;
	for (uint32_t i = 0; i < r->in->records_count; i++)
		if (r->in->records[i]->scope == act)
			return true;
	return false;
}

void undo_record(struct run *r, struct act *act)
{
	struct bpmn_instance *in = r->in;
	struct record **list, *rec;

	if (!undo_wanted(r, node_of(r, act->node), act->id))
		return;
	if (act->index && node_of(r, act->node)->handler != BPMN_NONE)
		return; /* the handler runs once for the whole loop */
	list = run_grow(r, in->records, in->records_count, &in->records_room, sizeof *list);
	rec = list ? run_get(r, 1, sizeof *rec) : NULL;
	if (!rec)
		return;
	*rec = (struct record){ in->next_id++, act->parent, act->node, act->id, act->vars };
	in->records = list;
	in->records[in->records_count++] = rec;
}

static struct record *record_of(const struct bpmn_instance *in, uint32_t id)
{
	for (uint32_t i = 0; i < in->records_count; i++)
		if (in->records[i]->id == id)
			return in->records[i];
	return NULL;
}

static void record_remove(struct bpmn_instance *in, const struct record *rec)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < in->records_count; i++)
		if (in->records[i] != rec)
			in->records[kept++] = in->records[i];
	in->records_count = kept;
}

/* Event sub-processes undo what their surrounding scope did. */
static struct act *undone_scope(struct run *r, struct act *act)
{
	struct act *scope = act_of(r->in, act->parent);

	while (scope && scope->node != BPMN_NONE && node_of(r, scope->node)->kind == BPMN_EVENT_SUB_PROCESS)
		scope = act_of(r->in, scope->parent);
	return scope;
}

static bool encloses(const struct run *r, uint32_t scope, const struct act *from)
{
	for (; from; from = act_of(r->in, from->parent))
		if (from->id == scope)
			return true;
	return false;
}

/* An undo act with the records that `all` or `node` select; NULL when there are none. */
static struct act *undo_new(struct run *r, uint32_t parent, struct act *from, uint32_t scope, uint32_t node)
{
	struct bpmn_instance *in = r->in;
	uint32_t *queue = run_get(r, in->records_count, sizeof *queue);
	uint32_t n = 0;
	struct act *undo;

	for (uint32_t i = 0; queue && i < in->records_count; i++) {
		const struct record *rec = in->records[i];

		if (node == BPMN_NONE ? rec->scope == scope : rec->node == node && encloses(r, rec->scope, from))
			queue[n++] = rec->id;
	}
	if (n == 0)
		return NULL;
	undo = act_new(r, parent, from->node, ACT_UNDO);
	undo->queue = queue;
	undo->queue_count = n;
	ready_push(r, READY_UNDO, undo->id, BPMN_NONE, BPMN_NONE);
	return undo;
}

/* True when the thrower must wait. */
bool undo_start(struct run *r, struct act *thrower, const struct bpmn_definition *def)
{
	struct act *scope = undone_scope(r, thrower);
	uint32_t parent = def->wait_for_completion ? thrower->id : thrower->parent;

	if (!scope)
		return false;
	return undo_new(r, parent, thrower, scope->id, def->activity) && def->wait_for_completion;
}

void undo_all(struct run *r, struct act *scope)
{
	undo_new(r, scope->id, scope, scope->id, BPMN_NONE);
}

/* The completed sub-process comes to life again, with its variables, for its undoing only. */
static void revive(struct run *r, struct act *undo, const struct record *rec)
{
	const struct bpmn_node *n = node_of(r, rec->node), *sub = undoing_sub(r, n);
	struct act *body = act_new(r, undo->id, rec->node, ACT_BODY);

	for (uint32_t i = 0; i < r->in->records_count; i++)
		if (r->in->records[i]->scope == rec->act && r->in->records[i]->node == rec->node)
			sub = NULL; /* a loop: each of its instances undoes itself */

	body->vars = rec->vars;
	tell(r, BPMN_EV_ENTERED, body->id, n->el->id);
	for (uint32_t i = 0; i < r->in->records_count; i++)
		if (r->in->records[i]->scope == rec->act)
			r->in->records[i]->scope = body->id;
	if (sub)
		event_sub_fire(r, body, sub, NULL);
	else
		undo_new(r, body->id, body, body->id, BPMN_NONE);
	scope_settled(r, body->id);
}

void undo_step(struct run *r, struct act *undo)
{
	while (undo->queue_count) {
		struct record *rec = record_of(r->in, undo->queue[--undo->queue_count]);
		const struct bpmn_node *n;

		if (!rec)
			continue; /* undone by another compensation meanwhile */
		record_remove(r->in, rec);
		n = node_of(r, rec->node);
		if (n->handler == BPMN_NONE)
			revive(r, undo, rec);
		else
			ready_push(r, READY_ENTER, undo->id, n->handler, BPMN_NONE);
		return;
	}
	uint32_t parent = undo->parent;
	struct act *up = act_of(r->in, parent);

	act_remove(r, undo);
	if (up && up->role == ACT_WORK)
		activity_complete(r, up);
	else
		scope_settled(r, parent);
}
