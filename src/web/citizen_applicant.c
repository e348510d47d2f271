/* citizen_applicant.c - who applies: person or organisation, papers, how to reach them, an agent. */
#include "web/citizen.h"

static const struct web_control kind_control = { .id = "kind", .label = "citizen.applicant.kind" };
static const struct web_control name_control = {
	.id = "name", .label = "citizen.applicant.name", .hint = "citizen.applicant.name_hint", .autocomplete = "name",
};
static const struct web_control id_type_control = { .id = "id_type", .label = "citizen.applicant.id_type" };
static const struct web_control id_no_control = { .id = "id_no", .label = "citizen.applicant.id_no", .width = "20" };
static const struct web_control phone_control = {
	.id = "phone", .label = "citizen.applicant.phone", .hint = "citizen.applicant.phone_hint", .type = "tel", .inputmode = "tel",
	.autocomplete = "tel", .width = "20",
};
static const struct web_control address_control = { .id = "address", .label = "citizen.applicant.address", .autocomplete = "street-address", .optional = true };
static const struct web_control agent_name_control = { .id = "agent_name", .label = "citizen.applicant.agent_name", .plain = true, .width = "20" };
static const struct web_control agent_id_control = { .id = "agent_id_no", .label = "citizen.applicant.agent_id_no", .plain = true, .width = "20" };

enum { NAME_MAX = 200, ADDRESS_MAX = 300 };

struct applicant {
	struct str kind, name, id_type, id_no, phone, address, agent_name, agent_id_no;
	struct str kind_error, name_error, id_no_error, phone_error, address_error, agent_error;
};

static enum http_outcome page(struct http_request *rq, struct http_reply *re, struct web *w, const struct citizen_draft *dr, const struct applicant *a)
{
	struct web_page p;
	citizen_draft_page(&p, rq, w, dr, "citizen.tasks.applicant");
	web_page_choice(&p, &kind_control, web_options_list(rq, "kind", "1 2 3 4 6"), a->kind, a->kind_error);
	web_page_control(&p, &name_control, a->name, a->name_error);
	web_page_choice(&p, &id_type_control, web_options_list(rq, "id_type", "111 001 414 516 511"), a->id_type, S(""));
	web_page_control(&p, &id_no_control, a->id_no, a->id_no_error);
	web_page_control(&p, &phone_control, a->phone, a->phone_error);
	web_page_control(&p, &address_control, a->address, a->address_error);
	web_page_control(&p, &agent_name_control, a->agent_name, S(""));
	web_page_control(&p, &agent_id_control, a->agent_id_no, a->agent_error);
	return web_page_send(&p, re, "citizen/applicant");
}

static struct str saved(const struct citizen_draft *dr, const char *key)
{
	return json_text(json_get(json_get(dr->saved, "applicant"), key));
}

CITIZEN_HANDLER(citizen_applicant)
{
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	if (!citizen_draft_load(rq, re, w, &dr))
		return HTTP_DONE;
	const struct json *agent = json_path(dr.saved, "applicant.agent");
	struct applicant a = {
		.kind = saved(&dr, "kind"), .name = saved(&dr, "name"), .id_type = saved(&dr, "id_type"), .id_no = saved(&dr, "id_no"),
		.phone = saved(&dr, "phone"), .address = saved(&dr, "address"),
		.agent_name = json_text(json_get(agent, "name")), .agent_id_no = json_text(json_get(agent, "id_no")),
	};
	return page(rq, re, w, &dr, &a);
}

static struct str required(struct http_request *rq, const char *label)
{
	struct str what = http_tr(rq, label);
	return http_tr_args(rq, "err.web.required", &what, 1);
}

static struct str too_long(struct http_request *rq, const char *label, int max)
{
	struct str args[2] = { http_tr(rq, label), arena_printf(rq->arena, "%d", max) };
	return http_tr_args(rq, "err.web.too-long", args, 2);
}

static bool check(struct http_request *rq, struct applicant *a)
{
	struct str what = http_tr(rq, "citizen.applicant.kind");
	a->kind_error = a->kind.len == 1 && strchr("12346", a->kind.ptr[0]) ? S("") : http_tr_args(rq, "err.web.choose", &what, 1);
	a->name_error = str_empty(a->name) ? required(rq, "citizen.applicant.name")
	                : a->name.len > NAME_MAX * 3 ? too_long(rq, "citizen.applicant.name", NAME_MAX) : S("");
	if (str_empty(a->id_no))
		a->id_no_error = required(rq, "citizen.applicant.id_no");
	else if (!web_id_fits(a->id_type, a->id_no))
		a->id_no_error = http_tr(rq, str_eqz(a->id_type, "001") ? "err.web.credit-code" : "err.web.id-no");
	a->phone_error = web_phone_fits(a->phone) ? S("") : http_tr(rq, "err.web.phone");
	a->address_error = a->address.len > ADDRESS_MAX * 3 ? too_long(rq, "citizen.applicant.address", ADDRESS_MAX) : S("");
	a->agent_error = str_empty(a->agent_name) || web_id_fits(S("111"), a->agent_id_no) ? S("") : http_tr(rq, "err.web.id-no");
	return !a->kind_error.len && !a->name_error.len && !a->id_no_error.len && !a->phone_error.len && !a->address_error.len && !a->agent_error.len;
}

static const struct json *to_json(struct http_request *rq, const struct applicant *a)
{
	struct json_builder b, agent;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "kind", a->kind);
	json_build_str(&b, "name", a->name);
	json_build_str(&b, "id_type", a->id_type);
	json_build_str(&b, "id_no", a->id_no);
	json_build_str(&b, "phone", a->phone);
	json_build_str(&b, "address", a->address);
	if (a->agent_name.len) {
		json_build_object_begin(&agent, rq->arena);
		json_build_str(&agent, "name", a->agent_name);
		json_build_str(&agent, "id_no", a->agent_id_no);
		json_build_value(&b, "agent", json_build_end(&agent));
	}
	return json_build_end(&b);
}

CITIZEN_HANDLER(citizen_applicant_post)
{
	struct web *w = web_of(arg);
	struct citizen_draft dr;
	if (!citizen_draft_load(rq, re, w, &dr))
		return HTTP_DONE;
	struct applicant a = {
		.kind = web_text(rq, "kind"), .name = web_text(rq, "name"), .id_type = web_text(rq, "id_type"),
		.id_no = web_ascii(rq, http_field(rq, "id_no")), .phone = web_ascii(rq, http_field(rq, "phone")), .address = web_text(rq, "address"),
		.agent_name = web_text(rq, "agent_name"), .agent_id_no = web_ascii(rq, http_field(rq, "agent_id_no")),
	};
	if (!check(rq, &a) && !http_field(rq, "later").len)
		return page(rq, re, w, &dr, &a);
	return citizen_draft_save(rq, re, w, &dr, "applicant", to_json(rq, &a));
}
