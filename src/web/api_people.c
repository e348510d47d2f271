/* api_people.c - routes of people, posts and who answers for what. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND

static const struct api_route table[] = {
	{ "GET", V1("/cases/{case_no}/responsibility"), "getResponsibility", "people", "Who answered for each step of a case, and when", VIEW, "case.responsibility",
	  .answer = "Responsibility", .status = 200, .who = WEB_STAFF },
};

const struct api_family api_people = { table, sizeof table / sizeof *table };
