/* Any bytes are a holiday file or refused; what is read answers for every day near it, and
 * merged with itself says the same. */
#include "calendar/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const struct calendar *a, const struct calendar *b)
{
	const struct calendar_notice *n;
	size_t count = calendar_notices(a, &n);
	base_assert(count > 0 && calendar_last_year(a) == calendar_last_year(b));
	for (size_t i = 0; i < count && i < 4; i++) {
		calendar_day from = calendar_day_of(n[i].year - 1, 12, 1), to = calendar_day_of(n[i].year + 1, 1, 31);
		for (calendar_day d = from; d <= to; d++)
			base_assert(calendar_is_working_day(a, d) == calendar_is_working_day(b, d) &&
			            calendar_published(a, d) == calendar_published(b, d));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct calendar *c, *both;
	struct diag d;
	arena_init(&a, 64 << 20);
	diag_init(&d);
	enum err e = calendar_read(&a, str_span((const char *)data, size), &c, &d);
	base_assert(e == OK || e == ERR_NOMEM || d.err == e);
	if (e == OK && calendar_merge(&a, c, c, &both, &d) == OK)
		check_same(c, both);
	arena_release(&a);
	return 0;
}
