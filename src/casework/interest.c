/* interest.c - recusal: interests that people declare, withdrawing from a case, and parties who ask for someone's
 * withdrawal (Civil Servants Law, art. 76; Administrative Licensing Law, art. 48 for hearings; Penalty Law, art. 43).
 *
 * An identity number is kept as a digest: it must match, not be read.
 */
#include "casework/access_int.h"

static struct str text_of(struct act *act, const char *key)
{
	struct str s = str_trim(json_text(json_get(act->data, key)));
	return s.ptr ? s : S("");
}

static enum err refuse_at(struct act *act, const char *code, const char *field, const char *text)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", text);
	diag_at(act->d, str_of(field));
	diag_arg(act->d, str_of(field));
	return ERR_INVALID;
}

/* ---- declared ---- */

enum err act_interest_declare(struct act *act)
{
	static const char *const kinds[] = { "relative", "business", "property", "other" };
	struct str kind = text_of(act, "kind"), name = text_of(act, "name"), id_no = text_of(act, "id_no"), login = text_of(act, "login");
	int64_t subject = login.len ? row_i64_str(act->c, "SELECT id FROM person WHERE login=?1", login, 0) : 0;
	struct json_build o;
	bool known = false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		known = known || str_eqz(kind, kinds[i]);
	if (!known)
		return refuse_at(act, "interest.kind", "kind", "Say whether it is a relative, a business, property or another interest.");
	if (!name.len)
		return refuse_at(act, "field.missing", "name", "Give the name of the person or organisation.");
	if (login.len && !subject)
		return refuse_at(act, "person.unknown", "login", "There is no person with this user name.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "interest", act_id(act));
	json_set_i64(&o, "person", act->actor.person);
	json_set_str(&o, "kind", kind);
	json_set_str(&o, "name", name);
	if (id_no.len)
		json_set_str(&o, "digest", secret_digest(act->a, id_no));
	if (subject)
		json_set_i64(&o, "subject", subject);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set(&act->reply, "interest", json_get(&o.value, "interest"));
	return act_emit(act, "interest.declared", 0, &o);
}

enum err act_interest_end(struct act *act)
{
	int64_t id = json_i64(json_get(act->data, "interest"), 0);
	struct json_build o;
	if (row_i64(act->c, "SELECT person FROM interest WHERE id=?1 AND ended_ms IS NULL", id, 0) != act->actor.person)
		return act_refuse(act, ERR_NOT_FOUND, "interest.unknown", "You have declared no such interest, or ended it already.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "interest", id);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "interest.ended", 0, &o);
}

/* Does a declared interest meet this applicant: the account, the identity number, or, where no number was given, the name? */
static bool declared(struct store_conn *c, struct arena *a, int64_t person, const struct case_row *k)
{
	struct store_query *q;
	bool row = false;
	if (!row_i64(c, "SELECT 1 FROM interest WHERE person=?1 AND ended_ms IS NULL LIMIT 1", person, 0))
		return false;
	struct str id_no = str_trim(json_text(json_get(parse(a, row_str(c, a, "SELECT applicant FROM case_data WHERE id=?1", k->id)), "id_no")));
	if (store_prepare(c, "SELECT 1 FROM interest WHERE person=?1 AND ended_ms IS NULL AND ((subject IS NOT NULL AND subject=?2)"
	                     " OR digest=?3 OR (digest IS NULL AND subject IS NULL AND name=?4)) LIMIT 1", &q) != OK)
		return true; /* what cannot be read is not allowed */
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, k->applicant ? k->applicant : -1);
	store_bind_str(q, 3, id_no.len ? secret_digest(a, id_no) : S("-"));
	store_bind_str(q, 4, k->applicant_name);
	bool found = store_step(q, &row) == OK && row;
	store_reset(q);
	return found;
}

static const char barred_from_case[] = "SELECT person FROM recusal WHERE case_id=?1 UNION ALL SELECT person FROM case_barred WHERE case_id=?1";

static bool recused(struct store_conn *c, int64_t person, int64_t case_id)
{
	struct store_query *q;
	bool row = true, found = false;
	if (store_prepare(c, barred_from_case, &q) != OK)
		return true; /* what cannot be read is not allowed */
	store_bind_i64(q, 1, case_id);
	while (row && !found) {
		if (store_step(q, &row) != OK)
			return true;
		found = row && store_col_i64(q, 0) == person;
	}
	store_reset(q);
	return found;
}

static const char interest_in_case[] = "SELECT (SELECT 1 FROM recusal WHERE case_id=?1 AND person=?2), (SELECT 1 FROM interest WHERE person=?2 AND ended_ms IS NULL LIMIT 1)";

void interest_ahead(struct store_conn *c, int64_t person, int64_t case_id)
{
	ahead_pair(c, interest_in_case, case_id, person);
}

void bars_ahead(struct store_conn *c, int64_t case_id)
{
	ahead_i64(c, barred_from_case, case_id);
}

struct str interest_in(struct store_conn *c, struct arena *a, int64_t person, const struct case_row *k)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(c, interest_in_case, &q) != OK)
		return S("recused"); /* what cannot be read is not allowed */
	store_bind_i64(q, 1, k->id);
	store_bind_i64(q, 2, person);
	if (store_step(q, &row) != OK || !row)
		return S("recused");
	bool off = !store_col_null(q, 0), any = !store_col_null(q, 1);
	store_reset(q);
	if (off)
		return S("recused");
	return any && declared(c, a, person, k) ? S("declared") : S("none");
}

bool case_bars(struct store_conn *c, int64_t person, const struct case_row *k)
{
	enum { SCRATCH_MAX = 1 << 20 };
	struct arena a;
	if (!k || !person)
		return false;
	if (person == k->applicant)
		return true;
	if (!k->id)
		return false;
	arena_init(&a, SCRATCH_MAX);
	bool bars = (!k->fresh && recused(c, person, k->id)) || declared(c, &a, person, k);
	arena_release(&a);
	return bars;
}

/* ---- a case goes to someone else ---- */

static enum err recuse(struct act *act, const struct case_row *k, int64_t person, struct str reason)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", k->id);
	json_set_i64(&o, "person", person);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&o, "organ", k->organ);
	TRY(act_emit(act, "case.recused", k->id, &o));
	return holding_route_case(act, k->id, reason);
}

static enum err open_case(struct act *act, struct case_row *k)
{
	if (case_find(act->c, act->a, text_of(act, "case_no"), k) != OK)
		return act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
	return k->open ? OK : act_refuse(act, ERR_CONFLICT, "case.not-open", "The case is concluded.");
}

/* A handler withdraws, or the head takes someone off the case. */
enum err act_case_recuse(struct act *act)
{
	struct case_row k;
	struct str reason = text_of(act, "reason"), login = text_of(act, "person");
	TRY(open_case(act, &k));
	int64_t person = login.len ? row_i64_str(act->c, "SELECT id FROM person WHERE login=?1", login, 0) : act->actor.person;
	if (!person)
		return refuse_at(act, "person.unknown", "person", "There is no person with this user name.");
	if (person != act->actor.person && !act->actor.system && !powers_in_organ(act->c, act->actor.person, k.organ, ROLE_HEAD))
		return act_refuse(act, ERR_DENIED, "recusal.head", "Only the head takes someone else off a case.");
	if (person == act->actor.person && !powers_handles_case(act->c, &act->actor, &k))
		return act_refuse(act, ERR_DENIED, "case.not-handler", "Only people who handle this case may do this.");
	if (!reason.len)
		return refuse_at(act, "field.missing", "reason", "Give the reason.");
	if (recused(act->c, person, k.id))
		return act_refuse(act, ERR_CONFLICT, "recusal.already", "This person has withdrawn from the case already.");
	return recuse(act, &k, person, reason);
}

/* ---- a party asks for someone's withdrawal ---- */

enum err act_case_challenge(struct act *act)
{
	struct case_row k;
	struct json_build o;
	struct str reason = text_of(act, "reason");
	TRY(open_case(act, &k));
	bool mine = act->actor.system || (act->actor.person && act->actor.person == k.applicant) ||
	            secret_fits(act->c, act->a, k.id, json_text(json_get(act->data, "secret")));
	if (!mine)
		return act_refuse(act, ERR_DENIED, "case.not-applicant", "Only the applicant may ask for this.");
	if (!reason.len)
		return refuse_at(act, "field.missing", "reason", "Say why this person should not handle your case.");
	int64_t person = row_i64(act->c, "SELECT person FROM step_open WHERE case_id=?1 AND post IS NOT NULL AND person IS NOT NULL ORDER BY id LIMIT 1", k.id, 0);
	if (!person)
		return act_refuse(act, ERR_CONFLICT, "challenge.nobody", "Nobody is handling the case just now.");
	if (row_i64(act->c, "SELECT 1 FROM challenge WHERE case_id=?1 AND state='open' LIMIT 1", k.id, 0))
		return act_refuse(act, ERR_CONFLICT, "challenge.open", "Your request is being considered already.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "challenge", act_id(act));
	json_set_i64(&o, "case", k.id);
	json_set_i64(&o, "person", person);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&o, "organ", k.organ);
	json_set(&act->reply, "challenge", json_get(&o.value, "challenge"));
	TRY(act_emit(act, "challenge.made", k.id, &o));
	int64_t head = row_i64(act->c, "SELECT a FROM post WHERE organ=?1 AND role='head' ORDER BY id LIMIT 1", k.organ, 0);
	return !head ? OK : notice_send(act, head, k.id, arena_printf(act->a, "申请回避:%.*s", STR_ARG(k.case_no)),
	                                arena_printf(act->a, "Recusal asked for: %.*s", STR_ARG(k.case_no)), reason, reason, 0);
}

enum err act_case_challenge_decide(struct act *act)
{
	struct case_row k;
	struct json_build o;
	int64_t id = json_i64(json_get(act->data, "challenge"), 0), case_id = row_i64(act->c, "SELECT case_id FROM challenge WHERE id=?1 AND state='open'", id, 0);
	bool grant = json_bool(json_get(act->data, "grant"), false);
	struct str answer = text_of(act, "answer");
	if (!case_id)
		return act_refuse(act, ERR_NOT_FOUND, "challenge.unknown", "There is no such request, or it was decided already.");
	TRY(act_case(act, case_id, &k));
	int64_t person = row_i64(act->c, "SELECT person FROM challenge WHERE id=?1", id, 0);
	if (!act->actor.system && (person == act->actor.person || !powers_in_organ(act->c, act->actor.person, k.organ, ROLE_HEAD)))
		return act_refuse(act, ERR_DENIED, "challenge.head", "The head decides on a recusal, and not on the head's own.");
	if (!answer.len)
		return refuse_at(act, "field.missing", "answer", "Give the reasons: the applicant reads them.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "challenge", id);
	json_set_i64(&o, "case", case_id);
	json_set_str(&o, "state", grant ? S("granted") : S("refused"));
	json_set_str(&o, "answer", answer);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "challenge.decided", case_id, &o));
	if (grant && k.open && !recused(act->c, person, case_id))
		TRY(recuse(act, &k, person, answer));
	return !k.applicant ? OK : notice_send(act, k.applicant, case_id, grant ? S("回避申请:同意") : S("回避申请:驳回"),
	                                       grant ? S("Recusal: granted") : S("Recusal: refused"), answer, answer, 0);
}
