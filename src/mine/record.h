/* record.h - a log from the record of this system. Private to the room. */
#ifndef MINE_RECORD_H
#define MINE_RECORD_H

#include "casework/room.h"
#include "mine/mine_int.h"

struct record_question {
	struct str item, organ, region;   /* codes; empty = all */
	int64_t from_ms, to_ms;           /* received in [from, to); MINE_NO_TIME = open */
	bool english;
};

/* The steps done in the cases that the actor may see: heads those of their organs, supervision all. A step began when
 * somebody took it (the claim, not being given it), where somebody did. ERR_NOT_FOUND "mine.nothing" when there is no such case. */
BASE_MUST_USE enum err record_read(struct view_ctx *v, const struct record_question *q, struct mine_log **out);
/* The live process of the item's pack; NULL when there is none or it cannot be read. Lives in `a`. */
struct bpmn_model *record_process(struct view_ctx *v, struct str item, struct arena *a);

#endif
