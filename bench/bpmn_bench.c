/* bpmn_bench.c - start, two tasks, two in parallel, join, task, end, in memory on one core: instances
 * a second, the same with every state written and read again, bytes of a waiting instance.
 * Usage: bpmn_bench FILE [SECONDS]; prints one line of JSON, so that bench/js/bpmn/run.js can put the
 * npm package's figures beside it. Quote ratios of one run. */
#include <stdio.h>
#include <stdlib.h>

#include "bpmn/bpmn.h"
#include "os/os.h"

enum { BATCH = 100 };

struct bench {
	struct arena plans, scratch;
	struct bpmn_model *m;
	struct bpmn_env env;
	size_t stored_bytes, memory_bytes;
};

static enum err step(struct bench *b, const struct bpmn_command *c, bool stored, struct bpmn_instance **i, struct diag *d)
{
	struct bpmn_event *events;
	struct buf out;

	TRY(bpmn_decide(b->m, S(""), *i, c, &b->env, &b->scratch, &events, i, d));
	if (!stored)
		return OK;
	buf_init_in(&out, &b->scratch, 1 << 20);
	bpmn_instance_write(*i, NULL, &out);
	return bpmn_instance_read(&b->scratch, b->m, buf_str(&out), NULL, i, d);
}

/* One instance from start to end: everything that waits is completed at once. */
static enum err one(struct bench *b, bool stored, struct diag *d)
{
	struct bpmn_command c = { .kind = BPMN_START };
	struct bpmn_instance *i = NULL;

	arena_reset(&b->scratch);
	TRY(step(b, &c, stored, &i, d));
	while (bpmn_instance_state(i) == BPMN_RUNNING) {
		struct bpmn_waiting *w;

		TRY(bpmn_instance_waiting(i, &b->scratch, &w));
		c = (struct bpmn_command){ .kind = BPMN_COMPLETE, .id = w->id };
		TRY(step(b, &c, stored, &i, d));
	}
	return bpmn_instance_state(i) == BPMN_COMPLETED ? OK : ERR_CORRUPT;
}

static enum err measure(struct bench *b, int64_t seconds, bool stored, double *per_second, struct diag *d)
{
	int64_t start = os_monotonic_us(), now = start;
	uint64_t count = 0;

	for (; now < start + seconds * 1000000; now = os_monotonic_us())
		for (int i = 0; i < BATCH; i++, count++)
			TRY(one(b, stored, d));
	*per_second = (double)count * 1e6 / (double)(now - start);
	return OK;
}

static enum err measure_bytes(struct bench *b, struct diag *d)
{
	struct bpmn_command c = { .kind = BPMN_START };
	struct bpmn_instance *i = NULL;
	struct arena copy;
	struct buf out;

	arena_reset(&b->scratch);
	TRY(step(b, &c, false, &i, d));
	buf_init_in(&out, &b->scratch, 1 << 20);
	bpmn_instance_write(i, NULL, &out);
	b->stored_bytes = out.len;
	arena_init(&copy, 1 << 20);
	i = bpmn_instance_copy(&copy, i);
	b->memory_bytes = copy.used;
	arena_release(&copy);
	return i ? OK : ERR_NOMEM;
}

int main(int argc, char **argv)
{
	int64_t seconds = argc > 2 ? strtol(argv[2], NULL, 10) : 2;
	struct bpmn_finding *findings;
	struct bench b = { .env = { .now_ms = 0 } };
	double plain = 0, stored = 0;
	struct diag d;
	struct str xml;
	enum err e;

	arena_init(&b.plans, 16 << 20);
	arena_init(&b.scratch, 16 << 20);
	diag_init(&d);
	if (argc < 2) {
		fprintf(stderr, "usage: bpmn_bench FILE [SECONDS]\n");
		return 2;
	}
	e = os_file_read(&b.plans, argv[1], 1 << 20, &xml, &d);
	if (e == OK)
		e = bpmn_model_read(&b.plans, xml, &b.m, &findings, &d);
	if (e == OK)
		e = measure_bytes(&b, &d);
	if (e == OK)
		e = measure(&b, seconds, false, &plain, &d);
	if (e == OK)
		e = measure(&b, seconds, true, &stored, &d);
	if (e != OK) {
		fprintf(stderr, "bpmn_bench: %s\n", d.text);
		return 1;
	}
	printf("{\"per_second\":%.0f,\"stored_per_second\":%.0f,\"stored_bytes\":%zu,\"memory_bytes\":%zu}\n", plain, stored,
	       b.stored_bytes, b.memory_bytes);
	arena_release(&b.plans);
	arena_release(&b.scratch);
	return 0;
}
