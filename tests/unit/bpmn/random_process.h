/* random_process.h - random valid processes as trees of blocks, written as BPMN, and a simple
 * reference interpreter that walks the tree itself. It knows no tokens, gateways or joins:
 * whatever the engine does with these must come to the same.
 */
#ifndef TESTS_RANDOM_PROCESS_H
#define TESTS_RANDOM_PROCESS_H

#include "base/arena.h"
#include "base/buf.h"

enum block_kind {
	BLOCK_TASK,      /* user task */
	BLOCK_SCRIPT,    /* counts its visits */
	BLOCK_SEQUENCE, BLOCK_EXCLUSIVE, BLOCK_PARALLEL, BLOCK_INCLUSIVE,
	BLOCK_LOOP,      /* goes round `times` times through exclusive gateways */
	BLOCK_SUB,       /* embedded sub-process */
	BLOCK_GUARDED,   /* sub-process kids[0] with a boundary timer that leads to kids[1] */
	BLOCK_MULTI,     /* user task, `times` instances */
	BLOCK_REPEAT,    /* script with standard loop, `times` times */
	BLOCK_RACE,      /* event-based gateway: message or timer */
	BLOCK_KINDS
};

enum { KIDS_MAX = 4 };

struct block {
	enum block_kind kind;
	int id;
	struct block *kids[KIDS_MAX];
	int kids_count;
	int choice;      /* exclusive: branch taken; inclusive: bits of branches taken */
	int times;
	bool sequential, interrupting;
	int hours;       /* timers */
};

struct rng { uint64_t state; };
uint32_t rng_below(struct rng *r, uint32_t n);

/* A tree of at most `depth` levels; ids count from *next. */
struct block *block_random(struct arena *a, struct rng *r, int depth, int *next);
/* The whole file. */
void block_to_bpmn(const struct block *root, struct buf *out);
/* The variables that the choices need, as FEEL context text. */
void block_to_input(const struct block *root, struct buf *out, bool first);

/* ---- the reference ---- */

struct walk; /* a running tree */
struct walk *walk_start(struct arena *a, const struct block *root, int *visits, int64_t now);
bool walk_done(const struct walk *w);
/* Names of what waits, sorted, e.g. "t3 t3 timer7 m9"; timers with their hour due. */
void walk_waiting(const struct walk *w, struct buf *out);
/* A user task or message by its element id; false when it does not wait. */
bool walk_complete(struct walk *w, struct str element, int64_t now);
/* Fires the timer of this block. */
bool walk_fire(struct walk *w, struct str element, int64_t now);

#endif
