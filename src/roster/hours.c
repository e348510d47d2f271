/* hours.c - when the office works: dated, for the whole house or one organ. A change never reaches back: a day keeps the hours it had. */
#include "roster/roster_int.h"

static bool clock_minutes(struct str text, int *out)
{
	int64_t hour, minute;
	struct str rest = str_trim(text), h = str_cut(&rest, ':');
	if (!str_to_i64(h, &hour) || !str_to_i64(rest, &minute) || hour < 0 || hour > 24 || minute < 0 || minute > 59 || hour * 60 + minute > 1440)
		return false;
	*out = (int)(hour * 60 + minute);
	return true;
}

/* {sessions: [{from, to}], grace_minutes}; false unless they follow one another within the day. */
static bool read_hours(const struct json *v, struct roster_hours *out)
{
	const struct json *list = json_get(v, "sessions");
	int64_t grace = json_i64(json_get(v, "grace_minutes"), 0);
	*out = (struct roster_hours){ .grace_min = (int)grace };
	if (!list || list->kind != JSON_ARRAY || !list->count || list->count > ROSTER_SESSIONS_MAX || grace < 0 || grace > 120)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		struct roster_session *s = &out->sessions[i];
		if (!clock_minutes(json_text(json_get(&list->items[i], "from")), &s->from_min) || !clock_minutes(json_text(json_get(&list->items[i], "to")), &s->to_min))
			return false;
		if (s->from_min >= s->to_min || (i && s->from_min < out->sessions[i - 1].to_min))
			return false;
	}
	out->count = list->count;
	return true;
}

enum err roster_hours_of(struct store_conn *c, struct arena *a, int64_t organ, calendar_day day, struct roster_hours *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT hours FROM roster_hours WHERE organ IN (?1, 0) AND since<=?2 ORDER BY CASE WHEN organ=0 THEN 1 ELSE 0 END, since DESC LIMIT 1", &q));
	store_bind_i64(q, 1, organ);
	store_bind_i64(q, 2, day);
	TRY(store_step(q, &row));
	struct str text = row ? store_col_copy(q, 0, a) : S("");
	store_reset(q);
	if (!read_hours(text.len ? parse(a, text) : roster_part(c, a, "hours"), out))
		*out = (struct roster_hours){ .count = 0 }; /* a house without hours: nobody is late */
	return OK;
}

/* Sessions as a list, or the two of a usual day as the page's four fields. */
static const struct json *sessions_of(struct act *act)
{
	static const char *const pairs[][2] = { { "from", "to" }, { "from_2", "to_2" } };
	const struct json *given = json_get(act->data, "sessions");
	struct json_build list;
	json_build_array(&list, act->a);
	for (size_t i = 0; !given && i < 2; i++) {
		struct json_build one;
		if (!roster_text(act, pairs[i][0]).len && !roster_text(act, pairs[i][1]).len)
			continue;
		json_build_object(&one, act->a);
		json_set_str(&one, "from", roster_text(act, pairs[i][0]));
		json_set_str(&one, "to", roster_text(act, pairs[i][1]));
		json_add(&list, json_built(&one));
	}
	return given ? given : json_built(&list);
}

enum err act_attendance_hours(struct act *act)
{
	struct json_build o, hours;
	struct roster_hours read;
	int64_t since_ms, organ = 0;
	struct str code = roster_text(act, "organ");
	int32_t offset_s = calendar_offset_s(calendar_now(act->cw));
	if (code.len && !(organ = organ_by_code(act->c, code)))
		return roster_refuse(act, "organ.unknown", "organ", "There is no such organ.");
	TRY(roster_day_given(act, "since", &since_ms));
	calendar_day since = calendar_day_at(since_ms, offset_s);
	if (since <= calendar_day_at(act->now_ms, offset_s))
		return roster_refuse(act, "roster.hours-past", "since", "New hours begin tomorrow at the earliest: days that are over keep theirs.");
	json_build_object(&hours, act->a);
	json_set(&hours, "sessions", sessions_of(act));
	json_set_i64(&hours, "grace_minutes", json_i64(json_get(act->data, "grace_minutes"), 0));
	if (!read_hours(json_built(&hours), &read))
		return roster_refuse(act, "roster.hours", "from", "Hours are one to four stretches such as 09:00 to 12:00, one behind the other; the grace is 0 to 120 minutes.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "organ", organ);
	json_set_i64(&o, "since", since);
	json_set(&o, "hours", json_built(&hours));
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "attendance.hours", 0, &o);
}
