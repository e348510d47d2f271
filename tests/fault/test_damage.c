/* test_damage.c - one page of the file is damaged under a city that works: whose rows lie there waits and says why, nobody else does. */
#include <stdio.h>

#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"

enum { CASES = 120, PAGE = 2048 };

#define DAY_MS (24 * 3600000LL)

/* Puts `bytes` over a page and gives what was there. */
static bool put_page(const char *path, int64_t page, const char *bytes, char *before)
{
	FILE *f = fopen(path, "r+b");
	bool done = f && fseek(f, (page - 1) * PAGE, SEEK_SET) == 0 && fread(before, 1, PAGE, f) == PAGE && fseek(f, (page - 1) * PAGE, SEEK_SET) == 0 &&
	            fwrite(bytes, 1, PAGE, f) == PAGE;
	return f && fclose(f) == 0 && done;
}


/* A city of many cases, stopped, so that all of it is in the one file. */
static bool many_cases(struct kernel *k, const char *path)
{
	if (!kernel_begin(k, path))
		return false;
	int64_t citizen = kernel_citizen(k, "zhang");
	for (int i = 0; i < CASES; i++) {
		char key[16];
		snprintf(key, sizeof key, "k%d", i);
		if (!kernel_submit(k, citizen, key).ptr)
			return false;
	}
	return true;
}

TEST(limits_of_other_cases_take_effect_and_a_damaged_one_is_tried_again)
{
	static const char nothing[PAGE];
	static char page[PAGE], back[PAGE];
	struct kernel k = { .cw = NULL };
	struct diag d;
	char path[160];
	if (test_on_postgresql())
		SKIP("a server looks after its own pages");
	snprintf(path, sizeof path, "%s/city.db", test_folder("damage"));
	REQUIRE(many_cases(&k, path));
	casework_close(k.cw);
	CHECK_INT(test_sql(path, "PRAGMA page_size"), PAGE);
	int64_t leaf = test_sql(path, "SELECT pageno FROM dbstat WHERE name='clock' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET 1");
	int64_t cells = test_sql(path, "SELECT ncell FROM dbstat WHERE name='clock' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET 1");
	if (leaf < 0)
		SKIP("this SQLite cannot tell where a table lies");
	CHECK_INT(test_sql(path, "SELECT count(*) FROM clock"), 3 * CASES); /* of the step, promised, statutory */
	REQUIRE(put_page(path, leaf, nothing, page));
	REQUIRE(kernel_open(&k, path));
	/* the limit of a step is two working days: by the end of the week every step has been warned of, and is over */
	diag_init(&d);
	CHECK_INT(casework_advance(k.cw, &k.clock, KERNEL_START_MS + 4 * DAY_MS, &d), OK);
	casework_close(k.cw);
	int64_t warned = test_sql(path, "SELECT count(DISTINCT case_id) FROM alert");
	int64_t waiting = test_sql(path, "SELECT count(DISTINCT subject) FROM ledger WHERE kind='timer.postponed'");
	CHECK(waiting > 0 && waiting <= 3 * cells); /* those on the page; and of its neighbours who would have to move rows there */
	CHECK(warned >= CASES - cells && warned + waiting >= CASES); /* a leaf holds no more cases than clocks */
	CHECK_INT(test_sql(path, "SELECT count(*) FROM ledger WHERE kind='timer.postponed' AND payload NOT LIKE '%\"reason\":\"Something that this needs is damaged%'"), 0);
	/* the page comes back: within the hour those are warned of too */
	REQUIRE(put_page(path, leaf, page, back));
	REQUIRE(kernel_open(&k, path));
	CHECK_INT(casework_advance(k.cw, &k.clock, KERNEL_START_MS + 4 * DAY_MS + 3600000, &d), OK);
	casework_close(k.cw);
	CHECK_INT(test_sql(path, "SELECT count(DISTINCT case_id) FROM alert"), CASES);
	arena_release(&k.a);
}

TEST_MAIN
