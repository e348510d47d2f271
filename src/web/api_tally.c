/* api_tally.c - statistics: tables, saved ones, the open figures. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define LOOKERS WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN

static const struct api_route table[] = {
	{ "GET", V1("/statistics"), "getStatistics", "statistics", "A table: measures split, filtered and compared", API_VIEW, "tally",
	  .query = "measures by then unit from to compare organ item region post kind channel", .answer = "StatisticsTable", .status = 200, .who = LOOKERS },
	{ "GET", V1("/statistics/reports"), "listStatisticsReports", "statistics", "Saved tables: mine and those shared with me", API_VIEW, "tally.reports",
	  .answer = "StatisticsReports", .status = 200, .who = LOOKERS },
	{ "GET", V1("/statistics/reports/{report:int}"), "getStatisticsReport", "statistics", "A saved table's question", API_VIEW, "tally.report",
	  .answer = "StatisticsReport", .status = 200, .who = LOOKERS, .edits = "tally.save" },
	{ "POST", V1("/statistics/reports"), "saveStatisticsReport", "statistics", "Save a table under a name; the same name again replaces it", API_COMMAND, "tally.save",
	  .body = "StatisticsQuestion", .answer = "StatisticsSaved", .status = 201, .who = LOOKERS },
	{ "PUT", V1("/statistics/reports/{report:int}"), "changeStatisticsReport", "statistics", "Change a saved table", API_COMMAND, "tally.save",
	  .body = "StatisticsQuestion", .answer = "StatisticsSaved", .status = 200, .who = LOOKERS },
	{ "DELETE", V1("/statistics/reports/{report:int}"), "dropStatisticsReport", "statistics", "Delete a saved table", API_COMMAND, "tally.drop",
	  .status = 204, .who = LOOKERS },
	{ "GET", V1("/open/statistics"), "getOpenStatistics", "public", "The open figures: by month, organ and channel, without small numbers", API_VIEW, "tally.public",
	  .answer = "OpenStatistics", .status = 200, .who = WEB_ANY },
};

const struct api_family api_tally = { table, sizeof table / sizeof *table };
