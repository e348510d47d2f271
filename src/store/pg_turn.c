/* pg_turn.c - the writer's turn among processes, and what they tell each other of theirs.
 *
 * Each process has a row in store_process: its batches (`batch`), the number of its last one among those of all (`total`), which tables it
 * changed and in which batch last (`changed`, complete for batches after `since`), and a number of the caller's (`note`). It is written with each
 * batch, under the turn. So who has the turn next knows what the others changed since its own last one, and forgets of what it has kept no
 * more than that.
 *
 * Two things make that worth no more than a guess, and then all is forgotten: a row whose `told` is not its `batch` (a program of before wrote it), and
 * a server's next transaction number that is not the one these batches leave (somebody wrote by hand, or a batch was rolled back).
 */
#include <stdio.h>
#include <string.h>

#include "store/pg_int.h"

#define TOLD_TEXT_MAX (PG_TOLD_MAX * 32 + 8)
/* How `changed` is written, and what str_hash makes of a name: who writes it otherwise says so, and is not believed by this program. */
#define TOLD_AS "1 "

static enum err exec(struct pg_conn *c, const char *sql)
{
	struct store_query *q;
	TRY(store_prepare(&c->conn, sql, &q));
	return pg_exec(q);
}

/* ---- what this process changes ---- */

/* The batch under way will be this one. */
static int64_t coming(const struct pg_conn *c)
{
	return c->total + 1;
}

void pg_turn_changed(struct pg_conn *c, uint32_t table)
{
	struct pg_told *t = &c->told;
	size_t i = 0;
	while (i < t->count && t->tables[i].table != table)
		i++;
	if (i == PG_TOLD_MAX) { /* those that changed long ago need not be named: who has not been here since forgets all */
		size_t kept = 0;
		for (size_t k = 0; k < t->count; k++)
			if (t->tables[k].total == coming(c))
				t->tables[kept++] = t->tables[k];
		t->since = c->total;
		t->count = i = kept;
	}
	if (i == PG_TOLD_MAX) {
		pg_turn_changed_all(c);
		return;
	}
	t->tables[i].table = table;
	t->tables[i].total = coming(c);
	t->count += i == t->count;
}

void pg_turn_changed_all(struct pg_conn *c)
{
	c->told.since = coming(c);
	c->told.count = 0;
}

void pg_note(struct store_conn *conn, int64_t note)
{
	struct pg_conn *c = (struct pg_conn *)conn;
	c->note = note;
	c->noted = false;
}

bool pg_noted(struct store_conn *conn, int64_t *note)
{
	const struct pg_conn *c = (struct pg_conn *)conn;
	*note = c->note;
	return c->noted;
}

enum err pg_turn_sign(struct pg_conn *c)
{
	char changed[TOLD_TEXT_MAX];
	size_t len = (size_t)snprintf(changed, sizeof changed, TOLD_AS);
	struct store_query *q;
	for (size_t i = 0; i < c->told.count; i++)
		len += (size_t)snprintf(changed + len, sizeof changed - len, "%lu %lld ", (unsigned long)c->told.tables[i].table, (long long)c->told.tables[i].total);
	TRY(store_prepare(&c->conn, "INSERT INTO store_process(process, batch, total, told, since, changed, note) VALUES(?1, ?2, ?3, ?2, ?4, ?5, ?6)"
	                            " ON CONFLICT(process) DO UPDATE SET batch=?2, total=?3, told=?2, since=?4, changed=?5, note=?6, seen=now()", &q));
	pg_bind_i64(q, 1, c->process);
	pg_bind_i64(q, 2, ++c->batch);
	pg_bind_i64(q, 3, ++c->total);
	pg_bind_i64(q, 4, c->told.since);
	pg_bind_text(q, 5, str_span(changed, len));
	pg_bind_i64(q, 6, c->note);
	TRY(pg_exec(q));
	TRY(store_prepare(&c->conn, "SELECT pg_notify('banjie.' || current_schema(), CAST(?1 AS text) || ' ' || CAST(?2 AS text))", &q));
	pg_bind_i64(q, 1, c->process);
	pg_bind_i64(q, 2, c->total);
	return pg_exec(q);
}

void pg_turn_signed(struct pg_conn *c)
{
	c->seen = c->total;
	c->doubted = false;
	if (c->writers)
		c->writers++; /* its own number */
}

/* ---- what the others did ---- */

static enum err all_of(struct pg_conn *c, const char *const *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(pg_direct(c, steps[i]));
	return OK;
}

/* In this schema: another on the search path may hold another office, with processes of its own. Looked up first: a definition takes a lock that whoever reads the table at length (pg_dump) keeps from it, even where there is nothing to add, and
 * meanwhile nobody would have a turn. */
static enum err complete_table(struct pg_conn *c)
{
	static const char *const steps[] = {
		"CREATE TABLE IF NOT EXISTS store_process(process bigint PRIMARY KEY, batch bigint NOT NULL, seen timestamptz NOT NULL DEFAULT now())",
		"ALTER TABLE store_process ADD COLUMN IF NOT EXISTS total bigint NOT NULL DEFAULT 0",
		"ALTER TABLE store_process ADD COLUMN IF NOT EXISTS told bigint NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS since bigint NOT NULL DEFAULT 0",
		"ALTER TABLE store_process ADD COLUMN IF NOT EXISTS changed text NOT NULL DEFAULT '', ADD COLUMN IF NOT EXISTS note bigint NOT NULL DEFAULT 0",
	};
	struct store_query *q;
	int64_t columns = 0;
	TRY(store_prepare(&c->conn, "SELECT count(*) FROM pg_attribute WHERE attrelid=to_regclass(quote_ident(current_schema()) || '.store_process') AND NOT attisdropped AND attname IN ('total', 'told', 'since', 'changed', 'note')", &q));
	TRY(pg_number(q, &columns));
	return columns == 5 ? OK : all_of(c, steps, sizeof steps / sizeof *steps);
}

/* Rows of processes that went without closing: after a week nobody asks for the outcome of their last commit. */
enum err pg_turn_introduce(struct pg_conn *c)
{
	static const char *const begin[] = { PG_BEGIN, PG_TURN }, *const end[] = {
		"DELETE FROM store_process WHERE seen<now()-interval '7 days' AND total<(SELECT max(total) FROM store_process)",
		"COMMIT",
	};
	TRY(all_of(c, begin, 2));
	TRY(complete_table(c));
	TRY(all_of(c, end, 2));
	os_random(os_entropy_real(), &c->process, sizeof c->process);
	c->seen = -1;
	return OK;
}

/* "table batch table batch …": those after the batch that was seen. False: it is something else. */
bool pg_turn_take_changed(struct pg_conn *c, struct str text)
{
	bool read = str_starts(text, S(TOLD_AS));
	text = str_sub(text, read ? strlen(TOLD_AS) : 0, text.len);
	while (read && text.len) {
		int64_t table = 0, total = 0;
		read = str_to_i64(str_cut(&text, ' '), &table) && str_to_i64(str_cut(&text, ' '), &total);
		if (read && total > c->seen)
			pg_cache_forget(c->cache, (uint32_t)table);
	}
	return read;
}

struct look { int64_t newest, next, oldest; bool whole, others; };

static void take_process(struct pg_conn *c, struct store_query *q, struct look *l)
{
	int64_t process = pg_i64(q, 2), total = pg_i64(q, 4);
	bool tells = pg_i64(q, 3) == pg_i64(q, 5);
	if (total > c->seen) {
		l->others |= process != c->process;
		bool all = pg_i64(q, 6) > c->seen;
		c->views.many |= all; /* a table may be a view now */
		l->whole &= tells && !all && pg_turn_take_changed(c, pg_text(q, 7));
	}
	l->newest = total;
	c->note = tells ? pg_i64(q, 8) : 0;
}

/* The processes that wrote since the last turn here, the latest last. */
static enum err look_at_all(struct pg_conn *c, struct look *l)
{
	struct store_query *q;
	TRY(store_prepare(&c->conn, "SELECT CAST(CAST(pg_snapshot_xmax(s.shot) AS text) AS bigint), CAST(CAST(pg_snapshot_xmin(s.shot) AS text) AS bigint),"
	                            " p.process, p.batch, p.total, p.told, p.since, p.changed, p.note"
	                            " FROM (SELECT pg_current_snapshot() AS shot) s LEFT JOIN store_process p ON p.total>=?1 ORDER BY p.total", &q));
	pg_bind_i64(q, 1, c->seen);
	c->note = 0;
	for (bool row = true; row;) {
		TRY(pg_step(q, &row));
		if (!row)
			break;
		l->next = pg_i64(q, 0);
		l->oldest = pg_i64(q, 1);
		if (!pg_null(q, 2))
			take_process(c, q, l);
	}
	pg_reset(q);
	if (l->newest || c->seen <= 0)
		return OK;
	c->seen = -1; /* another server, which never had what was seen */
	l->whole = false;
	return look_at_all(c, l);
}

enum err pg_turn_begin(struct pg_conn *c)
{
	struct look l = { .whole = c->seen >= 0 && c->writers };
	TRY(exec(c, PG_BEGIN));
	TRY(exec(c, c->brief ? PG_TURN_BRIEF : PG_TURN));
	TRY(look_at_all(c, &l));
	/* a transaction each; under way are others where the numbers have a gap */
	l.whole &= l.next == c->writers + (l.newest - c->seen);
	if (!l.whole) {
		pg_cache_clear(c->cache);
		c->doubted = true;
	}
	c->noted = !c->doubted && c->note > 0;
	c->note = c->noted ? c->note : 0;
	c->turned |= l.others;
	c->total = c->seen = l.newest;
	c->writers = l.oldest == l.next ? l.next : 0;
	return OK;
}
