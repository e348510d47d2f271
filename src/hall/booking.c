/* booking.c - a place at a window in a slot of a day: made, moved, cancelled, and shown to whom it belongs. */
#include "base/utf8.h"
#include "hall/hall_int.h"
#include "ledger/ledger.h"

enum { CODE_DIGITS = 8, PHONE_MIN = 7, PHONE_MAX = 20, NAME_MAX = 60 };

/* ---- the code: shown once, kept as a digest; digits, because it is typed at a kiosk ---- */

struct str booking_digest(struct arena *a, struct str code)
{
	uint8_t digest[LEDGER_HASH];
	struct buf hex, text;
	buf_init_in(&text, a, 128);
	buf_init_in(&hex, a, 100);
	buf_putz(&text, "hall booking ");
	for (size_t i = 0; i < code.len && i < 64; i++)
		if (code.ptr[i] >= '0' && code.ptr[i] <= '9')
			buf_byte(&text, code.ptr[i]);
	ledger_digest(buf_str(&text), digest);
	buf_hex(&hex, digest, LEDGER_HASH);
	return buf_str(&hex);
}

static struct str make_code(struct act *act)
{
	for (;;) {
		uint8_t r[CODE_DIGITS];
		char s[CODE_DIGITS];
		act_random(act, r, sizeof r);
		for (size_t i = 0; i < sizeof s; i++)
			s[i] = (char)('0' + r[i] % 10);
		struct str code = arena_str(act->a, str_span(s, sizeof s));
		if (!row_i64_str(act->c, "SELECT id FROM hall_booking WHERE code_digest=?1 AND live=1", booking_digest(act->a, code), 0))
			return code;
	}
}

/* ---- rows ---- */

enum err booking_get(struct store_conn *c, struct arena *a, int64_t id, struct hall_booking *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT window_id, service, item, day, start_min, end_min, person, ticket, booking_no, code_digest, state, name, phone FROM hall_booking WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*out = (struct hall_booking){
		.id = id, .window = store_col_i64(q, 0), .service = store_col_i64(q, 1), .item = store_col_i64(q, 2), .day = store_col_i64(q, 3),
		.start_min = store_col_i64(q, 4), .end_min = store_col_i64(q, 5), .person = store_col_i64(q, 6), .ticket = store_col_i64(q, 7),
		.booking_no = store_col_copy(q, 8, a), .code_digest = store_col_copy(q, 9, a), .state = store_col_copy(q, 10, a),
		.name = store_col_copy(q, 11, a), .phone = store_col_copy(q, 12, a),
	};
	store_reset(q);
	return OK;
}

enum err booking_tell(struct act *act, const struct hall_booking *b, const char *zh, const char *en, struct str reason, struct str reason_en)
{
	struct hall_booking now;
	struct hall_window w;
	if (!b->person)
		return OK;
	TRY(booking_get(act->c, act->a, b->id, &now));
	TRY(window_get(act->c, act->a, now.window, &w));
	struct str day = day_text(act->a, (calendar_day)now.day), time = hall_time_text(act->a, now.start_min);
	struct str item = row_str(act->c, act->a, "SELECT name FROM item WHERE id=?1", now.item), item_en = row_str(act->c, act->a, "SELECT name_en FROM item WHERE id=?1", now.item);
	return notice_send(act, b->person, 0, str_of(zh), str_of(en),
	                   arena_printf(act->a, "预约 %.*s：%.*s，%.*s %.*s，%lld号窗口。%s%.*s", STR_ARG(now.booking_no), STR_ARG(item), STR_ARG(day), STR_ARG(time),
	                                (long long)w.number, reason.len ? "原因：" : "", STR_ARG(reason)),
	                   arena_printf(act->a, "Appointment %.*s: %.*s, %.*s %.*s, window %lld.%s%.*s", STR_ARG(now.booking_no), STR_ARG(item_en.len ? item_en : item),
	                                STR_ARG(day), STR_ARG(time), (long long)w.number, reason_en.len ? " Why: " : "", STR_ARG(reason_en)), 0);
}

/* ---- who books ---- */

static bool phone_fits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= '0' && s.ptr[i] <= '9') && !(s.ptr[i] == '+' && i == 0) && s.ptr[i] != '-')
			return false;
	return s.len >= PHONE_MIN && s.len <= PHONE_MAX;
}

/* At the counter (a clerk, channel 1) the booking is the visitor's; else that of whoever is logged in. */
static int64_t booker(struct act *act)
{
	bool counter = str_eqz(act->actor.channel, "1") || str_eqz(hall_text(act, "source"), "1");
	return counter && (powers_roles(act->c, &act->actor) & ROLE_STAFF) ? 0 : act->actor.person;
}

static enum err read_booker(struct act *act, struct str *name, struct str *phone)
{
	TRY(hall_need(act, "name", name));
	*phone = hall_text(act, "phone");
	if (utf8_count(*name) > NAME_MAX)
		return hall_refuse(act, "name", "hall.too-long", "At most 100 characters.");
	return phone_fits(*phone) ? OK : hall_refuse(act, "phone", "hall.phone", "Give a telephone number: 7 to 20 digits.");
}

/* ---- which slot ---- */

struct wish { int64_t item, service; calendar_day day; int start_min; int64_t window, place, end_min; };

static enum err read_time(struct act *act, const struct hall_rules *rules, struct wish *x)
{
	calendar_day today = hall_today(act->cw, act->now_ms);
	TRY(hall_day_in(act, "day", &x->day));
	if (!hall_time_read(hall_text(act, "start"), &x->start_min))
		return hall_refuse(act, "start", "hall.time", "Choose a time, such as 09:30.");
	if (x->day > today + rules->horizon_days)
		return hall_refuse(act, "day", "hall.too-far", "This day cannot be booked yet.");
	if (hall_instant(act->cw, x->day, x->start_min) < act->now_ms + rules->lead_minutes * HALL_MINUTE_MS)
		return hall_refuse(act, "start", "hall.too-soon", "This time is too near, or past. Choose a later one, or come and take a number.");
	return OK;
}

static enum err refuse_closed(struct act *act, const struct hall_open *o)
{
	(void)hall_refuse(act, "day", "hall.closed", "No window is open for this at that time.");
	diag_arg(act->d, o->reason);
	diag_arg(act->d, o->reason_en);
	return ERR_INVALID;
}

/* The window with the lowest place free, so that several windows fill evenly; the window asked for, if one is. */
static enum err find_place(struct act *act, struct wish *x, int64_t except)
{
	struct hall_ids ids;
	struct hall_open o = { .reason = S(""), .reason_en = S("") };
	bool slot = false;
	int64_t wanted = window_by_code(act->c, hall_text(act, "window"));
	x->place = -1;
	TRY(window_ids(act->c, x->service, true, &ids));
	for (size_t i = 0; i < ids.count; i++) {
		struct hall_window w;
		if (wanted && ids.at[i] != wanted)
			continue;
		TRY(window_get(act->c, act->a, ids.at[i], &w));
		TRY(window_open(act->cw, act->c, act->a, &w, x->day, &o));
		if (!hall_slot_at(&o, x->start_min))
			continue;
		slot = true;
		int64_t place = slot_place(act->c, w.id, x->day, x->start_min, o.slots, except);
		if (place >= 0 && (x->place < 0 || place < x->place)) {
			x->place = place;
			x->window = w.id;
			x->end_min = x->start_min + o.slot_minutes;
		}
	}
	if (!slot)
		return refuse_closed(act, &o);
	if (x->place >= 0)
		return OK;
	(void)act_refuse(act, ERR_CONFLICT, "hall.full", "Somebody else has just taken the last place of this time. Choose another.");
	diag_at(act->d, S("start"));
	return ERR_CONFLICT;
}

static void put_place(struct json_build *o, const struct wish *x)
{
	json_set_i64(o, "window", x->window);
	json_set_i64(o, "service", x->service);
	json_set_i64(o, "day", x->day);
	json_set_i64(o, "start_min", x->start_min);
	json_set_i64(o, "end_min", x->end_min);
	json_set_i64(o, "place", x->place);
}

static void reply_place(struct act *act, struct str booking_no, const struct wish *x)
{
	json_set_str(&act->reply, "booking_no", booking_no);
	json_set_str(&act->reply, "day", day_text(act->a, x->day));
	json_set_str(&act->reply, "start", hall_time_text(act->a, x->start_min));
	json_set_str(&act->reply, "window", row_str(act->c, act->a, "SELECT code FROM hall_window WHERE id=?1", x->window));
	json_set_i64(&act->reply, "window_number", row_i64(act->c, "SELECT number FROM hall_window WHERE id=?1", x->window, 0));
}

/* ---- making ---- */

static enum err find_item(struct act *act, struct wish *x)
{
	x->item = row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1 AND live=1", hall_text(act, "item"), 0);
	x->service = x->item ? service_of_item(act->c, x->item) : 0;
	if (!x->item)
		return hall_refuse(act, "item", "hall.item-unknown", "There is no item with this code.");
	return x->service ? OK : hall_refuse(act, "item", "hall.not-bookable", "No window of the hall serves this item.");
}

static enum err one_each(struct act *act, int64_t item, struct str phone)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT booking_no FROM hall_booking WHERE phone=?1 AND item=?2 AND live=1 LIMIT 1", &q));
	store_bind_str(q, 1, phone);
	store_bind_i64(q, 2, item);
	TRY(store_step(q, &row));
	store_reset(q);
	if (!row)
		return OK;
	(void)act_refuse(act, ERR_CONFLICT, "hall.booked-already", "There is an appointment with this telephone for this item already. Change or cancel that one.");
	diag_at(act->d, S("phone"));
	return ERR_CONFLICT;
}

static struct str number_of(struct act *act, struct json_build *o)
{
	int year, month, day;
	int64_t n;
	char serial[40];
	calendar_day_civil(hall_today(act->cw, act->now_ms), &year, &month, &day);
	snprintf(serial, sizeof serial, "hall/booking/%04d%02d%02d", year, month, day);
	serial_take(act, serial, o, &n);
	return arena_printf(act->a, "YY%04d%02d%02d%04lld", year, month, day, (long long)n);
}

enum err act_booking_make(struct act *act)
{
	struct wish x = { 0 };
	struct hall_rules rules;
	struct json_build o;
	struct str name, phone;
	hall_rules_get(act->c, act->a, &rules);
	TRY(find_item(act, &x));
	TRY(read_time(act, &rules, &x));
	TRY(read_booker(act, &name, &phone));
	TRY(one_each(act, x.item, phone));
	TRY(find_place(act, &x, 0));
	struct str code = make_code(act);
	struct hall_booking b = { .id = act_id(act), .person = booker(act) };
	json_build_object(&o, act->a);
	b.booking_no = number_of(act, &o);
	json_set_i64(&o, "booking", b.id);
	json_set_str(&o, "booking_no", b.booking_no);
	json_set_str(&o, "code_digest", booking_digest(act->a, code));
	json_set_i64(&o, "item", x.item);
	put_place(&o, &x);
	hall_set_id(&o, "person", b.person);
	json_set_str(&o, "name", name);
	json_set_str(&o, "phone", phone);
	json_set_bool(&o, "reminded", act->now_ms >= hall_instant(act->cw, x.day - 1, rules.reminder_hour * 60)); /* made too late to be reminded of */
	json_set_str(&o, "channel", act->actor.channel.len ? act->actor.channel : S("2"));
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "booking.made", 0, &o));
	reply_place(act, b.booking_no, &x);
	json_set_str(&act->reply, "code", code);
	return booking_tell(act, &b, "预约成功", "Appointment made", S(""), S(""));
}

/* ---- whose it is ---- */

/* Of the clerk's office: the window's. */
static bool serves_booking(struct store_conn *c, const struct casework_actor *actor, const struct hall_booking *b)
{
	int64_t organ = row_i64(c, "SELECT organ FROM hall_window WHERE id=?1", b->window, 0);
	return (powers_roles(c, actor) & (ROLE_SYSTEM | ROLE_ADMIN)) || (actor->person && powers_in_organ(c, actor->person, organ, ROLE_CLERK | ROLE_HEAD));
}

static bool owns(struct store_conn *c, struct arena *a, const struct casework_actor *actor, const struct hall_booking *b, struct str code)
{
	return (b->person && b->person == actor->person) || (code.len && str_eq(booking_digest(a, code), b->code_digest)) || serves_booking(c, actor, b);
}

static enum err own_booking(struct act *act, struct hall_booking *b)
{
	int64_t id = row_i64_str(act->c, "SELECT id FROM hall_booking WHERE booking_no=?1", hall_text(act, "booking_no"), 0);
	enum err e = id ? booking_get(act->c, act->a, id, b) : ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND || (e == OK && !owns(act->c, act->a, &act->actor, b, hall_text(act, "code"))))
		return act_refuse(act, ERR_NOT_FOUND, "hall.booking-unknown", "There is no appointment with this number and code.");
	TRY(e);
	return str_eqz(b->state, "booked") ? OK : act_refuse(act, ERR_CONFLICT, "hall.booking-over", "This appointment is over or cancelled already.");
}

enum err act_booking_cancel(struct act *act)
{
	struct hall_booking b;
	struct json_build o;
	TRY(own_booking(act, &b));
	bool office = serves_booking(act->c, &act->actor, &b) && b.person != act->actor.person;
	struct str reason = hall_text(act, "reason");
	if (office && !act->actor.system)
		TRY(hall_need(act, "reason", &reason));
	json_build_object(&o, act->a);
	json_set_i64(&o, "booking", b.id);
	json_set_str(&o, "by", office ? S("office") : S("booker"));
	json_set_str(&o, "why", reason);
	json_set_str(&o, "why_en", reason);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&act->reply, "booking_no", b.booking_no);
	TRY(act_emit(act, "booking.cancelled", 0, &o));
	return office ? booking_tell(act, &b, "您的预约被取消", "Your appointment is cancelled", reason, reason) : OK;
}

enum err act_booking_move(struct act *act)
{
	struct hall_booking b;
	struct hall_rules rules;
	struct wish x = { 0 };
	struct json_build o;
	TRY(own_booking(act, &b));
	hall_rules_get(act->c, act->a, &rules);
	x.item = b.item;
	x.service = service_of_item(act->c, b.item);
	if (!x.service)
		return hall_refuse(act, "item", "hall.not-bookable", "No window of the hall serves this item.");
	TRY(read_time(act, &rules, &x));
	TRY(find_place(act, &x, b.id));
	json_build_object(&o, act->a);
	json_set_i64(&o, "booking", b.id);
	put_place(&o, &x);
	json_set_str(&o, "why", S(""));
	json_set_str(&o, "why_en", S(""));
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "booking.moved", 0, &o));
	reply_place(act, b.booking_no, &x);
	return booking_tell(act, &b, "您的预约有变动", "Your appointment has changed", S(""), S(""));
}

/* ---- reading ---- */

/* "138****1234" */
struct str phone_mask(struct arena *a, struct str phone)
{
	if (phone.len < PHONE_MIN)
		return phone;
	return arena_printf(a, "%.*s****%.*s", 3, phone.ptr, (int)(phone.len > 10 ? 4 : 2), phone.ptr + phone.len - (phone.len > 10 ? 4 : 2));
}

enum err booking_json(struct view_ctx *v, const struct hall_booking *b, struct json_build *out)
{
	struct hall_window w;
	json_set_str(out, "booking_no", b->booking_no);
	const struct json *item;
	TRY(item_row_json(v, b->item, &item));
	json_set(out, "item", item);
	json_set_str(out, "day", day_text(v->a, (calendar_day)b->day));
	json_set_i64(out, "weekday", calendar_weekday((calendar_day)b->day));
	json_set_str(out, "start", hall_time_text(v->a, b->start_min));
	json_set_str(out, "end", hall_time_text(v->a, b->end_min));
	json_set_str(out, "status", b->state);
	json_set_str(out, "letter", row_str(v->c, v->a, "SELECT letter FROM hall_service WHERE id=?1", b->service));
	json_set_str(out, "ticket", b->ticket ? row_str(v->c, v->a, "SELECT number FROM hall_ticket WHERE id=?1", b->ticket) : (struct str){ NULL, 0 });
	json_set_str(out, "why", row_str(v->c, v->a, "SELECT ended_why FROM hall_booking WHERE id=?1", b->id));
	json_set_str(out, "why_en", row_str(v->c, v->a, "SELECT ended_why_en FROM hall_booking WHERE id=?1", b->id));
	enum err e = window_get(v->c, v->a, b->window, &w);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	json_set_str(out, "window", w.code);
	json_set_i64(out, "window_number", w.number);
	json_set_str(out, "window_name", w.name);
	json_set_str(out, "window_name_en", w.name_en.len ? w.name_en : w.name);
	json_set_str(out, "place", w.place);
	return OK;
}

/* {booking_no, code?} */
enum err view_hall_booking(struct view_ctx *v, struct json_build *out)
{
	struct hall_booking b;
	struct hall_rules rules;
	int64_t id = row_i64_str(v->c, "SELECT id FROM hall_booking WHERE booking_no=?1", param(v, "booking_no"), 0);
	bool oversees = (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR)) != 0;
	if (!id || booking_get(v->c, v->a, id, &b) != OK || !(oversees || owns(v->c, v->a, &v->actor, &b, param(v, "code"))))
		return ERR_NOT_FOUND;
	hall_rules_get(v->c, v->a, &rules);
	TRY(booking_json(v, &b, out));
	json_set_str(out, "name", b.name);
	json_set_str(out, "phone", phone_mask(v->a, b.phone));
	json_set_bool(out, "may_change", str_eqz(b.state, "booked"));
	json_set_i64(out, "early_minutes", rules.early_minutes);
	json_set_i64(out, "late_minutes", rules.late_minutes);
	return OK;
}

struct listed_booking { const struct json *row; bool who; };

static enum err put_booking(struct view_ctx *v, const void *what, struct json_build *list)
{
	const struct listed_booking *l = what;
	struct hall_booking b;
	struct json_build o;
	TRY(booking_get(v->c, v->a, json_i64(json_get(l->row, "n"), 0), &b));
	json_build_object(&o, v->a);
	json_set_str(&o, "key", json_text(json_get(l->row, "key")));
	TRY(booking_json(v, &b, &o));
	if (l->who) {
		json_set_str(&o, "name", b.name);
		json_set_str(&o, "phone", phone_mask(v->a, b.phone));
	}
	json_add(list, json_built(&o));
	return OK;
}

static enum err put_bookings(struct view_ctx *v, struct store_query *q, bool who, struct json_build *out)
{
	struct json_build raw, page, list;
	TRY(rows_json(v, q, &raw));
	page_cut(v, &raw, &page, out, "key");
	json_build_array(&list, v->a);
	for (size_t i = 0; i < page.value.count; i++)
		TRY(view_row(v, put_booking, &(struct listed_booking){ &page.value.items[i], who }, &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}

enum err view_my_bookings(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t before = INT64_MAX;
	(void)str_to_i64(param(v, "cursor"), &before);
	TRY(store_prepare(v->c, "SELECT id AS n, id AS key FROM hall_booking WHERE person=?1 AND id<?2 ORDER BY id DESC LIMIT ?3", &q));
	store_bind_i64(q, 1, v->actor.person);
	store_bind_i64(q, 2, before);
	store_bind_i64(q, 3, view_limit(v) + 1);
	return put_bookings(v, q, false, out);
}

/* Those of a day (today unless said) at the windows of one's own office; supervision and administrators: all. By time. */
enum err view_hall_bookings(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t after = 0;
	calendar_day day;
	if (!calendar_day_parse(param(v, "day"), &day))
		day = hall_today(v->cw, v->now_ms);
	(void)str_to_i64(param(v, "cursor"), &after);
	/* the key: minute of the day, then the booking, so that pages follow the clock */
	TRY(store_prepare(v->c, "SELECT b.id AS n, b.start_min * 100000000000 + b.id AS key FROM hall_booking b JOIN hall_window w ON w.id=b.window_id WHERE b.day=?1"
	                        " AND b.start_min * 100000000000 + b.id>?2 AND (?3=1 OR EXISTS(SELECT 1 FROM post p WHERE p.organ=w.organ AND p.ended_ms IS NULL AND (p.a=?4 OR p.b=?4)))"
	                        " AND (?5 IS NULL OR b.state=?5) AND (?6 IS NULL OR w.code=?6) ORDER BY b.start_min, b.id LIMIT ?7", &q));
	store_bind_i64(q, 1, day);
	store_bind_i64(q, 2, after);
	store_bind_i64(q, 3, (v->roles & (ROLE_ADMIN | ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0);
	store_bind_i64(q, 4, v->actor.person);
	store_bind_str(q, 5, hall_null(param(v, "state")));
	store_bind_str(q, 6, hall_null(param(v, "window")));
	store_bind_i64(q, 7, view_limit(v) + 1);
	json_set_str(out, "day", day_text(v->a, day));
	return put_bookings(v, q, true, out);
}
