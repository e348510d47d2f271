/* tally_int.h - a question, the counters that answer it, and the answer. */
#ifndef TALLY_TALLY_INT_H
#define TALLY_TALLY_INT_H

#include "casework/room.h"
#include "tally/tally.h"

/* ---- cells: how counters are kept ----
 *
 * A cut says which of organ, item, region, kind and channel its rows keep apart (for steps the item is the post); the others are 0 in
 * them. Ordered so that the first one that keeps what a question needs is the smallest. A grain is a cut by a unit of time. The days
 * of the last cut of each family, which keeps all, are written as events arrive: the fine grain. A day that is over is added up into
 * all other grains by the event tally.closed; tally_grain.until says up to which day a grain is. Numbers stand in the record: only append. */
#define TALLY_CUTS(X) /* cut, steps, organ, item, region, kind, channel */ \
	X(0, 0, 0, 0, 0, 0, 0) X(1, 0, 0, 0, 0, 0, 1) X(2, 0, 0, 0, 0, 1, 0) X(3, 0, 0, 0, 1, 0, 0) X(4, 0, 0, 0, 1, 0, 1) X(5, 0, 1, 0, 0, 0, 0) \
	X(6, 0, 0, 0, 1, 1, 0) X(7, 0, 1, 0, 1, 0, 1) X(8, 0, 0, 0, 1, 1, 1) X(9, 0, 1, 1, 1, 1, 0) X(10, 0, 1, 1, 1, 1, 1) \
	X(11, 1, 0, 0, 0, 0, 0) X(12, 1, 1, 0, 0, 0, 0) X(13, 1, 1, 1, 0, 0, 0)
enum { TALLY_CUTS_COUNT = 14, FINE_CUT_CASES = 10, FINE_CUT_STEPS = 13 };
enum keeps { KEEPS_ORGAN = 1, KEEPS_ITEM = 2, KEEPS_REGION = 4, KEEPS_KIND = 8, KEEPS_CHANNEL = 16 };
enum cell_unit { CELL_YEAR, CELL_MONTH, CELL_WEEK, CELL_DAY };
static inline int grain_of(int cut, enum cell_unit unit)
{
	return cut * 4 + (int)unit;
}

/* Cells of one unit from..until (both inclusive): years, year * 12 + month - 1, weeks or day numbers. */
struct span { enum cell_unit unit; int64_t from, until; };
enum { SPANS_MAX = 12 }; /* days, weeks, days, months, years, months, days, weeks, days are the most there can be */

/* Pure. The days as few cells as there are; `unit` is the period the question is split by, TALLY_UNITS when it is not: no cell lies in two periods. */
size_t span_cover(calendar_day from, calendar_day until, enum tally_unit unit, struct span out[SPANS_MAX]);

/* ---- a question ---- */
enum { ANY = -1, LINES_MAX = 4000 };
struct question {
	const struct tally_measure *measures[TALLY_MEASURES_MAX];
	size_t measures_count;
	enum tally_family family;
	enum tally_split by, then;
	enum tally_unit unit;
	calendar_day from, until; /* both inclusive */
	int64_t organ, item, region, post; /* 0 = all */
	int64_t kind, channel;             /* ANY = all */
	int64_t only_organs_of;            /* person: those organs that this head leads; 0 = all */
};
/* Reads and checks the parameters of a view or of a saved table. */
BASE_MUST_USE enum err question_read(struct store_conn *c, const struct calendar *cal, int64_t now_ms,
                                     const struct json *params, struct question *out, struct diag *d);

/* ---- the answer: raw counters, a line for each key ---- */
enum { KEY_NONE = INT32_MIN };
struct line {
	int64_t key[2];          /* ids, period numbers; channels and kinds as numbers */
	int64_t counter[TALLY_MEASURES_MAX], under[TALLY_MEASURES_MAX];
};
struct answer { struct line *lines; size_t count; struct line total; };
int lines_order(const void *x, const void *y); /* by keys, as qsort and bsearch want it */
/* Lines in the order of their keys. Refused when there would be more than LINES_MAX of them. */
BASE_MUST_USE enum err question_answer(struct store_conn *c, struct arena *a, const struct question *q, struct answer *out, struct diag *d);

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

/* close.c: days that are over. */
int64_t cut_closed_until(struct store_conn *c, int64_t cut); /* the last day that all grains of the cut hold */
enum err act_tally_close(struct act *act);
enum err tally_tick(struct casework *cw, int64_t *next_ms, struct diag *d);

#endif
