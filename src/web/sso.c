/* sso.c - logging in through an outside identity provider: OpenID Connect Core 1.0 as a relying party, discovery, code
 * flow with PKCE (S256), and the office's pages about both sides.
 *
 * setting login.sso: {issuer, client_id, name, claim?, link?}. `claim` (preferred_username) is compared with our user names
 * when `link` is true and the person is not known by that provider yet. The client's secret lies with the office's secrets.
 */
#include "http/fetch.h"
#include "http/jwt.h"
#include "web/account_int.h"

enum { STATE_MS = 10 * 60000, SKEW_S = 120, COOKIE_S = 600 };
static const char cookie_name[] = "sso";

struct provider { struct str issuer, client, name, claim; bool link; };

static bool provider_of(struct web *w, struct arena *a, struct provider *out)
{
	const struct json *v = account_setting(w, a, "login.sso");
	*out = (struct provider){ .issuer = json_text(json_get(v, "issuer")), .client = json_text(json_get(v, "client_id")), .name = json_text(json_get(v, "name")),
		                      .claim = json_text(json_get(v, "claim")), .link = json_bool(json_get(v, "link"), false) };
	if (!out->claim.len)
		out->claim = S("preferred_username");
	return out->issuer.len && out->client.len;
}

struct str web_sso_name(struct web *w, struct arena *a)
{
	struct provider p;
	return provider_of(w, a, &p) ? p.name.len ? p.name : p.issuer : S("");
}

struct visit {
	struct web *web;
	struct arena *a;
	struct provider p;
	struct str base, next, state, nonce, verifier, code, url;
	int64_t person;
	struct diag d;
	enum err err;
};

static struct visit *visit_new(struct http_request *rq, struct web *w)
{
	struct visit *v = arena_new(rq->arena, struct visit);
	if (!v)
		return NULL;
	*v = (struct visit){ .web = w, .a = rq->arena, .base = account_base(rq, w) };
	diag_init(&v->d);
	return v;
}

static struct str callback_of(const struct visit *v)
{
	return arena_printf(v->a, "%.*s/login/sso/callback", STR_ARG(v->base));
}

/* ---- asking the provider ---- */

static enum err get_json(struct visit *v, const struct http_fetch *f, const struct json **out)
{
	int status;
	struct str body;
	TRY(http_fetch(f, v->a, &status, &body, &v->d));
	if (status < 200 || status > 299)
		return diag_set(&v->d, ERR_IO, "sso.answer", "%s answered %d.", f->url, status);
	return json_read(v->a, body, out, &v->d);
}

/* The issuer must say the same of itself (Discovery 1.0, 4.3). */
static enum err discover(struct visit *v, const struct json **out)
{
	struct str issuer = v->p.issuer;
	bool slash = str_ends(issuer, S("/"));
	struct http_fetch f = { .url = arena_printf(v->a, "%.*s%s.well-known/openid-configuration", STR_ARG(issuer), slash ? "" : "/").ptr };
	if (!f.url)
		return ERR_NOMEM;
	TRY(get_json(v, &f, out));
	return str_eq(json_text(json_get(*out, "issuer")), issuer) ? OK : diag_set(&v->d, ERR_INVALID, "sso.issuer", "The identity provider names another issuer than the setting.");
}

/* ---- leaving for it ---- */

static struct str authorize_url(const struct visit *v, const struct json *about)
{
	struct str at = json_text(json_get(about, "authorization_endpoint"));
	return arena_printf(v->a, "%.*s%cresponse_type=code&scope=openid%%20profile&client_id=%.*s&redirect_uri=%.*s&state=%.*s&nonce=%.*s&code_challenge=%.*s"
	                          "&code_challenge_method=S256", STR_ARG(at), str_find_byte(at, '?') < 0 ? '?' : '&', STR_ARG(http_url_encode(v->a, v->p.client)),
	                    STR_ARG(http_url_encode(v->a, callback_of(v))), STR_ARG(v->state), STR_ARG(v->nonce), STR_ARG(jwt_challenge(v->a, v->verifier)));
}

static void prepare(void *kept)
{
	struct visit *v = kept;
	const struct json *about;
	v->state = account_random(v->web, v->a);
	v->nonce = account_random(v->web, v->a);
	v->verifier = account_random(v->web, v->a);
	v->err = discover(v, &about);
	if (v->err == OK)
		v->err = account_ticket_put(v->web, v->a, "sso", v->state,
		                            account_texts(v->a, "nonce", v->nonce, "verifier", v->verifier, "next", v->next, NULL), STATE_MS);
	if (v->err == OK)
		v->url = authorize_url(v, about);
}

static enum http_outcome failed(struct http_request *rq, struct http_reply *re, const struct visit *v)
{
	return web_problem(rq, re, err_is_refusal(v->err) ? 422 : 503, &v->d);
}

/* The state is bound to this browser by a cookie: nobody can be logged in to a stranger's account by a link. */
static enum http_outcome prepared(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct visit *v = arg;
	if (v->err != OK || !v->url.ptr)
		return failed(rq, re, v);
	http_cookie_set(re, cookie_name, v->state, COOKIE_S, true);
	return account_leave(re, v->url);
}

static enum http_outcome start(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct visit *v = visit_new(rq, web_of(arg));
	struct str next = http_query(rq, "next");
	if (!v || !provider_of(v->web, rq->arena, &v->p))
		return web_not_found(rq, re);
	v->next = next.len && next.ptr[0] == '/' && !(next.len > 1 && (next.ptr[1] == '/' || next.ptr[1] == '\\')) ? next : S("");
	return web_work(rq, re, v->web, prepare, prepared, v);
}

/* ---- coming back ---- */

static enum err redeem(struct visit *v, const struct json *about, struct str *id_token)
{
	const struct json *secret, *answer;
	TRY(account_view(v->web, v->a, "office.secret", account_texts(v->a, "name", S("sso.secret"), NULL), &secret, &v->d));
	struct http_fetch f = { .url = arena_z(v->a, json_text(json_get(about, "token_endpoint"))), .user = http_url_encode(v->a, v->p.client),
		                    .password = http_url_encode(v->a, json_text(json_get(secret, "value"))) };
	f.body = arena_printf(v->a, "grant_type=authorization_code&code=%.*s&redirect_uri=%.*s&code_verifier=%.*s", STR_ARG(http_url_encode(v->a, v->code)),
	                      STR_ARG(http_url_encode(v->a, callback_of(v))), STR_ARG(v->verifier));
	if (!f.url || !f.body.ptr)
		return ERR_NOMEM;
	TRY(get_json(v, &f, &answer));
	*id_token = json_text(json_get(answer, "id_token"));
	return OK;
}

static bool audience_is(const struct json *aud, struct str client)
{
	if (aud && aud->kind == JSON_ARRAY)
		return aud->count == 1 && str_eq(json_text(&aud->items[0]), client);
	return str_eq(json_text(aud), client);
}

/* Core 1.0, 3.1.3.7. The provider's clock is the real one, also in a demonstration. */
static enum err check_claims(struct visit *v, const struct json *claims)
{
	int64_t now_s = os_now_ms(os_clock_real()) / 1000;
	bool good = str_eq(json_text(json_get(claims, "iss")), v->p.issuer) && audience_is(json_get(claims, "aud"), v->p.client) &&
	            json_i64(json_get(claims, "exp"), 0) > now_s - SKEW_S && json_i64(json_get(claims, "iat"), INT64_MAX) < now_s + SKEW_S &&
	            str_eq(json_text(json_get(claims, "nonce")), v->nonce) && json_text(json_get(claims, "sub")).len;
	return good ? OK : diag_set(&v->d, ERR_DENIED, "sso.claims", "The identity provider's answer is not for this visit. Begin again.");
}

static enum err person_of(struct visit *v, const struct json *claims)
{
	const struct json *known, *person;
	struct json_builder b;
	struct str subject = json_text(json_get(claims, "sub"));
	TRY(account_view(v->web, v->a, "identity", account_texts(v->a, "issuer", v->p.issuer, "subject", subject, NULL), &known, &v->d));
	v->person = json_i64(json_get(known, "person"), 0);
	if (v->person)
		return OK;
	struct str login = json_text(json_get_str(claims, v->p.claim));
	if (!v->p.link || !login.len || casework_person_by_login(v->web->casework, login, v->a, &person) != OK || !json_bool(json_get(person, "enabled"), json_i64(json_get(person, "enabled"), 0)))
		return diag_set(&v->d, ERR_DENIED, "sso.unknown", "Nobody here is known by this identity. Ask an administrator.");
	v->person = json_i64(json_get(person, "id"), 0);
	json_build_object_begin(&b, v->a);
	json_build_merge(&b, account_texts(v->a, "issuer", v->p.issuer, "subject", subject, NULL));
	json_build_i64(&b, "person", v->person);
	return account_do(v->web, v->a, "identity.link", json_build_end(&b), NULL, &v->d);
}

static enum err identify(struct visit *v)
{
	const struct json *kept, *about, *keys, *claims;
	struct str id_token;
	TRY(account_ticket_take(v->web, v->a, "sso", v->state, &kept, &v->d));
	v->nonce = json_text(json_get(kept, "nonce"));
	v->verifier = json_text(json_get(kept, "verifier"));
	v->next = json_text(json_get(kept, "next"));
	TRY(discover(v, &about));
	TRY(redeem(v, about, &id_token));
	struct http_fetch f = { .url = arena_z(v->a, json_text(json_get(about, "jwks_uri"))) };
	TRY(f.url ? get_json(v, &f, &keys) : ERR_NOMEM);
	TRY(jwt_verify(v->a, id_token, keys, &claims, &v->d));
	TRY(check_claims(v, claims));
	return person_of(v, claims);
}

static void come_back(void *kept)
{
	struct visit *v = kept;
	v->err = identify(v);
}

/* The provider has asked for whatever factors it wants; none of ours is asked beside. */
static enum http_outcome came_back(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct visit *v = arg;
	http_cookie_set(re, cookie_name, S(""), 0, true);
	if (v->err != OK)
		return failed(rq, re, v);
	if (http_session_start(rq, re, v->person, S("")) != OK)
		return web_problem(rq, re, 500, NULL);
	return http_redirect(re, v->next.len ? v->next : account_first_page(rq, v->web, v->person));
}

static enum http_outcome callback(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct visit *v = visit_new(rq, web_of(arg));
	struct str state = http_query(rq, "state");
	if (!v || !provider_of(v->web, rq->arena, &v->p))
		return web_not_found(rq, re);
	v->state = state;
	v->code = http_query(rq, "code");
	if (!state.len || !str_eq(state, http_cookie(rq, cookie_name)) || !v->code.len) {
		v->err = diag_set(&v->d, ERR_DENIED, "sso.refused", "The identity provider did not confirm who you are. Begin again.");
		return failed(rq, re, v);
	}
	return web_work(rq, re, v->web, come_back, came_back, v);
}

/* ---- the office's page about both sides ---- */

static const struct { const char *field, *words, *control; } provider_fields[] = {
	{ "issuer", "sso.issuer", "issuer" }, { "client_id", "sso.client_id", "p-client" }, { "name", "sso.name", "p-name" }, { "claim", "sso.claim", "claim" },
};

static const struct json *typed_provider(struct http_request *rq)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	for (size_t i = 0; i < sizeof provider_fields / sizeof *provider_fields; i++)
		json_build_str(&b, provider_fields[i].field, web_text(rq, provider_fields[i].field));
	json_build_bool(&b, "link", http_field(rq, "link").len > 0);
	return json_build_end(&b);
}

static struct str text_in(const struct json *o, const char *name)
{
	struct str s = json_text(json_get(o, name));
	return s.ptr ? s : S("");
}

static struct str link_words(struct web_page *p, const struct json *o)
{
	return http_tr(p->rq, json_bool(json_get(o, "link"), false) ? "office.yes" : "office.no");
}

/* The provider as typed, with what now stands in the fields that were not touched. */
static const struct json *met(struct web_page *p, const struct json *typed, const struct json *now, const struct diag *refused)
{
	struct json_builder b;
	json_build_object_begin(&b, p->rq->arena);
	for (size_t i = 0; i < sizeof provider_fields / sizeof *provider_fields; i++) {
		const char *name = provider_fields[i].field;
		struct web_field f = { .name = name, .label = http_tr(p->rq, provider_fields[i].words), .typed = text_in(typed, name), .now = text_in(now, name),
			               .control = provider_fields[i].control };
		json_build_str(&b, name, web_page_field(p, refused, &f) ? f.now : f.typed);
	}
	struct web_field link = { .name = "link", .label = http_tr(p->rq, "sso.link"), .typed = link_words(p, typed), .now = link_words(p, now), .control = "link" };
	json_build_bool(&b, "link", json_bool(json_get(web_page_field(p, refused, &link) ? now : typed, "link"), false));
	return json_build_end(&b);
}

/* `typed`: the provider as it was sent; NULL = as it stands. */
static enum http_outcome show_office(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *typed, const struct diag *refused)
{
	const struct json *v;
	struct json_builder params;
	struct web_page p;
	json_build_object_begin(&params, rq->arena);
	json_build_str(&params, "for", S("office"));
	json_build_str(&params, "name", S("login.sso"));
	web_edits(&params, "setting.put", refused);
	if (!web_view(rq, re, w, "login.clients", json_build_end(&params), &v))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "sso.office", NULL, 0);
	const struct json *shown = met(&p, typed, json_get(v, "sso"), refused);
	web_page_edits(&p, v, refused);
	json_build_value(&p.data, "sso", typed ? shown : NULL); /* before the view's: the first of a name is found */
	json_build_merge(&p.data, v);
	json_build_str(&p.data, "callback", arena_printf(rq->arena, "%.*s/login/sso/callback", STR_ARG(account_base(rq, w))));
	json_build_str(&p.data, "issuer_own", account_base(rq, w));
	if (refused)
		web_page_error(&p, str_of(refused->place), web_refusal(rq, refused));
	return web_page_send(&p, re, "account/office");
}

static enum http_outcome office(struct http_request *rq, struct http_reply *re, void *arg)
{
	return show_office(rq, re, web_of(arg), NULL, NULL);
}

static enum http_outcome office_done(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	if (r->err != OK)
		return show_office(rq, re, w, NULL, &r->diag);
	http_flash(rq, re, "success", kept ? arena_printf(rq->arena, "sso.client.made|%s", (const char *)kept) : S("office.saved"));
	return http_redirect(re, S("/office/login"));
}

static enum http_outcome client_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct json_builder b;
	if (http_field(rq, "drop").len)
		return web_command(rq, re, w, "client.drop", account_texts(rq->arena, "client_id", http_field(rq, "drop"), NULL), office_done, NULL);
	struct str secret = account_random(w, rq->arena);
	json_build_object_begin(&b, rq->arena);
	json_build_merge(&b, account_texts(rq->arena, "client_id", str_trim(http_field(rq, "client_id")), "name", str_trim(http_field(rq, "name")), "redirect_uris",
	                                   str_trim(http_field(rq, "redirect_uris")), "secret", secret, NULL));
	return web_command(rq, re, w, "client.put", json_build_end(&b), office_done, (void *)(uintptr_t)arena_z(rq->arena, secret));
}

struct setting { struct web *web; struct arena *a; struct str secret; const struct json *value; struct diag d; enum err err; };

/* The secret is the system's: nobody reads it, and it stands beside the record. */
static void keep_secret(void *kept)
{
	struct setting *s = kept;
	s->err = account_do(s->web, s->a, "secret.put", account_texts(s->a, "name", S("sso.secret"), "value", s->secret, NULL), NULL, &s->d);
}

static enum http_outcome secret_kept(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct setting *s = arg;
	struct web_result r = { .err = s->err, .diag = s->d };
	return office_done(rq, re, s->web, &r, NULL);
}

static enum http_outcome provider_kept(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct setting *s = kept;
	if (r->err != OK)
		return show_office(rq, re, w, s->value, &r->diag);
	return s->secret.len ? web_work(rq, re, w, keep_secret, secret_kept, s) : office_done(rq, re, w, r, NULL);
}

static enum http_outcome provider_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct setting *s = arena_new(rq->arena, struct setting);
	struct json_builder b;
	if (!s)
		return http_busy(rq, re);
	*s = (struct setting){ .web = w, .a = rq->arena, .secret = str_trim(http_field(rq, "secret")), .value = typed_provider(rq) };
	diag_init(&s->d);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "name", S("login.sso"));
	json_build_value(&b, "value", s->value);
	return web_command(rq, re, w, "setting.put", json_build_end(&b), provider_kept, s);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/login/sso", WEB_ANY, start, "sso.start" },
	{ HTTP_GET, "/login/sso/callback", WEB_ANY, callback, "sso.callback" },
	{ HTTP_GET, "/office/login", WEB_ADMIN, office, "sso.office" },
	{ HTTP_POST, "/office/login/provider", WEB_ADMIN, provider_do, "sso.provider.do" },
	{ HTTP_POST, "/office/login/clients", WEB_ADMIN, client_do, "sso.client.do" },
};

size_t web_routes_sso(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
