/* test_print.c - the same bytes and the same result as the C library's, whatever is asked and however little room there is. */
#include "tests/test.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/print.h"

static int ours(char *room, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static int ours(char *room, size_t size, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = base_vprint(room, size, fmt, ap);
	va_end(ap);
	return n;
}

/* In each room from none to more than enough; what lies behind it is left alone. */
#define SAME(...)                                                                              \
	do {                                                                                   \
		char a[200], b[200];                                                           \
		for (size_t size_ = 0; size_ < 120; size_ += size_ < 40 ? 1 : 13) {            \
			memset(a, 'x', sizeof a);                                              \
			memset(b, 'x', sizeof b);                                              \
			int m_ = ours(size_ ? a : NULL, size_, __VA_ARGS__);                   \
			CHECK_INT(m_, snprintf(size_ ? b : NULL, size_, __VA_ARGS__));         \
			CHECK(memcmp(a, b, sizeof a) == 0);                                    \
		}                                                                              \
	} while (0)

TEST(what_the_library_prints)
{
	static const long long numbers[] = { 0, 1, -1, 7, 10, -10, 99, 2026, 86399, -86400000, INT_MAX, INT_MIN, 1774918800000, LLONG_MAX, LLONG_MIN };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		long long v = numbers[i];
		int n = (int)v;
		SAME("%lld|%5lld|%02lld|%04lld|%06lld", v, v, v, v, v);
		SAME("%d-%02d-%04d %9d %08d%d", n, n, n, n, n, n);
		SAME("%u %02u %llu %3llu %zu", (unsigned)v, (unsigned)v, (unsigned long long)v, (unsigned long long)v, (size_t)v);
		/* the library's */
		SAME("%x %016llx %02X %ld %+d %-8d| %12lld %.3d", (unsigned)n, (unsigned long long)v, (unsigned)n, (long)v, n, n, v, n);
	}
	SAME("%s", "");
	SAME("%s的%s %.*s%c%%", "办件", "许可", 3, "abcdef", '.');
	SAME("%.*s|%.*s|%.*s", 0, "abc", -1, "abc", 9, "abc");
	const char *volatile none = NULL; /* an empty view has no text */
	SAME("%.*s|", 0, none);
	SAME("%d %s|%.*s", 5, none, 8, none);
	SAME("%d.%s %g %.1f %-8s| %7s %*s", 12, "behind what is known", 1.5, 2.25, "left", "right", 6, "far");
	SAME("no parameter at all, and a text that is longer than most of the rooms it is printed into %d", 1);
	SAME("%c%c%c", 'a', 0, 'b');
}

TEST_MAIN
