/* test_fn_context.c - context functions (DMN 1.5, 10.3.4.12). */
#include "tests/unit/feel/feel_test.h"

TEST(context_functions)
{
	static const struct feel_row rows[] = {
		{ "get value({a: 1}, \"a\")", "1" }, { "get value({a: 1}, \"b\")", "null" }, { "get value({a: {b: 2}}, [\"a\", \"b\"])", "2" }, { "get value({a: 1}, [])", "null" }, { "get value(null, \"a\")", "null" }, { "get value(m: {a: 1}, key: \"a\")", "1" },
		{ "get entries({a: 1, b: \"x\"})", "[{key: \"a\", value: 1}, {key: \"b\", value: \"x\"}]" }, { "get entries({})", "[]" }, { "get entries({a: 1, b: 2})[key = \"b\"].value", "[2]" }, { "get entries(1)", "null" },
		{ "context([{key: \"a\", value: 1}, {key: \"b\", value: 2}])", "{a: 1, b: 2}" }, { "context({key: \"a\", value: 1})", "{a: 1}" }, { "context([])", "{}" }, { "context([{key: \"a\"}])", "null" }, { "context([{key: 1, value: 2}])", "null" }, { "context([{key: \"a\", value: 1}, {key: \"a\", value: 2}])", "null" },
		{ "context put({x: 1}, \"y\", 2)", "{x: 1, y: 2}" }, { "context put({x: 1, y: 0, z: 0}, \"y\", 2)", "{x: 1, y: 2, z: 0}" }, { "context put({x: 1}, [\"y\", \"z\"], 2)", "{x: 1, y: {z: 2}}" }, { "context put({y: {a: 0, b: 1}}, [\"y\", \"a\"], 2)", "{y: {a: 2, b: 1}}" },
		{ "context put({x: 1}, [], 2)", "null" }, { "context put({x: 1}, [\"x\", \"y\"], 2)", "null" }, { "context put({}, 1, 2)", "null" }, { "context put({}, \"a\", null)", "{a: null}" }, { "context put(null, \"a\", 1)", "null" },
		{ "context merge([{x: 1}, {y: 2}])", "{x: 1, y: 2}" }, { "context merge([{x: 1, y: 0}, {y: 2}])", "{x: 1, y: 2}" }, { "context merge([])", "{}" }, { "context merge([{}, 1])", "null" }, { "context merge({a: 1})", "{a: 1}" },
	};
	ROWS(rows, NULL);
}

TEST(range_from_text)
{
	static const struct feel_row rows[] = {
		{ "range(\"[1..3]\")", "[1..3]" }, { "range(\"(1..3[\")", "(1..3)" }, { "range(\"[\\\"a\\\"..\\\"c\\\"]\")", "[\"a\"..\"c\"]" }, { "range(\"[@\\\"2025-01-01\\\"..date(\\\"2025-02-01\\\")]\")", "[@\"2025-01-01\"..@\"2025-02-01\"]" }, { "range(\" [ -1 .. 3 ] \")", "[-1..3]" },
		{ "range(\"[3..1]\")", "null" }, { "range(\"[1..x]\")", "null" }, { "range(\"[1+1..3]\")", "null" }, { "range(\"[1..\\\"b\\\"]\")", "null" }, { "range(\"\")", "null" }, { "range(\">= 10\")", "null" }, { "range(\"[..2]\")", "null" }, { "range(\"1\")", "null" }, { "range([1..3])", "null" }, { "range(\"[date(now())..@\\\"2025-01-01\\\"]\")", "null" },
	};
	ROWS(rows, NULL);
}

TEST_MAIN
