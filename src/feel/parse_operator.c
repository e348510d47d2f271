/* parse_operator.c - or, and, comparisons, sums, products, powers, signs (rules 4, 49 to 51).
 * All are left-associative; a sign binds tighter than a power, as the order of rule 4 says.
 */
#include "feel/parse.h"

static const struct feel_type boolean_type = { .kind = FEEL_TYPE_BOOLEAN };
static const struct feel_type number_type = { .kind = FEEL_TYPE_NUMBER };

static enum err binary(struct feel_parser *p, enum feel_op op, const struct feel_type *t, const struct feel_node **left,
                       enum err (*operand)(struct feel_parser *, const struct feel_node **))
{
	const struct feel_node *right;
	struct feel_node *n;
	TRY(operand(p, &right));
	TRY(feel_parse_node_of(p, op, *left, right, NULL, &n));
	n->type = t;
	*left = n;
	return OK;
}

static enum err sign(struct feel_parser *p, const struct feel_node **out)
{
	const struct feel_node *a;
	struct feel_node *n;
	if (!feel_parse_take(p, "-"))
		return feel_parse_postfix(p, out);
	TRY(feel_parse_enter(p));
	TRY(sign(p, &a));
	feel_parse_leave(p);
	if (a->op == OP_CONST && a->value.kind == FEEL_NUMBER && dec_sign(a->value.number) > 0)
		return feel_parse_const(p, feel_number(dec_neg(a->value.number)), out);
	TRY(feel_parse_node_of(p, OP_NEG, a, NULL, NULL, &n));
	n->type = a->type;
	*out = n;
	return OK;
}

static enum err power(struct feel_parser *p, const struct feel_node **out)
{
	TRY(sign(p, out));
	while (feel_parse_take(p, "**") || feel_parse_take(p, "^"))
		TRY(binary(p, OP_POW, &number_type, out, sign));
	return OK;
}

static enum err product(struct feel_parser *p, const struct feel_node **out)
{
	TRY(power(p, out));
	for (;;) {
		if (!feel_parse_looking_at(p, "**") && feel_parse_take(p, "*"))
			TRY(binary(p, OP_MUL, &feel_type_any, out, power));
		else if (feel_parse_take(p, "/"))
			TRY(binary(p, OP_DIV, &feel_type_any, out, power));
		else
			return OK;
	}
}

enum err feel_parse_additive(struct feel_parser *p, const struct feel_node **out)
{
	TRY(product(p, out));
	for (;;) {
		if (feel_parse_take(p, "+"))
			TRY(binary(p, OP_ADD, &feel_type_any, out, product));
		else if (feel_parse_take(p, "-"))
			TRY(binary(p, OP_SUB, &feel_type_any, out, product));
		else
			return OK;
	}
}

/* ---- comparisons ---- */

static enum err between(struct feel_parser *p, const struct feel_node **out)
{
	const struct feel_node *low, *high;
	struct feel_node *n;
	TRY(feel_parse_additive(p, &low));
	if (!feel_parse_word(p, "and"))
		return feel_parse_fail(p, "expected \"and\" of between");
	TRY(feel_parse_additive(p, &high));
	TRY(feel_parse_node_of(p, OP_BETWEEN, *out, low, high, &n));
	n->type = &boolean_type;
	*out = n;
	return OK;
}

/* Behind "(": tests, unless ".." shows that the parenthesis opened a range such as (1..5). */
static enum err tests_in_parentheses(struct feel_parser *p, struct feel_children *tests, bool *many)
{
	const struct feel_node *t;
	*many = true;
	do {
		TRY(feel_parse_comparison_range(p, &t));
		if (!t)
			TRY(feel_parse_expression(p, &t));
		if (tests->count == 0 && feel_parse_looking_at(p, "..")) {
			*many = false;
			TRY(feel_parse_range_end(p, t, false, &t));
			return feel_children_add(p, tests, t);
		}
		TRY(feel_children_add(p, tests, t));
	} while (feel_parse_take(p, ","));
	return feel_parse_expect(p, ")", "behind the tests of in");
}

static enum err in(struct feel_parser *p, const struct feel_node **out)
{
	struct feel_children tests = { .count = 0 };
	struct feel_node *n;
	bool many = feel_parse_take(p, "(");
	if (many) {
		p->in_range_end = false;
		TRY(tests_in_parentheses(p, &tests, &many));
	} else {
		const struct feel_node *t;
		TRY(feel_parse_test(p, &t));
		TRY(feel_children_add(p, &tests, t));
	}
	TRY(feel_parse_node_of(p, OP_IN, *out, NULL, NULL, &n));
	TRY(feel_children_attach(p, &tests, n));
	n->flag = many;
	n->type = &boolean_type;
	*out = n;
	return OK;
}

static enum err comparison(struct feel_parser *p, const struct feel_node **out)
{
	static const struct { const char *text; enum feel_op op; } signs[] = {
		{ "!=", OP_NE }, { "<=", OP_LE }, { ">=", OP_GE }, { "=", OP_EQ }, { "<", OP_LT }, { ">", OP_GT },
	};
	TRY(feel_parse_additive(p, out));
	for (;;) {
		size_t i = 0, count = sizeof signs / sizeof *signs;
		while (i < count && !feel_parse_take(p, signs[i].text))
			i++;
		if (i < count)
			TRY(binary(p, signs[i].op, &boolean_type, out, feel_parse_additive));
		else if (feel_parse_word(p, "between"))
			TRY(between(p, out));
		else if (feel_parse_word(p, "in"))
			TRY(in(p, out));
		else
			return OK;
	}
}

/* a and b and c is one node with three children, so that long conditions stay flat. */
static enum err junction(struct feel_parser *p, const char *word, enum feel_op op, const struct feel_node **out,
                         enum err (*operand)(struct feel_parser *, const struct feel_node **))
{
	struct feel_children parts = { .count = 0 };
	struct feel_node *n;
	TRY(operand(p, out));
	if (!feel_parse_at_word(p, word))
		return OK;
	TRY(feel_children_add(p, &parts, *out));
	while (feel_parse_word(p, word)) {
		const struct feel_node *part;
		TRY(operand(p, &part));
		TRY(feel_children_add(p, &parts, part));
	}
	TRY(feel_parse_node(p, op, &n));
	TRY(feel_children_attach(p, &parts, n));
	n->type = &boolean_type;
	*out = n;
	return OK;
}

static enum err conjunction(struct feel_parser *p, const struct feel_node **out)
{
	return junction(p, "and", OP_AND, out, comparison);
}

enum err feel_parse_expression(struct feel_parser *p, const struct feel_node **out)
{
	bool in_range_end = p->in_range_end;
	TRY(feel_parse_enter(p));
	TRY(junction(p, "or", OP_OR, out, conjunction));
	feel_parse_leave(p);
	p->in_range_end = in_range_end;
	return OK;
}

enum err feel_parse_comparison_range(struct feel_parser *p, const struct feel_node **out)
{
	static const struct { const char *text; enum feel_op op; } signs[] = {
		{ "!=", OP_NE }, { "<=", OP_LE }, { ">=", OP_GE }, { "=", OP_EQ }, { "<", OP_LT }, { ">", OP_GT },
	};
	static const struct feel_type range_type = { .kind = FEEL_TYPE_RANGE };
	const struct feel_node *end;
	struct feel_node *n;
	size_t i = 0, count = sizeof signs / sizeof *signs;
	while (i < count && !feel_parse_take(p, signs[i].text))
		i++;
	*out = NULL;
	if (i == count)
		return OK;
	TRY(feel_parse_additive(p, &end));
	TRY(feel_parse_node_of(p, OP_COMPARE, end, NULL, NULL, &n));
	n->flag = (uint8_t)signs[i].op;
	n->type = &range_type;
	TRY(feel_parse_fold(p, n));
	*out = n;
	return OK;
}
