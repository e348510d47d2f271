/* api_people.c - routes of people, posts and who answers for what. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND

#define PLANNERS WEB_ADMIN | WEB_OVERSIGHT
#define PAGE "cursor limit:int"

static const struct api_route table[] = {
	{ "GET", V1("/cases/{case_no}/responsibility"), "getResponsibility", "people", "Who answered for each step of a case, and when", VIEW, "case.responsibility",
	  .answer = "Responsibility", .status = 200, .who = WEB_STAFF },

	/* ---- structure ---- */
	{ "GET", V1("/structure"), "getStructure", "people", "Organs and posts with their holders, as they were on a day", VIEW, "structure",
	  .query = "on", .answer = "Structure", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/structure/export"), "exportStructure", "people", "Regions, organs, people and posts as rows that can be read in again", VIEW, "structure.export",
	  .answer = "StructureRows", .status = 200, .who = WEB_ADMIN },
	{ "POST", V1("/structure/import"), "importStructure", "people", "Read in a structure: all rows or none", CMD, "structure.import",
	  .body = "StructureImport", .answer = "StructureImported", .status = 200, .who = WEB_ADMIN },
	{ "GET", V1("/structure/findings"), "listFindings", "people", "Posts without A or B, posts nobody attends, organs without a head", VIEW, "posts.findings",
	  .answer = "RowPage", .status = 200, .who = WEB_ADMIN | WEB_HEAD | WEB_OVERSIGHT },
	{ "GET", V1("/posts/{code}"), "getPost", "people", "A post: its description, who holds it, and who held it on a day", VIEW, "post",
	  .query = "on", .answer = "PostDetail", .status = 200, .who = WEB_STAFF, .edits = "post.put" },

	/* ---- absence ---- */
	{ "GET", V1("/absences"), "listAbsences", "people", "Who is or will be away", VIEW, "absences",
	  .query = "scope state " PAGE, .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/absences/{absence:int}"), "getAbsence", "people", "One of them", VIEW, "absences", .answer = "Row", .status = 200, .who = WEB_STAFF, .edits = "absence.change", .one = "absence" },
	{ "POST", V1("/absences"), "noteAbsence", "people", "I am away, or shall be: where, and until when", CMD, "absence.note",
	  .body = "Absence", .answer = "AbsenceNoted", .status = 201, .who = WEB_STAFF },
	{ "PUT", V1("/absences/{absence:int}"), "changeAbsence", "people", "Back sooner or later than said, or elsewhere", CMD, "absence.change",
	  .body = "AbsenceChange", .answer = "Anything", .status = 200, .who = WEB_STAFF },
	{ "DELETE", V1("/absences/{absence:int}"), "endAbsence", "people", "I am back; a planned absence is cancelled", CMD, "absence.end",
	  .status = 204, .who = WEB_STAFF, .versioned = true },
	{ "GET", V1("/organs/{organ}/presence"), "getPresence", "public", "Who is at their post, who acts for whom, and until when", VIEW, "presence",
	  .answer = "Presence", .status = 200, .who = WEB_ANY },

	/* ---- plans ---- */
	{ "GET", V1("/plans"), "listPlans", "people", "Changes of structure, planned and past", VIEW, "plans", .answer = "RowPage", .status = 200, .who = PLANNERS },
	{ "POST", V1("/plans"), "makePlan", "people", "Draft a change of structure", CMD, "plan.put", .body = "Plan", .answer = "PlanDone", .status = 201, .who = WEB_ADMIN },
	{ "GET", V1("/plans/{plan}"), "getPlan", "people", "A plan with its lines and its last preview", VIEW, "plan", .answer = "PlanDetail", .status = 200, .who = PLANNERS, .edits = "plan.put" },
	{ "PUT", V1("/plans/{plan}"), "changePlan", "people", "Change a draft", CMD, "plan.put", .body = "Plan", .answer = "PlanDone", .status = 200, .who = WEB_ADMIN },
	{ "POST", V1("/plans/{plan}/lines"), "addPlanLine", "people", "One change more", CMD, "plan.add", .body = "PlanLine", .answer = "PlanDone", .status = 201, .who = WEB_ADMIN },
	{ "DELETE", V1("/plans/{plan}/lines/{line:int}"), "dropPlanLine", "people", "One change less", CMD, "plan.drop", .status = 204, .who = WEB_ADMIN },
	{ "POST", V1("/plans/{plan}/preview"), "previewPlan", "people", "Which open steps and cases would move to whom", CMD, "plan.preview",
	  .answer = "PlanPreview", .status = 200, .who = WEB_ADMIN },
	{ "POST", V1("/plans/{plan}/schedule"), "schedulePlan", "people", "Carry it out at its moment, in full or not at all", CMD, "plan.schedule",
	  .answer = "PlanDone", .status = 200, .who = WEB_ADMIN, .versioned = true },
	{ "POST", V1("/plans/{plan}/cancel"), "cancelPlan", "people", "Drop a plan before its moment", CMD, "plan.cancel",
	  .body = "Reason", .answer = "PlanDone", .status = 200, .who = WEB_ADMIN },

	/* ---- first contact ---- */
	{ "GET", V1("/contacts"), "listContacts", "people", "First contacts", VIEW, "contacts", .query = "scope state " PAGE, .answer = "ContactPage", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/contacts"), "takeContact", "people", "Register a question that came to me first", CMD, "contact.take",
	  .body = "Contact", .answer = "ContactDone", .status = 201, .who = WEB_STAFF },
	{ "GET", V1("/contacts/{contact}"), "getContact", "people", "A first contact and every hand it went through", VIEW, "contact", .answer = "ContactDetail", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/contacts/{contact}/hands"), "handContact", "people", "Offer it to a colleague", CMD, "contact.hand",
	  .body = "ContactHand", .answer = "ContactDone", .status = 201, .who = WEB_STAFF },
	{ "POST", V1("/contacts/{contact}/acceptance"), "acceptContact", "people", "I answer for it from now on", CMD, "contact.accept",
	  .answer = "ContactDone", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/contacts/{contact}/refusal"), "declineContact", "people", "It is not mine, because", CMD, "contact.decline",
	  .body = "Reason", .answer = "ContactDone", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/contacts/{contact}/answer"), "closeContact", "people", "What the person was told", CMD, "contact.close",
	  .body = "ContactAnswer", .answer = "ContactDone", .status = 200, .who = WEB_STAFF },

	/* ---- promises ---- */
	{ "GET", V1("/promises"), "listPromises", "public", "Promised limits with their history", VIEW, "promises", .query = "item " PAGE, .answer = "RowPage", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/promises/{promise:int}"), "getPromise", "public", "One of them", VIEW, "promises", .answer = "Row", .status = 200, .who = WEB_ANY, .edits = "promise.sign", .one = "promise" },
	{ "POST", V1("/promises"), "proposePromise", "people", "Propose a promised limit", CMD, "promise.propose",
	  .body = "Promise", .answer = "PromiseDone", .status = 201, .who = WEB_HEAD | WEB_ADMIN },
	{ "POST", V1("/promises/{promise:int}/signature"), "signPromise", "people", "Sign what another proposed", CMD, "promise.sign",
	  .answer = "PromiseDone", .status = 200, .who = WEB_HEAD | WEB_SUPERVISOR | WEB_ADMIN },
	{ "POST", V1("/promises/{promise:int}/refusal"), "refusePromise", "people", "Not to be signed, because", CMD, "promise.refuse",
	  .body = "Reason", .answer = "PromiseDone", .status = 200, .who = WEB_HEAD | WEB_SUPERVISOR | WEB_ADMIN },
};

const struct api_family api_people = { table, sizeof table / sizeof *table };
