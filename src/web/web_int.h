/* web_int.h - the application itself, for the files of this room only. */
#ifndef WEB_WEB_INT_H
#define WEB_WEB_INT_H

#include "http/throttle.h"
#include "web/web.h"

struct web_board; /* board.c */
struct web_gauge; /* gauge.c */

struct web {
	struct web_options options;
	struct casework *casework;
	struct http_server *server;
	struct http_session_store sessions;
	struct arena arena;              /* as long as the application */
	const struct http_route *routes; /* all families joined */
	size_t routes_count;
	struct http_throttle *login_names, *login_addresses;
	const struct json *api_components; /* web_api_start */
	struct str openapi;                /* the document, serialised */
	struct web_board *board;
	struct web_gauge *gauge;
	struct web_city *city;
};

/* session.c */
struct http_session_store web_session_store(struct web *w);

/* throttle.c: may somebody try a password or a secret, counted by account and by address? False: *wait_ms until the next. */
BASE_MUST_USE enum err web_attempts_new(struct web *w);
void web_attempts_free(struct web *w);
bool web_attempt_name(struct http_request *rq, struct web *w, struct str name, int64_t *wait_ms);
bool web_attempt_address(struct http_request *rq, struct web *w, int64_t *wait_ms);
/* After a login that worked. */
void web_attempts_forget(struct web *w, struct str name);

/* overtaken.c: what the request's command was made from (casework_command.made_from). A form's field is of the command that the form is for, not of the files
 * that go in before it, which have a `blob`. */
struct str web_made_from(const struct http_request *rq, struct str blob);
/* A version as an entity tag. */
struct str web_etag(struct arena *a, struct str version);

/* city.c */
BASE_MUST_USE enum err web_city_start(struct web *w, struct diag *d);
void web_city_stop(struct web *w);

/* operate.c: what is looked at of the machine. While one that stops fails people are to be sent elsewhere; the third kind a page alone tells. */
enum web_check_kind { WEB_CHECK_STOPS, WEB_CHECK_WARNS, WEB_CHECK_SHOWN };
struct web_check { const char *name; enum web_check_kind kind; bool good; };
enum { WEB_CHECKS = 12 };
struct web_state { struct casework_health health; const struct json *backups; struct web_check checks[WEB_CHECKS]; };
void web_state_look(struct http_request *rq, struct web *w, struct web_state *out);
/* The schema MachineState; NULL when memory runs out. */
const struct json *web_state_json(struct http_request *rq, struct web *w);
void web_log_answer(const struct http_request *rq, int status, int64_t took_us, size_t bytes, void *arg);
void web_log_fault(const struct http_request *rq, int status, const char *code, const char *text, void *arg);

/* web.c hands these to the server. */
enum err web_authorize(struct http_request *rq, struct http_reply *re, void *arg);
/* again.c: a form whose session has ended */
enum http_outcome web_again(struct http_request *rq, struct http_reply *re, void *arg);
void web_page_context(struct http_request *rq, struct json_builder *data, void *arg);

#endif
