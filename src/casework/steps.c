/* steps.c - a person does something with a step. */
#include "casework/access_int.h"

struct step_act {
	struct step_row s;
	struct case_row k;
	const struct pack *pack;
	const struct bpmn_element *element;
	struct str certificate; /* of who signs an enforcement step */
};

/* `moves`: its process is going to. */
static enum err find_step(struct act *act, struct step_act *x, bool moves)
{
	x->certificate = S("");
	if (step_get(act->c, act->a, json_i64(json_get(act->data, "step"), 0), &x->s) != OK)
		return act_refuse(act, ERR_CONFLICT, "step.not-open", "This step has been done already, or was withdrawn. Look at the case again.");
	if (!act->actor.system)
		interest_ahead(act->c, act->actor.person, x->s.case_id);
	chain_ahead(act, x->s.case_id);
	if (moves)
		engine_ahead(act, x->s.case_id);
	else
		case_ahead(act->c, x->s.case_id);
	TRY(act_case(act, x->s.case_id, &x->k));
	TRY(pack_of(act->cw, act->c, x->k.pack, &x->pack, act->d));
	x->element = bpmn_model_element(x->pack->process, x->s.element);
	return x->element ? OK : act_refuse(act, ERR_CORRUPT, "step.element", "The process has no such step.");
}

/* A visitor proves with the secret that the case is theirs. */
bool secret_fits(struct store_conn *c, struct arena *a, int64_t case_id, struct str secret)
{
	struct str want = row_str(c, a, "SELECT secret_digest FROM case_data WHERE id=?1", case_id);
	return secret.len && want.len && str_eq(want, secret_digest(a, secret));
}

/* The applicant's own step: the applicant, or who shows the secret. */
static enum err check_applicant(struct act *act, const struct step_act *x)
{
	if (act->actor.system || (act->actor.person && act->actor.person == x->k.applicant) ||
	    secret_fits(act->c, act->a, x->k.id, json_text(json_get(act->data, "secret"))))
		return OK;
	return act_refuse(act, ERR_DENIED, "step.not-yours", "This step is in the hands of another post.");
}

/* `action` NULL: may the person take the step at all? */
static enum err check_power(struct act *act, const struct step_act *x, const struct xml_node *action)
{
	struct access_answer answer;
	if (!x->s.post)
		return check_applicant(act, x);
	if (act->actor.system)
		return OK;
	struct access_ask ask = { act->cw, act->c, act->a, act->actor.person, act->now_ms, &x->k, &x->s, function_of_action(x->element, action) };
	TRY(access_decide(&ask, &answer, act->d));
	if (!answer.allowed)
		return access_refuse(act, &answer);
	return OK;
}

/* ---- handing a step to someone ---- */

static enum err hand_over(struct act *act, const struct step_act *x, struct step_holder_new *to)
{
	json_set_str(&act->reply, "case_no", x->k.case_no);
	TRY(step_assign(act, &x->s, to));
	return to->holder.unattended ? post_unattended(act, to->post ? to->post : x->s.post, x->k.id, x->s.id, &to->holder) : OK;
}

enum err act_step_claim(struct act *act)
{
	struct step_act x;
	TRY(find_step(act, &x, false));
	TRY(check_power(act, &x, NULL));
	if (!x.s.post)
		return act_refuse(act, ERR_CONFLICT, "step.applicants", "This step is the applicant's.");
	struct step_holder_new to = { .holder = { .person = act->actor.person, .why = "claimed" }, .meant = x.s.meant, .claimed = true,
	                              .reason = str_trim(json_text(json_get(act->data, "reason"))) };
	return hand_over(act, &x, &to);
}

/* Back to whoever answers for the post. */
enum err act_step_return(struct act *act)
{
	struct step_act x;
	struct step_holder_new to = { .reason = str_trim(json_text(json_get(act->data, "reason"))) };
	TRY(find_step(act, &x, false));
	TRY(check_power(act, &x, NULL));
	if (!x.s.claimed)
		return act_refuse(act, ERR_CONFLICT, "step.not-claimed", "Nobody has taken this step.");
	TRY(holder_for_case(act->c, x.s.post, &x.k, &to.holder));
	return hand_over(act, &x, &to);
}

/* The post of the step's organ that the person holds, first one of the step's role; 0 = none. */
static enum err post_of_receiver(struct act *act, const struct step_act *x, int64_t person, int64_t *post)
{
	struct store_query *q;
	bool row;
	TRY(store_prepare(act->c, "SELECT id FROM post WHERE organ=?1 AND ended_ms IS NULL AND (a=?2 OR b=?2)"
	                          " ORDER BY CASE WHEN role=(SELECT role FROM post WHERE id=?3) THEN 0 ELSE 1 END, id LIMIT 1", &q));
	store_bind_i64(q, 1, x->s.organ);
	store_bind_i64(q, 2, person);
	store_bind_i64(q, 3, x->s.post);
	TRY(store_step(q, &row));
	*post = row ? store_col_i64(q, 0) : 0;
	store_reset(q);
	return OK;
}

enum err act_step_reassign(struct act *act)
{
	struct step_act x;
	struct step_holder_new to = { .reason = str_trim(json_text(json_get(act->data, "reason"))) };
	struct str login = json_text(json_get(act->data, "person")), code = json_text(json_get(act->data, "post"));
	TRY(find_step(act, &x, false));
	if (!x.s.post)
		return act_refuse(act, ERR_CONFLICT, "step.applicants", "This step is the applicant's.");
	if (!act->actor.system && !powers_steers(act->c, act->actor.person, x.s.organ, act->now_ms))
		return act_refuse(act, ERR_DENIED, "step.head-only", "Only the head of the organ, or who was lent this function, gives a step to someone else.");
	if (!to.reason.len)
		return act_refuse(act, ERR_INVALID, "step.reason", "Give the reason for handing the step over.");
	to.meant = login.len ? row_i64_str(act->c, "SELECT id FROM person WHERE login=?1 AND enabled=1", login, 0) : 0;
	to.post = code.len ? row_i64_str(act->c, "SELECT id FROM post WHERE code=?1 AND ended_ms IS NULL", code, 0) : 0;
	if (to.meant && !to.post)
		TRY(post_of_receiver(act, &x, to.meant, &to.post));
	if (!to.post || row_i64(act->c, "SELECT organ FROM post WHERE id=?1", to.post, 0) != x.s.organ)
		return act_refuse(act, ERR_INVALID, "step.receiver", "Choose someone who holds a post in the same organ.");
	TRY(holder_of_step(act->c, to.post, to.meant, &x.k, &to.holder));
	if (to.meant && to.holder.person != to.meant)
		return act_refuse(act, ERR_CONFLICT, "step.receiver-away", "This person is away, or it is their own case. Choose someone who is here.");
	to.claimed = to.meant != 0;
	return hand_over(act, &x, &to);
}

/* ---- completing ---- */

static const struct xml_node *find_action(const struct step_act *x, struct str id)
{
	for (const struct xml_node *n = bpmn_ext(x->element, "action"); n; n = xml_next_same(n))
		if (str_eq(xml_attr(n, "id"), id))
			return n;
	return NULL;
}

/* An action may belong to an option of the item (materials to follow …). */
bool action_offered(struct store_conn *c, struct arena *a, const struct case_row *k, const struct xml_node *action)
{
	struct str option = xml_attr(action, "option");
	if (!option.len)
		return true;
	const struct json *item = parse(a, row_str(c, a, "SELECT data FROM item WHERE id=?1", k->item));
	return json_bool(json_get_str(json_get(item, "options"), option), false);
}

static bool is_blank(const struct json *v)
{
	if (!v || v->kind == JSON_NULL)
		return true;
	if (v->kind == JSON_STRING)
		return str_trim(v->text).len == 0;
	return v->kind == JSON_ARRAY && v->count == 0;
}

static enum err check_required(struct act *act, const struct xml_node *action, const struct json *form)
{
	struct str rest = xml_attr(action, "requires");
	while (rest.ptr && rest.len) {
		struct str name = str_cut(&rest, ' ');
		if (!name.len || !is_blank(json_get_str(form, name)) ||
		    (str_eqz(name, "opinion") && !is_blank(json_get(act->data, "opinion"))))
			continue;
		(void)act_refuse(act, ERR_INVALID, "form.required", "This action needs the field %.*s.", STR_ARG(name));
		diag_arg(act->d, name);
		diag_at(act->d, name);
		return ERR_INVALID;
	}
	return OK;
}

/* Enforcement: who signs has a certificate that was good on the day it was done. */
static enum err check_enforcer(struct act *act, struct step_act *x)
{
	const struct xml_node *enforcement = enforcement_of(x->pack, x->element);
	struct stated done;
	if (!enforcement || act->actor.system)
		return OK;
	TRY(stated_read(act, "done_at", &done));
	return enforcement_check(act, enforcement, act->actor.person, done.at_ms ? done.at_ms : act->now_ms, &x->certificate);
}

/* *wait true: the first of two has signed, the step stays open for the second (ALL/34; enforcement: APL/42). */
static enum err two_persons(struct act *act, const struct step_act *x, struct str action, const struct json *form, bool *wait)
{
	*wait = false;
	if ((!bpmn_ext(x->element, "two-persons") && !enforcement_of(x->pack, x->element)) || act->actor.system)
		return OK;
	if (x->s.signed_by && x->s.signed_by == act->actor.person)
		return act_refuse(act, ERR_DENIED, "step.second-person-same", "You have signed already: a second person must confirm (two staff, ALL/34).");
	if (x->s.signed_by) {
		const struct json *first = parse(act->a, x->s.signed_json);
		return str_eq(json_text(json_get(first, "action")), action) ? OK
			: act_refuse(act, ERR_CONFLICT, "step.second-person-differs", "The first person came to another result. Agree, or return the step.");
	}
	struct json_build signed_json, o;
	json_build_object(&signed_json, act->a);
	json_set_str(&signed_json, "action", action);
	json_set(&signed_json, "form", form);
	json_set(&signed_json, "opinion", json_get(act->data, "opinion"));
	if (x->certificate.len)
		json_set_str(&signed_json, "certificate", x->certificate);
	json_build_object(&o, act->a);
	json_set_i64(&o, "step", x->s.id);
	json_set_i64(&o, "case", x->k.id);
	json_set(&o, "signed", json_built(&signed_json));
	json_set_i64(&o, "by", act->actor.person);
	*wait = true;
	return act_emit(act, "step.signed", x->k.id, &o);
}

/* ---- tell once (ALL/32): everything missing in one notice, one notice a case ---- */

/* An action named supplement is that notice. A further one than the item allows (option supplements, usually one) needs a
 * reason, which stands in the event for supervision to judge. */
static enum err tell_once(struct act *act, const struct step_act *x, struct str action, struct json_build *o)
{
	if (!str_eqz(action, "supplement"))
		return OK;
	struct str reason = str_trim(json_text(json_get(act->data, "reason")));
	int64_t no = row_i64(act->c, "SELECT count(*) FROM step_done WHERE case_id=?1 AND action='supplement' AND state='done'", x->k.id, 0) + 1;
	int64_t allowed = json_i64(json_path(item_data(act, x->k.item), "options.supplements"), 1);
	if (no > allowed && !reason.len) {
		(void)act_refuse(act, ERR_INVALID, "supplement.second", "The applicant has been told once already what is missing (ALL/32). Give the reason for telling again; supervision is alerted.");
		diag_at(act->d, S("reason"));
		return ERR_INVALID;
	}
	json_set_i64(o, "supplement_no", no);
	json_set_i64(o, "supplements_allowed", allowed);
	if (reason.len)
		json_set_str(o, "supplement_reason", reason);
	return OK;
}

static enum err close_step(struct act *act, const struct step_act *x, struct str action, const struct json *form)
{
	struct json_build o;
	struct stated done;
	TRY(stated_read(act, "done_at", &done));
	json_build_object(&o, act->a);
	json_set_i64(&o, "step", x->s.id);
	json_set_i64(&o, "case", x->k.id);
	if (act->actor.person)
		json_set_i64(&o, "person", act->actor.person);
	json_set_i64(&o, "closed_ms", act->now_ms);
	stated_set(&o, "done_ms", &done);
	json_set_str(&o, "state", S("done"));
	json_set_str(&o, "action", action);
	json_set(&o, "opinion", json_get(act->data, "opinion"));
	json_set(&o, "form", form);
	if (x->certificate.len) {
		json_set_str(&o, "first_certificate", json_text(json_get(parse(act->a, x->s.signed_json), "certificate")));
		json_set_str(&o, "certificate", x->certificate);
	}
	TRY(tell_once(act, x, action, &o));
	bool before = act_steps_before(act, x->k.id), loads = act_loads_before(act);
	TRY(act_emit(act, "step.closed", x->k.id, &o));
	act_load_after(act, loads, x->s.post, -1);
	return act_step_after(act, before, x->k.id, &(struct step_over){ .id = x->s.id, .post = x->s.post, .closed_ms = act->now_ms, .element = x->s.element, .done = true });
}

static enum err reach_milestones(struct act *act, const struct step_act *x, struct str action)
{
	for (const struct xml_node *n = bpmn_ext(x->element, "milestone"); n; n = xml_next_same(n)) {
		struct str on = xml_attr(n, "on");
		if (!on.len || str_eq(on, action))
			TRY(engine_milestone(act, x->k.id, n));
	}
	return OK;
}

static const struct json *step_result(struct act *act, const struct step_act *x, struct str action, const struct json *form)
{
	struct json_build all, o;
	json_build_object(&o, act->a);
	json_set_str(&o, "action", action);
	json_set(&o, "opinion", json_get(act->data, "opinion"));
	json_set_str(&o, "by", row_str(act->c, act->a, "SELECT name FROM person WHERE id=?1", act->actor.person));
	for (size_t i = 0; form && i < form->count; i++)
		if (!json_get_str(&o.value, form->members[i].key))
			json_set_key(&o, form->members[i].key, &form->members[i].value);
	json_build_object(&all, act->a);
	json_set_str(&all, "outcome", action);
	json_set_key(&all, x->s.element, json_built(&o));
	return json_built(&all);
}

static enum err move_process(struct act *act, const struct step_act *x, struct str action, const struct json *form)
{
	struct feel_value vars;
	const struct json *v = step_result(act, x, action, form);
	if (!v)
		return ERR_NOMEM;
	TRY(feel_from_json(act->a, v, &vars, act->d));
	struct bpmn_command cmd = { .kind = BPMN_COMPLETE, .id = x->s.wait, .variables = &vars };
	return engine_command(act, x->k.id, &cmd);
}

enum err act_step_complete(struct act *act)
{
	struct step_act x;
	struct str action = json_text(json_get(act->data, "action"));
	const struct json *form = json_get(act->data, "form");
	bool wait, any;
	TRY(find_step(act, &x, true));
	const struct xml_node *def = find_action(&x, action);
	if (enforcement_of(x.pack, x.element) && !act->actor.system)
		TRY(enforcement_here(act, act->actor.person));
	TRY(check_power(act, &x, def));
	TRY(pack_running(act, x.k.pack));
	if (!def || !action_offered(act->c, act->a, &x.k, def))
		return act_refuse(act, ERR_INVALID, "step.no-action", "This step has no action %.*s.", STR_ARG(action));
	TRY(check_required(act, def, form));
	json_set_str(&act->reply, "case_no", x.k.case_no);
	TRY(check_enforcer(act, &x));
	TRY(two_persons(act, &x, action, form, &wait));
	json_set_bool(&act->reply, "waiting_second", wait);
	if (wait) {
		json_set_str(&act->reply, "state", x.k.state);
		return OK;
	}
	const struct step_over *over;
	TRY(act_steps_over(act, x.k.id, &over)); /* remembered before one is added */
	TRY(clocks_stop(act, x.k.id, x.s.id));
	TRY(close_step(act, &x, action, form));
	TRY(clocks_resume(act, x.k.id, x.s.id, &any));
	TRY(documents_come(act, x.k.id));
	TRY(reach_milestones(act, &x, action));
	TRY(move_process(act, &x, action, form));
	TRY(act_case(act, x.k.id, &x.k));
	json_set_str(&act->reply, "state", x.k.state);
	return OK;
}
