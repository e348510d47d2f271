/* citizen_draft.c - an application before it is one: loaded, changed in one part, kept. */
#include "web/citizen.h"

/* The parts of a draft; everything else in it is casework's. */
static const char *const parts[] = { "form", "applicant", "documents", "commitment", "follow" };

static bool load_item(struct http_request *rq, struct http_reply *re, struct web *w, struct citizen_draft *out)
{
	struct str code = json_text(json_path(out->saved, "item.impl_code"));
	struct diag d;
	if (str_empty(code))
		code = json_text(json_get(out->saved, "item"));
	if (!web_view(rq, re, w, "item.guide", web_params(rq, "impl_code", code), &out->item))
		return false;
	const struct json *schema = json_get(out->item, "apply_form"), *list = json_get(out->item, "materials");
	diag_init(&d);
	if (schema && schema->kind == JSON_OBJECT && http_form_compile(rq->arena, schema, &out->form, &d) != OK) {
		(void)web_problem(rq, re, 500, &d); /* the import should have refused it */
		return false;
	}
	out->has_materials = list && list->kind == JSON_ARRAY && list->count > 0;
	out->offers_follow = json_bool(json_path(out->item, "options.materials_to_follow"), false);
	out->offers_commitment = json_bool(json_path(out->item, "options.notice_commitment"), false);
	return true;
}

bool citizen_draft_load(struct http_request *rq, struct http_reply *re, struct web *w, struct citizen_draft *out)
{
	struct json_builder b;
	struct diag d;
	*out = (struct citizen_draft){ 0 };
	diag_init(&d);
	(void)str_to_i64(http_param(rq, "draft"), &out->id);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "draft", out->id);
	enum err e = web_view_try(rq, w, "draft", json_build_end(&b), &out->saved, &d);
	if (e != OK) {
		d.err = e;
		(void)web_problem(rq, re, 0, &d);
		return false;
	}
	return load_item(rq, re, w, out);
}

const struct json *citizen_draft_with(struct http_request *rq, const struct citizen_draft *dr, const char *key, const struct json *value)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "draft", dr->id);
	json_build_str(&b, "item", json_text(json_get(dr->item, "impl_code")));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		bool changed = strcmp(parts[i], key) == 0;
		const struct json *v = changed ? value : json_get(dr->saved, parts[i]);
		if (v && v->kind != JSON_NULL)
			json_build_value(&b, parts[i], v);
	}
	return json_build_end(&b);
}

struct str citizen_draft_path(struct http_request *rq, const struct citizen_draft *dr, const char *page)
{
	return arena_printf(rq->arena, "/drafts/%lld%s%s", (long long)dr->id, *page ? "/" : "", page);
}

static enum http_outcome kept(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *arg)
{
	const struct citizen_draft *dr = arg;
	(void)w;
	if (r->err != OK)
		return web_problem(rq, re, 0, &r->diag);
	if (http_field(rq, "later").len) {
		http_flash(rq, re, "success", S("citizen.tasks.kept"));
		return http_redirect(re, S("/my/cases"));
	}
	return http_redirect(re, citizen_draft_path(rq, dr, str_eqz(http_field(rq, "back"), "check") ? "check" : ""));
}

enum http_outcome citizen_draft_save(struct http_request *rq, struct http_reply *re, struct web *w, const struct citizen_draft *dr,
                                     const char *key, const struct json *value)
{
	struct citizen_draft *copy = arena_new(rq->arena, struct citizen_draft);
	if (!copy)
		return web_problem(rq, re, 500, NULL);
	*copy = *dr;
	return web_command(rq, re, w, "draft.save", citizen_draft_with(rq, dr, key, value), kept, copy);
}

void citizen_draft_page(struct web_page *p, struct http_request *rq, struct web *w, const struct citizen_draft *dr, const char *key)
{
	struct str name = json_text(json_get(dr->item, "name")), back = http_query(rq, "back");
	if (!back.ptr)
		back = http_field(rq, "back");
	web_page_begin(p, rq, w, key, NULL, 0);
	p->title = arena_printf(rq->arena, "%.*s - %.*s", STR_ARG(p->title), STR_ARG(name));
	web_page_crumb(p, S("/my/cases"), http_tr(rq, "common.nav.my_cases"));
	web_page_crumb(p, citizen_draft_path(rq, dr, ""), name);
	json_build_value(&p->data, "item", dr->item);
	json_build_i64(&p->data, "draft", dr->id);
	json_build_str(&p->data, "back", str_eqz(back, "check") ? back : S(""));
}

/* ---- what is done ---- */

bool citizen_applicant_done(const struct citizen_draft *dr)
{
	return json_text(json_path(dr->saved, "applicant.name")).len > 0 && json_text(json_path(dr->saved, "applicant.id_no")).len > 0;
}

bool citizen_form_done(struct http_request *rq, const struct citizen_draft *dr)
{
	const struct json *values = json_get(dr->saved, "form");
	struct http_form_words words = web_form_words(rq);
	struct http_form_errors errors;
	if (!dr->form)
		return true;
	if (!values || values->kind != JSON_OBJECT || !values->count)
		return false;
	return http_form_check(dr->form, values, &words, rq->arena, &errors) == OK && errors.count == 0;
}

size_t citizen_document_next(const struct citizen_draft *dr, struct str material, size_t from, const struct json **out)
{
	const struct json *list = json_get(dr->saved, "documents");
	for (size_t i = from; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		if (!str_eq(json_text(json_get(&list->items[i], "material")), material))
			continue;
		*out = &list->items[i];
		return i + 1;
	}
	return 0;
}

bool citizen_materials_done(const struct citizen_draft *dr)
{
	const struct json *list = json_get(dr->item, "materials"), *found;
	bool follow = dr->offers_follow && json_bool(json_get(dr->saved, "follow"), false);
	for (size_t i = 0; dr->has_materials && i < list->count; i++) {
		const struct json *m = &list->items[i];
		bool may_wait = follow && json_bool(json_get(m, "may_follow"), false);
		if (json_bool(json_get(m, "required"), false) && !may_wait && !citizen_document_next(dr, json_text(json_get(m, "id")), 0, &found))
			return false;
	}
	return true;
}

bool citizen_commitment_done(const struct citizen_draft *dr)
{
	const struct json *v = json_get(dr->saved, "commitment");
	return !dr->offers_commitment || (v && v->kind == JSON_BOOL);
}

bool citizen_draft_done(struct http_request *rq, const struct citizen_draft *dr)
{
	return citizen_applicant_done(dr) && citizen_form_done(rq, dr) && citizen_materials_done(dr) && citizen_commitment_done(dr);
}
