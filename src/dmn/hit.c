/* hit.c - what hit policies have in common: the value of one hit, lists of them, ranking, folding. */
#include "dmn/dmn_int.h"

enum err dmn_hit_value(struct dmn_run *run, const struct dmn_hits *h, size_t hit, struct feel_value *out)
{
	const struct dmn_table *t = h->table;
	const struct feel_value *row = h->outputs + hit * t->outputs_count;
	if (t->outputs_count == 1) {
		*out = row[0];
		return OK;
	}
	struct feel_context_builder b;
	feel_context_begin(&b, run->arena);
	for (size_t i = 0; i < t->outputs_count; i++)
		TRY(feel_context_put(&b, t->outputs[i].name, row[i]));
	return feel_context_end(&b, out);
}

enum err dmn_hit_list(struct dmn_run *run, const struct dmn_hits *h, const uint32_t *order, struct feel_value *out)
{
	struct feel_value *items;
	DMN_ALLOC(run, items, struct feel_value, h->count);
	for (size_t i = 0; i < h->count; i++)
		TRY(dmn_hit_value(run, h, order ? order[i] : i, &items[i]));
	*out = feel_list(items, h->count);
	return OK;
}

/* Place of a value among the output values; behind all of them when it is not there. */
static size_t rank_of(const struct dmn_output *o, const struct feel_value *v)
{
	for (size_t i = 0; i < o->ranked_count; i++) {
		const struct feel_value *r = &o->ranked[i];
		struct feel_value same = feel_equal(r, v);
		if (r->kind == FEEL_RANGE && v->kind != FEEL_RANGE)
			same = feel_in_range(v, r->range);
		if (feel_is_true(&same))
			return i;
	}
	return o->ranked_count;
}

bool dmn_hit_before(const struct dmn_hits *h, uint32_t a, uint32_t b)
{
	const struct dmn_table *t = h->table;
	for (size_t i = 0; i < t->outputs_count; i++) {
		size_t x = rank_of(&t->outputs[i], &h->outputs[a * t->outputs_count + i]);
		size_t y = rank_of(&t->outputs[i], &h->outputs[b * t->outputs_count + i]);
		if (x != y)
			return x < y;
	}
	return false;
}

void dmn_hit_rank(const struct dmn_hits *h, uint32_t *order)
{
	for (uint32_t i = 0; i < h->count; i++) {
		uint32_t at = i;
		for (; at > 0 && dmn_hit_before(h, i, order[at - 1]); at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

enum err dmn_hit_fold(struct dmn_run *run, const struct dmn_hits *h, dmn_fold fold, struct feel_value *out)
{
	const struct dmn_table *t = h->table;
	struct dmn_hits folded = { .table = t, .count = 1 };
	struct feel_value *column;
	DMN_ALLOC(run, folded.outputs, struct feel_value, t->outputs_count);
	DMN_ALLOC(run, column, struct feel_value, h->count);
	for (size_t i = 0; i < t->outputs_count; i++) {
		for (size_t j = 0; j < h->count; j++)
			column[j] = h->outputs[j * t->outputs_count + i];
		TRY(fold(run, t, column, h->count, &folded.outputs[i]));
	}
	return dmn_hit_value(run, &folded, 0, out);
}
