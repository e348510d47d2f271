/* problem.c - errors as problem documents (RFC 9457) or as pages. */
#include <stdio.h>

#include "http/http_int.h"

int http_status_of(enum err e)
{
	switch (e) {
	case OK:
		return 200;
	case ERR_INVALID:
	case ERR_UNSUPPORTED:
		return 422;
	case ERR_NOT_FOUND:
		return 404;
	case ERR_DENIED:
		return 403;
	case ERR_CONFLICT:
		return 409;
	case ERR_STALE:
		return 412;
	case ERR_LIMIT:
		return 413;
	case ERR_NOMEM:
	case ERR_BUSY:
	case ERR_IO: /* of the disk, or of a database that is away: it may come back */
		return 503;
	case ERR_CORRUPT:
		return 500;
	}
	return 500;
}

/* The catalogue's sentence for the code, else the English one of the diagnosis; of a fault the one for all faults, for a diagnosis may have words of the database. */
static struct str detail_of(struct http_request *rq, const struct diag *d)
{
	char key[80];
	struct str args[DIAG_ARGS_MAX];
	snprintf(key, sizeof key, "err.%s", d->code);
	for (int i = 0; i < d->args; i++)
		args[i] = str_of(d->arg[i]);
	struct str text = http_tr_args(rq, key, args, (size_t)d->args);
	if (str_eqz(text, key) && d->err != OK && !err_is_refusal(d->err)) {
		snprintf(key, sizeof key, "err.system.fault");
		text = http_tr(rq, key);
	}
	return arena_str(rq->arena, str_eqz(text, key) ? str_of(d->text) : text);
}

static void put_place(struct json_builder *b, const struct diag *d)
{
	if (d->place[0])
		json_build_str(b, "place", arena_str(b->arena, str_of(d->place)));
	if (d->line) {
		json_build_i64(b, "line", d->line);
		json_build_i64(b, "column", d->column);
	}
}

static const struct json *document(struct http_request *rq, int status, const struct diag *d)
{
	struct json_builder b, args;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "type", arena_printf(rq->arena, "urn:banjie:problem:%s", d->code));
	json_build_str(&b, "title", str_of(http_status_phrase(status)));
	json_build_i64(&b, "status", status);
	json_build_str(&b, "detail", detail_of(rq, d));
	json_build_str(&b, "instance", rq->path);
	json_build_str(&b, "code", arena_str(rq->arena, str_of(d->code)));
	json_build_array_begin(&args, rq->arena);
	for (int i = 0; i < d->args; i++)
		json_build_str(&args, "", arena_str(rq->arena, str_of(d->arg[i])));
	json_build_value(&b, "args", json_build_end(&args));
	put_place(&b, d);
	json_build_str(&b, "request", rq->id);
	return json_build_end(&b);
}

/* "error.system.damaged.title" of the catalogue, else "error.500.title"; neither: `none`. */
static struct str words_of(struct http_request *rq, int status, const struct diag *d, const char *which, struct str none)
{
	char key[100];
	snprintf(key, sizeof key, "error.%s.%s", d->code, which);
	struct str text = http_tr(rq, key);
	if (!str_eqz(text, key))
		return text;
	snprintf(key, sizeof key, "error.%d.%s", status, which);
	text = http_tr(rq, key);
	return str_eqz(text, key) ? none : text;
}

static const struct json *page_data(struct http_request *rq, int status, const struct diag *d)
{
	struct json_builder b, page;
	struct str title = words_of(rq, status, d, "title", str_of(http_status_phrase(status)));
	json_build_object_begin(&page, rq->arena);
	json_build_str(&page, "title", title);
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "page", json_build_end(&page));
	json_build_str(&b, "heading", title);
	json_build_str(&b, "lead", words_of(rq, status, d, "text", S("")));
	json_build_bool(&b, "ours", status == 500);
	json_build_i64(&b, "status", status);
	json_build_str(&b, "code", arena_str(rq->arena, str_of(d->code)));
	json_build_str(&b, "text", detail_of(rq, d));
	json_build_str(&b, "request", rq->id);
	return json_build_end(&b);
}

static enum http_outcome error_page(struct http_request *rq, struct http_reply *re, int status, const struct diag *d)
{
	const struct map *templates = &rq->server->templates.by_name;
	const char *name = arena_printf(rq->arena, "error/%d", status).ptr;
	const struct json *data = page_data(rq, status, d);
	if (name && data && map_has(templates, str_of(name)))
		return http_page(rq, re, status, name, data);
	if (data && map_has(templates, S("error/error")))
		return http_page(rq, re, status, "error/error", data);
	struct str text = arena_printf(rq->arena, "%d %s\n%s\n", status, http_status_phrase(status), detail_of(rq, d).ptr);
	return http_send(re, status, "text/plain; charset=utf-8", text.ptr ? text : S(""));
}

enum http_outcome http_problem(struct http_request *rq, struct http_reply *re, int status, const struct diag *d)
{
	if (status == 0)
		status = http_status_of(d->err);
	if (status >= 500 && rq->server->o.log)
		rq->server->o.log(rq, status, d->code, d->text, rq->server->o.arg);
	if (status == 503)
		http_header_set(re, "Retry-After", S("1"));
	if (!http_wants_json(rq))
		return error_page(rq, re, status, d);
	const struct json *v = document(rq, status, d);
	if (!v)
		return http_send_empty(re, status);
	http_send_json(re, status, v);
	http_header_set(re, "Content-Type", S("application/problem+json"));
	return HTTP_DONE;
}

enum http_outcome http_busy(struct http_request *rq, struct http_reply *re)
{
	struct diag d;
	diag_init(&d);
	diag_set(&d, ERR_BUSY, "http.busy", "Too much is waiting at this moment; please try again");
	return http_problem(rq, re, 503, &d);
}
