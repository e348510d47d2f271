/* hit_unique.c - UNIQUE: at most one rule matches; two are an error in the table. */
#include "dmn/dmn_int.h"

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	if (h->count == 1)
		return dmn_hit_value(run, h, 0, out);
	dmn_run_reason(run, "the table in line %d allows one match, but rules %u and %u both match", h->table->line,
	               h->rules[0] + 1, h->rules[1] + 1);
	*out = feel_null();
	return OK;
}

const struct dmn_hit_policy dmn_hit_unique = { .name = "UNIQUE", .choose = choose };
