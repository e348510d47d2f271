/* check_collab.c - rules about pools, message flows and conversations. */
#include "bpmn/check_int.h"

static void check_multiplicity(struct bpmn_reader *rd, const struct xml_node *n)
{
	struct str min = check_attr(n, "minimum"), max = check_attr(n, "maximum");
	int64_t low = 0, high = 1;

	if (!bpmn_is(n, "participantMultiplicity"))
		return;
	if (!str_empty(min) && (!str_to_i64(min, &low) || low < 0))
		bpmn_find(rd, BPMN_WARNING, "multiplicity-minimum", n, "The minimum \"%.*s\" of a participant is negative.", STR_ARG(min));
	if (!str_empty(max) && (!str_to_i64(max, &high) || high < 1 || high < low))
		bpmn_find(rd, BPMN_WARNING, "multiplicity-maximum", n, "The maximum \"%.*s\" of a participant is below one or below the "
		          "minimum.", STR_ARG(max));
}

/* The participant that an end of a message flow belongs to: itself, or the one whose process it stands in. */
static const struct xml_node *participant_of(const struct xml_node *flow, const struct xml_node *end)
{
	if (bpmn_is(end, "participant"))
		return end;
	while (end && !bpmn_is(end, "process"))
		end = end->parent;
	for (const struct xml_node *p = end && flow->parent ? bpmn_child(flow->parent, "participant") : NULL; p; p = xml_next_same(p))
		if (str_eq(bpmn_local(check_attr(p, "processRef")), bpmn_id(end)))
			return p;
	return NULL;
}

static void check_event_end(struct bpmn_reader *rd, const struct xml_node *n, const struct xml_node *end, bool source)
{
	uint32_t count, bits;

	if (!bpmn_is_event(end))
		return;
	bits = check_triggers(rd, end, &count);
	if (source && bpmn_is(end, "startEvent"))
		bpmn_find(rd, BPMN_ERROR, "message-flow-from-start", n, "A start event is never the source of a message flow.");
	if (!source && bpmn_is(end, "endEvent"))
		bpmn_find(rd, BPMN_ERROR, "message-flow-to-end", n, "An end event is never the target of a message flow.");
	if (source && bpmn_is(end, "endEvent") && !(bits & 1u << TRIGGER_MESSAGE))
		bpmn_find(rd, BPMN_WARNING, "message-flow-without-message", end, "The end event sends a message flow and has no message.");
	if (!source && bpmn_is(end, "startEvent") && !(bits & 1u << TRIGGER_MESSAGE))
		bpmn_find(rd, BPMN_WARNING, "message-flow-without-message", end, "The start event gets a message flow and has no message.");
	if (bpmn_is(end, "intermediateThrowEvent") || bpmn_is(end, "intermediateCatchEvent") || bpmn_is(end, "boundaryEvent")) {
		if (!(bits & 1u << TRIGGER_MESSAGE))
			bpmn_find(rd, BPMN_WARNING, "message-flow-without-message", end, "The event has a message flow and no message.");
	}
}

static void check_message_flow(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct xml_node *source = bpmn_target(rd->m, check_attr(n, "sourceRef"));
	const struct xml_node *target = bpmn_target(rd->m, check_attr(n, "targetRef"));
	const struct xml_node *from, *to;

	if (source && bpmn_is_artifact(source))
		bpmn_find(rd, BPMN_ERROR, "message-flow-from-artifact", n, "An artifact is never the source of a message flow.");
	if (target && bpmn_is_artifact(target))
		bpmn_find(rd, BPMN_ERROR, "message-flow-to-artifact", n, "An artifact is never the target of a message flow.");
	if (source)
		check_event_end(rd, n, source, true);
	if (target)
		check_event_end(rd, n, target, false);
	from = source ? participant_of(n, source) : NULL;
	to = target ? participant_of(n, target) : NULL;
	if (from && from == to)
		bpmn_find(rd, BPMN_ERROR, "message-flow-inside-pool", n, "A message flow connects two different pools.");
}

static void check_closed(struct bpmn_reader *rd, const struct xml_node *n)
{
	for (const struct xml_node *c = bpmn_child(n, "choreographyRef"); c; c = xml_next_same(c)) {
		const struct xml_node *choreography = bpmn_target(rd->m, bpmn_text(c));

		if (choreography && bpmn_flag(choreography, "isClosed", false) != bpmn_flag(n, "isClosed", false))
			bpmn_find(rd, BPMN_WARNING, "collaboration-closed", n, "The collaboration and its choreography do not agree on "
			          "isClosed.");
	}
}

static void check_global_conversation(struct bpmn_reader *rd, const struct xml_node *n)
{
	static const char *const strange[] = { "conversation", "subConversation", "callConversation", "conversationAssociation",
		"messageFlow", "messageFlowAssociation", "association", "group", "textAnnotation" };

	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
		if (bpmn_child(n, strange[i])) {
			bpmn_find(rd, BPMN_WARNING, "global-conversation-content", n, "A global conversation has no %s of its own.", strange[i]);
			return;
		}
}

void bpmn_check_collaboration(struct bpmn_reader *rd, const struct xml_node *n)
{
	check_multiplicity(rd, n);
	if (bpmn_is(n, "messageFlow"))
		check_message_flow(rd, n);
	else if (bpmn_is(n, "collaboration"))
		check_closed(rd, n);
	else if (bpmn_is(n, "globalConversation"))
		check_global_conversation(rd, n);
}
