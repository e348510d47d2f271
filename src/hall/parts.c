/* parts.c - what the families of this room share: input, rows, rules. */
#include "hall/hall_int.h"

#include "hall/hall_data.h" /* made at build time from data/hall/hall.json */

/* ---- input ---- */

struct str hall_text(const struct act *act, const char *key)
{
	struct str s = str_trim(json_text(json_get(act->data, key)));
	return s.ptr ? s : S("");
}

enum err hall_refuse(struct act *act, const char *place, const char *code, const char *text)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", text);
	diag_at(act->d, str_of(place));
	return ERR_INVALID;
}

enum err hall_need(struct act *act, const char *key, struct str *out)
{
	*out = hall_text(act, key);
	if (!out->len)
		return hall_refuse(act, key, "hall.needed", "Fill in this field.");
	return out->len <= HALL_TEXT_MAX ? OK : hall_refuse(act, key, "hall.too-long", "At most 100 characters.");
}

enum err hall_day_in(struct act *act, const char *key, calendar_day *out)
{
	return calendar_day_parse(hall_text(act, key), out) ? OK : hall_refuse(act, key, "hall.day", "Give a day such as 2026-03-31.");
}

void hall_set_id(struct json_build *o, const char *key, int64_t id)
{
	if (id)
		json_set_i64(o, key, id);
	else
		json_set_null(o, key);
}

/* ---- days and minutes ---- */

struct str hall_time_text(struct arena *a, int64_t minutes)
{
	return arena_printf(a, "%02lld:%02lld", (long long)(minutes / 60), (long long)(minutes % 60));
}

calendar_day hall_today(struct casework *cw, int64_t now_ms)
{
	return calendar_day_at(now_ms, calendar_offset_s(calendar_now(cw)));
}

int64_t hall_instant(struct casework *cw, int64_t day, int64_t minutes)
{
	return calendar_day_start_ms((calendar_day)day, calendar_offset_s(calendar_now(cw))) + minutes * HALL_MINUTE_MS;
}

int64_t hall_minute_of(struct casework *cw, int64_t ms)
{
	return (ms - hall_instant(cw, hall_today(cw, ms), 0)) / HALL_MINUTE_MS;
}

/* ---- rules: the setting's members before the shipped ones ---- */

static int64_t rule(const struct json *own, const struct json *shipped, const char *key)
{
	return json_i64(json_get(own, key), json_i64(json_get(shipped, key), 0));
}

void hall_rules_get(struct store_conn *c, struct arena *a, struct hall_rules *out)
{
	struct str text = setting_get(c, a, S("hall.rules"));
	const struct json *own = text.len ? parse(a, text) : NULL, *shipped = parse(a, S(HALL_DATA)), *priority = json_get(own, "priority");
	*out = (struct hall_rules){
		.horizon_days = rule(own, shipped, "horizon_days"), .lead_minutes = rule(own, shipped, "lead_minutes"),
		.early_minutes = rule(own, shipped, "early_minutes"), .late_minutes = rule(own, shipped, "late_minutes"),
		.reminder_hour = rule(own, shipped, "reminder_hour"), .waiting_max = rule(own, shipped, "waiting_max"),
		.wait_minutes_max = rule(own, shipped, "wait_minutes_max"), .in_a_row = rule(own, shipped, "in_a_row"),
		.priority = priority && priority->kind == JSON_ARRAY ? priority : json_get(shipped, "priority"),
	};
}

const struct json *hall_priority(const struct hall_rules *r, struct str code)
{
	for (size_t i = 0; r->priority && i < r->priority->count; i++)
		if (str_eq(json_text(json_get(&r->priority->items[i], "code")), code))
			return &r->priority->items[i];
	return NULL;
}

int64_t hall_level(const struct hall_rules *r, const char *code)
{
	return json_i64(json_get(hall_priority(r, str_of(code)), "level"), 9);
}

/* ---- rows ---- */

static enum err service_row(struct store_query *q, struct arena *a, struct hall_service *out)
{
	bool row;
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*out = (struct hall_service){ .id = store_col_i64(q, 0), .letter = store_col_copy(q, 1, a), .name = store_col_copy(q, 2, a),
	                              .name_en = store_col_copy(q, 3, a), .minutes = store_col_i64(q, 4), .enabled = store_col_i64(q, 5) != 0 };
	store_reset(q);
	return OK;
}

enum err service_get(struct store_conn *c, struct arena *a, int64_t id, struct hall_service *out)
{
	struct store_query *q;
	TRY(store_prepare(c, "SELECT id, letter, name, name_en, minutes, enabled FROM hall_service WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	return service_row(q, a, out);
}

enum err service_by_letter(struct store_conn *c, struct arena *a, struct str letter, struct hall_service *out)
{
	struct store_query *q;
	TRY(store_prepare(c, "SELECT id, letter, name, name_en, minutes, enabled FROM hall_service WHERE letter=?1", &q));
	store_bind_str(q, 1, letter);
	return service_row(q, a, out);
}

int64_t service_of_item(struct store_conn *c, int64_t item)
{
	return row_i64(c, "SELECT i.service FROM hall_service_item i JOIN hall_service s ON s.id=i.service WHERE i.item=?1 AND s.enabled=1", item, 0);
}

enum err window_get(struct store_conn *c, struct arena *a, int64_t id, struct hall_window *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT id, number, organ, post, clerk, code, name, name_en, place, comprehensive, enabled FROM hall_window WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*out = (struct hall_window){ .id = id, .number = store_col_i64(q, 1), .organ = store_col_i64(q, 2), .post = store_col_i64(q, 3), .clerk = store_col_i64(q, 4),
	                             .code = store_col_copy(q, 5, a), .name = store_col_copy(q, 6, a), .name_en = store_col_copy(q, 7, a),
	                             .place = store_col_copy(q, 8, a), .comprehensive = store_col_i64(q, 9) != 0, .enabled = store_col_i64(q, 10) != 0 };
	store_reset(q);
	return OK;
}

int64_t window_by_code(struct store_conn *c, struct str code)
{
	return row_i64_str(c, "SELECT id FROM hall_window WHERE code=?1", code, 0);
}

enum err window_ids(struct store_conn *c, int64_t service, bool enabled, struct hall_ids *out)
{
	struct store_query *q;
	out->count = 0;
	TRY(store_prepare(c, "SELECT w.id FROM hall_window w WHERE (?2=0 OR w.enabled=1) AND (?1=0 OR EXISTS(SELECT 1 FROM hall_window_service s"
	                     " WHERE s.window_id=w.id AND s.service=?1)) ORDER BY w.number, w.id LIMIT 200", &q));
	store_bind_i64(q, 1, service);
	store_bind_i64(q, 2, enabled);
	for (bool row = true; out->count < HALL_WINDOWS_MAX;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		out->at[out->count++] = store_col_i64(q, 0);
	}
	store_reset(q);
	return OK;
}

bool window_serves(struct store_conn *c, int64_t window, int64_t service)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(c, "SELECT 1 FROM hall_window_service WHERE window_id=?1 AND service=?2", &q) != OK)
		return false;
	store_bind_i64(q, 1, window);
	store_bind_i64(q, 2, service);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

struct str window_letters(struct store_conn *c, struct arena *a, int64_t window)
{
	struct store_query *q;
	struct buf b;
	buf_init_in(&b, a, 256);
	if (store_prepare(c, "SELECT s.letter FROM hall_window_service w JOIN hall_service s ON s.id=w.service WHERE w.window_id=?1 ORDER BY s.letter", &q) != OK)
		return S("");
	store_bind_i64(q, 1, window);
	for (bool row = true; store_step(q, &row) == OK && row;)
		buf_printf(&b, "%s%.*s", b.len ? " " : "", STR_ARG(store_col_str(q, 0)));
	store_reset(q);
	return b.len ? buf_str(&b) : S("");
}

enum err ticket_get(struct store_conn *c, struct arena *a, int64_t id, struct hall_ticket *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT day, service, item, level, taken_ms, ready_ms, since_ms, queued_ms, waited_ms, window_id, clerk, called_ms, calls, case_id, booking,"
	                     " number, kind, state FROM hall_ticket WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*out = (struct hall_ticket){
		.id = id, .day = store_col_i64(q, 0), .service = store_col_i64(q, 1), .item = store_col_i64(q, 2), .level = store_col_i64(q, 3),
		.taken_ms = store_col_i64(q, 4), .ready_ms = store_col_i64(q, 5), .since_ms = store_col_i64(q, 6), .queued_ms = store_col_i64(q, 7),
		.waited_ms = store_col_i64(q, 8), .window = store_col_i64(q, 9), .clerk = store_col_i64(q, 10), .called_ms = store_col_i64(q, 11),
		.calls = store_col_i64(q, 12), .case_id = store_col_i64(q, 13), .booking = store_col_i64(q, 14),
		.number = store_col_copy(q, 15, a), .kind = store_col_copy(q, 16, a), .state = store_col_copy(q, 17, a),
	};
	store_reset(q);
	return OK;
}

int64_t window_ticket(struct store_conn *c, int64_t window)
{
	return row_i64(c, "SELECT id FROM hall_ticket WHERE window_id=?1 AND state='called' ORDER BY id DESC LIMIT 1", window, 0);
}

int64_t window_of_clerk(struct store_conn *c, int64_t person)
{
	return person ? row_i64(c, "SELECT id FROM hall_window WHERE clerk=?1", person, 0) : 0;
}

void put_voice(struct json_build *o, struct arena *a, struct str number, int64_t window_number)
{
	json_set_str(o, "voice", arena_printf(a, "请 %.*s 号到 %lld 号窗口", STR_ARG(number), (long long)window_number));
	json_set_str(o, "voice_en", arena_printf(a, "Number %.*s to window %lld", STR_ARG(number), (long long)window_number));
}
