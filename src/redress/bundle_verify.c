/* bundle_verify.c - a bundle of evidence checked by itself, without the system that made it. Pure. */
#include "ledger/ledger.h"
#include "ledger/merkle.h"
#include "redress/redress.h"

static enum err not_a_bundle(struct diag *d, const char *what)
{
	return diag_set(d, ERR_INVALID, "bundle.invalid", "This is no bundle of evidence: %s.", what);
}

static bool read_hash(const struct json *from, const char *key, uint8_t out[LEDGER_HASH])
{
	return str_from_hex(json_text(json_get(from, key)), out, LEDGER_HASH);
}

/* An entry whose payload was withheld is vouched for by its digest. */
static enum err read_entry(const struct json *j, struct ledger_entry *e, struct diag *d)
{
	const struct json *payload = json_get(j, "payload");
	int64_t seq = json_i64(json_get(j, "seq"), 0);
	*e = (struct ledger_entry){ .seq = (uint64_t)seq, .at_ms = json_i64(json_get(j, "at_ms"), 0), .kind = json_text(json_get(j, "kind")),
		.subject = json_i64(json_get(j, "subject"), 0), .actor = json_i64(json_get(j, "actor"), 0) };
	if (payload && payload->kind == JSON_STRING) {
		e->payload = payload->text;
		if (!str_from_hex(json_text(json_get(j, "salt")), e->salt, LEDGER_SALT))
			return not_a_bundle(d, "an entry has no salt");
	}
	if (seq < 1 || !read_hash(j, "digest", e->payload_digest) || !read_hash(j, "previous", e->previous) || !read_hash(j, "hash", e->hash))
		return not_a_bundle(d, "an entry has no number, digest or hash");
	return OK;
}

static enum err read_proof(const struct json *list, struct merkle_proof *out, struct diag *d)
{
	out->count = 0;
	if (!list || list->kind != JSON_ARRAY || list->count > MERKLE_PROOF_MAX)
		return not_a_bundle(d, "an entry has no proof");
	for (; out->count < list->count; out->count++)
		if (!str_from_hex(json_text(&list->items[out->count]), out->hash[out->count].b, LEDGER_HASH))
			return not_a_bundle(d, "a proof holds something else than hashes");
	return OK;
}

static enum err check_entry(const struct json *j, uint64_t size, const struct merkle_hash *root, struct diag *d)
{
	struct ledger_entry e, before;
	struct merkle_proof proof;
	TRY(read_entry(j, &e, d));
	TRY(read_proof(json_get(j, "proof"), &proof, d));
	before = (struct ledger_entry){ .seq = e.seq - 1 };
	memcpy(before.hash, e.previous, LEDGER_HASH);
	struct diag why;
	diag_init(&why);
	if (ledger_check(&e, e.seq > 1 ? &before : NULL, &why) != OK)
		return diag_set(d, ERR_CORRUPT, "bundle.entry", "Entry %llu is not what was recorded: %s", (unsigned long long)e.seq, why.text);
	struct merkle_hash leaf = merkle_leaf(str_span((const char *)e.hash, LEDGER_HASH));
	if (e.seq > size || !merkle_inclusion_verify(e.seq - 1, size, &leaf, proof.hash, proof.count, root))
		return diag_set(d, ERR_CORRUPT, "bundle.proof", "Entry %llu is not proved to be in the record with this root.", (unsigned long long)e.seq);
	return OK;
}

enum err redress_bundle_verify(struct arena *a, struct str json, struct redress_bundle_proof *out, struct diag *d)
{
	const struct json *v;
	struct merkle_hash root;
	TRY(json_read(a, json, &v, d));
	const struct json *entries = json_get(v, "entries");
	int64_t size = json_i64(json_get(v, "size"), 0);
	if (!str_eqz(json_text(json_get(v, "format")), "banjie-evidence/1"))
		return not_a_bundle(d, "its format is not banjie-evidence/1");
	if (!entries || entries->kind != JSON_ARRAY || !entries->count || size < 1 || !read_hash(v, "root", root.b))
		return not_a_bundle(d, "size, root or entries are missing");
	for (size_t i = 0; i < entries->count; i++)
		TRY(check_entry(&entries->items[i], (uint64_t)size, &root, d));
	*out = (struct redress_bundle_proof){ .case_no = json_text(json_get(v, "case_no")), .root = json_text(json_get(v, "root")),
		.size = (uint64_t)size, .entries = entries->count };
	return OK;
}
