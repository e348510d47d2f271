/* gaps.c - entries of the record that cannot be read: how far such a stretch reaches, and that a room passes it over.
 *
 * Not the proof (proof.c): it refuses a record with a hole. Here the work goes on beside the hole. A stretch is a row of record_gap,
 * written once for each room, by an event; whoever reads the record from a cursor goes round the stretches that are known.
 */
#include "casework/casework_int.h"

enum { ROW_BY_ROW = 64, DOUBLINGS_MAX = 40, LOOK_ARENA_MAX = 96 << 20 };

/* ---- known ones ---- */

enum err record_gaps_load(struct store_conn *c, struct arena *a, struct str room, struct record_gaps *out)
{
	struct store_query *q;
	*out = (struct record_gaps){ .count = 0 };
	int64_t count = row_i64_str(c, "SELECT count(*) FROM record_gap WHERE room=?1 AND again_ms IS NULL", room, 0);
	struct record_gap *list = arena_new_n(a, struct record_gap, (size_t)count + 1);
	if (!list)
		return ERR_NOMEM;
	TRY(store_prepare(c, "SELECT from_seq, to_seq, why FROM record_gap WHERE room=?1 AND again_ms IS NULL ORDER BY from_seq", &q));
	store_bind_str(q, 1, room);
	for (bool row;;) {
		TRY(store_step(q, &row));
		if (!row || out->count == (size_t)count)
			break;
		list[out->count++] = (struct record_gap){ store_col_i64(q, 0), store_col_i64(q, 1), str_eqz(store_col_str(q, 2), "rows") };
	}
	store_reset(q);
	out->list = list;
	return OK;
}

const struct record_gap *record_gap_from(const struct record_gaps *g, int64_t seq)
{
	size_t low = 0, high = g ? g->count : 0;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (g->list[mid].to < seq)
			low = mid + 1;
		else
			high = mid;
	}
	return g && low < g->count ? &g->list[low] : NULL;
}

const struct record_gap *record_gap_at(const struct record_gaps *g, int64_t seq)
{
	const struct record_gap *gap = record_gap_from(g, seq);
	return gap && gap->from <= seq ? gap : NULL;
}

/* ---- looking ---- */

enum state { READABLE, MISSING, DAMAGED, BEYOND };

struct look { int64_t seq, next; enum state state; struct arena a; };

/* As a room that reads in order comes upon it. */
static enum err look(void *arg, struct store_conn *c)
{
	struct look *l = arg;
	struct store_query *q;
	const struct json *data;
	bool row;
	l->state = DAMAGED; /* until it was read */
	TRY(store_prepare(c, "SELECT seq, at_ms, subject, actor, prev, kind, payload FROM ledger WHERE seq>=?1 ORDER BY seq LIMIT 1", &q));
	store_bind_i64(q, 1, l->seq);
	TRY(store_step(q, &row));
	if (!row) {
		l->state = BEYOND;
		return OK;
	}
	l->next = store_col_i64(q, 0);
	struct str payload = store_col_str(q, 6);
	enum err e = payload.ptr && l->next == l->seq ? json_read(&l->a, payload, &data, NULL) : OK;
	if (l->next > l->seq)
		l->state = MISSING;
	else if (l->next == l->seq && e == OK && (payload.ptr || store_col_null(q, 6))) /* NULL: erased */
		l->state = READABLE;
	store_reset(q);
	return e == ERR_NOMEM ? e : OK;
}

static enum err look_once(struct casework *cw, int64_t seq, struct look *l)
{
	*l = (struct look){ .seq = seq };
	arena_init(&l->a, LOOK_ARENA_MAX);
	enum err e = casework_read(cw, look, l);
	arena_release(&l->a);
	if (e == ERR_CORRUPT)
		l->state = DAMAGED;
	return e == ERR_CORRUPT ? OK : e;
}

/* A page may name entries that never were: what follows a hole must be there when it is asked for itself. */
static enum err look_at(struct casework *cw, int64_t seq, struct look *l)
{
	struct look after;
	TRY(look_once(cw, seq, l));
	if (l->state != MISSING)
		return OK;
	TRY(look_once(cw, l->next, &after));
	if (after.state == MISSING || after.state == BEYOND)
		l->state = DAMAGED;
	return OK;
}

static enum err is_good(struct casework *cw, int64_t seq, bool *good)
{
	struct look l;
	*good = seq < 1;
	if (*good)
		return OK;
	TRY(look_at(cw, seq, &l));
	*good = l.state == READABLE || l.state == BEYOND;
	return OK;
}

/* A stretch that is longer than a few pages: in doubled steps over its end (way 1) or its beginning (way -1), and back to it by halves. */
static enum err stride(struct casework *cw, int64_t *edge, int way)
{
	int64_t step = ROW_BY_ROW, beyond = *edge;
	bool good = false;
	for (int n = 0; n < DOUBLINGS_MAX && !good; n++, step *= 2) {
		*edge = beyond;
		beyond += way * step;
		TRY(is_good(cw, beyond, &good));
	}
	while (good && (beyond - *edge) * way > 1) {
		int64_t mid = *edge + (beyond - *edge) / 2;
		bool readable;
		TRY(is_good(cw, mid, &readable));
		*(readable ? &beyond : edge) = mid;
	}
	return OK;
}

/* Who jumps about in the record comes upon the middle of a hole. */
static enum err reach_back(struct casework *cw, struct record_stretch *s)
{
	bool good = false;
	for (int n = 0; n < ROW_BY_ROW; n++) {
		TRY(is_good(cw, s->from - 1, &good));
		if (good)
			return OK;
		s->from--;
	}
	return stride(cw, &s->from, -1);
}

/* What is missing is passed in one step however long it is; what is damaged entry by entry, so that nothing between two damaged pages is
 * lost, then in strides. */
enum err record_reach(struct casework *cw, int64_t seq, struct record_stretch *s)
{
	struct look l;
	TRY(look_at(cw, seq, &l));
	*s = (struct record_stretch){ seq, seq, seq, l.state == READABLE ? S("rows") : l.state == MISSING ? S("missing") : S("damaged") };
	if (l.state == READABLE)
		return OK;
	if (l.state == BEYOND)
		return ERR_NOT_FOUND;
	TRY(reach_back(cw, s));
	for (int n = 0; l.state == MISSING || l.state == DAMAGED; n++) {
		s->to = l.state == MISSING ? l.next - 1 : l.seq;
		if (n == ROW_BY_ROW)
			return stride(cw, &s->to, 1);
		TRY(look_at(cw, s->to + 1, &l));
	}
	return OK;
}

enum err record_readable(struct casework *cw, int64_t seq, bool *yes)
{
	struct look l;
	TRY(look_at(cw, seq, &l));
	*yes = l.state == READABLE;
	return OK;
}

/* ---- passing over ---- */

enum err record_pass_stretch(struct casework *cw, struct str room, const struct record_stretch *s, struct diag *d)
{
	struct arena a;
	struct json_build o;
	struct casework_result r;
	arena_init(&a, 1 << 20);
	json_build_object(&o, &a);
	json_set_str(&o, "room", room);
	json_set_i64(&o, "seq", s->seq);
	json_set_i64(&o, "from_seq", s->from);
	json_set_i64(&o, "to_seq", s->to);
	json_set_str(&o, "why", s->why);
	struct casework_command c = { .name = S("record.pass"), .actor = { .system = true }, .data = json_built(&o) };
	enum err e = c.data ? casework_do(cw, &c, &a, &r) : ERR_NOMEM;
	if (e != OK && c.data && d)
		*d = r.diag;
	arena_release(&a);
	return e;
}

enum err record_pass(struct casework *cw, struct str room, int64_t seq, struct diag *d)
{
	struct record_stretch s;
	enum err e = record_reach(cw, seq, &s);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	return record_pass_stretch(cw, room, &s, d);
}

/* What of it is not in a stretch that is known; false: the entry itself is. */
static bool clip(const struct record_gaps *known, int64_t seq, int64_t *from, int64_t *to)
{
	if (record_gap_at(known, seq))
		return false;
	for (size_t i = 0; i < known->count; i++) {
		const struct record_gap *g = &known->list[i];
		if (g->to < seq && g->to >= *from)
			*from = g->to + 1;
		if (g->from > seq && g->from <= *to)
			*to = g->from - 1;
	}
	return true;
}

enum err act_record_pass(struct act *act)
{
	struct json_build o;
	struct record_gaps known;
	struct str room = json_text(json_get(act->data, "room")), why = json_text(json_get(act->data, "why"));
	int64_t seq = json_i64(json_get(act->data, "seq"), 0), from = json_i64(json_get(act->data, "from_seq"), 0), to = json_i64(json_get(act->data, "to_seq"), 0);
	if (!room.len || from < 1 || seq < from || to < seq)
		return act_refuse(act, ERR_INVALID, "record.stretch", "Name the room, the entry, and the first and the last that it passes over.");
	TRY(record_gaps_load(act->c, act->a, room, &known));
	if (!clip(&known, seq, &from, &to))
		return OK;
	json_build_object(&o, act->a);
	json_set_str(&o, "room", room);
	json_set_i64(&o, "from_seq", from);
	json_set_i64(&o, "to_seq", to);
	json_set_str(&o, "why", why);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "record.passed", 0, &o);
}

enum err record_again(struct act *act, struct str room, const struct json *firsts, int64_t *first)
{
	struct json_build o;
	*first = INT64_MAX;
	for (size_t i = 0; firsts && firsts->kind == JSON_ARRAY && i < firsts->count; i++) {
		int64_t from = json_i64(&firsts->items[i], 0);
		json_build_object(&o, act->a);
		json_set_str(&o, "room", room);
		json_set_i64(&o, "from_seq", from);
		json_set_i64(&o, "at_ms", act->now_ms);
		TRY(act_emit(act, "record.readable", 0, &o));
		*first = from < *first ? from : *first;
	}
	return OK;
}

/* ---- where people see it ---- */

enum err record_gaps_json(struct view_ctx *v, struct str room, struct json_build *out)
{
	enum { SHOWN_MAX = 100 };
	struct store_query *q;
	struct json_build rows;
	json_set_i64(out, "passed", row_i64_str(v->c, "SELECT coalesce(sum(to_seq-from_seq+1), 0) FROM record_gap WHERE room=?1 AND again_ms IS NULL", room, 0));
	TRY(store_prepare(v->c, "SELECT from_seq, to_seq, nullif(to_seq, from_seq) AS until_seq, to_seq-from_seq+1 AS entries, why, at_ms FROM record_gap WHERE room=?1 AND again_ms IS NULL"
	                        " ORDER BY from_seq LIMIT ?2", &q));
	store_bind_str(q, 1, room);
	store_bind_i64(q, 2, SHOWN_MAX);
	TRY(rows_json(v, q, &rows));
	json_set(out, "gaps", json_built(&rows));
	return OK;
}
