/* figures.c - what the server has done, by route, as a monitor reads it (the text format of Prometheus). */
#include <stdio.h>

#include "base/histogram.h"
#include "http/http_int.h"

enum { FIRST_US = 128 };

struct route_figures { struct histogram took_us; _Atomic uint64_t status[6]; };

struct http_figures {
	struct route_figures *routes; /* beside the server's routes; one more for what no route matched */
	size_t count;
};

enum err http_figures_new(struct http_server *s)
{
	s->figures = arena_new(&s->arena, struct http_figures);
	if (!s->figures)
		return ERR_NOMEM;
	s->figures->count = s->routes.count + 1;
	s->figures->routes = arena_new_n(&s->arena, struct route_figures, s->figures->count);
	return s->figures->routes ? OK : ERR_NOMEM;
}

void http_figures_count(struct http_server *s, const struct http_route *route, int status, int64_t took_us)
{
	size_t i = route ? (size_t)(route - s->routes.list) : s->routes.count;
	struct route_figures *f = &s->figures->routes[i];
	histogram_add(&f->took_us, FIRST_US, (uint64_t)took_us);
	atomic_fetch_add_explicit(&f->status[status >= 100 && status < 600 ? status / 100 : 0], 1, memory_order_relaxed);
}

static void put_head(struct buf *b, const char *name, const char *kind, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void put_gauge(struct buf *b, const char *name, const char *kind, const char *help, int64_t value)
{
	put_head(b, name, kind, help);
	buf_printf(b, "%s %lld\n", name, (long long)value);
}

static const char *name_of(const struct http_server *s, size_t i)
{
	return i < s->routes.count ? s->routes.list[i].name : "none";
}

/* Routes nobody has asked for yet are left out. */
static void put_routes(struct http_server *s, struct buf *b)
{
	char labels[160];
	put_head(b, "banjie_http_requests_total", "counter", "Answers by route and class of status.");
	for (size_t i = 0; i < s->figures->count; i++)
		for (int k = 1; k < 6; k++)
			if (atomic_load(&s->figures->routes[i].status[k]))
				buf_printf(b, "banjie_http_requests_total{route=\"%s\",status=\"%dxx\"} %llu\n", name_of(s, i), k,
				           (unsigned long long)atomic_load(&s->figures->routes[i].status[k]));
	put_head(b, "banjie_http_seconds", "histogram", "From the request's first line to its answer, by route.");
	for (size_t i = 0; i < s->figures->count; i++) {
		if (!histogram_count(&s->figures->routes[i].took_us))
			continue;
		snprintf(labels, sizeof labels, "route=\"%s\"", name_of(s, i));
		histogram_put(b, "banjie_http_seconds", labels, &s->figures->routes[i].took_us, FIRST_US, 1e6);
	}
}

void http_server_figures(struct http_server *s, struct buf *b)
{
	struct http_counts c;
	http_server_counts(s, &c);
	put_gauge(b, "banjie_http_connections", "gauge", "Open connections.", c.connections);
	put_gauge(b, "banjie_http_pending", "gauge", "Requests that wait for a command or slow work.", c.pending);
	put_gauge(b, "banjie_http_streams", "gauge", "Open event streams.", c.streams);
	put_gauge(b, "banjie_http_body_bytes", "gauge", "Bytes of request bodies held at this moment.", c.body_bytes);
	put_gauge(b, "banjie_http_answer_bytes", "gauge", "Bytes of large answers on their way at this moment.", c.answer_bytes);
	put_gauge(b, "banjie_http_refused_total", "counter", "Requests refused before their handler.", c.refused);
	put_gauge(b, "banjie_http_slow_total", "counter", "Connections ended because the client was too slow.", c.slow);
	put_routes(s, b);
}
