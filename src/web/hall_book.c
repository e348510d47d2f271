/* hall_book.c - a time at the hall is booked: the item, a day and a time, who comes; then the slip with its code; found again, changed, given up.
 * The same pages move a booking (?move=number): then only day and time are asked. */
#include "web/hall_int.h"

struct booking { struct web *web; const struct json *slots; struct str day, start, move, name, phone; const struct diag *refused; };

/* ---- the item ---- */

static const struct json *matching(struct http_request *rq, const struct json *view, struct str q)
{
	const struct json *services = json_get(view, "services");
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; services && i < services->count; i++) {
		const struct json *items = json_get(&services->items[i], "items");
		for (size_t k = 0; items && k < items->count; k++) {
			if (q.len && str_find(json_text(json_get(&items->items[k], "name")), q) < 0)
				continue;
			json_build_object_begin(&one, rq->arena);
			json_build_str(&one, "service", json_text(json_get(&services->items[i], "name")));
			json_build_merge(&one, &items->items[k]);
			json_build_value(&list, "", json_build_end(&one));
		}
	}
	return json_build_end(&list);
}

enum http_outcome hall_book(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, "hall", web_params(rq, "for", S("all")), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "hall.book", NULL, 0);
	const struct json *rows = matching(rq, view, str_trim(http_query(rq, "q")));
	json_build_str(&p.data, "q", http_query(rq, "q"));
	json_build_value(&p.data, "rows", rows);
	json_build_bool(&p.data, "has_rows", rows && rows->count > 0);
	return web_page_send(&p, re, "hall/book");
}

/* ---- day and time ---- */

static bool same_day(const struct json *d, struct str day) { return str_eq(json_text(json_get(d, "day")), day); }

/* The day asked for, else the first with a place left. */
static struct str chosen_day(const struct json *days, struct str asked)
{
	for (size_t i = 0; days && i < days->count; i++)
		if (same_day(&days->items[i], asked))
			return asked;
	for (size_t i = 0; days && i < days->count; i++)
		if (json_i64(json_get(&days->items[i], "free"), 0) > 0)
			return json_text(json_get(&days->items[i], "day"));
	return days && days->count ? json_text(json_get(&days->items[0], "day")) : S("");
}

static struct str query_of(struct http_request *rq, const struct booking *x)
{
	return x->move.len ? arena_printf(rq->arena, "&move=%.*s", STR_ARG(x->move)) : S("");
}

static void put_days(struct web_page *p, const struct booking *x)
{
	const struct json *days = json_get(x->slots, "days");
	struct json_builder list, one;
	json_build_array_begin(&list, p->rq->arena);
	for (size_t i = 0; days && i < days->count; i++) {
		const struct json *d = &days->items[i];
		json_build_object_begin(&one, p->rq->arena);
		json_build_bool(&one, "current", same_day(d, x->day));
		json_build_bool(&one, "some", json_i64(json_get(d, "free"), 0) > 0);
		json_build_str(&one, "weekday_text", http_tr(p->rq, arena_printf(p->rq->arena, "weekday.%lld", (long long)json_i64(json_get(d, "weekday"), 1)).ptr));
		json_build_merge(&one, d);
		json_build_value(&list, "", json_build_end(&one));
		if (same_day(d, x->day))
			json_build_value(&p->data, "chosen", d);
	}
	json_build_value(&p->data, "days", json_build_end(&list));
	json_build_bool(&p->data, "has_days", days && days->count > 0);
}

static enum http_outcome show_slots(struct http_request *rq, struct http_reply *re, struct booking *x)
{
	struct web_page p;
	x->day = chosen_day(json_get(x->slots, "days"), x->day);
	web_page_begin(&p, rq, x->web, "hall.book.time", NULL, 0);
	put_days(&p, x);
	json_build_str(&p.data, "here", rq->path);
	json_build_str(&p.data, "query", query_of(rq, x));
	json_build_str(&p.data, "move", x->move);
	json_build_value(&p.data, "item", json_get(x->slots, "item"));
	json_build_bool(&p.data, "bookable", json_bool(json_get(x->slots, "bookable"), false));
	if (x->refused)
		web_page_error(&p, S("times"), web_refusal(rq, x->refused));
	return web_page_send(&p, re, "hall/slots");
}

/* ---- who comes: with what was chosen above it, and a way to change that ---- */

static struct str error_at(struct http_request *rq, const struct booking *x, const char *place)
{
	return x->refused && strcmp(x->refused->place, place) == 0 ? web_refusal(rq, x->refused) : S("");
}

static enum http_outcome show_who(struct http_request *rq, struct http_reply *re, struct booking *x)
{
	static const struct web_control name = { .id = "name", .label = "hall.f.name", .autocomplete = "name", .width = "20" };
	static const struct web_control phone = { .id = "phone", .label = "hall.f.phone", .hint = "hall.f.phone.hint", .type = "tel", .inputmode = "tel", .autocomplete = "tel", .width = "20" };
	struct web_page p;
	web_page_begin(&p, rq, x->web, "hall.book.who", NULL, 0);
	web_page_control(&p, &name, x->name, error_at(rq, x, "name"));
	web_page_control(&p, &phone, x->phone, error_at(rq, x, "phone"));
	json_build_str(&p.data, "here", rq->path);
	json_build_str(&p.data, "day", x->day);
	json_build_str(&p.data, "day_text", web_date_text(rq, x->day));
	json_build_str(&p.data, "start", x->start);
	json_build_str(&p.data, "move", x->move);
	json_build_value(&p.data, "item", json_get(x->slots, "item"));
	json_build_bool(&p.data, "counter", (web_user(rq)->roles & WEB_CLERK) != 0);
	if (x->refused && !error_at(rq, x, "name").len && !error_at(rq, x, "phone").len)
		web_page_error(&p, S(""), web_refusal(rq, x->refused));
	return web_page_send(&p, re, "hall/who");
}

static bool read_slots(struct http_request *rq, struct http_reply *re, struct booking *x)
{
	return web_view(rq, re, x->web, "hall.slots", web_params(rq, "item", http_param(rq, "impl_code")), &x->slots);
}

enum http_outcome hall_book_item(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct booking x = { .web = web_of(arg), .day = http_query(rq, "day"), .start = http_query(rq, "start"), .move = http_query(rq, "move") };
	const struct json *me = web_user(rq)->me;
	if (!read_slots(rq, re, &x))
		return HTTP_DONE;
	if (!x.start.len || !x.day.len)
		return show_slots(rq, re, &x);
	if (!(web_user(rq)->roles & WEB_STAFF)) {
		x.name = json_text(json_get(me, "name"));
		x.phone = json_text(json_get(me, "phone"));
	}
	return show_who(rq, re, &x);
}

/* ---- booked ---- */

/* A refused day or time goes back to the times, anything else to the form. */
static enum http_outcome booked(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	struct booking *x = kept;
	struct str no = json_text(json_get(r->data, "booking_no")), code = json_text(json_get(r->data, "code"));
	(void)w;
	if (r->err != OK) {
		x->refused = &r->diag;
		if (!read_slots(rq, re, x))
			return HTTP_DONE;
		return x->move.len || strcmp(r->diag.place, "day") == 0 || strcmp(r->diag.place, "start") == 0 ? show_slots(rq, re, x) : show_who(rq, re, x);
	}
	if (code.len && web_case_secret_keep(rq, re, no, code) != OK)
		return web_problem(rq, re, 500, NULL);
	return http_redirect(re, arena_printf(rq->arena, "/hall/bookings/%.*s%s", STR_ARG(no), x->move.len ? "?moved=1" : "?new=1"));
}

static void put_text(struct json_builder *b, const char *key, struct str value)
{
	if (value.len)
		json_build_str(b, key, value);
}

enum http_outcome hall_book_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct booking *x = arena_new(rq->arena, struct booking);
	struct json_builder b;
	if (!x)
		return http_busy(rq, re);
	*x = (struct booking){ .web = web_of(arg), .day = web_text(rq, "day"), .start = web_text(rq, "start"), .move = web_text(rq, "move"),
	                       .name = web_text(rq, "name"), .phone = web_ascii(rq, web_text(rq, "phone")) };
	json_build_object_begin(&b, rq->arena);
	put_text(&b, "day", x->day);
	put_text(&b, "start", x->start);
	if (x->move.len) {
		json_build_str(&b, "booking_no", x->move);
		put_text(&b, "code", web_case_secret(rq, x->move));
		return web_command(rq, re, x->web, "booking.move", json_build_end(&b), booked, x);
	}
	json_build_str(&b, "item", http_param(rq, "impl_code"));
	put_text(&b, "name", x->name);
	put_text(&b, "phone", x->phone);
	if (web_user(rq)->roles & WEB_CLERK)
		put_text(&b, "source", web_text(rq, "source"));
	return web_command(rq, re, x->web, "booking.make", json_build_end(&b), booked, x);
}

/* ---- the slip ---- */

static const struct json *slip_params(struct http_request *rq, struct str no)
{
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "booking_no", no);
	put_text(&b, "code", web_case_secret(rq, no));
	return json_build_end(&b);
}

static enum http_outcome show_slip(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	struct str no = http_param(rq, "booking_no"), code = web_case_secret(rq, no);
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, "hall.booking", slip_params(rq, no), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "hall.slip", NULL, 0);
	json_build_str(&p.data, "code", code);
	json_build_str(&p.data, "qr", code.len ? web_qr_svg(rq->arena, code) : S(""));
	json_build_bool(&p.data, "fresh", http_query(rq, "new").len > 0);
	json_build_bool(&p.data, "moved", http_query(rq, "moved").len > 0);
	json_build_bool(&p.data, "counter", (web_user(rq)->roles & (WEB_CLERK | WEB_HEAD)) != 0);
	json_build_str(&p.data, "weekday_text", http_tr(rq, arena_printf(rq->arena, "weekday.%lld", (long long)json_i64(json_get(view, "weekday"), 1)).ptr));
	json_build_merge(&p.data, view);
	http_header_set(re, "Cache-Control", S("no-store"));
	if (refused)
		web_page_error(&p, str_of(refused->place), web_refusal(rq, refused));
	return web_page_send(&p, re, "hall/slip");
}

enum http_outcome hall_booking(struct http_request *rq, struct http_reply *re, void *arg) { return show_slip(rq, re, web_of(arg), NULL); }

static enum http_outcome given_up(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return show_slip(rq, re, w, &r->diag);
	http_flash(rq, re, "success", S("hall.cancelled"));
	return http_redirect(re, rq->path);
}

enum http_outcome hall_booking_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct str no = http_param(rq, "booking_no");
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "booking_no", no);
	put_text(&b, "code", web_case_secret(rq, no));
	put_text(&b, "reason", web_text(rq, "reason"));
	return web_command(rq, re, web_of(arg), "booking.cancel", json_build_end(&b), given_up, NULL);
}

/* ---- found again ---- */

static enum http_outcome show_find(struct http_request *rq, struct http_reply *re, struct web *w, struct str error)
{
	static const struct web_control number = { .id = "booking_no", .label = "hall.f.number", .hint = "hall.f.number.hint", .width = "20", .autocomplete = "off" };
	static const struct web_control code = { .id = "code", .label = "hall.f.code", .hint = "hall.f.code.hint", .inputmode = "numeric", .width = "10", .autocomplete = "off" };
	struct web_page p;
	web_page_begin(&p, rq, w, "hall.find", NULL, 0);
	web_page_control(&p, &number, web_text(rq, "booking_no"), error);
	web_page_control(&p, &code, web_text(rq, "code"), S(""));
	json_build_bool(&p.data, "known", web_user(rq)->actor.person != 0);
	return web_page_send(&p, re, "hall/find");
}

enum http_outcome hall_find(struct http_request *rq, struct http_reply *re, void *arg) { return show_find(rq, re, web_of(arg), S("")); }

enum http_outcome hall_find_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	struct str no = web_ascii(rq, web_text(rq, "booking_no")), code = web_ascii(rq, web_text(rq, "code"));
	const struct json *view;
	struct json_builder b;
	struct diag d;
	diag_init(&d);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "booking_no", no);
	json_build_str(&b, "code", code);
	if (web_view_try(rq, w, "hall.booking", json_build_end(&b), &view, &d) != OK)
		return show_find(rq, re, w, http_tr(rq, "err.hall.booking-unknown"));
	if (web_case_secret_keep(rq, re, no, code) != OK)
		return web_problem(rq, re, 500, NULL);
	return http_redirect(re, arena_printf(rq->arena, "/hall/bookings/%.*s", STR_ARG(no)));
}
