/* inspect_camera.c - the picture of a hall's recorder in the supervisor's browser, and the stills kept of it. The browser fetches from the
 * recorder, and this page alone lets it, from this camera's origin alone; the server fetches nothing. */
#include "web/inspect_int.h"

static const struct json *look_param(struct http_request *rq)
{
	struct json_builder b;
	int64_t look = 0;
	(void)str_to_i64(http_param(rq, "look"), &look);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "look", look);
	return json_build_end(&b);
}

/* "https://host:port" of an address, which was checked when the camera was registered. */
static struct str origin_of(struct str url)
{
	ptrdiff_t scheme = str_find(url, S("://"));
	if (scheme < 0)
		return S("");
	struct str rest = str_sub(url, (size_t)scheme + 3, url.len);
	ptrdiff_t slash = str_find_byte(rest, '/');
	return str_sub(url, 0, slash < 0 ? url.len : (size_t)scheme + 3 + (size_t)slash);
}

static void allow_origin(struct http_request *rq, struct http_reply *re, struct str origin)
{
	if (!origin.len)
		return;
	http_header_set(re, "Content-Security-Policy",
	                arena_printf(rq->arena, "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: %.*s; connect-src 'self' %.*s; worker-src 'self' blob:;"
	                             " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", STR_ARG(origin), STR_ARG(origin)));
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	struct web_page p;
	const struct json *view;
	struct json_builder scripts;
	if (!inspect_page(rq, re, w, "look", look_param(rq), "inspect.look", &p, &view))
		return HTTP_DONE;
	json_build_array_begin(&scripts, rq->arena);
	json_build_str(&scripts, "", S("camera.js"));
	json_build_value(&p.page, "scripts", json_build_end(&scripts));
	json_build_str(&p.data, "action", arena_printf(rq->arena, "/inspect/looks/%.*s/stills", STR_ARG(http_param(rq, "look"))));
	allow_origin(rq, re, origin_of(json_text(json_get(view, "origin"))));
	if (refused)
		web_page_error(&p, S("picture"), web_refusal(rq, refused));
	return web_page_send(&p, re, "inspect/look");
}

enum http_outcome inspect_look(struct http_request *rq, struct http_reply *re, void *arg) { return show(rq, re, web_of(arg), NULL); }

static enum http_outcome kept_still(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show(rq, re, w, &r->diag);
	http_flash(rq, re, "success", S("inspect.done.still"));
	return http_redirect(re, arena_printf(rq->arena, "/inspect/looks/%.*s", STR_ARG(http_param(rq, "look"))));
}

enum http_outcome inspect_still_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct http_file *file = http_file(rq, "picture");
	struct json_builder b;
	struct str moment = web_text(rq, "moment");
	json_build_object_begin(&b, rq->arena);
	json_build_merge(&b, look_param(rq));
	json_build_str(&b, "note", web_text(rq, "note"));
	if (moment.len)
		json_build_str(&b, "moment", moment);
	return web_command_blob(rq, re, web_of(arg), "camera.still", json_build_end(&b), file ? file->bytes : S(""), kept_still, NULL);
}
