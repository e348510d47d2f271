/* throttle.h - token buckets by name: login attempts per account and per address, requests per token.
 * Bounded: when full, the bucket least recently touched is forgotten. Thread-safe. */
#ifndef HTTP_THROTTLE_H
#define HTTP_THROTTLE_H

#include "base/err.h"
#include "base/str.h"

struct http_throttle;

/* `burst` at once, then one every `refill_ms`. ERR_NOMEM. */
BASE_MUST_USE enum err http_throttle_new(int burst, int64_t refill_ms, size_t names_max, struct http_throttle **out);
void http_throttle_free(struct http_throttle *t);
/* Takes one; false when none is left. *wait_ms (may be NULL) = until the next. */
bool http_throttle_take(struct http_throttle *t, struct str name, int64_t now_ms, int64_t *wait_ms);
/* Forgets the name: after a login that worked. */
void http_throttle_reset(struct http_throttle *t, struct str name);

/* Who is counted as one, for the address of a caller: one of IPv4, also where it is written as one of IPv6 (::ffff:198.51.100.7); of IPv6 the network
 * of 64 bits, for every machine has all addresses of one (RFC 4291 2.5.1, RFC 6177) and could name itself anew at each attempt. A text that is no address stays.
 * The answer is in `room`, or is `address` itself. */
enum { HTTP_CALLER_MAX = 64 };
struct str http_throttle_caller(struct str address, char room[HTTP_CALLER_MAX]);

#endif
