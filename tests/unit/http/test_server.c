/* test_server.c - the server on a free port, asked through real sockets. */
#include "tests/test.h"

#include <dlfcn.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "http/http.h"
#include "tests/unit/http/client.h"

enum { ANYONE = 1, LOGGED_IN = 2 };

static struct arena arena;
static struct http_server *server;
static struct os_clock now;
static int port;
static const char *place;

/* ---- handlers ---- */

static enum http_outcome hello(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "name", http_query(rq, "name"));
	return http_page(rq, re, 200, "hello", json_build_end(&b));
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "no", http_param(rq, "no"));
	json_build_str(&b, "lang", rq->language);
	json_build_str(&b, "remote", rq->remote);
	return http_send_json(re, 200, json_build_end(&b));
}

static enum http_outcome echo(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	struct buf b;
	const struct http_pair *p;
	const struct http_file *f;
	buf_init_in(&b, rq->arena, 1 << 16);
	for (size_t i = 0, n = http_fields(rq, &p); i < n; i++)
		buf_printf(&b, "%.*s=%.*s;", STR_ARG(p[i].name), STR_ARG(p[i].value));
	for (size_t i = 0, n = http_files(rq, &f); i < n; i++)
		buf_printf(&b, "file %.*s:%.*s:%.*s:%zu;", STR_ARG(f[i].field), STR_ARG(f[i].filename), STR_ARG(f[i].detected), f[i].bytes.len);
	buf_putz(&b, "ok");
	return http_send(re, 200, "text/plain", buf_str(&b));
}

static enum http_outcome login(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	if (http_session_start(rq, re, 7, S("clerk")) != OK)
		return http_busy(rq, re);
	http_flash(rq, re, "success", S("hello.done|<张三>"));
	return http_redirect(re, S("/hello?name=x"));
}

static enum http_outcome logout(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	http_session_end(rq, re);
	return http_redirect(re, S("//evil.example/"));
}

static enum http_outcome token_of(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	return http_send(re, 200, "text/plain", arena_printf(rq->arena, "%lld %s %s", (long long)rq->session->person, rq->session->note, rq->session->csrf));
}

static enum http_outcome problem(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	struct diag d;
	diag_init(&d);
	diag_set(&d, ERR_CONFLICT, "case.taken", "The case %s is taken", "7");
	diag_arg(&d, S("7"));
	return http_problem(rq, re, 0, &d);
}

static enum http_outcome file(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq, (void)arg;
	return http_send_file(re, S("application/pdf"), S("许可证 \"1\".pdf"), S("%PDF-"), false);
}

static enum http_outcome silent(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq, (void)re, (void)arg;
	return HTTP_DONE;
}

static enum http_outcome refused_by_rule(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq, (void)arg;
	test_fail_at(__FILE__, __LINE__);
	printf("a handler ran that must not\n");
	return http_send_empty(re, 200);
}

/* Requests handed over to the test's thread, which resumes them together. */
static struct {
	struct os_mutex lock;
	struct os_cond changed;
	struct http_request *rq[128];
	size_t count;
} held;

static enum http_outcome finish(struct http_request *rq, struct http_reply *re, void *arg)
{
	return http_send(re, 200, "text/plain", arena_printf(rq->arena, "finished %s %.*s", arg ? (const char *)arg : "at once", STR_ARG(http_param(rq, "no"))));
}

static enum http_outcome again(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)re;
	http_resume(rq, finish, arg); /* before the handler has returned */
	return HTTP_PENDING;
}

static enum http_outcome hold(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)re, (void)arg;
	os_mutex_lock(&held.lock);
	held.rq[held.count++] = rq;
	os_cond_signal(&held.changed);
	os_mutex_unlock(&held.lock);
	return HTTP_PENDING;
}

/* Room for much, and held with it. */
static struct str room_held;

static enum http_outcome much(struct http_request *rq, struct http_reply *re, void *arg)
{
	enum { MUCH = 2 << 20 };
	char *room = http_room(rq, 1);
	if (room)
		room = http_room(rq, MUCH - 1); /* read again: the first is gone */
	if (room)
		room = http_room(rq, MUCH);
	if (!room)
		return http_busy(rq, re);
	memset(room, 'm', MUCH);
	room_held = str_span(room, MUCH);
	return hold(rq, re, arg);
}

static enum http_outcome finish_much(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq, (void)arg;
	return http_send(re, 200, "text/plain", room_held);
}

/* ---- answers that tell what was read ---- */

static enum http_outcome look(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	rq->looked = true;
	http_header_set(re, "X-Seen", S("yes"));
	return http_send(re, 200, "text/plain", S("what was read"));
}

/* Reads for a command, whose answer tells nothing of it. */
static enum http_outcome look_then_finish(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)re;
	rq->looked = true;
	http_resume(rq, finish, arg);
	return HTTP_PENDING;
}

/* What the disk says: all is there, wait, or that it takes nothing. */
static enum { DISK_HAS_IT, DISK_IS_AT_IT, DISK_FAILS } disk;
static _Atomic int settling_asked;

static bool settling(struct http_request *rq, void *arg, enum err *e)
{
	settling_asked++;
	*e = disk == DISK_FAILS ? ERR_IO : OK;
	if (disk == DISK_IS_AT_IT)
		(void)hold(rq, NULL, arg);
	return disk == DISK_IS_AT_IT;
}

static void slow_job(void *arg)
{
	static char who[] = "by a worker";
	http_resume(arg, finish, who);
}

static enum http_outcome work(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	return http_work_submit(rq->server, HTTP_WORK_SHORT, slow_job, rq) == OK ? HTTP_PENDING : http_busy(rq, re);
}

/* Jobs that take as long as the test wants. */
static struct {
	struct os_mutex lock;
	struct os_cond changed;
	int begun;
	bool open;
} gate;

static void long_job(void *arg)
{
	static char who[] = "after long";
	os_mutex_lock(&gate.lock);
	gate.begun++;
	os_cond_broadcast(&gate.changed);
	while (!gate.open)
		os_cond_wait(&gate.changed, &gate.lock);
	os_mutex_unlock(&gate.lock);
	http_resume(arg, finish, who);
}

static enum http_outcome alive(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	CHECK(!rq->session);
	return http_send(re, 200, "text/plain", S("alive"));
}

/* As a page whose database says nothing: its thread waits. */
static enum http_outcome stuck(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq, (void)arg;
	os_mutex_lock(&gate.lock);
	gate.begun++;
	os_cond_broadcast(&gate.changed);
	while (!gate.open)
		os_cond_wait(&gate.changed, &gate.lock);
	os_mutex_unlock(&gate.lock);
	return http_send(re, 200, "text/plain", S("at last"));
}

static enum http_outcome work_long(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	return http_work_submit(rq->server, HTTP_WORK_LONG, long_job, rq) == OK ? HTTP_PENDING : http_busy(rq, re);
}

static enum http_outcome events(struct http_request *rq, struct http_reply *re, void *arg)
{
	static const char *const topics[] = { "board", "organ:3" };
	(void)arg;
	return http_stream_open(rq, re, topics, 2, S("{\"open\":1}")) == OK ? HTTP_STREAM : http_busy(rq, re);
}

/* Length, first and last byte: what is looked at of a body that lies in a file. */
static enum http_outcome weigh(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	struct str b = rq->body;
	struct str text = arena_printf(rq->arena, "%zu %c %c", b.len, b.len ? b.ptr[0] : '-', b.len ? b.ptr[b.len - 1] : '-');
	return http_send(re, 200, "text/plain", text);
}

static const struct http_route routes[] = {
	{ HTTP_POST, "/large", ANYONE, weigh, "large", 0, 4 << 20, NULL },
	{ HTTP_GET, "/hello", ANYONE, hello, "hello", 0, 0, NULL },
	{ HTTP_GET, "/cases/{no}", ANYONE, show, "case.show", 0, 0, NULL },
	{ HTTP_GET, "/cases/new", ANYONE, silent, "case.silent", 0, 0, NULL },
	{ HTTP_POST, "/echo", ANYONE, echo, "echo", 0, 0, NULL },
	{ HTTP_POST, "/upload", ANYONE, echo, "upload", 0, 200000, NULL },
	{ HTTP_POST, "/login", ANYONE, login, "login", 0, 0, NULL },
	{ HTTP_POST, "/logout", ANYONE, logout, "logout", 0, 0, NULL },
	{ HTTP_GET, "/me", LOGGED_IN, token_of, "me", 0, 0, NULL },
	{ HTTP_POST, "/secret", LOGGED_IN, refused_by_rule, "secret", 0, 0, NULL },
	{ HTTP_POST, "/act", LOGGED_IN, echo, "act", 0, 0, NULL },
	{ HTTP_POST, "/api/act", ANYONE, echo, "api.act", HTTP_ROUTE_API | HTTP_ROUTE_TOKEN, 0, NULL },
	{ HTTP_GET, "/api/problem", ANYONE, problem, "api.problem", HTTP_ROUTE_API, 0, NULL },
	{ HTTP_GET, "/problem", ANYONE, problem, "problem", 0, 0, NULL },
	{ HTTP_GET, "/much", ANYONE, much, "much", 0, 0, NULL },
	{ HTTP_GET, "/file", ANYONE, file, "file", 0, 0, NULL },
	{ HTTP_GET, "/hold/{no:int}", ANYONE, hold, "hold", 0, 0, NULL },
	{ HTTP_GET, "/look", ANYONE, look, "look", 0, 0, NULL },
	{ HTTP_GET, "/look/{no}", ANYONE, look_then_finish, "look.finish", 0, 0, NULL },
	{ HTTP_GET, "/again/{no}", ANYONE, again, "again", 0, 0, NULL },
	{ HTTP_GET, "/work/{no}", ANYONE, work, "work", 0, 0, NULL },
	{ HTTP_GET, "/stuck", ANYONE, stuck, "stuck", 0, 0, NULL },
	{ HTTP_GET, "/stuck/quick", LOGGED_IN, stuck, "stuck.quick", HTTP_ROUTE_QUICK, 0, NULL },
	{ HTTP_GET, "/alive", LOGGED_IN, alive, "alive", HTTP_ROUTE_QUICK, 0, NULL },
	{ HTTP_GET, "/long/{no}", ANYONE, work_long, "long", 0, 0, NULL },
	{ HTTP_GET, "/events", ANYONE, events, "events", 0, 0, NULL },
};

static enum err authorize(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)arg;
	if (rq->route->access == ANYONE || rq->session)
		return OK;
	if (rq->method == HTTP_GET)
		http_redirect(re, S("/login"));
	return ERR_DENIED;
}

/* ---- the place where it runs ---- */

static void put_file(const char *dir, const char *name, struct str text)
{
	const char *path = arena_printf(&arena, "%s/%s", dir, name).ptr;
	CHECK_INT(os_file_write(path, text, NULL), OK);
}

static void put_word(struct buf *b, size_t v)
{
	uint32_t word = (uint32_t)v;
	buf_put(b, str_span((const char *)&word, 4));
}

/* A .mo file of two columns, keys sorted by the caller. */
static struct str make_mo(const char *const (*rows)[2], size_t n)
{
	struct buf b;
	size_t at = 28 + n * 16;
	buf_init_in(&b, &arena, 1 << 16);
	put_word(&b, 0x950412de);
	put_word(&b, 0);
	put_word(&b, n);
	put_word(&b, 28);
	put_word(&b, 28 + n * 8);
	put_word(&b, 0);
	put_word(&b, 0);
	for (size_t column = 0; column < 2; column++) {
		for (size_t i = 0; i < n; i++) {
			put_word(&b, strlen(rows[i][column]));
			put_word(&b, at);
			at += strlen(rows[i][column]) + 1;
		}
	}
	for (size_t column = 0; column < 2; column++)
		for (size_t i = 0; i < n; i++)
			buf_put(&b, str_span(rows[i][column], strlen(rows[i][column]) + 1));
	return buf_str(&b);
}

static struct http_options options_in(const char *dir)
{
	static const char *const zh[][2] = { { "err.case.taken", "办件 {0} 已被领取" }, { "hello.done", "已办:{0}" }, { "hello.title", "你好,{0}" } };
	static const char *const en[][2] = { { "err.case.taken", "Case {0} is taken" }, { "hello.done", "Done: {0}" }, { "hello.title", "Hello, {0}" } };
	const char *sub[] = { "t/error", "l", "s" };
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(os_dir_make(arena_printf(&arena, "%s/%s", dir, sub[i]).ptr, NULL), OK);
	put_file(dir, "t/layout.mustache", S("<html lang=\"{{page.lang}}\"><a href=\"{{page.lang_href}}\">{{page.csrf_field}}</a>{{#flash}}[{{kind}}:{{text}}]{{/flash}}{{{page.content}}}</html>"));
	put_file(dir, "t/hello.mustache", S("<h1>{{#t}}hello.title|{{name}}{{/t}}</h1>{{{page.csrf_field}}}{{> piece}}"));
	put_file(dir, "t/piece.mustache", S("<p>{{page.path}}</p>"));
	put_file(dir, "t/error/error.mustache", S("<h1>{{status}} {{code}}</h1>{{text}}"));
	put_file(dir, "l/zh_CN.mo", make_mo(zh, 3));
	put_file(dir, "l/en.mo", make_mo(en, 3));
	struct buf css;
	buf_init_in(&css, &arena, 1 << 16);
	for (int i = 0; i < 300; i++)
		buf_putz(&css, "a { color: red }\n");
	put_file(dir, "s/main.css", buf_str(&css));
	put_file(dir, "s/tiny.css", S("b{}"));
	return (struct http_options){
		.port = 0, .threads = 2, .clock = &now, .routes = routes, .routes_count = sizeof routes / sizeof *routes,
		.authorize = authorize, .settling = settling, .body_max = 64 << 10, .file_max = 100000,
		.templates_dir = arena_printf(&arena, "%s/t", dir).ptr, .locale_dir = arena_printf(&arena, "%s/l", dir).ptr,
		.static_dir = arena_printf(&arena, "%s/s", dir).ptr,
	};
}

static bool start_with(void (*change)(struct http_options *o))
{
	struct str dir;
	struct diag d;
	diag_init(&d);
	arena_init(&arena, 64 << 20);
	os_clock_virtual(&now, 1700000000000);
	if (os_dir_temporary(&arena, &dir, &d) != OK)
		return false;
	place = arena_z(&arena, dir);
	struct http_options o = options_in(place);
	if (change)
		change(&o);
	if (http_server_start(&o, &server, &d) != OK) {
		printf("%s: %s\n", d.code, d.text);
		return false;
	}
	port = http_server_port(server);
	os_mutex_init(&held.lock);
	os_cond_init(&held.changed);
	held.count = 0;
	return port > 0;
}

static bool start(void)
{
	return start_with(NULL);
}

static void stop(void)
{
	http_server_stop(server);
	CHECK_INT(os_dir_remove(place, NULL), OK);
	arena_release(&arena);
}

static bool read_until(int fd, char *text, size_t room, const char *what);

static bool contains(struct str s, const char *what)
{
	return str_find(s, str_of(what)) >= 0;
}

/* ---- tests ---- */

TEST(pages_are_framed_translated_and_escaped)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "GET", "/hello?name=%3C%E5%BC%A0%3E", "", S(""));
	CHECK_INT(a.status, 200);
	CHECK_STR(a.body, "<html lang=\"zh-CN\"><a href=\"/hello?lang=en&amp;name=%3C%E5%BC%A0%3E\"></a><h1>你好,&lt;张&gt;</h1><p>/hello</p></html>");
	CHECK(contains(client_header(&a, "Content-Security-Policy"), "default-src 'self'"));
	CHECK(contains(client_header(&a, "Content-Security-Policy"), "frame-ancestors 'none'"));
	CHECK_STR(client_header(&a, "X-Content-Type-Options"), "nosniff");
	CHECK_STR(client_header(&a, "Cache-Control"), "no-store");
	CHECK_INT(client_header(&a, "X-Request-Id").len, 16);
	answer_free(&a);
	a = client_ask(port, "GET", "/hello?name=x", "Accept-Language: fr, en;q=0.8, zh;q=0.7\r\n", S(""));
	CHECK(contains(a.body, "<html lang=\"en\">") && contains(a.body, "Hello, x"));
	answer_free(&a);
	a = client_ask(port, "GET", "/hello?lang=en", "Accept-Language: zh\r\n", S(""));
	CHECK(contains(a.body, "lang=\"en\"") && contains(client_header(&a, "Set-Cookie"), "banjie_lang=en;"));
	answer_free(&a);
	a = client_ask(port, "GET", "/hello", "Accept-Language: zh\r\nCookie: a=b; banjie_lang=en\r\n", S(""));
	CHECK(contains(a.body, "lang=\"en\""));
	answer_free(&a);
	stop();
}

TEST(methods_and_addresses_are_answered_properly)
{
	static const struct { const char *name, *method, *target; int status; const char *header, *value; } rows[] = {
		{ "HEAD has the length", "HEAD", "/hello?name=x", 200, "Content-Length", "" },
		{ "405 names the methods", "DELETE", "/hello", 405, "Allow", "GET, HEAD" },
		{ "405 for a POST route", "GET", "/echo", 405, "Allow", "POST" },
		{ "unknown method", "BREW", "/hello", 405, "Allow", "GET, HEAD" },
		{ "what an address takes", "OPTIONS", "/echo", 204, "Allow", "POST" },
		{ "what the server takes", "OPTIONS", "*", 204, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE" },
		{ "of nothing", "OPTIONS", "/none", 404, "", "" },
		{ "only of that method", "GET", "*", 400, "", "" },
		{ "a star in an address", "OPTIONS", "/*", 404, "", "" },
		{ "a star and more", "OPTIONS", "*a", 400, "", "" },
		{ "unknown address", "GET", "/none", 404, "Content-Type", "text/html; charset=utf-8" },
		{ "unknown address of the API", "GET", "/api/none", 404, "Content-Type", "application/problem+json" },
		{ "bad escape", "GET", "/cases/%zz", 400, "", "" },
		{ "escaped NUL", "GET", "/cases/%00", 400, "", "" },
		{ "bad UTF-8", "GET", "/cases/%ff", 400, "", "" },
		{ "bad query", "GET", "/hello?a=%g", 400, "", "" },
		{ "literal before parameter", "GET", "/cases/new", 500, "", "" },
		{ "number wanted", "GET", "/hold/x", 404, "", "" },
		{ "empty segment", "GET", "/cases/", 404, "", "" },
		{ "conflict", "GET", "/problem", 409, "Content-Type", "text/html; charset=utf-8" },
	};
	REQUIRE(start());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct answer a = client_ask(port, rows[i].method, rows[i].target, "", S(""));
		ROW(rows[i].name);
		CHECK_INT(a.status, rows[i].status);
		if (rows[i].value[0])
			CHECK_STR(client_header(&a, rows[i].header), rows[i].value);
		CHECK_STR(client_header(&a, "X-Content-Type-Options"), "nosniff");
		if (i == 0) {
			int64_t n = 0;
			CHECK(str_to_i64(client_header(&a, "Content-Length"), &n) && n > 50);
			CHECK_INT(a.body.len, 0);
		}
		answer_free(&a);
	}
	stop();
}

TEST(path_parameters_are_decoded)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "GET", "/cases/%E5%8A%9E%2F7", "", S(""));
	CHECK_STR(a.body, "{\"no\":\"办/7\",\"lang\":\"zh_CN\",\"remote\":\"127.0.0.1\"}");
	CHECK_STR(client_header(&a, "Content-Type"), "application/json");
	answer_free(&a);
	stop();
}

static void behind_a_proxy(struct http_options *o)
{
	o->trusted_proxy = true;
}

/* What somebody sends himself stands before what the proxy adds, in the line or in a line of its own. */
TEST(the_caller_is_whom_the_proxy_names_and_nobody_he_names_himself)
{
	static const struct { const char *name, *lines, *remote; } rows[] = {
		{ "no proxy", "", "127.0.0.1" },
		{ "one", "X-Forwarded-For: 198.51.100.7\r\n", "198.51.100.7" },
		{ "a proxy that adds to the line", "X-Forwarded-For: 203.0.113.1, 198.51.100.7\r\n", "198.51.100.7" },
		{ "a proxy that adds a line", "X-Forwarded-For: 203.0.113.1\r\nx-forwarded-for: 198.51.100.7\r\n", "198.51.100.7" },
		{ "both", "X-Forwarded-For: 203.0.113.1,203.0.113.2\r\nX-Forwarded-For: 203.0.113.3 , 2001:db8::7\r\n", "2001:db8::7" },
		{ "no address", "X-Forwarded-For: 203.0.113.1, unknown\r\n", "127.0.0.1" },
		{ "an empty line behind", "X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-For:\r\n", "127.0.0.1" },
		{ "one that looks like another header", "X-Forwarded-Fo: 203.0.113.1\r\n", "127.0.0.1" },
	};
	for (int trusted = 1; trusted >= 0; trusted--) {
		REQUIRE(start_with(trusted ? behind_a_proxy : NULL));
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			struct answer a = client_ask(port, "GET", "/cases/7", rows[i].lines, S(""));
			ROW(rows[i].name);
			CHECK(contains(a.body, arena_printf(&arena, "\"remote\":\"%s\"", trusted ? rows[i].remote : "127.0.0.1").ptr));
			answer_free(&a);
		}
		stop();
	}
}

TEST(problems_are_documents_for_machines_and_pages_for_people)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "GET", "/api/problem", "Accept-Language: en\r\n", S(""));
	CHECK_INT(a.status, 409);
	CHECK_STR(client_header(&a, "Content-Type"), "application/problem+json");
	CHECK(contains(a.body, "\"code\":\"case.taken\"") && contains(a.body, "\"detail\":\"Case 7 is taken\"") && contains(a.body, "\"instance\":\"/api/problem\""));
	answer_free(&a);
	a = client_ask(port, "GET", "/problem", "", S(""));
	CHECK(contains(a.body, "<h1>409 case.taken</h1>办件 7 已被领取"));
	answer_free(&a);
	a = client_ask(port, "GET", "/problem", "Accept: application/json\r\n", S(""));
	CHECK(contains(a.body, "\"status\":409"));
	answer_free(&a);
	stop();
}

TEST(forms_and_uploads_arrive)
{
	static const char multipart[] =
		"--XX\r\nContent-Disposition: form-data; name=\"名\"\r\n\r\n张\r\n三\r\n"
		"--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\\\x\\\\身份证.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\n1 0 obj\r\n"
		"--XX\r\nContent-Disposition: form-data; name=\"g\"; filename=\"\"\r\n\r\n\r\n"
		"--XX--\r\n";
	REQUIRE(start());
	struct answer a = client_ask(port, "POST", "/echo", "Content-Type: application/x-www-form-urlencoded\r\n", S("a=1&b=%E4%B8%AD+x&a=2&c"));
	CHECK_STR(a.body, "a=1;b=中 x;a=2;c=;ok");
	answer_free(&a);
	a = client_ask(port, "POST", "/echo", "Content-Type: Multipart/Form-Data; boundary=XX\r\n", str_of(multipart));
	CHECK_STR(a.body, "名=张\r\n三;file f:身份证.pdf:application/pdf:16;ok");
	answer_free(&a);
	a = client_ask(port, "POST", "/echo", "Content-Type: multipart/form-data\r\n", str_of(multipart));
	CHECK_INT(a.status, 400);
	answer_free(&a);
	stop();
}

TEST(bodies_are_bounded)
{
	static char big[300000];
	memset(big, 'x', sizeof big);
	REQUIRE(start());
	struct answer a = client_ask(port, "POST", "/echo", "Content-Type: text/plain\r\n", str_span(big, 64 << 10));
	CHECK_INT(a.status, 200);
	answer_free(&a);
	a = client_ask(port, "POST", "/echo", "Content-Type: text/plain\r\n", str_span(big, (64 << 10) + 1));
	CHECK_INT(a.status, 413);
	answer_free(&a);
	ROW("the route allows more");
	a = client_ask(port, "POST", "/upload", "Content-Type: text/plain\r\n", str_span(big, 200000));
	CHECK_INT(a.status, 200);
	answer_free(&a);
	ROW("one file too large");
	memcpy(big, "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\n", 68);
	memcpy(big + 180000, "\r\n--B--\r\n", 9);
	a = client_ask(port, "POST", "/upload", "Content-Type: multipart/form-data; boundary=B\r\n", str_span(big, 180009));
	CHECK_INT(a.status, 413);
	answer_free(&a);
	ROW("chunked beyond the limit");
	int fd = client_connect(port);
	client_send(fd, S("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"));
	for (int i = 0; i < 9; i++) {
		client_send(fd, S("2000\r\n"));
		client_send(fd, str_span(big, 0x2000));
		client_send(fd, S("\r\n"));
	}
	client_send(fd, S("0\r\n\r\n"));
	a = client_read(fd, false);
	CHECK_INT(a.status, 413);
	close(fd);
	answer_free(&a);
	stop();
}

/* What follows the body as one way of reading the head says it is never taken for a request of its own. */
TEST(a_head_that_can_be_read_in_two_ways_is_refused)
{
	static const char *const said[][2] = {
		{ "1.1", "Content-Length: 4\r\nContent-Length: 44\r\n" },
		{ "1.1", "Content-Length: 44\r\nContent-Length: 4\r\n" },
		{ "1.1", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n" },
		{ "1.1", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n" },
		{ "1.1", "Content-Length : 44\r\n" },
		{ "1.1", "Content-Length\t: 44\r\n" },
		{ "1.1", "Transfer-Encoding : chunked\r\n" },
		{ "1.1", "Transfer-Encoding: xchunked\r\n" },
		{ "1.1", "Transfer-Encoding: gzip, chunked\r\n" },
		{ "1.1", "Transfer-Encoding:\r\n chunked\r\n" },
		{ "1.1", "Content-Length:\r\n\t44\r\n" },
		{ "1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n" },
		{ "1.1", "Content-\xe9: 44\r\n" },
		{ "1.1", "X: a\rContent-Length: 44\r\n" },
		{ "1.1", "X: \x01\r\n" },
		{ "1.1", "Host: y\r\n" },
	};
	REQUIRE(start());
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		char text[400];
		ROW(said[i][1]);
		snprintf(text, sizeof text, "POST /echo HTTP/%s\r\nHost: x\r\nContent-Type: text/plain\r\n%s\r\n"
		         "0\r\n\r\nGET /nothing-here HTTP/1.1\r\nHost: x\r\n\r\n", said[i][0], said[i][1]);
		int fd = client_connect(port);
		client_send(fd, str_of(text));
		struct answer a = client_read(fd, false);
		CHECK_INT(a.status, 400);
		CHECK_STR(client_header(&a, "Connection"), "close");
		answer_free(&a);
		a = client_read(fd, false);
		CHECK_INT(a.status, 0);
		answer_free(&a);
		close(fd);
	}
	stop();
}

TEST(a_head_with_blanks_and_letters_of_any_kind_is_read)
{
	REQUIRE(start());
	int fd = client_connect(port);
	client_send(fd, S("POST /echo HTTP/1.1\r\nHost:x\r\nX-Name: 办\t结\r\nX-Empty:\r\nx!#$%&'*+-.^_`|~9: 1\r\ntransfer-encoding: \tChunked\r\n\r\n0\r\n\r\n"));
	struct answer a = client_read(fd, false);
	CHECK_INT(a.status, 200);
	answer_free(&a);
	close(fd);
	stop();
}

TEST(a_whole_address_is_taken_for_what_stands_behind_its_host)
{
	static const struct { const char *target; int status; } of[] = {
		{ "http://x/hello", 200 }, { "HTTPS://X/hello?a=1", 200 }, { "http://x", 404 }, { "http://x?a=1", 404 }, { "http://x//hello", 404 },
		{ "http://y/hello", 400 }, { "http:///hello", 400 }, { "http://x:80/hello", 400 }, { "http://", 400 }, { "ftp://x/hello", 400 }, { "hello", 400 },
	};
	REQUIRE(start());
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		char text[200];
		ROW(of[i].target);
		snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", of[i].target);
		int fd = client_connect(port);
		client_send(fd, str_of(text));
		struct answer a = client_read(fd, false);
		CHECK_INT(a.status, of[i].status);
		answer_free(&a);
		close(fd);
	}
	stop();
}

TEST(huge_headers_are_refused_and_nothing_leaks)
{
	static char line[100000];
	REQUIRE(start());
	memset(line, 'x', sizeof line - 1);
	int fd = client_connect(port);
	client_send(fd, S("GET /hello HTTP/1.1\r\nHost: x\r\nX-A: "));
	client_send(fd, str_of(line));
	client_send(fd, S("\r\n\r\n"));
	struct answer a = client_read(fd, false);
	CHECK_INT(a.status, 431);
	close(fd);
	answer_free(&a);
	stop();
}

/* "banjie=...": the cookie that an answer sets, as a request header. */
static const char *cookie_of(const struct answer *a)
{
	struct str rest = a->head;
	while (rest.ptr) {
		struct str line = str_cut(&rest, '\n');
		if (str_starts(line, S("Set-Cookie: banjie="))) {
			struct str value = str_sub(line, 12, line.len);
			struct str pair = str_cut(&value, ';');
			return arena_printf(&arena, "Cookie: %.*s\r\n", STR_ARG(pair)).ptr;
		}
	}
	return "";
}

TEST(sessions_csrf_and_notices)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "POST", "/login", "", S(""));
	CHECK_INT(a.status, 303);
	CHECK_STR(client_header(&a, "Location"), "/hello?name=x");
	CHECK(contains(a.head, "HttpOnly") && contains(a.head, "SameSite=Lax"));
	const char *cookie = cookie_of(&a);
	REQUIRE(cookie[0]);
	const char *notice = strstr(a.text, "banjie_flash=");
	REQUIRE(notice);
	const char *both = arena_printf(&arena, "Cookie: %.*s\r\n", (int)strcspn(notice, ";"), notice).ptr;
	answer_free(&a);
	ROW("the notice is shown once");
	a = client_ask(port, "GET", "/hello", both, S(""));
	CHECK(contains(a.body, "[success:已办:&lt;张三&gt;]") && contains(a.head, "banjie_flash=; Path=/; SameSite=Lax; Max-Age=0"));
	answer_free(&a);
	ROW("who am I");
	a = client_ask(port, "GET", "/me", cookie, S(""));
	CHECK(str_starts(a.body, S("7 clerk ")));
	const char *token = arena_z(&arena, str_sub(a.body, 8, a.body.len));
	answer_free(&a);
	ROW("no token");
	a = client_ask(port, "POST", "/act", arena_printf(&arena, "%sContent-Type: application/x-www-form-urlencoded\r\n", cookie).ptr, S("a=1"));
	CHECK_INT(a.status, 403);
	CHECK(contains(a.body, "http.csrf"));
	answer_free(&a);
	ROW("wrong token");
	a = client_ask(port, "POST", "/act", arena_printf(&arena, "%sX-CSRF-Token: %.42sx\r\n", cookie, token).ptr, S(""));
	CHECK_INT(a.status, 403);
	answer_free(&a);
	ROW("token as field");
	a = client_ask(port, "POST", "/act", arena_printf(&arena, "%sContent-Type: application/x-www-form-urlencoded\r\n", cookie).ptr, arena_printf(&arena, "a=1&csrf=%s", token));
	CHECK_INT(a.status, 200);
	answer_free(&a);
	ROW("token as header, own origin");
	a = client_ask(port, "POST", "/act", arena_printf(&arena, "%sX-CSRF-Token: %s\r\nOrigin: http://banjie.test\r\n", cookie, token).ptr, S(""));
	CHECK_INT(a.status, 200);
	answer_free(&a);
	ROW("the page carries the token");
	a = client_ask(port, "GET", "/hello", cookie, S(""));
	CHECK(contains(a.body, token));
	answer_free(&a);
	ROW("logout ends it");
	a = client_ask(port, "POST", "/logout", arena_printf(&arena, "%sX-CSRF-Token: %s\r\n", cookie, token).ptr, S(""));
	CHECK_STR(client_header(&a, "Location"), "/");
	answer_free(&a);
	a = client_ask(port, "GET", "/me", cookie, S(""));
	CHECK_INT(a.status, 303);
	CHECK_STR(client_header(&a, "Location"), "/login");
	answer_free(&a);
	stop();
}

/* A store whose writes come to their end when the test says so, and as it says. */
static struct { void (*done)(void *of, enum err e); void *of; } written;

static enum err put_and_wait(void *arg, const struct http_session *s, void (*done)(void *of, enum err e), void *of)
{
	(void)arg, (void)s;
	os_mutex_lock(&held.lock);
	written.done = done;
	written.of = of;
	os_cond_signal(&held.changed);
	os_mutex_unlock(&held.lock);
	return OK;
}

static enum err get_none(void *arg, const char *key, struct http_session *out)
{
	(void)arg, (void)key, (void)out;
	return ERR_NOT_FOUND;
}

static void with_slow_sessions(struct http_options *o)
{
	static const struct http_session_store slow = { .get = get_none, .put = put_and_wait };
	o->sessions = &slow;
}

TEST(who_logs_in_is_answered_when_the_session_is_kept_and_told_when_it_is_not)
{
	static const struct { const char *name; enum err kept; int status; bool cookies; } rows[] = {
		{ "kept", OK, 303, true }, { "not kept", ERR_IO, 503, false },
	};
	REQUIRE(start_with(with_slow_sessions));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		written.done = NULL;
		int fd = client_connect(port);
		client_send(fd, S("POST /login?lang=en HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
		os_mutex_lock(&held.lock);
		while (!written.done)
			os_cond_wait(&held.changed, &held.lock);
		os_mutex_unlock(&held.lock);
		written.done(written.of, rows[i].kept);
		struct answer a = client_read(fd, false);
		CHECK_INT(a.status, rows[i].status);
		CHECK_INT(contains(a.head, "banjie=") || contains(a.head, "banjie_flash="), rows[i].cookies);
		CHECK(contains(a.head, "banjie_lang=en")); /* which has nothing to do with it */
		answer_free(&a);
		close(fd);
	}
	stop();
}

static enum err get_mine(void *arg, const char *key, struct http_session *out)
{
	(void)arg;
	*out = (struct http_session){ .csrf = "token", .person = 7, .created_ms = INT64_MAX / 2, .seen_ms = INT64_MAX / 2 };
	snprintf(out->key, sizeof out->key, "%s", key);
	return OK;
}

static enum err drop_later(void *arg, const char *key, void (*done)(void *of, enum err e), void *of)
{
	(void)arg, (void)key, (void)done, (void)of;
	return ERR_BUSY;
}

static void touch_nothing(void *arg, const struct http_session *s)
{
	(void)arg, (void)s;
}

static void with_full_queue(struct http_options *o)
{
	static const struct http_session_store full = { .get = get_mine, .touch = touch_nothing, .drop = drop_later };
	o->sessions = &full;
}

TEST(who_cannot_be_logged_out_is_told_so_and_stays_logged_in)
{
	REQUIRE(start_with(with_full_queue));
	struct answer a = client_ask(port, "POST", "/logout", "Cookie: banjie=0123456789012345678901234567890123456789012\r\nX-CSRF-Token: token\r\n", S(""));
	CHECK_INT(a.status, 503);
	CHECK(!contains(a.head, "banjie="));
	answer_free(&a);
	stop();
}

TEST(requests_from_other_sites_are_refused)
{
	static const struct { const char *name, *headers, *target; int status; } rows[] = {
		{ "plain client", "", "/echo", 200 },
		{ "own origin", "Origin: https://banjie.test\r\n", "/echo", 200 },
		{ "other origin", "Origin: https://evil.example\r\n", "/echo", 403 },
		{ "opaque origin", "Origin: null\r\n", "/echo", 403 },
		{ "origin that begins alike", "Origin: https://banjie.test.evil.example\r\n", "/echo", 403 },
		{ "cross-site", "Sec-Fetch-Site: cross-site\r\n", "/echo", 403 },
		{ "same-site is another host", "Sec-Fetch-Site: same-site\r\n", "/echo", 403 },
		{ "same-origin", "Sec-Fetch-Site: same-origin\r\n", "/echo", 200 },
		{ "a token needs no origin", "Origin: https://evil.example\r\nAuthorization: Bearer abc\r\n", "/api/act", 200 },
		{ "a token helps pages not", "Origin: https://evil.example\r\nAuthorization: Bearer abc\r\n", "/echo", 403 },
	};
	REQUIRE(start());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct answer a = client_ask(port, "POST", rows[i].target, rows[i].headers, S(""));
		ROW(rows[i].name);
		CHECK_INT(a.status, rows[i].status);
		answer_free(&a);
	}
	stop();
}

TEST(sessions_expire_in_virtual_time)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "POST", "/login", "", S(""));
	const char *cookie = cookie_of(&a);
	answer_free(&a);
	for (int i = 0; i < 3; i++) {
		os_clock_set(&now, os_now_ms(&now) + 25 * 60000);
		a = client_ask(port, "GET", "/me", cookie, S(""));
		CHECK_INT(a.status, 200);
		answer_free(&a);
	}
	os_clock_set(&now, os_now_ms(&now) + 31 * 60000);
	a = client_ask(port, "GET", "/me", cookie, S(""));
	CHECK_INT(a.status, 303);
	answer_free(&a);
	stop();
}

TEST(access_is_checked_before_the_handler)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "POST", "/secret", "Accept: application/json\r\n", S("x"));
	CHECK_INT(a.status, 401);
	CHECK_STR(client_header(&a, "WWW-Authenticate"), "Bearer");
	answer_free(&a);
	a = client_ask(port, "POST", "/secret", "", S("x"));
	CHECK_INT(a.status, 403);
	answer_free(&a);
	stop();
}

TEST(downloads_keep_chinese_names_and_cannot_run)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "GET", "/file", "", S(""));
	CHECK_STR(client_header(&a, "Content-Disposition"),
	          "attachment; filename=\"_________ _1_.pdf\"; filename*=UTF-8''%E8%AE%B8%E5%8F%AF%E8%AF%81%20%221%22.pdf");
	CHECK(contains(client_header(&a, "Content-Security-Policy"), "sandbox"));
	answer_free(&a);
	stop();
}

TEST(static_files_are_packed_and_cached)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "GET", "/static/main.css", "", S(""));
	CHECK_INT(a.status, 200);
	CHECK_INT(a.body.len, 300 * 17);
	CHECK_STR(client_header(&a, "Content-Type"), "text/css; charset=utf-8");
	CHECK_STR(client_header(&a, "Cache-Control"), "no-cache");
	struct str etag = client_header(&a, "ETag");
	const char *match = arena_printf(&arena, "If-None-Match: %.*s\r\n", STR_ARG(etag)).ptr;
	answer_free(&a);
	a = client_ask(port, "GET", "/static/main.css", match, S(""));
	CHECK_INT(a.status, 304);
	answer_free(&a);
	a = client_ask(port, "GET", "/static/main.css", "Accept-Encoding: br, gzip\r\n", S(""));
	CHECK_STR(client_header(&a, "Content-Encoding"), "gzip");
	CHECK(a.body.len < 400);
	answer_free(&a);
	a = client_ask(port, "GET", "/static/main.css", "Accept-Encoding: gzip;q=0\r\n", S(""));
	CHECK_STR(client_header(&a, "Content-Encoding"), "");
	answer_free(&a);
	a = client_ask(port, "GET", "/static/tiny.css", "Accept-Encoding: gzip\r\n", S(""));
	CHECK_STR(a.body, "b{}");
	answer_free(&a);
	static const char *const bad[] = { "/static/none.css", "/static/..%2ft%2fhello.mustache", "/static/../t/hello.mustache", "/static/" };
	for (size_t i = 0; i < 4; i++) {
		ROW(bad[i]);
		a = client_ask(port, "GET", bad[i], "", S(""));
		CHECK_INT(a.status, 404);
		answer_free(&a);
	}
	stop();
}

TEST(pending_requests_are_resumed_by_anyone)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "GET", "/again/7", "", S(""));
	CHECK_STR(a.body, "finished at once 7");
	answer_free(&a);
	a = client_ask(port, "GET", "/work/8", "", S(""));
	CHECK_STR(a.body, "finished by a worker 8");
	answer_free(&a);
	stop();
}

static void wait_at_the_gate(int begun)
{
	os_mutex_lock(&gate.lock);
	while (gate.begun < begun)
		os_cond_wait(&gate.changed, &gate.lock);
	os_mutex_unlock(&gate.lock);
}

static void open_the_gate(void)
{
	os_mutex_lock(&gate.lock);
	gate.open = true;
	os_cond_broadcast(&gate.changed);
	os_mutex_unlock(&gate.lock);
}

/* Somebody presses again and again what takes minutes: others log in meanwhile, and whoever is one too many is told at once. */
TEST(what_takes_a_moment_does_not_wait_behind_what_takes_minutes)
{
	enum { AT_WORK = 2, N = AT_WORK + HTTP_WORK_LONG_MAX + 1 };
	struct pollfd asked[N];
	int refused = 0;
	gate.begun = 0;
	gate.open = false;
	os_mutex_init(&gate.lock);
	os_cond_init(&gate.changed);
	REQUIRE(start());
	for (int i = 0; i < N; i++) {
		asked[i] = (struct pollfd){ .fd = client_connect(port), .events = POLLIN };
		client_send(asked[i].fd, S("GET /long/1 HTTP/1.1\r\nHost: x\r\n\r\n"));
		wait_at_the_gate(i < AT_WORK ? i + 1 : AT_WORK);
	}
	CHECK_INT(poll(asked, N, CLIENT_PATIENCE_S * 1000), 1); /* one is answered while all others wait */
	struct answer a = client_ask(port, "GET", "/work/8", "", S(""));
	CHECK_STR(a.body, "finished by a worker 8");
	answer_free(&a);
	open_the_gate();
	for (int i = 0; i < N; i++) {
		a = client_read(asked[i].fd, false);
		refused += a.status == 503;
		CHECK(a.status == 503 ? client_header(&a, "Retry-After").len > 0 : a.status == 200);
		answer_free(&a);
		close(asked[i].fd);
	}
	CHECK_INT(refused, 1);
	stop();
	os_cond_destroy(&gate.changed);
	os_mutex_destroy(&gate.lock);
}

/* All threads for pages wait: the one that is kept free says that the process lives, and nobody is asked who he is for it. Whoever else comes has his turn behind them. */
TEST(one_thread_answers_whatever_the_others_wait_for)
{
	enum { AT_WORK = 2, N = 2 * AT_WORK };
	int fd[N], later;
	gate.begun = 0;
	gate.open = false;
	os_mutex_init(&gate.lock);
	os_cond_init(&gate.changed);
	REQUIRE(start());
	for (int i = 0; i < N; i++) {
		fd[i] = client_connect(port);
		client_send(fd[i], S("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n"));
		wait_at_the_gate(i < AT_WORK ? i + 1 : AT_WORK);
	}
	later = client_connect(port);
	client_send(later, S("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b"));
	for (int i = 0; i < 8; i++) {
		struct answer a = client_ask(port, "GET", i % 2 ? "/static/tiny.css" : "/alive", "", S(""));
		CHECK_INT(a.status, 200);
		answer_free(&a);
	}
	CHECK_INT(gate.begun, AT_WORK);
	open_the_gate();
	for (int i = 0; i <= N; i++) {
		struct answer a = client_read(i < N ? fd[i] : later, false);
		CHECK(a.status == 200 || (i >= AT_WORK && a.status == 503)); /* unless this machine took seconds for the above */
		answer_free(&a);
		close(i < N ? fd[i] : later);
	}
	stop();
	os_cond_destroy(&gate.changed);
	os_mutex_destroy(&gate.lock);
}

TEST(sixty_four_connections_wait_and_are_answered_together)
{
	enum { N = 64 };
	static char who[] = "together";
	int fd[N];
	REQUIRE(start());
	for (int i = 0; i < N; i++) {
		char text[100];
		fd[i] = client_connect(port);
		snprintf(text, sizeof text, "GET /hold/%d HTTP/1.1\r\nHost: x\r\n\r\n", i);
		client_send(fd[i], str_of(text));
	}
	os_mutex_lock(&held.lock);
	while (held.count < N)
		os_cond_wait(&held.changed, &held.lock);
	os_mutex_unlock(&held.lock);
	struct http_counts counts;
	http_server_counts(server, &counts);
	CHECK_INT(counts.pending, N);
	for (size_t i = N; i-- > 0;)
		http_resume(held.rq[i], finish, who);
	for (int i = 0; i < N; i++) {
		char want[100];
		struct answer a = client_read(fd[i], false);
		snprintf(want, sizeof want, "finished together %d", i);
		CHECK_STR(a.body, want);
		answer_free(&a);
	}
	ROW("and the connections go on");
	for (int i = 0; i < N; i++)
		client_send(fd[i], S("GET /cases/x HTTP/1.1\r\nHost: x\r\n\r\n"));
	for (int i = 0; i < N; i++) {
		struct answer a = client_read(fd[i], false);
		CHECK_INT(a.status, 200);
		answer_free(&a);
		close(fd[i]);
	}
	stop();
}

/* As many connections as the library takes events at once, all ready together: it must not wait for more (server.c, epoll_wait). */
TEST(connections_that_are_all_ready_at_once_do_not_stand_still)
{
	enum { READY = 5 };
	struct epoll_event events[READY] = { { .events = 0 } };
	struct { int poll, fd[READY]; } e = { .poll = epoll_create1(0) };
	REQUIRE(start()); /* the library is loaded and finds the same function */
	CHECK(dlsym(RTLD_DEFAULT, "epoll_wait") == (void *)(uintptr_t)epoll_wait);
	for (int i = 0; i < READY; i++) {
		struct epoll_event one = { .events = EPOLLIN | EPOLLET, .data.fd = i };
		e.fd[i] = eventfd(1, 0);
		CHECK_INT(epoll_ctl(e.poll, EPOLL_CTL_ADD, e.fd[i], &one), 0);
	}
	CHECK_INT(epoll_wait(e.poll, events, READY, 0), READY - 1);
	CHECK_INT(epoll_wait(e.poll, events, READY, 0), 1); /* nothing is lost */
	CHECK_INT(epoll_wait(e.poll, events, 1, 0), 0);
	for (int i = 0; i < READY; i++)
		close(e.fd[i]);
	close(e.poll);
	stop();
}

TEST(an_answer_that_tells_what_was_read_waits_until_it_is_on_the_disk)
{
	static const struct { const char *name; enum err settled; int status; const char *body; } rows[] = {
		{ "it comes", OK, 200, "what was read" }, { "it does not come", ERR_IO, 503, "503" },
	};
	REQUIRE(start());
	disk = DISK_IS_AT_IT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		int fd = client_connect(port);
		client_send(fd, S("GET /look HTTP/1.1\r\nHost: x\r\n\r\n"));
		os_mutex_lock(&held.lock);
		while (held.count == i)
			os_cond_wait(&held.changed, &held.lock);
		os_mutex_unlock(&held.lock);
		struct http_counts counts;
		http_server_counts(server, &counts);
		CHECK_INT(counts.pending, 1);
		http_resume_settled(held.rq[i], rows[i].settled);
		struct answer a = client_read(fd, false);
		CHECK_INT(a.status, rows[i].status);
		CHECK(contains(a.body, rows[i].body));
		CHECK_INT(client_header(&a, "X-Seen").len, rows[i].settled == OK ? 3 : 0);
		answer_free(&a);
		/* the connection goes on, and what tells nothing that was read waits for nothing */
		client_send(fd, S("GET /cases/x HTTP/1.1\r\nHost: x\r\n\r\n"));
		a = client_read(fd, false);
		CHECK_INT(a.status, 200);
		answer_free(&a);
		close(fd);
	}
	ROW(NULL);
	disk = DISK_HAS_IT;
	stop();
}

TEST(what_the_disk_has_or_will_never_have_is_answered_at_once)
{
	REQUIRE(start());
	struct answer a = client_ask(port, "GET", "/look", "", S(""));
	CHECK_INT(a.status, 200);
	CHECK_STR(a.body, "what was read");
	answer_free(&a);
	disk = DISK_FAILS;
	a = client_ask(port, "GET", "/look", "", S(""));
	CHECK_INT(a.status, 503);
	CHECK(client_header(&a, "Retry-After").len > 0);
	answer_free(&a);
	int asked = settling_asked;
	a = client_ask(port, "GET", "/look/7", "", S(""));
	CHECK_INT(a.status, 200);
	CHECK_STR(a.body, "finished at once 7");
	CHECK_INT(settling_asked, asked);
	answer_free(&a);
	disk = DISK_HAS_IT;
	stop();
}

TEST(clients_that_leave_while_they_wait_harm_nothing)
{
	enum { N = 8 };
	static char who[] = "too late";
	int fd[N];
	REQUIRE(start());
	for (int i = 0; i < N; i++) {
		fd[i] = client_connect(port);
		client_send(fd[i], S("GET /hold/1 HTTP/1.1\r\nHost: x\r\n\r\n"));
	}
	os_mutex_lock(&held.lock);
	while (held.count < N)
		os_cond_wait(&held.changed, &held.lock);
	os_mutex_unlock(&held.lock);
	for (int i = 0; i < N; i++) {
		/* half of them with a reset */
		struct linger hard = { .l_onoff = i % 2, .l_linger = 0 };
		setsockopt(fd[i], SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		close(fd[i]);
	}
	for (size_t i = 0; i < N; i++)
		http_resume(held.rq[i], finish, who);
	struct answer a = client_ask(port, "GET", "/cases/1", "", S(""));
	CHECK_INT(a.status, 200);
	answer_free(&a);
	stop();
}

TEST(a_client_that_asks_before_sending_is_told_at_once)
{
	REQUIRE(start());
	int fd = client_connect(port);
	client_send(fd, S("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 9000000\r\n\r\n"));
	struct answer a = client_read(fd, false);
	CHECK_INT(a.status, 413);
	close(fd);
	answer_free(&a);
	ROW("what fits is asked for");
	fd = client_connect(port);
	client_send(fd, S("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
	static char text[4096];
	memset(text, 0, sizeof text);
	CHECK(read_until(fd, text, sizeof text, "100 Continue\r\n\r\n"));
	client_send(fd, S("xy"));
	CHECK(read_until(fd, text, sizeof text, "\r\n\r\nok"));
	close(fd);
	ROW("much too much is read past, and refused in words");
	static char big[5 << 20];
	a = client_ask(port, "POST", "/echo", "Content-Type: text/plain\r\n", str_span(big, sizeof big));
	CHECK_INT(a.status, 413);
	answer_free(&a);
	stop();
}

/* Reads until `what` has come; false at the end of the stream. */
static bool read_until(int fd, char *text, size_t room, const char *what)
{
	size_t len = strlen(text);
	while (!strstr(text, what)) {
		ssize_t n = len + 1 < room ? recv(fd, text + len, room - 1 - len, 0) : 0;
		if (n <= 0)
			return false;
		len += (size_t)n;
		text[len] = 0;
	}
	return true;
}

TEST(event_streams_hear_their_topics)
{
	static char text[1 << 17];
	REQUIRE(start());
	int fd = client_connect(port);
	memset(text, 0, sizeof text);
	client_send(fd, S("GET /events HTTP/1.1\r\nHost: x\r\n\r\n"));
	CHECK(read_until(fd, text, sizeof text, "event: first\ndata: {\"open\":1}\n\n"));
	CHECK(strstr(text, "text/event-stream") && strstr(text, "retry: 2000"));
	http_publish(server, "organ:4", "board", S("not for us"));
	http_publish(server, "board", "board", S("{\"红\":2}"));
	CHECK(read_until(fd, text, sizeof text, "event: board\ndata: {\"红\":2}\n\n"));
	http_publish(server, "organ:3", "alert", S("two\nlines"));
	CHECK(read_until(fd, text, sizeof text, "event: alert\ndata: two\ndata: lines\n\n"));
	CHECK(strstr(text, "not for us") == NULL);
	struct http_counts counts;
	http_server_counts(server, &counts);
	CHECK_INT(counts.streams, 1);
	ROW("the stream ends with the server");
	stop();
	CHECK(read_until(fd, text, sizeof text, "\r\n0\r\n\r\n"));
	close(fd);
}

TEST(slow_readers_are_told_to_reload)
{
	static char data[30000], text[8 << 20];
	REQUIRE(start());
	int fd = client_connect(port);
	memset(text, 0, sizeof text);
	memset(data, 'x', sizeof data);
	client_send(fd, S("GET /events HTTP/1.1\r\nHost: x\r\n\r\n"));
	CHECK(read_until(fd, text, sizeof text, "event: first"));
	/* far more than the sockets' own buffers hold */
	for (int i = 0; i < 2000; i++)
		http_publish(server, "board", "board", str_span(data, sizeof data));
	/* the event may fall into any place: read on until it comes */
	bool reload = false;
	for (size_t total = 0; !reload && total < (200u << 20);) {
		ssize_t n = recv(fd, text, sizeof text - 1, 0);
		if (n <= 0)
			break;
		text[n] = 0;
		total += (size_t)n;
		reload = strstr(text, "event: reload\n") != NULL;
	}
	CHECK(reload);
	close(fd);
	stop();
}

TEST(clients_that_go_away_are_noticed)
{
	REQUIRE(start());
	static char text[4096];
	int fd = client_connect(port);
	memset(text, 0, sizeof text);
	client_send(fd, S("GET /events HTTP/1.1\r\nHost: x\r\n\r\n"));
	CHECK(read_until(fd, text, sizeof text, "event: first"));
	close(fd);
	struct http_counts counts;
	long tries = 0;
	do {
		http_publish(server, "board", "board", S("{}"));
		http_server_counts(server, &counts);
	} while (counts.streams && ++tries < 50000000);
	CHECK_INT(counts.streams, 0);
	stop();
}

/* ---- too slow, too much ---- */

static void impatient(struct http_options *o)
{
	o->patience_ms = 40;
	o->idle_s = 1;
}

/* Until the server ends the connection: what it said before; false when it never ended it. */
static bool ended(int fd, char *text, size_t room)
{
	size_t len = 0;
	ssize_t n;
	while (len + 1 < room && (n = recv(fd, text + len, room - 1 - len, 0)) > 0)
		len += (size_t)n;
	text[len] = 0;
	return n == 0;
}

TEST(a_client_that_sends_too_slowly_is_let_go_and_others_are_served)
{
	static const struct { const char *name, *sent; } rows[] = {
		{ "half a head", "GET /hello HTTP/1.1\r\nHost: banjie.test\r\nX-A: " },
		{ "half a body", "POST /large HTTP/1.1\r\nHost: banjie.test\r\nContent-Length: 100\r\n\r\nabc" },
	};
	REQUIRE(start_with(impatient));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[4096];
		ROW(rows[i].name);
		int fd = client_connect(port);
		client_send(fd, str_of(rows[i].sent));
		struct answer a = client_ask(port, "GET", "/hello?name=x", "", S(""));
		CHECK_INT(a.status, 200);
		answer_free(&a);
		CHECK(ended(fd, text, sizeof text));
		CHECK(!strstr(text, "200 OK"));
		close(fd);
	}
	struct http_counts counts;
	http_server_counts(server, &counts);
	CHECK_INT(counts.slow, 2);
	stop();
}

static void somewhat_impatient(struct http_options *o)
{
	o->patience_ms = 400;
}

/* What has come of it buys time as what it says of its length does; what says nothing and brings nothing does not. */
TEST(a_body_that_does_not_say_its_length_has_time_for_what_came)
{
	enum { PIECE = 64 << 10 };
	static char piece[PIECE + 300], text[4096];
	REQUIRE(start_with(somewhat_impatient));
	int head = snprintf(piece, 200, "POST /large HTTP/1.1\r\nHost: banjie.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n", PIECE);
	memset(piece + head, 'x', PIECE);
	memcpy(piece + head + PIECE, "\r\n", 2);
	int steady = client_connect(port), idle = client_connect(port);
	client_send(steady, str_span(piece, (size_t)head + PIECE + 2));
	client_send(idle, S("POST /large HTTP/1.1\r\nHost: banjie.test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"));
	CHECK(ended(idle, text, sizeof text));
	int later = client_connect(port);
	client_send(later, S("GET /hello HTTP/1.1\r\nX-A: "));
	CHECK(ended(later, text, sizeof text)); /* whoever began with the other would have been ended by now */
	client_send(steady, S("0\r\n\r\n"));
	CHECK(ended(steady, text, sizeof text));
	CHECK(strncmp(text, "HTTP/1.1 ", 9) == 0);
	struct http_counts counts;
	http_server_counts(server, &counts);
	CHECK_INT(counts.slow, 2);
	close(steady);
	close(idle);
	close(later);
	stop();
}

/* Whoever sends too much over a slow line is told so as well as who has a fast one. */
TEST(a_body_that_is_too_large_has_time_to_be_read_past)
{
	enum { TOO_MUCH = 128 << 10 };
	static char body[TOO_MUCH], text[8192];
	REQUIRE(start_with(somewhat_impatient));
	int fd = client_connect(port), later = client_connect(port);
	client_send(fd, S("POST /echo HTTP/1.1\r\nHost: banjie.test\r\nConnection: close\r\nContent-Length: 131072\r\n\r\n"));
	client_send(fd, str_span(body, 1));
	client_send(later, S("GET /hello HTTP/1.1\r\nX-A: "));
	CHECK(ended(later, text, sizeof text)); /* so long has the other had, too */
	client_send(fd, str_span(body, TOO_MUCH - 1));
	CHECK(ended(fd, text, sizeof text));
	CHECK(strncmp(text, "HTTP/1.1 413", 12) == 0);
	close(fd);
	close(later);
	stop();
}

/* A request that waits for us may take its time. */
TEST(patience_is_for_clients_not_for_our_own_work)
{
	REQUIRE(start_with(impatient));
	int fd = client_connect(port), slow = client_connect(port);
	char text[4096];
	client_send(fd, S("GET /hold/1 HTTP/1.1\r\nHost: banjie.test\r\nConnection: close\r\n\r\n"));
	os_mutex_lock(&held.lock);
	while (held.count < 1)
		os_cond_wait(&held.changed, &held.lock);
	os_mutex_unlock(&held.lock);
	client_send(slow, S("GET /hello HTTP/1.1\r\nX-A: "));
	CHECK(ended(slow, text, sizeof text)); /* so long did the other wait */
	http_resume(held.rq[0], finish, NULL);
	CHECK(ended(fd, text, sizeof text));
	CHECK(strstr(text, "HTTP/1.1 200") != NULL);
	close(fd);
	close(slow);
	stop();
}

static void in_a_hurry(struct http_options *o)
{
	o->stop_wait_ms = 1000;
}

static void *stop_it(void *arg)
{
	http_server_stop(arg);
	return NULL;
}

static bool a_request_is_held(void)
{
	os_mutex_lock(&held.lock);
	for (int i = 0; held.count < 1 && i < 1000; i++)
		os_cond_wait_ms(&held.changed, &held.lock, 10);
	bool is = held.count > 0;
	os_mutex_unlock(&held.lock);
	return is;
}

/* What is under way may take long. Who comes meanwhile is turned away, and stands in no queue without an end. */
TEST(whoever_comes_while_it_stops_is_turned_away_at_once)
{
	struct os_thread *t;
	REQUIRE(start());
	int waits = client_connect(port);
	client_send(waits, S("GET /hold/1 HTTP/1.1\r\nHost: x\r\n\r\n"));
	REQUIRE(a_request_is_held() && os_thread_start(&t, stop_it, server) == OK);
	while (!http_server_stopping(server))
		(void)poll(NULL, 0, 1);
	CHECK_INT(client_connect(port), -1);
	http_resume(held.rq[0], finish, NULL);
	struct answer a = client_read(waits, false);
	CHECK_INT(a.status, 200);
	CHECK_STR(client_header(&a, "Connection"), "close");
	answer_free(&a);
	close(waits);
	os_thread_join(t);
	CHECK_INT(os_dir_remove(place, NULL), OK);
	arena_release(&arena);
}

static int lent; /* a socket that listens, and outlives each server */

static void at_the_lent(struct http_options *o)
{
	o->listener = dup(lent);
	o->address = "192.0.2.1"; /* not looked at */
}

TEST(at_a_socket_that_was_handed_over_whoever_comes_while_it_stops_is_the_next_ones)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t size = sizeof a;
	lent = socket(AF_INET, SOCK_STREAM, 0);
	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	REQUIRE(bind(lent, (struct sockaddr *)&a, size) == 0 && listen(lent, 16) == 0 && getsockname(lent, (struct sockaddr *)&a, &size) == 0);
	REQUIRE(start_with(at_the_lent));
	CHECK_INT(port, ntohs(a.sin_port));
	struct answer answer = client_ask(port, "GET", "/cases/7", "", S(""));
	CHECK_INT(answer.status, 200);
	answer_free(&answer);
	http_server_rest(server);
	int comes = client_connect(port);
	REQUIRE(comes >= 0);
	client_send(comes, S("GET /cases/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
	stop();
	REQUIRE(start_with(at_the_lent));
	answer = client_read(comes, false);
	CHECK_INT(answer.status, 200);
	answer_free(&answer);
	close(comes);
	stop();
	comes = client_connect(port);
	CHECK(comes >= 0); /* it listens on, for whoever comes next */
	close(comes);
	close(lent);
}

/* With every thread at work nobody is taken in: who comes stands at the door with what he has sent, and would be thrown out with it. */
TEST(who_stands_at_the_door_when_it_is_shut_is_let_in_and_answered)
{
	enum { THREADS = 3 };
	struct os_thread *stopper;
	int fd[THREADS + 1];
	gate.begun = 0;
	gate.open = false;
	os_mutex_init(&gate.lock);
	os_cond_init(&gate.changed);
	REQUIRE(start());
	for (int i = 0; i <= THREADS; i++) {
		fd[i] = client_connect(port);
		client_send(fd[i], i < THREADS ? S("GET /stuck/quick HTTP/1.1\r\nHost: x\r\n\r\n") : S("GET /alive HTTP/1.1\r\nHost: x\r\n\r\n"));
		wait_at_the_gate(i < THREADS ? i + 1 : THREADS);
	}
	http_server_rest(server);
	CHECK_INT(client_connect(port), -1);
	REQUIRE(os_thread_start(&stopper, stop_it, server) == OK);
	open_the_gate();
	for (int i = 0; i <= THREADS; i++) {
		struct answer a = client_read(fd[i], false);
		CHECK_INT(a.status, 200);
		answer_free(&a);
		close(fd[i]);
	}
	os_thread_join(stopper);
	os_cond_destroy(&gate.changed);
	os_mutex_destroy(&gate.lock);
	CHECK_INT(os_dir_remove(place, NULL), OK);
	arena_release(&arena);
}

/* Who was let in says in a moment what he wants: a proxy that connects has a request to send. */
TEST(who_was_let_in_and_has_not_asked_yet_when_it_stops_is_answered)
{
	struct os_thread *stopper;
	struct http_counts counts = { 0 };
	REQUIRE(start());
	int comes = client_connect(port);
	while (counts.connections < 1) {
		http_server_counts(server, &counts);
		poll(NULL, 0, 1);
	}
	REQUIRE(os_thread_start(&stopper, stop_it, server) == OK);
	while (!http_server_stopping(server))
		poll(NULL, 0, 1);
	poll(NULL, 0, 50);
	client_send(comes, S("GET /cases/7 HTTP/1.1\r\nHost: x\r\n\r\n"));
	struct answer a = client_read(comes, false);
	CHECK_INT(a.status, 200);
	CHECK_STR(client_header(&a, "Connection"), "close");
	answer_free(&a);
	close(comes);
	os_thread_join(stopper);
	CHECK_INT(os_dir_remove(place, NULL), OK);
	arena_release(&arena);
}

/* What is begun while the server waits for its clients is answered, however long that takes; what comes after that is told to come again.
 * Either would otherwise fall asleep in a daemon that is being taken down, which ends the program. */
TEST(requests_that_come_while_it_stops_are_answered)
{
	static char who[] = "at last";
	struct os_thread *stopper;
	struct http_counts counts = { 0 };
	char text[4096];
	REQUIRE(start_with(in_a_hurry));
	int slow = client_connect(port), begun = client_connect(port), late = client_connect(port);
	client_send(slow, S("POST /large HTTP/1.1\r\nHost: banjie.test\r\nContent-Length: 100\r\n\r\nabc")); /* it is waited for */
	while (counts.requests < 1 || counts.connections < 3) {
		http_server_counts(server, &counts);
		poll(NULL, 0, 1);
	}
	http_server_rest(server);
	REQUIRE(os_thread_start(&stopper, stop_it, server) == OK);
	poll(NULL, 0, 300); /* on a busy machine, too, it has found nothing of ours under way, and waits for its clients */
	client_send(begun, S("GET /hold/1 HTTP/1.1\r\nHost: banjie.test\r\n\r\n"));
	REQUIRE(a_request_is_held());
	poll(NULL, 0, 1500); /* past the patience with clients */
	client_send(late, S("GET /hold/2 HTTP/1.1\r\nHost: banjie.test\r\n\r\n"));
	CHECK(ended(late, text, sizeof text));
	CHECK(strstr(text, "HTTP/1.1 503") != NULL);
	CHECK(strstr(text, "Retry-After: 1") != NULL);
	http_resume(held.rq[0], finish, who);
	CHECK(ended(begun, text, sizeof text));
	CHECK(strstr(text, "finished at last 1") != NULL);
	os_thread_join(stopper);
	CHECK(held.count == 1);
	close(slow), close(begun), close(late);
	CHECK_INT(os_dir_remove(place, NULL), OK);
	arena_release(&arena);
}

static void spooling(struct http_options *o)
{
	o->spool_dir = place;
	o->bodies_max = 3 << 20;
}

TEST(large_bodies_lie_in_a_file_and_all_of_them_have_a_limit)
{
	static char body[2 << 20];
	struct http_counts counts;
	memset(body, 'm', sizeof body);
	body[0] = 'a';
	body[sizeof body - 1] = 'z';
	REQUIRE(start_with(spooling));
	struct answer a = client_ask(port, "POST", "/large", "Content-Type: text/plain\r\n", str_span(body, sizeof body));
	CHECK_STR(a.body, "2097152 a z");
	answer_free(&a);
	do
		http_server_counts(server, &counts);
	while (counts.body_bytes); /* the client may have its answer a moment before the server has tidied up */
	/* two at once do not fit into 3 MiB: the second is told so at once, others are served */
	int fd = client_connect(port);
	char head[256];
	snprintf(head, sizeof head, "POST /large HTTP/1.1\r\nHost: banjie.test\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", sizeof body);
	client_send(fd, str_of(head));
	client_send(fd, str_span(body, 1000));
	do
		http_server_counts(server, &counts);
	while (counts.body_bytes < (int64_t)sizeof body);
	int second = client_connect(port);
	snprintf(head, sizeof head, "POST /large HTTP/1.1\r\nHost: banjie.test\r\nExpect: 100-continue\r\nContent-Length: %zu\r\n\r\n", sizeof body);
	client_send(second, str_of(head));
	a = client_read(second, false);
	CHECK_INT(a.status, 503);
	CHECK_STR(client_header(&a, "Retry-After"), "1");
	answer_free(&a);
	close(second);
	a = client_ask(port, "GET", "/hello?name=x", "", S(""));
	CHECK_INT(a.status, 200);
	answer_free(&a);
	client_send(fd, str_span(body + 1000, sizeof body - 1000));
	a = client_read(fd, false);
	CHECK_STR(a.body, "2097152 a z");
	answer_free(&a);
	close(fd);
	stop();
}

/* Does a file that has no name any more, and did lie there, belong to the memory of this process? */
static bool nameless_file_in(const char *dir)
{
	char line[1024];
	bool found = false;
	FILE *f = fopen("/proc/self/maps", "r");
	while (f && !found && fgets(line, sizeof line, f))
		found = strstr(line, dir) && strstr(line, "(deleted)");
	if (f)
		fclose(f);
	return found;
}

TEST(a_large_body_that_does_not_say_its_length_lies_in_a_file_too)
{
	enum { PIECE = 64 << 10, PIECES = 40, MOST = 48 }; /* of a body of 3 MiB at most, all together */
	static char piece[PIECE];
	struct http_counts counts;
	char head[200];
	memset(piece, 'm', sizeof piece);
	REQUIRE(start_with(spooling));
	int fd = client_connect(port);
	client_send(fd, S("POST /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"));
	snprintf(head, sizeof head, "%x\r\n", PIECE);
	CHECK(!nameless_file_in(place));
	for (int i = 0; i < PIECES; i++) {
		client_send(fd, str_of(head));
		client_send(fd, str_span(piece, PIECE));
		client_send(fd, S("\r\n"));
	}
	do
		http_server_counts(server, &counts);
	while (counts.body_bytes < PIECES * PIECE);
	CHECK(nameless_file_in(place));
	client_send(fd, S("0\r\n\r\n"));
	struct answer a = client_read(fd, false);
	CHECK_STR(a.body, "2621440 m m");
	answer_free(&a);
	close(fd);
	ROW("too much of it for all bodies together");
	fd = client_connect(port);
	client_send(fd, S("POST /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"));
	for (int i = 0; i <= MOST; i++) {
		client_send(fd, str_of(head));
		client_send(fd, str_span(piece, PIECE));
		client_send(fd, S("\r\n"));
	}
	client_send(fd, S("0\r\n\r\n"));
	a = client_read(fd, false);
	CHECK_INT(a.status, 503);
	answer_free(&a);
	close(fd);
	stop();
}

static void few_answers(struct http_options *o)
{
	o->spool_dir = place;
	o->answers_max = 3 << 20;
}

static void few_answers_in_memory(struct http_options *o)
{
	o->answers_max = 3 << 20;
}

/* Whoever takes what he asked for slowly, or not at all, takes no memory for it; when many do the next is told to come again. */
TEST(large_answers_lie_in_a_file_and_all_of_them_have_a_limit)
{
	static const struct { const char *name; void (*how)(struct http_options *o); } rows[] = { { "in a file", few_answers }, { "in memory", few_answers_in_memory } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_counts counts;
		REQUIRE(start_with(rows[i].how));
		ROW(rows[i].name);
		int first = client_connect(port);
		client_send(first, S("GET /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
		REQUIRE(a_request_is_held());
		CHECK_INT(nameless_file_in(place), i == 0);
		struct answer a = client_ask(port, "GET", "/much", "", S(""));
		CHECK_INT(a.status, 503);
		CHECK_STR(client_header(&a, "Retry-After"), "1");
		answer_free(&a);
		a = client_ask(port, "GET", "/hello?name=x", "", S(""));
		CHECK_INT(a.status, 200);
		answer_free(&a);
		http_resume(held.rq[0], finish_much, NULL);
		a = client_read(first, false);
		CHECK_INT(a.status, 200);
		CHECK_STR(client_header(&a, "Content-Length"), "2097152");
		CHECK(str_starts(a.body, S("mmm")));
		answer_free(&a);
		close(first);
		do
			http_server_counts(server, &counts);
		while (counts.answer_bytes); /* what it took is there for others again */
		stop();
	}
}

static _Atomic int told_status;
static void told(const struct http_request *rq, int status, int64_t took_us, size_t bytes, void *arg)
{
	(void)arg, (void)bytes;
	if (took_us >= 0 && rq->id.len == 16)
		told_status = status;
}

static void watched(struct http_options *o)
{
	o->answered = told;
}

TEST(what_was_answered_is_counted_by_route)
{
	struct buf b;
	REQUIRE(start_with(watched));
	for (int i = 0; i < 3; i++) {
		struct answer a = client_ask(port, "GET", i < 2 ? "/cases/7" : "/none", "", S(""));
		CHECK_INT(told_status, i < 2 ? 200 : 404);
		answer_free(&a);
	}
	buf_init(&b, 1 << 20);
	http_server_figures(server, &b);
	CHECK(contains(buf_str(&b), "banjie_http_requests_total{route=\"case.show\",status=\"2xx\"} 2\n"));
	CHECK(contains(buf_str(&b), "banjie_http_requests_total{route=\"none\",status=\"4xx\"} 1\n"));
	CHECK(contains(buf_str(&b), "banjie_http_seconds_bucket{route=\"case.show\",le=\"+Inf\"} 2\n"));
	CHECK(contains(buf_str(&b), "banjie_http_seconds_count{route=\"case.show\"} 2\n"));
	CHECK(!contains(buf_str(&b), "route=\"hello\""));
	buf_release(&b);
	stop();
}

TEST(bad_tables_and_places_are_refused_at_start)
{
	static const struct http_route no_access[] = { { HTTP_GET, "/x", 0, hello, "x", 0, 0, NULL } };
	static const struct http_route twice[] = { { HTTP_GET, "/x", 1, hello, "x", 0, 0, NULL }, { HTTP_GET, "/x", 1, hello, "y", 0, 0, NULL } };
	static const struct http_route same_name[] = { { HTTP_GET, "/x", 1, hello, "x", 0, 0, NULL }, { HTTP_GET, "/y", 1, hello, "x", 0, 0, NULL } };
	static const struct http_route half[] = { { HTTP_GET, "/x/a{b}", 1, hello, "x", 0, 0, NULL } };
	static const struct http_route good[] = { { HTTP_GET, "/x", 1, hello, "x", 0, 0, NULL }, { HTTP_POST, "/x", 1, hello, "y", 0, 0, NULL } };
	static const struct { const char *name; struct http_options o; const char *code; } rows[] = {
		{ "no access", { .routes = no_access, .routes_count = 1, .authorize = authorize }, "http.bad-route" },
		{ "pattern twice", { .routes = twice, .routes_count = 2, .authorize = authorize }, "http.bad-route" },
		{ "name twice", { .routes = same_name, .routes_count = 2, .authorize = authorize }, "http.bad-route" },
		{ "half a segment", { .routes = half, .routes_count = 1, .authorize = authorize }, "http.bad-route" },
		{ "no rule", { .routes = good, .routes_count = 2 }, "http.no-authorize" },
		{ "address", { .routes = good, .routes_count = 2, .authorize = authorize, .address = "nowhere" }, "http.bad-address" },
		{ "templates", { .routes = good, .routes_count = 2, .authorize = authorize, .templates_dir = "/nonexistent" }, "os.not-found" },
		{ "good", { .routes = good, .routes_count = 2, .authorize = authorize }, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diag d;
		struct http_server *s = NULL;
		diag_init(&d);
		ROW(rows[i].name);
		enum err e = http_server_start(&rows[i].o, &s, &d);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK((e == OK) == (rows[i].code[0] == 0));
		if (e == OK)
			http_server_stop(s);
	}
}

TEST(a_taken_port_is_told)
{
	REQUIRE(start());
	struct http_options o = { .port = port, .routes = routes, .routes_count = 1, .authorize = authorize };
	struct http_server *second;
	struct diag d;
	diag_init(&d);
	CHECK_INT(http_server_start(&o, &second, &d), ERR_BUSY);
	CHECK_STR(str_of(d.code), "http.cannot-listen");
	stop();
}

TEST(the_whole_table_is_listed)
{
	const struct http_route *list;
	REQUIRE(start());
	size_t n = http_server_routes(server, &list);
	CHECK_INT(n, sizeof routes / sizeof *routes + 1);
	for (size_t i = 0; i < n; i++)
		CHECK(list[i].access != 0);
	stop();
}

TEST_MAIN
