/* ledger.h - the tamper-evident record: canonical records chained by hash. Pure.
 *
 * A record is the canonical JSON of one event; its leaf hash covers the salted digest of the
 * payload, not the payload, so that personal data can be erased and the record stays provable.
 *   payload digest = SHA-256(salt || payload bytes)
 *   header bytes   = seq, at_ms, subject, actor as 8 bytes each, big-endian (two's complement),
 *                    then the length of kind as 4 bytes and kind itself
 *   entry hash     = SHA-256(0x01 || previous entry hash || header bytes || payload digest)
 * The first entry follows 32 zero bytes. Merkle proofs over the entry hashes: ledger/merkle.h.
 *
 * Hashing cannot fail but for want of memory inside the library, which is a bug (assertion).
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

enum { LEDGER_HASH = 32, LEDGER_SALT = 16 };

struct ledger_entry {
	uint64_t seq;              /* 1, 2, 3 … without a gap */
	int64_t at_ms;
	struct str kind;           /* e.g. "case.accepted" */
	int64_t subject;           /* case id or 0 */
	int64_t actor;             /* person id or 0 for the system */
	uint8_t salt[LEDGER_SALT];
	struct str payload;        /* canonical JSON; ptr NULL once erased */
	uint8_t payload_digest[LEDGER_HASH];
	uint8_t previous[LEDGER_HASH];
	uint8_t hash[LEDGER_HASH];
};

/* Fills payload_digest and hash from the other fields; `previous` must hold the hash of the entry
 * before (zeros for the first), and the payload must be there. */
void ledger_seal(struct ledger_entry *e);
/* Fills salt, payload_digest and hash from what a store keeps of them; the payload must be there, unless it is erased. Of the digest
 * nothing need be kept while salt and payload, from which it follows, are. What is of another length becomes zeros, with
 * which no entry verifies. */
void ledger_kept(struct ledger_entry *e, struct str salt, struct str digest, struct str hash);
/* Does `e` verify, and follow `previous` (NULL for the first)? An erased payload (ptr NULL) is
 * vouched for by its digest. ERR_CORRUPT with a code that says what does not hold:
 * ledger.sequence, ledger.chain, ledger.payload, ledger.entry. */
BASE_MUST_USE enum err ledger_check(const struct ledger_entry *e, const struct ledger_entry *previous, struct diag *d);
/* SHA-256 and its hex, for content-addressed documents. */
void ledger_digest(struct str bytes, uint8_t out[LEDGER_HASH]);

#endif
