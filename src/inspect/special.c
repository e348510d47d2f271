/* special.c - special supervision: a project or a list of cases put under watch for a period, with its own moments,
 * milestones, reports, and an end. */
#include "inspect/inspect_int.h"

#define SPECIAL_SQL "SELECT * FROM inspect_special WHERE special_no=?1"

enum { CASES_MAX = 2000, MILESTONES_MAX = 200 };

static enum err find_special(struct act *act, const struct json **out)
{
	*out = row_of_text(act->c, act->a, SPECIAL_SQL, in_text(act, "special"));
	if (!*out)
		return act_refuse(act, ERR_NOT_FOUND, "inspect.special-unknown", "There is no special supervision with this number.");
	return str_eqz(col_text(*out, "state"), "open") ? OK :
	       act_refuse(act, ERR_CONFLICT, "inspect.special-closed", "This special supervision has been closed.");
}

static const struct json *rules_of(struct act *act, const struct json *special, const char *what)
{
	return json_get(parse(act->a, col_text(special, "rules")), what);
}

/* ---- cases ---- */

static int64_t case_due(struct act *act, int64_t case_id)
{
	return row_i64(act->c, "SELECT due_ms FROM case_open WHERE id=?1", case_id, 0);
}

enum err special_case_arm(struct act *act, const struct json *special, int64_t case_id, int64_t raised, const char *event)
{
	static const struct json none = { .kind = JSON_ARRAY };
	int64_t due_ms = case_due(act, case_id);
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "special", col(special, "id"));
	json_set_i64(&o, "case", case_id);
	json_set_i64(&o, "sub", case_id);
	set_id(&o, "case_due_ms", due_ms);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set(&o, "alarms", due_ms ? moments_of(act, rules_of(act, special, "case"), due_ms, raised, col(special, "until_ms")) : &none);
	return act_emit(act, event, case_id, &o);
}

static enum err add_case(struct act *act, const struct json *special, struct str case_no)
{
	struct case_row k;
	struct store_query *q;
	bool there = false;
	if (!case_no.len || case_find(act->c, act->a, case_no, &k) != OK) {
		enum err e = act_refuse(act, ERR_NOT_FOUND, "inspect.case-unknown", "There is no case %.*s.", STR_ARG(case_no));
		diag_arg(act->d, case_no);
		return e;
	}
	TRY(store_prepare(act->c, "SELECT 1 FROM inspect_special_case WHERE special=?1 AND case_id=?2", &q));
	store_bind_i64(q, 1, col(special, "id"));
	store_bind_i64(q, 2, k.id);
	TRY(store_step(q, &there));
	store_reset(q);
	return there ? OK : special_case_arm(act, special, k.id, 0, "special.case");
}

static enum err add_cases(struct act *act, const struct json *special, const struct json *list)
{
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++)
		TRY(i < CASES_MAX ? add_case(act, special, str_trim(json_text(&list->items[i]))) :
		    act_refuse(act, ERR_LIMIT, "inspect.too-many", "At most %d at once.", CASES_MAX));
	return OK;
}

enum err act_special_case(struct act *act)
{
	const struct json *special;
	TRY(find_special(act, &special));
	const struct json *list = json_get(act->data, "cases");
	if (list)
		return add_cases(act, special, list);
	return add_case(act, special, in_text(act, "case_no"));
}

/* ---- milestones ---- */

static enum err milestone_organ(struct act *act, const struct json *special, const struct json *m, int64_t *organ)
{
	struct str code = str_trim(json_text(json_get(m, "organ")));
	*organ = code.len ? organ_by_code(act->c, code) : col(special, "organ");
	return *organ ? OK : act_refuse(act, ERR_NOT_FOUND, "inspect.organ", "There is no organ %.*s.", STR_ARG(code));
}

static enum err add_milestone(struct act *act, const struct json *special, const struct json *m)
{
	struct json_build o;
	struct str name = str_trim(json_text(json_get(m, "name"))), name_en = str_trim(json_text(json_get(m, "name_en")));
	struct limit l = { .start_ms = col(special, "from_ms"), .amount = json_i64(json_get(m, "amount"), 0), .unit = json_text(json_get(m, "unit")) };
	int64_t id = act_id(act), organ;
	if (!name.len)
		return act_refuse(act, ERR_INVALID, "inspect.name", "name: a milestone needs a name.");
	int64_t ordinal = row_i64(act->c, "SELECT coalesce(max(ordinal), 0) + 1 FROM inspect_milestone WHERE special=?1", col(special, "id"), 1);
	if (ordinal > MILESTONES_MAX)
		return act_refuse(act, ERR_LIMIT, "inspect.too-many", "At most %d at once.", MILESTONES_MAX);
	if (!l.unit.len)
		l.unit = S("working-days");
	TRY(milestone_organ(act, special, m, &organ));
	TRY(limit_run(act, &l));
	json_build_object(&o, act->a);
	json_set_i64(&o, "milestone", id);
	json_set_i64(&o, "special", col(special, "id"));
	json_set_i64(&o, "ordinal", ordinal);
	json_set_str(&o, "name", name);
	json_set_str(&o, "name_en", name_en.len ? name_en : S(""));
	json_set_i64(&o, "organ", organ);
	json_set_i64(&o, "start_ms", l.start_ms);
	json_set_i64(&o, "amount", l.amount);
	json_set_str(&o, "unit", l.unit);
	json_set_i64(&o, "due_ms", l.due_ms);
	json_set_bool(&o, "provisional", l.provisional);
	json_set(&o, "alarms", moments_of(act, rules_of(act, special, "milestone"), l.due_ms, 0, 0));
	return act_emit(act, "special.milestone", 0, &o);
}

enum err act_special_milestone(struct act *act)
{
	const struct json *special;
	TRY(find_special(act, &special));
	return add_milestone(act, special, act->data);
}

enum err act_special_done(struct act *act)
{
	struct json_build o;
	struct str note;
	const struct json *m = row_of(act->c, act->a, "SELECT m.*, s.state AS special_state FROM inspect_milestone m JOIN inspect_special s ON s.id=m.special WHERE m.id=?1",
	                              in_i64(act, "milestone", 0));
	if (!m)
		return act_refuse(act, ERR_NOT_FOUND, "inspect.milestone-unknown", "There is no such milestone.");
	if (!is_supervisor(act) && !powers_in_organ(act->c, act->actor.person, col(m, "organ"), ROLE_HANDLERS))
		return act_refuse(act, ERR_DENIED, "inspect.not-yours", "Only the office responsible for it or a supervisor may do this.");
	if (!str_eqz(col_text(m, "state"), "open") || !str_eqz(col_text(m, "special_state"), "open"))
		return act_refuse(act, ERR_CONFLICT, "inspect.milestone-done", "This milestone has been reached already, or the supervision is over.");
	TRY(in_needed(act, "note", &note));
	json_build_object(&o, act->a);
	json_set_i64(&o, "milestone", col(m, "id"));
	json_set_str(&o, "note", note);
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "special.milestone-done", 0, &o);
}

/* ---- reports ---- */

/* One report at a time is expected. A next one that would be late already is left out: the one given speaks for it. */
static enum err expect_report(struct act *act, int64_t special, int64_t until_ms, struct limit l)
{
	struct json_build o;
	if (!l.amount)
		return OK;
	do {
		TRY(limit_run(act, &l));
		if (l.due_ms > act->now_ms)
			break;
		l.start_ms = l.due_ms - 1; /* counted on from the day that was due */
	} while (l.due_ms < until_ms);
	if (l.due_ms > until_ms)
		return OK;
	int64_t id = act_id(act);
	json_build_object(&o, act->a);
	json_set_i64(&o, "report", id);
	json_set_i64(&o, "special", special);
	json_set_i64(&o, "start_ms", l.start_ms);
	json_set_i64(&o, "amount", l.amount);
	json_set_str(&o, "unit", l.unit);
	json_set_i64(&o, "due_ms", l.due_ms);
	json_set_bool(&o, "provisional", l.provisional);
	json_set(&o, "alarms", moments_of(act, json_get(inspect_part(act->c, act->a, "rules"), "report"), l.due_ms, 0, 0));
	return act_emit(act, "special.report-due", 0, &o);
}

/* A report beside the expected ones is welcome too: it has a row of its own. */
static enum err report_row(struct act *act, const struct json *special, int64_t *id, int64_t *due_ms)
{
	struct json_build o;
	const struct json *open = row_of(act->c, act->a, "SELECT * FROM inspect_report WHERE special=?1 AND state='open' ORDER BY id LIMIT 1", col(special, "id"));
	*due_ms = col(open, "due_ms");
	if ((*id = col(open, "id")))
		return OK;
	*id = act_id(act);
	json_build_object(&o, act->a);
	json_set_i64(&o, "report", *id);
	json_set_i64(&o, "special", col(special, "id"));
	json_set_i64(&o, "start_ms", act->now_ms);
	json_set_i64(&o, "amount", 0);
	json_set_str(&o, "unit", S("working-days"));
	json_set_i64(&o, "due_ms", act->now_ms);
	json_set_bool(&o, "provisional", false);
	return act_emit(act, "special.report-due", 0, &o);
}

enum err act_special_report(struct act *act)
{
	const struct json *special;
	struct str text;
	struct json_build o;
	int64_t percent = in_i64(act, "percent", -1), id, due_ms;
	TRY(find_special(act, &special));
	if (!is_supervisor(act) && !powers_in_organ(act->c, act->actor.person, col(special, "organ"), ROLE_HANDLERS))
		return act_refuse(act, ERR_DENIED, "inspect.not-yours", "Only the office responsible for it or a supervisor may do this.");
	TRY(in_needed(act, "text", &text));
	if (percent < 0 || percent > 100)
		return act_refuse(act, ERR_INVALID, "inspect.percent", "percent: progress is a whole number from 0 to 100.");
	TRY(report_row(act, special, &id, &due_ms));
	json_build_object(&o, act->a);
	json_set_i64(&o, "report", id);
	json_set_i64(&o, "special", col(special, "id"));
	json_set_i64(&o, "percent", percent);
	json_set_str(&o, "text", text);
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	TRY(act_emit(act, "special.reported", 0, &o));
	if (!due_ms)
		return OK;
	return expect_report(act, col(special, "id"), col(special, "until_ms"),
	                     (struct limit){ .start_ms = due_ms - 1, .amount = col(special, "report_amount"), .unit = col_text(special, "report_unit") });
}

/* ---- opening and closing ---- */

struct opening {
	int64_t id, organ, from_ms, until_ms, report_amount;
	const struct json *kind, *rules;
	struct str title, reason, report_unit;
};

static enum err read_period(struct act *act, struct opening *s)
{
	const int64_t day_ms = 86400000;
	s->from_ms = calendar_day_start_ms(calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw))), calendar_offset_s(calendar_now(act->cw)));
	if (in_text(act, "from").len)
		TRY(in_day(act, "from", &s->from_ms));
	TRY(in_day(act, "until", &s->until_ms));
	s->until_ms += day_ms; /* to the end of the day named */
	return s->until_ms > s->from_ms && s->until_ms > act->now_ms ? OK :
	       act_refuse(act, ERR_INVALID, "inspect.period", "until: the period must end after it begins, and not in the past.");
}

static enum err read_opening(struct act *act, struct opening *s)
{
	*s = (struct opening){ .organ = organ_by_code(act->c, in_text(act, "organ")) };
	s->kind = inspect_entry(act->c, act->a, "kinds", in_text(act, "kind"));
	if (!s->kind)
		return act_refuse(act, ERR_INVALID, "inspect.kind", "kind: choose one of the kinds of special supervision.");
	if (!s->organ)
		return act_refuse(act, ERR_INVALID, "inspect.organ", "organ: there is no such organ.");
	TRY(in_needed(act, "title", &s->title));
	TRY(in_needed(act, "reason", &s->reason));
	TRY(read_period(act, s));
	const struct json *own = json_get(act->data, "rules"), *report = json_get(s->kind, "report");
	s->rules = own && own->kind == JSON_OBJECT ? own : json_get(s->kind, "rules");
	s->report_amount = in_i64(act, "report_amount", json_i64(json_get(report, "amount"), 0));
	s->report_unit = in_text(act, "report_unit").len ? in_text(act, "report_unit") : json_text(json_get(report, "unit"));
	struct limit probe = { .start_ms = s->from_ms, .amount = s->report_amount, .unit = s->report_unit };
	return s->report_amount ? limit_run(act, &probe) : OK;
}

/* When the period is over somebody must close it with a report. */
static const struct json *period_end(struct act *act, int64_t until_ms)
{
	struct json_build list, o;
	json_build_array(&list, act->a);
	json_build_object(&o, act->a);
	json_set_i64(&o, "due_ms", until_ms);
	json_set_i64(&o, "level", 1);
	json_add(&list, json_built(&o));
	return json_built(&list);
}

static enum err emit_opened(struct act *act, struct opening *s, struct str *no)
{
	struct json_build o;
	s->id = act_id(act);
	json_build_object(&o, act->a);
	*no = number_take(act, "ZX", &o);
	json_set_i64(&o, "special", s->id);
	json_set_str(&o, "special_no", *no);
	json_set_str(&o, "kind", json_text(json_get(s->kind, "code")));
	json_set_str(&o, "title", s->title);
	json_set_str(&o, "title_en", in_text(act, "title_en").len ? in_text(act, "title_en") : S(""));
	json_set_str(&o, "reason", s->reason);
	json_set_i64(&o, "organ", s->organ);
	set_id(&o, "person", act->actor.person);
	json_set_i64(&o, "from_ms", s->from_ms);
	json_set_i64(&o, "until_ms", s->until_ms);
	json_set(&o, "rules", s->rules);
	json_set_i64(&o, "report_amount", s->report_amount);
	json_set_str(&o, "report_unit", s->report_amount ? s->report_unit : S(""));
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set(&o, "alarms", period_end(act, s->until_ms));
	return act_emit(act, "special.opened", 0, &o);
}

enum err act_special_open(struct act *act)
{
	struct opening s;
	struct str no;
	TRY(read_opening(act, &s));
	TRY(emit_opened(act, &s, &no));
	const struct json *special = row_of_text(act->c, act->a, SPECIAL_SQL, no), *milestones = json_get(act->data, "milestones");
	for (size_t i = 0; milestones && milestones->kind == JSON_ARRAY && i < milestones->count; i++)
		TRY(add_milestone(act, special, &milestones->items[i]));
	TRY(add_cases(act, special, json_get(act->data, "cases")));
	TRY(expect_report(act, s.id, s.until_ms, (struct limit){ .start_ms = s.from_ms, .amount = s.report_amount, .unit = s.report_unit }));
	json_set_str(&act->reply, "special_no", no);
	int64_t head = head_of(act->c, s.organ);
	if (!head)
		return OK;
	return notice_send(act, head, 0, arena_printf(act->a, "专项督查:%.*s", STR_ARG(s.title)), arena_printf(act->a, "Special supervision: %.*s", STR_ARG(s.title)),
	                   arena_printf(act->a, "%.*s 已列入专项督查(%.*s)。事由:%.*s", STR_ARG(s.title), STR_ARG(no), STR_ARG(s.reason)),
	                   arena_printf(act->a, "%.*s is under special supervision (%.*s). Reason: %.*s", STR_ARG(s.title), STR_ARG(no), STR_ARG(s.reason)), 0);
}

enum err act_special_close(struct act *act)
{
	const struct json *special;
	struct str text;
	struct json_build o;
	TRY(find_special(act, &special));
	TRY(in_needed(act, "text", &text));
	json_build_object(&o, act->a);
	json_set_i64(&o, "special", col(special, "id"));
	json_set_str(&o, "text", text);
	set_id(&o, "by", act->actor.person);
	json_set_i64(&o, "at_ms", act->now_ms);
	return act_emit(act, "special.closed", 0, &o);
}
