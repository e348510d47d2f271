/* table.c - structs by the id they begin with. */
#include "watch/watch_int.h"

static int64_t id_of(const void *p) { return *(const int64_t *)p; }

static size_t slot_of(const struct watch_table *t, int64_t id)
{
	size_t i = (size_t)((uint64_t)id * 0x9E3779B97F4A7C15u >> 20) % t->room;
	while (t->slots[i] && id_of(t->slots[i]) != id)
		i = (i + 1) % t->room;
	return i;
}

void *watch_table_get(const struct watch_table *t, int64_t id)
{
	return t->room ? t->slots[slot_of(t, id)] : NULL;
}

static enum err table_grow(struct watch_table *t)
{
	struct watch_table more = { .room = t->room ? t->room * 2 : 256, .count = t->count };
	more.slots = heap_alloc(more.room * sizeof *more.slots);
	if (!more.slots)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->room; i++)
		if (t->slots[i])
			more.slots[slot_of(&more, id_of(t->slots[i]))] = t->slots[i];
	heap_free(t->slots);
	*t = more;
	return OK;
}

void *watch_table_add(struct watch_table *t, int64_t id, size_t size)
{
	if (t->count * 2 >= t->room && table_grow(t) != OK)
		return NULL;
	int64_t *p = heap_alloc(size);
	if (!p)
		return NULL;
	*p = id;
	t->slots[slot_of(t, id)] = p;
	t->count++;
	return p;
}

/* Taken out; those behind it in the run move up. */
void watch_table_drop(struct watch_table *t, int64_t id)
{
	size_t i = slot_of(t, id);
	if (!t->slots[i])
		return;
	t->slots[i] = NULL;
	t->count--;
	for (size_t j = (i + 1) % t->room; t->slots[j]; j = (j + 1) % t->room) {
		void *p = t->slots[j];
		t->slots[j] = NULL;
		t->slots[slot_of(t, id_of(p))] = p;
	}
}

void watch_table_clear(struct watch_table *t, void (*release)(void *))
{
	for (size_t i = 0; i < t->room; i++)
		if (t->slots[i])
			release(t->slots[i]);
	heap_free(t->slots);
	*t = (struct watch_table){ 0 };
}
