/* api_serve.c - the table's views and commands over HTTP. */
#include "web/api_int.h"
#include "web/api_schema.h"

enum http_outcome api_refuse(struct http_request *rq, struct http_reply *re, enum err e, struct diag *d)
{
	(void)diag_set(d, e, "api.failed", "the request could not be carried out"); /* kept only when nothing was said before */
	return http_problem(rq, re, 0, d);
}

/* ---- parameters ---- */

static enum err bad_parameter(struct str name, const char *what, struct diag *d)
{
	enum err e = diag_set(d, ERR_INVALID, "api.parameter", "%.*s %s", STR_ARG(name), what);
	diag_arg(d, name);
	diag_at(d, name);
	return e;
}

static enum err put_typed(struct json_builder *b, const struct api_param *p, struct str value, struct diag *d)
{
	const char *name = arena_z(b->arena, p->name);
	int64_t number;
	if (!name)
		return ERR_NOMEM;
	if (p->type == 'i') {
		if (!str_to_i64(value, &number))
			return bad_parameter(p->name, "must be a whole number", d);
		json_build_i64(b, name, number);
	} else if (p->type == 'b') {
		if (!str_eqz(value, "true") && !str_eqz(value, "false"))
			return bad_parameter(p->name, "must be true or false", d);
		json_build_bool(b, name, str_eqz(value, "true"));
	} else {
		json_build_str(b, name, value);
	}
	return OK;
}

static void put_list(struct http_request *rq, struct json_builder *b, const char *name)
{
	const struct str *values;
	struct json_builder list;
	size_t n = http_query_all(rq, name, &values);
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < n; i++)
		json_build_str(&list, "", values[i]);
	json_build_value(b, name, json_build_end(&list));
}

static enum err put_query(struct http_request *rq, const struct api_route *r, struct json_builder *b, struct diag *d)
{
	struct api_param p;
	for (struct str rest = str_of(r->query); api_param_next(&rest, &p);) {
		const char *name = arena_z(rq->arena, p.name);
		if (!name)
			return ERR_NOMEM;
		struct str value = http_query(rq, name);
		if (value.len && p.type == 'l')
			put_list(rq, b, name);
		else if (value.len)
			TRY(put_typed(b, &p, value, d));
	}
	return OK;
}

/* A misspelt filter must not silently show everything. */
static enum err refuse_unknown(struct http_request *rq, const struct api_route *r, struct diag *d)
{
	const struct http_pair *sent;
	size_t n = http_queries(rq, &sent);
	for (size_t i = 0; i < n; i++) {
		struct api_param p;
		bool known = false;
		for (struct str rest = str_of(r->query); !known && api_param_next(&rest, &p);)
			known = str_eq(p.name, sent[i].name);
		if (!known)
			return bad_parameter(sent[i].name, "is not a parameter of this address", d);
	}
	return OK;
}

static enum err put_path(struct http_request *rq, const struct api_route *r, struct json_builder *b, struct diag *d)
{
	struct api_param p;
	for (struct str rest = str_of(r->path); api_path_next(&rest, &p);) {
		const char *name = arena_z(rq->arena, p.name);
		TRY(name ? put_typed(b, &p, http_param(rq, name), d) : ERR_NOMEM);
	}
	return OK;
}

enum err api_params(struct http_request *rq, const struct api_route *r, struct json_builder *b, struct diag *d)
{
	TRY(refuse_unknown(rq, r, d));
	TRY(put_path(rq, r, b, d));
	return put_query(rq, r, b, d);
}

static bool has_member(const struct json_builder *b, struct str key)
{
	for (size_t i = 0; i < b->count; i++)
		if (str_eq(b->members[i].key, key))
			return true;
	return false;
}

enum err api_body(struct http_request *rq, struct web *w, struct json_builder *b, struct diag *d)
{
	const struct api_route *r = api_route_of(rq);
	const struct json *body;
	TRY(http_json_body(rq, &body, d));
	TRY(api_schema_check(w->api_components, str_of(r->body), body, d));
	for (size_t i = 0; i < body->count; i++) {
		const char *key = arena_z(rq->arena, body->members[i].key);
		if (key && !has_member(b, body->members[i].key))
			json_build_value(b, key, &body->members[i].value);
	}
	return OK;
}

const struct json *api_input(struct http_request *rq, struct web *w, struct diag *d)
{
	const struct api_route *r = api_route_of(rq);
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	if (api_params(rq, r, &b, d) != OK)
		return NULL;
	if (r->body && r->body[0] != '*' && api_body(rq, w, &b, d) != OK)
		return NULL;
	return json_build_end(&b);
}

/* ---- views and commands ---- */

/* A view on its way to its answer. */
/* The thing's version is asked for beside it, and one row of a list by its name. */
static const struct json *view_input(struct http_request *rq, const struct api_route *r, const struct json *input)
{
	struct json_builder b;
	struct str spec = r->edits ? str_of(r->edits) : S(""), command = str_cut(&spec, ' '), from = spec, member = spec.len ? str_cut(&from, '=') : S("");
	if (!r->edits)
		return input;
	json_build_object_begin(&b, rq->arena);
	web_edits(&b, arena_z(rq->arena, command), NULL);
	if (member.len)
		json_build_value(&b, arena_z(rq->arena, member), json_get_str(input, from));
	if (r->one)
		web_row_params(&b, json_text(json_get(input, r->one)));
	json_build_merge(&b, input);
	return json_build_end(&b);
}

struct viewing { struct http_request *rq; struct web *web; const struct json *params, *answer; struct str version; struct diag diag; enum err err; };

static enum err damaged(struct diag *d)
{
	return diag_set(d, ERR_CORRUPT, "system.damaged", "What this needs is damaged and cannot be read.");
}

/* The one row of a list. Nobody is told that there is none where it may be among those that cannot be read. */
static enum err take_row(struct viewing *v, const char *name)
{
	const struct json *list = v->answer;
	v->answer = web_row_of(list, name, http_param(v->rq, name));
	if (v->answer)
		return OK;
	if (json_get(list, "unreadable") || json_bool(json_get(list, "incomplete"), false))
		return damaged(&v->diag);
	return diag_set(&v->diag, ERR_NOT_FOUND, "view.not-found", "There is no such thing, or you may not see it.");
}

/* The version goes out as the answer's tag, not in it. */
static enum err take_version(struct viewing *v)
{
	const struct json *all = v->answer;
	struct json_builder b;
	v->version = json_text(json_get(all, "made_from"));
	if (api_route_of(v->rq)->one)
		return take_row(v, api_route_of(v->rq)->one);
	json_build_object_begin(&b, v->rq->arena);
	for (size_t i = 0; i < all->count; i++)
		if (!str_eqz(all->members[i].key, "made_from"))
			json_build_value(&b, arena_z(v->rq->arena, all->members[i].key), &all->members[i].value);
	v->answer = json_build_end(&b);
	return v->answer ? OK : ERR_NOMEM;
}

/* A list of which no row can be read would be taken for an empty one: people are told, a program is refused. */
static void look(void *arg)
{
	struct viewing *v = arg;
	v->err = web_view_try(v->rq, v->web, api_route_of(v->rq)->target, v->params, &v->answer, &v->diag);
	if (v->err == OK && json_bool(json_get(v->answer, "rows_unknown"), false))
		v->err = damaged(&v->diag);
	if (v->err == OK && api_route_of(v->rq)->edits)
		v->err = take_version(v);
}

static enum http_outcome looked(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct viewing *v = arg;
	if (v->err != OK)
		return api_refuse(rq, re, v->err, &v->diag);
	http_header_set(re, "Cache-Control", S("no-store"));
	if (v->version.len)
		http_header_set(re, "ETag", web_etag(rq->arena, v->version));
	return http_send_json(re, api_route_of(rq)->status, v->answer);
}

static enum http_outcome serve_view(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *params)
{
	struct viewing *v = arena_new(rq->arena, struct viewing);
	if (!v)
		return http_busy(rq, re);
	*v = (struct viewing){ .rq = rq, .web = w, .params = params };
	diag_init(&v->diag);
	if (api_route_of(rq)->slow)
		return web_long_work(rq, re, w, look, looked, v);
	look(v);
	return looked(rq, re, v);
}

static enum http_outcome answer(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *result, void *kept)
{
	const struct api_route *r = api_route_of(rq);
	static const struct json nothing = { .kind = JSON_OBJECT };
	(void)w;
	(void)kept;
	if (result->err != OK) {
		struct diag d = result->diag;
		return api_refuse(rq, re, result->err, &d);
	}
	if (!r->answer)
		return http_send_empty(re, r->status);
	return http_send_json(re, r->status, result->data ? result->data : &nothing);
}

enum http_outcome api_do(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *data, struct str blob)
{
	return web_command_blob(rq, re, w, api_route_of(rq)->target, data, blob, answer, NULL);
}

static http_handler own_handler(enum api_own own)
{
	switch (own) {
	case API_OWN_BOARD_EVENTS: return api_board_events;
	case API_OWN_CLOCK: return api_clock;
	case API_OWN_CLOCK_MOVE: return api_clock_move;
	case API_OWN_DIAGRAM: return api_diagram;
	case API_OWN_DOCUMENT: return api_document;
	case API_OWN_DOCUMENT_ADD: return api_document_add;
	case API_OWN_MACHINE_STATE: return api_machine_state;
	case API_OWN_PASSWORD: return api_password;
	case API_OWN_TOKEN_CREATE: return api_token_create;
	case API_OWN_NONE: break;
	}
	base_assert(own != API_OWN_NONE); /* a route of its own names its handler */
	return NULL;
}

enum http_outcome api_serve(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct api_route *r = api_route_of(rq);
	struct diag d;
	diag_init(&d);
	if (r->kind == API_OWN)
		return own_handler(r->own)(rq, re, arg);
	const struct json *input = api_input(rq, w, &d);
	if (!input)
		return api_refuse(rq, re, ERR_NOMEM, &d);
	if (r->kind == API_VIEW)
		return serve_view(rq, re, w, view_input(rq, r, input));
	return api_do(rq, re, w, input, S(""));
}
