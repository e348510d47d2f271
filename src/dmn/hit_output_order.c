/* hit_output_order.c - OUTPUT ORDER: all matches, in the order of the output values. */
#include "dmn/dmn_int.h"

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	uint32_t *order;
	DMN_ALLOC(run, order, uint32_t, h->count);
	dmn_hit_rank(h, order);
	return dmn_hit_list(run, h, order, out);
}

const struct dmn_hit_policy dmn_hit_output_order = { .name = "OUTPUT ORDER", .ranked = true, .choose = choose };
