/* view_rules.c - what pages and the API see of the rules: the list, one with its table and history, a trial, and why an alert
 * was raised. */
#include "watch/watch_int.h"

static const int64_t year_ms = 365LL * 86400000;

/* ---- the list ---- */

static const struct json *limits_json(struct view_ctx *v)
{
	struct str own = setting_get(v->c, v->a, S("supervision.limits")), shipped = { NULL, 0 };
	struct str path = arena_printf(v->a, "%s/data/supervision.json", casework_data_dir(v->cw));
	if (!own.len && path.ptr && os_file_read(v->a, path.ptr, 1 << 20, &shipped, NULL) != OK)
		return NULL;
	return parse(v->a, own.len ? own : shipped);
}

/* How often it was applied is counted apart from the rules: of those the list is complete or not shown. */
static enum err put_rule(struct view_ctx *v, const struct json *row, struct json_build *list)
{
	struct store_query *q;
	struct json_build o;
	json_build_object(&o, v->a);
	for (size_t i = 0; i < row->count; i++)
		json_set_key(&o, row->members[i].key, &row->members[i].value);
	TRY(store_prepare(v->c, "SELECT count(*) FROM watch_alert WHERE rule_no=?1 AND at_ms>?2", &q));
	store_bind_str(q, 1, json_text(json_get(row, "rule_no")));
	store_bind_i64(q, 2, v->now_ms - year_ms);
	TRY(view_figure(v, q, "alerts_year", &o));
	json_add(list, json_built(&o));
	return OK;
}

enum err view_watch_rules(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows, list;
	TRY(store_prepare(v->c, "SELECT r.rule_no, r.name, r.name_en, r.ground, r.state, r.version, r.enabled, r.live_ms, r.drafted_by=0 AS shipped,"
	                        " (SELECT max(p.version) FROM watch_rule p WHERE p.rule_no=r.rule_no AND p.state='proposed') AS proposed,"
	                        " (SELECT max(p.version) FROM watch_rule p WHERE p.rule_no=r.rule_no AND p.state='draft') AS draft"
	                        " FROM watch_rule r WHERE r.version=(SELECT coalesce(max(CASE WHEN l.state='live' THEN l.version END), max(l.version))"
	                        " FROM watch_rule l WHERE l.rule_no=r.rule_no) ORDER BY r.rule_no", &q));
	TRY(rows_json(v, q, &rows));
	json_build_array(&list, v->a);
	for (size_t i = 0; i < rows.value.count; i++)
		TRY(put_rule(v, &rows.value.items[i], &list));
	json_set(out, "rows", json_built(&list));
	json_set_null(out, "next");
	json_set(out, "limits", limits_json(v));
	return record_gaps_json(v, S("watch"), out);
}

/* ---- one rule ---- */

static enum err xml_of(struct view_ctx *v, struct str rule_no, int64_t version, struct str *xml)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, "SELECT xml FROM watch_rule WHERE rule_no=?1 AND version=?2", &q));
	store_bind_str(q, 1, rule_no);
	store_bind_i64(q, 2, version);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	*xml = store_col_copy(q, 0, v->a);
	store_reset(q);
	return OK;
}

static struct str label_en(const struct xml_node *n, struct str otherwise)
{
	const struct xml_node *ext = n ? xml_child(n, NULL, "extensionElements") : NULL, *label = ext ? xml_child(ext, NULL, "label") : NULL;
	struct str en = label ? xml_attr(label, "en") : S("");
	return en.len ? en : otherwise;
}

static const struct json *heads_json(struct view_ctx *v, const struct xml_node *table, const char *kind, const struct dmn_clause_view *at, size_t count)
{
	struct json_build list;
	const struct xml_node *n = xml_child(table, NULL, kind);
	json_build_array(&list, v->a);
	for (size_t i = 0; i < count; i++, n = n ? xml_next_same(n) : NULL) {
		struct json_build o;
		struct str label = n && xml_attr(n, "label").len ? xml_attr(n, "label") : at[i].expression.len ? at[i].expression : at[i].label;
		json_build_object(&o, v->a);
		json_set_str(&o, "label", arena_str(v->a, label));
		json_set_str(&o, "label_en", arena_str(v->a, label_en(n, at[i].expression.len ? at[i].expression : label)));
		json_set_str(&o, "expression", at[i].expression.ptr ? arena_str(v->a, at[i].expression) : S(""));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static const struct json *cells_json(struct view_ctx *v, const struct str *cells, size_t count)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; i < count; i++)
		json_add_str(&list, cells[i].ptr ? arena_str(v->a, cells[i]) : S("-"));
	return json_built(&list);
}

/* "red" of an output cell as a level; empty for anything else. */
static struct str level_in(struct str cell)
{
	struct str word = cell.len > 2 && cell.ptr[0] == '"' ? str_sub(cell, 1, cell.len - 1) : S("");
	return level_of(word) ? str_of(level_name(level_of(word))) : S("");
}

static enum err table_json(struct view_ctx *v, const struct watch_rule *r, struct str xml, struct json_build *o)
{
	struct dmn_table_view t;
	struct xml_node *root;
	struct json_build rows;
	TRY(xml_read(v->a, xml, &root, v->d));
	const struct xml_node *table = xml_child(xml_child(root, NULL, "decision"), NULL, "decisionTable");
	TRY(dmn_model_table(r->model, r->number, v->a, &t, v->d));
	json_build_array(&rows, v->a);
	for (size_t i = 0; i < t.rules_count; i++) {
		struct json_build row;
		struct str note = t.rules[i].annotation;
		json_build_object(&row, v->a);
		json_set_i64(&row, "number", (int64_t)i + 1);
		json_set(&row, "inputs", cells_json(v, t.rules[i].inputs, t.inputs_count));
		json_set(&row, "outputs", cells_json(v, t.rules[i].outputs, t.outputs_count));
		json_set_str(&row, "level", t.outputs_count ? level_in(t.rules[i].outputs[0]) : S(""));
		json_set_str(&row, "annotation", law_text(v->a, arena_str(v->a, note.ptr ? note : S("")), false));
		json_set_str(&row, "annotation_en", law_text(v->a, arena_str(v->a, note.ptr ? note : S("")), true));
		json_add(&rows, json_built(&row));
	}
	json_set(o, "inputs", heads_json(v, table, "input", t.inputs, t.inputs_count));
	json_set(o, "outputs", heads_json(v, table, "output", t.outputs, t.outputs_count));
	json_set(o, "rows", json_built(&rows));
	return OK;
}

static const struct json *fact_json(struct view_ctx *v, const struct watch_fact *f)
{
	struct json_build o;
	json_build_object(&o, v->a);
	json_set_str(&o, "fact", str_of(f->name));
	json_set_str(&o, "type", str_of(f->type));
	json_set_str(&o, "name", str_of(f->zh));
	json_set_str(&o, "name_en", str_of(f->en));
	return json_built(&o);
}

static enum err rule_json(struct view_ctx *v, struct str xml, struct json_build *out)
{
	struct watch_rule *r;
	struct json_build table, facts;
	TRY(watch_rule_read(xml, &r, v->d));
	json_build_object(&table, v->a);
	json_build_array(&facts, v->a);
	enum err e = table_json(v, r, xml, &table);
	for (size_t i = 0; i < r->facts_count; i++)
		json_add(&facts, fact_json(v, r->facts[i]));
	json_set_str(out, "name", arena_str(v->a, r->name));
	json_set_str(out, "name_en", arena_str(v->a, r->name_en));
	json_set_str(out, "ground", law_text(v->a, arena_str(v->a, r->ground), false));
	json_set_str(out, "ground_en", law_text(v->a, arena_str(v->a, r->ground), true));
	json_set_str(out, "ground_code", arena_str(v->a, r->ground));
	json_set_str(out, "moments", arena_str(v->a, r->moments));
	json_set_str(out, "once_for", arena_str(v->a, r->key));
	json_set_str(out, "post", r->post.len ? arena_str(v->a, r->post) : S("holder"));
	json_set_str(out, "text", arena_str(v->a, r->text));
	json_set_str(out, "text_en", arena_str(v->a, r->text_en));
	json_set(out, "table", json_built(&table));
	json_set(out, "facts", json_built(&facts));
	watch_rule_free(r);
	return e;
}

static enum err versions_json(struct view_ctx *v, struct str rule_no, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	TRY(store_prepare(v->c, "SELECT r.version, r.state, r.enabled, r.reason, r.refusal, d.name AS drafted_by, r.drafted_ms, s.name AS signed_by,"
	                        " r.signed_ms, p.name AS second_by, r.second_ms, r.live_ms, r.until_ms"
	                        " FROM watch_rule r LEFT JOIN person d ON d.id=r.drafted_by LEFT JOIN person s ON s.id=r.signed_by"
	                        " LEFT JOIN person p ON p.id=r.second_by WHERE r.rule_no=?1 ORDER BY r.version DESC", &q));
	store_bind_str(q, 1, rule_no);
	TRY(rows_json(v, q, &rows));
	json_set(out, "versions", json_built(&rows));
	return OK;
}

static int64_t version_in(struct view_ctx *v, const char *sql, struct str rule_no)
{
	return row_i64_str(v->c, sql, rule_no, 0);
}

enum err view_watch_rule(struct view_ctx *v, struct json_build *out)
{
	struct str rule_no = param(v, "rule_no"), xml;
	int64_t live = version_in(v, "SELECT version FROM watch_rule WHERE rule_no=?1 AND state='live'", rule_no);
	int64_t draft = version_in(v, "SELECT version FROM watch_rule WHERE rule_no=?1 AND state='draft'", rule_no);
	int64_t proposed = version_in(v, "SELECT version FROM watch_rule WHERE rule_no=?1 AND state='proposed'", rule_no);
	int64_t version = json_i64(json_get(v->params, "version"), draft ? draft : proposed ? proposed : live);
	TRY(xml_of(v, rule_no, version, &xml));
	json_set_str(out, "rule_no", rule_no);
	json_set_i64(out, "version", version);
	json_set_i64(out, "live", live);
	json_set_i64(out, "draft", draft);
	json_set_i64(out, "proposed", proposed);
	int64_t open_version = draft ? draft : proposed;
	v->older = version != (open_version ? open_version : live); /* who has read an older one has not read what is edited or signed */
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, "SELECT enabled, state, drafted_by, signed_by FROM watch_rule WHERE rule_no=?1 AND version=?2", &q));
	store_bind_str(q, 1, rule_no);
	store_bind_i64(q, 2, version);
	TRY(store_step(q, &row));
	json_set_bool(out, "enabled", row && store_col_i64(q, 0) != 0);
	json_set_str(out, "state", store_col_copy(q, 1, v->a));
	bool own = row && (store_col_i64(q, 2) == v->actor.person || store_col_i64(q, 3) == v->actor.person);
	store_reset(q);
	bool office = (v->roles & (ROLE_SUPERVISOR | ROLE_ADMIN)) != 0;
	struct json_build may;
	json_build_object(&may, v->a);
	json_set_bool(&may, "edit", office && !proposed);
	json_set_bool(&may, "sign", office && draft && draft == version);
	json_set_bool(&may, "approve", office && proposed && open_version == version && !own);
	json_set_bool(&may, "refuse", office && proposed && proposed == version);
	json_set(out, "may", json_built(&may));
	TRY(versions_json(v, rule_no, out));
	TRY(store_prepare(v->c, "SELECT count(*) FROM watch_alert WHERE rule_no=?1 AND at_ms>?2", &q));
	store_bind_str(q, 1, rule_no);
	store_bind_i64(q, 2, v->now_ms - year_ms);
	TRY(store_step(q, &row));
	json_set_i64(out, "alerts_year", row ? store_col_i64(q, 0) : 0);
	store_reset(q);
	json_set_i64(out, "trial", version_in(v, "SELECT max(id) FROM watch_trial WHERE rule_no=?1", rule_no));
	json_set_str(out, "xml", xml);
	return rule_json(v, xml, out);
}

/* ---- a trial ---- */

enum err view_watch_trial(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	bool row;
	int64_t id = 0;
	(void)str_to_i64(param(v, "trial"), &id);
	TRY(store_prepare(v->c, "SELECT t.rule_no, t.version, t.from_ms, t.to_ms, t.asked_ms, t.state, t.result, p.name FROM watch_trial t"
	                        " LEFT JOIN person p ON p.id=t.by_person WHERE t.id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND;
	json_set_i64(out, "trial", id);
	json_set_str(out, "rule_no", store_col_copy(q, 0, v->a));
	json_set_i64(out, "version", store_col_i64(q, 1));
	json_set_str(out, "from_on", view_day(v, store_col_i64(q, 2)));
	json_set_str(out, "to_on", view_day(v, store_col_i64(q, 3)));
	json_set_str(out, "asked_at", view_instant(v, store_col_i64(q, 4)));
	json_set_bool(out, "over", str_eqz(store_col_str(q, 5), "over"));
	json_set_str(out, "by", store_col_copy(q, 7, v->a));
	const struct json *result = parse(v->a, store_col_copy(q, 6, v->a));
	store_reset(q);
	static const char *const figures[] = { "done", "total", "alerts", "notice", "yellow", "red" };
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		json_set_i64(out, figures[i], json_i64(json_get(result, figures[i]), 0));
	int64_t passed = json_i64(json_get(result, "passed"), 0);
	if (passed)
		json_set_i64(out, "passed", passed);
	else
		json_set_null(out, "passed");
	static const struct json none = { .kind = JSON_ARRAY };
	json_set(out, "rows", json_get(result, "rows") ? json_get(result, "rows") : &none);
	return OK;
}

/* ---- why an alert was raised ---- */

static enum err evidence_json(struct view_ctx *v, const struct json *seqs, struct json_build *list)
{
	json_build_array(list, v->a);
	for (size_t i = 0; seqs && seqs->kind == JSON_ARRAY && i < seqs->count; i++) {
		struct store_query *q;
		struct json_build one;
		TRY(store_prepare(v->c, "SELECT l.seq, l.at_ms, l.kind, p.name AS actor, encode(l.hash, 'hex') AS hash FROM ledger l"
		                        " LEFT JOIN person p ON p.id=l.actor WHERE l.seq=?1", &q));
		store_bind_i64(q, 1, json_i64(&seqs->items[i], 0));
		TRY(rows_json(v, q, &one));
		if (one.value.count)
			json_add(list, &one.value.items[0]);
	}
	return OK;
}

static bool may_see(struct view_ctx *v, int64_t alert)
{
	if (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_SYSTEM))
		return true;
	int64_t organ = row_i64(v->c, "SELECT organ FROM alert WHERE id=?1", alert, 0);
	return row_i64(v->c, "SELECT person FROM alert WHERE id=?1", alert, 0) == v->actor.person || powers_in_organ(v->c, v->actor.person, organ, ROLE_HEAD);
}

enum err view_watch_alert(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build evidence;
	struct str alert_no = param(v, "alert_no");
	int64_t id = row_i64_str(v->c, "SELECT id FROM alert WHERE alert_no=?1", alert_no, 0);
	bool row;
	if (!id || !may_see(v, id))
		return ERR_NOT_FOUND;
	json_set_str(out, "alert_no", alert_no);
	TRY(store_prepare(v->c, "SELECT a.rule_no, a.version, a.subject_key, a.moment_ms, a.at_ms, a.evidence, r.name, r.name_en, r.ground FROM watch_alert a"
	                        " LEFT JOIN watch_rule r ON r.rule_no=a.rule_no AND r.version=a.version WHERE a.id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return ERR_NOT_FOUND; /* a clock's alarm: its clock says why */
	json_set_str(out, "rule_no", store_col_copy(q, 0, v->a));
	json_set_i64(out, "version", store_col_i64(q, 1));
	json_set_str(out, "subject", store_col_copy(q, 2, v->a));
	json_set_str(out, "moment_at", view_instant(v, store_col_i64(q, 3)));
	json_set_str(out, "at", view_instant(v, store_col_i64(q, 4)));
	const struct json *seqs = parse(v->a, store_col_copy(q, 5, v->a));
	json_set_str(out, "name", store_col_copy(q, 6, v->a));
	json_set_str(out, "name_en", store_col_copy(q, 7, v->a));
	set_ground(out, v->a, store_col_copy(q, 8, v->a));
	store_reset(q);
	TRY(evidence_json(v, seqs, &evidence));
	json_set(out, "evidence", json_built(&evidence));
	return OK;
}

enum err view_watch_facts(struct view_ctx *v, struct json_build *out)
{
	const struct watch_fact *facts;
	size_t count = watch_facts(&facts);
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; i < count; i++)
		json_add(&list, fact_json(v, &facts[i]));
	json_set(out, "rows", json_built(&list));
	json_set_null(out, "next");
	return OK;
}
