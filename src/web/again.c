/* again.c - a form whose session ended while somebody filled it in: what was typed stays, to be sent again after signing in.
 *
 * Nothing is carried out here. The page asks for the login in a window of its own; sent again with a session, the form gets that session's
 * token and is sent once more, by the person. Passwords and secrets are not carried on: they are typed anew. */
#include "web/web_int.h"

static bool carried_on(struct str name)
{
	static const char *const kept_back[] = { "password", "secret", "csrf" };
	for (size_t i = 0; i < sizeof kept_back / sizeof *kept_back; i++)
		if (str_find(name, str_of(kept_back[i])) >= 0)
			return false;
	return true;
}

static const struct json *typed(struct http_request *rq, bool *complete)
{
	const struct http_pair *pairs;
	size_t n = http_fields(rq, &pairs);
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < n; i++) {
		if (!carried_on(pairs[i].name)) {
			*complete = *complete && (str_eqz(pairs[i].name, "csrf") || !pairs[i].value.len);
			continue;
		}
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "name", pairs[i].name);
		json_build_str(&one, "value", pairs[i].value);
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

enum http_outcome web_again(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web_page p;
	bool complete = true, signed_in = web_user(rq)->actor.person != 0;
	web_page_begin(&p, rq, web_of(arg), signed_in ? "again.send.title" : "again.title", NULL, 0);
	json_build_value(&p.data, "fields", typed(rq, &complete));
	json_build_str(&p.data, "action", rq->target);
	json_build_bool(&p.data, "signed_in", signed_in);
	json_build_bool(&p.data, "complete", complete);
	http_header_set(re, "Cache-Control", S("no-store"));
	p.status = 403;
	return web_page_send(&p, re, "account/again");
}
