/* redress_int.h - private to the room. */
#ifndef REDRESS_REDRESS_INT_H
#define REDRESS_REDRESS_INT_H

#include "redress/redress.h"

#define REDRESS_CASE_NO(id) "coalesce((SELECT case_no FROM case_open WHERE id=" id "), (SELECT case_no FROM case_done WHERE id=" id "))"

/* What an alert has come to: a row of redress_alert beside the kernel's alert. */
struct alert_row {
	int64_t id, case_id, organ, person, at_ms, due_ms, answered_by, contested_by, accountability;
	struct str alert_no, state, due_for, text, text_en, case_no;
	int level, rung;
	bool stands;
};

struct demand_row {
	int64_t id, case_id, alert, organ, person, due_ms, by;
	struct str number, kind, state, text;
	int limit, rung;
};

struct measure_row {
	int64_t id, person, organ, decided_by, appeal_until_ms;
	struct str number, kind, state;
};

/* ---- common.c ---- */
/* A number of the setting redress.limits, else of data/redress/limits.json; dotted path. */
int64_t redress_limit(struct act *act, const char *path, int64_t none);
/* A text of the same. */
struct str redress_words(struct act *act, const char *path);
/* 24:00 of the n-th working day after now. */
int64_t redress_due(struct act *act, int64_t days);
/* Ids of a query with two integer parameters. */
BASE_MUST_USE enum err redress_ids(struct store_conn *c, struct arena *a, const char *sql, int64_t p1, int64_t p2, int64_t **ids, size_t *count);
/* Supervisors at a rung of supervision above the organ: 2 its own region's, 3 those of the next region up that has some. */
BASE_MUST_USE enum err redress_supervisors(struct store_conn *c, struct arena *a, int64_t organ, int rung, int64_t **ids, size_t *count);
/* A notice to each of them once. */
BASE_MUST_USE enum err redress_tell(struct act *act, const int64_t *people, size_t count, int64_t case_id, struct str title, struct str title_en,
                                    struct str text, struct str text_en);
/* To the person and to the head of the organ. */
BASE_MUST_USE enum err redress_tell_office(struct act *act, int64_t person, int64_t organ, int64_t case_id, struct str title,
                                           struct str title_en, struct str text, struct str text_en);
int64_t redress_head(struct store_conn *c, int64_t organ);
/* A trimmed text of the command; refused with `code` when empty. */
BASE_MUST_USE enum err redress_text(struct act *act, const char *key, const char *code, const char *words, struct str *out);
/* "DB2025000012": the next number of the year under the prefix, with its serial in the event. */
struct str redress_number(struct act *act, const char *prefix, struct json_build *event);
/* Has the person a hand in what the organ does, or in this matter? Such a one judges nothing about it. */
bool redress_interested(struct store_conn *c, int64_t judge, int64_t person, int64_t organ, int64_t case_id);
/* Files the command's uploads in the case, for the office's eyes; the event names them in `papers`. */
BASE_MUST_USE enum err redress_papers(struct act *act, int64_t case_id, struct json_build *event);
struct str redress_name(struct store_conn *c, struct arena *a, int64_t person);

/* ---- alert.c ---- */
/* Alerts raised since the last time get their limits. */
BASE_MUST_USE enum err alerts_take_up(struct act *act);
BASE_MUST_USE enum err alert_find(struct act *act, struct str no, struct alert_row *out);
enum err act_alert_take_up(struct act *), act_alert_answer(struct act *), act_alert_contest(struct act *), act_alert_judge(struct act *),
	act_alert_due(struct act *), act_alert_acknowledge(struct act *);

/* ---- demand.c ---- */
enum err act_demand_issue(struct act *), act_demand_answer(struct act *), act_demand_judge(struct act *), act_demand_due(struct act *),
	act_alert_urge(struct act *);

/* ---- ladder.c ---- */
/* Weighs what stands against the person and the organ (0 = not); proposes the measures that the table asks for. */
void ladder_forget(void *kept); /* frees the compiled table */
BASE_MUST_USE enum err ladder_weigh(struct act *act, int64_t person, int64_t organ);
/* The facts that the table is given, as JSON. */
const struct json *ladder_facts(struct store_conn *c, struct arena *a, bool person, int64_t subject, int64_t now_ms, int64_t period_days);
int measure_rank(struct str kind);

/* ---- measure.c ---- */
BASE_MUST_USE enum err measure_propose(struct act *act, bool person, int64_t subject, struct str kind, bool automatic, struct str ground,
                                       const struct json *facts);
enum err act_measure_decide(struct act *), act_measure_appeal(struct act *), act_measure_judge(struct act *);

/* ---- accountability.c ---- */
/* Alerts that stand in red, are nobody's case yet, and an item that is there for it: the work of a tick. */
enum err act_accountability_open(struct act *), act_accountability_evidence(struct act *);
BASE_MUST_USE enum err redress_assign(struct act *act, int64_t case_id, const struct xml_node *assign, const struct json *variables, int64_t *person);
BASE_MUST_USE enum err redress_perform(struct act *act, int64_t case_id, const struct xml_node *element, const struct json *variables,
                         struct json_build *result);
BASE_MUST_USE enum err redress_tick(struct casework *cw, int64_t *next_ms, struct diag *d);

/* ---- bundle.c ---- */
enum err view_evidence(struct view_ctx *v, struct json_build *out);
/* The bundle as a page that a person can read. */
BASE_MUST_USE enum err bundle_html(struct arena *a, const struct json *bundle, struct str *out);

/* ---- view.c ---- */
enum err view_redress_due(struct view_ctx *, struct json_build *), view_redress_alerts(struct view_ctx *, struct json_build *),
	view_redress_alert(struct view_ctx *, struct json_build *), view_demands(struct view_ctx *, struct json_build *),
	view_demand(struct view_ctx *, struct json_build *), view_measures(struct view_ctx *, struct json_build *),
	view_measure(struct view_ctx *, struct json_build *), view_ladder(struct view_ctx *, struct json_build *),
	view_redress_desk(struct view_ctx *, struct json_build *), view_accountability_cases(struct view_ctx *, struct json_build *),
	view_accountability_public(struct view_ctx *, struct json_build *);

#endif
