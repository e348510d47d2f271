/* hall_desk.c - the clerk's screen at the counter, made for the keyboard: the number called, who waits, one's own work; a key each, shown on the
 * page, and every key is a button or a link that works without it. */
#include "web/hall_int.h"
#include "web/staff_int.h"

enum { WORK_SHOWN = 50 };

static const struct json *my_work(struct http_request *rq, struct web *w)
{
	struct json_builder b;
	const struct json *view;
	struct diag d;
	diag_init(&d);
	json_build_object_begin(&b, rq->arena);
	json_build_str(&b, "scope", S("mine"));
	json_build_i64(&b, "limit", WORK_SHOWN);
	return web_view_try(rq, w, "worklist", json_build_end(&b), &view, &d) == OK ? web_dress(rq, view) : NULL;
}

/* Where the application is taken in: of the number's item, or the list of items. */
static struct str intake_href(struct http_request *rq, const struct json *current)
{
	struct str item = json_text(json_path(current, "item.impl_code")), number = json_text(json_get(current, "number"));
	return arena_printf(rq->arena, item.len ? "/staff/counter/%.*s?ticket=%.*s" : "/staff/counter%.*s?ticket=%.*s", STR_ARG(item), STR_ARG(number));
}

static void put_desk(struct web_page *p, const struct json *view)
{
	struct http_request *rq = p->rq;
	const struct json *work = my_work(rq, p->web), *rows = json_get(work, "rows"), *current = json_get(view, "current");
	bool called = current && current->kind == JSON_OBJECT, seated = json_get(view, "seat") && json_get(view, "seat")->kind == JSON_OBJECT;
	json_build_value(&p->data, "work", rows);
	json_build_bool(&p->data, "has_work", rows && rows->count > 0);
	json_build_value(&p->data, "work_counts", json_get(work, "counts"));
	json_build_bool(&p->data, "is_called", called);
	json_build_bool(&p->data, "is_free", seated && !called);
	json_build_bool(&p->data, "is_seated", seated);
	json_build_str(&p->data, "intake", called ? intake_href(rq, current) : S("/staff/counter"));
	if (!called)
		return;
	json_build_value(&p->data, "item_options", hall_options(rq, json_get(view, "items"), "impl_code", "name", NULL));
	json_build_value(&p->data, "service_options", hall_options(rq, json_get(view, "services"), "letter", "name", NULL));
}

static enum http_outcome show(struct http_request *rq, struct http_reply *re, struct web *w, const struct diag *refused)
{
	const struct json *view;
	struct web_page p;
	struct json_builder scripts;
	if (!web_view(rq, re, w, "hall.desk", web_params(rq, "for", S("me")), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "hall.desk", NULL, 0);
	put_desk(&p, view);
	json_build_str(&p.data, "here", rq->path);
	json_build_str(&p.data, "typed_case_no", web_text(rq, "case_no"));
	json_build_merge(&p.data, view);
	json_build_array_begin(&scripts, rq->arena);
	json_build_str(&scripts, "", S("keys.js"));
	json_build_value(&p.page, "scripts", json_build_end(&scripts));
	json_build_bool(&p.page, "wide", true);
	if (refused)
		web_page_error(&p, str_of(refused->place), web_refusal(rq, refused));
	return web_page_send(&p, re, "hall/desk");
}

static enum http_outcome desk(struct http_request *rq, struct http_reply *re, void *arg) { return show(rq, re, web_of(arg), NULL); }

/* ---- deeds ---- */

static const struct deed { const char *id, *command, *fields, *done; } deeds[] = {
	{ "sit", "hall.sit", "window", "hall.done.sit" }, { "rise", "hall.rise", "", "hall.done.rise" },
	{ "call", "queue.call", "number", NULL }, { "recall", "queue.recall", "", "hall.done.recall" },
	{ "skip", "queue.skip", "", "hall.done.skip" }, { "no-show", "queue.no_show", "", "hall.done.no_show" },
	{ "transfer", "queue.transfer", "service", "hall.done.transfer" }, { "finish", "queue.finish", "case_no note", "hall.done.finish" },
};

static enum http_outcome carried_out(struct http_request *rq, struct http_reply *re, struct web *w, const struct web_result *r, void *kept)
{
	const struct deed *d = kept;
	if (r->err != OK)
		return show(rq, re, w, &r->diag);
	if (d->done)
		http_flash(rq, re, "success", str_of(d->done));
	return http_redirect(re, rq->path);
}

static enum http_outcome desk_do(struct http_request *rq, struct http_reply *re, void *arg)
{
	const struct deed *d = NULL;
	struct json_builder b;
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (str_eqz(http_field(rq, "deed"), deeds[i].id))
			d = &deeds[i];
	if (!d)
		return web_not_found(rq, re);
	json_build_object_begin(&b, rq->arena);
	for (struct str rest = str_of(d->fields), name = str_cut(&rest, ' '); name.len; name = str_cut(&rest, ' ')) {
		const char *key = arena_z(rq->arena, name);
		struct str value = key ? web_text(rq, key) : S("");
		if (value.len)
			json_build_str(&b, key, value);
	}
	return web_command(rq, re, web_of(arg), d->command, json_build_end(&b), carried_out, (void *)(uintptr_t)d);
}

/* ---- lists and figures ---- */

static const struct staff_column booking_columns[] = {
	{ "hall.f.number", "booking_no" }, { "hall.col.day", "day" }, { "hall.col.start", "start" }, { "hall.col.window", "window_number" }, { "staff.col.item", "item.name" },
	{ "hall.f.name", "name" }, { "hall.f.phone", "phone" }, { "hall.col.status", "status" },
};

static enum http_outcome bookings(struct http_request *rq, struct http_reply *re, void *arg)
{
	struct web *w = web_of(arg);
	const struct json *view;
	struct web_page p;
	if (staff_wants_csv(rq))
		return staff_csv(rq, re, w, "hall.bookings", "day state window", booking_columns, sizeof booking_columns / sizeof *booking_columns, "bookings");
	if (!web_view(rq, re, w, "hall.bookings", web_params_query(rq, "day state window cursor limit:int"), &view))
		return HTTP_DONE;
	web_page_begin(&p, rq, w, "hall.bookings", NULL, 0);
	web_page_list(&p, view, "/staff/hall/bookings");
	json_build_str(&p.data, "day", json_text(json_get(view, "day")));
	json_build_str(&p.data, "day_text", json_text(json_get(view, "day_text")));
	json_build_value(&p.data, "states", staff_choices(rq, "booked arrived done missed cancelled", http_query(rq, "state")));
	json_build_str(&p.data, "csv", staff_csv_href(rq, "/staff/hall/bookings"));
	json_build_bool(&p.page, "wide", true);
	return web_page_send(&p, re, "hall/bookings");
}

static const struct web_desk figures = { .view = "hall.figures", .params = "from to", .title = "hall.figures", .template = "hall/figures", .wide = true };
static enum http_outcome figures_show(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &figures); }

#define COUNTER (WEB_CLERK | WEB_HEAD)
#define ARRANGES (WEB_ADMIN | WEB_HEAD)

static const struct http_route routes[] = {
	{ HTTP_GET, "/staff/hall", COUNTER, desk, "hall.desk" },
	{ HTTP_POST, "/staff/hall", COUNTER, desk_do, "hall.desk.do" },
	{ HTTP_GET, "/staff/hall/bookings", COUNTER | WEB_OVERSIGHT | WEB_ADMIN, bookings, "hall.bookings" },
	{ HTTP_GET, "/staff/hall/figures", COUNTER | WEB_OVERSIGHT | WEB_ADMIN, figures_show, "hall.figures" },
	{ HTTP_GET, "/staff/hall/setup", ARRANGES, hall_setup, "hall.setup" },
	{ HTTP_POST, "/staff/hall/setup", ARRANGES, hall_setup_do, "hall.setup.do" },
	{ HTTP_GET, "/staff/hall/setup/{window}", ARRANGES, hall_setup_window, "hall.setup.window" },
	{ HTTP_POST, "/staff/hall/setup/{window}", ARRANGES, hall_setup_window_do, "hall.setup.window.do" },
};

size_t web_routes_hall_staff(const struct http_route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
