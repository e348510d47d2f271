/* boxed_conditional.c - <conditional>: if, then, else (DMN 1.5, 7.3.9). */
#include "dmn/dmn_int.h"

static enum err conditional_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	TRY(dmn_expr_read_inside(r, n, "if", &e->conditional.test));
	TRY(dmn_expr_read_inside(r, n, "then", &e->conditional.yes));
	return dmn_expr_read_inside(r, n, "else", &e->conditional.no);
}

static enum err conditional_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names)
{
	TRY(dmn_expr_compile(r, e->conditional.test, names));
	TRY(dmn_expr_compile(r, e->conditional.yes, names));
	return dmn_expr_compile(r, e->conditional.no, names);
}

static enum err conditional_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                                 struct feel_value *out)
{
	struct feel_value test;
	TRY(dmn_expr_eval(run, e->conditional.test, scope, &test));
	/* as in FEEL's own if: null counts as not true, any other kind is an error */
	if (test.kind != FEEL_BOOLEAN && test.kind != FEEL_NULL) {
		dmn_run_reason(run, "the condition in line %d is neither true nor false", e->conditional.test->line);
		*out = feel_null();
		return OK;
	}
	bool yes = test.kind == FEEL_BOOLEAN && test.boolean;
	return dmn_expr_eval(run, yes ? e->conditional.yes : e->conditional.no, scope, out);
}

static enum err conditional_each(const struct dmn_expr *e, dmn_visit visit, void *arg)
{
	TRY(visit(arg, e->conditional.test));
	TRY(visit(arg, e->conditional.yes));
	return visit(arg, e->conditional.no);
}

const struct dmn_ops dmn_conditional_ops = {
	"conditional", conditional_read, conditional_compile, conditional_eval, conditional_each,
};
