/* json.c - looking into JSON values. Reading is json_read.c, writing json_write.c. */
#include "text/json.h"

#include <string.h>

const struct json *json_get_str(const struct json *v, struct str key)
{
	if (!v || v->kind != JSON_OBJECT)
		return NULL;
	for (size_t i = 0; i < v->count; i++) /* most differ in length or in their first byte */
		if (v->members[i].key.len == key.len && (!key.len || (*v->members[i].key.ptr == *key.ptr && memcmp(v->members[i].key.ptr, key.ptr, key.len) == 0)))
			return &v->members[i].value;
	return NULL;
}

const struct json *json_get(const struct json *v, const char *key)
{
	return json_get_str(v, str_of(key));
}

const struct json *json_path(const struct json *v, const char *path)
{
	struct str rest = str_of(path);
	while (v && rest.ptr)
		v = json_get_str(v, str_cut(&rest, '.'));
	return v;
}

struct str json_text(const struct json *v)
{
	if (!v || (v->kind != JSON_STRING && v->kind != JSON_NUMBER))
		return S("");
	return v->text;
}

int64_t json_i64(const struct json *v, int64_t fallback)
{
	int64_t n;
	if (!v || v->kind != JSON_NUMBER || !str_to_i64(v->text, &n))
		return fallback;
	return n;
}

bool json_bool(const struct json *v, bool fallback)
{
	return v && v->kind == JSON_BOOL ? v->boolean : fallback;
}

static bool equal_items(const struct json *a, const struct json *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!json_equal(&a->items[i], &b->items[i]))
			return false;
	return true;
}

/* Keys are unique, so equal counts and each of a found in b is enough. */
static bool equal_members(const struct json *a, const struct json *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct json_member *m = &a->members[i];
		const struct json *other = str_eq(b->members[i].key, m->key) ? &b->members[i].value
		                                                              : json_get_str(b, m->key);
		if (!other || !json_equal(&m->value, other))
			return false;
	}
	return true;
}

bool json_equal(const struct json *a, const struct json *b)
{
	if (a->kind != b->kind || a->count != b->count)
		return false;
	switch (a->kind) {
	case JSON_NULL:
		return true;
	case JSON_BOOL:
		return a->boolean == b->boolean;
	case JSON_NUMBER:
	case JSON_STRING:
		return str_eq(a->text, b->text);
	case JSON_ARRAY:
		return equal_items(a, b);
	case JSON_OBJECT:
		return equal_members(a, b);
	}
	return false;
}
