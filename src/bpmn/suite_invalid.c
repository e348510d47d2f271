/* suite_invalid.c - models that each break one constraint of the BPMN constraint catalogue:
 * the check must say so at the right element, by a rule that means that constraint.
 */
#include "bpmn/bpmn_int.h"
#include "bpmn/suite.h"

/* Constraint of the catalogue -> our rules that stand for it. */
static const struct { const char *constraint, *rules; } mapping[] = {
	{ "EXT001", "import-not-read" }, { "EXT002", "duplicate-id" }, { "EXT004", "documentation-format" },
	{ "EXT006", "flow-to-artifact" }, { "EXT007", "flow-from-artifact" }, { "EXT008", "message-flow-to-artifact" },
	{ "EXT009", "message-flow-from-artifact" }, { "EXT010", "annotation-format" }, { "EXT012", "expression-informal" },
	{ "EXT013", "expression-empty" }, { "EXT014", "language-uri" }, { "EXT016", "gateway-converging gateway-diverging" },
	{ "EXT017", "gateway-converging" }, { "EXT018", "gateway-diverging" }, { "EXT019", "gateway-mixed" },
	{ "EXT020", "item-collection" }, { "EXT021", "event-sub-process-flow" }, { "EXT022", "event-sub-process-flow" },
	{ "EXT023", "flow-not-listed" }, { "EXT024", "flow-not-immediate" }, { "EXT025", "condition-alone" },
	{ "EXT026", "default-elsewhere reference-default" }, { "EXT027", "message-flow-inside-pool" },
	{ "EXT028", "flow-crosses-pool" }, { "EXT029", "multiplicity-minimum" }, { "EXT030", "multiplicity-maximum" },
	{ "EXT031", "message-flow-inside-pool" }, { "EXT032", "global-conversation-content" },
	{ "EXT033", "collaboration-closed" }, { "EXT036", "choreography-in-process" }, { "EXT037", "start-quantity" },
	{ "EXT038", "completion-quantity" }, { "EXT039", "role-both" }, { "EXT040", "role-binding" },
	{ "EXT041", "loop-several" }, { "EXT042", "operation-sets" }, { "EXT043", "operation-sets" },
	{ "EXT044", "operation-item" }, { "EXT045", "operation-item" }, { "EXT046", "message-sets" },
	{ "EXT047", "message-sets" }, { "EXT048", "message-item" }, { "EXT049", "receive-start-flow" },
	{ "EXT050", "message-sets" }, { "EXT051", "message-sets" }, { "EXT052", "message-item" },
	{ "EXT053", "script-format-missing" }, { "EXT054", "loop-several" }, { "EXT056", "choreography-in-process" },
	{ "EXT057", "event-sub-process-flow" }, { "EXT058", "event-sub-process-start" },
	{ "EXT059", "event-sub-process-trigger" }, { "EXT060", "transaction-method" }, { "EXT061", "ad-hoc-empty" },
	{ "EXT062", "ad-hoc-content" }, { "EXT064", "io-binding-missing" }, { "EXT065", "io-binding" },
	{ "EXT066", "multi-instance-without-count" }, { "EXT067", "multi-instance-without-count" }, { "EXT068", "loop-input" },
	{ "EXT069", "loop-output-item" }, { "EXT070", "loop-input-item" }, { "EXT071", "behaviour-event-missing" },
	{ "EXT072", "behaviour-condition-type" }, { "EXT076", "data-state-name" }, { "EXT077", "item-collection" },
	{ "EXT078", "property-place" }, { "EXT080", "process-input-written" }, { "EXT081", "item-collection" },
	{ "EXT082", "process-output-read" }, { "EXT084", "data-input-in-no-set" }, { "EXT085", "optional-input" },
	{ "EXT086", "while-executing-input" }, { "EXT088", "data-output-in-no-set" }, { "EXT089", "optional-output" },
	{ "EXT090", "while-executing-output" }, { "EXT091", "io-sets-missing" }, { "EXT092", "association-sources" },
	{ "EXT093", "event-data-count" }, { "EXT094", "event-data-item" }, { "EXT096", "start-incoming" },
	{ "EXT097", "level-without-start" }, { "EXT098", "start-trigger" }, { "EXT100", "sub-process-start-trigger" },
	{ "EXT101", "start-outgoing" }, { "EXT102", "message-flow-from-start" }, { "EXT103", "message-flow-without-message" },
	{ "EXT104", "end-outgoing" }, { "EXT105", "level-without-end" }, { "EXT106", "cancel-end" },
	{ "EXT107", "end-incoming" }, { "EXT108", "message-flow-to-end" }, { "EXT109", "message-flow-without-message" },
	{ "EXT110", "boundary-trigger boundary-without-trigger boundary-not-interrupting" },
	{ "EXT111", "cancel-boundary boundary-scope boundary-event-sub-process" }, { "EXT112", "boundary-incoming" },
	{ "EXT113", "boundary-outgoing" }, { "EXT114", "compensation-flow" }, { "EXT115", "intermediate-incoming" },
	{ "EXT116", "intermediate-outgoing" }, { "EXT117", "link-flow" }, { "EXT118", "link-unmatched" },
	{ "EXT119", "link-unmatched" }, { "EXT120", "cancel-boundary" }, { "EXT121", "compensation-start" },
	{ "EXT122", "compensation-catch" }, { "EXT123", "throw-trigger" }, { "EXT124", "link-source" },
	{ "EXT125", "link-target" }, { "EXT126", "link-level" }, { "EXT127", "message-missing" },
	{ "EXT128", "message-operation" }, { "EXT129", "event-sub-process-trigger" }, { "EXT130", "boundary-without-trigger" },
	{ "EXT131", "timer-without-time timer-with-several-times" }, { "EXT132", "timer-date" }, { "EXT133", "timer-cycle" },
	{ "EXT134", "timer-duration" }, { "EXT135", "gateway-pass-through" }, { "EXT136", "event-gateway-few-flows" },
	{ "EXT137", "event-gateway-condition" }, { "EXT138", "event-gateway-target" }, { "EXT139", "event-gateway-mixed" },
	{ "EXT140", "event-gateway-boundary" }, { "EXT141", "event-gateway-other-flow" }, { "EXT142", "event-gateway-start-flow" },
	{ "EXT143", "event-gateway-parallel" }, { "EXT144", "compensation-handler" }, { "EXT145", "script-format" },
	{ "EXT146", "end-trigger" }, { "EXT147", "boundary-trigger boundary-without-trigger boundary-not-interrupting" },
	{ "EXT148", "catch-trigger" }, { "EXT149", "throw-trigger" }, { "EXT150", "node-without-incoming" },
	{ "EXT151", "node-without-outgoing" }, { "EXT152", "flow-crosses-scope" },
	{ "REF1", "reference-message" }, { "REF2", "reference-item" }, { "REF3", "flow-end" }, { "REF4", "reference-default" },
	{ "REF5", "reference-interface" }, { "REF6", "reference-participant" }, { "REF7", "message-flow-end" },
	{ "REF8", "reference-operation" }, { "REF9", "reference-data-input" }, { "REF10", "reference-data-output" },
	{ "REF11", "reference-data" }, { "REF12", "reference-event-definition" }, { "REF13", "reference-attached" },
	{ "REF14", "reference-link" }, { "REF15", "reference-collaboration" }, { "REF16", "reference-correlation" },
	{ "REF17", "reference-error" },
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* The word `word` as a whole in `text`. */
static bool has_word(struct str text, struct str word)
{
	ptrdiff_t at;

	if (str_empty(word))
		return false;
	while ((at = str_find(text, word)) >= 0) {
		size_t end = (size_t)at + word.len;

		if ((at == 0 || !is_word(text.ptr[at - 1])) && (end == text.len || !is_word(text.ptr[end])))
			return true;
		text = str_sub(text, end, text.len);
	}
	return false;
}

static bool rule_fits(struct str constraint, struct str rule)
{
	for (size_t i = 0; i < sizeof mapping / sizeof *mapping; i++)
		if (str_eqz(constraint, mapping[i].constraint))
			return has_word(str_of(mapping[i].rules), rule);
	return false;
}

/* "task _3", "condition (no id, line 15)"; a description without id or line fits any place. */
static bool place_fits(const struct bpmn_reader *ids, struct str element, const struct bpmn_finding *f)
{
	struct str rest = element;
	const struct xml_node *at = str_empty(f->element) ? NULL : map_get(&ids->m->ids, f->element);
	bool names = false;

	if (has_word(element, f->element))
		return true;
	for (; at && str_find(element, S(" of ")) >= 0; at = at->parent) /* "operation of interface IF_1" */
		if (has_word(element, bpmn_id(at)))
			return true;
	while (rest.len) {
		struct str word = str_cut(&rest, ' '), number = word;
		int64_t line;

		while (number.len && !(number.ptr[number.len - 1] >= '0' && number.ptr[number.len - 1] <= '9'))
			number.len--;
		if (number.len && str_to_i64(number, &line) && line == f->line)
			return true;
		while (word.len && !is_word(word.ptr[word.len - 1]))
			word.len--;
		names = names || map_has(&ids->m->ids, word) || str_eqz(word, "line");
	}
	return !names;
}

static enum bpmn_suite_outcome judge(const struct bpmn_reader *ids, const struct json *spec, const struct bpmn_finding *findings,
                                     struct arena *a, struct str *text)
{
	struct str constraint = json_text(json_get(spec, "constraint")), element = json_text(json_get(spec, "element"));
	struct buf b;

	for (const struct bpmn_finding *f = findings; f; f = f->next)
		if (rule_fits(constraint, f->rule) && place_fits(ids, element, f))
			return BPMN_SUITE_PASS;
	buf_init_in(&b, a, 8192);
	buf_printf(&b, "%.*s at %.*s; found:", STR_ARG(constraint), STR_ARG(element));
	for (const struct bpmn_finding *f = findings; f; f = f->next)
		buf_printf(&b, " %.*s@%.*s:%d", STR_ARG(f->rule), STR_ARG(f->element), f->line);
	(void)!buf_finish(&b, text);
	return BPMN_SUITE_FAIL;
}

static enum err run_one(struct arena *a, const struct json *spec, const struct bpmn_suite_env *env,
                        struct bpmn_suite_count *out, struct diag *d)
{
	struct bpmn_finding *findings = NULL;
	struct bpmn_model *m, *view = NULL;
	struct bpmn_reader ids = { 0 };
	struct str xml, text = S("");
	enum bpmn_suite_outcome outcome = BPMN_SUITE_FAIL;
	enum err e;

	TRY(env->read(env->arg, json_text(json_get(spec, "file")), a, &xml, d));
	e = bpmn_model_read(a, xml, &m, &findings, d);
	if (e == ERR_NOMEM)
		return e;
	if (bpmn_model_view(a, xml, &view, d) == OK) {
		ids.m = view;
		outcome = judge(&ids, spec, findings, a, &text);
	} else {
		text = arena_str(a, str_of(d->text));
	}
	out->passed += outcome == BPMN_SUITE_PASS;
	out->failed += outcome == BPMN_SUITE_FAIL;
	env->report(env->arg, json_text(json_get(spec, "file")), outcome, text);
	return OK;
}

enum err bpmn_suite_invalid(struct arena *a, struct str list, const struct bpmn_suite_env *env, struct bpmn_suite_count *out,
                            struct diag *d)
{
	const struct json *specs;
	struct str text;

	TRY(env->read(env->arg, list, a, &text, d));
	TRY(json_read(a, text, &specs, d));
	for (size_t i = 0; i < specs->count && specs->kind == JSON_ARRAY; i++) {
		struct arena_mark mark = arena_save(a);
		enum err e;

		if (!str_empty(env->only) && str_find(json_text(json_get(&specs->items[i], "file")), env->only) < 0)
			continue;
		diag_init(d);
		e = run_one(a, &specs->items[i], env, out, d);
		arena_rewind(a, mark);
		if (e != OK)
			return e;
	}
	diag_init(d);
	return OK;
}
