/* test_reader.c - what is refused, what is only warned about, and that every finding is told. */
#include "fixture.h"
#include "os/os.h"

#define START "<startEvent id=\"s\"/>"
#define T "<userTask id=\"t\"/>"
#define E "<endEvent id=\"e\"/>"
#define LINE START T E FLOW("f1", "s", "t") FLOW("f2", "t", "e")

struct row { const char *name, *xml, *rule, *element; };

/* Refused: each row has its counterpart without the fault in `accepted`. */
static const struct row refused[] = {
	{ "flow to nowhere", PROCESS(START FLOW("f1", "s", "weg")), "flow-end", "f1" },
	{ "duplicate id", PROCESS(START T T FLOW("f1", "s", "t")), "duplicate-id", "t" },
	{ "no id", PROCESS(START "<userTask/>"), "id-missing", "P" },
	{ "expression that is not FEEL", PROCESS(START T E FLOW("f1", "s", "t") FLOW_IF("f2", "t", "e", "a +")), "expression-syntax", "f2" },
	{ "condition that is a number", PROCESS(START T E FLOW("f1", "s", "t") FLOW_IF("f2", "t", "e", "42")), "condition-type", "f2" },
	{ "script in Java", PROCESS(START "<scriptTask id=\"t\" scriptFormat=\"text/x-java\"><script>x</script></scriptTask>" FLOW("f1", "s", "t")), "script-language", "t" },
	{ "script task without script", PROCESS(START "<scriptTask id=\"t\"/>" FLOW("f1", "s", "t")), "script-missing", "t" },
	{ "rule task without decision", PROCESS(START "<businessRuleTask id=\"t\"/>" FLOW("f1", "s", "t")), "decision-missing", "t" },
	{ "timer that cannot be armed", PROCESS(LINE "<boundaryEvent id=\"b\" attachedToRef=\"t\"><timerEventDefinition id=\"d\"/></boundaryEvent>"), "timer-without-time", "d" },
	{ "duration that is none", PROCESS(LINE "<boundaryEvent id=\"b\" attachedToRef=\"t\"><timerEventDefinition id=\"d\"><timeDuration>5 days</timeDuration></timerEventDefinition></boundaryEvent>"), "timer-duration", "d" },
	{ "limit without unit", PROCESS(LINE "<boundaryEvent id=\"b\" attachedToRef=\"t\"><extensionElements><banjie:limit amount=\"5\" unit=\"Tage\"/></extensionElements><timerEventDefinition id=\"d\"/></boundaryEvent>"), "limit-unreadable", "b" },
	{ "choreography inside", PROCESS(LINE "<choreographyTask id=\"c\"/>"), "choreography-in-process", "P" },
	{ "unknown element", PROCESS(LINE "<wunderTask id=\"c\"/>"), "unsupported-element", "c" },
	{ "boundary event without trigger", PROCESS(LINE "<boundaryEvent id=\"b\" attachedToRef=\"t\"/>"), "boundary-without-trigger", "b" },
	{ "boundary event on nothing", PROCESS(LINE "<boundaryEvent id=\"b\" attachedToRef=\"e\"><timerEventDefinition id=\"d\"><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>"), "reference-attached", "b" },
	{ "signal without signal", PROCESS(START T "<endEvent id=\"e\"><signalEventDefinition id=\"d\"/></endEvent>" FLOW("f1", "s", "t") FLOW("f2", "t", "e")), "signal-missing", "d" },
	{ "loop without end", PROCESS(START "<userTask id=\"t\"><standardLoopCharacteristics/></userTask>" FLOW("f1", "s", "t")), "loop-endless", "t" },
	{ "multi-instance without count", PROCESS(START "<userTask id=\"t\"><multiInstanceLoopCharacteristics/></userTask>" FLOW("f1", "s", "t")), "multi-instance-without-count", "t" },
	{ "receive task without message", PROCESS(START "<receiveTask id=\"t\"/>" FLOW("f1", "s", "t")), "message-missing", "t" },
	{ "flow across a sub-process", PROCESS(START "<subProcess id=\"p\"><userTask id=\"t\"/></subProcess>" FLOW("f1", "s", "t")), "flow-crosses-scope", "f1" },
	{ "event gateway to a user task", PROCESS(START "<eventBasedGateway id=\"g\"/>" T "<userTask id=\"u\"/>" FLOW("f1", "s", "g") FLOW("f2", "g", "t") FLOW("f3", "g", "u")), "event-gateway-target", "f2" },
	{ "link into the void", PROCESS(START "<intermediateThrowEvent id=\"l\"><linkEventDefinition id=\"d\" name=\"A\"/></intermediateThrowEvent>" FLOW("f1", "s", "l")), "link-unmatched", "l" },
	{ "listener", PROCESS(START "<userTask id=\"t\"><extensionElements><zeebe:executionListeners/></extensionElements></userTask>" FLOW("f1", "s", "t")), "extension-not-executed", "t" },
	{ "computed code", HEAD "<error id=\"x\" errorCode=\"=a\"/><process id=\"P\" isExecutable=\"true\">" START "<endEvent id=\"e\"><errorEventDefinition id=\"d\" errorRef=\"x\"/></endEvent>" FLOW("f1", "s", "e") "</process></definitions>", "code-expression", "x" },
	{ "mapping without target", PROCESS(START "<userTask id=\"t\"><extensionElements><banjie:input source=\"1\"/></extensionElements></userTask>" FLOW("f1", "s", "t")), "mapping-without-target", "t" },
};

TEST(what_would_run_wrongly_is_refused_at_the_right_place)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct fixture f;

		ROW(refused[i].name);
		CHECK(!open_model(&f, refused[i].xml));
		CHECK(f.last == ERR_INVALID || f.last == ERR_UNSUPPORTED);
		CHECK(has_finding(&f, refused[i].rule, refused[i].element));
		CHECK(f.findings && f.findings->line > 0);
		close_model(&f);
	}
}

static const struct row accepted[] = {
	{ "plain", PROCESS(LINE), NULL, NULL },
	{ "condition", PROCESS(START T E "<userTask id=\"u\"/>" FLOW("f1", "s", "t") FLOW_IF("f2", "t", "e", "a &gt; 1") FLOW("f3", "t", "u")), NULL, NULL },
	{ "script in FEEL", PROCESS(START "<scriptTask id=\"t\" scriptFormat=\"feel\"><script>1</script></scriptTask>" FLOW("f1", "s", "t")), NULL, NULL },
	{ "limit", PROCESS(LINE "<boundaryEvent id=\"b\" attachedToRef=\"t\"><extensionElements><banjie:limit amount=\"5\" unit=\"working-days\"/></extensionElements><timerEventDefinition id=\"d\"/></boundaryEvent>" "<endEvent id=\"e9\"/>" FLOW("f9", "b", "e9")), NULL, NULL },
	{ "pass-through gateway", PROCESS(START "<exclusiveGateway id=\"g\"/>" E FLOW("f1", "s", "g") FLOW("f2", "g", "e")), "gateway-pass-through", "g" },
	{ "flows not listed", PROCESS(START "<userTask id=\"t\"><incoming>f1</incoming></userTask>" E FLOW("f1", "s", "t") FLOW("f2", "t", "e")), "flow-not-listed", "f2" },
	{ "never reached", PROCESS(LINE "<userTask id=\"u\"/><userTask id=\"v\"/>" FLOW("f3", "u", "v") FLOW("f4", "v", "u")), "never-reached", "u" },
	{ "stuck at a join", PROCESS(START "<exclusiveGateway id=\"g\" default=\"f3\"/>" T "<userTask id=\"u\"/><parallelGateway id=\"j\"/>" E FLOW("f1", "s", "g") FLOW_IF("f2", "g", "t", "a") FLOW("f3", "g", "u") FLOW("f4", "t", "j") FLOW("f5", "u", "j") FLOW("f6", "j", "e")), "token-stuck", "j" },
	{ "no default", PROCESS(START "<exclusiveGateway id=\"g\"/>" T "<userTask id=\"u\"/>" FLOW("f1", "s", "g") FLOW_IF("f2", "g", "t", "a") FLOW_IF("f3", "g", "u", "b")), "gateway-without-default", "g" },
	{ "people without limit", PROCESS(START "<userTask id=\"t\"><extensionElements><banjie:assign post=\"clerk\"/></extensionElements></userTask>" E FLOW("f1", "s", "t") FLOW("f2", "t", "e")), "limit-missing", "P" },
	{ "drawn only", HEAD "<process id=\"P\"><startEvent id=\"s\"/>" FLOW("f1", "s", "weg") "</process></definitions>", "flow-end", "f1" },
};

TEST(style_is_warned_about_and_never_refused)
{
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
		struct fixture f;

		ROW(accepted[i].name);
		CHECK(open_model(&f, accepted[i].xml));
		if (accepted[i].rule)
			CHECK(has_finding(&f, accepted[i].rule, accepted[i].element));
		close_model(&f);
	}
}

TEST(all_findings_are_told_not_only_the_first)
{
	struct fixture f;
	int errors = 0;

	CHECK(!open_model(&f, PROCESS(START "<scriptTask id=\"a\"/><businessRuleTask id=\"b\"/><receiveTask id=\"c\"/>")));
	for (const struct bpmn_finding *x = f.findings; x; x = x->next)
		errors += x->severity == BPMN_ERROR;
	CHECK_INT(errors, 3);
	CHECK(strstr(f.d.text, "3 errors") != NULL);
	close_model(&f);
}

TEST(entities_and_other_files_are_refused)
{
	static const char *const rows[] = { "", "<a/>", "<definitions/>", "nonsense",
		"<!DOCTYPE definitions [<!ENTITY x \"y\">]><definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\">&x;</definitions>" };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture f;

		ROW(rows[i]);
		CHECK(!open_model(&f, rows[i]));
		CHECK(f.d.code[0]);
		close_model(&f);
	}
}

TEST(older_encodings_are_read)
{
	struct fixture f;

	CHECK(open_model(&f, "<?xml version=\"1.0\" encoding=\"GBK\"?>\n" HEAD "<process id=\"P\" name=\"\xca\xdc\xc0\xed\" isExecutable=\"true\"><startEvent id=\"s\"/></process></definitions>"));
	REQUIRE(f.last == OK);
	CHECK_STR(bpmn_model_element(f.m, S("P"))->name, "受理");
	CHECK_INT(bpmn_model_element(f.m, S("s"))->line, 2);
	close_model(&f);
	CHECK(!open_model(&f, "<?xml version=\"1.0\" encoding=\"GBK\"?>" HEAD "<process id=\"P\" name=\"\xff\xff\"/></definitions>"));
	close_model(&f);
}

TEST(elements_come_in_file_order_with_their_extensions)
{
	const struct bpmn_element *e;
	struct fixture f;

	REQUIRE(open_model(&f, PROCESS(START "<userTask id=\"t\" name=\"审查\"><documentation>看</documentation><extensionElements><banjie:assign post=\"reviewer\"/>"
		"<banjie:form key=\"review\"/><banjie:action id=\"a\"/><banjie:action id=\"b\"/></extensionElements></userTask>" FLOW("f1", "s", "t"))));
	CHECK_INT(bpmn_model_elements(f.m, &e), 4);
	CHECK_STR(e[0].id, "P");
	CHECK_STR(e[2].id, "t");
	CHECK_STR(e[2].form_key, "review");
	CHECK_STR(e[2].documentation, "看");
	CHECK_STR(e[2].process, "P");
	REQUIRE(bpmn_ext(&e[2], "action"));
	CHECK_STR(xml_attr(xml_next_same(bpmn_ext(&e[2], "action")), "id"), "b");
	CHECK(!bpmn_ext(&e[2], "limit"));
	CHECK(!bpmn_model_element(f.m, S("nix")));
	CHECK_STR(bpmn_model_process(f.m), "P");
	close_model(&f);
}

TEST(what_can_start_an_instance_is_listed)
{
	struct fixture f;
	struct bpmn_starter *s = NULL;

	REQUIRE(open_model(&f, HEAD "<message id=\"M\" name=\"申请\"/><process id=\"P\" isExecutable=\"true\"><startEvent id=\"a\"><messageEventDefinition id=\"d1\" messageRef=\"M\"/></startEvent>"
		"<startEvent id=\"b\"><timerEventDefinition id=\"d2\"><timeCycle>R3/PT1H</timeCycle></timerEventDefinition></startEvent>" T FLOW("f1", "a", "t") FLOW("f2", "b", "t") "</process></definitions>"));
	REQUIRE(bpmn_model_starters(f.m, &f.env, &f.a, &s) == OK && s && s->next);
	CHECK_STR(s->name, "申请");
	CHECK_INT(s->next->due_ms - f.env.now_ms, 3600000);
	CHECK_INT(s->next->repeats, 2);
	CHECK(!s->next->next);
	CHECK_INT(decide(&f, (struct bpmn_command){ .kind = BPMN_START, .element = S("b") }), OK);
	CHECK(happened(&f, BPMN_EV_COMPLETED, "b"));
	CHECK(!happened(&f, BPMN_EV_ENTERED, "a"));
	close_model(&f);
}

TEST(every_rule_is_explained_in_the_docs)
{
	struct arena a;
	struct diag d;
	struct str docs;

	arena_init(&a, 1 << 22);
	diag_init(&d);
	REQUIRE(os_file_read(&a, PROJECT_ROOT "/docs/bpmn-rules.md", 1 << 20, &docs, &d) == OK);
	for (size_t i = 0; i < sizeof refused / sizeof *refused + sizeof accepted / sizeof *accepted; i++) {
		const struct row *row = i < sizeof refused / sizeof *refused ? &refused[i] : &accepted[i - sizeof refused / sizeof *refused];
		struct fixture f;

		open_model(&f, row->xml);
		for (const struct bpmn_finding *x = f.findings; x; x = x->next) {
			struct str cell = arena_printf(&a, "| `%.*s` | ", STR_ARG(x->rule));

			ROW(cell.ptr);
			CHECK(str_find(docs, cell) > 0);
		}
		close_model(&f);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST(memory_that_runs_out_while_reading_is_told)
{
	bool done = false;

	for (size_t n = 1; n < 4000 && !done; n++) {
		struct bpmn_finding *findings = NULL;
		struct bpmn_model *m = NULL;
		struct arena a;
		struct diag d;
		enum err e;

		arena_init(&a, 16 << 20);
		diag_init(&d);
		arena_fail_after(n);
		e = bpmn_model_read(&a, str_of(PROCESS(LINE)), &m, &findings, &d);
		arena_fail_after(0);
		CHECK(e == OK || e == ERR_NOMEM);
		done = e == OK;
		arena_release(&a);
	}
	CHECK(done);
}

TEST_MAIN
