/* test_dictionary.c - whatever memory and the disk do while texts are learnt from, pressed and read: what was acknowledged comes back as
 * it was, what was refused left nothing, and no text is pressed with a dictionary that is not in the file.
 *
 * Every allocation fails in turn: the room's own, SQLite's and the objects of the press's library, whose calls the linker hands to this
 * program (meson.build). A store learns here after a few texts, and what it learns was learnt before the test, so that a life of a
 * store takes milliseconds; test_press.c learns in earnest. The disk is simulated (disk.h); there too every call fails in turn.
 * A sample of the places, unless BANJIE_TEST_LONG is set.
 */
#include "tests/test.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <zstd.h>

#include "os/os.h"
#include "store/checkpoint.h"
#include "store/press.h"
#include "store/store.h"
#include "tests/fault/disk.h"
#include "tests/unit/store/entry.h"

/* ---- memory that ends ---- */

static struct {
	_Atomic bool armed;
	_Atomic uint64_t calls, at;
	_Atomic bool for_good; /* from the n-th call on */
	_Atomic bool no_place; /* for the next dictionary that presses */
	_Atomic int64_t live;  /* what was allocated and is not freed */
	_Atomic bool slow;     /* whoever presses takes his time */
	_Atomic int pressing;  /* so many are at it */
	_Atomic bool torn;     /* a dictionary went while somebody pressed with it */
} memory;

static bool must_fail(void)
{
	if (!atomic_load(&memory.armed))
		return false;
	uint64_t n = atomic_fetch_add(&memory.calls, 1) + 1, at = atomic_load(&memory.at);
	return n == at || (atomic_load(&memory.for_good) && n > at);
}

static void memory_arm(uint64_t at, bool for_good)
{
	atomic_store(&memory.calls, 0);
	atomic_store(&memory.at, at);
	atomic_store(&memory.for_good, for_good);
	atomic_store(&memory.armed, true);
}

static void memory_disarm(void)
{
	atomic_store(&memory.armed, false);
}

static void *counted(void *p)
{
	atomic_fetch_add(&memory.live, p != NULL);
	return p;
}

static void gone(const void *p)
{
	atomic_fetch_sub(&memory.live, p != NULL);
}

#define REAL(type_, name_, ...) type_ __real_##name_(__VA_ARGS__); type_ __wrap_##name_(__VA_ARGS__);

REAL(void *, heap_alloc, size_t size)
void *__wrap_heap_alloc(size_t size) { return must_fail() ? NULL : counted(__real_heap_alloc(size)); }

REAL(void *, heap_extend, void *p, size_t size)
void *__wrap_heap_extend(void *p, size_t size)
{
	if (must_fail())
		return NULL;
	void *more = __real_heap_extend(p, size);
	return p ? more : counted(more);
}

REAL(void, heap_free, void *p)
void __wrap_heap_free(void *p) { gone(p); __real_heap_free(p); }

REAL(ZSTD_CCtx *, ZSTD_createCCtx, void)
ZSTD_CCtx *__wrap_ZSTD_createCCtx(void) { return must_fail() ? NULL : counted(__real_ZSTD_createCCtx()); }
REAL(ZSTD_DCtx *, ZSTD_createDCtx, void)
ZSTD_DCtx *__wrap_ZSTD_createDCtx(void) { return must_fail() ? NULL : counted(__real_ZSTD_createDCtx()); }
REAL(ZSTD_CDict *, ZSTD_createCDict, const void *p, size_t n, int level)
ZSTD_CDict *__wrap_ZSTD_createCDict(const void *p, size_t n, int level)
{
	return must_fail() || atomic_exchange(&memory.no_place, false) ? NULL : counted(__real_ZSTD_createCDict(p, n, level));
}
REAL(ZSTD_DDict *, ZSTD_createDDict, const void *p, size_t n)
ZSTD_DDict *__wrap_ZSTD_createDDict(const void *p, size_t n) { return must_fail() ? NULL : counted(__real_ZSTD_createDDict(p, n)); }
REAL(size_t, ZSTD_freeCCtx, ZSTD_CCtx *p)
size_t __wrap_ZSTD_freeCCtx(ZSTD_CCtx *p) { gone(p); return __real_ZSTD_freeCCtx(p); }
REAL(size_t, ZSTD_freeDCtx, ZSTD_DCtx *p)
size_t __wrap_ZSTD_freeDCtx(ZSTD_DCtx *p) { gone(p); return __real_ZSTD_freeDCtx(p); }
REAL(size_t, ZSTD_freeCDict, ZSTD_CDict *p)
size_t __wrap_ZSTD_freeCDict(ZSTD_CDict *p)
{
	if (p && atomic_load(&memory.pressing))
		atomic_store(&memory.torn, true);
	gone(p);
	return __real_ZSTD_freeCDict(p);
}
REAL(size_t, ZSTD_freeDDict, ZSTD_DDict *p)
size_t __wrap_ZSTD_freeDDict(ZSTD_DDict *p) { gone(p); return __real_ZSTD_freeDDict(p); }

/* They take their working memory at the first call. */
static size_t no_memory(void)
{
	return (size_t)-64; /* ZSTD_error_memory_allocation */
}
REAL(size_t, ZSTD_compress2, ZSTD_CCtx *c, void *to, size_t room, const void *p, size_t n)
size_t __wrap_ZSTD_compress2(ZSTD_CCtx *c, void *to, size_t room, const void *p, size_t n)
{
	atomic_fetch_add(&memory.pressing, 1);
	for (int i = 0; i < 1000 && atomic_load(&memory.slow); i++)
		sched_yield();
	size_t pressed = must_fail() ? no_memory() : __real_ZSTD_compress2(c, to, room, p, n);
	atomic_fetch_sub(&memory.pressing, 1);
	return pressed;
}
REAL(size_t, ZSTD_decompress_usingDDict, ZSTD_DCtx *c, void *to, size_t room, const void *p, size_t n, const ZSTD_DDict *d)
size_t __wrap_ZSTD_decompress_usingDDict(ZSTD_DCtx *c, void *to, size_t room, const void *p, size_t n, const ZSTD_DDict *d)
{
	return must_fail() ? no_memory() : __real_ZSTD_decompress_usingDDict(c, to, room, p, n, d);
}

static sqlite3_mem_methods sqlite_real;
static void *sqlite_alloc(int n) { return must_fail() ? NULL : counted(sqlite_real.xMalloc(n)); }
static void *sqlite_resize(void *p, int n) { return must_fail() ? NULL : sqlite_real.xRealloc(p, n); }
static void sqlite_free(void *p) { gone(p); sqlite_real.xFree(p); }

/* No reserve of small pieces, which would hide most of the calls. */
int __wrap_sqlite3_db_config(sqlite3 *db, int op, ...);
int __wrap_sqlite3_db_config(sqlite3 *db, int op, ...)
{
	(void)db;
	return op == SQLITE_DBCONFIG_LOOKASIDE ? SQLITE_OK : SQLITE_ERROR;
}

static void set_up_library(void)
{
	sqlite3_mem_methods ours;
	if (sqlite_real.xMalloc)
		return;
	CHECK_INT(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_real), SQLITE_OK);
	ours = sqlite_real;
	ours.xMalloc = sqlite_alloc;
	ours.xRealloc = sqlite_resize;
	ours.xFree = sqlite_free;
	CHECK_INT(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours), SQLITE_OK);
	CHECK_INT(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
	disk_install();
}

/* ---- what is learnt, and when ---- */

enum { TEACHES_AFTER = 7 }; /* texts, of four a job: between the rows of the second */

static struct { char dictionary[PRESS_DICTIONARY_MAX]; size_t len; int texts; } taught;

REAL(bool, press_learn, struct press *p, struct str text)
bool __wrap_press_learn(struct press *p, struct str text)
{
	(void)p, (void)text;
	return ++taught.texts == TEACHES_AFTER;
}

REAL(size_t, press_train, struct press *p, char *to)
size_t __wrap_press_train(struct press *p, char *to)
{
	if (must_fail() || press_has(p, press_id(str_span(taught.dictionary, taught.len))))
		return 0;
	memcpy(to, taught.dictionary, taught.len);
	return taught.len;
}

/* Bytes that somebody handed in and that are a whole frame, of another text. */
static struct { char bytes[128]; size_t len; } handed_in;

static bool make_frame(void)
{
	struct press *p = press_new(true);
	if (!p)
		return false;
	struct str frame = press_text(p, S("\x28\xb5\x2f\xfd and then something else"));
	if (frame.ptr && frame.len <= sizeof handed_in.bytes) {
		memcpy(handed_in.bytes, frame.ptr, frame.len);
		handed_in.len = frame.len;
	}
	press_free(p);
	return handed_in.len;
}

/* A megabyte of long texts, until the sample is full. */
static bool fill_sample(struct press *p)
{
	static char text[4096];
	for (int i = 0; i < 1000; i++) {
		for (size_t at = 0; at + 512 < sizeof text;)
			at += entry(text + at, sizeof text - at, 40 * i + (int)at).len;
		if (__real_press_learn(p, str_span(text, sizeof text)))
			return true;
	}
	return false;
}

static bool prepare_teaching(void)
{
	if (taught.len)
		return true;
	struct press *p = press_new(true);
	size_t n = p && fill_sample(p) ? __real_press_train(p, taught.dictionary) : 0;
	press_free(p);
	for (size_t i = n; n && i < sizeof taught.dictionary; i++) /* as large as they come: what follows may be anything */
		taught.dictionary[i] = (char)('a' + i * i % 23);
	taught.len = n ? sizeof taught.dictionary : 0;
	return taught.len && make_frame();
}

/* ---- leisure of the writer's thread: when the test gives it, and at once ---- */

static struct {
	struct os_mutex lock;
	struct os_cond moved, *wake;
	struct os_mutex *with; /* of the writer */
	bool arrived, over, there;
	_Atomic bool given;
} leisure;

REAL(bool, os_cond_wait_ms, struct os_cond *c, struct os_mutex *m, int64_t ms)
bool __wrap_os_cond_wait_ms(struct os_cond *c, struct os_mutex *m, int64_t ms)
{
	(void)ms;
	os_mutex_lock(&leisure.lock);
	leisure.wake = c;
	leisure.with = m;
	leisure.arrived = true;
	os_cond_broadcast(&leisure.moved);
	os_mutex_unlock(&leisure.lock);
	if (!atomic_load(&leisure.given))
		os_cond_wait(c, m);
	return !atomic_exchange(&leisure.given, false);
}

REAL(void, store_checkpoint_idle, struct store_checkpoint *k)
void __wrap_store_checkpoint_idle(struct store_checkpoint *k)
{
	__real_store_checkpoint_idle(k);
	os_mutex_lock(&leisure.lock);
	leisure.over = true;
	os_cond_broadcast(&leisure.moved);
	os_mutex_unlock(&leisure.lock);
}

static void leisure_prepare(void)
{
	if (!leisure.there) {
		os_mutex_init(&leisure.lock);
		os_cond_init(&leisure.moved);
	}
	leisure.there = true;
	leisure.arrived = leisure.over = false;
}

/* The writer has something to do for itself: lets it, and returns when it is done. */
static void give_leisure(void)
{
	os_mutex_lock(&leisure.lock);
	while (!leisure.arrived)
		os_cond_wait(&leisure.moved, &leisure.lock);
	leisure.arrived = leisure.over = false;
	struct os_cond *wake = leisure.wake;
	struct os_mutex *with = leisure.with;
	os_mutex_unlock(&leisure.lock);
	os_mutex_lock(with);
	atomic_store(&leisure.given, true);
	os_cond_broadcast(wake);
	os_mutex_unlock(with);
	os_mutex_lock(&leisure.lock);
	while (!leisure.over)
		os_cond_wait(&leisure.moved, &leisure.lock);
	os_mutex_unlock(&leisure.lock);
}

/* ---- a store, and jobs of two rows each ---- */

static const struct store_migration schema[] = {
	{ 1, "one", "CREATE TABLE press_column(tab TEXT NOT NULL, col TEXT NOT NULL, PRIMARY KEY(tab, col)) WITHOUT ROWID;"
	            "CREATE TABLE press_dictionary(n INTEGER PRIMARY KEY, id INTEGER NOT NULL, bytes BLOB NOT NULL, digest BLOB NOT NULL);"
	            "INSERT INTO press_column(tab, col) VALUES('t', 'v'), ('t', 'w');"
	            "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w BLOB, x TEXT);"
	            "CREATE TABLE said(words TEXT); CREATE VIEW press_words AS SELECT words AS text FROM said;"
	            "INSERT INTO said(words) VALUES('<p>茶山路餐馆</p> business-licence identity-document proof-of-premises');" },
};

static bool own_thread;
static bool rows_wait; /* the file has a dictionary from the beginning, and jobs add many rows: beside a thread they are put aside */

enum { JOBS = 16 };

/* What the jobs were told: OK, or not known to be there. */
struct life { struct store *s; bool asked[JOBS]; enum err told[JOBS]; };

static bool open_store(struct life *l)
{
	struct store_options o = { .inline_writer = !own_thread, .durable = true };
	l->s = NULL;
	leisure_prepare();
	taught.texts = 0;
	return store_open("city.db", &o, &l->s, NULL) == OK;
}

static void close_store(struct life *l)
{
	store_close(l->s);
	l->s = NULL;
}

static enum err put_row(struct store_conn *c, int id, struct str w)
{
	struct store_query *q;
	char room[512];
	struct str text = entry(room, sizeof room, id);
	TRY(store_prepare(c, "INSERT INTO t(id, v, w, x) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(id) DO UPDATE SET v=?2", &q));
	store_bind_i64(q, 1, id);
	store_bind_str(q, 2, text);
	store_bind_blob(q, 3, w.ptr ? w : text);
	store_bind_str(q, 4, text);
	return store_exec(q);
}

static enum err run_put(void *arg, struct store_conn *c)
{
	int job = *(int *)arg;
	TRY(put_row(c, 2 * job, (struct str){ NULL, 0 }));
	return put_row(c, 2 * job + 1, str_span(handed_in.bytes, handed_in.len));
}

static enum err run_refuse(void *arg, struct store_conn *c)
{
	TRY(run_put(arg, c));
	return ERR_DENIED;
}

static bool put(struct life *l, int job)
{
	l->asked[job] = true;
	l->told[job] = store_run(l->s, run_put, &job);
	return l->told[job] == OK;
}

static void put_all(struct life *l, int from, int to)
{
	for (int i = from; i < to; i++)
		(void)put(l, i);
}

/* Those that could not be saved once more: now they can. */
static void put_again(struct life *l)
{
	for (int i = 0; i < JOBS; i++)
		if (l->asked[i] && l->told[i] != OK)
			CHECK_INT(put(l, i) ? OK : l->told[i], OK);
}

struct block { int from, to; };

/* The rows of several jobs at once. Those that may wait come first, and a second time, so that the thread finds enough of them. */
static enum err run_block(void *arg, struct store_conn *c)
{
	const struct block *b = arg;
	for (int i = 2 * b->from; i < 2 * b->to; i++)
		TRY(put_row(c, 2 * (b->from + (i - 2 * b->from) / 2), (struct str){ NULL, 0 }));
	for (int i = b->from; i < b->to; i++)
		TRY(put_row(c, 2 * i + 1, str_span(handed_in.bytes, handed_in.len)));
	return OK;
}

static void put_block(struct life *l, int from, int to)
{
	enum err e = store_run(l->s, run_block, &(struct block){ from, to });
	for (int i = from; i < to; i++) {
		l->asked[i] = true;
		l->told[i] = e;
	}
}

static void put_some(struct life *l, int from, int to)
{
	if (rows_wait)
		put_block(l, from, to);
	else
		put_all(l, from, to);
}

struct reading { int rows, wrong, pressed; bool there[2 * JOBS]; };

static enum err read_row(struct store_query *q, struct reading *r)
{
	char room[512], number[16];
	int id = (int)store_col_i64(q, 0);
	if (id < 0 || id >= 2 * JOBS)
		return ERR_INVALID;
	struct str text = entry(room, sizeof room, id), other = id % 2 ? str_span(handed_in.bytes, handed_in.len) : text;
	snprintf(number, sizeof number, "%d", id);
	r->there[id] = true;
	r->rows++;
	r->pressed += store_col_i64(q, 5) < 200;
	for (int i = 1; i <= 3; i++)
		r->wrong += !str_eq(store_col_str(q, i), i == 2 ? other : text);
	r->wrong += !str_eqz(store_col_str(q, 4), number);
	return OK;
}

static enum err read_rows(struct store_conn *c, struct reading *r)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT id, v, w, CASE WHEN id>=0 THEN x END, id, length(v) FROM t ORDER BY id", &q));
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		TRY(read_row(q, r));
	}
}

/* A number read as text and what the room's functions make, by one who asks for no second row. */
static enum err read_count(struct store_conn *c, struct reading *r)
{
	struct store_query *q;
	char number[16];
	bool row;
	TRY(store_prepare(c, "SELECT count(*), string_agg('ab', ','), encode(min(x), 'hex') FROM t", &q));
	TRY(store_step(q, &row));
	snprintf(number, sizeof number, "%d", r->rows);
	r->wrong += !row || !str_eqz(store_col_str(q, 0), number);
	r->wrong += r->rows && (store_col_str(q, 1).len != (size_t)(3 * r->rows - 1) || !store_col_str(q, 2).len);
	store_reset(q);
	return OK;
}

static enum err read_store(struct life *l, struct reading *r)
{
	struct store_conn *c;
	*r = (struct reading){ 0 };
	TRY(store_reader_take(l->s, &c));
	enum err e = read_rows(c, r);
	if (e == OK)
		e = read_count(c, r);
	enum err given = store_reader_give(l->s, c);
	return e != OK ? e : given;
}

/* What is answered is right and whole. `lying`: the medium may have lost what it had promised to keep. Pressed texts. */
static int check_answer(struct life *l, enum err e, const struct reading *r, bool lying)
{
	if (e != OK)
		return 0;
	CHECK_INT(r->wrong, 0);
	for (int i = 0; i < JOBS; i++) {
		CHECK(r->there[2 * i] == r->there[2 * i + 1]);
		CHECK(l->asked[i] || !r->there[2 * i]);
		CHECK(lying || l->told[i] != OK || !l->asked[i] || r->there[2 * i]);
	}
	return r->pressed;
}

/* Without a fault: everything is there. */
static int check_store(struct life *l, bool lying)
{
	struct reading r;
	enum err e = read_store(l, &r);
	CHECK(e == OK || (lying && e == ERR_CORRUPT));
	return check_answer(l, e, &r, lying);
}

static enum err run_empty(void *arg, struct store_conn *c)
{
	struct store_query *q;
	(void)arg;
	TRY(store_prepare(c, "DELETE FROM t", &q));
	return store_exec(q);
}

/* By one who learns at once; the rows that he learnt from are not left. */
static bool learn_first(struct life *l)
{
	bool thread = own_thread;
	own_thread = false;
	bool ok = open_store(l);
	for (int i = 0; ok && i < 4; i++)
		ok = put(l, i);
	ok = ok && store_run(l->s, run_empty, NULL) == OK;
	own_thread = thread;
	close_store(l);
	return ok;
}

/* A file with its tables, once for all lives. */
static bool prepare(void)
{
	struct life l = { .s = NULL };
	set_up_library();
	disk_wipe();
	if (!prepare_teaching() || !open_store(&l))
		return false;
	bool ok = store_migrate(l.s, "kernel", schema, 1, NULL) == OK;
	close_store(&l);
	ok = ok && (!rows_wait || learn_first(&l));
	disk_save();
	return ok;
}

/* What a statement was refused for is told a thousand times. */
static void hush(bool quiet)
{
	static FILE *loud, *nowhere;
	if (!loud) {
		loud = stderr;
		nowhere = fopen("/dev/null", "w");
	}
	stderr = quiet && nowhere ? nowhere : loud;
}

static bool every_place(void)
{
	return getenv("BANJIE_TEST_LONG") != NULL;
}

/* ---- memory ---- */

static void read_in_between(struct life *l)
{
	struct reading r;
	enum err e = read_store(l, &r);
	(void)check_answer(l, e, &r, false);
}

/* Opened, taught, pressed, refused, read, closed; and a start later. */
static void live(struct life *l)
{
	for (int start = 0; start < 2; start++) {
		if (!open_store(l) && !open_store(l))
			continue;
		put_some(l, 6 * start, 6 * start + 3);
		read_in_between(l);
		put_some(l, 6 * start + 3, 6 * start + 6);
		CHECK(store_run(l->s, run_refuse, &(int){ 12 }) != OK);
		read_in_between(l);
		close_store(l);
	}
}

/* Afterwards, with memory again, and by one who learns at once. Pressed texts in the file. */
static int look_back(struct life *l)
{
	bool thread = own_thread;
	own_thread = false;
	bool open = open_store(l);
	own_thread = thread;
	CHECK(open);
	if (!open)
		return 0;
	(void)check_store(l, false);
	put_again(l);
	for (int i = 12; i < 16; i++)
		CHECK(put(l, i));
	int pressed = check_store(l, false);
	close_store(l);
	return pressed;
}

static void one_life(uint64_t n, bool for_good)
{
	struct life l = { .s = NULL };
	char row[64];
	snprintf(row, sizeof row, "allocation %llu%s", (unsigned long long)n, for_good ? " and all later ones" : "");
	ROW(row);
	disk_load();
	int64_t before = atomic_load(&memory.live);
	hush(true);
	memory_arm(n, for_good);
	live(&l);
	memory_disarm();
	hush(false);
	CHECK_INT(atomic_load(&memory.live), before);
	CHECK(look_back(&l) >= 2);
	CHECK_INT(atomic_load(&memory.live), before);
	ROW(NULL);
}

/* Every one of the calls in turn, or some of them. */
static void every_allocation(bool threaded, bool for_good)
{
	enum { SAMPLE = 80 };
	struct life l = { .s = NULL };
	own_thread = threaded;
	REQUIRE(prepare());
	memory_arm(UINT64_MAX, false);
	live(&l);
	memory_disarm();
	uint64_t calls = atomic_load(&memory.calls), step = every_place() || calls < SAMPLE ? 1 : calls / SAMPLE;
	for (int i = 0; i < 12; i++)
		CHECK_INT(l.told[i], OK);
	if (every_place())
		printf("  %llu allocations\n", (unsigned long long)calls);
	for (uint64_t n = 1; n <= calls && test_bad < 20; n += step)
		one_life(n, for_good);
	own_thread = false;
	disk_wipe();
}

/* By one who meets the dictionary first; in a transaction where he is `reading`, else without. */
static void read_once(struct life *l, bool reading, uint64_t n, bool for_good)
{
	struct store_options o = { .inline_writer = true, .reading = reading };
	int64_t before = atomic_load(&memory.live);
	memory_arm(n, for_good);
	bool open = store_open("city.db", &o, &l->s, NULL) == OK;
	if (open)
		read_in_between(l);
	memory_disarm();
	if (open)
		CHECK(check_store(l, false) >= 4); /* he who had no memory has some now */
	close_store(l);
	CHECK_INT(atomic_load(&memory.live), before);
}

static void read_at_every_place(struct life *l, bool reading)
{
	read_once(l, reading, UINT64_MAX, false);
	uint64_t calls = atomic_load(&memory.calls);
	CHECK(calls > 100);
	hush(true);
	for (uint64_t n = 1; n <= calls && test_bad < 20; n++)
		for (int for_good = 0; for_good <= (n % 4 == 0 || every_place()); for_good++)
			read_once(l, reading, n, for_good);
	hush(false);
}

TEST(an_allocation_that_fails_while_pressed_texts_are_read)
{
	struct life l = { .s = NULL };
	REQUIRE(prepare() && open_store(&l));
	put_all(&l, 0, 6);
	close_store(&l);
	read_at_every_place(&l, true);
	read_at_every_place(&l, false);
	disk_wipe();
}

/* Calls of memory while four jobs are carried out: the second teaches, the third keeps the dictionary, the fourth presses. */
static uint64_t learn_once(uint64_t n)
{
	struct life l = { .s = NULL };
	disk_load();
	if (!open_store(&l))
		return 0;
	memory_arm(n, false);
	put_all(&l, 0, 4);
	memory_disarm();
	uint64_t calls = atomic_load(&memory.calls);
	(void)check_store(&l, false);
	close_store(&l);
	CHECK(open_store(&l));
	(void)check_store(&l, false);
	close_store(&l);
	return calls;
}

TEST(an_allocation_that_fails_while_a_dictionary_is_learnt)
{
	REQUIRE(prepare());
	uint64_t calls = learn_once(UINT64_MAX);
	int64_t before = atomic_load(&memory.live);
	CHECK(calls > 100);
	hush(true);
	for (uint64_t n = 1; n <= calls && test_bad < 20; n++)
		CHECK(learn_once(n) > 0);
	hush(false);
	CHECK_INT(atomic_load(&memory.live), before);
	disk_wipe();
}

TEST(an_allocation_that_fails_is_an_error_or_does_no_harm) { every_allocation(false, false); }
TEST(memory_that_ends_for_a_while_is_an_error_or_does_no_harm) { every_allocation(false, true); }
TEST(an_allocation_that_fails_beside_a_writer_s_thread) { every_allocation(true, false); }
TEST(memory_that_ends_beside_a_writer_s_thread) { every_allocation(true, true); }

static enum err run_put_otherwise(void *arg, struct store_conn *c)
{
	struct store_query *q;
	char room[512];
	int id = *(int *)arg;
	TRY(store_prepare(c, "INSERT INTO t(v, id) VALUES(?1, ?2)", &q));
	store_bind_str(q, 1, entry(room, sizeof room, id));
	store_bind_i64(q, 2, id);
	return store_exec(q);
}

static enum err run_length(void *arg, struct store_conn *c)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT length(v) FROM t WHERE id=?1", &q));
	store_bind_i64(q, 1, *(int *)arg);
	TRY(store_step(q, &row));
	*(int *)arg = row ? (int)store_col_i64(q, 0) : -1;
	store_reset(q);
	return OK;
}

/* It was committed, and there was no memory for it when it was to press: the next statement that is made finds it. */
TEST(a_dictionary_that_had_no_memory_is_taken_from_the_file)
{
	struct life l = { .s = NULL };
	REQUIRE(prepare() && open_store(&l) && put(&l, 0) && put(&l, 1));
	atomic_store(&memory.no_place, true);
	CHECK(put(&l, 2) && put(&l, 3));
	CHECK(!atomic_load(&memory.no_place));
	CHECK_INT(check_store(&l, false), 0);
	int id = 31, length = id;
	CHECK_INT(store_run(l.s, run_put_otherwise, &id), OK);
	CHECK_INT(store_run(l.s, run_length, &length), OK);
	CHECK(length > 0 && length < 200);
	close_store(&l);
	disk_wipe();
}

static void beside_rows_that_wait(bool for_good)
{
	rows_wait = true;
	every_allocation(true, for_good);
	rows_wait = false;
}

TEST(an_allocation_that_fails_while_rows_wait) { beside_rows_that_wait(false); }
TEST(memory_that_ends_while_rows_wait) { beside_rows_that_wait(true); }

enum { MANY = 1000 };

/* Rows are put aside, and then something is prepared that nobody has asked before: the columns are read again, and a dictionary is found. */
static enum err run_many(void *arg, struct store_conn *c)
{
	for (int i = MANY; i < MANY + 100; i++)
		TRY(put_row(c, i, (struct str){ NULL, 0 }));
	return run_put_otherwise(arg, c);
}

static enum err run_compare(void *arg, struct store_conn *c)
{
	struct store_query *q;
	char text[512];
	bool row = true;
	int *same = arg;
	TRY(store_prepare(c, "SELECT id, v FROM t WHERE id>=1000", &q));
	while (row) {
		TRY(store_step(q, &row));
		if (row)
			*same += str_eq(store_col_str(q, 1), entry(text, sizeof text, (int)store_col_i64(q, 0)));
	}
	return OK;
}

TEST(a_dictionary_found_while_rows_wait_lets_the_thread_finish_first)
{
	struct life l = { .s = NULL };
	enum { ID = 4 }; /* where its number is */
	rows_wait = true;
	REQUIRE(prepare());
	own_thread = true;
	taught.dictionary[ID] = (char)(taught.dictionary[ID] ^ 1);
	REQUIRE(open_store(&l) && put(&l, 0) && put(&l, 1));
	atomic_store(&memory.no_place, true);
	give_leisure();
	CHECK(!atomic_load(&memory.no_place)); /* it is in the file, and nobody presses with it yet */
	int id = 31, same = 0;
	atomic_store(&memory.slow, true);
	atomic_store(&memory.torn, false);
	CHECK_INT(store_run(l.s, run_many, &id), OK);
	atomic_store(&memory.slow, false);
	CHECK(!atomic_load(&memory.torn));
	CHECK_INT(store_run(l.s, run_compare, &same), OK);
	CHECK_INT(same, 100);
	close_store(&l);
	taught.dictionary[ID] = (char)(taught.dictionary[ID] ^ 1);
	own_thread = rows_wait = false;
	disk_wipe();
}

/* ---- the disk ---- */

static bool machine_stops(enum disk_fault f)
{
	return f == DISK_CRASH || f == DISK_TORN || f == DISK_FILES || f == DISK_LOST_SYNC;
}

/* From the moment at which a dictionary is about to be kept: by the next job, or by the writer in his leisure. What went wrong there
 * once is nothing to the jobs after it. */
static void keep_dictionary(struct life *l, enum disk_fault f)
{
	if (own_thread && !rows_wait)
		give_leisure();
	bool over = disk_fired() && (f == DISK_WRITE_ERROR || f == DISK_FULL_ONCE);
	put_some(l, 2, 5);
	for (int i = 2; over && i < 5; i++)
		CHECK_INT(l->told[i], OK);
}

/* Taught, and nothing kept yet; the fault will come. */
static bool teach(struct life *l, enum disk_fault f, uint64_t n)
{
	*l = (struct life){ .s = NULL };
	disk_load();
	bool taught_it = open_store(l) && put(l, 0) && put(l, 1);
	disk_arm(f, n, 42);
	return taught_it;
}

static void stop_machine(struct life *l)
{
	close_store(l);
	disk_crash();
}

/* The fault is over: all that was refused is carried out now, read, and read again after a regular end or when the power goes. */
static void go_on(struct life *l, bool power)
{
	disk_disarm();
	disk_room_again();
	(void)check_store(l, false);
	put_again(l);
	CHECK(put(l, 5) && put(l, 6));
	(void)check_store(l, false);
	if (!power) {
		close_store(l);
		return;
	}
	disk_arm(DISK_CRASH, 1, 42);
	stop_machine(l);
}

/* The next start reads what is there, presses and reads again. */
static void start_again(struct life *l, bool lying)
{
	for (int start = 0; start < 2; start++) {
		if (!open_store(l)) {
			CHECK(lying);
			return;
		}
		(void)check_store(l, lying);
		CHECK(put(l, 7 + start) || lying);
		(void)check_store(l, lying);
		close_store(l);
	}
}

static void fault_once(enum disk_fault f, uint64_t n, bool power)
{
	struct life l;
	char row[96];
	snprintf(row, sizeof row, "%s at call %llu%s", disk_fault_name(f), (unsigned long long)n, power ? ", then the power goes" : "");
	ROW(row);
	hush(true);
	REQUIRE(teach(&l, f, n));
	keep_dictionary(&l, f);
	CHECK(disk_fired());
	if (machine_stops(f))
		stop_machine(&l);
	else
		go_on(&l, power);
	start_again(&l, f == DISK_LOST_SYNC);
	hush(false);
	ROW(NULL);
}

/* Every call that is made while a dictionary is kept and the first texts are pressed with it. */
static void every_call(enum disk_fault f, bool threaded)
{
	enum { SAMPLE = 16 };
	struct life l;
	own_thread = threaded;
	REQUIRE(prepare());
	REQUIRE(teach(&l, f, UINT64_MAX));
	keep_dictionary(&l, f);
	uint64_t calls = disk_calls(), step = every_place() || calls < SAMPLE ? 1 : calls / SAMPLE;
	disk_disarm();
	CHECK(calls > 0);
	CHECK(check_store(&l, false) >= 4); /* of three jobs, one of which may have kept the dictionary */
	close_store(&l);
	for (uint64_t n = 1; n <= calls && test_bad < 20; n += step)
		for (int power = 0; power <= !machine_stops(f); power++)
			fault_once(f, n, power);
	own_thread = false;
	disk_wipe();
}

static void with_and_without_thread(enum disk_fault f)
{
	every_call(f, false);
	every_call(f, true);
	rows_wait = true;
	every_call(f, true);
	rows_wait = false;
}

TEST(the_machine_stops_while_a_dictionary_is_kept) { with_and_without_thread(DISK_CRASH); }
TEST(the_machine_stops_and_the_writes_of_a_dictionary_are_torn) { with_and_without_thread(DISK_TORN); }
TEST(the_machine_stops_when_some_files_of_a_dictionary_are_on_the_disk) { with_and_without_thread(DISK_FILES); }
TEST(the_sync_of_a_dictionary_was_a_lie) { with_and_without_thread(DISK_LOST_SYNC); }
TEST(a_write_of_a_dictionary_fails) { with_and_without_thread(DISK_WRITE_ERROR); }
TEST(no_room_for_a_dictionary_for_a_moment) { with_and_without_thread(DISK_FULL_ONCE); }
TEST(no_room_for_a_dictionary_until_somebody_makes_some) { with_and_without_thread(DISK_FULL); }
TEST(the_sync_of_a_dictionary_fails) { with_and_without_thread(DISK_SYNC_ERROR); }

/* Thirty-two kilobytes twice are too much for it, the texts are not. */
TEST(a_disk_that_has_no_room_for_a_dictionary_takes_texts)
{
	for (int threaded = 0; threaded < 2; threaded++) {
		struct life l;
		own_thread = threaded;
		REQUIRE(prepare());
		REQUIRE(teach(&l, DISK_NONE, 1));
		hush(true);
		disk_leave(48 << 10);
		keep_dictionary(&l, DISK_NONE);
		hush(false);
		CHECK(l.told[3] == OK && l.told[4] == OK); /* the job that had the dictionary with it may have been refused */
		CHECK_INT(check_store(&l, false), 0);
		go_on(&l, false);
		start_again(&l, false);
	}
	own_thread = false;
	disk_wipe();
}

static void read_with_fault(enum disk_fault f, uint64_t n)
{
	struct life l = { .s = NULL };
	struct reading r;
	disk_load();
	for (int i = 0; i < 6; i++)
		l.asked[i] = true;
	disk_arm(f, n, 42);
	hush(true);
	bool open = open_store(&l);
	enum err e = open ? read_store(&l, &r) : ERR_IO;
	disk_disarm();
	(void)check_answer(&l, e, &r, false);
	CHECK(!open || read_store(&l, &r) == OK);
	hush(false);
	close_store(&l);
}

/* The fault comes to one who opens a file and meets its dictionary first. */
TEST(a_dictionary_that_cannot_be_read_now_is_an_error_and_read_later)
{
	struct life l = { .s = NULL };
	REQUIRE(prepare() && open_store(&l));
	put_all(&l, 0, 6);
	CHECK(check_store(&l, false) >= 4);
	close_store(&l);
	disk_save();
	disk_arm(DISK_READ_ERROR, UINT64_MAX, 42);
	CHECK(open_store(&l) && check_store(&l, false) >= 4);
	uint64_t calls = disk_calls();
	disk_disarm();
	close_store(&l);
	for (uint64_t n = 1; n <= calls && test_bad < 20; n++)
		read_with_fault(DISK_READ_ERROR, n);
	CHECK(calls > 8); /* its pages are among them */
	disk_wipe();
}

TEST_MAIN
