/* test_press.c - pressed texts: what goes in comes out, on every way to the file; what is damaged is said and never served. */
#include "tests/test.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/os.h"
#include "store/press.h"
#include "store/store.h"
#include "store/tables.h"
#include "tests/unit/store/entry.h"
#include "tests/unit/store/place.h"

enum { LEARNT_BY = 4000 }; /* the entries are some 340 bytes; a megabyte is looked at */

static const char office[] = "<p>茶山路餐馆</p> business-licence identity-document proof-of-premises 食品经营许可 望江区政务服务中心";

/* True: a dictionary was learnt, and presses from now on. */
static bool learn(struct press *p, struct str text, struct str *out)
{
	static char dictionary[PRESS_DICTIONARY_MAX];
	if (!press_learn(p, text))
		return false;
	press_hear(p, str_of(office));
	*out = str_span(dictionary, press_train(p, dictionary));
	return out->len && press_add(p, *out) == OK;
}

static struct press *learnt_press(void)
{
	struct press *p = press_new(true);
	struct str dictionary;
	char room[512];
	for (int i = 0; p && i < LEARNT_BY; i++)
		if (learn(p, entry(room, sizeof room, i), &dictionary))
			return p;
	press_free(p);
	return NULL;
}

TEST(a_text_comes_back_as_it_was_and_is_much_smaller_meanwhile)
{
	struct press *p = learnt_press();
	char room[512], back[512];
	size_t before = 0, after = 0;
	REQUIRE(p);
	for (int i = LEARNT_BY; i < LEARNT_BY + 500; i++) {
		struct str text = entry(room, sizeof room, i), frame = press_text(p, text);
		REQUIRE(frame.ptr && press_is_frame(frame) && press_has(p, press_dictionary_of(frame)));
		REQUIRE(press_length(frame) == text.len && press_undo(p, frame, back) == OK);
		CHECK(str_eq(str_span(back, text.len), text));
		before += text.len;
		after += frame.len;
	}
	CHECK(after * 5 < before * 2);
	press_free(p);
}

TEST(what_would_not_become_smaller_stays_as_it_is)
{
	struct press *p = learnt_press(), *without = press_new(true);
	char room[512], noise[4096];
	REQUIRE(p && without);
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (char)(i * i * 2654435761u >> 13 ^ i * 40503u >> 3);
	CHECK(press_text(p, entry(room, sizeof room, 1)).ptr);
	CHECK(!press_text(p, str_span(noise, sizeof noise)).ptr);
	CHECK(!press_text(p, S("")).ptr);
	CHECK(!press_text(p, S("too short for a frame")).ptr);
	CHECK(!press_text(without, entry(room, sizeof room, 1)).ptr);
	press_free(p);
	press_free(without);
}

TEST(a_long_text_is_pressed_whole)
{
	enum { LEN = 3 << 20 };
	struct press *p = learnt_press();
	char *text = malloc(LEN), *back = malloc(LEN);
	REQUIRE(p && text && back);
	for (size_t i = 0; i < LEN; i++)
		text[i] = "abcdefghij "[i * i % 11];
	struct str frame = press_text(p, str_span(text, LEN));
	REQUIRE(frame.ptr && press_length(frame) == LEN);
	CHECK_INT(press_undo(p, frame, back), OK);
	CHECK(memcmp(text, back, LEN) == 0);
	free(text);
	free(back);
	press_free(p);
}

TEST(a_damaged_frame_is_no_text_that_reads_beyond_its_end)
{
	struct press *p = learnt_press(), *stranger = press_new(false);
	char room[512], bad[512], back[1024];
	REQUIRE(p && stranger);
	struct str text = entry(room, sizeof room, 5), frame = press_text(p, text);
	REQUIRE(frame.ptr && frame.len < sizeof bad);
	CHECK_INT(press_undo(stranger, frame, back), ERR_CORRUPT); /* its dictionary is not there */
	CHECK_INT(press_add(stranger, S("this is no dictionary")), ERR_CORRUPT);
	int errors = 0;
	for (size_t cut = 0; cut < frame.len; cut++) { /* cut short: never */
		memcpy(bad, frame.ptr, frame.len);
		if (press_length(str_span(bad, cut)) == text.len)
			CHECK_INT(press_undo(p, str_span(bad, cut), back), ERR_CORRUPT);
	}
	for (size_t bit = 0; bit < 8 * frame.len; bit++) { /* one bit off: an error, or one that means nothing */
		memcpy(bad, frame.ptr, frame.len);
		bad[bit / 8] = (char)(bad[bit / 8] ^ 1 << bit % 8);
		struct str b = str_span(bad, frame.len);
		size_t n = press_is_frame(b) ? press_length(b) : 0;
		bool read = n && n < sizeof back && press_undo(p, b, back) == OK;
		CHECK(!read || str_eq(str_span(back, n), text));
		errors += !read;
	}
	CHECK(errors > (int)frame.len * 7);
	press_free(p);
	press_free(stranger);
}

TEST(the_first_thousand_texts_teach_and_later_ones_seldom)
{
	struct press *p = press_new(true), *reader = press_new(false);
	struct str dictionary;
	char room[512];
	int64_t bytes = 0, first = 0, second = 0;
	REQUIRE(p && reader);
	for (int i = 0; i < 90000 && !second; i++) {
		struct str text = entry(room, sizeof room, i);
		bytes += (int64_t)text.len;
		CHECK(!press_learn(reader, text));
		if (!learn(p, text, &dictionary))
			continue;
		*(first ? &second : &first) = bytes;
		bytes = 0;
	}
	CHECK(first >= 1 << 20 && first < 2 << 20);          /* a megabyte */
	CHECK(second >= 22 << 20 && second < 24 << 20); /* 16 MB later a sample of one in seven: 7 MB more */
	press_free(p);
	press_free(reader);
}

static bool contains(struct str bytes, const char *word)
{
	return memmem(bytes.ptr, bytes.len, word, strlen(word)) != NULL;
}

/* The dictionary learnt from the entries with `more` at the end of each text. */
static struct str taught(struct press *p, const char *(*more)(char *room, size_t size, int i))
{
	struct str dictionary = { NULL, 0 };
	char room[512], added[320], text[900];
	for (int i = 0; i < 3 * LEARNT_BY; i++) {
		struct str common = entry(room, sizeof room, i);
		int n = snprintf(text, sizeof text, "%.*s%s", STR_ARG(common), more(added, sizeof added, i));
		if (learn(p, str_span(text, (size_t)n), &dictionary))
			return dictionary;
	}
	return dictionary;
}

/* One who applies all the time: every fourth text is hers, in all the ways in which one writes. */
static const char *one_person(char *room, size_t size, int i)
{
	snprintf(room, size, i % 4 ? "%d" : "<p>致：王小五</p>,\"name\":\"Wang Xiaowu\",\"mail\":\"wang.xiaowu@example.cn\",\"phones\":[\"138-0013-8000\",\"139 1234 5678\"],"
	         "\"card\":\"6222,0212,3456\",\"wide\":\"１１０１０５\",\"at\":\"清泉巷七号\",\"said\":\"{\\\"to\\\":\\\"王小五\\\"}\"", i);
	return room;
}

static const char *somebody(char *room, size_t size, int i)
{
	snprintf(room, size, "<p>致：王五%d</p>\"id_no\":\"11010119900307%04d\",\"hall\":\"%s\",\"seldom\":\"%s\"", i * 31, i, i % 20 == 7 ? "望江区政务服务中心" : "",
	         i % 1000 == 7 ? "sel-dom" : "of-ten");
	return room;
}

TEST(a_dictionary_knows_what_the_office_says)
{
	struct press *p = press_new(true);
	REQUIRE(p);
	struct str d = taught(p, somebody);
	REQUIRE(d.ptr);
	CHECK(contains(d, "business_name") && contains(d, "茶山路餐馆") && contains(d, "食品经营许可") && contains(d, "of-ten"));
	CHECK(contains(d, "望江区政务服务中心")); /* one text in twenty says it */
	CHECK(!contains(d, "sel-dom"));           /* fewer than thirty-two say it */
	CHECK(!contains(d, "王五") && !contains(d, "110101") && !contains(d, "0000"));
	press_free(p);
}

TEST(nothing_of_one_person_is_learnt_however_often_it_is_said)
{
	static const char *const hers[] = { "王小五", "小五", "Wang", "Xiaowu", "xiaowu", "example.cn", "0013", "8000", "1234", "5678", "6222", "0212", "3456", "１", "０", "清泉巷" };
	struct press *p = press_new(true);
	REQUIRE(p);
	struct str d = taught(p, one_person);
	REQUIRE(d.ptr);
	CHECK(contains(d, "phones")); /* the fields are known, what stands in them is not */
	for (size_t i = 0; i < sizeof hers / sizeof *hers; i++)
		if (contains(d, hers[i]))
			CHECK_STR(S("in the dictionary"), hers[i]);
	press_free(p);
}

TEST(what_begins_like_a_frame_is_kept_and_comes_back)
{
	struct press *p = learnt_press(), *without = press_new(true);
	const struct str like = S("\x28\xb5\x2f\xfd and then something short");
	char back[64];
	REQUIRE(p && without);
	for (int i = 0; i < 2; i++) {
		struct press *by = i ? p : without;
		struct str frame = press_text(by, like);
		REQUIRE(frame.ptr && press_length(frame) == like.len && press_undo(by, frame, back) == OK);
		CHECK(str_eq(str_span(back, like.len), like));
	}
	press_free(p);
	press_free(without);
}

/* The same dictionary under another number: it stands behind four bytes that say what it is. */
static struct str numbered(struct str dictionary, char room[PRESS_DICTIONARY_MAX], uint32_t number)
{
	memcpy(room, dictionary.ptr, dictionary.len);
	for (int i = 0; i < 4; i++)
		room[4 + i] = (char)(number >> 8 * i);
	return str_span(room, dictionary.len);
}

static struct str one_dictionary(char room[PRESS_DICTIONARY_MAX])
{
	struct press *p = press_new(true);
	struct str learnt = { NULL, 0 };
	char text[512];
	for (int i = 0; p && i < LEARNT_BY; i++)
		if (learn(p, entry(text, sizeof text, i), &learnt))
			break;
	if (learnt.len)
		memcpy(room, learnt.ptr, learnt.len);
	press_free(p);
	return str_span(room, learnt.len);
}

/* A text of which only the head is looked at, so long that any pause is over after it. */
static bool learns_ever(struct press *p)
{
	static char head[4096];
	bool full = false;
	memset(head, 'a', sizeof head);
	for (int i = 0; i < 10000 && !full; i++)
		full = press_learn(p, str_span(head, (size_t)1 << 49));
	return full;
}

TEST(with_sixteen_dictionaries_nothing_more_is_learnt_and_all_of_them_are_known)
{
	enum { FIRST = 1000 };
	char first[PRESS_DICTIONARY_MAX], room[PRESS_DICTIONARY_MAX], text[512], back[512], frames[PRESS_DICTIONARIES_MAX + 1][512];
	size_t lengths[PRESS_DICTIONARIES_MAX + 1];
	struct str dictionary = one_dictionary(first), want = entry(text, sizeof text, 1);
	struct press *p = press_new(true);
	REQUIRE(p && dictionary.len);
	for (uint32_t i = 0; i < PRESS_DICTIONARIES_MAX + 1; i++) { /* another process may have learnt one more */
		if (i == PRESS_DICTIONARIES_MAX - 1)
			CHECK(learns_ever(p)); /* with fifteen it does */
		if (i == PRESS_DICTIONARIES_MAX)
			CHECK(!learns_ever(p));
		REQUIRE(press_add(p, numbered(dictionary, room, FIRST + i)) == OK);
		struct str frame = press_text(p, want);
		REQUIRE(frame.ptr && frame.len <= sizeof frames[i]);
		CHECK_INT(press_dictionary_of(frame), FIRST + i); /* the last one presses */
		memcpy(frames[i], frame.ptr, frame.len);
		lengths[i] = frame.len;
	}
	CHECK(!learns_ever(p));
	for (size_t i = 0; i < PRESS_DICTIONARIES_MAX + 1; i++) {
		CHECK_INT(press_undo(p, str_span(frames[i], lengths[i]), back), OK);
		CHECK(str_eq(str_span(back, want.len), want));
	}
	press_free(p);
}

/* ---- memory ---- */

/* All that a press does, with texts of four kilobytes. How often a text was pressed, of two times. */
static int press_life(void)
{
	static char text[4096], back[sizeof text], dictionary[PRESS_DICTIONARY_MAX];
	struct press *p = press_new(true);
	int pressed = 0;
	size_t n = 0;
	for (size_t at = 0; at + 512 < sizeof text;)
		at += entry(text + at, sizeof text - at, (int)at).len;
	struct str whole = str_span(text, sizeof text), half = str_span(text, sizeof text / 2);
	for (int i = 0; p && !n && i < 600; i++) { /* 256 fill a sample */
		if (!press_learn(p, whole))
			continue;
		press_hear(p, str_of(office));
		n = press_train(p, dictionary);
	}
	for (int i = 0; n && i < 2; i++) {
		enum err e = press_add(p, str_span(dictionary, n));
		CHECK(e == OK || e == ERR_NOMEM);
		struct str said = i ? whole : half, frame = press_text(p, said);
		if (!frame.ptr || press_undo(p, frame, back) != OK)
			continue;
		CHECK(memcmp(back, text, said.len) == 0);
		pressed++;
	}
	press_free(p);
	return pressed;
}

/* What the room allocates itself; tests/fault/test_dictionary.c has the library's too. */
TEST(a_press_without_memory_presses_less_and_harms_nothing)
{
	static const struct { const char *name; int pressed; } rows[] = {
		{ "the press", 0 },
		{ "its hand", 0 },
		{ "the sample: the next text begins it", 2 },
		{ "the words of the office: it is learnt without", 2 },
		{ "the place of a dictionary: the second time there is one", 1 },
		{ "the room of a frame: the text stays as it is", 1 },
		{ "the place of a second dictionary: the first one presses", 2 },
		{ "the room of a larger frame: that text stays as it is", 1 },
		{ "none", 2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		arena_fail_after(i + 1);
		int pressed = press_life();
		arena_fail_after(0);
		CHECK_INT(pressed, rows[i].pressed);
	}
	ROW(NULL);
}

/* ---- in a file ---- */

static const struct store_migration schema[] = {
	{ 1, "one", PLACE_PRESSES "INSERT INTO press_column(tab, col) VALUES('t', 'v'), ('t', 'w');"
	            "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w BLOB, x TEXT, y BLOB);"
	            "INSERT INTO said(words) VALUES('<p>茶山路餐馆</p> business-licence identity-document proof-of-premises 食品经营许可');" },
};

static bool open_again(struct place *p, bool inline_writer)
{
	return place_again(p, schema, inline_writer);
}

static bool place_open(struct place *p, bool inline_writer)
{
	snprintf(p->path, sizeof p->path, "/tmp/test-press-%d.db", (int)getpid());
	return open_again(p, inline_writer);
}

struct span { int from, to; bool refuse; };

/* The same text in four columns: pressed as text, pressed as bytes, text as it is, bytes as they are. */
static enum err run_fill(void *arg, struct store_conn *c)
{
	struct span *span = arg;
	char room[512];
	for (int i = span->from; i < span->to; i++) {
		struct store_query *q;
		struct str text = entry(room, sizeof room, i);
		TRY(store_prepare(c, "INSERT INTO t(id, v, w, x, y) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(id) DO UPDATE SET v=?2", &q));
		store_bind_i64(q, 1, i);
		store_bind_str(q, 2, text);
		store_bind_blob(q, 3, text);
		store_bind_str(q, 4, text);
		store_bind_blob(q, 5, text);
		TRY(store_exec(q));
	}
	return span->refuse ? ERR_DENIED : OK;
}

static bool fill(struct place *p, int from, int to)
{
	return store_run(p->s, run_fill, &(struct span){ from, to, false }) == OK;
}

struct reading { int rows, wrong; };

static enum err read_rows(void *arg, struct store_conn *c)
{
	struct reading *r = arg;
	struct store_query *q;
	char room[512];
	bool row;
	*r = (struct reading){ 0 };
	TRY(store_prepare(c, "SELECT id, v, w, x, y, CASE WHEN id>=0 THEN v END, coalesce(w, y), (SELECT b.v FROM t b WHERE b.id=t.id) FROM t ORDER BY id", &q));
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct str want = entry(room, sizeof room, (int)store_col_i64(q, 0));
		r->rows++;
		for (int i = 1; i < store_col_count(q); i++) /* all at once: each has memory of its own */
			r->wrong += !store_col_str(q, i).ptr;
		for (int i = 1; i < store_col_count(q); i++)
			r->wrong += !str_eq(store_col_str(q, i), want) || store_col_integer(q, i) || store_col_null(q, i);
	}
}

static struct reading rows_of(struct place *p)
{
	struct reading r = { -1, -1 };
	struct store_conn *c;
	if (store_reader_take(p->s, &c) != OK)
		return r;
	enum err e = read_rows(&r, c), read = store_reader_give(p->s, c);
	return e == OK && read == OK ? r : (struct reading){ -1, -1 };
}

/* As somebody who opens the file without us. */
static int64_t outside(const struct place *p, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *s = NULL;
	int64_t n = -1;
	if (sqlite3_open(p->path, &db) == SQLITE_OK && sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK)
		n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : sqlite3_changes(db);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

static const char *const pressed_rows[] = {
	"SELECT count(*) FROM t WHERE typeof(v)='blob' AND length(v)<200", "SELECT count(*) FROM t WHERE length(w)<200",
	"SELECT count(*) FROM t WHERE typeof(x)='text' AND length(y)>300",
};

TEST(a_file_keeps_named_columns_pressed_and_shows_text)
{
	for (int threaded = 0; threaded < 2; threaded++) {
		struct place p;
		REQUIRE(place_open(&p, !threaded));
		REQUIRE(fill(&p, 0, LEARNT_BY));
		if (threaded) { /* it learns when it has nothing to do, at its end at the latest */
			store_close(p.s);
			REQUIRE(open_again(&p, false));
		}
		REQUIRE(fill(&p, LEARNT_BY, LEARNT_BY + 1)); /* without a thread the dictionary is kept with the next transaction */
		REQUIRE(fill(&p, LEARNT_BY + 1, LEARNT_BY + 201));
		CHECK_INT(outside(&p, "SELECT count(*) FROM press_dictionary"), 2);
		CHECK_INT(outside(&p, "SELECT count(DISTINCT id) FROM press_dictionary"), 1);
		CHECK_INT(outside(&p, pressed_rows[0]), 200 + threaded);
		CHECK_INT(outside(&p, pressed_rows[1]), 200 + threaded);
		CHECK_INT(outside(&p, pressed_rows[2]), LEARNT_BY + 201);
		CHECK_INT(rows_of(&p).rows, LEARNT_BY + 201);
		CHECK_INT(rows_of(&p).wrong, 0);
		store_close(p.s);
		REQUIRE(open_again(&p, !threaded)); /* a start later: read first, then pressed with what was kept */
		CHECK_INT(rows_of(&p).wrong, 0);
		REQUIRE(fill(&p, 7000, 7050) && fill(&p, 10, 20)); /* also where a row is changed by it */
		CHECK_INT(outside(&p, pressed_rows[0]), 260 + threaded);
		CHECK_INT(rows_of(&p).rows, LEARNT_BY + 251);
		CHECK_INT(rows_of(&p).wrong, 0);
		place_remove(&p);
	}
}

TEST(what_is_rolled_back_takes_no_dictionary_with_it)
{
	struct place p;
	REQUIRE(place_open(&p, true));
	REQUIRE(fill(&p, 0, LEARNT_BY));
	CHECK_INT(store_run(p.s, run_fill, &(struct span){ LEARNT_BY, LEARNT_BY + 50, true }), ERR_DENIED); /* learnt, kept, and refused */
	CHECK_INT(outside(&p, "SELECT count(*) FROM press_dictionary"), 0);
	REQUIRE(fill(&p, LEARNT_BY, LEARNT_BY + 50));
	CHECK_INT(outside(&p, "SELECT count(*) FROM press_dictionary"), 2);
	CHECK_INT(outside(&p, pressed_rows[0]), 0);
	REQUIRE(fill(&p, LEARNT_BY + 50, LEARNT_BY + 60));
	CHECK_INT(outside(&p, pressed_rows[0]), 10);
	CHECK_INT(rows_of(&p).wrong, 0);
	place_remove(&p);
}

TEST(another_process_s_dictionary_is_found_when_it_is_met)
{
	struct place p, other;
	REQUIRE(place_open(&p, false));
	CHECK_INT(rows_of(&p).rows, 0); /* its readers know no dictionary yet */
	other = p;
	REQUIRE(open_again(&other, true));
	REQUIRE(fill(&other, 0, LEARNT_BY) && fill(&other, LEARNT_BY, LEARNT_BY + 1) && fill(&other, LEARNT_BY + 1, LEARNT_BY + 101));
	store_close(other.s);
	CHECK_INT(outside(&p, pressed_rows[0]), 100);
	CHECK_INT(rows_of(&p).rows, LEARNT_BY + 101);
	CHECK_INT(rows_of(&p).wrong, 0);
	place_remove(&p);
}

/* A moment that was begun before anything was learnt stays what it was. */
TEST(one_who_reads_while_another_process_learns_is_not_disturbed)
{
	struct place p, other, reading;
	struct store_conn *held, *c;
	struct reading r;
	struct store_options o = { .inline_writer = true, .reading = true };
	REQUIRE(place_open(&p, false) && fill(&p, 0, 3));
	reading = other = p;
	REQUIRE(store_open(p.path, &o, &reading.s, NULL) == OK && rows_of(&reading).rows == 3);
	REQUIRE(store_reader_take(p.s, &held) == OK && read_rows(&r, held) == OK);
	CHECK_INT(r.rows, 3);
	REQUIRE(open_again(&other, true));
	REQUIRE(fill(&other, 3, LEARNT_BY) && fill(&other, LEARNT_BY, LEARNT_BY + 1) && fill(&other, LEARNT_BY + 1, LEARNT_BY + 101));
	CHECK_INT(outside(&p, pressed_rows[0]), 100);
	CHECK_INT(read_rows(&r, held), OK);
	CHECK(r.rows == 3 && r.wrong == 0);
	CHECK_INT(store_reader_give(p.s, held), OK);
	REQUIRE(store_reader_take(p.s, &c) == OK);
	CHECK(c == held); /* the same connection, a moment later */
	CHECK_INT(read_rows(&r, c), OK);
	CHECK(r.rows == LEARNT_BY + 101 && r.wrong == 0);
	CHECK_INT(store_reader_give(p.s, c), OK);
	r = rows_of(&reading);
	CHECK(r.rows == LEARNT_BY + 101 && r.wrong == 0);
	store_close(reading.s);
	store_close(other.s);
	place_remove(&p);
}

/* Each learns for itself, and reads what the other has pressed. */
TEST(two_writers_with_dictionaries_of_their_own_read_each_other)
{
	struct place p, other;
	REQUIRE(place_open(&p, true) && fill(&p, 0, 1));
	other = p;
	REQUIRE(open_again(&other, true) && fill(&other, 1, 2)); /* both know the columns, and no dictionary */
	REQUIRE(fill(&p, 2, LEARNT_BY) && fill(&other, LEARNT_BY, 2 * LEARNT_BY));
	for (int i = 0; i < 20; i++)
		REQUIRE(fill(i % 2 ? &p : &other, 10000 + i, 10001 + i));
	CHECK_INT(outside(&p, "SELECT count(DISTINCT id) FROM press_dictionary"), 2);
	CHECK_INT(outside(&p, "SELECT count(*) FROM t WHERE id>=10000 AND length(v)<200"), 18); /* the first of each keeps its own */
	for (int i = 0; i < 2; i++) {
		struct reading r = rows_of(i ? &p : &other);
		CHECK(r.rows == 2 * LEARNT_BY + 20 && r.wrong == 0);
	}
	store_close(other.s);
	place_remove(&p);
}

TEST(a_copy_has_its_dictionaries_with_it)
{
	struct place p, copy;
	char sql[256];
	REQUIRE(place_open(&p, true));
	REQUIRE(fill(&p, 0, LEARNT_BY) && fill(&p, LEARNT_BY, LEARNT_BY + 1) && fill(&p, LEARNT_BY + 1, LEARNT_BY + 101));
	snprintf(copy.path, sizeof copy.path, "%.100s-copy", p.path);
	snprintf(sql, sizeof sql, "VACUUM INTO '%s'", copy.path);
	CHECK(outside(&p, sql) >= 0);
	place_remove(&p);
	REQUIRE(open_again(&copy, false));
	struct reading r = rows_of(&copy);
	CHECK(r.rows == LEARNT_BY + 101 && r.wrong == 0);
	CHECK(fill(&copy, 9000, 9010));
	CHECK_INT(outside(&copy, pressed_rows[0]), 110); /* and they press */
	r = rows_of(&copy);
	CHECK(r.rows == LEARNT_BY + 111 && r.wrong == 0);
	place_remove(&copy);
}

static bool put_dictionary(const struct place *p, struct str dictionary)
{
	sqlite3 *db;
	sqlite3_stmt *s = NULL;
	unsigned char digest[32];
	bool done = false;
	(void)crypto_generichash(digest, sizeof digest, (const unsigned char *)dictionary.ptr, dictionary.len, NULL, 0);
	if (sqlite3_open(p->path, &db) == SQLITE_OK && sqlite3_prepare_v2(db, "INSERT INTO press_dictionary(id, bytes, digest) VALUES(?1, ?2, ?3)", -1, &s, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(s, 1, press_id(dictionary));
		sqlite3_bind_blob64(s, 2, dictionary.ptr, dictionary.len, SQLITE_STATIC);
		sqlite3_bind_blob(s, 3, digest, sizeof digest, SQLITE_STATIC);
		done = sqlite3_step(s) == SQLITE_DONE;
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	return done;
}

TEST(a_file_of_more_dictionaries_than_are_learnt_is_read_and_pressed_with_the_last)
{
	enum { MANY = PRESS_DICTIONARIES_MAX + 1, EACH = 10 };
	char first[PRESS_DICTIONARY_MAX], room[PRESS_DICTIONARY_MAX];
	struct str dictionary = one_dictionary(first);
	struct place p;
	REQUIRE(dictionary.len && place_open(&p, true));
	for (int i = 0; i < MANY; i++) {
		store_close(p.s);
		p.s = NULL;
		REQUIRE(put_dictionary(&p, numbered(dictionary, room, (uint32_t)(i * 5 % MANY + 1)))); /* their numbers say nothing about their order */
		REQUIRE(open_again(&p, true) && fill(&p, EACH * i, EACH * (i + 1)));
	}
	CHECK_INT(outside(&p, pressed_rows[0]), EACH * MANY);
	CHECK_INT(outside(&p, "SELECT count(DISTINCT substr(v, 6, 1)) FROM t"), MANY); /* the number in the frame, behind five bytes */
	struct reading r = rows_of(&p);
	CHECK(r.rows == EACH * MANY && r.wrong == 0);
	store_close(p.s);
	REQUIRE(open_again(&p, false)); /* and by one who meets all of them first */
	r = rows_of(&p);
	CHECK(r.rows == EACH * MANY && r.wrong == 0);
	place_remove(&p);
}

TEST(a_dictionary_that_cannot_be_kept_is_given_up_and_harms_no_job)
{
	struct place p;
	REQUIRE(place_open(&p, true) && fill(&p, 0, LEARNT_BY));
	CHECK(outside(&p, "CREATE TRIGGER no BEFORE INSERT ON press_dictionary BEGIN SELECT RAISE(ABORT, 'no'); END") >= 0);
	CHECK(fill(&p, LEARNT_BY, LEARNT_BY + 10) && fill(&p, LEARNT_BY + 10, LEARNT_BY + 20));
	CHECK_INT(outside(&p, "SELECT count(*) FROM press_dictionary"), 0);
	CHECK_INT(outside(&p, pressed_rows[0]), 0);
	struct reading r = rows_of(&p);
	CHECK(r.rows == LEARNT_BY + 20 && r.wrong == 0);
	place_remove(&p);
}

static enum err run_script_fill_and_refuse(void *arg, struct store_conn *c)
{
	struct store_query *q;
	char room[512];
	TRY(store_script(c, "CREATE TABLE IF NOT EXISTS another(id INTEGER)", NULL)); /* it may have named columns */
	TRY(store_prepare(c, "INSERT INTO t(v) VALUES(?1)", &q));
	store_bind_str(q, 1, entry(room, sizeof room, *(int *)arg));
	TRY(store_exec(q));
	return ERR_DENIED;
}

TEST(a_dictionary_presses_only_when_it_is_in_the_file)
{
	struct place p;
	REQUIRE(place_open(&p, true) && fill(&p, 0, LEARNT_BY));
	CHECK_INT(store_run(p.s, run_script_fill_and_refuse, &(int){ 1 }), ERR_DENIED); /* the dictionary was there, and goes with it */
	CHECK(outside(&p, "CREATE TRIGGER no BEFORE INSERT ON press_dictionary BEGIN SELECT RAISE(ABORT, 'no'); END") >= 0);
	CHECK(fill(&p, LEARNT_BY, LEARNT_BY + 10));
	CHECK_INT(outside(&p, "SELECT count(*) FROM press_dictionary"), 0);
	CHECK_INT(outside(&p, pressed_rows[0]), 0);
	store_close(p.s);
	REQUIRE(open_again(&p, true));
	struct reading r = rows_of(&p);
	CHECK(r.rows == LEARNT_BY + 10 && r.wrong == 0);
	place_remove(&p);
}

static enum err whole(struct place *p, struct diag *d)
{
	struct store_conn *c;
	diag_init(d);
	TRY(store_reader_take(p->s, &c));
	enum err e = store_check(c, true, 0, d);
	(void)store_reader_give(p->s, c);
	return e;
}

TEST(a_dictionary_that_went_bad_is_read_from_its_other_copy_or_nothing_is_served)
{
	struct place p;
	struct diag d;
	REQUIRE(place_open(&p, true));
	REQUIRE(fill(&p, 0, LEARNT_BY) && fill(&p, LEARNT_BY, LEARNT_BY + 1) && fill(&p, LEARNT_BY + 1, LEARNT_BY + 101));
	CHECK_INT(whole(&p, &d), OK);
	store_close(p.s);
	CHECK_INT(outside(&p, "UPDATE press_dictionary SET bytes=zeroblob(length(bytes)) WHERE n=1"), 1);
	REQUIRE(open_again(&p, true));
	CHECK_INT(rows_of(&p).rows, LEARNT_BY + 101);
	CHECK_INT(rows_of(&p).wrong, 0);
	CHECK_INT(whole(&p, &d), ERR_CORRUPT); /* and it is said, while there is one */
	CHECK_STR(str_of(d.arg[0]), "press_dictionary");
	store_close(p.s);
	CHECK_INT(outside(&p, "UPDATE press_dictionary SET bytes=zeroblob(length(bytes)) WHERE n=2"), 1);
	REQUIRE(open_again(&p, true));
	CHECK_INT(rows_of(&p).rows, -1);
	CHECK(fill(&p, 100, 101)); /* work goes on, without it */
	CHECK_INT(outside(&p, "DELETE FROM t WHERE typeof(v)='blob'"), 100);
	CHECK_INT(rows_of(&p).rows, LEARNT_BY + 1);
	CHECK_INT(rows_of(&p).wrong, 0);
	place_remove(&p);
}

TEST(a_dictionary_under_a_wrong_number_is_none)
{
	struct place p;
	struct diag d;
	REQUIRE(place_open(&p, true));
	REQUIRE(fill(&p, 0, LEARNT_BY) && fill(&p, LEARNT_BY, LEARNT_BY + 1) && fill(&p, LEARNT_BY + 1, LEARNT_BY + 101));
	store_close(p.s);
	CHECK_INT(outside(&p, "UPDATE press_dictionary SET id=id+1"), 2);
	REQUIRE(open_again(&p, true));
	CHECK_INT(rows_of(&p).rows, -1);
	CHECK_INT(whole(&p, &d), ERR_CORRUPT);
	place_remove(&p);
}

TEST(a_frame_is_never_served_as_a_text)
{
	static const char *const damage[] = {
		"DELETE FROM press_column",                                      /* nobody says any more which columns are pressed */
		"UPDATE t SET v=CAST(x'00' || substr(v, 2) AS BLOB) WHERE typeof(v)='blob'", /* it begins like no frame */
		"UPDATE t SET v=CAST(substr(v, 1, length(v)-1) AS BLOB) WHERE typeof(v)='blob'",
	};
	for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
		struct place p;
		REQUIRE(place_open(&p, true));
		REQUIRE(fill(&p, 0, LEARNT_BY) && fill(&p, LEARNT_BY, LEARNT_BY + 1) && fill(&p, LEARNT_BY + 1, LEARNT_BY + 101));
		store_close(p.s);
		CHECK(outside(&p, damage[i]) > 0);
		REQUIRE(open_again(&p, true));
		CHECK_INT(rows_of(&p).rows, -1);
		place_remove(&p);
	}
}

static enum err run_read_one(void *arg, struct store_conn *c)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT v FROM t WHERE id=?1", &q));
	store_bind_i64(q, 1, *(int *)arg);
	TRY(store_step(q, &row));
	(void)store_col_str(q, 0);
	store_reset(q);
	return OK; /* as one who takes nothing for an answer */
}

static enum err run_refuse_without(void *arg, struct store_conn *c)
{
	TRY(run_read_one(arg, c));
	return ERR_NOT_FOUND;
}

TEST(a_damaged_text_is_never_taken_for_one_that_is_not_there)
{
	struct place p;
	int id = LEARNT_BY + 5, good = LEARNT_BY + 6;
	REQUIRE(place_open(&p, false));
	REQUIRE(fill(&p, 0, LEARNT_BY));
	store_close(p.s);
	REQUIRE(open_again(&p, false));
	REQUIRE(fill(&p, LEARNT_BY, LEARNT_BY + 101));
	char sql[160];
	snprintf(sql, sizeof sql, "UPDATE t SET v=CAST(substr(v, 1, length(v)-3) AS BLOB) WHERE id=%d", id);
	CHECK_INT(outside(&p, sql), 1);
	struct store_conn *c;
	REQUIRE(store_reader_take(p.s, &c) == OK);
	CHECK_INT(run_read_one(&good, c), OK);
	CHECK_INT(run_read_one(&id, c), OK);
	CHECK_INT(run_read_one(&good, c), ERR_CORRUPT);
	CHECK_INT(store_reader_give(p.s, c), ERR_CORRUPT);
	CHECK_INT(store_run(p.s, run_read_one, &id), ERR_CORRUPT); /* it alone is refused */
	CHECK_INT(store_run(p.s, run_refuse_without, &id), ERR_CORRUPT);       /* nor can what it refused for be relied on */
	CHECK_INT(store_run(p.s, run_refuse_without, &good), ERR_NOT_FOUND);
	CHECK_INT(store_run(p.s, run_read_one, &good), OK);   /* and the next command is served */
	store_close(p.s);
	REQUIRE(open_again(&p, true)); /* one connection for all */
	REQUIRE(store_reader_take(p.s, &c) == OK);
	CHECK_INT(run_read_one(&id, c), OK);
	CHECK_INT(store_reader_give(p.s, c), ERR_CORRUPT);
	REQUIRE(store_reader_take(p.s, &c) == OK);
	CHECK_INT(run_read_one(&good, c), OK);
	CHECK_INT(store_reader_give(p.s, c), OK);
	place_remove(&p);
}

static enum err begin_reading(struct store_conn *c, int64_t from)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT v FROM t WHERE id>=?1 ORDER BY id", &q));
	store_bind_i64(q, 1, from);
	TRY(store_step(q, &row));
	return row && store_col_str(q, 0).ptr ? OK : ERR_CORRUPT; /* as one who turns back there */
}

static int64_t count_rows(struct store_conn *c)
{
	struct store_query *q;
	bool row = false;
	int64_t n = store_prepare(c, "SELECT count(*) FROM t", &q) == OK && store_step(q, &row) == OK && row ? store_col_i64(q, 0) : -1;
	if (row)
		store_reset(q);
	return n;
}

/* He leaves a question behind that was not read to its end: the next one on his connection must not live in his moment. */
TEST(who_met_a_damaged_text_holds_no_moment_for_those_after_him)
{
	struct place p;
	struct store_conn *first, *c;
	REQUIRE(place_open(&p, true));
	REQUIRE(fill(&p, 0, LEARNT_BY) && fill(&p, LEARNT_BY, LEARNT_BY + 1) && fill(&p, LEARNT_BY + 1, LEARNT_BY + 11));
	store_close(p.s);
	CHECK_INT(outside(&p, "UPDATE t SET v=CAST(substr(v, 1, length(v)-3) AS BLOB) WHERE id=4005"), 1);
	REQUIRE(open_again(&p, false));
	for (int damaged = 0; damaged < 2; damaged++) {
		REQUIRE(store_reader_take(p.s, &first) == OK);
		CHECK_INT(begin_reading(first, damaged ? 4005 : 4006), damaged ? ERR_CORRUPT : OK);
		CHECK_INT(store_reader_give(p.s, first), damaged ? ERR_CORRUPT : OK);
		REQUIRE(fill(&p, 8000 + damaged, 8001 + damaged));
		REQUIRE(store_reader_take(p.s, &c) == OK && c == first);
		CHECK_INT(count_rows(c), LEARNT_BY + 11 + 1 + damaged);
		CHECK_INT(store_reader_give(p.s, c), OK);
	}
	place_remove(&p);
}

static enum err run_turn_back(void *arg, struct store_conn *c)
{
	return begin_reading(c, *(int *)arg);
}

static enum err run_read_on(void *arg, struct store_conn *c)
{
	struct store_query *q;
	bool row = true;
	(void)arg;
	TRY(store_prepare(c, "SELECT v FROM t ORDER BY id DESC", &q));
	while (row) {
		TRY(store_step(q, &row));
		if (row)
			(void)store_col_str(q, 0);
	}
	return OK;
}

/* A writer in an old moment could write nothing after another process has. */
TEST(a_job_that_met_a_damaged_text_holds_no_moment_for_those_after_it)
{
	static const struct { const char *name; bool inline_writer; enum err (*run)(void *arg, struct store_conn *c); } rows[] = {
		{ "a thread's turns back", false, run_turn_back },
		{ "a thread's reads on", false, run_read_on },
		{ "an inline one reads on", true, run_read_on },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct place p, other;
		ROW(rows[i].name);
		REQUIRE(place_open(&p, true));
		REQUIRE(fill(&p, 0, LEARNT_BY) && fill(&p, LEARNT_BY, LEARNT_BY + 1) && fill(&p, LEARNT_BY + 1, LEARNT_BY + 11));
		store_close(p.s);
		CHECK_INT(outside(&p, "UPDATE t SET v=CAST(substr(v, 1, length(v)-3) AS BLOB) WHERE id=4005"), 1);
		REQUIRE(open_again(&p, rows[i].inline_writer));
		CHECK(store_run(p.s, rows[i].run, &(int){ 4005 }) != OK);
		other = p;
		REQUIRE(open_again(&other, true) && fill(&other, 8000, 8001));
		store_close(other.s);
		CHECK(fill(&p, 8001, 8002));
		place_remove(&p);
	}
	ROW(NULL);
}

#define LIKE_A_FRAME "\x28\xb5\x2f\xfd\x01\x02\x03\x04\x05\x06\x07\x08"

/* Row 1 is written, or changed, with `sql`; the row of a job beside it shows that no other is harmed. */
struct writing { const char *sql; struct str bytes; bool as_text; };

static enum err run_writing(void *arg, struct store_conn *c)
{
	const struct writing *w = arg;
	struct store_query *q;
	TRY(store_prepare(c, w->sql, &q));
	store_bind_i64(q, 1, 1);
	if (w->as_text)
		store_bind_str(q, 2, w->bytes);
	else
		store_bind_blob(q, 2, w->bytes);
	return store_exec(q);
}

static enum err read_bytes(struct place *p, char room[512], struct str *out)
{
	struct store_conn *c;
	struct store_query *q;
	bool row = false;
	TRY(store_reader_take(p->s, &c));
	enum err e = store_prepare(c, "SELECT coalesce(w, y) FROM t WHERE id=1", &q);
	if (e == OK && (e = store_step(q, &row)) == OK && row) {
		struct str got = store_col_str(q, 0);
		*out = str_span(memcpy(room, got.ptr ? got.ptr : "", got.len < 512 ? got.len : 512), got.len);
		store_reset(q);
	}
	enum err read = store_reader_give(p->s, c);
	return e == OK ? read : e;
}

/* In each way in which a statement may put them into a pressed column of bytes. */
TEST(bytes_that_begin_like_a_frame_come_back_however_they_were_written_or_are_refused)
{
	static const struct { const char *name, *sql; bool pressed, refused; } rows[] = {
		{ "a row", "INSERT INTO t(id, w) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET w=?2", true, false },
		{ "a change", "UPDATE t SET w=?2 WHERE id=?1", true, false },
		{ "a change beside another", "UPDATE t SET x='a, b', w=?2 WHERE id=?1", true, false },
		{ "a change where it is a change", "UPDATE t SET w=?2 WHERE id=?1 AND (w IS NULL OR w<>?2)", false, true },
		{ "a change where there is something", "UPDATE t SET w=coalesce(?2, w) WHERE id=?1", false, true },
		{ "a row of a question", "INSERT INTO t(id, w) SELECT ?1, ?2 WHERE 1=1 ON CONFLICT(id) DO UPDATE SET w=excluded.w", false, true },
	};
	char long_text[512], room[512];
	struct str text = entry(long_text, sizeof long_text, 77), like = str_span(LIKE_A_FRAME, sizeof LIKE_A_FRAME - 1), got = { NULL, 0 };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct place p;
		ROW(rows[i].name);
		REQUIRE(place_open(&p, true));
		REQUIRE(fill(&p, 0, LEARNT_BY) && fill(&p, LEARNT_BY, LEARNT_BY + 1));
		CHECK_INT(store_run(p.s, run_writing, &(struct writing){ rows[i].sql, text, false }), OK);
		CHECK_INT(outside(&p, "SELECT count(*) FROM t WHERE id=1 AND length(w)<200"), rows[i].pressed);
		CHECK(read_bytes(&p, room, &got) == OK && str_eq(got, text));
		CHECK_INT(store_run(p.s, run_writing, &(struct writing){ rows[i].sql, like, true }), OK); /* a text is never taken for a frame */
		CHECK(read_bytes(&p, room, &got) == OK && str_eq(got, like));
		CHECK_INT(store_run(p.s, run_writing, &(struct writing){ rows[i].sql, S("short"), false }), OK);
		CHECK_INT(store_run(p.s, run_writing, &(struct writing){ rows[i].sql, like, false }), rows[i].refused ? ERR_UNSUPPORTED : OK);
		CHECK(read_bytes(&p, room, &got) == OK && str_eq(got, rows[i].refused ? S("short") : like));
		CHECK_INT(store_run(p.s, run_writing, &(struct writing){ rows[i].sql, S("short again"), false }), OK); /* the refusal is over */
		CHECK(read_bytes(&p, room, &got) == OK && str_eq(got, S("short again")));
		CHECK(fill(&p, 9000, 9001));
		place_remove(&p);
	}
	ROW(NULL);
}

/* Where nothing is pressed nothing is escaped either. */
TEST(bytes_that_begin_like_a_frame_stay_as_they_are_in_any_other_column)
{
	static const char *const rows[] = { "UPDATE t SET y=?2, w=NULL WHERE id=?1", "INSERT INTO t(id, y) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET y=?2, w=NULL" };
	struct str like = str_span(LIKE_A_FRAME, sizeof LIKE_A_FRAME - 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct place p;
		REQUIRE(place_open(&p, true) && fill(&p, 0, 2));
		CHECK_INT(store_run(p.s, run_writing, &(struct writing){ rows[i], like, false }), OK);
		CHECK_INT(outside(&p, "SELECT count(*) FROM t WHERE id=1 AND y=x'28b52ffd0102030405060708'"), 1);
		place_remove(&p);
	}
}

/* Somebody's file in a column of bytes may begin like a frame. */
TEST(bytes_that_were_handed_in_stay_bytes)
{
	struct place p;
	struct store_conn *c;
	struct store_query *q;
	bool row = false;
	REQUIRE(place_open(&p, true));
	REQUIRE(fill(&p, 0, 1));
	CHECK_INT(outside(&p, "UPDATE t SET y=x'28b52ffd0102030405060708'"), 1);
	REQUIRE(store_reader_take(p.s, &c) == OK);
	REQUIRE(store_prepare(c, "SELECT y FROM t", &q) == OK && store_step(q, &row) == OK && row);
	CHECK_INT((int64_t)store_col_str(q, 0).len, 12);
	store_reset(q);
	CHECK_INT(store_reader_give(p.s, c), OK);
	place_remove(&p);
}

static enum err digest_rows(struct place *p, struct table_digest *out)
{
	struct arena a;
	struct store_table *tables;
	struct store_conn *c;
	size_t count;
	arena_init(&a, 1 << 20);
	TRY(store_reader_take(p->s, &c));
	enum err e = store_tables(c, &a, &tables, &count, NULL);
	for (size_t i = 0; e == OK && i < count; i++) {
		CHECK(!str_starts(tables[i].name, S("press_"))); /* how a file keeps its texts is no part of what it tells */
		if (str_eqz(tables[i].name, "t"))
			e = table_read(c, &tables[i], NULL, NULL, NULL, out, NULL);
	}
	arena_release(&a);
	enum err read = store_reader_give(p->s, c);
	return e == OK ? read : e;
}

TEST(a_pressed_table_has_the_digest_of_its_texts)
{
	struct place p;
	struct table_digest pressed, plain;
	char one[2 * TABLE_DIGEST + 1], two[2 * TABLE_DIGEST + 1];
	REQUIRE(place_open(&p, true));
	REQUIRE(fill(&p, 0, LEARNT_BY) && fill(&p, LEARNT_BY, LEARNT_BY + 1) && fill(&p, LEARNT_BY + 1, LEARNT_BY + 101));
	CHECK_INT(outside(&p, pressed_rows[0]), 100);
	REQUIRE(digest_rows(&p, &pressed) == OK);
	store_close(p.s);
	CHECK_INT(outside(&p, "UPDATE t SET v=x, w=y"), LEARNT_BY + 101);
	REQUIRE(open_again(&p, true));
	REQUIRE(digest_rows(&p, &plain) == OK);
	table_digest_hex(&pressed, one);
	table_digest_hex(&plain, two);
	CHECK_STR(str_of(one), two);
	place_remove(&p);
}

TEST_MAIN
