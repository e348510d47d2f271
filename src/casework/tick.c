/* tick.c - time moving: timers fired in due order, then the rooms' own work. */
#include "casework/casework_int.h"

struct due { int64_t due_ms, case_id, ref; struct str kind; bool any; };

/* The first timer behind `after`, in due order; at the same moment the lower case first. */
static enum err next_timer(struct casework *cw, struct arena *a, const struct due *after, struct due *out)
{
	struct store_conn *c;
	struct store_query *q;
	*out = (struct due){ .any = false };
	TRY(store_reader_take(cw->store, &c));
	enum err e = store_prepare(c, "SELECT due_ms, case_id, kind, ref FROM timer WHERE (due_ms, case_id, kind, ref)>(?1, ?2, ?3, ?4)"
	                              " ORDER BY due_ms, case_id, kind, ref LIMIT 1", &q);
	if (e == OK) {
		store_bind_i64(q, 1, after->due_ms);
		store_bind_i64(q, 2, after->case_id);
		store_bind_str(q, 3, after->kind);
		store_bind_i64(q, 4, after->ref);
		e = store_step(q, &out->any);
	}
	if (e == OK && out->any) {
		out->due_ms = store_col_i64(q, 0);
		out->case_id = store_col_i64(q, 1);
		out->kind = store_col_copy(q, 2, a);
		out->ref = store_col_i64(q, 3);
		store_reset(q);
	}
	store_reader_give(cw->store, c);
	return e;
}

/* A command of the system's about that timer; `why` only where it is put off. */
static enum err of_timer(struct casework *cw, const char *name, const struct due *t, const struct diag *why, struct arena *a, struct diag *d)
{
	struct json_build o;
	struct casework_result r;
	json_build_object(&o, a);
	json_set_i64(&o, "due_ms", t->due_ms);
	json_set_i64(&o, "case", t->case_id);
	json_set_str(&o, "kind", t->kind);
	json_set_i64(&o, "ref", t->ref);
	if (why)
		json_set_str(&o, "reason", str_of(why->text));
	if (why && why->err == ERR_CORRUPT)
		json_set_bool(&o, "damaged", true);
	struct casework_command cmd = { .name = str_of(name), .actor = { .system = true }, .data = json_built(&o) };
	enum err e = casework_do(cw, &cmd, a, &r);
	if (e != OK && d)
		*d = r.diag;
	return e;
}

/* A timer whose firing is refused, or whose case is damaged, must neither block the others nor be lost: it is moved an hour on, and
 * the reason is in the case's record. */
static enum err fire(struct casework *cw, const struct due *t, struct arena *a, struct diag *why)
{
	enum err e = of_timer(cw, "timer.fire", t, NULL, a, why);
	return e == ERR_CORRUPT || err_is_refusal(e) ? of_timer(cw, "timer.postpone", t, why, a, NULL) : e;
}

/* Every timer that is due, in due order. One that cannot even be moved is passed over until the next time. */
static enum err fire_due(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	struct arena a, passed;
	struct due t, after = { .due_ms = INT64_MIN, .kind = S("") };
	enum err e;
	arena_init(&a, 16 << 20);
	arena_init(&passed, 1 << 20);
	for (;;) {
		struct diag why;
		arena_reset(&a);
		diag_init(&why);
		e = next_timer(cw, &a, &after, &t);
		*next_ms = t.any ? t.due_ms : INT64_MAX;
		if (e != OK || !t.any || t.due_ms > os_now_ms(cw->clock))
			break;
		e = fire(cw, &t, &a, &why);
		if (e != OK && d && d->err == OK)
			*d = why;
		if (e != OK && e != ERR_CORRUPT)
			break;
		if (e == ERR_CORRUPT) {
			arena_reset(&passed);
			after = t;
			after.kind = arena_str(&passed, t.kind);
			if (!after.kind.ptr) {
				e = ERR_NOMEM;
				break;
			}
		}
	}
	arena_release(&a);
	arena_release(&passed);
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
	} while (seq != cw->told_seq && ++n < ROUNDS_MAX);
	return OK;
}

bool casework_leads(struct casework *cw)
{
	return store_leads(cw->store);
}

/* Two threads may ask at once; what a room keeps between its ticks has one user. */
enum err casework_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	enum { ASK_AGAIN_MS = 1000 };
	*next_ms = os_now_ms(cw->clock) + ASK_AGAIN_MS;
	if (machine_time_held(&cw->time) || !casework_leads(cw))
		return OK;
	os_mutex_lock(&cw->tick_lock);
	enum err e = tick_rounds(cw, next_ms, d);
	if (e == OK)
		e = answers_prune(cw, next_ms);
	os_mutex_unlock(&cw->tick_lock);
	return e;
}

enum err casework_advance(struct casework *cw, struct os_clock *clock, int64_t ms, struct diag *d)
{
	int64_t next;
	for (;;) {
		TRY(casework_tick(cw, &next, d));
		if (next > ms || !casework_leads(cw)) /* who does not lead has nothing to stop for */
			break;
		os_clock_set(clock, next);
	}
	os_clock_set(clock, ms);
	return casework_tick(cw, &next, d);
}
