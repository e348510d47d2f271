/* test_syntax.c - literals, names, comments and what is no FEEL (DMN 1.5, 10.3.1). */
#include "tests/unit/feel/feel_test.h"

TEST(literals)
{
	static const struct feel_row rows[] = {
		{ "1", "1" }, { "-1.50", "-1.5" }, { ".5", "0.5" }, { "1.23e4", "12300" }, { "1.23E-4", "0.000123" },
		{ "12345678901234567890123456789012345", "12345678901234567890123456789012340" },
		{ "true", "true" }, { "false", "false" }, { "null", "null" }, { "\"\"", "\"\"" },
		{ "\"办结\"", "\"办结\"" }, { "\"a\\n\\t\\r\\\"\\'\\\\\"", "\"a\\n\\t\\r\\\"'\\\\\"" },
		{ "\"\\u529e\\u7ed3\"", "\"办结\"" }, { "\"\\U01F40E\"", "\"🐎\"" }, { "\"\\ud83d\\udc0e\"", "\"🐎\"" },
		{ "\"\\s\"", "\"\\\\s\"" }, { "\"\\u1F4A9\"", "\"Ὂ9\"" },
		{ "@\"2025-06-30\"", "@\"2025-06-30\"" }, { "@\"08:09:10\"", "@\"08:09:10\"" },
		{ "@\"2025-06-30T08:09:10+08:00\"", "@\"2025-06-30T08:09:10+08:00\"" },
		{ "@\"P1Y2M\"", "@\"P1Y2M\"" }, { "@\"-PT36H\"", "@\"-P1DT12H\"" }, { "@\"nonsense\"", "null" },
		{ "[]", "[]" }, { "{}", "{}" }, { "[1, \"a\", [true]]", "[1, \"a\", [true]]" },
		{ "{a: 1, \"b c\": {d: []}}", "{a: 1, b c: {d: []}}" },
	};
	ROWS(rows, NULL);
}

TEST(names_with_blanks_and_symbols_are_resolved_in_scope)
{
	static const char data[] = "{\"a\": 10, \"b\": 3, \"a-b\": 100, \"first name\": \"小明\", \"Mike's age\": 40, \"x+y\": 5,"
	                           " \"办件 编号\": 7, \"date of birth\": \"d\", \"order\": 1, \"c\": {\"net-price\": 9, \"tax rate\": 2}}";
	static const struct feel_row rows[] = {
		{ "a-b", "100" }, { "a - b", "100" }, { "a -b", "100" }, { "a /* - */ -b", "100" }, { "(a)-b", "7" }, { "b-a", "-7" },
		{ "first name", "\"小明\"" }, { "first   name", "\"小明\"" }, { "first\n\tname", "\"小明\"" },
		{ "Mike's age + 1", "41" }, { "x+y", "5" }, { "x + y", "5" }, { "办件 编号 + 1", "8" },
		{ "date of birth", "\"d\"" }, { "order + a", "11" }, { "c.net-price - 1", "8" }, { "c.tax rate * 2", "4" },
		{ "{net price: 2, tax: net price * 3}.tax", "6" }, { "for net price in [1, 2] return net price + 1", "[2, 3]" },
		{ "(function(unit price, count) unit price * count)(3, 4)", "12" },
		{ "some big case in [1, 2] satisfies big case > 1", "true" },
		{ "[{unit price: 5}, {unit price: 6}][unit price > 5].unit price", "[6]" },
		{ "{a b: 1, f: a b + 1}.f", "2" },
	};
	ROWS(rows, data);
}

TEST(unknown_names_are_looked_up_late)
{
	arena_init(&test_arena, 1 << 20);
	struct feel_names none = { .count = 0 }, names;
	struct feel_plan *plan;
	struct feel_value out, context = test_context("{\"new amount\": 5, \"x\": {\"y z\": 6}}", &names);
	struct feel_env env = test_env();
	struct str *unknown;
	size_t count;
	REQUIRE(feel_compile(&test_arena, S("new amount + x.y z + new amount"), &none, &plan, NULL) == OK);
	REQUIRE(feel_eval(plan, &context, &env, &test_arena, &out, NULL) == OK);
	CHECK_STR(test_literal(&out), "16");
	REQUIRE(feel_plan_unknown_names(plan, &test_arena, &unknown, &count) == OK);
	REQUIRE(count == 2);
	CHECK_STR(unknown[0], "new amount");
	CHECK_STR(unknown[1], "x");
	REQUIRE(feel_eval(plan, NULL, &env, &test_arena, &out, NULL) == OK);
	CHECK(feel_is_null(&out));
	CHECK(strstr(test_reason, "not defined") != NULL);
	arena_release(&test_arena);
}

TEST(comments_and_blanks)
{
	static const struct feel_row rows[] = {
		{ "1 + // the rest\n 2", "3" }, { "1 /* one */ + /* two\nlines */ 2", "3" }, { "/* first */ 1", "1" },
		{ "1 // last", "1" }, { "\"// no comment\"", "\"// no comment\"" }, { "  \t\r\n 1 \xc2\xa0 ", "1" },
		{ "\xef\xbb\xbf" "1", "1" }, { "1\xe3\x80\x80+\xe3\x80\x80" "1", "2" }, { "6/2", "3" },
	};
	ROWS(rows, NULL);
}

TEST(precedence)
{
	static const struct feel_row rows[] = {
		{ "1 + 2 * 3", "7" }, { "(1 + 2) * 3", "9" }, { "2 * 3 ** 2", "18" }, { "-2 ** 2", "4" }, { "2 ** 3 ** 2", "64" },
		{ "10 - 2 - 3", "5" }, { "100 / 10 / 2", "5" }, { "2 ** -1", "0.5" }, { "- - 3", "3" }, { "-10--5", "-5" },
		{ "1 < 2 and 2 < 1 or true", "true" }, { "true or false and false", "true" }, { "1 + 1 = 2", "true" },
		{ "1 = 1 = true", "true" }, { "not(true) or true", "true" }, { "1 between 0 and 2 and true", "true" },
		{ "5 in [1..10] and 3 in (1, 2, 3)", "true" }, { "-[1, 2][1]", "-1" }, { "[1, 2][2] + 1", "3" },
		{ "if true then 1 else 2 + 3", "1" }, { "(if true then 1 else 2) + 3", "4" },
		{ "{a: 1}.a + 1", "2" }, { "[1..3[.end", "3" }, { "[1..10[ = [1..10)", "true" },
	};
	ROWS(rows, NULL);
}

TEST(errors_say_where_and_what_was_expected)
{
	static const struct { const char *source; int line, column; const char *says; } rows[] = {
		{ "1 +", 1, 4, "expected an expression, but found the end" },
		{ "", 1, 1, "expected an expression" },
		{ "(1", 1, 3, "expected ) for an opening parenthesis" },
		{ "[1, 2", 1, 6, "expected ] at the end of a list" },
		{ "{a 1}", 1, 2, "expected the key" },
		{ "{a: 1, a: 2}", 1, 9, "stands twice" },
		{ "\"open", 1, 6, "expected \" at the end" },
		{ "if true then 1", 1, 15, "expected \"else\"" },
		{ "for x in [1]\nretrun x", 2, 1, "expected \"return\"" },
		{ "1 2", 1, 3, "expected an operator or the end" },
		{ "\"中文\" 2", 1, 6, "expected an operator" },
		{ "\"\\ud83d\"", 1, 8, "code point" },
		{ "x instance of nonsense", 1, 15, "expected a type" },
		{ "[1..2", 1, 6, "expected ], ) or [" },
		{ "f(a: 1, 2)", 1, 9, "name of a parameter" },
		{ "1 between 2", 1, 12, "expected \"and\"" },
		{ "#", 1, 1, "expected an expression, but found #" },
		{ "@2", 1, 2, "expected a text behind @" },
		{ "1 /* open", 1, 10, NULL },
	};
	arena_init(&test_arena, 8 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct feel_plan *plan = NULL;
		struct diag d;
		diag_init(&d);
		enum err e = feel_compile(&test_arena, str_of(rows[i].source), NULL, &plan, &d);
		ROW(rows[i].source);
		if (!rows[i].says) {
			CHECK(e == OK);
			continue;
		}
		CHECK(e == ERR_INVALID && plan == NULL);
		CHECK_STR(str_of(d.code), "feel.syntax");
		CHECK(strstr(d.text, rows[i].says) != NULL);
		CHECK_INT(d.line, rows[i].line);
		CHECK_INT(d.column, rows[i].column);
	}
	ROW(NULL);
	arena_release(&test_arena);
}

TEST(bad_utf8_is_refused)
{
	struct arena a;
	struct feel_plan *plan;
	struct diag d;
	arena_init(&a, 1 << 20);
	diag_init(&d);
	CHECK(feel_compile(&a, S("\"\xff\""), NULL, &plan, &d) == ERR_INVALID);
	CHECK_STR(str_of(d.code), "feel.utf8");
	arena_release(&a);
}

/* What is printed compiles to the same plan; parentheses stand where they are needed, or could be. */
TEST(plans_print_as_feel)
{
	static const struct { const char *source, *printed; } rows[] = {
		{ "1+2*3", "1 + 2 * 3" }, { "(1+2)*3", "(1 + 2) * 3" }, { "1-(2-3)", "1 - (2 - 3)" }, { "((1))", "(1)" }, { "((\"x\"))", "\"x\"" }, { "(a)-b", "(a) - b" }, { "a-(b)", "a - (b)" }, { "(x)and y", "(x) and y" }, { "((a)) - b", "(a) - b" },
		{ "a and(b or c)", "a and (b or c)" }, { "if a then b else c", "if a then b else c" },
		{ "(if a then b else c)+1", "(if a then b else c) + 1" }, { "[1,2][item>1]", "[1, 2][item > 1]" },
		{ "]1..2[", "(1..2)" }, { "x in(<1,>=2)", "x in (< 1, >= 2)" }, { "x in <1", "x in < 1" },
		{ "(<1)", "(< 1)" }, { "function(a:number,b)a+b", "function(a: number, b) a + b" },
		{ "{\"a b\":1,\"+\":2}", "{a b: 1, \"+\": 2}" }, { "f(x:1,y:2)", "f(x: 1, y: 2)" },
		{ "for i in 1..3,j in [i] return j", "for i in 1..3, j in [i] return j" },
		{ "every x in y satisfies x", "every x in y satisfies x" }, { "x instance of list<number>", "x instance of list<number>" },
		{ "-(1+2)", "-(1 + 2)" }, { "2**-1", "2 ** -1" }, { "date and  time(\"x\")", "date and time(\"x\")" },
		{ "@\"P12M\"", "@\"P1Y\"" }, { "x between 1 and 2", "x between 1 and 2" }, { "\"a\\u4e2d\"", "\"a中\"" },
	};
	arena_init(&test_arena, 8 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct feel_plan *plan;
		struct buf b;
		buf_init_in(&b, &test_arena, 1 << 16);
		ROW(rows[i].source);
		if (feel_compile(&test_arena, str_of(rows[i].source), NULL, &plan, NULL) != OK) {
			CHECK(false && "it compiles");
			continue;
		}
		feel_plan_print(plan, &b);
		CHECK_STR(buf_str(&b), rows[i].printed);
	}
	ROW(NULL);
	arena_release(&test_arena);
}

TEST_MAIN
