/* scenario_int.h - a scenario being played: its office, its clock, what was found wrong. */
#ifndef CASEWORK_SCENARIO_INT_H
#define CASEWORK_SCENARIO_INT_H

#include "base/map.h"
#include "casework/casework_int.h"
#include "casework/packs.h"

enum { SCENARIO_ARENA_MAX = 256 << 20, SCENARIO_TEXT_MAX = 64 << 10 };

struct scenario {
	struct casework *cw;
	struct os_clock clock;
	struct os_entropy entropy;
	const struct calendar *calendar;
	const struct json *meta;  /* pack.json */
	const struct json *text;  /* the scenario */
	struct arena *a;
	struct map people;        /* "clerk", "fire/reviewer-b", "citizen" -> struct scenario_person * */
	struct str impl_code;
	struct str case_no;       /* of the case, once handed in */
	calendar_day start;       /* day 0 of "+3wd" */
	int step;                 /* which one is played, 1-based; 0 = the expectation at the end */
	struct buf wrong;         /* lines */
};

struct scenario_person { int64_t id; struct str login; };

/* Plays the scenarios among the files of a pack; folder of the options is not looked at. */
BASE_MUST_USE enum err scenario_play_all(const struct pack_file *files, size_t count, const struct casework_scenario_options *o,
                                         struct arena *a, struct casework_scenario **out, struct diag *d);
/* One line of what is not as it should be. */
void scenario_wrong(struct scenario *s, const char *fmt, ...) BASE_PRINTF(2, 3);
/* Carries out a command; `data` is JSON text. */
enum err scenario_do(struct scenario *s, const char *command, int64_t person, struct str data, struct str blob,
                     struct casework_result *out);
/* Regions, organs, posts, people, the pack and its item. */
BASE_MUST_USE enum err scenario_office(struct scenario *s, const struct pack_file *files, size_t count, struct diag *d);
/* Compares the case with an expectation. */
void scenario_expect(struct scenario *s, const struct json *expect);
/* The case as the supervisor's page shows it; NULL (said as wrong) when it cannot be read. */
const struct json *scenario_case(struct scenario *s);

#endif
