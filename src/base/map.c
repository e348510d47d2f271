/* map.c - open addressing over insertion-ordered entries; no deletion. */
#include "base/map.h"

void map_init(struct map *m, struct arena *a)
{
	*m = (struct map){ .arena = a };
}

/* The slot of the key, or the empty slot where it would go. */
static size_t slot_of(const struct map *m, struct str key)
{
	size_t mask = m->slots_count - 1;
	size_t i = (size_t)str_hash(key) & mask;
	while (m->slots[i] && !str_eq(m->entries[m->slots[i] - 1].key, key))
		i = (i + 1) & mask;
	return i;
}

static enum err grow(struct map *m)
{
	size_t room = m->entries_room ? m->entries_room * 2 : 8;
	struct map_entry *entries = arena_new_n(m->arena, struct map_entry, room);
	uint32_t *slots = arena_new_n(m->arena, uint32_t, room * 2);
	if (!entries || !slots)
		return ERR_NOMEM;
	if (m->count)
		memcpy(entries, m->entries, m->count * sizeof *entries);
	m->entries = entries;
	m->entries_room = room;
	m->slots = slots;
	m->slots_count = room * 2;
	for (size_t i = 0; i < m->count; i++)
		slots[slot_of(m, entries[i].key)] = (uint32_t)i + 1;
	return OK;
}

enum err map_set(struct map *m, struct str key, void *value)
{
	if (m->count == m->entries_room)
		TRY(grow(m));
	size_t i = slot_of(m, key);
	if (m->slots[i]) {
		m->entries[m->slots[i] - 1].value = value;
		return OK;
	}
	m->entries[m->count] = (struct map_entry){ key, value };
	m->slots[i] = (uint32_t)++m->count;
	return OK;
}

static const struct map_entry *find(const struct map *m, struct str key)
{
	if (!m->count)
		return NULL;
	uint32_t at = m->slots[slot_of(m, key)];
	return at ? &m->entries[at - 1] : NULL;
}

void *map_get(const struct map *m, struct str key)
{
	const struct map_entry *e = find(m, key);
	return e ? e->value : NULL;
}

bool map_has(const struct map *m, struct str key)
{
	return find(m, key) != NULL;
}
