/* check_item.c - rules about data objects, their items, and the items of loops. */
#include "bpmn/check_int.h"

static const struct xml_node *item_of(const struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct xml_node *item = bpmn_target(rd->m, check_attr(n, "itemSubjectRef"));

	return item && bpmn_is(item, "itemDefinition") ? item : NULL;
}

static void check_collection(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool data = bpmn_is(n, "dataInput") || bpmn_is(n, "dataOutput") || bpmn_is(n, "dataObject");
	const struct xml_node *item = data ? item_of(rd, n) : NULL;

	if (item && bpmn_flag(n, "isCollection", false) != bpmn_flag(item, "isCollection", false))
		bpmn_find(rd, BPMN_WARNING, "item-collection", n, "isCollection is not that of the item definition \"%.*s\".",
		          STR_ARG(bpmn_id(item)));
}

/* "Order [paid]" for the data object Order in the state paid. */
static void check_state(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct xml_node *state = bpmn_child(n, "dataState"), *object;
	struct str name, wanted, state_name;

	if (!bpmn_is(n, "dataObjectReference") || !state)
		return;
	object = bpmn_target(rd->m, check_attr(n, "dataObjectRef"));
	name = check_attr(n, "name");
	state_name = check_attr(state, "name");
	wanted = arena_printf(rd->a, "%.*s [%.*s]", STR_ARG(check_attr(object, "name")), STR_ARG(state_name));
	if (!wanted.ptr)
		rd->failed = ERR_NOMEM;
	else if (!str_eq(name, wanted))
		bpmn_find(rd, BPMN_WARNING, "data-state-name", n, "A reference to a data object in a state is named \"%.*s\".",
		          STR_ARG(wanted));
}

/* ---- loops ---- */

static bool own_data(const struct xml_node *activity, const struct xml_node *data)
{
	return data->parent && data->parent->parent == activity;
}

static void check_loop_item(struct bpmn_reader *rd, const struct xml_node *n, const char *ref, const char *item, const char *rule)
{
	const struct xml_node *collection = bpmn_target(rd->m, bpmn_text(bpmn_child(n, ref)));
	const struct xml_node *one = bpmn_child(n, item);
	const struct xml_node *many_item, *one_item;

	if (!collection || !one)
		return;
	many_item = item_of(rd, collection);
	one_item = item_of(rd, one);
	if (!many_item || !one_item)
		return;
	if (bpmn_flag(one_item, "isCollection", false) || bpmn_flag(one, "isCollection", false) ||
	    !str_eq(check_attr(many_item, "structureRef"), check_attr(one_item, "structureRef")))
		bpmn_find(rd, BPMN_WARNING, rule, n, "The %s is not the single item of the collection.", item);
}

static void check_loop(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct xml_node *input, *output;

	if (!bpmn_is(n, "multiInstanceLoopCharacteristics") || !n->parent)
		return;
	input = bpmn_target(rd->m, bpmn_text(bpmn_child(n, "loopDataInputRef")));
	output = bpmn_target(rd->m, bpmn_text(bpmn_child(n, "loopDataOutputRef")));
	if (bpmn_child(n, "loopDataInputRef") && !bpmn_is_container(n->parent) &&
	    (!input || !bpmn_is(input, "dataInput") || !own_data(n->parent, input)))
		bpmn_find(rd, BPMN_WARNING, "loop-input", n, "The loop data input is a data input of the activity itself.");
	if (bpmn_child(n, "loopDataOutputRef") && !bpmn_is_container(n->parent) &&
	    (!output || !bpmn_is(output, "dataOutput") || !own_data(n->parent, output)))
		bpmn_find(rd, BPMN_WARNING, "loop-output", n, "The loop data output is a data output of the activity itself.");
	check_loop_item(rd, n, "loopDataInputRef", "inputDataItem", "loop-input-item");
	check_loop_item(rd, n, "loopDataOutputRef", "outputDataItem", "loop-output-item");
}

void bpmn_check_item(struct bpmn_reader *rd, const struct xml_node *n)
{
	check_collection(rd, n);
	check_state(rd, n);
	check_loop(rd, n);
}
