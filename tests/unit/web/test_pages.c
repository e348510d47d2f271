/* test_pages.c - the citizens' pages and the engineer's over a casework that answers from fixture.json: what is shown, what is sent. */
#include "http/http.h"
#include "tests/test.h"
#include "tests/unit/http/client.h"
#include "stub_casework.h"
#include "web/web.h"

static struct casework stub;
static struct web *server;

static bool ready(void)
{
	static struct os_clock clock;
	struct diag d;
	if (server)
		return true;
	diag_init(&d);
	stub_open(&stub, PROJECT_ROOT "/tests/unit/web/fixture.json");
	os_clock_virtual(&clock, casework_now_ms(&stub));
	struct web_options o = { .casework = &stub, .pages_dir = PAGES_DIR, .fast_passwords = true, .clock = &clock };
	if (web_start(&o, &server, &d) != OK)
		printf("%s: %s %s\n", d.code, d.text, d.place);
	return server != NULL;
}

#define SITE "Origin: http://banjie.test\r\n"
#define FORM SITE "Content-Type: application/x-www-form-urlencoded\r\n"
#define CASE_NO "511100-2025-000123"

static struct answer get(const char *path, const char *headers)
{
	return client_ask(web_port(server), "GET", path, headers, S(""));
}

static struct answer post(const char *path, const char *headers, const char *body)
{
	return client_ask(web_port(server), "POST", path, headers, str_of(body));
}

static bool has(const struct answer *a, const char *text)
{
	return str_find(a->body, str_of(text)) >= 0;
}

static bool sent(const char *text)
{
	return strstr(stub.data, text) != NULL;
}

/* Logs somebody in; headers with his cookie and CSRF token for later requests. */
static const char *logged_in(const char *login)
{
	static char headers[1024];
	struct answer a = post("/login", FORM, arena_printf(&stub.arena, "login=%s&password=banjie-demo-2025&next=/my/cases", login).ptr);
	struct str cookie = client_header(&a, "Set-Cookie"), value = str_cut(&cookie, ';');
	snprintf(headers, sizeof headers, "Cookie: %.*s\r\n", STR_ARG(value));
	CHECK_INT(a.status, 303);
	CHECK_STR(client_header(&a, "Location"), "/my/cases");
	answer_free(&a);
	a = get("/my/cases", headers);
	struct str rest = a.body;
	ptrdiff_t at = str_find(rest, S("name=\"csrf\" value=\""));
	CHECK(at > 0);
	rest = str_sub(rest, (size_t)(at < 0 ? 0 : at) + 19, rest.len);
	struct str token = str_cut(&rest, '"');
	snprintf(headers + strlen(headers), sizeof headers - strlen(headers), "X-CSRF-Token: %.*s\r\n" FORM, STR_ARG(token));
	answer_free(&a);
	return headers;
}

static const char *citizen(void) { return logged_in("citizen"); }

/* ---- what is shown ---- */

static const struct { const char *path, *zh, *en; } pages[] = {
	{ "/", "您想办什么事？", "What do you want to get done?" },
	{ "/items?q=%E9%A3%9F%E5%93%81", "食品经营许可", "Food business licence" },
	{ "/items/1151100000131003", "设定依据", "Legal basis" },
	{ "/login", "演示账号", "Demonstration accounts" },
	{ "/register", "注册账号", "Register" },
	{ "/track", "查询码", "Secret" },
	{ "/calendar?year=2025", "调休上班", "Make-up day" },
	{ "/help", "办事帮助", "Help" },
	{ "/accessibility", "无障碍说明", "Accessibility" },
};

TEST(the_city_is_called_as_it_was_set_last)
{
	static const struct { const char *name, *city, *event, *shown; } rows[] = {
		{ "as it is called when the first page is asked for", "云陵市", NULL, "云陵市" },
		{ "asked for once: nothing was set since", "云溪市", NULL, "云陵市" },
		{ "something else came", "云溪市", "case.received", "云陵市" },
		{ "another name was set", "云溪市", "setting.put", "云溪市" },
		{ "and taken away", NULL, "setting.put", NULL },
		{ "and a longer one set", "云溪市云陵区", "setting.put", "云溪市云陵区" },
	};
	REQUIRE(ready());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		stub.city = rows[i].city;
		if (rows[i].event)
			stub_event(&stub, rows[i].event);
		struct answer a = get("/", "");
		CHECK_INT(a.status, 200);
		CHECK_INT(has(&a, "bj-header__place"), rows[i].shown != NULL);
		if (rows[i].shown)
			CHECK_HAS(a.body, arena_printf(&stub.arena, "bj-header__place\">%s<", rows[i].shown).ptr);
		answer_free(&a);
	}
	ROW(NULL);
}

TEST(public_pages_speak_both_languages)
{
	REQUIRE(ready());
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		ROW(pages[i].path);
		struct answer a = get(pages[i].path, "Accept-Language: zh-CN\r\n");
		CHECK_INT(a.status, 200);
		CHECK(has(&a, pages[i].zh) && has(&a, "lang=\"zh-CN\"") && !has(&a, "{{"));
		answer_free(&a);
		a = get(pages[i].path, "Accept-Language: en\r\n");
		CHECK(has(&a, pages[i].en) && has(&a, "lang=\"en\"") && !has(&a, "{{"));
		answer_free(&a);
	}
	ROW(NULL);
}

static const char *const own_pages[] = {
	"/my/cases", "/my/messages", "/apply/1151100000131003", "/drafts/5", "/drafts/5/applicant", "/drafts/5/form", "/drafts/5/materials",
	"/drafts/5/commitment", "/drafts/5/check",
};

TEST(own_pages_ask_a_visitor_to_log_in_and_come_back)
{
	REQUIRE(ready());
	const char *headers = citizen();
	for (size_t i = 0; i < sizeof own_pages / sizeof *own_pages; i++) {
		char next[256];
		ROW(own_pages[i]);
		struct answer a = get(own_pages[i], "");
		CHECK_INT(a.status, 303);
		snprintf(next, sizeof next, "/login?next=%s", own_pages[i]);
		CHECK_STR(client_header(&a, "Location"), next);
		answer_free(&a);
		a = get(own_pages[i], headers);
		CHECK_INT(a.status, 200);
		answer_free(&a);
	}
	ROW(NULL);
}

TEST(login_goes_nowhere_else)
{
	REQUIRE(ready());
	static const char *const bad[] = { "//evil.test", "https://evil.test", "/\\evil.test", "evil" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char body[256];
		ROW(bad[i]);
		snprintf(body, sizeof body, "login=citizen&password=banjie-demo-2025&next=%s", bad[i]);
		struct answer a = post("/login", FORM, body);
		CHECK_STR(client_header(&a, "Location"), "/");
		answer_free(&a);
	}
	ROW(NULL);
}

TEST(the_clock_is_explained_day_by_day)
{
	REQUIRE(ready());
	struct answer a = get("/cases/" CASE_NO, citizen());
	CHECK_INT(a.status, 200);
	CHECK(has(&a, "国庆节、中秋节放假") && has(&a, "调休上班") && has(&a, "bj-days__counted"));
	CHECK(has(&a, "经营场所平面图") && has(&a, "/steps/2"));
	answer_free(&a);
}

TEST(without_number_and_secret_a_case_is_not_shown)
{
	REQUIRE(ready());
	struct answer a = get("/cases/" CASE_NO, "");
	CHECK_INT(a.status, 303);
	answer_free(&a);
	a = post("/track", FORM, "case_no=" CASE_NO "&secret=WRONG");
	CHECK_INT(a.status, 422);
	CHECK(str_empty(client_header(&a, "Set-Cookie")));
	answer_free(&a);
	a = post("/track", FORM, "case_no=" CASE_NO "&secret=K7QF-92MX");
	CHECK_INT(a.status, 303);
	struct str cookie = client_header(&a, "Set-Cookie"), value = str_cut(&cookie, ';');
	char headers[512];
	snprintf(headers, sizeof headers, "Cookie: %.*s\r\n", STR_ARG(value));
	answer_free(&a);
	a = get("/cases/" CASE_NO, headers);
	CHECK_INT(a.status, 200);
	answer_free(&a);
	a = get("/cases/511100-2025-000125", headers);
	CHECK_INT(a.status, 303);
	answer_free(&a);
}

/* ---- what is sent ---- */

TEST(a_form_without_its_token_is_refused)
{
	REQUIRE(ready());
	char cookie[256];
	const char *headers = citizen();
	snprintf(cookie, sizeof cookie, "%.*s\r\n%s", (int)strcspn(headers, "\r"), headers, FORM);
	struct answer a = post("/drafts/5/delete", cookie, "");
	CHECK_INT(a.status, 403);
	answer_free(&a);
}

/* What was typed is on the page, to be sent again with the session's token; but no secret, and nothing of a form from elsewhere. */
TEST(a_form_of_another_session_or_of_none_loses_nothing_that_was_typed)
{
	static const char typed[] = "name=%E7%8E%8B%22%3E&note=a%0D%0Ab&password=geheim&csrf=old";
	REQUIRE(ready());
	char with_session[256], elsewhere[300];
	const char *headers = citizen();
	snprintf(with_session, sizeof with_session, "%.*s\r\n%s", (int)strcspn(headers, "\r"), headers, FORM);
	const struct { const char *headers; bool signed_in; } rows[] = { { with_session, true }, { FORM, false } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct answer a = post("/drafts/5/applicant", rows[i].headers, typed);
		CHECK_INT(a.status, 403);
		CHECK(has(&a, "name=\"name\" value=\"王&quot;&gt;\"") && has(&a, "action=\"/drafts/5/applicant\""));
		CHECK(!has(&a, "geheim") && !has(&a, "value=\"old\"") && has(&a, "密码等保密内容不会保留"));
		CHECK_INT(has(&a, "target=\"_blank\""), !rows[i].signed_in);
		answer_free(&a);
	}
	snprintf(elsewhere, sizeof elsewhere, "%s\r\nSec-Fetch-Site: cross-site", FORM);
	struct answer a = post("/drafts/5/applicant", elsewhere, typed);
	CHECK_INT(a.status, 303);
	CHECK(!has(&a, "王"));
	answer_free(&a);
}

TEST(the_applicant_part_keeps_what_was_typed_and_saves_it_clean)
{
	REQUIRE(ready());
	const char *headers = citizen();
	struct answer a = post("/drafts/5/applicant", headers, "kind=1&name=%E7%8E%8B%E5%B0%8F%E6%98%8E&id_type=111&id_no=123&phone=13800138000");
	CHECK_INT(a.status, 422);
	CHECK(has(&a, "value=\"123\"") && has(&a, "id-no-error") == false && has(&a, "id_no-error") && has(&a, "govuk-error-summary"));
	answer_free(&a);
	// full-width digits, blanks
	a = post("/drafts/5/applicant", headers, "kind=1&name=%20%E7%8E%8B%E5%B0%8F%E6%98%8E&id_type=111&id_no=110105%2019491231002X"
	         "&phone=%EF%BC%91380013%208000&address=");
	CHECK_INT(a.status, 303);
	CHECK_STR(str_of(stub.command), "draft.save");
	CHECK(sent("\"id_no\":\"11010519491231002X\"") && sent("\"phone\":\"13800138000\"") && sent("\"name\":\"王小明\""));
	CHECK(sent("\"documents\":[{") && stub.person == 7); // the rest of the draft stays
	answer_free(&a);
}

TEST(a_half_filled_part_is_kept_for_later)
{
	REQUIRE(ready());
	struct answer a = post("/drafts/5/form", citizen(), "business_name=%E6%9C%9B%E6%B1%9F&later=1");
	CHECK_INT(a.status, 303);
	CHECK_STR(client_header(&a, "Location"), "/my/cases");
	CHECK(sent("\"business_name\":\"望江\""));
	answer_free(&a);
}

#define PART "--x\r\nContent-Disposition: form-data; name=\"material\"\r\n\r\nplan\r\n--x\r\n" \
	"Content-Disposition: form-data; name=\"file\"; filename=\"plan.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"

TEST(a_file_is_judged_by_its_content)
{
	REQUIRE(ready());
	char headers[1024];
	snprintf(headers, sizeof headers, "%.*sContent-Type: multipart/form-data; boundary=x\r\n", (int)(strstr(citizen(), "Content-Type") - citizen()), citizen());
	stub.command[0] = 0;
	struct answer a = post("/drafts/5/materials", headers, PART "just words\r\n--x--\r\n");
	CHECK_INT(a.status, 422);
	CHECK_STR(str_of(stub.command), "");
	CHECK(has(&a, "file-plan-error"));
	answer_free(&a);
	a = post("/drafts/5/materials", headers, PART "%PDF-1.4\nx\r\n--x--\r\n");
	CHECK_INT(a.status, 303);
	CHECK(sent("{\"document\":21,\"material\":\"plan\",\"name\":\"plan.pdf\",\"size\":10}"));
	answer_free(&a);
}

TEST(a_refused_command_is_told_in_words)
{
	REQUIRE(ready());
	const char *headers = citizen();
	stub.refuse = ERR_CONFLICT;
	stub.refuse_code = "case.decided";
	struct answer a = post("/cases/" CASE_NO "/withdraw", headers, "reason=x");
	CHECK_INT(a.status, 409);
	CHECK(has(&a, "已作出决定，不能再撤回"));
	answer_free(&a);
	a = post("/cases/" CASE_NO "/withdraw", headers, "reason=");
	CHECK_INT(a.status, 422);
	answer_free(&a);
}

TEST(a_rating_is_one_of_five)
{
	REQUIRE(ready());
	const char *headers = citizen();
	static const char *const bad[] = { "", "grade=0", "grade=6", "grade=11", "grade=x" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ROW(bad[i]);
		struct answer a = post("/cases/" CASE_NO "/rate", headers, bad[i]);
		CHECK_INT(a.status, 422);
		answer_free(&a);
	}
	ROW(NULL);
	struct answer a = post("/cases/" CASE_NO "/rate", headers, "grade=2&text=%E5%A5%BD");
	CHECK_INT(a.status, 303);
	CHECK(sent("\"grade\":2") && sent("\"text\":\"好\""));
	answer_free(&a);
}

/* ---- the engineer ---- */

TEST(the_state_of_the_system_names_what_needs_somebody)
{
	static const struct { const char *name; struct casework_health health; const char *says, *too; } rows[] = {
		{ "all is well", { .disk_free = 5000000000, .open_cases = 7 }, "一切正常", "5.0 GB" },
		{ "no room", { .disk_free = 1000 }, "id=\"check-disk\"", "存储空间不足" },
		{ "the disk takes nothing", { .disk_free = -1, .refuses = true }, "id=\"check-writer\"", "目前无法得知" },
		{ "a limit is late", { .late_ms = 60000, .timers_late = 3 }, "id=\"check-limits\"", ">3<" },
		{ "the clock is in doubt", { .time_held = true }, "id=\"check-clock\"", "期限暂停处理" },
		{ "notices were passed over", { .passed_notices = 1 }, "id=\"check-record\"", "有记录读不出来" },
		{ "figures cannot be read", { .open_cases = -1, .timers_late = -1, .late_ms = -1, .damaged = true }, "id=\"check-damage\"", "目前无法得知" },
	};
	REQUIRE(ready());
	const char *headers = logged_in("admin");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		stub.health = rows[i].health;
		struct answer a = get("/office/state", headers);
		CHECK_INT(a.status, 200);
		CHECK_HAS(a.body, rows[i].says);
		CHECK_HAS(a.body, rows[i].too);
		CHECK_INT(has(&a, "一切正常"), i == 0);
		answer_free(&a);
	}
	ROW(NULL);
	stub.health = (struct casework_health){ .entries = 0 };
}

#define OPERATIONS "/office/operations"
#define CASE_FIELD "case_no=" CASE_NO "&"

TEST(a_paper_is_issued_anew_with_a_reason_and_a_refusal_loses_no_word)
{
	REQUIRE(ready());
	const char *headers = logged_in("admin");
	struct answer a = get(OPERATIONS "?case_no=" CASE_NO, headers);
	CHECK_INT(a.status, 200);
	CHECK(has(&a, "许可证") && has(&a, "n is null") && has(&a, "id=\"reason-reissue-22\"") && has(&a, "id=\"reason-retry-5\"") && has(&a, "id=\"reason-migrate-0\"") &&
	      has(&a, "id=\"reason-cancel-0\"") && !has(&a, "<details class=\"govuk-details govuk-!-margin-bottom-0\" open>"));
	answer_free(&a);
	stub.refuse = ERR_CONFLICT;
	stub.refuse_code = "paper.erased";
	a = post(OPERATIONS, headers, CASE_FIELD "deed=reissue&document=22&reason=number+is+missing");
	CHECK_INT(a.status, 422);
	CHECK_STR(str_of(stub.command), "paper.reissue");
	CHECK(sent("\"document\":22") && sent("\"reason\":\"number is missing\"") && sent("\"case_no\":\"" CASE_NO "\""));
	CHECK(has(&a, "href=\"#reason-reissue-22\"") && has(&a, "id=\"reason-reissue-22-error\"") && !has(&a, "id=\"reason-reissue-21-error\""));
	CHECK(has(&a, "已被删除") && has(&a, "number is missing</textarea>"));
	ptrdiff_t typed = str_find(a.body, S("number is missing")), own = str_find(a.body, S("id=\"reason-reissue-22\""));
	CHECK(typed > own && str_find(str_sub(a.body, (size_t)typed + 1, a.body.len), S("number is missing")) < 0);
	answer_free(&a);
	a = post(OPERATIONS, headers, CASE_FIELD "deed=reissue&document=22&reason=x");
	CHECK_INT(a.status, 303);
	CHECK_STR(client_header(&a, "Location"), OPERATIONS "?case_no=" CASE_NO);
	answer_free(&a);
	a = post(OPERATIONS, headers, CASE_FIELD "deed=retry&incident=5&reason=x");
	CHECK_INT(a.status, 303);
	CHECK(sent("\"incident\":5") && !sent("document"));
	CHECK_HAS(client_header(&a, "Set-Cookie"), "banjie_flash"); /* stuck still: no success */
	char cookie[2200];
	struct str flash = client_header(&a, "Set-Cookie"), value = str_cut(&flash, ';');
	snprintf(cookie, sizeof cookie, "%.*s; %.*s\r\n", (int)strcspn(headers, "\r"), headers, STR_ARG(value));
	struct answer told = get(OPERATIONS, cookie);
	CHECK(has(&told, "仍然卡住") && !has(&told, "已再试一次。"));
	answer_free(&told);
	answer_free(&a);
}

TEST(what_is_there_no_more_is_said_so)
{
	static const struct { const char *name, *body; const char *says; int status; } rows[] = {
		{ "the paper", CASE_FIELD "deed=reissue&document=99&reason=x", "本办件中没有此编号的文书", 422 },
		{ "the case", "case_no=4711&deed=cancel&reason=x", "没有这个编号的办件", 422 },
		{ "no such act", CASE_FIELD "deed=burn&reason=x", "", 404 },
	};
	REQUIRE(ready());
	const char *headers = logged_in("admin");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		stub.refuse = ERR_NOT_FOUND;
		stub.refuse_code = "paper.unknown";
		struct answer a = post(OPERATIONS, headers, rows[i].body);
		CHECK_INT(a.status, rows[i].status);
		CHECK_HAS(a.body, rows[i].says);
		answer_free(&a);
	}
	ROW(NULL);
	stub.refuse = OK;
	struct answer a = get(OPERATIONS "?case_no=4711", headers);
	CHECK_INT(a.status, 422);
	CHECK(has(&a, "没有这个编号的办件") && has(&a, "value=\"4711\"") && !has(&a, "deed"));
	answer_free(&a);
	a = get(OPERATIONS, headers);
	CHECK_INT(a.status, 200);
	CHECK(!has(&a, "govuk-error-summary") && !has(&a, "deed"));
	answer_free(&a);
}

TEST(papers_without_their_number_are_listed_with_a_form_each)
{
	REQUIRE(ready());
	const char *headers = logged_in("admin");
	struct answer a = get("/office/papers?lang=en", headers);
	CHECK_INT(a.status, 200);
	CHECK(has(&a, "JY1") && has(&a, ">Licence<") && has(&a, "id=\"reason-reissue-21\"") && has(&a, "There are more"));
	answer_free(&a);
	a = post(OPERATIONS, headers, CASE_FIELD "deed=reissue&document=21&reason=x&back=papers");
	CHECK_STR(client_header(&a, "Location"), "/office/papers");
	answer_free(&a);
	a = get("/office/papers", citizen());
	CHECK_INT(a.status, 403);
	answer_free(&a);
}

/* ---- what holds for every template ---- */

/* A list that is empty may be one that cannot be read: each template asks which it is before it says that there is nothing. */
TEST(no_page_says_that_there_is_nothing_before_it_knows)
{
	static const char *const known[] = { "lost", "none_readable", "_unknown" };
	static const char *const whole[] = { "office/operations", "office/papers" }; /* shown whole or not at all */
	struct arena a;
	struct str *rooms, *names, text;
	size_t rooms_count, count, empties = 0;
	arena_init(&a, 16 << 20);
	REQUIRE(os_dir_list(&a, PROJECT_ROOT "/web/templates", &rooms, &rooms_count, NULL) == OK);
	for (size_t r = 0; r < rooms_count; r++) {
		const char *room = arena_printf(&a, PROJECT_ROOT "/web/templates/%.*s", STR_ARG(rooms[r])).ptr;
		if (str_ends(rooms[r], S(".mustache")) || os_dir_list(&a, room, &names, &count, NULL) != OK)
			continue;
		for (size_t i = 0; i < count; i++) {
			const char *name = arena_printf(&a, "%.*s/%.*s", STR_ARG(rooms[r]), STR_ARG(names[i])).ptr;
			bool skipped = false;
			for (size_t w = 0; w < sizeof whole / sizeof *whole; w++)
				skipped = skipped || str_starts(str_of(name), str_of(whole[w]));
			REQUIRE(os_file_read(&a, arena_printf(&a, PROJECT_ROOT "/web/templates/%s", name).ptr, 1 << 20, &text, NULL) == OK);
			while (text.len && !skipped) {
				struct str line = str_cut(&text, '\n');
				ptrdiff_t at = str_find(line, S("{{^has_")), box = at < 0 ? -1 : str_find(str_sub(line, (size_t)at, line.len), S("bj-empty"));
				bool asks = box < 0;
				for (size_t n = 0; n < sizeof known / sizeof *known; n++)
					asks = asks || str_find(line, str_of(known[n])) >= 0;
				empties += box >= 0;
				ROW(name);
				CHECK(asks);
			}
		}
	}
	ROW(NULL);
	CHECK(empties > 50);
	arena_release(&a);
}

TEST(every_route_names_who_may)
{
	const struct http_route *routes;
	size_t n = web_routes_citizen(&routes);
	CHECK(n > 40);
	for (size_t i = 0; i < n; i++) {
		ROW(routes[i].name);
		CHECK(routes[i].access != 0);
		CHECK(routes[i].handler != NULL);
	}
	ROW(NULL);
}

TEST_MAIN
