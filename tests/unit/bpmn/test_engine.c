/* test_engine.c - what commands do: tasks, events, incidents, interventions. */
#include "fixture.h"
#include "os/os.h"

#define ONE_TASK PROCESS("<startEvent id=\"s\"/><userTask id=\"t\" name=\"受理\"/><endEvent id=\"e\"/>" FLOW("f1", "s", "t") FLOW("f2", "t", "e"))

TEST(a_task_waits_and_its_result_becomes_a_variable)
{
	struct fixture f;

	REQUIRE(open_model(&f, ONE_TASK));
	CHECK_INT(start(&f, "{ 面积: 120 }"), OK);
	CHECK_STR(waits(&f), "t:task");
	CHECK(happened(&f, BPMN_EV_WAITING, "t"));
	CHECK_INT(complete(&f, "t", "{ 结论: \"同意\", 日期: date(\"2025-01-02\") }"), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED);
	CHECK_STR(variable(&f, "结论"), "同意");
	CHECK_STR(variable(&f, "日期"), "2025-01-02");
	CHECK_INT(feel_get(bpmn_instance_variables(f.i), S("日期"))->kind, FEEL_DATE); /* not just text */
	CHECK(happened(&f, BPMN_EV_ENDED, "P"));
	close_model(&f);
}

TEST(refused_commands_change_nothing)
{
	struct fixture f;
	uint32_t id;

	REQUIRE(open_model(&f, ONE_TASK));
	REQUIRE(start(&f, NULL) == OK);
	id = id_of(&f, "t", BPMN_WAIT_TASK);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_COMPLETE, .id = 4711 }), ERR_NOT_FOUND);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_FIRE_TIMER, .id = id }), ERR_INVALID);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_START }), ERR_CONFLICT);
	CHECK_STR(waits(&f), "t:task");
	CHECK_INT(complete(&f, "t", NULL), OK);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_COMPLETE, .id = id }), ERR_CONFLICT);
	close_model(&f);
}

TEST(gateways_without_way_out_are_incidents_that_can_be_mended)
{
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/><exclusiveGateway id=\"g\"/><endEvent id=\"a\"/><endEvent id=\"b\"/>"
		FLOW("f0", "s", "g") FLOW_IF("f1", "g", "a", "x &gt; 5") FLOW_IF("f2", "g", "b", "x &lt; 3"))));
	REQUIRE(start(&f, "{ x: 4 }") == OK);
	CHECK_STR(waits(&f), "g:incident");
	CHECK_INT(bpmn_instance_state(f.i), BPMN_RUNNING);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_RETRY, .id = id_of(&f, "g", BPMN_WAIT_INCIDENT) }), OK);
	CHECK_STR(waits(&f), "g:incident"); /* still 4 */
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_RETRY, .id = id_of(&f, "g", BPMN_WAIT_INCIDENT),
		.variables = value(&f, "{ x: 9 }") }), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED);
	CHECK(happened(&f, BPMN_EV_LEFT_BY_FLOW, "f1"));
	close_model(&f);
}

TEST(a_condition_that_is_null_is_never_guessed)
{
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/><exclusiveGateway id=\"g\" default=\"f2\"/><endEvent id=\"a\"/><endEvent id=\"b\"/>"
		FLOW("f0", "s", "g") FLOW_IF("f1", "g", "a", "amount &gt; 5") FLOW("f2", "g", "b"))));
	REQUIRE(start(&f, "{ }") == OK);
	CHECK_STR(waits(&f), "g:incident");
	close_model(&f);
}

static const struct dmn_model *decision_of(void *arg, struct str id)
{
	return str_eqz(id, "fee") ? arg : NULL;
}

TEST(a_decision_gives_its_value_and_its_trace)
{
	static const char dmn[] = "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"m\" name=\"m\" namespace=\"urn:m\">"
		"<inputData id=\"i\" name=\"面积\"><variable name=\"面积\"/></inputData><decision id=\"fee\" name=\"费用\"><variable name=\"费用\"/>"
		"<informationRequirement><requiredInput href=\"#i\"/></informationRequirement><literalExpression><text>面积 * 2</text></literalExpression></decision></definitions>";
	struct dmn_finding *findings;
	struct dmn_model *m = NULL;
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/><businessRuleTask id=\"r\"><extensionElements><banjie:decision ref=\"fee\" resultVariable=\"费用\"/></extensionElements></businessRuleTask>"
		"<endEvent id=\"e\"/>" FLOW("f1", "s", "r") FLOW("f2", "r", "e"))));
	REQUIRE(dmn_model_read(&f.a, str_of(dmn), NULL, NULL, &m, &findings, &f.d) == OK);
	REQUIRE(start(&f, "{ 面积: 60 }") == OK);
	CHECK_STR(waits(&f), "r:incident"); /* nobody knows the decision yet */
	f.env.decision = decision_of;
	f.env.arg = m;
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_RETRY, .id = id_of(&f, "r", BPMN_WAIT_INCIDENT) }), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED);
	CHECK_STR(variable(&f, "费用"), "120");
	for (const struct bpmn_event *e = f.events; e; e = e->next)
		if (e->kind == BPMN_EV_DECIDED)
			CHECK(e->trace != NULL);
	CHECK(happened(&f, BPMN_EV_DECIDED, "r"));
	close_model(&f);
}

TEST(a_failed_job_is_an_incident_and_waits_again_after_the_retry)
{
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/><serviceTask id=\"j\"/><endEvent id=\"e\"/>" FLOW("f1", "s", "j") FLOW("f2", "j", "e"))));
	REQUIRE(start(&f, NULL) == OK);
	CHECK_STR(waits(&f), "j:job");
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_FAIL, .id = id_of(&f, "j", BPMN_WAIT_JOB), .text = S("接口超时") }), OK);
	CHECK_STR(waits(&f), "j:incident");
	CHECK_STR(find(&f, "j", BPMN_WAIT_INCIDENT)->name, "接口超时");
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_RETRY, .id = id_of(&f, "j", BPMN_WAIT_INCIDENT) }), OK);
	CHECK_STR(waits(&f), "j:job");
	CHECK_INT(complete(&f, "j", NULL), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED);
	close_model(&f);
}

#define BOUNDARY(cancel, def) PROCESS("<startEvent id=\"s\"/><userTask id=\"t\"/><boundaryEvent id=\"b\" attachedToRef=\"t\" cancelActivity=\"" \
	cancel "\">" def "</boundaryEvent><userTask id=\"h\"/><endEvent id=\"e\"/><endEvent id=\"e2\"/>" FLOW("f1", "s", "t") \
	FLOW("f2", "t", "e") FLOW("f3", "b", "h") FLOW("f4", "h", "e2"))
#define TIMER(kind, text) "<timerEventDefinition id=\"bd\"><" kind ">" text "</" kind "></timerEventDefinition>"

TEST(boundary_timers_interrupt_or_not_and_never_fire_early)
{
	struct fixture f;
	struct bpmn_waiting *w;

	REQUIRE(open_model(&f, BOUNDARY("true", TIMER("timeDuration", "P2DT1H"))));
	REQUIRE(start(&f, NULL) == OK);
	w = find(&f, "b", BPMN_WAIT_TIMER);
	REQUIRE(w);
	CHECK_INT(w->due_ms - f.env.now_ms, 49 * 3600000);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_FIRE_TIMER, .id = w->id }), ERR_CONFLICT);
	CHECK_INT(fire(&f, "b"), OK);
	CHECK_STR(waits(&f), "h:task");
	CHECK(happened(&f, BPMN_EV_CANCELLED, "t"));
	close_model(&f);
	REQUIRE(open_model(&f, BOUNDARY("false", TIMER("timeCycle", "R2/PT1H"))));
	REQUIRE(start(&f, NULL) == OK);
	CHECK_INT(fire(&f, "b"), OK);
	CHECK_STR(waits(&f), "t:task b:timer h:task");
	CHECK_INT(fire(&f, "b"), OK);
	CHECK_STR(waits(&f), "t:task h:task h:task"); /* the cycle is over */
	CHECK_INT(complete(&f, "t", NULL), OK);
	CHECK_INT(complete(&f, "h", NULL), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_RUNNING);
	CHECK_INT(complete(&f, "h", NULL), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED);
	close_model(&f);
}

TEST(a_limit_without_calendar_is_an_incident_not_a_guess)
{
	struct fixture f;

	REQUIRE(open_model(&f, BOUNDARY("true", "<extensionElements><banjie:limit amount=\"5\" unit=\"working-days\" ground=\"ALL/32(4)\"/>"
		"</extensionElements><timerEventDefinition id=\"bd\"/>")));
	REQUIRE(start(&f, NULL) == OK);
	CHECK_STR(waits(&f), "b:incident t:task");
	CHECK_INT(complete(&f, "t", NULL), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED);
	close_model(&f);
}

TEST(a_limit_in_working_days_ends_at_midnight_of_its_last_day)
{
	struct bpmn_waiting *w;
	struct calendar *c = NULL;
	struct fixture f;
	struct str text;
	int64_t due;

	REQUIRE(open_model(&f, BOUNDARY("true", "<extensionElements><banjie:limit amount=\"5\" unit=\"working-days\" ground=\"ALL/32(4)\"/>"
		"</extensionElements><timerEventDefinition id=\"bd\"/>")));
	REQUIRE(os_file_read(&f.a, PROJECT_ROOT "/data/calendar/cn.csv", 1 << 22, &text, &f.d) == OK);
	REQUIRE(calendar_read(&f.a, text, &c, &f.d) == OK);
	f.env.calendar = c;
	REQUIRE(calendar_instant_parse(S("2025-09-26T10:00:00+08:00"), &f.env.now_ms)); /* a Friday; the 28th is a make-up day, the 1st to 8th are off */
	REQUIRE(start(&f, NULL) == OK);
	w = find(&f, "b", BPMN_WAIT_TIMER);
	REQUIRE(w);
	REQUIRE(calendar_instant_parse(S("2025-10-11T00:00:00+08:00"), &due)); /* 28, 29, 30 September, 9, 10 October */
	CHECK_INT(w->due_ms, due);
	CHECK_INT(fire(&f, "b"), OK);
	CHECK_STR(waits(&f), "h:task");
	close_model(&f);
}

TEST(errors_are_caught_by_code_first)
{
	struct fixture f;
	const char *model = HEAD "<error id=\"E1\" errorCode=\"拒绝\"/><process id=\"P\" isExecutable=\"true\"><startEvent id=\"s\"/><serviceTask id=\"t\"/>"
		"<boundaryEvent id=\"any\" attachedToRef=\"t\"><errorEventDefinition id=\"d1\"/></boundaryEvent>"
		"<boundaryEvent id=\"one\" attachedToRef=\"t\"><errorEventDefinition id=\"d2\" errorRef=\"E1\"/></boundaryEvent>"
		"<userTask id=\"u1\"/><userTask id=\"u2\"/>" FLOW("f1", "s", "t") FLOW("f2", "any", "u1") FLOW("f3", "one", "u2") "</process></definitions>";

	REQUIRE(open_model(&f, model));
	REQUIRE(start(&f, NULL) == OK);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_THROW_ERROR, .id = id_of(&f, "t", BPMN_WAIT_JOB), .name = S("拒绝") }), OK);
	CHECK_STR(waits(&f), "u2:task");
	f.i = NULL;
	REQUIRE(start(&f, NULL) == OK);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_THROW_ERROR, .id = id_of(&f, "t", BPMN_WAIT_JOB), .name = S("别的") }), OK);
	CHECK_STR(waits(&f), "u1:task");
	close_model(&f);
}

TEST(an_error_that_nobody_catches_stops_the_task_visibly)
{
	struct fixture f;

	REQUIRE(open_model(&f, ONE_TASK));
	REQUIRE(start(&f, NULL) == OK);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_THROW_ERROR, .id = id_of(&f, "t", BPMN_WAIT_TASK), .name = S("X") }), OK);
	CHECK_STR(waits(&f), "t:incident");
	close_model(&f);
}

TEST(messages_find_their_receiver_by_name_and_key)
{
	struct fixture f;
	const char *model = HEAD "<message id=\"M\" name=\"补正\"><extensionElements><zeebe:subscription correlationKey=\"=案号\"/></extensionElements></message>"
		"<process id=\"P\" isExecutable=\"true\"><startEvent id=\"s\"/><receiveTask id=\"r\" messageRef=\"M\"/><endEvent id=\"e\"/>"
		FLOW("f1", "s", "r") FLOW("f2", "r", "e") "</process></definitions>";

	REQUIRE(open_model(&f, model));
	REQUIRE(start(&f, "{ 案号: \"A-1\" }") == OK);
	CHECK_STR(find(&f, "r", BPMN_WAIT_MESSAGE)->key, "\"A-1\"");
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_DELIVER_MESSAGE, .name = S("补正"), .key = S("\"A-2\"") }), ERR_NOT_FOUND);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_DELIVER_MESSAGE, .name = S("别的"), .key = S("\"A-1\"") }), ERR_NOT_FOUND);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_DELIVER_MESSAGE, .name = S("补正"), .key = S("\"A-1\""),
		.variables = value(&f, "{ 材料: 3 }") }), OK);
	CHECK_STR(variable(&f, "材料"), "3");
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED);
	close_model(&f);
}

TEST(conditions_are_asked_when_variables_change)
{
	struct fixture f;

	REQUIRE(open_model(&f, BOUNDARY("true", "<conditionalEventDefinition id=\"bd\"><condition>风险 = \"高\"</condition></conditionalEventDefinition>")));
	REQUIRE(start(&f, "{ 风险: \"低\" }") == OK);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_SET_VARIABLES, .variables = value(&f, "{ 风险: \"中\" }") }), OK);
	CHECK_STR(waits(&f), "b:condition t:task");
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_SET_VARIABLES, .variables = value(&f, "{ 风险: \"高\" }") }), OK);
	CHECK_STR(waits(&f), "h:task");
	close_model(&f);
}

TEST(a_loop_without_a_wait_is_stopped_not_run_for_ever)
{
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/><exclusiveGateway id=\"j\"/>" SCRIPT("t", "n", "n + 1")
		FLOW("f1", "s", "j") FLOW("f2", "j", "t") FLOW("f3", "t", "j"))));
	f.env.steps_max = 1000;
	REQUIRE(start(&f, "{ n: 0 }") == OK);
	CHECK(find(&f, "j", BPMN_WAIT_INCIDENT) || find(&f, "t", BPMN_WAIT_INCIDENT));
	CHECK_INT(bpmn_instance_state(f.i), BPMN_RUNNING);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_CANCEL }), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_CANCELLED);
	CHECK_STR(waits(&f), "");
	close_model(&f);
}

TEST(inclusive_joins_wait_for_what_can_still_come_and_fire_once)
{
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/><inclusiveGateway id=\"g\" default=\"f3\"/><userTask id=\"a\"/><userTask id=\"b\"/><userTask id=\"c\"/>"
		"<inclusiveGateway id=\"j\"/>" SCRIPT("t", "n", "n + 1") "<endEvent id=\"e\"/>"
		FLOW("f0", "s", "g") FLOW_IF("f1", "g", "a", "x") FLOW_IF("f2", "g", "b", "y") FLOW("f3", "g", "c")
		FLOW("f4", "a", "j") FLOW("f5", "b", "j") FLOW("f6", "c", "j") FLOW("f7", "j", "t") FLOW("f8", "t", "e"))));
	REQUIRE(start(&f, "{ x: true, y: true, n: 0 }") == OK);
	CHECK_STR(waits(&f), "a:task b:task");
	CHECK_INT(complete(&f, "a", NULL), OK);
	CHECK_STR(variable(&f, "n"), "0");
	CHECK_INT(complete(&f, "b", NULL), OK);
	CHECK_STR(variable(&f, "n"), "1");
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED);
	f.i = NULL;
	REQUIRE(start(&f, "{ x: true, y: false, n: 0 }") == OK);
	CHECK_INT(complete(&f, "a", NULL), OK);
	CHECK_STR(variable(&f, "n"), "1"); /* b can not come */
	close_model(&f);
}

TEST(multi_instance_collects_its_results_in_order)
{
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/><userTask id=\"t\"><extensionElements><banjie:loop inputCollection=\"部门\" inputElement=\"d\" "
		"outputCollection=\"意见\" outputElement=\"d + o\"/></extensionElements><multiInstanceLoopCharacteristics>"
		"<completionCondition>numberOfCompletedInstances &gt;= 3</completionCondition></multiInstanceLoopCharacteristics></userTask><endEvent id=\"e\"/>"
		FLOW("f1", "s", "t") FLOW("f2", "t", "e"))));
	REQUIRE(start(&f, "{ 部门: [\"消防\", \"住建\", \"环保\", \"水务\"], o: \"!\" }") == OK);
	CHECK_STR(waits(&f), "t:task t:task t:task t:task");
	for (int i = 0; i < 3; i++)
		CHECK_INT(complete(&f, "t", NULL), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED); /* three of four are enough */
	CHECK_STR(variable(&f, "意见"), "[\"消防!\", \"住建!\", \"环保!\", null]");
	close_model(&f);
}

TEST(mappings_keep_what_is_inside_inside)
{
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/><serviceTask id=\"t\"><extensionElements><zeebe:ioMapping><zeebe:input source=\"=a + 1\" target=\"b\"/>"
		"<zeebe:input source=\"text\" target=\"c\"/><zeebe:output source=\"=r * 2\" target=\"out\"/></zeebe:ioMapping></extensionElements></serviceTask>"
		"<userTask id=\"u\"/>" FLOW("f1", "s", "t") FLOW("f2", "t", "u"))));
	REQUIRE(start(&f, "{ a: 1 }") == OK);
	CHECK_INT(complete(&f, "t", "{ r: 21 }"), OK);
	CHECK_STR(variable(&f, "out"), "42");
	CHECK_STR(variable(&f, "r"), "(none)");
	CHECK_STR(variable(&f, "b"), "(none)");
	close_model(&f);
}

TEST(calls_wait_for_their_child_and_pass_its_error_on)
{
	struct fixture f;
	const char *model = PROCESS("<startEvent id=\"s\"/><callActivity id=\"c\"><extensionElements><zeebe:calledElement processId=\"子流程\"/></extensionElements></callActivity>"
		"<boundaryEvent id=\"b\" attachedToRef=\"c\"><errorEventDefinition id=\"d\"/></boundaryEvent><userTask id=\"h\"/><endEvent id=\"e\"/>"
		FLOW("f1", "s", "c") FLOW("f2", "c", "e") FLOW("f3", "b", "h"));

	REQUIRE(open_model(&f, model));
	REQUIRE(start(&f, "{ a: 1 }") == OK);
	CHECK_STR(find(&f, "c", BPMN_WAIT_CALL)->name, "子流程");
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_CHILD_DONE, .id = id_of(&f, "c", BPMN_WAIT_CALL), .variables = value(&f, "{ z: 7 }") }), OK);
	CHECK_STR(variable(&f, "z"), "7");
	f.i = NULL;
	REQUIRE(start(&f, NULL) == OK);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_CHILD_DONE, .id = id_of(&f, "c", BPMN_WAIT_CALL), .name = S("E") }), OK);
	CHECK_STR(waits(&f), "h:task");
	close_model(&f);
}

TEST(a_token_can_be_moved_and_the_rest_stays)
{
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/><userTask id=\"a\"/><userTask id=\"b\"/><userTask id=\"c\"/><parallelGateway id=\"g\"/>"
		FLOW("f0", "s", "g") FLOW("f1", "g", "a") FLOW("f2", "g", "b") FLOW("f3", "a", "c"))));
	REQUIRE(start(&f, NULL) == OK);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_MOVE, .id = id_of(&f, "a", BPMN_WAIT_TASK), .element = S("无") }), ERR_INVALID);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_MOVE, .id = id_of(&f, "a", BPMN_WAIT_TASK), .element = S("c"), .text = S("走错了") }), OK);
	CHECK_STR(waits(&f), "b:task c:task");
	CHECK(happened(&f, BPMN_EV_MOVED, "a"));
	close_model(&f);
}

TEST(compensation_undoes_in_reverse_order)
{
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS("<startEvent id=\"s\"/>" SCRIPT("a", "x", "1") SCRIPT("b", "x", "2")
		"<boundaryEvent id=\"ba\" attachedToRef=\"a\"><compensateEventDefinition id=\"d1\"/></boundaryEvent>"
		"<boundaryEvent id=\"bb\" attachedToRef=\"b\"><compensateEventDefinition id=\"d2\"/></boundaryEvent>"
		"<userTask id=\"ua\" isForCompensation=\"true\"/><userTask id=\"ub\" isForCompensation=\"true\"/>"
		"<association id=\"as1\" sourceRef=\"ba\" targetRef=\"ua\"/><association id=\"as2\" sourceRef=\"bb\" targetRef=\"ub\"/>"
		"<userTask id=\"t\"/><intermediateThrowEvent id=\"c\"><compensateEventDefinition id=\"d3\"/></intermediateThrowEvent><endEvent id=\"e\"/>"
		FLOW("f1", "s", "a") FLOW("f2", "a", "b") FLOW("f3", "b", "t") FLOW("f4", "t", "c") FLOW("f5", "c", "e"))));
	REQUIRE(start(&f, NULL) == OK);
	CHECK_INT(complete(&f, "t", NULL), OK);
	CHECK_STR(waits(&f), "ub:task");
	CHECK_INT(complete(&f, "ub", NULL), OK);
	CHECK_STR(waits(&f), "ua:task");
	CHECK_INT(complete(&f, "ua", NULL), OK);
	CHECK_INT(bpmn_instance_state(f.i), BPMN_COMPLETED);
	close_model(&f);
}

TEST(stored_instances_that_do_not_fit_are_refused)
{
	static const struct { const char *name, *bytes; } rows[] = {
		{ "empty", "" }, { "not JSON", "{" }, { "no version", "{}" },
		{ "other version", "{\"v\":2,\"process\":\"P\",\"next\":2,\"acts\":[{\"id\":1}],\"waits\":[]}" },
		{ "other process", "{\"v\":1,\"process\":\"Q\",\"next\":2,\"acts\":[{\"id\":1}],\"waits\":[]}" },
		{ "no root", "{\"v\":1,\"process\":\"P\",\"next\":3,\"acts\":[{\"id\":2,\"in\":1,\"at\":\"t\",\"role\":1}],\"waits\":[]}" },
		{ "no such element", "{\"v\":1,\"process\":\"P\",\"next\":3,\"acts\":[{\"id\":1},{\"id\":2,\"in\":1,\"at\":\"zz\",\"role\":1}],\"waits\":[]}" },
		{ "task as body", "{\"v\":1,\"process\":\"P\",\"next\":3,\"acts\":[{\"id\":1},{\"id\":2,\"in\":1,\"at\":\"t\",\"role\":2}],\"waits\":[]}" },
		{ "ids out of order", "{\"v\":1,\"process\":\"P\",\"next\":9,\"acts\":[{\"id\":1},{\"id\":5,\"in\":1,\"at\":\"t\",\"role\":1},{\"id\":3,\"in\":1,\"at\":\"t\",\"role\":1}],\"waits\":[]}" },
		{ "wait of nobody", "{\"v\":1,\"process\":\"P\",\"next\":9,\"acts\":[{\"id\":1}],\"waits\":[{\"id\":3,\"of\":7,\"at\":\"t\",\"kind\":0}]}" },
		{ "event of a task", "{\"v\":1,\"process\":\"P\",\"next\":9,\"acts\":[{\"id\":1},{\"id\":2,\"in\":1,\"at\":\"t\",\"role\":1}],\"waits\":[{\"id\":3,\"of\":2,\"at\":\"t\",\"kind\":2}]}" },
	};
	struct fixture f;
	struct bpmn_instance *i;

	REQUIRE(open_model(&f, ONE_TASK));
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		ROW(rows[k].name);
		diag_init(&f.d);
		CHECK(bpmn_instance_read(&f.a, f.m, str_of(rows[k].bytes), NULL, &i, &f.d) != OK);
	}
	ROW(NULL);
	CHECK_INT(bpmn_instance_read(&f.a, f.m, S("{\"v\":1,\"process\":\"P\",\"next\":4,\"acts\":[{\"id\":1},{\"id\":2,\"in\":1,\"at\":\"t\",\"role\":1}],"
		"\"waits\":[{\"id\":3,\"of\":2,\"at\":\"t\",\"kind\":0}]}"), NULL, &i, &f.d), OK);
	close_model(&f);
}

TEST(memory_that_runs_out_leaves_the_instance_as_it_was)
{
	struct fixture f;
	struct bpmn_command c = { .kind = BPMN_COMPLETE };
	struct bpmn_event *events = NULL;
	struct bpmn_instance *next = NULL;
	bool done = false;

	REQUIRE(open_model(&f, ONE_TASK));
	REQUIRE(start(&f, NULL) == OK);
	c.id = id_of(&f, "t", BPMN_WAIT_TASK);
	for (size_t n = 1; n < 2000 && !done; n++) {
		enum err e;

		arena_fail_after(n);
		diag_init(&f.d);
		e = bpmn_decide(f.m, S(""), f.i, &c, &f.env, &f.a, &events, &next, &f.d);
		arena_fail_after(0);
		CHECK(e == OK || e == ERR_NOMEM);
		done = e == OK;
	}
	CHECK(done);
	CHECK_STR(waits(&f), "t:task");
	close_model(&f);
}

TEST(a_running_instance_moves_to_a_new_version_or_says_what_would_be_lost)
{
	const char *second = PROCESS("<startEvent id=\"s\"/><userTask id=\"t\"/><boundaryEvent id=\"b\" attachedToRef=\"t\" cancelActivity=\"false\">"
		TIMER("timeDuration", "PT5H") "</boundaryEvent><userTask id=\"x\"/>" FLOW("f1", "s", "t") FLOW("f2", "t", "x"));
	struct fixture f, g;
	struct bpmn_migration *fates = NULL;
	struct bpmn_event *events;
	struct bpmn_instance *moved = NULL;
	struct bpmn_rename rename = { S("t"), S("fehlt") };

	REQUIRE(open_model(&f, ONE_TASK));
	REQUIRE(start(&f, NULL) == OK);
	REQUIRE(open_model(&g, second));
	CHECK_INT(bpmn_migrate_plan(f.i, g.m, NULL, 0, &f.env, &f.a, &fates, &events, NULL, &f.d), OK);
	REQUIRE(fates && fates->next && fates->next->next);
	CHECK_INT(fates->fate, BPMN_KEPT);
	CHECK_INT(fates->next->next->fate, BPMN_ADDED);
	CHECK_INT(bpmn_migrate_plan(f.i, g.m, NULL, 0, &f.env, &f.a, &fates, &events, &moved, &f.d), OK);
	REQUIRE(moved);
	g.i = moved;
	CHECK_STR(waits(&g), "t:task b:timer");
	CHECK_INT(complete(&g, "t", NULL), OK);
	CHECK_STR(waits(&g), "x:task");
	moved = NULL;
	diag_init(&f.d);
	CHECK_INT(bpmn_migrate_plan(f.i, g.m, &rename, 1, &f.env, &f.a, &fates, &events, &moved, &f.d), ERR_CONFLICT);
	CHECK_INT(fates->fate, BPMN_LOST);
	CHECK(!moved);
	close_model(&g);
	close_model(&f);
}

/* Variables kept elsewhere are named and not repeated; what has another value by now is written. */
TEST(an_instance_names_what_is_kept_elsewhere)
{
	static const struct { const char *name, *known, *now, *written, *back; } rows[] = {
		{ "all as it was", "{form: {a: 1, b: [true, \"二\"]}, n: 2}", "{}", "\"known\":[\"form\",\"n\"]", "{form: {a: 1, b: [true, \"二\"]}, n: 2}" },
		{ "one is another", "{form: {a: 1}, n: 2}", "{n: 3}", "\"known\":[\"form\"],\"vars\":{\"n\":3}", "{form: {a: 1}, n: 3}" },
		{ "deep down another", "{form: {a: [1, 2]}}", "{form: {a: [1, 3]}}", "\"vars\":{\"form\":{\"a\":[1,3]}}", "{form: {a: [1, 3]}}" },
		{ "one is new", "{n: 2}", "{m: null}", "\"known\":[\"n\"],\"vars\":{\"m\":null}", "{n: 2, m: null}" },
		{ "no JSON of its own", "{d: date(\"2026-03-31\")}", "{}", "\"vars\":{\"d\":{\"@\":\"date\",\"v\":\"2026-03-31\"}}", "{d: date(\"2026-03-31\")}" },
	};
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		struct fixture f;
		struct bpmn_instance *again;
		struct buf b;
		ROW(rows[k].name);
		REQUIRE(open_model(&f, ONE_TASK));
		const struct feel_value *known = value(&f, rows[k].known);
		CHECK_INT(start(&f, rows[k].known), OK);
		CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_SET_VARIABLES, .variables = value(&f, rows[k].now) }), OK);
		buf_init_in(&b, &f.a, 1 << 20);
		bpmn_instance_write(f.i, known, &b);
		CHECK(str_find(buf_str(&b), str_of(rows[k].written)) >= 0);
		diag_init(&f.d);
		REQUIRE(bpmn_instance_read(&f.a, f.m, buf_str(&b), known, &again, &f.d) == OK);
		struct feel_value same = feel_equal(bpmn_instance_variables(again), value(&f, rows[k].back));
		CHECK(feel_is_true(&same));
		if (str_find(buf_str(&b), S("\"known\"")) >= 0) /* without what it was written beside it is not read */
			CHECK_INT(bpmn_instance_read(&f.a, f.m, buf_str(&b), NULL, &again, &f.d), ERR_CORRUPT);
		close_model(&f);
	}
	ROW(NULL);
}

TEST_MAIN
