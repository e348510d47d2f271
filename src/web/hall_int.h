/* hall_int.h - shared by the pages of the service hall. */
#ifndef WEB_HALL_INT_H
#define WEB_HALL_INT_H

#include "web/desk.h"

/* [{code, text}] of rows with these members, after an empty choice under `first` (NULL = none). */
const struct json *hall_options(struct http_request *rq, const struct json *rows, const char *code, const char *text, const char *first);

enum http_outcome hall_book(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome hall_book_item(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome hall_book_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome hall_find(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome hall_find_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome hall_booking(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome hall_booking_do(struct http_request *rq, struct http_reply *re, void *arg);

enum http_outcome hall_setup(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome hall_setup_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome hall_setup_window(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome hall_setup_window_do(struct http_request *rq, struct http_reply *re, void *arg);

#endif
