/* engine.c - a process moved inside an act: the bpmn room decides, this file makes the
 * decisions true for people: steps with posts and clocks, letters, milestones, licences.
 *
 * One run carries a command to where nothing moves by itself any more. What the system does
 * by itself (service and send tasks) is done at once, in the order the process asks for it.
 */
#include "casework/access_int.h"
#include "casework/rules_int.h"

enum { JOBS_MAX = 1000 };

struct queued_job { uint32_t id; struct str element; struct queued_job *next; };

struct engine {
	struct act *act;
	struct case_row k;
	const struct pack *pack;
	struct bpmn_instance *instance;
	const struct feel_value *known; /* variables kept with the case */
	struct queued_job *jobs, **jobs_end;
	struct json_build timers_set, timers_over, passed;
	bool ended;
	enum bpmn_state state;
	uint32_t completed; /* the wait of the step that a person has just completed, which is closed; 0 = none */
};

static void engine_init(struct engine *e, struct act *act)
{
	e->act = act;
	e->jobs_end = &e->jobs;
	json_build_array(&e->timers_set, act->a);
	json_build_array(&e->timers_over, act->a);
	json_build_array(&e->passed, act->a);
}

static const struct dmn_model *find_decision(void *pack, struct str id)
{
	return pack_decision_model(pack, id);
}

struct bpmn_env engine_env(struct casework *cw, const struct pack *p, int64_t now_ms)
{
	const struct calendar *cal = calendar_now(cw);
	return (struct bpmn_env){ .now_ms = now_ms, .offset_s = calendar_offset_s(cal), .calendar = cal,
	                          .decision = find_decision, .arg = (void *)(uintptr_t)p };
}

/* ---- who gets a step ---- */

/* "=path" names a variable that holds the organ's code: the process itself has found out whose the step is. */
static int64_t organ_in_variable(struct engine *e, struct str path, const struct feel_value *seen)
{
	const struct json *vars;
	if (!seen || rules_feel_json(e->act->a, seen, &vars) != OK)
		return 0;
	struct str code = json_text(json_path(vars, arena_z(e->act->a, path)));
	return code.len ? organ_by_code(e->act->c, code) : 0;
}

static int64_t organ_of(struct engine *e, struct str role, const struct feel_value *seen)
{
	if (!role.len || str_eqz(role, "lead"))
		return e->k.organ;
	if (role.ptr[0] == '=')
		return organ_in_variable(e, str_sub(role, 1, role.len), seen);
	const struct json *item = item_data(e->act, e->k.item);
	struct str code = json_text(json_get_str(json_get(item, "joint_organs"), role));
	int64_t id = code.len ? organ_by_code(e->act->c, code) : 0;
	return id ? id : e->k.organ;
}

/* The post with the fewest open steps; of those with as many, the one made first. */
static int64_t post_with_less(struct engine *e, int64_t organ, struct str role)
{
	struct store_query *q;
	int64_t best = 0, least = 0;
	bool row;
	if (store_prepare(e->act->c, "SELECT id FROM post WHERE organ=?1 AND role=?2 AND ended_ms IS NULL ORDER BY id", &q) != OK)
		return 0;
	store_bind_i64(q, 1, organ);
	store_bind_str(q, 2, role);
	while (store_step(q, &row) == OK && row) {
		int64_t id = store_col_i64(q, 0), n = act_load(e->act, id);
		if (!best || n < least) {
			best = id;
			least = n;
		}
	}
	store_reset(q);
	return best;
}

static bool is_post_of(struct store_conn *c, int64_t post, int64_t organ, struct str role)
{
	struct store_query *q;
	bool row, is = false;
	if (store_prepare(c, "SELECT organ, role FROM post WHERE id=?1 AND ended_ms IS NULL", &q) != OK)
		return false;
	store_bind_i64(q, 1, post);
	if (store_step(q, &row) == OK && row)
		is = store_col_i64(q, 0) == organ && str_eq(store_col_str(q, 1), role);
	store_reset(q);
	return is;
}

/* Whoever had the same role in this case before. */
static int64_t post_before(struct engine *e, int64_t organ, struct str role)
{
	const struct step_over *s;
	if (act_steps_over(e->act, e->k.id, &s) != OK)
		return 0;
	for (; s; s = s->next)
		if (s->post && is_post_of(e->act->c, s->post, organ, role))
			return s->post;
	return 0;
}

/* Whoever had the same role in this case before keeps it; else the post with the fewest open steps; a role
 * that the organ has not filled falls to its head, so that no step is in nobody's hands. */
static int64_t post_for(struct engine *e, int64_t organ, struct str role)
{
	int64_t id = post_before(e, organ, role);
	if (!id)
		id = post_with_less(e, organ, role);
	if (!id)
		id = row_i64(e->act->c, "SELECT id FROM post WHERE organ=?1 AND role='head' AND ended_ms IS NULL ORDER BY id LIMIT 1", organ, 0);
	return id;
}

static enum err variables_json(struct engine *e, const struct json **out)
{
	return rules_feel_json(e->act->a, bpmn_instance_variables(e->instance), out);
}

static bool named_in(const char *words, struct str name)
{
	struct str rest = str_of(words);
	for (struct str word = str_cut(&rest, ' '); word.len; word = str_cut(&rest, ' '))
		if (str_eq(word, name))
			return true;
	return false;
}

/* The person named by a rule of a room's; 0 = the element names none, or the rule finds nobody. */
static enum err person_for(struct engine *e, const struct xml_node *assign, int64_t *person)
{
	const struct casework *cw = e->act->cw;
	struct str rule = assign ? xml_attr(assign, "person") : S("");
	const struct json *vars;
	*person = 0;
	if (!rule.len)
		return OK;
	TRY(variables_json(e, &vars));
	for (size_t i = 0; i < cw->rooms_count; i++)
		if (cw->rooms[i]->assign && named_in(cw->rooms[i]->assigns, rule))
			return cw->rooms[i]->assign(e->act, e->k.id, assign, vars, person);
	return act_refuse(e->act, ERR_INVALID, "pack.no-rule", "Nobody knows the rule %.*s by which the process names a person.", STR_ARG(rule));
}

struct assignment { bool applicant; int64_t organ, post, meant; struct holder holder; };

/* The post under which a person named by a rule does the step: one whose role has the function, else any. */
static enum err post_held(struct engine *e, int64_t person, struct str function, struct assignment *to)
{
	struct store_query *q;
	bool row, fits = false;
	TRY(store_prepare(e->act->c, "SELECT id, organ, role FROM post WHERE (a=?1 OR b=?1) AND ended_ms IS NULL ORDER BY id", &q));
	store_bind_i64(q, 1, person);
	while (!fits) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		fits = function_of_role(e->act->cw, function, store_col_str(q, 2));
		if (fits || !to->post) {
			to->post = store_col_i64(q, 0);
			to->organ = store_col_i64(q, 1);
		}
	}
	store_reset(q);
	return OK;
}

/* A person named by a rule: the step is theirs by name. */
static enum err assign_person(struct engine *e, const struct bpmn_element *el, int64_t person, struct assignment *to)
{
	TRY(post_held(e, person, function_of_action(el, NULL), to));
	to->meant = person;
	return holder_of_step(e->act->c, to->post, person, &e->k, &to->holder);
}

/* Post, organ and the person who answers for it from the first moment. */
static enum err assign(struct engine *e, const struct bpmn_element *el, const struct feel_value *seen, struct assignment *to)
{
	struct act *act = e->act;
	const struct xml_node *assign = bpmn_ext(el, "assign");
	struct str role = assign ? xml_attr(assign, "post") : S("reviewer");
	*to = (struct assignment){ .applicant = str_eqz(role, "applicant"), .holder = { .why = "applicant" } };
	if (to->applicant)
		return OK;
	int64_t person;
	TRY(person_for(e, assign, &person));
	if (person)
		return assign_person(e, el, person, to);
	to->organ = organ_of(e, assign ? xml_attr(assign, "organ") : S("lead"), seen);
	to->post = post_for(e, to->organ, role);
	if (to->post)
		TRY(holder_for_case(act->c, to->post, &e->k, &to->holder));
	if (!to->post || !to->holder.person)
		return act_refuse(act, ERR_CONFLICT, "post.missing", "The organ has no post for the step %.*s. An administrator must fill one.", STR_ARG(el->name));
	return OK;
}

static enum err open_step(struct engine *e, const struct bpmn_element *el, uint32_t wait, const struct feel_value *seen)
{
	struct act *act = e->act;
	const struct xml_node *limit = bpmn_ext(el, "limit"), *suspend = bpmn_ext(el, "suspend");
	struct assignment to;
	TRY(assign(e, el, seen, &to));
	int64_t step = act_id(act);
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "step", step);
	json_set_i64(&o, "case", e->k.id);
	json_set_str(&o, "element", el->id);
	json_set_i64(&o, "wait", wait);
	json_set_str(&o, "name", el->name.len ? el->name : el->id);
	json_set_str(&o, "name_en", element_name_en(el));
	if (!to.applicant) {
		json_set_i64(&o, "organ", to.organ);
		json_set_i64(&o, "post", to.post);
	}
	holder_set(&o, &to.holder);
	if (to.meant)
		json_set_i64(&o, "meant", to.meant);
	json_set_bool(&o, "claimed", to.meant != 0);
	json_set_i64(&o, "opened_ms", act->now_ms);
	bool loads = act_loads_before(act);
	TRY(act_emit(act, "step.opened", e->k.id, &o));
	act_load_after(act, loads, to.post, 1);
	if (to.holder.unattended)
		TRY(post_unattended(act, to.post, e->k.id, step, &to.holder));
	if (limit)
		TRY(clock_start_step(act, e->k.id, step, to.applicant ? "supplement" : "step", limit, NULL));
	return suspend ? clocks_suspend(act, e->k.id, xml_attr(suspend, "kind"), xml_attr(suspend, "ground"), step) : OK;
}

/* A step whose task was withdrawn by the process (a timer, another branch). */
static enum err withdraw_step(struct engine *e, uint32_t wait)
{
	struct act *act = e->act;
	struct store_query *q;
	bool row, any;
	TRY(store_prepare(act->c, "SELECT id FROM step_open WHERE case_id=?1 AND wait=?2", &q));
	store_bind_i64(q, 1, e->k.id);
	store_bind_i64(q, 2, wait);
	TRY(store_step(q, &row));
	if (!row)
		return OK;
	int64_t step = store_col_i64(q, 0);
	store_reset(q);
	TRY(clocks_stop(act, e->k.id, step));
	TRY(clocks_resume(act, e->k.id, step, &any));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "step", step);
	json_set_i64(&o, "case", e->k.id);
	json_set_i64(&o, "closed_ms", act->now_ms);
	json_set_str(&o, "state", S("withdrawn"));
	return act_emit(act, "step.closed", e->k.id, &o);
}

/* ---- decisions ---- */

static enum err record_decision(struct engine *e, const struct bpmn_event *ev)
{
	struct act *act = e->act;
	for (const struct dmn_trace *t = ev->trace; t; t = t->next) {
		struct json_build o;
		json_build_object(&o, act->a);
		json_set_i64(&o, "case", e->k.id);
		json_set(&o, "data", rules_trace_json(act->a, t));
		TRY(act_emit(act, "decision.made", e->k.id, &o));
	}
	return OK;
}

/* ---- events of the process ---- */

static enum err queue_job(struct engine *e, uint32_t id, struct str element)
{
	struct queued_job *j = arena_new(e->act->a, struct queued_job);
	if (!j)
		return ERR_NOMEM;
	j->id = id;
	j->element = element;
	*e->jobs_end = j;
	e->jobs_end = &j->next;
	return OK;
}

static void set_timer(struct engine *e, uint32_t ref, int64_t due_ms)
{
	struct json_build o;
	json_build_object(&o, e->act->a);
	json_set_i64(&o, "ref", ref);
	json_set_i64(&o, "due_ms", due_ms);
	json_add(&e->timers_set, json_built(&o));
}

static void clear_timer(struct engine *e, uint32_t ref)
{
	struct json_build o;
	json_build_object(&o, e->act->a);
	json_set_i64(&o, "ref", ref);
	json_add(&e->timers_over, json_built(&o));
	/* set and ended in the same run: never armed */
	struct json_build kept;
	json_build_array(&kept, e->act->a);
	for (size_t i = 0; i < e->timers_set.value.count; i++)
		if (json_i64(json_get(&e->timers_set.value.items[i], "ref"), 0) != (int64_t)ref)
			json_add(&kept, &e->timers_set.value.items[i]);
	e->timers_set = kept;
}

static enum err waits(struct engine *e, const struct bpmn_event *ev)
{
	const struct bpmn_element *el = bpmn_model_element(e->pack->process, ev->element);
	switch (ev->wait) {
	case BPMN_WAIT_TASK:
		return open_step(e, el, ev->id, ev->variables);
	case BPMN_WAIT_JOB:
		return queue_job(e, ev->id, ev->element);
	case BPMN_WAIT_TIMER:
		set_timer(e, ev->id, ev->due_ms);
		return OK;
	default: /* messages, signals and conditions wait in the instance itself */
		return OK;
	}
}

static enum err wait_over(struct engine *e, const struct bpmn_event *ev)
{
	if (ev->wait == BPMN_WAIT_TIMER)
		clear_timer(e, ev->id);
	return ev->wait == BPMN_WAIT_TASK && ev->id != e->completed ? withdraw_step(e, ev->id) : OK;
}

static enum err incident(struct engine *e, const struct bpmn_event *ev)
{
	struct json_build o;
	json_build_object(&o, e->act->a);
	json_set_i64(&o, "case", e->k.id);
	json_set_str(&o, "note", S("incident"));
	json_set_str(&o, "element", ev->element);
	json_set_str(&o, "text", ev->text);
	return act_emit(e->act, "case.note", e->k.id, &o);
}

static enum err handle(struct engine *e, const struct bpmn_event *ev)
{
	switch (ev->kind) {
	case BPMN_EV_COMPLETED:
	case BPMN_EV_LEFT_BY_FLOW:
		json_add_str(&e->passed, ev->element);
		return OK;
	case BPMN_EV_WAITING:
		return waits(e, ev);
	case BPMN_EV_WAIT_OVER:
		return wait_over(e, ev);
	case BPMN_EV_DECIDED:
		return record_decision(e, ev);
	case BPMN_EV_INCIDENT:
		return incident(e, ev);
	case BPMN_EV_ENDED:
		e->ended = true;
		e->state = ev->state;
		return OK;
	default:
		return OK;
	}
}

static enum err decide(struct engine *e, const struct bpmn_command *cmd)
{
	struct bpmn_event *events;
	struct bpmn_instance *next;
	struct bpmn_env env = engine_env(e->act->cw, e->pack, e->act->now_ms);
	TRY(bpmn_decide(e->pack->process, bpmn_model_process(e->pack->process), e->instance, cmd, &env, e->act->a, &events, &next, e->act->d));
	e->instance = next;
	for (const struct bpmn_event *ev = events; ev; ev = ev->next)
		TRY(handle(e, ev));
	return OK;
}

/* ---- what the system does by itself ---- */

/* Not told in time = accepted from the day of receipt (ALL/32(4)): when the applicant last handed something in. */
static int64_t last_receipt_ms(struct engine *e)
{
	return row_i64(e->act->c, "SELECT max(closed_ms) FROM step_done WHERE case_id=?1 AND post IS NULL AND state='done'", e->k.id,
	               e->k.received_ms);
}

/* "accepted" also gives the receipt its number, once. */
static enum err milestone(struct engine *e, const char *name, bool deemed, struct str result)
{
	struct act *act = e->act;
	int64_t at_ms = deemed ? last_receipt_ms(e) : act->now_ms;
	struct str receipt_no = S("");
	struct json_build o;
	if (e->k.accepted_ms && strcmp(name, "accepted") == 0)
		return OK; /* a token moved back past it: what began then goes on */
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", e->k.id);
	json_set_str(&o, "name", arena_str(act->a, str_of(name)));
	json_set_bool(&o, "deemed", deemed);
	json_set_i64(&o, "organ", e->k.organ);
	json_set_i64(&o, "item", e->k.item);
	if (result.len)
		json_set_str(&o, "result", result);
	const char *column = strcmp(name, "accepted") == 0 ? "accepted_ms" : strcmp(name, "decided") == 0 ? "decided_ms" : "delivered_ms";
	json_set_i64(&o, column, at_ms);
	if (strcmp(name, "accepted") == 0 && !e->k.receipt_no.len) {
		int64_t n;
		int year, month, day;
		char serial[64];
		calendar_day_civil(calendar_day_at(act->now_ms, calendar_offset_s(calendar_now(act->cw))), &year, &month, &day);
		snprintf(serial, sizeof serial, "receipt/%lld/%04d", (long long)e->k.organ, year);
		serial_take(act, serial, &o, &n);
		receipt_no = arena_printf(act->a, "受理〔%04d〕%05lld号", year, (long long)n);
		json_set_str(&o, "receipt_no", receipt_no);
	}
	struct case_row *known = act_case_before(act, e->k.id);
	TRY(act_emit(act, "case.milestone", e->k.id, &o));
	if (known) {
		*(strcmp(name, "accepted") == 0 ? &known->accepted_ms : strcmp(name, "decided") == 0 ? &known->decided_ms : &known->delivered_ms) = at_ms;
		known->deemed = known->deemed || deemed;
		known->result = result.len ? result : known->result;
		known->receipt_no = receipt_no.len ? receipt_no : known->receipt_no;
	}
	act_case_after(act, known);
	TRY(clocks_milestone(act, &e->k, e->pack, name, at_ms));
	return act_case(act, e->k.id, &e->k);
}

/* Decided once, but not for good: the limits that begin with "reopened" run, and the case is in hand again. */
static enum err reopen(struct engine *e)
{
	struct act *act = e->act;
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", e->k.id);
	json_set_i64(&o, "organ", e->k.organ);
	json_set_i64(&o, "item", e->k.item);
	TRY(act_emit(act, "case.reopened", e->k.id, &o));
	TRY(clocks_milestone(act, &e->k, e->pack, "reopened", act->now_ms));
	return act_case(act, e->k.id, &e->k);
}

static enum err milestone_of(struct engine *e, const struct xml_node *n)
{
	if (str_eqz(xml_attr(n, "name"), "reopened"))
		return reopen(e);
	static const char *const names[] = { "accepted", "decided", "delivered" };
	for (size_t i = 0; i < 3; i++)
		if (str_eqz(xml_attr(n, "name"), names[i]))
			return milestone(e, names[i], str_eqz(xml_attr(n, "note"), "deemed"), xml_attr(n, "result"));
	return act_refuse(e->act, ERR_INVALID, "pack.milestone", "The process names a milestone that does not exist.");
}

/* The room that does what the kernel does not know; NULL = nobody. */
static const struct casework_room *room_performing(const struct casework *cw, struct str name)
{
	for (size_t i = 0; i < cw->rooms_count; i++)
		if (named_in(cw->rooms[i]->performs, name))
			return cw->rooms[i];
	return NULL;
}

static enum err perform(struct engine *e, const struct bpmn_element *el, struct json_build *result)
{
	for (const struct xml_node *n = el->ext ? el->ext->first : NULL; n; n = n->next) {
		const struct json *vars;
		if (xml_is(n, BPMN_EXT_NS, "milestone")) {
			TRY(milestone_of(e, n));
		} else if (xml_is(n, BPMN_EXT_NS, "letter")) {
			TRY(variables_json(e, &vars));
			TRY(letter_write(e->act, &e->k, e->pack, xml_attr(n, "template"), xml_attr(n, "title"), xml_attr(n, "title_en"),
			                 S("letter"), vars, NULL));
		} else if (xml_is(n, BPMN_EXT_NS, "issue")) {
			TRY(variables_json(e, &vars));
			TRY(licence_issue(e->act, &e->k, e->pack, n, vars));
		} else if (xml_is(n, BPMN_EXT_NS, "extend")) {
			int64_t amount = 0;
			(void)str_to_i64(xml_attr(n, "amount"), &amount);
			TRY(clocks_extend(e->act, e->k.id, (int32_t)amount, xml_attr(n, "unit"), xml_attr(n, "ground")));
		} else if (n->ns.ptr && str_eqz(n->ns, BPMN_EXT_NS) && room_performing(e->act->cw, n->name)) {
			TRY(variables_json(e, &vars));
			TRY(room_performing(e->act->cw, n->name)->perform(e->act, e->k.id, n, vars, result));
			TRY(act_case(e->act, e->k.id, &e->k));
		}
	}
	return OK;
}

static enum err run_jobs(struct engine *e)
{
	for (int n = 0; e->jobs; n++) {
		struct queued_job *j = e->jobs;
		e->jobs = j->next;
		if (!e->jobs)
			e->jobs_end = &e->jobs;
		if (n == JOBS_MAX)
			return act_refuse(e->act, ERR_LIMIT, "process.endless", "The process goes round in circles by itself.");
		struct json_build result;
		struct feel_value found;
		json_build_object(&result, e->act->a);
		TRY(perform(e, bpmn_model_element(e->pack->process, j->element), &result));
		TRY(feel_from_json(e->act->a, json_built(&result), &found, e->act->d));
		struct bpmn_command done = { .kind = BPMN_COMPLETE, .id = j->id, .variables = result.value.count ? &found : NULL };
		TRY(decide(e, &done));
	}
	return OK;
}

/* ---- the end of a run ---- */

static enum err record_move(struct engine *e)
{
	struct act *act = e->act;
	struct buf b;
	struct str bytes;
	buf_init_in(&b, act->a, 16 << 20);
	bpmn_instance_write(e->instance, e->known, &b);
	TRY(buf_finish(&b, &bytes));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", e->k.id);
	json_set_str(&o, "instance", bytes);
	json_set(&o, "passed", json_built(&e->passed));
	json_set(&o, "timers_set", json_built(&e->timers_set));
	json_set(&o, "timers_over", json_built(&e->timers_over));
	return act_emit(act, "case.moved", e->k.id, &o);
}

struct str case_result_state(struct str result)
{
	if (str_eqz(result, "refused") || str_eqz(result, "not-accepted"))
		return S("refused");
	return str_eqz(result, "lapsed") ? S("withdrawn") : S("concluded");
}

static enum err conclude(struct engine *e)
{
	struct act *act = e->act;
	struct str state = e->state == BPMN_FAILED ? S("failed") : e->state == BPMN_CANCELLED ? S("withdrawn") : case_result_state(e->k.result);
	struct clock_outcome outcome = { 0 };
	TRY(clocks_stop(act, e->k.id, 0));
	if (str_eqz(state, "concluded") || str_eqz(state, "refused")) /* who withdraws says nothing about the office's speed */
		TRY(clocks_outcome(act, e->k.id, &outcome));
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", e->k.id);
	json_set_str(&o, "state", state);
	json_set_i64(&o, "concluded_ms", act->now_ms);
	clocks_outcome_set(&o, &outcome);
	json_set_i64(&o, "organ", e->k.organ);
	json_set_i64(&o, "item", e->k.item);
	struct case_row *known = act_case_before(act, e->k.id);
	TRY(act_emit(act, "case.concluded", e->k.id, &o));
	if (known) {
		known->state = state;
		known->concluded_ms = act->now_ms;
		known->open = false;
	}
	act_case_after(act, known);
	return OK;
}

static enum err settle(struct engine *e)
{
	TRY(run_jobs(e));
	TRY(record_move(e));
	TRY(case_refresh(e->act, e->k.id));
	TRY(act_case(e->act, e->k.id, &e->k));
	return e->ended ? conclude(e) : OK;
}

static enum err run(struct engine *e, const struct bpmn_command *cmd)
{
	TRY(decide(e, cmd));
	return settle(e);
}

static enum err load(struct engine *e, int64_t case_id)
{
	TRY(act_case(e->act, case_id, &e->k));
	return pack_of(e->act->cw, e->act->c, e->k.pack, &e->pack, e->act->d);
}

enum err engine_start(struct act *act, int64_t case_id, const struct feel_value *input)
{
	struct engine e = { 0 };
	engine_init(&e, act);
	TRY(load(&e, case_id));
	e.known = input;
	struct bpmn_command start = { .kind = BPMN_START, .variables = input };
	return run(&e, &start);
}

/* The variables that the instance names without repeating them; NULL: begun before that was kept, all of them are in the instance. */
static enum err known_variables(struct casework *cw, struct arena *a, const struct case_start *s, const struct feel_value **out, struct diag *d)
{
	*out = NULL;
	if (!s->rest)
		return OK;
	struct feel_value *v = arena_new(a, struct feel_value);
	if (!v)
		return ERR_NOMEM;
	*out = v;
	return case_start_value(cw, a, s, v, d);
}

static const char instance_of_case[] = "SELECT bytes FROM instance WHERE id=?1";

void instance_ahead(struct store_conn *c, int64_t case_id)
{
	ahead_i64(c, instance_of_case, case_id);
}

void engine_ahead(struct act *act, int64_t case_id)
{
	instance_ahead(act->c, case_id);
	act_ahead(act, case_id);
}

static enum err instance_bytes(struct store_conn *c, struct arena *a, int64_t case_id, struct str *out, struct diag *d)
{
	*out = row_str(c, a, instance_of_case, case_id);
	return out->ptr ? OK : diag_set(d, ERR_CONFLICT, "case.not-open", "The case is concluded.");
}

static enum err load_running(struct engine *e, int64_t case_id)
{
	struct act *act = e->act;
	struct case_start s;
	struct str bytes;
	engine_ahead(act, case_id);
	TRY(load(e, case_id));
	TRY(instance_bytes(act->c, act->a, case_id, &bytes, act->d));
	TRY(act_case_start(act, case_id, &s));
	s.received_ms = e->k.received_ms;
	TRY(known_variables(act->cw, act->a, &s, &e->known, act->d));
	return bpmn_instance_read(act->a, e->pack->process, bytes, e->known, &e->instance, act->d);
}

enum err engine_command(struct act *act, int64_t case_id, const struct bpmn_command *cmd)
{
	struct engine e = { 0 };
	engine_init(&e, act);
	TRY(load_running(&e, case_id));
	e.completed = cmd->kind == BPMN_COMPLETE ? cmd->id : 0;
	return run(&e, cmd);
}

/* ---- another version of the pack ---- */

/* Open steps are called what the new version calls them; their posts, clocks and due dates stay. */
static enum err renamed_steps(struct engine *e, struct json_build *list)
{
	struct store_query *q;
	bool row;
	json_build_array(list, e->act->a);
	TRY(store_prepare(e->act->c, "SELECT id, element FROM step_open WHERE case_id=?1 ORDER BY id", &q));
	store_bind_i64(q, 1, e->k.id);
	for (;;) {
		struct json_build o;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		const struct bpmn_element *el = bpmn_model_element(e->pack->process, store_col_str(q, 1));
		if (!el)
			continue;
		json_build_object(&o, e->act->a);
		json_set_i64(&o, "step", store_col_i64(q, 0));
		json_set_str(&o, "name", el->name.len ? el->name : el->id);
		json_set_str(&o, "name_en", element_name_en(el));
		json_add(list, json_built(&o));
	}
}

static enum err record_migrated(struct engine *e, int64_t pack_id)
{
	struct json_build o, steps;
	json_build_object(&o, e->act->a);
	json_set_i64(&o, "case", e->k.id);
	json_set_i64(&o, "pack", pack_id);
	json_set_i64(&o, "from_pack", e->k.pack);
	TRY(renamed_steps(e, &steps));
	json_set(&o, "steps", json_built(&steps));
	TRY(act_emit(e->act, "case.migrated", e->k.id, &o));
	return act_case(e->act, e->k.id, &e->k);
}

/* Every token that would be lost, by its element and why. */
static enum err refuse_lost(struct engine *e, const struct bpmn_migration *fates)
{
	struct buf all, ids;
	struct str text, elements;
	buf_init_in(&all, e->act->a, 1 << 16);
	buf_init_in(&ids, e->act->a, 1 << 16);
	for (const struct bpmn_migration *f = fates; f; f = f->next) {
		if (f->fate != BPMN_LOST)
			continue;
		buf_printf(&all, " %.*s: %.*s", STR_ARG(f->element), STR_ARG(f->text));
		buf_printf(&ids, "%s%.*s", ids.len ? ", " : "", STR_ARG(f->element));
	}
	TRY(buf_finish(&all, &text));
	TRY(buf_finish(&ids, &elements));
	if (!elements.len)
		return OK;
	(void)act_refuse(e->act, ERR_CONFLICT, "migrate.no-place", "The case cannot move to the live version.%.*s", STR_ARG(text));
	diag_arg(e->act->d, elements);
	return ERR_CONFLICT;
}

enum err engine_migrate(struct act *act, int64_t case_id, int64_t pack_id)
{
	struct engine e = { 0 };
	struct bpmn_migration *fates;
	struct bpmn_event *events;
	struct bpmn_instance *moved;
	engine_init(&e, act);
	TRY(load_running(&e, case_id));
	TRY(pack_of(act->cw, act->c, pack_id, &e.pack, act->d));
	struct bpmn_env env = engine_env(act->cw, e.pack, act->now_ms);
	TRY(bpmn_migrate_plan(e.instance, e.pack->process, NULL, 0, &env, act->a, &fates, &events, NULL, act->d));
	TRY(refuse_lost(&e, fates));
	TRY(bpmn_migrate_plan(e.instance, e.pack->process, NULL, 0, &env, act->a, &fates, &events, &moved, act->d));
	e.instance = moved;
	TRY(record_migrated(&e, pack_id));
	for (const struct bpmn_event *ev = events; ev; ev = ev->next)
		TRY(handle(&e, ev));
	return settle(&e);
}

enum err engine_milestone(struct act *act, int64_t case_id, const struct xml_node *n)
{
	struct engine e = { 0 };
	engine_init(&e, act);
	TRY(load(&e, case_id));
	return milestone_of(&e, n);
}

static enum err instance_read(struct store_conn *c, struct casework *cw, struct arena *a, const struct case_row *k, struct str bytes,
                              struct bpmn_instance **out, const struct pack **pack, struct diag *d)
{
	const struct feel_value *known;
	struct case_start s;
	TRY(pack_of(cw, c, k->pack, pack, d));
	TRY(case_start_read(c, a, k->id, &s, d));
	s.received_ms = k->received_ms;
	TRY(known_variables(cw, a, &s, &known, d));
	return bpmn_instance_read(a, (*pack)->process, bytes, known, out, d);
}

enum err engine_instance(struct store_conn *c, struct casework *cw, struct arena *a, const struct case_row *k,
                         struct bpmn_instance **out, const struct pack **pack, struct diag *d)
{
	struct str bytes;
	TRY(instance_bytes(c, a, k->id, &bytes, d));
	return instance_read(c, cw, a, k, bytes, out, pack, d);
}

/* The instance of a concluded case stands in the last entry that moved it, until that is erased or taken off with its month. */
static enum err moved_last(struct store_conn *c, struct arena *a, int64_t case_id, struct str *out)
{
	int64_t seq = case_chain_last(c, case_id);
	*out = (struct str){ NULL, 0 };
	while (seq && !out->ptr) {
		struct store_query *q;
		bool there;
		TRY(case_chain_back(c, &seq, &q, &there));
		if (!there)
			return ERR_NOT_FOUND;
		if (str_eqz(store_col_str(q, 2), "case.moved")) {
			*out = json_text(json_get(parse(a, store_col_copy(q, 6, a)), "instance"));
			seq = 0;
		}
		store_reset(q);
	}
	return out->ptr ? OK : ERR_NOT_FOUND;
}

enum err engine_variables_last(struct store_conn *c, struct casework *cw, struct arena *a, const struct case_row *k, const struct json **out,
                               const struct pack **pack, struct diag *d)
{
	struct bpmn_instance *i;
	struct str bytes = row_str(c, a, instance_of_case, k->id);
	if (!bytes.ptr)
		TRY(moved_last(c, a, k->id, &bytes));
	TRY(instance_read(c, cw, a, k, bytes, &i, pack, d));
	return rules_feel_json(a, bpmn_instance_variables(i), out);
}

enum err engine_variables(struct store_conn *c, struct casework *cw, struct arena *a, const struct case_row *k,
                          const struct json **out, struct bpmn_waiting **waiting, const struct pack **pack, struct diag *d)
{
	struct bpmn_instance *i;
	TRY(engine_instance(c, cw, a, k, &i, pack, d));
	TRY(bpmn_instance_waiting(i, a, waiting));
	return rules_feel_json(a, bpmn_instance_variables(i), out);
}
