/* test_boxed.c - each boxed expression by itself. */
#include "dmn_test.h"

struct row {
	const char *name, *logic, *wanted;
};

/* Input n is a number, s a text; A is a list of contexts. */
static void run_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ROW(rows[i].name);
		fresh();
		struct str xml = arena_printf(&test_arena, "%s%s%s%s",
			DMN_HEAD("urn:test", "t") INPUT("n", "number") INPUT("s", "string")
			DECISION("A", "", FEEL("[{名: \"甲\", 价: 3}, {名: \"乙\", 价: 7}]"))
			"<decision id='D' name='D'><variable name='D'/>" NEEDS_INPUT("n") NEEDS_INPUT("s") NEEDS("A"),
			rows[i].logic, "</decision>", "</definitions>");
		static char kept[1 << 14];
		snprintf(kept, sizeof kept, "%.*s", STR_ARG(xml));
		CHECK_STR(eval(read_model(kept), "D", "{n: 4, s: \"文\"}"), rows[i].wanted);
	}
	ROW(NULL);
}
#define RUN(rows) run_rows(rows, sizeof rows / sizeof *rows)

TEST(literals)
{
	static const struct row rows[] = {
		{ "value", FEEL("n * 2"), "8" },
		{ "text", FEEL("s + \"本\""), "\"文本\"" },
		{ "empty", "<literalExpression/>", "null" },
		{ "typed", "<literalExpression typeRef='number'><text>[n]</text></literalExpression>", "4" },
		{ "of another type", "<literalExpression typeRef='string'><text>n</text></literalExpression>", "null" },
		{ "escaped", FEEL("n &lt; 5 and n &gt; 3"), "true" },
	};
	RUN(rows);
}

#define ENTRY(name, value) "<contextEntry><variable name='" name "'/>" value "</contextEntry>"
#define RESULT(value) "<contextEntry>" value "</contextEntry>"

TEST(contexts)
{
	static const struct row rows[] = {
		{ "entries see those above", "<context>" ENTRY("甲", FEEL("n")) ENTRY("乙", FEEL("甲 + 1")) "</context>", "{甲: 4, 乙: 5}" },
		{ "result", "<context>" ENTRY("税 额", FEEL("n")) RESULT(FEEL("税 额 * 2")) "</context>", "8" },
		{ "hides an outer name", "<context>" ENTRY("n", FEEL("n + 1")) RESULT(FEEL("n")) "</context>", "5" },
		{ "not those below", "<context>" ENTRY("a", FEEL("b")) ENTRY("b", FEEL("1")) RESULT(FEEL("a")) "</context>", "null" },
		{ "empty", "<context/>", "{}" },
		{ "nested", "<context>" ENTRY("o", "<context>" ENTRY("i", FEEL("n")) "</context>") RESULT(FEEL("o.i")) "</context>", "4" },
		{ "typed entry", "<context><contextEntry><variable name='a' typeRef='string'/>" FEEL("n") "</contextEntry></context>", "{a: null}" },
	};
	RUN(rows);
}

#define P(name, type) "<formalParameter name='" name "' typeRef='" type "'/>"

TEST(functions_and_invocations)
{
	static const struct row rows[] = {
		{ "called by place", "<context>" ENTRY("f", "<functionDefinition>" P("x", "number") P("y", "number") FEEL("x - y") "</functionDefinition>")
			RESULT(FEEL("f(n, 1)")) "</context>", "3" },
		{ "called by name", "<context>" ENTRY("f", "<functionDefinition>" P("x", "number") P("y", "number") FEEL("x - y") "</functionDefinition>")
			RESULT(FEEL("f(y: n, x: 1)")) "</context>", "-3" },
		{ "boxed call", "<context>" ENTRY("f", "<functionDefinition>" P("x", "number") P("y", "number") FEEL("x - y") "</functionDefinition>")
			RESULT("<invocation>" FEEL("f") "<binding><parameter name='y'/>" FEEL("n") "</binding><binding><parameter name='x'/>" FEEL("10")
				"</binding></invocation>") "</context>", "6" },
		{ "boxed call of an unknown parameter", "<context>" ENTRY("f", "<functionDefinition>" P("x", "number") FEEL("x") "</functionDefinition>")
			RESULT("<invocation>" FEEL("f") "<binding><parameter name='z'/>" FEEL("n") "</binding></invocation>") "</context>", "null" },
		{ "boxed call of no function", "<invocation>" FEEL("n") "</invocation>", "null" },
		{ "boxed call of a built-in", "<invocation>" FEEL("abs") "<binding><parameter name='n'/>" FEEL("-3") "</binding></invocation>", "3" },
		{ "argument of the wrong type", "<context>" ENTRY("f", "<functionDefinition>" P("x", "number") FEEL("1") "</functionDefinition>")
			RESULT(FEEL("f(s)")) "</context>", "null" },
		{ "closes over its scope", "<context>" ENTRY("k", FEEL("10")) ENTRY("f", "<functionDefinition>" P("x", "number") FEEL("x * k + n") "</functionDefinition>")
			RESULT(FEEL("f(2)")) "</context>", "24" },
		{ "calls itself", "<context>" ENTRY("f", "<functionDefinition>" P("x", "number")
			FEEL("if x = 0 then 1 else x * f(x - 1)") "</functionDefinition>") RESULT(FEEL("f(10)")) "</context>", "3628800" },
		{ "without end", "<context>" ENTRY("f", "<functionDefinition>" P("x", "number") FEEL("f(x + 1)") "</functionDefinition>")
			RESULT(FEEL("f(0)")) "</context>", "limit" },
		{ "a function of a function", "<context>" ENTRY("f", "<functionDefinition>" P("a", "number")
			"<functionDefinition>" P("b", "number") FEEL("a * b") "</functionDefinition></functionDefinition>") RESULT(FEEL("f(2)(3)")) "</context>", "6" },
		{ "Java that has an equivalent", "<context>" ENTRY("f", "<functionDefinition kind='Java'>" P("a", "number") P("b", "number")
			"<context>" ENTRY("class", FEEL("\"java.lang.Math\"")) ENTRY("method signature", FEEL("\"max(double, double)\"")) "</context></functionDefinition>")
			RESULT(FEEL("f(2, 3)")) "</context>", "3" },
	};
	RUN(rows);
}

TEST(lists_and_relations)
{
	static const struct row rows[] = {
		{ "list", "<list>" FEEL("n") FEEL("s") "<list/></list>", "[4, \"文\", []]" },
		{ "relation", "<relation><column name='a'/><column name='b 列' typeRef='number'/><row>" FEEL("n") FEEL("1") "</row><row>" FEEL("2") FEEL("s")
			"</row></relation>", "[{a: 4, b 列: 1}, {a: 2, b 列: null}]" },
		{ "no rows", "<relation><column name='a'/></relation>", "[]" },
	};
	RUN(rows);
	CHECK(read_model(MODEL(DECISION("D", "", "<relation><column name='a'/><row>" FEEL("1") FEEL("2") "</row></relation>"))) == NULL);
	CHECK(finding("relation-width") != NULL);
}

#define IF(c, t, e) "<conditional><if>" FEEL(c) "</if><then>" FEEL(t) "</then><else>" FEEL(e) "</else></conditional>"

TEST(conditionals)
{
	static const struct row rows[] = {
		{ "then", IF("n = 4", "1", "2"), "1" }, { "else", IF("n = 5", "1", "2"), "2" },
		{ "null counts as not true", IF("null", "1", "2"), "2" }, { "no truth value", IF("n", "1", "2"), "null" },
	};
	RUN(rows);
	CHECK(read_model(MODEL(DECISION("D", "", "<conditional><if>" FEEL("true") "</if></conditional>"))) == NULL);
	CHECK(finding("expression-missing") != NULL);
}

#define FILTER(in, match) "<filter><in>" FEEL(in) "</in><match>" FEEL(match) "</match></filter>"

TEST(filters)
{
	static const struct row rows[] = {
		{ "by item", FILTER("[1, 5, 9]", "item &gt; n"), "[5, 9]" },
		{ "by entry", FILTER("A", "价 &gt; n"), "[{名: \"乙\", 价: 7}]" },
		{ "by item's entry", FILTER("A", "item.价 &lt; n"), "[{名: \"甲\", 价: 3}]" },
		{ "none", FILTER("[1, 2]", "false"), "[]" },
		{ "null does not match", FILTER("[1, null]", "item = 1"), "[1]" },
		{ "no truth value", FILTER("[1, 2]", "s"), "null" },
		{ "of nothing", FILTER("null", "true"), "null" },
	};
	RUN(rows);
}

#define FOR(in, body) "<for iteratorVariable='x'><in>" FEEL(in) "</in><return>" FEEL(body) "</return></for>"
#define EVERY(in, body) "<every iteratorVariable='x'><in>" FEEL(in) "</in><satisfies>" FEEL(body) "</satisfies></every>"
#define SOME(in, body) "<some iteratorVariable='x'><in>" FEEL(in) "</in><satisfies>" FEEL(body) "</satisfies></some>"

TEST(iterators)
{
	static const struct row rows[] = {
		{ "for", FOR("[1, 2]", "x + n"), "[5, 6]" },
		{ "for sees what was collected", FOR("[1, 2, 3]", "x * 10 + count(partial)"), "[10, 21, 32]" },
		{ "for over a range", FOR("1..3", "x"), "[1, 2, 3]" },
		{ "for over an interval", FOR("[1..3]", "x"), "[1, 2, 3]" },
		{ "for over an open interval", FOR("(1..3)", "x"), "[2]" },
		{ "for over nothing", FOR("null", "x"), "null" },
		{ "for over one", FOR("n", "x"), "[4]" },
		{ "every", EVERY("[5, 6]", "x &gt; n"), "true" },
		{ "not every", EVERY("[5, 3]", "x &gt; n"), "false" },
		{ "every of none", EVERY("[]", "false"), "true" },
		{ "every unknown", EVERY("[5, null]", "x &gt; n"), "null" },
		{ "every, but one is no truth value", EVERY("[1, 2]", "if x = 1 then false else s"), "null" },
		{ "some", SOME("[1, 6]", "x &gt; n"), "true" },
		{ "not some", SOME("[1, 3]", "x &gt; n"), "false" },
		{ "some of none", SOME("[]", "true"), "false" },
		{ "some in spite of an unknown", SOME("[null, 6]", "x &gt; n"), "true" },
		{ "some unknown", SOME("[null, 1]", "x &gt; n"), "null" },
		{ "some, but one is no truth value", SOME("[6, 1]", "if x = 6 then true else s"), "null" },
	};
	RUN(rows);
	CHECK(read_model(MODEL(DECISION("D", "", "<for><in>" FEEL("[1]") "</in><return>" FEEL("1") "</return></for>"))) == NULL);
	CHECK(finding("iterator-variable") != NULL);
}

TEST(nesting_is_bounded)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_putz(&b, DMN_HEAD("urn:test", "t") "<decision id='D' name='D'><variable name='D'/>");
	for (int i = 0; i < 80; i++)
		buf_putz(&b, "<list>");
	for (int i = 0; i < 80; i++)
		buf_putz(&b, "</list>");
	buf_putz(&b, "</decision></definitions>");
	buf_byte(&b, 0);
	CHECK(read_model(b.ptr) == NULL);
	CHECK_INT(test_diag.err, ERR_LIMIT);
	buf_release(&b);
}

/* Calls and boxes multiply: a deep function body that calls itself must not eat the stack. */
TEST(nesting_through_calls_is_bounded)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_putz(&b, DMN_HEAD("urn:test", "t") "<businessKnowledgeModel id='f' name='f'><variable name='f'/><encapsulatedLogic>");
	for (int i = 0; i < 50; i++)
		buf_putz(&b, "<list>");
	buf_putz(&b, FEEL("f()"));
	for (int i = 0; i < 50; i++)
		buf_putz(&b, "</list>");
	buf_putz(&b, "</encapsulatedLogic></businessKnowledgeModel>"
		"<decision id='D' name='D'><variable name='D'/>" KNOWS("f") FEEL("f()") "</decision></definitions>");
	buf_byte(&b, 0);
	CHECK_STR(eval(read_model(b.ptr), "D", "{}"), "limit");
	buf_release(&b);
}

TEST_MAIN
