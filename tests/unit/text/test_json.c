/* test_json.c - the strict reader, the writer, the canonical form, JSONTestSuite. */
#include "tests/test.h"

#include "os/os.h"
#include "text/json.h"

static struct arena arena;

static const struct json *read_ok(const char *text)
{
	const struct json *v = NULL;
	struct diag d;
	diag_init(&d);
	arena_release(&arena);
	arena_init(&arena, 64 << 20);
	if (json_read(&arena, str_of(text), &v, &d) != OK)
		printf("%s\n", d.text);
	return v;
}

TEST(reader_accepts_and_refuses)
{
	static const struct { const char *text; enum err want; const char *code; } rows[] = {
		{ "{\"名\":\"张三\",\"a\":[1,2.50,-0e+7,true,false,null]}", OK, "" },
		{ " \"\\u4e2d\\ud83d\\ude00\\n\" ", OK, "" },
		{ "12800.50", OK, "" },
		{ "{\"a\":1,\"a\":2}", ERR_INVALID, "json.duplicate-key" },
		{ "{\"a\":1,\"\\u0061\":2}", ERR_INVALID, "json.duplicate-key" },
		{ "{\"a\":1} x", ERR_INVALID, "json.syntax" },
		{ "\"\\ud800\"", ERR_INVALID, "json.syntax" },
		{ "\"\xff\"", ERR_INVALID, "json.bad-utf8" },
		{ "", ERR_INVALID, "json.syntax" },
		{ "01", ERR_INVALID, "json.syntax" },
		{ "1.", ERR_INVALID, "json.syntax" },
		{ "[1,]", ERR_INVALID, "json.syntax" },
		{ "\xef\xbb\xbf{}", ERR_INVALID, "json.syntax" },
		{ "\"a\tb\"", ERR_INVALID, "json.syntax" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *v;
		struct diag d;
		diag_init(&d);
		ROW(rows[i].text);
		arena_init(&arena, 1 << 20);
		CHECK_INT(json_read(&arena, str_of(rows[i].text), &v, &d), rows[i].want);
		CHECK_STR(str_of(d.code), rows[i].code);
		arena_release(&arena);
	}
}

TEST(large_objects_refuse_duplicates_too)
{
	struct buf b;
	const struct json *v;
	struct diag d;
	for (int twice = 0; twice < 2; twice++) {
		buf_init(&b, 1 << 20);
		buf_byte(&b, '{');
		for (int i = 0; i < 5000; i++)
			buf_printf(&b, "%s\"k%d\":%d", i ? "," : "", twice && i == 4999 ? 17 : i, i);
		buf_byte(&b, '}');
		diag_init(&d);
		arena_init(&arena, 8 << 20);
		CHECK_INT(json_read(&arena, buf_str(&b), &v, &d), twice ? ERR_INVALID : OK);
		if (!twice)
			CHECK_INT(json_i64(json_get(v, "k4321"), -1), 4321);
		arena_release(&arena);
		buf_release(&b);
	}
}

/* A key at every place of an object whose keys stand in their order, once more at its place or at the end. */
TEST(a_key_that_stands_twice_is_found_wherever_it_stands)
{
	static const int sizes[] = { 2, 3, 12, 13, 40 };
	int wrong = 0;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		for (int again = -1; again < sizes[i]; again++) {
			for (int at_end = 0; at_end < 2; at_end++) {
				struct buf b;
				const struct json *v;
				buf_init(&b, 1 << 16);
				arena_init(&arena, 1 << 20);
				for (int k = 0; k < sizes[i]; k++)
					buf_printf(&b, k == again && !at_end ? "%c\"k%02d\":0,\"k%02d\":1" : "%c\"k%02d\":0", k ? ',' : '{', k, k);
				if (again >= 0 && at_end)
					buf_printf(&b, ",\"k%02d\":1", again);
				buf_byte(&b, '}');
				wrong += json_read(&arena, buf_str(&b), &v, NULL) != (again < 0 ? OK : ERR_INVALID);
				arena_release(&arena);
				buf_release(&b);
			}
		}
	}
	CHECK_INT(wrong, 0);
}

/* A byte of each kind at every place of texts round the width that is looked at at once. */
TEST(strings_end_and_escape_at_every_place)
{
	static const struct { const char *byte; enum err want; const char *becomes; } rows[] = {
		{ "x", OK, "x" }, { "\\n", OK, "\n" }, { "\\u4e2d", OK, "中" }, { "中", OK, "中" }, { "\x7f", OK, "\x7f" }, { "\x1f", ERR_INVALID, "" },
		{ "\n", ERR_INVALID, "" }, { "\\", ERR_INVALID, "" } /* what stands behind it is no escape */, { "\"", ERR_INVALID, "" },
	};
	static const char many[] = "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int wrong = 0;
		for (int n = 1; n < 40; n++) {
			for (int at = 0; at < n; at++) {
				struct buf text, want;
				const struct json *v;
				buf_init(&text, 1 << 10);
				buf_init(&want, 1 << 10);
				buf_printf(&text, "\"%.*s%s%.*s\"", at, many, rows[i].byte, n - at, many);
				buf_printf(&want, "%.*s%s%.*s", at, many, rows[i].becomes, n - at, many);
				arena_init(&arena, 1 << 16);
				enum err e = json_read(&arena, buf_str(&text), &v, NULL);
				wrong += e != rows[i].want || (e == OK && !str_eq(json_text(v), buf_str(&want)));
				arena_release(&arena);
				buf_release(&text);
				buf_release(&want);
			}
		}
		ROW(rows[i].byte);
		CHECK_INT(wrong, 0);
	}
}

/* Round the sizes at which the reader needs more room for what is open. */
TEST(arrays_of_any_length_come_whole)
{
	static const int sizes[] = { 1, 46, 47, 48, 49, 95, 96, 97, 1000 };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct buf b;
		const struct json *v, *inner;
		int64_t wrong = 0;
		buf_init(&b, 1 << 20);
		arena_init(&arena, 1 << 20);
		buf_putz(&b, "{\"before\":7,\"list\":[");
		for (int k = 0; k < sizes[i]; k++)
			buf_printf(&b, "%s[%d]", k ? "," : "", k);
		buf_putz(&b, "],\"after\":8}");
		CHECK_INT(json_read(&arena, buf_str(&b), &v, NULL), OK);
		inner = json_get(v, "list");
		CHECK_INT(inner->count, sizes[i]);
		for (size_t k = 0; k < inner->count; k++)
			wrong += json_i64(&inner->items[k].items[0], -1) != (int64_t)k;
		CHECK_INT(wrong, 0);
		CHECK_INT(json_i64(json_get(v, "before"), 0), 7);
		CHECK_INT(json_i64(json_get(v, "after"), 0), 8);
		arena_release(&arena);
		buf_release(&b);
	}
}

TEST(depth_is_bounded_exactly)
{
	char text[2 * 65 + 1];
	const struct json *v;
	for (size_t depth = 64; depth <= 65; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		arena_init(&arena, 1 << 20);
		CHECK_INT(json_read(&arena, str_span(text, 2 * depth), &v, NULL), depth == 64 ? OK : ERR_LIMIT);
		arena_release(&arena);
	}
}

TEST(errors_name_line_and_column_in_characters)
{
	const struct json *v;
	struct diag d;
	diag_init(&d);
	arena_init(&arena, 1 << 20);
	CHECK_INT(json_read(&arena, S("{\n \"名字\": x}"), &v, &d), ERR_INVALID);
	CHECK_INT(d.line, 2);
	CHECK_INT(d.column, 8);
	arena_release(&arena);
}

TEST(values_are_found_and_numbers_keep_their_digits)
{
	const struct json *v = read_ok("{\"fee\":12800.50,\"n\":-7,\"who\":{\"名\":\"李\\\"四\"},\"big\":9223372036854775808,\"ok\":true}");
	REQUIRE(v);
	CHECK_STR(json_text(json_get(v, "fee")), "12800.50");
	CHECK_STR(json_text(json_path(v, "who.名")), "李\"四");
	CHECK(json_path(v, "who.x.y") == NULL);
	CHECK(json_get(NULL, "x") == NULL);
	CHECK_INT(json_i64(json_get(v, "n"), 0), -7);
	CHECK_INT(json_i64(json_get(v, "big"), 3), 3);
	CHECK_INT(json_i64(json_get(v, "fee"), 3), 3);
	CHECK(json_bool(json_get(v, "ok"), false));
	CHECK(json_bool(json_get(v, "none"), true));
	arena_release(&arena);
}

TEST(writer_places_commas_and_escapes)
{
	struct buf b;
	struct json_writer w;
	struct str out;
	buf_init(&b, 1000);
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_str(&w, "文", str_span("a\"\\\n\x01\0/", 7));
	json_key(&w, S("list"));
	json_array(&w);
	json_put_i64(&w, INT64_MIN);
	json_put_bool(&w, false);
	json_put_null(&w);
	json_put_number(&w, S("1.50"));
	json_object(&w);
	json_end(&w);
	json_put_raw(&w, S("[]"));
	json_end(&w);
	json_pair_bool(&w, "ok", true);
	json_pair_i64(&w, "n", 3);
	json_end(&w);
	REQUIRE(buf_finish(&b, &out) == OK);
	CHECK_STR(out, "{\"文\":\"a\\\"\\\\\\n\\u0001\\u0000/\",\"list\":[-9223372036854775808,false,null,1.50,{},[]],\"ok\":true,\"n\":3}");
	buf_release(&b);
}

TEST(writer_stops_at_the_buffers_maximum)
{
	struct buf b;
	struct json_writer w;
	struct str out;
	buf_init(&b, 8);
	json_writer_init(&w, &b);
	json_put_str(&w, S("123456"));
	CHECK_INT(buf_finish(&b, &out), OK);
	buf_clear(&b);
	json_writer_init(&w, &b);
	json_put_str(&w, S("1234567"));
	CHECK_INT(buf_finish(&b, &out), ERR_LIMIT);
	buf_release(&b);
}

TEST(canonical_form_sorts_keys_at_every_level)
{
	const struct json *v = read_ok("{ \"b\" : [ {\"z\":1.0,\"y\":\"\\u00e9\\u000f\"} ], \"a\\u0000\":2, \"a\": \"\\/\" }");
	struct buf b;
	REQUIRE(v);
	buf_init(&b, 1000);
	json_put_canonical(&b, v);
	CHECK(str_eq(buf_str(&b), S("{\"a\":\"/\",\"a\\u0000\":2,\"b\":[{\"y\":\"é\\u000f\",\"z\":1.0}]}")));
	buf_release(&b);
	arena_release(&arena);
}

TEST(canonical_form_of_many_keys_is_sorted)
{
	struct buf in, out;
	buf_init(&in, 1 << 16);
	buf_init(&out, 1 << 16);
	buf_byte(&in, '{');
	for (int i = 99; i >= 0; i--)
		buf_printf(&in, "\"%02d\":%d%s", i, i, i ? "," : "}");
	const struct json *v = read_ok(in.ptr);
	REQUIRE(v);
	json_put_canonical(&out, v);
	CHECK(str_starts(buf_str(&out), S("{\"00\":0,\"01\":1,\"02\":2,")));
	CHECK(str_ends(buf_str(&out), S(",\"98\":98,\"99\":99}")));
	buf_release(&in);
	buf_release(&out);
	arena_release(&arena);
}

TEST(equality_ignores_member_order_only)
{
	static const struct { const char *a, *b; bool equal; } rows[] = {
		{ "{\"a\":1,\"b\":[1,2]}", "{\"b\":[1,2],\"a\":1}", true },
		{ "[1,2]", "[2,1]", false }, { "1.0", "1.00", false }, { "\"1\"", "1", false },
		{ "{\"a\":1}", "{\"b\":1}", false }, { "{\"a\":1}", "{\"a\":1,\"b\":1}", false },
		{ "[true,null,\"中\"]", "[true,null,\"\\u4e2d\"]", true }, { "true", "false", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena other;
		const struct json *a, *b;
		ROW(rows[i].a);
		arena_init(&other, 1 << 20);
		a = read_ok(rows[i].a);
		REQUIRE(a && json_read(&other, str_of(rows[i].b), &b, NULL) == OK);
		CHECK(json_equal(a, b) == rows[i].equal);
		arena_release(&other);
	}
	arena_release(&arena);
}

TEST(reader_survives_every_failed_allocation)
{
	const char *text = "{\"a\":[1,2,{\"b\":\"c\"}],\"k1\":1,\"k2\":1,\"k3\":1,\"k4\":1,\"k5\":1,\"k6\":1,"
	                   "\"k7\":1,\"k8\":1,\"k9\":1,\"k10\":1,\"k11\":1,\"k12\":1,\"k13\":1}";
	enum err e = ERR_NOMEM;
	size_t n = 1;
	for (; e != OK && n < 100; n++) {
		const struct json *v;
		size_t refused = heap_refusals();
		arena_init(&arena, 1 << 20);
		arena_fail_after(n);
		e = json_read(&arena, str_of(text), &v, NULL);
		arena_fail_after(0);
		CHECK_INT(e, heap_refusals() == refused ? OK : ERR_NOMEM);
		arena_release(&arena);
	}
	CHECK(e == OK && n > 6);
}

TEST(suite_json_parsing)
{
	const char *dir = PROJECT_ROOT "/../shared/suites/json/test_parsing";
	struct arena names_arena;
	struct str *names;
	size_t n = 0, ran = 0;
	if (!os_dir_exists(dir))
		SKIP("the JSON suite is not here");
	arena_init(&names_arena, 1 << 20);
	REQUIRE(os_dir_list(&names_arena, dir, &names, &n, NULL) == OK);
	for (size_t i = 0; i < n; i++) {
		char path[1024];
		struct str text;
		const struct json *v;
		snprintf(path, sizeof path, "%s/%.*s", dir, STR_ARG(names[i]));
		arena_init(&arena, 16 << 20);
		REQUIRE(os_file_read(&arena, path, 8 << 20, &text, NULL) == OK);
		ROW(names[i].ptr);
		enum err e = json_read(&arena, text, &v, NULL);
		/* the RFC lets a reader choose on duplicate keys, and we refuse them */
		if (str_starts(names[i], S("y_object_duplicated_key")))
			CHECK_INT(e, ERR_INVALID);
		else if (names[i].ptr[0] == 'y')
			CHECK_INT(e, OK);
		if (names[i].ptr[0] == 'n')
			CHECK(e != OK);
		ran++;
		arena_release(&arena);
	}
	CHECK(ran > 300);
	arena_release(&names_arena);
}

/* A copy is what its reader would get from the canonical form. */
TEST(a_copy_is_the_canonical_value_and_needs_nothing_of_the_original)
{
	static const char *const texts[] = {
		"null", "true", "\"\"", "-12800.50", "[]", "{}", "[1,[2,[]],{\"b\":1,\"a\":{}}]",
		"{\"z\":1,\"y\":[{\"d\":null,\"c\":\"\u5f20\u4e09\"}],\"\u4e00\":false,\"a\":\"\\n\",\"ab\":\"x\"}",
		("{\"33\":0,\"32\":0,\"31\":0,\"30\":0,\"29\":0,\"28\":0,\"27\":0,\"26\":0,\"25\":0,\"24\":0,\"23\":0,\"22\":0,\"21\":0,\"20\":0,\"19\":0,\"18\":0,\"17\":0,"
		"\"16\":0,\"15\":0,\"14\":0,\"13\":0,\"12\":0,\"11\":0,\"10\":0,\"09\":0,\"08\":0,\"07\":0,\"06\":0,\"05\":0,\"04\":0,\"03\":0,\"02\":0,\"01\":0}"), /* more than sort on the stack */
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct arena original, a;
		const struct json *v, *copy, *read;
		struct buf canonical, plain;
		arena_init(&original, 1 << 20);
		arena_init(&a, 1 << 20);
		buf_init(&canonical, 1 << 16);
		buf_init(&plain, 1 << 16);
		ROW(texts[i]);
		REQUIRE(json_read(&original, str_of(texts[i]), &v, NULL) == OK);
		json_put_canonical(&canonical, v);
		REQUIRE(json_copy(&a, v, &copy) == OK);
		arena_release(&original);
		struct json_writer w;
		json_writer_init(&w, &plain);
		json_put_value(&w, copy); /* members as they stand: sorted */
		CHECK(str_eq(buf_str(&plain), buf_str(&canonical)));
		REQUIRE(json_read(&a, buf_str(&canonical), &read, NULL) == OK);
		CHECK(json_equal(read, copy));
		buf_release(&plain);
		buf_release(&canonical);
		arena_release(&a);
	}
	ROW(NULL);
}

TEST(what_no_reader_would_take_is_not_copied)
{
	struct arena a;
	const struct json *copy;
	struct json_member twice[] = { { .key = S("k") }, { .key = S("a") }, { .key = S("k") } };
	struct json object = { .kind = JSON_OBJECT, .count = 3, .members = twice }, text = { .kind = JSON_STRING, .text = S("\xff") };
	struct json deep[JSON_DEPTH_MAX + 2];
	arena_init(&a, 1 << 20);
	CHECK_INT(json_copy(&a, &object, &copy), ERR_INVALID);
	object.count = 2;
	CHECK_INT(json_copy(&a, &object, &copy), OK);
	CHECK_INT(json_copy(&a, &text, &copy), ERR_INVALID);
	twice[0].key = S("\xc0");
	CHECK_INT(json_copy(&a, &object, &copy), ERR_INVALID);
	for (size_t i = 0; i < sizeof deep / sizeof *deep; i++)
		deep[i] = (struct json){ .kind = JSON_ARRAY, .count = i ? 1 : 0, .items = i ? &deep[i - 1] : NULL };
	CHECK_INT(json_copy(&a, &deep[JSON_DEPTH_MAX], &copy), OK);
	CHECK_INT(json_copy(&a, &deep[JSON_DEPTH_MAX + 1], &copy), ERR_LIMIT);
	arena_release(&a);
}

TEST_MAIN
