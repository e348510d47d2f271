/* read_ext.c - extension elements: ours (banjie:) first, the equivalent zeebe: one otherwise.
 *
 * The engine itself needs few of them: what a script or a decision is, whom a task waits for,
 * and mappings. The rest stays in the tree for casework (bpmn_ext).
 */
#include "bpmn/bpmn_int.h"

const struct xml_node *bpmn_ext_of(const struct xml_node *owner, const char *ns, const char *name)
{
	const struct xml_node *ext = bpmn_child(owner, "extensionElements");

	return ext ? xml_child(ext, ns, name) : NULL;
}

static struct str attr_or_empty(const struct xml_node *n, const char *name)
{
	struct str v = n ? xml_attr(n, name) : (struct str){ NULL, 0 };

	return v.ptr ? str_trim(v) : S("");
}

struct str bpmn_read_form_key(const struct xml_node *owner)
{
	static const char *const zeebe[] = { "formId", "formKey", "externalReference" };
	const struct xml_node *form = bpmn_ext_of(owner, BPMN_EXT_NS, "form");

	if (form)
		return attr_or_empty(form, "key");
	form = bpmn_ext_of(owner, BPMN_ZEEBE_NS, "formDefinition");
	for (size_t i = 0; form && i < sizeof zeebe / sizeof *zeebe; i++)
		if (!str_empty(attr_or_empty(form, zeebe[i])))
			return attr_or_empty(form, zeebe[i]);
	return S("");
}

void bpmn_read_expr(struct bpmn_reader *rd, const struct xml_node *at, struct str text, struct bpmn_expr *expr)
{
	struct diag d;
	enum err e;

	text = str_trim(text);
	if (str_starts(text, S("=")))
		text = str_trim(str_sub(text, 1, text.len));
	expr->source = text;
	if (str_empty(text)) {
		bpmn_find(rd, BPMN_ERROR, "expression-empty", at, "An expression is empty.");
		return;
	}
	diag_init(&d);
	e = feel_compile(rd->a, text, &rd->m->names, &expr->plan, &d);
	if (e == ERR_NOMEM)
		rd->failed = e;
	else if (e != OK)
		bpmn_find(rd, BPMN_ERROR, "expression-syntax", at, "\"%.*s\" is not FEEL: %s", (int)(text.len > 120 ? 120 : text.len),
		          text.ptr, d.text);
}

void bpmn_read_expr_element(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_expr *expr)
{
	struct str language, text;

	if (!el)
		return;
	text = bpmn_text(el);
	if (str_empty(text))
		return; /* check_expr.c reports it */
	language = attr_or_empty(el, "language");
	if (!str_starts(text, S("=")) &&
	    (str_empty(language) ? rd->other_language : str_find(language, S("FEEL")) < 0 && str_find(language, S("feel")) < 0)) {
		bpmn_find(rd, BPMN_ERROR, "expression-language", el, "The expression is not in FEEL, the only language executed.");
		return;
	}
	bpmn_read_expr(rd, el, text, expr);
}

void bpmn_read_condition(struct bpmn_reader *rd, const struct xml_node *el, const char *rule, struct bpmn_expr *expr)
{
	enum feel_type_kind kind;

	bpmn_read_expr_element(rd, el, expr);
	if (!expr->plan)
		return;
	kind = feel_plan_type(expr->plan)->kind;
	if (kind != FEEL_TYPE_BOOLEAN && kind != FEEL_TYPE_ANY && kind != FEEL_TYPE_NULL)
		bpmn_find(rd, BPMN_ERROR, rule, el, "\"%.*s\" can never be true or false.", STR_ARG(expr->source));
}

/* ---- mappings ---- */

static struct bpmn_mapping *add_mapping(struct bpmn_reader *rd, struct bpmn_mapping **list, size_t *count)
{
	struct bpmn_mapping *grown = bpmn_get(rd, *count + 1, sizeof *grown);

	if (!grown)
		return NULL;
	if (*count)
		memcpy(grown, *list, *count * sizeof *grown);
	*list = grown;
	return &grown[(*count)++];
}

/* zeebe: a source without "=" is text; ours is always FEEL. */
static void read_mapping(struct bpmn_reader *rd, const struct xml_node *el, struct bpmn_mapping **list, size_t *count)
{
	struct str source = attr_or_empty(el, "source"), target = attr_or_empty(el, "target");
	struct bpmn_mapping *map;

	if (str_empty(target)) {
		bpmn_find(rd, BPMN_ERROR, "mapping-without-target", el, "An input or output mapping names no target variable.");
		return;
	}
	map = add_mapping(rd, list, count);
	if (!map)
		return;
	map->target = target;
	if (str_eqz(el->ns, BPMN_ZEEBE_NS) && !str_starts(source, S("=")))
		map->text = source;
	else
		bpmn_read_expr(rd, el, source, &map->expr);
}

static void read_mappings(struct bpmn_reader *rd, struct bpmn_node *n, const struct xml_node *list, const char *ns)
{
	for (struct xml_node *c = list ? list->first : NULL; c; c = c->next)
		if (xml_is(c, ns, "input"))
			read_mapping(rd, c, &n->inputs, &n->inputs_count);
		else if (xml_is(c, ns, "output"))
			read_mapping(rd, c, &n->outputs, &n->outputs_count);
}

/* ---- by kind ---- */

static void read_script(struct bpmn_reader *rd, struct bpmn_node *n, const struct xml_node *own)
{
	const struct xml_node *ours = bpmn_ext_of(own, BPMN_EXT_NS, "script");
	const struct xml_node *zeebe = bpmn_ext_of(own, BPMN_ZEEBE_NS, "script");
	struct str format = attr_or_empty(own, bpmn_is(own, "globalScriptTask") ? "scriptLanguage" : "scriptFormat");
	const struct xml_node *script = bpmn_child(own, "script");

	n->result = attr_or_empty(ours ? ours : zeebe, "resultVariable");
	if (bpmn_ext_of(own, BPMN_ZEEBE_NS, "taskDefinition")) {
		n->job = true;
	} else if (zeebe && !str_empty(attr_or_empty(zeebe, "expression"))) {
		bpmn_read_expr(rd, own, attr_or_empty(zeebe, "expression"), &n->script);
	} else if (!script || str_empty(bpmn_text(script))) {
		bpmn_find(rd, BPMN_ERROR, "script-missing", own, "The script task has no script.");
	} else if (!str_empty(format) && str_find(format, S("feel")) < 0 && str_find(format, S("FEEL")) < 0) {
		rd->unsupported = true;
		bpmn_find(rd, BPMN_ERROR, "script-language", own, "Scripts in \"%.*s\" are not executed; write FEEL.",
		          STR_ARG(format));
	} else {
		bpmn_read_expr(rd, script, bpmn_text(script), &n->script);
	}
}

static void read_decision(struct bpmn_reader *rd, struct bpmn_node *n, const struct xml_node *own)
{
	const struct xml_node *ours = bpmn_ext_of(own, BPMN_EXT_NS, "decision");
	const struct xml_node *zeebe = bpmn_ext_of(own, BPMN_ZEEBE_NS, "calledDecision");

	n->job = bpmn_ext_of(own, BPMN_ZEEBE_NS, "taskDefinition") != NULL;
	n->decision = ours ? attr_or_empty(ours, "ref") : attr_or_empty(zeebe, "decisionId");
	n->result = attr_or_empty(ours ? ours : zeebe, "resultVariable");
	if (str_empty(n->decision) && !n->job)
		bpmn_find(rd, BPMN_ERROR, "decision-missing", own,
		          "The business rule task names no decision (banjie:decision ref or zeebe:calledDecision).");
}

static void read_call(struct bpmn_reader *rd, struct bpmn_node *n)
{
	static const struct { const char *name; enum bpmn_kind kind; } global[] = {
		{ "globalScriptTask", BPMN_SCRIPT_TASK }, { "globalUserTask", BPMN_USER_TASK },
		{ "globalManualTask", BPMN_MANUAL_TASK }, { "globalBusinessRuleTask", BPMN_BUSINESS_RULE_TASK },
		{ "globalTask", BPMN_TASK },
	};
	const struct xml_node *zeebe = bpmn_ext_of(n->xml, BPMN_ZEEBE_NS, "calledElement");
	struct str id = zeebe ? attr_or_empty(zeebe, "processId") : bpmn_local(attr_or_empty(n->xml, "calledElement"));
	const struct xml_node *target = bpmn_target(rd->m, id);

	n->called = id;
	if (zeebe) {
		n->pass_all_in = bpmn_flag(zeebe, "propagateAllParentVariables", true);
		n->pass_all_out = bpmn_flag(zeebe, "propagateAllChildVariables", true);
	}
	if (str_starts(id, S("=")))
		bpmn_read_expr(rd, n->xml, id, &n->called_expr);
	else if (str_empty(id))
		bpmn_find(rd, BPMN_ERROR, "called-element-missing", n->xml, "The call activity does not say what it calls.");
	for (size_t i = 0; target && i < sizeof global / sizeof *global; i++)
		if (bpmn_is(target, global[i].name)) {
			n->kind = global[i].kind;
			if (n->kind == BPMN_SCRIPT_TASK)
				read_script(rd, n, target);
			else if (n->kind == BPMN_BUSINESS_RULE_TASK)
				read_decision(rd, n, target);
		}
}

bool bpmn_has_job(const struct xml_node *n)
{
	static const char *const jobs[] = { "letter", "milestone", "issue", "extend", "job", "notify" };

	if (bpmn_ext_of(n, BPMN_ZEEBE_NS, "taskDefinition"))
		return true;
	for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
		if (bpmn_ext_of(n, BPMN_EXT_NS, jobs[i]))
			return true;
	return false;
}

static bool is_assigned(const struct bpmn_node *n)
{
	return bpmn_ext_of(n->xml, BPMN_EXT_NS, "assign") || bpmn_ext_of(n->xml, BPMN_EXT_NS, "form") ||
	       bpmn_ext_of(n->xml, BPMN_EXT_NS, "action");
}

/* What Camunda 8 would execute and we would not: refused rather than left out. */
static void refuse_foreign(struct bpmn_reader *rd, const struct bpmn_node *n)
{
	static const char *const foreign[] = { "executionListeners", "taskListeners", "adHoc" };

	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (bpmn_ext_of(n->xml, BPMN_ZEEBE_NS, foreign[i])) {
			rd->unsupported = true;
			bpmn_find(rd, BPMN_ERROR, "extension-not-executed", n->xml, "zeebe:%s is not executed here.", foreign[i]);
		}
}

void bpmn_read_extensions(struct bpmn_reader *rd, struct bpmn_node *n)
{
	const struct xml_node *ext = bpmn_child(n->xml, "extensionElements");

	refuse_foreign(rd, n);
	read_mappings(rd, n, ext, BPMN_EXT_NS);
	read_mappings(rd, n, ext ? xml_child(ext, BPMN_ZEEBE_NS, "ioMapping") : NULL, BPMN_ZEEBE_NS);
	switch (n->kind) {
	case BPMN_SCRIPT_TASK:
		read_script(rd, n, n->xml);
		break;
	case BPMN_BUSINESS_RULE_TASK:
		read_decision(rd, n, n->xml);
		break;
	case BPMN_CALL_ACTIVITY:
		read_call(rd, n);
		break;
	case BPMN_SERVICE_TASK:
		n->job = true;
		break;
	case BPMN_SEND_TASK:
	case BPMN_THROW_EVENT:
	case BPMN_END_EVENT:
		n->job = bpmn_has_job(n->xml);
		break;
	case BPMN_MANUAL_TASK:
	case BPMN_TASK:
		n->waits = is_assigned(n);
		break;
	default:
		break;
	}
}
