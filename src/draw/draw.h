/* draw.h - publicly verifiable random selection, RFC 3797: a list published before, seeds that nobody can
 * foresee or choose, and an algorithm that anyone can run again. Pure: no clock, no file, no chance of its own.
 *
 *   1. The pool is published, in order, with the sources of the seeds and the number to draw.
 *   2. The sources speak: a lottery's numbers, an entry of the ledger made later.
 *   3. key = each source in canonical form, joined (RFC 3797, 4.1).
 *   4. For i = 0, 1, 2, …: digest = hash(i || key || i), i as two bytes, most significant first; the digest
 *      is one large number; its remainder by the places that are left, plus one, is the place drawn; the place leaves the list (4.2).
 *
 * The hash is MD5, as the RFC prescribes: nobody gains by a collision, for the list is fixed before the seeds are known.
 * DRAW_SHA256 is the same with SHA-256, for offices that may not use MD5 at all.
 *
 * Beyond the RFC, and each visible in the published list: a member with weight w stands in w places one after the other
 * (drawn again, it is passed over), a member with weight 0 is excluded for the reason beside it and stands in none. A seed may be a
 * hash in hexadecimal, "0x…": it is one whole number and enters the key in decimal, like any other.
 *
 * Refusals (ERR_INVALID, ERR_LIMIT) name the line; ERR_NOMEM. Texts live in the arena or borrow from the input.
 */
#ifndef DRAW_DRAW_H
#define DRAW_DRAW_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

enum {
	DRAW_MEMBERS_MAX = 1000000, /* places as well */
	DRAW_PICKS_MAX = 65536,     /* the counter has two bytes */
	DRAW_SOURCES_MAX = 32,
	DRAW_VALUES_MAX = 64,       /* numbers of one source */
	DRAW_DIGITS_MAX = 160,      /* of one number */
	DRAW_DIGEST_MAX = 32,
};

enum draw_hash { DRAW_MD5, DRAW_SHA256 };

/* "md5", "sha256". */
bool draw_hash_parse(struct str name, enum draw_hash *out);
const char *draw_hash_name(enum draw_hash h);
size_t draw_hash_size(enum draw_hash h);

/* ---- the pool ---- */

struct draw_member {
	struct str name;
	uint32_t weight;   /* places; 0 = excluded */
	struct str reason; /* why the weight is not 1; may be empty */
};

struct draw_pool {
	struct draw_member *members;
	size_t count;
	uint32_t places;   /* sum of the weights */
};

/* One member a line: name, or name TAB weight, or name TAB weight TAB reason. Blank lines and lines that begin with # say
 * nothing. Refused: a name twice (draw.twice), a bad weight (draw.weight), nobody at all (draw.empty), too many (draw.too-many). */
BASE_MUST_USE enum err draw_pool_read(struct arena *a, struct str text, struct draw_pool *out, struct diag *d);
/* The published form, which the digest is of: the lines above without comments, each ended by LF. */
void draw_pool_put(const struct draw_pool *pool, struct buf *out);
/* SHA-256 of bytes as 64 hexadecimal digits: what is announced before the seeds are known. */
void draw_digest_put(struct str bytes, struct buf *out);

/* ---- the key ---- */

/* Adds one source in canonical form: its numbers without leading zeros, and without trailing ones behind the point, each ended by or
 * containing a point, sorted from small to large, the whole ended by "/". "9 26 18" gives "9.18.26./". */
BASE_MUST_USE enum err draw_source_put(struct str numbers, struct buf *key, struct diag *d);
/* A file of sources, one a line; blank lines and lines that begin with # say nothing. */
BASE_MUST_USE enum err draw_key_read(struct str text, struct buf *key, struct diag *d);

/* ---- the draw ---- */

struct draw_pick {
	uint32_t counter;                /* 1, 2, …: hashed as 0, 1, … */
	uint32_t divisor;                /* places left before it */
	uint32_t place;                  /* remainder plus one: among the places left */
	uint32_t position;               /* in the published list of places, from 1 */
	uint32_t member;                 /* index in pool->members */
	bool again;                      /* the member had been drawn: passed over */
	uint8_t digest[DRAW_DIGEST_MAX]; /* draw_hash_size bytes */
};

/* Draws `want` different members. *picks holds those passed over too; *count is never less than `want`. Refused: more than there are
 * members with a place (draw.too-few), more picks than the counter counts (draw.too-many), an empty key (draw.no-seed). */
BASE_MUST_USE enum err draw_run(struct arena *a, enum draw_hash hash, struct str key, const struct draw_pool *pool, uint32_t want,
                                struct draw_pick **picks, size_t *count, struct diag *d);

#endif
