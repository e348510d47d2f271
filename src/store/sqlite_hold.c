/* sqlite_hold.c - rows that wait for their texts to be pressed; sqlite_hold.h says why and how. */
#include "store/sqlite_hold.h"

#include <stdatomic.h>
#include <string.h>

#include "os/os.h"
#include "store/sqlite_functions.h"

enum {
	TABLES = 64, ROWS = 4096, TEXTS = 4096, ROUND_BYTES = 4 << 20, ROUND_ROOM = 512 << 10,
	HANDFUL = 16,     /* texts that the thread takes at once */
	WAKES = 4, WAKE_MOST = 64, /* to wake a thread takes longer than to press a text: some four times a round, for that many texts at most */
	ASKED_OFTEN = 8,  /* a table is not held whose rows are asked for more often than one time in so many */
	LOOKED_AT = 4096, /* rows after which half of that is forgotten */
};

/* A text on its way into the file. */
struct held_text {
	struct str text;
	char *frame;
	size_t room, n; /* n 0: it stays as it is */
	_Atomic bool pressed;
};

struct held_row {
	sqlite3_stmt *stmt;
	uint32_t count, first; /* its values in the round's memory, the first of its texts */
	const struct hold_value *values;
	uint64_t pressed; /* parameters that are texts to be pressed */
	int table;
	bool in;
};

/* The rows of a batch, or of a part of one. The thread may still be at a text of the last one when the next begins: there are two. */
struct round {
	struct arena memory;
	size_t bytes;
	struct held_row rows[ROWS];
	size_t rows_count, rows_in;
	struct held_text texts[TEXTS];
	size_t texts_count; /* with the lock, as all below */
	size_t taken;       /* so many were given to the thread, or need no pressing any more */
	bool at_work;       /* the thread is at some of them */
	bool wanted;        /* the rows are being put in */
};

struct sqlite_hold {
	sqlite3 *db;
	struct sqlite_press *press;
	struct press_hand *hand; /* the thread's */
	bool open;               /* rows may be held now */
	/* the tables that there are, and how often their rows were held, and asked for while they were */
	struct { char name[PRESS_NAME_BYTES]; uint32_t held, asked; } tables[TABLES];
	int tables_count;
	int64_t held, settled;
	uint64_t waiting; /* tables that have rows put aside */
	/* a statement that is being prepared */
	struct { bool expected, fence, other; uint64_t asks; int adds; } seen;
	struct round *round, *other;
	size_t worth_waking; /* texts; as many as the last round makes likely */
	struct os_mutex lock;
	struct os_cond wake, rest;
	struct os_thread *thread;
	bool waits, stopping;
};

/* ---- what a statement does ---- */

static int table_of(const struct sqlite_hold *h, const char *name)
{
	for (int i = 0; name && i < h->tables_count; i++)
		if (strcmp(h->tables[i].name, name) == 0)
			return i;
	return -1;
}

/* Tables of pressed columns; the schema may have named more since. */
static int table_named(struct sqlite_hold *h, const char *name)
{
	int at = table_of(h, name);
	if (at >= 0 || h->tables_count == TABLES || !name || strlen(name) >= PRESS_NAME_BYTES || !sqlite_press_in(h->press, str_of(name)))
		return at;
	memcpy(h->tables[h->tables_count].name, name, strlen(name) + 1);
	return h->tables_count++;
}

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
		h->seen.asks |= UINT64_C(1) << at;
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

struct hold_uses sqlite_hold_learn(struct sqlite_hold *h, sqlite3_stmt *stmt, const struct press_uses *press)
{
	h->seen.expected = false;
	bool adds = h->seen.adds >= 0 && !h->seen.other && press->pressed && !press->guarded && sqlite3_column_count(stmt) == 0;
	return (struct hold_uses){ .asks = h->seen.fence ? UINT64_MAX : h->seen.asks, .adds = adds ? h->seen.adds : -1 };
}

/* ---- the thread ---- */

static void press_one(struct sqlite_hold *h, struct held_text *t)
{
	t->n = press_by_hand(sqlite_press_of(h->press), h->hand, t->text, t->frame, t->room);
	atomic_store_explicit(&t->pressed, true, memory_order_release);
}

/* With the lock. The thread takes the last few too, once they are about to be put in. */
static size_t next_for_thread(const struct round *r)
{
	size_t left = r->texts_count - r->taken;
	return left >= HANDFUL ? HANDFUL : r->wanted ? left : 0;
}

static void *press_main(void *arg)
{
	struct sqlite_hold *h = arg;
	os_thread_name("press");
	os_mutex_lock(&h->lock);
	while (!h->stopping) {
		struct round *r = h->round;
		size_t from = r->taken, n = next_for_thread(r);
		if (!n) {
			h->waits = true;
			os_cond_wait(&h->wake, &h->lock);
			h->waits = false;
			continue;
		}
		r->taken += n;
		r->at_work = true;
		os_mutex_unlock(&h->lock);
		for (size_t i = from; i < from + n; i++)
			press_one(h, &r->texts[i]);
		os_mutex_lock(&h->lock);
		r->at_work = false;
		os_cond_signal(&h->rest);
	}
	os_mutex_unlock(&h->lock);
	return NULL;
}

/* Nothing is being pressed between these. */
static void still(void *arg)
{
	struct sqlite_hold *h = arg;
	os_mutex_lock(&h->lock);
	while (h->round->at_work || h->other->at_work)
		os_cond_wait(&h->rest, &h->lock);
}

static void go_on(void *arg)
{
	struct sqlite_hold *h = arg;
	os_mutex_unlock(&h->lock);
}

/* ---- begun and ended ---- */

static void give_back(struct sqlite_hold *h)
{
	press_hand_free(h->hand);
	heap_free(h->round);
	heap_free(h->other);
	os_cond_destroy(&h->wake);
	os_cond_destroy(&h->rest);
	os_mutex_destroy(&h->lock);
	heap_free(h);
}

/* Room that most batches do with, and that stays. */
static void round_init(struct round *r)
{
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
	                           .worth_waking = HANDFUL };
	os_mutex_init(&h->lock);
	os_cond_init(&h->wake);
	os_cond_init(&h->rest);
	if (!h->hand || !h->round || !h->other || os_thread_start(&h->thread, press_main, h) != OK) {
		give_back(h);
		return NULL;
	}
	round_init(h->round);
	round_init(h->other);
	(void)sqlite3_set_authorizer(db, see, h);
	sqlite_press_beside(press, &(struct press_beside){ still, go_on, h });
	return h;
}

void sqlite_hold_free(struct sqlite_hold *h)
{
	if (!h)
		return;
	os_mutex_lock(&h->lock);
	h->stopping = true;
	os_cond_signal(&h->wake);
	os_mutex_unlock(&h->lock);
	os_thread_join(h->thread);
	(void)sqlite3_set_authorizer(h->db, NULL, NULL);
	sqlite_press_beside(h->press, NULL);
	arena_release(&h->round->memory);
	arena_release(&h->other->memory);
	give_back(h);
}

/* Everything held is in, or given up: the other round is the next one's, once the thread has left it. */
static void turn_over(struct sqlite_hold *h)
{
	os_mutex_lock(&h->lock);
	struct round *done = h->round, *next = h->other;
	size_t share = done->texts_count / WAKES;
	done->taken = done->texts_count;
	h->worth_waking = share < HANDFUL ? HANDFUL : share < WAKE_MOST ? share : WAKE_MOST;
	while (next->at_work)
		os_cond_wait(&h->rest, &h->lock);
	next->texts_count = next->taken = 0;
	next->wanted = false;
	h->round = next;
	h->other = done;
	os_mutex_unlock(&h->lock);
	next->rows_count = next->rows_in = next->bytes = 0;
	h->waiting = 0;
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

/* Room for the row, its bytes and its frames; false: there is none. What begins like a frame itself is for the writer. */
static bool fits(const struct round *r, const struct press_uses *press, const struct hold_value *values, size_t count, size_t *bytes, size_t *texts)
{
	*bytes = count * sizeof *values;
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

static bool copy_values(struct round *r, const struct hold_value *from, struct hold_value *to, size_t count)
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

/* False: no memory; nothing is changed that anybody sees. */
static bool add_texts(struct sqlite_hold *h, const struct press_uses *press, struct held_row *row)
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
	os_mutex_lock(&h->lock);
	row->first = (uint32_t)r->texts_count;
	r->texts_count += n;
	if (h->waits && r->texts_count - r->taken >= h->worth_waking)
		os_cond_signal(&h->wake);
	os_mutex_unlock(&h->lock);
	return true;
}

static void hear_texts(struct sqlite_hold *h, const struct press_uses *press, const struct hold_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (has_pressed(press, i) && values[i].bytes.ptr)
			sqlite_press_sample(h->press, values[i].bytes);
}

bool sqlite_hold_row(struct sqlite_hold *h, sqlite3_stmt *stmt, const struct hold_uses *u, const struct press_uses *press, const struct hold_value *values)
{
	struct round *r = h->round;
	size_t count = (size_t)sqlite3_bind_parameter_count(stmt), bytes, texts;
	if (!h->open || !press_has_dictionary(sqlite_press_of(h->press)) || !fits(r, press, values, count, &bytes, &texts))
		return false;
	if (often_asked(h, u->adds)) {
		count_unheld(h, u->adds);
		return false;
	}
	struct hold_value *own = arena_new_n(&r->memory, struct hold_value, count);
	struct held_row row = { .stmt = stmt, .count = (uint32_t)count, .values = own, .table = u->adds };
	if (!own || !copy_values(r, values, own, count) || !add_texts(h, press, &row))
		return false;
	hear_texts(h, press, own, count);
	r->rows[r->rows_count++] = row;
	r->bytes += bytes;
	h->waiting |= UINT64_C(1) << u->adds;
	h->held++;
	count_held(h, u->adds);
	return true;
}

/* ---- rows put in ---- */

static int bind_value(sqlite3_stmt *stmt, int at, const struct hold_value *v)
{
	switch (v->kind) {
	case HOLD_I64:
		return sqlite3_bind_int64(stmt, at, v->number);
	case HOLD_TEXT:
		return sqlite3_bind_text64(stmt, at, v->bytes.ptr, v->bytes.len, SQLITE_STATIC, SQLITE_UTF8);
	case HOLD_BLOB:
		return sqlite3_bind_blob64(stmt, at, v->bytes.ptr, v->bytes.len, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(stmt, at);
	}
}

/* The writer presses what the thread has not. What is not worth it is bound as it came. */
static int bind_pressed(struct sqlite_hold *h, sqlite3_stmt *stmt, int at, const struct held_text *t, const struct hold_value *v)
{
	struct str frame = { NULL, 0 };
	if (!atomic_load_explicit(&t->pressed, memory_order_acquire))
		frame = sqlite_press_now(h->press, t->text);
	else if (t->n)
		return sqlite3_bind_blob64(stmt, at, t->frame, t->n, SQLITE_STATIC);
	return frame.ptr ? sqlite3_bind_blob64(stmt, at, frame.ptr, frame.len, SQLITE_TRANSIENT) : bind_value(stmt, at, v);
}

static enum err put_in(struct sqlite_hold *h, struct held_row *row)
{
	const struct held_text *t = &h->round->texts[row->first];
	int64_t before = sqlite3_total_changes64(h->db);
	int code = SQLITE_OK;
	for (uint32_t i = 0; i < row->count && code == SQLITE_OK; i++) {
		bool pressed = i < PRESS_PARAMETERS && row->pressed & UINT64_C(1) << i;
		code = pressed ? bind_pressed(h, row->stmt, (int)i + 1, t++, &row->values[i]) : bind_value(row->stmt, (int)i + 1, &row->values[i]);
	}
	if (code == SQLITE_OK)
		code = sqlite3_step(row->stmt);
	int reset = sqlite3_reset(row->stmt);
	(void)sqlite3_clear_bindings(row->stmt); /* they are of the round's memory */
	row->in = true;
	h->settled += sqlite3_total_changes64(h->db) - before; /* none of a row that was there already: it was counted as one when it was put aside */
	return code == SQLITE_DONE && reset == SQLITE_OK ? OK : ERR_CONFLICT;
}

static bool is_of(uint64_t tables, const struct held_row *row)
{
	return !row->in && tables & UINT64_C(1) << row->table;
}

/* The first rows go in while the thread presses the texts of the last. */
static void want(struct sqlite_hold *h)
{
	struct round *r = h->round;
	os_mutex_lock(&h->lock);
	r->wanted = true;
	if (h->waits && r->texts_count - r->taken >= HANDFUL)
		os_cond_signal(&h->wake);
	os_mutex_unlock(&h->lock);
}

enum err sqlite_hold_put_in(struct sqlite_hold *h, uint64_t tables, bool asked)
{
	struct round *r = h->round;
	uint64_t counted = 0;
	if (!(h->waiting & tables))
		return OK;
	want(h);
	for (size_t i = 0; i < r->rows_count; i++) {
		struct held_row *row = &r->rows[i];
		if (!is_of(tables, row))
			continue;
		uint64_t bit = UINT64_C(1) << row->table;
		h->tables[row->table].asked += asked && !(counted & bit);
		counted |= bit;
		r->rows_in++;
		enum err e = put_in(h, row);
		if (e != OK)
			return e;
	}
	h->waiting &= ~tables;
	if (r->rows_in == r->rows_count)
		turn_over(h);
	return OK;
}
