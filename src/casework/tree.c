/* tree.c - the tree over the record's entries, kept as it grows, so that a proof reads a few hundred hashes and not all.
 *
 * The Merkle tree of RFC 9162 has full subtrees that never change. Those over 256, 256² and 256³ entries are kept as rows
 * (level 1, 2, 3; number n covers entries n·256^level + 1 … (n + 1)·256^level). They are the record's own, not derived from
 * its payloads: a rebuild does not compare them, casework_verify does. What is missing is computed from the level below.
 */
#include "casework/casework_int.h"

static enum err node_keep(struct store_conn *c, int level, int64_t n, const struct merkle_hash *h)
{
	struct store_query *q;
	TRY(store_prepare(c, "INSERT INTO ledger_tree(level, n, hash) VALUES(?1, ?2, ?3) ON CONFLICT(level, n) DO UPDATE SET hash=?3", &q));
	store_bind_i64(q, 1, level);
	store_bind_i64(q, 2, n);
	store_bind_blob(q, 3, str_span((const char *)h->b, LEDGER_HASH));
	return store_exec(q);
}

bool tree_node(struct store_conn *c, int level, int64_t n, struct merkle_hash *out)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(c, "SELECT hash FROM ledger_tree WHERE level=?1 AND n=?2", &q) != OK)
		return false;
	store_bind_i64(q, 1, level);
	store_bind_i64(q, 2, n);
	if (store_step(q, &row) == OK && row && store_col_str(q, 0).len == LEDGER_HASH)
		memcpy(out->b, store_col_str(q, 0).ptr, LEDGER_HASH);
	else
		row = false;
	store_reset(q);
	return row;
}

/* The entries' own hashes below a node of level 1. */
static enum err leaves_root(struct store_conn *c, int64_t n, struct merkle_hash *out)
{
	struct merkle_tree t = { 0 };
	struct store_query *q;
	bool row = true;
	TRY(store_prepare(c, "SELECT hash FROM ledger WHERE seq>?1 AND seq<=?2 ORDER BY seq", &q));
	store_bind_i64(q, 1, n * TREE_WIDTH);
	store_bind_i64(q, 2, (n + 1) * TREE_WIDTH);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		struct merkle_hash leaf = merkle_leaf(store_col_str(q, 0));
		merkle_append(&t, &leaf);
	}
	*out = merkle_tree_root(&t);
	return t.size == TREE_WIDTH ? OK : ERR_CORRUPT;
}

static enum err nodes_root(struct store_conn *c, int level, int64_t n, struct merkle_hash *out)
{
	struct merkle_tree t = { 0 };
	for (int64_t i = n * TREE_WIDTH; i < (n + 1) * TREE_WIDTH; i++) {
		struct merkle_hash below;
		if (!tree_node(c, level - 1, i, &below))
			return ERR_CORRUPT;
		merkle_append(&t, &below);
	}
	*out = merkle_tree_root(&t);
	return OK;
}

/* Every node that ends with this entry, the first of which is the one given. */
static enum err nodes_keep(struct store_conn *c, int64_t seq, struct merkle_hash h)
{
	int64_t width = TREE_WIDTH;
	for (int level = 1; level <= TREE_LEVELS && seq % width == 0; level++, width *= TREE_WIDTH) {
		int64_t n = seq / width - 1;
		if (level > 1)
			TRY(nodes_root(c, level, n, &h));
		TRY(node_keep(c, level, n, &h));
	}
	return OK;
}

static enum err grow_from_rows(struct store_conn *c, int64_t n)
{
	struct merkle_hash h;
	TRY(leaves_root(c, n, &h));
	return nodes_keep(c, (n + 1) * TREE_WIDTH, h);
}

struct tree_part tree_part_after(uint64_t seq)
{
	return (struct tree_part){ .known = seq % TREE_WIDTH == 0 };
}

void tree_grow(struct record_head *head, uint64_t seq)
{
	struct tree_part *p = &head->part;
	struct merkle_hash leaf = merkle_leaf(str_span((const char *)head->hash, LEDGER_HASH));
	if (p->known)
		merkle_append(&p->entries, &leaf);
	if (seq % TREE_WIDTH != 0)
		return;
	base_assert(!p->known || p->entries.size == TREE_WIDTH);
	head->node_known = p->known;
	head->node = merkle_tree_root(&p->entries);
	*p = tree_part_after(seq);
}

enum err tree_keep(struct act *act, uint64_t seq)
{
	struct merkle_hash kept;
	if (seq % TREE_WIDTH != 0)
		return OK;
	int64_t n = (int64_t)seq / TREE_WIDTH - 1;
	store_work_out(act->c);
	const struct record_head *head = &act->cw->head;
	if (!head->node_known)
		return grow_from_rows(act->c, n);
	if (act->cw->memo_doubted)
		base_assert(leaves_root(act->c, n, &kept) == OK && memcmp(kept.b, head->node.b, LEDGER_HASH) == 0);
	return nodes_keep(act->c, (int64_t)seq, head->node);
}

struct completing { int64_t from, to; };

static enum err complete_run(void *arg, struct store_conn *c)
{
	const struct completing *x = arg;
	for (int64_t n = x->from; n < x->to; n++)
		TRY(grow_from_rows(c, n));
	return OK;
}

/* For a record that was begun before the tree was kept: in pieces, so that a restart goes on where it stopped. */
enum err tree_complete(struct casework *cw)
{
	enum { PIECE = 4096 };
	struct store_conn *c;
	TRY(store_reader_take(cw->store, &c));
	int64_t have = row_i64(c, "SELECT max(n) FROM ledger_tree WHERE level=?1", 1, -1) + 1;
	int64_t need = row_i64(c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0) / TREE_WIDTH;
	store_reader_give(cw->store, c);
	for (; have < need; have += PIECE) {
		struct completing x = { have, have + PIECE < need ? have + PIECE : need };
		TRY(store_run(cw->store, complete_run, &x));
	}
	return OK;
}

enum err tree_check(struct store_conn *c, struct tree_check *k, struct str hash, struct diag *d)
{
	struct merkle_hash h = merkle_leaf(hash), kept;
	for (int level = 1; level <= TREE_LEVELS; level++) {
		struct merkle_tree *t = &k->part[level - 1];
		merkle_append(t, &h);
		if (t->size < TREE_WIDTH)
			break;
		h = merkle_tree_root(t);
		*t = (struct merkle_tree){ 0 };
		int64_t n = k->done[level - 1]++;
		if (tree_node(c, level, n, &kept) && memcmp(kept.b, h.b, LEDGER_HASH) != 0)
			return diag_set(d, ERR_CORRUPT, "verify.tree", "The tree over the record was changed: level %d, number %lld.", level, (long long)n);
	}
	return OK;
}

int64_t record_first_at(struct store_conn *c, int64_t ms)
{
	int64_t low = 1, high = row_i64(c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0) + 1;
	while (low < high) {
		int64_t mid = low + (high - low) / 2;
		if (row_i64(c, "SELECT at_ms FROM ledger WHERE seq=?1", mid, 0) < ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}
