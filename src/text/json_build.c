/* json_build.c - JSON values put together in memory. */
#include "text/json_build.h"

void json_build_object_begin(struct json_builder *b, struct arena *a)
{
	*b = (struct json_builder){ .arena = a };
}

void json_build_array_begin(struct json_builder *b, struct arena *a)
{
	*b = (struct json_builder){ .arena = a, .is_array = true };
}

static void add(struct json_builder *b, struct str key, const struct json *v)
{
	if (b->failed)
		return;
	if (b->count == b->room) {
		size_t room = b->room ? b->room * 2 : 8;
		struct json_member *p = arena_new_n(b->arena, struct json_member, room);
		if (!p) {
			b->failed = true;
			return;
		}
		if (b->count)
			memcpy(p, b->members, b->count * sizeof *p);
		b->members = p;
		b->room = room;
	}
	b->members[b->count++] = (struct json_member){ key, *v };
}

void json_build_value(struct json_builder *b, const char *key, const struct json *v)
{
	if (v)
		add(b, str_of(key), v);
}

void json_build_str(struct json_builder *b, const char *key, struct str v)
{
	struct json value = { .kind = JSON_STRING, .text = v.ptr ? v : S("") };
	add(b, str_of(key), &value);
}

void json_build_i64(struct json_builder *b, const char *key, int64_t v)
{
	struct json value = { .kind = JSON_NUMBER, .text = arena_printf(b->arena, "%lld", (long long)v) };
	if (!value.text.ptr)
		b->failed = true;
	add(b, str_of(key), &value);
}

void json_build_bool(struct json_builder *b, const char *key, bool v)
{
	struct json value = { .kind = JSON_BOOL, .boolean = v };
	add(b, str_of(key), &value);
}

void json_build_merge(struct json_builder *b, const struct json *object)
{
	for (size_t i = 0; object && object->kind == JSON_OBJECT && i < object->count; i++)
		add(b, object->members[i].key, &object->members[i].value);
}

const struct json *json_build_end(struct json_builder *b)
{
	struct json *out = b->failed ? NULL : arena_new(b->arena, struct json);
	if (!out)
		return NULL;
	if (!b->is_array) {
		*out = (struct json){ .kind = JSON_OBJECT, .count = b->count, .members = b->members };
		return out;
	}
	struct json *items = arena_new_n(b->arena, struct json, b->count);
	if (!items)
		return NULL;
	for (size_t i = 0; i < b->count; i++)
		items[i] = b->members[i].value;
	*out = (struct json){ .kind = JSON_ARRAY, .count = b->count, .items = items };
	return out;
}
