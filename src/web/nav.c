/* nav.c - the way about: a bar with what one's role does every day, and a page with all the rest, grouped. */
#include "web/web_int.h"

/* Groups of the page; `bar` stands in the bar of every page. */
enum nav_group { NAV_SERVICES, NAV_WORK, NAV_SUPERVISION, NAV_FIGURES, NAV_OFFICE, NAV_GROUPS };
static const char *const group_keys[NAV_GROUPS] = { "nav.services", "nav.work", "nav.supervision", "nav.figures", "nav.office" };

static const struct nav_row {
	const char *href, *key;
	unsigned who;
	const char *under; /* pages whose path begins like this belong to it; NULL = the href alone */
	enum nav_group group;
	bool bar;
} rows[] = {
	{ "/", "common.nav.home", WEB_ANY, NULL, NAV_SERVICES, true },
	{ "/items", "common.nav.items", WEB_ANY, "/items", NAV_SERVICES, true },
	{ "/track", "common.nav.track", WEB_VISITOR, "/track", NAV_SERVICES, true },
	{ "/my/cases", "common.nav.my_cases", WEB_CITIZEN, "/my/cases", NAV_SERVICES, true },
	{ "/my/messages", "common.nav.messages", WEB_CITIZEN, "/my/messages", NAV_SERVICES, true },
	{ "/complain", "common.nav.complain", WEB_ANY, "/complain", NAV_SERVICES, true },
	{ "/hall", "hall.nav", WEB_ANY, "/hall", NAV_SERVICES, true },
	{ "/my/bookings", "hall.my", WEB_CITIZEN, "/my/bookings", NAV_SERVICES, false },
	{ "/powers", "powers.lists", WEB_ANY, "/powers", NAV_SERVICES, false },
	{ "/calendar", "common.nav.calendar", WEB_ANY, NULL, NAV_SERVICES, false },

	{ "/staff", "common.nav.worklist", WEB_HANDLERS, NULL, NAV_WORK, true },
	{ "/staff/counter", "common.nav.counter", WEB_CLERK, "/staff/counter", NAV_WORK, true },
	{ "/staff/hall", "hall.desk", WEB_CLERK | WEB_HEAD, NULL, NAV_WORK, true },
	{ "/staff/hall/bookings", "hall.bookings", WEB_CLERK | WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN, NULL, NAV_WORK, false },
	{ "/staff/cases", "common.nav.cases", WEB_STAFF & ~(unsigned)WEB_ADMIN, "/staff/cases", NAV_WORK, true },
	{ "/staff/complaints", "common.nav.complaints", WEB_HANDLERS | WEB_OVERSIGHT, "/staff/complaints", NAV_WORK, false },
	{ "/staff/desk", "people.desk", WEB_STAFF, "/staff/desk", NAV_WORK, false },
	{ "/staff/attendance", "roster.attendance", WEB_STAFF, NULL, NAV_WORK, false },
	{ "/staff/training", "roster.file", WEB_STAFF, NULL, NAV_WORK, false },
	{ "/staff/attendance/sheet", "roster.sheet", WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN, "/staff/attendance/sheet", NAV_WORK, false },
	{ "/staff/training/people", "roster.people", WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN, "/staff/training/people", NAV_WORK, false },
	{ "/staff/certificates", "roster.certificates", WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN, "/staff/certificates", NAV_WORK, false },
	{ "/redress/mine", "redress.nav.mine", WEB_HANDLERS, "/redress/mine", NAV_WORK, false },
	{ "/staff/delegations", "powers.delegations", WEB_STAFF, NULL, NAV_WORK, false },
	{ "/staff/interests", "powers.interests", WEB_STAFF, NULL, NAV_WORK, false },
	{ "/staff/glass", "powers.glass", WEB_STAFF, NULL, NAV_WORK, false },

	{ "/board", "common.nav.board", WEB_HEAD | WEB_OVERSIGHT, NULL, NAV_SUPERVISION, true },
	{ "/board/alerts", "common.nav.alerts", WEB_HEAD | WEB_OVERSIGHT, "/board/alerts", NAV_SUPERVISION, true },
	{ "/redress/desk", "redress.nav.desk", WEB_OVERSIGHT, "/redress", NAV_SUPERVISION, true },
	{ "/board/rules", "watch.rules", WEB_OVERSIGHT | WEB_ADMIN, "/board/rules", NAV_SUPERVISION, false },
	{ "/inspect", "inspect.title", WEB_HEAD | WEB_OVERSIGHT | WEB_INSPECTOR, "/inspect", NAV_SUPERVISION, false },

	{ "/statistics", "tally.nav", WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN, "/statistics", NAV_FIGURES, false },
	{ "/staff/hall/figures", "hall.figures", WEB_CLERK | WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN, NULL, NAV_FIGURES, false },
	{ "/gauge", "gauge.nav", WEB_STAFF, "/gauge", NAV_FIGURES, false },
	{ "/mine", "mine.title", WEB_HEAD | WEB_OVERSIGHT, "/mine", NAV_FIGURES, false },

	{ "/office/ledger", "common.nav.ledger", WEB_OVERSIGHT, "/office/ledger", NAV_OFFICE, false },
	{ "/office/audit", "powers.audit", WEB_OVERSIGHT, "/office/audit", NAV_OFFICE, false },
	{ "/office/looks", "powers.looks", WEB_OVERSIGHT, "/office/looks", NAV_OFFICE, false },
	{ "/office/state", "office.state", WEB_AUDITOR, "/office/state", NAV_OFFICE, false },
	{ "/office/backups", "backup.title", WEB_AUDITOR, "/office/backups", NAV_OFFICE, false },
	{ "/office", "common.nav.office", WEB_ADMIN, "/office", NAV_OFFICE, true },
	{ "/staff/hall/setup", "hall.setup", WEB_ADMIN | WEB_HEAD, "/staff/hall/setup", NAV_OFFICE, false },
	{ "/account", "account.title", WEB_LOGIN, "/account", NAV_OFFICE, false },
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool is_under(const struct http_request *rq, const struct nav_row *r)
{
	return r->under ? str_starts(rq->path, str_of(r->under)) : str_eqz(rq->path, r->href);
}

static void put_row(struct http_request *rq, struct json_builder *list, const struct nav_row *r, bool active, struct str count)
{
	struct json_builder one;
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "href", str_of(r->href));
	json_build_str(&one, "key", str_of(r->key));
	json_build_bool(&one, "active", active);
	json_build_str(&one, "count", count);
	json_build_value(list, "", json_build_end(&one));
}

/* Empty where there is none; a dash where they could not be counted. */
static struct str unread_of(struct http_request *rq, const struct json *me)
{
	int64_t n = json_i64(json_get(me, "unread"), 0);
	return json_bool(json_get(me, "unread_unknown"), false) ? S("–") : n ? arena_printf(rq->arena, "%lld", (long long)n) : S("");
}

const struct json *web_navigation(struct http_request *rq, unsigned roles, const struct json *me)
{
	static const struct nav_row more = { "/all", "nav.all", WEB_LOGIN, "/all", NAV_SERVICES, true };
	struct json_builder list;
	bool hidden = false; /* the page one is on belongs to a row that the bar does not show */
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < ROWS; i++) {
		if (!(rows[i].who & roles))
			continue;
		hidden = hidden || (!rows[i].bar && is_under(rq, &rows[i]));
		if (rows[i].bar)
			put_row(rq, &list, &rows[i], is_under(rq, &rows[i]), str_eqz(str_of(rows[i].href), "/my/messages") ? unread_of(rq, me) : S(""));
	}
	if (roles & WEB_STAFF)
		put_row(rq, &list, &more, hidden || is_under(rq, &more), S(""));
	return json_build_end(&list);
}

static const struct json *group(struct http_request *rq, unsigned roles, enum nav_group g)
{
	struct json_builder list, one;
	size_t n = 0;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].group == g && (rows[i].who & roles)) {
			put_row(rq, &list, &rows[i], false, S(""));
			n++;
		}
	json_build_object_begin(&one, rq->arena);
	json_build_str(&one, "key", str_of(group_keys[g]));
	json_build_value(&one, "rows", json_build_end(&list));
	return n ? json_build_end(&one) : NULL;
}

static enum http_outcome all(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web_page p;
	struct json_builder groups;
	web_page_begin(&p, rq, web_of(arg), "nav.all", NULL, 0);
	json_build_array_begin(&groups, rq->arena);
	for (int g = 0; g < NAV_GROUPS; g++) {
		const struct json *one = group(rq, web_user(rq)->roles, (enum nav_group)g);
		if (one)
			json_build_value(&groups, "", one);
	}
	json_build_value(&p.data, "groups", json_build_end(&groups));
	return web_page_send(&p, re, "all");
}

static const struct http_route routes[] = { { HTTP_GET, "/all", WEB_LOGIN, all, "all" } };

size_t web_routes_nav(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
