/* staff_int.h - shared by the pages of staff, board and office. */
#ifndef WEB_STAFF_INT_H
#define WEB_STAFF_INT_H

#include "web/web_int.h"

/* ---- lists (staff_list.c) ---- */

/* [{id, current}] of codes (blank-separated, the empty one first), for a filter's select. */
const struct json *staff_choices(struct http_request *rq, const char *codes, struct str current);
/* A column of an exported list: catalogue key of its head, and the path of its value in a row. */
struct staff_column { const char *head, *path; };
/* The list behind the page, all its pages, as a CSV file or, with ?format=xlsx, a workbook; at most STAFF_EXPORT_MAX rows. */
enum { STAFF_EXPORT_MAX = 20000 };
enum http_outcome staff_csv(struct http_request *rq, struct http_reply *re, struct web *w, const char *view, const char *params,
                            const struct staff_column *columns, size_t n, const char *name);
/* Whether a file was asked for (?format=csv or xlsx), and the address that asks for CSV. */
bool staff_wants_csv(const struct http_request *rq);
struct str staff_csv_href(struct http_request *rq, const char *path);

/* What a table's hit policy means, in the request's language (rules.c); aggregation may be empty. */
struct str rules_policy_text(struct http_request *rq, struct str policy, struct str aggregation);

/* ---- forms (staff_form.c) ---- */

struct http_form;
struct http_form_errors;
/* The schema's fields as HTML; values and errors may be NULL. Empty when schema is NULL or null. */
BASE_MUST_USE enum err staff_form_html(struct http_request *rq, const struct json *schema, const struct json *values,
                                       const struct http_form_errors *errors, struct str *html, struct diag *d);
/* What was sent, by the schema; an empty object without one. */
BASE_MUST_USE enum err staff_form_read(struct http_request *rq, const struct json *schema, const struct json **values,
                                       struct http_form_errors *errors, struct diag *d);
/* Adds the errors to the page's summary. */
void staff_form_errors(struct web_page *p, const struct http_form_errors *errors);

/* ---- uploads (staff_upload.c) ---- */

/* Takes in every file of the request, one after another, then goes on with documents
 * [{document, material}]; the material is the file's field name without `prefix`. A refusal goes to `then` too. */
typedef enum http_outcome (*staff_uploaded)(struct http_request *rq, struct http_reply *re, struct web *w,
                                            const struct json *documents, const struct diag *refused, void *kept);
enum http_outcome staff_upload(struct http_request *rq, struct http_reply *re, struct web *w, const char *prefix,
                               struct str case_no, staff_uploaded then, void *kept);

/* ---- handlers ---- */
enum http_outcome staff_worklist(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_cases(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_people(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_case(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_document(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_claim(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_note(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_action_ask(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_action_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_message_ask(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_message_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_ask(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_ask_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_counter(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_intake(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_intake_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome staff_receipt(struct http_request *rq, struct http_reply *re, void *arg);

/* The case as a dressed view; false: the answer is in `re`. */
bool staff_case_view(struct http_request *rq, struct http_reply *re, struct web *w, const struct json **out);
struct str staff_case_href(struct http_request *rq, struct str case_no);

#endif
