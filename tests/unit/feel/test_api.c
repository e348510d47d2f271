/* test_api.c - values from C: JSON, builders, copies, runs opened by C code, names and types of data. */
#include "tests/unit/feel/feel_test.h"

static struct str to_json(const struct feel_value *v)
{
	struct buf b;
	struct json_writer w;
	buf_init_in(&b, &test_arena, 1 << 20);
	json_writer_init(&w, &b);
	feel_to_json(v, &w);
	return buf_str(&b);
}

TEST(json_in_and_out)
{
	static const struct { const char *in, *literal, *out; } rows[] = {
		{ "{\"a\": 12800.50, \"b\": [true, null, \"办\"], \"c d\": {}}", "{a: 12800.5, b: [true, null, \"办\"], c d: {}}", "{\"a\":12800.5,\"b\":[true,null,\"办\"],\"c d\":{}}" },
		{ "12345678901234567890.1234567890", "12345678901234567890.123456789", "12345678901234567890.123456789" }, { "\"2025-01-01\"", "\"2025-01-01\"", "\"2025-01-01\"" }, { "1e3", "1000", "1000" }, { "[]", "[]", "[]" },
	};
	arena_init(&test_arena, 4 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *j;
		struct feel_value v;
		struct diag d;
		diag_init(&d);
		ROW(rows[i].in);
		REQUIRE(json_read(&test_arena, str_of(rows[i].in), &j, &d) == OK);
		REQUIRE(feel_from_json(&test_arena, j, &v, &d) == OK);
		CHECK_STR(test_literal(&v), rows[i].literal);
		CHECK_STR(to_json(&v), rows[i].out);
	}
	ROW(NULL);
	arena_release(&test_arena);
}

TEST(feel_values_as_json)
{
	static const struct { const char *expression, *json; } rows[] = {
		{ "@\"2025-01-01\"", "\"2025-01-01\"" }, { "@\"10:00:00Z\"", "\"10:00:00Z\"" }, { "@\"P1Y\"", "\"P1Y\"" }, { "count", "null" }, { "[1..2]", "\"[1..2]\"" }, { "{a: @\"PT1H\"}", "{\"a\":\"PT1H\"}" }, { "1e100", "1E+100" },
	};
	arena_init(&test_arena, 4 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct feel_plan *plan;
		struct feel_value v;
		struct feel_env env = test_env();
		ROW(rows[i].expression);
		REQUIRE(feel_compile(&test_arena, str_of(rows[i].expression), NULL, &plan, NULL) == OK);
		REQUIRE(feel_eval(plan, NULL, &env, &test_arena, &v, NULL) == OK);
		CHECK_STR(to_json(&v), rows[i].json);
	}
	ROW(NULL);
	arena_release(&test_arena);
}

TEST(json_read_as_a_type)
{
	const struct feel_type *t;
	const struct json *j;
	struct feel_value v;
	struct diag d;
	diag_init(&d);
	arena_init(&test_arena, 4 << 20);
	REQUIRE(feel_type_parse(&test_arena, S("context<born: date, seen: list<date and time>, stay: days and time duration, at: time, note: string>"), NULL, &t, &d) == OK);
	REQUIRE(json_read(&test_arena, S("{\"born\": \"2000-02-29\", \"seen\": [\"2025-01-01T10:00:00Z\"], \"stay\": \"P3D\", \"at\": \"bad\", \"note\": \"2025-01-01\", \"more\": 1}"), &j, &d) == OK);
	REQUIRE(feel_from_json_as(&test_arena, j, t, &v, &d) == OK);
	CHECK_STR(test_literal(&v), "{born: @\"2000-02-29\", seen: [@\"2025-01-01T10:00:00Z\"], stay: @\"P3D\", at: \"bad\", note: \"2025-01-01\", more: 1}");
	arena_release(&test_arena);
}

TEST(contexts_of_every_size_find_their_keys)
{
	for (size_t n = 0; n < 300; n = n * 2 + 1) {
		struct feel_context_builder b;
		struct feel_value c;
		arena_init(&test_arena, 4 << 20);
		feel_context_begin(&b, &test_arena);
		for (size_t i = 0; i < n; i++)
			REQUIRE(feel_context_put(&b, arena_printf(&test_arena, "key %zu", i), feel_i64((int64_t)i)) == OK);
		for (size_t i = 0; i < n; i += 3) /* put again: replaced in place */
			REQUIRE(feel_context_put(&b, arena_printf(&test_arena, "key %zu", i), feel_i64(-1)) == OK);
		REQUIRE(feel_context_end(&b, &c) == OK);
		CHECK_INT(feel_count(&c), n);
		for (size_t i = 0; i < n; i++) {
			const struct feel_value *v = feel_get(&c, arena_printf(&test_arena, "key %zu", i));
			REQUIRE(v != NULL);
			CHECK(dec_eq(v->number, dec_from_i64(i % 3 ? (int64_t)i : -1)));
			CHECK_STR(c.context->entries[i].key, arena_z(&test_arena, arena_printf(&test_arena, "key %zu", i)));
		}
		CHECK(feel_get(&c, S("key")) == NULL);
		arena_release(&test_arena);
	}
}

TEST(a_copy_outlives_its_source)
{
	struct arena source;
	struct feel_plan *plan;
	struct feel_value v, copy;
	struct feel_env env = test_env();
	arena_init(&test_arena, 4 << 20);
	arena_init(&source, 4 << 20);
	REQUIRE(feel_compile(&source, S("{a: [1, \"x\" + \"y\", {b: [1..\"9\"], c: [@\"P1D\"..@\"P2D\"]}], d: null}"), NULL, &plan, NULL) == OK);
	REQUIRE(feel_eval(plan, NULL, &env, &source, &v, NULL) == OK);
	REQUIRE(feel_copy(&test_arena, &v, &copy) == OK);
	arena_release(&source);
	CHECK_STR(test_literal(&copy), "{a: [1, \"xy\", {b: null, c: [@\"P1D\"..@\"P2D\"]}], d: null}");
	arena_release(&test_arena);
}

/* Many plans under one set of bounds, as a decision table is evaluated. */
TEST(a_run_counts_over_all_its_evaluations)
{
	struct feel_plan *plan, *unary;
	struct feel_value out, three = feel_i64(3);
	struct feel_env env = { .bounds = { .work_max = 100 } };
	struct feel_run *run;
	struct diag d;
	diag_init(&d);
	arena_init(&test_arena, 4 << 20);
	REQUIRE(feel_compile(&test_arena, S("1 + 2 * 3"), NULL, &plan, &d) == OK);
	REQUIRE(feel_compile_unary(&test_arena, S("< 5"), NULL, &unary, &d) == OK);
	REQUIRE(feel_run_open(&env, &test_arena, &d, &run) == OK);
	int n = 0;
	while (n < 1000 && feel_run_eval(run, plan, NULL, &out) == OK && feel_run_eval_unary(run, unary, &three, NULL, &out) == OK)
		n++;
	CHECK(n > 10 && n < 100);
	CHECK_STR(str_of(d.code), "feel.work");
	arena_release(&test_arena);
}

TEST(types_of_values)
{
	static const struct { const char *json, *type; } rows[] = {
		{ "{\"a\": 1, \"b\": [\"x\"], \"c\": {\"d\": true}}", "context<a: number, b: list<string>, c: context<d: boolean>>" }, { "[1, \"a\"]", "list" }, { "[null, 2]", "list<number>" }, { "[]", "list" },
	};
	arena_init(&test_arena, 4 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *j;
		struct feel_value v;
		struct buf b;
		buf_init_in(&b, &test_arena, 4096);
		ROW(rows[i].json);
		REQUIRE(json_read(&test_arena, str_of(rows[i].json), &j, NULL) == OK);
		REQUIRE(feel_from_json(&test_arena, j, &v, NULL) == OK);
		feel_type_print(feel_type_of(&test_arena, &v), &b);
		CHECK_STR(buf_str(&b), rows[i].type);
	}
	ROW(NULL);
	arena_release(&test_arena);
}

TEST_MAIN
