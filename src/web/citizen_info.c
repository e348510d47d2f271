/* citizen_info.c - the working days of a year, help, accessibility. */
#include "calendar/calendar.h"
#include "web/citizen.h"

static void put_year(struct json_builder *b, struct arena *a, const char *key, int64_t year)
{
	json_build_str(b, key, year >= 2007 && year <= 2099 ? arena_printf(a, "%lld", (long long)year) : S(""));
}

/* Only the days that differ from Monday to Friday: off on a weekday, working at a weekend. */
static const struct json *special_days(struct http_request *rq, const struct json *v)
{
	const struct json *days = json_get(v, "days");
	struct json_builder list, b;
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; days && days->kind == JSON_ARRAY && i < days->count; i++) {
		calendar_day day;
		if (!calendar_day_parse(json_text(json_get(&days->items[i], "date")), &day))
			continue;
		int weekday = calendar_weekday(day);
		bool off = json_bool(json_get(&days->items[i], "off"), false);
		if (off == (weekday > 5))
			continue;
		const char *key = arena_printf(rq->arena, "weekday.%d", weekday).ptr;
		json_build_object_begin(&b, rq->arena);
		json_build_str(&b, "weekday", key ? http_tr(rq, key) : S(""));
		json_build_str(&b, "name", S(""));
		json_build_merge(&b, &days->items[i]);
		json_build_value(&list, "", json_build_end(&b));
	}
	return json_build_end(&list);
}

CITIZEN_HANDLER(citizen_calendar)
{
	struct web *w = web_of(arg);
	const struct json *v;
	int64_t year;
	struct json_builder params;
	struct str wanted = http_query(rq, "year");
	if (!wanted.ptr || !str_to_i64(wanted, &year) || year < 2007 || year > 2099)
		(void)str_to_i64(str_sub(web_today(rq, w), 0, 4), &year);
	json_build_object_begin(&params, rq->arena);
	json_build_i64(&params, "year", year);
	if (!web_view(rq, re, w, "calendar", json_build_end(&params), &v))
		return HTTP_DONE;
	struct web_page p;
	struct str title = arena_printf(rq->arena, "%lld", (long long)year);
	web_page_begin(&p, rq, w, "citizen.calendar.title", &title, 1);
	web_page_crumb(&p, S(""), http_tr(rq, "common.nav.calendar"));
	put_year(&p.data, rq->arena, "previous", year - 1);
	put_year(&p.data, rq->arena, "following", year + 1);
	json_build_value(&p.data, "days", special_days(rq, v));
	json_build_merge(&p.data, v);
	return web_page_send(&p, re, "citizen/calendar");
}

CITIZEN_HANDLER(citizen_help)
{
	static const char *const topics[] = { "apply", "clock", "missing", "wrong" };
	struct web_page p;
	struct json_builder list;
	web_page_begin(&p, rq, web_of(arg), "citizen.help.title", NULL, 0);
	web_page_crumb(&p, S(""), http_tr(rq, "common.nav.help"));
	json_build_array_begin(&list, rq->arena);
	for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
		json_build_str(&list, "", str_of(topics[i]));
	json_build_value(&p.data, "topics", json_build_end(&list));
	return web_page_send(&p, re, "citizen/help");
}

CITIZEN_HANDLER(citizen_accessibility)
{
	struct web_page p;
	web_page_begin(&p, rq, web_of(arg), "citizen.accessibility.title", NULL, 0);
	web_page_crumb(&p, S(""), http_tr(rq, "common.nav.accessibility"));
	return web_page_send(&p, re, "citizen/accessibility");
}
