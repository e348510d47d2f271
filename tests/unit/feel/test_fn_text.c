/* test_fn_text.c - string(), number() and the text functions, patterns among them (DMN 1.5, 10.3.4.1,
 * 10.3.4.3; patterns after XPath Functions and Operators 3.1, 5.6). */
#include "tests/unit/feel/feel_test.h"

TEST(conversions_to_text_and_number)
{
	static const struct feel_row rows[] = {
		{ "string(1.10)", "\"1.1\"" }, { "string(1e3)", "\"1000\"" }, { "string(null)", "null" }, { "string(true)", "\"true\"" }, { "string(\"a\")", "\"a\"" }, { "string(@\"2025-01-01\")", "\"2025-01-01\"" },
		{ "string([1, \"a\", null])", "\"[1, \\\"a\\\", null]\"" }, { "string({a: \"x\", \"b+\": 1})", "\"{a: \\\"x\\\", b+: 1}\"" }, { "string([1..2))", "\"[1..2)\"" }, { "string(@\"P1Y\")", "\"P1Y\"" }, { "string(from: 5)", "\"5\"" },
		{ "string()", "null" }, { "number(\"12.50\")", "12.5" }, { "number(\"1 000,5\", \" \", \",\")", "1000.5" }, { "number(\"1,000.5\", \",\", \".\")", "1000.5" }, { "number(\"1.000,5\", \".\", \",\")", "1000.5" },
		{ "number(\"1,5\", null, \",\")", "1.5" }, { "number(\"1.5\", null, \",\")", "null" }, { "number(\"1000.5\", null, null)", "1000.5" }, { "number(\"1\", \".\", \".\")", "null" }, { "number(\"1\", \"x\", null)", "null" },
		{ "number(\"abc\")", "null" }, { "number(\"\")", "null" }, { "number(null)", "null" }, { "number(\"-1e2\")", "-100" }, { "number(5)", "null" }, { "number(from: \"7\", grouping separator: \",\", decimal separator: \".\")", "7" },
	};
	ROWS(rows, NULL);
}

TEST(parts_of_texts)
{
	static const struct feel_row rows[] = {
		{ "substring(\"foobar\", 3)", "\"obar\"" }, { "substring(\"foobar\", 3, 3)", "\"oba\"" }, { "substring(\"foobar\", -2, 1)", "\"a\"" }, { "substring(\"办事🐎结果\", 3, 1)", "\"🐎\"" }, { "substring(\"abc\", 0)", "null" },
		{ "substring(\"abc\", 4)", "null" }, { "substring(\"abc\", -4)", "null" }, { "substring(\"abc\", 2, 0)", "null" }, { "substring(\"abc\", 2, 99)", "\"bc\"" }, { "substring([\"abc\"], 2)", "\"bc\"" }, { "substring(\"abc\")", "null" }, { "substring(string: \"abc\", start position: 2)", "\"bc\"" },
		{ "string length(\"办结🐎\")", "3" }, { "string length(\"\")", "0" }, { "string length(null)", "null" }, { "upper case(\"aBcß办é\")", "\"ABCSS办É\"" }, { "lower case(\"ABCÉ\")", "\"abcé\"" }, { "upper case(1)", "null" },
		{ "substring before(\"foobar\", \"bar\")", "\"foo\"" }, { "substring before(\"foobar\", \"x\")", "\"\"" }, { "substring before(\"foobar\", \"\")", "\"\"" }, { "substring after(\"foobar\", \"ob\")", "\"ar\"" }, { "substring after(\"foobar\", \"x\")", "\"\"" }, { "substring after(\"foobar\", \"\")", "\"foobar\"" },
		{ "contains(\"办事大厅\", \"大\")", "true" }, { "contains(\"abc\", \"x\")", "false" }, { "contains(null, \"x\")", "null" }, { "starts with(\"abc\", \"ab\")", "true" }, { "starts with(\"abc\", \"b\")", "false" }, { "ends with(\"abc\", \"bc\")", "true" }, { "ends with(\"abc\", \"b\")", "false" },
		{ "string join([\"a\", \"b\"])", "\"ab\"" }, { "string join([\"a\", null, \"b\"], \", \")", "\"a, b\"" }, { "string join([], \"x\")", "\"\"" }, { "string join([\"a\", 1])", "null" }, { "string join(\"a\", \"x\")", "\"a\"" }, { "string join([\"a\", \"b\"], null)", "\"ab\"" },
	};
	ROWS(rows, NULL);
}

TEST(matching)
{
	static const struct feel_row rows[] = {
		{ "matches(\"foobar\", \"^fo*b\")", "true" }, { "matches(\"foobar\", \"^fo*bx\")", "false" }, { "matches(\"abc\", \"B\")", "false" }, { "matches(\"abc\", \"B\", \"i\")", "true" }, { "matches(\"a.c\", \"a.c\", \"q\")", "true" }, { "matches(\"abc\", \"a.c\", \"q\")", "false" },
		{ "matches(\"a\\nb\", \"a.b\")", "false" }, { "matches(\"a\\nb\", \"a.b\", \"s\")", "true" }, { "matches(\"a\\rb\", \"a.b\")", "false" }, { "matches(\"a\\nb\", \"^b\")", "false" }, { "matches(\"a\\nb\", \"^b\", \"m\")", "true" }, { "matches(\"a\\n\", \"a$\")", "false" }, { "matches(\"a\\nb\", \"a$\", \"m\")", "true" },
		{ "matches(\"hello world\", \" hello wor ld\", \"x\")", "false" }, { "matches(\"hello world\", \" hello[ ]wor ld\", \"x\")", "true" }, { "matches(\"x\", \"[A-Z-[OI]]\", \"i\")", "true" }, { "matches(\"O\", \"[A-Z-[OI]]\")", "false" }, { "matches(\"q\", \"[^Q]\", \"i\")", "false" },
		{ "matches(\"办结\", \"^\\\\p{IsCJKUnifiedIdeographs}{2}$\")", "true" }, { "matches(\"a1\", \"^\\\\p{L}\\\\p{Nd}$\")", "true" }, { "matches(\"a\", \"\\\\P{L}\")", "false" }, { "matches(\"a-b\", \"^\\\\i\\\\c*$\")", "true" }, { "matches(\"-b\", \"^\\\\i\")", "false" }, { "matches(\"１\", \"\\\\d\")", "true" },
		{ "matches(\"!\", \"\\\\w\")", "false" }, { "matches(\"a b\", \"a\\\\sb\")", "true" }, { "matches(\"aa\", \"(a)\\\\1\")", "true" }, { "matches(\"ab\", \"(a)\\\\1\")", "false" }, { "matches(\"a{\", \"a\\\\{\")", "true" }, { "matches(\"aaa\", \"^a{2,3}$\")", "true" }, { "matches(\"a\", \"^a{2,}$\")", "false" },
		{ "matches(\"a-b\", \"[a-]-[-b]\")", "true" }, { "matches(\"]\", \"[\\\\]]\")", "true" }, { "matches(\"x1\", \"[\\\\d-[2-9]]\")", "true" }, { "matches(\"x2\", \"[\\\\d-[2-9]]\")", "false" }, { "matches(\"é\", \"[\\\\p{Ll}]\")", "true" }, { "matches(\"\", \"\")", "true" }, { "matches(\"ab\", \"(?:a)(b)\")", "true" },
	};
	ROWS(rows, NULL);
}

/* What Perl knows and XPath does not is refused, so that a rule means the same everywhere. */
TEST(patterns_that_xpath_refuses)
{
	static const char *const patterns[] = { "(", ")", "a)", "[a", "[]", "a{2", "{2}", "*a", "a**", "a{3,2}", "(?=a)", "(?i)a", "(?<n>a)", "\\\\b", "\\\\A", "\\\\q", "\\\\1", "(a\\\\1)", "[z-a]", "[a-b-c]", "[[a]]", "\\\\p{Foo}",
		"\\\\p{IsFoo}", "\\\\pL", "a]", "a}", "\\\\u0041", "(?P<n>a)", "\\\\x41", "a++", "[\\\\1]" };
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		arena_init(&test_arena, 1 << 20);
		ROW(patterns[i]);
		CHECK_STR(test_run(arena_z(&test_arena, arena_printf(&test_arena, "matches(\"a\", \"%s\")", patterns[i])), NULL), "null");
		CHECK(strstr(test_reason, "the pattern is not valid") != NULL);
		ROW(NULL);
		arena_release(&test_arena);
	}
}

TEST(flags_that_are_none)
{
	static const struct feel_row rows[] = {
		{ "matches(\"a\", \"a\", \"g\")", "null" }, { "matches(\"a\", \"a\", \" \")", "null" }, { "matches(\"a\", \"a\", \"\")", "true" }, { "matches(\"a\", \"a\", null)", "true" }, { "matches(\"a\", \"a\", 1)", "null" },
		{ "replace(\"a\", \"a\", \"b\", \"u\")", "null" },
	};
	ROWS(rows, NULL);
}

TEST(replacing)
{
	static const struct feel_row rows[] = {
		{ "replace(\"banana\", \"a\", \"o\")", "\"bonono\"" }, { "replace(\"banana\", \"(an)+\", \"**\")", "\"b**a\"" }, { "replace(\"abcd\", \"(ab)|(a)\", \"[1=$1][2=$2]\")", "\"[1=ab][2=]cd\"" }, { "replace(\"banana\", \"[aeiouy]\", \"[$0]\")", "\"b[a]n[a]n[a]\"" },
		{ "replace(\"abc\", \"b\", \"\\\\$\\\\\\\\\")", "\"a$\\\\c\"" }, { "replace(\"abc\", \"b\", \"$\")", "null" }, { "replace(\"abc\", \"b\", \"\\\\x\")", "null" }, { "replace(\"abc\", \"b\", \"$x\")", "null" }, { "replace(\"abc\", \"x*\", \"-\")", "null" }, { "replace(\"abc\", \"b\", \"$1\", \"q\")", "\"a$1c\"" },
		{ "replace(\"a1b\", \"(\\\\d)\", \"$12\")", "\"a12b\"" }, { "replace(\"办事\", \"办\", \"做\")", "\"做事\"" }, { "replace(\"abc\", \"B\", \"x\", \"i\")", "\"axc\"" }, { "replace(null, \"a\", \"b\")", "null" },
		{ "split(\"John Doe\", \"\\\\s\")", "[\"John\", \"Doe\"]" }, { "split(\"a;b;c;;\", \";\")", "[\"a\", \"b\", \"c\", \"\", \"\"]" }, { "split(\"\", \";\")", "[\"\"]" }, { "split(\"abc\", \"x*\")", "null" }, { "split(\"甲、乙\", \"、\")", "[\"甲\", \"乙\"]" }, { "split(\"a\", \"(\")", "null" },
		{ "extract(\"references are 1234, 1256, 1378\", \"12[0-9]*\")", "[\"1234\", \"1256\"]" }, { "extract(\"abc\", \"x\")", "[]" }, { "extract(\"ab\", \"a*\")", "[\"a\", \"\", \"\"]" },
	};
	ROWS(rows, NULL);
}

/* A pattern that would backtrack for ages ends in a bound. */
TEST(runaway_patterns_are_stopped)
{
	arena_init(&test_arena, 64 << 20);
	CHECK_STR(test_run("matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"^((a+)+)+b?$\")", NULL), "error: feel.pattern-work");
	arena_release(&test_arena);
}

TEST_MAIN
