/* page.c - pages: data, templates, the layout, the catalogue's sentences, notices. */
#include <sodium.h>

#include "http/http_int.h"

enum { FLASH_MAX = 1024, FLASH_COOKIE_MAX = 2048 };

static const char flash_cookie[] = "banjie_flash";

struct scope {
	struct http_templates *templates;
	const struct http_request *rq;
};

static const struct mustache *partial(void *arg, struct str name)
{
	struct scope *s = arg;
	return map_get(&s->templates->by_name, name);
}

static enum http_language language_of(const struct http_request *rq)
{
	enum http_language l = HTTP_ZH;
	(void)http_language_of(rq->language, &l);
	return l;
}

static struct str translate(void *arg, struct str key)
{
	struct scope *s = arg;
	return http_i18n_get(s->rq->server->i18n, language_of(s->rq), key);
}

struct str http_tr(const struct http_request *rq, const char *key)
{
	struct str hit = http_i18n_get(rq->server->i18n, language_of(rq), str_of(key));
	return hit.ptr ? hit : str_of(key);
}

struct str http_tr_args(const struct http_request *rq, const char *key, const struct str *args, size_t n)
{
	return http_i18n_format(rq->server->i18n, language_of(rq), str_of(key), args, n, rq->arena);
}

/* The server's templates, or in development those that lie on the disk right now. */
static enum err templates_of(struct http_request *rq, struct http_templates **out, struct diag *d)
{
	*out = &rq->server->templates;
	if (!rq->server->o.dev || !rq->server->o.templates_dir)
		return OK;
	*out = arena_new(rq->arena, struct http_templates);
	return *out ? http_templates_load(rq->arena, rq->server->o.templates_dir, *out, d) : ERR_NOMEM;
}

static enum err render(struct http_request *rq, struct http_templates *t, const char *name, const struct json *data, struct str *out, struct diag *d)
{
	const struct mustache *m = map_get(&t->by_name, str_of(name));
	struct scope scope = { t, rq };
	struct mustache_env env = { partial, translate, &scope };
	struct buf b;
	if (!m)
		return diag_set(d, ERR_NOT_FOUND, "http.no-template", "There is no template %s", name);
	buf_init_in(&b, rq->arena, HTTP_PAGE_MAX);
	enum err e = mustache_render(m, data, &env, rq->arena, &b);
	if (e == OK)
		e = buf_finish(&b, out);
	return e == OK ? OK : diag_set(d, e, "http.render", "The template %s cannot be rendered", name);
}

/* This page's address in the other language. */
static struct str other_language_href(struct http_request *rq)
{
	struct http_exchange *ex = exchange_of(rq);
	struct buf b;
	struct str out, rest = rq->target;
	buf_init_in(&b, rq->arena, 16 << 10);
	buf_put(&b, str_cut(&rest, '?'));
	buf_putz(&b, "?lang=");
	buf_putz(&b, language_of(rq) == HTTP_ZH ? "en" : "zh-CN");
	for (size_t i = 0; i < ex->query.count; i++) {
		if (str_eqz(ex->query.list[i].name, "lang"))
			continue;
		buf_byte(&b, '&');
		http_encode(&b, ex->query.list[i].name);
		buf_byte(&b, '=');
		http_encode(&b, ex->query.list[i].value);
	}
	return buf_finish(&b, &out) == OK ? out : S("/");
}

/* ---- notices ---- */

void http_flash(struct http_request *rq, struct http_reply *re, const char *kind, struct str key)
{
	struct str text = arena_printf(rq->arena, "%s\n%.*s", kind, STR_ARG(key));
	char encoded[FLASH_COOKIE_MAX];
	if (!text.ptr || text.len > FLASH_MAX)
		return;
	sodium_bin2base64(encoded, sizeof encoded, (const unsigned char *)text.ptr, text.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	http_cookie_set(re, flash_cookie, str_of(encoded), 300, true);
}

/* The sentence of "key|arg|arg". */
static struct str sentence_of(struct http_request *rq, struct str key)
{
	struct str args[9], name = str_cut(&key, '|');
	size_t n = 0;
	while (key.ptr && n < 9)
		args[n++] = str_cut(&key, '|');
	return http_i18n_format(rq->server->i18n, language_of(rq), name, args, n, rq->arena);
}

static const struct json *take_flash(struct http_request *rq, struct http_reply *re)
{
	struct str cookie = http_cookie(rq, flash_cookie);
	struct json_builder list, one;
	size_t len = 0;
	char *text = cookie.len && cookie.len < FLASH_COOKIE_MAX ? arena_alloc(rq->arena, cookie.len) : NULL;
	if (!text || sodium_base642bin((unsigned char *)text, cookie.len, cookie.ptr, cookie.len, NULL, &len, NULL,
	                               sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return NULL;
	http_cookie_set(re, flash_cookie, S(""), 0, true);
	struct str rest = str_span(text, len), kind = str_cut(&rest, '\n');
	if (!rest.ptr)
		return NULL;
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "kind", kind);
	json_build_bool(&one, "success", str_eqz(kind, "success"));
	json_build_bool(&one, "is_error", str_eqz(kind, "error"));
	json_build_str(&one, "text", sentence_of(rq, rest));
	json_build_array_begin(&list, rq->arena);
	json_build_value(&list, "", json_build_end(&one));
	return json_build_end(&list);
}

/* ---- the data of a page ---- */

static const struct json *page_object(struct http_request *rq, const struct json *context, const struct json *data, const struct str *content)
{
	struct json_builder page;
	bool zh = language_of(rq) == HTTP_ZH;
	json_build_object_begin(&page, rq->arena);
	json_build_str(&page, "lang", str_of(http_language_tag(language_of(rq))));
	json_build_bool(&page, "zh", zh);
	json_build_str(&page, "lang_href", other_language_href(rq));
	json_build_str(&page, "version", rq->server->version);
	json_build_str(&page, "csrf", rq->session ? str_of(rq->session->csrf) : S(""));
	json_build_str(&page, "csrf_field", http_csrf_field(rq));
	json_build_str(&page, "path", rq->path);
	json_build_str(&page, "target", rq->target);
	if (content)
		json_build_str(&page, "content", *content);
	json_build_merge(&page, json_get(data, "page"));
	json_build_merge(&page, json_get(context, "page"));
	return json_build_end(&page);
}

static const struct json *whole_data(struct http_request *rq, const struct json *context, const struct json *data,
                                     const struct json *flash, const struct str *content)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "page", page_object(rq, context, data, content));
	json_build_value(&b, "flash", flash);
	json_build_merge(&b, data);
	json_build_merge(&b, context);
	return json_build_end(&b);
}

static const struct json *context_of(struct http_request *rq)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	if (rq->server->o.page_context)
		rq->server->o.page_context(rq, &b, rq->server->o.arg);
	return json_build_end(&b);
}

static enum err render_page(struct http_request *rq, struct http_reply *re, const char *name, const struct json *data, bool framed, struct str *out, struct diag *d)
{
	struct http_templates *t;
	struct str content;
	TRY(templates_of(rq, &t, d));
	const struct json *context = context_of(rq);
	const struct json *flash = framed ? take_flash(rq, re) : NULL;
	const struct json *whole = whole_data(rq, context, data, NULL, NULL);
	if (!whole || !context)
		return diag_set(d, ERR_NOMEM, "http.no-memory", "There is no memory for the page");
	TRY(render(rq, t, name, whole, &content, d));
	if (!framed || !map_has(&t->by_name, S("layout"))) {
		*out = content;
		return OK;
	}
	whole = whole_data(rq, context, data, flash, &content);
	return whole ? render(rq, t, "layout", whole, out, d) : ERR_NOMEM;
}

static enum http_outcome send_page(struct http_request *rq, struct http_reply *re, int status, const char *name, const struct json *data, bool framed)
{
	struct diag d;
	struct str html;
	diag_init(&d);
	if (render_page(rq, re, name, data, framed, &html, &d) == OK) {
		http_header_set(re, "Vary", S("Cookie, Accept-Language"));
		http_header_set(re, "Content-Language", str_of(http_language_tag(language_of(rq))));
		return http_send(re, status, "text/html; charset=utf-8", html);
	}
	if (rq->server->o.log)
		rq->server->o.log(rq, 500, d.code, d.text, rq->server->o.arg);
	/* not http_problem: that would want a page again */
	struct str text = arena_printf(rq->arena, "500 %s\n", rq->server->o.dev ? d.text : http_status_phrase(500));
	return http_send(re, 500, "text/plain; charset=utf-8", text.ptr ? text : S("500"));
}

enum http_outcome http_page(struct http_request *rq, struct http_reply *re, int status, const char *name, const struct json *data)
{
	return send_page(rq, re, status, name, data, true);
}

enum http_outcome http_fragment(struct http_request *rq, struct http_reply *re, int status, const char *name, const struct json *data)
{
	return send_page(rq, re, status, name, data, false);
}

enum err http_render(struct http_request *rq, const char *name, const struct json *data, struct str *out)
{
	return render_page(rq, &exchange_of(rq)->re, name, data, false, out, NULL);
}
