/* compare.c - equality and order of values (DMN 1.5, tables 53 and 54), ranges as sets. */
#include "feel/moment.h"
#include "feel/plan.h"

/* Deeper values are not compared: null, as with kinds that cannot be. Values may share parts, so
 * that a small one can take ages to walk: steps are counted, too. */
enum { DEPTH_MAX = 2000, STEPS_MAX = 1000000 };

struct walk {
	int depth;
	uint64_t *steps; /* what is left; 0 = given up */
};

static bool take_step(struct walk w)
{
	if (w.depth > DEPTH_MAX || *w.steps == 0)
		return false;
	--*w.steps;
	return true;
}

static struct walk deeper(struct walk w)
{
	w.depth++;
	return w;
}

static struct feel_value equal_at(const struct feel_value *a, const struct feel_value *b, struct walk w);

static struct feel_value equal_lists(const struct feel_value *a, const struct feel_value *b, struct walk w)
{
	bool unsure = false;
	if (a->list.count != b->list.count)
		return feel_boolean(false);
	for (size_t i = 0; i < a->list.count; i++) {
		struct feel_value v = equal_at(&a->list.at[i], &b->list.at[i], w);
		if (feel_is_false(&v))
			return v;
		unsure = unsure || feel_is_null(&v);
	}
	return unsure ? feel_null() : feel_boolean(true);
}

static struct feel_value equal_contexts(const struct feel_value *a, const struct feel_value *b, struct walk w)
{
	bool unsure = false;
	if (a->context->count != b->context->count)
		return feel_boolean(false);
	for (size_t i = 0; i < a->context->count; i++) {
		const struct feel_value *other = feel_get(b, a->context->entries[i].key);
		struct feel_value v = other ? equal_at(&a->context->entries[i].value, other, w) : feel_boolean(false);
		if (feel_is_false(&v))
			return v;
		unsure = unsure || feel_is_null(&v);
	}
	return unsure ? feel_null() : feel_boolean(true);
}

static struct feel_value equal_ranges(const struct feel_range *a, const struct feel_range *b, struct walk w)
{
	if (a->low_closed != b->low_closed || a->high_closed != b->high_closed || a->negated != b->negated ||
	    a->unary != b->unary)
		return feel_boolean(false);
	struct feel_value low = equal_at(&a->low, &b->low, w), high = equal_at(&a->high, &b->high, w);
	if (feel_is_false(&low) || feel_is_true(&high))
		return low;
	return high;
}

/* Moments are compared to the millisecond, as the compatibility kit expects. */
static uint32_t millis(const struct feel_value *v)
{
	return v->moment.nano / 1000000;
}

/* With a zone on one side only they are different; with both, instants are compared. */
static bool equal_moments(const struct feel_value *a, const struct feel_value *b)
{
	bool zoned = a->zone_kind != FEEL_ZONE_NONE;
	if (zoned != (b->zone_kind != FEEL_ZONE_NONE))
		return false;
	return feel_instant_seconds(a) == feel_instant_seconds(b) && millis(a) == millis(b);
}

static struct feel_value equal_at(const struct feel_value *a, const struct feel_value *b, struct walk w)
{
	if (feel_is_null(a) || feel_is_null(b))
		return feel_boolean(a->kind == b->kind);
	if (a->kind != b->kind || !take_step(w))
		return feel_null();
	switch (a->kind) {
	case FEEL_BOOLEAN:
		return feel_boolean(a->boolean == b->boolean);
	case FEEL_NUMBER:
		return feel_boolean(dec_eq(a->number, b->number));
	case FEEL_STRING:
		return feel_boolean(str_eq(a->string, b->string));
	case FEEL_MONTHS_DURATION:
		return feel_boolean(a->months == b->months);
	case FEEL_DAYS_DURATION:
		return feel_boolean(a->span.seconds == b->span.seconds && a->span.nano == b->span.nano);
	case FEEL_LIST:
		return equal_lists(a, b, deeper(w));
	case FEEL_CONTEXT:
		return equal_contexts(a, b, deeper(w));
	case FEEL_RANGE:
		return equal_ranges(a->range, b->range, deeper(w));
	case FEEL_FUNCTION:
		return a->function == b->function ? feel_boolean(true) : feel_null();
	default:
		return feel_boolean(equal_moments(a, b));
	}
}

struct feel_value feel_equal_within(const struct feel_value *a, const struct feel_value *b, uint64_t *steps)
{
	return equal_at(a, b, (struct walk){ .steps = steps });
}

struct feel_value feel_equal(const struct feel_value *a, const struct feel_value *b)
{
	uint64_t steps = STEPS_MAX;
	return feel_equal_within(a, b, &steps);
}

static int sign_of(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static bool order_moments(const struct feel_value *a, const struct feel_value *b, int *order)
{
	if ((a->zone_kind != FEEL_ZONE_NONE) != (b->zone_kind != FEEL_ZONE_NONE))
		return false;
	*order = sign_of(feel_instant_seconds(a), feel_instant_seconds(b));
	if (*order == 0)
		*order = sign_of(millis(a), millis(b));
	return true;
}

bool feel_order(const struct feel_value *a, const struct feel_value *b, int *order)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case FEEL_NUMBER:
		*order = dec_cmp(a->number, b->number);
		return true;
	case FEEL_STRING:
		*order = str_cmp(a->string, b->string); /* code point order */
		*order = sign_of(*order, 0);
		return true;
	case FEEL_DATE:
	case FEEL_TIME:
	case FEEL_DATE_TIME:
		return order_moments(a, b, order);
	case FEEL_MONTHS_DURATION:
		*order = sign_of(a->months, b->months);
		return true;
	case FEEL_DAYS_DURATION:
		*order = sign_of(a->span.seconds, b->span.seconds);
		if (*order == 0)
			*order = sign_of(a->span.nano, b->span.nano);
		return true;
	default:
		return false;
	}
}

struct feel_value feel_in_range(const struct feel_value *v, const struct feel_range *r)
{
	uint64_t steps = STEPS_MAX;
	return feel_in_range_within(v, r, &steps);
}

struct feel_value feel_in_range_within(const struct feel_value *v, const struct feel_range *r, uint64_t *steps)
{
	int low = 1, high = -1;
	if (r->negated) {
		struct feel_value same = feel_equal_within(v, &r->low, steps);
		return feel_is_null(&same) ? same : feel_boolean(!same.boolean);
	}
	if (r->unary && r->low_closed && r->high_closed) /* "= x", for kinds without an order, too */
		return feel_equal_within(v, &r->low, steps);
	bool no_low = r->unary && feel_is_null(&r->low), no_high = r->unary && feel_is_null(&r->high);
	if (no_low && no_high) /* "< null" and the like */
		return feel_null();
	if ((!no_low && !feel_order(v, &r->low, &low)) || (!no_high && !feel_order(v, &r->high, &high)))
		return feel_null();
	return feel_boolean((low > 0 || (low == 0 && r->low_closed)) && (high < 0 || (high == 0 && r->high_closed)));
}
