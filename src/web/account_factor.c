/* account_factor.c - the second step of logging in: a one-time code, or one of the recovery codes kept on paper. */
#include "http/totp.h"
#include "web/account_int.h"

enum { PENDING_MS = 5 * 60000 };

struct str account_first_page(struct http_request *rq, struct web *w, int64_t person)
{
	struct casework_actor actor = { .person = person };
	const struct json *me;
	struct diag d;
	diag_init(&d);
	if (casework_view(w->casework, "me", &actor, web_params(rq, "for", S("login")), rq->arena, &me, &d) != OK)
		return S("/");
	unsigned bits = 0;
	const struct json *roles = json_get(me, "roles");
	for (size_t i = 0; roles && roles->kind == JSON_ARRAY && i < roles->count; i++)
		bits |= web_role_bits(json_text(&roles->items[i]));
	return bits & WEB_HANDLERS ? S("/staff") : bits & WEB_OVERSIGHT ? S("/board") : bits & WEB_ADMIN ? S("/office") : S("/");
}

static const struct json *person_params(struct arena *a, int64_t person)
{
	struct json_builder b;
	json_build_object_begin(&b, a);
	json_build_i64(&b, "person", person);
	return json_build_end(&b);
}

/* On to another system: browsers hold a form's answer to our own addresses (form-action), also behind a redirect, so this is a
 * page that goes on by itself. */
static enum http_outcome onward(struct http_request *rq, struct http_reply *re, struct web *w, struct str next)
{
	struct web_page p;
	web_page_begin(&p, rq, w, "account.onward", NULL, 0);
	json_build_str(&p.data, "next", next);
	http_header_set(re, "Refresh", arena_printf(rq->arena, "0; url=%.*s", STR_ARG(next)));
	return web_page_send(&p, re, "account/onward");
}

static enum http_outcome enter(struct http_request *rq, struct http_reply *re, struct web *w, int64_t person, struct str next)
{
	if (http_session_start(rq, re, person, S("")) != OK)
		return web_problem(rq, re, 500, NULL);
	if (str_starts(next, S("/oidc/")))
		return onward(rq, re, w, next);
	return http_redirect(re, next.len ? next : account_first_page(rq, w, person));
}

static enum http_outcome ask(struct http_request *rq, struct http_reply *re, struct web *w, struct str pending, struct str error)
{
	static const struct web_control code = { .id = "code", .label = "account.code", .hint = "account.code.hint", .inputmode = "numeric",
		                                     .autocomplete = "one-time-code", .width = "10" };
	struct web_page p;
	web_page_begin(&p, rq, w, "account.code.title", NULL, 0);
	web_page_control(&p, &code, S(""), error);
	json_build_str(&p.data, "pending", pending);
	return web_page_send(&p, re, "account/code");
}

struct pending { struct web *web; int64_t person; struct str next, id; enum err err; };

static void keep_pending(void *kept)
{
	struct pending *p = kept;
	struct arena a;
	struct json_builder b;
	arena_init(&a, 1 << 20);
	json_build_object_begin(&b, &a);
	json_build_i64(&b, "person", p->person);
	json_build_str(&b, "next", p->next);
	p->err = account_ticket_put(p->web, &a, "login", p->id, json_build_end(&b), PENDING_MS);
	arena_release(&a);
}

static enum http_outcome ask_now(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct pending *p = arg;
	return p->err == OK ? ask(rq, re, p->web, p->id, S("")) : web_problem(rq, re, 503, NULL);
}

enum http_outcome account_enter(struct http_request *rq, struct http_reply *re, struct web *w, int64_t person, struct str next)
{
	const struct json *factor;
	struct diag d;
	diag_init(&d);
	struct pending *p = arena_new(rq->arena, struct pending);
	if (!p || account_view(w, rq->arena, "factor", person_params(rq->arena, person), &factor, &d) != OK)
		return web_problem(rq, re, 500, NULL);
	if (!json_bool(json_get(factor, "on"), false))
		return enter(rq, re, w, person, next);
	*p = (struct pending){ .web = w, .person = person, .next = next, .id = account_random(w, rq->arena) };
	return web_work(rq, re, w, keep_pending, ask_now, p);
}

/* ---- the code ---- */

struct attempt { struct web *web; struct str pending, code, next; int64_t person; struct diag d; bool over; enum err err; };

static enum err use_code(struct attempt *t, struct arena *a)
{
	uint8_t secret[TOTP_SECRET];
	const struct json *factor;
	struct json_builder b;
	TRY(account_view(t->web, a, "factor", person_params(a, t->person), &factor, &t->d));
	if (!totp_secret(json_text(json_get(factor, "secret")), secret))
		return ERR_CORRUPT;
	int64_t now_ms = t->web->options.virtual_clock ? casework_now_ms(t->web->casework) : os_now_ms(os_clock_real());
	int64_t step = totp_accept(secret, t->code, now_ms, json_i64(json_get(factor, "last_step"), 0));
	json_build_object_begin(&b, a);
	json_build_i64(&b, "person", t->person);
	if (step) {
		json_build_i64(&b, "step", step);
		return account_do(t->web, a, "factor.used", json_build_end(&b), NULL, &t->d);
	}
	json_build_str(&b, "code", t->code);
	return account_do(t->web, a, "recovery.use", json_build_end(&b), NULL, &t->d);
}

/* A wrong code leaves the ticket's place to a new one, so that it can be tried again within the same bounds. */
static void check_code(void *kept)
{
	struct attempt *t = kept;
	struct arena a;
	const struct json *data;
	arena_init(&a, 1 << 20);
	t->err = account_ticket_take(t->web, &a, "login", t->pending, &data, &t->d);
	t->over = t->err != OK;
	if (!t->over) {
		t->person = json_i64(json_get(data, "person"), 0);
		t->err = use_code(t, &a);
		if (t->err != OK && err_is_refusal(t->err) && account_ticket_put(t->web, &a, "login", t->pending, data, PENDING_MS) != OK)
			t->over = true;
	}
	arena_release(&a);
}

static enum http_outcome checked(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct attempt *t = arg;
	if (t->over) {
		http_flash(rq, re, "error", S("account.code.over"));
		return http_redirect(re, S("/login"));
	}
	if (t->err != OK)
		return ask(rq, re, t->web, t->pending, web_refusal(rq, &t->d));
	return enter(rq, re, t->web, t->person, t->next);
}

static enum http_outcome code_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct attempt *t = arena_new(rq->arena, struct attempt);
	int64_t wait_ms;
	if (!t)
		return http_busy(rq, re);
	*t = (struct attempt){ .web = w, .pending = http_field(rq, "pending"), .code = web_ascii(rq, http_field(rq, "code")) };
	diag_init(&t->d);
	if (!web_attempt_address(rq, w, &wait_ms) || !web_attempt_name(rq, w, t->pending, &wait_ms))
		return web_problem(rq, re, 429, NULL);
	return web_work(rq, re, w, check_code, checked, t);
}

static const struct http_route routes[] = {
	{ HTTP_POST, "/login/code", WEB_ANY, code_do, "login.code" },
};

size_t web_routes_factor(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
