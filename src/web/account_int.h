/* account_int.h - shared by the pages that have to do with logging in. */
#ifndef WEB_ACCOUNT_INT_H
#define WEB_ACCOUNT_INT_H

#include "web/web_int.h"

/* ---- account_system.c: the system's own commands and views, for what a person may not ask for by name ---- */

/* Blocks until durable: on workers only. `data` an object. */
BASE_MUST_USE enum err account_do(struct web *w, struct arena *a, const char *command, const struct json *data, const struct json **answer, struct diag *d);
BASE_MUST_USE enum err account_view(struct web *w, struct arena *a, const char *view, const struct json *params, const struct json **out, struct diag *d);
/* An object of text members: name, value, ..., NULL. */
const struct json *account_texts(struct arena *a, ...);
/* 43 characters of randomness, safe in addresses. */
struct str account_random(struct web *w, struct arena *a);
/* Something to be taken once, within `life_ms`, by who knows `id`. */
BASE_MUST_USE enum err account_ticket_put(struct web *w, struct arena *a, const char *kind, struct str id, const struct json *data, int64_t life_ms);
BASE_MUST_USE enum err account_ticket_take(struct web *w, struct arena *a, const char *kind, struct str id, const struct json **data, struct diag *d);
/* A setting's JSON; NULL when there is none. */
const struct json *account_setting(struct web *w, struct arena *a, const char *name);
/* The address under which the outside knows this program, without a slash at the end: setting public.url, else the request's own host. */
struct str account_base(struct http_request *rq, struct web *w);
/* 303 to an address of another system, checked by the caller. */
enum http_outcome account_leave(struct http_reply *re, struct str url);

/* ---- account_factor.c ---- */

/* After the password: logs in, or asks for the code of the second factor first. On a worker's `then`. */
enum http_outcome account_enter(struct http_request *rq, struct http_reply *re, struct web *w, int64_t person, struct str next);
/* Where somebody goes first: a handler to the worklist, a supervisor to the board. */
struct str account_first_page(struct http_request *rq, struct web *w, int64_t person);

#endif
