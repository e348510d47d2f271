/* check_container.c - rules about what stands in a process or sub-process. */
#include "bpmn/check_int.h"

static void check_event_sub(struct bpmn_reader *rd, const struct xml_node *n)
{
	if (!bpmn_flag(n, "triggeredByEvent", false) || bpmn_is(n, "process"))
		return;
	if (check_children(n, "startEvent") != 1)
		bpmn_find(rd, BPMN_ERROR, "event-sub-process-start", n, "An event sub-process has exactly one start event, not %zu.",
		          check_children(n, "startEvent"));
	if (bpmn_is(n, "transaction") || bpmn_is(n, "adHocSubProcess"))
		bpmn_find(rd, BPMN_ERROR, "event-sub-process-kind", n, "A transaction or ad-hoc sub-process is not triggered by an event.");
}

static void check_ad_hoc(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool any = false;

	if (!bpmn_is(n, "adHocSubProcess"))
		return;
	for (const struct xml_node *c = n->first; c; c = c->next) {
		any = any || bpmn_is_activity(c);
		if (bpmn_is(c, "startEvent") || bpmn_is(c, "endEvent")) {
			bpmn_find(rd, BPMN_ERROR, "ad-hoc-content", c, "An ad-hoc sub-process contains no start or end event.");
			bpmn_find(rd, BPMN_WARNING, "ad-hoc-content", n, "The ad-hoc sub-process contains the event \"%.*s\".",
			          STR_ARG(bpmn_id(c)));
		}
	}
	if (!any)
		bpmn_find(rd, BPMN_ERROR, "ad-hoc-empty", n, "An ad-hoc sub-process contains at least one activity.");
}

static void check_content(struct bpmn_reader *rd, const struct xml_node *n)
{
	for (const struct xml_node *c = n->first; c; c = c->next)
		if (bpmn_is_choreography(c))
			bpmn_find(rd, BPMN_ERROR, bpmn_is(n, "adHocSubProcess") ? "ad-hoc-content" : "choreography-in-process", n,
			          "The choreography activity \"%.*s\" (line %d) cannot stand in a process.", STR_ARG(bpmn_id(c)), c->line);
}

/* What a form, a lane or a host refers to needs an id. */
static void check_ids(struct bpmn_reader *rd, const struct xml_node *n)
{
	for (const struct xml_node *c = n->first; c; c = c->next)
		if ((bpmn_is_flow_node(c) || bpmn_is(c, "sequenceFlow")) && str_empty(bpmn_id(c)))
			bpmn_find(rd, BPMN_ERROR, "id-missing", c, "The %.*s has no id: nothing can refer to it, and no instance be stored.",
			          STR_ARG(c->name));
	if (bpmn_is(n, "process") && str_empty(bpmn_id(n)))
		bpmn_find(rd, BPMN_ERROR, "id-missing", n, "The process has no id.");
}

/* ---- callable elements as services ---- */

static struct str structure_of(const struct bpmn_reader *rd, const struct xml_node *data, const char *attr)
{
	const struct xml_node *item = data ? bpmn_target(rd->m, check_attr(data, attr)) : NULL;

	return item && bpmn_is(item, "itemDefinition") ? check_attr(item, "structureRef") : S("");
}

static void check_binding(struct bpmn_reader *rd, const struct xml_node *n, const struct xml_node *b)
{
	const struct xml_node *operation = bpmn_target(rd->m, check_attr(b, "operationRef"));
	const struct xml_node *in = bpmn_target(rd->m, check_attr(b, "inputDataRef"));
	const struct xml_node *out = bpmn_target(rd->m, check_attr(b, "outputDataRef"));
	const struct xml_node *asked = operation ? bpmn_target(rd->m, bpmn_text(bpmn_child(operation, "inMessageRef"))) : NULL;
	const struct xml_node *given = operation ? bpmn_target(rd->m, bpmn_text(bpmn_child(operation, "outMessageRef"))) : NULL;

	if (!operation || !in || !out)
		bpmn_find(rd, BPMN_WARNING, "io-binding", n, "A binding ties one declared input and one declared output to an operation.");
	else if ((bpmn_is(in, "dataInput") && asked &&
	          !str_eq(structure_of(rd, in, "itemSubjectRef"), structure_of(rd, asked, "itemRef"))) ||
	         (bpmn_is(out, "dataOutput") && given &&
	          !str_eq(structure_of(rd, out, "itemSubjectRef"), structure_of(rd, given, "itemRef"))))
		bpmn_find(rd, BPMN_WARNING, "io-binding", n, "The bound input or output has not the item of the operation's message.");
}

static void check_callable(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool global = bpmn_is(n, "globalTask") || bpmn_is(n, "globalUserTask") || bpmn_is(n, "globalScriptTask") ||
	              bpmn_is(n, "globalManualTask") || bpmn_is(n, "globalBusinessRuleTask");

	if (!global && !bpmn_is(n, "process"))
		return;
	if (bpmn_child(n, "supportedInterfaceRef") && !bpmn_child(n, "ioBinding"))
		bpmn_find(rd, BPMN_WARNING, "io-binding-missing", n, "A callable element that is exposed as a service has a binding of its "
		          "inputs and outputs.");
	for (const struct xml_node *b = bpmn_child(n, "ioBinding"); b; b = xml_next_same(b))
		check_binding(rd, n, b);
}

void bpmn_check_container(struct bpmn_reader *rd, const struct xml_node *n)
{
	check_callable(rd, n);
	if (!bpmn_is_container(n))
		return;
	check_event_sub(rd, n);
	check_ad_hoc(rd, n);
	check_content(rd, n);
	check_ids(rd, n);
}
