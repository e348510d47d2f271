/* test_functions.c - definitions, invocations by position and name, closures, functions written in C
 * and external ones (DMN 1.5, 10.3.2.13). */
#include "tests/unit/feel/feel_test.h"

TEST(definitions_and_invocations)
{
	static const struct feel_row rows[] = {
		{ "(function(x) x + 1)(2)", "3" }, { "(function() 5)()", "5" }, { "(function(a, b) a - b)(b: 1, a: 3)", "2" },
		{ "(function(a, b) a)(1)", "null" }, { "(function(a) a)(1, 2)", "null" }, { "(function(a, b) a)(a: 1)", "null" },
		{ "(function(a) a)(b: 1)", "null" }, { "(function(a: number) a)(\"x\")", "null" }, { "(function(a: number) a)([7])", "7" },
		{ "(function(a: list<number>) a)(7)", "[7]" }, { "(function(a: date and time) a)(@\"2025-01-01\")", "@\"2025-01-01T00:00:00Z\"" },
		{ "(function(a: number) a)(null)", "null" }, { "{make: function(n) function(x) x + n, add: make(10), r: add(5)}.r", "15" },
		{ "{f: function(x) x * 2, r: f(f(3))}.r", "12" }, { "{apply: function(g, x) g(x), r: apply(function(y) y * y, 4)}.r", "16" },
		{ "{a: 1, f: function(b) a + b, g: function(a) f(a) * 100, r: g(5)}.r", "600" },
		{ "count([1, 2])", "2" }, { "count(list: [1, 2])", "2" }, { "count(items: [1])", "null" }, { "{f: count}.f([1, 2, 3])", "3" },
		{ "sort([3, 1, 2], function(x, y) x < y)", "[1, 2, 3]" }, { "null()", "null" }, { "\"a\"(1)", "null" },
		{ "[{count: 5}][count(l) > 0 or count > 4]", "[{count: 5}]" },
	};
	ROWS(rows, NULL);
}

TEST(a_variable_hides_a_built_in)
{
	static const struct feel_row rows[] = { { "date", "\"x\"" }, { "date(\"2025-01-01\")", "null" }, { "time(\"10:00:00\")", "@\"10:00:00\"" } };
	ROWS(rows, "{\"date\": \"x\"}");
}

TEST(external_functions)
{
#define JAVA(params_, class_, method_) "(function(" params_ ") external {java: {class: \"" class_ "\", method signature: \"" method_ "\"}})"
	static const struct feel_row rows[] = {
		{ JAVA("a, b", "java.lang.Math", "max(double, double)") "(3, 7.5)", "7.5" },
		{ JAVA("a, b", "java.lang.Math", "max(int,int)") "(3, 7)", "7" },
		{ JAVA("a", "java.lang.Math", "cos(double)") "(0)", "1" },
		{ JAVA("a", "java.lang.Integer", "valueOf(java.lang.String)") "(\"123\")", "123" },
		{ JAVA("a", "java.lang.String", "valueOf(char)") "(\"a\")", "\"a\"" },
		{ JAVA("a", "java.lang.String", "valueOf(char)") "(\"ab\")", "null" },
		{ JAVA("s, o", "java.lang.String", "format(java.lang.String, [Ljava.lang.Object;)") "(\"办 %s%%\", \"结\")", "\"办 结%\"" },
		{ JAVA("a", "java.lang.Math", "foo(double)") "(1)", "null" }, { JAVA("a", "java.lang.Runtime", "exec(java.lang.String)") "(\"x\")", "null" },
		{ JAVA("a, b", "java.lang.Math", "cos(double)") "(1, 2)", "null" }, { JAVA("a", "java.lang.Math", "cos(double)") "(\"x\")", "null" },
		{ "(function(a) external {})(1)", "null" }, { "(function(a) external 5)(1)", "null" },
	};
	ROWS(rows, NULL);
}

static enum err twice(void *arg, struct feel_run *run, const struct feel_value *args, size_t count, struct feel_value *out)
{
	++*(int *)arg;
	CHECK_INT(count, 2);
	if (args[0].kind != FEEL_NUMBER)
		return feel_run_null(run, out, "nothing to double");
	*out = feel_number(dec_mul(args[0].number, dec_from_i64(2)));
	return OK;
}

/* A business knowledge model is a value like any other: called by position, by name, passed on. */
TEST(functions_written_in_c)
{
	static const struct feel_type number = { .kind = FEEL_TYPE_NUMBER };
	static const struct feel_param params[] = { { S_INIT("amount"), &number }, { S_INIT("note"), NULL } };
	static const struct { const char *expression, *value; int calls; } rows[] = {
		{ "double it(4, \"n\")", "8", 1 }, { "double it(note: 1, amount: 5)", "10", 1 }, { "double it(4)", "8", 1 },
		{ "double it([6], 0)", "12", 1 }, { "double it(\"x\", 0)", "null", 0 }, { "double it(1, 2, 3)", "null", 0 },
		{ "for x in [1, 2] return double it(x)", "[2, 4]", 2 }, { "double it(null, 1)", "null", 1 },
		{ "double it instance of function<number, Any>->Any", "true", 0 }, { "double it(price: 1)", "null", 0 },
	};
	static const struct str names[] = { S_INIT("double it") };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int calls = 0;
		struct feel_context_builder b;
		struct feel_value f, context, out;
		struct feel_plan *plan;
		struct feel_names known = { .names = names, .count = 1 };
		struct feel_env env = test_env();
		arena_init(&test_arena, 1 << 20);
		ROW(rows[i].expression);
		feel_context_begin(&b, &test_arena);
		REQUIRE(feel_function_native(&test_arena, params, 2, &number, twice, &calls, &f) == OK);
		REQUIRE(feel_context_put(&b, names[0], f) == OK && feel_context_end(&b, &context) == OK);
		REQUIRE(feel_compile(&test_arena, str_of(rows[i].expression), &known, &plan, NULL) == OK);
		REQUIRE(feel_eval(plan, &context, &env, &test_arena, &out, NULL) == OK);
		CHECK_STR(test_literal(&out), rows[i].value);
		CHECK_INT(calls, rows[i].calls);
		arena_release(&test_arena);
	}
	ROW(NULL);
}

TEST(functions_are_called_from_c)
{
	struct feel_plan *plan;
	struct feel_value f, out, args[2] = { feel_i64(20), feel_i64(3) };
	struct feel_env env = test_env();
	const struct feel_param *params;
	arena_init(&test_arena, 1 << 20);
	REQUIRE(feel_compile(&test_arena, S("{k: 100, f: function(a, b) a * b + k}.f"), NULL, &plan, NULL) == OK);
	REQUIRE(feel_eval(plan, NULL, &env, &test_arena, &f, NULL) == OK);
	REQUIRE(feel_function_params(&f, &params) == 2);
	CHECK_STR(params[1].name, "b");
	REQUIRE(feel_call(&f, args, 2, &env, &test_arena, &out, NULL) == OK);
	CHECK_STR(test_literal(&out), "160");
	REQUIRE(feel_call(&f, args, 1, &env, &test_arena, &out, NULL) == OK);
	CHECK(feel_is_null(&out));
	args[0] = feel_null();
	REQUIRE(feel_call(&args[0], args, 1, &env, &test_arena, &out, NULL) == OK);
	CHECK(feel_is_null(&out));
	arena_release(&test_arena);
}

TEST_MAIN
