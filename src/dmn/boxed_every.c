/* boxed_every.c - <every>: whether the body is true for all items; true for none. */
#include "dmn/boxed_iterator.h"

static enum err every_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	return dmn_iterator_read(r, n, e, "satisfies");
}

static enum err every_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                           struct feel_value *out)
{
	return dmn_quantified_eval(run, e, scope, false, out);
}

const struct dmn_ops dmn_every_ops = { "every", every_read, dmn_iterator_compile, every_eval, dmn_iterator_each };
