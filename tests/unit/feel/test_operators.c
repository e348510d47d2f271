/* test_operators.c - arithmetic, three-valued logic, equality and order (DMN 1.5, tables 49 to 58). */
#include "tests/unit/feel/feel_test.h"

TEST(arithmetic_of_numbers)
{
	static const struct feel_row rows[] = {
		{ "0.1 + 0.2", "0.3" }, { "1.1 * 1.1", "1.21" }, { "1 / 3", "0.3333333333333333333333333333333333" },
		{ "2 / 3", "0.6666666666666666666666666666666667" }, { "10 ** 2", "100" }, { "2 ** 0.5", "1.414213562373095048801688724209698" },
		{ "1 / 0", "null" }, { "0 / 0", "null" }, { "-1 ** 0.5", "null" }, { "10 ** 7000", "null" },
		{ "9999999999999999999999999999999999 + 1", "10000000000000000000000000000000000" },
		{ "1 + \"a\"", "null" }, { "1 + null", "null" }, { "null * 2", "null" }, { "true + 1", "null" }, { "-\"a\"", "null" },
		{ "\"a\" - \"b\"", "null" }, { "[1] + 1", "null" }, { "\"办\" + \"结\"", "\"办结\"" },
	};
	ROWS(rows, NULL);
}

TEST(three_valued_logic)
{
	static const struct feel_row rows[] = {
		{ "true and true", "true" }, { "true and false", "false" }, { "true and null", "null" }, { "false and null", "false" },
		{ "null and false", "false" }, { "null and true", "null" }, { "null and null", "null" }, { "false and 1", "false" },
		{ "1 and false", "false" }, { "true and 1", "null" }, { "true or null", "true" }, { "null or true", "true" },
		{ "false or null", "null" }, { "null or null", "null" }, { "false or false", "false" }, { "\"x\" or true", "true" },
		{ "\"x\" or false", "null" }, { "not(true)", "false" }, { "not(false)", "true" }, { "not(null)", "null" }, { "not(1)", "null" },
		{ "true and true and true and false", "false" }, { "if null then 1 else 2", "2" }, { "if 1 then 1 else 2", "2" },
	};
	ROWS(rows, NULL);
}

TEST(equality)
{
	static const struct feel_row rows[] = {
		{ "1 = 1.0", "true" }, { "1 = 2", "false" }, { "1 != 2", "true" }, { "null = null", "true" }, { "null != null", "false" },
		{ "1 = null", "false" }, { "null = \"\"", "false" }, { "1 = \"1\"", "null" }, { "1 != \"1\"", "null" }, { "true = 1", "null" },
		{ "\"a\" = \"a\"", "true" }, { "\"a\" = \"A\"", "false" }, { "[1, 2] = [1, 2]", "true" }, { "[1, 2] = [2, 1]", "false" },
		{ "[1] = [1, 2]", "false" }, { "{a: 1, b: 2} = {b: 2, a: 1}", "true" }, { "{a: 1} = {a: 1, b: 2}", "false" },
		{ "[1] = 1", "true" }, { "1 = [1]", "true" }, { "[[1]] = [1]", "null" }, { "[1..3] = [1..3]", "true" }, { "[1..3] = [1..3)", "false" },
		{ "(< 10) = (null..10)", "false" }, { "(< 10) = (< 10)", "true" }, { "(= 10) = [10..10]", "false" },
		{ "date(\"2025-01-01\") = date(\"2025-01-01\")", "true" }, { "date(\"2025-01-01\") = \"2025-01-01\"", "null" },
		{ "@\"10:00:00Z\" = @\"10:00:00+00:00\"", "true" }, { "@\"10:00:00+01:00\" = @\"09:00:00Z\"", "true" },
		{ "@\"10:00:00\" = @\"10:00:00Z\"", "false" }, { "@\"PT24H\" = @\"P1D\"", "true" }, { "@\"P1Y\" = @\"P12M\"", "true" },
		{ "@\"P1Y\" = @\"P365D\"", "null" },
	};
	ROWS(rows, NULL);
}

TEST(order)
{
	static const struct feel_row rows[] = {
		{ "1 < 2", "true" }, { "2 <= 2", "true" }, { "2 > 2", "false" }, { "2 >= 2", "true" }, { "\"a\" < \"b\"", "true" },
		{ "\"Z\" < \"a\"", "true" }, { "\"办\" < \"结\"", "true" }, { "1 < \"2\"", "null" }, { "1 < null", "null" }, { "null < null", "null" },
		{ "true < false", "null" }, { "[1] < 2", "true" }, { "{} < {}", "null" },
		{ "@\"2025-01-01\" < @\"2025-01-02\"", "true" }, { "@\"2025-01-01T10:00:00Z\" < @\"2025-01-01T10:00:00+01:00\"", "false" },
		{ "@\"10:00:00\" < @\"10:00:00Z\"", "null" }, { "@\"P1D\" < @\"PT25H\"", "true" }, { "@\"P1M\" < @\"P31D\"", "null" },
		{ "5 between 1 and 5", "true" }, { "0 between 1 and 5", "false" }, { "null between 1 and 5", "null" }, { "1 between \"a\" and 2", "null" },
	};
	ROWS(rows, NULL);
}

TEST(membership)
{
	static const struct feel_row rows[] = {
		{ "1 in (1, 2)", "true" }, { "3 in (1, 2)", "false" }, { "5 in > 3", "true" }, { "5 in (> 7, < 3)", "false" },
		{ "5 in [1..5]", "true" }, { "5 in [1..5)", "false" }, { "5 in (5..6]", "false" }, { "5 in ]4..6[", "true" }, { "5 in != 5", "false" },
		{ "\"b\" in [\"a\"..\"c\"]", "true" }, { "1 in [1, 2]", "true" }, { "1 in [[1, 2]]", "false" }, { "[1] in [[1], 2]", "true" },
		{ "2 in [[1..3], 9]", "true" }, { "null in [1..10]", "null" }, { "5 in [1..null]", "null" }, { "null in (null, 1)", "true" },
		{ "\"a\" in [1..3]", "null" }, { "1 in \"a\"", "null" }, { "@\"2025-06-30\" in [@\"2025-06-01\"..@\"2025-06-30\"]", "true" },
		{ "5 in (4..6)", "true" }, { "{a: 1} in {a: 1}", "true" },
	};
	ROWS(rows, NULL);
}

TEST(a_null_says_why)
{
	static const struct { const char *expression, *reason; } rows[] = {
		{ "1 / 0", "division by zero" }, { "1 + \"a\"", "+ is not defined for a number and a string" },
		{ "unknown", "no variable named unknown" }, { "1 < \"a\"", "a number and a string have no order" },
		{ "{a: 1}.b", "a context has no b" }, { "[1][5]", "no item at that position" }, { "5()", "a number cannot be called" },
		{ "substring(1, 2)", "substring() does not take (number, number)" }, { "date(\"x\")", "no possible date" },
		{ "matches(\"a\", \"(\")", "the pattern is not valid" }, { "for x in 5 return x", "a number cannot be iterated over" },
		{ "sqrt(-1)", "no number" }, { "number(\"x\")", "\"x\" is no number" }, { "[1..\"a\"]", "a range from a number to a string" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena_init(&test_arena, 1 << 20);
		ROW(rows[i].expression);
		CHECK_STR(test_run(rows[i].expression, NULL), "null");
		CHECK(strstr(test_reason, rows[i].reason) != NULL);
		arena_release(&test_arena);
	}
	ROW(NULL);
}

TEST_MAIN
