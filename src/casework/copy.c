/* copy.c - a running system moved into another store, by rounds.
 *
 * First the record, in its order, entry by entry and document by document: begun again, it goes on where it was. Then, from one
 * moment of the source, the rows and the workspace as they stand. From there on the entries that follow are replayed over there,
 * round after round, until the source stands still; then the workspace once more, and both sides are compared table by table.
 * How far it came stands in the target, in a table of its own that goes at the end, and beside it a mark: whose copy it is, and the count of what
 * it wrote. On a server two may be begun into one target, and the earlier one, were it to go on, would empty tables that are served by then; and
 * a server that crashed is back with less than it had said was written.
 */
#include "casework/backup_int.h"

enum { BATCH_ROWS = 2000, BATCH_BYTES = 8 << 20, REPLAY_ARENA_MAX = 128 << 20 };

enum stage { STAGE_RECORD, STAGE_ROWS, STAGE_FOLLOW };

struct copying {
	struct casework *from, *to;
	const struct casework_copy *o;
	struct casework_copied *out;
	struct diag *d;
	struct arena a, entry_arena;
	struct store_conn *c;          /* one moment of the source */
	struct casework_head there;    /* the source at that moment */
	struct store_table *tables;
	size_t tables_count;
	struct arena ours_arena;
	struct table_list ours;        /* of the target: this program's */
	/* of the target */
	int64_t mark;                  /* as it should stand there; 0: not set yet */
	enum stage stage;
	uint64_t begun_seq;            /* the source's head when the record was begun: documents since then are looked at again */
	struct ledger_entry last;
	/* rows on their way */
	const struct store_table *table;
	enum family family;
	struct buf batch;              /* length (4 bytes), row */
	size_t batch_rows;
	uint64_t done, total;
};

/* ---- how far it came ---- */

static enum err target_used(struct diag *d)
{
	return diag_set(d, ERR_CONFLICT, "copy.target-used", "The target already holds a record. A copy goes into an empty database.");
}

struct target { bool record, begun; };

static enum err target_look(struct store_conn *c, struct target *out)
{
	struct arena a;
	struct store_table *tables;
	size_t count;
	*out = (struct target){ .record = false };
	arena_init(&a, 16 << 20);
	enum err e = store_tables(c, &a, &tables, &count, NULL);
	for (size_t i = 0; e == OK && i < count; i++) {
		out->record = out->record || str_eqz(tables[i].name, "ledger");
		out->begun = out->begun || str_eqz(tables[i].name, COPY_TABLE);
	}
	arena_release(&a);
	return e;
}

/* No also where it cannot be told. */
static enum err look_for_record(void *arg, struct store_conn *c)
{
	struct target t;
	struct casework_head head = { .seq = 0 };
	*(bool *)arg = target_look(c, &t) == OK && t.record && !t.begun && record_head(c, &head) == OK && head.seq;
	return OK;
}

static enum err look_for_office(void *arg, struct store_conn *c)
{
	bool *has = arg;
	TRY(look_for_record(arg, c));
	*has = *has && row_i64(c, "SELECT count(*) FROM post WHERE role='admin' AND ?1=1", 1, 0) > 0;
	return OK;
}

static enum err look(const char *path, const struct casework_options *open, enum err (*for_what)(void *arg, struct store_conn *c), bool *has, struct diag *d)
{
	struct casework *cw;
	struct casework_options look = *open;
	look.inline_writer = look.reading = true;
	*has = false;
	if (!store_is_url(path) && os_file_size(path) <= 0)
		return OK;
	TRY(casework_open_bare(path, &look, &cw, d));
	*has = casework_read(cw, for_what, has) == OK && *has;
	casework_close(cw);
	return OK;
}

bool casework_has_record(const char *path, const struct casework_options *open)
{
	bool has;
	return look(path, open, look_for_record, &has, NULL) == OK && has;
}

enum err casework_has_office(const char *path, const struct casework_options *open, bool *has, struct diag *d)
{
	enum err e = look(path, open, look_for_office, has, d);
	return store_is_url(path) ? e : OK;
}

bool casework_is_office(struct casework *cw)
{
	bool has = false;
	return casework_read(cw, look_for_office, &has) == OK && has;
}

static enum err overtaken(struct diag *d)
{
	return diag_set(d, ERR_CONFLICT, "copy.overtaken", "Another copy into this target was begun after this one and takes its place: this one ends.");
}

/* ---- the mark: a number of chance, and below it the count ---- */

enum { COUNT_BITS = 32 };

static enum err mark_write(struct store_conn *c, int64_t mark)
{
	struct store_query *q;
	TRY(store_prepare(c, "INSERT INTO " COPY_TABLE "(id, stage, seq) VALUES(2, 0, ?1) ON CONFLICT(id) DO UPDATE SET seq=?1", &q));
	store_bind_i64(q, 1, mark);
	return store_exec(q);
}

static enum err mark_new(struct copying *x, struct store_conn *c)
{
	uint32_t chance;
	os_random(x->to->entropy, &chance, sizeof chance);
	x->mark = (int64_t)(chance >> 1 | 1) << COUNT_BITS;
	return mark_write(c, x->mark);
}

static enum err mark_read(struct copying *x, struct store_conn *c, int64_t *out)
{
	struct store_query *q;
	bool row;
	*out = 0;
	TRY(store_prepare(c, "SELECT seq FROM " COPY_TABLE " WHERE id=2", &q));
	TRY(store_step(q, &row));
	if (row) {
		*out = store_col_i64(q, 0);
		store_reset(q);
	}
	return *out >> COUNT_BITS == x->mark >> COUNT_BITS ? OK : overtaken(x->d);
}

/* Also where the other one is complete and the table gone. */
static enum err look_for_mark(void *arg, struct store_conn *c)
{
	struct copying *x = arg;
	struct target t;
	int64_t there;
	TRY(target_look(c, &t));
	return t.begun ? mark_read(x, c, &there) : overtaken(x->d);
}

struct step { struct copying *x; enum err (*fn)(void *arg, struct store_conn *c); void *arg; };

static enum err lost(struct diag *d)
{
	return diag_set(d, ERR_IO, "copy.lost", "The target has less than it had taken: its server was gone meanwhile, it seems. Run the copy again, it goes on where it was.");
}

static enum err marked(void *arg, struct store_conn *c)
{
	const struct step *s = arg;
	int64_t there;
	TRY(mark_read(s->x, c, &there));
	if (there != s->x->mark)
		return lost(s->x->d);
	TRY(mark_write(c, there + 1));
	return s->fn(s->arg, c);
}

/* One transaction over there. */
static enum err write_there(struct copying *x, enum err (*fn)(void *arg, struct store_conn *c), void *arg)
{
	struct step s = { x, fn, arg };
	TRY(store_run(x->to->store, marked, &s));
	x->mark++;
	return OK;
}

static enum err state_read(void *arg, struct store_conn *c)
{
	struct copying *x = arg;
	struct store_query *q;
	bool row;
	TRY(store_script(c, "CREATE TABLE IF NOT EXISTS " COPY_TABLE "(id INTEGER PRIMARY KEY, stage INTEGER NOT NULL, seq INTEGER NOT NULL)", x->d));
	TRY(store_prepare(c, "SELECT stage, seq FROM " COPY_TABLE " WHERE id=1", &q));
	TRY(store_step(q, &row));
	struct casework_head head;
	if (row) {
		x->stage = (enum stage)store_col_i64(q, 0);
		x->begun_seq = (uint64_t)store_col_i64(q, 1);
		store_reset(q);
	}
	TRY(record_head(c, &head));
	x->last = (struct ledger_entry){ .seq = head.seq, .at_ms = head.at_ms };
	memcpy(x->last.hash, head.hash, LEDGER_HASH);
	return !row && head.seq ? target_used(x->d) : mark_new(x, c);
}

static enum err state_write(void *arg, struct store_conn *c)
{
	struct copying *x = arg;
	struct store_query *q;
	TRY(store_prepare(c, "INSERT INTO " COPY_TABLE "(id, stage, seq) VALUES(1, ?1, ?2) ON CONFLICT(id) DO UPDATE SET stage=?1, seq=?2", &q));
	store_bind_i64(q, 1, x->stage);
	store_bind_i64(q, 2, (int64_t)x->begun_seq);
	return store_exec(q);
}

static enum err state_drop(void *arg, struct store_conn *c)
{
	struct copying *x = arg;
	TRY(search_refill(c));
	return store_script(c, "DROP TABLE " COPY_TABLE, x->d);
}

static enum err enter(struct copying *x, enum stage s)
{
	x->stage = s;
	return write_there(x, state_write, x);
}

/* ---- a moment of the source ---- */

/* Not where it went back to an earlier moment, or is another office's: what is over there would be more, or something else. */
static enum err same_record(struct copying *x)
{
	struct casework_head there = { .seq = x->last.seq };
	bool same;
	memcpy(there.hash, x->last.hash, sizeof there.hash);
	TRY(record_holds(x->c, &there, &same));
	if (same)
		return OK;
	diag_arg(x->d, arena_printf(&x->a, "%llu", (unsigned long long)there.seq));
	return diag_set(x->d, ERR_CONFLICT, "copy.other-record", "What was copied so far is of another record: its entry %llu is not the source's. Begin again with an empty target.",
	                (unsigned long long)there.seq);
}

/* A reader's transaction; where the source has no other connection, the writer's. */
static enum err moment_begin(struct copying *x)
{
	arena_reset(&x->a);
	if (x->from->inline_writer)
		TRY(store_batch_begin(x->from->store));
	TRY(store_reader_take(x->from->store, &x->c));
	TRY(record_head(x->c, &x->there));
	TRY(same_record(x));
	TRY(store_tables(x->c, &x->a, &x->tables, &x->tables_count, x->d));
	struct table_list there = { x->tables, x->tables_count };
	return only_ours(x->to, &there, &x->ours, x->d);
}

static enum err moment_end(struct copying *x)
{
	store_reader_give(x->from->store, x->c);
	x->c = NULL;
	return x->from->inline_writer ? store_batch_end(x->from->store) : OK;
}

/* ---- rows on their way ---- */

static struct str next_row(struct str *rest)
{
	const uint8_t *p = (const uint8_t *)rest->ptr;
	size_t n = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
	struct str row = str_sub(*rest, 4, 4 + n);
	*rest = str_sub(*rest, 4 + n, rest->len);
	return row;
}

static enum err write_entry(struct copying *x, struct store_conn *c, struct str row, struct ledger_entry *last)
{
	struct ledger_entry e;
	TRY(ledger_row_read(x->table->columns, x->table->columns_count, row, &e, x->d));
	TRY(ledger_follow(last, &e, x->d));
	if (x->stage != STAGE_FOLLOW)
		return OK;
	arena_reset(&x->entry_arena);
	return replay_entry(x->to, c, &x->entry_arena, &e, x->d);
}

/* One transaction over there; may run twice, so nothing here remembers. */
static enum err write_batch(void *arg, struct store_conn *c)
{
	struct copying *x = arg;
	struct table_loader *l;
	struct ledger_entry last = x->last;
	TRY(table_loader_open(c, x->table, x->table->columns, x->table->columns_count, family_conflict(x->family, x->table->name), &l, x->d));
	enum err e = OK;
	for (struct str rest = buf_str(&x->batch); e == OK && rest.len;) {
		struct str row = next_row(&rest);
		e = table_loader_row(l, row, x->d);
		if (e == OK && x->family == FAMILY_LEDGER)
			e = write_entry(x, c, row, &last);
	}
	table_loader_close(l);
	return e;
}

/* What was written is remembered: the entries' chain goes on from there. */
static enum err remember(struct copying *x)
{
	for (struct str rest = buf_str(&x->batch); x->family == FAMILY_LEDGER && rest.len;) {
		struct ledger_entry e;
		TRY(ledger_row_read(x->table->columns, x->table->columns_count, next_row(&rest), &e, x->d));
		TRY(ledger_follow(&x->last, &e, x->d));
	}
	return OK;
}

static enum err not_written(struct diag *d)
{
	return diag_set(d, ERR_IO, "copy.write", "What is copied cannot be written to the target: is its disk full, or is it out of reach?"
	                " Run the copy again when it is not.");
}

/* As a text that is not UTF-8, which a file takes. */
static enum err not_kept(struct copying *x)
{
	struct str why = str_of(store_said(x->to->store));
	diag_arg(x->d, x->table->name);
	diag_arg(x->d, why);
	return diag_set(x->d, ERR_INVALID, "copy.row", "A row of the table %.*s cannot be kept by the target: %.*s. Mend it in the source and run the copy again, it goes on where it was.",
	                STR_ARG(x->table->name), STR_ARG(why));
}

static enum err flush(struct copying *x)
{
	if (!x->batch_rows)
		return OK;
	enum err e = write_there(x, write_batch, x);
	if (e == ERR_IO) /* or the table that is being read would be told of */
		return not_written(x->d);
	if (e == ERR_INVALID)
		return not_kept(x);
	if (e == OK)
		e = remember(x);
	x->done += x->batch_rows;
	if (e == OK && x->o->progress)
		x->o->progress(x->o->progress_arg, x->done, x->total > x->done ? x->total : x->done);
	buf_clear(&x->batch);
	x->batch_rows = 0;
	return e;
}

static enum err take_row(void *arg, struct str row)
{
	struct copying *x = arg;
	char length[4];
	for (size_t i = 0; i < 4; i++)
		length[i] = (char)(row.len >> (8 * i));
	buf_put(&x->batch, str_span(length, 4));
	buf_put(&x->batch, row);
	if (x->batch.failed)
		return x->batch.failed;
	return ++x->batch_rows < BATCH_ROWS && x->batch.len < BATCH_BYTES ? OK : flush(x);
}

static enum err carry(struct copying *x, const struct store_table *t, const char *where)
{
	struct table_digest digest;
	x->table = t;
	x->family = family_of(x->to, t->name);
	TRY(table_read(x->c, t, where, take_row, x, &digest, x->d));
	return flush(x);
}

static enum err carry_where(struct copying *x, const char *name, const char *where)
{
	for (size_t i = 0; i < x->tables_count; i++)
		if (str_eqz(x->tables[i].name, name))
			return carry(x, &x->tables[i], where);
	return diag_set(x->d, ERR_INVALID, "backup.no-schema", "The source is no database of this program.");
}

/* Documents kept from that entry on. */
static enum err carry_new_documents(struct copying *x, uint64_t since)
{
	char where[100];
	snprintf(where, sizeof where, "kept_seq>=%lld", (long long)since);
	TRY(carry_where(x, "content", where));
	return carry_where(x, "letter", where);
}

/* The entries that the target does not have. */
static enum err carry_entries(struct copying *x)
{
	char where[100];
	snprintf(where, sizeof where, "seq>%lld AND seq<=%lld ORDER BY seq", (long long)x->last.seq, (long long)x->there.seq);
	return carry_where(x, "ledger", where);
}

/* ---- the stages ---- */

static enum err last_document(void *arg, struct store_conn *c)
{
	struct buf *out = arg;
	struct arena a;
	arena_init(&a, 4096);
	buf_clear(out);
	buf_put(out, row_str(c, &a, "SELECT max(digest) FROM content WHERE ?1=1", 1));
	arena_release(&a);
	return out->failed;
}

static enum err last_letter(void *arg, struct store_conn *c)
{
	*(int64_t *)arg = row_i64(c, "SELECT max(document) FROM letter WHERE ?1=1", 1, 0);
	return OK;
}

/* By digest and number, so that what is over there already is passed over. */
static enum err carry_content(struct copying *x)
{
	char where[200];
	struct buf last;
	buf_init_in(&last, &x->a, 100);
	TRY(store_run(x->to->store, last_document, &last));
	snprintf(where, sizeof where, "digest>'%.*s' ORDER BY digest", STR_ARG(buf_str(&last)));
	return carry_where(x, "content", where);
}

static enum err carry_letters(struct copying *x)
{
	char where[100];
	int64_t letter = 0;
	TRY(store_run(x->to->store, last_letter, &letter));
	snprintf(where, sizeof where, "document>%lld ORDER BY document", (long long)letter);
	return carry_where(x, "letter", where);
}

struct emptying { struct str table; struct diag *d; };

static enum err empty_table(void *arg, struct store_conn *c)
{
	struct emptying *e = arg;
	char sql[200];
	snprintf(sql, sizeof sql, "DELETE FROM \"%.*s\"", STR_ARG(e->table));
	return store_script(c, sql, e->d);
}

static enum err carry_anew(struct copying *x, const struct store_table *t)
{
	struct emptying e = { t->name, x->d };
	TRY(write_there(x, empty_table, &e));
	return carry(x, t, NULL);
}

static enum err carry_family(struct copying *x, unsigned families)
{
	for (size_t i = 0; i < x->tables_count; i++)
		if (families & 1u << family_of(x->to, x->tables[i].name))
			TRY(carry_anew(x, &x->tables[i]));
	return OK;
}

/* As they stand now; they come once more with the other rows. */
static enum err carry_words(struct copying *x)
{
	for (size_t i = 0; i < x->tables_count; i++)
		if (has_words(x->tables[i].name))
			TRY(carry_anew(x, &x->tables[i]));
	return OK;
}

/* A file learns to press from what comes first: from the entries, which are most of what it keeps, and by words that are there by then. */
static enum err copy_record(struct copying *x)
{
	if (!x->begun_seq) {
		x->begun_seq = x->there.seq;
		TRY(enter(x, STAGE_RECORD));
	}
	TRY(carry_words(x));
	x->done = x->last.seq;
	x->total = x->there.seq + rows_of(x->c, S("content")) + rows_of(x->c, S("letter"));
	TRY(carry_content(x));
	TRY(carry_entries(x));
	TRY(carry_letters(x));
	return enter(x, STAGE_ROWS);
}

enum { OF_ROWS = 1 << FAMILY_ROWS, OF_DESK = 1 << FAMILY_WORKSPACE | 1 << FAMILY_PASSING };

static enum err copy_rows(struct copying *x)
{
	x->done = 0;
	x->total = 0;
	for (size_t i = 0; x->o->progress && i < x->tables_count; i++)
		if ((OF_ROWS | OF_DESK) & 1u << family_of(x->to, x->tables[i].name))
			x->total += rows_of(x->c, x->tables[i].name);
	TRY(carry_new_documents(x, x->begun_seq));
	TRY(carry_entries(x));
	TRY(carry_family(x, OF_ROWS | OF_DESK));
	return enter(x, STAGE_FOLLOW);
}

static enum err follow_once(struct copying *x)
{
	x->done = x->last.seq;
	x->total = x->there.seq;
	TRY(carry_new_documents(x, x->last.seq));
	return carry_entries(x);
}

static enum err staged(struct copying *x)
{
	switch (x->stage) {
	case STAGE_RECORD: return copy_record(x);
	case STAGE_ROWS: return copy_rows(x);
	case STAGE_FOLLOW: return follow_once(x);
	}
	return OK;
}

static enum err one_moment(struct copying *x, enum err (*fn)(struct copying *x))
{
	TRY(store_run(x->to->store, look_for_mark, x));
	enum err e = moment_begin(x);
	if (e == OK)
		e = fn(x);
	enum err end = moment_end(x);
	return e == OK ? end : e;
}

/* Nobody writes any more: the last entries and the workspace. */
static enum err finish_moment(struct copying *x)
{
	TRY(follow_once(x));
	return carry_family(x, OF_DESK);
}

static enum err look_again(void *arg, struct store_conn *c)
{
	return target_look(c, arg);
}

/* From here on there is no mark, and no other copy whose it could be. A server that was lost before it said that its disk has this is back with it or without;
 * a file that did not get there is not asked twice, for the second time it would say yes. */
static enum err complete(struct copying *x)
{
	struct target t;
	TRY(write_there(x, state_drop, x));
	x->mark = 0;
	enum err e = store_log_in(x->to->store);
	if (e == OK || !x->to->shared)
		return e;
	TRY(store_run(x->to->store, look_again, &t));
	return t.begun ? lost(x->d) : store_log_in(x->to->store);
}

/* Both sides by digest. Who begins to serve the source while they are read writes what is in neither: then it is not whole. */
static enum err finish(struct copying *x)
{
	char there[65], here[65];
	uint64_t rows;
	TRY(one_moment(x, finish_moment));
	TRY(casework_state(x->from, true, there, &rows, x->d));
	TRY(casework_state(x->to, true, here, &x->out->rows, x->d));
	if (!x->o->still(x->o->arg))
		return OK;
	if (strcmp(there, here) != 0)
		return diag_set(x->d, ERR_CORRUPT, "copy.differs", "The two databases are not the same: %llu rows there, %llu here. Begin again with an empty target.",
		                (unsigned long long)rows, (unsigned long long)x->out->rows);
	TRY(store_log_in(x->to->store)); /* while it can still be begun again: what it does not sync is no copy yet */
	TRY(complete(x));
	x->out->whole = true;
	memcpy(x->out->digest, here, sizeof here);
	return OK;
}

static enum err rounds(struct copying *x)
{
	for (;;) {
		bool still = x->o->still(x->o->arg);
		TRY(one_moment(x, staged));
		if (x->stage != STAGE_FOLLOW)
			continue;
		if (still)
			TRY(finish(x));
		if (x->out->whole)
			return OK;
		if (!x->o->follow && x->last.seq == x->there.seq)
			return OK;
		if (x->last.seq == x->there.seq)
			x->o->wait(x->o->arg);
	}
}

static enum err head_into(void *arg, struct store_conn *c)
{
	return record_head(c, arg);
}

/* Are they the same, while nobody writes to the source? Their last entries say quickly where they are not. */
static enum err alike(struct casework *from, struct casework *to, const struct casework_copy *o, struct casework_copied *out, struct diag *d)
{
	struct casework_head there;
	char digest[65];
	uint64_t rows;
	TRY(casework_read(from, head_into, &there));
	TRY(casework_read(to, head_into, &out->head));
	if (there.seq != out->head.seq || memcmp(there.hash, out->head.hash, sizeof there.hash) != 0 || !o->still(o->arg))
		return target_used(d);
	TRY(casework_state(from, true, digest, &rows, d));
	TRY(casework_state(to, true, out->digest, &out->rows, d));
	out->whole = strcmp(digest, out->digest) == 0 && o->still(o->arg);
	return out->whole ? OK : target_used(d);
}

/* The writer brings what lies in the log to the disk. */
static enum err bring_to_disk(const char *path, const struct casework_options *open, struct diag *d)
{
	struct casework *cw;
	struct casework_options writing = *open;
	writing.inline_writer = true;
	TRY(casework_open(path, &writing, &cw, d));
	casework_close(cw);
	return OK;
}

enum err casework_copy_again(struct casework *from, const char *path, const struct casework_options *open, const struct casework_copy *o,
                             struct casework_copied *out, struct diag *d)
{
	struct casework *to;
	struct casework_options look = *open;
	*out = (struct casework_copied){ .whole = false };
	look.reading = true;
	if (casework_open(path, &look, &to, NULL) != OK)
		return target_used(d);
	enum err e = alike(from, to, o, out, d);
	casework_close(to);
	return e == OK ? bring_to_disk(path, open, d) : e;
}

static enum err read_serving(void *arg, struct store_conn *c)
{
	return store_serving(c, arg);
}

enum err casework_serving(struct casework *cw, int64_t *processes)
{
	return casework_read(cw, read_serving, processes);
}

static enum err schema_text(void *arg, struct store_conn *c)
{
	struct buf *b = arg;
	struct store_query *q;
	bool row = true;
	TRY(store_prepare(c, "SELECT part, version FROM schema_part ORDER BY part", &q));
	while (row) {
		TRY(store_step(q, &row));
		if (row)
			buf_printf(b, "%.*s %lld\n", STR_ARG(store_col_str(q, 0)), (long long)store_col_i64(q, 1));
	}
	return OK;
}

static enum err same_schema(struct copying *x)
{
	struct buf there, here;
	buf_init_in(&there, &x->a, 1 << 16);
	buf_init_in(&here, &x->a, 1 << 16);
	TRY(casework_read(x->from, schema_text, &there));
	TRY(casework_read(x->to, schema_text, &here));
	if (str_eq(buf_str(&there), buf_str(&here)))
		return OK;
	return diag_set(x->d, ERR_CONFLICT, "copy.other-schema", "The source is not of this program's schema: banjie upgrade brings it there first.");
}

/* What another one did to the target meanwhile may show as anything. */
static enum err told_why(struct copying *x, enum err e)
{
	struct diag *d = x->d;
	x->d = NULL;
	if (e == OK || !x->mark || store_run(x->to->store, look_for_mark, x) != ERR_CONFLICT)
		return e;
	if (d)
		diag_init(d);
	return overtaken(d);
}

enum err casework_copy(struct casework *from, struct casework *to, const struct casework_copy *o, struct casework_copied *out, struct diag *d)
{
	struct copying *x = heap_alloc(sizeof *x);
	if (!x)
		return ERR_NOMEM;
	*out = (struct casework_copied){ .whole = false };
	*x = (struct copying){ .from = from, .to = to, .o = o, .out = out, .d = d };
	arena_init(&x->a, 64 << 20);
	arena_init(&x->entry_arena, REPLAY_ARENA_MAX);
	buf_init(&x->batch, 2u * ARCHIVE_RECORD_MAX);
	arena_init(&x->ours_arena, 16 << 20);
	enum err e = same_schema(x);
	if (e == OK)
		e = tables_of(to->store, &x->ours_arena, &x->ours, d);
	if (e == OK)
		e = store_run(to->store, state_read, x);
	if (e == OK) /* the mark is there, whatever crashes */
		e = store_log_in(to->store);
	if (e == OK)
		e = told_why(x, rounds(x));
	out->head = (struct casework_head){ .seq = x->last.seq, .at_ms = x->last.at_ms };
	memcpy(out->head.hash, x->last.hash, sizeof out->head.hash);
	buf_release(&x->batch);
	arena_release(&x->entry_arena);
	arena_release(&x->ours_arena);
	arena_release(&x->a);
	heap_free(x);
	if (e == ERR_IO)
		return not_written(d);
	return e == OK ? OK : diag_set(d, e, "copy.failed", "The copy could not be made.");
}
