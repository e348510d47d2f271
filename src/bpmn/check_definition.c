/* check_definition.c - rules about event definitions: timers, messages, links, conditions. */
#include "bpmn/check_int.h"

static bool is_expression(struct str text)
{
	return str_starts(text, S("=")) || str_find_byte(text, '(') >= 0 || str_find_byte(text, '"') >= 0;
}

static void check_time(struct bpmn_reader *rd, const struct xml_node *n, const char *name, const char *rule)
{
	const struct xml_node *part = bpmn_child(n, name);
	struct str text = bpmn_text(part);
	struct bpmn_duration d;
	struct bpmn_cycle c;
	int64_t ms;
	bool ok;

	if (!part || str_empty(text) || is_expression(text))
		return;
	ok = name[4] == 'D' ? (name[5] == 'u' ? bpmn_iso_duration(text, &d) : bpmn_iso_date(text, 0, &ms))
	                    : bpmn_iso_cycle(text, 0, &c) && c.repeats != 0;
	if (!ok)
		bpmn_find(rd, BPMN_ERROR, rule, n, "%s \"%.*s\" is not %s of ISO 8601.", name, (int)(text.len > 80 ? 80 : text.len),
		          text.ptr, name[4] == 'C' ? "a repeating interval" : name[5] == 'u' ? "a duration" : "a date and time");
}

static void check_timer(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool limit = bpmn_ext_of(n, BPMN_EXT_NS, "limit") || (n->parent && bpmn_ext_of(n->parent, BPMN_EXT_NS, "limit"));
	int given = 0;

	given += bpmn_child(n, "timeDate") != NULL;
	given += bpmn_child(n, "timeDuration") != NULL;
	given += bpmn_child(n, "timeCycle") != NULL;
	if (given == 0 && !limit)
		bpmn_find(rd, BPMN_ERROR, "timer-without-time", n, "The timer has neither timeDate, timeDuration, timeCycle nor a limit: "
		          "it cannot be armed.");
	if (given > 1)
		bpmn_find(rd, BPMN_ERROR, "timer-with-several-times", n, "A timer has one of timeDate, timeDuration and timeCycle.");
	check_time(rd, n, "timeDate", "timer-date");
	check_time(rd, n, "timeDuration", "timer-duration");
	check_time(rd, n, "timeCycle", "timer-cycle");
}

static void check_message(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool job = n->parent && bpmn_has_job(n->parent);
	bool operation = bpmn_child(n, "operationRef") || !str_empty(check_attr(n, "operationRef"));

	if (!check_executable(n))
		return;
	if (str_empty(check_attr(n, "messageRef")) && !operation && !job)
		bpmn_find(rd, BPMN_ERROR, "message-missing", n, "The event names no message.");
	if (!operation)
		bpmn_find(rd, BPMN_WARNING, "message-operation", n, "The message event of an executable process names no operation.");
}

static void check_partner(struct bpmn_reader *rd, const struct xml_node *n, const struct xml_node *other, bool throws)
{
	const char *back = throws ? "source" : "target";
	bool answered = false;

	if (!other || !bpmn_is(other, "linkEventDefinition") || !other->parent || !n->parent)
		return;
	if (other->parent->parent != n->parent->parent)
		bpmn_find(rd, BPMN_ERROR, "link-level", n, "Both ends of a link stand on the same level.");
	for (const struct xml_node *c = bpmn_child(other, back); c; c = xml_next_same(c))
		answered = answered || bpmn_target(rd->m, bpmn_text(c)) == n;
	if (bpmn_child(other, back) && !answered)
		bpmn_find(rd, BPMN_ERROR, "link-unmatched", n, "The other end of the link names another %s.", back);
}

static void check_link(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool throws = n->parent && bpmn_is(n->parent, "intermediateThrowEvent");
	const char *end = throws ? "target" : "source";

	if (!n->parent || !bpmn_is_event(n->parent))
		return;
	if (throws && check_children(n, "target") != 1)
		bpmn_find(rd, BPMN_WARNING, "link-target", n, "The link names no target; it is matched by its name.");
	if (!throws && !check_children(n, "source"))
		bpmn_find(rd, BPMN_WARNING, "link-source", n, "The link names no source; it is matched by its name.");
	if (str_empty(check_attr(n, "name")) && !check_children(n, end))
		bpmn_find(rd, BPMN_ERROR, "link-nameless", n, "A link has a name, or names its other end.");
	for (const struct xml_node *c = bpmn_child(n, end); c; c = xml_next_same(c))
		check_partner(rd, n, bpmn_target(rd->m, bpmn_text(c)), throws);
}

static void check_condition(struct bpmn_reader *rd, const struct xml_node *n)
{
	if (str_empty(bpmn_text(bpmn_child(n, "condition"))) && check_executable(n))
		bpmn_find(rd, BPMN_ERROR, "condition-missing", n, "The conditional event has no condition.");
}

static void check_named(struct bpmn_reader *rd, const struct xml_node *n, const char *ref, const char *rule)
{
	if (str_empty(check_attr(n, ref)) && check_executable(n))
		bpmn_find(rd, BPMN_ERROR, rule, n, "The event does not say its %s.", ref);
}

void bpmn_check_definition(struct bpmn_reader *rd, const struct xml_node *n)
{
	switch (bpmn_trigger_of(n)) {
	case TRIGGER_TIMER:
		check_timer(rd, n);
		break;
	case TRIGGER_MESSAGE:
		check_message(rd, n);
		break;
	case TRIGGER_LINK:
		check_link(rd, n);
		break;
	case TRIGGER_CONDITION:
		check_condition(rd, n);
		break;
	case TRIGGER_SIGNAL:
		check_named(rd, n, "signalRef", "signal-missing");
		break;
	case TRIGGER_ERROR:
		if (n->parent && bpmn_is(n->parent, "endEvent"))
			check_named(rd, n, "errorRef", "error-missing");
		break;
	case TRIGGER_ESCALATION:
		if (n->parent && (bpmn_is(n->parent, "endEvent") || bpmn_is(n->parent, "intermediateThrowEvent")))
			check_named(rd, n, "escalationRef", "escalation-missing");
		break;
	default:
		break;
	}
}
