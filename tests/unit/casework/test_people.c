/* Changes of structure for a date, lists read in, first contacts, promises, telling once. */
#include "tests/unit/casework/hours.h"

static const struct json *row_of(const struct json *v, const char *list, size_t i)
{
	const struct json *l = json_get(v, list);
	return l && l->kind == JSON_ARRAY && i < l->count ? &l->items[i] : NULL;
}

static struct str row_text(const struct json *v, const char *list, size_t i, const char *key) { return json_text(json_get(row_of(v, list, i), key)); }
static int64_t number(struct kernel *k, const char *key) { return json_i64(json_get(k->r.data, key), -1); }

/* Runs a command whose text has one %s (a number given out before). */
static enum err with(struct kernel *k, int64_t actor, const char *name, const char *format, struct str no)
{
	char json[600], z[60];
	snprintf(z, sizeof z, "%.*s", STR_ARG(no));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(json, sizeof json, format, z);
#pragma GCC diagnostic pop
	return kernel_do(k, actor, "", name, json);
}

/* ---- plans ---- */

/* A second reviewer's post P4 in the same organ, and an organ O2 with a head. */
static bool begin_wide(struct kernel *k)
{
	return begin(k) && kernel_put_person(k, "wu", "吴审查") && kernel_put_person(k, "feng", "冯局长") && kernel_put_person(k, "admin", "管理员") &&
	       kernel_do(k, 0, "", "organ.put", "{\"code\":\"O2\",\"name\":\"审批局\",\"region\":\"990100\"}") == OK &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P4\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"审查二岗\",\"a\":\"wu\",\"b\":\"qian\"}") == OK &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P5\",\"organ\":\"O2\",\"role\":\"head\",\"name\":\"局长\",\"a\":\"feng\"}") == OK &&
	       kernel_do(k, 0, "", "post.put", "{\"code\":\"P6\",\"organ\":\"O2\",\"role\":\"admin\",\"name\":\"管理\",\"a\":\"admin\"}") == OK;
}

static struct str plan_of(struct kernel *k, const char *at, const char *lines)
{
	char json[800];
	snprintf(json, sizeof json, "{\"title\":\"机构改革\",\"reason\":\"三定方案\",\"at\":\"%s\",\"lines\":%s}", at, lines);
	return kernel_do(k, kernel_person(k, "admin"), "", "plan.put", json) == OK ? kernel_text(k, "plan") : (struct str){ NULL, 0 };
}

TEST(a_plan_shows_what_moves_and_does_exactly_that_at_its_moment)
{
	struct kernel k = { 0 };
	REQUIRE(begin_wide(&k));
	int64_t step = first_step(&k), admin = kernel_person(&k, "admin"), wang = kernel_person(&k, "wang"), wu = kernel_person(&k, "wu");
	struct str plan = plan_of(&k, "2025-03-04T09:00", "[{\"kind\":\"post.merge\",\"code\":\"P1\",\"into\":\"P4\"},{\"kind\":\"organ.merge\",\"code\":\"O1\",\"into\":\"O2\"}]");
	REQUIRE(plan.len);
	int64_t entries = ask(&k, "SELECT count(*) FROM ledger WHERE ?1=1", 1);
	REQUIRE(with(&k, admin, "plan.preview", "{\"plan\":\"%s\"}", plan) == OK);
	CHECK_INT(number(&k, "steps"), 1);
	CHECK_INT(number(&k, "cases"), 1);
	CHECK_INT(number(&k, "items"), 1);
	CHECK_STR(row_text(k.r.data, "moves", 0, "from_person"), "王审查");
	CHECK_STR(row_text(k.r.data, "moves", 0, "to_person"), "吴审查");
	CHECK_STR(row_text(k.r.data, "moves", 0, "to_organ"), "审批局");
	CHECK_INT(ask(&k, "SELECT count(*) FROM ledger WHERE ?1=1", 1), entries); /* looking changes nothing */
	CHECK(rebuilt(&k));
	REQUIRE(with(&k, admin, "plan.schedule", "{\"plan\":\"%s\"}", plan) == OK);
	CHECK_STR(kernel_text(&k, "state"), "scheduled");
	REQUIRE(advance(&k, KERNEL_START_MS + 24 * HOUR - 1));
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 24 * HOUR - 1), wang);
	REQUIRE(advance(&k, KERNEL_START_MS + 24 * HOUR));
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 24 * HOUR), wu);
	CHECK_INT(ask(&k, "SELECT count(*) FROM organ WHERE code='O1' AND ended_ms IS NOT NULL AND ?1=1", 1), 1);
	CHECK_INT(ask(&k, "SELECT count(*) FROM case_open k JOIN organ o ON o.id=k.organ WHERE o.code='O2' AND ?1=1", 1), 1);
	CHECK_INT(ask(&k, "SELECT count(*) FROM post p JOIN organ o ON o.id=p.organ WHERE o.code='O1' AND p.ended_ms IS NULL AND ?1=1", 1), 0);
	/* a new case goes where the item is now */
	REQUIRE(kernel_submit(&k, kernel_person(&k, "zhang"), "k2").len);
	CHECK_INT(holder_at(&k, ask(&k, "SELECT max(id) FROM step_open WHERE ?1=1", 1), KERNEL_START_MS + 24 * HOUR), wu);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(a_plan_that_cannot_be_done_in_full_changes_nothing)
{
	struct kernel k = { 0 };
	REQUIRE(begin_wide(&k));
	int64_t step = first_step(&k), admin = kernel_person(&k, "admin"), wang = kernel_person(&k, "wang");
	struct str plan = plan_of(&k, "2025-03-04", "[{\"kind\":\"post.merge\",\"code\":\"P1\",\"into\":\"P4\"},{\"kind\":\"post.put\",\"code\":\"P2\",\"a\":\"nobody\"}]");
	CHECK_INT(with(&k, admin, "plan.preview", "{\"plan\":\"%s\"}", plan), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.place), "2");
	CHECK_INT(with(&k, admin, "plan.schedule", "{\"plan\":\"%s\"}", plan), ERR_INVALID);
	/* fit when scheduled, not any more at its moment: nothing moves and the planner is told */
	plan = plan_of(&k, "2025-03-04", "[{\"kind\":\"post.put\",\"code\":\"P1\",\"name\":\"综合审查岗\"},{\"kind\":\"post.merge\",\"code\":\"P1\",\"into\":\"P4\"}]");
	REQUIRE(with(&k, admin, "plan.schedule", "{\"plan\":\"%s\"}", plan) == OK);
	struct str other = plan_of(&k, "2025-03-03", "[{\"kind\":\"post.merge\",\"code\":\"P4\",\"into\":\"P2\"}]");
	REQUIRE(with(&k, admin, "plan.schedule", "{\"plan\":\"%s\"}", other) == OK);
	CHECK_STR(kernel_text(&k, "state"), "applied"); /* its moment had come */
	REQUIRE(advance(&k, KERNEL_START_MS + 48 * HOUR));
	CHECK_INT(ask(&k, "SELECT count(*) FROM plan WHERE state='failed' AND ?1=1", 1), 1);
	CHECK_INT(ask(&k, "SELECT count(*) FROM post WHERE name='综合审查岗' AND ?1=1", 1), 0);
	CHECK_INT(holder_at(&k, step, KERNEL_START_MS + 48 * HOUR), wang);
	CHECK_INT(ask(&k, "SELECT count(*) FROM notice WHERE person=?1", admin), 1);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(a_plan_is_cancelled_until_its_moment_and_not_after)
{
	struct kernel k = { 0 };
	REQUIRE(begin_wide(&k));
	int64_t admin = kernel_person(&k, "admin");
	struct str plan = plan_of(&k, "2025-03-04", "[{\"kind\":\"post.merge\",\"code\":\"P1\",\"into\":\"P4\"}]");
	REQUIRE(with(&k, admin, "plan.schedule", "{\"plan\":\"%s\"}", plan) == OK);
	CHECK_INT(with(&k, admin, "plan.put", "{\"plan\":\"%s\",\"title\":\"x\",\"reason\":\"y\",\"at\":\"2025-03-05\"}", plan), ERR_CONFLICT);
	CHECK_INT(with(&k, admin, "plan.cancel", "{\"plan\":\"%s\"}", plan), ERR_INVALID); /* no reason */
	REQUIRE(with(&k, admin, "plan.cancel", "{\"plan\":\"%s\",\"reason\":\"方案未定\"}", plan) == OK);
	REQUIRE(advance(&k, KERNEL_START_MS + 48 * HOUR));
	CHECK_INT(holder_at(&k, first_step(&k), KERNEL_START_MS + 48 * HOUR), kernel_person(&k, "wang"));
	CHECK_INT(with(&k, admin, "plan.cancel", "{\"plan\":\"%s\",\"reason\":\"再次\"}", plan), ERR_CONFLICT);
	CHECK(plan_of(&k, "2025-03-04", "[{\"kind\":\"post.dance\"}]").ptr == NULL);
	CHECK_STR(str_of(k.r.diag.code), "plan.line-kind");
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST(who_held_this_post_on_that_day)
{
	struct kernel k = { 0 };
	REQUIRE(begin_wide(&k));
	os_clock_set(&k.clock, KERNEL_START_MS + 72 * HOUR); /* Thursday */
	REQUIRE(kernel_do(&k, 0, "", "post.put", "{\"code\":\"P1\",\"organ\":\"O1\",\"role\":\"reviewer\",\"name\":\"许可审查岗\",\"a\":\"wu\",\"data\":{\"duties\":\"审查\"}}") == OK);
	const struct json *v = kernel_view(&k, 0, "post", "{\"code\":\"P1\",\"on\":\"2025-03-05\"}");
	REQUIRE(v);
	CHECK_STR(json_text(json_path(v, "on.a.login")), "wang");
	CHECK_STR(json_text(json_get(v, "duties")), "审查");
	v = kernel_view(&k, 0, "post", "{\"code\":\"P1\",\"on\":\"2025-03-06\"}");
	CHECK_STR(json_text(json_path(v, "on.a.login")), "wu");
	v = kernel_view(&k, 0, "post", "{\"code\":\"P1\",\"on\":\"2025-03-02\"}"); /* the day before the office was set up */
	CHECK(json_path(v, "on.a")->kind == JSON_NULL);
	v = kernel_view(&k, 0, "structure", "{\"on\":\"2025-03-05\"}");
	CHECK_STR(row_text(v, "posts", 0, "name"), "审查岗");
	v = kernel_view(&k, 0, "structure", "{}");
	CHECK_STR(row_text(v, "posts", 0, "name"), "许可审查岗");
	CHECK_STR(row_text(v, "posts", 0, "a"), "吴审查");
	v = kernel_view(&k, 0, "posts.findings", "{}");
	CHECK_STR(row_text(v, "rows", 0, "finding"), "no-b");
	kernel_end(&k);
}

/* ---- reading a structure ---- */

TEST(a_structure_is_read_in_full_or_not_at_all)
{
	struct kernel k = { 0 };
	static const char good[] = "{\"rows\":[{\"line\":2,\"kind\":\"region\",\"code\":\"990101\",\"name\":\"云溪区\",\"level\":\"4\",\"parent\":\"990100\"},"
	                           "{\"line\":3,\"kind\":\"organ\",\"code\":\"O9\",\"name\":\"民政局\",\"region\":\"990101\"},"
	                           "{\"line\":4,\"kind\":\"person\",\"login\":\"yan\",\"name\":\"严科长\",\"enabled\":\"1\"},"
	                           "{\"line\":5,\"kind\":\"post\",\"code\":\"P9\",\"organ\":\"O9\",\"role\":\"head\",\"name\":\"科长\",\"a\":\"yan\",\"duties\":\"主持工作\"}]%s}";
	char json[1200];
	REQUIRE(begin(&k));
	snprintf(json, sizeof json, good, ",\"dry_run\":true");
	REQUIRE(kernel_do(&k, 0, "", "structure.import", json) == OK);
	CHECK_INT(number(&k, "changed"), 4);
	CHECK(!json_bool(json_get(k.r.data, "applied"), true));
	CHECK_INT(ask(&k, "SELECT count(*) FROM organ WHERE code='O9' AND ?1=1", 1), 0);
	snprintf(json, sizeof json, good, "");
	REQUIRE(kernel_do(&k, 0, "", "structure.import", json) == OK);
	CHECK_INT(ask(&k, "SELECT count(*) FROM organ WHERE code='O9' AND ?1=1", 1), 1);
	REQUIRE(kernel_do(&k, 0, "", "structure.import", json) == OK);
	CHECK_INT(number(&k, "changed"), 0); /* the same list again */
	CHECK_INT(number(&k, "unchanged"), 4);
	REQUIRE(kernel_do(&k, 0, "", "structure.import", "{\"rows\":[{\"line\":2,\"kind\":\"organ\",\"code\":\"O8\",\"name\":\"新局\"},{\"line\":3,\"kind\":\"post\",\"code\":\"P8\",\"organ\":\"none\",\"role\":\"head\",\"name\":\"x\"},"
	                                                   "{\"line\":4,\"kind\":\"tree\"}]}") == OK);
	CHECK_INT(number(&k, "broken"), 2);
	CHECK_INT(json_i64(json_get(row_of(k.r.data, "errors", 0), "line"), 0), 3);
	CHECK_STR(row_text(k.r.data, "errors", 0, "code"), "organ.unknown");
	CHECK_INT(json_i64(json_get(row_of(k.r.data, "errors", 1), "line"), 0), 4);
	CHECK_INT(ask(&k, "SELECT count(*) FROM organ WHERE code='O8' AND ?1=1", 1), 0);
	/* what is written out is read in without a change */
	const struct json *v = kernel_view(&k, 0, "structure.export", "{}");
	REQUIRE(v);
	struct casework_command c = { .name = S("structure.import"), .actor = { .system = true }, .data = v };
	REQUIRE(casework_do(k.cw, &c, &k.a, &k.r) == OK);
	CHECK_INT(number(&k, "broken"), 0);
	CHECK_INT(number(&k, "changed"), 0);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

/* ---- first contact ---- */

static int64_t tickets(struct kernel *k) { return ask(k, "SELECT count(*) FROM ledger WHERE kind='hotline.ticket' AND ?1=1", 1); }

TEST(a_call_about_a_case_is_a_ticket_a_question_at_the_counter_is_none)
{
	struct kernel k;
	REQUIRE(kernel_begin(&k, ":memory:"));
	int64_t wang = kernel_person(&k, "wang");
	struct str no = kernel_submit(&k, kernel_citizen(&k, "zhang"), "k1");
	REQUIRE(no.len);
	CHECK_INT(kernel_do(&k, wang, "", "contact.take", "{\"channel\":\"phone\",\"name\":\"刘女士\",\"question\":\"到哪一步了\",\"about_case\":\"99\"}"), ERR_NOT_FOUND);
	CHECK_STR(str_of(k.r.diag.place), "about_case");
	CHECK_INT(tickets(&k), 0);
	CHECK_INT(kernel_do(&k, wang, "", "contact.take", "{\"channel\":\"phone\",\"name\":\"刘女士\",\"question\":\"怎么办证\"}"), OK);
	CHECK_INT(with(&k, wang, "contact.take", "{\"channel\":\"counter\",\"name\":\"刘女士\",\"question\":\"到哪一步了\",\"about_case\":\"%s\"}", no), OK);
	CHECK_INT(tickets(&k), 0);
	CHECK_INT(with(&k, wang, "contact.take", "{\"channel\":\"phone\",\"name\":\"刘女士\",\"question\":\"到哪一步了\",\"about_case\":\"%s\"}", no), OK);
	CHECK_INT(tickets(&k), 1);
	CHECK_INT(ask(&k, "SELECT count(*) FROM ledger l JOIN case_number n ON n.id=l.subject WHERE l.kind='hotline.ticket' AND ?1=1", 1), 1);
	kernel_end(&k);
}

static int64_t contact_holder(struct kernel *k) { return ask(k, "SELECT holder FROM contact WHERE id>?1", 0); }

TEST(whoever_takes_the_question_answers_until_another_accepts)
{
	struct kernel k = { 0 };
	REQUIRE(begin_wide(&k));
	int64_t wang = kernel_person(&k, "wang"), wu = kernel_person(&k, "wu"), qian = kernel_person(&k, "qian");
	REQUIRE(kernel_do(&k, wang, "", "contact.take", "{\"channel\":\"phone\",\"name\":\"刘女士\",\"question\":\"小餐饮怎么办证\"}") == OK);
	struct str no = kernel_text(&k, "contact");
	CHECK_STR(no, "SW2025000001");
	CHECK_INT(with(&k, qian, "contact.hand", "{\"contact\":\"%s\",\"to\":\"wu\",\"reason\":\"归口\"}", no), ERR_DENIED);
	REQUIRE(with(&k, wang, "contact.hand", "{\"contact\":\"%s\",\"to\":\"wu\",\"reason\":\"归口\"}", no) == OK);
	CHECK_INT(contact_holder(&k), wang); /* offered is not accepted */
	CHECK_INT(with(&k, wang, "contact.hand", "{\"contact\":\"%s\",\"to\":\"qian\",\"reason\":\"归口\"}", no), ERR_CONFLICT);
	CHECK_INT(with(&k, qian, "contact.accept", "{\"contact\":\"%s\"}", no), ERR_CONFLICT);
	REQUIRE(with(&k, wu, "contact.accept", "{\"contact\":\"%s\"}", no) == OK);
	CHECK_INT(contact_holder(&k), wu);
	CHECK_INT(with(&k, wang, "contact.close", "{\"contact\":\"%s\",\"answer\":\"已答复\"}", no), ERR_DENIED);
	REQUIRE(with(&k, wu, "contact.close", "{\"contact\":\"%s\",\"answer\":\"已答复\"}", no) == OK);
	CHECK_INT(with(&k, wu, "contact.close", "{\"contact\":\"%s\",\"answer\":\"再答\"}", no), ERR_CONFLICT);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

/* Two declines are allowed; the third goes up to the head. */
TEST(a_hand_over_that_bounces_too_often_goes_up)
{
	struct kernel k = { 0 };
	REQUIRE(begin_wide(&k));
	int64_t wang = kernel_person(&k, "wang"), wu = kernel_person(&k, "wu");
	REQUIRE(kernel_do(&k, wang, "", "contact.take", "{\"channel\":\"counter\",\"name\":\"刘女士\",\"question\":\"怎么办证\"}") == OK);
	struct str no = kernel_text(&k, "contact");
	for (int i = 0; i < 3; i++) {
		CHECK_INT(contact_holder(&k), wang);
		REQUIRE(with(&k, wang, "contact.hand", "{\"contact\":\"%s\",\"to\":\"wu\",\"reason\":\"归口\"}", no) == OK);
		REQUIRE(with(&k, wu, "contact.decline", "{\"contact\":\"%s\",\"reason\":\"不归我\"}", no) == OK);
	}
	CHECK_INT(contact_holder(&k), kernel_person(&k, "li"));
	CHECK(json_bool(json_get(k.r.data, "went_up"), false));
	/* and becomes a case on request */
	char json[300];
	snprintf(json, sizeof json, "{\"item\":\"I1\",\"contact\":\"%.*s\",\"form\":{\"name\":\"面馆\"},\"applicant\":{\"name\":\"张三\",\"id_no\":\"110101199003078515\"}}", STR_ARG(no));
	CHECK_INT(kernel_do(&k, kernel_person(&k, "zhang"), "", "case.submit", json), ERR_DENIED);
	REQUIRE(kernel_do(&k, 0, "", "case.submit", json) == OK);
	CHECK_INT(ask(&k, "SELECT count(*) FROM contact WHERE state='case' AND case_id IS NOT NULL AND ?1=1", 1), 1);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

/* ---- promises ---- */

static bool item_with_law(struct kernel *k)
{
	return kernel_do(k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"食品经营许可证核发\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\","
	                                       "\"promised_limit\":10,\"statutory_limit\":20,\"unit\":\"working-days\"}") == OK;
}

static int64_t promised_clock(struct kernel *k) { return ask(k, "SELECT amount FROM clock WHERE kind='promised' AND ?1=1 ORDER BY id DESC LIMIT 1", 1); }

TEST(a_promise_is_signed_by_a_second_person_and_never_longer_than_the_law)
{
	struct kernel k = { 0 };
	REQUIRE(begin_wide(&k) && item_with_law(&k));
	int64_t li = kernel_person(&k, "li"), sun = kernel_person(&k, "sun");
	CHECK_INT(kernel_do(&k, li, "", "promise.propose", "{\"item\":\"I1\",\"amount\":21,\"reason\":\"x\"}"), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "limit.promise-too-long");
	CHECK_INT(kernel_do(&k, kernel_person(&k, "feng"), "", "promise.propose", "{\"item\":\"I1\",\"amount\":7,\"reason\":\"x\"}"), ERR_DENIED);
	REQUIRE(kernel_do(&k, li, "", "promise.propose", "{\"item\":\"I1\",\"amount\":7,\"reason\":\"流程优化\",\"from\":\"2025-03-05\"}") == OK);
	char json[80];
	snprintf(json, sizeof json, "{\"promise\":%lld}", (long long)number(&k, "promise"));
	CHECK_INT(kernel_do(&k, li, "", "promise.propose", "{\"item\":\"I1\",\"amount\":6,\"reason\":\"x\"}"), ERR_CONFLICT);
	CHECK_INT(kernel_do(&k, li, "", "promise.sign", json), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "sign.unread");
	char asked[120];
	snprintf(asked, sizeof asked, "{\"edits\":\"promise.sign\",%s", json + 1);
	CHECK_INT(kernel_sign(&k, li, kernel_view(&k, li, "promises", asked), "promise.sign", json), ERR_DENIED);
	CHECK_STR(str_of(k.r.diag.code), "promise.second-person");
	/* the law's limit is read with it */
	const struct json *read = kernel_view(&k, sun, "promises", asked);
	REQUIRE(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"食品经营许可证核发\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"test\","
	                                        "\"promised_limit\":10,\"statutory_limit\":15,\"unit\":\"working-days\"}") == OK);
	CHECK_INT(kernel_sign(&k, sun, read, "promise.sign", json), ERR_STALE);
	REQUIRE(item_with_law(&k)); /* there and back again: it is what was read */
	REQUIRE(kernel_sign(&k, sun, read, "promise.sign", json) == OK);
	CHECK_INT(ask(&k, "SELECT promised FROM item WHERE ?1=1 AND impl_code='I1'", 1), 10); /* not yet its day */
	REQUIRE(kernel_submit(&k, kernel_person(&k, "zhang"), "k2").len);
	CHECK_INT(promised_clock(&k), 10);
	REQUIRE(advance(&k, KERNEL_START_MS + 40 * HOUR)); /* Wednesday 01:00 */
	CHECK_INT(ask(&k, "SELECT promised FROM item WHERE ?1=1 AND impl_code='I1'", 1), 7);
	CHECK_INT(ask(&k, "SELECT min(amount) FROM clock WHERE kind='promised' AND ?1=1", 1), 5); /* running ones keep theirs: the pack's 5, and 10 */
	REQUIRE(kernel_submit(&k, kernel_person(&k, "zhang"), "k3").len);
	CHECK_INT(promised_clock(&k), 7);
	REQUIRE(item_with_law(&k)); /* a catalogue read again does not undo what was signed */
	CHECK_INT(ask(&k, "SELECT promised FROM item WHERE ?1=1 AND impl_code='I1'", 1), 7);
	const struct json *v = kernel_view(&k, -1, "promises", "{\"item\":\"I1\"}");
	REQUIRE(v);
	CHECK_INT((int64_t)json_get(v, "rows")->count, 2); /* what was before, and the promise */
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

/* ---- telling once ---- */

static const char tell_process[] =
	"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:banjie='urn:banjie:bpmn' id='d' targetNamespace='urn:test'>"
	"<process id='p' isExecutable='true'><startEvent id='s'/><sequenceFlow id='f1' sourceRef='s' targetRef='check'/>"
	"<userTask id='check' name='核对'><extensionElements><banjie:assign post='reviewer' organ='lead'/><banjie:limit amount='5' unit='working-days' ground='ALL/32'/>"
	"<banjie:action id='supplement' name='补正'/><banjie:action id='accept' name='受理'/></extensionElements></userTask>"
	"<sequenceFlow id='f2' sourceRef='check' targetRef='g'/><exclusiveGateway id='g' default='f4'/>"
	"<sequenceFlow id='f3' sourceRef='g' targetRef='check'><conditionExpression>=check.action = \"supplement\"</conditionExpression></sequenceFlow>"
	"<sequenceFlow id='f4' sourceRef='g' targetRef='e'/><endEvent id='e'/></process></definitions>";

static bool put_tell_pack(struct kernel *k)
{
	struct json_build o, list, f;
	json_build_object(&o, &k->a);
	json_build_array(&list, &k->a);
	json_build_object(&f, &k->a);
	json_set_str(&f, "path", S("pack.json"));
	json_set_str(&f, "text", S("{\"code\":\"tell\",\"version\":1,\"name\":\"告知\",\"name_en\":\"Tell\",\"process\":\"process.bpmn\",\"decisions\":[],\"forms\":[],\"letters\":[]}"));
	json_add(&list, json_built(&f));
	json_build_object(&f, &k->a);
	json_set_str(&f, "path", S("process.bpmn"));
	json_set_str(&f, "text", str_of(tell_process));
	json_add(&list, json_built(&f));
	json_set(&o, "files", json_built(&list));
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true }, .data = json_built(&o) };
	return casework_do(k->cw, &c, &k->a, &k->r) == OK &&
	       kernel_do(k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"事项\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"tell\"}") == OK;
}

static enum err tell(struct kernel *k, const char *more)
{
	char json[200];
	snprintf(json, sizeof json, "{\"step\":%lld,\"action\":\"supplement\",\"form\":{}%s}", (long long)ask(k, "SELECT max(id) FROM step_open WHERE ?1=1", 1), more);
	return kernel_do(k, kernel_person(k, "wang"), "", "step.complete", json);
}

TEST(missing_materials_are_told_once)
{
	struct kernel k = { 0 };
	REQUIRE(begin(&k) && put_tell_pack(&k) && kernel_submit(&k, kernel_person(&k, "zhang"), "k2").len);
	CHECK_INT(tell(&k, ""), OK);
	CHECK_INT(tell(&k, ""), ERR_INVALID);
	CHECK_STR(str_of(k.r.diag.code), "supplement.second");
	CHECK_INT(tell(&k, ",\"reason\":\"申请人更换了场所\""), OK);
	CHECK_INT(ask(&k, "SELECT count(*) FROM ledger WHERE kind='step.closed' AND strpos(payload, '\"supplement_no\":2')>0 AND ?1=1", 1), 1);
	/* an item whose law allows three */
	REQUIRE(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"事项\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"tell\",\"options\":{\"supplements\":3}}") == OK);
	CHECK_INT(tell(&k, ""), OK);
	CHECK_INT(tell(&k, ""), ERR_INVALID);
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

static int64_t upload(struct kernel *k, int64_t person, const char *material)
{
	struct json_build o;
	json_build_object(&o, &k->a);
	json_set_str(&o, "name", S("证明.pdf"));
	json_set_str(&o, "mime", S("application/pdf"));
	json_set_str(&o, "material", str_of(material));
	struct casework_command c = { .name = S("document.add"), .actor = { .person = person }, .data = json_built(&o), .blob = S("%PDF-1.4") };
	return casework_do(k->cw, &c, &k->a, &k->r) == OK ? json_i64(json_get(k->r.data, "document"), 0) : 0;
}

/* "a b": the materials that the case lacks. */
static struct str lacks(struct kernel *k, struct str case_no)
{
	char json[100];
	struct str all = S("");
	snprintf(json, sizeof json, "{\"case_no\":\"%.*s\"}", STR_ARG(case_no));
	const struct json *list = json_get(kernel_view(k, 0, "case", json), "missing");
	for (size_t i = 0; list && i < list->count; i++)
		all = arena_printf(&k->a, "%.*s%s%.*s", STR_ARG(all), i ? " " : "", STR_ARG(json_text(json_get(&list->items[i], "material"))));
	return all;
}

/* The material of a file is said with the application, or was when it was uploaded. */
TEST(what_is_missing_is_so_until_it_comes)
{
	struct kernel k = { 0 };
	char json[300];
	REQUIRE(begin(&k) && put_tell_pack(&k));
	REQUIRE(kernel_do(&k, 0, "", "item.put", "{\"impl_code\":\"I1\",\"name\":\"事项\",\"organ\":\"O1\",\"kind\":\"01\",\"pack\":\"tell\",\"materials\":["
	                  "{\"id\":\"a\",\"name\":\"甲\",\"required\":true},{\"id\":\"b\",\"name\":\"乙\",\"required\":true},{\"id\":\"c\",\"name\":\"丙\",\"required\":true}]}") == OK);
	int64_t zhang = kernel_person(&k, "zhang"), wang = kernel_person(&k, "wang");
	snprintf(json, sizeof json, "{\"item\":\"I1\",\"form\":{},\"applicant\":{\"name\":\"张三\"},\"documents\":[{\"document\":%lld}]}", (long long)upload(&k, zhang, "a"));
	REQUIRE(kernel_do(&k, zhang, "", "case.submit", json) == OK);
	struct str case_no = arena_str(&k.a, kernel_text(&k, "case_no"));
	CHECK_STR(lacks(&k, case_no), "b c");
	CHECK_INT(tell(&k, ""), OK);
	CHECK_STR(lacks(&k, case_no), "b c");
	snprintf(json, sizeof json, ",\"reason\":\"r\",\"documents\":[{\"document\":%lld}]", (long long)upload(&k, wang, "b"));
	CHECK_INT(tell(&k, json), OK);
	CHECK_STR(lacks(&k, case_no), "c");
	CHECK(rebuilt(&k));
	kernel_end(&k);
}

TEST_MAIN
