/* report.c - tables that somebody saved under a name: for oneself or for all who may see statistics. */
#include "base/utf8.h"
#include "tally/tally_int.h"

enum { NAME_MAX = 60, REPORTS_MAX = 200 };
enum { SHARERS = ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMIN | ROLE_HEAD };

/* What is kept of a question; everything else in the command is left out. */
static const char *const kept[] = { "measures", "by", "then", "unit", "from", "to", "range", "compare", "organ", "item", "region", "post", "kind", "channel", "chart" };

static enum err check_name(struct act *act, struct str *out)
{
	*out = str_trim(json_text(json_get(act->data, "name")));
	if (out->len && utf8_count(*out) <= NAME_MAX)
		return OK;
	(void)act_refuse(act, ERR_INVALID, out->len ? "tally.name-long" : "tally.name", out->len ? "The name has at most 60 characters." : "Give the table a name.");
	diag_at(act->d, S("name"));
	return ERR_INVALID;
}

/* The one that is to be changed; a name of one's own that exists already is replaced as well. */
static enum err find_report(struct act *act, struct str name, int64_t *id)
{
	struct store_query *q;
	bool row;
	*id = json_i64(json_get(act->data, "report"), 0);
	if (*id && row_i64(act->c, "SELECT owner FROM tally_report WHERE id=?1", *id, -1) != act->actor.person)
		return act_refuse(act, ERR_NOT_FOUND, "tally.report-unknown", "There is no such table of yours.");
	if (*id)
		return OK;
	TRY(store_prepare(act->c, "SELECT id FROM tally_report WHERE owner=?1 AND name=?2", &q));
	store_bind_i64(q, 1, act->actor.person);
	store_bind_str(q, 2, name);
	TRY(store_step(q, &row));
	*id = row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	if (!*id && row_i64(act->c, "SELECT count(*) FROM tally_report WHERE owner=?1", act->actor.person, 0) >= REPORTS_MAX)
		return act_refuse(act, ERR_LIMIT, "tally.reports-many", "You have 200 saved tables: delete one first.");
	return OK;
}

enum err act_tally_save(struct act *act)
{
	struct question q;
	struct str name;
	int64_t id;
	struct json_build params, o;
	TRY(check_name(act, &name));
	TRY(question_read(act->c, calendar_now(act->cw), act->now_ms, act->data, &q, act->d));
	TRY(find_report(act, name, &id));
	json_build_object(&params, act->a);
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		const struct json *v = json_get(act->data, kept[i]);
		if (v && v->kind != JSON_NULL && !(v->kind == JSON_STRING && v->text.len == 0))
			json_set(&params, kept[i], v);
	}
	json_build_object(&o, act->a);
	id = id ? id : act_id(act);
	json_set_i64(&o, "report", id);
	json_set_str(&o, "name", name);
	json_set_i64(&o, "owner", act->actor.person);
	json_set_bool(&o, "shared", json_bool(json_get(act->data, "shared"), false));
	json_set(&o, "params", json_built(&params));
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&act->reply, "report", id);
	return act_emit(act, "tally.saved", 0, &o);
}

enum err act_tally_drop(struct act *act)
{
	struct json_build o;
	int64_t id = json_i64(json_get(act->data, "report"), 0), owner = row_i64(act->c, "SELECT owner FROM tally_report WHERE id=?1", id, -1);
	if (owner != act->actor.person)
		return act_refuse(act, ERR_NOT_FOUND, "tally.report-unknown", "There is no such table of yours.");
	json_build_object(&o, act->a);
	json_set_i64(&o, "report", id);
	return act_emit(act, "tally.dropped", 0, &o);
}

#define REPORT_SELECT "SELECT r.id AS report, r.name, r.shared, r.owner=?1 AS own, p.name AS owner, r.params AS params_json, r.saved_ms" \
	" FROM tally_report r LEFT JOIN person p ON p.id=r.owner WHERE (r.owner=?1 OR r.shared=1)"

enum err view_tally_reports(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build rows;
	TRY(store_prepare(v->c, REPORT_SELECT " ORDER BY r.owner=?1 DESC, r.name, r.id LIMIT 1000", &q));
	store_bind_i64(q, 1, v->actor.person);
	TRY(rows_json(v, q, &rows));
	json_set(out, "rows", json_built(&rows));
	return OK;
}

enum err view_tally_report(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, REPORT_SELECT " AND r.id=?2", &q));
	store_bind_i64(q, 1, v->actor.person);
	store_bind_i64(q, 2, json_i64(json_get(v->params, "report"), 0));
	TRY(store_step(q, &row));
	if (row)
		set_columns(out, v, q);
	store_reset(q);
	return row ? OK : ERR_NOT_FOUND;
}
