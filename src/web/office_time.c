/* office_time.c - demonstration time moved forward by an administrator, from the office's front page.
 *
 * Only where the program was started with a clock that stands still; everything that falls due on
 * the way is fired in order, as it would have been.
 */
#include "calendar/calendar.h"
#include "web/office_int.h"

enum { DAYS_MAX = 366, DAY_MS = 86400000 };

struct time_move {
	struct web *web;
	int64_t to_ms;
	enum err err;
	struct diag diag;
};

static void move(void *arg)
{
	struct time_move *m = arg;
	m->err = casework_advance(web_casework(m->web), web_options(m->web)->virtual_clock, m->to_ms, &m->diag);
}

static enum http_outcome moved(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct time_move *m = arg;
	if (m->err == OK)
		http_flash(rq, re, "success", S("rules.time.moved"));
	else
		http_flash(rq, re, "error", arena_printf(rq->arena, "staff.refused|%.*s", STR_ARG(web_refusal(rq, &m->diag))));
	return http_redirect(re, S("/office"));
}

enum http_outcome office_time_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct time_move *m = arena_new(rq->arena, struct time_move);
	int64_t days = 0;
	if (!m)
		return http_busy(rq, re);
	m->web = web_of(arg);
	diag_init(&m->diag);
	if (!web_options(m->web)->virtual_clock || !str_to_i64(str_trim(http_field(rq, "days")), &days) || days < 1 || days > DAYS_MAX) {
		http_flash(rq, re, "error", S("rules.time.days"));
		return http_redirect(re, S("/office"));
	}
	m->to_ms = casework_now_ms(web_casework(m->web)) + days * DAY_MS;
	return web_long_work(rq, re, m->web, move, moved, m);
}
