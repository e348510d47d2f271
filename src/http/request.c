/* request.c - looking into a request. */
#include <strings.h>

#include "http/http_int.h"

struct str http_param(const struct http_request *rq, const char *name)
{
	const struct http_exchange *ex = exchange_of(rq);
	for (size_t i = 0; i < ex->params_count; i++)
		if (str_eqz(ex->params[i].name, name))
			return ex->params[i].value;
	return (struct str){ NULL, 0 };
}

struct str http_query(const struct http_request *rq, const char *name)
{
	return http_pairs_first(&exchange_of(rq)->query, str_of(name));
}

struct str http_field(const struct http_request *rq, const char *name)
{
	return http_pairs_first(&exchange_of(rq)->fields, str_of(name));
}

struct str http_header(const struct http_request *rq, const char *name)
{
	return str_of(MHD_lookup_connection_value(exchange_of(rq)->conn, MHD_HEADER_KIND, name));
}

struct str http_cookie(const struct http_request *rq, const char *name)
{
	struct str rest = http_header(rq, "Cookie");
	while (rest.ptr) {
		struct str value = str_trim(str_cut(&rest, ';'));
		struct str key = str_cut(&value, '=');
		if (value.ptr && str_eqz(key, name))
			return value;
	}
	return (struct str){ NULL, 0 };
}

size_t http_query_all(const struct http_request *rq, const char *name, const struct str **out)
{
	return http_pairs_all(&exchange_of(rq)->query, str_of(name), rq->arena, out);
}

size_t http_field_all(const struct http_request *rq, struct str name, const struct str **out)
{
	return http_pairs_all(&exchange_of(rq)->fields, name, rq->arena, out);
}

size_t http_fields(const struct http_request *rq, const struct http_pair **out)
{
	*out = exchange_of(rq)->fields.list;
	return exchange_of(rq)->fields.count;
}

enum err http_field_put(struct http_request *rq, const char *name, struct str value)
{
	struct http_pairs *all = &exchange_of(rq)->fields;
	for (size_t i = 0; i < all->count; i++)
		if (str_eqz(all->list[i].name, name)) {
			all->list[i].value = value;
			return OK;
		}
	return http_pairs_add(rq->arena, all, str_of(name), value);
}

size_t http_queries(const struct http_request *rq, const struct http_pair **out)
{
	*out = exchange_of(rq)->query.list;
	return exchange_of(rq)->query.count;
}

size_t http_files(const struct http_request *rq, const struct http_file **out)
{
	*out = exchange_of(rq)->files;
	return exchange_of(rq)->files_count;
}

const struct http_file *http_file(const struct http_request *rq, const char *field)
{
	const struct http_exchange *ex = exchange_of(rq);
	for (size_t i = 0; i < ex->files_count; i++)
		if (str_eqz(ex->files[i].field, field))
			return &ex->files[i];
	return NULL;
}

static bool json_type(struct str type)
{
	return str_eq(type, S("application/json")) || str_ends(type, S("+json"));
}

static bool all_text(const struct json *v)
{
	bool good = v->kind != JSON_STRING || http_is_text(v->text);
	for (size_t i = 0; good && i < v->count; i++)
		good = v->kind == JSON_ARRAY ? all_text(&v->items[i]) : http_is_text(v->members[i].key) && all_text(&v->members[i].value);
	return good;
}

enum err http_json_body(struct http_request *rq, const struct json **out, struct diag *d)
{
	if (str_empty(rq->body) && str_empty(rq->content_type))
		return json_read(rq->arena, S("{}"), out, d);
	if (!json_type(rq->content_type))
		return diag_set(d, ERR_UNSUPPORTED, "http.not-json", "The body must be application/json");
	TRY(json_read(rq->arena, str_empty(rq->body) ? S("{}") : rq->body, out, d));
	return all_text(*out) ? OK : diag_set(d, ERR_INVALID, "http.not-text", "What was sent holds the character U+0000, which no text may hold");
}

struct str http_bearer(const struct http_request *rq)
{
	struct str header = http_header(rq, "Authorization");
	if (header.len < 8 || strncasecmp(header.ptr, "Bearer ", 7) != 0)
		return S("");
	return str_trim(str_sub(header, 7, header.len));
}

bool http_wants_json(const struct http_request *rq)
{
	if (rq->route ? (rq->route->flags & HTTP_ROUTE_API) != 0 : str_starts(rq->path, S("/api/")))
		return true;
	struct str accept = http_header(rq, "Accept");
	return str_find(accept, S("json")) >= 0 && str_find(accept, S("html")) < 0;
}
