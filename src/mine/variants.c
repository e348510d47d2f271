/* variants.c - cases with the same activities in the same order, and how long cases take. */
#include "mine/mine_int.h"

struct variant_table { struct mine_variant *list; uint32_t *slots; size_t count, room, slots_count; };

/* Of the names, not of their numbers: the same course has the same key in another log, or tomorrow. */
static uint64_t *name_hashes(const struct mine_log *log)
{
	uint64_t *hashes = heap_new_n(uint64_t, log->activities.count);
	for (uint32_t a = 0; hashes && a < log->activities.count; a++)
		hashes[a] = words_hash(mine_word(&log->activities, a));
	return hashes;
}

static uint64_t sequence_hash(const struct mine_log *log, const uint64_t *names, uint32_t c)
{
	uint64_t h = case_len(log, c);
	for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++) {
		h = (h ^ names[log->activity[i]]) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	return h;
}

static bool same_sequence(const struct mine_log *log, uint32_t a, uint32_t b)
{
	return case_len(log, a) == case_len(log, b)
	       && memcmp(log->activity + log->first[a], log->activity + log->first[b], case_len(log, a) * sizeof *log->activity) == 0;
}

static size_t place(const struct variant_table *t, const struct mine_log *log, uint64_t hash, uint32_t c)
{
	size_t mask = t->slots_count - 1, i = (size_t)hash & mask;
	for (; t->slots[i]; i = (i + 1) & mask) {
		const struct mine_variant *v = &t->list[t->slots[i] - 1];
		if (v->hash == hash && same_sequence(log, v->example, c))
			break;
	}
	return i;
}

static enum err more_slots(struct variant_table *t)
{
	heap_free(t->slots);
	t->slots_count = t->slots_count ? t->slots_count * 2 : 1024;
	t->slots = heap_new_n(uint32_t, t->slots_count);
	if (!t->slots)
		return ERR_NOMEM;
	for (size_t k = 0; k < t->count; k++) {
		size_t i = (size_t)t->list[k].hash & (t->slots_count - 1);
		while (t->slots[i])
			i = (i + 1) & (t->slots_count - 1);
		t->slots[i] = (uint32_t)k + 1;
	}
	return OK;
}

static enum err find_all(const struct mine_log *log, const uint64_t *names, struct variant_table *t, uint32_t *variant_of)
{
	for (uint32_t c = 0; c < log->cases; c++) {
		uint64_t hash = sequence_hash(log, names, c);
		if ((t->count + 1) * 4 > t->slots_count * 3)
			TRY(more_slots(t));
		size_t at = place(t, log, hash, c);
		if (!t->slots[at]) {
			TRY(grow(&t->list, &t->room, t->count + 1, sizeof *t->list));
			t->list[t->count++] = (struct mine_variant){ .hash = hash, .example = c };
			t->slots[at] = (uint32_t)t->count;
		}
		variant_of[c] = t->slots[at] - 1;
		t->list[t->slots[at] - 1].count++;
	}
	return OK;
}

static int by_count(const void *pa, const void *pb)
{
	const struct mine_variant *a = pa, *b = pb;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->example < b->example ? -1 : a->example > b->example;
}

/* Most frequent first; the cases' numbers follow. */
static enum err sort_variants(struct variant_table *t, uint32_t *variant_of, uint32_t cases)
{
	uint32_t *number = heap_new_n(uint32_t, cases);
	if (!number)
		return ERR_NOMEM;
	qsort(t->list, t->count, sizeof *t->list, by_count);
	for (uint32_t k = 0; k < t->count; k++)
		number[variant_of[t->list[k].example]] = k;
	for (uint32_t c = 0; c < cases; c++)
		variant_of[c] = number[variant_of[c]];
	heap_free(number);
	return OK;
}

/* How long the cases of each variant took, and all together. */
static enum err time_variants(struct mine_report *r)
{
	const struct mine_log *log = r->log;
	uint32_t *next = heap_new_n(uint32_t, r->variants_count), at = 0;
	int64_t *room = heap_new_n(int64_t, log->cases);
	enum err e = next && room ? OK : ERR_NOMEM;
	for (size_t k = 0; e == OK && k < r->variants_count; k++) {
		next[k] = at;
		at += r->variants[k].count;
	}
	for (uint32_t c = 0; e == OK && c < log->cases; c++)
		room[next[r->variant_of[c]]++] = case_end_ms(log, c) - log->end_ms[log->first[c]];
	for (size_t k = 0; e == OK && k < r->variants_count; k++)
		r->variants[k].times = times_of(room + (next[k] - r->variants[k].count), r->variants[k].count);
	if (e == OK)
		r->times = times_of(room, log->cases);
	heap_free(next);
	heap_free(room);
	return e;
}

enum err report_variants(struct mine_report *r)
{
	struct variant_table t = { 0 };
	uint64_t *names = name_hashes(r->log);
	r->variant_of = heap_new_n(uint32_t, r->log->cases);
	enum err e = names && r->variant_of ? find_all(r->log, names, &t, r->variant_of) : ERR_NOMEM;
	heap_free(names);
	if (e == OK)
		e = sort_variants(&t, r->variant_of, r->log->cases);
	heap_free(t.slots);
	r->variants = t.list;
	r->variants_count = t.count;
	return e == OK ? time_variants(r) : e;
}
