/* router.c - the table of routes: checked at start, matched segment by segment. Pure.
 *
 * Where several patterns fit, the one that is literal for longer wins: /cases/new before
 * /cases/{no}. */
#include "http/http_int.h"

static struct str next_segment(struct str *rest)
{
	return str_cut(rest, '/');
}

static bool is_param(struct str segment)
{
	return segment.len > 2 && segment.ptr[0] == '{' && segment.ptr[segment.len - 1] == '}';
}

static size_t literal_length(const char *pattern)
{
	const char *brace = strchr(pattern, '{');
	return brace ? (size_t)(brace - pattern) : SIZE_MAX;
}

static enum err bad_route(struct diag *d, const struct http_route *r, const char *what)
{
	enum err e = diag_set(d, ERR_INVALID, "http.bad-route", "Route %s %s %s", r->name ? r->name : "?", r->pattern ? r->pattern : "?", what);
	diag_at(d, str_of(r->name));
	return e;
}

static enum err check_one(const struct http_route *r, struct diag *d)
{
	if (!r->name || !r->pattern || r->pattern[0] != '/')
		return bad_route(d, r, "needs a name and a pattern that begins with /");
	if (r->access == 0)
		return bad_route(d, r, "does not say who may call it");
	if (!r->handler || r->method == 0 || (r->method & (r->method - 1)) != 0)
		return bad_route(d, r, "needs one method and a handler");
	size_t params = 0;
	for (const char *p = strchr(r->pattern, '{'); p; p = strchr(p + 1, '{'))
		params++;
	return params > HTTP_PARAMS_MAX ? bad_route(d, r, "has too many parameters") : OK;
}

enum err http_routes_check(const struct http_route *routes, size_t n, struct diag *d)
{
	for (size_t i = 0; i < n; i++) {
		TRY(check_one(&routes[i], d));
		for (size_t j = 0; j < i; j++) {
			if (strcmp(routes[i].name, routes[j].name) == 0)
				return bad_route(d, &routes[i], "has a name that is taken");
			if (routes[i].method == routes[j].method && strcmp(routes[i].pattern, routes[j].pattern) == 0)
				return bad_route(d, &routes[i], "stands in the table twice");
		}
	}
	return OK;
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0 && s.len <= 18;
}

/* {name}, {name:int} or {name*} against the raw text; the value is decoded into params. */
static bool match_param(struct str pattern, struct str raw, struct arena *a, struct http_pair *params, size_t *count)
{
	struct str name = str_sub(pattern, 1, pattern.len - 1), value;
	bool number = str_ends(name, S(":int"));
	if (number)
		name.len -= 4;
	if (str_ends(name, S("*")))
		name.len--;
	if (str_empty(raw) || (number && !all_digits(raw)) || !http_decode(a, raw, false, &value))
		return false;
	params[(*count)++] = (struct http_pair){ name, value };
	return true;
}

static bool match(const char *pattern, struct str path, struct arena *a, struct http_pair *params, size_t *count)
{
	struct str want = str_of(pattern + 1), have = str_sub(path, 1, path.len);
	*count = 0;
	while (want.ptr && have.ptr) {
		struct str w = next_segment(&want);
		if (is_param(w) && w.ptr[w.len - 2] == '*')
			return match_param(w, have, a, params, count);
		struct str h = next_segment(&have);
		if (is_param(w) ? !match_param(w, h, a, params, count) : !str_eq(w, h))
			return false;
	}
	return !want.ptr && !have.ptr;
}

/* Alike up to the first parameter: of hundreds of routes nearly all end here, after a few letters. */
static bool begins_alike(const char *pattern, struct str path)
{
	size_t i = 0;
	while (i < path.len && pattern[i] == path.ptr[i] && pattern[i] != '{')
		i++;
	return pattern[i] == '{' || (i == path.len && !pattern[i]);
}

const struct http_route *http_route_find(const struct http_route *routes, size_t n, struct str path_raw, unsigned method,
                                         struct arena *a, struct http_pair *params, size_t *params_count, unsigned *allowed)
{
	const struct http_route *best = NULL;
	*allowed = 0;
	*params_count = 0;
	for (size_t i = 0; i < n; i++) {
		struct http_pair found[HTTP_PARAMS_MAX];
		size_t count;
		if (!begins_alike(routes[i].pattern, path_raw) || !match(routes[i].pattern, path_raw, a, found, &count))
			continue;
		*allowed |= routes[i].method;
		if (!(routes[i].method & method))
			continue;
		if (best && literal_length(best->pattern) >= literal_length(routes[i].pattern))
			continue;
		best = &routes[i];
		*params_count = count;
		memcpy(params, found, count * sizeof *params);
	}
	return best;
}
