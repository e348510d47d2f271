/* gauge.h - evaluation: offices and people judged by the record alone.
 *
 * A scheme is data: parts with weights, indicators that are FEEL expressions over documented measures
 * (docs/evaluation.md), deductions and bonuses, groups, conversion factors, grades with their consequences. A run
 * computes a scheme for one period. Figures come from rows rebuilt from the verified record, never from the rows that
 * stand in the database: a row changed by hand is found and the run refuses (ERR_CORRUPT).
 *
 * Numbers are decimal128. A published total is rounded once, at the end, as the scheme says; half-year and year are
 * means of the published figures of the months, so that anyone can compute them again from what was published.
 *
 * Reading schemes and scoring are pure; nothing here reads a clock. Everything returned lives in the arena given.
 */
#ifndef GAUGE_GAUGE_H
#define GAUGE_GAUGE_H

#include "base/dec.h"
#include "calendar/calendar.h"
#include "casework/casework.h"
#include "feel/feel.h"

extern const struct casework_room gauge_room;

/* ---- periods ---- */
enum gauge_span { GAUGE_WEEK, GAUGE_MONTH, GAUGE_HALF_YEAR, GAUGE_YEAR, GAUGE_SPANS };

struct gauge_period {
	enum gauge_span span;
	calendar_day first, after; /* [first, after) */
	char code[24];             /* "2025-W10", "2025-03", "2025-H1", "2025" */
};

/* ISO weeks. False for anything else. */
bool gauge_period_parse(struct str code, struct gauge_period *out);
/* The period of this kind in which the day lies. */
struct gauge_period gauge_period_of(enum gauge_span span, calendar_day day);
const char *gauge_span_name(enum gauge_span s); /* "week", "month", "half-year", "year" */
bool gauge_span_parse(struct str name, enum gauge_span *out);

/* ---- measures: what an expression may name ---- */
enum gauge_kind { GAUGE_ORGAN = 1, GAUGE_PERSON = 2, GAUGE_POST = 3 };
const char *gauge_kind_name(enum gauge_kind k);
bool gauge_kind_parse(struct str name, enum gauge_kind *out);

enum gauge_source { GAUGE_RECORD, GAUGE_MANAGERS, GAUGE_CITIZENS, GAUGE_QUESTIONNAIRE };
const char *gauge_source_name(enum gauge_source s);

struct gauge_measure {
	const char *name, *zh, *en;
	const char *type;          /* "number", "percent", "points", "list" */
	enum gauge_source source;
	int fact;                  /* which rows it is computed from: gauge_int.h */
	int how;
	int64_t arg;
	const char *meaning_zh, *meaning;
};
size_t gauge_measures(const struct gauge_measure **out);
int gauge_measure_find(struct str name); /* -1 = unknown */

/* ---- schemes ---- */
enum gauge_effect { GAUGE_DEDUCT, GAUGE_ADD, GAUGE_POINTS };

struct gauge_indicator {
	struct str code, name, name_en, expression, note, note_en;
	enum gauge_effect effect;
	unsigned kinds;            /* bits 1 << enum gauge_kind */
	bool capped;
	struct dec most;           /* cap of the points it takes or gives */
	const struct str *rules;   /* numbers of rules of supervision whose signals count: "T-*", "!T-step-*"; none = all */
	size_t rules_count;
	const struct feel_plan *plan;
	const int *measures;       /* used, by number */
	size_t measures_count;
};

enum gauge_missing { GAUGE_FULL, GAUGE_NONE, GAUGE_SPREAD };

struct gauge_part {
	struct str code, name, name_en;
	struct dec weight, floor, cap;
	bool from_zero;            /* points are earned; otherwise the weight is there and deductions reduce it */
	enum gauge_source source;
	enum gauge_missing missing; /* without any data (every expression null) */
	const struct gauge_indicator *indicators;
	size_t count;
};

struct gauge_grade {
	struct str code, name, name_en;
	struct dec from;
	int32_t remedy_days;       /* > 0: a recommendation of supervision, to be put right within so many working days */
};

struct gauge_group {
	struct str code, name, name_en;
	const struct str *organs;
	size_t count;
	bool rest;                 /* all organs that no group names */
};

struct gauge_factor { struct str organ; struct dec factor; };

struct gauge_scheme {
	struct str code, name, name_en, note, note_en;
	struct dec base;
	unsigned spans, kinds;     /* bits */
	const struct gauge_part *parts;
	size_t parts_count;
	struct gauge_part adjustments; /* outside the parts: added to their sum */
	struct gauge_part year;        /* once, in the year's total */
	const struct gauge_group *groups;
	size_t groups_count;
	const struct gauge_factor *factors;
	size_t factors_count;
	const struct gauge_grade *grades; /* from the best down */
	size_t grades_count;
	bool has_floor, has_cap;
	struct dec floor, cap;     /* of the total */
	int scale;                 /* digits of a published figure */
	int64_t cases_min;         /* fewer cases: marked, not ranked */
	int32_t objection_days;    /* working days from the draft */
	unsigned automatic;        /* spans that are run by themselves */
	int32_t automatic_days;    /* so many days after the period's end */
	bool open_to_public;
};

/* Reads and validates strictly: unknown members, weights that do not make the base, expressions that do not parse, name
 * something unknown, mix sources or do not give a number are refused (ERR_INVALID) with the place ("parts[2].indicators[0]"). */
BASE_MUST_USE enum err gauge_scheme_read(struct arena *a, const struct json *v, struct gauge_scheme *out, struct diag *d);

/* ---- one subject's figures ---- */
struct gauge_row { int64_t x, y, ref; struct str text; };

struct gauge_subject {
	enum gauge_kind kind;
	int64_t id, organ;
	struct str code, name, name_en, organ_code;
	size_t group;              /* index in the scheme; SIZE_MAX = in none: not evaluated */
	struct dec factor;
	struct gauge_row **rows;   /* by fact; gathered by gauge_collect */
	size_t *counts;
};

struct gauge_input { int measure; struct feel_value value; int64_t rests_on; }; /* rests_on: rows of a share, 0 = no share */

struct gauge_indicator_score {
	bool missing;              /* the expression gave null: nothing is known */
	struct dec value, points;  /* value of the expression; what it takes or gives (not below 0, not above `most`) */
	const struct gauge_input *inputs;
	size_t inputs_count;
};

struct gauge_part_score {
	bool missing;
	struct dec points;
	struct gauge_indicator_score *indicators;
};

struct gauge_score {
	struct gauge_part_score *parts, adjustments, year;
	struct dec parts_sum, sum, total; /* total = round((parts_sum + adjustments) * factor), then floor and cap */
	int64_t cases;
	size_t grade;
};

/* The value of a measure for a subject; signals only of the indicator's rules. Null where nothing is known. */
BASE_MUST_USE enum err gauge_measure_value(struct arena *a, int measure, const struct gauge_subject *s, const struct gauge_indicator *by,
                                           struct feel_value *out);
/* Week or month. */
BASE_MUST_USE enum err gauge_score_compute(struct arena *a, const struct gauge_scheme *s, const struct gauge_subject *who,
                                           struct gauge_score *out, struct diag *d);
/* Half-year or year: the mean of published figures, with the year's own deductions when `year`. `mean` before them. */
BASE_MUST_USE enum err gauge_mean_compute(struct arena *a, const struct gauge_scheme *s, const struct gauge_subject *who, const struct dec *months,
                                          size_t count, bool year, struct dec *mean, struct gauge_score *out, struct diag *d);
size_t gauge_grade_of(const struct gauge_scheme *s, struct dec total);

/* Wilson score interval of hits among n at 95 %, in per cent with one digit; n > 0. */
void gauge_wilson(int64_t hits, int64_t n, struct dec *low, struct dec *high);

/* ---- the work, off the request threads ---- */

struct gauge_progress {
	void (*heard)(void *arg, struct str run_no, uint64_t done, uint64_t total);
	void *arg;
};
/* Carries out every run that waits: verifies the record, rebuilds the rows, computes, writes the figures down. One caller at a
 * time. A refusal or a broken record ends that run as failed, with its reason; faults are returned. `p` may be NULL. */
BASE_MUST_USE enum err gauge_work(struct casework *cw, const struct gauge_progress *p, struct diag *d);
bool gauge_waits(struct casework *cw); /* is there a run to carry out? */

/* Computes a final run again, from the record up to the head it was computed at, with its scheme and calendar, and compares every
 * figure. ERR_CORRUPT names the first that differs. Changes nothing. */
BASE_MUST_USE enum err gauge_verify(struct casework *cw, struct str run_no, uint64_t *figures, struct diag *d);

/* ---- reports ---- */
struct gauge_report { struct str run_no; bool zh, xlsx, open; }; /* open: the public version; PDF unless xlsx */
/* What the actor may see of the run, as a file; the same run gives the same bytes. */
BASE_MUST_USE enum err gauge_report(struct casework *cw, const struct casework_actor *actor, const struct gauge_report *o, struct arena *a,
                                    struct str *bytes, struct diag *d);

#endif
