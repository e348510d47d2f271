/* draw_bpmn.c - the process's own diagram with what went through: counts on flows; counts, times and deviations on activities. */
#include "bpmn/bpmn.h"
#include "mine/show.h"

static int64_t median_of(const struct mine_report *r, uint32_t activity)
{
	const struct mine_node *n = &r->nodes[activity];
	return n->worked.count ? n->waited.median_ms + n->worked.median_ms : n->waited.median_ms;
}

/* Of all activities in the process: the slower, the hotter. */
static int heat_of(const struct mine_report *r, int64_t median)
{
	int64_t most = 0;
	for (size_t a = 0; a < r->log->activities.count; a++)
		most = median_of(r, (uint32_t)a) > most ? median_of(r, (uint32_t)a) : most;
	if (!most)
		return 1;
	return 1 + (int)(median >= most / 10) + (int)(median >= most / 3) + (int)(median >= most * 2 / 3);
}

/* How often the element was left out, and done where the process does not allow it. */
static struct str warning_of(struct arena *a, const struct mine_report *r, struct str element, uint32_t activity, bool english)
{
	const struct mine_conformance *c = &r->conformance;
	uint32_t skipped = 0, misplaced = 0;
	struct buf b;
	for (size_t i = 0; i < c->deviations_count; i++) {
		const struct mine_deviation *d = &c->deviations[i];
		if (d->kind == 's' && str_eq(d->element, element))
			skipped += d->times;
		else if (d->kind != 's' && activity != MINE_NONE && d->activity == activity)
			misplaced += d->times;
	}
	buf_init_in(&b, a, 100);
	if (skipped)
		buf_printf(&b, english ? "skipped %u" : "漏办 %u", skipped);
	if (misplaced)
		buf_printf(&b, english ? "%smisplaced %u" : "%s错位 %u", skipped ? " · " : "", misplaced);
	return buf_str(&b);
}

static struct str badge_of(struct arena *a, const struct mine_report *r, uint32_t count, uint32_t activity, bool english)
{
	struct buf b;
	buf_init_in(&b, a, 100);
	buf_printf(&b, english ? "%u" : "%u 次", count);
	if (activity != MINE_NONE) {
		buf_putz(&b, " · ");
		mine_span_print(median_of(r, activity), english, true, &b);
	}
	return buf_str(&b);
}

static bool is_activity(enum bpmn_kind kind)
{
	return kind >= BPMN_USER_TASK && kind <= BPMN_CALL_ACTIVITY;
}

static struct bpmn_overlay overlay(struct arena *a, const struct mine_report *r, const struct mine_passed *p, const struct bpmn_element *e, bool english)
{
	struct bpmn_overlay o = { .element = p->element, .passed = p->count > 0 };
	uint32_t activity = MINE_NONE;
	bool named = e && is_activity(e->kind)
	             && (words_find(&r->log->activities, p->element, &activity) || (e->name.len && words_find(&r->log->activities, str_trim(e->name), &activity)));
	if (named) {
		o.badge = badge_of(a, r, p->count, activity, english);
		o.heat = heat_of(r, median_of(r, activity));
	} else if (e && (is_activity(e->kind) || (e->kind == BPMN_SEQUENCE_FLOW && p->count))) { /* on flows, 0 would be clutter */
		o.badge = badge_of(a, r, p->count, MINE_NONE, english);
	}
	if (e && is_activity(e->kind))
		o.warning = warning_of(a, r, p->element, named ? activity : MINE_NONE, english);
	return o;
}

enum err mine_draw_bpmn(const struct mine_report *r, const struct bpmn_model *m, const struct mine_show *s, struct arena *scratch,
                        struct buf *out, struct diag *d)
{
	const struct mine_conformance *c = &r->conformance;
	if (!c->done)
		return diag_set(d, ERR_NOT_FOUND, "mine.no-process", "The log was not compared with a process");
	struct bpmn_overlay *list = arena_new_n(scratch, struct bpmn_overlay, c->passed_count);
	if (!list)
		return ERR_NOMEM;
	for (size_t i = 0; i < c->passed_count; i++)
		list[i] = overlay(scratch, r, &c->passed[i], bpmn_model_element(m, c->passed[i].element), s->english);
	return bpmn_draw(m, list, c->passed_count, scratch, out, d);
}
