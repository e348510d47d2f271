/* absence.c - who is away, where, and until when; what that moves.
 *
 * planned → away → returned, or planned → cancelled. Beginning and return are timers (kinds absence-from, absence-until),
 * so they happen in due order with everything else that falls due. An absence works forward only: one noted late moves
 * steps from the moment it was noted. Several may overlap; a person is away while any of them runs.
 */
#include "base/utf8.h"
#include "casework/casework_int.h"

enum { WHEREABOUTS_MAX = 200 };
#define BACKDATED_MS_MAX (31LL * 86400000)

struct absence { int64_t id, person, from_ms, until_ms; struct str state; };

static enum err absence_get(struct act *act, int64_t id, struct absence *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT id, person, from_ms, until_ms, state FROM absence WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*out = (struct absence){ .id = id, .person = store_col_i64(q, 1), .from_ms = store_col_i64(q, 2), .until_ms = store_col_i64(q, 3),
	                         .state = store_col_copy(q, 4, act->a) };
	store_reset(q);
	return OK;
}

/* Oneself, the head of an organ where the person holds a post, an administrator. */
static bool may_note(struct act *act, int64_t person)
{
	if (act->actor.system || act->actor.person == person || powers_roles(act->c, &act->actor) & ROLE_ADMIN)
		return true;
	struct store_query *q;
	bool row = false;
	if (store_prepare(act->c, "SELECT 1 FROM post h JOIN post p ON p.organ=h.organ WHERE h.role='head' AND h.ended_ms IS NULL AND (h.a=?1 OR h.b=?1)"
	                          " AND (p.a=?2 OR p.b=?2) LIMIT 1", &q) != OK)
		return false;
	store_bind_i64(q, 1, act->actor.person);
	store_bind_i64(q, 2, person);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

static enum err refuse_at(struct act *act, const char *place, const char *code, const char *text)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", text);
	diag_at(act->d, str_of(place));
	return ERR_INVALID;
}

static enum err whereabouts_of(struct act *act, struct str *out)
{
	*out = str_trim(json_text(json_get(act->data, "whereabouts")));
	if (!out->len)
		return refuse_at(act, "whereabouts", "absence.whereabouts", "Say where you are, for those who ask at the counter.");
	if (utf8_count(*out) > WHEREABOUTS_MAX)
		return refuse_at(act, "whereabouts", "absence.whereabouts-long", "Keep the notice to 200 characters.");
	return OK;
}

static bool known_kind(struct str kind)
{
	static const char *const kinds[] = { "leave", "sick", "trip", "meeting", "field", "training", "other" };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eqz(kind, kinds[i]))
			return true;
	return false;
}

/* ---- what beginning and ending move ---- */

static enum err tell_deputies(struct act *act, int64_t person, struct str zh, struct str en)
{
	struct store_query *q;
	int64_t ids[32];
	size_t n = 0;
	TRY(store_prepare(act->c, "SELECT DISTINCT b FROM post WHERE a=?1 AND b IS NOT NULL AND ended_ms IS NULL ORDER BY b LIMIT 32", &q));
	store_bind_i64(q, 1, person);
	for (bool row = true; n < 32;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		ids[n++] = store_col_i64(q, 0);
	}
	store_reset(q);
	for (size_t i = 0; i < n; i++)
		TRY(notice_send(act, ids[i], 0, S("AB岗代理"), S("Acting for a colleague"), zh, en, 0));
	return OK;
}

static enum err begin(struct act *act, const struct absence *x)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "absence", x->id);
	json_set_i64(&o, "person", x->person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "absence.began", 0, &o));
	TRY(holding_route_person(act, x->person, S("")));
	struct str name = row_str(act->c, act->a, "SELECT name FROM person WHERE id=?1", x->person);
	struct str until = x->until_ms ? instant_text(act->a, calendar_now(act->cw), x->until_ms) : S("");
	until = until.len >= 16 ? arena_printf(act->a, "%.*s %.*s", 10, until.ptr, 5, until.ptr + 11) : S("");
	return tell_deputies(act, x->person,
	                     arena_printf(act->a, "%.*s离岗,其岗位工作由您代理%s%.*s。", STR_ARG(name), until.len ? ",预计返岗 " : "", STR_ARG(until)),
	                     arena_printf(act->a, "%.*s is away; the work of the post is yours%s%.*s.", STR_ARG(name), until.len ? ", expected back " : "", STR_ARG(until)));
}

static enum err finish(struct act *act, const struct absence *x, const char *state)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "absence", x->id);
	json_set_i64(&o, "person", x->person);
	json_set_str(&o, "state", str_of(state));
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "absence.ended", 0, &o));
	return holding_route_person(act, x->person, S(""));
}

enum err absence_timer(struct act *act, struct str kind, int64_t id)
{
	struct absence x;
	TRY(absence_get(act, id, &x));
	if (str_eqz(kind, "absence-from"))
		return str_eqz(x.state, "planned") ? begin(act, &x) : OK;
	return str_eqz(x.state, "away") ? finish(act, &x, "returned") : OK;
}

/* ---- commands ---- */

static enum err person_of(struct act *act, int64_t *out)
{
	struct str login = str_trim(json_text(json_get(act->data, "person")));
	*out = login.len ? row_i64_str(act->c, "SELECT id FROM person WHERE login=?1 AND staff=1", login, 0) : act->actor.person;
	if (!*out)
		return refuse_at(act, "person", "person.unknown", "There is no person with this user name.");
	return may_note(act, *out) ? OK : act_refuse(act, ERR_DENIED, "absence.not-yours", "Only the person, their head or an administrator may do this.");
}

static enum err check_times(struct act *act, int64_t from_ms, int64_t until_ms)
{
	if (from_ms < act->now_ms - BACKDATED_MS_MAX)
		return refuse_at(act, "from", "absence.too-old", "An absence is noted within 31 days of its beginning.");
	if (until_ms && until_ms <= from_ms)
		return refuse_at(act, "until", "absence.order", "The return must be after the beginning.");
	if (until_ms && until_ms <= act->now_ms)
		return refuse_at(act, "until", "absence.over", "The return is in the past: nothing would move.");
	return OK;
}

enum err act_absence_note(struct act *act)
{
	struct absence x = { .id = act_id(act), .state = S("planned") };
	struct str where, kind = str_trim(json_text(json_get(act->data, "kind")));
	TRY(person_of(act, &x.person));
	TRY(whereabouts_of(act, &where));
	if (!known_kind(kind))
		return refuse_at(act, "kind", "absence.kind", "Choose what kind of absence it is.");
	TRY(act_moment(act, "from", false, &x.from_ms));
	TRY(act_moment(act, "until", true, &x.until_ms));
	x.from_ms = x.from_ms ? x.from_ms : act->now_ms;
	TRY(check_times(act, x.from_ms, x.until_ms));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "absence", x.id);
	json_set_i64(&o, "person", x.person);
	json_set_str(&o, "kind", kind);
	json_set_i64(&o, "from_ms", x.from_ms);
	if (x.until_ms)
		json_set_i64(&o, "until_ms", x.until_ms);
	json_set_str(&o, "whereabouts", where);
	json_set_i64(&o, "noted_by", act->actor.person);
	json_set_i64(&o, "noted_ms", act->now_ms);
	json_set_i64(&act->reply, "absence", x.id);
	TRY(act_emit(act, "absence.noted", 0, &o));
	bool now = x.from_ms <= act->now_ms;
	json_set_str(&act->reply, "state", now ? S("away") : S("planned"));
	return now ? begin(act, &x) : OK;
}

static enum err find_running(struct act *act, struct absence *x)
{
	int64_t id = json_i64(json_get(act->data, "absence"), 0);
	if (!id) /* "I am back" */
		id = row_i64(act->c, "SELECT id FROM absence WHERE person=?1 AND state='away' ORDER BY id LIMIT 1", act->actor.person, 0);
	enum err e = id ? absence_get(act, id, x) : ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		return act_refuse(act, ERR_NOT_FOUND, "absence.unknown", "There is no such absence.");
	TRY(e);
	if (!may_note(act, x->person))
		return act_refuse(act, ERR_DENIED, "absence.not-yours", "Only the person, their head or an administrator may do this.");
	if (!str_eqz(x->state, "planned") && !str_eqz(x->state, "away"))
		return act_refuse(act, ERR_CONFLICT, "absence.ended", "This absence has ended already.");
	return OK;
}

/* Longer, shorter, open-ended, elsewhere. */
enum err act_absence_change(struct act *act)
{
	struct absence x;
	struct str where;
	int64_t until_ms;
	TRY(find_running(act, &x));
	TRY(whereabouts_of(act, &where));
	TRY(act_moment(act, "until", true, &until_ms));
	TRY(check_times(act, x.from_ms > act->now_ms - BACKDATED_MS_MAX ? x.from_ms : act->now_ms, until_ms));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "absence", x.id);
	json_set_i64(&o, "person", x.person);
	if (until_ms)
		json_set_i64(&o, "until_ms", until_ms);
	json_set_str(&o, "whereabouts", where);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "absence", x.id);
	return act_emit(act, "absence.changed", 0, &o);
}

enum err act_absence_end(struct act *act)
{
	struct absence x;
	TRY(find_running(act, &x));
	json_set_i64(&act->reply, "absence", x.id);
	return finish(act, &x, str_eqz(x.state, "away") ? "returned" : "cancelled");
}
