/* fold.c - the record folded into what the judge knows: each case it is asked about, who waits at which post, and what each
 * person did in the last minutes. Nothing comes in but ledger entries (and, at the beginning, the rows that they made). */
#include "watch/watch_int.h"

#include <stdlib.h>

enum { WINDOW_MS = 15 * 60000, CASES_MAX = 50000, FOLD_WORDS_MAX = 64 << 20, FOLD_SCRATCH_MAX = 64 << 20 };

static void case_release(void *p)
{
	struct watch_case *k = p;
	heap_free(k->steps);
	heap_free(k->clocks);
	heap_free(k);
}

static void plain_release(void *p) { heap_free(p); }

/* One more at the end of a list on the heap, up to `max`; NULL when there is no more room. */
static void *list_add(void **list, size_t *count, size_t *room, size_t size, size_t max)
{
	if (*count == *room) {
		size_t more = *room ? *room * 2 : 4;
		void *p = *count < max ? heap_resize(*list, *room * size, more * size) : NULL;
		if (!p)
			return NULL;
		*list = p;
		*room = more;
	}
	void *at = (char *)*list + (*count)++ * size;
	memset(at, 0, size);
	return at;
}

/* ---- the fold ---- */

void watch_fold_init(struct watch_fold *f)
{
	*f = (struct watch_fold){ 0 };
	arena_init(&f->words, FOLD_WORDS_MAX);
	arena_init(&f->scratch, FOLD_SCRATCH_MAX);
	map_init(&f->interned, &f->words);
	map_init(&f->comparables, &f->words);
}

void watch_fold_release(struct watch_fold *f)
{
	watch_table_clear(&f->cases, case_release);
	watch_table_clear(&f->queues, plain_release);
	watch_table_clear(&f->waiting, plain_release);
	watch_table_clear(&f->people, plain_release);
	watch_table_clear(&f->suspended, plain_release);
	watch_table_clear(&f->still, plain_release);
	arena_release(&f->words);
	arena_release(&f->scratch);
}

/* Texts that come again and again: kept once. Empty when memory ran out. */
static const struct str *interned(struct watch_fold *f, struct str text)
{
	static const struct str none = { "", 0 };
	struct str *kept = text.len ? map_get(&f->interned, text) : NULL;
	if (kept || !text.len)
		return kept ? kept : &none;
	kept = arena_new(&f->words, struct str);
	if (!kept)
		return &none;
	*kept = arena_str(&f->words, text);
	return kept->ptr && map_set(&f->interned, *kept, kept) == OK ? kept : &none;
}

static struct str intern(struct watch_fold *f, struct str text) { return *interned(f, text); }

struct watch_queue *watch_fold_queue(struct watch_fold *f, int64_t post)
{
	struct watch_queue *q = watch_table_get(&f->queues, post);
	if (q || !post)
		return q;
	q = watch_table_add(&f->queues, post, sizeof *q);
	if (q)
		q->ends.before = q->ends.after = &q->ends;
	return q;
}

struct watch_person *watch_fold_person(struct watch_fold *f, int64_t person)
{
	struct watch_person *p = watch_table_get(&f->people, person);
	return p || !person ? p : watch_table_add(&f->people, person, sizeof *p);
}

bool watch_fold_suspended(const struct watch_fold *f, int64_t case_id)
{
	return watch_table_get(&f->suspended, case_id) != NULL;
}

/* A case stands still as long as one of its clocks does. */
static enum err clock_note(struct watch_fold *f, int64_t case_id, int64_t clock, bool still)
{
	void *known = watch_table_get(&f->still, clock);
	struct watch_suspended *s = watch_table_get(&f->suspended, case_id);
	if ((known != NULL) == still)
		return OK;
	if (still) {
		s = s ? s : watch_table_add(&f->suspended, case_id, sizeof *s);
		if (!s || !watch_table_add(&f->still, clock, sizeof clock))
			return ERR_NOMEM;
		s->clocks++;
		return OK;
	}
	watch_table_drop(&f->still, clock);
	heap_free(known);
	if (--s->clocks == 0) {
		watch_table_drop(&f->suspended, case_id);
		heap_free(s);
	}
	return OK;
}

struct watch_step *watch_case_step(struct watch_case *k, int64_t id)
{
	for (size_t i = k->steps_count; i-- > 0;)
		if (k->steps[i].id == id)
			return &k->steps[i];
	return NULL;
}

static struct watch_clock *clock_of(struct watch_case *k, int64_t id)
{
	for (size_t i = 0; i < k->clocks_count; i++)
		if (k->clocks[i].id == id)
			return &k->clocks[i];
	return NULL;
}

/* ---- who waits where ---- */

static void line_up(struct watch_queue *q, struct watch_waiting *w)
{
	struct watch_waiting *before = q->ends.before;
	while (before != &q->ends && before->opened_ms > w->opened_ms)
		before = before->before;
	w->before = before;
	w->after = before->after;
	w->before->after = w->after->before = w;
}

static void leave_line(struct watch_waiting *w)
{
	if (!w->after)
		return;
	w->before->after = w->after;
	w->after->before = w->before;
	w->before = w->after = NULL;
}

static void waiting_drop(struct watch_fold *f, struct watch_waiting *w)
{
	leave_line(w);
	watch_table_drop(&f->waiting, w->step);
	heap_free(w);
}

/* At the post, unless somebody there has taken it; at none it is nobody's of the staff. */
static enum err waiting_put(struct watch_fold *f, struct watch_waiting *w, int64_t post, bool claimed)
{
	struct watch_queue *q = post ? watch_fold_queue(f, post) : NULL;
	leave_line(w);
	if (!q) {
		waiting_drop(f, w);
		return post ? ERR_NOMEM : OK;
	}
	if (!claimed)
		line_up(q, w);
	return OK;
}

/* One that is known already is in the rows that the beginning was made of. */
static enum err waiting_add(struct watch_fold *f, const struct watch_waiting *one, int64_t post, bool claimed)
{
	if (!post || watch_table_get(&f->waiting, one->step))
		return OK;
	struct watch_waiting *w = watch_table_add(&f->waiting, one->step, sizeof *w);
	if (!w)
		return ERR_NOMEM;
	*w = *one;
	return waiting_put(f, w, post, claimed);
}

static void person_did(struct watch_fold *f, int64_t person, int64_t at_ms)
{
	struct watch_person *p = watch_fold_person(f, person);
	if (p)
		p->at[p->next++ % WATCH_RING] = at_ms;
}

/* ---- one entry: what concerns nobody's case ---- */

static int64_t number(const struct watch_entry *e, const char *key) { return json_i64(json_get(e->data, key), 0); }
static struct str text(const struct watch_entry *e, const char *key)
{
	struct str s = json_text(json_get(e->data, key));
	return s.ptr ? s : S("");
}

#define DONE "step.closed"

static void step_done(struct watch_fold *f, const struct watch_entry *e)
{
	if (number(e, "step") && str_eqz(text(e, "state"), "done"))
		person_did(f, number(e, "person"), e->at_ms);
}

static enum err queue_apply(struct watch_fold *f, const struct watch_entry *e)
{
	bool changed = str_eqz(e->kind, "clock.changed"), claimed = json_bool(json_get(e->data, "claimed"), false);
	if (changed || str_eqz(e->kind, "clock.stopped"))
		TRY(clock_note(f, e->subject, number(e, "clock"), changed && str_eqz(text(e, "state"), "suspended")));
	struct watch_waiting one = { .step = number(e, "step"), .case_id = e->subject, .opened_ms = number(e, "opened_ms") };
	if (str_eqz(e->kind, "step.opened")) {
		one.element = interned(f, text(e, "element"));
		return waiting_add(f, &one, number(e, "post"), claimed);
	}
	struct watch_waiting *w = one.step ? watch_table_get(&f->waiting, one.step) : NULL;
	if (w && (changed || str_eqz(e->kind, "clock.started")))
		w->due_ms = number(e, "due_ms");
	if (w && str_eqz(e->kind, "step.assigned"))
		return waiting_put(f, w, number(e, "post"), claimed);
	if (!str_eqz(e->kind, DONE))
		return OK;
	if (w)
		waiting_drop(f, w);
	step_done(f, e);
	return OK;
}

/* ---- one entry: what concerns a case ---- */

static enum err on_received(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	const struct json *missing = json_get(e->data, "missing");
	k->item = number(e, "item");
	k->organ = number(e, "organ");
	k->pack = number(e, "pack");
	k->applicant = number(e, "applicant");
	k->channel = intern(f, text(e, "channel"));
	k->received_ms = number(e, "received_ms");
	k->happened_ms = number(e, "happened_ms");
	k->received_seq = e->seq;
	k->missing = missing && missing->kind == JSON_ARRAY ? (int)missing->count : 0;
	return OK;
}

static enum err on_opened(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	struct watch_step *s = list_add((void **)&k->steps, &k->steps_count, &k->steps_room, sizeof *s, WATCH_STEPS_MAX);
	if (!s)
		return k->steps_count < WATCH_STEPS_MAX ? ERR_NOMEM : OK;
	s->id = number(e, "step");
	s->post = s->post_opened = number(e, "post");
	s->person = number(e, "person");
	s->opened_ms = e->at_ms;
	s->opened_seq = e->seq;
	s->element = intern(f, text(e, "element"));
	s->staff = s->post != 0;
	s->claimed = json_bool(json_get(e->data, "claimed"), false); /* meant for one person from the beginning */
	k->supplements += !s->staff && !k->accepted_ms;
	return OK;
}

static enum err on_assigned(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	struct watch_step *s = watch_case_step(k, number(e, "step"));
	(void)f;
	if (!s)
		return OK;
	s->post = number(e, "post");
	s->person = number(e, "person");
	s->claimed = json_bool(json_get(e->data, "claimed"), false);
	s->reasoned = str_trim(text(e, "reason")).len > 0;
	return OK;
}

static enum err on_signed(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	struct watch_step *s = watch_case_step(k, number(e, "step"));
	(void)f;
	if (s) {
		s->signed_by = number(e, "by");
		s->signed_ms = e->at_ms;
	}
	return OK;
}

static enum err on_closed(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	struct watch_step *s = watch_case_step(k, number(e, "step"));
	if (!s)
		return OK;
	s->person = number(e, "person");
	s->closed_ms = e->at_ms;
	s->done_ms = number(e, "done_ms");
	s->closed_seq = e->seq;
	s->action = intern(f, text(e, "action"));
	s->withdrawn = str_eqz(text(e, "state"), "withdrawn");
	k->returns += !s->withdrawn && str_starts(s->action, S("return"));
	k->skipped += s->withdrawn && s->staff && k->moved_ms == e->at_ms;
	k->approvals += !s->withdrawn && s->staff && s->person && str_find(s->element, S("extension")) >= 0 && str_starts(s->action, S("approve"));
	return OK;
}

static enum err on_clock(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	struct watch_clock *r = list_add((void **)&k->clocks, &k->clocks_count, &k->clocks_room, sizeof *r, WATCH_CLOCKS_MAX);
	struct watch_step *s = watch_case_step(k, number(e, "step"));
	if (s)
		s->due_ms = number(e, "due_ms");
	if (!r)
		return k->clocks_count < WATCH_CLOCKS_MAX ? ERR_NOMEM : OK;
	r->id = number(e, "clock");
	r->step = number(e, "step");
	r->kind = intern(f, text(e, "kind"));
	r->start_ms = number(e, "start_ms");
	r->due_ms = r->before_ms = number(e, "due_ms");
	return OK;
}

/* Suspensions and extensions stand in the entry as text. */
static int objects_in(struct str list)
{
	int n = 0;
	for (size_t i = 0; i < list.len; i++)
		n += list.ptr[i] == '{';
	return n;
}

static enum err on_clock_changed(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	struct watch_clock *r = clock_of(k, number(e, "clock"));
	(void)f;
	if (!r)
		return OK;
	r->was_suspended = r->suspended;
	r->were_extensions = r->extensions;
	r->before_ms = r->due_ms;
	r->due_ms = number(e, "due_ms");
	r->suspended = str_eqz(text(e, "state"), "suspended");
	r->extensions = objects_in(text(e, "extensions"));
	if (r->suspended && !r->was_suspended && k->suspended_ms != e->at_ms) { /* all clocks of a case in one act */
		k->suspensions++;
		k->suspended_ms = e->at_ms;
	}
	if (r->extensions > k->extensions)
		k->extensions = r->extensions;
	return OK;
}

/* Where it stood still, it does so no more: what it was for has come. */
static enum err on_clock_stopped(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	struct watch_clock *r = clock_of(k, number(e, "clock"));
	(void)f;
	if (r)
		r->suspended = false;
	return OK;
}

static enum err on_milestone(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	if (number(e, "accepted_ms"))
		k->accepted_ms = number(e, "accepted_ms");
	if (number(e, "decided_ms"))
		k->decided_ms = e->at_ms;
	if (text(e, "result").len)
		k->result = intern(f, text(e, "result"));
	return OK;
}

static enum err on_note(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	(void)f;
	if (str_eqz(text(e, "note"), "operation") && str_eqz(text(e, "operation"), "move"))
		k->moved_ms = e->at_ms;
	return OK;
}

static enum err on_decision(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	const struct json *data = json_get(e->data, "data");
	struct buf b;
	buf_init_in(&b, &f->scratch, 1 << 20);
	json_put_canonical(&b, json_get(data, "result") ? json_get(data, "result") : data);
	if (buf_str(&b).len > 400)
		return OK;
	k->discretion = intern(f, buf_str(&b));
	k->discretion_name = intern(f, json_text(json_get(data, "decision")).ptr ? json_text(json_get(data, "decision")) : S(""));
	return OK;
}

static enum err on_told(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	(void)f;
	if (str_eqz(e->kind, "document.added") ? str_eqz(text(e, "kind"), "letter") || str_eqz(text(e, "kind"), "licence") : number(e, "person") == k->applicant)
		k->told_ms = e->at_ms;
	return OK;
}

static enum err on_imported(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	const struct json *steps = json_get(e->data, "steps");
	k->item = number(e, "item");
	k->organ = number(e, "organ");
	k->channel = intern(f, text(e, "channel"));
	k->received_ms = number(e, "received_ms");
	k->received_seq = e->seq;
	for (size_t i = 0; steps && i < steps->count && i < WATCH_STEPS_MAX; i++) {
		struct watch_step *s = list_add((void **)&k->steps, &k->steps_count, &k->steps_room, sizeof *s, WATCH_STEPS_MAX);
		if (!s)
			return ERR_NOMEM;
		s->element = intern(f, json_text(json_get(&steps->items[i], "element")).ptr ? json_text(json_get(&steps->items[i], "element")) : S(""));
		s->person = json_i64(json_get(&steps->items[i], "person"), 0);
		s->done_ms = s->closed_ms = s->opened_ms = json_i64(json_get(&steps->items[i], "at_ms"), 0);
	}
	return OK;
}

static const struct { const char *kind; enum err (*apply)(struct watch_fold *, const struct watch_entry *, struct watch_case *); bool queue; } kinds[] = {
	{ "step.opened", on_opened, true }, { "step.closed", on_closed, true }, { "clock.started", on_clock, true },
	{ "case.received", on_received, false }, { "document.added", on_told, false }, { "notice.sent", on_told, false },
	{ "case.milestone", on_milestone, false }, { "step.assigned", on_assigned, true }, { "step.signed", on_signed, false },
	{ "clock.changed", on_clock_changed, true }, { "decision.made", on_decision, false }, { "case.note", on_note, false },
	{ "case.imported", on_imported, false }, { "clock.stopped", on_clock_stopped, true },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static size_t kind_of(struct str kind)
{
	size_t i = 0;
	while (i < KINDS && !str_eqz(kind, kinds[i].kind))
		i++;
	return i;
}

bool watch_fold_wants(const struct watch_fold *f, int64_t case_id, struct str kind)
{
	return kind_of(kind) < KINDS && !(f && str_eqz(kind, "clock.stopped") && !watch_fold_suspended(f, case_id));
}

enum err watch_fold_apply(struct watch_fold *f, const struct watch_entry *e, struct watch_case *k)
{
	size_t i = kind_of(e->kind);
	if (i == KINDS || !e->data)
		return OK;
	if (kinds[i].queue)
		TRY(queue_apply(f, e));
	return k ? kinds[i].apply(f, e, k) : OK;
}

void watch_fold_forget(struct watch_fold *f, struct watch_case *k)
{
	watch_table_drop(&f->cases, k->id);
	case_release(k);
}

/* ---- a case that is not in memory: from its own chain ---- */

struct link { int64_t seq, at_ms, actor; size_t kind; struct str payload; struct link *next; };

static enum err unreadable(struct watch_fold *f, int64_t seq)
{
	f->record->bad = seq;
	return ERR_CORRUPT;
}

static enum err link_read(struct watch_fold *f, struct arena *a, int64_t at, int64_t *prev, struct link **list)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(f->c, "SELECT prev, at_ms, actor, kind, payload FROM ledger WHERE seq=?1", &q));
	store_bind_i64(q, 1, at);
	enum err e = store_step(q, &row);
	if (e != OK || !row)
		return e == OK || e == ERR_CORRUPT ? unreadable(f, at) : e;
	*prev = store_col_i64(q, 0);
	size_t kind = kind_of(store_col_str(q, 3));
	if (kind < KINDS) {
		struct link *l = arena_new(a, struct link);
		struct str payload = store_col_str(q, 4);
		if (!payload.ptr && !store_col_null(q, 4))
			return unreadable(f, at);
		if (!l || (payload.ptr && !(payload = arena_str(a, payload)).ptr)) /* no memory is no damage, and nothing that was erased */
			return ERR_NOMEM;
		*l = (struct link){ .seq = at, .at_ms = store_col_i64(q, 1), .actor = store_col_i64(q, 2), .kind = kind, .payload = payload, .next = *list };
		*list = l;
	}
	store_reset(q);
	return OK;
}

/* The case's entries up to `at`, oldest first: each names the one before it. *holed: one of them is known to be unreadable. */
static enum err chain_read(struct watch_fold *f, struct arena *a, int64_t at, struct link **out, bool *holed)
{
	*out = NULL;
	*holed = false;
	while (at) {
		int64_t prev;
		*holed = record_gap_at(f->record->gaps, at) != NULL;
		if (*holed)
			return OK;
		TRY(link_read(f, a, at, &prev, out));
		at = prev < at ? prev : 0; /* a damaged page may say anything */
	}
	return OK;
}

static enum err case_load(struct watch_fold *f, const struct watch_entry *before, struct watch_case *k)
{
	struct arena a;
	struct link *l;
	arena_init(&a, FOLD_SCRATCH_MAX);
	enum err e = chain_read(f, &a, before->prev, &l, &k->holed);
	for (; e == OK && l && !k->holed; l = l->next) {
		struct watch_entry entry = { .seq = l->seq, .at_ms = l->at_ms, .subject = before->subject, .actor = l->actor, .kind = str_of(kinds[l->kind].kind) };
		if (!l->payload.ptr)
			continue; /* erased */
		e = json_read(&a, l->payload, &entry.data, NULL);
		if (e == OK)
			e = kinds[l->kind].apply(f, &entry, k);
		else if (e != ERR_NOMEM)
			e = unreadable(f, l->seq);
	}
	arena_release(&a);
	return e;
}

enum err watch_fold_case(struct watch_fold *f, const struct watch_entry *e, bool load, struct watch_case **out)
{
	bool is_new = str_eqz(e->kind, "case.received");
	*out = e->subject ? watch_table_get(&f->cases, e->subject) : NULL;
	if (*out && record_gap_at(f->record->gaps, e->prev))
		(*out)->holed = true;
	if (*out || !e->subject || !(load || is_new))
		return OK;
	if (f->cases.count >= CASES_MAX)
		watch_table_clear(&f->cases, case_release); /* each comes again from its chain, when it is asked for */
	struct watch_case *k = watch_table_add(&f->cases, e->subject, sizeof *k);
	if (!k)
		return ERR_NOMEM;
	enum err err = is_new ? OK : case_load(f, e, k);
	if (err != OK)
		watch_fold_forget(f, k);
	else
		*out = k;
	return err;
}

/* ---- comparable decisions ---- */

struct str watch_comparable_key(struct arena *a, const struct watch_case *k)
{
	return arena_printf(a, "%lld|%.*s|%.*s", (long long)k->item, STR_ARG(k->discretion_name), STR_ARG(k->discretion));
}

enum err watch_fold_comparable_put(struct watch_fold *f, struct str key, struct str action, int64_t count, int64_t fresh)
{
	struct str kept = intern(f, key), word = intern(f, action);
	struct watch_comparable *all = map_get(&f->comparables, kept), *c = all;
	while (c && !str_eq(c->action, word))
		c = c->next;
	if (!c) {
		c = arena_new(&f->words, struct watch_comparable);
		if (!c || !kept.len)
			return ERR_NOMEM;
		c->action = word;
		c->next = all;
		TRY(map_set(&f->comparables, kept, c));
	}
	c->count += count;
	c->fresh += fresh;
	return OK;
}

struct watch_comparable *watch_fold_comparable(struct watch_fold *f, const struct watch_case *k, struct str action)
{
	(void)action;
	return k->discretion.len ? map_get(&f->comparables, watch_comparable_key(&f->scratch, k)) : NULL;
}

/* ---- the beginning ---- */

/* A case of which the record says more behind the entry that it is begun at; where its chain is read from, or gone back in to there. */
struct gone_on { int64_t case_id, from; };

struct to_line_up { struct watch_waiting *w; int64_t post; };

/* A beginning: as it was when `seq` had been written, which was at `at_ms`. */
struct beginning {
	struct watch_fold *f;
	int64_t seq, at_ms;
	struct watch_table gone_on;
	int looked_at;
	struct to_line_up *list; /* lined up in the end, the first first: there may be a hundred thousand, read in no order */
	size_t count, room;
};

/* So far behind may the end of the record be that it is looked through; a rule that is tried on a year ago begins from the rows. Of so many cases is read what
 * their chains say: more than have gone on where the judge was not hindered; of others the rows must do. */
enum { LOOKED_THROUGH_MOST = 200000, LOOKED_AT_MOST = 10000 };

static enum err has_gone_on(struct beginning *b, int64_t case_id, int64_t from)
{
	if (!case_id || watch_table_get(&b->gone_on, case_id))
		return OK;
	struct gone_on *g = watch_table_add(&b->gone_on, case_id, sizeof *g);
	if (!g)
		return ERR_NOMEM;
	g->from = from;
	return OK;
}

static enum err waits(struct beginning *b, const struct watch_waiting *one, int64_t post, bool claimed)
{
	if (!post || watch_table_get(&b->f->waiting, one->step))
		return OK;
	struct watch_waiting *w = watch_table_add(&b->f->waiting, one->step, sizeof *w);
	if (!w)
		return ERR_NOMEM;
	*w = *one;
	struct to_line_up *l = claimed ? NULL : list_add((void **)&b->list, &b->count, &b->room, sizeof *l, SIZE_MAX);
	if (l)
		*l = (struct to_line_up){ w, post };
	return claimed || l ? OK : ERR_NOMEM;
}

static int by_time(const void *x, const void *y)
{
	const struct watch_waiting *a = ((const struct to_line_up *)x)->w, *b = ((const struct to_line_up *)y)->w;
	return a->opened_ms != b->opened_ms ? (a->opened_ms > b->opened_ms) - (a->opened_ms < b->opened_ms) : (a->step > b->step) - (a->step < b->step);
}

static enum err line_all_up(struct beginning *b)
{
	if (b->count)
		qsort(b->list, b->count, sizeof *b->list, by_time);
	for (size_t i = 0; i < b->count; i++)
		TRY(waiting_put(b->f, b->list[i].w, b->list[i].post, false));
	return OK;
}

/* The cases of the entries behind, where all of those can be read. */
static enum err look_through(struct beginning *b, bool *through)
{
	struct store_query *q;
	int64_t at = b->seq, end = row_i64(b->f->c, "SELECT max(seq) FROM ledger WHERE ?1=1", 1, 0);
	*through = end - at <= LOOKED_THROUGH_MOST && !record_gap_from(b->f->record->gaps, at + 1);
	if (!*through || at == end)
		return OK;
	TRY(store_prepare(b->f->c, "SELECT seq, subject, prev FROM ledger WHERE seq>=?1 AND seq<=?2 ORDER BY seq", &q));
	store_bind_i64(q, 1, at + 1);
	store_bind_i64(q, 2, end);
	enum err e = OK;
	for (bool row; e == OK && at < end; at++) {
		e = store_step(q, &row);
		if (e == ERR_CORRUPT || (e == OK && (!row || store_col_i64(q, 0) != at + 1)))
			e = unreadable(b->f, at + 1);
		if (e == OK)
			e = has_gone_on(b, store_col_i64(q, 1), store_col_i64(q, 2));
	}
	store_reset(q);
	return e;
}

/* The cases of what was open then and has changed since, as the rows say it: all that ever was done is looked through. */
static enum err look_at_rows(struct beginning *b)
{
	struct store_query *q;
	TRY(store_prepare(b->f->c, "SELECT k.id, l.seq FROM case_open k JOIN case_last l ON l.id=k.id WHERE l.seq>?2 AND k.received_ms<=?1"
	                           " UNION SELECT s.case_id, l.seq FROM step_done s JOIN case_last l ON l.id=s.case_id WHERE s.opened_ms<=?1 AND s.closed_ms>?1", &q));
	store_bind_i64(q, 1, b->at_ms);
	store_bind_i64(q, 2, b->seq);
	for (bool row;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		TRY(has_gone_on(b, store_col_i64(q, 0), store_col_i64(q, 1)));
	}
}

/* Steps by rows of id, case_id, opened_ms, post, element, claimed, due_ms. */
static enum err wait_as_rows_say(struct beginning *b, struct store_query *q, bool gone_on_too)
{
	for (bool row;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct watch_waiting one = { .step = store_col_i64(q, 0), .case_id = store_col_i64(q, 1), .opened_ms = store_col_i64(q, 2),
		                             .element = interned(b->f, store_col_str(q, 4)), .due_ms = store_col_i64(q, 6) };
		if (gone_on_too || !watch_table_get(&b->gone_on, one.case_id))
			TRY(waits(b, &one, store_col_i64(q, 3), store_col_i64(q, 5) != 0));
	}
}

static enum err stand_still_as_rows_say(struct beginning *b, struct store_query *q, bool gone_on_too)
{
	for (bool row;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		if (gone_on_too || !watch_table_get(&b->gone_on, store_col_i64(q, 1)))
			TRY(clock_note(b->f, store_col_i64(q, 1), store_col_i64(q, 0), true));
	}
}

/* Those of which the record says nothing behind. */
static enum err the_others(struct beginning *b)
{
	struct store_query *q;
	TRY(store_prepare(b->f->c, "SELECT id, case_id, opened_ms, post, element, claimed, due_ms FROM step_open WHERE opened_ms<=?1 AND post IS NOT NULL", &q));
	store_bind_i64(q, 1, b->at_ms);
	TRY(wait_as_rows_say(b, q, false));
	/* from the open cases on: the clocks of all that were ever concluded lie in the same table */
	TRY(store_prepare(b->f->c, "SELECT c.id, c.case_id FROM case_open k CROSS JOIN clock c WHERE c.case_id=k.id AND c.state='suspended' AND ?1=1", &q));
	store_bind_i64(q, 1, 1);
	return stand_still_as_rows_say(b, q, false);
}

/* One whose chain cannot be read: as it is now, but for what is done already. */
static enum err by_its_rows(struct beginning *b, int64_t case_id)
{
	struct store_query *q;
	TRY(store_prepare(b->f->c, "SELECT id, case_id, opened_ms, post, element, claimed, due_ms FROM step_open WHERE case_id=?1 AND opened_ms<=?2 AND post IS NOT NULL"
	                           " UNION ALL SELECT id, case_id, opened_ms, post, element, 0, due_ms FROM step_done WHERE case_id=?1 AND opened_ms<=?2 AND closed_ms>?2"
	                           " AND post IS NOT NULL", &q));
	store_bind_i64(q, 1, case_id);
	store_bind_i64(q, 2, b->at_ms);
	TRY(wait_as_rows_say(b, q, true));
	TRY(store_prepare(b->f->c, "SELECT id, case_id FROM clock WHERE case_id=?1 AND state='suspended'", &q));
	store_bind_i64(q, 1, case_id);
	return stand_still_as_rows_say(b, q, true);
}

/* The entry of the chain at `*at` or before it that is not behind `seq`. */
static enum err chain_until(struct watch_fold *f, int64_t *at, int64_t seq)
{
	struct store_query *q;
	while (*at > seq && !record_gap_at(f->record->gaps, *at)) {
		bool row;
		TRY(store_prepare(f->c, "SELECT prev FROM ledger WHERE seq=?1", &q));
		store_bind_i64(q, 1, *at);
		enum err e = store_step(q, &row);
		if (e != OK || !row)
			return e == OK || e == ERR_CORRUPT ? unreadable(f, *at) : e;
		*at = store_col_i64(q, 0) < *at ? store_col_i64(q, 0) : 0;
		store_reset(q);
	}
	return OK;
}

static enum err wait_as_it_was(struct beginning *b, const struct watch_case *k)
{
	for (size_t i = 0; i < k->steps_count; i++) {
		const struct watch_step *s = &k->steps[i];
		struct watch_waiting one = { .step = s->id, .case_id = k->id, .opened_ms = s->opened_ms, .element = interned(b->f, s->element), .due_ms = s->due_ms };
		for (size_t n = 0; n < k->clocks_count; n++)
			if (k->clocks[n].step == s->id)
				one.due_ms = k->clocks[n].due_ms;
		if (!s->closed_ms)
			TRY(waits(b, &one, s->post, s->claimed));
	}
	for (size_t n = 0; n < k->clocks_count; n++)
		TRY(clock_note(b->f, k->id, k->clocks[n].id, k->clocks[n].suspended));
	return OK;
}

/* Who has the steps of a case that has gone on, and until when, is what its chain said then. */
static enum err as_it_was(struct beginning *b, const struct gone_on *g)
{
	struct watch_entry before = { .subject = g->case_id, .prev = g->from };
	if (b->looked_at++ >= LOOKED_AT_MOST)
		return by_its_rows(b, g->case_id);
	struct watch_case *k = heap_alloc(sizeof *k);
	if (!k)
		return ERR_NOMEM;
	k->id = g->case_id;
	enum err e = chain_until(b->f, &before.prev, b->seq);
	if (e == OK)
		e = case_load(b->f, &before, k);
	if (e == OK)
		e = k->holed || k->steps_count >= WATCH_STEPS_MAX || k->clocks_count >= WATCH_CLOCKS_MAX ? by_its_rows(b, k->id) : wait_as_it_was(b, k);
	case_release(k);
	return e;
}

/* What became of them since is not to be seen: who picks a case is judged by what waited then. Behind a stretch that cannot be read, seq INT64_MAX: as they
 * are now. */
static enum err queues_at(struct beginning *b)
{
	bool through = false;
	enum err e = b->seq < INT64_MAX ? look_through(b, &through) : OK;
	if (e == OK && !through)
		e = look_at_rows(b);
	if (e == OK)
		e = the_others(b);
	for (size_t i = 0; e == OK && i < b->gone_on.room; i++) {
		const struct gone_on *g = b->gone_on.slots[i];
		if (g)
			e = b->seq < INT64_MAX ? as_it_was(b, g) : by_its_rows(b, g->case_id);
	}
	if (e == OK)
		e = line_all_up(b);
	watch_table_clear(&b->gone_on, plain_release);
	heap_free(b->list);
	return e;
}

static void queues_drop(struct watch_fold *f)
{
	watch_table_clear(&f->queues, plain_release);
	watch_table_clear(&f->waiting, plain_release);
	watch_table_clear(&f->suspended, plain_release);
	watch_table_clear(&f->still, plain_release);
}

/* What is opened in the very millisecond that the rows were asked for is in them already: waiting_add finds it there. */
enum err watch_fold_resume(struct watch_fold *f, int64_t at_ms)
{
	struct beginning b = { .f = f, .seq = INT64_MAX, .at_ms = at_ms };
	queues_drop(f);
	return queues_at(&b);
}

/* Behind a gap entries of any kind are given. */
static enum err warm(void *arg, const struct watch_entry *e)
{
	struct watch_fold *f = arg;
	if (str_eqz(e->kind, DONE) && e->data)
		step_done(f, e);
	return OK;
}

enum err watch_fold_begin(struct watch_fold *f, struct store_conn *c, int64_t seq)
{
	struct beginning b = { .f = f, .seq = seq };
	struct watch_span span = { .to = seq, .limit = INT64_MAX, .record = f->record, .only = DONE };
	f->c = c;
	TRY(watch_time_at(c, f->record, seq, &b.at_ms));
	TRY(queues_at(&b));
	TRY(watch_seq_at(c, f->record, b.at_ms - WINDOW_MS, &span.from));
	enum err e = watch_entries(c, &span, NULL, &f->scratch, warm, f);
	f->c = NULL;
	return e;
}
