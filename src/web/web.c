/* web.c - the application: the families' routes joined, the server around them. */
#include "web/web_int.h"

enum {
	ROUTES_MAX = 1000,
	ARENA_MAX = 8 << 20,
};

static size_t (*const families[])(const struct http_route **) = {
	web_routes_citizen, web_routes_staff, web_routes_board, web_routes_inspect, web_routes_powers, web_routes_account,
	web_routes_factor, web_routes_oidc, web_routes_sso, web_routes_complaint, web_routes_gauge, web_routes_tally,
	web_routes_mine, web_routes_redress, web_routes_deliveries, web_routes_supervise, web_routes_people, web_routes_hall, web_routes_hall_staff,
	web_routes_roster, web_routes_nav, web_routes_backups, web_routes_operations, web_routes_office, web_routes_operate, web_routes_api,
};

static size_t join(struct http_route *all)
{
	size_t n = 0;
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		const struct http_route *rows;
		size_t k = families[i](&rows);
		base_assert(n + k <= ROUTES_MAX);
		memcpy(all + n, rows, k * sizeof *rows);
		n += k;
	}
	return n;
}

size_t web_routes(const struct http_route **out)
{
	static struct http_route all[ROUTES_MAX];
	static size_t count; /* filled by the first call, before any thread runs */
	if (!count)
		count = join(all);
	*out = all;
	return count;
}

struct casework *web_casework(struct web *w) { return w->casework; }
const struct web_options *web_options(const struct web *w) { return &w->options; }
struct http_server *web_server(struct web *w) { return w->server; }
int web_port(const struct web *w) { return http_server_port(w->server); }

static const char *in_pages(struct web *w, const char *folder)
{
	return arena_printf(&w->arena, "%s/%s", w->options.pages_dir, folder).ptr;
}

static void settled(void *arg, enum err e)
{
	http_resume_settled(arg, e);
}

static bool settling(struct http_request *rq, void *arg, enum err *e)
{
	return casework_when_durable(web_of(arg)->casework, rq->arena, settled, rq, e);
}

static enum err start_server(struct web *w, struct diag *d)
{
	const struct web_options *o = &w->options;
	struct http_options h = {
		.address = o->address, .port = o->port, .listener = o->listener, .threads = o->threads, .https = o->https,
		.trusted_proxy = o->trusted_proxy, .dev = o->dev, .clock = o->clock, .entropy = o->entropy,
		.arg = w, .authorize = web_authorize, .again = web_again, .page_context = web_page_context, .settling = settling,
		.sessions = &w->sessions, .spool_dir = o->spool_dir,
		.log = o->log_line ? web_log_fault : NULL, .answered = o->log_line && o->log_requests ? web_log_answer : NULL,
		.templates_dir = in_pages(w, "templates"), .locale_dir = in_pages(w, "locale"), .static_dir = in_pages(w, "static"),
	};
	w->sessions = web_session_store(w);
	h.routes_count = web_routes(&h.routes);
	return http_server_start(&h, &w->server, d);
}

static enum err start(struct web *w, struct diag *d)
{
	TRY(web_attempts_new(w));
	TRY(web_api_start(w, d));
	TRY(web_city_start(w, d));
	TRY(start_server(w, d));
	TRY(web_board_start(w, d));
	return web_gauge_start(w, d);
}

enum err web_start(const struct web_options *o, struct web **out, struct diag *d)
{
	struct web *w = heap_alloc(sizeof *w);
	if (!w)
		return diag_set(d, ERR_NOMEM, "web.memory", "There is no memory for the server");
	w->options = *o;
	w->casework = o->casework;
	arena_init(&w->arena, ARENA_MAX);
	enum err e = start(w, d);
	if (e != OK) {
		web_stop(w);
		return e;
	}
	*out = w;
	return OK;
}

void web_rest(struct web *w)
{
	if (w && w->server)
		http_server_rest(w->server);
}

void web_stop(struct web *w)
{
	if (!w)
		return;
	web_gauge_stop(w);
	if (w->board)
		web_board_stop(w);
	if (w->server)
		http_server_stop(w->server);
	web_city_stop(w);
	web_attempts_free(w);
	arena_release(&w->arena);
	heap_free(w);
}
