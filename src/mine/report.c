/* report.c - the parts of a report one after another. */
#include "mine/mine_int.h"

enum { DAY_MS = 86400000 };

static void find_span(struct mine_report *r)
{
	const struct mine_log *log = r->log;
	r->from_ms = INT64_MAX;
	r->to_ms = INT64_MIN;
	r->dates_only = log->events > 1;
	for (uint32_t i = 0; i < log->events; i++) {
		int64_t from = log->begin_ms && log->begin_ms[i] != MINE_NO_TIME && log->begin_ms[i] < log->end_ms[i] ? log->begin_ms[i] : log->end_ms[i];
		r->from_ms = from < r->from_ms ? from : r->from_ms;
		r->to_ms = log->end_ms[i] > r->to_ms ? log->end_ms[i] : r->to_ms;
		r->dates_only = r->dates_only && (log->end_ms[i] - log->end_ms[0]) % DAY_MS == 0;
	}
}

/* Sums of durations are whole numbers of 64 bits. */
static bool sums_fit(const struct mine_report *r)
{
	int64_t sum;
	return !__builtin_mul_overflow(r->to_ms - r->from_ms, (int64_t)r->log->events, &sum);
}

static enum err make_all(struct mine_report *r, const struct mine_work *w, const struct work_hours *h)
{
	TRY(report_graph(r, h, w->graph_only));
	TRY(report_variants(r));
	if (w->graph_only)
		return OK;
	TRY(report_work(r, h));
	TRY(report_hand_overs(r));
	TRY(report_batches(r, w));
	TRY(report_late(r, w, h));
	report_load(r);
	return w->model ? report_conformance(r, w->model) : OK;
}

enum err mine_report_make(const struct mine_log *log, const struct mine_work *w, struct mine_report **out, struct diag *d)
{
	struct work_hours h = { 0 };
	struct mine_report *r = heap_alloc(sizeof *r);
	if (!r)
		return diag_set(d, ERR_NOMEM, "mine.memory", "The log does not fit into memory");
	r->log = log;
	r->offset_s = calendar_offset_s(w->calendar);
	find_span(r);
	enum err e = sums_fit(r) ? hours_init(&h, w->calendar, r->from_ms, r->to_ms) : ERR_LIMIT;
	if (e == OK)
		e = make_all(r, w, &h);
	hours_free(&h);
	if (e != OK) {
		mine_report_free(r);
		return diag_set(d, e, e == ERR_LIMIT ? "mine.span" : "mine.memory", e == ERR_LIMIT ?
		                "The log's first and last moment lie more than a thousand years apart: is the time format right?" :
		                "The log does not fit into memory");
	}
	*out = r;
	return OK;
}

void mine_report_free(struct mine_report *r)
{
	if (!r)
		return;
	heap_free(r->nodes);
	heap_free(r->edges);
	heap_free(r->variants);
	heap_free(r->variant_of);
	heap_free(r->late_of);
	heap_free(r->hand_overs);
	heap_free(r->batches);
	heap_free(r->drivers);
	for (size_t i = 0; i < r->conformance.deviations_count; i++)
		heap_free(r->conformance.deviations[i].variants);
	heap_free(r->conformance.deviations);
	arena_release(&r->conformance.arena);
	heap_free(r);
}
