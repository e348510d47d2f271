/* cmd_time.c - `banjie time`: may the clock of a server's machine be believed? For the terminal of whoever sets clocks right.
 *
 * The doubt is the running server's own (it knows how much time has passed), so it is the server that is asked, over its API and
 * with its rights. Where several serve one database each is asked for itself.
 */
#include <stdio.h>

#include "app/app.h"
#include "http/fetch.h"
#include "os/os.h"
#include "text/json.h"

enum { MEMORY_MAX = 8 << 20, TOKEN_MAX = 4096 };

static const char help[] =
	"usage: banjie time [confirm] [--url ADDRESS] [--token FILE] [--json] [--lang zh|en]\n"
	"\n"
	"Asks a running server whether its machine's clock is in doubt, so that limits and timers wait: it was set by more than two\n"
	"minutes while the server ran, or at the start stood before the record's last entry, or more than ten days after it. Where\n"
	"the clock is wrong, set it right: everything then goes on by itself. Where it is right:\n"
	"\n"
	"  confirm          says so; this stands in the record. For administrators (to look: auditors as well)\n"
	"  --url ADDRESS    of the server (default http://127.0.0.1:8080); several servers have a clock each: ask each\n"
	"  --token FILE     holds a token of such a person (System administration makes one); otherwise the environment's\n"
	"                   BANJIE_TOKEN\n"
	"\n"
	"Exit status 0: the clock is believed (confirm: done); 1: it is in doubt, or the server could not be asked; 2: refused.\n"
	"When is something due: banjie clock.\n";

struct job {
	const char *url, *token_file, *lang;
	bool confirm, json, help, zh;
	struct str token;
	struct arena a;
	struct diag d;
};

static int read_options(struct job *j, int argc, char **argv)
{
	const struct app_choice choices[] = {
		{ "--json", &j->json, NULL }, { "--help", &j->help, NULL },
		{ "--url", NULL, &j->url }, { "--token", NULL, &j->token_file }, { "--lang", NULL, &j->lang },
	};
	j->confirm = argc > 1 && app_flag(argv, 1, "confirm");
	int status = app_choices("time", argc - j->confirm, argv + j->confirm, choices, sizeof choices / sizeof *choices);
	return status == APP_DONE ? app_lang("time", j->lang, &j->zh) : status;
}

static int read_token(struct job *j)
{
	struct str text = os_env("BANJIE_TOKEN");
	if (j->token_file && os_file_read(&j->a, j->token_file, TOKEN_MAX, &text, &j->d) != OK)
		return app_report("time", j->d.err, &j->d);
	j->token = str_trim(text);
	return j->token.len ? APP_DONE : app_refuse("time", "--token", "name a file that holds an administrator's token");
}

/* ---- asking ---- */

/* The code is the server's, so that the catalogue's sentence is found; the English one is said here. */
static enum err refused(struct job *j, int status, struct str body)
{
	const struct json *problem = NULL;
	char code[64];
	if (json_read(&j->a, body, &problem, NULL) != OK)
		return diag_set(&j->d, ERR_IO, "time.answer", "%s answered %d and not as banjie does.", j->url, status);
	snprintf(code, sizeof code, "%.*s", STR_ARG(json_text(json_get(problem, "code"))));
	switch (status) {
	case 401: return diag_set(&j->d, ERR_DENIED, code, "The server does not know this token.");
	case 403: return diag_set(&j->d, ERR_DENIED, code, "The token's holder is not an administrator.");
	case 409: return diag_set(&j->d, ERR_CONFLICT, code, "The machine's clock is not in doubt: there is nothing to confirm.");
	default: return diag_set(&j->d, ERR_IO, code, "%s answered %d.", j->url, status);
	}
}

static enum err ask(struct job *j, const char *path, struct str body, const struct json **out)
{
	struct str answer, url = arena_printf(&j->a, "%s%s", j->url, path);
	struct http_fetch f = { .url = url.ptr, .body = body, .bearer = j->token };
	int status;
	if (!url.ptr)
		return ERR_NOMEM;
	TRY(http_fetch(&f, &j->a, &status, &answer, &j->d));
	return status == 200 ? json_read(&j->a, answer, out, &j->d) : refused(j, status, answer);
}

/* ---- what comes out ---- */

static void put_line(const char *what, const struct json *v, const char *member)
{
	struct str text = json_text(json_get(v, member));
	if (text.len)
		printf("  %s%.*s\n", what, STR_ARG(text));
}

static void put_off(const struct job *j, int64_t ms)
{
	enum { MINUTE_MS = 60000 };
	long long minutes = (ms < 0 ? -ms : ms) / MINUTE_MS, days = minutes / 1440, hours = minutes / 60 % 24;
	if (j->zh)
		printf("  相差:            %s %lld 天 %lld 小时 %lld 分\n", ms < 0 ? "慢" : "快", days, hours, minutes % 60);
	else
		printf("  difference:              %lld d %lld h %lld min %s\n", days, hours, minutes % 60, ms < 0 ? "behind" : "ahead");
}

static const char *doubt_words(const struct job *j, struct str doubt)
{
	static const struct { const char *name, *en, *zh; } words[] = {
		{ "jump", "it was set while the server ran", "服务运行期间时钟被改动" },
		{ "behind", "it is before the record's last entry", "早于记录中的最后一条" },
		{ "ahead", "it is more than ten days after the record's last entry", "比记录中的最后一条晚十天以上" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eqz(doubt, words[i].name))
			return j->zh ? words[i].zh : words[i].en;
	return "";
}

static void put_held(const struct job *j, const struct json *v)
{
	const char *why = doubt_words(j, json_text(json_get(v, "doubt")));
	printf(j->zh ? "服务器时钟存疑:%s。期限、提醒等待中。\n" : "The machine's clock is in doubt: %s. Limits and timers wait.\n", why);
	put_line(j->zh ? "服务器时钟:      " : "the machine's clock:     ", v, "machine_at");
	if (!json_get(v, "record_at"))
		put_line(j->zh ? "系统采用的时间:  " : "the system goes by:      ", v, "at");
	put_line(j->zh ? "记录的最后一条:  " : "the record's last entry: ", v, "record_at");
	put_off(j, json_i64(json_get(v, "off_ms"), 0));
	puts(j->zh ? "时钟有误:校准后自动恢复。时钟无误:banjie time confirm" : "If it is wrong set it right, and all goes on by itself. If it is right: banjie time confirm");
}

static void put_json(const struct json *v)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	json_put_canonical(&b, v);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	buf_release(&b);
}

static void say(const struct job *j, const struct json *v, bool held)
{
	if (j->json)
		put_json(v);
	else if (j->confirm)
		puts(j->zh ? "已确认,期限、提醒继续。" : "Confirmed: limits and timers go on.");
	else if (held)
		put_held(j, v);
	else
		printf(j->zh ? "服务器时钟无疑问:%.*s\n" : "The machine's clock is not in doubt: %.*s\n", STR_ARG(json_text(json_get(v, "at"))));
}

static int run(struct job *j)
{
	const struct json *v;
	if (!j->url)
		j->url = "http://127.0.0.1:8080";
	while (str_ends(str_of(j->url), S("/")))
		j->url = arena_z(&j->a, str_sub(str_of(j->url), 0, strlen(j->url) - 1));
	int status = read_token(j);
	if (status != APP_DONE)
		return status;
	enum err e = j->confirm ? ask(j, "/api/v1/machine-time/confirm", S("{}"), &v) : ask(j, "/api/v1/machine-time", S(""), &v);
	if (e != OK)
		return app_report_in("time", j->zh, e, &j->d);
	bool held = json_bool(json_get(v, "held"), true);
	say(j, v, held);
	return held ? APP_FAILED : APP_DONE;
}

int app_cmd_time(int argc, char **argv)
{
	struct job j = { .url = NULL };
	arena_init(&j.a, MEMORY_MAX);
	diag_init(&j.d);
	int status = read_options(&j, argc, argv);
	if (status == APP_DONE && j.help)
		fputs(help, stdout);
	else if (status == APP_DONE)
		status = run(&j);
	arena_release(&j.a);
	return status;
}
