/* complaint_lists.c - lists of complaints: who sees which, filtered, counted; those that look alike; those about a case. */
#include "hotline/hotline_int.h"



static void bind_text(struct store_query *q, int at, struct str s)
{
	store_bind_str(q, at, s.len ? s : (struct str){ NULL, 0 });
}

/* A day's beginning, or with `after` the next one's. */
static void bind_day(struct view_ctx *v, struct store_query *q, int at, const char *key, int after)
{
	calendar_day day;
	if (calendar_day_parse(param(v, key), &day))
		store_bind_i64(q, at, calendar_day_start_ms(day + after, calendar_offset_s(calendar_now(v->cw))));
	else
		store_bind_null(q, at);
}

void complaint_bind(struct view_ctx *v, struct store_query *q)
{
	struct str text = param(v, "q");
	store_bind_i64(q, 1, (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0);
	store_bind_i64(q, 2, v->actor.person);
	bind_text(q, 3, text);
	store_bind_str(q, 4, arena_printf(v->a, "%%%.*s%%", STR_ARG(text)));
	bind_text(q, 5, param(v, "status"));
	store_bind_i64(q, 6, v->now_ms);
	bind_text(q, 7, param(v, "category"));
	bind_text(q, 8, param(v, "about_organ"));
	bind_text(q, 9, param(v, "lead"));
	bind_text(q, 10, param(v, "received_by"));
	bind_day(v, q, 11, "from", 0);
	bind_day(v, q, 12, "to", 1);
	bind_text(q, 13, param(v, "finding"));
}

static void finish_row(struct view_ctx *v, const struct json *r, struct json_build *o)
{
	int64_t due = json_i64(json_get(r, "due_key"), 0);
	json_build_object(o, v->a);
	for (size_t i = 0; i < r->count; i++)
		if (!str_eqz(r->members[i].key, "due_key"))
			json_set_key(o, r->members[i].key, &r->members[i].value);
	json_set_str(o, "due_on", view_due(v, due));
	if (due)
		json_set_i64(o, "left", view_left(v, due));
	else
		json_set_null(o, "left");
	json_set_str(o, "unit", S("working-days"));
}

static enum err put_complaint(struct view_ctx *v, const void *row, struct json_build *list)
{
	struct json_build o;
	finish_row(v, row, &o);
	json_add(list, json_built(&o));
	return OK;
}

enum err complaint_rows(struct view_ctx *v, struct store_query *q, struct json_build *list)
{
	struct json_build raw;
	TRY(rows_json(v, q, &raw));
	json_build_array(list, v->a);
	for (size_t i = 0; i < raw.value.count; i++)
		TRY(put_complaint(v, &raw.value.items[i], list));
	return OK;
}

/* ---- the list, newest first ---- */

static enum err counts(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build o;
	bool row, known;
	TRY(store_prepare(v->c, "SELECT count(*) AS total, coalesce(sum(CASE WHEN c.closed_ms IS NULL THEN 1 ELSE 0 END), 0) AS open,"
	                 " coalesce(sum(CASE WHEN c.closed_ms IS NULL AND c.answered_ms IS NULL THEN 1 ELSE 0 END), 0) AS unanswered,"
	                 " coalesce(sum(CASE WHEN k.is_open=1 AND k.due_ms<=?6 THEN 1 ELSE 0 END), 0) AS overdue,"
	                 " coalesce(sum(CASE WHEN k.is_open=1 AND k.decided_ms IS NOT NULL THEN 1 ELSE 0 END), 0) AS to_call,"
	                 " coalesce(sum(CASE WHEN c.finding IN ('upheld', 'partly') THEN 1 ELSE 0 END), 0) AS upheld,"
	                 " coalesce(sum(CASE WHEN c.reopened>0 THEN 1 ELSE 0 END), 0) AS reopened" COMPLAINT_FROM COMPLAINT_WHERE, &q));
	complaint_bind(v, q);
	TRY(view_ask(v, q, &row, &known));
	if (!known) {
		view_unknown(v, out, "counts");
		return OK;
	}
	json_build_object(&o, v->a);
	if (row)
		set_columns(&o, v, q);
	store_reset(q);
	json_set(out, "counts", json_built(&o));
	return OK;
}

static enum err find_complaints(struct view_ctx *v, int64_t id, bool one, struct json_build *rows)
{
	struct store_query *q;
	TRY(store_prepare(v->c, COMPLAINT_SELECT COMPLAINT_WHERE " AND c.id BETWEEN ?14 AND ?15 ORDER BY c.id DESC LIMIT ?16", &q));
	complaint_bind(v, q);
	view_bind_range(q, 14, 15, id, one);
	store_bind_i64(q, 16, view_limit(v) + 1);
	return rows_add(v, q, rows);
}

enum err view_complaints(struct view_ctx *v, struct json_build *out)
{
	TRY(view_list(v, &(struct view_list){ "SELECT id FROM complaint WHERE +id<?1 ORDER BY +id DESC LIMIT 20000", find_complaints, put_complaint }, out));
	return counts(v, out);
}

/* ---- what looks alike: the same complainant, or the same subject within 90 days ---- */

enum err view_complaint_similar(struct view_ctx *v, struct json_build *out)
{
	enum { DAYS = 90 };
	struct store_query *q;
	struct json_build list;
	struct str name = param(v, "name"), phone = param(v, "phone"), title = param(v, "title");
	TRY(store_prepare(v->c, COMPLAINT_SELECT " JOIN case_data x ON x.id=c.id" COMPLAINT_WHERE " AND c.registered_ms>=?14 AND ((?15 IS NOT NULL AND k.applicant_name=?15)"
		" OR (?16 IS NOT NULL AND x.applicant LIKE ?16) OR (?17 IS NOT NULL AND c.title LIKE ?17) OR (?18 IS NOT NULL AND c.about_case=(SELECT n.id FROM case_number n WHERE n.case_no=?18)))"
		" ORDER BY c.id DESC LIMIT 20", &q));
	complaint_bind(v, q);
	store_bind_i64(q, 14, v->now_ms - DAYS * INT64_C(86400000));
	bind_text(q, 15, name);
	bind_text(q, 16, phone.len >= 7 ? arena_printf(v->a, "%%\"%.*s\"%%", STR_ARG(phone)) : S(""));
	bind_text(q, 17, title.len ? arena_printf(v->a, "%%%.*s%%", STR_ARG(title)) : S(""));
	bind_text(q, 18, param(v, "case_no"));
	TRY(complaint_rows(v, q, &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}

/* ---- about one case: the other way of the link ---- */

enum err view_case_complaints(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, COMPLAINT_SELECT COMPLAINT_WHERE " AND c.about_case=(SELECT n.id FROM case_number n WHERE n.case_no=?14) ORDER BY c.id DESC LIMIT 50", &q));
	complaint_bind(v, q);
	store_bind_str(q, 14, param(v, "case_no"));
	TRY(complaint_rows(v, q, &list));
	json_set(out, "rows", json_built(&list));
	return OK;
}

/* ---- what a complaint may be about ---- */

static enum err put_organs(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT code, name, name_en FROM organ WHERE ended_ms IS NULL AND EXISTS(SELECT 1 FROM post p WHERE p.organ=organ.id) ORDER BY id LIMIT 500", &q));
	return rows_put(v, q, "organs", out);
}

static enum err put_windows(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT p.code, p.name, p.name_en, o.code AS organ_code, o.name AS organ, o.name_en AS organ_en FROM post p JOIN organ o ON o.id=p.organ"
	                        " WHERE p.role='clerk' AND p.ended_ms IS NULL AND (?1 IS NULL OR o.code=?1) ORDER BY o.id, p.id LIMIT 500", &q));
	bind_text(q, 1, param(v, "organ"));
	return rows_put(v, q, "windows", out);
}

static enum err put_items(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	TRY(store_prepare(v->c, "SELECT impl_code, name, name_en, pack FROM item WHERE pack IN ('complaint', 'petition') AND live=1 ORDER BY id", &q));
	return rows_put(v, q, "items", out);
}

enum err view_complaint_choices(struct view_ctx *v, struct json_build *out)
{
	TRY(view_part(v, "organs", put_organs, out));
	TRY(view_part(v, "windows", put_windows, out));
	return view_part(v, "items", put_items, out);
}
