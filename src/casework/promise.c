/* promise.c - promised limits of an item: shorter than the law's, proposed by one person and signed by another, in versions,
 * each in force from a day. A case keeps the promise that was in force when it was received.
 */
#include "casework/casework_int.h"

struct promise { int64_t id, item, amount, from_ms, proposed_by; struct str state; };

static enum err promise_get(struct act *act, int64_t id, struct promise *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT id, item, amount, from_ms, proposed_by, state FROM promise WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return act_refuse(act, ERR_NOT_FOUND, "promise.unknown", "There is no such promise.");
	*out = (struct promise){ .id = id, .item = store_col_i64(q, 1), .amount = store_col_i64(q, 2), .from_ms = store_col_i64(q, 3),
	                         .proposed_by = store_col_i64(q, 4), .state = store_col_copy(q, 5, act->a) };
	store_reset(q);
	return OK;
}

int64_t promise_at(struct store_conn *c, int64_t item, int64_t at_ms, int64_t none)
{
	struct store_query *q;
	bool row;
	if (store_prepare(c, "SELECT amount FROM promise WHERE item=?1 AND state='signed' AND from_ms<=?2 AND (until_ms IS NULL OR until_ms>?2)"
	                     " ORDER BY from_ms DESC, id DESC LIMIT 1", &q) != OK)
		return none;
	store_bind_i64(q, 1, item);
	store_bind_i64(q, 2, at_ms);
	if (store_step(q, &row) != OK || !row)
		return none;
	int64_t n = store_col_i64(q, 0);
	store_reset(q);
	return n;
}

/* The head of the item's organ, an administrator; to sign also supervision. */
static bool may(struct act *act, int64_t item, unsigned everywhere)
{
	if (act->actor.system || powers_roles(act->c, &act->actor) & everywhere)
		return true;
	return powers_in_organ(act->c, act->actor.person, row_i64(act->c, "SELECT organ FROM item WHERE id=?1", item, 0), ROLE_HEAD);
}

static enum err refuse_at(struct act *act, const char *place, const char *code, const char *text)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", text);
	diag_at(act->d, str_of(place));
	return ERR_INVALID;
}

static enum err check_amount(struct act *act, int64_t item, int64_t amount)
{
	int64_t law = row_i64(act->c, "SELECT statutory FROM item WHERE id=?1", item, 0);
	if (amount < 1)
		return refuse_at(act, "amount", "promise.amount", "A promise is a whole number from 1.");
	if (law && amount > law)
		return refuse_at(act, "amount", "limit.promise-too-long", "The promised limit may not be longer than the law's.");
	return OK;
}

enum err act_promise_propose(struct act *act)
{
	struct json_build o;
	struct str code = str_trim(json_text(json_get(act->data, "item"))), reason = str_trim(json_text(json_get(act->data, "reason")));
	int64_t item = row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1", code, 0), amount = json_i64(json_get(act->data, "amount"), 0), from_ms;
	if (!item)
		return refuse_at(act, "item", "item.unknown", "There is no service item with this code.");
	if (!may(act, item, ROLE_ADMIN))
		return act_refuse(act, ERR_DENIED, "promise.head-only", "Only the head of the organ proposes what it promises.");
	TRY(check_amount(act, item, amount));
	if (!reason.len)
		return refuse_at(act, "reason", "promise.reason", "Say why the limit can be kept.");
	TRY(act_moment(act, "from", false, &from_ms));
	if (row_i64(act->c, "SELECT id FROM promise WHERE item=?1 AND state='proposed'", item, 0))
		return act_refuse(act, ERR_CONFLICT, "promise.pending", "A proposal for this item waits for its second signature.");
	int64_t id = act_id(act);
	struct str unit = row_str(act->c, act->a, "SELECT unit FROM item WHERE id=?1", item);
	json_build_object(&o, act->a);
	json_set_i64(&o, "promise", id);
	json_set_i64(&o, "item", item);
	json_set_i64(&o, "version", row_i64(act->c, "SELECT max(version) FROM promise WHERE item=?1", item, 0) + 1);
	json_set_i64(&o, "amount", amount);
	json_set_str(&o, "unit", unit.len ? unit : S("working-days"));
	int64_t law = row_i64(act->c, "SELECT statutory FROM item WHERE id=?1", item, 0);
	if (law)
		json_set_i64(&o, "statutory", law);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "from_ms", from_ms ? from_ms : act->now_ms);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "promise", id);
	return act_emit(act, "promise.proposed", 0, &o);
}

/* The item's own figure follows, for guides, imports and cases to come. */
static enum err put_item(struct act *act, const struct promise *p)
{
	const struct json *data = parse(act->a, row_str(act->c, act->a, "SELECT data FROM item WHERE id=?1", p->item));
	struct json_build o;
	json_build_object(&o, act->a);
	for (size_t i = 0; data && i < data->count; i++)
		if (!str_eqz(data->members[i].key, "promised_limit"))
			json_set_key(&o, data->members[i].key, &data->members[i].value);
	json_set_i64(&o, "promised_limit", p->amount);
	return act_inner(act, json_built(&o), act_item_put, NULL);
}

enum err promise_timer(struct act *act, int64_t id)
{
	struct promise p;
	TRY(promise_get(act, id, &p));
	return str_eqz(p.state, "signed") ? put_item(act, &p) : OK;
}

/* What was in force before the first promise was signed is kept too: cases that came in under it keep it. */
static enum err keep_before(struct act *act, const struct promise *p)
{
	struct json_build o;
	int64_t amount = row_i64(act->c, "SELECT promised FROM item WHERE id=?1", p->item, 0);
	if (!amount || row_i64(act->c, "SELECT 1 FROM promise WHERE item=?1 AND state='signed' LIMIT 1", p->item, 0))
		return OK;
	struct str unit = row_str(act->c, act->a, "SELECT unit FROM item WHERE id=?1", p->item);
	json_build_object(&o, act->a);
	json_set_i64(&o, "promise", act_id(act));
	json_set_i64(&o, "item", p->item);
	json_set_i64(&o, "version", 0);
	json_set_i64(&o, "amount", amount);
	json_set_str(&o, "unit", unit.len ? unit : S("working-days"));
	json_set_str(&o, "reason", S(""));
	json_set_i64(&o, "from_ms", 0);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "promise.kept", 0, &o);
}

static enum err settle(struct act *act, const struct promise *p, const char *state, int64_t from_ms, struct str why)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "promise", p->id);
	json_set_i64(&o, "item", p->item);
	json_set_str(&o, "state", str_of(state));
	json_set_i64(&o, "from_ms", from_ms);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_str(&o, "why", why);
	act_set_read(act, &o);
	json_set_i64(&act->reply, "promise", p->id);
	json_set_str(&act->reply, "state", str_of(state));
	return act_emit(act, "promise.settled", 0, &o);
}

static enum err pending(struct act *act, struct promise *p)
{
	TRY(promise_get(act, json_i64(json_get(act->data, "promise"), 0), p));
	if (!str_eqz(p->state, "proposed"))
		return act_refuse(act, ERR_CONFLICT, "promise.settled", "This proposal has been signed or refused already.");
	if (!may(act, p->item, ROLE_ADMIN | ROLE_SUPERVISOR))
		return act_refuse(act, ERR_DENIED, "promise.not-yours", "A head of the organ, supervision or an administrator decides on this.");
	return OK;
}

enum err act_promise_sign(struct act *act)
{
	struct promise p;
	TRY(pending(act, &p));
	if (!act->actor.system && p.proposed_by == act->actor.person)
		return act_refuse(act, ERR_DENIED, "promise.second-person", "You proposed it: a second person must sign.");
	TRY(check_amount(act, p.item, p.amount)); /* the law's limit may have changed since */
	/* a promise does not reach back: from its day, or from the signature when that is later */
	int64_t from_ms = p.from_ms > act->now_ms ? p.from_ms : act->now_ms;
	TRY(keep_before(act, &p));
	TRY(settle(act, &p, "signed", from_ms, S("")));
	return from_ms <= act->now_ms ? put_item(act, &p) : OK;
}

enum err act_promise_refuse(struct act *act)
{
	struct promise p;
	struct str why = str_trim(json_text(json_get(act->data, "reason")));
	TRY(pending(act, &p));
	if (!why.len)
		return refuse_at(act, "reason", "promise.why", "Say why it is not signed.");
	return settle(act, &p, "refused", p.from_ms, why);
}
