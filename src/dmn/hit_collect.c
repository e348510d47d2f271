/* hit_collect.c - COLLECT without an operator: all matches; any order will do, so it is the rules'. */
#include "dmn/dmn_int.h"

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	return dmn_hit_list(run, h, NULL, out);
}

const struct dmn_hit_policy dmn_hit_collect = { .name = "COLLECT", .empty_is_list = true, .choose = choose };
