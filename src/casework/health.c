/* health.c - what a watcher of the machine asks: does the record move, is there room, is anything late. */
#include "casework/casework_int.h"

static enum err read_health(struct store_conn *c, int64_t now_ms, struct casework_health *out)
{
	struct store_query *q;
	bool row;
	out->entries = row_i64(c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
	out->open_cases = row_i64(c, "SELECT sum(n) FROM board_count WHERE ?1=1", 1, 0);
	out->passed = row_i64(c, "SELECT coalesce(sum(to_seq-from_seq+1), 0) FROM record_gap WHERE again_ms IS NULL AND room<>'courier.notices' AND ?1=1", 1, 0);
	out->passed_notices = row_i64(c, "SELECT count(*) FROM record_gap WHERE again_ms IS NULL AND room='courier.notices' AND ?1=1", 1, 0);
	TRY(store_prepare(c, "SELECT count(*), coalesce(min(due_ms), 0) FROM timer WHERE due_ms<=?1", &q));
	store_bind_i64(q, 1, now_ms);
	TRY(store_step(q, &row));
	out->timers_late = row ? store_col_i64(q, 0) : 0;
	out->late_ms = out->timers_late ? now_ms - store_col_i64(q, 1) : 0;
	store_reset(q);
	return OK;
}

/* How long a commit that failed is held against the disk: who is sent nobody meanwhile would not learn that it has room again. */
enum { UNWRITTEN_US = 60000000 };

enum err casework_health(struct casework *cw, struct casework_health *out)
{
	struct store_conn *c;
	int64_t off;
	*out = (struct casework_health){ .disk_free = store_disk_free(cw->store), .store = store_stats(cw->store) };
	out->time_held = machine_time_doubt(&cw->time, &off) != DOUBT_NONE;
	out->time_off_ms = off;
	int64_t since = store_busy_since_us(cw->store);
	out->writing_ms = since ? (os_monotonic_us() - since) / 1000 : 0;
	int64_t unwritten = atomic_load(&out->store->unwritten_us);
	out->refuses = store_refuses(cw->store);
	out->unwritten = unwritten && os_monotonic_us() - unwritten < UNWRITTEN_US;
	out->views_damaged = (int64_t)atomic_load(&cw->views_damaged);
	out->damaged = out->views_damaged || atomic_load(&out->store->damaged) || atomic_load(&cw->ids_doubted);
	TRY(store_reader_take(cw->store, &c));
	enum err e = read_health(c, os_now_ms(cw->clock), out), read = store_reader_give(cw->store, c);
	return e == OK ? read : e;
}
