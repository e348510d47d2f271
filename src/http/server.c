/* server.c - libmicrohttpd set up, and the life of the server.
 *
 * Two threads at least, so that a large answer holds up no others, and one more (lane.c). What this library does with very many connections
 * ready at once: see epoll_wait below. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "http/exchange.h"
#include "http/http_int.h"

enum {
	THREADS_MIN = 2,
	CONNECTIONS = 16384,
	FILES_OTHER = 256, /* open files that are no connections; half of them, where there are few */
	PATIENCE_MS = 30000,
	BODIES_MAX = 256 << 20,
	ANSWERS_MAX = 1 << 30,
	CONNECTION_MEMORY = 32 << 10, /* request line and headers; more is answered with 431 */
	SERVER_ARENA = 256 << 20,
	SESSIONS_MAX = 50000,
	STOP_WAIT_MS = 3000,
	FRESH_WAIT_MS = 500, /* who was let in and says nothing for so long has nothing to say: a browser that connects ahead */
};

/* For libmicrohttpd, which must never get as many events as it has room for.
 *
 * When it does, it asks once more for the rest, and waits as long as it would have waited for the first: a minute, or for ever.
 * Meanwhile nothing of what it got is looked at, not even that answers are there to be sent (the event that says so is
 * among those it got). With a hundred and twenty-eight connections ready at once, the room it has, all of them stand still.
 * So it is given one event less than it has room for; the rest is there at its next round. A program's own definition goes before
 * the C library's, also for libraries. */
int epoll_wait(int fd, struct epoll_event *events, int most, int timeout_ms)
{
	return epoll_pwait(fd, events, most > 1 ? most - 1 : most, timeout_ms, NULL);
}

/* Never all the files there may be: then nobody's request could be answered, and the library would ask for one more without a pause. */
static int connections_of(int files)
{
	int most = files - (files / 2 < FILES_OTHER ? files / 2 : FILES_OTHER);
	return most < CONNECTIONS ? most : CONNECTIONS;
}

/* A socket that was handed over says itself where it is. */
static void take_place(struct http_server *s)
{
	if (s->o.listener && os_socket_address(s->o.listener, s->address, &s->o.port))
		s->o.address = s->address;
}

static void set_defaults(struct http_options *o)
{
	if (!o->address)
		o->address = "127.0.0.1";
	if (o->threads < THREADS_MIN)
		o->threads = THREADS_MIN;
	if (!o->connections_max)
		o->connections_max = connections_of(os_files_max(CONNECTIONS + FILES_OTHER));
	if (!o->patience_ms)
		o->patience_ms = PATIENCE_MS;
	if (!o->stop_wait_ms)
		o->stop_wait_ms = STOP_WAIT_MS;
	if (!o->bodies_max)
		o->bodies_max = BODIES_MAX;
	if (!o->answers_max)
		o->answers_max = ANSWERS_MAX;
	if (!o->body_max)
		o->body_max = 1 << 20;
	if (!o->file_max)
		o->file_max = 20 << 20;
	if (!o->arena_max)
		o->arena_max = 16 << 20;
	if (!o->idle_s)
		o->idle_s = 60;
	if (!o->clock)
		o->clock = os_clock_real();
	if (!o->entropy)
		o->entropy = os_entropy_real();
}

/* The given routes and the one for static files. */
static enum err take_routes(struct http_server *s, struct diag *d)
{
	size_t n = s->o.routes_count;
	TRY(http_routes_check(s->o.routes, n, d));
	struct http_route *list = arena_new_n(&s->arena, struct http_route, n + 1);
	if (!list)
		return diag_set(d, ERR_NOMEM, "http.no-memory", "There is no memory for the routes");
	if (n)
		memcpy(list, s->o.routes, n * sizeof *list);
	if (s->o.static_dir)
		list[n++] = (struct http_route){ HTTP_GET, "/static/{rest*}", UINT32_MAX, http_asset_handler, "static", HTTP_ROUTE_QUICK, 0, NULL };
	enum err e = http_routes_index(&s->routes, list, n, &s->arena);
	return e == OK ? OK : diag_set(d, e, "http.no-memory", "There is no memory for the routes");
}

static enum err make_address(const struct http_options *o, struct sockaddr_storage *out, struct diag *d)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;
	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, o->address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)o->port);
		return OK;
	}
	if (inet_pton(AF_INET6, o->address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)o->port);
		return OK;
	}
	return diag_set(d, ERR_INVALID, "http.bad-address", "%s is no address of this machine", o->address);
}

/* Where it listens: at a socket of its own, or at one that was handed over. */
static struct MHD_OptionItem place_of(const struct http_options *o, struct sockaddr_storage *address)
{
	if (o->listener)
		return (struct MHD_OptionItem){ MHD_OPTION_LISTEN_SOCKET, o->listener, NULL };
	return (struct MHD_OptionItem){ MHD_OPTION_SOCK_ADDR, 0, address };
}

static enum err listen_on(struct http_server *s, struct diag *d)
{
	struct sockaddr_storage address;
	TRY(make_address(&s->o, &address, d));
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
	const struct MHD_OptionItem place[] = { place_of(&s->o, &address), { MHD_OPTION_END, 0, NULL } };
	errno = 0;
	s->daemon = MHD_start_daemon(flags, (uint16_t)s->o.port, NULL, NULL, http_exchange_answer, s,
		MHD_OPTION_ARRAY, place,
		MHD_OPTION_THREAD_POOL_SIZE, (unsigned)s->o.threads + 1,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->o.connections_max,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)s->o.idle_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_URI_LOG_CALLBACK, http_exchange_begin, s,
		MHD_OPTION_UNESCAPE_CALLBACK, http_exchange_no_unescape, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, http_exchange_end, s,
		MHD_OPTION_NOTIFY_CONNECTION, http_connection_changed, s,
		MHD_OPTION_END);
	if (!s->daemon && errno == EAGAIN)
		return diag_set(d, ERR_BUSY, "http.no-threads", "The system gives no more threads to listen with");
	if (!s->daemon)
		return diag_set(d, errno == EADDRINUSE ? ERR_BUSY : ERR_IO, "http.cannot-listen", "Cannot listen on %s port %d: %s",
		                s->o.address, s->o.port, errno ? strerrordesc_np(errno) : "the server library refused");
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	s->port = info && info->port ? info->port : s->o.port;
	return OK;
}

static enum err prepare(struct http_server *s, struct diag *d)
{
	if (sodium_init() < 0)
		return diag_set(d, ERR_IO, "http.no-sodium", "The cryptographic library does not start");
	if (!s->o.authorize)
		return diag_set(d, ERR_INVALID, "http.no-authorize", "A server needs a rule of who may call what");
	TRY(take_routes(s, d));
	TRY(http_figures_new(s));
	TRY(http_i18n_load(&s->arena, s->o.locale_dir, &s->i18n, d));
	TRY(http_templates_load(&s->arena, s->o.templates_dir, &s->templates, d));
	TRY(http_assets_load(s, d));
	enum err e = OK;
	if (s->o.sessions)
		s->sessions = *s->o.sessions;
	else
		e = http_memory_sessions_new(SESSIONS_MAX, &s->memory_sessions, &s->sessions);
	if (e == OK)
		e = http_work_new(&s->work);
	if (e == OK)
		e = http_lane_new(s->o.threads, &s->lane);
	if (e == OK)
		e = http_streams_new(&s->streams);
	if (e == OK)
		e = http_patience_new(s->o.patience_ms, s->o.idle_s * INT64_C(1000), &s->slow, &s->patience);
	return e == OK ? OK : diag_set(d, e, "http.no-memory", "There is no memory for the server");
}

static void free_server(struct http_server *s)
{
	http_work_stop(s->work);
	http_streams_stop(s->streams);
	http_streams_free(s->streams);
	http_lane_free(s->lane);
	http_patience_free(s->patience);
	http_memory_sessions_free(s->memory_sessions);
	arena_release(&s->arena);
	heap_free(s);
}

enum err http_server_start(const struct http_options *o, struct http_server **out, struct diag *d)
{
	struct http_server *s = heap_alloc(sizeof *s);
	if (!s)
		return diag_set(d, ERR_NOMEM, "http.no-memory", "There is no memory for the server");
	s->o = *o;
	take_place(s);
	set_defaults(&s->o);
	arena_init(&s->arena, SERVER_ARENA);
	enum err e = prepare(s, d);
	if (e == OK)
		e = listen_on(s, d);
	if (e != OK) {
		free_server(s);
		return e;
	}
	*out = s;
	return OK;
}

int http_server_port(const struct http_server *s)
{
	return s->port;
}

size_t http_server_routes(const struct http_server *s, const struct http_route **out)
{
	*out = s->routes.list;
	return s->routes.count;
}

struct http_i18n *http_server_i18n(struct http_server *s)
{
	return s->i18n;
}

void http_server_counts(struct http_server *s, struct http_counts *out)
{
	*out = (struct http_counts){
		.requests = atomic_load(&s->requests), .connections = atomic_load(&s->connections),
		.pending = atomic_load(&s->pending), .streams = http_streams_count(s->streams), .refused = atomic_load(&s->refused),
		.slow = atomic_load(&s->slow), .body_bytes = atomic_load(&s->body_bytes), .answer_bytes = atomic_load(&s->answer_bytes),
	};
}

bool http_server_stopping(struct http_server *s)
{
	return atomic_load(&s->stopping);
}

/* Waits until a count is zero, at most ms when ms > 0. Polling: this is the program's last act. */
static void wait_for_zero(_Atomic int64_t *count, int64_t ms)
{
	struct os_mutex m;
	struct os_cond never;
	os_mutex_init(&m);
	os_cond_init(&never);
	os_mutex_lock(&m);
	for (int64_t until_us = os_monotonic_us() + ms * 1000; atomic_load(count) > 0 && (ms == 0 || os_monotonic_us() < until_us);)
		os_cond_wait_ms(&never, &m, 5);
	os_mutex_unlock(&m);
	os_cond_destroy(&never);
	os_mutex_destroy(&m);
}

/* Whoever stands in the queue of our own door when it is shut would be thrown out by the system, perhaps with half of his request sent, and no proxy may
 * ask such a thing again elsewhere: all are let in first. */
static void let_in(struct http_server *s)
{
	struct os_peer p;
	for (int fd; (fd = os_socket_accept(s->listener, &p)) >= 0;) {
		atomic_fetch_add(&s->fresh, 1);
		atomic_fetch_add(&s->let_in, 1);
		if (MHD_add_connection(s->daemon, fd, (struct sockaddr *)(void *)p.address, p.size) == MHD_YES)
			continue;
		atomic_fetch_sub(&s->let_in, 1);
		atomic_fetch_sub(&s->fresh, 1);
	}
}

/* The library may still look at the socket until it is stopped, so it stays open; but nobody is to stand in its queue, where he would wait for
 * an answer that never comes: he is turned away, and a proxy goes elsewhere. Unless the socket was lent to us: then whoever comes is the next one's. */
void http_server_rest(struct http_server *s)
{
	if (http_server_stopping(s))
		return;
	s->listener = MHD_quiesce_daemon(s->daemon);
	if (s->listener != MHD_INVALID_SOCKET && !s->o.listener) {
		let_in(s);
		os_socket_shutdown(s->listener);
	}
	atomic_store(&s->stopping, true);
	http_streams_stop(s->streams);
}

void http_server_stop(struct http_server *s)
{
	http_server_rest(s);
	wait_for_zero(&s->pending, 0);       /* whoever took a request over owes it an answer */
	wait_for_zero(&s->fresh, FRESH_WAIT_MS); /* whoever was let in has something to ask */
	wait_for_zero(&s->active, s->o.stop_wait_ms); /* and clients some time to read theirs */
	atomic_store(&s->closed, true);
	wait_for_zero(&s->pending, 0); /* one that came meanwhile on a connection of before, too */
	MHD_stop_daemon(s->daemon);
	if (s->listener != MHD_INVALID_SOCKET)
		os_socket_close(s->listener);
	free_server(s);
}
