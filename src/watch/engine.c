/* engine.c - the judge at work: after each commit, from the ledger, in batches, with a durable cursor.
 *
 * What cannot be read is passed over. A batch that meets an entry that is missing, damaged or no JSON, or that leads to rows that cannot
 * be read, ends there; the engine writes down which stretch it is (record_pass: an event, once), begins anew from the cursor on disk and
 * goes round it. The entries beside it are judged; a case with an entry in it is asked nothing, since it would be judged on
 * guesses (watch_case.holed, by the `prev` of its entries). Each stretch is looked at again at the start and once an hour: when its first
 * or last entry can be read, the cursor goes back before it, and everything from there is judged (again: what was raised is not raised twice,
 * decisions that were counted are not counted twice). Anything that is no damage ends the tick, which is tried again.
 *
 * An alert is a command like any other; it is refused nothing and done once for its rule and subject (asked here first, and in the command
 * for good), so that a batch that is judged again after a crash raises nothing twice, and nothing is passed over, because the cursor moves
 * behind the alerts.
 */
#include "watch/watch_int.h"

enum { BATCH = 1000, MARK_EVERY = 5000, HITS_ARENA_MAX = 64 << 20 };
/* More stretches than GAPS_MAX: not the record is damaged but the rows that everything leads to; nothing is judged until that is mended. */
enum { PASSES_MAX = 16, GAPS_MAX = 2000, BATCHES_BACK = 20, LOOK_EVERY_MS = 3600000 };
#define ROOM S("watch")

struct hit_list { struct watch_hit hit; int64_t version; struct str number, post; struct hit_list *next; };

struct watch_engine {
	struct casework *cw;
	bool shipped;                  /* the program's own rules are in the office */
	bool begun, half;              /* half: a batch is being read, or was broken off in the middle: the fold is ahead of the cursor */
	struct watch_fold fold;
	struct watch_rule *rules;
	int64_t cursor, marked;        /* judged up to; written down up to */
	struct hit_list *hits, **hits_end;
	struct arena arena;            /* hits of a batch */
	struct watch_record record;
	struct record_gaps gaps;       /* as they were when it began */
	struct arena gaps_arena;
	bool careful;                  /* something could not be read: after each entry it is asked whether the connection still answers */
	int passes;                    /* stretches passed over in this tick */
	int64_t ahead, look_ms;        /* where it was before it went back; when the stretches are looked at next */
	struct watch_trial *trial;
	int64_t trial_id;
};

static struct watch_engine *engine_new(struct casework *cw)
{
	struct watch_engine *g = heap_alloc(sizeof *g);
	if (!g)
		return NULL;
	g->cw = cw;
	watch_fold_init(&g->fold);
	arena_init(&g->arena, HITS_ARENA_MAX);
	arena_init(&g->gaps_arena, HITS_ARENA_MAX);
	g->record.gaps = &g->gaps;
	g->fold.record = &g->record;
	return g;
}

void watch_engine_free(void *kept)
{
	struct watch_engine *g = kept;
	watch_trial_free(g->trial);
	watch_rule_free(g->rules);
	watch_fold_release(&g->fold);
	arena_release(&g->arena);
	arena_release(&g->gaps_arena);
	heap_free(g);
}

static enum err command(struct casework *cw, const char *name, const struct json_build *data, struct arena *a, struct casework_result *r)
{
	struct casework_command c = { .name = str_of(name), .actor = { .system = true }, .data = json_built(data) };
	return c.data ? casework_do(cw, &c, a, r) : ERR_NOMEM;
}

/* ---- rules ---- */

static enum err rules_load(struct watch_engine *g, struct store_conn *c, int64_t at_ms)
{
	struct store_query *q;
	struct watch_rule *all = NULL, **end = &all;
	enum err e = store_prepare(c, "SELECT id, version, live_ms, xml FROM watch_rule WHERE live_ms<=?1 AND (until_ms IS NULL OR until_ms>?1)"
	                              " AND enabled=1 ORDER BY rule_no", &q);
	if (e == OK)
		store_bind_i64(q, 1, at_ms);
	for (bool row; e == OK;) {
		struct watch_rule *r;
		struct diag d;
		diag_init(&d);
		e = store_step(q, &row);
		if (e != OK || !row)
			break;
		/* what went live was checked; a file that does not compile any more must not stop the others */
		enum err read = watch_rule_read(store_col_str(q, 3), &r, &d);
		if (read == ERR_NOMEM)
			e = read;
		if (read != OK)
			continue;
		r->id = store_col_i64(q, 0);
		r->version = store_col_i64(q, 1);
		r->live_ms = store_col_i64(q, 2);
		*end = r;
		end = &r->next;
	}
	if (e != OK) {
		watch_rule_free(all);
		return e;
	}
	watch_rule_free(g->rules);
	g->rules = all;
	return OK;
}

/* ---- a batch ---- */

/* What was raised before is found again by every entry that it follows from: not worth a command, which would only see the same. */
static enum err keep_hit(void *arg, const struct watch_hit *h)
{
	struct watch_engine *g = arg;
	bool before;
	TRY(watch_raised(g->fold.c, h->rule->number, h->key, &before));
	if (before)
		return OK;
	struct hit_list *l = arena_new(&g->arena, struct hit_list);
	if (!l)
		return ERR_NOMEM;
	l->hit = *h;
	l->version = h->rule->version;
	l->number = arena_str(&g->arena, h->rule->number);
	l->post = arena_str(&g->arena, h->rule->post);
	l->hit.key = arena_str(&g->arena, h->key);
	l->hit.text = arena_str(&g->arena, h->text);
	l->hit.text_en = arena_str(&g->arena, h->text_en);
	struct json_build list;
	json_build_array(&list, &g->arena);
	for (size_t i = 0; i < h->evidence->count; i++)
		json_add_i64(&list, json_i64(&h->evidence->items[i], 0));
	l->hit.evidence = json_built(&list);
	*g->hits_end = l;
	g->hits_end = &l->next;
	return OK;
}

/* A connection that met a damaged page answers nothing more, and some ask without hearing of it. */
static bool answers(struct store_conn *c)
{
	return row_i64(c, "SELECT 1 WHERE ?1=1", 1, 0) == 1;
}

static enum err judge_entry(void *arg, const struct watch_entry *e)
{
	struct watch_engine *g = arg;
	if (e->after_gap || str_starts(e->kind, S("watch.rule.")))
		TRY(rules_load(g, g->fold.c, e->at_ms));
	enum err err = watch_judge(&g->fold, g->rules, calendar_now(g->cw), e, keep_hit, g);
	if (err == OK && g->careful && !answers(g->fold.c))
		err = ERR_CORRUPT;
	if (err == ERR_CORRUPT && !g->record.bad)
		g->record.bad = e->seq; /* what it leads to cannot be read */
	return err;
}

static enum err comparables_load(struct watch_engine *g, struct store_conn *c)
{
	struct store_query *q;
	TRY(store_prepare(c, "SELECT key, action, count FROM watch_comparable", &q));
	for (bool row;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		TRY(watch_fold_comparable_put(&g->fold, store_col_str(q, 0), store_col_str(q, 1), store_col_i64(q, 2), 0));
	}
}

/* Round the stretches that are known by now, without what was counted before. */
static enum err begin_reading(struct watch_engine *g, struct store_conn *c)
{
	arena_reset(&g->gaps_arena);
	TRY(record_gaps_load(c, &g->gaps_arena, ROOM, &g->gaps));
	g->fold.counted = row_i64(c, "SELECT max(seq) FROM watch_cursor WHERE ?1=1", 1, 0);
	return comparables_load(g, c);
}

/* The first time in this process: from where the cursor was left. A record that was never watched is watched from now on. */
static enum err begin(struct watch_engine *g, struct store_conn *c)
{
	int64_t at_ms;
	g->cursor = row_i64(c, "SELECT seq FROM watch_cursor WHERE id=?1", 1, -1);
	g->marked = g->cursor;
	TRY(begin_reading(g, c));
	if (g->cursor < 0)
		TRY(watch_seq_at(c, &g->record, row_i64(c, "SELECT min(live_ms) FROM watch_rule WHERE ?1=1", 1, INT64_MAX) - 1, &g->cursor));
	TRY(watch_fold_begin(&g->fold, c, g->cursor));
	/* before the first entry is looked at: which entries are wanted depends on them */
	TRY(watch_time_at(c, &g->record, g->cursor, &at_ms));
	TRY(rules_load(g, c, at_ms));
	g->begun = true;
	return OK;
}

/* Something went wrong half-way: what is in memory may be ahead of what was raised. Begun anew from the cursor on disk. */
static void start_over(struct watch_engine *g)
{
	watch_fold_release(&g->fold);
	watch_fold_init(&g->fold);
	g->fold.record = &g->record;
	g->begun = g->half = false;
}

struct batch { struct watch_engine *g; bool more; };

static enum err read_batch(void *arg, struct store_conn *c)
{
	struct batch *b = arg;
	struct watch_engine *g = b->g;
	size_t refused = heap_refusals();
	if (g->half) /* a connection that was lost, maybe in the very end: it is read once more */
		start_over(g);
	g->half = true;
	if (!g->begun)
		TRY(begin(g, c));
	struct watch_span span = { .from = g->cursor, .to = INT64_MAX, .limit = BATCH, .record = &g->record, .fold = &g->fold };
	arena_reset(&g->arena);
	g->hits = NULL;
	g->hits_end = &g->hits;
	g->fold.c = c;
	enum err e = watch_entries(c, &span, &g->rules, &g->fold.scratch, judge_entry, g);
	g->fold.c = NULL;
	if (e == OK && heap_refusals() != refused)
		e = ERR_NOMEM; /* something may have been taken for nothing: nobody is accused, or spared, because of that */
	if (e != OK)
		return e;
	b->more = span.last - span.from >= BATCH;
	g->cursor = span.last;
	return OK;
}

static enum err raise(struct watch_engine *g, const struct hit_list *l, struct diag *d)
{
	struct json_build o;
	struct casework_result r;
	json_build_object(&o, &g->arena);
	json_set_str(&o, "rule_no", l->number);
	json_set_i64(&o, "rule_version", l->version);
	json_set_str(&o, "post", l->post);
	json_set_i64(&o, "level", l->hit.level);
	json_set_i64(&o, "case", l->hit.case_id);
	json_set_i64(&o, "step", l->hit.step);
	json_set_i64(&o, "person", l->hit.person);
	json_set_i64(&o, "organ", l->hit.organ);
	json_set_str(&o, "subject", l->hit.key);
	json_set_str(&o, "text", l->hit.text);
	json_set_str(&o, "text_en", l->hit.text_en);
	json_set_i64(&o, "moment_ms", l->hit.at_ms);
	json_set(&o, "evidence", l->hit.evidence);
	enum err e = command(g->cw, "alert.raise", &o, &g->arena, &r);
	if (e != OK && d)
		*d = r.diag;
	return e;
}

/* Comparable decisions since the last mark, and the cursor: written together. */
static enum err mark(struct watch_engine *g)
{
	struct json_build o, list;
	struct casework_result r;
	json_build_object(&o, &g->arena);
	json_build_array(&list, &g->arena);
	for (size_t i = 0; i < g->fold.comparables.count; i++) {
		for (struct watch_comparable *c = g->fold.comparables.entries[i].value; c; c = c->next) {
			struct json_build one;
			if (!c->fresh)
				continue;
			json_build_object(&one, &g->arena);
			json_set_str(&one, "key", g->fold.comparables.entries[i].key);
			json_set_str(&one, "action", c->action);
			json_set_i64(&one, "count", c->fresh);
			json_add(&list, json_built(&one));
			c->fresh = 0;
		}
	}
	json_set_i64(&o, "seq", g->cursor);
	json_set(&o, "comparables", json_built(&list));
	TRY(command(g->cw, "watch.mark", &o, &g->arena, &r));
	g->marked = g->cursor;
	return OK;
}

static enum err raise_all(struct watch_engine *g, struct diag *d)
{
	for (const struct hit_list *l = g->hits; l; l = l->next) {
		enum err e = raise(g, l, d);
		if (e == ERR_CORRUPT || e == ERR_NOT_FOUND) { /* its case cannot be read, or is not there any more */
			g->record.bad = l->hit.seq;
			return ERR_CORRUPT;
		}
		TRY(e);
	}
	return OK;
}

static enum err judge_batch(struct watch_engine *g, struct batch *b, struct diag *d)
{
	g->record.bad = 0;
	TRY(casework_read(g->cw, read_batch, b));
	g->half = false;
	TRY(raise_all(g, d));
	/* the cursor is only a place to begin again: entries judged twice raise nothing twice */
	return g->hits || g->cursor - g->marked >= MARK_EVERY ? mark(g) : OK;
}

/* The first time only more care is taken: then it is known which entry it was. */
static enum err pass_over(struct watch_engine *g, struct diag *d)
{
	start_over(g);
	if (!g->careful) {
		g->careful = true;
		return OK;
	}
	g->passes++;
	bool is_new = g->record.bad && !record_gap_at(&g->gaps, g->record.bad) && g->gaps.count < GAPS_MAX;
	return is_new ? record_pass(g->cw, ROOM, g->record.bad, d) : ERR_CORRUPT;
}

/* *more: it has not come to the end. */
static enum err judge_all(struct watch_engine *g, bool *more, struct diag *d)
{
	struct batch b = { .g = g, .more = true };
	g->passes = 0;
	for (int n = 0; b.more; n++) {
		*more = g->passes >= PASSES_MAX || (n >= BATCHES_BACK && g->cursor < g->ahead) || casework_resting(g->cw);
		if (*more)
			return OK;
		enum err e = judge_batch(g, &b, d);
		if (e == ERR_CORRUPT) {
			b.more = true;
			e = pass_over(g, d);
		}
		TRY(e);
	}
	g->careful = false;
	return OK;
}

/* ---- what can be read again ---- */

struct again { struct watch_engine *g; int64_t seq; };

/* Nothing is raised; but could it be? */
static enum err try_hit(void *arg, const struct watch_hit *h)
{
	struct watch_fold *f = arg;
	struct case_row k;
	return h->case_id ? case_get(f->c, &f->scratch, h->case_id, &k) : OK;
}

static enum err judge_alone(void *arg, const struct watch_entry *e)
{
	struct again *a = arg;
	struct watch_record none = { .bad = 0 };
	struct watch_fold f;
	watch_fold_init(&f);
	f.c = a->g->fold.c;
	f.record = &none;
	enum err err = watch_judge(&f, a->g->rules, calendar_now(a->g->cw), e, try_hit, &f);
	err = err == OK && !answers(f.c) ? ERR_CORRUPT : err;
	watch_fold_release(&f);
	return err;
}

/* One entry, by itself: do the rows that it leads to answer? */
static enum err judge_one(void *arg, struct store_conn *c)
{
	struct again *a = arg;
	struct watch_record none = { .bad = 0 };
	struct watch_span span = { .from = a->seq - 1, .to = a->seq, .limit = 1, .record = &none };
	a->g->fold.c = c;
	enum err e = watch_entries(c, &span, &a->g->rules, &a->g->fold.scratch, judge_alone, a);
	a->g->fold.c = NULL;
	return e;
}

static enum err can_be_judged(struct watch_engine *g, const struct record_gap *gap, bool *yes)
{
	struct again a = { g, gap->from };
	TRY(record_readable(g->cw, gap->from, yes));
	if (!*yes && gap->to > gap->from)
		return record_readable(g->cw, gap->to, yes);
	if (!gap->rows || !*yes)
		return OK;
	enum err e = casework_read(g->cw, judge_one, &a);
	*yes = e == OK;
	return e == ERR_CORRUPT || e == ERR_NOT_FOUND ? OK : e;
}

/* The cursor goes back before the first of them, in the act that says that they can be read. */
static enum err go_back(struct watch_engine *g, const struct json *firsts)
{
	struct json_build o;
	struct casework_result r;
	json_build_object(&o, &g->arena);
	json_set(&o, "firsts", firsts);
	TRY(command(g->cw, "watch.again", &o, &g->arena, &r));
	g->ahead = g->cursor > g->ahead ? g->cursor : g->ahead;
	start_over(g);
	return OK;
}

static enum err look_again(struct watch_engine *g, bool *more)
{
	struct json_build firsts;
	int64_t now = casework_now_ms(g->cw);
	if (!g->gaps.count || now < g->look_ms)
		return OK;
	arena_reset(&g->arena);
	g->hits = NULL;
	json_build_array(&firsts, &g->arena);
	for (size_t i = 0; i < g->gaps.count; i++) {
		bool yes;
		TRY(can_be_judged(g, &g->gaps.list[i], &yes));
		if (yes)
			json_add_i64(&firsts, g->gaps.list[i].from);
	}
	*more = firsts.value.count > 0;
	if (*more)
		TRY(go_back(g, json_built(&firsts)));
	g->look_ms = now + LOOK_EVERY_MS;
	return OK;
}

/* ---- the rules that come with the program ---- */

static enum err ship_file(struct casework *cw, struct arena *a, struct str name, struct diag *d)
{
	struct json_build o;
	struct casework_result r;
	struct str text;
	struct str path = arena_printf(a, "%s/data/watch/%.*s", casework_data_dir(cw), STR_ARG(name));
	if (!path.ptr)
		return ERR_NOMEM;
	TRY(os_file_read(a, path.ptr, 1 << 20, &text, d));
	json_build_object(&o, a);
	json_set_str(&o, "xml", text);
	json_set_str(&o, "file", name);
	enum err e = command(cw, "watch.rule.ship", &o, a, &r);
	if (e != OK && d)
		*d = r.diag;
	return e;
}

static enum err ship(struct watch_engine *g, struct diag *d)
{
	struct arena a;
	struct str *names;
	size_t count;
	arena_init(&a, 64 << 20);
	struct str folder = arena_printf(&a, "%s/data/watch", casework_data_dir(g->cw));
	enum err e = !folder.ptr ? ERR_NOMEM : !os_dir_exists(folder.ptr) ? OK : os_dir_list(&a, folder.ptr, &names, &count, d);
	if (e == OK && os_dir_exists(folder.ptr))
		for (size_t i = 0; i < count && e == OK; i++)
			if (str_ends(names[i], S(".dmn")))
				e = ship_file(g->cw, &a, names[i], d);
	arena_release(&a);
	return e;
}

/* What a fault that passes has broken off goes on at the next tick; what cannot be brought in is told once and holds up no other rule's judgement. */
static enum err ship_once(struct watch_engine *g, struct diag *d)
{
	if (g->shipped)
		return OK;
	enum err e = ship(g, d);
	g->shipped = e != ERR_IO && e != ERR_NOMEM && e != ERR_BUSY;
	return e;
}

/* ---- a trial asked for, a slice at a time, so that it never keeps an alert waiting ---- */

enum { TRIAL_SLICE = 20000 };

/* What was broken off within an entry would count it twice: from the beginning. */
static void trial_drop(struct watch_engine *g)
{
	watch_trial_free(g->trial);
	g->trial = NULL;
}

struct slice { struct watch_engine *g; bool tried, any, over; struct str xml; int64_t from_ms, to_ms; };

static enum err find_trial(struct slice *s, struct store_conn *c)
{
	struct store_query *q;
	TRY(store_prepare(c, "SELECT id, xml, from_ms, to_ms FROM watch_trial WHERE state='waiting' ORDER BY id LIMIT 1", &q));
	TRY(store_step(q, &s->any));
	if (!s->any)
		return OK;
	s->g->trial_id = store_col_i64(q, 0);
	s->xml = store_col_copy(q, 1, &s->g->arena);
	s->from_ms = store_col_i64(q, 2);
	s->to_ms = store_col_i64(q, 3);
	store_reset(q);
	return OK;
}

static enum err run_slice(void *arg, struct store_conn *c)
{
	struct slice *s = arg;
	struct diag d;
	size_t refused = heap_refusals();
	diag_init(&d);
	if (s->tried)
		trial_drop(s->g);
	s->tried = true;
	if (!s->g->trial) {
		TRY(find_trial(s, c));
		if (!s->any)
			return OK;
		enum err e = watch_trial_begin(s->g->cw, c, &s->g->record, s->xml, s->from_ms, s->to_ms, &s->g->trial, &d);
		s->over = err_is_refusal(e); /* the draft does not compile: the trial ends with nothing */
		if (e != OK)
			return s->over ? OK : e;
	}
	s->any = true;
	enum err e = watch_trial_go(s->g->trial, c, TRIAL_SLICE, &s->over);
	if (e == OK && heap_refusals() != refused)
		e = ERR_NOMEM;
	if (e == OK || e == ERR_CORRUPT)
		return e;
	trial_drop(s->g);
	return e;
}

/* It came upon what cannot be read: begun anew round it. When it is not an entry, the trial ends as far as it has come. */
static enum err trial_passes(struct watch_engine *g, bool *over, struct diag *d)
{
	bool readable = true;
	if (g->record.bad)
		TRY(record_readable(g->cw, g->record.bad, &readable));
	*over = readable;
	if (readable)
		return OK;
	trial_drop(g);
	TRY(record_pass(g->cw, ROOM, g->record.bad, d));
	start_over(g);
	return OK;
}

static enum err trial_slice(struct watch_engine *g, bool *more, struct diag *d)
{
	struct slice s = { .g = g };
	struct json_build o;
	struct casework_result r;
	arena_reset(&g->arena);
	g->hits = NULL;
	g->record.bad = 0;
	enum err e = casework_read(g->cw, run_slice, &s);
	*more = s.any;
	if (e == ERR_CORRUPT) {
		TRY(trial_passes(g, &s.over, d));
		if (!s.over)
			return OK;
	} else if (e != OK || !s.any) {
		return e;
	}
	json_build_object(&o, &g->arena);
	json_set_i64(&o, "trial", g->trial_id);
	json_set_bool(&o, "over", s.over);
	json_set(&o, "result", watch_trial_json(g->trial, &g->arena));
	TRY(command(g->cw, "watch.rule.tried", &o, &g->arena, &r));
	if (s.over)
		trial_drop(g);
	return OK;
}

enum err watch_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	void **slot = casework_room_slot(cw, &watch_room);
	bool more = false;
	if (!*slot)
		*slot = engine_new(cw);
	struct watch_engine *g = *slot;
	if (!g)
		return ERR_NOMEM;
	TRY(ship_once(g, d));
	enum err e = judge_all(g, &more, d);
	if (e == OK && !more)
		e = look_again(g, &more);
	if (e == OK && !more)
		e = trial_slice(g, &more, d);
	if (e != OK)
		start_over(g);
	*next_ms = more ? casework_now_ms(cw) : g->gaps.count ? g->look_ms : INT64_MAX;
	casework_months(cw, next_ms);
	return e;
}
