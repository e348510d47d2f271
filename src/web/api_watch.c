/* api_watch.c - routes of the rules of supervision and of fees. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND

#define OFFICE WEB_SUPERVISOR | WEB_ADMIN
#define READERS WEB_OVERSIGHT | WEB_ADMIN

static const struct api_route table[] = {
	{ "GET", V1("/watch/rules"), "listWatchRules", "watch", "Rules of supervision with their alerts of a year, and the moments of the clocks", VIEW, "watch.rules",
	  .answer = "WatchRulePage", .status = 200, .who = READERS },
	{ "GET", V1("/watch/rules/{rule_no}"), "getWatchRule", "watch", "A rule: its table, words, facts and history", VIEW, "watch.rule",
	  .query = "version:int", .answer = "WatchRule", .status = 200, .who = READERS, .edits = "watch.rule.draft" },
	{ "PUT", V1("/watch/rules/{rule_no}/draft"), "draftWatchRule", "watch", "Change cells and words of a rule, or put a whole file, as a draft", CMD, "watch.rule.draft",
	  .body = "WatchRuleDraft", .answer = "WatchRuleVersion", .status = 200, .who = OFFICE },
	{ "POST", V1("/watch/rules/{rule_no}/signature"), "signWatchRule", "watch", "The first signature under a draft", CMD, "watch.rule.sign",
	  .answer = "WatchRuleVersion", .status = 200, .who = OFFICE, .versioned = true },
	{ "POST", V1("/watch/rules/{rule_no}/approval"), "approveWatchRule", "watch", "The second signature, of another person: the version goes live", CMD, "watch.rule.approve",
	  .answer = "WatchRuleVersion", .status = 200, .who = OFFICE, .versioned = true },
	{ "POST", V1("/watch/rules/{rule_no}/refusal"), "refuseWatchRule", "watch", "Refuse the version that waits for its second signature", CMD, "watch.rule.refuse",
	  .body = "Reason", .answer = "WatchRuleVersion", .status = 200, .who = OFFICE },
	{ "POST", V1("/watch/rules/{rule_no}/trials"), "tryWatchRule", "watch", "Try the draft, else the live rule, on a period of the past; nothing is raised", CMD, "watch.rule.try",
	  .body = "WatchTrialAsked", .answer = "WatchTrialStarted", .status = 201, .who = OFFICE },
	{ "GET", V1("/watch/trials/{trial}"), "getWatchTrial", "watch", "How far a trial is, and what the rule would have raised", VIEW, "watch.trial",
	  .answer = "WatchTrial", .status = 200, .who = READERS },
	{ "GET", V1("/watch/facts"), "listWatchFacts", "watch", "What rules may look at", VIEW, "watch.facts",
	  .answer = "RowPage", .status = 200, .who = READERS },
	{ "GET", V1("/alerts/{alert_no}/why"), "getAlertReason", "watch", "The rule behind an alert, and the entries of the record that show it", VIEW, "watch.alert",
	  .answer = "WatchAlert", .status = 200, .who = WEB_HANDLERS | READERS },
	{ "GET", V1("/cases/{case_no}/fees"), "listFees", "watch", "What was charged on a case", VIEW, "case.fees",
	  .answer = "RowPage", .status = 200, .who = WEB_LOGIN },
	{ "POST", V1("/cases/{case_no}/fees"), "addFee", "watch", "Enter a fee that was charged, with its basis", CMD, "case.fee",
	  .body = "FeeEntry", .answer = "Anything", .status = 201, .who = WEB_HANDLERS },
};

const struct api_family api_watch = { table, sizeof table / sizeof *table };
