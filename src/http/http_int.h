/* http_int.h - what the files of this room share: the exchange (one request and its reply)
 * and the server. Nobody else includes it. */
#ifndef HTTP_HTTP_INT_H
#define HTTP_HTTP_INT_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "base/map.h"
#include "http/http.h"
#include "http/i18n.h"
#include "text/mustache.h"

enum {
	HTTP_PARAMS_MAX = 8,
	HTTP_PAIRS_MAX = 1000,   /* fields of a form, parameters of a query */
	HTTP_FILES_MAX = 50,
	HTTP_HEADERS_MAX = 32,   /* of a reply */
	HTTP_PAGE_MAX = 8 << 20, /* bytes of a rendered page */
};

struct http_pairs {
	struct http_pair *list;
	size_t count, room;
};

struct http_reply {
	struct http_exchange *ex;
	int status; /* 0 = not filled yet */
	struct http_pair headers[HTTP_HEADERS_MAX];
	size_t headers_count;
	struct http_pair cookies[4]; /* name, whole Set-Cookie value */
	size_t cookies_count;
	struct str body;
	struct http_stream *stream;
};

/* Who moves a pending request on: the thread that suspends and the thread that resumes
 * meet in one atomic, so that a resume before the suspension is not lost. */
enum http_turn { TURN_RUNNING, TURN_SUSPENDED, TURN_RESUMED };

struct http_exchange {
	struct http_request rq; /* first: handlers hold a pointer to it */
	struct http_reply re;
	struct http_server *server;
	struct MHD_Connection *conn;
	struct arena arena;
	struct http_pair params[HTTP_PARAMS_MAX];
	size_t params_count;
	struct http_pairs query, fields;
	struct http_file *files;
	size_t files_count;
	struct buf body;
	struct str spooled; /* where the body lies when it is large; ptr NULL = in body's own memory */
	size_t body_limit, body_said, drained, reserved;
	int64_t began_us;
	struct http_line *line;
	struct http_session session; /* rq.session points here */
	_Atomic int keeping;  /* sessions begun or ended and not kept yet, and one more until the answer is there */
	_Atomic int unkept;   /* what one of them met */
	bool asked_kept;      /* the answer is there */
	bool wrote;           /* a session was begun or ended; what the answer sets from then on goes with it */
	size_t cookies_before;
	bool met, found; /* its route was looked for, and is there */
	bool waited_long; /* for its turn, in vain (lane.c) */
	int64_t asleep_us; /* since then */
	struct http_exchange *behind; /* the next that sleeps */
	bool complete;  /* the head has been read */
	bool started;   /* the handler has run */
	bool early;     /* refused before it could */
	bool settled;   /* what the answer tells has been asked for: is it on the disk? */
	struct str answer; /* http_room: a nameless file, or memory where there is no folder for one */
	bool head;
	bool last;      /* the connection is closed behind the answer */
	bool owed;      /* begun and not answered: counted among the server's pending */
	struct diag early_diag;
	int early_status;
	_Atomic int turn;
	http_handler then;
	void *then_arg;
};

struct http_asset;
struct http_work;
struct http_lane;
struct http_streams;
struct http_memory_sessions;

struct http_templates {
	struct arena *arena;
	struct map by_name; /* name -> struct mustache */
	const char *dir;
};

/* A checked table, and where to look in it for a path: chains of rows (by number, from 1) under the hash of what a pattern begins with. */
struct http_routes { const struct http_route *list; size_t count, mask; uint32_t *first, *next; };

struct http_server {
	struct http_options o;
	struct arena arena; /* routes, templates, catalogues, assets: immutable after the start */
	struct http_routes routes;
	struct http_templates templates;
	struct http_i18n *i18n;
	struct map assets; /* path below /static/ -> struct http_asset */
	struct str version;
	struct http_session_store sessions;
	struct http_memory_sessions *memory_sessions;
	struct http_work *work;
	struct http_lane *lane;
	struct http_streams *streams;
	struct MHD_Daemon *daemon;
	MHD_socket listener; /* once nobody is taken in any more */
	char address[OS_ADDRESS_MAX]; /* of a socket that was handed over */
	int port;
	struct http_patience *patience;
	struct http_figures *figures;
	_Atomic int64_t requests, active, pending, refused, connections, slow, body_bytes, answer_bytes;
	_Atomic int64_t fresh;  /* connections that have not asked for anything yet */
	_Atomic int64_t let_in; /* of those: handed to the library, which has not begun them */
	_Atomic bool stopping; /* no new connections, answers close theirs */
	_Atomic bool closed;   /* and no request is begun any more */
};

static inline struct http_exchange *exchange_of(const struct http_request *rq)
{
	return (struct http_exchange *)(uintptr_t)rq;
}

/* ---- one thread that stays free (lane.c) ---- */
/* `room`: requests that may be worked at. *out is to be freed on failure too. */
BASE_MUST_USE enum err http_lane_new(int room, struct http_lane **out);
/* NULL is fine; nobody sleeps any more. */
void http_lane_free(struct http_lane *l);
/* On the thread of its connection. False: it sleeps, and its connection's turn comes again; true: http_lane_leave is called when the turn ends. */
bool http_lane_enter(struct http_exchange *ex);
void http_lane_leave(struct http_server *s);

/* ---- routes (router.c) ---- */
BASE_MUST_USE enum err http_routes_check(const struct http_route *routes, size_t n, struct diag *d);
/* The list is borrowed. */
BASE_MUST_USE enum err http_routes_index(struct http_routes *r, const struct http_route *list, size_t n, struct arena *a);
/* Finds the row, fills ex->params. NULL: *allowed holds the methods that exist there, 0 = no such path. */
const struct http_route *http_route_find(const struct http_routes *r, struct str path_raw, unsigned method,
                                         struct arena *a, struct http_pair *params, size_t *params_count, unsigned *allowed);

/* ---- the head (head.c) ---- */
/* The code of what makes it ambiguous, with an English sentence; NULL when nothing does. */
const char *http_head_fault(struct MHD_Connection *conn, const char *version, const char **text);

/* ---- decoding (decode.c): pure ---- */
/* UTF-8 without the character NUL: what a text of the record may hold. Not every store can keep that character. */
bool http_is_text(struct str s);
/* %XX decoded (and + as blank in forms); false on bad escapes, NUL or bad UTF-8. */
BASE_MUST_USE bool http_decode(struct arena *a, struct str raw, bool plus, struct str *out);
/* "a=1&b=2" into pairs. ERR_INVALID, ERR_LIMIT, ERR_NOMEM. */
BASE_MUST_USE enum err http_decode_pairs(struct arena *a, struct str raw, struct http_pairs *out);
BASE_MUST_USE enum err http_pairs_add(struct arena *a, struct http_pairs *p, struct str name, struct str value);
struct str http_pairs_first(const struct http_pairs *p, struct str name);
size_t http_pairs_all(const struct http_pairs *p, struct str name, struct arena *a, const struct str **out);
void http_encode(struct buf *out, struct str s); /* for a query value */

/* ---- multipart/form-data (multipart.c): pure; views into body ---- */
struct http_multipart {
	struct http_pairs fields;
	struct http_file files[HTTP_FILES_MAX];
	size_t files_count;
};
BASE_MUST_USE enum err http_multipart_read(struct arena *a, struct str body, struct str content_type, size_t file_max,
                                           struct http_multipart *out, struct diag *d);
/* Value of a parameter in a header such as Content-Type or Content-Disposition; ptr NULL when absent. */
struct str http_header_param(struct arena *a, struct str header, const char *name);

/* ---- slow clients (patience.c) ---- */
struct http_patience;
struct http_line; /* one connection */
enum http_wait { HTTP_WAIT_NEXT, HTTP_WAIT_CLIENT, HTTP_WAIT_OURS };
/* *out is to be freed on failure too; all lines are closed before. Counts whom it ends in *ended. */
BASE_MUST_USE enum err http_patience_new(int64_t patience_ms, int64_t idle_ms, _Atomic int64_t *ended, struct http_patience **out);
void http_patience_free(struct http_patience *p);
struct http_line *http_line_open(struct http_patience *p, int fd); /* NULL without memory: fine everywhere below */
void http_line_close(struct http_patience *p, struct http_line *l);
/* True the first time that it is asked, by the line's own thread: it was fresh. Of NULL never. */
bool http_line_was_fresh(struct http_line *l);
/* What happens next on the line, and how many bytes the client has to send or take for it. */
void http_line_expect(const struct http_patience *p, struct http_line *l, enum http_wait what, uint64_t bytes);
/* So much came of a body that does not say its length. */
void http_line_extend(struct http_line *l, uint64_t bytes);

/* ---- figures (figures.c) ---- */
BASE_MUST_USE enum err http_figures_new(struct http_server *s); /* once the routes are known */
void http_figures_count(struct http_server *s, const struct http_route *route, int status, int64_t took_us);

/* ---- the rest ---- */
BASE_MUST_USE enum err http_body_parse(struct http_exchange *ex, struct diag *d);      /* body.c */
bool http_csrf_passes(struct http_exchange *ex);                                       /* csrf.c */
void http_session_load(struct http_exchange *ex);                                      /* session.c */
/* The answer is there: are the sessions that it begins and ends kept? False: the request is resumed when they are. A fault that stands in *e already
 * stays what the answer ends with. */
bool http_session_kept(struct http_exchange *ex, enum err *e);
BASE_MUST_USE enum err http_memory_sessions_new(size_t max, struct http_memory_sessions **out,
                                                struct http_session_store *store);   /* session_memory.c */
void http_memory_sessions_free(struct http_memory_sessions *m);
BASE_MUST_USE enum err http_templates_load(struct arena *a, const char *dir, struct http_templates *t, struct diag *d);
BASE_MUST_USE enum err http_assets_load(struct http_server *s, struct diag *d);        /* asset.c */
enum http_outcome http_asset_handler(struct http_request *rq, struct http_reply *re, void *arg);
BASE_MUST_USE enum err http_work_new(struct http_work **out);                          /* work.c */
void http_work_stop(struct http_work *w);
BASE_MUST_USE enum err http_streams_new(struct http_streams **out);                    /* stream.c */
void http_streams_stop(struct http_streams *s); /* ends all streams and the heartbeat */
void http_streams_free(struct http_streams *s);
int64_t http_streams_count(struct http_streams *s);
struct MHD_Response *http_stream_response(struct http_stream *st, struct MHD_Connection *conn);
void http_reply_reset(struct http_reply *re);                                          /* reply.c */
enum MHD_Result http_reply_queue(struct http_exchange *ex);
const char *http_status_phrase(int status);
struct str http_asset_type(struct str name);

#endif
