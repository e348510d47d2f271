/* hours.h - the office of kernel.h with a second reviewer and one case in review; who has its step at an hour. */
#ifndef TESTS_HOURS_H
#define TESTS_HOURS_H

#include "casework/casework_int.h"
#include "tests/unit/casework/kernel.h"

enum { HOUR = 3600000 };

__attribute__((unused)) static int64_t ask(struct kernel *k, const char *sql, int64_t p)
{
	struct store_conn *c;
	if (store_reader_take(k->cw->store, &c) != OK)
		return -1;
	int64_t v = row_i64(c, sql, p, 0);
	store_reader_give(k->cw->store, c);
	return v;
}

__attribute__((unused)) static int64_t holder_at(struct kernel *k, int64_t step, int64_t at_ms)
{
	struct store_conn *c;
	if (store_reader_take(k->cw->store, &c) != OK)
		return -1;
	int64_t v = step_holder_at(c, step, at_ms);
	store_reader_give(k->cw->store, c);
	return v;
}

__attribute__((unused)) static bool advance(struct kernel *k, int64_t ms)
{
	struct diag d;
	diag_init(&d);
	return casework_advance(k->cw, &k->clock, ms, &d) == OK;
}

__attribute__((unused)) static bool rebuilt(struct kernel *k)
{
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	enum err e = casework_rebuild_check(k->cw, NULL, NULL, &rows, &d);
	if (e != OK)
		printf("  %s\n", d.text);
	return e == OK;
}

__attribute__((unused)) static int64_t first_step(struct kernel *k) { return ask(k, "SELECT min(id) FROM step_open WHERE ?1=1", 1); }

/* The office of kernel.h with a second reviewer as B, and one case in review. */
__attribute__((unused)) static bool begin(struct kernel *k)
{
	return kernel_begin(k, ":memory:") && kernel_put_person(k, "qian", "钱审查") &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查岗\",\"a\":\"wang\",\"b\":\"qian\"}") == OK &&
	       kernel_submit(k, kernel_citizen(k, "zhang"), "k1").len;
}

#endif
