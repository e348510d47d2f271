/* hit_collect_max.c - COLLECT >: the largest of the outputs. */
#include "dmn/dmn_int.h"

static enum err largest(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *column, size_t count,
                    struct feel_value *out)
{
	struct feel_value best = column[0];
	for (size_t i = 0; i < count; i++) {
		int order;
		if (!feel_order(&column[i], &best, &order)) {
			dmn_run_reason(run, "the outputs of the table in line %d cannot be compared", t->line);
			*out = feel_null();
			return OK;
		}
		if (order > 0)
			best = column[i];
	}
	*out = best;
	return OK;
}

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	return dmn_hit_fold(run, h, largest, out);
}

const struct dmn_hit_policy dmn_hit_collect_max = { .name = "COLLECT", .aggregation = "MAX", .choose = choose };
