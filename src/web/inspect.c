/* inspect.c - special supervision, spot checks, call-backs, cameras and telephones: the lists, the pages of one thing, the
 * addresses. The draws are public: whoever reads them computes them again. */
#include "web/inspect_int.h"

#define WORKS (WEB_HANDLERS | WEB_OVERSIGHT)
#define CHECKS (WEB_OVERSIGHT | WEB_INSPECTOR)

enum { STILL_MAX = 8 << 20 };

bool inspect_page(struct http_request *rq, struct http_reply *re, struct web *w, const char *view, const struct json *params, const char *title, struct web_page *p,
                  const struct json **out)
{
	if (!web_view(rq, re, w, view, params, out))
		return false;
	web_page_begin(p, rq, w, title, NULL, 0);
	json_build_bool(&p->data, "supervises", (web_user(rq)->roles & WEB_SUPERVISOR) != 0);
	json_build_merge(&p->data, *out);
	return true;
}

/* ---- lists ---- */

#define COLUMNS(c) c, sizeof c / sizeof *c

static const struct staff_column special_columns[] = {
	{ "inspect.col.no", "special_no" }, { "inspect.f.title", "title" }, { "inspect.f.kind", "programme" }, { "staff.col.organ", "organ.name" }, { "inspect.col.from", "from_on" },
	{ "inspect.col.until", "until_on" }, { "staff.col.state", "state_text" }, { "inspect.col.milestones", "milestones" }, { "inspect.col.milestones_done", "milestones_done" },
	{ "inspect.f.percent", "percent" },
};
static const struct staff_column draw_columns[] = {
	{ "inspect.col.no", "draw_no" }, { "inspect.f.title", "title" }, { "inspect.col.purpose", "purpose" }, { "inspect.col.committed", "committed_at" }, { "inspect.col.list", "pool_count" },
	{ "inspect.f.want", "want" }, { "inspect.col.digest", "pool_digest" }, { "inspect.f.draw_at", "draw_at" }, { "staff.col.state", "state" }, { "inspect.col.key", "draw_key" },
};
static const struct staff_column check_columns[] = {
	{ "inspect.col.draw", "draw_no" }, { "staff.col.case", "case.case_no" }, { "staff.col.item", "case.item.name" }, { "staff.col.organ", "case.organ.name" },
	{ "staff.col.state", "state" }, { "inspect.col.result", "result" }, { "inspect.col.done", "done_at" },
};
static const struct staff_column finding_columns[] = {
	{ "inspect.col.no", "finding_no" }, { "inspect.col.found", "text" }, { "staff.col.case", "case.case_no" }, { "staff.col.organ", "organ.name" }, { "staff.col.due", "due_on" },
	{ "staff.col.state", "state" }, { "inspect.col.returns", "returns" }, { "inspect.col.answer", "answer" }, { "inspect.col.verdict", "verdict" },
};
static const struct staff_column callback_columns[] = {
	{ "inspect.col.draw", "draw_no" }, { "staff.col.case", "case.case_no" }, { "staff.col.item", "case.item.name" }, { "staff.col.organ", "case.organ.name" },
	{ "inspect.col.attempts", "attempts" }, { "inspect.col.result", "result" }, { "inspect.f.grade", "grade" }, { "inspect.col.done", "done_at" },
};
static const struct staff_column camera_columns[] = {
	{ "inspect.col.code", "device" }, { "inspect.col.name", "name" }, { "inspect.col.type", "type" }, { "inspect.col.window", "window_name" }, { "inspect.col.place", "place" },
	{ "staff.col.organ", "organ_name" }, { "inspect.col.retention", "retention_days" },
};
static const struct staff_column look_columns[] = {
	{ "office.ledger.at", "at" }, { "inspect.col.who", "who" }, { "inspect.col.camera", "camera" }, { "inspect.col.window", "window" }, { "staff.act.reason", "reason" },
	{ "staff.col.case", "case_no" }, { "inspect.col.alert", "alert_no" }, { "inspect.col.from", "from_at" }, { "inspect.col.stills", "stills" },
};
static const struct staff_column call_columns[] = {
	{ "office.ledger.at", "at" }, { "inspect.f.direction", "direction" }, { "inspect.f.number", "masked" }, { "inspect.f.seconds", "seconds" }, { "staff.col.case", "case_no" },
	{ "inspect.col.alert", "alert_no" }, { "inspect.f.recording", "recording" }, { "inspect.f.note", "note" }, { "inspect.col.who", "who" },
};

/* Choices of a list's first filter, by its name; empty = none. */
static const struct list {
	const char *path, *view, *params, *title, *template, *filter, *prefix, *codes;
	const struct staff_column *columns;
	size_t columns_count;
} lists[] = {
	{ "/inspect/specials", "specials", "state kind", "inspect.specials", "inspect/specials", "state", "inspect.state", "open closed", COLUMNS(special_columns) },
	{ "/draws", "draws", "purpose state", "inspect.draws", "inspect/draws", "purpose", "inspect.purpose", "check callback", COLUMNS(draw_columns) },
	{ "/inspect/checks", "checks", "state draw mine:bool", "inspect.checks", "inspect/checks", "state", "inspect.state", "open done", COLUMNS(check_columns) },
	{ "/inspect/findings", "findings", "state organ late:bool", "inspect.findings", "inspect/findings", "state", "inspect.finding", "open answered accepted", COLUMNS(finding_columns) },
	{ "/inspect/callbacks", "callbacks", "state draw result", "inspect.callbacks", "inspect/callbacks", "state", "inspect.state", "open done", COLUMNS(callback_columns) },
	{ "/inspect/cameras", "devices", "window organ kind q", "inspect.cameras", "inspect/cameras", "kind", "inspect.device", "camera phone", COLUMNS(camera_columns) },
	{ "/inspect/looks", "looks", "device case_no alert", "inspect.looks", "inspect/looks", "", "", "", COLUMNS(look_columns) },
	{ "/inspect/calls", "calls", "case_no alert", "inspect.calls", "inspect/calls", "", "", "", COLUMNS(call_columns) },
};

static const struct json *filter_choices(struct http_request *rq, const struct list *l)
{
	struct json_builder all, one;
	const struct json *codes = web_options_list(rq, l->prefix, l->codes);
	struct str current = http_query(rq, l->filter);
	json_build_array_begin(&all, rq->arena);
	for (size_t i = 0; codes && i < codes->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_merge(&one, &codes->items[i]);
		json_build_bool(&one, "current", str_eq(current, json_text(json_get(&codes->items[i], "code"))));
		json_build_value(&all, "", json_build_end(&one));
	}
	return json_build_end(&all);
}

/* What a camera is opened from, handed on to the form that asks for the reason. */
static struct str carried(struct http_request *rq)
{
	struct str query = web_href(rq, "", NULL, "kind", S(""));
	return query.len ? arena_printf(rq->arena, "&%.*s", (int)query.len - 1, query.ptr + 1) : S("");
}

static enum http_outcome list(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct list *l = NULL;
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (str_eqz(rq->path, lists[i].path))
			l = &lists[i];
	base_assert(l);
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, w, l->view, l->params, l->columns, l->columns_count, strrchr(l->path, '/') + 1);
	const char *names = arena_printf(rq->arena, "%s cursor limit:int", l->params).ptr;
	if (!names || !inspect_page(rq, re, w, l->view, web_params_query(rq, names), l->title, &p, &view))
		return HTTP_DONE;
	web_page_list(&p, view, l->path);
	json_build_value(&p.data, "choices", l->filter[0] ? filter_choices(rq, l) : NULL);
	json_build_str(&p.data, "filter", str_of(l->filter));
	json_build_str(&p.data, "path", str_of(l->path));
	json_build_str(&p.data, "csv", staff_csv_href(rq, l->path));
	json_build_str(&p.data, "carried", carried(rq));
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, l->template);
}

/* ---- one thing ---- */

static enum http_outcome home(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web_page p;
	const struct json *view;
	if (!inspect_page(rq, re, web_of(arg), "inspect.home", web_params_query(rq, ""), "inspect.title", &p, &view))
		return HTTP_DONE;
	return web_page_send(&p, re, "inspect/home");
}

static enum http_outcome one(struct http_request *rq, struct http_reply *re, void *arg, const char *key, const char *title, const char *template)
{
	struct web_page p;
	const struct json *view;
	if (!inspect_page(rq, re, web_of(arg), key, web_params(rq, key, http_param(rq, key)), title, &p, &view))
		return HTTP_DONE;
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, template);
}

static enum http_outcome special(struct http_request *rq, struct http_reply *re, void *arg) { return one(rq, re, arg, "special", "inspect.special", "inspect/special"); }
static enum http_outcome draw(struct http_request *rq, struct http_reply *re, void *arg) { return one(rq, re, arg, "draw", "inspect.draw", "inspect/draw"); }
static enum http_outcome finding(struct http_request *rq, struct http_reply *re, void *arg) { return one(rq, re, arg, "finding", "inspect.finding", "inspect/finding"); }

/* The list as a plain file: what its digest is of, byte by byte. */
static enum http_outcome draw_list(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct json *view;
	struct json_builder b;
	struct diag d;
	diag_init(&d);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "draw", http_param(rq, "draw"));
	json_build_str(&b, "list", http_param(rq, "list"));
	enum err e = web_view_try(rq, web_of(arg), "draw.list", json_build_end(&b), &view, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	struct str name = arena_printf(rq->arena, "%.*s-%.*s.txt", STR_ARG(http_param(rq, "draw")), STR_ARG(http_param(rq, "list")));
	return http_send_file(re, S("text/plain; charset=utf-8"), name, json_text(json_get(view, "text")), true);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/draws", WEB_ANY, list, "draws" },
	{ HTTP_GET, "/draws/{draw}", WEB_ANY, draw, "draw" },
	{ HTTP_GET, "/draws/{draw}/lists/{list}", WEB_ANY, draw_list, "draw.list" },
	{ HTTP_GET, "/inspect", WORKS, home, "inspect" },
	{ HTTP_GET, "/inspect/specials", WORKS, list, "inspect.specials" },
	{ HTTP_GET, "/inspect/specials/{special}", WORKS, special, "inspect.special" },
	{ HTTP_GET, "/inspect/checks", CHECKS, list, "inspect.checks" },
	{ HTTP_GET, "/inspect/checks/{pick:int}", CHECKS, inspect_check, "inspect.check" },
	{ HTTP_POST, "/inspect/checks/{pick:int}", CHECKS, inspect_check_do, "inspect.check.do" },
	{ HTTP_GET, "/inspect/findings", WORKS, list, "inspect.findings" },
	{ HTTP_GET, "/inspect/findings/{finding}", WORKS, finding, "inspect.finding" },
	{ HTTP_GET, "/inspect/callbacks", WEB_OVERSIGHT, list, "inspect.callbacks" },
	{ HTTP_GET, "/inspect/callbacks/{pick:int}", WEB_OVERSIGHT, inspect_callback, "inspect.callback" },
	{ HTTP_POST, "/inspect/callbacks/{pick:int}", WEB_SUPERVISOR, inspect_callback_do, "inspect.callback.do" },
	{ HTTP_GET, "/inspect/cameras", WEB_OVERSIGHT, list, "inspect.cameras" },
	{ HTTP_GET, "/inspect/looks", WEB_OVERSIGHT, list, "inspect.looks" },
	{ HTTP_GET, "/inspect/looks/{look:int}", WEB_OVERSIGHT, inspect_look, "inspect.look" },
	{ HTTP_POST, "/inspect/looks/{look:int}/stills", WEB_SUPERVISOR, inspect_still_do, "inspect.still.do", 0, STILL_MAX },
	{ HTTP_GET, "/inspect/calls", WEB_OVERSIGHT, list, "inspect.calls" },
	{ HTTP_GET, "/inspect/ask/{form}", WORKS, inspect_ask, "inspect.ask" },
	{ HTTP_POST, "/inspect/ask/{form}", WORKS, inspect_ask_do, "inspect.ask.do" },
};

size_t web_routes_inspect(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
