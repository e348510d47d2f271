/* complaint_acts.c - what a complainant does after handing in (asks, answers, urges, says whether content), and what the desk does
 * besides its steps (asks the complainant, looks at a hidden name). */
#include "hotline/hotline_int.h"

enum { DAY_MS = 86400000, MESSAGE_MAX = 6000 };

static enum err need_open(struct act *act, const struct case_row *k)
{
	return k->open ? OK : act_refuse(act, ERR_CONFLICT, "case.not-open", "The case is concluded.");
}

/* Everybody who holds an open step hears of it; `except` said it. */
static enum err tell_holders(struct act *act, const struct case_row *k, const char *zh, const char *en, struct str text, int64_t except)
{
	struct store_query *q;
	int64_t holders[32];
	size_t n = 0;
	TRY(store_prepare(act->c, "SELECT DISTINCT person FROM step_open WHERE case_id=?1 AND person>0 AND person<>?2 ORDER BY person", &q));
	store_bind_i64(q, 1, k->id);
	store_bind_i64(q, 2, except);
	for (bool row = true; row;) {
		TRY(store_step(q, &row));
		if (row && n < sizeof holders / sizeof *holders)
			holders[n++] = store_col_i64(q, 0);
	}
	for (size_t i = 0; i < n; i++)
		TRY(notice_send(act, holders[i], k->id, arena_printf(act->a, "%s:%.*s", zh, STR_ARG(k->case_no)),
		                arena_printf(act->a, "%s: %.*s", en, STR_ARG(k->case_no)), text, text, 0));
	return OK;
}

static enum err emit_message(struct act *act, const struct case_row *k, const char *side, struct str text)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "message", act_id(act));
	json_set_i64(&o, "case", k->id);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&o, "side", str_of(side));
	if (strcmp(side, "office") == 0)
		json_set_i64(&o, "person", act->actor.person);
	json_set_str(&o, "text", text);
	return act_emit(act, "complaint.message", k->id, &o);
}

/* ---- the call-back, answered by the complainant ---- */

static const struct json *response(struct act *act, int64_t step, bool satisfied, struct str reason)
{
	struct json_build o, form;
	struct str words = hotline_text(act->data, "words");
	json_build_object(&form, act->a);
	if (!satisfied)
		json_set_str(&form, "reason", reason);
	json_set_str(&form, "words", words.ptr ? words : S(""));
	json_set_str(&form, "by", S("complainant"));
	json_build_object(&o, act->a);
	json_set_i64(&o, "step", step);
	json_set_str(&o, "action", satisfied ? S("satisfied") : S("unsatisfied"));
	json_set(&o, "form", json_built(&form));
	return json_built(&o);
}

enum err act_complaint_respond(struct act *act)
{
	struct case_row k;
	struct complaint_row r;
	const struct json *own = act->data;
	struct casework_actor actor = act->actor;
	bool satisfied = json_bool(json_get(own, "satisfied"), false);
	struct str reason = hotline_text(own, "reason");
	TRY(complaint_of_complainant(act, &k, &r));
	if (!json_get(own, "satisfied"))
		return hotline_choice(act, S(""), "yes no", "satisfied");
	if (!satisfied)
		TRY(hotline_choice(act, reason, "not-done wrong-facts no-answer attitude late law beyond other", "reason"));
	int64_t step = row_i64(act->c, "SELECT id FROM step_open WHERE case_id=?1 AND element='call_back'", k.id, 0);
	if (!step)
		return act_refuse(act, ERR_CONFLICT, "complaint.not-called", "There is no answer that waits for your word.");
	act->data = response(act, step, satisfied, reason);
	act->actor = (struct casework_actor){ .system = true };
	enum err e = act->data ? act_step_complete(act) : ERR_NOMEM;
	act->data = own;
	act->actor = actor;
	TRY(e);
	TRY(complaint_get(act->c, act->a, k.id, &r));
	json_set_bool(&act->reply, "reopened", !r.closed_ms);
	return OK;
}

/* ---- urged ---- */

enum err act_complaint_urge(struct act *act)
{
	struct case_row k;
	struct complaint_row r;
	struct str text = hotline_text(act->data, "text");
	TRY(complaint_of_complainant(act, &k, &r));
	TRY(need_open(act, &k));
	if (row_i64(act->c, "SELECT max(at_ms) FROM complaint_message WHERE case_id=?1 AND side='urge'", k.id, 0) > act->now_ms - DAY_MS)
		return act_refuse(act, ERR_CONFLICT, "complaint.urged-today", "You have urged it within the last day. Those who handle it know.");
	TRY(emit_message(act, &k, "urge", text.ptr ? text : S("")));
	json_set_str(&act->reply, "case_no", k.case_no);
	return tell_holders(act, &k, "投诉人催办", "The complainant urges", text.len ? text : S("投诉人催办。 The complainant urges."), 0);
}

/* ---- asked and answered ---- */

static enum err from_office(struct act *act, struct case_row *k, struct complaint_row *r, struct str text)
{
	if (case_find(act->c, act->a, str_trim(json_text(json_get(act->data, "case_no"))), k) != OK || complaint_get(act->c, act->a, k->id, r) != OK ||
	    !powers_handles_case(act->c, &act->actor, k))
		return act_refuse(act, ERR_NOT_FOUND, "complaint.unknown", "There is no complaint with this number and secret.");
	TRY(need_open(act, k));
	TRY(emit_message(act, k, "office", text));
	return notice_send(act, k->applicant, k->id, S("投诉办理单位的询问"), S("A question about your complaint"), text, text, 0);
}

static enum err from_complainant(struct act *act, const struct case_row *k, struct str text)
{
	TRY(need_open(act, k));
	TRY(emit_message(act, k, "complainant", text));
	TRY(documents_attach(act, k->id, json_get(act->data, "documents")));
	return tell_holders(act, k, "投诉人补充", "The complainant adds", text, 0);
}

enum err act_complaint_message(struct act *act)
{
	struct case_row k;
	struct complaint_row r;
	struct str text;
	TRY(hotline_need(act, "text", &text));
	if (text.len > MESSAGE_MAX)
		return act_refuse(act, ERR_INVALID, "complaint.text-long", "A message has at most 2,000 characters.");
	bool handler = (powers_roles(act->c, &act->actor) & ROLE_HANDLERS) && !json_get(act->data, "secret");
	if (handler && case_find(act->c, act->a, str_trim(json_text(json_get(act->data, "case_no"))), &k) == OK && k.applicant == act->actor.person)
		handler = false; /* a colleague who complains himself */
	json_set_str(&act->reply, "case_no", str_trim(json_text(json_get(act->data, "case_no"))));
	if (handler)
		return from_office(act, &k, &r, text);
	TRY(complaint_of_complainant(act, &k, &r));
	return from_complainant(act, &k, text);
}

/* ---- a hidden name looked at ---- */

static enum err emit_unmasked(struct act *act, int64_t case_id, struct str reason)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "unmask", act_id(act));
	json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&o, "person", act->actor.person);
	json_set_str(&o, "reason", reason);
	return act_emit(act, "complaint.unmasked", case_id, &o);
}

/* The bytes that were put away. */
static enum err read_identity(struct act *act, int64_t case_id, const struct json **out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT c.bytes FROM complaint_identity i JOIN content c ON c.digest=i.digest WHERE i.case_id=?1", &q));
	store_bind_i64(q, 1, case_id);
	TRY(store_step(q, &row));
	struct str bytes = row ? store_col_copy(q, 0, act->a) : S("");
	store_reset(q);
	return row ? json_read(act->a, bytes, out, act->d)
		: act_refuse(act, ERR_CONFLICT, "complaint.not-hidden", "No name is kept hidden for this complaint: it was handed in openly, or anonymously.");
}

enum err act_complaint_unmask(struct act *act)
{
	static const char *const shown[] = { "name", "phone", "address", "id_type", "id_no" };
	struct case_row k;
	struct complaint_row r;
	const struct json *identity;
	struct str reason;
	if (case_find(act->c, act->a, str_trim(json_text(json_get(act->data, "case_no"))), &k) != OK || complaint_get(act->c, act->a, k.id, &r) != OK ||
	    !powers_sees_case(act->c, &act->actor, &k))
		return act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
	if (!complaint_desk(act->c, &act->actor, &r))
		return act_refuse(act, ERR_DENIED, "complaint.desk-knows", "Only the office that took the complaint in knows the name.");
	TRY(hotline_need(act, "reason", &reason));
	TRY(read_identity(act, k.id, &identity));
	TRY(emit_unmasked(act, k.id, reason));
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		json_set_str(&act->reply, shown[i], hotline_text(identity, shown[i]));
	return OK;
}
