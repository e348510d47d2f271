/* office_operations.c - a case that cannot go on by itself, and papers that are to be issued anew: what an administrator may do, each time with a reason. */
#include "web/office_int.h"

/* `list` and `key`: which of the view's lists it is done to a row of, and what names the row; NULL: to the case. */
static const struct deed { const char *id, *command, *list, *key, *done; } deeds[] = {
	{ "retry", "case.retry", "incidents", "incident", "office.operations.retried" },
	{ "reissue", "paper.reissue", "papers", "document", "office.operations.reissued" },
	{ "migrate", "case.migrate", NULL, NULL, "office.operations.migrated" },
	{ "cancel", "case.cancel", NULL, NULL, "office.operations.cancelled" },
};
enum { DEED_RETRY, DEED_REISSUE, DEED_MIGRATE, DEED_CANCEL, DEEDS };
_Static_assert(sizeof deeds / sizeof *deeds == DEEDS, "a name for each deed");

/* What was sent and not done; NULL: nothing was. */
struct refused { const struct deed *deed; const struct diag *diag; };

static int64_t field_i64(struct http_request *rq, const char *name)
{
	int64_t n = 0;
	(void)str_to_i64(web_text(rq, name), &n);
	return n;
}

static const struct deed *deed_of(struct http_request *rq)
{
	for (size_t i = 0; i < DEEDS; i++)
		if (str_eqz(web_text(rq, "deed"), deeds[i].id))
			return &deeds[i];
	return NULL;
}

/* ---- showing ---- */

/* The form of one deed: what was typed in the one that was sent stands in it again, with what is wrong. */
static const struct json *form_of(struct web_page *p, const struct deed *d, int64_t key, const struct refused *r)
{
	struct http_request *rq = p->rq;
	bool sent = r && r->deed == d && (!d->key || field_i64(rq, d->key) == key);
	struct str id = arena_printf(rq->arena, "reason-%s-%lld", d->id, (long long)key), error = sent ? web_refusal(rq, r->diag) : S("");
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "id", id);
	json_build_str(&b, "deed", str_of(d->id));
	json_build_str(&b, "key_name", d->key ? str_of(d->key) : S(""));
	json_build_i64(&b, "key", key);
	json_build_str(&b, "typed", sent ? web_text(rq, "reason") : S(""));
	json_build_str(&b, "error", error);
	if (sent)
		web_page_error(p, id, error);
	return json_build_end(&b);
}

/* As the rows have it. */
static void put_form(struct web_page *p, struct json_builder *b, const char *name, const struct deed *d, const struct refused *r)
{
	struct json_builder one;
	json_build_object_begin(&one, p->rq->arena);
	json_build_value(&one, "form", form_of(p, d, 0, r));
	json_build_value(b, name, json_build_end(&one));
}

static const struct json *with_forms(struct web_page *p, const struct json *rows, const struct deed *d, const struct refused *r)
{
	struct json_builder list, one;
	json_build_array_begin(&list, p->rq->arena);
	for (size_t i = 0; rows && i < rows->count; i++) {
		json_build_object_begin(&one, p->rq->arena);
		json_build_value(&one, "form", form_of(p, d, json_i64(json_get(&rows->items[i], d->key), 0), r));
		json_build_merge(&one, &rows->items[i]);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

/* The view's lists with their forms, and the rest of it as it is. */
static const struct json *case_json(struct web_page *p, const struct json *v, const struct refused *r)
{
	struct json_builder b;
	json_build_object_begin(&b, p->rq->arena);
	for (size_t i = 0; i < v->count; i++) {
		const struct deed *of = NULL;
		const char *key = arena_z(p->rq->arena, v->members[i].key);
		for (size_t k = 0; k < DEEDS; k++)
			if (deeds[k].list && str_eqz(v->members[i].key, deeds[k].list))
				of = &deeds[k];
		if (key)
			json_build_value(&b, key, of ? with_forms(p, &v->members[i].value, of, r) : &v->members[i].value);
	}
	if (json_bool(json_get(json_get(v, "migration"), "possible"), false))
		put_form(p, &b, "migrate", &deeds[DEED_MIGRATE], r);
	if (json_bool(json_get(v, "open"), false))
		put_form(p, &b, "cancel", &deeds[DEED_CANCEL], r);
	return json_build_end(&b);
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, struct str case_no, const struct refused *r)
{
	static const struct web_control asked = { .id = "case_no", .label = "office.operations.case", .width = "20", .plain = true };
	struct web_page p;
	struct diag d;
	const struct json *v = NULL;
	diag_init(&d);
	enum err e = case_no.len ? web_view_try(rq, w, "case.operations", web_params(rq, "case_no", case_no), &v, &d) : OK;
	if (e != OK && e != ERR_NOT_FOUND)
		return web_problem(rq, re, 0, &d);
	web_page_begin(&p, rq, w, "office.operations", NULL, 0);
	web_page_control(&p, &asked, case_no, e == OK ? S("") : http_tr(rq, "office.operations.unknown"));
	if (v)
		json_build_value(&p.data, "case", case_json(&p, web_dress(rq, v), r));
	if (r && !p.errors_count) /* what it was meant for is there no more */
		web_page_error(&p, S("case_no"), web_refusal(rq, r->diag));
	return web_page_send(&p, re, "office/operations");
}

static enum http_outcome ask(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show(rq, re, web_of(arg), web_ascii(rq, http_query(rq, "case_no")), NULL);
}

/* ---- doing ---- */

static enum http_outcome done(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	const struct deed *d = deed_of(rq);
	struct str case_no = web_text(rq, "case_no");
	(void)kept;
	if (r->err != OK)
		return show(rq, re, w, case_no, &(struct refused){ d, &r->diag });
	if (d == &deeds[DEED_RETRY] && json_i64(json_get(r->data, "incidents"), 0))
		http_flash(rq, re, "error", S("office.operations.still_stuck"));
	else
		http_flash(rq, re, "success", str_of(d->done));
	return http_redirect(re, str_eqz(web_text(rq, "back"), "papers") ? S("/office/papers") : web_href(rq, "/office/operations", NULL, "case_no", case_no));
}

static enum http_outcome act(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct deed *d = deed_of(rq);
	struct json_builder b;
	if (!d)
		return web_not_found(rq, re);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "case_no", web_text(rq, "case_no"));
	json_build_str(&b, "reason", web_text(rq, "reason"));
	if (d->key)
		json_build_i64(&b, d->key, field_i64(rq, d->key));
	return web_command(rq, re, web_of(arg), d->command, json_build_end(&b), done, NULL);
}

/* ---- papers without their number: all are looked at, by a worker ---- */

struct looking { struct http_request *rq; struct web *web; const struct json *found; struct diag diag; enum err err; };

static void look(void *arg)
{
	struct looking *l = arg;
	l->err = web_view_try(l->rq, l->web, "papers.lacking", web_params_query(l->rq, ""), &l->found, &l->diag);
}

static enum http_outcome looked(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct looking *l = arg;
	struct web_page p;
	if (l->err != OK)
		return web_problem(rq, re, 0, &l->diag);
	web_page_begin(&p, rq, l->web, "office.papers", NULL, 0);
	const struct json *rows = with_forms(&p, json_get(web_dress(rq, l->found), "rows"), &deeds[DEED_REISSUE], NULL);
	json_build_value(&p.data, "rows", rows);
	json_build_bool(&p.data, "has_rows", rows && rows->count);
	json_build_str(&p.data, "back", S("papers"));
	json_build_bool(&p.data, "more", json_bool(json_get(l->found, "more"), false));
	return web_page_send(&p, re, "office/papers");
}

static enum http_outcome papers(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct looking *l = arena_new(rq->arena, struct looking);
	if (!l)
		return http_busy(rq, re);
	*l = (struct looking){ .rq = rq, .web = web_of(arg) };
	diag_init(&l->diag);
	return web_long_work(rq, re, l->web, look, looked, l);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/office/state", WEB_ADMIN | WEB_AUDITOR, office_state, "office.state" },
	{ HTTP_GET, "/office/operations", WEB_ADMIN, ask, "office.operations" },
	{ HTTP_POST, "/office/operations", WEB_ADMIN, act, "office.operations.do" },
	{ HTTP_GET, "/office/papers", WEB_ADMIN, papers, "office.papers" },
};

size_t web_routes_operations(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
