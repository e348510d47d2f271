/* office_pages.c - the office's pages that are no list: a pack with its checks, the calendar with the
 * preview of who would move, the ledger with its proof. */
#include "web/office_int.h"

/* ---- packs ---- */

enum http_outcome office_pack(struct http_request *rq, struct http_reply *re, struct web *w, struct str code)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, "pack", web_params(rq, "code", code), &view))
		return HTTP_DONE;
	struct str name = json_text(json_get(view, "name"));
	web_page_begin(&p, rq, w, "office.packs.title", &name, 1);
	json_build_merge(&p.data, view);
	return web_page_send(&p, re, "office/pack");
}

static enum http_outcome show_pack_new(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	struct web_page p;
	web_page_begin(&p, rq, w, "office.packs.new", NULL, 0);
	if (refused) {
		struct str args[2] = { str_of(refused->place), str_of(refused->args ? refused->arg[0] : refused->text) };
		web_page_error(&p, S("files"), web_refusal(rq, refused));
		web_page_error(&p, S("files"), http_tr_args(rq, "office.packs.finding", args, 2));
	}
	return web_page_send(&p, re, "office/pack_new");
}

enum http_outcome office_pack_new(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show_pack_new(rq, re, web_of(arg), NULL);
}

static enum http_outcome pack_added(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_pack_new(rq, re, w, &r->diag);
	http_flash(rq, re, "success", S("office.saved"));
	return http_redirect(re, web_href(rq, "/office/packs/edit", NULL, "key", json_text(json_get(r->data, "code"))));
}

/* A browser sends names without folders: the ending says where a file belongs in a pack. */
static struct str pack_path(struct http_request *rq, struct str name)
{
	if (str_ends(name, S(".mustache")))
		return arena_printf(rq->arena, "letters/%.*s", STR_ARG(name));
	if (str_ends(name, S(".scenario.json")))
		return arena_printf(rq->arena, "scenarios/%.*s", STR_ARG(name));
	if (str_ends(name, S(".examples.json")))
		return arena_printf(rq->arena, "examples/%.*s.json", (int)(name.len - strlen(".examples.json")), name.ptr);
	if (str_ends(name, S(".json")) && !str_eqz(name, "pack.json"))
		return arena_printf(rq->arena, "forms/%.*s", STR_ARG(name));
	return name;
}

enum http_outcome office_pack_add(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct http_file *files;
	size_t n = http_files(rq, &files);
	struct json_builder b, list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < n; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "path", pack_path(rq, files[i].filename));
		json_build_str(&one, "text", files[i].bytes);
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "files", json_build_end(&list));
	return web_command(rq, re, web_of(arg), "pack.add", json_build_end(&b), pack_added, NULL);
}

/* ---- the calendar ---- */

static int64_t year_now(struct web *w)
{
	return 1970 + casework_now_ms(web_casework(w)) / 31556952000; /* close enough to choose which years to list */
}

static int64_t days_off(const struct json *days)
{
	int64_t n = 0;
	for (size_t i = 0; days && i < days->count; i++)
		n += json_bool(json_get(&days->items[i], "off"), false);
	return n;
}

static const struct json *years(struct http_request *rq, struct web *w)
{
	struct json_builder list, one, params;
	int64_t now = year_now(w);
	json_build_array_begin(&list, rq->arena);
	for (int64_t year = now + 1; year > now - 4; year--) {
		const struct json *v;
		struct diag d;
		diag_init(&d);
		json_build_object_begin(&params, rq->arena);
		json_build_i64(&params, "year", year);
		if (web_view_try(rq, w, "calendar", json_build_end(&params), &v, &d) != OK)
			continue;
		json_build_object_begin(&one, rq->arena);
		json_build_i64(&one, "count", days_off(json_get(v, "days")));
		json_build_merge(&one, v);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static enum http_outcome show_calendar(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *preview, const struct diag *refused)
{
	struct web_page p;
	static const struct web_control name = { .id = "name", .label = "office.calendar.name", .hint = "office.calendar.name.hint" };
	web_page_begin(&p, rq, w, "office.calendar", NULL, 0);
	web_page_control(&p, &name, http_field(rq, "name"), S(""));
	json_build_value(&p.data, "years", years(rq, w));
	json_build_str(&p.data, "csv", http_field(rq, "csv"));
	json_build_bool(&p.data, "previewed", preview != NULL);
	if (preview)
		web_page_list(&p, preview, "/office/calendar");
	json_build_value(&p.data, "sections", office_sections(rq));
	if (refused)
		web_page_error(&p, S("csv"), web_refusal(rq, refused));
	return web_page_send(&p, re, "office/calendar");
}

enum http_outcome office_calendar(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show_calendar(rq, re, web_of(arg), NULL, NULL);
}

static enum http_outcome calendar_added(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_calendar(rq, re, w, NULL, &r->diag);
	http_flash(rq, re, "success", arena_printf(rq->arena, "office.calendar.applied|%lld", (long long)json_i64(json_get(r->data, "moved"), 0)));
	return http_redirect(re, S("/office/calendar"));
}

enum http_outcome office_calendar_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct json_builder b;
	const struct json *preview;
	struct diag d;
	diag_init(&d);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "name", str_trim(http_field(rq, "name")));
	json_build_str(&b, "text", http_field(rq, "csv"));
	const struct json *data = json_build_end(&b);
	if (str_eqz(http_field(rq, "do"), "apply"))
		return web_command(rq, re, w, "calendar.add", data, calendar_added, NULL);
	if (web_view_try(rq, w, "calendar.preview", data, &preview, &d) != OK)
		return show_calendar(rq, re, w, NULL, &d);
	return show_calendar(rq, re, w, web_dress(rq, preview), NULL);
}

/* ---- the ledger ---- */

struct verifying {
	struct web *web;
	enum err err;
	struct diag diag;
	uint64_t entries;
};

struct str office_json(struct http_request *rq, const struct json *v)
{
	struct buf b;
	struct json_writer w;
	if (!v || v->kind == JSON_NULL)
		return S("");
	buf_init_in(&b, rq->arena, 1 << 20);
	json_writer_init(&w, &b);
	json_put_value(&w, v);
	return buf_str(&b);
}

static const struct json *entries(struct http_request *rq, const struct json *rows)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "payload_text", office_json(rq, json_get(&rows->items[i], "payload")));
		json_build_merge(&one, &rows->items[i]);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static enum http_outcome show_ledger(struct http_request *rq, struct http_reply *re, struct web *w, const struct verifying *v)
{
	const struct json *view, *head;
	struct web_page p;
	struct diag d;
	diag_init(&d);
	if (!web_view(rq, re, w, "ledger", web_params_query(rq, "case_no from:int cursor limit:int"), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "office.ledger", NULL, 0);
	if (web_view_try(rq, w, "ledger.head", web_params_query(rq, ""), &head, &d) == OK)
		json_build_value(&p.data, "head", head);
	json_build_value(&p.data, "rows", entries(rq, json_get(view, "rows")));
	web_page_list(&p, view, "/office/ledger");
	json_build_str(&p.data, "case_no", http_query(rq, "case_no"));
	json_build_bool(&p.data, "verified", v != NULL);
	if (v) {
		json_build_bool(&p.data, "good", v->err == OK);
		json_build_i64(&p.data, "entries", (int64_t)v->entries);
		json_build_str(&p.data, "what", str_of(v->diag.text));
	}
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "office/ledger");
}

enum http_outcome office_ledger(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show_ledger(rq, re, web_of(arg), NULL);
}

static void verify(void *arg)
{
	struct verifying *v = arg;
	v->err = casework_verify(web_casework(v->web), NULL, NULL, &v->entries, &v->diag);
}

static enum http_outcome verified(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct verifying *v = arg;
	if (v->err != OK && v->err != ERR_CORRUPT && !err_is_refusal(v->err)) { /* nothing is known of the record */
		v->diag.err = v->err;
		return web_problem(rq, re, 0, &v->diag);
	}
	return show_ledger(rq, re, v->web, v);
}

enum http_outcome office_ledger_verify(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct verifying *v = arena_new(rq->arena, struct verifying);
	if (!v)
		return http_busy(rq, re);
	v->web = web_of(arg);
	diag_init(&v->diag);
	return web_long_work(rq, re, v->web, verify, verified, v);
}
