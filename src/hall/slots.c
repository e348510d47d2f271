/* slots.c - places of a slot: which is free, and what is left of the days that may be booked. */
#include "hall/hall_int.h"

int64_t slot_place(struct store_conn *c, int64_t window, int64_t day, int64_t start_min, int64_t places, int64_t except)
{
	struct store_query *q;
	int64_t place = 0;
	if (store_prepare(c, "SELECT place FROM hall_booking WHERE window_id=?1 AND day=?2 AND start_min=?3 AND live=1 AND id<>?4 ORDER BY place", &q) != OK)
		return -1;
	store_bind_i64(q, 1, window);
	store_bind_i64(q, 2, day);
	store_bind_i64(q, 3, start_min);
	store_bind_i64(q, 4, except);
	for (bool row = true; store_step(q, &row) == OK && row && store_col_i64(q, 0) <= place;)
		place++;
	store_reset(q);
	return place < places ? place : -1;
}

/* ---- the days that may be booked ---- */

struct day_slots { int64_t free[HALL_DAY_MINUTES], all[HALL_DAY_MINUTES], end[HALL_DAY_MINUTES]; };

static enum err add_window(struct view_ctx *v, const struct hall_window *w, calendar_day day, const struct hall_open *o, struct day_slots *s)
{
	struct store_query *q;
	for (int m = 0; m < HALL_DAY_MINUTES; m++)
		if (hall_slot_at(o, m)) {
			s->free[m] += o->slots;
			s->all[m] += o->slots;
			s->end[m] = m + o->slot_minutes;
		}
	TRY(store_prepare(v->c, "SELECT start_min, count(*) FROM hall_booking WHERE window_id=?1 AND day=?2 AND live=1 GROUP BY start_min", &q));
	store_bind_i64(q, 1, w->id);
	store_bind_i64(q, 2, day);
	for (;;) {
		bool row;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		if (hall_slot_at(o, store_col_i64(q, 0)))
			s->free[store_col_i64(q, 0)] -= store_col_i64(q, 1);
	}
}

/* What begins too soon has no place left, and says why. */
static void put_slots(struct view_ctx *v, const struct day_slots *s, calendar_day day, int64_t earliest_ms, struct json_build *out)
{
	struct json_build list;
	int64_t left = 0;
	json_build_array(&list, v->a);
	for (int m = 0; m < HALL_DAY_MINUTES; m++) {
		struct json_build o;
		bool soon = hall_instant(v->cw, day, m) < earliest_ms;
		if (!s->all[m])
			continue;
		json_build_object(&o, v->a);
		json_set_str(&o, "start", hall_time_text(v->a, m));
		json_set_str(&o, "end", hall_time_text(v->a, s->end[m]));
		json_set_i64(&o, "places", s->all[m]);
		json_set_i64(&o, "free", soon || s->free[m] < 0 ? 0 : s->free[m]);
		json_set_bool(&o, "soon", soon);
		json_add(&list, json_built(&o));
		left += soon || s->free[m] < 0 ? 0 : s->free[m];
	}
	json_set(out, "slots", json_built(&list));
	json_set_i64(out, "free", left);
}

static enum err put_day(struct view_ctx *v, const struct hall_ids *ids, calendar_day day, int64_t earliest_ms, struct json_build *list)
{
	struct day_slots *s = arena_new(v->a, struct day_slots);
	struct hall_open first = { .why = "no-hours", .reason = S(""), .reason_en = S("") };
	struct json_build o;
	bool open = false;
	if (!s)
		return ERR_NOMEM;
	*s = (struct day_slots){ { 0 }, { 0 }, { 0 } };
	for (size_t i = 0; i < ids->count; i++) {
		struct hall_window w;
		struct hall_open opened;
		TRY(window_get(v->c, v->a, ids->at[i], &w));
		TRY(window_open(v->cw, v->c, v->a, &w, day, &opened));
		if (i == 0)
			first = opened;
		open = open || opened.open;
		TRY(add_window(v, &w, day, &opened, s));
	}
	json_build_object(&o, v->a);
	json_set_str(&o, "day", day_text(v->a, day));
	json_set_i64(&o, "weekday", calendar_weekday(day));
	json_set_bool(&o, "open", open);
	json_set_str(&o, "why", str_of(open ? "hours" : first.why));
	json_set_str(&o, "reason", open ? S("") : first.reason);
	json_set_str(&o, "reason_en", open ? S("") : first.reason_en);
	put_slots(v, s, day, earliest_ms, &o);
	json_add(list, json_built(&o));
	return OK;
}

/* {item, from?, days?}: places left, day by day, over all windows that serve the item. */
enum err view_hall_slots(struct view_ctx *v, struct json_build *out)
{
	struct hall_rules rules;
	struct hall_service s;
	struct hall_ids ids;
	struct json_build list;
	const struct json *row;
	int64_t item = row_i64_str(v->c, "SELECT id FROM item WHERE impl_code=?1 AND live=1", param(v, "item"), 0), days;
	calendar_day today = hall_today(v->cw, v->now_ms), from = today, asked;
	if (!item)
		return ERR_NOT_FOUND;
	hall_rules_get(v->c, v->a, &rules);
	if (calendar_day_parse(param(v, "from"), &asked) && asked > today)
		from = asked;
	if (!str_to_i64(param(v, "days"), &days) || days < 1 || days > rules.horizon_days)
		days = rules.horizon_days;
	TRY(item_row_json(v, item, &row));
	json_set(out, "item", row);
	enum err e = service_get(v->c, v->a, service_of_item(v->c, item), &s);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	json_set_bool(out, "bookable", e == OK);
	json_set_str(out, "letter", e == OK ? s.letter : S(""));
	json_build_array(&list, v->a);
	ids.count = 0;
	if (e == OK)
		TRY(window_ids(v->c, s.id, true, &ids));
	for (int64_t i = 0; e == OK && i < days && from + i <= today + rules.horizon_days; i++)
		TRY(put_day(v, &ids, (calendar_day)(from + i), v->now_ms + rules.lead_minutes * HALL_MINUTE_MS, &list));
	json_set(out, "days", json_built(&list));
	json_set_i64(out, "horizon_days", rules.horizon_days);
	json_set_i64(out, "lead_minutes", rules.lead_minutes);
	return OK;
}
