/* test_operations.c - what an administrator does to running cases: each act is the administrator's alone, has a
 * reason, stands in the record, and leaves rows that the record gives again. */
#include <stdlib.h>

#include "base/utf8.h"
#include "kernel.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)

/* A script that counts beyond all bounds unless `n` says how far; a review with a timer; the review's id and what
 * follows it differ by version. */
static const char process_format[] = KERNEL_ACCEPTED("calc")
	"<scriptTask id='calc' name='核算'><extensionElements><banjie:script resultVariable='fee'/></extensionElements>"
	"<script>every i in 1..(if n = null then %s else n) satisfies i &gt; 0</script></scriptTask>"
	"<sequenceFlow id='f3' sourceRef='calc' targetRef='%s'/>"
	"<userTask id='%s' name='%s'><extensionElements><banjie:label en='Review'/><banjie:assign post='reviewer' organ='lead'/>"
	"<banjie:limit amount='2' unit='working-days' ground='internal'/>"
	"<banjie:action id='grant' name='准予' name_en='Grant'/><banjie:milestone name='decided'/></extensionElements></userTask>"
	"<boundaryEvent id='late' attachedToRef='%s' cancelActivity='false'><timerEventDefinition><timeDuration>PT48H</timeDuration>"
	"</timerEventDefinition></boundaryEvent><sequenceFlow id='f5' sourceRef='late' targetRef='remind'/>"
	"<userTask id='remind' name='催促'><extensionElements><banjie:assign post='head' organ='lead'/>"
	"<banjie:action id='seen' name='已阅' name_en='Seen'/></extensionElements></userTask>"
	"<sequenceFlow id='f6' sourceRef='remind' targetRef='e'/>"
	"<sequenceFlow id='f4' sourceRef='%s' targetRef='e'/><endEvent id='e'/></process></definitions>";

static enum err put_pack(struct kernel *k, int version, const char *count, const char *review, const char *name)
{
	struct json_build o, list, f;
	struct str process = arena_printf(&k->a, process_format, count, review, review, name, review, review);
	json_build_object(&o, &k->a);
	json_build_array(&list, &k->a);
	json_build_object(&f, &k->a);
	json_set_str(&f, "path", S("pack.json"));
	json_set_str(&f, "text", arena_printf(&k->a, "{\"code\":\"ops\",\"version\":%d,\"name\":\"运行\",\"name_en\":\"Ops\","
	             "\"process\":\"process.bpmn\",\"decisions\":[],\"forms\":[],\"letters\":[]}", version));
	json_add(&list, json_built(&f));
	json_build_object(&f, &k->a);
	json_set_str(&f, "path", S("process.bpmn"));
	json_set_str(&f, "text", process);
	json_add(&list, json_built(&f));
	json_set(&o, "files", json_built(&list));
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = json_built(&o) };
	return casework_do(k->cw, &c, &k->a, &k->r);
}

struct office { struct kernel k; int64_t me, admin, wang; struct str no; };

static const char endless[] = "1000000000", short_count[] = "3";

static bool office_open(struct office *f)
{
	*f = (struct office){ .me = 0 };
	return kernel_begin(&f->k, ":memory:") && kernel_put_person(&f->k, "cai", "蔡管理") &&
	       kernel_do(&f->k, 0, "", "post.put", "{\"code\":\"P9\",\"organ\":\"O1\",\"role\":\"admin\",\"name\":\"管理\",\"a\":\"cai\"}") == OK;
}

/* One case of an item that runs the pack. */
static bool office_case(struct office *f, const char *pack)
{
	struct kernel *k = &f->k;
	if (kernel_do(k, 0, "", "item.put", arena_printf(&k->a, "{\"impl_code\":\"I1\",\"name\":\"食品经营许可证核发\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"%s\"}", pack).ptr) != OK)
		return false;
	f->me = kernel_citizen(k, "zhang");
	f->admin = kernel_person(k, "cai");
	f->wang = kernel_person(k, "wang");
	f->no = kernel_submit(k, f->me, "");
	return f->no.len > 0;
}

/* An office whose item runs version 1, and one case. */
static bool office_begin(struct office *f, const char *count)
{
	bool ok = office_open(f) && put_pack(&f->k, 1, count, "review", "审查") == OK && office_case(f, "ops");
	if (!ok)
		printf("  %s %s %s\n", f->k.r.diag.code, f->k.r.diag.text, f->k.r.diag.arg[0]);
	return ok;
}

/* Does the command as `who`; `rest` are members after the case's number. */
static enum err act(struct office *f, int64_t who, const char *name, const char *rest)
{
	return kernel_do(&f->k, who, "", name, arena_printf(&f->k.a, "{\"case_no\":\"%.*s\"%s%s}", STR_ARG(f->no), rest[0] ? "," : "", rest).ptr);
}

static const struct json *view(struct office *f, const char *name)
{
	return kernel_view(&f->k, 0, name, arena_printf(&f->k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(f->no)).ptr);
}

static const struct json *first(struct office *f, const char *list)
{
	const struct json *v = json_get(view(f, "case.operations"), list);
	return v && v->kind == JSON_ARRAY && v->count ? &v->items[0] : NULL;
}

/* "late:timer review:task" */
static struct str waits(struct office *f)
{
	const struct json *list = json_get(view(f, "case.operations"), "waiting");
	struct buf b;
	buf_init_in(&b, &f->k.a, 4096);
	for (size_t i = 0; list && i < list->count; i++)
		buf_printf(&b, "%s%.*s:%.*s", i ? " " : "", STR_ARG(json_text(json_get(&list->items[i], "element"))),
		           STR_ARG(json_text(json_get(&list->items[i], "kind"))));
	return b.len ? buf_str(&b) : S("");
}

static int64_t waiting_at(struct office *f, const char *element, const char *kind)
{
	const struct json *list = json_get(view(f, "case.operations"), "waiting");
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eqz(json_text(json_get(&list->items[i], "element")), element) && str_eqz(json_text(json_get(&list->items[i], "kind")), kind))
			return json_i64(json_get(&list->items[i], "wait"), 0);
	return 0;
}

/* "review:open accept:done" of the case's steps. */
static struct str steps(struct office *f)
{
	const struct json *list = json_get(view(f, "case"), "steps");
	struct buf b;
	buf_init_in(&b, &f->k.a, 4096);
	for (size_t i = 0; list && i < list->count; i++)
		buf_printf(&b, "%s%.*s:%.*s", i ? " " : "", STR_ARG(json_text(json_get(&list->items[i], "name"))),
		           STR_ARG(json_text(json_get(&list->items[i], "state"))));
	return b.len ? buf_str(&b) : S("");
}

static int64_t open_step(struct office *f)
{
	const struct json *list = json_get(view(f, "case"), "steps");
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eqz(json_text(json_get(&list->items[i], "state")), "open"))
			return json_i64(json_get(&list->items[i], "step"), 0);
	return 0;
}

static enum err grant(struct office *f)
{
	return kernel_do(&f->k, f->wang, "", "step.complete", arena_printf(&f->k.a, "{\"step\":%lld,\"action\":\"grant\"}", (long long)open_step(f)).ptr);
}

static struct str state(struct office *f)
{
	return json_text(json_get(view(f, "case"), "state"));
}

/* How often the timeline has a note of this title. */
static size_t notes(struct office *f, const char *title)
{
	const struct json *list = json_get(view(f, "case"), "timeline");
	size_t n = 0;
	for (size_t i = 0; list && i < list->count; i++)
		n += str_eqz(json_text(json_get(&list->items[i], "title_en")), title);
	return n;
}

/* Ends the test: what stands in the rows is what the record gives. */
static void office_end(struct office *f)
{
	struct diag d;
	uint64_t rows = 0;
	diag_init(&d);
	CHECK_INT(casework_rebuild_check(f->k.cw, NULL, NULL, &rows, &d), OK);
	CHECK_STR(str_of(d.text), "");
	CHECK(rows > 10);
	kernel_end(&f->k);
}

/* What an incident quotes of an expression is cut somewhere: never within a character, or the record could not be read again. */
TEST(an_incident_quotes_whole_characters_of_a_long_expression)
{
	static const char *const counts[] = { "1000000000+0*count(\"家庭成员人数与上年度可支配收入\")", "1000000000 +0*count(\"家庭成员人数与上年度可支配收入\")",
	                                      "1000000000 + 0*count(\"家庭成员人数与上年度可支配收入\")" };
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct office f;
		REQUIRE(office_begin(&f, counts[i]));
		const struct json *incident = first(&f, "incidents");
		CHECK(incident && json_text(json_get(incident, "reason")).len);
		CHECK(incident && utf8_valid(json_text(json_get(incident, "reason"))));
		office_end(&f);
	}
}

TEST(an_incident_is_seen_and_goes_on_with_a_corrected_variable)
{
	struct office f;
	REQUIRE(office_begin(&f, endless));
	int64_t id = json_i64(json_get(first(&f, "incidents"), "incident"), 0);
	REQUIRE(id);
	CHECK_STR(json_text(json_get(first(&f, "incidents"), "element")), "calc");
	CHECK_STR(json_text(json_get(first(&f, "incidents"), "name")), "核算");
	CHECK(json_text(json_get(first(&f, "incidents"), "reason")).len > 0);
	CHECK_INT(notes(&f, "The process is stuck"), 1);
	CHECK_STR(waits(&f), "");
	const char *plain = arena_printf(&f.k.a, "\"incident\":%lld,\"reason\":\"再试一次\"", (long long)id).ptr;
	/* tried again as it was: stuck again, under a new number */
	CHECK_INT(act(&f, f.admin, "case.retry", plain), OK);
	CHECK_INT(json_i64(json_get(f.k.r.data, "incidents"), -1), 1);
	CHECK_INT(notes(&f, "The process is stuck"), 2);
	CHECK_INT(act(&f, f.admin, "case.retry", plain), ERR_CONFLICT);
	CHECK_STR(str_of(f.k.r.diag.code), "operation.not-waiting");
	id = json_i64(json_get(first(&f, "incidents"), "incident"), 0);
	CHECK_INT(act(&f, f.admin, "case.retry", arena_printf(&f.k.a, "\"incident\":%lld,\"variables\":[1],\"reason\":\"r\"", (long long)id).ptr), ERR_INVALID);
	CHECK_INT(act(&f, f.admin, "case.retry", arena_printf(&f.k.a, "\"incident\":%lld,\"variables\":{\"n\":4},\"reason\":\"更正数量\"", (long long)id).ptr), OK);
	CHECK_INT(json_i64(json_get(f.k.r.data, "incidents"), -1), 0);
	CHECK_INT(notes(&f, "Operation"), 2);
	CHECK_STR(waits(&f), "late:timer review:task");
	CHECK_STR(steps(&f), "审查:open");
	/* a task is no incident */
	CHECK_INT(act(&f, f.admin, "case.retry", arena_printf(&f.k.a, "\"incident\":%lld,\"reason\":\"r\"", (long long)waiting_at(&f, "review", "task")).ptr), ERR_CONFLICT);
	CHECK_STR(str_of(f.k.r.diag.code), "operation.no-incident");
	CHECK_INT(grant(&f), OK);
	CHECK_STR(state(&f), "concluded");
	office_end(&f);
}

TEST(a_token_is_moved_and_its_step_goes_with_it)
{
	struct office f;
	REQUIRE(office_begin(&f, short_count));
	long long wait = (long long)waiting_at(&f, "review", "task");
	REQUIRE(wait);
	CHECK_INT(act(&f, f.admin, "case.move", arena_printf(&f.k.a, "\"wait\":%lld,\"element\":\"nowhere\",\"reason\":\"r\"", wait).ptr), ERR_INVALID);
	CHECK_STR(str_of(f.k.r.diag.code), "operation.element");
	CHECK_INT(act(&f, f.admin, "case.move", arena_printf(&f.k.a, "\"wait\":%lld,\"element\":\"late\",\"reason\":\"r\"", wait).ptr), ERR_INVALID);
	CHECK_INT(act(&f, f.admin, "case.move", "\"wait\":4711,\"element\":\"remind\",\"reason\":\"r\""), ERR_CONFLICT);
	CHECK_STR(steps(&f), "审查:open");
	CHECK_INT(act(&f, f.admin, "case.move", arena_printf(&f.k.a, "\"wait\":%lld,\"element\":\"remind\",\"reason\":\"转由主任处理\"", wait).ptr), OK);
	CHECK_STR(waits(&f), "remind:task");
	CHECK_STR(steps(&f), "审查:withdrawn 催促:open");
	CHECK_INT(notes(&f, "Operation"), 1);
	/* and back, past the acceptance: the limits that began then are not begun again */
	wait = (long long)waiting_at(&f, "remind", "task");
	const struct json *clocks = json_get(view(&f, "case"), "clocks");
	size_t before = clocks ? clocks->count : 0;
	CHECK_INT(act(&f, f.admin, "case.move", arena_printf(&f.k.a, "\"wait\":%lld,\"element\":\"accept\",\"reason\":\"退回重新审查\"", wait).ptr), OK);
	CHECK_STR(waits(&f), "late:timer review:task");
	clocks = json_get(view(&f, "case"), "clocks");
	CHECK_INT(clocks ? clocks->count : 0, before + 1); /* the new step's own */
	CHECK_INT(grant(&f), OK);
	CHECK_STR(state(&f), "concluded");
	office_end(&f);
}

TEST(the_office_cancels_a_case_and_tells_the_applicant)
{
	struct office f;
	REQUIRE(office_begin(&f, endless));
	CHECK_INT(act(&f, f.admin, "case.cancel", "\"reason\":\"\""), ERR_INVALID);
	CHECK_STR(str_of(f.k.r.diag.place), "reason");
	CHECK_INT(act(&f, f.admin, "case.cancel", "\"reason\":\"重复申请\""), OK);
	CHECK_STR(kernel_text(&f.k, "state"), "withdrawn");
	CHECK_STR(steps(&f), "");
	CHECK_STR(waits(&f), "");
	CHECK_INT(notes(&f, "Operation"), 1);
	const struct json *told = json_get(kernel_view(&f.k, f.me, "my.notices", "{}"), "rows");
	REQUIRE(told && told->count);
	CHECK_STR(json_text(json_get(&told->items[0], "title_en")), "Case cancelled");
	CHECK_INT(act(&f, f.admin, "case.cancel", "\"reason\":\"再次\""), ERR_CONFLICT);
	CHECK_STR(str_of(f.k.r.diag.code), "case.not-open");
	/* nothing comes of it later */
	CHECK_INT(casework_advance(f.k.cw, &f.k.clock, KERNEL_START_MS + 60 * DAY, NULL), OK);
	CHECK_INT(notes(&f, "Alert"), 0);
	office_end(&f);
}

TEST(a_case_moves_to_the_live_version_with_its_timers_or_not_at_all)
{
	struct office f;
	REQUIRE(office_begin(&f, short_count));
	CHECK(json_get(view(&f, "case.operations"), "migration")->kind == JSON_NULL);
	CHECK_INT(act(&f, f.admin, "case.migrate", "\"reason\":\"r\""), ERR_CONFLICT);
	CHECK_STR(str_of(f.k.r.diag.code), "migrate.live-already");
	/* version 2 lacks the review */
	REQUIRE(put_pack(&f.k, 2, short_count, "examination", "审核") == OK);
	const struct json *m = json_get(view(&f, "case.operations"), "migration");
	CHECK(!json_bool(json_get(m, "possible"), true));
	CHECK_INT(json_i64(json_get(m, "to_version"), 0), 2);
	CHECK_INT(act(&f, f.admin, "case.migrate", "\"reason\":\"r\""), ERR_CONFLICT);
	CHECK_STR(str_of(f.k.r.diag.code), "migrate.no-place");
	CHECK(str_find(str_of(f.k.r.diag.text), S("review: ")) >= 0);
	CHECK_INT(notes(&f, "Operation"), 0);
	/* version 3 has it again, under another name */
	REQUIRE(put_pack(&f.k, 3, short_count, "review", "复核") == OK);
	struct str due = json_text(json_get(&json_get(view(&f, "case.operations"), "waiting")->items[0], "due_at"));
	m = json_get(view(&f, "case.operations"), "migration");
	CHECK(json_bool(json_get(m, "possible"), false));
	CHECK_INT(json_get(m, "tokens")->count >= 2, 1);
	CHECK_STR(json_text(json_get(&json_get(m, "tokens")->items[0], "fate")), "kept");
	CHECK_STR(steps(&f), "审查:open"); /* a dry run */
	CHECK_INT(casework_advance(f.k.cw, &f.k.clock, KERNEL_START_MS + HOUR, NULL), OK);
	CHECK_INT(act(&f, f.admin, "case.migrate", "\"reason\":\"启用新版流程\""), OK);
	CHECK_INT(json_i64(json_get(f.k.r.data, "version"), 0), 3);
	CHECK_STR(steps(&f), "复核:open");
	CHECK_STR(waits(&f), "late:timer review:task");
	CHECK_STR(json_text(json_get(&json_get(view(&f, "case.operations"), "waiting")->items[0], "due_at")), due.ptr);
	CHECK_INT(notes(&f, "Operation"), 1);
	CHECK(json_get(view(&f, "case.operations"), "migration")->kind == JSON_NULL);
	CHECK_INT(casework_advance(f.k.cw, &f.k.clock, KERNEL_START_MS + 48 * HOUR - 1, NULL), OK);
	CHECK_STR(steps(&f), "复核:open");
	CHECK_INT(casework_advance(f.k.cw, &f.k.clock, KERNEL_START_MS + 48 * HOUR, NULL), OK);
	CHECK_STR(steps(&f), "复核:open 催促:open");
	office_end(&f);
}

TEST(a_paused_pack_takes_nothing_in_and_moves_nothing_until_it_goes_on)
{
	struct office f;
	REQUIRE(office_begin(&f, short_count));
	CHECK_INT(kernel_do(&f.k, f.admin, "", "pack.pause", "{\"code\":\"ops\"}"), ERR_INVALID);
	CHECK_INT(kernel_do(&f.k, f.admin, "", "pack.pause", "{\"code\":\"none\",\"reason\":\"r\"}"), ERR_NOT_FOUND);
	CHECK_INT(kernel_do(&f.k, f.admin, "", "pack.pause", "{\"code\":\"ops\",\"reason\":\"规则有误\"}"), OK);
	CHECK(json_bool(json_get(view(&f, "case.operations"), "paused"), false));
	CHECK(!kernel_submit(&f.k, f.me, "").len);
	CHECK_STR(str_of(f.k.r.diag.code), "pack.paused");
	CHECK_INT(grant(&f), ERR_CONFLICT);
	CHECK_STR(str_of(f.k.r.diag.code), "pack.paused");
	CHECK_INT(json_get(kernel_view(&f.k, f.wang, "case", arena_printf(&f.k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(f.no)).ptr), "actions")->count, 0);
	/* a new version does not end the pause */
	REQUIRE(put_pack(&f.k, 2, short_count, "review", "复核") == OK);
	CHECK(!kernel_submit(&f.k, f.me, "").len);
	CHECK_STR(str_of(f.k.r.diag.code), "pack.paused");
	/* the process waits; the law's clocks go on */
	CHECK_INT(casework_advance(f.k.cw, &f.k.clock, KERNEL_START_MS + 50 * HOUR, NULL), OK);
	CHECK_STR(steps(&f), "审查:open");
	CHECK(notes(&f, "Alert") > 0);
	CHECK_INT(kernel_do(&f.k, f.admin, "", "pack.resume", "{\"code\":\"ops\",\"reason\":\"已更正\"}"), OK);
	CHECK_INT(casework_advance(f.k.cw, &f.k.clock, KERNEL_START_MS + 51 * HOUR, NULL), OK);
	CHECK_STR(steps(&f), "审查:open 催促:open");
	CHECK(kernel_submit(&f.k, f.me, "").len);
	CHECK_INT(grant(&f), OK);
	CHECK_INT(kernel_do(&f.k, f.admin, "", "pack.resume", "{\"code\":\"ops\",\"reason\":\"再次\"}"), OK);
	CHECK(!json_bool(json_get(f.k.r.data, "changed"), true));
	office_end(&f);
}

/* ---- a paper issued anew ---- */

/* Each review issues a licence and writes a letter of what was found in it; there may be another. */
static const char papers_process[] = KERNEL_ACCEPTED("review")
	"<userTask id='review' name='审查'><extensionElements><banjie:label en='Review'/><banjie:assign post='reviewer' organ='lead'/>"
	"<banjie:limit amount='2' unit='working-days' ground='internal'/>"
	"<banjie:action id='more' name='再发' name_en='Another'/><banjie:action id='last' name='末次' name_en='Last'/></extensionElements></userTask>"
	"<sequenceFlow id='f3' sourceRef='review' targetRef='issue'/>"
	"<serviceTask id='issue' name='发证'><extensionElements><banjie:label en='Issue'/>"
	"<banjie:issue template='paper' name='证' name_en='Licence' number='L{seq:3}'/>"
	"<banjie:letter template='found' title='情况' title_en='Findings'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f4' sourceRef='issue' targetRef='g'/><exclusiveGateway id='g' default='f6'/>"
	"<sequenceFlow id='f5' sourceRef='g' targetRef='review'><conditionExpression>outcome = \"more\"</conditionExpression></sequenceFlow>"
	"<sequenceFlow id='f6' sourceRef='g' targetRef='decide'/>"
	"<serviceTask id='decide' name='决定'><extensionElements><banjie:milestone name='decided'/></extensionElements></serviceTask>"
	"<sequenceFlow id='f7' sourceRef='decide' targetRef='e'/><endEvent id='e'/></process></definitions>";

static bool papers_begin(struct office *f)
{
	static const struct kernel_file files[] = {
		{ "pack.json", "{\"code\":\"papers\",\"version\":1,\"name\":\"证\",\"name_en\":\"Papers\",\"process\":\"process.bpmn\","
		               "\"decisions\":[],\"forms\":[],\"letters\":[\"paper\",\"found\"]}" },
		{ "process.bpmn", papers_process },
		{ "letters/paper.mustache", "<p>{{licence.number}} {{step.found}}</p>" },
		{ "letters/found.mustache", "<p>{{licence.number}} {{step.action}} {{step.found}} {{step.by}} {{outcome}}</p>" },
	};
	bool ok = office_open(f) && kernel_add_pack(&f->k, files, sizeof files / sizeof *files) == OK && office_case(f, "papers");
	if (!ok)
		printf("  %s %s %s\n", f->k.r.diag.code, f->k.r.diag.text, f->k.r.diag.arg[0]);
	return ok;
}

static enum err review(struct office *f, const char *action, const char *found)
{
	return kernel_do(&f->k, f->wang, "", "step.complete",
	                 arena_printf(&f->k.a, "{\"step\":%lld,\"action\":\"%s\",\"form\":{\"found\":\"%s\"}}", (long long)open_step(f), action, found).ptr);
}

/* The case's papers in the order of their writing. */
static size_t papers(struct office *f, int64_t *ids, size_t room)
{
	const struct json *list = json_get(view(f, "case"), "documents");
	size_t n = 0;
	for (size_t i = 0; list && i < list->count && n < room; i++) {
		int64_t id = json_i64(json_get(&list->items[i], "document"), 0);
		size_t at = n++;
		for (; at && ids[at - 1] > id; at--)
			ids[at] = ids[at - 1];
		ids[at] = id;
	}
	return n;
}

static char *no_room(void *asked, size_t n)
{
	*(size_t *)asked = n;
	return NULL;
}

/* Where there is no room for it nobody is given an empty one. */
static bool is_never_empty(struct office *f, int64_t document, size_t len)
{
	static const struct casework_actor system = { .system = true };
	struct str bytes, mime, name;
	struct diag d;
	size_t asked = 0;
	diag_init(&d);
	return casework_document_into(f->k.cw, &system, document, S(""), no_room, &asked, &f->k.a, &bytes, &mime, &name, &d) == ERR_BUSY && asked == len;
}

static struct str paper_text(struct office *f, int64_t document)
{
	static const struct casework_actor system = { .system = true };
	struct str bytes, mime, name;
	struct diag d;
	diag_init(&d);
	return casework_document(f->k.cw, &system, document, S(""), &f->k.a, &bytes, &mime, &name, &d) == OK ? bytes : S("");
}

static int64_t reissue(struct office *f, int64_t document)
{
	enum err e = act(f, f->admin, "paper.reissue", arena_printf(&f->k.a, "\"document\":%lld,\"reason\":\"漏印\"", (long long)document).ptr);
	CHECK_INT(e, OK);
	return e == OK ? json_i64(json_get(f->k.r.data, "document"), 0) : 0;
}

/* Of each the licence and the review are those of its own time, however many came since, and however often it is issued anew. */
TEST(a_paper_issued_anew_shows_the_licence_and_the_step_that_it_was_written_of)
{
	static const char *const texts[] = { "<p>L001 一切齐全</p>", "<p>L001 more 一切齐全 王审查 </p>", "<p>L002 地址有变</p>", "<p>L002 last 地址有变 王审查 </p>" };
	struct office f;
	int64_t ids[8];
	REQUIRE(papers_begin(&f));
	/* all at one moment: what came first the record knows alone */
	CHECK_INT(review(&f, "more", "一切齐全"), OK);
	CHECK_INT(review(&f, "last", "地址有变"), OK);
	CHECK_STR(state(&f), "concluded");
	REQUIRE(papers(&f, ids, 8) == 4);
	for (size_t i = 0; i < 4; i++) {
		ROW(texts[i]);
		CHECK_STR(paper_text(&f, ids[i]), texts[i]);
		CHECK(is_never_empty(&f, ids[i], str_of(texts[i]).len));
		int64_t anew = reissue(&f, ids[i]);
		CHECK_STR(paper_text(&f, anew), texts[i]);
		CHECK_STR(paper_text(&f, reissue(&f, anew)), texts[i]);
	}
	ROW(NULL);
	CHECK_INT(papers(&f, ids, 8), 8); /* and four more */
	const struct json *shown = json_get(view(&f, "case.operations"), "papers");
	REQUIRE(shown && shown->count == 12);
	CHECK_STR(json_text(json_get(&shown->items[0], "name_en")), "Licence");
	CHECK_STR(json_text(json_get(&shown->items[1], "name_en")), "Findings");
	office_end(&f);
}

static int64_t licence_paper(struct office *f)
{
	return json_i64(json_get(json_get(view(f, "case"), "licence"), "document"), 0);
}

/* The case's page leads to the last licence's paper: that of another, issued anew later, is not it. */
TEST(a_case_leads_to_the_paper_of_its_last_licence)
{
	struct office f;
	int64_t ids[8];
	REQUIRE(papers_begin(&f));
	CHECK_INT(review(&f, "more", "一切齐全"), OK);
	CHECK_INT(review(&f, "last", "地址有变"), OK);
	REQUIRE(papers(&f, ids, 8) == 4);
	CHECK_INT(licence_paper(&f), ids[2]);
	int64_t first = reissue(&f, ids[0]);
	CHECK_INT(licence_paper(&f), ids[2]);
	int64_t anew = reissue(&f, ids[2]);
	CHECK_INT(licence_paper(&f), anew);
	reissue(&f, first);
	reissue(&f, ids[3]); /* a letter is no licence's paper */
	CHECK_INT(licence_paper(&f), anew);
	office_end(&f);
}

TEST(only_an_administrator_intervenes_and_a_supervisor_sees)
{
	static const char *const commands[] = { "case.retry", "case.move", "case.cancel", "case.migrate", "pack.pause", "pack.resume", "paper.reissue" };
	struct office f;
	REQUIRE(office_begin(&f, endless));
	int64_t sun = kernel_person(&f.k, "sun"), li = kernel_person(&f.k, "li");
	const int64_t others[] = { -1, f.me, f.wang, li, sun };
	for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
		ROW(commands[c]);
		for (size_t i = 0; i < sizeof others / sizeof *others; i++)
			CHECK_INT(act(&f, others[i], commands[c], "\"code\":\"ops\",\"reason\":\"r\""), ERR_DENIED);
	}
	ROW(NULL);
	const char *q = arena_printf(&f.k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(f.no)).ptr;
	CHECK(kernel_view(&f.k, f.admin, "case.operations", q) != NULL);
	CHECK(kernel_view(&f.k, sun, "case.operations", q) != NULL);
	CHECK(kernel_view(&f.k, f.me, "case.operations", q) == NULL);
	CHECK(kernel_view(&f.k, f.wang, "case.operations", q) == NULL);
	CHECK(kernel_view(&f.k, f.admin, "papers.lacking", "{}") != NULL);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		CHECK(kernel_view(&f.k, others[i], "papers.lacking", "{}") == NULL);
	CHECK_INT(notes(&f, "Operation"), 0);
	office_end(&f);
}

TEST_MAIN
