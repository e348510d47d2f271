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

/* A heap array grown by a quarter: what is doubled would cost half of the memory for nothing. */
BASE_MUST_USE enum err grow(void *array, size_t *room, size_t need, size_t size);
/* n zeroed things; NULL when memory ran out. */
#define heap_new_n(type, n) ((type *)heap_array((n), sizeof(type)))
void *heap_array(size_t n, size_t size);

/* read_csv.c, read_xes.c, read.c */
struct reader {
	mine_chunk chunk;
	void *src;
	const struct mine_mapping *m;
	struct mine_reading *r;
	struct mine_builder *b;
	struct diag *d;
};
BASE_MUST_USE enum err read_csv(struct reader *x);
BASE_MUST_USE enum err read_xes(struct reader *x);
void read_problem(struct reader *x, int line, const char *fmt, ...) BASE_PRINTF(3, 4);
enum mine_phase read_phase(struct str lifecycle);
enum read_field { FIELD_CASE, FIELD_ACTIVITY, FIELD_TIME, FIELD_BEGIN, FIELD_RESOURCE, FIELD_LIFECYCLE, FIELD_DEADLINE, FIELDS };
/* Is this name the field's, by the mapping or by custom? The lower, the better; -1 = no. */
int read_rank(const struct mine_mapping *m, enum read_field f, struct str name);
const char *read_field_name(enum read_field f);

/* times.c */
struct mine_times times_of(int64_t *values, size_t n); /* reorders them */
int64_t nth_smallest(int64_t *values, size_t n, size_t k);

/* hours.c: working days' time as a running total, so that a span is one subtraction. */
struct work_hours { calendar_day from, to; int32_t offset_s; int32_t *days; };
BASE_MUST_USE enum err hours_init(struct work_hours *h, const struct calendar *c, int64_t from_ms, int64_t to_ms);
int64_t hours_between(const struct work_hours *h, int64_t from_ms, int64_t to_ms);
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
