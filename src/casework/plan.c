/* plan.c - a change of structure, planned for a date: draft, previewed, scheduled, applied in one transaction or not at all.
 *
 * The preview is the change itself, done and undone inside one act: what it shows is what happens, as long as nothing
 * changes in between.
 */
#include "casework/plan_int.h"

enum { MOVES_SHOWN_MAX = 300, LINES_MAX = 200 };

struct plan { int64_t id, at_ms, made_by; struct str state, plan_no, title; const struct json *lines; };

static enum err plan_get(struct act *act, int64_t id, struct plan *out)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT id, at_ms, made_by, state, plan_no, title, lines FROM plan WHERE id=?1", &q));
	store_bind_i64(q, 1, id);
	TRY(store_step(q, &row));
	if (!row)
		return act_refuse(act, ERR_NOT_FOUND, "plan.unknown", "There is no such plan.");
	*out = (struct plan){ .id = id, .at_ms = store_col_i64(q, 1), .made_by = store_col_i64(q, 2), .state = store_col_copy(q, 3, act->a),
	                      .plan_no = store_col_copy(q, 4, act->a), .title = store_col_copy(q, 5, act->a) };
	struct str lines = store_col_copy(q, 6, act->a);
	store_reset(q);
	out->lines = parse(act->a, lines);
	return OK;
}

static enum err plan_of_command(struct act *act, struct plan *out, bool draft_only)
{
	TRY(plan_get(act, row_i64_str(act->c, "SELECT id FROM plan WHERE plan_no=?1", str_trim(json_text(json_get(act->data, "plan"))), 0), out));
	json_set_str(&act->reply, "plan", out->plan_no);
	if (draft_only ? str_eqz(out->state, "draft") : str_eqz(out->state, "draft") || str_eqz(out->state, "scheduled"))
		return OK;
	return act_refuse(act, ERR_CONFLICT, "plan.settled", "The plan is past changing: it was scheduled, applied or cancelled.");
}

static enum err need_text(struct act *act, const char *key, struct str *out)
{
	*out = str_trim(json_text(json_get(act->data, key)));
	if (out->len)
		return OK;
	(void)act_refuse(act, ERR_INVALID, "field.missing", "%s is missing.", key);
	diag_arg(act->d, str_of(key));
	diag_at(act->d, str_of(key));
	return ERR_INVALID;
}

static enum err check_lines(struct act *act, const struct json *lines)
{
	size_t n = lines && lines->kind == JSON_ARRAY ? lines->count : 0;
	if (n > LINES_MAX)
		return act_refuse(act, ERR_INVALID, "plan.too-long", "A plan has at most 200 lines.");
	for (size_t i = 0; i < n; i++)
		if (!plan_line_known(json_text(json_get(&lines->items[i], "kind")))) {
			(void)act_refuse(act, ERR_INVALID, "plan.line-kind", "A line of a plan does not say what kind of change it is.");
			diag_at(act->d, arena_printf(act->a, "%zu", i + 1));
			return ERR_INVALID;
		}
	return OK;
}

static void set_plan_no(struct act *act, struct json_build *o)
{
	int64_t n;
	int year, month, day;
	char serial[32];
	calendar_day_civil(calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw))), &year, &month, &day);
	snprintf(serial, sizeof serial, "plan/%04d", year);
	serial_take(act, serial, o, &n);
	json_set_str(o, "plan_no", arena_printf(act->a, "JG%04d%04lld", year, (long long)n));
}

enum err act_plan_put(struct act *act)
{
	struct plan old = { 0 };
	struct json_build o, none;
	struct str title, reason;
	int64_t at_ms;
	const struct json *lines = json_get(act->data, "lines");
	if (json_text(json_get(act->data, "plan")).len)
		TRY(plan_of_command(act, &old, true));
	TRY(need_text(act, "title", &title));
	TRY(need_text(act, "reason", &reason));
	TRY(act_moment(act, "at", false, &at_ms));
	if (!at_ms)
		return need_text(act, "at", &reason);
	TRY(check_lines(act, lines));
	json_build_object(&o, act->a);
	json_build_array(&none, act->a);
	json_set_i64(&o, "plan", old.id ? old.id : act_id(act));
	if (old.id)
		json_set_str(&o, "plan_no", old.plan_no);
	else
		set_plan_no(act, &o);
	json_set_str(&o, "title", title);
	json_set_str(&o, "reason", reason);
	json_set_i64(&o, "at_ms", at_ms);
	json_set(&o, "lines", lines && lines->kind == JSON_ARRAY ? lines : old.lines ? old.lines : json_built(&none));
	json_set_i64(&o, "by", act->actor.person);
	json_set_i64(&o, "made_ms", act->now_ms);
	json_set_str(&act->reply, "plan", json_text(json_get(&o.value, "plan_no")));
	return act_emit(act, "plan.put", 0, &o);
}

/* ---- a line more, a line less: what a page does with a draft ---- */

static enum err put_lines(struct act *act, const struct plan *p, const struct json *lines)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "plan", p->id);
	json_set_str(&o, "plan_no", p->plan_no);
	json_set_str(&o, "title", p->title);
	json_set_str(&o, "reason", row_str(act->c, act->a, "SELECT reason FROM plan WHERE id=?1", p->id));
	json_set_i64(&o, "at_ms", p->at_ms);
	json_set(&o, "lines", lines);
	json_set_i64(&o, "by", p->made_by);
	json_set_i64(&o, "made_ms", act->now_ms);
	return act_emit(act, "plan.put", 0, &o);
}

enum err act_plan_add(struct act *act)
{
	struct plan p;
	struct json_build lines, line;
	TRY(plan_of_command(act, &p, true));
	json_build_array(&lines, act->a);
	json_build_object(&line, act->a);
	for (size_t i = 0; p.lines && i < p.lines->count; i++)
		json_add(&lines, &p.lines->items[i]);
	for (size_t i = 0; i < act->data->count; i++)
		if (!str_eqz(act->data->members[i].key, "plan"))
			json_set_key(&line, act->data->members[i].key, &act->data->members[i].value);
	json_add(&lines, json_built(&line));
	TRY(check_lines(act, json_built(&lines)));
	return put_lines(act, &p, json_built(&lines));
}

enum err act_plan_drop(struct act *act)
{
	struct plan p;
	struct json_build lines;
	int64_t n = json_i64(json_get(act->data, "line"), 0);
	TRY(plan_of_command(act, &p, true));
	json_build_array(&lines, act->a);
	for (size_t i = 0; p.lines && i < p.lines->count; i++)
		if ((int64_t)i + 1 != n)
			json_add(&lines, &p.lines->items[i]);
	return put_lines(act, &p, json_built(&lines));
}

/* ---- preview ---- */

static void set_name(struct act *act, struct json_build *o, const char *key, const char *sql, int64_t id)
{
	json_set_str(o, key, id ? row_str(act->c, act->a, sql, id) : (struct str){ NULL, 0 });
}

/* One step that would change hands: where it is in the act's past, where it goes in the event. */
static enum err move_json(struct act *act, const struct json *data, struct json_build *list)
{
	struct json_build o;
	int64_t step = json_i64(json_get(data, "step"), 0);
	json_build_object(&o, act->a);
	json_set_i64(&o, "step", step);
	set_name(act, &o, "case_no", "SELECT k.case_no FROM step_open s JOIN case_open k ON k.id=s.case_id WHERE s.id=?1", step);
	set_name(act, &o, "name", "SELECT name FROM step_open WHERE id=?1", step);
	set_name(act, &o, "name_en", "SELECT name_en FROM step_open WHERE id=?1", step);
	set_name(act, &o, "to_person", "SELECT n.name FROM step_open s JOIN person n ON n.id=s.person WHERE s.id=?1", step);
	set_name(act, &o, "to_post", "SELECT p.name FROM step_open s JOIN post p ON p.id=s.post WHERE s.id=?1", step);
	set_name(act, &o, "to_organ", "SELECT o.name FROM step_open s JOIN organ o ON o.id=s.organ WHERE s.id=?1", step);
	json_set_str(&o, "why", json_text(json_get(data, "why")));
	json_add(list, json_built(&o));
	return OK;
}

static bool step_seen(const struct json_build *list, int64_t step)
{
	for (size_t i = 0; i < list->value.count; i++)
		if (json_i64(json_get(&list->value.items[i], "step"), 0) == step)
			return true;
	return false;
}

/* Where the shown steps are now, asked after undoing. */
static const struct json *with_origin(struct act *act, const struct json *moves)
{
	struct json_build list;
	json_build_array(&list, act->a);
	for (size_t i = 0; i < moves->count; i++) {
		struct json_build o;
		int64_t step = json_i64(json_get(&moves->items[i], "step"), 0);
		json_build_object(&o, act->a);
		for (size_t m = 0; m < moves->items[i].count; m++)
			json_set_key(&o, moves->items[i].members[m].key, &moves->items[i].members[m].value);
		set_name(act, &o, "from_person", "SELECT n.name FROM step_open s JOIN person n ON n.id=s.person WHERE s.id=?1", step);
		set_name(act, &o, "from_post", "SELECT p.name FROM step_open s JOIN post p ON p.id=s.post WHERE s.id=?1", step);
		set_name(act, &o, "from_organ", "SELECT o.name FROM step_open s JOIN organ o ON o.id=s.organ WHERE s.id=?1", step);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

struct effect { struct json_build moves; int64_t steps, cases, items, posts, organs; };

static enum err effect_of(struct act *act, const struct act_event *first, struct effect *x)
{
	*x = (struct effect){ 0 };
	json_build_array(&x->moves, act->a);
	for (const struct act_event *e = first; e; e = e->next) {
		struct str kind = e->event.kind;
		x->cases += str_eqz(kind, "case.organ");
		x->items += str_eqz(kind, "item.put");
		x->posts += str_eqz(kind, "post.put") || str_eqz(kind, "post.ended");
		x->organs += str_eqz(kind, "organ.put") || str_eqz(kind, "organ.ended");
		int64_t step = json_i64(json_get(e->event.data, "step"), 0);
		if (!str_eqz(kind, "step.assigned") || step_seen(&x->moves, step))
			continue;
		x->steps++;
		if (x->moves.value.count < MOVES_SHOWN_MAX)
			TRY(move_json(act, e->event.data, &x->moves));
	}
	return OK;
}

static enum err keep_preview(struct act *act, int64_t plan, const struct json *data)
{
	struct store_query *q;
	struct buf b;
	struct str text;
	buf_init_in(&b, act->a, JSON_BYTES_MAX);
	json_put_canonical(&b, data);
	TRY(buf_finish(&b, &text));
	TRY(store_prepare(act->c, "INSERT INTO plan_preview(plan, at_ms, data) VALUES(?1, ?2, ?3) ON CONFLICT(plan) DO UPDATE SET at_ms=?2, data=?3", &q));
	store_bind_i64(q, 1, plan);
	store_bind_i64(q, 2, act->now_ms);
	store_bind_str(q, 3, text);
	return store_exec(q);
}

static enum err try_plan(struct act *act, const struct plan *p, struct effect *x)
{
	struct act_trial t;
	TRY(act_try_begin(act, &t));
	TRY(plan_lines_run(act, p->lines));
	TRY(effect_of(act, *t.before.last, x));
	return act_try_undo(act, &t);
}

enum err act_plan_preview(struct act *act)
{
	struct plan p;
	struct effect x;
	struct json_build o;
	TRY(plan_of_command(act, &p, false));
	TRY(try_plan(act, &p, &x));
	json_build_object(&o, act->a);
	json_set(&o, "moves", with_origin(act, json_built(&x.moves)));
	json_set_i64(&o, "steps", x.steps);
	json_set_i64(&o, "cases", x.cases);
	json_set_i64(&o, "items", x.items);
	json_set_i64(&o, "posts", x.posts);
	json_set_i64(&o, "organs", x.organs);
	TRY(keep_preview(act, p.id, json_built(&o)));
	for (size_t i = 0; i < o.value.count; i++)
		json_set_key(&act->reply, o.value.members[i].key, &o.value.members[i].value);
	return OK;
}

/* ---- its moment ---- */

static enum err settle(struct act *act, const struct plan *p, const char *state, struct str outcome)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "plan", p->id);
	json_set_str(&o, "state", str_of(state));
	json_set_i64(&o, "settled_ms", act->now_ms);
	json_set_str(&o, "outcome", outcome);
	return act_emit(act, "plan.settled", 0, &o);
}

/* All lines or none: a line that cannot be done leaves everything as it was, and the planner is told. */
static enum err apply(struct act *act, const struct plan *p)
{
	struct act_trial t;
	struct effect x;
	TRY(act_try_begin(act, &t));
	enum err e = plan_lines_run(act, p->lines);
	if (e == OK) {
		TRY(effect_of(act, *t.before.last, &x));
		TRY(act_try_keep(act));
		json_set_str(&act->reply, "state", S("applied"));
		return settle(act, p, "applied", arena_printf(act->a, "%lld", (long long)x.steps));
	}
	if (!err_is_refusal(e))
		return e;
	struct str why = arena_printf(act->a, "%.*s: %s", STR_ARG(str_of(act->d->place)), act->d->text);
	TRY(act_try_undo(act, &t));
	diag_init(act->d);
	json_set_str(&act->reply, "state", S("failed"));
	TRY(settle(act, p, "failed", why));
	return p->made_by ? notice_send(act, p->made_by, 0, arena_printf(act->a, "机构调整未能执行:%.*s", STR_ARG(p->title)),
	                                arena_printf(act->a, "Change of structure not applied: %.*s", STR_ARG(p->title)),
	                                arena_printf(act->a, "计划 %.*s 未作任何改动。原因:第 %.*s", STR_ARG(p->plan_no), STR_ARG(why)),
	                                arena_printf(act->a, "Plan %.*s changed nothing. Line %.*s", STR_ARG(p->plan_no), STR_ARG(why)), 0) : OK;
}

enum err plan_timer(struct act *act, int64_t id)
{
	struct plan p;
	TRY(plan_get(act, id, &p));
	return str_eqz(p.state, "scheduled") ? apply(act, &p) : OK;
}

/* A plan that cannot be done as things stand is not scheduled. One whose moment has come is applied at once. */
enum err act_plan_schedule(struct act *act)
{
	struct plan p;
	struct effect x;
	struct json_build o;
	TRY(plan_of_command(act, &p, true));
	if (!p.lines || !p.lines->count)
		return act_refuse(act, ERR_INVALID, "plan.empty", "The plan changes nothing yet: add its lines first.");
	TRY(try_plan(act, &p, &x));
	json_set_i64(&act->reply, "steps", x.steps);
	if (p.at_ms <= act->now_ms)
		return apply(act, &p);
	json_build_object(&o, act->a);
	json_set_i64(&o, "plan", p.id);
	json_set_i64(&o, "at_ms", p.at_ms);
	json_set_str(&act->reply, "state", S("scheduled"));
	return act_emit(act, "plan.scheduled", 0, &o);
}

enum err act_plan_cancel(struct act *act)
{
	struct plan p;
	struct str reason;
	TRY(plan_of_command(act, &p, false));
	TRY(need_text(act, "reason", &reason));
	json_set_str(&act->reply, "state", S("cancelled"));
	return settle(act, &p, "cancelled", reason);
}
