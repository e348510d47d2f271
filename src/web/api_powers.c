/* api_powers.c - powers, delegations, interests, emergency access, personal data and the audit in the API. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND

static const struct api_route table[] = {
	{ "GET", V1("/powers"), "listPowerLists", "powers", "Organs with their published lists of powers and duties", VIEW, "power.lists",
	  .answer = "Anything", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/powers/{organ}/{kind}"), "getPowers", "powers", "A published list: kind power or duty", VIEW, "powers",
	  .query = "version", .answer = "Anything", .status = 200, .who = WEB_ANY },
	{ "GET", V1("/powers/{organ}/{kind}/draft"), "getPowerDraft", "powers", "The draft of a list", VIEW, "power.draft",
	  .answer = "Anything", .status = 200, .who = WEB_HEAD | WEB_ADMIN, .edits = "powers.publish" },
	{ "PUT", V1("/powers/{organ}/{kind}/draft/{code}"), "putPower", "powers", "Put an entry into the draft", CMD, "power.put",
	  .body = "PowerEntry", .answer = "Anything", .status = 200, .who = WEB_HEAD | WEB_ADMIN },
	{ "DELETE", V1("/powers/{organ}/{kind}/draft/{code}"), "dropPower", "powers", "Take an entry out of the draft", CMD, "power.drop",
	  .status = 204, .who = WEB_HEAD | WEB_ADMIN },
	{ "POST", V1("/powers/{organ}/{kind}/publication"), "publishPowers", "powers", "Publish the draft; a second person than its last author", CMD, "powers.publish",
	  .answer = "Anything", .status = 200, .who = WEB_HEAD | WEB_ADMIN },
	{ "GET", V1("/items/{item}/powers"), "getPowerMatrix", "powers", "Every action of an item, its power and the posts that hold it", VIEW, "power.matrix",
	  .answer = "Anything", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/posts/{post}/functions"), "grantFunction", "powers", "Grant a function to a post by name", CMD, "function.grant",
	  .body = "FunctionGrant", .answer = "Anything", .status = 201, .who = WEB_ADMIN },
	{ "DELETE", V1("/functions/{grant:int}"), "withdrawFunction", "powers", "Withdraw a grant", CMD, "function.withdraw",
	  .status = 204, .who = WEB_ADMIN },
	{ "GET", V1("/access-rules"), "getAccessRules", "powers", "The decision table that says who may act", VIEW, "access.rules",
	  .answer = "Anything", .status = 200, .who = WEB_ADMIN | WEB_AUDITOR, .edits = "access.put" },
	{ "PUT", V1("/access-rules"), "putAccessRules", "powers", "Replace the table; empty text = the shipped one", CMD, "access.put",
	  .body = "AccessRules", .answer = "Anything", .status = 200, .who = WEB_ADMIN },
	{ "GET", V1("/delegations"), "listDelegations", "powers", "Delegations of my organs", VIEW, "delegations",
	  .query = "organ", .answer = "Anything", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/delegations"), "giveDelegation", "powers", "Lend functions of my post to another for a time", CMD, "delegation.give",
	  .body = "Delegation", .answer = "Anything", .status = 201, .who = WEB_HEAD },
	{ "POST", V1("/delegations/{delegation:int}/revocation"), "revokeDelegation", "powers", "Revoke a delegation", CMD, "delegation.revoke",
	  .body = "Reason", .answer = "Anything", .status = 200, .who = WEB_HEAD | WEB_ADMIN },
	{ "GET", V1("/interests"), "listInterests", "powers", "My declared interests, and requests for recusal in my organ", VIEW, "interests",
	  .answer = "Anything", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/interests"), "declareInterest", "powers", "Declare an interest", CMD, "interest.declare",
	  .body = "Interest", .answer = "Anything", .status = 201, .who = WEB_STAFF },
	{ "DELETE", V1("/interests/{interest:int}"), "endInterest", "powers", "End an interest", CMD, "interest.end",
	  .status = 204, .who = WEB_STAFF },
	{ "POST", V1("/cases/{case_no}/recusals"), "recuse", "powers", "Withdraw from a case, or take someone off it", CMD, "case.recuse",
	  .body = "Recusal", .answer = "Anything", .status = 200, .who = WEB_HANDLERS },
	{ "POST", V1("/cases/{case_no}/challenges"), "challenge", "powers", "Ask for the recusal of who handles the case", CMD, "case.challenge",
	  .body = "Challenge", .answer = "Anything", .status = 201, .who = WEB_ANY },
	{ "POST", V1("/challenges/{challenge:int}/decision"), "decideChallenge", "powers", "Grant or refuse a recusal", CMD, "case.challenge_decide",
	  .body = "ChallengeDecision", .answer = "Anything", .status = 200, .who = WEB_HEAD },
	{ "POST", V1("/cases/{case_no}/report"), "reportCase", "powers", "Report a case to the organ above", CMD, "case.report",
	  .body = "CaseReport", .answer = "Anything", .status = 200, .who = WEB_HANDLERS },
	{ "POST", V1("/cases/{case_no}/emergency-access"), "breakGlass", "powers", "Open a case in an emergency", CMD, "case.break_glass",
	  .body = "BreakGlass", .answer = "Anything", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/cases/{case_no}/personal-data"), "showPersonalData", "powers", "Personal data in full; the look is recorded", CMD, "case.unmask",
	  .body = "Reason", .answer = "Anything", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/personal-data-looks"), "listPersonalLooks", "powers", "Who looked at personal data, and why", VIEW, "personal.looks",
	  .query = "person case_no cursor limit:int", .answer = "RowPage", .status = 200, .who = WEB_OVERSIGHT },
	{ "GET", V1("/audit"), "audit", "powers", "Everything a person did, everything done to a case, from the record", VIEW, "audit",
	  .query = "person case_no kind channel from to cursor limit:int", .answer = "Anything", .status = 200, .who = WEB_OVERSIGHT },
};

const struct api_family api_family_powers = { table, sizeof table / sizeof *table };
