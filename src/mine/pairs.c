/* pairs.c - distinct pairs of numbers, numbered in the order of their first appearance.
 *
 * Where all thinkable pairs are few they stand in a square; otherwise in a table by hash. */
#include "mine/mine_int.h"

enum { SQUARE_MAX = 1 << 18, SLOTS_MIN = 1024 };

enum err pairs_init(struct pairs *p, size_t a_count, size_t b_count)
{
	size_t n = b_count && a_count <= SQUARE_MAX / b_count ? a_count * b_count : 0;
	*p = (struct pairs){ .square = n != 0, .width = b_count, .slots_count = n ? n : SLOTS_MIN };
	p->slots = heap_new_n(uint32_t, p->slots_count);
	return p->slots ? OK : ERR_NOMEM;
}

void pairs_free(struct pairs *p)
{
	heap_free(p->slots);
	heap_free(p->list);
}

static size_t place(const struct pairs *p, uint32_t a, uint32_t b)
{
	uint64_t h = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15u;
	size_t mask = p->slots_count - 1, i = (size_t)(h >> 32) & mask;
	while (p->slots[i] && (p->list[p->slots[i] - 1].a != a || p->list[p->slots[i] - 1].b != b))
		i = (i + 1) & mask;
	return i;
}

static enum err more_slots(struct pairs *p)
{
	uint32_t *slots = heap_new_n(uint32_t, p->slots_count * 2);
	if (!slots)
		return ERR_NOMEM;
	heap_free(p->slots);
	p->slots = slots;
	p->slots_count *= 2;
	for (size_t i = 0; i < p->count; i++)
		p->slots[place(p, p->list[i].a, p->list[i].b)] = (uint32_t)i + 1;
	return OK;
}

static enum err append(struct pairs *p, uint32_t a, uint32_t b, size_t at)
{
	TRY(grow_column(&p->list, &p->room, p->count + 1, sizeof *p->list));
	p->list[p->count++] = (struct pair){ a, b };
	p->slots[at] = (uint32_t)p->count;
	return OK;
}

uint32_t pairs_hashed(const struct pairs *p, uint32_t a, uint32_t b)
{
	return p->slots[place(p, a, b)] - 1;
}

enum err pairs_add(struct pairs *p, uint32_t a, uint32_t b, uint32_t *out)
{
	if (!p->square && (p->count + 1) * 4 > p->slots_count * 3)
		TRY(more_slots(p));
	size_t at = p->square ? a * p->width + b : place(p, a, b);
	if (!p->slots[at])
		TRY(append(p, a, b, at));
	*out = p->slots[at] - 1;
	return OK;
}
