/* store.c - opening, migrations, and the pool of reader connections. */
#include <stdio.h>

#include "store/store_int.h"

enum err store_open(const char *path, const struct store_options *o, struct store **out, struct diag *d)
{
	struct store *s = heap_alloc(sizeof *s);
	if (!s)
		return ERR_NOMEM;
	snprintf(s->path, sizeof s->path, "%s", path);
	s->inline_writer = o->inline_writer;
	s->durable = o->durable;
	s->queue_max = o->queue_max ? o->queue_max : 4096;
	s->batch_max = o->batch_max ? o->batch_max : 512;
	os_mutex_init(&s->pool_lock);
	os_cond_init(&s->pool_free);
	os_mutex_init(&s->lock);
	os_cond_init(&s->wake);
	enum err e = OK;
	if (!o->inline_writer && str_eqz(str_of(path), ":memory:"))
		e = diag_set(d, ERR_INVALID, "store.memory-inline", "A store in memory has one connection: open it with an inline writer.");
	if (e == OK)
		e = store_conn_open(path, o->durable, true, &s->writer, d);
	if (e == OK && !s->inline_writer)
		e = store_writer_start(s);
	if (e != OK) {
		store_close(s);
		return e;
	}
	*out = s;
	return OK;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->thread)
		store_writer_stop(s);
	while (s->pool) {
		struct store_conn *c = s->pool;
		s->pool = c->next;
		store_conn_close(c);
	}
	store_conn_close(s->writer);
	os_mutex_destroy(&s->pool_lock);
	os_cond_destroy(&s->pool_free);
	os_mutex_destroy(&s->lock);
	os_cond_destroy(&s->wake);
	heap_free(s);
}

/* ---- migrations ---- */

struct migration_run {
	const struct store_migration *list;
	size_t count;
	struct diag *d;
};

static enum err version_of(struct store_conn *c, int *out)
{
	struct store_query *q;
	bool row = false;
	TRY(store_prepare(c, "PRAGMA user_version", &q));
	TRY(store_step(q, &row));
	*out = row ? (int)store_col_i64(q, 0) : 0;
	store_reset(q);
	return OK;
}

static enum err migrate_run(void *arg, struct store_conn *c)
{
	struct migration_run *m = arg;
	int version;
	TRY(version_of(c, &version));
	if (m->count && version > m->list[m->count - 1].version)
		return diag_set(m->d, ERR_UNSUPPORTED, "store.newer",
		                "The database is of schema %d, this program knows up to %d: install the newer program.", version,
		                m->list[m->count - 1].version);
	for (size_t i = 0; i < m->count; i++) {
		if (m->list[i].version <= version)
			continue;
		TRY(store_script(c, m->list[i].sql, m->d));
		char mark[64];
		snprintf(mark, sizeof mark, "PRAGMA user_version=%d", m->list[i].version);
		TRY(store_script(c, mark, m->d));
	}
	return OK;
}

enum err store_migrate(struct store *s, const struct store_migration *list, size_t count, struct diag *d)
{
	struct migration_run m = { list, count, d };
	enum err e = store_run(s, migrate_run, &m);
	return e == OK ? OK : diag_set(d, e, "store.migrate", "The database could not be brought to the current schema.");
}

static enum err version_run(void *arg, struct store_conn *c)
{
	return version_of(c, arg);
}

int store_version(struct store *s)
{
	int v = -1;
	return store_run(s, version_run, &v) == OK ? v : -1;
}

/* ---- readers ---- */

enum err store_reader_take(struct store *s, struct store_conn **out)
{
	if (s->inline_writer) {
		s->inline_readers++;
		*out = s->writer;
		return OK;
	}
	os_mutex_lock(&s->pool_lock);
	while (!s->pool && s->readers == STORE_READERS_MAX)
		os_cond_wait(&s->pool_free, &s->pool_lock);
	struct store_conn *c = s->pool;
	if (c)
		s->pool = c->next;
	else
		s->readers++;
	os_mutex_unlock(&s->pool_lock);
	enum err e = c ? OK : store_conn_open(s->path, s->durable, false, &c, NULL);
	if (e == OK)
		e = store_conn_sql(c, "BEGIN");
	if (e == OK) {
		*out = c;
		return OK;
	}
	os_mutex_lock(&s->pool_lock);
	s->readers--;
	os_cond_signal(&s->pool_free);
	os_mutex_unlock(&s->pool_lock);
	store_conn_close(c);
	return e;
}

void store_reader_give(struct store *s, struct store_conn *c)
{
	if (!c)
		return;
	if (s->inline_writer) {
		s->inline_readers--;
		return;
	}
	(void)store_conn_sql(c, "COMMIT");
	os_mutex_lock(&s->pool_lock);
	c->next = s->pool;
	s->pool = c;
	os_cond_signal(&s->pool_free);
	os_mutex_unlock(&s->pool_lock);
}

void store_stats(struct store *s, struct store_stats *out)
{
	os_mutex_lock(&s->lock);
	*out = s->stats;
	out->queue = s->queued;
	os_mutex_unlock(&s->lock);
}
