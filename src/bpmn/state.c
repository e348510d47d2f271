/* state.c - an instance's parts: made, found, removed, copied. No meaning of BPMN in here. */
#include "bpmn/run_int.h"

void *run_get(struct run *r, size_t count, size_t size)
{
	void *p = arena_array(r->a, count, size);

	if (!p)
		r->failed = ERR_NOMEM;
	return p;
}

void *run_grow(struct run *r, void *at, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t more = *room ? *room * 2 : 4;
	void *p;

	if (count < *room)
		return at;
	p = run_get(r, more, size);
	if (!p)
		return NULL;
	if (count)
		memcpy(p, at, count * size);
	*room = more;
	return p;
}

struct bpmn_event *tell(struct run *r, enum bpmn_event_kind kind, uint32_t id, struct str element)
{
	struct bpmn_event *e = run_get(r, 1, sizeof *e);

	if (!e)
		e = &r->spare_event;
	*e = (struct bpmn_event){ .kind = kind, .id = id, .element = element };
	if (e != &r->spare_event) {
		*r->end = e;
		r->end = &e->next;
	}
	return e;
}

/* ---- acts ---- */

struct act *act_of(const struct bpmn_instance *in, uint32_t id)
{
	uint32_t low = 0, high = in->acts_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (in->acts[mid]->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < in->acts_count && in->acts[low]->id == id && !(in->acts[low]->flags & ACT_GONE) ? in->acts[low] : NULL;
}

struct act *act_new(struct run *r, uint32_t parent, uint32_t node, enum act_role role)
{
	struct bpmn_instance *in = r->in;
	struct act **acts = run_grow(r, in->acts, in->acts_count, &in->acts_room, sizeof *acts);
	struct act *act = acts ? run_get(r, 1, sizeof *act) : NULL;
	struct act *up = act_of(in, parent);

	if (!act) {
		r->spare_act = (struct act){ .id = 0, .parent = parent, .node = node, .role = (uint8_t)role };
		return &r->spare_act;
	}
	*act = (struct act){ .id = in->next_id++, .parent = parent, .node = node, .role = (uint8_t)role };
	in->acts = acts;
	in->acts[in->acts_count++] = act;
	if (up)
		up->live++;
	return act;
}

static void drop_pointer(void *list, uint32_t *count, uint32_t at, size_t size)
{
	char *p = list;

	(*count)--;
	memmove(p + at * size, p + (at + 1) * size, (*count - at) * size);
}

void act_remove(struct run *r, struct act *act)
{
	struct bpmn_instance *in = r->in;
	struct act *up = act_of(in, act->parent);

	waits_drop(r, act->id, BPMN_NONE);
	for (uint32_t i = 0; i < in->acts_count; i++)
		if (in->acts[i] == act) {
			drop_pointer(in->acts, &in->acts_count, i, sizeof *in->acts);
			break;
		}
	if (up)
		up->live--;
}

struct act *act_outer(struct run *r, struct act *act)
{
	struct act *up = act_of(r->in, act->parent);

	return up && up->role == ACT_LOOP && up->node == act->node ? up : act;
}

/* ---- waits ---- */

struct wait *wait_of(const struct bpmn_instance *in, uint32_t id)
{
	for (uint32_t i = 0; i < in->waits_count; i++)
		if (in->waits[i]->id == id)
			return in->waits[i];
	return NULL;
}

struct wait *wait_new(struct run *r, struct act *act, uint32_t node, enum bpmn_wait kind)
{
	struct bpmn_instance *in = r->in;
	struct wait **waits = run_grow(r, in->waits, in->waits_count, &in->waits_room, sizeof *waits);
	struct wait *w = waits ? run_get(r, 1, sizeof *w) : NULL;

	if (!w) {
		r->spare_wait = (struct wait){ .act = act->id, .node = node, .kind = (uint8_t)kind };
		return &r->spare_wait;
	}
	*w = (struct wait){ .id = in->next_id++, .act = act->id, .node = node, .kind = (uint8_t)kind,
		.flow = BPMN_NONE, .name = S(""), .key = S(""), .text = S("") };
	in->waits = waits;
	in->waits[in->waits_count++] = w;
	return w;
}

static struct str wait_element(const struct run *r, const struct wait *w)
{
	return w->node == BPMN_NONE ? r->m->processes[r->in->process].id : node_of(r, w->node)->el->id;
}

void wait_tell(struct run *r, const struct wait *w)
{
	struct bpmn_event *e = tell(r, w->kind == BPMN_WAIT_INCIDENT ? BPMN_EV_INCIDENT : BPMN_EV_WAITING, w->id,
	                            wait_element(r, w));

	e->wait = (enum bpmn_wait)w->kind;
	e->due_ms = w->due_ms;
	e->name = w->name;
	e->key = w->key;
	e->text = w->text;
	if (w->kind == BPMN_WAIT_TASK) { /* who gets it may stand in a variable, of this round of a loop alone */
		struct feel_value *seen = run_get(r, 1, sizeof *seen);
		struct act *act = act_of(r->in, w->act);
		if (seen && act) {
			*seen = run_context(r, act);
			e->variables = seen;
		}
	}
}

void wait_remove(struct run *r, struct wait *w, bool done)
{
	struct bpmn_instance *in = r->in;
	struct bpmn_event *e = tell(r, w->kind == BPMN_WAIT_INCIDENT ? BPMN_EV_INCIDENT_OVER : BPMN_EV_WAIT_OVER, w->id,
	                            wait_element(r, w));

	e->wait = (enum bpmn_wait)w->kind;
	e->done = done;
	e->due_ms = w->due_ms;
	e->name = w->name;
	e->key = w->key;
	for (uint32_t i = 0; i < in->waits_count; i++)
		if (in->waits[i] == w) {
			drop_pointer(in->waits, &in->waits_count, i, sizeof *in->waits);
			break;
		}
}

void waits_drop(struct run *r, uint32_t act, uint32_t node)
{
	for (uint32_t i = 0; i < r->in->waits_count;) {
		struct wait *w = r->in->waits[i];

		if (w->act == act && (node == BPMN_NONE || w->node == node))
			wait_remove(r, w, false);
		else
			i++;
	}
}

/* ---- tokens ---- */

void rest_add(struct run *r, uint32_t scope, uint32_t flow)
{
	struct bpmn_instance *in = r->in;
	struct act *act = act_of(in, scope);
	struct rest *rests;

	if (act)
		act->live++;
	for (uint32_t i = 0; i < in->rests_count; i++)
		if (in->rests[i].scope == scope && in->rests[i].flow == flow) {
			in->rests[i].count++;
			return;
		}
	rests = run_grow(r, in->rests, in->rests_count, &in->rests_room, sizeof *rests);
	if (!rests)
		return;
	in->rests = rests;
	in->rests[in->rests_count++] = (struct rest){ scope, flow, 1 };
}

void rest_take(struct run *r, uint32_t scope, uint32_t flow, uint32_t count)
{
	struct bpmn_instance *in = r->in;
	struct act *act = act_of(in, scope);

	for (uint32_t i = 0; i < in->rests_count; i++)
		if (in->rests[i].scope == scope && in->rests[i].flow == flow) {
			in->rests[i].count -= count;
			if (act)
				act->live -= count;
			if (in->rests[i].count == 0)
				drop_pointer(in->rests, &in->rests_count, i, sizeof *in->rests);
			return;
		}
}

uint32_t rest_count(const struct run *r, uint32_t scope, uint32_t flow)
{
	for (uint32_t i = 0; i < r->in->rests_count; i++)
		if (r->in->rests[i].scope == scope && r->in->rests[i].flow == flow)
			return r->in->rests[i].count;
	return 0;
}

void ready_push(struct run *r, enum ready_kind kind, uint32_t scope, uint32_t node, uint32_t flow)
{
	bool throws = node != BPMN_NONE && node_of(r, node)->throws;
	struct ready_queue *q = throws ? &r->throwing : &r->normal;
	struct act *act = act_of(r->in, scope);
	struct ready *at;

	if (q->head == q->count)
		q->head = q->count = 0;
	at = run_grow(r, q->at, q->count, &q->room, sizeof *at);
	if (!at || !act)
		return;
	q->at = at;
	q->at[q->count++] = (struct ready){ (uint8_t)kind, scope, node, flow };
	act->live++;
}

/* ---- copies ---- */

static void *copy_array(struct arena *a, const void *from, uint32_t count, size_t size, enum err *e)
{
	void *p = arena_array(a, count, size);

	if (!p)
		*e = ERR_NOMEM;
	else if (count)
		memcpy(p, from, count * size);
	return p;
}

static void copy_vars(struct arena *a, struct vars *v, enum err *e)
{
	v->at = copy_array(a, v->at, v->count, sizeof *v->at, e);
	v->room = v->count;
}

static void copy_act(struct arena *a, struct act *act, enum err *e)
{
	copy_vars(a, &act->vars, e);
	if (act->results)
		act->results = copy_array(a, act->results, act->total, sizeof *act->results, e);
	if (act->queue)
		act->queue = copy_array(a, act->queue, act->queue_count, sizeof *act->queue, e);
}

static void copy_pointers(struct arena *a, struct bpmn_instance *in, const struct bpmn_instance *from, enum err *e)
{
	struct act *acts = arena_array(a, from->acts_count, sizeof *acts);
	struct wait *waits = arena_array(a, from->waits_count, sizeof *waits);
	struct record *records = arena_array(a, from->records_count, sizeof *records);

	in->acts = arena_array(a, (size_t)from->acts_count + 4, sizeof *in->acts);
	in->waits = arena_array(a, (size_t)from->waits_count + 4, sizeof *in->waits);
	in->records = arena_array(a, from->records_count, sizeof *in->records);
	if (!acts || !waits || !records || !in->acts || !in->waits || !in->records) {
		*e = ERR_NOMEM;
		return;
	}
	for (uint32_t i = 0; i < from->acts_count; i++) {
		acts[i] = *from->acts[i];
		copy_act(a, &acts[i], e);
		in->acts[i] = &acts[i];
	}
	for (uint32_t i = 0; i < from->waits_count; i++) {
		waits[i] = *from->waits[i];
		in->waits[i] = &waits[i];
	}
	for (uint32_t i = 0; i < from->records_count; i++) {
		records[i] = *from->records[i];
		copy_vars(a, &records[i].vars, e);
		in->records[i] = &records[i];
	}
	in->acts_room = from->acts_count + 4;
	in->waits_room = from->waits_count + 4;
	in->records_room = from->records_count;
}

struct bpmn_instance *instance_clone(struct arena *a, const struct bpmn_instance *from)
{
	struct bpmn_instance *in = arena_new(a, struct bpmn_instance);
	enum err e = OK;

	if (!in)
		return NULL;
	*in = *from;
	copy_pointers(a, in, from, &e);
	in->rests = copy_array(a, from->rests, from->rests_count, sizeof *in->rests, &e);
	in->rests_room = from->rests_count;
	in->gates = copy_array(a, from->gates, from->gates_count, sizeof *in->gates, &e);
	in->gates_room = from->gates_count;
	in->conversations_room = from->conversations_count; /* grown by copying, never written in place */
	return e == OK ? in : NULL;
}

void instance_count_live(struct bpmn_instance *in)
{
	for (uint32_t i = 0; i < in->acts_count; i++)
		in->acts[i]->live = 0;
	for (uint32_t i = 0; i < in->acts_count; i++) {
		struct act *up = act_of(in, in->acts[i]->parent);

		if (up)
			up->live++;
	}
	for (uint32_t i = 0; i < in->rests_count; i++) {
		struct act *act = act_of(in, in->rests[i].scope);

		if (act)
			act->live += in->rests[i].count;
	}
}
