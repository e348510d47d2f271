/* gauge_int.h - shared by the files of this room. */
#ifndef GAUGE_GAUGE_INT_H
#define GAUGE_GAUGE_INT_H

#include <stdio.h>

#include "casework/room.h"
#include "gauge/gauge.h"

/* ---- facts: rows of the record that measures are computed from (facts.c) ---- */
enum fact {
	FACT_SIGNALS,    /* x level, text rule's number, ref alert */
	FACT_CASES,      /* x bits, ref case */
	FACT_STEPS,      /* x bits, ref step */
	FACT_SUPPLEMENTS, /* x which time in its case, ref clock */
	FACT_RATINGS,    /* x grade, ref case */
	FACT_ITEMS,      /* x days saved, y days of the law, ref item */
	FACT_EVENTS,     /* text kind, ref number of the row in gauge_event */
	FACT_DISCIPLINE, /* x measure's number from 1, ref entry */
	FACT_MANAGERS,   /* x points, ref rating */
	FACT_ANSWERS,    /* x points or -1 when silent, ref answer's place */
	FACTS
};
enum { CASE_LATE = 1, CASE_EARLY = 2, CASE_INCOMPLETE = 4, CASE_REFUSED = 8 };
enum { STEP_LATE = 1, STEP_RETURNED = 2 };

enum how {
	HOW_COUNT, HOW_LIST_X, HOW_COUNT_X, HOW_COUNT_MORE, HOW_COUNT_BIT, HOW_SHARE_BIT, HOW_SHARE_NOT_BIT, HOW_MEAN, HOW_COUNT_KNOWN,
	HOW_SHARE_KNOWN, HOW_GRADE_MEAN, HOW_SHARE_MOST, HOW_MIN_RATIO, HOW_COUNT_TEXT
};

/* Text arguments of HOW_COUNT_TEXT, by the measure's arg. */
extern const char *const gauge_event_kinds[];

struct fact_def {
	const char *name, *zh, *en;
	const char *sql;       /* with two %s: the subject's expression, the join it needs */
	const char *columns[3]; /* the subject's expression by kind: organ, person, post; NULL = does not exist for it */
	const char *joins[3];
};
const struct fact_def *gauge_fact_def(int fact);
/* Columns subject, x, y, ref, text, at, case_id; parameters ?1 and ?2: the period. Empty where the fact does not exist for the kind. */
struct str gauge_fact_sql(struct arena *a, int fact, enum gauge_kind kind);

/* Which signals an indicator takes: patterns with * at their end, ! before what is left out. */
bool gauge_rule_counts(const struct str *rules, size_t count, struct str rule_no);

/* The functions that expressions have beside FEEL's own: runs, steps (functions.c). */
BASE_MUST_USE enum err gauge_functions(struct feel_context_builder *b);
bool gauge_is_function(struct str name);

/* "adjustments" and "year" are parts too. NULL = there is none. */
const struct gauge_indicator *gauge_indicator_find(const struct gauge_scheme *s, struct str part, struct str code);

/* Everyone the scheme evaluates, with the rows of the period (collect.c). `run` for what was taken out by decisions on
 * objections; 0 = none. only_kind 0 = all the scheme's; `only` then 0. */
struct collect { struct store_conn *c; struct arena *a; const struct gauge_scheme *scheme; int64_t from_ms, until_ms, run; unsigned kinds; int64_t only; };
BASE_MUST_USE enum err gauge_collect(const struct collect *w, struct gauge_subject **out, size_t *count, struct diag *d);

/* ---- figures as JSON (sheet.c) ---- */
struct str gauge_dec_text(struct arena *a, struct dec d);
struct str gauge_value_text(struct arena *a, const struct feel_value *v);
const struct json *gauge_score_json(struct arena *a, const struct gauge_scheme *s, const struct gauge_score *score, bool year);
/* The same opened for people: names, expressions, inputs and arithmetic in words. */
void gauge_sheet_json(struct json_build *o, struct arena *a, const struct gauge_scheme *s, const struct json *data);

/* ---- rows ---- */
struct run_row {
	int64_t id, scheme, from_ms, until_ms, seq, round, total, done, objections_ms, begun_ms, final_ms, by;
	struct str run_no, span, period, state, reason, head, calendar, scheme_code;
};
BASE_MUST_USE enum err gauge_run_find(struct store_conn *c, struct arena *a, struct str run_no, struct run_row *out);
BASE_MUST_USE enum err gauge_run_get(struct store_conn *c, struct arena *a, int64_t id, struct run_row *out);
BASE_MUST_USE enum err gauge_scheme_get(struct store_conn *c, struct arena *a, int64_t id, struct gauge_scheme *out, struct diag *d);
int64_t gauge_subject_find(struct store_conn *c, enum gauge_kind kind, struct str code);
/* Who answers for a subject: the person himself, an organ's head, a post's A. */
int64_t gauge_subject_person(struct store_conn *c, enum gauge_kind kind, int64_t subject);
int64_t gauge_subject_organ(struct store_conn *c, enum gauge_kind kind, int64_t subject);
struct str gauge_subject_name(struct store_conn *c, struct arena *a, enum gauge_kind kind, int64_t subject, bool english);
/* SHA-256 of the calendar's files and notices that a run counted by. */
struct str gauge_calendar_mark(struct store_conn *c, struct arena *a);

/* ---- commands ---- */
enum err gauge_act_scheme_put(struct act *act);
enum err gauge_act_scheme_stop(struct act *act);
enum err gauge_act_begin(struct act *act);
enum err gauge_act_fill(struct act *act);
enum err gauge_act_settle(struct act *act);
enum err gauge_act_fail(struct act *act);
enum err gauge_act_finalize(struct act *act);
enum err gauge_act_void(struct act *act);
enum err gauge_act_object(struct act *act);
enum err gauge_act_decide(struct act *act);
enum err gauge_act_remedy(struct act *act);
enum err gauge_act_rate(struct act *act);
enum err gauge_act_discipline(struct act *act);
enum err gauge_act_survey(struct act *act);
enum err gauge_act_answer(struct act *act);
enum err gauge_act_archive(struct act *act);
enum err gauge_tick(struct casework *cw, int64_t *next_ms, struct diag *d);

/* ---- views ---- */
enum err gauge_view_schemes(struct view_ctx *v, struct json_build *out);
enum err gauge_view_scheme(struct view_ctx *v, struct json_build *out);
enum err gauge_view_check(struct view_ctx *v, struct json_build *out);
enum err gauge_view_try(struct view_ctx *v, struct json_build *out);
enum err gauge_view_measures(struct view_ctx *v, struct json_build *out);
enum err gauge_view_runs(struct view_ctx *v, struct json_build *out);
enum err gauge_view_run(struct view_ctx *v, struct json_build *out);
enum err gauge_view_score(struct view_ctx *v, struct json_build *out);
enum err gauge_view_cases(struct view_ctx *v, struct json_build *out);
enum err gauge_view_objections(struct view_ctx *v, struct json_build *out);
enum err gauge_view_mine(struct view_ctx *v, struct json_build *out);
enum err gauge_view_public(struct view_ctx *v, struct json_build *out);
enum err gauge_view_entries(struct view_ctx *v, struct json_build *out);
enum err gauge_view_surveys(struct view_ctx *v, struct json_build *out);
enum err gauge_view_due(struct view_ctx *v, struct json_build *out);
enum err gauge_view_waiting(struct view_ctx *v, struct json_build *out);
enum err gauge_view_recommendations(struct view_ctx *v, struct json_build *out);

#endif
