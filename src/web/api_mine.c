/* api_mine.c - routes of how the process really ran. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define QUESTION "item organ region from to variants activities lang"

static const struct api_route table[] = {
	{ "GET", V1("/mine"), "getMine", "mine", "How the process really ran: graph, variants, waits, deviations, drivers of lateness", API_VIEW, "mine",
	  .query = QUESTION, .answer = "Mine", .status = 200, .who = WEB_HEAD | WEB_OVERSIGHT, .slow = true },
	{ "GET", V1("/mine/cases"), "listMineCases", "mine", "The cases behind one of its figures", API_VIEW, "mine.cases",
	  .query = QUESTION " pick", .answer = "MineCases", .status = 200, .who = WEB_HEAD | WEB_OVERSIGHT, .slow = true },
	{ "GET", V1("/mine/choices"), "getMineChoices", "mine", "Items and organs that have cases", API_VIEW, "mine.choices",
	  .answer = "MineChoices", .status = 200, .who = WEB_HEAD | WEB_OVERSIGHT },
};

const struct api_family api_mine = { table, sizeof table / sizeof *table };
