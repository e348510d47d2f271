/* ledger.c - sealing and checking entries. */
#include "ledger/ledger_int.h"

enum { HEADER_FIXED = 4 * 8 + 4 };

static void put_u64(uint8_t *to, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> (56 - 8 * i));
}

/* Every field has a fixed width or its length before it: no two entries share their bytes. */
static void entry_hash(const struct ledger_entry *e, uint8_t out[LEDGER_HASH])
{
	static const uint8_t prefix = 0x01;
	uint8_t header[HEADER_FIXED];
	put_u64(header, e->seq);
	put_u64(header + 8, (uint64_t)e->at_ms);
	put_u64(header + 16, (uint64_t)e->subject);
	put_u64(header + 24, (uint64_t)e->actor);
	base_assert(e->kind.len <= UINT32_MAX);
	for (int i = 0; i < 4; i++)
		header[32 + i] = (uint8_t)(e->kind.len >> (24 - 8 * i));
	const struct str parts[] = {
		ledger_bytes(&prefix, 1), ledger_bytes(e->previous, LEDGER_HASH), ledger_bytes(header, sizeof header),
		e->kind, ledger_bytes(e->payload_digest, LEDGER_HASH),
	};
	ledger_hash_parts(parts, sizeof parts / sizeof *parts, out);
}

static void payload_digest(const struct ledger_entry *e, uint8_t out[LEDGER_HASH])
{
	const struct str parts[] = { ledger_bytes(e->salt, LEDGER_SALT), e->payload };
	ledger_hash_parts(parts, 2, out);
}

void ledger_seal(struct ledger_entry *e)
{
	base_assert(e->payload.ptr && e->seq > 0);
	payload_digest(e, e->payload_digest);
	entry_hash(e, e->hash);
}

static void fixed(uint8_t *to, size_t n, struct str kept)
{
	memset(to, 0, n);
	if (kept.len == n)
		memcpy(to, kept.ptr, n);
}

void ledger_kept(struct ledger_entry *e, struct str salt, struct str digest, struct str hash)
{
	fixed(e->salt, LEDGER_SALT, salt);
	fixed(e->payload_digest, LEDGER_HASH, digest);
	fixed(e->hash, LEDGER_HASH, hash);
	if (digest.len == 0 && e->payload.ptr)
		payload_digest(e, e->payload_digest);
}

static enum err bad(struct diag *d, const struct ledger_entry *e, const char *code, const char *what)
{
	return diag_set(d, ERR_CORRUPT, code, "ledger entry %llu: %s", (unsigned long long)e->seq, what);
}

enum err ledger_check(const struct ledger_entry *e, const struct ledger_entry *previous, struct diag *d)
{
	static const uint8_t zeros[LEDGER_HASH];
	uint8_t h[LEDGER_HASH];
	if (e->seq != (previous ? previous->seq : 0) + 1)
		return bad(d, e, "ledger.sequence", "its number does not follow the one before");
	if (memcmp(e->previous, previous ? previous->hash : zeros, LEDGER_HASH) != 0)
		return bad(d, e, "ledger.chain", "it does not follow the entry before");
	if (e->payload.ptr) {
		payload_digest(e, h);
		if (memcmp(h, e->payload_digest, LEDGER_HASH) != 0)
			return bad(d, e, "ledger.payload", "its payload or salt was changed");
	}
	entry_hash(e, h);
	if (memcmp(h, e->hash, LEDGER_HASH) != 0)
		return bad(d, e, "ledger.entry", "its fields were changed");
	return OK;
}
