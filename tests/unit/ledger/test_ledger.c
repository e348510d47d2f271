/* Sealing, checking, and every kind of tampering. */
#include "ledger/ledger_int.h"

#include "tests/test.h"

static void check_hex(const uint8_t *bytes, size_t n, const char *want)
{
	struct buf b;
	buf_init(&b, 4096);
	buf_hex(&b, bytes, n);
	CHECK_STR(buf_str(&b), want);
	buf_release(&b);
}

/* FIPS 180-4 examples, and Chinese text. */
TEST(digests_are_sha_256)
{
	static const struct { struct str text; const char *hex; } rows[] = {
		{ S_INIT(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ S_INIT("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ S_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ S_INIT("办结"), "c909eb6ef69f8ed84c1073145d0f6a96ed38b1edd60beda4e724de0686d037b5" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t h[LEDGER_HASH];
		ledger_digest(rows[i].text, h);
		check_hex(h, sizeof h, rows[i].hex);
	}
}

static struct ledger_entry first(void)
{
	struct ledger_entry e = { .seq = 1, .at_ms = 1758848400123, .kind = S("case.accepted"), .subject = 7, .actor = 3,
	                          .payload = S("{\"name\":\"张三\"}") };
	for (int i = 0; i < LEDGER_SALT; i++)
		e.salt[i] = (uint8_t)i;
	ledger_seal(&e);
	return e;
}

static struct ledger_entry second(const struct ledger_entry *before)
{
	struct ledger_entry e = { .seq = 2, .at_ms = -1, .kind = S("case.concluded"), .subject = 7,
	                          .payload = S("{}") };
	memcpy(e.previous, before->hash, LEDGER_HASH);
	ledger_seal(&e);
	return e;
}

/* Computed apart from this code, from the definition in ledger.h. */
static bool no_memory;

int __real_EVP_DigestInit_ex2(void *context, const void *type, const void *parameters);
int __wrap_EVP_DigestInit_ex2(void *context, const void *type, const void *parameters);
int __wrap_EVP_DigestInit_ex2(void *context, const void *type, const void *parameters)
{
	return no_memory ? 0 : __real_EVP_DigestInit_ex2(context, type, parameters);
}

TEST(without_memory_digests_are_the_same)
{
	static const size_t lengths[] = { 0, 1, 55, 56, 63, 64, 65, 1000 };
	char bytes[1000];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		uint8_t with[LEDGER_HASH], without[LEDGER_HASH];
		ledger_digest(str_span(bytes, lengths[i]), with);
		no_memory = true;
		ledger_digest(str_span(bytes, lengths[i]), without);
		no_memory = false;
		CHECK(memcmp(with, without, sizeof with) == 0);
	}
}

TEST(an_entry_hashes_to_the_published_bytes)
{
	struct ledger_entry e = first(), f = second(&e);
	check_hex(e.payload_digest, LEDGER_HASH, "96e3f4854536a9bb53aa7545186645b5d06c2f6644eb74e287f15e464db18fce");
	check_hex(e.hash, LEDGER_HASH, "a03649f0bd4e02551e9a857a25c9f3336fad7a884e433cec9dafeecd26896d32");
	check_hex(f.hash, LEDGER_HASH, "fa5b000d48cf7610928ab56e45f1f4768aa2aa809b0f080b64dca50a55049461");
}

TEST(an_untouched_chain_verifies)
{
	struct ledger_entry e = first(), f = second(&e);
	CHECK_INT(ledger_check(&e, NULL, NULL), OK);
	CHECK_INT(ledger_check(&f, &e, NULL), OK);
}

TEST(an_erased_payload_still_verifies)
{
	struct ledger_entry e = first(), f = second(&e);
	e.payload = (struct str){ NULL, 0 };
	memset(e.salt, 0, sizeof e.salt);
	CHECK_INT(ledger_check(&e, NULL, NULL), OK);
	CHECK_INT(ledger_check(&f, &e, NULL), OK);
}

struct tampering {
	const char *name, *code;
	void (*apply)(struct ledger_entry *e);
};

static void t_time(struct ledger_entry *e) { e->at_ms++; }
static void t_subject(struct ledger_entry *e) { e->subject++; }
static void t_actor(struct ledger_entry *e) { e->actor = -1; }
static void t_kind(struct ledger_entry *e) { e->kind = S("case.refused!!"); }
static void t_kind_cut(struct ledger_entry *e) { e->kind.len--; }
static void t_salt(struct ledger_entry *e) { e->salt[15] ^= 1; }
static void t_payload(struct ledger_entry *e) { e->payload = S("[]"); }
static void t_payload_empty(struct ledger_entry *e) { e->payload = S(""); }
static void t_payload_digest(struct ledger_entry *e)
{
	e->payload = (struct str){ NULL, 0 };
	e->payload_digest[0] ^= 1;
}
static void t_hash(struct ledger_entry *e) { e->hash[31] ^= 0x80; }
static void t_previous(struct ledger_entry *e) { e->previous[0] ^= 1; }
static void t_sequence(struct ledger_entry *e) { e->seq = 3; }
static void t_sequence_zero(struct ledger_entry *e) { e->seq = 0; }
static void t_resealed_elsewhere(struct ledger_entry *e)
{
	memset(e->previous, 7, LEDGER_HASH);
	ledger_seal(e);
}
static void t_resealed_number(struct ledger_entry *e)
{
	e->seq = 4;
	ledger_seal(e);
}

TEST(every_kind_of_tampering_is_found_and_named)
{
	static const struct tampering rows[] = {
		{ "time", "ledger.entry", t_time },
		{ "case", "ledger.entry", t_subject },
		{ "person", "ledger.entry", t_actor },
		{ "kind", "ledger.entry", t_kind },
		{ "kind cut short", "ledger.entry", t_kind_cut },
		{ "salt", "ledger.payload", t_salt },
		{ "payload", "ledger.payload", t_payload },
		{ "payload emptied, not erased", "ledger.payload", t_payload_empty },
		{ "digest of an erased payload", "ledger.entry", t_payload_digest },
		{ "hash", "ledger.entry", t_hash },
		{ "link", "ledger.chain", t_previous },
		{ "number", "ledger.sequence", t_sequence },
		{ "number 0", "ledger.sequence", t_sequence_zero },
		{ "sealed again on another chain", "ledger.chain", t_resealed_elsewhere },
		{ "sealed again with another number", "ledger.sequence", t_resealed_number },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ledger_entry e = first(), f = second(&e);
		struct diag d;
		diag_init(&d);
		ROW(rows[i].name);
		rows[i].apply(&f);
		CHECK_INT(ledger_check(&f, &e, &d), ERR_CORRUPT);
		CHECK_STR(str_of(d.code), rows[i].code);
	}
	ROW(NULL);
}

TEST(a_digest_that_is_not_kept_follows_from_salt_and_payload)
{
	static const struct { const char *name; size_t digest; bool erased, whole; } rows[] = {
		{ "kept", LEDGER_HASH, false, true },
		{ "not kept", 0, false, true },
		{ "erased and kept", LEDGER_HASH, true, true },
		{ "erased and not kept", 0, true, false },
		{ "cut short", LEDGER_HASH - 1, false, false },
		{ "erased and cut short", 1, true, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ledger_entry e = first(), kept = e;
		struct diag d;
		ROW(rows[i].name);
		if (rows[i].erased)
			kept.payload = (struct str){ NULL, 0 };
		memset(kept.payload_digest, 0xff, LEDGER_HASH);
		ledger_kept(&kept, ledger_bytes(e.salt, rows[i].erased ? 0 : LEDGER_SALT), ledger_bytes(e.payload_digest, rows[i].digest), ledger_bytes(e.hash, LEDGER_HASH));
		diag_init(&d);
		CHECK_INT(ledger_check(&kept, NULL, &d), rows[i].whole ? OK : ERR_CORRUPT);
		CHECK(!rows[i].whole || memcmp(kept.payload_digest, e.payload_digest, LEDGER_HASH) == 0);
	}
	ROW(NULL);
}

TEST(an_entry_left_out_or_put_first_is_found)
{
	struct ledger_entry e = first(), f = second(&e), g = { .seq = 3, .kind = S("x"), .payload = S("{}") };
	struct diag d;
	memcpy(g.previous, f.hash, LEDGER_HASH);
	ledger_seal(&g);
	diag_init(&d);
	CHECK_INT(ledger_check(&g, &e, &d), ERR_CORRUPT);
	CHECK_STR(str_of(d.code), "ledger.sequence");
	CHECK_INT(ledger_check(&f, NULL, NULL), ERR_CORRUPT);
	CHECK_INT(ledger_check(&e, &e, NULL), ERR_CORRUPT);
	/* the entry before was sealed again with other contents: the chain breaks behind it */
	e.payload = S("{\"name\":\"李四\"}");
	ledger_seal(&e);
	CHECK_INT(ledger_check(&e, NULL, NULL), OK);
	diag_init(&d);
	CHECK_INT(ledger_check(&f, &e, &d), ERR_CORRUPT);
	CHECK_STR(str_of(d.code), "ledger.chain");
}

TEST_MAIN
