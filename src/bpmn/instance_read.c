/* instance_read.c - an instance from its canonical JSON. Everything is checked against the
 * model: stored state that does not fit is ERR_CORRUPT, never a crash.
 */
#include "bpmn/run_int.h"

struct source {
	struct arena *a;
	struct bpmn_instance *in;
	const struct feel_value *known;
	struct diag *d;
};

static enum err corrupt(const struct source *s, const char *what)
{
	return diag_set(s->d, ERR_CORRUPT, "bpmn.instance-corrupt", "The stored instance does not fit its model: %s.", what);
}

static uint32_t get_u32(const struct json *v, const char *key)
{
	int64_t n = json_i64(json_get(v, key), 0);

	return n < 0 || n > UINT32_MAX ? 0 : (uint32_t)n;
}

static enum err get_node(const struct source *s, const struct json *v, uint32_t *out)
{
	const struct json *id = json_get(v, "at");
	const struct bpmn_node *n;

	*out = BPMN_NONE;
	if (!id)
		return OK;
	n = map_get(&s->in->m->node_ids, json_text(id));
	if (!n)
		return corrupt(s, "an element is missing");
	*out = n->index;
	return OK;
}

static enum err flow_of(const struct source *s, struct str id, uint32_t *out)
{
	const struct bpmn_model *m = s->in->m;

	for (uint32_t i = 0; i < m->flows_count; i++)
		if (str_eq(m->flows[i].el->id, id) && m->flows[i].to != BPMN_NONE) {
			*out = i;
			return OK;
		}
	return corrupt(s, "a sequence flow is missing");
}

static enum err get_known(const struct source *s, struct str name, struct feel_entry *out)
{
	const struct feel_value *v = s->known && name.ptr ? feel_get(s->known, name) : NULL;

	if (!v)
		return corrupt(s, "a variable that is kept elsewhere is not there");
	*out = (struct feel_entry){ name, *v };
	return OK;
}

static enum err get_vars(const struct source *s, const struct json *v, struct vars *out)
{
	enum { VARS_MAX = 1000000 };
	const struct json *vars = json_get(v, "vars"), *known = json_get(v, "known");
	size_t more = known ? known->count : 0, own = vars ? vars->count : 0;

	if ((vars && vars->kind != JSON_OBJECT) || (known && known->kind != JSON_ARRAY) || own > VARS_MAX || more > VARS_MAX)
		return corrupt(s, "variables");
	if (!own && !more)
		return OK;
	out->at = arena_array(s->a, more + own, sizeof *out->at);
	if (!out->at)
		return ERR_NOMEM;
	for (size_t i = 0; i < more; i++)
		TRY(get_known(s, json_text(&known->items[i]), &out->at[i]));
	for (size_t i = 0; i < own; i++) {
		out->at[more + i].key = vars->members[i].key;
		TRY(value_read(s->a, &vars->members[i].value, &out->at[more + i].value));
	}
	out->count = out->room = (uint32_t)(more + own);
	return OK;
}

static enum err get_results(const struct source *s, const struct json *v, struct act *act)
{
	const struct json *results = json_get(v, "results"), *queue = json_get(v, "queue");

	if (results) {
		if (results->kind != JSON_ARRAY || results->count != act->total)
			return corrupt(s, "results of a loop");
		act->results = arena_array(s->a, act->total, sizeof *act->results);
		if (!act->results)
			return ERR_NOMEM;
		for (uint32_t i = 0; i < act->total; i++)
			TRY(value_read(s->a, &results->items[i], &act->results[i]));
	}
	if (!queue)
		return OK;
	act->queue = arena_array(s->a, queue->count, sizeof *act->queue);
	if (!act->queue)
		return ERR_NOMEM;
	act->queue_count = (uint32_t)queue->count;
	for (size_t i = 0; i < queue->count; i++)
		act->queue[i] = (uint32_t)json_i64(&queue->items[i], 0);
	return OK;
}

static bool act_fits(const struct bpmn_model *m, const struct act *act, const struct act *up)
{
	const struct bpmn_node *n;

	if (act->role > ACT_UNDO || (act->role == ACT_PROCESS) != (act->id == ROOT_ID))
		return false;
	if (act->role == ACT_PROCESS)
		return act->node == BPMN_NONE;
	if (!up || (act->node == BPMN_NONE && act->role != ACT_UNDO))
		return false;
	if (act->node == BPMN_NONE)
		return true;
	n = &m->nodes[act->node];
	if (act->role == ACT_BODY)
		return n->body != BPMN_NONE;
	return act->role != ACT_LOOP || n->loop;
}

static enum err read_act(const struct source *s, const struct json *v, struct act *act)
{
	const struct json *items = json_get(v, "items");
	struct bpmn_instance *in = s->in;

	act->id = get_u32(v, "id");
	act->parent = get_u32(v, "in");
	act->role = (uint8_t)get_u32(v, "role");
	act->flags = (uint8_t)get_u32(v, "flags") & (ACT_INTERRUPTED | ACT_CANCELLING);
	act->index = get_u32(v, "index");
	act->total = get_u32(v, "total");
	act->started = get_u32(v, "started");
	act->ended = get_u32(v, "ended");
	if (act->total > BPMN_LOOP_MAX)
		return corrupt(s, "size of a loop");
	if (act->id == 0 || act->id >= in->next_id ||
	    (in->acts_count && act->id <= in->acts[in->acts_count - 1]->id))
		return corrupt(s, "ids are not in order");
	TRY(get_node(s, v, &act->node));
	if (!act_fits(in->m, act, act_of(in, act->parent)))
		return corrupt(s, "an activity");
	TRY(get_vars(s, v, &act->vars));
	act->items = feel_null();
	if (items)
		TRY(value_read(s->a, items, &act->items));
	return get_results(s, v, act);
}

static enum err read_acts(const struct source *s, const struct json *list)
{
	struct bpmn_instance *in = s->in;
	struct act *acts;

	if (!list || list->kind != JSON_ARRAY || list->count == 0 || list->count > 10000000)
		return corrupt(s, "no activities");
	acts = arena_array(s->a, list->count, sizeof *acts);
	in->acts = arena_array(s->a, list->count, sizeof *in->acts);
	if (!acts || !in->acts)
		return ERR_NOMEM;
	in->acts_room = (uint32_t)list->count;
	for (size_t i = 0; i < list->count; i++) {
		TRY(read_act(s, &list->items[i], &acts[i]));
		in->acts[in->acts_count++] = &acts[i];
	}
	return act_of(in, ROOT_ID) ? OK : corrupt(s, "no process");
}

static enum err read_wait(const struct source *s, const struct json *v, struct wait *w)
{
	const struct json *flow = json_get(v, "flow");

	w->id = get_u32(v, "id");
	w->act = get_u32(v, "of");
	w->def = (uint16_t)get_u32(v, "def");
	w->kind = (uint8_t)get_u32(v, "kind");
	w->phase = (uint8_t)get_u32(v, "phase");
	w->hit = get_u32(v, "hit") != 0;
	w->due_ms = json_i64(json_get(v, "due"), 0);
	w->repeats = json_i64(json_get(v, "repeats"), 0);
	w->name = json_text(json_get(v, "name"));
	w->key = json_text(json_get(v, "key"));
	w->text = json_text(json_get(v, "text"));
	w->flow = BPMN_NONE;
	TRY(get_node(s, v, &w->node));
	if (flow)
		TRY(flow_of(s, json_text(flow), &w->flow));
	if (!act_of(s->in, w->act) || w->kind > BPMN_WAIT_INCIDENT || w->phase > PHASE_SUBSCRIBE || w->node == BPMN_NONE)
		return corrupt(s, "something waiting");
	if (w->kind >= BPMN_WAIT_TIMER && w->kind <= BPMN_WAIT_CONDITION && w->def >= s->in->m->nodes[w->node].defs_count)
		return corrupt(s, "an event definition is missing");
	return OK;
}

static enum err read_waits(const struct source *s, const struct json *list)
{
	struct bpmn_instance *in = s->in;
	struct wait *waits;

	if (!list || list->kind != JSON_ARRAY)
		return corrupt(s, "no list of what waits");
	waits = arena_array(s->a, list->count, sizeof *waits);
	in->waits = arena_array(s->a, list->count, sizeof *in->waits);
	if (!waits || !in->waits)
		return ERR_NOMEM;
	in->waits_room = (uint32_t)list->count;
	for (size_t i = 0; i < list->count; i++) {
		TRY(read_wait(s, &list->items[i], &waits[i]));
		in->waits[in->waits_count++] = &waits[i];
	}
	return OK;
}

static enum err read_rests(const struct source *s, const struct json *list)
{
	size_t n = list && list->kind == JSON_ARRAY ? list->count : 0;

	s->in->rests = arena_array(s->a, n, sizeof *s->in->rests);
	if (!s->in->rests)
		return ERR_NOMEM;
	s->in->rests_room = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		struct rest *rest = &s->in->rests[s->in->rests_count];

		rest->scope = get_u32(&list->items[i], "in");
		rest->count = get_u32(&list->items[i], "count");
		TRY(flow_of(s, json_text(json_get(&list->items[i], "flow")), &rest->flow));
		if (!act_of(s->in, rest->scope) || rest->count == 0)
			return corrupt(s, "a token before a join");
		s->in->rests_count++;
	}
	return OK;
}

static enum err read_records(const struct source *s, const struct json *list)
{
	size_t n = list && list->kind == JSON_ARRAY ? list->count : 0;
	struct record *records = arena_array(s->a, n, sizeof *records);

	s->in->records = arena_array(s->a, n, sizeof *s->in->records);
	if (!records || !s->in->records)
		return ERR_NOMEM;
	s->in->records_room = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		const struct json *v = &list->items[i];

		records[i].id = get_u32(v, "id");
		records[i].scope = get_u32(v, "in");
		records[i].act = get_u32(v, "was");
		TRY(get_node(s, v, &records[i].node));
		TRY(get_vars(s, v, &records[i].vars));
		if (records[i].node == BPMN_NONE)
			return corrupt(s, "a completed activity");
		s->in->records[s->in->records_count++] = &records[i];
	}
	return OK;
}

static enum err read_gates(const struct source *s, const struct json *list)
{
	size_t n = list && list->kind == JSON_ARRAY ? list->count : 0;

	s->in->gates = arena_array(s->a, n, sizeof *s->in->gates);
	if (!s->in->gates)
		return ERR_NOMEM;
	s->in->gates_room = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		const struct json *taken = json_get(&list->items[i], "taken");
		struct gate *g = &s->in->gates[s->in->gates_count];

		g->scope = get_u32(&list->items[i], "in");
		TRY(get_node(s, &list->items[i], &g->node));
		if (!act_of(s->in, g->scope) || g->node == BPMN_NONE || !taken || taken->kind != JSON_ARRAY ||
		    s->in->m->nodes[g->node].kind != BPMN_COMPLEX_GATEWAY)
			return corrupt(s, "a complex gateway");
		g->taken = arena_array(s->a, taken->count, sizeof *g->taken);
		if (!g->taken)
			return ERR_NOMEM;
		for (size_t k = 0; k < taken->count; k++)
			TRY(flow_of(s, json_text(&taken->items[k]), &g->taken[g->taken_count++]));
		s->in->gates_count++;
	}
	return OK;
}

static enum err read_talks(const struct source *s, const struct json *list)
{
	size_t n = list && list->kind == JSON_ARRAY ? list->count : 0;

	s->in->conversations = arena_array(s->a, n, sizeof *s->in->conversations);
	if (!s->in->conversations)
		return ERR_NOMEM;
	s->in->conversations_room = s->in->conversations_count = (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		s->in->conversations[i] = (struct conversation){ get_u32(&list->items[i], "index"),
			json_text(json_get(&list->items[i], "key")) };
	return OK;
}

static enum err read_head(const struct source *s, const struct json *v)
{
	static const char *const states[] = { "running", "completed", "terminated", "failed", "cancelled" };
	struct str process = json_text(json_get(v, "process")), state = json_text(json_get(v, "state"));
	struct bpmn_instance *in = s->in;

	if (json_i64(json_get(v, "v"), 0) != 1)
		return corrupt(s, "its version is unknown");
	in->process = BPMN_NONE;
	for (uint32_t i = 0; i < in->m->processes_count; i++)
		if (str_eq(in->m->processes[i].id, process) && in->m->processes[i].executable)
			in->process = i;
	if (in->process == BPMN_NONE)
		return corrupt(s, "the process is missing");
	for (int i = 0; i <= BPMN_CANCELLED; i++)
		if (str_eqz(state, states[i]))
			in->state = (enum bpmn_state)i;
	in->error = json_text(json_get(v, "error"));
	in->next_id = get_u32(v, "next");
	return OK;
}

static enum err read_all(const struct source *s, const struct json *v)
{
	TRY(read_head(s, v));
	TRY(read_acts(s, json_get(v, "acts")));
	TRY(read_waits(s, json_get(v, "waits")));
	TRY(read_rests(s, json_get(v, "rests")));
	TRY(read_records(s, json_get(v, "done")));
	TRY(read_gates(s, json_get(v, "gates")));
	return read_talks(s, json_get(v, "talks"));
}

enum err bpmn_instance_read(struct arena *a, const struct bpmn_model *m, struct str bytes, const struct feel_value *known,
                            struct bpmn_instance **out, struct diag *d)
{
	struct source s = { .a = a, .in = arena_new(a, struct bpmn_instance), .known = known, .d = d };
	const struct json *v;

	if (!s.in)
		return diag_set(d, ERR_NOMEM, "bpmn.memory", "The memory allowed for an instance is used up.");
	s.in->m = m;
	TRY(json_read(a, bytes, &v, d));
	TRY(read_all(&s, v));
	instance_refresh(s.in);
	*out = s.in;
	return OK;
}
