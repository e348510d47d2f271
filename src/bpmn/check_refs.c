/* check_refs.c - every reference leads to an element of the right kind. A reference with a
 * prefix into an imported file cannot be followed and is left alone.
 */
#include "bpmn/check_int.h"

struct reference {
	const char *owner;   /* element that refers; NULL = any */
	const char *name;    /* attribute, or child element with "/" in front */
	const char *targets; /* names of allowed elements, or @activity, @node, @definition, @item, @interaction, @callable, @any */
	enum bpmn_severity severity;
	const char *rule;
};

static const struct reference references[] = {
	{ NULL, "messageRef", "message", BPMN_ERROR, "reference-message" },
	{ "operation", "/inMessageRef", "message", BPMN_ERROR, "reference-message" },
	{ "operation", "/outMessageRef", "message", BPMN_ERROR, "reference-message" },
	{ "operation", "/errorRef", "error", BPMN_ERROR, "reference-error" },
	{ NULL, "errorRef", "error", BPMN_ERROR, "reference-error" },
	{ NULL, "signalRef", "signal", BPMN_ERROR, "reference-signal" },
	{ NULL, "escalationRef", "escalation", BPMN_ERROR, "reference-escalation" },
	{ NULL, "itemRef", "itemDefinition", BPMN_WARNING, "reference-item" },
	{ NULL, "itemSubjectRef", "itemDefinition", BPMN_WARNING, "reference-item" },
	{ "signal", "structureRef", "itemDefinition", BPMN_WARNING, "reference-item" },
	{ "error", "structureRef", "itemDefinition", BPMN_WARNING, "reference-item" },
	{ "escalation", "structureRef", "itemDefinition", BPMN_WARNING, "reference-item" },
	{ "participant", "/interfaceRef", "interface", BPMN_ERROR, "reference-interface" },
	{ NULL, "/supportedInterfaceRef", "interface", BPMN_ERROR, "reference-interface" },
	{ "participant", "processRef", "process", BPMN_ERROR, "reference-process" },
	{ "partnerEntity", "/participantRef", "participant", BPMN_ERROR, "reference-participant" },
	{ "partnerRole", "/participantRef", "participant", BPMN_ERROR, "reference-participant" },
	{ "messageFlow", "sourceRef", "@interaction", BPMN_ERROR, "message-flow-end" },
	{ "messageFlow", "targetRef", "@interaction", BPMN_ERROR, "message-flow-end" },
	{ NULL, "operationRef", "operation", BPMN_ERROR, "reference-operation" },
	{ NULL, "/operationRef", "operation", BPMN_ERROR, "reference-operation" },
	{ NULL, "/dataInputRefs", "dataInput", BPMN_ERROR, "reference-data-input" },
	{ NULL, "/optionalInputRefs", "dataInput", BPMN_ERROR, "reference-data-input" },
	{ NULL, "/whileExecutingInputRefs", "dataInput", BPMN_ERROR, "reference-data-input" },
	{ NULL, "/dataOutputRefs", "dataOutput", BPMN_ERROR, "reference-data-output" },
	{ NULL, "/optionalOutputRefs", "dataOutput", BPMN_ERROR, "reference-data-output" },
	{ NULL, "/whileExecutingOutputRefs", "dataOutput", BPMN_ERROR, "reference-data-output" },
	{ NULL, "/outputSetRefs", "outputSet", BPMN_WARNING, "reference-set" },
	{ NULL, "/inputSetRefs", "inputSet", BPMN_WARNING, "reference-set" },
	{ "dataInputAssociation", "/sourceRef", "@item", BPMN_ERROR, "reference-data" },
	{ "dataInputAssociation", "/targetRef", "@item", BPMN_ERROR, "reference-data" },
	{ "dataOutputAssociation", "/sourceRef", "@item", BPMN_ERROR, "reference-data" },
	{ "dataOutputAssociation", "/targetRef", "@item", BPMN_ERROR, "reference-data" },
	{ NULL, "/eventDefinitionRef", "@definition", BPMN_ERROR, "reference-event-definition" },
	{ NULL, "noneBehaviorEventRef", "@definition", BPMN_ERROR, "reference-event-definition" },
	{ NULL, "oneBehaviorEventRef", "@definition", BPMN_ERROR, "reference-event-definition" },
	{ "boundaryEvent", "attachedToRef", "@activity", BPMN_ERROR, "reference-attached" },
	{ "linkEventDefinition", "/source", "linkEventDefinition", BPMN_ERROR, "reference-link" },
	{ "linkEventDefinition", "/target", "linkEventDefinition", BPMN_ERROR, "reference-link" },
	{ "process", "definitionalCollaborationRef", "collaboration", BPMN_WARNING, "reference-collaboration" },
	{ "correlationKey", "/correlationPropertyRef", "correlationProperty", BPMN_ERROR, "reference-correlation" },
	{ "correlationPropertyBinding", "correlationPropertyRef", "correlationProperty", BPMN_ERROR, "reference-correlation" },
	{ "correlationSubscription", "correlationKeyRef", "correlationKey", BPMN_ERROR, "reference-correlation" },
	{ "compensateEventDefinition", "activityRef", "@activity", BPMN_ERROR, "reference-activity" },
	{ "dataObjectReference", "dataObjectRef", "dataObject", BPMN_ERROR, "reference-data-object" },
	{ "dataStoreReference", "dataStoreRef", "dataStore", BPMN_WARNING, "reference-data-store" },
	{ "lane", "/flowNodeRef", "@node", BPMN_WARNING, "reference-lane" },
	{ "multiInstanceLoopCharacteristics", "/loopDataInputRef", "@item", BPMN_ERROR, "reference-data" },
	{ "multiInstanceLoopCharacteristics", "/loopDataOutputRef", "@item", BPMN_ERROR, "reference-data" },
	{ NULL, "/resourceRef", "resource", BPMN_WARNING, "reference-resource" },
	{ "resourceParameterBinding", "parameterRef", "resourceParameter", BPMN_WARNING, "reference-resource" },
	{ "group", "categoryValueRef", "categoryValue", BPMN_WARNING, "reference-category" },
	{ "association", "sourceRef", "@any", BPMN_WARNING, "reference-association" },
	{ "association", "targetRef", "@any", BPMN_WARNING, "reference-association" },
	{ "callActivity", "calledElement", "@callable", BPMN_WARNING, "called-element-elsewhere" },
	{ "ioBinding", "inputDataRef", "@input", BPMN_WARNING, "io-binding" },
	{ "ioBinding", "outputDataRef", "@output", BPMN_WARNING, "io-binding" },
};

static const char *const items[] = { "dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "dataInput",
	"dataOutput", "property", "inputDataItem", "outputDataItem" };

static bool is_item(const struct xml_node *n)
{
	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		if (bpmn_is(n, items[i]))
			return true;
	return false;
}

static bool is_interaction(const struct xml_node *n)
{
	return bpmn_is(n, "participant") || bpmn_is_activity(n) || bpmn_is_event(n) || bpmn_is_choreography(n) ||
	       bpmn_is(n, "conversation") || bpmn_is(n, "subConversation") || bpmn_is(n, "callConversation") ||
	       bpmn_is_artifact(n) /* check_collab.c says more about these */;
}

static bool is_callable(const struct xml_node *n)
{
	return bpmn_is(n, "process") || bpmn_is(n, "globalTask") || bpmn_is(n, "globalUserTask") ||
	       bpmn_is(n, "globalScriptTask") || bpmn_is(n, "globalManualTask") || bpmn_is(n, "globalBusinessRuleTask");
}

static bool fits(const struct xml_node *n, const char *targets)
{
	if (targets[0] != '@')
		return bpmn_is(n, targets);
	switch (targets[1]) {
	case 'a':
		return targets[2] == 'n' || bpmn_is_activity(n); /* @any, @activity */
	case 'n':
		return bpmn_is_flow_node(n);
	case 'd':
		return bpmn_is_definition(n);
	case 'i':
		return targets[3] == 't' && targets[2] == 'n' ? is_interaction(n)
		     : targets[2] == 'n' ? bpmn_is(n, "dataInput") || bpmn_is(n, "inputSet") : is_item(n);
	case 'o':
		return bpmn_is(n, "dataOutput") || bpmn_is(n, "outputSet");
	default:
		return is_callable(n);
	}
}

static bool has_imports(const struct bpmn_reader *rd)
{
	return bpmn_child(rd->m->root, "import") != NULL;
}

static void check_one(struct bpmn_reader *rd, const struct xml_node *n, const struct reference *r, struct str ref)
{
	const struct xml_node *target;

	ref = str_trim(ref);
	if (str_empty(ref) || str_starts(ref, S("##")) || str_starts(ref, S("=")))
		return;
	target = bpmn_target(rd->m, ref);
	if (target && fits(target, r->targets))
		return;
	if (!target && str_find_byte(ref, ':') >= 0 && has_imports(rd))
		return;
	if (target)
		bpmn_find(rd, r->severity, r->rule, n, "%s \"%.*s\" leads to a \"%.*s\", which it cannot refer to.",
		          r->name[0] == '/' ? r->name + 1 : r->name, STR_ARG(ref), STR_ARG(target->name));
	else
		bpmn_find(rd, r->severity, r->rule, n, "%s \"%.*s\" leads nowhere: there is no such id.",
		          r->name[0] == '/' ? r->name + 1 : r->name, STR_ARG(ref));
}

static void check_default(struct bpmn_reader *rd, const struct xml_node *n)
{
	struct str ref = check_attr(n, "default");
	const struct xml_node *flow = bpmn_target(rd->m, ref);

	if (str_empty(ref) || !bpmn_is_flow_node(n))
		return;
	if (!flow || !bpmn_is(flow, "sequenceFlow"))
		bpmn_find(rd, BPMN_ERROR, "reference-default", n, "The default flow \"%.*s\" is no sequence flow.", STR_ARG(ref));
	else if (!str_eq(bpmn_local(check_attr(flow, "sourceRef")), bpmn_id(n)))
		bpmn_find(rd, BPMN_ERROR, "default-elsewhere", n, "The default flow \"%.*s\" does not start here.", STR_ARG(ref));
	else if (bpmn_child(flow, "conditionExpression"))
		bpmn_find(rd, BPMN_WARNING, "default-with-condition", flow, "The condition of a default flow is never asked.");
}

void bpmn_check_refs(struct bpmn_reader *rd, const struct xml_node *n)
{
	for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
		const struct reference *r = &references[i];

		if (r->owner && !bpmn_is(n, r->owner))
			continue;
		if (r->name[0] != '/') {
			if (xml_attr(n, r->name).ptr)
				check_one(rd, n, r, xml_attr(n, r->name));
			continue;
		}
		for (const struct xml_node *c = bpmn_child(n, r->name + 1); c; c = xml_next_same(c))
			check_one(rd, n, r, c->text);
	}
	check_default(rd, n);
}
