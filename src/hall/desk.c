/* desk.c - what the clerk has before him: his window, the number called, who waits; the queue of the whole hall; and the numbers of a case. */
#include "hall/hall_int.h"

static void put_item(struct view_ctx *v, struct json_build *o, int64_t item)
{
	set_named(o, v, "item", ITEM_SQL, item);
}

/* The booker's name is for the window that serves him. */
static enum err put_current(struct view_ctx *v, const struct hall_window *w, struct json_build *out)
{
	struct hall_ticket t;
	struct hall_service s;
	struct hall_booking b;
	struct hall_rules rules;
	struct json_build o;
	int64_t id = window_ticket(v->c, w->id);
	if (!id) {
		json_set_null(out, "current");
		return OK;
	}
	TRY(ticket_get(v->c, v->a, id, &t));
	TRY(service_get(v->c, v->a, t.service, &s));
	hall_rules_get(v->c, v->a, &rules);
	json_build_object(&o, v->a);
	json_set_i64(&o, "ticket", t.id);
	json_set_str(&o, "number", t.number);
	json_set_str(&o, "service", s.name);
	json_set_str(&o, "service_en", s.name_en.len ? s.name_en : s.name);
	json_set_str(&o, "letter", s.letter);
	put_item(v, &o, t.item);
	json_set_str(&o, "priority", json_text(json_get(hall_priority(&rules, t.kind), "name")));
	json_set_str(&o, "priority_en", json_text(json_get(hall_priority(&rules, t.kind), "name_en")));
	json_set_str(&o, "called_at", view_instant(v, t.called_ms));
	json_set_i64(&o, "calls", t.calls);
	put_voice(&o, v->a, t.number, w->number);
	if (t.booking && booking_get(v->c, v->a, t.booking, &b) == OK) {
		json_set_str(&o, "booking_no", b.booking_no);
		json_set_str(&o, "name", b.name);
		json_set_str(&o, "phone", phone_mask(v->a, b.phone));
	}
	json_set(out, "current", json_built(&o));
	return OK;
}

#define QUEUE_COLUMNS \
	"SELECT t.id AS key, t.number, t.kind AS priority_code, t.taken_ms, t.ready_ms, t.state AS status, t.calls, s.letter, s.name AS service, s.name_en AS service_en," \
	" i.impl_code, i.name AS item, i.name_en AS item_en"

/* Rows of numbers with what their kind of priority is called. */
static enum err put_numbers(struct view_ctx *v, struct store_query *q, const struct hall_rules *rules, struct json_build *out, const char *name)
{
	struct json_build raw, list;
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		const struct json *r = &raw.value.items[i], *kind = hall_priority(rules, json_text(json_get(r, "priority_code")));
		struct json_build o;
		json_build_object(&o, v->a);
		for (size_t m = 0; m < r->count; m++)
			json_set_key(&o, r->members[m].key, &r->members[m].value);
		json_set_str(&o, "priority", json_text(json_get(kind, "name")));
		json_set_str(&o, "priority_en", json_text(json_get(kind, "name_en")));
		json_add(&list, json_built(&o));
	}
	json_set(out, name, json_built(&list));
	return OK;
}

/* Whoever waits for the window, in the order of calling. */
static enum err put_waiting(struct view_ctx *v, int64_t window, struct json_build *out)
{
	struct store_query *q;
	struct hall_rules rules;
	hall_rules_get(v->c, v->a, &rules);
	TRY(store_prepare(v->c, QUEUE_COLUMNS " FROM hall_ticket t JOIN hall_window_service x ON x.service=t.service JOIN hall_service s ON s.id=t.service LEFT JOIN item i ON i.id=t.item"
	                        " WHERE t.day=?1 AND t.state='waiting' AND x.window_id=?4" TICKET_ORDER " LIMIT 20", &q));
	store_bind_i64(q, 1, hall_today(v->cw, v->now_ms));
	store_bind_i64(q, 2, v->now_ms);
	store_bind_i64(q, 3, hall_level(&rules, "ordinary"));
	store_bind_i64(q, 4, window);
	TRY(put_numbers(v, q, &rules, out, "waiting"));
	TRY(store_prepare(v->c, QUEUE_COLUMNS " FROM hall_ticket t JOIN hall_window_service x ON x.service=t.service JOIN hall_service s ON s.id=t.service LEFT JOIN item i ON i.id=t.item"
	                        " WHERE t.day=?1 AND t.state='skipped' AND x.window_id=?2 ORDER BY t.called_ms DESC, t.id DESC LIMIT 10", &q));
	store_bind_i64(q, 1, hall_today(v->cw, v->now_ms));
	store_bind_i64(q, 2, window);
	return put_numbers(v, q, &rules, out, "skipped");
}

/* Items of the number's service, to choose from; other services, to send on to. */
static enum err put_choices(struct view_ctx *v, int64_t window, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	int64_t ticket = window_ticket(v->c, window), service = ticket ? row_i64(v->c, "SELECT service FROM hall_ticket WHERE id=?1", ticket, 0) : 0;
	TRY(store_prepare(v->c, "SELECT i.impl_code, i.name, i.name_en FROM hall_service_item x JOIN item i ON i.id=x.item WHERE x.service=?1 AND i.live=1 ORDER BY i.name, i.impl_code LIMIT 100", &q));
	store_bind_i64(q, 1, service);
	TRY(rows_json(v, q, &list));
	json_set(out, "items", json_built(&list));
	TRY(store_prepare(v->c, "SELECT letter, name, name_en FROM hall_service WHERE enabled=1 AND id<>?1 ORDER BY letter", &q));
	store_bind_i64(q, 1, service);
	TRY(rows_json(v, q, &list));
	json_set(out, "services", json_built(&list));
	return OK;
}

/* Windows that one may sit at: of one's offices, or held by one's post. */
static enum err put_places(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT w.code, w.number, w.name, w.name_en, n.name AS seated FROM hall_window w LEFT JOIN person n ON n.id=w.clerk WHERE w.enabled=1"
	                        " AND EXISTS(SELECT 1 FROM post p WHERE p.ended_ms IS NULL AND (p.a=?1 OR p.b=?1) AND (p.id=w.post OR (p.organ=w.organ AND p.role IN ('clerk', 'head'))))"
	                        " ORDER BY w.number LIMIT 100", &q));
	store_bind_i64(q, 1, v->actor.person);
	TRY(rows_json(v, q, &list));
	json_set(out, "places", json_built(&list));
	return OK;
}

enum err view_hall_desk(struct view_ctx *v, struct json_build *out)
{
	struct hall_window w = { 0 };
	struct json_build o;
	int64_t id = window_of_clerk(v->c, v->actor.person);
	json_set_str(out, "today", day_text(v->a, hall_today(v->cw, v->now_ms)));
	TRY(put_places(v, out));
	if (id) {
		TRY(window_get(v->c, v->a, id, &w));
		json_build_object(&o, v->a);
		json_set_str(&o, "code", w.code);
		json_set_i64(&o, "number", w.number);
		json_set_str(&o, "name", w.name);
		json_set_str(&o, "name_en", w.name_en.len ? w.name_en : w.name);
		json_set_str(&o, "services", window_letters(v->c, v->a, w.id));
	}
	json_set(out, "seat", id ? json_built(&o) : NULL);
	TRY(put_current(v, &w, out));
	TRY(put_waiting(v, id, out));
	TRY(put_choices(v, id, out));
	json_set_i64(out, "waiting_count", hall_count_today(v, "SELECT count(*) FROM hall_ticket t JOIN hall_window_service x ON x.service=t.service WHERE x.window_id=?1 AND t.state='waiting' AND t.day=?2", id));
	json_set_i64(out, "served_count", hall_count_today(v, "SELECT count(*) FROM hall_ticket WHERE window_id=?1 AND state='done' AND day=?2", id));
	return OK;
}

/* ---- the queue of the whole hall, for the command line and the API ---- */

enum err view_hall_queue(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t after = 0;
	calendar_day day;
	if (!calendar_day_parse(param(v, "day"), &day))
		day = hall_today(v->cw, v->now_ms);
	(void)str_to_i64(param(v, "cursor"), &after);
	TRY(store_prepare(v->c, "SELECT t.id AS key, t.id AS ticket, t.number, t.state AS status, t.kind AS priority_code, t.taken_ms, t.called_ms, t.ended_ms, t.waited_ms/60000 AS waited_minutes, t.calls,"
	                        " s.letter, s.name AS service, s.name_en AS service_en, w.number AS window_number, i.impl_code, k.case_no FROM hall_ticket t JOIN hall_service s ON s.id=t.service"
	                        " LEFT JOIN hall_window w ON w.id=t.window_id LEFT JOIN item i ON i.id=t.item LEFT JOIN case_any k ON k.id=t.case_id"
	                        " WHERE t.day=?1 AND t.id>?2 AND (?3 IS NULL OR t.state=?3) AND (?4 IS NULL OR s.letter=?4) ORDER BY t.id LIMIT ?5", &q));
	store_bind_i64(q, 1, day);
	store_bind_i64(q, 2, after);
	store_bind_str(q, 3, hall_null(param(v, "state")));
	store_bind_str(q, 4, hall_null(param(v, "letter")));
	store_bind_i64(q, 5, view_limit(v) + 1);
	json_set_str(out, "day", day_text(v->a, day));
	return page_json(v, q, out);
}

/* ---- the numbers that became this case, or were about it ---- */

enum err view_case_tickets(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct case_row k;
	struct json_build raw, list;
	if (case_find(v->c, v->a, param(v, "case_no"), &k) != OK || !powers_sees_case(v->c, &v->actor, &k))
		return ERR_NOT_FOUND;
	TRY(store_prepare(v->c, "SELECT t.number, t.day, w.number AS window_number, t.taken_ms, t.called_ms, t.ended_ms, t.waited_ms/60000 AS waited_minutes FROM hall_ticket t"
	                        " LEFT JOIN hall_window w ON w.id=t.window_id WHERE t.case_id=?1 ORDER BY t.id LIMIT 50", &q));
	store_bind_i64(q, 1, k.id);
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		const struct json *r = &raw.value.items[i];
		struct json_build o;
		json_build_object(&o, v->a);
		for (size_t m = 0; m < r->count; m++)
			if (!str_eqz(r->members[m].key, "day"))
				json_set_key(&o, r->members[m].key, &r->members[m].value);
		json_set_str(&o, "on", day_text(v->a, (calendar_day)json_i64(json_get(r, "day"), 0)));
		json_add(&list, json_built(&o));
	}
	json_set(out, "rows", json_built(&list));
	return OK;
}
