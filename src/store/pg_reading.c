/* pg_reading.c - a reader's moment, and which of the answers to earlier questions are answers of this moment too.
 *
 * A page asks what the page before asked: who somebody is, which posts he holds, the item, the organ. A reader keeps such answers (pg_cache.c) and begins each
 * reading with one look, in the snapshot that all of the reading sees. What it got in an earlier snapshot of the same connection holds in this
 * one if none of the transactions that this one sees, and that one did not, changed a table that the question names. That is so because:
 *
 * 1. Snapshots of a connection never go back, at a primary or at a standby. One that was made anew has kept nothing.
 * 2. A batch writes the row of its process in store_process within its own transaction: a snapshot that sees the one sees the other. The row
 *    names the tables that were changed after a given batch. Batches take turns, so those that a snapshot sees are all up to the newest, and what lies
 *    between two snapshots is in the rows that are newer than the first one's newest.
 * 3. Whoever else writes (by hand, another program, an older one of ours, the server's own upkeep) has a number of a transaction. Counted are those that are over in a
 *    snapshot: all below its xmax but for those it lists as running. From one snapshot to the next this grows by one at least for each transaction that came to be
 *    seen, and by no less than nothing for any other; hence it grows by as many as there were new batches only if each was one of these batches. Otherwise
 *    all is forgotten. Savepoints have numbers too, and a batch that was rolled back: then more is forgotten than need be, never less.
 * 4. A standby does not list what runs: there it is counted only where nothing does (xmin = xmax), and otherwise not known, and all is forgotten.
 *
 * A question whose answer hangs on more than tables (the time, a lock, the session) is not kept: its words tell (pg_words_of). */
#include <stdio.h>

#include "store/pg_int.h"

/* Does the schema's table of processes tell what they changed? An office that was not served yet has none, or an older program's; a role that only reads may be
 * refused it. */
static enum err learn_telling(struct pg_conn *c)
{
	struct store_query *q;
	int64_t there = 0;
	TRY(store_prepare(&c->conn, "SELECT count(*) FROM pg_attribute WHERE attrelid=to_regclass(quote_ident(current_schema()) || '.store_process')"
	                            " AND attname='note' AND NOT attisdropped AND has_table_privilege(attrelid, 'SELECT')", &q));
	TRY(pg_number(q, &there));
	c->told_there = there > 0;
	return OK;
}

struct look { int64_t newest, over; bool whole, standby; };

static void take_process(struct pg_conn *c, struct store_query *q, struct look *l)
{
	l->newest = pg_i64(q, 1);
	if (l->newest <= c->seen)
		return;
	bool all = pg_i64(q, 4) > c->seen;
	c->views.many |= all; /* a table may be a view now */
	l->whole &= !all && pg_i64(q, 2) == pg_i64(q, 3) && pg_turn_take_changed(c, pg_text(q, 5));
}

static enum err look(struct pg_conn *c, struct look *l)
{
	struct store_query *q;
	TRY(store_prepare(&c->conn,
	                  "SELECT CASE WHEN pg_is_in_recovery() AND pg_snapshot_xmin(s.shot)<>pg_snapshot_xmax(s.shot) THEN -1"
	                  " ELSE CAST(CAST(pg_snapshot_xmax(s.shot) AS text) AS bigint)-(SELECT count(*) FROM pg_snapshot_xip(s.shot)) END,"
	                  " p.total, p.batch, p.told, p.since, p.changed, CAST(pg_is_in_recovery() AS int)"
	                  " FROM (SELECT pg_current_snapshot() AS shot) s LEFT JOIN store_process p ON p.total>=?1 ORDER BY p.total", &q));
	pg_bind_i64(q, 1, c->seen);
	for (bool row = true; row;) {
		TRY(pg_step(q, &row));
		if (!row)
			break;
		l->over = pg_i64(q, 0);
		l->standby = pg_i64(q, 6);
		if (!pg_null(q, 1))
			take_process(c, q, l);
	}
	pg_reset(q);
	return OK;
}

void pg_reading_forget(struct pg_conn *c)
{
	pg_cache_clear(c->cache);
	c->seen = c->over = -1;
}

/* An address of several servers that does not say which of them may lead here while the primary is away, and nothing would lead back: what one has just written would not be there, as
 * long as the session lasts. The next one is made anew, with the first that there is. */
static enum err at_a_standby(struct pg_conn *c)
{
	snprintf(c->message, sizeof c->message, "the server is a standby");
	c->lost = true;
	return ERR_IO;
}

/* The look itself is asked while `fresh`: it is never kept. A replica that was promoted is none any more: it may have been by mistake, and what it has come to since, which may be as many
 * batches as are expected of it, another record. */
enum err pg_reading_begin(struct pg_conn *c, int64_t *batches)
{
	if (!c->told_there)
		TRY(learn_telling(c));
	if (!c->told_there) {
		pg_reading_forget(c);
		return OK;
	}
	struct look l = { .newest = -1, .over = -1, .whole = c->seen >= 0 && c->over >= 0 };
	TRY(look(c, &l));
	if (c->expected >= 0 && !l.standby) {
		pg_reading_forget(c);
		return ERR_UNSUPPORTED;
	}
	if (c->pages && c->expected < 0 && l.standby)
		return at_a_standby(c);
	if (!l.whole || l.over < 0 || l.newest < c->seen || l.over - c->over != l.newest - c->seen)
		pg_cache_clear(c->cache);
	c->seen = l.newest;
	c->over = l.over;
	*batches = l.newest > 0 ? l.newest : 0;
	return OK;
}
