/* view_case.c - accountability cases, as those see them who work on them, and as the public does. */
#include "redress/redress_int.h"

static int64_t before(const struct view_ctx *v)
{
	int64_t n = INT64_MAX;
	(void)str_to_i64(param(v, "cursor"), &n);
	return n;
}

#define CASES \
	"SELECT c.case_id AS key, k.case_no, k.state, k.is_open AS open, a.alert_no, a.text, a.text_en, p.name AS person_name, o.name AS organ_name, o.name_en AS organ_name_en," \
	" c.opened_ms, k.concluded_ms, c.effect, c.points, c.published_ms, c.bundle, c.bundle_page," \
	" (SELECT s.name FROM step_open s WHERE s.case_id=k.id ORDER BY s.id LIMIT 1) AS step," \
	" (SELECT coalesce(nullif(s.name_en, ''), s.name) FROM step_open s WHERE s.case_id=k.id ORDER BY s.id LIMIT 1) AS step_en," \
	" (SELECT q.name FROM step_open s JOIN person q ON q.id=s.person WHERE s.case_id=k.id ORDER BY s.id LIMIT 1) AS holder," \
	" CASE WHEN EXISTS (SELECT 1 FROM step_open s WHERE s.case_id=k.id AND s.person=?2) THEN 'yes' ELSE '' END AS mine," \
	" CASE WHEN c.person=?2 THEN 'yes' ELSE '' END AS about_me" \
	" FROM accountability c JOIN case_any k ON k.id=c.case_id JOIN alert a ON a.id=c.alert LEFT JOIN person p ON p.id=c.person LEFT JOIN organ o ON o.id=c.organ"

/* Oversight sees all; others what is about them or in their hands. */
enum err view_accountability_cases(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct str state = param(v, "state");
	TRY(store_prepare(v->c, CASES " WHERE c.case_id<?1 AND (?3=1 OR c.person=?2 OR EXISTS (SELECT 1 FROM step_open s WHERE s.case_id=k.id AND s.person=?2))"
	                        " AND (?4 IS NULL OR (?4='open' AND k.is_open=1) OR (?4='concluded' AND k.is_open=0)) ORDER BY c.case_id DESC LIMIT ?5", &q));
	store_bind_i64(q, 1, before(v));
	store_bind_i64(q, 2, v->actor.person);
	store_bind_i64(q, 3, (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR)) != 0);
	store_bind_str(q, 4, state.len ? state : (struct str){ NULL, 0 });
	store_bind_i64(q, 5, view_limit(v) + 1);
	return page_json(v, q, out);
}

/* What was published, and nothing else. */
enum err view_accountability_public(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT c.case_id AS key, k.case_no, o.name AS organ_name, o.name_en AS organ_name_en, c.public_name AS name, c.effect, c.summary,"
	                        " c.summary_en, c.published_ms FROM accountability c JOIN case_any k ON k.id=c.case_id LEFT JOIN organ o ON o.id=c.organ"
	                        " WHERE c.case_id<?1 AND c.published_ms IS NOT NULL ORDER BY c.case_id DESC LIMIT ?2", &q));
	store_bind_i64(q, 1, before(v));
	store_bind_i64(q, 2, view_limit(v) + 1);
	return page_json(v, q, out);
}
