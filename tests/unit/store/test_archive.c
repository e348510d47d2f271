/* test_archive.c - what comes out of an archive is what went in, or it is refused where it is not. */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/os.h"
#include "store/archive.h"
#include "tests/folder.h"
#include "tests/test.h"

static const char *dir;
static char path[160], key_path[160];

static void place(void)
{
	dir = test_folder("archive");
	snprintf(path, sizeof path, "%s/a.backup", dir);
	snprintf(key_path, sizeof key_path, "%s/key", dir);
}

static void leave(void)
{
	test_folder_remove(dir);
}

/* Bytes that do not shrink when compressed. */
static void noise(char *to, size_t n, uint64_t seed)
{
	struct os_entropy e;
	os_entropy_seeded(&e, seed);
	os_random(&e, to, n);
}

enum { PIECE = 100000, PIECES = 40 };

static enum err write_pieces(const struct archive_key *k, size_t pieces, struct diag *d)
{
	struct archive_writer *w;
	static char piece[PIECE];
	int64_t bytes;
	TRY(archive_create(path, k, &w, d));
	enum err e = archive_put(w, 'E', S(""), d);
	for (size_t i = 0; e == OK && i < pieces; i++) {
		noise(piece, PIECE, i + 1);
		e = archive_put(w, 'P', str_span(piece, PIECE - i), d);
	}
	if (e != OK) {
		archive_abandon(w);
		return e;
	}
	return archive_finish(w, &bytes, d);
}

/* How many records came out as they went in, and how it ended. */
static enum err read_pieces(const struct archive_key *k, size_t *good, struct diag *d)
{
	struct archive_reader *r;
	static char piece[PIECE];
	char tag;
	struct str payload;
	*good = 0;
	TRY(archive_open(path, k, &r, d));
	enum err e;
	while ((e = archive_next(r, &tag, &payload, d)) == OK && tag) {
		noise(piece, PIECE, *good);
		bool same = *good == 0 ? tag == 'E' && payload.len == 0 : tag == 'P' && str_eq(payload, str_span(piece, PIECE + 1 - *good));
		if (!same)
			break;
		++*good;
	}
	archive_close(r);
	return e;
}

TEST(records_of_many_chunks_come_out_as_they_went_in)
{
	struct archive_key k, again;
	size_t good;
	place();
	REQUIRE(archive_key_make(key_path, &k, NULL) == OK);
	REQUIRE(write_pieces(&k, PIECES, NULL) == OK);
	CHECK(os_file_size(path) > (int64_t)PIECES * (PIECE - PIECES));
	REQUIRE(archive_key_read(key_path, &again, NULL) == OK);
	CHECK_INT(read_pieces(&again, &good, NULL), OK);
	CHECK_INT(good, PIECES + 1);
	leave();
}

TEST(a_key_is_private_and_never_overwritten)
{
	struct archive_key k;
	struct stat st;
	struct diag d;
	diag_init(&d);
	place();
	REQUIRE(archive_key_make(key_path, &k, NULL) == OK);
	CHECK(stat(key_path, &st) == 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK_INT(archive_key_make(key_path, &k, &d), ERR_CONFLICT);
	CHECK_STR(str_of(d.code), "backup.key-exists");
	diag_init(&d);
	REQUIRE(os_file_write(path, S("a letter"), NULL) == OK);
	CHECK_INT(archive_key_read(path, &k, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "backup.key-form");
	leave();
}

TEST(another_key_is_named_beside_the_one_that_is_wanted)
{
	struct archive_key k, other;
	char wants[17], has[17], second[128];
	size_t good;
	struct diag d;
	diag_init(&d);
	place();
	snprintf(second, sizeof second, "%s/second", dir);
	REQUIRE(archive_key_make(key_path, &k, NULL) == OK && archive_key_make(second, &other, NULL) == OK);
	REQUIRE(write_pieces(&k, 1, NULL) == OK);
	CHECK_INT(read_pieces(&other, &good, &d), ERR_DENIED);
	CHECK_STR(str_of(d.code), "backup.wrong-key");
	archive_key_name(&k, wants);
	archive_key_name(&other, has);
	CHECK_STR(str_of(d.arg[1]), wants);
	CHECK_STR(str_of(d.arg[2]), has);
	leave();
}

static void put_file(struct str bytes)
{
	REQUIRE(os_file_write(path, bytes, NULL) == OK);
}

TEST(a_changed_byte_anywhere_is_noticed)
{
	struct archive_key k;
	struct arena a;
	struct str whole;
	size_t good;
	place();
	arena_init(&a, 16 << 20);
	REQUIRE(archive_key_make(key_path, &k, NULL) == OK);
	REQUIRE(write_pieces(&k, 4, NULL) == OK);
	REQUIRE(os_file_read(&a, path, 8 << 20, &whole, NULL) == OK);
	char *bytes = (char *)(uintptr_t)whole.ptr;
	for (size_t at = 0; at < whole.len; at += at < 64 ? 1 : 9973) {
		struct diag d;
		diag_init(&d);
		bytes[at] = (char)(bytes[at] ^ 0x40);
		put_file(whole);
		enum err e = read_pieces(&k, &good, &d);
		CHECK(e == ERR_CORRUPT || e == ERR_INVALID || e == ERR_DENIED);
		CHECK(good <= 4); /* what comes out before it is true; the end is never reached */
		CHECK(d.code[0] != 0);
		bytes[at] = (char)(bytes[at] ^ 0x40);
	}
	put_file(whole);
	CHECK_INT(read_pieces(&k, &good, NULL), OK);
	arena_release(&a);
	leave();
}

TEST(a_file_cut_off_or_lengthened_is_noticed)
{
	struct archive_key k;
	struct arena a;
	struct str whole;
	size_t good;
	place();
	arena_init(&a, 16 << 20);
	REQUIRE(archive_key_make(key_path, &k, NULL) == OK);
	REQUIRE(write_pieces(&k, 4, NULL) == OK);
	REQUIRE(os_file_read(&a, path, 8 << 20, &whole, NULL) == OK);
	for (size_t at = 0; at < whole.len; at += at < 64 ? 1 : 20011) {
		struct diag d;
		diag_init(&d);
		put_file(str_sub(whole, 0, at));
		enum err e = read_pieces(&k, &good, &d);
		CHECK(e == ERR_CORRUPT || e == ERR_INVALID);
		CHECK_STR(str_of(d.code), at < 24 ? "backup.not-one" : "backup.cut");
	}
	struct str longer = arena_printf(&a, "%s", "more");
	char *bytes = arena_alloc(&a, whole.len + longer.len);
	REQUIRE(bytes);
	memcpy(bytes, whole.ptr, whole.len);
	memcpy(bytes + whole.len, longer.ptr, longer.len);
	put_file(str_span(bytes, whole.len + longer.len));
	struct diag d;
	diag_init(&d);
	CHECK_INT(read_pieces(&k, &good, &d), ERR_CORRUPT);
	arena_release(&a);
	leave();
}

/* A disk that does not give the first bytes says nothing about what they are; here it is a folder that gives none. */
TEST(what_cannot_be_read_is_not_taken_for_something_else)
{
	struct archive_key k;
	struct archive_reader *r;
	struct diag d;
	place();
	REQUIRE(archive_key_make(key_path, &k, NULL) == OK && os_dir_make(path, NULL) == OK);
	diag_init(&d);
	CHECK_INT(archive_open(path, &k, &r, &d), ERR_INVALID);
	CHECK_STR(str_of(d.code), "os.not-file");
	diag_init(&d);
	CHECK_INT(archive_open("/proc/self/mem", &k, &r, &d), ERR_CORRUPT); /* a file whose first bytes give an error */
	CHECK_STR(str_of(d.code), "backup.unreadable");
	REQUIRE(os_dir_remove(path, NULL) == OK);
	leave();
}

TEST(a_full_disk_leaves_nothing_behind)
{
	struct archive_key k;
	struct arena a;
	struct str *names;
	size_t count;
	struct diag d;
	struct rlimit before, small;
	arena_init(&a, 1 << 20);
	diag_init(&d);
	place();
	REQUIRE(archive_key_make(key_path, &k, NULL) == OK);
	signal(SIGXFSZ, SIG_IGN);
	REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
	small = before;
	small.rlim_cur = 1 << 20;
	REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
	enum err e = write_pieces(&k, PIECES, &d);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
	CHECK_INT(e, ERR_IO);
	CHECK_STR(str_of(d.code), "os.full");
	REQUIRE(os_dir_list(&a, dir, &names, &count, NULL) == OK);
	CHECK_INT(count, 1); /* the key */
	arena_release(&a);
	leave();
}

TEST(a_name_that_is_taken_is_refused_and_what_is_there_stays)
{
	struct archive_key k;
	struct arena a;
	struct str text;
	struct diag d;
	diag_init(&d);
	arena_init(&a, 1 << 20);
	place();
	REQUIRE(archive_key_make(key_path, &k, NULL) == OK);
	put_file(S("a letter"));
	CHECK_INT(write_pieces(&k, 1, &d), ERR_CONFLICT);
	CHECK_STR(str_of(d.code), "backup.exists");
	REQUIRE(os_file_read(&a, path, 100, &text, NULL) == OK);
	CHECK_STR(text, "a letter");
	arena_release(&a);
	leave();
}

TEST_MAIN
