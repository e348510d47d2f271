/* reply.c - filling a reply and handing it to libmicrohttpd, with the headers every answer carries. */
#include <stdio.h>
#include <strings.h>

#include "http/http_int.h"

static const struct {
	const char *name, *value;
} always[] = {
	{ "Content-Security-Policy", "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
	                             "form-action 'self'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy", "camera=(), geolocation=(), microphone=()" },
	{ "Cache-Control", "no-store" },
};

const char *http_status_phrase(int status)
{
	switch (status) {
	case 400: return "Bad request";
	case 401: return "Login required";
	case 403: return "Not allowed";
	case 404: return "Not found";
	case 405: return "Method not allowed";
	case 406: return "Not acceptable";
	case 409: return "Conflict";
	case 412: return "Changed meanwhile";
	case 413: return "Too large";
	case 415: return "Unsupported media type";
	case 422: return "Not valid";
	case 429: return "Too many requests";
	case 503: return "Busy";
	default: return status >= 500 ? "Server error" : "Request refused";
	}
}

void http_reply_reset(struct http_reply *re)
{
	re->status = 0;
	re->body = S("");
	re->headers_count = 0;
	re->stream = NULL;
}

/* No header may carry a line break into the next. */
static bool printable(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
			return false;
	return true;
}

void http_header_set(struct http_reply *re, const char *name, struct str value)
{
	struct str copy = arena_str(&re->ex->arena, value);
	if (!copy.ptr || !printable(copy))
		return;
	for (size_t i = 0; i < re->headers_count; i++) {
		if (strcasecmp(re->headers[i].name.ptr, name) == 0) {
			re->headers[i].value = copy;
			return;
		}
	}
	base_assert(re->headers_count < HTTP_HEADERS_MAX);
	re->headers[re->headers_count++] = (struct http_pair){ arena_str(&re->ex->arena, str_of(name)), copy };
}

void http_cookie_set(struct http_reply *re, const char *name, struct str value, int64_t max_age_s, bool http_only)
{
	struct http_exchange *ex = re->ex;
	struct str line = arena_printf(&ex->arena, "%s=%.*s; Path=/; SameSite=Lax; Max-Age=%lld%s%s", name, STR_ARG(value),
	                               (long long)max_age_s, http_only ? "; HttpOnly" : "", ex->server->o.https ? "; Secure" : "");
	if (!line.ptr || !printable(line))
		return;
	size_t i = 0;
	while (i < re->cookies_count && !str_eqz(re->cookies[i].name, name))
		i++;
	base_assert(i < sizeof re->cookies / sizeof *re->cookies);
	re->cookies[i] = (struct http_pair){ arena_str(&ex->arena, str_of(name)), line };
	if (i == re->cookies_count)
		re->cookies_count++;
}

enum http_outcome http_send(struct http_reply *re, int status, const char *mime, struct str bytes)
{
	re->status = status;
	re->body = bytes;
	http_header_set(re, "Content-Type", str_of(mime));
	return HTTP_DONE;
}

enum http_outcome http_send_empty(struct http_reply *re, int status)
{
	re->status = status;
	re->body = S("");
	return HTTP_DONE;
}

enum http_outcome http_send_raw_json(struct http_reply *re, int status, struct str serialised)
{
	struct str copy = arena_str(&re->ex->arena, serialised);
	if (!copy.ptr)
		return http_send_empty(re, 503);
	return http_send(re, status, "application/json", copy);
}

enum http_outcome http_send_json(struct http_reply *re, int status, const struct json *v)
{
	struct buf b;
	struct json_writer w;
	struct str text;
	buf_init_in(&b, &re->ex->arena, HTTP_PAGE_MAX);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	if (buf_finish(&b, &text) != OK)
		return http_send_empty(re, 503);
	return http_send(re, status, "application/json", text);
}

/* "/x" of this server; "//x" and "/\x" would lead elsewhere. */
static bool own_path(struct str path)
{
	return path.len && path.ptr[0] == '/' && printable(path) &&
	       !(path.len > 1 && (path.ptr[1] == '/' || path.ptr[1] == '\\'));
}

enum http_outcome http_redirect(struct http_reply *re, struct str path)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, &re->ex->arena, 8192);
	/* Chinese in a path is fine in our code and must be escaped in a header */
	for (size_t i = 0; own_path(path) && i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];
		if (c > 0x20 && c < 0x7f)
			buf_byte(&b, (char)c);
		else
			buf_printf(&b, "%%%02X", c);
	}
	if (buf_finish(&b, &out) != OK || str_empty(out))
		out = S("/");
	http_header_set(re, "Location", out);
	return http_send_empty(re, 303);
}

enum http_outcome http_send_file(struct http_reply *re, struct str mime, struct str name, struct str bytes, bool inline_)
{
	struct buf b;
	struct str disposition;
	buf_init_in(&b, &re->ex->arena, 4096);
	buf_printf(&b, "%s; filename=\"", inline_ ? "inline" : "attachment");
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		buf_byte(&b, c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '/' && c != '%' ? c : '_');
	}
	buf_putz(&b, "\"; filename*=UTF-8''");
	http_encode(&b, name);
	if (buf_finish(&b, &disposition) == OK)
		http_header_set(re, "Content-Disposition", disposition);
	/* what a citizen uploaded must not run as a page of ours */
	http_header_set(re, "Content-Security-Policy", S("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox; frame-ancestors 'none'"));
	const char *type = arena_z(&re->ex->arena, mime);
	return http_send(re, 200, type ? type : "application/octet-stream", bytes);
}

static bool has_header(const struct http_reply *re, const char *name)
{
	for (size_t i = 0; i < re->headers_count; i++)
		if (strcasecmp(re->headers[i].name.ptr, name) == 0)
			return true;
	return false;
}

static void add_headers(const struct http_exchange *ex, struct MHD_Response *r)
{
	const struct http_reply *re = &ex->re;
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (!has_header(re, always[i].name))
			MHD_add_response_header(r, always[i].name, always[i].value);
	for (size_t i = 0; i < re->headers_count; i++)
		MHD_add_response_header(r, re->headers[i].name.ptr, re->headers[i].value.ptr);
	for (size_t i = 0; i < re->cookies_count; i++)
		MHD_add_response_header(r, "Set-Cookie", re->cookies[i].value.ptr);
	if (ex->rq.id.ptr)
		MHD_add_response_header(r, "X-Request-Id", ex->rq.id.ptr);
	if (ex->server->o.https)
		MHD_add_response_header(r, "Strict-Transport-Security", "max-age=31536000");
	if (ex->last || atomic_load(&ex->server->stopping))
		MHD_add_response_header(r, "Connection", "close");
}

static void tell(const struct http_exchange *ex)
{
	struct http_server *s = ex->server;
	int64_t took_us = os_monotonic_us() - ex->began_us;
	int status = ex->re.status ? ex->re.status : 500;
	http_figures_count(s, ex->rq.route, status, took_us);
	if (s->o.answered)
		s->o.answered(&ex->rq, status, took_us, ex->re.body.len, s->o.arg);
	if (!ex->re.stream)
		http_line_expect(s->patience, ex->line, HTTP_WAIT_CLIENT, ex->re.body.len);
}

enum MHD_Result http_reply_queue(struct http_exchange *ex)
{
	struct http_reply *re = &ex->re;
	struct MHD_Response *r;
	if (re->stream)
		r = http_stream_response(re->stream, ex->conn);
	else
		r = MHD_create_response_from_buffer(re->body.len, (void *)(uintptr_t)re->body.ptr, MHD_RESPMEM_PERSISTENT);
	if (!r)
		return MHD_NO;
	add_headers(ex, r);
	tell(ex);
	enum MHD_Result ok = MHD_queue_response(ex->conn, (unsigned)(re->status ? re->status : 500), r);
	MHD_destroy_response(r);
	return ok;
}
