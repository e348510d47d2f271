/* ledger_int.h - hashing in pieces, for the files of this room. */
#ifndef LEDGER_LEDGER_INT_H
#define LEDGER_LEDGER_INT_H

#include "ledger/ledger.h"

/* SHA-256 over the parts one behind the other. */
void ledger_hash_parts(const struct str *parts, size_t count, uint8_t out[LEDGER_HASH]);

static inline struct str ledger_bytes(const uint8_t *p, size_t n)
{
	return str_span((const char *)p, n);
}

#endif
