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
/* Everything a list shows of a complaint, its FROM included. One text each: statements are kept by their address. */
#define COMPLAINT_STATUS \
	"CASE WHEN c.closed_ms IS NOT NULL THEN 'closed' WHEN k.decided_ms IS NOT NULL THEN 'answered'" \
	" WHEN c.lead IS NULL THEN 'received' ELSE 'handling' END"

#define COMPLAINT_SELECT \
	"SELECT c.id AS key, k.case_no, c.title, c.about, c.about_words, c.category, c.identity, c.received_by, c.registered_ms, c.assigned_ms," \
	" c.answered_ms, c.answered_kind, c.finding, c.called, c.called_ms, c.closed_ms, c.ended, c.reopened, c.bounces, c.mode, k.applicant_name AS complainant," \
	" ao.code AS about_organ_code, ao.name AS about_organ, ao.name_en AS about_organ_en, lo.code AS lead_code, lo.name AS lead, lo.name_en AS lead_en," \
	" (SELECT x.case_no FROM case_any x WHERE x.id=c.about_case) AS about_case, CASE k.level WHEN 1 THEN 'notice' WHEN 2 THEN 'yellow' WHEN 3 THEN 'red' ELSE 'none' END AS level," \
	" CASE WHEN k.is_open=1 THEN k.due_ms END AS due_key, " COMPLAINT_STATUS " AS status," \
	" (SELECT s.name FROM step_open s WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS step," \
	" (SELECT s.name_en FROM step_open s WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS step_en," \
	" (SELECT n.name FROM step_open s JOIN person n ON n.id=s.person WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS holder," \
	" (SELECT o.name FROM step_open s JOIN organ o ON o.id=s.organ WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS holder_organ," \
	" (SELECT o.name_en FROM step_open s JOIN organ o ON o.id=s.organ WHERE s.case_id=c.id ORDER BY s.id LIMIT 1) AS holder_organ_en" \
	" FROM complaint c JOIN case_any k ON k.id=c.id LEFT JOIN organ ao ON ao.id=c.about_organ LEFT JOIN organ lo ON lo.id=c.lead"
/* Who may see it (?1 sees all, ?2 person), and the filters of the view's parameters, NULL where not asked for: ?3 to ?13 by complaint_bind. */
#define COMPLAINT_WHERE \
	" WHERE (?1=1 OR EXISTS(SELECT 1 FROM post p WHERE (p.a=?2 OR p.b=?2) AND p.ended_ms IS NULL AND (p.organ=c.intake OR p.organ=c.lead" \
	" OR EXISTS(SELECT 1 FROM complaint_joint j WHERE j.case_id=c.id AND j.organ=p.organ))))" \
	" AND NOT EXISTS(SELECT 1 FROM case_barred b WHERE b.case_id=c.id AND b.person=?2)" \
	" AND (?3 IS NULL OR k.case_no=?3 OR c.title LIKE ?4 OR k.applicant_name LIKE ?4)" \
	" AND (?5 IS NULL OR " COMPLAINT_STATUS "=?5 OR (?5='overdue' AND k.is_open=1 AND k.due_ms<=?6) OR (?5='open' AND c.closed_ms IS NULL))" \
	" AND (?7 IS NULL OR c.category=?7) AND (?8 IS NULL OR ao.code=?8) AND (?9 IS NULL OR lo.code=?9) AND (?10 IS NULL OR c.received_by=?10)" \
	" AND (?11 IS NULL OR c.registered_ms>=?11) AND (?12 IS NULL OR c.registered_ms<?12) AND (?13 IS NULL OR c.finding=?13)"
#define COMPLAINT_FROM " FROM complaint c JOIN case_any k ON k.id=c.id LEFT JOIN organ ao ON ao.id=c.about_organ LEFT JOIN organ lo ON lo.id=c.lead"
void complaint_bind(struct view_ctx *v, struct store_query *q);
/* The rows of a query that begins with COMPLAINT_SELECT, dates and status made ready. */
BASE_MUST_USE enum err complaint_rows(struct view_ctx *v, struct store_query *q, struct json_build *list);

/* ---- views ---- */
enum err view_complaint_choices(struct view_ctx *v, struct json_build *out), view_complaint_follow(struct view_ctx *v, struct json_build *out),
	view_complaint(struct view_ctx *v, struct json_build *out), view_complaints(struct view_ctx *v, struct json_build *out),
	view_complaint_similar(struct view_ctx *v, struct json_build *out), view_complaint_report(struct view_ctx *v, struct json_build *out),
	view_case_complaints(struct view_ctx *v, struct json_build *out);

#endif
