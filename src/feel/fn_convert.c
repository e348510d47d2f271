/* fn_convert.c - number, string, duration, range; not and is (DMN 1.5, 10.3.4.1, 10.3.4.2, 10.3.4.6). */
#include "feel/builtin.h"
#include "feel/moment.h"
#include "feel/parse.h"

/* ---- number ---- */

static bool is_separator(const struct feel_value *v, bool grouping)
{
	if (feel_is_null(v))
		return true;
	return str_eqz(v->string, ".") || str_eqz(v->string, ",") || (grouping && str_eqz(v->string, " "));
}

/* The digits without grouping and with a point. */
static enum err plain_digits(struct feel_run *r, const struct feel_value *args, struct feel_value *out)
{
	struct buf b;
	struct str s = args[0].string;
	char group = feel_is_null(&args[1]) ? 0 : args[1].string.ptr[0];
	char point = feel_is_null(&args[2]) ? '.' : args[2].string.ptr[0];
	buf_init_in(&b, r->arena, FEEL_TEXT_MAX);
	for (size_t i = 0; i < s.len; i++) {
		if (group && s.ptr[i] == group)
			continue;
		if (s.ptr[i] == '.' && point != '.')
			buf_byte(&b, 'x'); /* a point that is no decimal point is no part of a number */
		else
			buf_byte(&b, s.ptr[i] == point ? '.' : s.ptr[i]);
	}
	return feel_text_result(r, &b, out);
}

static enum err read_number(struct feel_run *r, struct str s, struct feel_value *out)
{
	struct dec d;
	if (!dec_parse(s, &d) || s.ptr[0] == '+')
		return feel_run_null(r, out, "\"%.*s\" is no number", (int)(s.len < 60 ? s.len : 60), s.ptr);
	*out = feel_number(d);
	return OK;
}

FEEL_BUILTIN(number)
{
	struct feel_value plain;
	(void)count;
	if (!is_separator(&args[1], true) || !is_separator(&args[2], false))
		return feel_run_null(r, out, "a separator must be a blank, a comma or a point");
	if (args[1].kind == FEEL_STRING && args[2].kind == FEEL_STRING && str_eq(args[1].string, args[2].string))
		return feel_run_null(r, out, "both separators are the same");
	TRY(plain_digits(r, args, &plain));
	return read_number(r, plain.string, out);
}

/* ---- string ---- */

FEEL_BUILTIN(string)
{
	struct buf b;
	(void)count;
	if (args[0].kind == FEEL_NULL || args[0].kind == FEEL_STRING) {
		*out = args[0];
		return OK;
	}
	buf_init_in(&b, r->arena, FEEL_TEXT_MAX);
	feel_print(&args[0], &b);
	return feel_text_result(r, &b, out);
}

/* ---- duration ---- */

FEEL_BUILTIN(duration)
{
	(void)count;
	*out = feel_duration_parse(args[0].string);
	if (feel_is_null(out))
		return feel_run_null(r, out, "the text is no duration");
	return OK;
}

FEEL_BUILTIN(same_duration)
{
	(void)r, (void)count;
	*out = args[0];
	return OK;
}

/* ---- range("[1..10]"): literals only at both ends ---- */

static bool is_literal(const struct feel_node *n)
{
	static const char *const makers[] = { "date", "time", "date and time", "duration" };
	if (n->op == OP_CONST)
		return n->value.kind >= FEEL_NUMBER && n->value.kind <= FEEL_MONTHS_DURATION;
	if (n->op == OP_NEG)
		return is_literal(n->a);
	if (n->op != OP_CALL || n->count != 1 || n->a->op != OP_CONST || n->list[0]->op != OP_CONST)
		return false;
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
		if (n->a->value.kind == FEEL_FUNCTION && str_eqz(feel_builtin_name(n->a->value.function), makers[i]))
			return true;
	return false;
}

static bool is_open(const struct feel_node *n)
{
	return n->op == OP_CONST && n->value.kind == FEEL_NULL;
}

static bool is_literal_range(const struct feel_node *n)
{
	return n->op == OP_RANGE && (is_literal(n->a) || is_open(n->a)) && (is_literal(n->b) || is_open(n->b)) &&
	       !(is_open(n->a) && is_open(n->b));
}

FEEL_BUILTIN(range)
{
	struct feel_plan *plan = NULL;
	struct diag ignored;
	int order = 0;
	(void)count;
	diag_init(&ignored);
	TRY(feel_run_charge(r, args[0].string.len));
	enum err e = feel_compile(r->arena, args[0].string, NULL, &plan, &ignored);
	if (e == ERR_NOMEM)
		return feel_no_memory(r);
	if (e != OK || !is_literal_range(plan->root))
		return feel_run_null(r, out, "the text is no range between two literals");
	TRY(feel_run_eval(r, plan, NULL, out));
	if (out->kind == FEEL_RANGE && feel_order(&out->range->low, &out->range->high, &order) && order > 0)
		return feel_run_null(r, out, "the range ends before it starts");
	return OK;
}

static const struct feel_builtin table[] = {
	FEEL_FN("number", { number, { { "from", ARG_STRING },
		{ "grouping separator", ARG_STRING | ARG_OR_NULL | ARG_OPTIONAL },
		{ "decimal separator", ARG_STRING | ARG_OR_NULL | ARG_OPTIONAL } } }),
	FEEL_FN("string", { string, { { "from", ARG_ANY } } }),
	FEEL_FN("duration", { duration, { { "from", ARG_STRING } } }, { same_duration, { { "from", ARG_DURATION } } }),
	FEEL_FN("range", { range, { { "from", ARG_STRING } } }),
};

FEEL_FAMILY(feel_family_convert, table);

/* ---- not, is ---- */

FEEL_BUILTIN(not_)
{
	(void)count;
	if (args[0].kind != FEEL_BOOLEAN)
		return feel_run_null(r, out, "not() takes a boolean, not a %s", feel_kind_name(args[0].kind));
	*out = feel_boolean(!args[0].boolean);
	return OK;
}

/* The same element of the semantic domain: equal, and of one zone where there is one. */
FEEL_BUILTIN(is)
{
	const struct feel_value *a = &args[0], *b = &args[1];
	(void)count;
	struct feel_value equal = feel_equal_within(a, b, &r->work_left);
	bool same = a->kind == b->kind && feel_is_true(&equal);
	if (same && (a->kind == FEEL_TIME || a->kind == FEEL_DATE_TIME))
		same = a->offset_s == b->offset_s;
	*out = feel_boolean(same);
	return OK;
}

static const struct feel_builtin boolean_table[] = {
	FEEL_FN("not", { not_, { { "negand", ARG_ANY } } }),
	FEEL_FN("is", { is, { { "value1", ARG_ANY }, { "value2", ARG_ANY } } }),
};

FEEL_FAMILY(feel_family_boolean, boolean_table);
