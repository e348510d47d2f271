/* test_host.c - several instances: pools that talk, correlation, calls, signals, virtual time. */
#include "bpmn/host.h"
#include "fixture.h"

#include <stdio.h>

struct world {
	struct fixture f;
	struct bpmn_host *h;
};

static bool open_world(struct world *w, const char *xml, bool jobs)
{
	struct bpmn_host_options o = { .now_ms = INT64_C(1735779600000), .offset_s = 8 * 3600, .complete_jobs = jobs, .replay = true };

	if (!open_model(&w->f, xml)) {
		printf("  refused: %s\n", w->f.d.text);
		return false;
	}
	o.model = w->f.m;
	return bpmn_host_new(&w->f.a, &o, &w->h) == OK && bpmn_host_deploy(w->h, S(""), &w->f.d) == OK;
}

static void begin(struct world *w, const char *process, const char *input)
{
	uint32_t i;

	diag_init(&w->f.d);
	CHECK_INT(bpmn_host_start(w->h, str_of(process), S(""), input ? value(&w->f, input) : NULL, &i, &w->f.d), OK);
}

static void look(struct world *w, uint32_t instance)
{
	w->f.i = (struct bpmn_instance *)(uintptr_t)bpmn_host_instance(w->h, instance);
}

static enum bpmn_state state(struct world *w, uint32_t instance)
{
	look(w, instance);
	return bpmn_instance_state(w->f.i);
}

static void send(struct world *w, uint32_t instance, struct bpmn_command c)
{
	diag_init(&w->f.d);
	CHECK_INT(bpmn_host_command(w->h, instance, &c, &w->f.d), OK);
}

/* Two pools, the standard's own correlation: an office answers the citizen who asked. */
#define POOLS HEAD \
	"<message id=\"ask\" name=\"ask\"/><message id=\"answer\" name=\"answer\"/>" \
	"<correlationProperty id=\"number\"><correlationPropertyRetrievalExpression id=\"r1\" messageRef=\"ask\"><messagePath>no</messagePath></correlationPropertyRetrievalExpression>" \
	"<correlationPropertyRetrievalExpression id=\"r2\" messageRef=\"answer\"><messagePath>no</messagePath></correlationPropertyRetrievalExpression></correlationProperty>" \
	"<collaboration id=\"c\"><participant id=\"p1\" processRef=\"Citizen\"/><participant id=\"p2\" processRef=\"Office\"/>" \
	"<messageFlow id=\"m1\" sourceRef=\"s1\" targetRef=\"os\"/><messageFlow id=\"m2\" sourceRef=\"oe\" targetRef=\"s2\"/>" \
	"<correlationKey id=\"k\"><correlationPropertyRef>number</correlationPropertyRef></correlationKey></collaboration>" \
	"<process id=\"Citizen\" isExecutable=\"true\"><startEvent id=\"cs\"/><sendTask id=\"s1\" messageRef=\"ask\"><extensionElements><banjie:input source=\"no\" target=\"no\"/></extensionElements></sendTask>" \
	"<receiveTask id=\"s2\" messageRef=\"answer\"/><endEvent id=\"ce\"/>" FLOW("c1", "cs", "s1") FLOW("c2", "s1", "s2") FLOW("c3", "s2", "ce") "</process>" \
	"<process id=\"Office\" isExecutable=\"true\"><startEvent id=\"os\"><messageEventDefinition id=\"d1\" messageRef=\"ask\"/></startEvent><userTask id=\"work\"/>" \
	"<endEvent id=\"oe\"><extensionElements><banjie:input source=\"no\" target=\"no\"/><banjie:input source=\"reply\" target=\"reply\"/></extensionElements><messageEventDefinition id=\"d2\" messageRef=\"answer\"/></endEvent>" \
	FLOW("o1", "os", "work") FLOW("o2", "work", "oe") "</process></definitions>"

TEST(pools_talk_and_the_answer_reaches_the_one_who_asked)
{
	struct world w;

	REQUIRE(open_world(&w, POOLS, false));
	begin(&w, "Citizen", "{ no: 1 }");
	begin(&w, "Citizen", "{ no: 2 }");
	CHECK_INT(bpmn_host_count(w.h), 4); /* each question began an instance of the office */
	look(&w, 3);
	send(&w, 3, (struct bpmn_command){ .kind = BPMN_COMPLETE, .id = id_of(&w.f, "work", BPMN_WAIT_TASK), .variables = value(&w.f, "{ reply: \"准予\" }") });
	CHECK_INT(state(&w, 0), BPMN_RUNNING);
	CHECK_INT(state(&w, 2), BPMN_COMPLETED);
	CHECK_STR(variable(&w.f, "reply"), "准予");
	close_model(&w.f);
}

TEST(a_called_process_gives_back_its_error)
{
	struct world w;

	REQUIRE(open_world(&w, HEAD "<error id=\"E\" errorCode=\"X\"/><process id=\"P\" isExecutable=\"true\"><startEvent id=\"s\"/><callActivity id=\"c\" calledElement=\"Q\"/>"
		"<boundaryEvent id=\"b\" attachedToRef=\"c\"><errorEventDefinition id=\"d\" errorRef=\"E\"/></boundaryEvent><userTask id=\"u\"/>" FLOW("f1", "s", "c") FLOW("f2", "b", "u")
		"</process><process id=\"Q\" isExecutable=\"true\"><startEvent id=\"qs\"/><endEvent id=\"qe\"><errorEventDefinition id=\"qd\" errorRef=\"E\"/></endEvent>" FLOW("q1", "qs", "qe") "</process></definitions>", false));
	begin(&w, "P", NULL);
	CHECK_INT(state(&w, 1), BPMN_FAILED);
	CHECK_STR(bpmn_instance_error(w.f.i), "X");
	look(&w, 0);
	CHECK_STR(waits(&w.f), "u:task");
	close_model(&w.f);
}

TEST(a_call_of_a_process_that_is_not_there_is_an_incident)
{
	struct world w;

	REQUIRE(open_world(&w, PROCESS("<startEvent id=\"s\"/><callActivity id=\"c\" calledElement=\"Nowhere\"/>" FLOW("f1", "s", "c")), false));
	begin(&w, "P", NULL);
	look(&w, 0);
	CHECK_STR(waits(&w.f), "c:incident");
	close_model(&w.f);
}

TEST(a_global_task_runs_where_it_is_called)
{
	struct world w;

	REQUIRE(open_world(&w, HEAD "<globalScriptTask id=\"G\" scriptLanguage=\"feel\"><extensionElements><banjie:script resultVariable=\"v\"/></extensionElements><script>n + 1</script></globalScriptTask>"
		"<process id=\"P\" isExecutable=\"true\"><startEvent id=\"s\"/><callActivity id=\"c\" calledElement=\"G\"/><endEvent id=\"e\"/>" FLOW("f1", "s", "c") FLOW("f2", "c", "e") "</process></definitions>", false));
	begin(&w, "P", "{ n: 41 }");
	CHECK_INT(state(&w, 0), BPMN_COMPLETED);
	CHECK_STR(variable(&w.f, "v"), "42");
	close_model(&w.f);
}

TEST(signals_reach_every_instance_and_every_start_event)
{
	struct world w;

	REQUIRE(open_world(&w, HEAD "<signal id=\"S\" name=\"停电\"/><process id=\"P\" isExecutable=\"true\"><startEvent id=\"s\"/><userTask id=\"t\"/>"
		"<boundaryEvent id=\"b\" attachedToRef=\"t\" cancelActivity=\"false\"><signalEventDefinition id=\"d\" signalRef=\"S\"/></boundaryEvent><userTask id=\"h\"/>" FLOW("f1", "s", "t") FLOW("f2", "b", "h")
		"</process><process id=\"Q\" isExecutable=\"true\"><startEvent id=\"qs\"><signalEventDefinition id=\"qd\" signalRef=\"S\"/></startEvent><userTask id=\"qt\"/>" FLOW("q1", "qs", "qt")
		"</process><process id=\"R\" isExecutable=\"true\"><startEvent id=\"rs\"/><endEvent id=\"re\"><signalEventDefinition id=\"rd\" signalRef=\"S\"/></endEvent>" FLOW("r1", "rs", "re") "</process></definitions>", false));
	begin(&w, "P", NULL);
	begin(&w, "P", NULL);
	begin(&w, "R", NULL);
	CHECK_INT(bpmn_host_count(w.h), 4);
	for (uint32_t i = 0; i < 2; i++) {
		look(&w, i);
		CHECK_STR(waits(&w.f), "b:signal t:task h:task");
	}
	look(&w, 3);
	CHECK_STR(waits(&w.f), "qt:task");
	close_model(&w.f);
}

TEST(timers_fire_in_due_order_and_start_events_too)
{
	struct world w;
	int64_t due;

	REQUIRE(open_world(&w, HEAD "<process id=\"P\" isExecutable=\"true\"><startEvent id=\"s\"><timerEventDefinition id=\"d\"><timeCycle>R2/PT2H</timeCycle></timerEventDefinition></startEvent>"
		"<intermediateCatchEvent id=\"c\"><timerEventDefinition id=\"cd\"><timeDuration>PT3H</timeDuration></timerEventDefinition></intermediateCatchEvent><endEvent id=\"e\"/>" FLOW("f1", "s", "c") FLOW("f2", "c", "e") "</process></definitions>", false));
	CHECK(bpmn_host_next(w.h, &due));
	CHECK_INT(due - bpmn_host_now(w.h), 2 * 3600000);
	CHECK_INT(bpmn_host_advance(w.h, bpmn_host_now(w.h) + 6 * 3600000 + 1800000, &w.f.d), OK);
	CHECK_INT(bpmn_host_count(w.h), 2);
	CHECK_INT(state(&w, 0), BPMN_COMPLETED);
	CHECK_INT(state(&w, 1), BPMN_RUNNING);
	CHECK_INT(bpmn_host_advance(w.h, bpmn_host_now(w.h) + 3600000, &w.f.d), OK);
	CHECK_INT(state(&w, 1), BPMN_COMPLETED);
	CHECK(!bpmn_host_next(w.h, &due));
	close_model(&w.f);
}

TEST(a_parallel_event_gateway_starts_once_and_waits_for_all)
{
	struct world w;
	const char *xml = HEAD "<message id=\"A\" name=\"A\"/><message id=\"B\" name=\"B\"/><process id=\"P\" isExecutable=\"true\">"
		"<eventBasedGateway id=\"g\" instantiate=\"true\" eventGatewayType=\"Parallel\"/><intermediateCatchEvent id=\"a\"><messageEventDefinition id=\"d1\" messageRef=\"A\"/></intermediateCatchEvent>"
		"<intermediateCatchEvent id=\"b\"><messageEventDefinition id=\"d2\" messageRef=\"B\"/></intermediateCatchEvent><parallelGateway id=\"j\"/><userTask id=\"t\"/>"
		FLOW("f1", "g", "a") FLOW("f2", "g", "b") FLOW("f3", "a", "j") FLOW("f4", "b", "j") FLOW("f5", "j", "t") "</process>"
		"<process id=\"Q\" isExecutable=\"true\"><startEvent id=\"qs\"/><intermediateThrowEvent id=\"qa\"><messageEventDefinition id=\"d3\" messageRef=\"A\"/></intermediateThrowEvent>"
		"<userTask id=\"qw\"/><endEvent id=\"qb\"><messageEventDefinition id=\"d4\" messageRef=\"B\"/></endEvent>" FLOW("q1", "qs", "qa") FLOW("q2", "qa", "qw") FLOW("q3", "qw", "qb") "</process></definitions>";

	REQUIRE(open_world(&w, xml, false));
	begin(&w, "Q", NULL);
	CHECK_INT(bpmn_host_count(w.h), 2);
	look(&w, 1);
	CHECK_STR(waits(&w.f), "b:message");
	look(&w, 0);
	send(&w, 0, (struct bpmn_command){ .kind = BPMN_COMPLETE, .id = id_of(&w.f, "qw", BPMN_WAIT_TASK) });
	CHECK_INT(bpmn_host_count(w.h), 2);
	look(&w, 1);
	CHECK_STR(waits(&w.f), "t:task");
	close_model(&w.f);
}

TEST(all_of_several_triggers_or_any_of_them)
{
	const char *both = HEAD "<signal id=\"A\" name=\"A\"/><signal id=\"B\" name=\"B\"/><process id=\"P\" isExecutable=\"true\"><startEvent id=\"s\"/>"
		"<intermediateCatchEvent id=\"c\" parallelMultiple=\"%s\"><signalEventDefinition id=\"d1\" signalRef=\"A\"/><signalEventDefinition id=\"d2\" signalRef=\"B\"/></intermediateCatchEvent><endEvent id=\"e\"/>"
		FLOW("f1", "s", "c") FLOW("f2", "c", "e") "</process></definitions>";

	for (int all = 0; all < 2; all++) {
		struct world w;
		char xml[2000];

		snprintf(xml, sizeof xml, both, all ? "true" : "false");
		REQUIRE(open_world(&w, xml, false));
		begin(&w, "P", NULL);
		send(&w, 0, (struct bpmn_command){ .kind = BPMN_DELIVER_SIGNAL, .name = S("B") });
		CHECK_INT(state(&w, 0), all ? BPMN_RUNNING : BPMN_COMPLETED);
		if (all)
			send(&w, 0, (struct bpmn_command){ .kind = BPMN_DELIVER_SIGNAL, .name = S("A") });
		CHECK_INT(state(&w, 0), BPMN_COMPLETED);
		close_model(&w.f);
	}
}

TEST(a_cancelled_transaction_is_undone_before_it_is_left)
{
	struct world w;

	REQUIRE(open_world(&w, PROCESS("<startEvent id=\"s\"/><transaction id=\"x\"><startEvent id=\"xs\"/>" SCRIPT("pay", "paid", "true")
		"<boundaryEvent id=\"pb\" attachedToRef=\"pay\"><compensateEventDefinition id=\"pd\"/></boundaryEvent><userTask id=\"refund\" isForCompensation=\"true\"/><association id=\"as\" sourceRef=\"pb\" targetRef=\"refund\"/>"
		"<endEvent id=\"xe\"><cancelEventDefinition id=\"xd\"/></endEvent>" FLOW("x1", "xs", "pay") FLOW("x2", "pay", "xe") "</transaction>"
		"<boundaryEvent id=\"b\" attachedToRef=\"x\"><cancelEventDefinition id=\"bd\"/></boundaryEvent><userTask id=\"after\"/>" FLOW("f1", "s", "x") FLOW("f2", "b", "after")), false));
	begin(&w, "P", NULL);
	look(&w, 0);
	CHECK_STR(waits(&w.f), "refund:task");
	send(&w, 0, (struct bpmn_command){ .kind = BPMN_COMPLETE, .id = id_of(&w.f, "refund", BPMN_WAIT_TASK) });
	look(&w, 0);
	CHECK_STR(waits(&w.f), "after:task");
	close_model(&w.f);
}

TEST(ad_hoc_activities_follow_their_ordering_and_their_condition)
{
	struct world w;

	REQUIRE(open_world(&w, PROCESS("<startEvent id=\"s\"/><adHocSubProcess id=\"a\" ordering=\"Sequential\"><userTask id=\"t1\"/><userTask id=\"t2\"/><userTask id=\"t3\"/>"
		"<completionCondition>enough = true</completionCondition></adHocSubProcess><endEvent id=\"e\"/>" FLOW("f1", "s", "a") FLOW("f2", "a", "e")), false));
	begin(&w, "P", "{ enough: false }");
	look(&w, 0);
	CHECK_STR(waits(&w.f), "t1:task");
	send(&w, 0, (struct bpmn_command){ .kind = BPMN_COMPLETE, .id = id_of(&w.f, "t1", BPMN_WAIT_TASK) });
	look(&w, 0);
	CHECK_STR(waits(&w.f), "t2:task");
	send(&w, 0, (struct bpmn_command){ .kind = BPMN_COMPLETE, .id = id_of(&w.f, "t2", BPMN_WAIT_TASK), .variables = value(&w.f, "{ enough: true }") });
	CHECK_INT(state(&w, 0), BPMN_COMPLETED);
	close_model(&w.f);
}

TEST(instances_that_keep_each_other_busy_are_stopped)
{
	struct world w;
	uint32_t i;

	REQUIRE(open_world(&w, HEAD "<message id=\"M\" name=\"M\"/><process id=\"P\" isExecutable=\"true\"><startEvent id=\"s\"><messageEventDefinition id=\"d\" messageRef=\"M\"/></startEvent>"
		"<endEvent id=\"e\"><messageEventDefinition id=\"d2\" messageRef=\"M\"/></endEvent>" FLOW("f1", "s", "e") "</process></definitions>", false));
	diag_init(&w.f.d);
	CHECK(bpmn_host_start(w.h, S("P"), S(""), NULL, &i, &w.f.d) != OK);
	close_model(&w.f);
}

TEST_MAIN
