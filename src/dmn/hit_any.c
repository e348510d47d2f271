/* hit_any.c - ANY: several rules may match if all say the same. */
#include "dmn/dmn_int.h"

static bool same(const struct dmn_hits *h, size_t hit)
{
	size_t width = h->table->outputs_count;
	for (size_t i = 0; i < width; i++) {
		const struct feel_value *a = &h->outputs[i], *b = &h->outputs[hit * width + i];
		struct feel_value equal = feel_equal(a, b);
		if (!feel_is_true(&equal))
			return false;
	}
	return true;
}

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	for (size_t i = 1; i < h->count; i++) {
		if (same(h, i))
			continue;
		dmn_run_reason(run, "the table in line %d wants matching rules to agree, but rules %u and %u differ",
		               h->table->line, h->rules[0] + 1, h->rules[i] + 1);
		*out = feel_null();
		return OK;
	}
	return dmn_hit_value(run, h, 0, out);
}

const struct dmn_hit_policy dmn_hit_any = { .name = "ANY", .choose = choose };
