/* complaint_office.c - complaints as the office and supervision see them: the list with its counts, one complaint, the report that
 * each has an answer. Steps are done on the case's own page. */
#include "web/complaint_int.h"

static const char filters[] = "q status category about_organ lead received_by finding from to";
static const char filters_paged[] = "q status category about_organ lead received_by finding from to cursor limit:int";

static const struct staff_column list_columns[] = {
	{ "complaint.col.number", "case_no" }, { "complaint.col.title", "title" }, { "complaint.col.about", "about_organ" }, { "complaint.col.category", "category" },
	{ "complaint.col.by", "received_by" }, { "complaint.col.registered", "registered_at" }, { "complaint.col.status", "status" },
	{ "complaint.col.lead", "lead" }, { "complaint.col.holder", "holder" }, { "staff.col.due", "due_on" }, { "complaint.col.finding", "finding" },
	{ "complaint.col.answered", "answered_at" }, { "complaint.col.called", "called" },
};

static const struct staff_column report_columns[] = {
	{ "complaint.col.number", "case_no" }, { "complaint.col.title", "title" }, { "complaint.col.registered", "registered_at" },
	{ "complaint.col.outcome", "outcome" }, { "complaint.col.answered", "answered_at" }, { "complaint.col.answer", "answer" }, { "complaint.col.entry", "entry" },
	{ "complaint.col.finding", "finding" }, { "complaint.col.called", "called" }, { "complaint.col.lead", "lead" }, { "complaint.col.holder", "holder" },
	{ "staff.col.due", "due_on" },
};

#define COLUMNS(list) list, sizeof(list) / sizeof *(list)

static void put_filters(struct web_page *p)
{
	static const char *const plain[] = { "q", "about_organ", "lead", "from", "to" };
	struct http_request *rq = p->rq;
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		json_build_str(&p->data, plain[i], http_query(rq, plain[i]));
	json_build_value(&p->data, "statuses", staff_choices(rq, "open overdue received handling answered closed", http_query(rq, "status")));
	json_build_value(&p->data, "categories", staff_choices(rq, COMPLAINT_CATEGORY, http_query(rq, "category")));
	json_build_value(&p->data, "ways", staff_choices(rq, "online counter phone letter", http_query(rq, "received_by")));
	json_build_value(&p->data, "findings", staff_choices(rq, "upheld partly not-upheld unfounded", http_query(rq, "finding")));
}

/* A list's rows with their codes in words, as web_page_list wants them. */
static const struct json *dressed(struct http_request *rq, const struct json *view)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "rows", complaint_dress_rows(rq, json_get(view, "rows")));
	json_build_merge(&b, view);
	return json_build_end(&b);
}

enum http_outcome complaint_list(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, w, "complaints", filters, COLUMNS(list_columns), "complaints");
	if (!web_view(rq, re, w, "complaints", web_params_query(rq, filters_paged), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "complaint.list.title", NULL, 0);
	web_page_list(&p, dressed(rq, view), "/staff/complaints");
	json_build_value(&p.data, "counts", json_get(view, "counts"));
	put_filters(&p);
	json_build_str(&p.data, "csv", staff_csv_href(rq, "/staff/complaints"));
	json_build_bool(&p.data, "takes_in", (web_user(rq)->roles & (WEB_CLERK | WEB_HEAD)) != 0);
	json_build_bool(&p.data, "reports", (web_user(rq)->roles & (WEB_HEAD | WEB_OVERSIGHT)) != 0);
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "complaint/list");
}

/* ---- one ---- */

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, struct str case_no, const struct json *identity, struct str refusal)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, "complaint", web_params(rq, "case_no", case_no), &view))
		return HTTP_DONE;
	const struct json *v = complaint_dress_row(rq, view);
	web_page_begin(&p, rq, w, "complaint.one.title", &case_no, 1);
	web_page_crumb(&p, S("/staff/complaints"), http_tr(rq, "complaint.list.title"));
	web_page_crumb(&p, S(""), case_no);
	json_build_value(&p.data, "complaint", v);
	json_build_value(&p.data, "answers", complaint_dress_rows(rq, json_get(v, "answers")));
	json_build_value(&p.data, "messages", complaint_dress_rows(rq, json_get(v, "messages")));
	json_build_value(&p.data, "identity", identity);
	if (refusal.len)
		web_page_error(&p, S(""), refusal);
	if (identity)
		http_header_set(re, "Cache-Control", S("no-store"));
	return web_page_send(&p, re, "complaint/one");
}

enum http_outcome complaint_page(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show(rq, re, web_of(arg), http_param(rq, "case_no"), NULL, S(""));
}

static enum http_outcome written(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	struct str case_no = http_param(rq, "case_no");
	if (r->err != OK)
		return show(rq, re, w, case_no, NULL, web_refusal(rq, &r->diag));
	http_flash(rq, re, "success", S("complaint.one.written"));
	return http_redirect(re, arena_printf(rq->arena, "/staff/complaints/%.*s", STR_ARG(case_no)));
}

static const struct json *with_case(struct http_request *rq, const char *key)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "case_no", http_param(rq, "case_no"));
	json_build_str(&b, key, web_text(rq, key));
	return json_build_end(&b);
}

enum http_outcome complaint_write(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "complaint.message", with_case(rq, "text"), written, NULL);
}

static enum http_outcome unmasked(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	return show(rq, re, w, http_param(rq, "case_no"), r->err == OK ? r->data : NULL, r->err == OK ? S("") : web_refusal(rq, &r->diag));
}

enum http_outcome complaint_unmask(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "complaint.unmask", with_case(rq, "reason"), unmasked, NULL);
}

/* ---- the report ---- */

/* The counts of one column, with the code in words. */
static const struct json *bars(struct http_request *rq, const struct json *list, const char *prefix)
{
	struct json_builder out, one;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; list && i < list->count; i++) {
		struct str code = json_text(json_get(&list->items[i], "id"));
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "text", http_tr(rq, arena_printf(rq->arena, "%s.%.*s", prefix, STR_ARG(code)).ptr));
		json_build_str(&one, "code", code);
		json_build_value(&one, "count", json_get(&list->items[i], "count"));
		json_build_value(&out, "", json_build_end(&one));
	}
	return json_build_end(&out);
}

enum http_outcome complaint_report(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, w, "complaint.report", filters, COLUMNS(report_columns), "complaints-answered");
	if (!web_view(rq, re, w, "complaint.report", web_params_query(rq, filters_paged), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "complaint.report.title", NULL, 0);
	web_page_crumb(&p, S("/staff/complaints"), http_tr(rq, "complaint.list.title"));
	web_page_crumb(&p, S(""), http_tr(rq, "complaint.report.title"));
	web_page_list(&p, dressed(rq, view), "/staff/complaints/report");
	json_build_value(&p.data, "totals", json_get(view, "totals"));
	json_build_value(&p.data, "all_answered", json_get(view, "all_answered"));
	json_build_bool(&p.data, "all_answered_unknown", json_bool(json_get(view, "all_answered_unknown"), false));
	json_build_value(&p.data, "by_category", bars(rq, json_get(view, "by_category"), "complaint.category"));
	json_build_value(&p.data, "by_channel", bars(rq, json_get(view, "by_channel"), "complaint.by"));
	put_filters(&p);
	json_build_str(&p.data, "csv", staff_csv_href(rq, "/staff/complaints/report"));
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "complaint/report");
}
