/* courier_int.h - private to the room. */
#ifndef COURIER_COURIER_INT_H
#define COURIER_COURIER_INT_H

#include "courier/courier.h"

enum err act_courier_collect(struct act *), act_courier_report(struct act *), act_courier_retry(struct act *), act_courier_again(struct act *), act_webhook_put(struct act *),
	act_webhook_rotate(struct act *), act_webhook_remove(struct act *);
enum err view_courier_work(struct view_ctx *, struct json_build *), view_webhooks(struct view_ctx *, struct json_build *),
	view_deliveries(struct view_ctx *, struct json_build *);

/* ---- outbox.c ---- */
enum { COURIER_COLLECT_MAX = 500 };
struct courier_subscription { int64_t id, organ, from_seq; struct str kinds; struct courier_subscription *next; };
struct courier_entry { int64_t seq, subject; struct str kind; const struct json *data; }; /* data NULL: erased */
/* list: entries that somebody may want; last: how far was read; bad: the first that could not be read, 0 = none; more: there may be more. */
struct courier_outbox {
	int64_t cursor, first, last, bad;
	struct record_gaps gaps;
	struct courier_subscription *subscriptions;
	struct courier_entry *list;
	size_t count;
	bool more;
};
BASE_MUST_USE enum err courier_subscriptions(struct store_conn *c, struct arena *a, struct courier_subscription **out);
BASE_MUST_USE enum err courier_outbox_begin(struct store_conn *c, struct arena *a, struct courier_outbox *o);
BASE_MUST_USE enum err courier_outbox_read(struct store_conn *c, struct arena *a, struct courier_outbox *o);
/* Outside any act: can what is to be picked up next be read? ERR_CORRUPT. The writer's connection, on which others' commands are carried
 * out in the same transaction, does not meet a damaged page. */
BASE_MUST_USE enum err courier_outbox_whole(struct casework *cw);
/* Something failed with `met`: an entry that cannot be read is passed over (OK: try again); when there is none, `met`. */
BASE_MUST_USE enum err courier_pass_over(struct casework *cw, enum err met, struct diag *d);
/* Into `o`, for the command courier.again: where the stretches that can be read again begin, `firsts` of entries and `notices`. False: none. */
BASE_MUST_USE enum err courier_look_again(struct casework *cw, struct arena *a, struct json_build *o, bool *any);

/* ---- notices.c ---- */
#define COURIER_NOTICES S("courier.notices") /* the stretches of notices that cannot be read are kept under this name */
#define COURIER_NOTICE_LAST (INT64_MAX - 1)  /* a stretch that ends with it: and all behind */
/* SQL: in how many stretches is the notice that are known to be unreadable? */
#define COURIER_NOTICE_KNOWN(id) \
	" (SELECT count(*) FROM record_gap g WHERE g.room='courier.notices' AND g.again_ms IS NULL AND " id " BETWEEN g.from_seq AND g.to_seq)"
struct courier_notices { int64_t cursor, first, end; struct record_gaps gaps; }; /* from first to end they may be read; first > LAST: none */
BASE_MUST_USE enum err courier_notices_begin(struct store_conn *c, struct arena *a, struct courier_notices *n);
/* As courier_outbox_whole, courier_pass_over and courier_look_again, of notices. */
BASE_MUST_USE enum err courier_notices_whole(struct casework *cw);
BASE_MUST_USE enum err courier_notices_pass_over(struct casework *cw, enum err met, struct diag *d);
BASE_MUST_USE enum err courier_notices_again(struct casework *cw, const struct record_gaps *gaps, struct json_build *firsts);
/* notice_gaps [{from_notice, until_notice (null: only that, or with open_end all behind), open_end, at}] */
BASE_MUST_USE enum err courier_notices_json(struct view_ctx *v, struct json_build *out);

struct str courier_base64(struct arena *a, const void *bytes, size_t n);

#endif
