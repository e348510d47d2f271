/* test_types.c - instance of, type expressions, conformance and conversions (DMN 1.5, 10.3.2.9). */
#include "tests/unit/feel/feel_test.h"

TEST(instance_of)
{
	static const struct feel_row rows[] = {
		{ "1 instance of number", "true" }, { "1 instance of string", "false" }, { "1 instance of Any", "true" },
		{ "null instance of Any", "false" }, { "null instance of Null", "true" }, { "null instance of number", "false" }, { "1 instance of Null", "false" },
		{ "@\"2025-01-01\" instance of date", "true" }, { "@\"2025-01-01T00:00:00\" instance of date and time", "true" },
		{ "@\"2025-01-01\" instance of date and time", "false" }, { "@\"P1D\" instance of days and time duration", "true" },
		{ "@\"P1M\" instance of years and months duration", "true" }, { "@\"P1M\" instance of days and time duration", "false" },
		{ "[1, 2] instance of list<number>", "true" }, { "[1, \"a\"] instance of list<number>", "false" }, { "[] instance of list<number>", "true" },
		{ "[1] instance of number", "false" }, { "1 instance of list<number>", "false" }, { "[[1]] instance of list<list<number>>", "true" },
		{ "{a: 1} instance of context<a: number>", "true" }, { "{a: 1, b: 2} instance of context<a: number>", "true" },
		{ "{a: \"x\"} instance of context<a: number>", "false" }, { "{} instance of context<a: number>", "false" },
		{ "{first name: \"x\"} instance of context<first name: string>", "true" },
		{ "[1..2] instance of range<number>", "true" }, { "[1..2] instance of range<string>", "false" },
		{ "(function(a: number) a) instance of function<number>->Any", "true" }, { "(function(a: number) a) instance of function<string>->Any", "false" },
		{ "(function(a) \"x\") instance of function<number>->number", "false" }, { "count instance of function", "true" }, { "1 instance of function", "false" },
	};
	ROWS(rows, NULL);
}

static const struct feel_type *type(const char *text)
{
	const struct feel_type *t = NULL;
	struct diag d;
	diag_init(&d);
	return feel_type_parse(&test_arena, str_of(text), NULL, &t, &d) == OK ? t : NULL;
}

static struct str type_text(const struct feel_type *t)
{
	struct buf b;
	buf_init_in(&b, &test_arena, 4096);
	feel_type_print(t, &b);
	return buf_str(&b);
}

TEST(type_expressions_read_and_print)
{
	static const char *const good[] = { "number", "Any", "date and time", "list<number>", "context<a: number, b c: list<string>>",
		"function<number, string>->date", "range<days and time duration>", "list", "function<>->Any" };
	static const char *const bad[] = { "", "numbr", "list<", "list<number", "context<a>", "function<number>", "number x", "list<>" };
	arena_init(&test_arena, 1 << 20);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		const struct feel_type *t = type(good[i]);
		ROW(good[i]);
		CHECK(t != NULL);
		if (t)
			CHECK_STR(type_text(t), good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ROW(bad[i]);
		CHECK(type(bad[i]) == NULL);
	}
	ROW(NULL);
	CHECK(type("dayTimeDuration")->kind == FEEL_TYPE_DAYS_DURATION);
	CHECK(feel_type_builtin(S("string"))->kind == FEEL_TYPE_STRING);
	CHECK(feel_type_builtin(S("String")) == NULL);
	arena_release(&test_arena);
}

TEST(conformance)
{
	static const struct { const char *t, *of; bool conforms; } rows[] = {
		{ "number", "Any", true }, { "Any", "number", false }, { "Null", "number", true }, { "list<number>", "list<Any>", true },
		{ "list<Any>", "list<number>", false }, { "context<a: number, b: string>", "context<a: number>", true },
		{ "context<a: number>", "context<a: number, b: string>", false }, { "range<number>", "range<number>", true }, { "range<number>", "range<string>", false },
		{ "function<Any>->number", "function<number>->Any", true }, { "function<number>->Any", "function<Any>->Any", false },
		{ "function<>->Any", "function<number>->Any", false }, { "number", "string", false },
	};
	arena_init(&test_arena, 1 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(arena_z(&test_arena, arena_printf(&test_arena, "%s of %s", rows[i].t, rows[i].of)));
		CHECK_INT(feel_type_conforms(type(rows[i].t), type(rows[i].of)), rows[i].conforms);
	}
	ROW(NULL);
	arena_release(&test_arena);
}

static struct str coerced(const char *t, const char *expression)
{
	struct feel_plan *plan;
	struct feel_value v, out;
	struct feel_env env = test_env();
	if (feel_compile(&test_arena, str_of(expression), NULL, &plan, NULL) != OK ||
	    feel_eval(plan, NULL, &env, &test_arena, &v, NULL) != OK ||
	    feel_coerce(type(t), &v, &env, &test_arena, &out, NULL) != OK)
		return S("error");
	return test_literal(&out);
}

TEST(conversions)
{
	static const struct { const char *t, *value, *out; } rows[] = {
		{ "number", "5", "5" }, { "number", "\"5\"", "null" }, { "number", "[5]", "5" }, { "number", "[5, 6]", "null" }, { "number", "[[5]]", "null" },
		{ "list<number>", "5", "[5]" }, { "list<number>", "[5, \"a\"]", "null" }, { "list<number>", "null", "null" }, { "list<list<number>>", "[1, 2]", "[[1], [2]]" },
		{ "date and time", "@\"2025-01-01\"", "@\"2025-01-01T00:00:00Z\"" }, { "date", "@\"2025-01-01T00:00:00\"", "null" },
		{ "context<a: number>", "{a: [1], b: 2}", "{a: 1, b: 2}" }, { "context<a: number>", "{b: 2}", "null" }, { "context<a: number>", "[{a: 1}]", "{a: 1}" },
		{ "Any", "[1]", "[1]" }, { "string", "null", "null" },
	};
	arena_init(&test_arena, 8 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(arena_z(&test_arena, arena_printf(&test_arena, "%s to %s", rows[i].value, rows[i].t)));
		CHECK_STR(coerced(rows[i].t, rows[i].value), rows[i].out);
	}
	ROW(NULL);
	arena_release(&test_arena);
}

TEST(allowed_values_are_checked_item_by_item)
{
	struct feel_plan *allowed, *few;
	struct feel_env env = test_env();
	struct feel_value out, items[3] = { feel_i64(1), feel_i64(5), feel_i64(9) }, list = feel_list(items, 2), long_list = feel_list(items, 3);
	arena_init(&test_arena, 1 << 20);
	REQUIRE(feel_compile_unary(&test_arena, S("[1..8]"), NULL, &allowed, NULL) == OK);
	REQUIRE(feel_compile_unary(&test_arena, S("count(?) < 3"), NULL, &few, NULL) == OK);
	struct feel_type score = { .kind = FEEL_TYPE_NUMBER, .name = S("tScore"), .allowed = allowed };
	struct feel_type scores = { .kind = FEEL_TYPE_LIST, .item = &score, .allowed = few };
	REQUIRE(feel_coerce(&score, &items[1], &env, &test_arena, &out, NULL) == OK);
	CHECK_STR(test_literal(&out), "5");
	REQUIRE(feel_coerce(&score, &items[2], &env, &test_arena, &out, NULL) == OK);
	CHECK(feel_is_null(&out));
	CHECK(strstr(test_reason, "tScore") != NULL);
	REQUIRE(feel_coerce(&scores, &list, &env, &test_arena, &out, NULL) == OK);
	CHECK_STR(test_literal(&out), "[1, 5]");
	items[2] = feel_i64(2);
	REQUIRE(feel_coerce(&scores, &long_list, &env, &test_arena, &out, NULL) == OK);
	CHECK(feel_is_null(&out));
	items[0] = feel_i64(0);
	REQUIRE(feel_coerce(&scores, &list, &env, &test_arena, &out, NULL) == OK);
	CHECK(feel_is_null(&out));
	arena_release(&test_arena);
}

/* An item definition is known by its name, and its members by theirs. */
TEST(item_definitions_in_expressions)
{
	static const struct feel_type number = { .kind = FEEL_TYPE_NUMBER }, string = { .kind = FEEL_TYPE_STRING };
	static const struct feel_param members[] = { { S_INIT("net-price"), &number }, { S_INIT("full name"), &string } };
	static const struct feel_type person = { .kind = FEEL_TYPE_CONTEXT, .name = S_INIT("t Person"), .members = members, .members_count = 2 };
	static const struct feel_type people = { .kind = FEEL_TYPE_LIST, .name = S_INIT("tPeople"), .item = &person };
	static const struct feel_type *const known[] = { &person, &people };
	static const struct str names[] = { S_INIT("people") };
	static const struct feel_type *const types[] = { &people };
	static const struct feel_names scope = { .names = names, .types = types, .count = 1, .known_types = known, .known_types_count = 2 };
	static const struct feel_row rows[] = {
		{ "people[net-price > 5].full name", "[\"b\"]" }, { "people[1].net-price - 1", "0" }, { "for p in people return p.net-price", "[1, 9]" },
		{ "people instance of tPeople", "true" }, { "people[1] instance of t Person", "true" }, { "5 instance of t Person", "false" },
		{ "people instance of list<t Person>", "true" }, { "(function(p: t Person) p.full name)(people[2])", "\"b\"" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct feel_names unused;
		struct feel_plan *plan;
		struct feel_value out;
		struct feel_env env = test_env();
		arena_init(&test_arena, 1 << 20);
		ROW(rows[i].expression);
		struct feel_value data = test_context("{\"people\": [{\"net-price\": 1, \"full name\": \"a\"}, {\"net-price\": 9, \"full name\": \"b\"}]}", &unused);
		REQUIRE(feel_compile(&test_arena, str_of(rows[i].expression), &scope, &plan, NULL) == OK);
		REQUIRE(feel_eval(plan, &data, &env, &test_arena, &out, NULL) == OK);
		CHECK_STR(test_literal(&out), rows[i].value);
		arena_release(&test_arena);
	}
	ROW(NULL);
}

TEST(plans_know_their_type)
{
	static const struct { const char *expression, *type; } rows[] = {
		{ "1 < 2", "boolean" }, { "\"a\"", "string" }, { "[1, 2]", "list<number>" }, { "{a: 1}", "context<a: number>" }, { "{a: [1]}.a[1]", "number" },
		{ "for i in [1] return \"x\"", "list<string>" }, { "x", "Any" }, { "if x then 1 else null", "number" }, { "(function(a) 1 = 1)(2)", "boolean" },
	};
	arena_init(&test_arena, 1 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct feel_plan *plan;
		ROW(rows[i].expression);
		REQUIRE(feel_compile(&test_arena, str_of(rows[i].expression), NULL, &plan, NULL) == OK);
		CHECK_STR(type_text(feel_plan_type(plan)), rows[i].type);
	}
	ROW(NULL);
	arena_release(&test_arena);
}

TEST_MAIN
