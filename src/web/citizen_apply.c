/* citizen_apply.c - starting an application, its task list, the item's own form, notice and commitment. */
#include "web/citizen.h"

/* ---- the start page ---- */

static const struct json *start_item(struct http_request *rq, const struct json *v)
{
	struct json_builder b;
	struct str limit = json_text(json_get(v, "promised_text"));
	json_build_object_begin(&b, rq->arena);
	json_build_bool(&b, "instant", json_bool(json_path(v, "options.instant"), json_bool(json_get(v, "instant"), false)));
	json_build_str(&b, "limit_text", limit.len ? limit : json_text(json_get(v, "statutory_text")));
	json_build_merge(&b, v);
	return json_build_end(&b);
}

CITIZEN_HANDLER(citizen_start)
{
	struct web *w = web_of(arg);
	const struct json *v;
	if (!web_view(rq, re, w, "item.guide", web_params(rq, "impl_code", http_param(rq, "impl_code")), &v))
		return HTTP_DONE;
	struct web_page p;
	struct str name = json_text(json_get(v, "name"));
	web_page_begin(&p, rq, w, "citizen.start.title", &name, 1);
	web_page_crumb(&p, S("/items"), http_tr(rq, "common.nav.items"));
	web_page_crumb(&p, arena_printf(rq->arena, "/items/%.*s", STR_ARG(json_text(json_get(v, "impl_code")))), name);
	json_build_value(&p.data, "item", start_item(rq, v));
	return web_page_send(&p, re, "citizen/start");
}

static enum http_outcome started(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)w;
	(void)kept;
	if (r->err != OK)
		return web_problem(rq, re, 0, &r->diag);
	int64_t draft = json_i64(json_get(r->data, "draft"), 0);
	return http_redirect(re, arena_printf(rq->arena, "/drafts/%lld", (long long)draft));
}

/* The applicant is most often who has logged in: his name is there already, to be changed if not. */
static const struct json *first_applicant(struct http_request *rq)
{
	struct json_builder b;
	const struct json *me = web_user(rq)->me;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "kind", S("1"));
	json_build_str(&b, "id_type", S("111"));
	json_build_str(&b, "name", json_text(json_get(me, "name")));
	if (json_text(json_get(me, "phone")).len)
		json_build_str(&b, "phone", json_text(json_get(me, "phone")));
	return json_build_end(&b);
}

CITIZEN_HANDLER(citizen_start_post)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "item", http_param(rq, "impl_code"));
	json_build_value(&b, "applicant", first_applicant(rq));
	return web_command(rq, re, web_of(arg), "draft.save", json_build_end(&b), started, NULL);
}

/* ---- the task list ---- */

struct tasks {
	struct http_request *rq;
	const struct citizen_draft *draft;
	struct json_builder list;
	int64_t all, done;
};

static void add_task(struct tasks *t, const char *id, bool done, bool open)
{
	struct json_builder b;
	json_build_object_begin(&b, t->rq->arena);
	json_build_str(&b, "id", str_of(id));
	json_build_bool(&b, "done", done);
	json_build_str(&b, "href", open ? citizen_draft_path(t->rq, t->draft, id) : S(""));
	json_build_str(&b, "hint", S(""));
	json_build_value(&t->list, "", json_build_end(&b));
	t->all++;
	t->done += done;
}

CITIZEN_HANDLER(citizen_tasks)
{
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	struct web_page p;
	if (!citizen_draft_load(rq, re, w, &dr))
		return HTTP_DONE;
	struct tasks t = { .rq = rq, .draft = &dr };
	json_build_array_begin(&t.list, rq->arena);
	add_task(&t, "applicant", citizen_applicant_done(&dr), true);
	if (dr.form)
		add_task(&t, "form", citizen_form_done(rq, &dr), true);
	if (dr.has_materials)
		add_task(&t, "materials", citizen_materials_done(&dr), true);
	if (dr.offers_commitment)
		add_task(&t, "commitment", citizen_commitment_done(&dr), true);
	add_task(&t, "check", false, t.done == t.all);
	citizen_draft_page(&p, rq, w, &dr, "citizen.tasks.title");
	json_build_value(&p.data, "tasks", json_build_end(&t.list));
	json_build_i64(&p.data, "all_count", t.all);
	json_build_i64(&p.data, "done_count", t.done);
	return web_page_send(&p, re, "citizen/tasks");
}

static enum http_outcome deleted(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)w;
	(void)kept;
	if (r->err != OK)
		return web_problem(rq, re, 0, &r->diag);
	http_flash(rq, re, "success", S("citizen.tasks.deleted"));
	return http_redirect(re, S("/my/cases"));
}

CITIZEN_HANDLER(citizen_delete_post)
{
	struct json_builder b;
	int64_t draft = 0;
	(void)str_to_i64(http_param(rq, "draft"), &draft);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "draft", draft);
	return web_command(rq, re, web_of(arg), "draft.delete", json_build_end(&b), deleted, NULL);
}

/* ---- the item's own form ---- */

static enum http_outcome form_page(struct http_request *rq, struct http_reply *re, struct web *w, const struct citizen_draft *dr,
                                   const struct json *values, const struct http_form_errors *errors)
{
	struct web_page p;
	struct http_form_words words = web_form_words(rq);
	struct buf html;
	struct str out;
	buf_init_in(&html, rq->arena, 1 << 20);
	if (http_form_render(dr->form, values, errors, &words, &html) != OK || buf_finish(&html, &out) != OK)
		return web_problem(rq, re, 500, NULL);
	citizen_draft_page(&p, rq, w, dr, "citizen.tasks.form");
	json_build_str(&p.data, "form_html", out);
	for (size_t i = 0; errors && i < errors->count; i++)
		web_page_error(&p, arena_printf(rq->arena, "f-%.*s", STR_ARG(errors->list[i].key)), errors->list[i].message);
	return web_page_send(&p, re, "citizen/form");
}

CITIZEN_HANDLER(citizen_form)
{
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	if (!citizen_draft_load(rq, re, w, &dr))
		return HTTP_DONE;
	if (!dr.form)
		return web_not_found(rq, re);
	return form_page(rq, re, w, &dr, json_get(dr.saved, "form"), NULL);
}

CITIZEN_HANDLER(citizen_form_post)
{
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	const struct json *values;
	struct http_form_errors errors;
	struct http_form_words words = web_form_words(rq);
	struct http_form_input in = web_form_input(rq);
	if (!citizen_draft_load(rq, re, w, &dr))
		return HTTP_DONE;
	if (!dr.form)
		return web_not_found(rq, re);
	if (http_form_parse(dr.form, &in, &words, rq->arena, &values, &errors) != OK)
		return web_problem(rq, re, 500, NULL);
	// what is half done is kept for later as it is; going on asks for all of it
	if (errors.count && !http_field(rq, "later").len)
		return form_page(rq, re, w, &dr, values, &errors);
	return citizen_draft_save(rq, re, w, &dr, "form", values);
}

/* ---- notice and commitment ---- */

static const struct web_control commitment_control = { .id = "commitment", .label = "citizen.commitment.label" };

static enum http_outcome commitment_page(struct http_request *rq, struct http_reply *re, struct web *w, const struct citizen_draft *dr, struct str value, struct str error)
{
	struct web_page p;
	citizen_draft_page(&p, rq, w, dr, "citizen.tasks.commitment");
	web_page_choice(&p, &commitment_control, web_options_list(rq, "citizen.commitment", "yes no"), value, error);
	return web_page_send(&p, re, "citizen/commitment");
}

CITIZEN_HANDLER(citizen_commitment)
{
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	if (!citizen_draft_load(rq, re, w, &dr))
		return HTTP_DONE;
	const struct json *v = json_get(dr.saved, "commitment");
	struct str value = v && v->kind == JSON_BOOL ? (v->boolean ? S("yes") : S("no")) : S("");
	return dr.offers_commitment ? commitment_page(rq, re, w, &dr, value, S("")) : web_not_found(rq, re);
}

CITIZEN_HANDLER(citizen_commitment_post)
{
	static const struct json yes = { .kind = JSON_BOOL, .boolean = true }, no = { .kind = JSON_BOOL };
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	struct str value = http_field(rq, "commitment");
	bool chosen = str_eqz(value, "yes") || str_eqz(value, "no");
	if (!citizen_draft_load(rq, re, w, &dr))
		return HTTP_DONE;
	if (!dr.offers_commitment)
		return web_not_found(rq, re);
	if (!chosen && !http_field(rq, "later").len)
		return commitment_page(rq, re, w, &dr, S(""), http_tr(rq, "err.web.commitment"));
	return citizen_draft_save(rq, re, w, &dr, "commitment", !chosen ? NULL : str_eqz(value, "yes") ? &yes : &no);
}
