/* backups.c - the engineer's page: what is planned, when the last backup was made, what went wrong. */
#include "web/desk.h"

static const struct web_desk backups = { .view = "backups", .params = "limit:int", .title = "backup.title", .template = "backup/backups", .wide = true };

static enum http_outcome backups_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &backups); }

static const struct http_route routes[] = { { HTTP_GET, "/office/backups", WEB_ADMIN | WEB_AUDITOR, backups_show, "backups" } };

size_t web_routes_backups(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
