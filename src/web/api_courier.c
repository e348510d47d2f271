/* api_courier.c - routes of what leaves the house: subscriptions and deliveries. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define PAGE "cursor limit:int"

static const struct api_route table[] = {
	{ "GET", V1("/webhooks"), "listWebhooks", "courier", "Subscriptions to events", API_VIEW, "webhooks",
	  .answer = "WebhookList", .status = 200, .who = WEB_ADMIN },
	{ "POST", V1("/webhooks"), "addWebhook", "courier", "Subscribe a receiver; the secret is shown once", API_COMMAND, "webhook.put",
	  .body = "WebhookNew", .answer = "WebhookMade", .status = 201, .who = WEB_ADMIN },
	{ "GET", V1("/webhooks/{webhook:int}"), "getWebhook", "courier", "A subscription", API_VIEW, "webhooks",
	  .answer = "Row", .status = 200, .who = WEB_ADMIN, .edits = "webhook.put", .one = "webhook" },
	{ "PUT", V1("/webhooks/{webhook:int}"), "putWebhook", "courier", "Change a subscription", API_COMMAND, "webhook.put",
	  .body = "WebhookNew", .answer = "WebhookMade", .status = 200, .who = WEB_ADMIN },
	{ "POST", V1("/webhooks/{webhook:int}/secret"), "rotateWebhook", "courier", "A new secret, shown once", API_COMMAND, "webhook.rotate",
	  .answer = "WebhookSecret", .status = 200, .who = WEB_ADMIN },
	{ "DELETE", V1("/webhooks/{webhook:int}"), "removeWebhook", "courier", "End a subscription", API_COMMAND, "webhook.remove",
	  .status = 204, .who = WEB_ADMIN },
	{ "GET", V1("/deliveries"), "listDeliveries", "courier", "E-mails and events on their way, received, or put aside", API_VIEW, "deliveries",
	  .query = "state webhook:int " PAGE, .answer = "DeliveryPage", .status = 200, .who = WEB_ADMIN },
	{ "POST", V1("/deliveries/{delivery:int}/retry"), "retryDelivery", "courier", "Send again what was put aside", API_COMMAND, "delivery.retry",
	  .status = 204, .who = WEB_ADMIN },
};

const struct api_family api_courier = { table, sizeof table / sizeof *table };
