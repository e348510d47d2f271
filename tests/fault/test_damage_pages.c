/* test_damage_pages.c - what people read in a browser, and programs over the API, where a page of the file is damaged. */
#include "http/password.h"
#include "tests/damage.h"
#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"
#include "tests/unit/http/client.h"
#include "web/rooms.h"
#include "web/web.h"

enum { CASES = 60 };

static struct kernel k;
static struct web *web;
static struct casework_options open_options;
static struct damage damage;
static char path[160], cookie[200], numbers[CASES][40];

static bool make_office(void)
{
	static char hash[HTTP_PASSWORD_HASH_MAX];
	char json[HTTP_PASSWORD_HASH_MAX + 100], key[16];
	memset(&k, 0, sizeof k);
	open_options = (struct casework_options){ .clock = &k.clock, .entropy = &k.entropy, .data_dir = PROJECT_ROOT, .fast = true };
	WEB_ROOMS_INTO(open_options);
	k.rooms = open_options.rooms;
	k.rooms_count = open_options.rooms_count;
	snprintf(path, sizeof path, "%s/office.db", test_folder("pages"));
	if (!kernel_begin(&k, path) || http_password_hash(S("only-for-this-test"), true, hash) != OK)
		return false;
	snprintf(json, sizeof json, "{\"login\":\"wang\",\"name\":\"王审查\",\"staff\":true,\"password_hash\":\"%s\"}", hash);
	if (kernel_do(&k, 0, "", "person.put", json) != OK)
		return false;
	int64_t citizen = kernel_citizen(&k, "zhang");
	for (int i = 0; i < CASES; i++) {
		snprintf(key, sizeof key, "k%d", i);
		struct str no = kernel_submit(&k, citizen, key);
		if (!no.ptr)
			return false;
		snprintf(numbers[i], sizeof numbers[i], "%.*s", STR_ARG(no));
	}
	casework_close(k.cw);
	k.cw = NULL;
	return true;
}

static bool serve(void)
{
	struct diag d;
	diag_init(&d);
	if (casework_open(k.path, &open_options, &k.cw, &d) != OK)
		return false;
	struct web_options o = { .casework = k.cw, .pages_dir = PAGES_DIR, .clock = &k.clock, .fast_passwords = true };
	return web_start(&o, &web, &d) == OK;
}

static const struct asked { const char *name, *to, *language; int status; bool api; const char *says, *says_not; } asked[] = {
	{ "the worklist", "/staff?scope=mine", "zh-CN", 200, false, "条无法读取，未在下面列出", "部分数据无法读取" },
	{ "the worklist in English", "/staff?scope=mine", "en", 200, false, "some of what belongs here cannot be read", "Part of the data cannot be read" },
	{ "the worklist of the API", "/api/v1/worklist?limit=200", "en", 200, true, "\"unreadable\":", "system.damaged" },
	{ "a damaged case", "/staff/cases/{}", "zh-CN", 500, false, "部分数据无法读取", "稍后再试" },
	{ "a damaged case in English", "/staff/cases/{}", "en", 500, false, "Part of the data cannot be read", "Please try again later" },
	{ "a damaged case of the API", "/api/v1/cases/{}", "en", 500, true, "\"code\":\"system.damaged\"", "\"case_no\"" },
	{ "the home page", "/", "zh-CN", 200, false, "bj-figures", "部分数据无法读取" },
	{ "a figure that it cannot tell", "/", "zh-CN", 200, false, "无法得出的数字以“–”表示", "部分数据无法读取" },
	{ "what needs none of it", "/items", "zh-CN", 200, false, "bj-results", "损坏" },
	{ "the worklist as a file", "/staff?scope=mine&format=csv", "zh-CN", 200, false, "本表可能缺少若干行", "部分数据无法读取" },
	{ "a search among what is damaged", "/api/v1/worklist?q=x", "en", 500, true, "\"code\":\"system.damaged\"", "\"rows\"" },
};

static void ask(const struct asked *q, const char *case_no)
{
	char to[160], headers[400];
	const char *hole = strstr(q->to, "{}");
	snprintf(to, sizeof to, "%.*s%s", hole ? (int)(hole - q->to) : (int)strlen(q->to), q->to, hole ? case_no : "");
	snprintf(headers, sizeof headers, "%sAccept-Language: %s\r\nAccept: %s\r\n", cookie, q->language, q->api ? "application/json" : "text/html");
	struct answer a = client_ask(web_port(web), "GET", to, headers, S(""));
	CHECK_INT(a.status, q->status);
	CHECK(str_find(a.body, str_of(q->says)) >= 0);
	CHECK(str_find(a.body, str_of(q->says_not)) < 0);
	if (q->status == 500 && q->api)
		CHECK_STR(client_header(&a, "Content-Type"), "application/problem+json");
	answer_free(&a);
}

TEST(who_meets_what_is_damaged_is_told_so_in_words_and_all_else_works)
{
	struct asked whole = { "another case", "/staff/cases/{}", "zh-CN", 200, false, "张三", "无法读取" };
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office());
	CHECK(damage_leaf(&damage, path, "case_open", 1) > 1);
	/* the first case on the page stands behind those on the page before it */
	int64_t before = test_sql(path, "SELECT ncell FROM dbstat WHERE name='case_open' AND pagetype='leaf' ORDER BY path LIMIT 1");
	REQUIRE(before > 0 && before < CASES - 1 && serve() && client_log_in(web_port(web), "wang", "only-for-this-test", cookie, sizeof cookie));
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		ROW(asked[i].name);
		ask(&asked[i], numbers[before]);
	}
	ROW(whole.name);
	ask(&whole, numbers[0]);
	ROW(NULL);
	web_stop(web);
	kernel_end(&k);
}

TEST_MAIN
