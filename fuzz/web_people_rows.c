/* A structure's file becomes rows or is refused; each row knows its line. */
#include "web/people_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	const struct json *rows;
	arena_init(&a, 64 << 20);
	if (people_rows(&a, str_span((const char *)data, size), &rows, NULL) == OK)
		for (size_t i = 0; i < rows->count; i++)
			base_assert(json_i64(json_get(&rows->items[i], "line"), 0) > 1);
	arena_release(&a);
	return 0;
}
