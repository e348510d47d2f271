/* feel_test.h - evaluating one expression, its value as literal text; tables of rows. */
#ifndef TESTS_FEEL_TEST_H
#define TESTS_FEEL_TEST_H

#include "tests/test.h"

#include "feel/feel.h"
#include "text/json.h"

/* 2025-06-30T08:09:10.5Z */
enum { TEST_NOW_S = 1751270950 };

struct feel_row {
	const char *expression;
	const char *value; /* as feel_print_literal writes it; "error" for a syntax error */
};

static struct arena test_arena;
static char test_reason[300];

__attribute__((unused)) static void test_keep_reason(void *arg, struct str reason)
{
	(void)arg;
	snprintf(test_reason, sizeof test_reason, "%.*s", STR_ARG(reason));
}

__attribute__((unused)) static struct feel_env test_env(void)
{
	return (struct feel_env){ .now_ms = INT64_C(1000) * TEST_NOW_S + 500, .trace = test_keep_reason };
}

__attribute__((unused)) static struct str test_literal(const struct feel_value *v)
{
	struct buf b;
	struct str out = S("");
	buf_init_in(&b, &test_arena, 1 << 20);
	feel_print_literal(v, &b);
	CHECK(buf_finish(&b, &out) == OK);
	return out;
}

/* Variables from JSON text; names and types as feel_names_of tells them. */
__attribute__((unused)) static struct feel_value test_context(const char *json, struct feel_names *names)
{
	struct diag d;
	const struct json *v;
	struct feel_value context = feel_null();
	diag_init(&d);
	*names = (struct feel_names){ .count = 0 };
	if (json && (json_read(&test_arena, str_of(json), &v, &d) != OK ||
	             feel_from_json(&test_arena, v, &context, &d) != OK ||
	             feel_names_of(&test_arena, &context, names) != OK))
		CHECK(false && "the test's own JSON must be good");
	return context;
}

/* "error: code" for what does not compile or ends in a bound. */
__attribute__((unused)) static struct str test_run(const char *expression, const char *json)
{
	struct diag d;
	struct feel_names names;
	struct feel_plan *plan;
	struct feel_value out, context = test_context(json, &names);
	struct feel_env env = test_env();
	diag_init(&d);
	test_reason[0] = 0;
	enum err e = feel_compile(&test_arena, str_of(expression), &names, &plan, &d);
	if (e == OK)
		e = feel_eval(plan, json ? &context : NULL, &env, &test_arena, &out, &d);
	if (e != OK)
		return arena_printf(&test_arena, "error: %s", d.code);
	return test_literal(&out);
}

__attribute__((unused)) static void test_rows(const struct feel_row *rows, size_t count, const char *json)
{
	for (size_t i = 0; i < count; i++) {
		arena_init(&test_arena, 64 << 20);
		ROW(rows[i].expression);
		CHECK_STR(test_run(rows[i].expression, json), rows[i].value);
		arena_release(&test_arena);
	}
	ROW(NULL);
}

#define ROWS(rows_, json_) test_rows(rows_, sizeof rows_ / sizeof *rows_, json_)

#endif
