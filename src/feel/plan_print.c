/* plan_print.c - a plan as FEEL text that compiles to the same plan. */
#include "feel/builtin.h"
#include "feel/lex.h"
#include "feel/plan.h"

/* Binding strength, weakest first; a child that binds weaker stands in parentheses. */
enum strength { LOOSE, JUNCTION_OR, JUNCTION_AND, COMPARING, ADDING, MULTIPLYING, RAISING, SIGNED, POSTFIX };

static enum strength strength_of(const struct feel_node *n)
{
	switch (n->op) {
	case OP_IF: case OP_FOR: case OP_SOME: case OP_EVERY: case OP_FUNCTION:
		return LOOSE;
	case OP_OR:
		return JUNCTION_OR;
	case OP_AND:
	case OP_INSTANCE: /* binds tighter, but "x instance of list < 5" would read as "list<5" */
		return JUNCTION_AND;
	case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE: case OP_BETWEEN: case OP_IN:
		return COMPARING;
	case OP_ADD: case OP_SUB:
		return ADDING;
	case OP_MUL: case OP_DIV:
		return MULTIPLYING;
	case OP_POW:
		return RAISING;
	case OP_NEG:
		return SIGNED;
	case OP_CONST:
		return n->value.kind == FEEL_NUMBER && dec_sign(n->value.number) < 0 ? SIGNED : POSTFIX;
	default:
		return POSTFIX;
	}
}

static const char *sign_of(int op)
{
	static const char *const signs[OP_COUNT] = { [OP_ADD] = " + ", [OP_SUB] = " - ", [OP_MUL] = " * ", [OP_DIV] = " / ",
		[OP_POW] = " ** ", [OP_EQ] = " = ", [OP_NE] = " != ", [OP_LT] = " < ", [OP_LE] = " <= ", [OP_GT] = " > ",
		[OP_GE] = " >= " };
	return signs[op];
}

static void print(const struct feel_node *n, struct buf *out);
static void print_bare(const struct feel_node *n, struct buf *out);

static void child(const struct feel_node *n, enum strength at_least, struct buf *out)
{
	if (strength_of(n) >= at_least || n->op == OP_COMPARE) {
		print(n, out);
		return;
	}
	buf_byte(out, '(');
	print_bare(n, out);
	buf_byte(out, ')');
}

static void print_list(const struct feel_node *n, const char *separator, enum strength at_least, struct buf *out)
{
	for (uint32_t i = 0; i < n->count; i++) {
		if (i > 0)
			buf_putz(out, separator);
		child(n->list[i], at_least, out);
	}
}

static void print_binary(const struct feel_node *n, struct buf *out)
{
	enum strength s = strength_of(n);
	child(n->a, s, out);
	buf_putz(out, sign_of(n->op));
	child(n->b, s + 1, out);
}

static void print_comparison(const struct feel_node *n, struct buf *out)
{
	static const char *const signs[OP_COUNT] = { [OP_EQ] = "=", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=",
		[OP_GT] = ">", [OP_GE] = ">=" };
	buf_putz(out, signs[n->flag]);
	buf_byte(out, ' ');
	child(n->a, ADDING, out);
}

static void print_in(const struct feel_node *n, struct buf *out)
{
	child(n->a, COMPARING, out);
	buf_putz(out, " in ");
	if (n->flag)
		buf_byte(out, '(');
	for (uint32_t i = 0; i < n->count; i++) {
		if (i > 0)
			buf_putz(out, ", ");
		if (n->list[i]->op == OP_COMPARE)
			print_comparison(n->list[i], out);
		else
			child(n->list[i], n->flag ? LOOSE : ADDING, out);
	}
	if (n->flag)
		buf_byte(out, ')');
}

static void print_call(const struct feel_node *n, struct buf *out)
{
	child(n->a, POSTFIX, out);
	buf_byte(out, '(');
	for (uint32_t i = 0; i < n->count; i++) {
		if (i > 0)
			buf_putz(out, ", ");
		if (n->op == OP_CALL_NAMED) {
			buf_put(out, n->names[i]);
			buf_putz(out, ": ");
		}
		print(n->list[i], out);
	}
	buf_byte(out, ')');
}

static void print_loop(const struct feel_node *n, struct buf *out)
{
	buf_putz(out, n->op == OP_FOR ? "for " : n->op == OP_SOME ? "some " : "every ");
	for (uint32_t i = 0; i < n->count; i++) {
		if (i > 0)
			buf_putz(out, ", ");
		buf_put(out, n->loops[i].name);
		buf_putz(out, " in ");
		child(n->loops[i].in, JUNCTION_OR, out);
		if (n->loops[i].to) {
			buf_putz(out, "..");
			child(n->loops[i].to, JUNCTION_OR, out);
		}
	}
	buf_putz(out, n->op == OP_FOR ? " return " : " satisfies ");
	print(n->a, out);
}

static void print_context(const struct feel_node *n, struct buf *out)
{
	buf_byte(out, '{');
	for (uint32_t i = 0; i < n->count; i++) {
		if (i > 0)
			buf_putz(out, ", ");
		feel_print_key(n->names[i], out);
		buf_putz(out, ": ");
		print(n->list[i], out);
	}
	buf_byte(out, '}');
}

static void print_function(const struct feel_node *n, struct buf *out)
{
	const struct feel_lambda *l = n->lambda;
	buf_putz(out, "function(");
	for (size_t i = 0; i < l->count; i++) {
		if (i > 0)
			buf_putz(out, ", ");
		buf_put(out, l->params[i].name);
		if (l->params[i].type) {
			buf_putz(out, ": ");
			feel_type_print(l->params[i].type, out);
		}
	}
	buf_putz(out, l->external ? ") external " : ") ");
	print(l->body, out);
}

static void print_range(const struct feel_node *n, struct buf *out)
{
	buf_byte(out, n->flag & FEEL_LOW_CLOSED ? '[' : '(');
	print(n->a, out);
	buf_putz(out, "..");
	print(n->b, out);
	buf_byte(out, n->flag & FEEL_HIGH_CLOSED ? ']' : ')');
}

static void print_tests(const struct feel_node *n, struct buf *out)
{
	if (n->flag)
		buf_putz(out, "not(");
	print_list(n, ", ", LOOSE, out);
	if (n->flag)
		buf_byte(out, ')');
}

/* The only test of a cell: it must not read as the negation of the cell. */
static void print_test(const struct feel_node *n, struct buf *out)
{
	if (n->a->op == OP_COMPARE) {
		print_comparison(n->a, out);
		return;
	}
	bool call = n->a->op == OP_CALL && n->a->a->op == OP_CONST;
	child(n->a, call ? POSTFIX + 1 : LOOSE, out);
}

static void print_filter(const struct feel_node *n, struct buf *out)
{
	child(n->a, POSTFIX, out);
	buf_byte(out, '[');
	if (n->b->op == OP_COMPARE)
		print_comparison(n->b, out);
	else
		print(n->b, out);
	buf_byte(out, ']');
}

static void print_junction(const struct feel_node *n, struct buf *out)
{
	if (n->op == OP_OR)
		print_list(n, " or ", JUNCTION_AND, out);
	else
		print_list(n, " and ", COMPARING, out);
}

static void print_bare(const struct feel_node *n, struct buf *out)
{
	switch (n->op) {
	case OP_CONST:
		feel_print_literal(&n->value, out);
		break;
	case OP_LOCAL: case OP_GLOBAL: case OP_MAYBE: case OP_UNKNOWN:
		buf_put(out, n->name);
		break;
	case OP_NEG:
		buf_byte(out, '-');
		child(n->a, SIGNED, out);
		break;
	case OP_AND: case OP_OR:
		print_junction(n, out);
		break;
	case OP_BETWEEN:
		child(n->a, COMPARING, out);
		buf_putz(out, " between ");
		child(n->b, ADDING, out);
		buf_putz(out, " and ");
		child(n->c, ADDING, out);
		break;
	case OP_IN:
		print_in(n, out);
		break;
	case OP_INSTANCE:
		child(n->a, POSTFIX, out);
		buf_putz(out, " instance of ");
		feel_type_print(n->of_type, out);
		break;
	case OP_PATH:
		child(n->a, POSTFIX, out);
		buf_byte(out, '.');
		buf_put(out, n->name);
		break;
	case OP_FILTER:
		print_filter(n, out);
		break;
	case OP_CALL: case OP_CALL_NAMED:
		print_call(n, out);
		break;
	case OP_IF:
		buf_putz(out, "if ");
		print(n->a, out);
		buf_putz(out, " then ");
		print(n->b, out);
		buf_putz(out, " else ");
		print(n->c, out);
		break;
	case OP_FOR: case OP_SOME: case OP_EVERY:
		print_loop(n, out);
		break;
	case OP_LIST:
		buf_byte(out, '[');
		print_list(n, ", ", LOOSE, out);
		buf_byte(out, ']');
		break;
	case OP_CONTEXT:
		print_context(n, out);
		break;
	case OP_RANGE:
		print_range(n, out);
		break;
	case OP_COMPARE:
		buf_byte(out, '(');
		print_comparison(n, out);
		buf_byte(out, ')');
		break;
	case OP_FUNCTION:
		print_function(n, out);
		break;
	case OP_TESTS:
		print_tests(n, out);
		break;
	case OP_TEST:
		print_test(n, out);
		break;
	case OP_TEST_ANY:
		buf_byte(out, '-');
		break;
	default:
		print_binary(n, out);
	}
}

static bool in_name(char c)
{
	return (unsigned char)c >= 0x80 || feel_char_is_name_part((unsigned char)c);
}

/* "(a) - b" where a-b is a name, too: the parentheses are what keeps them apart. Those that were written
 * around anything that begins or ends like a name are kept, wherever they stand. */
static void print(const struct feel_node *n, struct buf *out)
{
	size_t start = out->len;
	if (!n->parentheses) {
		print_bare(n, out);
		return;
	}
	buf_byte(out, '(');
	print_bare(n, out);
	if (out->failed != OK)
		return;
	if (in_name(out->ptr[start + 1]) || in_name(out->ptr[out->len - 1])) {
		buf_byte(out, ')');
		return;
	}
	memmove(out->ptr + start, out->ptr + start + 1, out->len - start - 1);
	out->len--;
}

void feel_node_print(const struct feel_node *n, struct buf *out)
{
	print(n, out);
}

void feel_plan_print(const struct feel_plan *p, struct buf *out)
{
	print(p->root, out);
}
