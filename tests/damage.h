/* damage.h - a database file spoilt as a disk or a vandal would: pages of the record overwritten in the file itself. */
#ifndef TESTS_DAMAGE_H
#define TESTS_DAMAGE_H

#include "tests/store_place.h"

enum { DAMAGE_PAGE = 2048, DAMAGE_PAGES_MAX = 256 };

struct damage { char path[160]; int64_t pages[DAMAGE_PAGES_MAX]; int before[DAMAGE_PAGES_MAX]; int count; };

static bool damage_holds(const unsigned char *page, const char *text)
{
	size_t n = strlen(text);
	for (size_t i = 0; i + n <= DAMAGE_PAGE; i++)
		if (memcmp(page + i, text, n) == 0)
			return true;
	return false;
}

/* Every leaf of the table `ledger` that holds the text loses its number of cells. Nobody has the file open. */
__attribute__((unused)) static bool damage_pages(struct damage *x, const char *path, const char *text)
{
	unsigned char page[DAMAGE_PAGE];
	snprintf(x->path, sizeof x->path, "%s", path);
	x->count = 0;
	if (test_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)") != 0)
		return false;
	int64_t leaves = test_sql(path, "SELECT count(*) FROM dbstat WHERE name='ledger' AND pagetype='leaf'");
	FILE *f = fopen(path, "r+b");
	for (int64_t i = 0; f && i < leaves && x->count < DAMAGE_PAGES_MAX; i++) {
		char sql[160];
		snprintf(sql, sizeof sql, "SELECT pageno FROM dbstat WHERE name='ledger' AND pagetype='leaf' ORDER BY pageno LIMIT 1 OFFSET %lld", (long long)i);
		x->pages[x->count] = test_sql(path, sql);
		if (fseek(f, (x->pages[x->count] - 1) * DAMAGE_PAGE, SEEK_SET) != 0 || fread(page, 1, sizeof page, f) != sizeof page)
			break;
		if (damage_holds(page, text))
			x->before[x->count++] = page[3];
	}
	/* only now: the list of pages is asked of a file that is whole */
	for (int i = 0; f && i < x->count; i++)
		if (fseek(f, (x->pages[i] - 1) * DAMAGE_PAGE + 3, SEEK_SET) != 0 || fputc(0x7f, f) == EOF)
			x->count = 0;
	return f && fclose(f) == 0 && x->count > 0;
}

/* The n-th leaf of a table, in the order of its keys, likewise. Gives the rows on it, -1: there is none. */
__attribute__((unused)) static int64_t damage_leaf(struct damage *x, const char *path, const char *table, int nth)
{
	char sql[200];
	snprintf(x->path, sizeof x->path, "%s", path);
	x->count = 0;
	if (test_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)") != 0)
		return -1;
	snprintf(sql, sizeof sql, "SELECT ncell FROM dbstat WHERE name='%s' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET %d", table, nth);
	int64_t rows = test_sql(path, sql);
	snprintf(sql, sizeof sql, "SELECT pageno FROM dbstat WHERE name='%s' AND pagetype='leaf' ORDER BY path LIMIT 1 OFFSET %d", table, nth);
	x->pages[0] = test_sql(path, sql);
	FILE *f = x->pages[0] > 0 ? fopen(path, "r+b") : NULL;
	long at = (long)(x->pages[0] - 1) * DAMAGE_PAGE + 3;
	if (f && fseek(f, at, SEEK_SET) == 0) {
		x->before[0] = fgetc(f);
		x->count = fseek(f, at, SEEK_SET) == 0 && fputc(0x7f, f) != EOF;
	}
	return f && fclose(f) == 0 && x->count ? rows : -1;
}

static bool damage_put(const struct damage *x, bool spoilt)
{
	FILE *f = fopen(x->path, "r+b");
	for (int i = 0; f && i < x->count; i++)
		if (fseek(f, (x->pages[i] - 1) * DAMAGE_PAGE + 3, SEEK_SET) != 0 || fputc(spoilt ? 0x7f : x->before[i], f) == EOF)
			return false;
	return f && fclose(f) == 0;
}

/* As it was. */
__attribute__((unused)) static bool damage_mend(const struct damage *x) { return damage_put(x, false); }

/* What was mended, once more. */
__attribute__((unused)) static bool damage_again(const struct damage *x) { return damage_put(x, true); }

#endif
