/* people.c - who hands over to whom, what is done in one go, and when work is done. */
#include "mine/mine_int.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000, BATCH_GAP_MS = 300000, BATCH_MIN = 3 };

/* ---- hand-over ---- */

static int by_count(const void *pa, const void *pb)
{
	const struct mine_hand_over *a = pa, *b = pb;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

/* Is the event handed over from the one before it? */
static bool handed_over(const struct mine_log *log, uint32_t i, uint32_t *from, uint32_t *to)
{
	*from = mine_resource(log, i - 1);
	*to = mine_resource(log, i);
	return *from != MINE_NONE && *to != MINE_NONE && *from != *to;
}

static enum err count_hand_overs(struct mine_report *r, struct pairs *p)
{
	const struct mine_log *log = r->log;
	uint32_t *seen = NULL, from, to, k; /* by pair: last case with it, + 1 */
	size_t seen_room = 0, room = 0;
	enum err e = OK;
	for (uint32_t c = 0; e == OK && c < log->cases; c++)
		for (uint32_t i = log->first[c] + 1; e == OK && i < log->first[c + 1]; i++) {
			if (!handed_over(log, i, &from, &to))
				continue;
			e = pairs_add(p, from, to, &k);
			if (e == OK)
				e = grow(&seen, &seen_room, (size_t)k + 1, sizeof *seen);
			if (e == OK)
				e = grow(&r->hand_overs, &room, (size_t)k + 1, sizeof *r->hand_overs);
			if (e != OK)
				break;
			struct mine_hand_over *h = &r->hand_overs[k];
			h->from = from;
			h->to = to;
			h->count++;
			h->cases += seen[k] != c + 1;
			seen[k] = c + 1;
		}
	heap_free(seen);
	r->hand_overs_count = p->count;
	return e;
}

static enum err time_hand_overs(struct mine_report *r, const struct pairs *p)
{
	const struct mine_log *log = r->log;
	struct spread s;
	uint32_t from, to;
	enum err e = spread_init(&s, r->hand_overs_count);
	for (size_t k = 0; e == OK && k < r->hand_overs_count; k++)
		s.group[k].expected = r->hand_overs[k].count;
	if (e == OK)
		e = spread_start(&s);
	if (e == OK)
		do
			for (uint32_t c = 0; c < log->cases; c++)
				for (uint32_t i = log->first[c] + 1; i < log->first[c + 1]; i++)
					if (handed_over(log, i, &from, &to))
						spread_put(&s, pairs_number(p, from, to), log->end_ms[i] - log->end_ms[i - 1]);
		while (spread_again(&s, &e));
	for (size_t k = 0; e == OK && k < r->hand_overs_count; k++)
		r->hand_overs[k].times = spread_times(&s, k);
	spread_free(&s);
	return e;
}

enum err report_hand_overs(struct mine_report *r)
{
	struct pairs p;
	enum err e = pairs_init(&p, r->log->resources.count, r->log->resources.count);
	if (e == OK)
		e = count_hand_overs(r, &p);
	if (e == OK)
		e = time_hand_overs(r, &p);
	pairs_free(&p);
	if (e == OK && r->hand_overs_count)
		qsort(r->hand_overs, r->hand_overs_count, sizeof *r->hand_overs, by_count);
	return e;
}

/* ---- batches ---- */

/* What one resource did of one activity, sorted by moment: a moment and its case are one number, the case in the lower bits.
 * They fit: a span of time times the number of events is no more than 63 bits (report.c). Several groups are laid down side
 * by side in one pass over the log, as many as there is room for. */
struct doings {
	struct mine_report *r;
	struct pairs pairs;        /* resource, activity */
	uint32_t *count;           /* by group */
	uint32_t *next;            /* by group: where its next one goes, from `numbers` on */
	uint64_t *numbers, *spare; /* `room` each */
	uint32_t *seen;            /* by case: the last run of doings with it */
	uint32_t runs;
	size_t room, batches_room;
	unsigned case_bits;
	int64_t gap_ms;
	uint32_t min;
};

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

static enum err count_groups(struct doings *d)
{
	const struct mine_log *log = d->r->log;
	size_t room = 0;
	for (uint32_t i = 0; i < log->events; i++) {
		uint32_t who = mine_resource(log, i), k;
		if (who == MINE_NONE)
			continue;
		TRY(pairs_add(&d->pairs, who, log->activity[i], &k));
		TRY(grow(&d->count, &room, (size_t)k + 1, sizeof *d->count));
		d->count[k]++;
	}
	return OK;
}

static uint64_t case_in(const struct doings *d, uint64_t number) { return number & ((UINT64_C(1) << d->case_bits) - 1); }
static int64_t moment_in(const struct doings *d, uint64_t number) { return d->r->from_ms + (int64_t)(number >> d->case_bits); }

static uint32_t distinct_cases(struct doings *d, const uint64_t *v, size_t n)
{
	uint32_t count = 0;
	d->runs++;
	for (size_t i = 0; i < n; i++) {
		uint32_t *seen = &d->seen[case_in(d, v[i])];
		count += *seen != d->runs;
		*seen = d->runs;
	}
	return count;
}

static enum err find_batches(struct doings *d, const struct pair *who, const uint64_t *v, size_t n)
{
	struct mine_report *r = d->r;
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && moment_in(d, v[to]) - moment_in(d, v[to - 1]) <= d->gap_ms; to++)
			;
		uint32_t cases = to - from >= d->min ? distinct_cases(d, v + from, to - from) : 0;
		if (cases < d->min)
			continue;
		TRY(grow(&r->batches, &d->batches_room, r->batches_count + 1, sizeof *r->batches));
		r->batches[r->batches_count++] = (struct mine_batch){ who->a, who->b, (uint32_t)(to - from), cases,
			moment_in(d, v[from]), moment_in(d, v[to - 1]) };
		r->batched_events += (uint32_t)(to - from);
	}
	return OK;
}

/* Lays down the groups [from, to). */
static void lay_groups(const struct doings *d, size_t from, size_t to)
{
	const struct mine_log *log = d->r->log;
	for (uint32_t c = 0; c < log->cases; c++)
		for (uint32_t i = log->first[c]; i < log->first[c + 1]; i++) {
			uint32_t who = mine_resource(log, i);
			size_t k = who == MINE_NONE ? to : pairs_number(&d->pairs, who, log->activity[i]);
			if (k >= from && k < to)
				d->numbers[d->next[k]++] = (uint64_t)(log->end_ms[i] - d->r->from_ms) << d->case_bits | c;
		}
}

static enum err look_through(struct doings *d)
{
	for (size_t from = 0, to; from < d->pairs.count; from = to) {
		uint32_t n = 0;
		for (to = from; to < d->pairs.count && n + d->count[to] <= d->room; to++) {
			d->next[to] = n;
			n += d->count[to];
		}
		lay_groups(d, from, to);
		for (size_t k = from; k < to; k++) {
			uint64_t *v = d->numbers + d->next[k] - d->count[k];
			if (d->count[k] < d->min)
				continue;
			sort_numbers(v, d->spare, d->count[k]);
			TRY(find_batches(d, &d->pairs.list[k], v, d->count[k]));
		}
	}
	return OK;
}

/* A third of the events at a time, or the largest group. */
static enum err make_room(struct doings *d)
{
	d->room = d->r->log->events / 3;
	for (size_t k = 0; k < d->pairs.count; k++)
		d->room = d->count[k] > d->room ? d->count[k] : d->room;
	while (((uint64_t)d->r->log->cases - 1) >> d->case_bits)
		d->case_bits++;
	d->next = heap_new_n(uint32_t, d->pairs.count);
	d->numbers = heap_new_n(uint64_t, d->room);
	d->spare = heap_new_n(uint64_t, d->room);
	d->seen = heap_new_n(uint32_t, d->r->log->cases);
	return d->next && d->numbers && d->spare && d->seen ? OK : ERR_NOMEM;
}

enum err report_batches(struct mine_report *r, const struct mine_work *w)
{
	struct doings d = { .r = r, .gap_ms = w->batch_gap_ms ? w->batch_gap_ms : BATCH_GAP_MS, .min = w->batch_min ? w->batch_min : BATCH_MIN };
	enum err e = pairs_init(&d.pairs, r->log->resources.count, r->log->activities.count);
	if (e == OK)
		e = count_groups(&d);
	if (e == OK)
		e = make_room(&d);
	if (e == OK)
		e = look_through(&d);
	pairs_free(&d.pairs);
	heap_free(d.count);
	heap_free(d.next);
	heap_free(d.numbers);
	heap_free(d.spare);
	heap_free(d.seen);
	if (e == OK && r->batches_count)
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
