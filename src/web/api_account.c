/* api_account.c - where passwords pass: opening an account, and a token for login and password.
 * A password never reaches casework: it is hashed or checked on a worker first. */
#include "http/password.h"
#include "web/api_int.h"

/* ---- a "password" in the body becomes "password_hash" ---- */

struct hashing {
	struct web *web;
	struct json_builder data;
	struct str password;
	char hash[HTTP_PASSWORD_HASH_MAX];
	enum err err;
};

static enum http_outcome submit_hashed(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct hashing *h = arg;
	struct diag d;
	diag_init(&d);
	if (h->err != OK)
		return api_refuse(rq, re, h->err, &d);
	json_build_str(&h->data, "password_hash", str_of(h->hash));
	return api_do(rq, re, h->web, json_build_end(&h->data), S(""));
}

static void hash(void *arg)
{
	struct hashing *h = arg;
	h->err = http_password_hash(h->password, web_options(h->web)->fast_passwords, h->hash);
}

/* All of the input but the password, which stays apart. */
static enum err split_password(struct http_request *rq, struct hashing *h, struct diag *d)
{
	const struct json *input = api_input(rq, h->web, d);
	if (!input)
		return d->err ? d->err : ERR_NOMEM;
	json_build_object_begin(&h->data, rq->arena);
	for (size_t i = 0; i < input->count; i++) {
		const char *key = arena_z(rq->arena, input->members[i].key);
		if (key && !str_eqz(input->members[i].key, "password") && !str_eqz(input->members[i].key, "password_hash"))
			json_build_value(&h->data, key, &input->members[i].value);
	}
	h->password = json_text(json_get(input, "password"));
	return h->password.len ? http_password_check(h->password, json_text(json_get(input, "login")), d) : OK;
}

enum http_outcome api_password(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct hashing *h = arena_new(rq->arena, struct hashing);
	struct diag d;
	diag_init(&d);
	if (!h)
		return http_busy(rq, re);
	h->web = web_of(arg);
	enum err e = split_password(rq, h, &d);
	if (e != OK)
		return api_refuse(rq, re, e, &d);
	if (!h->password.len)
		return api_do(rq, re, h->web, json_build_end(&h->data), S(""));
	return web_work(rq, re, h->web, hash, submit_hashed, h);
}

/* ---- a token: for whoever is logged in, or for login and password (RFC 7617) ---- */

struct signing_in {
	struct web *web;
	const struct json *data;
	struct str login, password, hash;
	int64_t person;
	bool right;
};

static enum http_outcome unauthorized(struct http_request *rq, struct http_reply *re)
{
	struct diag d;
	diag_init(&d);
	(void)diag_set(&d, ERR_DENIED, "login.wrong", "login or password is wrong");
	http_header_set(re, "WWW-Authenticate", S("Basic realm=\"banjie\", charset=\"UTF-8\""));
	return http_problem(rq, re, 401, &d);
}

/* Base64 (RFC 4648) of at most 512 bytes; ptr NULL when it is none. */
static struct str base64_decode(struct arena *a, struct str text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = arena_alloc(a, text.len);
	size_t n = 0;
	uint32_t bits = 0;
	int have = 0;
	if (!out || text.len > 512)
		return (struct str){ 0 };
	while (text.len && text.ptr[text.len - 1] == '=')
		text.len--;
	for (size_t i = 0; i < text.len; i++) {
		const char *at = memchr(digits, text.ptr[i], 64);
		if (!at)
			return (struct str){ 0 };
		bits = bits << 6 | (uint32_t)(at - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 0xff);
		}
	}
	return str_span(out, n);
}

static bool read_basic(struct http_request *rq, struct signing_in *s)
{
	struct str header = http_header(rq, "Authorization"), scheme = S("Basic ");
	if (!str_starts(header, scheme))
		return false;
	struct str pair = base64_decode(rq->arena, str_sub(header, scheme.len, header.len));
	s->login = str_cut(&pair, ':');
	s->password = pair;
	return s->login.len && s->password.len;
}

static void check_password(void *arg)
{
	struct signing_in *s = arg;
	s->right = s->hash.len ? http_password_matches(s->password, s->hash) : http_password_matches_nobody(s->password);
}

static enum http_outcome issue(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct signing_in *s = arg;
	if (!s->right)
		return unauthorized(rq, re);
	web_attempts_forget(s->web, s->login);
	struct web_user *user = rq->user;
	user->actor.person = s->person; /* for this one command: proved a moment ago */
	return api_do(rq, re, s->web, s->data, S(""));
}

static bool too_many(struct http_request *rq, struct signing_in *s)
{
	int64_t wait_ms;
	bool name = web_attempt_name(rq, s->web, s->login, &wait_ms);
	return !web_attempt_address(rq, s->web, &wait_ms) || !name;
}

static enum http_outcome sign_in(struct http_request *rq, struct http_reply *re, struct signing_in *s)
{
	struct diag d;
	diag_init(&d);
	const struct json *person;
	if (too_many(rq, s)) {
		(void)diag_set(&d, ERR_BUSY, "login.throttled", "too many attempts; wait a while");
		return http_problem(rq, re, 429, &d);
	}
	if (casework_person_by_login(s->web->casework, s->login, rq->arena, &person) == OK && json_bool(json_get(person, "enabled"), true)) {
		s->person = json_i64(json_get(person, "id"), 0);
		s->hash = json_text(json_get(person, "password_hash"));
	}
	return web_work(rq, re, s->web, check_password, issue, s);
}

enum http_outcome api_token_create(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct signing_in *s = arena_new(rq->arena, struct signing_in);
	struct diag d;
	diag_init(&d);
	if (!s)
		return http_busy(rq, re);
	s->web = web_of(arg);
	bool basic = read_basic(rq, s);
	if (!web_user(rq)->actor.person && !basic)
		return unauthorized(rq, re);
	s->data = api_input(rq, s->web, &d);
	if (!s->data)
		return api_refuse(rq, re, ERR_NOMEM, &d);
	return basic ? sign_in(rq, re, s) : api_do(rq, re, s->web, s->data, S(""));
}
