/* citizen_account.c - logging in and out, registering. Passwords are hashed off the request threads. */
#include "http/password.h"
#include "web/account_int.h"
#include "web/citizen.h"

static const struct web_control login_control = {
	.id = "login", .label = "citizen.login.login", .autocomplete = "username", .width = "20",
};

/* ---- login ---- */

static struct str next_of(struct str asked)
{
	// only an address of this program: "//host" would leave it
	bool own = asked.len && asked.ptr[0] == '/' && !(asked.len > 1 && (asked.ptr[1] == '/' || asked.ptr[1] == '\\'));
	return own ? asked : S("");
}

static void put_demo(struct web_page *p)
{
	struct diag d;
	const struct json *v, *rows;
	diag_init(&d);
	if (web_view_try(p->rq, p->web, "demo.accounts", web_params(p->rq, "for", S("login")), &v, &d) != OK)
		return; /* no demonstration here */
	v = web_dress(p->rq, v);
	rows = json_get(v, "rows");
	json_build_value(&p->data, "demo", rows);
	json_build_bool(&p->data, "has_demo", rows && rows->kind == JSON_ARRAY && rows->count > 0);
	if (rows && rows->kind == JSON_ARRAY && rows->count)
		json_build_str(&p->data, "demo_password", json_text(json_get(&rows->items[0], "password")));
}

static enum http_outcome login_page(struct http_request *rq, struct http_reply *re, struct web *w, struct str next, struct str login, struct str error, int status)
{
	struct web_page p;
	struct json_builder password;
	web_page_begin(&p, rq, w, "citizen.login.title", NULL, 0);
	web_page_control(&p, &login_control, login, error);
	json_build_object_begin(&password, rq->arena);
	json_build_str(&password, "error", S(""));
	json_build_value(&p.data, "password", json_build_end(&password));
	json_build_str(&p.data, "next", next_of(next));
	json_build_str(&p.data, "why", next_of(next).len ? http_tr(rq, "citizen.login.why") : S(""));
	json_build_str(&p.data, "sso", web_sso_name(w, rq->arena));
	put_demo(&p);
	if (status)
		p.status = status;
	return web_page_send(&p, re, "citizen/login");
}

CITIZEN_HANDLER(citizen_login)
{
	if (web_user(rq)->actor.person)
		return http_redirect(re, http_query(rq, "next").len ? next_of(http_query(rq, "next")) : S("/"));
	return login_page(rq, re, web_of(arg), http_query(rq, "next"), http_query(rq, "login"), S(""), 0);
}

struct attempt {
	struct web *web;
	struct str login, password, next, hash;
	int64_t person;
	bool matches;
};

static void check_password(void *kept)
{
	struct attempt *t = kept;
	t->matches = t->person && t->hash.len ? http_password_matches(t->password, t->hash) : http_password_matches_nobody(t->password);
}

static enum http_outcome after_check(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct attempt *t = arg;
	if (!t->matches)
		return login_page(rq, re, t->web, t->next, t->login, http_tr(rq, "err.web.login-failed"), 422);
	web_attempts_forget(t->web, t->login);
	return account_enter(rq, re, t->web, t->person, t->next);
}

static bool throttled(struct http_request *rq, struct web *w, struct str login, int64_t *wait_ms)
{
	int64_t by_address = 0, by_name = 0;
	bool address = web_attempt_address(rq, w, &by_address);
	bool name = web_attempt_name(rq, w, login, &by_name);
	*wait_ms = by_address > by_name ? by_address : by_name;
	return !address || !name;
}

CITIZEN_HANDLER(citizen_login_post)
{
	struct web *w = web_of(arg);
	struct attempt *t = arena_new(rq->arena, struct attempt);
	const struct json *person;
	int64_t wait_ms;
	if (!t)
		return web_problem(rq, re, 500, NULL);
	*t = (struct attempt){ .web = w, .login = str_trim(http_field(rq, "login")), .password = http_field(rq, "password"),
		.next = next_of(http_field(rq, "next")) };
	if (str_empty(t->login) || str_empty(t->password)) {
		struct str what = http_tr(rq, str_empty(t->login) ? "citizen.login.login" : "citizen.login.password");
		return login_page(rq, re, w, t->next, t->login, http_tr_args(rq, "err.web.required", &what, 1), 422);
	}
	if (throttled(rq, w, t->login, &wait_ms)) {
		struct str minutes = arena_printf(rq->arena, "%lld", (long long)(wait_ms / 60000 + 1));
		return login_page(rq, re, w, t->next, t->login, http_tr_args(rq, "err.web.throttled", &minutes, 1), 429);
	}
	if (casework_person_by_login(w->casework, t->login, rq->arena, &person) == OK) {
		t->person = json_i64(json_get(person, "id"), 0);
		t->hash = json_text(json_get(person, "password_hash"));
	}
	return web_work(rq, re, w, check_password, after_check, t);
}

CITIZEN_HANDLER(citizen_logout)
{
	(void)arg;
	http_session_end(rq, re);
	http_flash(rq, re, "notice", S("citizen.login.out"));
	return http_redirect(re, S("/"));
}

/* ---- registering ---- */

static const struct web_control name_control = { .id = "name", .label = "citizen.register.name", .autocomplete = "name", .width = "20" };
static const struct web_control new_login_control = {
	.id = "login", .label = "citizen.register.login", .hint = "citizen.register.login_hint", .autocomplete = "username", .width = "20",
};
static const struct web_control phone_control = {
	.id = "phone", .label = "citizen.register.phone", .autocomplete = "tel", .type = "tel", .inputmode = "tel", .width = "20",
};
static const struct web_control id_type_control = { .id = "id_type", .label = "citizen.register.id_type" };
static const struct web_control id_no_control = { .id = "id_no", .label = "citizen.register.id_no", .width = "20" };
static const struct web_control password_control = {
	.id = "password", .label = "citizen.register.password", .hint = "citizen.register.password_hint", .type = "password",
	.autocomplete = "new-password", .width = "20",
};

struct registration {
	struct web *web;
	struct str name, login, phone, id_type, id_no, password, next;
	struct str name_error, login_error, phone_error, id_no_error, password_error;
	char hash[HTTP_PASSWORD_HASH_MAX];
	enum err hashed;
};

static enum http_outcome register_page(struct http_request *rq, struct http_reply *re, const struct registration *r)
{
	struct web_page p;
	web_page_begin(&p, rq, r->web, "citizen.register.title", NULL, 0);
	web_page_control(&p, &name_control, r->name, r->name_error);
	web_page_control(&p, &new_login_control, r->login, r->login_error);
	web_page_control(&p, &phone_control, r->phone, r->phone_error);
	web_page_choice(&p, &id_type_control, web_options_list(rq, "id_type", "111 414 516 511"), r->id_type, S(""));
	web_page_control(&p, &id_no_control, r->id_no, r->id_no_error);
	web_page_control(&p, &password_control, S(""), r->password_error);
	json_build_str(&p.data, "next", r->next.ptr ? r->next : S(""));
	return web_page_send(&p, re, "citizen/register");
}

CITIZEN_HANDLER(citizen_register)
{
	struct registration r = { .web = web_of(arg), .next = next_of(http_query(rq, "next")), .id_type = S("111") };
	return register_page(rq, re, &r);
}

static struct str required(struct http_request *rq, const char *label)
{
	struct str what = http_tr(rq, label);
	return http_tr_args(rq, "err.web.required", &what, 1);
}

static bool login_fits(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && c != '.' && c != '-' && c != '_')
			return false;
	}
	return s.len >= 3 && s.len <= 32;
}

static bool registration_fits(struct http_request *rq, struct registration *r)
{
	struct diag d;
	diag_init(&d);
	r->name_error = str_empty(r->name) ? required(rq, "citizen.register.name") : S("");
	r->login_error = login_fits(r->login) ? S("") : http_tr(rq, "err.web.login-form");
	r->phone_error = web_phone_fits(r->phone) ? S("") : http_tr(rq, "err.web.phone");
	r->id_no_error = web_id_fits(r->id_type, r->id_no) ? S("") : http_tr(rq, "err.web.id-no");
	r->password_error = http_password_check(r->password, r->login, &d) == OK ? S("") : web_refusal(rq, &d);
	return !r->name_error.len && !r->login_error.len && !r->phone_error.len && !r->id_no_error.len && !r->password_error.len;
}

static enum http_outcome registered(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *result, void *kept)
{
	struct registration *r = kept;
	(void)w;
	if (result->err != OK) {
		r->login_error = web_refusal(rq, &result->diag);
		return register_page(rq, re, r);
	}
	int64_t person = json_i64(json_get(result->data, "person"), json_i64(json_get(result->data, "id"), 0));
	if (http_session_start(rq, re, person, S("")) != OK)
		return web_problem(rq, re, 500, NULL);
	http_flash(rq, re, "success", arena_printf(rq->arena, "citizen.login.welcome|%.*s", STR_ARG(r->name)));
	return http_redirect(re, r->next.len ? r->next : S("/"));
}

static void hash_password(void *kept)
{
	struct registration *r = kept;
	r->hashed = http_password_hash(r->password, r->web->options.fast_passwords, r->hash);
}

static enum http_outcome after_hash(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct registration *r = arg;
	struct json_builder b;
	if (r->hashed != OK)
		return web_problem(rq, re, 503, NULL);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "login", r->login);
	json_build_str(&b, "name", r->name);
	json_build_str(&b, "password_hash", str_of(r->hash));
	json_build_str(&b, "phone", r->phone);
	json_build_str(&b, "id_type", r->id_type);
	json_build_str(&b, "id_no", r->id_no);
	return web_command(rq, re, r->web, "person.register", json_build_end(&b), registered, r);
}

CITIZEN_HANDLER(citizen_register_post)
{
	struct registration *r = arena_new(rq->arena, struct registration);
	int64_t wait_ms;
	if (!r)
		return web_problem(rq, re, 500, NULL);
	*r = (struct registration){
		.web = web_of(arg), .name = str_trim(http_field(rq, "name")), .login = str_trim(http_field(rq, "login")),
		.phone = web_ascii(rq, http_field(rq, "phone")), .id_type = http_field(rq, "id_type"),
		.id_no = web_ascii(rq, http_field(rq, "id_no")), .password = http_field(rq, "password"), .next = next_of(http_field(rq, "next")),
	};
	if (!web_attempt_address(rq, r->web, &wait_ms))
		return web_problem(rq, re, 429, NULL);
	if (!registration_fits(rq, r))
		return register_page(rq, re, r);
	return web_work(rq, re, r->web, hash_password, after_hash, r);
}
