/* demo_hall.c - the demo city's service hall: windows of six offices, bookings of the coming days, and the last days as they ran, in steps of a few
 * minutes: somebody comes, somebody is called, somebody is done. Refusals (nobody waits, nobody is called) are part of the day. */
#include "app/demo_int.h"

enum { STEP_MINUTES = 6, MINUTE_MS = 60000, DAY_MS = 86400000, OPENS = 9 * 60, CLOSES = 17 * 60, COMING_DAYS = 4 };

static const struct { const char *letter, *name, *name_en, *items; int minutes; } services[] = {
	{ "A", "企业开办与食品经营", "Business and food", "\"990102001-990100000000-000-1199010000000102XM-1-00\",\"990702002-990100000000-000-1199010000000102XM-1-00\","
	  "\"990702003-990100000000-000-1199010000000102XM-1-00\",\"990702004-990100000000-000-1199010000000102XM-1-00\"", 12 },
	{ "B", "工程建设", "Building", "\"990103001-990100000000-000-11990100000001038M-1-00\",\"990103002-990100000000-000-11990100000001038M-1-00\","
	  "\"990703003-990100000000-000-11990100000001038M-1-00\"", 18 },
	{ "C", "社会救助与老年优待", "Social support", "\"990708001-990100000000-000-11990100000001089X-1-00\",\"990508004-990100000000-000-11990100000001089X-1-00\","
	  "\"990508006-990100000000-000-11990100000001089X-1-00\"", 10 },
	{ "D", "户政与出入境", "Residence and passports", "\"990709001-990100000000-000-11990100000001097Q-1-00\",\"990709002-990100000000-000-11990100000001097Q-1-00\","
	  "\"990709004-990100000000-000-11990100000001097Q-1-00\"", 8 },
	{ "E", "就业与社会保障", "Work and insurance", "\"990510003-990100000000-000-1199010000000110X9-1-00\",\"990510008-990100000000-000-1199010000000110X9-1-00\"", 10 },
};
enum { SERVICES = sizeof services / sizeof *services };

static const struct { const char *code, *name, *name_en, *organ, *post, *services, *place; bool all; } windows[] = {
	{ "w1", "市场准入窗口", "Business", "1199010000000102XM", "market-clerk", "A", "一楼东区", false },
	{ "w2", "工程建设窗口", "Building", "11990100000001038M", "housing-clerk", "B", "二楼", false },
	{ "w3", "社会事务窗口", "Social support", "11990100000001089X", "civil-clerk", "C", "一楼东区", false },
	{ "w4", "户政窗口", "Residence", "11990100000001097Q", "police-clerk", "D", "一楼西区", false },
	{ "w5", "就业社保窗口", "Work and insurance", "1199010000000110X9", "labour-clerk", "E", "一楼西区", false },
	{ "w6", "综合窗口", "For all", "11990100000001134Y", "service-clerk", "A C D E", "一楼大厅", true },
};
enum { WINDOWS = sizeof windows / sizeof *windows };

/* A command given as the members of its JSON; person 0 = the system. Refused is fine. */
static enum err say(struct demo *x, const char *name, int64_t person, const char *members)
{
	struct demo_words words;
	struct casework_result r;
	(void)demo_begin(x, &words);
	buf_putz(&words.b, members);
	enum err e = demo_do(x, name, person, &words, &r);
	return e == OK || err_is_refusal(e) ? OK : e;
}

static struct str day_of(struct demo *x, int64_t ms)
{
	struct buf b;
	buf_init_in(&b, &x->arena, 64);
	calendar_instant_print(ms, x->offset_s, &b);
	return str_sub(buf_str(&b), 0, 10);
}

static int64_t midnight(const struct demo *x, int64_t ms)
{
	return calendar_day_start_ms(calendar_day_at(ms, x->offset_s), x->offset_s);
}

/* ---- what the office says ---- */

static enum err furnish(struct demo *x)
{
	for (size_t i = 0; i < SERVICES; i++)
		TRY(say(x, "hall.service", 0, arena_printf(&x->arena, "\"letter\":\"%s\",\"name\":\"%s\",\"name_en\":\"%s\",\"minutes\":%d,\"items\":[%s]", services[i].letter, services[i].name,
		                                           services[i].name_en, services[i].minutes, services[i].items).ptr));
	for (size_t i = 0; i < WINDOWS; i++) {
		TRY(say(x, "hall.window", 0, arena_printf(&x->arena, "\"code\":\"%s\",\"number\":%zu,\"name\":\"%s\",\"name_en\":\"%s\",\"organ\":\"%s\",\"post\":\"%s\",\"services\":\"%s\",\"place\":\"%s\","
		                                          "\"comprehensive\":%s", windows[i].code, i + 1, windows[i].name, windows[i].name_en, windows[i].organ, windows[i].post,
		                                          windows[i].services, windows[i].place, windows[i].all ? "true" : "false").ptr));
		TRY(say(x, "hall.hours", 0, arena_printf(&x->arena, "\"window\":\"%s\",\"slots\":2,\"slot_minutes\":30,\"mon\":\"09:00-12:00 13:30-17:00\",\"tue\":\"09:00-12:00 13:30-17:00\","
		                                         "\"wed\":\"09:00-12:00 13:30-17:00\",\"thu\":\"09:00-12:00 13:30-17:00\",\"fri\":\"09:00-12:00 13:30-17:00\"%s", windows[i].code,
		                                         windows[i].all ? ",\"sat\":\"09:30-11:30\"" : "").ptr));
	}
	int64_t next_week = x->o->now_ms + 7LL * DAY_MS;
	return say(x, "hall.day", 0, arena_printf(&x->arena, "\"window\":\"w2\",\"day\":\"%.*s\",\"kind\":\"closed\",\"reason\":\"业务系统升级\",\"reason_en\":\"Upgrade of the system\"",
	                                          STR_ARG(day_of(x, next_week))).ptr);
}

static const char *first_item(struct demo *x, size_t service)
{
	struct str rest = str_sub(str_of(services[service].items), 1, SIZE_MAX);
	return arena_z(&x->arena, str_cut(&rest, '"'));
}

/* By account and without one; on days that are off a booking is refused. */
static enum err book(struct demo *x)
{
	for (int d = 0; d <= COMING_DAYS; d++)
		for (int i = 0; i < 9; i++) {
			const struct demo_citizen *who = &x->citizens[demo_between(&x->hall, 0, DEMO_CITIZENS - 1)];
			int slot = (int)demo_between(&x->hall, 0, 5);
			TRY(say(x, "booking.make", demo_percent(&x->hall, 40) ? who->person : 0,
			        arena_printf(&x->arena, "\"item\":\"%s\",\"day\":\"%.*s\",\"start\":\"%02d:%s\",\"name\":\"%.*s\",\"phone\":\"%.*s\"",
			                     first_item(x, (size_t)demo_between(&x->hall, 0, SERVICES - 1)), STR_ARG(day_of(x, x->o->now_ms + (int64_t)d * DAY_MS)), 9 + slot / 2, slot % 2 ? "30" : "00",
			                     STR_ARG(who->name), STR_ARG(who->phone)).ptr));
		}
	return OK;
}

/* ---- the days at the counter ---- */

static int64_t clerk_of(const struct demo *x, size_t window)
{
	const struct demo_post *post = map_get(&x->clerks, str_of(windows[window].organ));
	return post ? post->a : 0;
}

static enum err come(struct demo *x)
{
	static const char *const kinds[] = { "ordinary", "ordinary", "ordinary", "ordinary", "ordinary", "ordinary", "ordinary", "elderly", "disabled", "soldier" };
	return say(x, "queue.take", 0, arena_printf(&x->arena, "\"service\":\"%s\",\"priority\":\"%s\"", services[demo_between(&x->hall, 0, SERVICES - 1)].letter,
	                                            kinds[demo_between(&x->hall, 0, 9)]).ptr);
}

static enum err work(struct demo *x, size_t window)
{
	int64_t clerk = clerk_of(x, window);
	if (!demo_percent(&x->hall, 45))
		return OK;
	TRY(say(x, demo_percent(&x->hall, 6) ? "queue.no_show" : "queue.finish", clerk, ""));
	return say(x, "queue.call", clerk, "");
}

enum err demo_hall_minute(struct demo *x, const struct demo_task *t)
{
	for (size_t i = 0; i < WINDOWS && t->step == 0; i++)
		TRY(say(x, "hall.sit", clerk_of(x, i), arena_printf(&x->arena, "\"window\":\"%s\"", windows[i].code).ptr));
	TRY(come(x));
	if (demo_percent(&x->hall, 60))
		TRY(come(x));
	for (size_t i = 0; i < WINDOWS; i++)
		TRY(work(x, i));
	return OK;
}

/* Working days from now to the end, as far as they are over then. */
static void write_days(struct demo *x)
{
	int64_t first = midnight(x, os_now_ms(x->clock)), last = midnight(x, x->o->now_ms);
	for (int64_t day = first; day <= last; day += DAY_MS) {
		if (!calendar_is_working_day(x->calendar, calendar_day_at(day, x->offset_s)))
			continue;
		for (int m = OPENS, step = 0; m < CLOSES - 30; m += STEP_MINUTES, step++) {
			int64_t at_ms = day + (int64_t)m * MINUTE_MS;
			bool lunch = m >= 12 * 60 && m < 13 * 60 + 30;
			if (!lunch && at_ms > os_now_ms(x->clock) && at_ms < x->o->now_ms)
				demo_write_down(x, (struct demo_task){ .deed = DEED_HALL, .step = step, .at_ms = at_ms });
		}
	}
}

enum err demo_hall(struct demo *x)
{
	x->hall = (struct demo_chance){ 20260331 };
	TRY(furnish(x));
	TRY(book(x));
	write_days(x);
	return OK;
}

/* The first window is left to whoever tries the demonstration as a clerk. */
enum err demo_hall_now(struct demo *x)
{
	for (size_t i = 1; i < WINDOWS; i++)
		TRY(say(x, "hall.sit", clerk_of(x, i), arena_printf(&x->arena, "\"window\":\"%s\"", windows[i].code).ptr));
	TRY(say(x, "queue.finish", clerk_of(x, 0), ""));
	TRY(say(x, "hall.rise", clerk_of(x, 0), ""));
	for (int i = 0; i < 10; i++)
		TRY(come(x));
	for (size_t i = 2; i < WINDOWS; i++)
		TRY(say(x, "queue.call", clerk_of(x, i), ""));
	return OK;
}
