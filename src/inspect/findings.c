/* findings.c - what a check found: a demand for correction under a limit. The office answers with what it did, the checker accepts or
 * returns it with a new limit; a limit that passes is an alert. */
#include "inspect/inspect_int.h"

static enum err finding_limit(struct act *act, const struct json *f, struct limit *l)
{
	const struct json *settings = inspect_part(act->c, act->a, "settings");
	struct str unit = str_trim(json_text(json_get(f, "unit")));
	*l = (struct limit){ .start_ms = act->now_ms, .amount = json_i64(json_get(f, "amount"), json_i64(json_get(settings, "finding_amount"), 10)),
		             .unit = unit.len ? unit : json_text(json_get(settings, "finding_unit")) };
	return limit_run(act, l);
}

static const struct json *finding_moments(struct act *act, const struct limit *l)
{
	return moments_of(act, json_get(inspect_part(act->c, act->a, "rules"), "finding"), l->due_ms, 0, 0);
}

static enum err tell(struct act *act, int64_t person, int64_t case_id, struct str no, const char *zh, const char *en, struct str text)
{
	if (!person)
		return OK;
	return notice_send(act, person, case_id, arena_printf(act->a, "抽查问题 %.*s", STR_ARG(no)), arena_printf(act->a, "Finding %.*s", STR_ARG(no)),
	                   arena_printf(act->a, "%s%.*s", zh, STR_ARG(text)), arena_printf(act->a, "%s%.*s", en, STR_ARG(text)), 0);
}

enum err finding_make(struct act *act, const struct json *pick, const struct json *f)
{
	struct json_build o;
	struct limit l;
	struct str text = str_trim(json_text(json_get(f, "text")));
	int64_t case_id = col(pick, "case_id"), organ = row_i64(act->c, "SELECT organ FROM case_any WHERE id=?1", case_id, 0), person = head_of(act->c, organ);
	if (!text.len || text.len > INSPECT_TEXT_MAX)
		return act_refuse(act, ERR_INVALID, "inspect.finding", "findings: say what was found, in at most %d bytes.", INSPECT_TEXT_MAX);
	TRY(finding_limit(act, f, &l));
	json_build_object(&o, act->a);
	struct str no = number_take(act, "WT", &o);
	json_set_i64(&o, "finding", act_id(act));
	json_set_str(&o, "finding_no", no);
	json_set_i64(&o, "pick", col(pick, "id"));
	json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "organ", organ);
	set_id(&o, "person", person);
	json_set_str(&o, "text", text);
	json_set_str(&o, "ground", str_trim(json_text(json_get(f, "ground"))));
	json_set_i64(&o, "amount", l.amount);
	json_set_str(&o, "unit", l.unit);
	json_set_i64(&o, "start_ms", l.start_ms);
	json_set_i64(&o, "due_ms", l.due_ms);
	json_set_bool(&o, "provisional", l.provisional);
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set(&o, "alarms", finding_moments(act, &l));
	TRY(act_emit(act, "finding.made", case_id, &o));
	return tell(act, person, case_id, no, "抽查发现问题，请在期限内整改:", "A spot check found something to put right within its limit: ", text);
}

#define FINDING_SQL "SELECT f.*, n.case_no FROM inspect_finding f JOIN case_number n ON n.id=f.case_id WHERE f.finding_no=?1"

static enum err find_finding(struct act *act, const char *state, const struct json **out)
{
	*out = row_of_text(act->c, act->a, FINDING_SQL, in_text(act, "finding"));
	if (!*out)
		return act_refuse(act, ERR_NOT_FOUND, "inspect.finding-unknown", "There is no finding with this number.");
	return str_eqz(col_text(*out, "state"), state) ? OK :
	       act_refuse(act, ERR_CONFLICT, "inspect.finding-state", "This finding has moved on: it is answered or accepted already, or not answered yet.");
}

/* Members that every line about a finding has. */
static void put_line(struct act *act, struct json_build *o, const struct json *f, struct str text)
{
	json_build_object(o, act->a);
	json_set_i64(o, "line", act_id(act));
	json_set_i64(o, "finding", col(f, "id"));
	json_set_str(o, "text", text);
	set_id(o, "by", act->actor.person);
	json_set_i64(o, "at_ms", act->now_ms);
}

enum err act_finding_answer(struct act *act)
{
	const struct json *f;
	struct str text;
	struct json_build o;
	TRY(find_finding(act, "open", &f));
	if (!act->actor.system && !powers_in_organ(act->c, act->actor.person, col(f, "organ"), ROLE_HANDLERS))
		return act_refuse(act, ERR_DENIED, "inspect.not-yours", "Only the office responsible for it or a supervisor may do this.");
	TRY(in_needed(act, "text", &text));
	put_line(act, &o, f, text);
	TRY(act_emit(act, "finding.answered", col(f, "case_id"), &o));
	return tell(act, col(f, "made_by"), col(f, "case_id"), col_text(f, "finding_no"), "已答复整改情况，请核实:", "The office has answered; check it: ", text);
}

static bool may_decide(struct act *act, const struct json *f)
{
	/* nobody accepts the correction of one's own office */
	return (is_supervisor(act) || col(f, "made_by") == act->actor.person) && !powers_in_organ(act->c, act->actor.person, col(f, "organ"), ROLE_HANDLERS);
}

static enum err give_back(struct act *act, const struct json *f, struct json_build *o)
{
	struct limit l;
	TRY(finding_limit(act, act->data, &l));
	json_set_i64(o, "amount", l.amount);
	json_set_str(o, "unit", l.unit);
	json_set_i64(o, "due_ms", l.due_ms);
	json_set_bool(o, "provisional", l.provisional);
	json_set(o, "alarms", finding_moments(act, &l));
	return act_emit(act, "finding.returned", col(f, "case_id"), o);
}

enum err act_finding_decide(struct act *act)
{
	const struct json *f;
	struct str text, verdict = in_text(act, "verdict");
	struct json_build o;
	bool accept = str_eqz(verdict, "accept");
	TRY(find_finding(act, "answered", &f));
	if (!may_decide(act, f))
		return act_refuse(act, ERR_DENIED, "inspect.not-checker", "Only those drawn to check this case may record the check.");
	if (!accept && !str_eqz(verdict, "return"))
		return act_refuse(act, ERR_INVALID, "inspect.verdict", "verdict: accept or return.");
	TRY(in_needed(act, "text", &text));
	put_line(act, &o, f, text);
	TRY(accept ? act_emit(act, "finding.accepted", col(f, "case_id"), &o) : give_back(act, f, &o));
	return tell(act, col(f, "person"), col(f, "case_id"), col_text(f, "finding_no"), accept ? "整改已通过:" : "整改被退回，请再整改:",
	            accept ? "The correction has been accepted: " : "The correction has been returned: ", text);
}

/* ---- views ---- */

static enum err put_finding(struct view_ctx *v, const struct json *f, struct json_build *o)
{
	bool open = str_eqz(col_text(f, "state"), "open");
	json_set_i64(o, "key", col(f, "id"));
	json_set_str(o, "finding_no", col_text(f, "finding_no"));
	json_set_str(o, "text", col_text(f, "text"));
	json_set_str(o, "ground", col_text(f, "ground"));
	json_set_str(o, "state", col_text(f, "state"));
	json_set_str(o, "level", str_of(level_name((int)col(f, "raised"))));
	json_set_str(o, "made_at", view_instant(v, col(f, "made_ms")));
	json_set_i64(o, "limit_amount", col(f, "amount"));
	json_set_str(o, "limit_unit", col_text(f, "unit"));
	json_set_str(o, "unit", S("working-days")); /* of what is left */
	json_set_str(o, "due_on", view_due(v, col(f, "due_ms")));
	if (open)
		json_set_i64(o, "left", view_left(v, col(f, "due_ms")));
	else
		json_set_null(o, "left");
	json_set_bool(o, "provisional", col(f, "provisional") != 0);
	json_set_bool(o, "overdue", open && v->now_ms >= col(f, "due_ms"));
	json_set_str(o, "answer", col_text(f, "answer"));
	json_set_str(o, "verdict", col_text(f, "verdict"));
	json_set_i64(o, "returns", col(f, "returns"));
	json_set_i64(o, "pick", col(f, "pick"));
	set_named(o, v, "organ", ORGAN_SQL, col(f, "organ"));
	set_named(o, v, "person", "SELECT login, name FROM person WHERE id=?1", col(f, "person"));
	TRY(set_case(v, o, col(f, "case_id")));
	bool own = powers_in_organ(v->c, v->actor.person, col(f, "organ"), ROLE_HANDLERS);
	json_set_bool(o, "may_answer", open && own);
	json_set_bool(o, "may_decide", str_eqz(col_text(f, "state"), "answered") && !own && ((v->roles & ROLE_SUPERVISOR) || col(f, "made_by") == v->actor.person));
	return OK;
}

#define SEES_ALL (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)

enum err view_findings(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build all, rows, list, o;
	int64_t before = INT64_MAX;
	struct str state = param(v, "state"), organ = param(v, "organ");
	(void)str_to_i64(param(v, "cursor"), &before);
	TRY(store_prepare(v->c, "SELECT id AS n FROM inspect_finding WHERE id<?1 AND (?2 IS NULL OR state=?2) AND (?3 IS NULL OR organ=(SELECT id FROM organ WHERE code=?3))"
	                        " AND (?4=1 OR organ IN (SELECT organ FROM post WHERE a=?5 OR b=?5) OR made_by=?5) AND (?6=0 OR (state='open' AND due_ms<=?7))"
	                        " ORDER BY id DESC LIMIT ?8", &q));
	store_bind_i64(q, 1, before);
	bind_wanted(q, 2, state);
	bind_wanted(q, 3, organ);
	store_bind_i64(q, 4, (v->roles & SEES_ALL) != 0);
	store_bind_i64(q, 5, v->actor.person);
	store_bind_i64(q, 6, str_eqz(param(v, "late"), "true"));
	store_bind_i64(q, 7, v->now_ms);
	store_bind_i64(q, 8, view_limit(v) + 1);
	TRY(rows_json(v, q, &list));
	json_build_array(&all, v->a);
	for (size_t i = 0; i < list.value.count; i++) {
		json_build_object(&o, v->a);
		TRY(put_finding(v, row_of(v->c, v->a, "SELECT * FROM inspect_finding WHERE id=?1", json_i64(json_get(&list.value.items[i], "n"), 0)), &o));
		json_add(&all, json_built(&o));
	}
	page_cut(v, &all, &rows, out, "key");
	json_set(out, "rows", json_built(&rows));
	return OK;
}

enum err view_finding(struct view_ctx *v, struct json_build *out)
{
	struct store_query *q;
	struct json_build lines;
	const struct json *f = row_of_text(v->c, v->a, FINDING_SQL, param(v, "finding"));
	if (!f || (!(v->roles & SEES_ALL) && col(f, "made_by") != v->actor.person && !powers_in_organ(v->c, v->actor.person, col(f, "organ"), ROLE_HANDLERS)))
		return ERR_NOT_FOUND;
	TRY(put_finding(v, f, out));
	TRY(store_prepare(v->c, "SELECT l.at_ms, l.kind AS what, l.text, p.name AS who FROM inspect_finding_line l LEFT JOIN person p ON p.id=l.person WHERE l.finding=?1 ORDER BY l.id", &q));
	store_bind_i64(q, 1, col(f, "id"));
	TRY(rows_json(v, q, &lines));
	json_set(out, "lines", json_built(&lines));
	return OK;
}
