/* check_data.c - rules about data inputs, outputs, their sets and associations. Data that is
 * declared wrongly is still a variable, so most of these are warnings.
 */
#include "bpmn/check_int.h"

static bool named_in(const struct xml_node *set, const char *child, struct str id)
{
	for (const struct xml_node *c = bpmn_child(set, child); c; c = xml_next_same(c))
		if (str_eq(bpmn_local(bpmn_text(c)), id))
			return true;
	return false;
}

static bool in_any_set(const struct xml_node *data, const char *set, const char *child)
{
	for (const struct xml_node *s = bpmn_child(data->parent, set); s; s = xml_next_same(s))
		if (named_in(s, child, bpmn_id(data)))
			return true;
	return false;
}

static void check_membership(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool io = n->parent && bpmn_is(n->parent, "ioSpecification");

	if (bpmn_is(n, "dataInput") && io && !in_any_set(n, "inputSet", "dataInputRefs"))
		bpmn_find(rd, BPMN_WARNING, "data-input-in-no-set", n, "A data input belongs to at least one input set.");
	if (bpmn_is(n, "dataOutput") && io && !in_any_set(n, "outputSet", "dataOutputRefs"))
		bpmn_find(rd, BPMN_WARNING, "data-output-in-no-set", n, "A data output belongs to at least one output set.");
}

static void check_subset(struct bpmn_reader *rd, const struct xml_node *set, const char *child, const char *all, const char *rule)
{
	for (const struct xml_node *c = bpmn_child(set, child); c; c = xml_next_same(c))
		if (!named_in(set, all, bpmn_local(bpmn_text(c))))
			bpmn_find(rd, BPMN_WARNING, rule, set, "\"%.*s\" is named by %s but is none of the set's data.",
			          STR_ARG(bpmn_text(c)), child);
}

static void check_sets(struct bpmn_reader *rd, const struct xml_node *n)
{
	if (bpmn_is(n, "inputSet")) {
		check_subset(rd, n, "optionalInputRefs", "dataInputRefs", "optional-input");
		check_subset(rd, n, "whileExecutingInputRefs", "dataInputRefs", "while-executing-input");
	} else if (bpmn_is(n, "outputSet")) {
		check_subset(rd, n, "optionalOutputRefs", "dataOutputRefs", "optional-output");
		check_subset(rd, n, "whileExecutingOutputRefs", "dataOutputRefs", "while-executing-output");
	} else if (bpmn_is(n, "ioSpecification") && (!bpmn_child(n, "inputSet") || !bpmn_child(n, "outputSet"))) {
		bpmn_find(rd, BPMN_WARNING, "io-sets-missing", n, "An ioSpecification has at least one input set and one output set.");
	}
}

static bool of_process(const struct xml_node *data)
{
	return data && data->parent && bpmn_is(data->parent, "ioSpecification") && data->parent->parent &&
	       bpmn_is(data->parent->parent, "process");
}

static void check_association(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct xml_node *source, *target;

	if (!bpmn_is(n, "dataInputAssociation") && !bpmn_is(n, "dataOutputAssociation"))
		return;
	source = bpmn_target(rd->m, bpmn_text(bpmn_child(n, "sourceRef")));
	target = bpmn_target(rd->m, bpmn_text(bpmn_child(n, "targetRef")));
	if (of_process(target) && bpmn_is(target, "dataInput"))
		bpmn_find(rd, BPMN_WARNING, "process-input-written", n, "A data input of the process is not written inside it.");
	if (of_process(source) && bpmn_is(source, "dataOutput"))
		bpmn_find(rd, BPMN_WARNING, "process-output-read", n, "A data output of the process is not read inside it.");
	if (check_children(n, "sourceRef") > 1 && !bpmn_child(n, "transformation"))
		bpmn_find(rd, BPMN_ERROR, "association-sources", n, "A data association with several sources has a transformation that "
		          "makes one value of them.");
}

/* ---- events ---- */

static struct str structure_of(const struct bpmn_reader *rd, struct str item)
{
	const struct xml_node *n = bpmn_target(rd->m, item);

	return n && bpmn_is(n, "itemDefinition") ? check_attr(n, "structureRef") : S("");
}

static struct str item_of(const struct bpmn_reader *rd, const struct xml_node *def)
{
	static const struct { const char *def, *ref, *attr; } ways[] = {
		{ "messageEventDefinition", "messageRef", "itemRef" }, { "signalEventDefinition", "signalRef", "structureRef" },
		{ "errorEventDefinition", "errorRef", "structureRef" },
		{ "escalationEventDefinition", "escalationRef", "structureRef" } };

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (bpmn_is(def, ways[i].def)) {
			const struct xml_node *target = bpmn_target(rd->m, check_attr(def, ways[i].ref));

			return target ? check_attr(target, ways[i].attr) : S("");
		}
	return S("");
}

static bool same_item(const struct bpmn_reader *rd, struct str a, struct str b)
{
	if (str_empty(a) || str_empty(b) || str_eq(bpmn_local(a), bpmn_local(b)))
		return true;
	return !str_empty(structure_of(rd, a)) && str_eq(structure_of(rd, a), structure_of(rd, b));
}

static void check_event_data(struct bpmn_reader *rd, const struct xml_node *n)
{
	const char *data = bpmn_is(n, "endEvent") || bpmn_is(n, "intermediateThrowEvent") ? "dataInput" : "dataOutput";
	const struct xml_node *item = bpmn_child(n, data);
	uint32_t count;

	if (!bpmn_is_event(n) || !item)
		return;
	check_triggers(rd, n, &count);
	if (check_children(n, data) != count)
		bpmn_find(rd, BPMN_WARNING, "event-data-count", n, "The event has %zu of %s and %u event definitions; there is one for "
		          "each.", check_children(n, data), data, count);
	for (const struct xml_node *c = n->first; c && item; c = c->next) {
		const struct xml_node *def = bpmn_is(c, "eventDefinitionRef") ? bpmn_target(rd->m, bpmn_text(c)) : c;

		if (!def || !bpmn_is_definition(def))
			continue;
		if (!same_item(rd, check_attr(item, "itemSubjectRef"), item_of(rd, def)))
			bpmn_find(rd, BPMN_WARNING, "event-data-item", c, "The item of \"%.*s\" is not that of the event definition.",
			          STR_ARG(bpmn_id(item)));
		item = xml_next_same(item);
	}
}

void bpmn_check_data(struct bpmn_reader *rd, const struct xml_node *n)
{
	check_membership(rd, n);
	check_sets(rd, n);
	check_association(rd, n);
	check_event_data(rd, n);
}
