/* map.h - text to pointer, in an arena. Insertion order is kept for iteration. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

struct map_entry {
	struct str key; /* borrowed: must live as long as the map */
	void *value;
};

struct map {
	struct arena *arena;
	struct map_entry *entries; /* in insertion order */
	uint32_t *slots;           /* index + 1 into entries; 0 = empty */
	size_t count, entries_room, slots_count;
};

void map_init(struct map *m, struct arena *a);
/* Sets or replaces. ERR_NOMEM only. */
BASE_MUST_USE enum err map_set(struct map *m, struct str key, void *value);
/* NULL when absent. */
void *map_get(const struct map *m, struct str key);
bool map_has(const struct map *m, struct str key);

#endif
