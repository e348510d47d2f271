/* hall_setup.c - what the office says of its hall: services and windows on one page, a window's data, hours and days on its own. */
#include "web/hall_int.h"

#define DEEDS(list) .deeds = list, .deeds_count = sizeof list / sizeof *list

#define WINDOW_FIELDS \
	"number=hall.f.window_number name=hall.f.zh name_en=hall.f.en organ=hall.f.organ post=hall.f.post services/letters=hall.f.services place=hall.f.place" \
	" comprehensive=hall.comprehensive enabled=hall.f.enabled"
static const struct web_desk_whole new_window = { .typed = "code", .part = "windows", .fields = WINDOW_FIELDS };
static const struct web_desk_whole service_whole = { .typed = "letter", .part = "services",
	.fields = "name=hall.f.zh name_en=hall.f.en minutes=hall.f.minutes items=hall.f.items enabled=hall.f.enabled" };
static const struct web_deed all_deeds[] = {
	{ "service", "hall.service", "letter name name_en minutes:int items enabled:bool", "hall.saved", NULL, &service_whole },
	{ "window", "hall.window", "code number:int name name_en organ post place services comprehensive:bool enabled:bool", "hall.saved", NULL, &new_window },
	{ "day", "hall.day", "day kind hours reason reason_en", "hall.saved", NULL },
};
static const struct web_desk all = { .view = "hall.setup", .title = "hall.setup", .template = "hall/setup", .wide = true, DEEDS(all_deeds) };

static const struct web_desk_whole window_whole = { "code=window", "windows", WINDOW_FIELDS };
static const struct web_deed one_deeds[] = {
	{ "window", "hall.window", "code number:int name name_en organ post place services comprehensive:bool enabled:bool", "hall.saved", NULL, &window_whole },
	{ "hours", "hall.hours", "window:path from slots:int slot_minutes:int mon tue wed thu fri sat sun", "hall.saved", NULL },
	{ "day", "hall.day", "window:path day kind hours reason reason_en", "hall.saved", NULL },
};
static const struct web_desk one = { .view = "hall.setup", .path = "window", .title = "hall.setup.window", .template = "hall/setup_window", DEEDS(one_deeds) };

enum http_outcome hall_setup(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &all); }
enum http_outcome hall_setup_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &all); }
enum http_outcome hall_setup_window(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_show(rq, re, web_of(arg), &one); }
enum http_outcome hall_setup_window_do(struct http_request *rq, struct http_reply *re, void *arg) { return web_desk_do(rq, re, web_of(arg), &one); }
