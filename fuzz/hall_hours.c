/* Hours of a day as people type them: what is read is written in one way, and read the same again. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "hall/hall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hall_spans once, again;
	struct arena a;
	struct str text = str_span((const char *)data, size);
	if (!utf8_valid(text) || !hall_spans_read(text, &once)) /* UTF-8 is checked where text enters */
		return 0;
	arena_init(&a, 1 << 16);
	base_assert(once.count <= HALL_SPANS_MAX);
	for (size_t i = 0; i < once.count; i++)
		base_assert(once.at[i].from >= 0 && once.at[i].from < once.at[i].until && once.at[i].until <= HALL_DAY_MINUTES && (!i || once.at[i].from >= once.at[i - 1].until));
	base_assert(hall_spans_read(hall_spans_text(&a, &once), &again) && again.count == once.count);
	base_assert(memcmp(once.at, again.at, once.count * sizeof *once.at) == 0);
	arena_release(&a);
	return 0;
}
