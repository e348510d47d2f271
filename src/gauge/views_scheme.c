/* views_scheme.c - schemes and measures, and trying a scheme out. */
#include "gauge/gauge_int.h"

enum err gauge_view_schemes(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	TRY(store_prepare(v->c, "SELECT s.code, s.version, s.name, s.name_en, s.live, s.at_ms, p.name AS person FROM gauge_scheme s LEFT JOIN person p ON p.id=s.person"
	                        " WHERE s.version=(SELECT max(version) FROM gauge_scheme WHERE code=s.code) ORDER BY s.live DESC, s.code", &q));
	TRY(rows_json(v, q, &rows));
	json_set(out, "rows", json_built(&rows));
	return OK;
}

static int64_t scheme_id(struct view_ctx *v, struct str code)
{
	int64_t version = 0;
	struct store_query *q;
	bool row;
	(void)str_to_i64(param(v, "version"), &version);
	if (store_prepare(v->c, "SELECT id FROM gauge_scheme WHERE code=?1 AND (version=?2 OR ?2=0) ORDER BY live DESC, version DESC LIMIT 1", &q) != OK)
		return 0;
	store_bind_str(q, 1, code);
	store_bind_i64(q, 2, version);
	int64_t id = store_step(q, &row) == OK && row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return id;
}

enum err gauge_view_scheme(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build versions;
	bool row;
	int64_t id = scheme_id(v, param(v, "code"));
	if (!id)
		return ERR_NOT_FOUND;
	TRY(store_prepare(v->c, "SELECT code, version, name, name_en, live, at_ms, data AS scheme_json FROM gauge_scheme WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	set_columns(out, v, q);
	store_reset(q);
	TRY(store_prepare(v->c, "SELECT s.version, s.live, s.at_ms, p.name AS person FROM gauge_scheme s LEFT JOIN person p ON p.id=s.person WHERE s.code=?1"
	                        " ORDER BY s.version DESC", &q));
	store_bind_str(q, 1, param(v, "code"));
	TRY(rows_json(v, q, &versions));
	json_set(out, "versions", json_built(&versions));
	return OK;
}

enum err gauge_view_measures(struct view_ctx *v, struct json_build *out)
{
	const struct gauge_measure *all;
	struct json_build rows;
	size_t count = gauge_measures(&all);
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < count; i++) {
		struct json_build o;
		const struct fact_def *f = gauge_fact_def(all[i].fact);
		json_build_object(&o, v->a);
		json_set_str(&o, "measure", str_of(all[i].name));
		json_set_str(&o, "name", str_of(all[i].zh));
		json_set_str(&o, "name_en", str_of(all[i].en));
		json_set_str(&o, "type", str_of(all[i].type));
		json_set_str(&o, "source", str_of(gauge_source_name(all[i].source)));
		json_set_str(&o, "from", str_of(f->zh));
		json_set_str(&o, "from_en", str_of(f->en));
		json_set_bool(&o, "of_organ", f->columns[0] != NULL);
		json_set_bool(&o, "of_person", f->columns[1] != NULL);
		json_set_bool(&o, "of_post", f->columns[2] != NULL);
		json_set_str(&o, "meaning", str_of(all[i].meaning_zh));
		json_set_str(&o, "meaning_en", str_of(all[i].meaning));
		json_add(&rows, json_built(&o));
	}
	json_set(out, "rows", json_built(&rows));
	return OK;
}

/* ---- a scheme that nobody has put yet ---- */

static enum err read_given(struct view_ctx *v, struct gauge_scheme *s)
{
	const struct json *given = json_get(v->params, "scheme");
	if (given && given->kind == JSON_OBJECT)
		return gauge_scheme_read(v->a, given, s, v->d);
	int64_t id = scheme_id(v, param(v, "code"));
	return id ? gauge_scheme_get(v->c, v->a, id, s, v->d) : ERR_NOT_FOUND;
}

enum err gauge_view_check(struct view_ctx *v, struct json_build *out)
{
	struct gauge_scheme s;
	struct diag d;
	diag_init(&d);
	const struct json *given = json_get(v->params, "scheme");
	enum err e = gauge_scheme_read(v->a, given, &s, &d);
	if (e == ERR_NOMEM)
		return e;
	json_set_bool(out, "good", e == OK);
	json_set_str(out, "code", arena_str(v->a, str_of(d.code)));
	json_set_str(out, "text", arena_str(v->a, str_of(d.text)));
	json_set_str(out, "place", arena_str(v->a, str_of(d.place)));
	json_set_str(out, "what", arena_str(v->a, d.args > 1 ? str_of(d.arg[1]) : S("")));
	return OK;
}

/* The score sheet of one subject for one period, from the rows as they stand now; nothing is written. */
enum err gauge_view_try(struct view_ctx *v, struct json_build *out)
{
	struct gauge_scheme s;
	struct gauge_subject *all;
	struct gauge_score score;
	struct gauge_period p;
	enum gauge_kind kind;
	size_t count;
	int32_t off = calendar_offset_s(calendar_now(v->cw));
	TRY(read_given(v, &s));
	if (!gauge_period_parse(param(v, "period"), &p) || p.span > GAUGE_MONTH)
		return diag_set(v->d, ERR_INVALID, "gauge.try-period", "Try a week or a month: 2025-W10 or 2025-03.");
	if (!gauge_kind_parse(param(v, "kind"), &kind))
		return diag_set(v->d, ERR_INVALID, "gauge.kind", "Say organ, person or post.");
	int64_t subject = gauge_subject_find(v->c, kind, param(v, "subject"));
	struct collect w = { .c = v->c, .a = v->a, .scheme = &s, .kinds = 1U << kind, .only = subject,
		             .from_ms = calendar_day_start_ms(p.first, off), .until_ms = calendar_day_start_ms(p.after, off) };
	TRY(gauge_collect(&w, &all, &count, v->d));
	if (!subject || count != 1)
		return diag_set(v->d, ERR_NOT_FOUND, "gauge.try-subject", "This scheme does not evaluate them: no such organ, person or post, or in no group.");
	TRY(gauge_score_compute(v->a, &s, all, &score, v->d));
	json_set_str(out, "kind", str_of(gauge_kind_name(kind)));
	json_set_str(out, "subject", all->code);
	json_set_str(out, "name", all->name);
	json_set_str(out, "name_en", all->name_en);
	json_set_str(out, "period", arena_str(v->a, str_of(p.code)));
	gauge_sheet_json(out, v->a, &s, gauge_score_json(v->a, &s, &score, false));
	json_set_str(out, "total", gauge_dec_text(v->a, score.total));
	json_set_str(out, "grade", s.grades[score.grade].name);
	json_set_str(out, "grade_en", s.grades[score.grade].name_en);
	json_set_i64(out, "cases", score.cases);
	return OK;
}
