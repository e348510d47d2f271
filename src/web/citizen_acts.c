/* citizen_acts.c - what the applicant does to a case: his own steps (supplement), withdrawing, rating. */
#include "web/citizen.h"

enum { UPLOADS_MAX = 20 };

static struct str case_path(struct http_request *rq)
{
	return arena_printf(rq->arena, "/cases/%.*s", STR_ARG(http_param(rq, "case_no")));
}

static void begin(struct web_page *p, struct http_request *rq, struct web *w, const struct json *v, const char *key)
{
	struct str case_no = json_text(json_get(v, "case_no"));
	web_page_begin(p, rq, w, key, NULL, 0);
	web_page_crumb(p, case_path(rq), case_no);
	web_page_crumb(p, S(""), p->title);
	json_build_str(&p->data, "case_no", case_no);
	json_build_str(&p->data, "item_name", json_text(json_path(v, "item.name")));
}

/* The command's own members: the case and, for who has not logged in, its secret. */
static void begin_command(struct json_builder *b, struct http_request *rq)
{
	struct str case_no = http_param(rq, "case_no"), secret = web_case_secret(rq, case_no);
	json_build_object_begin(b, rq->arena);
	json_build_str(b, "case_no", case_no);
	if (secret.len)
		json_build_str(b, "secret", secret);
}

static enum http_outcome done(struct http_request *rq, struct http_reply *re, const struct web_result *r, const char *notice)
{
	if (r->err != OK)
		return web_problem(rq, re, 0, &r->diag);
	http_flash(rq, re, "success", str_of(notice));
	return http_redirect(re, case_path(rq));
}

/* ---- withdrawing ---- */

static const struct web_control reason_control = { .id = "reason", .label = "citizen.withdraw.reason", .max = 500 };

static enum http_outcome withdraw_page(struct http_request *rq, struct http_reply *re, struct web *w, struct str reason, struct str error)
{
	const struct json *v;
	struct web_page p;
	if (!citizen_case_load(rq, re, w, &v))
		return HTTP_DONE;
	begin(&p, rq, w, web_dress(rq, v), "citizen.withdraw.title");
	web_page_control(&p, &reason_control, reason, error);
	return web_page_send(&p, re, "citizen/withdraw");
}

CITIZEN_HANDLER(citizen_withdraw)
{
	return withdraw_page(rq, re, web_of(arg), S(""), S(""));
}

static enum http_outcome withdrawn(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)w;
	(void)kept;
	return done(rq, re, r, "citizen.withdraw.done");
}

CITIZEN_HANDLER(citizen_withdraw_post)
{
	struct json_builder b;
	struct str reason = web_text(rq, "reason"), what = http_tr(rq, "citizen.withdraw.reason");
	if (str_empty(reason))
		return withdraw_page(rq, re, web_of(arg), reason, http_tr_args(rq, "err.web.required", &what, 1));
	begin_command(&b, rq);
	json_build_str(&b, "reason", reason);
	return web_command(rq, re, web_of(arg), "case.withdraw", json_build_end(&b), withdrawn, NULL);
}

/* ---- rating ---- */

static const struct web_control grade_control = { .id = "grade", .label = "citizen.rate.grade" };
static const struct web_control text_control = { .id = "text", .label = "citizen.rate.text", .max = 500, .optional = true };

static enum http_outcome rate_page(struct http_request *rq, struct http_reply *re, struct web *w, struct str text, struct str error)
{
	const struct json *v;
	struct web_page p;
	if (!citizen_case_load(rq, re, w, &v))
		return HTTP_DONE;
	begin(&p, rq, w, web_dress(rq, v), "citizen.rate.title");
	web_page_choice(&p, &grade_control, web_options_list(rq, "grade", "1 2 3 4 5"), http_field(rq, "grade"), error);
	web_page_control(&p, &text_control, text, S(""));
	return web_page_send(&p, re, "citizen/rate");
}

CITIZEN_HANDLER(citizen_rate)
{
	return rate_page(rq, re, web_of(arg), S(""), S(""));
}

static enum http_outcome rated(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)w;
	(void)kept;
	return done(rq, re, r, "citizen.rate.done");
}

CITIZEN_HANDLER(citizen_rate_post)
{
	struct json_builder b;
	struct str grade = http_field(rq, "grade"), text = web_text(rq, "text"), what = http_tr(rq, "citizen.rate.grade");
	if (grade.len != 1 || grade.ptr[0] < '1' || grade.ptr[0] > '5')
		return rate_page(rq, re, web_of(arg), text, http_tr_args(rq, "err.web.choose", &what, 1));
	begin_command(&b, rq);
	json_build_i64(&b, "grade", grade.ptr[0] - '0');
	json_build_str(&b, "text", text);
	// A.8's channels of ratings: a computer or a phone
	json_build_str(&b, "channel", str_eqz(web_user(rq)->actor.channel, "3") ? S("mobile") : S("pc"));
	return web_command(rq, re, web_of(arg), "case.rate", json_build_end(&b), rated, NULL);
}

/* ---- the applicant's own step ---- */

/* One step under way: what is shown, what was sent, which files are in already. */
struct step {
	struct web *web;
	int64_t id;
	const struct json *view;      /* dressed */
	const struct http_form *form; /* NULL = none */
	const struct json *values;
	struct http_form_errors errors;
	struct str refusal;           /* of the command */
	struct str file_errors[UPLOADS_MAX];
	/* documents handed in with this step: those that came as hidden fields, then those added now */
	struct { int64_t document; struct str material, name; } files[UPLOADS_MAX];
	size_t files_count, next_file;
};

static bool load_step(struct http_request *rq, struct http_reply *re, struct web *w, struct step *s)
{
	const struct json *raw, *actions;
	struct diag d;
	*s = (struct step){ .web = w };
	(void)str_to_i64(http_param(rq, "step"), &s->id);
	if (!citizen_case_load(rq, re, w, &raw))
		return false;
	diag_init(&d);
	s->view = web_dress(rq, raw);
	actions = json_get(s->view, "actions");
	for (size_t i = 0; actions && actions->kind == JSON_ARRAY && i < actions->count; i++) {
		const struct json *form = json_get(&actions->items[i], "form");
		if (json_i64(json_get(&actions->items[i], "step"), 0) != s->id)
			continue;
		if (form && form->kind == JSON_OBJECT && http_form_compile(rq->arena, form, &s->form, &d) != OK) {
			(void)web_problem(rq, re, 500, &d);
			return false;
		}
		return true;
	}
	// the step is over: the case page tells how it stands
	(void)http_redirect(re, case_path(rq));
	return false;
}

static const struct json *step_actions(struct http_request *rq, const struct step *s)
{
	const struct json *actions = json_get(s->view, "actions");
	struct json_builder list, b;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < actions->count; i++) {
		const struct json *a = &actions->items[i];
		struct str style = json_text(json_get(a, "style"));
		if (json_i64(json_get(a, "step"), 0) != s->id)
			continue;
		json_build_object_begin(&b, rq->arena);
		json_build_str(&b, "style_class", str_eqz(style, "secondary") ? S("govuk-button--secondary") : str_eqz(style, "warning") ? S("govuk-button--warning") : S(""));
		json_build_merge(&b, a);
		json_build_value(&list, "", json_build_end(&b));
	}
	return json_build_end(&list);
}

static const struct json *files_for(struct http_request *rq, const struct step *s, struct str material)
{
	struct json_builder list, b;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < s->files_count; i++) {
		if (material.ptr && !str_eq(s->files[i].material, material))
			continue;
		json_build_object_begin(&b, rq->arena);
		json_build_i64(&b, "document", s->files[i].document);
		json_build_str(&b, "material", s->files[i].material);
		json_build_str(&b, "name", s->files[i].name);
		json_build_value(&list, "", json_build_end(&b));
	}
	return json_build_end(&list);
}

static void put_missing(struct web_page *p, const struct step *s)
{
	const struct json *missing = json_get(s->view, "missing");
	struct json_builder list, b;
	json_build_array_begin(&list, p->rq->arena);
	for (size_t i = 0; missing && missing->kind == JSON_ARRAY && i < missing->count; i++) {
		struct str id = json_text(json_get(&missing->items[i], "material"));
		struct str error = i < UPLOADS_MAX && s->file_errors[i].len ? s->file_errors[i] : S("");
		const struct json *files = files_for(p->rq, s, id);
		json_build_object_begin(&b, p->rq->arena);
		json_build_str(&b, "error", error);
		json_build_value(&b, "files", files);
		json_build_bool(&b, "has_files", files && files->count > 0);
		json_build_merge(&b, citizen_material_dress(p->rq, &missing->items[i]));
		json_build_value(&list, "", json_build_end(&b));
		if (error.len)
			web_page_error(p, arena_printf(p->rq->arena, "file-%.*s", STR_ARG(id)), error);
	}
	json_build_value(&p->data, "missing", json_build_end(&list));
	json_build_bool(&p->data, "has_missing", missing && missing->kind == JSON_ARRAY && missing->count > 0);
}

static struct str step_name(const struct step *s)
{
	const struct json *list = json_get(s->view, "steps");
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		if (json_i64(json_get(&list->items[i], "step"), 0) == s->id)
			return json_text(json_get(&list->items[i], "name"));
	return S("");
}

static enum http_outcome step_page(struct http_request *rq, struct http_reply *re, const struct step *s)
{
	struct web_page p;
	struct http_form_words words = web_form_words(rq);
	struct buf html;
	struct str out = S(""), name = step_name(s);
	buf_init_in(&html, rq->arena, 1 << 20);
	if (s->form && (http_form_render(s->form, s->values, s->errors.count ? &s->errors : NULL, &words, &html) != OK || buf_finish(&html, &out) != OK))
		return web_problem(rq, re, 500, NULL);
	begin(&p, rq, s->web, s->view, "citizen.case.todo_button");
	p.title = name.len ? name : p.title;
	json_build_str(&p.data, "step_name", p.title);
	json_build_i64(&p.data, "step", s->id);
	json_build_str(&p.data, "form_html", out);
	json_build_value(&p.data, "actions", step_actions(rq, s));
	json_build_value(&p.data, "files", files_for(rq, s, (struct str){ NULL, 0 }));
	put_missing(&p, s);
	for (size_t i = 0; i < s->errors.count; i++)
		web_page_error(&p, arena_printf(rq->arena, "f-%.*s", STR_ARG(s->errors.list[i].key)), s->errors.list[i].message);
	if (s->refusal.len)
		web_page_error(&p, S(""), s->refusal);
	return web_page_send(&p, re, "citizen/step");
}

CITIZEN_HANDLER(citizen_step)
{
	struct step *s = arena_new(rq->arena, struct step);
	if (!s)
		return web_problem(rq, re, 500, NULL);
	return load_step(rq, re, web_of(arg), s) ? step_page(rq, re, s) : HTTP_DONE;
}

/* "12:plan:平面图.pdf" of the hidden fields: files that came with an earlier try. */
static void take_kept(struct http_request *rq, struct step *s)
{
	const struct str *list;
	size_t n = http_field_all(rq, S("document"), &list);
	for (size_t i = 0; i < n && s->files_count < UPLOADS_MAX; i++) {
		struct str rest = list[i];
		int64_t id;
		if (!str_to_i64(str_cut(&rest, ':'), &id) || !rest.ptr)
			continue;
		s->files[s->files_count].document = id;
		s->files[s->files_count].material = str_cut(&rest, ':');
		s->files[s->files_count++].name = rest.ptr ? rest : S("");
	}
}

/* The material a file is for; NULL: a file of the step's own form, for no listed material. */
static const struct json *missing_of(const struct step *s, const struct http_file *f, size_t *at)
{
	const struct json *missing = json_get(s->view, "missing");
	for (size_t i = 0; missing && missing->kind == JSON_ARRAY && i < missing->count && i < UPLOADS_MAX; i++) {
		struct str id = json_text(json_get(&missing->items[i], "material"));
		*at = i;
		if (str_starts(f->field, S("file-")) && str_eq(str_sub(f->field, 5, f->field.len), id))
			return &missing->items[i];
	}
	return NULL;
}

static enum http_outcome complete(struct http_request *rq, struct http_reply *re, struct step *s);
static enum http_outcome add_files(struct http_request *rq, struct http_reply *re, struct step *s);

static enum http_outcome refuse_file(struct http_request *rq, struct http_reply *re, const struct step *s, struct str *where, struct str error)
{
	*where = error;
	return step_page(rq, re, s);
}

static enum http_outcome added(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct step *s = kept;
	const struct http_file *files;
	size_t at, n = http_files(rq, &files);
	const struct http_file *f = &files[s->next_file - 1];
	const struct json *m = missing_of(s, f, &at);
	(void)w;
	base_assert(s->next_file <= n);
	if (r->err != OK)
		return refuse_file(rq, re, s, m ? &s->file_errors[at] : &s->refusal, web_refusal(rq, &r->diag));
	if (!web_user(rq)->actor.person)
		return add_files(rq, re, s); /* it is with the case already */
	s->files[s->files_count].document = json_i64(json_get(r->data, "document"), 0);
	s->files[s->files_count].material = json_text(json_get(m, "material"));
	s->files[s->files_count++].name = f->filename;
	return add_files(rq, re, s);
}

/* One file after the other; each is a command of its own. A file that is refused stops it, what is in stays in. */
static enum http_outcome add_files(struct http_request *rq, struct http_reply *re, struct step *s)
{
	const struct http_file *files;
	size_t at, n = http_files(rq, &files);
	while (s->next_file < n && s->files_count < UPLOADS_MAX) {
		const struct http_file *f = &files[s->next_file++];
		const struct json *m = missing_of(s, f, &at);
		struct json_builder b;
		struct str error = citizen_file_refusal(rq, f, m);
		if (error.len)
			return refuse_file(rq, re, s, m ? &s->file_errors[at] : &s->refusal, error);
		if (web_user(rq)->actor.person)
			json_build_object_begin(&b, rq->arena); /* waits on the desk until the step takes it */
		else
			begin_command(&b, rq);
		json_build_str(&b, "name", f->filename);
		json_build_str(&b, "mime", f->detected);
		json_build_str(&b, "material", json_text(json_get(m, "material")));
		return web_command_blob(rq, re, s->web, "document.add", json_build_end(&b), f->bytes, added, s);
	}
	return complete(rq, re, s);
}

static enum http_outcome completed(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct step *s = kept;
	(void)w;
	if (r->err != OK && err_is_refusal(r->err)) {
		s->refusal = web_refusal(rq, &r->diag);
		return step_page(rq, re, s);
	}
	return done(rq, re, r, "citizen.step.done");
}

static enum http_outcome complete(struct http_request *rq, struct http_reply *re, struct step *s)
{
	struct json_builder b, list, one;
	static const struct json nothing = { .kind = JSON_OBJECT };
	if (s->errors.count)
		return step_page(rq, re, s);
	begin_command(&b, rq);
	json_build_i64(&b, "step", s->id);
	json_build_str(&b, "action", http_field(rq, "action"));
	json_build_value(&b, "form", s->values ? s->values : &nothing);
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < s->files_count; i++) {
		json_build_object_begin(&one, rq->arena);
		json_build_i64(&one, "document", s->files[i].document);
		json_build_str(&one, "material", s->files[i].material);
		json_build_value(&list, "", json_build_end(&one));
	}
	json_build_value(&b, "documents", json_build_end(&list));
	return web_command(rq, re, s->web, "step.complete", json_build_end(&b), completed, s);
}

CITIZEN_HANDLER(citizen_step_post)
{
	struct step *s = arena_new(rq->arena, struct step);
	struct http_form_words words = web_form_words(rq);
	struct http_form_input in = web_form_input(rq);
	if (!s)
		return web_problem(rq, re, 500, NULL);
	if (!load_step(rq, re, web_of(arg), s))
		return HTTP_DONE;
	take_kept(rq, s);
	if (s->form && http_form_parse(s->form, &in, &words, rq->arena, &s->values, &s->errors) != OK)
		return web_problem(rq, re, 500, NULL);
	return add_files(rq, re, s);
}
