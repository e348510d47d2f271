/* complaint_row.c - reading a complaint's row, and small checks that the families share. */
#include "hotline/hotline_int.h"

enum err complaint_get(struct store_conn *c, struct arena *a, int64_t case_id, struct complaint_row *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(c, "SELECT id, about_organ, about_person, about_case, intake, lead, answered_ms, closed_ms, about, identity, mode, finding, called,"
	                     " bounces, reopened, final FROM complaint WHERE id=?1", &q));
	store_bind_i64(q, 1, case_id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*out = (struct complaint_row){
		.id = store_col_i64(q, 0), .about_organ = store_col_i64(q, 1), .about_person = store_col_i64(q, 2), .about_case = store_col_i64(q, 3),
		.intake = store_col_i64(q, 4), .lead = store_col_i64(q, 5), .answered_ms = store_col_i64(q, 6), .closed_ms = store_col_i64(q, 7),
		.about = store_col_copy(q, 8, a), .identity = store_col_copy(q, 9, a), .mode = store_col_copy(q, 10, a),
		.finding = store_col_copy(q, 11, a), .called = store_col_copy(q, 12, a), .bounces = store_col_i64(q, 13),
		.reopened = store_col_i64(q, 14), .final = store_col_i64(q, 15) != 0,
	};
	store_reset(q);
	return OK;
}

struct str hotline_text(const struct json *from, const char *key)
{
	struct str s = str_trim(json_text(json_get(from, key)));
	return s.len ? s : (struct str){ NULL, 0 };
}

enum err hotline_need(struct act *act, const char *key, struct str *out)
{
	*out = hotline_text(act->data, key);
	if (out->len)
		return OK;
	(void)act_refuse(act, ERR_INVALID, "field.missing", "%s is missing.", key);
	diag_arg(act->d, str_of(key));
	diag_at(act->d, str_of(key));
	return ERR_INVALID;
}

enum err hotline_choice(struct act *act, struct str value, const char *words, const char *place)
{
	struct str rest = str_of(words);
	for (struct str word = str_cut(&rest, ' '); word.len; word = str_cut(&rest, ' '))
		if (str_eq(word, value))
			return OK;
	(void)act_refuse(act, ERR_INVALID, "complaint.choice", "Choose one of: %s.", words);
	diag_arg(act->d, str_of(place));
	diag_at(act->d, str_of(place));
	return ERR_INVALID;
}

enum err complaint_of_complainant(struct act *act, struct case_row *k, struct complaint_row *r)
{
	if (case_find(act->c, act->a, str_trim(json_text(json_get(act->data, "case_no"))), k) != OK || complaint_get(act->c, act->a, k->id, r) != OK)
		return act_refuse(act, ERR_NOT_FOUND, "complaint.unknown", "There is no complaint with this number and secret.");
	if (act->actor.system || (act->actor.person && act->actor.person == k->applicant) ||
	    secret_fits(act->c, act->a, k->id, json_text(json_get(act->data, "secret"))))
		return OK;
	return act_refuse(act, ERR_NOT_FOUND, "complaint.unknown", "There is no complaint with this number and secret.");
}

bool complaint_desk(struct store_conn *c, const struct casework_actor *actor, const struct complaint_row *r)
{
	return actor->system || (powers_in_organ(c, actor->person, r->intake, ROLE_HANDLERS) && !powers_barred(c, actor->person, r->id));
}

int64_t hotline_setting_days(struct act *act, const char *name, int64_t otherwise)
{
	int64_t n;
	struct str own = setting_get(act->c, act->a, str_of(name));
	return own.len && str_to_i64(own, &n) && n > 0 && n < 1000 ? n : otherwise;
}
