/* eval_name.c - constants, variables, and names that only the data can resolve. */
#include "feel/eval.h"

FEEL_EVAL(feel_eval_const)
{
	(void)r;
	*out = n->value;
	return OK;
}

FEEL_EVAL(feel_eval_local)
{
	const struct feel_frame *f = r->frame;
	for (uint16_t up = n->depth; up > 0; up--)
		f = f->up;
	*out = f->slots[n->slot];
	return OK;
}

/* Most contexts have their entries in the order of the declared names. */
FEEL_EVAL(feel_eval_global)
{
	if (r->context->kind == FEEL_CONTEXT && n->slot < r->context->context->count) {
		const struct feel_entry *e = &r->context->context->entries[n->slot];
		if (str_eq(e->key, n->name)) {
			*out = e->value;
			return OK;
		}
	}
	const struct feel_value *v = feel_get(r->context, n->name);
	if (v) {
		*out = *v;
		return OK;
	}
	return feel_run_null(r, out, "there is no variable named %.*s", STR_ARG(n->name));
}

FEEL_EVAL(feel_eval_maybe)
{
	for (uint32_t i = 0; i < n->count; i++) {
		struct feel_value item;
		TRY(feel_node_eval(r, n->list[i], &item));
		const struct feel_value *v = feel_get(&item, n->name);
		if (v) {
			*out = *v;
			return OK;
		}
	}
	return feel_node_eval(r, n->a, out);
}
