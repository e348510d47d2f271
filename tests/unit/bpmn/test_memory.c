/* test_memory.c - every allocation fails once, in turn, while models are read, run, stored and
 * drawn: it is told, nothing is lost silently, nothing crashes.
 */
#include "fixture.h"
#include "os/os.h"

/* The command that goes on with what waits. */
static struct bpmn_command next_command(const struct bpmn_waiting *w)
{
	struct bpmn_command c = { .id = w->id, .kind = BPMN_COMPLETE };

	if (w->kind == BPMN_WAIT_TIMER)
		c.kind = BPMN_FIRE_TIMER;
	else if (w->kind == BPMN_WAIT_MESSAGE)
		c.kind = BPMN_DELIVER_MESSAGE;
	else if (w->kind == BPMN_WAIT_INCIDENT)
		c.kind = BPMN_RETRY;
	return c;
}

static enum err run(struct arena *a, const struct bpmn_model *m, struct diag *d)
{
	struct bpmn_env env = { .now_ms = INT64_C(1735689600000), .steps_max = 300 };
	struct bpmn_command c = { .kind = BPMN_START };
	struct bpmn_instance *i = NULL, *next;
	struct bpmn_event *events;

	for (int step = 0; step < 6; step++) {
		struct bpmn_waiting *w = NULL;
		struct str bytes;
		struct buf b;

		TRY(bpmn_decide(m, S(""), i, &c, &env, a, &events, &next, d));
		buf_init_in(&b, a, 1 << 20);
		bpmn_instance_write(next, NULL, &b);
		TRY(buf_finish(&b, &bytes));
		TRY(bpmn_instance_read(a, m, bytes, NULL, &i, d));
		TRY(bpmn_instance_waiting(i, a, &w));
		if (!w)
			return OK;
		env.now_ms += INT64_C(86400000) * 400;
		c = next_command(w);
	}
	return OK;
}

static enum err everything(struct arena *a, struct str xml, struct diag *d)
{
	struct bpmn_finding *findings;
	struct bpmn_model *m;
	struct str svg;
	struct buf b;
	enum err e = bpmn_model_read(a, xml, &m, &findings, d);

	if (e == OK)
		e = run(a, m, d);
	if (e == ERR_NOMEM)
		return e;
	diag_init(d);
	TRY(bpmn_model_view(a, xml, &m, d));
	buf_init_in(&b, a, 8 << 20);
	TRY(bpmn_draw(m, NULL, 0, a, &b, d));
	return buf_finish(&b, &svg);
}

static void torture(struct str xml)
{
	bool done = false;

	for (size_t n = 1; n < 20000 && !done; n++) {
		struct arena a;
		struct diag d;
		enum err e;

		arena_init(&a, 64 << 20);
		diag_init(&d);
		arena_fail_after(n);
		e = everything(&a, xml, &d);
		arena_fail_after(0);
		CHECK(e == OK || e == ERR_NOMEM);
		CHECK(e == ERR_NOMEM || a.allocations < n); /* otherwise the failure was swallowed */
		done = e == OK;
		arena_release(&a);
	}
	CHECK(done);
}

TEST(each_failing_allocation_is_told)
{
	static const char folder[] = PROJECT_ROOT "/fuzz/corpus/bpmn_xml";
	struct str *names, xml;
	struct arena a;
	struct diag d;
	size_t count;

	arena_init(&a, 4 << 20);
	diag_init(&d);
	REQUIRE(os_dir_list(&a, folder, &names, &count, &d) == OK && count > 5);
	for (size_t i = 0; i < count; i++) {
		struct str path = arena_printf(&a, "%s/%.*s", folder, STR_ARG(names[i]));

		ROW(path.ptr);
		REQUIRE(os_file_read(&a, path.ptr, 1 << 20, &xml, &d) == OK);
		torture(xml);
	}
	arena_release(&a);
}

TEST_MAIN
