/* json_copy.c - a value of its own: what its reader would get from the canonical form, without writing and reading that. */
#include "base/utf8.h"
#include "text/json.h"

struct copying { struct arena *a; int depth; };

static enum err copy_value(struct copying *c, const struct json *v, struct json *to);

static enum err copy_text(struct copying *c, struct str s, struct str *to)
{
	if (!utf8_valid(s))
		return ERR_INVALID;
	*to = s.ptr ? arena_str(c->a, s) : s;
	return to->ptr || !s.ptr ? OK : ERR_NOMEM;
}

/* Members come nearly in order and are few: each is moved up to its place. */
static enum err sort_in(struct json_member *members, size_t n)
{
	struct json_member last = members[n];
	size_t at = n;
	int order = 1;
	while (at > 0 && (order = str_cmp(last.key, members[at - 1].key)) < 0) {
		members[at] = members[at - 1];
		at--;
	}
	members[at] = last;
	return at > 0 && order == 0 ? ERR_INVALID : OK;
}

static enum err copy_members(struct copying *c, const struct json *v, struct json *to)
{
	struct json_member *members = arena_new_n(c->a, struct json_member, v->count);
	if (!members)
		return ERR_NOMEM;
	for (size_t i = 0; i < v->count; i++) {
		TRY(copy_text(c, v->members[i].key, &members[i].key));
		TRY(copy_value(c, &v->members[i].value, &members[i].value));
		TRY(sort_in(members, i));
	}
	to->members = members;
	return OK;
}

static enum err copy_items(struct copying *c, const struct json *v, struct json *to)
{
	struct json *items = arena_new_n(c->a, struct json, v->count);
	if (!items)
		return ERR_NOMEM;
	for (size_t i = 0; i < v->count; i++)
		TRY(copy_value(c, &v->items[i], &items[i]));
	to->items = items;
	return OK;
}

static enum err copy_value(struct copying *c, const struct json *v, struct json *to)
{
	*to = *v;
	if (v->kind == JSON_STRING || v->kind == JSON_NUMBER)
		return copy_text(c, v->text, &to->text);
	if ((v->kind != JSON_ARRAY && v->kind != JSON_OBJECT) || !v->count)
		return OK;
	if (c->depth == JSON_DEPTH_MAX)
		return ERR_LIMIT;
	c->depth++;
	enum err e = v->kind == JSON_OBJECT ? copy_members(c, v, to) : copy_items(c, v, to);
	c->depth--;
	return e;
}

enum err json_copy(struct arena *a, const struct json *v, const struct json **out)
{
	struct copying c = { .a = a };
	struct json *to = arena_new(a, struct json);
	if (!to)
		return ERR_NOMEM;
	TRY(copy_value(&c, v, to));
	*out = to;
	return OK;
}
