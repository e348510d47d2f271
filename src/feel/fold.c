/* fold.c - constant parts of a plan are computed once, while compiling: ranges, comparisons and lists
 * of literals, date("...") and its kin. The node stays what it was, so that it prints as it was
 * written; only its evaluation becomes that of a constant. What would be null is left to the
 * evaluation, which says why.
 */
#include "feel/builtin.h"
#include "feel/eval.h"
#include "feel/parse.h"

static bool is_constant(const struct feel_node *n)
{
	if (n->op == OP_CONST)
		return n->value.kind != FEEL_FUNCTION;
	return n->eval == feel_eval_const;
}

/* Functions of their arguments alone that make literals. */
static bool makes_literals(const struct feel_node *f)
{
	static const char *const names[] = { "date", "time", "date and time", "duration", "years and months duration" };
	if (f->op != OP_CONST || f->value.kind != FEEL_FUNCTION)
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eqz(feel_builtin_name(f->value.function), names[i]))
			return true;
	return false;
}

static bool children_are_constant(const struct feel_node *n)
{
	for (uint32_t i = 0; i < n->count; i++)
		if (!is_constant(n->list[i]))
			return false;
	return true;
}

static bool can_fold(const struct feel_node *n)
{
	switch (n->op) {
	case OP_RANGE:
		return is_constant(n->a) && is_constant(n->b);
	case OP_COMPARE:
		return is_constant(n->a);
	case OP_LIST:
		return children_are_constant(n);
	case OP_CALL:
		return makes_literals(n->a) && children_are_constant(n);
	default:
		return false;
	}
}

enum err feel_parse_fold(struct feel_parser *p, struct feel_node *n)
{
	static const struct feel_env env = { .now_ms = 0 }; /* nothing that is folded depends on it */
	struct feel_value v;
	struct feel_run *r;
	if (!can_fold(n))
		return OK;
	TRY(feel_run_open(&env, p->arena, p->d, &r));
	TRY(feel_node_eval(r, n, &v));
	if (feel_is_null(&v))
		return OK;
	n->value = v; /* these operations have nothing else in the union */
	n->eval = feel_eval_const;
	return OK;
}
