/* figures.c - how long people waited, how many were served, how many did not come; by service and by window, over days. */
#include "hall/hall_int.h"

/* Sums of a group; the members of both tables below. */
#define SUMS \
	"count(*) AS taken, sum(CASE WHEN t.state='done' THEN 1 ELSE 0 END) AS served, sum(CASE WHEN t.state='no-show' THEN 1 ELSE 0 END) AS no_shows," \
	" sum(CASE WHEN t.state='left' THEN 1 ELSE 0 END) AS gone, sum(CASE WHEN t.case_id IS NOT NULL THEN 1 ELSE 0 END) AS cases," \
	" sum(CASE WHEN t.called_ms IS NOT NULL THEN 1 ELSE 0 END) AS called, sum(CASE WHEN t.called_ms IS NOT NULL THEN t.waited_ms ELSE 0 END) AS waited_sum," \
	" max(CASE WHEN t.called_ms IS NOT NULL THEN t.waited_ms ELSE 0 END) AS waited_most, sum(t.warned) AS too_long," \
	" sum(CASE WHEN t.state='done' THEN t.ended_ms-t.called_ms ELSE 0 END) AS served_sum"

static int64_t minutes(int64_t ms, int64_t n) { return n > 0 ? (ms / n + HALL_MINUTE_MS / 2) / HALL_MINUTE_MS : 0; }

/* Sums in ms as means in minutes. */
static const struct json *as_minutes(struct view_ctx *v, const struct json *r)
{
	struct json_build o;
	int64_t called = json_i64(json_get(r, "called"), 0), served = json_i64(json_get(r, "served"), 0);
	json_build_object(&o, v->a);
	for (size_t m = 0; m < r->count; m++)
		if (str_find(r->members[m].key, S("_sum")) < 0 && !str_eqz(r->members[m].key, "waited_most"))
			json_set_key(&o, r->members[m].key, &r->members[m].value);
	json_set_i64(&o, "waited_mean", minutes(json_i64(json_get(r, "waited_sum"), 0), called));
	json_set_i64(&o, "waited_max", json_i64(json_get(r, "waited_most"), 0) / HALL_MINUTE_MS);
	json_set_i64(&o, "served_mean", minutes(json_i64(json_get(r, "served_sum"), 0), served));
	return json_built(&o);
}

static enum err put_groups(struct view_ctx *v, struct json_build *out, const char *name, const char *sql, calendar_day from, calendar_day until)
{
	struct store_query *q;
	struct json_build raw, list;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, from);
	store_bind_i64(q, 2, until);
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++)
		json_add(&list, as_minutes(v, &raw.value.items[i]));
	json_set(out, name, json_built(&list));
	return OK;
}

static enum err put_bookings(struct view_ctx *v, struct json_build *out, calendar_day from, calendar_day until)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT count(*) AS made, coalesce(sum(CASE WHEN state IN ('arrived', 'done') THEN 1 ELSE 0 END), 0) AS kept,"
	                        " coalesce(sum(CASE WHEN state='missed' THEN 1 ELSE 0 END), 0) AS missed, coalesce(sum(CASE WHEN state='cancelled' THEN 1 ELSE 0 END), 0) AS cancelled,"
	                        " coalesce(sum(CASE WHEN state='booked' THEN 1 ELSE 0 END), 0) AS ahead FROM hall_booking WHERE day>=?1 AND day<=?2", &q));
	store_bind_i64(q, 1, from);
	store_bind_i64(q, 2, until);
	TRY(rows_json(v, q, &list));
	json_set(out, "bookings", list.value.count ? &list.value.items[0] : NULL);
	return OK;
}

/* {from, to}: days, today unless said; at most a year. */
enum err view_hall_figures(struct view_ctx *v, struct json_build *out)
{
	struct hall_rules rules;
	calendar_day from, until, today = hall_today(v->cw, v->now_ms);
	enum { DAYS_MAX = 366 };
	if (!calendar_day_parse(param(v, "to"), &until))
		until = today;
	if (!calendar_day_parse(param(v, "from"), &from) || from > until)
		from = until;
	from = until - from > DAYS_MAX ? until - DAYS_MAX : from;
	hall_rules_get(v->c, v->a, &rules);
	json_set_str(out, "from", day_text(v->a, from));
	json_set_str(out, "to", day_text(v->a, until));
	json_set_i64(out, "wait_minutes_max", rules.wait_minutes_max);
	TRY(put_groups(v, out, "services", "SELECT s.letter, s.name, s.name_en, " SUMS " FROM hall_ticket t JOIN hall_service s ON s.id=t.service WHERE t.day>=?1 AND t.day<=?2"
	                                   " GROUP BY s.letter, s.name, s.name_en ORDER BY s.letter", from, until));
	TRY(put_groups(v, out, "windows", "SELECT w.code, w.number, w.name, w.name_en, " SUMS " FROM hall_ticket t JOIN hall_window w ON w.id=t.window_id WHERE t.day>=?1 AND t.day<=?2"
	                                  " GROUP BY w.code, w.number, w.name, w.name_en ORDER BY w.number", from, until));
	return put_bookings(v, out, from, until);
}
