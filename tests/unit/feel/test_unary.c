/* test_unary.c - unary tests: the cells of decision tables (DMN 1.5, 10.3.2.8, rules 7 and 13 to 17). */
#include "tests/unit/feel/feel_test.h"

struct unary_row {
	const char *test, *input, *value;
};

static struct str unary(const char *test, const char *input)
{
	struct feel_plan *in, *plan;
	struct feel_value v, out;
	struct feel_names names;
	struct feel_env env = test_env();
	struct feel_value context = test_context("{\"limit\": 5, \"kinds\": [\"a\", \"b\"], \"open\": true}", &names);
	if (feel_compile(&test_arena, str_of(input), NULL, &in, NULL) != OK || feel_eval(in, NULL, &env, &test_arena, &v, NULL) != OK)
		return S("bad input");
	if (feel_compile_unary(&test_arena, str_of(test), &names, &plan, NULL) != OK)
		return S("error");
	if (feel_eval_unary(plan, &v, &context, &env, &test_arena, &out, NULL) != OK)
		return S("bound");
	return test_literal(&out);
}

TEST(unary_tests)
{
	static const struct unary_row rows[] = {
		{ "not() = null", "true", "true" }, { "not(not(?))", "true", "true" },
		{ "-", "5", "true" }, { "-", "null", "true" }, { "5", "5", "true" }, { "5", "6", "false" }, { "-5", "-5", "true" }, { "< 5", "4", "true" },
		{ "< 5", "5", "false" }, { "<= limit", "5", "true" }, { "> limit", "5", "false" }, { "= 5", "5", "true" }, { "!= 5", "5", "false" }, { "!= 5", "6", "true" },
		{ "[1..5]", "5", "true" }, { "[1..5)", "5", "false" }, { "]1..5]", "1", "false" }, { "1, 2, 3", "2", "true" }, { "1, 2, 3", "4", "false" },
		{ "< 1, > 9, [4..5]", "5", "true" }, { "not(1, 2)", "3", "true" }, { "not(1, 2)", "2", "false" }, { "not(< 5)", "7", "true" }, { "not(-5)", "5", "true" },
		{ "\"a\"", "\"a\"", "true" }, { "\"a\", \"b\"", "\"c\"", "false" }, { "kinds", "\"a\"", "true" }, { "kinds", "\"c\"", "false" },
		{ "[\"x\", \"y\"]", "\"y\"", "true" }, { "? > 3 and ? < limit", "4", "true" }, { "? > 3 and ? < limit", "9", "false" }, { "?.a = 1", "{a: 1}", "true" },
		{ "contains(?, \"b\")", "\"abc\"", "true" }, { "not(contains(?, \"b\"))", "\"abc\"", "false" }, { "count(?) > 1", "[1, 2]", "true" },
		{ "true", "true", "true" }, { "false", "false", "true" }, { "false", "true", "false" }, { "open", "true", "true" }, { "null", "null", "true" }, { "null", "5", "false" },
		{ "not(null)", "5", "true" }, { "not(null)", "null", "false" }, { "> 5", "null", "null" }, { "> 5", "\"x\"", "null" }, { "> 5, null", "null", "true" },
		{ "date(\"2025-01-01\")", "@\"2025-01-01\"", "true" }, { "< date(\"2025-01-01\")", "@\"2024-12-31\"", "true" }, { "limit > 4", "\"x\"", "true" },
		{ "[1..3], [5..7]", "4", "false" }, { "[[1..3], [5..7]]", "6", "true" }, { "some x in ? satisfies x = 2", "[1, 2]", "true" },
		{ "not(false) or false", "1", "true" }, { "not(true) or false", "1", "false" }, { "", "1", "error" }, { "1,", "1", "error" }, { "not(1", "1", "error" }, { "< ", "1", "error" }, { "-,1", "1", "error" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena_init(&test_arena, 1 << 20);
		ROW(arena_z(&test_arena, arena_printf(&test_arena, "%s with %s", rows[i].test, rows[i].input)));
		CHECK_STR(unary(rows[i].test, rows[i].input), rows[i].value);
		ROW(NULL);
		arena_release(&test_arena);
	}
}

/* Constant tests are ranges for the checks of tables; what depends on data is not. */
TEST(tests_as_ranges)
{
	static const struct { const char *test, *shape; } rows[] = {
		{ "-", "any" }, { "5", "[5..5]" }, { "< 5", "(< 5)" }, { "[1..5), 7", "[1..5) [7..7]" }, { "not(\"a\")", "not [\"a\"..\"a\"]" }, { "x", "other" },
		{ "? > 5", "other" }, { "> x", "other" }, { "!= 5", "other" }, { "[1, 2]", "other" }, { ">= @\"2025-01-01\"", "(>= @\"2025-01-01\")" },
		{ "date(\"2025-01-01\")", "[@\"2025-01-01\"..@\"2025-01-01\"]" }, { "date(\"bad\")", "other" }, { "now()", "other" }, { "true", "[true..true]" },
	};
	arena_init(&test_arena, 4 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct feel_plan *plan;
		struct feel_tests tests;
		struct buf b;
		buf_init_in(&b, &test_arena, 4096);
		ROW(rows[i].test);
		REQUIRE(feel_compile_unary(&test_arena, str_of(rows[i].test), NULL, &plan, NULL) == OK);
		REQUIRE(feel_plan_tests(plan, &test_arena, &tests) == OK);
		if (tests.negated)
			buf_putz(&b, "not ");
		for (size_t k = 0; k < tests.count; k++) {
			struct feel_value range = feel_range_of(&tests.at[k].range);
			if (k > 0)
				buf_byte(&b, ' ');
			if (tests.at[k].kind == FEEL_TEST_RANGE)
				feel_print_literal(&range, &b);
			else
				buf_putz(&b, tests.at[k].kind == FEEL_TEST_ANY ? "any" : "other");
		}
		CHECK_STR(buf_str(&b), rows[i].shape);
	}
	ROW(NULL);
	arena_release(&test_arena);
}

TEST_MAIN
