/* staff_case.c - the case page: everything about a case, and what this person may do now. */
#include "web/staff_int.h"

bool staff_case_view(struct http_request *rq, struct http_reply *re, struct web *w, const struct json **out)
{
	return web_view(rq, re, w, "case", web_params(rq, "case_no", http_param(rq, "case_no")), out);
}

struct str staff_case_href(struct http_request *rq, struct str case_no)
{
	struct str href = arena_printf(rq->arena, "/staff/cases/%.*s", STR_ARG(case_no));
	return href.ptr ? href : S("/staff/cases");
}

/* ---- what this person may do ---- */

static void put_action(struct http_request *rq, struct json_builder *list, const struct json *action)
{
	struct json_builder one;
	struct str style = json_text(json_get(action, "style"));
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "id", json_text(json_get(action, "id")));
	json_build_str(&one, "name", json_text(json_get(action, "name")));
	json_build_i64(&one, "step", json_i64(json_get(action, "step"), 0));
	json_build_bool(&one, "secondary", str_eqz(style, "secondary"));
	json_build_bool(&one, "warning", str_eqz(style, "warning"));
	json_build_value(list, "", json_build_end(&one));
}

static const struct json *step_of(const struct json *view, int64_t step)
{
	const struct json *steps = json_get(view, "steps");
	for (size_t i = 0; steps && i < steps->count; i++)
		if (json_i64(json_get(&steps->items[i], "step"), -1) == step)
			return &steps->items[i];
	return NULL;
}

/* The actions by step: [{step_name, actions}]. They come in the order of their steps. */
static const struct json *action_groups(struct http_request *rq, const struct json *view)
{
	const struct json *actions = json_get(view, "actions");
	struct json_builder groups, group, list;
	json_build_array_begin(&groups, rq->arena);
	for (size_t i = 0; actions && i < actions->count;) {
		int64_t step = json_i64(json_get(&actions->items[i], "step"), 0);
		json_build_array_begin(&list, rq->arena);
		for (; i < actions->count && json_i64(json_get(&actions->items[i], "step"), 0) == step; i++)
			put_action(rq, &list, &actions->items[i]);
		json_build_object_begin(&group, rq->arena);
		json_build_str(&group, "step_name", json_text(json_get(step_of(view, step), "name")));
		json_build_value(&group, "actions", json_build_end(&list));
		json_build_value(&groups, "", json_build_end(&group));
	}
	return json_build_end(&groups);
}

static bool may(const struct json *view, const char *what) { return json_bool(json_get(json_get(view, "may"), what), false); }

static void put_link(struct http_request *rq, struct json_builder *list, struct str case_no, const char *what, const struct json *step)
{
	struct json_builder one;
	const char *key = arena_printf(rq->arena, "staff.case.%s", what).ptr;
	struct str name = json_text(json_get(step, "name")), query = S("");
	if (step)
		query = arena_printf(rq->arena, "?step=%lld", (long long)json_i64(json_get(step, "step"), 0));
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "href", arena_printf(rq->arena, "/staff/cases/%.*s/ask/%s%.*s", STR_ARG(case_no), what, STR_ARG(query)));
	json_build_str(&one, "text", key ? http_tr_args(rq, key, &name, 1) : S(""));
	json_build_value(list, "", json_build_end(&one));
}

/* A page of the case's own. */
static void put_page(struct http_request *rq, struct json_builder *list, struct str case_no, const char *page)
{
	struct json_builder one;
	const char *key = arena_printf(rq->arena, "staff.case.%s", page).ptr;
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "href", arena_printf(rq->arena, "/staff/cases/%.*s/%s", STR_ARG(case_no), page));
	json_build_str(&one, "text", key ? http_tr(rq, key) : S(""));
	json_build_value(list, "", json_build_end(&one));
}

static void put_other(struct http_request *rq, struct json_builder *list, const char *key, struct str href)
{
	struct json_builder one;
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "href", href);
	json_build_str(&one, "text", http_tr(rq, key));
	json_build_value(list, "", json_build_end(&one));
}

static bool held_by(const struct json *step, const struct json *me)
{
	struct str login = json_text(json_path(step, "person.login"));
	return login.len && str_eq(login, json_text(json_get(me, "login")));
}

/* Everything that is no action of the process: the clock, the holder, urging. */
static const struct json *other_links(struct http_request *rq, const struct json *view)
{
	struct str case_no = json_text(json_get(view, "case_no"));
	const struct json *steps = json_get(view, "steps");
	struct json_builder list;
	static const char *const whole[] = { "suspend", "resume", "urge" };
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (may(view, whole[i]))
			put_link(rq, &list, case_no, whole[i], NULL);
	if (web_user(rq)->roles & WEB_SUPERVISOR) {
		put_other(rq, &list, "inspect.from_alert", arena_printf(rq->arena, "/inspect/cameras?kind=camera&case_no=%.*s&organ=%.*s", STR_ARG(case_no), STR_ARG(json_text(json_path(view, "organ.code")))));
		put_other(rq, &list, "inspect.calls", arena_printf(rq->arena, "/inspect/calls?case_no=%.*s", STR_ARG(case_no)));
	}
	static const char *const pages[] = { "recusal", "personal" };
	for (size_t i = 0; may(view, "note") && i < sizeof pages / sizeof *pages; i++)
		put_page(rq, &list, case_no, pages[i]);
	for (size_t i = 0; steps && i < steps->count; i++) {
		const struct json *s = &steps->items[i];
		if (!str_eqz(json_text(json_get(s, "state")), "open") || !json_path(s, "post.id"))
			continue;
		if (may(view, "return") && held_by(s, web_user(rq)->me))
			put_link(rq, &list, case_no, "return", s);
		if (may(view, "reassign"))
			put_link(rq, &list, case_no, "reassign", s);
	}
	return json_build_end(&list);
}

static const struct json *claims(struct http_request *rq, const struct json *view)
{
	const struct json *steps = json_get(view, "steps");
	struct json_builder list;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; may(view, "claim") && steps && i < steps->count; i++) {
		const struct json *s = &steps->items[i], *person = json_get(s, "person");
		if (str_eqz(json_text(json_get(s, "state")), "open") && json_path(s, "post.id") && (!person || person->kind == JSON_NULL))
			json_build_value(&list, "", s);
	}
	return json_build_end(&list);
}

static bool filled(const struct json *list) { return list && list->count > 0; }

static void put_powers(struct web_page *p, const struct json *view)
{
	const struct json *groups = action_groups(p->rq, view), *others = other_links(p->rq, view), *take = claims(p->rq, view);
	bool messages = filled(json_get(view, "messages"));
	json_build_value(&p->data, "action_groups", groups);
	json_build_value(&p->data, "others", others);
	json_build_value(&p->data, "claims", take);
	json_build_bool(&p->data, "has_claims", filled(take));
	json_build_bool(&p->data, "has_other", filled(others) || messages);
	json_build_bool(&p->data, "can_act", filled(groups) || filled(others) || filled(take) || messages);
	json_build_bool(&p->data, "can_note", may(view, "note"));
	json_build_bool(&p->data, "can_acknowledge", (web_user(p->rq)->roles & (WEB_HANDLERS | WEB_SUPERVISOR)) != 0);
}

/* ---- what the page adds to the view ---- */

/* The clock that a person asks for first: the promise while it runs, else what runs, else the promise. */
static const struct json *main_clock(const struct json *view)
{
	const struct json *clocks = json_get(view, "clocks"), *best = NULL;
	int best_rank = 0;
	for (size_t i = 0; clocks && i < clocks->count; i++) {
		const struct json *c = &clocks->items[i];
		struct str kind = json_text(json_get(c, "kind"));
		int rank = str_eqz(kind, "promised") ? 3 : str_eqz(kind, "statutory") ? 2 : str_eqz(kind, "delivery") ? 1 : 0;
		rank += str_eqz(json_text(json_get(c, "state")), "stopped") ? 0 : 10;
		if (rank > best_rank) {
			best_rank = rank;
			best = c;
		}
	}
	return best;
}

/* Limits that have ended stand folded, unless all have. */
static void put_clocks(struct web_page *p, const struct json *view)
{
	const struct json *clocks = json_get(view, "clocks");
	struct json_builder now, past;
	json_build_array_begin(&now, p->rq->arena);
	json_build_array_begin(&past, p->rq->arena);
	for (size_t i = 0; clocks && i < clocks->count; i++) {
		const struct json *c = &clocks->items[i];
		bool ended = str_eqz(json_text(json_get(c, "state")), "stopped");
		json_build_value(ended ? &past : &now, "", c);
	}
	json_build_bool(&p->data, "has_past", past.count > 0);
	json_build_value(&p->data, "clocks_now", json_build_end(&now));
	json_build_value(&p->data, "clocks_past", json_build_end(&past));
}

static struct str as_text(struct http_request *rq, const struct json *v)
{
	if (!v || v->kind == JSON_STRING || v->kind == JSON_NUMBER)
		return json_text(v);
	struct buf b;
	struct json_writer writer;
	buf_init_in(&b, rq->arena, 1 << 16);
	json_writer_init(&writer, &b);
	json_put_value(&writer, v);
	return buf_str(&b);
}

/* A decision's values may be of any kind; on the page they are text. */
static const struct json *decisions(struct http_request *rq, const struct json *view)
{
	const struct json *list = json_get(view, "decisions");
	struct json_builder out, one, inputs, input;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; list && i < list->count; i++) {
		const struct json *d = &list->items[i], *given = json_get(d, "inputs");
		json_build_array_begin(&inputs, rq->arena);
		for (size_t k = 0; given && k < given->count; k++) {
			json_build_object_begin(&input, rq->arena);
			json_build_str(&input, "label", json_text(json_get(&given->items[k], "label")));
			json_build_str(&input, "value", as_text(rq, json_get(&given->items[k], "value")));
			json_build_value(&inputs, "", json_build_end(&input));
		}
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "output_text", as_text(rq, json_get(d, "output")));
		json_build_str(&one, "policy_text", rules_policy_text(rq, json_text(json_get(d, "hit_policy")), S("")));
		json_build_value(&one, "inputs", json_build_end(&inputs)); /* the first of a name is found */
		json_build_merge(&one, d);
		json_build_value(&out, "", json_build_end(&one));
	}
	return json_build_end(&out);
}

/* Where the pieces link to. */
static const struct json *documents(struct http_request *rq, const struct json *view)
{
	const struct json *list = json_get(view, "documents");
	struct json_builder out, one;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; list && i < list->count; i++) {
		const char *key = arena_printf(rq->arena, "staff.document.%.*s", STR_ARG(json_text(json_get(&list->items[i], "kind")))).ptr;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "href", arena_printf(rq->arena, "/staff/documents/%lld",
		                                          (long long)json_i64(json_get(&list->items[i], "document"), 0)));
		json_build_str(&one, "kind_text", key ? http_tr(rq, key) : S(""));
		json_build_merge(&one, &list->items[i]);
		json_build_value(&out, "", json_build_end(&one));
	}
	return json_build_end(&out);
}

/* Each entry says its own organ, or none: a piece must not find the case's instead. */
static const struct json *timeline(struct http_request *rq, const struct json *view)
{
	const struct json *list = json_get(view, "timeline");
	struct json_builder out, one;
	json_build_array_begin(&out, rq->arena);
	for (size_t i = 0; list && i < list->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "organ", json_text(json_get(&list->items[i], "organ")));
		json_build_str(&one, "who", json_text(json_get(&list->items[i], "who")));
		json_build_merge(&one, &list->items[i]);
		json_build_value(&out, "", json_build_end(&one));
	}
	return json_build_end(&out);
}

static void put_second(struct web_page *p, const struct json *view)
{
	const struct json *steps = json_get(view, "steps");
	for (size_t i = 0; steps && i < steps->count; i++) {
		const struct json *s = &steps->items[i];
		struct str by = json_text(json_get(s, "signed_by"));
		if (!by.len)
			by = json_text(json_path(s, "signed_by.name"));
		if (str_eqz(json_text(json_get(s, "state")), "open") && by.len) {
			json_build_bool(&p->data, "second_wanted", true);
			json_build_str(&p->data, "signed_by", by);
			return;
		}
	}
}

/* Those that this person may see: never the own ones (the view's business). */
static void put_complaints(struct web_page *p)
{
	const struct json *list;
	struct diag d;
	diag_init(&d);
	if (web_view_try(p->rq, p->web, "case.complaints", web_params(p->rq, "case_no", http_param(p->rq, "case_no")), &list, &d) != OK)
		return;
	json_build_value(&p->data, "complaints", json_get(web_dress(p->rq, list), "rows"));
	json_build_bool(&p->data, "has_complaints", filled(json_get(list, "rows")));
}

static void put_diagram(struct web_page *p)
{
	const struct json *diagram;
	struct diag d;
	diag_init(&d);
	if (web_view_try(p->rq, p->web, "case.diagram", web_params(p->rq, "case_no", http_param(p->rq, "case_no")), &diagram, &d) == OK)
		json_build_value(&p->data, "diagram", web_dress(p->rq, diagram));
}

/* Who answered for each step, hour by hour: for those who supervise and lead. */
static void put_responsibility(struct web_page *p)
{
	const struct json *view;
	struct diag d;
	diag_init(&d);
	if (!(web_user(p->rq)->roles & (WEB_OVERSIGHT | WEB_HEAD)) ||
	    web_view_try(p->rq, p->web, "case.responsibility", web_params(p->rq, "case_no", http_param(p->rq, "case_no")), &view, &d) != OK)
		return;
	json_build_value(&p->data, "responsibility", json_get(web_dress(p->rq, view), "rows"));
	json_build_bool(&p->data, "has_responsibility", json_get(view, "rows")->count > 0);
}

/* Numbers of the service hall that became this case or were about it. */
static void put_tickets(struct web_page *p)
{
	const struct json *view, *rows = NULL;
	struct diag d;
	diag_init(&d);
	if (web_view_try(p->rq, p->web, "case.tickets", web_params(p->rq, "case_no", http_param(p->rq, "case_no")), &view, &d) == OK)
		rows = json_get(web_dress(p->rq, view), "rows");
	json_build_value(&p->data, "tickets", rows);
	json_build_bool(&p->data, "has_tickets", rows && rows->count > 0);
}

enum http_outcome staff_case(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (!staff_case_view(rq, re, w, &view))
		return HTTP_DONE;
	struct str args[2] = { json_text(json_get(view, "case_no")), json_text(json_path(view, "item.name")) };
	web_page_begin(&p, rq, w, "staff.case.title", args, 2);
	json_build_value(&p.data, "decisions", decisions(rq, view));
	json_build_value(&p.data, "documents", documents(rq, view));
	json_build_value(&p.data, "timeline", timeline(rq, view));
	if (json_bool(json_get(view, "open"), false))
		json_build_value(&p.data, "main", main_clock(view));
	else
		json_build_bool(&p.data, "main", false);
	put_clocks(&p, view);
	put_powers(&p, view);
	put_second(&p, view);
	put_diagram(&p);
	put_complaints(&p);
	put_responsibility(&p);
	put_tickets(&p);
	json_build_merge(&p.data, view);
	json_build_bool(&p.page, "wide", true);
	web_page_crumb(&p, S("/staff/cases"), http_tr(rq, "staff.cases.title"));
	web_page_crumb(&p, S(""), args[0]);
	return web_page_send(&p, re, "staff/case");
}

enum http_outcome staff_document(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct str bytes, mime, name;
	struct diag d;
	int64_t id = 0;
	diag_init(&d);
	(void)str_to_i64(http_param(rq, "document"), &id);
	rq->looked = true;
	enum err e = casework_document_into(web_casework(web_of(arg)), &web_user(rq)->actor, id, S(""), http_room, rq, rq->arena, &bytes, &mime, &name, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	return http_send_file(re, mime, name, bytes, true);
}
