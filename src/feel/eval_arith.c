/* eval_arith.c - + - * / ** and the sign for numbers, texts, moments and durations
 * (DMN 1.5, tables 56 to 58).
 */
#include "feel/eval.h"
#include "feel/moment.h"

static enum err not_defined(struct feel_run *r, const char *what, const struct feel_value *a, const struct feel_value *b,
                            struct feel_value *out)
{
	return feel_run_null(r, out, "%s is not defined for a %s and a %s", what, feel_kind_name(a->kind), feel_kind_name(b->kind));
}

static enum err number_or_null(struct feel_run *r, struct dec d, struct feel_value *out)
{
	if (!dec_finite(d))
		return feel_run_null(r, out, "the result is no number or too large for one");
	*out = feel_number(d);
	return OK;
}

static enum err value_or_null(struct feel_run *r, struct feel_value v, struct feel_value *out)
{
	if (feel_is_null(&v))
		return feel_run_null(r, out, "the result is no possible date, time or duration");
	*out = v;
	return OK;
}

static bool is_moment(const struct feel_value *v)
{
	return v->kind == FEEL_DATE || v->kind == FEEL_TIME || v->kind == FEEL_DATE_TIME;
}

static bool is_duration(const struct feel_value *v)
{
	return v->kind == FEEL_DAYS_DURATION || v->kind == FEEL_MONTHS_DURATION;
}

static enum err join(struct feel_run *r, const struct feel_value *a, const struct feel_value *b, struct feel_value *out)
{
	char *p;
	size_t len = a->string.len + b->string.len;
	TRY(feel_run_charge(r, len / 64));
	TRY(feel_run_alloc(r, len + 1, 1, &p));
	if (a->string.len)
		memcpy(p, a->string.ptr, a->string.len);
	if (b->string.len)
		memcpy(p + a->string.len, b->string.ptr, b->string.len);
	*out = feel_string(str_span(p, len));
	return OK;
}

enum err feel_add(struct feel_run *r, const struct feel_value *a, const struct feel_value *b, struct feel_value *out)
{
	if (a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER)
		return number_or_null(r, dec_add(a->number, b->number), out);
	if (a->kind == FEEL_STRING && b->kind == FEEL_STRING)
		return join(r, a, b, out);
	if (is_moment(a) && is_duration(b))
		return value_or_null(r, feel_moment_add(a, b, 1), out);
	if (is_duration(a) && is_moment(b))
		return value_or_null(r, feel_moment_add(b, a, 1), out);
	if (is_duration(a) && a->kind == b->kind)
		return value_or_null(r, feel_duration_add(a, b, 1), out);
	return not_defined(r, "+", a, b, out);
}

enum err feel_subtract(struct feel_run *r, const struct feel_value *a, const struct feel_value *b, struct feel_value *out)
{
	if (a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER)
		return number_or_null(r, dec_sub(a->number, b->number), out);
	if (is_moment(a) && is_duration(b))
		return value_or_null(r, feel_moment_add(a, b, -1), out);
	if (is_moment(a) && is_moment(b))
		return value_or_null(r, feel_moment_difference(a, b), out);
	if (is_duration(a) && a->kind == b->kind)
		return value_or_null(r, feel_duration_add(a, b, -1), out);
	return not_defined(r, "-", a, b, out);
}

static inline enum err operands(struct feel_run *r, const struct feel_node *n, struct feel_value *a, struct feel_value *b)
{
	TRY(feel_node_eval(r, n->a, a));
	return feel_node_eval(r, n->b, b);
}

FEEL_EVAL(feel_eval_add)
{
	struct feel_value a, b;
	TRY(operands(r, n, &a, &b));
	return feel_add(r, &a, &b, out);
}

FEEL_EVAL(feel_eval_sub)
{
	struct feel_value a, b;
	TRY(operands(r, n, &a, &b));
	return feel_subtract(r, &a, &b, out);
}

FEEL_EVAL(feel_eval_mul)
{
	struct feel_value a, b;
	TRY(operands(r, n, &a, &b));
	if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER)
		return number_or_null(r, dec_mul(a.number, b.number), out);
	if (is_duration(&a) && b.kind == FEEL_NUMBER)
		return value_or_null(r, feel_duration_times(&a, b.number), out);
	if (a.kind == FEEL_NUMBER && is_duration(&b))
		return value_or_null(r, feel_duration_times(&b, a.number), out);
	return not_defined(r, "*", &a, &b, out);
}

FEEL_EVAL(feel_eval_div)
{
	struct feel_value a, b;
	TRY(operands(r, n, &a, &b));
	if (b.kind == FEEL_NUMBER && dec_is_zero(b.number))
		return feel_run_null(r, out, "division by zero");
	if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER)
		return number_or_null(r, dec_div(a.number, b.number), out);
	if (is_duration(&a) && b.kind == FEEL_NUMBER)
		return value_or_null(r, feel_duration_divided(&a, b.number), out);
	if (is_duration(&a) && a.kind == b.kind)
		return value_or_null(r, feel_duration_ratio(&a, &b), out);
	return not_defined(r, "/", &a, &b, out);
}

FEEL_EVAL(feel_eval_pow)
{
	struct feel_value a, b;
	TRY(operands(r, n, &a, &b));
	if (a.kind != FEEL_NUMBER || b.kind != FEEL_NUMBER)
		return not_defined(r, "**", &a, &b, out);
	return number_or_null(r, dec_pow(a.number, b.number), out);
}

FEEL_EVAL(feel_eval_neg)
{
	TRY(feel_node_eval(r, n->a, out));
	if (out->kind == FEEL_NUMBER)
		out->number = dec_neg(out->number);
	else if (is_duration(out))
		*out = feel_duration_negated(out);
	else
		return feel_run_null(r, out, "a %s has no opposite", feel_kind_name(out->kind));
	return OK;
}
