/* test_doubt.c - while the machine's clock is in doubt its administrator can log in, says that it is right, and stays logged in: whichever
 * way the clock is off, by far more than a session lasts. */
#include "http/password.h"
#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"
#include "tests/unit/http/client.h"
#include "web/rooms.h"
#include "web/web.h"

#define HOUR_MS 3600000LL
#define DAY_MS (24 * HOUR_MS)

static struct kernel k;
static struct web *web;
static struct casework_options open_options;
static char path[160], cookie[200], csrf[80];
static const char password[] = "only-for-this-test";

/* The small office and its administrator, in a file. */
static bool make_office(void)
{
	static char hash[HTTP_PASSWORD_HASH_MAX];
	char json[HTTP_PASSWORD_HASH_MAX + 100];
	memset(&k, 0, sizeof k);
	open_options = (struct casework_options){ .clock = &k.clock, .entropy = &k.entropy, .data_dir = PROJECT_ROOT };
	WEB_ROOMS_INTO(open_options);
	k.rooms = open_options.rooms;
	k.rooms_count = open_options.rooms_count;
	snprintf(path, sizeof path, "%s/office.db", test_folder("doubt"));
	if (!kernel_begin(&k, path) || http_password_hash(str_of(password), true, hash) != OK)
		return false;
	snprintf(json, sizeof json, "{\"login\":\"zhao\",\"name\":\"赵管理\",\"staff\":true,\"password_hash\":\"%s\"}", hash);
	if (kernel_do(&k, 0, "", "person.put", json) != OK ||
	    kernel_do(&k, 0, "", "post.put", "{\"code\":\"P7\",\"organ\":\"O1\",\"role\":\"admin\",\"name\":\"管理岗\",\"a\":\"zhao\"}") != OK)
		return false;
	casework_close(k.cw);
	k.cw = NULL;
	return true;
}

static bool serve(int64_t at_ms)
{
	struct diag d;
	diag_init(&d);
	os_clock_machine(&k.clock, at_ms);
	if (casework_open(k.path, &open_options, &k.cw, &d) != OK)
		return false;
	struct web_options o = { .casework = k.cw, .pages_dir = PAGES_DIR, .clock = &k.clock, .fast_passwords = true };
	return web_start(&o, &web, &d) == OK;
}

static void end(void)
{
	web_stop(web);
	web = NULL;
	kernel_end(&k);
}

/* ---- in a browser's place ---- */

static int get_office(void)
{
	struct answer a = client_ask(web_port(web), "GET", "/office", cookie, S(""));
	struct str mark = S("name=\"csrf\" value=\"");
	ptrdiff_t at = str_find(a.body, mark);
	csrf[0] = 0;
	if (at >= 0) {
		struct str rest = str_sub(a.body, (size_t)at + mark.len, a.body.len), value = str_cut(&rest, '"');
		snprintf(csrf, sizeof csrf, "%.*s", STR_ARG(value));
	}
	int status = a.status;
	answer_free(&a);
	return status;
}

static int confirm(void)
{
	char body[120];
	int n = snprintf(body, sizeof body, "csrf=%s", csrf);
	struct buf headers;
	buf_init(&headers, 1024);
	buf_printf(&headers, "%sContent-Type: application/x-www-form-urlencoded\r\n", cookie);
	buf_byte(&headers, 0);
	struct answer a = client_ask(web_port(web), "POST", "/office/clock", headers.ptr, str_span(body, (size_t)n));
	int status = a.status;
	answer_free(&a);
	buf_release(&headers);
	return status;
}

static bool doubted(void)
{
	return json_bool(json_get(kernel_view(&k, 0, "machine.time", "{}"), "held"), false);
}

/* What a second factor and other systems' logins hang on, put for ten minutes and taken at once. */
static enum err ticket(void)
{
	char json[160];
	snprintf(json, sizeof json, "{\"kind\":\"login\",\"id\":\"t\",\"data\":\"{}\",\"expires_ms\":%lld}", (long long)(casework_now_ms(k.cw) + 600000));
	TRY(kernel_do(&k, 0, "", "ticket.put", json));
	return kernel_do(&k, 0, "", "ticket.take", "{\"kind\":\"login\",\"id\":\"t\"}");
}

TEST(who_sets_it_right_can_log_in_and_stays)
{
	static const struct { const char *name; int64_t start_ms, jump_ms; } rows[] = {
		{ "started two days before the record's last entry", -2 * DAY_MS, 0 }, { "started twenty days after it", 20 * DAY_MS, 0 },
		{ "set two days ahead while it serves", 0, 2 * DAY_MS }, { "set two days back", 0, -2 * DAY_MS }, { "set a year back", 0, -365 * DAY_MS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		REQUIRE(make_office());
		REQUIRE(serve(KERNEL_START_MS + rows[i].start_ms));
		os_clock_jump(&k.clock, rows[i].jump_ms);
		CHECK(doubted());
		CHECK(client_log_in(web_port(web), "zhao", password, cookie, sizeof cookie));
		CHECK_INT(get_office(), 200);
		CHECK_INT(ticket(), OK);
		CHECK_INT(confirm(), 303);
		CHECK(!doubted());
		CHECK_INT(get_office(), 200);
		CHECK_INT(ticket(), OK);
		end();
	}
	ROW(NULL);
}

TEST(a_session_ends_after_its_twelve_hours_all_the_same)
{
	REQUIRE(make_office());
	REQUIRE(serve(KERNEL_START_MS - 2 * DAY_MS));
	CHECK(doubted());
	REQUIRE(client_log_in(web_port(web), "zhao", password, cookie, sizeof cookie));
	CHECK_INT(get_office(), 200);
	os_clock_set(&k.clock, KERNEL_START_MS - 2 * DAY_MS + 12 * HOUR_MS + 60000);
	CHECK_INT(get_office(), 303); /* to the login */
	end();
}

TEST_MAIN
