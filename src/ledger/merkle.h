/* merkle.h - the Merkle tree of RFC 9162 (and RFC 6962) over the ledger: one root stands for all
 * entries, a short proof shows that an entry is among them (inclusion) or that an older root is
 * part of a newer one (consistency). Pure; SHA-256.
 *
 * A leaf's data is an entry's hash. leaf hash = SHA-256(0x00 || data), node hash =
 * SHA-256(0x01 || left || right); the tree of no leaves hashes to SHA-256("").
 */
#ifndef LEDGER_MERKLE_H
#define LEDGER_MERKLE_H

#include "ledger/ledger.h"

struct merkle_hash {
	uint8_t b[LEDGER_HASH];
};

enum { MERKLE_PROOF_MAX = 65 }; /* hashes in the longest proof, for 2^64 leaves */

struct merkle_proof {
	struct merkle_hash hash[MERKLE_PROOF_MAX];
	size_t count;
};

struct merkle_hash merkle_leaf(struct str data);
struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right);
/* Root of n leaf hashes. */
struct merkle_hash merkle_root(const struct merkle_hash *leaves, uint64_t n);

/* The root grown leaf by leaf, in 64 hashes of memory. */
struct merkle_tree {
	uint64_t size;
	struct merkle_hash full[64]; /* roots of the full subtrees, by bit of size */
};
void merkle_append(struct merkle_tree *t, const struct merkle_hash *leaf);
struct merkle_hash merkle_tree_root(const struct merkle_tree *t);

/* RFC 9162, 2.1.3.1: the proof that leaf `index` is in the tree of n leaves. index < n. */
void merkle_inclusion(const struct merkle_hash *leaves, uint64_t n, uint64_t index, struct merkle_proof *out);
/* RFC 9162, 2.1.4.1: the proof that the tree of m leaves is the beginning of the one of n. 0 < m <= n. */
void merkle_consistency(const struct merkle_hash *leaves, uint64_t n, uint64_t m, struct merkle_proof *out);

/* RFC 9162, 2.1.3.2. False for anything that does not prove it. */
bool merkle_inclusion_verify(uint64_t index, uint64_t size, const struct merkle_hash *leaf,
                             const struct merkle_hash *proof, size_t count, const struct merkle_hash *root);
/* RFC 9162, 2.1.4.2; two equal sizes are consistent when the roots are equal and the proof is
 * empty. A first tree without leaves is refused: it proves nothing. */
bool merkle_consistency_verify(uint64_t first, uint64_t second, const struct merkle_hash *first_root,
                               const struct merkle_hash *second_root, const struct merkle_hash *proof, size_t count);

#endif
