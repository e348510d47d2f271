/* random_feel.h - random FEEL text from the grammar: mostly well-formed, sometimes nonsense.
 * The same seed gives the same text on every machine.
 */
#ifndef TESTS_RANDOM_FEEL_H
#define TESTS_RANDOM_FEEL_H

#include "base/buf.h"

struct random_feel {
	uint64_t state;
	struct buf *out;
	int depth;
};

static uint32_t random_next(struct random_feel *g)
{
	g->state = g->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	uint64_t x = g->state ^ g->state >> 29;
	return (uint32_t)(x >> 24);
}

static uint32_t random_below(struct random_feel *g, uint32_t n)
{
	return random_next(g) % n;
}

#define PICK(g_, list_) (list_)[random_below(g_, sizeof list_ / sizeof *list_)]

static void random_expression(struct random_feel *g);

static void random_name(struct random_feel *g)
{
	static const char *const names[] = { "a", "b", "x", "item", "first name", "a-b", "list of items", "ctx", "when", "n",
		"中文 名", "f", "partial", "unknown thing", "Mike's age", "?" };
	buf_putz(g->out, PICK(g, names));
}

static void random_literal(struct random_feel *g)
{
	static const char *const literals[] = { "0", "1", "-1", "2.50", "1e3", ".5", "12345678901234567890.123", "100",
		"true", "false", "null", "\"\"", "\"abc\"", "\"中文\\n\\u4e2d\"", "\"a,b;c\"", "\"[a-c]+\"", "\"P1D\"",
		"@\"2024-02-29\"", "@\"10:11:12\"", "@\"23:59:59.999+08:00\"", "@\"2024-12-31T24:00:00\"",
		"@\"2025-03-30T02:30:00@Europe/Paris\"", "@\"-999999999-01-01\"", "@\"P1Y2M\"", "@\"-P3DT4H\"",
		"@\"P999999999Y\"", "@\"PT0.000000001S\"", "9999999999999999999999999999999999", "1e-6000", "1e6000" };
	buf_putz(g->out, PICK(g, literals));
}

static void random_binary(struct random_feel *g)
{
	static const char *const signs[] = { " + ", " - ", " * ", " / ", " ** ", " = ", " != ", " < ", " <= ", " > ", " >= ",
		" and ", " or ", "-", "+" };
	random_expression(g);
	buf_putz(g->out, PICK(g, signs));
	random_expression(g);
}

static void random_list_of(struct random_feel *g, const char *open, const char *close, uint32_t most)
{
	uint32_t n = random_below(g, most + 1);
	buf_putz(g->out, open);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putz(g->out, ", ");
		random_expression(g);
	}
	buf_putz(g->out, close);
}

static void random_range(struct random_feel *g)
{
	static const char *const open[] = { "[", "(", "]" }, *const close[] = { "]", ")", "[" };
	buf_putz(g->out, PICK(g, open));
	random_expression(g);
	buf_putz(g->out, "..");
	random_expression(g);
	buf_putz(g->out, PICK(g, close));
}

static void random_test(struct random_feel *g)
{
	static const char *const signs[] = { "< ", "<= ", "> ", ">= ", "= ", "!= ", "", "" };
	buf_putz(g->out, PICK(g, signs));
	random_expression(g);
}

static void random_in(struct random_feel *g)
{
	uint32_t n = 1 + random_below(g, 3);
	random_expression(g);
	buf_putz(g->out, " in (");
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putz(g->out, ", ");
		random_test(g);
	}
	buf_putz(g->out, ")");
}

static void random_loop(struct random_feel *g)
{
	static const char *const words[] = { "for ", "some ", "every " };
	uint32_t which = random_below(g, 3), n = 1 + random_below(g, 2);
	buf_putz(g->out, words[which]);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putz(g->out, ", ");
		random_name(g);
		buf_putz(g->out, " in ");
		random_expression(g);
		if (random_below(g, 4) == 0) {
			buf_putz(g->out, "..");
			random_expression(g);
		}
	}
	buf_putz(g->out, which == 0 ? " return " : " satisfies ");
	random_expression(g);
}

static void random_context(struct random_feel *g)
{
	static const char *const keys[] = { "a", "b", "first name", "\"quoted + key\"", "n", "f", "value", "key", "名", "x-y" };
	uint32_t n = random_below(g, 4);
	buf_putz(g->out, "{");
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putz(g->out, ", ");
		buf_putz(g->out, PICK(g, keys));
		buf_putz(g->out, ": ");
		random_expression(g);
	}
	buf_putz(g->out, "}");
}

static void random_function(struct random_feel *g)
{
	static const char *const heads[] = { "function() ", "function(x) ", "function(x, y) ", "function(a: number) ",
		"function(first name: list<string>, n) ", "function(x: context<a: number>) ",
		"function(x, y: function<number>->range<date>) " };
	buf_putz(g->out, "(");
	buf_putz(g->out, PICK(g, heads));
	random_expression(g);
	buf_putz(g->out, ")");
	if (random_below(g, 2))
		random_list_of(g, "(", ")", 3);
}

static void random_call(struct random_feel *g)
{
	static const char *const names[] = { "date", "time", "date and time", "number", "string", "duration", "range", "not",
		"is", "matches", "replace", "split", "extract", "substring", "string length", "upper case", "lower case",
		"substring before", "substring after", "contains", "starts with", "ends with", "string join",
		"list contains", "count", "all", "any", "index of", "distinct values", "union", "sublist", "append",
		"concatenate", "insert before", "remove", "list replace", "reverse", "flatten", "sort", "min", "max", "sum",
		"mean", "product", "stddev", "median", "mode", "decimal", "floor", "ceiling", "round up", "round down",
		"round half up", "round half down", "abs", "modulo", "sqrt", "log", "exp", "odd", "even",
		"years and months duration", "now", "today", "day of year", "day of week", "month of year", "week of year",
		"before", "after", "meets", "met by", "overlaps", "overlaps before", "overlaps after", "finishes",
		"finished by", "includes", "during", "starts", "started by", "coincides", "get value", "get entries",
		"context", "context put", "context merge", "f", "ctx.f" };
	buf_putz(g->out, PICK(g, names));
	random_list_of(g, "(", ")", 3);
}

static void random_instance(struct random_feel *g)
{
	static const char *const types[] = { "number", "string", "Any", "Null", "date and time", "days and time duration",
		"list<number>", "context<a: number, first name: string>", "range<date>", "function<>->Any",
		"function<number, string>->list<number>", "list", "context", "function" };
	random_expression(g);
	buf_putz(g->out, " instance of ");
	buf_putz(g->out, PICK(g, types));
}

static void random_path(struct random_feel *g)
{
	static const char *const members[] = { ".a", ".first name", ".year", ".time offset", ".start included", ".days",
		".months", ".weekday", ".value", ".timezone", ".名", ".f" };
	random_expression(g);
	buf_putz(g->out, PICK(g, members));
}

static void random_named_call(struct random_feel *g)
{
	static const char *const calls[] = { "substring(string: ", "floor(n: ", "count(list: ", "date(from: ",
		"list replace(list: ", "modulo(divisor: 3, dividend: ", "context put(key: \"k\", value: 1, context: ", "f(x: " };
	buf_putz(g->out, PICK(g, calls));
	random_expression(g);
	buf_putz(g->out, ")");
}

static void random_noise(struct random_feel *g)
{
	static const char *const noise[] = { "(", ")", "]", "[", "}", "{", "..", ".", ",", "\"", "@", "/*", "// x\n", "\\",
		"if", " then ", " else ", "for", "in", "and", "instance of", "function(", "\xe4\xb8\xad", "-", "*", "!", "#", "1.." };
	buf_putz(g->out, PICK(g, noise));
}

static void random_compound(struct random_feel *g, uint32_t which)
{
	switch (which) {
	case 0: case 1: case 2: random_binary(g); break;
	case 3: random_list_of(g, "[", "]", 4); break;
	case 4: random_range(g); break;
	case 5: random_in(g); break;
	case 6: random_loop(g); break;
	case 7: random_context(g); break;
	case 8: random_function(g); break;
	case 9: case 10: case 11: random_call(g); break;
	case 12: random_instance(g); break;
	case 13: random_path(g); break;
	case 14: random_named_call(g); break;
	case 15:
		buf_putz(g->out, "if ");
		random_expression(g);
		buf_putz(g->out, " then ");
		random_expression(g);
		buf_putz(g->out, " else ");
		random_expression(g);
		break;
	case 16:
		random_expression(g);
		random_list_of(g, "[", "]", 1);
		break;
	case 17:
		random_expression(g);
		buf_putz(g->out, " between ");
		random_expression(g);
		buf_putz(g->out, " and ");
		random_expression(g);
		break;
	case 18: random_list_of(g, "(", ")", 1); break;
	default:
		buf_putz(g->out, "-");
		random_expression(g);
	}
}

static void random_expression(struct random_feel *g)
{
	if (g->depth >= 5 || g->out->len > 600 || random_below(g, 3) == 0) {
		if (random_below(g, 400) == 0)
			random_noise(g);
		else if (random_below(g, 3) == 0)
			random_name(g);
		else
			random_literal(g);
		return;
	}
	bool parentheses = random_below(g, 2) == 0;
	g->depth++;
	if (parentheses)
		buf_putz(g->out, "(");
	random_compound(g, random_below(g, 20));
	if (parentheses)
		buf_putz(g->out, ")");
	g->depth--;
}

/* One expression, or unary tests, of this seed. */
__attribute__((unused)) static void random_feel(uint64_t seed, bool unary, struct buf *out)
{
	struct random_feel g = { .state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1, .out = out };
	for (int i = 0; i < 4; i++)
		random_next(&g);
	if (!unary) {
		random_expression(&g);
		return;
	}
	bool negated = random_below(&g, 4) == 0;
	if (negated)
		buf_putz(out, "not(");
	for (uint32_t n = 1 + random_below(&g, 3); n > 0; n--) {
		random_test(&g);
		if (n > 1)
			buf_putz(out, ", ");
	}
	if (negated)
		buf_putz(out, ")");
}

#endif
