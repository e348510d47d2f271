/* check_form.c - rules about the form of single elements: formats, URIs, what may stand
 * beside what. Nothing here changes an execution, so nearly all are warnings.
 */
#include "bpmn/check_int.h"

static bool is_mime(struct str s)
{
	ptrdiff_t slash = str_find_byte(s, '/');

	return slash > 0 && (size_t)slash + 1 < s.len && str_find_byte(s, ' ') < 0;
}

static bool is_uri(struct str s)
{
	ptrdiff_t colon = str_find_byte(s, ':');

	if (str_starts(s, S("##")))
		return true;
	if (colon <= 0 || (size_t)colon + 1 == s.len)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == ' ' || s.ptr[i] == '<' || s.ptr[i] == '>' || s.ptr[i] == '"' || s.ptr[i] == '\\' || s.ptr[i] == '%')
			return false;
	return true;
}

static void check_formats(struct bpmn_reader *rd, const struct xml_node *n)
{
	struct str format = check_attr(n, "textFormat"), script = check_attr(n, "scriptFormat");

	if (!str_empty(format) && !is_mime(format) && bpmn_is(n, "documentation"))
		bpmn_find(rd, BPMN_WARNING, "documentation-format", n, "textFormat \"%.*s\" is no MIME type.", STR_ARG(format));
	if (!str_empty(format) && !is_mime(format) && bpmn_is(n, "textAnnotation"))
		bpmn_find(rd, BPMN_WARNING, "annotation-format", n, "textFormat \"%.*s\" is no MIME type.", STR_ARG(format));
	if (bpmn_is(n, "scriptTask") && !str_empty(script) && !is_mime(script) && !str_eqz(script, "feel"))
		bpmn_find(rd, BPMN_WARNING, "script-format", n, "scriptFormat \"%.*s\" is no MIME type.", STR_ARG(script));
	if (bpmn_is(n, "scriptTask") && bpmn_child(n, "script") && str_empty(script))
		bpmn_find(rd, BPMN_WARNING, "script-format-missing", n, "The script does not say its scriptFormat; it is read as FEEL.");
}

static void check_uris(struct bpmn_reader *rd, const struct xml_node *n)
{
	struct str language = check_attr(n, "language"), method = check_attr(n, "method");

	if (!str_empty(language) && !is_uri(language) && !bpmn_is(n, "definitions"))
		bpmn_find(rd, BPMN_WARNING, "language-uri", n, "The language \"%.*s\" is no URI.", STR_ARG(language));
	if (bpmn_is(n, "transaction") && !str_empty(method) && !is_uri(method))
		bpmn_find(rd, BPMN_WARNING, "transaction-method", n, "The method \"%.*s\" is neither a URI nor one of ##Compensate, "
		          "##Image, ##Store.", STR_ARG(method));
	if (bpmn_is(n, "import") && !str_empty(check_attr(n, "location")) &&
	    str_eqz(check_attr(n, "importType"), BPMN_NS))
		bpmn_find(rd, BPMN_WARNING, "import-not-read", n, "The imported file is not read; what it defines is missing here.");
}

static bool is_role(const struct xml_node *n)
{
	return bpmn_is(n, "performer") || bpmn_is(n, "humanPerformer") || bpmn_is(n, "potentialOwner") ||
	       bpmn_is(n, "resourceRole");
}

static void check_role(struct bpmn_reader *rd, const struct xml_node *n)
{
	bool resource = bpmn_child(n, "resourceRef") != NULL;

	if (!is_role(n))
		return;
	if (bpmn_child(n, "resourceParameterBinding") && !resource)
		bpmn_find(rd, BPMN_WARNING, "role-binding", n, "Parameter bindings need a resourceRef whose parameters they bind.");
	if (bpmn_child(n, "resourceAssignmentExpression") && resource)
		bpmn_find(rd, BPMN_WARNING, "role-both", n, "A role names a resource or computes one, not both.");
}

static void check_property(struct bpmn_reader *rd, const struct xml_node *n)
{
	const struct xml_node *up = n->parent;

	if (bpmn_is(n, "property") && up && !bpmn_is_container(up) && !bpmn_is_activity(up) && !bpmn_is_event(up))
		bpmn_find(rd, BPMN_ERROR, "property-place", n, "Properties belong to processes, activities and events only.");
}

void bpmn_check_form(struct bpmn_reader *rd, const struct xml_node *n)
{
	check_formats(rd, n);
	check_uris(rd, n);
	check_role(rd, n);
	check_property(rd, n);
}
