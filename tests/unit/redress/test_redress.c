/* test_redress.c - what follows an alert: each limit, each hand, each refusal; and that the record gives the same rows again.
 *
 * The office of kernel.h with supervisors outside it. Monday 2025-03-03 09:00; the step's limit is 2 working days, so that a case
 * that lies is reminded of on Wednesday 03-05 at 00:00 and yellow on Thursday 03-06 at 00:00; its promised limit of 5
 * working days ends with Monday 03-10, so that it is red on Tuesday 03-11 at 00:00.
 */
#include <stdlib.h>

#include "casework/packs.h"
#include "redress/redress.h"
#include "tests/unit/casework/kernel.h"

#define DAY 86400000LL
#define MIDNIGHT(day) (1740931200000LL + ((day) - 3) * DAY) /* 2025-03-<day> 00:00 in China */
#define HOUR 3600000LL

struct office { struct kernel k; int64_t citizen, wang, li, sun, zhao, qian; struct str no; };

static const struct casework_room *const rooms[] = { &redress_room };

static bool put(struct kernel *k, const char *command, const char *json) { return kernel_do(k, 0, "", command, json) == OK; }

/* zhao and qian supervise from the city's office; sun from a province's above it. */
static bool office_begin(struct office *f)
{
	struct kernel *k = &f->k;
	*f = (struct office){ .k = { .rooms = rooms, .rooms_count = 1 } };
	if (!kernel_begin(k, ":memory:") || !put(k, "region.put", "{\"code\":\"990000\",\"name\":\"云省\",\"level\":2}") ||
	    !put(k, "region.put", "{\"code\":\"990100\",\"name\":\"云溪市\",\"level\":3,\"parent\":\"990000\"}") ||
	    !put(k, "organ.put", "{\"code\":\"S1\",\"name\":\"市效能办\",\"region\":\"990100\"}") ||
	    !put(k, "organ.put", "{\"code\":\"S2\",\"name\":\"省效能办\",\"region\":\"990000\"}") ||
	    !kernel_put_person(k, "zhao", "赵监察") || !kernel_put_person(k, "qian", "钱监察") || !kernel_put_person(k, "feng", "冯主任") ||
	    !put(k, "post.put", "{\"code\":\"P3\",\"organ\":\"S2\",\"role\":\"supervisor\",\"name\":\"监察\",\"a\":\"sun\"}") ||
	    !put(k, "post.put", "{\"code\":\"P4\",\"organ\":\"S1\",\"role\":\"supervisor\",\"name\":\"监察\",\"a\":\"zhao\",\"b\":\"qian\"}") ||
	    !put(k, "post.put", "{\"code\":\"P5\",\"organ\":\"S1\",\"role\":\"head\",\"name\":\"主任\",\"a\":\"feng\"}"))
		return false;
	f->citizen = kernel_citizen(k, "zhangsan");
	f->wang = kernel_person(k, "wang");
	f->li = kernel_person(k, "li");
	f->sun = kernel_person(k, "sun");
	f->zhao = kernel_person(k, "zhao");
	f->qian = kernel_person(k, "qian");
	f->no = kernel_submit(k, f->citizen, "c1");
	return f->no.len > 0;
}

static bool go_to(struct office *f, int64_t ms)
{
	struct diag d;
	diag_init(&d);
	enum err e = casework_advance(f->k.cw, &f->k.clock, ms, &d);
	if (e != OK)
		printf("  %s: %s\n", d.code, d.text);
	return e == OK;
}

static enum err act(struct office *f, int64_t who, const char *command, const char *json)
{
	return kernel_do(&f->k, who, "", command, json);
}

/* A member of the alert as oversight sees it. */
static struct str alert_text(struct office *f, const char *no, const char *member)
{
	char params[64];
	snprintf(params, sizeof params, "{\"alert\":\"%s\"}", no);
	return json_text(json_path(kernel_view(&f->k, f->zhao, "redress.alert", params), member));
}

static bool record_holds(struct office *f)
{
	struct diag d;
	uint64_t n;
	diag_init(&d);
	bool good = casework_verify(f->k.cw, NULL, NULL, &n, &d) == OK && casework_rebuild_check(f->k.cw, NULL, NULL, &n, &d) == OK;
	if (!good)
		printf("  %s: %s\n", d.code, d.text);
	return good;
}

static size_t rows(struct office *f, int64_t who, const char *view, const char *params)
{
	const struct json *list = json_get(kernel_view(&f->k, who, view, params), "rows");
	return list ? list->count : 9999;
}

static int64_t notices(struct office *f, int64_t who, const char *title)
{
	const struct json *list = json_get(kernel_view(&f->k, who, "my.notices", "{\"limit\":200}"), "rows");
	int64_t n = 0;
	for (size_t i = 0; list && i < list->count; i++)
		n += str_starts(json_text(json_get(&list->items[i], "title")), str_of(title));
	return n;
}

/* ---- an alert's way, deed by deed: who, what, and what is said to it ---- */

enum who { WANG, LI, SUN, ZHAO, QIAN, CITIZEN };

static int64_t person(const struct office *f, enum who w)
{
	const int64_t ids[] = { f->wang, f->li, f->sun, f->zhao, f->qian, f->citizen };
	return ids[w];
}

/* JC2025000002 is the yellow one of Thursday 03-06; every story begins on that day at 10:00. */
#define YELLOW "JC2025000002"
#define ANSWER "{\"alert\":\"" YELLOW "\",\"kind\":\"reason\",\"reason\":\"系统故障\"}"
#define CONTEST "{\"alert\":\"" YELLOW "\",\"reason\":\"当日停机,有公告为证\"}"
#define UPHOLD "{\"alert\":\"" YELLOW "\",\"outcome\":\"uphold\",\"reason\":\"理由不足\"}"
#define LIFT "{\"alert\":\"" YELLOW "\",\"outcome\":\"lift\",\"reason\":\"停机属实\"}"

static const struct story {
	const char *name;
	struct { enum who who; const char *command, *data, *refused; } deeds[5];
	const char *state;
} stories[] = {
	{ "answered by the person", { { WANG, "alert.answer", ANSWER, NULL } }, "answered" },
	{ "answered by the head", { { LI, "alert.answer", ANSWER, NULL } }, "answered" },
	{ "a supervisor does not answer for them", { { ZHAO, "alert.answer", ANSWER, "alert.not-yours" } }, "open" },
	{ "a citizen does not", { { CITIZEN, "alert.answer", ANSWER, "power.denied" } }, "open" },
	{ "once", { { WANG, "alert.answer", ANSWER, NULL }, { LI, "alert.answer", ANSWER, "alert.answered" } }, "answered" },
	{ "a reason is needed", { { WANG, "alert.answer", "{\"alert\":\"" YELLOW "\",\"kind\":\"reason\",\"reason\":\" \"}", "alert.reason" } }, "open" },
	{ "and its kind", { { WANG, "alert.answer", "{\"alert\":\"" YELLOW "\",\"kind\":\"excuse\",\"reason\":\"x\"}", "alert.kind" } }, "open" },
	{ "no such alert", { { WANG, "alert.answer", "{\"alert\":\"JC2025999999\",\"kind\":\"reason\",\"reason\":\"x\"}", "alert.unknown" } }, "open" },
	{ "contested at once", { { WANG, "alert.contest", CONTEST, NULL } }, "contested" },
	{ "contested after the answer", { { WANG, "alert.answer", ANSWER, NULL }, { WANG, "alert.contest", CONTEST, NULL } }, "contested" },
	{ "contested once", { { WANG, "alert.contest", CONTEST, NULL }, { LI, "alert.contest", CONTEST, "alert.judged" } }, "contested" },
	{ "upheld after the answer", { { WANG, "alert.answer", ANSWER, NULL }, { ZHAO, "alert.judge", UPHOLD, NULL } }, "upheld" },
	{ "not before it, while its limit runs", { { ZHAO, "alert.judge", UPHOLD, "alert.not-answered" } }, "open" },
	{ "but lifted at any time", { { ZHAO, "alert.judge", LIFT, NULL } }, "lifted" },
	{ "lifted after contest", { { WANG, "alert.contest", CONTEST, NULL }, { QIAN, "alert.judge", LIFT, NULL } }, "lifted" },
	{ "two supervisors at once: the first counts",
	  { { WANG, "alert.answer", ANSWER, NULL }, { ZHAO, "alert.judge", LIFT, NULL }, { QIAN, "alert.judge", UPHOLD, "alert.judged" } }, "lifted" },
	{ "the person does not judge", { { WANG, "alert.judge", LIFT, "power.denied" } }, "open" },
	{ "the head does not judge", { { LI, "alert.judge", LIFT, "power.denied" } }, "open" },
	{ "a reason for lifting", { { ZHAO, "alert.judge", "{\"alert\":\"" YELLOW "\",\"outcome\":\"lift\",\"reason\":\"\"}", "alert.judge-reason" } }, "open" },
	{ "an outcome that there is", { { ZHAO, "alert.judge", "{\"alert\":\"" YELLOW "\",\"outcome\":\"forget\",\"reason\":\"x\"}", "alert.outcome" } }, "open" },
	{ "no answer after the judgement", { { ZHAO, "alert.judge", LIFT, NULL }, { WANG, "alert.answer", ANSWER, "alert.answered" } }, "lifted" },
};

TEST(alerts_go_their_way)
{
	for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
		const struct story *s = &stories[i];
		struct office f;
		ROW(s->name);
		REQUIRE(office_begin(&f));
		REQUIRE(go_to(&f, MIDNIGHT(6) + 10 * HOUR));
		for (size_t d = 0; d < 5 && s->deeds[d].command; d++) {
			enum err e = act(&f, person(&f, s->deeds[d].who), s->deeds[d].command, s->deeds[d].data);
			CHECK_STR(str_of(e == OK ? "" : f.k.r.diag.code), s->deeds[d].refused ? s->deeds[d].refused : "");
		}
		CHECK_STR(alert_text(&f, YELLOW, "state"), s->state);
		/* the kernel's own row says the same */
		const struct json *list = json_get(kernel_view(&f.k, f.zhao, "alerts", "{}"), "rows");
		CHECK(list && list->count);
		if (list && list->count)
			CHECK_STR(json_text(json_get(&list->items[0], "state")), s->state);
		CHECK(record_holds(&f));
		kernel_end(&f.k);
	}
	ROW(NULL);
}

/* Whoever has a hand in the matter judges nothing: a supervisor who is also a reviewer there. */
TEST(interest_keeps_a_supervisor_out)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(put(&f.k, "post.put", "{\"code\":\"P6\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"兼审\",\"a\":\"qian\"}"));
	REQUIRE(go_to(&f, MIDNIGHT(6) + 10 * HOUR));
	CHECK_INT(act(&f, f.qian, "alert.judge", LIFT), ERR_DENIED);
	CHECK_STR(str_of(f.k.r.diag.code), "redress.interest");
	CHECK_INT(act(&f, f.zhao, "alert.judge", LIFT), OK);
	kernel_end(&f.k);
}

/* Yellow on Thursday 03-06; 3 working days (7, 10, 11) end with the 11th: on the 12th at 00:00 it goes to the city's supervisors
 * and stands; 3 more (13, 14, 17 after the 12th) end with the 17th: on the 18th to the province's, where it stays. */
TEST(silence_goes_up_and_stands)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(go_to(&f, MIDNIGHT(12) - 1));
	CHECK_STR(alert_text(&f, YELLOW, "rung"), "1");
	CHECK_STR(alert_text(&f, YELLOW, "stands"), "0");
	CHECK_STR(alert_text(&f, YELLOW, "due_on"), "2025-03-11");
	CHECK_INT(notices(&f, f.zhao, "预警逾期未答复"), 0);
	REQUIRE(go_to(&f, MIDNIGHT(12)));
	CHECK_STR(alert_text(&f, YELLOW, "rung"), "2");
	CHECK_STR(alert_text(&f, YELLOW, "stands"), "1");
	CHECK_INT(notices(&f, f.zhao, "预警逾期未答复:" YELLOW), 1);
	CHECK_INT(notices(&f, f.qian, "预警逾期未答复:" YELLOW), 1);
	CHECK_INT(notices(&f, f.sun, "预警逾期未答复:" YELLOW), 0);
	CHECK_INT(notices(&f, f.wang, "预警逾期未答复:" YELLOW), 1);
	CHECK_INT(act(&f, f.zhao, "alert.judge", UPHOLD), OK); /* nothing more to wait for */
	REQUIRE(go_to(&f, MIDNIGHT(18)));
	CHECK_INT(notices(&f, f.sun, "预警逾期未答复:" YELLOW), 0);
	CHECK(record_holds(&f));
	kernel_end(&f.k);
}

TEST(silence_reaches_the_next_rung)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(go_to(&f, MIDNIGHT(18) - 1));
	CHECK_INT(notices(&f, f.sun, "预警逾期未答复:" YELLOW), 0);
	REQUIRE(go_to(&f, MIDNIGHT(18)));
	CHECK_STR(alert_text(&f, YELLOW, "rung"), "3");
	CHECK_INT(notices(&f, f.sun, "预警逾期未答复:" YELLOW), 1);
	CHECK_INT(act(&f, f.wang, "alert.answer", ANSWER), OK); /* late, but heard */
	CHECK(record_holds(&f));
	kernel_end(&f.k);
}

/* Rules about silence ask for no answer: here the step's yellow one stands for them. Nothing falls due, nothing goes up. */
TEST(an_alert_about_silence_breeds_no_other)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(put(&f.k, "setting.put", "{\"name\":\"redress.limits\",\"value\":{\"answer\":{\"notice\":0,\"yellow\":3,\"red\":2},\"no_answer\":\"L-06 T-step-yellow\","
	                                 "\"judge\":10,\"rungs\":3}}"));
	REQUIRE(go_to(&f, MIDNIGHT(18)));
	CHECK(!alert_text(&f, YELLOW, "due_on").len);
	CHECK_STR(alert_text(&f, YELLOW, "rung"), "1");
	CHECK_STR(alert_text(&f, YELLOW, "stands"), "0");
	CHECK_STR(alert_text(&f, "JC2025000004", "stands"), "1"); /* the promised limit's yellow one went up as ever */
	CHECK_INT(act(&f, f.wang, "alert.answer", ANSWER), OK);
	CHECK(record_holds(&f));
	kernel_end(&f.k);
}

/* Answered on the 6th; 10 working days (7, 10-14, 17-20) end with the 20th. */
TEST(an_answer_that_nobody_judges_goes_up)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(go_to(&f, MIDNIGHT(6) + 10 * HOUR));
	REQUIRE(act(&f, f.wang, "alert.answer", ANSWER) == OK);
	CHECK_STR(alert_text(&f, YELLOW, "due_on"), "2025-03-20");
	REQUIRE(go_to(&f, MIDNIGHT(21) - 1));
	CHECK_INT(notices(&f, f.zhao, "预警答复逾期未审核:" YELLOW), 0);
	REQUIRE(go_to(&f, MIDNIGHT(21)));
	CHECK_INT(notices(&f, f.zhao, "预警答复逾期未审核:" YELLOW), 1);
	CHECK_STR(alert_text(&f, YELLOW, "stands"), "0");
	kernel_end(&f.k);
}

/* ---- demands ---- */

#define DEMAND(kind) "{\"kind\":\"" kind "\",\"case_no\":\"%.*s\",\"text\":\"请说明进度\"}"

static enum err issue(struct office *f, int64_t who, const char *format)
{
	char json[256];
	snprintf(json, sizeof json, format, STR_ARG(f->no));
	return act(f, who, "demand.issue", json);
}

/* Urged on Monday 03-03 with 2 working days: not answered by the 5th, formal from 03-06 00:00 with 5: 7, 10-13. */
TEST(urging_becomes_a_formal_demand_and_goes_up)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(issue(&f, f.zhao, DEMAND("urge")) == OK);
	CHECK_STR(kernel_text(&f.k, "demand"), "CB2025000001");
	CHECK_STR(kernel_text(&f.k, "due_on"), "2025-03-05");
	CHECK_INT(notices(&f, f.wang, "催办"), 1);
	REQUIRE(go_to(&f, MIDNIGHT(6) - 1));
	CHECK_INT(rows(&f, f.zhao, "demands", "{}"), 1);
	REQUIRE(go_to(&f, MIDNIGHT(6)));
	CHECK_INT(rows(&f, f.zhao, "demands", "{\"state\":\"passed-on\"}"), 1);
	CHECK_INT(rows(&f, f.zhao, "demands", "{\"kind\":\"supervise\",\"state\":\"open\"}"), 1);
	CHECK_INT(notices(&f, f.wang, "督办:"), 1);
	REQUIRE(go_to(&f, MIDNIGHT(14) - 1));
	CHECK_INT(rows(&f, f.zhao, "demands", "{\"scope\":\"overdue\"}"), 0);
	REQUIRE(go_to(&f, MIDNIGHT(14)));
	CHECK_INT(rows(&f, f.zhao, "demands", "{\"scope\":\"overdue\"}"), 1);
	CHECK_INT(notices(&f, f.zhao, "督办逾期:DB2025000001"), 1);
	CHECK(record_holds(&f));
	kernel_end(&f.k);
}

TEST(a_demand_is_answered_returned_and_accepted)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(issue(&f, f.zhao, DEMAND("supervise")) == OK);
	static const struct { const char *name; enum who who; const char *command, *data, *refused; } deeds[] = {
		{ "nothing to judge yet", ZHAO, "demand.judge", "{\"demand\":\"DB2025000001\",\"outcome\":\"accept\",\"reason\":\"x\"}", "demand.not-answered" },
		{ "not a supervisor's to answer", QIAN, "demand.answer", "{\"demand\":\"DB2025000001\",\"text\":\"x\"}", "demand.not-yours" },
		{ "an answer says something", WANG, "demand.answer", "{\"demand\":\"DB2025000001\",\"text\":\"\"}", "demand.answer" },
		{ "no such demand", WANG, "demand.answer", "{\"demand\":\"DB2025000009\",\"text\":\"x\"}", "demand.unknown" },
		{ "answered", WANG, "demand.answer", "{\"demand\":\"DB2025000001\",\"text\":\"已在办\"}", NULL },
		{ "once", LI, "demand.answer", "{\"demand\":\"DB2025000001\",\"text\":\"x\"}", "demand.answered" },
		{ "an outcome", ZHAO, "demand.judge", "{\"demand\":\"DB2025000001\",\"outcome\":\"maybe\",\"reason\":\"x\"}", "demand.outcome" },
		{ "with a reason", ZHAO, "demand.judge", "{\"demand\":\"DB2025000001\",\"outcome\":\"return\"}", "demand.reason" },
		{ "returned", ZHAO, "demand.judge", "{\"demand\":\"DB2025000001\",\"outcome\":\"return\",\"reason\":\"未说明时间\",\"limit\":1}", NULL },
		{ "answered again, by the head", LI, "demand.answer", "{\"demand\":\"DB2025000001\",\"text\":\"周三办结\"}", NULL },
		{ "accepted, by a colleague", QIAN, "demand.judge", "{\"demand\":\"DB2025000001\",\"outcome\":\"accept\",\"reason\":\"可以\"}", NULL },
		{ "and done with", WANG, "demand.answer", "{\"demand\":\"DB2025000001\",\"text\":\"x\"}", "demand.answered" },
	};
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
		ROW(deeds[i].name);
		enum err e = act(&f, person(&f, deeds[i].who), deeds[i].command, deeds[i].data);
		CHECK_STR(str_of(e == OK ? "" : f.k.r.diag.code), deeds[i].refused ? deeds[i].refused : "");
	}
	ROW(NULL);
	REQUIRE(go_to(&f, MIDNIGHT(30))); /* nothing falls due any more */
	CHECK_INT(rows(&f, f.zhao, "demands", "{\"scope\":\"overdue\"}"), 0);
	CHECK(record_holds(&f));
	kernel_end(&f.k);
}

TEST(demands_are_refused_that_say_nothing)
{
	static const struct { const char *name, *data, *refused; } bad[] = {
		{ "no text", "{\"kind\":\"urge\",\"organ\":\"O1\",\"text\":\" \"}", "urge.text" },
		{ "about nothing", "{\"kind\":\"urge\",\"text\":\"x\"}", "demand.whom" },
		{ "no such kind", "{\"kind\":\"scold\",\"organ\":\"O1\",\"text\":\"x\"}", "demand.kind" },
		{ "no such case", "{\"kind\":\"urge\",\"case_no\":\"1\",\"text\":\"x\"}", "case.unknown" },
		{ "limit 0", "{\"kind\":\"urge\",\"organ\":\"O1\",\"text\":\"x\",\"limit\":0}", "demand.limit" },
		{ "limit 91", "{\"kind\":\"urge\",\"organ\":\"O1\",\"text\":\"x\",\"limit\":91}", "demand.limit" },
		{ "limit 90", "{\"kind\":\"urge\",\"organ\":\"O1\",\"text\":\"x\",\"limit\":90}", "" },
		{ "by yesterday", "{\"kind\":\"urge\",\"organ\":\"O1\",\"text\":\"x\",\"by\":\"2025-03-02\"}", "demand.by-past" },
		{ "by today", "{\"kind\":\"urge\",\"organ\":\"O1\",\"text\":\"x\",\"by\":\"2025-03-03\"}", "" },
	};
	struct office f;
	REQUIRE(office_begin(&f));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ROW(bad[i].name);
		enum err e = act(&f, f.zhao, "demand.issue", bad[i].data);
		CHECK_STR(str_of(e == OK ? "" : f.k.r.diag.code), bad[i].refused);
	}
	ROW(NULL);
	CHECK_INT(issue(&f, f.wang, DEMAND("urge")), ERR_DENIED);
	kernel_end(&f.k);
}

/* ---- the ladder ---- */

static int64_t fact(struct office *f, const char *who, const char *name)
{
	char params[64];
	snprintf(params, sizeof params, "{\"person\":\"%s\"}", who);
	return json_i64(json_get(json_get(kernel_view(&f->k, f->zhao, "ladder", params), "facts"), name), -1);
}

/* Three cases lie from Monday on. Wednesday: 3 reminders of the step in a row = yellow by count, at once (measure 1). Thursday: 3
 * yellow alerts. Friday: 3 reminders of the promised limit, in a row since Thursday = yellow by count again (measure 2). Thursday's
 * alerts, not answered by Tuesday the 11th, stand on the 12th, one after the other: 2 + 1 = 3 → red is proposed (measure 3), and
 * counting begins anew: the second is 1, the third 2. */
TEST(the_ladder_counts)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(kernel_submit(&f.k, f.citizen, "c2").len);
	REQUIRE(go_to(&f, MIDNIGHT(5) - 1));
	REQUIRE(kernel_submit(&f.k, f.citizen, "c3").len); /* due a day later: its reminder is on the 6th */
	REQUIRE(go_to(&f, MIDNIGHT(5)));
	CHECK_INT(fact(&f, "wang", "notices_in_row"), 2);
	CHECK_INT(rows(&f, f.zhao, "measures", "{}"), 0);
	kernel_end(&f.k);

	REQUIRE(office_begin(&f));
	REQUIRE(kernel_submit(&f.k, f.citizen, "c2").len && kernel_submit(&f.k, f.citizen, "c3").len);
	REQUIRE(go_to(&f, MIDNIGHT(5)));
	CHECK_INT(rows(&f, f.zhao, "measures", "{\"kind\":\"yellow\",\"state\":\"confirmed\"}"), 1);
	CHECK_INT(notices(&f, f.wang, "累计黄牌"), 1);
	CHECK_INT(fact(&f, "wang", "notices_in_row"), 0); /* weighed */
	CHECK_INT(fact(&f, "wang", "yellows"), 1);
	REQUIRE(go_to(&f, MIDNIGHT(7)));
	CHECK_INT(fact(&f, "wang", "yellows"), 2);
	REQUIRE(go_to(&f, MIDNIGHT(12) - 1));
	CHECK_INT(fact(&f, "wang", "yellows"), 2);
	CHECK_INT(rows(&f, f.zhao, "measures", "{\"kind\":\"red\"}"), 0);
	REQUIRE(go_to(&f, MIDNIGHT(12)));
	CHECK_INT(rows(&f, f.zhao, "measures", "{\"kind\":\"red\",\"state\":\"proposed\"}"), 1);
	CHECK_INT(rows(&f, f.wang, "measures", "{\"kind\":\"red\"}"), 0); /* not the person's business before it is confirmed */
	CHECK_INT(fact(&f, "wang", "yellows"), 2);
	CHECK_INT(fact(&f, "wang", "reds"), 0);
	CHECK(record_holds(&f));

	/* confirmed: a red; then the three red alerts of the 11th stand on the 14th: with the second there are 2 and a talk is proposed */
	static const struct { const char *name; enum who who; const char *command, *data, *refused; } deeds[] = {
		{ "the head does not decide", LI, "measure.decide", "{\"measure\":\"XN2025000003\",\"outcome\":\"confirm\",\"reason\":\"x\"}", "power.denied" },
		{ "with a reason", ZHAO, "measure.decide", "{\"measure\":\"XN2025000003\",\"outcome\":\"confirm\",\"reason\":\"\"}", "measure.reason" },
		{ "an outcome", ZHAO, "measure.decide", "{\"measure\":\"XN2025000003\",\"outcome\":\"x\",\"reason\":\"x\"}", "measure.outcome" },
		{ "no appeal before", WANG, "measure.appeal", "{\"measure\":\"XN2025000003\",\"reason\":\"x\"}", "measure.no-appeal" },
		{ "confirmed", ZHAO, "measure.decide", "{\"measure\":\"XN2025000003\",\"outcome\":\"confirm\",\"reason\":\"属实\"}", NULL },
		{ "once", QIAN, "measure.decide", "{\"measure\":\"XN2025000003\",\"outcome\":\"drop\",\"reason\":\"x\"}", "measure.decided" },
		{ "the head does not appeal for the person", LI, "measure.appeal", "{\"measure\":\"XN2025000003\",\"reason\":\"x\"}", "measure.not-yours" },
		{ "appealed", WANG, "measure.appeal", "{\"measure\":\"XN2025000003\",\"reason\":\"计数有误\"}", NULL },
		{ "not judged by who confirmed", ZHAO, "measure.judge", "{\"measure\":\"XN2025000003\",\"outcome\":\"uphold\",\"reason\":\"x\"}", "redress.interest" },
		{ "upheld", QIAN, "measure.judge", "{\"measure\":\"XN2025000003\",\"outcome\":\"uphold\",\"reason\":\"无误\"}", NULL },
		{ "no second appeal", WANG, "measure.appeal", "{\"measure\":\"XN2025000003\",\"reason\":\"x\"}", "measure.no-appeal" },
	};
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
		ROW(deeds[i].name);
		enum err e = act(&f, person(&f, deeds[i].who), deeds[i].command, deeds[i].data);
		CHECK_STR(str_of(e == OK ? "" : f.k.r.diag.code), deeds[i].refused ? deeds[i].refused : "");
	}
	ROW(NULL);
	CHECK_INT(fact(&f, "wang", "reds"), 1);
	REQUIRE(go_to(&f, MIDNIGHT(14)));
	CHECK_INT(rows(&f, f.zhao, "measures", "{\"kind\":\"talk\",\"state\":\"proposed\"}"), 1);
	CHECK(record_holds(&f));
	kernel_end(&f.k);
}

TEST(an_appeal_comes_in_time_or_not_at_all)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(kernel_submit(&f.k, f.citizen, "c2").len && kernel_submit(&f.k, f.citizen, "c3").len);
	/* confirmed at once on Wednesday 03-05; 10 working days (6, 7, 10-14, 17-19) end with the 19th */
	REQUIRE(go_to(&f, MIDNIGHT(20) - 1));
	CHECK_INT(act(&f, f.wang, "measure.appeal", "{\"measure\":\"XN2025000001\",\"reason\":\"计数有误\"}"), OK);
	kernel_end(&f.k);
	REQUIRE(office_begin(&f));
	REQUIRE(kernel_submit(&f.k, f.citizen, "c2").len && kernel_submit(&f.k, f.citizen, "c3").len);
	REQUIRE(go_to(&f, MIDNIGHT(20)));
	CHECK_INT(act(&f, f.wang, "measure.appeal", "{\"measure\":\"XN2025000001\",\"reason\":\"计数有误\"}"), ERR_CONFLICT);
	CHECK_STR(str_of(f.k.r.diag.code), "measure.appeal-late");
	kernel_end(&f.k);
}

/* Lifted ones do not count: of three reminders one is lifted before the third comes. */
TEST(what_was_lifted_does_not_count)
{
	struct office f;
	REQUIRE(office_begin(&f));
	REQUIRE(kernel_submit(&f.k, f.citizen, "c2").len);
	REQUIRE(go_to(&f, MIDNIGHT(5) + 9 * HOUR));
	CHECK_INT(fact(&f, "wang", "notices_in_row"), 2);
	REQUIRE(act(&f, f.zhao, "alert.judge", "{\"alert\":\"JC2025000001\",\"outcome\":\"lift\",\"reason\":\"误报\"}") == OK);
	CHECK_INT(fact(&f, "wang", "notices_in_row"), 1);
	kernel_end(&f.k);
}

/* ---- accountability ---- */

static bool put_accountability(struct office *f)
{
	const struct json *data;
	struct diag d;
	diag_init(&d);
	if (casework_pack_data(PROJECT_ROOT "/packs/accountability", &f->k.a, &data, &d) != OK)
		return false;
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = data };
	return casework_do(f->k.cw, &c, &f->k.a, &f->k.r) == OK &&
	       put(&f->k, "item.put", "{\"impl_code\":\"A1\",\"name\":\"效能问责\",\"organ\":\"S1\",\"kind\":\"10\",\"pack\":\"accountability\"}");
}

static const struct json *the_case(struct office *f, int64_t who)
{
	const struct json *list = json_get(kernel_view(&f->k, who, "accountability.cases", "{}"), "rows");
	return list && list->count ? &list->items[0] : NULL;
}

static int64_t open_step(struct office *f, struct str no)
{
	char params[64];
	snprintf(params, sizeof params, "{\"case_no\":\"%.*s\"}", STR_ARG(no));
	const struct json *steps = json_get(kernel_view(&f->k, f->zhao, "case", params), "steps");
	for (size_t i = 0; steps && i < steps->count; i++)
		if (str_eqz(json_text(json_get(&steps->items[i], "state")), "open"))
			return json_i64(json_get(&steps->items[i], "step"), 0);
	return 0;
}

static enum err step(struct office *f, int64_t who, struct str no, const char *action, const char *form)
{
	char json[512];
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"%s\",\"form\":%s}", (long long)open_step(f, no), action, form);
	return act(f, who, "step.complete", json);
}

static struct str bundle_bytes(struct office *f, int64_t who, int64_t document)
{
	struct str bytes = { NULL, 0 }, mime, name;
	struct casework_actor actor = { .person = who };
	struct diag d;
	diag_init(&d);
	if (casework_document(f->k.cw, &actor, document, (struct str){ NULL, 0 }, &f->k.a, &bytes, &mime, &name, &d) != OK)
		return (struct str){ NULL, 0 };
	return bytes;
}

/* Red on the 11th; 2 working days (12, 13) without an answer: on the 14th at 00:00 it stands, and the case opens. */
TEST(a_red_alert_that_stands_opens_a_case)
{
	struct office f;
	char city[64];
	REQUIRE(office_begin(&f) && put_accountability(&f));
	for (int i = 0; i < 800; i++) { /* a record long enough that proofs are made with the tree it keeps */
		snprintf(city, sizeof city, "{\"name\":\"public.city\",\"value\":\"%d\"}", i);
		REQUIRE(kernel_do(&f.k, 0, "", "setting.put", city) == OK);
	}
	REQUIRE(go_to(&f, MIDNIGHT(14) - 1));
	CHECK(the_case(&f, f.zhao) == NULL);
	REQUIRE(go_to(&f, MIDNIGHT(14)));
	const struct json *row = the_case(&f, f.zhao);
	REQUIRE(row);
	struct str no = json_text(json_get(row, "case_no"));
	CHECK_INT(rows(&f, f.zhao, "accountability.cases", "{}"), 1);
	CHECK_STR(json_text(json_get(row, "person_name")), "王审查");
	CHECK_STR(json_text(json_get(row, "step")), "当事人陈述申辩");
	/* lifting it is the case's business now */
	CHECK_INT(act(&f, f.zhao, "alert.judge", "{\"alert\":\"JC2025000005\",\"outcome\":\"lift\",\"reason\":\"x\"}"), ERR_CONFLICT);
	CHECK_STR(str_of(f.k.r.diag.code), "alert.accountable");

	/* the evidence verifies by itself, and a changed word does not */
	struct redress_bundle_proof proof;
	struct diag d;
	diag_init(&d);
	struct str bytes = bundle_bytes(&f, f.zhao, json_i64(json_get(row, "bundle"), 0));
	REQUIRE(bytes.len);
	CHECK_INT(redress_bundle_verify(&f.k.a, bytes, &proof, &d), OK);
	CHECK_STR(proof.case_no, arena_z(&f.k.a, f.no));
	CHECK(proof.entries > 5);
	char *changed = arena_alloc(&f.k.a, bytes.len);
	REQUIRE(changed);
	memcpy(changed, bytes.ptr, bytes.len);
	ptrdiff_t at = str_find(bytes, S("step.opened"));
	REQUIRE(at > 0);
	changed[at + 5] = 'O';
	CHECK_INT(redress_bundle_verify(&f.k.a, str_span(changed, bytes.len), &proof, &d), ERR_CORRUPT);
	/* the responsible person reads it too; the colleague does not */
	CHECK(bundle_bytes(&f, f.wang, json_i64(json_get(row, "bundle"), 0)).len > 0);
	CHECK(bundle_bytes(&f, f.li, json_i64(json_get(row, "bundle"), 0)).len == 0);

	/* statement, investigation, decision, appeal by the right hands */
	CHECK(err_is_refusal(step(&f, f.zhao, no, "state", "{\"statement\":\"x\"}")));
	CHECK_INT(step(&f, f.wang, no, "state", "{\"statement\":\"当日停机\"}"), OK);
	CHECK(err_is_refusal(step(&f, f.wang, no, "propose", "{\"findings\":\"x\",\"measure\":\"talk\"}")));
	CHECK(err_is_refusal(step(&f, f.qian, no, "propose", "{\"findings\":\"x\",\"measure\":\"talk\"}"))); /* sun has the lower number */
	CHECK_INT(step(&f, f.sun, no, "propose", "{\"findings\":\"无故拖延\",\"measure\":\"demerit\"}"), OK);
	/* what the investigator writes is not the person's to read yet */
	char params[64];
	snprintf(params, sizeof params, "{\"case_no\":\"%.*s\"}", STR_ARG(no));
	const struct json *seen = kernel_view(&f.k, f.wang, "case", params), *steps = json_get(seen, "steps");
	REQUIRE(steps && steps->count == 3);
	CHECK(json_get(&steps->items[0], "form_rows") != NULL);
	CHECK(json_get(&steps->items[1], "form_rows") == NULL);
	CHECK(json_get(&steps->items[1], "person")->kind == JSON_NULL);
	int64_t feng = kernel_person(&f.k, "feng");
	CHECK(err_is_refusal(step(&f, f.sun, no, "decide", "{\"measure\":\"demerit\",\"reasons\":\"x\"}")));
	CHECK_INT(step(&f, feng, no, "decide", "{\"measure\":\"demerit\",\"reasons\":\"属实\"}"), OK);
	CHECK_INT(step(&f, f.wang, no, "appeal", "{\"grounds\":\"过重\"}"), OK);
	CHECK(err_is_refusal(step(&f, f.sun, no, "uphold", "{\"reasons\":\"x\"}")));
	CHECK_INT(step(&f, f.zhao, no, "change", "{\"measure\":\"criticism\",\"reasons\":\"情节较轻\"}"), OK);

	/* its effect and what the public sees of it */
	row = the_case(&f, f.zhao);
	CHECK_STR(json_text(json_get(row, "effect")), "criticism");
	CHECK_INT(json_i64(json_get(row, "points"), 0), 4);
	const struct json *list = json_get(kernel_view(&f.k, -1, "accountability.public", "{}"), "rows");
	REQUIRE(list && list->count == 1);
	CHECK_STR(json_text(json_get(&list->items[0], "name")), "王某");
	CHECK(str_find(json_text(json_get(&list->items[0], "summary")), S("王审查")) < 0);
	CHECK(record_holds(&f));
	kernel_end(&f.k);
}

/* The system stops at the moment the alert falls due and starts again: one case, one bundle, and no alert twice. */
TEST(a_restart_in_the_middle_repeats_nothing)
{
	struct office f;
	struct str folder;
	struct diag d;
	diag_init(&d);
	struct arena a;
	arena_init(&a, 1 << 16);
	REQUIRE(os_dir_temporary(&a, &folder, &d) == OK);
	struct str path = arena_printf(&a, "%.*s/redress.db", STR_ARG(folder));
	*&f = (struct office){ .k = { .rooms = rooms, .rooms_count = 1 } };
	struct kernel *k = &f.k;
	REQUIRE(kernel_begin(k, path.ptr));
	REQUIRE(put(k, "organ.put", "{\"code\":\"S1\",\"name\":\"市效能办\",\"region\":\"990100\"}") && kernel_put_person(k, "zhao", "赵监察"));
	REQUIRE(put(k, "post.put", "{\"code\":\"P4\",\"organ\":\"S1\",\"role\":\"supervisor\",\"name\":\"监察\",\"a\":\"zhao\"}"));
	f.citizen = kernel_citizen(k, "zhangsan");
	f.no = kernel_submit(k, f.citizen, "c1");
	f.zhao = kernel_person(k, "zhao");
	f.wang = kernel_person(k, "wang");
	REQUIRE(put_accountability(&f));
	for (int day = 5; day <= 20; day++) {
		casework_close(k->cw);
		os_clock_set(&k->clock, MIDNIGHT(day) + 30 * HOUR / 10);
		REQUIRE(kernel_open(k, path.ptr));
		int64_t next;
		REQUIRE(casework_tick(k->cw, &next, &d) == OK);
		casework_close(k->cw); /* and at once again: nothing is left to do */
		REQUIRE(kernel_open(k, path.ptr));
		uint64_t before, after;
		REQUIRE(casework_verify(k->cw, NULL, NULL, &before, &d) == OK);
		REQUIRE(casework_tick(k->cw, &next, &d) == OK);
		REQUIRE(casework_verify(k->cw, NULL, NULL, &after, &d) == OK);
		CHECK_INT(after, before);
	}
	CHECK_INT(rows(&f, f.zhao, "accountability.cases", "{}"), 1);
	CHECK(record_holds(&f));
	kernel_end(k);
	REQUIRE(os_dir_remove(arena_z(&a, folder), &d) == OK);
	arena_release(&a);
}

static int64_t bundles(struct office *f)
{
	const struct json *list = json_get(kernel_view(&f->k, f->zhao, "accountability.cases", "{}"), "rows");
	int64_t n = 0;
	for (size_t i = 0; list && i < list->count; i++)
		n += json_i64(json_get(&list->items[i], "bundle"), 0) != 0;
	return n;
}

/* Two cases lie; an entry of the first is gone when their evidence is due, and comes back. */
TEST(evidence_that_cannot_be_read_waits_and_holds_up_no_other)
{
	struct office f = { .k = { .rooms = rooms, .rooms_count = 1 } };
	char path[64];
	snprintf(path, sizeof path, "/tmp/test-redress-%d.db", (int)getpid());
	REQUIRE(kernel_begin(&f.k, path));
	REQUIRE(put(&f.k, "organ.put", "{\"code\":\"S1\",\"name\":\"市效能办\",\"region\":\"990100\"}") && kernel_put_person(&f.k, "zhao", "赵监察"));
	REQUIRE(put(&f.k, "post.put", "{\"code\":\"P4\",\"organ\":\"S1\",\"role\":\"supervisor\",\"name\":\"监察\",\"a\":\"zhao\"}"));
	f.zhao = kernel_person(&f.k, "zhao");
	f.citizen = kernel_citizen(&f.k, "zhangsan");
	REQUIRE(kernel_submit(&f.k, f.citizen, "c1").len);
	for (int i = 0; i < 300; i++) { /* a proof needs every entry of its own part of the tree, and what the tree keeps of the others */
		char city[64];
		snprintf(city, sizeof city, "{\"name\":\"public.city\",\"value\":\"%d\"}", i);
		REQUIRE(kernel_do(&f.k, 0, "", "setting.put", city) == OK);
	}
	REQUIRE(kernel_submit(&f.k, f.citizen, "c2").len && put_accountability(&f));
	REQUIRE(go_to(&f, MIDNIGHT(14) - 1));
	CHECK_INT(test_sql(path, "CREATE TABLE kept AS SELECT * FROM ledger WHERE seq=(SELECT min(seq) FROM ledger WHERE kind='step.opened')") < 0, 0);
	CHECK_INT(test_sql(path, "DELETE FROM ledger WHERE seq=(SELECT seq FROM kept)"), 1);
	CHECK(go_to(&f, MIDNIGHT(14)));
	CHECK_INT(rows(&f, f.zhao, "accountability.cases", "{}"), 2);
	CHECK_INT(bundles(&f), 1);
	CHECK_INT(test_sql(path, "INSERT INTO ledger SELECT * FROM kept"), 1);
	CHECK(go_to(&f, MIDNIGHT(14) + HOUR));
	CHECK_INT(bundles(&f), 2);
	CHECK(record_holds(&f));
	kernel_end(&f.k);
	test_file_remove(path);
}

/* What is no bundle, or not quite one. */
TEST(bundles_that_prove_nothing_are_refused)
{
	static const struct { const char *name, *json; enum err want; } bad[] = {
		{ "not JSON", "{", ERR_INVALID },
		{ "another format", "{\"format\":\"x\"}", ERR_INVALID },
		{ "no entries", "{\"format\":\"banjie-evidence/1\",\"size\":1,\"root\":\"00\",\"entries\":[]}", ERR_INVALID },
		{ "a short root", "{\"format\":\"banjie-evidence/1\",\"size\":1,\"root\":\"00\",\"entries\":[{}]}", ERR_INVALID },
		{ "an empty entry", "{\"format\":\"banjie-evidence/1\",\"size\":1,"
		  "\"root\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"entries\":[{}]}", ERR_INVALID },
	};
	struct arena a;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct redress_bundle_proof p;
		struct diag d;
		diag_init(&d);
		ROW(bad[i].name);
		CHECK_INT(redress_bundle_verify(&a, str_of(bad[i].json), &p, &d), bad[i].want);
	}
	ROW(NULL);
	arena_release(&a);
}

TEST_MAIN
