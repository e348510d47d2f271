/* Any bytes as a process model: reading, checking, drawing, writing back and a few commands must
 * end, within bounds; what was written is read the same. */
#include "bpmn/bpmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void play(const struct bpmn_model *m, struct arena *a)
{
	struct bpmn_env env = { .now_ms = INT64_C(1735689600000), .steps_max = 300, .bounds = { .depth_max = 60, .work_max = 20000 } };
	struct bpmn_command c = { .kind = BPMN_START };
	struct bpmn_instance *i = NULL, *next;
	struct bpmn_event *events;

	for (int step = 0; step < 12; step++) {
		struct bpmn_waiting *w = NULL;
		struct diag d;
		struct buf b;

		diag_init(&d);
		if (bpmn_decide(m, S(""), i, &c, &env, a, &events, &next, &d) != OK)
			return;
		buf_init_in(&b, a, 1 << 20);
		bpmn_instance_write(next, NULL, &b);
		if (b.failed)
			return;
		base_assert(bpmn_instance_read(a, m, buf_str(&b), NULL, &i, &d) != ERR_CORRUPT);
		if (bpmn_instance_waiting(next, a, &w) != OK || !w)
			return;
		for (int skip = step % 3; skip && w->next; skip--)
			w = w->next;
		env.now_ms += INT64_C(86400000) * 400;
		c = (struct bpmn_command){ .id = w->id,
			.kind = w->kind == BPMN_WAIT_TIMER ? BPMN_FIRE_TIMER : w->kind == BPMN_WAIT_MESSAGE ? BPMN_DELIVER_MESSAGE
			      : w->kind == BPMN_WAIT_INCIDENT ? BPMN_RETRY : w->kind == BPMN_WAIT_CALL ? BPMN_CHILD_DONE
			      : w->kind == BPMN_WAIT_SIGNAL ? BPMN_DELIVER_SIGNAL : BPMN_COMPLETE, .name = w->kind == BPMN_WAIT_SIGNAL ? w->name : S("") };
		i = next;
	}
}

static void draw_and_write(const struct bpmn_model *m, struct arena *a)
{
	struct bpmn_model *again;
	struct buf b;
	struct diag d;

	diag_init(&d);
	buf_init_in(&b, a, 8 << 20);
	(void)!bpmn_draw(m, NULL, 0, a, &b, &d);
	diag_init(&d);
	buf_init_in(&b, a, 8 << 20);
	bpmn_write(m, &b);
	if (!b.failed) {
		enum err e = bpmn_model_view(a, buf_str(&b), &again, &d);

		base_assert(e == OK || e == ERR_NOMEM || e == ERR_LIMIT);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct bpmn_model *m;
	struct bpmn_finding *findings;
	struct diag d;

	arena_init(&a, 64 << 20);
	diag_init(&d);
	if (bpmn_model_read(&a, str_span((const char *)data, size), &m, &findings, &d) == OK)
		play(m, &a);
	diag_init(&d);
	if (bpmn_model_view(&a, str_span((const char *)data, size), &m, &d) == OK)
		draw_and_write(m, &a);
	arena_release(&a);
	return 0;
}
