/* public.c - what everybody may see: the hall today, a window with its week, the calling screen, one number. Numbers and windows, never the name of
 * whoever waits. Who sits at the window, or where he is and who acts, is public: the notice of absence. */
#include "hall/hall_int.h"

/* ---- a window ---- */

static const char *status_now(const struct hall_open *o, int64_t minute)
{
	if (!o->open)
		return "closed";
	if (hall_open_at(o, minute))
		return "open";
	return minute < o->spans.at[0].from ? "before" : minute >= o->spans.at[o->spans.count - 1].until ? "after" : "break";
}

static void put_open(struct view_ctx *v, const struct hall_open *o, struct json_build *out)
{
	json_set_str(out, "hours", hall_spans_text(v->a, &o->spans));
	json_set_str(out, "why", str_of(o->why));
	json_set_str(out, "reason", o->reason);
	json_set_str(out, "reason_en", o->reason_en);
}

static enum err put_presence(struct view_ctx *v, int64_t post, struct json_build *out)
{
	struct json_build who;
	json_build_object(&who, v->a);
	enum err e = post ? post_presence(v, post, &who) : OK;
	if (view_lost(v, e))
		view_unknown(v, out, "presence");
	else if (e == OK)
		json_set(out, "presence", post ? json_built(&who) : NULL);
	return view_lost(v, e) ? OK : e;
}

static enum err put_window(struct view_ctx *v, const struct hall_window *w, struct json_build *out)
{
	struct hall_open o;
	TRY(window_open(v->cw, v->c, v->a, w, hall_today(v->cw, v->now_ms), &o));
	json_set_str(out, "code", w->code);
	json_set_i64(out, "number", w->number);
	json_set_str(out, "name", w->name);
	json_set_str(out, "name_en", w->name_en.len ? w->name_en : w->name);
	json_set_str(out, "place", w->place);
	json_set_bool(out, "comprehensive", w->comprehensive);
	set_named(out, v, "organ", ORGAN_SQL, w->organ);
	json_set_str(out, "services", window_letters(v->c, v->a, w->id));
	json_set_str(out, "status", str_of(status_now(&o, hall_minute_of(v->cw, v->now_ms))));
	put_open(v, &o, out);
	int64_t called = window_ticket(v->c, w->id);
	json_set_str(out, "calling", called ? row_str(v->c, v->a, "SELECT number FROM hall_ticket WHERE id=?1", called) : (struct str){ NULL, 0 });
	json_set_bool(out, "seated", w->clerk != 0);
	return put_presence(v, w->post, out);
}

static enum err put_windows(struct view_ctx *v, struct json_build *out)
{
	struct hall_ids ids;
	struct json_build list;
	int64_t open = 0;
	json_build_array(&list, v->a);
	TRY(window_ids(v->c, 0, true, &ids));
	for (size_t i = 0; i < ids.count; i++) {
		struct hall_window w;
		struct json_build o;
		TRY(window_get(v->c, v->a, ids.at[i], &w));
		json_build_object(&o, v->a);
		TRY(put_window(v, &w, &o));
		open += str_eqz(json_text(json_get(&o.value, "status")), "open");
		json_add(&list, json_built(&o));
	}
	json_set(out, "windows", json_built(&list));
	json_set_i64(out, "open", open);
	return OK;
}

/* ---- services ---- */

int64_t hall_count_today(struct view_ctx *v, const char *sql, int64_t id)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(v->c, sql, &q) != OK)
		return 0;
	store_bind_i64(q, 1, id);
	store_bind_i64(q, 2, hall_today(v->cw, v->now_ms));
	int64_t n = store_step(q, &row) == OK && row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return n;
}

static enum err put_items(struct view_ctx *v, int64_t service, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT i.impl_code, i.name, i.name_en FROM hall_service_item x JOIN item i ON i.id=x.item WHERE x.service=?1 AND i.live=1 ORDER BY i.name, i.impl_code", &q));
	store_bind_i64(q, 1, service);
	TRY(rows_json(v, q, &list));
	json_set(out, "items", json_built(&list));
	return OK;
}

static enum err put_services(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build raw, list;
	TRY(store_prepare(v->c, "SELECT id FROM hall_service WHERE enabled=?1 ORDER BY letter", &q));
	store_bind_i64(q, 1, 1);
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		struct hall_service s;
		struct json_build o;
		TRY(service_get(v->c, v->a, json_i64(json_get(&raw.value.items[i], "id"), 0), &s));
		int64_t waiting = hall_count_today(v, "SELECT count(*) FROM hall_ticket WHERE state='waiting' AND service=?1 AND day=?2", s.id);
		json_build_object(&o, v->a);
		json_set_str(&o, "letter", s.letter);
		json_set_str(&o, "name", s.name);
		json_set_str(&o, "name_en", s.name_en.len ? s.name_en : s.name);
		json_set_i64(&o, "waiting", waiting);
		json_set_i64(&o, "estimate_minutes", ticket_estimate(v->c, &s, hall_today(v->cw, v->now_ms), waiting));
		TRY(put_items(v, s.id, &o));
		json_add(&list, json_built(&o));
	}
	json_set(out, "services", json_built(&list));
	return OK;
}

static void put_priorities(struct view_ctx *v, struct json_build *out)
{
	struct hall_rules rules;
	struct json_build list;
	hall_rules_get(v->c, v->a, &rules);
	json_build_array(&list, v->a);
	for (size_t i = 0; rules.priority && i < rules.priority->count; i++) {
		const struct json *p = &rules.priority->items[i];
		struct json_build o;
		if (!json_bool(json_get(p, "kiosk"), false))
			continue;
		json_build_object(&o, v->a);
		json_set_str(&o, "code", json_text(json_get(p, "code")));
		json_set_str(&o, "name", json_text(json_get(p, "name")));
		json_set_str(&o, "name_en", json_text(json_get(p, "name_en")));
		json_add(&list, json_built(&o));
	}
	json_set(out, "priorities", json_built(&list));
}

enum err view_hall(struct view_ctx *v, struct json_build *out)
{
	json_set_str(out, "today", day_text(v->a, hall_today(v->cw, v->now_ms)));
	TRY(put_windows(v, out));
	put_priorities(v, out);
	return put_services(v, out);
}

/* {window}: the window with two weeks of days, and what it serves. */
enum err view_hall_window(struct view_ctx *v, struct json_build *out)
{
	struct hall_window w;
	struct store_query *q;
	struct json_build days, items;
	calendar_day today = hall_today(v->cw, v->now_ms);
	enum { DAYS = 14 };
	TRY(window_get(v->c, v->a, window_by_code(v->c, param(v, "window")), &w));
	TRY(put_window(v, &w, out));
	json_build_array(&days, v->a);
	for (calendar_day d = today; d < today + DAYS; d++) {
		struct hall_open o;
		struct json_build one;
		TRY(window_open(v->cw, v->c, v->a, &w, d, &o));
		json_build_object(&one, v->a);
		json_set_str(&one, "on", day_text(v->a, d));
		json_set_i64(&one, "weekday", calendar_weekday(d));
		json_set_bool(&one, "open", o.open);
		put_open(v, &o, &one);
		json_add(&days, json_built(&one));
	}
	json_set(out, "days", json_built(&days));
	TRY(store_prepare(v->c, "SELECT i.impl_code, i.name, i.name_en, s.letter FROM hall_window_service x JOIN hall_service s ON s.id=x.service JOIN hall_service_item y ON y.service=s.id"
	                        " JOIN item i ON i.id=y.item WHERE x.window_id=?1 AND i.live=1 AND s.enabled=1 ORDER BY s.letter, i.name, i.impl_code LIMIT 500", &q));
	store_bind_i64(q, 1, w.id);
	TRY(rows_json(v, q, &items));
	json_set(out, "items", json_built(&items));
	return OK;
}

/* ---- the screen ---- */

static enum err put_called(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build raw, list;
	TRY(store_prepare(v->c, "SELECT t.number, w.number AS window_number, w.code AS window, t.called_ms, t.calls, t.state AS status FROM hall_ticket t JOIN hall_window w ON w.id=t.window_id"
	                        " WHERE t.day=?1 AND t.called_ms IS NOT NULL ORDER BY t.called_ms DESC, t.id DESC LIMIT 8", &q));
	store_bind_i64(q, 1, hall_today(v->cw, v->now_ms));
	TRY(rows_json(v, q, &raw));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		const struct json *r = &raw.value.items[i];
		struct json_build o;
		json_build_object(&o, v->a);
		for (size_t m = 0; m < r->count; m++)
			json_set_key(&o, r->members[m].key, &r->members[m].value);
		put_voice(&o, v->a, json_text(json_get(r, "number")), json_i64(json_get(r, "window_number"), 0));
		json_add(&list, json_built(&o));
	}
	json_set(out, "called", json_built(&list));
	return OK;
}

static enum err put_waiting(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, "SELECT s.letter, s.name, s.name_en, (SELECT count(*) FROM hall_ticket t WHERE t.state='waiting' AND t.service=s.id AND t.day=?1) AS waiting"
	                        " FROM hall_service s WHERE s.enabled=1 ORDER BY s.letter", &q));
	store_bind_i64(q, 1, hall_today(v->cw, v->now_ms));
	TRY(rows_json(v, q, &list));
	json_set(out, "waiting", json_built(&list));
	return OK;
}

enum err view_hall_screen(struct view_ctx *v, struct json_build *out)
{
	TRY(put_called(v, out));
	json_set_str(out, "now_at", view_instant(v, v->now_ms));
	return put_waiting(v, out);
}

/* ---- one number ---- */

enum err view_hall_ticket(struct view_ctx *v, struct json_build *out)
{
	struct hall_ticket t;
	struct hall_service s;
	struct hall_rules rules;
	int64_t id = 0;
	(void)str_to_i64(param(v, "ticket"), &id);
	TRY(ticket_get(v->c, v->a, id, &t));
	TRY(service_get(v->c, v->a, t.service, &s));
	hall_rules_get(v->c, v->a, &rules);
	json_set_i64(out, "ticket", t.id);
	json_set_str(out, "number", t.number);
	json_set_str(out, "day", day_text(v->a, (calendar_day)t.day));
	json_set_str(out, "letter", s.letter);
	json_set_str(out, "service", s.name);
	json_set_str(out, "service_en", s.name_en.len ? s.name_en : s.name);
	json_set_str(out, "status", t.state);
	json_set_str(out, "taken_at", view_instant(v, t.taken_ms));
	json_set_str(out, "priority", json_text(json_get(hall_priority(&rules, t.kind), "name")));
	json_set_str(out, "priority_en", json_text(json_get(hall_priority(&rules, t.kind), "name_en")));
	bool waits = str_eqz(t.state, "waiting");
	int64_t ahead = waits ? tickets_ahead(v->c, &t, hall_level(&rules, "ordinary"), v->now_ms) : 0;
	json_set_i64(out, "ahead", ahead);
	json_set_i64(out, "estimate_minutes", ticket_estimate(v->c, &s, t.day, ahead));
	json_set_i64(out, "window_number", t.window && !waits ? row_i64(v->c, "SELECT number FROM hall_window WHERE id=?1", t.window, 0) : 0);
	if (str_eqz(t.state, "called"))
		put_voice(out, v->a, t.number, json_i64(json_get(&out->value, "window_number"), 0));
	return OK;
}
