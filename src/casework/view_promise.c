/* view_promise.c - what the office has promised, with its history; proposals for those who work on them. */
#include "casework/view_int.h"

#define PROMISE_COLUMNS \
	"SELECT r.id AS key, r.id AS promise, i.impl_code, i.name AS item, i.name_en AS item_en, o.name AS organ, r.version, r.amount, r.unit, r.statutory, r.reason, r.state," \
	" r.from_ms, r.until_ms, p.name AS proposed_by, r.proposed_ms, s.name AS signed_by, r.signed_ms, r.why," \
	" CASE WHEN r.proposed_by=?3 THEN 1 ELSE 0 END AS mine, CASE WHEN r.state='signed' AND r.from_ms<=?6 AND (r.until_ms IS NULL OR r.until_ms>?6) THEN 1 ELSE 0 END AS in_force" \
	" FROM promise r JOIN item i ON i.id=r.item JOIN organ o ON o.id=i.organ LEFT JOIN person p ON p.id=r.proposed_by LEFT JOIN person s ON s.id=r.signed_by"

enum err view_promises(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct str item = param(v, "item");
	int64_t after = INT64_MAX;
	(void)str_to_i64(param(v, "cursor"), &after);
	bool staff = (v->roles & (ROLE_STAFF | ROLE_SYSTEM)) != 0;
	TRY(store_prepare(v->c, PROMISE_COLUMNS " WHERE r.id<?1 AND (?4=1 OR r.state='signed') AND (?5 IS NULL OR i.impl_code=?5) ORDER BY r.id DESC LIMIT ?2", &q));
	store_bind_i64(q, 1, after);
	store_bind_i64(q, 2, view_limit(v) + 1);
	store_bind_i64(q, 3, v->actor.person);
	store_bind_i64(q, 4, staff);
	store_bind_str(q, 5, item.len ? item : (struct str){ NULL, 0 });
	store_bind_i64(q, 6, v->now_ms);
	return page_json(v, q, out);
}
