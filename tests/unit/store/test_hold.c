/* Rows that wait until their texts are pressed: whoever asks sees them, a refusal is told to whose it is, and nothing is lost or comes twice. */
#include "tests/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "os/os.h"
#include "store/store.h"
#include "tests/unit/store/crowd.h"
#include "tests/unit/store/entry.h"
#include "tests/unit/store/place.h"

enum { TAUGHT = 5000, BIG = 200 << 10 };

static const struct store_migration schema[] = {
	{ 1, "one", PLACE_PRESSES "INSERT INTO press_column(tab, col) VALUES('past', 'v'), ('past', 'w'), ('other', 'v'), ('watched', 'v'), ('raw', 'v');"
	            "CREATE TABLE past(id INTEGER PRIMARY KEY, v TEXT, w TEXT, n INTEGER, link BLOB); CREATE TABLE other(id INTEGER PRIMARY KEY, v TEXT);"
	            "CREATE TABLE watched(id INTEGER PRIMARY KEY, v TEXT);"
	            "CREATE TABLE raw(id INTEGER PRIMARY KEY, v BLOB, n INTEGER, w TEXT, link BLOB);"
	            "CREATE TRIGGER watching AFTER INSERT ON watched BEGIN INSERT INTO other(v) VALUES('seen'); END;"
	            "CREATE VIEW both AS SELECT id FROM past UNION ALL SELECT id FROM other;"
	            "CREATE TABLE plain(id INTEGER PRIMARY KEY, n INTEGER NOT NULL);"
	            "INSERT INTO said(words) VALUES('business-licence identity-document proof-of-premises 食品经营许可');" },
};

static bool open_place(struct place *p, bool inline_writer)
{
	return place_again(p, schema, inline_writer);
}

/* ---- what the jobs do ---- */

static enum err add(struct store_conn *c, const char *sql, int64_t id, struct str text)
{
	struct store_query *q;
	TRY(store_prepare(c, sql, &q));
	store_bind_i64(q, 1, id);
	store_bind_str(q, 2, text);
	return store_exec(q);
}

/* Each row of `past` has a link to all before it, which is worked out beside the writer. */
static struct chain { uint64_t link; bool known; } chain;
static _Thread_local bool writer;
static _Atomic bool slow; /* always, and not now and then */

static uint64_t link_after(uint64_t link, int64_t id)
{
	return link * 1000003 + (uint64_t)id + 1;
}

/* On the other thread it takes so long now and then that the writer comes meanwhile. */
static void link_to(struct chain *k, int64_t id, uint8_t *out)
{
	uint64_t before = k->link;
	if (!writer && (slow || id % 29 == 0))
		usleep(100);
	k->link = link_after(before, id);
	memcpy(out, &k->link, sizeof k->link);
}

static void link_first(void *arg, const struct store_value *values, uint8_t *out)
{
	link_to(arg, values[0].number, out);
}

static void link_fourth(void *arg, const struct store_value *values, uint8_t *out)
{
	link_to(arg, values[3].number, out);
}

/* The last row says where the chain ends, when what is remembered may be ahead of the rows. */
static enum err chain_enter(struct store_conn *c)
{
	struct store_query *q;
	bool row;
	if (chain.known)
		return OK;
	store_work_out(c);
	chain.link = 0;
	TRY(store_prepare(c, "SELECT link FROM past ORDER BY id DESC LIMIT 1", &q));
	TRY(store_step(q, &row));
	if (row && store_col_str(q, 0).len == sizeof chain.link)
		memcpy(&chain.link, store_col_str(q, 0).ptr, sizeof chain.link);
	store_reset(q);
	chain.known = true;
	return OK;
}

static void chain_forget(void *arg)
{
	(void)arg;
	chain.known = false;
}

static enum err add_linked(struct store_conn *c, struct store_query *q, void (*link)(void *, const struct store_value *, uint8_t *), int64_t id)
{
	uint8_t bytes[sizeof chain.link];
	if (id % 10 == 3 && !slow) { /* who needs it himself */
		store_work_out(c);
		link_to(&chain, id, bytes);
		store_bind_blob(q, 5, str_span((const char *)bytes, sizeof bytes));
	} else if (!store_bind_work(q, 5, &(struct store_work){ link, &chain, sizeof bytes })) {
		link_to(&chain, id, bytes);
		store_bind_blob(q, 5, str_span((const char *)bytes, sizeof bytes));
	}
	return store_exec(q);
}

/* Of every seventh the text is short, and every eleventh has none. */
static enum err add_past_by(struct store_conn *c, const char *sql, int i, bool linked)
{
	char room[512], other[512];
	struct store_query *q;
	struct str text = i % 7 ? entry(room, sizeof room, i) : S("short"), second = entry(other, sizeof other, i + 1);
	TRY(store_prepare(c, sql, &q));
	store_bind_i64(q, 1, i);
	if (i % 11)
		store_bind_str(q, 2, text);
	store_bind_str(q, 3, second);
	store_bind_i64(q, 4, -i);
	return linked ? add_linked(c, q, link_first, i) : store_exec(q);
}

static enum err add_past(struct store_conn *c, int i)
{
	TRY(chain_enter(c));
	return add_past_by(c, "INSERT INTO past(id, v, w, n, link) VALUES(?1, ?2, ?3, ?4, ?5)", i, true);
}

/* The same row by another statement, whose parameters are others. */
static enum err add_past_otherwise(struct store_conn *c, int i)
{
	char room[512], other[512];
	struct store_query *q;
	struct str text = i % 7 ? entry(room, sizeof room, i) : S("short"), second = entry(other, sizeof other, i + 1);
	TRY(chain_enter(c));
	TRY(store_prepare(c, "INSERT INTO past(n, w, v, id, link) VALUES(?1, ?2, ?3, ?4, ?5)", &q));
	store_bind_i64(q, 1, -i);
	store_bind_str(q, 2, second);
	if (i % 11)
		store_bind_str(q, 3, text);
	store_bind_i64(q, 4, i);
	return add_linked(c, q, link_fourth, i);
}

/* It may be there already. */
static enum err add_past_once(struct store_conn *c, int i)
{
	return add_past_by(c, "INSERT INTO past(id, v, w, n) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(id) DO NOTHING", i, false);
}

static int64_t count(struct store_conn *c, const char *sql)
{
	struct store_query *q;
	bool row;
	if (store_prepare(c, sql, &q) != OK || store_step(q, &row) != OK || !row)
		return -1;
	int64_t n = store_col_i64(q, 0);
	store_reset(q);
	return n;
}

enum doing { ADD, OTHERWISE, ASK, VIEW, TWICE, REFUSE, BACK, OTHER, CHANGE, LARGE, AGAIN, ASK_AND_REFUSE, TWICE_AND_ASK, WATCHED };

struct work {
	struct crowd_job job;
	enum doing what;
	int from, n;
	int64_t found;
};

static enum err back_and_forth(struct store_conn *c, struct work *w)
{
	struct store_query *q;
	TRY(add_past(c, w->from));
	TRY(store_prepare(c, "SAVEPOINT inner", &q));
	TRY(store_exec(q));
	store_work_out(c);
	struct chain before = chain;
	TRY(add_past(c, w->from + 1));
	w->found = count(c, "SELECT count(*) FROM past");
	TRY(store_prepare(c, "ROLLBACK TO inner", &q));
	TRY(store_exec(q));
	TRY(store_prepare(c, "RELEASE inner", &q));
	TRY(store_exec(q));
	store_work_out(c);
	chain = before;
	return add_past(c, w->from + 2);
}

static enum err run_once(struct work *w, struct store_conn *c)
{
	static const char other[] = "INSERT INTO other(id, v) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET v=?2";
	char room[512], *big;
	enum err e = OK;
	if (w->what == BACK)
		return back_and_forth(c, w);
	for (int i = 0; i < w->n && e == OK; i++)
		e = w->what == OTHERWISE && i % 2 ? add_past_otherwise(c, w->from + i) : add_past(c, w->from + i);
	switch (e == OK ? w->what : ADD) {
	case ASK:
		w->found = count(c, "SELECT count(*) FROM past");
		return OK;
	case ASK_AND_REFUSE:
		w->found = count(c, "SELECT count(*) FROM past");
		return ERR_DENIED;
	case TWICE_AND_ASK: /* and does not look whether there was an answer */
		TRY(add_past(c, w->from));
		w->found = count(c, "SELECT count(*) FROM past");
		return ERR_NOT_FOUND;
	case AGAIN:
		for (int i = 0; i < w->n && e == OK; i++)
			e = add_past_once(c, w->from + i);
		return e;
	case WATCHED:
		TRY(add(c, "INSERT INTO watched(id, v) VALUES(?1, ?2)", w->from, entry(room, sizeof room, w->from)));
		w->found = count(c, "SELECT count(*) FROM watched");
		return OK;
	case VIEW:
		w->found = count(c, "SELECT count(*) FROM both");
		return OK;
	case TWICE:
		return add_past(c, w->from);
	case REFUSE:
		return ERR_DENIED;
	case OTHER:
		return add(c, other, w->from % 100, entry(room, sizeof room, w->from));
	case CHANGE:
		return add(c, "UPDATE past SET w=?2 WHERE id=?1", w->from, S("changed"));
	case LARGE:
		if (!(big = malloc(BIG)))
			return ERR_NOMEM;
		memset(big, 'a' + w->from % 26, BIG);
		e = add(c, other, 1000 + w->from, str_span(big, BIG));
		free(big);
		return e;
	default:
		return e;
	}
}

/* Who refuses may have been ahead of the rows, as in a commit that fails. */
static enum err run(struct store_job *job, struct store_conn *c)
{
	writer = true;
	enum err e = run_once((struct work *)job, c);
	chain.known = chain.known && e == OK;
	return e;
}

static bool run_all(struct place *p, struct work *list, int n)
{
	for (int i = 0; i < n; i++)
		list[i].job.job.run = run;
	return crowd_run(p->s, list, sizeof *list, n);
}

static enum err run_taught(void *arg, struct store_conn *c)
{
	int from = *(int *)arg;
	for (int i = from; i < from + 500; i++)
		TRY(add_past(c, i));
	return OK;
}

/* A file with a dictionary and TAUGHT rows, and a writer with a thread on it. */
static bool begin(struct place *p)
{
	snprintf(p->path, sizeof p->path, "/tmp/test-hold-%d.db", (int)getpid());
	p->turned = chain_forget;
	chain.known = false;
	bool ok = open_place(p, true);
	for (int from = 0; from < TAUGHT && ok; from += 500)
		ok = store_run(p->s, run_taught, &from) == OK;
	if (ok)
		store_close(p->s);
	return ok && open_place(p, false);
}

struct reading { int64_t rows, wrong, pressed; };

static enum err read_all(void *arg, struct store_conn *c)
{
	struct reading *r = arg;
	struct store_query *q;
	char room[512], other[512];
	uint64_t link = 0;
	bool row;
	TRY(store_prepare(c, "SELECT id, v, w, n, link FROM past ORDER BY id", &q));
	for (*r = (struct reading){ 0 };;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		int i = (int)store_col_i64(q, 0);
		struct str want = i % 7 ? entry(room, sizeof room, i) : S("short");
		r->rows++;
		r->wrong += i % 11 ? !str_eq(store_col_str(q, 1), want) : !store_col_null(q, 1);
		r->wrong += !str_eq(store_col_str(q, 2), entry(other, sizeof other, i + 1)) && !str_eqz(store_col_str(q, 2), "changed");
		r->wrong += store_col_i64(q, 3) != -i;
		link = link_after(link, i);
		r->wrong += !str_eq(store_col_str(q, 4), str_span((const char *)&link, sizeof link));
	}
	r->pressed = count(c, "SELECT count(*) FROM past WHERE typeof(v)='blob'");
	return OK;
}

static bool read_place(struct place *p, struct reading *r)
{
	return store_run(p->s, (enum err (*)(void *, struct store_conn *))read_all, r) == OK;
}

TEST(rows_of_a_batch_are_there_and_pressed)
{
	enum { JOBS = 400, EACH = 5 };
	static struct work list[JOBS];
	struct place p = { 0 };
	struct reading r;
	REQUIRE(begin(&p));
	memset(list, 0, sizeof list);
	for (int i = 0; i < JOBS; i++)
		list[i] = (struct work){ .what = ADD, .from = TAUGHT + i * EACH, .n = EACH };
	REQUIRE(run_all(&p, list, JOBS));
	for (int i = 0; i < JOBS; i++)
		CHECK_INT(list[i].job.err, OK);
	REQUIRE(read_place(&p, &r));
	CHECK_INT(r.rows, TAUGHT + JOBS * EACH);
	CHECK_INT(r.wrong, 0);
	CHECK(r.pressed > JOBS * EACH / 2);
	store_close(p.s); /* and in the file */
	REQUIRE(open_place(&p, true) && read_place(&p, &r));
	CHECK(r.rows == TAUGHT + JOBS * EACH && r.wrong == 0);
	place_remove(&p);
}

/* What every sixteenth job does beside adding rows, by its place among them; the rest only add. */
struct mixture { const char *name; struct { int place; enum doing what; } does[7]; };

static enum doing what_of(const struct mixture *m, int i)
{
	for (size_t k = 0; k < sizeof m->does / sizeof *m->does; k++)
		if (m->does[k].what != ADD && i % 16 == m->does[k].place)
			return m->does[k].what;
	return ADD;
}

static void check_mixture(const struct mixture *m)
{
	enum { JOBS = 240, EACH = 3 };
	static struct work list[JOBS];
	struct place p = { 0 };
	struct reading r;
	int64_t rows = TAUGHT, others = 0;
	REQUIRE(begin(&p));
	memset(list, 0, sizeof list);
	for (int i = 0; i < JOBS; i++)
		list[i] = (struct work){ .what = what_of(m, i), .from = TAUGHT + i * EACH, .n = EACH };
	REQUIRE(run_all(&p, list, JOBS));
	for (int i = 0; i < JOBS; i++) {
		const struct work *w = &list[i];
		bool refused = w->what == REFUSE || w->what == ASK_AND_REFUSE;
		CHECK_INT(w->job.err, w->what == TWICE ? ERR_CONFLICT : refused ? ERR_DENIED : OK);
		int64_t before = rows;
		rows += w->what == TWICE || refused ? 0 : w->what == BACK ? 2 : EACH;
		others += w->what == OTHER;
		if (w->what == ASK)
			CHECK_INT(w->found, rows);
		if (w->what == VIEW)
			CHECK(w->found >= rows && w->found <= rows + others);
		if (w->what == BACK)
			CHECK_INT(w->found, before + 2);
	}
	REQUIRE(read_place(&p, &r));
	CHECK_INT(r.rows, rows);
	CHECK_INT(r.wrong, 0);
	place_remove(&p);
}

TEST(who_asks_sees_them_and_who_refuses_takes_only_his_own)
{
	static const struct mixture mixtures[] = {
		{ "asked", { { 3, ASK } } },
		{ "by two statements", { { 2, OTHERWISE }, { 3, OTHERWISE }, { 6, ASK }, { 7, OTHERWISE } } },
		{ "asked by a view, and changed", { { 3, VIEW }, { 5, OTHER }, { 11, CHANGE } } },
		{ "a row that is there already", { { 7, TWICE } } },
		{ "a refusal", { { 9, REFUSE } } },
		{ "rows that were there already, and a refusal behind as many of its own", { { 8, AGAIN }, { 9, ASK_AND_REFUSE } } },
		{ "a savepoint", { { 11, BACK } } },
		{ "all", { { 1, ASK }, { 3, VIEW }, { 5, TWICE }, { 7, REFUSE }, { 9, BACK }, { 11, OTHER }, { 13, CHANGE } } },
	};
	for (size_t i = 0; i < sizeof mixtures / sizeof *mixtures; i++) {
		ROW(mixtures[i].name);
		check_mixture(&mixtures[i]);
	}
	ROW(NULL);
}

/* What nobody else is there for is told as if it had not waited: that its row was not taken, and not what it made of an answer that did not come. */
TEST(who_is_alone_is_told_of_his_own_row)
{
	struct place p = { 0 };
	struct reading r;
	struct work alone = { .what = TWICE_AND_ASK, .from = TAUGHT, .n = 1 };
	REQUIRE(begin(&p));
	REQUIRE(run_all(&p, &alone, 1));
	CHECK_INT(alone.job.err, ERR_CONFLICT);
	REQUIRE(read_place(&p, &r));
	CHECK(r.rows == TAUGHT && r.wrong == 0);
	place_remove(&p);
}

TEST(a_row_that_a_trigger_answers_is_there_at_once)
{
	struct place p = { 0 };
	REQUIRE(begin(&p));
	struct work two[] = { { .what = WATCHED, .from = 1 }, { .what = WATCHED, .from = 2 } };
	REQUIRE(run_all(&p, two, 2));
	for (int i = 0; i < 2; i++) {
		CHECK_INT(two[i].job.err, OK);
		CHECK_INT(two[i].found, i + 1);
	}
	place_remove(&p);
}

TEST(more_than_is_held_at_once)
{
	enum { JOBS = 120 };
	static struct work list[JOBS];
	struct place p = { 0 };
	struct reading r;
	REQUIRE(begin(&p));
	for (int i = 0; i < JOBS; i++) /* 24 MB of texts, and more rows in one job than wait at once */
		list[i] = (struct work){ .what = LARGE, .from = TAUGHT + i + 6000 * ((i + 39) / 40), .n = i % 40 ? 1 : 6000 };
	REQUIRE(run_all(&p, list, JOBS));
	for (int i = 0; i < JOBS; i++)
		CHECK_INT(list[i].job.err, OK);
	REQUIRE(read_place(&p, &r));
	CHECK_INT(r.rows, TAUGHT + 3 * 6000 + JOBS - 3);
	CHECK_INT(r.wrong, 0);
	place_remove(&p);
}

/* Bytes that nothing can be pressed out of. */
static enum err add_raw(void *arg, struct store_conn *c)
{
	struct os_entropy e;
	char bytes[1000];
	struct store_query *q;
	(void)arg;
	os_entropy_seeded(&e, 5);
	os_random(&e, bytes, sizeof bytes);
	TRY(store_prepare(c, "INSERT INTO raw(id, v) VALUES(?1, ?2)", &q));
	store_bind_i64(q, 1, 1);
	store_bind_blob(q, 2, str_span(bytes, sizeof bytes));
	return store_exec(q);
}

static enum err count_raw(void *arg, struct store_conn *c)
{
	*(int64_t *)arg = count(c, "SELECT count(*) FROM raw WHERE typeof(v)='blob' AND length(v)=1000");
	return OK;
}

TEST(bytes_that_waited_and_could_not_be_pressed_are_bytes)
{
	struct place p = { 0 };
	int64_t n = 0;
	REQUIRE(begin(&p));
	CHECK_INT(store_run(p.s, add_raw, NULL), OK);
	CHECK_INT(store_run(p.s, count_raw, &n), OK);
	CHECK_INT(n, 1);
	place_remove(&p);
}

/* What the thread is at when a batch is given up is nobody's any more: the next one finds the chain where the rows end. */
TEST(works_of_rows_that_are_given_up_disturb_nobody)
{
	enum { ROUNDS = 10, JOBS = 12, EACH = 20 };
	struct place p = { 0 };
	struct reading r;
	REQUIRE(begin(&p));
	slow = true;
	for (int i = 0; i < ROUNDS; i++) {
		struct work list[JOBS];
		for (int k = 0; k < JOBS; k++)
			list[k] = (struct work){ .what = k % 4 == 3 ? REFUSE : ADD, .from = TAUGHT + (i * JOBS + k) * EACH, .n = EACH };
		REQUIRE(run_all(&p, list, JOBS));
	}
	slow = false;
	REQUIRE(read_place(&p, &r));
	CHECK_INT(r.rows, TAUGHT + ROUNDS * JOBS * 3 / 4 * EACH);
	CHECK_INT(r.wrong, 0);
	place_remove(&p);
}

/* Rows of one table wait and one of another does not, for it begins like what is pressed: the works are in the order of the statements all the same. */
static enum err add_to_both(void *arg, struct store_conn *c)
{
	char bytes[200] = "\x28\xb5\x2f\xfd";
	uint64_t want = 0, found = 0;
	struct store_query *q;
	bool row;
	writer = true;
	for (int i = 0; i < 100; i++) {
		TRY(add_past(c, TAUGHT + i));
		if (i % 10 != 9)
			continue;
		TRY(store_prepare(c, "INSERT INTO raw(id, v, n, w, link) VALUES(?1, ?2, ?3, ?4, ?5)", &q));
		store_bind_i64(q, 1, TAUGHT + i);
		store_bind_blob(q, 2, str_span(bytes, sizeof bytes));
		TRY(add_linked(c, q, link_first, TAUGHT + i));
	}
	TRY(store_prepare(c, "SELECT id, link, 1 FROM past UNION ALL SELECT id, link, 2 FROM raw ORDER BY 1, 3", &q));
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		want = link_after(want, store_col_i64(q, 0));
		memcpy(&found, store_col_str(q, 1).ptr, sizeof found);
		*(int *)arg += found != want;
	}
	return OK;
}

TEST(works_of_two_tables_are_done_in_their_order)
{
	struct place p = { 0 };
	int wrong = 0;
	REQUIRE(begin(&p));
	CHECK_INT(store_run(p.s, add_to_both, &wrong), OK);
	CHECK_INT(wrong, 0);
	place_remove(&p);
}

TEST_MAIN
