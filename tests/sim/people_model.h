/* people_model.h - the office as a test understands it from the record alone: who is here, who holds which post, who
 * ought to answer for each open step, and who the record says does. It shares no code with what it checks. */
#ifndef TESTS_SIM_PEOPLE_MODEL_H
#define TESTS_SIM_PEOPLE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "text/json.h"

enum what { NOTHING, PERSON, POST, ORGAN, STEP, DELEGATION, CASE };
enum power { DECIDE = 1, REPORT = 2, COORDINATE = 4, SEAL = 8, EXAMINE = 16 };

struct thing {
	enum what what;
	bool enabled, ended, head, admin, open;
	int away;
	int64_t organ, a, b, parent;            /* posts, organs */
	int64_t post, holder, meant, opened_ms; /* steps */
	int64_t hours;                          /* of a step: counted so far */
	bool claimed, reviewer, decision;       /* a step's; a post's role; a step of the head's */
	int64_t of_case, from_post, to_post, from_ms, until_ms; /* a step's; delegations */
	int lent;                               /* enum power */
	bool revoked;
};

/* Somebody tried something at a moment of the record. */
struct attempt { int64_t after_seq, at_ms, person, step, of_case; enum power power; bool allowed; };
/* Why it was refused, by the record: what is planted must be found under its name. */
enum verdict { MAY_BY_POST, MAY_BY_LOAN, NOT_LENT, OTHER_POWER, REVOKED, OVER, NOT_BEGUN, WITHOUT_SEAL, TAKEN, VERDICTS }; /* of several loans, the nearest miss */

struct model {
	struct thing *things; /* by id */
	int64_t count;
	int64_t *posts, *loans; /* ids, so that nobody looks for them among all things */
	int64_t posts_count, loans_count;
	int64_t *open;        /* ids of open steps */
	int64_t open_count, open_room;
	int64_t steps, hours, changes; /* seen in all */
};

bool model_init(struct model *m, int64_t ids);
void model_free(struct model *m);
/* One entry of the record. */
void model_apply(struct model *m, struct str kind, const struct json *data);
/* May the person do this now, by what the record says of posts and loans; allowed when it is one of the first two. */
enum verdict model_may(const struct model *m, const struct attempt *t);
/* Who ought to answer for the step now, by the rule as the office states it. */
int64_t model_expected(const struct model *m, const struct thing *step);

#endif
