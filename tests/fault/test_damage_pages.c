/* test_damage_pages.c - what people read in a browser, and programs over the API, where a page of the file is damaged. */
#include "http/password.h"
#include "tests/damage.h"
#include "tests/fault/disk.h"
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
static char path[160], cookie[200], citizen_cookie[200], numbers[CASES][40];

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
	snprintf(json, sizeof json, "{\"login\":\"zhang\",\"name\":\"张三\",\"password_hash\":\"%s\"}", hash);
	if (kernel_do(&k, 0, "", "person.put", json) != OK)
		return false;
	for (int i = 0; i < CASES; i++) {
		snprintf(key, sizeof key, "k%d", i);
		struct str no = kernel_submit(&k, citizen, key);
		if (!no.ptr)
			return false;
		snprintf(numbers[i], sizeof numbers[i], "%.*s", STR_ARG(no));
	}
	casework_close(k.cw);
	k.cw = NULL;
	return test_sql(path, "INSERT INTO notice(id, person, case_id, at_ms, title, title_en, text, text_en) SELECT 1000000+o.id, c.person, o.id, 1, '已受理', 'Accepted', '', ''"
	                      " FROM case_open o JOIN case_person c ON c.id=o.id") == CASES;
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

/* Of a citizen; a hole in the address is the key of a damaged case. */
static const struct asked asked_by_citizen[] = {
	{ "messages", "/my/messages?limit=200", "zh-CN", 200, false, "所涉办件目前无法读取", "部分数据无法读取" },
	{ "messages in English", "/my/messages?limit=200", "en", 200, false, "the case it is about cannot be read at present", "Part of the data cannot be read" },
	{ "messages of the API", "/api/v1/notices?limit=200", "en", 200, true, "\"case_no_unknown\":true", "system.damaged" },
	{ "a page of which no case can be read", "/my/cases?limit=1&cursor={}.{}", "zh-CN", 200, false, "本页没有可以显示的内容", "您还没有提交过申请" },
	{ "the way behind it", "/my/cases?limit=1&cursor={}.{}", "en", 200, false, "rel=\"next\"", "Part of the data cannot be read" },
	{ "such a page of the API", "/api/v1/my/cases?limit=1&cursor={}.{}", "en", 200, true, "\"rows\":[],\"next\":\"", "system.damaged" },
};

/* On the page of steps. */
static const struct asked asked_of_steps[] = {
	{ "cases", "/staff/cases?limit=200", "zh-CN", 200, false, "环节：无法读取", "部分数据无法读取" },
	{ "cases in English", "/staff/cases?limit=200", "en", 200, false, "step: cannot be read", "Part of the data cannot be read" },
	{ "what the page says of it", "/staff/cases?limit=200", "zh-CN", 200, false, "本页可能缺少一些内容", "条无法读取，未在下面列出" },
	{ "cases of the API", "/api/v1/cases?limit=200", "en", 200, true, "\"step_unknown\":true", "system.damaged" },
	{ "cases as a file", "/staff/cases?format=csv", "zh-CN", 200, false, "本表可能缺少若干行或其中的若干内容", "部分数据无法读取" },
};

/* On the page of messages; a hole in the address is a message on it. */
static const struct asked asked_of_messages[] = {
	{ "messages", "/my/messages?limit=200", "zh-CN", 200, false, "条无法读取，未在下面列出", "部分数据无法读取" },
	{ "messages in English", "/my/messages?limit=200", "en", 200, false, "some of what belongs here cannot be read", "Part of the data cannot be read" },
	{ "the others", "/my/messages?limit=200", "zh-CN", 200, false, "已受理", "部分数据无法读取" },
	{ "messages of the API", "/api/v1/notices?limit=200", "en", 200, true, "\"unreadable\":", "system.damaged" },
	{ "a page of which no message can be read", "/my/messages?limit=1&cursor={}", "zh-CN", 200, false, "本页没有可以显示的内容", "没有消息" },
	{ "how many wait, on every page", "/items", "zh-CN", 200, false, "未读</span>60</span>", "部分数据无法读取" },
};

/* On the page of what was read. */
static const struct asked asked_of_reading[] = {
	{ "messages", "/my/messages?limit=200", "zh-CN", 200, false, "是否已读目前无法得知", "部分数据无法读取" },
	{ "messages in English", "/my/messages?limit=200", "en", 200, false, "whether it was read cannot be told at present", "Part of the data cannot be read" },
	{ "messages of the API", "/api/v1/notices?limit=200", "en", 200, true, "\"read_unknown\":true", "system.damaged" },
	{ "how many wait, on every page", "/items", "zh-CN", 200, false, "</span>–</span>", "部分数据无法读取" },
	{ "who I am", "/api/v1/me", "en", 200, true, "\"unread_unknown\":true", "system.damaged" },
};

/* On a page of promises, of which there are others. */
static const struct asked asked_of_promises[] = {
	{ "promises", "/promises?limit=200", "zh-CN", 200, false, "数字和合计未计入无法读取的部分，可能不完整", "部分数据无法读取" },
	{ "promises in English", "/promises?limit=200", "en", 200, false, "Figures and sums leave out what cannot be read and may be incomplete", "Part of the data cannot be read" },
	{ "promises of the API", "/api/v1/promises?limit=200", "en", 200, true, "\"incomplete\":true", "system.damaged" },
	{ "what needs none of it", "/items", "zh-CN", 200, false, "bj-results", "损坏" },
};

/* On the only page of the figures; what is not counted stands on the page and in the files. */
static const struct asked asked_of_figures[] = {
	{ "open figures", "/open/statistics", "zh-CN", 200, false, "数字和合计未计入无法读取的部分，可能不完整", "部分数据无法读取" },
	{ "open figures in English", "/open/statistics", "en", 200, false, "Figures and sums leave out what cannot be read and may be incomplete", "Part of the data cannot be read" },
	{ "as a file", "/open/statistics?format=csv", "zh-CN", 200, false, "本表可能缺少若干行或其中的若干内容，数字可能不完整", "部分数据无法读取" },
};

/* Of lists of which the only page is damaged; by a clerk. */
static const struct asked asked_of_none[] = {
	{ "contacts", "/staff/contacts", "zh-CN", 200, false, "本页没有可以显示的内容。</p>", "没有登记" },
	{ "contacts in English", "/staff/contacts", "en", 200, false, "Nothing can be shown on this page", "next page" },
	{ "contacts of the API", "/api/v1/contacts", "en", 500, true, "\"code\":\"system.damaged\"", "\"rows\"" },
};

/* Of a list read round what is damaged, which is all of it. */
static const struct asked asked_of_lost[] = {
	{ "promises", "/promises", "zh-CN", 200, false, "也可能只是无法读取。</p>", "暂无承诺记录" },
	{ "promises in English", "/promises", "en", 200, false, "there may be something that cannot be read.</p>", "No promise has been signed" },
	{ "a list of which nothing is lost", "/items", "zh-CN", 200, false, "bj-results", "也可能只是无法读取。</p>" },
};

/* Of an auditor's list; by him. */
static const struct asked asked_of_looks[] = {
	{ "looks", "/office/looks", "zh-CN", 200, false, "本页没有可以显示的内容。</p>", "没有查看记录" },
	{ "looks of the API", "/api/v1/personal-data-looks", "en", 500, true, "\"code\":\"system.damaged\"", "\"rows\"" },
};

/* With the index of words damaged; by a clerk. */
static const struct asked asked_of_words[] = {
	{ "the counter", "/staff/counter", "zh-CN", 200, false, "食品经营许可证核发", "部分数据" },
	{ "the counter, searched", "/staff/counter?q=%E9%A3%9F%E5%93%81", "zh-CN", 200, false, "食品经营许可证核发", "部分数据无法读取，" },
	{ "items, searched", "/items?q=%E9%A3%9F%E5%93%81", "zh-CN", 200, false, "本页可能缺少一些内容", "没有找到" },
	{ "items, searched in vain", "/items?q=%E7%99%BB%E8%AE%B0", "zh-CN", 200, false, "部分数据无法读取，本页没有可以显示的内容", "后面的内容" },
};

/* Of somebody whose post is on the page. */
static const struct asked asked_without_post[] = {
	{ "what needs no post", "/items", "zh-CN", 200, false, "本页可能缺少一些内容", "部分数据无法读取" },
	{ "what needs one", "/staff", "zh-CN", 500, false, "部分数据无法读取", "没有权限" },
	{ "what needs one, in English", "/staff", "en", 500, false, "Part of the data cannot be read", "You may not" },
	{ "who one is, for another system", "/api/v1/me", "en", 500, true, "\"code\":\"system.damaged\"", "\"roles\"" },
};

static void ask(const struct asked *q, const char *hole_text, const char *who)
{
	char to[160], headers[400];
	size_t n = 0;
	for (const char *at = q->to; *at && n + strlen(hole_text) + 1 < sizeof to;) {
		bool hole = strncmp(at, "{}", 2) == 0;
		n += (size_t)snprintf(to + n, sizeof to - n, "%.*s", hole ? (int)strlen(hole_text) : 1, hole ? hole_text : at);
		at += hole ? 2 : 1;
	}
	snprintf(headers, sizeof headers, "%sAccept-Language: %s\r\nAccept: %s\r\n", who, q->language, q->api ? "application/json" : "text/html");
	struct answer a = client_ask(web_port(web), "GET", to, headers, S(""));
	CHECK_INT(a.status, q->status);
	CHECK(str_find(a.body, str_of(q->says)) >= 0);
	CHECK(str_find(a.body, str_of(q->says_not)) < 0);
	if (q->status == 500 && q->api)
		CHECK_STR(client_header(&a, "Content-Type"), "application/problem+json");
	answer_free(&a);
}

static void ask_all(const struct asked *list, size_t count, const char *hole_text, const char *who)
{
	for (size_t i = 0; i < count; i++) {
		ROW(list[i].name);
		ask(&list[i], hole_text, who);
	}
	ROW(NULL);
}

static void office_end(void)
{
	web_stop(web);
	kernel_end(&k);
}

TEST(who_meets_what_is_damaged_is_told_so_in_words_and_all_else_works)
{
	struct asked whole = { "another case", "/staff/cases/{}", "zh-CN", 200, false, "张三", "无法读取" };
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office());
	/* the third case on the page: what a list from new to old begins with behind it is damaged too */
	int64_t behind = test_sql(path, "SELECT id FROM case_open ORDER BY id LIMIT 1 OFFSET (SELECT ncell+2 FROM dbstat WHERE name='case_open' AND pagetype='leaf' ORDER BY path LIMIT 1)");
	CHECK(damage_leaf(&damage, path, "case_open", 1) > 3);
	/* the first case on the page stands behind those on the page before it */
	int64_t before = test_sql(path, "SELECT ncell FROM dbstat WHERE name='case_open' AND pagetype='leaf' ORDER BY path LIMIT 1");
	REQUIRE(before > 0 && before < CASES - 1 && serve() && client_log_in(web_port(web), "wang", "only-for-this-test", cookie, sizeof cookie));
	ask_all(asked, sizeof asked / sizeof *asked, numbers[before], cookie);
	ROW(whole.name);
	ask(&whole, numbers[0], cookie);
	char key[24];
	snprintf(key, sizeof key, "%lld", (long long)behind);
	REQUIRE(client_log_in(web_port(web), "zhang", "only-for-this-test", citizen_cookie, sizeof citizen_cookie));
	ask_all(asked_by_citizen, sizeof asked_by_citizen / sizeof *asked_by_citizen, key, citizen_cookie);
	office_end();
}

static void ask_citizen(const struct asked *list, size_t count, const char *hole_text)
{
	REQUIRE(serve() && client_log_in(web_port(web), "zhang", "only-for-this-test", citizen_cookie, sizeof citizen_cookie));
	ask_all(list, count, hole_text, citizen_cookie);
	office_end();
}

TEST(messages_are_shown_where_a_page_of_them_is_damaged)
{
	char key[24];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office());
	int64_t third = test_sql(path, "SELECT id FROM notice ORDER BY id LIMIT 1 OFFSET 2"), rows = damage_leaf(&damage, path, "notice", 0);
	REQUIRE(rows > 2 && rows < CASES);
	snprintf(key, sizeof key, "%lld", (long long)third);
	ask_citizen(asked_of_messages, sizeof asked_of_messages / sizeof *asked_of_messages, key);
}

TEST(messages_are_shown_where_a_page_of_what_was_read_is_damaged)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office());
	CHECK_INT(test_sql(path, "INSERT INTO notice_read SELECT id, 1 FROM notice"), CASES);
	REQUIRE(damage_leaf(&damage, path, "notice_read", 0) > 0);
	ask_citizen(asked_of_reading, sizeof asked_of_reading / sizeof *asked_of_reading, "");
}

static void ask_visitor(const struct asked *list, size_t count)
{
	REQUIRE(serve());
	ask_all(list, count, "", "");
	office_end();
}

TEST(nobody_is_told_that_he_may_not_where_his_post_cannot_be_read)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office());
	REQUIRE(damage_leaf(&damage, path, "post", 0) > 0 && serve() && client_log_in(web_port(web), "wang", "only-for-this-test", cookie, sizeof cookie));
	ask_all(asked_without_post, sizeof asked_without_post / sizeof *asked_without_post, "", cookie);
	office_end();
}

/* An office with such promises, of whose table the leaf is spoilt. */
static bool promises_spoilt(const char *promises, int64_t count, int leaf)
{
	return make_office() && test_sql(path, promises) == count && damage_leaf(&damage, path, "promise", leaf) > 0;
}

TEST(a_page_made_of_what_can_be_read_says_that_its_figures_are_incomplete)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(promises_spoilt("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<200) INSERT INTO promise(id, item, version, amount, unit, statutory, reason, state, from_ms,"
	                        " proposed_by, proposed_ms) SELECT 900000+n, (SELECT min(id) FROM item), n, 7, 'working-days', 20, '减少环节', 'signed', 1, 0, 1 FROM c", 200, 1));
	ask_visitor(asked_of_promises, sizeof asked_of_promises / sizeof *asked_of_promises);
}

TEST(a_page_does_not_say_that_there_is_nothing_where_nothing_is_left)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(promises_spoilt("INSERT INTO promise(id, item, version, amount, unit, statutory, reason, state, from_ms, proposed_by, proposed_ms) SELECT 900001, min(id), 1, 7, 'working-days', 20,"
	                        " '减少环节', 'signed', 1, 0, 1 FROM item", 1, 0));
	ask_visitor(asked_of_lost, sizeof asked_of_lost / sizeof *asked_of_lost);
}

TEST(figures_without_what_cannot_be_read_are_never_shown_or_taken_along_as_if_they_were_all)
{
	struct diag d;
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office());
	diag_init(&d);
	REQUIRE(casework_open(k.path, &open_options, &k.cw, &d) == OK && casework_advance(k.cw, &k.clock, KERNEL_START_MS + 2 * 24 * 3600000LL, &d) == OK);
	casework_close(k.cw);
	REQUIRE(damage_leaf(&damage, path, "tally", 0) > 0);
	ask_visitor(asked_of_figures, sizeof asked_of_figures / sizeof *asked_of_figures);
}

TEST(cases_are_shown_where_a_page_of_their_steps_is_damaged)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office());
	REQUIRE(damage_leaf(&damage, path, "step_open", 0) > 1 && serve() && client_log_in(web_port(web), "wang", "only-for-this-test", cookie, sizeof cookie));
	ask_all(asked_of_steps, sizeof asked_of_steps / sizeof *asked_of_steps, "", cookie);
	office_end();
}

/* One more post for him who logs in. */
static bool make_post(const char *role)
{
	struct diag d;
	char json[200];
	diag_init(&d);
	snprintf(json, sizeof json, "{\"code\":\"P8\",\"organ\":\"O1\",\"role\":\"%s\",\"name\":\"窗口\",\"a\":\"wang\"}", role);
	bool made = casework_open(k.path, &open_options, &k.cw, &d) == OK && kernel_do(&k, 0, "", "post.put", json) == OK;
	casework_close(k.cw);
	return made;
}

static void ask_holder(const char *table, const struct asked *list, size_t count)
{
	REQUIRE(damage_leaf(&damage, path, table, 0) > 0 && serve() && client_log_in(web_port(web), "wang", "only-for-this-test", cookie, sizeof cookie));
	ask_all(list, count, "", cookie);
	office_end();
}

TEST(a_list_of_which_nothing_can_be_read_says_so_and_not_that_there_is_nothing)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office() && make_post("clerk"));
	CHECK_INT(test_sql(path, "INSERT INTO contact(id, contact_no, at_ms, channel, name, question, taken_by, holder, state, bounces) SELECT 900001, 'C1', 1, 'window', '某人', '某事', id, id, 'open', 0"
	                         " FROM person WHERE login='wang'"), 1);
	ask_holder("contact", asked_of_none, sizeof asked_of_none / sizeof *asked_of_none);
}

TEST(nor_that_nobody_looked_at_personal_data)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office() && make_post("auditor"));
	CHECK_INT(test_sql(path, "INSERT INTO personal_look(id, case_id, person, fields, reason, at_ms) SELECT 900001, (SELECT min(id) FROM case_open), id, '[]', '核对', 1 FROM person WHERE login='wang'"), 1);
	ask_holder("personal_look", asked_of_looks, sizeof asked_of_looks / sizeof *asked_of_looks);
}

TEST(items_are_found_where_the_index_of_words_is_damaged)
{
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office() && make_post("clerk"));
	ask_holder("item_search_data", asked_of_words, sizeof asked_of_words / sizeof *asked_of_words);
}

/* ---- for whoever runs the machine ---- */

/* What an auditor's monitor asks with. */
static bool token_header(char *header, size_t n)
{
	struct diag d;
	diag_init(&d);
	if (casework_open(k.path, &open_options, &k.cw, &d) != OK ||
	    kernel_do(&k, 0, "", "post.put", "{\"code\":\"P9\",\"organ\":\"O1\",\"role\":\"auditor\",\"name\":\"审计\",\"a\":\"sun\"}") != OK ||
	    kernel_do(&k, 0, "", "token.create", "{\"login\":\"sun\",\"name\":\"monitor\"}") != OK)
		return false;
	struct str token = kernel_text(&k, "token");
	snprintf(header, n, "Authorization: Bearer %.*s\r\n", STR_ARG(token));
	casework_close(k.cw);
	return token.len > 0;
}

/* ---- the record proved on a disk that fails ---- */

static bool csrf_field(char *field, size_t n)
{
	struct answer a = client_ask(web_port(web), "GET", "/office/ledger", cookie, S(""));
	struct str mark = S("name=\"csrf\" value=\"");
	ptrdiff_t at = str_find(a.body, mark);
	struct str rest = at >= 0 ? str_sub(a.body, (size_t)at + mark.len, a.body.len) : S(""), value = str_cut(&rest, '"');
	snprintf(field, n, "csrf=%.*s", STR_ARG(value));
	answer_free(&a);
	return at >= 0;
}

/* The file's own check names a page that the disk does not give. */
static int prove(const char *csrf)
{
	char headers[300];
	snprintf(headers, sizeof headers, "%sContent-Type: application/x-www-form-urlencoded\r\n", cookie);
	struct answer a = client_ask(web_port(web), "POST", "/office/ledger/verify", headers, str_of(csrf));
	int status = a.status;
	CHECK(str_find(a.body, S("cannot be read")) < 0);
	CHECK_INT(str_find(a.body, S("账本完好")) >= 0 || str_find(a.body, S("is damaged, in the table")) >= 0, status == 200);
	answer_free(&a);
	return status;
}

TEST(a_proof_that_could_not_be_made_is_not_told_as_a_record_that_does_not_hold)
{
	enum { READS = 60 };
	char csrf[120];
	int hindered = 0;
	if (test_on_postgresql())
		SKIP("the simulated disk is SQLite's");
	disk_install();
	REQUIRE(make_office() && make_post("auditor") && serve() && client_log_in(web_port(web), "wang", "only-for-this-test", cookie, sizeof cookie) &&
	        csrf_field(csrf, sizeof csrf));
	for (int i = 1; i <= READS; i++) {
		disk_arm(DISK_READ_ERROR, (uint64_t)i, 1);
		int status = prove(csrf);
		disk_disarm();
		CHECK(disk_fired() && (status == 503 || status == 200));
		hindered += status == 503;
	}
	CHECK(hindered > 0);
	CHECK_INT(prove(csrf), 200);
	office_end();
	disk_wipe();
	CHECK_INT(sqlite3_vfs_register(sqlite3_vfs_find("unix"), 1), SQLITE_OK);
}

/* The table, and the figures that are not told. */
static const struct counted { const char *table, *absent[2]; } counted[] = {
	{ "vault_plan", { "banjie_backup_overdue ", "banjie_backup_failed " } }, { "timer", { "banjie_timers_late ", "banjie_timers_late_seconds " } }, { "board_count", { "banjie_open_cases " } }, { "record_gap", { "banjie_entries_passed_over " } },
};

static void check_health(const struct counted *of, const char *token, bool whole)
{
	static const struct asked ready = { "ready", "/readyz", "en", 200, true, "\"failing\":[]", "\"not ready\"" };
	ask(&ready, "", "");
	struct answer a = client_ask(web_port(web), "GET", "/readyz", "", S(""));
	CHECK((str_find(a.body, S("\"damage\"")) < 0) == whole);
	CHECK(str_find(a.body, S("\"record\"")) < 0);
	answer_free(&a);
	a = client_ask(web_port(web), "GET", "/metrics", token, S(""));
	CHECK_INT(a.status, 200);
	CHECK(str_find(a.body, S("\nbanjie_up 1\n")) >= 0 && str_find(a.body, S("\nbanjie_record_entries ")) >= 0);
	CHECK((str_find(a.body, S("\nbanjie_figures_unreadable 0\n")) >= 0) == whole);
	for (size_t i = 0; i < 2 && of->absent[i]; i++)
		CHECK((str_find(a.body, str_of(of->absent[i])) >= 0) == whole);
	answer_free(&a);
}

TEST(a_count_that_cannot_be_read_sends_nobody_away_and_is_told)
{
	char token[200];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	REQUIRE(make_office() && token_header(token, sizeof token));
	CHECK_INT(test_sql(path, "INSERT INTO record_gap(room, from_seq, to_seq, why, at_ms, again_ms) VALUES('courier', 1, 2, 'damaged', 1, 1)"), 1);
	CHECK_INT(test_sql(path, "INSERT INTO vault_plan(id, dir, every_ms, times, keep, at_ms) VALUES(1, '/backups', 3600000, '', 4, 1)"), 1);
	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
		ROW(counted[i].table);
		REQUIRE(damage_leaf(&damage, path, counted[i].table, 0) > 0 && serve());
		check_health(&counted[i], token, false);
		web_stop(web);
		casework_close(k.cw);
		REQUIRE(damage_mend(&damage) && serve());
		check_health(&counted[i], token, true);
		web_stop(web);
		casework_close(k.cw);
	}
	ROW(NULL);
	arena_release(&k.a);
}

TEST_MAIN
