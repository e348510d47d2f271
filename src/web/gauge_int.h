/* gauge_int.h - shared by the pages of evaluation. */
#ifndef WEB_GAUGE_INT_H
#define WEB_GAUGE_INT_H

#include "gauge/gauge.h"
#include "web/staff_int.h"

/* Sub-navigation of the family. */
const struct json *gauge_sections(struct http_request *rq);
/* Path parameters and query values (blank-separated names each) as one object. */
const struct json *gauge_params(struct http_request *rq, const char *path_names, const char *query_names);
/* Begins a page of the family; refused (may be NULL) goes into its error summary. */
void gauge_page(struct web_page *p, struct http_request *rq, struct web *w, const char *title, const struct diag *refused);
/* What the form sent, under the same names, as texts; "points:int" and "accept:bool" typed. */
const struct json *gauge_fields(struct http_request *rq, const char *names);
/* The path with the safe parts of an address. */
struct str gauge_run_path(struct http_request *rq, struct str run);

enum http_outcome gauge_schemes(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_scheme(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_scheme_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_measures_page(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_entries(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_rate_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_discipline_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_surveys(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_survey_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_mine(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome gauge_mine_do(struct http_request *rq, struct http_reply *re, void *arg);

#endif
