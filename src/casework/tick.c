/* tick.c - time moving: timers fired in due order, then the rooms' own work. */
#include "casework/casework_int.h"

enum {
	SALVO_MOST = 128,
	QUEUE_PART = 8, /* at the most: the queue is for what people wait for */
	READ_TIMES = 4, /* as many rows are looked at: limits end with days, several of a case on the same one */
};

struct due { int64_t due_ms, case_id, ref; struct str kind; };

/* Timers that are fired in one commit, each of another case: none can arm or end what another of them is about. */
struct salvo {
	struct casework *cw;
	struct shot { struct salvo *of; struct due t; struct diag why; enum err e; } shots[SALVO_MOST];
	size_t count, most;
	size_t before_left; /* so many come before the first that was left for the next one */
	int64_t next_ms; /* of none: when the first falls due */
	struct arena a;
	struct os_mutex lock;
	struct os_cond done;
	size_t under_way;
};

static bool has_case(const struct salvo *s, int64_t case_id)
{
	size_t i = 0;
	while (i < s->count && s->shots[i].t.case_id != case_id)
		i++;
	return i < s->count;
}

/* What is of no case (an absence, a plan) may change who has which: it is fired alone. What is of a case that is there waits for the next salvo. */
static enum err take_due(struct salvo *s, struct store_query *q, int64_t now_ms)
{
	for (bool row = true;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct due t = { .due_ms = store_col_i64(q, 0), .case_id = store_col_i64(q, 1), .ref = store_col_i64(q, 3) };
		if (t.due_ms > now_ms) {
			s->next_ms = t.due_ms;
			return OK;
		}
		if (s->count && !t.case_id)
			return OK;
		if (has_case(s, t.case_id)) {
			s->before_left = s->before_left < s->count ? s->before_left : s->count;
			continue;
		}
		t.kind = store_col_copy(q, 2, &s->a);
		if (!t.kind.ptr)
			return ERR_NOMEM;
		s->shots[s->count++] = (struct shot){ .of = s, .t = t };
		if (s->count == s->most || !t.case_id)
			return OK;
	}
}

/* The first timers behind `after`, in due order; at the same moment the lower case first. */
static enum err next_timers(struct salvo *s, const struct due *after)
{
	struct store_conn *c;
	struct store_query *q;
	arena_reset(&s->a);
	s->count = 0;
	s->before_left = SALVO_MOST;
	s->next_ms = INT64_MAX;
	TRY(store_reader_take(s->cw->store, &c));
	enum err e = store_prepare(c, "SELECT due_ms, case_id, kind, ref FROM timer WHERE (due_ms, case_id, kind, ref)>(?1, ?2, ?3, ?4)"
	                              " ORDER BY due_ms, case_id, kind, ref LIMIT ?5", &q);
	if (e == OK) {
		store_bind_i64(q, 1, after->due_ms);
		store_bind_i64(q, 2, after->case_id);
		store_bind_str(q, 3, after->kind);
		store_bind_i64(q, 4, after->ref);
		store_bind_i64(q, 5, (int64_t)(s->most - 1) * READ_TIMES + 1);
		e = take_due(s, q, os_now_ms(s->cw->clock));
		store_reset(q);
	}
	store_reader_give(s->cw->store, c);
	return e;
}

/* A command of the system's about that timer; `why` only where it is put off. */
static struct casework_command about(const char *name, const struct due *t, const struct diag *why, struct arena *a)
{
	struct json_build o;
	json_build_object(&o, a);
	json_set_i64(&o, "due_ms", t->due_ms);
	json_set_i64(&o, "case", t->case_id);
	json_set_str(&o, "kind", t->kind);
	json_set_i64(&o, "ref", t->ref);
	if (why)
		json_set_str(&o, "reason", str_of(why->text));
	if (why && why->err == ERR_CORRUPT)
		json_set_bool(&o, "damaged", true);
	return (struct casework_command){ .name = str_of(name), .actor = { .system = true }, .data = json_built(&o) };
}

static void shot_done(void *arg, const struct casework_result *r)
{
	struct shot *shot = arg;
	struct salvo *s = shot->of;
	os_mutex_lock(&s->lock);
	shot->e = r->err;
	shot->why = r->diag;
	if (--s->under_way == 0)
		os_cond_signal(&s->done);
	os_mutex_unlock(&s->lock);
}

/* All at once, and waits until each has its answer. Those for which there is no room now are due as before. */
static enum err shoot(struct salvo *s, struct diag *d)
{
	size_t fired = 0;
	enum err e = OK;
	s->under_way = s->count;
	while (fired < s->count && e == OK) {
		struct shot *shot = &s->shots[fired];
		struct casework_command cmd = about("timer.fire", &shot->t, NULL, &s->a);
		e = casework_submit(s->cw, &cmd, shot_done, shot);
		fired += e == OK;
	}
	os_mutex_lock(&s->lock);
	s->under_way -= s->count - fired;
	while (s->under_way)
		os_cond_wait(&s->done, &s->lock);
	os_mutex_unlock(&s->lock);
	s->count = fired;
	return e == OK || fired ? OK : diag_set(d, e, "system.busy", "The system is busy. Nothing was changed; try again in a moment.");
}

/* A timer whose firing is refused, or whose case is damaged, must neither block the others nor be lost: it is moved an hour on, and
 * the reason is in the case's record. */
static enum err settle_shot(struct casework *cw, const struct shot *shot, struct arena *a)
{
	struct casework_result r;
	if (shot->e != ERR_CORRUPT && !err_is_refusal(shot->e))
		return shot->e;
	struct casework_command cmd = about("timer.postpone", &shot->t, &shot->why, a);
	return casework_do(cw, &cmd, a, &r);
}

/* One that cannot even be moved is passed over until the next time: `after` is the last of them, but never behind one that was left. */
static enum err settle_all(struct salvo *s, struct due *after, struct arena *passed, struct diag *d)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct shot *shot = &s->shots[i];
		enum err e = settle_shot(s->cw, shot, &s->a);
		if (e != OK && d && d->err == OK)
			*d = shot->why;
		if (e != OK && e != ERR_CORRUPT)
			return e;
		if (e == ERR_CORRUPT && i < s->before_left) {
			arena_reset(passed);
			*after = shot->t;
			after->kind = arena_str(passed, shot->t.kind);
			if (!after->kind.ptr)
				return ERR_NOMEM;
		}
	}
	return OK;
}

/* What cannot be read holds up none that comes before it: then they are read one by one. */
static enum err next_readable(struct salvo *s, const struct due *after)
{
	enum err e = next_timers(s, after);
	if (e != ERR_CORRUPT || s->most == 1)
		return e;
	s->most = 1;
	return next_timers(s, after);
}

static size_t salvo_most(struct casework *cw)
{
	uint64_t part = atomic_load(&store_stats(cw->store)->queue_max) / QUEUE_PART;
	return cw->inline_writer || part < 1 ? 1 : part < SALVO_MOST ? (size_t)part : SALVO_MOST;
}

static enum err fire_salvos(struct salvo *s, struct arena *passed, int64_t *next_ms, struct diag *d)
{
	struct due after = { .due_ms = INT64_MIN, .kind = S("") };
	do {
		TRY(next_readable(s, &after));
		*next_ms = s->count ? s->shots[0].t.due_ms : s->next_ms;
		if (casework_resting(s->cw))
			return OK;
		TRY(shoot(s, d));
		TRY(settle_all(s, &after, passed, d));
	} while (s->count);
	return OK;
}

/* Every timer that is due, in due order. Many fall due at the same moment, when a day begins or ends: a commit each would make the last of them late. */
static enum err fire_due(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	struct salvo *s = heap_alloc(sizeof *s);
	struct arena passed;
	if (!s)
		return ERR_NOMEM;
	*s = (struct salvo){ .cw = cw, .most = salvo_most(cw) };
	arena_init(&s->a, 16 << 20);
	arena_init(&passed, 1 << 20);
	os_mutex_init(&s->lock);
	os_cond_init(&s->done);
	enum err e = fire_salvos(s, &passed, next_ms, d);
	os_cond_destroy(&s->done);
	os_mutex_destroy(&s->lock);
	arena_release(&s->a);
	arena_release(&passed);
	heap_free(s);
	return e;
}

/* What one room cannot read, for it is damaged or was taken off, holds up none of the others; a fault of the disk or the server would be theirs too. */
static enum err tick_rooms(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	enum err damage = OK;
	for (size_t i = 0; i < cw->rooms_count; i++) {
		int64_t wanted = INT64_MAX;
		struct diag why;
		diag_init(&why);
		enum err e = cw->rooms[i]->tick ? cw->rooms[i]->tick(cw, &wanted, &why) : OK;
		if (e == ERR_CORRUPT)
			damage = diag_set(d, e, "record.unreadable", "The room %s cannot go on, the record cannot be read: %s", cw->rooms[i]->name,
			                  why.text[0] ? why.text : "an entry is missing.");
		else if (e != OK && d && d->err == OK)
			*d = why;
		if (e != OK && e != ERR_CORRUPT)
			return e;
		*next_ms = wanted < *next_ms ? wanted : *next_ms;
	}
	return damage;
}

/* The rooms' own work; what one does may give another some, or arm a timer that is due: hence again until the record rests. */
static enum err tick_rounds(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	enum { ROUNDS_MAX = 100 };
	uint64_t seq;
	int n = 0;
	do {
		seq = cw->told_seq;
		TRY(fire_due(cw, next_ms, d));
		TRY(tick_rooms(cw, next_ms, d));
	} while (seq != cw->told_seq && ++n < ROUNDS_MAX && !casework_resting(cw));
	return OK;
}

/* ---- before a stop ---- */

static _Thread_local const struct casework *ticks; /* on this thread */

void casework_rest(struct casework *cw)
{
	atomic_store(&cw->resting, true);
}

bool casework_resting(struct casework *cw)
{
	return atomic_load(&cw->resting);
}

enum err still_wanted(struct casework *cw, struct diag *d)
{
	return casework_resting(cw) ? diag_set(d, ERR_BUSY, "system.busy", "The program is about to stop.") : OK;
}

bool tick_ends(struct casework *cw)
{
	return ticks == cw && casework_resting(cw);
}

bool casework_leads(struct casework *cw)
{
	return store_leads(cw->store);
}

bool casework_outgrown(const struct casework *cw)
{
	return store_outgrown(cw->store);
}

/* Two threads may ask at once; what a room keeps between its ticks has one user. */
enum err casework_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	enum { ASK_AGAIN_MS = 1000 };
	*next_ms = os_now_ms(cw->clock) + ASK_AGAIN_MS;
	if (machine_time_held(&cw->time) || !casework_leads(cw))
		return OK;
	os_mutex_lock(&cw->tick_lock);
	ticks = cw;
	enum err e = tick_rounds(cw, next_ms, d);
	if (e == OK)
		e = answers_prune(cw, next_ms);
	ticks = NULL;
	os_mutex_unlock(&cw->tick_lock);
	if (!casework_resting(cw))
		return e;
	if (d)
		diag_init(d);
	return OK; /* the rest is done when the program is there again */
}

enum err casework_advance(struct casework *cw, struct os_clock *clock, int64_t ms, struct diag *d)
{
	int64_t next;
	for (;;) {
		TRY(casework_tick(cw, &next, d));
		TRY(still_wanted(cw, d));
		if (next > ms || !casework_leads(cw)) /* who does not lead has nothing to stop for */
			break;
		os_clock_set(clock, next);
	}
	os_clock_set(clock, ms);
	return casework_tick(cw, &next, d);
}
