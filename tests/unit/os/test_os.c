/* test_os.c - virtual and real clocks, entropy, files, folders, locks, threads. */
#include <stdlib.h>
#include <unistd.h>

#include "tests/test.h"

#include "os/os.h"

static struct arena arena;

static const char *made;

static const char *temporary_dir(void)
{
	struct str dir = { NULL, 0 };
	struct diag d;
	diag_init(&d);
	arena_init(&arena, 8 << 20);
	if (os_dir_temporary(&arena, &dir, &d) != OK)
		return NULL;
	made = arena_z(&arena, dir);
	return made;
}

static void drop_dir(void)
{
	CHECK_INT(os_dir_remove(made, NULL), OK);
	CHECK(!os_dir_exists(made));
	CHECK_INT(os_dir_remove(made, NULL), OK);
	arena_release(&arena);
}

static const char *in_dir(const char *dir, const char *name)
{
	return arena_printf(&arena, "%s/%s", dir, name).ptr;
}

TEST(virtual_clock_moves_only_when_set)
{
	struct os_clock c;
	os_clock_virtual(&c, 1000);
	CHECK_INT(os_now_ms(&c), 1000);
	CHECK_INT(os_now_ms(&c), 1000);
	os_clock_set(&c, 86400000);
	CHECK_INT(os_now_ms(&c), 86400000);
}

TEST(steady_time_follows_what_passes_and_not_what_the_clock_is_set_to)
{
	struct os_clock c;
	os_clock_machine(&c, 1000);
	CHECK(c.machine);
	int64_t from = os_steady_ms(&c);
	os_clock_set(&c, 6000); /* five seconds pass */
	os_clock_jump(&c, 3600000);
	CHECK_INT(os_now_ms(&c), 3606000);
	CHECK_INT(os_steady_ms(&c) - from, 5000);
	os_clock_jump(&c, -7200000);
	CHECK_INT(os_now_ms(&c), -3594000);
	CHECK_INT(os_steady_ms(&c) - from, 5000);
	os_clock_virtual(&c, 1000);
	CHECK(!c.machine);
	CHECK(os_clock_real()->machine);
	int64_t real = os_steady_ms(os_clock_real());
	CHECK(real > 0 && os_steady_ms(os_clock_real()) >= real);
}

TEST(real_clocks_do_not_go_backwards)
{
	int64_t a = os_monotonic_us(), b = os_monotonic_us();
	CHECK(b >= a);
	CHECK(os_now_ms(os_clock_real()) > 1600000000000);
}

TEST(seeded_entropy_repeats_and_seeds_differ)
{
	struct os_entropy e;
	unsigned char a[21], b[21], c[21];
	os_entropy_seeded(&e, 7);
	os_random(&e, a, sizeof a);
	os_entropy_seeded(&e, 7);
	os_random(&e, b, sizeof b);
	os_entropy_seeded(&e, 8);
	os_random(&e, c, sizeof c);
	CHECK(memcmp(a, b, sizeof a) == 0);
	CHECK(memcmp(a, c, sizeof a) != 0);
	os_random(os_entropy_real(), a, sizeof a);
	CHECK(memcmp(a, b, sizeof a) != 0);
}

enum { PIECE = 16, PIECES = 500 };
struct pieces { unsigned char piece[PIECES][PIECE]; };

static void *take_pieces(void *arg)
{
	struct pieces *p = arg;
	for (int i = 0; i < PIECES; i++)
		os_random(os_entropy_real(), p->piece[i], PIECE);
	return NULL;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, PIECE);
}

/* Small pieces come from a store of each thread's own: no piece twice, on no two threads, and none of zeroes. */
TEST(no_piece_of_entropy_is_handed_out_twice)
{
	enum { THREADS = 4 };
	static struct pieces all[THREADS];
	static const unsigned char zeroes[PIECE];
	struct os_thread *t[THREADS];
	for (int i = 0; i < THREADS; i++)
		REQUIRE(os_thread_start(&t[i], take_pieces, &all[i]) == OK);
	for (int i = 0; i < THREADS; i++)
		os_thread_join(t[i]);
	unsigned char *first = all[0].piece[0];
	qsort(first, (size_t)THREADS * PIECES, PIECE, by_bytes);
	CHECK(memcmp(first, zeroes, PIECE) != 0);
	int twice = 0;
	for (int i = 1; i < THREADS * PIECES; i++)
		twice += memcmp(first + (i - 1) * PIECE, first + i * PIECE, PIECE) == 0;
	CHECK_INT(twice, 0);
}

TEST(file_written_is_read_back_and_replaced_whole)
{
	const char *dir = temporary_dir();
	REQUIRE(dir);
	const char *path = in_dir(dir, "办件.txt");
	struct str text;
	struct diag d;
	diag_init(&d);
	CHECK(!os_file_exists(path));
	CHECK_INT(os_file_write(path, S("first, and longer"), &d), OK);
	CHECK_INT(os_file_write(path, S("二"), &d), OK);
	REQUIRE(os_file_read(&arena, path, 100, &text, &d) == OK);
	CHECK_STR(text, "二");
	CHECK(os_file_exists(path));
	struct str *names;
	size_t n = 0;
	REQUIRE(os_dir_list(&arena, dir, &names, &n, &d) == OK);
	CHECK_INT(n, 1); /* no temporary left */
	drop_dir();
}

TEST(file_errors_are_told_apart)
{
	const char *dir = temporary_dir();
	REQUIRE(dir);
	struct str text;
	struct diag d;
	diag_init(&d);
	CHECK_INT(os_file_read(&arena, in_dir(dir, "none"), 10, &text, &d), ERR_NOT_FOUND);
	CHECK_STR(str_of(d.code), "os.not-found");
	diag_init(&d);
	CHECK_INT(os_file_read(&arena, dir, 10, &text, &d), ERR_IO);
	REQUIRE(os_file_write(in_dir(dir, "eleven"), S("12345678901"), NULL) == OK);
	CHECK_INT(os_file_read(&arena, in_dir(dir, "eleven"), 10, &text, NULL), ERR_LIMIT);
	CHECK_INT(os_file_read(&arena, in_dir(dir, "eleven"), 11, &text, NULL), OK);
	CHECK_INT(os_file_write(in_dir(dir, "no/where"), S("x"), NULL), ERR_NOT_FOUND);
	CHECK_INT(os_file_remove(in_dir(dir, "eleven"), NULL), OK);
	CHECK_INT(os_file_remove(in_dir(dir, "eleven"), NULL), OK);
	CHECK(!os_file_exists(in_dir(dir, "eleven")));
	drop_dir();
}

TEST(folders_are_made_with_parents_and_listed_in_order)
{
	const char *dir = temporary_dir();
	REQUIRE(dir);
	struct str *names;
	size_t n = 0;
	CHECK_INT(os_dir_make(in_dir(dir, "a/b/c"), NULL), OK);
	CHECK_INT(os_dir_make(in_dir(dir, "a/b/c"), NULL), OK);
	REQUIRE(os_file_write(in_dir(dir, "z"), S("file"), NULL) == OK);
	CHECK(os_dir_make(in_dir(dir, "z"), NULL) != OK);
	CHECK(os_dir_make(in_dir(dir, "z/y"), NULL) != OK);
	CHECK_INT(os_dir_make(in_dir(dir, "M"), NULL), OK);
	REQUIRE(os_dir_list(&arena, dir, &names, &n, NULL) == OK);
	REQUIRE(n == 3);
	CHECK_STR(names[0], "M");
	CHECK_STR(names[1], "a");
	CHECK_STR(names[2], "z");
	CHECK_INT(os_dir_list(&arena, in_dir(dir, "none"), &names, &n, NULL), ERR_NOT_FOUND);
	drop_dir();
}

TEST(reader_hands_over_the_file_in_pieces)
{
	const char *dir = temporary_dir();
	REQUIRE(dir);
	REQUIRE(os_file_write(in_dir(dir, "f"), S("abcde"), NULL) == OK);
	struct os_reader *r;
	char got[2];
	REQUIRE(os_reader_open(in_dir(dir, "f"), &r, NULL) == OK);
	CHECK_INT(os_reader_chunk(r, got, 2), 2);
	CHECK_INT(os_reader_chunk(r, got, 2), 2);
	CHECK_INT(got[0], 'c');
	CHECK_INT(os_reader_chunk(r, got, 2), 1);
	CHECK_INT(os_reader_chunk(r, got, 2), 0);
	os_reader_close(r);
	CHECK_INT(os_reader_open(in_dir(dir, "none"), &r, NULL), ERR_NOT_FOUND);
	drop_dir();
}

struct counter {
	struct os_mutex lock;
	struct os_cond changed;
	int value;
};

static void *count_up(void *arg)
{
	struct counter *c = arg;
	for (int i = 0; i < 1000; i++) {
		os_mutex_lock(&c->lock);
		c->value++;
		os_cond_signal(&c->changed);
		os_mutex_unlock(&c->lock);
	}
	return NULL;
}

TEST(threads_count_together)
{
	struct counter c = { .value = 0 };
	struct os_thread *t[4];
	os_mutex_init(&c.lock);
	os_cond_init(&c.changed);
	for (size_t i = 0; i < 4; i++)
		REQUIRE(os_thread_start(&t[i], count_up, &c) == OK);
	os_mutex_lock(&c.lock);
	while (c.value < 4000)
		os_cond_wait(&c.changed, &c.lock);
	CHECK(!os_cond_wait_ms(&c.changed, &c.lock, 0));
	os_mutex_unlock(&c.lock);
	for (size_t i = 0; i < 4; i++)
		os_thread_join(t[i]);
	CHECK_INT(c.value, 4000);
	os_cond_destroy(&c.changed);
	os_mutex_destroy(&c.lock);
}

struct holders { const char *path; _Atomic int inside, twice, held, failed; };

/* Holds the lock, and takes its file away with it. */
static void *hold_and_remove(void *arg)
{
	struct holders *h = arg;
	for (int n = 0; n < 2000;) {
		struct os_lock *l;
		enum err e = os_lock_take(h->path, &l, NULL);
		if (e == ERR_BUSY)
			continue;
		n++;
		h->failed += e != OK;
		if (e != OK)
			continue;
		h->twice += h->inside++ != 0 || !os_file_exists(h->path);
		h->held++;
		h->inside--;
		h->failed += os_file_remove(h->path, NULL) != OK;
		os_lock_drop(l);
	}
	return NULL;
}

TEST(a_lock_has_one_holder_also_where_its_file_goes_with_it)
{
	enum { THREADS = 4 };
	struct os_lock *l, *other;
	const char *dir = temporary_dir();
	REQUIRE(dir);
	struct holders h = { .path = in_dir(dir, "lock") };
	struct os_thread *t[THREADS];
	struct diag d;
	diag_init(&d);
	REQUIRE(os_lock_take(h.path, &l, &d) == OK);
	CHECK_INT(os_lock_take(h.path, &other, &d), ERR_BUSY);
	CHECK_STR(str_of(d.code), "os.locked");
	os_lock_drop(l);
	CHECK(os_file_exists(h.path));
	for (size_t i = 0; i < THREADS; i++)
		REQUIRE(os_thread_start(&t[i], hold_and_remove, &h) == OK);
	for (size_t i = 0; i < THREADS; i++)
		os_thread_join(t[i]);
	CHECK_INT(h.held, THREADS * 2000);
	CHECK_INT(h.twice, 0);
	CHECK_INT(h.failed, 0);
	CHECK(!os_file_exists(h.path));
	diag_init(&d);
	CHECK_INT(os_lock_take(in_dir(dir, "nowhere/lock"), &l, &d), ERR_IO);
	CHECK_STR(str_of(d.code), "os.lock");
	drop_dir();
}

/* Two that wrote to one file under two names would each keep what it remembers of it. */
TEST(two_names_of_one_file_have_one_lock)
{
	static const struct { const char *name, *link, *to; } rows[] = {
		{ "a link", "link", "city.db" }, { "a link to a link", "second", "link" }, { "a link from another folder", "folder/link", "../city.db" },
		{ "a link to what is not there yet", "early", "later.db" },
	};
	struct os_lock *l, *other;
	char led[200];
	const char *dir = temporary_dir();
	REQUIRE(dir && os_file_write(in_dir(dir, "city.db"), S("x"), NULL) == OK && os_dir_make(in_dir(dir, "folder"), NULL) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ROW(rows[i].name);
		const char *file = in_dir(dir, i < 3 ? "city.db" : rows[i].to), *link = in_dir(dir, rows[i].link);
		REQUIRE(symlink(rows[i].to, link) == 0 && os_lock_take_beside(link, &l, NULL) == OK);
		CHECK_INT(os_lock_take_beside(file, &other, NULL), ERR_BUSY);
		os_lock_drop(l);
		REQUIRE(os_lock_take_beside(file, &l, NULL) == OK);
		CHECK_INT(os_lock_take_beside(link, &other, NULL), ERR_BUSY);
		os_lock_drop(l);
	}
	ROW(NULL);
	const char *file = in_dir(dir, "city.db"), *name = in_dir(dir, "folder/name");
	REQUIRE(os_lock_take_beside(file, &l, NULL) == OK && link(file, name) == 0);
	CHECK_INT(os_lock_take_beside(file, &other, NULL), ERR_BUSY); /* named so while it is held: what is seen comes first */
	os_lock_drop(l);
	CHECK_INT(os_lock_take_beside(file, &l, NULL), ERR_CONFLICT);
	CHECK_INT(os_lock_take_beside(name, &l, NULL), ERR_CONFLICT);
	CHECK_INT(os_lock_take_beside(in_dir(dir, "second"), &l, NULL), ERR_CONFLICT);
	REQUIRE(os_file_remove(name, NULL) == OK && os_lock_take_beside(file, &l, NULL) == OK);
	os_lock_drop(l);
	CHECK(os_name_led("/nowhere/at all", led, sizeof led));
	CHECK_STR(str_of(led), "/nowhere/at all");
	CHECK(!os_name_led("/nowhere/at all", led, 8));
	REQUIRE(symlink("round", in_dir(dir, "round")) == 0);
	CHECK_INT(os_lock_take_beside(in_dir(dir, "round"), &l, NULL), ERR_IO);
	drop_dir();
}

TEST(process_knows_itself)
{
	arena_init(&arena, 1 << 16);
	CHECK(os_program_dir(&arena).len > 0);
	CHECK(os_memory_resident() > 100000);
	CHECK(os_processors() >= 1);
	CHECK(os_env("BANJIE_NO_SUCH_VARIABLE").ptr == NULL);
	CHECK(os_env("PATH").len > 0);
	CHECK(!os_tty(-1));
	arena_release(&arena);
}

TEST_MAIN
