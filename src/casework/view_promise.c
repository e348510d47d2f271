/* view_promise.c - what the office has promised, with its history; proposals for those who work on them. */
#include "casework/view_int.h"

#define PROMISE_COLUMNS \
	"SELECT r.id AS key, r.id AS promise, i.impl_code, i.name AS item, i.name_en AS item_en, o.name AS organ, r.version, r.amount, r.unit, r.statutory, r.reason, r.state," \
	" r.from_ms, r.until_ms, p.name AS proposed_by, r.proposed_ms, s.name AS signed_by, r.signed_ms, r.why," \
	" CASE WHEN r.state='proposed' AND r.proposed_by<>?3 AND (?7=1 OR EXISTS(SELECT 1 FROM post h WHERE h.organ=i.organ AND h.role='head' AND h.ended_ms IS NULL AND (h.a=?3 OR h.b=?3))) THEN 1 END AS to_sign, CASE WHEN r.state='signed' AND r.from_ms<=?6 AND (r.until_ms IS NULL OR r.until_ms>?6) THEN 1 END AS in_force" \
	" FROM promise r JOIN item i ON i.id=r.item JOIN organ o ON o.id=i.organ LEFT JOIN person p ON p.id=r.proposed_by LEFT JOIN person s ON s.id=r.signed_by"

/* The items whose promises the actor may propose: of organs whose head they are, for an administrator all. */
static enum err proposable(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build items;
	bool may = (v->roles & (ROLE_HEAD | ROLE_ADMIN)) != 0;
	json_set_bool(out, "may_propose", may);
	if (!may)
		return OK;
	TRY(store_prepare(v->c, "SELECT i.impl_code, i.name, i.name_en, i.statutory, i.promised, i.unit FROM item i WHERE i.live=1 AND (?2=1 OR i.organ IN"
	                        " (SELECT organ FROM post WHERE role='head' AND ended_ms IS NULL AND (a=?1 OR b=?1))) ORDER BY i.id LIMIT 2000", &q));
	store_bind_i64(q, 1, v->actor.person);
	store_bind_i64(q, 2, (v->roles & ROLE_ADMIN) != 0);
	TRY(rows_json(v, q, &items));
	json_set(out, "items", json_built(&items));
	return OK;
}

enum err view_promises(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct str item = param(v, "item");
	int64_t after = INT64_MAX;
	(void)str_to_i64(param(v, "cursor"), &after);
	bool staff = (v->roles & (ROLE_STAFF | ROLE_SYSTEM)) != 0;
	TRY(store_prepare(v->c, PROMISE_COLUMNS " WHERE r.id<?1 AND (?4=1 OR r.state='signed') AND (?5 IS NULL OR i.impl_code=?5) AND (?8=0 OR r.id=?8) ORDER BY r.id DESC LIMIT ?2", &q));
	store_bind_i64(q, 1, after);
	store_bind_i64(q, 2, view_limit(v) + 1);
	store_bind_i64(q, 3, v->actor.person);
	store_bind_i64(q, 4, staff);
	store_bind_str(q, 5, item.len ? item : (struct str){ NULL, 0 });
	store_bind_i64(q, 6, v->now_ms);
	store_bind_i64(q, 7, (v->roles & (ROLE_SUPERVISOR | ROLE_ADMIN)) != 0);
	store_bind_i64(q, 8, json_i64(json_get(v->params, "promise"), 0));
	TRY(page_json(v, q, out));
	return proposable(v, out);
}
