/* instance_write.c - an instance as canonical JSON: fixed order, nothing that is a default,
 * elements by their ids (so that a later version of the model can read it too).
 */
#include "bpmn/run_int.h"

static const char *const states[] = { "running", "completed", "terminated", "failed", "cancelled" };

static void put_u32(struct json_writer *w, const char *key, uint32_t v)
{
	if (v)
		json_pair_i64(w, key, v);
}

static void put_str(struct json_writer *w, const char *key, struct str v)
{
	if (!str_empty(v))
		json_pair_str(w, key, v);
}

static void put_node(struct json_writer *w, const char *key, const struct bpmn_instance *in, uint32_t node)
{
	if (node != BPMN_NONE)
		json_pair_str(w, key, in->m->nodes[node].el->id);
}

static void put_flow(struct json_writer *w, const char *key, const struct bpmn_instance *in, uint32_t flow)
{
	if (flow != BPMN_NONE)
		json_pair_str(w, key, in->m->flows[flow].el->id);
}

static bool is_known(const struct feel_value *known, const struct feel_entry *e)
{
	const struct feel_value *v = known ? feel_get(known, e->key) : NULL;

	return v && value_same(v, &e->value);
}

/* The names of those that are known, then the others. */
static void put_vars(struct json_writer *w, const struct vars *v, const struct feel_value *known)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < v->count; i++)
		if (is_known(known, &v->at[i])) {
			if (count++ == 0) {
				json_key(w, S("known"));
				json_array(w);
			}
			json_put_str(w, v->at[i].key);
		}
	if (count)
		json_end(w);
	if (v->count == count)
		return;
	json_key(w, S("vars"));
	json_object(w);
	for (uint32_t i = 0; i < v->count; i++) {
		if (count && is_known(known, &v->at[i]))
			continue;
		json_key(w, v->at[i].key);
		value_write(&v->at[i].value, w);
	}
	json_end(w);
}

static void put_act(struct json_writer *w, const struct bpmn_instance *in, const struct act *act, const struct feel_value *known)
{
	json_object(w);
	json_pair_i64(w, "id", act->id);
	put_u32(w, "in", act->parent);
	put_node(w, "at", in, act->node);
	put_u32(w, "role", act->role);
	put_u32(w, "flags", act->flags & (ACT_INTERRUPTED | ACT_CANCELLING));
	put_u32(w, "index", act->index);
	put_u32(w, "total", act->total);
	put_u32(w, "started", act->started);
	put_u32(w, "ended", act->ended);
	put_vars(w, &act->vars, act->id == ROOT_ID ? known : NULL);
	if (act->items.kind != FEEL_NULL) {
		json_key(w, S("items"));
		value_write(&act->items, w);
	}
	if (act->results) {
		json_key(w, S("results"));
		json_array(w);
		for (uint32_t i = 0; i < act->total; i++)
			value_write(&act->results[i], w);
		json_end(w);
	}
	if (act->queue) {
		json_key(w, S("queue"));
		json_array(w);
		for (uint32_t i = 0; i < act->queue_count; i++)
			json_put_i64(w, act->queue[i]);
		json_end(w);
	}
	json_end(w);
}

static void put_wait(struct json_writer *w, const struct bpmn_instance *in, const struct wait *v)
{
	json_object(w);
	json_pair_i64(w, "id", v->id);
	json_pair_i64(w, "of", v->act);
	put_node(w, "at", in, v->node);
	put_u32(w, "def", v->def);
	put_u32(w, "kind", v->kind);
	put_u32(w, "phase", v->phase);
	put_u32(w, "hit", v->hit);
	if (v->due_ms)
		json_pair_i64(w, "due", v->due_ms);
	if (v->repeats)
		json_pair_i64(w, "repeats", v->repeats);
	put_flow(w, "flow", in, v->flow);
	put_str(w, "name", v->name);
	put_str(w, "key", v->key);
	put_str(w, "text", v->text);
	json_end(w);
}

static void put_tokens(struct json_writer *w, const struct bpmn_instance *in)
{
	json_key(w, S("rests"));
	json_array(w);
	for (uint32_t i = 0; i < in->rests_count; i++) {
		json_object(w);
		json_pair_i64(w, "in", in->rests[i].scope);
		put_flow(w, "flow", in, in->rests[i].flow);
		json_pair_i64(w, "count", in->rests[i].count);
		json_end(w);
	}
	json_end(w);
}

static void put_records(struct json_writer *w, const struct bpmn_instance *in)
{
	json_key(w, S("done"));
	json_array(w);
	for (uint32_t i = 0; i < in->records_count; i++) {
		const struct record *rec = in->records[i];

		json_object(w);
		json_pair_i64(w, "id", rec->id);
		json_pair_i64(w, "in", rec->scope);
		put_node(w, "at", in, rec->node);
		json_pair_i64(w, "was", rec->act);
		put_vars(w, &rec->vars, NULL);
		json_end(w);
	}
	json_end(w);
}

static void put_gates(struct json_writer *w, const struct bpmn_instance *in)
{
	json_key(w, S("gates"));
	json_array(w);
	for (uint32_t i = 0; i < in->gates_count; i++) {
		json_object(w);
		json_pair_i64(w, "in", in->gates[i].scope);
		put_node(w, "at", in, in->gates[i].node);
		json_key(w, S("taken"));
		json_array(w);
		for (uint32_t k = 0; k < in->gates[i].taken_count; k++)
			json_put_str(w, in->m->flows[in->gates[i].taken[k]].el->id);
		json_end(w);
		json_end(w);
	}
	json_end(w);
}

void bpmn_instance_write(const struct bpmn_instance *in, const struct feel_value *known, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object(&w);
	json_pair_i64(&w, "v", 1);
	json_pair_str(&w, "process", in->m->processes[in->process].id);
	json_pair_str(&w, "state", str_of(states[in->state]));
	put_str(&w, "error", in->error);
	json_pair_i64(&w, "next", in->next_id);
	json_key(&w, S("acts"));
	json_array(&w);
	for (uint32_t i = 0; i < in->acts_count; i++)
		put_act(&w, in, in->acts[i], known);
	json_end(&w);
	json_key(&w, S("waits"));
	json_array(&w);
	for (uint32_t i = 0; i < in->waits_count; i++)
		put_wait(&w, in, in->waits[i]);
	json_end(&w);
	if (in->rests_count)
		put_tokens(&w, in);
	if (in->records_count)
		put_records(&w, in);
	if (in->gates_count)
		put_gates(&w, in);
	for (uint32_t i = 0; i < in->conversations_count; i++) {
		if (i == 0) {
			json_key(&w, S("talks"));
			json_array(&w);
		}
		json_object(&w);
		json_pair_i64(&w, "index", in->conversations[i].index);
		json_pair_str(&w, "key", in->conversations[i].key);
		json_end(&w);
	}
	if (in->conversations_count)
		json_end(&w);
	json_end(&w);
}
