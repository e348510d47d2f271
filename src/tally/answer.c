/* answer.c - a question as one SQL statement over the counters, added up by key as its rows come. Every value in its text is a number of
 * ours or the name of a column; what a person typed is bound to numbers before. */
#include "tally/tally_int.h"

enum { SQL_MAX = 64 << 10, LINES_EVER = 100000 };

/* ---- which counters ---- */

#define CUT_KEEPS(cut, steps, organ, item, region, kind, channel) \
	[cut] = { steps, (organ) * KEEPS_ORGAN | (item) * KEEPS_ITEM | (region) * KEEPS_REGION | (kind) * KEEPS_KIND | (channel) * KEEPS_CHANNEL },
static const struct { bool steps; unsigned keeps; } cuts[TALLY_CUTS_COUNT] = { TALLY_CUTS(CUT_KEEPS) };

static int cut_for(enum tally_family family, unsigned needs)
{
	for (int i = 0; i < TALLY_CUTS_COUNT; i++)
		if (cuts[i].steps == (family == TALLY_STEPS) && (needs & ~cuts[i].keeps) == 0)
			return i;
	return family == TALLY_STEPS ? FINE_CUT_STEPS : FINE_CUT_CASES;
}

static unsigned split_needs(enum tally_split s)
{
	static const unsigned needs[TALLY_SPLITS] = { [TALLY_ORGAN] = KEEPS_ORGAN, [TALLY_ITEM] = KEEPS_ITEM, [TALLY_POST] = KEEPS_ITEM,
	                                              [TALLY_REGION] = KEEPS_REGION, [TALLY_KIND] = KEEPS_KIND, [TALLY_CHANNEL] = KEEPS_CHANNEL };
	return needs[s];
}

static unsigned filter_needs(const struct question *q)
{
	return (q->organ || q->only_organs_of ? KEEPS_ORGAN : 0u) | (q->item || q->post ? KEEPS_ITEM : 0u) | (q->region ? KEEPS_REGION : 0u) |
	       (q->kind != ANY ? KEEPS_KIND : 0u) | (q->channel != ANY ? KEEPS_CHANNEL : 0u);
}

static const char *table_of(const struct question *q)
{
	return q->family == TALLY_STEPS ? "tally_step" : "tally";
}

/* ---- the statement ---- */

static const char *const columns[TALLY_SPLITS] = {
	[TALLY_NONE] = "0", [TALLY_PERIOD] = "t.at", [TALLY_ORGAN] = "t.organ", [TALLY_ITEM] = "t.item", [TALLY_POST] = "t.post", [TALLY_KIND] = "t.kind",
	[TALLY_CHANNEL] = "t.channel", [TALLY_REGION] = "t.region",
};

static void put_filters(struct buf *b, const struct question *q)
{
	if (q->organ)
		buf_printf(b, " AND t.organ=%lld", (long long)q->organ);
	if (q->item)
		buf_printf(b, " AND t.item=%lld", (long long)q->item);
	if (q->post)
		buf_printf(b, " AND t.post=%lld", (long long)q->post);
	if (q->region)
		buf_putz(b, " AND t.region IN (SELECT id FROM below)");
	if (q->kind != ANY)
		buf_printf(b, " AND t.kind=%lld", (long long)q->kind);
	if (q->channel != ANY)
		buf_printf(b, " AND t.channel=%lld", (long long)q->channel);
	if (q->only_organs_of)
		buf_printf(b, " AND t.organ IN (SELECT organ FROM post WHERE role='head' AND (a=%lld OR b=%lld))", (long long)q->only_organs_of, (long long)q->only_organs_of);
}

static void put_below(struct buf *b, const struct question *q)
{
	if (q->region)
		buf_printf(b, "WITH RECURSIVE below(id) AS (SELECT CAST(%lld AS bigint) UNION SELECT r.id FROM region r JOIN below ON r.parent=below.id) ", (long long)q->region);
}

/* The organs of an item (or post), known from its years, so that its rows can be sought instead of read with all others. */
static void put_organs_of(struct buf *b, const struct question *q)
{
	bool steps = q->family == TALLY_STEPS;
	buf_printf(b, " AND t.organ IN (SELECT y.organ FROM %s y WHERE y.grain=%d AND y.%s=%lld)", table_of(q),
	           grain_of(cut_for(q->family, KEEPS_ORGAN | KEEPS_ITEM), CELL_YEAR), steps ? "post" : "item", (long long)(steps ? q->post : q->item));
}

/* Does a filter fit the head of the rows' key (grain, at, channel, organ, kind)? */
static bool can_seek(const struct question *q, int cut)
{
	return q->organ || q->item || q->post || q->only_organs_of || (q->kind != ANY && !(cuts[cut].keeps & KEEPS_ORGAN)) || q->channel != ANY;
}

/* The rows t of a span that is closed: sought cell by cell and channel by channel where a filter allows it. */
static void put_closed(struct buf *b, const struct question *q, int cut, const struct span *s)
{
	bool channels = q->family == TALLY_CASES && (cuts[cut].keeps & KEEPS_CHANNEL) && q->channel == ANY;
	if (!can_seek(q, cut)) {
		buf_printf(b, " FROM %s t WHERE t.grain=%d AND t.at BETWEEN %lld AND %lld", table_of(q), grain_of(cut, s->unit), (long long)s->from, (long long)s->until);
		return;
	}
	buf_printf(b, " FROM (WITH RECURSIVE n(at) AS (SELECT %lld UNION ALL SELECT at + 1 FROM n WHERE at < %lld) SELECT at FROM n) n", (long long)s->from, (long long)s->until);
	if (channels)
		buf_printf(b, " CROSS JOIN (SELECT DISTINCT y.channel FROM tally y WHERE y.grain=%d) h", grain_of(cut_for(TALLY_CASES, KEEPS_CHANNEL), CELL_YEAR));
	buf_printf(b, " CROSS JOIN %s t WHERE t.grain=%d AND t.at=n.at", table_of(q), grain_of(cut, s->unit));
	if (q->family == TALLY_CASES)
		buf_putz(b, channels ? " AND t.channel=h.channel" : q->channel == ANY ? " AND t.channel=0" : "");
	if (!q->organ && (q->item || q->post))
		put_organs_of(b, q);
	else if (!(cuts[cut].keeps & KEEPS_ORGAN))
		buf_putz(b, " AND t.organ=0");
}

/* One span's rows: their unit, their keys, then the counters. */
static void put_span(struct buf *b, const struct question *q, int cut, const struct span *s, bool closed)
{
	buf_printf(b, "SELECT %d, %s, %s", s->unit, columns[q->by], columns[q->then]);
	for (size_t i = 0; i < q->measures_count; i++) {
		buf_printf(b, ", %s", q->measures[i]->counter);
		if (q->measures[i]->under)
			buf_printf(b, ", %s", q->measures[i]->under);
	}
	if (closed)
		put_closed(b, q, cut, s);
	else
		buf_printf(b, " FROM %s t WHERE t.grain=%d AND t.at BETWEEN %lld AND %lld", table_of(q), grain_of(cut, s->unit), (long long)s->from, (long long)s->until);
	put_filters(b, q);
}

/* The last day of the period that holds d. */
static calendar_day period_end(calendar_day d, enum tally_unit unit)
{
	int y, m, day;
	if (unit == TALLY_DAY)
		return d;
	if (unit == TALLY_WEEK)
		return (calendar_day)(((int64_t)d + 3) / 7 * 7 + 3);
	calendar_day_civil(d, &y, &m, &day);
	return calendar_day_of(y, 12, 31);
}

/* The days of the cut that keeps all are the fine rows, which hold open days as well: those are read apart. */
static size_t closed_only(struct span *spans, size_t n, int64_t closed)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (spans[i].unit == CELL_DAY && spans[i].until > closed)
			spans[i].until = closed;
		if (spans[i].from <= spans[i].until)
			spans[kept++] = spans[i];
	}
	return kept;
}

/* Closed days from the cut's cells, which are asked `of_closed`, the others from the fine ones. What is closed ends somewhere: where the
 * question goes on after that, whole cells hold no more than is asked for. */
static void put_question(struct buf *b, const struct question *q, const struct question *of_closed, int cut, int64_t closed)
{
	struct span spans[SPANS_MAX];
	enum tally_unit unit = q->by == TALLY_PERIOD || q->then == TALLY_PERIOD ? q->unit : TALLY_UNITS;
	size_t n = 0;
	put_below(b, q);
	if (q->from <= closed)
		n = span_cover(q->from, closed <= q->until ? period_end((calendar_day)closed, unit) : q->until, unit, spans);
	n = closed_only(spans, n, closed);
	for (size_t i = 0; i < n; i++) {
		put_span(b, of_closed, cut, &spans[i], true);
		buf_putz(b, i + 1 < n || closed < q->until ? " UNION ALL " : "");
	}
	if (closed < q->until || n == 0)
		put_span(b, q, q->family == TALLY_STEPS ? FINE_CUT_STEPS : FINE_CUT_CASES,
		         &(struct span){ CELL_DAY, closed < q->from ? q->from : closed + 1, q->until }, false);
}

/* ---- adding up ---- */

/* Lines found by their keys: open addressing over the lines in the order met. */
struct sums {
	struct arena *a;
	struct line *lines;
	uint32_t *slots; /* index + 1; 0 = empty */
	size_t count, room, slots_count;
};

static size_t slot_of(const struct sums *s, const int64_t key[2])
{
	uint64_t h = ((uint64_t)key[0] * 0x9E3779B97F4A7C15u) ^ ((uint64_t)key[1] * 0xC2B2AE3D27D4EB4Fu);
	size_t at = (size_t)(h ^ h >> 29) & (s->slots_count - 1);
	while (s->slots[at] && (s->lines[s->slots[at] - 1].key[0] != key[0] || s->lines[s->slots[at] - 1].key[1] != key[1]))
		at = (at + 1) & (s->slots_count - 1);
	return at;
}

static enum err sums_grow(struct sums *s)
{
	size_t room = s->room ? s->room * 2 : 64;
	struct line *lines = arena_new_n(s->a, struct line, room);
	uint32_t *slots = arena_new_n(s->a, uint32_t, room * 2);
	if (!lines || !slots)
		return ERR_NOMEM;
	if (s->count)
		memcpy(lines, s->lines, s->count * sizeof *lines);
	s->lines = lines;
	s->slots = slots;
	s->slots_count = room * 2;
	s->room = room;
	for (size_t i = 0; i < s->count; i++)
		s->slots[slot_of(s, s->lines[i].key)] = (uint32_t)(i + 1);
	return OK;
}

static enum err sums_line(struct sums *s, const int64_t key[2], struct line **out)
{
	size_t at = s->slots_count ? slot_of(s, key) : 0;
	if (!s->slots_count || (!s->slots[at] && s->count == s->room)) {
		TRY(sums_grow(s));
		at = slot_of(s, key);
	}
	if (!s->slots[at]) {
		s->lines[s->count] = (struct line){ .key = { key[0], key[1] } };
		s->slots[at] = (uint32_t)++s->count;
	}
	*out = &s->lines[s->slots[at] - 1];
	return OK;
}

/* The period of a cell; a week that is read for a longer period lies in one month, and so does its Thursday. */
static int64_t period_of_cell(enum cell_unit cell, int64_t at, enum tally_unit unit)
{
	static const int64_t months[TALLY_UNITS] = { 1, 1, 1, 3, 6, 12 };
	if (cell == CELL_DAY)
		return period_of_day((calendar_day)at, unit);
	if (cell == CELL_WEEK)
		return unit == TALLY_WEEK ? at : period_of_day((calendar_day)(at * 7), unit);
	return cell == CELL_MONTH ? at / months[unit] : at;
}

static enum err add_row(struct sums *s, struct store_query *rows, const struct question *q)
{
	enum cell_unit cell = (enum cell_unit)store_col_i64(rows, 0);
	int64_t key[2] = { store_col_i64(rows, 1), store_col_i64(rows, 2) };
	struct line *l;
	int col = 3;
	if (q->by == TALLY_PERIOD)
		key[0] = period_of_cell(cell, key[0], q->unit);
	if (q->then == TALLY_PERIOD)
		key[1] = period_of_cell(cell, key[1], q->unit);
	TRY(sums_line(s, key, &l));
	for (size_t i = 0; i < q->measures_count; i++) {
		l->counter[i] += store_col_i64(rows, col++);
		if (q->measures[i]->under)
			l->under[i] += store_col_i64(rows, col++);
	}
	return s->count <= LINES_EVER ? OK : ERR_LIMIT;
}

/* A line in which nothing was counted says nothing. */
static bool is_empty(const struct question *q, const struct line *l)
{
	for (size_t i = 0; i < q->measures_count; i++)
		if (l->counter[i] || l->under[i])
			return false;
	return true;
}

int lines_order(const void *x, const void *y)
{
	const struct line *a = x, *b = y;
	int first = (a->key[0] > b->key[0]) - (a->key[0] < b->key[0]);
	return first ? first : (a->key[1] > b->key[1]) - (a->key[1] < b->key[1]);
}

static void finish(const struct sums *s, const struct question *q, struct answer *out)
{
	*out = (struct answer){ .lines = s->lines };
	for (size_t k = 0; k < s->count; k++) {
		const struct line *l = &s->lines[k];
		if (is_empty(q, l))
			continue;
		for (size_t i = 0; i < q->measures_count; i++) {
			out->total.counter[i] += l->counter[i];
			out->total.under[i] += l->under[i];
		}
		s->lines[out->count++] = *l;
	}
	if (out->count)
		qsort(out->lines, out->count, sizeof *out->lines, lines_order);
}

static enum err read_rows(struct store_query *rows, struct arena *a, const struct question *q, struct answer *out)
{
	struct sums s = { .a = a };
	for (;;) {
		bool row;
		TRY(store_step(rows, &row));
		if (!row)
			break;
		TRY(add_row(&s, rows, q));
	}
	finish(&s, q, out);
	return OK;
}

/* ---- a region that leaves nothing out ---- */

/* One number, by a statement made for it; 0 where there is none. */
static enum err one_number(struct store_conn *c, struct buf *made, int64_t *out)
{
	struct str sql;
	struct store_query *rows;
	bool row;
	buf_byte(made, 0);
	TRY(buf_finish(made, &sql));
	TRY(store_prepare_text(c, sql.ptr, &rows));
	enum err e = store_step(rows, &row);
	*out = e == OK && row ? store_col_i64(rows, 0) : 0;
	store_finalize_text(rows);
	return e;
}

/* Closed days all of whose rows lie in the region asked for (the city's own, most often) are asked without it: to keep regions apart for
 * it would take a finer cut, of many times the rows. The years by region tell, a handful of rows; *closed is the last day they hold. What
 * comes after is asked with the region. */
static enum err drop_idle_region(struct store_conn *c, struct arena *a, struct question *q, int64_t *closed)
{
	struct buf b;
	int64_t outside = 0;
	int regions = cut_for(q->family, KEEPS_REGION);
	if (!q->region)
		return OK;
	buf_init_in(&b, a, SQL_MAX);
	put_below(&b, q);
	buf_printf(&b, "SELECT count(*) FROM %s t WHERE t.grain=%d AND t.region NOT IN (SELECT id FROM below)", table_of(q), grain_of(regions, CELL_YEAR));
	TRY(one_number(c, &b, &outside));
	if (outside)
		return OK;
	q->region = 0;
	*closed = cut_closed_until(c, regions);
	return OK;
}

/* ---- how many lines there would be ---- */

static enum err keys_of(struct store_conn *c, struct arena *a, const struct question *q, enum tally_split split, int64_t *out)
{
	struct buf b;
	if (split == TALLY_PERIOD) {
		*out = period_of_day(q->until, q->unit) - period_of_day(q->from, q->unit) + 1;
		return OK;
	}
	buf_init_in(&b, a, SQL_MAX);
	put_below(&b, q);
	buf_printf(&b, "SELECT count(DISTINCT %s) FROM %s t WHERE t.grain=%d", columns[split], table_of(q),
	           grain_of(cut_for(q->family, split_needs(split) | filter_needs(q)), CELL_YEAR));
	put_filters(&b, q);
	return one_number(c, &b, out);
}

static enum err refuse_lines(struct arena *a, int64_t lines, struct diag *d)
{
	(void)diag_set(d, ERR_LIMIT, "tally.too-many-lines",
	               "The table would have up to %lld lines, %d at most can be made: choose a longer period, fewer days, or a filter.", (long long)lines, LINES_MAX);
	diag_arg(d, arena_printf(a, "%lld", (long long)lines));
	return ERR_LIMIT;
}

/* Two splits can make more lines than anybody reads, and than can be made while somebody waits. */
static enum err check_lines(struct store_conn *c, struct arena *a, const struct question *q, struct diag *d)
{
	int64_t first, second;
	if (q->by == TALLY_NONE || q->then == TALLY_NONE)
		return OK;
	TRY(keys_of(c, a, q, q->by, &first));
	TRY(keys_of(c, a, q, q->then, &second));
	return first * second <= LINES_MAX ? OK : refuse_lines(a, first * second, d);
}

enum err question_answer(struct store_conn *c, struct arena *a, const struct question *q, struct answer *out, struct diag *d)
{
	struct question of_closed = *q;
	int64_t closed = INT64_MAX;
	struct buf b;
	struct str sql;
	struct store_query *rows;
	TRY(drop_idle_region(c, a, &of_closed, &closed));
	TRY(check_lines(c, a, &of_closed, d));
	int cut = cut_for(q->family, split_needs(q->by) | split_needs(q->then) | filter_needs(&of_closed));
	int64_t closed_by_cut = cut_closed_until(c, cut);
	buf_init_in(&b, a, SQL_MAX);
	put_question(&b, q, &of_closed, cut, closed < closed_by_cut ? closed : closed_by_cut);
	buf_byte(&b, 0);
	TRY(buf_finish(&b, &sql));
	TRY(store_prepare_text(c, sql.ptr, &rows));
	enum err e = read_rows(rows, a, q, out);
	store_finalize_text(rows);
	return e == ERR_LIMIT ? refuse_lines(a, LINES_EVER, d) : e;
}
