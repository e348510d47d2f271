/* outbox.c - the record read as the outbox: what subscriptions want of it, in order, round what cannot be read.
 *
 * Nothing is lost silently: an entry that cannot be read is passed over by an event (record_pass), said on the page of deliveries, and picked
 * up when it can be read again. A connection that met a damaged page answers nothing more; so the act that failed is done again once the
 * entry it met is known.
 */
#include "courier/courier_int.h"

/* ---- who wants what ---- */

enum err courier_subscriptions(struct store_conn *c, struct arena *a, struct courier_subscription **out)
{
	struct store_query *q;
	bool row;
	*out = NULL;
	TRY(store_prepare(c, "SELECT id, organ, from_seq, kinds FROM webhook WHERE enabled=1 AND removed_ms IS NULL ORDER BY id", &q));
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct courier_subscription *s = arena_new(a, struct courier_subscription);
		if (!s)
			return ERR_NOMEM;
		*s = (struct courier_subscription){ store_col_i64(q, 0), store_col_i64(q, 1), store_col_i64(q, 2), store_col_copy(q, 3, a), *out };
		*out = s;
	}
}

static bool any_wants(const struct courier_subscription *s, int64_t seq, struct str kind)
{
	while (s && !(seq > s->from_seq && courier_matches(s->kinds, kind)))
		s = s->next;
	return s != NULL;
}

/* ---- reading ---- */

/* Behind the last that was read, behind what nobody subscribed to yet, behind what is known to be unreadable. */
static int64_t first_of(const struct courier_outbox *o)
{
	int64_t from = INT64_MAX, first = o->cursor + 1;
	for (const struct courier_subscription *s = o->subscriptions; s; s = s->next)
		from = s->from_seq < from ? s->from_seq : from;
	if (from < INT64_MAX && from + 1 > first)
		first = from + 1;
	for (const struct record_gap *g; (g = record_gap_at(&o->gaps, first)) != NULL;)
		first = g->to + 1;
	return first;
}

enum err courier_outbox_begin(struct store_conn *c, struct arena *a, struct courier_outbox *o)
{
	*o = (struct courier_outbox){ .cursor = row_i64_str(c, "SELECT seq FROM courier_cursor WHERE name=?1", S("events"), 0) };
	o->list = arena_new_n(a, struct courier_entry, COURIER_COLLECT_MAX);
	if (!o->list)
		return ERR_NOMEM;
	TRY(record_gaps_load(c, a, S("courier"), &o->gaps));
	TRY(courier_subscriptions(c, a, &o->subscriptions));
	o->first = first_of(o);
	return OK;
}

/* An entry of a wanted kind must be whole; of the others it is enough that they are there. */
static enum err take(struct courier_outbox *o, struct store_query *q, struct arena *a)
{
	struct courier_entry *e = &o->list[o->count];
	struct str kind = store_col_str(q, 1);
	*e = (struct courier_entry){ .seq = store_col_i64(q, 0), .subject = store_col_i64(q, 2) };
	if (e->seq != o->last + 1)
		return ERR_CORRUPT;
	if (!any_wants(o->subscriptions, e->seq, kind))
		return OK;
	e->kind = arena_str(a, kind);
	struct str payload = store_col_copy(q, 3, a);
	if (!e->kind.ptr || (!payload.ptr && !store_col_null(q, 3)))
		return e->kind.ptr ? ERR_CORRUPT : ERR_NOMEM;
	enum err err = payload.ptr ? json_read(a, payload, &e->data, NULL) : OK; /* NULL: erased */
	o->count += err == OK;
	return err == OK || err == ERR_NOMEM ? err : ERR_CORRUPT;
}

/* From the first to the next gap, at most so many. The entry before the first and the one behind the last are not touched: they
 * may be on a damaged page. */
enum err courier_outbox_read(struct store_conn *c, struct arena *a, struct courier_outbox *o)
{
	const struct record_gap *gap = record_gap_from(&o->gaps, o->first);
	int64_t end = gap ? gap->from - 1 : INT64_MAX;
	struct store_query *q;
	bool row = true;
	o->last = o->first - 1;
	TRY(store_prepare(c, "SELECT l.seq, l.kind, l.subject, l.payload FROM ledger l WHERE l.seq>=?1 AND l.seq<=?2 ORDER BY l.seq LIMIT ?3", &q));
	store_bind_i64(q, 1, o->first);
	store_bind_i64(q, 2, end);
	store_bind_i64(q, 3, COURIER_COLLECT_MAX);
	enum err e = OK;
	int64_t n = 0;
	for (; e == OK && row && o->last < end && n < COURIER_COLLECT_MAX; n += row) {
		e = store_step(q, &row);
		if (e == OK && row)
			e = take(o, q, a);
		o->last += e == OK && row;
	}
	bool short_of = e == OK && !row && gap != NULL; /* missing, up to the gap that is known */
	if (e == ERR_CORRUPT || short_of)
		o->bad = o->last + 1;
	if (e == OK)
		store_reset(q);
	o->more = n == COURIER_COLLECT_MAX || (gap && o->last == end);
	return e == ERR_CORRUPT ? OK : e;
}

/* ---- what stopped the courier ---- */

enum { SCAN_ARENA_MAX = 96 << 20 };

struct scan { int64_t bad; struct arena a; int64_t due[COURIER_SLOTS]; size_t dues; };

static enum err scan_entries(void *arg, struct store_conn *c)
{
	struct scan *s = arg;
	struct courier_outbox o;
	arena_reset(&s->a);
	s->bad = 0;
	TRY(courier_outbox_begin(c, &s->a, &o));
	if (o.subscriptions)
		TRY(courier_outbox_read(c, &s->a, &o));
	s->bad = o.bad;
	return OK;
}

enum err courier_outbox_whole(struct casework *cw)
{
	struct scan s = { .bad = 0 };
	arena_init(&s.a, SCAN_ARENA_MAX);
	enum err e = casework_read(cw, scan_entries, &s);
	arena_release(&s.a);
	return e == OK && s.bad ? ERR_CORRUPT : e;
}

static enum err scan_due(void *arg, struct store_conn *c)
{
	struct scan *s = arg;
	struct store_query *q;
	struct record_gaps gaps;
	bool row;
	s->dues = 0;
	arena_reset(&s->a);
	TRY(record_gaps_load(c, &s->a, S("courier"), &gaps));
	TRY(store_prepare(c, "SELECT ref FROM courier_delivery WHERE state='pending' AND kind='event' ORDER BY next_ms, id LIMIT ?1", &q));
	for (store_bind_i64(q, 1, 10 * COURIER_SLOTS);;) {
		TRY(store_step(q, &row));
		if (!row || s->dues == COURIER_SLOTS)
			break;
		if (!record_gap_at(&gaps, store_col_i64(q, 0)))
			s->due[s->dues++] = store_col_i64(q, 0);
	}
	store_reset(q);
	return OK;
}

static enum err find_bad(struct casework *cw, struct scan *s)
{
	enum err e = casework_read(cw, scan_entries, s);
	if (e != ERR_CORRUPT)
		TRY(e);
	if (s->bad)
		return OK;
	TRY(casework_read(cw, scan_due, s));
	for (size_t i = 0; i < s->dues && !s->bad; i++) {
		bool yes;
		TRY(record_readable(cw, s->due[i], &yes));
		if (!yes)
			s->bad = s->due[i];
	}
	return OK;
}

enum err courier_pass_over(struct casework *cw, enum err met, struct diag *d)
{
	struct scan s = { .bad = 0 };
	arena_init(&s.a, SCAN_ARENA_MAX);
	enum err e = find_bad(cw, &s);
	arena_release(&s.a);
	if (e != OK)
		return e;
	return s.bad ? record_pass(cw, S("courier"), s.bad, d) : courier_notices_pass_over(cw, met, d);
}

/* ---- what can be read again ---- */

struct known { struct record_gaps entries, notices; struct arena *a; };

static enum err load_known(void *arg, struct store_conn *c)
{
	struct known *k = arg;
	TRY(record_gaps_load(c, k->a, S("courier"), &k->entries));
	return record_gaps_load(c, k->a, COURIER_NOTICES, &k->notices);
}

static enum err entries_again(struct casework *cw, const struct record_gaps *gaps, struct json_build *firsts)
{
	for (size_t i = 0; i < gaps->count; i++) {
		bool yes;
		TRY(record_readable(cw, gaps->list[i].from, &yes));
		if (!yes)
			TRY(record_readable(cw, gaps->list[i].to, &yes));
		if (yes)
			json_add_i64(firsts, gaps->list[i].from);
	}
	return OK;
}

enum err courier_look_again(struct casework *cw, struct arena *a, struct json_build *o, bool *any)
{
	struct known k = { .a = a };
	struct json_build entries, notices;
	json_build_array(&entries, a);
	json_build_array(&notices, a);
	TRY(casework_read(cw, load_known, &k));
	TRY(entries_again(cw, &k.entries, &entries));
	TRY(courier_notices_again(cw, &k.notices, &notices));
	*any = entries.value.count || notices.value.count;
	json_set(o, "firsts", json_built(&entries));
	json_set(o, "notices", json_built(&notices));
	return OK;
}
