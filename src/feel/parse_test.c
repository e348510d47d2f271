/* parse_test.c - unary tests (rules 7, 13 to 17): the cells of a decision table. */
#include "feel/parse.h"

static const struct feel_type boolean_type = { .kind = FEEL_TYPE_BOOLEAN };

enum err feel_parse_test(struct feel_parser *p, const struct feel_node **out)
{
	TRY(feel_parse_comparison_range(p, out));
	return *out ? OK : feel_parse_additive(p, out);
}

static enum err one_test(struct feel_parser *p, const struct feel_node **out)
{
	const struct feel_node *a;
	struct feel_node *n;
	bool outer = p->saw_input;
	p->saw_input = false;
	TRY(feel_parse_comparison_range(p, &a));
	if (!a)
		TRY(feel_parse_expression(p, &a));
	TRY(feel_parse_node_of(p, OP_TEST, a, NULL, NULL, &n));
	n->flag = p->saw_input;
	n->type = &boolean_type;
	p->saw_input = outer || p->saw_input;
	*out = n;
	return OK;
}

static enum err tests(struct feel_parser *p, struct feel_children *list)
{
	do {
		const struct feel_node *t;
		TRY(one_test(p, &t));
		TRY(feel_children_add(p, list, t));
	} while (feel_parse_take(p, ","));
	return OK;
}

static enum err any_test(struct feel_parser *p, struct feel_children *list)
{
	struct feel_node *n;
	p->at++;
	TRY(feel_parse_node(p, OP_TEST_ANY, &n));
	return feel_children_add(p, list, n);
}

/* "-" alone; "-5" is a number. */
static bool is_dash(struct feel_parser *p)
{
	return feel_parse_peek(p) == '-' && feel_lex_skip(p->s, p->at + 1) == p->s.len;
}

static enum err inside_not(struct feel_parser *p, struct feel_children *list)
{
	TRY(tests(p, list));
	TRY(feel_parse_expect(p, ")", "of not"));
	feel_parse_skip(p);
	return p->at == p->s.len ? OK : ERR_INVALID;
}

/* not(...) around everything is the negation of the tests. Anything else that begins so, like
 * "not(a) or b", is an expression with the built-in function. */
static enum err negated(struct feel_parser *p, struct feel_children *list, bool *ok)
{
	struct feel_parser before = *p;
	struct diag ignored;
	diag_init(&ignored);
	*ok = false;
	if (!feel_parse_word(p, "not") || !feel_parse_take(p, "(")) {
		*p = before;
		return OK;
	}
	p->d = &ignored;
	enum err e = inside_not(p, list);
	*ok = e == OK;
	if (*ok) {
		p->d = before.d;
	} else {
		*p = before; /* the arena keeps what was tried; it is little */
		*list = (struct feel_children){ .count = 0 };
	}
	return e == ERR_NOMEM ? e : OK;
}

enum err feel_parse_unary_tests(struct feel_parser *p, const struct feel_node **out)
{
	struct feel_children list = { .count = 0 };
	struct feel_node *n;
	bool negation = false;
	if (is_dash(p))
		TRY(any_test(p, &list));
	else
		TRY(negated(p, &list, &negation));
	if (list.count == 0)
		TRY(tests(p, &list));
	TRY(feel_parse_node(p, OP_TESTS, &n));
	TRY(feel_children_attach(p, &list, n));
	n->flag = negation;
	n->type = &boolean_type;
	*out = n;
	return OK;
}
