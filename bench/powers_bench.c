/* powers_bench.c - what the question "may this person do this?" costs beside the command that asks it: the same office, the
 * same steps, one run. Prints microseconds of both and their ratio. */
#include <unistd.h>

#include "casework/access_int.h"
#include "tests/unit/casework/kernel.h"

enum { CASES = 2000, ASKED = 20000 };

static int64_t first_step(struct store_conn *c)
{
	return row_i64(c, "SELECT min(id) FROM step_open WHERE ?1", 1, 0);
}

/* The question as step.complete asks it, on a step that is open; a fresh arena each time, as in a command. */
static double ask_us(struct kernel *k, int64_t person)
{
	struct store_conn *c;
	struct arena a;
	struct step_row s;
	struct case_row row;
	struct access_answer answer;
	size_t allowed = 0;
	arena_init(&a, 1 << 20);
	if (store_reader_take(k->cw->store, &c) != OK)
		return 0;
	int64_t step = first_step(c), began = os_monotonic_us();
	for (size_t i = 0; i < ASKED; i++) {
		arena_reset(&a);
		if (step_get(c, &a, step, &s) != OK || case_get(c, &a, s.case_id, &row) != OK)
			break;
		struct access_ask ask = { k->cw, c, &a, person, casework_now_ms(k->cw), &row, &s, S("examine") };
		allowed += access_decide(&ask, &answer, NULL) == OK && answer.allowed;
	}
	double us = (double)(os_monotonic_us() - began) / ASKED;
	/* without reading step and case again, which the command has read anyway */
	began = os_monotonic_us();
	for (size_t i = 0; i < ASKED; i++) {
		arena_reset(&a);
		if (step_get(c, &a, step, &s) != OK || case_get(c, &a, s.case_id, &row) != OK)
			break;
	}
	us -= (double)(os_monotonic_us() - began) / ASKED;
	store_reader_give(k->cw->store, c);
	arena_release(&a);
	if (allowed != ASKED)
		printf("the bench is wrong: %zu of %d allowed\n", allowed, ASKED);
	return us;
}

static double complete_us(struct kernel *k, int64_t person, int64_t first, size_t n)
{
	int64_t began = os_monotonic_us();
	for (size_t i = 0; i < n; i++) {
		char json[96];
		arena_reset(&k->a);
		struct store_conn *c;
		if (store_reader_take(k->cw->store, &c) != OK)
			return 0;
		int64_t step = i ? first_step(c) : first;
		store_reader_give(k->cw->store, c);
		snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"grant\"}", (long long)step);
		if (kernel_do(k, person, "", "step.complete", json) != OK) {
			printf("the bench is wrong: %s\n", k->r.diag.text);
			return 0;
		}
	}
	return (double)(os_monotonic_us() - began) / (double)n;
}

int main(void)
{
	(void)test_skip, (void)test_end; /* of the fixture's header: no test runs here */
	struct kernel k;
	char path[64];
	snprintf(path, sizeof path, "/tmp/banjie-powers-bench-%d.db", (int)getpid());
	if (!kernel_begin(&k, path))
		return 1;
	int64_t wang = kernel_person(&k, "wang"), citizen = kernel_citizen(&k, "zhang");
	for (size_t i = 0; i < CASES; i++) {
		char key[32];
		arena_reset(&k.a);
		snprintf(key, sizeof key, "k%zu", i);
		if (!kernel_submit(&k, citizen, key).len)
			return 1;
	}
	struct store_conn *c;
	if (store_reader_take(k.cw->store, &c) != OK)
		return 1;
	int64_t first = first_step(c);
	store_reader_give(k.cw->store, c);
	double ask = ask_us(&k, wang), command = complete_us(&k, wang, first, CASES - 1);
	printf("permission_check_us %.1f\ncommand_us %.1f (step.complete, not durable)\nratio %.3f of the command (aim: under 0.05)\n", ask, command, ask / command);
	kernel_end(&k);
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	for (size_t i = 0; i < 4; i++) {
		char name[96];
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		(void)unlink(name);
	}
	return 0;
}
