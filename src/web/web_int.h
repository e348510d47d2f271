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
};

/* session.c */
struct http_session_store web_session_store(struct web *w);

/* operate.c */
void web_log_answer(const struct http_request *rq, int status, int64_t took_us, size_t bytes, void *arg);
void web_log_fault(const struct http_request *rq, int status, const char *code, const char *text, void *arg);

/* web.c hands these to the server. */
enum err web_authorize(struct http_request *rq, struct http_reply *re, void *arg);
void web_page_context(struct http_request *rq, struct json_builder *data, void *arg);

#endif
