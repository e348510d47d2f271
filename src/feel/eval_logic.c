/* eval_logic.c - three-valued logic, equality, order, "in" and if
 * (DMN 1.5, tables 49 to 54).
 */
#include "feel/eval.h"

/* false wins, then anything that is no truth makes it null. */
FEEL_EVAL(feel_eval_and)
{
	bool all_true = true;
	for (uint32_t i = 0; i < n->count; i++) {
		struct feel_value v;
		TRY(feel_node_eval(r, n->list[i], &v));
		if (feel_is_false(&v)) {
			*out = v;
			return OK;
		}
		all_true = all_true && feel_is_true(&v);
	}
	*out = all_true ? feel_boolean(true) : feel_null();
	return OK;
}

FEEL_EVAL(feel_eval_or)
{
	bool all_false = true;
	for (uint32_t i = 0; i < n->count; i++) {
		struct feel_value v;
		TRY(feel_node_eval(r, n->list[i], &v));
		if (feel_is_true(&v)) {
			*out = v;
			return OK;
		}
		all_false = all_false && feel_is_false(&v);
	}
	*out = all_false ? feel_boolean(false) : feel_null();
	return OK;
}

/* A singleton list stands for its item where the other side is none (10.3.2.9.4). */
static const struct feel_value *unwrap(const struct feel_value *v, const struct feel_value *beside)
{
	return v->kind == FEEL_LIST && v->list.count == 1 && beside->kind != FEEL_LIST ? &v->list.at[0] : v;
}

static enum err equality(struct feel_run *r, const struct feel_node *n, struct feel_value *out)
{
	struct feel_value a, b;
	TRY(feel_node_eval(r, n->a, &a));
	TRY(feel_node_eval(r, n->b, &b));
	*out = feel_equal_within(unwrap(&a, &b), unwrap(&b, &a), &r->work_left);
	if (feel_is_null(out))
		return feel_run_null(r, out, "a %s cannot equal a %s", feel_kind_name(a.kind), feel_kind_name(b.kind));
	return OK;
}

FEEL_EVAL(feel_eval_eq)
{
	return equality(r, n, out);
}

FEEL_EVAL(feel_eval_ne)
{
	TRY(equality(r, n, out));
	if (out->kind == FEEL_BOOLEAN)
		out->boolean = !out->boolean;
	return OK;
}

static bool order_holds(int op, int order)
{
	switch (op) {
	case OP_LT:
		return order < 0;
	case OP_LE:
		return order <= 0;
	case OP_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

static enum err no_order(struct feel_run *r, const struct feel_value *a, const struct feel_value *b, struct feel_value *out)
{
	return feel_run_null(r, out, "a %s and a %s have no order", feel_kind_name(a->kind), feel_kind_name(b->kind));
}

FEEL_EVAL(feel_eval_order)
{
	struct feel_value a, b;
	int order;
	TRY(feel_node_eval(r, n->a, &a));
	TRY(feel_node_eval(r, n->b, &b));
	if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER)
		order = dec_cmp(a.number, b.number);
	else if (!feel_order(unwrap(&a, &b), unwrap(&b, &a), &order))
		return no_order(r, &a, &b, out);
	*out = feel_boolean(order_holds(n->op, order));
	return OK;
}

/* x >= low and x <= high */
FEEL_EVAL(feel_eval_between)
{
	struct feel_value x, low, high;
	int above, below;
	TRY(feel_node_eval(r, n->a, &x));
	TRY(feel_node_eval(r, n->b, &low));
	TRY(feel_node_eval(r, n->c, &high));
	if (!feel_order(&x, &low, &above))
		return no_order(r, &x, &low, out);
	if (!feel_order(&x, &high, &below))
		return no_order(r, &x, &high, out);
	*out = feel_boolean(above >= 0 && below <= 0);
	return OK;
}

static struct feel_value in_list(struct feel_run *r, const struct feel_value *x, const struct feel_value *list)
{
	for (size_t i = 0; i < list->list.count; i++) {
		const struct feel_value *y = &list->list.at[i];
		bool range = y->kind == FEEL_RANGE && x->kind != FEEL_RANGE;
		struct feel_value v = range ? feel_in_range_within(x, y->range, &r->work_left) : feel_equal_within(x, y, &r->work_left);
		if (feel_is_true(&v))
			return v;
	}
	return feel_boolean(false);
}

struct feel_value feel_in_value(struct feel_run *r, const struct feel_value *x, const struct feel_value *y)
{
	if (y->kind == FEEL_RANGE && x->kind != FEEL_RANGE)
		return feel_in_range_within(x, y->range, &r->work_left);
	if (y->kind == FEEL_LIST) {
		struct feel_value v = in_list(r, x, y);
		if (feel_is_true(&v) || x->kind != FEEL_LIST)
			return v;
	}
	return feel_equal_within(x, y, &r->work_left);
}

FEEL_EVAL(feel_eval_in)
{
	struct feel_value x;
	bool unsure = false;
	TRY(feel_node_eval(r, n->a, &x));
	for (uint32_t i = 0; i < n->count; i++) {
		struct feel_value y;
		TRY(feel_node_eval(r, n->list[i], &y));
		*out = feel_in_value(r, &x, &y);
		if (feel_is_true(out))
			return OK;
		unsure = unsure || feel_is_null(out);
	}
	if (unsure)
		return feel_run_null(r, out, "what stands behind \"in\" cannot be compared with a %s", feel_kind_name(x.kind));
	*out = feel_boolean(false);
	return OK;
}

FEEL_EVAL(feel_eval_if)
{
	struct feel_value condition;
	TRY(feel_node_eval(r, n->a, &condition));
	return feel_node_eval(r, feel_is_true(&condition) ? n->b : n->c, out);
}

FEEL_EVAL(feel_eval_instance)
{
	struct feel_value v;
	TRY(feel_node_eval(r, n->a, &v));
	bool is_null_type = n->of_type->kind == FEEL_TYPE_NULL;
	*out = feel_boolean(feel_is_null(&v) ? is_null_type : feel_type_has(n->of_type, &v));
	return OK;
}

/* ---- unary tests ---- */

FEEL_EVAL(feel_eval_test_any)
{
	(void)r, (void)n;
	*out = feel_boolean(true);
	return OK;
}

/* A test that mentions the input says itself whether it holds; any other gives a value to
 * compare the input with (10.3.2.8). */
FEEL_EVAL(feel_eval_test)
{
	struct feel_value v;
	const struct feel_value *input = &r->frame->slots[0];
	TRY(feel_node_eval(r, n->a, &v));
	if (v.kind == FEEL_BOOLEAN && (n->flag || (input->kind != FEEL_BOOLEAN && n->a->op != OP_CONST)))
		*out = v;
	else if (feel_is_null(&v) && n->flag)
		*out = v;
	else
		*out = feel_in_value(r, input, &v);
	return OK;
}

FEEL_EVAL(feel_eval_tests)
{
	bool any = false, unsure = false;
	for (uint32_t i = 0; i < n->count && !any; i++) {
		TRY(feel_node_eval(r, n->list[i], out));
		any = feel_is_true(out);
		unsure = unsure || feel_is_null(out);
	}
	*out = any ? feel_boolean(true) : unsure ? feel_null() : feel_boolean(false);
	if (n->flag && out->kind == FEEL_BOOLEAN)
		out->boolean = !out->boolean;
	return OK;
}
