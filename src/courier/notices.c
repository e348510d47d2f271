/* notices.c - notices read for the mail, in order, round those that cannot be read.
 *
 * Their numbers have gaps (many things share one series), so a stretch that cannot be read is bounded by the notices that can: it begins
 * behind the last whole one and ends before the next. It is known as an unreadable stretch of the room COURIER_NOTICES (record.passed, with
 * numbers of notices instead of entries); when it can be read again, what lies in it goes out however late it is.
 */
#include "courier/courier_int.h"

/* A notice counts as read with all that its mail is made of. */
#define NOTICE_SELECT "SELECT n.id, n.title, n.text, n.title_en, n.text_en, p.email FROM notice n JOIN person p ON p.id=n.person WHERE "

/* ---- where to read on ---- */

enum err courier_notices_begin(struct store_conn *c, struct arena *a, struct courier_notices *n)
{
	*n = (struct courier_notices){ .cursor = row_i64_str(c, "SELECT seq FROM courier_cursor WHERE name=?1", S("notices"), 0) };
	TRY(record_gaps_load(c, a, COURIER_NOTICES, &n->gaps));
	n->first = n->cursor + 1;
	for (const struct record_gap *g; (g = record_gap_at(&n->gaps, n->first)) != NULL;)
		n->first = g->to + 1;
	const struct record_gap *next = record_gap_from(&n->gaps, n->first);
	n->end = next ? next->from - 1 : COURIER_NOTICE_LAST;
	return OK;
}

/* ---- looking, each time with a connection of its own: one that met a damaged page answers nothing more ---- */

struct glance { const char *sql; int64_t at, found; };

static enum err glance_at(void *arg, struct store_conn *c)
{
	struct glance *l = arg;
	struct store_query *q;
	bool row;
	l->found = 0;
	TRY(store_prepare(c, l->sql, &q));
	store_bind_i64(q, 1, l->at);
	TRY(store_step(q, &row));
	for (int i = 1; row && i < 6; i++)
		(void)store_col_str(q, i); /* a text that cannot be undone is told when the connection is given back */
	l->found = row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return OK;
}

/* good: it was answered; found: the notice, 0 = none. */
static enum err answered(struct casework *cw, struct glance *l, bool *good)
{
	enum err e = casework_read(cw, glance_at, l);
	*good = e == OK;
	return e == ERR_CORRUPT ? OK : e;
}

/* The first notice from there on (way 1), or the last up to there (way -1). */
static enum err next_to(struct casework *cw, int64_t at, int way, int64_t *found, bool *good)
{
	struct glance l = { way > 0 ? NOTICE_SELECT "n.id>=?1 ORDER BY n.id LIMIT 1" : NOTICE_SELECT "n.id<=?1 ORDER BY n.id DESC LIMIT 1", at, 0 };
	TRY(answered(cw, &l, good));
	*found = l.found;
	return OK;
}

static enum err is_whole(struct casework *cw, int64_t notice, bool *good)
{
	struct glance l = { NOTICE_SELECT "n.id=?1", notice, 0 };
	return answered(cw, &l, good);
}

/* ---- how far a stretch reaches ---- */

struct edge { int64_t bad, good, found; }; /* found: the whole notice that `good` gives; good 0: there is none that way */

static enum err edge_try(struct casework *cw, struct edge *e, int64_t at, int way, bool *good)
{
	int64_t found;
	TRY(next_to(cw, at, way, &found, good));
	if (*good) {
		e->good = at;
		e->found = found;
	} else {
		e->bad = at;
	}
	return OK;
}

/* Number by number over some pages, so that nothing between two damaged ones is lost; then in doubled steps, and back by halves. */
static enum err find_edge(struct casework *cw, int64_t from, int way, struct edge *e)
{
	enum { ONE_BY_ONE = 256, DOUBLINGS_MAX = 40 };
	bool good = false;
	int64_t step = 1, at = from;
	*e = (struct edge){ .bad = from };
	for (int n = 0; n < ONE_BY_ONE + DOUBLINGS_MAX && !good && at > 0; n++) {
		at = at + way * step < 0 ? 0 : at + way * step;
		step = n < ONE_BY_ONE ? 1 : step * 2;
		TRY(edge_try(cw, e, at, way, &good));
	}
	while (good && (e->good - e->bad) * way > 1) {
		bool mid;
		TRY(edge_try(cw, e, e->bad + (e->good - e->bad) / 2, way, &mid));
	}
	return OK;
}

/* From behind the last whole notice to before the next. */
static enum err pass(struct casework *cw, int64_t notice, struct diag *d)
{
	struct edge back, on;
	TRY(find_edge(cw, notice, -1, &back));
	TRY(find_edge(cw, notice, 1, &on));
	int64_t to = !on.good ? COURIER_NOTICE_LAST : on.found ? on.found - 1 : on.good - 1;
	return record_pass_stretch(cw, COURIER_NOTICES, &(struct record_stretch){ .seq = notice, .from = back.found + 1, .to = to, .why = S("damaged") }, d);
}

/* ---- what stopped the courier ---- */

struct ahead { struct arena a; int64_t at, due[COURIER_SLOTS]; size_t dues; };

static enum err read_ahead(void *arg, struct store_conn *c)
{
	struct ahead *s = arg;
	struct courier_notices n;
	struct store_query *q;
	bool row = true;
	TRY(courier_notices_begin(c, &s->a, &n));
	s->at = n.first;
	TRY(store_prepare(c, NOTICE_SELECT "n.id>=?1 AND n.id<=?2 ORDER BY n.id LIMIT ?3", &q));
	store_bind_i64(q, 1, n.first);
	store_bind_i64(q, 2, n.end);
	store_bind_i64(q, 3, COURIER_COLLECT_MAX);
	while (row && s->at <= n.end) {
		TRY(store_step(q, &row));
		s->at = row ? store_col_i64(q, 0) + 1 : s->at;
	}
	store_reset(q);
	return OK;
}

static enum err due_notices(void *arg, struct store_conn *c)
{
	struct ahead *s = arg;
	struct store_query *q;
	bool row;
	s->dues = 0;
	TRY(store_prepare(c, "SELECT d.ref FROM courier_delivery d WHERE d.state='pending' AND d.kind='mail' AND" COURIER_NOTICE_KNOWN("d.ref") "=0 ORDER BY d.next_ms, d.id LIMIT ?1", &q));
	for (store_bind_i64(q, 1, COURIER_SLOTS);;) {
		TRY(store_step(q, &row));
		if (!row || s->dues == COURIER_SLOTS)
			break;
		s->due[s->dues++] = store_col_i64(q, 0);
	}
	store_reset(q);
	return OK;
}

static enum err find_bad(struct casework *cw, struct ahead *s, int64_t *bad)
{
	enum err e = casework_read(cw, read_ahead, s);
	*bad = e == ERR_CORRUPT ? s->at : 0;
	if (*bad || e != OK)
		return *bad ? OK : e;
	TRY(casework_read(cw, due_notices, s));
	for (size_t i = 0; i < s->dues && !*bad; i++) {
		bool good;
		TRY(is_whole(cw, s->due[i], &good));
		*bad = good ? 0 : s->due[i];
	}
	return OK;
}

enum { AHEAD_ARENA_MAX = 8 << 20 };

enum err courier_notices_whole(struct casework *cw)
{
	struct ahead s = { .at = 0 };
	arena_init(&s.a, AHEAD_ARENA_MAX);
	enum err e = casework_read(cw, read_ahead, &s);
	arena_release(&s.a);
	return e;
}

enum err courier_notices_pass_over(struct casework *cw, enum err met, struct diag *d)
{
	struct ahead s = { .at = 0 };
	int64_t bad, found;
	bool good = true;
	arena_init(&s.a, AHEAD_ARENA_MAX);
	enum err e = find_bad(cw, &s, &bad);
	arena_release(&s.a);
	TRY(e);
	if (bad)
		TRY(next_to(cw, bad, 1, &found, &good));
	return good ? met : pass(cw, bad, d);
}

/* ---- what can be read again ---- */

enum err courier_notices_again(struct casework *cw, const struct record_gaps *gaps, struct json_build *firsts)
{
	for (size_t i = 0; i < gaps->count; i++) {
		bool yes;
		int64_t found;
		TRY(next_to(cw, gaps->list[i].from, 1, &found, &yes));
		if (!yes)
			TRY(next_to(cw, gaps->list[i].to, -1, &found, &yes));
		if (yes)
			json_add_i64(firsts, gaps->list[i].from);
	}
	return OK;
}

/* ---- where people see it ---- */

enum err courier_notices_json(struct view_ctx *v, struct json_build *out)
{
	enum { SHOWN_MAX = 100 };
	struct store_query *q;
	struct json_build rows;
	TRY(store_prepare(v->c, "SELECT from_seq AS from_notice, CASE WHEN to_seq<?2 AND to_seq>from_seq THEN to_seq END AS until_notice,"
	                        " CASE WHEN to_seq>=?2 THEN 1 ELSE 0 END AS open_end, at_ms FROM record_gap WHERE room=?1 AND again_ms IS NULL ORDER BY from_seq LIMIT ?3", &q));
	store_bind_str(q, 1, COURIER_NOTICES);
	store_bind_i64(q, 2, COURIER_NOTICE_LAST);
	store_bind_i64(q, 3, SHOWN_MAX);
	TRY(rows_json(v, q, &rows));
	json_set(out, "notice_gaps", json_built(&rows));
	return OK;
}
