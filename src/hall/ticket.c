/* ticket.c - a number is taken: at the kiosk, or by whoever has booked and comes. Nothing of a person stands in it. */
#include "hall/hall_int.h"

/* ---- how many are before, how long it takes ---- */

int64_t tickets_ahead(struct store_conn *c, const struct hall_ticket *t, int64_t ordinary, int64_t now_ms)
{
	struct store_query *q;
	bool row;
	int64_t own = t->ready_ms <= now_ms ? t->level : ordinary, n = 0;
	if (store_prepare(c, "SELECT count(*) FROM hall_ticket t WHERE t.day=?1 AND t.state='waiting' AND t.service=?4 AND (" TICKET_LEVEL "<?5"
	                     " OR (" TICKET_LEVEL "=?5 AND (t.since_ms<?6 OR (t.since_ms=?6 AND t.id<?7))))", &q) != OK)
		return 0;
	store_bind_i64(q, 1, t->day);
	store_bind_i64(q, 2, now_ms);
	store_bind_i64(q, 3, ordinary);
	store_bind_i64(q, 4, t->service);
	store_bind_i64(q, 5, own);
	store_bind_i64(q, 6, t->since_ms);
	store_bind_i64(q, 7, t->id);
	if (store_step(q, &row) == OK && row)
		n = store_col_i64(q, 0);
	store_reset(q);
	return n;
}

/* What a ticket took today, by those finished, once there are enough of them; else what the office says. */
static int64_t minutes_each(struct store_conn *c, const struct hall_service *s, int64_t day)
{
	struct store_query *q;
	bool row;
	enum { ENOUGH = 5 };
	int64_t n = 0, ms = 0;
	if (store_prepare(c, "SELECT count(*), coalesce(sum(ended_ms-called_ms), 0) FROM hall_ticket WHERE day=?1 AND service=?2 AND state='done'", &q) != OK)
		return s->minutes;
	store_bind_i64(q, 1, day);
	store_bind_i64(q, 2, s->id);
	if (store_step(q, &row) == OK && row) {
		n = store_col_i64(q, 0);
		ms = store_col_i64(q, 1);
	}
	store_reset(q);
	int64_t minutes = n >= ENOUGH ? (ms / n + HALL_MINUTE_MS - 1) / HALL_MINUTE_MS : s->minutes;
	return minutes > 0 ? minutes : 1;
}

int64_t ticket_estimate(struct store_conn *c, const struct hall_service *s, int64_t day, int64_t ahead)
{
	int64_t windows = row_i64(c, "SELECT count(*) FROM hall_window w JOIN hall_window_service x ON x.window_id=w.id WHERE x.service=?1 AND w.clerk IS NOT NULL", s->id, 0);
	return ahead * minutes_each(c, s, day) / (windows > 0 ? windows : 1);
}

/* ---- taking ---- */

static struct str number_of(struct act *act, const struct hall_service *s, calendar_day day, struct json_build *o)
{
	int year, month, d;
	int64_t n;
	char serial[40];
	calendar_day_civil(day, &year, &month, &d);
	snprintf(serial, sizeof serial, "hall/%.*s/%04d%02d%02d", STR_ARG(s->letter), year, month, d);
	serial_take(act, serial, o, &n);
	return arena_printf(act->a, "%.*s%03lld", STR_ARG(s->letter), (long long)n);
}

struct fresh { struct hall_service service; int64_t item, booking, ready_ms; struct str kind; int64_t level; };

static enum err emit_taken(struct act *act, const struct hall_rules *rules, const struct fresh *f)
{
	struct json_build o;
	calendar_day day = hall_today(act->cw, act->now_ms);
	struct hall_ticket t = { .id = act_id(act), .day = day, .service = f->service.id, .level = f->level, .ready_ms = f->ready_ms,
	                         .since_ms = f->booking ? f->ready_ms : act->now_ms };
	json_build_object(&o, act->a);
	struct str number = number_of(act, &f->service, day, &o);
	json_set_i64(&o, "ticket", t.id);
	json_set_str(&o, "number", number);
	json_set_i64(&o, "day", day);
	json_set_i64(&o, "service", f->service.id);
	hall_set_id(&o, "item", f->item);
	hall_set_id(&o, "booking", f->booking);
	json_set_str(&o, "kind", f->kind);
	json_set_i64(&o, "level", f->level);
	json_set_i64(&o, "ready_ms", f->ready_ms);
	json_set_i64(&o, "since_ms", t.since_ms);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "queue.taken", 0, &o));
	int64_t ahead = tickets_ahead(act->c, &t, hall_level(rules, "ordinary"), act->now_ms);
	json_set_i64(&act->reply, "ticket", t.id);
	json_set_str(&act->reply, "number", number);
	json_set_i64(&act->reply, "ahead", ahead);
	json_set_i64(&act->reply, "estimate_minutes", ticket_estimate(act->c, &f->service, day, ahead));
	return OK;
}

/* Numbers are given out while some window that serves the service is open, or opens within the hour. */
static enum err check_open(struct act *act, const struct hall_service *s)
{
	struct hall_ids ids;
	struct hall_open o = { .reason = S(""), .reason_en = S("") };
	int64_t minute = hall_minute_of(act->cw, act->now_ms);
	enum { BEFORE = 60 };
	TRY(window_ids(act->c, s->id, true, &ids));
	for (size_t i = 0; i < ids.count; i++) {
		struct hall_window w;
		TRY(window_get(act->c, act->a, ids.at[i], &w));
		TRY(window_open(act->cw, act->c, act->a, &w, hall_today(act->cw, act->now_ms), &o));
		for (size_t k = 0; k < o.spans.count; k++)
			if (minute >= o.spans.at[k].from - BEFORE && minute < o.spans.at[k].until)
				return OK;
	}
	(void)act_refuse(act, ERR_CONFLICT, "hall.closed-now", "The hall gives out no numbers for this now.");
	diag_arg(act->d, o.reason);
	return ERR_CONFLICT;
}

static enum err check_room(struct act *act, const struct hall_rules *rules, const struct hall_service *s)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT count(*) FROM hall_ticket WHERE state='waiting' AND service=?1 AND day=?2", &q));
	store_bind_i64(q, 1, s->id);
	store_bind_i64(q, 2, hall_today(act->cw, act->now_ms));
	TRY(store_step(q, &row));
	int64_t waiting = row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return waiting < rules->waiting_max ? OK : act_refuse(act, ERR_CONFLICT, "hall.crowded", "Too many are waiting: no more numbers now. Book a time instead.");
}

/* The item by its code; it must belong to the service. */
static enum err read_item(struct act *act, const struct hall_service *s, int64_t *item)
{
	struct str code = hall_text(act, "item");
	*item = code.len ? row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1 AND live=1", code, 0) : 0;
	if (!code.len)
		return OK;
	return *item && service_of_item(act->c, *item) == s->id ? OK : hall_refuse(act, "item", "hall.item-unknown", "There is no item with this code.");
}

enum err act_queue_take(struct act *act)
{
	struct hall_rules rules;
	struct fresh f = { .kind = hall_text(act, "priority"), .ready_ms = act->now_ms };
	hall_rules_get(act->c, act->a, &rules);
	enum err e = service_by_letter(act->c, act->a, hall_text(act, "service"), &f.service);
	if (e == ERR_NOT_FOUND || (e == OK && !f.service.enabled))
		return hall_refuse(act, "service", "hall.service-unknown", "There is no service with this letter.");
	TRY(e);
	if (!f.kind.len)
		f.kind = S("ordinary");
	const struct json *priority = hall_priority(&rules, f.kind);
	if (!json_bool(json_get(priority, "kiosk"), false))
		return hall_refuse(act, "priority", "hall.priority", "Choose one of the kinds of priority shown.");
	f.level = json_i64(json_get(priority, "level"), 9);
	TRY(read_item(act, &f.service, &f.item));
	TRY(check_open(act, &f.service));
	TRY(check_room(act, &rules, &f.service));
	return emit_taken(act, &rules, &f);
}

/* ---- booked, and here ---- */

static enum err find_booking(struct act *act, struct hall_booking *b)
{
	struct str code = hall_text(act, "code");
	int64_t id = code.len ? row_i64_str(act->c, "SELECT id FROM hall_booking WHERE code_digest=?1 ORDER BY id DESC LIMIT 1", booking_digest(act->a, code), 0) : 0;
	enum err e = id ? booking_get(act->c, act->a, id, b) : ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		return hall_refuse(act, "code", "hall.code", "There is no appointment with this code. Its eight digits stand on your slip.");
	return e;
}

static enum err refuse_at(struct act *act, const char *code, const char *text, struct str when)
{
	(void)hall_refuse(act, "code", code, text);
	diag_arg(act->d, when);
	return ERR_INVALID;
}

static enum err check_time(struct act *act, const struct hall_rules *rules, const struct hall_booking *b)
{
	int64_t start_ms = hall_instant(act->cw, b->day, b->start_min), end_ms = hall_instant(act->cw, b->day, b->end_min);
	struct str when = arena_printf(act->a, "%.*s %.*s", STR_ARG(day_text(act->a, (calendar_day)b->day)), STR_ARG(hall_time_text(act->a, b->start_min)));
	if (str_eqz(b->state, "cancelled"))
		return refuse_at(act, "hall.cancelled", "This appointment was cancelled.", when);
	if (str_eqz(b->state, "missed") || act->now_ms > end_ms + rules->late_minutes * HALL_MINUTE_MS)
		return refuse_at(act, "hall.too-late", "The time of this appointment is past. Take an ordinary number.", when);
	if (!str_eqz(b->state, "booked"))
		return refuse_at(act, "hall.arrived", "This appointment has its number already.", when);
	if (act->now_ms < start_ms - rules->early_minutes * HALL_MINUTE_MS)
		return refuse_at(act, "hall.too-early", "It is too early for this appointment.", when);
	return OK;
}

enum err act_queue_check_in(struct act *act)
{
	struct hall_rules rules;
	struct hall_booking b;
	struct fresh f = { .kind = S("booked") };
	hall_rules_get(act->c, act->a, &rules);
	TRY(find_booking(act, &b));
	TRY(check_time(act, &rules, &b));
	TRY(service_get(act->c, act->a, b.service, &f.service));
	f.item = b.item;
	f.booking = b.id;
	f.ready_ms = hall_instant(act->cw, b.day, b.start_min);
	f.level = hall_level(&rules, "booked");
	return emit_taken(act, &rules, &f);
}
