/* staff_act.c - a step's actions and the messages a process waits for: one page each, with the
 * form of the pack, an opinion, and what happens next. */
#include "http/form.h"
#include "web/staff_int.h"

/* An action or a message as the view offers it, and what was typed so far. */
struct offer {
	const struct json *view;   /* of the case */
	const struct json *offer;
	const struct json *schema;
	bool message;
	const struct json *values;
	struct http_form_errors errors;
	struct str opinion;
};

static const struct json *find_action(struct http_request *rq, const struct json *view)
{
	const struct json *list = json_get(view, "actions");
	int64_t step = 0;
	(void)str_to_i64(http_param(rq, "step"), &step);
	for (size_t i = 0; list && i < list->count; i++)
		if (json_i64(json_get(&list->items[i], "step"), -1) == step &&
		    str_eq(json_text(json_get(&list->items[i], "id")), http_param(rq, "action")))
			return &list->items[i];
	return NULL;
}

/* ---- the form of a step, as this action needs it ---- */

static bool names(struct str list, struct str key)
{
	while (list.len) {
		struct str word = str_cut(&list, ' ');
		if (word.len && str_eq(word, key))
			return true;
	}
	return false;
}

/* Asked for by another action of the step, and not by this one: the reasons of a refusal are no matter of a grant. */
static bool others_only(const struct json *view, const struct json *offer, struct str key)
{
	const struct json *list = json_get(view, "actions");
	if (names(json_text(json_get(offer, "requires")), key))
		return false;
	for (size_t i = 0; list && i < list->count; i++)
		if (json_i64(json_get(&list->items[i], "step"), -1) == json_i64(json_get(offer, "step"), -2) &&
		    names(json_text(json_get(&list->items[i], "requires")), key))
			return true;
	return false;
}

static const struct json *made_required(struct http_request *rq, const struct json *component)
{
	struct json_builder b, validate;
	json_build_object_begin(&validate, rq->arena);
	json_build_bool(&validate, "required", true);
	if (json_get(component, "validate"))
		json_build_merge(&validate, json_get(component, "validate"));
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "validate", json_build_end(&validate)); /* the first of a name is found */
	json_build_merge(&b, component);
	return json_build_end(&b);
}

static const struct json *schema_for(struct http_request *rq, const struct json *view, const struct json *offer)
{
	const struct json *schema = json_get(offer, "form"), *list = json_get(schema, "components");
	struct json_builder b, kept;
	if (!list || list->kind != JSON_ARRAY)
		return schema;
	json_build_array_begin(&kept, rq->arena);
	for (size_t i = 0; i < list->count; i++) {
		struct str key = json_text(json_get(&list->items[i], "key"));
		bool mine = key.len && names(json_text(json_get(offer, "requires")), key);
		if (!key.len || !others_only(view, offer, key))
			json_build_value(&kept, "", mine ? made_required(rq, &list->items[i]) : &list->items[i]);
	}
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "components", json_build_end(&kept));
	json_build_merge(&b, schema);
	return json_build_end(&b);
}

static const struct json *find_message(struct http_request *rq, const struct json *view)
{
	const struct json *list = json_get(view, "messages");
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "name")), http_param(rq, "name")))
			return &list->items[i];
	return NULL;
}

/* Nothing offered (any more): back to the case, which says what is. */
static bool find_offer(struct http_request *rq, struct http_reply *re, struct web *w, bool message, struct offer *o)
{
	*o = (struct offer){ .message = message, .opinion = http_field(rq, "opinion") };
	if (!staff_case_view(rq, re, w, &o->view))
		return false;
	o->offer = message ? find_message(rq, o->view) : find_action(rq, o->view);
	o->schema = message ? json_get(o->offer, "form") : schema_for(rq, o->view, o->offer);
	if (!o->offer) {
		http_flash(rq, re, "notice", S("staff.act.gone"));
		(void)http_redirect(re, staff_case_href(rq, http_param(rq, "case_no")));
	}
	return o->offer != NULL;
}

static struct str step_name(const struct offer *o)
{
	const struct json *steps = json_get(o->view, "steps");
	int64_t step = json_i64(json_get(o->offer, "step"), -1);
	for (size_t i = 0; steps && i < steps->count; i++)
		if (json_i64(json_get(&steps->items[i], "step"), -2) == step)
			return json_text(json_get(&steps->items[i], "name"));
	return S("");
}

/* A form that asks for an opinion itself needs no second field of that name. */
static bool form_has_opinion(const struct json *schema)
{
	const struct json *list = json_get(schema, "components");
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eqz(json_text(json_get(&list->items[i], "key")), "opinion"))
			return true;
	return false;
}

/* What was missing has been told before in this case: telling again asks for a reason. */
static bool tells_again(struct http_request *rq, const struct json *view)
{
	const struct json *steps = json_get(view, "steps");
	bool told = false;
	for (size_t i = 0; steps && i < steps->count; i++)
		told = told || str_eqz(json_text(json_get(&steps->items[i], "action")), "supplement");
	return told && str_eqz(http_param(rq, "action"), "supplement");
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct offer *o, const struct diag *refused)
{
	struct web_page p;
	struct diag d;
	struct str fields, title = json_text(json_get(o->offer, o->message ? "label" : "name"));
	diag_init(&d);
	enum err e = staff_form_html(rq, o->schema, o->values, &o->errors, &fields, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	web_page_begin(&p, rq, w, "staff.act.title", (struct str[]){ title, http_param(rq, "case_no") }, 2);
	json_build_str(&p.data, "case_no", http_param(rq, "case_no"));
	json_build_str(&p.data, "item_name", json_text(json_path(o->view, "item.name")));
	json_build_str(&p.data, "title", title);
	json_build_str(&p.data, "step_name", o->message ? S("") : step_name(o));
	json_build_str(&p.data, "fields", fields);
	json_build_str(&p.data, "action", rq->path);
	json_build_str(&p.data, "opinion", o->opinion);
	json_build_bool(&p.data, "ask_late", !o->message);
	json_build_str(&p.data, "done_at", web_text(rq, "done_at"));
	json_build_str(&p.data, "late_reason", web_text(rq, "late_reason"));
	json_build_bool(&p.data, "tells_again", tells_again(rq, o->view));
	json_build_str(&p.data, "again_reason", http_field(rq, "again_reason"));
	json_build_bool(&p.data, "ask_opinion", !o->message && !form_has_opinion(o->schema));
	const struct json *enforcement = json_get(o->offer, "enforcement");
	if (enforcement && enforcement->kind == JSON_OBJECT) {
		json_build_value(&p.data, "enforcement", enforcement);
		json_build_bool(&p.data, "fit", str_eqz(json_text(json_get(enforcement, "have")), "good"));
	}
	json_build_bool(&p.data, "needs_second", json_bool(json_get(o->offer, "needs_second"), false));
	json_build_bool(&p.data, "warning", str_eqz(json_text(json_get(o->offer, "style")), "warning"));
	staff_form_errors(&p, &o->errors);
	if (refused)
		web_page_error(&p, S(""), web_refusal(rq, refused));
	return web_page_send(&p, re, "staff/act");
}

static enum http_outcome ask(struct http_request *rq, struct http_reply *re, void *arg, bool message)
{
	struct offer o;
	return find_offer(rq, re, web_of(arg), message, &o) ? show(rq, re, web_of(arg), &o, NULL) : HTTP_DONE;
}

enum http_outcome staff_action_ask(struct http_request *rq, struct http_reply *re, void *arg) { return ask(rq, re, arg, false); }
enum http_outcome staff_message_ask(struct http_request *rq, struct http_reply *re, void *arg) { return ask(rq, re, arg, true); }

static enum http_outcome acted(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct offer *o = kept;
	if (r->err != OK)
		return show(rq, re, w, o, &r->diag);
	struct str name = json_text(json_get(o->offer, o->message ? "label" : "name"));
	bool second = json_bool(json_get(r->data, "waiting_second"), false);
	http_flash(rq, re, "success", second ? S("staff.act.waiting_second") : arena_printf(rq->arena, "staff.act.done|%.*s", STR_ARG(name)));
	return http_redirect(re, staff_case_href(rq, http_param(rq, "case_no")));
}

static const struct json *command_data(struct http_request *rq, const struct offer *o, const struct json *documents)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	if (o->message) {
		json_build_str(&b, "case_no", http_param(rq, "case_no"));
		json_build_str(&b, "name", http_param(rq, "name"));
		json_build_value(&b, "data", o->values);
		return json_build_end(&b);
	}
	if (web_text(rq, "done_at").len) {
		json_build_str(&b, "done_at", web_text(rq, "done_at"));
		json_build_str(&b, "late_reason", web_text(rq, "late_reason"));
	}
	json_build_value(&b, "step", json_get(o->offer, "step"));
	json_build_str(&b, "action", json_text(json_get(o->offer, "id")));
	json_build_value(&b, "form", o->values);
	if (o->opinion.len)
		json_build_str(&b, "opinion", o->opinion);
	if (str_trim(http_field(rq, "again_reason")).len)
		json_build_str(&b, "reason", str_trim(http_field(rq, "again_reason")));
	if (documents && documents->count)
		json_build_value(&b, "documents", documents);
	return json_build_end(&b);
}

static enum http_outcome act(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *documents,
                             const struct diag *refused, void *kept)
{
	struct offer *o = kept;
	if (refused)
		return show(rq, re, w, o, refused);
	return web_command(rq, re, w, o->message ? "case.message" : "step.complete", command_data(rq, o, documents), acted, o);
}

static enum http_outcome act_on(struct http_request *rq, struct http_reply *re, void *arg, bool message)
{
	struct web *w = web_of(arg);
	struct offer *o = arena_new(rq->arena, struct offer);
	struct diag d;
	diag_init(&d);
	if (!o)
		return http_busy(rq, re);
	if (!find_offer(rq, re, w, message, o))
		return HTTP_DONE;
	enum err e = staff_form_read(rq, o->schema, &o->values, &o->errors, &d);
	if (e != OK)
		return web_problem(rq, re, http_status_of(e), &d);
	if (o->errors.count)
		return show(rq, re, w, o, NULL);
	return staff_upload(rq, re, w, "", http_param(rq, "case_no"), act, o);
}

enum http_outcome staff_action_do(struct http_request *rq, struct http_reply *re, void *arg) { return act_on(rq, re, arg, false); }
enum http_outcome staff_message_do(struct http_request *rq, struct http_reply *re, void *arg) { return act_on(rq, re, arg, true); }
