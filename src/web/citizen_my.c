/* citizen_my.c - one's own cases, drafts and messages; finding a case by number and secret. */
#include "web/citizen.h"

CITIZEN_HANDLER(citizen_my_cases)
{
	struct web *w = web_of(arg);
	const struct json *v, *drafts;
	struct web_page p;
	if (!web_view(rq, re, w, "my.cases", web_params_query(rq, "cursor limit:int"), &v)
	    || !web_view(rq, re, w, "my.drafts", web_params(rq, "for", S("cases")), &drafts))
		return HTTP_DONE;
	const struct json *rows = json_get(drafts, "rows");
	web_page_begin(&p, rq, w, "citizen.my.title", NULL, 0);
	web_page_list(&p, v, "/my/cases");
	json_build_value(&p.data, "drafts", rows);
	json_build_bool(&p.data, "has_drafts", rows && rows->kind == JSON_ARRAY && rows->count > 0);
	return web_page_send(&p, re, "citizen/my_cases");
}

/* ---- messages ---- */

static const struct json *message(struct http_request *rq, const struct json *row)
{
	struct json_builder b;
	int64_t document = json_i64(json_get(row, "document"), 0);
	struct str case_no = json_text(json_get(row, "case_no"));
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "document_href", document && case_no.len
	               ? arena_printf(rq->arena, "/cases/%.*s/letters/%lld", STR_ARG(case_no), (long long)document) : S(""));
	json_build_merge(&b, row);
	return json_build_end(&b);
}

static const struct json *messages(struct http_request *rq, const struct json *v)
{
	const struct json *rows = json_get(v, "rows");
	struct json_builder b, list;
	json_build_object_begin(&b, rq->arena);
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && rows->kind == JSON_ARRAY && i < rows->count; i++)
		json_build_value(&list, "", message(rq, &rows->items[i]));
	json_build_value(&b, "rows", json_build_end(&list));
	json_build_merge(&b, v);
	return json_build_end(&b);
}

CITIZEN_HANDLER(citizen_messages)
{
	struct web *w = web_of(arg);
	const struct json *v;
	struct web_page p;
	if (!web_view(rq, re, w, "my.notices", web_params_query(rq, "cursor limit:int"), &v))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "citizen.messages.title", NULL, 0);
	web_page_list(&p, messages(rq, v), "/my/messages");
	return web_page_send(&p, re, "citizen/messages");
}

static enum http_outcome was_read(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)w;
	(void)kept;
	return r->err == OK ? http_redirect(re, S("/my/messages")) : web_problem(rq, re, 0, &r->diag);
}

CITIZEN_HANDLER(citizen_read_post)
{
	struct json_builder b;
	int64_t notice = 0;
	(void)str_to_i64(http_param(rq, "notice"), &notice);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "notice", notice);
	return web_command(rq, re, web_of(arg), "notice.read", json_build_end(&b), was_read, NULL);
}

/* ---- by number and secret ---- */

static const struct web_control number_control = { .id = "case_no", .label = "citizen.track.no", .width = "20" };
static const struct web_control secret_control = { .id = "secret", .label = "citizen.track.secret", .hint = "citizen.track.secret_hint", .width = "20" };

static enum http_outcome track_page(struct http_request *rq, struct http_reply *re, struct web *w, struct str number, struct str number_error,
                                    struct str secret_error, int status)
{
	struct web_page p;
	web_page_begin(&p, rq, w, "citizen.track.title", NULL, 0);
	web_page_control(&p, &number_control, number, number_error);
	web_page_control(&p, &secret_control, S(""), secret_error);
	if (status)
		p.status = status;
	return web_page_send(&p, re, "citizen/track");
}

CITIZEN_HANDLER(citizen_track)
{
	return track_page(rq, re, web_of(arg), http_query(rq, "case_no"), S(""), S(""), 0);
}

static struct str required(struct http_request *rq, const char *label, struct str value)
{
	struct str what = http_tr(rq, label);
	return value.len ? S("") : http_tr_args(rq, "err.web.required", &what, 1);
}

CITIZEN_HANDLER(citizen_track_post)
{
	struct web *w = web_of(arg);
	struct str number = web_ascii(rq, http_field(rq, "case_no")), secret = web_ascii(rq, http_field(rq, "secret"));
	struct json_builder b;
	struct diag d;
	const struct json *v;
	int64_t wait_ms;
	diag_init(&d);
	if (str_empty(number) || str_empty(secret))
		return track_page(rq, re, w, number, required(rq, "citizen.track.no", number), required(rq, "citizen.track.secret", secret), 0);
	// a secret must not be guessed
	if (!web_attempt_address(rq, w, &wait_ms)) {
		struct str minutes = arena_printf(rq->arena, "%lld", (long long)(wait_ms / 60000 + 1));
		return track_page(rq, re, w, number, http_tr_args(rq, "err.web.throttled", &minutes, 1), S(""), 429);
	}
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "case_no", number);
	json_build_str(&b, "secret", secret);
	if (web_view_try(rq, w, "case.track", json_build_end(&b), &v, &d) != OK)
		return track_page(rq, re, w, number, S(""), http_tr(rq, "err.web.secret"), 0);
	if (web_case_secret_keep(rq, re, number, secret) != OK)
		return web_problem(rq, re, 500, NULL);
	return http_redirect(re, arena_printf(rq->arena, "/cases/%.*s", STR_ARG(number)));
}
