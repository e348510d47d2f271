/* json_make.c - JSON values made in memory. */
#include "text/json_make.h"

static void start(struct json_build *b, struct arena *a, enum json_kind kind)
{
	*b = (struct json_build){ .arena = a, .value = { .kind = kind } };
}

void json_build_object(struct json_build *b, struct arena *a)
{
	start(b, a, JSON_OBJECT);
}

void json_build_array(struct json_build *b, struct arena *a)
{
	start(b, a, JSON_ARRAY);
}

/* Room for one more entry of `size` bytes; the grown array or NULL. */
static void *grow(struct json_build *b, const void *old, size_t size)
{
	if (b->failed != OK)
		return NULL;
	if (b->value.count < b->room)
		return (void *)(uintptr_t)old;
	size_t room = b->room ? b->room * 2 : 8;
	void *p = arena_array(b->arena, room, size);
	if (!p) {
		b->failed = ERR_NOMEM;
		return NULL;
	}
	if (b->value.count)
		memcpy(p, old, b->value.count * size);
	b->room = room;
	return p;
}

static void put_member(struct json_build *b, struct str key, struct json v)
{
	base_assert(b->value.kind == JSON_OBJECT);
	struct json_member *m = grow(b, b->value.members, sizeof *m);
	if (!m)
		return;
	m[b->value.count++] = (struct json_member){ key, v };
	b->value.members = m;
}

static void put_item(struct json_build *b, struct json v)
{
	base_assert(b->value.kind == JSON_ARRAY);
	struct json *items = grow(b, b->value.items, sizeof *items);
	if (!items)
		return;
	items[b->value.count++] = v;
	b->value.items = items;
}

static struct json of_str(struct str s)
{
	return (struct json){ .kind = s.ptr ? JSON_STRING : JSON_NULL, .text = s };
}

static struct json of_i64(struct json_build *b, int64_t v)
{
	char room[STR_I64_ROOM];
	struct str digits = arena_str(b->arena, str_from_i64(v, room));
	if (!digits.ptr)
		b->failed = ERR_NOMEM;
	return (struct json){ .kind = JSON_NUMBER, .text = digits };
}

static struct json of_value(const struct json *v)
{
	return v ? *v : (struct json){ .kind = JSON_NULL };
}

void json_set_key(struct json_build *b, struct str key, const struct json *v)
{
	put_member(b, key, of_value(v));
}

void json_set(struct json_build *b, const char *key, const struct json *v)
{
	put_member(b, str_of(key), of_value(v));
}

void json_set_str(struct json_build *b, const char *key, struct str v)
{
	put_member(b, str_of(key), of_str(v));
}

void json_set_i64(struct json_build *b, const char *key, int64_t v)
{
	put_member(b, str_of(key), of_i64(b, v));
}

void json_set_bool(struct json_build *b, const char *key, bool v)
{
	put_member(b, str_of(key), (struct json){ .kind = JSON_BOOL, .boolean = v });
}

void json_set_null(struct json_build *b, const char *key)
{
	put_member(b, str_of(key), (struct json){ .kind = JSON_NULL });
}

void json_add(struct json_build *b, const struct json *v)
{
	put_item(b, of_value(v));
}

void json_add_str(struct json_build *b, struct str v)
{
	put_item(b, of_str(v));
}

void json_add_i64(struct json_build *b, int64_t v)
{
	put_item(b, of_i64(b, v));
}

const struct json *json_built(const struct json_build *b)
{
	if (b->failed != OK)
		return NULL;
	struct json *v = arena_new(b->arena, struct json);
	if (v)
		*v = b->value;
	return v;
}
