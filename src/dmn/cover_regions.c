/* cover_regions.c - the regions of one input: the points that its tests mention and the
 * stretches between them. What depends on other names cannot be judged beforehand. */
#include "dmn/cover.h"

struct points {
	struct feel_value *at;
	size_t count, room;
	bool stretches; /* some test speaks of more than single values */
	bool ordered;   /* all points can be put in order */
};

static const struct feel_env no_env = { .now_ms = 0 };

/* One entry of the column, taken apart once: its constant tests, and whether there are others. */
struct cell {
	bool any, others;
	struct feel_tests tests;
};

static enum err cell_of(struct dmn_check *c, const struct dmn_tests *t, struct cell *out)
{
	*out = (struct cell){ .any = t->any };
	if (t->any || !t->plan)
		return OK;
	TRY(feel_plan_tests(t->plan, c->arena, &out->tests));
	for (size_t i = 0; i < out->tests.count; i++)
		out->others = out->others || out->tests.at[i].kind == FEEL_TEST_OTHER;
	return OK;
}

static bool in_test(const struct feel_test *t, const struct feel_value *v)
{
	if (t->kind != FEEL_TEST_RANGE)
		return t->kind == FEEL_TEST_ANY;
	struct feel_value in = feel_in_range(v, &t->range);
	if (feel_is_null(&in)) /* of a kind without an order: truth values */
		in = feel_equal(v, &t->range.low);
	return feel_is_true(&in);
}

/* *maybe without *sure where the answer depends on more than the value. */
static void judge(const struct cell *cell, const struct feel_value *v, bool *sure, bool *maybe)
{
	bool hit = cell->any;
	for (size_t i = 0; i < cell->tests.count && !hit; i++)
		hit = in_test(&cell->tests.at[i], v);
	bool open = cell->others && !hit;
	*sure = !open && hit != cell->tests.negated;
	*maybe = open || *sure;
}

/* ---- points ---- */

static bool known(const struct points *p, const struct feel_value *v)
{
	for (size_t i = 0; i < p->count; i++) {
		struct feel_value same = feel_equal(&p->at[i], v);
		if (feel_is_true(&same))
			return true;
	}
	return false;
}

/* Kept in order as long as that is possible. */
static enum err add_point(struct dmn_check *c, struct points *p, const struct feel_value *v)
{
	if (feel_is_null(v) || known(p, v))
		return OK;
	if (p->count == p->room) {
		size_t room = p->room ? p->room * 2 : 8;
		struct feel_value *at = arena_new_n(c->arena, struct feel_value, room);
		if (!at)
			return ERR_NOMEM;
		if (p->count)
			memcpy(at, p->at, p->count * sizeof *at);
		p->at = at;
		p->room = room;
	}
	size_t i = p->count++;
	int order = 0;
	p->ordered = p->ordered && feel_order(v, v, &order);
	for (; p->ordered && i > 0; i--) {
		p->ordered = feel_order(v, &p->at[i - 1], &order);
		if (!p->ordered || order > 0)
			break;
		p->at[i] = p->at[i - 1];
	}
	p->at[p->ordered ? i : p->count - 1] = *v;
	return OK;
}

static bool is_point(const struct feel_range *r)
{
	struct feel_value same = feel_equal(&r->low, &r->high);
	return r->low_closed && r->high_closed && feel_is_true(&same);
}

static enum err add_tests(struct dmn_check *c, struct points *p, const struct cell *cell)
{
	for (size_t i = 0; i < cell->tests.count; i++) {
		const struct feel_range *r = &cell->tests.at[i].range;
		if (cell->tests.at[i].kind != FEEL_TEST_RANGE)
			continue;
		p->stretches = p->stretches || !is_point(r);
		TRY(add_point(c, p, &r->low));
		TRY(add_point(c, p, &r->high));
	}
	return OK;
}

/* ---- samples between points ---- */

/* FEEL that gives a value between a and b, above a, or below b. */
static const char *between(uint8_t kind, bool has_low, bool has_high)
{
	switch (kind) {
	case FEEL_NUMBER:
		return !has_low ? "b - 1" : !has_high ? "a + 1" : "if floor(a) + 1 < b then floor(a) + 1 else (a + b) / 2";
	case FEEL_DATE:
		return has_low ? "a + duration(\"P1D\")" : "b - duration(\"P1D\")";
	case FEEL_TIME:
		return has_low ? "a + duration(\"PT1S\")" : "b - duration(\"PT1S\")";
	case FEEL_DATE_TIME:
		return !has_low ? "b - duration(\"PT1H\")" : !has_high ? "a + duration(\"PT1H\")" : "a + (b - a) / 2";
	case FEEL_DAYS_DURATION:
		return !has_low ? "b - duration(\"P1D\")" : !has_high ? "a + duration(\"P1D\")" : "(a + b) / 2";
	case FEEL_MONTHS_DURATION:
		return has_low ? "a + duration(\"P1M\")" : "b - duration(\"P1M\")";
	case FEEL_STRING:
		return has_low ? "a + \" \"" : "\"\"";
	default:
		return "null";
	}
}

static bool strictly_between(const struct feel_value *v, const struct feel_value *low, const struct feel_value *high)
{
	int order;
	if (low && (!feel_order(low, v, &order) || order >= 0))
		return false;
	return !high || (feel_order(v, high, &order) && order < 0);
}

/* *found false when nothing lies there: no day between two that follow each other. */
static enum err sample_between(struct dmn_check *c, const struct feel_value *low, const struct feel_value *high,
                               struct feel_value *out, bool *found)
{
	struct feel_context_builder b;
	struct feel_value scope;
	struct feel_plan *plan;
	struct diag d;
	feel_context_begin(&b, c->arena);
	if (low)
		TRY(feel_context_put(&b, S("a"), *low));
	if (high)
		TRY(feel_context_put(&b, S("b"), *high));
	TRY(feel_context_end(&b, &scope));
	diag_init(&d);
	TRY(feel_compile(c->arena, str_of(between(low ? low->kind : high->kind, low, high)), NULL, &plan, &d));
	diag_init(&d);
	TRY(feel_eval(plan, &scope, &no_env, c->arena, out, &d));
	*found = strictly_between(out, low, high);
	return OK;
}

/* ---- regions ---- */

struct making {
	struct dmn_check *c;
	size_t rules, words;
	const struct cell *cells;  /* one per rule */
	struct cell domain;        /* the input values, or the allowed values of the type */
	struct dmn_column *column;
};

static void mark_rules(const struct making *k, struct dmn_region *region)
{
	for (size_t i = 0; i < k->rules; i++) {
		bool sure, maybe;
		judge(&k->cells[i], &region->sample, &sure, &maybe);
		if (sure)
			dmn_bit_set(region->sure, i);
		if (maybe)
			dmn_bit_set(region->maybe, i);
	}
}

static enum err add_region(struct making *k, const struct feel_value *sample)
{
	bool sure, allowed;
	judge(&k->domain, sample, &sure, &allowed);
	if (!allowed)
		return OK;
	struct dmn_region *region = &k->column->at[k->column->count];
	region->sample = *sample;
	region->sure = arena_new_n(k->c->arena, uint64_t, k->words);
	region->maybe = arena_new_n(k->c->arena, uint64_t, k->words);
	if (!region->sure || !region->maybe)
		return ERR_NOMEM;
	k->column->count++;
	mark_rules(k, region);
	return OK;
}

static enum err ordered_regions(struct making *k, const struct points *p)
{
	for (size_t i = 0; i <= p->count; i++) {
		struct feel_value sample;
		bool found;
		TRY(sample_between(k->c, i ? &p->at[i - 1] : NULL, i < p->count ? &p->at[i] : NULL, &sample, &found));
		if (found)
			TRY(add_region(k, &sample));
		if (i < p->count)
			TRY(add_region(k, &p->at[i]));
	}
	return OK;
}

/* A value that no test mentions. */
static struct feel_value other_than(const struct points *p)
{
	static const char *const words[] = { "other", "another", "yet another" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct feel_value v = feel_string(str_of(words[i]));
		if (p->count && p->at[0].kind == FEEL_STRING && !known(p, &v))
			return v;
	}
	return feel_null();
}

static enum err single_regions(struct making *k, struct points *p)
{
	if (p->count && p->at[0].kind == FEEL_BOOLEAN) {
		struct feel_value yes = feel_boolean(true), no = feel_boolean(false);
		TRY(add_region(k, &yes));
		return add_region(k, &no);
	}
	for (size_t i = 0; i < p->count; i++)
		TRY(add_region(k, &p->at[i]));
	struct feel_value other = other_than(p);
	return add_region(k, &other);
}

static enum err whole_region(struct making *k)
{
	struct feel_value nothing = feel_null();
	k->column->open = true;
	k->domain.any = true;
	return add_region(k, &nothing);
}

/* What the input may be at all. */
static enum err domain_of(struct dmn_check *c, const struct dmn_input *in, struct cell *out)
{
	struct dmn_tests tests = in->values;
	const struct feel_type *type = dmn_check_input_type(in);
	if (tests.any && type && type->allowed)
		tests = (struct dmn_tests){ .plan = (struct feel_plan *)(uintptr_t)type->allowed };
	return cell_of(c, &tests, out);
}

static enum err cells_of(struct dmn_check *c, const struct dmn_table *t, size_t at, struct points *p, const struct cell **out)
{
	struct cell *cells = arena_new_n(c->arena, struct cell, t->rules_count);
	if (!cells)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->rules_count; i++) {
		TRY(cell_of(c, &t->rules[i].inputs[at], &cells[i]));
		TRY(add_tests(c, p, &cells[i]));
	}
	*out = cells;
	return OK;
}

enum err dmn_cover_column(struct dmn_check *c, const struct dmn_table *t, size_t at, size_t words, struct dmn_column *out)
{
	struct making k = { .c = c, .rules = t->rules_count, .words = words, .column = out };
	struct points p = { .ordered = true };
	*out = (struct dmn_column){ .count = 0 };
	TRY(domain_of(c, &t->inputs[at], &k.domain));
	TRY(add_tests(c, &p, &k.domain));
	TRY(cells_of(c, t, at, &p, &k.cells));
	out->at = arena_new_n(c->arena, struct dmn_region, p.count * 2 + 2);
	if (!out->at)
		return ERR_NOMEM;
	if (!p.count)
		TRY(whole_region(&k));
	else
		TRY(p.ordered && (p.stretches || p.at[0].kind != FEEL_STRING) ? ordered_regions(&k, &p) : single_regions(&k, &p));
	out->seen = arena_new_n(c->arena, uint64_t, out->count * 2 * words + 1);
	return out->seen ? OK : ERR_NOMEM;
}
