/* test.h - the whole test harness: named tests, checks that go on, a count at the end.
 *
 *   TEST(period_starts_the_next_day) { CHECK(x == 3); CHECK_STR(s, "abc"); }
 *   TEST_MAIN
 *
 * A failing check prints file, line, what was expected and the line that reruns the
 * test alone. Run with a name as argument to run the tests whose name contains it.
 * Tests need no clock, no network, no fixed port.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <stdio.h>
#include <string.h>

#include "base/str.h"

struct test_entry {
	const char *name;
	void (*run)(void);
	struct test_entry *next;
};

static struct test_entry *test_first, **test_end = &test_first;
static const char *test_program, *test_current;
static int test_bad;      /* failed checks in the current test */
static int test_skip;     /* the current test said it was skipped */
static const char *test_row; /* name of the table row under test, or NULL */

#define TEST(name_)                                                       \
	static void test_##name_(void);                                   \
	__attribute__((constructor)) static void test_add_##name_(void)   \
	{                                                                 \
		static struct test_entry e = { #name_, test_##name_, NULL }; \
		*test_end = &e;                                           \
		test_end = &e.next;                                       \
	}                                                                 \
	static void test_##name_(void)

__attribute__((unused)) static void test_fail_at(const char *file, int line)
{
	if (test_bad++ == 0)
		printf("FAIL %s   (rerun: %s %s)\n", test_current, test_program, test_current);
	printf("  %s:%d: ", file, line);
	if (test_row)
		printf("[%s] ", test_row);
}

/* Names the table row that the next checks belong to; NULL ends it. */
#define ROW(name_) (test_row = (name_))

#define CHECK(cond)                                             \
	do {                                                    \
		if (!(cond)) {                                  \
			test_fail_at(__FILE__, __LINE__);       \
			printf("not true: %s\n", #cond);        \
		}                                               \
	} while (0)

#define CHECK_INT(got_, want_)                                                          \
	do {                                                                            \
		long long g_ = (long long)(got_), w_ = (long long)(want_);              \
		if (g_ != w_) {                                                         \
			test_fail_at(__FILE__, __LINE__);                               \
			printf("%s is %lld, should be %lld\n", #got_, g_, w_);          \
		}                                                                       \
	} while (0)

/* struct str against a C string */
#define CHECK_STR(got_, want_)                                                          \
	do {                                                                            \
		struct str g_ = (got_), w_ = str_of(want_);                             \
		if (!str_eq(g_, w_)) {                                                  \
			test_fail_at(__FILE__, __LINE__);                               \
			printf("%s is\n    \"%.*s\", should be\n    \"%.*s\"\n", #got_, \
			       STR_ARG(g_), STR_ARG(w_));                               \
		}                                                                       \
	} while (0)

/* A text that contains another. */
#define CHECK_HAS(got_, want_)                                                                     \
	do {                                                                                       \
		struct str h_ = (got_), n_ = str_of(want_);                                        \
		if (str_find(h_, n_) < 0) {                                                        \
			test_fail_at(__FILE__, __LINE__);                                          \
			printf("%s is\n    \"%.*s\", should contain\n    \"%.*s\"\n", #got_, \
			       STR_ARG(h_), STR_ARG(n_));                                          \
		}                                                                                  \
	} while (0)

/* Leaves the test when a check without which the rest makes no sense fails. */
#define REQUIRE(cond)                   \
	do {                            \
		if (!(cond)) {          \
			CHECK(cond);    \
			return;         \
		}                       \
	} while (0)

/* For what is not on this machine (an outside suite): says so and counts as skipped. */
#define SKIP(why_)                                             \
	do {                                                   \
		printf("skipped %s: %s\n", test_current, why_); \
		test_skip = 1;                                 \
		return;                                        \
	} while (0)

#define TEST_MAIN                                                                       \
	int main(int argc, char **argv)                                                 \
	{                                                                               \
		int passed = 0, failed = 0, skipped = 0;                                \
		test_program = argv[0];                                                 \
		for (struct test_entry *e = test_first; e; e = e->next) {               \
			if (argc > 1 && !strstr(e->name, argv[1]))                      \
				continue;                                               \
			test_current = e->name;                                         \
			test_bad = test_skip = 0;                                       \
			test_row = NULL;                                                \
			e->run();                                                       \
			if (test_bad)                                                   \
				failed++;                                               \
			else if (test_skip)                                             \
				skipped++;                                              \
			else                                                            \
				passed++;                                               \
		}                                                                       \
		printf("%d passed, %d failed", passed, failed);                         \
		if (skipped)                                                            \
			printf(", %d skipped", skipped);                                \
		printf("\n");                                                           \
		return failed != 0;                                                     \
	}

#endif
