/* courier.h - what leaves the house: notices by e-mail, events by webhook. Each is sent until it is received, or put aside for an
 * administrator to see.
 *
 * The record itself is the outbox: what is committed will be picked up, whatever happens in between, because the courier keeps how
 * far it has read (courier_cursor) and picks up and moves on in one transaction. What it picked up is a row of courier_delivery with
 * a number that never changes: a receiver that sees the same number twice has seen a repeated delivery, not a second event.
 * Both tables are workspace, not record; who is subscribed to what (webhook) is record.
 *
 * A round never waits for a receiver: transfers run side by side on the courier's own thread.
 * Protocol, signature, retries: docs/webhooks.md.
 */
#ifndef COURIER_COURIER_H
#define COURIER_COURIER_H

#include "base/diag.h"
#include "casework/room.h"

struct sockaddr;

extern const struct casework_room courier_room;

enum { COURIER_SLOTS = 16, COURIER_TIMEOUT_MS = 15000, COURIER_WAIT_MS_MAX = 2000 };

struct courier_options {
	struct casework *casework;  /* borrowed; must outlive the courier */
	const char *mail_password;  /* of setting `mail`'s user; NULL = none. Never in the record. */
	int32_t timeout_ms;         /* of one transfer; 0 = COURIER_TIMEOUT_MS */
};

struct courier;

/* ERR_NOMEM, ERR_UNSUPPORTED when libcurl cannot start. */
BASE_MUST_USE enum err courier_new(const struct courier_options *o, struct courier **out, struct diag *d);
void courier_free(struct courier *c); /* NULL is fine; what is under way is broken off and sent again later */
/* One round: picks up what is new, begins what is due, takes in what has ended; waits at most wait_ms for something to happen.
 * *under_way: transfers not ended yet. */
BASE_MUST_USE enum err courier_round(struct courier *c, int32_t wait_ms, size_t *under_way, struct diag *d);
/* A thread that makes rounds until stopped. */
BASE_MUST_USE enum err courier_start(struct courier *c);
void courier_stop(struct courier *c);
/* Something was committed. Any thread. */
void courier_nudge(struct courier *c);

/* ---- pure ---- */

/* Is it an address that outsiders must not make us call: loopback, private, link-local, multicast, documentation, or an IPv6
 * address that carries such an IPv4 one? Anything that is neither IPv4 nor IPv6 is. */
bool courier_address_closed(const struct sockaddr *a);
/* Standard Webhooks 1.0: "v1,<base64 of HMAC-SHA256(secret, id.timestamp.body)>". `secret` is "whsec_<base64>". ERR_INVALID. */
BASE_MUST_USE enum err courier_sign(struct arena *a, struct str secret, struct str id, int64_t timestamp_s, struct str body, struct str *out);
/* Milliseconds until the next try after so many failed ones; -1 = no more. */
int64_t courier_backoff_ms(int64_t attempts);
/* What of an event's data goes out: with `personal` all but secrets, otherwise numbers, truth values and codes. */
const struct json *courier_redact(struct arena *a, const struct json *data, bool personal);
/* A message as SMTP wants it: headers encoded, body in base64. */
BASE_MUST_USE enum err courier_message(struct arena *a, struct str from, struct str to, struct str id, int64_t at_ms, struct str subject,
                                       struct str text, struct str *out);
/* One plain address: no blanks, no controls, one @. */
bool courier_mailable(struct str address);
/* Does the event's kind match one of the blank-separated patterns: "*", "case.*", "alert.raised"? Kinds that carry secrets never do. */
bool courier_matches(struct str patterns, struct str kind);

#endif
