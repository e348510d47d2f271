/* view_int.h - private to the views. */
#ifndef CASEWORK_VIEW_INT_H
#define CASEWORK_VIEW_INT_H

#include "casework/casework_int.h"

struct str param(const struct view_ctx *v, const char *key);
int64_t view_limit(const struct view_ctx *v); /* 1 to 200, 25 unless asked for */
struct str view_day(const struct view_ctx *v, int64_t ms);
struct str view_due(const struct view_ctx *v, int64_t due_ms);
struct str view_instant(const struct view_ctx *v, int64_t ms);
int64_t view_left(const struct view_ctx *v, int64_t due_ms);
void set_named(struct json_build *o, struct view_ctx *v, const char *key, const char *sql, int64_t id);
void set_columns(struct json_build *o, struct view_ctx *v, struct store_query *q);
BASE_MUST_USE enum err rows_json(struct view_ctx *v, struct store_query *q, struct json_build *list);
BASE_MUST_USE enum err page_json(struct view_ctx *v, struct store_query *q, struct json_build *out);
void page_cut(struct view_ctx *v, const struct json_build *all, struct json_build *rows, struct json_build *out, const char *key);
/* A case as a row of a list. */
void case_row_json(struct view_ctx *v, const struct case_row *k, struct json_build *out);
/* Opinions, forms and options of a form-js schema as label and value in both languages. */
const struct json *form_rows(struct view_ctx *v, const struct json *schema, const struct json *data);
const struct json *item_row_json(struct view_ctx *v, int64_t id);

#define ORGAN_SQL "SELECT code, name, name_en FROM organ WHERE id=?1"
#define REGION_SQL "SELECT code, name, name_en FROM region WHERE id=?1"
#define ITEM_SQL "SELECT impl_code, name, name_en, kind FROM item WHERE id=?1"

enum err view_home(struct view_ctx *, struct json_build *), view_items_search(struct view_ctx *, struct json_build *),
	view_item_guide(struct view_ctx *, struct json_build *), view_case_track(struct view_ctx *, struct json_build *),
	view_calendar(struct view_ctx *, struct json_build *), view_clock(struct view_ctx *, struct json_build *),
	view_ledger_head(struct view_ctx *, struct json_build *), view_me(struct view_ctx *, struct json_build *),
	view_my_cases(struct view_ctx *, struct json_build *), view_my_drafts(struct view_ctx *, struct json_build *),
	view_my_notices(struct view_ctx *, struct json_build *), view_my_tokens(struct view_ctx *, struct json_build *),
	view_draft(struct view_ctx *, struct json_build *), view_case(struct view_ctx *, struct json_build *),
	view_case_diagram(struct view_ctx *, struct json_build *), view_case_operations(struct view_ctx *, struct json_build *), view_worklist(struct view_ctx *, struct json_build *),
	view_cases(struct view_ctx *, struct json_build *), view_staff(struct view_ctx *, struct json_build *),
	view_counter_items(struct view_ctx *, struct json_build *), view_board(struct view_ctx *, struct json_build *),
	view_alerts(struct view_ctx *, struct json_build *), view_ledger(struct view_ctx *, struct json_build *),
	view_organs(struct view_ctx *, struct json_build *), view_regions(struct view_ctx *, struct json_build *),
	view_posts(struct view_ctx *, struct json_build *), view_people(struct view_ctx *, struct json_build *),
	view_items_admin(struct view_ctx *, struct json_build *), view_packs(struct view_ctx *, struct json_build *),
	view_pack(struct view_ctx *, struct json_build *), view_settings(struct view_ctx *, struct json_build *),
	view_setting(struct view_ctx *, struct json_build *), view_tokens(struct view_ctx *, struct json_build *),
	view_calendar_preview(struct view_ctx *, struct json_build *), view_session(struct view_ctx *, struct json_build *),
	view_demo_accounts(struct view_ctx *, struct json_build *), view_decisions(struct view_ctx *, struct json_build *),
	view_decision(struct view_ctx *, struct json_build *), view_decision_try(struct view_ctx *, struct json_build *),
	view_decision_examples(struct view_ctx *, struct json_build *);

#endif
