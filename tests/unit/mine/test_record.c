/* test_record.c - the record of this system as a log: a small office does cases in virtual time, and the figures are counted by hand.
 *
 * The process: 受理 by itself; then 现场核查 and 专家评审 side by side; then 决定, which grants or sends both back. March 2025: the 3rd is
 * a Monday, the 8th and 9th are a weekend. */
#include <stdlib.h>
#include <unistd.h>

#include "mine/mine.h"
#include "os/os.h"
#include "text/json.h"

#define KERNEL_ROOM mine_room
#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"

#define HOUR INT64_C(3600000)

static struct kernel k;
static int64_t citizen, reviewer, second, head, supervisor;

#define PROCESS(limits) \
	"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:banjie='urn:banjie:bpmn' id='d' targetNamespace='urn:test'>" \
	"<process id='p' isExecutable='true'>" limits \
	"<startEvent id='s'/><sequenceFlow id='f1' sourceRef='s' targetRef='accept'/>" \
	"<serviceTask id='accept' name='受理'><extensionElements><banjie:milestone name='accepted'/></extensionElements></serviceTask>" \
	"<sequenceFlow id='f2' sourceRef='accept' targetRef='again'/><exclusiveGateway id='again'/><sequenceFlow id='f3' sourceRef='again' targetRef='split'/>" \
	"<parallelGateway id='split'/><sequenceFlow id='f4' sourceRef='split' targetRef='visit'/><sequenceFlow id='f5' sourceRef='split' targetRef='expert'/>" \
	"<userTask id='visit' name='现场核查'><extensionElements><banjie:label en='Site visit'/><banjie:assign post='reviewer' organ='lead'/>" \
	"<banjie:limit amount='20' unit='working-days' ground='internal'/><banjie:action id='ok' name='完成' name_en='Done'/></extensionElements></userTask>" \
	"<userTask id='expert' name='专家评审'><extensionElements><banjie:label en='Expert review'/><banjie:assign post='expert' organ='lead'/>" \
	"<banjie:limit amount='20' unit='working-days' ground='internal'/><banjie:action id='ok' name='完成' name_en='Done'/></extensionElements></userTask>" \
	"<sequenceFlow id='f6' sourceRef='visit' targetRef='join'/><sequenceFlow id='f7' sourceRef='expert' targetRef='join'/><parallelGateway id='join'/>" \
	"<sequenceFlow id='f8' sourceRef='join' targetRef='decide'/>" \
	"<userTask id='decide' name='决定'><extensionElements><banjie:label en='Decide'/><banjie:assign post='reviewer' organ='lead'/>" \
	"<banjie:limit amount='20' unit='working-days' ground='internal'/><banjie:action id='grant' name='准予' name_en='Grant'/>" \
	"<banjie:action id='back' name='退回' name_en='Back'/></extensionElements></userTask>" \
	"<sequenceFlow id='f9' sourceRef='decide' targetRef='which'/><exclusiveGateway id='which' default='f10'/>" \
	"<sequenceFlow id='f10' sourceRef='which' targetRef='done'/>" \
	"<sequenceFlow id='f11' sourceRef='which' targetRef='again'><conditionExpression>=decide.action = \"back\"</conditionExpression></sequenceFlow>" \
	"<serviceTask id='done' name='办结'><extensionElements><banjie:milestone name='decided'/></extensionElements></serviceTask>" \
	"<sequenceFlow id='f12' sourceRef='done' targetRef='e'/><endEvent id='e'/></process></definitions>"

#define LIMITS "<extensionElements>" \
	"<banjie:limit kind='promised' amount='5' unit='working-days' starts='accepted' ends='decided' ground='promise'/>" \
	"<banjie:limit kind='statutory' amount='20' unit='working-days' starts='accepted' ends='decided' ground='ALL/42'/></extensionElements>"

static const char process[] = PROCESS(LIMITS), without_limits[] = PROCESS("");

static const char pack[] = "{\"code\":\"two\",\"version\":1,\"name\":\"并行\",\"name_en\":\"Side by side\",\"process\":\"process.bpmn\","
	"\"decisions\":[],\"forms\":[],\"letters\":[]}";

static int64_t at(int day, int hour) { return KERNEL_START_MS + ((int64_t)(day - 3) * 24 + hour - 9) * HOUR; } /* of March 2025 */

static void to(int64_t ms)
{
	struct diag d;
	diag_init(&d);
	CHECK_INT(casework_advance(k.cw, &k.clock, ms, &d), OK);
}

static bool put_pack(const char *about, const char *course)
{
	struct json_build o, list, f;
	const struct { const char *path, *text; } files[] = { { "pack.json", about }, { "process.bpmn", course } };
	json_build_object(&o, &k.a);
	json_build_array(&list, &k.a);
	for (size_t i = 0; i < 2; i++) {
		json_build_object(&f, &k.a);
		json_set_str(&f, "path", str_of(files[i].path));
		json_set_str(&f, "text", str_of(files[i].text));
		json_add(&list, json_built(&f));
	}
	json_set(&o, "files", json_built(&list));
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = json_built(&o) };
	return casework_do(k.cw, &c, &k.a, &k.r) == OK;
}

static bool begin(const char *path)
{
	bool made = kernel_begin(&k, path) && put_pack(pack, process) && kernel_put_person(&k, "zhao", "赵审查") &&
	            kernel_do(&k, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"expert\",\"name\":\"专家岗\",\"a\":\"zhao\"}") == OK &&
	            kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I2\",\"name\":\"现场许可\",\"name_en\":\"Site licence\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"two\"}") == OK;
	if (!made)
		printf("  %s: %s\n", k.r.diag.code, k.r.diag.text);
	citizen = kernel_citizen(&k, "zhang");
	reviewer = kernel_person(&k, "wang");
	second = kernel_person(&k, "zhao");
	head = kernel_person(&k, "li");
	supervisor = kernel_person(&k, "sun");
	return made;
}

static struct str submit(int number)
{
	const char *data = "{\"item\":\"I2\",\"form\":{\"name\":\"老张面馆\"},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\"}}";
	enum err e = kernel_do(&k, citizen, arena_printf(&k.a, "k%d", number).ptr, "case.submit", data);
	CHECK_INT(e, OK);
	return e == OK ? arena_str(&k.a, kernel_text(&k, "case_no")) : S("");
}

/* The open step of this name; 0 = none. */
static int64_t step_of(struct str case_no, const char *name)
{
	const struct json *steps = json_get(kernel_view(&k, supervisor, "case", arena_printf(&k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(case_no)).ptr), "steps");
	for (size_t i = 0; steps && i < steps->count; i++)
		if (str_eqz(json_text(json_get(&steps->items[i], "name")), name) && str_empty(json_text(json_get(&steps->items[i], "closed_at"))))
			return json_i64(json_get(&steps->items[i], "step"), 0);
	return 0;
}

static void act(int64_t who, const char *command, struct str case_no, const char *name, const char *more)
{
	long long step = step_of(case_no, name);
	enum err e = kernel_do(&k, who, "", command, arena_printf(&k.a, "{\"step\":%lld%s}", step, more).ptr);
	if (e != OK)
		printf("  %s %s: %s: %s\n", command, name, k.r.diag.code, k.r.diag.text);
	CHECK_INT(e, OK);
}

static void claim(int64_t who, struct str case_no, const char *name) { act(who, "step.claim", case_no, name, ""); }
static void done(int64_t who, struct str case_no, const char *name) { act(who, "step.complete", case_no, name, ",\"action\":\"ok\",\"opinion\":\"x\""); }
static void decide(int64_t who, struct str case_no, const char *action)
{
	act(who, "step.complete", case_no, "决定", arena_printf(&k.a, ",\"action\":\"%s\",\"opinion\":\"x\"", action).ptr);
}

/* ---- asking ---- */

static const struct json *ask(int64_t who, const char *question)
{
	return json_get(kernel_view(&k, who, "mine", question), "report");
}

/* "work.waited_ms" through objects. */
static int64_t number(const struct json *v, const char *path)
{
	for (struct str rest = str_of(path); v && rest.ptr && rest.len;)
		v = json_get_str(v, str_cut(&rest, '.'));
	return json_i64(v, -1);
}

static const struct json *named(const struct json *list, const char *name)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eqz(json_text(json_get(&list->items[i], "activity")), name))
			return &list->items[i];
	return NULL;
}

static int64_t edge(const struct json *report, const char *from, const char *to_name, const char *path)
{
	const struct json *list = json_get(report, "edges");
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eqz(json_text(json_get(&list->items[i], "from")), from) && str_eqz(json_text(json_get(&list->items[i], "to")), to_name))
			return number(&list->items[i], path);
	return 0;
}

static void end(void)
{
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &rows, &d), OK);
	kernel_end(&k);
}

/* ---- tests ---- */

TEST(an_empty_record_and_one_without_finished_steps_say_so)
{
	REQUIRE(begin(":memory:"));
	CHECK(!ask(supervisor, "{}"));
	CHECK_STR(str_of(k.r.diag.code), "mine.nothing");
	submit(1); /* open, nothing done yet */
	CHECK(!ask(supervisor, "{}"));
	CHECK_STR(str_of(k.r.diag.code), "mine.nothing");
	end();
}

/* Submitted Monday 09:00. 王 takes the visit Tuesday 10:00 and is done at 12:00; nobody takes the review, 赵 is done with it Wednesday
 * 09:00; 王 takes the decision Friday 09:00 and decides Monday the 10th, 11:00. */
static struct str one_case(void)
{
	struct str no = submit(1);
	to(at(4, 10));
	claim(reviewer, no, "现场核查");
	to(at(4, 12));
	done(reviewer, no, "现场核查");
	to(at(5, 9));
	done(second, no, "专家评审");
	to(at(7, 9));
	claim(reviewer, no, "决定");
	to(at(10, 11));
	decide(reviewer, no, "grant");
	return no;
}

TEST(one_case_with_steps_side_by_side)
{
	REQUIRE(begin(":memory:"));
	one_case();
	const struct json *r = ask(supervisor, "{\"item\":\"I2\"}");
	CHECK_INT(number(r, "cases"), 1);
	CHECK_INT(number(r, "events"), 3);
	/* by moment of completion: visit, review, decision */
	CHECK_INT(edge(r, "现场核查", "专家评审", "count"), 1);
	CHECK_INT(edge(r, "现场核查", "专家评审", "times.median_ms"), 21 * HOUR); /* Tuesday 12:00 to Wednesday 9:00 */
	CHECK_INT(edge(r, "专家评审", "决定", "times.median_ms"), 122 * HOUR);      /* Wednesday 9:00 to Monday 11:00 */
	CHECK_INT(edge(r, "专家评审", "决定", "working_days.median_ms"), 74 * HOUR); /* without the weekend's 48 */
	/* worked: the visit 10:00 to 12:00, the decision Friday 9:00 to Monday 11:00 = 15 + 11 h of working days; of the review nobody said */
	CHECK_INT(number(named(json_get(r, "activities"), "现场核查"), "working.median_ms"), 2 * HOUR);
	CHECK_INT(number(named(json_get(r, "activities"), "决定"), "working.median_ms"), 26 * HOUR);
	CHECK(json_get(named(json_get(r, "activities"), "专家评审"), "working")->kind == JSON_NULL);
	/* waited: the decision Wednesday 9:00 to Friday 9:00 = 48 h, the review 21 h after the visit */
	CHECK_INT(number(named(json_get(r, "activities"), "决定"), "waiting.median_ms"), 48 * HOUR);
	CHECK_INT(number(r, "work.waiting_ms"), 69 * HOUR);
	CHECK_INT(number(r, "work.working_ms"), 28 * HOUR);
	/* from the beginning of the first step to the last: Tuesday 10:00 to Monday 11:00 = 145 h, less 48 */
	CHECK_INT(number(r, "working_days.median_ms"), 97 * HOUR);
	CHECK_INT(number(r, "conformance.fitting"), 1);
	end();
}

TEST(in_english_the_same_case_has_english_names)
{
	REQUIRE(begin(":memory:"));
	one_case();
	const struct json *r = ask(supervisor, "{\"lang\":\"en\"}");
	CHECK_INT(edge(r, "Site visit", "Expert review", "count"), 1);
	CHECK_INT(edge(r, "现场核查", "专家评审", "count"), 0);
	end();
}

TEST(being_given_a_step_is_not_beginning_with_it)
{
	REQUIRE(begin(":memory:"));
	struct str no = submit(1);
	to(at(4, 9));
	claim(reviewer, no, "现场核查");
	to(at(4, 11));
	act(reviewer, "step.return", no, "现场核查", ",\"reason\":\"x\"");
	to(at(5, 9));
	act(head, "step.reassign", no, "现场核查", ",\"person\":\"wang\",\"reason\":\"x\""); /* given, not begun */
	to(at(6, 9));
	claim(reviewer, no, "现场核查");
	to(at(6, 10));
	done(reviewer, no, "现场核查");
	act(head, "step.reassign", no, "专家评审", ",\"person\":\"zhao\",\"reason\":\"x\"");
	to(at(6, 12));
	done(second, no, "专家评审");
	const struct json *r = ask(supervisor, "{}");
	/* the last taking counts: Thursday 9:00 to 10:00; the review was given and never taken */
	CHECK_INT(number(named(json_get(r, "activities"), "现场核查"), "working.median_ms"), HOUR);
	CHECK(json_get(named(json_get(r, "activities"), "专家评审"), "working")->kind == JSON_NULL);
	CHECK_INT(number(named(json_get(r, "activities"), "专家评审"), "waiting.median_ms"), 2 * HOUR);
	end();
}

TEST(sent_back_steps_are_rework)
{
	REQUIRE(begin(":memory:"));
	struct str no = submit(1);
	to(at(3, 10));
	done(reviewer, no, "现场核查");
	done(second, no, "专家评审");
	to(at(3, 12));
	decide(reviewer, no, "back");
	to(at(4, 9));
	done(reviewer, no, "现场核查");
	done(second, no, "专家评审");
	to(at(4, 10));
	decide(reviewer, no, "grant");
	const struct json *r = ask(supervisor, "{\"item\":\"I2\"}");
	CHECK_INT(number(r, "events"), 6);
	CHECK_INT(number(r, "rework.cases"), 1);
	CHECK_INT(number(named(json_get(r, "activities"), "决定"), "repeats"), 1);
	CHECK_INT(edge(r, "决定", "现场核查", "times.median_ms"), 21 * HOUR); /* 12:00 to 9:00 */
	/* equal moments keep the order of the steps' numbers */
	CHECK_INT(edge(r, "现场核查", "专家评审", "count"), 2);
	CHECK_INT(edge(r, "专家评审", "现场核查", "count"), 0);
	CHECK_INT(number(r, "conformance.fitting"), 1); /* the process allows it */
	/* 王 to 赵 before each review, 赵 to 王 before each decision */
	const struct json *h = json_get(r, "hand_overs");
	REQUIRE(h && h->count == 2);
	CHECK_INT(number(&h->items[0], "count"), 2);
	CHECK_INT(number(&h->items[1], "count"), 2);
	end();
}

TEST(suspended_withdrawn_and_late_cases)
{
	REQUIRE(begin(":memory:"));
	struct str a = submit(1), b = submit(2), c = submit(3), d = submit(4);
	to(at(4, 9));
	done(reviewer, d, "现场核查"); /* stays open: late once the 10th is over */

	done(reviewer, a, "现场核查");
	done(reviewer, b, "现场核查");
	done(reviewer, c, "现场核查");
	/* a is suspended from Tuesday on and ends on the 17th, in time thanks to that; b is withdrawn; c ends on the 17th, late by the clock */
	CHECK_INT(kernel_do(&k, head, "", "case.suspend", arena_printf(&k.a, "{\"case_no\":\"%.*s\",\"kind\":\"expert-review\",\"ground\":\"ALL/45\",\"reason\":\"x\",\"expected_days\":9}", STR_ARG(a)).ptr), OK);
	CHECK_INT(kernel_do(&k, citizen, "", "case.withdraw", arena_printf(&k.a, "{\"case_no\":\"%.*s\",\"reason\":\"x\"}", STR_ARG(b)).ptr), OK);
	to(at(10, 23));
	CHECK_INT(number(ask(supervisor, "{\"item\":\"I2\"}"), "late.late"), 0);
	to(at(11, 1));
	CHECK_INT(number(ask(supervisor, "{\"item\":\"I2\"}"), "late.late"), 2); /* c and d; a's clock stands */
	to(at(14, 9));
	CHECK_INT(kernel_do(&k, head, "", "case.resume", arena_printf(&k.a, "{\"case_no\":\"%.*s\",\"result\":\"x\"}", STR_ARG(a)).ptr), OK);
	to(at(17, 9));
	for (int i = 0; i < 2; i++) {
		done(second, i ? c : a, "专家评审");
		decide(reviewer, i ? c : a, "grant");
	}
	const struct json *r = ask(supervisor, "{\"item\":\"I2\"}");
	CHECK_INT(number(r, "cases"), 4);
	CHECK_INT(number(r, "late.late"), 2); /* what the legal clock says, not how long it took */
	CHECK_INT(number(r, "late.judged"), 3); /* the withdrawn one is neither */
	CHECK_INT(number(r, "conformance.fitting"), 4); /* the withdrawn and the open one need not have come to the end */
	/* what lay still under the suspension counts as waiting here, and the page says so: from Tuesday the 4th 9:00 to Monday the 17th
	 * 9:00 are 13 days less two weekends */
	CHECK_INT(number(named(json_get(r, "activities"), "专家评审"), "waiting.max_ms"), 9 * 24 * HOUR);
	const struct json *cases = kernel_view(&k, supervisor, "mine.cases", "{\"item\":\"I2\",\"pick\":\"late\"}");
	CHECK_INT(number(cases, "total"), 2);
	end();
}

TEST(what_nobody_set_a_limit_is_neither_late_nor_on_time)
{
	REQUIRE(begin(":memory:"));
	static const char free_pack[] = "{\"code\":\"free\",\"version\":1,\"name\":\"无限期\",\"name_en\":\"Free\",\"process\":\"process.bpmn\","
		"\"decisions\":[],\"forms\":[],\"letters\":[]}";
	REQUIRE(put_pack(free_pack, without_limits));
	CHECK_INT(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I2\",\"name\":\"现场许可\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"free\"}"), OK);
	one_case();
	const struct json *late = json_get(ask(supervisor, "{\"item\":\"I2\"}"), "late");
	/* no limit is known: the slowest quarter of one case is none */
	CHECK_STR(json_text(json_get(late, "by")), "slowest-quarter");
	CHECK_INT(number(late, "late"), 0);
	end();
}

TEST(heads_see_their_organs_cases_and_questions_choose)
{
	REQUIRE(begin(":memory:"));
	CHECK_INT(kernel_do(&k, 0, "", "organ.put", "{\"code\":\"O2\",\"name\":\"交通局\",\"region\":\"990100\"}"), OK);
	CHECK(kernel_put_person(&k, "qian", "钱主任") != 0);
	CHECK_INT(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P9\",\"organ\":\"O2\",\"role\":\"head\",\"name\":\"主任\",\"a\":\"qian\"}"), OK);
	one_case();
	const struct { const char *name; int64_t who; const char *question; bool found; } rows[] = {
		{ "the organ's head", head, "{}", true },
		{ "another organ's head", kernel_person(&k, "qian"), "{}", false },
		{ "the item", supervisor, "{\"item\":\"I2\"}", true },
		{ "another item", supervisor, "{\"item\":\"I1\"}", false },
		{ "the organ", supervisor, "{\"organ\":\"O1\"}", true },
		{ "another organ", supervisor, "{\"organ\":\"O2\"}", false },
		{ "the region", supervisor, "{\"region\":\"990100\"}", true },
		{ "another region", supervisor, "{\"region\":\"990200\"}", false },
		{ "received on the day", supervisor, "{\"from\":\"2025-03-03\",\"to\":\"2025-03-03\"}", true },
		{ "received the day before", supervisor, "{\"to\":\"2025-03-02\"}", false },
		{ "received the day after", supervisor, "{\"from\":\"2025-03-04\"}", false },
		{ "a day that is none", supervisor, "{\"from\":\"2025-02-30\"}", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK((ask(rows[i].who, rows[i].question) != NULL) == rows[i].found);
	}
	ROW(NULL);
	CHECK(!ask(reviewer, "{}")); /* who heads nothing */
	end();
}

/* Every third is sent back once. All are visited at 10:00, reviewed at 11:00, decided at 12:00; those sent back once more a day later. */
TEST(many_cases_side_by_side)
{
	const int n = os_env("BANJIE_TEST_LONG").len ? 9999 : 60;
	REQUIRE(begin(":memory:"));
	char (*no)[32] = heap_alloc((size_t)n * sizeof *no);
	REQUIRE(no);
	for (int i = 0; i < n; i++) {
		struct str s = submit(i);
		snprintf(no[i], sizeof no[i], "%.*s", STR_ARG(s));
		arena_reset(&k.a);
	}
	for (int day = 3; day < 5; day++)
		for (int hour = 10; hour < 13; hour++) {
			to(at(day, hour));
			for (int i = 0; i < n; i += day == 3 ? 1 : 3) {
				arena_reset(&k.a);
				if (hour == 12)
					decide(reviewer, str_of(no[i]), day == 3 && i % 3 == 0 ? "back" : "grant");
				else
					done(hour == 10 ? reviewer : second, str_of(no[i]), hour == 10 ? "现场核查" : "专家评审");
			}
		}
	const struct json *r = ask(supervisor, "{}");
	CHECK_INT(number(r, "cases"), n);
	CHECK_INT(number(r, "events"), 4 * n); /* three each, and three more of a third */
	CHECK_INT(number(r, "rework.cases"), n / 3);
	CHECK_INT(number(r, "variants_total"), 2);
	CHECK_INT(edge(r, "现场核查", "专家评审", "count"), n + n / 3);
	CHECK_INT(edge(r, "现场核查", "专家评审", "times.max_ms"), HOUR);
	CHECK_INT(edge(r, "决定", "现场核查", "times.min_ms"), 22 * HOUR);
	/* two thirds 2 h, a third 26 h */
	CHECK_INT(number(r, "times.median_ms"), 2 * HOUR);
	CHECK_INT(number(r, "times.p90_ms"), 26 * HOUR);
	CHECK_INT(number(r, "times.mean_ms"), 10 * HOUR);
	const struct json *cases = kernel_view(&k, supervisor, "mine.cases", "{\"pick\":\"rework\"}");
	CHECK_INT(number(cases, "total"), n / 3);
	heap_free(no);
	end();
}

TEST(a_stop_does_not_wait_for_a_report)
{
	static const char *const views[] = { "mine", "mine.cases", "mine.choices" };
	const struct json *out;
	REQUIRE(begin(":memory:"));
	one_case();
	for (int stops = 0; stops < 2; stops++) {
		if (stops)
			casework_rest(k.cw);
		for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
			struct casework_actor who = { .person = supervisor };
			const struct json *params;
			struct diag d;
			diag_init(&d);
			ROW(views[i]);
			/* another question the second time: what is kept is answered as ever */
			REQUIRE(json_read(&k.a, stops ? S("{\"pick\":\"rework\"}") : S("{\"pick\":\"rework\",\"item\":\"I2\"}"), &params, &d) == OK);
			CHECK_INT(casework_view(k.cw, views[i], &who, params, &k.a, &out, &d), stops ? ERR_BUSY : OK);
			CHECK_STR(str_of(d.code), stops ? "system.busy" : "");
		}
	}
	kernel_end(&k);
}

TEST(after_a_restart_the_answer_is_the_same)
{
	char file[160];
	snprintf(file, sizeof file, "%s/office.db", test_folder("mine"));
	REQUIRE(begin(file));
	one_case();
	struct buf before, after;
	struct json_writer w;
	buf_init(&before, 1 << 20);
	buf_init(&after, 1 << 20);
	json_writer_init(&w, &before);
	json_put_value(&w, ask(supervisor, "{\"item\":\"I2\"}"));
	casework_close(k.cw);
	REQUIRE(kernel_open(&k, file));
	json_writer_init(&w, &after);
	json_put_value(&w, ask(supervisor, "{\"item\":\"I2\"}"));
	CHECK(before.len > 1000 && str_eq(buf_str(&before), buf_str(&after)));
	buf_release(&before);
	buf_release(&after);
	end();
}

TEST_MAIN
