/* backup.c - one moment of the database into an archive, and an archive read and checked by itself. */
#include "casework/backup_int.h"

enum { TEXT_MAX = 4 << 20, TABLES_MAX = 400 };

/* ---- tables by family ---- */

static bool listed(const struct casework_table *tables, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eqz(name, tables[i].name))
			return true;
	return false;
}

enum family family_of(const struct casework *cw, struct str table)
{
	size_t count;
	const struct casework_table *tables = casework_tables(&count);
	if (str_eqz(table, "ledger"))
		return FAMILY_LEDGER;
	if (str_eqz(table, "content") || str_eqz(table, "letter"))
		return FAMILY_CONTENT;
	if (str_eqz(table, "schema_part") || str_eqz(table, "store_process") || str_eqz(table, "item_search") || str_eqz(table, "copy_state"))
		return FAMILY_SCHEMA;
	if (str_eqz(table, "session") || str_eqz(table, "ticket"))
		return FAMILY_PASSING;
	bool rows = listed(tables, count, table);
	for (size_t i = 0; !rows && i < cw->rooms_count; i++)
		rows = listed(cw->rooms[i]->tables, cw->rooms[i]->tables_count, table);
	return rows ? FAMILY_ROWS : FAMILY_WORKSPACE;
}

bool has_words(struct str table)
{
	static const char *const tables[] = { "pack_file", "item", "organ", "post", "region" };
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (str_eqz(table, tables[i]))
			return true;
	return false;
}

const char *family_conflict(enum family f, struct str table)
{
	if (f != FAMILY_CONTENT)
		return NULL;
	return str_eqz(table, "letter") ? " ON CONFLICT(document) DO UPDATE SET bytes=excluded.bytes, kept_seq=excluded.kept_seq" : " ON CONFLICT(digest) DO NOTHING";
}

enum err record_head(struct store_conn *c, struct casework_head *out)
{
	struct store_query *q;
	bool row = false;
	*out = (struct casework_head){ .seq = 0 };
	TRY(store_prepare(c, "SELECT seq, at_ms, hash FROM ledger ORDER BY seq DESC LIMIT 1", &q));
	TRY(store_step(q, &row));
	if (row) {
		struct str hash = store_col_str(q, 2);
		*out = (struct casework_head){ .seq = (uint64_t)store_col_i64(q, 0), .at_ms = store_col_i64(q, 1) };
		if (hash.len == sizeof out->hash)
			memcpy(out->hash, hash.ptr, sizeof out->hash);
	}
	store_reset(q);
	return OK;
}

enum err record_holds(struct store_conn *c, const struct casework_head *entry, bool *out)
{
	struct store_query *q;
	bool row = false;
	*out = entry->seq == 0;
	if (*out)
		return OK;
	TRY(store_prepare(c, "SELECT hash FROM ledger WHERE seq=?1", &q));
	store_bind_i64(q, 1, (int64_t)entry->seq);
	TRY(store_step(q, &row));
	*out = row && str_eq(store_col_str(q, 0), str_span((const char *)entry->hash, sizeof entry->hash));
	store_reset(q);
	return OK;
}

/* ---- writing ---- */

struct part_digest { struct str name; struct table_digest digest; };

struct writing {
	struct casework *cw;
	const struct casework_backup *o;
	struct store_conn *c;
	struct archive_writer *w;
	struct arena a;
	struct diag *d;
	struct store_table *tables;
	size_t tables_count;
	struct part_digest done[TABLES_MAX];
	size_t done_count;
	struct casework_archive *out;
	struct str parts; /* versions, as JSON */
	uint64_t expected;
};

static void pair_head(struct json_writer *w, const struct casework_head *h, struct buf *hex)
{
	json_pair_i64(w, "seq", (int64_t)h->seq);
	json_pair_i64(w, "at_ms", h->at_ms);
	buf_clear(hex);
	buf_hex(hex, h->hash, sizeof h->hash);
	json_pair_str(w, "hash", buf_str(hex));
}

static enum err put_parts(struct writing *x, struct store_conn *c, struct json_writer *w)
{
	struct store_query *q;
	bool row = true;
	enum err e = store_prepare(c, "SELECT part, version FROM schema_part ORDER BY part", &q);
	json_object(w);
	while (e == OK && row) {
		e = store_step(q, &row);
		if (e == OK && row) {
			json_key(w, store_col_str(q, 0));
			json_put_i64(w, store_col_i64(q, 1));
		}
	}
	json_end(w);
	return e == OK ? OK : diag_set(x->d, e, "backup.no-schema", "This is no database of this program: %s.", store_message(c));
}

static enum err put_text(struct writing *x, char tag, struct buf *b)
{
	struct str text;
	TRY(buf_finish(b, &text));
	return archive_put(x->w, tag, text, x->d);
}

static enum err put_manifest(struct writing *x)
{
	struct buf b, hex;
	struct json_writer w;
	const struct casework_archive *m = x->out;
	buf_init_in(&b, &x->a, TEXT_MAX);
	buf_init_in(&hex, &x->a, 100);
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_i64(&w, "format", 1);
	json_pair_str(&w, "id", str_of(m->id));
	json_pair_str(&w, "base", str_of(m->base));
	json_pair_i64(&w, "base_seq", (int64_t)m->base_seq);
	buf_hex(&hex, m->base_hash, sizeof m->base_hash);
	json_pair_str(&w, "base_hash", buf_str(&hex));
	json_pair_i64(&w, "number", (int64_t)m->number);
	json_pair_i64(&w, "made_ms", m->made_ms);
	pair_head(&w, &m->head, &hex);
	json_pair_str(&w, "schema", str_of(m->schema));
	json_key(&w, S("parts"));
	json_put_raw(&w, x->parts);
	json_end(&w);
	return put_text(x, TAG_MANIFEST, &b);
}

static enum err put_table(struct writing *x, const struct store_table *t)
{
	struct buf b;
	struct json_writer w;
	buf_init_in(&b, &x->a, TEXT_MAX);
	json_writer_init(&w, &b);
	json_object(&w);
	json_pair_str(&w, "name", t->name);
	json_key(&w, S("columns"));
	json_array(&w);
	for (size_t i = 0; i < t->columns_count; i++)
		json_put_str(&w, t->columns[i]);
	json_end(&w);
	json_end(&w);
	return put_text(x, TAG_TABLE, &b);
}

static enum err put_end(struct writing *x)
{
	struct buf b;
	struct json_writer w;
	char hex[2 * TABLE_DIGEST + 1];
	buf_init_in(&b, &x->a, TEXT_MAX);
	json_writer_init(&w, &b);
	json_object(&w);
	json_key(&w, S("tables"));
	json_array(&w);
	for (size_t i = 0; i < x->done_count; i++) {
		table_digest_hex(&x->done[i].digest, hex);
		json_object(&w);
		json_pair_str(&w, "name", x->done[i].name);
		json_pair_i64(&w, "rows", (int64_t)x->done[i].digest.rows);
		json_pair_str(&w, "digest", str_of(hex));
		json_end(&w);
	}
	json_end(&w);
	json_end(&w);
	return put_text(x, TAG_END, &b);
}

static enum err write_row(void *arg, struct str row)
{
	struct writing *x = arg;
	uint64_t n = ++x->out->rows;
	if (x->o->give_up && atomic_load(x->o->give_up))
		return diag_set(x->d, ERR_BUSY, "backup.given-up", "The backup was given up.");
	if (x->o->progress && n % 4096 == 0)
		x->o->progress(x->o->progress_arg, n < x->expected ? n : x->expected, x->expected);
	return archive_put(x->w, TAG_ROW, row, x->d);
}

/* What of the table goes into this archive; false: nothing. The ledger in its order, whatever the engine likes best. */
static bool chosen(const struct writing *x, enum family f, char where[100], bool *all)
{
	bool full = !x->o->base;
	int64_t after = (int64_t)x->out->base_seq;
	*all = f != FAMILY_LEDGER && (full || f == FAMILY_WORKSPACE);
	if (f == FAMILY_LEDGER)
		snprintf(where, 100, "seq>%lld ORDER BY seq", (long long)after);
	else if (!*all)
		snprintf(where, 100, "kept_seq>=%lld", (long long)after); /* writers take turns: what came later bears no smaller number */
	return f == FAMILY_LEDGER || f == FAMILY_CONTENT || f == FAMILY_WORKSPACE || (f == FAMILY_ROWS && full);
}

static enum err write_table(struct writing *x, const struct store_table *t)
{
	char where[100];
	bool all;
	if (!chosen(x, family_of(x->cw, t->name), where, &all))
		return OK;
	if (x->done_count == TABLES_MAX)
		return ERR_LIMIT;
	struct part_digest *p = &x->done[x->done_count++];
	p->name = t->name;
	TRY(put_table(x, t));
	return table_read(x->c, t, all ? NULL : where, write_row, x, &p->digest, x->d);
}

/* The office's words before all that is pressed with them, its packs' files lie with the documents; then the ledger, which can be replayed
 * while it is read. */
static int place_of(const struct writing *x, struct str table)
{
	return has_words(table) || str_eqz(table, "content") ? 0 : family_of(x->cw, table) == FAMILY_LEDGER ? 1 : 2;
}

static enum err write_tables(struct writing *x)
{
	for (int place = 0; place <= 2; place++)
		for (size_t i = 0; i < x->tables_count; i++)
			if (place_of(x, x->tables[i].name) == place)
				TRY(write_table(x, &x->tables[i]));
	return OK;
}

uint64_t rows_of(struct store_conn *c, struct str table)
{
	char sql[200];
	struct store_query *q;
	bool row = false;
	uint64_t n = 0;
	snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%.*s\"", STR_ARG(table));
	if (store_prepare_text(c, sql, &q) != OK)
		return 0;
	if (store_step(q, &row) == OK && row)
		n = (uint64_t)store_col_i64(q, 0);
	store_finalize_text(q);
	return n;
}

/* For the progress alone. */
static uint64_t count_rows(struct writing *x)
{
	uint64_t n = x->out->head.seq - x->out->base_seq;
	for (size_t i = 0; i < x->tables_count; i++) {
		enum family f = family_of(x->cw, x->tables[i].name);
		if (f == FAMILY_WORKSPACE || (!x->o->base && (f == FAMILY_ROWS || f == FAMILY_CONTENT)))
			n += rows_of(x->c, x->tables[i].name);
	}
	return n;
}

static enum err base_holds(struct writing *x)
{
	const struct casework_archive *b = x->o->base;
	bool same = true;
	if (b)
		TRY(record_holds(x->c, &b->head, &same));
	if (same)
		return OK;
	return diag_set(x->d, ERR_CONFLICT, "backup.other-record",
	                "The last backup is of another record than this database: its entry %llu is not here. Make a full backup into a folder of its own.",
	                (unsigned long long)b->head.seq);
}

static void name_archive(struct writing *x)
{
	struct buf hex;
	uint8_t id[ARCHIVE_ID / 2];
	os_random(x->cw->entropy, id, sizeof id);
	buf_init_in(&hex, &x->a, ARCHIVE_ID + 1);
	buf_hex(&hex, id, sizeof id);
	*x->out = (struct casework_archive){ .made_ms = os_now_ms(x->cw->clock), .number = x->o->number };
	memcpy(x->out->id, hex.ptr, ARCHIVE_ID);
	if (x->o->base) {
		memcpy(x->out->base, x->o->base->id, sizeof x->out->base);
		x->out->base_seq = x->o->base->head.seq;
		memcpy(x->out->base_hash, x->o->base->head.hash, sizeof x->out->base_hash);
	}
}

static enum err parts_of(struct writing *x, struct store_conn *c, struct str *out)
{
	struct buf b;
	struct json_writer w;
	buf_init_in(&b, &x->a, TEXT_MAX);
	json_writer_init(&w, &b);
	TRY(put_parts(x, c, &w));
	return buf_finish(&b, out);
}

static enum err same_schema(struct writing *x)
{
	TRY(parts_of(x, x->c, &x->parts));
	snprintf(x->out->schema, sizeof x->out->schema, "%016llx", (unsigned long long)str_hash(x->parts));
	if (!x->o->base || strcmp(x->o->base->schema, x->out->schema) == 0)
		return OK;
	return diag_set(x->d, ERR_CONFLICT, "backup.other-schema", "The program was upgraded since the last backup: a full one is due.");
}

/* What it could not be restored with is not in it. An increment is not restored before it is believed, and the next full one may be days away. */
static enum err all_ours(struct writing *x)
{
	const struct json *parts;
	struct table_list ours, there = { x->tables, x->tables_count };
	TRY(json_read(&x->a, x->parts, &parts, x->d));
	TRY(tables_at(x->cw, parts, &x->a, &ours, x->d));
	return only_ours(x->cw, &there, &ours, x->d);
}

static enum err write_all(struct writing *x)
{
	TRY(same_schema(x));
	TRY(record_head(x->c, &x->out->head));
	TRY(base_holds(x));
	TRY(store_tables(x->c, &x->a, &x->tables, &x->tables_count, x->d));
	TRY(all_ours(x));
	if (x->o->progress)
		x->expected = count_rows(x);
	TRY(put_manifest(x));
	TRY(write_tables(x));
	return put_end(x);
}

/* A reader's transaction; where there is no other connection, the writer's. */
static enum err at_one_moment(struct writing *x)
{
	struct store *s = x->cw->store;
	if (x->cw->inline_writer)
		TRY(store_batch_begin(s));
	enum err e = store_reader_take(s, &x->c);
	if (e == OK) {
		e = write_all(x);
		store_reader_give(s, x->c);
	}
	enum err end = x->cw->inline_writer ? store_batch_end(s) : OK;
	return e == OK ? end : e;
}

static enum err look_for_schema(void *arg, struct store_conn *c)
{
	struct writing *x = arg;
	struct str now;
	TRY(parts_of(x, c, &now));
	if (str_eq(now, x->parts))
		return OK;
	return diag_set(x->d, ERR_BUSY, "backup.upgraded", "The database was brought to another schema while it was backed up, and the backup would lack rows. Make it again.");
}

/* By a reader, or by the writer where there is no other connection. */
static enum err at_a_moment(struct casework *cw, enum err (*fn)(void *arg, struct store_conn *c), void *arg)
{
	return cw->inline_writer ? store_run(cw->store, fn, arg) : casework_read(cw, fn, arg);
}

enum err casework_backup(struct casework *cw, const struct casework_backup *o, struct casework_archive *out, struct diag *d)
{
	struct writing *x = heap_alloc(sizeof *x);
	struct casework_archive made;
	if (!x)
		return ERR_NOMEM;
	*x = (struct writing){ .cw = cw, .o = o, .d = d, .out = &made };
	arena_init(&x->a, 64 << 20);
	name_archive(x);
	enum err e = archive_create(o->path, o->key, &x->w, d);
	if (e == OK) {
		e = at_one_moment(x);
		if (e == OK) /* on a server a table that was made anew meanwhile is empty to whoever looks from a moment before */
			e = at_a_moment(cw, look_for_schema, x);
		if (e == OK) /* nothing is in it that a power cut could still take from the record */
			e = casework_settle(cw, d);
		if (e == OK)
			e = archive_finish(x->w, &made.bytes, d);
		else
			archive_abandon(x->w);
	}
	arena_release(&x->a);
	heap_free(x);
	if (e != OK)
		return diag_set(d, e, "backup.failed", "The backup could not be made.");
	*out = made;
	return OK;
}

/* ---- reading ---- */

static bool read_head(const struct json *m, struct casework_archive *out)
{
	struct str id = json_text(json_get(m, "id")), base = json_text(json_get(m, "base"));
	if (json_i64(json_get(m, "format"), 0) != 1 || id.len != ARCHIVE_ID || (base.len && base.len != ARCHIVE_ID))
		return false;
	*out = (struct casework_archive){ .made_ms = json_i64(json_get(m, "made_ms"), 0), .base_seq = (uint64_t)json_i64(json_get(m, "base_seq"), 0) };
	out->number = (uint64_t)json_i64(json_get(m, "number"), 0);
	if (!str_from_hex(json_text(json_get(m, "base_hash")), out->base_hash, sizeof out->base_hash))
		memset(out->base_hash, 0, sizeof out->base_hash);
	memcpy(out->id, id.ptr, id.len);
	memcpy(out->base, base.ptr ? base.ptr : "", base.len);
	snprintf(out->schema, sizeof out->schema, "%.*s", STR_ARG(json_text(json_get(m, "schema"))));
	out->head.seq = (uint64_t)json_i64(json_get(m, "seq"), 0);
	out->head.at_ms = json_i64(json_get(m, "at_ms"), 0);
	return str_from_hex(json_text(json_get(m, "hash")), out->head.hash, sizeof out->head.hash);
}

struct reading {
	const char *path;
	const struct archive_visit *v;
	struct archive_reader *r;
	struct arena a;
	struct diag *d;
	struct casework_archive out;
	struct part_digest done[TABLES_MAX];
	size_t done_count;
	bool ended;
};

static enum err strange(struct reading *x)
{
	diag_arg(x->d, str_of(x->path));
	return diag_set(x->d, ERR_UNSUPPORTED, "backup.newer", "The backup %s was made by a newer program: install that one.", x->path);
}

static enum err read_manifest(struct reading *x, struct str text)
{
	const struct json *m;
	if (json_read(&x->a, text, &m, NULL) != OK || !read_head(m, &x->out))
		return strange(x);
	return x->v && x->v->manifest ? x->v->manifest(x->v->arg, &x->out, m, x->d) : OK;
}

static enum err read_table(struct reading *x, struct str text)
{
	const struct json *t;
	struct str copy = arena_str(&x->a, text);
	if (json_read(&x->a, copy, &t, NULL) != OK || x->done_count == TABLES_MAX)
		return strange(x);
	const struct json *list = json_get(t, "columns");
	size_t count = list ? list->count : 0;
	struct str *columns = arena_new_n(&x->a, struct str, count + 1);
	if (!columns)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		columns[i] = json_text(&list->items[i]);
	x->done[x->done_count++] = (struct part_digest){ .name = json_text(json_get(t, "name")) };
	return x->v && x->v->table ? x->v->table(x->v->arg, x->done[x->done_count - 1].name, columns, count, x->d) : OK;
}

static enum err read_row(struct reading *x, struct str row)
{
	if (!x->done_count)
		return strange(x);
	table_digest_add(&x->done[x->done_count - 1].digest, row);
	x->out.rows++;
	if (x->v && x->v->progress && x->out.rows % 4096 == 0) {
		int64_t done, total;
		archive_place(x->r, &done, &total);
		x->v->progress(x->v->progress_arg, (uint64_t)(x->v->before + done), (uint64_t)(x->v->total ? x->v->total : total));
	}
	return x->v && x->v->row ? x->v->row(x->v->arg, row, x->d) : OK;
}

/* What was written is what was read: each table by count and digest. */
static enum err read_end(struct reading *x, struct str text)
{
	const struct json *end;
	if (json_read(&x->a, text, &end, NULL) != OK)
		return strange(x);
	const struct json *tables = json_get(end, "tables");
	bool same = tables && tables->count == x->done_count;
	for (size_t i = 0; same && i < x->done_count; i++) {
		char hex[2 * TABLE_DIGEST + 1];
		const struct json *t = &tables->items[i];
		table_digest_hex(&x->done[i].digest, hex);
		same = str_eq(json_text(json_get(t, "name")), x->done[i].name) && str_eqz(json_text(json_get(t, "digest")), hex) &&
		       json_i64(json_get(t, "rows"), -1) == (int64_t)x->done[i].digest.rows;
	}
	x->ended = true;
	return same ? OK : diag_set(x->d, ERR_CORRUPT, "backup.differs", "The backup %s does not hold what was written into it.", x->path);
}

static enum err read_record(struct reading *x, char tag, struct str payload)
{
	switch (tag) {
	case TAG_MANIFEST: return read_manifest(x, arena_str(&x->a, payload));
	case TAG_TABLE: return read_table(x, payload);
	case TAG_ROW: return read_row(x, payload);
	case TAG_END: return read_end(x, arena_str(&x->a, payload));
	default: return strange(x);
	}
}

static enum err read_all(struct reading *x, bool head_only)
{
	for (;;) {
		char tag;
		struct str payload;
		TRY(archive_next(x->r, &tag, &payload, x->d));
		if (!tag)
			return x->ended ? OK : strange(x);
		TRY(read_record(x, tag, payload));
		if (head_only)
			return OK;
	}
}

static enum err read_archive(const char *path, const struct archive_key *key, const struct archive_visit *v, bool head_only,
                             struct casework_archive *out, struct diag *d)
{
	struct reading *x = heap_alloc(sizeof *x);
	if (!x)
		return ERR_NOMEM;
	*x = (struct reading){ .path = path, .v = v, .d = d };
	arena_init(&x->a, 64 << 20);
	enum err e = archive_open(path, key, &x->r, d);
	if (e == OK)
		e = read_all(x, head_only);
	archive_close(x->r);
	if (e == OK) {
		*out = x->out;
		out->bytes = os_file_size(path);
	}
	arena_release(&x->a);
	heap_free(x);
	return e;
}

enum err archive_visit(const char *path, const struct archive_key *key, const struct archive_visit *v, struct casework_archive *out, struct diag *d)
{
	return read_archive(path, key, v, false, out, d);
}

enum err casework_archive_read(const char *path, const struct archive_key *key, struct casework_archive *out, struct diag *d)
{
	return read_archive(path, key, NULL, true, out, d);
}

/* ---- the chain of the entries in an archive ---- */

static struct str value_of(const struct str *columns, size_t count, struct str row, const char *name, struct table_value *v)
{
	for (size_t i = 0; i < count; i++)
		if (str_eqz(columns[i], name) && table_row_value(row, i, v))
			return v->bytes;
	*v = (struct table_value){ .null = true };
	return (struct str){ NULL, 0 };
}

enum err ledger_row_read(const struct str *columns, size_t count, struct str row, struct ledger_entry *out, struct diag *d)
{
	struct table_value seq, at, subject, actor, v, digest, hash;
	(void)value_of(columns, count, row, "seq", &seq);
	(void)value_of(columns, count, row, "at_ms", &at);
	(void)value_of(columns, count, row, "subject", &subject);
	(void)value_of(columns, count, row, "actor", &actor);
	if (!seq.integer || !at.integer || !subject.integer || !actor.integer)
		return diag_set(d, ERR_CORRUPT, "backup.entry", "An entry of the record is not whole.");
	*out = (struct ledger_entry){ .seq = (uint64_t)seq.i64, .at_ms = at.i64, .subject = subject.i64, .actor = actor.i64 };
	out->kind = value_of(columns, count, row, "kind", &v);
	out->payload = value_of(columns, count, row, "payload", &v);
	ledger_kept(out, value_of(columns, count, row, "salt", &v), value_of(columns, count, row, "digest", &digest), value_of(columns, count, row, "hash", &hash));
	return OK;
}

enum err ledger_follow(struct ledger_entry *last, struct ledger_entry *e, struct diag *d)
{
	bool first = last->seq == 0;
	if (!first)
		memcpy(e->previous, last->hash, LEDGER_HASH);
	TRY(ledger_check(e, first ? NULL : last, d));
	*last = *e;
	last->payload = last->kind = (struct str){ NULL, 0 };
	return OK;
}

struct checking {
	const struct casework_archive *archive;
	struct arena a;
	struct str *columns;
	size_t count;
	bool ledger;
	struct ledger_entry last;
};

static enum err check_manifest(void *arg, const struct casework_archive *a, const struct json *m, struct diag *d)
{
	struct checking *x = arg;
	(void)m;
	(void)d;
	x->archive = a;
	return OK;
}

static enum err check_table(void *arg, struct str name, const struct str *columns, size_t count, struct diag *d)
{
	struct checking *x = arg;
	(void)d;
	x->ledger = str_eqz(name, "ledger");
	if (!x->ledger)
		return OK;
	x->columns = arena_new_n(&x->a, struct str, count + 1);
	if (!x->columns)
		return ERR_NOMEM;
	for (x->count = 0; x->count < count; x->count++)
		x->columns[x->count] = arena_str(&x->a, columns[x->count]);
	return OK;
}

/* What an increment follows is in another archive: the entry that it says. False where it does not say. */
static bool begins(struct checking *x)
{
	static const uint8_t unsaid[LEDGER_HASH];
	const struct casework_archive *a = x->archive;
	x->last.seq = a->base_seq;
	memcpy(x->last.hash, a->base_hash, LEDGER_HASH);
	return !a->base_seq || memcmp(a->base_hash, unsaid, LEDGER_HASH) != 0;
}

static enum err check_row(void *arg, struct str row, struct diag *d)
{
	struct checking *x = arg;
	struct ledger_entry e;
	if (!x->ledger)
		return OK;
	TRY(ledger_row_read(x->columns, x->count, row, &e, d));
	if (x->last.seq == 0 && !begins(x)) {
		x->last = e;
		return e.seq == x->archive->base_seq + 1 ? OK : diag_set(d, ERR_CORRUPT, "ledger.sequence", "The increment does not begin at entry %llu.",
		                                                         (unsigned long long)(x->archive->base_seq + 1));
	}
	return ledger_follow(&x->last, &e, d);
}

enum err casework_archive_check(const char *path, const struct archive_key *key, casework_progress p, void *arg, struct casework_archive *out,
                                struct diag *d)
{
	struct checking x = { .archive = NULL };
	struct archive_visit v = { .arg = &x, .manifest = check_manifest, .table = check_table, .row = check_row, .progress = p, .progress_arg = arg };
	arena_init(&x.a, 1 << 20);
	enum err e = archive_visit(path, key, &v, out, d);
	bool ends = x.last.seq ? x.last.seq == out->head.seq && memcmp(x.last.hash, out->head.hash, LEDGER_HASH) == 0 : out->base_seq == out->head.seq;
	if (e == OK && !ends)
		e = diag_set(d, ERR_CORRUPT, "backup.head", "The backup %s ends at another entry than it says.", path);
	arena_release(&x.a);
	return e;
}

/* ---- the state as one digest ---- */

static enum err digest_table(struct casework *cw, struct store_conn *c, const struct store_table *t, bool workspace, struct buf *into, uint64_t *rows,
                             struct diag *d)
{
	struct table_digest digest;
	char hex[2 * TABLE_DIGEST + 1];
	enum family f = family_of(cw, t->name);
	if (f == FAMILY_SCHEMA || f == FAMILY_PASSING || (f == FAMILY_WORKSPACE && !workspace))
		return OK;
	TRY(table_read(c, t, NULL, NULL, NULL, &digest, d));
	if (!digest.rows) /* a room that one side does not have changes nothing while it has no rows */
		return OK;
	table_digest_hex(&digest, hex);
	buf_printf(into, "%.*s %llu %s\n", STR_ARG(t->name), (unsigned long long)digest.rows, hex);
	*rows += digest.rows;
	return OK;
}

struct state { struct casework *cw; bool workspace; struct arena a; struct buf text; uint64_t rows; struct diag *d; };

static enum err digest_all(void *arg, struct store_conn *c)
{
	struct state *x = arg;
	struct store_table *tables;
	size_t count = 0;
	x->rows = 0;
	buf_clear(&x->text);
	TRY(store_tables(c, &x->a, &tables, &count, x->d));
	for (size_t i = 0; i < count; i++)
		TRY(digest_table(x->cw, c, &tables[i], x->workspace, &x->text, &x->rows, x->d));
	return OK;
}

enum err casework_state(struct casework *cw, bool workspace, char out[65], uint64_t *rows, struct diag *d)
{
	struct state x = { .cw = cw, .workspace = workspace, .d = d };
	struct buf hex;
	uint8_t hash[LEDGER_HASH];
	arena_init(&x.a, 16 << 20);
	buf_init_in(&x.text, &x.a, 1 << 20);
	enum err e = at_a_moment(cw, digest_all, &x);
	if (e == OK) {
		ledger_digest(buf_str(&x.text), hash);
		buf_init_in(&hex, &x.a, 100);
		buf_hex(&hex, hash, sizeof hash);
		memcpy(out, hex.ptr, 64);
		out[64] = 0;
		*rows = x.rows;
	}
	arena_release(&x.a);
	return e;
}
