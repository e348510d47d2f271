/* proof.c - the record checked from end to end, and the rows rebuilt from it. */
#include "base/utf8.h"
#include "casework/backup_int.h"

void entry_read(struct store_query *q, struct ledger_entry *e)
{
	*e = (struct ledger_entry){ .seq = (uint64_t)store_col_i64(q, 0), .at_ms = store_col_i64(q, 1), .kind = store_col_str(q, 2),
	                            .subject = store_col_i64(q, 3), .actor = store_col_i64(q, 4), .payload = store_col_str(q, 6) };
	ledger_kept(e, store_col_str(q, 5), store_col_str(q, 7), store_col_str(q, 8));
}

#define ENTRY "SELECT " ENTRY_COLUMNS " FROM ledger"
#define ENTRY_SELECT ENTRY " ORDER BY seq"
#define ENTRY_PIECE ENTRY " WHERE seq>?1 ORDER BY seq LIMIT ?2"

struct chain_walk { struct store_conn *c; struct tree_check tree; struct ledger_entry before; uint64_t *entries; bool tree_kept; struct diag *d; };

static enum err verify_entry(struct chain_walk *w, struct store_query *q)
{
	struct ledger_entry e;
	entry_read(q, &e);
	if (*w->entries)
		memcpy(e.previous, w->before.hash, LEDGER_HASH);
	TRY(ledger_check(&e, *w->entries ? &w->before : NULL, w->d));
	if (w->tree_kept)
		TRY(tree_check(w->c, &w->tree, str_span((const char *)e.hash, LEDGER_HASH), w->d));
	w->before = e;
	w->before.payload = w->before.kind = (struct str){ NULL, 0 };
	++*w->entries;
	return OK;
}

/* In pieces rather than streamed: the tree is asked about in between, and a stream leaves its connection no other question. */
static enum err verify_chain(struct casework *cw, struct store_conn *c, casework_progress p, void *arg, uint64_t total, uint64_t *entries, struct diag *d)
{
	enum { PIECE = 1000 };
	/* a file that is only read may be of before the tree was kept */
	struct chain_walk w = { .c = c, .d = d, .entries = entries, .tree_kept = row_i64_str(c, "SELECT version FROM schema_part WHERE part=?1", S("kernel"), 0) >= TREE_SINCE };
	*entries = 0;
	for (uint64_t piece = PIECE; piece == PIECE;) {
		struct store_query *q;
		bool row = true;
		TRY(still_wanted(cw, d));
		TRY(store_prepare(c, ENTRY_PIECE, &q));
		store_bind_i64(q, 1, (int64_t)w.before.seq);
		store_bind_i64(q, 2, PIECE);
		for (piece = 0; row; piece += row) {
			TRY(store_step(q, &row));
			if (row)
				TRY(verify_entry(&w, q));
		}
		if (p)
			p(arg, *entries, total);
	}
	return OK;
}

/* Digest and bytes, row by row. */
static enum err verify_bytes(struct casework *cw, struct store_conn *c, const char *sql, struct diag *d)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, sql, &q));
	store_stream(q);
	for (;;) {
		uint8_t want[LEDGER_HASH], got[LEDGER_HASH];
		TRY(still_wanted(cw, d));
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct str digest = store_col_str(q, 0), bytes = store_col_str(q, 1);
		ledger_digest(bytes.ptr ? bytes : S(""), got);
		if (!str_from_hex(digest, want, LEDGER_HASH) || memcmp(want, got, LEDGER_HASH) != 0)
			return diag_set(d, ERR_CORRUPT, "verify.content", "A stored document is not what it was: digest %.*s.", STR_ARG(digest));
	}
}

/* The pack's files and the holiday notices too: without them no server starts. */
#define WITH_BYTES " UNION ALL SELECT f.path FROM pack_file f LEFT JOIN content n ON n.digest=f.digest WHERE n.digest IS NULL" \
                   " UNION ALL SELECT s.name FROM calendar_source s LEFT JOIN content n ON n.digest=s.digest WHERE n.digest IS NULL LIMIT 1"

static enum err verify_kept(struct store_conn *c, const char *sql, struct diag *d)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, sql, &q));
	TRY(store_step(q, &row));
	if (row)
		(void)diag_set(d, ERR_CORRUPT, "verify.content-lost", "The bytes of the document %.*s are missing.", STR_ARG(store_col_str(q, 0)));
	store_reset(q);
	return row ? ERR_CORRUPT : OK;
}

static enum err verify_content(struct casework *cw, struct store_conn *c, struct diag *d)
{
	bool letters = row_i64_str(c, "SELECT version FROM schema_part WHERE part=?1", S("kernel"), 0) >= ONCE_SINCE;
	TRY(verify_bytes(cw, c, "SELECT digest, bytes FROM content", d));
	if (letters)
		TRY(verify_bytes(cw, c, "SELECT d.digest, l.bytes FROM letter l JOIN document d ON d.id=l.document"
		                        " WHERE NOT EXISTS (SELECT 1 FROM content n WHERE n.digest=d.digest)", d));
	return verify_kept(c, letters ? "SELECT d.name FROM document d LEFT JOIN content n ON n.digest=d.digest LEFT JOIN letter l ON l.document=d.id"
	                                " WHERE n.digest IS NULL AND l.document IS NULL" WITH_BYTES
	                              : "SELECT d.name FROM document d LEFT JOIN content n ON n.digest=d.digest WHERE n.digest IS NULL" WITH_BYTES, d);
}

/* What there was no memory for the database may have forgotten by now. */
static const char *why_not(struct store_conn *c, enum err e)
{
	return e == ERR_NOMEM ? "out of memory" : store_message(c);
}

/* What a read that met damage did not say: the table and the page, else how far it came. */
static enum err verify_unreadable(struct store_conn *c, enum err e, uint64_t entries, struct diag *d)
{
	struct diag found;
	struct str said = str_of(why_not(c, e));
	char why[200], after[24];
	snprintf(why, sizeof why, "%.*s", STR_ARG(said));
	snprintf(after, sizeof after, "%llu", (unsigned long long)entries);
	diag_init(&found);
	if (e == ERR_CORRUPT && store_check(c, false, 0, &found) != OK && found.err != OK)
		*d = found;
	else
		diag_arg(d, str_of(after));
	return diag_set(d, e, "verify.unreadable", "Behind entry %s the database cannot be read: %s.", after, why);
}

/* Nobody is told that the record is not what it was where a text was missed for want of memory. */
static enum err not_for_want(struct store_conn *c, enum err e, struct diag *d)
{
	enum err asked = e == ERR_CORRUPT || e == ERR_UNSUPPORTED ? store_answered(c) : OK;
	if (asked == OK || asked == ERR_CORRUPT)
		return e;
	if (d)
		diag_init(d);
	return asked;
}

enum err casework_verify(struct casework *cw, casework_progress p, void *arg, uint64_t *entries, struct diag *d)
{
	struct store_conn *c;
	TRY(store_reader_take(cw->store, &c));
	uint64_t total = (uint64_t)row_i64(c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
	enum err e = verify_chain(cw, c, p, arg, total, entries, d);
	if (e == OK)
		e = verify_content(cw, c, d);
	if (e == OK)
		e = store_check(c, false, 0, d);
	e = not_for_want(c, e, d);
	if (e != OK && d && d->err == OK)
		e = verify_unreadable(c, e, *entries, d);
	store_reader_give(cw->store, c);
	return e;
}

static void keep_entry(struct ledger_entry *to, const struct ledger_entry *e)
{
	*to = *e;
	to->payload = to->kind = (struct str){ NULL, 0 };
}

/* The record's last entries, each as it follows the one before. In *last, without its texts, the last of them, or the one that
 * is not what it was; seq 0 = there are none. */
static enum err verify_last(struct store_conn *c, int64_t count, struct ledger_entry *last, struct diag *d)
{
	struct store_query *q;
	struct ledger_entry e, before = { .seq = 0 };
	bool row = true;
	int64_t rows = 0;
	*last = before;
	TRY(store_prepare(c, ENTRY " WHERE seq>(SELECT coalesce(max(seq), 0) FROM ledger)-?1 ORDER BY seq", &q));
	store_bind_i64(q, 1, count);
	for (;; rows++) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		entry_read(q, &e);
		keep_entry(last, &e);
		if (rows == 0 && e.seq != 1)
			before = *last; /* what the others are checked against */
		else
			TRY(ledger_follow(&before, &e, d));
	}
	if (rows == 1 && last->seq != 1)
		return diag_set(d, ERR_CORRUPT, "ledger.sequence", "ledger entry %llu: the one before it is gone", (unsigned long long)last->seq);
	return OK;
}

enum err verify_start(void *arg, struct store_conn *c)
{
	enum { LAST_ENTRIES = 1000, BUDGET_US = 500000 };
	struct diag *d = arg;
	struct ledger_entry last;
	TRY(store_check(c, true, BUDGET_US, d));
	return verify_last(c, LAST_ENTRIES, &last, d);
}

enum err head_check(struct store_conn *c, struct ledger_entry *head, struct diag *d)
{
	struct diag what;
	char seq[24];
	diag_init(&what);
	enum err e = verify_last(c, 2, head, &what);
	if (e != ERR_CORRUPT)
		return e;
	fprintf(stderr, "banjie: the record's last entry is not what was written, nothing is added to it: %s\n", what.text);
	snprintf(seq, sizeof seq, "%llu", (unsigned long long)head->seq);
	(void)diag_set(d, e, "record.damaged", "The record's last entry is damaged, nothing is written after it: %s.", what.text);
	diag_arg(d, str_of(seq));
	return e;
}

/* ---- rebuilding ---- */

static enum err replay_last(struct store_conn *c, int64_t subject, uint64_t seq)
{
	struct store_query *q;
	if (!subject)
		return OK;
	TRY(store_prepare(c, "INSERT INTO case_last(id, seq) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET seq=?2", &q));
	store_bind_i64(q, 1, subject);
	store_bind_i64(q, 2, (int64_t)seq);
	return store_exec(q);
}

/* Programs of before cut long words between bytes and wrote half a character into the record. Their rows have it too, byte by byte. */
static enum err entry_data(struct arena *a, const struct ledger_entry *e, const struct json **out, struct diag *d)
{
	struct diag why;
	diag_init(&why);
	enum err err = json_read(a, e->payload, out, &why);
	if (err == ERR_INVALID && !utf8_valid(e->payload)) {
		fprintf(stderr, "banjie: entry %llu, of an older program, has a character in it that is not whole: it is taken as it stands\n", (unsigned long long)e->seq);
		return json_read_as_it_stands(a, e->payload, out, d);
	}
	if (err != OK && d && d->err == OK)
		*d = why;
	return err;
}

enum err replay_entry(const struct casework *cw, struct store_conn *to, struct arena *a, const struct ledger_entry *e, struct diag *d)
{
	const struct json *data;
	if (!e->payload.ptr)
		return diag_set(d, ERR_UNSUPPORTED, "rebuild.erased", "Entry %llu was erased: rows from it cannot be rebuilt.", (unsigned long long)e->seq);
	TRY(entry_data(a, e, &data, d));
	TRY(apply_event(cw, to, e->kind, data, d));
	return replay_last(to, e->subject, e->seq);
}

struct replay {
	struct casework *cw;
	struct store_conn *from;
	casework_progress p;
	void *arg;
	struct diag *d;
	uint64_t total, until; /* entries there are; the last to replay, 0 = all */
	bool check;            /* every entry's hash and the chain on the way */
	struct ledger_entry last;
};

/* Where the rows are made anew: in memory while they are few, then in the folder for temporary files. Ten million cases take no more
 * memory than ten thousand. */
static enum err open_twin(struct casework *cw, struct store **out, struct diag *d)
{
	struct store_options o = { .give_up = &cw->resting, .inline_writer = true, .durable = false };
	return store_open(STORE_SCRATCH, &o, out, d);
}

/* A fault is the twin's here, nobody else is written to: what it needs is room. */
static enum err replay_one(const struct replay *r, struct store_conn *to, struct arena *a, const struct ledger_entry *entry)
{
	struct diag what;
	diag_init(&what);
	enum err e = replay_entry(r->cw, to, a, entry, &what);
	if (e == ERR_IO)
		return diag_set(r->d, e, "rebuild.room", "The rows could not be made anew: %s. In the folder for temporary files (SQLITE_TMPDIR, else"
		                " TMPDIR, else /var/tmp) they need as much room as the rows of the database.", store_message(to));
	if (e != OK && r->d && r->d->err == OK)
		*r->d = what;
	return e;
}

static enum err replay_all(void *arg, struct store_conn *to)
{
	struct replay *r = arg;
	struct store_query *q;
	struct arena a;
	bool row;
	enum err e = store_prepare(r->from, ENTRY_SELECT, &q);
	if (e == OK)
		store_stream(q);
	arena_init(&a, 128 << 20);
	for (uint64_t n = 0; e == OK; n++) {
		struct ledger_entry entry;
		e = still_wanted(r->cw, r->d);
		if (e == OK)
			e = store_step(q, &row);
		if (e != OK || !row)
			break;
		entry_read(q, &entry);
		if (r->until && entry.seq > r->until)
			break;
		arena_reset(&a);
		if (r->check)
			e = ledger_follow(&r->last, &entry, r->d); /* in the same pass: what is applied has just been checked */
		if (e == OK)
			e = replay_one(r, to, &a, &entry);
		if (r->p && n % 1000 == 0)
			r->p(r->arg, n, r->total);
	}
	if (e == OK)
		store_reset(q); /* where it stopped early */
	arena_release(&a);
	return e;
}

static bool same_value(struct store_query *a, struct store_query *b, int col)
{
	if (store_col_null(a, col) || store_col_null(b, col))
		return store_col_null(a, col) && store_col_null(b, col);
	return str_eq(store_col_str(a, col), store_col_str(b, col));
}

static enum err compare_table(struct store_conn *x, struct store_conn *y, const struct casework_table *t, uint64_t *rows, struct diag *d)
{
	char sql[256];
	struct store_query *a = NULL, *b = NULL;
	bool ra = true, rb = true;
	snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY %s", t->name, t->order);
	enum err e = store_prepare_text(x, sql, &a);
	if (e == OK) {
		store_stream(a);
		e = store_prepare_text(y, sql, &b);
	}
	while (e == OK && ra) {
		e = store_step(a, &ra);
		if (e == OK)
			e = store_step(b, &rb);
		if (e != OK || (!ra && !rb))
			break;
		if (ra != rb)
			e = diag_set(d, ERR_CORRUPT, "rebuild.count", "Table %s has %s rows than the record gives.", t->name, ra ? "more" : "fewer");
		for (int i = 0; e == OK && i < store_col_count(a); i++)
			if (!same_value(a, b, i))
				e = diag_set(d, ERR_CORRUPT, "rebuild.differs", "Table %s, row %.*s: column %s is not what the record gives.", t->name,
				             STR_ARG(store_col_str(a, 0)), store_col_name(a, i));
		*rows += e == OK;
	}
	e = not_for_want(x, not_for_want(y, e, d), d);
	if (e != OK)
		(void)diag_set(d, e, "rebuild.table", "The table %s cannot be compared: %s.", t->name, why_not(x, e));
	store_finalize_text(a);
	store_finalize_text(b);
	return e;
}

static enum err compare_tables(struct store *twin, struct store_conn *from, const struct casework_table *tables, size_t count,
                               uint64_t *rows, struct diag *d)
{
	struct store_conn *to;
	enum err e = OK;
	for (size_t i = 0; e == OK && i < count; i++) {
		TRY(store_reader_take(twin, &to));
		e = compare_table(from, to, &tables[i], rows, d);
		store_reader_give(twin, to);
	}
	return e;
}

static enum err compare_all(struct casework *cw, struct store *twin, struct store_conn *from, struct replay *r, uint64_t *rows)
{
	size_t count;
	const struct casework_table *tables = casework_tables(&count);
	*rows = 0;
	TRY(compare_tables(twin, from, tables, count, rows, r->d));
	for (size_t i = 0; i < cw->rooms_count; i++)
		TRY(compare_tables(twin, from, cw->rooms[i]->tables, cw->rooms[i]->tables_count, rows, r->d));
	return OK;
}

static enum err rebuild(struct casework *cw, struct store *twin, struct store_conn *from, struct replay *r, uint64_t *rows)
{
	TRY(migrate_all(cw, twin, true, r->d));
	TRY(store_run(twin, replay_all, r));
	return compare_all(cw, twin, from, r, rows);
}

/* A result that was read on a reader of the twin, after its rows stand. */
static enum err with_rebuilt(struct store *twin, const struct replay *r, casework_rebuilt_fn fn, void *arg)
{
	struct store_conn *c;
	TRY(store_reader_take(twin, &c));
	enum err e = fn(arg, c, r->last.seq, r->last.hash);
	store_reader_give(twin, c);
	return e;
}

/* What was asked when the program was about to stop got no answer, or half of one: whatever was made of it, nothing is known. */
static enum err unless_stopped(struct casework *cw, enum err e, struct diag *d)
{
	if (!casework_resting(cw))
		return e;
	if (d)
		diag_init(d);
	return still_wanted(cw, d);
}

enum err casework_rebuilt(struct casework *cw, const struct casework_rebuilt *o, casework_rebuilt_fn fn, void *arg, struct diag *d)
{
	struct store *twin;
	struct store_conn *from;
	uint64_t rows;
	TRY(open_twin(cw, &twin, d));
	enum err e = store_reader_take(cw->store, &from);
	if (e == OK) {
		store_reader_ends(from, &cw->resting);
		struct replay r = { .cw = cw, .from = from, .p = o->progress, .arg = o->progress_arg, .d = d, .until = o->until, .check = true };
		r.total = o->until ? o->until : (uint64_t)row_i64(from, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
		e = migrate_all(cw, twin, true, d);
		if (e == OK)
			e = store_run(twin, replay_all, &r);
		if (e == OK && o->compare)
			e = compare_all(cw, twin, from, &r, &rows);
		store_reader_give(cw->store, from);
		if (e == OK)
			e = with_rebuilt(twin, &r, fn, arg);
	}
	store_close(twin);
	return unless_stopped(cw, e, d);
}

static bool behind(struct store_conn *c, const char *part, const struct store_migration *list, size_t count)
{
	return count && row_i64_str(c, "SELECT version FROM schema_part WHERE part=?1", str_of(part), 0) < list[count - 1].version;
}

/* Rows are made as this program makes them: in older tables they have no place. */
static enum err of_this_schema(const struct casework *cw, struct store_conn *c, struct diag *d)
{
	size_t count;
	const struct store_migration *list = casework_migrations(&count);
	bool older = behind(c, "kernel", list, count);
	for (size_t i = 0; i < cw->rooms_count; i++)
		older = older || behind(c, cw->rooms[i]->name, cw->rooms[i]->migrations, cw->rooms[i]->migrations_count);
	return !older ? OK : diag_set(d, ERR_UNSUPPORTED, "store.older", "The database is of an older program's schema, its rows are not compared:"
	                              " banjie upgrade --dry-run proves them on a copy.");
}

enum err casework_rebuild_check(struct casework *cw, casework_progress p, void *arg, uint64_t *rows, struct diag *d)
{
	struct store *twin;
	struct store_conn *from;
	TRY(open_twin(cw, &twin, d));
	enum err e = store_reader_take(cw->store, &from);
	if (e == OK) {
		struct replay r = { .cw = cw, .from = from, .p = p, .arg = arg, .d = d };
		r.total = (uint64_t)row_i64(from, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
		e = of_this_schema(cw, from, d);
		if (e == OK)
			e = not_for_want(from, rebuild(cw, twin, from, &r, rows), d);
		store_reader_give(cw->store, from);
	}
	store_close(twin);
	return unless_stopped(cw, e, d);
}

/* ---- one room's tables put in the place of those that stand ---- */

static void copy_column(struct store_query *from, struct store_query *to, int col)
{
	if (store_col_null(from, col))
		store_bind_null(to, col + 1);
	else if (store_col_integer(from, col))
		store_bind_i64(to, col + 1, store_col_i64(from, col));
	else
		store_bind_str(to, col + 1, store_col_str(from, col));
}

/* INSERT INTO name VALUES(?1, ?2, ...) */
static enum err insert_prepare(struct store_conn *c, const char *table, int columns, struct store_query **out)
{
	struct buf b;
	struct str sql;
	buf_init(&b, 8192);
	buf_printf(&b, "INSERT INTO %s VALUES(", table);
	for (int i = 1; i <= columns; i++)
		buf_printf(&b, "%s?%d", i > 1 ? ", " : "", i);
	buf_putz(&b, ")");
	buf_byte(&b, 0);
	enum err e = buf_finish(&b, &sql);
	if (e == OK)
		e = store_prepare_text(c, sql.ptr, out);
	buf_release(&b);
	return e;
}

static enum err copy_rows(struct store_query *rows, struct store_query *into, uint64_t *count)
{
	for (;;) {
		bool row;
		TRY(store_step(rows, &row));
		if (!row)
			return OK;
		for (int i = 0; i < store_col_count(rows); i++)
			copy_column(rows, into, i);
		TRY(store_exec(into));
		++*count;
	}
}

static enum err copy_table(struct store_conn *from, struct store_conn *to, const struct casework_table *t, uint64_t *count, struct diag *d)
{
	char sql[256];
	struct store_query *rows, *into = NULL;
	snprintf(sql, sizeof sql, "DELETE FROM %s", t->name);
	TRY(store_script(to, sql, d));
	snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY %s", t->name, t->order);
	TRY(store_prepare_text(from, sql, &rows));
	enum err e = insert_prepare(to, t->name, store_col_count(rows), &into);
	if (e == OK)
		e = copy_rows(rows, into, count);
	store_finalize_text(rows);
	if (into)
		store_finalize_text(into);
	return e;
}

struct refill { struct casework *cw; const struct casework_room *room; struct store_conn *from; uint64_t *rows; struct diag *d; };

static enum err refill_tables(void *arg, struct store_conn *to)
{
	struct refill *f = arg;
	for (size_t i = 0; i < f->room->tables_count; i++)
		TRY(copy_table(f->from, to, &f->room->tables[i], f->rows, f->d));
	return OK;
}

static enum err refill(void *arg, struct store_conn *rebuilt, uint64_t head, const uint8_t hash[32])
{
	struct refill *f = arg;
	(void)head;
	(void)hash;
	f->from = rebuilt;
	return store_run(f->cw->store, refill_tables, f);
}

enum err casework_room_rebuild(struct casework *cw, const struct casework_room *room, casework_progress p, void *arg, uint64_t *rows, struct diag *d)
{
	struct casework_rebuilt o = { .progress = p, .progress_arg = arg };
	struct refill f = { .cw = cw, .room = room, .rows = rows, .d = d };
	*rows = 0;
	return casework_rebuilt(cw, &o, refill, &f, d);
}
