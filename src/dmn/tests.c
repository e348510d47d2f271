/* tests.c - unary tests: allowed values, input entries, output values. */
#include "dmn/dmn_int.h"

enum err dmn_tests_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_tests *out)
{
	*out = (struct dmn_tests){ .text = dmn_text_of(r, n), .id = dmn_id_of(n), .line = n->line };
	out->any = str_empty(out->text) || str_eqz(out->text, "-");
	struct str language = xml_attr(n, "expressionLanguage");
	if (language.ptr && !dmn_is_feel(language))
		dmn_find(r, DMN_ERROR, "language-unknown", out->id, out->line,
		         "the expression language %.*s is not executed here; write the tests in FEEL", STR_ARG(language));
	return r->failed;
}

static bool is_point(const struct feel_range *r)
{
	struct feel_value same = feel_equal(&r->low, &r->high);
	return r->low_closed && r->high_closed && feel_is_true(&same);
}

/* Numbers may be compared, texts and truth values only be equal. */
static bool is_simple(const struct feel_test *t, uint8_t *kind)
{
	const struct feel_range *r = &t->range;
	if (t->kind != FEEL_TEST_RANGE || r->negated)
		return false;
	uint8_t is = feel_is_null(&r->low) ? r->high.kind : r->low.kind;
	bool both = feel_is_null(&r->low) || feel_is_null(&r->high) || r->low.kind == r->high.kind;
	bool known = is == FEEL_NUMBER || ((is == FEEL_STRING || is == FEEL_BOOLEAN) && is_point(r));
	if (!both || !known || (*kind != FEEL_NULL && *kind != is))
		return false;
	*kind = is;
	return true;
}

static enum err simplify(struct dmn_reader *r, struct dmn_tests *t)
{
	struct feel_tests tests;
	struct feel_range *ranges;
	uint8_t kind = FEEL_NULL;
	TRY(feel_plan_tests(t->plan, r->arena, &tests));
	for (size_t i = 0; i < tests.count; i++)
		if (!is_simple(&tests.at[i], &kind))
			return OK;
	if (!tests.count)
		return OK;
	DMN_ALLOC(r, ranges, struct feel_range, tests.count);
	for (size_t i = 0; i < tests.count; i++)
		ranges[i] = tests.at[i].range;
	t->ranges = ranges;
	t->ranges_count = tests.count;
	t->ranges_kind = kind;
	t->negated = tests.negated;
	return OK;
}

enum err dmn_tests_compile(struct dmn_reader *r, struct dmn_tests *t, const struct feel_names *names)
{
	if (t->any)
		return OK;
	struct diag d;
	diag_init(&d);
	enum err err = feel_compile_unary(r->arena, t->text, names, &t->plan, &d);
	if (err == OK)
		return simplify(r, t);
	if (err == ERR_NOMEM)
		return err;
	t->plan = NULL;
	dmn_find_syntax(r, "tests-syntax", t->id, t->line, t->text, &d);
	return r->failed;
}

static bool above(const struct feel_range *r, struct dec v)
{
	if (r->low.kind != FEEL_NUMBER)
		return true;
	int order = dec_cmp(v, r->low.number);
	return order > 0 || (order == 0 && r->low_closed);
}

static bool below(const struct feel_range *r, struct dec v)
{
	if (r->high.kind != FEEL_NUMBER)
		return true;
	int order = dec_cmp(v, r->high.number);
	return order < 0 || (order == 0 && r->high_closed);
}

static bool holds(const struct feel_range *r, const struct feel_value *v)
{
	if (v->kind == FEEL_NUMBER)
		return above(r, v->number) && below(r, v->number);
	return v->kind == FEEL_STRING ? str_eq(v->string, r->low.string) : v->boolean == r->low.boolean;
}

static bool ranges_pass(const struct dmn_tests *t, const struct feel_value *v)
{
	for (size_t i = 0; i < t->ranges_count; i++)
		if (holds(&t->ranges[i], v))
			return !t->negated;
	return t->negated;
}

enum err dmn_tests_pass(struct dmn_run *run, const struct dmn_tests *t, const struct feel_value *input,
                        const struct feel_value *scope, bool *out)
{
	*out = t->any;
	if (t->any)
		return OK;
	if (t->ranges && t->ranges_kind == input->kind) {
		*out = ranges_pass(t, input);
		return OK;
	}
	if (!t->plan) {
		dmn_run_reason(run, "the tests in line %d cannot be read", t->line);
		return OK;
	}
	struct feel_value v;
	TRY(feel_run_eval_unary(run->feel, t->plan, input, scope, &v));
	*out = feel_is_true(&v);
	return OK;
}
