/* check_paths.c - rules about the plan as a whole: what no token ever reaches, where a token
 * waits for another that cannot come, which executable process has no limit.
 */
#include "bpmn/check_int.h"

static bool begins(const struct bpmn_node *n)
{
	if (n->kind == BPMN_START_EVENT || n->kind == BPMN_BOUNDARY_EVENT || n->kind == BPMN_EVENT_SUB_PROCESS)
		return true;
	return bpmn_flag(n->xml, "isForCompensation", false) || bpmn_flag(n->xml, "instantiate", false) ||
	       bpmn_child(n->xml, "linkEventDefinition") != NULL;
}

static bool has_start(const struct bpmn_reader *rd, const struct bpmn_scope *s)
{
	for (uint32_t i = 0; i < s->nodes_count; i++)
		if (rd->m->nodes[s->nodes[i]].kind == BPMN_START_EVENT)
			return true;
	return false;
}

static bool has_end(const struct bpmn_reader *rd, const struct bpmn_scope *s)
{
	for (uint32_t i = 0; i < s->nodes_count; i++)
		if (rd->m->nodes[s->nodes[i]].kind == BPMN_END_EVENT)
			return true;
	return false;
}

/* Every node that a token can get to, from the beginnings onwards. */
static void mark_reached(const struct bpmn_reader *rd, const struct bpmn_scope *s, bool start, bool *reached, uint32_t *stack)
{
	const struct bpmn_model *m = rd->m;
	size_t depth = 0;

	for (uint32_t i = 0; i < s->nodes_count; i++) {
		const struct bpmn_node *n = &m->nodes[s->nodes[i]];

		if (n->kind != BPMN_BOUNDARY_EVENT && (begins(n) || (n->in_count == 0 && !start))) {
			reached[n->index] = true;
			stack[depth++] = n->index;
		}
	}
	while (depth) {
		const struct bpmn_node *n = &m->nodes[stack[--depth]];

		for (uint32_t i = 0; i < n->out_count; i++) {
			uint32_t to = m->flows[n->out[i]].to;

			if (!reached[to]) {
				reached[to] = true;
				stack[depth++] = to;
			}
		}
		for (uint32_t i = 0; i < n->boundaries_count; i++)
			if (!reached[n->boundaries[i]]) {
				reached[n->boundaries[i]] = true;
				stack[depth++] = n->boundaries[i];
			}
	}
}

static void check_reached(struct bpmn_reader *rd, const struct bpmn_scope *s, bool *reached, uint32_t *stack)
{
	bool start = has_start(rd, s), end = has_end(rd, s);

	mark_reached(rd, s, start, reached, stack);
	for (uint32_t i = 0; i < s->nodes_count; i++) {
		const struct bpmn_node *n = &rd->m->nodes[s->nodes[i]];

		if (start && !n->drawn_in && !begins(n) && n->kind != BPMN_END_EVENT && !s->ad_hoc)
			bpmn_find(rd, BPMN_WARNING, "node-without-incoming", n->xml, "Nothing leads here, and where there is a start event no "
			          "token begins elsewhere.");
		else if (!reached[n->index])
			bpmn_find(rd, BPMN_WARNING, "never-reached", n->xml, "No token can ever get here.");
		if (end && !n->drawn_out && n->kind != BPMN_END_EVENT && n->kind != BPMN_EVENT_SUB_PROCESS &&
		    !bpmn_flag(n->xml, "isForCompensation", false) && bpmn_is_activity(n->xml) && !s->ad_hoc)
			bpmn_find(rd, BPMN_WARNING, "node-without-outgoing", n->xml, "Nothing follows, although this level has an end event.");
	}
}

/* Back along single flows to the gateway that split; NULL when there is another join on the way. */
static const struct bpmn_node *split_before(const struct bpmn_reader *rd, const struct bpmn_node *n)
{
	for (uint32_t steps = 0; n && steps < 1000; steps++) {
		if (n->out_count > 1 && n->kind >= BPMN_EXCLUSIVE_GATEWAY)
			return n;
		if (n->in_count != 1 || n->out_count > 1)
			return NULL;
		n = &rd->m->nodes[rd->m->flows[n->in[0]].from];
	}
	return NULL;
}

static void check_stuck(struct bpmn_reader *rd, const struct bpmn_node *join)
{
	const struct bpmn_node *first;

	if (join->kind != BPMN_PARALLEL_GATEWAY || join->in_count < 2)
		return;
	first = split_before(rd, &rd->m->nodes[rd->m->flows[join->in[0]].from]);
	if (!first || (first->kind != BPMN_EXCLUSIVE_GATEWAY && first->kind != BPMN_EVENT_GATEWAY))
		return;
	for (uint32_t i = 1; i < join->in_count; i++)
		if (split_before(rd, &rd->m->nodes[rd->m->flows[join->in[i]].from]) != first)
			return;
	bpmn_find(rd, BPMN_WARNING, "token-stuck", join->xml, "The gateway \"%.*s\" sends one token and this one waits for all: it waits "
	          "for ever.", STR_ARG(first->el->id));
}

static bool has_extension(const struct xml_node *n, const char *name)
{
	if (xml_is(n, BPMN_EXT_NS, name))
		return true;
	for (const struct xml_node *c = n->first; c; c = c->next)
		if (has_extension(c, name))
			return true;
	return false;
}

static void check_limit(struct bpmn_reader *rd, const struct bpmn_process *p)
{
	if (p->executable && has_extension(p->xml, "assign") && !has_extension(p->xml, "limit"))
		bpmn_find(rd, BPMN_WARNING, "limit-missing", p->xml, "People work on this process and no limit (banjie:limit) says by when.");
}

void bpmn_check_paths(struct bpmn_reader *rd)
{
	const struct bpmn_model *m = rd->m;
	bool *reached = bpmn_get(rd, m->nodes_count, sizeof *reached);
	uint32_t *stack = bpmn_get(rd, m->nodes_count, sizeof *stack);

	if (!reached || !stack)
		return;
	for (uint32_t i = 0; i < m->scopes_count; i++)
		check_reached(rd, &m->scopes[i], reached, stack);
	for (uint32_t i = 0; i < m->nodes_count; i++)
		check_stuck(rd, &m->nodes[i]);
	for (uint32_t i = 0; i < m->processes_count; i++)
		check_limit(rd, &m->processes[i]);
}
