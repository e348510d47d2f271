/* test_collections.c - lists, contexts, ranges, paths, filters and loops (DMN 1.5, 10.3.2.5 to 10.3.2.7,
 * 10.3.2.14, 10.3.2.15). */
#include "tests/unit/feel/feel_test.h"

TEST(filters)
{
	static const struct feel_row rows[] = {
		{ "[10, 20, 30][1]", "10" }, { "[10, 20, 30][-1]", "30" }, { "[10, 20][0]", "null" }, { "[10, 20][3]", "null" },
		{ "[10, 20][1.5]", "null" }, { "[10, 20, 30][item > 15]", "[20, 30]" }, { "[10, 20][true]", "[10, 20]" }, { "[10, 20][false]", "[]" },
		{ "[10, 20][null]", "[]" }, { "[10, 20][\"x\"]", "null" }, { "5[1]", "5" }, { "5[item = 5]", "[5]" }, { "5[2]", "null" },
		{ "null[1]", "null" }, { "[][1]", "null" }, { "[][item > 1]", "[]" }, { "[{a: 1}, {a: 2}][a = 2]", "[{a: 2}]" },
		{ "[{a: 1}, {b: 2}][a = 1]", "[{a: 1}]" }, { "[{item: 1}, {item: 2}][item = 2]", "[{item: 2}]" },
		{ "[{a: 1}, {a: 2}][item.a > 1].a", "[2]" }, { "[[1, 2], [3]][count(item) = 2]", "[[1, 2]]" },
		{ "{x: 2, l: [1, 2, 3][item > x]}.l", "[3]" }, { "{x: 2, l: [{x: 9}, {y: 1}][x = 9]}.l", "[{x: 9}]" },
		{ "{i: 2, v: [7, 8, 9][i]}.v", "8" }, { "[1, 2, 3][> 1]", "[2, 3]" },
		{ "[{l: [1, 2]}, {l: [3]}][some i in l satisfies i > 2]", "[{l: [3]}]" },
		{ "[{c: 1, l: [{c: 5}, {c: 1}]}][count(l[c = 1]) = 1].c", "[1]" },
	};
	ROWS(rows, NULL);
}

TEST(paths)
{
	static const struct feel_row rows[] = {
		{ "{a: {b: 1}}.a.b", "1" }, { "{a: 1}.b", "null" }, { "null.a", "null" }, { "5.a", "null" },
		{ "[{a: 1}, {a: 2}].a", "[1, 2]" }, { "[{a: 1}, {b: 2}].a", "[1, null]" }, { "[1].a", "[null]" }, { "[].a", "[]" },
		{ "[{a: [1, 2]}, {a: 3}].a", "[[1, 2], 3]" }, { "[1..5].start", "1" }, { "(1..5].start included", "false" },
		{ "(1..5].end included", "true" }, { "(< 5).start", "null" }, { "(< 5).end", "5" },
	};
	ROWS(rows, NULL);
}

TEST(contexts)
{
	static const struct feel_row rows[] = {
		{ "{a: 1, b: a + 1, c: a + b}", "{a: 1, b: 2, c: 3}" }, { "{a: 1, b: {c: a}}", "{a: 1, b: {c: 1}}" },
		{ "{\"a\": 1}.a", "1" }, { "{\"\": 1}", "{\"\": 1}" }, { "{a: b, b: 1}.a", "null" },
		{ "{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(20)}.r", "2432902008176640000" },
		{ "{k1: 1, k2: 2, k3: 3, k4: 4, k5: 5, k6: 6, k7: 7, k8: 8, k9: 9, k10: 10, k11: 11, k12: 12, k13: 13, k14: 14, k15: 15, k16: 16, k17: 17, k18: 18}.k18", "18" },
	};
	ROWS(rows, NULL);
}

TEST(ranges)
{
	static const struct feel_row rows[] = {
		{ "[1..3]", "[1..3]" }, { "]1..3[", "(1..3)" }, { "(1..3]", "(1..3]" }, { "[null..3]", "(null..3]" }, { "[null..null]", "null" },
		{ "[1..\"a\"]", "null" }, { "[true..false]", "null" }, { "[@\"2025-01-01\"..@\"2025-02-01\"]", "[@\"2025-01-01\"..@\"2025-02-01\"]" },
		{ "(> 5)", "(> 5)" }, { "(!= 5)", "(!= 5)" }, { "[1 + 1..2 * 3]", "[2..6]" }, { "[[1, 2][1]..5[", "[1..5)" },
	};
	ROWS(rows, NULL);
}

TEST(for_loops)
{
	static const struct feel_row rows[] = {
		{ "for i in [1, 2] return i * 2", "[2, 4]" }, { "for i in 1..3 return i", "[1, 2, 3]" }, { "for i in 3..1 return i", "[3, 2, 1]" },
		{ "for i in [1..3] return i", "[1, 2, 3]" }, { "for i in (1..4) return i", "[2, 3]" }, { "for i in [3..1] return i", "null" },
		{ "for i in [1, 2], j in [3, 4] return i * j", "[3, 4, 6, 8]" }, { "for i in [[1, 2], [3]], j in i return j", "[1, 2, 3]" },
		{ "for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1, 1, 2, 6, 24]" }, { "for i in [] return i", "[]" },
		{ "for i in null return i", "null" }, { "for i in 5 return i", "null" }, { "for i in 1.5..3 return i", "null" },
		{ "for d in @\"2024-02-28\"..@\"2024-03-01\" return d.day", "[28, 29, 1]" },
		{ "for f in (for i in 1..3 return function() i) return f()", "[1, 2, 3]" },
		{ "for x in 1..2 return for y in 1..2 return x * 10 + y", "[[11, 12], [21, 22]]" },
	};
	ROWS(rows, NULL);
}

TEST(quantified)
{
	static const struct feel_row rows[] = {
		{ "some x in [1, 2] satisfies x > 1", "true" }, { "some x in [1, 2] satisfies x > 2", "false" }, { "some x in [] satisfies true", "false" },
		{ "every x in [1, 2] satisfies x > 0", "true" }, { "every x in [1, 2] satisfies x > 1", "false" }, { "every x in [] satisfies false", "true" },
		{ "some x in [1, null] satisfies x > 5", "null" }, { "some x in [null, 7] satisfies x > 5", "true" },
		{ "every x in [9, null] satisfies x > 5", "null" }, { "every x in [null, 1] satisfies x > 5", "false" },
		{ "some x in null satisfies true", "null" }, { "every x in 1..3, y in x..3 satisfies y >= x", "true" },
	};
	ROWS(rows, NULL);
}

TEST_MAIN
