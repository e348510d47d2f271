/* spread.c - times of many groups of durations, without keeping them all.
 *
 * Each duration is shown twice. The first look adds up, and counts those of a large group by size, in buckets of a sixteenth
 * of their value; that tells in which buckets the wanted ranks lie. The second keeps what lies in those, a few in a hundred,
 * and the values at the ranks are picked from them: nothing is estimated. Groups that are small are kept whole at once. */
#include "mine/mine_int.h"

enum { BUCKETS = 1024, SMALL = 512, EXACT = 32 /* the buckets below hold one value each */ };

static size_t bucket_of(int64_t ms)
{
	if (ms < 16)
		return (size_t)ms;
	unsigned top = 63 - (unsigned)__builtin_clzll((unsigned long long)ms);
	return (size_t)(top - 3) << 4 | ((size_t)(ms >> (top - 4)) & 15);
}

enum err spread_init(struct spread *s, size_t groups)
{
	*s = (struct spread){ .count = groups, .group = heap_new_n(struct spread_group, groups) };
	return s->group ? OK : ERR_NOMEM;
}

void spread_free(struct spread *s)
{
	heap_free(s->group);
	heap_free(s->small);
	heap_free(s->buckets);
	heap_free(s->kept);
}

enum err spread_start(struct spread *s)
{
	size_t small = 0, buckets = 0;
	for (size_t i = 0; i < s->count; i++) {
		struct spread_group *g = &s->group[i];
		bool is_small = g->expected <= SMALL;
		g->at = is_small ? small : buckets;
		small += is_small ? g->expected : 0;
		buckets += is_small ? 0 : BUCKETS;
		g->min_ms = INT64_MAX;
	}
	s->small = heap_new_n(int64_t, small);
	s->buckets = heap_new_n(uint32_t, buckets);
	return s->small && s->buckets ? OK : ERR_NOMEM;
}

static void look_again(struct spread *s, struct spread_group *g, int64_t ms)
{
	size_t bucket = bucket_of(ms);
	for (size_t k = 0; k < SPREAD_RANKS; k++)
		if (g->rank[k].bucket == bucket && g->rank[k].gathers) {
			s->kept[g->rank[k].from + g->rank[k].count++] = ms;
			return;
		}
}

void spread_put(struct spread *s, size_t group, int64_t ms)
{
	struct spread_group *g = &s->group[group];
	base_assert(ms >= 0);
	if (s->second) {
		look_again(s, g, ms); /* a small group gathers nothing */
		return;
	}
	if (g->expected <= SMALL)
		s->small[g->at + g->count] = ms;
	else
		s->buckets[g->at + bucket_of(ms)]++;
	g->count++;
	g->sum_ms += ms;
	g->min_ms = ms < g->min_ms ? ms : g->min_ms;
	g->max_ms = ms > g->max_ms ? ms : g->max_ms;
}

/* The bucket in which a rank lies. Ranks in one bucket share what the first of them gathers. */
static size_t place_rank(const struct spread *s, struct spread_group *g, size_t k, size_t rank, size_t from)
{
	const uint32_t *bucket = s->buckets + g->at;
	struct spread_rank *r = &g->rank[k];
	size_t before = 0, b = 0;
	while (before + bucket[b] <= rank)
		before += bucket[b++];
	*r = (struct spread_rank){ .rank = (uint32_t)(rank - before), .bucket = (uint32_t)b, .from = from };
	if (k && g->rank[k - 1].bucket == b)
		r->from = g->rank[k - 1].from;
	else
		r->gathers = b >= EXACT;
	return r->gathers ? bucket[b] : 0;
}

bool spread_again(struct spread *s, enum err *e)
{
	size_t kept = 0;
	if (s->second)
		return false;
	for (size_t i = 0; i < s->count; i++) {
		struct spread_group *g = &s->group[i];
		const size_t n = g->count, rank[SPREAD_RANKS] = { (n - 1) / 2, n / 2, (n * 9 + 9) / 10 - 1 };
		base_assert(n == g->expected);
		for (size_t k = 0; n > SMALL && k < SPREAD_RANKS; k++)
			kept += place_rank(s, g, k, rank[k], kept);
	}
	s->second = true;
	s->kept = heap_new_n(int64_t, kept);
	*e = s->kept ? OK : ERR_NOMEM;
	return kept && s->kept;
}

static int64_t at_rank(struct spread *s, const struct spread_group *g, size_t k)
{
	const struct spread_rank *r = &g->rank[k];
	if (r->bucket < EXACT)
		return r->bucket;
	while (!g->rank[k].gathers)
		k--;
	return nth_smallest(s->kept + r->from, g->rank[k].count, r->rank);
}

struct mine_times spread_times(struct spread *s, size_t group)
{
	const struct spread_group *g = &s->group[group];
	if (g->count <= SMALL)
		return times_of(s->small + g->at, g->count);
	int64_t low = at_rank(s, g, 0), high = at_rank(s, g, 1);
	return (struct mine_times){ .count = g->count, .sum_ms = g->sum_ms, .min_ms = g->min_ms, .max_ms = g->max_ms,
		                    .mean_ms = times_divide(g->sum_ms, g->count), .median_ms = low + times_divide(high - low, 2),
		                    .p90_ms = at_rank(s, g, 2) };
}
