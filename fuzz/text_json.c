/* Whatever json_read accepts must be written and read again to an equal value. */
#include "text/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	const struct json *v, *again;
	struct buf plain, canonical;
	struct json_writer w;
	arena_init(&a, 64 << 20);
	if (json_read(&a, str_span((const char *)data, size), &v, NULL) == OK) {
		buf_init_in(&plain, &a, 16 << 20);
		buf_init_in(&canonical, &a, 16 << 20);
		json_writer_init(&w, &plain);
		json_put_value(&w, v);
		json_put_canonical(&canonical, v);
		base_assert(json_read(&a, buf_str(&plain), &again, NULL) == OK && json_equal(v, again));
		base_assert(json_read(&a, buf_str(&canonical), &again, NULL) == OK && json_equal(v, again));
	}
	arena_release(&a);
	return 0;
}
