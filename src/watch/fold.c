/* fold.c - the record folded into what the judge knows: each case it is asked about, who waits at which post, and what each
 * person did in the last minutes. Nothing comes in but ledger entries (and, at the beginning, the rows that they made). */
#include "watch/watch_int.h"

enum { WINDOW_MS = 15 * 60000, CASES_MAX = 50000, FOLD_WORDS_MAX = 64 << 20, FOLD_SCRATCH_MAX = 64 << 20 };

/* ---- tables of structs by the id they begin with ---- */

static int64_t id_of(const void *p) { return *(const int64_t *)p; }

static size_t slot_of(const struct watch_table *t, int64_t id)
{
	size_t i = (size_t)((uint64_t)id * 0x9E3779B97F4A7C15u >> 20) % t->room;
	while (t->slots[i] && id_of(t->slots[i]) != id)
		i = (i + 1) % t->room;
	return i;
}

static void *table_get(const struct watch_table *t, int64_t id)
{
	return t->room ? t->slots[slot_of(t, id)] : NULL;
}

static enum err table_grow(struct watch_table *t)
{
	struct watch_table more = { .room = t->room ? t->room * 2 : 256, .count = t->count };
	more.slots = heap_alloc(more.room * sizeof *more.slots);
	if (!more.slots)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->room; i++)
		if (t->slots[i])
			more.slots[slot_of(&more, id_of(t->slots[i]))] = t->slots[i];
	heap_free(t->slots);
	*t = more;
	return OK;
}

/* A new struct of that size under its id. */
static void *table_add(struct watch_table *t, int64_t id, size_t size)
{
	if (t->count * 2 >= t->room && table_grow(t) != OK)
		return NULL;
	int64_t *p = heap_alloc(size);
	if (!p)
		return NULL;
	*p = id;
	t->slots[slot_of(t, id)] = p;
	t->count++;
	return p;
}

/* Taken out; those behind it in the run move up. */
static void table_drop(struct watch_table *t, int64_t id)
{
	size_t i = slot_of(t, id);
	if (!t->slots[i])
		return;
	t->slots[i] = NULL;
	t->count--;
	for (size_t j = (i + 1) % t->room; t->slots[j]; j = (j + 1) % t->room) {
		void *p = t->slots[j];
		t->slots[j] = NULL;
		t->slots[slot_of(t, id_of(p))] = p;
	}
}

static void table_clear(struct watch_table *t, void (*release)(void *))
{
	for (size_t i = 0; i < t->room; i++)
		if (t->slots[i])
			release(t->slots[i]);
	heap_free(t->slots);
	*t = (struct watch_table){ 0 };
}

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
	table_clear(&f->cases, case_release);
	table_clear(&f->queues, plain_release);
	table_clear(&f->waiting, plain_release);
	table_clear(&f->people, plain_release);
	table_clear(&f->suspended, plain_release);
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
	struct watch_queue *q = table_get(&f->queues, post);
	if (q || !post)
		return q;
	q = table_add(&f->queues, post, sizeof *q);
	if (q)
		q->ends.before = q->ends.after = &q->ends;
	return q;
}

struct watch_person *watch_fold_person(struct watch_fold *f, int64_t person)
{
	struct watch_person *p = table_get(&f->people, person);
	return p || !person ? p : table_add(&f->people, person, sizeof *p);
}

bool watch_fold_suspended(const struct watch_fold *f, int64_t case_id)
{
	return table_get(&f->suspended, case_id) != NULL;
}

static enum err suspension_note(struct watch_fold *f, int64_t case_id, bool suspended)
{
	void *known = table_get(&f->suspended, case_id);
	if (known && !suspended) {
		table_drop(&f->suspended, case_id);
		heap_free(known);
	}
	return known || !suspended || table_add(&f->suspended, case_id, sizeof case_id) ? OK : ERR_NOMEM;
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
	table_drop(&f->waiting, w->step);
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
	if (!post || table_get(&f->waiting, one->step))
		return OK;
	struct watch_waiting *w = table_add(&f->waiting, one->step, sizeof *w);
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

static enum err queue_apply(struct watch_fold *f, const struct watch_entry *e)
{
	bool changed = str_eqz(e->kind, "clock.changed"), claimed = json_bool(json_get(e->data, "claimed"), false);
	if (changed)
		TRY(suspension_note(f, e->subject, str_eqz(text(e, "state"), "suspended")));
	struct watch_waiting one = { .step = number(e, "step"), .case_id = e->subject, .opened_ms = number(e, "opened_ms") };
	if (str_eqz(e->kind, "step.opened")) {
		one.element = interned(f, text(e, "element"));
		return waiting_add(f, &one, number(e, "post"), claimed);
	}
	struct watch_waiting *w = one.step ? table_get(&f->waiting, one.step) : NULL;
	if (w && (changed || str_eqz(e->kind, "clock.started")))
		w->due_ms = number(e, "due_ms");
	if (w && str_eqz(e->kind, "step.assigned"))
		return waiting_put(f, w, number(e, "post"), claimed);
	if (!str_eqz(e->kind, "step.closed"))
		return OK;
	if (w)
		waiting_drop(f, w);
	if (one.step && str_eqz(text(e, "state"), "done"))
		person_did(f, number(e, "person"), e->at_ms);
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
	{ "case.imported", on_imported, false },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static size_t kind_of(struct str kind)
{
	size_t i = 0;
	while (i < KINDS && !str_eqz(kind, kinds[i].kind))
		i++;
	return i;
}

bool watch_fold_knows(struct str kind)
{
	return kind_of(kind) < KINDS;
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
	table_drop(&f->cases, k->id);
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
	*out = e->subject ? table_get(&f->cases, e->subject) : NULL;
	if (*out && record_gap_at(f->record->gaps, e->prev))
		(*out)->holed = true;
	if (*out || !e->subject || !(load || is_new))
		return OK;
	if (f->cases.count >= CASES_MAX)
		table_clear(&f->cases, case_release); /* each comes again from its chain, when it is asked for */
	struct watch_case *k = table_add(&f->cases, e->subject, sizeof *k);
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

/* Of those about which the record says nothing behind `seq`. */
static enum err suspended_at_begin(struct watch_fold *f, int64_t seq)
{
	struct store_query *q;
	/* from the open cases on: the clocks of all that were ever concluded lie in the same table */
	TRY(store_prepare(f->c, "SELECT c.case_id FROM case_open k CROSS JOIN clock c LEFT JOIN case_last l ON l.id=k.id"
	                        " WHERE c.case_id=k.id AND c.state='suspended' AND coalesce(l.seq, 0)<=?1", &q));
	store_bind_i64(q, 1, seq);
	for (bool row;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		TRY(suspension_note(f, store_col_i64(q, 0), true));
	}
}

/* A step that was open then, as the rows say it now; of the next one below it. */
struct waited { struct watch_waiting one; int64_t post; bool claimed; struct waited *next; };

static enum err waited_add(struct watch_fold *f, const struct waited *w)
{
	return waiting_add(f, &w->one, w->post, w->claimed);
}

/* Steps of one case that has gone on since: who has them and until when is what its chain said then, where it can be read. */
struct gone_on { struct arena a; int64_t case_id, last; struct waited *steps; int looked_at; };
/* As many as the cursor may be behind; of more, where a rule is tried on a year ago, the rows must do. */
enum { LOOKED_AT_MOST = 5000 };

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

static void as_it_was(const struct watch_case *k, struct waited *w)
{
	for (size_t i = 0; i < k->steps_count; i++) {
		if (k->steps[i].id != w->one.step)
			continue;
		w->post = k->steps[i].post;
		w->claimed = k->steps[i].claimed;
		w->one.due_ms = k->steps[i].due_ms;
	}
	for (size_t i = 0; i < k->clocks_count; i++)
		if (k->clocks[i].step == w->one.step)
			w->one.due_ms = k->clocks[i].due_ms;
}

static bool stands_still(const struct watch_case *k)
{
	size_t i = 0;
	while (i < k->clocks_count && !k->clocks[i].suspended)
		i++;
	return i < k->clocks_count;
}

static enum err case_then(struct watch_fold *f, struct gone_on *g, int64_t seq)
{
	struct watch_entry before = { .subject = g->case_id, .prev = g->last };
	struct watch_case *k = heap_alloc(sizeof *k);
	if (!k)
		return ERR_NOMEM;
	k->id = g->case_id;
	k->holed = g->looked_at++ >= LOOKED_AT_MOST;
	enum err e = k->holed ? OK : chain_until(f, &before.prev, seq);
	if (e == OK && !k->holed)
		e = case_load(f, &before, k);
	if (e == OK)
		e = suspension_note(f, k->id, k->holed ? row_i64(f->c, "SELECT 1 FROM clock WHERE case_id=?1 AND state='suspended' LIMIT 1", k->id, 0) : stands_still(k));
	for (struct waited *w = g->steps; e == OK && !k->holed && w; w = w->next)
		as_it_was(k, w);
	for (struct waited *w = g->steps; e == OK && w; w = w->next)
		e = waited_add(f, w);
	case_release(k);
	g->steps = NULL;
	arena_reset(&g->a);
	return e;
}

/* One that waits until all of its case are there. */
static enum err set_aside(struct watch_fold *f, struct gone_on *g, const struct waited *w, int64_t last, int64_t seq)
{
	if (g->steps && g->case_id != w->one.case_id)
		TRY(case_then(f, g, seq));
	struct waited *own = arena_new(&g->a, struct waited);
	if (!own)
		return ERR_NOMEM;
	*own = *w;
	own->next = g->steps;
	g->steps = own;
	g->case_id = w->one.case_id;
	g->last = last;
	return OK;
}

static enum err read_waited(struct watch_fold *f, struct gone_on *g, struct store_query *q, int64_t seq)
{
	for (bool row;;) {
		TRY(store_step(q, &row));
		if (!row)
			return g->steps ? case_then(f, g, seq) : OK;
		struct waited w = { .one = { .step = store_col_i64(q, 0), .case_id = store_col_i64(q, 1), .opened_ms = store_col_i64(q, 2),
		                             .element = interned(f, store_col_str(q, 4)), .due_ms = store_col_i64(q, 6) },
		                    .post = store_col_i64(q, 3), .claimed = store_col_i64(q, 5) != 0 };
		TRY(store_col_i64(q, 7) > seq ? set_aside(f, g, &w, store_col_i64(q, 7), seq) : waited_add(f, &w));
	}
}

/* Steps that were open after the entry `seq`, which is the last at or before the moment. What became of them since is not to be seen: who picks a case is
 * judged by what waited then. Behind a stretch that cannot be read, INT64_MAX: as they are now. */
static enum err queues_at(struct watch_fold *f, int64_t at_ms, int64_t seq)
{
	struct store_query *q;
	struct gone_on g = { .steps = NULL };
	TRY(store_prepare(f->c, "SELECT s.id, s.case_id, s.opened_ms, s.post, s.element, s.claimed, s.due_ms, l.seq FROM step_open s LEFT JOIN case_last l ON l.id=s.case_id"
	                        " WHERE s.opened_ms<=?1 AND s.post IS NOT NULL"
	                        " UNION ALL SELECT s.id, s.case_id, s.opened_ms, s.post, s.element, 0, s.due_ms, l.seq FROM step_done s LEFT JOIN case_last l ON l.id=s.case_id"
	                        " WHERE s.opened_ms<=?1 AND s.closed_ms>?1 AND s.post IS NOT NULL ORDER BY 2, 1", &q));
	store_bind_i64(q, 1, at_ms);
	arena_init(&g.a, FOLD_SCRATCH_MAX);
	enum err e = read_waited(f, &g, q, seq);
	arena_release(&g.a);
	return e;
}

static void queues_drop(struct watch_fold *f)
{
	table_clear(&f->queues, plain_release);
	table_clear(&f->waiting, plain_release);
	table_clear(&f->suspended, plain_release);
}

/* What is opened in the very millisecond that the rows were asked for is in them already: waiting_add finds it there. */
enum err watch_fold_resume(struct watch_fold *f, int64_t at_ms)
{
	queues_drop(f);
	TRY(suspended_at_begin(f, INT64_MAX));
	return queues_at(f, at_ms, INT64_MAX);
}

static enum err warm(void *arg, const struct watch_entry *e)
{
	struct watch_fold *f = arg;
	size_t i = kind_of(e->kind);
	if (e->after_gap)
		TRY(watch_fold_resume(f, e->at_ms));
	return i < KINDS && kinds[i].queue && e->data ? queue_apply(f, e) : OK;
}

enum err watch_fold_begin(struct watch_fold *f, struct store_conn *c, int64_t seq)
{
	int64_t at_ms, from;
	f->c = c;
	TRY(watch_time_at(c, f->record, seq, &at_ms));
	at_ms -= WINDOW_MS;
	TRY(watch_seq_at(c, f->record, at_ms, &from));
	struct watch_span span = { .from = from, .to = seq, .limit = INT64_MAX, .record = f->record };
	TRY(suspended_at_begin(f, from));
	TRY(queues_at(f, at_ms, from));
	enum err e = watch_entries(c, &span, NULL, &f->scratch, warm, f);
	f->c = NULL;
	return e;
}
