/* names.c - the names of BPMN elements, their kinds and families. No state, no rules. */
#include "bpmn/bpmn_int.h"

static const struct { const char *name; enum bpmn_kind kind; } kinds[] = {
	{ "process", BPMN_PROCESS }, { "userTask", BPMN_USER_TASK }, { "manualTask", BPMN_MANUAL_TASK },
	{ "serviceTask", BPMN_SERVICE_TASK }, { "scriptTask", BPMN_SCRIPT_TASK },
	{ "businessRuleTask", BPMN_BUSINESS_RULE_TASK }, { "sendTask", BPMN_SEND_TASK },
	{ "receiveTask", BPMN_RECEIVE_TASK }, { "task", BPMN_TASK }, { "callActivity", BPMN_CALL_ACTIVITY },
	{ "subProcess", BPMN_SUB_PROCESS }, { "transaction", BPMN_TRANSACTION }, { "adHocSubProcess", BPMN_AD_HOC },
	{ "startEvent", BPMN_START_EVENT }, { "endEvent", BPMN_END_EVENT },
	{ "intermediateCatchEvent", BPMN_CATCH_EVENT }, { "intermediateThrowEvent", BPMN_THROW_EVENT },
	{ "boundaryEvent", BPMN_BOUNDARY_EVENT }, { "exclusiveGateway", BPMN_EXCLUSIVE_GATEWAY },
	{ "inclusiveGateway", BPMN_INCLUSIVE_GATEWAY }, { "parallelGateway", BPMN_PARALLEL_GATEWAY },
	{ "eventBasedGateway", BPMN_EVENT_GATEWAY }, { "complexGateway", BPMN_COMPLEX_GATEWAY },
	{ "sequenceFlow", BPMN_SEQUENCE_FLOW },
};

static const struct { const char *name; enum bpmn_trigger trigger; } triggers[] = {
	{ "messageEventDefinition", TRIGGER_MESSAGE }, { "timerEventDefinition", TRIGGER_TIMER },
	{ "signalEventDefinition", TRIGGER_SIGNAL }, { "errorEventDefinition", TRIGGER_ERROR },
	{ "escalationEventDefinition", TRIGGER_ESCALATION }, { "conditionalEventDefinition", TRIGGER_CONDITION },
	{ "compensateEventDefinition", TRIGGER_COMPENSATE }, { "linkEventDefinition", TRIGGER_LINK },
	{ "cancelEventDefinition", TRIGGER_CANCEL }, { "terminateEventDefinition", TRIGGER_TERMINATE },
};

bool bpmn_is(const struct xml_node *n, const char *name)
{
	return xml_is(n, BPMN_NS, name);
}

bool bpmn_kind_of(const struct xml_node *n, enum bpmn_kind *kind)
{
	if (!str_eqz(n->ns, BPMN_NS))
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eqz(n->name, kinds[i].name)) {
			*kind = kinds[i].kind;
			if (*kind == BPMN_SUB_PROCESS && bpmn_flag(n, "triggeredByEvent", false))
				*kind = BPMN_EVENT_SUB_PROCESS;
			return true;
		}
	return false;
}

const char *bpmn_kind_name(enum bpmn_kind kind)
{
	if (kind == BPMN_EVENT_SUB_PROCESS)
		return "event sub-process";
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "element";
}

bool bpmn_is_activity(const struct xml_node *n)
{
	enum bpmn_kind k;

	return bpmn_kind_of(n, &k) && k >= BPMN_USER_TASK && k <= BPMN_EVENT_SUB_PROCESS;
}

bool bpmn_is_gateway(const struct xml_node *n)
{
	enum bpmn_kind k;

	return bpmn_kind_of(n, &k) && k >= BPMN_EXCLUSIVE_GATEWAY && k <= BPMN_COMPLEX_GATEWAY;
}

bool bpmn_is_event(const struct xml_node *n)
{
	enum bpmn_kind k;

	return bpmn_kind_of(n, &k) && k >= BPMN_START_EVENT && k <= BPMN_BOUNDARY_EVENT;
}

bool bpmn_is_flow_node(const struct xml_node *n)
{
	return bpmn_is_activity(n) || bpmn_is_gateway(n) || bpmn_is_event(n);
}

bool bpmn_is_container(const struct xml_node *n)
{
	return bpmn_is(n, "process") || bpmn_is(n, "subProcess") || bpmn_is(n, "transaction") ||
	       bpmn_is(n, "adHocSubProcess");
}

bool bpmn_is_artifact(const struct xml_node *n)
{
	return bpmn_is(n, "association") || bpmn_is(n, "group") || bpmn_is(n, "textAnnotation");
}

bool bpmn_is_choreography(const struct xml_node *n)
{
	return bpmn_is(n, "choreographyTask") || bpmn_is(n, "subChoreography") || bpmn_is(n, "callChoreography");
}

bool bpmn_is_definition(const struct xml_node *n)
{
	return bpmn_trigger_of(n) != TRIGGER_NONE;
}

enum bpmn_trigger bpmn_trigger_of(const struct xml_node *n)
{
	if (str_eqz(n->ns, BPMN_NS))
		for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++)
			if (str_eqz(n->name, triggers[i].name))
				return triggers[i].trigger;
	return TRIGGER_NONE;
}

const char *bpmn_trigger_name(enum bpmn_trigger t)
{
	static const char *const names[] = { "none", "message", "timer", "signal", "error", "escalation",
		"conditional", "compensation", "link", "cancel", "terminate" };

	return names[t];
}

struct xml_node *bpmn_child(const struct xml_node *n, const char *name)
{
	return n ? xml_child(n, BPMN_NS, name) : NULL;
}

struct str bpmn_text(const struct xml_node *n)
{
	return n ? str_trim(n->text) : (struct str){ NULL, 0 };
}

struct str bpmn_id(const struct xml_node *n)
{
	struct str id = n ? xml_attr(n, "id") : (struct str){ NULL, 0 };

	return id.ptr ? id : S("");
}

struct str bpmn_local(struct str qname)
{
	ptrdiff_t colon = str_find_byte(qname, ':');

	return colon < 0 ? qname : str_sub(qname, (size_t)colon + 1, qname.len);
}

struct xml_node *bpmn_target(const struct bpmn_model *m, struct str ref)
{
	struct xml_node *n;

	if (str_empty(ref))
		return NULL;
	n = map_get(&m->ids, ref);
	return n ? n : map_get(&m->ids, bpmn_local(ref));
}

bool bpmn_flag(const struct xml_node *n, const char *attr, bool fallback)
{
	struct str v = xml_attr(n, attr);

	if (!v.ptr)
		return fallback;
	v = str_trim(v);
	return str_eqz(v, "true") || str_eqz(v, "1");
}
