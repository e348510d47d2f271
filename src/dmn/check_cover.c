/* check_cover.c - gaps, overlaps and rules that are never reached: a search through all
 * combinations of regions, cut short where nothing new can come. */
#include "dmn/cover.h"

/* WORK_MAX: bit sets compared and rules looked at; about a second. */
enum { RULES_MAX = 2000, WORK_MAX = 100000000, GAPS_MAX = 3, PAIRS_MAX = 10 };

struct cover {
	struct dmn_check *c;
	const struct dmn_table *t;
	struct dmn_column *columns;
	size_t words;
	uint64_t work;
	int gaps, pairs;
	bool cut; /* too large: the search was given up */
	uint64_t *reached, *possible; /* rules that decide somewhere; rules that match somewhere */
	uint64_t *told;               /* pairs of rules already reported, rules * rules */
	size_t *chosen;               /* region per column on the way down */
	struct feel_value *outputs;   /* constants of the rules, row by row */
	bool *constant;               /* per rule: all its outputs are constant */
};

static bool is_single(const struct dmn_hit_policy *p)
{
	return p == &dmn_hit_unique || p == &dmn_hit_any || p == &dmn_hit_first || p == &dmn_hit_priority;
}

static enum err outputs_of(struct cover *v)
{
	const struct dmn_table *t = v->t;
	v->outputs = arena_new_n(v->c->arena, struct feel_value, t->rules_count * t->outputs_count);
	v->constant = arena_new_n(v->c->arena, bool, t->rules_count);
	if (!v->outputs || !v->constant)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->rules_count; i++) {
		v->constant[i] = true;
		for (size_t j = 0; j < t->outputs_count; j++) {
			bool constant;
			TRY(dmn_check_constant(v->c, t->rules[i].outputs[j]->literal.text, &v->outputs[i * t->outputs_count + j],
			                       &constant));
			v->constant[i] = v->constant[i] && constant;
		}
	}
	return OK;
}

/* ---- what is found ---- */

/* The input at which the search stands; columns from `depth` on may have any value. */
static enum err example(struct cover *v, size_t depth, struct feel_value *out)
{
	struct feel_context_builder b;
	feel_context_begin(&b, v->c->arena);
	for (size_t i = 0; i < v->t->inputs_count; i++) {
		const struct dmn_column *column = &v->columns[i];
		if (!column->open && column->count)
			TRY(feel_context_put(&b, v->t->inputs[i].label, column->at[i < depth ? v->chosen[i] : 0].sample));
	}
	return feel_context_end(&b, out);
}

static enum err gap(struct cover *v, size_t depth)
{
	struct feel_value at;
	if (v->t->has_default || !is_single(v->t->policy) || v->gaps >= GAPS_MAX)
		return OK;
	v->gaps++;
	TRY(example(v, depth, &at));
	return dmn_check_say(v->c, DMN_WARNING, "table-gap", v->t->id, v->t->line, &at,
	                     "no rule of the table in line %d matches some inputs, so the result is null; add a rule or a default output",
	                     v->t->line);
}

static bool disagree(const struct cover *v, size_t a, size_t b)
{
	size_t width = v->t->outputs_count;
	if (!v->constant[a] || !v->constant[b])
		return false;
	for (size_t j = 0; j < width; j++) {
		struct feel_value same = feel_equal(&v->outputs[a * width + j], &v->outputs[b * width + j]);
		if (!feel_is_true(&same))
			return true;
	}
	return false;
}

static enum err overlap(struct cover *v, size_t a, size_t b)
{
	bool unique = v->t->policy == &dmn_hit_unique;
	struct feel_value at;
	size_t pair = a * v->t->rules_count + b;
	if (v->pairs >= PAIRS_MAX || dmn_bit(v->told, pair) || (!unique && !disagree(v, a, b)))
		return OK;
	dmn_bit_set(v->told, pair);
	v->pairs++;
	TRY(example(v, v->t->inputs_count, &at));
	return dmn_check_say(v->c, DMN_ERROR, unique ? "table-overlap" : "table-disagreement", v->t->rules[b].id,
	                     v->t->rules[b].line, &at,
	                     unique ? "rules %zu and %zu of the table in line %d both match some inputs, which UNIQUE forbids; narrow one of them, or choose another hit policy"
	                            : "rules %zu and %zu of the table in line %d both match some inputs but differ in their outputs, which ANY forbids",
	                     a + 1, b + 1, v->t->line);
}

/* The next rule in the set from `from` on; rules_count when there is none. */
static size_t next_in(struct cover *v, const uint64_t *set, size_t from)
{
	size_t count = v->t->rules_count;
	while (from < count) {
		uint64_t rest = set[from / 64] >> (from % 64);
		v->work++;
		if (rest)
			return from + (size_t)__builtin_ctzll(rest);
		from = (from / 64 + 1) * 64;
	}
	return count;
}

static enum err overlaps(struct cover *v, const uint64_t *sure)
{
	size_t count = v->t->rules_count;
	if (v->t->policy != &dmn_hit_unique && v->t->policy != &dmn_hit_any)
		return OK;
	for (size_t a = next_in(v, sure, 0); a < count; a = next_in(v, sure, a + 1))
		for (size_t b = next_in(v, sure, a + 1); b < count && v->pairs < PAIRS_MAX; b = next_in(v, sure, b + 1))
			TRY(overlap(v, a, b));
	return OK;
}

/* Whether rule a decides before rule b wherever both match. */
static bool decides_before(const struct cover *v, uint32_t a, uint32_t b)
{
	const struct dmn_hits h = { .table = v->t, .outputs = v->outputs, .count = v->t->rules_count };
	if (v->t->policy == &dmn_hit_first)
		return a < b;
	if (v->t->policy != &dmn_hit_priority || !v->constant[a] || !v->constant[b])
		return false;
	return dmn_hit_before(&h, a, b) || (a < b && !dmn_hit_before(&h, b, a));
}

static bool is_hidden(struct cover *v, const uint64_t *sure, size_t rule)
{
	size_t count = v->t->rules_count;
	for (size_t j = next_in(v, sure, 0); j < count; j = next_in(v, sure, j + 1))
		if (j != rule && decides_before(v, (uint32_t)j, (uint32_t)rule))
			return true;
	return false;
}

static void reach(struct cover *v, const uint64_t *sure, const uint64_t *maybe)
{
	size_t count = v->t->rules_count;
	for (size_t i = next_in(v, maybe, 0); i < count; i = next_in(v, maybe, i + 1)) {
		dmn_bit_set(v->possible, i);
		if (!dmn_bit(v->reached, i) && !is_hidden(v, sure, i))
			dmn_bit_set(v->reached, i);
	}
}

/* ---- the search ---- */

static bool meet(uint64_t *to, const uint64_t *a, const uint64_t *b, size_t words)
{
	uint64_t any = 0;
	for (size_t i = 0; i < words; i++)
		any |= to[i] = a[i] & b[i];
	return any != 0;
}

static bool seen_before(const struct dmn_column *column, size_t at, size_t words)
{
	const uint64_t *own = column->seen + at * 2 * words;
	for (size_t i = 0; i < at; i++)
		if (memcmp(column->seen + i * 2 * words, own, 2 * words * sizeof *own) == 0)
			return true;
	return false;
}

static enum err walk(struct cover *v, size_t depth, const uint64_t *sure, const uint64_t *maybe)
{
	if (v->work > WORK_MAX)
		v->cut = true;
	if (v->cut)
		return OK;
	if (depth == v->t->inputs_count) {
		reach(v, sure, maybe);
		return overlaps(v, sure);
	}
	struct dmn_column *column = &v->columns[depth];
	for (size_t i = 0; i < column->count && !v->cut; i++) {
		uint64_t *s = column->seen + i * 2 * v->words, *m = s + v->words;
		meet(s, sure, column->at[i].sure, v->words);
		bool some = meet(m, maybe, column->at[i].maybe, v->words);
		v->work += i + v->words;
		if (seen_before(column, i, v->words))
			continue;
		v->chosen[depth] = i;
		TRY(some ? walk(v, depth + 1, s, m) : gap(v, depth + 1));
	}
	return OK;
}

static enum err unreached(struct cover *v)
{
	for (size_t i = 0; i < v->t->rules_count; i++) {
		const struct dmn_rule *rule = &v->t->rules[i];
		if (dmn_bit(v->reached, i))
			continue;
		TRY(dmn_check_say(v->c, DMN_WARNING, "rule-unreachable", rule->id, rule->line, NULL,
		                  dmn_bit(v->possible, i)
		                      ? "rule %zu never decides: wherever it matches, a rule that comes before it matches too"
		                      : "rule %zu can never match: no input fits all of its entries", i + 1));
	}
	return OK;
}

static enum err prepare(struct cover *v)
{
	struct arena *a = v->c->arena;
	size_t rules = v->t->rules_count;
	v->columns = arena_new_n(a, struct dmn_column, v->t->inputs_count);
	v->chosen = arena_new_n(a, size_t, v->t->inputs_count);
	v->reached = arena_new_n(a, uint64_t, v->words);
	v->possible = arena_new_n(a, uint64_t, v->words);
	v->told = arena_new_n(a, uint64_t, rules * rules / 64 + 1);
	if (!v->columns || !v->chosen || !v->reached || !v->possible || !v->told)
		return ERR_NOMEM;
	for (size_t i = 0; i < v->t->inputs_count; i++)
		TRY(dmn_cover_column(v->c, v->t, i, v->words, &v->columns[i]));
	return outputs_of(v);
}

enum err dmn_check_cover(struct dmn_check *c, const struct dmn_expr *e)
{
	const struct dmn_table *t = e->table;
	struct cover v = { .c = c, .t = t, .words = t->rules_count / 64 + 1 };
	if (!t->rules_count)
		return dmn_check_say(c, DMN_WARNING, "table-empty", t->id, t->line, NULL, "the table in line %d has no rules", t->line);
	if (t->rules_count > RULES_MAX)
		v.cut = true;
	else
		TRY(prepare(&v));
	uint64_t *all = arena_new_n(c->arena, uint64_t, v.words);
	if (!all)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->rules_count; i++)
		dmn_bit_set(all, i);
	TRY(walk(&v, 0, all, all));
	if (!v.cut)
		return unreached(&v);
	return dmn_check_say(c, DMN_WARNING, "table-too-large", t->id, t->line, NULL,
	                     "the table in line %d has too many combinations to look for gaps and overlaps in all of them", t->line);
}
