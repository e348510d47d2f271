/* redress.h - what follows an alert: answer, contest, judgement; demands with limits; the ladder of measures; accountability.
 *
 * Purpose: nothing that supervision says stays without an answer, and nothing is held against a person that a
 * supervisor without an interest has not looked at. All of it is rows of the record (redress_room.c lists the tables),
 * changed by commands (docs/commands.md, "Redress") and read by views (docs/views.md, "Redress"); pages and other rooms
 * use those. What stands here is for the command line: a bundle of evidence verified without the database.
 *
 * Units: limits are working days, moments milliseconds since 1970Z, points whole numbers.
 */
#ifndef REDRESS_REDRESS_H
#define REDRESS_REDRESS_H

#include "base/arena.h"
#include "base/diag.h"
#include "casework/room.h"

extern const struct casework_room redress_room;

/* What a bundle of evidence proves, and in what. */
struct redress_bundle_proof {
	struct str case_no, root; /* root: hex of the Merkle root over the record's first `size` entries */
	uint64_t size;
	uint64_t entries;         /* in the bundle, each proved */
};

/* Verifies a bundle (JSON, docs/evidence.md): every entry's digest and hash, and that each is among the first `size` entries
 * of the record with that root. Whether the root is the record's is for the reader to compare with one published earlier.
 * ERR_INVALID: no bundle. ERR_CORRUPT: what does not hold, with the entry's number. Results borrow from `a`. */
BASE_MUST_USE enum err redress_bundle_verify(struct arena *a, struct str json, struct redress_bundle_proof *out, struct diag *d);

#endif
