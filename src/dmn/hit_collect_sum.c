/* hit_collect_sum.c - COLLECT +: the sum of the outputs, which are numbers or durations of one kind. */
#include "dmn/dmn_int.h"

static bool add(struct feel_value *sum, const struct feel_value *v)
{
	if (sum->kind != v->kind)
		return false;
	switch (v->kind) {
	case FEEL_NUMBER:
		sum->number = dec_add(sum->number, v->number);
		return dec_finite(sum->number);
	case FEEL_MONTHS_DURATION:
		return !__builtin_add_overflow(sum->months, v->months, &sum->months);
	case FEEL_DAYS_DURATION: {
		int64_t nano = (int64_t)sum->span.nano + v->span.nano;
		if (__builtin_add_overflow(sum->span.seconds, v->span.seconds, &sum->span.seconds) ||
		    __builtin_add_overflow(sum->span.seconds, nano / 1000000000, &sum->span.seconds))
			return false;
		nano %= 1000000000;
		/* seconds and nanoseconds carry one sign */
		int64_t carry = sum->span.seconds > 0 && nano < 0 ? 1 : sum->span.seconds < 0 && nano > 0 ? -1 : 0;
		sum->span.seconds -= carry;
		sum->span.nano = (int32_t)(nano + carry * 1000000000);
		return true;
	}
	default:
		return false;
	}
}

static enum err sum(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *column, size_t count,
                    struct feel_value *out)
{
	struct feel_value total = column[0];
	bool fits = total.kind == FEEL_NUMBER || total.kind == FEEL_MONTHS_DURATION || total.kind == FEEL_DAYS_DURATION;
	for (size_t i = 1; i < count && fits; i++)
		fits = add(&total, &column[i]);
	*out = fits ? total : feel_null();
	if (!fits)
		dmn_run_reason(run, "the outputs of the table in line %d cannot be added up", t->line);
	return OK;
}

static enum err choose(struct dmn_run *run, const struct dmn_hits *h, struct feel_value *out)
{
	return dmn_hit_fold(run, h, sum, out);
}

const struct dmn_hit_policy dmn_hit_collect_sum = { .name = "COLLECT", .aggregation = "SUM", .choose = choose };
