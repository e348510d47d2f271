/* view_case.c - one case, as its applicant, its handlers and its supervisors see it. */
#include "casework/access_int.h"
#include "casework/rules_int.h"
#include "casework/view_int.h"

/* ---- clocks ---- */

static const struct json *day_lines(struct view_ctx *v, const struct calendar_result *r)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; i < r->lines_count; i++) {
		const struct calendar_line *l = &r->lines[i];
		struct json_build o;
		json_build_object(&o, v->a);
		json_set_str(&o, "date", day_text(v->a, l->day));
		json_set_bool(&o, "counted", l->counted);
		json_set_str(&o, "code", str_of(calendar_reason_name(l->reason)));
		json_set_str(&o, "reason", law_text(v->a, l->zh, false));
		json_set_str(&o, "reason_en", law_text(v->a, l->en, true));
		if (l->nth)
			json_set_i64(&o, "nth", l->nth);
		json_add(&list, json_built(&o));
	}
	return json_built(&list);
}

struct clock_name { const char *kind, *zh, *en; };

static void set_clock_name(struct json_build *o, struct str kind)
{
	static const struct clock_name names[] = {
		{ "promised", "承诺办结时限", "Promised limit" }, { "statutory", "法定办结时限", "Statutory limit" },
		{ "delivery", "送达时限", "Handing over" }, { "step", "环节时限", "Limit of the step" }, { "supplement", "补正期限", "Time to supplement" },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eqz(kind, names[i].kind)) {
			json_set_str(o, "name", str_of(names[i].zh));
			json_set_str(o, "name_en", str_of(names[i].en));
		}
}

/* A stored list of suspensions or extensions, with the grounds as people read them. */
static const struct json *with_grounds(struct view_ctx *v, const struct json *list)
{
	struct json_build out;
	json_build_array(&out, v->a);
	for (size_t i = 0; list && i < list->count; i++) {
		const struct json *from = &list->items[i];
		struct json_build o;
		json_build_object(&o, v->a);
		for (size_t m = 0; m < from->count; m++)
			if (!str_eqz(from->members[m].key, "ground"))
				json_set_key(&o, from->members[m].key, &from->members[m].value);
		set_ground(&o, v->a, json_text(json_get(from, "ground")));
		json_add(&out, json_built(&o));
	}
	return json_built(&out);
}

static enum err clock_json(struct view_ctx *v, const struct clock_row *r, bool lines, struct json_build *list)
{
	struct calendar_result res;
	struct json_build o;
	TRY(clock_compute(calendar_now(v->cw), r, v->now_ms, lines, v->a, &res, v->d));
	json_build_object(&o, v->a);
	json_set_i64(&o, "id", r->id);
	json_set_str(&o, "kind", r->kind);
	set_clock_name(&o, r->kind);
	json_set_i64(&o, "amount", r->amount);
	json_set_str(&o, "unit", r->unit);
	set_ground(&o, v->a, r->ground);
	json_set_str(&o, "start_at", view_instant(v, r->start_ms));
	json_set_str(&o, "due_on", day_text(v->a, res.due_on));
	json_set_str(&o, "due_at", view_instant(v, res.due_ms));
	json_set_i64(&o, "total", res.total);
	json_set_i64(&o, "used", res.used);
	json_set_i64(&o, "left", res.left);
	json_set_bool(&o, "overdue", res.overdue);
	json_set_bool(&o, "provisional", res.provisional);
	json_set_str(&o, "state", r->state);
	json_set_i64(&o, "step", r->step);
	json_set(&o, "suspensions", with_grounds(v, parse(v->a, r->suspensions)));
	json_set(&o, "extensions", with_grounds(v, parse(v->a, r->extensions)));
	if (lines)
		json_set(&o, "days", day_lines(v, &res));
	json_add(list, json_built(&o));
	return OK;
}

static enum err clocks_json(struct view_ctx *v, const struct clock_row *first, struct json_build *out)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (const struct clock_row *r = first; r; r = r->next)
		TRY(clock_json(v, r, r->step == 0, &list));
	json_set(out, "clocks", json_built(&list));
	return OK;
}

/* ---- steps ---- */

static const struct json *step_form_schema(const struct pack *p, struct str element)
{
	const struct bpmn_element *e = p ? bpmn_model_element(p->process, element) : NULL;
	return e ? pack_form(p, e->form_key) : NULL;
}

/* What is written there is for those who handle the case until a letter tells it (banjie:private). */
static bool step_private(const struct pack *p, struct str element)
{
	const struct bpmn_element *e = p ? bpmn_model_element(p->process, element) : NULL;
	return e && bpmn_ext(e, "private");
}

static void action_names(const struct pack *p, struct str element, struct str action, struct json_build *o)
{
	const struct bpmn_element *e = p ? bpmn_model_element(p->process, element) : NULL;
	for (const struct xml_node *n = e ? bpmn_ext(e, "action") : NULL; n; n = xml_next_same(n))
		if (str_eq(xml_attr(n, "id"), action)) {
			json_set_str(o, "action_name", xml_attr(n, "name"));
			json_set_str(o, "action_name_en", xml_attr(n, "name_en").ptr ? xml_attr(n, "name_en") : xml_attr(n, "name"));
			return;
		}
	json_set_str(o, "action_name", action.ptr ? action : S(""));
	json_set_str(o, "action_name_en", action.ptr ? action : S(""));
}

#define PERSON_SQL "SELECT login, name FROM person WHERE id=?1"
#define NAME_SQL "SELECT name FROM person WHERE id=?1"
#define POST_SQL "SELECT id, code, name, name_en, role FROM post WHERE id=?1"

struct step_shown { int64_t id, organ, post, person, second; struct str element, action, form; bool open; };

/* Names of people are for those who work on the case and its applicant, not for the public page. */
static void step_people(struct view_ctx *v, const struct step_shown *s, bool public_view, struct json_build *o)
{
	set_named(o, v, "organ", ORGAN_SQL, s->organ);
	set_named(o, v, "post", POST_SQL, s->post);
	if (public_view) {
		json_set_null(o, "person");
		return;
	}
	set_named(o, v, "person", PERSON_SQL, s->person);
	json_set_str(o, "signed_by", s->second ? row_str(v->c, v->a, NAME_SQL, s->second) : (struct str){ NULL, 0 });
}

static enum err collect_steps(struct view_ctx *v, struct store_query *q, bool open, struct json_build *list, struct step_shown *shown, size_t *n, size_t most)
{
	for (;;) {
		bool row;
		struct json_build o;
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		if (*n == most)
			continue;
		json_build_object(&o, v->a);
		shown[*n] = (struct step_shown){ .id = store_col_i64(q, 0), .element = store_col_copy(q, 1, v->a), .organ = store_col_i64(q, 4),
			.post = store_col_i64(q, 5), .person = store_col_i64(q, 6), .second = store_col_i64(q, 7), .action = store_col_copy(q, 12, v->a),
			.form = store_col_copy(q, 14, v->a), .open = open };
		json_set_i64(&o, "step", shown[*n].id);
		json_set_str(&o, "element", shown[*n].element);
		json_set_str(&o, "name", store_col_copy(q, 2, v->a));
		json_set_str(&o, "name_en", store_col_str(q, 3).len ? store_col_copy(q, 3, v->a) : store_col_copy(q, 2, v->a));
		json_set_str(&o, "state", store_col_copy(q, 11, v->a));
		json_set_str(&o, "opened_at", view_instant(v, store_col_i64(q, 8)));
		json_set_str(&o, "closed_at", view_instant(v, store_col_i64(q, 9)));
		json_set_str(&o, "due_on", view_due(v, store_col_i64(q, 10)));
		if (open && store_col_i64(q, 10))
			json_set_i64(&o, "left", view_left(v, store_col_i64(q, 10)));
		json_set_str(&o, "action", shown[*n].action);
		json_set_str(&o, "opinion", store_col_copy(q, 13, v->a));
		json_set_str(&o, "level", str_of(level_name((int)store_col_i64(q, 15))));
		json_set_bool(&o, "claimed", store_col_i64(q, 16) != 0);
		json_add(list, json_built(&o));
		(*n)++;
	}
}

enum { STEPS_SHOWN_MAX = 400 };

static const char steps_done[] = "SELECT id, element, name, name_en, organ, post, person, signed_by, opened_ms, closed_ms, due_ms, state, action, opinion, form,"
                                 " 0, 0 FROM step_done WHERE case_id=?1 ORDER BY closed_ms, id";
static const char steps_open[] = "SELECT id, element, name, name_en, organ, post, person, signed_by, opened_ms, NULL, due_ms, 'open', NULL, NULL, NULL,"
                                 " level, claimed FROM step_open WHERE case_id=?1 ORDER BY id";

static void step_people_ahead(struct view_ctx *v, const struct step_shown *shown, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ahead_i64(v->c, ORGAN_SQL, shown[i].organ);
		ahead_i64(v->c, POST_SQL, shown[i].post);
		ahead_i64(v->c, PERSON_SQL, shown[i].person);
		ahead_i64(v->c, NAME_SQL, shown[i].second);
		if (shown[i].open)
			step_ahead(v->c, shown[i].id); /* for what may be done with it */
	}
}

static enum err steps_json(struct view_ctx *v, const struct case_row *k, const struct pack *p, bool public_view, struct json_build *out)
{
	struct store_query *q;
	struct json_build raw, list;
	struct step_shown *shown = arena_new_n(v->a, struct step_shown, STEPS_SHOWN_MAX);
	size_t n = 0;
	if (!shown)
		return ERR_NOMEM;
	json_build_array(&raw, v->a);
	json_build_array(&list, v->a);
	TRY(store_prepare(v->c, steps_done, &q));
	store_bind_i64(q, 1, k->id);
	TRY(collect_steps(v, q, false, &raw, shown, &n, STEPS_SHOWN_MAX));
	TRY(store_prepare(v->c, steps_open, &q));
	store_bind_i64(q, 1, k->id);
	TRY(collect_steps(v, q, true, &raw, shown, &n, STEPS_SHOWN_MAX));
	step_people_ahead(v, shown, n);
	for (size_t i = 0; i < n; i++) {
		struct json_build o;
		json_build_object(&o, v->a);
		bool outward = public_view || (shown[i].post && step_private(p, shown[i].element) && v->actor.person && v->actor.person == k->applicant);
		for (size_t m = 0; m < raw.value.items[i].count; m++)
			if (!outward || !str_eqz(raw.value.items[i].members[m].key, "opinion"))
				json_set_key(&o, raw.value.items[i].members[m].key, &raw.value.items[i].members[m].value);
		step_people(v, &shown[i], outward, &o);
		json_set_bool(&o, "applicant", shown[i].post == 0 && k->pack != 0); /* an imported case has no posts */
		action_names(p, shown[i].element, shown[i].action, &o);
		if (!outward)
			json_set(&o, "form_rows", form_rows(v, step_form_schema(p, shown[i].element), parse(v->a, shown[i].form)));
		json_add(&list, json_built(&o));
	}
	json_set(out, "steps", json_built(&list));
	return OK;
}

/* ---- what this actor may do now ---- */

static bool may_act(struct view_ctx *v, const struct case_row *k, const struct step_row *s, struct str function)
{
	struct access_answer answer;
	struct access_ask ask = { v->cw, v->c, v->a, v->actor.person, v->now_ms, k, s, function };
	return v->actor.system || (v->actor.person && access_decide(&ask, &answer, v->d) == OK && answer.allowed);
}

/* What an enforcement step asks of the reader: their certificate as it is today. */
static const struct json *enforcement_json(struct view_ctx *v, const struct xml_node *enforcement)
{
	static const char *const lacks[] = { "good", "none", "early", "expired", "suspended", "revoked" };
	struct certificate_answer have;
	struct json_build o;
	if (certificate_of(v->c, v->a, v->actor.person, enforcement_kind(enforcement), v->now_ms, &have) != OK)
		return NULL;
	json_build_object(&o, v->a);
	json_set_str(&o, "certificate", enforcement_kind(enforcement));
	json_set_str(&o, "have", str_of(lacks[have.lack]));
	json_set_str(&o, "number", have.number);
	json_set_str(&o, "until", view_due(v, have.until_ms));
	json_set_str(&o, "since", view_day(v, have.since_ms));
	return json_built(&o);
}

static void add_actions(struct view_ctx *v, const struct case_row *k, const struct pack *p, const struct step_row *s, struct json_build *list)
{
	const struct bpmn_element *e = bpmn_model_element(p->process, s->element);
	const struct xml_node *enforcement = e ? enforcement_of(p, e) : NULL;
	for (const struct xml_node *n = e ? bpmn_ext(e, "action") : NULL; n; n = xml_next_same(n)) {
		struct json_build o;
		if (!action_offered(v->c, v->a, k, n) || (s->post && !may_act(v, k, s, function_of_action(e, n))))
			continue;
		json_build_object(&o, v->a);
		json_set_i64(&o, "step", s->id);
		json_set_str(&o, "element", s->element);
		json_set_str(&o, "step_name", s->name);
		json_set_str(&o, "step_name_en", s->name_en.len ? s->name_en : s->name);
		json_set_str(&o, "id", xml_attr(n, "id"));
		json_set_str(&o, "name", xml_attr(n, "name"));
		json_set_str(&o, "name_en", xml_attr(n, "name_en").ptr ? xml_attr(n, "name_en") : xml_attr(n, "name"));
		json_set_str(&o, "style", xml_attr(n, "style").ptr ? xml_attr(n, "style") : S("primary"));
		json_set_str(&o, "requires", xml_attr(n, "requires").ptr ? xml_attr(n, "requires") : S(""));
		json_set(&o, "form", form_filled(v, pack_form(p, e->form_key)));
		json_set_bool(&o, "needs_second", (bpmn_ext(e, "two-persons") || enforcement) && !s->signed_by);
		json_set(&o, "enforcement", enforcement ? enforcement_json(v, enforcement) : NULL);
		json_add(list, json_built(&o));
	}
}

static const char open_ids[] = "SELECT id FROM step_open WHERE case_id=?1 ORDER BY id";

static void actions_ahead(struct view_ctx *v, const struct json_build *ids)
{
	struct step_row s;
	if (!store_is_far(v->c) || !v->actor.person)
		return;
	for (size_t i = 0; i < ids->value.count; i++)
		if (step_get(v->c, v->a, json_i64(&ids->value.items[i], 0), &s) == OK && s.post)
			access_ahead(v->c, v->actor.person, v->now_ms, &s);
}

static enum err actions_json(struct view_ctx *v, const struct case_row *k, const struct pack *p, bool with_secret, struct json_build *out)
{
	struct json_build list, ids;
	struct store_query *q;
	bool row;
	json_build_array(&list, v->a);
	json_build_array(&ids, v->a);
	TRY(store_prepare(v->c, open_ids, &q));
	store_bind_i64(q, 1, k->id);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			break;
		json_add_i64(&ids, store_col_i64(q, 0));
	}
	actions_ahead(v, &ids);
	for (size_t i = 0; i < ids.value.count && !pack_paused(v->c, k->pack); i++) {
		struct step_row s;
		TRY(step_get(v->c, v->a, json_i64(&ids.value.items[i], 0), &s));
		if (s.post || with_secret || v->actor.system || (v->actor.person && v->actor.person == k->applicant))
			add_actions(v, k, p, &s, &list);
	}
	json_set(out, "actions", json_built(&list));
	return OK;
}

static enum err messages_json(struct view_ctx *v, const struct case_row *k, struct json_build *out)
{
	struct json_build list;
	const struct json *vars;
	struct bpmn_waiting *w = NULL;
	const struct pack *p;
	json_build_array(&list, v->a);
	if (k->open && k->pack && !pack_paused(v->c, k->pack))
		TRY(engine_variables(v->c, v->cw, v->a, k, &vars, &w, &p, v->d));
	for (; w; w = w->next) {
		struct json_build o;
		if (!message_offered(v->c, &v->actor, k, p, w))
			continue;
		const struct xml_node *ask = bpmn_ext(bpmn_model_element(p->process, w->element), "ask");
		json_build_object(&o, v->a);
		json_set_str(&o, "name", w->name);
		json_set_str(&o, "label", xml_attr(ask, "label"));
		json_set_str(&o, "label_en", xml_attr(ask, "label_en").ptr ? xml_attr(ask, "label_en") : xml_attr(ask, "label"));
		json_set(&o, "form", pack_form(p, xml_attr(ask, "form")));
		json_add(&list, json_built(&o));
	}
	json_set(out, "messages", json_built(&list));
	return OK;
}

/* Does a clock stand still by a person's act, and not by a step that will end it? */
static bool suspended_by_hand(struct view_ctx *v, int64_t case_id)
{
	struct clock_row *clocks = NULL;
	if (clocks_of(v->c, v->a, case_id, &clocks) != OK)
		return false;
	for (const struct clock_row *r = clocks; r; r = r->next) {
		const struct json *list = str_eqz(r->state, "suspended") ? parse(v->a, r->suspensions) : NULL;
		for (size_t i = 0; list && i < list->count; i++) {
			const struct json *until = json_get(&list->items[i], "until");
			if (json_i64(json_get(&list->items[i], "by"), -1) == 0 && (!until || until->kind == JSON_NULL))
				return true;
		}
	}
	return false;
}

static const char staffed_steps[] = "SELECT count(*) FROM step_open WHERE post IS NOT NULL AND case_id=?1";

static void may_json(struct view_ctx *v, const struct case_row *k, const struct pack *p, bool mine, struct json_build *out)
{
	bool applied = !p || !pack_ex_officio(p);
	struct json_build o;
	int64_t person = v->actor.person;
	bool steers = k->open && person && person != k->applicant && powers_in_organ(v->c, person, k->organ, ROLE_REVIEWER | ROLE_HEAD);
	bool running = k->accepted_ms && !k->decided_ms;
	bool suspended = clocks_suspended(v->c, k->id);
	bool by_hand = suspended && suspended_by_hand(v, k->id);
	json_build_object(&o, v->a);
	json_set_bool(&o, "suspend", steers && running && !suspended);
	json_set_bool(&o, "resume", steers && by_hand);
	json_set_bool(&o, "reassign", k->open && row_i64(v->c, staffed_steps, k->id, 0) > 0 &&
	              person && powers_handles_case(v->c, &v->actor, k) && powers_steers(v->c, person, k->organ, v->now_ms));
	json_set_bool(&o, "withdraw", applied && k->open && mine && !k->decided_ms);
	json_set_bool(&o, "rate", applied && mine && (!k->open || k->decided_ms));
	json_set_bool(&o, "note", powers_handles_case(v->c, &v->actor, k) || (v->roles & ROLE_SUPERVISOR) != 0);
	json_set_bool(&o, "urge", k->open && (v->roles & ROLE_SUPERVISOR) != 0);
	json_set_bool(&o, "upload", k->open && (mine || powers_handles_case(v->c, &v->actor, k)));
	json_set(out, "may", json_built(&o));
}

/* ---- the timeline: the record in plain words ---- */

struct line_words { const char *kind, *zh, *en; };

static const struct line_words line_words[] = {
	{ "case.received", "收到申请", "Application received" }, { "step.opened", "进入环节", "Step begun" },
	{ "step.closed", "完成环节", "Step done" }, { "step.assigned", "转交经办", "Handed over" }, { "step.signed", "第一人签署", "First person signed" },
	{ "clock.changed", "时限变更", "Limit changed" }, { "document.added", "文书或材料归卷", "Document filed" },
	{ "alert.raised", "监察预警", "Alert" }, { "alert.answered", "预警答复", "Alert answered" }, { "licence.issued", "颁发证照", "Licence issued" },
	{ "rating.given", "服务评价", "Service rated" }, { "case.concluded", "办结", "Concluded" }, { "decision.made", "规则判定", "Rule applied" },
	{ "case.imported", "导入", "Imported" },
};

static void set_title(struct json_build *o, struct str kind, const struct json *data)
{
	struct str name = json_text(json_get(data, "name")), note = json_text(json_get(data, "note"));
	static const struct line_words notes[] = {
		{ "note", "备注", "Note" }, { "urge", "催办", "Urged" }, { "supervise", "督办", "Formal demand" }, { "withdraw", "申请人撤回", "Withdrawn by the applicant" },
		{ "suspend", "暂停计时", "Limit suspended" }, { "resume", "恢复计时", "Limit runs again" }, { "incident", "流程受阻", "The process is stuck" },
		{ "operation", "运行干预", "Operation" },
		{ "accepted", "受理", "Accepted" }, { "decided", "作出决定", "Decided" }, { "delivered", "送达", "Handed over" },
	};
	const struct line_words *list = line_words;
	size_t n = sizeof line_words / sizeof *line_words;
	if (str_eqz(kind, "case.note") || str_eqz(kind, "case.milestone")) {
		list = notes;
		n = sizeof notes / sizeof *notes;
		kind = note.len ? note : name;
	}
	for (size_t i = 0; i < n; i++)
		if (str_eqz(kind, list[i].kind)) {
			json_set_str(o, "title", str_of(list[i].zh));
			json_set_str(o, "title_en", str_of(list[i].en));
			return;
		}
}

static bool in_timeline(struct str kind)
{
	if (str_eqz(kind, "case.note") || str_eqz(kind, "case.milestone"))
		return true;
	for (size_t i = 0; i < sizeof line_words / sizeof *line_words; i++)
		if (str_eqz(kind, line_words[i].kind))
			return true;
	return false;
}

/* Of a step that is over, and of one that is open: in Chinese, in English. */
static const char *const step_names[2][2] = {
	{ "SELECT name FROM step_done WHERE id=?1", "SELECT name FROM step_open WHERE id=?1" },
	{ "SELECT coalesce(nullif(name_en, ''), name) FROM step_done WHERE id=?1", "SELECT coalesce(nullif(name_en, ''), name) FROM step_open WHERE id=?1" },
};
static const char step_element[] = "SELECT element FROM step_done WHERE id=?1";

static struct str step_name(struct view_ctx *v, int64_t step, bool english)
{
	struct str s = row_str(v->c, v->a, step_names[english][0], step);
	return s.ptr ? s : row_str(v->c, v->a, step_names[english][1], step);
}

static void step_names_ahead(struct view_ctx *v, int64_t step)
{
	for (int english = 0; english < 2; english++)
		for (int open = 0; open < 2; open++)
			ahead_i64(v->c, step_names[english][open], step);
	ahead_i64(v->c, step_element, step);
}

/* Entered after it was done: when that was, as whoever entered it says. */
static void add_stated(struct view_ctx *v, const struct json *data, struct str *zh, struct str *en)
{
	int64_t done = json_i64(json_get(data, "done_ms"), 0), happened = json_i64(json_get(data, "happened_ms"), 0);
	struct str at = view_instant(v, done ? done : happened), reason = json_text(json_get(data, "late_reason"));
	if (!done && !happened)
		return;
	struct str day = str_sub(at, 0, 10), hour = str_sub(at, 11, 16);
	*zh = arena_printf(v->a, "%.*s（补录：实际于 %.*s %.*s 办理，%.*s）", STR_ARG(*zh), STR_ARG(day), STR_ARG(hour), STR_ARG(reason));
	*en = arena_printf(v->a, "%.*s (entered later: done on %.*s %.*s; %.*s)", STR_ARG(*en), STR_ARG(day), STR_ARG(hour), STR_ARG(reason));
}

static void set_texts(struct view_ctx *v, struct json_build *o, struct str kind, const struct json *data, const struct pack *p)
{
	int64_t step = json_i64(json_get(data, "step"), 0);
	struct str zh = json_text(json_get(data, "text")), en = json_text(json_get(data, "text_en"));
	if (str_starts(kind, S("step."))) {
		zh = step_name(v, step, false);
		en = step_name(v, step, true);
		struct json_build names;
		struct str action = json_text(json_get(data, "action"));
		struct str element = row_str(v->c, v->a, step_element, step);
		if (action.len && element.ptr) {
			json_build_object(&names, v->a);
			action_names(p, element, action, &names);
			zh = arena_printf(v->a, "%.*s:%.*s", STR_ARG(zh), STR_ARG(json_text(json_get(&names.value, "action_name"))));
			en = arena_printf(v->a, "%.*s: %.*s", STR_ARG(en), STR_ARG(json_text(json_get(&names.value, "action_name_en"))));
		}
	} else if (str_eqz(kind, "clock.changed")) {
		struct str day = view_due(v, json_i64(json_get(data, "due_ms"), 0));
		bool stands = str_eqz(json_text(json_get(data, "state")), "suspended");
		zh = stands ? S("时限暂停计算") : arena_printf(v->a, "现应于 %.*s 前办结", STR_ARG(day));
		en = stands ? S("The limit stands still") : arena_printf(v->a, "Now due on %.*s", STR_ARG(day));
	} else if (str_eqz(kind, "document.added") || str_eqz(kind, "licence.issued")) {
		zh = en = json_text(json_get(data, "name"));
	} else if (str_eqz(kind, "case.note") && !en.len) {
		en = zh;
	}
	add_stated(v, data, &zh, &en);
	json_set_str(o, "text", zh.ptr ? zh : S(""));
	json_set_str(o, "text_en", en.ptr ? en : zh.ptr ? zh : S(""));
}

struct entry { struct str kind, payload; int64_t at_ms, actor; };
struct entries { struct entry *list; size_t count, room; };

enum { TIMELINE_MAX = 500 };

static bool is_decision(struct str kind)
{
	return str_eqz(kind, "decision.made");
}

static struct entry *next_entry(struct view_ctx *v, struct entries *e)
{
	if (e->count == e->room) {
		size_t room = e->room ? e->room * 2 : 64;
		struct entry *more = arena_new_n(v->a, struct entry, room);
		if (!more)
			return NULL;
		if (e->count)
			memcpy(more, e->list, e->count * sizeof *more);
		e->list = more;
		e->room = room;
	}
	return &e->list[e->count++];
}

#define ONE_ENTRY "SELECT seq, prev, kind, payload, at_ms, actor FROM ledger WHERE seq=?1"
/* From an entry on, newest first, ?2 of them: each is found by the one behind it. In a file the questions one by one are faster. */
#define BACKWARDS "WITH RECURSIVE walk(seq, prev, n) AS (SELECT l.seq, l.prev, 1 FROM ledger l WHERE l.seq=?1" \
	" UNION ALL SELECT l.seq, l.prev, w.n+1 FROM walk w JOIN ledger l ON l.seq=w.prev WHERE w.n<?2 AND w.prev<w.seq)" \
	" SELECT l.seq, l.prev, l.kind, l.payload, l.at_ms, l.actor FROM walk w JOIN ledger l ON l.seq=w.seq ORDER BY w.n"

/* What is to be read of the chain: from `seq` on, 0: nothing more. */
struct walk { int64_t seq; size_t walked; };

enum { AT_ONCE = 256 };

static enum err some_entries(struct view_ctx *v, struct walk *w, struct entries *out)
{
	struct store_query *q;
	bool far = store_is_far(v->c);
	int64_t want = w->seq;
	TRY(store_prepare(v->c, far ? BACKWARDS : ONE_ENTRY, &q));
	store_bind_i64(q, 1, want);
	if (far)
		store_bind_i64(q, 2, AT_ONCE);
	for (int i = 0; i < (far ? AT_ONCE : 1) && want; i++) {
		bool row;
		TRY(store_step(q, &row));
		if (!row || store_col_i64(q, 0) != want || store_col_i64(q, 1) >= want)
			return ERR_CORRUPT;
		want = store_col_i64(q, 1);
		if (w->walked++ >= TIMELINE_MAX && !is_decision(store_col_str(q, 2)))
			continue;
		struct entry *e = next_entry(v, out);
		if (!e)
			return ERR_NOMEM;
		*e = (struct entry){ store_col_copy(q, 2, v->a), store_col_copy(q, 3, v->a), store_col_i64(q, 4), store_col_i64(q, 5) };
	}
	store_reset(q);
	w->seq = want;
	return OK;
}

static const char last_entry[] = "SELECT seq FROM case_last WHERE id=?1";

/* The case's entries from the last to the first; newest first is how people read it. All of them where there are no more than people
 * read; of a longer line what comes before is its decisions. */
static enum err case_entries(struct view_ctx *v, int64_t case_id, struct entries *out)
{
	struct walk w = { .seq = row_i64(v->c, last_entry, case_id, 0) };
	*out = (struct entries){ .count = 0 };
	while (w.seq)
		TRY(some_entries(v, &w, out));
	return OK;
}

/* The same few people again and again. */
struct names_known { struct { int64_t person; struct str name; } list[8]; size_t count; };

static struct str name_of(struct view_ctx *v, struct names_known *known, int64_t person)
{
	size_t i = 0, room = sizeof known->list / sizeof *known->list, kept = known->count < room ? known->count : room;
	while (i < kept && known->list[i].person != person)
		i++;
	if (i < kept)
		return known->list[i].name;
	i = known->count++ % room;
	known->list[i].person = person;
	return known->list[i].name = row_str(v->c, v->a, NAME_SQL, person);
}

/* Some at a time: no more is said ahead than a connection keeps answers. */
enum { TIMELINE_AHEAD = 64 };

static void timeline_ahead(struct view_ctx *v, const struct entries *of, size_t from, bool public_view)
{
	size_t end = of->count - from < TIMELINE_AHEAD ? of->count : from + TIMELINE_AHEAD;
	for (size_t i = from; store_is_far(v->c) && i < end; i++) {
		if (str_starts(of->list[i].kind, S("step.")))
			step_names_ahead(v, json_i64(json_get(parse(v->a, of->list[i].payload), "step"), 0));
		if (of->list[i].actor && !public_view)
			ahead_i64(v->c, NAME_SQL, of->list[i].actor);
	}
}

static void timeline_json(struct view_ctx *v, const struct entries *of, const struct pack *p, bool public_view, struct json_build *out)
{
	const struct entry *entries = of->list;
	struct names_known known = { .count = 0 };
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = 0; i < of->count && i < TIMELINE_MAX; i++) {
		if (i % TIMELINE_AHEAD == 0)
			timeline_ahead(v, of, i, public_view);
		const struct json *data = parse(v->a, entries[i].payload);
		bool internal = str_eqz(entries[i].kind, "case.note") || str_eqz(entries[i].kind, "alert.raised") || str_eqz(entries[i].kind, "alert.answered");
		struct json_build o;
		if (!in_timeline(entries[i].kind) || (public_view && internal))
			continue;
		json_build_object(&o, v->a);
		json_set_str(&o, "at", view_instant(v, entries[i].at_ms));
		json_set_str(&o, "kind", entries[i].kind);
		set_title(&o, entries[i].kind, data);
		set_texts(v, &o, entries[i].kind, data, p);
		json_set_str(&o, "who", entries[i].actor && !public_view ? name_of(v, &known, entries[i].actor) : (struct str){ NULL, 0 });
		json_add(&list, json_built(&o));
	}
	json_set(out, "timeline", json_built(&list));
}

/* ---- the rest ---- */

static enum err list_of(struct view_ctx *v, struct json_build *out, const char *key, const char *sql, int64_t id)
{
	struct store_query *q;
	TRY(store_prepare(v->c, sql, &q));
	store_bind_i64(q, 1, id);
	return rows_put(v, q, key, out);
}

static void applicant_json(struct view_ctx *v, const struct json *data, bool handler, struct json_build *out)
{
	struct json_build o;
	struct str id_no = json_text(json_get(data, "id_no")), phone = json_text(json_get(data, "phone"));
	json_build_object(&o, v->a);
	json_set_str(&o, "name", json_text(json_get(data, "name")).ptr ? json_text(json_get(data, "name")) : S(""));
	json_set_str(&o, "id_type", json_text(json_get(data, "id_type")));
	json_set_str(&o, "id_no_masked", personal_mask(v->a, id_no, 3, 4));
	json_set_str(&o, "phone_masked", personal_mask(v->a, phone, 3, 4));
	json_set_str(&o, "kind", json_text(json_get(data, "kind")));
	json_set_str(&o, "address", handler ? json_text(json_get(data, "address")) : (struct str){ NULL, 0 });
	json_set(&o, "agent", handler ? json_get(data, "agent") : NULL);
	json_set(out, "applicant", json_built(&o));
}

static void head_json(struct view_ctx *v, const struct case_row *k, struct json_build *out)
{
	json_set_str(out, "case_no", k->case_no);
	set_named(out, v, "item", ITEM_SQL, k->item);
	set_named(out, v, "organ", ORGAN_SQL, k->organ);
	set_named(out, v, "region", REGION_SQL, k->region);
	json_set_str(out, "channel", k->channel);
	json_set_bool(out, "commitment", k->commitment);
	json_set_str(out, "state", k->state);
	json_set_bool(out, "open", k->open);
	json_set_str(out, "level", str_of(level_name(k->level)));
	json_set_str(out, "received_at", view_instant(v, k->received_ms));
	json_set_str(out, "accepted_at", view_instant(v, k->accepted_ms));
	json_set_str(out, "decided_at", view_instant(v, k->decided_ms));
	json_set_str(out, "delivered_at", view_instant(v, k->delivered_ms));
	json_set_str(out, "concluded_at", view_instant(v, k->concluded_ms));
	json_set_str(out, "receipt_no", k->receipt_no);
	json_set_bool(out, "deemed_accepted", k->deemed);
	json_set_str(out, "result", k->result);
	json_set_str(out, "due_on", k->open ? view_due(v, k->due_ms) : (struct str){ NULL, 0 });
	json_set_bool(out, "provisional", k->provisional);
}

/* The last licence, and its paper: the one written with it, until another takes its place. Where no paper is told of a licence, the last of them was the
 * only way to know. */
static const char licence_shown[] =
	"SELECT number, name, name_en, issued_on, valid_until, coalesce(l.document, (SELECT CASE WHEN EXISTS(SELECT 1 FROM licence o WHERE o.case_id=?1 AND o.document IS NOT NULL)"
	" THEN min(d.id) ELSE max(d.id) END FROM document d WHERE d.case_id=?1 AND d.kind='licence' AND d.id>l.id)) AS document FROM licence l WHERE l.case_id=?1 ORDER BY l.id DESC LIMIT 1";
static const char rating_shown[] = "SELECT grade, text, at_ms FROM rating WHERE case_id=?1";

static void licence_and_rating(struct view_ctx *v, const struct case_row *k, struct json_build *out)
{
	set_named(out, v, "licence", licence_shown, k->id);
	set_named(out, v, "rating", rating_shown, k->id);
}

/* Each rule applied by itself: when, what it looked at, which rules matched, what came out. What was erased is not shown. */
static void decisions_json(struct view_ctx *v, const struct entries *of, const struct pack *p, struct json_build *out)
{
	struct json_build list;
	json_build_array(&list, v->a);
	for (size_t i = of->count; i-- > 0;) {
		const struct json *trace = is_decision(of->list[i].kind) ? json_get(parse(v->a, of->list[i].payload), "data") : NULL;
		struct json_build o;
		if (!trace)
			continue;
		json_build_object(&o, v->a);
		json_set_str(&o, "at", view_instant(v, of->list[i].at_ms));
		rules_explain(v->a, p, trace, &o);
		json_add(&list, json_built(&o));
	}
	json_set(out, "decisions", json_built(&list));
}

#define ALERT_COLUMNS "alert_no, CASE level WHEN 1 THEN 'notice' WHEN 2 THEN 'yellow' ELSE 'red' END AS level, rule_no, text, text_en, at_ms, state, reason"

#define DOCUMENTS "SELECT id AS document, name, mime, size, kind, material, at_ms FROM document WHERE case_id=?1"
static const char documents_all[] = DOCUMENTS " ORDER BY id", documents_outer[] = DOCUMENTS " AND kind<>'inner' ORDER BY id";
static const char alerts_of_case[] = "SELECT " ALERT_COLUMNS " FROM alert WHERE case_id=?1 ORDER BY id DESC";
static const char form_of_case[] = "SELECT form FROM case_data WHERE id=?1", applicant_of_case[] = "SELECT applicant FROM case_data WHERE id=?1";
static const char data_of_item[] = "SELECT data FROM item WHERE id=?1";

/* All that is asked by the case alone, with the question for the case itself. */
static void case_page_ahead(struct view_ctx *v, int64_t id)
{
	static const char *const all[] = { form_of_case, applicant_of_case, steps_done, steps_open, open_ids, staffed_steps, last_entry, licence_shown, rating_shown };
	int64_t person = v->actor.person;
	bool office = (v->roles & ~(unsigned)(ROLE_VISITOR | ROLE_CITIZEN)) != 0;
	if (!store_is_far(v->c))
		return;
	case_ahead(v->c, id);
	if (person)
		powers_case_ahead(v->c, person, id);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		ahead_i64(v->c, all[i], id);
	clocks_ahead(v->c, id);
	suspended_ahead(v->c, id);
	instance_ahead(v->c, id);
	case_start_ahead(v->c, id);
	missing_ahead(v->c, id);
	ahead_i64(v->c, office ? documents_all : documents_outer, id);
	if (office) {
		ahead_i64(v->c, alerts_of_case, id);
		holds_step_ahead(v->c, person, id);
	}
}

/* What the case names, and its record. */
static void case_parts_ahead(struct view_ctx *v, const struct case_row *k)
{
	if (!store_is_far(v->c))
		return;
	powers_ahead(v->c, &v->actor);
	powers_organ_ahead(v->c, v->actor.person, k->organ);
	ahead_i64(v->c, ITEM_SQL, k->item);
	ahead_i64(v->c, data_of_item, k->item);
	ahead_i64(v->c, ORGAN_SQL, k->organ);
	ahead_i64(v->c, REGION_SQL, k->region);
	paused_ahead(v->c, k->pack);
	ahead_pair(v->c, BACKWARDS, row_i64(v->c, last_entry, k->id, 0), AT_ONCE);
}

static enum err full_case(struct view_ctx *v, const struct case_row *k, bool mine, bool with_secret, struct json_build *out)
{
	const struct pack *p = NULL;
	bool handler = powers_handles_case(v->c, &v->actor, k) || (v->roles & (ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_SYSTEM)) != 0;
	bool public_view = with_secret && !mine && !handler;
	if (k->pack)
		TRY(pack_of(v->cw, v->c, k->pack, &p, v->d));
	const struct json *form = parse(v->a, row_str(v->c, v->a, form_of_case, k->id));
	head_json(v, k, out);
	applicant_json(v, parse(v->a, row_str(v->c, v->a, applicant_of_case, k->id)), handler || mine, out);
	json_set(out, "form", form);
	json_set(out, "form_rows", p ? form_rows(v, pack_form(p, S("apply")), form) : NULL);
	struct clock_row *clocks;
	TRY(clocks_of(v->c, v->a, k->id, &clocks));
	json_set(out, "stages", case_stages(v->c, v->cw, v->a, k, clocks));
	TRY(clocks_json(v, clocks, out));
	TRY(steps_json(v, k, p, public_view, out));
	if (k->open && p)
		TRY(actions_json(v, k, p, with_secret, out));
	TRY(messages_json(v, k, out));
	may_json(v, k, p, mine || with_secret, out);
	struct entries entries;
	TRY(case_entries(v, k->id, &entries));
	timeline_json(v, &entries, p, !handler, out);
	TRY(list_of(v, out, "documents", handler ? documents_all : documents_outer, k->id));
	json_set(out, "missing", case_missing(v->c, v->a, k));
	decisions_json(v, &entries, p, out);
	if (handler)
		TRY(list_of(v, out, "alerts", alerts_of_case, k->id));
	licence_and_rating(v, k, out);
	const struct json *item = parse(v->a, row_str(v->c, v->a, data_of_item, k->item));
	json_set(out, "remedies", json_get(item, "remedies"));
	json_set(out, "materials", json_get(item, "materials"));
	return OK;
}

static enum err case_shown(struct view_ctx *v, int64_t id, struct case_row *k)
{
	if (!id)
		return ERR_NOT_FOUND;
	case_page_ahead(v, id);
	TRY(case_get(v->c, v->a, id, k));
	case_parts_ahead(v, k);
	return OK;
}

enum err view_case(struct view_ctx *v, struct json_build *out)
{
	struct case_row k;
	TRY(case_shown(v, case_id_of(v->c, param(v, "case_no")), &k));
	if (!powers_sees_case(v->c, &v->actor, &k))
		return ERR_NOT_FOUND;
	return full_case(v, &k, v->actor.person && v->actor.person == k.applicant, false, out);
}

/* Number and secret: the same answer for a wrong number and a wrong secret, after the same questions. */
enum err view_case_track(struct view_ctx *v, struct json_build *out)
{
	struct case_row k;
	int64_t id = case_id_of(v->c, param(v, "case_no"));
	if (!secret_fits(v->c, v->a, id, param(v, "secret")) || case_shown(v, id, &k) != OK)
		return diag_set(v->d, ERR_NOT_FOUND, "case.track", "No case has this number together with this query code. Check both on your receipt.");
	return full_case(v, &k, false, true, out);
}

/* ---- the diagram ---- */

struct marks { struct bpmn_overlay *list; size_t count, room; };

static struct bpmn_overlay *mark(struct marks *m, struct str element)
{
	for (size_t i = 0; i < m->count; i++)
		if (str_eq(m->list[i].element, element))
			return &m->list[i];
	if (m->count == m->room)
		return NULL;
	m->list[m->count] = (struct bpmn_overlay){ .element = element };
	return &m->list[m->count++];
}

static enum err mark_passed(struct view_ctx *v, const struct case_row *k, struct marks *m)
{
	struct entries entries;
	TRY(case_entries(v, k->id, &entries));
	for (size_t i = 0; i < entries.count; i++) {
		if (!str_eqz(entries.list[i].kind, "case.moved"))
			continue;
		const struct json *passed = json_get(parse(v->a, entries.list[i].payload), "passed");
		for (size_t j = 0; passed && j < passed->count; j++) {
			struct bpmn_overlay *o = mark(m, passed->items[j].text);
			if (o)
				o->passed = true;
		}
	}
	return OK;
}

static enum err mark_current(struct view_ctx *v, const struct case_row *k, struct marks *m)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(v->c, "SELECT element FROM step_open WHERE case_id=?1", &q));
	store_bind_i64(q, 1, k->id);
	for (;;) {
		TRY(store_step(q, &row));
		if (!row)
			return OK;
		struct bpmn_overlay *o = mark(m, store_col_copy(q, 0, v->a));
		if (o)
			o->current = true;
	}
}

enum err view_case_diagram(struct view_ctx *v, struct json_build *out)
{
	struct case_row k;
	const struct pack *p;
	struct buf svg;
	struct str text;
	struct marks m = { .room = 1000 };
	TRY(case_find(v->c, v->a, param(v, "case_no"), &k));
	if (!powers_sees_case(v->c, &v->actor, &k) || !k.pack)
		return ERR_NOT_FOUND;
	TRY(pack_of(v->cw, v->c, k.pack, &p, v->d));
	m.list = arena_new_n(v->a, struct bpmn_overlay, m.room);
	if (!m.list)
		return ERR_NOMEM;
	TRY(mark_passed(v, &k, &m));
	TRY(mark_current(v, &k, &m));
	buf_init_in(&svg, v->a, 8 << 20);
	TRY(bpmn_draw(p->process, m.list, m.count, v->a, &svg, v->d));
	TRY(buf_finish(&svg, &text));
	json_set_str(out, "svg", text);
	return steps_json(v, &k, p, true, out);
}
