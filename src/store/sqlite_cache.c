/* sqlite_cache.c - a page cache that knows its highest page; sqlite_cache.h says why. */
#include "store/sqlite_cache.h"

#include "base/arena.h"

struct cache {
	sqlite3_pcache *inner;
	unsigned highest; /* no page above it, but for: */
	unsigned parked;  /* the number that a page has for a moment; 0 = none */
};

static sqlite3_pcache_methods2 within;

static struct cache *of(sqlite3_pcache *p)
{
	return (struct cache *)p;
}

static int start(void *arg)
{
	(void)arg;
	return within.xInit ? within.xInit(within.pArg) : SQLITE_OK;
}

static void end(void *arg)
{
	(void)arg;
	if (within.xShutdown)
		within.xShutdown(within.pArg);
}

static sqlite3_pcache *create(int page, int extra, int purgeable)
{
	struct cache *c = heap_alloc(sizeof *c);
	if (c && !(c->inner = within.xCreate(page, extra, purgeable))) {
		heap_free(c);
		return NULL;
	}
	return (sqlite3_pcache *)c;
}

static void destroy(sqlite3_pcache *p)
{
	within.xDestroy(of(p)->inner);
	heap_free(p);
}

static void set_size(sqlite3_pcache *p, int pages)
{
	within.xCachesize(of(p)->inner, pages);
}

static int page_count(sqlite3_pcache *p)
{
	return within.xPagecount(of(p)->inner);
}

static sqlite3_pcache_page *fetch(sqlite3_pcache *p, unsigned key, int create_it)
{
	if (create_it && key > of(p)->highest)
		of(p)->highest = key;
	return within.xFetch(of(p)->inner, key, create_it);
}

static void unpin(sqlite3_pcache *p, sqlite3_pcache_page *page, int discard)
{
	within.xUnpin(of(p)->inner, page, discard);
}

static void rekey(sqlite3_pcache *p, sqlite3_pcache_page *page, unsigned from, unsigned to)
{
	struct cache *c = of(p);
	within.xRekey(c->inner, page, from, to);
	if (from == c->parked)
		c->parked = 0;
	if (to <= c->highest)
		return;
	if (c->parked)
		c->highest = to;
	else
		c->parked = to;
}

static void truncate_to(sqlite3_pcache *p, unsigned first_gone)
{
	struct cache *c = of(p);
	if (first_gone > c->highest && c->parked < first_gone)
		return;
	within.xTruncate(c->inner, first_gone);
	if (first_gone <= c->highest)
		c->highest = first_gone - 1;
	if (c->parked >= first_gone)
		c->parked = 0;
}

static void shrink(sqlite3_pcache *p)
{
	within.xShrink(of(p)->inner);
}

const sqlite3_pcache_methods2 *sqlite_cache_over(const sqlite3_pcache_methods2 *inner)
{
	static const sqlite3_pcache_methods2 ours = { 1, NULL, start, end, create, set_size, page_count, fetch, unpin, rekey, truncate_to, destroy, shrink };
	within = *inner;
	return &ours;
}
