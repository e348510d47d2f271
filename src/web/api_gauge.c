/* api_gauge.c - routes of evaluation. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND
#define PAGE "cursor limit:int"

static const struct api_route table[] = {
	{ "GET", V1("/evaluation"), "getPublicEvaluation", "public", "Final figures of organs, by group", VIEW, "gauge.public",
	  .query = "run", .answer = "GaugePublic", .status = 200, .who = WEB_ANY },

	{ "GET", V1("/gauge/measures"), "listGaugeMeasures", "evaluation", "What an expression of a scheme may name", VIEW, "gauge.measures",
	  .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/gauge/schemes"), "listGaugeSchemes", "evaluation", "Schemes, each in its newest version", VIEW, "gauge.schemes",
	  .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/gauge/schemes/{code}"), "getGaugeScheme", "evaluation", "A scheme, whole, with its versions", VIEW, "gauge.scheme",
	  .query = "version", .answer = "GaugeScheme", .status = 200, .who = WEB_STAFF, .edits = "gauge.scheme.put" },
	{ "POST", V1("/gauge/schemes"), "putGaugeScheme", "evaluation", "Put a scheme in use: a new version where something changed", CMD, "gauge.scheme.put",
	  .body = "GaugeSchemePut", .answer = "GaugeSchemeDone", .status = 200, .who = WEB_SUPERVISOR | WEB_ADMIN },
	{ "POST", V1("/gauge/schemes/{code}/stop"), "stopGaugeScheme", "evaluation", "Take a scheme out of use", CMD, "gauge.scheme.stop",
	  .body = "Reason", .status = 204, .who = WEB_SUPERVISOR | WEB_ADMIN },

	{ "GET", V1("/gauge/runs"), "listEvaluations", "evaluation", "Evaluations", VIEW, "gauge.runs",
	  .query = "scheme span state " PAGE, .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/gauge/runs"), "beginEvaluation", "evaluation", "Begin an evaluation; it is computed behind the answer", CMD, "gauge.begin",
	  .body = "GaugeBegin", .answer = "GaugeBegun", .status = 202, .who = WEB_SUPERVISOR },
	{ "GET", V1("/gauge/runs/{run}"), "getEvaluation", "evaluation", "An evaluation with the figures I may see", VIEW, "gauge.run",
	  .query = "kind group organ", .answer = "GaugeRun", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/gauge/runs/{run}/scores/{kind}/{subject}"), "getScore", "evaluation", "A score sheet: parts, indicators, inputs, arithmetic in words", VIEW, "gauge.score",
	  .answer = "GaugeSheet", .status = 200, .who = WEB_STAFF },
	{ "GET", V1("/gauge/runs/{run}/scores/{kind}/{subject}/cases"), "listScoreCases", "evaluation", "The rows behind an input of an indicator", VIEW, "gauge.cases",
	  .query = "part indicator measure", .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/gauge/runs/{run}/final"), "finalizeEvaluation", "evaluation", "Make a draft final; computed once more behind the answer", CMD, "gauge.finalize",
	  .status = 204, .who = WEB_SUPERVISOR },
	{ "POST", V1("/gauge/runs/{run}/void"), "voidEvaluation", "evaluation", "Give a draft up", CMD, "gauge.void",
	  .body = "Reason", .status = 204, .who = WEB_SUPERVISOR },

	{ "GET", V1("/gauge/objections"), "listObjections", "evaluation", "Objections", VIEW, "gauge.objections",
	  .query = "run state", .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/gauge/runs/{run}/scores/{kind}/{subject}/objections"), "objectToScore", "evaluation", "Object to a draft figure of one's own", CMD, "gauge.object",
	  .body = "GaugeObjection", .answer = "GaugeObjected", .status = 201, .who = WEB_HANDLERS },
	{ "POST", V1("/gauge/objections/{objection:int}/decision"), "decideObjection", "evaluation", "Decide on an objection", CMD, "gauge.decide",
	  .body = "GaugeDecision", .status = 204, .who = WEB_SUPERVISOR },
	{ "GET", V1("/gauge/recommendations"), "listRecommendations", "evaluation", "Recommendations that failing grades brought", VIEW, "gauge.recommendations",
	  .query = "run", .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/gauge/recommendations/{recommendation:int}/remedy"), "answerRecommendation", "evaluation", "Say what was put right", CMD, "gauge.remedy",
	  .body = "GaugeRemedy", .status = 204, .who = WEB_HANDLERS },

	{ "GET", V1("/gauge/entries"), "listGaugeEntries", "evaluation", "Managers' ratings and disciplinary decisions", VIEW, "gauge.entries",
	  .answer = "Anything", .status = 200, .who = WEB_OVERSIGHT | WEB_HEAD | WEB_ADMIN },
	{ "POST", V1("/gauge/ratings"), "rateSubject", "evaluation", "A manager's rating for a period", CMD, "gauge.rate",
	  .body = "GaugeRating", .status = 204, .who = WEB_SUPERVISOR | WEB_HEAD },
	{ "POST", V1("/gauge/discipline"), "enterDiscipline", "evaluation", "Enter a disciplinary decision (the request's body is its document, `name` that file's name)", API_OWN, "gauge.discipline",
	  .query = "name person organ measure document_no decided_on reason", .body = "*", .answer = "Anything", .status = 201, .who = WEB_SUPERVISOR | WEB_ADMIN,
	  .own = API_OWN_DOCUMENT_ADD },
	{ "GET", V1("/gauge/surveys"), "listSurveys", "evaluation", "Questionnaires: sample, how it was drawn, response rate", VIEW, "gauge.surveys",
	  .answer = "RowPage", .status = 200, .who = WEB_OVERSIGHT | WEB_ADMIN },
	{ "POST", V1("/gauge/surveys"), "drawSurvey", "evaluation", "Draw a sample and ask it", CMD, "gauge.survey",
	  .body = "GaugeSurvey", .answer = "Anything", .status = 201, .who = WEB_SUPERVISOR },
	{ "GET", V1("/my/questionnaires"), "listMyQuestionnaires", "citizen", "Questionnaires I was drawn for", VIEW, "gauge.mine",
	  .answer = "RowPage", .status = 200, .who = WEB_LOGIN },
	{ "POST", V1("/my/questionnaires/{sample:int}/answer"), "answerQuestionnaire", "citizen", "Answer one", CMD, "gauge.answer",
	  .body = "GaugeAnswer", .status = 204, .who = WEB_LOGIN },
};

const struct api_family api_gauge = { table, sizeof table / sizeof *table };
