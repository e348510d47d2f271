/* redress.c - pages of what follows an alert: one's own alerts and demands, the supervisors' desk, measures and the ladder,
 * accountability cases; and what of them is published. */
#include "web/desk.h"
#include "web/staff_int.h"

#define DESK(name) \
	static enum http_outcome name##_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &name); }
#define DESK_DO(name) \
	DESK(name) \
	static enum http_outcome name##_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &name); }
#define DEEDS(list) .deeds = list, .deeds_count = sizeof list / sizeof *list

/* ---- alerts ---- */

static const struct staff_column alert_columns[] = {
	{ "office.col.id", "alert_no" }, { "staff.col.level", "level" }, { "office.ledger.at", "at" }, { "board.alert.what", "text" }, { "staff.col.case", "case_no" },
	{ "redress.organ", "organ.name" }, { "redress.person", "person.name" }, { "board.alert.state", "state" }, { "redress.answer", "answer" }, { "redress.judgement", "judge_reason" },
};
static const struct web_desk alerts = { .view = "redress.alerts", .params = "scope level state organ cursor limit:int", .title = "redress.alerts",
	                                .template = "redress/alerts", .list = "/redress/alerts", .wide = true };

static enum http_outcome alerts_show(struct http_request *rq, struct http_reply *re, void *arg)
{
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, web_of(arg), "redress.alerts", "scope level state organ", alert_columns, sizeof alert_columns / sizeof *alert_columns, "alerts");
	return web_desk_show(rq, re, web_of(arg), &alerts);
}

static const struct web_deed alert_deeds[] = {
	{ "answer", "alert.answer", "alert:path kind reason documents:upload", "redress.alert.answered", NULL },
	{ "contest", "alert.contest", "alert:path reason documents:upload", "redress.alert.contested", NULL },
	{ "judge", "alert.judge", "alert:path outcome reason", "redress.alert.judged", NULL },
	{ "demand", "demand.issue", "alert:path kind text limit:int", "redress.demand.issued", NULL },
};
static const struct web_desk alert = { .view = "redress.alert", .path = "alert", .title = "redress.alert", .template = "redress/alert", DEEDS(alert_deeds) };
DESK_DO(alert)

/* ---- demands ---- */

static const struct web_deed demands_deeds[] = { { "issue", "demand.issue", "kind case_no organ text limit:int", "redress.demand.issued", NULL } };
static const struct web_desk demands = { .view = "demands", .params = "scope state kind organ case_no cursor limit:int", .title = "redress.demands",
	                                 .template = "redress/demands", .list = "/redress/demands", .wide = true, DEEDS(demands_deeds) };
DESK_DO(demands)

static const struct web_deed demand_deeds[] = {
	{ "answer", "demand.answer", "demand:path text documents:upload", "redress.demand.answered", NULL },
	{ "judge", "demand.judge", "demand:path outcome reason limit:int", "redress.demand.judged", NULL },
};
static const struct web_desk demand = { .view = "demand", .path = "demand", .title = "redress.demand", .template = "redress/demand", DEEDS(demand_deeds) };
DESK_DO(demand)

/* ---- measures and the ladder ---- */

static const struct web_desk measures = { .view = "measures", .params = "scope state kind person organ cursor limit:int", .title = "redress.measures",
	                                  .template = "redress/measures", .list = "/redress/measures", .wide = true };
DESK(measures)

static const struct web_deed measure_deeds[] = {
	{ "decide", "measure.decide", "measure:path outcome reason", "redress.measure.decided", NULL },
	{ "appeal", "measure.appeal", "measure:path reason", "redress.measure.appealed", NULL },
	{ "judge", "measure.judge", "measure:path outcome reason", "redress.measure.judged", NULL },
};
static const struct web_desk measure = { .view = "measure", .path = "measure", .title = "redress.measure", .template = "redress/measure", DEEDS(measure_deeds) };
DESK_DO(measure)

static const struct web_desk ladder = { .view = "ladder", .params = "person organ", .title = "redress.ladder", .template = "redress/ladder", .wide = true };
DESK(ladder)

/* ---- desks ---- */

static const struct web_desk supervisor = { .view = "redress.desk", .title = "redress.desk", .template = "redress/desk" };
DESK(supervisor)

/* What a member of staff has to answer: alerts, demands, measures against them, in one page of links. */
static enum http_outcome mine_show(struct http_request *rq, struct http_reply *re, void *arg)
{
	static const struct { const char *view, *key; } lists[] = { { "redress.alerts", "alerts" }, { "demands", "demands" }, { "measures", "measures" } };
	struct web *w = web_of(arg);
	struct web_page p;
	const struct json *cases;
	web_page_begin(&p, rq, w, "redress.mine", NULL, 0);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const struct json *view;
		struct diag d;
		diag_init(&d);
		enum err e = web_view_try(rq, w, lists[i].view, web_params(rq, "scope", S("mine")), &view, &d);
		rq->incomplete = rq->incomplete || e == ERR_CORRUPT; /* of one that is damaged altogether the others are shown */
		bool known = e == OK && !json_bool(json_get(view, "rows_unknown"), false);
		if (e != OK && e != ERR_CORRUPT) {
			d.err = e;
			return web_problem(rq, re, 0, &d);
		}
		json_build_value(&p.data, lists[i].key, known ? web_dress(rq, view) : NULL);
		json_build_bool(&p.data, arena_printf(rq->arena, "%s_unknown", lists[i].key).ptr, !known);
	}
	if (!web_view(rq, re, w, "accountability.cases", web_params(rq, "state", S("open")), &cases))
		return HTTP_DONE;
	json_build_value(&p.data, "cases", cases);
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "redress/mine");
}

/* ---- accountability ---- */

static const struct web_desk cases = { .view = "accountability.cases", .params = "state cursor limit:int", .title = "redress.cases", .template = "redress/cases",
	                               .list = "/redress/cases", .wide = true };
DESK(cases)
static const struct web_desk published = { .view = "accountability.public", .params = "cursor limit:int", .title = "redress.published", .template = "redress/published",
	                                   .list = "/accountability" };
DESK(published)

enum { FORM_MAX = 64 << 20 };

static const struct http_route routes[] = {
	{ HTTP_GET, "/redress/mine", WEB_STAFF, mine_show, "redress.mine" },
	{ HTTP_GET, "/redress/desk", WEB_OVERSIGHT, supervisor_show, "redress.desk" },
	{ HTTP_GET, "/redress/alerts", WEB_STAFF, alerts_show, "redress.alerts" },
	{ HTTP_GET, "/redress/alerts/{alert}", WEB_STAFF, alert_show, "redress.alert" },
	{ HTTP_POST, "/redress/alerts/{alert}", WEB_STAFF, alert_do, "redress.alert.do", 0, FORM_MAX },
	{ HTTP_GET, "/redress/demands", WEB_STAFF, demands_show, "redress.demands" },
	{ HTTP_POST, "/redress/demands", WEB_SUPERVISOR, demands_do, "redress.demands.do" },
	{ HTTP_GET, "/redress/demands/{demand}", WEB_STAFF, demand_show, "redress.demand" },
	{ HTTP_POST, "/redress/demands/{demand}", WEB_STAFF, demand_do, "redress.demand.do", 0, FORM_MAX },
	{ HTTP_GET, "/redress/measures", WEB_STAFF, measures_show, "redress.measures" },
	{ HTTP_GET, "/redress/measures/{measure}", WEB_STAFF, measure_show, "redress.measure" },
	{ HTTP_POST, "/redress/measures/{measure}", WEB_STAFF, measure_do, "redress.measure.do" },
	{ HTTP_GET, "/redress/ladder", WEB_STAFF, ladder_show, "redress.ladder" },
	{ HTTP_GET, "/redress/cases", WEB_STAFF, cases_show, "redress.cases" },
	{ HTTP_GET, "/accountability", WEB_ANY, published_show, "redress.published" },
};

size_t web_routes_redress(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
