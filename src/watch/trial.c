/* trial.c - a rule tried on the past: the same fold and the same judge over the ledger of a period, and nothing raised. */
#include "watch/watch_int.h"

enum { TRIAL_ROWS_MAX = 500, TRIAL_ARENA_MAX = 64 << 20 };

struct watch_trial {
	struct casework *cw;
	struct watch_fold fold;
	struct watch_rule *rule;
	int64_t from, to, at, passed, alerts, levels[4]; /* passed: entries of the period that cannot be read */
	struct map seen;               /* subject keys: each counts once */
	struct arena arena;
	struct json_build rows;
};

static int64_t larger(int64_t x, int64_t y) { return x > y ? x : y; }
static int64_t smaller(int64_t x, int64_t y) { return x < y ? x : y; }

static enum err find_period(struct watch_trial *t, struct store_conn *c, int64_t from_ms, int64_t to_ms)
{
	struct watch_record *r = t->fold.record;
	TRY(watch_seq_at(c, r, from_ms - 1, &t->from));
	TRY(watch_seq_at(c, r, to_ms, &t->to));
	t->at = t->from;
	t->to = larger(t->from, t->to);
	for (size_t i = 0; r->gaps && i < r->gaps->count; i++) {
		const struct record_gap *g = &r->gaps->list[i];
		t->passed += larger(0, smaller(g->to, t->to) - larger(g->from, t->from + 1) + 1);
	}
	return watch_fold_begin(&t->fold, c, t->from);
}

enum err watch_trial_begin(struct casework *cw, struct store_conn *c, struct watch_record *record, struct str xml, int64_t from_ms, int64_t to_ms,
                           struct watch_trial **out, struct diag *d)
{
	struct watch_rule *rule;
	TRY(watch_rule_read(xml, &rule, d));
	struct watch_trial *t = heap_alloc(sizeof *t);
	if (!t) {
		watch_rule_free(rule);
		return ERR_NOMEM;
	}
	t->cw = cw;
	t->rule = rule;
	arena_init(&t->arena, TRIAL_ARENA_MAX);
	map_init(&t->seen, &t->arena);
	json_build_array(&t->rows, &t->arena);
	watch_fold_init(&t->fold);
	t->fold.record = record;
	enum err e = find_period(t, c, from_ms, to_ms);
	if (e != OK) {
		watch_trial_free(t);
		return e;
	}
	*out = t;
	return OK;
}

void watch_trial_free(struct watch_trial *t)
{
	if (!t)
		return;
	watch_rule_free(t->rule);
	watch_fold_release(&t->fold);
	arena_release(&t->arena);
	heap_free(t);
}

static void add_row(struct watch_trial *t, const struct watch_hit *h)
{
	struct json_build o;
	struct str case_no = h->case_id ? row_str(t->fold.c, &t->arena, "SELECT case_no FROM case_any WHERE id=?1", h->case_id) : S("");
	json_build_object(&o, &t->arena);
	json_set_str(&o, "at", instant_text(&t->arena, calendar_now(t->cw), h->at_ms));
	json_set_str(&o, "level", str_of(level_name(h->level)));
	json_set_str(&o, "case_no", case_no.ptr ? case_no : S(""));
	json_set_str(&o, "person", row_str(t->fold.c, &t->arena, "SELECT name FROM person WHERE id=?1", h->person));
	json_set_str(&o, "organ", row_str(t->fold.c, &t->arena, "SELECT name FROM organ WHERE id=?1", h->organ));
	json_set_str(&o, "organ_en", row_str(t->fold.c, &t->arena, "SELECT name_en FROM organ WHERE id=?1", h->organ));
	json_set_str(&o, "text", arena_str(&t->arena, h->text));
	json_set_str(&o, "text_en", arena_str(&t->arena, h->text_en));
	json_add(&t->rows, json_built(&o));
}

static enum err count_hit(void *arg, const struct watch_hit *h)
{
	struct watch_trial *t = arg;
	if (map_has(&t->seen, h->key))
		return OK;
	struct str key = arena_str(&t->arena, h->key);
	TRY(key.ptr ? map_set(&t->seen, key, t) : ERR_NOMEM);
	t->alerts++;
	t->levels[h->level]++;
	if (t->rows.value.count < TRIAL_ROWS_MAX)
		add_row(t, h);
	return OK;
}

static enum err judge_entry(void *arg, const struct watch_entry *e)
{
	struct watch_trial *t = arg;
	return watch_judge(&t->fold, t->rule, calendar_now(t->cw), e, count_hit, t);
}

enum err watch_trial_go(struct watch_trial *t, struct store_conn *c, int64_t entries, bool *over)
{
	struct watch_span span = { .from = t->at, .to = t->to, .limit = entries, .record = t->fold.record, .fold = &t->fold };
	t->fold.c = c;
	enum err e = watch_entries(c, &span, &t->rule, &t->fold.scratch, judge_entry, t);
	t->fold.c = NULL;
	t->at = span.last;
	*over = t->at >= t->to || span.last == span.from;
	return e;
}

const struct json *watch_trial_json(const struct watch_trial *t, struct arena *a)
{
	struct json_build o;
	json_build_object(&o, a);
	json_set_i64(&o, "done", t ? t->at - t->from : 0);
	json_set_i64(&o, "total", t ? t->to - t->from : 0);
	json_set_i64(&o, "passed", t ? t->passed : 0);
	json_set_i64(&o, "alerts", t ? t->alerts : 0);
	json_set_i64(&o, "notice", t ? t->levels[1] : 0);
	json_set_i64(&o, "yellow", t ? t->levels[2] : 0);
	json_set_i64(&o, "red", t ? t->levels[3] : 0);
	if (t)
		json_set(&o, "rows", &t->rows.value);
	return json_built(&o);
}

/* ---- for the command line ---- */

enum { STEP_ENTRIES = 20000 };

struct asked { struct casework *cw; struct str xml; int64_t from_ms, to_ms; casework_progress progress; void *arg; struct arena *a;
               const struct json *out; struct diag *d; };

static enum err try_whole(void *arg, struct store_conn *c)
{
	struct asked *q = arg;
	struct watch_trial *t;
	struct record_gaps gaps;
	struct watch_record record = { .gaps = &gaps };
	bool over = false;
	TRY(record_gaps_load(c, q->a, S("watch"), &gaps));
	TRY(watch_trial_begin(q->cw, c, &record, q->xml, q->from_ms, q->to_ms, &t, q->d));
	enum err e = OK;
	while (e == OK && !over) {
		e = watch_trial_go(t, c, STEP_ENTRIES, &over);
		if (q->progress)
			q->progress(q->arg, (uint64_t)(t->at - t->from), (uint64_t)(t->to - t->from));
	}
	/* the rows live in the trial's own memory: written out and read back */
	struct buf b;
	buf_init_in(&b, q->a, 16 << 20);
	json_put_canonical(&b, watch_trial_json(t, q->a));
	watch_trial_free(t);
	return e == OK ? json_read(q->a, buf_str(&b), &q->out, q->d) : e;
}

enum err watch_try(struct casework *cw, struct str xml, int64_t from_ms, int64_t to_ms, casework_progress progress, void *arg,
                   struct arena *a, const struct json **out, struct diag *d)
{
	struct asked q = { cw, xml, from_ms, to_ms, progress, arg, a, NULL, d };
	enum err e = casework_read(cw, try_whole, &q);
	if (e == ERR_CORRUPT && d && d->err == OK)
		return diag_set(d, e, "record.entry-unreadable", "An entry of this period cannot be read. Where the system is served it is noted and gone round; or restore it.");
	*out = q.out;
	return e;
}

enum err watch_check(struct str xml, struct arena *a, struct str *number, struct diag *d)
{
	struct watch_rule *r;
	TRY(watch_rule_read(xml, &r, d));
	*number = arena_str(a, r->number);
	watch_rule_free(r);
	return number->ptr ? OK : ERR_NOMEM;
}
