/* arena.h - memory with one lifetime: process, connection, request, step.
 *
 * Allocation bumps a pointer in a chain of blocks; everything goes at once with
 * arena_release or back to a mark with arena_rewind. Every arena has a cap;
 * reaching it returns NULL, and callers turn that into ERR_NOMEM.
 * Not thread-safe: an arena has one user at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *head; /* newest block */
	size_t used;              /* bytes handed out, all blocks */
	size_t reserved;          /* bytes taken from the heap */
	size_t cap;               /* upper bound of `reserved` */
	size_t allocations;       /* count of arena_alloc calls, for the benchmarks */
};

struct arena_mark {
	struct arena_block *head;
	size_t block_used, used;
};

/* Empty arena that may take at most `cap` bytes from the heap. Nothing is allocated yet. */
void arena_init(struct arena *a, size_t cap);
/* Frees everything; the arena may be used again. */
void arena_release(struct arena *a);
/* Forgets everything but keeps the first block for reuse. */
void arena_reset(struct arena *a);
struct arena_mark arena_save(const struct arena *a);
/* Frees what was allocated since the mark. */
void arena_rewind(struct arena *a, struct arena_mark m);

/* Zeroed, aligned to 16 bytes; NULL when the cap or the heap is exhausted.
 * size 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size);
/* The same, not zeroed: for bytes that are written before they are read. */
void *arena_room(struct arena *a, size_t size);
/* Makes the newest allocation larger where it stands, by bytes that are not zeroed; false when something lies behind it or its block is full. */
bool arena_extend(struct arena *a, void *p, size_t old_size, size_t new_size);
/* count * size, overflow checked. */
void *arena_array(struct arena *a, size_t count, size_t size);
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_new_n(a, type, n) ((type *)arena_array((a), (n), sizeof(type)))

/* A copy with a terminating NUL behind it (not counted). ptr == NULL when memory ran out. */
struct str arena_str(struct arena *a, struct str s);
/* printf into the arena, NUL behind it. ptr == NULL when memory ran out. */
struct str arena_printf(struct arena *a, const char *fmt, ...) BASE_PRINTF(2, 3);
/* A terminated copy for C interfaces; NULL when memory ran out. */
const char *arena_z(struct arena *a, struct str s);

/* Test hook: the n-th allocation from now on fails (1 = the next one), 0 = off.
 * Per thread. */
void arena_fail_after(size_t n);

/* Heap memory for the few things that outlive any arena (stores, servers, tables
 * that are replaced at run time). NULL when exhausted; zeroed. */
void *heap_alloc(size_t size);
void *heap_resize(void *p, size_t old_size, size_t new_size);
/* What is new is not zeroed: for large columns that are written before they are read, so that room in reserve costs no memory. */
void *heap_extend(void *p, size_t new_size);
void heap_free(void *p);
/* How often the heap had nothing for this thread, for arenas too; a cap that was reached does not count. Who sees more of them behind a piece of work
 * than before it knows that something may have been taken for nothing there. */
size_t heap_refusals(void);

#endif
