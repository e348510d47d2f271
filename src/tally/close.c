/* close.c - days that are over: their rows are added up into the coarser ones, once, by an event of the record.
 *
 * Looked at on the first tick of each day. A small city closes a day with one event; where there are many rows a cut at a time and a
 * week at most, so that nobody waits behind it. A cut behind the others (after a crash) is taken up from where it is.
 */
#include "tally/tally_int.h"

enum { ROWS_AT_ONCE = 5000, DAYS_AT_ONCE = 7 };

static const struct casework_actor nobody = { .system = true };

static calendar_day today_of(struct casework *cw, int64_t now_ms)
{
	return calendar_day_at(now_ms, calendar_offset_s(calendar_now(cw)));
}

/* The fine grain's own `until` is always. */
int64_t cut_closed_until(struct store_conn *c, int64_t cut)
{
	return row_i64(c, "SELECT min(until) FROM tally_grain WHERE cut=?1", cut, 0);
}

/* {until, cut: NULL = all} */
enum err act_tally_close(struct act *act)
{
	struct json_build cuts, o;
	int64_t until = json_i64(json_get(act->data, "until"), 0), only = json_i64(json_get(act->data, "cut"), -1);
	if (until >= today_of(act->cw, act->now_ms))
		return act_refuse(act, ERR_CONFLICT, "tally.not-over", "That day is not over yet.");
	json_build_array(&cuts, act->a);
	for (int64_t cut = 0; cut < TALLY_CUTS_COUNT; cut++) {
		int64_t before = cut_closed_until(act->c, cut);
		if ((only >= 0 && cut != only) || before >= until)
			continue;
		json_build_object(&o, act->a);
		json_set_i64(&o, "cut", cut);
		json_set_i64(&o, "from", before + 1);
		json_set_i64(&o, "until", until);
		json_add(&cuts, json_built(&o));
	}
	if (json_built(&cuts)->count == 0)
		return OK;
	json_build_object(&o, act->a);
	json_set(&o, "cuts", json_built(&cuts));
	return act_emit(act, "tally.closed", 0, &o);
}

/* ---- what is to be closed ---- */

struct open_days { int64_t behind, first, rows; }; /* closed by all cuts until; first day with rows after it; rows since */

static enum err read_open(void *arg, struct store_conn *c)
{
	struct open_days *o = arg;
	o->behind = row_i64(c, "SELECT min(until) FROM tally_grain WHERE ?1=1", 1, 0);
	o->first = row_i64(c, "SELECT coalesce(min(at), -1) FROM (SELECT min(at) AS at FROM tally WHERE grain=43 AND at>?1 UNION ALL"
	                      " SELECT min(at) AS at FROM tally_step WHERE grain=55 AND at>?1) o", o->behind, -1);
	o->rows = row_i64(c, "SELECT count(*) FROM tally WHERE grain=43 AND at>?1", o->behind, 0) +
	          row_i64(c, "SELECT count(*) FROM tally_step WHERE grain=55 AND at>?1", o->behind, 0);
	return OK;
}

static enum err close_days(struct casework *cw, struct arena *a, int64_t until, int64_t cut, struct diag *d)
{
	struct casework_result r;
	struct json_build o;
	json_build_object(&o, a);
	json_set_i64(&o, "until", until);
	if (cut >= 0)
		json_set_i64(&o, "cut", cut);
	struct casework_command c = { .name = S("tally.close"), .actor = nobody, .data = json_built(&o) };
	enum err e = casework_do(cw, &c, a, &r);
	if (e != OK && d)
		*d = r.diag;
	return e;
}

static enum err close_all(struct casework *cw, struct arena *a, calendar_day today, struct diag *d)
{
	for (;;) {
		struct open_days open = { 0 };
		struct arena_mark mark = arena_save(a);
		TRY(casework_read(cw, read_open, &open));
		if (open.first < 0 || open.first >= today)
			return OK;
		bool many = open.rows > ROWS_AT_ONCE;
		int64_t until = many && open.first + DAYS_AT_ONCE < today ? open.first + DAYS_AT_ONCE - 1 : today - 1;
		for (int64_t cut = many ? 0 : -1; cut < (many ? TALLY_CUTS_COUNT : 0); cut++)
			TRY(close_days(cw, a, until, cut, d));
		arena_rewind(a, mark);
	}
}

/* Nothing by itself wakes the house at midnight: until the first event of a day a table reads yesterday's fine rows. */
enum err tally_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	void **slot = casework_room_slot(cw, &tally_room);
	calendar_day *closed = *slot, today = today_of(cw, casework_now_ms(cw));
	struct arena a;
	*next_ms = INT64_MAX;
	if (!closed && !(*slot = closed = heap_alloc(sizeof *closed)))
		return ERR_NOMEM;
	if (*closed == today)
		return OK;
	arena_init(&a, 16 << 20);
	enum err e = close_all(cw, &a, today, d);
	arena_release(&a);
	if (e == OK)
		*closed = today;
	return e;
}
