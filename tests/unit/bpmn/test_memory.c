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

/* What else may be done while something waits: each is tried, refused or not, and left. */
static enum err aside(struct arena *a, const struct bpmn_model *m, const struct bpmn_instance *i, uint32_t id,
                      const struct bpmn_env *env, struct diag *d)
{
	static const enum bpmn_command_kind kinds[] = { BPMN_SET_VARIABLES, BPMN_THROW_ERROR, BPMN_THROW_ESCALATION, BPMN_FAIL,
		BPMN_DELIVER_SIGNAL, BPMN_MOVE, BPMN_CANCEL };
	struct feel_entry entry = { S("amount"), feel_i64(7) };
	struct feel_context context = { .entries = &entry, .count = 1 };
	struct feel_value variables = { .kind = FEEL_CONTEXT, .context = &context };
	const struct bpmn_element *elements;
	size_t count = bpmn_model_elements(m, &elements);
	struct bpmn_migration *fates;
	struct bpmn_instance *next;
	struct bpmn_event *events;
	struct bpmn_starter *starters;
	enum err e = OK;

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct bpmn_command c = { .kind = kinds[k], .id = id, .name = S("s"), .text = S("why"), .variables = &variables,
			.element = count ? elements[count / 2].id : S("") };

		e = bpmn_decide(m, S(""), i, &c, env, a, &events, &next, d);
		if (e == ERR_NOMEM)
			return e;
		diag_init(d);
	}
	e = bpmn_migrate_plan(i, m, NULL, 0, env, a, &fates, &events, &next, d);
	diag_init(d);
	return e == ERR_NOMEM ? e : bpmn_model_starters(m, env, a, &starters);
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
		TRY(aside(a, m, i, w->id, &env, d));
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

	for (size_t n = 1; n < 60000 && !done; n++) {
		size_t refusals = heap_refusals();
		struct arena a;
		struct diag d;
		enum err e;

		arena_init(&a, 64 << 20);
		diag_init(&d);
		arena_fail_after(n);
		e = everything(&a, xml, &d);
		arena_fail_after(0);
		CHECK(e == OK || e == ERR_NOMEM);
		done = heap_refusals() == refusals;
		CHECK(done || e == ERR_NOMEM); /* otherwise the failure was swallowed */
		if (!done && e != ERR_NOMEM)
			printf("  allocation %zu\n", n);
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

TEST(each_failing_allocation_of_a_start_on_a_condition_is_told)
{
	torture(S(PROCESS("<startEvent id='s'><conditionalEventDefinition id='c'><condition>count([1, 2]) = 2</condition>"
		"</conditionalEventDefinition></startEvent>" FLOW("f1", "s", "t") "<userTask id='t'/>" FLOW("f2", "t", "e")
		"<endEvent id='e'/>")));
}

TEST_MAIN
