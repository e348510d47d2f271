/* api_inspect.c - routes of special supervision, draws and what comes of them, cameras and telephones. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND
#define PAGE "cursor limit:int"
#define WORKS (WEB_HANDLERS | WEB_OVERSIGHT)
#define CHECKS (WEB_OVERSIGHT | WEB_INSPECTOR)

static const struct api_route table[] = {
	/* ---- special supervision ---- */
	{ "GET", V1("/inspect"), "getInspect", "inspect", "What supervisors look at of their own accord, in figures", VIEW, "inspect.home",
	  .answer = "InspectHome", .status = 200, .who = WORKS },
	{ "GET", V1("/inspect/options"), "getInspectOptions", "inspect", "Kinds, checklists, scripts and settings", VIEW, "inspect.options",
	  .answer = "InspectOptions", .status = 200, .who = WORKS | WEB_ADMIN },
	{ "GET", V1("/specials"), "listSpecials", "inspect", "Special supervision", VIEW, "specials",
	  .query = "state kind " PAGE, .answer = "SpecialPage", .status = 200, .who = WORKS },
	{ "POST", V1("/specials"), "openSpecial", "inspect", "Put a project or a list of cases under watch", CMD, "special.open",
	  .body = "SpecialOpening", .answer = "SpecialOpened", .status = 201, .who = WEB_SUPERVISOR },
	{ "GET", V1("/specials/{special}"), "getSpecial", "inspect", "Its milestones, reports, cases and alarms", VIEW, "special",
	  .answer = "Special", .status = 200, .who = WORKS },
	{ "POST", V1("/specials/{special}/cases"), "watchCases", "inspect", "Cases put under watch", CMD, "special.case",
	  .body = "SpecialCases", .answer = "Anything", .status = 201, .who = WEB_SUPERVISOR },
	{ "POST", V1("/specials/{special}/milestones"), "addMilestone", "inspect", "A milestone under a limit", CMD, "special.milestone",
	  .body = "MilestoneNew", .answer = "Anything", .status = 201, .who = WEB_SUPERVISOR },
	{ "POST", V1("/milestones/{milestone:int}/completion"), "completeMilestone", "inspect", "A milestone has been reached", CMD, "special.done",
	  .body = "MilestoneDone", .answer = "Anything", .status = 200, .who = WEB_HANDLERS | WEB_SUPERVISOR },
	{ "POST", V1("/specials/{special}/reports"), "reportSpecial", "inspect", "A progress report", CMD, "special.report",
	  .body = "SpecialReport", .answer = "Anything", .status = 201, .who = WEB_HANDLERS | WEB_SUPERVISOR },
	{ "POST", V1("/specials/{special}/closing"), "closeSpecial", "inspect", "The closing report", CMD, "special.close",
	  .body = "Note", .answer = "Anything", .status = 200, .who = WEB_SUPERVISOR },

	/* ---- draws ---- */
	{ "GET", V1("/draws"), "listDraws", "draws", "Draws for spot checks and call-backs", VIEW, "draws",
	  .query = "purpose state " PAGE, .answer = "DrawPage", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/draws"), "commitDraw", "draws", "Fix the list and announce its digest and the sources of the seed", CMD, "draw.commit",
	  .body = "DrawCommitment", .answer = "DrawCommitted", .status = 201, .who = WEB_SUPERVISOR },
	{ "GET", V1("/draws/{draw}"), "getDraw", "draws", "Everything that is needed to compute a draw again", VIEW, "draw",
	  .answer = "Draw", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/draws/{draw}/lists/{list}"), "getDrawList", "draws", "The list drawn from: case, checker, or the number of a case for its checkers", VIEW, "draw.list",
	  .answer = "DrawList", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/draws/{draw}/seeds"), "revealDraw", "draws", "Type in what the public draws gave, and draw", CMD, "draw.reveal",
	  .body = "DrawSeeds", .answer = "DrawMade", .status = 200, .who = WEB_SUPERVISOR },
	{ "POST", V1("/draws/{draw}/void"), "voidDraw", "draws", "Give up a draw that has not been made", CMD, "draw.void",
	  .body = "Reason", .answer = "Anything", .status = 200, .who = WEB_SUPERVISOR },

	/* ---- what comes of them ---- */
	{ "GET", V1("/checks"), "listChecks", "draws", "Cases drawn for a check", VIEW, "checks",
	  .query = "state draw mine:bool " PAGE, .answer = "CheckPage", .status = 200, .who = CHECKS },
	{ "GET", V1("/checks/{pick:int}"), "getCheck", "draws", "A case drawn for a check, with the checklist and the record of its steps", VIEW, "check",
	  .answer = "Check", .status = 200, .who = CHECKS },
	{ "POST", V1("/checks/{pick:int}/record"), "recordCheck", "draws", "The checklist filled in, with findings", CMD, "check.record",
	  .body = "CheckRecord", .answer = "CheckRecorded", .status = 200, .who = CHECKS },
	{ "GET", V1("/findings"), "listCheckFindings", "draws", "Findings and their correction", VIEW, "findings",
	  .query = "state organ late:bool " PAGE, .answer = "FindingPage", .status = 200, .who = WORKS },
	{ "GET", V1("/findings/{finding}"), "getCheckFinding", "draws", "A finding with all that was said", VIEW, "finding",
	  .answer = "Finding", .status = 200, .who = WORKS },
	{ "POST", V1("/findings/{finding}/answer"), "answerFinding", "draws", "What was done to put it right", CMD, "finding.answer",
	  .body = "Note", .answer = "Anything", .status = 200, .who = WEB_HANDLERS },
	{ "POST", V1("/findings/{finding}/verdict"), "decideFinding", "draws", "Accept or return a correction", CMD, "finding.decide",
	  .body = "FindingVerdict", .answer = "Anything", .status = 200, .who = CHECKS },
	{ "GET", V1("/callbacks"), "listCallbacks", "draws", "Concluded cases drawn for a call-back", VIEW, "callbacks",
	  .query = "state draw result " PAGE, .answer = "CallbackPage", .status = 200, .who = WEB_OVERSIGHT },
	{ "GET", V1("/callbacks/{pick:int}"), "getCallback", "draws", "A call-back with its script", VIEW, "callback",
	  .answer = "Callback", .status = 200, .who = WEB_OVERSIGHT },
	{ "POST", V1("/callbacks/{pick:int}/attempts"), "attemptCallback", "draws", "An attempt: reached with answers, or not", CMD, "callback.attempt",
	  .body = "CallbackAttempt", .answer = "CallbackAttempted", .status = 201, .who = WEB_SUPERVISOR },

	/* ---- windows, cameras, telephones ---- */
	{ "GET", V1("/windows"), "listWindows", "cameras", "Counter windows", VIEW, "windows",
	  .query = "organ q " PAGE, .answer = "RowPage", .status = 200, .who = WEB_OVERSIGHT | WEB_ADMIN },
	{ "GET", V1("/windows/{code}"), "getWindow", "cameras", "A counter window", VIEW, "windows",
	  .answer = "Row", .status = 200, .who = WEB_OVERSIGHT | WEB_ADMIN, .edits = "window.put", .one = "code" },
	{ "PUT", V1("/windows/{code}"), "putWindow", "cameras", "Write a counter window", CMD, "window.put",
	  .body = "WindowRow", .answer = "Id", .status = 200, .who = WEB_ADMIN },
	{ "GET", V1("/devices"), "listDevices", "cameras", "Cameras and telephones of the windows", VIEW, "devices",
	  .query = "window organ kind q " PAGE, .answer = "RowPage", .status = 200, .who = WEB_OVERSIGHT | WEB_ADMIN },
	{ "GET", V1("/devices/{code}"), "getDevice", "cameras", "A camera or a telephone", VIEW, "devices",
	  .answer = "Row", .status = 200, .who = WEB_OVERSIGHT | WEB_ADMIN, .edits = "device.put", .one = "code" },
	{ "PUT", V1("/devices/{code}"), "putDevice", "cameras", "Write a camera or a telephone", CMD, "device.put",
	  .body = "DeviceRow", .answer = "Id", .status = 200, .who = WEB_ADMIN },
	{ "GET", V1("/looks"), "listLooks", "cameras", "Who looked through which camera, and why", VIEW, "looks",
	  .query = "device case_no alert " PAGE, .answer = "RowPage", .status = 200, .who = WEB_OVERSIGHT },
	{ "POST", V1("/devices/{camera}/looks"), "openCamera", "cameras", "Open a camera, live or at a moment; the reason is recorded", CMD, "camera.look",
	  .body = "CameraLook", .answer = "CameraOpened", .status = 201, .who = WEB_SUPERVISOR },
	{ "GET", V1("/looks/{look:int}"), "getLook", "cameras", "A look with the stills kept", VIEW, "look",
	  .answer = "Row", .status = 200, .who = WEB_OVERSIGHT },
	{ "POST", V1("/looks/{look:int}/stills"), "keepStill", "cameras", "Keep a still as evidence", CMD, "camera.still",
	  .body = "CameraStill", .answer = "StillKept", .status = 201, .who = WEB_SUPERVISOR },
	{ "GET", V1("/calls"), "listCalls", "cameras", "Telephone calls registered to a case or an alert", VIEW, "calls",
	  .query = "case_no alert " PAGE, .answer = "RowPage", .status = 200, .who = WEB_OVERSIGHT },
	{ "POST", V1("/calls"), "registerCall", "cameras", "Register a telephone call", CMD, "phone.call",
	  .body = "PhoneCall", .answer = "CallRegistered", .status = 201, .who = WEB_SUPERVISOR },
	{ "PUT", V1("/calls/{call:int}/note"), "noteCall", "cameras", "What was said", CMD, "phone.note",
	  .body = "CallNote", .answer = "Anything", .status = 200, .who = WEB_SUPERVISOR },
};

const struct api_family api_inspect = { table, sizeof table / sizeof *table };
