/* access.c - who calls: from a session or a token to an actor and his roles; the default is no. */
#include "web/web_int.h"

static const struct { const char *name; unsigned bit; } roles[] = {
	{ "visitor", WEB_VISITOR }, { "citizen", WEB_CITIZEN }, { "clerk", WEB_CLERK }, { "reviewer", WEB_REVIEWER },
	{ "inspector", WEB_INSPECTOR }, { "expert", WEB_EXPERT }, { "head", WEB_HEAD }, { "supervisor", WEB_SUPERVISOR },
	{ "auditor", WEB_AUDITOR }, { "admin", WEB_ADMIN },
};

unsigned web_role_bits(struct str name)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (str_eqz(name, roles[i].name))
			return roles[i].bit;
	return 0;
}

static unsigned roles_of(const struct json *list)
{
	unsigned bits = WEB_CITIZEN; /* whoever has logged in may use the pages of citizens */
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		bits |= web_role_bits(json_text(&list->items[i]));
	return bits & ~(unsigned)WEB_VISITOR;
}

/* A phone says so itself (A.5: 2 web, 3 mobile). */
static struct str channel_of(const struct http_request *rq)
{
	struct str agent = http_header(rq, "User-Agent");
	return str_find(agent, S("Mobile")) >= 0 ? S("3") : S("2");
}

static enum err user_of_token(struct http_request *rq, struct web *w, struct str token, struct web_user *u)
{
	const struct json *names;
	TRY(casework_token_caller(w->casework, token, rq->arena, &u->actor.person, &names));
	if (u->actor.person)
		u->roles = roles_of(names);
	return OK;
}

/* A post of his may be among those that cannot be read. How many messages wait is no matter of posts. */
static bool roles_uncertain(const struct web_user *u)
{
	return json_bool(json_get(u->me, "incomplete"), false) && !json_bool(json_get(u->me, "unread_unknown"), false);
}

static enum err user_of_session(struct http_request *rq, struct web *w, struct web_user *u)
{
	u->actor.person = rq->session ? rq->session->person : 0;
	if (!u->actor.person)
		return OK;
	struct diag d;
	diag_init(&d);
	enum err e = casework_view(w->casework, "me.page", &u->actor, NULL, rq->arena, &u->me, &d);
	if (e == ERR_NOT_FOUND || e == ERR_DENIED) {
		u->actor.person = 0; /* the person is gone: the session is worth nothing any more */
		return OK;
	}
	TRY(e);
	u->roles = roles_of(json_get(u->me, "roles"));
	rq->incomplete = roles_uncertain(u);
	return OK;
}

static enum err find_user(struct http_request *rq, struct web *w, struct web_user *u)
{
	struct str token = http_bearer(rq);
	u->roles = WEB_VISITOR;
	u->actor.channel = channel_of(rq);
	rq->user = u;
	bool by_token = token.len && rq->route && (rq->route->flags & HTTP_ROUTE_TOKEN);
	return by_token ? user_of_token(rq, w, token, u) : user_of_session(rq, w, u);
}

enum err web_authorize(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct web_user *u = arena_new(rq->arena, struct web_user);
	if (!u)
		return ERR_NOMEM;
	enum err e = find_user(rq, w, u);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_DENIED : e;
	rq->known = u->actor.person != 0;
	if (!rq->route || (rq->route->access & u->roles))
		return OK;
	if (u->me && roles_uncertain(u))
		return ERR_CORRUPT;
	/* what was typed comes in before it is said that somebody has to sign in */
	rq->again = u->roles == WEB_VISITOR && !http_wants_json(rq) && http_own_form(rq);
	if (rq->again)
		return OK;
	if (u->roles == WEB_VISITOR && !http_wants_json(rq))
		(void)web_login_first(rq, re);
	return ERR_DENIED;
}

enum http_outcome web_login_first(struct http_request *rq, struct http_reply *re)
{
	struct str to = S("/login");
	if (rq->method == HTTP_GET)
		to = arena_printf(rq->arena, "/login?next=%.*s", STR_ARG(rq->target));
	return http_redirect(re, to);
}

/* ---- the secret of a case, for who has not logged in: "number secret" in the session's note ---- */

struct str web_case_secret(const struct http_request *rq, struct str case_no)
{
	if (!rq->session)
		return (struct str){ NULL, 0 };
	struct str note = str_of(rq->session->note);
	struct str number = str_cut(&note, ' ');
	return str_eq(number, case_no) ? note : (struct str){ NULL, 0 };
}

enum err web_case_secret_keep(struct http_request *rq, struct http_reply *re, struct str case_no, struct str secret)
{
	struct str note = arena_printf(rq->arena, "%.*s %.*s", STR_ARG(case_no), STR_ARG(secret));
	if (!note.ptr)
		return ERR_NOMEM;
	if (note.len >= sizeof rq->session->note)
		return ERR_LIMIT;
	return http_session_start(rq, re, web_user(rq)->actor.person, note);
}
