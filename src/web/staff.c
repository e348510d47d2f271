/* staff.c - the addresses of the staff's pages. */
#include "web/staff_int.h"

#define CASE "/staff/cases/{case_no}"
#define SEES_CASES (WEB_STAFF & ~(unsigned)WEB_ADMIN)

enum { FORM_MAX = 64 << 20 };

static const struct http_route routes[] = {
	{ HTTP_GET, "/staff", WEB_HANDLERS, staff_worklist, "staff.worklist" },
	{ HTTP_GET, "/staff/cases", SEES_CASES, staff_cases, "staff.cases" },
	{ HTTP_GET, "/staff/people", WEB_STAFF, staff_people, "staff.people" },
	{ HTTP_GET, "/staff/documents/{document:int}", SEES_CASES, staff_document, "staff.document" },
	{ HTTP_GET, CASE, SEES_CASES, staff_case, "staff.case" },
	{ HTTP_POST, CASE "/notes", WEB_HANDLERS, staff_note, "staff.note" },
	{ HTTP_GET, CASE "/ask/{what}", SEES_CASES, staff_ask, "staff.ask" },
	{ HTTP_POST, CASE "/ask/{what}", SEES_CASES, staff_ask_do, "staff.ask.do" },
	{ HTTP_GET, CASE "/messages/{name}", WEB_HANDLERS, staff_message_ask, "staff.message" },
	{ HTTP_POST, CASE "/messages/{name}", WEB_HANDLERS, staff_message_do, "staff.message.do", 0, FORM_MAX },
	{ HTTP_POST, CASE "/steps/{step:int}/claim", WEB_HANDLERS, staff_claim, "staff.claim" },
	{ HTTP_GET, CASE "/steps/{step:int}/actions/{action}", WEB_HANDLERS | WEB_OVERSIGHT, staff_action_ask, "staff.action" },
	{ HTTP_POST, CASE "/steps/{step:int}/actions/{action}", WEB_HANDLERS | WEB_OVERSIGHT, staff_action_do, "staff.action.do", 0, FORM_MAX },
	{ HTTP_GET, "/staff/counter", WEB_CLERK, staff_counter, "staff.counter" },
	{ HTTP_GET, "/staff/counter/{impl_code}", WEB_CLERK, staff_intake, "staff.intake" },
	{ HTTP_POST, "/staff/counter/{impl_code}", WEB_CLERK, staff_intake_do, "staff.intake.do", 0, FORM_MAX },
	{ HTTP_GET, "/staff/receipts/{case_no}", WEB_CLERK, staff_receipt, "staff.receipt" },
};

size_t web_routes_staff(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
