/* cases.c - what people do with a case as a whole. */
#include "casework/casework_int.h"

static enum err find_case(struct act *act, struct case_row *k)
{
	if (case_find(act->c, act->a, str_trim(json_text(json_get(act->data, "case_no"))), k) != OK)
		return act_refuse(act, ERR_NOT_FOUND, "case.unknown", "There is no case with this number.");
	return OK;
}

static enum err find_open(struct act *act, struct case_row *k)
{
	TRY(find_case(act, k));
	return k->open ? OK : act_refuse(act, ERR_CONFLICT, "case.not-open", "The case is concluded.");
}

static bool is_applicant(struct act *act, const struct case_row *k)
{
	return act->actor.system || (act->actor.person && act->actor.person == k->applicant) ||
	       secret_fits(act->c, act->a, k->id, json_text(json_get(act->data, "secret")));
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

static enum err write_note(struct act *act, const struct case_row *k, const char *note, struct str text)
{
	struct json_build o;
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", k->id);
	json_set_str(&o, "note", str_of(note));
	json_set_str(&o, "text", text);
	return act_emit(act, "case.note", k->id, &o);
}

static enum err applied_for(struct act *act, const struct case_row *k)
{
	const struct pack *p;
	if (!k->pack) /* imported */
		return OK;
	TRY(pack_of(act->cw, act->c, k->pack, &p, act->d));
	return pack_ex_officio(p) ? act_refuse(act, ERR_DENIED, "case.ex-officio", "The office began this case itself: it is neither withdrawn nor rated by the person it is about.") : OK;
}

enum err act_case_withdraw(struct act *act)
{
	struct case_row k;
	TRY(find_open(act, &k));
	if (!is_applicant(act, &k))
		return act_refuse(act, ERR_DENIED, "case.not-applicant", "Only the applicant may withdraw the application.");
	TRY(applied_for(act, &k));
	if (k.decided_ms)
		return act_refuse(act, ERR_CONFLICT, "case.decided", "The decision has been made; the application cannot be withdrawn any more.");
	struct str reason = str_trim(json_text(json_get(act->data, "reason")));
	TRY(write_note(act, &k, "withdraw", reason.ptr ? reason : S("")));
	struct bpmn_command cmd = { .kind = BPMN_CANCEL };
	return engine_command(act, k.id, &cmd);
}

enum err act_case_rate(struct act *act)
{
	struct case_row k;
	struct json_build o;
	int64_t grade = json_i64(json_get(act->data, "grade"), 0);
	struct str text = str_trim(json_text(json_get(act->data, "text"))), channel = json_text(json_get(act->data, "channel"));
	TRY(find_case(act, &k));
	if (!is_applicant(act, &k))
		return act_refuse(act, ERR_DENIED, "case.not-applicant", "Only the applicant may rate the service.");
	TRY(applied_for(act, &k));
	if (grade < 1 || grade > 5) {
		(void)act_refuse(act, ERR_INVALID, "rating.grade", "Choose one of the five grades.");
		diag_at(act->d, S("grade"));
		return ERR_INVALID;
	}
	json_build_object(&o, act->a);
	json_set_i64(&o, "case", k.id);
	json_set_i64(&o, "grade", grade);
	json_set_str(&o, "text", text.ptr ? text : S(""));
	json_set_str(&o, "channel", channel.len ? channel : S("2"));
	json_set_i64(&o, "at_ms", act->now_ms);
	json_set_i64(&o, "organ", k.organ);
	json_set_i64(&o, "item", k.item);
	return act_emit(act, "rating.given", k.id, &o);
}

/* ---- suspension by a person's act (ALL/45): the organ tells the applicant how long it needs ---- */

static enum err may_steer(struct act *act, const struct case_row *k)
{
	if (act->actor.system || powers_in_organ(act->c, act->actor.person, k->organ, ROLE_REVIEWER | ROLE_HEAD))
		return OK;
	return act_refuse(act, ERR_DENIED, "case.reviewer-only", "Only a reviewer or the head of the organ that decides may do this.");
}

enum err act_case_suspend(struct act *act)
{
	struct case_row k;
	struct str kind, ground, reason;
	TRY(find_open(act, &k));
	TRY(may_steer(act, &k));
	TRY(need_text(act, "kind", &kind));
	TRY(need_text(act, "ground", &ground));
	TRY(need_text(act, "reason", &reason));
	int64_t days = json_i64(json_get(act->data, "expected_days"), 0);
	if (!k.accepted_ms || k.decided_ms)
		return act_refuse(act, ERR_CONFLICT, "suspend.no-clock", "There is no limit running that could stand still.");
	if (clocks_suspended(act->c, k.id))
		return act_refuse(act, ERR_CONFLICT, "suspend.already", "The limit stands still already.");
	if (days < 1 || days > 365) {
		(void)act_refuse(act, ERR_INVALID, "suspend.days", "Say how many days you expect it to take: the applicant must be told (ALL/45).");
		diag_at(act->d, S("expected_days"));
		return ERR_INVALID;
	}
	TRY(write_note(act, &k, "suspend", reason));
	TRY(clocks_suspend(act, k.id, kind, arena_printf(act->a, "%.*s %.*s", STR_ARG(ground), STR_ARG(reason)), 0));
	struct str zh = arena_printf(act->a, "办件 %.*s 因“%.*s”暂停计算办理时限,预计需要 %lld 日。依据:%.*s。", STR_ARG(k.case_no), STR_ARG(reason), (long long)days, STR_ARG(ground));
	struct str en = arena_printf(act->a, "Case %.*s: the limit stands still for \"%.*s\", about %lld days. Ground: %.*s.", STR_ARG(k.case_no), STR_ARG(reason), (long long)days, STR_ARG(ground));
	TRY(notice_send(act, k.applicant, k.id, S("特别程序告知"), S("Special procedure"), zh, en, 0));
	json_set_null(&act->reply, "due_on");
	return case_refresh(act, k.id);
}

enum err act_case_resume(struct act *act)
{
	struct case_row k;
	bool any;
	TRY(find_open(act, &k));
	TRY(may_steer(act, &k));
	TRY(clocks_resume(act, k.id, 0, &any));
	if (!any)
		return act_refuse(act, ERR_CONFLICT, "resume.not-suspended", "The limit was not suspended by a person's act, or runs again already.");
	struct str result = str_trim(json_text(json_get(act->data, "result")));
	TRY(write_note(act, &k, "resume", result.ptr ? result : S("")));
	TRY(case_refresh(act, k.id));
	TRY(act_case(act, k.id, &k));
	const struct calendar *cal = calendar_now(act->cw);
	struct str due = k.due_ms ? day_text(act->a, calendar_day_at(k.due_ms - 1, calendar_offset_s(cal))) : S("");
	json_set_str(&act->reply, "due_on", due);
	struct str zh = arena_printf(act->a, "办件 %.*s 恢复计算办理时限,现应于 %.*s 前办结。", STR_ARG(k.case_no), STR_ARG(due));
	struct str en = arena_printf(act->a, "Case %.*s: the limit runs again; it now ends on %.*s.", STR_ARG(k.case_no), STR_ARG(due));
	return notice_send(act, k.applicant, k.id, S("恢复办理告知"), S("The limit runs again"), zh, en, 0);
}

/* ---- messages that the process waits for (an extension asked for …) ---- */

/* The start or catch event that waits for this message, for its banjie:ask. */
static const struct xml_node *ask_of(const struct pack *p, struct str element)
{
	const struct bpmn_element *e = bpmn_model_element(p->process, element);
	return e ? bpmn_ext(e, "ask") : NULL;
}

static const char step_held[] = "SELECT 1 FROM step_open WHERE case_id=?1 AND person=?2";

void holds_step_ahead(struct store_conn *c, int64_t person, int64_t case_id)
{
	ahead_pair(c, step_held, case_id, person);
}

/* banjie:ask organ="step": whoever holds a step of the case, whichever organ it is. */
static bool holds_step(struct store_conn *c, int64_t person, int64_t case_id)
{
	struct store_query *q;
	bool row = false;
	if (!person || store_prepare(c, step_held, &q) != OK)
		return false;
	store_bind_i64(q, 1, case_id);
	store_bind_i64(q, 2, person);
	bool yes = store_step(q, &row) == OK && row;
	store_reset(q);
	return yes;
}

bool message_offered(struct store_conn *c, const struct casework_actor *actor, const struct case_row *k, const struct pack *p,
                     const struct bpmn_waiting *w)
{
	const struct xml_node *ask = w->kind == BPMN_WAIT_MESSAGE ? ask_of(p, w->element) : NULL;
	if (!ask || !k->accepted_ms || k->decided_ms)
		return false;
	if (actor->system)
		return true;
	unsigned role = powers_role_of_name(xml_attr(ask, "post"));
	if (actor->person == k->applicant || powers_barred(c, actor->person, k->id))
		return false;
	return str_eqz(xml_attr(ask, "organ"), "step") ? holds_step(c, actor->person, k->id)
		: powers_in_organ(c, actor->person, k->organ, role ? role : ROLE_HANDLERS);
}

static enum err check_ask_form(struct act *act, const struct pack *p, const struct xml_node *ask)
{
	const struct json *form = pack_form(p, xml_attr(ask, "form"));
	const struct json *list = json_get(form, "components");
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		struct str key = json_text(json_get(&list->items[i], "key"));
		if (!json_bool(json_path(&list->items[i], "validate.required"), false) ||
		    str_trim(json_text(json_get_str(json_get(act->data, "data"), key))).len)
			continue;
		(void)act_refuse(act, ERR_INVALID, "form.required", "The field %.*s is missing.", STR_ARG(key));
		diag_arg(act->d, key);
		diag_at(act->d, key);
		return ERR_INVALID;
	}
	return OK;
}

enum err act_case_message(struct act *act)
{
	struct case_row k;
	const struct json *vars;
	struct bpmn_waiting *w;
	const struct pack *p;
	struct str name;
	TRY(find_open(act, &k));
	TRY(need_text(act, "name", &name));
	if (!powers_handles_case(act->c, &act->actor, &k))
		return act_refuse(act, ERR_DENIED, "case.not-yours", "Only those who handle the case may do this.");
	if (!k.accepted_ms || k.decided_ms)
		return act_refuse(act, ERR_CONFLICT, "case.not-accepted", "This is possible between acceptance and decision.");
	TRY(engine_variables(act->c, act->cw, act->a, &k, &vars, &w, &p, act->d));
	while (w && !(w->kind == BPMN_WAIT_MESSAGE && str_eq(w->name, name)))
		w = w->next;
	if (!w)
		return act_refuse(act, ERR_CONFLICT, "message.not-awaited", "The case does not wait for this.");
	if (!message_offered(act->c, &act->actor, &k, p, w))
		return act_refuse(act, ERR_DENIED, "message.not-yours", "Your post may not do this.");
	TRY(pack_running(act, k.pack));
	TRY(check_ask_form(act, p, ask_of(p, w->element)));
	struct json_build all;
	struct feel_value value;
	json_build_object(&all, act->a);
	json_set_key(&all, name, json_get(act->data, "data"));
	TRY(feel_from_json(act->a, json_built(&all), &value, act->d));
	struct bpmn_command cmd = { .kind = BPMN_DELIVER_MESSAGE, .id = w->id, .name = name, .variables = &value };
	json_set_str(&act->reply, "case_no", k.case_no);
	return engine_command(act, k.id, &cmd);
}

enum err act_case_note(struct act *act)
{
	struct case_row k;
	struct str text;
	TRY(find_case(act, &k));
	TRY(need_text(act, "text", &text));
	if (!powers_handles_case(act->c, &act->actor, &k) && !(powers_roles(act->c, &act->actor) & ROLE_SUPERVISOR))
		return act_refuse(act, ERR_DENIED, "case.not-yours", "Only those who handle the case may do this.");
	return write_note(act, &k, "note", text);
}

/* ---- cases of an outside log ---- */

/* A person of the log, by login; 0 when the log names none that is known. */
static int64_t import_person(struct act *act, const struct json *from, const char *key)
{
	struct str login = json_text(json_get(from, key));
	return login.len ? row_i64_str(act->c, "SELECT id FROM person WHERE login=?1", login, 0) : 0;
}

static const struct json *import_steps(struct act *act)
{
	const struct json *list = json_get(act->data, "steps");
	struct json_build out;
	json_build_array(&out, act->a);
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		const struct json *s = &list->items[i];
		struct json_build o;
		json_build_object(&o, act->a);
		json_set_i64(&o, "id", act_id(act));
		json_set_str(&o, "element", json_text(json_get(s, "element")).ptr ? json_text(json_get(s, "element")) : S(""));
		json_set_str(&o, "name", json_text(json_get(s, "name")).ptr ? json_text(json_get(s, "name")) : S(""));
		json_set_i64(&o, "at_ms", json_i64(json_get(s, "at_ms"), 0));
		json_set_str(&o, "action", json_text(json_get(s, "lifecycle")));
		int64_t person = import_person(act, s, "person"), due = json_i64(json_get(s, "due_ms"), 0);
		if (person)
			json_set_i64(&o, "person", person);
		else
			json_set_str(&o, "opinion", json_text(json_get(s, "who")));
		if (due)
			json_set_i64(&o, "step_due_ms", due);
		json_add(&out, json_built(&o));
	}
	return json_built(&out);
}

/* The supervision of an imported case: late when it ended after its deadline, or is open past it at the log's end. */
static enum err import_alert(struct act *act, int64_t id, struct str case_no, int64_t organ, int64_t item, int64_t due_ms)
{
	struct json_build o;
	int64_t n;
	json_build_object(&o, act->a);
	serial_take(act, "alert/import", &o, &n);
	json_set_i64(&o, "alert", act_id(act));
	json_set_str(&o, "alert_no", arena_printf(act->a, "JI%08lld", (long long)n));
	json_set_i64(&o, "case", id);
	json_set_i64(&o, "level", 3);
	json_set_i64(&o, "bit", 4);
	json_set_str(&o, "rule_no", S("T-imported-red"));
	json_set_str(&o, "text", arena_printf(act->a, "导入的办件 %.*s 超过时限。", STR_ARG(case_no)));
	json_set_str(&o, "text_en", arena_printf(act->a, "Imported case %.*s went past its deadline.", STR_ARG(case_no)));
	json_set_i64(&o, "at_ms", due_ms);
	json_set_i64(&o, "due_ms", due_ms);
	json_set_i64(&o, "organ", organ);
	json_set_i64(&o, "item", item);
	int64_t responsible = import_person(act, act->data, "responsible");
	if (responsible)
		json_set_i64(&o, "person", responsible);
	return act_emit(act, "alert.raised", id, &o);
}

/* Working days left when it ended, negative when late; nothing is known of how many were used. */
static void import_outcome(struct act *act, int64_t concluded, int64_t due, struct json_build *o)
{
	enum { DAYS_MAX = 4000 };
	const struct calendar *cal = calendar_now(act->cw);
	bool late = concluded > due;
	calendar_day from = calendar_day_at(late ? due : concluded, calendar_offset_s(cal)), to = calendar_day_at(late ? concluded : due, calendar_offset_s(cal));
	int64_t days = 0;
	if (to - from > DAYS_MAX)
		days = (int64_t)(to - from) * 5 / 7; /* far away nobody counts single days */
	else
		for (calendar_day d = from + 1; d <= to; d++)
			days += calendar_is_working_day(cal, d);
	if (late && days == 0)
		days = 1;
	json_set_bool(o, "on_time", !late);
	json_set_i64(o, "left_days", late ? -days : days);
}

enum err act_case_import(struct act *act)
{
	struct str case_no, item_code = json_text(json_get(act->data, "item"));
	TRY(need_text(act, "case_no", &case_no));
	json_set_str(&act->reply, "case_no", case_no);
	int64_t old = row_i64_str(act->c, "SELECT id FROM case_number WHERE case_no=?1", case_no, 0);
	json_set_bool(&act->reply, "changed", old == 0);
	if (old)
		return OK;
	int64_t item = row_i64_str(act->c, "SELECT id FROM item WHERE impl_code=?1", item_code, 0);
	if (!item)
		return act_refuse(act, ERR_INVALID, "item.unknown", "There is no service item %.*s.", STR_ARG(item_code));
	int64_t organ = row_i64(act->c, "SELECT organ FROM item WHERE id=?1", item, 0);
	int64_t received = json_i64(json_get(act->data, "received_ms"), 0), due = json_i64(json_get(act->data, "due_ms"), 0);
	int64_t concluded = json_i64(json_get(act->data, "concluded_ms"), 0), log_end = json_i64(json_get(act->data, "log_end_ms"), 0);
	bool late = due && (concluded ? concluded > due : log_end > due);
	struct json_build o, none;
	json_build_object(&o, act->a);
	json_build_object(&none, act->a);
	int64_t id = act_id(act);
	json_set_i64(&o, "id", id);
	json_set_i64(&o, "id_case", id);
	json_set_str(&o, "case_no", case_no);
	json_set_i64(&o, "item", item);
	json_set_i64(&o, "organ", organ);
	json_set_str(&o, "channel", json_text(json_get(act->data, "channel")).len ? json_text(json_get(act->data, "channel")) : S("9"));
	json_set_str(&o, "state", concluded ? S("concluded") : S("accepted"));
	json_set_i64(&o, "level", late ? 3 : 0);
	json_set_i64(&o, "received_ms", received);
	if (due)
		json_set_i64(&o, "due_ms", due);
	if (concluded)
		json_set_i64(&o, "concluded_ms", concluded);
	if (concluded && due)
		import_outcome(act, concluded, due, &o);
	json_set(&o, "applicant_data", json_built(&none));
	json_set(&o, "form", json_get(act->data, "attributes") ? json_get(act->data, "attributes") : json_built(&none));
	json_set_str(&o, "remark", json_text(json_get(act->data, "source")).ptr ? json_text(json_get(act->data, "source")) : S(""));
	json_set(&o, "steps", import_steps(act));
	json_set_bool(&act->reply, "late", late);
	TRY(act_emit(act, "case.imported", id, &o));
	return late ? import_alert(act, id, case_no, organ, item, due) : OK;
}
