/* glass.c - looking where one usually may not: a case opened in an emergency, and personal data shown in full. Both need a
 * reason, both stand in the record with the case, and the first is told to supervision at once.
 */
#include "base/utf8.h"
#include "casework/access_int.h"

enum { GLASS_MINUTES_MAX = 240, GLASS_MINUTES_USUAL = 60, REASON_CHARS_MIN = 4 };

static enum err find_case(struct act *act, struct case_row *k)
{
	return case_find(act->c, act->a, str_trim(json_text(json_get(act->data, "case_no"))), k) == OK ? OK
		: act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
}

static enum err find_reason(struct act *act, struct str *reason)
{
	*reason = str_trim(json_text(json_get(act->data, "reason")));
	if (reason->len && utf8_count(*reason) >= REASON_CHARS_MIN)
		return OK;
	(void)act_refuse(act, ERR_INVALID, "reason.too-short", "Give the reason in a few words: it stands in the record.");
	diag_at(act->d, S("reason"));
	return ERR_INVALID;
}

/* ---- break-glass ---- */

bool glass_open(struct store_conn *c, int64_t person, int64_t case_id)
{
	struct store_query *q;
	bool row = false;
	if (!person || store_prepare(c, "SELECT 1 FROM glass WHERE person=?1 AND case_id=?2", &q) != OK)
		return false;
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, case_id);
	bool open = store_step(q, &row) == OK && row;
	store_reset(q);
	return open;
}

static enum err tell_supervisors(struct act *act, const struct case_row *k, struct str zh, struct str en)
{
	enum { SUPERVISORS_MAX = 50 };
	struct store_query *q;
	int64_t people[SUPERVISORS_MAX];
	size_t n = 0;
	bool row;
	TRY(store_prepare(act->c, "SELECT DISTINCT a FROM post WHERE role='supervisor' AND a IS NOT NULL ORDER BY a", &q));
	while (n < SUPERVISORS_MAX) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		people[n++] = store_col_i64(q, 0);
	}
	store_reset(q);
	for (size_t i = 0; i < n; i++)
		TRY(notice_send(act, people[i], k->id, arena_printf(act->a, "应急查阅:%.*s", STR_ARG(k->case_no)),
		                arena_printf(act->a, "Emergency access: %.*s", STR_ARG(k->case_no)), zh, en, 0));
	return OK;
}

enum err act_case_glass(struct act *act)
{
	struct case_row k;
	struct str reason;
	struct json_build o;
	int64_t minutes = json_i64(json_get(act->data, "minutes"), GLASS_MINUTES_USUAL);
	TRY(find_case(act, &k));
	TRY(find_reason(act, &reason));
	if (minutes < 1 || minutes > GLASS_MINUTES_MAX)
		return act_refuse(act, ERR_INVALID, "glass.minutes", "Emergency access lasts 1 to 240 minutes.");
	if (act->actor.person == k.applicant)
		return act_refuse(act, ERR_DENIED, "access.own-case", "Nobody handles a case of one's own.");
	if (powers_sees_case(act->c, &act->actor, &k))
		return act_refuse(act, ERR_CONFLICT, "glass.needless", "You may see this case already.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", k.id);
	json_set_i64(&o, "person", act->actor.person);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&o, "until_ms", act->now_ms + minutes * 60000);
	json_set_i64(&o, "organ", k.organ);
	json_set_i64(&o, "item", k.item);
	TRY(act_emit(act, "glass.broken", k.id, &o));
	json_set_str(&act->reply, "case_no", k.case_no);
	json_set_str(&act->reply, "until", instant_text(act->a, calendar_now(act->cw), act->now_ms + minutes * 60000));
	struct str who = row_str(act->c, act->a, "SELECT name FROM person WHERE id=?1", act->actor.person);
	return tell_supervisors(act, &k, arena_printf(act->a, "%.*s 应急查阅了该办件,理由:%.*s", STR_ARG(who), STR_ARG(reason)),
	                        arena_printf(act->a, "%.*s opened the case in an emergency: %.*s", STR_ARG(who), STR_ARG(reason)));
}

enum err glass_over(struct act *act, int64_t case_id, int64_t person)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "person", person);
	return act_emit(act, "glass.over", case_id, &o);
}

/* ---- personal data in full ---- */

struct str personal_mask(struct arena *a, struct str s, size_t head, size_t tail)
{
	size_t count = utf8_count(s);
	if (count <= head + tail)
		return count ? S("***") : S("");
	size_t from = utf8_offset(s, head), to = utf8_offset(s, count - tail);
	return arena_printf(a, "%.*s********%.*s", (int)from, s.ptr, (int)(s.len - to), s.ptr + to);
}

static bool may_look(struct act *act, const struct case_row *k)
{
	struct store_query *q;
	bool row = false, may = false;
	if (!powers_sees_case(act->c, &act->actor, k) || act->actor.person == k->applicant)
		return false;
	if (store_prepare(act->c, "SELECT role FROM post WHERE a=?1 OR b=?1", &q) != OK)
		return false;
	store_bind_i64(q, 1, act->actor.person);
	while (!may && store_step(q, &row) == OK && row)
		may = function_of_role(act->cw, S("personal"), store_col_str(q, 0));
	store_reset(q);
	return may;
}

/* The values go into the answer alone; the record has who looked at which, and why. */
enum err act_case_unmask(struct act *act)
{
	static const char *const fields[] = { "id_no", "phone", "address" };
	struct case_row k;
	struct str reason;
	struct json_build o, list;
	TRY(find_case(act, &k));
	if (!may_look(act, &k))
		return act_refuse(act, ERR_DENIED, "personal.denied", "Your post may not see personal data of this case in full.");
	TRY(find_reason(act, &reason));
	const struct json *data = parse(act->a, row_str(act->c, act->a, "SELECT applicant FROM case_data WHERE id=?1", k.id));
	json_build_array(&list, act->a);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct str v = json_text(json_get(data, fields[i]));
		json_set_str(&act->reply, fields[i], v.ptr ? v : S(""));
		if (v.len)
			json_add_str(&list, str_of(fields[i]));
	}
	json_build_object(&o, act->a);
	json_set_i64(&o, "look", act_id(act));
	json_set_i64(&o, "case", k.id);
	json_set_i64(&o, "person", act->actor.person);
	json_set(&o, "fields", json_built(&list));
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "personal.seen", k.id, &o);
}
