/* call.c - a clerk sits down at a window, calls the next number, and says what came of it: finished, with a case or without, sent on to another
 * service, passed over, or not there. One window has one number at a time. */
#include "hall/hall_int.h"

/* ---- sitting at a window ---- */

/* Whoever holds the window's post as A or B, and the clerks and the head of its office. */
static bool may_sit(struct store_conn *c, int64_t person, const struct hall_window *w)
{
	return (w->post && powers_holds_post(c, person, w->post)) || powers_in_organ(c, person, w->organ, ROLE_CLERK | ROLE_HEAD);
}

static enum err emit_seat(struct act *act, int64_t window, int64_t clerk)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "window", window);
	hall_set_id(&o, "clerk", clerk);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "hall.seat", 0, &o);
}

/* Not while a number is being served there. */
static enum err leave(struct act *act, int64_t window)
{
	if (!window)
		return OK;
	if (window_ticket(act->c, window))
		return act_refuse(act, ERR_CONFLICT, "hall.serving", "Finish the number that was called first.");
	return emit_seat(act, window, 0);
}

enum err act_hall_sit(struct act *act)
{
	struct hall_window w;
	int64_t own = window_of_clerk(act->c, act->actor.person);
	enum err e = window_get(act->c, act->a, window_by_code(act->c, hall_text(act, "window")), &w);
	if (e == ERR_NOT_FOUND || (e == OK && !w.enabled))
		return act_refuse(act, ERR_NOT_FOUND, "hall.window-unknown", "There is no window with this code.");
	TRY(e);
	if (!may_sit(act->c, act->actor.person, &w))
		return act_refuse(act, ERR_DENIED, "hall.not-your-window", "This window belongs to another office.");
	json_set_str(&act->reply, "window", w.code);
	json_set_i64(&act->reply, "number", w.number);
	if (own == w.id)
		return OK;
	TRY(leave(act, own));
	TRY(leave(act, w.clerk ? w.id : 0)); /* a colleague who went without a word is relieved */
	return emit_seat(act, w.id, act->actor.person);
}

enum err act_hall_rise(struct act *act)
{
	return leave(act, window_of_clerk(act->c, act->actor.person));
}

static enum err own_window(struct act *act, struct hall_window *w)
{
	int64_t id = window_of_clerk(act->c, act->actor.person);
	return id ? window_get(act->c, act->a, id, w) : act_refuse(act, ERR_CONFLICT, "hall.no-window", "Take a window first.");
}

/* The number that the actor's window has called. */
static enum err own_ticket(struct act *act, struct hall_window *w, struct hall_ticket *t)
{
	TRY(own_window(act, w));
	int64_t id = window_ticket(act->c, w->id);
	return id ? ticket_get(act->c, act->a, id, t) : act_refuse(act, ERR_CONFLICT, "hall.nobody-called", "No number has been called to your window.");
}

/* ---- who is next ---- */

/* Were the last so many calls of the window all ahead of the ordinary ones? */
static bool ordinary_is_due(struct act *act, int64_t window, int64_t day, const struct hall_rules *rules)
{
	struct store_query *q;
	int64_t in_a_row = 0;
	if (rules->in_a_row <= 0 || store_prepare(act->c, "SELECT level FROM hall_ticket WHERE window_id=?1 AND day=?2 ORDER BY called_ms DESC, id DESC LIMIT ?3", &q) != OK)
		return false;
	store_bind_i64(q, 1, window);
	store_bind_i64(q, 2, day);
	store_bind_i64(q, 3, rules->in_a_row);
	for (bool row = true; store_step(q, &row) == OK && row && store_col_i64(q, 0) < hall_level(rules, "ordinary");)
		in_a_row++;
	store_reset(q);
	return in_a_row >= rules->in_a_row;
}

/* From this level on; 0 = none. */
static int64_t first_waiting(struct act *act, int64_t window, int64_t day, int64_t ordinary, int64_t from_level)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(act->c, "SELECT t.id FROM hall_ticket t JOIN hall_window_service s ON s.service=t.service WHERE t.day=?1 AND t.state='waiting' AND s.window_id=?4"
	                          " AND " TICKET_LEVEL ">=?5" TICKET_ORDER " LIMIT 1", &q) != OK)
		return 0;
	store_bind_i64(q, 1, day);
	store_bind_i64(q, 2, act->now_ms);
	store_bind_i64(q, 3, ordinary);
	store_bind_i64(q, 4, window);
	store_bind_i64(q, 5, from_level);
	int64_t id = store_step(q, &row) == OK && row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return id;
}

static int64_t next_of(struct act *act, int64_t window)
{
	struct hall_rules rules;
	calendar_day day = hall_today(act->cw, act->now_ms);
	hall_rules_get(act->c, act->a, &rules);
	int64_t ordinary = hall_level(&rules, "ordinary");
	int64_t due = ordinary_is_due(act, window, day, &rules) ? first_waiting(act, window, day, ordinary, ordinary) : 0;
	return due ? due : first_waiting(act, window, day, ordinary, INT64_MIN);
}

/* The one asked for: waiting or passed over, of today, and of a service of the window. */
static enum err wanted(struct act *act, const struct hall_window *w, struct str number, int64_t *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT t.id FROM hall_ticket t JOIN hall_window_service s ON s.service=t.service WHERE t.day=?1 AND t.number=?2 AND s.window_id=?3"
	                          " AND t.state IN ('waiting', 'skipped')", &q));
	store_bind_i64(q, 1, hall_today(act->cw, act->now_ms));
	store_bind_str(q, 2, number);
	store_bind_i64(q, 3, w->id);
	TRY(store_step(q, &row));
	*out = row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return row ? OK : hall_refuse(act, "number", "hall.number-unknown", "This number does not wait for your window.");
}

/* ---- calling ---- */

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

static enum err emit_waited(struct act *act, const struct hall_window *w, const struct hall_ticket *t, int64_t waited_ms)
{
	struct hall_rules rules;
	struct json_build o;
	hall_rules_get(act->c, act->a, &rules);
	if (rules.wait_minutes_max <= 0 || waited_ms <= rules.wait_minutes_max * HALL_MINUTE_MS || row_i64(act->c, "SELECT warned FROM hall_ticket WHERE id=?1", t->id, 0))
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "ticket", t->id);
	json_set_str(&o, "number", t->number);
	json_set_i64(&o, "minutes", waited_ms / HALL_MINUTE_MS);
	json_set_i64(&o, "limit_minutes", rules.wait_minutes_max);
	json_set_i64(&o, "about_organ", w->organ);
	return act_emit(act, "queue.waited", 0, &o);
}

static void reply_call(struct act *act, const struct hall_window *w, const struct hall_ticket *t)
{
	json_set_i64(&act->reply, "ticket", t->id);
	json_set_str(&act->reply, "number", t->number);
	json_set_i64(&act->reply, "window_number", w->number);
	put_voice(&act->reply, act->a, t->number, w->number);
}

static enum err emit_called(struct act *act, const struct hall_window *w, const struct hall_ticket *t)
{
	struct json_build o;
	int64_t waited_ms = str_eqz(t->state, "waiting") ? later(act->now_ms - later(t->queued_ms, t->ready_ms), 0) : 0;
	json_build_object(&o, act->a);
	json_set_i64(&o, "ticket", t->id);
	json_set_str(&o, "number", t->number);
	json_set_i64(&o, "window", w->id);
	json_set_i64(&o, "clerk", act->actor.person);
	json_set_i64(&o, "waited_ms", waited_ms);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "queue.called", 0, &o));
	reply_call(act, w, t);
	return emit_waited(act, w, t, waited_ms);
}

/* {number?}: that one; else whoever is next. */
enum err act_queue_call(struct act *act)
{
	struct hall_window w;
	struct hall_ticket t;
	struct str number = hall_text(act, "number");
	int64_t id = 0;
	TRY(own_window(act, &w));
	if (window_ticket(act->c, w.id))
		return act_refuse(act, ERR_CONFLICT, "hall.serving", "Finish the number that was called first.");
	if (number.len)
		TRY(wanted(act, &w, number, &id));
	else
		id = next_of(act, w.id);
	if (!id)
		return act_refuse(act, ERR_CONFLICT, "hall.nobody-waits", "Nobody waits for your window.");
	TRY(ticket_get(act->c, act->a, id, &t));
	return emit_called(act, &w, &t);
}

enum err act_queue_recall(struct act *act)
{
	struct hall_window w;
	struct hall_ticket t;
	struct json_build o;
	TRY(own_ticket(act, &w, &t));
	json_build_object(&o, act->a);
	json_set_i64(&o, "ticket", t.id);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "queue.recalled", 0, &o));
	reply_call(act, &w, &t);
	return OK;
}

/* ---- what came of it ---- */

static enum err emit_end(struct act *act, const struct hall_ticket *t, const char *state, int64_t case_id, struct str note)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "ticket", t->id);
	json_set_str(&o, "number", t->number);
	hall_set_id(&o, "window", t->window);
	hall_set_id(&o, "booking", t->booking);
	json_set_str(&o, "state", str_of(state));
	json_set_str(&o, "booking_state", strcmp(state, "no-show") == 0 ? S("missed") : S("done"));
	hall_set_id(&o, "case", case_id);
	json_set_str(&o, "note", note);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&act->reply, "number", t->number);
	return act_emit(act, "queue.ended", case_id, &o);
}

enum err act_queue_skip(struct act *act)
{
	struct hall_window w;
	struct hall_ticket t;
	struct json_build o;
	TRY(own_ticket(act, &w, &t));
	json_build_object(&o, act->a);
	json_set_i64(&o, "ticket", t.id);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&act->reply, "number", t.number);
	return act_emit(act, "queue.skipped", 0, &o);
}

enum err act_queue_no_show(struct act *act)
{
	struct hall_window w;
	struct hall_ticket t;
	TRY(own_ticket(act, &w, &t));
	return emit_end(act, &t, "no-show", 0, S(""));
}

/* To another service, before whoever has waited there: one has waited once. */
enum err act_queue_transfer(struct act *act)
{
	struct hall_window w;
	struct hall_ticket t;
	struct hall_service s;
	struct hall_rules rules;
	struct json_build o;
	TRY(own_ticket(act, &w, &t));
	enum err e = service_by_letter(act->c, act->a, hall_text(act, "service"), &s);
	if (e == ERR_NOT_FOUND || (e == OK && (!s.enabled || s.id == t.service)))
		return hall_refuse(act, "service", "hall.service-unknown", "There is no service with this letter.");
	TRY(e);
	hall_rules_get(act->c, act->a, &rules);
	json_build_object(&o, act->a);
	json_set_i64(&o, "ticket", t.id);
	json_set_i64(&o, "service", s.id);
	json_set_i64(&o, "level", hall_level(&rules, "transferred"));
	json_set_str(&o, "kind", S("transferred"));
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&act->reply, "number", t.number);
	return act_emit(act, "queue.transferred", 0, &o);
}

/* {case_no?, note?} */
enum err act_queue_finish(struct act *act)
{
	struct hall_window w;
	struct hall_ticket t;
	struct case_row k = { .id = 0 };
	struct str case_no = hall_text(act, "case_no"), note = hall_text(act, "note");
	TRY(own_ticket(act, &w, &t));
	if (note.len > HALL_TEXT_MAX)
		return hall_refuse(act, "note", "hall.too-long", "At most 100 characters.");
	if (case_no.len && (case_find(act->c, act->a, case_no, &k) != OK || !powers_sees_case(act->c, &act->actor, &k)))
		return hall_refuse(act, "case_no", "case.unknown", "There is no case with this number.");
	return emit_end(act, &t, "done", k.id, note);
}

/* A window for all takes in what its services are for, whichever office decides it. */
static bool takes_in(struct act *act, const struct hall_window *w)
{
	int64_t service = service_of_item(act->c, row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1", hall_text(act, "item"), 0));
	return w->comprehensive && service && window_serves(act->c, w->id, service);
}

/* The application taken in for the number that was called: the case and the ticket's end in one. */
enum err act_queue_submit(struct act *act)
{
	struct hall_window w;
	struct hall_ticket t;
	struct case_row k;
	TRY(own_ticket(act, &w, &t));
	if (hall_text(act, "ticket").len && !str_eq(hall_text(act, "ticket"), t.number))
		return act_refuse(act, ERR_CONFLICT, "hall.other-number", "Another number has been called to your window since.");
	act->takes_in = takes_in(act, &w);
	TRY(act_case_submit(act));
	TRY(case_find(act->c, act->a, json_text(json_get(&act->reply.value, "case_no")), &k));
	return emit_end(act, &t, "done", k.id, S(""));
}
