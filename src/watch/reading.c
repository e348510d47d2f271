/* reading.c - the ledger read in order, round what cannot be read.
 *
 * Entries are numbered without a gap: where a number is left out, one is missing. What is met for the first time ends the reading with
 * ERR_CORRUPT and its number; who reads passes it over (record_pass) and reads again. A connection that met a damaged page answers
 * nothing more: therefore again, and not on.
 */
#include "watch/watch_int.h"

static enum err unreadable(struct watch_record *r, int64_t seq)
{
	r->bad = seq;
	return ERR_CORRUPT;
}

/* ---- moments ---- */

enum err watch_time_at(struct store_conn *c, struct watch_record *r, int64_t seq, int64_t *at_ms)
{
	struct store_query *q;
	bool row;
	for (const struct record_gap *gap; (gap = record_gap_at(r->gaps, seq)) != NULL;)
		seq = gap->from - 1;
	*at_ms = 0;
	if (seq < 1)
		return OK;
	TRY(store_prepare(c, "SELECT at_ms FROM ledger WHERE seq=?1", &q));
	store_bind_i64(q, 1, seq);
	enum err e = store_step(q, &row);
	if (e != OK || !row)
		return e == OK || e == ERR_CORRUPT ? unreadable(r, seq) : e;
	*at_ms = store_col_i64(q, 0);
	store_reset(q);
	return OK;
}

static int64_t smaller(int64_t x, int64_t y) { return x < y ? x : y; }

enum err watch_seq_at(struct store_conn *c, struct watch_record *r, int64_t at_ms, int64_t *seq)
{
	int64_t low = 0, high = row_i64(c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
	while (low < high) {
		int64_t mid = low + (high - low + 1) / 2, known = mid, at;
		const struct record_gap *gap = record_gap_at(r->gaps, mid);
		if (gap)
			known = gap->from - 1;
		TRY(watch_time_at(c, r, known, &at));
		if (known <= low || at <= at_ms)
			low = gap ? smaller(gap->to, high) : mid;
		else
			high = known - 1;
	}
	*seq = low;
	return OK;
}

/* ---- entries ---- */

struct walk {
	struct store_conn *c;
	struct watch_span *span;
	struct watch_rule *const *rules;
	struct arena *a;
	enum err (*each)(void *arg, const struct watch_entry *e);
	void *arg;
	int64_t count;
	bool after_gap;
};

static bool is_wanted(const struct walk *w, const struct watch_entry *e)
{
	if (w->span->only)
		return str_eqz(e->kind, w->span->only);
	return watch_rules_want(w->rules ? *w->rules : NULL, e->kind) || watch_fold_wants(w->span->fold, e->subject, e->kind) || str_eqz(e->kind, "case.concluded") ||
	       str_starts(e->kind, S("watch.rule."));
}

static enum err entry_give(struct walk *w, struct store_query *q)
{
	struct watch_entry entry = { .seq = store_col_i64(q, 0), .at_ms = store_col_i64(q, 1), .subject = store_col_i64(q, 2),
	                             .actor = store_col_i64(q, 3), .prev = store_col_i64(q, 4), .kind = store_col_str(q, 5),
	                             .after_gap = w->after_gap };
	if (!w->after_gap && !is_wanted(w, &entry))
		return OK; /* behind a gap everything is given: rules may have changed in it */
	arena_reset(w->a);
	entry.payload = store_col_str(q, 6);
	if (!entry.payload.ptr && !store_col_null(q, 6)) /* NULL: erased; what it said is not judged any more */
		return unreadable(w->span->record, entry.seq);
	enum err e = entry.payload.ptr ? json_read(w->a, entry.payload, &entry.data, NULL) : OK;
	if (e != OK)
		return e == ERR_NOMEM ? e : unreadable(w->span->record, entry.seq);
	w->after_gap = false;
	return w->each(w->arg, &entry);
}

static enum err step_on(struct walk *w, struct store_query *q, bool *row)
{
	int64_t next = w->span->last + 1;
	enum err e = store_step(q, row);
	if (e != OK || !*row)
		return e == ERR_CORRUPT ? unreadable(w->span->record, next) : e;
	if (store_col_i64(q, 0) != next)
		return unreadable(w->span->record, next);
	TRY(entry_give(w, q));
	w->span->last = next;
	w->count++;
	return OK;
}

/* Where nothing is known to be unreadable. Not one step before or beyond: the neighbours may be on a damaged page
 * (seq>9 is looked for beginning with 9). */
static enum err stretch(struct walk *w, int64_t to)
{
	struct store_query *q;
	TRY(store_prepare_text(w->c, "SELECT seq, at_ms, subject, actor, prev, kind, payload FROM ledger WHERE seq>=?1 AND seq<=?2 ORDER BY seq LIMIT ?3", &q));
	store_bind_i64(q, 1, w->span->last + 1);
	store_bind_i64(q, 2, to);
	store_bind_i64(q, 3, w->span->limit - w->count);
	enum err e = OK;
	for (bool row = true; e == OK && row && w->span->last < to;)
		e = step_on(w, q, &row);
	store_finalize_text(q);
	return e;
}

enum err watch_entries(struct store_conn *c, struct watch_span *span, struct watch_rule *const *rules, struct arena *a,
                       enum err (*each)(void *arg, const struct watch_entry *e), void *arg)
{
	struct walk w = { .c = c, .span = span, .rules = rules, .a = a, .each = each, .arg = arg };
	span->last = span->from;
	while (span->last < span->to && w.count < span->limit) {
		const struct record_gap *gap = record_gap_from(span->record->gaps, span->last + 1);
		int64_t end = gap ? smaller(gap->from - 1, span->to) : span->to;
		if (end > span->last)
			TRY(stretch(&w, end));
		if (!gap || span->to < gap->from || w.count >= span->limit)
			break;
		if (span->last < end)
			return unreadable(span->record, span->last + 1); /* missing, up to the stretch that is known */
		span->last = smaller(gap->to, span->to);
		w.after_gap = true;
	}
	return OK;
}
