/* api_int.h - shared by the files that serve the API. */
#ifndef WEB_API_INT_H
#define WEB_API_INT_H

#include "web/api.h"
#include "web/web_int.h"

static inline const struct api_route *api_route_of(const struct http_request *rq) { return rq->route->detail; }

/* Serves any route of the table. */
enum http_outcome api_serve(struct http_request *rq, struct http_reply *re, void *arg);
/* Path and query parameters of the route as members of `b`. ERR_INVALID "api.parameter". */
BASE_MUST_USE enum err api_params(struct http_request *rq, const struct api_route *r, struct json_builder *b, struct diag *d);
/* The body, held to the route's schema, as further members; what the path says already stays. */
BASE_MUST_USE enum err api_body(struct http_request *rq, struct web *w, struct json_builder *b, struct diag *d);
/* Both, where the route has them. NULL: `d` says why. */
const struct json *api_input(struct http_request *rq, struct web *w, struct diag *d);
/* A refusal as a problem document; `d` is filled up where nobody said more. */
enum http_outcome api_refuse(struct http_request *rq, struct http_reply *re, enum err e, struct diag *d);
/* Does the route's command with these data and answers with its result. */
enum http_outcome api_do(struct http_request *rq, struct http_reply *re, struct web *w, const struct json *data, struct str blob);

enum http_outcome api_clock(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome api_machine_state(struct http_request *rq, struct http_reply *re, void *arg); /* operate.c */
enum http_outcome api_clock_move(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome api_diagram(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome api_document(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome api_document_add(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome api_password(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome api_token_create(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome api_board_events(struct http_request *rq, struct http_reply *re, void *arg);

#endif
