/* The RFC's own example, its published vector, and what our additions to it do. */
#include "draw/draw.h"

#include "os/os.h"
#include "tests/test.h"

static struct arena arena;

static void begin(void)
{
	arena_release(&arena);
	arena_init(&arena, 256 << 20);
}

static struct str key_of(const char *seeds)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, &arena, 1 << 16);
	if (draw_key_read(str_of(seeds), &b, NULL) != OK || buf_finish(&b, &out) != OK)
		return (struct str){ NULL, 0 };
	return out;
}

static struct str hex_of(const uint8_t *bytes, size_t n)
{
	struct buf b;
	buf_init_in(&b, &arena, 128);
	buf_hex(&b, bytes, n);
	return buf_str(&b);
}

/* RFC 3797, section 6: three sources, ten of twenty-five. */
static const char rfc_pool[] = "John\nMary\nBashful\nDopey\nSleepy\nGrouchy\nDoc\nSneazy\nHandsome\nCassandra\nPollyanna\nPendragon\nPandora\nFaith\nHope\n"
	"Charity\nLee\nLongsuffering\nChastity\nSmith\nPride\nSloth\nEnvy\nAnger\nKasczynski\n";
static const char rfc_seeds[] = "9319\n2 5 12 8 10\n9 18 26 34 41 45\n";
static const struct { const char *digest, *name; uint32_t divisor; } rfc_picks[] = {
	{ "990dd0a5692a029a98b5e01aa28f3459", "Lee", 25 }, { "3691e55cb63fcc37914430b2f70b5ec6", "Doc", 24 },
	{ "fe814edf564c190ac1d25753979990fa", "Mary", 23 }, { "1863ccaceb568c31d7ddbdf1d4e91387", "Charity", 22 },
	{ "f4ab33df4889f0af29c513905be1d758", "Kasczynski", 21 }, { "13eaeb529f61acfb9a29d0ba3a60de4a", "Envy", 20 },
	{ "992db77c382ca2bdb9727001f3cdccd9", "Sneazy", 19 }, { "63ab4258eca922976811c7f55c383ce7", "Anger", 18 },
	{ "dfbc5ac97ced01b3a6e348e3cc63f40d", "Chastity", 17 }, { "31cb111c4a4ebe9287ceae16fe51b909", "Pandora", 16 },
};

TEST(the_rfcs_worked_example)
{
	struct draw_pool pool;
	struct draw_pick *picks;
	size_t n;
	begin();
	struct str key = key_of(rfc_seeds);
	CHECK_STR(key, "9319./2.5.8.10.12./9.18.26.34.41.45./");
	REQUIRE(draw_pool_read(&arena, str_of(rfc_pool), &pool, NULL) == OK && draw_run(&arena, DRAW_MD5, key, &pool, 10, &picks, &n, NULL) == OK);
	REQUIRE(n == 10);
	for (size_t i = 0; i < n; i++) {
		ROW(rfc_picks[i].name);
		CHECK_STR(pool.members[picks[i].member].name, rfc_picks[i].name);
		CHECK_STR(hex_of(picks[i].digest, 16), rfc_picks[i].digest);
		CHECK_INT(picks[i].divisor, rfc_picks[i].divisor);
	}
	ROW(NULL);
}

static bool suite_file(const char *name, struct str *out)
{
	struct diag d;
	diag_init(&d);
	return os_file_read(&arena, arena_printf(&arena, PROJECT_ROOT "/../shared/suites/rfc3797/%s", name).ptr, 1 << 20, out, &d) == OK ||
	       os_file_read(&arena, arena_printf(&arena, PROJECT_ROOT "/../../shared/suites/rfc3797/%s", name).ptr, 1 << 20, out, &d) == OK;
}

/* "1  990DD0A5692A029A98B5E01AA28F3459  25  -> 17 <- Lee": the number, the digest, the divisor, the position. */
static void check_line(struct str line, const struct draw_pool *pool, const struct draw_pick *p)
{
	char row[16], digest[64];
	unsigned index, divisor, position;
	REQUIRE(sscanf(arena_z(&arena, line), "%u %63s %u -> %u", &index, digest, &divisor, &position) == 4);
	snprintf(row, sizeof row, "pick %u", index);
	ROW(row);
	for (char *c = digest; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
	CHECK_INT(p->counter, index);
	CHECK_STR(hex_of(p->digest, 16), digest);
	CHECK_INT(p->divisor, divisor);
	CHECK_INT(p->position, position);
	ptrdiff_t arrow = str_find(line, S("<- "));
	if (arrow >= 0)
		CHECK_STR(pool->members[p->member].name, arena_z(&arena, str_trim(str_sub(line, (size_t)arrow + 3, line.len))));
	ROW(NULL);
}

TEST(the_published_vector_of_sixteen_picks)
{
	struct str names, seeds, results, line;
	struct draw_pool pool;
	struct draw_pick *picks;
	struct buf key;
	size_t n, checked = 0;
	begin();
	if (!suite_file("ref.names", &names) || !suite_file("ref.seeds", &seeds) || !suite_file("ref.results", &results))
		SKIP("the outside suite rfc3797 is not beside the checkout");
	buf_init_in(&key, &arena, 4096);
	REQUIRE(draw_pool_read(&arena, names, &pool, NULL) == OK && draw_key_read(seeds, &key, NULL) == OK);
	REQUIRE(draw_run(&arena, DRAW_MD5, buf_str(&key), &pool, 16, &picks, &n, NULL) == OK && n == 16);
	(void)str_cut(&results, '\n');
	while (results.ptr) {
		line = str_trim(str_cut(&results, '\n'));
		if (line.len && checked < n)
			check_line(line, &pool, &picks[checked++]);
	}
	CHECK_INT(checked, 16);
}

/* SHA-256(00 00 key 00 00), SHA-256(00 01 key 00 01), computed apart from this program with Python's hashlib. */
TEST(the_same_draw_with_sha_256)
{
	static const struct { const char *digest; uint32_t position; } rows[] = {
		{ "2c387b04b3ec92a0e1361c2b44a552e020b918ea986a808e8392c70bc337d90f", 20 },
		{ "f04aa244f95bb9561c274f948d8a683585165245478238f935a34fa526dcaa75", 23 },
	};
	struct draw_pool pool;
	struct draw_pick *picks;
	size_t n;
	begin();
	REQUIRE(draw_pool_read(&arena, str_of(rfc_pool), &pool, NULL) == OK);
	REQUIRE(draw_run(&arena, DRAW_SHA256, key_of(rfc_seeds), &pool, 2, &picks, &n, NULL) == OK && n == 2);
	for (size_t i = 0; i < n; i++) {
		CHECK_STR(hex_of(picks[i].digest, 32), rows[i].digest);
		CHECK_INT(picks[i].position, rows[i].position);
	}
}

TEST(seeds_have_one_canonical_form)
{
	static const struct { const char *name, *seeds, *key; } rows[] = {
		{ "one number", "9319", "9319./" },
		{ "leading zeros go", "0009319", "9319./" },
		{ "zero stays", "0", "0./" },
		{ "a fraction", "12.50", "12.5/" },
		{ "a fraction of nothing", "12.00", "12./" },
		{ "less than one", ".5", "0.5/" },
		{ "sorted by value, not as text", "9 10 2", "2.9.10./" },
		{ "sorted behind the point", "1.5 1.45 1", "1.1.451.5/" },
		{ "sources keep their order", "9\n1", "9./1./" },
		{ "commas and tabs", "3,1\t2", "1.2.3./" },
		{ "comments and blank lines", "# lottery\n\n 7 \r\n", "7./" },
		{ "a hash is one number", "0xff", "255./" },
		{ "a hash of zeros", "0x00", "0./" },
		/* 2^128 = 340282366920938463463374607431768211456 */
		{ "a long hash", "0x100000000000000000000000000000000", "340282366920938463463374607431768211456./" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin();
		ROW(rows[i].name);
		CHECK_STR(key_of(rows[i].seeds), rows[i].key);
	}
	ROW(NULL);
}

TEST(bad_seeds_are_refused_with_their_line)
{
	static const struct { const char *name, *seeds, *code; int line; } rows[] = {
		{ "nothing", "", "draw.no-seed", 0 }, { "only a comment", "# nothing\n", "draw.no-seed", 0 },
		{ "a word", "12\nseven", "draw.number", 2 }, { "negative", "-4", "draw.number", 1 }, { "two points", "1.2.3", "draw.number", 1 },
		{ "a bare point", ".", "draw.number", 1 }, { "no hexadecimal", "0xfg", "draw.number", 1 }, { "0x alone", "0x", "draw.number", 1 },
		{ "an exponent", "1e5", "draw.number", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		struct diag d;
		begin();
		diag_init(&d);
		ROW(rows[i].name);
		buf_init_in(&b, &arena, 4096);
		CHECK_INT(draw_key_read(str_of(rows[i].seeds), &b, &d), ERR_INVALID);
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK_INT(d.line, rows[i].line);
	}
	ROW(NULL);
}

TEST(bad_lists_are_refused_with_their_line)
{
	static const struct { const char *name, *list, *code; int line; } rows[] = {
		{ "nobody", "", "draw.empty", 0 }, { "everybody excluded", "张三\t0\t回避\n", "draw.empty", 0 },
		{ "a name twice", "张三\n李四\n张三\n", "draw.twice", 3 }, { "no weight", "张三\tx\n", "draw.weight", 1 },
		{ "a weight below zero", "张三\t-1\n", "draw.weight", 1 }, { "too many places", "张三\t1000000\n李四\n", "draw.too-many", 2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct draw_pool pool;
		struct diag d;
		begin();
		diag_init(&d);
		ROW(rows[i].name);
		CHECK(err_is_refusal(draw_pool_read(&arena, str_of(rows[i].list), &pool, &d)));
		CHECK_STR(str_of(d.code), rows[i].code);
		CHECK_INT(d.line, rows[i].line);
	}
	ROW(NULL);
}

TEST(more_than_there_are_cannot_be_drawn)
{
	static const struct { const char *name; uint32_t want; const char *code; } rows[] = {
		{ "none", 0, "draw.too-few" }, { "all", 2, "" }, { "the excluded too", 3, "draw.too-few" },
	};
	struct draw_pool pool;
	begin();
	REQUIRE(draw_pool_read(&arena, S("张三\n李四\t0\t回避\n王五\n"), &pool, NULL) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct draw_pick *picks;
		struct diag d;
		size_t n;
		diag_init(&d);
		ROW(rows[i].name);
		enum err e = draw_run(&arena, DRAW_MD5, S("1./"), &pool, rows[i].want, &picks, &n, &d);
		CHECK_INT(e == OK, rows[i].code[0] == 0);
		CHECK_STR(str_of(d.code), rows[i].code);
	}
	ROW(NULL);
	struct diag d;
	struct draw_pick *picks;
	size_t n;
	diag_init(&d);
	CHECK_INT(draw_run(&arena, DRAW_MD5, S(""), &pool, 1, &picks, &n, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "draw.no-seed");
}

TEST(an_excluded_member_is_as_if_it_were_not_in_the_list)
{
	struct draw_pool with, without;
	struct draw_pick *a, *b;
	size_t n, m;
	begin();
	REQUIRE(draw_pool_read(&arena, S("甲\n乙\t0\t经办人\n丙\n丁\n"), &with, NULL) == OK && draw_pool_read(&arena, S("甲\n丙\n丁\n"), &without, NULL) == OK);
	REQUIRE(draw_run(&arena, DRAW_MD5, S("77./"), &with, 3, &a, &n, NULL) == OK && draw_run(&arena, DRAW_MD5, S("77./"), &without, 3, &b, &m, NULL) == OK);
	REQUIRE(n == 3 && m == 3);
	for (size_t i = 0; i < 3; i++)
		CHECK(str_eq(with.members[a[i].member].name, without.members[b[i].member].name));
}

/* Every place is taken once, whatever the weights; who is drawn again is passed over and everybody comes out once. */
TEST(weights_are_places_and_nobody_is_drawn_twice)
{
	struct draw_pool pool;
	struct draw_pick *picks;
	size_t n;
	begin();
	REQUIRE(draw_pool_read(&arena, S("甲\t5\t大户\n乙\n丙\t3\n"), &pool, NULL) == OK);
	CHECK_INT(pool.places, 9);
	REQUIRE(draw_run(&arena, DRAW_MD5, S("4711./"), &pool, 3, &picks, &n, NULL) == OK);
	bool place[10] = { false };
	int fresh[3] = { 0 };
	for (size_t i = 0; i < n; i++) {
		CHECK_INT(picks[i].divisor, 9 - i);
		REQUIRE(picks[i].position >= 1 && picks[i].position <= 9);
		CHECK(!place[picks[i].position]);
		place[picks[i].position] = true;
		/* 甲 has places 1 to 5, 乙 6, 丙 7 to 9 */
		CHECK_INT(picks[i].member, picks[i].position <= 5 ? 0 : picks[i].position == 6 ? 1 : 2);
		fresh[picks[i].member] += !picks[i].again;
	}
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(fresh[i], 1);
}

TEST(a_list_of_ten_thousand_gives_different_places)
{
	struct draw_pool pool;
	struct draw_pick *picks;
	struct buf text;
	size_t n;
	static bool seen[10001];
	begin();
	memset(seen, 0, sizeof seen);
	buf_init_in(&text, &arena, 1 << 20);
	for (int i = 1; i <= 10000; i++)
		buf_printf(&text, "c%05d\n", i);
	REQUIRE(draw_pool_read(&arena, buf_str(&text), &pool, NULL) == OK);
	REQUIRE(draw_run(&arena, DRAW_MD5, S("20260331./"), &pool, 10000, &picks, &n, NULL) == OK && n == 10000);
	for (size_t i = 0; i < n; i++) {
		CHECK(!seen[picks[i].position]);
		seen[picks[i].position] = true;
	}
}

TEST(the_published_form_reads_back_and_has_one_digest)
{
	struct draw_pool pool;
	struct buf text, digest;
	begin();
	REQUIRE(draw_pool_read(&arena, S("# 名单\n甲\n 乙\t0\t经办人 \r\n\n丙\t2\n"), &pool, NULL) == OK);
	buf_init_in(&text, &arena, 4096);
	draw_pool_put(&pool, &text);
	CHECK_STR(buf_str(&text), "甲\n乙\t0\t经办人\n丙\t2\n");
	buf_init_in(&digest, &arena, 100);
	draw_digest_put(S("abc"), &digest);
	CHECK_STR(buf_str(&digest), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(a_hash_has_a_name)
{
	enum draw_hash h;
	CHECK(draw_hash_parse(S("md5"), &h) && h == DRAW_MD5);
	CHECK(draw_hash_parse(S("sha256"), &h) && h == DRAW_SHA256);
	CHECK(!draw_hash_parse(S("sha1"), &h));
}

TEST_MAIN
