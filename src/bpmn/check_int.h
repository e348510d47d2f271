/* check_int.h - private to the checks. Every function looks at one element of the tree and
 * adds what it finds; docs/bpmn-rules.md lists the rules by name with their reasons.
 */
#ifndef BPMN_CHECK_INT_H
#define BPMN_CHECK_INT_H

#include "bpmn/bpmn_int.h"

void bpmn_check_flow(struct bpmn_reader *rd, const struct xml_node *n);

#endif
