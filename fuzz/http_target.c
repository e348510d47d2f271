/* Paths and queries: decoded or refused; what is decoded is UTF-8 without NUL. */
#include "base/utf8.h"
#include "http/http_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum http_outcome nothing(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq, (void)re, (void)arg;
	return HTTP_DONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct http_route table[] = {
		{ HTTP_GET, "/", 1, nothing, "a", 0, 0, NULL },
		{ HTTP_GET, "/c/{no}", 1, nothing, "b", 0, 0, NULL },
		{ HTTP_POST, "/c/{no}/s/{step:int}", 1, nothing, "c", 0, 0, NULL },
		{ HTTP_GET, "/f/{rest*}", 1, nothing, "d", 0, 0, NULL },
	};
	struct arena a;
	struct http_pairs pairs = { 0 };
	struct http_pair params[HTTP_PARAMS_MAX];
	size_t n;
	unsigned allowed;
	struct str query = str_span((const char *)data, size), path = str_cut(&query, '?');
	arena_init(&a, 4 << 20);
	if (path.len && path.ptr[0] == '/') {
		struct http_routes routes;
		base_assert(http_routes_index(&routes, table, sizeof table / sizeof *table, &a) == OK);
		const struct http_route *r = http_route_find(&routes, path, HTTP_GET, &a, params, &n, &allowed);
		base_assert(!r || (allowed & HTTP_GET));
		for (size_t i = 0; r && i < n; i++)
			base_assert(utf8_valid(params[i].value) && !memchr(params[i].value.ptr, 0, params[i].value.len));
	}
	if (query.ptr && http_decode_pairs(&a, query, &pairs) == OK)
		for (size_t i = 0; i < pairs.count; i++)
			base_assert(utf8_valid(pairs.list[i].name) && utf8_valid(pairs.list[i].value));
	arena_release(&a);
	return 0;
}
