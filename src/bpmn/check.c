/* check.c - drives the rules over a whole file. Each family of rules has its own file. */
#include "bpmn/check_int.h"

const struct bpmn_node *check_node(const struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct bpmn_node *node = str_empty(bpmn_id(n)) ? NULL : map_get(&rd->m->node_ids, bpmn_id(n));

	return node && node->xml == n ? node : NULL;
}

uint32_t check_triggers(const struct bpmn_reader *rd, const struct xml_node *event, uint32_t *count)
{
	uint32_t bits = 0;

	*count = 0;
	for (const struct xml_node *c = event->first; c; c = c->next) {
		const struct xml_node *def = bpmn_is(c, "eventDefinitionRef") ? bpmn_target(rd->m, bpmn_text(c)) : c;

		if (!def || !bpmn_is_definition(def))
			continue;
		bits |= 1u << bpmn_trigger_of(def);
		(*count)++;
	}
	return bits;
}

const struct xml_node *check_executable(const struct xml_node *n)
{
	while (n && !bpmn_is(n, "process"))
		n = n->parent;
	return n && bpmn_flag(n, "isExecutable", false) ? n : NULL;
}

size_t check_children(const struct xml_node *n, const char *name)
{
	size_t count = 0;

	for (const struct xml_node *c = bpmn_child(n, name); c; c = xml_next_same(c))
		count++;
	return count;
}

static void check_tree(struct bpmn_reader *rd, const struct xml_node *n)
{
	static void (*const families[])(struct bpmn_reader *, const struct xml_node *) = {
		bpmn_check_form, bpmn_check_expr, bpmn_check_refs, bpmn_check_flow, bpmn_check_gateway, bpmn_check_event,
		bpmn_check_definition, bpmn_check_activity, bpmn_check_container, bpmn_check_data, bpmn_check_item,
		bpmn_check_collaboration,
	};

	if (bpmn_is(n, "extensionElements"))
		return;
	for (size_t i = 0; str_eqz(n->ns, BPMN_NS) && i < sizeof families / sizeof *families; i++)
		families[i](rd, n);
	for (const struct xml_node *c = n->first; c; c = c->next)
		check_tree(rd, c);
}

void bpmn_check_all(struct bpmn_reader *rd)
{
	check_tree(rd, rd->m->root);
	bpmn_check_paths(rd);
	if (str_empty(bpmn_model_process(rd->m)))
		bpmn_find(rd, BPMN_WARNING, "nothing-executable", rd->m->root, "No process says isExecutable=\"true\": the file can "
		          "be drawn, not run.");
}
