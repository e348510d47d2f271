/* reach.c - for synchronising joins: which nodes can still send a token to which incoming
 * flow without passing the join (BPMN 2.0.2, 13.4.3 and 13.4.5).
 *
 * A boundary event is reached from its activity, a link catch event from its throw event.
 */
#include "bpmn/bpmn_int.h"

static void mark(struct bpmn_reach *r, size_t row, uint32_t position)
{
	r->bits[row * r->words + position / 64] |= UINT64_C(1) << (position % 64);
}

static bool marked(const struct bpmn_reach *r, size_t row, uint32_t position)
{
	return r->bits[row * r->words + position / 64] >> (position % 64) & 1;
}

/* Puts the nodes from which a token may step onto `to` on the stack. */
static size_t push_sources(const struct bpmn_model *m, const struct bpmn_node *join, const struct bpmn_node *to,
                           size_t row, struct bpmn_reach *r, uint32_t *stack, size_t depth)
{
	const struct bpmn_scope *s = &m->scopes[join->scope];

	for (uint32_t i = 0; i < to->in_count; i++) {
		const struct bpmn_node *from = &m->nodes[m->flows[to->in[i]].from];

		if (from != join && !marked(r, row, from->position)) {
			mark(r, row, from->position);
			stack[depth++] = from->index;
		}
	}
	if (to->attached != BPMN_NONE && !marked(r, row, m->nodes[to->attached].position)) {
		mark(r, row, m->nodes[to->attached].position);
		stack[depth++] = to->attached;
	}
	for (uint32_t i = 0; to->kind == BPMN_CATCH_EVENT && i < s->nodes_count; i++) {
		const struct bpmn_node *from = &m->nodes[s->nodes[i]];

		if (from->link == to->index && !marked(r, row, from->position)) {
			mark(r, row, from->position);
			stack[depth++] = from->index;
		}
	}
	return depth;
}

static void plan_join(struct bpmn_reader *rd, struct bpmn_node *join, uint32_t *stack)
{
	struct bpmn_model *m = rd->m;
	struct bpmn_reach *r = &join->reach;

	r->words = (m->scopes[join->scope].nodes_count + 63) / 64;
	r->bits = bpmn_get(rd, join->in_count * r->words, sizeof *r->bits);
	if (!r->bits)
		return;
	for (uint32_t row = 0; row < join->in_count; row++) {
		const struct bpmn_node *from = &m->nodes[m->flows[join->in[row]].from];
		size_t depth = 0;

		if (from == join)
			continue;
		mark(r, row, from->position);
		stack[depth++] = from->index;
		while (depth) {
			const struct bpmn_node *to = &m->nodes[stack[--depth]];

			depth = push_sources(m, join, to, row, r, stack, depth);
		}
	}
}

void bpmn_plan_reach(struct bpmn_reader *rd)
{
	struct bpmn_model *m = rd->m;
	uint32_t *stack = bpmn_get(rd, m->nodes_count, sizeof *stack);

	for (uint32_t i = 0; i < m->nodes_count && !rd->failed; i++) {
		struct bpmn_node *n = &m->nodes[i];

		if ((n->kind == BPMN_INCLUSIVE_GATEWAY || n->kind == BPMN_COMPLEX_GATEWAY) && n->in_count > 1)
			plan_join(rd, n, stack);
	}
}
