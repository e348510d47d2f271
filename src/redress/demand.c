/* demand.c - urging (催办) and formal supervision (督办): demands with a limit, an answer, and a supervisor who accepts it or not.
 *
 * An urging that is not answered in time becomes a formal demand by itself; a formal one that is not answered goes up a rung of
 * supervision and counts on the ladder.
 */
#include "redress/redress_int.h"

static bool is_formal(struct str kind) { return str_eqz(kind, "supervise"); }

/* ---- issuing ---- */

struct draft { int64_t case_id, alert, organ, person, parent, due_ms; int limit; struct str kind, text, case_no; };

static enum err about_case(struct act *act, struct draft *x, struct str case_no)
{
	struct case_row k;
	if (case_find(act->c, act->a, case_no, &k) != OK)
		return act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
	if (!k.open && !x->alert)
		return act_refuse(act, ERR_CONFLICT, "case.not-open", "The case is concluded.");
	struct responsible w;
	TRY(responsible_for(act->c, &k, 0, &w));
	x->case_id = k.id;
	x->case_no = k.case_no;
	if (!x->alert) {
		x->organ = w.organ;
		x->person = w.person;
	}
	return OK;
}

static enum err about(struct act *act, struct draft *x)
{
	struct str case_no = str_trim(json_text(json_get(act->data, "case_no"))), no = str_trim(json_text(json_get(act->data, "alert")));
	struct str organ = str_trim(json_text(json_get(act->data, "organ")));
	if (no.len) {
		struct alert_row r;
		TRY(alert_find(act, no, &r));
		x->alert = r.id;
		x->organ = r.organ;
		x->person = r.person;
		case_no = r.case_no;
	}
	if (case_no.len)
		return about_case(act, x, case_no);
	x->organ = x->organ ? x->organ : organ_by_code(act->c, organ);
	if (!x->organ)
		return act_refuse(act, ERR_INVALID, "demand.whom", "Say which case, alert or organ it is about.");
	x->person = x->person ? x->person : redress_head(act->c, x->organ);
	return OK;
}

static enum err limit_of(struct act *act, struct draft *x)
{
	int64_t usual = redress_limit(act, is_formal(x->kind) ? "demand.supervise" : "demand.urge", 3);
	int64_t days = json_i64(json_get(act->data, "limit"), usual);
	calendar_day by;
	const struct calendar *cal = calendar_now(act->cw);
	if (days < 1 || days > 90) {
		(void)act_refuse(act, ERR_INVALID, "demand.limit", "The limit is 1 to 90 working days.");
		diag_at(act->d, S("limit"));
		return ERR_INVALID;
	}
	x->limit = (int)days;
	x->due_ms = redress_due(act, days);
	if (!calendar_day_parse(json_text(json_get(act->data, "by")), &by))
		return OK;
	x->due_ms = calendar_day_start_ms(by + 1, calendar_offset_s(cal));
	if (x->due_ms > act->now_ms)
		return OK;
	(void)act_refuse(act, ERR_INVALID, "demand.by-past", "The day by which it is to be answered has passed.");
	diag_at(act->d, S("by"));
	return ERR_INVALID;
}

static enum err note_in_case(struct act *act, const struct draft *x, struct str number)
{
	struct json_build o;
	if (!x->case_id)
		return OK;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", x->case_id);
	json_set_str(&o, "note", is_formal(x->kind) ? S("supervise") : S("urge"));
	json_set_str(&o, "text", arena_printf(act->a, "%.*s:%.*s", STR_ARG(number), STR_ARG(x->text)));
	return act_emit(act, "case.note", x->case_id, &o);
}

static enum err tell_issued(struct act *act, const struct draft *x, struct str number)
{
	const char *zh = is_formal(x->kind) ? "督办" : "催办", *en = is_formal(x->kind) ? "Formal demand" : "Urged";
	struct str day = day_text(act->a, calendar_day_at(x->due_ms - 1, calendar_offset_s(calendar_now(act->cw))));
	struct str subject = x->case_no.len ? x->case_no : number;
	return redress_tell_office(act, x->person, x->organ, x->case_id, arena_printf(act->a, "%s:%.*s", zh, STR_ARG(subject)),
	                           arena_printf(act->a, "%s: %.*s", en, STR_ARG(subject)),
	                           arena_printf(act->a, "%.*s。请于 %.*s 前答复(%.*s)。", STR_ARG(x->text), STR_ARG(day), STR_ARG(number)),
	                           arena_printf(act->a, "%.*s. Answer by %.*s (%.*s).", STR_ARG(x->text), STR_ARG(day), STR_ARG(number)));
}

static enum err issue(struct act *act, const struct draft *x)
{
	struct json_build o;
	json_build_object(&o, act->a);
	struct str number = redress_number(act, is_formal(x->kind) ? "DB" : "CB", &o);
	json_set_i64(&o, "demand", act_id(act));
	json_set_str(&o, "number", number);
	json_set_str(&o, "kind", x->kind);
	json_set_i64(&o, "case", x->case_id);
	json_set_i64(&o, "alert", x->alert);
	json_set_i64(&o, "parent", x->parent);
	json_set_i64(&o, "organ", x->organ);
	json_set_i64(&o, "person", x->person);
	json_set_str(&o, "text", x->text);
	json_set_i64(&o, "limit_days", x->limit);
	json_set_i64(&o, "due_ms", x->due_ms);
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "demand.issued", x->case_id, &o));
	TRY(note_in_case(act, x, number));
	json_set_str(&act->reply, "demand", number);
	json_set_str(&act->reply, "due_on", day_text(act->a, calendar_day_at(x->due_ms - 1, calendar_offset_s(calendar_now(act->cw)))));
	return tell_issued(act, x, number);
}

static enum err issue_as(struct act *act, struct str kind)
{
	struct draft x = { .kind = kind };
	TRY(redress_text(act, "text", "urge.text", "Say what you expect.", &x.text));
	TRY(about(act, &x));
	TRY(limit_of(act, &x));
	return issue(act, &x);
}

enum err act_demand_issue(struct act *act)
{
	struct str kind = json_text(json_get(act->data, "kind"));
	if (!str_eqz(kind, "urge") && !is_formal(kind))
		return act_refuse(act, ERR_INVALID, "demand.kind", "A demand is an urging or formal supervision.");
	return issue_as(act, kind);
}

enum err act_alert_urge(struct act *act)
{
	return issue_as(act, S("urge"));
}

/* ---- the row ---- */

#define DEMAND_ROW "SELECT id, case_id, alert, organ, person, due_ms, issued_by, number, kind, state, text, limit_days, rung FROM demand WHERE id=?1"

static enum err demand_get(struct act *act, int64_t id, struct demand_row *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, DEMAND_ROW, &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return act_refuse(act, ERR_NOT_FOUND, "demand.unknown", "There is no demand with this number.");
	*out = (struct demand_row){ .id = store_col_i64(q, 0), .case_id = store_col_i64(q, 1), .alert = store_col_i64(q, 2), .organ = store_col_i64(q, 3),
		.person = store_col_i64(q, 4), .due_ms = store_col_i64(q, 5), .by = store_col_i64(q, 6), .number = store_col_copy(q, 7, act->a),
		.kind = store_col_copy(q, 8, act->a), .state = store_col_copy(q, 9, act->a), .text = store_col_copy(q, 10, act->a),
		.limit = (int)store_col_i64(q, 11), .rung = (int)store_col_i64(q, 12) };
	store_reset(q);
	return OK;
}

static enum err find(struct act *act, struct demand_row *r)
{
	return demand_get(act, row_i64_str(act->c, "SELECT id FROM demand WHERE number=?1", str_trim(json_text(json_get(act->data, "demand"))), 0), r);
}

static void begin_event(struct act *act, const struct demand_row *r, struct json_build *o)
{
	json_build_object(o, act->a);
	json_set_i64(o, "demand", r->id);
	json_set_i64(o, "case", r->case_id);
	json_set_i64(o, "organ", r->organ);
	json_set_i64(o, "at_ms", act->now_ms);
}

/* ---- answer and judgement ---- */

enum err act_demand_answer(struct act *act)
{
	struct demand_row r;
	struct json_build o;
	struct str text;
	TRY(find(act, &r));
	if (r.person != act->actor.person && !powers_in_organ(act->c, act->actor.person, r.organ, ROLE_HEAD))
		return act_refuse(act, ERR_DENIED, "demand.not-yours", "Only the person asked or their head may answer this demand.");
	TRY(redress_text(act, "text", "demand.answer", "Say what was done, or why it could not be.", &text));
	if (!str_eqz(r.state, "open") && !str_eqz(r.state, "returned"))
		return act_refuse(act, ERR_CONFLICT, "demand.answered", "This demand has been answered already.");
	begin_event(act, &r, &o);
	json_set_str(&o, "answer", text);
	json_set_i64(&o, "by", act->actor.person);
	TRY(redress_papers(act, r.case_id, &o));
	return act_emit(act, "demand.answered", r.case_id, &o);
}

static enum err tell_judged(struct act *act, const struct demand_row *r, bool accepted, struct str reason)
{
	return redress_tell_office(act, r->person, r->organ, r->case_id,
	                           arena_printf(act->a, "%s:%.*s", accepted ? "答复已接受" : "答复被退回", STR_ARG(r->number)),
	                           arena_printf(act->a, "%s: %.*s", accepted ? "Answer accepted" : "Answer returned", STR_ARG(r->number)), reason, reason);
}

enum err act_demand_judge(struct act *act)
{
	struct demand_row r;
	struct json_build o;
	struct str reason, outcome = json_text(json_get(act->data, "outcome"));
	bool accept = str_eqz(outcome, "accept");
	TRY(find(act, &r));
	if (redress_interested(act->c, act->actor.person, r.person, r.organ, r.case_id))
		return act_refuse(act, ERR_DENIED, "redress.interest", "You have a part in this matter: another supervisor judges it.");
	if (!accept && !str_eqz(outcome, "return"))
		return act_refuse(act, ERR_INVALID, "demand.outcome", "Say whether the answer is accepted or returned.");
	TRY(redress_text(act, "reason", "demand.reason", "Give the reason.", &reason));
	if (!str_eqz(r.state, "answered"))
		return act_refuse(act, ERR_CONFLICT, "demand.not-answered", "There is no answer to judge.");
	int64_t days = json_i64(json_get(act->data, "limit"), r.limit);
	if (days < 1 || days > 90)
		return act_refuse(act, ERR_INVALID, "demand.limit", "The limit is 1 to 90 working days.");
	begin_event(act, &r, &o);
	json_set_str(&o, "state", accept ? S("accepted") : S("returned"));
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	if (!accept)
		json_set_i64(&o, "due_ms", redress_due(act, days));
	TRY(act_emit(act, "demand.judged", r.case_id, &o));
	return tell_judged(act, &r, accept, reason);
}

/* ---- limits that pass ---- */

static enum err emit_overdue(struct act *act, const struct demand_row *r, struct str state, int rung, int64_t due_ms)
{
	struct json_build o;
	begin_event(act, r, &o);
	json_set_str(&o, "state", state);
	json_set_i64(&o, "rung", rung);
	json_set_i64(&o, "person", r->person);
	json_set_bool(&o, "formal", is_formal(r->kind));
	json_set_i64(&o, "weight", act_id(act));
	if (due_ms)
		json_set_i64(&o, "due_ms", due_ms);
	return act_emit(act, "demand.overdue", r->case_id, &o);
}

/* The same request, formal now. */
static enum err pass_on(struct act *act, const struct demand_row *r)
{
	struct draft x = { .kind = S("supervise"), .case_id = r->case_id, .alert = r->alert, .organ = r->organ, .person = r->person,
		.parent = r->id, .text = r->text, .limit = (int)redress_limit(act, "demand.supervise", 5) };
	if (r->case_id)
		x.case_no = row_str(act->c, act->a, "SELECT " REDRESS_CASE_NO("?1"), r->case_id);
	x.due_ms = redress_due(act, x.limit);
	TRY(emit_overdue(act, r, S("passed-on"), r->rung, 0));
	return issue(act, &x);
}

static enum err go_up(struct act *act, const struct demand_row *r)
{
	int64_t *people;
	size_t count;
	int rung = r->rung + 1;
	TRY(redress_supervisors(act->c, act->a, r->organ, rung, &people, &count));
	bool further = count && rung < redress_limit(act, "rungs", 3);
	TRY(emit_overdue(act, r, r->state, count ? rung : r->rung, further ? redress_due(act, r->limit) : 0));
	struct str title = arena_printf(act->a, "督办逾期:%.*s", STR_ARG(r->number)), title_en = arena_printf(act->a, "Formal demand overdue: %.*s", STR_ARG(r->number));
	TRY(redress_tell(act, people, count, r->case_id, title, title_en, r->text, r->text));
	TRY(redress_tell_office(act, r->person, r->organ, r->case_id, title, title_en, r->text, r->text));
	return ladder_weigh(act, r->person, r->organ);
}

enum err act_demand_due(struct act *act)
{
	struct demand_row r;
	int64_t due_ms = json_i64(json_get(act->data, "due_ms"), 0);
	TRY(demand_get(act, json_i64(json_get(act->data, "demand"), 0), &r));
	if (!r.due_ms || r.due_ms != due_ms || due_ms > act->now_ms)
		return OK;
	return is_formal(r.kind) ? go_up(act, &r) : pass_on(act, &r);
}
