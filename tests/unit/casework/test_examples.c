/* Examples stored beside decisions keep a wrong version from going live, say what a new version drops or changes, and
 * pass in the packs that come with the program; a decision reads in two languages, and a case shows those made in it. */
#include "casework/packs.h"
#include "casework/rules_int.h"
#include "decider.h"
#include "kernel.h"

static const char model[] =
	"<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' xmlns:banjie='urn:banjie:dmn' id='m' name='m' namespace='urn:test:fee'>"
	"<inputData id='i1' name='form'><variable name='form'/></inputData>"
	"<inputData id='i2' name='urgent'><variable name='urgent' typeRef='boolean'/></inputData>"
	"<decision id='d1' name='class' label='类别'><extensionElements><banjie:label en='Class'/></extensionElements><variable name='class'/>"
	"<informationRequirement><requiredInput href='#i1'/></informationRequirement>"
	"<decisionTable hitPolicy='FIRST'><input label='面积'><extensionElements><banjie:label en='Area'/></extensionElements>"
	"<inputExpression typeRef='number'><text>form.area</text></inputExpression></input>"
	"<output label='类别'><extensionElements><banjie:label en='Class'/><banjie:word value='big' name='大型' name_en='large'/></extensionElements></output>"
	"<annotation name='依据'/>"
	"<rule><inputEntry><text>&gt;= 500</text></inputEntry><outputEntry><text>\"big\"</text></outputEntry>"
	"<annotationEntry><text>ALL/34; 大型 | ALL/34; large</text></annotationEntry></rule>"
	"<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>\"small\"</text></outputEntry><annotationEntry><text>其他</text></annotationEntry></rule>"
	"</decisionTable></decision>"
	"<decision id='d2' name='fee' label='费用'><variable name='fee'/>"
	"<informationRequirement><requiredInput href='#i2'/></informationRequirement>"
	"<informationRequirement><requiredDecision href='#d1'/></informationRequirement>"
	"<literalExpression><text>(if class = \"big\" then 100 else 10.0) + (if urgent = true then 50 else 0)</text></literalExpression></decision>"
	"</definitions>";

static void add_file(struct json_build *list, struct arena *a, const char *path, struct str text)
{
	struct json_build f;
	json_build_object(&f, a);
	json_set_str(&f, "path", str_of(path));
	json_set_str(&f, "text", text);
	json_add(list, json_built(&f));
}

/* pack.add of a version with these examples (NULL = none). */
static enum err put(struct kernel *k, int version, const char *examples)
{
	struct json_build o, list;
	json_build_object(&o, &k->a);
	json_build_array(&list, &k->a);
	add_file(&list, &k->a, "pack.json", arena_printf(&k->a, "{\"code\":\"fee\",\"version\":%d,\"name\":\"收费\",\"process\":\"process.bpmn\","
	                                                        "\"decisions\":[\"fee.dmn\"],\"forms\":[],\"letters\":[]}", version));
	add_file(&list, &k->a, "process.bpmn", str_of(kernel_process));
	add_file(&list, &k->a, "fee.dmn", str_of(model));
	if (examples)
		add_file(&list, &k->a, "examples/fee.json", str_of(examples));
	json_set(&o, "files", json_built(&list));
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = json_built(&o) };
	return casework_do(k->cw, &c, &k->a, &k->r);
}

#define BIG "{\"name\":\"大\",\"decision\":\"class\",\"inputs\":{\"form\":{\"area\":500}},\"expect\":\"big\"}"
#define SMALL "{\"name\":\"小\",\"decision\":\"class\",\"inputs\":{\"form\":{\"area\":499.9}},\"expect\":\"small\"}"
#define FEE "{\"name\":\"费\",\"inputs\":{\"form\":{\"area\":1},\"urgent\":true},\"expect\":60}"

static const struct { const char *name, *examples, *arg0, *arg1, *arg2, *says; } gates[] = {
	{ "none", NULL, NULL, NULL, NULL, NULL },
	{ "all pass", "[" BIG "," SMALL "," FEE "]", NULL, NULL, NULL, NULL },
	{ "10.0 is 10", "[{\"inputs\":{\"form\":{\"area\":1}},\"expect\":10}]", NULL, NULL, NULL, NULL },
	{ "another value", "[" BIG ",{\"name\":\"边界\",\"decision\":\"class\",\"inputs\":{\"form\":{\"area\":500}},\"expect\":\"small\"}]", "边界", "\"small\"", "\"big\"", "边界" },
	{ "null is not zero", "[{\"name\":\"零\",\"inputs\":{\"form\":{\"area\":1}},\"expect\":null}]", "零", "null", "10", "gives 10," },
	{ "no such decision", "[{\"name\":\"无\",\"decision\":\"nothing\",\"inputs\":{},\"expect\":1}]", "无", "1", NULL, "no decision \"nothing\"" },
	{ "without expectation", "[{\"name\":\"缺\",\"inputs\":{}}]", "缺", NULL, NULL, "expect" },
	{ "not a day", "[{\"name\":\"日\",\"on\":\"2026-02-30\",\"inputs\":{},\"expect\":1}]", "日", NULL, NULL, "a day like" },
	{ "not JSON", "[{]", "examples/fee.json", NULL, NULL, "line 1" },
	{ "not a list", "{}", "examples/fee.json", NULL, NULL, "list of examples" },
};

TEST(a_version_whose_examples_fail_does_not_go_live)
{
	for (size_t i = 0; i < sizeof gates / sizeof *gates; i++) {
		struct kernel k = { 0 };
		ROW(gates[i].name);
		CHECK(kernel_begin(&k, ":memory:"));
		enum err e = put(&k, 1, gates[i].examples);
		CHECK_INT(e, gates[i].says ? ERR_INVALID : OK);
		if (gates[i].says) {
			CHECK_STR(str_of(k.r.diag.code), "pack.example-failed");
			CHECK(str_find(str_of(k.r.diag.text), str_of(gates[i].says)) >= 0);
			CHECK_STR(str_of(k.r.diag.arg[0]), gates[i].arg0);
			CHECK(!gates[i].arg1 || strcmp(k.r.diag.arg[1], gates[i].arg1) == 0);
			CHECK(!gates[i].arg2 || strcmp(k.r.diag.arg[2], gates[i].arg2) == 0);
			/* refused whole: the same number is free for the mended version */
			CHECK_INT(put(&k, 1, "[" BIG "]"), OK);
			CHECK(json_bool(json_get(k.r.data, "changed"), false));
		}
		kernel_end(&k);
	}
	ROW(NULL);
}

static const struct { const char *name, *next, *warns; } versions[] = {
	{ "kept", "[" SMALL "," BIG "]", NULL },
	{ "one more", "[" SMALL "," BIG "," FEE "]", NULL },
	{ "one dropped", "[" BIG "]", "\"小\" of the live version is no longer there; it still holds" },
	{ "inputs changed", "[" BIG ",{\"name\":\"小\",\"decision\":\"class\",\"inputs\":{\"form\":{\"area\":3}},\"expect\":\"small\"}]", "\"小\" of the live version has been changed" },
	{ "all dropped", NULL, "no longer there" },
};

TEST(what_a_version_drops_or_changes_is_a_warning)
{
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		struct kernel k = { 0 };
		ROW(versions[i].name);
		CHECK(kernel_begin(&k, ":memory:"));
		CHECK_INT(put(&k, 1, "[" BIG "," SMALL "]"), OK);
		CHECK_INT(put(&k, 2, versions[i].next), OK);
		const struct json *found = json_get(k.r.data, "findings");
		size_t warned = 0;
		for (size_t f = 0; found && f < found->count; f++)
			warned += versions[i].warns && str_find(json_text(json_get(&found->items[f], "text")), str_of(versions[i].warns)) >= 0;
		CHECK(versions[i].warns ? warned > 0 : str_find(json_text(found && found->count ? json_get(&found->items[found->count - 1], "text") : NULL), S("example")) < 0);
		kernel_end(&k);
	}
	ROW(NULL);
}

/* ---- the views ---- */

static const struct json *view(struct kernel *k, const char *name, int64_t person, const char *params, enum err want)
{
	struct casework_actor who = { .person = person, .system = person == 0 };
	const struct json *p, *out = NULL;
	struct diag d;
	diag_init(&d);
	CHECK_INT(json_read(&k->a, str_of(params), &p, NULL), OK);
	CHECK_INT(casework_view(k->cw, name, &who, p, &k->a, &out, &d), want);
	return want == OK ? out : NULL;
}

static struct str at(const struct json *v, const char *list, size_t i, const char *key)
{
	const struct json *l = json_get(v, list);
	return l && l->kind == JSON_ARRAY && i < l->count ? json_text(json_get(&l->items[i], key)) : S("");
}

TEST(trying_says_what_matched_in_both_languages)
{
	struct kernel k = { 0 };
	CHECK(kernel_begin(&k, ":memory:"));
	CHECK_INT(put(&k, 1, "[" BIG "," FEE "]"), OK);
	const struct json *v = view(&k, "decision.try", 0, "{\"pack\":\"fee\",\"decision\":\"fee\",\"fields\":{\"form.area\":\"500\",\"urgent\":\"\"}}", OK);
	CHECK_STR(json_text(json_get(v, "output")), "100");
	const struct json *step = json_get(v, "steps") ? &json_get(v, "steps")->items[0] : NULL;
	CHECK_STR(json_text(json_get(step, "name_en")), "Class");
	CHECK_STR(at(step, "inputs", 0, "label_en"), "Area");
	CHECK_STR(at(step, "rules", 0, "number"), "1");
	CHECK_STR(at(step, "rules", 0, "annotation"), "行政许可法第三十四条; 大型");
	CHECK_STR(at(step, "rules", 0, "annotation_en"), "Administrative Licensing Law, art. 34; large");
	CHECK_STR(at(step, "outputs", 0, "value"), "大型");
	CHECK_STR(at(step, "outputs", 0, "value_en"), "large");
	kernel_end(&k);
}

static const struct { const char *name, *fields, *error, *output; } typed[] = {
	{ "a number", "{\"form.area\":\"499.99\"}", NULL, "small" },
	{ "FEEL", "{\"form.area\":\"250 * 2\"}", NULL, "big" },
	{ "nothing", "{}", NULL, "small" },
	{ "a word for a number", "{\"form.area\":\"many\"}", "number", NULL },
	{ "text for a number", "{\"form.area\":\"\\\"500\\\"\"}", "number", NULL },
	{ "neither JSON nor FEEL", "{\"form.area\":\"5 +\"}", "number", NULL },
};

TEST(typed_values_are_read_or_refused_by_field)
{
	struct kernel k = { 0 };
	CHECK(kernel_begin(&k, ":memory:"));
	CHECK_INT(put(&k, 1, NULL), OK);
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
		ROW(typed[i].name);
		struct str params = arena_printf(&k.a, "{\"pack\":\"fee\",\"decision\":\"class\",\"fields\":%s}", typed[i].fields);
		const struct json *v = view(&k, "decision.try", 0, params.ptr, OK);
		CHECK_STR(at(v, "errors", 0, "code"), typed[i].error ? typed[i].error : "");
		CHECK_STR(json_text(json_get(v, "output")), typed[i].output ? typed[i].output : "");
	}
	ROW(NULL);
	kernel_end(&k);
}

TEST(the_designer_sees_graph_fields_and_examples_and_nobody_else_does)
{
	struct kernel k = { 0 };
	CHECK(kernel_begin(&k, ":memory:"));
	CHECK_INT(put(&k, 1, "[" BIG "," FEE "]"), OK);
	const struct json *v = view(&k, "decision", 0, "{\"pack\":\"fee\",\"decision\":\"fee\"}", OK);
	CHECK_STR(at(v, "graph", 0, "decision"), "fee");
	CHECK_STR(at(v, "graph", 1, "decision"), "class");
	CHECK_STR(at(v, "fields", 0, "path"), "form.area");
	CHECK_STR(at(v, "fields", 0, "type"), "number");
	CHECK_STR(at(v, "fields", 1, "path"), "urgent");
	CHECK_INT(json_get(v, "examples") ? (int)json_get(v, "examples")->count : -1, 1);
	v = view(&k, "decision.examples", 0, "{\"pack\":\"fee\",\"decision\":\"fee\"}", OK);
	CHECK_INT(json_i64(json_get(v, "passed"), -1), 1);
	CHECK_INT(json_i64(json_get(v, "failed"), -1), 0);
	(void)view(&k, "decision", 0, "{\"pack\":\"fee\",\"decision\":\"nothing\"}", ERR_NOT_FOUND);
	(void)view(&k, "decisions", kernel_person(&k, "wang"), "{}", ERR_DENIED);
	(void)view(&k, "decision.try", kernel_person(&k, "wang"), "{\"pack\":\"fee\",\"decision\":\"fee\"}", ERR_DENIED);
	kernel_end(&k);
}

/* ---- the packs that come with the program ---- */

static const struct { const char *pack, *decision; } shipped[] = {
	{ "elder-benefit-card", "reasons" }, { "elder-benefit-card", "card_type" }, { "elder-benefit-card", "eligibility" },
	{ "food-business-licence", "risk_class" }, { "food-business-licence", "course" }, { "food-business-licence", "routing" },
	{ "construction-permit", "expert" },
};

TEST(every_shipped_decision_has_examples_that_pass)
{
	for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
		struct arena a;
		struct casework_example *list = NULL;
		struct diag d;
		int n = 0;
		diag_init(&d);
		arena_init(&a, 256 << 20);
		ROW(shipped[i].decision);
		CHECK_INT(casework_examples_run(arena_printf(&a, PROJECT_ROOT "/packs/%s", shipped[i].pack).ptr, &a, &list, &d), OK);
		for (; list; list = list->next) {
			CHECK_STR(list->text, "");
			n += str_eqz(list->decision, shipped[i].decision);
		}
		CHECK(n >= 5);
		arena_release(&a);
	}
	ROW(NULL);
}

/* ---- what a case's page says of the rules that were applied ---- */

static const struct casework_room *const deciders[] = { &decider };

static bool decided(struct kernel *k, struct str no, const char *decision)
{
	char json[128];
	snprintf(json, sizeof json, "{\"case_no\":\"%.*s\",\"decision\":\"%s\"}", STR_ARG(no), decision);
	return kernel_do(k, 0, "", "test.decide", json) == OK;
}

TEST(a_case_shows_its_decisions_however_much_has_happened_since)
{
	struct kernel k = { .rooms = deciders, .rooms_count = 1 };
	char json[128];
	CHECK(kernel_begin(&k, ":memory:"));
	int64_t sun = kernel_person(&k, "sun");
	struct str no = kernel_submit(&k, kernel_citizen(&k, "zhang"), ""), other = kernel_submit(&k, kernel_citizen(&k, "qian"), "");
	CHECK(decided(&k, no, "class") && decided(&k, other, "another's") && decided(&k, no, "fee"));
	snprintf(json, sizeof json, "{\"case_no\":\"%.*s\",\"text\":\"催办\"}", STR_ARG(no));
	for (int notes = 0; notes <= 600; notes += 600) { /* more than people read */
		for (int i = 0; i < notes; i++)
			REQUIRE(kernel_do(&k, sun, "", "case.note", json) == OK);
		CHECK(!notes || decided(&k, no, "late"));
		char params[64];
		snprintf(params, sizeof params, "{\"case_no\":\"%.*s\"}", STR_ARG(no));
		const struct json *v = view(&k, "case", sun, params, OK), *list = json_get(v, "decisions");
		CHECK_INT(list ? list->count : 0, notes ? 3 : 2);
		CHECK_STR(at(v, "decisions", 0, "decision"), "class");
		CHECK_STR(at(v, "decisions", 0, "output"), "small");
		CHECK_STR(str_sub(at(v, "decisions", 0, "at"), 0, 16), "2025-03-03T09:00");
		CHECK_STR(at(v, "decisions", 1, "decision"), "fee");
		CHECK_STR(at(v, "decisions", 2, "decision"), notes ? "late" : "");
		CHECK(json_get(v, "timeline")->count <= 500);
	}
	kernel_end(&k);
}

TEST_MAIN
