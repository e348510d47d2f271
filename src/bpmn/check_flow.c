/* check_flow.c - rules about sequence flows. */
#include "bpmn/check_int.h"

static void check_end(struct bpmn_reader *rd, const struct xml_node *n, const char *attr)
{
	struct str ref = xml_attr(n, attr);
	const struct xml_node *to = ref.ptr ? bpmn_target(rd->m, ref) : NULL;

	if (!to || !bpmn_is_flow_node(to))
		bpmn_find(rd, BPMN_ERROR, "flow-end-missing", n, "%s \"%.*s\" is not a flow node of this file.", attr,
		          STR_ARG(ref.ptr ? ref : S("")));
}

void bpmn_check_flow(struct bpmn_reader *rd, const struct xml_node *n)
{
	if (!bpmn_is(n, "sequenceFlow"))
		return;
	check_end(rd, n, "sourceRef");
	check_end(rd, n, "targetRef");
}
