/* attendance.c - coming and going, what the head puts right, and the head's word on an absence. */
#include "roster/roster_int.h"

enum { CORRECTION_DAYS_MAX = 62 };

static int64_t last_mark(struct act *act, int64_t person, int64_t from_ms, struct str *kind)
{
	struct store_query *q;
	bool row;
	int64_t at = 0;
	*kind = S("");
	if (store_prepare(act->c, "SELECT at_ms, kind FROM roster_mark WHERE person=?1 AND at_ms>=?2 AND struck_ms IS NULL ORDER BY at_ms DESC, id DESC LIMIT 1", &q) != OK)
		return 0;
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, from_ms);
	if (store_step(q, &row) == OK && row) {
		at = store_col_i64(q, 0);
		*kind = store_col_copy(q, 1, act->a);
	}
	store_reset(q);
	return at;
}

static enum err emit_mark(struct act *act, int64_t person, struct str kind, int64_t at_ms, struct str reason)
{
	struct json_build o;
	int64_t id = act_id(act);
	json_build_object(&o, act->a);
	json_set_i64(&o, "mark", id);
	json_set_i64(&o, "person", person);
	json_set_str(&o, "kind", kind);
	json_set_i64(&o, "mark_ms", at_ms);
	json_set_i64(&o, "by", act->actor.person);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "mark", id);
	json_set_str(&act->reply, "at", instant_text(act->a, calendar_now(act->cw), at_ms));
	return act_emit(act, "attendance.marked", 0, &o);
}

/* "in" or "out"; refused as roster.mark-kind. */
static enum err read_kind(struct act *act, struct str *kind)
{
	*kind = roster_text(act, "kind");
	if (str_eqz(*kind, "in") || str_eqz(*kind, "out"))
		return OK;
	return roster_refuse(act, "roster.mark-kind", "kind", "Say whether you come (in) or go (out).");
}

static bool marked(struct act *act, int64_t person, struct str kind, int64_t at_ms)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(act->c, "SELECT 1 FROM roster_mark WHERE person=?1 AND kind=?2 AND at_ms=?3 AND struck_ms IS NULL LIMIT 1", &q) != OK)
		return false;
	store_bind_i64(q, 1, person);
	store_bind_str(q, 2, kind);
	store_bind_i64(q, 3, at_ms);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

/* As a reader of cards at the door says it: who, and when. */
static enum err mark_of_reader(struct act *act, struct str kind)
{
	int64_t person, at;
	TRY(roster_person_given(act, "person", &person));
	TRY(act_moment(act, "at", false, &at));
	if (!at || at > act->now_ms)
		return roster_refuse(act, "roster.mark-when", "at", "Say when: a moment that has been.");
	bool again = marked(act, person, kind, at);
	json_set_bool(&act->reply, "changed", !again);
	return again ? OK : emit_mark(act, person, kind, at, (struct str){ NULL, 0 });
}

enum err act_attendance_mark(struct act *act)
{
	struct str kind, before;
	int32_t offset_s = calendar_offset_s(calendar_now(act->cw));
	TRY(read_kind(act, &kind));
	if (act->actor.system)
		return mark_of_reader(act, kind);
	int64_t at = last_mark(act, act->actor.person, calendar_day_start_ms(calendar_day_at(act->now_ms, offset_s), offset_s), &before);
	bool in = str_eqz(kind, "in"), is_in = str_eqz(before, "in");
	if (in == is_in) {
		struct str clock = at ? instant_text(act->a, calendar_now(act->cw), at) : S("");
		clock = clock.len >= 16 ? str_sub(clock, 11, 16) : S("");
		(void)act_refuse(act, ERR_CONFLICT, in ? "roster.in-already" : "roster.not-in", in ? "You are checked in since %.*s." : "You are not checked in.%.*s", STR_ARG(in ? clock : S("")));
		diag_arg(act->d, clock);
		return ERR_CONFLICT;
	}
	return emit_mark(act, act->actor.person, kind, act->now_ms, (struct str){ NULL, 0 });
}

static enum err tell(struct act *act, int64_t person, const char *zh, const char *en, struct str text, struct str text_en)
{
	return notice_send(act, person, 0, str_of(zh), str_of(en), text, text_en, 0);
}

enum err act_attendance_correct(struct act *act)
{
	struct str kind, reason;
	int64_t person, at;
	TRY(roster_person_given(act, "person", &person));
	TRY(roster_need_keeper(act, person));
	TRY(read_kind(act, &kind));
	TRY(act_moment(act, "at", false, &at));
	TRY(roster_needed(act, "reason", &reason));
	if (!at || at > act->now_ms || at < act->now_ms - (int64_t)CORRECTION_DAYS_MAX * ROSTER_DAY_MS)
		return roster_refuse(act, "roster.mark-when", "at", "A correction is for a moment of the last 62 days.");
	TRY(emit_mark(act, person, kind, at, reason));
	struct str when = instant_text(act->a, calendar_now(act->cw), at);
	when = when.len >= 16 ? arena_printf(act->a, "%.*s %.*s", 10, when.ptr, 5, when.ptr + 11) : when;
	bool in = str_eqz(kind, "in");
	return tell(act, person, "考勤更正", "Attendance corrected", arena_printf(act->a, "补录%s：%.*s。理由：%.*s", in ? "签到" : "签退", STR_ARG(when), STR_ARG(reason)),
	            arena_printf(act->a, "Entered for you: %s at %.*s. Reason: %.*s", in ? "came" : "went", STR_ARG(when), STR_ARG(reason)));
}

enum err act_attendance_strike(struct act *act)
{
	struct str reason;
	int64_t mark = json_i64(json_get(act->data, "mark"), 0), person = row_i64(act->c, "SELECT person FROM roster_mark WHERE id=?1 AND struck_ms IS NULL", mark, 0);
	TRY(roster_strike(act, "attendance.struck", "mark", "roster.no-mark", mark, person, &reason));
	return tell(act, person, "考勤更正", "Attendance corrected", arena_printf(act->a, "一条考勤记录被撤销。理由：%.*s", STR_ARG(reason)),
	            arena_printf(act->a, "An entry of yours was struck out. Reason: %.*s", STR_ARG(reason)));
}

/* ---- absences: noted by whoever is away, approved by whoever answers for the office ---- */

enum err act_attendance_approve(struct act *act)
{
	struct json_build o;
	struct str reason = roster_text(act, "reason");
	bool approved = json_bool(json_get(act->data, "approved"), false);
	int64_t absence = json_i64(json_get(act->data, "absence"), 0), person = row_i64(act->c, "SELECT person FROM absence WHERE id=?1 AND state<>'cancelled'", absence, 0);
	if (!person)
		return act_refuse(act, ERR_NOT_FOUND, "roster.no-absence", "There is no such absence, or it was cancelled.");
	TRY(roster_need_keeper(act, person));
	if (!approved && !reason.len)
		return roster_refuse(act, "field.missing", "reason", "Give the reason.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "absence", absence);
	json_set_str(&o, "state", approved ? S("approved") : S("refused"));
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "absence.approved", 0, &o));
	return tell(act, person, approved ? "离岗已批准" : "离岗未批准", approved ? "Absence approved" : "Absence not approved",
	            reason.len ? reason : S("您登记的离岗已经批准，计入考勤。"), reason.len ? reason : S("The absence that you noted is approved and counts as such."));
}
