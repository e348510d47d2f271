/* late.c - which cases are late, and what distinguishes them.
 *
 * Looked at are features of a case: a value of an attribute (numbers by quarters), a resource that took part, an
 * activity that happened or was repeated. For each the odds of being late with and without it are compared; the 95 %
 * interval is Woolf's on the logarithm, with half a case added to each cell when one is empty (Haldane, Anscombe).
 * Ranked by the end of the interval that is nearer to 1: a large ratio of few cases does not come first. */
#include <math.h>

#include "mine/mine_int.h"

enum { SUPPORT_MIN = 10, SUPPORT_SHARE = 100, DRIVERS_MAX = 1000, NUMBERS_MIN = 9 };

/* ---- late or not ---- */

int mine_case_late(const struct mine_report *r, uint32_t c)
{
	return r->late_of ? r->late_of[c] : -1;
}

/* An open case that is not late yet cannot be judged. */
static int8_t judge_case(const struct mine_report *r, uint32_t c, int64_t span)
{
	const struct mine_log *log = r->log;
	uint8_t flags = log->flags ? log->flags[c] : 0;
	bool open = flags & MINE_CASE_OPEN, late;
	if (r->late_by == MINE_LATE_DEADLINE && (flags & (MINE_CASE_LATE | MINE_CASE_ON_TIME)))
		return flags & MINE_CASE_LATE ? 1 : 0;
	if (r->late_by == MINE_LATE_DEADLINE && (!log->deadline_ms || log->deadline_ms[c] == MINE_NO_TIME))
		return -1;
	late = r->late_by == MINE_LATE_DEADLINE ? case_end_ms(log, c) > log->deadline_ms[c] : span > r->late_after_ms;
	return late ? 1 : open ? -1 : 0;
}

/* The slowest quarter: those that took longer than three quarters of all. */
static enum err slow_limit(const int64_t *spans, uint32_t n, int64_t *out)
{
	int64_t *copy = heap_new_n(int64_t, n);
	if (!copy)
		return ERR_NOMEM;
	memcpy(copy, spans, n * sizeof *copy);
	*out = nth_smallest(copy, n, ((size_t)n * 3 + 3) / 4 - 1);
	heap_free(copy);
	return OK;
}

/* Does the log say of any case that it was late or not, or until when it should have been done? */
static bool knows_late(const struct mine_log *log)
{
	bool known = log->deadline_ms != NULL;
	for (uint32_t c = 0; log->flags && !known && c < log->cases; c++)
		known = log->flags[c] & (MINE_CASE_LATE | MINE_CASE_ON_TIME);
	return known;
}

/* 0, 1 or -1 for every case. */
static enum err judge(struct mine_report *r, const struct mine_work *w, const struct work_hours *h, int8_t *late)
{
	const struct mine_log *log = r->log;
	int64_t *spans = heap_new_n(int64_t, log->cases);
	if (!spans)
		return ERR_NOMEM;
	for (uint32_t c = 0; c < log->cases; c++)
		spans[c] = hours_between(h, case_start_ms(log, c), case_end_ms(log, c));
	r->late_by = w->late_after_ms ? MINE_LATE_LIMIT : knows_late(log) ? MINE_LATE_DEADLINE : MINE_LATE_SLOWEST;
	r->late_after_ms = w->late_after_ms;
	enum err e = r->late_by == MINE_LATE_SLOWEST ? slow_limit(spans, log->cases, &r->late_after_ms) : OK;
	for (uint32_t c = 0; e == OK && c < log->cases; c++) {
		late[c] = judge_case(r, c, spans[c]);
		r->late += late[c] == 1;
		r->judged += late[c] >= 0;
	}
	heap_free(spans);
	return e;
}

/* ---- comparing ---- */

struct search {
	struct mine_report *r;
	const int8_t *late;
	uint32_t support;
	size_t room;
};

static void weigh(struct mine_driver *d)
{
	double a = d->with_late, b = d->with - d->with_late, c = d->without_late, e = d->without - d->without_late;
	double base = (a + c) / (a + b + c + e);
	d->lift = a / (a + b) / base;
	if (a * b * c * e == 0.0) {
		a += 0.5;
		b += 0.5;
		c += 0.5;
		e += 0.5;
	}
	double width = 1.959964 * sqrt(1 / a + 1 / b + 1 / c + 1 / e), mid = log(a * e / (b * c));
	d->odds = exp(mid);
	d->low = exp(mid - width);
	d->high = exp(mid + width);
}

/* Kept when enough cases have it and enough have not, and the interval leaves out 1. */
static enum err keep(struct search *s, struct mine_driver d)
{
	d.without = s->r->judged - d.with;
	d.without_late = s->r->late - d.with_late;
	if (d.with < s->support || d.without < s->support)
		return OK;
	weigh(&d);
	if (d.low <= 1 && d.high >= 1)
		return OK;
	TRY(grow(&s->r->drivers, &s->room, s->r->drivers_count + 1, sizeof d));
	s->r->drivers[s->r->drivers_count++] = d;
	return OK;
}

struct counts { uint32_t *with, *late, *seen; };

static enum err counts_new(struct counts *k, size_t n)
{
	*k = (struct counts){ heap_new_n(uint32_t, n), heap_new_n(uint32_t, n), heap_new_n(uint32_t, n) };
	return k->with && k->late && k->seen ? OK : ERR_NOMEM;
}

static void counts_free(struct counts *k)
{
	heap_free(k->with);
	heap_free(k->late);
	heap_free(k->seen);
}

/* Once a case. */
static void count_in(struct counts *k, uint32_t id, uint32_t c, int8_t late)
{
	if (k->seen[id] == c + 1)
		return;
	k->seen[id] = c + 1;
	k->with[id]++;
	k->late[id] += late == 1;
}

static enum err keep_all(struct search *s, const struct counts *k, size_t n, int kind, uint32_t name)
{
	for (uint32_t id = 0; id < n; id++)
		if (k->with[id])
			TRY(keep(s, (struct mine_driver){ .kind = kind, .name = name, .value = id, .with = k->with[id], .with_late = k->late[id] }));
	return OK;
}

/* ---- activities and resources ---- */

static enum err by_resource(struct search *s)
{
	const struct mine_log *log = s->r->log;
	struct counts k;
	enum err e = counts_new(&k, log->resources.count);
	for (uint32_t c = 0; e == OK && c < log->cases; c++)
		for (uint32_t i = log->first[c]; s->late[c] >= 0 && i < log->first[c + 1]; i++)
			if (mine_resource(log, i) != MINE_NONE)
				count_in(&k, mine_resource(log, i), c, s->late[c]);
	if (e == OK)
		e = keep_all(s, &k, log->resources.count, 'r', 0);
	counts_free(&k);
	return e;
}

static enum err by_activity(struct search *s, bool repeated)
{
	const struct mine_log *log = s->r->log;
	struct counts k;
	uint32_t *seen = heap_new_n(uint32_t, log->activities.count);
	enum err e = counts_new(&k, log->activities.count);
	if (!seen)
		e = ERR_NOMEM;
	for (uint32_t c = 0; e == OK && c < log->cases; c++)
		for (uint32_t i = log->first[c]; s->late[c] >= 0 && i < log->first[c + 1]; i++) {
			uint16_t a = log->activity[i];
			if (!repeated || seen[a] == c + 1)
				count_in(&k, a, c, s->late[c]);
			seen[a] = c + 1;
		}
	if (e == OK)
		e = keep_all(s, &k, log->activities.count, repeated ? 'w' : 'v', 0);
	heap_free(seen);
	counts_free(&k);
	return e;
}

/* ---- attributes ---- */

/* "-12.5" in thousandths. */
static bool number(struct str s, int64_t *out)
{
	struct str whole = s, part;
	int64_t n, f = 0;
	part = whole;
	whole = str_cut(&part, '.');
	if (!str_to_i64(whole, &n) || n > INT64_MAX / 2000 || n < INT64_MIN / 2000)
		return false;
	for (size_t i = 0; i < part.len; i++)
		if (part.ptr[i] < '0' || part.ptr[i] > '9')
			return false;
	for (size_t i = 0; i < 3; i++)
		f = f * 10 + (i < part.len ? part.ptr[i] - '0' : 0);
	*out = n * 1000 + (whole.ptr[0] == '-' ? -f : f);
	return true;
}

/* The values of the attribute as numbers, by value; false when they are not, or too few to be cut into quarters. */
static bool numbers_of(const struct mine_attribute *at, int64_t *out)
{
	for (uint32_t v = 0; v < at->words.count; v++)
		if (!number(mine_word(&at->words, v), &out[v]))
			return false;
	return at->words.count >= NUMBERS_MIN;
}

static enum err by_quarter(struct search *s, uint32_t name, const int64_t *numbers)
{
	const struct mine_attribute *at = &s->r->log->attributes[name];
	int64_t *all = heap_new_n(int64_t, s->r->log->cases), cut[5] = { INT64_MIN, 0, 0, 0, INT64_MAX };
	size_t n = 0;
	if (!all)
		return ERR_NOMEM;
	for (uint32_t c = 0; c < s->r->log->cases; c++)
		if (s->late[c] >= 0 && at->value[c] != MINE_NONE)
			all[n++] = numbers[at->value[c]];
	for (size_t q = 1; n && q < 4; q++)
		cut[q] = nth_smallest(all, n, (n * q + 3) / 4 - 1);
	heap_free(all);
	for (size_t q = 0; n && q < 4; q++) {
		struct mine_driver d = { .kind = 'a', .name = name, .numeric = true, .from = cut[q], .to = cut[q + 1] };
		for (uint32_t c = 0; c < s->r->log->cases; c++) {
			int64_t x = at->value[c] == MINE_NONE ? INT64_MIN : numbers[at->value[c]];
			bool in = s->late[c] >= 0 && at->value[c] != MINE_NONE && x > cut[q] && x <= cut[q + 1];
			d.with += in;
			d.with_late += in && s->late[c] == 1;
		}
		TRY(keep(s, d));
	}
	return OK;
}

static enum err by_value(struct search *s, uint32_t name)
{
	const struct mine_attribute *at = &s->r->log->attributes[name];
	struct counts k;
	enum err e = counts_new(&k, at->words.count);
	for (uint32_t c = 0; e == OK && c < s->r->log->cases; c++)
		if (s->late[c] >= 0 && at->value[c] != MINE_NONE)
			count_in(&k, at->value[c], c, s->late[c]);
	if (e == OK)
		e = keep_all(s, &k, at->words.count, 'a', name);
	counts_free(&k);
	return e;
}

static enum err by_attribute(struct search *s, uint32_t name)
{
	int64_t *numbers = heap_new_n(int64_t, s->r->log->attributes[name].words.count);
	if (!numbers)
		return ERR_NOMEM;
	enum err e = numbers_of(&s->r->log->attributes[name], numbers) ? by_quarter(s, name, numbers) : by_value(s, name);
	heap_free(numbers);
	return e;
}

/* ---- together ---- */

/* How far the interval keeps from 1. */
static double surety(const struct mine_driver *d)
{
	return d->low > 1 ? d->low : 1 / d->high;
}

static int by_surety(const void *pa, const void *pb)
{
	const struct mine_driver *a = pa, *b = pb;
	double x = surety(a), y = surety(b);
	if (x != y)
		return x > y ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind - b->kind;
	return a->value < b->value ? -1 : a->value > b->value;
}

static enum err find_drivers(struct search *s)
{
	for (uint32_t i = 0; i < s->r->log->attributes_count; i++)
		TRY(by_attribute(s, i));
	TRY(by_resource(s));
	TRY(by_activity(s, false));
	TRY(by_activity(s, true));
	if (s->r->drivers_count)
		qsort(s->r->drivers, s->r->drivers_count, sizeof *s->r->drivers, by_surety);
	if (s->r->drivers_count > DRIVERS_MAX)
		s->r->drivers_count = DRIVERS_MAX;
	return OK;
}

enum err report_late(struct mine_report *r, const struct mine_work *w, const struct work_hours *h)
{
	r->late_of = heap_new_n(int8_t, r->log->cases);
	enum err e = r->late_of ? judge(r, w, h, r->late_of) : ERR_NOMEM;
	if (e == OK && r->late && r->late < r->judged) {
		uint32_t share = r->judged / SUPPORT_SHARE, min = share > SUPPORT_MIN ? share : SUPPORT_MIN;
		struct search s = { .r = r, .late = r->late_of, .support = w->support_min ? w->support_min : min };
		e = find_drivers(&s);
	}
	if (e == OK && !r->judged)
		r->late_by = MINE_LATE_NOT;
	return e;
}
