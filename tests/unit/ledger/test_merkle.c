/* The Merkle tree against RFC 9162's definition, its own proofs, and the outside suite. */
#include "ledger/merkle.h"

#include "os/os.h"
#include "tests/test.h"
#include "text/json.h"

enum { LEAVES = 70 };
static struct merkle_hash leaves[LEAVES + 1];

static void make_leaves(void)
{
	for (int i = 0; i <= LEAVES; i++) {
		uint8_t data[2] = { (uint8_t)i, 0xa5 };
		leaves[i] = merkle_leaf(str_span((const char *)data, 2));
	}
}

/* MTH of RFC 9162, 2.1.1, word for word. */
static struct merkle_hash by_definition(const struct merkle_hash *d, uint64_t n)
{
	struct merkle_hash h;
	if (n == 0) {
		ledger_digest(S(""), h.b);
		return h;
	}
	if (n == 1)
		return d[0];
	uint64_t k = 1;
	while (k * 2 < n)
		k *= 2;
	struct merkle_hash l = by_definition(d, k), r = by_definition(d + k, n - k);
	return merkle_node(&l, &r);
}

static bool same(struct merkle_hash a, struct merkle_hash b)
{
	return memcmp(&a, &b, sizeof a) == 0;
}

TEST(roots_are_those_of_the_definition)
{
	make_leaves();
	for (uint64_t n = 0; n <= LEAVES; n++)
		CHECK(same(merkle_root(leaves, n), by_definition(leaves, n)));
}

/* The well-known tree of RFC 6962 implementations: eight inputs. */
TEST(the_well_known_tree_of_eight_has_its_root)
{
	static const struct str data[] = {
		S_INIT(""), S_INIT("\x00"), S_INIT("\x10"), S_INIT("\x20\x21"), S_INIT("\x30\x31"),
		S_INIT("\x40\x41\x42\x43"), S_INIT("\x50\x51\x52\x53\x54\x55\x56\x57"),
		S_INIT("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"),
	};
	struct merkle_tree t = { 0 };
	uint8_t want[LEDGER_HASH];
	for (int i = 0; i < 8; i++) {
		struct merkle_hash h = merkle_leaf(data[i]);
		merkle_append(&t, &h);
	}
	REQUIRE(str_from_hex(S("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"), want, sizeof want));
	CHECK(memcmp(merkle_tree_root(&t).b, want, sizeof want) == 0);
}

TEST(every_leaf_is_proved_and_nothing_else)
{
	make_leaves();
	for (uint64_t n = 1; n <= LEAVES; n++) {
		struct merkle_hash root = merkle_root(leaves, n), other = merkle_root(leaves, n - 1);
		for (uint64_t i = 0; i < n; i++) {
			struct merkle_proof p;
			merkle_inclusion(leaves, n, i, &p);
			CHECK(merkle_inclusion_verify(i, n, &leaves[i], p.hash, p.count, &root));
			CHECK(!merkle_inclusion_verify(i, n, &leaves[i], p.hash, p.count, &other));
			CHECK(!merkle_inclusion_verify(i + 1, n, &leaves[i], p.hash, p.count, &root));
			CHECK(!merkle_inclusion_verify(i, n, &leaves[(i + 1) % LEAVES], p.hash, p.count, &root));
			if (p.count) {
				CHECK(!merkle_inclusion_verify(i, n, &leaves[i], p.hash, p.count - 1, &root));
				p.hash[p.count / 2].b[5] ^= 1;
				CHECK(!merkle_inclusion_verify(i, n, &leaves[i], p.hash, p.count, &root));
			}
		}
	}
}

TEST(every_older_root_is_proved_and_no_other)
{
	make_leaves();
	for (uint64_t n = 1; n <= LEAVES; n++) {
		struct merkle_hash root = merkle_root(leaves, n);
		for (uint64_t m = 1; m <= n; m++) {
			struct merkle_proof p;
			struct merkle_hash old = merkle_root(leaves, m), wrong = merkle_root(leaves + 1, m);
			merkle_consistency(leaves, n, m, &p);
			CHECK(merkle_consistency_verify(m, n, &old, &root, p.hash, p.count));
			CHECK(!merkle_consistency_verify(m, n, &wrong, &root, p.hash, p.count));
			CHECK(!merkle_consistency_verify(m, n, &old, &wrong, p.hash, p.count));
			CHECK(!merkle_consistency_verify(n + 1, m, &root, &old, p.hash, p.count));
			if (p.count) {
				CHECK(!merkle_consistency_verify(m, n, &old, &root, p.hash, p.count - 1));
				p.hash[p.count - 1].b[0] ^= 1;
				CHECK(!merkle_consistency_verify(m, n, &old, &root, p.hash, p.count));
			}
		}
	}
}

/* ---- the outside suite ---- */

static int base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c ? strchr(digits, c) : NULL;
	return p ? (int)(p - digits) : -1;
}

static bool hash_missing; /* an empty value: our types leave no way to hand it to the verifier */

/* At most 32 bytes; a shorter value has zeros behind it. */
static struct merkle_hash hash_of(const struct json *v)
{
	struct merkle_hash h = { { 0 } };
	struct str s = json_text(v);
	uint32_t bits = 0;
	int have = 0;
	hash_missing |= s.len == 0;
	size_t n = 0;
	for (size_t i = 0; i < s.len && base64_digit(s.ptr[i]) >= 0; i++) {
		bits = bits << 6 | (uint32_t)base64_digit(s.ptr[i]);
		have += 6;
		if (have >= 8 && n < LEDGER_HASH) {
			have -= 8;
			h.b[n++] = (uint8_t)(bits >> have);
		}
	}
	return h;
}

/* Sizes go up to 2^64 - 1 there. */
static uint64_t size_of(const struct json *v)
{
	struct str s = json_text(v);
	uint64_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n = n * 10 + (uint64_t)(s.ptr[i] - '0');
	return n;
}

static int files;

static void run_file(struct arena *a, const char *path, bool inclusion)
{
	static struct merkle_hash proof[200];
	struct str text;
	const struct json *v;
	ROW(path);
	REQUIRE(os_file_read(a, path, 1 << 20, &text, NULL) == OK);
	REQUIRE(json_read(a, text, &v, NULL) == OK);
	const struct json *p = json_get(v, "proof");
	size_t count = p ? p->count : 0;
	hash_missing = false;
	REQUIRE(count <= 200);
	for (size_t i = 0; i < count; i++)
		proof[i] = hash_of(&p->items[i]);
	bool ok;
	if (inclusion) {
		struct merkle_hash leaf = hash_of(json_get(v, "leafHash")), root = hash_of(json_get(v, "root"));
		ok = merkle_inclusion_verify(size_of(json_get(v, "leafIdx")), size_of(json_get(v, "treeSize")), &leaf,
		                             proof, count, &root);
	} else {
		struct merkle_hash r1 = hash_of(json_get(v, "root1")), r2 = hash_of(json_get(v, "root2"));
		ok = merkle_consistency_verify(size_of(json_get(v, "size1")), size_of(json_get(v, "size2")), &r1, &r2,
		                               proof, count);
	}
	CHECK_INT(ok && !hash_missing, !json_bool(json_get(v, "wantErr"), false));
	files++;
	ROW(NULL);
}

static void run_folder(struct arena *a, const char *path, bool inclusion)
{
	struct str *names;
	size_t count;
	REQUIRE(os_dir_list(a, path, &names, &count, NULL) == OK);
	for (size_t i = 0; i < count; i++) {
		const char *inner = arena_printf(a, "%s/%.*s", path, STR_ARG(names[i])).ptr;
		if (str_ends(names[i], S(".json")))
			run_file(a, inner, inclusion);
		else
			run_folder(a, inner, inclusion);
	}
}

TEST(the_outside_suite_of_proofs_is_judged_right)
{
	static const char place[] = PROJECT_ROOT "/../shared/suites/merkle/testdata";
	struct arena a;
	if (!os_dir_exists(place))
		SKIP("the outside suite is not here");
	arena_init(&a, 64 << 20);
	files = 0;
	run_folder(&a, PROJECT_ROOT "/../shared/suites/merkle/testdata/inclusion", true);
	run_folder(&a, PROJECT_ROOT "/../shared/suites/merkle/testdata/consistency", false);
	CHECK(files > 100);
	printf("  outside suite: %d files\n", files);
	arena_release(&a);
}

TEST_MAIN
