/* open.c - opening and closing the system, and its calendar. */
#include "casework/access_int.h"
#include "casework/backup_int.h"

enum { CALENDAR_ARENA_MAX = 64 << 20, WHY_MAX = 400 };

enum err casework_data_file(struct casework *cw, struct arena *a, const char *name, struct str *out, struct diag *d)
{
	struct str path = arena_printf(a, "%s/data/%s", cw->data_dir, name);
	return path.ptr ? os_file_read(a, path.ptr, 4 << 20, out, d) : ERR_NOMEM;
}

static enum err load_data(struct casework *cw, struct diag *d)
{
	struct str text;
	struct calendar *base;
	TRY(casework_data_file(cw, &cw->calendar_arena, "calendar/cn.csv", &text, d));
	TRY(calendar_read(&cw->calendar_arena, text, &base, d));
	cw->calendar = cw->calendar_committed = base;
	TRY(casework_data_file(cw, &cw->calendar_arena, "powers/functions.json", &text, d));
	TRY(functions_load(cw, text, d));
	TRY(casework_data_file(cw, &cw->calendar_arena, "powers/access.dmn", &text, d));
	TRY(access_load(cw, text, d));
	TRY(casework_data_file(cw, &cw->calendar_arena, "supervision.json", &text, d));
	return json_read(&cw->calendar_arena, text, &cw->supervision, d);
}

/* On the writer's thread, in its transaction: what is remembered of the record may not be so any more. */
static void turned(void *arg)
{
	struct casework *cw = arg;
	cw->next_id = 0;
	packs_doubt(cw);
	calendar_turned(cw);
}

/* There too: somebody changed rows by hand, it may be. */
static void doubted(void *arg)
{
	acts_forget(arg);
}

/* ---- what other processes did ---- */

enum { NEWS_MAX = 1000 };

struct news { struct casework *cw; int64_t newest; };

static enum err read_newest(void *arg, struct store_conn *c)
{
	struct news *n = arg;
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT coalesce(max(seq), 0) FROM ledger", &q));
	TRY(store_step(q, &row));
	n->newest = row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	if (n->newest > NEWS_MAX && (uint64_t)n->newest - NEWS_MAX > n->cw->news_seq)
		n->cw->news_seq = (uint64_t)n->newest - NEWS_MAX;
	return OK;
}

static enum err read_calendar(void *arg, struct store_conn *c)
{
	return notices_load(((struct news *)arg)->cw, c, NULL);
}

/* A text that cannot be undone is told as one that was erased. */
static void tell_entry(struct casework *cw, struct store_query *q, struct arena *a)
{
	const struct json *data = parse(a, store_col_str(q, 4));
	struct casework_event told = { .seq = (uint64_t)store_col_i64(q, 0), .at_ms = store_col_i64(q, 1), .kind = store_col_copy(q, 2, a),
	                               .case_id = store_col_i64(q, 3), .organ = json_i64(json_get(data, "organ"), 0),
	                               .item = json_i64(json_get(data, "item"), 0), .data = data };
	tell_event(cw, &told);
	cw->news_seq = told.seq;
	arena_reset(a);
}

static enum err read_news(void *arg, struct store_conn *c)
{
	struct news *n = arg;
	struct store_query *q;
	struct arena a;
	bool row = true;
	TRY(store_prepare(c, "SELECT seq, at_ms, kind, subject, payload FROM ledger WHERE seq>=?1 AND seq<=?2 ORDER BY seq", &q));
	store_bind_i64(q, 1, (int64_t)n->cw->news_seq + 1);
	store_bind_i64(q, 2, n->newest);
	arena_init(&a, 64 << 20);
	enum err e = OK;
	while (e == OK && row && (int64_t)n->cw->news_seq < n->newest) {
		e = store_step(q, &row);
		if (e == OK && row)
			tell_entry(n->cw, q, &a);
	}
	if (e == OK)
		store_reset(q);
	arena_release(&a);
	return e;
}

/* Whoever listens hears of what is behind it; what cannot be read is said in the log. */
static enum err pass_news(struct news *n)
{
	struct record_stretch s;
	int64_t next = (int64_t)n->cw->news_seq + 1;
	enum err e = next > n->newest ? ERR_NOT_FOUND : record_reach(n->cw, next, &s);
	if (e != OK || str_eqz(s.why, "rows")) /* it can be read: what was met lay before it, and was told */
		return e == ERR_NOT_FOUND ? OK : e;
	if (s.to > n->newest)
		s.to = n->newest;
	fprintf(stderr, "banjie: the entries %lld to %lld, of another process, cannot be read: open boards do not hear of them\n", (long long)next, (long long)s.to);
	n->cw->news_seq = (uint64_t)s.to;
	return OK;
}

/* In one look: it is taken at every commit of every other process. */
static enum err read_all(void *arg, struct store_conn *c)
{
	struct news *n = arg;
	TRY(notices_load(n->cw, c, NULL));
	TRY(read_newest(n, c));
	return read_news(n, c);
}

static enum err read_round_damage(struct news *n, enum err *calendar)
{
	enum { PASSES_MAX = 64 };
	*calendar = casework_read(n->cw, read_calendar, n);
	TRY(casework_read(n->cw, read_newest, n));
	enum err e = casework_read(n->cw, read_news, n);
	for (int i = 0; e == ERR_CORRUPT && i < PASSES_MAX; i++) {
		TRY(pass_news(n));
		e = casework_read(n->cw, read_news, n);
	}
	return e;
}

/* On the listening thread alone. What this process did itself in between is told once more: nobody counts what he hears. */
void casework_news(void *arg)
{
	enum { TRIES = 5 };
	struct news n = { .cw = arg };
	enum err calendar = OK, e = ERR_IO;
	for (int i = 0; i < TRIES && e == ERR_IO; i++) { /* a connection that was lost is made anew */
		calendar = OK;
		e = casework_read(arg, read_all, &n);
		if (e != OK)
			e = read_round_damage(&n, &calendar);
	}
	if (e != OK || calendar != OK)
		fprintf(stderr, "banjie: what another process did could not be read; the next commit tells it\n");
}

static enum err read_start(void *arg, struct store_conn *c)
{
	struct casework *cw = arg;
	cw->news_seq = (uint64_t)row_i64(c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
	int64_t last_ms = row_i64(c, "SELECT at_ms FROM ledger WHERE seq=?1", (int64_t)cw->news_seq, INT64_MIN);
	if (last_ms != INT64_MIN)
		machine_time_record(&cw->time, last_ms);
	return OK;
}

enum err migrate_all(const struct casework *cw, struct store *s, bool alone, struct diag *d)
{
	struct store_part parts[PARTS_MAX];
	base_assert(cw->rooms_count < PARTS_MAX);
	parts[0] = (struct store_part){ .name = "kernel" };
	parts[0].list = casework_migrations(&parts[0].count);
	for (size_t i = 0; i < cw->rooms_count; i++)
		parts[i + 1] = (struct store_part){ cw->rooms[i]->name, cw->rooms[i]->migrations, cw->rooms[i]->migrations_count };
	return store_migrate_all(s, parts, cw->rooms_count + 1, alone, d);
}

/* ---- whose database is it? ---- */

struct schema_there { bool record, others, unfinished; };

/* Tables that a store makes for itself say nothing of whose it is. */
static enum err look_for_schema(void *arg, struct store_conn *c)
{
	struct schema_there *there = arg;
	struct arena a;
	struct store_table *tables;
	size_t count;
	bool parts = false;
	arena_init(&a, 16 << 20);
	enum err e = store_tables(c, &a, &tables, &count, NULL);
	for (size_t i = 0; e == OK && i < count; i++) {
		there->record = there->record || str_eqz(tables[i].name, "ledger");
		parts = parts || str_eqz(tables[i].name, "schema_part");
		there->unfinished = there->unfinished || str_eqz(tables[i].name, COPY_TABLE);
		there->others = there->others || !str_eqz(tables[i].name, "store_process");
	}
	there->others = there->others && !there->record && !parts;
	arena_release(&a);
	return e;
}

/* An address may have a password in it, and what is said goes into logs. */
static const char *shown(const char *path)
{
	return store_is_url(path) ? "postgresql://…" : path;
}

static enum err not_one(const char *path, struct diag *d)
{
	diag_arg(d, str_of(shown(path)));
	return diag_set(d, ERR_INVALID, "store.not-one", "%s is no database of this program, or an empty one.", shown(path));
}

static enum err unfinished(const char *path, struct diag *d)
{
	diag_arg(d, str_of(shown(path)));
	return diag_set(d, ERR_CONFLICT, "store.unfinished", "%s is a copy that is not complete: run banjie copy again until both sides are the same.", shown(path));
}

/* What is read of half a copy would be told of the whole, and what is made of it, a backup or another copy, bears no mark of being half. */
enum err schema_there(struct casework *cw, const char *path, struct diag *d)
{
	struct schema_there there = { .record = false };
	TRY(casework_read(cw, look_for_schema, &there));
	if (there.unfinished)
		return unfinished(path, d);
	return there.record ? OK : not_one(path, d);
}

/* What another program keeps is not written into, not even the mark of a log; nor is a copy that is not complete taken for an office: what
 * were acknowledged there would be lost, for the copy could not be completed any more. A file that cannot be looked at is told by who opens it; a
 * server that gives no connection now may give one then, and nobody would have looked. */
static enum err may_be_written(struct casework *cw, const char *path, bool copying, struct diag *d)
{
	struct store_options look = { .inline_writer = true, .reading = true };
	struct schema_there there = { .record = false };
	if (!store_is_url(path) && os_file_size(path) <= 0)
		return OK;
	enum err e = store_open(path, &look, &cw->store, store_is_url(path) ? d : NULL);
	if (e == OK)
		e = casework_read(cw, look_for_schema, &there);
	if (e != OK && cw->store && store_is_url(path))
		e = diag_set(d, e, "store.io", "The database cannot be read: %s.", store_said(cw->store));
	store_close(cw->store);
	cw->store = NULL;
	if (e != OK && store_is_url(path))
		return e;
	if (e != OK)
		there = (struct schema_there){ .record = false };
	if (there.unfinished && !copying)
		return unfinished(path, d);
	return there.others ? not_one(path, d) : OK;
}

static enum err open_store(struct casework *cw, const char *path, const struct casework_options *o, struct diag *d)
{
	struct store_options so = { .inline_writer = o->inline_writer, .reading = o->reading, .durable = !o->fast, .in_order = o->copying, .queue_max = o->queue_max, .replica = o->replica, .give_up = o->give_up, .turned = turned, .doubted = doubted, .turned_arg = cw };
	if (!o->reading && strcmp(path, ":memory:") != 0 && !store_is_url(path))
		TRY(os_lock_take_beside(path, &cw->file_lock, d));
	cw->shared = store_is_url(path);
	return store_open(path, &so, &cw->store, d);
}

/* Of a file and a log that do not go together each may be whole: neither is written to, and whoever put the one there can take it away again. */
static void leave_as_it_is(struct casework *cw, const char *path)
{
	char log[1200];
	snprintf(log, sizeof log, "%s-wal", path);
	store_leave_log(cw->store);
	if (!store_is_url(path) && os_file_size(log) > 0)
		fprintf(stderr, "banjie: nothing of the log %s was copied into the database. Was another database put into this one's place? Then the log is not of this one:"
		                " move it and the file that ends in -shm away, and keep them with the database that was there (docs/operations.md).\n", log);
}

static enum err open_with(const char *path, const struct casework_options *o, bool bare, struct casework **out, struct diag *d)
{
	struct casework *cw = heap_alloc(sizeof *cw);
	if (!cw)
		return ERR_NOMEM;
	machine_time_begin(&cw->time, o->clock ? o->clock : os_clock_real());
	cw->clock = &cw->time.clock;
	cw->entropy = o->entropy ? o->entropy : os_entropy_real();
	cw->inline_writer = o->inline_writer;
	cw->memo_doubted = o->doubting;
	cw->rooms = o->rooms;
	cw->rooms_count = o->rooms_count;
	snprintf(cw->data_dir, sizeof cw->data_dir, "%s", o->data_dir ? o->data_dir : ".");
	os_mutex_init(&cw->lock);
	os_mutex_init(&cw->tick_lock);
	os_mutex_init(&cw->listeners_lock);
	arena_init(&cw->calendar_arena, CALENDAR_ARENA_MAX);
	arena_init(&cw->work, COMMAND_ARENA_MAX);
	answers_begin(&cw->answers);
	cw->room_slots = arena_new_n(&cw->calendar_arena, void *, cw->rooms_count + 1);
	cw->callers = callers_new();
	enum err e = cw->room_slots && cw->callers && arena_room(&cw->work, COMMAND_ROOM) ? load_data(cw, d) : ERR_NOMEM;
	arena_reset(&cw->work);
	if (e == OK)
		e = apply_index(cw);
	if (e == OK)
		e = ids_prepare(cw);
	if (e == OK && !o->reading)
		e = may_be_written(cw, path, o->copying, d);
	if (e == OK)
		e = open_store(cw, path, o, d);
	if (e == OK && o->reading && !bare)
		e = schema_there(cw, path, d);
	if (e == OK && !o->reading && !bare)
		e = migrate_all(cw, cw->store, true, d);
	if (e == OK && !bare && !o->reading && !o->fast)
		e = casework_read(cw, verify_start, d);
	if (e == OK && !o->reading && !bare)
		e = tree_complete(cw);
	if (e == OK && !bare)
		e = casework_read(cw, read_start, cw);
	if (e == OK && !bare)
		e = notices_begin(cw, path, d);
	if (e == OK && !bare && !o->reading)
		e = ids_begin(cw);
	if (e == OK)
		e = casework_listen(cw, "time.confirmed", machine_time_heard, &cw->time);
	if (e == OK && !bare && !o->reading && !o->inline_writer)
		e = store_listen(cw->store, casework_news, cw);
	if (e != OK) {
		char why[WHY_MAX] = "";
		if (cw->store && store_is_url(path) && store_said(cw->store)[0])
			snprintf(why, sizeof why, " (%s)", store_said(cw->store));
		if (e == ERR_CORRUPT && cw->store && !o->reading)
			leave_as_it_is(cw, path);
		casework_close(cw);
		if (e == ERR_CORRUPT)
			return diag_set(d, e, "store.corrupt", "The database file is damaged: %s. Restore it from a backup.", path);
		return diag_set(d, e, "casework.open", "The system could not be opened: %s%s.", shown(path), why);
	}
	*out = cw;
	return OK;
}

enum err casework_open(const char *path, const struct casework_options *o, struct casework **out, struct diag *d)
{
	return open_with(path, o, false, out, d);
}

enum err casework_open_bare(const char *path, const struct casework_options *o, struct casework **out, struct diag *d)
{
	return open_with(path, o, true, out, d);
}

void casework_close(struct casework *cw)
{
	if (!cw)
		return;
	for (size_t i = 0; cw->room_slots && i < cw->rooms_count; i++)
		if (cw->room_slots[i])
			cw->rooms[i]->close(cw->room_slots[i]);
	store_close(cw->store);
	item_slots_clear(cw);
	os_lock_drop(cw->file_lock);
	packs_release(cw);
	arena_release(&cw->calendar_arena);
	arena_release(&cw->answers.a);
	arena_release(&cw->work);
	os_mutex_destroy(&cw->lock);
	os_mutex_destroy(&cw->tick_lock);
	os_mutex_destroy(&cw->listeners_lock);
	callers_free(cw->callers);
	machine_time_end(&cw->time);
	heap_free(cw);
}

int64_t casework_now_ms(struct casework *cw)
{
	return os_now_ms(cw->clock);
}

/* ---- for the rooms ---- */

void **casework_room_slot(struct casework *cw, const struct casework_room *room)
{
	size_t i = 0;
	while (i < cw->rooms_count && cw->rooms[i] != room)
		i++;
	base_assert(i < cw->rooms_count && room->close);
	return &cw->room_slots[i];
}

typedef enum err (*take_fn)(struct store *s, struct store_conn **out);

static enum err read_once(struct casework *cw, take_fn take, enum err (*fn)(void *arg, struct store_conn *c), void *arg)
{
	struct store_conn *c;
	TRY(take(cw->store, &c));
	enum err e = fn(arg, c), read = store_reader_give(cw->store, c);
	return read != OK ? read : e;
}

bool read_again(enum err e, int *tried)
{
	enum { BUSY_MAX = 4 };
	return (e == ERR_IO && (*tried)++ < 1) || (e == ERR_BUSY && (*tried)++ < BUSY_MAX);
}

static enum err read_by(struct casework *cw, take_fn take, enum err (*fn)(void *arg, struct store_conn *c), void *arg)
{
	int tried = 0;
	enum err e = read_once(cw, take, fn, arg);
	while (read_again(e, &tried))
		e = read_once(cw, take, fn, arg);
	return e;
}

enum err casework_read(struct casework *cw, enum err (*fn)(void *arg, struct store_conn *c), void *arg)
{
	return read_by(cw, store_reader_take, fn, arg);
}

enum err casework_read_newest(struct casework *cw, enum err (*fn)(void *arg, struct store_conn *c), void *arg)
{
	return read_by(cw, store_reader_take_newest, fn, arg);
}

const char *casework_data_dir(const struct casework *cw)
{
	return cw->data_dir;
}
