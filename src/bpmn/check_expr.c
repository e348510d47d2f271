/* check_expr.c - rules about expressions as BPMN elements: formal, not empty. That they are
 * FEEL is found when they are compiled.
 */
#include "bpmn/check_int.h"

static const char *const typed[] = { "completionCondition", "from", "to", "activationCondition", "loopCardinality",
	"conditionExpression", "loopCondition", "timeCycle", "timeDate", "timeDuration", "condition" };
static const char *const always_formal[] = { "formalExpression", "messagePath", "dataPath", "transformation" };

static bool one_of(const struct xml_node *n, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bpmn_is(n, names[i]))
			return true;
	return false;
}

static bool says_formal(const struct xml_node *n)
{
	struct str type = xml_attr_ns(n, BPMN_XSI_NS, "type");

	return type.ptr && str_eqz(bpmn_local(str_trim(type)), "tFormalExpression");
}

/* "to" names a target rather than computing anything; a complex behaviour's condition is formal by its type. */
static bool is_exempt(const struct xml_node *n)
{
	return bpmn_is(n, "to") || (bpmn_is(n, "condition") && n->parent && bpmn_is(n->parent, "complexBehaviorDefinition"));
}

/* Whatever the language: a declared type that is not boolean, or a bare number, is no condition. */
static void check_behaviour(struct bpmn_reader *rd, const struct xml_node *n)
{
	struct str type = bpmn_local(check_attr(n, "evaluatesToTypeRef")), text = bpmn_text(n);
	struct dec number;

	if ((!str_empty(type) && !str_eqz(type, "boolean")) || (!str_empty(text) && dec_parse(text, &number)))
		bpmn_find(rd, BPMN_ERROR, "behaviour-condition-type", n, "The condition of a complex behaviour is true or false.");
}

void bpmn_check_expr(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool formal = one_of(n, always_formal, sizeof always_formal / sizeof *always_formal) || says_formal(n) || is_exempt(n);

	if (!formal && !one_of(n, typed, sizeof typed / sizeof *typed))
		return;
	if (!formal && check_executable(n))
		bpmn_find(rd, BPMN_WARNING, "expression-informal", n->parent, "The expression in \"%.*s\" is not marked as formal "
		          "(xsi:type=\"tFormalExpression\"); it is read as FEEL.", STR_ARG(n->name));
	if (formal && str_empty(bpmn_text(n)) && !n->first)
		bpmn_find(rd, BPMN_ERROR, "expression-empty", n, "The expression in \"%.*s\" is empty.", STR_ARG(n->name));
	if (bpmn_is(n, "condition") && n->parent && bpmn_is(n->parent, "complexBehaviorDefinition"))
		check_behaviour(rd, n);
}
