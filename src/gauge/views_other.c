/* views_other.c - entries, questionnaires, and what everybody may see. */
#include "gauge/gauge_int.h"

enum err gauge_view_entries(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build ratings, discipline;
	bool all = (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM)) != 0;
	TRY(store_prepare(v->c, "SELECT g.kind AS kind_n, CASE g.kind WHEN 1 THEN 'organ' WHEN 2 THEN 'person' ELSE 'post' END AS kind, coalesce(o.name, n.name, t.name) AS name,"
	                        " g.period, g.points, g.reason, g.at_ms, p.name AS rater FROM gauge_rating g LEFT JOIN organ o ON g.kind=1 AND o.id=g.subject"
	                        " LEFT JOIN person n ON g.kind=2 AND n.id=g.subject LEFT JOIN post t ON g.kind=3 AND t.id=g.subject JOIN person p ON p.id=g.rater"
	                        " WHERE ?1=1 OR g.rater=?2 ORDER BY g.id DESC LIMIT 200", &q));
	store_bind_i64(q, 1, all);
	store_bind_i64(q, 2, v->actor.person);
	TRY(rows_json(v, q, &ratings));
	json_set(out, "ratings", json_built(&ratings));
	json_build_array(&discipline, v->a);
	if (all) {
		TRY(store_prepare(v->c, "SELECT g.id AS entry, n.name AS person, o.name AS organ, o.name_en AS organ_en, CASE g.measure WHEN 1 THEN 'warning' WHEN 2 THEN 'demerit'"
		                        " WHEN 3 THEN 'serious-demerit' WHEN 4 THEN 'demotion' WHEN 5 THEN 'removal' ELSE 'dismissal' END AS measure, g.document_no, g.digest,"
		                        " g.decided_ms, g.reason, p.name AS entered_by, g.at_ms FROM gauge_discipline g JOIN organ o ON o.id=g.organ LEFT JOIN person n ON n.id=g.person"
		                        " LEFT JOIN person p ON p.id=g.entered_by WHERE ?1=1 ORDER BY g.id DESC LIMIT 200", &q));
		store_bind_i64(q, 1, 1);
		TRY(rows_json(v, q, &discipline));
	}
	json_set(out, "discipline", json_built(&discipline));
	return OK;
}

enum err gauge_view_surveys(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows, list;
	TRY(store_prepare(v->c, "SELECT u.survey_no, u.name, u.name_en, u.period, u.population, u.size, u.seed, u.pool, u.closes_ms-1 AS closes_ms, u.at_ms,"
	                        " (SELECT count(*) FROM gauge_sample g WHERE g.survey=u.id AND g.points IS NOT NULL) AS answers"
	                        " FROM gauge_survey u WHERE ?1=1 ORDER BY u.id DESC LIMIT 100", &q));
	store_bind_i64(q, 1, 1);
	TRY(rows_json(v, q, &rows));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < rows.value.count; i++) {
		const struct json *r = &rows.value.items[i];
		struct json_build o;
		struct dec rate = dec_div(dec_from_i64(100 * json_i64(json_get(r, "answers"), 0)), dec_from_i64(json_i64(json_get(r, "size"), 1)));
		json_build_object(&o, v->a);
		for (size_t m = 0; m < r->count; m++)
			json_set_key(&o, r->members[m].key, &r->members[m].value);
		json_set_str(&o, "response_share", gauge_dec_text(v->a, dec_round(rate, 1, DEC_HALF_UP)));
		json_add(&list, json_built(&o));
	}
	json_set(out, "rows", json_built(&list));
	return OK;
}

enum err gauge_view_mine(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	TRY(store_prepare(v->c, "SELECT g.id AS sample, u.survey_no, u.name, u.name_en, k.case_no, i.name AS item, i.name_en AS item_en, u.closes_ms-1 AS closes_ms,"
	                        " CASE WHEN g.points IS NULL AND u.closes_ms>?2 THEN 1 END AS open, g.points FROM gauge_sample g JOIN gauge_survey u ON u.id=g.survey"
	                        " JOIN case_any k ON k.id=g.case_id JOIN item i ON i.id=k.item WHERE g.person=?1 ORDER BY g.id DESC LIMIT 100", &q));
	store_bind_i64(q, 1, v->actor.person);
	store_bind_i64(q, 2, v->now_ms);
	TRY(rows_json(v, q, &rows));
	json_set(out, "rows", json_built(&rows));
	return OK;
}

/* ---- public: final figures of organs, by group. Names of groups so small that one would mean one organ are left out. ---- */

enum { SMALL_GROUP = 3 };

/* The group as the scheme calls it. */
static void set_group(struct json_build *o, const struct json *groups, struct str code)
{
	const struct json *group = NULL;
	for (size_t i = 0; groups && groups->kind == JSON_ARRAY && i < groups->count; i++)
		if (str_eq(json_text(json_get(&groups->items[i], "code")), code))
			group = &groups->items[i];
	struct str name = json_text(json_get(group, "name")), en = json_text(json_get(group, "name_en"));
	json_set_str(o, "group_name", name.len ? name : code);
	json_set_str(o, "group_name_en", en.len ? en : name.len ? name : code);
}

static const struct json *public_row(struct view_ctx *v, const struct json *r, const struct json *groups)
{
	struct json_build o;
	bool hidden = json_i64(json_get(r, "members"), 0) < SMALL_GROUP;
	static const char *const kept[] = { "group", "place", "places", "total", "small" };
	json_build_object(&o, v->a);
	json_set_bool(&o, "withheld", hidden);
	json_set_str(&o, "name", hidden ? (struct str){ NULL, 0 } : json_text(json_get(r, "name")));
	json_set_str(&o, "name_en", hidden ? (struct str){ NULL, 0 } : json_text(json_get(r, "name_en")));
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		json_set(&o, kept[i], json_get(r, kept[i]));
	set_group(&o, groups, json_text(json_get(r, "group")));
	return json_built(&o);
}

static bool is_public(struct view_ctx *v, int64_t scheme)
{
	const struct json *data = parse(v->a, row_str(v->c, v->a, "SELECT data FROM gauge_scheme WHERE id=?1", scheme));
	return json_bool(json_get(data, "public"), false);
}

static enum err public_runs(struct view_ctx *v, struct json_build *list, struct str *first)
{
	struct store_query *q;
	struct json_build raw;
	TRY(store_prepare(v->c, "SELECT r.run_no, r.period, r.span, r.final_ms, r.scheme AS scheme_n, g.name AS scheme, g.name_en AS scheme_en, g.version AS scheme_version, r.head_seq, r.head_hash FROM gauge_run r"
	                        " JOIN gauge_scheme g ON g.id=r.scheme WHERE r.state='final' AND ?1=1 ORDER BY r.final_ms DESC, r.id DESC LIMIT 60", &q));
	store_bind_i64(q, 1, 1);
	TRY(rows_json(v, q, &raw));
	json_build_array(list, v->a);
	for (size_t i = 0; i < raw.value.count; i++) {
		const struct json *r = &raw.value.items[i];
		if (!is_public(v, json_i64(json_get(r, "scheme_n"), 0)))
			continue;
		if (!first->len)
			*first = json_text(json_get(r, "run_no"));
		json_add(list, r);
	}
	return OK;
}

static bool listed(const struct json_build *runs, struct str no)
{
	for (size_t i = 0; i < runs->value.count; i++)
		if (str_eq(json_text(json_get(&runs->value.items[i], "run_no")), no))
			return true;
	return false;
}

enum err gauge_view_public(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build runs, raw, rows;
	struct str no = param(v, "run"), first = S("");
	TRY(public_runs(v, &runs, &first));
	no = no.len ? no : first;
	if (no.len && !listed(&runs, no))
		return ERR_NOT_FOUND;
	json_set(out, "runs", json_built(&runs));
	json_set_str(out, "run_no", no);
	TRY(store_prepare(v->c, "SELECT s.name, s.name_en, s.group_code AS \"group\", s.place, s.places, s.total, CASE WHEN s.place IS NULL THEN 1 END AS small,"
	                        " (SELECT count(*) FROM gauge_score m WHERE m.run=s.run AND m.kind=1 AND m.round=s.round AND m.group_code=s.group_code) AS members"
	                        " FROM gauge_score s JOIN gauge_run r ON r.id=s.run AND r.round=s.round WHERE r.run_no=?1 AND s.kind=1"
	                        " ORDER BY s.group_code, CASE WHEN s.place IS NULL THEN 1 ELSE 0 END, s.place, s.subject", &q));
	store_bind_str(q, 1, no);
	TRY(rows_json(v, q, &raw));
	const struct json *groups = json_get(parse(v->a, row_str_of(v->c, v->a, "SELECT g.data FROM gauge_run r JOIN gauge_scheme g ON g.id=r.scheme WHERE r.run_no=?1", no)), "groups");
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < raw.value.count; i++)
		json_add(&rows, public_row(v, &raw.value.items[i], groups));
	json_set(out, "rows", json_built(&rows));
	return OK;
}
