/* health.c - what a watcher of the machine asks: does the record move, is there room, is anything late. */
#include <stddef.h>

#include "casework/casework_int.h"

struct figure { const char *sql; size_t at, beside; };

/* ?1 is the present moment. */
static const struct figure figures[] = {
	{ "SELECT max(seq), 0 FROM ledger WHERE ?1>=0", offsetof(struct casework_health, entries), 0 },
	{ "SELECT sum(n), 0 FROM board_count WHERE ?1>=0", offsetof(struct casework_health, open_cases), 0 },
	{ "SELECT sum(to_seq-from_seq+1), 0 FROM record_gap WHERE again_ms IS NULL AND room<>'courier.notices' AND ?1>=0", offsetof(struct casework_health, passed), 0 },
	{ "SELECT count(*), 0 FROM record_gap WHERE again_ms IS NULL AND room='courier.notices' AND ?1>=0", offsetof(struct casework_health, passed_notices), 0 },
	{ "SELECT count(*), ?1-min(due_ms) FROM timer WHERE due_ms<=?1", offsetof(struct casework_health, timers_late), offsetof(struct casework_health, late_ms) },
};

enum { FIGURES = sizeof figures / sizeof *figures };

struct asked { int64_t now_ms; struct casework_health *out; const struct figure *first; size_t count; };

static void set(struct casework_health *out, size_t at, int64_t n)
{
	memcpy((char *)out + at, &n, sizeof n);
}

static void set_figure(struct casework_health *out, const struct figure *f, int64_t n, int64_t beside)
{
	set(out, f->at, n);
	if (f->beside)
		set(out, f->beside, beside);
}

static enum err read_figures(void *arg, struct store_conn *c)
{
	const struct asked *x = arg;
	struct store_query *q;
	bool row;
	for (size_t i = 0; i < x->count; i++) {
		TRY(store_prepare(c, x->first[i].sql, &q));
		store_bind_i64(q, 1, x->now_ms);
		TRY(store_step(q, &row));
		set_figure(x->out, &x->first[i], store_col_i64(q, 0), store_col_i64(q, 1));
		store_reset(q);
	}
	return OK;
}

/* Together; where one of them cannot be read for damage, the others one by one. That one is not told, and no reason to think that nothing can
 * be read. */
static enum err read_health(struct casework *cw, struct casework_health *out)
{
	struct asked x = { os_now_ms(cw->clock), out, figures, FIGURES };
	enum err e = casework_read(cw, read_figures, &x);
	x.count = 1;
	for (size_t i = 0; e == ERR_CORRUPT && i < FIGURES; i++) {
		x.first = &figures[i];
		enum err one = casework_read(cw, read_figures, &x);
		if (one != OK && one != ERR_CORRUPT)
			return one;
		if (one == ERR_CORRUPT)
			set_figure(out, x.first, -1, -1);
		out->unreadable += one == ERR_CORRUPT;
	}
	if (!out->unreadable)
		return e == ERR_CORRUPT ? OK : e;
	out->damaged = true;
	damage_told(cw, S("health"));
	return OK;
}

/* How long a commit that failed is held against the disk: who is sent nobody meanwhile would not learn that it has room again. */
enum { UNWRITTEN_US = 60000000 };

enum err casework_health(struct casework *cw, struct casework_health *out)
{
	int64_t off;
	*out = (struct casework_health){ .disk_free = store_disk_free(cw->store), .store = store_stats(cw->store) };
	out->time_held = machine_time_doubt(&cw->time, &off) != DOUBT_NONE;
	out->time_off_ms = off;
	int64_t since = store_busy_since_us(cw->store);
	out->writing_ms = since ? (os_monotonic_us() - since) / 1000 : 0;
	int64_t unwritten = atomic_load(&out->store->unwritten_us);
	out->refuses = store_refuses(cw->store);
	out->locked = store_hindered(cw->store);
	out->unwritten = unwritten && os_monotonic_us() - unwritten < UNWRITTEN_US;
	out->views_damaged = (int64_t)atomic_load(&cw->views_damaged);
	out->damaged = out->views_damaged || atomic_load(&out->store->damaged) || atomic_load(&cw->ids_doubted);
	enum err e = read_health(cw, out);
	for (size_t i = 0; e != OK && i < FIGURES; i++)
		set_figure(out, &figures[i], -1, -1);
	return e;
}
