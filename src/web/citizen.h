/* citizen.h - shared by the files of the citizens' pages. */
#ifndef WEB_CITIZEN_H
#define WEB_CITIZEN_H

#include "http/form.h"
#include "web/web_int.h"

#define CITIZEN_HANDLER(name) enum http_outcome name(struct http_request *rq, struct http_reply *re, void *arg)

/* citizen_find.c */
CITIZEN_HANDLER(citizen_home);
CITIZEN_HANDLER(citizen_items);
CITIZEN_HANDLER(citizen_guide);
/* citizen_info.c */
CITIZEN_HANDLER(citizen_calendar);
CITIZEN_HANDLER(citizen_help);
CITIZEN_HANDLER(citizen_accessibility);
/* citizen_account.c */
CITIZEN_HANDLER(citizen_login);
CITIZEN_HANDLER(citizen_login_post);
CITIZEN_HANDLER(citizen_logout);
CITIZEN_HANDLER(citizen_register);
CITIZEN_HANDLER(citizen_register_post);
/* citizen_apply.c */
CITIZEN_HANDLER(citizen_start);
CITIZEN_HANDLER(citizen_start_post);
CITIZEN_HANDLER(citizen_tasks);
CITIZEN_HANDLER(citizen_delete_post);
CITIZEN_HANDLER(citizen_form);
CITIZEN_HANDLER(citizen_form_post);
CITIZEN_HANDLER(citizen_commitment);
CITIZEN_HANDLER(citizen_commitment_post);
/* citizen_applicant.c */
CITIZEN_HANDLER(citizen_applicant);
CITIZEN_HANDLER(citizen_applicant_post);
/* citizen_materials.c */
CITIZEN_HANDLER(citizen_materials);
CITIZEN_HANDLER(citizen_materials_post);
CITIZEN_HANDLER(citizen_remove_post);
CITIZEN_HANDLER(citizen_materials_done_post);
/* citizen_submit.c */
CITIZEN_HANDLER(citizen_check);
CITIZEN_HANDLER(citizen_submit_post);
CITIZEN_HANDLER(citizen_receipt);
/* citizen_my.c */
CITIZEN_HANDLER(citizen_my_cases);
CITIZEN_HANDLER(citizen_messages);
CITIZEN_HANDLER(citizen_read_post);
CITIZEN_HANDLER(citizen_track);
CITIZEN_HANDLER(citizen_track_post);
/* citizen_case.c */
CITIZEN_HANDLER(citizen_case);
CITIZEN_HANDLER(citizen_document);
CITIZEN_HANDLER(citizen_letter);
/* citizen_acts.c */
CITIZEN_HANDLER(citizen_step);
CITIZEN_HANDLER(citizen_step_post);
CITIZEN_HANDLER(citizen_withdraw);
CITIZEN_HANDLER(citizen_withdraw_post);
CITIZEN_HANDLER(citizen_rate);
CITIZEN_HANDLER(citizen_rate_post);

/* ---- a draft under way (citizen_draft.c) ---- */

struct citizen_draft {
	int64_t id;
	const struct json *saved;  /* what was kept, as it was sent */
	const struct json *item;   /* the guide of its item, dressed */
	const struct http_form *form; /* NULL = the item has no form */
	bool has_materials, offers_follow, offers_commitment;
};

/* The draft named in the address with its item. false: the error's page is in `re`. */
bool citizen_draft_load(struct http_request *rq, struct http_reply *re, struct web *w, struct citizen_draft *out);
/* Everything kept, with `key` replaced by `value` (NULL = left out). */
const struct json *citizen_draft_with(struct http_request *rq, const struct citizen_draft *dr, const char *key, const struct json *value);
/* Keeps it, then goes to where the form's buttons say: later, back to the check, else the task list. */
enum http_outcome citizen_draft_save(struct http_request *rq, struct http_reply *re, struct web *w, const struct citizen_draft *dr,
                                     const char *key, const struct json *value);
struct str citizen_draft_path(struct http_request *rq, const struct citizen_draft *dr, const char *page);
/* A page of the draft: title, breadcrumbs, members item, draft, back. */
void citizen_draft_page(struct web_page *p, struct http_request *rq, struct web *w, const struct citizen_draft *dr, const char *key);
/* Is the section done? */
bool citizen_applicant_done(const struct citizen_draft *dr);
bool citizen_form_done(struct http_request *rq, const struct citizen_draft *dr);
bool citizen_materials_done(const struct citizen_draft *dr);
bool citizen_commitment_done(const struct citizen_draft *dr);
bool citizen_draft_done(struct http_request *rq, const struct citizen_draft *dr);
/* Documents kept for a material, in order; NULL-terminated walk: start with from = 0, gives the index behind, 0 at the end. */
size_t citizen_document_next(const struct citizen_draft *dr, struct str material, size_t from, const struct json **out);

/* ---- uploads (citizen_upload.c) ---- */

/* The material's rules in words, for templates: accept_text ("PDF、JPG"), accept_list, max_mb; copies the rest. */
const struct json *citizen_material_dress(struct http_request *rq, const struct json *material);
/* Why the file may not be taken, as a sentence; empty when it may. */
struct str citizen_file_refusal(struct http_request *rq, const struct http_file *f, const struct json *material);

/* ---- a case (citizen_case.c) ---- */

/* `case` for who has logged in, `case.track` for who gave number and secret; raw. false: the error's page is in `re`. */
bool citizen_case_load(struct http_request *rq, struct http_reply *re, struct web *w, const struct json **out);
/* Link for a document of the case: letters are read in the page, all else is the file. */
struct str citizen_document_href(struct http_request *rq, const struct json *view, const struct json *document);
/* Why it was refused: [text…], from the view's reasons or from what the decision tables said. */
const struct json *citizen_case_reasons(struct http_request *rq, const struct json *view);
struct str citizen_case_remedies(struct http_request *rq, const struct json *view);

#endif
