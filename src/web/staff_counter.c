/* staff_counter.c - the counter takes in for a person without an account: find the item, write
 * down who and what, note the papers, hand over a printed receipt. */
#include "http/form.h"
#include "web/staff_int.h"

/* ---- find the item ---- */

/* Who of the counter's own organ is there, and who acts for whom. */
static void put_presence(struct web_page *p)
{
	const struct json *posts = json_get(web_user(p->rq)->me, "posts"), *view, *rows;
	struct str organ = posts && posts->count ? json_text(json_path(&posts->items[0], "organ.code")) : S("");
	struct diag d;
	bool away = false;
	diag_init(&d);
	if (!organ.len || web_view_try(p->rq, p->web, "presence", web_params(p->rq, "organ", organ), &view, &d) != OK)
		return;
	rows = json_get(view, "rows");
	for (size_t i = 0; rows && i < rows->count; i++)
		away = away || !json_bool(json_get(&rows->items[i], "here"), true);
	json_build_value(&p->data, "presence", json_get(web_dress(p->rq, view), "rows"));
	json_build_bool(&p->data, "has_presence", rows && rows->count > 0);
	json_build_bool(&p->data, "someone_away", away);
}

enum http_outcome staff_counter(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, "counter.items", web_params_query(rq, "q cursor limit:int"), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "staff.counter.title", NULL, 0);
	web_page_list(&p, view, "/staff/counter");
	json_build_str(&p.data, "q", http_query(rq, "q"));
	json_build_str(&p.data, "contact", http_query(rq, "contact"));
	json_build_str(&p.data, "ticket", http_query(rq, "ticket"));
	put_presence(&p);
	return web_page_send(&p, re, "staff/counter");
}

/* ---- write it down ---- */

static const struct applicant_field {
	const char *name;            /* in the command */
	struct web_control control;
	const char *prefix, *codes;  /* of a choice */
	bool required;
} fields[] = {
	{ "kind", { .id = "applicant_kind", .label = "staff.applicant.kind" }, "audience", "1 2 3 4 5 6", true },
	{ "name", { .id = "applicant_name", .label = "staff.applicant.name", .autocomplete = "off" }, NULL, NULL, true },
	{ "id_type", { .id = "applicant_id_type", .label = "staff.applicant.id_type" }, "id_type", "111 001 414 516 511", true },
	{ "id_no", { .id = "applicant_id_no", .label = "staff.applicant.id_no", .width = "20", .autocomplete = "off" }, NULL, NULL, true },
	{ "phone", { .id = "applicant_phone", .label = "staff.applicant.phone", .inputmode = "tel", .width = "20", .autocomplete = "off" }, NULL, NULL, false },
	{ "address", { .id = "applicant_address", .label = "staff.applicant.address", .optional = true, .autocomplete = "off" }, NULL, NULL, false },
	{ "agent_name", { .id = "agent_name", .label = "staff.applicant.agent_name", .optional = true, .autocomplete = "off" }, NULL, NULL, false },
	{ "agent_id_no", { .id = "agent_id_no", .label = "staff.applicant.agent_id_no", .optional = true, .width = "20", .autocomplete = "off" }, NULL, NULL, false },
};

enum { FIELDS = sizeof fields / sizeof *fields, AGENT_NAME = FIELDS - 2, AGENT_ID_NO = FIELDS - 1 };

struct intake {
	const struct json *item;
	struct str values[FIELDS], errors[FIELDS];
	const struct json *form;
	struct http_form_errors form_errors;
	const struct json *applicant;
};

static bool find_item(struct http_request *rq, struct http_reply *re, struct web *w, struct intake *in)
{
	*in = (struct intake){ 0 };
	return web_view(rq, re, w, "item.guide", web_params(rq, "impl_code", http_param(rq, "impl_code")), &in->item);
}

static bool was_received(struct http_request *rq, struct str material)
{
	const struct str *ids;
	size_t n = http_field_all(rq, S("received"), &ids);
	for (size_t i = 0; i < n; i++)
		if (str_eq(ids[i], material))
			return true;
	return false;
}

/* ".pdf,image/png": what the file chooser offers. */
static struct str accepted(struct http_request *rq, const struct json *material)
{
	const struct json *list = json_get(material, "accept");
	struct buf b;
	buf_init_in(&b, rq->arena, 512);
	for (size_t i = 0; list && i < list->count; i++)
		buf_printf(&b, "%s%.*s", i ? "," : "", STR_ARG(json_text(&list->items[i])));
	return buf_str(&b);
}

static const struct json *materials(struct http_request *rq, const struct json *item)
{
	const struct json *list = json_get(item, "materials");
	struct json_builder out, one;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; list && i < list->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_bool(&one, "got", was_received(rq, json_text(json_get(&list->items[i], "id"))));
		json_build_str(&one, "accept_text", accepted(rq, &list->items[i]));
		json_build_merge(&one, &list->items[i]);
		json_build_value(&out, "", json_build_end(&one));
	}
	return json_build_end(&out);
}

static void put_field(struct web_page *p, const struct intake *in, size_t i)
{
	if (fields[i].codes)
		web_page_choice(p, &fields[i].control, web_options_list(p->rq, fields[i].prefix, fields[i].codes), in->values[i], in->errors[i]);
	else
		web_page_control(p, &fields[i].control, in->values[i], in->errors[i]);
}

/* The first contact that becomes a case: from the address, then from the form. */
static struct str contact_of(struct http_request *rq)
{
	struct str sent = http_field(rq, "contact");
	return sent.len ? sent : http_query(rq, "contact");
}

/* The number of the hall that was called for it, likewise: it ends with the case. */
static struct str ticket_of(struct http_request *rq)
{
	struct str sent = http_field(rq, "ticket");
	return sent.len ? sent : http_query(rq, "ticket");
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct intake *in, const struct diag *refused)
{
	struct web_page p;
	struct str html, name = json_text(json_get(in->item, "name"));
	struct diag d;
	diag_init(&d);
	enum err e = staff_form_html(rq, json_get(in->item, "apply_form"), in->form, &in->form_errors, &html, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	web_page_begin(&p, rq, w, "staff.intake.title", &name, 1);
	for (size_t i = 0; i < FIELDS; i++)
		put_field(&p, in, i);
	json_build_str(&p.data, "fields", html);
	json_build_str(&p.data, "happened_at", web_text(rq, "happened_at"));
	json_build_str(&p.data, "late_reason", web_text(rq, "late_reason"));
	json_build_value(&p.data, "materials", materials(rq, in->item));
	staff_form_errors(&p, &in->form_errors);
	if (refused)
		web_page_error(&p, S(""), web_refusal(rq, refused));
	json_build_str(&p.data, "contact", contact_of(rq));
	json_build_str(&p.data, "ticket", ticket_of(rq));
	json_build_merge(&p.data, in->item);
	return web_page_send(&p, re, "staff/intake");
}

enum http_outcome staff_intake(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct intake in;
	if (!find_item(rq, re, web_of(arg), &in))
		return HTTP_DONE;
	in.values[0] = S("1");
	in.values[2] = S("111");
	return show(rq, re, web_of(arg), &in, NULL);
}

/* ---- submit ---- */

static const struct json *read_applicant(struct http_request *rq, struct intake *in)
{
	struct json_builder b, agent;
	json_build_object_begin(&b, rq->arena);
	for (size_t i = 0; i < FIELDS; i++) {
		in->values[i] = str_trim(http_field(rq, fields[i].control.id));
		if (!in->values[i].len && fields[i].required)
			in->errors[i] = http_tr(rq, "staff.act.required");
		else if (in->values[i].len && i < AGENT_NAME)
			json_build_str(&b, fields[i].name, in->values[i]);
	}
	if (in->values[AGENT_NAME].len) {
		json_build_object_begin(&agent, rq->arena);
		json_build_str(&agent, "name", in->values[AGENT_NAME]);
		json_build_str(&agent, "id_no", in->values[AGENT_ID_NO]);
		json_build_value(&b, "agent", json_build_end(&agent));
	}
	return json_build_end(&b);
}

static bool complete(const struct intake *in)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (in->errors[i].len)
			return false;
	return in->form_errors.count == 0;
}

/* Scans by their number, and the papers that were only shown: document 0. */
static const struct json *all_documents(struct http_request *rq, const struct json *scans)
{
	const struct str *ids;
	size_t n = http_field_all(rq, S("received"), &ids);
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; scans && i < scans->count; i++)
		json_build_value(&list, "", &scans->items[i]);
	for (size_t i = 0; i < n; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_i64(&one, "document", 0);
		json_build_str(&one, "material", ids[i]);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static struct str receipt_href(struct http_request *rq, struct str case_no)
{
	const struct str *ids;
	size_t n = http_field_all(rq, S("received"), &ids);
	struct buf b;
	struct str href;
	buf_init_in(&b, rq->arena, 4096);
	buf_printf(&b, "/staff/receipts/%.*s", STR_ARG(case_no));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%creceived=%.*s", i ? '&' : '?', STR_ARG(ids[i]));
	return buf_finish(&b, &href) == OK ? href : S("/staff/counter");
}

/* The receipt; at a window for all, whose office has no part in the case, what the applicant sees of it. */
static struct str taken_in_href(struct http_request *rq, struct web *w, struct str case_no)
{
	const struct json *view;
	struct diag d;
	diag_init(&d);
	bool seen = web_view_try(rq, w, "case", web_params(rq, "case_no", case_no), &view, &d) == OK;
	return seen ? receipt_href(rq, case_no) : arena_printf(rq->arena, "/cases/%.*s", STR_ARG(case_no));
}

/* The receipt shows the secret once: it travels in the session, not in the address. */
static enum http_outcome submitted(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct str case_no = json_text(json_get(r->data, "case_no"));
	if (r->err != OK)
		return show(rq, re, w, kept, &r->diag);
	if (web_case_secret_keep(rq, re, case_no, json_text(json_get(r->data, "secret"))) != OK)
		return web_problem(rq, re, 500, NULL);
	return http_redirect(re, taken_in_href(rq, w, case_no));
}

static enum http_outcome submit(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *documents,
                                const struct diag *refused, void *kept)
{
	struct intake *in = kept;
	struct json_builder b;
	if (refused)
		return show(rq, re, w, in, refused);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "item", http_param(rq, "impl_code"));
	json_build_value(&b, "form", in->form);
	json_build_value(&b, "applicant", in->applicant);
	json_build_value(&b, "documents", all_documents(rq, documents));
	json_build_str(&b, "source", S("1"));
	if (web_text(rq, "happened_at").len) {
		json_build_str(&b, "happened_at", web_text(rq, "happened_at"));
		json_build_str(&b, "late_reason", web_text(rq, "late_reason"));
	}
	if (contact_of(rq).len)
		json_build_str(&b, "contact", contact_of(rq));
	json_build_bool(&b, "commitment", http_field(rq, "commitment").len > 0);
	if (ticket_of(rq).len)
		json_build_str(&b, "ticket", ticket_of(rq));
	return web_command(rq, re, w, ticket_of(rq).len ? "queue.submit" : "case.submit", json_build_end(&b), submitted, in);
}

enum http_outcome staff_intake_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct intake *in = arena_new(rq->arena, struct intake);
	struct diag d;
	diag_init(&d);
	if (!in)
		return http_busy(rq, re);
	if (!find_item(rq, re, w, in))
		return HTTP_DONE;
	in->applicant = read_applicant(rq, in);
	enum err e = staff_form_read(rq, json_get(in->item, "apply_form"), &in->form, &in->form_errors, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	if (!complete(in))
		return show(rq, re, w, in, NULL);
	return staff_upload(rq, re, w, "file-", S(""), submit, in);
}

/* ---- the receipt ---- */

static bool scanned(const struct json *view, struct str material)
{
	const struct json *list = json_get(view, "documents");
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "material")), material))
			return true;
	return false;
}

static bool shown_on_paper(struct http_request *rq, struct str material)
{
	const struct str *ids;
	size_t n = http_query_all(rq, "received", &ids);
	for (size_t i = 0; i < n; i++)
		if (str_eq(ids[i], material))
			return true;
	return false;
}

/* What the applicant has handed in: papers, named by the address, and scans. */
static const struct json *handed_in(struct http_request *rq, struct web *w, const struct json *view)
{
	const struct json *guide, *list;
	struct json_builder out;
	struct diag d;
	diag_init(&d);
	json_build_array_begin(&out, rq->arena);
	if (web_view_try(rq, w, "item.guide", web_params(rq, "impl_code", json_text(json_path(view, "item.impl_code"))), &guide, &d) != OK)
		return json_build_end(&out);
	list = json_get(web_dress(rq, guide), "materials");
	for (size_t i = 0; list && i < list->count; i++) {
		struct str id = json_text(json_get(&list->items[i], "id"));
		if (shown_on_paper(rq, id) || scanned(view, id))
			json_build_value(&out, "", &list->items[i]);
	}
	return json_build_end(&out);
}

enum http_outcome staff_receipt(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (!staff_case_view(rq, re, w, &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "staff.receipt.title", NULL, 0);
	const struct json *materials_in = handed_in(rq, w, view);
	json_build_str(&p.data, "secret", web_case_secret(rq, http_param(rq, "case_no")));
	json_build_value(&p.data, "received", materials_in);
	json_build_bool(&p.data, "has_received", materials_in && materials_in->count > 0);
	json_build_merge(&p.data, view);
	return web_page_send(&p, re, "staff/receipt");
}
