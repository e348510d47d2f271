/* hit_rule_order.c - RULE ORDER: all matches, in the order of the rules. */
#include "dmn/dmn_int.h"

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	return dmn_hit_list(run, h, NULL, out);
}

const struct dmn_hit_policy dmn_hit_rule_order = { .name = "RULE ORDER", .choose = choose };
