/* words.c - distinct texts and their numbers; and arrays that grow. */
#include "base/utf8.h"
#include "mine/mine_int.h"

void *heap_array(size_t n, size_t size)
{
	return size && n > SIZE_MAX / 2 / size ? NULL : heap_alloc((n ? n : 1) * size);
}

static size_t more_room(size_t room, size_t need)
{
	size_t more = room + room / 4 + 1024;
	return more < need ? need : more;
}

enum err grow(void *array, size_t *room, size_t need, size_t size)
{
	void **p = array;
	if (need <= *room)
		return OK;
	size_t more = more_room(*room, need);
	void *q = heap_resize(*p, *room * size, more * size);
	if (!q)
		return ERR_NOMEM;
	*p = q;
	*room = more;
	return OK;
}

enum err grow_column(void *array, size_t *room, size_t need, size_t size)
{
	void **p = array;
	if (need <= *room)
		return OK;
	size_t more = more_room(*room, need);
	void *q = more > SIZE_MAX / 2 / size ? NULL : heap_extend(*p, more * size);
	if (!q)
		return ERR_NOMEM;
	*p = q;
	*room = more;
	return OK;
}

/* Eight bytes at a time; for tables, not for security. */
uint64_t words_hash(struct str s)
{
	const uint64_t k = 0x9e3779b97f4a7c15u;
	uint64_t h = s.len * k, v;
	size_t i = 0;
	for (; i + 8 <= s.len; i += 8) {
		memcpy(&v, s.ptr + i, 8);
		h = (h ^ v) * k;
		h ^= h >> 29;
	}
	if (i < s.len) {
		v = 0;
		memcpy(&v, s.ptr + i, s.len - i);
		h = (h ^ v) * k;
		h ^= h >> 29;
	}
	h *= 0xbf58476d1ce4e5b9u;
	return h ^ h >> 32;
}

struct str mine_word(const struct mine_words *w, uint32_t id)
{
	if (id >= w->count)
		return S("");
	return str_span(w->text + w->from[id], w->from[id + 1] - w->from[id]);
}

static uint32_t *slot_of(const struct mine_words *w, struct str s, uint32_t hash)
{
	size_t mask = w->slots_count - 1;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		uint32_t *slot = &w->slots[i];
		if (!*slot || (w->hashes[*slot - 1] == hash && str_eq(mine_word(w, *slot - 1), s)))
			return slot;
	}
}

bool words_find(const struct mine_words *w, struct str s, uint32_t *id)
{
	uint32_t at = w->count ? *slot_of(w, s, (uint32_t)words_hash(s)) : 0;
	if (at)
		*id = at - 1;
	return at != 0;
}

static enum err more_slots(struct mine_words *w)
{
	size_t n = w->slots_count ? w->slots_count * 2 : 256;
	uint32_t *slots = heap_new_n(uint32_t, n);
	if (!slots)
		return ERR_NOMEM;
	for (uint32_t id = 0; id < w->count; id++) {
		size_t i = w->hashes[id] & (n - 1);
		while (slots[i])
			i = (i + 1) & (n - 1);
		slots[i] = id + 1;
	}
	heap_free(w->slots);
	w->slots = slots;
	w->slots_count = n;
	return OK;
}

static enum err append(struct mine_words *w, struct str s, uint32_t hash)
{
	size_t hashes_room = w->from_room ? w->from_room - 1 : 0;
	if (w->text_len + s.len > UINT32_MAX || w->count >= UINT32_MAX - 2)
		return ERR_LIMIT;
	if (w->count + 2 > w->from_room) {
		TRY(grow_column(&w->from, &w->from_room, w->count + 2, sizeof *w->from));
		TRY(grow_column(&w->hashes, &hashes_room, w->from_room - 1, sizeof *w->hashes));
	}
	TRY(grow_column(&w->text, &w->text_room, w->text_len + s.len + 1, 1));
	if (s.len)
		memcpy(w->text + w->text_len, s.ptr, s.len);
	if (w->count == 0)
		w->from[0] = 0;
	w->text_len += s.len;
	w->hashes[w->count] = hash;
	w->from[++w->count] = (uint32_t)w->text_len;
	return OK;
}

/* Each distinct text is checked once, when it is new. */
enum err words_add(struct mine_words *w, struct str s, uint32_t *id)
{
	if (s.len > MINE_TEXT_MAX) {
		size_t cut = MINE_TEXT_MAX;
		while (cut && ((unsigned char)s.ptr[cut] & 0xc0) == 0x80)
			cut--;
		s.len = cut;
	}
	if ((w->count + 1) * 2 > w->slots_count)
		TRY(more_slots(w));
	uint32_t hash = (uint32_t)words_hash(s);
	uint32_t *slot = slot_of(w, s, hash);
	if (!*slot) {
		if (!utf8_valid(s))
			return ERR_INVALID;
		TRY(append(w, s, hash));
		*slot = (uint32_t)w->count;
	}
	*id = *slot - 1;
	return OK;
}

/* The bytes of a short text in four numbers; with its length they are the text. False for a longer one. */
static inline bool recent_key(struct str s, uint64_t key[4])
{
	const char *end = s.ptr + s.len;
	uint32_t head, tail;
	key[0] = key[1] = key[2] = key[3] = 0;
	if (s.len > RECENT_TEXT_MAX)
		return false;
	if (s.len >= 16) {
		memcpy(key, s.ptr, 16);
		memcpy(key + 2, end - 16, 16);
	} else if (s.len >= 8) {
		memcpy(key, s.ptr, 8);
		memcpy(key + 1, end - 8, 8);
	} else if (s.len >= 4) {
		memcpy(&head, s.ptr, 4);
		memcpy(&tail, end - 4, 4);
		key[0] = (uint64_t)head << 32 | tail;
	} else if (s.len) {
		key[0] = (uint64_t)(unsigned char)s.ptr[0] << 16 | (uint64_t)(unsigned char)s.ptr[s.len / 2] << 8 | (unsigned char)end[-1];
	}
	return true;
}

enum err words_recent_init(struct words_recent *recent, unsigned bits)
{
	heap_free(recent->slot);
	recent->bits = bits;
	recent->slot = heap_new_n(struct recent_text, (size_t)1 << bits);
	return recent->slot ? OK : ERR_NOMEM;
}

enum err words_add_recent(struct mine_words *w, struct words_recent *recent, struct str s, uint32_t *id)
{
	uint64_t k[4];
	if (!recent_key(s, k))
		return words_add(w, s, id);
	uint64_t h = (k[0] ^ k[3] * 0xbf58476d1ce4e5b9u) * 0x9e3779b97f4a7c15u + (k[1] ^ k[2] * 0x94d049bb133111ebu) * 0xd6e8feb86659fd93u;
	struct recent_text *slot = &recent->slot[h >> (64 - recent->bits)];
	if (slot->len != s.len || !s.len || memcmp(slot->key, k, sizeof k) != 0) {
		TRY(words_add(w, s, id));
		memcpy(slot->key, k, sizeof k);
		slot->len = (uint32_t)s.len;
		slot->id = *id;
	}
	*id = slot->id;
	return OK;
}

void words_free(struct mine_words *w)
{
	heap_free(w->text);
	heap_free(w->from);
	heap_free(w->hashes);
	heap_free(w->slots);
	*w = (struct mine_words){ 0 };
}

enum err words_copy(const struct mine_words *from, struct mine_words *to)
{
	uint32_t id;
	for (uint32_t i = 0; i < from->count; i++)
		TRY(words_add(to, mine_word(from, i), &id));
	return OK;
}
