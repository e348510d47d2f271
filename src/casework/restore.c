/* restore.c - archives back into a database: rows as they stood, then the entries that follow, replayed to the moment asked for. */
#include "casework/backup_int.h"

/* A file presses with what it has learnt once that is committed: in long batches a small office would be restored without. */
enum { REPLAY_ARENA_MAX = 128 << 20, BATCH_ROWS = 2000, TABLES_MAX = 400 };

struct loaded { const struct store_table *table; const struct str *columns; size_t count; struct table_digest digest; };

struct restoring {
	const struct casework_restore *o;
	struct casework *cw;
	struct store_conn *c;
	struct diag *d;
	struct arena a, entry_arena;
	struct store_table *tables;
	size_t tables_count;
	/* of the archive being read */
	bool replay;           /* its entries are applied, its rows passed over */
	bool future;           /* it was made after the moment: its workspace knows too much */
	enum family family;
	struct table_loader *loader;
	struct loaded *now;    /* the table being filled, NULL = passed over */
	struct loaded loaded[TABLES_MAX];
	size_t loaded_count;
	/* the record */
	struct ledger_entry last;
	bool stopped;          /* an entry after the moment was met */
	uint64_t rows, replayed, in_batch;
};

/* ---- the schema ---- */

static size_t upto(const struct store_migration *list, size_t count, int64_t version)
{
	size_t n = 0;
	while (n < count && list[n].version <= version)
		n++;
	return n;
}

/* The schema as it was when the archive was made; later migrations then run over its rows. */
static enum err migrate_part(struct store *s, const char *part, const struct store_migration *list, size_t count, const struct json *parts, struct diag *d)
{
	int64_t version = json_i64(json_get(parts, part), 0);
	if (count && version > list[count - 1].version)
		return diag_set(d, ERR_UNSUPPORTED, "store.newer", "The backup is of schema %s %lld, this program knows up to %d: install the newer program.",
		                part, (long long)version, list[count - 1].version);
	return store_migrate(s, part, list, upto(list, count, version), d);
}

enum err migrate_as(const struct casework *cw, struct store *s, const struct json *parts, struct diag *d)
{
	size_t count;
	const struct store_migration *list = casework_migrations(&count);
	TRY(migrate_part(s, "kernel", list, count, parts, d));
	for (size_t i = 0; i < cw->rooms_count; i++)
		TRY(migrate_part(s, cw->rooms[i]->name, cw->rooms[i]->migrations, cw->rooms[i]->migrations_count, parts, d));
	return OK;
}

/* ---- batches ---- */

static enum err batch_begin(struct restoring *x)
{
	x->in_batch = 0;
	TRY(store_batch_begin(x->cw->store));
	return store_reader_take(x->cw->store, &x->c);
}

static enum err not_written(struct restoring *x, enum err e)
{
	return diag_set(x->d, e, "restore.write", "What is restored cannot be written. Is the disk full?");
}

static enum err batch_end(struct restoring *x)
{
	store_reader_give(x->cw->store, x->c);
	x->c = NULL;
	enum err e = store_batch_end(x->cw->store);
	return e == OK ? OK : not_written(x, e);
}

static enum err batch_step(struct restoring *x)
{
	if (++x->in_batch < BATCH_ROWS)
		return OK;
	TRY(batch_end(x));
	return batch_begin(x);
}

/* ---- one archive ---- */

static enum err on_manifest(void *arg, const struct casework_archive *a, const struct json *m, struct diag *d)
{
	struct restoring *x = arg;
	bool full = !a->base[0];
	(void)d;
	arena_reset(&x->a);
	x->loaded_count = 0;
	x->future = a->head.at_ms > x->o->until_ms;
	x->replay = !full || x->future;
	if (full && !x->replay)
		TRY(migrate_as(x->cw, x->cw->store, json_get(m, "parts"), x->d));
	else
		TRY(migrate_all(x->cw, x->cw->store, true, x->d));
	TRY(batch_begin(x));
	return store_tables(x->c, &x->a, &x->tables, &x->tables_count, x->d);
}

/* From a later moment only what people sign in with is taken: positions and drafts would be of a time that has not come. */
static bool secret(struct str table)
{
	return str_eqz(table, "second_factor") || str_eqz(table, "recovery_code") || str_ends(table, S("_secret"));
}

static bool wanted(const struct restoring *x, struct str table)
{
	switch (x->family) {
	case FAMILY_LEDGER:
	case FAMILY_CONTENT: return true;
	case FAMILY_ROWS: return !x->replay;
	case FAMILY_WORKSPACE: return !x->future || secret(table);
	case FAMILY_PASSING:
	case FAMILY_SCHEMA: return false;
	}
	return false;
}

static enum err empty_table(struct restoring *x, struct str name)
{
	char sql[200];
	snprintf(sql, sizeof sql, "DELETE FROM \"%.*s\"", STR_ARG(name));
	return store_script(x->c, sql, x->d);
}

/* The same table of an earlier archive is filled anew or further. */
static struct loaded *loaded_of(struct restoring *x, const struct store_table *t)
{
	for (size_t i = 0; i < x->loaded_count; i++)
		if (x->loaded[i].table == t)
			return &x->loaded[i];
	return x->loaded_count < TABLES_MAX ? &x->loaded[x->loaded_count++] : NULL;
}

static enum err keep_columns(struct restoring *x, const struct str *columns, size_t count, struct loaded *l)
{
	struct str *kept = arena_new_n(&x->a, struct str, count + 1);
	if (!kept)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		kept[i] = arena_str(&x->a, columns[i]);
	l->columns = kept;
	l->count = count;
	return OK;
}

static enum err on_table(void *arg, struct str name, const struct str *columns, size_t count, struct diag *d)
{
	struct restoring *x = arg;
	size_t at = 0;
	table_loader_close(x->loader);
	x->loader = NULL;
	x->now = NULL;
	x->family = family_of(x->cw, name);
	if (!wanted(x, name))
		return OK;
	while (at < x->tables_count && !str_eq(x->tables[at].name, name))
		at++;
	if (at == x->tables_count)
		return diag_set(d, ERR_UNSUPPORTED, "backup.table", "The backup has a table %.*s that this program does not know.", STR_ARG(name));
	struct loaded *l = loaded_of(x, &x->tables[at]);
	if (!l)
		return ERR_LIMIT;
	*l = (struct loaded){ .table = &x->tables[at] };
	TRY(keep_columns(x, columns, count, l));
	if (x->family == FAMILY_ROWS || x->family == FAMILY_WORKSPACE)
		TRY(empty_table(x, name));
	x->now = l;
	return table_loader_open(x->c, l->table, l->columns, count, family_conflict(x->family, name), &x->loader, d);
}

/* Batches end with their connection; the statement that fills the table is prepared again. */
static enum err step_and_reopen(struct restoring *x)
{
	if (x->in_batch + 1 < BATCH_ROWS)
		return batch_step(x);
	table_loader_close(x->loader);
	x->loader = NULL;
	TRY(batch_step(x));
	return table_loader_open(x->c, x->now->table, x->now->columns, x->now->count,
	                         family_conflict(x->family, x->now->table->name), &x->loader, x->d);
}

static enum err on_entry(struct restoring *x, struct str row)
{
	struct ledger_entry e;
	TRY(ledger_row_read(x->now->columns, x->now->count, row, &e, x->d));
	if (x->stopped || e.at_ms > x->o->until_ms) {
		x->stopped = true;
		return OK;
	}
	TRY(ledger_follow(&x->last, &e, x->d));
	TRY(table_loader_row(x->loader, row, x->d));
	table_digest_add(&x->now->digest, row);
	x->rows++;
	if (x->replay) {
		arena_reset(&x->entry_arena);
		TRY(replay_entry(x->cw, x->c, &x->entry_arena, &e, x->d));
		x->replayed++;
	}
	return step_and_reopen(x);
}

static enum err on_row(void *arg, struct str row, struct diag *d)
{
	struct restoring *x = arg;
	if (x->o->open->give_up && atomic_load(x->o->open->give_up))
		return diag_set(d, ERR_BUSY, "backup.given-up", "Restoring was given up.");
	if (!x->now)
		return OK;
	if (x->family == FAMILY_LEDGER)
		return on_entry(x, row);
	TRY(table_loader_row(x->loader, row, d));
	table_digest_add(&x->now->digest, row);
	x->rows++;
	return step_and_reopen(x);
}

/* What stands in the database now is what the archive said: each table read again. */
static enum err compare_loaded(struct restoring *x)
{
	for (size_t i = 0; i < x->loaded_count; i++) {
		const struct loaded *l = &x->loaded[i];
		struct store_table t = { .name = l->table->name, .columns = arena_new_n(&x->a, struct str, l->count + 1), .columns_count = l->count };
		struct table_digest there;
		if (!t.columns)
			return ERR_NOMEM;
		memcpy(t.columns, l->columns, l->count * sizeof *t.columns);
		TRY(table_read(x->c, &t, NULL, NULL, NULL, &there, x->d));
		if (memcmp(&there, &l->digest, sizeof there) != 0)
			return diag_set(x->d, ERR_CORRUPT, "restore.differs", "The table %.*s was not restored as it was backed up.", STR_ARG(l->table->name));
	}
	return OK;
}

static enum err read_one(struct restoring *x, size_t i, int64_t before, int64_t total)
{
	struct casework_archive a;
	struct archive_visit v = { .arg = x, .manifest = on_manifest, .table = on_table, .row = on_row, .progress = x->o->progress,
	                           .progress_arg = x->o->progress_arg, .before = before, .total = total };
	enum err e = archive_visit(x->o->archives[i], x->o->key, &v, &a, x->d);
	table_loader_close(x->loader);
	x->loader = NULL;
	if (e == OK && i == 0 && !x->stopped)
		e = compare_loaded(x);
	return e == OK && x->c ? batch_end(x) : e; /* what failed goes with its connection, and the file after it */
}

/* ---- all of them ---- */

static enum err chain_holds(const struct casework_restore *o, struct diag *d)
{
	struct casework_archive a, before;
	for (size_t i = 0; i < o->count; i++) {
		TRY(casework_archive_read(o->archives[i], o->key, &a, d));
		if (i == 0 ? a.base[0] != 0 : strcmp(a.base, before.id) != 0) {
			diag_arg(d, str_of(o->archives[i]));
			return diag_set(d, ERR_INVALID, "backup.chain", "The backup %s does not follow the one before it.", o->archives[i]);
		}
		before = a;
	}
	return o->count ? OK : diag_set(d, ERR_INVALID, "backup.none", "There is no backup to restore.");
}

static enum err fill_search(void *arg, struct store_conn *c)
{
	(void)arg;
	return search_refill(c);
}

static enum err head_into(void *arg, struct store_conn *c)
{
	return record_head(c, arg);
}

/* The rows as replayed are what the whole record gives; without a replay the digests have said so already. */
static enum err prove(struct restoring *x, struct casework_restored *out)
{
	uint64_t n;
	TRY(store_run(x->cw->store, head_into, &out->head));
	if (x->stopped && !out->head.seq)
		return diag_set(x->d, ERR_NOT_FOUND, "restore.before-all", "The record begins after that moment: there was nothing to restore yet.");
	TRY(casework_verify(x->cw, NULL, NULL, &n, x->d));
	if (x->replayed)
		TRY(casework_rebuild_check(x->cw, NULL, NULL, &n, x->d));
	out->rows = x->rows;
	out->replayed = x->replayed;
	return OK;
}

static enum err restore_all(struct restoring *x, struct casework_restored *out)
{
	int64_t total = 0, before = 0;
	for (size_t i = 0; i < x->o->count; i++)
		total += os_file_size(x->o->archives[i]);
	for (size_t i = 0; i < x->o->count && !x->stopped; i++) {
		TRY(read_one(x, i, before, total));
		before += os_file_size(x->o->archives[i]);
	}
	TRY(migrate_all(x->cw, x->cw->store, true, x->d));
	TRY(store_run(x->cw->store, fill_search, NULL));
	TRY(prove(x, out));
	enum err e = store_log_in(x->cw->store); /* what is proved was read from the log too, and the file alone takes its name */
	return e == OK ? OK : not_written(x, e);
}

static void remove_begun(const char *path)
{
	static const char *const tails[] = { "", "-wal", "-journal", "-shm", ".lock" };
	char name[1200];
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		snprintf(name, sizeof name, "%s%s", path, tails[i]);
		if (os_file_remove(name, NULL) != OK)
			continue; /* it is in nobody's way: the next attempt says so if it is */
	}
}

/* A journal left by another database of that name would be played into the new one. */
static enum err place_free(const char *path, struct diag *d)
{
	static const char *const tails[] = { "", "-wal", "-journal" };
	char name[1200];
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		snprintf(name, sizeof name, "%s%s", path, tails[i]);
		if (!os_name_taken(name))
			continue;
		diag_arg(d, str_of(name));
		return diag_set(d, ERR_CONFLICT, "restore.exists", "There is already a file %s. Move it away or name another one: nothing is overwritten.", name);
	}
	return OK;
}

static enum err restore_into(const char *begun, const struct casework_restore *o, struct casework_restored *out, struct diag *d)
{
	struct restoring *x = heap_alloc(sizeof *x);
	struct casework_options open = *o->open;
	if (!x)
		return ERR_NOMEM;
	open.inline_writer = open.fast = true;
	open.reading = false;
	*x = (struct restoring){ .o = o, .d = d };
	arena_init(&x->a, 64 << 20);
	arena_init(&x->entry_arena, REPLAY_ARENA_MAX);
	enum err e = casework_open_bare(begun, &open, &x->cw, d);
	if (e == OK)
		e = restore_all(x, out);
	casework_close(x->cw);
	arena_release(&x->entry_arena);
	arena_release(&x->a);
	heap_free(x);
	return e;
}

static enum err restore_held(const char *path, const char *begun, const struct casework_restore *o, struct casework_restored *out, struct diag *d)
{
	remove_begun(begun);
	TRY(place_free(path, d));
	enum err e = restore_into(begun, o, out, d);
	if (e == OK)
		e = os_file_sync(begun, d);
	if (e == OK)
		e = os_file_rename(begun, path, d);
	if (e == ERR_IO && d && !d->place[0])
		diag_at(d, str_of(begun));
	remove_begun(begun);
	return e;
}

/* Of two who restore to one name the second would take the first's file away from under it: a lock, whose file goes last. Where it was left, one was
 * killed, and what is left beside it goes also where the database itself is there. */
enum err casework_restore(const char *path, const struct casework_restore *o, struct casework_restored *out, struct diag *d)
{
	char begun[1100], held[1120];
	struct casework_restored done = { .rows = 0 };
	struct os_lock *lock;
	if (snprintf(begun, sizeof begun, "%s.restoring", path) >= (int)sizeof begun)
		return diag_set(d, ERR_INVALID, "restore.path", "The name of the file is too long.");
	snprintf(held, sizeof held, "%s.held", begun);
	if (!os_name_taken(held))
		TRY(place_free(path, d));
	TRY(chain_holds(o, d));
	TRY(os_lock_take(held, &lock, d));
	enum err e = restore_held(path, begun, o, &done, d);
	enum err gone = os_file_remove(held, d);
	os_lock_drop(lock);
	e = e == OK ? gone : e;
	if (e != OK)
		return diag_set(d, e, "restore.failed", "The backup could not be restored.");
	*out = done;
	return OK;
}
