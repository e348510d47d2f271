/* inspect_int.h - shared by the pages of special supervision, draws, cameras and telephones. */
#ifndef WEB_INSPECT_INT_H
#define WEB_INSPECT_INT_H

#include "web/staff_int.h"

/* inspect_ask.c: one page for each command that needs no more than plain fields. */
enum http_outcome inspect_ask(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome inspect_ask_do(struct http_request *rq, struct http_reply *re, void *arg);

/* inspect_work.c: checks and call-backs, with the forms of the office's data. */
enum http_outcome inspect_check(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome inspect_check_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome inspect_callback(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome inspect_callback_do(struct http_request *rq, struct http_reply *re, void *arg);

/* inspect_camera.c: the picture, and the stills kept. */
enum http_outcome inspect_look(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome inspect_still_do(struct http_request *rq, struct http_reply *re, void *arg);

/* The view's members into the page's data; the page of its refusal otherwise. */
bool inspect_page(struct http_request *rq, struct http_reply *re, struct web *w, const char *view, const struct json *params, const char *title, struct web_page *p,
                  const struct json **out);

#endif
