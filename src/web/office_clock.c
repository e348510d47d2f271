/* office_clock.c - the machine's clock in doubt: what the office's front page says of it, and the administrator's word that it is right. */
#include "web/office_int.h"

void office_clock_put(struct web_page *p)
{
	const struct json *v = NULL;
	struct diag d;
	diag_init(&d);
	if (web_view_try(p->rq, p->web, "machine.time", web_params_query(p->rq, ""), &v, &d) == OK)
		json_build_value(&p->data, "machine", web_dress(p->rq, v));
}

static enum http_outcome confirmed(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)w;
	(void)kept;
	if (r->err == OK)
		http_flash(rq, re, "success", S("office.clock.confirmed"));
	else
		http_flash(rq, re, "error", arena_printf(rq->arena, "staff.refused|%.*s", STR_ARG(web_refusal(rq, &r->diag))));
	return http_redirect(re, S("/office"));
}

enum http_outcome office_clock_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_command(rq, re, web_of(arg), "time.confirm", web_params_query(rq, ""), confirmed, NULL);
}
