/* test_parts.c - routes, decoding, multipart, languages, catalogues, throttling, passwords, uploads. */
#include <stdlib.h>

#include "tests/test.h"

#include "http/http_int.h"
#include "http/password.h"
#include "http/sniff.h"
#include "http/throttle.h"

static struct arena arena;

static void fresh_arena(void)
{
	arena_release(&arena);
	arena_init(&arena, 32 << 20);
}

static enum http_outcome nothing(struct http_request *rq, struct http_reply *re, void *arg)
{
	(void)rq, (void)re, (void)arg;
	return HTTP_DONE;
}

TEST(routes_match_the_most_literal_pattern)
{
	static const struct http_route table[] = {
		{ HTTP_GET, "/", 1, nothing, "home", 0, 0, NULL },
		{ HTTP_GET, "/cases/{no}", 1, nothing, "case", 0, 0, NULL },
		{ HTTP_GET, "/cases/new", 1, nothing, "new", 0, 0, NULL },
		{ HTTP_POST, "/cases/{no}", 1, nothing, "post", 0, 0, NULL },
		{ HTTP_GET, "/cases/{no}/steps/{step:int}", 1, nothing, "step", 0, 0, NULL },
		{ HTTP_GET, "/files/{rest*}", 1, nothing, "files", 0, 0, NULL },
	};
	static const struct { const char *path; unsigned method; const char *name, *first; unsigned allowed; } rows[] = {
		{ "/", HTTP_GET, "home", "", HTTP_GET },
		{ "/cases/new", HTTP_GET, "new", "", HTTP_GET | HTTP_POST },
		{ "/cases/20251105-1", HTTP_GET, "case", "20251105-1", HTTP_GET | HTTP_POST },
		{ "/cases/x", HTTP_POST, "post", "x", HTTP_GET | HTTP_POST },
		{ "/cases/x", HTTP_DELETE, NULL, "", HTTP_GET | HTTP_POST },
		{ "/cases/%E5%8A%9E", HTTP_GET, "case", "办", HTTP_GET | HTTP_POST },
		{ "/cases/a/steps/12", HTTP_GET, "step", "a", HTTP_GET },
		{ "/cases/a/steps/x", HTTP_GET, NULL, "", 0 },
		{ "/cases/a/steps/1234567890123456789", HTTP_GET, NULL, "", 0 },
		{ "/cases/", HTTP_GET, NULL, "", 0 },
		{ "/cases", HTTP_GET, NULL, "", 0 },
		{ "/cases/a/", HTTP_GET, NULL, "", 0 },
		{ "/files/a/b.css", HTTP_GET, "files", "a/b.css", HTTP_GET },
		{ "/files/", HTTP_GET, NULL, "", 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_pair params[HTTP_PARAMS_MAX];
		size_t n;
		unsigned allowed;
		fresh_arena();
		ROW(rows[i].path);
		struct http_routes index;
		REQUIRE(http_routes_index(&index, table, sizeof table / sizeof *table, &arena) == OK);
		const struct http_route *r = http_route_find(&index, str_of(rows[i].path), rows[i].method, &arena, params, &n, &allowed);
		CHECK_STR(str_of(r ? r->name : NULL), rows[i].name);
		CHECK_INT(allowed, rows[i].allowed);
		CHECK_STR(n ? params[0].value : S(""), rows[i].first);
	}
	arena_release(&arena);
}

TEST(texts_are_decoded_strictly)
{
	static const struct { const char *raw; bool plus; const char *want; } rows[] = {
		{ "a%20b+c", false, "a b+c" }, { "a%20b+c", true, "a b c" }, { "%e4%b8%AD", false, "中" }, { "", false, "" },
		{ "%", false, NULL }, { "%4", false, NULL }, { "%4x", false, NULL }, { "%00", false, NULL }, { "%ff", false, NULL }, { "a%2", false, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str out = S("");
		fresh_arena();
		ROW(rows[i].raw);
		CHECK(http_decode(&arena, str_of(rows[i].raw), rows[i].plus, &out) == (rows[i].want != NULL));
		if (rows[i].want)
			CHECK_STR(out, rows[i].want);
	}
	arena_release(&arena);
}

TEST(pairs_keep_order_and_are_bounded)
{
	struct http_pairs p = { 0 };
	const struct str *all;
	fresh_arena();
	CHECK_INT(http_decode_pairs(&arena, S("a=1&&b&a=%32&=x&c=a=b"), &p), OK);
	CHECK_INT(p.count, 5);
	CHECK_INT(http_pairs_all(&p, S("a"), &arena, &all), 2);
	CHECK_STR(all[1], "2");
	CHECK_STR(http_pairs_first(&p, S("c")), "a=b");
	CHECK(http_pairs_first(&p, S("b")).ptr != NULL && http_pairs_first(&p, S("z")).ptr == NULL);
	struct buf b;
	buf_init_in(&b, &arena, 1 << 16);
	for (int i = 0; i <= HTTP_PAIRS_MAX; i++)
		buf_putz(&b, "a=1&");
	p = (struct http_pairs){ 0 };
	CHECK_INT(http_decode_pairs(&arena, buf_str(&b), &p), ERR_LIMIT);
	p = (struct http_pairs){ 0 };
	CHECK_INT(http_decode_pairs(&arena, S("a=%"), &p), ERR_INVALID);
	struct buf e;
	buf_init_in(&e, &arena, 100);
	http_encode(&e, S("a b&中~"));
	CHECK_STR(buf_str(&e), "a%20b%26%E4%B8%AD~");
	arena_release(&arena);
}

TEST(multipart_is_read_or_refused)
{
	static const struct { const char *name, *body, *type; enum err want; } rows[] = {
		{ "field", "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B--", "multipart/form-data; boundary=B", OK },
		{ "quoted boundary", "--B B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B B--\r\n", "multipart/form-data; charset=x; boundary=\"B B\"", OK },
		{ "no boundary", "--B--", "multipart/form-data", ERR_INVALID },
		{ "empty boundary", "----", "multipart/form-data; boundary=", ERR_INVALID },
		{ "begins otherwise", "x--B--", "multipart/form-data; boundary=B", ERR_INVALID },
		{ "no end", "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1", "multipart/form-data; boundary=B", ERR_INVALID },
		{ "headers without end", "--B\r\nContent-Disposition: form-data; name=a", "multipart/form-data; boundary=B", ERR_INVALID },
		{ "no name", "--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--", "multipart/form-data; boundary=B", ERR_INVALID },
		{ "field with bad UTF-8", "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\r\n--B--", "multipart/form-data; boundary=B", ERR_INVALID },
		{ "name with bad UTF-8", "--B\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n1\r\n--B--", "multipart/form-data; boundary=B", ERR_INVALID },
		{ "large file", "--B\r\nContent-Disposition: form-data; name=a; filename=\"x\"\r\n\r\n12345678901\r\n--B--", "multipart/form-data; boundary=B", ERR_LIMIT },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_multipart *m;
		struct diag d;
		fresh_arena();
		diag_init(&d);
		m = arena_new(&arena, struct http_multipart);
		ROW(rows[i].name);
		CHECK_INT(http_multipart_read(&arena, str_of(rows[i].body), str_of(rows[i].type), 10, m, &d), rows[i].want);
		if (rows[i].want == OK)
			CHECK_STR(http_pairs_first(&m->fields, S("a")), "1");
		else
			CHECK(d.code[0] != 0);
	}
	arena_release(&arena);
}

/* Every store keeps its texts, and not every one keeps this character. */
TEST(no_text_holds_the_character_nul)
{
	const struct { const char *name; struct str body; } rows[] = {
		{ "value", S("--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\0\r\n--B--") },
		{ "name", S("--B\r\nContent-Disposition: form-data; name=\"a\0\"\r\n\r\n1\r\n--B--") },
		{ "name of a file", S("--B\r\nContent-Disposition: form-data; name=a; filename=\"x\0.pdf\"\r\n\r\n1\r\n--B--") },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_multipart m = { .files_count = 0 };
		struct diag d;
		fresh_arena();
		diag_init(&d);
		ROW(rows[i].name);
		CHECK_INT(http_multipart_read(&arena, rows[i].body, S("multipart/form-data; boundary=B"), 100, &m, &d), ERR_INVALID);
	}
	CHECK(!http_is_text(str_span("a\0b", 3)) && !http_is_text(S("\xff")) && http_is_text(S("")) && http_is_text(S("办")));
	arena_release(&arena);
}

TEST(header_parameters_are_found)
{
	static const struct { const char *header, *name, *want; } rows[] = {
		{ "form-data; name=\"a\"; filename=\"x;y.pdf\"", "filename", "x;y.pdf" },
		{ "form-data; name=\"a\"; filename=\"x;y.pdf\"", "name", "a" },
		{ "form-data; NAME=a ;x=1", "name", "a" },
		{ "form-data; filename=\"say \\\"hi\\\".txt\"", "filename", "say \"hi\".txt" },
		{ "form-data; filename=\"C:\\x.txt\"", "filename", "C:\\x.txt" },
		{ "form-data; filename=\"open", "filename", "open" },
		{ "form-data", "name", NULL },
		{ "form-data; xname=a", "name", NULL },
		{ "form-data;;;", "name", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		fresh_arena();
		ROW(rows[i].header);
		struct str got = http_header_param(&arena, str_of(rows[i].header), rows[i].name);
		CHECK((got.ptr != NULL) == (rows[i].want != NULL));
		CHECK_STR(got, rows[i].want);
	}
	arena_release(&arena);
}

TEST(languages_are_chosen_by_quality)
{
	static const struct { const char *header; enum http_language want; } rows[] = {
		{ "", HTTP_ZH }, { "en", HTTP_EN }, { "zh-CN,zh;q=0.9,en;q=0.8", HTTP_ZH }, { "en-GB;q=0.5, zh;q=0.4", HTTP_EN }, { "fr, de", HTTP_ZH },
		{ "en;q=0", HTTP_ZH }, { "en;q=0.001", HTTP_EN }, { "zh;q=0.5, en;q=0.5", HTTP_ZH }, { "eng", HTTP_ZH }, { "EN-us", HTTP_EN }, { "en;q=x", HTTP_ZH }, { ",;,", HTTP_ZH },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].header);
		CHECK_INT(http_language_accept(str_of(rows[i].header)), rows[i].want);
	}
	enum http_language l;
	CHECK(http_language_of(S("zh-CN"), &l) && l == HTTP_ZH);
	CHECK(http_language_of(S("en"), &l) && l == HTTP_EN);
	CHECK(!http_language_of(S("fr"), &l) && !http_language_of(S(""), &l));
}

static const char mo[] = "\xde\x12\x04\x95\0\0\0\0\2\0\0\0\x1c\0\0\0\x2c\0\0\0\0\0\0\0\0\0\0\0"
                         "\0\0\0\0\x3c\0\0\0\3\0\0\0\x3d\0\0\0"
                         "\4\0\0\0\x41\0\0\0\x0f\0\0\0\x46\0\0\0"
                         "\0a.b\0meta\0{1} of {0} {2}{\0";

TEST(catalogues_are_read_and_fall_back)
{
	struct http_i18n *i;
	const struct str *missing;
	struct str args[] = { S_INIT("一"), S_INIT("二") };
	fresh_arena();
	REQUIRE(http_i18n_load(&arena, NULL, &i, NULL) == OK);
	REQUIRE(http_i18n_add(i, HTTP_EN, str_span(mo, sizeof mo - 1), NULL) == OK);
	CHECK_STR(http_i18n_format(i, HTTP_EN, S("a.b"), args, 2, &arena), "二 of 一 {2}{");
	CHECK_STR(http_i18n_format(i, HTTP_ZH, S("a.b"), args, 1, &arena), "{1} of 一 {2}{");
	CHECK_STR(http_i18n_format(i, HTTP_ZH, S("a.c"), args, 2, &arena), "a.c");
	CHECK(http_i18n_get(i, HTTP_ZH, S("a.c")).ptr == NULL);
	CHECK_INT(http_i18n_missing(i, HTTP_ZH, &arena, &missing), 1);
	CHECK_STR(missing[0], "a.b");
	CHECK_INT(http_i18n_missing(i, HTTP_EN, &arena, &missing), 0);
	arena_release(&arena);
}

TEST(damaged_catalogues_are_refused)
{
	char copy[sizeof mo - 1];
	struct http_i18n *i;
	fresh_arena();
	REQUIRE(http_i18n_load(&arena, NULL, &i, NULL) == OK);
	/* every cut, and every byte of the tables made large */
	for (size_t n = 0; n < sizeof copy - 16; n++)
		CHECK_INT(http_i18n_add(i, HTTP_EN, str_span(mo, n), NULL), ERR_INVALID);
	for (size_t n = 8; n < 60; n++) {
		memcpy(copy, mo, sizeof copy);
		copy[n] = (char)0xff;
		enum err e = http_i18n_add(i, HTTP_EN, str_span(copy, sizeof copy), NULL);
		CHECK(e == ERR_INVALID || (n >= 20 && n < 28)); /* the hash table's place is not used */
	}
	arena_release(&arena);
}

TEST(throttle_allows_a_burst_then_one_by_one)
{
	struct http_throttle *t;
	int64_t wait = -1;
	REQUIRE(http_throttle_new(3, 1000, 64, &t) == OK);
	for (int i = 0; i < 3; i++)
		CHECK(http_throttle_take(t, S("张三"), 5000, &wait));
	CHECK(!http_throttle_take(t, S("张三"), 5000, &wait));
	CHECK_INT(wait, 1000);
	CHECK(!http_throttle_take(t, S("张三"), 5999, &wait));
	CHECK(http_throttle_take(t, S("李四"), 5000, NULL));
	CHECK(http_throttle_take(t, S("张三"), 6000, NULL));
	CHECK(!http_throttle_take(t, S("张三"), 6000, NULL));
	ROW("after a pause the burst is back, and no more");
	for (int i = 0; i < 3; i++)
		CHECK(http_throttle_take(t, S("张三"), 100000, NULL));
	CHECK(!http_throttle_take(t, S("张三"), 100000, NULL));
	ROW("a success forgets");
	http_throttle_reset(t, S("张三"));
	CHECK(http_throttle_take(t, S("张三"), 100000, NULL));
	http_throttle_free(t);
}

TEST(a_caller_is_an_address_or_a_network_of_one_household)
{
	static const struct { const char *address, *caller; } rows[] = {
		{ "198.51.100.7", "198.51.100.7" },
		{ "::ffff:198.51.100.7", "198.51.100.7" },
		{ "::FFFF:c633:6407", "198.51.100.7" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
		{ "2001:DB8:1:2::", "2001:db8:1:2::" },
		{ "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::" },
		{ "2001:db8:1:3::1", "2001:db8:1:3::" },
		{ "2001:db8::198.51.100.7", "2001:db8::" },
		{ "::1", "::" },
		{ "unknown", "unknown" },
		{ "", "" },
		{ "2001:db8:1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20:21:22:23", "2001:db8:1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20:21:22:23" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room[HTTP_CALLER_MAX];
		ROW(rows[i].address);
		CHECK_STR(http_throttle_caller(str_of(rows[i].address), room), rows[i].caller);
	}
}

TEST(throttle_stays_bounded)
{
	struct http_throttle *t;
	char name[32];
	REQUIRE(http_throttle_new(1, 1000, 16, &t) == OK);
	for (int i = 0; i < 10000; i++) {
		int n = snprintf(name, sizeof name, "n%d", i);
		CHECK(http_throttle_take(t, str_span(name, (size_t)n), i, NULL));
	}
	CHECK(!http_throttle_take(t, S("n9999"), 10000, NULL));
	http_throttle_free(t);
}

TEST(passwords_are_hashed_and_judged)
{
	char hash[HTTP_PASSWORD_HASH_MAX], other[HTTP_PASSWORD_HASH_MAX];
	REQUIRE(http_password_hash(S("正确的密码 horse"), true, hash) == OK);
	REQUIRE(http_password_hash(S("正确的密码 horse"), true, other) == OK);
	CHECK(strncmp(hash, "$argon2id$", 10) == 0 && strcmp(hash, other) != 0);
	CHECK(http_password_matches(S("正确的密码 horse"), str_of(hash)));
	CHECK(!http_password_matches(S("正确的密码 hors"), str_of(hash)));
	CHECK(!http_password_matches(S("x"), S("")) && !http_password_matches(S("x"), S("$argon2id$nonsense")));
	CHECK(!http_password_matches_nobody(S("正确的密码 horse")));
	static const struct { const char *password, *code; } rows[] = {
		{ "九个汉字不够长的密", "password.short" }, { "1234567890", "password.common" }, { "QwertyUiop", "password.common" }, { "clerk12345", "password.common" },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "password.short" }, { "correct horse battery", "" }, { "woaini1314520", "password.common" }, { "Password2026!", "password.common" },
		{ "2026clerk!!!", "password.common" }, { "9876543210", "password.common" }, { "abababababab", "password.common" }, { "8888888888", "password.common" },
		{ "1472583690", "password.common" }, { "Zhengfu@2026", "password.common" }, { "zhengfu and the rain", "" }, { "1234567899", "" }, { "十个汉字就已经够长了", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diag d;
		diag_init(&d);
		ROW(rows[i].password);
		CHECK((http_password_check(str_of(rows[i].password), S("clerk12345"), &d) == OK) == (rows[i].code[0] == 0));
		CHECK_STR(str_of(d.code), rows[i].code);
	}
}

TEST(uploads_are_known_by_content)
{
	static const struct { const char *name; struct str bytes; const char *type, *accept, *code; } rows[] = {
		{ "证.pdf", S_INIT("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), "application/pdf", "", "" },
		{ "证.PDF", S_INIT("%PDF-1.7\n"), "application/pdf", "application/pdf,image/png", "" },
		{ "a.png", S_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0"), "image/png", "", "" },
		{ "a.jpg", S_INIT("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"), "image/jpeg", "application/pdf", "upload.type" },
		{ "a.docx", S_INIT("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x11\0\0\0word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "", "" },
		{ "a.ofd", S_INIT("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7\0\0\0OFD.xml"), "application/ofd", "", "" },
		{ "a.zip", S_INIT("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7\0\0\0evil.js"), "application/zip", "", "upload.type" },
		{ "证.txt", S_INIT("只是文字\n"), "text/plain", "", "" },
		{ "a.pdf", S_INIT("<html><script>alert(1)</script></html>"), "text/html", "", "upload.type" },
		{ "a.svg", S_INIT("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"), "image/svg+xml", "", "upload.type" },
		{ "a.pdf", S_INIT("\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0>\0"), "application/x-executable", "", "upload.type" },
		{ "a.exe", S_INIT("%PDF-1.7\n"), "application/pdf", "", "upload.ending" },
		{ "pdf", S_INIT("%PDF-1.7\n"), "application/pdf", "", "upload.ending" },
		{ "a.pdf", S_INIT(""), "application/octet-stream", "", "upload.type" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diag d;
		diag_init(&d);
		fresh_arena();
		ROW(rows[i].name);
		struct str type = S("");
		CHECK_INT(http_sniff(&arena, rows[i].bytes, &type, &d), OK);
		CHECK_STR(type, rows[i].type);
		enum err e = http_sniff_check(str_of(rows[i].name), type, str_of(rows[i].accept), &d);
		CHECK((e == OK) == (rows[i].code[0] == 0));
		CHECK_STR(str_of(d.code), rows[i].code);
	}
	arena_release(&arena);
}

/* Whoever sends a proper file is not told that it is none, because we cannot look. */
TEST(an_upload_that_cannot_be_looked_at_is_not_called_a_wrong_one)
{
	static const char body[] = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n\r\n--x--\r\n";
	struct http_multipart m = { .files_count = 0 };
	struct str type = S("");
	struct diag d;
	diag_init(&d);
	fresh_arena();
	REQUIRE(setenv("MAGIC", "/nowhere/magic.mgc", 1) == 0);
	CHECK_INT(http_sniff(&arena, S("%PDF-1.7\n"), &type, &d), ERR_IO);
	CHECK_STR(str_of(d.code), "upload.unlooked");
	CHECK_INT(http_status_of(ERR_IO), 503);
	CHECK_INT(http_sniff(&arena, S("PK\3\4word/document.xml"), &type, &d), OK); /* needs no looking up */
	diag_init(&d);
	CHECK_INT(http_multipart_read(&arena, str_of(body), S("multipart/form-data; boundary=x"), 1 << 20, &m, &d), ERR_IO);
	CHECK_STR(str_of(d.code), "upload.unlooked");
	CHECK_INT(m.files_count, 0);
	REQUIRE(unsetenv("MAGIC") == 0);
	CHECK_INT(http_multipart_read(&arena, str_of(body), S("multipart/form-data; boundary=x"), 1 << 20, &m, &d), OK);
	CHECK_STR(m.files[0].detected, "application/pdf");
	arena_release(&arena);
}

static void count_kept(void *of, enum err e)
{
	*(int *)of += e == OK;
}

TEST(memory_sessions_are_bounded_and_dropped)
{
	struct http_memory_sessions *m;
	struct http_session_store store;
	struct http_session s = { .person = 1 }, got;
	int kept = 0;
	REQUIRE(http_memory_sessions_new(16, &m, &store) == OK);
	for (int i = 0; i < 100; i++) {
		snprintf(s.key, sizeof s.key, "key%d", i);
		s.person = i;
		s.seen_ms = i;
		CHECK_INT(store.put(store.arg, &s, count_kept, &kept), OK);
	}
	CHECK_INT(store.get(store.arg, "key99", &got), OK);
	CHECK_INT(got.person, 99);
	CHECK_INT(store.get(store.arg, "key0", &got), ERR_NOT_FOUND);
	int there = 0;
	for (int i = 0; i < 100; i++) {
		snprintf(s.key, sizeof s.key, "key%d", i);
		there += store.get(store.arg, s.key, &got) == OK;
	}
	CHECK_INT(there, 16);
	CHECK_INT(kept, 100);
	CHECK_INT(store.drop(store.arg, "key99", count_kept, &kept), OK);
	CHECK_INT(store.drop(store.arg, "key99", NULL, NULL), OK);
	CHECK_INT(kept, 101);
	store.touch(store.arg, &s); /* s is key99: used again by a request that was on its way */
	CHECK_INT(store.get(store.arg, "key99", &got), ERR_NOT_FOUND);
	http_memory_sessions_free(m);
}

TEST_MAIN
