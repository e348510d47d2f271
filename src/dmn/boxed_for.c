/* boxed_for.c - <for>: the list of the body's values; `partial` is what was collected so far. */
#include "dmn/boxed_iterator.h"

static enum err for_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e)
{
	return dmn_iterator_read(r, n, e, "return");
}

static enum err for_eval(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                         struct feel_value *out)
{
	struct dmn_items items;
	struct feel_value *results;
	*out = feel_null();
	TRY(dmn_iterator_open(run, e, scope, &items));
	if (items.failed)
		return OK;
	DMN_ALLOC(run, results, struct feel_value, items.count);
	for (size_t i = 0; i < items.count; i++) {
		struct feel_value partial = feel_list(results, i);
		TRY(dmn_iterator_body(run, e, &items.at[i], &partial, scope, &results[i]));
	}
	*out = feel_list(results, items.count);
	return OK;
}

const struct dmn_ops dmn_for_ops = { "for", for_read, dmn_iterator_compile, for_eval, dmn_iterator_each };
