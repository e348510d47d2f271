/* setup.c - what the office says of its hall: services, windows, hours, exceptions; and what that does to bookings made before. */
#include "hall/hall_int.h"

bool hall_arranges(struct store_conn *c, const struct casework_actor *actor, int64_t organ)
{
	if (powers_roles(c, actor) & (ROLE_ADMIN | ROLE_SYSTEM))
		return true;
	return organ && powers_in_organ(c, actor->person, organ, ROLE_HEAD);
}

static enum err need_arranging(struct act *act, int64_t organ)
{
	return hall_arranges(act->c, &act->actor, organ) ? OK
		: act_refuse(act, ERR_DENIED, "hall.not-yours", "Only the head of the window's office or an administrator arranges this.");
}

/* ---- services ---- */

/* The items by their codes, each known, as ids. */
static enum err read_items(struct act *act, struct json_build *list)
{
	const struct json *items = json_get(act->data, "items");
	struct str rest = items && items->kind == JSON_STRING ? items->text : S("");
	json_build_array(list, act->a);
	for (size_t i = 0; items && (items->kind == JSON_ARRAY ? i < items->count : rest.len > 0); i++) {
		struct str code = str_trim(items->kind == JSON_ARRAY ? json_text(&items->items[i]) : str_cut(&rest, ' '));
		struct json_build o;
		if (!code.len)
			continue;
		int64_t item = row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1", code, 0);
		if (!item) {
			(void)hall_refuse(act, "items", "hall.item-unknown", "There is no item with this code.");
			diag_arg(act->d, code);
			return ERR_INVALID;
		}
		json_build_object(&o, act->a);
		json_set_i64(&o, "item", item);
		json_add(list, json_built(&o));
	}
	return OK;
}

static bool is_letter(struct str s)
{
	return s.len == 1 && s.ptr[0] >= 'A' && s.ptr[0] <= 'Z';
}

enum err act_hall_service(struct act *act)
{
	struct hall_service s = { 0 };
	struct json_build o, items;
	struct str letter = hall_text(act, "letter"), name;
	int64_t minutes = json_i64(json_get(act->data, "minutes"), 10);
	if (!is_letter(letter))
		return hall_refuse(act, "letter", "hall.letter", "The letter of a service is one of A to Z.");
	TRY(hall_need(act, "name", &name));
	if (minutes < 1 || minutes > 240)
		return hall_refuse(act, "minutes", "hall.minutes", "A ticket takes 1 to 240 minutes.");
	TRY(read_items(act, &items));
	enum err e = service_by_letter(act->c, act->a, letter, &s);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	json_build_object(&o, act->a);
	json_set_i64(&o, "service", s.id ? s.id : act_id(act));
	json_set_str(&o, "letter", letter);
	json_set_str(&o, "name", name);
	json_set_str(&o, "name_en", hall_text(act, "name_en"));
	json_set_i64(&o, "minutes", minutes);
	json_set_bool(&o, "enabled", json_bool(json_get(act->data, "enabled"), true));
	json_set(&o, "items", json_built(&items));
	json_set_str(&act->reply, "letter", letter);
	TRY(act_emit(act, "hall.service", 0, &o));
	return bookings_settle(act, 0, S("业务调整"), S("the service was changed"));
}

/* ---- windows ---- */

static enum err read_services(struct act *act, struct json_build *list)
{
	struct str rest = hall_text(act, "services");
	json_build_array(list, act->a);
	while (rest.len) {
		struct str letter = str_trim(str_cut(&rest, ' '));
		struct hall_service s;
		struct json_build o;
		if (!letter.len)
			continue;
		enum err e = service_by_letter(act->c, act->a, letter, &s);
		if (e == ERR_NOT_FOUND)
			return hall_refuse(act, "services", "hall.service-unknown", "There is no service with this letter.");
		TRY(e);
		json_build_object(&o, act->a);
		json_set_i64(&o, "service", s.id);
		json_add(list, json_built(&o));
	}
	return OK;
}

/* The post holds the window: of its own office. */
static enum err read_post(struct act *act, int64_t organ, int64_t *post)
{
	struct str code = hall_text(act, "post");
	*post = code.len ? row_i64_str(act->c, "SELECT id FROM post WHERE code=?1 AND ended_ms IS NULL", code, 0) : 0;
	if (!code.len)
		return OK;
	if (!*post || row_i64(act->c, "SELECT organ FROM post WHERE id=?1", *post, 0) != organ)
		return hall_refuse(act, "post", "hall.post", "There is no such post in the window's office.");
	return OK;
}

static enum err check_number(struct act *act, int64_t number, int64_t own)
{
	if (number < 1 || number > 999)
		return hall_refuse(act, "number", "hall.number", "A window's number is 1 to 999.");
	int64_t other = row_i64(act->c, "SELECT id FROM hall_window WHERE number=?1", number, 0);
	return !other || other == own ? OK : hall_refuse(act, "number", "hall.number-taken", "Another window has this number.");
}

enum err act_hall_window(struct act *act)
{
	struct json_build o, services;
	struct str code, name;
	int64_t id, post, organ = organ_by_code(act->c, hall_text(act, "organ")), number = json_i64(json_get(act->data, "number"), 0);
	TRY(hall_need(act, "code", &code));
	TRY(hall_need(act, "name", &name));
	if (!organ)
		return hall_refuse(act, "organ", "hall.organ", "There is no organ with this code.");
	id = window_by_code(act->c, code);
	TRY(need_arranging(act, organ));
	if (id) /* nobody takes away another office's window */
		TRY(need_arranging(act, row_i64(act->c, "SELECT organ FROM hall_window WHERE id=?1", id, 0)));
	TRY(check_number(act, number, id));
	TRY(read_post(act, organ, &post));
	TRY(read_services(act, &services));
	json_build_object(&o, act->a);
	json_set_i64(&o, "window", id ? id : act_id(act));
	json_set_str(&o, "code", code);
	json_set_i64(&o, "number", number);
	json_set_str(&o, "name", name);
	json_set_str(&o, "name_en", hall_text(act, "name_en"));
	json_set_i64(&o, "organ", organ);
	hall_set_id(&o, "post", post);
	json_set_str(&o, "place", hall_text(act, "place"));
	json_set_bool(&o, "comprehensive", json_bool(json_get(act->data, "comprehensive"), false));
	json_set_bool(&o, "enabled", json_bool(json_get(act->data, "enabled"), true));
	json_set(&o, "services", json_built(&services));
	json_set_str(&act->reply, "code", code);
	TRY(act_emit(act, "hall.window", 0, &o));
	return id ? bookings_settle(act, id, S("窗口调整"), S("the window was changed")) : OK;
}

static enum err window_in(struct act *act, struct hall_window *w)
{
	enum err e = window_get(act->c, act->a, window_by_code(act->c, hall_text(act, "window")), w);
	if (e == ERR_NOT_FOUND)
		return act_refuse(act, ERR_NOT_FOUND, "hall.window-unknown", "There is no window with this code.");
	TRY(e);
	return need_arranging(act, w->organ);
}

/* ---- hours ---- */

enum err act_hall_hours(struct act *act)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	struct hall_window w;
	struct json_build o;
	calendar_day from = hall_today(act->cw, act->now_ms);
	int64_t slots = json_i64(json_get(act->data, "slots"), 1), minutes = json_i64(json_get(act->data, "slot_minutes"), 30);
	TRY(window_in(act, &w));
	if (hall_text(act, "from").len)
		TRY(hall_day_in(act, "from", &from));
	if (from < hall_today(act->cw, act->now_ms))
		return hall_refuse(act, "from", "hall.past", "What is past stays as it was: choose today or a later day.");
	if (slots < 0 || slots > 50)
		return hall_refuse(act, "slots", "hall.slots", "A slot has 0 to 50 places.");
	if (minutes < 5 || minutes > 240)
		return hall_refuse(act, "slot_minutes", "hall.slot-minutes", "A slot lasts 5 to 240 minutes.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "window", w.id);
	json_set_i64(&o, "from_day", from);
	json_set_i64(&o, "slots", slots);
	json_set_i64(&o, "slot_minutes", minutes);
	for (size_t i = 0; i < 7; i++) {
		struct hall_spans spans;
		if (!hall_spans_read(hall_text(act, days[i]), &spans))
			return hall_refuse(act, days[i], "hall.spans", "Write hours like 09:00-12:00 13:30-17:00.");
		json_set_str(&o, days[i], hall_spans_text(act->a, &spans));
	}
	json_set_str(&act->reply, "code", w.code);
	TRY(act_emit(act, "hall.hours", 0, &o));
	return bookings_settle(act, w.id, S("窗口服务时间调整"), S("the window's hours were changed"));
}

/* ---- a day unlike the others ---- */

/* `window` empty: the whole hall. kind: closed, open (other hours), usual (the exception is taken back). */
enum err act_hall_day(struct act *act)
{
	struct hall_window w = { 0 };
	struct hall_spans spans = { .count = 0 };
	struct json_build o;
	struct str kind = hall_text(act, "kind"), reason = hall_text(act, "reason");
	calendar_day day;
	if (hall_text(act, "window").len)
		TRY(window_in(act, &w));
	else
		TRY(need_arranging(act, 0));
	TRY(hall_day_in(act, "day", &day));
	if (day < hall_today(act->cw, act->now_ms))
		return hall_refuse(act, "day", "hall.past", "What is past stays as it was: choose today or a later day.");
	if (!str_eqz(kind, "closed") && !str_eqz(kind, "open") && !str_eqz(kind, "usual"))
		return hall_refuse(act, "kind", "hall.kind", "Choose closed, open at other hours, or as usual.");
	if (!str_eqz(kind, "usual"))
		TRY(hall_need(act, "reason", &reason));
	if (str_eqz(kind, "open") && (!hall_spans_read(hall_text(act, "hours"), &spans) || !spans.count))
		return hall_refuse(act, "hours", "hall.spans", "Write hours like 09:00-12:00 13:30-17:00.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "window", w.id);
	json_set_i64(&o, "day", day);
	json_set_str(&o, "kind", kind);
	json_set_str(&o, "spans", hall_spans_text(act->a, &spans));
	json_set_str(&o, "reason", reason);
	json_set_str(&o, "reason_en", hall_text(act, "reason_en").len ? hall_text(act, "reason_en") : reason);
	TRY(act_emit(act, "hall.day", 0, &o));
	json_set_str(&act->reply, "day", day_text(act->a, day));
	return bookings_settle(act, w.id, reason.len ? reason : S("恢复正常服务时间"), hall_text(act, "reason_en").len ? hall_text(act, "reason_en") : reason.len ? reason : S("usual hours again"));
}

/* ---- bookings whose place is gone ---- */

static enum err still_there(struct act *act, const struct hall_window *w, const struct hall_booking *b, int64_t place, bool *yes)
{
	struct hall_open o;
	TRY(window_open(act->cw, act->c, act->a, w, (calendar_day)b->day, &o));
	*yes = hall_slot_at(&o, b->start_min) && o.slot_minutes == b->end_min - b->start_min && place < o.slots && window_serves(act->c, w->id, b->service) &&
		service_of_item(act->c, b->item) == b->service;
	return OK;
}

/* Another window that serves the same at the same time, with a place left. */
static enum err place_elsewhere(struct act *act, const struct hall_booking *b, struct hall_window *w, int64_t *place, int64_t *end_min)
{
	struct hall_ids ids;
	*place = -1;
	TRY(window_ids(act->c, service_of_item(act->c, b->item), true, &ids));
	for (size_t i = 0; i < ids.count && *place < 0 && service_of_item(act->c, b->item); i++) {
		struct hall_open o;
		TRY(window_get(act->c, act->a, ids.at[i], w));
		TRY(window_open(act->cw, act->c, act->a, w, (calendar_day)b->day, &o));
		if (!hall_slot_at(&o, b->start_min))
			continue;
		*place = slot_place(act->c, w->id, b->day, b->start_min, o.slots, b->id);
		*end_min = b->start_min + o.slot_minutes;
	}
	return OK;
}

static enum err move_or_cancel(struct act *act, const struct hall_booking *b, struct str reason, struct str reason_en, int64_t *moved, int64_t *cancelled)
{
	struct hall_window w;
	struct json_build o;
	int64_t place, end_min = b->end_min;
	TRY(place_elsewhere(act, b, &w, &place, &end_min));
	json_build_object(&o, act->a);
	json_set_i64(&o, "booking", b->id);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&o, "why", reason);
	json_set_str(&o, "why_en", reason_en);
	if (place < 0) {
		++*cancelled;
		json_set_str(&o, "by", S("office"));
		TRY(act_emit(act, "booking.cancelled", 0, &o));
		return booking_tell(act, b, "您的预约被取消", "Your appointment is cancelled", reason, reason_en);
	}
	++*moved;
	json_set_i64(&o, "window", w.id);
	json_set_i64(&o, "service", service_of_item(act->c, b->item));
	json_set_i64(&o, "day", b->day);
	json_set_i64(&o, "start_min", b->start_min);
	json_set_i64(&o, "end_min", end_min);
	json_set_i64(&o, "place", place);
	TRY(act_emit(act, "booking.moved", 0, &o));
	return booking_tell(act, b, "您的预约有变动", "Your appointment has changed", reason, reason_en);
}

enum { SETTLED_MAX = 20000 };

enum err bookings_settle(struct act *act, int64_t window, struct str reason, struct str reason_en)
{
	struct store_query *q;
	struct { int64_t booking, place; } *all = arena_alloc(act->a, SETTLED_MAX * sizeof *all);
	int64_t moved = 0, cancelled = 0;
	size_t count = 0;
	if (!all)
		return ERR_NOMEM;
	TRY(store_prepare(act->c, "SELECT id, place FROM hall_booking WHERE state='booked' AND day>=?1 AND (?2=0 OR window_id=?2) ORDER BY day, id LIMIT 20000", &q));
	store_bind_i64(q, 1, hall_today(act->cw, act->now_ms));
	store_bind_i64(q, 2, window);
	for (bool row = true; count < SETTLED_MAX;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		all[count].booking = store_col_i64(q, 0);
		all[count++].place = store_col_i64(q, 1);
	}
	store_reset(q);
	for (size_t i = 0; i < count; i++) {
		struct hall_booking b;
		struct hall_window w;
		bool there;
		TRY(booking_get(act->c, act->a, all[i].booking, &b));
		TRY(window_get(act->c, act->a, b.window, &w));
		TRY(still_there(act, &w, &b, all[i].place, &there));
		if (!there)
			TRY(move_or_cancel(act, &b, reason, reason_en, &moved, &cancelled));
	}
	json_set_i64(&act->reply, "moved", moved);
	json_set_i64(&act->reply, "cancelled", cancelled);
	return OK;
}

/* ---- reading it back ---- */

static enum err list_of(struct view_ctx *v, struct json_build *out, const char *name, struct store_query *q)
{
	struct json_build list;
	TRY(rows_json(v, q, &list));
	json_set(out, name, json_built(&list));
	return OK;
}

/* A row with its number of a day replaced by the day. */
static const struct json *with_day(struct view_ctx *v, const struct json *row, const char *from, const char *to)
{
	struct json_build o;
	json_build_object(&o, v->a);
	for (size_t m = 0; m < row->count; m++)
		if (!str_eqz(row->members[m].key, from))
			json_set_key(&o, row->members[m].key, &row->members[m].value);
	json_set_str(&o, to, day_text(v->a, (calendar_day)json_i64(json_get(row, from), 0)));
	return json_built(&o);
}

static enum err list_with_days(struct view_ctx *v, struct json_build *out, const char *name, const char *from, const char *to, struct store_query *q)
{
	struct json_build raw, list;
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++)
		json_add(&list, with_day(v, &raw.value.items[i], from, to));
	json_set(out, name, json_built(&list));
	return OK;
}

static const struct json *services_json(struct view_ctx *v)
{
	struct store_query *q;
	struct json_build raw, list;
	json_build_array(&list, v->a);
	if (store_prepare(v->c, "SELECT id AS key, letter, name, name_en, minutes AS each_minutes, enabled FROM hall_service WHERE id>?1 ORDER BY letter LIMIT 26", &q) != OK)
		return json_built(&list);
	store_bind_i64(q, 1, 0);
	if (rows_json(v, q, &raw) != OK)
		return json_built(&list);
	for (size_t i = 0; i < raw.value.count; i++) {
		const struct json *r = &raw.value.items[i];
		struct json_build o, items;
		struct store_query *s;
		json_build_object(&o, v->a);
		for (size_t m = 0; m < r->count; m++)
			json_set_key(&o, r->members[m].key, &r->members[m].value);
		if (store_prepare(v->c, "SELECT i.impl_code, i.name, i.name_en FROM hall_service_item x JOIN item i ON i.id=x.item WHERE x.service=?1 ORDER BY i.impl_code", &s) != OK)
			continue;
		store_bind_i64(s, 1, json_i64(json_get(r, "key"), 0));
		if (rows_json(v, s, &items) == OK)
			json_set(&o, "items", json_built(&items));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static enum err put_windows(struct view_ctx *v, struct json_build *out, bool whole)
{
	struct store_query *q;
	struct json_build raw, list;
	TRY(store_prepare(v->c, "SELECT w.id AS key, w.code, w.number, w.name, w.name_en, w.place, w.comprehensive, w.enabled, o.code AS organ, o.name AS organ_name,"
	                        " o.name_en AS organ_name_en, p.code AS post, p.name AS post_name, p.name_en AS post_name_en FROM hall_window w JOIN organ o ON o.id=w.organ"
	                        " LEFT JOIN post p ON p.id=w.post WHERE (?1=1 OR EXISTS(SELECT 1 FROM post h WHERE h.organ=w.organ AND h.role='head' AND h.ended_ms IS NULL"
	                        " AND (h.a=?2 OR h.b=?2))) AND (?3 IS NULL OR w.code=?3) ORDER BY w.number LIMIT 200", &q));
	store_bind_i64(q, 1, whole);
	store_bind_i64(q, 2, v->actor.person);
	store_bind_str(q, 3, hall_null(param(v, "window")));
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		const struct json *r = &raw.value.items[i];
		struct json_build o;
		json_build_object(&o, v->a);
		for (size_t m = 0; m < r->count; m++)
			json_set_key(&o, r->members[m].key, &r->members[m].value);
		json_set_str(&o, "letters", window_letters(v->c, v->a, json_i64(json_get(r, "key"), 0)));
		json_set_bool(&o, "is_comprehensive", json_i64(json_get(r, "comprehensive"), 0) != 0);
		json_set_bool(&o, "is_disabled", json_i64(json_get(r, "enabled"), 0) == 0);
		json_add(&list, json_built(&o));
	}
	json_set(out, "windows", json_built(&list));
	return OK;
}

/* Everything that may be changed, by those who may; `window`: only this one. */
enum err view_hall_setup(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	bool whole = (v->roles & (ROLE_ADMIN | ROLE_SYSTEM)) != 0;
	int64_t window = window_by_code(v->c, param(v, "window"));
	if (param(v, "window").len && (!window || !hall_arranges(v->c, &v->actor, row_i64(v->c, "SELECT organ FROM hall_window WHERE id=?1", window, 0))))
		return ERR_NOT_FOUND;
	json_set_bool(out, "whole", whole);
	json_set_str(out, "today", day_text(v->a, hall_today(v->cw, v->now_ms)));
	json_set(out, "services", services_json(v));
	TRY(put_windows(v, out, whole));
	TRY(store_prepare(v->c, "SELECT from_day, slots, slot_minutes, mon, tue, wed, thu, fri, sat, sun FROM hall_hours WHERE window_id=?1 ORDER BY from_day DESC LIMIT 50", &q));
	store_bind_i64(q, 1, window);
	TRY(list_with_days(v, out, "hours", "from_day", "from_on", q));
	TRY(store_prepare(v->c, "SELECT x.day, x.kind AS exception, x.spans, x.reason, x.reason_en, w.code AS window, w.number FROM hall_exception x"
	                        " LEFT JOIN hall_window w ON w.id=x.window_id WHERE x.day>=?1 AND (?2=0 OR x.window_id IN (?2, 0)) ORDER BY x.day, x.window_id LIMIT 500", &q));
	store_bind_i64(q, 1, hall_today(v->cw, v->now_ms));
	store_bind_i64(q, 2, window);
	TRY(list_with_days(v, out, "exceptions", "day", "on", q));
	TRY(store_prepare(v->c, "SELECT p.code, p.name, p.name_en, o.name AS organ_name FROM post p JOIN organ o ON o.id=p.organ WHERE p.ended_ms IS NULL AND p.role IN ('clerk', 'reviewer')"
	                        " AND (?1=1 OR p.organ IN (SELECT organ FROM post WHERE role='head' AND ended_ms IS NULL AND (a=?2 OR b=?2))) ORDER BY o.code, p.code LIMIT 500", &q));
	store_bind_i64(q, 1, whole);
	store_bind_i64(q, 2, v->actor.person);
	return list_of(v, out, "posts", q);
}
