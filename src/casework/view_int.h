/* view_int.h - private to the views. */
#ifndef CASEWORK_VIEW_INT_H
#define CASEWORK_VIEW_INT_H

#include "casework/casework_int.h"

enum err view_home(struct view_ctx *, struct json_build *), view_items_search(struct view_ctx *, struct json_build *),
	view_item_guide(struct view_ctx *, struct json_build *), view_case_track(struct view_ctx *, struct json_build *),
	view_calendar(struct view_ctx *, struct json_build *), view_clock(struct view_ctx *, struct json_build *),
	view_ledger_head(struct view_ctx *, struct json_build *), view_me(struct view_ctx *, struct json_build *),
	view_my_cases(struct view_ctx *, struct json_build *), view_my_drafts(struct view_ctx *, struct json_build *),
	view_my_notices(struct view_ctx *, struct json_build *), view_my_tokens(struct view_ctx *, struct json_build *),
	view_draft(struct view_ctx *, struct json_build *), view_case(struct view_ctx *, struct json_build *),
	view_case_diagram(struct view_ctx *, struct json_build *), view_case_operations(struct view_ctx *, struct json_build *), view_papers_lacking(struct view_ctx *, struct json_build *), view_case_responsibility(struct view_ctx *, struct json_build *),
	view_structure(struct view_ctx *, struct json_build *), view_structure_export(struct view_ctx *, struct json_build *),
	view_post(struct view_ctx *, struct json_build *), view_posts_findings(struct view_ctx *, struct json_build *),
	view_absences(struct view_ctx *, struct json_build *), view_presence(struct view_ctx *, struct json_build *),
	view_plans(struct view_ctx *, struct json_build *), view_plan(struct view_ctx *, struct json_build *),
	view_contacts(struct view_ctx *, struct json_build *), view_contact(struct view_ctx *, struct json_build *),
	view_promises(struct view_ctx *, struct json_build *), view_worklist(struct view_ctx *, struct json_build *),
	view_cases(struct view_ctx *, struct json_build *), view_staff(struct view_ctx *, struct json_build *),
	view_counter_items(struct view_ctx *, struct json_build *), view_board(struct view_ctx *, struct json_build *),
	view_alerts(struct view_ctx *, struct json_build *), view_ledger(struct view_ctx *, struct json_build *),
	view_organs(struct view_ctx *, struct json_build *), view_regions(struct view_ctx *, struct json_build *),
	view_posts(struct view_ctx *, struct json_build *), view_people(struct view_ctx *, struct json_build *),
	view_machine_time(struct view_ctx *, struct json_build *), view_items_admin(struct view_ctx *, struct json_build *), view_packs(struct view_ctx *, struct json_build *),
	view_pack(struct view_ctx *, struct json_build *), view_settings(struct view_ctx *, struct json_build *),
	view_setting(struct view_ctx *, struct json_build *), view_tokens(struct view_ctx *, struct json_build *),
	view_calendar_preview(struct view_ctx *, struct json_build *), view_session(struct view_ctx *, struct json_build *),
	view_demo_accounts(struct view_ctx *, struct json_build *), view_decisions(struct view_ctx *, struct json_build *),
	view_decision(struct view_ctx *, struct json_build *), view_decision_try(struct view_ctx *, struct json_build *),
	view_decision_examples(struct view_ctx *, struct json_build *);
enum err view_powers(struct view_ctx *, struct json_build *), view_power_lists(struct view_ctx *, struct json_build *),
	view_power_draft(struct view_ctx *, struct json_build *), view_power_matrix(struct view_ctx *, struct json_build *),
	view_access_rules(struct view_ctx *, struct json_build *), view_delegations(struct view_ctx *, struct json_build *),
	view_interests(struct view_ctx *, struct json_build *), view_personal_looks(struct view_ctx *, struct json_build *),
	view_audit(struct view_ctx *, struct json_build *);

/* ---- what they ask, said ahead (view_def.ahead) ---- */
void me_ahead(struct view_ctx *v), my_cases_ahead(struct view_ctx *v), my_drafts_ahead(struct view_ctx *v), my_notices_ahead(struct view_ctx *v),
	worklist_ahead(struct view_ctx *v), home_ahead(struct view_ctx *v), items_search_ahead(struct view_ctx *v);
/* All that the rows of these cases ask (case_row_json); where questions are round trips. */
void case_rows_ahead(struct view_ctx *v, const int64_t *cases, size_t count);

/* A post's row with its job description as members instead of `data`. */
const struct json *post_row_json(struct view_ctx *v, const struct json *row);
enum err view_factor(struct view_ctx *, struct json_build *), view_sessions(struct view_ctx *, struct json_build *),
	view_office_secret(struct view_ctx *, struct json_build *), view_login_client(struct view_ctx *, struct json_build *),
	view_login_clients(struct view_ctx *, struct json_build *), view_identity(struct view_ctx *, struct json_build *);
/* A region, by its code, and all below it: ids. */
#define REGION_BELOW(code) \
	"WITH RECURSIVE below(id) AS (SELECT id FROM region WHERE code=" code " UNION ALL SELECT r.id FROM region r JOIN below b ON r.parent=b.id) SELECT id FROM below"
/* The schema with the choices that the office itself gives (properties.options); itself when there are none. */
const struct json *form_filled(struct view_ctx *v, const struct json *schema);

#endif
