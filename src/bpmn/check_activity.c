/* check_activity.c - rules about activities: quantities, loops, compensation, and the data of
 * tasks that call operations or exchange messages.
 */
#include "bpmn/check_int.h"

static void check_quantity(struct bpmn_reader *rd, const struct xml_node *n, const char *attr, const char *rule)
{
	struct str v = check_attr(n, attr);
	int64_t i;

	if (!str_empty(v) && (!str_to_i64(v, &i) || i < 1))
		bpmn_find(rd, BPMN_ERROR, rule, n, "%s \"%.*s\" is not a whole number from 1.", attr, STR_ARG(v));
}

static void check_behaviour(struct bpmn_reader *rd, const struct xml_node *multi)
{
	struct str behaviour = check_attr(multi, "behavior");

	if (str_eqz(behaviour, "One") && str_empty(check_attr(multi, "oneBehaviorEventRef")))
		bpmn_find(rd, BPMN_ERROR, "behaviour-event-missing", multi, "The behaviour One names no oneBehaviorEventRef.");
	if (str_eqz(behaviour, "None") && str_empty(check_attr(multi, "noneBehaviorEventRef")))
		bpmn_find(rd, BPMN_ERROR, "behaviour-event-missing", multi, "The behaviour None names no noneBehaviorEventRef.");
	if (str_eqz(behaviour, "Complex") && !bpmn_child(multi, "complexBehaviorDefinition"))
		bpmn_find(rd, BPMN_ERROR, "behaviour-event-missing", multi, "The behaviour Complex has no complexBehaviorDefinition.");
}

static void check_loops(struct bpmn_reader *rd, const struct xml_node *n)
{
	size_t standard = check_children(n, "standardLoopCharacteristics");
	size_t multi = check_children(n, "multiInstanceLoopCharacteristics");

	if (standard + multi > 1)
		bpmn_find(rd, BPMN_ERROR, "loop-several", n, "An activity has one kind of loop characteristics.");
	if (multi)
		check_behaviour(rd, bpmn_child(n, "multiInstanceLoopCharacteristics"));
}

static void check_compensation(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node)
{
	if (!bpmn_flag(n, "isForCompensation", false) || bpmn_flag(n, "triggeredByEvent", false))
		return;
	if (node->drawn_in || node->drawn_out)
		bpmn_find(rd, BPMN_ERROR, "compensation-in-flow", n, "A compensation handler stands outside the normal flow: it has "
		          "neither incoming nor outgoing sequence flows.");
}

/* ---- data of operations and messages ---- */

static struct str structure_of(const struct bpmn_reader *rd, struct str item)
{
	const struct xml_node *n = bpmn_target(rd->m, item);

	return n && bpmn_is(n, "itemDefinition") ? check_attr(n, "structureRef") : S("");
}

static bool same_item(const struct bpmn_reader *rd, struct str a, struct str b)
{
	if (str_empty(b) || str_eq(bpmn_local(a), bpmn_local(b)))
		return true; /* a message without item carries anything */
	return !str_empty(structure_of(rd, a)) && str_eq(structure_of(rd, a), structure_of(rd, b));
}

static void check_item_of(struct bpmn_reader *rd, const struct xml_node *n, const char *data, const struct xml_node *message,
                          const char *rule)
{
	const struct xml_node *io = bpmn_child(n, "ioSpecification"), *item = bpmn_child(io, data);

	if (item && message && !same_item(rd, check_attr(item, "itemSubjectRef"), check_attr(message, "itemRef")))
		bpmn_find(rd, BPMN_WARNING, rule, n, "The item of the %s is not the item of the message \"%.*s\".", data,
		          STR_ARG(bpmn_id(message)));
}

static const struct xml_node *operation_message(const struct bpmn_reader *rd, const struct xml_node *operation, const char *child)
{
	return bpmn_target(rd->m, bpmn_text(bpmn_child(operation, child)));
}

static void check_service(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct xml_node *operation = bpmn_target(rd->m, check_attr(n, "operationRef"));
	const struct xml_node *io = bpmn_child(n, "ioSpecification");

	if (!operation || !bpmn_is(operation, "operation"))
		return;
	if (check_children(io, "inputSet") != 1)
		bpmn_find(rd, BPMN_WARNING, "operation-sets", n, "A service task with an operation has exactly one input set.");
	if (check_children(io, "outputSet") > 1)
		bpmn_find(rd, BPMN_WARNING, "operation-sets", n, "A service task with an operation has at most one output set.");
	check_item_of(rd, n, "dataInput", operation_message(rd, operation, "inMessageRef"), "operation-item");
	check_item_of(rd, n, "dataOutput", operation_message(rd, operation, "outMessageRef"), "operation-item");
}

static void check_messaging(struct bpmn_reader *rd, const struct xml_node *n, bool sends)
{
	const struct xml_node *message = bpmn_target(rd->m, check_attr(n, "messageRef"));
	const struct xml_node *io = bpmn_child(n, "ioSpecification");

	if (!message || !bpmn_is(message, "message"))
		return;
	if (check_children(io, sends ? "inputSet" : "outputSet") > 1)
		bpmn_find(rd, BPMN_WARNING, "message-sets", n, "A task with a message has at most one set for it.");
	if (io && check_children(io, sends ? "dataInput" : "dataOutput") > 1)
		bpmn_find(rd, BPMN_WARNING, "message-sets", n, "A task with a message has at most one data %s for it.",
		          sends ? "input" : "output");
	check_item_of(rd, n, sends ? "dataInput" : "dataOutput", message, "message-item");
}

static void check_receive(struct bpmn_reader *rd, const struct xml_node *n, const struct bpmn_node *node)
{
	bool named = !str_empty(check_attr(n, "messageRef")) || !str_empty(check_attr(n, "operationRef"));

	if (bpmn_flag(n, "instantiate", false) && node->drawn_in)
		bpmn_find(rd, BPMN_ERROR, "receive-start-flow", n, "A receive task that starts a process has no incoming flow.");
	if (!named && check_executable(n))
		bpmn_find(rd, BPMN_ERROR, "message-missing", n, "The receive task names no message.");
}

static void check_send(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool named = !str_empty(check_attr(n, "messageRef")) || !str_empty(check_attr(n, "operationRef"));

	if (!named && check_executable(n) && !bpmn_has_job(n))
		bpmn_find(rd, BPMN_ERROR, "message-missing", n, "The send task names neither a message nor, by an extension, a job.");
}

void bpmn_check_activity(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct bpmn_node *node = bpmn_is_activity(n) ? check_node(rd, n) : NULL;

	if (!node)
		return;
	check_quantity(rd, n, "startQuantity", "start-quantity");
	check_quantity(rd, n, "completionQuantity", "completion-quantity");
	check_loops(rd, n);
	check_compensation(rd, n, node);
	if (bpmn_is(n, "serviceTask"))
		check_service(rd, n);
	if (bpmn_is(n, "sendTask") || bpmn_is(n, "receiveTask"))
		check_messaging(rd, n, bpmn_is(n, "sendTask"));
	if (bpmn_is(n, "receiveTask"))
		check_receive(rd, n, node);
	if (bpmn_is(n, "sendTask"))
		check_send(rd, n);
}
