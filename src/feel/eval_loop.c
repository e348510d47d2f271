/* eval_loop.c - for, some, every (DMN 1.5, 10.3.2.14, 10.3.2.15). Iterators behind the first run
 * for each value of those before them and see their variables.
 */
#include "feel/builtin.h"
#include "feel/eval.h"
#include "feel/moment.h"

bool feel_walk_value(struct feel_walk *w, const struct feel_value *v)
{
	*w = (struct feel_walk){ .index = 0 };
	if (v->kind == FEEL_LIST) {
		w->items = v->list;
		return true;
	}
	if (v->kind != FEEL_RANGE || v->range->negated)
		return false;
	const struct feel_range *g = v->range;
	if (!feel_walk_between(w, &g->low, &g->high))
		return false;
	if (w->down) /* only "2..1" counts down, not the range [2..1] */
		return false;
	w->at += !g->low_closed;
	w->last -= !g->high_closed;
	w->done = w->at > w->last;
	return true;
}

bool feel_walk_between(struct feel_walk *w, const struct feel_value *from, const struct feel_value *to)
{
	*w = (struct feel_walk){ .counting = true };
	if (from->kind == FEEL_DATE && to->kind == FEEL_DATE) {
		w->dates = true;
		w->at = feel_day_number(&from->moment);
		w->last = feel_day_number(&to->moment);
	} else if (from->kind != FEEL_NUMBER || to->kind != FEEL_NUMBER || !dec_to_i64(from->number, &w->at) ||
	           !dec_to_i64(to->number, &w->last) || w->at == INT64_MIN || w->at == INT64_MAX ||
	           w->last == INT64_MIN || w->last == INT64_MAX) {
		return false;
	}
	w->down = w->at > w->last;
	return true;
}

bool feel_walk_next(struct feel_walk *w, struct feel_value *out)
{
	if (!w->counting) {
		if (w->index == w->items.count)
			return false;
		*out = w->items.at[w->index++];
		return true;
	}
	if (w->done)
		return false;
	*out = w->dates ? feel_date_of_day(w->at) : feel_i64(w->at);
	w->done = w->at == w->last;
	w->at += w->down ? -1 : 1;
	return true;
}

/* Opens iterator i; *ok false with a reason when its domain is none. */
static enum err open_loop(struct feel_run *r, const struct feel_loop *l, struct feel_walk *w, bool *ok)
{
	struct feel_value from, to;
	TRY(feel_node_eval(r, l->in, &from));
	if (l->to) {
		TRY(feel_node_eval(r, l->to, &to));
		*ok = feel_walk_between(w, &from, &to);
	} else {
		*ok = feel_walk_value(w, &from);
	}
	if (!*ok)
		TRY(feel_run_null(r, &from, "a %s cannot be iterated over", feel_kind_name(from.kind)));
	return OK;
}

/* A frame that a function made in the body may have kept is not written again. */
static enum err fresh_frame(struct feel_run *r, struct feel_frame **f, size_t slots)
{
	struct feel_frame *old = *f;
	r->frame = old->up;
	TRY(feel_frame_push(r, slots, f));
	memcpy((*f)->slots, old->slots, slots * sizeof *old->slots);
	return OK;
}

typedef enum err (*visit)(void *arg, struct feel_run *r, struct feel_frame *f, bool *stop);

static enum err step(struct feel_run *r, const struct feel_node *n, size_t i, struct feel_frame **f, size_t slots,
                     visit each, void *arg, bool *ok, bool *stop)
{
	struct feel_walk w;
	struct feel_value v;
	TRY(open_loop(r, &n->loops[i], &w, ok));
	while (*ok && !*stop && feel_walk_next(&w, &v)) {
		TRY(feel_run_charge(r, 1));
		if (n->flag)
			TRY(fresh_frame(r, f, slots));
		(*f)->slots[i] = v;
		if (i + 1 < n->count)
			TRY(step(r, n, i + 1, f, slots, each, arg, ok, stop));
		else
			TRY(each(arg, r, *f, stop));
	}
	return OK;
}

static enum err loop(struct feel_run *r, const struct feel_node *n, size_t slots, visit each, void *arg, bool *ok)
{
	const struct feel_frame *outer = r->frame;
	struct feel_frame *f;
	bool stop = false;
	*ok = true;
	TRY(feel_frame_push(r, slots, &f));
	enum err e = step(r, n, 0, &f, slots, each, arg, ok, &stop);
	r->frame = outer;
	return e;
}

/* ---- for ---- */

struct collecting {
	const struct feel_node *n;
	struct feel_list_builder list;
};

static enum err collect(void *arg, struct feel_run *r, struct feel_frame *f, bool *stop)
{
	struct collecting *c = arg;
	struct feel_value v;
	(void)stop;
	f->slots[c->n->count] = feel_list_end(&c->list); /* partial: what there is so far */
	TRY(feel_node_eval(r, c->n->a, &v));
	return feel_put(r, &c->list, v);
}

FEEL_EVAL(feel_eval_for)
{
	struct collecting c = { .n = n };
	bool ok;
	feel_list_begin(&c.list, r->arena);
	TRY(loop(r, n, n->count + 1, collect, &c, &ok));
	*out = ok ? feel_list_end(&c.list) : feel_null();
	return OK;
}

/* ---- some, every ---- */

struct quantifying {
	const struct feel_node *n;
	bool found, unsure;
};

static enum err quantify(void *arg, struct feel_run *r, struct feel_frame *f, bool *stop)
{
	struct quantifying *q = arg;
	struct feel_value v;
	(void)f;
	TRY(feel_node_eval(r, q->n->a, &v));
	q->found = v.kind == FEEL_BOOLEAN && v.boolean == (q->n->op == OP_SOME);
	q->unsure = q->unsure || v.kind != FEEL_BOOLEAN;
	*stop = q->found;
	return OK;
}

/* some: one true decides; every: one false decides; else one null makes it null. */
FEEL_EVAL(feel_eval_quantified)
{
	struct quantifying q = { .n = n };
	bool ok, some = n->op == OP_SOME;
	TRY(loop(r, n, n->count, quantify, &q, &ok));
	if (q.found)
		*out = feel_boolean(some);
	else
		*out = !ok || q.unsure ? feel_null() : feel_boolean(!some);
	return OK;
}
