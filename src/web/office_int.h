/* office_int.h - shared by the pages of the office. */
#ifndef WEB_OFFICE_INT_H
#define WEB_OFFICE_INT_H

#include "web/staff_int.h"

enum office_input { OFFICE_TEXT, OFFICE_LONG, OFFICE_NUMBER, OFFICE_YES_NO, OFFICE_CHOICE, OFFICE_PASSWORD };

struct office_field {
	const char *name;            /* in the view's row and in the command */
	enum office_input input;
	bool required;
	const char *prefix, *codes;  /* of a choice: catalogue prefix and codes */
	const char *words;           /* catalogue key of its label; NULL = office.col.<name> */
};

struct office_list {
	const char *id;              /* in the address */
	const char *view, *command;
	const char *key;             /* what names a row */
	const char *columns;         /* blank-separated */
	const struct office_field *fields;
	size_t fields_count;
};

/* The list of the address; NULL: there is none of that name. */
const struct office_list *office_list_of(const struct http_request *rq);
/* The catalogue key of a column's or a field's words in that list. */
const char *office_words(struct http_request *rq, const struct office_list *l, struct str name);
const struct json *office_sections(struct http_request *rq);
/* A value as a person reads it: of something referred to, its name. */
struct str office_cell(const struct json *v);

/* JSON as text; empty for null. */
struct str office_json(struct http_request *rq, const struct json *v);

enum http_outcome office_edit(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome office_edit_do(struct http_request *rq, struct http_reply *re, void *arg);
/* office_clock.c: `machine` into the page */
void office_clock_put(struct web_page *p);
enum http_outcome office_clock_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome office_time_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome office_calendar(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome office_calendar_do(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome office_ledger(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome office_ledger_verify(struct http_request *rq, struct http_reply *re, void *arg);
/* office_state.c: `needs` into the page, how many matters of the machine need somebody; nothing where none does */
void office_state_put(struct web_page *p);
enum http_outcome office_state(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome office_pack(struct http_request *rq, struct http_reply *re, struct web *w, struct str code);
enum http_outcome office_pack_new(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome office_pack_add(struct http_request *rq, struct http_reply *re, void *arg);
/* The designer's pages (rules.c). */
enum http_outcome rules_list(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome rules_decision(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome rules_try(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome rules_examples(struct http_request *rq, struct http_reply *re, void *arg);
enum http_outcome office_token_revoke(struct http_request *rq, struct http_reply *re, void *arg);

#endif
