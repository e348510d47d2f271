/* test_random.c - random expressions: none crashes, leaks or is undefined; what is printed
 * reads back as the same plan and gives the same value.
 *
 * test_random [COUNT [FIRST_SEED]] - 20,000 expressions by default, 10,000,000 on request.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "feel/feel.h"
#include "tests/unit/feel/random_feel.h"
#include "text/json.h"

enum { SCARCE_EACH = 49 };

static const char data[] =
	"{\"a\": 3, \"b\": [1, 2, 3], \"x\": \"text\", \"first name\": \"小明\", \"a-b\": 7, \"n\": null, \"list of items\":"
	" [{\"a\": 1, \"first name\": \"x\"}, {\"a\": 2}], \"ctx\": {\"a\": {\"b\": [true]}, \"first name\": 5}, \"when\":"
	" \"2024-02-29\", \"中文 名\": 12.50, \"Mike's age\": 40}";

struct world {
	struct arena arena, names_arena;
	struct feel_names names;
	struct feel_value context;
	size_t compiled, evaluated, limited;
};

static _Noreturn void bad(uint64_t seed, const char *what, struct str a, struct str b)
{
	printf("FAIL seed %" PRIu64 ": %s\n  %.*s\n  %.*s\n  (rerun: test_random 1 %" PRIu64 ")\n0 passed, 1 failed\n", seed, what,
		STR_ARG(a), STR_ARG(b), seed);
	exit(1);
}

static struct str print_plan(struct world *w, const struct feel_plan *p)
{
	struct buf b;
	buf_init_in(&b, &w->arena, 1 << 20);
	feel_plan_print(p, &b);
	return buf_str(&b);
}

static struct str print_value(struct world *w, const struct feel_value *v)
{
	struct buf b;
	buf_init_in(&b, &w->arena, 4 << 20);
	feel_print_literal(v, &b);
	return buf_str(&b);
}

static enum err compile(struct world *w, struct str text, bool unary, struct feel_plan **out)
{
	struct diag d;
	diag_init(&d);
	return unary ? feel_compile_unary(&w->arena, text, &w->names, out, &d)
	             : feel_compile(&w->arena, text, &w->names, out, &d);
}

/* One in four has hardly any room, to meet the bounds. */
static enum err evaluate(struct world *w, const struct feel_plan *p, uint64_t seed, bool unary, struct feel_value *out)
{
	struct feel_bounds wide = { .work_max = 20000, .depth_max = 300 }, tight = { .work_max = 300, .depth_max = 7 };
	struct feel_env env = { .now_ms = INT64_C(1751270950500), .offset_s = 28800, .bounds = seed % 4 ? wide : tight };
	struct feel_value input = feel_i64(3);
	struct diag d;
	diag_init(&d);
	return unary ? feel_eval_unary(p, &input, &w->context, &env, &w->arena, out, &d)
	             : feel_eval(p, &w->context, &env, &w->arena, out, &d);
}

static bool is_unary(uint64_t seed)
{
	return seed % 5 == 0;
}

static void one(struct world *w, uint64_t seed)
{
	struct buf source;
	struct feel_plan *plan, *again;
	struct feel_value first, second;
	bool unary = is_unary(seed);
	buf_init_in(&source, &w->arena, 1 << 16);
	random_feel(seed, unary, &source);
	struct str text = buf_str(&source);
	if (source.failed != OK || compile(w, text, unary, &plan) != OK)
		return;
	w->compiled++;
	struct str printed = print_plan(w, plan);
	if (compile(w, printed, unary, &again) != OK)
		bad(seed, "the printed plan does not compile", text, printed);
	struct str reprinted = print_plan(w, again);
	if (!str_eq(printed, reprinted))
		bad(seed, "the printed plan prints otherwise", printed, reprinted);
	enum err e = evaluate(w, plan, seed, unary, &first), f = evaluate(w, again, seed, unary, &second);
	w->limited += e != OK;
	if (e != f)
		bad(seed, "the printed plan ends otherwise", text, printed);
	if (e != OK)
		return;
	w->evaluated++;
	struct str a = print_value(w, &first), b = print_value(w, &second);
	if (!str_eq(a, b))
		bad(seed, "the printed plan has another value", a, b);
}

/* Each allocation fails once, in turn: that is told, and taken neither for a syntax error nor for a null. */
static void scarce(struct world *w, uint64_t seed)
{
	char text[4096];
	struct buf b;
	bool unary = is_unary(seed), done = false;
	arena_reset(&w->arena);
	buf_init_in(&b, &w->arena, sizeof text);
	random_feel(seed, unary, &b);
	if (b.failed != OK)
		return;
	struct str kept = { text, b.len };
	memcpy(text, b.ptr ? b.ptr : "", b.len);
	for (size_t n = 1; n < 100000 && !done; n++) {
		size_t refusals = heap_refusals();
		struct feel_plan *plan;
		struct feel_value v;
		arena_reset(&w->arena);
		arena_fail_after(n);
		enum err e = compile(w, kept, unary, &plan);
		if (e == OK)
			e = evaluate(w, plan, seed, unary, &v);
		arena_fail_after(0);
		done = heap_refusals() == refusals;
		if (!done && e != ERR_NOMEM)
			bad(seed, "want of memory is not told", kept, str_of(err_name(e)));
	}
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000, first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	struct world w = { .compiled = 0 };
	struct diag d;
	const struct json *json;
	diag_init(&d);
	arena_init(&w.arena, 16 << 20);
	arena_init(&w.names_arena, 1 << 20);
	if (json_read(&w.names_arena, str_of(data), &json, &d) != OK ||
	    feel_from_json(&w.names_arena, json, &w.context, &d) != OK ||
	    feel_names_of(&w.names_arena, &w.context, &w.names) != OK)
		return 1;
	for (uint64_t i = 0; i < count; i++) {
		one(&w, first + i);
		if ((first + i) % SCARCE_EACH == 0)
			scarce(&w, first + i);
		arena_reset(&w.arena);
	}
	bool enough = count < 1000 || (w.compiled > count / 2 && w.evaluated > count / 2 && w.limited > 0);
	printf("%zu of %" PRIu64 " compiled, %zu evaluated, %zu ended in a bound\n", w.compiled, count, w.evaluated, w.limited);
	printf("%d passed, %d failed\n", enough, !enough);
	arena_release(&w.arena);
	arena_release(&w.names_arena);
	return !enough;
}
