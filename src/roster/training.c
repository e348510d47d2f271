/* training.c - courses, and who attended them: hours, examination, papers. A record is never changed, only struck out. */
#include "roster/roster_int.h"

enum { HOURS_MAX = 2000, SCORE_MAX = 1000 };

static bool word_of(const struct json *list, struct str word)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (str_eq(json_text(&list->items[i]), word))
			return true;
	return false;
}

static enum err read_hours(struct act *act, int64_t *hours)
{
	*hours = json_i64(json_get(act->data, "hours"), 0);
	return *hours >= 1 && *hours <= HOURS_MAX ? OK : roster_refuse(act, "roster.hours-number", "hours", "Hours are a whole number of at least 1.");
}

static bool course_stands(struct act *act, int64_t id, struct str name, struct str kind, int64_t hours, bool enabled)
{
	struct str name_en = roster_text(act, "name_en").len ? roster_text(act, "name_en") : name;
	return str_eq(name, row_str(act->c, act->a, "SELECT name FROM roster_course WHERE id=?1", id)) &&
	       str_eq(name_en, row_str(act->c, act->a, "SELECT name_en FROM roster_course WHERE id=?1", id)) &&
	       str_eq(kind, row_str(act->c, act->a, "SELECT kind FROM roster_course WHERE id=?1", id)) &&
	       row_i64(act->c, "SELECT hours FROM roster_course WHERE id=?1", id, 0) == hours &&
	       (row_i64(act->c, "SELECT enabled FROM roster_course WHERE id=?1", id, 0) == 1) == enabled;
}

enum err act_course_put(struct act *act)
{
	struct json_build o;
	struct str code, name, kind = roster_text(act, "kind");
	int64_t hours;
	TRY(roster_needed(act, "code", &code));
	TRY(roster_needed(act, "name", &name));
	TRY(read_hours(act, &hours));
	if (!word_of(roster_part(act->c, act->a, "course_kinds"), kind))
		return roster_refuse(act, "roster.course-kind", "kind", "Choose the kind of the course.");
	int64_t id = row_i64_str(act->c, "SELECT id FROM roster_course WHERE code=?1", code, 0);
	bool enabled = json_bool(json_get(act->data, "enabled"), true);
	bool same = id && course_stands(act, id, name, kind, hours, enabled);
	json_set_str(&act->reply, "code", code);
	json_set_bool(&act->reply, "changed", !same);
	if (same)
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "course", id ? id : act_id(act));
	json_set_str(&o, "code", code);
	json_set_str(&o, "name", name);
	json_set_str(&o, "name_en", roster_text(act, "name_en").len ? roster_text(act, "name_en") : name);
	json_set_str(&o, "kind", kind);
	json_set_i64(&o, "hours", hours);
	json_set_bool(&o, "enabled", enabled);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "course.put", 0, &o);
}

static enum err read_exam(struct act *act, struct json_build *o)
{
	struct str exam = roster_text(act, "exam");
	int64_t score = json_i64(json_get(act->data, "score"), -1);
	if (exam.len && !str_eqz(exam, "passed") && !str_eqz(exam, "failed") && !str_eqz(exam, "none"))
		return roster_refuse(act, "roster.exam", "exam", "The examination was passed or failed, or there was none.");
	if (score > SCORE_MAX)
		return roster_refuse(act, "roster.score", "score", "A score is at most 1000.");
	json_set_str(o, "exam", exam.len ? exam : S("none"));
	if (score >= 0)
		json_set_i64(o, "score", score);
	return OK;
}

struct training_key { int64_t person, course, from_ms, until_ms, hours; };

/* The same attendance, entered before: nobody attends one course twice at once. */
static enum err find_training(struct act *act, const struct training_key *k, int64_t *id)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT id FROM roster_training WHERE person=?1 AND course=?2 AND from_ms=?3 AND until_ms=?4 AND hours=?5 AND struck_ms IS NULL LIMIT 1", &q));
	store_bind_i64(q, 1, k->person);
	store_bind_i64(q, 2, k->course);
	store_bind_i64(q, 3, k->from_ms);
	store_bind_i64(q, 4, k->until_ms);
	store_bind_i64(q, 5, k->hours);
	TRY(store_step(q, &row));
	*id = row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return OK;
}

enum err act_training_record(struct act *act)
{
	struct json_build o, ids;
	struct str code = roster_text(act, "course");
	int64_t person, from, until, id, hours = json_i64(json_get(act->data, "hours"), 0);
	int64_t course = row_i64_str(act->c, "SELECT id FROM roster_course WHERE code=?1", code, 0);
	TRY(roster_person_given(act, "person", &person));
	TRY(roster_need_keeper(act, person));
	if (!course)
		return roster_refuse(act, "roster.course", "course", "Choose a course that exists.");
	if (!json_get(act->data, "hours"))
		hours = row_i64(act->c, "SELECT hours FROM roster_course WHERE id=?1", course, 0);
	if (hours < 0 || hours > HOURS_MAX)
		return roster_refuse(act, "roster.hours-number", "hours", "Hours are a whole number of at least 1.");
	TRY(roster_day_given(act, "from", &from));
	until = from;
	if (roster_text(act, "until").len)
		TRY(roster_day_given(act, "until", &until));
	if (until < from || from > act->now_ms)
		return roster_refuse(act, "roster.training-when", "from", "A training is recorded once it has been; it ends after it began.");
	json_build_object(&o, act->a);
	TRY(read_exam(act, &o));
	TRY(find_training(act, &(struct training_key){ person, course, from, until, hours }, &id));
	json_set_bool(&act->reply, "changed", id == 0);
	if (id) { /* read in a second time */
		json_set_i64(&act->reply, "training", id);
		return OK;
	}
	json_build_array(&ids, act->a);
	TRY(uploads_file_person(act, person, json_get(act->data, "documents"), &ids));
	id = act_id(act);
	json_set_i64(&o, "training", id);
	json_set_i64(&o, "person", person);
	json_set_i64(&o, "course", course);
	json_set_i64(&o, "from_ms", from);
	json_set_i64(&o, "until_ms", until);
	json_set_i64(&o, "hours", hours);
	json_set_str(&o, "note", roster_or_null(roster_text(act, "note")));
	json_set(&o, "documents", ids.value.count ? json_built(&ids) : NULL);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "training", id);
	return act_emit(act, "training.recorded", 0, &o);
}

enum err act_training_strike(struct act *act)
{
	struct str reason;
	int64_t id = json_i64(json_get(act->data, "training"), 0), person = row_i64(act->c, "SELECT person FROM roster_training WHERE id=?1 AND struck_ms IS NULL", id, 0);
	return roster_strike(act, "training.struck", "training", "roster.no-training", id, person, &reason);
}
