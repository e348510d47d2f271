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
	const char *fields;   /* blank-separated "field=words", or "field/member=words" where the view has it under another name: what may differ; NULL = `meet` says it */
	const char *row;      /* the view is a list, each row of which has its form and its version: the field, and member of the row, that names it; NULL = it is none */
	/* Its form shows nothing that stands: the field, and member of the rows of `part`, that names what is added. The form says made_from {{renewed.<id>}}, or "absent". NULL =
	 * it shows what stands */
	const char *typed;
	bool signs;           /* it is read and signed: nothing is typed */
	/* each field by web_page_field; NULL = `fields` are all. `dressed` is for words, `raw` for what is kept. */
	void (*meet)(struct web_page *p, const struct json *raw, const struct json *dressed, const struct diag *refused);
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
	const struct web_desk_whole *whole; /* of the deeds of a desk all of one thing; NULL = it writes nothing whole */
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
