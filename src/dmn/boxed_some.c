/* boxed_some.c - <some>: whether the body is true for at least one item; false for none. */
#include "dmn/boxed_iterator.h"

static enum err some_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	return dmn_iterator_read(r, n, e, "satisfies");
}

static enum err some_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                          struct feel_value *out)
{
	return dmn_quantified_eval(run, e, scope, true, out);
}

const struct dmn_ops dmn_some_ops = { "some", some_read, dmn_iterator_compile, some_eval, dmn_iterator_each };
