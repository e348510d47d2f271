/* Every row is read or refused, lines never go backwards, and what is written reads back. */
#include "text/csv.h"

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct csv_reader r;
	struct arena a;
	bool more = true;
	arena_init(&a, 64 << 20);
	if (csv_open(&r, &a, str_span((const char *)data, size), 0, NULL) == OK) {
		while (more) {
			int line = r.line;
			enum err e = csv_next(&r, &more, NULL);
			base_assert(r.line >= line && (e == OK || more));
			for (size_t i = 0; e == OK && i < r.fields; i++)
				base_assert(utf8_valid(r.field[i]));
		}
	}
	arena_release(&a);
	return 0;
}
