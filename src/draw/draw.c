/* draw.c - from key and pool to the selection (RFC 3797, 4.2). The places left are kept in a binary indexed tree, so that a
 * large draw from a large list stays cheap. */
#include "draw/draw_int.h"

static const struct { const char *name; size_t size; } hashes[] = {
	[DRAW_MD5] = { "md5", 16 }, [DRAW_SHA256] = { "sha256", 32 },
};

bool draw_hash_parse(struct str name, enum draw_hash *out)
{
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		if (str_eqz(name, hashes[i].name)) {
			*out = (enum draw_hash)i;
			return true;
		}
	return false;
}

const char *draw_hash_name(enum draw_hash h) { return hashes[h].name; }
size_t draw_hash_size(enum draw_hash h) { return hashes[h].size; }

/* ---- the places that are left ---- */

struct places { uint32_t *tree, count, top; }; /* tree[1..count]; top = largest power of two <= count */

static void places_fill(struct places *p)
{
	for (uint32_t i = 1; i <= p->count; i++)
		p->tree[i] = i & -i; /* every place is there: a node counts its own span */
	for (p->top = 1; p->top <= p->count / 2;)
		p->top *= 2;
}

/* Takes the n-th place left (from 1) out; its position in the whole list, from 1. */
static uint32_t places_take(struct places *p, uint32_t nth)
{
	uint32_t at = 0;
	for (uint32_t step = p->top; step; step /= 2)
		if (at + step <= p->count && p->tree[at + step] < nth) {
			at += step;
			nth -= p->tree[at];
		}
	for (uint32_t i = ++at; i <= p->count; i += i & -i)
		p->tree[i]--;
	return at;
}

/* ---- one pick ---- */

static uint32_t remainder_of(const uint8_t *digest, size_t size, uint32_t divisor)
{
	uint64_t r = 0;
	for (size_t i = 0; i < size; i++)
		r = (r << 8 | digest[i]) % divisor;
	return (uint32_t)r;
}

static bool pick(enum draw_hash hash, struct str key, struct places *left, struct draw_pick *out)
{
	uint32_t n = out->counter - 1; /* the first is hashed with two zero bytes */
	char counter[2] = { (char)(n >> 8), (char)(n & 255) };
	struct str parts[3] = { str_span(counter, 2), key, str_span(counter, 2) };
	if (!draw_hash_parts(hash, parts, 3, out->digest))
		return false;
	out->place = remainder_of(out->digest, draw_hash_size(hash), out->divisor) + 1;
	out->position = places_take(left, out->place);
	return true;
}

/* ---- the whole draw ---- */

/* Which member stands in each place. */
static uint32_t *owners_of(struct arena *a, const struct draw_pool *pool)
{
	uint32_t *owner = arena_new_n(a, uint32_t, pool->places), at = 0;
	for (size_t i = 0; owner && i < pool->count; i++)
		for (uint32_t k = 0; k < pool->members[i].weight; k++)
			owner[at++] = (uint32_t)i;
	return owner;
}

static uint32_t members_with_place(const struct draw_pool *pool)
{
	uint32_t n = 0;
	for (size_t i = 0; i < pool->count; i++)
		n += pool->members[i].weight > 0;
	return n;
}

static enum err check(struct str key, const struct draw_pool *pool, uint32_t want, struct diag *d)
{
	if (!key.len)
		return diag_set(d, ERR_INVALID, "draw.no-seed", "There is no source of a seed.");
	if (want < 1 || want > members_with_place(pool)) {
		enum err e = diag_set(d, ERR_INVALID, "draw.too-few", "%u cannot be drawn from a list of %u.", want, members_with_place(pool));
		return e;
	}
	return OK;
}

/* Room for every pick there can be; most draws need no more than `want`. */
static uint32_t picks_most(const struct draw_pool *pool, uint32_t want)
{
	uint32_t most = pool->places == members_with_place(pool) ? want : pool->places;
	return most < DRAW_PICKS_MAX ? most : DRAW_PICKS_MAX;
}

enum err draw_run(struct arena *a, enum draw_hash hash, struct str key, const struct draw_pool *pool, uint32_t want,
                  struct draw_pick **picks, size_t *count, struct diag *d)
{
	TRY(check(key, pool, want, d));
	uint32_t most = picks_most(pool, want), n = 0;
	struct places left = { arena_new_n(a, uint32_t, (size_t)pool->places + 1), pool->places, 1 };
	uint32_t *owner = owners_of(a, pool);
	bool *taken = arena_new_n(a, bool, pool->count);
	struct draw_pick *list = arena_new_n(a, struct draw_pick, most);
	if (!left.tree || !owner || !taken || !list)
		return ERR_NOMEM;
	places_fill(&left);
	for (uint32_t got = 0; got < want; n++) {
		if (n == most)
			return diag_set(d, ERR_LIMIT, "draw.too-many", "A draw has at most %d picks.", DRAW_PICKS_MAX);
		list[n] = (struct draw_pick){ .counter = n + 1, .divisor = pool->places - n };
		if (!pick(hash, key, &left, &list[n]))
			return diag_set(d, ERR_UNSUPPORTED, "draw.no-hash", "This machine does not have %s.", draw_hash_name(hash));
		list[n].member = owner[list[n].position - 1];
		list[n].again = taken[list[n].member];
		taken[list[n].member] = true;
		got += !list[n].again;
	}
	*picks = list;
	*count = n;
	return OK;
}
