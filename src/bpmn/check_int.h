/* check_int.h - private to the checks. Every function looks at one element of the tree and
 * adds what it finds; docs/bpmn-rules.md lists the rules by name with their reasons.
 */
#ifndef BPMN_CHECK_INT_H
#define BPMN_CHECK_INT_H

#include "bpmn/bpmn_int.h"

/* One element, any kind. */
void bpmn_check_form(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_expr(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_refs(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_flow(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_gateway(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_event(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_definition(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_activity(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_container(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_data(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_item(struct bpmn_reader *rd, const struct xml_node *n);
void bpmn_check_collaboration(struct bpmn_reader *rd, const struct xml_node *n);
/* The plan as a whole: what is never reached, where tokens get stuck. */
void bpmn_check_paths(struct bpmn_reader *rd);

/* Shared questions. */
static inline struct str check_attr(const struct xml_node *n, const char *name)
{
	struct str v = n ? xml_attr(n, name) : (struct str){ NULL, 0 };

	return v.ptr ? str_trim(v) : S("");
}
/* The flow node of the plan, NULL for anything else. */
const struct bpmn_node *check_node(const struct bpmn_reader *rd, const struct xml_node *n);
/* Triggers of an event, references followed: a bit per enum bpmn_trigger, and how many in all. */
uint32_t check_triggers(const struct bpmn_reader *rd, const struct xml_node *event, uint32_t *count);
const struct xml_node *check_executable(const struct xml_node *n); /* the executable process around it */
size_t check_children(const struct xml_node *n, const char *name);

#endif
