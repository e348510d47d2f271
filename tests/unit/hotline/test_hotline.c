/* Complaints: who may hand in what, whose name is seen by whom, who is kept out, and that each one has an answer. After every test
 * the rows are rebuilt from the record. */
#include "casework/packs.h"
#include "hotline/hotline.h"

#define KERNEL_ROOM hotline_room
#include "tests/unit/casework/kernel.h"

static struct kernel k;
static int64_t citizen, desk, check, above, meant, boss, supervisor, department;
static char no[32], secret[16];

static enum err act(int64_t who, const char *command, const char *json) { return kernel_do(&k, who, "", command, json); }

static void check_refused(int64_t who, const char *command, const char *json, const char *code)
{
	CHECK(act(who, command, json) != OK);
	CHECK_STR(str_of(k.r.diag.code), code);
}

static bool post(const char *code, const char *organ, const char *role, const char *a)
{
	return act(0, "post.put", arena_printf(&k.a, "{\"code\":\"%s\",\"organ\":\"%s\",\"role\":\"%s\",\"name\":\"%s\",\"a\":\"%s\"}", code, organ, role, code, a).ptr) == OK;
}

static bool organ(const char *code, const char *name)
{
	return act(0, "organ.put", arena_printf(&k.a, "{\"code\":\"%s\",\"name\":\"%s\",\"region\":\"990100\"}", code, name).ptr) == OK;
}

static bool add_pack(void)
{
	struct casework_command c = { .name = S("pack.add"), .actor = { .system = true } };
	struct diag d;
	diag_init(&d);
	return casework_pack_data(PROJECT_ROOT "/packs/complaint", &k.a, &c.data, &d) == OK && casework_do(k.cw, &c, &k.a, &k.r) == OK;
}

/* O1 is complained about (its reviewer wang, its head li); O2 stands above; O3 is the desk; O4 a department. */
static bool begin(void)
{
	if (!kernel_begin(&k, ":memory:"))
		return false;
	bool made = organ("O2", "监督局") && organ("O3", "投诉中心") && organ("O4", "城管局") &&
		kernel_put_person(&k, "desk", "台小姐") && kernel_put_person(&k, "check", "核先生") && kernel_put_person(&k, "chief", "中心主任") &&
		kernel_put_person(&k, "above", "督先生") && kernel_put_person(&k, "dept", "城先生") &&
		post("D1", "O3", "clerk", "desk") && post("D2", "O3", "reviewer", "check") && post("D3", "O3", "head", "chief") &&
		post("S1", "O2", "reviewer", "above") && post("W1", "O1", "clerk", "wang") && post("T1", "O4", "reviewer", "dept") && add_pack() &&
		act(0, "item.put", "{\"impl_code\":\"C1\",\"name\":\"投诉\",\"organ\":\"O3\",\"kind\":\"20\",\"pack\":\"complaint\",\"joint_organs\":{\"supervising\":\"O2\"}}") == OK;
	citizen = kernel_citizen(&k, "zhang");
	desk = kernel_person(&k, "desk");
	check = kernel_person(&k, "check");
	above = kernel_person(&k, "above");
	meant = kernel_person(&k, "wang");
	boss = kernel_person(&k, "li");
	supervisor = kernel_person(&k, "sun");
	department = kernel_person(&k, "dept");
	if (!made)
		printf("  %s: %s\n", k.r.diag.code, k.r.diag.text);
	return made;
}

static void end(void)
{
	struct diag d;
	uint64_t rows;
	diag_init(&d);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &rows, &d), OK);
	if (d.err)
		printf("  %s\n", d.text);
	kernel_end(&k);
}

#define WORDS "\"category\":\"delay\",\"title\":\"三周无人理会\",\"text\":\"三周前提交,至今无人联系。\""

static bool submit(int64_t who, const char *members)
{
	bool ok = act(who, "complaint.submit", arena_printf(&k.a, "{" WORDS ",%s}", members).ptr) == OK;
	if (!ok)
		printf("  %s: %s\n", k.r.diag.code, k.r.diag.text);
	snprintf(no, sizeof no, "%.*s", STR_ARG(kernel_text(&k, "case_no")));
	snprintf(secret, sizeof secret, "%.*s", STR_ARG(kernel_text(&k, "secret")));
	return ok;
}

static const struct json *look(int64_t who, const char *view) { return kernel_view(&k, who, view, arena_printf(&k.a, "{\"case_no\":\"%s\"}", no).ptr); }
static const struct json *follow(const char *with) { return kernel_view(&k, -1, "complaint.follow", arena_printf(&k.a, "{\"case_no\":\"%s\",\"secret\":\"%s\"}", no, with).ptr); }
static const struct json *item_at(const struct json *list, size_t i) { return list && i < list->count ? &list->items[i] : NULL; }
static struct str at(const struct json *v, const char *path) { return json_text(json_path(v, path)); }

static int64_t open_step(const char *element)
{
	const struct json *steps = json_get(look(0, "case"), "steps");
	for (size_t i = 0; steps && i < steps->count; i++)
		if (str_eqz(at(&steps->items[i], "element"), element) && str_eqz(at(&steps->items[i], "state"), "open"))
			return json_i64(json_get(&steps->items[i], "step"), 0);
	return 0;
}

static bool complete(int64_t who, const char *element, const char *action, const char *form)
{
	bool ok = act(who, "step.complete", arena_printf(&k.a, "{\"step\":%lld,\"action\":\"%s\",\"form\":%s}", (long long)open_step(element), action, form).ptr) == OK;
	if (!ok)
		printf("  %s %s: %s: %s\n", element, action, k.r.diag.code, k.r.diag.text);
	return ok;
}

/* From acceptance to the call-back. */
static bool answer(int64_t handler, const char *finding)
{
	return complete(desk, "acceptance", "accept", "{}") &&
	       complete(handler, "handle", "find", arena_printf(&k.a, "{\"finding\":\"%s\",\"facts\":\"查明\",\"answer\":\"已办\"}", finding).ptr) &&
	       complete(check, "review", "approve", "{}");
}

/* ---- who may hand in what ---- */

TEST(what_is_refused_at_the_door)
{
	static const struct { const char *name; int who; const char *json, *code; } rows[] = {
		{ "nothing said", -1, "{}", "complaint.name" },
		{ "anonymous without words", -1, "{\"identity\":\"anonymous\"}", "complaint.title" },
		{ "no telephone, no address", -1, "{\"name\":\"钱二\"," WORDS ",\"about\":\"organ\",\"organ\":\"O1\"}", "complaint.contact" },
		{ "about nothing", -1, "{\"identity\":\"anonymous\"," WORDS "}", "complaint.about" },
		{ "no such office", -1, "{\"identity\":\"anonymous\"," WORDS ",\"about\":\"organ\",\"organ\":\"O9\"}", "complaint.organ" },
		{ "no such case", -1, "{\"identity\":\"anonymous\"," WORDS ",\"about\":\"case\",\"case_no\":\"77\"}", "complaint.case" },
		{ "a day to come", -1, "{\"identity\":\"anonymous\"," WORDS ",\"about\":\"organ\",\"organ\":\"O1\",\"happened_on\":\"2025-03-04\"}", "complaint.day" },
		{ "hidden, but logged in", 1, "{\"identity\":\"protected\",\"name\":\"张三\"," WORDS ",\"about\":\"organ\",\"organ\":\"O1\"}", "complaint.logged-in" },
		{ "a citizen plays the desk", 1, "{\"received_by\":\"phone\",\"name\":\"张三\"," WORDS ",\"about\":\"organ\",\"organ\":\"O1\"}", "complaint.desk-only" },
		{ "another office plays the desk", 2, "{\"received_by\":\"phone\",\"name\":\"张三\"," WORDS ",\"about\":\"organ\",\"organ\":\"O1\"}", "complaint.desk-only" },
		{ "a way that is none", 0, "{\"received_by\":\"pigeon\",\"name\":\"张三\"," WORDS "}", "complaint.choice" },
	};
	REQUIRE(begin());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		check_refused(rows[i].who == 1 ? citizen : rows[i].who == 2 ? above : rows[i].who, "complaint.submit", rows[i].json, rows[i].code);
	}
	ROW(NULL);
	CHECK_INT(json_get(kernel_view(&k, 0, "complaints", "{}"), "rows")->count, 0);
	end();
}

TEST(a_visitor_needs_an_item_that_allows_visitors)
{
	REQUIRE(begin());
	check_refused(-1, "case.submit", "{\"item\":\"I1\",\"applicant\":{\"name\":\"张三\"}}", "item.login-first");
	CHECK(submit(-1, "\"identity\":\"anonymous\",\"about\":\"organ\",\"organ\":\"O1\""));
	end();
}

/* ---- recusal ---- */

TEST(who_is_complained_about_neither_handles_nor_sees_it)
{
	REQUIRE(begin());
	REQUIRE(submit(citizen, "\"about\":\"person\",\"organ\":\"O1\",\"person\":\"王审查\""));
	CHECK_STR(at(look(supervisor, "complaint"), "about_person.login"), "wang");
	CHECK(look(meant, "complaint") == NULL);
	CHECK(look(meant, "case") == NULL);
	CHECK(look(boss, "case") == NULL); /* his office takes no part either */
	CHECK_INT(json_get(kernel_view(&k, meant, "complaints", "{}"), "rows")->count, 0);
	CHECK_INT(json_get(kernel_view(&k, desk, "complaints", "{}"), "rows")->count, 1);
	check_refused(desk, "step.complete", arena_printf(&k.a, "{\"step\":%lld,\"action\":\"accept\",\"form\":{\"handler\":\"O1\"}}", (long long)open_step("acceptance")).ptr, "complaint.recused");
	CHECK(complete(desk, "acceptance", "accept", "{}"));
	CHECK_STR(at(look(supervisor, "complaint"), "lead_code"), "O2");
	CHECK(open_step("handle") && !complete(meant, "handle", "find", "{\"finding\":\"not-upheld\",\"facts\":\"x\",\"answer\":\"y\"}"));
	end();
}

/* A supervisor reads the whole chain; of a complaint about himself it shows him the hashes alone. */
TEST(the_record_hides_a_complaint_from_whom_it_is_about)
{
	REQUIRE(begin());
	REQUIRE(submit(citizen, "\"about\":\"person\",\"organ\":\"O1\",\"person\":\"孙监察\""));
	const char *ask = arena_printf(&k.a, "{\"case_no\":\"%s\"}", no).ptr;
	CHECK(json_get(kernel_view(&k, 0, "ledger", ask), "rows")->count > 0);
	CHECK_INT(json_get(kernel_view(&k, supervisor, "ledger", ask), "rows")->count, 0);
	CHECK(kernel_view(&k, supervisor, "audit", ask) == NULL);
	const struct json *all = json_get(kernel_view(&k, 0, "ledger", "{\"limit\":200}"), "rows");
	const struct json *his = json_get(kernel_view(&k, supervisor, "ledger", "{\"limit\":200}"), "rows");
	size_t hidden = 0;
	REQUIRE(his->count == all->count);
	for (size_t i = 0; i < all->count; i++) {
		CHECK(str_eq(json_text(json_get(&all->items[i], "hash")), json_text(json_get(&his->items[i], "hash"))));
		if (!str_eqz(json_text(json_get(&all->items[i], "case_no")), no))
			continue;
		hidden++;
		CHECK(str_empty(json_text(json_get(&his->items[i], "case_no"))));
		CHECK(str_empty(json_text(json_get(&his->items[i], "actor"))));
		const struct json *shown = json_get(&his->items[i], "payload");
		CHECK(json_get(&all->items[i], "payload") && (!shown || shown->kind == JSON_NULL));
	}
	CHECK(hidden > 0);
	const struct json *audited = json_get(kernel_view(&k, supervisor, "audit", "{\"limit\":200}"), "rows");
	for (size_t i = 0; audited && i < audited->count; i++)
		CHECK(!str_eqz(json_text(json_get(&audited->items[i], "case_no")), no));
	end();
}

TEST(a_complaint_about_the_desk_goes_to_the_office_above)
{
	REQUIRE(begin());
	REQUIRE(post("S2", "O2", "clerk", "above") && post("S3", "O2", "head", "above"));
	REQUIRE(submit(-1, "\"identity\":\"anonymous\",\"about\":\"organ\",\"organ\":\"O3\""));
	CHECK(look(desk, "complaint") == NULL);
	CHECK(look(above, "complaint") != NULL);
	CHECK_STR(at(look(above, "case"), "organ.code"), "O2");
	CHECK_INT(open_step("acceptance") != 0, 1);
	end();
}

TEST(both_who_hold_a_counter_are_kept_out)
{
	REQUIRE(begin());
	REQUIRE(submit(citizen, "\"about\":\"window\",\"window\":\"W1\""));
	CHECK_STR(at(look(supervisor, "complaint"), "about_organ_code"), "O1");
	CHECK(look(meant, "complaint") == NULL);
	end();
}

TEST(a_complaint_and_its_case_are_linked_both_ways)
{
	REQUIRE(begin());
	struct str of = kernel_submit(&k, citizen, "k1");
	REQUIRE(of.len);
	REQUIRE(submit(citizen, arena_printf(&k.a, "\"about\":\"case\",\"case_no\":\"%.*s\"", STR_ARG(of)).ptr));
	CHECK_STR(at(look(supervisor, "complaint"), "about_case"), arena_z(&k.a, of));
	const char *ask = arena_printf(&k.a, "{\"case_no\":\"%.*s\"}", STR_ARG(of)).ptr;
	CHECK_STR(at(item_at(json_get(kernel_view(&k, supervisor, "case.complaints", ask), "rows"), 0), "case_no"), no);
	CHECK_INT(json_get(kernel_view(&k, department, "case.complaints", ask), "rows")->count, 0);
	end();
}

/* ---- hidden names ---- */

static bool ledger_says(const char *words)
{
	const struct json *v = kernel_view(&k, supervisor, "ledger", "{\"limit\":200}"), *rows = json_get(v, "rows");
	struct buf b;
	buf_init_in(&b, &k.a, 16 << 20);
	json_put_canonical(&b, rows);
	return str_find(buf_str(&b), str_of(words)) >= 0;
}

TEST(a_protected_name_is_known_to_the_desk_alone_and_each_look_is_recorded)
{
	REQUIRE(begin());
	REQUIRE(submit(-1, "\"identity\":\"protected\",\"name\":\"钱密密\",\"phone\":\"13911112222\",\"about\":\"matter\",\"organ\":\"O4\""));
	CHECK(!ledger_says("钱密密"));
	CHECK(!ledger_says("13911112222"));
	CHECK(ledger_says("complaint.identity"));
	CHECK_STR(at(look(desk, "case"), "applicant.name"), "身份保密的投诉人");
	CHECK(complete(desk, "acceptance", "accept", "{}"));
	const char *json = arena_printf(&k.a, "{\"case_no\":\"%s\",\"reason\":\"回访\"}", no).ptr;
	check_refused(department, "complaint.unmask", json, "complaint.desk-knows");
	check_refused(desk, "complaint.unmask", arena_printf(&k.a, "{\"case_no\":\"%s\",\"reason\":\" \"}", no).ptr, "field.missing");
	CHECK_INT(json_get(look(supervisor, "complaint"), "unmaskings")->count, 0);
	REQUIRE(act(desk, "complaint.unmask", json) == OK);
	CHECK_STR(kernel_text(&k, "name"), "钱密密");
	CHECK_STR(kernel_text(&k, "phone"), "13911112222");
	CHECK_STR(at(item_at(json_get(look(supervisor, "complaint"), "unmaskings"), 0), "reason"), "回访");
	CHECK_STR(at(item_at(json_get(look(supervisor, "complaint"), "unmaskings"), 0), "person"), "台小姐");
	/* searched for by name: nothing */
	CHECK_INT(json_get(kernel_view(&k, desk, "complaints", "{\"q\":\"钱密密\"}"), "rows")->count, 0);
	CHECK_INT(json_get(kernel_view(&k, desk, "complaints", "{\"q\":\"三周\"}"), "rows")->count, 1);
	end();
}

TEST(an_anonymous_complaint_is_followed_by_number_and_secret)
{
	REQUIRE(begin());
	REQUIRE(submit(-1, "\"identity\":\"anonymous\",\"about\":\"matter\",\"organ\":\"O4\""));
	CHECK(follow("WRONGONE") == NULL);
	CHECK_STR(at(follow(secret), "status"), "received");
	check_refused(desk, "complaint.unmask", arena_printf(&k.a, "{\"case_no\":\"%s\",\"reason\":\"x\"}", no).ptr, "complaint.not-hidden");
	/* the office asks, the complainant answers without a name */
	REQUIRE(act(desk, "complaint.message", arena_printf(&k.a, "{\"case_no\":\"%s\",\"text\":\"是哪个窗口?\"}", no).ptr) == OK);
	CHECK_STR(at(item_at(json_get(follow(secret), "messages"), 0), "text"), "是哪个窗口?");
	check_refused(-1, "complaint.message", arena_printf(&k.a, "{\"case_no\":\"%s\",\"secret\":\"NONSENSE\",\"text\":\"三号\"}", no).ptr, "complaint.unknown");
	REQUIRE(act(-1, "complaint.message", arena_printf(&k.a, "{\"case_no\":\"%s\",\"secret\":\"%s\",\"text\":\"三号\"}", no, secret).ptr) == OK);
	CHECK_STR(at(item_at(json_get(look(desk, "complaint"), "messages"), 1), "side"), "complainant");
	/* urged once a day */
	const char *urge = arena_printf(&k.a, "{\"case_no\":\"%s\",\"secret\":\"%s\"}", no, secret).ptr;
	CHECK_INT(act(-1, "complaint.urge", urge), OK);
	check_refused(-1, "complaint.urge", urge, "complaint.urged-today");
	/* answered, the call-back answered by the complainant */
	REQUIRE(answer(department, "upheld"));
	CHECK_STR(at(follow(secret), "status"), "answered");
	check_refused(-1, "complaint.respond", arena_printf(&k.a, "{\"case_no\":\"%s\",\"secret\":\"%s\",\"satisfied\":false}", no, secret).ptr, "complaint.choice");
	REQUIRE(act(-1, "complaint.respond", arena_printf(&k.a, "{\"case_no\":\"%s\",\"secret\":\"%s\",\"satisfied\":false,\"reason\":\"not-done\"}", no, secret).ptr) == OK);
	CHECK(json_bool(json_get(k.r.data, "reopened"), false));
	CHECK_STR(at(follow(secret), "status"), "handling");
	check_refused(-1, "complaint.respond", arena_printf(&k.a, "{\"case_no\":\"%s\",\"secret\":\"%s\",\"satisfied\":true}", no, secret).ptr, "complaint.not-called");
	end();
}

/* ---- answers, and the proof ---- */

static int64_t totals(const char *key)
{
	return json_i64(json_path(kernel_view(&k, supervisor, "complaint.report", "{\"from\":\"2025-03-01\",\"to\":\"2025-03-31\"}"), arena_printf(&k.a, "totals.%s", key).ptr), -1);
}

TEST(each_complaint_ends_with_an_answer_and_the_report_proves_it)
{
	REQUIRE(begin());
	REQUIRE(submit(citizen, "\"about\":\"matter\",\"organ\":\"O4\"") && answer(department, "upheld") && complete(desk, "call_back", "satisfied", "{}"));
	REQUIRE(submit(citizen, "\"about\":\"matter\",\"organ\":\"O4\"") && complete(desk, "acceptance", "reject", "{\"reasons\":\"重复\"}"));
	REQUIRE(submit(citizen, "\"about\":\"matter\",\"organ\":\"O4\"") && act(citizen, "case.withdraw", arena_printf(&k.a, "{\"case_no\":\"%s\",\"reason\":\"解决了\"}", no).ptr) == OK);
	REQUIRE(submit(citizen, "\"about\":\"matter\",\"organ\":\"O4\""));
	CHECK_INT(totals("received"), 4);
	CHECK_INT(totals("answered"), 2);
	CHECK_INT(totals("withdrawn"), 1);
	CHECK_INT(totals("open"), 1);
	CHECK_INT(totals("without"), 0);
	CHECK_INT(totals("upheld"), 1);
	const struct json *v = kernel_view(&k, supervisor, "complaint.report", "{}"), *rows = json_get(v, "rows");
	CHECK(json_bool(json_get(v, "all_answered"), false));
	CHECK_STR(at(item_at(rows, 0), "outcome"), "answered");
	CHECK_STR(at(item_at(rows, 0), "answer"), "已办");
	CHECK(json_i64(json_get(item_at(rows, 0), "entry"), 0) > 0);
	CHECK_STR(at(item_at(rows, 1), "answer"), "重复");
	CHECK_STR(at(item_at(rows, 2), "outcome"), "withdrawn");
	CHECK_STR(at(item_at(rows, 3), "outcome"), "open");
	CHECK_STR(at(item_at(rows, 3), "holder"), "台小姐");
	/* an administrator who ends one leaves it without an answer: the report says so */
	CHECK_INT(act(0, "case.cancel", arena_printf(&k.a, "{\"case_no\":\"%s\",\"reason\":\"测试\"}", no).ptr), OK);
	CHECK_INT(totals("received"), 4);
	CHECK_INT(totals("open"), 0);
	CHECK_INT(totals("withdrawn"), 1);
	CHECK_INT(totals("without"), 1);
	CHECK(!json_bool(json_get(kernel_view(&k, supervisor, "complaint.report", "{}"), "all_answered"), true));
	end();
}

TEST(what_was_upheld_is_told_to_supervision)
{
	REQUIRE(begin());
	REQUIRE(submit(citizen, "\"about\":\"organ\",\"organ\":\"O1\"") && answer(above, "partly"));
	CHECK(ledger_says("complaint.upheld"));
	end();
}

TEST(what_was_not_upheld_is_not)
{
	REQUIRE(begin());
	REQUIRE(submit(citizen, "\"about\":\"organ\",\"organ\":\"O1\"") && answer(above, "not-upheld"));
	CHECK(!ledger_says("complaint.upheld"));
	end();
}

TEST(what_the_telephone_brought_says_who_typed_it)
{
	REQUIRE(begin());
	REQUIRE(submit(desk, "\"received_by\":\"phone\",\"name\":\"孙大爷\",\"phone\":\"13900001111\",\"about\":\"matter\",\"organ\":\"O4\""));
	CHECK_STR(at(look(desk, "complaint"), "typed_by.login"), "desk");
	CHECK_STR(at(look(desk, "complaint"), "received_by"), "phone");
	/* the next call of the same person is found */
	CHECK_INT(json_get(kernel_view(&k, desk, "complaint.similar", "{\"name\":\"孙大爷\"}"), "rows")->count, 1);
	CHECK_INT(json_get(kernel_view(&k, desk, "complaint.similar", "{\"phone\":\"13900001111\"}"), "rows")->count, 1);
	CHECK_INT(json_get(kernel_view(&k, desk, "complaint.similar", "{\"name\":\"孙大娘\"}"), "rows")->count, 0);
	/* answered together with the first: only once the first has its answer */
	char first[32];
	snprintf(first, sizeof first, "%s", no);
	REQUIRE(submit(desk, "\"received_by\":\"letter\",\"name\":\"孙大爷\",\"address\":\"望江区\",\"about\":\"matter\",\"organ\":\"O4\""));
	const char *same = arena_printf(&k.a, "{\"step\":%lld,\"action\":\"duplicate\",\"form\":{\"earlier\":\"%s\"}}", (long long)open_step("acceptance"), first).ptr;
	check_refused(desk, "step.complete", same, "complaint.earlier-open");
	char second[32];
	snprintf(second, sizeof second, "%s", no);
	snprintf(no, sizeof no, "%s", first);
	REQUIRE(answer(department, "upheld"));
	snprintf(no, sizeof no, "%s", second);
	CHECK_INT(act(desk, "step.complete", same), OK);
	CHECK_STR(at(item_at(json_get(look(desk, "complaint"), "answers"), 0), "text"), "已办");
	end();
}

TEST_MAIN
