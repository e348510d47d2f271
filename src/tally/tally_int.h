/* tally_int.h - a question, the counters that answer it, and the answer. */
#ifndef TALLY_TALLY_INT_H
#define TALLY_TALLY_INT_H

#include "casework/room.h"
#include "tally/tally.h"

/* ---- the days of a question, covered by as coarse counters as possible ---- */

/* How counters are kept: per day, month or year; over all items or per item. */
enum tally_grain { GRAIN_DAY = 1, GRAIN_DAY_ITEM, GRAIN_MONTH, GRAIN_MONTH_ITEM, GRAIN_YEAR_ITEM };
/* Of the counters with this grain those from..until (both inclusive): day numbers, year * 12 + month - 1, or years. */
struct span { enum tally_grain grain; int64_t from, until, month; /* month: of the days, when they lie in one */ };
enum { SPANS_MAX = 5 };

/* Pure. `by_item`: the question needs items; `unit` is the period it is split by, TALLY_UNITS when it is not. */
size_t span_cover(calendar_day from, calendar_day until, bool by_item, enum tally_unit unit, struct span out[SPANS_MAX]);

/* ---- a question ---- */
struct question {
	const struct tally_measure *measures[TALLY_MEASURES_MAX];
	size_t measures_count;
	enum tally_family family;
	enum tally_split by, then;
	enum tally_unit unit;
	calendar_day from, until; /* both inclusive */
	int64_t organ, item, region, post; /* 0 = all */
	struct str kind, channel;          /* empty = all */
	int64_t only_organs_of;            /* person: those organs that this head leads; 0 = all */
};
/* Reads and checks the parameters of a view or of a saved table. */
BASE_MUST_USE enum err question_read(struct store_conn *c, const struct calendar *cal, int64_t now_ms, struct arena *a,
                                     const struct json *params, struct question *out, struct diag *d);

/* ---- the answer: raw counters, a line for each key ---- */
enum { KEY_NONE = INT32_MIN };
struct line {
	int64_t key[2];          /* ids, period numbers; channels and kinds as numbers */
	int64_t counter[TALLY_MEASURES_MAX], under[TALLY_MEASURES_MAX];
};
struct answer { struct line *lines; size_t count; struct line total; };
BASE_MUST_USE enum err question_answer(struct store_conn *c, struct arena *a, const struct question *q, struct answer *out);

/* The measure's value in its own scale; false when there is none (nothing to divide by). */
bool measure_value(const struct tally_measure *m, int64_t counter, int64_t under, int64_t *out);
/* As JSON: whole numbers, or tenths with their digit; null when there is none. */
const struct json *measure_json(struct arena *a, const struct tally_measure *m, int64_t counter, int64_t under);

/* ---- periods ---- */
int64_t period_of_day(calendar_day d, enum tally_unit unit);
struct str period_code(struct arena *a, enum tally_unit unit, int64_t period); /* 2025-03, 2025-Q1, 2025-W09, ... */
int64_t period_year_before(enum tally_unit unit, int64_t period);
calendar_day day_year_before(calendar_day d); /* 29 February becomes 28 */

enum err view_tally(struct view_ctx *v, struct json_build *out);
enum err view_tally_public(struct view_ctx *v, struct json_build *out);
enum err view_tally_reports(struct view_ctx *v, struct json_build *out);
enum err view_tally_report(struct view_ctx *v, struct json_build *out);
enum err act_tally_save(struct act *act);
enum err act_tally_drop(struct act *act);

#endif
