/* functions.c - what actions do in law: read once from data/powers/functions.json, immutable. */
#include "casework/access_int.h"

static const struct json *find(const struct casework *cw, struct str code)
{
	for (size_t i = 0; i < cw->functions->count; i++)
		if (str_eq(json_text(json_get(&cw->functions->items[i], "code")), code))
			return &cw->functions->items[i];
	return NULL;
}

static bool is_function(const struct json *v)
{
	const struct json *roles = json_get(v, "roles");
	bool good = json_text(json_get(v, "code")).len && json_text(json_get(v, "name")).len && roles && roles->kind == JSON_ARRAY;
	for (size_t i = 0; good && i < roles->count; i++)
		good = powers_role_of_name(json_text(&roles->items[i])) != 0;
	return good;
}

enum err functions_load(struct casework *cw, struct str text, struct diag *d)
{
	TRY(json_read(&cw->calendar_arena, text, &cw->functions, d));
	for (size_t i = 0; i < cw->functions->count; i++)
		if (!is_function(&cw->functions->items[i]))
			return diag_set(d, ERR_INVALID, "functions.entry", "data/powers/functions.json: entry %zu needs a code, a name and roles that exist.", i + 1);
	return OK;
}

bool function_known(const struct casework *cw, struct str code)
{
	return find(cw, code) != NULL;
}

bool function_delegable(const struct casework *cw, struct str code)
{
	return json_bool(json_get(find(cw, code), "delegable"), false);
}

bool function_of_role(const struct casework *cw, struct str code, struct str role)
{
	const struct json *roles = json_get(find(cw, code), "roles");
	for (size_t i = 0; roles && i < roles->count; i++)
		if (str_eq(json_text(&roles->items[i]), role))
			return true;
	return false;
}

struct str function_of_action(const struct bpmn_element *step, const struct xml_node *action)
{
	static const struct { const char *role, *function; } usual[] = {
		{ "clerk", "accept" }, { "reviewer", "examine" }, { "inspector", "inspect" }, { "expert", "appraise" }, { "head", "decide" },
	};
	const struct xml_node *assign = bpmn_ext(step, "assign");
	struct str own = action ? xml_attr(action, "function") : S(""), of_step = assign ? xml_attr(assign, "function") : S("");
	struct str role = assign ? xml_attr(assign, "post") : S("reviewer");
	if (own.len || of_step.len)
		return own.len ? own : of_step;
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (str_eqz(role, usual[i].role))
			return str_of(usual[i].function);
	return S("examine");
}

const struct json *functions_json(const struct casework *cw)
{
	return cw->functions;
}
