/* page.c - a page under way: its data, controls, errors, breadcrumbs; the frame around it. */
#include "http/form.h"
#include "web/web_int.h"

/* The city's name; in a demonstration also its time, which is not the visitor's. */
static const struct json *house(struct http_request *rq, struct web *w)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "city", web_city(rq, w));
	json_build_bool(&b, "virtual", w->options.virtual_clock != NULL);
	json_build_str(&b, "now_text", web_date_text(rq, web_now(rq, w)));
	return json_build_end(&b);
}

void web_page_context(struct http_request *rq, struct json_builder *data, void *arg)
{
	json_build_value(data, "house", house(rq, web_of(arg)));
	const struct web_user *u = web_user(rq);
	if (u && u->me)
		json_build_value(data, "me", web_dress(rq, u->me));
	else
		json_build_bool(data, "me", false);
	if (rq->left_out)
		json_build_i64(data, "left_out", rq->left_out);
	json_build_bool(data, "left_out_more", rq->incomplete);
	json_build_bool(data, "lost", rq->incomplete || rq->left_out > 0); /* of an empty list nobody can say that there is nothing in it */
	json_build_value(data, "nav", web_navigation(rq, u ? u->roles : WEB_VISITOR, u ? u->me : NULL));
}

/* ---- pages ---- */

void web_page_begin(struct web_page *p, struct http_request *rq, struct web *w, const char *key, const struct str *args, size_t n)
{
	*p = (struct web_page){ .rq = rq, .web = w, .status = 200 };
	json_build_object_begin(&p->data, rq->arena);
	json_build_object_begin(&p->page, rq->arena);
	json_build_array_begin(&p->crumbs, rq->arena);
	json_build_array_begin(&p->errors, rq->arena);
	json_build_array_begin(&p->differs, rq->arena);
	json_build_array_begin(&p->taken, rq->arena);
	json_build_object_begin(&p->began, rq->arena);
	p->title = n ? http_tr_args(rq, key, args, n) : http_tr(rq, key);
}

void web_page_crumb(struct web_page *p, struct str href, struct str text)
{
	struct json_builder one;
	if (p->crumbs_count++ == 0 && !str_eqz(href, "/"))
		web_page_crumb(p, S("/"), http_tr(p->rq, "common.nav.home"));
	json_build_object_begin(&one, p->rq->arena);
	json_build_str(&one, "href", href);
	json_build_str(&one, "text", text);
	json_build_value(&p->crumbs, "", json_build_end(&one));
}

void web_page_error(struct web_page *p, struct str control, struct str text)
{
	struct json_builder one;
	json_build_object_begin(&one, p->rq->arena);
	json_build_str(&one, "field", control);
	json_build_str(&one, "text", text);
	json_build_value(&p->errors, "", json_build_end(&one));
	p->errors_count++;
	p->status = p->status == 200 ? 422 : p->status;
}

static void finish_page(struct web_page *p)
{
	json_build_str(&p->page, "title", p->title);
	json_build_bool(&p->page, "error", p->errors_count > 0);
	json_build_value(&p->data, "page", json_build_end(&p->page));
	json_build_bool(&p->data, "has_crumbs", p->crumbs_count > 0);
	json_build_value(&p->data, "crumbs", json_build_end(&p->crumbs));
	json_build_bool(&p->data, "has_errors", p->errors_count > 0);
	json_build_value(&p->data, "errors", json_build_end(&p->errors));
}

enum http_outcome web_page_send(struct web_page *p, struct http_reply *re, const char *name)
{
	finish_page(p);
	const struct json *data = json_build_end(&p->data);
	if (!data)
		return web_problem(p->rq, re, 500, NULL);
	return http_page(p->rq, re, p->status, name, data);
}

/* ---- lists ---- */

static void put_percent(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c);
		if (c && plain)
			buf_byte(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

struct str web_href(struct http_request *rq, const char *path, const char *drop, const char *name, struct str value)
{
	const struct http_pair *pairs;
	size_t n = http_queries(rq, &pairs);
	struct buf out;
	char mark = '?';
	buf_init_in(&out, rq->arena, 8192);
	buf_putz(&out, path);
	for (size_t i = 0; i < n; i++) {
		bool out_of = str_eqz(pairs[i].name, "cursor") || str_eqz(pairs[i].name, "lang") || str_eqz(pairs[i].name, name)
		              || (drop && str_eqz(pairs[i].name, drop)) || str_empty(pairs[i].value);
		if (out_of)
			continue;
		buf_byte(&out, mark);
		put_percent(&out, pairs[i].name);
		buf_byte(&out, '=');
		put_percent(&out, pairs[i].value);
		mark = '&';
	}
	if (value.len) {
		buf_printf(&out, "%c%s=", mark, name);
		put_percent(&out, value);
	}
	struct str href;
	return buf_finish(&out, &href) == OK ? href : str_of(path);
}

/* How many filters a list was asked with; the words searched for stand beside them. */
static int64_t filters_set(struct http_request *rq)
{
	static const char *const others[] = { "q", "cursor", "limit", "format", "lang" };
	const struct http_pair *pairs;
	size_t count = http_queries(rq, &pairs);
	int64_t set = 0;
	for (size_t i = 0; i < count; i++) {
		bool other = str_empty(str_trim(pairs[i].value));
		for (size_t k = 0; k < sizeof others / sizeof *others; k++)
			other = other || str_eqz(pairs[i].name, others[k]);
		set += !other;
	}
	return set;
}

void web_page_list(struct web_page *p, const struct json *view, const char *path)
{
	const struct json *rows = json_get(view, "rows");
	struct str next = json_text(json_get(view, "next")), total = json_text(json_get(view, "total"));
	json_build_value(&p->data, "rows", rows);
	json_build_bool(&p->data, "has_rows", rows && rows->count > 0);
	json_build_bool(&p->data, "none_readable", (!rows || !rows->count) && (next.len || json_bool(json_get(view, "rows_unknown"), false)));
	json_build_bool(&p->data, "more_behind", next.len > 0); /* of a damaged list: what is behind can be read */
	json_build_i64(&p->data, "filters_set", filters_set(p->rq));
	struct json_builder pages;
	json_build_object_begin(&pages, p->rq->arena);
	json_build_str(&pages, "next_href", next.len ? web_href(p->rq, path, NULL, "cursor", next) : S(""));
	json_build_str(&pages, "first_href", http_query(p->rq, "cursor").len ? web_href(p->rq, path, NULL, "cursor", S("")) : S(""));
	json_build_str(&pages, "total", total.ptr ? total : S(""));
	json_build_value(&p->data, "pages", json_build_end(&pages));
	json_build_str(&p->data, "xlsx", web_href(p->rq, path, NULL, "format", S("xlsx")));
	json_build_str(&p->data, "total", total.ptr ? total : S(""));
}

/* ---- controls ---- */

static void begin_control(struct web_page *p, struct json_builder *b, const struct web_control *c, struct str error)
{
	struct arena *a = p->rq->arena;
	json_build_object_begin(b, a);
	json_build_str(b, "id", str_of(c->id));
	json_build_str(b, "label", http_tr(p->rq, c->label));
	json_build_str(b, "hint", c->hint ? http_tr(p->rq, c->hint) : S(""));
	json_build_str(b, "type", str_of(c->type ? c->type : "text"));
	json_build_str(b, "autocomplete", c->autocomplete ? str_of(c->autocomplete) : S(""));
	json_build_str(b, "inputmode", c->inputmode ? str_of(c->inputmode) : S(""));
	json_build_str(b, "width", c->width ? str_of(c->width) : S(""));
	json_build_i64(b, "max", c->max);
	json_build_i64(b, "rows", 0);
	json_build_bool(b, "optional", c->optional);
	json_build_bool(b, "plain", c->plain);
	json_build_bool(b, "inline", false);
	json_build_str(b, "error", error.ptr ? error : S(""));
	struct str described = arena_printf(a, "%s%s%s%s%s", c->hint ? c->id : "", c->hint ? "-hint" : "",
	                                    c->hint && error.len ? " " : "", error.len ? c->id : "", error.len ? "-error" : "");
	json_build_str(b, "described", described.ptr ? described : S(""));
}

static void end_control(struct web_page *p, struct json_builder *b, const struct web_control *c, struct str error, struct str control)
{
	json_build_value(&p->data, c->id, json_build_end(b));
	if (error.len)
		web_page_error(p, control, error);
}

void web_page_control(struct web_page *p, const struct web_control *c, struct str value, struct str error)
{
	struct json_builder b;
	begin_control(p, &b, c, error);
	json_build_str(&b, "value", value.ptr ? value : S(""));
	end_control(p, &b, c, error, str_of(c->id));
}

void web_page_choice(struct web_page *p, const struct web_control *c, const struct json *options, struct str value, struct str error)
{
	struct json_builder b, list, one;
	struct arena *a = p->rq->arena;
	struct str first = { NULL, 0 };
	begin_control(p, &b, c, error);
	json_build_array_begin(&list, a);
	for (size_t i = 0; options && i < options->count; i++) {
		struct str code = json_text(json_get(&options->items[i], "code"));
		struct str oid = i ? arena_printf(a, "%s-%zu", c->id, i + 1) : str_of(c->id);
		first = i ? first : oid;
		json_build_object_begin(&one, a);
		json_build_str(&one, "oid", oid);
		json_build_str(&one, "code", code);
		json_build_str(&one, "text", json_text(json_get(&options->items[i], "text")));
		json_build_bool(&one, "checked", str_eq(code, value));
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(&b, "options", json_build_end(&list));
	end_control(p, &b, c, error, first.ptr ? first : str_of(c->id));
}

const struct json *web_options_list(struct http_request *rq, const char *prefix, const char *codes)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (struct str rest = str_of(codes); rest.ptr;) {
		struct str code = str_cut(&rest, ' ');
		const char *key = arena_printf(rq->arena, "%s.%.*s", prefix, STR_ARG(code)).ptr;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "code", code);
		json_build_str(&one, "text", key ? http_tr(rq, key) : code);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

/* ---- errors ---- */

enum http_outcome web_problem(struct http_request *rq, struct http_reply *re, int status, const struct diag *d)
{
	struct diag own;
	if (d)
		return http_problem(rq, re, status, d);
	diag_init(&own);
	diag_set(&own, status == 404 ? ERR_NOT_FOUND : ERR_IO, status == 404 ? "web.not-found" : "web.fault", "%s",
	         status == 404 ? "There is nothing at this address" : "Something went wrong here");
	return http_problem(rq, re, status, &own);
}

enum http_outcome web_not_found(struct http_request *rq, struct http_reply *re)
{
	return web_problem(rq, re, 404, NULL);
}

/* ---- words of forms ---- */

static struct str form_word(void *arg, const char *key)
{
	return http_tr(arg, key);
}

struct http_form_words web_form_words(struct http_request *rq)
{
	return (struct http_form_words){ .english = str_eqz(rq->language, "en"), .get = form_word, .arg = rq };
}

static size_t form_all(void *arg, struct str name, const struct str **values)
{
	return http_field_all(arg, name, values);
}

static size_t form_files(void *arg, struct str name)
{
	const struct http_file *files;
	size_t n = http_files(arg, &files), hits = 0;
	for (size_t i = 0; i < n; i++)
		hits += str_eq(files[i].field, name);
	return hits;
}

struct http_form_input web_form_input(struct http_request *rq)
{
	return (struct http_form_input){ .arg = rq, .all = form_all, .files = form_files };
}
