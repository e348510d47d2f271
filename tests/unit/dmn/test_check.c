/* test_check.c - the static checks: what is found, where, with which example; and what is left in peace. */
#include "dmn_test.h"

/* Findings of the checks (not of reading) for a model that can be read. */
static void check(const char *xml)
{
	const struct dmn_model *m = read_model(xml);
	test_findings = NULL;
	CHECK(m != NULL);
	if (m)
		CHECK_INT(dmn_model_check(m, &test_arena, &test_findings), OK);
}

static int count(const char *rule)
{
	int n = 0;
	for (const struct dmn_finding *f = test_findings; f; f = f->next)
		n += !rule || str_eqz(f->rule, rule);
	return n;
}

#define RULE(id, tests, outs) "\n<rule id='" id "'>" tests outs "</rule>"
#define T(text) "<inputEntry><text>" text "</text></inputEntry>"
#define R(text) "<outputEntry><text>" text "</text></outputEntry>"
#define IN(expression, type, more) "<input><inputExpression typeRef='" type "'><text>" expression "</text></inputExpression>" more "</input>"
#define VALUES(text) "<inputValues><text>" text "</text></inputValues>"
#define TABLE(policy, inputs, output, rules) \
	MODEL("<itemDefinition name='级'><typeRef>string</typeRef><allowedValues><text>\"甲\",\"乙\"</text></allowedValues></itemDefinition>" \
		INPUT("n", "number") INPUT("s", "string") INPUT("g", "级") INPUT("b", "boolean") INPUT("d", "date") \
		DECISION("D", NEEDS_INPUT("n") NEEDS_INPUT("s") NEEDS_INPUT("g") NEEDS_INPUT("b") NEEDS_INPUT("d"), \
			"<decisionTable id='t' hitPolicy='" policy "'>" inputs "<output>" output "</output>" rules "</decisionTable>"))
#define N IN("n", "number", "")
#define OV "<outputValues><text>\"高\",\"低\"</text></outputValues>"

TEST(gaps_have_an_example)
{
	static const struct { const char *name, *model; int gaps; const char *example; } rows[] = {
		{ "complete", TABLE("UNIQUE", N, "", RULE("a", T("&lt; 5"), R("1")) RULE("b", T("&gt;= 5"), R("2"))), 0, NULL },
		{ "a point", TABLE("UNIQUE", N, "", RULE("a", T("&lt; 5"), R("1")) RULE("b", T("&gt; 5"), R("2"))), 1, "{n: 5}" },
		{ "a stretch", TABLE("FIRST", N, "", RULE("a", T("&lt;= 5"), R("1")) RULE("b", T("&gt; 10"), R("2"))), 1, "{n: 6}" },
		{ "between whole numbers", TABLE("UNIQUE", N, "", RULE("a", T("&lt;= 5"), R("1")) RULE("b", T("&gt;= 6"), R("2"))), 1, "{n: 5.5}" },
		{ "above", TABLE("UNIQUE", N, "", RULE("a", T("&lt;= 5"), R("1"))), 1, "{n: 6}" },
		{ "below", TABLE("UNIQUE", N, "", RULE("a", T("&gt;= 5"), R("1"))), 1, "{n: 4}" },
		{ "interval ends", TABLE("UNIQUE", N, "", RULE("a", T("&lt; 1, [1..2)"), R("1")) RULE("b", T("(2..3], &gt; 3"), R("2"))), 1, "{n: 2}" },
		{ "a default closes it", TABLE("UNIQUE", N, "<defaultOutputEntry><text>0</text></defaultOutputEntry>", RULE("a", T("&lt;= 5"), R("1"))), 0, NULL },
		{ "collecting tables may find nothing", TABLE("COLLECT", N, "", RULE("a", T("&lt;= 5"), R("1"))), 0, NULL },
		{ "a dash closes it", TABLE("FIRST", N, "", RULE("a", T("&lt;= 5"), R("1")) RULE("b", T("-"), R("1"))), 0, NULL },
		{ "not()", TABLE("UNIQUE", N, "", RULE("a", T("not(1, 2)"), R("1")) RULE("b", T("1"), R("2"))), 1, "{n: 2}" },
		{ "texts", TABLE("UNIQUE", IN("s", "string", ""), "", RULE("a", T("\"甲\""), R("1"))), 1, "{s: \"other\"}" },
		{ "allowed values", TABLE("UNIQUE", IN("g", "级", ""), "", RULE("a", T("\"甲\""), R("1")) RULE("b", T("\"乙\""), R("1"))), 0, NULL },
		{ "one allowed value forgotten", TABLE("UNIQUE", IN("g", "级", ""), "", RULE("a", T("\"甲\""), R("1"))), 1, "{g: \"乙\"}" },
		{ "input values", TABLE("UNIQUE", IN("s", "string", VALUES("\"x\",\"y\"")), "", RULE("a", T("\"x\""), R("1"))), 1, "{s: \"y\"}" },
		{ "input values as a range", TABLE("UNIQUE", IN("n", "number", VALUES("[0..100]")), "", RULE("a", T("&lt; 50"), R("1")) RULE("b", T("&gt;= 50"), R("1"))), 0, NULL },
		{ "truth values", TABLE("UNIQUE", IN("b", "boolean", ""), "", RULE("a", T("true"), R("1")) RULE("b", T("false"), R("1"))), 0, NULL },
		{ "a truth value forgotten", TABLE("UNIQUE", IN("b", "boolean", ""), "", RULE("a", T("true"), R("1"))), 1, "{b: false}" },
		{ "days that follow each other", TABLE("UNIQUE", IN("d", "date", ""), "", RULE("a", T("&lt;= @\"2025-02-28\""), R("1")) RULE("b", T("&gt;= @\"2025-03-01\""), R("1"))), 0, NULL },
		{ "a day between", TABLE("UNIQUE", IN("d", "date", ""), "", RULE("a", T("&lt;= @\"2024-02-28\""), R("1")) RULE("b", T("&gt;= @\"2024-03-01\""), R("1"))), 1, "{d: @\"2024-02-29\"}" },
		{ "two inputs", TABLE("UNIQUE", N IN("b", "boolean", ""), "", RULE("a", T("&lt; 5") T("-"), R("1")) RULE("b", T("&gt;= 5") T("true"), R("2"))), 1, "{n: 5, b: false}" },
		{ "what cannot be judged is left alone", TABLE("UNIQUE", N, "", RULE("a", T("&lt; string length(s)"), R("1"))), 0, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		check(rows[i].model);
		CHECK_INT(count("table-gap"), rows[i].gaps);
		if (finding("table-gap") && rows[i].example)
			CHECK_STR(finding("table-gap")->example, rows[i].example);
	}
}

TEST(overlaps_have_an_example_and_a_rule)
{
	check(TABLE("UNIQUE", N, "", RULE("a", T("&lt;= 5"), R("1")) RULE("b", T("&gt;= 5"), R("2"))));
	REQUIRE(finding("table-overlap"));
	CHECK_INT(count("table-overlap"), 1);
	CHECK_INT(finding("table-overlap")->severity, DMN_ERROR);
	CHECK_STR(finding("table-overlap")->example, "{n: 5}");
	CHECK_STR(finding("table-overlap")->element, "b");
	CHECK_INT(finding("table-overlap")->line, 4);
	CHECK(str_find(finding("table-overlap")->text, S("rules 1 and 2")) >= 0);
	check(TABLE("UNIQUE", N IN("b", "boolean", ""), "", RULE("a", T("&lt; 5") T("true"), R("1")) RULE("b", T("&lt; 9") T("false"), R("2"))
		RULE("c", T("&lt; 3") T("-"), R("2"))));
	CHECK_INT(count("table-overlap"), 2);
	check(TABLE("FIRST", N, "", RULE("a", T("&lt;= 5"), R("1")) RULE("b", T("-"), R("2"))));
	CHECK_INT(count("table-overlap"), 0);
	check(TABLE("UNIQUE", N, "", RULE("a", T("&lt; string length(s)"), R("1")) RULE("b", T("-"), R("2"))));
	CHECK_INT(count("table-overlap"), 0);
}

TEST(any_rules_must_agree)
{
	check(TABLE("ANY", N, "", RULE("a", T("&lt;= 5"), R("1")) RULE("b", T("&gt;= 5"), R("2"))));
	REQUIRE(finding("table-disagreement"));
	CHECK_STR(finding("table-disagreement")->example, "{n: 5}");
	check(TABLE("ANY", N, "", RULE("a", T("&lt;= 5"), R("1")) RULE("b", T("&gt;= 5"), R("1.0"))));
	CHECK_INT(count(NULL), 0);
}

TEST(rules_that_never_decide)
{
	static const struct { const char *name, *model; int found; const char *rule; } rows[] = {
		{ "behind a wider one", TABLE("FIRST", N, "", RULE("a", T("-"), R("1")) RULE("b", T("5"), R("2"))), 1, "b" },
		{ "behind two that cover it", TABLE("FIRST", N, "", RULE("a", T("&lt; 5"), R("1")) RULE("b", T("&gt;= 5"), R("2")) RULE("c", T("[1..9]"), R("2"))), 1, "c" },
		{ "not quite covered", TABLE("FIRST", N, "", RULE("a", T("&lt; 5"), R("1")) RULE("b", T("&gt; 5"), R("2")) RULE("c", T("[1..9]"), R("2"))), 0, NULL },
		{ "an empty interval", TABLE("COLLECT", N, "", RULE("a", T("(5..5)"), R("1"))), 1, "a" },
		{ "outside the input values", TABLE("COLLECT", IN("s", "string", VALUES("\"x\",\"y\"")), "", RULE("a", T("\"z\""), R("1"))), 1, "a" },
		{ "outranked", TABLE("PRIORITY", N, OV, RULE("a", T("&gt; 5"), R("\"低\"")) RULE("b", T("-"), R("\"高\""))), 1, "a" },
		{ "not outranked", TABLE("PRIORITY", N, OV, RULE("a", T("&gt; 5"), R("\"高\"")) RULE("b", T("-"), R("\"低\""))), 0, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		check(rows[i].model);
		CHECK_INT(count("rule-unreachable"), rows[i].found);
		if (finding("rule-unreachable"))
			CHECK_STR(finding("rule-unreachable")->element, rows[i].rule);
	}
}

TEST(names_that_nothing_explains)
{
	check(MODEL(INPUT("年龄", "number") DECISION("D", NEEDS_INPUT("年龄"), FEEL("年龄 + 年令"))));
	CHECK_INT(count("name-unknown"), 1);
	REQUIRE(finding("name-unknown"));
	CHECK_INT(finding("name-unknown")->severity, DMN_ERROR);
	CHECK(str_find(finding("name-unknown")->text, S("年令")) >= 0);
	check(TABLE("COLLECT", N, "", RULE("a", T("&lt; m"), R("1"))));
	CHECK_INT(count("name-unknown"), 1);
	check(MODEL(DECISION("D", "", "<context><contextEntry><variable name='a'/>" FEEL("1") "</contextEntry><contextEntry>"
		FEEL("for x in [a] return x + sum(partial)") "</contextEntry></context>")));
	CHECK_INT(count(NULL), 0);
}

TEST(types_that_can_never_be_met)
{
	static const struct { const char *name, *model; int found; } rows[] = {
		{ "text for a number", MODEL("<decision id='D' name='D'><variable name='D' typeRef='number'/>" FEEL("\"x\"") "</decision>"), 1 },
		{ "number", MODEL("<decision id='D' name='D'><variable name='D' typeRef='number'/>" FEEL("1") "</decision>"), 0 },
		{ "null", MODEL("<decision id='D' name='D'><variable name='D' typeRef='number'/>" FEEL("null") "</decision>"), 0 },
		{ "list of one", MODEL("<decision id='D' name='D'><variable name='D' typeRef='number'/>" FEEL("[1]") "</decision>"), 0 },
		{ "condition", MODEL(DECISION("D", "", "<conditional><if>" FEEL("1") "</if><then>" FEEL("1") "</then><else>" FEEL("2") "</else></conditional>")), 1 },
		{ "entry", MODEL(DECISION("D", "", "<context><contextEntry><variable name='a' typeRef='date'/>" FEEL("1") "</contextEntry></context>")), 1 },
		{ "output", TABLE("UNIQUE", N, "", RULE("a", T("-"), R("1"))), 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		check(rows[i].model);
		CHECK_INT(count("type-impossible"), rows[i].found);
	}
	ROW(NULL);
	check(TABLE("COLLECT", N, "", RULE("a", T("\"x\""), R("1"))));
	CHECK_INT(count("test-impossible"), 1);
	check(TABLE("COLLECT", IN("s", "string", ""), "", RULE("a", T("\"x\""), R("1"))));
	CHECK_INT(count("test-impossible"), 0);
}

TEST(outputs_keep_to_their_values)
{
	check(TABLE("UNIQUE", N, OV, RULE("a", T("-"), R("\"中\""))));
	CHECK_INT(count("output-not-allowed"), 1);
	check(TABLE("UNIQUE", N, OV, RULE("a", T("-"), R("\"高\""))));
	CHECK_INT(count(NULL), 0);
	check(TABLE("UNIQUE", N, OV, RULE("a", T("-"), R("s"))));
	CHECK_INT(count(NULL), 0);
}

TEST(policies_need_what_they_work_with)
{
	check(TABLE("PRIORITY", N, "", RULE("a", T("-"), R("1"))));
	CHECK_INT(count("priority-without-values"), 1);
	check(TABLE("OUTPUT ORDER", N, OV, RULE("a", T("-"), R("\"高\""))));
	CHECK_INT(count("priority-without-values"), 0);
	check(TABLE("COLLECT' aggregation='SUM", N, "", RULE("a", T("-"), R("\"高\""))));
	CHECK_INT(count("aggregation-type"), 1);
	check(TABLE("COLLECT' aggregation='SUM", N, "", RULE("a", T("-"), R("n"))));
	CHECK_INT(count("aggregation-type"), 0);
	check(MODEL(DECISION("D", "", "")));
	CHECK_INT(count("logic-missing"), 1);
	check(TABLE("UNIQUE", N, "", ""));
	CHECK_INT(count("table-empty"), 1);
}

/* The rules as dmn.h lists them. */
TEST(every_finding_can_be_said_in_chinese)
{
	static const char *const rules[] = {
		"no-dmn", "version", "import-kind", "import-unknown", "type-unknown", "type-circle", "type-name", "element-name",
		"id-twice", "reference-unknown", "graph-circle", "service-without-output", "expression-missing", "expression-syntax",
		"tests-syntax", "language-unknown", "imported-values", "pmml", "context-result-place", "relation-width",
		"iterator-variable", "binding-parameter", "hit-policy-unknown", "input-expression", "output-name", "rule-width",
		"table-without-output", "variable-name", "name-twice", "type-foreign", "name-unknown", "type-impossible",
		"test-impossible", "output-not-allowed", "priority-without-values", "aggregation-type", "table-overlap",
		"table-disagreement", "table-gap", "rule-unreachable", "table-empty", "table-too-large", "logic-missing",
	};
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		const struct dmn_finding f = { .rule = str_of(rules[i]), .text = S("English") };
		ROW(rules[i]);
		CHECK(!str_eqz(dmn_finding_zh(&f), "English"));
	}
	ROW(NULL);
	const struct dmn_finding unknown = { .rule = S("new"), .text = S("English") };
	CHECK_STR(dmn_finding_zh(&unknown), "English");
}

TEST(a_table_too_large_says_so)
{
	struct buf b;
	buf_init(&b, 4 << 20);
	buf_putz(&b, DMN_HEAD("urn:test", "t") INPUT("n", "number") "<decision id='D' name='D'><variable name='D'/>" NEEDS_INPUT("n")
		"<decisionTable id='t'>");
	for (int i = 0; i < 12; i++)
		buf_putz(&b, N);
	buf_putz(&b, "<output/>");
	for (int rule = 0; rule < 60; rule++) {
		buf_putz(&b, "<rule>");
		for (int i = 0; i < 12; i++)
			buf_printf(&b, "<inputEntry><text>[%d..%d]</text></inputEntry>", (rule * 7 + i * 13) % 50, (rule * 7 + i * 13) % 50 + 30);
		buf_putz(&b, "<outputEntry><text>1</text></outputEntry></rule>");
	}
	buf_putz(&b, "</decisionTable></decision></definitions>");
	buf_byte(&b, 0);
	check(b.ptr);
	CHECK_INT(count("table-too-large"), 1);
	CHECK_INT(count("rule-unreachable"), 0);
	buf_release(&b);
}

TEST_MAIN
