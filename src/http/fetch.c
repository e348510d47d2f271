/* fetch.c - see fetch.h. */
#include "http/fetch.h"

#include <curl/curl.h>

#include "base/buf.h"

enum { TIMEOUT_MS = 10000, CONNECT_MS = 5000, BYTES_MAX = 1 << 20 };

struct sink { struct buf b; size_t left; bool full; };

static size_t take(char *bytes, size_t size, size_t n, void *arg)
{
	struct sink *s = arg;
	size_t all = size * n;
	s->full = s->full || all > s->left;
	if (s->full)
		return 0;
	s->left -= all;
	buf_put(&s->b, str_span(bytes, all));
	return all;
}

static void set_body(CURL *c, const struct http_fetch *f)
{
	if (!f->body.len)
		return;
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)f->body.len);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, f->body.ptr);
}

static void set_rights(CURL *c, const struct http_fetch *f, struct arena *a)
{
	if (f->user.len) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(c, CURLOPT_USERNAME, arena_z(a, f->user));
		curl_easy_setopt(c, CURLOPT_PASSWORD, arena_z(a, f->password));
	} else if (f->bearer.len) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, arena_z(a, f->bearer));
	}
}

static void set_bounds(CURL *c, const struct http_fetch *f, struct sink *s)
{
	curl_easy_setopt(c, CURLOPT_URL, f->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(f->timeout_ms ? f->timeout_ms : TIMEOUT_MS));
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "banjie");
}

enum err http_fetch(const struct http_fetch *f, struct arena *a, int *status, struct str *body, struct diag *d)
{
	struct sink s = { .left = f->bytes_max ? f->bytes_max : BYTES_MAX };
	CURL *c = curl_easy_init();
	long code = 0;
	if (!c)
		return ERR_NOMEM;
	buf_init_in(&s.b, a, s.left + 1);
	set_bounds(c, f, &s);
	set_body(c, f);
	set_rights(c, f, a);
	CURLcode r = curl_easy_perform(c);
	if (r == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
	curl_easy_cleanup(c);
	if (r != CURLE_OK)
		return diag_set(d, ERR_IO, "fetch.failed", "%s: %s", f->url, s.full ? "the answer is too long" : curl_easy_strerror(r));
	*status = (int)code;
	*body = S("");
	return s.b.len ? buf_finish(&s.b, body) : OK;
}

struct str http_url_encode(struct arena *a, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";
	struct buf b;
	struct str out = S("");
	buf_init_in(&b, a, s.len * 3 + 1);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c)) {
			buf_byte(&b, (char)c);
		} else {
			buf_byte(&b, '%');
			buf_byte(&b, hex[c >> 4]);
			buf_byte(&b, hex[c & 15]);
		}
	}
	return s.len && buf_finish(&b, &out) == OK ? out : S("");
}
