/* el_multi.c - multi-instance activities, sequential and parallel (BPMN 2.0.2, 13.3.7): how
 * many, their input and output elements, the completion condition, and the events that the
 * four behaviours throw while instances complete (10.3.8, table 10.31).
 */
#include <stdio.h>

#include "bpmn/run_int.h"

static bool take_collection(struct run *r, struct act *loop, const struct bpmn_loop *l)
{
	struct feel_value v;

	if (!run_eval(r, loop, &l->collection, &v))
		return false;
	if (v.kind != FEEL_LIST) {
		snprintf(r->why, sizeof r->why, "The collection \"%.*s\" is a %s, not a list.", STR_ARG(l->collection.source),
		         feel_kind_name((enum feel_kind)v.kind));
		return false;
	}
	loop->items = v;
	loop->total = v.list.count > BPMN_LOOP_MAX ? BPMN_LOOP_MAX + 1 : (uint32_t)v.list.count;
	return true;
}

static bool take_cardinality(struct run *r, struct act *loop, const struct bpmn_loop *l)
{
	struct feel_value v;
	int64_t n = -1;

	if (!run_eval(r, loop, &l->cardinality, &v))
		return false;
	if (v.kind != FEEL_NUMBER || !dec_to_i64(v.number, &n) || n < 0) {
		snprintf(r->why, sizeof r->why, "The cardinality \"%.*s\" is no whole number from 0.", STR_ARG(l->cardinality.source));
		return false;
	}
	loop->total = n > BPMN_LOOP_MAX ? BPMN_LOOP_MAX + 1 : (uint32_t)n;
	return true;
}

bool el_multi_count(struct run *r, struct act *loop)
{
	const struct bpmn_loop *l = node_of(r, loop->node)->loop;

	if (!(l->collection.plan ? take_collection(r, loop, l) : take_cardinality(r, loop, l)))
		return false;
	if (loop->total > BPMN_LOOP_MAX) {
		snprintf(r->why, sizeof r->why, "More than %d instances of one activity are not started.", BPMN_LOOP_MAX);
		return false;
	}
	if (!str_empty(l->output))
		loop->results = run_get(r, loop->total, sizeof *loop->results);
	return true;
}

/* What one instance knows about itself: its number and its element. */
void el_multi_item(struct run *r, struct act *loop, struct act *child)
{
	const struct bpmn_loop *l = node_of(r, loop->node)->loop;

	vars_set(r, &child->vars, S("loopCounter"), feel_i64(child->index));
	if (!l || str_empty(l->element) || loop->items.kind != FEEL_LIST || child->index > loop->items.list.count)
		return;
	vars_set(r, &child->vars, l->element, loop->items.list.at[child->index - 1]);
}

static void finish(struct run *r, struct act *loop)
{
	const struct bpmn_loop *l = node_of(r, loop->node)->loop;

	if (!str_empty(l->output))
		run_assign(r, act_of(r->in, loop->parent), l->output, feel_list(loop->results, loop->total));
	activity_leave(r, loop);
}

void el_multi_step(struct run *r, struct act *loop)
{
	const struct bpmn_node *n = node_of(r, loop->node);
	uint32_t id = loop->id;

	if (loop->ended == loop->total) {
		finish(r, loop);
		return;
	}
	if (loop->started >= loop->total)
		return; /* a retry while the last instances still work */
	do {
		activity_start(r, n, id, ++loop->started, NULL);
		loop = act_of(r->in, id);
	} while (loop && n->loop->kind == LOOP_PARALLEL && loop->started < loop->total && !r->failed);
}

static void set_counts(struct run *r, struct act *loop)
{
	vars_set(r, &loop->vars, S("numberOfInstances"), feel_i64(loop->total));
	vars_set(r, &loop->vars, S("numberOfActiveInstances"), feel_i64((int64_t)loop->started - loop->ended));
	vars_set(r, &loop->vars, S("numberOfCompletedInstances"), feel_i64(loop->ended));
	vars_set(r, &loop->vars, S("numberOfTerminatedInstances"), feel_i64(0));
}

/* Events thrown because an instance completed; they are caught on the activity's boundary.
 * False = incident. */
static bool throw_behaviour(struct run *r, struct act *loop, const struct bpmn_node *n)
{
	const struct bpmn_loop *l = n->loop;
	uint32_t id = loop->id;

	if (l->behaviour == BEHAVIOUR_NONE || (l->behaviour == BEHAVIOUR_ONE && loop->ended == 1))
		return throw_definition(r, loop, &l->event, n->el->id);
	for (size_t i = 0; l->behaviour == BEHAVIOUR_COMPLEX && i < l->complex_count && loop; i++) {
		bool yes = false;

		if (l->complex[i].condition.plan && !run_eval_bool(r, loop, &l->complex[i].condition, &yes))
			return false;
		if (yes && !throw_definition(r, loop, &l->complex[i].event, n->el->id))
			return false;
		loop = act_of(r->in, id);
	}
	return true;
}

static bool keep_result(struct run *r, struct act *loop, struct act *child, const struct bpmn_loop *l)
{
	struct feel_value v = feel_null();

	if (!loop->results || !child->index || child->index > loop->total)
		return true;
	if (l->output_element.plan && !run_eval(r, child, &l->output_element, &v))
		return false;
	loop->results[child->index - 1] = v;
	return true;
}

static void after_one(struct run *r, uint32_t id, const struct bpmn_node *n)
{
	struct act *loop = act_of(r->in, id);
	bool over = false;

	if (!loop)
		return;
	if (n->loop->condition.plan && !run_eval_bool(r, loop, &n->loop->condition, &over)) {
		incident_at(r, loop, n->index, 0, PHASE_LOOP);
		return;
	}
	if (over) {
		cancel_inside(r, id);
		loop->ended = loop->total;
	}
	if (loop->ended == loop->total || n->loop->kind == LOOP_SEQUENTIAL)
		ready_push(r, READY_LOOP, id, BPMN_NONE, BPMN_NONE);
	if (over)
		loop->started = loop->total;
}

void el_multi_done(struct run *r, struct act *loop, struct act *child)
{
	const struct bpmn_node *n = node_of(r, loop->node);
	uint32_t id = loop->id;

	if (!keep_result(r, loop, child, n->loop)) {
		incident_at(r, child, n->index, 0, PHASE_COMPLETE);
		return;
	}
	undo_record(r, child);
	tell(r, BPMN_EV_COMPLETED, child->id, n->el->id);
	act_remove(r, child);
	loop->ended++;
	set_counts(r, loop);
	if (!throw_behaviour(r, loop, n)) {
		incident_at(r, loop, n->index, 0, PHASE_LOOP);
		return;
	}
	after_one(r, id, n);
}
