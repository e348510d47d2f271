/* test_fn_range.c - how points and ranges lie to each other (DMN 1.5, table 78). */
#include "tests/unit/feel/feel_test.h"

TEST(relations)
{
	static const struct feel_row rows[] = {
		{ "before(1, 10)", "true" }, { "before(10, 1)", "false" }, { "before(1, [1..10])", "false" }, { "before(1, (1..10])", "true" }, { "before([1..10], 10)", "false" }, { "before([1..10), 10)", "true" }, { "before([1..10], [15..20])", "true" }, { "before([1..10), [10..20])", "true" }, { "before([1..10], (10..20])", "true" }, { "before([1..10], [10..20])", "false" },
		{ "after(10, 5)", "true" }, { "after(5, 10)", "false" }, { "after(12, [1..10])", "true" }, { "after(10, [1..10))", "true" }, { "after(10, [1..10])", "false" }, { "after([11..20], 12)", "false" }, { "after((11..20], 11)", "true" }, { "after([11..20], [1..11))", "true" }, { "after([11..20], [1..11])", "false" },
		{ "meets([1..5], [5..10])", "true" }, { "meets([1..5), [5..10])", "false" }, { "meets([1..5], (5..10])", "false" }, { "met by([5..10], [1..5])", "true" }, { "met by([5..10], [1..5))", "false" },
		{ "overlaps([1..5], [3..8])", "true" }, { "overlaps([3..8], [1..5])", "true" }, { "overlaps([1..5], [5..8])", "true" }, { "overlaps([1..5], (5..8])", "false" }, { "overlaps([1..5], [6..8])", "false" }, { "overlaps([1..8], [3..5])", "true" },
		{ "overlaps before([1..5], [3..8])", "true" }, { "overlaps before([1..5], [6..8])", "false" }, { "overlaps before([1..5], [5..8])", "true" }, { "overlaps before([1..5), [5..8])", "false" }, { "overlaps before([1..5), (1..5])", "true" }, { "overlaps before([1..5], (1..5])", "true" }, { "overlaps before([1..5], [1..5])", "false" },
		{ "overlaps after([3..8], [1..5])", "true" }, { "overlaps after([6..8], [1..5])", "false" }, { "overlaps after([5..8], [1..5])", "true" }, { "overlaps after((5..8], [1..5])", "false" }, { "overlaps after((1..5], [1..5))", "true" },
		{ "finishes(10, [1..10])", "true" }, { "finishes(10, [1..10))", "false" }, { "finishes([5..10], [1..10])", "true" }, { "finishes([5..10), [1..10])", "false" }, { "finishes([1..10], [1..10])", "true" }, { "finishes((1..10], [1..10])", "true" }, { "finishes([1..10], (1..10])", "false" },
		{ "finished by([1..10], 10)", "true" }, { "finished by([1..10], [5..10])", "true" }, { "finished by([1..10], [5..10))", "false" },
		{ "includes([1..10], 5)", "true" }, { "includes([1..10], 12)", "false" }, { "includes((1..10], 1)", "false" }, { "includes([1..10], [4..6])", "true" }, { "includes([1..10], (1..10))", "true" }, { "includes((1..10), [1..10])", "false" }, { "during(5, [1..10])", "true" }, { "during(1, (1..10])", "false" }, { "during([4..6], [1..10))", "true" }, { "during((1..10], (1..10))", "false" },
		{ "starts(1, [1..10])", "true" }, { "starts(1, (1..10])", "false" }, { "starts([1..5], [1..10])", "true" }, { "starts((1..5], [1..10])", "false" }, { "starts([1..10], [1..10])", "true" }, { "starts([1..10], [1..10))", "false" }, { "started by([1..10], 1)", "true" }, { "started by([1..10], [1..5])", "true" }, { "started by([1..10], (1..5])", "false" },
		{ "coincides(5, 5)", "true" }, { "coincides(3, 4)", "false" }, { "coincides([1..5], [1..5])", "true" }, { "coincides([1..5], [1..5))", "false" },
	};
	ROWS(rows, NULL);
}

TEST(other_kinds_and_what_cannot_be_compared)
{
	static const struct feel_row rows[] = {
		{ "before(\"a\", [\"b\"..\"c\"])", "true" }, { "includes([@\"2025-01-01\"..@\"2025-12-31\"], @\"2025-06-30\")", "true" }, { "before(@\"P1D\", @\"P2D\")", "true" }, { "before(1, \"a\")", "null" }, { "before(1, [\"a\"..\"b\"])", "null" }, { "before(null, 1)", "null" }, { "before(1)", "null" }, { "meets(1, [1..2])", "null" },
		{ "includes((< 10), 5)", "true" }, { "before((< 10), [10..20])", "true" }, { "includes((>= 10), [10..20])", "true" }, { "includes([10..20], (>= 10))", "false" }, { "includes([1..null], 5)", "null" }, { "before(point1: 1, point2: 2)", "true" }, { "includes(range: [1..3], point: 2)", "true" }, { "during(range1: [2..3], range2: [1..4])", "true" },
		{ "coincides([1..2], 5)", "null" }, { "overlaps((< 5), (> 3))", "true" }, { "overlaps((< 3), (> 5))", "false" },
	};
	ROWS(rows, NULL);
}

/* before, meets, overlaps before and their kin divide all pairs of closed ranges among them:
 * exactly one of the thirteen relations of Allen holds, written with what FEEL has. */
TEST(exactly_one_relation_of_allen_holds)
{
	static const char text[] =
		"{pairs: for a in 1..4, b in a + 1..5, c in 1..4, d in c + 1..5 return {x: [a..b], y: [c..d]}, relations: function(x, y) count(["
		"before(x, y), meets(x, y), overlaps before(x, y) and not(meets(x, y)) and x.end < y.end and x.start < y.start, "
		"starts(x, y) and x.end < y.end, during(x, y) and x.start > y.start and x.end < y.end, finishes(x, y) and x.start > y.start, coincides(x, y), "
		"after(x, y), met by(x, y), overlaps after(x, y) and not(met by(x, y)) and y.end < x.end and y.start < x.start, "
		"started by(x, y) and y.end < x.end, includes(x, y) and y.start > x.start and y.end < x.end, finished by(x, y) and y.start > x.start][item]), "
		"n: count(pairs), bad: pairs[relations(x, y) != 1]}";
	struct str out;
	arena_init(&test_arena, 64 << 20);
	out = test_run(text, NULL);
	CHECK(str_ends(out, S("n: 100, bad: []}")));
	arena_release(&test_arena);
}

TEST_MAIN
