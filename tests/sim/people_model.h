/* people_model.h - the office as a test understands it from the record alone: who is here, who holds which post, who
 * ought to answer for each open step, and who the record says does. It shares no code with what it checks. */
#ifndef TESTS_SIM_PEOPLE_MODEL_H
#define TESTS_SIM_PEOPLE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "text/json.h"

enum what { NOTHING, PERSON, POST, ORGAN, STEP };

struct thing {
	enum what what;
	bool enabled, ended, head, admin, open;
	int away;
	int64_t organ, a, b, parent;            /* posts, organs */
	int64_t post, holder, meant, opened_ms; /* steps */
	int64_t hours;                          /* of a step: counted so far */
};

struct model {
	struct thing *things; /* by id */
	int64_t count;
	int64_t *open;        /* ids of open steps */
	int64_t open_count, open_room;
	int64_t steps, hours, changes; /* seen in all */
};

bool model_init(struct model *m, int64_t ids);
void model_free(struct model *m);
/* One entry of the record. */
void model_apply(struct model *m, struct str kind, const struct json *data);
/* Who ought to answer for the step now, by the rule as the office states it. */
int64_t model_expected(const struct model *m, const struct thing *step);

#endif
