/* test_fn_list.c - list functions, statistics and sort (DMN 1.5, 10.3.4.4, 10.3.4.11). */
#include "tests/unit/feel/feel_test.h"

TEST(asking_lists)
{
	static const struct feel_row rows[] = {
		{ "list contains([1, 2], 2)", "true" }, { "list contains([1, 2], 3)", "false" }, { "list contains([1, null], null)", "true" }, { "list contains(null, 1)", "null" }, { "list contains([1, \"a\"], \"a\")", "true" }, { "count([1, null])", "2" }, { "count([])", "0" }, { "count(null)", "null" }, { "count(5)", "1" },
		{ "all([true, true])", "true" }, { "all([true, null])", "null" }, { "all([false, null])", "false" }, { "all([])", "true" }, { "all(true, false)", "false" }, { "all(0)", "null" }, { "all(null)", "null" }, { "all(b: [true])", "null" }, { "all(list: [true])", "true" },
		{ "any([false, true])", "true" }, { "any([false, null])", "null" }, { "any([])", "false" }, { "any(false, true)", "true" }, { "any([true, 5])", "true" },
		{ "index of([1, 2, 3, 2], 2)", "[2, 4]" }, { "index of([1], 5)", "[]" }, { "index of([null], null)", "[1]" }, { "distinct values([1, 2, 1, null, null])", "[1, 2, null]" }, { "distinct values([1, \"1\"])", "[1, \"1\"]" }, { "union([1, 2], [2, 3])", "[1, 2, 3]" }, { "union([1], 2)", "[1, 2]" },
	};
	ROWS(rows, NULL);
}

TEST(changing_lists)
{
	static const struct feel_row rows[] = {
		{ "sublist([4, 5, 6], 1, 2)", "[4, 5]" }, { "sublist([4, 5, 6], -1)", "[6]" }, { "sublist([4, 5, 6], 2)", "[5, 6]" }, { "sublist([4], 2)", "null" }, { "sublist([4, 5], 1, 5)", "null" }, { "sublist([4, 5], 0)", "null" }, { "sublist([4, 5], 1, 0)", "null" },
		{ "append([1], 2, 3)", "[1, 2, 3]" }, { "append([1], null)", "[1, null]" }, { "append(1, 2)", "[1, 2]" }, { "append([1])", "null" }, { "append(null, 1)", "null" }, { "concatenate([1, 2], [3])", "[1, 2, 3]" }, { "concatenate([1], 2)", "[1, 2]" }, { "concatenate([1], null)", "null" },
		{ "insert before([1, 3], 1, 2)", "[2, 1, 3]" }, { "insert before([1, 3], -1, 2)", "[1, 2, 3]" }, { "insert before([1, 3], 3, 2)", "null" }, { "insert before([1], 1, null)", "[null, 1]" }, { "remove([1, 2, 3], 2)", "[1, 3]" }, { "remove([1, 2, 3], -1)", "[1, 2]" }, { "remove([1], 2)", "null" },
		{ "list replace([2, 4, 7, 8], 3, 6)", "[2, 4, 6, 8]" }, { "list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)", "[5, 5, 7, 8]" }, { "list replace([1], 2, 5)", "null" }, { "list replace([1], function(a) true, 5)", "null" }, { "list replace([1], function(a, b) 1, 5)", "null" },
		{ "reverse([1, 2, 3])", "[3, 2, 1]" }, { "reverse([])", "[]" }, { "flatten([[1, [2]], [[[3]]], 4])", "[1, 2, 3, 4]" }, { "flatten([])", "[]" },
	};
	ROWS(rows, NULL);
}

TEST(statistics)
{
	static const struct feel_row rows[] = {
		{ "min([3, 1, 2])", "1" }, { "max(3, 1, 2)", "3" }, { "min([])", "null" }, { "max([\"a\", \"b\"])", "\"b\"" }, { "min([1, \"a\"])", "null" }, { "min([1, null])", "null" }, { "max([@\"2025-01-01\", @\"2024-01-01\"])", "@\"2025-01-01\"" }, { "min(5)", "5" },
		{ "sum([1, 2, 3.5])", "6.5" }, { "sum(1, 2)", "3" }, { "sum([])", "null" }, { "sum([1, null])", "null" }, { "sum([\"a\"])", "null" }, { "mean([1, 2, 3, 4])", "2.5" }, { "mean([])", "null" }, { "product([2, 3, 4])", "24" }, { "product([])", "null" }, { "product(2, 3)", "6" },
		{ "stddev([2, 4, 7, 5])", "2.081665999466132735282297706979931" }, { "stddev([47])", "null" }, { "stddev([])", "null" }, { "stddev(2, 4)", "1.414213562373095048801688724209698" }, { "median([8, 2, 5, 3, 4])", "4" }, { "median([6, 1, 2, 3])", "2.5" }, { "median([])", "null" }, { "median([1, \"a\"])", "null" },
		{ "mode([6, 3, 9, 6, 6])", "[6]" }, { "mode([6, 1, 9, 6, 1])", "[1, 6]" }, { "mode([])", "[]" }, { "mode([1, null])", "null" }, { "mode(1, 1, 2)", "[1]" },
	};
	ROWS(rows, NULL);
}

TEST(sorting)
{
	static const struct feel_row rows[] = {
		{ "sort([3, 1, 2], function(a, b) a < b)", "[1, 2, 3]" }, { "sort([3, 1, 2], function(a, b) a > b)", "[3, 2, 1]" }, { "sort([], function(a, b) a < b)", "[]" }, { "sort(list: [2, 1], precedes: function(a, b) a < b)", "[1, 2]" }, { "sort([1, 2], function(a, b) 5)", "null" }, { "sort([1, 2])", "null" },
		{ "sort([{k: 1, v: \"a\"}, {k: 0, v: \"b\"}, {k: 1, v: \"c\"}, {k: 0, v: \"d\"}], function(x, y) x.k < y.k).v", "[\"b\", \"d\", \"a\", \"c\"]" }, { "sort([5, 4, 3, 2, 1, 9, 8, 7, 6], function(a, b) a < b)", "[1, 2, 3, 4, 5, 6, 7, 8, 9]" },
		{ "sort([1, \"a\"], function(a, b) a < b)", "null" },
	};
	ROWS(rows, NULL);
}

TEST_MAIN
