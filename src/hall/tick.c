/* tick.c - what time brings to the hall: the day ends, a slot passes unused, somebody waits too long, an appointment is tomorrow. The tick only
 * looks whether there is something; the command hall.pass does it, so that it is a fact of the record. */
#include "hall/hall_int.h"

enum { PASS_MAX = 200 };

/* ---- the earliest of what may come ---- */

static int64_t soonest(int64_t a, int64_t b) { return b && b < a ? b : a; }

/* A little after the minute is enough. */
static int64_t next_of_day(struct casework *cw, struct store_conn *c, const struct hall_rules *r, int64_t now_ms)
{
	calendar_day today = hall_today(cw, now_ms);
	int64_t next = INT64_MAX, day, minute;
	bool waits = row_i64(c, "SELECT id FROM hall_ticket WHERE state IN ('waiting', 'called', 'skipped') AND ?1=1 LIMIT 1", 1, 0) != 0;
	bool sits = row_i64(c, "SELECT id FROM hall_window WHERE clerk IS NOT NULL AND ?1=1 LIMIT 1", 1, 0) != 0;
	if (row_i64(c, "SELECT id FROM hall_ticket WHERE state IN ('waiting', 'called', 'skipped') AND day<?1 LIMIT 1", today, 0) ||
	    row_i64(c, "SELECT id FROM hall_window WHERE clerk IS NOT NULL AND since_ms<?1 LIMIT 1", hall_instant(cw, today, 0), 0))
		return now_ms;
	if (waits || sits)
		next = hall_instant(cw, today + 1, 0);
	day = row_i64(c, "SELECT day FROM hall_booking WHERE state='booked' AND ?1=1 ORDER BY day LIMIT 1", 1, 0);
	minute = day ? row_i64(c, "SELECT min(end_min) FROM hall_booking WHERE state='booked' AND day=?1", day, 0) : 0;
	if (day)
		next = soonest(next, hall_instant(cw, day, minute) + r->late_minutes * HALL_MINUTE_MS + 1);
	day = row_i64(c, "SELECT day FROM hall_booking WHERE state='booked' AND reminded=0 AND person IS NOT NULL AND day>?1 ORDER BY day LIMIT 1", today, 0);
	if (day)
		next = soonest(next, hall_instant(cw, day - 1, r->reminder_hour * 60));
	return next;
}

static int64_t next_wait(struct store_conn *c, const struct hall_rules *r)
{
	if (r->wait_minutes_max <= 0)
		return INT64_MAX;
	int64_t since = row_i64(c, "SELECT min(CASE WHEN ready_ms>queued_ms THEN ready_ms ELSE queued_ms END) FROM hall_ticket WHERE state='waiting' AND warned=?1", 0, 0);
	return since ? since + r->wait_minutes_max * HALL_MINUTE_MS + 1 : INT64_MAX;
}

struct looking { struct casework *cw; struct arena a; int64_t now_ms, next_ms; };

static enum err look(void *arg, struct store_conn *c)
{
	struct looking *x = arg;
	struct hall_rules rules;
	hall_rules_get(c, &x->a, &rules);
	x->next_ms = soonest(next_of_day(x->cw, c, &rules, x->now_ms), next_wait(c, &rules));
	return OK;
}

static enum err pass(struct casework *cw, struct arena *a, struct diag *d)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	struct casework_command c = { .name = S("hall.pass"), .actor = { .system = true }, .data = &nothing };
	struct casework_result r;
	enum err e = casework_do(cw, &c, a, &r);
	return e == OK || !d ? e : diag_set(d, e, r.diag.code, "%s", r.diag.text);
}

/* As often as something is due; what is done is due no more. */
enum err hall_tick(struct casework *cw, int64_t *next_ms, struct diag *d)
{
	struct looking x = { .cw = cw, .now_ms = casework_now_ms(cw) };
	enum { ROUNDS = 100 };
	enum err e = OK;
	arena_init(&x.a, 16 << 20);
	for (int i = 0; i < ROUNDS && e == OK; i++) {
		arena_reset(&x.a);
		e = casework_read(cw, look, &x);
		if (e != OK || x.next_ms > x.now_ms)
			break;
		e = pass(cw, &x.a, d);
	}
	*next_ms = x.next_ms;
	arena_release(&x.a);
	return e;
}

/* ---- done ---- */

static enum err collect(struct store_query *q, int64_t ids[PASS_MAX], size_t *count)
{
	*count = 0;
	for (bool row = true; *count < PASS_MAX;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		ids[(*count)++] = store_col_i64(q, 0);
	}
	store_reset(q);
	return OK;
}

/* Who still waited has gone; nobody sits at a window. */
static enum err end_day(struct act *act, calendar_day today)
{
	struct json_build o;
	if (!row_i64(act->c, "SELECT id FROM hall_ticket WHERE state IN ('waiting', 'called', 'skipped') AND day<?1 LIMIT 1", today, 0) &&
	    !row_i64(act->c, "SELECT id FROM hall_window WHERE clerk IS NOT NULL AND since_ms<?1 LIMIT 1", hall_instant(act->cw, today, 0), 0))
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "day", today);
	json_set_i64(&o, "start_ms", hall_instant(act->cw, today, 0));
	return act_emit(act, "hall.day-ended", 0, &o);
}

static enum err miss(struct act *act, const struct hall_rules *r, calendar_day today)
{
	struct store_query *q;
	int64_t ids[PASS_MAX];
	size_t n;
	TRY(store_prepare(act->c, "SELECT id FROM hall_booking WHERE state='booked' AND (day<?1 OR (day=?1 AND end_min+?2<?3)) ORDER BY day, id LIMIT 200", &q));
	store_bind_i64(q, 1, today);
	store_bind_i64(q, 2, r->late_minutes);
	/* at 10:10 sharp one may still come, a moment later not: the minutes begun */
	store_bind_i64(q, 3, (act->now_ms - hall_instant(act->cw, today, 0) + HALL_MINUTE_MS - 1) / HALL_MINUTE_MS);
	TRY(collect(q, ids, &n));
	for (size_t i = 0; i < n; i++) {
		struct hall_booking b;
		struct json_build o;
		TRY(booking_get(act->c, act->a, ids[i], &b));
		json_build_object(&o, act->a);
		json_set_i64(&o, "booking", b.id);
		json_set_i64(&o, "at_ms", act->now_ms);
		TRY(act_emit(act, "booking.missed", 0, &o));
		TRY(booking_tell(act, &b, "您错过了预约", "You missed your appointment", S("未在预约时段内到场"), S("nobody came in its time")));
	}
	return OK;
}

static enum err warn(struct act *act, const struct hall_rules *r)
{
	struct store_query *q;
	int64_t ids[PASS_MAX];
	size_t n;
	if (r->wait_minutes_max <= 0)
		return OK;
	TRY(store_prepare(act->c, "SELECT id FROM hall_ticket WHERE state='waiting' AND warned=0 AND CASE WHEN ready_ms>queued_ms THEN ready_ms ELSE queued_ms END<?1 ORDER BY id LIMIT 200", &q));
	store_bind_i64(q, 1, act->now_ms - r->wait_minutes_max * HALL_MINUTE_MS);
	TRY(collect(q, ids, &n));
	for (size_t i = 0; i < n; i++) {
		struct hall_ticket t;
		struct json_build o;
		TRY(ticket_get(act->c, act->a, ids[i], &t));
		json_build_object(&o, act->a);
		json_set_i64(&o, "ticket", t.id);
		json_set_str(&o, "number", t.number);
		json_set_i64(&o, "minutes", (act->now_ms - (t.ready_ms > t.queued_ms ? t.ready_ms : t.queued_ms)) / HALL_MINUTE_MS);
		json_set_i64(&o, "limit_minutes", r->wait_minutes_max);
		hall_set_id(&o, "about_organ", row_i64(act->c, "SELECT w.organ FROM hall_window w JOIN hall_window_service s ON s.window_id=w.id WHERE s.service=?1 AND w.enabled=1"
		                                               " ORDER BY w.number LIMIT 1", t.service, 0));
		TRY(act_emit(act, "queue.waited", 0, &o));
	}
	return OK;
}

static enum err remind(struct act *act, const struct hall_rules *r, calendar_day today)
{
	struct store_query *q;
	int64_t ids[PASS_MAX];
	size_t n;
	/* tomorrow's from the reminder's hour on; today's, should the system have slept */
	calendar_day until = act->now_ms >= hall_instant(act->cw, today, r->reminder_hour * 60) ? today + 1 : today;
	TRY(store_prepare(act->c, "SELECT id FROM hall_booking WHERE state='booked' AND reminded=0 AND person IS NOT NULL AND day>=?1 AND day<=?2 ORDER BY day, id LIMIT 200", &q));
	store_bind_i64(q, 1, today);
	store_bind_i64(q, 2, until);
	TRY(collect(q, ids, &n));
	for (size_t i = 0; i < n; i++) {
		struct hall_booking b;
		struct json_build o;
		TRY(booking_get(act->c, act->a, ids[i], &b));
		json_build_object(&o, act->a);
		json_set_i64(&o, "booking", b.id);
		TRY(act_emit(act, "booking.reminded", 0, &o));
		if (b.day > today)
			TRY(booking_tell(act, &b, "预约提醒：明天到场", "Reminder: your appointment is tomorrow", S(""), S("")));
	}
	return OK;
}

enum err act_hall_pass(struct act *act)
{
	struct hall_rules rules;
	calendar_day today = hall_today(act->cw, act->now_ms);
	hall_rules_get(act->c, act->a, &rules);
	TRY(end_day(act, today));
	TRY(miss(act, &rules, today));
	TRY(warn(act, &rules));
	return remind(act, &rules, today);
}
