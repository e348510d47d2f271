/* Who may what: every route of the table is called in every role and without a login, and the
 * answer compared with what the table declares. A route added without thought fails here first. */
#include "tests/folder.h"
#include "tests/test.h"
#include "tests/unit/http/client.h"

#include "casework/casework.h"
#include "http/password.h"
#include "os/os.h"
#include "text/json_build.h"
#include "web/api.h"
#include "web/rooms.h"
#include "web/web.h"

static const char *pages; /* argv[1]: folder of templates, catalogues and schemas */

static const char *const roles[] = { "visitor", "citizen", "clerk", "reviewer", "inspector", "expert", "head", "supervisor", "auditor", "admin" };
enum { ROLES = sizeof roles / sizeof *roles };
static const char password[] = "only-for-this-test";

struct caller {
	int64_t person;
	char cookie[128], csrf[64], token[80];
};

/* Two offices: one in the district, one in the next; the same roles in both. */
static const struct place { const char *region, *organ, *ending; } places[] = {
	{ "990101", "91510000000000000X", "" }, { "990102", "91510000000000001Y", "-elsewhere" },
};
enum { PLACES = sizeof places / sizeof *places };
static const int64_t START_MS = 1774918800000, HOUR_MS = 3600000; /* 2026-03-31 09:00 in China */

static struct arena arena;
static struct os_clock wall;
static struct casework *cw;
static struct web *web;
static struct caller offices[PLACES][ROLES], *callers = offices[0];
static const struct place *place = &places[0]; /* of the callers in turn */
static char db[160];

/* ---- a small office: one organ, one person for each role ---- */

static bool carry_out(const char *name, const struct json *data, const struct json **answer)
{
	struct casework_command c = { .name = str_of(name), .actor = { .system = true }, .data = data };
	struct casework_result r;
	if (casework_do(cw, &c, &arena, &r) != OK) {
		printf("%s: %s: %s\n", name, r.diag.code, r.diag.text);
		return false;
	}
	if (answer)
		*answer = r.data;
	return true;
}

static const struct json *object(const char *const *pairs)
{
	struct json_builder b;
	json_build_object_begin(&b, &arena);
	for (; pairs[0]; pairs += 2)
		json_build_str(&b, pairs[0], str_of(pairs[1]));
	return json_build_end(&b);
}
#define OBJECT(...) object((const char *const[]){ __VA_ARGS__, NULL, NULL })

static const char *login_of(size_t role)
{
	return arena_printf(&arena, "%s%s", roles[role], place->ending).ptr;
}

static bool make_person(size_t role, const char *hash)
{
	const struct json *answer;
	struct json_builder b;
	const char *login = login_of(role);
	if (role == 0)
		return true;
	json_build_object_begin(&b, &arena);
	json_build_merge(&b, OBJECT("login", login, "name", login, "password_hash", hash));
	json_build_bool(&b, "staff", role > 1);
	if (!carry_out("person.put", json_build_end(&b), &answer))
		return false;
	callers[role].person = json_i64(json_get(answer, "id"), 0);
	if (role > 1 && !carry_out("post.put", OBJECT("code", login, "name", login, "role", roles[role], "organ", place->organ, "a", login), NULL))
		return false;
	if (!carry_out("token.create", OBJECT("name", "test", "login", login), &answer))
		return false;
	snprintf(callers[role].token, sizeof callers[role].token, "%.*s", STR_ARG(json_text(json_get(answer, "token"))));
	return true;
}

static bool put_region(const char *code, int64_t level)
{
	struct json_builder b;
	json_build_object_begin(&b, &arena);
	json_build_merge(&b, OBJECT("code", code, "name", code));
	json_build_i64(&b, "level", level);
	return carry_out("region.put", json_build_end(&b), NULL);
}

static bool make_office(void)
{
	static char hash[HTTP_PASSWORD_HASH_MAX];
	if (http_password_hash(str_of(password), true, hash) != OK)
		return false;
	for (size_t p = 0; p < PLACES; p++) {
		place = &places[p];
		callers = offices[p];
		if (!put_region(place->region, 4) || !carry_out("organ.put", OBJECT("code", place->organ, "name", "测试局", "region", place->region), NULL))
			return false;
		for (size_t i = 0; i < ROLES; i++)
			if (!make_person(i, hash))
				return false;
	}
	place = &places[0];
	callers = offices[0];
	return true;
}

static bool start(void)
{
	struct casework_options co = { .data_dir = PROJECT_ROOT, .clock = &wall };
	WEB_ROOMS_INTO(co);
	struct web_options wo = { .pages_dir = pages, .fast_passwords = true, .trusted_proxy = true, .clock = &wall };
	struct diag d;
	diag_init(&d);
	if (web)
		return true;
	os_clock_virtual(&wall, START_MS);
	arena_init(&arena, 256 << 20);
	snprintf(db, sizeof db, "%s/office.db", test_folder("access"));
	if (casework_open(db, &co, &cw, &d) != OK || !make_office()) {
		printf("casework: %s: %s\n", d.code, d.text);
		return false;
	}
	wo.casework = cw;
	if (web_start(&wo, &web, &d) != OK) {
		printf("web: %s: %s\n", d.code, d.text);
		return false;
	}
	return true;
}

/* ---- calling ---- */

static bool log_in(size_t role)
{
	struct caller *c = &callers[role];
	c->cookie[0] = c->csrf[0] = 0;
	if (role == 0)
		return true;
	if (!client_log_in(web_port(web), login_of(role), password, c->cookie, sizeof c->cookie))
		return false;
	struct answer a = client_ask(web_port(web), "GET", "/", c->cookie, S(""));
	struct str mark = S("name=\"csrf\" value=\"");
	ptrdiff_t at = str_find(a.body, mark);
	if (at >= 0) {
		struct str rest = str_sub(a.body, (size_t)at + mark.len, a.body.len), value = str_cut(&rest, '"');
		snprintf(c->csrf, sizeof c->csrf, "%.*s", STR_ARG(value));
	}
	answer_free(&a);
	return c->csrf[0] != 0;
}

static const char *method_name(enum http_method m)
{
	switch (m) {
	case HTTP_GET: return "GET";
	case HTTP_POST: return "POST";
	case HTTP_PUT: return "PUT";
	case HTTP_PATCH: return "PATCH";
	case HTTP_DELETE: return "DELETE";
	}
	return "GET";
}

/* "/cases/{no}/steps/{step:int}" with something in each place that exists nowhere. */
static void fill_path(const char *pattern, char *out, size_t room)
{
	size_t n = 0;
	for (const char *p = pattern; *p && n + 16 < room; p++) {
		if (*p != '{') {
			out[n++] = *p;
			continue;
		}
		const char *end = strchr(p, '}');
		bool number = end - p > 4 && strncmp(end - 4, ":int", 4) == 0;
		n += (size_t)snprintf(out + n, room - n, "%s", number ? "999999999" : "nothing");
		p = end;
	}
	out[n] = 0;
}

static int ask(const struct http_route *r, size_t role, bool with_csrf, bool *headers_good)
{
	char path[512], headers[1024];
	const struct caller *c = &callers[role];
	bool api = (r->flags & HTTP_ROUTE_API) != 0;
	fill_path(r->pattern, path, sizeof path);
	snprintf(headers, sizeof headers, "%s%s%s%sContent-Type: %s\r\n", c->cookie, with_csrf && c->csrf[0] ? "X-CSRF-Token: " : "",
	         with_csrf ? c->csrf : "", with_csrf && c->csrf[0] ? "\r\n" : "", api ? "application/json" : "application/x-www-form-urlencoded");
	struct answer a = client_ask(web_port(web), method_name(r->method), path, headers, api && r->method != HTTP_GET ? S("{}") : S(""));
	static const char *const wanted[] = { "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy" };
	for (size_t i = 0; headers_good && i < sizeof wanted / sizeof *wanted; i++)
		*headers_good = *headers_good && client_header(&a, wanted[i]).len > 0;
	bool to_login = a.status == 303 && str_starts(client_header(&a, "Location"), S("/login"));
	int status = to_login ? 401 : a.status;
	answer_free(&a);
	return status;
}

static bool is_stream(const struct http_route *r) { return strstr(r->pattern, "/events") != NULL; }

/* ---- the tests ---- */

/* One route in one role: the door itself is open to whom the table says, and to nobody else. */
static void walk_one(const struct http_route *r, size_t role, unsigned bits)
{
	int status = ask(r, role, true, NULL);
	bool refused = status == 401 || status == 403, allowed = (r->access & bits) != 0;
	/* doors that ask for a proof of their own: a password, a ticket, another system's secret or token */
	static const char *const doors[] = { "login.code", "oidc.token", "oidc.userinfo" };
	bool door = strcmp(r->name, "api.createToken") == 0 && role == 0;
	for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
		door = door || strcmp(r->name, doors[i]) == 0;
	if (door)
		CHECK_INT(status, 401);
	else if (allowed)
		CHECK_INT(!refused && status >= 200 && status < 500 ? 0 : status, 0);
	else
		CHECK_INT(status, role ? 403 : 401);
}

static void walk_all(const char *state)
{
	const struct http_route *routes;
	char row[200];
	size_t n = web_routes(&routes);
	CHECK(n > 100);
	for (size_t role = 0; role < ROLES; role++) {
		os_clock_set(&wall, casework_now_ms(cw) + HOUR_MS); /* so many logins from one address are slow by design */
		/* whoever has logged in is a citizen too; a visitor is nothing else */
		unsigned bits = role ? web_role_bits(S("citizen")) | web_role_bits(str_of(roles[role])) : WEB_VISITOR;
		REQUIRE(log_in(role));
		for (size_t i = 0; i < n; i++) {
			if (is_stream(&routes[i]) && (routes[i].access & bits))
				continue; /* an open stream has no end to wait for */
			snprintf(row, sizeof row, "%s %s as %s, %s", method_name(routes[i].method), routes[i].pattern, roles[role], state);
			ROW(row);
			walk_one(&routes[i], role, bits);
			if (strcmp(routes[i].pattern, "/logout") == 0 || strcmp(routes[i].pattern, "/oidc/logout") == 0)
				REQUIRE(log_in(role));
		}
	}
	ROW(NULL);
}

TEST(every_route_in_every_role)
{
	REQUIRE(start());
	walk_all("present");
}

TEST(every_route_in_every_role_of_another_region)
{
	REQUIRE(start());
	place = &places[1];
	callers = offices[1];
	walk_all("elsewhere");
	place = &places[0];
	callers = offices[0];
}

/* An absence moves a person's work, not the pages they may open: who writes their whereabouts can still read. */
TEST(every_route_in_every_role_while_away)
{
	REQUIRE(start());
	for (size_t role = 2; role < ROLES; role++)
		REQUIRE(carry_out("absence.note", OBJECT("person", login_of(role), "kind", "leave", "whereabouts", "外出"), NULL));
	walk_all("away");
}

TEST(the_api_declares_what_casework_allows)
{
	const struct api_route *table;
	char row[160];
	REQUIRE(start());
	size_t n = api_routes(&table);
	for (size_t i = 0; i < n; i++) {
		for (size_t role = 0; table[i].kind != API_OWN && role < ROLES; role++) {
			struct casework_actor actor = { .person = callers[role].person };
			unsigned bits = role ? web_role_bits(S("citizen")) | web_role_bits(str_of(roles[role])) : WEB_VISITOR;
			snprintf(row, sizeof row, "%s %s as %s", table[i].method, table[i].path, roles[role]);
			ROW(row);
			CHECK_INT((table[i].who & bits) != 0, casework_allowed(cw, &actor, table[i].target));
		}
	}
	ROW(NULL);
}

TEST(a_write_without_its_token_is_refused)
{
	const struct http_route *routes;
	REQUIRE(start());
	size_t n = web_routes(&routes), admin = ROLES - 1, clerk = 2;
	os_clock_set(&wall, casework_now_ms(cw) + HOUR_MS);
	REQUIRE(log_in(admin) && log_in(clerk));
	for (size_t i = 0; i < n; i++) {
		size_t role = routes[i].access & web_role_bits(S("admin")) ? admin : clerk;
		if (routes[i].method == HTTP_GET || (routes[i].flags & HTTP_ROUTE_NO_CSRF))
			continue;
		if (!(routes[i].access & (web_role_bits(str_of(roles[role])) | WEB_CITIZEN)))
			continue;
		ROW(routes[i].pattern);
		CHECK_INT(ask(&routes[i], role, false, NULL), 403);
	}
	ROW(NULL);
}

TEST(security_headers_stand_on_every_answer)
{
	const struct http_route *routes;
	REQUIRE(start());
	size_t n = web_routes(&routes);
	for (size_t i = 0; i < n; i++) {
		bool good = true;
		if (is_stream(&routes[i]))
			continue;
		ROW(routes[i].pattern);
		(void)ask(&routes[i], 0, true, &good);
		CHECK(good);
	}
	ROW(NULL);
}

TEST(a_token_needs_no_csrf_and_a_wrong_one_opens_nothing)
{
	char headers[256];
	REQUIRE(start());
	snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n", callers[2].token);
	struct answer a = client_ask(web_port(web), "GET", "/api/v1/me", headers, S(""));
	CHECK_INT(a.status, 200);
	CHECK(str_find(a.body, S("\"login\":\"clerk\"")) >= 0);
	answer_free(&a);
	a = client_ask(web_port(web), "GET", "/api/v1/machine-time", headers, S("")); /* an administrator's: the token is good, its holder may not */
	CHECK_INT(a.status, 403);
	answer_free(&a);
	snprintf(headers, sizeof headers, "Authorization: Bearer %sx\r\n", callers[2].token);
	a = client_ask(web_port(web), "GET", "/api/v1/me", headers, S(""));
	CHECK_INT(a.status, 401);
	answer_free(&a);
}

TEST(guessing_a_password_gets_slow)
{
	int status = 0;
	REQUIRE(start());
	for (int i = 0; i < 12 && status != 429; i++) {
		struct answer a = client_ask(web_port(web), "POST", "/login", "Content-Type: application/x-www-form-urlencoded\r\n",
		                             S("login=head&password=wrong-password"));
		status = a.status;
		answer_free(&a);
	}
	CHECK_INT(status, 429);
}

/* A guess at the password of an account that nobody else guesses at, so that the address alone is counted. */
static int guess_from(const char *address)
{
	static int guesses;
	char headers[200], body[80];
	snprintf(headers, sizeof headers, "Content-Type: application/x-www-form-urlencoded\r\nX-Forwarded-For: %s\r\n", address);
	int n = snprintf(body, sizeof body, "login=nobody%d&password=wrong-password", guesses++);
	struct answer a = client_ask(web_port(web), "POST", "/login", headers, str_span(body, (size_t)n));
	int status = a.status;
	answer_free(&a);
	return status;
}

TEST(guessing_from_the_addresses_of_one_network_gets_slow_as_from_one)
{
	enum { MAY = 30 };
	static const struct { const char *name, *each; bool numbered; const char *same, *other; } rows[] = {
		{ "one machine's addresses of IPv6", "2001:db8:1:2::", true, "2001:db8:1:2:ffff::1", "2001:db8:1:3::1" },
		{ "one of IPv4, written as one of IPv6 too", "::ffff:198.51.100.7", false, "198.51.100.7", "::ffff:198.51.100.8" },
	};
	REQUIRE(start());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		for (unsigned n = 0; n < MAY; n++) {
			char number[12] = "", address[80];
			if (rows[i].numbered)
				snprintf(number, sizeof number, "%x", n);
			snprintf(address, sizeof address, "%s%s", rows[i].each, number);
			CHECK_INT(guess_from(address), 422);
		}
		CHECK_INT(guess_from(rows[i].same), 429);
		CHECK_INT(guess_from(rows[i].other), 422);
	}
}

static void stop(void)
{
	web_stop(web);
	if (cw)
		casework_close(cw);
	arena_release(&arena);
}

/* TEST_MAIN takes a name to run alone as its first argument: the folder comes before it. */
int run_tests(int argc, char **argv);
#define main run_tests
TEST_MAIN
#undef main

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s PAGES_FOLDER [test name]\n", argv[0]);
		return 2;
	}
	pages = argv[1];
	argv[1] = argv[0];
	int failed = run_tests(argc - 1, argv + 1);
	stop();
	return failed;
}
