/* hit_first.c - FIRST: the matching rule that stands first. */
#include "dmn/dmn_int.h"

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	return dmn_hit_value(run, h, 0, out);
}

const struct dmn_hit_policy dmn_hit_first = { .name = "FIRST", .first_only = true, .choose = choose };
