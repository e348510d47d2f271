/* mine_int.h - private to the room. */
#ifndef MINE_MINE_INT_H
#define MINE_MINE_INT_H

#include "mine/mine.h"

/* words.c */
BASE_MUST_USE enum err words_add(struct mine_words *w, struct str s, uint32_t *id);
bool words_find(const struct mine_words *w, struct str s, uint32_t *id);
void words_free(struct mine_words *w);
BASE_MUST_USE enum err words_copy(const struct mine_words *from, struct mine_words *to);
uint64_t words_hash(struct str s);

/* The texts met lately, in front of the table: most rows repeat one of a few. Only short texts are remembered, whole. */
enum { RECENT_TEXT_MAX = 32 };
struct recent_text { uint64_t key[4]; uint32_t len, id; };
struct words_recent { struct recent_text *slot; unsigned bits; };
/* Room for 2 to the power of `bits`; what was remembered is forgotten. */
BASE_MUST_USE enum err words_recent_init(struct words_recent *recent, unsigned bits);
/* As words_add. */
BASE_MUST_USE enum err words_add_recent(struct mine_words *w, struct words_recent *recent, struct str s, uint32_t *id);

/* A heap array grown by a quarter: what is doubled would cost half of the memory for nothing. */
BASE_MUST_USE enum err grow(void *array, size_t *room, size_t need, size_t size);
/* The same, but what is new is not zeroed. */
BASE_MUST_USE enum err grow_column(void *array, size_t *room, size_t need, size_t size);
/* n zeroed things; NULL when memory ran out. */
#define heap_new_n(type, n) ((type *)heap_array((n), sizeof(type)))
void *heap_array(size_t n, size_t size);

/* moment.c: as mine_moment_parse. The usual shape is read quickly: the months and the offset met lately are remembered. */
struct moments {
	struct { uint64_t text; int32_t first_day, length; } month[256]; /* "2025-09-", as it stands in memory */
	char zone[6];                                                      /* "+08:00" */
	int32_t zone_s;
};
bool moments_parse(struct moments *m, struct str text, struct str format, int32_t zone_s, int64_t *out);

/* read_csv.c, read_xes.c, read.c */
struct reader {
	mine_chunk chunk;
	void *src;
	const struct mine_mapping *m;
	struct mine_reading *r;
	struct mine_builder *b;
	struct diag *d;
	struct moments moments;
};
BASE_MUST_USE enum err read_csv(struct reader *x);
BASE_MUST_USE enum err read_xes(struct reader *x);
void read_problem(struct reader *x, int line, const char *fmt, ...) BASE_PRINTF(3, 4);

/* recode.c: a CSV file's encoding by a sample of it (`whole`: all of it), "" = UTF-8 or not known; and bytes of it as UTF-8. */
struct recode;
const char *recode_guess(struct str sample, bool whole);
BASE_MUST_USE enum err recode_open(struct str encoding, mine_chunk chunk, void *src, struct recode **out); /* ERR_INVALID: unknown */
ptrdiff_t recode_chunk(void *recode, char *to, size_t room);
void recode_close(struct recode *r);

enum mine_phase read_phase(struct str lifecycle);
enum read_field { FIELD_CASE, FIELD_ACTIVITY, FIELD_TIME, FIELD_BEGIN, FIELD_RESOURCE, FIELD_LIFECYCLE, FIELD_DEADLINE, FIELDS };
/* Is this name the field's, by the mapping or by custom? The lower, the better; -1 = no. */
int read_rank(const struct mine_mapping *m, enum read_field f, struct str name);
const char *read_field_name(enum read_field f);

/* times.c */
struct mine_times times_of(int64_t *values, size_t n); /* reorders them */
int64_t nth_smallest(int64_t *values, size_t n, size_t k);
int64_t times_divide(int64_t sum, int64_t n); /* rounded half up, also below zero */

/* spread.c: the same for many groups whose sizes are known, none of the durations below zero:
 *
 *   spread_init(&s, groups); s.group[k].expected = …; spread_start(&s);
 *   do
 *           spread_put(&s, group, ms) for each, the same both times;
 *   while (spread_again(&s, &e));
 */
enum { SPREAD_RANKS = 3 }; /* the median's two, nine in ten */
struct spread_rank { size_t from; uint32_t bucket, rank /* among those of the bucket */, count; bool gathers; };
struct spread_group {
	size_t at;              /* in small or buckets */
	uint32_t expected, count;
	int64_t sum_ms, min_ms, max_ms;
	struct spread_rank rank[SPREAD_RANKS];
};
struct spread { struct spread_group *group; size_t count; int64_t *small, *kept; uint32_t *buckets; bool second; };
BASE_MUST_USE enum err spread_init(struct spread *s, size_t groups);
BASE_MUST_USE enum err spread_start(struct spread *s);
void spread_put(struct spread *s, size_t group, int64_t ms);
bool spread_again(struct spread *s, enum err *e);
struct mine_times spread_times(struct spread *s, size_t group);
void spread_free(struct spread *s);

/* pairs.c: distinct pairs of numbers below a_count and b_count. */
struct pair { uint32_t a, b; };
struct pairs { struct pair *list; uint32_t *slots; size_t count, room, slots_count, width; bool square; };
BASE_MUST_USE enum err pairs_init(struct pairs *p, size_t a_count, size_t b_count);
BASE_MUST_USE enum err pairs_add(struct pairs *p, uint32_t a, uint32_t b, uint32_t *number);
uint32_t pairs_hashed(const struct pairs *p, uint32_t a, uint32_t b);
/* The number of a pair that was added. */
static inline uint32_t pairs_number(const struct pairs *p, uint32_t a, uint32_t b)
{
	return p->square ? p->slots[a * p->width + b] - 1 : pairs_hashed(p, a, b);
}
void pairs_free(struct pairs *p);

/* sort.c: ascending; room for as many again. */
void sort_numbers(uint64_t *v, uint64_t *room, size_t n);

/* hours.c: working days' time as a running total, so that a span is one subtraction. */
struct work_hours { int64_t start_ms, end_ms; int32_t *days; };
BASE_MUST_USE enum err hours_init(struct work_hours *h, const struct calendar *c, int64_t from_ms, int64_t to_ms);
/* Milliseconds of working days from the first day to the moment, which lies between first and last. */
int64_t hours_until(const struct work_hours *h, int64_t ms);
static inline int64_t hours_between(const struct work_hours *h, int64_t from_ms, int64_t to_ms)
{
	return hours_until(h, to_ms) - hours_until(h, from_ms);
}
void hours_free(struct work_hours *h);

/* one part of a report each */
BASE_MUST_USE enum err report_graph(struct mine_report *r, const struct work_hours *h, bool short_form);
BASE_MUST_USE enum err report_variants(struct mine_report *r);
BASE_MUST_USE enum err report_work(struct mine_report *r, const struct work_hours *h);
BASE_MUST_USE enum err report_hand_overs(struct mine_report *r);
BASE_MUST_USE enum err report_batches(struct mine_report *r, const struct mine_work *w);
BASE_MUST_USE enum err report_late(struct mine_report *r, const struct mine_work *w, const struct work_hours *h);
void report_load(struct mine_report *r);
BASE_MUST_USE enum err report_conformance(struct mine_report *r, const struct bpmn_model *m);

/* Weekday (Monday 0) and hour of a moment in the report's zone. */
void load_place(const struct mine_report *r, int64_t ms, int *weekday, int *hour);
/* Open or broken off: need not be at the process's end. */
static inline bool case_unfinished(const struct mine_log *log, uint32_t c)
{
	return log->flags && (log->flags[c] & (MINE_CASE_OPEN | MINE_CASE_BROKEN_OFF));
}
static inline uint32_t case_len(const struct mine_log *log, uint32_t c) { return log->first[c + 1] - log->first[c]; }
static inline int64_t case_start_ms(const struct mine_log *log, uint32_t c)
{
	uint32_t e = log->first[c];
	return log->begin_ms && log->begin_ms[e] != MINE_NO_TIME && log->begin_ms[e] < log->end_ms[e] ? log->begin_ms[e] : log->end_ms[e];
}
static inline int64_t case_end_ms(const struct mine_log *log, uint32_t c) { return log->end_ms[log->first[c + 1] - 1]; }

#endif
