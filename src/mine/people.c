/* people.c - who hands over to whom, what is done in one go, and when work is done. */
#include "mine/mine_int.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000, BATCH_GAP_MS = 300000, BATCH_MIN = 3 };

/* ---- hand-over ---- */

/* One step from a known resource to another known one, as sortable numbers. */
struct step { uint64_t key; int64_t ms; };

static int by_key(const void *pa, const void *pb)
{
	const struct step *a = pa, *b = pb;
	return a->key < b->key ? -1 : a->key > b->key;
}

static int by_count(const void *pa, const void *pb)
{
	const struct mine_hand_over *a = pa, *b = pb;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

static size_t steps_of(const struct mine_log *log, struct step *out)
{
	size_t n = 0;
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c] + 1; i < log->first[c + 1]; i++) {
			uint32_t from = log->resource[i - 1], to = log->resource[i];
			if (from != MINE_NONE && to != MINE_NONE && from != to)
				out[n++] = (struct step){ (uint64_t)from << 32 | to, log->end_ms[i] - log->end_ms[i - 1] };
		}
	return n;
}

static enum err add_up(struct mine_report *r, const struct step *steps, size_t n)
{
	size_t room = 0;
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || steps[i].key != steps[i - 1].key) {
			TRY(grow(&r->hand_overs, &room, r->hand_overs_count + 1, sizeof *r->hand_overs));
			r->hand_overs[r->hand_overs_count++] =
				(struct mine_hand_over){ .from = (uint32_t)(steps[i].key >> 32), .to = (uint32_t)steps[i].key };
		}
		r->hand_overs[r->hand_overs_count - 1].count++;
		r->hand_overs[r->hand_overs_count - 1].sum_ms += steps[i].ms;
	}
	return OK;
}

enum err report_hand_overs(struct mine_report *r)
{
	struct step *steps = heap_new_n(struct step, r->log->events);
	if (!steps)
		return ERR_NOMEM;
	size_t n = steps_of(r->log, steps);
	qsort(steps, n, sizeof *steps, by_key);
	enum err e = add_up(r, steps, n);
	heap_free(steps);
	if (r->hand_overs_count)
		qsort(r->hand_overs, r->hand_overs_count, sizeof *r->hand_overs, by_count);
	return e;
}

/* ---- batches ---- */

struct done { uint32_t resource, activity, case_number; int64_t ms; };

static int by_doer(const void *pa, const void *pb)
{
	const struct done *a = pa, *b = pb;
	if (a->resource != b->resource)
		return a->resource < b->resource ? -1 : 1;
	if (a->activity != b->activity)
		return a->activity < b->activity ? -1 : 1;
	if (a->ms != b->ms)
		return a->ms < b->ms ? -1 : 1;
	return a->case_number < b->case_number ? -1 : a->case_number > b->case_number;
}

static int by_number(const void *pa, const void *pb)
{
	const uint32_t *a = pa, *b = pb;
	return *a < *b ? -1 : *a > *b;
}

static int by_size(const void *pa, const void *pb)
{
	const struct mine_batch *a = pa, *b = pb;
	if (a->cases != b->cases)
		return a->cases > b->cases ? -1 : 1;
	if (a->from_ms != b->from_ms)
		return a->from_ms < b->from_ms ? -1 : 1;
	if (a->resource != b->resource)
		return a->resource < b->resource ? -1 : 1;
	return a->activity < b->activity ? -1 : a->activity > b->activity;
}

static uint32_t distinct_cases(const struct done *d, size_t n, uint32_t *room)
{
	uint32_t count = n > 0;
	for (size_t i = 0; i < n; i++)
		room[i] = d[i].case_number;
	qsort(room, n, sizeof *room, by_number);
	for (size_t i = 1; i < n; i++)
		count += room[i] != room[i - 1];
	return count;
}

static enum err find_batches(struct mine_report *r, const struct done *d, size_t n, uint32_t *numbers, int64_t gap_ms, uint32_t min)
{
	size_t room = 0;
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && d[to].resource == d[from].resource && d[to].activity == d[from].activity
		                    && d[to].ms - d[to - 1].ms <= gap_ms; to++)
			;
		uint32_t cases = to - from >= min ? distinct_cases(d + from, to - from, numbers) : 0;
		if (cases < min)
			continue;
		TRY(grow(&r->batches, &room, r->batches_count + 1, sizeof *r->batches));
		r->batches[r->batches_count++] = (struct mine_batch){ d[from].resource, d[from].activity, (uint32_t)(to - from), cases,
			d[from].ms, d[to - 1].ms };
		r->batched_events += (uint32_t)(to - from);
	}
	return OK;
}

enum err report_batches(struct mine_report *r, const struct mine_work *w)
{
	const struct mine_log *log = r->log;
	struct done *done = heap_new_n(struct done, log->events);
	uint32_t *numbers = heap_new_n(uint32_t, log->events);
	enum err e = done && numbers ? OK : ERR_NOMEM;
	size_t n = 0;
	for (uint32_t c = 0; e == OK && c < log->cases; c++)
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++)
			if (log->resource[i] != MINE_NONE)
				done[n++] = (struct done){ log->resource[i], log->activity[i], c, log->end_ms[i] };
	if (e == OK) {
		qsort(done, n, sizeof *done, by_doer);
		e = find_batches(r, done, n, numbers, w->batch_gap_ms ? w->batch_gap_ms : BATCH_GAP_MS, w->batch_min ? w->batch_min : BATCH_MIN);
	}
	heap_free(done);
	heap_free(numbers);
	if (r->batches_count)
		qsort(r->batches, r->batches_count, sizeof *r->batches, by_size);
	return e;
}

/* ---- load ---- */

void load_place(const struct mine_report *r, int64_t ms, int *weekday, int *hour)
{
	int64_t local = ms + (int64_t)r->offset_s * 1000, day = local / DAY_MS - (local % DAY_MS < 0);
	*hour = (int)((local - day * DAY_MS) / HOUR_MS);
	*weekday = (int)(((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

void report_load(struct mine_report *r)
{
	for (uint32_t i = 0; i < r->log->events; i++) {
		int weekday, hour;
		load_place(r, r->log->end_ms[i], &weekday, &hour);
		r->load[weekday][hour]++;
	}
}
