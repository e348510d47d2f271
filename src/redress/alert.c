/* alert.c - an alert's way: open, answered, contested, upheld or lifted; each limit with a clock of its own.
 *
 * The kernel (and the rules of supervision) raise; here people answer. An alert that is not answered in its limit goes up a
 * rung of supervision, and from yellow on it stands: silence is no defence. An answer that nobody judges goes up as well.
 */
#include "redress/redress_int.h"

/* ---- taking up ---- */

struct raised { int64_t id, case_id, organ, person, at_ms; int level; struct str state, rule_no; struct raised *next; };

enum { TAKE_UP_MAX = 100 }; /* each may ask the ladder twice, and a command has its memory; the next tick takes the rest */

/* Ids grow with time, so that what lies above the last one taken up is new. */
static enum err raised_since(struct act *act, struct raised **out)
{
	struct store_query *q;
	bool row;
	struct raised **last = out;
	*out = NULL;
	TRY(store_prepare(act->c, "SELECT id, case_id, organ, person, at_ms, level, state, rule_no FROM alert"
	                          " WHERE id>(SELECT coalesce(max(alert), 0) FROM redress_alert) ORDER BY id LIMIT ?1", &q));
	store_bind_i64(q, 1, TAKE_UP_MAX);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct raised *r = arena_new(act->a, struct raised);
		if (!r)
			return ERR_NOMEM;
		*r = (struct raised){ .id = store_col_i64(q, 0), .case_id = store_col_i64(q, 1), .organ = store_col_i64(q, 2), .person = store_col_i64(q, 3),
			.at_ms = store_col_i64(q, 4), .level = (int)store_col_i64(q, 5), .state = store_col_copy(q, 6, act->a), .rule_no = store_col_copy(q, 7, act->a) };
		*last = r;
		last = &r->next;
	}
}

static int64_t answer_days(struct act *act, int level)
{
	static const char *const paths[] = { "answer.notice", "answer.notice", "answer.yellow", "answer.red" };
	return redress_limit(act, paths[level], 0);
}

/* Alerts about silence itself ask for no answer of their own: one silence must not breed another, and that one the next. */
static bool asks_for_answer(struct act *act, const struct raised *r)
{
	struct str rest = redress_words(act, "no_answer");
	for (struct str word = str_cut(&rest, ' '); word.len; word = str_cut(&rest, ' '))
		if (str_eq(word, r->rule_no))
			return false;
	return str_eqz(r->state, "open");
}

static void set_due(struct json_build *o, struct act *act, const char *what, int64_t days)
{
	if (days > 0) {
		json_set_i64(o, "due_ms", redress_due(act, days));
		json_set_str(o, "due_for", str_of(what));
	}
}

static const struct json *taken_up(struct act *act, const struct raised *list)
{
	struct json_build all, o;
	json_build_array(&all, act->a);
	for (const struct raised *r = list; r; r = r->next) {
		json_build_object(&o, act->a);
		json_set_i64(&o, "alert", r->id);
		json_set_i64(&o, "case", r->case_id);
		json_set_i64(&o, "level", r->level);
		json_set_i64(&o, "organ", r->organ);
		json_set_i64(&o, "person", r->person);
		json_set_i64(&o, "raised_ms", r->at_ms);
		json_set_str(&o, "state", r->state);
		if (asks_for_answer(act, r))
			set_due(&o, act, "answer", answer_days(act, r->level));
		json_add(&all, json_built(&o));
	}
	return json_built(&all);
}

enum err alerts_take_up(struct act *act)
{
	struct raised *list;
	struct json_build o;
	TRY(raised_since(act, &list));
	if (!list)
		return OK;
	json_build_object(&o, act->a);
	json_set(&o, "alerts", taken_up(act, list));
	TRY(act_emit(act, "alert.taken-up", 0, &o));
	for (const struct raised *r = list; r; r = r->next)
		if (str_eqz(r->state, "open"))
			TRY(ladder_weigh(act, r->person, r->organ));
	return OK;
}

enum err act_alert_take_up(struct act *act)
{
	return alerts_take_up(act);
}

/* ---- the row ---- */

#define ALERT_ROW \
	"SELECT r.alert, r.case_id, r.organ, r.person, r.at_ms, r.due_ms, r.answered_by, r.contested_by, r.accountability, a.alert_no, r.state, r.due_for," \
	" a.text, a.text_en, " REDRESS_CASE_NO("r.case_id") ", r.level, r.rung, r.stands FROM redress_alert r JOIN alert a ON a.id=r.alert WHERE r.alert=?1"

static enum err alert_get(struct act *act, int64_t id, struct alert_row *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, ALERT_ROW, &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return act_refuse(act, ERR_NOT_FOUND, "alert.unknown", "There is no alert with this number.");
	*out = (struct alert_row){ .id = store_col_i64(q, 0), .case_id = store_col_i64(q, 1), .organ = store_col_i64(q, 2), .person = store_col_i64(q, 3),
		.at_ms = store_col_i64(q, 4), .due_ms = store_col_i64(q, 5), .answered_by = store_col_i64(q, 6), .contested_by = store_col_i64(q, 7),
		.accountability = store_col_i64(q, 8), .alert_no = store_col_copy(q, 9, act->a), .state = store_col_copy(q, 10, act->a),
		.due_for = store_col_copy(q, 11, act->a), .text = store_col_copy(q, 12, act->a), .text_en = store_col_copy(q, 13, act->a),
		.case_no = store_col_copy(q, 14, act->a), .level = (int)store_col_i64(q, 15), .rung = (int)store_col_i64(q, 16),
		.stands = store_col_i64(q, 17) != 0 };
	store_reset(q);
	return OK;
}

enum err alert_find(struct act *act, struct str no, struct alert_row *out)
{
	TRY(alerts_take_up(act));
	return alert_get(act, row_i64_str(act->c, "SELECT id FROM alert WHERE alert_no=?1", no, 0), out);
}

static enum err find(struct act *act, struct alert_row *r)
{
	return alert_find(act, str_trim(json_text(json_get(act->data, "alert"))), r);
}

static void begin_event(struct act *act, const struct alert_row *r, struct json_build *o)
{
	json_build_object(o, act->a);
	json_set_i64(o, "alert", r->id);
	json_set_i64(o, "case", r->case_id);
	json_set_i64(o, "organ", r->organ);
	json_set_i64(o, "at_ms", act->now_ms);
}

static bool is_settled(const struct alert_row *r)
{
	return str_eqz(r->state, "upheld") || str_eqz(r->state, "lifted");
}

/* ---- those whom it concerns ---- */

static enum err check_theirs(struct act *act, const struct alert_row *r)
{
	if (r->person == act->actor.person || powers_in_organ(act->c, act->actor.person, r->organ, ROLE_HEAD))
		return OK;
	return act_refuse(act, ERR_DENIED, "alert.not-yours", "Only the person responsible or their head may answer this alert.");
}

/* A reminder that was answered is done with; from yellow on a supervisor looks at the answer. */
static void set_judge_due(struct act *act, const struct alert_row *r, struct json_build *o)
{
	if (r->level > 1)
		set_due(o, act, "judge", redress_limit(act, "judge", 10));
}

static enum err answer(struct act *act, const struct alert_row *r, struct str kind, struct str text)
{
	struct json_build o;
	if (!str_eqz(r->state, "open"))
		return act_refuse(act, ERR_CONFLICT, "alert.answered", "This alert has been answered already.");
	begin_event(act, r, &o);
	json_set_str(&o, "answer_kind", kind);
	json_set_str(&o, "reason", text);
	json_set_i64(&o, "by", act->actor.person);
	set_judge_due(act, r, &o);
	TRY(redress_papers(act, r->case_id, &o));
	return act_emit(act, "alert.answered", r->case_id, &o);
}

enum err act_alert_answer(struct act *act)
{
	struct alert_row r;
	struct str text, kind = json_text(json_get(act->data, "kind"));
	TRY(find(act, &r));
	TRY(check_theirs(act, &r));
	TRY(redress_text(act, "reason", "alert.reason", "Give the reason, or what you did to put it right.", &text));
	if (!str_eqz(kind, "reason") && !str_eqz(kind, "correction")) {
		(void)act_refuse(act, ERR_INVALID, "alert.kind", "Say whether this is the reason or a correction.");
		diag_at(act->d, S("kind"));
		return ERR_INVALID;
	}
	return answer(act, &r, kind, text);
}

/* From the case's page, where a supervisor may note what was said. */
enum err act_alert_acknowledge(struct act *act)
{
	struct alert_row r;
	struct str text;
	TRY(find(act, &r));
	if (!(powers_roles(act->c, &act->actor) & ROLE_SUPERVISOR))
		TRY(check_theirs(act, &r));
	TRY(redress_text(act, "reason", "alert.reason", "Give the reason, or what you did to put it right.", &text));
	return answer(act, &r, S("reason"), text);
}

enum err act_alert_contest(struct act *act)
{
	struct alert_row r;
	struct json_build o;
	struct str text;
	TRY(find(act, &r));
	TRY(check_theirs(act, &r));
	TRY(redress_text(act, "reason", "alert.contest-reason", "Say what is wrong about the alert, and what shows it.", &text));
	if (!str_eqz(r.state, "open") && !str_eqz(r.state, "answered"))
		return act_refuse(act, ERR_CONFLICT, "alert.judged", "This alert has been contested or judged already.");
	begin_event(act, &r, &o);
	json_set_str(&o, "reason", text);
	json_set_i64(&o, "by", act->actor.person);
	set_due(&o, act, "judge", redress_limit(act, "judge", 10));
	TRY(redress_papers(act, r.case_id, &o));
	return act_emit(act, "alert.contested", r.case_id, &o);
}

/* ---- the supervisor ---- */

static enum err check_judge(struct act *act, const struct alert_row *r)
{
	int64_t judge = act->actor.person;
	if (redress_interested(act->c, judge, r->person, r->organ, r->case_id) || judge == r->answered_by || judge == r->contested_by)
		return act_refuse(act, ERR_DENIED, "redress.interest", "You have a part in this matter: another supervisor judges it.");
	if (is_settled(r))
		return act_refuse(act, ERR_CONFLICT, "alert.judged", "This alert has been judged already.");
	if (r->accountability)
		return act_refuse(act, ERR_CONFLICT, "alert.accountable", "An accountability case is open about this alert: it is decided there.");
	return OK;
}

static enum err tell_judged(struct act *act, const struct alert_row *r, bool upheld, struct str reason)
{
	struct str title = arena_printf(act->a, "预警%s:%.*s", upheld ? "成立" : "解除", STR_ARG(r->alert_no));
	struct str title_en = arena_printf(act->a, "Alert %s: %.*s", upheld ? "upheld" : "lifted", STR_ARG(r->alert_no));
	struct str zh = arena_printf(act->a, "%.*s 监察意见:%.*s", STR_ARG(r->text), STR_ARG(reason));
	struct str en = arena_printf(act->a, "%.*s Supervisor: %.*s", STR_ARG(r->text_en), STR_ARG(reason));
	return redress_tell_office(act, r->person, r->organ, r->case_id, title, title_en, zh, en);
}

enum err act_alert_judge(struct act *act)
{
	struct alert_row r;
	struct json_build o;
	struct str reason, outcome = json_text(json_get(act->data, "outcome"));
	bool uphold = str_eqz(outcome, "uphold");
	TRY(find(act, &r));
	TRY(check_judge(act, &r));
	if (!uphold && !str_eqz(outcome, "lift"))
		return act_refuse(act, ERR_INVALID, "alert.outcome", "Say whether the alert is upheld or lifted.");
	TRY(redress_text(act, "reason", "alert.judge-reason", "Give the reason for upholding or lifting it.", &reason));
	if (uphold && str_eqz(r.state, "open") && !r.stands && r.due_ms)
		return act_refuse(act, ERR_CONFLICT, "alert.not-answered", "The person has not answered yet, and the limit for it runs: hear them first.");
	begin_event(act, &r, &o);
	json_set_str(&o, "state", uphold ? S("upheld") : S("lifted"));
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "by", act->actor.person);
	json_set_bool(&o, "stands", uphold);
	json_set_i64(&o, "weight", act_id(act));
	json_set_i64(&o, "person", r.person);
	json_set_i64(&o, "level", r.level);
	TRY(act_emit(act, "alert.judged", r.case_id, &o));
	TRY(tell_judged(act, &r, uphold, reason));
	return uphold ? ladder_weigh(act, r.person, r.organ) : OK;
}

/* ---- limits that pass ---- */

static enum err tell_up(struct act *act, const struct alert_row *r, const int64_t *people, size_t count, bool unanswered)
{
	struct str title = arena_printf(act->a, "%s:%.*s", unanswered ? "预警逾期未答复" : "预警答复逾期未审核", STR_ARG(r->alert_no));
	struct str title_en = arena_printf(act->a, "%s: %.*s", unanswered ? "Alert not answered in time" : "Answer not judged in time", STR_ARG(r->alert_no));
	TRY(redress_tell(act, people, count, r->case_id, title, title_en, r->text, r->text_en));
	return unanswered ? redress_tell_office(act, r->person, r->organ, r->case_id, title, title_en, r->text, r->text_en) : OK;
}

static enum err go_up(struct act *act, const struct alert_row *r)
{
	bool unanswered = str_eqz(r->due_for, "answer");
	int rung = r->rung + 1;
	int64_t *people;
	size_t count;
	struct json_build o;
	TRY(redress_supervisors(act->c, act->a, r->organ, rung, &people, &count));
	begin_event(act, r, &o);
	json_set_i64(&o, "rung", count ? rung : r->rung);
	json_set_bool(&o, "stands", r->stands || (unanswered && r->level > 1));
	json_set_i64(&o, "weight", act_id(act));
	json_set_i64(&o, "person", r->person);
	json_set_i64(&o, "level", r->level);
	if (count && rung < redress_limit(act, "rungs", 3))
		set_due(&o, act, unanswered ? "answer" : "judge", unanswered ? answer_days(act, r->level) : redress_limit(act, "judge", 10));
	TRY(act_emit(act, unanswered ? "alert.unanswered" : "alert.unjudged", r->case_id, &o));
	TRY(tell_up(act, r, people, count, unanswered));
	return unanswered && !r->stands ? ladder_weigh(act, r->person, r->organ) : OK;
}

/* Idempotent: a limit that is not there any more, or not due, is nothing to do. */
enum err act_alert_due(struct act *act)
{
	struct alert_row r;
	int64_t due_ms = json_i64(json_get(act->data, "due_ms"), 0);
	TRY(alert_get(act, json_i64(json_get(act->data, "alert"), 0), &r));
	return r.due_ms && r.due_ms == due_ms && due_ms <= act->now_ms ? go_up(act, &r) : OK;
}
