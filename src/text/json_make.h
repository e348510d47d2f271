/* json_make.h - JSON values made in memory, without writing and reading text.
 *
 *   struct json_build o; json_build_object(&o, arena);
 *   json_set_str(&o, "name", S("办结"));
 *   use &o.value
 *
 * Keys must outlive the value (literals do). Failure is sticky in `failed`; a value is
 * complete when failed is OK. Setting a key twice is a bug of the caller.
 */
#ifndef TEXT_JSON_MAKE_H
#define TEXT_JSON_MAKE_H

#include "text/json.h"

struct json_build {
	struct json value;
	struct arena *arena;
	size_t room;
	enum err failed;
};

void json_build_object(struct json_build *b, struct arena *a);
void json_build_array(struct json_build *b, struct arena *a);

void json_set(struct json_build *b, const char *key, const struct json *v); /* NULL = null */
void json_set_key(struct json_build *b, struct str key, const struct json *v);
void json_set_str(struct json_build *b, const char *key, struct str v);     /* ptr NULL = null; borrowed */
void json_set_i64(struct json_build *b, const char *key, int64_t v);
void json_set_bool(struct json_build *b, const char *key, bool v);
void json_set_null(struct json_build *b, const char *key);

void json_add(struct json_build *b, const struct json *v);
void json_add_str(struct json_build *b, struct str v);
void json_add_i64(struct json_build *b, int64_t v);

/* A copy on the arena of what was built: pointer for nesting; NULL when failed. */
const struct json *json_built(const struct json_build *b);

#endif
