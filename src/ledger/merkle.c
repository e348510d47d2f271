/* merkle.c - RFC 9162 Merkle tree: root, proofs, verification. */
#include "ledger/merkle.h"

#include "ledger/ledger_int.h"

struct merkle_hash merkle_leaf(struct str data)
{
	static const uint8_t prefix = 0x00;
	struct merkle_hash h;
	const struct str parts[] = { ledger_bytes(&prefix, 1), data };
	ledger_hash_parts(parts, 2, h.b);
	return h;
}

struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right)
{
	static const uint8_t prefix = 0x01;
	struct merkle_hash h;
	const struct str parts[] = { ledger_bytes(&prefix, 1), ledger_bytes(left->b, LEDGER_HASH),
	                             ledger_bytes(right->b, LEDGER_HASH) };
	ledger_hash_parts(parts, 3, h.b);
	return h;
}

void merkle_append(struct merkle_tree *t, const struct merkle_hash *leaf)
{
	struct merkle_hash h = *leaf;
	int level = 0;
	base_assert(t->size < UINT64_MAX);
	for (; t->size >> level & 1; level++)
		h = merkle_node(&t->full[level], &h);
	t->full[level] = h;
	t->size++;
}

struct merkle_hash merkle_tree_root(const struct merkle_tree *t)
{
	struct merkle_hash h;
	bool any = false;
	if (t->size == 0)
		ledger_digest(S(""), h.b);
	for (int level = 0; level < 64; level++) {
		if (!(t->size >> level & 1))
			continue;
		h = any ? merkle_node(&t->full[level], &h) : t->full[level];
		any = true;
	}
	return h;
}

struct merkle_hash merkle_root(const struct merkle_hash *leaves, uint64_t n)
{
	struct merkle_tree t = { 0 };
	for (uint64_t i = 0; i < n; i++)
		merkle_append(&t, &leaves[i]);
	return merkle_tree_root(&t);
}

/* The largest power of two below n; n > 1. */
static uint64_t split(uint64_t n)
{
	uint64_t k = 1;
	while (k < n - k)
		k *= 2;
	return k;
}

/* Proofs are found from the root down and stand from the leaf up. */
static void reverse(struct merkle_proof *p)
{
	for (size_t i = 0, j = p->count; i + 1 < j; i++) {
		struct merkle_hash h = p->hash[i];
		p->hash[i] = p->hash[--j];
		p->hash[j] = h;
	}
}

void merkle_inclusion(const struct merkle_hash *leaves, uint64_t n, uint64_t index, struct merkle_proof *out)
{
	base_assert(index < n);
	out->count = 0;
	while (n > 1) {
		uint64_t k = split(n);
		if (index < k) {
			out->hash[out->count++] = merkle_root(leaves + k, n - k);
			n = k;
		} else {
			out->hash[out->count++] = merkle_root(leaves, k);
			leaves += k;
			index -= k;
			n -= k;
		}
	}
	reverse(out);
}

void merkle_consistency(const struct merkle_hash *leaves, uint64_t n, uint64_t m, struct merkle_proof *out)
{
	bool whole = true; /* is the old tree still a whole subtree here? then the verifier knows its hash */
	base_assert(m > 0 && m <= n);
	out->count = 0;
	while (m < n) {
		uint64_t k = split(n);
		if (m <= k) {
			out->hash[out->count++] = merkle_root(leaves + k, n - k);
			n = k;
		} else {
			out->hash[out->count++] = merkle_root(leaves, k);
			leaves += k;
			m -= k;
			n -= k;
			whole = false;
		}
	}
	if (!whole)
		out->hash[out->count++] = merkle_root(leaves, n);
	reverse(out);
}

static bool same(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a->b, b->b, LEDGER_HASH) == 0;
}

bool merkle_inclusion_verify(uint64_t index, uint64_t size, const struct merkle_hash *leaf,
                             const struct merkle_hash *proof, size_t count, const struct merkle_hash *root)
{
	if (index >= size)
		return false;
	uint64_t fn = index, sn = size - 1;
	struct merkle_hash r = *leaf;
	for (size_t i = 0; i < count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			r = merkle_node(&proof[i], &r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = merkle_node(&r, &proof[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same(&r, root);
}

/* Steps 4 to 7 of RFC 9162, 2.1.4.2: `path` begins with the hash that both trees share. */
static bool consistency_path(uint64_t first, uint64_t second, const struct merkle_hash *shared,
                             const struct merkle_hash *path, size_t count, const struct merkle_hash *first_root,
                             const struct merkle_hash *second_root)
{
	uint64_t fn = first - 1, sn = second - 1;
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	struct merkle_hash fr = *shared, sr = *shared;
	for (size_t i = 0; i < count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			fr = merkle_node(&path[i], &fr);
			sr = merkle_node(&path[i], &sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = merkle_node(&sr, &path[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same(&fr, first_root) && same(&sr, second_root);
}

bool merkle_consistency_verify(uint64_t first, uint64_t second, const struct merkle_hash *first_root,
                               const struct merkle_hash *second_root, const struct merkle_hash *proof, size_t count)
{
	if (first == 0 || first > second)
		return false;
	if (first == second)
		return count == 0 && same(first_root, second_root);
	if (count == 0)
		return false;
	if ((first & (first - 1)) == 0) /* a power of two: the old root is itself a node of the new tree */
		return consistency_path(first, second, first_root, proof, count, first_root, second_root);
	return consistency_path(first, second, &proof[0], proof + 1, count - 1, first_root, second_root);
}
