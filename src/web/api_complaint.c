/* api_complaint.c - routes of complaints: handing in, following, answering, and what the office and supervision read. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND
#define FILTERS "q status category about_organ lead received_by finding from to cursor limit:int"
#define OFFICE (WEB_HANDLERS | WEB_OVERSIGHT)

static const struct api_route table[] = {
	{ "GET", V1("/complaint-choices"), "getComplaintChoices", "complaints", "Offices, counters and services that a complaint may name", VIEW, "complaint.choices",
	  .query = "organ", .answer = "ComplaintChoices", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/complaints"), "submitComplaint", "complaints", "Complain, openly, protected or anonymously; or take a complaint in for somebody", CMD, "complaint.submit",
	  .body = "ComplaintSubmission", .answer = "ComplaintReceipt", .status = 201, .who = WEB_ANY },
	{ "GET", V1("/complaints"), "listComplaints", "complaints", "Complaints I may see, with counts", VIEW, "complaints",
	  .query = FILTERS, .answer = "ComplaintPage", .status = 200, .who = OFFICE },
	{ "GET", V1("/complaints/similar"), "listSimilarComplaints", "complaints", "Complaints of the same person or subject in the last 90 days", VIEW, "complaint.similar",
	  .query = "name phone title case_no", .answer = "ComplaintPage", .status = 200, .who = OFFICE },
	{ "GET", V1("/complaints/report"), "getComplaintReport", "complaints", "Of a period: each complaint with its answer, and that none has ended without", VIEW, "complaint.report",
	  .query = FILTERS, .answer = "ComplaintReport", .status = 200, .who = WEB_HEAD | WEB_OVERSIGHT },
	{ "GET", V1("/complaints/{case_no}"), "getComplaint", "complaints", "A complaint, as the office sees it", VIEW, "complaint",
	  .answer = "Complaint", .status = 200, .who = OFFICE },
	{ "POST", V1("/complaints/{case_no}/follow"), "followComplaint", "complaints", "A complaint, as its complainant follows it", VIEW, "complaint.follow",
	  .body = "ComplaintSecret", .answer = "ComplaintFollowed", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/complaints/{case_no}/response"), "respondToCallBack", "complaints", "Say whether the answer satisfies", CMD, "complaint.respond",
	  .body = "ComplaintResponse", .answer = "ComplaintResponded", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/complaints/{case_no}/urge"), "urgeComplaint", "complaints", "Urge those who handle it, once a day", CMD, "complaint.urge",
	  .body = "ComplaintUrge", .answer = "ComplaintNumber", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/complaints/{case_no}/messages"), "writeComplaintMessage", "complaints", "Ask the complainant, or answer and add as one", CMD, "complaint.message",
	  .body = "ComplaintMessage", .answer = "ComplaintNumber", .status = 200, .who = WEB_ANY },
	{ "POST", V1("/complaints/{case_no}/identity"), "unmaskComplaint", "complaints", "The hidden name, for the desk, with a reason that is recorded", CMD, "complaint.unmask",
	  .body = "Reason", .answer = "ComplaintIdentity", .status = 200, .who = WEB_HANDLERS },
	{ "GET", V1("/cases/{case_no}/complaints"), "listCaseComplaints", "complaints", "Complaints about a case", VIEW, "case.complaints",
	  .answer = "ComplaintPage", .status = 200, .who = OFFICE },
};

const struct api_family api_complaint = { table, sizeof table / sizeof *table };
