/* check.c - drives the rules over a whole file. Each family of rules has its own file. */
#include "bpmn/bpmn_int.h"
#include "bpmn/check_int.h"

static void check_tree(struct bpmn_reader *rd, const struct xml_node *n)
{
	bpmn_check_flow(rd, n);
	for (const struct xml_node *c = n->first; c; c = c->next)
		check_tree(rd, c);
}

void bpmn_check_all(struct bpmn_reader *rd)
{
	check_tree(rd, rd->m->root);
}
