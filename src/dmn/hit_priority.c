/* hit_priority.c - PRIORITY: the match whose output stands first among the output values; with
 * several outputs, the first output that has output values decides first. */
#include "dmn/dmn_int.h"

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	uint32_t *order;
	DMN_ALLOC(run, order, uint32_t, h->count);
	dmn_hit_rank(h, order);
	return dmn_hit_value(run, h, order[0], out);
}

const struct dmn_hit_policy dmn_hit_priority = { .name = "PRIORITY", .ranked = true, .choose = choose };
