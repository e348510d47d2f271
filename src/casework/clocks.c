/* clocks.c - the legal clocks of a case: started and ended by milestones, stopped by nothing but
 * the law, and armed with their moments of notice, yellow and red.
 *
 * A clock's row holds its limit, suspensions and extensions; the due date is derived by the
 * calendar room each time they change, and written down with the moments that follow from it.
 */
#include "casework/casework_int.h"

enum { ALARMS_MAX = 8 };

struct alarm { int level; int64_t at_ms; };

/* ---- the row as the calendar wants it ---- */

static enum err read_suspensions(const struct json *list, struct arena *a, struct calendar_clock *k)
{
	size_t n = list && list->kind == JSON_ARRAY ? list->count : 0;
	struct calendar_suspension *s = arena_new_n(a, struct calendar_suspension, n);
	if (!s)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		s[i].until = CALENDAR_NO_DAY;
		s[i].ground = json_text(json_get(&list->items[i], "ground"));
		if (!calendar_day_parse(json_text(json_get(&list->items[i], "from")), &s[i].from))
			return ERR_CORRUPT;
		struct str until = json_text(json_get(&list->items[i], "until"));
		if (until.len && !calendar_day_parse(until, &s[i].until))
			return ERR_CORRUPT;
	}
	k->suspensions = s;
	k->suspensions_count = n;
	return OK;
}

static enum err read_extensions(const struct json *list, struct arena *a, struct calendar_clock *k)
{
	size_t n = list && list->kind == JSON_ARRAY ? list->count : 0;
	struct calendar_extension *x = arena_new_n(a, struct calendar_extension, n);
	if (!x)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		x[i].amount = (int32_t)json_i64(json_get(&list->items[i], "amount"), 0);
		x[i].ground = json_text(json_get(&list->items[i], "ground"));
	}
	k->extensions = x;
	k->extensions_count = n;
	return OK;
}

static enum err to_calendar(const struct clock_row *r, struct arena *a, struct calendar_clock *k)
{
	*k = (struct calendar_clock){ .start_ms = r->start_ms, .limit = { .amount = r->amount } };
	if (!calendar_unit_parse(r->unit, &k->limit.unit))
		return ERR_CORRUPT;
	TRY(read_suspensions(parse(a, r->suspensions), a, k));
	return read_extensions(parse(a, r->extensions), a, k);
}

enum err clock_compute(const struct calendar *cal, const struct clock_row *r, int64_t now_ms, bool lines,
                       struct arena *a, struct calendar_result *out, struct diag *d)
{
	struct calendar_clock k;
	enum err e = to_calendar(r, a, &k);
	if (e != OK)
		return diag_set(d, e, "clock.corrupt", "The clock %lld cannot be read.", (long long)r->id);
	/* a clock that has stopped shows how it stood when it stopped */
	return calendar_clock_run(cal, &k, r->stop_ms ? r->stop_ms : now_ms, lines, a, out, d);
}

/* ---- moments of warning ---- */

static const struct json *warning_rules(struct act *act, struct str kind)
{
	const struct json *rules = json_get_str(act_warnings(act), kind);
	return rules && rules->kind == JSON_ARRAY ? rules : NULL;
}

static int64_t alarm_moment(const struct calendar *cal, const struct json *rule, const struct calendar_result *r)
{
	if (json_bool(json_get(rule, "after"), false))
		return r->due_ms;
	int32_t before = (int32_t)json_i64(json_get(rule, "before"), 0);
	calendar_day day = before > 0 ? calendar_working_days_add(cal, r->due_on, -before) : r->due_on;
	return calendar_day_start_ms(day, calendar_offset_s(cal));
}

static size_t alarms_of(struct act *act, struct str kind, const struct calendar_result *r, struct alarm *out)
{
	const struct calendar *cal = calendar_now(act->cw);
	const struct json *rules = warning_rules(act, kind);
	size_t n = 0;
	for (size_t i = 0; rules && i < rules->count && n < ALARMS_MAX; i++)
		out[n++] = (struct alarm){ level_of(json_text(json_get(&rules->items[i], "level"))), alarm_moment(cal, &rules->items[i], r) };
	return n;
}

/* A clock that starts or moves when its moments have passed says the worst of them, not all at once. */
static bool overtaken(struct act *act, const struct alarm *alarms, size_t n, size_t i)
{
	for (size_t k = 0; k < n; k++)
		if (alarms[k].level > alarms[i].level && alarms[k].at_ms <= act->now_ms)
			return true;
	return false;
}

/* A clock has one moment armed at a time, the earliest, and the next one when that has come: most cases are done before, and two of
 * three timers were written only to be deleted. At most all alarms of one moment. */
static const struct json *earliest(struct act *act, const struct alarm *alarms, size_t n)
{
	struct json_build list;
	int64_t first = INT64_MAX;
	json_build_array(&list, act->a);
	for (size_t i = 0; i < n; i++)
		if (alarms[i].level && alarms[i].at_ms < first)
			first = alarms[i].at_ms;
	for (size_t i = 0; i < n; i++) {
		struct json_build o;
		if (!alarms[i].level || alarms[i].at_ms != first)
			continue;
		json_build_object(&o, act->a);
		json_set_i64(&o, "due_ms", first);
		json_set_str(&o, "level", str_of(level_name(alarms[i].level)));
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

static bool is_raised(const struct alarm *a, int raised)
{
	return a->level && raised & 1 << (a->level - 1);
}

/* What a clock that starts or moves is armed with; it raises each level once, ever. */
static const struct json *alarms_json(struct act *act, struct str kind, const struct calendar_result *r, int raised)
{
	struct alarm all[ALARMS_MAX], wanted[ALARMS_MAX];
	size_t n = alarms_of(act, kind, r, all);
	for (size_t i = 0; i < n; i++) {
		wanted[i] = all[i];
		if (all[i].at_ms < act->now_ms)
			wanted[i].at_ms = act->now_ms;
		if (is_raised(&all[i], raised) || overtaken(act, all, n, i))
			wanted[i].level = 0;
	}
	return earliest(act, wanted, n);
}

enum err clock_alarms_after(struct act *act, const struct clock_row *r, int level, int64_t due_ms, const struct json **out)
{
	struct calendar_result res;
	struct alarm alarms[ALARMS_MAX];
	TRY(clock_compute(calendar_now(act->cw), r, act->now_ms, false, act->a, &res, act->d));
	size_t n = alarms_of(act, r->kind, &res, alarms);
	int64_t from = due_ms;
	for (size_t i = 0; i < n; i++)
		if (alarms[i].level == level)
			from = alarms[i].at_ms;
	for (size_t i = 0; i < n; i++)
		if (alarms[i].level == level || is_raised(&alarms[i], r->raised) || alarms[i].at_ms < from)
			alarms[i].level = 0;
	*out = earliest(act, alarms, n);
	return OK;
}

static int level_at(struct act *act, const struct clock_row *r, int64_t now_ms)
{
	struct calendar_result res;
	struct alarm alarms[ALARMS_MAX];
	int level = 0;
	if (clock_compute(calendar_now(act->cw), r, now_ms, false, act->a, &res, NULL) != OK)
		return 0;
	size_t n = alarms_of(act, r->kind, &res, alarms);
	for (size_t i = 0; i < n; i++)
		if (alarms[i].at_ms <= now_ms && alarms[i].level > level)
			level = alarms[i].level;
	/* what was passed before it was suspended stays passed */
	return str_eqz(r->state, "suspended") && !(r->raised & 4) ? 0 : level;
}

/* ---- starting ---- */

struct start {
	int64_t case_id, step;
	struct str kind, unit, ground, ends;
	int32_t amount;
	int64_t start_ms;
};

static enum err start_clock(struct act *act, const struct start *s, int64_t *due_ms)
{
	struct clock_row r = { .id = act_id(act), .case_id = s->case_id, .step = s->step, .start_ms = s->start_ms, .kind = s->kind,
	                       .unit = s->unit, .ground = s->ground, .ends = s->ends, .amount = s->amount };
	struct calendar_result res;
	TRY(clock_compute(calendar_now(act->cw), &r, act->now_ms, false, act->a, &res, act->d));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "clock", r.id);
	json_set_i64(&o, "case", r.case_id);
	if (s->step)
		json_set_i64(&o, "step", s->step);
	json_set_str(&o, "kind", s->kind);
	json_set_i64(&o, "amount", s->amount);
	json_set_str(&o, "unit", s->unit);
	json_set_str(&o, "ground", s->ground.ptr ? s->ground : S(""));
	json_set_i64(&o, "start_ms", r.start_ms);
	json_set_str(&o, "ends", s->ends);
	json_set_str(&o, "state", S("running"));
	json_set_str(&o, "suspensions", S("[]"));
	json_set_i64(&o, "due_ms", res.due_ms);
	json_set_bool(&o, "provisional", res.provisional);
	json_set(&o, "alarms", alarms_json(act, s->kind, &res, 0));
	if (due_ms)
		*due_ms = res.due_ms;
	bool before = act_clocks_before(act, s->case_id);
	TRY(act_emit(act, "clock.started", s->case_id, &o));
	r.ground = s->ground.ptr ? s->ground : S("");
	r.state = S("running");
	r.suspensions = r.extensions = S("[]");
	r.due_ms = res.due_ms;
	r.provisional = res.provisional;
	return act_clock_after(act, before, &r);
}

/* The amount in the file, or what the office's setting says in its place. */
static bool limit_amount(struct act *act, const struct xml_node *limit, int64_t *amount)
{
	struct str name = xml_attr(limit, "setting");
	struct str own = name.len ? setting_get(act->c, act->a, name) : S("");
	return (own.len && str_to_i64(own, amount) && *amount > 0 && *amount <= CALENDAR_DAYS_MAX) || str_to_i64(xml_attr(limit, "amount"), amount);
}

enum err clock_start_step(struct act *act, int64_t case_id, int64_t step, const char *kind, const struct xml_node *limit, int64_t *due_ms)
{
	int64_t amount;
	if (!limit_amount(act, limit, &amount))
		return act_refuse(act, ERR_INVALID, "limit.cannot-arm", "A limit of the process has no amount.");
	struct start s = { .case_id = case_id, .step = step, .kind = arena_str(act->a, str_of(kind)), .unit = xml_attr(limit, "unit"),
	                   .ground = xml_attr(limit, "ground"), .amount = (int32_t)amount, .start_ms = act->now_ms };
	return start_clock(act, &s, due_ms);
}

/* The item's own limits stand above the amounts in the file. */
static int64_t item_amount(struct act *act, const struct case_row *k, struct str kind, int64_t in_file)
{
	if (str_eqz(kind, "promised")) /* what was promised when the case came in */
		return promise_at(act->c, k->item, k->received_ms, row_i64(act->c, "SELECT promised FROM item WHERE id=?1", k->item, in_file));
	if (str_eqz(kind, "statutory"))
		return row_i64(act->c, "SELECT statutory FROM item WHERE id=?1", k->item, in_file);
	return in_file;
}

static enum err start_at_milestone(struct act *act, const struct case_row *k, const struct xml_node *limit, int64_t at_ms)
{
	int64_t amount = 0;
	struct str kind = xml_attr(limit, "kind"), unit = xml_attr(limit, "unit");
	(void)str_to_i64(xml_attr(limit, "amount"), &amount);
	if (str_eqz(kind, "promised") || str_eqz(kind, "statutory")) {
		struct str own = row_str(act->c, act->a, "SELECT unit FROM item WHERE id=?1", k->item);
		amount = item_amount(act, k, kind, amount);
		unit = own.len ? own : unit;
	}
	struct start s = { .case_id = k->id, .kind = kind, .unit = unit, .ground = xml_attr(limit, "ground"),
	                   .ends = xml_attr(limit, "ends"), .amount = (int32_t)amount, .start_ms = at_ms };
	return start_clock(act, &s, NULL);
}

/* ---- changing ---- */

enum err clock_emit_changed(struct act *act, struct clock_row *r)
{
	struct calendar_result res;
	TRY(clock_compute(calendar_now(act->cw), r, act->now_ms, false, act->a, &res, act->d));
	bool running = str_eqz(r->state, "running");
	struct json_build o, none;
	json_build_object(&o, act->a);
	json_build_array(&none, act->a);
	json_set_i64(&o, "clock", r->id);
	json_set_i64(&o, "case", r->case_id);
	if (r->step)
		json_set_i64(&o, "step", r->step);
	json_set_str(&o, "state", r->state);
	json_set_str(&o, "suspensions", r->suspensions);
	json_set_str(&o, "extensions", r->extensions);
	json_set_i64(&o, "due_ms", res.due_ms);
	json_set_bool(&o, "provisional", res.provisional);
	json_set(&o, "alarms", running ? alarms_json(act, r->kind, &res, r->raised) : json_built(&none));
	bool before = act_clocks_before(act, r->case_id);
	TRY(act_emit(act, "clock.changed", r->case_id, &o));
	r->due_ms = res.due_ms;
	r->provisional = res.provisional;
	return act_clock_after(act, before, r);
}

/* A stored list as text with one more object. */
static enum err list_with(struct act *act, struct str list, const struct json_build *more, struct str *out)
{
	const struct json *old = parse(act->a, list);
	struct json_build all;
	json_build_array(&all, act->a);
	for (size_t i = 0; old && i < old->count; i++)
		json_add(&all, &old->items[i]);
	if (more)
		json_add(&all, json_built(more));
	struct buf b;
	buf_init_in(&b, act->a, 1 << 20);
	json_put_canonical(&b, &all.value);
	return buf_finish(&b, out);
}

static struct str today(struct act *act)
{
	const struct calendar *cal = calendar_now(act->cw);
	return day_text(act->a, calendar_day_at(act->now_ms, calendar_offset_s(cal)));
}

static bool of_the_law(const struct clock_row *r)
{
	return !r->step && (str_eqz(r->kind, "promised") || str_eqz(r->kind, "statutory"));
}

enum err clocks_suspend(struct act *act, int64_t case_id, struct str kind, struct str ground, int64_t by)
{
	struct clock_row *r;
	TRY(act_clocks(act, case_id, &r));
	for (; r; r = r->next) {
		if (!of_the_law(r) || str_eqz(r->state, "stopped"))
			continue;
		struct json_build s;
		json_build_object(&s, act->a);
		json_set_str(&s, "from", today(act));
		json_set_null(&s, "until");
		json_set_str(&s, "kind", kind);
		json_set_str(&s, "ground", ground);
		json_set_i64(&s, "by", by);
		r->state = S("suspended");
		TRY(list_with(act, r->suspensions, &s, &r->suspensions));
		TRY(clock_emit_changed(act, r));
	}
	return OK;
}

/* Ends the open suspensions of `by` (all when negative); *open says whether others remain. */
static enum err end_suspensions(struct act *act, struct clock_row *r, int64_t by, bool *ended, bool *open)
{
	const struct json *old = parse(act->a, r->suspensions);
	struct json_build all;
	json_build_array(&all, act->a);
	*ended = *open = false;
	for (size_t i = 0; old && i < old->count; i++) {
		const struct json *s = &old->items[i];
		bool is_open = json_text(json_get(s, "until")).len == 0;
		if (!is_open || (by >= 0 && json_i64(json_get(s, "by"), 0) != by)) {
			*open = *open || is_open;
			json_add(&all, s);
			continue;
		}
		struct json_build o;
		json_build_object(&o, act->a);
		for (size_t m = 0; m < s->count; m++)
			if (!str_eqz(s->members[m].key, "until"))
				json_set_key(&o, s->members[m].key, &s->members[m].value);
		json_set_str(&o, "until", today(act));
		json_add(&all, json_built(&o));
		*ended = true;
	}
	struct buf b;
	buf_init_in(&b, act->a, 1 << 20);
	json_put_canonical(&b, &all.value);
	return buf_finish(&b, &r->suspensions);
}

enum err clocks_resume(struct act *act, int64_t case_id, int64_t by, bool *any)
{
	struct clock_row *r;
	*any = false;
	TRY(act_clocks(act, case_id, &r));
	for (; r; r = r->next) {
		bool ended, open;
		if (!str_eqz(r->state, "suspended"))
			continue;
		TRY(end_suspensions(act, r, by, &ended, &open));
		if (!ended)
			continue;
		*any = true;
		r->state = open ? S("suspended") : S("running");
		TRY(clock_emit_changed(act, r));
	}
	return OK;
}

enum err clocks_extend(struct act *act, int64_t case_id, int32_t amount, struct str unit, struct str ground)
{
	struct clock_row *r;
	bool any = false;
	TRY(act_clocks(act, case_id, &r));
	for (; r; r = r->next) {
		if (!of_the_law(r) || str_eqz(r->state, "stopped"))
			continue;
		if (!str_eq(unit, r->unit))
			return act_refuse(act, ERR_INVALID, "extension.unit", "The extension is in another unit than the limit it extends.");
		struct json_build x;
		json_build_object(&x, act->a);
		json_set_i64(&x, "amount", amount);
		json_set_str(&x, "ground", ground);
		TRY(list_with(act, r->extensions, &x, &r->extensions));
		TRY(clock_emit_changed(act, r));
		any = true;
	}
	return any ? OK : act_refuse(act, ERR_CONFLICT, "extension.no-clock", "No limit is running that could be extended.");
}

static enum err stop_clock(struct act *act, struct clock_row *r)
{
	bool ended, open;
	TRY(end_suspensions(act, r, -1, &ended, &open));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "clock", r->id);
	json_set_i64(&o, "case", r->case_id);
	json_set_i64(&o, "stop_ms", act->now_ms);
	json_set_str(&o, "suspensions", r->suspensions);
	bool before = act_clocks_before(act, r->case_id);
	TRY(act_emit(act, "clock.stopped", r->case_id, &o));
	r->state = S("stopped");
	r->stop_ms = act->now_ms;
	return act_clock_after(act, before, r);
}

enum err clocks_stop(struct act *act, int64_t case_id, int64_t step)
{
	struct clock_row *r;
	TRY(act_clocks(act, case_id, &r));
	for (; r; r = r->next)
		if (!str_eqz(r->state, "stopped") && (step == 0 || r->step == step))
			TRY(stop_clock(act, r));
	return OK;
}

enum err clocks_milestone(struct act *act, struct case_row *k, const struct pack *p, const char *milestone, int64_t at_ms)
{
	struct clock_row *r;
	TRY(act_clocks(act, k->id, &r));
	for (; r; r = r->next)
		if (!str_eqz(r->state, "stopped") && !r->step && str_eqz(r->ends, milestone))
			TRY(stop_clock(act, r));
	const struct bpmn_element *process = bpmn_model_element(p->process, bpmn_model_process(p->process));
	for (const struct xml_node *n = bpmn_ext(process, "limit"); n; n = xml_next_same(n))
		if (str_eqz(xml_attr(n, "starts"), milestone))
			TRY(start_at_milestone(act, k, n, at_ms));
	return OK;
}

/* Hours count as the whole days in them; months and years are computed in days already. */
static int32_t in_days(const struct clock_row *r, int32_t units)
{
	return str_eqz(r->unit, "hours") ? units / 24 : units;
}

enum err clocks_outcome(struct act *act, int64_t case_id, struct clock_outcome *out)
{
	struct clock_row *r;
	struct clock_outcome sum = { .on_time = true };
	bool promised = false;
	TRY(act_clocks(act, case_id, &r));
	for (; r; r = r->next) {
		struct calendar_result res;
		if (!of_the_law(r))
			continue;
		TRY(clock_compute(calendar_now(act->cw), r, act->now_ms, false, act->a, &res, act->d));
		bool is_promise = str_eqz(r->kind, "promised");
		sum.on_time = sum.on_time && !res.overdue;
		if (!sum.timed || (is_promise && !promised)) {
			sum.left_days = in_days(r, res.left);
			sum.used_days = in_days(r, res.used);
		}
		if (!is_promise) {
			sum.by_law = true;
			sum.law_left_days = in_days(r, res.left);
		}
		sum.timed = true;
		promised = promised || is_promise;
	}
	*out = sum;
	return OK;
}

void clocks_outcome_set(struct json_build *o, const struct clock_outcome *c)
{
	if (!c->timed)
		return;
	json_set_bool(o, "on_time", c->on_time);
	json_set_i64(o, "left_days", c->left_days);
	json_set_i64(o, "used_days", c->used_days);
	if (c->by_law)
		json_set_i64(o, "law_left_days", c->law_left_days);
}

static const char any_suspended[] = "SELECT 1 FROM clock WHERE case_id=?1 AND state='suspended' LIMIT 1";

void suspended_ahead(struct store_conn *c, int64_t case_id)
{
	ahead_i64(c, any_suspended, case_id);
}

bool clocks_suspended(struct store_conn *c, int64_t case_id)
{
	return row_i64(c, any_suspended, case_id, 0) == 1;
}

/* ---- the case's own figures ---- */

static struct str state_of(struct act *act, const struct case_row *k, bool suspended)
{
	if (k->delivered_ms)
		return S("delivered");
	if (k->decided_ms)
		return str_empty(k->result) ? S("decided") : case_result_state(k->result);
	if (suspended)
		return S("suspended");
	if (k->accepted_ms)
		return S("accepted");
	return act_awaits_applicant(act, k->id) ? S("supplement") : S("received");
}

static bool suspended_state(struct str state)
{
	return str_eqz(state, "suspended");
}

/* The date that matters now: the first to come of the case's running clocks, else of its steps. */
static void due_of(const struct clock_row *clocks, int64_t *due_ms, bool *provisional)
{
	int64_t of_case = 0, of_step = 0;
	bool guess = false;
	for (const struct clock_row *r = clocks; r; r = r->next) {
		if (str_eqz(r->state, "stopped"))
			continue;
		int64_t *best = r->step ? &of_step : &of_case;
		if (!*best || r->due_ms < *best) {
			*best = r->due_ms;
			if (!r->step)
				guess = r->provisional;
		}
	}
	*due_ms = of_case ? of_case : of_step;
	*provisional = of_case && guess;
}

enum err case_refresh(struct act *act, int64_t case_id)
{
	struct case_row k;
	struct clock_row *clocks;
	TRY(act_case(act, case_id, &k));
	if (!k.open)
		return OK;
	TRY(act_clocks(act, case_id, &clocks));
	int level = 0;
	int64_t due_ms;
	bool provisional, suspended = false;
	for (const struct clock_row *r = clocks; r; r = r->next) {
		suspended = suspended || str_eqz(r->state, "suspended");
		int own = str_eqz(r->state, "stopped") ? 0 : level_at(act, r, act->now_ms);
		level = own > level ? own : level;
	}
	due_of(clocks, &due_ms, &provisional);
	struct str state = state_of(act, &k, suspended);
	if (str_eq(state, k.state) && level == k.level && due_ms == k.due_ms && provisional == k.provisional)
		return OK;
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", case_id);
	json_set_str(&o, "state", state);
	json_set_str(&o, "was", k.state);
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&o, "level", level);
	if (level == k.level && suspended_state(state) == suspended_state(k.state))
		json_set_bool(&o, "same", true); /* for the board */
	if (due_ms)
		json_set_i64(&o, "due_ms", due_ms);
	json_set_bool(&o, "provisional", provisional);
	json_set_i64(&o, "organ", k.organ);
	json_set_i64(&o, "item", k.item);
	struct case_row *known = act_case_before(act, case_id);
	TRY(act_emit(act, "case.state", case_id, &o));
	if (known) {
		known->state = state;
		known->level = level;
		known->due_ms = due_ms;
		known->provisional = provisional;
	}
	act_case_after(act, known);
	return OK;
}
