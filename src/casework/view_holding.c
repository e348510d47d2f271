/* view_holding.c - who answered for the steps of a case, and when. */
#include "casework/view_int.h"

#define PERSON_SQL "SELECT login, name FROM person WHERE id=?1"
#define POST_SQL "SELECT code, name, name_en FROM post WHERE id=?1"

static enum err holding_row(struct view_ctx *v, struct store_query *q, struct json_build *list)
{
	struct json_build o;
	int64_t from = store_col_i64(q, 3), until = store_col_i64(q, 4), post = store_col_i64(q, 5), person = store_col_i64(q, 6);
	int64_t instead_of = store_col_i64(q, 8), end = store_col_null(q, 4) ? v->now_ms : until;
	bool open = store_col_null(q, 4);
	json_build_object(&o, v->a);
	json_set_i64(&o, "step", store_col_i64(q, 0));
	json_set_str(&o, "name", store_col_copy(q, 1, v->a));
	json_set_str(&o, "name_en", store_col_str(q, 2).len ? store_col_copy(q, 2, v->a) : store_col_copy(q, 1, v->a));
	json_set_str(&o, "from", view_instant(v, from));
	json_set_str(&o, "until", open ? (struct str){ NULL, 0 } : view_instant(v, until));
	json_set_i64(&o, "hours", (end - from) / 3600000);
	json_set_str(&o, "why", store_col_copy(q, 7, v->a));
	set_named(&o, v, "post", POST_SQL, post);
	set_named(&o, v, "person", PERSON_SQL, person);
	set_named(&o, v, "instead_of", PERSON_SQL, instead_of);
	json_add(list, json_built(&o));
	return OK;
}

static enum err ask_holdings(struct view_ctx *v, int64_t case_id, struct store_query **q)
{
	TRY(store_prepare(v->c, "SELECT s.id, s.name, s.name_en, h.from_ms, h.until_ms, h.post, h.person, h.why, h.instead_of FROM"
	                        " (SELECT id, name, name_en FROM step_done WHERE case_id=?1 UNION ALL SELECT id, name, name_en FROM step_open WHERE case_id=?1) s"
	                        " JOIN step_holding h ON h.step=s.id WHERE h.until_ms IS NULL OR h.until_ms>h.from_ms ORDER BY h.from_ms, s.id", q));
	store_bind_i64(*q, 1, case_id);
	return OK;
}

/* Whom and what the rows name. */
static enum err holdings_ahead(struct view_ctx *v, int64_t case_id)
{
	struct store_query *q;
	bool row = store_is_far(v->c);
	if (row)
		TRY(ask_holdings(v, case_id, &q));
	while (row) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		ahead_i64(v->c, POST_SQL, store_col_i64(q, 5));
		ahead_i64(v->c, PERSON_SQL, store_col_i64(q, 6));
		ahead_i64(v->c, PERSON_SQL, store_col_i64(q, 8));
	}
	return OK;
}

enum err view_case_responsibility(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct case_row k;
	struct json_build list;
	bool row;
	if (case_find(v->c, v->a, param(v, "case_no"), &k) != OK || !powers_sees_case(v->c, &v->actor, &k))
		return ERR_NOT_FOUND;
	json_build_array(&list, v->a);
	json_set_str(out, "case_no", k.case_no);
	TRY(holdings_ahead(v, k.id));
	TRY(ask_holdings(v, k.id, &q));
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		TRY(holding_row(v, q, &list));
	}
	json_set(out, "rows", json_built(&list));
	return OK;
}
