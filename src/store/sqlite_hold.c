/* sqlite_hold.c - rows that wait for their texts to be pressed; sqlite_hold.h says why and how. */
#include "store/sqlite_hold.h"

#include <stdatomic.h>
#include <string.h>

#include "os/os.h"
#include "store/sqlite_bulk.h"
#include "store/sqlite_functions.h"

enum {
	ROWS = 4096, TEXTS = 4096, ROUND_BYTES = 4 << 20, ROUND_ROOM = 512 << 10,
	HANDFUL = 16,     /* texts, or rows' works, that the thread takes at once */
	WAKES = 4, WAKE_MOST = 64, /* to wake a thread takes longer than to press a text: some four times a round, for that many texts at most */
	ASKED_OFTEN = 8,  /* a table is not held whose rows are asked for more often than one time in so many */
	LOOKED_AT = 4096, /* rows after which half of that is forgotten */
	BULK_TEXT_MAX = 16 << 10,
};

enum { WORDS = HOLD_TABLES / 64 };
const struct hold_tables hold_every = { { [0 ... WORDS - 1] = UINT64_MAX } };
_Static_assert(ROWS <= UINT16_MAX, "a place in a round fits");

/* A text on its way into the file. */
struct held_text {
	struct str text;
	char *frame;
	size_t room, n; /* n 0: it stays as it is */
	_Atomic bool pressed;
};

/* What is worked out for a row that waits. */
struct held_work {
	struct held_work *next;
	const struct store_value *values;
	struct store_work work;
	uint8_t *out;
};

struct held_row {
	sqlite3_stmt *stmt, *many;
	uint32_t count, first; /* its values in the round's memory, the first of its texts */
	const struct store_value *values;
	uint64_t pressed; /* parameters that are texts to be pressed */
	uint16_t next; /* of the same table, as all places in a round: counted from 1, 0 is none */
};

/* The rows of a batch, or of a part of one. The thread may still be at a text of the last one when the next begins: there are two. */
struct round {
	struct arena memory;
	size_t bytes;
	struct held_row rows[ROWS];
	size_t rows_count, rows_in;
	struct { uint16_t first, last; } of[HOLD_TABLES];
	struct held_text texts[TEXTS];
	size_t texts_count; /* with the lock, as all below */
	size_t taken;       /* so many were given to the thread, or need no pressing any more */
	bool at_work;       /* the thread is at some of them */
	bool wanted;        /* the rows are being put in */
	struct held_work *work, **work_end; /* still to be done, in their order */
	size_t works;
	bool working;       /* the thread is at some of it */
	struct hold_tables worked; /* the writer's: whose rows have some */
};

struct sqlite_hold {
	sqlite3 *db;
	struct sqlite_press *press;
	struct press_hand *hand; /* the thread's */
	bool open;               /* rows may be held now */
	/* the tables that were named, and how often something of them was held, and asked for while it was */
	struct { char name[PRESS_NAME_BYTES]; uint32_t held, asked; } tables[HOLD_TABLES];
	int tables_count;
	int64_t held, settled;
	struct hold_tables waiting; /* that have rows put aside, or counts: never both */
	struct sqlite_sums *sums;
	/* rows that are handed out to a statement for many */
	struct bulk_source source;
	struct { struct held_row *row, *next; } handed;
	/* a statement that is being prepared */
	struct { bool expected, fence, other; struct hold_tables asks; int adds; } seen;
	struct round *round, *other;
	size_t worth_waking; /* texts; as many as the last round makes likely */
	struct os_worker worker; /* presses */
	struct os_cond rest;
	bool waits; /* it has nothing to do */
};

/* ---- tables ---- */

static bool table_in(const struct hold_tables *t, int at)
{
	return t->of[at / 64] >> at % 64 & 1;
}

static void table_add(struct hold_tables *t, int at)
{
	t->of[at / 64] |= UINT64_C(1) << at % 64;
}

static void table_drop(struct hold_tables *t, int at)
{
	t->of[at / 64] &= ~(UINT64_C(1) << at % 64);
}

static bool tables_meet(const struct hold_tables *a, const struct hold_tables *b)
{
	uint64_t both = 0;
	for (size_t i = 0; i < WORDS; i++)
		both |= a->of[i] & b->of[i];
	return both;
}

/* -1: there are more than have a number. */
static int table_named(struct sqlite_hold *h, const char *name)
{
	for (int i = 0; name && i < h->tables_count; i++)
		if (strcmp(h->tables[i].name, name) == 0)
			return i;
	if (h->tables_count == HOLD_TABLES || !name || strlen(name) >= PRESS_NAME_BYTES)
		return -1;
	memcpy(h->tables[h->tables_count].name, name, strlen(name) + 1);
	return h->tables_count++;
}

/* ---- what a statement does ---- */

/* The library's, asked for each thing that a statement being prepared does. */
static int see(void *arg, int what, const char *table, const char *column, const char *schema, const char *by)
{
	struct sqlite_hold *h = arg;
	(void)column;
	(void)schema;
	if (!h->seen.expected)
		return SQLITE_OK;
	bool rows = what == SQLITE_READ || what == SQLITE_INSERT || what == SQLITE_UPDATE || what == SQLITE_DELETE;
	int at = rows ? table_named(h, table) : -1;
	if (at >= 0)
		table_add(&h->seen.asks, at);
	h->seen.fence |= rows && at < 0;
	bool itself = at >= 0 && at == h->seen.adds && (what == SQLITE_UPDATE || what == SQLITE_READ); /* ON CONFLICT … DO UPDATE … */
	if (what == SQLITE_INSERT)
		h->seen.adds = at;
	else
		h->seen.other |= what != SQLITE_FUNCTION && !itself;
	h->seen.other |= by != NULL; /* a trigger of the table's: what it does is not that of a row that is added */
	h->seen.fence |= !rows && what != SQLITE_FUNCTION && what != SQLITE_SELECT && what != SQLITE_RECURSIVE;
	return SQLITE_OK;
}

void sqlite_hold_expect(struct sqlite_hold *h)
{
	sqlite_press_know(h->press);
	memset(&h->seen, 0, sizeof h->seen);
	h->seen.expected = true;
	h->seen.adds = -1;
}

static sqlite3_stmt *for_many(struct sqlite_hold *h, sqlite3_stmt *stmt)
{
	struct buf b;
	sqlite3_stmt *many = NULL;
	buf_init(&b, BULK_TEXT_MAX);
	if (sqlite_bulk_text(str_of(sqlite3_sql(stmt)), &b))
		(void)sqlite3_prepare_v3(h->db, b.ptr, -1, SQLITE_PREPARE_PERSISTENT, &many, NULL);
	buf_release(&b);
	return many;
}

/* A statement that adds to counts has its table named already; what it asks is all that it asks of others. */
static void learn_sum(struct sqlite_hold *h, sqlite3_stmt *stmt, struct hold_uses *u)
{
	struct sums_form f;
	struct str table, column, sql = str_of(sqlite3_sql(stmt));
	char name[PRESS_NAME_BYTES];
	if (sums_form_of(sql, &f))
		table = f.table;
	else if (!sums_tidy_of(sql, &table, &column))
		return;
	if (table.len >= sizeof name)
		return;
	memcpy(name, table.ptr, table.len);
	name[table.len] = '\0';
	sqlite_hold_expect(h);
	int at = table_named(h, name);
	u->sum = at < 0 ? NULL : sqlite_sum_new(h->sums, stmt, at);
	h->seen.expected = false;
	u->first = h->seen.asks;
	u->adds = u->sum ? at : -1;
	if (u->sum && sqlite_sum_query(u->sum) && (h->seen.fence || table_in(&u->first, at)))
		sqlite_hold_forget(u); /* it asks its own counts */
}

struct hold_uses sqlite_hold_learn(struct sqlite_hold *h, sqlite3_stmt *stmt, const struct press_uses *press, bool kept)
{
	h->seen.expected = false;
	bool adds = kept && h->seen.adds >= 0 && !h->seen.other && press->pressed && !press->guarded && sqlite3_column_count(stmt) == 0;
	struct hold_uses u = { .asks = h->seen.fence ? hold_every : h->seen.asks, .adds = adds ? h->seen.adds : -1, .fence = h->seen.fence };
	if (adds)
		u.many = for_many(h, stmt);
	else if (kept && !h->seen.fence && !press->pressed && !press->guarded)
		learn_sum(h, stmt, &u);
	return u;
}

void sqlite_hold_forget(struct hold_uses *u)
{
	sqlite3_finalize(u->many);
	sqlite_sum_free(u->sum);
	u->many = NULL;
	u->sum = NULL;
	u->adds = -1;
}

/* ---- the thread ---- */

static void press_one(struct sqlite_hold *h, struct held_text *t)
{
	t->n = press_by_hand(sqlite_press_of(h->press), h->hand, t->text, t->frame, t->room);
	atomic_store_explicit(&t->pressed, true, memory_order_release);
}

/* With the lock. The thread takes the last few too, once they are about to be put in. */
static size_t next_for_thread(const struct round *r, size_t left)
{
	return left >= HANDFUL ? HANDFUL : r->wanted ? left : 0;
}

/* With the lock: the first of the works that are still to be done. */
static struct held_work *take_work(struct round *r, size_t most)
{
	struct held_work *first = r->work, **end = &r->work;
	size_t n = 0;
	for (; n < most && *end; n++)
		end = &(*end)->next;
	if (!n)
		return NULL;
	r->work = *end;
	*end = NULL;
	r->works -= n;
	if (!r->work)
		r->work_end = &r->work;
	return first;
}

static void work_on(const struct held_work *w)
{
	for (; w; w = w->next)
		w->work.run(w->work.arg, w->values, w->out);
}

/* With the lock, which is let go meanwhile. False: there is not enough. */
static bool thread_works(struct sqlite_hold *h)
{
	struct round *r = h->round;
	struct held_work *some = take_work(r, next_for_thread(r, r->works));
	if (!some)
		return false;
	r->working = true;
	os_mutex_unlock(&h->worker.lock);
	work_on(some);
	os_mutex_lock(&h->worker.lock);
	r->working = false;
	os_cond_signal(&h->rest);
	return true;
}

static bool thread_presses(struct sqlite_hold *h)
{
	struct round *r = h->round;
	size_t from = r->taken, n = next_for_thread(r, r->texts_count - from);
	if (!n)
		return false;
	r->taken += n;
	r->at_work = true;
	os_mutex_unlock(&h->worker.lock);
	for (size_t i = from; i < from + n; i++)
		press_one(h, &r->texts[i]);
	os_mutex_lock(&h->worker.lock);
	r->at_work = false;
	os_cond_signal(&h->rest);
	return true;
}

static void *press_main(void *arg)
{
	struct sqlite_hold *h = arg;
	os_thread_name("press");
	os_mutex_lock(&h->worker.lock);
	while (!h->worker.stopping) {
		if (thread_works(h) || thread_presses(h))
			continue;
		h->waits = true;
		os_cond_wait(&h->worker.wake, &h->worker.lock);
		h->waits = false;
	}
	os_mutex_unlock(&h->worker.lock);
	return NULL;
}

/* Nothing is being pressed between these. */
static void still(void *arg)
{
	struct sqlite_hold *h = arg;
	os_mutex_lock(&h->worker.lock);
	while (h->round->at_work || h->other->at_work)
		os_cond_wait(&h->rest, &h->worker.lock);
}

static void go_on(void *arg)
{
	struct sqlite_hold *h = arg;
	os_mutex_unlock(&h->worker.lock);
}

/* ---- many rows of a statement: it is handed one after the other ---- */

static bool is_pressed(const struct held_row *row, uint32_t at)
{
	return at < PRESS_PARAMETERS && row->pressed & UINT64_C(1) << at;
}

static struct held_row *behind(const struct sqlite_hold *h, const struct held_row *row)
{
	return row->next ? &h->round->rows[row->next - 1] : NULL;
}

static bool hand_next(void *arg)
{
	struct sqlite_hold *h = arg;
	struct held_row *row = h->handed.next;
	if (!row || (h->handed.row && row->many != h->handed.row->many))
		return false;
	h->handed.row = row;
	h->handed.next = behind(h, row);
	return true;
}

static void hand_bytes(sqlite3_context *to, const struct store_value *v)
{
	if (v->kind == VALUE_I64)
		sqlite3_result_int64(to, v->number);
	else if (v->kind == VALUE_TEXT)
		sqlite3_result_text64(to, v->bytes.ptr, v->bytes.len, SQLITE_STATIC, SQLITE_UTF8);
	else if (v->kind == VALUE_BLOB)
		sqlite3_result_blob64(to, v->bytes.ptr, v->bytes.len, SQLITE_STATIC);
	else
		sqlite3_result_null(to);
}

static void hand_text(struct sqlite_hold *h, sqlite3_context *to, const struct held_text *t, const struct store_value *v)
{
	struct str frame = { NULL, 0 };
	if (!atomic_load_explicit(&t->pressed, memory_order_acquire))
		frame = sqlite_press_now(h->press, t->text);
	else if (t->n) {
		sqlite3_result_blob64(to, t->frame, t->n, SQLITE_STATIC);
		return;
	}
	if (frame.ptr)
		sqlite3_result_blob64(to, frame.ptr, frame.len, SQLITE_TRANSIENT);
	else
		hand_bytes(to, v);
}

static void hand_value(void *arg, int at, sqlite3_context *to)
{
	struct sqlite_hold *h = arg;
	const struct held_row *row = h->handed.row;
	uint32_t i = (uint32_t)at - 1;
	if (i >= row->count)
		return;
	uint64_t before = row->pressed & ((UINT64_C(1) << i % PRESS_PARAMETERS) - 1);
	if (is_pressed(row, i))
		hand_text(h, to, &h->round->texts[row->first + (uint32_t)__builtin_popcountll(before)], &row->values[i]);
	else
		hand_bytes(to, &row->values[i]);
}

/* ---- begun and ended ---- */

static void give_back(struct sqlite_hold *h)
{
	sqlite_sums_free(h->sums);
	press_hand_free(h->hand);
	heap_free(h->round);
	heap_free(h->other);
	os_cond_destroy(&h->rest);
	os_worker_release(&h->worker);
	heap_free(h);
}

/* Room that most batches do with, and that stays. */
static void round_init(struct round *r)
{
	r->work_end = &r->work;
	arena_init(&r->memory, 3 * (size_t)ROUND_BYTES);
	(void)arena_room(&r->memory, ROUND_ROOM);
	arena_reset(&r->memory);
}

struct sqlite_hold *sqlite_hold_new(sqlite3 *db, struct sqlite_press *press)
{
	struct sqlite_hold *h = heap_alloc(sizeof *h);
	if (!h)
		return NULL;
	*h = (struct sqlite_hold){ .db = db, .press = press, .hand = press_hand_new(), .round = heap_alloc(sizeof *h->round), .other = heap_alloc(sizeof *h->other),
	                           .worth_waking = HANDFUL, .sums = sqlite_sums_new(db) };
	os_worker_init(&h->worker);
	os_cond_init(&h->rest);
	if (!h->hand || !h->round || !h->other || !h->sums || os_worker_start(&h->worker, press_main, h) != OK) {
		give_back(h);
		return NULL;
	}
	round_init(h->round);
	round_init(h->other);
	h->source = (struct bulk_source){ hand_next, hand_value, h };
	(void)sqlite_bulk_add(db, &h->source); /* without it they go in one by one */
	(void)sqlite3_set_authorizer(db, see, h);
	sqlite_press_beside(press, &(struct press_beside){ still, go_on, h });
	return h;
}

void sqlite_hold_free(struct sqlite_hold *h)
{
	if (!h)
		return;
	os_worker_stop(&h->worker);
	(void)sqlite3_set_authorizer(h->db, NULL, NULL);
	sqlite_press_beside(h->press, NULL);
	arena_release(&h->round->memory);
	arena_release(&h->other->memory);
	give_back(h);
}

/* Everything held is in, or given up: the other round is the next one's, once the thread has left it. */
static void turn_over(struct sqlite_hold *h)
{
	os_mutex_lock(&h->worker.lock);
	struct round *done = h->round, *next = h->other;
	size_t share = done->texts_count / WAKES;
	done->taken = done->texts_count;
	h->worth_waking = share < HANDFUL ? HANDFUL : share < WAKE_MOST ? share : WAKE_MOST;
	(void)take_work(done, SIZE_MAX); /* of rows that are given up */
	while (next->at_work || done->working)
		os_cond_wait(&h->rest, &h->worker.lock);
	next->texts_count = next->taken = 0;
	next->wanted = false;
	h->round = next;
	h->other = done;
	os_mutex_unlock(&h->worker.lock);
	next->rows_count = next->rows_in = next->bytes = 0;
	memset(next->of, 0, sizeof next->of);
	next->worked = (struct hold_tables){ { 0 } };
	arena_reset(&next->memory);
}

void sqlite_hold_begin(struct sqlite_hold *h)
{
	h->open = true;
}

void sqlite_hold_end(struct sqlite_hold *h)
{
	h->open = false;
	if (h->round->rows_count)
		turn_over(h);
	h->waiting = (struct hold_tables){ { 0 } };
	sqlite_sums_end(h->sums);
}

int64_t sqlite_hold_held(const struct sqlite_hold *h)
{
	return h->held;
}

int64_t sqlite_hold_settled(const struct sqlite_hold *h)
{
	return h->settled;
}

/* ---- rows put aside ---- */

static bool often_asked(const struct sqlite_hold *h, int table)
{
	return h->tables[table].asked > h->tables[table].held / ASKED_OFTEN + 1;
}

static void count_held(struct sqlite_hold *h, int table)
{
	h->held++;
	table_add(&h->waiting, table);
	if (++h->tables[table].held < LOOKED_AT)
		return;
	h->tables[table].held /= 2;
	h->tables[table].asked /= 2;
}

/* What is seldom asked becomes worth holding again. */
static void count_unheld(struct sqlite_hold *h, int table)
{
	h->tables[table].held++;
}

static bool has_pressed(const struct press_uses *u, size_t at)
{
	return at < PRESS_PARAMETERS && u->pressed & UINT64_C(1) << at;
}

/* Room for the row, its bytes, its frames and its work; false: there is none. What begins like a frame itself is for the writer. */
static bool fits(const struct round *r, const struct press_uses *press, const struct store_value *values, size_t count, size_t *bytes, size_t *texts)
{
	*bytes = count * sizeof *values + sizeof(struct held_work) + STORE_WORK_BYTES;
	*texts = 0;
	for (size_t i = 0; i < count; i++) {
		bool pressed = has_pressed(press, i) && values[i].bytes.ptr;
		if (pressed && press_is_frame(values[i].bytes))
			return false;
		*bytes += values[i].bytes.len + (pressed ? press_room(values[i].bytes.len) : 0);
		*texts += pressed;
	}
	return r->rows_count < ROWS && r->texts_count + *texts <= TEXTS && r->bytes + *bytes <= ROUND_BYTES;
}

static bool copy_values(struct round *r, const struct store_value *from, struct store_value *to, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		to[i] = from[i];
		if (!from[i].bytes.ptr)
			continue;
		char *p = arena_room(&r->memory, from[i].bytes.len + 1);
		if (!p)
			return false;
		memcpy(p, from[i].bytes.ptr, from[i].bytes.len);
		to[i].bytes.ptr = p;
	}
	return true;
}

/* What the work gives is a value of the row's like any other. NULL: no memory. */
static struct held_work *add_work(struct round *r, const struct hold_work *work, struct store_value *values)
{
	struct held_work *w = arena_new(&r->memory, struct held_work);
	char *out = arena_room(&r->memory, work->work.bytes);
	if (!w || !out)
		return NULL;
	values[work->at - 1] = (struct store_value){ .kind = VALUE_BLOB, .bytes = str_span(out, work->work.bytes) };
	*w = (struct held_work){ .values = values, .work = work->work, .out = (uint8_t *)out };
	return w;
}

static bool worth_waking(const struct sqlite_hold *h, size_t least)
{
	const struct round *r = h->round;
	return h->waits && (r->texts_count - r->taken >= least || r->works >= least);
}

/* `work` may be NULL. False: no memory; nothing is changed that anybody sees. */
static bool add_texts(struct sqlite_hold *h, const struct press_uses *press, struct held_row *row, struct held_work *work)
{
	struct round *r = h->round;
	size_t n = 0;
	for (size_t i = 0; i < row->count; i++) {
		struct str text = row->values[i].bytes;
		if (!has_pressed(press, i) || !text.ptr || !press_wants(sqlite_press_of(h->press), text))
			continue;
		struct held_text *t = &r->texts[r->texts_count + n];
		size_t room = press_room(text.len);
		*t = (struct held_text){ .text = text, .frame = arena_room(&r->memory, room), .room = room };
		if (!t->frame)
			return false;
		row->pressed |= UINT64_C(1) << i;
		n++;
	}
	os_mutex_lock(&h->worker.lock);
	row->first = (uint32_t)r->texts_count;
	r->texts_count += n;
	if (work) {
		*r->work_end = work;
		r->work_end = &work->next;
		r->works++;
	}
	if (worth_waking(h, h->worth_waking))
		os_cond_signal(&h->worker.wake);
	os_mutex_unlock(&h->worker.lock);
	return true;
}

static void hear_texts(struct sqlite_hold *h, const struct press_uses *press, const struct store_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (has_pressed(press, i) && values[i].bytes.ptr)
			sqlite_press_sample(h->press, values[i].bytes);
}

static void append(struct round *r, int table, const struct held_row *row)
{
	r->rows[r->rows_count++] = *row;
	uint16_t place = (uint16_t)r->rows_count;
	if (r->of[table].first)
		r->rows[r->of[table].last - 1].next = place;
	else
		r->of[table].first = place;
	r->of[table].last = place;
}

bool sqlite_hold_row(struct sqlite_hold *h, sqlite3_stmt *stmt, const struct hold_uses *u, const struct press_uses *press, const struct store_value *values,
                     const struct hold_work *work)
{
	struct round *r = h->round;
	size_t count = (size_t)sqlite3_bind_parameter_count(stmt), bytes, texts;
	if (!h->open || !press_has_dictionary(sqlite_press_of(h->press)) || !fits(r, press, values, count, &bytes, &texts))
		return false;
	bool counts = table_in(&h->waiting, u->adds) && !r->of[u->adds].first;
	if (counts || often_asked(h, u->adds)) {
		count_unheld(h, u->adds);
		return false;
	}
	struct store_value *own = arena_new_n(&r->memory, struct store_value, count);
	struct held_row row = { .stmt = stmt, .many = u->many, .count = (uint32_t)count, .values = own };
	struct held_work *w = NULL;
	if (!own || !copy_values(r, values, own, count) || (work->at && !(w = add_work(r, work, own))) || !add_texts(h, press, &row, w))
		return false;
	if (w)
		table_add(&r->worked, u->adds);
	hear_texts(h, press, own, count);
	append(r, u->adds, &row);
	r->bytes += bytes;
	count_held(h, u->adds);
	return true;
}

/* ---- counts put aside ---- */

static int bind_value(sqlite3_stmt *stmt, int at, const struct store_value *v)
{
	switch (v->kind) {
	case VALUE_I64:
		return sqlite3_bind_int64(stmt, at, v->number);
	case VALUE_TEXT:
		return sqlite3_bind_text64(stmt, at, v->bytes.ptr, v->bytes.len, SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(stmt, at, v->bytes.ptr, v->bytes.len, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(stmt, at);
	}
}

/* Bytes might be taken for a pressed text where they reach a column in a way nobody knows. */
static bool bind_all(sqlite3_stmt *stmt, const struct store_value *values)
{
	int count = sqlite3_bind_parameter_count(stmt), code = SQLITE_OK;
	for (int i = 0; i < count && code == SQLITE_OK; i++)
		code = values[i].kind == VALUE_BLOB ? SQLITE_MISMATCH : bind_value(stmt, i + 1, &values[i]);
	return code == SQLITE_OK;
}

bool sqlite_hold_sum(struct sqlite_hold *h, const struct hold_uses *u, const struct store_value *values)
{
	sqlite3_stmt *query = sqlite_sum_query(u->sum);
	int rows = 1;
	if (!h->open || h->round->of[u->adds].first)
		return false;
	if (often_asked(h, u->adds)) {
		count_unheld(h, u->adds);
		return false;
	}
	bool aside = query ? bind_all(query, values) && sqlite_sums_add(h->sums, u->sum, &rows) : sqlite_sums_tidy(h->sums, u->sum);
	if (query)
		(void)sqlite3_clear_bindings(query); /* they are borrowed */
	if (aside && rows)
		count_held(h, u->adds);
	return aside;
}

/* ---- rows put in ---- */

/* The writer presses what the thread has not. What is not worth it is bound as it came. */
static int bind_pressed(struct sqlite_hold *h, sqlite3_stmt *stmt, int at, const struct held_text *t, const struct store_value *v)
{
	struct str frame = { NULL, 0 };
	if (!atomic_load_explicit(&t->pressed, memory_order_acquire))
		frame = sqlite_press_now(h->press, t->text);
	else if (t->n)
		return sqlite3_bind_blob64(stmt, at, t->frame, t->n, SQLITE_STATIC);
	return frame.ptr ? sqlite3_bind_blob64(stmt, at, frame.ptr, frame.len, SQLITE_TRANSIENT) : bind_value(stmt, at, v);
}

static bool put_one(struct sqlite_hold *h, const struct held_row *row)
{
	const struct held_text *t = &h->round->texts[row->first];
	int code = SQLITE_OK;
	for (uint32_t i = 0; i < row->count && code == SQLITE_OK; i++)
		code = is_pressed(row, i) ? bind_pressed(h, row->stmt, (int)i + 1, t++, &row->values[i]) : bind_value(row->stmt, (int)i + 1, &row->values[i]);
	if (code == SQLITE_OK)
		code = sqlite3_step(row->stmt);
	int reset = sqlite3_reset(row->stmt);
	(void)sqlite3_clear_bindings(row->stmt); /* they are of the round's memory */
	return code == SQLITE_DONE && reset == SQLITE_OK;
}

static bool put_many(struct sqlite_hold *h, struct held_row *row)
{
	sqlite3_stmt *many = row->many;
	h->handed.row = NULL;
	h->handed.next = row;
	int code = sqlite3_step(many);
	return sqlite3_reset(many) == SQLITE_OK && code == SQLITE_DONE;
}

/* One, or as many as its statement says at once; the next one is *row then. */
static bool put_some(struct sqlite_hold *h, struct held_row **row)
{
	struct held_row *next = behind(h, *row);
	if (next && next->many && next->many == (*row)->many) {
		bool ok = put_many(h, *row);
		*row = h->handed.next;
		return ok;
	}
	bool ok = put_one(h, *row);
	*row = next;
	return ok;
}

static enum err put_rows(struct sqlite_hold *h, int table)
{
	struct round *r = h->round;
	bool ok = true;
	for (struct held_row *row = r->of[table].first ? &r->rows[r->of[table].first - 1] : NULL; row && ok;)
		ok = put_some(h, &row);
	r->of[table].first = 0;
	return ok ? OK : ERR_CONFLICT;
}

static size_t rows_of(const struct sqlite_hold *h, int table)
{
	size_t n = 0;
	for (uint16_t at = h->round->of[table].first; at; at = h->round->rows[at - 1].next)
		n++;
	return n;
}

void sqlite_hold_work_out(struct sqlite_hold *h)
{
	struct round *r = h->round;
	os_mutex_lock(&h->worker.lock);
	while (r->working)
		os_cond_wait(&h->rest, &h->worker.lock);
	struct held_work *rest = take_work(r, SIZE_MAX);
	os_mutex_unlock(&h->worker.lock);
	work_on(rest);
}

static enum err put_in(struct sqlite_hold *h, int table)
{
	if (table_in(&h->round->worked, table))
		sqlite_hold_work_out(h);
	int64_t before = sqlite3_total_changes64(h->db);
	h->round->rows_in += rows_of(h, table);
	enum err e = put_rows(h, table);
	if (e == OK)
		e = sqlite_sums_put_in(h->sums, table);
	h->settled += sqlite3_total_changes64(h->db) - before; /* none of a row that was there already: it was counted as one when it was put aside */
	table_drop(&h->waiting, table);
	return e;
}

/* The first rows go in while the thread presses the texts of the last. */
static void want(struct sqlite_hold *h)
{
	struct round *r = h->round;
	os_mutex_lock(&h->worker.lock);
	r->wanted = true;
	if (worth_waking(h, HANDFUL))
		os_cond_signal(&h->worker.wake);
	os_mutex_unlock(&h->worker.lock);
}

enum err sqlite_hold_put_in(struct sqlite_hold *h, const struct hold_tables *tables, bool asked)
{
	struct round *r = h->round;
	if (!tables_meet(&h->waiting, tables))
		return OK;
	if (r->rows_count > r->rows_in)
		want(h);
	for (int table = 0; table < h->tables_count; table++) {
		if (!table_in(&h->waiting, table) || !table_in(tables, table))
			continue;
		h->tables[table].asked += asked;
		TRY(put_in(h, table));
	}
	if (r->rows_count && r->rows_in == r->rows_count)
		turn_over(h);
	return OK;
}
