/* score.c - one subject's figures: pure arithmetic in decimal128 over gathered rows. */
#include "gauge/gauge_int.h"

static struct dec within(struct dec v, struct dec floor, struct dec cap)
{
	if (dec_cmp(v, floor) < 0)
		return floor;
	return dec_cmp(v, cap) > 0 ? cap : v;
}

static enum err inputs_of(struct arena *a, const struct gauge_subject *who, const struct gauge_indicator *i, struct gauge_indicator_score *out,
                          struct feel_value *context)
{
	const struct gauge_measure *all;
	struct feel_context_builder b;
	struct gauge_input *inputs = arena_new_n(a, struct gauge_input, i->measures_count);
	(void)gauge_measures(&all);
	if (!inputs)
		return ERR_NOMEM;
	feel_context_begin(&b, a);
	TRY(gauge_functions(&b));
	for (size_t m = 0; m < i->measures_count; m++) {
		inputs[m].measure = i->measures[m];
		inputs[m].rests_on = strcmp(all[i->measures[m]].type, "percent") == 0 && all[i->measures[m]].how != HOW_MIN_RATIO ?
		                     (int64_t)who->counts[all[i->measures[m]].fact] : 0;
		TRY(gauge_measure_value(a, i->measures[m], who, i, &inputs[m].value));
		TRY(feel_context_put(&b, str_of(all[i->measures[m]].name), inputs[m].value));
	}
	out->inputs = inputs;
	out->inputs_count = i->measures_count;
	return feel_context_end(&b, context);
}

static enum err indicator(struct arena *a, const struct gauge_subject *who, const struct gauge_indicator *i, struct gauge_indicator_score *out, struct diag *d)
{
	struct feel_value context, v;
	struct feel_env env = { .now_ms = 0 }; /* a scheme may not ask for the day: scheme.c */
	*out = (struct gauge_indicator_score){ .missing = true, .points = DEC_ZERO };
	if (!(i->kinds & 1U << who->kind))
		return OK;
	TRY(inputs_of(a, who, i, out, &context));
	TRY(feel_eval(i->plan, &context, &env, a, &v, d));
	if (v.kind != FEEL_NUMBER || !dec_finite(v.number))
		return OK;
	out->missing = false;
	out->value = v.number;
	out->points = dec_sign(v.number) < 0 ? DEC_ZERO : v.number;
	if (i->capped && dec_cmp(out->points, i->most) > 0)
		out->points = i->most;
	return OK;
}

/* All indicators; *sum what they add less what they take. */
static enum err indicators(struct arena *a, const struct gauge_subject *who, const struct gauge_part *p, struct gauge_part_score *out,
                           struct dec *sum, struct diag *d)
{
	out->indicators = arena_new_n(a, struct gauge_indicator_score, p->count);
	out->missing = true;
	*sum = DEC_ZERO;
	if (!out->indicators)
		return ERR_NOMEM;
	for (size_t i = 0; i < p->count; i++) {
		struct gauge_indicator_score *s = &out->indicators[i];
		TRY(indicator(a, who, &p->indicators[i], s, d));
		out->missing = out->missing && s->missing;
		*sum = p->indicators[i].effect == GAUGE_DEDUCT ? dec_sub(*sum, s->points) : dec_add(*sum, s->points);
	}
	return OK;
}

static enum err part(struct arena *a, const struct gauge_subject *who, const struct gauge_part *p, struct gauge_part_score *out, struct diag *d)
{
	struct dec sum;
	TRY(indicators(a, who, p, out, &sum, d));
	if (out->missing)
		out->points = p->missing == GAUGE_FULL ? p->weight : DEC_ZERO;
	else
		out->points = within(dec_add(p->from_zero ? DEC_ZERO : p->weight, sum), p->floor, p->cap);
	return OK;
}

static enum err loose(struct arena *a, const struct gauge_subject *who, const struct gauge_part *p, struct gauge_part_score *out, struct diag *d)
{
	TRY(indicators(a, who, p, out, &out->points, d));
	return OK;
}

/* Parts without data whose weight is spread: the others' points times base / (base - weights left out). */
static struct dec spread(const struct gauge_scheme *s, const struct gauge_part_score *parts, struct dec sum)
{
	struct dec left = s->base;
	for (size_t i = 0; i < s->parts_count; i++)
		if (parts[i].missing && s->parts[i].missing == GAUGE_SPREAD)
			left = dec_sub(left, s->parts[i].weight);
	if (dec_eq(left, s->base) || dec_sign(left) <= 0)
		return sum;
	return dec_div(dec_mul(sum, s->base), left);
}

static struct dec publish(const struct gauge_scheme *s, struct dec v)
{
	if (s->has_floor && dec_cmp(v, s->floor) < 0)
		v = s->floor;
	if (s->has_cap && dec_cmp(v, s->cap) > 0)
		v = s->cap;
	return dec_round(v, s->scale, DEC_HALF_UP);
}

size_t gauge_grade_of(const struct gauge_scheme *s, struct dec total)
{
	size_t i = 0;
	while (i + 1 < s->grades_count && dec_cmp(total, s->grades[i].from) < 0)
		i++;
	return i;
}

enum err gauge_score_compute(struct arena *a, const struct gauge_scheme *s, const struct gauge_subject *who, struct gauge_score *out, struct diag *d)
{
	*out = (struct gauge_score){ .parts = arena_new_n(a, struct gauge_part_score, s->parts_count), .parts_sum = DEC_ZERO };
	if (!out->parts)
		return ERR_NOMEM;
	for (size_t i = 0; i < s->parts_count; i++) {
		TRY(part(a, who, &s->parts[i], &out->parts[i], d));
		out->parts_sum = dec_add(out->parts_sum, out->parts[i].points);
	}
	out->parts_sum = spread(s, out->parts, out->parts_sum);
	TRY(loose(a, who, &s->adjustments, &out->adjustments, d));
	out->sum = dec_add(out->parts_sum, out->adjustments.points);
	out->total = publish(s, dec_mul(out->sum, who->factor));
	out->cases = (int64_t)who->counts[FACT_CASES];
	out->grade = gauge_grade_of(s, out->total);
	return OK;
}

enum err gauge_mean_compute(struct arena *a, const struct gauge_scheme *s, const struct gauge_subject *who, const struct dec *months, size_t count,
                            bool year, struct dec *mean, struct gauge_score *out, struct diag *d)
{
	struct dec sum = DEC_ZERO;
	base_assert(count > 0);
	*out = (struct gauge_score){ .year = { .points = DEC_ZERO, .missing = true } };
	for (size_t i = 0; i < count; i++)
		sum = dec_add(sum, months[i]);
	*mean = dec_div(sum, dec_from_i64((int64_t)count));
	if (year)
		TRY(loose(a, who, &s->year, &out->year, d));
	out->sum = dec_add(*mean, out->year.points);
	out->total = publish(s, out->sum);
	out->cases = (int64_t)who->counts[FACT_CASES];
	out->grade = gauge_grade_of(s, out->total);
	return OK;
}

/* ---- how sure a share is ---- */

void gauge_wilson(int64_t hits, int64_t n, struct dec *low, struct dec *high)
{
	/* Wilson 1927: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), z = 1.96 */
	struct dec z2 = dec_scaled(38416, 4), count = dec_from_i64(n), p = dec_div(dec_from_i64(hits), count), two = dec_from_i64(2);
	struct dec under = dec_add(dec_div(dec_mul(p, dec_sub(DEC_ONE, p)), count), dec_div(z2, dec_mul(dec_from_i64(4), dec_mul(count, count))));
	struct dec half = dec_mul(dec_scaled(196, 2), dec_sqrt(under));
	struct dec middle = dec_add(p, dec_div(z2, dec_mul(two, count))), scale = dec_add(DEC_ONE, dec_div(z2, count));
	struct dec hundred = dec_from_i64(100);
	*low = dec_round(dec_mul(hundred, dec_div(dec_sub(middle, half), scale)), 1, DEC_HALF_UP);
	*high = dec_round(dec_mul(hundred, dec_div(dec_add(middle, half), scale)), 1, DEC_HALF_UP);
	if (dec_sign(*low) < 0)
		*low = DEC_ZERO;
	if (dec_cmp(*high, hundred) > 0)
		*high = hundred;
}
