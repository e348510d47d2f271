/* api_own.c - routes that are more than a view or a command: time, diagrams, documents. */
#include "calendar/calendar.h"
#include "http/sniff.h"
#include "web/api_int.h"

enum { CHINA_OFFSET_S = 8 * 3600, INSTANT_MAX = 64 };

/* ---- time ---- */

static enum http_outcome say_now(struct http_request *rq, struct http_reply *re, struct web *w)
{
	struct json_builder b;
	struct buf now;
	buf_init_in(&now, rq->arena, INSTANT_MAX);
	calendar_instant_print(casework_now_ms(web_casework(w)), CHINA_OFFSET_S, &now);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "now", buf_str(&now));
	json_build_bool(&b, "virtual", web_options(w)->virtual_clock != NULL);
	return http_send_json(re, 200, json_build_end(&b));
}

enum http_outcome api_clock(struct http_request *rq, struct http_reply *re, void *arg)
{
	return say_now(rq, re, web_of(arg));
}

struct clock_move {
	struct web *web;
	int64_t to_ms;
	enum err err;
	struct diag diag;
};

static enum http_outcome moved(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct clock_move *m = arg;
	return m->err == OK ? say_now(rq, re, m->web) : api_refuse(rq, re, m->err, &m->diag);
}

/* Fires everything on the way, which may take a while: on a worker. */
static void move(void *arg)
{
	struct clock_move *m = arg;
	m->err = casework_advance(web_casework(m->web), web_options(m->web)->virtual_clock, m->to_ms, &m->diag);
}

static enum err read_move(struct http_request *rq, struct clock_move *m)
{
	if (!web_options(m->web)->virtual_clock)
		return diag_set(&m->diag, ERR_CONFLICT, "api.only_virtual", "the clock can be moved only in demonstration time");
	const struct json *input = api_input(rq, m->web, &m->diag);
	if (!input)
		return m->diag.err ? m->diag.err : ERR_NOMEM;
	if (!calendar_instant_parse(json_text(json_get(input, "to")), &m->to_ms))
		return diag_set(&m->diag, ERR_INVALID, "api.body", "to: must be an RFC 3339 instant");
	if (m->to_ms < casework_now_ms(web_casework(m->web)))
		return diag_set(&m->diag, ERR_CONFLICT, "api.clock_backwards", "time does not run backwards");
	return OK;
}

enum http_outcome api_clock_move(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct clock_move *m = arena_new(rq->arena, struct clock_move);
	if (!m)
		return http_busy(rq, re);
	m->web = web_of(arg);
	diag_init(&m->diag);
	enum err e = read_move(rq, m);
	if (e != OK)
		return api_refuse(rq, re, e, &m->diag);
	return web_long_work(rq, re, m->web, move, moved, m);
}

/* ---- diagrams and documents ---- */

enum http_outcome api_diagram(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct diag d;
	diag_init(&d);
	const struct json *v, *params = api_input(rq, web_of(arg), &d);
	enum err e = params ? web_view_try(rq, web_of(arg), "case.diagram", params, &v, &d) : ERR_INVALID;
	if (e != OK)
		return api_refuse(rq, re, e, &d);
	http_header_set(re, "Vary", S("Accept"));
	if (str_find(http_header(rq, "Accept"), S("image/svg+xml")) >= 0)
		return http_send(re, 200, "image/svg+xml", json_text(json_get(v, "svg")));
	return http_send_json(re, 200, v);
}

enum http_outcome api_document(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct diag d;
	diag_init(&d);
	int64_t id = 0;
	struct str bytes, mime, name;
	(void)str_to_i64(http_param(rq, "document"), &id); /* the route takes digits only; 0 is nobody's */
	rq->looked = true;
	enum err e = casework_document_into(web_casework(web_of(arg)), &web_user(rq)->actor, id, http_query(rq, "secret"), http_room, rq, rq->arena,
	                                    &bytes, &mime, &name, &d);
	if (e != OK)
		return api_refuse(rq, re, e, &d);
	return http_send_file(re, mime, name, bytes, false);
}

enum http_outcome api_document_add(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct diag d;
	diag_init(&d);
	struct json_builder data;
	struct str mime = S("");
	json_build_object_begin(&data, rq->arena);
	enum err e = api_params(rq, api_route_of(rq), &data, &d);
	if (e == OK && rq->body.len == 0)
		e = diag_set(&d, ERR_INVALID, "api.body", "body: must hold the bytes of the file");
	if (e == OK)
		e = http_sniff(rq->arena, rq->body, &mime, &d);
	if (e == OK)
		e = http_sniff_check(http_query(rq, "name"), mime, S(""), &d);
	if (e != OK)
		return api_refuse(rq, re, e, &d);
	json_build_str(&data, "mime", mime);
	return api_do(rq, re, web_of(arg), json_build_end(&data), rq->body);
}
