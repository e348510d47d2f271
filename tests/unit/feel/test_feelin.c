/* test_feelin.c - the vectors of the npm package feelin, where the suite is present.
 *
 * They are that package's reading of FEEL. A row that the specification or the compatibility kit
 * contradicts stands in the table below with the reason; it must differ, or the table is wrong.
 */
#include <stdlib.h>

#include "tests/unit/feel/feel_test.h"

enum { ROWS_EXPECTED = 900 };

/* Paragraphs are of DMN 1.5. */
static const struct { const char *expression, *why; } contradicted[] = {
	{ "time(\"23:59:00\") + duration(\"PT2M\") = time(\"00:01\")", "10.3.4.1: the text of a time has seconds (XML Schema)" },
	{ "time(\"00:01\") - duration(\"PT2M\") = time(\"23:59:00\")", "10.3.4.1: the text of a time has seconds" },
	{ "time(\"23:59:00\") + duration(\"PT2M\") + duration(\"P1D\") = time(\"00:01\")", "10.3.4.1: the text of a time has seconds" },
	{ "time(\"00:01\") = time(\"00:01:00\")", "10.3.4.1: the text of a time has seconds" },
	{ "date(\"2023-10-06\") + duration(\"PT1H\")", "table 58: a date plus a duration is a date" },
	{ "date(\"2023-10-06\") - duration(\"PT1H\")", "table 58: a date minus a duration is a date" },
	{ "1 between 5 and -1", "table 54: x >= 5 and x <= -1" },
	{ "[6..4]", "table 54: x >= 6 and x <= 4" },
	{ "\"d\" in null", "table 55: e1 in e2 is e1 = e2 where e2 is no list and no range" },
	{ "duration(\"P4Y1D\") in [duration(\"P2Y\")..duration(\"P4Y\")]", "10.3.4.1: years with days are no duration; in of null is null" },
	{ "for\n          test in [ < 10, > 100 ]\n        return\n          test(40)", "10.3.2.13: a range is no function" },
	{ "[\"a\", \"b\"][ \"b\" ]", "10.3.2.5: a filter is a boolean or a number" },
	{ "items[if (a = 1) then (= 1) else (=2)]", "10.3.2.5: a filter is a boolean or a number" },
	{ "\"\\ud83d\\udc0e\\uD83D\\UDE00\"", "rule 66: \\U has six digits" },
	{ "\"\\u1F4A9\"", "rule 66: \\u has four digits" },
	{ "matches(\"\xF0\x9F\x98\x80\", \"\\u{1F600}\")", "rule 66: \\u has four digits and no braces" },
	{ "`foo`", "rule 27: no name starts with a back-quote" },
	{ "`expr statement = 1 () - 2`", "rule 27: no name starts with a back-quote" },
	{ "foo.`bar`", "rule 27: no name starts with a back-quote" },
	{ "> 20", "table 54: null compared with a number is null" },
	{ "? > 20", "table 54: null compared with a number is null" },
	{ "> 5", "table 54: null compared with a number is null" },
	{ "not (> 5)", "table 54: null compared with a number is null, and so is its negation" },
	{ "> 5 and = null", "rule 7: a comparison without left side cannot be combined" },
	{ "some x in ? satisfies true", "10.3.2.15: true is no list" },
	{ "not(true)", "table 53: a context and a boolean cannot be compared: null" },
	{ "not(false)", "table 53: a context and a boolean cannot be compared: null" },
	{ "not(0)", "table 53: a context and a number cannot be compared: null" },
	{ "not(1)", "table 53: a context and a number cannot be compared: null" },
	{ "not(\"true\")", "table 53: a context and a text cannot be compared: null" },
	{ "(> 5) = (5 .. null_value]", "10.3.2.7 and kit 0068: ranges from comparisons are their own kind" },
	{ "(>= 5) = [5 .. null_value]", "10.3.2.7 and kit 0068: ranges from comparisons are their own kind" },
	{ "string([1 .. 3])", "10.3.4.1: string(from) is the text of the value" },
	{ "string(< 10)", "10.3.4.1: string(from) is the text of the value" },
	{ "string(function(a) a)", "10.3.4.1: string(from) is the text of the value" },
	{ "string({\n        \"aa +    b\": 1,\n        a +    1: false\n      })", "rule 59: a key is the name or the text that is written" },
	{ "get value({key+    +1 : \"value1\"}, \"key + + 1\")", "rule 59: a key is the name that is written" },
	{ "matches(\"abcd\\n\", \"^$\", \"m\")", "F&O 5.6.1: ^ is not behind a newline that ends the text" },
	{ "is(value1: @\"2021-02-13\")", "10.3.2.13.4: a parameter is missing: null" },
	{ "is(value2: @\"2021-02-13\")", "10.3.2.13.4: a parameter is missing: null" },
	{ "is(value1: true)", "10.3.2.13.4: a parameter is missing: null" },
	{ "duration(\"-P1Y\") = duration(\"-P365D\")", "table 53: the two kinds of duration cannot be compared" },
};

enum { CONTRADICTED = sizeof contradicted / sizeof *contradicted };
static bool differed[CONTRADICTED];

/* Whether a row that differs may; it has been seen to, then. */
static bool may_differ(struct str expression)
{
	for (size_t i = 0; i < CONTRADICTED; i++)
		if (str_eqz(expression, contradicted[i].expression))
			return differed[i] = true;
	return false;
}

/* Functions of JavaScript cannot be brought here. */
static bool mentions(const struct json *v, const char *key)
{
	if (!v || (v->kind != JSON_ARRAY && v->kind != JSON_OBJECT))
		return false;
	for (size_t i = 0; i < v->count; i++) {
		const struct json *child = v->kind == JSON_ARRAY ? &v->items[i] : &v->members[i].value;
		if ((v->kind == JSON_OBJECT && str_eqz(v->members[i].key, key)) || mentions(child, key))
			return true;
	}
	return false;
}

static bool same(const struct feel_value *v, const struct json *want);

/* The package computes in doubles: 15 digits of theirs are compared. */
static bool same_number(struct dec d, struct str digits)
{
	struct dec want;
	if (!dec_parse(digits, &want))
		return false;
	struct dec off = dec_abs(dec_sub(d, want)), most = dec_mul(dec_abs(want), dec_scaled(1, 15));
	return dec_eq(d, want) || (digits.len > 15 && dec_cmp(off, most) < 0);
}

static bool same_text(const struct feel_value *v, struct str want)
{
	struct buf b;
	buf_init_in(&b, &test_arena, 1 << 16);
	feel_print(v, &b);
	return str_eq(buf_str(&b), want);
}

static bool same_compound(const struct feel_value *v, const struct json *want)
{
	const struct json *date = json_get(want, "@date"), *duration = json_get(want, "@duration");
	if (date || duration)
		return v->kind >= FEEL_DATE && v->kind <= FEEL_MONTHS_DURATION && same_text(v, json_text(date ? date : duration));
	if (v->kind != (want->kind == JSON_ARRAY ? FEEL_LIST : FEEL_CONTEXT) || feel_count(v) != want->count)
		return false;
	for (size_t i = 0; i < want->count; i++) {
		const struct feel_value *part = want->kind == JSON_ARRAY ? &v->list.at[i] : feel_get(v, want->members[i].key);
		if (!part || !same(part, want->kind == JSON_ARRAY ? &want->items[i] : &want->members[i].value))
			return false;
	}
	return true;
}

static bool same(const struct feel_value *v, const struct json *want)
{
	switch (want->kind) {
	case JSON_NULL:
		return feel_is_null(v);
	case JSON_BOOL:
		return v->kind == FEEL_BOOLEAN && v->boolean == want->boolean;
	case JSON_NUMBER:
		return v->kind == FEEL_NUMBER && same_number(v->number, want->text);
	case JSON_STRING:
		return v->kind == FEEL_STRING && str_eq(v->string, want->text);
	default:
		return same_compound(v, want);
	}
}

static bool agrees(const struct json *row, struct str expression)
{
	struct feel_names names = { .count = 0 };
	struct feel_value context = feel_null(), out = feel_null();
	const struct feel_value nothing = feel_null(), *input;
	struct feel_plan *plan;
	struct feel_env env = test_env();
	bool unary = str_eqz(json_text(json_get(row, "kind")), "unary");
	if (feel_from_json(&test_arena, json_get(row, "context"), &context, NULL) != OK ||
	    feel_names_of(&test_arena, &context, &names) != OK)
		return false;
	input = feel_get(&context, S("?"));
	if (unary) {
		if (feel_compile_unary(&test_arena, expression, &names, &plan, NULL) != OK ||
		    feel_eval_unary(plan, input ? input : &nothing, &context, &env, &test_arena, &out, NULL) != OK)
			return false;
	} else if (feel_compile(&test_arena, expression, &names, &plan, NULL) != OK ||
	           feel_eval(plan, &context, &env, &test_arena, &out, NULL) != OK) {
		return false;
	}
	return same(&out, json_get(row, "expected"));
}

static char *read_suite(size_t *len)
{
	FILE *f = fopen(PROJECT_ROOT "/../shared/suites/feel/feelin.json", "rb");
	char *text = f ? malloc(4 << 20) : NULL;
	*len = text ? fread(text, 1, 4 << 20, f) : 0;
	if (f)
		fclose(f);
	return text;
}

static struct str expression_of(const struct json *row)
{
	const struct json *e = json_get(row, "expression");
	return json_text(e ? e : json_get(row, "test"));
}

TEST(vectors_of_feelin)
{
	struct arena suite;
	const struct json *rows;
	struct diag d;
	size_t len, compared = 0, differing = 0;
	char *text = read_suite(&len);
	if (!text)
		SKIP("../shared/suites/feel is not here");
	arena_init(&suite, 64 << 20);
	diag_init(&d);
	if (json_read(&suite, str_span(text, len), &rows, &d) != OK)
		CHECK(false && "the suite is JSON");
	else
		for (size_t i = 0; i < rows->count; i++) {
			struct str expression = expression_of(&rows->items[i]);
			const struct json *context = json_get(&rows->items[i], "context");
			if (mentions(context, "@jsfunction") || (context && context->kind == JSON_ARRAY))
				continue;
			arena_init(&test_arena, 16 << 20);
			ROW(arena_z(&suite, expression));
			bool ok = agrees(&rows->items[i], expression);
			CHECK(ok || may_differ(str_trim(expression)));
			differing += !ok;
			compared++;
			ROW(NULL);
			arena_release(&test_arena);
		}
	printf("%zu rows compared, %zu of them contradicted by the specification\n", compared, differing);
	CHECK(compared > ROWS_EXPECTED);
	for (size_t i = 0; i < CONTRADICTED; i++) { /* a row that agrees does not belong into the table */
		ROW(contradicted[i].expression);
		CHECK(differed[i]);
	}
	ROW(NULL);
	arena_release(&suite);
	free(text);
}

TEST_MAIN
