/* test_conform.c - cases against their process: what fits, what does not, and where. */
#include "bpmn/bpmn.h"
#include "logs.h"

#define HEAD "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' id='d' targetNamespace='t'><process id='p'>"
#define TAIL "</process></definitions>"
#define FLOW(id, from, to) "<sequenceFlow id='" id "' sourceRef='" from "' targetRef='" to "'/>"
#define TASK(id, name) "<userTask id='" id "' name='" name "'/>"

static const char line[] = HEAD "<startEvent id='s'/>" TASK("t1", "登记") TASK("t2", "审查") TASK("t3", "办结") "<endEvent id='e'/>"
	FLOW("f1", "s", "t1") FLOW("f2", "t1", "t2") FLOW("f3", "t2", "t3") FLOW("f4", "t3", "e") TAIL;

static const char side_by_side[] = HEAD "<startEvent id='s'/><parallelGateway id='g'/>" TASK("a", "a") TASK("b", "b") "<parallelGateway id='j'/>" TASK("c", "c")
	"<endEvent id='e'/>" FLOW("f1", "s", "g") FLOW("f2", "g", "a") FLOW("f3", "g", "b") FLOW("f4", "a", "j") FLOW("f5", "b", "j") FLOW("f6", "j", "c")
	FLOW("f7", "c", "e") TAIL;

static const char loop[] = HEAD "<startEvent id='s'/><exclusiveGateway id='m'/>" TASK("a", "a") "<exclusiveGateway id='x'/>" TASK("b", "b")
	"<serviceTask id='v' name='v'/><endEvent id='e'/>" FLOW("f1", "s", "m") FLOW("f2", "m", "a") FLOW("f3", "a", "x") FLOW("f4", "x", "m")
	FLOW("f5", "x", "v") FLOW("f6", "v", "b") FLOW("f7", "b", "e") TAIL;

static const char sub[] = HEAD "<startEvent id='s'/><subProcess id='u'><startEvent id='us'/>" TASK("a", "a") TASK("b", "b") "<endEvent id='ue'/>"
	FLOW("u1", "us", "a") FLOW("u2", "a", "b") FLOW("u3", "b", "ue") "</subProcess><boundaryEvent id='w' attachedToRef='u'><timerEventDefinition/></boundaryEvent>"
	TASK("c", "c") TASK("d", "d") "<endEvent id='e'/><endEvent id='e2'/>" FLOW("f1", "s", "u") FLOW("f2", "u", "c") FLOW("f3", "c", "e") FLOW("f4", "w", "d")
	FLOW("f5", "d", "e2") TAIL;

static const char many[] = HEAD "<startEvent id='s'/><userTask id='a' name='a'><multiInstanceLoopCharacteristics/></userTask>" TASK("b", "b") "<endEvent id='e'/>"
	FLOW("f1", "s", "a") FLOW("f2", "a", "b") FLOW("f3", "b", "e") TAIL;

/* A case from letters, one a day. */
static struct mine_log *trace(const char *activities)
{
	struct mine_builder *b;
	struct mine_log *log = NULL;
	uint32_t k;
	if (mine_builder_new(&b) != OK)
		return NULL;
	for (int i = 0; activities[i]; i++) {
		struct mine_event e = { S("1"), str_span(activities + i, 1), S(""), i * INT64_C(86400000), MINE_NO_TIME, MINE_COMPLETE };
		if (mine_builder_add(b, &e, &k) != OK)
			return NULL;
	}
	return mine_builder_finish(b, &log, NULL) == OK ? log : NULL;
}

struct compared { struct arena a; struct bpmn_model *m; struct mine_report *r; };

static bool compare(struct compared *c, const char *xml, const struct mine_log *log)
{
	*c = (struct compared){ 0 };
	arena_init(&c->a, 64 << 20);
	struct mine_work w = { .calendar = logs_calendar(&c->a) };
	if (!log || bpmn_model_view(&c->a, str_of(xml), &c->m, NULL) != OK)
		return false;
	w.model = c->m;
	return mine_report_make(log, &w, &c->r, NULL) == OK && c->r->conformance.done;
}

static void end(struct compared *c)
{
	mine_report_free(c->r);
	arena_release(&c->a);
}

/* "s:b@a" skipped b after a; n not allowed, x unknown, o wrong order; ^ the beginning. */
static void say(const struct compared *c, char *out, size_t room)
{
	const struct mine_conformance *f = &c->r->conformance;
	size_t at = 0;
	out[0] = 0;
	for (size_t i = 0; i < f->deviations_count && at < room; i++) {
		const struct mine_deviation *d = &f->deviations[i];
		struct str name = d->activity == MINE_NONE ? d->name : mine_activity(c->r->log, d->activity, false);
		struct str after = d->after == MINE_NONE ? S("^") : mine_activity(c->r->log, d->after, false);
		at += (size_t)snprintf(out + at, room - at, "%s%c:%.*s@%.*s", i ? " " : "", d->kind, STR_ARG(name), STR_ARG(after));
	}
}

TEST(deviations_and_where_they_are)
{
	const struct { const char *name, *process, *trace, *want; } rows[] = {
		{ "side by side, one order", side_by_side, "abc", "" },
		{ "side by side, the other", side_by_side, "bac", "" },
		{ "one branch left out", side_by_side, "ac", "s:b@a" },
		{ "the join comes too early", side_by_side, "acb", "o:b@c" },
		{ "what the process does not know", side_by_side, "abqc", "x:q@b" },
		{ "once", loop, "ab", "" },
		{ "around again", loop, "aaab", "" },
		{ "after its end", loop, "aba", "n:a@b" },
		{ "nothing but the end", loop, "b", "s:a@^" },
		{ "through a sub-process", sub, "abc", "" },
		{ "broken off by its event", sub, "ad", "" },
		{ "both ways out", sub, "abcd", "n:d@c" },
		{ "several instances", many, "aaab", "" },
		{ "not even one", many, "b", "s:a@^" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct compared c;
		char said[256];
		struct mine_log *log = trace(rows[i].trace);
		ROW(rows[i].name);
		CHECK(compare(&c, rows[i].process, log));
		if (c.r) {
			say(&c, said, sizeof said);
			CHECK_STR(str_of(said), rows[i].want);
			CHECK_INT(c.r->conformance.fitting, rows[i].want[0] == 0);
		}
		end(&c);
		mine_log_free(log);
	}
	ROW(NULL);
}

TEST(fitness_and_what_passed)
{
	struct compared c;
	struct mine_reading reading;
	struct diag d;
	struct mine_log *log = NULL;
	REQUIRE(logs_read(str_of(logs_four), NULL, &reading, &log, &d) == OK);
	REQUIRE(compare(&c, line, log));
	const struct mine_conformance *f = &c.r->conformance;
	CHECK_INT(f->cases, 4);
	CHECK_INT(f->fitting, 2); /* A and D; B reviews twice, C not at all */
	CHECK_INT(f->undecided, 0);
	/* costs 0, 1, 1, 0; at worst all events and the three tasks: 6, 7, 5, 6: 1 - 2/24 */
	CHECK(f->fitness > 0.91666 && f->fitness < 0.91667);
	for (size_t i = 0; i < f->passed_count; i++) {
		const char *id = arena_z(&c.a, f->passed[i].element);
		const int want = strcmp(id, "t2") == 0 ? 3 : 4; /* B's second review is none of the process's; C had none */
		ROW(id);
		CHECK_INT(f->passed[i].count, want);
	}
	ROW(NULL);
	end(&c);
	mine_log_free(log);
}

TEST(an_open_case_need_not_be_at_its_end)
{
	struct mine_builder *b;
	struct mine_log *log = NULL;
	struct compared c;
	uint32_t k;
	REQUIRE(mine_builder_new(&b) == OK);
	struct mine_event e = { S("1"), S("登记"), S(""), 0, MINE_NO_TIME, MINE_COMPLETE };
	REQUIRE(mine_builder_add(b, &e, &k) == OK && mine_builder_flag(b, k, MINE_CASE_OPEN) == OK);
	e.case_id = S("2"); /* the same, but concluded */
	REQUIRE(mine_builder_add(b, &e, &k) == OK && mine_builder_finish(b, &log, NULL) == OK);
	REQUIRE(compare(&c, line, log));
	CHECK_INT(c.r->conformance.fitting, 1);
	CHECK_INT(c.r->conformance.deviations_count, 2); /* 审查 and 办结 of the second */
	end(&c);
	mine_log_free(log);
}

TEST(the_process_drawn_with_what_passed)
{
	struct compared c;
	struct mine_log *log = trace("abc");
	struct buf out;
	struct mine_show s = { .english = true };
	REQUIRE(compare(&c, side_by_side, log));
	buf_init(&out, 1 << 20);
	CHECK_INT(mine_draw_bpmn(c.r, c.m, &s, &c.a, &out, NULL), OK);
	CHECK(str_find(buf_str(&out), S("bpmn-badge")) > 0);
	CHECK(str_find(buf_str(&out), S("skipped")) < 0);
	buf_release(&out);
	end(&c);
	mine_log_free(log);
}

TEST(deviations_stand_where_they_are_in_the_drawing)
{
	const struct { const char *name, *process, *trace, *there, *not_there; } rows[] = {
		{ "left out", side_by_side, "ac", ">skipped 1<", "misplaced" },
		{ "in the wrong order", side_by_side, "acb", ">misplaced 1<", "skipped" },
		{ "after its end, twice", loop, "abaa", ">misplaced 2<", "skipped" },
		{ "nothing to say", side_by_side, "abc", "bpmn-badge", "misplaced" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct compared c;
		struct mine_log *log = trace(rows[i].trace);
		struct mine_show s = { .english = true };
		struct buf out;
		ROW(rows[i].name);
		buf_init(&out, 1 << 20);
		CHECK(compare(&c, rows[i].process, log));
		CHECK_INT(mine_draw_bpmn(c.r, c.m, &s, &c.a, &out, NULL), OK);
		CHECK(str_find(buf_str(&out), str_of(rows[i].there)) > 0);
		CHECK(str_find(buf_str(&out), str_of(rows[i].not_there)) < 0);
		buf_release(&out);
		end(&c);
		mine_log_free(log);
	}
	ROW(NULL);
}

TEST(a_process_that_leads_nowhere_is_said_not_to_be_compared)
{
	struct compared c;
	struct mine_log *log = trace("a");
	static const char stuck[] = HEAD "<startEvent id='s'/>" TASK("a", "a") "<parallelGateway id='j'/><endEvent id='e'/>" TASK("b", "b") TASK("c", "c")
		FLOW("f0", "b", "c") FLOW("f9", "c", "b") FLOW("f1", "s", "a") FLOW("f2", "a", "j") FLOW("f3", "b", "j") FLOW("f4", "j", "e") TAIL;
	CHECK(!compare(&c, stuck, log));
	CHECK(c.r && c.r->conformance.why_not.len > 0);
	end(&c);
	mine_log_free(log);
}

TEST_MAIN
