/* arena.c - the only file that calls malloc. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/print.h"

enum { BLOCK_MIN = 4096, BLOCK_MAX = 1 << 20, ALIGN = 16 };

struct arena_block {
	struct arena_block *prev;
	size_t size, used; /* of data[] */
	_Alignas(16) unsigned char data[];
};

static _Thread_local size_t fail_countdown, refusals;

void arena_fail_after(size_t n)
{
	fail_countdown = n;
}

static bool must_fail(void)
{
	return fail_countdown != 0 && --fail_countdown == 0;
}

size_t heap_refusals(void)
{
	return refusals;
}

static void *noted(void *p)
{
	refusals += !p;
	return p;
}

void *heap_alloc(size_t size)
{
	return noted(must_fail() ? NULL : calloc(1, size ? size : 1));
}

void *heap_resize(void *p, size_t old_size, size_t new_size)
{
	unsigned char *q = noted(must_fail() ? NULL : realloc(p, new_size ? new_size : 1));
	if (q && new_size > old_size)
		memset(q + old_size, 0, new_size - old_size);
	return q;
}

void *heap_extend(void *p, size_t new_size)
{
	return noted(must_fail() ? NULL : realloc(p, new_size ? new_size : 1));
}

void heap_free(void *p)
{
	free(p);
}

void arena_init(struct arena *a, size_t cap)
{
	*a = (struct arena){ .cap = cap };
}

static void drop_blocks(struct arena *a, const struct arena_block *until)
{
	while (a->head != until) {
		struct arena_block *b = a->head;
		a->head = b->prev;
		a->reserved -= b->size;
		free(b);
	}
}

void arena_release(struct arena *a)
{
	drop_blocks(a, NULL);
	a->used = 0;
}

void arena_reset(struct arena *a)
{
	struct arena_block *first = a->head;
	while (first && first->prev)
		first = first->prev;
	drop_blocks(a, first);
	if (first)
		first->used = 0;
	a->used = 0;
}

struct arena_mark arena_save(const struct arena *a)
{
	return (struct arena_mark){ a->head, a->head ? a->head->used : 0, a->used };
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
	if (!m.head) {
		arena_reset(a);
		return;
	}
	drop_blocks(a, m.head);
	a->head->used = m.block_used;
	a->used = m.used;
}

static struct arena_block *add_block(struct arena *a, size_t at_least)
{
	size_t size = a->head ? a->head->size * 2 : BLOCK_MIN;
	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (size < at_least)
		size = at_least;
	if (size > a->cap - a->reserved)
		size = at_least; /* the last corner of the cap is still usable */
	if (at_least > a->cap - a->reserved)
		return NULL;
	struct arena_block *b = noted(malloc(sizeof *b + size));
	if (!b)
		return NULL;
	b->prev = a->head;
	b->used = 0;
	b->size = size;
	a->head = b;
	a->reserved += size;
	return b;
}

static size_t rounded(size_t size)
{
	return size ? (size + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
}

/* Blocks are not zeroed, what is handed out is: of most blocks a part is never used. */
void *arena_room(struct arena *a, size_t size)
{
	if (must_fail())
		return noted(NULL);
	if (size > SIZE_MAX - ALIGN)
		return NULL;
	a->allocations++;
	size = rounded(size);
	struct arena_block *b = a->head;
	if (!b || b->size - b->used < size)
		b = add_block(a, size);
	if (!b)
		return NULL;
	void *p = b->data + b->used;
	b->used += size;
	a->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_room(a, size);
	return p ? memset(p, 0, rounded(size)) : NULL;
}

bool arena_extend(struct arena *a, void *p, size_t old_size, size_t new_size)
{
	struct arena_block *b = a->head;
	if (!b || new_size > SIZE_MAX - ALIGN || new_size < old_size)
		return false;
	size_t old_room = rounded(old_size), more = rounded(new_size) - old_room;
	if ((unsigned char *)p + old_room != b->data + b->used || more > b->size - b->used)
		return false;
	b->used += more;
	a->used += more;
	return true;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return arena_alloc(a, total);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = s.len == SIZE_MAX ? NULL : arena_room(a, s.len + 1);
	if (!p)
		return (struct str){ NULL, 0 };
	if (s.len)
		memcpy(p, s.ptr, s.len);
	p[s.len] = 0;
	return str_span(p, s.len);
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char line[256]; /* mostly enough */
	va_start(ap, fmt);
	int n = base_vprint(line, sizeof line, fmt, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : arena_room(a, (size_t)n + 1);
	if (!p)
		return (struct str){ NULL, 0 };
	if ((size_t)n < sizeof line) {
		memcpy(p, line, (size_t)n + 1);
		return str_span(p, (size_t)n);
	}
	va_start(ap, fmt);
	base_vprint(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return str_span(p, (size_t)n);
}

const char *arena_z(struct arena *a, struct str s)
{
	return arena_str(a, s).ptr;
}
