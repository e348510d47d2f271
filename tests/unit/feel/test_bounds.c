/* test_bounds.c - whatever an expression does, it ends: depth, work, memory, sizes; and what
 * cannot be had is an error, never a crash. */
#include "tests/unit/feel/feel_test.h"

static struct str bounded(const char *expression, uint32_t depth, uint64_t work, size_t memory)
{
	struct arena scratch;
	struct feel_plan *plan;
	struct feel_value out;
	struct diag d;
	struct feel_env env = { .bounds = { .depth_max = depth, .work_max = work } };
	static char code[128];
	diag_init(&d);
	arena_init(&scratch, memory);
	enum err e = feel_compile(&test_arena, str_of(expression), NULL, &plan, &d);
	if (e == OK)
		e = feel_eval(plan, NULL, &env, &scratch, &out, &d);
	snprintf(code, sizeof code, "%s %s", err_name(e), d.code);
	arena_release(&scratch);
	return str_of(code);
}

TEST(work_depth_and_memory_are_bounded)
{
	static const char loop[] = "count(for a in 1..100, b in 1..100 return a)";
	static const char recursion[] = "{f: function(n) f(n + 1), r: f(1)}.r";
	arena_init(&test_arena, 16 << 20);
	CHECK_STR(bounded(loop, 0, 0, 64 << 20), "ok ");
	CHECK_STR(bounded(loop, 0, 1000, 64 << 20), "limit feel.work");
	CHECK_STR(bounded(loop, 0, 0, 100000), "no-memory feel.memory");
	CHECK_STR(bounded(recursion, 0, 0, 64 << 20), "limit feel.depth");
	CHECK_STR(bounded(recursion, 50, 0, 64 << 20), "limit feel.depth");
	CHECK_STR(bounded("for a in 1..1000000000000 return a", 0, 0, 64 << 20), "no-memory feel.memory");
	CHECK_STR(bounded("for a in 1..1000000000000 return a", 0, 100000, 64 << 20), "limit feel.work");
	CHECK_STR(bounded("some a in 1..1000000000000 satisfies a < 0", 0, 0, 64 << 20), "limit feel.work");
	CHECK_STR(bounded("{f: function(l) f(append(l, l)), r: f([1])}.r", 0, 0, 64 << 20), "limit feel.depth");
	CHECK_STR(bounded("sort(for i in 1..3000 return -i, function(a, b) a < b)[1]", 0, 30000, 64 << 20), "limit feel.work");
	CHECK_STR(bounded("count(distinct values(for i in 1..100000 return i))", 0, 0, 256 << 20), "limit feel.work");
	CHECK_STR(bounded("{d: function(s) if string length(s) > 100000000 then s else d(s + s), r: d(\"办结\")}.r", 0, 0, 64 << 20), "no-memory feel.memory");
	arena_release(&test_arena);
}

/* Lists that contain each other grow twofold with each item, but not in memory. */
TEST(values_that_share_their_parts_are_bounded)
{
	arena_init(&test_arena, 16 << 20);
	CHECK_STR(bounded("(for i in 1..60 return partial) = (for i in 1..60 return partial)", 0, 0, 64 << 20), "limit feel.work");
	CHECK_STR(bounded("distinct values([(for i in 1..60 return partial), (for i in 1..60 return partial)])", 0, 0, 64 << 20), "limit feel.work");
	CHECK_STR(bounded("count(flatten(for i in 1..60 return partial))", 0, 0, 64 << 20), "limit feel.work");
	CHECK_STR(bounded("string(for i in 1..60 return partial)", 0, 0, 256 << 20), "limit feel.text-size");
	CHECK_STR(bounded("(for i in 1..2000 return partial[-1])[-1] = 1", 0, 0, 64 << 20), "ok ");
	arena_release(&test_arena);
}

static struct str repeated(const char *head, const char *part, size_t times, const char *tail)
{
	struct buf b;
	buf_init_in(&b, &test_arena, 8 << 20);
	buf_putz(&b, head);
	for (size_t i = 0; i < times; i++)
		buf_putz(&b, part);
	buf_putz(&b, tail);
	return buf_str(&b);
}

static struct str compiled(struct str source)
{
	struct feel_plan *plan;
	struct diag d;
	diag_init(&d);
	return feel_compile(&test_arena, source, NULL, &plan, &d) == OK ? S("ok") : arena_str(&test_arena, str_of(d.code));
}

TEST(sources_are_bounded)
{
	arena_init(&test_arena, 512 << 20);
	CHECK_STR(compiled(repeated("", "(", 90, "1)")), "feel.syntax");
	CHECK_STR(compiled(repeated("", "(", 5000, "")), "feel.too-deep");
	CHECK_STR(compiled(repeated("", "[", 5000, "")), "feel.too-deep");
	CHECK_STR(compiled(repeated("", "-", 5000, "1")), "feel.too-deep");
	CHECK_STR(compiled(repeated("", "{a:", 5000, "")), "feel.too-deep");
	CHECK_STR(compiled(repeated("", "if true then ", 5000, "")), "feel.too-deep");
	CHECK_STR(compiled(repeated("x instance of ", "list<", 5000, "")), "feel.too-deep");
	CHECK_STR(compiled(repeated("1", "+1", 900, "")), "ok");
	CHECK_STR(compiled(repeated("1", "+1", 5000, "")), "feel.too-long");
	CHECK_STR(compiled(repeated("a", ".a", 5000, "")), "feel.too-long");
	CHECK_STR(compiled(repeated("a", "[1]", 5000, "")), "feel.too-long");
	CHECK_STR(compiled(repeated("true", " and true", 20000, "")), "ok");
	CHECK_STR(compiled(repeated("[1", ", 1", 60000, "]")), "ok");
	CHECK_STR(compiled(repeated("", " ", FEEL_SOURCE_MAX + 1, "")), "feel.source-size");
	arena_release(&test_arena);
}

/* A long chain needs as much depth as it has links: within the default, but said when it is not. */
TEST(long_chains_evaluate)
{
	arena_init(&test_arena, 64 << 20);
	CHECK_STR(test_run(arena_z(&test_arena, repeated("1", "+1", 900, "")), NULL), "901");
	CHECK_STR(test_run("{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(200)}.r", NULL), "200");
	arena_release(&test_arena);
}

/* Each allocation of compiling and evaluating fails once: always ERR_NOMEM, never a crash, and
 * with nothing failing the right value. */
TEST(every_allocation_may_fail)
{
	static const char *const expressions[] = {
		"{a: [1, 2, 3][item > 1], f: function(x: number, y) x + y, r: f(1, count(a)), s: string([r, \"办\"]) + \"结\"}.s",
		"for i in 1..3, g in [function(x) x * i] return g(i)", "sort([3, 1, 2], function(a, b) a < b)[1] + sum(distinct values([1, 1]))",
		"replace(\"abc\", \"[a-c-[b]]\", \"$0$0\") + string join(split(\"a,b\", \",\"), \";\")", "context put({a: {b: 1}}, [\"a\", \"c\"], @\"P1D\")",
		"x instance of context<a: list<number>> or 5 in (< 3, [1..9]) and range(\"[1..2]\") = [1..2]", "get entries(context merge([{a: 1}, {b: 2}]))[key = \"b\"].value",
		"date and time(2024, 1, 2, 3, 4, 5, \"Asia/Shanghai\") + @\"P1D\"", "list replace(reverse([1, 2]), function(a, b) a = b, 1)",
	};
	for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
		ROW(expressions[i]);
		size_t fail = 0;
		enum err e;
		do {
			struct arena a;
			struct feel_plan *plan;
			struct feel_value out;
			struct feel_env env = { .now_ms = 0 };
			struct diag d;
			size_t refused = heap_refusals();
			diag_init(&d);
			arena_init(&a, 16 << 20);
			arena_fail_after(++fail);
			e = feel_compile(&a, str_of(expressions[i]), NULL, &plan, &d);
			if (e == OK)
				e = feel_eval(plan, NULL, &env, &a, &out, &d);
			arena_fail_after(0);
			CHECK_INT(e, heap_refusals() == refused ? OK : ERR_NOMEM);
			CHECK(e == OK || str_eqz(str_of(d.code), "feel.memory"));
			CHECK(e != OK || !feel_is_null(&out));
			arena_release(&a);
		} while (e != OK && fail < 5000);
		CHECK(e == OK && fail > 5);
	}
	ROW(NULL);
}

/* One plan, evaluated over and over in one arena that is wound back: the same value each time. */
TEST(plans_are_not_changed_by_evaluation)
{
	struct feel_plan *plan;
	struct feel_env env = test_env();
	arena_init(&test_arena, 16 << 20);
	REQUIRE(feel_compile(&test_arena, S("{l: for i in 1..3 return i * 2, f: function(x) sum(l) + x, r: f(1)}"), NULL, &plan, NULL) == OK);
	for (int i = 0; i < 3; i++) {
		struct feel_value out;
		struct arena scratch;
		arena_init(&scratch, 1 << 20);
		REQUIRE(feel_eval(plan, NULL, &env, &scratch, &out, NULL) == OK);
		CHECK_STR(test_literal(&out), "{l: [2, 4, 6], f: function(x), r: 13}");
		arena_release(&scratch);
	}
	arena_release(&test_arena);
}

TEST_MAIN
