/* fees.c - what was charged on a case, and by which right: the record that the rules on fees look at.
 *
 * An item says in its data which fees there are: fees:[{code, name, name_en, cents_max, basis}]. What is not there may not be
 * charged, nor more than cents_max in all of a case (ALL/58, 59, 75). The entry is refused nothing: a fee that was charged
 * wrongly must stand in the record, and the watch will say so.
 */
#include "watch/watch_int.h"

enum { CENTS_MAX_DIGITS = 12 };

/* "120", "120.5", "120.50" yuan, in cents. */
static bool read_cents(struct str text, int64_t *out)
{
	int64_t yuan, cents = 0;
	struct str rest = text, whole = str_cut(&rest, '.');
	if (!str_to_i64(whole, &yuan) || yuan < 0 || whole.len > CENTS_MAX_DIGITS || rest.len > 2)
		return false;
	if (rest.len && (!str_to_i64(rest, &cents) || rest.ptr[0] == '-'))
		return false;
	*out = yuan * 100 + (rest.len == 1 ? cents * 10 : cents);
	return *out > 0;
}

static const struct json *fee_of(const struct json *item, struct str code)
{
	const struct json *list = json_get(item, "fees");
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		if (str_eq(json_text(json_get(&list->items[i], "code")), code))
			return &list->items[i];
	return NULL;
}

static enum err refuse_field(struct act *act, const char *field, const char *code, const char *text)
{
	(void)act_refuse(act, ERR_INVALID, code, "%s", text);
	diag_at(act->d, str_of(field));
	return ERR_INVALID;
}

static int64_t charged_before(struct act *act, int64_t case_id, struct str code)
{
	struct store_query *q;
	bool row;
	if (store_prepare(act->c, "SELECT coalesce(sum(cents), 0) FROM case_fee WHERE case_id=?1 AND code=?2", &q) != OK)
		return 0;
	store_bind_i64(q, 1, case_id);
	store_bind_str(q, 2, code);
	if (store_step(q, &row) != OK || !row)
		return 0;
	int64_t cents = store_col_i64(q, 0);
	store_reset(q);
	return cents;
}

enum err act_case_fee(struct act *act)
{
	struct case_row k;
	struct json_build o;
	int64_t cents;
	struct str code = str_trim(json_text(json_get(act->data, "code"))), basis = str_trim(json_text(json_get(act->data, "basis")));
	if (case_find(act->c, act->a, str_trim(json_text(json_get(act->data, "case_no"))), &k) != OK)
		return act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
	if (!powers_handles_case(act->c, &act->actor, &k))
		return act_refuse(act, ERR_DENIED, "case.not-yours", "Only those who handle the case may do this.");
	if (!code.len)
		return refuse_field(act, "code", "fee.code", "Say which fee was charged.");
	if (!read_cents(str_trim(json_text(json_get(act->data, "amount"))), &cents))
		return refuse_field(act, "amount", "fee.amount", "Give the amount in yuan, such as 120 or 120.50.");
	if (!basis.len)
		return refuse_field(act, "basis", "fee.basis", "Give the basis of the charge: the rule and its number.");
	const struct json *fee = fee_of(item_data(act, k.item), code);
	int64_t most = json_i64(json_get(fee, "cents_max"), 0), all = cents + charged_before(act, k.id, code);
	json_build_object(&o, act->a);
	json_set_i64(&o, "fee", act_id(act));
	json_set_i64(&o, "case", k.id);
	json_set_str(&o, "code", code);
	json_set_str(&o, "name", fee ? json_text(json_get(fee, "name")) : code);
	json_set_i64(&o, "cents", cents);
	json_set_str(&o, "basis", basis);
	json_set_bool(&o, "allowed", fee != NULL);
	json_set_i64(&o, "cents_max", most);
	json_set_i64(&o, "over_cents", all > most ? all - most : 0);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&o, "organ", k.organ);
	json_set_i64(&o, "item", k.item);
	json_set_str(&act->reply, "case_no", k.case_no);
	return act_emit(act, "case.fee", k.id, &o);
}

enum err view_case_fees(struct view_ctx *v, struct json_build *out)
{
	struct case_row k;
	struct store_query *q;
	struct json_build rows;
	if (case_find(v->c, v->a, param(v, "case_no"), &k) != OK || !powers_sees_case(v->c, &v->actor, &k))
		return ERR_NOT_FOUND;
	TRY(store_prepare(v->c, "SELECT f.id AS fee, f.code, f.name, f.cents, f.basis, f.allowed, f.over_cents, f.at_ms, p.name AS person FROM case_fee f"
	                        " LEFT JOIN person p ON p.id=f.by_person WHERE f.case_id=?1 ORDER BY f.id", &q));
	store_bind_i64(q, 1, k.id);
	TRY(rows_json(v, q, &rows));
	json_set(out, "rows", json_built(&rows));
	json_set_null(out, "next");
	return OK;
}
