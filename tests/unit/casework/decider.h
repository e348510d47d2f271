/* decider.h - a room whose command writes into a case what a rule gave: test.decide {case_no, decision}. */
#ifndef TESTS_DECIDER_H
#define TESTS_DECIDER_H

#include "casework/room.h"

static enum err act_decide(struct act *act)
{
	struct json_build o, data;
	int64_t id = row_i64_str(act->c, "SELECT id FROM case_number WHERE case_no=?1", json_text(json_get(act->data, "case_no")), 0);
	json_build_object(&data, act->a);
	json_set_str(&data, "decision", json_text(json_get(act->data, "decision")));
	json_set_str(&data, "output", S("small"));
	json_set_str(&data, "result", S("small"));
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", id);
	json_set(&o, "data", json_built(&data));
	return act_emit(act, "decision.made", id, &o);
}

static const struct command_def decider_commands[] = { { "test.decide", ROLE_SYSTEM, act_decide } };
static const struct casework_room decider = { .name = "decider", .commands = decider_commands, .commands_count = 1 };

#endif
