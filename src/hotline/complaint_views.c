/* complaint_views.c - one complaint: as its complainant follows it, and as those who handle or supervise it see it. */
#include "hotline/hotline_int.h"

static enum err find(struct view_ctx *v, struct case_row *k, struct complaint_row *r)
{
	if (case_find(v->c, v->a, param(v, "case_no"), k) == OK && complaint_get(v->c, v->a, k->id, r) == OK)
		return OK;
	return diag_set(v->d, ERR_NOT_FOUND, "complaint.unknown", "There is no complaint with this number and secret.");
}

static enum err one_row(struct view_ctx *v, int64_t id, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, COMPLAINT_SELECT " WHERE c.id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(complaint_rows(v, q, &list));
	const struct json *r = list.value.count ? &list.value.items[0] : NULL;
	for (size_t i = 0; r && i < r->count; i++)
		if (!str_eqz(r->members[i].key, "key"))
			json_set_key(out, r->members[i].key, &r->members[i].value);
	return r ? OK : ERR_NOT_FOUND;
}

static enum err list_of(struct view_ctx *v, const char *sql, int64_t id, const char *key, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, id);
	TRY(rows_json(v, q, &list));
	json_set(out, key, json_built(&list));
	return OK;
}

#define ANSWERS "SELECT a.at_ms, a.kind, a.finding, a.text, o.name AS organ, o.name_en AS organ_en FROM complaint_answer a" \
	" LEFT JOIN organ o ON o.id=a.organ WHERE a.case_id=?1 ORDER BY a.id"
#define JOINT "SELECT o.code, o.name, o.name_en FROM complaint_joint j JOIN organ o ON o.id=j.organ WHERE j.case_id=?1 ORDER BY o.id"

/* ---- the complainant's side: no name of any person, no inner opinion ---- */

static void set_may(struct view_ctx *v, const struct case_row *k, struct json_build *out)
{
	struct json_build may;
	bool waits = row_i64(v->c, "SELECT 1 FROM step_open WHERE case_id=?1 AND element='call_back'", k->id, 0) != 0;
	json_build_object(&may, v->a);
	json_set_bool(&may, "respond", waits);
	json_set_bool(&may, "urge", k->open && !waits);
	json_set_bool(&may, "message", k->open);
	json_set_bool(&may, "withdraw", k->open && !k->decided_ms);
	json_set(out, "may", json_built(&may));
}

static void put_public(struct json_build *out, const struct json *row)
{
	static const char *const keys[] = { "case_no", "title", "about", "about_words", "category", "identity", "registered_at", "answered_at", "finding", "called",
		"closed_at", "ended", "reopened", "about_organ", "about_organ_en", "lead", "lead_en", "about_case", "due_on", "left", "unit", "status" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (json_get(row, keys[i]))
			json_set(out, keys[i], json_get(row, keys[i]));
}

enum err view_complaint_follow(struct view_ctx *v, struct json_build *out)
{
	struct case_row k;
	struct complaint_row r;
	struct json_build row;
	TRY(find(v, &k, &r));
	bool own = v->actor.system || (v->actor.person && v->actor.person == k.applicant);
	if (!own && !secret_fits(v->c, v->a, k.id, param(v, "secret")))
		return diag_set(v->d, ERR_NOT_FOUND, "complaint.unknown", "There is no complaint with this number and secret.");
	json_build_object(&row, v->a);
	TRY(one_row(v, k.id, &row));
	put_public(out, &row.value);
	json_set_bool(out, "in_hand", k.open && !k.decided_ms);
	const struct json *form = parse(v->a, row_str(v->c, v->a, "SELECT form FROM case_data WHERE id=?1", k.id));
	json_set(out, "text", json_get(form, "text"));
	json_set(out, "request", json_get(form, "request"));
	set_may(v, &k, out);
	TRY(list_of(v, ANSWERS, k.id, "answers", out));
	TRY(list_of(v, JOINT, k.id, "joint", out));
	TRY(list_of(v, "SELECT m.at_ms, m.side, m.text FROM complaint_message m WHERE m.case_id=?1 ORDER BY m.id", k.id, "messages", out));
	return list_of(v, "SELECT at_ms, name, id AS document FROM document WHERE case_id=?1 AND kind='letter' ORDER BY id", k.id, "letters", out);
}

/* ---- the office's side ---- */

enum err view_complaint(struct view_ctx *v, struct json_build *out)
{
	struct case_row k;
	struct complaint_row r;
	TRY(find(v, &k, &r));
	if (!powers_sees_case(v->c, &v->actor, &k))
		return diag_set(v->d, ERR_NOT_FOUND, "complaint.unknown", "There is no complaint with this number and secret.");
	TRY(one_row(v, k.id, out));
	bool desk = complaint_desk(v->c, &v->actor, &r);
	json_set_bool(out, "may_unmask", desk && str_eqz(r.identity, "protected"));
	json_set_bool(out, "may_message", k.open && powers_handles_case(v->c, &v->actor, &k));
	set_named(out, v, "typed_by", "SELECT n.login, n.name FROM person n JOIN complaint c ON c.typed_by=n.id WHERE c.id=?1", k.id);
	set_named(out, v, "about_person", "SELECT login, name FROM person WHERE id=?1", r.about_person);
	TRY(list_of(v, ANSWERS, k.id, "answers", out));
	TRY(list_of(v, JOINT, k.id, "joint", out));
	TRY(list_of(v, "SELECT m.at_ms, m.side, m.text, n.name AS person FROM complaint_message m LEFT JOIN person n ON n.id=m.person WHERE m.case_id=?1 ORDER BY m.id",
	            k.id, "messages", out));
	return list_of(v, "SELECT u.at_ms, n.name AS person, u.reason FROM complaint_unmask u JOIN person n ON n.id=u.person WHERE u.case_id=?1 ORDER BY u.id",
	               k.id, "unmaskings", out);
}
