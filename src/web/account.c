/* account.c - one's own account: where one is logged in, the second factor, the password. */

#include "http/password.h"
#include "http/totp.h"
#include "web/account_int.h"

enum { RECOVERY_CODES = 8, RECOVERY_BYTES = 5 };

static const struct json *mine(struct http_request *rq)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "person", web_user(rq)->actor.person);
	if (rq->session)
		json_build_str(&b, "current", str_of(rq->session->key));
	return json_build_end(&b);
}

/* ---- the page ---- */

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	static const struct web_control old = { .id = "old", .label = "account.password.old", .type = "password", .autocomplete = "current-password", .width = "20" };
	static const struct web_control fresh = { .id = "new", .label = "account.password.new", .hint = "citizen.register.password_hint", .type = "password",
		                                      .autocomplete = "new-password", .width = "20" };
	const struct json *sessions, *factor;
	struct web_page p;
	struct diag d;
	diag_init(&d);
	if (account_view(w, rq->arena, "sessions", mine(rq), &sessions, &d) != OK || account_view(w, rq->arena, "factor", mine(rq), &factor, &d) != OK)
		return web_problem(rq, re, 500, NULL);
	web_page_begin(&p, rq, w, "account.title", NULL, 0);
	json_build_value(&p.data, "sessions", json_get(web_dress(rq, sessions), "rows"));
	json_build_bool(&p.data, "factor_on", json_bool(json_get(factor, "on"), false));
	json_build_i64(&p.data, "recovery_left", json_i64(json_get(factor, "recovery_left"), 0));
	web_page_control(&p, &old, S(""), S(""));
	web_page_control(&p, &fresh, S(""), S(""));
	if (refused)
		web_page_error(&p, str_of(refused->place), web_refusal(rq, refused));
	return web_page_send(&p, re, "account/account");
}

static enum http_outcome account(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show(rq, re, web_of(arg), NULL);
}

/* ---- work that waits for the record, on a worker ---- */

struct change {
	struct web *web;
	int64_t person;
	const char *command, *done;
	const struct json *data;
	struct str login, old, fresh, code;
	uint8_t secret[TOTP_SECRET];
	struct str recovery[RECOVERY_CODES];
	struct arena *a;
	struct diag d;
	enum err err;
};

static void carry_out(void *kept)
{
	struct change *c = kept;
	c->err = account_do(c->web, c->a, c->command, c->data, NULL, &c->d);
}

static enum http_outcome carried_out(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct change *c = arg;
	if (c->err != OK)
		return show(rq, re, c->web, &c->d);
	http_flash(rq, re, "success", str_of(c->done));
	return http_redirect(re, S("/account"));
}

static struct change *change_new(struct http_request *rq, struct web *w)
{
	struct change *c = arena_new(rq->arena, struct change);
	if (!c)
		return NULL;
	*c = (struct change){ .web = w, .person = web_user(rq)->actor.person, .a = rq->arena, .login = json_text(json_get(web_user(rq)->me, "login")) };
	diag_init(&c->d);
	return c;
}

static enum http_outcome sessions_end(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct change *c = change_new(rq, w);
	struct json_builder b;
	if (!c)
		return http_busy(rq, re);
	json_build_object_begin(&b, rq->arena);
	json_build_i64(&b, "person", c->person);
	json_build_str(&b, "keep", rq->session ? str_of(rq->session->key) : S(""));
	json_build_str(&b, "handle", http_field(rq, "handle"));
	c->command = "session.end";
	c->done = "account.sessions.ended";
	c->data = json_build_end(&b);
	return web_work(rq, re, w, carry_out, carried_out, c);
}

/* ---- the password ---- */

static enum err check_old(struct change *c)
{
	const struct json *person;
	TRY(casework_person_by_login(c->web->casework, c->login, c->a, &person));
	if (http_password_matches(c->old, json_text(json_get(person, "password_hash"))))
		return OK;
	(void)diag_set(&c->d, ERR_INVALID, "account.password-wrong", "The present password is not right.");
	diag_at(&c->d, S("old"));
	return ERR_INVALID;
}

static void change_password(void *kept)
{
	struct change *c = kept;
	char hash[HTTP_PASSWORD_HASH_MAX];
	struct json_builder b;
	c->err = check_old(c);
	if (c->err == OK) {
		c->err = http_password_check(c->fresh, c->login, &c->d);
		diag_at(&c->d, S("new"));
	}
	if (c->err == OK)
		c->err = http_password_hash(c->fresh, c->web->options.fast_passwords, hash);
	if (c->err != OK)
		return;
	json_build_object_begin(&b, c->a);
	json_build_merge(&b, c->data);
	json_build_str(&b, "password_hash", arena_str(c->a, str_of(hash)));
	c->err = account_do(c->web, c->a, "person.put", json_build_end(&b), NULL, &c->d);
}

static enum http_outcome password_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct change *c = change_new(rq, w);
	struct json_builder b;
	const struct json *me = web_user(rq)->me;
	if (!c)
		return http_busy(rq, re);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "login", c->login);
	json_build_str(&b, "name", json_text(json_get(me, "name")));
	json_build_bool(&b, "staff", (web_user(rq)->roles & WEB_STAFF) != 0);
	c->data = json_build_end(&b);
	c->old = http_field(rq, "old");
	c->fresh = http_field(rq, "new");
	c->done = "account.password.changed";
	return web_work(rq, re, w, change_password, carried_out, c);
}

/* ---- the second factor ---- */

static enum http_outcome setup_page(struct http_request *rq, struct http_reply *re, struct web *w, const char *secret, struct str error)
{
	static const struct web_control code = { .id = "code", .label = "account.code", .hint = "account.factor.code.hint", .inputmode = "numeric",
		                                     .autocomplete = "one-time-code", .width = "10" };
	struct web_page p;
	struct str login = json_text(json_get(web_user(rq)->me, "login"));
	struct str uri = arena_printf(rq->arena, "otpauth://totp/Banjie:%.*s?secret=%s&issuer=Banjie", STR_ARG(login), secret);
	web_page_begin(&p, rq, w, "account.factor.setup", NULL, 0);
	web_page_control(&p, &code, S(""), error);
	json_build_str(&p.data, "secret", str_of(secret));
	json_build_str(&p.data, "uri", uri);
	json_build_str(&p.data, "qr", web_qr_svg(rq->arena, uri));
	return web_page_send(&p, re, "account/setup");
}

static enum http_outcome factor_setup(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	uint8_t secret[TOTP_SECRET];
	char *text = arena_alloc(rq->arena, TOTP_TEXT_MAX);
	if (!text)
		return http_busy(rq, re);
	os_random(w->options.entropy ? w->options.entropy : os_entropy_real(), secret, sizeof secret);
	totp_text(secret, text);
	return setup_page(rq, re, w, text, S(""));
}

static int64_t clock_ms(struct web *w)
{
	return w->options.virtual_clock ? casework_now_ms(w->casework) : os_now_ms(os_clock_real());
}

/* Ten characters of base32 in two groups: to be written down. */
static void make_recovery(struct change *c)
{
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		uint8_t bytes[TOTP_SECRET] = { 0 };
		char text[TOTP_TEXT_MAX];
		os_random(c->web->options.entropy ? c->web->options.entropy : os_entropy_real(), bytes, sizeof bytes);
		totp_text(bytes, text);
		c->recovery[i] = arena_printf(c->a, "%.5s-%.5s", text, text + 5);
	}
}

static void set_factor(void *kept)
{
	struct change *c = kept;
	struct json_builder b, list;
	char text[TOTP_TEXT_MAX];
	int64_t step = totp_accept(c->secret, c->code, clock_ms(c->web), 0);
	if (!step) {
		c->err = diag_set(&c->d, ERR_INVALID, "factor.wrong", "This code is not right.");
		return;
	}
	make_recovery(c);
	totp_text(c->secret, text);
	json_build_array_begin(&list, c->a);
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		json_build_str(&list, "", c->recovery[i]);
	json_build_object_begin(&b, c->a);
	json_build_i64(&b, "person", c->person);
	json_build_str(&b, "secret", arena_str(c->a, str_of(text)));
	json_build_i64(&b, "step", step);
	json_build_value(&b, "recovery", json_build_end(&list));
	c->err = account_do(c->web, c->a, "factor.set", json_build_end(&b), NULL, &c->d);
}

static enum http_outcome factor_is_set(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct change *c = arg;
	struct web_page p;
	struct json_builder list;
	char *text = arena_alloc(rq->arena, TOTP_TEXT_MAX);
	if (c->err != OK && text) {
		totp_text(c->secret, text);
		return setup_page(rq, re, c->web, text, web_refusal(rq, &c->d));
	}
	web_page_begin(&p, rq, c->web, "account.factor.on", NULL, 0);
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		json_build_str(&list, "", c->recovery[i]);
	json_build_value(&p.data, "codes", json_build_end(&list));
	return web_page_send(&p, re, "account/recovery");
}

static enum http_outcome factor_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct change *c = change_new(rq, w);
	if (!c)
		return http_busy(rq, re);
	if (!totp_secret(http_field(rq, "secret"), c->secret))
		return http_redirect(re, S("/account/factor"));
	c->code = web_ascii(rq, http_field(rq, "code"));
	return web_work(rq, re, w, set_factor, factor_is_set, c);
}

/* Off again: with the password, so that an open screen is not enough. */
static void unset_factor(void *kept)
{
	struct change *c = kept;
	c->err = check_old(c);
	if (c->err == OK)
		c->err = account_do(c->web, c->a, "factor.off", c->data, NULL, &c->d);
}

static enum http_outcome factor_off(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct change *c = change_new(rq, w);
	if (!c)
		return http_busy(rq, re);
	c->old = http_field(rq, "old");
	c->data = mine(rq);
	c->done = "account.factor.is_off";
	return web_work(rq, re, w, unset_factor, carried_out, c);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/account", WEB_LOGIN, account, "account" },
	{ HTTP_POST, "/account/sessions", WEB_LOGIN, sessions_end, "account.sessions" },
	{ HTTP_POST, "/account/password", WEB_LOGIN, password_do, "account.password" },
	{ HTTP_GET, "/account/factor", WEB_LOGIN, factor_setup, "account.factor" },
	{ HTTP_POST, "/account/factor", WEB_LOGIN, factor_do, "account.factor.do" },
	{ HTTP_POST, "/account/factor/off", WEB_LOGIN, factor_off, "account.factor.off" },
};

size_t web_routes_account(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
