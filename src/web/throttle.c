/* throttle.c - guessing is slow: so many attempts an account, so many an address (of IPv6: a network of 64 bits), counted here and with whoever else serves the same
 * database. Here first: who is too fast already costs the database nothing.
 */
#include "web/web_int.h"

/* Five at once an account, thirty an address, then one a minute. */
enum { BURST = 5, ADDRESS_BURST = 30, REFILL_MS = 60000, NAMES_MAX = 10000 };

enum err web_attempts_new(struct web *w)
{
	TRY(http_throttle_new(BURST, REFILL_MS, NAMES_MAX, &w->login_names));
	return http_throttle_new(ADDRESS_BURST, REFILL_MS, NAMES_MAX, &w->login_addresses);
}

void web_attempts_free(struct web *w)
{
	http_throttle_free(w->login_names);
	http_throttle_free(w->login_addresses);
}

bool web_attempt_name(struct http_request *rq, struct web *w, struct str name, int64_t *wait_ms)
{
	return http_throttle_take(w->login_names, name, rq->now_ms, wait_ms) &&
	       casework_attempt(w->casework, "name", name, BURST, REFILL_MS, rq->now_ms, wait_ms);
}

bool web_attempt_address(struct http_request *rq, struct web *w, int64_t *wait_ms)
{
	char room[HTTP_CALLER_MAX];
	struct str caller = http_throttle_caller(rq->remote, room);
	return http_throttle_take(w->login_addresses, caller, rq->now_ms, wait_ms) &&
	       casework_attempt(w->casework, "address", caller, ADDRESS_BURST, REFILL_MS, rq->now_ms, wait_ms);
}

void web_attempts_forget(struct web *w, struct str name)
{
	http_throttle_reset(w->login_names, name);
	casework_attempt_forget(w->casework, "name", name);
}
