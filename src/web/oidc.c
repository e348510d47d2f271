/* oidc.c - this program as the identity provider of the office's other systems: OpenID Connect Core 1.0, code flow with
 * PKCE (RFC 7636, S256 alone), discovery, user info, logout (RP-Initiated Logout 1.0).
 *
 * A code is a ticket good once for a minute; an access token is signed and good for ten minutes at the user-info address
 * alone. Which systems may ask stands in the office's list; their secret is kept as a digest.
 */
#include "http/fetch.h"
#include "http/jwt.h"
#include "web/account_int.h"

enum { CODE_MS = 60000, TOKEN_S = 600, PKCE_MIN = 43, PKCE_MAX = 128, BODY_MAX = 16 << 10 };

/* ---- the signing key: made at the first use, kept with the office's secrets ---- */

static enum err key_of(struct web *w, struct arena *a, struct str *pem)
{
	const struct json *v;
	struct diag d;
	diag_init(&d);
	TRY(account_view(w, a, "office.secret", account_texts(a, "name", S("oidc.key"), NULL), &v, &d));
	*pem = json_text(json_get(v, "value"));
	if (pem->len)
		return OK;
	TRY(jwt_key_new(a, pem));
	return account_do(w, a, "secret.put", account_texts(a, "name", S("oidc.key"), "value", *pem, NULL), NULL, &d);
}

/* ---- discovery ---- */

static void put_list(struct json_builder *b, struct arena *a, const char *name, const char *words)
{
	struct json_builder list;
	json_build_array_begin(&list, a);
	for (struct str rest = str_of(words), word = str_cut(&rest, ' '); word.len; word = str_cut(&rest, ' '))
		json_build_str(&list, "", word);
	json_build_value(b, name, json_build_end(&list));
}

static enum http_outcome discovery(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct arena *a = rq->arena;
	struct str base = account_base(rq, web_of(arg));
	struct json_builder b;
	json_build_object_begin(&b, a);
	json_build_str(&b, "issuer", base);
	static const struct { const char *name, *path; } places[] = {
		{ "authorization_endpoint", "/oidc/authorize" }, { "token_endpoint", "/oidc/token" }, { "userinfo_endpoint", "/oidc/userinfo" },
		{ "jwks_uri", "/oidc/keys" }, { "end_session_endpoint", "/oidc/logout" },
	};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		json_build_str(&b, places[i].name, arena_printf(a, "%.*s%s", STR_ARG(base), places[i].path));
	put_list(&b, a, "response_types_supported", "code");
	put_list(&b, a, "response_modes_supported", "query");
	put_list(&b, a, "grant_types_supported", "authorization_code");
	put_list(&b, a, "subject_types_supported", "public");
	put_list(&b, a, "id_token_signing_alg_values_supported", "RS256");
	put_list(&b, a, "token_endpoint_auth_methods_supported", "client_secret_basic client_secret_post");
	put_list(&b, a, "code_challenge_methods_supported", "S256");
	put_list(&b, a, "scopes_supported", "openid profile");
	put_list(&b, a, "claims_supported", "sub name preferred_username roles organ auth_time nonce");
	json_build_bool(&b, "authorization_response_iss_parameter_supported", true);
	return http_send_json(re, 200, json_build_end(&b));
}

/* ---- asking for a code ---- */

struct asked {
	struct web *web;
	struct str client, redirect, state, code, base;
	const struct json *data;
	enum err err;
};

static bool word_in(struct str words, struct str word)
{
	while (words.len)
		if (str_eq(str_cut(&words, ' '), word))
			return true;
	return false;
}

static const struct json *client_of(struct http_request *rq, struct web *w, struct str id, struct str secret)
{
	const struct json *v;
	struct diag d;
	diag_init(&d);
	return id.len && account_view(w, rq->arena, "login.client", account_texts(rq->arena, "client_id", id, "secret", secret, NULL), &v, &d) == OK ? v : NULL;
}

static enum http_outcome back(struct http_request *rq, struct http_reply *re, const struct asked *q, const char *name, struct str value)
{
	struct arena *a = rq->arena;
	struct str url = arena_printf(a, "%.*s%c%s=%.*s&iss=%.*s", STR_ARG(q->redirect), str_find_byte(q->redirect, '?') < 0 ? '?' : '&', name,
	                              STR_ARG(http_url_encode(a, value)), STR_ARG(http_url_encode(a, q->base)));
	if (q->state.len)
		url = arena_printf(a, "%.*s&state=%.*s", STR_ARG(url), STR_ARG(http_url_encode(a, q->state)));
	return url.ptr ? account_leave(re, url) : http_busy(rq, re);
}

/* What is wrong with the request, in the words of RFC 6749, 4.1.2.1; NULL = nothing. */
static const char *wrong_with(struct http_request *rq)
{
	struct str challenge = http_query(rq, "code_challenge");
	if (!str_eqz(http_query(rq, "response_type"), "code"))
		return "unsupported_response_type";
	if (!word_in(http_query(rq, "scope"), S("openid")))
		return "invalid_scope";
	if (!str_eqz(http_query(rq, "code_challenge_method"), "S256") || challenge.len != PKCE_MIN)
		return "invalid_request";
	return NULL;
}

static void keep_code(void *kept)
{
	struct asked *q = kept;
	struct arena a;
	arena_init(&a, 1 << 20);
	q->err = account_ticket_put(q->web, &a, "code", q->code, q->data, CODE_MS);
	arena_release(&a);
}

static enum http_outcome code_kept(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct asked *q = arg;
	return q->err == OK ? back(rq, re, q, "code", q->code) : back(rq, re, q, "error", S("temporarily_unavailable"));
}

static enum http_outcome give_code(struct http_request *rq, struct http_reply *re, struct asked *q)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "client", q->client);
	json_build_str(&b, "redirect", q->redirect);
	json_build_str(&b, "challenge", http_query(rq, "code_challenge"));
	json_build_str(&b, "nonce", http_query(rq, "nonce"));
	json_build_i64(&b, "person", web_user(rq)->actor.person);
	json_build_i64(&b, "auth_time", rq->session ? rq->session->created_ms / 1000 : 0);
	q->data = json_build_end(&b);
	q->code = account_random(q->web, rq->arena);
	return web_work(rq, re, q->web, keep_code, code_kept, q);
}

static enum http_outcome authorize(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct asked *q = arena_new(rq->arena, struct asked);
	if (!q)
		return http_busy(rq, re);
	*q = (struct asked){ .web = web_of(arg), .client = http_query(rq, "client_id"), .redirect = http_query(rq, "redirect_uri"), .state = http_query(rq, "state") };
	q->base = account_base(rq, q->web);
	const struct json *client = client_of(rq, q->web, q->client, S(""));
	if (!client || !q->redirect.len || !word_in(json_text(json_get(client, "redirect_uris")), q->redirect)) {
		struct diag d;
		diag_init(&d);
		(void)diag_set(&d, ERR_INVALID, "oidc.client", "This system is not registered here, or asks to go back to an unknown address.");
		return web_problem(rq, re, 400, &d); /* never sent on to an address that nobody vouches for */
	}
	const char *wrong = wrong_with(rq);
	if (wrong)
		return back(rq, re, q, "error", str_of(wrong));
	if (web_user(rq)->actor.person)
		return give_code(rq, re, q);
	if (str_eqz(http_query(rq, "prompt"), "none"))
		return back(rq, re, q, "error", S("login_required"));
	return http_redirect(re, arena_printf(rq->arena, "/login?next=%.*s", STR_ARG(http_url_encode(rq->arena, rq->target))));
}

/* ---- a code for tokens ---- */

struct exchange {
	struct web *web;
	struct arena *a;
	struct str client, code, redirect, verifier, base;
	const struct json *answer;
	const char *error;
};

static const struct json *me_of(struct web *w, struct arena *a, int64_t person)
{
	struct casework_actor actor = { .person = person };
	const struct json *me;
	struct json_builder b;
	struct diag d;
	diag_init(&d);
	json_build_object_begin(&b, a);
	json_build_str(&b, "for", S("me"));
	return casework_view(w->casework, "me", &actor, json_build_end(&b), a, &me, &d) == OK ? me : NULL;
}

static void put_person(struct json_builder *b, const struct json *me)
{
	const struct json *posts = json_get(me, "posts");
	json_build_str(b, "name", json_text(json_get(me, "name")));
	json_build_str(b, "preferred_username", json_text(json_get(me, "login")));
	json_build_value(b, "roles", json_get(me, "roles"));
	if (posts && posts->kind == JSON_ARRAY && posts->count)
		json_build_str(b, "organ", json_text(json_path(&posts->items[0], "organ.code")));
}

static void put_frame(struct json_builder *b, struct web *w, struct str base, struct str audience, struct str subject)
{
	int64_t now_s = casework_now_ms(w->casework) / 1000;
	json_build_str(b, "iss", base);
	json_build_str(b, "aud", audience);
	json_build_str(b, "sub", subject);
	json_build_i64(b, "iat", now_s);
	json_build_i64(b, "exp", now_s + TOKEN_S);
}

static const char *make_tokens(struct exchange *x, const struct json *data)
{
	struct str pem, id_token, access_token;
	struct json_builder b, answer;
	int64_t person = json_i64(json_get(data, "person"), 0);
	struct str subject = arena_printf(x->a, "%lld", (long long)person), user_info = arena_printf(x->a, "%.*s/oidc/userinfo", STR_ARG(x->base));
	const struct json *me = me_of(x->web, x->a, person);
	if (!me || key_of(x->web, x->a, &pem) != OK)
		return "server_error";
	json_build_object_begin(&b, x->a);
	put_frame(&b, x->web, x->base, x->client, subject);
	json_build_i64(&b, "auth_time", json_i64(json_get(data, "auth_time"), 0));
	if (json_text(json_get(data, "nonce")).len)
		json_build_str(&b, "nonce", json_text(json_get(data, "nonce")));
	put_person(&b, me);
	if (jwt_sign(x->a, pem, json_build_end(&b), &id_token) != OK)
		return "server_error";
	json_build_object_begin(&b, x->a);
	put_frame(&b, x->web, x->base, user_info, subject);
	if (jwt_sign(x->a, pem, json_build_end(&b), &access_token) != OK)
		return "server_error";
	json_build_object_begin(&answer, x->a);
	json_build_str(&answer, "access_token", access_token);
	json_build_str(&answer, "token_type", S("Bearer"));
	json_build_i64(&answer, "expires_in", TOKEN_S);
	json_build_str(&answer, "id_token", id_token);
	json_build_str(&answer, "scope", S("openid profile"));
	x->answer = json_build_end(&answer);
	return x->answer ? NULL : "server_error";
}

static void exchange(void *kept)
{
	struct exchange *x = kept;
	const struct json *data;
	struct diag d;
	diag_init(&d);
	bool good = account_ticket_take(x->web, x->a, "code", x->code, &data, &d) == OK && str_eq(json_text(json_get(data, "client")), x->client) &&
	            str_eq(json_text(json_get(data, "redirect")), x->redirect) && x->verifier.len >= PKCE_MIN && x->verifier.len <= PKCE_MAX &&
	            str_eq(jwt_challenge(x->a, x->verifier), json_text(json_get(data, "challenge")));
	x->error = good ? make_tokens(x, data) : "invalid_grant";
}

static enum http_outcome refuse(struct http_request *rq, struct http_reply *re, int status, const char *error)
{
	http_header_set(re, "Cache-Control", S("no-store"));
	return http_send_json(re, status, account_texts(rq->arena, "error", str_of(error), NULL));
}

static enum http_outcome exchanged(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct exchange *x = arg;
	if (x->error)
		return refuse(rq, re, 400, x->error);
	http_header_set(re, "Cache-Control", S("no-store"));
	return http_send_json(re, 200, x->answer);
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Form-encoded inside Basic (RFC 6749, 2.3.1). */
static struct str decoded(struct arena *a, struct str s)
{
	struct buf b;
	struct str out = S("");
	buf_init_in(&b, a, s.len + 1);
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '%' && i + 2 < s.len && digit(s.ptr[i + 1]) >= 0 && digit(s.ptr[i + 2]) >= 0) {
			buf_byte(&b, (char)(digit(s.ptr[i + 1]) << 4 | digit(s.ptr[i + 2])));
			i += 2;
		} else {
			buf_byte(&b, s.ptr[i] == '+' ? ' ' : s.ptr[i]);
		}
	}
	return s.len && buf_finish(&b, &out) == OK ? out : S("");
}

/* The client's identifier and secret: Basic, or members of the form. */
static void read_client(struct http_request *rq, struct str *id, struct str *secret)
{
	struct str header = http_header(rq, "Authorization"), bytes;
	*id = http_field(rq, "client_id");
	*secret = http_field(rq, "client_secret");
	if (!str_starts(header, S("Basic ")))
		return;
	struct buf b; /* the classic alphabet as the one for addresses */
	buf_init_in(&b, rq->arena, header.len + 1);
	for (size_t i = 6; i < header.len && header.ptr[i] != '='; i++)
		buf_byte(&b, header.ptr[i] == '+' ? '-' : header.ptr[i] == '/' ? '_' : header.ptr[i]);
	struct str text = b.len ? buf_str(&b) : S("");
	if (!jwt_base64_read(rq->arena, text, &bytes))
		return;
	*id = decoded(rq->arena, str_cut(&bytes, ':'));
	*secret = decoded(rq->arena, bytes);
}

static enum http_outcome token(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct exchange *x = arena_new(rq->arena, struct exchange);
	struct str id, secret;
	int64_t wait_ms;
	if (!x)
		return http_busy(rq, re);
	read_client(rq, &id, &secret);
	*x = (struct exchange){ .web = web_of(arg), .a = rq->arena, .client = id, .code = http_field(rq, "code"), .redirect = http_field(rq, "redirect_uri"),
		                    .verifier = http_field(rq, "code_verifier"), .base = account_base(rq, web_of(arg)) };
	const struct json *client = client_of(rq, x->web, id, secret);
	if (!client || !json_bool(json_get(client, "fits"), false)) {
		if (!web_attempt_name(rq, x->web, id, &wait_ms))
			return refuse(rq, re, 429, "temporarily_unavailable");
		http_header_set(re, "WWW-Authenticate", S("Basic realm=\"oidc\""));
		return refuse(rq, re, 401, "invalid_client");
	}
	if (!str_eqz(http_field(rq, "grant_type"), "authorization_code"))
		return refuse(rq, re, 400, "unsupported_grant_type");
	return web_work(rq, re, x->web, exchange, exchanged, x);
}

/* ---- keys, user info, logout ---- */

struct reading { struct web *web; struct arena *a; struct str token, base; const struct json *answer; int status; };

static const struct json *key_set(struct arena *a, const struct json *jwk)
{
	struct json_builder b, list;
	json_build_array_begin(&list, a);
	json_build_value(&list, "", jwk);
	json_build_object_begin(&b, a);
	json_build_value(&b, "keys", json_build_end(&list));
	return json_build_end(&b);
}

static const struct json *own_keys(struct web *w, struct arena *a)
{
	struct str pem;
	const struct json *jwk;
	return key_of(w, a, &pem) == OK && jwt_key_public(a, pem, &jwk) == OK ? key_set(a, jwk) : NULL;
}

static enum http_outcome answered(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct reading *r = arg;
	if (r->answer)
		return http_send_json(re, 200, r->answer);
	if (r->status == 401)
		http_header_set(re, "WWW-Authenticate", S("Bearer error=\"invalid_token\""));
	return refuse(rq, re, r->status, r->status == 401 ? "invalid_token" : "server_error");
}

static void read_keys(void *kept)
{
	struct reading *r = kept;
	r->answer = own_keys(r->web, r->a);
	r->status = 500;
}

static void read_person(void *kept)
{
	struct reading *r = kept;
	const struct json *keys = own_keys(r->web, r->a), *claims;
	struct json_builder b;
	struct diag d;
	int64_t person;
	diag_init(&d);
	r->status = 401;
	struct str audience = arena_printf(r->a, "%.*s/oidc/userinfo", STR_ARG(r->base));
	if (!keys || jwt_verify(r->a, r->token, keys, &claims, &d) != OK || !str_eq(json_text(json_get(claims, "aud")), audience) ||
	    json_i64(json_get(claims, "exp"), 0) <= casework_now_ms(r->web->casework) / 1000 || !str_to_i64(json_text(json_get(claims, "sub")), &person))
		return;
	const struct json *me = me_of(r->web, r->a, person);
	if (!me)
		return;
	json_build_object_begin(&b, r->a);
	json_build_str(&b, "sub", json_text(json_get(claims, "sub")));
	put_person(&b, me);
	r->answer = json_build_end(&b);
}

static enum http_outcome read_later(struct http_request *rq, struct http_reply *re, void *arg, void (*work)(void *))
{
	struct reading *r = arena_new(rq->arena, struct reading);
	if (!r)
		return http_busy(rq, re);
	*r = (struct reading){ .web = web_of(arg), .a = rq->arena, .token = http_bearer(rq), .base = account_base(rq, web_of(arg)) };
	return web_work(rq, re, r->web, work, answered, r);
}

static enum http_outcome keys(struct http_request *rq, struct http_reply *re, void *arg) { return read_later(rq, re, arg, read_keys); }
static enum http_outcome userinfo(struct http_request *rq, struct http_reply *re, void *arg) { return read_later(rq, re, arg, read_person); }

static enum http_outcome logout(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct str to = http_query(rq, "post_logout_redirect_uri");
	const struct json *client = client_of(rq, web_of(arg), http_query(rq, "client_id"), S(""));
	bool known = client && word_in(json_text(json_get(client, "redirect_uris")), to);
	http_session_end(rq, re);
	return known ? account_leave(re, to) : http_redirect(re, S("/"));
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/.well-known/openid-configuration", WEB_ANY, discovery, "oidc.discovery", HTTP_ROUTE_API },
	{ HTTP_GET, "/oidc/authorize", WEB_ANY, authorize, "oidc.authorize" },
	{ HTTP_POST, "/oidc/token", WEB_ANY, token, "oidc.token", HTTP_ROUTE_API | HTTP_ROUTE_NO_CSRF, BODY_MAX },
	{ HTTP_GET, "/oidc/userinfo", WEB_ANY, userinfo, "oidc.userinfo", HTTP_ROUTE_API },
	{ HTTP_GET, "/oidc/keys", WEB_ANY, keys, "oidc.keys", HTTP_ROUTE_API },
	{ HTTP_GET, "/oidc/logout", WEB_ANY, logout, "oidc.logout" },
};

size_t web_routes_oidc(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
