/* hit_collect_count.c - COLLECT #: how many rules matched. */
#include "dmn/dmn_int.h"

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	(void)run;
	*out = feel_i64((int64_t)h->count);
	return OK;
}

const struct dmn_hit_policy dmn_hit_collect_count = {
	.name = "COLLECT", .aggregation = "COUNT", .empty_is_zero = true, .choose = choose,
};
