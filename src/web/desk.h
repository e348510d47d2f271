/* desk.h - a page that shows one view and offers a few deeds about it, all as data.
 *
 * GET reads the view and renders it; POST to the same address with the field `deed` does that command and comes back with a
 * message, or shows the page again with what was typed and why it was refused. For pages that need more, see board.c or
 * staff_act.c.
 */
#ifndef WEB_DESK_H
#define WEB_DESK_H

#include "web/web_int.h"

/* What a deed writes whole and its page shows as it stands: somebody else may have done so since. */
struct web_desk_whole {
	const char *name;     /* "code=window": what names it for the command, and where it stands in the address; NULL = there is one such thing */
	const char *part;     /* the view's list of which it is the only row; NULL = the view itself */
	const char *fields;   /* blank-separated "field=words", or "field/member=words" where the view has it under another name: what may differ */
};

struct web_deed {
	const char *id;       /* value of the field `deed` */
	const char *command;
	/* Blank-separated fields of the command: "reason", "minutes:int", "grant:bool", "functions:list" (all values of that name),
	 * ":path" after a name takes it from the address ("case_no:path"), ":upload" all files that came along ("documents:upload").
	 * Empty fields are left out. */
	const char *fields;
	const char *done;     /* catalogue key of the message */
	const char *shows;    /* template that shows the answer instead of coming back; NULL = come back */
	const struct web_desk_whole *whole; /* of at most one deed of a desk; NULL = it writes nothing whole */
};

struct web_desk {
	const char *view;     /* NULL = no view: the page only asks */
	const char *params;   /* as web_params_query, from the query */
	const char *path;     /* blank-separated names taken from the address into the view's parameters; NULL = none */
	const char *title;    /* catalogue key */
	const char *template;
	const char *list;     /* address of a list with pages; NULL = the view is no list */
	const struct web_deed *deeds;
	size_t deeds_count;
	bool wide;
};

/* Handlers give the route's own desk. */
enum http_outcome web_desk_show(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_desk *desk);
enum http_outcome web_desk_do(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_desk *desk);

#endif
