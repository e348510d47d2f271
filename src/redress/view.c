/* view.c - what people see of alerts, demands and measures; what the tick has to do. */
#include "redress/redress_int.h"

enum { OVERSIGHT = ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM };

#define LEVEL(column) "CASE " column " WHEN 1 THEN 'notice' WHEN 2 THEN 'yellow' ELSE 'red' END"
#define NAME(id) "(SELECT name FROM person WHERE id=" id ")"
/* Is the organ one of those the person leads? */
#define LEADS(organ, person) "EXISTS (SELECT 1 FROM post h WHERE h.organ=" organ " AND h.role='head' AND (h.a=" person " OR h.b=" person "))"

static bool oversees(const struct view_ctx *v) { return (v->roles & OVERSIGHT) != 0; }

/* Empty means any. */
static void bind_word(struct view_ctx *v, struct store_query *q, int at, const char *name)
{
	struct str s = param(v, name);
	store_bind_str(q, at, s.len ? s : (struct str){ NULL, 0 });
}

/* Members ending in _due_ms are limits: 24:00 of a day is that day. organ and person ids become what they name. */
static enum err finished(struct view_ctx *v, const struct json *row, const struct json **out)
{
	struct json_build o;
	json_build_object(&o, v->a);
	for (size_t i = 0; i < row->count; i++) {
		struct str key = row->members[i].key;
		int64_t n = json_i64(&row->members[i].value, 0);
		if (str_eqz(key, "organ_id"))
			TRY(view_named(v, &o, "organ", ORGAN_SQL, n));
		else if (str_eqz(key, "person_id"))
			TRY(view_named(v, &o, "person", "SELECT login, name FROM person WHERE id=?1", n));
		else if (str_eqz(key, "due"))
			json_set_str(&o, "due_on", view_due(v, n));
		else
			json_set_key(&o, key, &row->members[i].value);
	}
	*out = json_built(&o);
	return *out ? OK : ERR_NOMEM;
}

static enum err put_finished(struct view_ctx *v, const void *row, struct json_build *list)
{
	const struct json *done;
	TRY(finished(v, row, &done));
	json_add(list, done);
	return OK;
}

/* One row's members put into `out`; ERR_NOT_FOUND without one. */
static enum err one(struct view_ctx *v, struct store_query *q, struct json_build *out)
{
	struct json_build all;
	TRY(rows_json(v, q, &all));
	if (!all.value.count)
		return ERR_NOT_FOUND;
	const struct json *row;
	TRY(finished(v, &all.value.items[0], &row));
	for (size_t i = 0; i < row->count; i++)
		json_set_key(out, row->members[i].key, &row->members[i].value);
	return OK;
}

static enum err papers(struct view_ctx *v, const char *sql, int64_t id, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, id);
	TRY(rows_json(v, q, &list));
	json_set(out, "papers", json_built(&list));
	return OK;
}

/* ---- the tick's ---- */

static enum err due_list(struct view_ctx *v, const char *sql, const char *key, struct json_build *out)
{
	struct store_query *q;
	struct json_build list;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, v->now_ms);
	json_build_array(&list, v->a);
	for (;;) {
		bool row;
		struct json_build o;
		TRY(store_step(q, &row));
		if (!row)
			break;
		json_build_object(&o, v->a);
		for (int i = 0; i < store_col_count(q); i++)
			json_set_i64(&o, arena_z(v->a, str_of(store_col_name(q, i))), store_col_i64(q, i));
		json_add(&list, json_built(&o));
	}
	json_set(out, key, json_built(&list));
	return OK;
}

enum err view_redress_due(struct view_ctx *v, struct json_build *out)
{
	int64_t alert = row_i64(v->c, "SELECT min(due_ms) FROM redress_alert WHERE due_ms>?1", v->now_ms, INT64_MAX);
	int64_t demand = row_i64(v->c, "SELECT min(due_ms) FROM demand WHERE due_ms>?1", v->now_ms, INT64_MAX);
	json_set_bool(out, "take_up", row_i64(v->c, "SELECT 1 FROM alert WHERE id>(SELECT coalesce(max(alert), 0) FROM redress_alert) AND ?1>=0 LIMIT 1", v->now_ms, 0) == 1);
	json_set_i64(out, "next_ms", alert < demand ? alert : demand);
	TRY(due_list(v, "SELECT alert, due_ms FROM redress_alert WHERE due_ms<=?1 ORDER BY due_ms, alert LIMIT 200", "alerts", out));
	TRY(due_list(v, "SELECT id AS demand, due_ms FROM demand WHERE due_ms<=?1 ORDER BY due_ms, id LIMIT 200", "demands", out));
	TRY(due_list(v, "SELECT alert FROM redress_alert WHERE stands=1 AND level=3 AND accountability IS NULL AND person>0 AND ?1>=0"
	                " AND EXISTS (SELECT 1 FROM item WHERE pack='accountability' AND live=1) ORDER BY alert LIMIT 50", "open", out));
	return due_list(v, "SELECT case_id AS \"case\" FROM accountability WHERE bundle IS NULL AND ?1>=0 ORDER BY case_id LIMIT 10", "evidence", out);
}

/* ---- alerts ---- */

#define ALERT_COLUMNS \
	"r.alert AS key, a.alert_no, " LEVEL("r.level") " AS level, a.rule_no, a.text, a.text_en, r.at_ms, r.state, r.due_ms AS due, r.due_for, r.rung, r.stands," \
	" r.answer_kind, r.answer, " NAME("r.answered_by") " AS answered_by_name, r.answered_ms, r.contest, " NAME("r.contested_by") " AS contested_by_name," \
	" r.contested_ms, r.judge_reason, " NAME("r.judged_by") " AS judged_by_name, r.judged_ms, " REDRESS_CASE_NO("r.case_id") " AS case_no," \
	" (SELECT i.name FROM case_any k JOIN item i ON i.id=k.item WHERE k.id=r.case_id) AS item_name," \
	" " REDRESS_CASE_NO("r.accountability") " AS accountability, r.organ AS organ_id, r.person AS person_id"

/* mine: what waits for the person's or the head's answer; judge: what waits for a supervisor. */
static enum err find_alerts(struct view_ctx *v, int64_t id, bool one, struct json_build *rows)
{
	struct store_query *q;
	struct str scope = param(v, "scope");
	TRY(store_prepare(v->c, "SELECT " ALERT_COLUMNS " FROM redress_alert r JOIN alert a ON a.id=r.alert WHERE r.alert BETWEEN ?1 AND ?9 AND (?2=0 OR r.level=?2)"
	                        " AND (?3 IS NULL OR r.state=?3) AND (?4 IS NULL OR r.organ=(SELECT id FROM organ WHERE code=?4))"
	                        " AND (?5=1 OR r.person=?6 OR " LEADS("r.organ", "?6") ")"
	                        " AND (?7 IS NULL OR (?7='mine' AND (r.person=?6 OR " LEADS("r.organ", "?6") ")"
	                        " AND (r.level>1 OR r.state<>'open')) OR (?7='judge' AND r.level>1 AND r.accountability IS NULL AND (r.state IN ('answered', 'contested')"
	                        " OR (r.state='open' AND r.stands=1)))) ORDER BY r.alert DESC LIMIT ?8", &q));
	store_bind_i64(q, 2, level_of(param(v, "level")));
	bind_word(v, q, 3, "state");
	bind_word(v, q, 4, "organ");
	store_bind_i64(q, 5, oversees(v));
	store_bind_i64(q, 6, v->actor.person);
	store_bind_str(q, 7, scope.len ? scope : (struct str){ NULL, 0 });
	store_bind_i64(q, 8, view_limit(v) + 1);
	view_bind_range(q, 1, 9, id, one);
	return rows_add(v, q, rows);
}

enum err view_redress_alerts(struct view_ctx *v, struct json_build *out)
{
	return view_list(v, &(struct view_list){ "SELECT alert FROM redress_alert WHERE +alert<?1 ORDER BY +alert DESC LIMIT 20000", find_alerts, put_finished }, out);
}

struct standing { int64_t id, person, organ, case_id, due_ms, answered_by, contested_by, accountability; struct str state; bool stands; };

static enum err alert_standing(struct view_ctx *v, struct str no, struct standing *s)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, "SELECT r.alert, r.person, r.organ, r.case_id, r.due_ms, r.answered_by, r.contested_by, r.accountability, r.state, r.stands"
	                        " FROM redress_alert r JOIN alert a ON a.id=r.alert WHERE a.alert_no=?1", &q));
	store_bind_str(q, 1, no);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*s = (struct standing){ store_col_i64(q, 0), store_col_i64(q, 1), store_col_i64(q, 2), store_col_i64(q, 3), store_col_i64(q, 4), store_col_i64(q, 5),
		store_col_i64(q, 6), store_col_i64(q, 7), store_col_copy(q, 8, v->a), store_col_i64(q, 9) != 0 };
	store_reset(q);
	return OK;
}

static bool theirs(struct view_ctx *v, int64_t person, int64_t organ)
{
	return v->actor.person && (v->actor.person == person || powers_in_organ(v->c, v->actor.person, organ, ROLE_HEAD));
}

static void alert_may(struct view_ctx *v, const struct standing *s, struct json_build *out)
{
	struct json_build o;
	bool mine = theirs(v, s->person, s->organ), open = str_eqz(s->state, "open"), answered = str_eqz(s->state, "answered");
	bool settled = str_eqz(s->state, "upheld") || str_eqz(s->state, "lifted");
	bool judge = (v->roles & ROLE_SUPERVISOR) && !settled && !s->accountability && v->actor.person != s->answered_by && v->actor.person != s->contested_by &&
	             !redress_interested(v->c, v->actor.person, s->person, s->organ, s->case_id);
	json_build_object(&o, v->a);
	json_set_bool(&o, "answer", mine && open);
	json_set_bool(&o, "contest", mine && (open || answered));
	json_set_bool(&o, "judge", judge);
	json_set_bool(&o, "uphold", judge && !(open && !s->stands && s->due_ms));
	json_set_bool(&o, "demand", (v->roles & ROLE_SUPERVISOR) != 0);
	json_set(out, "may", json_built(&o));
}

enum err view_redress_alert(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct standing s;
	TRY(alert_standing(v, param(v, "alert"), &s));
	if (!oversees(v) && !theirs(v, s.person, s.organ))
		return ERR_NOT_FOUND;
	TRY(store_prepare(v->c, "SELECT " ALERT_COLUMNS " FROM redress_alert r JOIN alert a ON a.id=r.alert WHERE r.alert=?1", &q));
	store_bind_i64(q, 1, s.id);
	TRY(one(v, q, out));
	alert_may(v, &s, out);
	return papers(v, "SELECT p.document, d.name, d.mime, d.size, p.at_ms, " NAME("p.by_person") " AS person_name FROM redress_paper p JOIN document d ON d.id=p.document"
	                 " WHERE p.alert=?1 ORDER BY p.document", s.id, out);
}

/* ---- demands ---- */

#define DEMAND_COLUMNS \
	"d.id AS key, d.number, d.kind, d.text, d.limit_days, d.at_ms, d.due_ms AS due, d.state, d.rung, CASE WHEN d.overdue>0 THEN 1 ELSE 0 END AS overdue," \
	" " NAME("d.issued_by") " AS issued_by_name, d.answer, " NAME("d.answered_by") " AS answered_by_name, d.answered_ms, d.judge_reason," \
	" " NAME("d.judged_by") " AS judged_by_name, d.judged_ms, " REDRESS_CASE_NO("d.case_id") " AS case_no," \
	" (SELECT alert_no FROM alert WHERE id=d.alert) AS alert_no, (SELECT number FROM demand p WHERE p.id=d.parent) AS parent," \
	" d.organ AS organ_id, d.person AS person_id"

static enum err find_demands(struct view_ctx *v, int64_t id, bool one, struct json_build *rows)
{
	struct store_query *q;
	struct str scope = param(v, "scope");
	TRY(store_prepare(v->c, "SELECT " DEMAND_COLUMNS " FROM demand d WHERE d.id BETWEEN ?1 AND ?10 AND (?2 IS NULL OR d.state=?2) AND (?3 IS NULL OR d.kind=?3)"
	                        " AND (?4 IS NULL OR d.organ=(SELECT id FROM organ WHERE code=?4)) AND (?5 IS NULL OR d.case_id=(SELECT id FROM case_number WHERE case_no=?5))"
	                        " AND (?6=1 OR d.person=?7 OR " LEADS("d.organ", "?7") ")"
	                        " AND (?8 IS NULL OR (?8='mine' AND (d.person=?7 OR " LEADS("d.organ", "?7") ")) OR (?8='issued' AND d.issued_by=?7)"
	                        " OR (?8='judge' AND d.state='answered') OR (?8='overdue' AND d.overdue>0 AND d.state IN ('open', 'returned')))"
	                        " ORDER BY d.id DESC LIMIT ?9", &q));
	bind_word(v, q, 2, "state");
	bind_word(v, q, 3, "kind");
	bind_word(v, q, 4, "organ");
	bind_word(v, q, 5, "case_no");
	store_bind_i64(q, 6, oversees(v));
	store_bind_i64(q, 7, v->actor.person);
	store_bind_str(q, 8, scope.len ? scope : (struct str){ NULL, 0 });
	store_bind_i64(q, 9, view_limit(v) + 1);
	view_bind_range(q, 1, 10, id, one);
	return rows_add(v, q, rows);
}

enum err view_demands(struct view_ctx *v, struct json_build *out)
{
	json_set_bool(out, "may_issue", (v->roles & ROLE_SUPERVISOR) != 0);
	return view_list(v, &(struct view_list){ "SELECT id FROM demand WHERE +id<?1 ORDER BY +id DESC LIMIT 20000", find_demands, put_finished }, out);
}

enum err view_demand(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build o;
	int64_t id = row_i64_str(v->c, "SELECT id FROM demand WHERE number=?1", param(v, "demand"), 0);
	int64_t person = row_i64(v->c, "SELECT person FROM demand WHERE id=?1", id, 0), organ = row_i64(v->c, "SELECT organ FROM demand WHERE id=?1", id, 0);
	bool mine = theirs(v, person, organ);
	if (!id || (!oversees(v) && !mine))
		return ERR_NOT_FOUND;
	TRY(store_prepare(v->c, "SELECT " DEMAND_COLUMNS " FROM demand d WHERE d.id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(one(v, q, out));
	struct str state = json_text(json_get(&out->value, "state"));
	int64_t case_id = row_i64(v->c, "SELECT case_id FROM demand WHERE id=?1", id, 0);
	json_build_object(&o, v->a);
	json_set_bool(&o, "answer", mine && (str_eqz(state, "open") || str_eqz(state, "returned")));
	json_set_bool(&o, "papers", case_id != 0);
	json_set_bool(&o, "judge", (v->roles & ROLE_SUPERVISOR) && str_eqz(state, "answered") && !redress_interested(v->c, v->actor.person, person, organ, case_id));
	json_set(out, "may", json_built(&o));
	return papers(v, "SELECT p.document, d.name, d.mime, d.size, p.at_ms, " NAME("p.by_person") " AS person_name FROM redress_paper p JOIN document d ON d.id=p.document"
	                 " WHERE p.demand=?1 ORDER BY p.document", id, out);
}

/* ---- measures ---- */

#define MEASURE_COLUMNS \
	"m.id AS key, m.number, m.kind, m.state, m.ground, m.facts AS facts_json, m.proposed_ms, m.decided_ms, " NAME("m.decided_by") " AS decided_by_name, m.reason," \
	" m.appeal_until_ms AS due, m.appeal, m.appealed_ms, " NAME("m.judged_by") " AS judged_by_name, m.judged_ms, m.judge_reason," \
	" m.subject_person AS person_id, m.subject_organ AS organ_id"

/* Of a person: the person, and the heads of organs where they hold a post; of an organ: its heads. */
#define MEASURE_MINE(person) \
	"(m.subject_person=" person " OR EXISTS (SELECT 1 FROM post h WHERE h.role='head' AND (h.a=" person " OR h.b=" person ") AND (h.organ=m.subject_organ OR" \
	" EXISTS (SELECT 1 FROM post w WHERE w.organ=h.organ AND (w.a=m.subject_person OR w.b=m.subject_person)))))"

static enum err find_measures(struct view_ctx *v, int64_t id, bool one, struct json_build *rows)
{
	struct store_query *q;
	struct str scope = param(v, "scope");
	TRY(store_prepare(v->c, "SELECT " MEASURE_COLUMNS " FROM measure m WHERE m.id BETWEEN ?1 AND ?10 AND (?2 IS NULL OR m.state=?2) AND (?3 IS NULL OR m.kind=?3)"
	                        " AND (?4 IS NULL OR m.subject_person=(SELECT id FROM person WHERE login=?4))"
	                        " AND (?5 IS NULL OR m.subject_organ=(SELECT id FROM organ WHERE code=?5))"
	                        " AND (?6=1 OR (m.state<>'proposed' AND " MEASURE_MINE("?7") "))"
	                        " AND (?8 IS NULL OR (?8='mine' AND m.state NOT IN ('proposed', 'dropped') AND " MEASURE_MINE("?7") ")"
	                        " OR (?8='judge' AND m.state IN ('proposed', 'appealed'))) ORDER BY m.id DESC LIMIT ?9", &q));
	bind_word(v, q, 2, "state");
	bind_word(v, q, 3, "kind");
	bind_word(v, q, 4, "person");
	bind_word(v, q, 5, "organ");
	store_bind_i64(q, 6, oversees(v));
	store_bind_i64(q, 7, v->actor.person);
	store_bind_str(q, 8, scope.len ? scope : (struct str){ NULL, 0 });
	store_bind_i64(q, 9, view_limit(v) + 1);
	view_bind_range(q, 1, 10, id, one);
	return rows_add(v, q, rows);
}

enum err view_measures(struct view_ctx *v, struct json_build *out)
{
	return view_list(v, &(struct view_list){ "SELECT id FROM measure WHERE +id<?1 ORDER BY +id DESC LIMIT 20000", find_measures, put_finished }, out);
}

enum err view_measure(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build o;
	int64_t id = row_i64_str(v->c, "SELECT id FROM measure WHERE number=?1", param(v, "measure"), 0);
	int64_t person = row_i64(v->c, "SELECT subject_person FROM measure WHERE id=?1", id, 0), organ = row_i64(v->c, "SELECT subject_organ FROM measure WHERE id=?1", id, 0);
	TRY(store_prepare(v->c, "SELECT " MEASURE_COLUMNS " FROM measure m WHERE m.id=?1 AND (?2=1 OR (m.state<>'proposed' AND " MEASURE_MINE("?3") "))", &q));
	store_bind_i64(q, 1, id);
	store_bind_i64(q, 2, oversees(v));
	store_bind_i64(q, 3, v->actor.person);
	TRY(one(v, q, out));
	struct str state = json_text(json_get(&out->value, "state"));
	bool judge = (v->roles & ROLE_SUPERVISOR) && (person ? v->actor.person != person : !powers_in_organ(v->c, v->actor.person, organ, ROLE_HANDLERS));
	bool appellant = person ? v->actor.person == person : powers_in_organ(v->c, v->actor.person, organ, ROLE_HEAD);
	json_build_object(&o, v->a);
	json_set_bool(&o, "decide", judge && str_eqz(state, "proposed"));
	json_set_bool(&o, "appeal", appellant && str_eqz(state, "confirmed"));
	json_set_bool(&o, "judge", judge && str_eqz(state, "appealed") &&
	              row_i64(v->c, "SELECT decided_by FROM measure WHERE id=?1", id, 0) != v->actor.person);
	json_set(out, "may", json_built(&o));
	return OK;
}

/* ---- the ladder of one person or organ ---- */

static enum err rows_of(struct view_ctx *v, const char *sql, int64_t person, int64_t organ, const char *key, struct json_build *out)
{
	struct store_query *q;
	struct json_build all, list;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, person);
	store_bind_i64(q, 2, organ);
	TRY(rows_json(v, q, &all));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < all.value.count; i++)
		TRY(view_row(v, put_finished, &all.value.items[i], &list));
	json_set(out, key, json_built(&list));
	return OK;
}

static int64_t period_days(struct view_ctx *v)
{
	struct str text = setting_get(v->c, v->a, S("redress.limits"));
	if (!text.len && casework_data_file(v->cw, v->a, "redress/limits.json", &text, NULL) != OK)
		return 365;
	return json_i64(json_get(parse(v->a, text), "period_days"), 365);
}

static bool works_under(struct view_ctx *v, int64_t person)
{
	return row_i64(v->c, "SELECT 1 FROM post w WHERE (w.a=?1 OR w.b=?1) LIMIT 1", person, 0) &&
	       theirs(v, person, row_i64(v->c, "SELECT organ FROM post WHERE a=?1 OR b=?1 ORDER BY id LIMIT 1", person, 0));
}

enum err view_ladder(struct view_ctx *v, struct json_build *out)
{
	struct str login = param(v, "person"), code = param(v, "organ");
	int64_t person = login.len ? row_i64_str(v->c, "SELECT id FROM person WHERE login=?1 AND staff=1", login, 0) : 0;
	int64_t organ = !login.len && code.len ? organ_by_code(v->c, code) : 0;
	if (!login.len && !code.len)
		person = v->actor.person;
	if (!person && !organ)
		return ERR_NOT_FOUND;
	if (!oversees(v) && !(person ? person == v->actor.person || works_under(v, person) : powers_in_organ(v->c, v->actor.person, organ, ROLE_HEAD)))
		return ERR_NOT_FOUND;
	set_named(out, v, "person", "SELECT login, name FROM person WHERE id=?1", person);
	set_named(out, v, "organ", ORGAN_SQL, organ ? organ : row_i64(v->c, "SELECT organ FROM post WHERE a=?1 OR b=?1 ORDER BY id LIMIT 1", person, 0));
	json_set_bool(out, "of_person", person != 0);
	int64_t days = period_days(v);
	json_set_i64(out, "period_days", days);
	json_set(out, "facts", ladder_facts(v->c, v->a, person != 0, person ? person : organ, v->now_ms, days));
	TRY(rows_of(v, "SELECT " ALERT_COLUMNS " FROM redress_alert r JOIN alert a ON a.id=r.alert WHERE (r.person=?1 AND ?2=0) OR (r.organ=?2 AND ?1=0)"
	               " ORDER BY r.alert DESC LIMIT 50", person, organ, "alerts", out));
	return rows_of(v, "SELECT " MEASURE_COLUMNS " FROM measure m WHERE m.state NOT IN ('proposed', 'dropped') AND ((m.subject_person=?1 AND ?2=0) OR (m.subject_organ=?2 AND ?1=0))"
	                  " ORDER BY m.id DESC LIMIT 50", person, organ, "measures", out);
}

/* ---- the supervisor's desk: what waits, in numbers that lead to their lists ---- */

enum err view_redress_desk(struct view_ctx *v, struct json_build *out)
{
	static const struct { const char *key, *sql; } figures[] = {
		{ "alerts_judge", "SELECT count(*) FROM redress_alert WHERE level>1 AND accountability IS NULL AND (state IN ('answered', 'contested') OR (state='open' AND stands=?1))" },
		{ "alerts_open", "SELECT count(*) FROM redress_alert WHERE level>?1 AND state='open' AND stands=0" },
		{ "demands_judge", "SELECT count(*) FROM demand WHERE state='answered' AND ?1=1" },
		{ "demands_open", "SELECT count(*) FROM demand WHERE state IN ('open', 'returned') AND ?1=1" },
		{ "demands_overdue", "SELECT count(*) FROM demand WHERE overdue>0 AND state IN ('open', 'returned') AND ?1=1" },
		{ "measures_judge", "SELECT count(*) FROM measure WHERE state IN ('proposed', 'appealed') AND ?1=1" },
		{ "cases_open", "SELECT count(*) FROM accountability c JOIN case_open k ON k.id=c.case_id WHERE ?1=1" },
	};
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		TRY(view_count(v, figures[i].sql, 1, figures[i].key, out));
	return OK;
}
