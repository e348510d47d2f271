/* store.c - opening, migrations, what several processes on one database share. */
#include <stdio.h>
#include <string.h>

#include "store/flush.h"

bool store_is_url(const char *where)
{
	return strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
}

enum err store_open(const char *path, const struct store_options *o, struct store **out, struct diag *d)
{
	struct store *s = heap_alloc(sizeof *s);
	if (!s)
		return ERR_NOMEM;
	snprintf(s->path, sizeof s->path, "%s", path);
	s->driver = store_is_url(path) ? &store_driver_pg : &store_driver_sqlite;
	s->options = *o;
	if (o->replica)
		snprintf(s->replica, sizeof s->replica, "%s", o->replica);
	s->inline_writer = o->inline_writer;
	s->queue_max = o->queue_max ? o->queue_max : 4096;
	atomic_store(&s->stats.queue_max, s->queue_max);
	s->batch_max = o->batch_max ? o->batch_max : 128;
	os_mutex_init(&s->leader.lock);
	os_mutex_init(&s->pool_lock);
	os_cond_init(&s->pool_free);
	os_mutex_init(&s->lock);
	os_cond_init(&s->wake);
	enum err e = OK;
	if (!o->inline_writer && (str_eqz(str_of(path), ":memory:") || str_eqz(str_of(path), STORE_SCRATCH)))
		e = diag_set(d, ERR_INVALID, "store.memory-inline", "A store in memory has one connection: open it with an inline writer.");
	if (e == OK && o->replica && (!s->driver->expect || !store_is_url(o->replica)))
		e = diag_set(d, ERR_INVALID, "store.replica", "Only a database on a server has replicas: give the address of one, postgresql://….");
	if (e == OK)
		e = store_conn_open(s, !o->reading, &s->writer, d);
	if (e == OK)
		s->writer->store = s;
	if (e == OK && !s->inline_writer && !o->reading && s->driver->beside)
		e = s->driver->beside(s, &s->checkpoint);
	if (e == OK && !s->inline_writer && !o->reading && o->durable && s->driver->flushed)
		e = s->driver->flushed(s, &s->flush, d);
	if (e == OK && !s->inline_writer && s->driver->server)
		e = store_readers_first(s, d);
	if (e == OK && !s->inline_writer)
		e = store_writer_start(s);
	if (e != OK) {
		store_close(s);
		return e;
	}
	*out = s;
	return OK;
}

bool store_tells(int64_t *told_us)
{
	enum { TELL_US = 600000000 };
	int64_t now = os_monotonic_us();
	if (*told_us && now - *told_us < TELL_US)
		return false;
	*told_us = now;
	return true;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->listener)
		s->driver->unlisten(s->listener);
	if (s->thread)
		store_writer_stop(s);
	store_flush_stop(s->flush);
	store_checkpoint_stop(s->checkpoint);
	if (s->leader.session)
		s->driver->resign(&s->leader);
	store_readers_close(s);
	store_conn_close(s->writer);
	os_mutex_destroy(&s->leader.lock);
	os_mutex_destroy(&s->pool_lock);
	os_cond_destroy(&s->pool_free);
	os_mutex_destroy(&s->lock);
	os_cond_destroy(&s->wake);
	heap_free(s);
}

/* ---- migrations ---- */

struct migration_run {
	const char *part;
	const struct store_migration *list;
	size_t count;
	bool alone;
	struct diag *d;
};

static enum err version_of(struct store_conn *c, const char *part, int *out)
{
	struct store_query *q;
	bool row = false;
	TRY(store_script(c, "CREATE TABLE IF NOT EXISTS schema_part(part TEXT PRIMARY KEY, version INTEGER NOT NULL)", NULL));
	if (c->driver->adopt)
		TRY(c->driver->adopt(c));
	TRY(store_prepare(c, "SELECT version FROM schema_part WHERE part=?1", &q));
	store_bind_str(q, 1, str_of(part));
	TRY(store_step(q, &row));
	*out = row ? (int)store_col_i64(q, 0) : 0;
	store_reset(q);
	return OK;
}

static enum err version_mark(struct store_conn *c, const char *part, int version)
{
	struct store_query *q;
	TRY(store_prepare(c, "INSERT INTO schema_part(part, version) VALUES(?1, ?2) ON CONFLICT(part) DO UPDATE SET version=?2", &q));
	store_bind_str(q, 1, str_of(part));
	store_bind_i64(q, 2, version);
	return store_exec(q);
}

/* A program that serves the database goes on with the statements of its own schema: what is gone forward it would fill wrongly, or not at all.
 * Whoever begins to serve it while this transaction lasts waits for its turn, and finds the newer schema. */
static enum err nobody_serves(struct store_conn *c, struct diag *d)
{
	int64_t processes = 0;
	enum err e = store_serving(c, &processes);
	if (e != OK)
		return e == ERR_UNSUPPORTED ? OK : e;
	if (!processes)
		return OK;
	char number[24];
	snprintf(number, sizeof number, "%lld", (long long)processes);
	diag_arg(d, str_of(number));
	return diag_set(d, ERR_BUSY, "store.served", "The database is of an older program's schema and is served by %lld of its processes: stop all of them first, "
	                "then go on with this program alone.", (long long)processes);
}

static enum err migrate_run(void *arg, struct store_conn *c)
{
	struct migration_run *m = arg;
	bool moved = false;
	int version;
	TRY(version_of(c, m->part, &version));
	if (m->count && version > m->list[m->count - 1].version)
		return diag_set(m->d, ERR_UNSUPPORTED, "store.newer",
		                "The database is of schema %s %d, this program knows up to %d: install the newer program.", m->part, version,
		                m->list[m->count - 1].version);
	for (size_t i = 0; i < m->count; i++) {
		if (m->list[i].version <= version)
			continue;
		if (m->alone && !moved)
			TRY(nobody_serves(c, m->d));
		moved = true;
		bool other = m->list[i].pg && c->driver == &store_driver_pg;
		TRY(store_script(c, other ? m->list[i].pg : m->list[i].sql, m->d));
		TRY(version_mark(c, m->part, m->list[i].version));
	}
	return OK;
}

/* What a server said may have come only when the answers were taken: a right that the role lacks, a limit of its time. */
static enum err not_migrated(const struct store *s, enum err e, struct diag *d)
{
	if (s->driver->denied && store_said(s)[0])
		(void)store_conn_error(s->writer, "schema", d);
	return diag_set(d, e, "store.migrate", "The database could not be brought to the current schema%s", e == ERR_IO ? ": it cannot be written. Is the disk full?" : ".");
}

enum err store_migrate(struct store *s, const char *part, const struct store_migration *list, size_t count, struct diag *d)
{
	struct migration_run m = { part, list, count, true, d };
	enum err e = store_run(s, migrate_run, &m);
	return e == OK ? OK : not_migrated(s, e, d);
}

struct migrations_run { const struct store_part *parts; size_t count; bool alone; struct diag *d; };

static bool has_part(const struct migrations_run *all, struct str name)
{
	size_t i = 0;
	while (i < all->count && !str_eqz(name, all->parts[i].name))
		i++;
	return i < all->count;
}

/* A part that this program has not is a newer one's: what that wrote there would stand still, and not be made anew from the record. */
static enum err all_parts_known(const struct migrations_run *all, struct store_conn *c)
{
	struct store_query *q;
	bool row = true;
	int version;
	TRY(version_of(c, all->parts[0].name, &version)); /* the table is there */
	TRY(store_prepare(c, "SELECT part, version FROM schema_part ORDER BY part", &q));
	while (true) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		if (has_part(all, store_col_str(q, 0)))
			continue;
		enum err e = diag_set(all->d, ERR_UNSUPPORTED, "store.newer", "The database has a part \"%.*s\", which this program does not know: install the newer program.",
		                      STR_ARG(store_col_str(q, 0)));
		store_reset(q);
		return e;
	}
}

/* This is the schema that the process writes by from now on (`outgrown`). A command that writes does not listen: it is counted from this transaction on, and who
 * brings the schema forward after it sees that it is there. */
static enum err go_by_schema(const struct migrations_run *all, struct store_conn *c)
{
	if (all->alone && c->driver->fix_schema)
		TRY(c->driver->fix_schema(c));
	return all->alone && c->store->inline_writer && c->driver->serve ? c->driver->serve(c) : OK;
}

static enum err migrations_run(void *arg, struct store_conn *c)
{
	const struct migrations_run *all = arg;
	TRY(all_parts_known(all, c));
	for (size_t i = 0; i < all->count; i++) {
		struct migration_run m = { all->parts[i].name, all->parts[i].list, all->parts[i].count, all->alone, all->d };
		TRY(migrate_run(&m, c));
	}
	return go_by_schema(all, c);
}

enum err store_migrate_all(struct store *s, const struct store_part *parts, size_t count, bool alone, struct diag *d)
{
	struct migrations_run all = { parts, count, alone, d };
	enum err e = store_run(s, migrations_run, &all);
	return e == OK ? OK : not_migrated(s, e, d);
}

struct version_run { const char *part; int version; };

static enum err version_run(void *arg, struct store_conn *c)
{
	struct version_run *v = arg;
	return version_of(c, v->part, &v->version);
}

int store_version(struct store *s, const char *part)
{
	struct version_run v = { part, -1 };
	return store_run(s, version_run, &v) == OK ? v.version : -1;
}

bool store_when_durable(struct store *s, struct store_wait *w, enum err *e)
{
	*e = OK;
	return s->flush && store_flush_wait(s->flush, w, e);
}

/* ---- several processes ---- */

void store_known(struct store *s, int64_t batches)
{
	int64_t known = atomic_load(&s->batches);
	while (batches > known && !atomic_compare_exchange_weak(&s->batches, &known, batches))
		;
}

static void others_committed(struct store *s, int64_t batches)
{
	store_known(s, batches);
	s->heard(s->heard_arg);
}

enum err store_listen(struct store *s, void (*heard)(void *arg), void *arg)
{
	base_assert(!s->listener);
	s->heard = heard;
	s->heard_arg = arg;
	return s->driver->listen ? s->driver->listen(s, others_committed, &s->listener) : OK;
}

bool store_outgrown(const struct store *s)
{
	return atomic_load(&s->outgrown);
}

bool store_leads(struct store *s)
{
	if (!s->driver->leads)
		return true;
	store_readers_rest(s); /* who serves asks every second */
	os_mutex_lock(&s->leader.lock);
	bool leads = s->driver->leads(&s->leader, s);
	os_mutex_unlock(&s->leader.lock);
	return leads;
}

enum err store_months(struct store *s, const struct store_monthly *tables, size_t count, int month, struct diag *d)
{
	if (!s->driver->months)
		return OK;
	return s->in_batch ? ERR_BUSY : s->driver->months(s, tables, count, month, d);
}

enum err store_file_copy(const char *path, const char *to, struct diag *d)
{
	return store_is_url(path) ? diag_set(d, ERR_UNSUPPORTED, "store.no-copy", "Only a database in a file can be copied by itself.")
	                          : store_driver_sqlite.copy(path, to, d);
}

enum err store_log_in(struct store *s)
{
	base_assert(s->inline_writer && !s->in_batch);
	return s->driver->log_in ? s->driver->log_in(s) : OK;
}

void store_leave_log(struct store *s)
{
	if (s->driver->leave_log)
		s->driver->leave_log(s);
}

const char *store_said(const struct store *s)
{
	return s->driver->message(s->writer);
}

const struct store_stats *store_stats(const struct store *s)
{
	return &s->stats;
}

int64_t store_disk_free(const struct store *s)
{
	return os_disk_free(s->path);
}
