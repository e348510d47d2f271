/* exchange.c - one request from its first line to its end.
 *
 * headers complete: find the route, the session, the language, ask authorize; what is
 *   refused here is answered after a short body has been read past, so that the caller
 *   sees the answer instead of a broken connection
 * body complete: parse it, check CSRF, run the handler
 * pending: the connection sleeps until http_resume; then its continuation runs here
 */
#include "http/exchange.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <strings.h>

#include "http/http_int.h"

enum {
	SPOOL_FROM = 1 << 20,
	DRAIN_MAX = 256 << 20, /* a browser that sends too much shall see why it was refused; nothing of it is kept */
	LANGUAGE_COOKIE_S = 365 * 86400,
};

static const char language_cookie[] = "banjie_lang";

void *http_exchange_begin(void *server, const char *target, struct MHD_Connection *conn)
{
	struct http_server *s = server;
	struct http_exchange *ex = heap_alloc(sizeof *ex);
	if (!ex)
		return NULL;
	ex->server = s;
	ex->conn = conn;
	ex->began_us = os_monotonic_us();
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	ex->line = info ? info->socket_context : NULL;
	http_line_expect(s->patience, ex->line, HTTP_WAIT_CLIENT, 0);
	arena_init(&ex->arena, s->o.arena_max);
	ex->rq.arena = &ex->arena;
	ex->rq.server = s;
	ex->rq.target = arena_str(&ex->arena, str_of(target));
	ex->rq.body = ex->rq.content_type = ex->rq.path = S("");
	ex->rq.language = S("zh_CN");
	ex->re.ex = ex;
	atomic_store(&ex->keeping, 1);
	http_reply_reset(&ex->re);
	atomic_fetch_add(&s->requests, 1);
	atomic_fetch_add(&s->active, 1);
	if (http_line_was_fresh(ex->line))
		atomic_fetch_sub(&s->fresh, 1); /* behind the other: a stopping server finds it among the ones or the others */
	return ex;
}

/* We decode paths and queries ourselves, strictly. */
size_t http_exchange_no_unescape(void *cls, struct MHD_Connection *conn, char *text)
{
	(void)cls, (void)conn;
	return strlen(text);
}

static void release_bytes(struct http_exchange *ex)
{
	if (ex->spooled.ptr)
		os_spool_close((void *)(uintptr_t)ex->spooled.ptr, ex->spooled.len);
	else
		buf_release(&ex->body);
}

static void release_body(struct http_exchange *ex)
{
	release_bytes(ex);
	atomic_fetch_sub(&ex->server->body_bytes, (int64_t)ex->reserved);
}

static void release_answer(struct http_exchange *ex)
{
	if (!ex->answer.ptr)
		return;
	if (ex->server->o.spool_dir)
		os_spool_close((void *)(uintptr_t)ex->answer.ptr, ex->answer.len);
	else
		heap_free((void *)(uintptr_t)ex->answer.ptr);
	atomic_fetch_sub(&ex->server->answer_bytes, (int64_t)ex->answer.len);
	ex->answer = (struct str){ NULL, 0 };
}

/* A document is read from the database in one piece, and taken by whoever asked for it at his pace: a minute, a quarter of an hour. */
char *http_room(void *rq, size_t n)
{
	struct http_exchange *ex = exchange_of(rq);
	struct http_server *s = ex->server;
	release_answer(ex);
	if (n <= SPOOL_FROM)
		return arena_alloc(&ex->arena, n + 1);
	bool fits = atomic_fetch_add(&s->answer_bytes, (int64_t)n) + (int64_t)n <= s->o.answers_max;
	char *p = !fits ? NULL : s->o.spool_dir ? os_spool_open(s->o.spool_dir, n) : heap_alloc(n);
	if (p)
		ex->answer = str_span(p, n);
	else
		atomic_fetch_sub(&s->answer_bytes, (int64_t)n);
	return p;
}

void http_exchange_end(void *server, struct MHD_Connection *conn, void **exchange, enum MHD_RequestTerminationCode why)
{
	struct http_server *s = server;
	struct http_exchange *ex = *exchange;
	(void)conn, (void)why;
	if (!ex)
		return;
	http_line_expect(s->patience, ex->line, HTTP_WAIT_NEXT, 0);
	release_body(ex);
	release_answer(ex);
	arena_release(&ex->arena);
	if (ex->owed)
		atomic_fetch_sub(&s->pending, 1);
	heap_free(ex);
	*exchange = NULL;
	atomic_fetch_sub(&s->active, 1);
}

/* Whom we let in ourselves is counted already. */
static void connection_begun(struct http_server *s, bool has_line)
{
	int64_t waits = atomic_load(&s->let_in);
	while (waits > 0 && !atomic_compare_exchange_weak(&s->let_in, &waits, waits - 1))
		;
	if (has_line != (waits > 0))
		atomic_fetch_add(&s->fresh, has_line ? 1 : -1);
}

void http_connection_changed(void *server, struct MHD_Connection *conn, void **socket_context,
                             enum MHD_ConnectionNotificationCode what)
{
	struct http_server *s = server;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
		*socket_context = info ? http_line_open(s->patience, info->connect_fd) : NULL;
		connection_begun(s, *socket_context != NULL);
	} else {
		if (http_line_was_fresh(*socket_context))
			atomic_fetch_sub(&s->fresh, 1);
		http_line_close(s->patience, *socket_context);
		*socket_context = NULL;
	}
	atomic_fetch_add(&s->connections, what == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1);
}

/* ---- the head of a request ---- */

static bool method_of(const char *name, struct http_exchange *ex)
{
	static const struct {
		const char *name;
		enum http_method method;
	} all[] = { { "GET", HTTP_GET }, { "HEAD", HTTP_GET }, { "POST", HTTP_POST }, { "PUT", HTTP_PUT }, { "PATCH", HTTP_PATCH }, { "DELETE", HTTP_DELETE } };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (strcmp(all[i].name, name) == 0) {
			ex->rq.method = all[i].method;
			ex->head = i == 1;
			return true;
		}
	}
	return false;
}

static enum MHD_Result keep_forwarded(void *line, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	if (strcasecmp(name, "X-Forwarded-For") == 0)
		*(const char **)line = value;
	return MHD_YES;
}

/* The one address that the proxy vouches for: all before it came from outside. One proxy adds to the line that is there, another puts a line of
 * its own behind it; all lines are one list (RFC 9110, 5.3). Empty when it says no address. */
static struct str forwarded_of(struct http_exchange *ex)
{
	const char *line = NULL;
	unsigned char address[sizeof(struct in6_addr)];
	MHD_get_connection_values(ex->conn, MHD_HEADER_KIND, keep_forwarded, &line);
	struct str rest = str_of(line), last = S("");
	while (rest.ptr)
		last = str_trim(str_cut(&rest, ','));
	const char *text = arena_z(&ex->arena, last);
	bool known = text && (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1);
	return known ? str_of(text) : S("");
}

static struct str remote_of(struct http_exchange *ex)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct str forwarded = ex->server->o.trusted_proxy ? forwarded_of(ex) : S("");
	if (forwarded.len)
		return forwarded;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(ex->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = info ? info->client_addr : NULL;
	if (a && a->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr, text, sizeof text);
	else if (a && a->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, text, sizeof text);
	return arena_str(&ex->arena, str_of(text));
}

static void choose_language(struct http_exchange *ex)
{
	enum http_language l;
	if (http_language_of(http_query(&ex->rq, "lang"), &l))
		http_cookie_set(&ex->re, language_cookie, str_of(http_language_name(l)), LANGUAGE_COOKIE_S, true);
	else if (!http_language_of(http_cookie(&ex->rq, language_cookie), &l))
		l = http_language_accept(http_header(&ex->rq, "Accept-Language"));
	ex->rq.language = str_of(http_language_name(l));
}

static void make_id(struct http_exchange *ex)
{
	unsigned char bytes[8];
	char hex[17];
	os_random(ex->server->o.entropy, bytes, sizeof bytes);
	sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
	ex->rq.id = arena_str(&ex->arena, str_of(hex));
}

static void set_content_type(struct http_exchange *ex)
{
	struct str header = http_header(&ex->rq, "Content-Type");
	struct str type = arena_str(&ex->arena, str_trim(str_cut(&header, ';')));
	char *p = (char *)(uintptr_t)type.ptr;
	for (size_t i = 0; i < type.len; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	if (type.ptr)
		ex->rq.content_type = type;
}

/* Refuses now; the answer is given once the body has been read past. */
static void refuse(struct http_exchange *ex, int status, enum err e, const char *code, const char *text)
{
	ex->early = true;
	ex->early_status = status;
	diag_init(&ex->early_diag);
	diag_set(&ex->early_diag, e, code, "%s", text);
	atomic_fetch_add(&ex->server->refused, 1);
}

static void allow(struct http_exchange *ex, unsigned allowed)
{
	static const char *const names[] = { "GET, HEAD", "POST", "PUT", "PATCH", "DELETE" };
	struct buf b;
	buf_init_in(&b, &ex->arena, 100);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (allowed & 1u << i)
			buf_printf(&b, "%s%s", b.len ? ", " : "", names[i]);
	http_header_set(&ex->re, "Allow", buf_str(&b));
}

/* What may be asked is told to whoever asks just that (RFC 9110, 9.3.7): a proxy may do so to see whether we are there. */
static void answer_method(struct http_exchange *ex, const char *method, unsigned allowed)
{
	allow(ex, allowed);
	if (strcmp(method, "OPTIONS") != 0) {
		refuse(ex, 405, ERR_INVALID, "http.method", "This address does not take that method");
		return;
	}
	ex->early = true;
	ex->early_status = 204;
}

/* A program that speaks to us as to a proxy says the whole address, and a server takes that too (RFC 9112, 3.2.2): from here on it is what stands behind the
 * host. False: that is another host than the one that is asked. */
static bool without_host(struct http_exchange *ex)
{
	struct str target = ex->rq.target, asked = http_header(&ex->rq, "Host");
	size_t scheme = strncasecmp(target.ptr, "http://", 7) == 0 ? 7 : strncasecmp(target.ptr, "https://", 8) == 0 ? 8 : 0;
	if (!scheme)
		return true;
	const char *host = target.ptr + scheme, *path = host + strcspn(host, "/?");
	if (!asked.len || (size_t)(path - host) != asked.len || strncasecmp(host, asked.ptr, asked.len) != 0)
		return false;
	ex->rq.target = *path == '/' ? str_of(path) : arena_printf(&ex->arena, "/%s", path);
	return ex->rq.target.ptr != NULL;
}

/* The route, or the reason why there is none. */
static bool find_route(struct http_exchange *ex, const char *method)
{
	struct http_server *s = ex->server;
	if (str_eqz(ex->rq.target, "*") && strcmp(method, "OPTIONS") == 0) {
		ex->rq.path = S("*");
		answer_method(ex, method, UINT_MAX);
		return false;
	}
	bool here = without_host(ex);
	struct str rest = ex->rq.target, raw = str_cut(&rest, '?'), query = rest.ptr ? rest : S("");
	unsigned allowed;
	if (!here || !http_decode(&ex->arena, raw, false, &ex->rq.path) || raw.ptr[0] != '/') {
		ex->rq.path = S("/");
		refuse(ex, 400, ERR_INVALID, "http.bad-path", "The address is not properly written");
		return false;
	}
	if (http_decode_pairs(&ex->arena, query, &ex->query) != OK) {
		refuse(ex, 400, ERR_INVALID, "http.bad-query", "The address is not properly written");
		return false;
	}
	unsigned wanted = method_of(method, ex) ? ex->rq.method : 0;
	ex->rq.route = http_route_find(&s->routes, raw, wanted, &ex->arena, ex->params, &ex->params_count, &allowed);
	if (ex->rq.route)
		return true;
	if (allowed)
		answer_method(ex, method, allowed);
	else
		refuse(ex, 404, ERR_NOT_FOUND, "http.not-found", "There is nothing at this address");
	return false;
}

static void refuse_busy(struct http_exchange *ex)
{
	refuse(ex, 503, ERR_BUSY, "http.busy", "Too much is waiting at this moment; please try again");
}

/* What all bodies take together has an end, so that many large ones at once cannot take the memory of everybody. */
static bool reserve_body(struct http_exchange *ex, size_t n)
{
	_Atomic int64_t *held = &ex->server->body_bytes;
	if (atomic_fetch_add(held, (int64_t)n) + (int64_t)n > ex->server->o.bodies_max) {
		atomic_fetch_sub(held, (int64_t)n);
		refuse_busy(ex);
		return false;
	}
	ex->reserved += n;
	return true;
}

/* A large body goes into a file without a name; it is read like memory. Where that cannot be had, memory it is. */
static void spool_body(struct http_exchange *ex, size_t n)
{
	char *p = n > SPOOL_FROM && ex->server->o.spool_dir ? os_spool_open(ex->server->o.spool_dir, n + 1) : NULL;
	size_t len = ex->body.len;
	if (!p)
		return;
	if (len)
		memcpy(p, ex->body.ptr, len);
	release_bytes(ex);
	ex->spooled = str_span(p, n + 1);
	ex->body = (struct buf){ .ptr = p, .len = len, .room = n + 1, .max = n };
}

/* Of a body that does not say its length: into a file when it has become large, and into one twice as large when that is full. */
static void spool_on(struct http_exchange *ex, size_t n)
{
	size_t want = ex->body.len + n, room = want < ex->body_limit / 2 ? want * 2 : ex->body_limit;
	if (want > SPOOL_FROM && (!ex->spooled.ptr || want > ex->body.max))
		spool_body(ex, room);
}

/* The connection goes, for nobody knows what comes next on it. */
static bool head_is_clear(struct http_exchange *ex, const char *version)
{
	const char *text, *code = http_head_fault(ex->conn, version, &text);
	ex->last = code != NULL;
	if (code)
		refuse(ex, 400, ERR_INVALID, code, text);
	return !code;
}

static bool body_fits(struct http_exchange *ex)
{
	struct str length = http_header(&ex->rq, "Content-Length");
	int64_t n = 0;
	ex->body_limit = ex->rq.route->body_max ? ex->rq.route->body_max : ex->server->o.body_max;
	bool said = !length.ptr || (str_to_i64(length, &n) && n >= 0), fits = said && (uint64_t)n <= ex->body_limit;
	if (fits)
		ex->body_said = (size_t)n;
	else
		refuse(ex, 413, ERR_LIMIT, "http.too-large", "What was sent is too large");
	http_line_expect(ex->server->patience, ex->line, HTTP_WAIT_CLIENT, said && n <= DRAIN_MAX ? (uint64_t)n : 0);
	return fits;
}

static void authorize(struct http_exchange *ex)
{
	struct http_server *s = ex->server;
	enum err e = s->o.authorize(&ex->rq, &ex->re, s->o.arg);
	if (e == OK)
		return;
	int status = e == ERR_DENIED && !ex->rq.session && !ex->rq.known && http_wants_json(&ex->rq) ? 401 : http_status_of(e);
	if (status == 401)
		http_header_set(&ex->re, "WWW-Authenticate", S("Bearer"));
	/* nobody is told that he may not, where who he is cannot be read */
	if (e == ERR_CORRUPT)
		refuse(ex, status, e, "system.damaged", "Who you are and what you may do cannot be read");
	else if (status >= 500)
		refuse(ex, status, e, "system.fault", "Who you are and what you may do cannot be read just now");
	else
		refuse(ex, status, e, status == 401 ? "http.login" : e == ERR_DENIED ? "http.denied" : "http.refused",
		       status == 401 ? "This needs a login or a token" : "You may not do this");
}

/* What is asked for: no look at who asks yet. */
static void meet(struct http_exchange *ex, const char *method)
{
	if (ex->met)
		return;
	ex->met = true;
	ex->rq.now_ms = os_now_ms(ex->server->o.clock);
	make_id(ex);
	ex->rq.remote = remote_of(ex);
	buf_init(&ex->body, SIZE_MAX / 2);
	ex->found = find_route(ex, method);
	choose_language(ex);
	set_content_type(ex);
}

static bool is_quick(const struct http_exchange *ex)
{
	return ex->rq.route && (ex->rq.route->flags & HTTP_ROUTE_QUICK);
}

static void read_head(struct http_exchange *ex, const char *version)
{
	if (ex->waited_long)
		refuse_busy(ex);
	else if (!is_quick(ex))
		http_session_load(ex);
	if (head_is_clear(ex, version) && ex->found && body_fits(ex) && !ex->early && !is_quick(ex))
		authorize(ex);
	if (ex->found && !ex->early && reserve_body(ex, ex->body_said))
		spool_body(ex, ex->body_said);
}

/* ---- the body ---- */

/* False when the connection is to be closed. */
static bool take_body(struct http_exchange *ex, const char *upload, size_t n)
{
	if (!ex->early && ex->body.len + n > ex->body_limit)
		refuse(ex, 413, ERR_LIMIT, "http.too-large", "What was sent is too large");
	if (ex->early) {
		ex->drained += n;
		return ex->drained <= DRAIN_MAX;
	}
	bool unsaid = ex->body.len + n > ex->reserved; /* its length was not said before */
	if (unsaid) {
		reserve_body(ex, ex->body.len + n - ex->reserved);
		http_line_extend(ex->line, n);
	}
	if (ex->early)
		return true;
	if (unsaid)
		spool_on(ex, n);
	buf_put(&ex->body, str_span(upload, n));
	if (ex->body.failed != OK)
		refuse(ex, 503, ERR_NOMEM, "http.no-memory", "There is no memory for the request");
	return true;
}

/* A refused request is answered at once when its body is huge, or when the client waits
 * for our word before it sends one. */
static bool answer_before_body(const struct http_exchange *ex)
{
	int64_t n = 0;
	struct str length = http_header(&ex->rq, "Content-Length");
	if (!ex->early)
		return false;
	return ex->last || http_header(&ex->rq, "Expect").ptr || (length.ptr && (!str_to_i64(length, &n) || n > DRAIN_MAX));
}

/* ---- the answer ---- */

static enum http_outcome answer_early(struct http_exchange *ex)
{
	/* authorize may have filled the reply itself, with a redirect to the login page */
	if (ex->re.status)
		return HTTP_DONE;
	if (ex->early_status == 204)
		return http_send_empty(&ex->re, 204);
	return http_problem(&ex->rq, &ex->re, ex->early_status, &ex->early_diag);
}

static enum http_outcome first_turn(struct http_exchange *ex)
{
	struct diag d;
	diag_init(&d);
	if (ex->waited_long && !ex->early)
		refuse_busy(ex);
	if (ex->early)
		return answer_early(ex);
	enum err e = http_body_parse(ex, &d);
	if (e != OK)
		return http_problem(&ex->rq, &ex->re, e == ERR_INVALID ? 400 : 0, &d);
	bool passes = http_csrf_passes(ex);
	if (ex->server->o.again && (ex->rq.again || (!passes && http_own_form(&ex->rq))))
		return ex->server->o.again(&ex->rq, &ex->re, ex->server->o.arg);
	if (!passes) {
		atomic_fetch_add(&ex->server->refused, 1);
		diag_set(&d, ERR_DENIED, "http.csrf", "The form is too old or was not sent from this site; please load the page again");
		return http_problem(&ex->rq, &ex->re, 403, &d);
	}
	return ex->rq.route->handler(&ex->rq, &ex->re, ex->server->o.arg);
}

/* Puts the connection to sleep unless it was resumed already. */
static enum MHD_Result sleep_until_resumed(struct http_exchange *ex)
{
	int running = TURN_RUNNING;
	MHD_suspend_connection(ex->conn);
	if (!atomic_compare_exchange_strong(&ex->turn, &running, TURN_SUSPENDED))
		MHD_resume_connection(ex->conn);
	return MHD_YES;
}

void http_resume(struct http_request *rq, http_handler then, void *arg)
{
	struct http_exchange *ex = exchange_of(rq);
	struct MHD_Connection *conn = ex->conn;
	struct http_server *s = ex->server;
	ex->then = then;
	ex->then_arg = arg;
	/* from the exchange on, the request may end at any moment and take ex with it; the server stays until this is through */
	atomic_fetch_add(&s->pending, 1);
	int before = atomic_exchange(&ex->turn, TURN_RESUMED);
	base_assert(before != TURN_RESUMED);
	if (before == TURN_SUSPENDED)
		MHD_resume_connection(conn);
	atomic_fetch_sub(&s->pending, 1);
}

/* ---- an answer that tells what was read ---- */

static enum http_outcome as_it_is(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq, (void)re, (void)arg;
	return HTTP_DONE;
}

static enum http_outcome not_on_the_disk(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct diag d;
	(void)arg;
	diag_init(&d);
	(void)diag_set(&d, ERR_IO, "http.unsettled", "This cannot be shown just now; please try again in a minute");
	http_reply_reset(re);
	return http_problem(rq, re, 0, &d);
}

void http_resume_settled(struct http_request *rq, enum err e)
{
	http_resume(rq, e == OK ? as_it_is : not_on_the_disk, NULL);
}

static enum http_outcome settle(struct http_exchange *ex)
{
	const struct http_options *o = &ex->server->o;
	enum err e = OK;
	if (o->settling && ex->rq.looked && !ex->settled) {
		ex->settled = true;
		if (o->settling(&ex->rq, o->arg, &e))
			return HTTP_PENDING;
	}
	if (!http_session_kept(ex, &e))
		return HTTP_PENDING;
	return e == OK ? HTTP_DONE : not_on_the_disk(&ex->rq, &ex->re, NULL);
}

/*
 * From its first turn until it is answered a request is counted. A stopping server first says `closed`, then waits until none is: whoever
 * is counted after that sees it and is sent away, so that no connection can fall asleep in a daemon that is being taken down.
 */
static void begin(struct http_exchange *ex)
{
	if (ex->started)
		return;
	atomic_fetch_add(&ex->server->pending, 1);
	ex->owed = true;
	if (atomic_load(&ex->server->closed) && !ex->early)
		refuse_busy(ex);
}

static enum MHD_Result work_on(struct http_exchange *ex)
{
	http_handler then = ex->then;
	void *arg = ex->then_arg;
	enum http_outcome outcome;
	begin(ex);
	atomic_store(&ex->turn, TURN_RUNNING);
	ex->then = NULL;
	ex->rq.looked = false; /* what was read for a command is not what its answer tells */
	http_line_expect(ex->server->patience, ex->line, HTTP_WAIT_OURS, 0);
	outcome = ex->started ? then(&ex->rq, &ex->re, arg) : first_turn(ex);
	ex->started = true;
	if (outcome == HTTP_DONE)
		outcome = settle(ex);
	if (outcome == HTTP_PENDING)
		return sleep_until_resumed(ex);
	atomic_fetch_sub(&ex->server->pending, 1);
	ex->owed = false;
	if (!ex->re.status) {
		struct diag d;
		diag_init(&d);
		diag_set(&d, ERR_IO, "http.no-answer", "The handler gave no answer");
		http_problem(&ex->rq, &ex->re, 500, &d);
	}
	return http_reply_queue(ex);
}

/* Whoever is refused already asks nothing of the database. */
static enum MHD_Result run_turn(struct http_exchange *ex)
{
	struct http_server *s = ex->server;
	if (is_quick(ex) || (ex->early && !ex->started))
		return work_on(ex);
	if (!http_lane_enter(ex))
		return MHD_YES;
	enum MHD_Result said = work_on(ex);
	http_lane_leave(s);
	return said;
}

static bool head_read(struct http_exchange *ex, const char *method, const char *version)
{
	struct http_server *s = ex->server;
	meet(ex, method);
	bool alone = is_quick(ex);
	if (!alone && !http_lane_enter(ex))
		return false;
	ex->complete = true;
	read_head(ex, version);
	if (!alone)
		http_lane_leave(s);
	return true;
}

enum MHD_Result http_exchange_answer(void *server, struct MHD_Connection *conn, const char *url, const char *method,
                                     const char *version, const char *upload, size_t *upload_size, void **exchange)
{
	struct http_exchange *ex = *exchange;
	(void)server, (void)conn, (void)url;
	if (!ex || !ex->rq.target.ptr)
		return MHD_NO;
	if (!ex->complete) {
		/* first call: headers only */
		if (!head_read(ex, method, version))
			return MHD_YES;
		return answer_before_body(ex) ? run_turn(ex) : MHD_YES;
	}
	if (*upload_size) {
		bool go_on = take_body(ex, upload, *upload_size);
		*upload_size = 0;
		return go_on ? MHD_YES : MHD_NO;
	}
	return run_turn(ex);
}
