/* inspect_work.c - a check by its checklist, a call-back by its script: the office's own forms, and what comes of them. */
#include "http/form.h"
#include "web/inspect_int.h"

enum { FINDINGS = 3 }; /* rows on the page; a check with more is recorded through the API, or a second time by a finding's return */

/* A pick under way: its view, what was typed, what is wrong with it. */
struct work {
	bool callback;
	const struct json *view, *schema, *values;
	struct http_form_errors errors;
	struct str outcome, grade, note, own_error, own_control;
};

static const struct json *pick_param(struct http_request *rq)
{
	struct json_builder b;
	int64_t pick = 0;
	(void)str_to_i64(http_param(rq, "pick"), &pick);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "pick", pick);
	return json_build_end(&b);
}

static bool begin(struct http_request *rq, struct http_reply *re, struct web *w, bool callback, struct work *k)
{
	*k = (struct work){ .callback = callback, .outcome = web_text(rq, "outcome"), .grade = web_text(rq, "grade"), .note = web_text(rq, "note") };
	if (!web_view(rq, re, w, callback ? "callback" : "check", pick_param(rq), &k->view))
		return false;
	k->schema = json_path(k->view, callback ? "script.form" : "checklist.form");
	return true;
}

/* Rows for what was found, kept as typed: [{n, text, amount, ground}]. */
static const struct json *finding_rows(struct http_request *rq)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (int i = 1; i <= FINDINGS; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_i64(&one, "n", i);
		json_build_str(&one, "found", web_text(rq, arena_printf(rq->arena, "found-%d", i).ptr));
		json_build_str(&one, "days", web_text(rq, arena_printf(rq->arena, "days-%d", i).ptr));
		json_build_str(&one, "basis", web_text(rq, arena_printf(rq->arena, "basis-%d", i).ptr));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct work *k, const struct diag *refused)
{
	struct web_page p;
	struct str html;
	struct diag d;
	diag_init(&d);
	enum err e = staff_form_html(rq, k->schema, k->values, &k->errors, &html, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	web_page_begin(&p, rq, w, k->callback ? "inspect.callback" : "inspect.check", NULL, 0);
	json_build_str(&p.data, "form_html", html);
	json_build_str(&p.data, "action", rq->path);
	json_build_value(&p.data, "finding_rows", finding_rows(rq));
	json_build_str(&p.data, "typed_note", k->note);
	struct web_control outcome = { .id = "outcome", .label = "inspect.f.outcome" }, grade = { .id = "grade", .label = "inspect.f.grade", .hint = "inspect.f.grade.hint" };
	bool here = str_eqz(k->own_control, "grade");
	if (k->callback) {
		web_page_choice(&p, &outcome, web_options_list(rq, "inspect.outcome", "reached no-answer busy wrong-number refused"), k->outcome, here ? S("") : k->own_error);
		web_page_choice(&p, &grade, web_options_list(rq, "grade", "1 2 3 4 5"), k->grade, here ? k->own_error : S(""));
	}
	json_build_merge(&p.data, k->view);
	staff_form_errors(&p, &k->errors);
	if (refused)
		web_page_error(&p, S(""), web_refusal(rq, refused));
	return web_page_send(&p, re, k->callback ? "inspect/callback" : "inspect/check");
}

static enum http_outcome open_work(struct http_request *rq, struct http_reply *re, struct web *w, bool callback)
{
	struct work k;
	return begin(rq, re, w, callback, &k) ? show(rq, re, w, &k, NULL) : HTTP_DONE;
}

enum http_outcome inspect_check(struct http_request *rq, struct http_reply *re, void *arg) { return open_work(rq, re, web_of(arg), false); }
enum http_outcome inspect_callback(struct http_request *rq, struct http_reply *re, void *arg) { return open_work(rq, re, web_of(arg), true); }

/* ---- recording ---- */

static const struct json *findings_sent(struct http_request *rq)
{
	const struct json *rows = finding_rows(rq);
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < rows->count; i++) {
		struct str text = json_text(json_get(&rows->items[i], "found"));
		int64_t days;
		if (!text.len)
			continue;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "text", text);
		if (str_to_i64(web_ascii(rq, json_text(json_get(&rows->items[i], "days"))), &days))
			json_build_i64(&one, "amount", days);
		json_build_str(&one, "ground", json_text(json_get(&rows->items[i], "basis")));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static enum http_outcome recorded(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct work *k = kept;
	if (r->err != OK)
		return show(rq, re, w, k, &r->diag);
	struct str result = json_text(json_get(r->data, "result"));
	http_flash(rq, re, "success", k->callback ? arena_printf(rq->arena, "inspect.called.%.*s", STR_ARG(result)) : S("inspect.done.check"));
	return http_redirect(re, k->callback ? S("/inspect/callbacks") : rq->path);
}

static enum http_outcome record(struct http_request *rq, struct http_reply *re, struct web *w, struct work *k)
{
	struct json_builder b;
	int64_t grade;
	json_build_object_begin(&b, rq->arena);
	json_build_merge(&b, pick_param(rq));
	json_build_value(&b, "form", k->values);
	json_build_str(&b, "note", k->note);
	if (k->callback) {
		json_build_str(&b, "outcome", k->outcome);
		if (str_to_i64(k->grade, &grade))
			json_build_i64(&b, "grade", grade);
	} else {
		json_build_value(&b, "findings", findings_sent(rq));
	}
	return web_command(rq, re, w, k->callback ? "callback.attempt" : "check.record", json_build_end(&b), recorded, k);
}

/* Nobody answered: nothing of the script is asked for. */
static bool talked(const struct work *k) { return !k->callback || str_eqz(k->outcome, "reached"); }

static enum http_outcome send_work(struct http_request *rq, struct http_reply *re, struct web *w, bool callback)
{
	struct work *k = arena_new(rq->arena, struct work);
	struct diag d;
	diag_init(&d);
	if (!k)
		return http_busy(rq, re);
	if (!begin(rq, re, w, callback, k))
		return HTTP_DONE;
	enum err e = staff_form_read(rq, k->schema, &k->values, &k->errors, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	if (!talked(k))
		k->errors = (struct http_form_errors){ 0 };
	if (callback && (!k->outcome.len || (talked(k) && !k->grade.len))) {
		k->own_error = http_tr(rq, "staff.act.required");
		k->own_control = k->outcome.len ? S("grade") : S("outcome");
	}
	return k->errors.count || k->own_error.len ? show(rq, re, w, k, NULL) : record(rq, re, w, k);
}

enum http_outcome inspect_check_do(struct http_request *rq, struct http_reply *re, void *arg) { return send_work(rq, re, web_of(arg), false); }
enum http_outcome inspect_callback_do(struct http_request *rq, struct http_reply *re, void *arg) { return send_work(rq, re, web_of(arg), true); }
