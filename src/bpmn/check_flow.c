/* check_flow.c - rules about sequence flows: from where to where, with which conditions. */
#include "bpmn/check_int.h"

static bool is_event_sub(const struct xml_node *n)
{
	return bpmn_is_container(n) && bpmn_flag(n, "triggeredByEvent", false);
}

static const struct xml_node *check_end(struct bpmn_reader *rd, const struct xml_node *n, const char *attr)
{
	struct str ref = check_attr(n, attr);
	const struct xml_node *to = bpmn_target(rd->m, ref);
	bool target = attr[0] == 't';

	if (to && bpmn_is_artifact(to))
		bpmn_find(rd, BPMN_ERROR, target ? "flow-to-artifact" : "flow-from-artifact", n,
		          "A sequence flow cannot %s an artifact.", target ? "lead to" : "leave");
	else if (!to || !bpmn_is_flow_node(to))
		bpmn_find(rd, BPMN_ERROR, "flow-end", n, "%s \"%.*s\" is no flow node of this file.", attr, STR_ARG(ref));
	else
		return to;
	return NULL;
}

static const struct xml_node *process_of(const struct xml_node *n)
{
	while (n && !bpmn_is(n, "process"))
		n = n->parent;
	return n;
}

static void check_scope(struct bpmn_reader *rd, const struct xml_node *n, const struct xml_node *from,
                        const struct xml_node *to)
{
	if (from->parent == to->parent)
		return;
	if (process_of(from) != process_of(to))
		bpmn_find(rd, BPMN_ERROR, "flow-crosses-pool", n, "A sequence flow does not leave its pool; use a message flow.");
	else
		bpmn_find(rd, BPMN_ERROR, "flow-crosses-scope", n, "A sequence flow does not cross the edge of a sub-process.");
}

static bool lists(const struct xml_node *node, const char *name, struct str flow)
{
	for (const struct xml_node *c = bpmn_child(node, name); c; c = xml_next_same(c))
		if (str_eq(bpmn_local(bpmn_text(c)), flow))
			return true;
	return false;
}

/* Whether the nodes of this level list their flows at all; many files leave the lists out. */
static bool lists_any(const struct xml_node *level)
{
	for (const struct xml_node *c = level ? level->first : NULL; c; c = c->next)
		if (bpmn_child(c, "incoming") || bpmn_child(c, "outgoing"))
			return true;
	return false;
}

static void check_condition(struct bpmn_reader *rd, const struct xml_node *n, const struct xml_node *from)
{
	const struct bpmn_node *node = check_node(rd, from);

	if (!bpmn_child(n, "conditionExpression"))
		return;
	if (bpmn_is_activity(from) && node && node->drawn_out < 2)
		bpmn_find(rd, BPMN_WARNING, "condition-alone", n, "The only flow that leaves an activity has a condition: when it does "
		          "not hold, the token stops.");
	if (bpmn_is(from, "parallelGateway"))
		bpmn_find(rd, BPMN_WARNING, "condition-ignored", n, "The condition of a flow that leaves a parallel gateway is not asked.");
	if (bpmn_is(from, "eventBasedGateway"))
		bpmn_find(rd, BPMN_ERROR, "event-gateway-condition", n, "A flow that leaves an event-based gateway has no condition.");
	if (bpmn_is(from, "startEvent"))
		bpmn_find(rd, BPMN_WARNING, "start-condition", n, "A flow that leaves a start event should have no condition.");
}

void bpmn_check_flow(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct xml_node *from, *to;

	if (!bpmn_is(n, "sequenceFlow"))
		return;
	from = check_end(rd, n, "sourceRef");
	to = check_end(rd, n, "targetRef");
	if (str_eqz(check_attr(n, "isImmediate"), "false") && check_executable(n))
		bpmn_find(rd, BPMN_WARNING, "flow-not-immediate", n, "isImmediate=\"false\" has no meaning in an executable process.");
	if (from && is_event_sub(from))
		bpmn_find(rd, BPMN_ERROR, "event-sub-process-flow", from, "An event sub-process has no outgoing sequence flow.");
	if (to && is_event_sub(to))
		bpmn_find(rd, BPMN_ERROR, "event-sub-process-flow", to, "An event sub-process has no incoming sequence flow.");
	if (!from || !to)
		return;
	check_scope(rd, n, from, to);
	check_condition(rd, n, from);
	if (lists_any(from->parent) && (!lists(from, "outgoing", bpmn_id(n)) || !lists(to, "incoming", bpmn_id(n))))
		bpmn_find(rd, BPMN_WARNING, "flow-not-listed", n, "The flow is missing among the outgoing flows of its source or the "
		          "incoming flows of its target.");
}
