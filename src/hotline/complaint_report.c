/* complaint_report.c - 件件有着落、事事有回音: of a period each complaint with its answer, and that none has ended without.
 *
 * Nothing is typed in: an answer is an entry of the record, and the report names its number; whoever holds what is open stands beside it.
 */
#include "hotline/hotline_int.h"

/* The newest answer in the case's own chain of the record. */
static int64_t answer_entry(struct view_ctx *v, int64_t case_id)
{
	return row_i64(v->c, "WITH RECURSIVE chain(seq, kind, prev) AS (SELECT l.seq, l.kind, l.prev FROM ledger l WHERE l.seq=(SELECT seq FROM case_last WHERE id=?1)"
	                     " UNION ALL SELECT l.seq, l.kind, l.prev FROM ledger l JOIN chain c ON l.seq=c.prev WHERE c.prev<c.seq)"
	                     " SELECT seq FROM chain WHERE kind='complaint.answered' ORDER BY seq DESC LIMIT 1", case_id, 0);
}

static struct str outcome_of(const struct json *row)
{
	if (json_text(json_get(row, "answered_at")).len)
		return S("answered");
	if (!json_text(json_get(row, "closed_at")).len)
		return S("open");
	return str_eqz(json_text(json_get(row, "ended")), "withdrawn") ? S("withdrawn") : S("without");
}

static enum err put_row(struct view_ctx *v, const struct json *row, struct json_build *list)
{
	struct json_build o;
	int64_t id = json_i64(json_get(row, "key"), 0);
	json_build_object(&o, v->a);
	for (size_t i = 0; i < row->count; i++)
		json_set_key(&o, row->members[i].key, &row->members[i].value);
	json_set_str(&o, "outcome", outcome_of(row));
	json_set_str(&o, "answer", row_str(v->c, v->a, "SELECT text FROM complaint_answer WHERE case_id=?1 ORDER BY id DESC LIMIT 1", id));
	int64_t seq = answer_entry(v, id);
	if (seq)
		json_set_i64(&o, "entry", seq);
	else
		json_set_null(&o, "entry");
	json_add(list, json_built(&o));
	return OK;
}

#define TOTALS \
	"SELECT count(*) AS received, coalesce(sum(CASE WHEN c.answered_ms IS NOT NULL THEN 1 ELSE 0 END), 0) AS answered," \
	" coalesce(sum(CASE WHEN c.answered_ms IS NULL AND c.closed_ms IS NULL THEN 1 ELSE 0 END), 0) AS open," \
	" coalesce(sum(CASE WHEN c.answered_ms IS NULL AND c.ended='withdrawn' THEN 1 ELSE 0 END), 0) AS withdrawn," \
	" coalesce(sum(CASE WHEN c.answered_ms IS NULL AND c.closed_ms IS NOT NULL AND c.ended<>'withdrawn' THEN 1 ELSE 0 END), 0) AS without," \
	" coalesce(sum(CASE WHEN c.finding IN ('upheld', 'partly') THEN 1 ELSE 0 END), 0) AS upheld," \
	" coalesce(sum(CASE WHEN c.called IS NOT NULL THEN 1 ELSE 0 END), 0) AS called," \
	" coalesce(sum(CASE WHEN c.called='satisfied' THEN 1 ELSE 0 END), 0) AS satisfied," \
	" coalesce(sum(CASE WHEN c.reopened>0 THEN 1 ELSE 0 END), 0) AS reopened," \
	" coalesce(sum(CASE WHEN EXISTS(SELECT 1 FROM clock x WHERE x.case_id=c.id AND x.step IS NULL AND coalesce(x.stop_ms, ?6)>=x.due_ms) THEN 1 ELSE 0 END), 0) AS late"

static enum err totals(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build o;
	bool row;
	TRY(store_prepare(v->c, TOTALS COMPLAINT_FROM COMPLAINT_WHERE, &q));
	complaint_bind(v, q);
	TRY(store_step(q, &row));
	json_build_object(&o, v->a);
	if (row)
		set_columns(&o, v, q);
	bool all = row && store_col_i64(q, 4) == 0;
	store_reset(q);
	json_set(out, "totals", json_built(&o));
	if (view_passed(v) && all)
		view_unknown(v, out, "all_answered");
	else
		json_set_bool(out, "all_answered", all);
	return OK;
}

#define COUNT_BY(column) "SELECT " column " AS id, count(*) AS count" COMPLAINT_FROM COMPLAINT_WHERE " GROUP BY " column " ORDER BY count(*) DESC, " column

static enum err by(struct view_ctx *v, const char *sql, const char *key, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, sql, &q));
	complaint_bind(v, q);
	TRY(rows_json(v, q, &list));
	json_set(out, key, json_built(&list));
	return OK;
}

enum err view_complaint_report(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build all, cut, rows;
	int64_t after = 0;
	(void)str_to_i64(param(v, "cursor"), &after);
	TRY(store_prepare(v->c, COMPLAINT_SELECT COMPLAINT_WHERE " AND c.id>?14 ORDER BY c.id LIMIT ?15", &q));
	complaint_bind(v, q);
	store_bind_i64(q, 14, after);
	store_bind_i64(q, 15, view_limit(v) + 1);
	TRY(complaint_rows(v, q, &all));
	page_cut(v, &all, &cut, out, "key");
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < cut.value.count; i++)
		TRY(put_row(v, &cut.value.items[i], &rows));
	json_set(out, "rows", json_built(&rows));
	json_set_str(out, "from", param(v, "from"));
	json_set_str(out, "to", param(v, "to"));
	TRY(totals(v, out));
	TRY(by(v, COUNT_BY("c.category"), "by_category", out));
	return by(v, COUNT_BY("c.received_by"), "by_channel", out);
}
