/* office_clock.c - the machine's clock in doubt: what the office's front page says of it, and the administrator's word that it is right. */
#include "web/office_int.h"

/* By how much: days, hours, minutes, and which way. */
static const struct json *difference(struct arena *a, int64_t ms)
{
	enum { MINUTE_MS = 60000, HOUR = 60, DAY = 24 * HOUR };
	int64_t minutes = (ms < 0 ? -ms : ms) / MINUTE_MS;
	struct json_builder b;
	json_build_object_begin(&b, a);
	json_build_str(&b, "way", ms < 0 ? S("slow") : S("fast"));
	json_build_i64(&b, "days", minutes / DAY);
	json_build_i64(&b, "hours", minutes % DAY / HOUR);
	json_build_i64(&b, "minutes", minutes % HOUR);
	return json_build_end(&b);
}

void office_clock_put(struct web_page *p)
{
	const struct json *v = NULL;
	struct diag d;
	diag_init(&d);
	if (web_view_try(p->rq, p->web, "machine.time", web_params_query(p->rq, ""), &v, &d) != OK)
		return;
	json_build_value(&p->data, "machine", web_dress(p->rq, v));
	json_build_value(&p->data, "off", difference(p->rq->arena, json_i64(json_get(v, "off_ms"), 0)));
	json_build_bool(&p->data, "behind", str_eqz(json_text(json_get(v, "doubt")), "behind"));
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
