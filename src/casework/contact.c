/* contact.c - first-contact duty (首问负责): whoever takes the first question answers for it until somebody else has
 * accepted it. A hand-over that is declined more often than the rule allows goes up: to the head, then above.
 */
#include "base/utf8.h"
#include "casework/casework_int.h"

enum { QUESTION_MAX = 2000, BOUNCES_DEFAULT = 2 };

struct contact { int64_t id, holder, organ, bounces; struct str no, state; };

static enum err need(struct act *act, const char *key, size_t most, struct str *out)
{
	*out = str_trim(json_text(json_get(act->data, key)));
	if (out->len && utf8_count(*out) <= most)
		return OK;
	(void)act_refuse(act, ERR_INVALID, out->len ? "field.too-long" : "field.missing", out->len ? "%s is too long." : "%s is missing.", key);
	diag_arg(act->d, str_of(key));
	diag_at(act->d, str_of(key));
	return ERR_INVALID;
}

static struct str optional(struct act *act, const char *key)
{
	struct str s = str_trim(json_text(json_get(act->data, key)));
	return s.ptr ? s : S("");
}

static enum err find(struct act *act, struct contact *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT id, holder, organ, bounces, contact_no, state FROM contact WHERE contact_no=?1", &q));
	store_bind_str(q, 1, optional(act, "contact"));
	TRY(store_step(q, &row));
	if (!row)
		return act_refuse(act, ERR_NOT_FOUND, "contact.unknown", "There is no first contact with this number.");
	*out = (struct contact){ .id = store_col_i64(q, 0), .holder = store_col_i64(q, 1), .organ = store_col_i64(q, 2), .bounces = store_col_i64(q, 3),
	                         .no = store_col_copy(q, 4, act->a), .state = store_col_copy(q, 5, act->a) };
	store_reset(q);
	json_set_str(&act->reply, "contact", out->no);
	return str_eqz(out->state, "open") ? OK : act_refuse(act, ERR_CONFLICT, "contact.closed", "This question has been answered or has become a case.");
}

/* The one who answers for it; their head and an administrator may step in. */
static enum err check_holder(struct act *act, const struct contact *x)
{
	if (act->actor.system || act->actor.person == x->holder || powers_in_organ(act->c, act->actor.person, x->organ, ROLE_HEAD))
		return OK;
	return act_refuse(act, ERR_DENIED, "contact.not-yours", "A colleague answers for this question.");
}

static int64_t organ_of_person(struct act *act, int64_t person)
{
	return row_i64(act->c, "SELECT organ FROM post WHERE (a=?1 OR b=?1) AND ended_ms IS NULL ORDER BY id LIMIT 1", person, 0);
}

static enum err hold(struct act *act, const struct contact *x, int64_t person, const char *why)
{
	struct json_build o;
	int64_t organ = organ_of_person(act, person);
	json_build_object(&o, act->a);
	json_set_i64(&o, "contact", x->id);
	json_set_i64(&o, "person", person);
	if (organ)
		json_set_i64(&o, "organ", organ);
	json_set_str(&o, "why", str_of(why));
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "contact.held", 0, &o);
}

/* ---- taking ---- */

/* The case that the question is about, where the asker names one; its organ and supervision learn of a call through `hotline.ticket`. */
static enum err about(struct act *act, struct case_row *k)
{
	struct str case_no = optional(act, "about_case");
	*k = (struct case_row){ 0 };
	if (!case_no.len || case_find(act->c, act->a, case_no, k) == OK)
		return OK;
	(void)act_refuse(act, ERR_NOT_FOUND, "contact.about-case", "There is no case %.*s. Check the number with the caller, or leave it out.", STR_ARG(case_no));
	diag_arg(act->d, case_no);
	diag_at(act->d, S("about_case"));
	return ERR_NOT_FOUND;
}

static enum err ticket(struct act *act, const struct case_row *k, struct str no, struct str question)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_str(&o, "contact_no", no);
	json_set_i64(&o, "about_case", k->id);
	json_set_i64(&o, "about_organ", k->organ);
	json_set_str(&o, "question", question);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "hotline.ticket", k->id, &o);
}

enum err act_contact_take(struct act *act)
{
	struct json_build o;
	struct case_row k;
	struct str name, question, channel = optional(act, "channel");
	int64_t n, organ = organ_of_person(act, act->actor.person);
	int year, month, day;
	char serial[32];
	TRY(need(act, "name", 100, &name));
	TRY(need(act, "question", QUESTION_MAX, &question));
	if (!str_eqz(channel, "counter") && !str_eqz(channel, "phone") && !str_eqz(channel, "other"))
		return act_refuse(act, ERR_INVALID, "contact.channel", "Say where the question came: counter, phone or other.");
	TRY(about(act, &k));
	calendar_day_civil(calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw))), &year, &month, &day);
	snprintf(serial, sizeof serial, "contact/%04d", year);
	json_build_object(&o, act->a);
	serial_take(act, serial, &o, &n);
	struct str no = arena_printf(act->a, "SW%04d%06lld", year, (long long)n);
	json_set_i64(&o, "contact", act_id(act));
	json_set_str(&o, "contact_no", no);
	json_set_str(&o, "channel", channel);
	json_set_str(&o, "name", name);
	json_set_str(&o, "phone", optional(act, "phone"));
	json_set_str(&o, "question", question);
	if (organ)
		json_set_i64(&o, "organ", organ);
	json_set_i64(&o, "person", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	if (k.id)
		json_set_i64(&o, "about_case", k.id);
	json_set_str(&act->reply, "contact", no);
	TRY(act_emit(act, "contact.taken", 0, &o));
	return k.id && str_eqz(channel, "phone") ? ticket(act, &k, no, question) : OK;
}

/* ---- handing over ---- */

static int64_t offered(struct act *act, int64_t contact)
{
	return row_i64(act->c, "SELECT id FROM contact_hand WHERE contact=?1 AND state='offered' ORDER BY id DESC LIMIT 1", contact, 0);
}

enum err act_contact_hand(struct act *act)
{
	struct contact x;
	struct json_build o;
	struct str login, reason;
	TRY(find(act, &x));
	TRY(check_holder(act, &x));
	TRY(need(act, "to", 60, &login));
	TRY(need(act, "reason", 500, &reason));
	int64_t to = row_i64_str(act->c, "SELECT id FROM person WHERE login=?1 AND staff=1 AND enabled=1 AND away=0", login, 0);
	if (!to || to == x.holder)
		return act_refuse(act, ERR_INVALID, "contact.receiver", "Choose a colleague who is here.");
	if (offered(act, x.id))
		return act_refuse(act, ERR_CONFLICT, "contact.offered", "It has been offered to a colleague already, who has not answered yet.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "hand", act_id(act));
	json_set_i64(&o, "contact", x.id);
	json_set_i64(&o, "from_person", x.holder);
	json_set_i64(&o, "to_person", to);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "contact.offered", 0, &o));
	return notice_send(act, to, 0, arena_printf(act->a, "首问转交待确认:%.*s", STR_ARG(x.no)), arena_printf(act->a, "A first contact is offered to you: %.*s", STR_ARG(x.no)),
	                   reason, reason, 0);
}

static enum err settle_offer(struct act *act, const struct contact *x, int64_t hand, const char *state, struct str why)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "hand", hand);
	json_set_i64(&o, "contact", x->id);
	json_set_str(&o, "state", str_of(state));
	json_set_str(&o, "why", why);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "contact.settled", 0, &o);
}

static enum err offer_to_me(struct act *act, const struct contact *x, int64_t *hand)
{
	*hand = offered(act, x->id);
	if (*hand && row_i64(act->c, "SELECT to_person FROM contact_hand WHERE id=?1", *hand, 0) == act->actor.person)
		return OK;
	return act_refuse(act, ERR_CONFLICT, "contact.no-offer", "Nobody has offered you this question, or the offer was withdrawn.");
}

enum err act_contact_accept(struct act *act)
{
	struct contact x;
	int64_t hand;
	TRY(find(act, &x));
	TRY(offer_to_me(act, &x, &hand));
	TRY(settle_offer(act, &x, hand, "accepted", S("")));
	return hold(act, &x, act->actor.person, "accepted");
}

/* The head of the holder's organ; where the holder is that head, of the organ above. */
static enum err above(struct act *act, const struct contact *x, int64_t *person)
{
	int64_t organ = x->organ;
	for (int up = 0; organ && up < 16; up++) {
		struct holder h = { 0 };
		int64_t post = row_i64(act->c, "SELECT id FROM post WHERE organ=?1 AND role='head' AND ended_ms IS NULL ORDER BY id LIMIT 1", organ, 0);
		if (post)
			TRY(holder_of_post(act->c, post, 0, &h));
		*person = h.person;
		if (h.person && h.person != x->holder)
			return OK;
		organ = row_i64(act->c, "SELECT parent FROM organ WHERE id=?1", organ, 0);
	}
	*person = row_i64(act->c, "SELECT n.id FROM post p JOIN person n ON n.id=p.a WHERE p.role='supervisor' AND p.ended_ms IS NULL AND n.enabled=1"
	                          " AND n.away=0 AND n.id<>?1 ORDER BY p.id LIMIT 1", x->holder, 0);
	return OK;
}

static int64_t bounces_allowed(struct act *act)
{
	const struct json *v = parse(act->a, setting_get(act->c, act->a, S("contact.bounces")));
	return json_i64(v, BOUNCES_DEFAULT);
}

static enum err go_up(struct act *act, const struct contact *x)
{
	int64_t person = 0;
	TRY(above(act, x, &person));
	if (!person)
		return OK; /* nobody above: it stays with whoever has it */
	TRY(hold(act, x, person, "went-up"));
	json_set_bool(&act->reply, "went_up", true);
	return notice_send(act, person, 0, arena_printf(act->a, "首问推诿上提:%.*s", STR_ARG(x->no)), arena_printf(act->a, "A first contact nobody accepted: %.*s", STR_ARG(x->no)),
	                   S("该问题多次转交均被退回,由您负责答复或指定承办人。"), S("It was handed over and declined too often. You answer for it now."), 0);
}

enum err act_contact_decline(struct act *act)
{
	struct contact x;
	struct str why;
	int64_t hand;
	TRY(find(act, &x));
	TRY(offer_to_me(act, &x, &hand));
	TRY(need(act, "reason", 500, &why));
	TRY(settle_offer(act, &x, hand, "declined", why));
	if (x.bounces + 1 > bounces_allowed(act))
		return go_up(act, &x);
	return notice_send(act, x.holder, 0, arena_printf(act->a, "首问转交被退回:%.*s", STR_ARG(x.no)), arena_printf(act->a, "Declined: first contact %.*s", STR_ARG(x.no)), why, why, 0);
}

/* ---- the end ---- */

static enum err close(struct act *act, const struct contact *x, const char *state, struct str answer, int64_t case_id)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "contact", x->id);
	json_set_str(&o, "state", str_of(state));
	json_set_str(&o, "answer", answer);
	if (case_id)
		json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "person", x->holder);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "contact.closed", case_id, &o);
}

enum err act_contact_close(struct act *act)
{
	struct contact x;
	struct str answer;
	TRY(find(act, &x));
	TRY(check_holder(act, &x));
	TRY(need(act, "answer", QUESTION_MAX, &answer));
	return close(act, &x, "answered", answer, 0);
}

enum err contact_to_case(struct act *act, int64_t contact, int64_t case_id)
{
	struct contact x = { .id = contact, .holder = row_i64(act->c, "SELECT holder FROM contact WHERE id=?1 AND state='open'", contact, 0) };
	x.organ = row_i64(act->c, "SELECT organ FROM contact WHERE id=?1", contact, 0);
	if (!x.holder)
		return act_refuse(act, ERR_CONFLICT, "contact.closed", "This question has been answered or has become a case.");
	TRY(check_holder(act, &x));
	return close(act, &x, "case", S(""), case_id);
}
