/* http.h - the web server: routes, requests, replies, sessions, event streams, pages.
 *
 * A server is a table of routes. Each row names who may call it; a row that does not is
 * refused at start. Handlers run on the server's threads and never wait: a handler that
 * needs a command or slow work returns HTTP_PENDING and is continued by http_resume.
 *
 * A request, its texts and everything in `rq->arena` live until the reply has been sent.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "os/os.h"
#include "text/json.h"
#include "text/json_build.h"

struct http_server;
struct http_request;
struct http_reply;
struct http_i18n;
struct http_templates;

/* ---- routes ---- */

enum http_method {
	HTTP_GET = 1 << 0, /* answers HEAD as well */
	HTTP_POST = 1 << 1,
	HTTP_PUT = 1 << 2,
	HTTP_PATCH = 1 << 3,
	HTTP_DELETE = 1 << 4,
};

enum http_outcome {
	HTTP_DONE,    /* the reply is complete */
	HTTP_PENDING, /* http_resume will be called, exactly once, by any thread; the handler must not touch the request after it handed it on */
	HTTP_STREAM,  /* http_stream_open succeeded */
};

typedef enum http_outcome (*http_handler)(struct http_request *rq, struct http_reply *re, void *arg);

enum {
	HTTP_ROUTE_TOKEN = 1 << 0, /* called with a bearer token or with a session; no CSRF check when there is an Authorization header */
	HTTP_ROUTE_API = 1 << 1,   /* errors are problem documents even for browsers */
	HTTP_ROUTE_NO_CSRF = 1 << 2, /* webhooks that prove themselves otherwise */
	HTTP_ROUTE_QUICK = 1 << 3,   /* for everybody, and waits for nothing: who asks is not looked at, and it is answered whatever the others wait for */
};

struct http_route {
	enum http_method method;
	const char *pattern; /* "/cases/{no}", "/files/{id:int}": one segment each; "/a/{rest*}" takes the remainder */
	uint32_t access;     /* who may, in the bits of the options' authorize; 0 is refused at start */
	http_handler handler;
	const char *name;    /* stable and unique: "case.show" */
	unsigned flags;
	size_t body_max;     /* bytes of the body; 0 = the server's default */
	const void *detail;  /* for the handler: e.g. the row of the API's table */
};

/* ---- the server ---- */

struct http_session;

/* Where sessions live. All calls may come from any server thread. `key` is a digest of the
 * secret in the cookie, so that a stolen table opens no door. */
struct http_session_store {
	void *arg;
	/* ERR_NOT_FOUND when absent. */
	enum err (*get)(void *arg, const char *key, struct http_session *out);
	/* A new one. Nobody waits here: `done` is called once, when it is kept or could not be, on any thread and perhaps before this returns;
	 * not where an error is returned. */
	enum err (*put)(void *arg, const struct http_session *s, void (*done)(void *of, enum err e), void *of);
	/* Used again, by s->key: one that was dropped meanwhile stays dropped. An older time of last use does no harm, so nobody is told. */
	void (*touch)(void *arg, const struct http_session *s);
	/* As put; `done` may be NULL. */
	enum err (*drop)(void *arg, const char *key, void (*done)(void *of, enum err e), void *of);
};

struct http_options {
	const char *address;   /* NULL = 127.0.0.1 */
	int port;              /* 0 = any free one, see http_server_port */
	int listener;          /* a socket that listens already, taken over (os_socket_handed), in place of address and port; 0 = none */
	int threads;           /* requests worked at at once: at least 2; 0 = 2 */
	int connections_max;   /* 0 = 16384, less where fewer files may be open */
	size_t body_max;       /* 0 = 1 MiB; routes may allow more */
	size_t file_max;       /* one uploaded file; 0 = 20 MiB */
	size_t arena_max;      /* of a request, without its body; 0 = 16 MiB */
	int idle_s;            /* 0 = 60 */
	int64_t patience_ms;   /* for a head; a body or an answer has a second more for each 16 KiB; 0 = 30 s */
	int64_t stop_wait_ms;  /* what a stopping server gives clients to read their answers; 0 = 3 s */
	int64_t bodies_max;    /* bytes of all bodies held at once, past it 503; 0 = 256 MiB */
	int64_t answers_max;   /* the same of large answers (http_room); 0 = 1 GiB */
	const char *spool_dir; /* bodies and answers of more than 1 MiB lie in a nameless file there; NULL = in memory */
	bool https;            /* the outside speaks TLS: cookies are Secure, HSTS is sent */
	bool trusted_proxy;    /* believe the last address of X-Forwarded-For */
	bool dev;              /* templates and static files are read anew at each request */
	struct os_clock *clock;     /* NULL = real */
	struct os_entropy *entropy; /* NULL = real */
	const struct http_route *routes; /* static storage */
	size_t routes_count;
	void *arg;             /* handed to handlers, authorize and page_context */
	/* Called before every handler: OK lets it through. Otherwise either re was filled (a
	 * redirect to the login page) or the error is turned into its usual answer. May set rq->user and rq->known. */
	enum err (*authorize)(struct http_request *rq, struct http_reply *re, void *arg);
	/* Is everything that an answer may tell on the disk? Asked when one is complete that was read and not commanded. True: not yet,
	 * http_resume_settled will be called, exactly once, by any thread. False: *e is OK, or ERR_IO when the disk takes nothing. May be NULL. */
	bool (*settling)(struct http_request *rq, void *arg, enum err *e);
	/* Answers a form of ours that cannot be carried out for its session alone: it has ended (rq->again), or the form is of an earlier one. It has the fields, so that
	 * nothing typed is lost. NULL: refused like any other. */
	http_handler again;
	/* Adds members that every page needs at the top level: me, nav, ... May be NULL. */
	void (*page_context)(struct http_request *rq, struct json_builder *data, void *arg);
	/* Told of every answer of 500 and above, with the reason. May be NULL. */
	void (*log)(const struct http_request *rq, int status, const char *code, const char *text, void *arg);
	/* Told of every answer as it is handed over. May be NULL. */
	void (*answered)(const struct http_request *rq, int status, int64_t took_us, size_t bytes, void *arg);
	const struct http_session_store *sessions; /* NULL = a bounded table in memory */
	int64_t session_idle_ms, session_life_ms;  /* 0 = 30 minutes, 12 hours */
	const char *templates_dir; /* NULL = no pages */
	const char *locale_dir;    /* holds <lang>.mo; NULL = keys are shown as they are */
	const char *static_dir;    /* NULL = none; served below /static/ */
};

/* Starts listening. Refuses a bad table of routes (ERR_INVALID), a broken template, a taken
 * port (ERR_BUSY). */
BASE_MUST_USE enum err http_server_start(const struct http_options *o, struct http_server **out, struct diag *d);
int http_server_port(const struct http_server *s);
/* From now on nobody new is taken in, streams end, and answers end their connections. Who comes is turned away, or where the listener was handed
 * over, waits in its queue for whoever listens there next. Nothing is waited for; http_server_stop follows. */
void http_server_rest(struct http_server *s);
/* The same, and then waits for pending requests to be resumed and answered, ends streams. What connections of before still ask is
 * answered too, for stop_wait_ms; then with 503. */
void http_server_stop(struct http_server *s);
/* The whole table, static files included. */
size_t http_server_routes(const struct http_server *s, const struct http_route **out);
struct http_i18n *http_server_i18n(struct http_server *s);

struct http_counts {
	int64_t requests, connections, pending, streams, refused, slow, body_bytes, answer_bytes;
};
void http_server_counts(struct http_server *s, struct http_counts *out);
/* The same and more, by route, in the text format of Prometheus. */
void http_server_figures(struct http_server *s, struct buf *b);
bool http_server_stopping(struct http_server *s);

/* ---- requests: read-only for handlers, but for `user` and `known` ---- */

struct http_request {
	enum http_method method; /* HEAD shows as HTTP_GET */
	struct str path;         /* decoded, without the query */
	struct str target;       /* as sent, with the query */
	struct str remote;       /* address of the caller */
	struct str language;     /* "zh_CN" or "en" */
	struct str id;           /* of this request, for logs: 16 hex digits */
	struct str body;         /* bytes of a body that is no form */
	struct str content_type; /* lower case, without parameters */
	const struct http_route *route;
	const struct http_session *session; /* NULL = none */
	struct http_server *server;
	struct arena *arena;
	int64_t now_ms;
	void *user;              /* of the web room: the actor found by authorize */
	int64_t left_out;        /* rows of what was looked at that cannot be read: the page says how many */
	bool incomplete;         /* more of it is unknown or missing, without a number: the page says so too */
	bool looked;             /* the answer tells what was read just now: it waits until that is on the disk */
	bool again;              /* of authorize: a form of ours whose session has ended; http_options.again answers it */
	bool known;              /* of authorize: who calls is known, though without a session; what is then refused is 403 and not 401 */
};

/* All give an empty text (ptr NULL) when absent. */
struct str http_param(const struct http_request *rq, const char *name);  /* of the path */
struct str http_query(const struct http_request *rq, const char *name);  /* first of that name */
struct str http_field(const struct http_request *rq, const char *name);  /* of a form in the body */
struct str http_cookie(const struct http_request *rq, const char *name);
struct str http_header(const struct http_request *rq, const char *name); /* any case */
/* Every value of the name, in order (check boxes). */
size_t http_query_all(const struct http_request *rq, const char *name, const struct str **out);
size_t http_field_all(const struct http_request *rq, struct str name, const struct str **out);
/* All fields in order, for forms whose names are not known. */
struct http_pair {
	struct str name, value;
};
size_t http_fields(const struct http_request *rq, const struct http_pair **out);
/* From here on as if the form had sent this: its first value of that name, which must live as long as the request. */
BASE_MUST_USE enum err http_field_put(struct http_request *rq, const char *name, struct str value);
size_t http_queries(const struct http_request *rq, const struct http_pair **out);

struct http_file {
	struct str field, filename; /* the name without folders */
	struct str declared;        /* type the browser said */
	struct str detected;        /* type by content, see sniff.h */
	struct str bytes;
};
/* Files with a name or bytes; an untouched file input is left out. */
size_t http_files(const struct http_request *rq, const struct http_file **out);
const struct http_file *http_file(const struct http_request *rq, const char *field);

/* A short form without files, sent by a browser from a page of ours: it says so itself. */
bool http_own_form(const struct http_request *rq);
/* The body as JSON; an empty body is the empty object. ERR_UNSUPPORTED for another content type. */
BASE_MUST_USE enum err http_json_body(struct http_request *rq, const struct json **out, struct diag *d);
/* The bearer token of the Authorization header, or empty. */
struct str http_bearer(const struct http_request *rq);
/* Whether an error should be a problem document rather than a page. */
bool http_wants_json(const struct http_request *rq);

/* ---- replies: texts are copied into the request's arena unless said otherwise ---- */

void http_header_set(struct http_reply *re, const char *name, struct str value); /* replaces */
void http_cookie_set(struct http_reply *re, const char *name, struct str value, int64_t max_age_s, bool http_only);
/* `bytes` must live in the request's arena or longer. */
enum http_outcome http_send(struct http_reply *re, int status, const char *mime, struct str bytes);
enum http_outcome http_send_json(struct http_reply *re, int status, const struct json *v);
enum http_outcome http_send_raw_json(struct http_reply *re, int status, struct str serialised);
enum http_outcome http_send_empty(struct http_reply *re, int status);
/* Room for the bytes of an answer that may be many, to be filled at once; lives as long as the request `rq`, a struct http_request. What clients take slowly
 * is no memory of ours beyond 1 MiB each, and all of it together has a limit. One a request: asked again, it is another. NULL: there is none now. */
char *http_room(void *rq, size_t n);
/* 303; only a path of this server ("/..."), anything else goes to "/". */
enum http_outcome http_redirect(struct http_reply *re, struct str path);
/* A file to keep (or to look at); the name may be Chinese (RFC 6266). */
enum http_outcome http_send_file(struct http_reply *re, struct str mime, struct str name, struct str bytes, bool inline_);
/* The error as a problem document (RFC 9457: type, title, status, detail, instance, code, args) or as
 * the page "error/<status>" or "error/error", by http_wants_json. status 0 = from d->err.
 * `detail` is the catalogue's sentence "err.<code>" with the arguments, else d->text. */
enum http_outcome http_problem(struct http_request *rq, struct http_reply *re, int status, const struct diag *d);
int http_status_of(enum err e); /* 422, 404, 403, 409, 412, 413, 422, 503, 503, 503, 500 */
/* 503 with Retry-After, for a full queue. */
enum http_outcome http_busy(struct http_request *rq, struct http_reply *re);

/* Renders templates/<name>.mustache within templates/layout.mustache. Top level of the data: what
 * page_context adds, then the members of `data` (an object; may be NULL). `page` gets, besides what data's own
 * "page" object says (title, wide, hero, scripts, error, …): lang ("zh-CN"), zh (bool), lang_href (this page in the
 * other language), version (of the static files), csrf, csrf_field (hidden input), path, target (with the query) and,
 * for the layout, content (the page itself). The notice of the request before is [{kind, success, is_error, text}] as
 * "flash" in the layout. A name in `data` goes before the same name from page_context. */
enum http_outcome http_page(struct http_request *rq, struct http_reply *re, int status, const char *name, const struct json *data);
/* The same without the layout: fragments for live updates. */
enum http_outcome http_fragment(struct http_request *rq, struct http_reply *re, int status, const char *name, const struct json *data);
/* Renders into out: for heroes, letters, parts. */
BASE_MUST_USE enum err http_render(struct http_request *rq, const char *name, const struct json *data, struct str *out);
/* A notice shown once on the next page: kind "success", "notice" or "error"; `key` of the catalogue with
 * up to four arguments separated by '|' as in templates: "staff.done|20251105-0001". Call before http_redirect. */
void http_flash(struct http_request *rq, struct http_reply *re, const char *kind, struct str key);

/* The catalogue's sentence in the request's language; the key itself when there is none. */
struct str http_tr(const struct http_request *rq, const char *key);
/* With arguments for {0}, {1}, ...; not escaped: templates escape. */
struct str http_tr_args(const struct http_request *rq, const char *key, const struct str *args, size_t n);

/* ---- continuing later ---- */

/* Continues a request whose handler returned (or is about to return) HTTP_PENDING: `then` runs on a
 * server thread and may return HTTP_PENDING again. Any thread; exactly once for each HTTP_PENDING. When
 * the client has gone meanwhile, `then` never runs: what it needs belongs into rq->arena, which the caller may
 * use until this call. The request may be gone as soon as this returns. */
void http_resume(struct http_request *rq, http_handler then, void *arg);
/* What `settling` waited for has come: the answer goes out as it is, or as a fault. */
void http_resume_settled(struct http_request *rq, enum err e);
/* Slow work off the request threads, by two workers of each kind: what takes a moment, such as the hash of a password, and what may take minutes.
 * The job ends by http_resume. ERR_BUSY when 256, or HTTP_WORK_LONG_MAX, of its kind wait: nothing was taken over. */
enum http_work_kind { HTTP_WORK_SHORT, HTTP_WORK_LONG };
enum { HTTP_WORK_LONG_MAX = 8 };
BASE_MUST_USE enum err http_work_submit(struct http_server *s, enum http_work_kind kind, void (*job)(void *arg), void *arg);

/* ---- sessions ---- */

struct http_session {
	char key[65];       /* digest of the cookie's secret, hex */
	char csrf[44];      /* token for forms */
	int64_t person;     /* 0 = nobody has logged in */
	int64_t created_ms, seen_ms;
	char note[128];     /* for the web room */
};

/* A new session with a new secret; an old one of this request ends (no fixation). Sets the cookie. The answer to the request waits until that is
 * kept, as it does when one ends; no thread does. */
BASE_MUST_USE enum err http_session_start(struct http_request *rq, struct http_reply *re, int64_t person, struct str note);
void http_session_end(struct http_request *rq, struct http_reply *re);
/* The hidden field for forms; empty when there is no session. Unsafe methods with a session must carry it
 * as field "csrf" or header X-CSRF-Token; without a session the Origin header must be our own. */
struct str http_csrf_field(struct http_request *rq);

/* ---- server-sent events ---- */

enum { HTTP_TOPICS_MAX = 8, HTTP_TOPIC_MAX = 64 };

/* Turns the connection into an event stream that hears the topics. `first` is sent at once as event
 * "first" when not empty (serialised JSON or one line of text). Return HTTP_STREAM after OK.
 * ERR_BUSY when there are too many streams. */
BASE_MUST_USE enum err http_stream_open(struct http_request *rq, struct http_reply *re, const char *const *topics, size_t n, struct str first);
/* To all streams of the topic, from any thread; never waits. A client that is too slow loses what it has not
 * read and gets the event "reload" instead. `data` must hold no line break outside JSON strings. */
void http_publish(struct http_server *s, const char *topic, const char *event, struct str data);

#endif
