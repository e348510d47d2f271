/* office_edit.c - one row of an office list as a form. The row's other members go back with the
 * command as they came, so that a form never loses what it does not show, and so does what it was made from. */
#include "http/password.h"
#include "web/office_int.h"

enum { EDIT_FIELDS_MAX = 24 };

struct edit {
	struct web *web;
	const struct office_list *list;
	const struct json *row;              /* NULL = a new one */
	const struct json *view;             /* that the row is of */
	struct str values[EDIT_FIELDS_MAX], errors[EDIT_FIELDS_MAX];
	struct str password;
	char hash[HTTP_PASSWORD_HASH_MAX];
	enum err hash_err;
};

/* ---- the row ---- */

/* A reference goes into its field by the code or login that the command takes. */
static struct str plain(struct http_request *rq, const struct office_field *f, const struct json *v)
{
	if (v && f->input == OFFICE_YES_NO)
		return json_bool(v, false) || json_i64(v, 0) == 1 ? S("true") : S("false");
	if (v && f->input == OFFICE_LONG && (v->kind == JSON_OBJECT || v->kind == JSON_ARRAY))
		return office_json(rq, v);
	if (!v || v->kind != JSON_OBJECT)
		return json_text(v);
	struct str code = json_text(json_get(v, "code"));
	return code.len ? code : json_text(json_get(v, "login"));
}

static const struct json *member_of(const struct json *row, const char *name)
{
	const struct json *v = json_get(row, name);
	return v ? v : json_get(json_get(row, "data"), name);
}

static const struct json *member(const struct edit *e, const char *name)
{
	return member_of(e->row, name);
}

/* Undressed: what is shown in English here must not be saved as the Chinese name. *row NULL: there is none. */
static enum err look(struct http_request *rq, const struct edit *e, struct str key, const struct diag *refused, const struct json **view, const struct json **row, struct diag *d)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	web_row_params(&b, key);
	json_build_str(&b, e->list->key, key);
	web_edits(&b, e->list->command, refused);
	TRY(web_view_try(rq, e->web, e->list->view, json_build_end(&b), view, d));
	*row = web_row_of(*view, e->list->key, key);
	return OK;
}

static bool find_row(struct http_request *rq, struct http_reply *re, struct edit *e, struct str key)
{
	struct diag d;
	diag_init(&d);
	enum err err = look(rq, e, key, NULL, &e->view, &e->row, &d);
	if (err != OK)
		(void)web_problem(rq, re, http_status_of(err), &d);
	else if (!e->row)
		(void)web_not_found(rq, re);
	return err == OK && e->row;
}

static bool begin(struct http_request *rq, struct http_reply *re, struct web *w, struct edit *e)
{
	struct str key = http_query(rq, "key");
	*e = (struct edit){ .web = w, .list = office_list_of(rq) };
	if (!e->list || !e->list->fields_count) {
		(void)web_not_found(rq, re);
		return false;
	}
	base_assert(e->list->fields_count <= EDIT_FIELDS_MAX);
	return key.len ? find_row(rq, re, e, key) : true;
}

/* ---- the form ---- */

static const struct json *choices(struct http_request *rq, const struct office_field *f)
{
	struct json_builder list, none;
	const struct json *codes = web_options_list(rq, f->prefix, f->codes);
	if (f->required)
		return codes;
	json_build_array_begin(&list, rq->arena);
	json_build_object_begin(&none, rq->arena);
	json_build_str(&none, "code", S(""));
	json_build_str(&none, "text", S("–"));
	json_build_value(&list, "", json_build_end(&none));
	for (size_t i = 0; codes && i < codes->count; i++)
		json_build_value(&list, "", &codes->items[i]);
	return json_build_end(&list);
}

/* web_page_control puts a control under its id: a page of its own collects them into a list. */
static const struct json *control(struct web_page *page, const struct edit *e, size_t i)
{
	struct http_request *rq = page->rq;
	const struct office_field *f = &e->list->fields[i];
	struct web_control c = {
		.id = f->name, .label = office_words(rq, e->list, str_of(f->name)), .optional = !f->required, .autocomplete = "off",
		.type = f->input == OFFICE_PASSWORD ? "password" : NULL, .inputmode = f->input == OFFICE_NUMBER ? "numeric" : NULL,
	};
	struct web_page one;
	struct json_builder b;
	web_page_begin(&one, rq, page->web, "office.title", NULL, 0);
	if (f->input == OFFICE_CHOICE)
		web_page_choice(&one, &c, choices(rq, f), e->values[i], e->errors[i]);
	else if (f->input == OFFICE_YES_NO)
		web_page_choice(&one, &c, web_options_list(rq, "office", "true false"), e->values[i].len ? e->values[i] : S("true"), e->errors[i]);
	else
		web_page_control(&one, &c, e->values[i], e->errors[i]);
	if (e->errors[i].len)
		web_page_error(page, str_of(f->name), e->errors[i]);
	json_build_object_begin(&b, rq->arena);
	json_build_bool(&b, "is_input", f->input == OFFICE_TEXT || f->input == OFFICE_NUMBER || f->input == OFFICE_PASSWORD);
	json_build_bool(&b, "is_select", f->input == OFFICE_CHOICE || f->input == OFFICE_YES_NO);
	json_build_bool(&b, "is_text", f->input == OFFICE_LONG);
	json_build_merge(&b, json_get(json_build_end(&one.data), f->name));
	return json_build_end(&b);
}

/* ---- made from what stands ---- */

static bool has_field(const struct office_list *l, const char *name)
{
	for (size_t i = 0; i < l->fields_count; i++)
		if (strcmp(l->fields[i].name, name) == 0)
			return true;
	return false;
}

/* In the words of the form's choices; yes is what it has chosen where nothing is said. */
static struct str in_words(struct http_request *rq, const struct office_field *f, struct str value)
{
	if (f->input == OFFICE_YES_NO && !value.len)
		value = S("true");
	const char *prefix = f->input == OFFICE_YES_NO ? "office" : f->prefix;
	const char *key = prefix ? arena_printf(rq->arena, "%s.%.*s", prefix, STR_ARG(value)).ptr : NULL;
	return key && value.len ? http_tr(rq, key) : value;
}

/* Into a field that was not touched comes what somebody else has made of it meanwhile. */
static void meet(struct web_page *p, struct edit *e, const struct json *row, const struct diag *refused)
{
	for (size_t i = 0; i < e->list->fields_count; i++) {
		const struct office_field *f = &e->list->fields[i];
		if (f->input == OFFICE_PASSWORD)
			continue;
		struct str now = plain(p->rq, f, member_of(row, f->name)), typed = in_words(p->rq, f, e->values[i]);
		struct web_field one = { .name = f->name, .label = http_tr(p->rq, office_words(p->rq, e->list, str_of(f->name))), .typed = typed.ptr ? typed : S(""),
			                 .now = in_words(p->rq, f, now), .control = f->name };
		if (web_page_field(p, refused, &one))
			e->values[i] = now;
	}
}

static struct str typed_key(const struct edit *e)
{
	for (size_t i = 0; i < e->list->fields_count; i++)
		if (strcmp(e->list->fields[i].name, e->list->key) == 0)
			return e->values[i];
	return S("");
}

/* What stands under the name that was typed: it may be another row than the one that was opened, and a new row may be there already. */
static void put_edits(struct web_page *p, struct edit *e, const struct diag *refused)
{
	static const struct json_member fresh_member = { { "made_from", 9 }, { .kind = JSON_STRING, .text = { "absent", 6 } } };
	static const struct json fresh = { .kind = JSON_OBJECT, .count = 1, .members = &fresh_member };
	const struct json *view = e->row ? e->view : &fresh, *row = e->row;
	struct diag d;
	diag_init(&d);
	if (!has_field(e->list, e->list->key))
		return; /* its rows are made and never written again */
	if (web_overtaken(refused) && look(p->rq, e, typed_key(e), refused, &view, &row, &d) != OK)
		refused = NULL; /* nobody can tell what stands: it stays made from what it was */
	p->other_thing = !str_eq(http_query(p->rq, "key"), e->row ? typed_key(e) : S(""));
	if (row || !web_overtaken(refused))
		meet(p, e, row, refused);
	web_page_edits(p, view, refused);
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct edit *e, const struct diag *refused)
{
	struct web_page p;
	struct json_builder fields;
	const char *title = arena_printf(rq->arena, e->row ? "office.%s" : "office.%s.new", e->list->id).ptr;
	web_page_begin(&p, rq, e->web, title, NULL, 0);
	put_edits(&p, e, refused);
	json_build_array_begin(&fields, rq->arena);
	for (size_t i = 0; i < e->list->fields_count; i++)
		json_build_value(&fields, "", control(&p, e, i));
	json_build_value(&p.data, "fields", json_build_end(&fields));
	json_build_str(&p.data, "kind", str_of(e->list->id));
	json_build_bool(&p.data, "fresh", !e->row);
	json_build_str(&p.data, "heading", e->row ? office_cell(e->row) : http_tr(rq, title));
	struct str key = http_query(rq, "key");
	json_build_str(&p.data, "action", web_href(rq, arena_printf(rq->arena, "/office/%s/edit", e->list->id).ptr, NULL, "key", key));
	if (refused)
		web_page_error(&p, S(""), web_refusal(rq, refused));
	return web_page_send(&p, re, "office/edit");
}

enum http_outcome office_edit(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct edit e;
	if (str_eqz(http_param(rq, "kind"), "packs"))
		return http_query(rq, "key").len ? office_pack(rq, re, web_of(arg), http_query(rq, "key")) : office_pack_new(rq, re, arg);
	if (!begin(rq, re, web_of(arg), &e))
		return HTTP_DONE;
	for (size_t i = 0; i < e.list->fields_count; i++)
		e.values[i] = plain(rq, &e.list->fields[i], member(&e, e.list->fields[i].name));
	return show(rq, re, &e, NULL);
}

/* ---- saving ---- */

static bool known_field(const struct edit *e, struct str name)
{
	for (size_t i = 0; i < e->list->fields_count; i++)
		if (str_eqz(name, e->list->fields[i].name))
			return true;
	return false;
}

/* The members that the form does not show: of the row's stored data, or of the row where that is all. */
static void put_others(struct http_request *rq, const struct edit *e, struct json_builder *b)
{
	const struct json *data = json_get(e->row, "data") ? json_get(e->row, "data") : e->row;
	for (size_t i = 0; data && data->kind == JSON_OBJECT && i < data->count; i++) {
		const char *key = arena_z(rq->arena, data->members[i].key);
		if (key && !known_field(e, data->members[i].key))
			json_build_value(b, key, &data->members[i].value);
	}
}

/* What was JSON stays JSON: a list of a setting must not become a text. */
static const struct json *as_before(struct http_request *rq, const struct json *before, struct str value)
{
	const struct json *v;
	struct diag d;
	diag_init(&d);
	if (!before || before->kind == JSON_STRING || before->kind == JSON_NULL)
		return NULL;
	return json_read(rq->arena, value, &v, &d) == OK ? v : NULL;
}

/* A field that was emptied is said to be empty, for what is not said stays as it is, or is what the pack gives. What never was there is not said. */
static void put_empty(struct json_builder *b, const struct office_field *f, const struct json *before)
{
	static const struct json null = { .kind = JSON_NULL }, none = { .kind = JSON_ARRAY };
	if (before && before->kind == JSON_ARRAY)
		json_build_value(b, f->name, &none);
	else if (before && f->input == OFFICE_NUMBER)
		json_build_value(b, f->name, &null);
	else if (before)
		json_build_str(b, f->name, S(""));
}

static void put_field(struct http_request *rq, struct json_builder *b, const struct edit *e, const struct office_field *f, struct str value)
{
	int64_t number;
	const struct json *same_kind;
	if (f->input == OFFICE_PASSWORD)
		return;
	if (!value.len)
		put_empty(b, f, member(e, f->name));
	else if (f->input == OFFICE_YES_NO)
		json_build_bool(b, f->name, str_eqz(value, "true"));
	else if (f->input == OFFICE_NUMBER && str_to_i64(value, &number))
		json_build_i64(b, f->name, number);
	else if (f->input == OFFICE_LONG && (same_kind = as_before(rq, member(e, f->name), value)))
		json_build_value(b, f->name, same_kind);
	else
		json_build_str(b, f->name, value);
}

static const struct json *command_data(struct http_request *rq, const struct edit *e)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	for (size_t i = 0; i < e->list->fields_count; i++)
		put_field(rq, &b, e, &e->list->fields[i], e->values[i]);
	put_others(rq, e, &b);
	if (e->hash[0])
		json_build_str(&b, "password_hash", str_of(e->hash));
	return json_build_end(&b);
}

static enum http_outcome saved(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct edit *e = kept;
	if (r->err != OK)
		return show(rq, re, e, &r->diag);
	struct str token = json_text(json_get(r->data, "token"));
	if (token.len) {
		struct web_page p;
		web_page_begin(&p, rq, w, "office.tokens.made", NULL, 0);
		json_build_str(&p.data, "token", token);
		http_header_set(re, "Cache-Control", S("no-store"));
		return web_page_send(&p, re, "office/token");
	}
	http_flash(rq, re, "success", S("office.saved"));
	return http_redirect(re, arena_printf(rq->arena, "/office/%s", e->list->id));
}

static enum http_outcome save(struct http_request *rq, struct http_reply *re, struct edit *e)
{
	return web_command(rq, re, e->web, e->list->command, command_data(rq, e), saved, e);
}

static void hash(void *arg)
{
	struct edit *e = arg;
	e->hash_err = http_password_hash(e->password, web_options(e->web)->fast_passwords, e->hash);
}

static enum http_outcome hashed(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct edit *e = arg;
	return e->hash_err == OK ? save(rq, re, e) : http_busy(rq, re);
}

static struct str check_field(struct http_request *rq, const struct edit *e, const struct office_field *f, struct str value)
{
	struct diag d;
	int64_t number;
	diag_init(&d);
	if (f->required && !value.len)
		return http_tr(rq, "staff.act.required");
	if (f->input == OFFICE_NUMBER && value.len && (!str_to_i64(value, &number) || number < 0))
		return http_tr(rq, "staff.act.number");
	if (f->input == OFFICE_PASSWORD && value.len && http_password_check(value, e->values[0], &d) != OK)
		return web_refusal(rq, &d);
	return S("");
}

enum http_outcome office_edit_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct edit *e = arena_new(rq->arena, struct edit);
	bool good = true;
	if (!e)
		return http_busy(rq, re);
	if (!begin(rq, re, web_of(arg), e))
		return HTTP_DONE;
	for (size_t i = 0; i < e->list->fields_count; i++) {
		const struct office_field *f = &e->list->fields[i];
		e->values[i] = f->input == OFFICE_PASSWORD ? http_field(rq, f->name) : str_trim(http_field(rq, f->name));
		e->errors[i] = check_field(rq, e, f, e->values[i]);
		if (f->input == OFFICE_PASSWORD)
			e->password = e->values[i];
		good = good && !e->errors[i].len;
	}
	if (!good)
		return show(rq, re, e, NULL);
	return e->password.len ? web_work(rq, re, e->web, hash, hashed, e) : save(rq, re, e);
}

/* ---- tokens ---- */

static enum http_outcome revoked(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)w;
	(void)kept;
	if (r->err == OK)
		http_flash(rq, re, "success", S("office.tokens.revoked"));
	else
		http_flash(rq, re, "error", arena_printf(rq->arena, "staff.refused|%.*s", STR_ARG(web_refusal(rq, &r->diag))));
	return http_redirect(re, S("/office/tokens"));
}

enum http_outcome office_token_revoke(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct json_builder b;
	int64_t token = 0;
	(void)str_to_i64(http_param(rq, "token"), &token);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "token", token);
	return web_command(rq, re, web_of(arg), "token.revoke", json_build_end(&b), revoked, NULL);
}
