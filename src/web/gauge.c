/* gauge.c - evaluation: runs and their progress, places within a group, score sheets down to the cases, objections, the public
 * page, reports as files. Schemes are gauge_scheme.c, what people enter gauge_entries.c. */
#include <stdatomic.h>

#include "watch/watch.h"
#include "web/gauge_int.h"

/* ---- the work behind: one thread, woken when a run begins ---- */

struct web_gauge {
	struct web *web;
	struct watch *watch;
	_Atomic uint64_t done, total; /* of the run under way */
};

static void heard(void *arg, const struct casework_event *e)
{
	struct web_gauge *g = arg;
	if (str_eqz(e->kind, "gauge.begun") || str_eqz(e->kind, "gauge.closing"))
		watch_nudge(g->watch);
}

static int64_t no_time(void *arg)
{
	(void)arg;
	return 0; /* only nudges count */
}

static void progress(void *arg, struct str run_no, uint64_t done, uint64_t total)
{
	struct web_gauge *g = arg;
	(void)run_no;
	atomic_store(&g->done, done);
	atomic_store(&g->total, total);
}

static enum err work(void *arg, int64_t *next_ms, struct diag *d)
{
	struct web_gauge *g = arg;
	struct gauge_progress p = { .heard = progress, .arg = g };
	*next_ms = INT64_MAX;
	if (!casework_leads(g->web->casework))
		return OK; /* the leading process heard of it too */
	enum err e = gauge_work(g->web->casework, &p, d);
	if (e == OK || casework_resting(g->web->casework)) /* what was given up begins anew with the program */
		return OK;
	fprintf(stderr, "banjie: an evaluation, or its reports, could not be made, trying again: %s: %s\n", d->code, d->text);
	return e == ERR_CORRUPT || err_is_refusal(e) ? OK : e; /* with the next turn: at once it would be the same */
}

enum err web_gauge_start(struct web *w, struct diag *d)
{
	struct web_gauge *g = arena_new(&w->arena, struct web_gauge);
	if (!g)
		return diag_set(d, ERR_NOMEM, "web.memory", "There is no memory for the evaluation");
	g->web = w;
	w->gauge = g;
	struct watch_source source = { .arg = g, .now_ms = no_time, .tick = work };
	TRY(watch_start(&source, &g->watch));
	return casework_listen(w->casework, "", heard, g);
}

void web_gauge_stop(struct web *w)
{
	if (!w->gauge || !w->gauge->watch)
		return;
	casework_unlisten(w->casework, heard, w->gauge);
	watch_stop(w->gauge->watch);
	w->gauge->watch = NULL;
}

/* ---- shared ---- */

static const struct { const char *id, *href; unsigned who; } sections[] = {
	{ "runs", "/gauge", WEB_STAFF }, { "objections", "/gauge/objections", WEB_STAFF }, { "recommendations", "/gauge/recommendations", WEB_STAFF },
	{ "schemes", "/gauge/schemes", WEB_STAFF }, { "entries", "/gauge/entries", WEB_OVERSIGHT | WEB_HEAD | WEB_ADMIN },
	{ "surveys", "/gauge/surveys", WEB_OVERSIGHT | WEB_ADMIN }, { "measures", "/gauge/measures", WEB_STAFF },
};

const struct json *gauge_sections(struct http_request *rq)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		if (!(web_user(rq)->roles & sections[i].who))
			continue;
		bool current = i ? str_starts(rq->path, str_of(sections[i].href)) : str_eqz(rq->path, "/gauge") || str_starts(rq->path, S("/gauge/runs"));
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "id", str_of(sections[i].id));
		json_build_str(&one, "href", str_of(sections[i].href));
		json_build_bool(&one, "current", current);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

const struct json *gauge_params(struct http_request *rq, const char *path_names, const char *query_names)
{
	struct json_builder b;
	struct str rest = str_of(path_names);
	json_build_object_begin(&b, rq->arena);
	while (rest.len) {
		struct str name = str_cut(&rest, ' ');
		const char *key = arena_z(rq->arena, name);
		if (key)
			json_build_str(&b, key, http_param(rq, key));
	}
	if (query_names)
		json_build_merge(&b, web_params_query(rq, query_names));
	return json_build_end(&b);
}

void gauge_page(struct web_page *p, struct http_request *rq, struct web *w, const char *title, const struct diag *refused)
{
	web_page_begin(p, rq, w, title, NULL, 0);
	if (refused)
		web_page_error(p, S(""), web_refusal(rq, refused));
	json_build_value(&p->data, "sections", gauge_sections(rq));
	json_build_bool(&p->page, "wide", true);
}

const struct json *gauge_fields(struct http_request *rq, const char *names)
{
	struct json_builder b;
	struct str rest = str_of(names);
	json_build_object_begin(&b, rq->arena);
	while (rest.len) {
		struct str spec = str_cut(&rest, ' '), name = str_cut(&spec, ':');
		const char *key = arena_z(rq->arena, name);
		int64_t n;
		if (!key)
			continue;
		struct str text = web_text(rq, key);
		if (str_eqz(spec, "int") && str_to_i64(web_ascii(rq, text), &n))
			json_build_i64(&b, key, n);
		else if (str_eqz(spec, "bool") && text.len)
			json_build_bool(&b, key, str_eqz(text, "yes"));
		else if (!spec.len)
			json_build_str(&b, key, text);
	}
	return json_build_end(&b);
}

struct str gauge_run_path(struct http_request *rq, struct str run)
{
	return arena_printf(rq->arena, "/gauge/runs/%.*s", STR_ARG(run));
}

static void add_script(struct http_request *rq, struct web_page *p)
{
	struct json_builder scripts;
	json_build_array_begin(&scripts, rq->arena);
	json_build_str(&scripts, "", S("gauge.js"));
	json_build_value(&p->page, "scripts", json_build_end(&scripts));
}

static bool judges(const struct http_request *rq) { return (web_user(rq)->roles & WEB_SUPERVISOR) != 0; }

/* ---- runs ---- */

/* The rows with a mark on the one that was chosen before. */
static const struct json *chosen(struct http_request *rq, const struct json *rows, struct str code)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_bool(&one, "chosen", str_eq(json_text(json_get(&rows->items[i], "code")), code));
		json_build_merge(&one, &rows->items[i]);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static enum http_outcome show_runs(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	static const struct web_control period = { .id = "period", .label = "gauge.period", .hint = "gauge.period.hint", .width = "10" };
	const struct json *view, *schemes;
	struct web_page p;
	if (!web_view(rq, re, w, "gauge.runs", web_params_query(rq, "scheme span state cursor limit:int"), &view) ||
	    !web_view(rq, re, w, "gauge.schemes", web_params_query(rq, ""), &schemes))
		return HTTP_DONE;
	gauge_page(&p, rq, w, "gauge.title", refused);
	web_page_list(&p, view, "/gauge");
	web_page_control(&p, &period, http_field(rq, "period"), S(""));
	json_build_value(&p.data, "schemes", chosen(rq, json_get(schemes, "rows"), http_field(rq, "scheme")));
	json_build_bool(&p.data, "judges", judges(rq));
	return web_page_send(&p, re, "gauge/runs");
}

static enum http_outcome runs(struct http_request *rq, struct http_reply *re, void *arg) { return show_runs(rq, re, web_of(arg), NULL); }

static enum http_outcome begun(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_runs(rq, re, w, &r->diag);
	return http_redirect(re, gauge_run_path(rq, json_text(json_get(r->data, "run_no"))));
}

static enum http_outcome begin(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "gauge.begin", gauge_fields(rq, "scheme period"), begun, NULL);
}

/* ---- one run ---- */

/* Rows cut into their groups, each a table and a chart of its own: they are compared only within. */
static const struct json *by_group(struct http_request *rq, const struct json *rows)
{
	struct json_builder groups, group, list;
	json_build_array_begin(&groups, rq->arena);
	for (size_t i = 0, n = 0; rows && i < rows->count; n++) {
		struct str code = json_text(json_path(&rows->items[i], "group.code"));
		json_build_object_begin(&group, rq->arena);
		json_build_str(&group, "gid", arena_printf(rq->arena, "group-%zu", n + 1));
		json_build_str(&group, "title", json_text(json_path(&rows->items[i], "group.name")));
		json_build_array_begin(&list, rq->arena);
		for (; i < rows->count && str_eq(json_text(json_path(&rows->items[i], "group.code")), code); i++)
			json_build_value(&list, "", &rows->items[i]);
		json_build_value(&group, "rows", json_build_end(&list));
		json_build_value(&groups, "", json_build_end(&group));
	}
	return json_build_end(&groups);
}

static const struct json *tabs(struct http_request *rq, const struct json *kinds, struct str current, struct str path)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; kinds && i < kinds->count; i++) {
		struct str kind = json_text(&kinds->items[i]);
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "tab", kind);
		json_build_str(&one, "href", arena_printf(rq->arena, "%.*s?kind=%.*s", STR_ARG(path), STR_ARG(kind)));
		json_build_bool(&one, "current", str_eq(kind, current));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static void put_progress(struct web_page *p, struct web *w, struct str state)
{
	bool working = str_eqz(state, "begun") || str_eqz(state, "closing");
	uint64_t done = w->gauge ? atomic_load(&w->gauge->done) : 0, total = w->gauge ? atomic_load(&w->gauge->total) : 0;
	json_build_bool(&p->data, "working", working);
	json_build_i64(&p->data, "percent", total ? (int64_t)(done * 100 / total) : 0);
}

static enum http_outcome show_run(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	static const struct web_control reason = { .id = "reason", .label = "gauge.void.reason", .plain = true };
	const struct json *view;
	struct web_page p;
	struct str run = http_param(rq, "run");
	if (!web_view(rq, re, w, "gauge.run", gauge_params(rq, "run", "kind group organ"), &view))
		return HTTP_DONE;
	struct str state = json_text(json_get(view, "state"));
	gauge_page(&p, rq, w, "gauge.run.title", refused);
	web_page_crumb(&p, S("/gauge"), http_tr(rq, "gauge.title"));
	put_progress(&p, w, state);
	json_build_value(&p.data, "tabs", tabs(rq, json_get(view, "kinds"), json_text(json_get(view, "kind")), gauge_run_path(rq, run)));
	json_build_value(&p.data, "by_group", by_group(rq, json_get(view, "rows")));
	json_build_bool(&p.data, "judges", judges(rq));
	json_build_bool(&p.data, "is_draft", str_eqz(state, "draft"));
	json_build_bool(&p.data, "is_final", str_eqz(state, "final"));
	json_build_bool(&p.data, "is_failed", str_eqz(state, "failed"));
	json_build_bool(&p.data, "has_told", json_get(view, "told") && json_get(view, "told")->count > 0);
	json_build_bool(&p.data, "has_reports", json_get(view, "reports") && json_get(view, "reports")->count > 0);
	json_build_bool(&p.data, "may_void", judges(rq) && (str_eqz(state, "draft") || str_eqz(state, "begun")));
	web_page_control(&p, &reason, http_field(rq, "reason"), S(""));
	json_build_merge(&p.data, view);
	add_script(rq, &p);
	return web_page_send(&p, re, "gauge/run");
}

static enum http_outcome run(struct http_request *rq, struct http_reply *re, void *arg) { return show_run(rq, re, web_of(arg), NULL); }

static enum http_outcome run_done(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_run(rq, re, w, &r->diag);
	http_flash(rq, re, "success", S("gauge.done"));
	return http_redirect(re, gauge_run_path(rq, http_param(rq, "run")));
}

static const struct json *run_and(struct http_request *rq, const char *fields)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "run", http_param(rq, "run"));
	json_build_merge(&b, gauge_fields(rq, fields));
	return json_build_end(&b);
}

static enum http_outcome finalize(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "gauge.finalize", run_and(rq, ""), run_done, NULL);
}

static enum http_outcome void_run(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "gauge.void", run_and(rq, "reason"), run_done, NULL);
}

/* How far the work is, for the page's script. */
static enum http_outcome run_progress(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct json_builder b;
	struct diag d;
	diag_init(&d);
	enum err e = web_view_try(rq, w, "gauge.run", gauge_params(rq, "run", NULL), &view, &d);
	if (e != OK)
		return web_problem(rq, re, 0, &d);
	uint64_t done = w->gauge ? atomic_load(&w->gauge->done) : 0, total = w->gauge ? atomic_load(&w->gauge->total) : 0;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "state", json_text(json_get(view, "state")));
	json_build_i64(&b, "percent", total ? (int64_t)(done * 100 / total) : 0);
	http_header_set(re, "Cache-Control", S("no-store"));
	return http_send_json(re, 200, json_build_end(&b));
}

/* ---- files: pango and the workbook take a while, hence on a worker ---- */

struct file_job {
	struct web *web;
	const struct casework_actor *actor;
	struct gauge_report what;
	struct arena *arena;
	struct str bytes, name;
	enum err err;
	struct diag diag;
};

static void make_file(void *kept)
{
	struct file_job *j = kept;
	j->err = gauge_report(web_casework(j->web), j->actor, &j->what, j->arena, &j->bytes, &j->diag);
}

static enum http_outcome send_file(struct http_request *rq, struct http_reply *re, void *kept)
{
	struct file_job *j = kept;
	if (j->err != OK)
		return web_problem(rq, re, 0, &j->diag);
	return http_send_file(re, j->what.xlsx ? S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") : S("application/pdf"), j->name, j->bytes, false);
}

static enum http_outcome report_file(struct http_request *rq, struct http_reply *re, struct web *w, struct str run_no, bool open)
{
	struct file_job *j = arena_new(rq->arena, struct file_job);
	if (!j)
		return http_busy(rq, re);
	*j = (struct file_job){ .web = w, .actor = &web_user(rq)->actor, .arena = rq->arena };
	diag_init(&j->diag);
	j->what = (struct gauge_report){ .run_no = run_no, .zh = str_starts(rq->language, S("zh")), .xlsx = str_eqz(http_query(rq, "format"), "xlsx"), .open = open };
	j->name = arena_printf(rq->arena, "%.*s%s.%s", STR_ARG(run_no), open ? "-public" : "", j->what.xlsx ? "xlsx" : "pdf");
	return web_long_work(rq, re, w, make_file, send_file, j);
}

static enum http_outcome report(struct http_request *rq, struct http_reply *re, void *arg)
{
	return report_file(rq, re, web_of(arg), http_param(rq, "run"), str_eqz(http_query(rq, "audience"), "public"));
}

/* ---- a score sheet, its cases, an objection ---- */

static struct str subject_path(struct http_request *rq)
{
	return arena_printf(rq->arena, "/gauge/runs/%.*s/%.*s/%.*s", STR_ARG(http_param(rq, "run")), STR_ARG(http_param(rq, "kind")), STR_ARG(http_param(rq, "subject")));
}

static void subject_crumbs(struct web_page *p, struct http_request *rq, bool self)
{
	struct str run_no = http_param(rq, "run");
	web_page_crumb(p, S("/gauge"), http_tr(rq, "gauge.title"));
	web_page_crumb(p, gauge_run_path(rq, run_no), run_no);
	if (!self)
		web_page_crumb(p, subject_path(rq), http_tr(rq, "gauge.sheet.title"));
}

static enum http_outcome sheet(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, web_of(arg), "gauge.score", gauge_params(rq, "run kind subject", NULL), &view))
		return HTTP_DONE;
	gauge_page(&p, rq, web_of(arg), "gauge.sheet.title", NULL);
	subject_crumbs(&p, rq, true);
	json_build_str(&p.data, "here", subject_path(rq));
	json_build_bool(&p.data, "has_parts", json_get(view, "parts") && json_get(view, "parts")->count > 0);
	json_build_merge(&p.data, view);
	return web_page_send(&p, re, "gauge/sheet");
}

static enum http_outcome cases(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, web_of(arg), "gauge.cases", gauge_params(rq, "run kind subject", "part indicator measure"), &view))
		return HTTP_DONE;
	gauge_page(&p, rq, web_of(arg), "gauge.cases.title", NULL);
	subject_crumbs(&p, rq, false);
	json_build_merge(&p.data, view);
	json_build_bool(&p.data, "has_rows", json_get(view, "rows")->count > 0);
	return web_page_send(&p, re, "gauge/cases");
}

static enum http_outcome show_objection(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	static const struct web_control ref = { .id = "ref", .label = "gauge.object.ref", .hint = "gauge.object.ref.hint", .width = "20", .optional = true };
	static const struct web_control reason = { .id = "reason", .label = "gauge.object.reason", .hint = "gauge.object.reason.hint", .max = 2000 };
	const struct json *view;
	struct web_page p;
	struct str part = http_query(rq, "part").len ? http_query(rq, "part") : http_field(rq, "part");
	struct str indicator = http_query(rq, "indicator").len ? http_query(rq, "indicator") : http_field(rq, "indicator");
	if (!web_view(rq, re, w, "gauge.score", gauge_params(rq, "run kind subject", NULL), &view))
		return HTTP_DONE;
	gauge_page(&p, rq, w, "gauge.object.title", refused);
	subject_crumbs(&p, rq, false);
	web_page_control(&p, &ref, http_field(rq, "ref").len ? http_field(rq, "ref") : http_query(rq, "ref"), S(""));
	web_page_control(&p, &reason, http_field(rq, "reason"), S(""));
	json_build_str(&p.data, "part", part);
	json_build_str(&p.data, "indicator", indicator);
	json_build_str(&p.data, "here", subject_path(rq));
	json_build_merge(&p.data, view);
	return web_page_send(&p, re, "gauge/objection");
}

static enum http_outcome objection(struct http_request *rq, struct http_reply *re, void *arg) { return show_objection(rq, re, web_of(arg), NULL); }

static enum http_outcome objected(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_objection(rq, re, w, &r->diag);
	http_flash(rq, re, "success", S("gauge.objected"));
	return http_redirect(re, subject_path(rq));
}

static enum http_outcome object(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_merge(&b, gauge_params(rq, "run kind subject", NULL));
	json_build_merge(&b, gauge_fields(rq, "part indicator ref reason"));
	return web_command(rq, re, web_of(arg), "gauge.object", json_build_end(&b), objected, NULL);
}

/* ---- objections and recommendations ---- */

static enum http_outcome show_list(struct http_request *rq, struct http_reply *re, struct web *w, const char *view_name, const char *title, const char *page,
                                   const struct diag *refused)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, view_name, web_params_query(rq, "run state"), &view))
		return HTTP_DONE;
	gauge_page(&p, rq, w, title, refused);
	json_build_bool(&p.data, "judges", judges(rq));
	json_build_value(&p.data, "rows", json_get(view, "rows"));
	json_build_bool(&p.data, "has_rows", json_get(view, "rows")->count > 0);
	json_build_str(&p.data, "typed", http_field(rq, "reason").len ? http_field(rq, "reason") : http_field(rq, "text"));
	json_build_str(&p.data, "typed_for", http_field(rq, "for"));
	return web_page_send(&p, re, page);
}

static enum http_outcome objections(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show_list(rq, re, web_of(arg), "gauge.objections", "gauge.objections", "gauge/objections", NULL);
}

static enum http_outcome decided(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_list(rq, re, w, "gauge.objections", "gauge.objections", "gauge/objections", &r->diag);
	http_flash(rq, re, "success", S("gauge.decided"));
	return http_redirect(re, S("/gauge/objections"));
}

static const struct json *with_id(struct http_request *rq, const char *name, const char *fields)
{
	struct json_builder b;
	int64_t id = 0;
	(void)str_to_i64(http_param(rq, name), &id);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, name, id);
	json_build_merge(&b, gauge_fields(rq, fields));
	return json_build_end(&b);
}

static enum http_outcome decide(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "gauge.decide", with_id(rq, "objection", "accept:bool reason"), decided, NULL);
}

static enum http_outcome recommendations(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show_list(rq, re, web_of(arg), "gauge.recommendations", "gauge.recommendations", "gauge/recommendations", NULL);
}

static enum http_outcome remedied(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_list(rq, re, w, "gauge.recommendations", "gauge.recommendations", "gauge/recommendations", &r->diag);
	http_flash(rq, re, "success", S("gauge.done"));
	return http_redirect(re, S("/gauge/recommendations"));
}

static enum http_outcome remedy(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "gauge.remedy", with_id(rq, "recommendation", "text"), remedied, NULL);
}

/* ---- for everybody ---- */

static enum http_outcome open_page(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, web_of(arg), "gauge.public", web_params_query(rq, "run"), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, web_of(arg), "gauge.public.title", NULL, 0);
	json_build_bool(&p.data, "has_rows", json_get(view, "rows")->count > 0);
	json_build_merge(&p.data, view);
	add_script(rq, &p);
	return web_page_send(&p, re, "gauge/public");
}

static enum http_outcome open_report(struct http_request *rq, struct http_reply *re, void *arg)
{
	return report_file(rq, re, web_of(arg), http_query(rq, "run"), true);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/gauge", WEB_STAFF, runs, "gauge" },
	{ HTTP_POST, "/gauge/runs", WEB_SUPERVISOR, begin, "gauge.begin" },
	{ HTTP_GET, "/gauge/runs/{run}", WEB_STAFF, run, "gauge.run" },
	{ HTTP_GET, "/gauge/runs/{run}/progress", WEB_STAFF, run_progress, "gauge.progress" },
	{ HTTP_GET, "/gauge/runs/{run}/report", WEB_STAFF, report, "gauge.report" },
	{ HTTP_POST, "/gauge/runs/{run}/final", WEB_SUPERVISOR, finalize, "gauge.final" },
	{ HTTP_POST, "/gauge/runs/{run}/void", WEB_SUPERVISOR, void_run, "gauge.void" },
	{ HTTP_GET, "/gauge/runs/{run}/{kind}/{subject}", WEB_STAFF, sheet, "gauge.sheet" },
	{ HTTP_GET, "/gauge/runs/{run}/{kind}/{subject}/cases", WEB_STAFF, cases, "gauge.cases" },
	{ HTTP_GET, "/gauge/runs/{run}/{kind}/{subject}/objection", WEB_HANDLERS, objection, "gauge.objection" },
	{ HTTP_POST, "/gauge/runs/{run}/{kind}/{subject}/objection", WEB_HANDLERS, object, "gauge.object" },
	{ HTTP_GET, "/gauge/objections", WEB_STAFF, objections, "gauge.objections" },
	{ HTTP_POST, "/gauge/objections/{objection:int}", WEB_SUPERVISOR, decide, "gauge.decide" },
	{ HTTP_GET, "/gauge/recommendations", WEB_STAFF, recommendations, "gauge.recommendations" },
	{ HTTP_POST, "/gauge/recommendations/{recommendation:int}", WEB_HANDLERS, remedy, "gauge.remedy" },
	{ HTTP_GET, "/gauge/schemes", WEB_STAFF, gauge_schemes, "gauge.schemes" },
	{ HTTP_GET, "/gauge/schemes/{code}", WEB_STAFF, gauge_scheme, "gauge.scheme" },
	{ HTTP_POST, "/gauge/schemes/{code}", WEB_SUPERVISOR | WEB_ADMIN, gauge_scheme_do, "gauge.scheme.do" },
	{ HTTP_GET, "/gauge/measures", WEB_STAFF, gauge_measures_page, "gauge.measures" },
	{ HTTP_GET, "/gauge/entries", WEB_OVERSIGHT | WEB_HEAD | WEB_ADMIN, gauge_entries, "gauge.entries" },
	{ HTTP_POST, "/gauge/ratings", WEB_SUPERVISOR | WEB_HEAD, gauge_rate_do, "gauge.rate" },
	{ HTTP_POST, "/gauge/discipline", WEB_SUPERVISOR | WEB_ADMIN, gauge_discipline_do, "gauge.discipline" },
	{ HTTP_GET, "/gauge/surveys", WEB_OVERSIGHT | WEB_ADMIN, gauge_surveys, "gauge.surveys" },
	{ HTTP_POST, "/gauge/surveys", WEB_SUPERVISOR, gauge_survey_do, "gauge.survey" },
	{ HTTP_GET, "/my/questionnaires", WEB_CITIZEN, gauge_mine, "gauge.mine" },
	{ HTTP_POST, "/my/questionnaires/{sample:int}", WEB_CITIZEN, gauge_mine_do, "gauge.answer" },
	{ HTTP_GET, "/evaluation", WEB_ANY, open_page, "gauge.public" },
	{ HTTP_GET, "/evaluation/report", WEB_ANY, open_report, "gauge.public.report" },
};

size_t web_routes_gauge(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
