/* complaint.c - the addresses of the complaints' pages, and their codes in words. */
#include "web/complaint_int.h"

enum { UPLOAD_MAX = 64 << 20 };

static const struct { const char *key, *prefix; } words[] = {
	{ "about", "complaint.about" }, { "category", "complaint.category" }, { "status", "complaint.status" }, { "identity", "complaint.identity" },
	{ "received_by", "complaint.by" }, { "finding", "complaint.finding" }, { "called", "complaint.called" }, { "mode", "complaint.mode" },
	{ "outcome", "complaint.outcome" }, { "kind", "complaint.answer" }, { "side", "complaint.side" },
};

const struct json *complaint_dress_row(struct http_request *rq, const struct json *row)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_merge(&b, row);
	for (size_t i = 0; row && i < sizeof words / sizeof *words; i++) {
		struct str code = json_text(json_get(row, words[i].key));
		const char *name = arena_printf(rq->arena, "%s_text", words[i].key).ptr;
		const char *key = arena_printf(rq->arena, "%s.%.*s", words[i].prefix, STR_ARG(code)).ptr;
		if (name && key && !json_get(row, name))
			json_build_str(&b, name, code.len ? http_tr(rq, key) : S(""));
	}
	return json_build_end(&b);
}

const struct json *complaint_dress_rows(struct http_request *rq, const struct json *rows)
{
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && rows->kind == JSON_ARRAY && i < rows->count; i++)
		json_build_value(&list, "", complaint_dress_row(rq, &rows->items[i]));
	return json_build_end(&list);
}

static void add_option(struct json_builder *list, struct http_request *rq, struct str code, struct str text)
{
	struct json_builder one;
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "code", code);
	json_build_str(&one, "text", text);
	json_build_value(list, "", json_build_end(&one));
}

const struct json *complaint_organs(struct http_request *rq, const struct json *choices)
{
	const struct json *list = json_get(choices, "organs");
	struct json_builder out;
	json_build_array_begin(&out, rq->arena);
	add_option(&out, rq, S(""), http_tr(rq, "complaint.choose"));
	for (size_t i = 0; list && i < list->count; i++)
		add_option(&out, rq, json_text(json_get(&list->items[i], "code")), json_text(json_get(&list->items[i], "name")));
	return json_build_end(&out);
}

const struct json *complaint_windows(struct http_request *rq, const struct json *choices)
{
	const struct json *list = json_get(choices, "windows");
	struct json_builder out;
	json_build_array_begin(&out, rq->arena);
	add_option(&out, rq, S(""), http_tr(rq, "complaint.choose"));
	for (size_t i = 0; list && i < list->count; i++) {
		const struct json *w = &list->items[i];
		add_option(&out, rq, json_text(json_get(w, "code")), arena_printf(rq->arena, "%.*s · %.*s", STR_ARG(json_text(json_get(w, "organ"))), STR_ARG(json_text(json_get(w, "name")))));
	}
	return json_build_end(&out);
}

#define OFFICE (WEB_HANDLERS | WEB_OVERSIGHT)

static const struct http_route routes[] = {
	{ HTTP_GET, "/complain", WEB_ANY, complaint_start, "complain", 0, 0, NULL },
	{ HTTP_POST, "/complain", WEB_ANY, complaint_next, "complain.do", 0, UPLOAD_MAX, NULL },
	{ HTTP_GET, "/complain/follow", WEB_ANY, complaint_follow, "complain.follow", 0, 0, NULL },
	{ HTTP_POST, "/complain/follow", WEB_ANY, complaint_follow_do, "complain.follow.do", 0, 0, NULL },
	{ HTTP_GET, "/staff/complaints", OFFICE, complaint_list, "complaints", 0, 0, NULL },
	{ HTTP_GET, "/staff/complaints/new", WEB_CLERK | WEB_HEAD, complaint_intake, "complaints.new", 0, 0, NULL },
	{ HTTP_POST, "/staff/complaints/new", WEB_CLERK | WEB_HEAD, complaint_intake_do, "complaints.new.do", 0, UPLOAD_MAX, NULL },
	{ HTTP_GET, "/staff/complaints/report", WEB_HEAD | WEB_OVERSIGHT, complaint_report, "complaints.report", 0, 0, NULL },
	{ HTTP_GET, "/staff/complaints/{case_no}", OFFICE, complaint_page, "complaints.one", 0, 0, NULL },
	{ HTTP_POST, "/staff/complaints/{case_no}/messages", WEB_HANDLERS, complaint_write, "complaints.message", 0, 0, NULL },
	{ HTTP_POST, "/staff/complaints/{case_no}/identity", WEB_HANDLERS, complaint_unmask, "complaints.identity", 0, 0, NULL },
};

size_t web_routes_complaint(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
