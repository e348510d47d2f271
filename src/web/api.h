/* api.h - the machine's door: one table from which requests are served, the OpenAPI
 * document is written, and access is tested.
 *
 * A route is mostly data: a view or command of casework, where its parameters come from,
 * and the schemas of what goes in and out. A few have a handler of their own.
 */
#ifndef WEB_API_H
#define WEB_API_H

#include "base/buf.h"
#include "base/diag.h"

enum api_kind {
	API_VIEW,    /* GET: path and query parameters → casework_view → 200 */
	API_COMMAND, /* path parameters and body → casework_do → the route's status */
	API_OWN,     /* a handler in api_own.c, api_document.c, api_board.c */
};

enum api_own {
	API_OWN_NONE,
	API_OWN_BOARD_EVENTS,
	API_OWN_CLOCK,
	API_OWN_CLOCK_MOVE,
	API_OWN_DIAGRAM,
	API_OWN_DOCUMENT,
	API_OWN_DOCUMENT_ADD,
	API_OWN_MACHINE_STATE,
	API_OWN_PASSWORD, /* a command whose "password" is hashed on the way */
	API_OWN_TOKEN_CREATE,
};

struct api_route {
	const char *method;
	const char *path;    /* with {name} or {name:int}, which become parameters */
	const char *id;      /* operationId; stable */
	const char *tag;
	const char *summary;
	enum api_kind kind;
	const char *target;  /* the view's or command's name */
	const char *query;   /* blank-separated "name", "name:int", "name:bool", "name:list"; NULL = none */
	const char *body;    /* schema in web/openapi/components.json; NULL = no body */
	const char *answer;  /* schema; NULL = 204 without a body */
	int status;          /* of success */
	unsigned who;        /* enum web_role: who may call at all; casework checks the rest (this case, this step) */
	enum api_own own;
	const char *edits;   /* of a view: the command that writes whole what it shows, then "member=parameter" where that names it otherwise; the answer's ETag is its version */
	const char *one;     /* of a list's view: the parameter, and member of its rows, that names the one row answered */
	bool versioned;      /* a command about what a route shows with the version for another command: it takes that */
	bool slow;           /* a view that takes its time: done by the workers, off the request threads */
};

/* The routes of one domain: a constant of its own file (api_watch.c), named in the list of api_table.c. */
struct api_family { const struct api_route *routes; size_t count; };
extern const struct api_family api_family_powers;

/* The whole table, in the order of the document. Static; joined by the first call, before any thread serves. */
size_t api_routes(const struct api_route **out);

/* Does the route's command write whole, sign or end what another route shows with its version? Then it takes If-Match. */
bool api_takes_version(const struct api_route *r);

/* One parameter of a route's query specification. */
struct api_param {
	struct str name;
	char type; /* 's' text, 'i' whole number, 'b' boolean, 'l' list of texts */
};
/* Cuts the next parameter off *spec; false at the end. */
bool api_param_next(struct str *spec, struct api_param *out);
/* The next {name} of a path pattern; false at the end. */
bool api_path_next(struct str *rest, struct api_param *out);

/* Writes the OpenAPI 3.1 document of the table; `components` is the text of
 * web/openapi/components.json. ERR_NOMEM, ERR_LIMIT. */
BASE_MUST_USE enum err api_openapi(struct arena *a, struct str components, struct str *out);

#endif
