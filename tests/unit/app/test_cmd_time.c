/* `banjie time` as the engineer calls it, against a server whose machine's clock is set while it runs. */
#include "casework/casework.h"
#include "os/os.h"
#include "tests/folder.h"
#include "tests/unit/app/run.h"
#include "tests/unit/casework/kernel.h"
#include "web/rooms.h"
#include "web/web.h"

enum { HOUR_MS = 3600000 };

static struct kernel k;
static struct arena arena;
static struct web *web;
static char path[160], url[64];
static const char *folder;

static bool put_token(const char *login)
{
	char json[80];
	snprintf(json, sizeof json, "{\"login\":\"%s\",\"name\":\"terminal\"}", login);
	return kernel_do(&k, 0, "", "token.create", json) == OK &&
	       os_file_write(arena_printf(&arena, "%s/%s", folder, login).ptr, arena_printf(&arena, "%.*s\n", STR_ARG(kernel_text(&k, "token"))), NULL) == OK;
}

/* The small office with an administrator and an auditor, whose tokens lie in files of their names, and served. */
static bool begin(void)
{
	struct casework_options o = { .clock = &k.clock, .entropy = &k.entropy, .data_dir = PROJECT_ROOT };
	struct diag d;
	diag_init(&d);
	WEB_ROOMS_INTO(o);
	memset(&k, 0, sizeof k);
	arena_init(&arena, 64 << 20);
	folder = test_folder("time");
	snprintf(path, sizeof path, "%s/office.db", folder);
	k.rooms = o.rooms;
	k.rooms_count = o.rooms_count;
	if (!kernel_begin(&k, path) || !kernel_put_person(&k, "zhao", "赵管理") || !kernel_put_person(&k, "qian", "钱审计") ||
	    kernel_do(&k, 0, "", "post.put", "{\"code\":\"P7\",\"organ\":\"O1\",\"role\":\"admin\",\"name\":\"管理岗\",\"a\":\"zhao\"}") != OK ||
	    kernel_do(&k, 0, "", "post.put", "{\"code\":\"P8\",\"organ\":\"O1\",\"role\":\"auditor\",\"name\":\"审计岗\",\"a\":\"qian\"}") != OK ||
	    !put_token("zhao") || !put_token("qian") || !put_token("wang") || os_file_write(arena_printf(&arena, "%s/nobody", folder).ptr, S("bj_none"), NULL) != OK)
		return false;
	casework_close(k.cw);
	os_clock_machine(&k.clock, KERNEL_START_MS);
	struct web_options w = { .pages_dir = PAGES_DIR, .clock = &k.clock };
	if (casework_open(path, &o, &k.cw, &d) != OK)
		return false;
	w.casework = k.cw;
	if (web_start(&w, &web, &d) != OK)
		return false;
	snprintf(url, sizeof url, "http://127.0.0.1:%d", web_port(web));
	return true;
}

static void end(void)
{
	web_stop(web);
	kernel_end(&k);
	arena_release(&arena);
}

/* Asked with the token of that person. */
static int ask(const char *words, const char *who, struct str *out, bool talk)
{
	return run(&arena, app_cmd_time, arena_printf(&arena, "time %s --url %s --token %s/%s", words, url, folder, who).ptr, out, talk);
}

static const struct { const char *name, *words, *who; int64_t jump_ms; int status; const char *says; } story[] = {
	{ "the clock is right", "--lang en", "zhao", 0, APP_DONE, "not in doubt: 2025-03-03T09:00:00+08:00" },
	{ "there is nothing to confirm", "confirm --lang en", "zhao", 0, APP_REFUSED, "nothing to confirm" },
	{ "it is set three hours ahead", "--lang en", "zhao", 3 * HOUR_MS, APP_FAILED, "it was set while the server ran" },
	{ "by how much", "--lang en", "zhao", 0, APP_FAILED, "0 d 3 h 0 min ahead" },
	{ "what it shows", "--lang en", "zhao", 0, APP_FAILED, "the machine's clock:     2025-03-03T12:00:00+08:00" },
	{ "what the system goes by", "--lang en", "zhao", 0, APP_FAILED, "the system goes by:      2025-03-03T09:00:00+08:00" },
	{ "in Chinese", "--lang zh", "zhao", 0, APP_FAILED, "快 0 天 3 小时 0 分" },
	{ "for a program", "--json", "zhao", 0, APP_FAILED, "\"doubt\":\"jump\"" },
	{ "an auditor looks", "--lang en", "qian", 0, APP_FAILED, "in doubt" },
	{ "and does not confirm", "confirm --lang en", "qian", 0, APP_REFUSED, "not an administrator" },
	{ "nor does a reviewer", "confirm --lang en", "wang", 0, APP_REFUSED, "not an administrator" },
	{ "who does not look either", "--lang en", "wang", 0, APP_REFUSED, "not an administrator" },
	{ "nor somebody unknown", "confirm --lang en", "nobody", 0, APP_REFUSED, "does not know this token" },
	{ "all the while it is in doubt", "--lang en", "zhao", 0, APP_FAILED, "in doubt" },
	{ "the administrator confirms", "confirm --lang en", "zhao", 0, APP_DONE, "Confirmed: limits and timers go on." },
	{ "and it is believed", "--lang en", "zhao", 0, APP_DONE, "not in doubt: 2025-03-03T12:00:00+08:00" },
	{ "an hour back", "--lang en", "zhao", -HOUR_MS, APP_FAILED, "0 d 1 h 0 min behind" },
	{ "and forth again: that needs nobody", "--lang en", "zhao", HOUR_MS, APP_DONE, "not in doubt" },
};

TEST(a_clock_is_looked_at_and_confirmed_from_a_terminal)
{
	REQUIRE(begin());
	for (size_t i = 0; i < sizeof story / sizeof *story; i++) {
		struct str out;
		ROW(story[i].name);
		os_clock_jump(&k.clock, story[i].jump_ms);
		CHECK_INT(ask(story[i].words, story[i].who, &out, story[i].status == APP_REFUSED), story[i].status);
		CHECK_HAS(out, story[i].says);
	}
	ROW(NULL);
	CHECK_INT(test_sql(path, "SELECT count(*) FROM ledger WHERE kind='time.confirmed'"), 1);
	CHECK_INT(test_sql(path, "SELECT count(*) FROM ledger l JOIN person p ON p.id=l.actor WHERE l.kind='time.confirmed' AND p.login='zhao'"), 1);
	end();
}

static const struct { const char *name, *line, *says; } bad[] = {
	{ "no token", "time", "--token" }, { "no such file", "time --token /nowhere/token", "/nowhere/token" }, { "an unknown option", "time --now", "--now" },
	{ "an unknown word", "time correct", "correct" }, { "confirm behind an option", "time --json confirm", "confirm" },
	{ "an option without a value", "time --url", "--url" }, { "no language", "time --lang fr", "--lang" },
};

TEST(a_bad_line_is_refused)
{
	arena_init(&arena, 16 << 20);
	unsetenv("BANJIE_TOKEN");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct str out;
		ROW(bad[i].name);
		CHECK(run(&arena, app_cmd_time, bad[i].line, &out, true) != APP_DONE);
		CHECK_HAS(out, bad[i].says);
	}
	ROW(NULL);
	arena_release(&arena);
}

TEST(a_server_that_is_not_there_is_named)
{
	struct str out;
	REQUIRE(begin());
	web_stop(web);
	web = NULL;
	setenv("BANJIE_TOKEN", "bj_none", 1);
	CHECK_INT(run(&arena, app_cmd_time, arena_printf(&arena, "time --lang en --url %s/", url).ptr, &out, true), APP_FAILED);
	CHECK(str_find(out, str_of(url)) >= 0);
	unsetenv("BANJIE_TOKEN");
	end();
}

TEST_MAIN
