/* hall.c - the service hall for everybody: what is open today, a window with its week, the kiosk, one number, the calling screen. */
#include "web/account_int.h"
#include "web/hall_int.h"

#define DESK(name) \
	static enum http_outcome name##_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &name); }

static const struct web_desk hall = { .view = "hall", .title = "hall.title", .template = "hall/hall" };
DESK(hall)
static const struct web_desk window = { .view = "hall.counter", .path = "window", .title = "hall.window", .template = "hall/window" };
DESK(window)
static const struct web_desk own = { .view = "my.bookings", .params = "cursor limit:int", .title = "hall.my", .template = "hall/my", .list = "/my/bookings" };
DESK(own)

const struct json *hall_options(struct http_request *rq, const struct json *rows, const char *code, const char *text, const char *first)
{
	struct json_builder list, one;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = first ? 0 : 1; i <= (rows ? rows->count : 0); i++) {
		const struct json *r = i ? &rows->items[i - 1] : NULL;
		json_build_object_begin(&one, rq->arena);
		json_build_str(&one, "code", r ? json_text(json_get(r, code)) : S(""));
		json_build_str(&one, "text", r ? json_text(json_get(r, text)) : http_tr(rq, first));
		json_build_value(&list, "", json_build_end(&one));
	}
	return json_build_end(&list);
}

static void put_script(struct web_page *p, const char *name)
{
	struct json_builder scripts;
	json_build_array_begin(&scripts, p->rq->arena);
	json_build_str(&scripts, "", str_of(name));
	json_build_value(&p->page, "scripts", json_build_end(&scripts));
}

/* ---- live pages: the part that changes is asked for again whenever something in the hall has changed ---- */

static bool wants_part(struct http_request *rq) { return str_eqz(http_query(rq, "part"), "live"); }

static enum http_outcome send_part(struct http_request *rq, struct http_reply *re, const char *template, const struct json *data)
{
	http_header_set(re, "Cache-Control", S("no-store"));
	return http_fragment(rq, re, 200, template, data);
}

static enum http_outcome events(struct http_request *rq, struct http_reply *re, void *arg)
{
	return web_stream(rq, re, web_of(arg), "hall");
}

/* The first one called is the one called out. */
static const struct json *with_newest(struct http_request *rq, const struct json *view)
{
	const struct json *called = json_get(view, "called");
	struct json_builder b;
	json_build_object_begin(&b, rq->arena);
	json_build_value(&b, "newest", called && called->count ? &called->items[0] : NULL);
	json_build_bool(&b, "english", str_eqz(rq->language, "en"));
	json_build_merge(&b, view);
	return json_build_end(&b);
}

static enum http_outcome screen(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (!web_view(rq, re, w, "hall.screen", web_params(rq, "for", S("all")), &view))
		return HTTP_DONE;
	if (wants_part(rq))
		return send_part(rq, re, "hall/_screen", with_newest(rq, view));
	web_page_begin(&p, rq, w, "hall.screen", NULL, 0);
	json_build_merge(&p.data, with_newest(rq, view));
	put_script(&p, "hall.js");
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "hall/screen");
}

static enum http_outcome ticket(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	struct str number;
	if (!web_view(rq, re, w, "hall.ticket", web_params(rq, "ticket", http_param(rq, "ticket")), &view))
		return HTTP_DONE;
	if (wants_part(rq))
		return send_part(rq, re, "hall/_ticket", view);
	number = json_text(json_get(view, "number"));
	web_page_begin(&p, rq, w, "hall.ticket", &number, 1);
	json_build_str(&p.data, "qr", web_qr_svg(rq->arena, arena_printf(rq->arena, "%.*s%.*s", STR_ARG(account_base(rq, w)), STR_ARG(rq->path))));
	json_build_bool(&p.data, "kiosk", http_query(rq, "kiosk").len > 0);
	json_build_merge(&p.data, view);
	put_script(&p, "hall.js");
	return web_page_send(&p, re, "hall/ticket");
}

/* ---- the kiosk ---- */

static const struct json *service_of(const struct json *hall_view, struct str letter)
{
	const struct json *list = json_get(hall_view, "services");
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "letter")), letter))
			return &list->items[i];
	return NULL;
}

static enum http_outcome kiosk_page(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	const struct json *view;
	struct web_page p;
	struct str letter = http_field(rq, "service").len ? http_field(rq, "service") : http_query(rq, "service");
	if (!web_view(rq, re, w, "hall", web_params(rq, "for", S("all")), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "hall.kiosk", NULL, 0);
	json_build_value(&p.data, "chosen", letter.len ? service_of(view, letter) : NULL);
	json_build_str(&p.data, "code", web_text(rq, "code"));
	json_build_merge(&p.data, view);
	if (refused)
		web_page_error(&p, str_of(refused->place), web_refusal(rq, refused));
	return web_page_send(&p, re, "hall/kiosk");
}

static enum http_outcome kiosk(struct http_request *rq, struct http_reply *re, void *arg) { return kiosk_page(rq, re, web_of(arg), NULL); }

static enum http_outcome number_taken(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	(void)kept;
	if (r->err != OK)
		return kiosk_page(rq, re, w, &r->diag);
	return http_redirect(re, arena_printf(rq->arena, "/hall/tickets/%lld?kiosk=1", (long long)json_i64(json_get(r->data, "ticket"), 0)));
}

static enum http_outcome kiosk_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct json_builder b;
	bool booked = str_eqz(http_field(rq, "deed"), "check-in");
	json_build_object_begin(&b, rq->arena);
	if (booked) {
		json_build_str(&b, "code", web_ascii(rq, web_text(rq, "code")));
	} else {
		json_build_str(&b, "service", web_text(rq, "service"));
		json_build_str(&b, "item", web_text(rq, "item"));
		json_build_str(&b, "priority", web_text(rq, "priority"));
	}
	return web_command(rq, re, web_of(arg), booked ? "queue.check_in" : "queue.take", json_build_end(&b), number_taken, NULL);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/hall", WEB_ANY, hall_show, "hall" },
	{ HTTP_GET, "/hall/windows/{window}", WEB_ANY, window_show, "hall.window" },
	{ HTTP_GET, "/hall/screen", WEB_ANY, screen, "hall.screen" },
	{ HTTP_GET, "/hall/events", WEB_ANY, events, "hall.events" },
	{ HTTP_GET, "/hall/kiosk", WEB_ANY, kiosk, "hall.kiosk" },
	{ HTTP_POST, "/hall/kiosk", WEB_ANY, kiosk_do, "hall.kiosk.do" },
	{ HTTP_GET, "/hall/tickets/{ticket:int}", WEB_ANY, ticket, "hall.ticket" },
	{ HTTP_GET, "/hall/book", WEB_ANY, hall_book, "hall.book" },
	{ HTTP_GET, "/hall/book/{impl_code}", WEB_ANY, hall_book_item, "hall.book.item" },
	{ HTTP_POST, "/hall/book/{impl_code}", WEB_ANY, hall_book_do, "hall.book.do" },
	{ HTTP_GET, "/hall/bookings", WEB_ANY, hall_find, "hall.find" },
	{ HTTP_POST, "/hall/bookings", WEB_ANY, hall_find_do, "hall.find.do" },
	{ HTTP_GET, "/hall/bookings/{booking_no}", WEB_ANY, hall_booking, "hall.booking" },
	{ HTTP_POST, "/hall/bookings/{booking_no}", WEB_ANY, hall_booking_do, "hall.booking.do" },
	{ HTTP_GET, "/my/bookings", WEB_LOGIN, own_show, "hall.my" },
};

size_t web_routes_hall(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
