/* layout.h - a layered layout: nodes in rows, long edges led through the rows between, labels as places of their own,
 * so that nothing lies on anything else. Private to the room; knows nothing of processes. */
#ifndef MINE_LAYOUT_H
#define MINE_LAYOUT_H

#include "base/arena.h"

struct layout_node { int32_t width; /* in */ int32_t x, rank; /* centre; row */ int32_t right; /* in: room for a loop */ };

struct layout_edge {
	uint32_t from, to;
	int32_t label;      /* width of its label */
	uint32_t weight;    /* the heavier, the more it decides what is above what */
	bool backward;      /* out: leads upwards */
	int32_t *xs;        /* out: centres at each row passed, from the upper end's row + 1 to the lower end's - 1 */
	int32_t top, bottom;/* rows of its upper and lower end */
	int32_t label_row, label_x;
};

struct layout {
	struct layout_node *nodes;
	struct layout_edge *edges; /* none from a node to itself */
	size_t nodes_count, edges_count;
	int32_t rows, width;       /* out: labels stand in odd rows, nodes in even ones */
};

BASE_MUST_USE enum err layout_run(struct layout *l, struct arena *a);

#endif
