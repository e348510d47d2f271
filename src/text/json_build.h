/* json_build.h - JSON values put together in memory, for templates and replies.
 *
 *   struct json_builder b;
 *   json_build_object_begin(&b, arena);
 *   json_build_str(&b, "title", title);
 *   json_build_value(&b, "case", view);          // shared, not copied
 *   const struct json *data = json_build_end(&b);
 *
 * Texts and keys are borrowed and must live as long as the result. Failure is sticky:
 * json_build_end gives NULL when memory ran out. A key given twice is a bug of the caller
 * and not checked: the first one is found.
 */
#ifndef TEXT_JSON_BUILD_H
#define TEXT_JSON_BUILD_H

#include "text/json.h"

struct json_builder {
	struct arena *arena;
	struct json_member *members; /* an array uses only the values */
	size_t count, room;
	bool is_array, failed;
};

void json_build_object_begin(struct json_builder *b, struct arena *a);
void json_build_array_begin(struct json_builder *b, struct arena *a);
/* NULL when memory ran out. */
const struct json *json_build_end(struct json_builder *b);

/* In an array the key is ignored; pass "". A NULL value is left out. */
void json_build_value(struct json_builder *b, const char *key, const struct json *v);
void json_build_str(struct json_builder *b, const char *key, struct str v);
void json_build_i64(struct json_builder *b, const char *key, int64_t v);
void json_build_bool(struct json_builder *b, const char *key, bool v);
/* All members of an object, after those already there. */
void json_build_merge(struct json_builder *b, const struct json *object);

#endif
