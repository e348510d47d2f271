/* test_hit.c - one table per hit policy: what matches, what it gives, what violates it. */
#include "dmn_test.h"
#include "text/xml.h"

#define RULE(test, out) "<rule><inputEntry><text>" test "</text></inputEntry><outputEntry><text>" out "</text></outputEntry></rule>"
#define OUTPUT_VALUES "<outputValues><text>\"高\",\"中\",\"低\"</text></outputValues>"
#define TABLE(attributes, output, rules)                                                       \
	MODEL(INPUT("n", "number") DECISION("D", NEEDS_INPUT("n"),                             \
		"<decisionTable " attributes "><input><inputExpression typeRef='number'><text>n</text></inputExpression></input>" \
		"<output>" output "</output>" rules "</decisionTable>"))

#define MODEL_HEAD DMN_HEAD("urn:test", "t") INPUT("n", "Any") "<decision id='D' name='D'><variable name='D'/>" NEEDS_INPUT("n") \
	"<decisionTable hitPolicy='COLLECT'><input><inputExpression><text>n</text></inputExpression></input><output/><rule><inputEntry><text>"
#define MODEL_TAIL "</text></inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable></decision></definitions>"

struct row {
	const char *name, *model, *input, *wanted;
};

static void run_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ROW(rows[i].name);
		CHECK_STR(eval(read_model(rows[i].model), "D", rows[i].input), rows[i].wanted);
	}
	ROW(NULL);
}

#define U TABLE("", "", RULE("&lt; 10", "\"小\"") RULE("[5..20]", "\"中\""))
#define U_DEFAULT TABLE("hitPolicy='UNIQUE'", "<defaultOutputEntry><text>\"无\"</text></defaultOutputEntry>", RULE("&lt; 10", "\"小\""))
#define A TABLE("hitPolicy='ANY'", "", RULE("&lt; 10", "1") RULE("[5..20]", "1.0") RULE("&gt; 15", "2"))
#define F TABLE("hitPolicy='FIRST'", "", RULE("&gt; 10", "\"a\"") RULE("&gt; 5", "\"b\"") RULE("-", "\"c\""))
#define P TABLE("hitPolicy='PRIORITY'", OUTPUT_VALUES, RULE("&gt; 0", "\"低\"") RULE("&gt; 5", "\"高\"") RULE("&gt; 3", "\"中\""))
#define R TABLE("hitPolicy='RULE ORDER'", "", RULE("&gt; 0", "n") RULE("&gt; 5", "n * 2") RULE("&gt; 3", "n * 3"))
#define O TABLE("hitPolicy='OUTPUT ORDER'", OUTPUT_VALUES, RULE("&gt; 0", "\"低\"") RULE("&gt; 5", "\"高\"") RULE("&gt; 3", "\"中\""))
#define C(aggregation) TABLE("hitPolicy='COLLECT'" aggregation, "", RULE("&gt; 0", "7") RULE("&gt; 5", "3") RULE("&gt; 5", "3"))

TEST(single_hit_policies)
{
	static const struct row rows[] = {
		{ "unique: one", U, "{n: 3}", "\"小\"" },
		{ "unique: the other", U, "{n: 20}", "\"中\"" },
		{ "unique: two are an error", U, "{n: 5}", "null" },
		{ "unique: none", U, "{n: 21}", "null" },
		{ "default", U_DEFAULT, "{n: 21}", "\"无\"" },
		{ "default: not when a rule matches", U_DEFAULT, "{n: 1}", "\"小\"" },
		{ "any: equal outputs", A, "{n: 7}", "1" },
		{ "any: different outputs", A, "{n: 17}", "null" },
		{ "any: one", A, "{n: 30}", "2" },
		{ "first: the first of three", F, "{n: 11}", "\"a\"" },
		{ "first: not the third", F, "{n: 7}", "\"b\"" },
		{ "first: the last", F, "{n: 1}", "\"c\"" },
		{ "first: a dash matches null", F, "{}", "\"c\"" },
		{ "priority: by output values", P, "{n: 9}", "\"高\"" },
		{ "priority: without the first", P, "{n: 4}", "\"中\"" },
		{ "priority: none", P, "{n: 0}", "null" },
	};
	run_rows(rows, sizeof rows / sizeof *rows);
}

TEST(several_hits)
{
	static const struct row rows[] = {
		{ "rule order", R, "{n: 6}", "[6, 12, 18]" },
		{ "rule order: some", R, "{n: 4}", "[4, 12]" },
		{ "rule order: none", R, "{n: 0}", "null" },
		{ "output order", O, "{n: 6}", "[\"高\", \"中\", \"低\"]" },
		{ "output order: some", O, "{n: 4}", "[\"中\", \"低\"]" },
		{ "collect", C(""), "{n: 6}", "[7, 3, 3]" },
		{ "collect: none", C(""), "{n: 0}", "[]" },
		{ "collect sum", C(" aggregation='SUM'"), "{n: 6}", "13" },
		{ "collect sum: none", C(" aggregation='SUM'"), "{n: 0}", "null" },
		{ "collect min", C(" aggregation='MIN'"), "{n: 6}", "3" },
		{ "collect max", C(" aggregation='MAX'"), "{n: 6}", "7" },
		{ "collect count", C(" aggregation='COUNT'"), "{n: 6}", "3" },
		{ "collect count: none", C(" aggregation='COUNT'"), "{n: 0}", "0" },
	};
	run_rows(rows, sizeof rows / sizeof *rows);
}

TEST(sums_of_durations_keep_one_sign)
{
	static const struct row rows[] = {
		{ "days", TABLE("hitPolicy='COLLECT' aggregation='SUM'", "", RULE("-", "@\"PT1.5S\"") RULE("-", "@\"-PT0.7S\"")), "{}",
		  "@\"PT0.8S\"" },
		{ "negative", TABLE("hitPolicy='COLLECT' aggregation='SUM'", "", RULE("-", "@\"-PT1.5S\"") RULE("-", "@\"PT0.7S\"")), "{}",
		  "@\"-PT0.8S\"" },
		{ "months", TABLE("hitPolicy='COLLECT' aggregation='SUM'", "", RULE("-", "@\"P1Y\"") RULE("-", "@\"P3M\"")), "{}",
		  "@\"P1Y3M\"" },
		{ "mixed", TABLE("hitPolicy='COLLECT' aggregation='SUM'", "", RULE("-", "@\"P1Y\"") RULE("-", "1")), "{}", "null" },
		{ "texts", TABLE("hitPolicy='COLLECT' aggregation='SUM'", "", RULE("-", "\"a\"") RULE("-", "\"b\"")), "{}", "null" },
		{ "smallest date", TABLE("hitPolicy='COLLECT' aggregation='MIN'", "", RULE("-", "@\"2025-03-01\"") RULE("-", "@\"2024-03-01\"")),
		  "{}", "@\"2024-03-01\"" },
		{ "nothing to compare", TABLE("hitPolicy='COLLECT' aggregation='MAX'", "", RULE("-", "1") RULE("-", "\"b\"")), "{}", "null" },
	};
	run_rows(rows, sizeof rows / sizeof *rows);
}

#define TWO(attributes, rules)                                                                                     \
	MODEL(INPUT("n", "number") DECISION("D", NEEDS_INPUT("n"),                                                 \
		"<decisionTable " attributes "><input><inputExpression><text>n</text></inputExpression></input>"           \
		"<output name='等级'>" OUTPUT_VALUES "</output><output name='率' typeRef='number'/>" rules "</decisionTable>"))
#define RULE2(test, a, b) "<rule><inputEntry><text>" test "</text></inputEntry><outputEntry><text>" a "</text></outputEntry>" \
	"<outputEntry><text>" b "</text></outputEntry></rule>"

TEST(several_outputs_are_a_context)
{
	static const struct row rows[] = {
		{ "unique", TWO("", RULE2("&gt; 0", "\"高\"", "0.5")), "{n: 1}", "{等级: \"高\", 率: 0.5}" },
		{ "priority looks at the first ranked output", TWO("hitPolicy='PRIORITY'", RULE2("-", "\"低\"", "1") RULE2("-", "\"中\"", "2")),
		  "{n: 1}", "{等级: \"中\", 率: 2}" },
		{ "any", TWO("hitPolicy='ANY'", RULE2("-", "\"低\"", "1") RULE2("-", "\"低\"", "2")), "{n: 1}", "null" },
		{ "collect", TWO("hitPolicy='COLLECT'", RULE2("-", "\"低\"", "1") RULE2("-", "\"低\"", "2")), "{n: 1}",
		  "[{等级: \"低\", 率: 1}, {等级: \"低\", 率: 2}]" },
		{ "an operator works on each output", TWO("hitPolicy='COLLECT' aggregation='MAX'", RULE2("-", "\"低\"", "1") RULE2("-", "\"低\"", "2")),
		  "{n: 1}", "{等级: \"低\", 率: 2}" },
		{ "output of the wrong type", TWO("", RULE2("&gt; 0", "\"高\"", "n")), "{n: \"x\"}", "null" },
	};
	run_rows(rows, sizeof rows / sizeof *rows);
}

#define ITEM "<itemDefinition name='级'><typeRef>string</typeRef><allowedValues><text>\"高\",\"低\"</text></allowedValues></itemDefinition>" \
	"<itemDefinition name='级们' isCollection='true'><typeRef>级</typeRef></itemDefinition>" \
	"<itemDefinition name='对'><itemComponent name='a'><typeRef>级</typeRef></itemComponent><itemComponent name='b'><typeRef>number</typeRef></itemComponent></itemDefinition>"
#define OF_TYPE(type, policy, outputs, rules) \
	MODEL(ITEM INPUT("n", "number") "<decision id='D' name='D'><variable name='D' typeRef='" type "'/>" NEEDS_INPUT("n") \
		"<decisionTable hitPolicy='" policy "'><input><inputExpression><text>n</text></inputExpression></input>" outputs rules "</decisionTable></decision>")

TEST(the_type_may_say_what_ranks_first)
{
	static const struct row rows[] = {
		{ "of the decision", OF_TYPE("级", "PRIORITY", "<output/>", RULE("-", "\"低\"") RULE("-", "\"高\"")), "{n: 1}", "\"高\"" },
		{ "of a list", OF_TYPE("级们", "OUTPUT ORDER", "<output/>", RULE("-", "\"低\"") RULE("-", "\"高\"")), "{n: 1}", "[\"高\", \"低\"]" },
		{ "of the output", OF_TYPE("Any", "PRIORITY", "<output typeRef='级'/>", RULE("-", "\"低\"") RULE("-", "\"高\"")), "{n: 1}", "\"高\"" },
		{ "of a component", OF_TYPE("对", "PRIORITY", "<output name='b'/><output name='a'/>", RULE2("-", "1", "\"低\"") RULE2("-", "2", "\"高\"")),
		  "{n: 1}", "{b: 2, a: \"高\"}" },
		{ "own values come first", OF_TYPE("级", "PRIORITY", "<output><outputValues><text>\"低\",\"高\"</text></outputValues></output>",
			RULE("-", "\"高\"") RULE("-", "\"低\"")), "{n: 1}", "\"低\"" },
	};
	run_rows(rows, sizeof rows / sizeof *rows);
}

TEST(input_values_are_kept)
{
	const char *xml = MODEL(INPUT("s", "string") DECISION("D", NEEDS_INPUT("s"),
		"<decisionTable><input><inputExpression><text>s</text></inputExpression>"
		"<inputValues><text>\"甲\",\"乙\"</text></inputValues></input><output/>"
		RULE("-", "1") "</decisionTable>"));
	CHECK_STR(eval(read_model(xml), "D", "{s: \"甲\"}"), "1");
	CHECK_STR(eval(read_model(xml), "D", "{s: \"丙\"}"), "null");
	CHECK(str_find(str_of(test_diag.text), S("allowed input values")) >= 0);
}

TEST(a_policy_nobody_knows_is_refused)
{
	CHECK(read_model(TABLE("hitPolicy='RANDOM'", "", RULE("-", "1"))) == NULL);
	REQUIRE(finding("hit-policy-unknown"));
	CHECK_INT(finding("hit-policy-unknown")->line, 2);
	CHECK(read_model(TABLE("hitPolicy='FIRST' aggregation='SUM'", "", RULE("-", "1"))) == NULL);
	CHECK(read_model(TABLE("hitPolicy='COLLECT' aggregation='SUM'", "", RULE("-", "1"))) != NULL);
}

TEST(cells_may_be_missing_or_too_many)
{
	CHECK(read_model(TABLE("", "", "<rule><outputEntry><text>1</text></outputEntry></rule>")) == NULL);
	CHECK(finding("rule-width") != NULL);
	CHECK(read_model(MODEL(DECISION("D", "", "<decisionTable/>"))) == NULL);
	CHECK(finding("table-without-output") != NULL);
}

/* Cells that compare with constants are not evaluated by FEEL; they must say the same. */
TEST(simple_cells_agree_with_feel)
{
	static const char *const cells[] = {
		"1", "1, 2", "< 2", ">= 2", "[1..3)", "(1..3]", "not(1, 2)", "not(< 2)", "\"a\"", "\"a\", \"文\"", "not(\"a\")",
		"true", "false", "not(true)", "1, \"a\"", "null", "-1", "< -0.5", "1.50", "[\"a\"..\"c\"]", "@\"2025-01-01\"", "-", "?= 1",
	};
	static const char *const inputs[] = {
		"null", "1", "1.0", "2", "3", "0", "-1", "1.5", "\"a\"", "\"文\"", "\"\"", "true", "false", "[1]", "[1, 2]", "[]", "{}", "@\"2025-01-01\"",
	};
	static const struct feel_env env = { .now_ms = 0 };
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		struct buf xml;
		ROW(cells[i]);
		buf_init(&xml, 1 << 14);
		buf_putz(&xml, MODEL_HEAD);
		xml_escape(&xml, str_of(cells[i]));
		buf_putz(&xml, MODEL_TAIL);
		buf_byte(&xml, 0);
		const struct dmn_model *m = read_model(xml.ptr);
		buf_release(&xml);
		REQUIRE(m);
		for (size_t j = 0; j < sizeof inputs / sizeof *inputs; j++) {
			struct feel_plan *plan;
			struct feel_value in = value_of(inputs[j]), out;
			char given[64];
			snprintf(given, sizeof given, "{n: %s}", inputs[j]);
			CHECK_INT(feel_compile_unary(&test_arena, str_of(cells[i]), NULL, &plan, &test_diag), OK);
			CHECK_INT(feel_eval_unary(plan, &in, NULL, &env, &test_arena, &out, &test_diag), OK);
			struct str got = eval(m, "D", given);
			CHECK_STR(got, feel_is_true(&out) ? "[1]" : "[]");
			if (!str_eqz(got, feel_is_true(&out) ? "[1]" : "[]"))
				printf("  for %s\n", inputs[j]);
		}
	}
}

TEST_MAIN
