/* json.c - a report as JSON: docs/mining.md describes it. */
#include "calendar/calendar.h"
#include "mine/show.h"
#include "text/json.h"

struct put { const struct mine_report *r; const struct mine_show *s; struct json_writer w; };

static void instant(struct put *p, const char *key, int64_t ms)
{
	struct buf b;
	buf_init(&b, 64);
	calendar_instant_print(ms, p->r->offset_s, &b);
	json_pair_str(&p->w, key, buf_str(&b));
	buf_release(&b);
}

static void fixed(struct put *p, const char *key, double v)
{
	struct buf b;
	buf_init(&b, 64);
	show_fixed(&b, v);
	json_key(&p->w, str_of(key));
	json_put_number(&p->w, buf_str(&b));
	buf_release(&b);
}

/* A duration for people beside its milliseconds. */
static void span(struct put *p, const char *key, const char *text_key, int64_t ms, bool working)
{
	struct buf b;
	buf_init(&b, 64);
	json_pair_i64(&p->w, key, ms);
	mine_span_print(ms, p->s->english, working, &b);
	json_pair_str(&p->w, text_key, buf_str(&b));
	buf_release(&b);
}

static void percent(struct put *p, const char *key, uint64_t part, uint64_t whole)
{
	struct buf b;
	buf_init(&b, 64);
	show_percent(&b, part, whole);
	json_pair_str(&p->w, key, buf_str(&b));
	buf_release(&b);
}

static void times(struct put *p, const char *key, const struct mine_times *t, bool working)
{
	json_key(&p->w, str_of(key));
	if (!t->count) {
		json_put_null(&p->w);
		return;
	}
	json_object(&p->w);
	json_pair_i64(&p->w, "count", t->count);
	span(p, "mean_ms", "mean", t->mean_ms, working);
	span(p, "median_ms", "median", t->median_ms, working);
	span(p, "p90_ms", "p90", t->p90_ms, working);
	span(p, "min_ms", "min", t->min_ms, working);
	span(p, "max_ms", "max", t->max_ms, working);
	json_end(&p->w);
}

static void activity(struct put *p, const char *key, uint32_t a)
{
	json_key(&p->w, str_of(key));
	if (a == MINE_NONE)
		json_put_null(&p->w);
	else
		json_put_str(&p->w, mine_activity(p->r->log, a, p->s->english));
}

/* For links: the activity's own name, whatever the language. */
static void activity_key(struct put *p, const char *key, uint32_t a)
{
	json_pair_str(&p->w, key, mine_word(&p->r->log->activities, a));
}

static void activities(struct put *p)
{
	uint32_t *order = show_order(p->r, false), n = (uint32_t)p->r->log->activities.count;
	if (!order)
		p->w.out->failed = ERR_NOMEM;
	json_key(&p->w, S("activities"));
	json_array(&p->w);
	for (uint32_t i = 0; order && i < n; i++) {
		const struct mine_node *k = &p->r->nodes[order[i]];
		json_object(&p->w);
		activity(p, "activity", order[i]);
		activity_key(p, "key", order[i]);
		json_pair_i64(&p->w, "count", k->count);
		json_pair_i64(&p->w, "cases", k->cases);
		json_pair_i64(&p->w, "starts", k->starts);
		json_pair_i64(&p->w, "ends", k->ends);
		json_pair_i64(&p->w, "repeats", k->repeats);
		json_pair_i64(&p->w, "repeat_cases", k->repeat_cases);
		times(p, "waiting", &k->waited, true);
		times(p, "working", &k->worked, true);
		json_end(&p->w);
	}
	json_end(&p->w);
	heap_free(order);
}

static void edges(struct put *p)
{
	json_key(&p->w, S("edges"));
	json_array(&p->w);
	for (size_t i = 0; i < p->r->edges_count; i++) {
		const struct mine_edge *e = &p->r->edges[i];
		json_object(&p->w);
		activity(p, "from", e->from);
		activity_key(p, "from_key", e->from);
		activity(p, "to", e->to);
		activity_key(p, "to_key", e->to);
		json_pair_i64(&p->w, "count", e->count);
		json_pair_i64(&p->w, "cases", e->cases);
		times(p, "times", &e->times, false);
		times(p, "working_days", &e->working, true);
		json_end(&p->w);
	}
	json_end(&p->w);
}

static void variants(struct put *p)
{
	const struct mine_log *log = p->r->log;
	json_pair_i64(&p->w, "variants_total", (int64_t)p->r->variants_count);
	json_key(&p->w, S("variants"));
	json_array(&p->w);
	for (size_t i = 0; i < p->r->variants_count && i < show_rows(p->s); i++) {
		const struct mine_variant *v = &p->r->variants[i];
		char hash[20];
		json_object(&p->w);
		json_pair_i64(&p->w, "number", (int64_t)i + 1);
		snprintf(hash, sizeof hash, "%016llx", (unsigned long long)v->hash);
		json_pair_str(&p->w, "key", str_of(hash));
		json_pair_i64(&p->w, "count", v->count);
		percent(p, "share", v->count, log->cases);
		json_key(&p->w, S("activities"));
		json_array(&p->w);
		for (uint32_t k = log->first[v->example]; k < log->first[v->example + 1]; k++)
			json_put_str(&p->w, mine_activity(log, log->activity[k], p->s->english));
		json_end(&p->w);
		times(p, "times", &v->times, false);
		json_pair_str(&p->w, "example", mine_word(&log->case_ids, v->example));
		json_end(&p->w);
	}
	json_end(&p->w);
}

static void hand_overs(struct put *p)
{
	json_pair_i64(&p->w, "hand_overs_total", (int64_t)p->r->hand_overs_count);
	json_key(&p->w, S("hand_overs"));
	json_array(&p->w);
	for (size_t i = 0; i < p->r->hand_overs_count && i < show_rows(p->s); i++) {
		const struct mine_hand_over *h = &p->r->hand_overs[i];
		json_object(&p->w);
		json_pair_str(&p->w, "from", mine_word(&p->r->log->resources, h->from));
		json_pair_str(&p->w, "to", mine_word(&p->r->log->resources, h->to));
		json_pair_i64(&p->w, "count", h->count);
		json_pair_i64(&p->w, "cases", h->cases);
		times(p, "times", &h->times, false);
		json_end(&p->w);
	}
	json_end(&p->w);
}

static void batches(struct put *p)
{
	json_pair_i64(&p->w, "batches_total", (int64_t)p->r->batches_count);
	json_pair_i64(&p->w, "batched_events", p->r->batched_events);
	json_key(&p->w, S("batches"));
	json_array(&p->w);
	for (size_t i = 0; i < p->r->batches_count && i < show_rows(p->s); i++) {
		const struct mine_batch *b = &p->r->batches[i];
		json_object(&p->w);
		json_pair_str(&p->w, "resource", mine_word(&p->r->log->resources, b->resource));
		activity(p, "activity", b->activity);
		activity_key(p, "key", b->activity);
		json_pair_i64(&p->w, "events", b->events);
		json_pair_i64(&p->w, "cases", b->cases);
		instant(p, "from_at", b->from_ms);
		instant(p, "to_at", b->to_ms);
		json_pair_i64(&p->w, "from_ms", b->from_ms);
		json_end(&p->w);
	}
	json_end(&p->w);
}

static void driver_name(struct put *p, const struct mine_driver *d)
{
	const struct mine_log *log = p->r->log;
	const struct mine_attribute *at = d->kind == 'a' ? &log->attributes[d->name] : NULL;
	struct buf b;
	buf_init(&b, MINE_TEXT_MAX * 2);
	json_pair_str(&p->w, "kind", d->kind == 'a' ? S("attribute") : d->kind == 'r' ? S("resource") : d->kind == 'v' ? S("activity") : S("repeated"));
	if (at)
		json_pair_str(&p->w, "name", at->name);
	if (at && d->numeric && d->from != INT64_MIN)
		buf_printf(&b, "> %g%s", (double)d->from / 1000, d->to != INT64_MAX ? ", " : "");
	if (at && d->numeric && d->to != INT64_MAX)
		buf_printf(&b, "≤ %g", (double)d->to / 1000);
	json_pair_str(&p->w, "value", d->numeric ? buf_str(&b) : at ? mine_word(&at->words, d->value)
	              : d->kind == 'r' ? mine_word(&log->resources, d->value) : mine_activity(log, d->value, p->s->english));
	json_pair_str(&p->w, "key", d->numeric ? S("") : at ? mine_word(&at->words, d->value)
	              : d->kind == 'r' ? mine_word(&log->resources, d->value) : mine_word(&log->activities, d->value));
	buf_release(&b);
}

static void late(struct put *p)
{
	static const char *const by[] = { "deadline", "limit", "slowest-quarter", "none" };
	const struct mine_report *r = p->r;
	json_key(&p->w, S("late"));
	json_object(&p->w);
	json_pair_str(&p->w, "by", str_of(by[r->late_by]));
	json_pair_i64(&p->w, "late", r->late);
	json_pair_i64(&p->w, "judged", r->judged);
	percent(p, "share", r->late, r->judged);
	if (r->late_by == MINE_LATE_LIMIT || r->late_by == MINE_LATE_SLOWEST)
		span(p, "after_ms", "after", r->late_after_ms, true);
	json_key(&p->w, S("drivers"));
	json_array(&p->w);
	for (size_t i = 0; i < r->drivers_count && i < show_rows(p->s); i++) {
		const struct mine_driver *d = &r->drivers[i];
		json_object(&p->w);
		driver_name(p, d);
		json_pair_i64(&p->w, "cases", d->with);
		json_pair_i64(&p->w, "late", d->with_late);
		percent(p, "share", d->with_late, d->with);
		json_pair_i64(&p->w, "others", d->without);
		json_pair_i64(&p->w, "others_late", d->without_late);
		percent(p, "others_share", d->without_late, d->without);
		fixed(p, "lift", d->lift);
		fixed(p, "odds", d->odds);
		fixed(p, "low", d->low);
		fixed(p, "high", d->high);
		json_pair_bool(&p->w, "more", d->odds > 1);
		json_end(&p->w);
	}
	json_end(&p->w);
	json_end(&p->w);
}

static void load(struct put *p)
{
	json_key(&p->w, S("load"));
	json_array(&p->w);
	for (int d = 0; d < 7; d++) {
		json_array(&p->w);
		for (int h = 0; h < 24; h++)
			json_put_i64(&p->w, p->r->load[d][h]);
		json_end(&p->w);
	}
	json_end(&p->w);
}

static void deviations(struct put *p)
{
	const struct mine_conformance *c = &p->r->conformance;
	json_pair_i64(&p->w, "deviations_total", (int64_t)c->deviations_count);
	json_key(&p->w, S("deviations"));
	json_array(&p->w);
	for (size_t i = 0; i < c->deviations_count && i < show_rows(p->s); i++) {
		const struct mine_deviation *d = &c->deviations[i];
		json_object(&p->w);
		json_pair_str(&p->w, "kind", d->kind == 's' ? S("skipped") : d->kind == 'n' ? S("not-allowed") : d->kind == 'x' ? S("unknown") : S("order"));
		if (d->activity == MINE_NONE)
			json_pair_str(&p->w, "activity", d->name.len ? d->name : d->element);
		else
			activity(p, "activity", d->activity);
		json_pair_str(&p->w, "element", d->element);
		activity(p, "after", d->after);
		json_pair_i64(&p->w, "cases", d->cases);
		json_pair_i64(&p->w, "times", d->times);
		json_pair_str(&p->w, "example", mine_word(&p->r->log->case_ids, d->example));
		json_end(&p->w);
	}
	json_end(&p->w);
}

/* Why there is none, or that nobody asked. */
static void no_conformance(struct put *p)
{
	const struct mine_conformance *c = &p->r->conformance;
	json_key(&p->w, S("conformance"));
	if (!c->why_not.len) {
		json_put_null(&p->w);
		return;
	}
	json_object(&p->w);
	json_pair_bool(&p->w, "done", false);
	json_pair_str(&p->w, "why_not", c->why_not);
	json_end(&p->w);
}

static void passed(struct put *p)
{
	const struct mine_conformance *c = &p->r->conformance;
	json_key(&p->w, S("passed"));
	json_array(&p->w);
	for (size_t i = 0; i < c->passed_count; i++) {
		json_object(&p->w);
		json_pair_str(&p->w, "element", c->passed[i].element);
		json_pair_i64(&p->w, "count", c->passed[i].count);
		json_pair_i64(&p->w, "cases", c->passed[i].cases);
		json_end(&p->w);
	}
	json_end(&p->w);
}

static void conformance(struct put *p)
{
	const struct mine_conformance *c = &p->r->conformance;
	struct buf b;
	json_key(&p->w, S("conformance"));
	json_object(&p->w);
	json_pair_bool(&p->w, "done", true);
	json_pair_i64(&p->w, "cases", c->cases);
	json_pair_i64(&p->w, "fitting", c->fitting);
	json_pair_i64(&p->w, "undecided", c->undecided);
	percent(p, "share", c->fitting, c->cases - c->undecided);
	buf_init(&b, 32);
	buf_printf(&b, "%.4f", c->fitness);
	json_key(&p->w, S("fitness"));
	json_put_number(&p->w, buf_str(&b));
	buf_release(&b);
	deviations(p);
	passed(p);
	json_end(&p->w);
}

static void rework(struct put *p)
{
	json_key(&p->w, S("rework"));
	json_object(&p->w);
	json_pair_i64(&p->w, "cases", p->r->repeat_cases);
	percent(p, "share", p->r->repeat_cases, p->r->log->cases);
	json_pair_i64(&p->w, "self_loops", p->r->self_loops);
	json_pair_i64(&p->w, "short_loops", p->r->short_loops);
	json_end(&p->w);
}

static void work(struct put *p)
{
	const struct mine_report *r = p->r;
	json_key(&p->w, S("work"));
	json_object(&p->w);
	json_pair_bool(&p->w, "known", r->knows_work);
	span(p, "waiting_ms", "waiting", r->waited_ms, true);
	span(p, "working_ms", "working", r->worked_ms, true);
	percent(p, "waiting_share", (uint64_t)r->waited_ms, (uint64_t)(r->waited_ms + r->worked_ms));
	json_end(&p->w);
}

void mine_report_json(const struct mine_report *r, const struct mine_show *s, struct buf *out)
{
	struct put p = { .r = r, .s = s };
	json_writer_init(&p.w, out);
	json_object(&p.w);
	json_pair_i64(&p.w, "cases", r->log->cases);
	json_pair_i64(&p.w, "events", r->log->events);
	json_pair_i64(&p.w, "activities_total", (int64_t)r->log->activities.count);
	json_pair_i64(&p.w, "resources_total", (int64_t)r->log->resources.count);
	json_pair_i64(&p.w, "starts_alone", r->log->starts_alone);
	json_pair_i64(&p.w, "other_phases", r->log->other_phases);
	json_pair_i64(&p.w, "duplicates", r->duplicates);
	json_pair_bool(&p.w, "dates_only", r->dates_only);
	if (s->reading) {
		json_pair_i64(&p.w, "rows_read", (int64_t)s->reading->rows);
		json_pair_i64(&p.w, "rows_left_out", (int64_t)s->reading->bad_rows);
	}
	instant(&p, "from_at", r->from_ms);
	instant(&p, "to_at", r->to_ms);
	times(&p, "times", &r->times, false);
	times(&p, "working_days", &r->working, true);
	work(&p);
	rework(&p);
	activities(&p);
	edges(&p);
	variants(&p);
	if (r->conformance.done)
		conformance(&p);
	else
		no_conformance(&p);
	late(&p);
	hand_overs(&p);
	batches(&p);
	load(&p);
	json_end(&p.w);
}
