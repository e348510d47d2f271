/* courier_int.h - private to the room. */
#ifndef COURIER_COURIER_INT_H
#define COURIER_COURIER_INT_H

#include "courier/courier.h"

enum err act_courier_collect(struct act *), act_courier_report(struct act *), act_courier_retry(struct act *), act_webhook_put(struct act *),
	act_webhook_rotate(struct act *), act_webhook_remove(struct act *);
enum err view_courier_work(struct view_ctx *, struct json_build *), view_webhooks(struct view_ctx *, struct json_build *),
	view_deliveries(struct view_ctx *, struct json_build *);

struct str courier_base64(struct arena *a, const void *bytes, size_t n);

#endif
