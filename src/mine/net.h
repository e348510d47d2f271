/* net.h - a process as places and transitions, for replaying cases. Private to the room.
 *
 * A place holds one token or none: one for each flow, and a few for what is under way (a sub-process, a repeated
 * activity). A transition is visible when a log could show it. Gateways choose freely: a log holds no data. */
#ifndef MINE_NET_H
#define MINE_NET_H

#include "bpmn/bpmn.h"
#include "mine/mine_int.h"

enum { NET_WORDS = 6, NET_PLACES_MAX = NET_WORDS * 64, NET_TRANSITIONS_MAX = 20000 };

struct net_marking { uint64_t bits[NET_WORDS]; };

struct net_transition {
	struct net_marking needs, takes, clears, gives, without; /* without: none of these may hold a token */
	uint32_t node;     /* of the outline, BPMN_NOWHERE = none */
	uint32_t activity; /* of the log; MINE_NONE for a silent one, or one that never occurs */
	bool visible;
};

struct net {
	struct bpmn_outline outline;
	struct net_transition *transitions;
	size_t count, room;
	uint32_t *in_place, *again_place, *scope_place; /* by node: waiting to begin without a flow; repeated; under way */
	uint32_t places;
	uint32_t *activity_of;        /* by node, MINE_NONE */
	struct net_marking start, scopes; /* scopes: places that may stay when all is over */
	bool too_large;
};

/* ERR_LIMIT when the process has too many places, ERR_NOT_FOUND when it has no node. */
BASE_MUST_USE enum err net_make(const struct bpmn_model *m, const struct mine_log *log, struct arena *a, struct net *out);

static inline void net_set(struct net_marking *m, uint32_t place) { m->bits[place / 64] |= UINT64_C(1) << place % 64; }
static inline bool net_has(const struct net_marking *m, uint32_t place) { return m->bits[place / 64] >> place % 64 & 1; }

#endif
