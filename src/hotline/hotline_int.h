/* hotline_int.h - private to the room: the row of a complaint, its facts, and the families of commands and views. */
#ifndef HOTLINE_HOTLINE_INT_H
#define HOTLINE_HOTLINE_INT_H

#include "hotline/hotline.h"

/* What others see in place of a name that is hidden. */
#define HOTLINE_ANONYMOUS "匿名投诉人"
#define HOTLINE_PROTECTED "身份保密的投诉人"

/* ---- a complaint's row ---- */
struct complaint_row {
	int64_t id, about_organ, about_person, about_case, intake, lead, answered_ms, closed_ms;
	struct str about, identity, mode, finding, called;
	int64_t bounces, reopened;
	bool final; /* assigned by the head: it is not handed back any more */
};
/* ERR_NOT_FOUND: the case is no complaint. */
BASE_MUST_USE enum err complaint_get(struct store_conn *c, struct arena *a, int64_t case_id, struct complaint_row *out);

/* ---- complaint_facts.c: whom it is about, and who may handle it ---- */
struct complaint_facts {
	struct str about;               /* organ, person, window, case, matter */
	int64_t organ;                  /* complained about; 0 = none */
	int64_t person, window, of_case;
	int64_t supervising;            /* the organ that handles what is about `organ` */
	int64_t responsible;            /* the organ that a matter belongs to */
	struct json_build barred;       /* [{person}] */
};
/* From the form of the complaint; `desk` is the organ that takes it in. Refuses what names nobody, or nobody who exists. */
BASE_MUST_USE enum err complaint_facts(struct act *act, int64_t item, const struct json *form, int64_t desk, struct complaint_facts *out);

/* ---- shared ---- */
/* The text under `key`, trimmed; ptr NULL when blank. */
struct str hotline_text(const struct json *from, const char *key);
BASE_MUST_USE enum err hotline_need(struct act *act, const char *key, struct str *out);
/* Refusal "complaint.choice" at `place` unless `value` is one of the blank-separated words. */
BASE_MUST_USE enum err hotline_choice(struct act *act, struct str value, const char *words, const char *place);
/* The case, a complaint that the actor complains in (applicant, or secret). */
BASE_MUST_USE enum err complaint_of_complainant(struct act *act, struct case_row *k, struct complaint_row *r);
/* A member of the organ that takes complaints in, for this one. */
bool complaint_desk(struct store_conn *c, const struct casework_actor *actor, const struct complaint_row *r);
int64_t hotline_setting_days(struct act *act, const char *name, int64_t otherwise);

/* ---- complaint_perform.c ---- */
enum err complaint_perform(struct act *act, int64_t case_id, const struct xml_node *element, const struct json *variables,
                           struct json_build *result);

/* ---- commands ---- */
enum err act_complaint_submit(struct act *act), act_complaint_respond(struct act *act), act_complaint_urge(struct act *act),
	act_complaint_message(struct act *act), act_complaint_unmask(struct act *act);

/* ---- complaint_lists.c: reading rows ---- */
/* Everything a list shows of a complaint; FROM and JOINs included. */
extern const char complaint_select[];
/* " WHERE …": who may see it, and the filters of the view's parameters, bound to ?1 to ?13 by complaint_bind. */
extern const char complaint_where[];
void complaint_bind(struct view_ctx *v, struct store_query *q);
/* The rows of a query over complaint_select, dates and status made ready. */
BASE_MUST_USE enum err complaint_rows(struct view_ctx *v, struct store_query *q, struct json_build *list);

/* ---- views ---- */
enum err view_complaint_choices(struct view_ctx *v, struct json_build *out), view_complaint_follow(struct view_ctx *v, struct json_build *out),
	view_complaint(struct view_ctx *v, struct json_build *out), view_complaints(struct view_ctx *v, struct json_build *out),
	view_complaint_similar(struct view_ctx *v, struct json_build *out), view_complaint_report(struct view_ctx *v, struct json_build *out),
	view_case_complaints(struct view_ctx *v, struct json_build *out);

#endif
