/* check_event.c - rules about events: which triggers are allowed where, which flows they have. */
#include "bpmn/check_int.h"

#define BIT(t) (1u << (t))

enum {
	ALLOWED_START = BIT(TRIGGER_MESSAGE) | BIT(TRIGGER_TIMER) | BIT(TRIGGER_CONDITION) | BIT(TRIGGER_SIGNAL),
	ALLOWED_SUB_START = ALLOWED_START | BIT(TRIGGER_ERROR) | BIT(TRIGGER_ESCALATION) | BIT(TRIGGER_COMPENSATE),
	ALLOWED_CATCH = BIT(TRIGGER_MESSAGE) | BIT(TRIGGER_TIMER) | BIT(TRIGGER_CONDITION) | BIT(TRIGGER_SIGNAL) | BIT(TRIGGER_LINK),
	ALLOWED_THROW = BIT(TRIGGER_MESSAGE) | BIT(TRIGGER_ESCALATION) | BIT(TRIGGER_COMPENSATE) | BIT(TRIGGER_LINK) |
	                BIT(TRIGGER_SIGNAL),
	ALLOWED_END = BIT(TRIGGER_MESSAGE) | BIT(TRIGGER_ERROR) | BIT(TRIGGER_ESCALATION) | BIT(TRIGGER_CANCEL) |
	              BIT(TRIGGER_COMPENSATE) | BIT(TRIGGER_SIGNAL) | BIT(TRIGGER_TERMINATE),
	ALLOWED_BOUNDARY = BIT(TRIGGER_MESSAGE) | BIT(TRIGGER_TIMER) | BIT(TRIGGER_ERROR) | BIT(TRIGGER_ESCALATION) |
	                   BIT(TRIGGER_CANCEL) | BIT(TRIGGER_COMPENSATE) | BIT(TRIGGER_CONDITION) | BIT(TRIGGER_SIGNAL),
	ONLY_INTERRUPTING = BIT(TRIGGER_CANCEL) | BIT(TRIGGER_COMPENSATE) | BIT(TRIGGER_ERROR),
};

static bool is_event_sub(const struct xml_node *n)
{
	return n && bpmn_is_container(n) && bpmn_flag(n, "triggeredByEvent", false);
}

static const struct xml_node *transaction_around(const struct xml_node *n)
{
	while (n && !bpmn_is(n, "transaction"))
		n = n->parent;
	return n;
}

static bool level_has(const struct xml_node *level, const char *name)
{
	return level && bpmn_child(level, name);
}

static bool level_starts(const struct xml_node *level)
{
	if (level_has(level, "startEvent"))
		return true;
	for (const struct xml_node *c = level ? level->first : NULL; c; c = c->next)
		if ((bpmn_is(c, "receiveTask") || bpmn_is(c, "eventBasedGateway")) && bpmn_flag(c, "instantiate", false))
			return true;
	return false;
}

static void check_start_trigger(struct bpmn_reader *rd, const struct xml_node *n, uint32_t bits, uint32_t count)
{
	if (is_event_sub(n->parent)) {
		if (!count)
			bpmn_find(rd, BPMN_ERROR, "event-sub-process-trigger", n, "The start event of an event sub-process has an event "
			          "definition.");
		else if (bits & ~(uint32_t)ALLOWED_SUB_START)
			bpmn_find(rd, BPMN_ERROR, "event-sub-process-trigger", n, "The start event of an event sub-process is message, timer, "
			          "error, escalation, compensation, conditional or signal.");
		if (!bpmn_flag(n, "isInterrupting", true) && bits & (BIT(TRIGGER_ERROR) | BIT(TRIGGER_COMPENSATE)))
			bpmn_find(rd, BPMN_ERROR, "start-not-interrupting", n, "An error or compensation start event always interrupts.");
	} else if (n->parent && !bpmn_is(n->parent, "process")) {
		if (count)
			bpmn_find(rd, BPMN_ERROR, "sub-process-start-trigger", n, "The start event of an embedded sub-process has no event "
			          "definition.");
	} else {
		if (bits & BIT(TRIGGER_COMPENSATE))
			bpmn_find(rd, BPMN_ERROR, "compensation-start", n, "A compensation start event belongs to an event sub-process.");
		if (bits & ~(uint32_t)ALLOWED_START)
			bpmn_find(rd, BPMN_ERROR, "start-trigger", n, "A start event of a process is none, message, timer, conditional or "
			          "signal.");
	}
}

/* Whether the nodes of this level list their flows at all; many files leave the lists out. */
static bool lists_flows(const struct xml_node *level)
{
	for (const struct xml_node *c = level ? level->first : NULL; c; c = c->next)
		if (bpmn_child(c, "incoming") || bpmn_child(c, "outgoing"))
			return true;
	return false;
}

static void check_start(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node, uint32_t bits,
                        uint32_t count)
{
	check_start_trigger(rd, n, bits, count);
	if (node->drawn_in)
		bpmn_find(rd, BPMN_ERROR, "start-incoming", n, "A start event has no incoming flow.");
	if (!node->drawn_out || (!bpmn_child(n, "outgoing") && lists_flows(n->parent)))
		bpmn_find(rd, BPMN_WARNING, "start-outgoing", n, "Nothing follows the start event, or it does not list what does.");
	if (!level_has(n->parent, "endEvent"))
		bpmn_find(rd, BPMN_WARNING, "level-without-end", n, "There is a start event but no end event on this level.");
}

static void check_end(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node, uint32_t bits)
{
	if (bits & ~(uint32_t)ALLOWED_END)
		bpmn_find(rd, BPMN_ERROR, "end-trigger", n, "An end event is none, message, error, escalation, cancel, compensation, "
		          "signal or terminate.");
	if (bits & BIT(TRIGGER_CANCEL) && !transaction_around(n->parent))
		bpmn_find(rd, BPMN_ERROR, "cancel-end", n, "A cancel end event stands inside a transaction.");
	if (node->drawn_out)
		bpmn_find(rd, BPMN_ERROR, "end-outgoing", n, "An end event has no outgoing flow.");
	if (!node->drawn_in)
		bpmn_find(rd, BPMN_WARNING, "end-incoming", n, "Nothing leads to the end event.");
	if (!level_starts(n->parent) && !bpmn_is(n->parent, "adHocSubProcess"))
		bpmn_find(rd, BPMN_WARNING, "level-without-start", n, "There is an end event but no start event on this level.");
}

static void check_boundary_trigger(struct bpmn_reader *rd, const struct xml_node *n, uint32_t bits, uint32_t count)
{
	const struct xml_node *host = bpmn_target(rd->m, check_attr(n, "attachedToRef"));
	bool interrupts = bpmn_flag(n, "cancelActivity", true);

	if (!count)
		bpmn_find(rd, BPMN_ERROR, "boundary-without-trigger", n, "A boundary event has an event definition.");
	if (bits & ~(uint32_t)ALLOWED_BOUNDARY)
		bpmn_find(rd, BPMN_ERROR, "boundary-trigger", n, "A boundary event is neither link nor terminate.");
	if (!interrupts && bits & ONLY_INTERRUPTING)
		bpmn_find(rd, BPMN_ERROR, "boundary-not-interrupting", n, "A cancel, compensation or error boundary event always "
		          "interrupts: cancelActivity cannot be false.");
	if (bits & BIT(TRIGGER_CANCEL) && (!host || !bpmn_is(host, "transaction")))
		bpmn_find(rd, BPMN_ERROR, "cancel-boundary", n, "A cancel event is caught on the boundary of a transaction only.");
	if (host && bpmn_is_activity(host) && host->parent != n->parent)
		bpmn_find(rd, BPMN_ERROR, "boundary-scope", n, "A boundary event stands on the level of its activity.");
	if (is_event_sub(host))
		bpmn_find(rd, BPMN_ERROR, "boundary-event-sub-process", n, "An event sub-process has no boundary events.");
}

static void check_handler(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node)
{
	const struct bpmn_node *handler = node->handler == BPMN_NONE ? NULL : &rd->m->nodes[node->handler];

	if (node->drawn_out)
		bpmn_find(rd, BPMN_ERROR, "compensation-flow", n, "A compensation boundary event has no outgoing sequence flow; an "
		          "association leads to its handler.");
	if (!handler)
		bpmn_find(rd, BPMN_WARNING, "compensation-handler-missing", n, "No association leads to a compensation handler: nothing "
		          "will be undone.");
	else if (!bpmn_flag(handler->xml, "isForCompensation", false))
		bpmn_find(rd, BPMN_ERROR, "compensation-handler", n, "The handler \"%.*s\" is not marked isForCompensation.",
		          STR_ARG(handler->el->id));
}

static void check_boundary(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node, uint32_t bits,
                           uint32_t count)
{
	check_boundary_trigger(rd, n, bits, count);
	if (node->drawn_in)
		bpmn_find(rd, BPMN_ERROR, "boundary-incoming", n, "A boundary event has no incoming flow.");
	if (bits & BIT(TRIGGER_COMPENSATE))
		check_handler(rd, n, node);
	else if (!node->drawn_out)
		bpmn_find(rd, BPMN_WARNING, "boundary-outgoing", n, "Nothing follows the boundary event.");
}

static void check_catch(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node, uint32_t bits,
                        uint32_t count)
{
	bool link = bits == BIT(TRIGGER_LINK);

	if (bits & BIT(TRIGGER_COMPENSATE))
		bpmn_find(rd, BPMN_ERROR, "compensation-catch", n, "A catch event in normal flow is not a compensation event.");
	if (!count || bits & ~(uint32_t)ALLOWED_CATCH)
		bpmn_find(rd, BPMN_ERROR, "catch-trigger", n, "An intermediate catch event is message, timer, conditional, signal or link.");
	if (link && node->drawn_in)
		bpmn_find(rd, BPMN_ERROR, "link-flow", n, "A link catch event has no incoming flow.");
	if (!link && !node->drawn_in)
		bpmn_find(rd, BPMN_WARNING, "intermediate-incoming", n, "Nothing leads to the intermediate event.");
	if (!node->drawn_out)
		bpmn_find(rd, BPMN_WARNING, "intermediate-outgoing", n, "Nothing follows the intermediate event.");
}

static void check_throw(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node, uint32_t bits)
{
	bool link = bits == BIT(TRIGGER_LINK);

	if (bits & ~(uint32_t)ALLOWED_THROW)
		bpmn_find(rd, BPMN_ERROR, "throw-trigger", n, "An intermediate throw event is none, message, escalation, compensation, "
		          "link or signal.");
	if (link && node->drawn_out)
		bpmn_find(rd, BPMN_ERROR, "link-flow", n, "A link throw event has no outgoing flow.");
	if (link && node->link == BPMN_NONE && check_executable(n))
		bpmn_find(rd, BPMN_ERROR, "link-unmatched", n, "No link catch event on this level has the same name.");
	if (!link && !node->drawn_out)
		bpmn_find(rd, BPMN_WARNING, "intermediate-outgoing", n, "Nothing follows the intermediate event.");
	if (!node->drawn_in)
		bpmn_find(rd, BPMN_WARNING, "intermediate-incoming", n, "Nothing leads to the intermediate event.");
}

void bpmn_check_event(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct bpmn_node *node = bpmn_is_event(n) ? check_node(rd, n) : NULL;
	uint32_t count, bits;

	if (!node)
		return;
	bits = check_triggers(rd, n, &count);
	if (node->kind == BPMN_START_EVENT)
		check_start(rd, n, node, bits, count);
	else if (node->kind == BPMN_END_EVENT)
		check_end(rd, n, node, bits);
	else if (node->kind == BPMN_BOUNDARY_EVENT)
		check_boundary(rd, n, node, bits, count);
	else if (node->kind == BPMN_CATCH_EVENT)
		check_catch(rd, n, node, bits, count);
	else
		check_throw(rd, n, node, bits);
}
