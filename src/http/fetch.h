/* fetch.h - asking another system over HTTP, through libcurl: on workers, never on request threads. Bounded in time and bytes,
 * no redirects, http and https alone, certificates checked.
 */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include "base/arena.h"
#include "base/diag.h"

struct http_fetch {
	const char *url;
	struct str body;             /* not empty: POST, as application/x-www-form-urlencoded */
	struct str bearer;           /* Authorization: Bearer, or empty */
	struct str user, password;   /* Authorization: Basic, or empty */
	int timeout_ms;              /* 0 = 10 s */
	size_t bytes_max;            /* 0 = 1 MiB */
};

/* *status is what the other side answered, also when that is an error. ERR_IO: it could not be reached, or answered too much. */
BASE_MUST_USE enum err http_fetch(const struct http_fetch *f, struct arena *a, int *status, struct str *body, struct diag *d);
/* Percent-encoding for a form's value or a query (RFC 3986, unreserved characters stay). */
struct str http_url_encode(struct arena *a, struct str s);

#endif
