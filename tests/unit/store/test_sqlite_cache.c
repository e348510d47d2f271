/* test_sqlite_cache.c - what the page cache passes on at the end of a transaction, over a cache that only notes what it is asked. */
#include "tests/test.h"

#include "store/sqlite_cache.h"

static struct { int made, gone, cut; unsigned limit; unsigned fetched, from, to; } asked;

static sqlite3_pcache *note_create(int page, int extra, int purgeable)
{
	asked.made += page == 2048 && extra == 8 && purgeable == 1;
	return (sqlite3_pcache *)&asked;
}
static void note_size(sqlite3_pcache *p, int pages) { (void)p; (void)pages; }
static int note_count(sqlite3_pcache *p) { (void)p; return 7; }
static sqlite3_pcache_page *note_fetch(sqlite3_pcache *p, unsigned key, int create) { (void)p; (void)create; asked.fetched = key; return NULL; }
static void note_unpin(sqlite3_pcache *p, sqlite3_pcache_page *page, int discard) { (void)p; (void)page; (void)discard; }
static void note_rekey(sqlite3_pcache *p, sqlite3_pcache_page *page, unsigned from, unsigned to) { (void)p; (void)page; asked.from = from; asked.to = to; }
static void note_truncate(sqlite3_pcache *p, unsigned limit) { (void)p; asked.cut++; asked.limit = limit; }
static void note_destroy(sqlite3_pcache *p) { (void)p; asked.gone++; }
static void note_shrink(sqlite3_pcache *p) { (void)p; }

enum { MOMENT = 524289 }; /* PENDING_BYTE / 2048 + 1 */

static const sqlite3_pcache_methods2 notes = { 1, NULL, NULL, NULL, note_create, note_size, note_count, note_fetch, note_unpin, note_rekey, note_truncate, note_destroy, note_shrink };

struct step { char what; unsigned a, b; int cuts; }; /* f fetch, p look for without making, r rekey, t truncate; cuts so far */

static void follow(const struct step *steps, size_t n)
{
	const sqlite3_pcache_methods2 *m = sqlite_cache_over(&notes);
	memset(&asked, 0, sizeof asked);
	sqlite3_pcache *c = m->xCreate(2048, 8, 1);
	REQUIRE(c != NULL);
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &steps[i];
		if (s->what == 'f' || s->what == 'p')
			(void)m->xFetch(c, s->a, s->what == 'f');
		else if (s->what == 'r')
			m->xRekey(c, NULL, s->a, s->b);
		else
			m->xTruncate(c, s->a);
		if (asked.cut != s->cuts)
			printf("  step %zu (%c %u %u)\n", i, s->what, s->a, s->b);
		CHECK_INT(asked.cut, s->cuts);
	}
	CHECK_INT(m->xPagecount(c), 7);
	m->xDestroy(c);
	CHECK_INT(asked.made, 1);
	CHECK_INT(asked.gone, 1);
}

TEST(a_number_that_a_page_has_for_a_moment_cuts_nothing)
{
	/* ten pages; 4 and 5 change places by way of the moment's number; the file has ten pages at the end: nothing lies behind */
	static const struct step steps[] = { { 'f', 10, 0, 0 }, { 'f', 4, 0, 0 }, { 'r', 4, MOMENT, 0 }, { 'r', 5, 4, 0 }, { 'r', MOMENT, 5, 0 }, { 't', 11, 0, 0 },
	                                     { 't', 10, 0, 1 }, { 't', 10, 0, 1 } };
	follow(steps, sizeof steps / sizeof *steps);
	CHECK_INT(asked.limit, 10);
	CHECK_INT(asked.from, MOMENT);
	CHECK_INT(asked.to, 5);
}

TEST(what_lies_behind_the_end_is_cut)
{
	static const struct step grown[] = { { 'f', 3, 0, 0 }, { 'f', 8, 0, 0 }, { 't', 4, 0, 1 }, { 'f', 5, 0, 1 }, { 't', 9, 0, 1 }, { 't', 1, 0, 2 } };
	static const struct step looked_for[] = { { 'f', 3, 0, 0 }, { 'p', 8, 0, 0 }, { 't', 4, 0, 0 } };
	static const struct step left_there[] = { { 'f', 3, 0, 0 }, { 'r', 3, MOMENT, 0 }, { 't', 4, 0, 1 }, { 't', 4, 0, 1 } };
	static const struct step two_moments[] = { { 'f', 3, 0, 0 }, { 'r', 3, MOMENT, 0 }, { 'r', 2, 20, 0 }, { 'r', MOMENT, 3, 0 }, { 't', 4, 0, 1 } };
	follow(grown, sizeof grown / sizeof *grown);
	follow(looked_for, sizeof looked_for / sizeof *looked_for);
	follow(left_there, sizeof left_there / sizeof *left_there);
	follow(two_moments, sizeof two_moments / sizeof *two_moments);
}

TEST_MAIN
