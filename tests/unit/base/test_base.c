/* test_base.c - arenas, views, buffers, maps, UTF-8, diagnoses. */
#include "tests/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/histogram.h"
#include "base/map.h"
#include "base/utf8.h"

TEST(arena_refuses_beyond_its_cap)
{
	struct arena a;
	arena_init(&a, 10000);
	CHECK(arena_alloc(&a, 9000) != NULL);
	CHECK(arena_alloc(&a, 2000) == NULL);
	CHECK(arena_alloc(&a, 500) != NULL);
	CHECK(arena_array(&a, SIZE_MAX / 2, 4) == NULL);
	arena_release(&a);
	CHECK_INT(a.reserved, 0);
}

TEST(arena_rewind_gives_zeroed_memory_again)
{
	struct arena a;
	arena_init(&a, 1 << 20);
	arena_alloc(&a, 16);
	struct arena_mark m = arena_save(&a);
	unsigned char *p = arena_alloc(&a, 64);
	memset(p, 0xff, 64);
	arena_alloc(&a, 100000);
	arena_rewind(&a, m);
	unsigned char *q = arena_alloc(&a, 64);
	CHECK(p == q);
	CHECK_INT(q[0] | q[63], 0);
	CHECK_INT(a.used, 80);
	arena_release(&a);
}

TEST(str_integers_are_whole_and_checked)
{
	static const struct { const char *text; bool ok; int64_t value; } rows[] = {
		{ "0", true, 0 }, { "-7", true, -7 }, { "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 }, { "", false, 0 }, { "-", false, 0 },
		{ "1 ", false, 0 }, { "+1", false, 0 }, { "1a", false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t v = 0;
		ROW(rows[i].text);
		CHECK(str_to_i64(str_of(rows[i].text), &v) == rows[i].ok);
		if (rows[i].ok)
			CHECK_INT(v, rows[i].value);
	}
}

TEST(str_cut_walks_fields_and_ends)
{
	struct str rest = S("a,,b");
	CHECK_STR(str_cut(&rest, ','), "a");
	CHECK_STR(str_cut(&rest, ','), "");
	CHECK_STR(str_cut(&rest, ','), "b");
	CHECK(rest.ptr == NULL);
}

TEST(buf_failure_is_sticky_and_said_once)
{
	struct buf b;
	buf_init(&b, 5);
	buf_putz(&b, "abc");
	buf_putz(&b, "def");
	buf_putz(&b, "g");
	struct str out = S("untouched");
	CHECK_INT(buf_finish(&b, &out), ERR_LIMIT);
	CHECK_STR(out, "untouched");
	CHECK_STR(buf_str(&b), "abc");
	buf_release(&b);
}

TEST(map_keeps_order_and_replaces)
{
	struct arena a;
	struct map m;
	int v[100];
	arena_init(&a, 1 << 20);
	map_init(&m, &a);
	for (int i = 0; i < 100; i++)
		REQUIRE(map_set(&m, arena_printf(&a, "键%d", i), &v[i]) == OK);
	REQUIRE(map_set(&m, S("键7"), &v[0]) == OK);
	CHECK_INT(m.count, 100);
	CHECK(map_get(&m, S("键7")) == &v[0]);
	CHECK(map_get(&m, S("键99")) == &v[99]);
	CHECK(!map_has(&m, S("键100")));
	CHECK_STR(m.entries[42].key, "键42");
	arena_release(&a);
}

/* Wherever it stands among letters that are looked at eight at a time, and however the text ends. */
TEST(utf8_finds_a_wrong_byte_anywhere)
{
	char text[40];
	for (size_t n = 1; n <= sizeof text; n++) {
		memset(text, 'a', sizeof text);
		CHECK(utf8_valid(str_span(text, n)));
		for (size_t at = 0; at < n; at++) {
			text[at] = '\xff';
			CHECK(!utf8_valid(str_span(text, n)));
			text[at] = '\xe4'; /* of three bytes, of which two are not there */
			CHECK(!utf8_valid(str_span(text, n)));
			text[at] = 'a';
		}
	}
}

TEST(utf8_mend_leaves_whole_characters_alone_and_drops_their_pieces)
{
	static const struct { const char *text, *mended; } rows[] = {
		{ "", "" }, { "plain", "plain" }, { "办结 é 𠮷", "办结 é 𠮷" }, { "办\xe7\xbb", "办" }, { "\x96办", "办" }, { "\"\xe5\x8a\" 结\xf0\xa0\xae!", "\"\" 结!" },
		{ "\xc0\xaf\xed\xa0\x80x", "x" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[64];
		snprintf(text, sizeof text, "%s", rows[i].text);
		CHECK_STR(str_span(text, utf8_mend(text, strlen(text))), rows[i].mended);
	}
}

TEST(a_message_that_quotes_half_a_character_is_text_all_the_same)
{
	struct diag d;
	diag_init(&d);
	CHECK_INT(diag_set(&d, ERR_INVALID, "x", "not known: \"%.*s\"", 4, "办结"), ERR_INVALID);
	CHECK_STR(str_of(d.text), "not known: \"办\"");
	diag_arg(&d, str_sub(S("办结"), 0, 5));
	CHECK_STR(str_of(d.arg[0]), "办");
}

TEST(utf8_refuses_what_rfc3629_refuses)
{
	static const struct { const char *name, *text; bool ok; } rows[] = {
		{ "chinese", "办结", true }, { "four bytes", "\xf0\x9f\x98\x80", true },
		{ "overlong", "\xc0\x80", false }, { "surrogate", "\xed\xa0\x80", false },
		{ "beyond U+10FFFF", "\xf4\x90\x80\x80", false }, { "cut", "\xe5\x8a", false },
		{ "lone continuation", "\x80", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		CHECK(utf8_valid(str_of(rows[i].text)) == rows[i].ok);
	}
	size_t at = 0;
	CHECK_INT(utf8_next(S("办"), &at), 0x529e);
	CHECK_INT(utf8_count(S("办结a")), 3);
	CHECK_INT(utf8_offset(S("办结a"), 2), 6);
}

TEST(diag_keeps_the_first_error_and_whole_characters)
{
	struct diag d;
	diag_init(&d);
	CHECK_INT(diag_set(&d, ERR_INVALID, "a.b", "first"), ERR_INVALID);
	CHECK_INT(diag_set(&d, ERR_IO, "c.d", "second"), ERR_IO);
	CHECK_STR(str_of(d.code), "a.b");
	char long_name[200];
	for (int i = 0; i < 66; i++)
		memcpy(long_name + 3 * i, "办", 3);
	diag_arg(&d, str_span(long_name, 198));
	CHECK(utf8_valid(str_of(d.arg[0])));
	CHECK_INT(strlen(d.arg[0]), 126);
}

TEST(integers_become_digits_at_both_ends_of_their_range)
{
	static const struct { int64_t v; const char *text; } rows[] = {
		{ 0, "0" }, { 7, "7" }, { -1, "-1" }, { 1774918800000, "1774918800000" }, { INT64_MAX, "9223372036854775807" }, { INT64_MIN, "-9223372036854775808" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room[STR_I64_ROOM];
		CHECK_STR(str_from_i64(rows[i].v, room), rows[i].text);
	}
}

TEST(the_newest_allocation_grows_where_it_stands_and_no_other)
{
	struct arena a;
	arena_init(&a, 1 << 16);
	char *first = arena_alloc(&a, 10);
	REQUIRE(first);
	memcpy(first, "ten bytes", 10);
	CHECK(arena_extend(&a, first, 10, 100));
	memset(first + 10, 7, 90);
	CHECK_STR(str_of(first), "ten bytes");
	char *second = arena_alloc(&a, 10);
	REQUIRE(second);
	CHECK(second >= first + 100);
	CHECK(!arena_extend(&a, first, 100, 200));
	CHECK(arena_extend(&a, second, 10, 20));
	CHECK(!arena_extend(&a, second, 20, 1 << 20));
	arena_release(&a);
}

/* The same room after a rewind, after a reset and as a fresh block: zeroed each time, unless asked for as it is. */
TEST(what_is_handed_out_is_zeroed_whatever_its_room_was_used_for)
{
	static const char zeroes[500];
	struct arena a;
	arena_init(&a, 1 << 16);
	char *first = arena_alloc(&a, 16);
	REQUIRE(first);
	struct arena_mark m = arena_save(&a);
	for (int i = 0; i < 3; i++) {
		char *used = arena_room(&a, 500);
		REQUIRE(used);
		memset(used, 'x', 500);
		if (i == 1)
			arena_reset(&a);
		else
			arena_rewind(&a, m);
		char *again = arena_alloc(&a, 500);
		REQUIRE(again);
		CHECK(memcmp(again, zeroes, 500) == 0);
		memset(again, 'y', 500);
		if (i != 1)
			arena_rewind(&a, m);
	}
	arena_release(&a);
}

/* First bucket up to 10, then 20, 40 …: 10 -> first, 11 -> second, 41 -> fourth, and what is beyond all goes into the last. */
TEST(a_histogram_counts_into_widening_buckets)
{
	static const struct { uint64_t value; size_t bucket; } rows[] = {
		{ 0, 0 }, { 10, 0 }, { 11, 1 }, { 20, 1 }, { 21, 2 }, { 40, 2 }, { 41, 3 }, { UINT64_C(10) << 18, 18 }, { (UINT64_C(10) << 18) + 1, 19 }, { UINT64_C(1) << 60, 19 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct histogram h = { 0 };
		histogram_add(&h, 10, rows[i].value);
		CHECK_INT(histogram_count(&h), 1);
		CHECK_INT(h.bucket[rows[i].bucket], 1);
		CHECK_INT(h.sum, rows[i].value);
	}
}

TEST(a_histogram_is_printed_cumulated_with_its_labels)
{
	struct histogram h = { 0 };
	struct buf b;
	buf_init(&b, 1 << 16);
	for (uint64_t v = 5; v <= 35; v += 15) /* 5, 20, 35: one in each of the first three */
		histogram_add(&h, 10, v);
	histogram_put(&b, "t", "a=\"x\"", &h, 10, 10);
	CHECK(str_starts(buf_str(&b), S("t_bucket{a=\"x\",le=\"1\"} 1\nt_bucket{a=\"x\",le=\"2\"} 2\nt_bucket{a=\"x\",le=\"4\"} 3\n")));
	CHECK(str_ends(buf_str(&b), S("t_bucket{a=\"x\",le=\"+Inf\"} 3\nt_sum{a=\"x\"} 6\nt_count{a=\"x\"} 3\n")));
	buf_clear(&b);
	histogram_put(&b, "t", "", &h, 10, 10);
	CHECK(str_starts(buf_str(&b), S("t_bucket{le=\"1\"} 1\n")));
	CHECK(str_ends(buf_str(&b), S("t_sum 6\nt_count 3\n")));
	buf_release(&b);
}

TEST_MAIN
