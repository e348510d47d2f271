/* test_memory.c - where the database's library gets no memory, nobody is told that what it keeps is damaged.
 *
 * Each of its allocations fails in turn (a sample of them unless BANJIE_TEST_LONG is set) while the record is proved.
 */
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "tests/folder.h"
#include "tests/unit/casework/kernel.h"

static sqlite3_mem_methods real;
static _Atomic int64_t calls, fails; /* so far; the one that fails, 0 = none */

static bool fail_now(void)
{
	return atomic_fetch_add(&calls, 1) + 1 == atomic_load(&fails);
}

static void *allocate(int n) { return fail_now() ? NULL : real.xMalloc(n); }
static void *extend(void *p, int n) { return fail_now() ? NULL : real.xRealloc(p, n); }

static bool install(void)
{
	sqlite3_mem_methods ours;
	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
		return false;
	ours = real;
	ours.xMalloc = allocate;
	ours.xRealloc = extend;
	return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK;
}

static enum err prove(struct casework *cw, struct diag *d)
{
	uint64_t n;
	TRY(casework_verify(cw, NULL, NULL, &n, d));
	return casework_rebuild_check(cw, NULL, NULL, &n, d);
}

TEST(no_memory_is_told_as_no_damage)
{
	enum { SAMPLE = 150 };
	struct kernel k = { .cw = NULL };
	struct diag d;
	char path[200], row[48];
	if (test_on_postgresql())
		SKIP("the library is SQLite");
	const char *dir = test_folder("memory");
	snprintf(path, sizeof path, "%s/city.db", dir);
	REQUIRE(install() && kernel_begin(&k, path));
	int64_t citizen = kernel_citizen(&k, "zhang");
	REQUIRE(citizen && kernel_submit(&k, citizen, "k1").len && kernel_submit(&k, citizen, "k2").len);
	diag_init(&d);
	atomic_store(&calls, 0);
	REQUIRE(prove(k.cw, &d) == OK);
	int64_t all = atomic_load(&calls), step = getenv("BANJIE_TEST_LONG") || all < SAMPLE ? 1 : all / SAMPLE, failed = 0;
	for (int64_t n = 1; n <= all && test_bad < 10; n += step) {
		snprintf(row, sizeof row, "allocation %lld", (long long)n);
		ROW(row);
		diag_init(&d);
		atomic_store(&calls, 0);
		atomic_store(&fails, n);
		enum err e = prove(k.cw, &d);
		atomic_store(&fails, 0);
		CHECK(e == OK || e == ERR_NOMEM || e == ERR_IO);
		failed += e != OK;
		if (e == ERR_CORRUPT || e == ERR_UNSUPPORTED)
			printf("  %s\n", d.text);
	}
	ROW(NULL);
	CHECK(failed > 0);
	diag_init(&d);
	CHECK_INT(prove(k.cw, &d), OK);
	kernel_end(&k);
	test_folder_remove(dir);
}

/* A text that could not be read may look as if it were not there: nothing is done because of that, and nobody refused. Nor is one carried out of whose answer alone there was no room: whoever is told of a
 * fault is told that nothing was changed. */
TEST(no_command_is_carried_out_of_which_something_had_no_memory)
{
	enum { SAMPLE = 200 };
	struct kernel k = { .cw = NULL };
	struct diag d;
	char key[24], path[200];
	uint64_t n;
	if (test_on_postgresql())
		SKIP("the library is SQLite");
	const char *dir = test_folder("memory");
	snprintf(path, sizeof path, "%s/city.db", dir);
	REQUIRE(kernel_begin(&k, path));
	casework_close(k.cw); /* who has what he remembers compared needs memory for that */
	struct casework_options o = { .clock = &k.clock, .entropy = &k.entropy, .data_dir = PROJECT_ROOT, .inline_writer = true, .fast = true };
	REQUIRE(casework_open(path, &o, &k.cw, NULL) == OK);
	int64_t citizen = kernel_citizen(&k, "zhang");
	REQUIRE(citizen && kernel_submit(&k, citizen, "before").len);
	size_t at = 1, step = getenv("BANJIE_TEST_LONG") ? 1 : 7, refused, met = 0, answered = 1;
	struct casework_health health;
	do {
		refused = heap_refusals();
		snprintf(key, sizeof key, "k%zu", at);
		arena_fail_after(at);
		struct str no = kernel_submit(&k, citizen, key);
		arena_fail_after(0);
		met += heap_refusals() != refused;
		answered += no.len != 0;
		CHECK(casework_health(k.cw, &health) == OK && health.open_cases == (int64_t)answered && !health.damaged);
		if (heap_refusals() != refused && no.len)
			printf("  allocation %zu\n", at);
		CHECK(heap_refusals() == refused || (!no.len && !err_is_refusal(k.r.err)));
		at += step;
	} while (heap_refusals() != refused && test_bad < 10);
	CHECK(met > SAMPLE / step);
	diag_init(&d);
	CHECK_INT(casework_verify(k.cw, NULL, NULL, &n, &d), OK);
	CHECK_INT(casework_rebuild_check(k.cw, NULL, NULL, &n, &d), OK);
	kernel_end(&k);
	test_folder_remove(dir);
}

TEST_MAIN
