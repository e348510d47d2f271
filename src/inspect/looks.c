/* looks.c - somebody opens a camera: for a reason, from a case or an alert, live or at the moment in question; keeps a still. And
 * telephone calls registered to a case or an alert. Every look stands in the record before the picture is shown. */
#include "inspect/inspect_int.h"

enum { STILL_BYTES_MAX = 4 << 20, BEFORE_MS = 5 * 60000, AFTER_MS = 5 * 60000 };

/* ---- what a look is about ---- */

struct about { int64_t case_id, alert_ms; struct str alert_no; };

static enum err read_about(struct act *act, struct about *out)
{
	struct str case_no = in_text(act, "case_no");
	struct case_row k;
	*out = (struct about){ .alert_no = in_text(act, "alert") };
	if (out->alert_no.len) {
		const struct json *alert = row_of_text(act->c, act->a, "SELECT case_id, at_ms FROM alert WHERE alert_no=?1", out->alert_no);
		if (!alert)
			return act_refuse(act, ERR_NOT_FOUND, "inspect.alert-unknown", "There is no alert with this number.");
		out->case_id = col(alert, "case_id");
		out->alert_ms = col(alert, "at_ms");
	}
	if (!case_no.len || out->case_id)
		return OK;
	if (case_find(act->c, act->a, case_no, &k) != OK) {
		enum err e = act_refuse(act, ERR_NOT_FOUND, "inspect.case-unknown", "There is no case %.*s.", STR_ARG(case_no));
		diag_arg(act->d, case_no);
		return e;
	}
	out->case_id = k.id;
	return OK;
}

/* ---- the picture's address ---- */

static struct str utc_compact(struct arena *a, int64_t ms)
{
	struct buf b, out;
	buf_init_in(&b, a, 64);
	buf_init_in(&out, a, 64);
	calendar_instant_print(ms - ms % 1000, 0, &b); /* 2026-03-31T01:00:00Z */
	struct str text = str_sub(buf_str(&b), 0, 19);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '-' && text.ptr[i] != ':')
			buf_byte(&out, text.ptr[i]);
	buf_byte(&out, 'Z');
	return buf_str(&out);
}

static void put_filled(struct arena *a, struct buf *out, struct str path, int64_t from_ms, int64_t to_ms)
{
	struct { const char *name; struct str value; } const fills[] = {
		{ "{start}", utc_compact(a, from_ms) }, { "{end}", utc_compact(a, to_ms) },
		{ "{start_s}", arena_printf(a, "%lld", (long long)(from_ms / 1000)) }, { "{end_s}", arena_printf(a, "%lld", (long long)(to_ms / 1000)) },
	};
	while (path.len) {
		size_t hit = sizeof fills / sizeof *fills;
		for (size_t i = 0; i < sizeof fills / sizeof *fills; i++)
			if (str_starts(path, str_of(fills[i].name)))
				hit = i;
		if (hit < sizeof fills / sizeof *fills)
			buf_put(out, fills[hit].value);
		else
			buf_byte(out, path.ptr[0]);
		path = str_sub(path, hit < sizeof fills / sizeof *fills ? strlen(fills[hit].name) : 1, path.len);
	}
}

static struct str picture_url(struct arena *a, const struct json *device, int64_t from_ms, int64_t to_ms)
{
	struct buf b;
	struct str moment = col_text(device, "moment");
	bool by_path = from_ms && !str_eqz(moment, "program-date-time");
	buf_init_in(&b, a, 4096);
	buf_printf(&b, "%.*s/", STR_ARG(col_text(device, "base_url")));
	if (by_path)
		put_filled(a, &b, moment, from_ms, to_ms);
	else
		buf_put(&b, col_text(device, "live"));
	return buf_str(&b);
}

/* ---- looking ---- */

static enum err read_span(struct act *act, const struct json *device, const struct about *about, int64_t *from_ms, int64_t *to_ms)
{
	const int64_t day_ms = 86400000;
	struct str from = in_text(act, "from"), to = in_text(act, "to");
	bool wanted = from.len || str_eqz(in_text(act, "show"), "moment");
	*from_ms = *to_ms = 0;
	if (!wanted)
		return OK;
	if (from.len ? !calendar_instant_parse(from, from_ms) : !about->alert_ms)
		return act_refuse(act, ERR_INVALID, "inspect.span", "from: the moment in question, such as 2026-03-31T09:00:00+08:00.");
	if (!from.len)
		*from_ms = about->alert_ms - BEFORE_MS;
	if (!to.len)
		*to_ms = *from_ms + BEFORE_MS + AFTER_MS;
	else if (!calendar_instant_parse(to, to_ms))
		return act_refuse(act, ERR_INVALID, "inspect.span", "from: the moment in question, such as 2026-03-31T09:00:00+08:00.");
	if (*to_ms <= *from_ms || *from_ms > act->now_ms || *to_ms - *from_ms > day_ms)
		return act_refuse(act, ERR_INVALID, "inspect.span-order", "The moment must lie in the past and last at most a day.");
	if (!col_text(device, "moment").len)
		return act_refuse(act, ERR_CONFLICT, "inspect.no-recording", "This camera shows only the live picture.");
	if (*from_ms < act->now_ms - col(device, "retention_days") * day_ms)
		return act_refuse(act, ERR_CONFLICT, "inspect.expired", "The recorder no longer keeps this moment.");
	return OK;
}

enum err act_camera_look(struct act *act)
{
	struct json_build o;
	struct about about;
	struct str reason;
	int64_t from_ms, to_ms, look = act_id(act);
	const struct json *device = row_of_text(act->c, act->a, "SELECT d.* FROM inspect_device d JOIN inspect_window w ON w.id=d.\"window\" WHERE d.code=?1 AND d.kind='camera'"
	                                        " AND d.enabled=1 AND w.enabled=1", in_text(act, "camera"));
	if (!device)
		return act_refuse(act, ERR_NOT_FOUND, "inspect.camera-unknown", "There is no such camera, or it is switched off.");
	TRY(in_needed(act, "reason", &reason));
	TRY(read_about(act, &about));
	TRY(read_span(act, device, &about, &from_ms, &to_ms));
	json_build_object(&o, act->a);
	json_set_i64(&o, "look", look);
	json_set_i64(&o, "device", col(device, "id"));
	set_id(&o, "case", about.case_id);
	json_set_str(&o, "alert_no", about.alert_no.len ? about.alert_no : (struct str){ NULL, 0 });
	json_set_str(&o, "reason", reason);
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	set_id(&o, "from_ms", from_ms);
	set_id(&o, "to_ms", to_ms);
	TRY(act_emit(act, "camera.looked", about.case_id, &o));
	json_set_i64(&act->reply, "look", look);
	json_set_str(&act->reply, "url", picture_url(act->a, device, from_ms, to_ms));
	return OK;
}

/* ---- stills ---- */

static struct str image_type(struct str bytes)
{
	if (str_starts(bytes, S("\x89PNG\r\n\x1a\n")))
		return S("image/png");
	return str_starts(bytes, S("\xff\xd8\xff")) ? S("image/jpeg") : S("");
}

/* Base64 (RFC 4648) without line breaks, for a machine's JSON. */
static bool from_base64(struct arena *a, struct str text, struct str *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf b;
	uint32_t bits = 0;
	int have = 0;
	buf_init_in(&b, a, STILL_BYTES_MAX);
	while (text.len && text.ptr[text.len - 1] == '=')
		text.len--;
	for (size_t i = 0; i < text.len; i++) {
		const char *at = text.ptr[i] ? strchr(digits, text.ptr[i]) : NULL;
		if (!at)
			return false;
		bits = bits << 6 | (uint32_t)(at - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_byte(&b, (char)(bits >> have & 255));
		}
	}
	return buf_finish(&b, out) == OK && out->len > 0;
}

enum err act_camera_still(struct act *act)
{
	struct json_build o;
	int64_t document, moment_ms = 0, still = act_id(act);
	struct str bytes = act->blob, at = in_text(act, "moment");
	const struct json *look = row_of(act->c, act->a, "SELECT l.*, d.code FROM inspect_look l JOIN inspect_device d ON d.id=l.device WHERE l.id=?1", in_i64(act, "look", 0));
	if (!look || (!act->actor.system && col(look, "person") != act->actor.person))
		return act_refuse(act, ERR_NOT_FOUND, "inspect.look-unknown", "A still is kept by whoever opened the camera.");
	if (!bytes.len && !from_base64(act->a, in_text(act, "image"), &bytes))
		return act_refuse(act, ERR_INVALID, "inspect.still", "image: a picture in PNG or JPEG is needed.");
	struct str type = image_type(bytes);
	if (!type.len || bytes.len > STILL_BYTES_MAX)
		return act_refuse(act, ERR_INVALID, "inspect.still", "image: a picture in PNG or JPEG is needed.");
	if (at.len && !calendar_instant_parse(at, &moment_ms))
		return act_refuse(act, ERR_INVALID, "inspect.span", "from: the moment in question, such as 2026-03-31T09:00:00+08:00.");
	struct str name = arena_printf(act->a, "%.*s-%lld.%s", STR_ARG(col_text(look, "code")), (long long)still, str_eqz(type, "image/png") ? "png" : "jpg");
	/* of the record, not of the case file: the applicant does not read supervision's evidence there */
	TRY(document_file(act, 0, name, type, S("evidence"), S("camera"), bytes, &document));
	json_build_object(&o, act->a);
	json_set_i64(&o, "still", still);
	json_set_i64(&o, "look", col(look, "id"));
	json_set_i64(&o, "document", document);
	json_set_i64(&o, "at_ms", act->now_ms);
	set_id(&o, "moment_ms", moment_ms);
	json_set_str(&o, "note", in_text(act, "note"));
	set_id(&o, "by", act->actor.person);
	json_set_i64(&act->reply, "document", document);
	return act_emit(act, "camera.still", col(look, "case_id"), &o);
}

/* ---- telephone ---- */

/* "138****5678": the first three and the last four stay. */
static struct str masked(struct arena *a, struct str number)
{
	struct buf b;
	size_t n = 0;
	buf_init_in(&b, a, 64);
	for (size_t i = 0; i < number.len && b.len < 40; i++)
		if (number.ptr[i] >= '0' && number.ptr[i] <= '9')
			buf_byte(&b, number.ptr[i]);
	n = b.len;
	if (n < 5)
		return S("");
	struct str digits = buf_str(&b);
	size_t head = n >= 8 ? 3 : 0, tail = n >= 8 ? 4 : 2;
	return arena_printf(a, "%.*s****%.*s", (int)head, digits.ptr, (int)tail, digits.ptr + n - tail);
}

enum err act_call_register(struct act *act)
{
	struct json_build o;
	struct about about;
	int64_t at_ms = act->now_ms, call = act_id(act), seconds = in_i64(act, "seconds", 0);
	struct str number = masked(act->a, in_text(act, "number")), direction = in_text(act, "direction"), at = in_text(act, "at"), phone = in_text(act, "phone");
	int64_t device = phone.len ? row_i64_str(act->c, "SELECT id FROM inspect_device WHERE code=?1 AND kind='phone'", phone, 0) : 0;
	TRY(read_about(act, &about));
	if (!about.case_id && !about.alert_no.len)
		return act_refuse(act, ERR_INVALID, "inspect.call-about", "case_no, alert: a call belongs to a case or an alert.");
	if (!number.len)
		return act_refuse(act, ERR_INVALID, "inspect.number", "number: at least five digits.");
	if (!str_eqz(direction, "in") && !str_eqz(direction, "out"))
		return act_refuse(act, ERR_INVALID, "inspect.direction", "direction: in or out.");
	if (at.len && (!calendar_instant_parse(at, &at_ms) || at_ms > act->now_ms))
		return act_refuse(act, ERR_INVALID, "inspect.call-at", "at: an instant that is not in the future.");
	if (seconds < 0 || seconds > 86400 || (phone.len && !device))
		return act_refuse(act, ERR_INVALID, "inspect.call", "seconds: from 0 to 86400; phone: a registered one or none.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "call", call);
	set_id(&o, "device", device);
	set_id(&o, "case", about.case_id);
	json_set_str(&o, "alert_no", about.alert_no.len ? about.alert_no : (struct str){ NULL, 0 });
	json_set_str(&o, "masked", number);
	json_set_str(&o, "direction", direction);
	json_set_i64(&o, "called_ms", at_ms);
	json_set_i64(&o, "seconds", seconds);
	json_set_str(&o, "recording", in_text(act, "recording"));
	json_set_str(&o, "note", in_text(act, "note"));
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "call", call);
	return act_emit(act, "phone.called", about.case_id, &o);
}

enum err act_call_note(struct act *act)
{
	struct json_build o;
	struct str note;
	const struct json *call = row_of(act->c, act->a, "SELECT * FROM inspect_call WHERE id=?1", in_i64(act, "call", 0));
	if (!call)
		return act_refuse(act, ERR_NOT_FOUND, "inspect.call-unknown", "There is no such call.");
	TRY(in_needed(act, "note", &note));
	json_build_object(&o, act->a);
	json_set_i64(&o, "call", col(call, "id"));
	json_set_str(&o, "note", note);
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "phone.noted", col(call, "case_id"), &o);
}

/* ---- views ---- */

#define LOOK_SELECT \
	"SELECT l.id AS look, l.alert_no, l.reason, l.at_ms, l.from_ms, l.to_ms, n.case_no, d.code AS device, d.name AS camera, d.name_en AS camera_en, w.name AS \"window\"," \
	" w.name_en AS window_en, w.place, p.name AS who, (SELECT count(*) FROM inspect_still s WHERE s.look=l.id) AS stills" \
	" FROM inspect_look l JOIN inspect_device d ON d.id=l.device JOIN inspect_window w ON w.id=d.\"window\" LEFT JOIN person p ON p.id=l.person" \
	" LEFT JOIN case_number n ON n.id=l.case_id"

enum err view_looks(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build all, rows;
	int64_t before = INT64_MAX;
	struct str device = param(v, "device"), case_no = param(v, "case_no"), alert = param(v, "alert");
	(void)str_to_i64(param(v, "cursor"), &before);
	TRY(store_prepare(v->c, LOOK_SELECT " WHERE l.id<?1 AND (?2 IS NULL OR d.code=?2) AND (?3 IS NULL OR n.case_no=?3) AND (?4 IS NULL OR l.alert_no=?4)"
	                        " ORDER BY l.id DESC LIMIT ?5", &q));
	store_bind_i64(q, 1, before);
	bind_wanted(q, 2, device);
	bind_wanted(q, 3, case_no);
	bind_wanted(q, 4, alert);
	store_bind_i64(q, 5, view_limit(v) + 1);
	TRY(rows_json(v, q, &all));
	page_cut(v, &all, &rows, out, "look");
	json_set(out, "rows", json_built(&rows));
	return OK;
}

static struct str to_base64(struct arena *a, struct str bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf b;
	buf_init_in(&b, a, STILL_BYTES_MAX * 2);
	for (size_t i = 0; i < bytes.len; i += 3) {
		uint32_t n = (uint32_t)(uint8_t)bytes.ptr[i] << 16;
		n |= i + 1 < bytes.len ? (uint32_t)(uint8_t)bytes.ptr[i + 1] << 8 : 0;
		n |= i + 2 < bytes.len ? (uint32_t)(uint8_t)bytes.ptr[i + 2] : 0;
		buf_byte(&b, digits[n >> 18]);
		buf_byte(&b, digits[n >> 12 & 63]);
		buf_byte(&b, i + 1 < bytes.len ? digits[n >> 6 & 63] : '=');
		buf_byte(&b, i + 2 < bytes.len ? digits[n & 63] : '=');
	}
	return buf_str(&b);
}

static enum err put_stills(struct view_ctx *v, int64_t look, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	bool row;
	TRY(store_prepare(v->c, "SELECT s.id, s.document, s.at_ms, s.moment_ms, s.note, d.mime, d.digest, c.bytes FROM inspect_still s JOIN document d ON d.id=s.document"
	                        " JOIN content c ON c.digest=d.digest WHERE s.look=?1 ORDER BY s.id", &q));
	store_bind_i64(q, 1, look);
	json_build_array(&list, v->a);
	for (;;) {
		struct json_build o;
		TRY(store_step(q, &row));
		if (!row)
			break;
		struct str mime = store_col_copy(q, 5, v->a), data = to_base64(v->a, store_col_str(q, 7));
		json_build_object(&o, v->a);
		json_set_i64(&o, "still", store_col_i64(q, 0));
		json_set_i64(&o, "document", store_col_i64(q, 1));
		json_set_str(&o, "at", view_instant(v, store_col_i64(q, 2)));
		json_set_str(&o, "moment_at", store_col_null(q, 3) ? (struct str){ NULL, 0 } : view_instant(v, store_col_i64(q, 3)));
		json_set_str(&o, "note", store_col_copy(q, 4, v->a));
		json_set_str(&o, "digest", store_col_copy(q, 6, v->a));
		json_set_str(&o, "data_uri", arena_printf(v->a, "data:%.*s;base64,%.*s", STR_ARG(mime), STR_ARG(data)));
		json_add(&list, json_built(&o));
	}
	json_set(out, "kept", json_built(&list));
	return OK;
}

enum err view_look(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	int64_t id = json_i64(json_get(v->params, "look"), 0);
	TRY(store_prepare(v->c, LOOK_SELECT " WHERE l.id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(rows_json(v, q, &list));
	if (!list.value.count)
		return ERR_NOT_FOUND;
	const struct json *row = &list.value.items[0];
	for (size_t i = 0; i < row->count; i++)
		json_set_key(out, row->members[i].key, &row->members[i].value);
	const struct json *look = row_of(v->c, v->a, "SELECT * FROM inspect_look WHERE id=?1", id);
	const struct json *device = row_of(v->c, v->a, "SELECT * FROM inspect_device WHERE id=?1", col(look, "device"));
	bool mine = col(look, "person") == v->actor.person && (v->roles & ROLE_SUPERVISOR);
	/* the address is for whoever said why; the others see that somebody looked */
	json_set_str(out, "url", mine ? picture_url(v->a, device, col(look, "from_ms"), col(look, "to_ms")) : (struct str){ NULL, 0 });
	json_set_str(out, "origin", mine ? col_text(device, "base_url") : (struct str){ NULL, 0 });
	json_set_str(out, "seek_at", mine && str_eqz(col_text(device, "moment"), "program-date-time") ? view_instant(v, col(look, "from_ms")) : (struct str){ NULL, 0 });
	json_set_bool(out, "may_keep", mine);
	return put_stills(v, id, out);
}

enum err view_calls(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build all, rows;
	int64_t before = INT64_MAX;
	struct str case_no = param(v, "case_no"), alert = param(v, "alert");
	(void)str_to_i64(param(v, "cursor"), &before);
	TRY(store_prepare(v->c, "SELECT c.id AS call, c.masked, c.direction, c.at_ms, c.seconds, c.recording, c.note, c.alert_no, n.case_no, d.code AS phone, d.name AS phone_name,"
	                        " d.name_en AS phone_name_en, p.name AS who FROM inspect_call c LEFT JOIN inspect_device d ON d.id=c.device LEFT JOIN person p ON p.id=c.person"
	                        " LEFT JOIN case_number n ON n.id=c.case_id WHERE c.id<?1 AND (?2 IS NULL OR n.case_no=?2) AND (?3 IS NULL OR c.alert_no=?3)"
	                        " ORDER BY c.id DESC LIMIT ?4", &q));
	store_bind_i64(q, 1, before);
	bind_wanted(q, 2, case_no);
	bind_wanted(q, 3, alert);
	store_bind_i64(q, 4, view_limit(v) + 1);
	TRY(rows_json(v, q, &all));
	page_cut(v, &all, &rows, out, "call");
	json_set(out, "rows", json_built(&rows));
	return OK;
}
