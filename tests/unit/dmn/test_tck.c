/* test_tck.c - the compatibility kit, where it is on this machine; and the runner itself on a kit of our own. */
#include "dmn/tck.h"
#include "dmn_test.h"
#include "os/os.h"

static void report(void *arg, const struct dmn_tck_result *r)
{
	int *shown = arg;
	if (!r->passed && (*shown)++ < 20)
		printf("  %.*s %.*s %.*s: expected %.*s, got %.*s (%.*s)\n", STR_ARG(r->file), STR_ARG(r->test_case),
		       STR_ARG(r->node), STR_ARG(r->expected), STR_ARG(r->got), STR_ARG(r->reason));
}

TEST(the_whole_kit_passes)
{
	const char *dir = PROJECT_ROOT "/../shared/suites/dmn-tck";
	struct dmn_tck_count count = { 0 };
	int shown = 0;
	if (!os_file_exists(PROJECT_ROOT "/../shared/suites/dmn-tck/testCases.xsd"))
		SKIP("the kit is not here");
	diag_init(&test_diag);
	CHECK_INT(dmn_tck_run(dir, NULL, report, &shown, &count, &test_diag), OK);
	CHECK_INT(count.failed, 0);
	CHECK(count.passed >= 3078);
}

TEST(the_runner_counts_what_fails)
{
	struct dmn_tck_count count = { 0 };
	struct buf csv;
	int shown = 100;
	buf_init(&csv, 1 << 16);
	diag_init(&test_diag);
	CHECK_INT(dmn_tck_run(PROJECT_ROOT "/tests/data/dmn-tck", &csv, report, &shown, &count, &test_diag), OK);
	CHECK_INT(count.passed, 5);
	CHECK_INT(count.failed, 2);
	CHECK_STR(buf_str(&csv),
		"\"own/0001-own\",\"0001-own-test-01\",\"good\",\"SUCCESS\",\"\"\n"
		"\"own/0001-own\",\"0001-own-test-01\",\"wrong\",\"ERROR\",\"\"\n"
		"\"own/0001-own\",\"0001-own-test-01\",\"service\",\"SUCCESS\",\"\"\n"
		"\"own/0001-own\",\"0001-own-test-01\",\"error\",\"SUCCESS\",\"\"\n"
		"\"own/0001-own\",\"0001-own-test-01\",\"missing\",\"ERROR\",\"the model 试 has no decision \"\"没有\"\"\"\n");
	buf_release(&csv);
}

TEST(an_empty_folder_is_no_kit)
{
	struct dmn_tck_count count = { 0 };
	diag_init(&test_diag);
	CHECK_INT(dmn_tck_run(PROJECT_ROOT "/src/dmn", NULL, NULL, NULL, &count, &test_diag), ERR_NOT_FOUND);
	diag_init(&test_diag);
	CHECK(dmn_tck_run(PROJECT_ROOT "/no such folder", NULL, NULL, NULL, &count, &test_diag) != OK);
}

TEST_MAIN
