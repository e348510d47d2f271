/* eval_compound.c - lists, contexts and ranges written out in an expression. */
#include "feel/eval.h"

FEEL_EVAL(feel_eval_list)
{
	struct feel_value *items;
	TRY(feel_run_alloc(r, n->count, sizeof *items, &items));
	for (uint32_t i = 0; i < n->count; i++)
		TRY(feel_node_eval(r, n->list[i], &items[i]));
	*out = feel_list(items, n->count);
	return OK;
}

/* Each entry is a variable of the frame for those behind it. */
FEEL_EVAL(feel_eval_context)
{
	const struct feel_frame *outer = r->frame;
	struct feel_context_builder b;
	struct feel_frame *f;
	TRY(feel_frame_push(r, n->count, &f));
	feel_context_begin(&b, r->arena);
	for (uint32_t i = 0; i < n->count; i++) {
		TRY(feel_node_eval(r, n->list[i], &f->slots[i]));
		if (feel_context_put(&b, n->names[i], f->slots[i]) != OK)
			return diag_set(r->d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
	}
	r->frame = outer;
	if (feel_context_end(&b, out) != OK)
		return diag_set(r->d, ERR_NOMEM, "feel.memory", "no memory left for the evaluation");
	return OK;
}

static enum err make_range(struct feel_run *r, struct feel_range range, struct feel_value *out)
{
	struct feel_range *copy;
	TRY(feel_run_alloc(r, 1, sizeof *copy, &copy));
	*copy = range;
	*out = feel_range_of(copy);
	return OK;
}

/* Ends of two kinds, or without an order, make no range. One end may be null: it is open. */
FEEL_EVAL(feel_eval_range)
{
	struct feel_range range = { .low_closed = n->flag & FEEL_LOW_CLOSED, .high_closed = n->flag & FEEL_HIGH_CLOSED };
	int order;
	TRY(feel_node_eval(r, n->a, &range.low));
	TRY(feel_node_eval(r, n->b, &range.high));
	bool low = !feel_is_null(&range.low), high = !feel_is_null(&range.high);
	const struct feel_value *end = low ? &range.low : &range.high;
	if ((!low && !high) || !feel_order(end, high ? &range.high : end, &order))
		return feel_run_null(r, out, "a range from a %s to a %s is not possible", feel_kind_name(range.low.kind),
			feel_kind_name(range.high.kind));
	range.low_closed = range.low_closed && low;
	range.high_closed = range.high_closed && high;
	return make_range(r, range, out);
}

/* (< 5) is (null..5), (= 5) is [5..5] (10.3.2.7). */
FEEL_EVAL(feel_eval_compare)
{
	struct feel_range range = { .unary = true };
	struct feel_value end;
	TRY(feel_node_eval(r, n->a, &end));
	bool below = n->flag == OP_LT || n->flag == OP_LE, point = n->flag == OP_EQ || n->flag == OP_NE;
	if (!below)
		range.low = end;
	if (below || point)
		range.high = end;
	range.low_closed = point || n->flag == OP_GE;
	range.high_closed = point || n->flag == OP_LE;
	range.negated = n->flag == OP_NE;
	return make_range(r, range, out);
}
