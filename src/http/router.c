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
	bool whole = true;
	for (const char *p = strchr(r->pattern, '{'); p; p = strchr(p + 1, '{')) {
		const char *end = strchr(p, '}');
		params++;
		whole = whole && p[-1] == '/' && end && end > p + 1 && (!end[1] || end[1] == '/');
	}
	if (!whole)
		return bad_route(d, r, "has a parameter that is not a whole segment");
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

/* ---- by what a pattern begins with ----
 *
 * A parameter is a whole segment, so the letters of a pattern before its first parameter end with a slash: what fits a path stands under the
 * path itself or under one of its beginnings that do. */

enum { HASH_BASIS = 0x811c9dc5, HASH_PRIME = 0x01000193 }; /* FNV-1a */

static uint32_t hash_on(uint32_t h, char c)
{
	return (h ^ (unsigned char)c) * (uint32_t)HASH_PRIME;
}

static uint32_t hash_of_beginning(const char *pattern)
{
	uint32_t h = HASH_BASIS;
	for (; *pattern && *pattern != '{'; pattern++)
		h = hash_on(h, *pattern);
	return h;
}

enum err http_routes_index(struct http_routes *r, const struct http_route *list, size_t n, struct arena *a)
{
	size_t slots = 16;
	while (slots < 2 * n)
		slots *= 2;
	*r = (struct http_routes){ .list = list, .count = n, .mask = slots - 1 };
	r->first = arena_new_n(a, uint32_t, slots);
	r->next = arena_new_n(a, uint32_t, n + 1);
	if (!r->first || !r->next)
		return ERR_NOMEM;
	for (size_t i = n; i-- > 0;) { /* so that each chain has the table's order */
		uint32_t *slot = &r->first[hash_of_beginning(list[i].pattern) & r->mask];
		r->next[i] = *slot;
		*slot = (uint32_t)i + 1;
	}
	return OK;
}

/* Every letter outside the parameters: of the many that begin alike most end here. */
static bool letters_fit(const char *p, struct str path)
{
	size_t i = 0;
	while (*p) {
		if (*p == '{') {
			const char *end = strchr(p, '}');
			if (end[-1] == '*')
				return true;
			while (i < path.len && path.ptr[i] != '/')
				i++;
			p = end + 1;
		} else if (i == path.len || *p++ != path.ptr[i++]) {
			return false;
		}
	}
	return i == path.len;
}

struct finding { const struct http_route *best; struct http_pair *params; size_t *params_count; unsigned method, allowed; };

static void look_under(const struct http_routes *r, uint32_t hash, struct str path, struct arena *a, struct finding *f)
{
	for (uint32_t i = r->first[hash & r->mask]; i; i = r->next[i - 1]) {
		const struct http_route *route = &r->list[i - 1];
		struct http_pair found[HTTP_PARAMS_MAX];
		size_t count;
		if (!letters_fit(route->pattern, path) || !match(route->pattern, path, a, found, &count))
			continue;
		f->allowed |= route->method;
		if (!(route->method & f->method) || (f->best && literal_length(f->best->pattern) >= literal_length(route->pattern)))
			continue;
		f->best = route;
		*f->params_count = count;
		memcpy(f->params, found, count * sizeof *found);
	}
}

const struct http_route *http_route_find(const struct http_routes *r, struct str path_raw, unsigned method,
                                         struct arena *a, struct http_pair *params, size_t *params_count, unsigned *allowed)
{
	struct finding f = { .params = params, .params_count = params_count, .method = method };
	uint32_t hash = HASH_BASIS;
	*params_count = 0;
	for (size_t i = 0; i < path_raw.len; i++) {
		hash = hash_on(hash, path_raw.ptr[i]);
		if (path_raw.ptr[i] == '/' || i + 1 == path_raw.len)
			look_under(r, hash, path_raw, a, &f);
	}
	*allowed = f.allowed;
	return f.best;
}
