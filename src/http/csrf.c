/* csrf.c - whether an unsafe request comes from a page of ours. */
#include <sodium.h>
#include <strings.h>

#include "http/http_int.h"

/* "https://host:port" against the Host header. */
static bool own_origin(struct str origin, struct str host)
{
	ptrdiff_t at = str_find(origin, S("://"));
	if (at < 0)
		return false;
	struct str from = str_sub(origin, (size_t)at + 3, origin.len);
	return from.len == host.len && host.len && strncasecmp(from.ptr, host.ptr, host.len) == 0;
}

static bool token_fits(const struct http_exchange *ex)
{
	struct str sent = http_field(&ex->rq, "csrf");
	if (!sent.ptr)
		sent = http_header(&ex->rq, "X-CSRF-Token");
	struct str want = str_of(ex->session.csrf);
	return sent.len == want.len && sodium_memcmp(sent.ptr, want.ptr, want.len) == 0;
}

bool http_own_form(const struct http_request *rq)
{
	enum { OWN_FORM_MAX = 256 << 10 };
	struct str site = http_header(rq, "Sec-Fetch-Site"), origin = http_header(rq, "Origin"), length = http_header(rq, "Content-Length");
	int64_t n;
	if (rq->method != HTTP_POST || !str_eqz(rq->content_type, "application/x-www-form-urlencoded") || !str_to_i64(length, &n) || n > OWN_FORM_MAX)
		return false;
	return (site.ptr || origin.ptr) && (!site.ptr || str_eqz(site, "same-origin")) && (!origin.ptr || own_origin(origin, http_header(rq, "Host")));
}

bool http_csrf_passes(struct http_exchange *ex)
{
	const struct http_request *rq = &ex->rq;
	if (rq->method == HTTP_GET || (rq->route->flags & HTTP_ROUTE_NO_CSRF))
		return true;
	/* a browser does not add this header by itself */
	if ((rq->route->flags & HTTP_ROUTE_TOKEN) && http_bearer(rq).len)
		return true;
	struct str site = http_header(rq, "Sec-Fetch-Site");
	if (site.ptr && !str_eqz(site, "same-origin") && !str_eqz(site, "none"))
		return false;
	struct str origin = http_header(rq, "Origin");
	if (origin.ptr && !own_origin(origin, http_header(rq, "Host")))
		return false;
	return !rq->session || token_fits(ex);
}
