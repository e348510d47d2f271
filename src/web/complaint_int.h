/* complaint_int.h - shared by the pages of complaints. */
#ifndef WEB_COMPLAINT_INT_H
#define WEB_COMPLAINT_INT_H

#include "web/staff_int.h"

#define COMPLAINT_ABOUT "organ person window case matter"
#define COMPLAINT_CATEGORY "delay refusal attitude fee conduct integrity suggestion other"
#define COMPLAINT_REASON "not-done wrong-facts no-answer attitude late law beyond other"

/* Codes of a complaint made words, for one row or a whole view: about_text, category_text, status_text … */
const struct json *complaint_dress_row(struct http_request *rq, const struct json *row);
const struct json *complaint_dress_rows(struct http_request *rq, const struct json *rows);
/* Offices and counters as options [{code, text}], the empty one first. */
const struct json *complaint_organs(struct http_request *rq, const struct json *choices);
const struct json *complaint_windows(struct http_request *rq, const struct json *choices);

/* ---- the questions, one a page (complaint_ask.c) ---- */
enum http_outcome complaint_start(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome complaint_next(struct http_request *rq, struct http_reply *re, void *arg);
/* ---- followed by the complainant (complaint_follow.c) ---- */
enum http_outcome complaint_follow(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome complaint_follow_do(struct http_request *rq, struct http_reply *re, void *arg);
/* ---- the office (complaint_office.c) ---- */
enum http_outcome complaint_list(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome complaint_page(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome complaint_write(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome complaint_unmask(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome complaint_report(struct http_request *rq, struct http_reply *re, void *arg);
/* ---- typed in for somebody (complaint_intake.c) ---- */
enum http_outcome complaint_intake(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome complaint_intake_do(struct http_request *rq, struct http_reply *re, void *arg);

#endif
