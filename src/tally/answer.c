/* answer.c - a question as one SQL statement over the counters. Every value in its text is a number of ours or the name of a column;
 * what a person typed is bound. */
#include "tally/tally_int.h"

enum { SQL_MAX = 32 << 10 };

static bool splits_by(const struct question *q, enum tally_split s)
{
	return q->by == s || q->then == s;
}

/* The key's expression over the rows t of one span. */
static void put_key(struct buf *b, const struct question *q, const struct span *s, enum tally_split split)
{
	static const char *const columns[TALLY_SPLITS] = {
		[TALLY_NONE] = "0", [TALLY_ORGAN] = "t.organ", [TALLY_ITEM] = "t.item", [TALLY_POST] = "t.post",
		[TALLY_KIND] = "(SELECT CAST(i.kind AS INTEGER) FROM item i WHERE i.id=t.item)",
		[TALLY_CHANNEL] = "CAST(t.channel AS INTEGER)",
		/* a case without a region of its own (of an outside log) is its organ's */
		[TALLY_REGION] = "CASE WHEN t.region=0 THEN (SELECT coalesce(o.region, 0) FROM organ o WHERE o.id=t.organ) ELSE t.region END",
	};
	static const int months[] = { 1, 1, 1, 3, 6, 12 };
	if (split != TALLY_PERIOD)
		buf_putz(b, columns[split]);
	else if (q->unit == TALLY_DAY)
		buf_putz(b, "t.at");
	else if (q->unit == TALLY_WEEK)
		buf_putz(b, "(t.at+3)/7");
	else if (s->grain == GRAIN_YEAR_ITEM)
		buf_putz(b, "t.at");
	else if (s->grain <= GRAIN_DAY_ITEM)
		buf_printf(b, "%lld", (long long)(s->month / months[q->unit]));
	else
		buf_printf(b, "t.at/%d", months[q->unit]);
}

static void put_filters(struct buf *b, const struct question *q)
{
	if (q->organ)
		buf_printf(b, " AND t.organ=%lld", (long long)q->organ);
	if (q->item)
		buf_printf(b, " AND t.item=%lld", (long long)q->item);
	if (q->post)
		buf_printf(b, " AND t.post=%lld", (long long)q->post);
	if (q->region)
		buf_printf(b, " AND (t.region IN (SELECT id FROM below) OR (t.region=0 AND t.organ IN (SELECT id FROM organ WHERE region IN (SELECT id FROM below))))");
	if (q->kind.len)
		buf_putz(b, " AND t.item IN (SELECT id FROM item WHERE kind=?1)");
	if (q->channel.len)
		buf_putz(b, " AND t.channel=?2");
	if (q->only_organs_of)
		buf_printf(b, " AND t.organ IN (SELECT organ FROM post WHERE role='head' AND (a=%lld OR b=%lld))", (long long)q->only_organs_of, (long long)q->only_organs_of);
}

/* The rows t of the span. Those of one organ or item are sought day by day (or month by month) rather than read with all others
 * of the time: an item's organs are known from its years. */
static void put_rows(struct buf *b, const struct question *q, const struct span *s)
{
	const char *table = q->family == TALLY_STEPS ? "tally_step" : "tally";
	if ((!q->organ && !q->item) || s->grain == GRAIN_YEAR_ITEM) {
		buf_printf(b, " FROM %s t WHERE t.grain=%d AND t.at BETWEEN %lld AND %lld", table, s->grain, (long long)s->from, (long long)s->until);
		return;
	}
	buf_printf(b, " FROM (WITH RECURSIVE n(at) AS (SELECT %lld UNION ALL SELECT at + 1 FROM n WHERE at < %lld) SELECT at FROM n) n CROSS JOIN %s t"
	           " WHERE t.grain=%d AND t.at=n.at", (long long)s->from, (long long)s->until, table, s->grain);
	if (!q->organ)
		buf_printf(b, " AND t.organ IN (SELECT y.organ FROM tally y WHERE y.grain=%d AND y.item=%lld)", GRAIN_YEAR_ITEM, (long long)q->item);
}

static void put_span(struct buf *b, const struct question *q, const struct span *s)
{
	buf_putz(b, "SELECT ");
	put_key(b, q, s, q->by);
	buf_putz(b, " AS k0, ");
	put_key(b, q, s, q->then);
	buf_putz(b, " AS k1");
	for (size_t i = 0; i < q->measures_count; i++)
		buf_printf(b, ", sum(%s) AS c%zu, sum(%s) AS u%zu", q->measures[i]->counter, i, q->measures[i]->under ? q->measures[i]->under : "0", i);
	put_rows(b, q, s);
	put_filters(b, q);
	buf_putz(b, " GROUP BY 1, 2");
}

static void put_question(struct buf *b, const struct question *q, const struct span *spans, size_t count)
{
	if (q->region)
		buf_printf(b, "WITH RECURSIVE below(id) AS (SELECT CAST(%lld AS bigint) UNION SELECT r.id FROM region r JOIN below ON r.parent=below.id) ", (long long)q->region);
	buf_putz(b, "SELECT k0, k1");
	for (size_t i = 0; i < q->measures_count; i++)
		buf_printf(b, ", sum(c%zu), sum(u%zu)", i, i);
	buf_putz(b, " FROM (");
	for (size_t i = 0; i < count; i++) {
		buf_putz(b, i ? " UNION ALL " : "");
		put_span(b, q, &spans[i]);
	}
	buf_putz(b, ") s GROUP BY k0, k1 ORDER BY k0, k1");
}

static void read_line(struct store_query *rows, const struct question *q, struct line *l)
{
	l->key[0] = store_col_i64(rows, 0);
	l->key[1] = store_col_i64(rows, 1);
	for (size_t i = 0; i < q->measures_count; i++) {
		l->counter[i] = store_col_i64(rows, 2 + 2 * (int)i);
		l->under[i] = store_col_i64(rows, 3 + 2 * (int)i);
	}
}

/* A line in which nothing was counted says nothing. */
static bool is_empty(const struct question *q, const struct line *l)
{
	for (size_t i = 0; i < q->measures_count; i++)
		if (l->counter[i] || l->under[i])
			return false;
	return true;
}

static enum err read_lines(struct store_query *rows, struct arena *a, const struct question *q, struct answer *out)
{
	size_t room = 0;
	*out = (struct answer){ 0 };
	for (;;) {
		bool row;
		TRY(store_step(rows, &row));
		if (!row)
			return OK;
		if (out->count == room) {
			struct line *more = arena_new_n(a, struct line, room ? room * 2 : 64);
			if (!more)
				return ERR_NOMEM;
			if (room)
				memcpy(more, out->lines, room * sizeof *more);
			out->lines = more;
			room = room ? room * 2 : 64;
		}
		struct line *l = &out->lines[out->count];
		read_line(rows, q, l);
		for (size_t i = 0; i < q->measures_count; i++) {
			out->total.counter[i] += l->counter[i];
			out->total.under[i] += l->under[i];
		}
		out->count += !is_empty(q, l);
	}
}

enum err question_answer(struct store_conn *c, struct arena *a, const struct question *q, struct answer *out)
{
	struct span spans[SPANS_MAX];
	bool by_item = q->item || q->kind.len || splits_by(q, TALLY_ITEM) || splits_by(q, TALLY_KIND);
	/* steps are kept by day and month only, without items */
	size_t n = span_cover(q->from, q->until, by_item, splits_by(q, TALLY_PERIOD) ? q->unit : TALLY_UNITS, spans);
	struct buf b;
	struct str sql;
	struct store_query *rows;
	buf_init_in(&b, a, SQL_MAX);
	put_question(&b, q, spans, n);
	buf_byte(&b, 0);
	TRY(buf_finish(&b, &sql));
	TRY(store_prepare_text(c, sql.ptr, &rows));
	if (q->kind.len)
		store_bind_str(rows, 1, q->kind);
	if (q->channel.len)
		store_bind_str(rows, 2, q->channel);
	enum err e = read_lines(rows, a, q, out);
	store_finalize_text(rows);
	return e;
}
