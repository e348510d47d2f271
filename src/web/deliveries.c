/* deliveries.c - the administrator's pages of what leaves the house: subscriptions, and what became of each delivery. */
#include "web/desk.h"

static const struct web_deed webhook_deeds[] = {
	{ "put", "webhook.put", "webhook:int name url kinds organ personal:bool enabled:bool", "courier.saved", "redress/webhook_secret" },
	{ "rotate", "webhook.rotate", "webhook:int", "courier.saved", "redress/webhook_secret" },
	{ "remove", "webhook.remove", "webhook:int", "courier.removed", NULL },
};
static const struct web_desk webhooks = { .view = "webhooks", .params = "webhook:int", .title = "courier.webhooks", .template = "redress/webhooks", .wide = true,
	                                  .deeds = webhook_deeds, .deeds_count = sizeof webhook_deeds / sizeof *webhook_deeds };

static const struct web_deed delivery_deeds[] = { { "retry", "delivery.retry", "delivery:int", "courier.retried", NULL } };
static const struct web_desk deliveries = { .view = "deliveries", .params = "state webhook:int cursor limit:int", .title = "courier.deliveries",
	                                    .template = "redress/deliveries", .list = "/office/deliveries", .wide = true,
	                                    .deeds = delivery_deeds, .deeds_count = sizeof delivery_deeds / sizeof *delivery_deeds };

static enum http_outcome webhooks_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &webhooks); }
static enum http_outcome webhooks_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &webhooks); }
static enum http_outcome deliveries_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &deliveries); }
static enum http_outcome deliveries_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &deliveries); }

static const struct http_route routes[] = {
	{ HTTP_GET, "/office/webhooks", WEB_ADMIN, webhooks_show, "courier.webhooks" },
	{ HTTP_POST, "/office/webhooks", WEB_ADMIN, webhooks_do, "courier.webhooks.do" },
	{ HTTP_GET, "/office/deliveries", WEB_ADMIN, deliveries_show, "courier.deliveries" },
	{ HTTP_POST, "/office/deliveries", WEB_ADMIN, deliveries_do, "courier.deliveries.do" },
};

size_t web_routes_deliveries(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
