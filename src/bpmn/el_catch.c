/* el_catch.c - intermediate catch events and receive tasks: they wait for what they name.
 * A link catch event is only the end of a drawn line.
 */
#include "bpmn/run_int.h"

void el_catch_work(struct run *r, struct act *act, const struct bpmn_node *n)
{
	if (n->defs_count == 0 || n->defs[0].trigger == TRIGGER_LINK)
		activity_complete(r, act);
	else
		subscribe(r, act, n);
}
