/* pg_schema.c - what a connection knows of the schema: the names of its views, and whether it is still the one that this program is for.
 *
 * A schema goes forward under nobody who can be seen (nobody_serves in store.c). One who could not, for he was cut off from the server, or had not begun to
 * listen, comes back with the statements of before. So the writer looks in its turn: at first, on a new connection, and whenever another process tells that it
 * changed all. Nobody can bring a schema forward between that look and the commit. */
#include <stdio.h>
#include <string.h>

#include "store/pg_int.h"

/* The names of the schema's views: after a migration they may be others. */
static enum err learn_views(struct pg_conn *c)
{
	struct store_query *q;
	struct pg_words views = { .count = 0 };
	bool row = true;
	TRY(store_prepare(&c->conn, "SELECT viewname FROM pg_views WHERE schemaname=current_schema()", &q));
	while (row) {
		TRY(pg_step(q, &row));
		if (row && views.count == PG_WORDS_MAX)
			views.many = true;
		else if (row)
			views.hash[views.count++] = (uint32_t)str_hash(pg_text(q, 0));
	}
	c->views = views;
	pg_cache_clear(c->cache);
	return OK;
}

/* The parts and their versions, as they are now. */
static enum err ask_parts(struct pg_conn *c, struct store_query **q)
{
	bool row;
	TRY(store_prepare(&c->conn, "SELECT string_agg(part || ' ' || version, ' ' ORDER BY part) FROM schema_part", q));
	TRY(pg_step(*q, &row));
	return row ? OK : ERR_IO;
}

enum err pg_schema_fix(struct store_conn *writer)
{
	struct pg_conn *c = (struct pg_conn *)writer;
	struct store_query *q;
	heap_free(c->schema);
	c->schema = NULL;
	TRY(ask_parts(c, &q));
	c->schema = pg_kept(pg_text(q, 0));
	c->fixed = true;
	pg_reset(q);
	return c->schema ? OK : ERR_NOMEM;
}

void pg_schema_undone(struct pg_conn *c)
{
	if (!c->fixed)
		return;
	heap_free(c->schema);
	c->schema = NULL;
	c->fixed = false;
}

static enum err still_ours(struct pg_conn *c)
{
	struct store_query *q;
	TRY(ask_parts(c, &q));
	bool same = str_eqz(pg_text(q, 0), c->schema);
	pg_reset(q);
	if (same)
		return OK;
	snprintf(c->message, sizeof c->message, "the database is of another schema than this program's");
	atomic_store(&c->conn.store->outgrown, true);
	return ERR_UNSUPPORTED;
}

/* Where the schema is another's the next transaction asks again. */
enum err pg_schema_learn(struct pg_conn *c)
{
	if (c->schema)
		TRY(still_ours(c));
	return learn_views(c);
}
