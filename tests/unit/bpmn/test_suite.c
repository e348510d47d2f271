/* test_suite.c - the outside conformance suites, where they are present. */
#include <stdio.h>

#include "bpmn/suite.h"
#include "fixture.h"
#include "os/os.h"

#define SUITES PROJECT_ROOT "/../shared/suites/"

static enum err read_file(void *arg, struct str path, struct arena *a, struct str *out, struct diag *d)
{
	struct str full = arena_printf(a, "%s/%.*s", (const char *)arg, STR_ARG(path));

	return full.ptr ? os_file_read(a, full.ptr, 64 << 20, out, d) : ERR_NOMEM;
}

static void report(void *arg, struct str id, enum bpmn_suite_outcome outcome, struct str text)
{
	(void)arg;
	if (outcome == BPMN_SUITE_FAIL)
		printf("  FAIL %.*s: %.*s\n", STR_ARG(id), STR_ARG(text));
}

static bool present(const char *path)
{
	return os_file_exists(path);
}

static struct bpmn_suite_count run(bool replay, const char *list)
{
	struct bpmn_suite_env env = { .read = read_file, .report = report, .arg = (void *)(uintptr_t)(SUITES "bpmn"),
		.only = S(""), .replay = replay };
	struct bpmn_suite_count count = { 0, 0, 0, 0 };
	struct arena a;
	struct diag d;

	arena_init(&a, 1u << 30);
	diag_init(&d);
	CHECK_INT(list ? bpmn_suite_invalid(&a, str_of(list), &env, &count, &d) : bpmn_suite_run(&a, &env, &count, &d), OK);
	arena_release(&a);
	return count;
}

TEST(every_case_comes_out_as_expected)
{
	struct bpmn_suite_count count;

	if (!present(SUITES "bpmn/cases.json"))
		SKIP("no conformance suite here");
	count = run(false, NULL);
	CHECK(count.passed > 100);
	CHECK_INT(count.failed, 0);
}

TEST(every_case_comes_out_the_same_with_a_restart_between_any_two_commands)
{
	struct bpmn_suite_count count;

	if (!present(SUITES "bpmn/cases.json"))
		SKIP("no conformance suite here");
	count = run(true, NULL);
	CHECK_INT(count.failed, 0);
}

TEST(every_faulty_model_is_found_out)
{
	struct bpmn_suite_count count;

	if (!present(SUITES "bpmn/invalid/invalid.json"))
		SKIP("no conformance suite here");
	count = run(false, "invalid/invalid.json");
	CHECK(count.passed > 100);
	CHECK_INT(count.failed, 0);
	CHECK_INT(run(false, "invalid/ref.json").failed, 0);
}

TEST_MAIN
