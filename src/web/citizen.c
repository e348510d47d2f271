/* citizen.c - the addresses of the citizens' pages. */
#include "web/citizen.h"

enum { UPLOAD_MAX = 64 << 20 }; /* several files at once; each is held to its material's own limit */

#define G HTTP_GET
#define P HTTP_POST
#define ANY WEB_ANY
#define LOGIN WEB_LOGIN

static const struct http_route routes[] = {
	{ G, "/", ANY, citizen_home, "home", 0, 0, NULL },
	{ G, "/items", ANY, citizen_items, "items", 0, 0, NULL },
	{ G, "/items/{impl_code}", ANY, citizen_guide, "items.guide", 0, 0, NULL },
	{ G, "/calendar", ANY, citizen_calendar, "calendar", 0, 0, NULL },
	{ G, "/help", ANY, citizen_help, "help", 0, 0, NULL },
	{ G, "/accessibility", ANY, citizen_accessibility, "accessibility", 0, 0, NULL },

	{ G, "/login", ANY, citizen_login, "login", 0, 0, NULL },
	{ P, "/login", ANY, citizen_login_post, "login.do", 0, 0, NULL },
	{ P, "/logout", ANY, citizen_logout, "logout.do", 0, 0, NULL },
	{ G, "/register", ANY, citizen_register, "register", 0, 0, NULL },
	{ P, "/register", ANY, citizen_register_post, "register.do", 0, 0, NULL },
	{ G, "/track", ANY, citizen_track, "track", 0, 0, NULL },
	{ P, "/track", ANY, citizen_track_post, "track.do", 0, 0, NULL },

	{ G, "/apply/{impl_code}", LOGIN, citizen_start, "apply", 0, 0, NULL },
	{ P, "/apply/{impl_code}", LOGIN, citizen_start_post, "apply.do", 0, 0, NULL },
	{ G, "/drafts/{draft:int}", LOGIN, citizen_tasks, "draft", 0, 0, NULL },
	{ P, "/drafts/{draft:int}/delete", LOGIN, citizen_delete_post, "draft.delete", 0, 0, NULL },
	{ G, "/drafts/{draft:int}/applicant", LOGIN, citizen_applicant, "draft.applicant", 0, 0, NULL },
	{ P, "/drafts/{draft:int}/applicant", LOGIN, citizen_applicant_post, "draft.applicant.do", 0, 0, NULL },
	{ G, "/drafts/{draft:int}/form", LOGIN, citizen_form, "draft.form", 0, 0, NULL },
	{ P, "/drafts/{draft:int}/form", LOGIN, citizen_form_post, "draft.form.do", 0, 0, NULL },
	{ G, "/drafts/{draft:int}/materials", LOGIN, citizen_materials, "draft.materials", 0, 0, NULL },
	{ P, "/drafts/{draft:int}/materials", LOGIN, citizen_materials_post, "draft.materials.do", 0, UPLOAD_MAX, NULL },
	{ P, "/drafts/{draft:int}/materials/remove", LOGIN, citizen_remove_post, "draft.materials.remove", 0, 0, NULL },
	{ P, "/drafts/{draft:int}/materials/done", LOGIN, citizen_materials_done_post, "draft.materials.done", 0, 0, NULL },
	{ G, "/drafts/{draft:int}/commitment", LOGIN, citizen_commitment, "draft.commitment", 0, 0, NULL },
	{ P, "/drafts/{draft:int}/commitment", LOGIN, citizen_commitment_post, "draft.commitment.do", 0, 0, NULL },
	{ G, "/drafts/{draft:int}/check", LOGIN, citizen_check, "draft.check", 0, 0, NULL },
	{ P, "/drafts/{draft:int}/submit", LOGIN, citizen_submit_post, "draft.submit", 0, 0, NULL },

	{ G, "/my/cases", LOGIN, citizen_my_cases, "my.cases", 0, 0, NULL },
	{ G, "/my/messages", LOGIN, citizen_messages, "my.messages", 0, 0, NULL },
	{ P, "/my/messages/{notice:int}/read", LOGIN, citizen_read_post, "my.messages.read", 0, 0, NULL },

	{ G, "/cases/{case_no}", ANY, citizen_case, "case", 0, 0, NULL },
	{ G, "/cases/{case_no}/receipt", ANY, citizen_receipt, "case.receipt", 0, 0, NULL },
	{ G, "/cases/{case_no}/steps/{step:int}", ANY, citizen_step, "case.step", 0, 0, NULL },
	{ P, "/cases/{case_no}/steps/{step:int}", ANY, citizen_step_post, "case.step.do", 0, UPLOAD_MAX, NULL },
	{ G, "/cases/{case_no}/withdraw", ANY, citizen_withdraw, "case.withdraw", 0, 0, NULL },
	{ P, "/cases/{case_no}/withdraw", ANY, citizen_withdraw_post, "case.withdraw.do", 0, 0, NULL },
	{ G, "/cases/{case_no}/rate", ANY, citizen_rate, "case.rate", 0, 0, NULL },
	{ P, "/cases/{case_no}/rate", ANY, citizen_rate_post, "case.rate.do", 0, 0, NULL },
	{ G, "/cases/{case_no}/letters/{document:int}", ANY, citizen_letter, "case.letter", 0, 0, NULL },
	{ G, "/cases/{case_no}/documents/{document:int}", ANY, citizen_document, "case.document", 0, 0, NULL },
	{ G, "/documents/{document:int}", LOGIN, citizen_document, "document", 0, 0, NULL },
};

size_t web_routes_citizen(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
