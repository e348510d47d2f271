/* ledger.h - the tamper-evident record: canonical records chained by hash. Pure.
 *
 * A record is the canonical JSON of one event; its leaf hash covers the salted digest of the
 * payload, not the payload, so that personal data can be erased and the record stays provable.
 * entry hash = SHA-256(0x01 || previous entry hash || header bytes || payload digest)
 * payload digest = SHA-256(salt || payload bytes)
 * Merkle proofs (RFC 9162) come behind the same interface.
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

/* Fills payload_digest and hash from the other fields. */
void ledger_seal(struct ledger_entry *e);
/* Does `e` verify, and follow `previous` (NULL for the first)? The diag says what does not. */
BASE_MUST_USE enum err ledger_check(const struct ledger_entry *e, const struct ledger_entry *previous, struct diag *d);
/* SHA-256 and its hex, for content-addressed documents. */
void ledger_digest(struct str bytes, uint8_t out[LEDGER_HASH]);

#endif
