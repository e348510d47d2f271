/* api_redress.c - routes of what follows an alert: answers, demands, measures, accountability. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND
#define PAGE "cursor limit:int"

static const struct api_route table[] = {
	{ "GET", V1("/redress/alerts"), "listRedressAlerts", "redress", "Alerts with their answers; scope mine, judge or empty", VIEW, "redress.alerts",
	  .query = "scope level state organ " PAGE, .answer = "RedressAlertPage", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/redress/alerts/{alert}"), "getRedressAlert", "redress", "An alert, its papers, and what I may do", VIEW, "redress.alert",
	  .answer = "RedressAlert", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/redress/alerts/{alert}/answer"), "answerAlert", "redress", "Answer an alert with the reason or a correction", CMD, "alert.answer",
	  .body = "AlertAnswer", .answer = "Anything", .status = 200, .who = WEB_HANDLERS | WEB_SUPERVISOR },
	{ "POST", V1("/redress/alerts/{alert}/contest"), "contestAlert", "redress", "Contest an alert, with evidence", CMD, "alert.contest",
	  .body = "AlertContest", .answer = "Anything", .status = 200, .who = WEB_HANDLERS | WEB_SUPERVISOR },
	{ "POST", V1("/redress/alerts/{alert}/judgement"), "judgeAlert", "redress", "Uphold or lift an alert", CMD, "alert.judge",
	  .body = "AlertJudgement", .answer = "Anything", .status = 200, .who = WEB_SUPERVISOR },
	{ "GET", V1("/demands"), "listDemands", "redress", "Urging and formal supervision; scope mine, issued, judge, overdue or empty", VIEW, "demands",
	  .query = "scope state kind organ case_no " PAGE, .answer = "DemandList", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/demands"), "issueDemand", "redress", "Urge or supervise formally, with a limit", CMD, "demand.issue",
	  .body = "DemandNew", .answer = "DemandIssued", .status = 201, .who = WEB_SUPERVISOR },
	{ "GET", V1("/demands/{demand}"), "getDemand", "redress", "A demand, its papers, and what I may do", VIEW, "demand",
	  .answer = "Demand", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/demands/{demand}/answer"), "answerDemand", "redress", "Answer a demand", CMD, "demand.answer",
	  .body = "DemandAnswer", .answer = "Anything", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/demands/{demand}/judgement"), "judgeDemand", "redress", "Accept or return the answer", CMD, "demand.judge",
	  .body = "DemandJudgement", .answer = "Anything", .status = 200, .who = WEB_SUPERVISOR },
	{ "GET", V1("/measures"), "listMeasures", "redress", "Measures of the ladder; scope mine, judge or empty", VIEW, "measures",
	  .query = "scope state kind person organ " PAGE, .answer = "MeasurePage", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/measures/{measure}"), "getMeasure", "redress", "A measure, its facts, and what I may do", VIEW, "measure",
	  .answer = "Measure", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/measures/{measure}/decision"), "decideMeasure", "redress", "Confirm or drop a proposed measure", CMD, "measure.decide",
	  .body = "MeasureDecision", .answer = "Anything", .status = 200, .who = WEB_SUPERVISOR },
	{ "POST", V1("/measures/{measure}/appeal"), "appealMeasure", "redress", "Appeal a measure", CMD, "measure.appeal",
	  .body = "Reason", .answer = "Anything", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/measures/{measure}/judgement"), "judgeMeasure", "redress", "Uphold or revoke a measure on appeal", CMD, "measure.judge",
	  .body = "MeasureJudgement", .answer = "Anything", .status = 200, .who = WEB_SUPERVISOR },
	{ "GET", V1("/ladder"), "getLadder", "redress", "What stands against a person or an organ; mine without a parameter", VIEW, "ladder",
	  .query = "person organ", .answer = "Ladder", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/redress/desk"), "getRedressDesk", "redress", "How much waits for the supervisors", VIEW, "redress.desk",
	  .answer = "RedressDesk", .status = 200, .who = WEB_OVERSIGHT },
	{ "GET", V1("/cases/{case_no}/evidence"), "getEvidence", "redress", "The record of a case, each entry with its proof", VIEW, "evidence",
	  .answer = "Evidence", .status = 200, .who = WEB_OVERSIGHT },
	{ "GET", V1("/accountability/cases"), "listAccountabilityCases", "redress", "Accountability cases: all for oversight, one's own for others", VIEW, "accountability.cases",
	  .query = "state " PAGE, .answer = "AccountabilityPage", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/accountability"), "listAccountability", "public", "Concluded accountability cases, as published", VIEW, "accountability.public",
	  .query = PAGE, .answer = "AccountabilityPublic", .status = 200, .who = WEB_ANY },
};

const struct api_family api_redress = { table, sizeof table / sizeof *table };
