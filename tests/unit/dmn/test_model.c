/* test_model.c - the graph: requirements, types and coercion, knowledge models, services, imports, versions. */
#include "dmn_test.h"

TEST(decisions_see_what_they_require_and_nothing_else)
{
	const char *xml = MODEL(INPUT("年龄", "number") INPUT("other", "number")
		DECISION("成年", NEEDS_INPUT("年龄"), FEEL("年龄 &gt;= 18"))
		DECISION("结 论", NEEDS("成年"), FEEL("if 成年 then \"可\" else \"否\""))
		DECISION("盲", "", FEEL("年龄")));
	CHECK_STR(eval(read_model(xml), "结 论", "{年龄: 20}"), "\"可\"");
	CHECK_STR(eval(read_model(xml), "结 论", "{年龄: 2}"), "\"否\"");
	CHECK_STR(eval(read_model(xml), "盲", "{年龄: 2}"), "null");
	CHECK_STR(eval(read_model(xml), "没有", "{年龄: 2}"), "not-found");
	CHECK_STR(eval(read_model(xml), "年龄", "{年龄: 2}"), "not-found");
}

TEST(a_missing_input_says_so)
{
	const char *xml = MODEL(INPUT("a", "number") DECISION("D", NEEDS_INPUT("a"), FEEL("a")));
	CHECK_STR(eval(read_model(xml), "D", "{}"), "null");
	CHECK_STR(str_of(test_diag.text), "the input a is missing");
	CHECK_STR(eval(read_model(xml), "D", "{a: 1}"), "1");
	CHECK_STR(str_of(test_diag.text), "");
}

TEST(each_decision_is_evaluated_once)
{
	/* a chain of diamonds: without slots it would take 2^40 steps */
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_putz(&b, DMN_HEAD("urn:test", "t") DECISION("d0", "", FEEL("1")));
	for (int i = 1; i <= 40; i++)
		buf_printf(&b, "<decision id='d%d' name='d%d'><variable name='d%d'/>"
		           "<informationRequirement><requiredDecision href='#d%d'/></informationRequirement>"
		           "<informationRequirement><requiredDecision href='#d%d'/></informationRequirement>"
		           "<literalExpression><text>d%d + d%d</text></literalExpression></decision>",
		           i, i, i, i - 1, i > 1 ? i - 2 : 0, i - 1, i > 1 ? i - 2 : 0);
	buf_putz(&b, "</definitions>");
	buf_byte(&b, 0);
	CHECK_STR(eval(read_model(b.ptr), "d40", "{}"), "267914296");
	buf_release(&b);
}

#define ITEM(name, content) "<itemDefinition name='" name "'>" content "</itemDefinition>"
#define TYPED(type, text) "<decision id='D' name='D'><variable name='D' typeRef='" type "'/>" FEEL(text) "</decision>"
#define LEVEL ITEM("级别", "<typeRef>string</typeRef><allowedValues><text>\"高\", \"低\"</text></allowedValues>")
#define PERSON ITEM("人", "<itemComponent name='姓 名'><typeRef>string</typeRef></itemComponent>" \
	"<itemComponent name='孩子' isCollection='true'><typeRef>人</typeRef></itemComponent>")
#define LEVELS "<itemDefinition name='s' isCollection='true'><typeRef>string</typeRef><allowedValues><text>\"高\",\"低\"</text></allowedValues>" \
	"<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>"

TEST(values_are_brought_to_their_types)
{
	static const struct { const char *name, *model, *wanted; } rows[] = {
		{ "fits", MODEL(TYPED("number", "1")), "1" },
		{ "does not fit", MODEL(TYPED("number", "\"1\"")), "null" },
		{ "null fits all", MODEL(TYPED("number", "null")), "null" },
		{ "list of one", MODEL(TYPED("number", "[1]")), "1" },
		{ "list of two", MODEL(TYPED("number", "[1, 2]")), "null" },
		{ "date to date and time", MODEL(TYPED("dateTime", "@\"2025-01-02\"")), "@\"2025-01-02T00:00:00Z\"" },
		{ "another engine's number", MODEL(TYPED("integer", "1")), "1" },
		{ "another engine's number is a number", MODEL(TYPED("integer", "\"1\"")), "null" },
		{ "old spelling", MODEL(TYPED("feel:string", "\"a\"")), "\"a\"" },
		{ "allowed", MODEL(LEVEL TYPED("级别", "\"高\"")), "\"高\"" },
		{ "not allowed", MODEL(LEVEL TYPED("级别", "\"中\"")), "null" },
		{ "narrowed twice, allowed", MODEL(LEVEL ITEM("顶", "<typeRef>级别</typeRef><allowedValues><text>not(\"低\")</text></allowedValues>")
			TYPED("顶", "\"高\"")), "\"高\"" },
		{ "narrowed twice, first refuses", MODEL(LEVEL ITEM("顶", "<typeRef>级别</typeRef><allowedValues><text>not(\"低\")</text></allowedValues>")
			TYPED("顶", "\"中\"")), "null" },
		{ "narrowed twice, second refuses", MODEL(LEVEL ITEM("顶", "<typeRef>级别</typeRef><allowedValues><text>not(\"低\")</text></allowedValues>")
			TYPED("顶", "\"低\"")), "null" },
		{ "components", MODEL(PERSON TYPED("人", "{姓 名: \"甲\", 孩子: [{姓 名: \"乙\", 孩子: []}], 余: 1}")),
			"{姓 名: \"甲\", 孩子: [{姓 名: \"乙\", 孩子: []}], 余: 1}" },
		{ "component missing", MODEL(PERSON TYPED("人", "{姓 名: \"甲\"}")), "null" },
		{ "component wrong far down", MODEL(PERSON TYPED("人", "{姓 名: \"甲\", 孩子: [{姓 名: 1, 孩子: []}]}")), "null" },
		{ "collection", MODEL(LEVELS TYPED("s", "[\"高\", \"高\"]")), "[\"高\", \"高\"]" },
		{ "item not allowed", MODEL(LEVELS TYPED("s", "[\"高\", \"中\"]")), "null" },
		{ "collection not allowed", MODEL(LEVELS TYPED("s", "[\"高\", \"高\", \"高\"]")), "null" },
		{ "one becomes a collection", MODEL(LEVELS TYPED("s", "\"高\"")), "[\"高\"]" },
		{ "refers forward", MODEL(ITEM("a", "<typeRef>b</typeRef>") ITEM("b", "<typeRef>number</typeRef>") TYPED("a", "\"x\"")), "null" },
		{ "function", MODEL(ITEM("f", "<functionItem outputTypeRef='number'><parameters name='x' typeRef='number'/></functionItem>")
			"<decision id='E' name='E'><variable name='E' typeRef='f'/>" FEEL("function(x: number) x + 1") "</decision>"
			DECISION("D", NEEDS("E"), FEEL("E(1)"))), "2" },
		{ "no function", MODEL(ITEM("f", "<functionItem outputTypeRef='number'><parameters name='x' typeRef='number'/></functionItem>")
			TYPED("f", "1")), "null" },
		{ "instance of", MODEL(LEVEL DECISION("D", "", FEEL("[\"高\" instance of 级别, 1 instance of 级别]"))), "[true, false]" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK_STR(eval(read_model(rows[i].model), "D", "{}"), rows[i].wanted);
	}
}

TEST(types_that_mean_nothing_are_refused)
{
	CHECK(read_model(MODEL(TYPED("nothing", "1"))) == NULL);
	REQUIRE(finding("type-unknown"));
	CHECK_INT(finding("type-unknown")->line, 2);
	CHECK(read_model(MODEL(ITEM("a", "<typeRef>b</typeRef>") ITEM("b", "<typeRef>a</typeRef>"))) == NULL);
	CHECK(finding("type-circle") != NULL);
	CHECK(read_model(MODEL(ITEM("a", "<typeRef>number</typeRef>") ITEM("a", "<typeRef>number</typeRef>"))) == NULL);
	CHECK(finding("type-name") != NULL);
	CHECK(read_model(MODEL(ITEM("a", "<typeRef>number</typeRef><allowedValues><text>[1..</text></allowedValues>"))) == NULL);
	CHECK(finding("tests-syntax") != NULL);
}

#define BKM(name, type, requires, params, logic) "<businessKnowledgeModel id='" name "' name='" name "'><variable name='" name "'" type "/>" \
	"<encapsulatedLogic>" params logic "</encapsulatedLogic>" requires "</businessKnowledgeModel>"
#define P(name, type) "<formalParameter name='" name "' typeRef='" type "'/>"

TEST(knowledge_models_are_functions)
{
	static const struct { const char *name, *model, *wanted; } rows[] = {
		{ "called", MODEL(BKM("折 扣", "", "", P("价", "number"), FEEL("价 * 0.9")) DECISION("D", KNOWS("折 扣"), FEEL("折 扣(10)"))), "9" },
		{ "called in a box", MODEL(BKM("f", "", "", P("a.b", "number"), FEEL("a.b + 1"))
			DECISION("D", KNOWS("f"), "<invocation>" FEEL("f") "<binding><parameter name='a.b'/>" FEEL("1") "</binding></invocation>")), "2" },
		{ "not required, not known", MODEL(BKM("f", "", "", "", FEEL("1")) DECISION("D", "", FEEL("f()"))), "null" },
		{ "does not see its caller", MODEL(BKM("f", "", "", "", FEEL("k"))
			DECISION("D", KNOWS("f"), "<context><contextEntry><variable name='k'/>" FEEL("1") "</contextEntry><contextEntry>" FEEL("f()") "</contextEntry></context>")), "null" },
		{ "requires another", MODEL(BKM("g", "", "", P("x", "number"), FEEL("x * 2")) BKM("f", "", KNOWS("g"), P("x", "number"), FEEL("g(x) + 1"))
			DECISION("D", KNOWS("f"), FEEL("f(3)"))), "7" },
		{ "calls itself", MODEL(BKM("fib", "", "", P("x", "number"), FEEL("if x &lt; 2 then x else fib(x - 1) + fib(x - 2)"))
			DECISION("D", KNOWS("fib"), FEEL("fib(15)"))), "610" },
		{ "two call each other", MODEL(BKM("even", "", KNOWS("odd"), P("x", "number"), FEEL("if x = 0 then true else odd(x - 1)"))
			BKM("odd", "", KNOWS("even"), P("x", "number"), FEEL("if x = 0 then false else even(x - 1)"))
			DECISION("D", KNOWS("even"), FEEL("even(10)"))), "true" },
		{ "without end", MODEL(BKM("f", "", "", P("x", "number"), FEEL("f(x)")) DECISION("D", KNOWS("f"), FEEL("f(1)"))), "limit" },
		{ "without end and wide", MODEL(BKM("f", "", "", P("x", "number"), FEEL("if x &gt; 60 then 0 else f(x + 1) + f(x + 1)"))
			DECISION("D", KNOWS("f"), FEEL("f(1)"))), "limit" },
		{ "result of another type", MODEL(BKM("f", " typeRef='string'", "", P("x", "number"), FEEL("x")) DECISION("D", KNOWS("f"), FEEL("f(1)"))), "null" },
		{ "argument of another type", MODEL(BKM("f", "", "", P("x", "number"), FEEL("\"called\"")) DECISION("D", KNOWS("f"), FEEL("f(\"a\")"))), "null" },
		{ "passed on as a value", MODEL(BKM("f", "", "", P("x", "string") P("y", "string"), FEEL("x &gt; y"))
			DECISION("D", KNOWS("f"), FEEL("sort([\"b\", \"c\", \"a\"], f)"))), "[\"c\", \"b\", \"a\"]" },
		{ "arguments left out are null", MODEL(BKM("f", "", "", P("x", "number") P("y", "number"), FEEL("[x, y]")) DECISION("D", KNOWS("f"), FEEL("f(1)"))), "[1, null]" },
		{ "bindings left out are null", MODEL(BKM("f", "", "", P("x", "number") P("y", "number"), FEEL("[x, y]"))
			DECISION("D", KNOWS("f"), "<invocation>" FEEL("f") "<binding><parameter name='y'/>" FEEL("1") "</binding></invocation>")), "[null, 1]" },
		{ "too many arguments", MODEL(BKM("f", "", "", P("x", "number"), FEEL("1")) DECISION("D", KNOWS("f"), FEEL("f(1, 2)"))), "null" },
		{ "without logic", MODEL("<businessKnowledgeModel id='f' name='f'><variable name='f'/></businessKnowledgeModel>"
			DECISION("D", KNOWS("f"), FEEL("f()"))), "null" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK_STR(eval(read_model(rows[i].model), "D", "{}"), rows[i].wanted);
	}
	ROW(NULL);
	CHECK_STR(eval(read_model(MODEL(BKM("f", "", "", P("x", "number"), FEEL("x + 1")))), "f", "{x: 4}"), "5");
}

#define SERVICE "<decisionService id='S' name='S'><variable name='S'/>" \
	"<outputDecision href='#o'/><encapsulatedDecision href='#e'/><inputDecision href='#d'/><inputData href='#i'/></decisionService>"
#define GRAPH INPUT("i", "number") DECISION("d", "", FEEL("1000")) DECISION("e", NEEDS_INPUT("i"), FEEL("i * 2")) \
	DECISION("o", NEEDS("e") NEEDS("d"), FEEL("e + d"))

TEST(services_are_doors_into_the_graph)
{
	const char *xml = MODEL(GRAPH SERVICE
		"<decisionService id='T' name='T'><variable name='T'/><outputDecision href='#o'/><outputDecision href='#e'/><inputData href='#i'/></decisionService>"
		DECISION("D", KNOWS("S"), FEEL("[S(3, 5), S(d: 5, i: 4), S(3), S(\"x\", 1)]")));
	CHECK_STR(eval(read_model(xml), "S", "{i: 3, d: 5}"), "11");
	CHECK_STR(eval(read_model(xml), "S", "{i: 3}"), "null");
	CHECK_STR(eval(read_model(xml), "T", "{i: 3}"), "{o: 1006, e: 6}");
	CHECK_STR(eval(read_model(xml), "o", "{i: 3, d: 5}"), "1006");
	CHECK_STR(eval(read_model(xml), "D", "{i: 99}"), "[11, 13, null, null]");
}

TEST(a_wrong_argument_is_null_within_a_service)
{
	const char *xml = MODEL(INPUT("i", "number") DECISION("o", NEEDS_INPUT("i"), FEEL("if i = null then \"空\" else i"))
		"<decisionService id='S' name='S'><variable name='S'/><outputDecision href='#o'/><inputData href='#i'/></decisionService>"
		DECISION("D", KNOWS("S"), FEEL("[S(3), S([3]), S(\"x\"), S(i: \"x\")]")));
	CHECK_STR(eval(read_model(xml), "D", "{}"), "[3, 3, \"空\", \"空\"]");
	CHECK_STR(eval(read_model(xml), "S", "{i: \"x\"}"), "\"空\"");
	CHECK_STR(eval(read_model(xml), "S", "{i: 1}"), "1");
}

TEST(a_circle_is_refused)
{
	CHECK(read_model(MODEL(DECISION("a", NEEDS("b"), FEEL("b")) DECISION("b", NEEDS("a"), FEEL("a")))) == NULL);
	CHECK(finding("graph-circle") != NULL);
	CHECK(read_model(MODEL(DECISION("a", NEEDS("a"), FEEL("a")))) == NULL);
	CHECK(read_model(MODEL(DECISION("a", NEEDS("b"), FEEL("b")) DECISION("b", "", FEEL("1")))) != NULL);
}

TEST(references_into_nowhere_are_refused)
{
	CHECK(read_model(MODEL(DECISION("a", NEEDS("b"), FEEL("1")))) == NULL);
	REQUIRE(finding("reference-unknown"));
	CHECK_STR(finding("reference-unknown")->element, "a");
	CHECK(read_model(MODEL(DECISION("a", "", FEEL("1")) DECISION("a", "", FEEL("2")))) == NULL);
	CHECK(finding("id-twice") != NULL);
}

TEST(syntax_errors_carry_their_line)
{
	CHECK(read_model(MODEL("\n\n" DECISION("a", "", "\n<literalExpression id='x'><text>1 +</text></literalExpression>"))) == NULL);
	REQUIRE(finding("expression-syntax"));
	CHECK_INT(finding("expression-syntax")->line, 5);
	CHECK_STR(finding("expression-syntax")->element, "x");
	CHECK_INT(test_diag.line, 5);
}

TEST(a_forgiving_reader_gives_null_for_what_it_cannot_read)
{
	struct dmn_model *m = NULL;
	fresh();
	CHECK_INT(dmn_model_read_partial(&test_arena, str_of(MODEL(DECISION("a", "", FEEL("1 +")) DECISION("b", "", FEEL("2")))), NULL,
	                                 NULL, &m, &test_findings, &test_diag), OK);
	CHECK_STR(eval(m, "a", "{}"), "null");
	CHECK_STR(eval(m, "b", "{}"), "2");
	CHECK(finding("expression-syntax") != NULL);
}

/* ---- imports ---- */

static struct dmn_model *imported;

static const struct dmn_model *resolve(void *arg, struct str ns)
{
	(void)arg;
	return str_eqz(ns, "urn:lib") ? imported : NULL;
}

#define LIB DMN_HEAD("urn:lib", "lib") ITEM("钱", "<typeRef>number</typeRef><allowedValues><text>&gt;= 0</text></allowedValues>") \
	INPUT("价", "钱") DECISION("含 税", NEEDS_INPUT("价"), FEEL("价 * 2")) BKM("加倍", "", "", P("x", "钱"), FEEL("x * 2")) "</definitions>"
#define IMPORT(name) "<import name='" name "' namespace='urn:lib' importType='" DMN_15 "'/>"
#define OUT(text) "<decision id='D' name='D'><variable name='D' typeRef='库.钱'/>" \
	"<informationRequirement><requiredDecision href='urn:lib#含 税'/></informationRequirement>" \
	"<informationRequirement><requiredInput href='urn:lib#价'/></informationRequirement>" \
	"<knowledgeRequirement><requiredKnowledge href='urn:lib#加倍'/></knowledgeRequirement>" FEEL(text) "</decision>"

static struct str eval_import(const char *xml, const char *inputs)
{
	struct dmn_model *m = NULL;
	fresh();
	CHECK_INT(dmn_model_read(&test_arena, S(LIB), NULL, NULL, &imported, &test_findings, &test_diag), OK);
	if (dmn_model_read(&test_arena, str_of(xml), resolve, NULL, &m, &test_findings, &test_diag) != OK)
		return S("refused");
	return eval(m, "D", inputs);
}

TEST(imports_bring_types_decisions_and_knowledge)
{
	CHECK_STR(eval_import(MODEL(IMPORT("库") OUT("库.含 税 + 库.加倍(库.价)")), "{价: 3}"), "12");
	CHECK_STR(eval_import(MODEL(IMPORT("库") OUT("-库.含 税")), "{价: 3}"), "null");
	CHECK_STR(eval_import(MODEL(IMPORT("库") OUT("库.含 税")), "{\"urn:lib#价\": 5, 价: 3}"), "10");
	CHECK_STR(eval_import(MODEL(IMPORT("别") OUT("1")), "{}"), "refused");
	CHECK_STR(eval_import(MODEL("<import name='x' namespace='urn:none' importType='" DMN_15 "'/>"), "{}"), "refused");
	CHECK(finding("import-unknown") != NULL);
	CHECK_STR(eval_import(MODEL("<import name='x' namespace='urn:lib' importType='http://www.dmg.org/PMML-4_1'/>"), "{}"), "refused");
	CHECK(finding("import-kind") != NULL);
}

TEST(an_import_without_a_name_shares_the_names)
{
	CHECK_STR(eval_import(MODEL(IMPORT("") "<decision id='D' name='D'><variable name='D' typeRef='钱'/>"
		"<informationRequirement><requiredDecision href='urn:lib#含 税'/></informationRequirement>" FEEL("含 税 + 1") "</decision>"),
		"{价: 3}"), "7");
}

/* ---- files ---- */

TEST(versions)
{
	static const struct { const char *ns; enum err want; } rows[] = {
		{ "https://www.omg.org/spec/DMN/20230324/MODEL/", OK }, { "https://www.omg.org/spec/DMN/20211108/MODEL/", OK },
		{ "https://www.omg.org/spec/DMN/20191111/MODEL/", OK }, { "http://www.omg.org/spec/DMN/20180521/MODEL/", OK },
		{ "http://www.omg.org/spec/DMN/20151101/dmn.xsd", ERR_UNSUPPORTED },
		{ "http://www.omg.org/spec/BPMN/20100524/MODEL", ERR_INVALID }, { "", ERR_INVALID },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char xml[512];
		struct dmn_model *m;
		ROW(rows[i].ns);
		fresh();
		snprintf(xml, sizeof xml, "<definitions xmlns='%s' namespace='u' name='t'>" DECISION("D", "", FEEL("1")) "</definitions>",
		         rows[i].ns);
		CHECK_INT(dmn_model_read(&test_arena, str_of(xml), NULL, NULL, &m, &test_findings, &test_diag), rows[i].want);
		if (rows[i].want == OK)
			CHECK_STR(eval(m, "D", "{}"), "1");
		else
			CHECK(test_findings != NULL);
	}
	CHECK(read_model("<definitions") == NULL);
	CHECK(read_model("") == NULL);
}

TEST(a_prefix_changes_nothing)
{
	CHECK_STR(eval(read_model("<d:definitions xmlns:d='https://www.omg.org/spec/DMN/20191111/MODEL/' namespace='u' name='t'>"
		"<d:decision id='D' name='D'><d:variable name='D'/><d:literalExpression><d:text>7</d:text></d:literalExpression></d:decision>"
		"</d:definitions>"), "D", "{}"), "7");
}

TEST(names_are_listed)
{
	struct str *names;
	struct feel_param *inputs;
	const struct dmn_model *m = read_model(MODEL(GRAPH SERVICE));
	REQUIRE(m);
	CHECK_STR(dmn_model_namespace(m), "urn:test");
	CHECK_STR(dmn_model_name(m), "试");
	REQUIRE(dmn_model_decisions(m, &test_arena, &names) == 3);
	CHECK_STR(names[0], "d");
	CHECK_STR(names[2], "o");
	REQUIRE(dmn_model_inputs(m, S("o"), &test_arena, &inputs) == 1);
	CHECK_STR(inputs[0].name, "i");
	REQUIRE(dmn_model_inputs(m, S("S"), &test_arena, &inputs) == 2);
	CHECK_STR(inputs[1].name, "d");
	CHECK_INT(dmn_model_inputs(m, S("none"), &test_arena, &inputs), 0);
}

TEST(json_inputs_take_the_types_of_the_input_data)
{
	const struct dmn_model *m = read_model(MODEL(INPUT("日", "date") INPUT("文", "string")
		DECISION("D", NEEDS_INPUT("日") NEEDS_INPUT("文"), FEEL("[日 + duration(\"P1D\"), 文]"))));
	const struct json *v;
	struct feel_value in, out;
	static const struct feel_env env = { .now_ms = 0 };
	REQUIRE(m);
	CHECK_INT(json_read(&test_arena, S("{\"日\": \"2024-02-28\", \"文\": \"2024-02-28\"}"), &v, &test_diag), OK);
	CHECK_INT(dmn_inputs_from_json(m, S("D"), v, &test_arena, &in, &test_diag), OK);
	CHECK_INT(dmn_eval(m, S("D"), &in, &env, &test_arena, &out, NULL, &test_diag), OK);
	CHECK_STR(text_of(&out), "[@\"2024-02-29\", \"2024-02-28\"]");
	CHECK_INT(json_read(&test_arena, S("[]"), &v, &test_diag), OK);
	CHECK_INT(dmn_inputs_from_json(m, S("D"), v, &test_arena, &in, &test_diag), ERR_INVALID);
}

TEST(a_table_can_be_shown)
{
	struct dmn_table_view v;
	const struct dmn_model *m = read_model(MODEL(INPUT("n", "number") DECISION("E", "", FEEL("1")) DECISION("D", NEEDS_INPUT("n"),
		"<decisionTable id='t' hitPolicy='COLLECT' aggregation='MAX' outputLabel='费'><input label='数量'><inputExpression><text>n</text></inputExpression></input>"
		"<output name='o'><outputValues><text>1,2</text></outputValues><defaultOutputEntry><text>0</text></defaultOutputEntry></output>"
		"<rule id='r'><inputEntry><text>&lt; 3</text></inputEntry><outputEntry><text>1</text></outputEntry><annotationEntry><text>第三条</text></annotationEntry></rule>"
		"<rule><inputEntry><text/></inputEntry><outputEntry><text>2</text></outputEntry></rule></decisionTable>")));
	REQUIRE(m);
	CHECK_INT(dmn_model_table(m, S("D"), &test_arena, &v, &test_diag), OK);
	CHECK_STR(v.label, "费");
	CHECK_STR(v.aggregation, "MAX");
	REQUIRE(v.inputs_count == 1 && v.outputs_count == 1 && v.rules_count == 2);
	CHECK_STR(v.inputs[0].label, "数量");
	CHECK_STR(v.outputs[0].values, "1,2");
	CHECK_STR(v.outputs[0].otherwise, "0");
	CHECK_STR(v.rules[0].inputs[0], "< 3");
	CHECK_STR(v.rules[0].annotation, "第三条");
	CHECK_STR(v.rules[1].inputs[0], "-");
	CHECK_STR(v.rules[1].outputs[0], "2");
	CHECK_INT(dmn_model_table(m, S("E"), &test_arena, &v, &test_diag), ERR_NOT_FOUND);
}

/* Some of everything, and a table with gaps and overlaps. */
#define EVERYTHING MODEL(LEVEL PERSON GRAPH SERVICE DECISION("D", KNOWS("S") NEEDS_INPUT("i"), \
	"<context><contextEntry><variable name='a'/>" FEEL("S(3, 5)") "</contextEntry><contextEntry><variable name='t'/>" \
	"<decisionTable hitPolicy='PRIORITY'><input><inputExpression typeRef='number'><text>i</text></inputExpression></input>" \
	"<output><outputValues><text>1, 2</text></outputValues></output>" \
	"<rule><inputEntry><text>&lt; 3</text></inputEntry><outputEntry><text>1</text></outputEntry><description>一</description></rule>" \
	"<rule><inputEntry><text>[1..5]</text></inputEntry><outputEntry><text>2</text></outputEntry></rule></decisionTable>" \
	"</contextEntry><contextEntry>" FEEL("[a, t]") "</contextEntry></context>"))

TEST(exhausted_memory_is_an_error_and_not_a_crash)
{
	static const struct feel_env env = { .now_ms = 0 };
	const char *xml = EVERYTHING;
	bool done = false;
	for (size_t n = 1; n < 20000 && !done; n++) {
		struct dmn_model *m;
		struct dmn_finding *found;
		struct dmn_trace *trace;
		struct feel_value out;
		fresh();
		arena_fail_after(n);
		enum err e = dmn_model_read(&test_arena, str_of(xml), NULL, NULL, &m, &test_findings, &test_diag);
		if (e == OK) {
			diag_init(&test_diag);
			e = dmn_eval(m, S("D"), NULL, &env, &test_arena, &out, &trace, &test_diag);
		}
		if (e == OK)
			e = dmn_model_check(m, &test_arena, &found);
		done = e == OK;
		if (!done && e != ERR_NOMEM) {
			CHECK_INT(e, ERR_NOMEM);
			printf("  at allocation %zu: %s\n", n, test_diag.text);
			break;
		}
	}
	arena_fail_after(0);
	CHECK(done);
}

TEST_MAIN
