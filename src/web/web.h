/* web.h - the pages and the API: who calls, what is shown, what is done.
 *
 * Screen families are files of their own (citizen_*.c, staff*.c, board.c, api*.c); each gives
 * a table of routes that web.c joins. A handler reads views (web_view), does commands
 * (web_command) and renders a page (struct web_page). It decides nothing about the matter:
 * powers, limits and refusals are casework's.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/arena.h"
#include "base/diag.h"
#include "casework/casework.h"
#include "http/http.h"
#include "os/os.h"
#include "text/json.h"
#include "text/json_build.h"

struct web;

/* ---- running ---- */

struct web_options {
	struct casework *casework;
	const char *address;         /* NULL = 127.0.0.1 */
	int port;                    /* 0 = any free one */
	int listener;                /* a socket that was handed over, in place of both; 0 = none */
	int threads;                 /* 0 = 2 */
	bool https, trusted_proxy, dev;
	const char *pages_dir;       /* holds templates/, locale/ (*.mo), static/, openapi/ */
	struct os_clock *clock;      /* NULL = real */
	struct os_clock *virtual_clock; /* not NULL: time may be moved by an administrator (demonstrations, tests) */
	struct os_entropy *entropy;  /* NULL = real */
	bool fast_passwords;         /* tests only */
	void (*log_line)(struct str line); /* one JSON object with its line end; any thread. NULL = nothing is logged */
	bool log_requests;           /* every answer, not only faults */
	const char *spool_dir;       /* where large uploads lie while they come in; NULL = in memory */
};

/* Starts the server with every route. The casework is borrowed and must outlive it. */
BASE_MUST_USE enum err web_start(const struct web_options *o, struct web **out, struct diag *d);
int web_port(const struct web *w);
/* Nobody new is taken in from now on, without waiting for anything; web_stop follows. NULL is fine for both. */
void web_rest(struct web *w);
void web_stop(struct web *w);
/* Every route, for the test that walks all of them with every role. Static storage, without a server. */
size_t web_routes(const struct http_route **out);
struct http_server *web_server(struct web *w);

/* ---- who calls: bits of a route's access ---- */

enum web_role {
	WEB_VISITOR = 1 << 0, /* not logged in */
	WEB_CITIZEN = 1 << 1, /* any login */
	WEB_CLERK = 1 << 2,
	WEB_REVIEWER = 1 << 3,
	WEB_INSPECTOR = 1 << 4,
	WEB_EXPERT = 1 << 5,
	WEB_HEAD = 1 << 6,
	WEB_SUPERVISOR = 1 << 7,
	WEB_AUDITOR = 1 << 8,
	WEB_ADMIN = 1 << 9,

	WEB_HANDLERS = WEB_CLERK | WEB_REVIEWER | WEB_INSPECTOR | WEB_EXPERT | WEB_HEAD,
	WEB_OVERSIGHT = WEB_SUPERVISOR | WEB_AUDITOR,
	WEB_STAFF = WEB_HANDLERS | WEB_OVERSIGHT | WEB_ADMIN,
	WEB_LOGIN = WEB_CITIZEN | WEB_STAFF,
	WEB_ANY = WEB_VISITOR | WEB_LOGIN,
};

/* rq->user, set before every handler. */
struct web_user {
	struct casework_actor actor;
	unsigned roles;          /* bits of web_role; a visitor has WEB_VISITOR alone */
	const struct json *me;   /* the view `me`; NULL for a visitor and for a call with a token, which shows no page */
};

static inline const struct web_user *web_user(const struct http_request *rq) { return (const struct web_user *)rq->user; }
/* The application behind a handler's `arg`. */
static inline struct web *web_of(void *arg) { return (struct web *)arg; }
struct casework *web_casework(struct web *w);
const struct web_options *web_options(const struct web *w);
/* Bits for a role's name ("clerk"), 0 when unknown. */
unsigned web_role_bits(struct str name);

/* ---- reading ---- */

/* The view as it is. */
BASE_MUST_USE enum err web_view_try(struct http_request *rq, struct web *w, const char *name, const struct json *params,
                                    const struct json **out, struct diag *d);
/* The same, made ready for templates (web_dress). false: the error's page is already in `re`; return HTTP_DONE. */
bool web_view(struct http_request *rq, struct http_reply *re, struct web *w, const char *name, const struct json *params,
              const struct json **out);
/* A list's view asked for the one row of that name, and that row of the answer; NULL: there is none. */
void web_row_params(struct json_builder *params, struct str name);
const struct json *web_row_of(const struct json *view, const char *key, struct str name);
/* One text parameter, the commonest case: {key: value}. */
const struct json *web_params(struct http_request *rq, const char *key, struct str value);
/* The query's values of these names (blank-separated) as parameters, empty ones left out; "limit:int" and "online:bool" are typed. */
const struct json *web_params_query(struct http_request *rq, const char *names);

/* A view made ready for templates, in the request's language:
 *   x with x_en beside it     x is the English one when English is read and x_en is not empty
 *   x_on, x_at, at, by, from… x_text: date, or date and time, in words
 *   level, state, kind, unit, role, grade, channel, id_type  …_text, with …_class for level and state
 *   left (+ unit)             left_text, left_class
 *   used, amount, promised_limit, statutory_limit (+ unit)   …_text ("promised_text")
 *   size                      size_text
 *   ground                    "ALL/42" in words; of "承诺 | promise" the half in the language read
 *   an array x                has_x
 *   an object's enum value    is_<state> for `state`
 * What is there already is kept. The original when memory runs out. */
const struct json *web_dress(struct http_request *rq, const struct json *view);

/* The present of casework's clock, RFC 3339 with +08:00, and today's date. */
struct str web_now(struct http_request *rq, struct web *w);
struct str web_today(struct http_request *rq, struct web *w);
/* The setting public.city as it is now, wherever it was set; "" where there is none. */
struct str web_city(struct http_request *rq, struct web *w);
/* Words for dates and amounts, for handlers that need them apart. */
struct str web_date_text(struct http_request *rq, struct str iso);
struct str web_amount_text(struct http_request *rq, int64_t amount, struct str unit);

/* ---- fields that several forms have (fields.c) ---- */

/* The form's field without blanks at its ends; never ptr NULL. */
struct str web_text(const struct http_request *rq, const char *name);
/* What a person means by it: no blanks, full-width digits and letters made ASCII. In the request's arena. */
struct str web_ascii(struct http_request *rq, struct str typed);
/* A mobile number: 11 digits from 1. */
bool web_phone_fits(struct str s);
/* The number fits its document: identity card (111, GB 11643 with its check digit), unified social credit code
 * (001, GB 32100 with its check character), any other 4 to 18 letters and digits. */
bool web_id_fits(struct str id_type, struct str id_no);

/* ---- doing ---- */

/* What came of a command, in the request's arena. */
struct web_result {
	enum err err;
	struct diag diag;
	const struct json *data;
};
typedef enum http_outcome (*web_then)(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept);
/* Submits and goes on in `then` after the commit, on a server thread. A full queue answers 503 by itself. The idempotency
 * key is the form's field "key" or the header Idempotency-Key; what it was made from is the field "made_from", or If-Match and If-None-Match
 * (RFC 9110 13.1). `kept` is the handler's, in the request's arena. */
enum http_outcome web_command(struct http_request *rq, struct http_reply *re, struct web *w, const char *name,
                              const struct json *data, web_then then, void *kept);
enum http_outcome web_command_blob(struct http_request *rq, struct http_reply *re, struct web *w, const char *name,
                                   const struct json *data, struct str blob, web_then then, void *kept);
/* Slow work off the request threads, then `then` with `kept`. A full queue answers 503. */
enum http_outcome web_work(struct http_request *rq, struct http_reply *re, struct web *w, void (*work)(void *kept),
                           http_handler then, void *kept);
/* The same of what may take minutes. The program does not end later for it: what has not begun by then is answered with 503. */
enum http_outcome web_long_work(struct http_request *rq, struct http_reply *re, struct web *w, void (*work)(void *kept),
                                http_handler then, void *kept);
/* The refusal as a sentence in the request's language: "err.<code>" with its arguments, else the diag's own text. */
struct str web_refusal(struct http_request *rq, const struct diag *d);

/* ---- showing ---- */

/* A page under way: members of the page's data, its own "page" object, breadcrumbs and errors.
 *   struct web_page p; web_page_begin(&p, rq, w, "citizen.my.title", NULL, 0);
 *   json_build_value(&p.data, "rows", rows);
 *   return web_page_send(&p, re, "citizen/my_cases");
 */
struct web_page {
	struct http_request *rq;
	struct web *web;
	struct json_builder data, page, crumbs, errors;
	size_t crumbs_count, errors_count;
	/* of two at one form: what both changed, what somebody else alone changed, and what the form now begins from */
	struct json_builder differs, taken, began;
	size_t differs_count, taken_count, began_bytes;
	const struct json *was; /* what it began from, as it came back with it */
	bool met;               /* fields were compared */
	bool other_thing;       /* what now stands is not what was opened: nobody can tell what was touched */
	bool signing;           /* it is signed, not edited: nothing is typed */
	int status;          /* 200; 422 once an error was added; 409 where somebody else was there before */
	struct str title;
};

/* `key` with arguments for {0}, {1}: the title. */
void web_page_begin(struct web_page *p, struct http_request *rq, struct web *w, const char *key, const struct str *args, size_t n);
/* A step of the breadcrumbs; href "" = the page itself. Home is put first by itself. */
void web_page_crumb(struct web_page *p, struct str href, struct str text);
/* An error for the summary, with the id of its control ("" = none). */
void web_page_error(struct web_page *p, struct str control, struct str text);
/* The members {rows, has_rows, pages, xlsx (the address of the list as a workbook)} of a list's view; `path` with its other query parameters is kept for the next page. */
void web_page_list(struct web_page *p, const struct json *view, const char *path);
enum http_outcome web_page_send(struct web_page *p, struct http_reply *re, const char *name);

/* ---- two at one form (overtaken.c) ----
 * A form that shows what stands and saves it whole carries what it was made from, so that it overwrites nobody unseen: the view is asked with web_edits (casework_view
 * says how), the page says web_page_edits, and the form has {{> piece/made_from}}, which web_command gives to the command. A refusal as ERR_STALE shows the page again
 * like any other, with what was typed; the layout tells who was there before and what differs, and saving again then is knowingly on top of that. */
/* Into a view's parameters, beside the thing's name: the command; after such a refusal also who changed it. */
void web_edits(struct json_builder *params, const char *command, const struct diag *refused);
/* A field of the form, as typed and as it now stands. */
struct web_field {
	const char *name;     /* unique in the form; it must live as long as the page */
	struct str label;
	struct str typed;     /* ptr NULL: nothing is typed, it is read (and signed) */
	struct str now;
	const char *control;  /* the id of its control; NULL = there is none to go to */
};
/* Each field, whenever the page is shown: so the form carries what it began from, without JavaScript too. After a refusal for somebody else's change the panel asks about
 * what both have changed, and tells what somebody else alone has: of that true, and the form is to show what now stands. What nobody else changed is not spoken of. */
bool web_page_field(struct web_page *p, const struct diag *refused, const struct web_field *f);
/* The same for a form of one row among many on a page, which carries its own: what it begins from, for its field `began`. */
struct str web_began(struct http_request *rq, const struct web_field *fields, size_t n);
/* `view` was asked with web_edits; `refused` is why the page is shown again, NULL = it is not, or for a field. After the last web_page_field. */
void web_page_edits(struct web_page *p, const struct json *view, const struct diag *refused);
bool web_overtaken(const struct diag *refused);

/* One control for the pieces input, textarea, select and radios; put under its id. */
struct web_control {
	const char *id;
	const char *label;      /* catalogue key */
	const char *hint;       /* catalogue key or NULL */
	const char *type;       /* NULL = "text" */
	const char *autocomplete, *inputmode;
	const char *width;      /* "10", "20"; NULL = full */
	int64_t max;            /* characters, for textarea; 0 = none */
	bool optional, plain;
};
void web_page_control(struct web_page *p, const struct web_control *c, struct str value, struct str error);
/* With options [{code,text}] (a JSON array) for select and radios. */
void web_page_choice(struct web_page *p, const struct web_control *c, const struct json *options, struct str value, struct str error);
/* [{code, text}] of codes (blank-separated), their words under "<prefix>.<code>". */
const struct json *web_options_list(struct http_request *rq, const char *prefix, const char *codes);

/* `path` with the query of this request, the parameter `name` set to `value` (empty = without it) and `drop` (may be NULL) left
 * out; the cursor and the language are left out as well. */
struct str web_href(struct http_request *rq, const char *path, const char *drop, const char *name, struct str value);

/* A page for an error by its status (0 = from d), with the refusal's own words; d NULL = words by the status. */
enum http_outcome web_problem(struct http_request *rq, struct http_reply *re, int status, const struct diag *d);
enum http_outcome web_not_found(struct http_request *rq, struct http_reply *re);
/* To the login page, then back here. */
enum http_outcome web_login_first(struct http_request *rq, struct http_reply *re);

/* The words of forms (http/form.h) in the request's language. */
struct http_form_words;
struct http_form_words web_form_words(struct http_request *rq);
/* What the request's form sent, for http_form_parse. */
struct http_form_input;
struct http_form_input web_form_input(struct http_request *rq);

/* The text as a QR code in SVG; empty when it is too long for one. */
struct str web_qr_svg(struct arena *a, struct str text);

/* ---- the secret of a case that a visitor may see: kept in his session, never in an address ---- */
struct str web_case_secret(const struct http_request *rq, struct str case_no);
BASE_MUST_USE enum err web_case_secret_keep(struct http_request *rq, struct http_reply *re, struct str case_no, struct str secret);

/* ---- the families: each a static table ---- */
size_t web_routes_citizen(const struct http_route **out);
size_t web_routes_complaint(const struct http_route **out);
size_t web_routes_supervise(const struct http_route **out);
size_t web_routes_staff(const struct http_route **out);
size_t web_routes_board(const struct http_route **out);
size_t web_routes_inspect(const struct http_route **out);
size_t web_routes_gauge(const struct http_route **out);
size_t web_routes_hall(const struct http_route **out);
size_t web_routes_hall_staff(const struct http_route **out);
size_t web_routes_people(const struct http_route **out);
size_t web_routes_roster(const struct http_route **out);
size_t web_routes_office(const struct http_route **out);
size_t web_routes_tally(const struct http_route **out);
size_t web_routes_powers(const struct http_route **out);
size_t web_routes_account(const struct http_route **out);
size_t web_routes_factor(const struct http_route **out);
size_t web_routes_oidc(const struct http_route **out);
size_t web_routes_sso(const struct http_route **out);
/* What the login page calls the outside identity provider; empty = there is none (sso.c). */
struct str web_sso_name(struct web *w, struct arena *a);
/* The bar of every page, by role, with the messages that wait as the view "me" counts them (NULL: nobody's); and the page of all pages (nav.c). */
const struct json *web_navigation(struct http_request *rq, unsigned roles, const struct json *me);
size_t web_routes_operate(const struct http_route **out); /* operate.c */
size_t web_routes_nav(const struct http_route **out);
size_t web_routes_mine(const struct http_route **out);
size_t web_routes_redress(const struct http_route **out);
size_t web_routes_deliveries(const struct http_route **out);
size_t web_routes_operations(const struct http_route **out); /* office_operations.c */
size_t web_routes_backups(const struct http_route **out);
size_t web_routes_api(const struct http_route **out);
/* Before the server starts: the API reads its schemas from pages_dir/openapi into `w`. */
BASE_MUST_USE enum err web_api_start(struct web *w, struct diag *d);
/* Server-sent events of a topic, "board" or "hall": only that something changed (board.c). */
enum http_outcome web_stream(struct http_request *rq, struct http_reply *re, struct web *w, const char *topic);
/* Once the server runs, and before it stops: live boards listen to casework (board.c). */
BASE_MUST_USE enum err web_board_start(struct web *w, struct diag *d);
void web_board_stop(struct web *w);
/* The thread that carries out evaluations (gauge.c), likewise. */
BASE_MUST_USE enum err web_gauge_start(struct web *w, struct diag *d);
void web_gauge_stop(struct web *w);

#endif
