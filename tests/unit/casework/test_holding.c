/* Every hour of every step has exactly one person who answers for it, whoever is away. */
#include "tests/unit/casework/kernel.h"

#include "casework/casework_int.h"

enum { HOUR = 3600000 };

static int64_t ask(struct kernel *k, const char *sql, int64_t p)
{
	struct store_conn *c;
	if (store_reader_take(k->cw->store, &c) != OK)
		return -1;
	int64_t v = row_i64(c, sql, p, 0);
	store_reader_give(k->cw->store, c);
	return v;
}

static int64_t holder_at(struct kernel *k, int64_t step, int64_t at_ms)
{
	struct store_conn *c;
	if (store_reader_take(k->cw->store, &c) != OK)
		return -1;
	int64_t v = step_holder_at(c, step, at_ms);
	store_reader_give(k->cw->store, c);
	return v;
}

static bool rebuilt(struct kernel *k)
{
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	enum err e = casework_rebuild_check(k->cw, NULL, NULL, &rows, &d);
	if (e != OK)
		printf("  %s\n", d.text);
	return e == OK;
}

static int64_t first_step(struct kernel *k) { return ask(k, "SELECT min(id) FROM step_open WHERE ?1", 1); }

/* The office of kernel.h with a second reviewer as B, and one case in review. */
static bool begin(struct kernel *k)
{
	return kernel_begin(k, ":memory:") && kernel_put_person(k, "qian", "钱审查") &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"wang\",\"b\":\"qian\"}") == OK &&
	       kernel_submit(k, kernel_citizen(k, "zhang"), "k1").len;
}

TEST(a_step_is_the_a_holders_and_no_one_elses)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	char json[200];
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian");
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS), wang);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS - 1), 0);
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\",\"form\":{}}", (long long)step);
	CHECK_INT(kernel_do(&k, qian, "", "step.complete", json), ERR_DENIED);
	CHECK_STR(str_of(k.r.diag.code), "step.colleague-present");
	os_clock_set(&k.clock, KERNEL_START_MS + 3 * HOUR);
	CHECK_INT(kernel_do(&k, wang, "", "step.complete", json), OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 3 * HOUR - 1), wang);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 3 * HOUR), 0); /* closed: [from, until) */
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(a_new_holder_of_the_post_takes_its_open_steps)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian"), post = ask(&k, "SELECT id FROM post WHERE code='P1' AND ?1", 1);
	os_clock_set(&k.clock, KERNEL_START_MS + HOUR);
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"qian\",\"b\":\"wang\"}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + HOUR - 1), wang);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + HOUR), qian);
	struct store_conn *c;
	REQUIRE(store_reader_take(k.cw->store, &c) == OK);
	CHECK_INT(post_holder_at(c, post, "A", KERNEL_START_MS), wang);
	CHECK_INT(post_holder_at(c, post, "A", KERNEL_START_MS + HOUR), qian);
	CHECK_INT(post_holder_at(c, post, "B", KERNEL_START_MS), qian);
	CHECK_INT(post_holder_at(c, post, "B", KERNEL_START_MS + HOUR), wang);
	store_reader_give(k.cw->store, c);
	CHECK_INT(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"qian\",\"b\":\"qian\"}"), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "post.a-is-b");
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(disabling_a_person_moves_what_they_hold_and_enabling_brings_it_back)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k));
	int64_t step = first_step(&k), wang = kernel_person(&k, "wang"), qian = kernel_person(&k, "qian"), li = kernel_person(&k, "li");
	os_clock_set(&k.clock, KERNEL_START_MS + HOUR);
	REQUIRE(kernel_do(&k, 0, "", "person.put", "{\"login\":\"wang\",\"name\":\"王审查\",\"enabled\":false}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + HOUR), qian);
	os_clock_set(&k.clock, KERNEL_START_MS + 2 * HOUR);
	REQUIRE(kernel_do(&k, 0, "", "person.put", "{\"login\":\"qian\",\"name\":\"钱审查\",\"enabled\":false}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 2 * HOUR), li); /* both gone: the head, and an alert says so */
	CHECK_INT(ask(&k, "SELECT count(*) FROM alert WHERE rule_no='P-unattended' AND ?1", 1), 1);
	os_clock_set(&k.clock, KERNEL_START_MS + 3 * HOUR);
	REQUIRE(kernel_do(&k, 0, "", "person.put", "{\"login\":\"wang\",\"name\":\"王审查\",\"enabled\":true}") == OK);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 3 * HOUR), wang);
	CHECK_INT(ask(&k, "SELECT count(*) FROM post WHERE unattended=1 AND ?1", 1), 0);
	const struct json *v = kernel_view(&k, 0, "case.responsibility", "{\"case_no\":\"none\"}");
	CHECK(!v);
	CHECK_INT(ask(&k, "SELECT count(*) FROM step_holding WHERE step=?1", step), 4);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST_MAIN
