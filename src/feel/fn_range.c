/* fn_range.c - how points and ranges lie to each other (DMN 1.5, 10.3.4.9, table 78; Allen).
 *
 * Ends are compared as marks on a line: the null end of "< 5" lies at infinity.
 */
#include "feel/builtin.h"

struct mark {
	const struct feel_value *at;
	int infinity; /* -1 and 1 when the end is open to infinity, else 0 */
	bool included;
};

static struct mark start_of(const struct feel_value *range)
{
	const struct feel_range *r = range->range;
	return (struct mark){ &r->low, r->unary && feel_is_null(&r->low) ? -1 : 0, r->low_closed };
}

static struct mark end_of(const struct feel_value *range)
{
	const struct feel_range *r = range->range;
	return (struct mark){ &r->high, r->unary && feel_is_null(&r->high) ? 1 : 0, r->high_closed };
}

static struct mark point_of(const struct feel_value *point)
{
	return (struct mark){ point, 0, true };
}

/* Collects whether everything could be compared. */
struct relation {
	bool undefined;
};

static int order(struct relation *rel, struct mark a, struct mark b)
{
	int o = 0;
	if (a.infinity || b.infinity)
		return (a.infinity > b.infinity) - (a.infinity < b.infinity);
	if (!feel_order(a.at, b.at, &o))
		rel->undefined = true;
	return o;
}

static enum err answer(struct feel_run *r, const struct relation *rel, bool holds, struct feel_value *out)
{
	if (rel->undefined)
		return feel_run_null(r, out, "the points have no common order");
	*out = feel_boolean(holds);
	return OK;
}

/* A relation of two values, as a built-in function ... */
#define RELATION(name_, a_, b_)                                                                            \
	static bool name_(struct relation *rel, const struct feel_value *a_, const struct feel_value *b_); \
	static enum err name_##_fn(struct feel_run *r, const struct feel_value *args, size_t count,        \
	                           struct feel_value *out)                                                 \
	{                                                                                                  \
		struct relation rel = { false };                                                           \
		bool holds = name_(&rel, &args[0], &args[1]);                                              \
		(void)count;                                                                               \
		return answer(r, &rel, holds, out);                                                        \
	}                                                                                                  \
	static bool name_(struct relation *rel, const struct feel_value *a_, const struct feel_value *b_)

/* ... and the one that is its opposite: the arguments change places. */
#define TURNED(name_)                                                                                      \
	static enum err name_##_turned(struct feel_run *r, const struct feel_value *args, size_t count,    \
	                               struct feel_value *out)                                             \
	{                                                                                                  \
		struct feel_value turned[2] = { args[1], args[0] };                                        \
		return name_##_fn(r, turned, count, out);                                                  \
	}

/* x ends before y begins */
static bool ends_before(struct relation *rel, struct mark x, struct mark y)
{
	int o = order(rel, x, y);
	return o < 0 || (o == 0 && !(x.included && y.included));
}

RELATION(before_pp, a, b) { return order(rel, point_of(a), point_of(b)) < 0; }
RELATION(before_pr, a, b) { return ends_before(rel, point_of(a), start_of(b)); }
RELATION(before_rp, a, b) { return ends_before(rel, end_of(a), point_of(b)); }
RELATION(before_rr, a, b) { return ends_before(rel, end_of(a), start_of(b)); }

static bool touches(struct relation *rel, struct mark x, struct mark y)
{
	return order(rel, x, y) == 0 && x.included && y.included && !x.infinity && !y.infinity;
}

RELATION(meets, a, b) { return touches(rel, end_of(a), start_of(b)); }

/* x reaches into or touches y from below */
static bool reaches(struct relation *rel, struct mark x, struct mark y)
{
	int o = order(rel, x, y);
	return o > 0 || (o == 0 && x.included && y.included);
}

RELATION(overlaps, a, b)
{
	bool up = reaches(rel, end_of(a), start_of(b)), down = reaches(rel, end_of(b), start_of(a));
	return up && down;
}

/* the start x lies before the start y, or holds a point more */
static bool starts_before(struct relation *rel, struct mark x, struct mark y)
{
	int o = order(rel, x, y);
	return o < 0 || (o == 0 && x.included && !y.included);
}

/* the end x lies at or before the end y */
static bool ends_within(struct relation *rel, struct mark x, struct mark y)
{
	int o = order(rel, x, y);
	return o < 0 || (o == 0 && (!x.included || y.included));
}

/* the start x lies at or behind the start y */
static bool starts_within(struct relation *rel, struct mark x, struct mark y)
{
	int o = order(rel, x, y);
	return o > 0 || (o == 0 && (!x.included || y.included));
}

RELATION(overlaps_before, a, b)
{
	bool first = starts_before(rel, start_of(a), start_of(b)), into = reaches(rel, end_of(a), start_of(b));
	return ends_within(rel, end_of(a), end_of(b)) && first && into;
}

static bool same_mark(struct relation *rel, struct mark x, struct mark y)
{
	return order(rel, x, y) == 0 && x.included == y.included;
}

RELATION(finishes_pr, a, b) { return touches(rel, point_of(a), end_of(b)); }
RELATION(finishes_rr, a, b)
{
	bool end = same_mark(rel, end_of(a), end_of(b));
	return starts_within(rel, start_of(a), start_of(b)) && end;
}

RELATION(during_pr, a, b)
{
	bool low = starts_within(rel, point_of(a), start_of(b));
	return ends_within(rel, point_of(a), end_of(b)) && low;
}
RELATION(during_rr, a, b)
{
	bool low = starts_within(rel, start_of(a), start_of(b));
	return ends_within(rel, end_of(a), end_of(b)) && low;
}

RELATION(starts_pr, a, b) { return touches(rel, point_of(a), start_of(b)); }
RELATION(starts_rr, a, b)
{
	bool start = same_mark(rel, start_of(a), start_of(b));
	return ends_within(rel, end_of(a), end_of(b)) && start;
}

RELATION(coincides_pp, a, b) { return order(rel, point_of(a), point_of(b)) == 0; }
RELATION(coincides_rr, a, b)
{
	bool start = same_mark(rel, start_of(a), start_of(b));
	return same_mark(rel, end_of(a), end_of(b)) && start;
}

TURNED(before_pp)
TURNED(before_pr)
TURNED(before_rp)
TURNED(before_rr)
TURNED(meets)
TURNED(overlaps_before)
TURNED(finishes_pr)
TURNED(finishes_rr)
TURNED(during_pr)
TURNED(during_rr)
TURNED(starts_pr)
TURNED(starts_rr)

#define PP { { "point1", ARG_POINT }, { "point2", ARG_POINT } }
#define PR { { "point", ARG_POINT }, { "range", ARG_RANGE } }
#define RP { { "range", ARG_RANGE }, { "point", ARG_POINT } }
#define RR { { "range1", ARG_RANGE }, { "range2", ARG_RANGE } }

static const struct feel_builtin table[] = {
	FEEL_FN("before", { before_pp_fn, PP }, { before_pr_fn, PR }, { before_rp_fn, RP }, { before_rr_fn, RR }),
	FEEL_FN("after", { before_pp_turned, PP }, { before_rp_turned, PR }, { before_pr_turned, RP }, { before_rr_turned, RR }),
	FEEL_FN("meets", { meets_fn, RR }),
	FEEL_FN("met by", { meets_turned, RR }),
	FEEL_FN("overlaps", { overlaps_fn, RR }),
	FEEL_FN("overlaps before", { overlaps_before_fn, RR }),
	FEEL_FN("overlaps after", { overlaps_before_turned, RR }),
	FEEL_FN("finishes", { finishes_pr_fn, PR }, { finishes_rr_fn, RR }),
	FEEL_FN("finished by", { finishes_pr_turned, RP }, { finishes_rr_turned, RR }),
	FEEL_FN("includes", { during_pr_turned, RP }, { during_rr_turned, RR }),
	FEEL_FN("during", { during_pr_fn, PR }, { during_rr_fn, RR }),
	FEEL_FN("starts", { starts_pr_fn, PR }, { starts_rr_fn, RR }),
	FEEL_FN("started by", { starts_pr_turned, RP }, { starts_rr_turned, RR }),
	FEEL_FN("coincides", { coincides_pp_fn, PP }, { coincides_rr_fn, RR }),
};

FEEL_FAMILY(feel_family_range, table);
