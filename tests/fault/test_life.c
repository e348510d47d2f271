/* test_life.c - long lives of a store on the simulated disk, by chance: commands that come one by one and together, refusals, checkpoints in between,
 * readers, and one fault after the other: power cuts with and without torn writes, processes killed, syncs and writes that fail, no room. After each
 * of them the store is opened again and every row is one that may be there: what was acknowledged last, or what came after it and was told as not saved.
 *
 * A life is a number, told where one fails: BANJIE_TEST_SEED=number BANJIE_TEST_LIVES=1 lives it again, as far as threads can. BANJIE_TEST_LONG makes
 * more of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "os/os.h"
#include "store/store.h"
#include "tests/fault/disk.h"
#include "tests/test.h"

enum { ROWS = 24, MAYBE = 40, BURST = 6, VALUE_MAX = 9000 };

/* What a row may be: a number, 0 = it is not there. */
struct row { int sure, maybe[MAYBE]; int count; };

struct life {
	uint64_t seed;
	struct store *s;
	bool threaded;
	bool fresh; /* nothing was written since it was opened. Without a thread a commit whose sync failed is taken back, and may be there after a power cut */
	int value; /* the last that was given */
	struct row rows[ROWS];
	struct os_mutex lock;
	struct os_cond told;
	int waiting;
};

struct put {
	struct store_job job;
	struct life *l;
	int row, value;
	bool refuses, told;
	enum err err;
};

static unsigned chance(struct life *l, unsigned below)
{
	l->seed = l->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(l->seed >> 33) % below;
}

/* ---- what is written, in two tables ---- */

static struct str text_of(int value, char room[VALUE_MAX])
{
	size_t len = value % 7 == 0 ? VALUE_MAX - 1 : (size_t)(value * 37 % 400);
	int n = snprintf(room, VALUE_MAX, "%d:", value);
	for (size_t i = (size_t)n; i < len; i++)
		room[i] = (char)('a' + (value + (int)(i / 50)) % 26);
	return str_span(room, len > (size_t)n ? len : (size_t)n);
}

static enum err put_text(struct store_conn *c, const char *sql, int row, struct str text)
{
	struct store_query *q;
	TRY(store_prepare(c, sql, &q));
	store_bind_i64(q, 1, row);
	if (text.ptr)
		store_bind_str(q, 2, text);
	return store_exec(q);
}

static enum err put_value(struct store_conn *c, int row, int value)
{
	char room[VALUE_MAX];
	struct str text = value ? text_of(value, room) : (struct str){ NULL, 0 };
	if (!value) {
		TRY(put_text(c, "DELETE FROM t WHERE id=?1", row, text));
		return put_text(c, "DELETE FROM u WHERE id=?1", row, text);
	}
	TRY(put_text(c, "INSERT INTO t(id, v) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET v=?2", row, text));
	return put_text(c, "INSERT INTO u(id, v) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET v=?2", row, text);
}

static enum err run_put(struct store_job *job, struct store_conn *c)
{
	struct put *p = (struct put *)job;
	TRY(put_value(c, p->row, p->value));
	return p->refuses ? ERR_DENIED : OK;
}

/* ---- what may be there ---- */

static void may_be(struct row *r, int value)
{
	if (r->count < MAYBE)
		r->maybe[r->count++] = value;
	else
		abort();
}

static bool may(const struct row *r, int value)
{
	bool is = r->sure == value;
	for (int i = 0; i < r->count; i++)
		is = is || r->maybe[i] == value;
	return is;
}

static void is_sure(struct row *r, int value)
{
	*r = (struct row){ .sure = value };
}

static void told(struct store_job *job, enum err e)
{
	struct put *p = (struct put *)job;
	struct life *l = p->l;
	os_mutex_lock(&l->lock);
	p->told = true;
	p->err = e;
	if (e == OK)
		is_sure(&l->rows[p->row], p->value);
	else if (!p->refuses)
		may_be(&l->rows[p->row], p->value);
	CHECK(e == OK || e == ERR_IO || (p->refuses && e == ERR_DENIED));
	CHECK(!(p->refuses && e == OK));
	l->waiting--;
	os_cond_signal(&l->told);
	os_mutex_unlock(&l->lock);
}

/* ---- looking ---- */

static enum err read_table(struct store_conn *c, const char *sql, int values[ROWS])
{
	struct store_query *q;
	bool row = true;
	char room[VALUE_MAX];
	memset(values, 0, ROWS * sizeof *values);
	TRY(store_prepare(c, sql, &q));
	while (true) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		int id = (int)store_col_i64(q, 0);
		struct str text = store_col_str(q, 1);
		int64_t value = 0;
		CHECK(id >= 0 && id < ROWS && str_to_i64(str_sub(text, 0, (size_t)str_find(text, S(":"))), &value));
		CHECK(str_eq(text, text_of((int)value, room)));
		values[id % ROWS] = (int)value;
	}
}

struct reading { int t[ROWS], u[ROWS]; };

static enum err read_all(struct life *l, struct reading *r)
{
	struct store_conn *c;
	TRY(store_reader_take(l->s, &c));
	enum err e = read_table(c, "SELECT id, v FROM t ORDER BY id", r->t);
	if (e == OK)
		e = read_table(c, "SELECT id, v FROM u ORDER BY v", r->u);
	enum err given = store_reader_give(l->s, c);
	return e != OK ? e : given;
}

struct settling { struct store_wait wait; struct life *l; bool over; enum err err; };

static void settled(struct store_wait *w, enum err e)
{
	struct settling *x = (struct settling *)w;
	os_mutex_lock(&x->l->lock);
	x->over = true;
	x->err = e;
	os_cond_signal(&x->l->told);
	os_mutex_unlock(&x->l->lock);
}

static enum err settle(struct life *l)
{
	struct settling x = { .wait = { .done = settled }, .l = l };
	if (!store_when_durable(l->s, &x.wait, &x.err))
		return x.err;
	os_mutex_lock(&l->lock);
	while (!x.over)
		os_cond_wait(&l->told, &l->lock);
	os_mutex_unlock(&l->lock);
	return x.err;
}

/* What is answered is what may be there; once that is said to be on the disk, it is. `must`: nothing hinders. */
static void look(struct life *l, bool must)
{
	struct reading r;
	enum err e = read_all(l, &r);
	CHECK(e == OK || !must);
	if (e != OK)
		return;
	enum err durable = settle(l);
	CHECK(durable == OK || !must);
	for (int i = 0; i < ROWS; i++) {
		CHECK_INT(r.t[i], r.u[i]);
		if (!may(&l->rows[i], r.t[i])) {
			CHECK_INT(r.t[i], l->rows[i].sure);
			continue;
		}
		if (durable == OK && (l->threaded || l->fresh))
			is_sure(&l->rows[i], r.t[i]);
	}
}

static enum err check_file(void *arg, struct store_conn *c)
{
	return store_check(c, false, 0, arg);
}

/* ---- living ---- */

static bool begin(struct life *l)
{
	static const struct store_migration tables[] = { { 1, "one", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE u(id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX u_v ON u(v);" } };
	struct store_options o = { .inline_writer = !l->threaded, .durable = true, .log_bytes = 4096u << chance(l, 5) };
	l->s = NULL;
	return store_open("city.db", &o, &l->s, NULL) == OK && store_migrate(l->s, "kernel", tables, 1, NULL) == OK;
}

static void end(struct life *l)
{
	store_close(l->s);
	l->s = NULL;
}

static enum err run_alone(void *arg, struct store_conn *c)
{
	return run_put(arg, c);
}

static void put_some(struct life *l, int n)
{
	struct put puts[BURST];
	l->waiting = n;
	for (int i = 0; i < n; i++) {
		puts[i] = (struct put){ .job = { .run = run_put, .done = told }, .l = l, .row = (int)chance(l, ROWS), .value = chance(l, 6) ? ++l->value : 0, .refuses = chance(l, 8) == 0 };
		enum err e = l->threaded ? store_submit(l->s, &puts[i].job) : OK;
		if (!l->threaded)
			told(&puts[i].job, store_run(l->s, run_alone, &puts[i]));
		else if (e != OK)
			told(&puts[i].job, ERR_IO);
	}
	os_mutex_lock(&l->lock);
	while (l->waiting)
		os_cond_wait(&l->told, &l->lock);
	os_mutex_unlock(&l->lock);
}

static void put_one(struct life *l, bool must)
{
	struct put p = { .job = { .run = run_put, .done = told }, .l = l, .row = (int)chance(l, ROWS), .value = ++l->value };
	l->waiting = 1;
	if (l->threaded)
		CHECK_INT(store_submit(l->s, &p.job), OK);
	else
		told(&p.job, store_run(l->s, run_alone, &p));
	os_mutex_lock(&l->lock);
	while (l->waiting)
		os_cond_wait(&l->told, &l->lock);
	os_mutex_unlock(&l->lock);
	CHECK(p.err == OK || !must);
}

static void arm(struct life *l)
{
	static const enum disk_fault faults[] = { DISK_NONE, DISK_CRASH, DISK_TORN, DISK_FILES, DISK_WRITE_ERROR, DISK_FULL_ONCE, DISK_FULL, DISK_SYNC_ERROR, DISK_SYNC_ERROR, DISK_READ_ERROR };
	enum disk_fault f = faults[chance(l, sizeof faults / sizeof *faults)];
	disk_arm(f, 1 + chance(l, f == DISK_SYNC_ERROR ? 12 : 60), l->seed);
}

/* Opened while a fault may strike; then it is over, and it opens. */
static bool start(struct life *l)
{
	struct diag d;
	diag_init(&d);
	if (chance(l, 3) == 0)
		arm(l);
	bool opened = begin(l);
	if (!opened) {
		CHECK(disk_fired());
		end(l);
		if (disk_stopped())
			disk_crash();
		disk_disarm();
		disk_room_again();
		opened = begin(l);
	}
	CHECK(opened);
	if (!opened)
		return false;
	if (disk_stopped())
		return true;
	disk_disarm();
	disk_room_again();
	l->fresh = true;
	look(l, true);
	l->fresh = false;
	if (!l->threaded)
		CHECK_INT(store_run(l->s, check_file, &d), OK);
	return true;
}

static void some_days(struct life *l)
{
	for (unsigned bursts = 1 + chance(l, 8); bursts && !disk_stopped(); bursts--) {
		put_some(l, 1 + (int)chance(l, BURST));
		if (chance(l, 4) == 0)
			look(l, false);
		if (!l->threaded && chance(l, 4) == 0 && store_log_in(l->s) != OK)
			CHECK(disk_fired());
		if (chance(l, 5) == 0 && !disk_stopped()) {
			disk_disarm();
			disk_room_again();
			put_one(l, false); /* who syncs next may be told of a sync that failed for somebody else */
			put_one(l, true);  /* what is over is over */
			look(l, true);
			arm(l);
		}
	}
}

/* Regularly, or killed, or the power goes. */
static void finish(struct life *l)
{
	unsigned how = disk_stopped() ? 3 : chance(l, 4);
	if (how == 0) {
		disk_disarm();
		disk_room_again();
	} else if (how < 3) {
		disk_stop(how == 2);
	}
	bool killed = how == 1 && chance(l, 2);
	end(l);
	if (killed)
		disk_go_on();
	else if (how)
		disk_crash();
	disk_disarm();
	disk_room_again();
}

static void live(uint64_t seed)
{
	enum { SEGMENTS = 8 };
	struct life l = { .seed = seed * 7919 + 1 };
	char row[40];
	snprintf(row, sizeof row, "life %llu", (unsigned long long)seed);
	ROW(row);
	disk_wipe();
	os_mutex_init(&l.lock);
	os_cond_init(&l.told);
	for (int i = 0; i < SEGMENTS && !test_bad; i++) {
		l.threaded = chance(&l, 3) != 0;
		if (!start(&l))
			break;
		if (!disk_stopped())
			arm(&l);
		some_days(&l);
		finish(&l);
	}
	l.threaded = false;
	if (!test_bad && start(&l))
		put_one(&l, true);
	end(&l);
	os_cond_destroy(&l.told);
	os_mutex_destroy(&l.lock);
	ROW(NULL);
}

TEST(whatever_befalls_it_a_store_has_what_it_acknowledged)
{
	const char *from = getenv("BANJIE_TEST_SEED"), *lives = getenv("BANJIE_TEST_LIVES");
	int64_t seed = 1, n = getenv("BANJIE_TEST_LONG") ? 2000 : 40;
	if (from)
		n = str_to_i64(str_of(from), &seed);
	if (lives)
		(void)str_to_i64(str_of(lives), &n);
	disk_install();
	for (int64_t i = 0; i < n && !test_bad; i++)
		live((uint64_t)(seed + i));
	disk_wipe();
}

TEST_MAIN
