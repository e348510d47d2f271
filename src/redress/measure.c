/* measure.c - a measure of the ladder: proposed by the table, confirmed by a supervisor (or at once, where the table says so),
 * told, appealed, upheld or revoked. */
#include "redress/redress_int.h"

static const struct { const char *kind, *zh, *en; } names[] = {
	{ "yellow", "累计黄牌", "Yellow by count" }, { "red", "累计红牌", "Red by count" }, { "talk", "效能约谈", "Efficiency talk" },
	{ "criticism", "通报批评", "Notice of criticism" }, { "warning", "效能告诫", "Efficiency warning" }, { "referral", "移送", "Referral" },
};

static const char *name_of(struct str kind, bool english)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eqz(kind, names[i].kind))
			return english ? names[i].en : names[i].zh;
	return "";
}

static enum err tell(struct act *act, int64_t person, int64_t organ, struct str kind, struct str number, const char *zh, const char *en, struct str text)
{
	int64_t in = organ ? organ : row_i64(act->c, "SELECT organ FROM post WHERE a=?1 OR b=?1 ORDER BY id LIMIT 1", person, 0);
	return redress_tell_office(act, person, in, 0, arena_printf(act->a, "%s%s:%.*s", name_of(kind, false), zh, STR_ARG(number)),
	                           arena_printf(act->a, "%s%s: %.*s", name_of(kind, true), en, STR_ARG(number)), text, text);
}

/* ---- proposing ---- */

static enum err tell_proposed(struct act *act, bool person, int64_t subject, struct str kind, struct str number, bool automatic)
{
	int64_t organ = person ? row_i64(act->c, "SELECT organ FROM post WHERE a=?1 OR b=?1 ORDER BY id LIMIT 1", subject, 0) : subject;
	int64_t *people;
	size_t count;
	if (automatic)
		return tell(act, person ? subject : 0, person ? 0 : subject, kind, number, "", "", S(""));
	TRY(redress_supervisors(act->c, act->a, organ, 2, &people, &count));
	return redress_tell(act, people, count, 0, arena_printf(act->a, "建议%s:%.*s", name_of(kind, false), STR_ARG(number)),
	                    arena_printf(act->a, "Proposed: %s %.*s", name_of(kind, true), STR_ARG(number)), S("请审核。"), S("For your decision."));
}

enum err measure_propose(struct act *act, bool person, int64_t subject, struct str kind, bool automatic, struct str ground, const struct json *facts)
{
	struct json_build o;
	json_build_object(&o, act->a);
	int64_t basis = act_id(act), measure = act_id(act);
	struct str number = redress_number(act, "XN", &o);
	json_set_i64(&o, "measure", measure);
	json_set_str(&o, "number", number);
	json_set_i64(&o, person ? "subject_person" : "subject_organ", subject);
	json_set_str(&o, "kind", kind);
	json_set_i64(&o, "rank", measure_rank(kind));
	json_set_str(&o, "state", automatic ? S("confirmed") : S("proposed"));
	json_set_i64(&o, "weight", automatic ? measure : 0);
	json_set_str(&o, "ground", ground.ptr ? ground : S(""));
	json_set_i64(&o, "basis", basis);
	json_set(&o, "facts", facts);
	json_set_i64(&o, "at_ms", act->now_ms);
	if (automatic) {
		json_set_i64(&o, "decided_ms", act->now_ms);
		json_set_i64(&o, "appeal_until_ms", redress_due(act, redress_limit(act, "appeal", 10)));
	}
	TRY(act_emit(act, "measure.proposed", 0, &o));
	TRY(tell_proposed(act, person, subject, kind, number, automatic));
	/* what came at once may complete the next rung */
	return automatic ? ladder_weigh(act, person ? subject : 0, person ? 0 : subject) : OK;
}

/* ---- the row ---- */

static enum err find(struct act *act, struct measure_row *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT id, subject_person, subject_organ, decided_by, appeal_until_ms, number, kind, state FROM measure WHERE number=?1", &q));
	store_bind_str(q, 1, str_trim(json_text(json_get(act->data, "measure"))));
	TRY(store_step(q, &row));
	if (!row)
		return act_refuse(act, ERR_NOT_FOUND, "measure.unknown", "There is no measure with this number.");
	*out = (struct measure_row){ .id = store_col_i64(q, 0), .person = store_col_i64(q, 1), .organ = store_col_i64(q, 2), .decided_by = store_col_i64(q, 3),
		.appeal_until_ms = store_col_i64(q, 4), .number = store_col_copy(q, 5, act->a), .kind = store_col_copy(q, 6, act->a), .state = store_col_copy(q, 7, act->a) };
	store_reset(q);
	return OK;
}

static void begin_event(struct act *act, const struct measure_row *r, struct json_build *o, struct str state, struct str reason)
{
	json_build_object(o, act->a);
	json_set_i64(o, "measure", r->id);
	json_set_str(o, "number", r->number);
	json_set_str(o, "kind", r->kind);
	json_set_i64(o, "subject_person", r->person);
	json_set_i64(o, "subject_organ", r->organ);
	json_set_str(o, "state", state);
	json_set_str(o, "reason", reason);
	json_set_i64(o, "by", act->actor.person);
	json_set_i64(o, "at_ms", act->now_ms);
}

/* Whoever works in the organ, or in one of the person's, has an interest. */
static bool interested(struct act *act, const struct measure_row *r)
{
	int64_t *organs;
	size_t n;
	if (r->organ)
		return redress_interested(act->c, act->actor.person, 0, r->organ, 0);
	if (redress_ids(act->c, act->a, "SELECT DISTINCT organ FROM post WHERE (a=?1 OR b=?1) AND role<>'supervisor' AND ?2=0", r->person, 0, &organs, &n) != OK)
		return true;
	for (size_t i = 0; i < n; i++)
		if (powers_in_organ(act->c, act->actor.person, organs[i], ROLE_HANDLERS))
			return true;
	return act->actor.person == r->person;
}

enum err act_measure_decide(struct act *act)
{
	struct measure_row r;
	struct json_build o;
	struct str reason, outcome = json_text(json_get(act->data, "outcome"));
	bool confirm = str_eqz(outcome, "confirm");
	TRY(find(act, &r));
	if (interested(act, &r))
		return act_refuse(act, ERR_DENIED, "redress.interest", "You have a part in this matter: another supervisor judges it.");
	if (!confirm && !str_eqz(outcome, "drop"))
		return act_refuse(act, ERR_INVALID, "measure.outcome", "Say whether the measure is confirmed or dropped.");
	TRY(redress_text(act, "reason", "measure.reason", "Give the reason.", &reason));
	if (!str_eqz(r.state, "proposed"))
		return act_refuse(act, ERR_CONFLICT, "measure.decided", "This measure has been decided already.");
	begin_event(act, &r, &o, confirm ? S("confirmed") : S("dropped"), reason);
	if (confirm) {
		json_set_i64(&o, "weight", act_id(act));
		json_set_i64(&o, "appeal_until_ms", redress_due(act, redress_limit(act, "appeal", 10)));
	}
	TRY(act_emit(act, "measure.decided", 0, &o));
	if (confirm)
		TRY(tell(act, r.person, r.organ, r.kind, r.number, "", "", reason));
	return ladder_weigh(act, r.person, r.organ);
}

enum err act_measure_appeal(struct act *act)
{
	struct measure_row r;
	struct json_build o;
	struct str reason;
	TRY(find(act, &r));
	if (r.person ? act->actor.person != r.person : !powers_in_organ(act->c, act->actor.person, r.organ, ROLE_HEAD))
		return act_refuse(act, ERR_DENIED, "measure.not-yours", "Only the person concerned, or the head of the organ concerned, may appeal.");
	TRY(redress_text(act, "reason", "measure.appeal", "Say why the measure should not stand.", &reason));
	if (!str_eqz(r.state, "confirmed"))
		return act_refuse(act, ERR_CONFLICT, "measure.no-appeal", "There is nothing to appeal: the measure is not in force, or was appealed before.");
	if (act->now_ms >= r.appeal_until_ms)
		return act_refuse(act, ERR_CONFLICT, "measure.appeal-late", "The time for an appeal has passed.");
	begin_event(act, &r, &o, S("appealed"), reason);
	return act_emit(act, "measure.appealed", 0, &o);
}

enum err act_measure_judge(struct act *act)
{
	struct measure_row r;
	struct json_build o;
	struct str reason, outcome = json_text(json_get(act->data, "outcome"));
	bool uphold = str_eqz(outcome, "uphold");
	TRY(find(act, &r));
	if (interested(act, &r) || (r.decided_by && r.decided_by == act->actor.person))
		return act_refuse(act, ERR_DENIED, "redress.interest", "You have a part in this matter: another supervisor judges it.");
	if (!uphold && !str_eqz(outcome, "revoke"))
		return act_refuse(act, ERR_INVALID, "measure.appeal-outcome", "Say whether the measure is upheld or revoked.");
	TRY(redress_text(act, "reason", "measure.reason", "Give the reason.", &reason));
	if (!str_eqz(r.state, "appealed"))
		return act_refuse(act, ERR_CONFLICT, "measure.no-appeal-open", "There is no appeal to judge.");
	begin_event(act, &r, &o, uphold ? S("upheld") : S("revoked"), reason);
	TRY(act_emit(act, "measure.judged", 0, &o));
	return tell(act, r.person, r.organ, r.kind, r.number, uphold ? "维持" : "撤销", uphold ? " upheld" : " revoked", reason);
}
