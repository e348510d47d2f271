/* devices.c - counter windows with their cameras and telephones, as an administrator registers them.
 *
 * A camera is the hall recorder's HLS: `base_url` (https, or http within the house), `live` a path below it, `moment` a path with {start} and {end}
 * (UTC, 20260331T010000Z), {start_s} and {end_s} (seconds since 1970), or the word "program-date-time": the live list reaches back far enough and carries
 * EXT-X-PROGRAM-DATE-TIME. The server never fetches from it: the browser does, and may only from this origin. */
#include "inspect/inspect_int.h"

static enum err put_id(struct act *act, struct json_build *o, const char *sql, struct str code)
{
	int64_t id = row_i64_str(act->c, sql, code, 0);
	if (!code.len || code.len > 64)
		return act_refuse(act, ERR_INVALID, "inspect.code", "code: letters, digits and dashes, at most 64.");
	for (size_t i = 0; i < code.len; i++) {
		char c = code.ptr[i];
		bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
		if (!fits)
			return act_refuse(act, ERR_INVALID, "inspect.code", "code: letters, digits and dashes, at most 64.");
	}
	json_set_i64(o, "id", id ? id : act_id(act));
	json_set_str(o, "code", code);
	return OK;
}

enum err act_window_put(struct act *act)
{
	struct json_build o;
	struct str name, place = in_text(act, "place");
	int64_t organ = organ_by_code(act->c, in_text(act, "organ"));
	json_build_object(&o, act->a);
	TRY(put_id(act, &o, "SELECT id FROM inspect_window WHERE code=?1", in_text(act, "code")));
	TRY(in_needed(act, "name", &name));
	if (!organ)
		return act_refuse(act, ERR_INVALID, "inspect.organ", "organ: there is no such organ.");
	json_set_str(&o, "name", name);
	json_set_str(&o, "name_en", in_text(act, "name_en").len ? in_text(act, "name_en") : S(""));
	json_set_i64(&o, "organ", organ);
	json_set_str(&o, "place", place.len ? place : S(""));
	json_set_bool(&o, "enabled", json_bool(json_get(act->data, "enabled"), true));
	TRY(act_emit(act, "window.put", 0, &o));
	json_set(&act->reply, "id", json_get(json_built(&o), "id"));
	return OK;
}

/* ---- addresses ---- */

/* "https://recorder.example:8443" of an address, or nothing: what a page may play from. */
static bool origin_fits(struct str url)
{
	struct str rest = url;
	if (str_starts(url, S("https://")))
		rest = str_sub(url, 8, url.len);
	else if (str_starts(url, S("http://")))
		rest = str_sub(url, 7, url.len);
	else
		return false;
	for (size_t i = 0; i < url.len; i++) {
		char c = url.ptr[i];
		bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~:/%[]", c);
		if (!fits || !c)
			return false;
	}
	return rest.len > 0 && rest.ptr[0] != '/' && rest.ptr[0] != ':';
}

/* A path below the base: no scheme, no host, no way up. */
static bool path_fits(struct str path)
{
	for (size_t i = 0; i < path.len; i++)
		if ((unsigned char)path.ptr[i] <= ' ' || path.ptr[i] == '"' || path.ptr[i] == '\\')
			return false;
	return path.len > 0 && path.len < 500 && path.ptr[0] != '/' && str_find(path, S("..")) < 0 && str_find(path, S("://")) < 0;
}

static bool moment_fits(struct str moment)
{
	bool start = str_find(moment, S("{start}")) >= 0 || str_find(moment, S("{start_s}")) >= 0;
	return !moment.len || str_eqz(moment, "program-date-time") || (start && path_fits(moment));
}

static enum err read_camera(struct act *act, struct json_build *o)
{
	struct str base = in_text(act, "base_url"), live = in_text(act, "live"), moment = in_text(act, "moment");
	int64_t days = in_i64(act, "retention_days", 30);
	if (!origin_fits(base) || base.len > 300)
		return act_refuse(act, ERR_INVALID, "inspect.base-url", "base_url: the recorder's address, such as https://recorder.hall.example/hls.");
	if (!path_fits(live))
		return act_refuse(act, ERR_INVALID, "inspect.live", "live: the path of the live playlist below the address, such as window1/live.m3u8.");
	if (!moment_fits(moment))
		return act_refuse(act, ERR_INVALID, "inspect.moment", "moment: a path with {start} and {end}, or program-date-time, or nothing.");
	if (days < 1 || days > 3650)
		return act_refuse(act, ERR_INVALID, "inspect.retention", "retention_days: from 1 to 3650.");
	while (str_ends(base, S("/")))
		base.len--;
	json_set_str(o, "base_url", base);
	json_set_str(o, "live", live);
	json_set_str(o, "moment", moment);
	json_set_i64(o, "retention_days", days);
	return OK;
}

enum err act_device_put(struct act *act)
{
	struct json_build o;
	struct str name, kind = in_text(act, "kind");
	int64_t window = row_i64_str(act->c, "SELECT id FROM inspect_window WHERE code=?1", in_text(act, "window"), 0);
	bool camera = str_eqz(kind, "camera");
	json_build_object(&o, act->a);
	TRY(put_id(act, &o, "SELECT id FROM inspect_device WHERE code=?1", in_text(act, "code")));
	TRY(in_needed(act, "name", &name));
	if (!window)
		return act_refuse(act, ERR_INVALID, "inspect.window", "window: there is no such window.");
	if (!camera && !str_eqz(kind, "phone"))
		return act_refuse(act, ERR_INVALID, "inspect.device", "kind: camera or phone.");
	if (camera)
		TRY(read_camera(act, &o));
	json_set_i64(&o, "window", window);
	json_set_str(&o, "kind", kind);
	json_set_str(&o, "name", name);
	json_set_str(&o, "name_en", in_text(act, "name_en").len ? in_text(act, "name_en") : S(""));
	json_set_str(&o, "number", in_text(act, "number"));
	json_set_bool(&o, "enabled", json_bool(json_get(act->data, "enabled"), true));
	TRY(act_emit(act, "device.put", 0, &o));
	json_set(&act->reply, "id", json_get(json_built(&o), "id"));
	return OK;
}

/* ---- views ---- */

#define DEVICE_SELECT \
	"SELECT d.id AS key, d.code, d.code AS device, d.kind, d.kind AS type, d.name, d.name_en, d.base_url, d.live, d.moment, d.retention_days, d.number, d.enabled, w.code AS \"window\"," \
	" w.name AS window_name, w.name_en AS window_name_en, w.place, o.code AS organ, o.name AS organ_name, o.name_en AS organ_name_en" \
	" FROM inspect_device d JOIN inspect_window w ON w.id=d.\"window\" JOIN organ o ON o.id=w.organ"

enum err view_devices(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t after = 0;
	struct str window = param(v, "window"), organ = param(v, "organ"), kind = param(v, "kind"), text = param(v, "q");
	(void)str_to_i64(param(v, "cursor"), &after);
	TRY(store_prepare(v->c, DEVICE_SELECT " WHERE d.id>?1 AND (?2 IS NULL OR w.code=?2) AND (?3 IS NULL OR o.code=?3) AND (?4 IS NULL OR d.kind=?4)"
	                        " AND (?5 IS NULL OR d.code=?5 OR d.name LIKE '%' || ?5 || '%') AND (?7 IS NULL OR d.code=?7) ORDER BY d.id LIMIT ?6", &q));
	store_bind_i64(q, 1, after);
	bind_wanted(q, 2, window);
	bind_wanted(q, 3, organ);
	bind_wanted(q, 4, kind);
	bind_wanted(q, 5, text);
	store_bind_i64(q, 6, view_limit(v) + 1);
	bind_wanted(q, 7, param(v, "code"));
	return page_json(v, q, out);
}

enum err view_windows(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t after = 0;
	struct str organ = param(v, "organ"), text = param(v, "q");
	(void)str_to_i64(param(v, "cursor"), &after);
	TRY(store_prepare(v->c, "SELECT w.id AS key, w.code, w.name, w.name_en, w.place, w.enabled, o.code AS organ, o.name AS organ_name, o.name_en AS organ_name_en,"
	                        " (SELECT count(*) FROM inspect_device d WHERE d.\"window\"=w.id AND d.kind='camera') AS cameras,"
	                        " (SELECT count(*) FROM inspect_device d WHERE d.\"window\"=w.id AND d.kind='phone') AS phones"
	                        " FROM inspect_window w JOIN organ o ON o.id=w.organ WHERE w.id>?1 AND (?2 IS NULL OR o.code=?2)"
	                        " AND (?3 IS NULL OR w.code=?3 OR w.name LIKE '%' || ?3 || '%') AND (?5 IS NULL OR w.code=?5) ORDER BY w.id LIMIT ?4", &q));
	store_bind_i64(q, 1, after);
	bind_wanted(q, 2, organ);
	bind_wanted(q, 3, text);
	store_bind_i64(q, 4, view_limit(v) + 1);
	bind_wanted(q, 5, param(v, "code"));
	return page_json(v, q, out);
}
