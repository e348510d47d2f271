/* el_task.c - tasks that somebody does: user tasks wait for a person, service tasks for the
 * host, who may complete them at once. Manual and abstract tasks are not managed by an engine
 * (BPMN 2.0.2, 13.3.3) and pass, unless an extension assigns them to somebody.
 */
#include "bpmn/run_int.h"

void el_task_work(struct run *r, struct act *act, const struct bpmn_node *n)
{
	if (n->kind == BPMN_SERVICE_TASK)
		wait_tell(r, wait_new(r, act, n->index, BPMN_WAIT_JOB));
	else if (n->kind == BPMN_USER_TASK || n->waits)
		wait_tell(r, wait_new(r, act, n->index, BPMN_WAIT_TASK));
	else
		activity_complete(r, act);
}
