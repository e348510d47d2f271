/* views_run.c - runs, their figures, and the cases behind them.
 *
 * Who sees what: supervision, audit and administration everything. A head: the own organ and its people. A person: himself.
 * Organs' final figures: all staff. What everybody may see is views_public.c.
 */
#include "gauge/gauge_int.h"

static bool watches(const struct view_ctx *v) { return (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM)) != 0; }

/* Parameters: ?2 all, ?3 the person, ?4 whether the run is final. */
#define SEEN \
	"(?2=1 OR (s.kind=1 AND ?4=1) OR (s.kind=2 AND s.subject=?3)" \
	" OR s.organ IN (SELECT organ FROM post WHERE role='head' AND (a=?3 OR b=?3))" \
	" OR (s.kind=3 AND s.subject IN (SELECT id FROM post WHERE a=?3 OR b=?3)))"

static void bind_seen(struct view_ctx *v, struct store_query *q, const struct run_row *r)
{
	store_bind_i64(q, 1, r->id);
	store_bind_i64(q, 2, watches(v));
	store_bind_i64(q, 3, v->actor.person);
	store_bind_i64(q, 4, str_eqz(r->state, "final"));
}

/* ---- runs ---- */

enum err gauge_view_runs(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	int64_t before = INT64_MAX;
	struct str scheme = param(v, "scheme"), span = param(v, "span"), state = param(v, "state");
	(void)str_to_i64(param(v, "cursor"), &before);
	TRY(store_prepare(v->c, "SELECT r.id AS key, r.run_no, r.scheme_code, g.version AS scheme_version, g.name AS scheme, g.name_en AS scheme_en, r.span, r.period, r.state,"
	                        " r.total, r.done, r.begun_ms, r.final_ms, r.objections_ms AS objections_until_ms, r.reason,"
	                        " (SELECT count(*) FROM gauge_objection o WHERE o.run=r.id AND o.state='open') AS objections_open"
	                        " FROM gauge_run r JOIN gauge_scheme g ON g.id=r.scheme WHERE r.id<?1 AND (?2 IS NULL OR r.scheme_code=?2) AND (?3 IS NULL OR r.span=?3)"
	                        " AND (?4 IS NULL OR r.state=?4) AND (?5=1 OR r.state IN ('draft', 'closing', 'final')) ORDER BY r.id DESC LIMIT ?6", &q));
	store_bind_i64(q, 1, before);
	store_bind_str(q, 2, scheme.len ? scheme : (struct str){ NULL, 0 });
	store_bind_str(q, 3, span.len ? span : (struct str){ NULL, 0 });
	store_bind_str(q, 4, state.len ? state : (struct str){ NULL, 0 });
	store_bind_i64(q, 5, watches(v));
	store_bind_i64(q, 6, view_limit(v) + 1);
	return page_json(v, q, out);
}

static const struct json *named(struct view_ctx *v, struct str code, struct str name, struct str name_en)
{
	struct json_build o;
	json_build_object(&o, v->a);
	json_set_str(&o, "code", code);
	json_set_str(&o, "name", name);
	json_set_str(&o, "name_en", name_en);
	return json_built(&o);
}

static void run_head(struct view_ctx *v, const struct run_row *r, const struct gauge_scheme *s, struct json_build *out)
{
	struct json_build scheme;
	json_set_str(out, "run_no", r->run_no);
	json_set_str(out, "span", r->span);
	json_set_str(out, "period", r->period);
	json_set_str(out, "from_on", view_day(v, r->from_ms));
	json_set_str(out, "until_on", view_due(v, r->until_ms));
	json_set_str(out, "state", r->state);
	json_set_str(out, "reason", r->reason);
	json_set_i64(out, "total", r->total);
	json_set_i64(out, "done", r->done);
	json_set_i64(out, "head_seq", r->seq);
	json_set_str(out, "head_hash", r->head);
	json_set_str(out, "calendar", r->calendar);
	json_set_str(out, "begun_at", view_instant(v, r->begun_ms));
	json_set_str(out, "final_at", r->final_ms ? view_instant(v, r->final_ms) : (struct str){ NULL, 0 });
	json_set_str(out, "objections_on", r->objections_ms ? view_due(v, r->objections_ms) : (struct str){ NULL, 0 });
	json_set_bool(out, "objections_run", str_eqz(r->state, "draft") && v->now_ms < r->objections_ms);
	json_set_i64(out, "objections_open", row_i64(v->c, "SELECT count(*) FROM gauge_objection WHERE run=?1 AND state='open'", r->id, 0));
	json_set_i64(out, "cases_min", s->cases_min);
	json_build_object(&scheme, v->a);
	json_set_str(&scheme, "code", s->code);
	json_set_i64(&scheme, "version", row_i64(v->c, "SELECT version FROM gauge_scheme WHERE id=?1", r->scheme, 0));
	json_set_str(&scheme, "name", s->name);
	json_set_str(&scheme, "name_en", s->name_en);
	json_set(out, "scheme", json_built(&scheme));
}

static const struct gauge_grade *grade_of(const struct gauge_scheme *s, struct str code)
{
	for (size_t i = 0; i < s->grades_count; i++)
		if (str_eq(s->grades[i].code, code))
			return &s->grades[i];
	return &s->grades[s->grades_count - 1];
}

static const struct gauge_group *group_of(const struct gauge_scheme *s, struct str code)
{
	for (size_t i = 0; i < s->groups_count; i++)
		if (str_eq(s->groups[i].code, code))
			return &s->groups[i];
	return NULL;
}

/* The points of each part, in the scheme's order. */
static const struct json *part_points(struct view_ctx *v, const struct gauge_scheme *s, const struct json *data)
{
	const struct json *parts = json_get(data, "parts");
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; parts && i < s->parts_count && i < parts->count; i++)
		json_add(&list, json_get(&parts->items[i], "points"));
	return json_built(&list);
}

static void list_parts(struct view_ctx *v, const struct gauge_scheme *s, struct json_build *out)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; i < s->parts_count; i++) {
		struct json_build o;
		json_build_object(&o, v->a);
		json_set_str(&o, "code", s->parts[i].code);
		json_set_str(&o, "name", s->parts[i].name);
		json_set_str(&o, "name_en", s->parts[i].name_en);
		json_set_str(&o, "weight", gauge_dec_text(v->a, s->parts[i].weight));
		json_add(&list, json_built(&o));
	}
	json_set(out, "parts", json_built(&list));
}

/* As stored, with grade and group in words, and the mark of small numbers. */
static const struct json *score_row(struct view_ctx *v, const struct gauge_scheme *s, const struct json *row)
{
	struct json_build o;
	const struct gauge_grade *g = grade_of(s, json_text(json_get(row, "grade")));
	const struct gauge_group *group = group_of(s, json_text(json_get(row, "group_code")));
	json_build_object(&o, v->a);
	for (size_t i = 0; i < row->count; i++)
		if (!str_eqz(row->members[i].key, "grade") && !str_eqz(row->members[i].key, "data") && !str_eqz(row->members[i].key, "group_code"))
			json_set_key(&o, row->members[i].key, &row->members[i].value);
	json_set(&o, "grade", named(v, g->code, g->name, g->name_en));
	json_set(&o, "group", group ? named(v, group->code, group->name, group->name_en) : NULL);
	json_set_bool(&o, "small", json_i64(json_get(row, "cases"), 0) < s->cases_min);
	json_set(&o, "points", part_points(v, s, json_get(row, "data")));
	return json_built(&o);
}

#define SCORE_COLUMNS \
	"s.subject AS key, CASE s.kind WHEN 1 THEN 'organ' WHEN 2 THEN 'person' ELSE 'post' END AS kind, s.code AS subject, s.name, s.name_en," \
	" s.group_code, s.cases, s.place, s.places, s.total, s.draft_total, s.grade, o.name AS organ, o.name_en AS organ_en"

enum { RANKING_MAX = 2000 };

static enum err ranking(struct view_ctx *v, const struct run_row *r, const struct gauge_scheme *s, struct json_build *out)
{
	struct store_query *q;
	struct json_build raw, rows;
	enum gauge_kind kind = GAUGE_ORGAN;
	struct str group = param(v, "group"), organ = param(v, "organ");
	if (param(v, "kind").len && !gauge_kind_parse(param(v, "kind"), &kind))
		return diag_set(v->d, ERR_INVALID, "gauge.kind", "Say organ, person or post.");
	TRY(store_prepare(v->c, "SELECT " SCORE_COLUMNS ", CASE WHEN s.kind=1 THEN s.data END AS data_json FROM gauge_score s JOIN organ o ON o.id=s.organ"
	                        " WHERE s.run=?1 AND s.round=?5 AND s.kind=?6 AND " SEEN
	                        " AND (?7 IS NULL OR s.group_code=?7) AND (?8 IS NULL OR o.code=?8)"
	                        " ORDER BY s.group_code, CASE WHEN s.place IS NULL THEN 1 ELSE 0 END, s.place, s.subject LIMIT 2000", &q));
	bind_seen(v, q, r);
	store_bind_i64(q, 5, r->round);
	store_bind_i64(q, 6, kind);
	store_bind_str(q, 7, group.len ? group : (struct str){ NULL, 0 });
	store_bind_str(q, 8, organ.len ? organ : (struct str){ NULL, 0 });
	TRY(rows_json(v, q, &raw));
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < raw.value.count; i++)
		json_add(&rows, score_row(v, s, &raw.value.items[i]));
	json_set_str(out, "kind", str_of(gauge_kind_name(kind)));
	json_set(out, "rows", json_built(&rows));
	json_set_bool(out, "cut", raw.value.count == RANKING_MAX);
	return OK;
}

static enum err find(struct view_ctx *v, struct run_row *r, struct gauge_scheme *s)
{
	if (gauge_run_find(v->c, v->a, param(v, "run"), r) != OK)
		return ERR_NOT_FOUND;
	bool shown = str_eqz(r->state, "draft") || str_eqz(r->state, "closing") || str_eqz(r->state, "final");
	if (!shown && !watches(v))
		return ERR_NOT_FOUND;
	return gauge_scheme_get(v->c, v->a, r->scheme, s, v->d);
}

static void list_groups(struct view_ctx *v, const struct gauge_scheme *s, struct json_build *out)
{
	struct json_build list, kinds;
	json_build_array(&list, v->a);
	json_build_array(&kinds, v->a);
	for (size_t i = 0; i < s->groups_count; i++)
		json_add(&list, named(v, s->groups[i].code, s->groups[i].name, s->groups[i].name_en));
	for (int k = GAUGE_ORGAN; k <= GAUGE_POST; k++)
		if (s->kinds & 1U << k)
			json_add_str(&kinds, str_of(gauge_kind_name((enum gauge_kind)k)));
	json_set(out, "groups", json_built(&list));
	json_set(out, "kinds", json_built(&kinds));
}

/* Signals of the period by organ, those lifted since among them: for whoever may see all. */
static enum err signals(struct view_ctx *v, const struct run_row *r, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	json_build_array(&rows, v->a);
	if (watches(v)) {
		TRY(store_prepare(v->c, "SELECT o.name, o.name_en, sum(CASE WHEN a.level=1 THEN 1 ELSE 0 END) AS notice, sum(CASE WHEN a.level=2 THEN 1 ELSE 0 END) AS yellow,"
		                        " sum(CASE WHEN a.level=3 THEN 1 ELSE 0 END) AS red, sum(CASE WHEN a.state='lifted' THEN 1 ELSE 0 END) AS lifted"
		                        " FROM alert a JOIN organ o ON o.id=a.organ WHERE a.at_ms>=?1 AND a.at_ms<?2 GROUP BY o.id, o.name, o.name_en ORDER BY red DESC, yellow DESC, o.id", &q));
		store_bind_i64(q, 1, r->from_ms);
		store_bind_i64(q, 2, r->until_ms);
		TRY(rows_json(v, q, &rows));
	}
	json_set(out, "signals", json_built(&rows));
	return OK;
}

static enum err reports(struct view_ctx *v, const struct run_row *r, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	TRY(store_prepare(v->c, "SELECT format, language, audience, digest, size, at_ms FROM gauge_report WHERE run=?1 ORDER BY id", &q));
	store_bind_i64(q, 1, r->id);
	TRY(rows_json(v, q, &rows));
	json_set(out, "reports", json_built(&rows));
	return OK;
}

/* How many were told, with the draft and with the result; of these, whom a letter outside the house has reached, and whom not. */
static enum err told(struct view_ctx *v, const struct run_row *r, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	json_build_array(&rows, v->a);
	if (watches(v)) {
		TRY(store_prepare(v->c, "SELECT stage, count(*) AS sent, count(delivered_ms) AS delivered, count(failed_ms) AS failed FROM gauge_told WHERE run=?1"
		                        " GROUP BY stage ORDER BY stage", &q));
		store_bind_i64(q, 1, r->id);
		TRY(rows_json(v, q, &rows));
	}
	json_set(out, "told", json_built(&rows));
	return OK;
}

enum err gauge_view_run(struct view_ctx *v, struct json_build *out)
{
	struct run_row r;
	struct gauge_scheme s;
	TRY(find(v, &r, &s));
	run_head(v, &r, &s, out);
	list_groups(v, &s, out);
	json_set_bool(out, "may_judge", (v->roles & ROLE_SUPERVISOR) != 0);
	list_parts(v, &s, out);
	TRY(signals(v, &r, out));
	TRY(reports(v, &r, out));
	TRY(told(v, &r, out));
	return ranking(v, &r, &s, out);
}

/* ---- one score sheet ---- */

struct one { struct run_row run; struct gauge_scheme scheme; enum gauge_kind kind; int64_t subject; const struct json *row, *data; };

static enum err find_score(struct view_ctx *v, struct one *o)
{
	struct store_query *q;
	struct json_build raw;
	TRY(find(v, &o->run, &o->scheme));
	if (!gauge_kind_parse(param(v, "kind"), &o->kind))
		return ERR_NOT_FOUND;
	o->subject = gauge_subject_find(v->c, o->kind, param(v, "subject"));
	TRY(store_prepare(v->c, "SELECT " SCORE_COLUMNS ", s.data AS data_json FROM gauge_score s JOIN organ o ON o.id=s.organ WHERE s.run=?1 AND s.round=?5 AND s.kind=?6"
	                        " AND s.subject=?7 AND " SEEN, &q));
	bind_seen(v, q, &o->run);
	store_bind_i64(q, 5, o->run.round);
	store_bind_i64(q, 6, o->kind);
	store_bind_i64(q, 7, o->subject);
	TRY(rows_json(v, q, &raw));
	if (raw.value.count != 1)
		return ERR_NOT_FOUND;
	o->row = &raw.value.items[0];
	o->data = json_get(o->row, "data");
	return OK;
}

static bool may_object(struct view_ctx *v, const struct one *o)
{
	if (!str_eqz(o->run.state, "draft") || v->now_ms >= o->run.objections_ms)
		return false;
	return o->kind == GAUGE_ORGAN ? powers_in_organ(v->c, v->actor.person, o->subject, ROLE_HEAD) :
	       o->kind == GAUGE_PERSON ? v->actor.person == o->subject : powers_holds_post(v->c, v->actor.person, o->subject);
}

#define OBJECTIONS_SELECT \
	"SELECT x.id AS objection, r.run_no, r.period, CASE x.kind WHEN 1 THEN 'organ' WHEN 2 THEN 'person' ELSE 'post' END AS kind, s.code AS subject," \
	" s.name, s.name_en, x.indicator, x.ref_text AS ref, x.reason, x.state, x.at_ms, p.name AS person, x.decision, d.name AS decided_by, x.decided_ms" \
	" FROM gauge_objection x JOIN gauge_run r ON r.id=x.run JOIN gauge_score s ON s.run=x.run AND s.kind=x.kind AND s.subject=x.subject" \
	" LEFT JOIN person p ON p.id=x.person LEFT JOIN person d ON d.id=x.decided_by"

enum err gauge_view_score(struct view_ctx *v, struct json_build *out)
{
	struct one o;
	struct store_query *q;
	struct json_build objections;
	TRY(find_score(v, &o));
	run_head(v, &o.run, &o.scheme, out);
	json_set(out, "score", score_row(v, &o.scheme, o.row));
	gauge_sheet_json(out, v->a, &o.scheme, o.data);
	json_set_bool(out, "may_object", may_object(v, &o));
	TRY(store_prepare(v->c, OBJECTIONS_SELECT " WHERE x.run=?1 AND x.kind=?2 AND x.subject=?3 ORDER BY x.id", &q));
	store_bind_i64(q, 1, o.run.id);
	store_bind_i64(q, 2, o.kind);
	store_bind_i64(q, 3, o.subject);
	TRY(rows_json(v, q, &objections));
	json_set(out, "objections", json_built(&objections));
	return OK;
}

enum err gauge_view_objections(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	struct str run = param(v, "run"), state = param(v, "state");
	TRY(store_prepare(v->c, OBJECTIONS_SELECT " WHERE (?1 IS NULL OR r.run_no=?1) AND (?2=1 OR x.person=?3) AND (?4 IS NULL OR x.state=?4)"
	                        " ORDER BY x.id DESC LIMIT 200", &q));
	store_bind_str(q, 1, run.len ? run : (struct str){ NULL, 0 });
	store_bind_i64(q, 2, watches(v));
	store_bind_i64(q, 3, v->actor.person);
	store_bind_str(q, 4, state.len ? state : (struct str){ NULL, 0 });
	TRY(rows_json(v, q, &rows));
	json_set(out, "rows", json_built(&rows));
	return OK;
}

enum err gauge_view_recommendations(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	TRY(store_prepare(v->c, "SELECT x.id AS recommendation, r.run_no, r.period, CASE x.kind WHEN 1 THEN 'organ' WHEN 2 THEN 'person' ELSE 'post' END AS kind,"
	                        " s.code AS subject, s.name, s.name_en, s.total, x.due_ms-1 AS due_ms, x.at_ms, x.state, x.answer, x.answered_ms,"
	                        " CASE WHEN x.state='open' AND x.due_ms<=?4 THEN 1 END AS late,"
	                        " CASE WHEN x.state='open' AND ((x.kind=2 AND x.subject=?3) OR (x.kind<>2 AND x.organ IN (SELECT organ FROM post WHERE role='head'"
	                        " AND (a=?3 OR b=?3)))) THEN 1 END AS mine"
	                        " FROM gauge_recommendation x JOIN gauge_run r ON r.id=x.run JOIN gauge_score s ON s.run=x.run AND s.kind=x.kind AND s.subject=x.subject"
	                        " WHERE (?1 IS NULL OR r.run_no=?1) AND (?2=1 OR (x.kind=2 AND x.subject=?3) OR x.organ IN (SELECT organ FROM post WHERE role='head'"
	                        " AND (a=?3 OR b=?3))) ORDER BY x.id DESC LIMIT 200", &q));
	struct str run = param(v, "run");
	store_bind_str(q, 1, run.len ? run : (struct str){ NULL, 0 });
	store_bind_i64(q, 2, watches(v));
	store_bind_i64(q, 3, v->actor.person);
	store_bind_i64(q, 4, v->now_ms);
	TRY(rows_json(v, q, &rows));
	json_set(out, "rows", json_built(&rows));
	return OK;
}

/* ---- the cases behind an input ---- */

struct said { const char *zh, *en; };

/* What a row says, by its fact. */
static struct said words_of(int fact, int64_t x)
{
	static const struct said levels[] = { { "", "" }, { "提醒", "reminder" }, { "黄牌", "yellow" }, { "红牌", "red" } };
	static const struct said grades[] = { { "", "" }, { "非常满意", "very satisfied" }, { "满意", "satisfied" }, { "基本满意", "fairly satisfied" },
		{ "不满意", "dissatisfied" }, { "非常不满意", "very dissatisfied" } };
	static const struct said discipline[] = { { "", "" }, { "警告", "warning" }, { "记过", "demerit" }, { "记大过", "serious demerit" }, { "降级", "demotion" },
		{ "撤职", "removal" }, { "开除", "dismissal" } };
	if (fact == FACT_SIGNALS && x >= 1 && x <= 3)
		return levels[x];
	if (fact == FACT_RATINGS && x >= 1 && x <= 5)
		return grades[x];
	if (fact == FACT_DISCIPLINE && x >= 1 && x <= 6)
		return discipline[x];
	if (fact == FACT_CASES)
		return x & CASE_LATE ? (struct said){ "超期", "late" } : x & CASE_EARLY ? (struct said){ "提前办结", "early" } : (struct said){ "按时", "on time" };
	if (fact == FACT_STEPS)
		return x & STEP_LATE ? (struct said){ "超期", "late" } : x & STEP_RETURNED ? (struct said){ "被退回", "returned" } : (struct said){ "按时", "on time" };
	return (struct said){ "", "" };
}

static struct str ref_text(struct view_ctx *v, int fact, int64_t ref)
{
	if (fact == FACT_SIGNALS)
		return row_str(v->c, v->a, "SELECT alert_no FROM alert WHERE id=?1", ref);
	if (fact == FACT_ITEMS)
		return row_str(v->c, v->a, "SELECT impl_code FROM item WHERE id=?1", ref);
	return S("");
}

static bool taken_out(struct view_ctx *v, int64_t run, int fact, int64_t ref)
{
	struct store_query *q;
	bool row = false;
	if (store_prepare(v->c, "SELECT 1 FROM gauge_exclusion WHERE run=?1 AND fact=?2 AND ref=?3", &q) != OK)
		return false;
	store_bind_i64(q, 1, run);
	store_bind_str(q, 2, str_of(gauge_fact_def(fact)->name));
	store_bind_i64(q, 3, ref);
	if (store_step(q, &row) != OK)
		row = false;
	store_reset(q);
	return row;
}

/* Does the row make the figure? A share rests on all of them. */
static bool counts(const struct gauge_measure *m, const struct gauge_indicator *i, int64_t x, struct str text)
{
	if (m->fact == FACT_SIGNALS && !gauge_rule_counts(i->rules, i->rules_count, text))
		return false;
	switch ((enum how)m->how) {
	case HOW_COUNT_X: return x == m->arg;
	case HOW_COUNT_MORE: return x >= m->arg;
	case HOW_COUNT_BIT: return (x & m->arg) != 0;
	case HOW_COUNT_TEXT: return str_eqz(text, gauge_event_kinds[m->arg]);
	case HOW_COUNT_KNOWN: return x >= 0;
	default: return true;
	}
}

static enum err case_rows(struct view_ctx *v, const struct one *o, const struct gauge_indicator *i, const struct gauge_measure *m, struct json_build *out)
{
	struct store_query *q;
	struct json_build raw, rows;
	enum { LISTED_MAX = 500 };
	int64_t count = 0;
	struct str inner = gauge_fact_sql(v->a, m->fact, o->kind);
	if (!inner.len)
		return ERR_NOT_FOUND;
	const char *sql = arena_printf(v->a, "SELECT f.x, f.ref, f.text, f.at AS at_n, k.case_no FROM (%.*s) f LEFT JOIN case_number k ON k.id=f.case_id"
	                                     " WHERE f.subject=?3 ORDER BY f.at, f.ref", STR_ARG(inner)).ptr;
	if (!sql)
		return ERR_NOMEM;
	TRY(store_prepare_text(v->c, sql, &q));
	store_bind_i64(q, 1, o->run.from_ms);
	store_bind_i64(q, 2, o->run.until_ms);
	store_bind_i64(q, 3, o->subject);
	enum err e = rows_json(v, q, &raw);
	store_finalize_text(q);
	TRY(e);
	json_build_array(&rows, v->a);
	for (size_t r = 0; r < raw.value.count; r++) {
		const struct json *row = &raw.value.items[r];
		int64_t x = json_i64(json_get(row, "x"), 0), ref = json_i64(json_get(row, "ref"), 0), at = json_i64(json_get(row, "at_n"), 0);
		struct said said = words_of(m->fact, x);
		struct json_build one;
		if (!counts(m, i, x, json_text(json_get(row, "text"))))
			continue;
		bool is_out = taken_out(v, o->run.id, m->fact, ref);
		count += !is_out;
		if (rows.value.count >= LISTED_MAX)
			continue;
		json_build_object(&one, v->a);
		json_set_str(&one, "at", m->fact == FACT_ITEMS ? (struct str){ NULL, 0 } : view_instant(v, at));
		json_set_str(&one, "case_no", json_text(json_get(row, "case_no")));
		json_set_str(&one, "ref", ref_text(v, m->fact, ref));
		json_set_str(&one, "what", str_of(said.zh));
		json_set_str(&one, "what_en", str_of(said.en));
		json_set_str(&one, "text", json_text(json_get(row, "text")));
		json_set_bool(&one, "taken_out", is_out);
		json_add(&rows, json_built(&one));
	}
	json_set(out, "rows", json_built(&rows));
	json_set_i64(out, "count", count);
	return OK;
}

enum err gauge_view_cases(struct view_ctx *v, struct json_build *out)
{
	struct one o;
	const struct gauge_measure *all;
	int m = gauge_measure_find(param(v, "measure"));
	TRY(find_score(v, &o));
	const struct gauge_indicator *i = gauge_indicator_find(&o.scheme, param(v, "part"), param(v, "indicator"));
	if (!i || m < 0)
		return ERR_NOT_FOUND;
	(void)gauge_measures(&all);
	run_head(v, &o.run, &o.scheme, out);
	json_set(out, "score", score_row(v, &o.scheme, o.row));
	json_set_str(out, "measure", str_of(all[m].name));
	json_set_str(out, "measure_name", str_of(all[m].zh));
	json_set_str(out, "measure_name_en", str_of(all[m].en));
	json_set_str(out, "meaning", str_of(all[m].meaning_zh));
	json_set_str(out, "meaning_en", str_of(all[m].meaning));
	json_set_str(out, "indicator_name", i->name);
	json_set_str(out, "indicator_name_en", i->name_en);
	return case_rows(v, &o, i, &all[m], out);
}

/* ---- for the work ---- */

static enum err with_one(struct view_ctx *v, const struct json *r, const char *member, const struct json_build *value, struct json_build *out)
{
	struct json_build o, list;
	json_build_object(&o, v->a);
	for (size_t i = 0; i < r->count; i++)
		json_set_key(&o, r->members[i].key, &r->members[i].value);
	json_set(&o, member, json_built(value));
	json_build_array(&list, v->a);
	json_add(&list, json_built(&o));
	json_set(out, "rows", json_built(&list));
	return OK;
}

/* The next that is final and lacks reports: in two formats, two languages, and for everybody too where the scheme is public. */
static enum err lacking(struct view_ctx *v, int64_t after, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows, kept;
	TRY(store_prepare(v->c, "SELECT r.id, r.run_no, r.scheme, r.span, r.state, r.from_ms AS \"from\", r.until_ms AS until, g.data AS scheme_data_json"
	                        " FROM gauge_run r JOIN gauge_scheme g ON g.id=r.scheme WHERE r.state='final' AND r.id>?1"
	                        " AND (SELECT count(*) FROM gauge_report p WHERE p.run=r.id)<CASE WHEN g.data LIKE '%\"public\":true%' THEN 8 ELSE 4 END ORDER BY r.id LIMIT 1", &q));
	store_bind_i64(q, 1, after);
	TRY(rows_json(v, q, &rows));
	if (!rows.value.count) {
		json_set(out, "rows", json_built(&rows));
		return OK;
	}
	TRY(store_prepare(v->c, "SELECT format, language, audience FROM gauge_report WHERE run=?1", &q));
	store_bind_i64(q, 1, json_i64(json_get(&rows.value.items[0], "id"), 0));
	TRY(rows_json(v, q, &kept));
	return with_one(v, &rows.value.items[0], "kept", &kept, out);
}

enum err gauge_view_waiting(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	struct str run = param(v, "run");
	const struct json *after = json_get(v->params, "lacking_after");
	if (after)
		return lacking(v, json_i64(after, 0), out);
	TRY(store_prepare(v->c, "SELECT r.id, r.run_no, r.scheme, r.span, r.state, r.from_ms AS \"from\", r.until_ms AS until, r.head_seq, r.head_hash, g.data AS scheme_data_json,"
	                        " r.round FROM gauge_run r JOIN gauge_scheme g ON g.id=r.scheme WHERE (?1 IS NULL AND r.state IN ('begun', 'closing')) OR r.run_no=?1"
	                        " ORDER BY r.id LIMIT 1", &q));
	store_bind_str(q, 1, run.len ? run : (struct str){ NULL, 0 });
	TRY(rows_json(v, q, &rows));
	if (run.len && rows.value.count) { /* what stands, for the comparison */
		const struct json *r = &rows.value.items[0];
		struct json_build scores;
		TRY(store_prepare(v->c, "SELECT kind, subject, total, grade, coalesce(place, 0) AS place, data AS data_json FROM gauge_score WHERE run=?1 AND round=?2"
		                        " ORDER BY kind, subject", &q));
		store_bind_i64(q, 1, json_i64(json_get(r, "id"), 0));
		store_bind_i64(q, 2, json_i64(json_get(r, "round"), 0));
		TRY(rows_json(v, q, &scores));
		return with_one(v, r, "scores", &scores, out);
	}
	json_set(out, "rows", json_built(&rows));
	return OK;
}
