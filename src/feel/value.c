/* value.c - lists and contexts: building, looking up, copying. */
#include "feel/feel_value.h"

#include "feel/feel.h"

enum { INDEX_FROM = 17 }; /* entries from which a context carries an index */

const char *feel_kind_name(enum feel_kind k)
{
	static const char *const names[] = { "null", "boolean", "number", "string", "date", "time", "date and time",
		"days and time duration", "years and months duration", "list", "context", "range", "function" };
	return names[k];
}

/* Twice the room, what there is copied. */
static enum err grow(struct arena *a, void **items, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 8;
	void *bigger = arena_array(a, more, size);
	if (!bigger)
		return ERR_NOMEM;
	if (count)
		memcpy(bigger, *items, count * size);
	*items = bigger;
	*room = more;
	return OK;
}

enum err feel_list_put(struct feel_list_builder *b, struct feel_value v)
{
	if (b->count == b->room) {
		void *items = b->items;
		TRY(grow(b->arena, &items, b->count, &b->room, sizeof v));
		b->items = items;
	}
	b->items[b->count++] = v;
	return OK;
}

enum err feel_context_put(struct feel_context_builder *b, struct str key, struct feel_value v)
{
	for (size_t i = 0; i < b->count && b->count < 64; i++)
		if (str_eq(b->entries[i].key, key)) {
			b->entries[i].value = v;
			return OK;
		}
	if (b->count == b->room) {
		void *entries = b->entries;
		TRY(grow(b->arena, &entries, b->count, &b->room, sizeof *b->entries));
		b->entries = entries;
	}
	b->entries[b->count++] = (struct feel_entry){ key, v };
	return OK;
}

/* Slot of a key: its entry, or the free place where it belongs. */
static uint32_t *slot_of(uint32_t *slots, uint32_t mask, const struct feel_entry *entries, struct str key)
{
	uint32_t at = (uint32_t)str_hash(key) & mask;
	while (slots[at] && !str_eq(entries[slots[at] - 1].key, key))
		at = (at + 1) & mask;
	return &slots[at];
}

/* Large contexts are not searched while they are built: equal keys are merged here. */
static size_t fill_index(struct feel_context_builder *b, uint32_t *slots, uint32_t mask)
{
	size_t kept = 0;
	for (size_t i = 0; i < b->count; i++) {
		uint32_t *slot = slot_of(slots, mask, b->entries, b->entries[i].key);
		if (*slot) {
			b->entries[*slot - 1].value = b->entries[i].value;
			continue;
		}
		b->entries[kept] = b->entries[i];
		*slot = (uint32_t)++kept;
	}
	return kept;
}

enum err feel_context_end(struct feel_context_builder *b, struct feel_value *out)
{
	struct feel_context *c = arena_new(b->arena, struct feel_context);
	if (!c)
		return ERR_NOMEM;
	c->count = b->count;
	if (b->count >= INDEX_FROM) {
		uint32_t size = 64;
		while (size < b->count * 2 && size < UINT32_C(1) << 30)
			size *= 2;
		uint32_t *slots = arena_new_n(b->arena, uint32_t, size);
		if (!slots)
			return ERR_NOMEM;
		c->count = fill_index(b, slots, size - 1);
		c->slots = slots;
		c->slots_mask = size - 1;
	}
	c->entries = b->entries;
	*out = (struct feel_value){ .kind = FEEL_CONTEXT, .context = c };
	return OK;
}

const struct feel_value *feel_get(const struct feel_value *v, struct str key)
{
	if (!v || v->kind != FEEL_CONTEXT)
		return NULL;
	const struct feel_context *c = v->context;
	if (c->slots) {
		uint32_t at = (uint32_t)str_hash(key) & c->slots_mask;
		for (; c->slots[at]; at = (at + 1) & c->slots_mask)
			if (str_eq(c->entries[c->slots[at] - 1].key, key))
				return &c->entries[c->slots[at] - 1].value;
		return NULL;
	}
	for (size_t i = 0; i < c->count; i++)
		if (str_eq(c->entries[i].key, key))
			return &c->entries[i].value;
	return NULL;
}

/* ---- copying ---- */

static enum err copy_at(struct arena *a, const struct feel_value *v, int depth, struct feel_value *out);

static enum err copy_list(struct arena *a, const struct feel_value *v, int depth, struct feel_value *out)
{
	struct feel_value *items = arena_new_n(a, struct feel_value, v->list.count);
	if (!items)
		return ERR_NOMEM;
	for (size_t i = 0; i < v->list.count; i++)
		TRY(copy_at(a, &v->list.at[i], depth, &items[i]));
	*out = feel_list(items, v->list.count);
	return OK;
}

static enum err copy_text(struct arena *a, struct str s, struct str *out)
{
	*out = arena_str(a, s);
	return out->ptr ? OK : ERR_NOMEM;
}

static enum err copy_context(struct arena *a, const struct feel_value *v, int depth, struct feel_value *out)
{
	struct feel_context_builder b;
	feel_context_begin(&b, a);
	for (size_t i = 0; i < v->context->count; i++) {
		struct str key;
		struct feel_value value;
		TRY(copy_text(a, v->context->entries[i].key, &key));
		TRY(copy_at(a, &v->context->entries[i].value, depth, &value));
		TRY(feel_context_put(&b, key, value));
	}
	return feel_context_end(&b, out);
}

static enum err copy_range(struct arena *a, const struct feel_value *v, int depth, struct feel_value *out)
{
	struct feel_range *range = arena_new(a, struct feel_range);
	if (!range)
		return ERR_NOMEM;
	*range = *v->range;
	TRY(copy_at(a, &v->range->low, depth, &range->low));
	TRY(copy_at(a, &v->range->high, depth, &range->high));
	*out = feel_range_of(range);
	return OK;
}

/* depth: values are trees made by bounded evaluations; the limit only guards the C stack */
static enum err copy_at(struct arena *a, const struct feel_value *v, int depth, struct feel_value *out)
{
	if (depth > 4000)
		return ERR_LIMIT;
	switch (v->kind) {
	case FEEL_STRING:
		*out = *v;
		return copy_text(a, v->string, &out->string);
	case FEEL_LIST:
		return copy_list(a, v, depth + 1, out);
	case FEEL_CONTEXT:
		return copy_context(a, v, depth + 1, out);
	case FEEL_RANGE:
		return copy_range(a, v, depth + 1, out);
	default:
		*out = *v;
		return OK;
	}
}

enum err feel_copy(struct arena *a, const struct feel_value *v, struct feel_value *out)
{
	struct feel_value copy;
	TRY(copy_at(a, v, 0, &copy));
	*out = copy;
	return OK;
}
