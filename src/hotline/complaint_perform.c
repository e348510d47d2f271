/* complaint_perform.c - what the process of a complaint asks of the room: <banjie:complaint do="…"/>.
 *
 *   register       whom it is about, who is barred; variable `complaint`
 *   assign         the organ that handles it and those that help; variable `assignment`. Refuses the organ complained about
 *   hand-back      in time and not after the head's word; complaint.bounces
 *   not-accepted, duplicate, answer, explain    an answer; `answer` also what was found
 *   extension, extended                         asked for before the limit; granted
 *   reopen, reopen-unassigned                   handled once more; complaint.reopened
 *   close          the end, with what the call-back gave
 */
#include "hotline/hotline_int.h"

struct performing {
	struct act *act;
	struct case_row k;
	struct complaint_row r;
	const struct json *vars, *step; /* the context of the step completed last */
	struct str element;             /* and its element */
	struct json_build *result;
};

static void begin(struct performing *p, struct json_build *o)
{
	json_build_object(o, p->act->a);
	json_set_i64(o, "case", p->k.id);
	json_set_i64(o, "at_ms", p->act->now_ms);
}

static struct str organ_code(struct performing *p, int64_t organ)
{
	return row_str(p->act->c, p->act->a, "SELECT code FROM organ WHERE id=?1", organ);
}

static void set_ref(struct json_build *o, const char *key, int64_t id)
{
	if (id)
		json_set_i64(o, key, id);
}

static struct str or_empty(struct str s) { return s.ptr ? s : S(""); }

/* `complaint` with one member set anew. */
static void set_member(struct performing *p, const char *key, const struct json *value)
{
	struct json_build o;
	const struct json *old = json_get(p->vars, "complaint");
	json_build_object(&o, p->act->a);
	for (size_t i = 0; old && i < old->count; i++)
		if (!str_eqz(old->members[i].key, key))
			json_set_key(&o, old->members[i].key, &old->members[i].value);
	json_set(&o, key, value);
	json_set(p->result, "complaint", json_built(&o));
}

static void set_number(struct performing *p, const char *key, int64_t n)
{
	struct json_build one;
	json_build_array(&one, p->act->a);
	json_add_i64(&one, n);
	set_member(p, key, &one.value.items[0]);
}

/* ---- register ---- */

/* A hidden name must not have come in openly: complaint.submit puts it away first. */
static enum err check_identity(struct performing *p, struct str identity)
{
	TRY(hotline_choice(p->act, identity, "open protected anonymous", "identity"));
	bool hidden = str_eqz(p->k.applicant_name, HOTLINE_ANONYMOUS) || str_eqz(p->k.applicant_name, HOTLINE_PROTECTED);
	if (str_eqz(identity, "open") || (hidden && !p->k.applicant))
		return OK;
	return act_refuse(p->act, ERR_INVALID, "complaint.hidden-only", "A name that is to be kept secret is handed in on the page for complaints.");
}

static enum err emit_registered(struct performing *p, const struct complaint_facts *f, const struct json *form)
{
	struct json_build o;
	struct str identity = hotline_text(form, "identity"), by = hotline_text(form, "received_by");
	struct str words = str_eqz(f->about, "person") ? hotline_text(form, "person") : hotline_text(form, "window");
	if (!identity.len)
		identity = S("open");
	if (!by.len)
		by = S("online");
	TRY(check_identity(p, identity));
	TRY(hotline_choice(p->act, by, "online counter phone letter", "received_by"));
	begin(p, &o);
	json_set_str(&o, "about", f->about);
	set_ref(&o, "about_organ", f->organ);
	set_ref(&o, "about_person", f->person);
	set_ref(&o, "about_window", f->window);
	set_ref(&o, "about_case", f->of_case);
	json_set_str(&o, "about_words", or_empty(words));
	json_set_str(&o, "category", hotline_text(form, "category"));
	json_set_str(&o, "title", or_empty(hotline_text(form, "title")));
	json_set_str(&o, "identity", identity);
	json_set_str(&o, "received_by", by);
	json_set_i64(&o, "intake", p->k.organ);
	return act_emit(p->act, "complaint.registered", p->k.id, &o);
}

static enum err do_register(struct performing *p)
{
	const struct json *form = json_get(p->vars, "form");
	struct complaint_facts f;
	struct json_build o;
	TRY(hotline_choice(p->act, hotline_text(form, "category"), "delay refusal attitude fee conduct integrity suggestion other", "category"));
	TRY(complaint_facts(p->act, p->k.item, form, p->k.organ, &f));
	if (f.organ == p->k.organ)
		return act_refuse(p->act, ERR_INVALID, "complaint.own-office", "A complaint about the office that takes complaints in goes to the one above it: use the page for complaints.");
	TRY(emit_registered(p, &f, form));
	TRY(case_bar(p->act, p->k.id, json_built(&f.barred)));
	json_build_object(&o, p->act->a);
	json_set_str(&o, "about", f.about);
	json_set_str(&o, "about_organ", or_empty(organ_code(p, f.organ)));
	json_set_str(&o, "intake", organ_code(p, p->k.organ));
	json_set_str(&o, "supervising", organ_code(p, f.supervising));
	json_set_str(&o, "responsible", organ_code(p, f.responsible));
	json_set_i64(&o, "bounces", 0);
	json_set_i64(&o, "reopened", 0);
	json_set(p->result, "complaint", json_built(&o));
	return OK;
}

/* ---- assign ---- */

struct assignment {
	struct str lead_code, mode;
	int64_t lead;
	struct json_build joint, codes; /* [{organ}], [code] */
	struct buf names;
};

static enum err may_handle(struct performing *p, int64_t organ, const char *place)
{
	if (organ && organ != p->r.about_organ)
		return OK;
	(void)act_refuse(p->act, ERR_INVALID, organ ? "complaint.recused" : "complaint.organ-unknown",
	                 organ ? "The office complained about does not handle the complaint. Choose another." : "There is no such office.");
	diag_at(p->act->d, str_of(place));
	return ERR_INVALID;
}

static enum err add_joint(struct performing *p, struct assignment *x)
{
	const struct json *list = json_get(p->step, "joint");
	for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count; i++) {
		struct str code = json_text(&list->items[i]);
		int64_t organ = organ_by_code(p->act->c, code);
		struct json_build o;
		TRY(may_handle(p, organ, "joint"));
		if (organ == x->lead)
			continue;
		json_build_object(&o, p->act->a);
		json_set_i64(&o, "organ", organ);
		json_add(&x->joint, json_built(&o));
		json_add_str(&x->codes, code);
		buf_printf(&x->names, "%s%.*s", x->names.len ? "、" : "", STR_ARG(row_str(p->act->c, p->act->a, "SELECT name FROM organ WHERE id=?1", organ)));
	}
	return OK;
}

/* What the desk or the head chose; what they left open is as the rules say. */
static enum err read_assignment(struct performing *p, struct assignment *x)
{
	const struct json *rules = json_get(p->vars, "routing");
	struct str handler = hotline_text(p->step, "handler"), mode = hotline_text(p->step, "mode");
	json_build_array(&x->joint, p->act->a);
	json_build_array(&x->codes, p->act->a);
	buf_init_in(&x->names, p->act->a, 1 << 14);
	x->lead_code = handler.len ? handler : json_text(json_get(rules, "organ"));
	x->mode = mode.len ? mode : json_text(json_get(rules, "mode"));
	x->lead = organ_by_code(p->act->c, x->lead_code);
	TRY(may_handle(p, x->lead, "handler"));
	TRY(hotline_choice(p->act, x->mode, "lead joint forward", "mode"));
	TRY(add_joint(p, x));
	if (x->joint.value.count)
		x->mode = S("joint");
	if (str_eqz(x->mode, "joint") && !x->joint.value.count) {
		(void)act_refuse(p->act, ERR_INVALID, "complaint.no-joint", "Choose the organs that help.");
		diag_at(p->act->d, S("joint"));
		return ERR_INVALID;
	}
	return OK;
}

static enum err do_assign(struct performing *p)
{
	struct assignment x = { 0 };
	struct json_build o, v;
	TRY(read_assignment(p, &x));
	begin(p, &o);
	json_set_i64(&o, "lead", x.lead);
	json_set_i64(&o, "organ", x.lead);
	json_set_str(&o, "mode", x.mode);
	json_set_bool(&o, "final", str_eqz(p->element, "arbitrate"));
	json_set(&o, "joint", json_built(&x.joint));
	TRY(act_emit(p->act, "complaint.assigned", p->k.id, &o));
	json_build_object(&v, p->act->a);
	json_set_str(&v, "lead", x.lead_code);
	json_set_str(&v, "lead_name", row_str(p->act->c, p->act->a, "SELECT name FROM organ WHERE id=?1", x.lead));
	json_set_str(&v, "lead_name_en", row_str(p->act->c, p->act->a, "SELECT coalesce(nullif(name_en, ''), name) FROM organ WHERE id=?1", x.lead));
	json_set_str(&v, "mode", x.mode);
	json_set(&v, "joint", json_built(&x.codes));
	json_set_str(&v, "joint_names", x.names.len ? buf_str(&x.names) : S(""));
	json_set(p->result, "assignment", json_built(&v));
	return OK;
}

/* ---- hand back ---- */

/* The last moment of the last working day on which it may be handed back; the day on which the step opened is not counted. */
static int64_t hand_back_until(struct performing *p)
{
	const struct calendar *cal = calendar_now(p->act->cw);
	int32_t offset = calendar_offset_s(cal);
	int64_t opened = row_i64(p->act->c, "SELECT opened_ms FROM step_done WHERE case_id=?1 AND element='handle' ORDER BY id DESC LIMIT 1", p->k.id, 0);
	calendar_day last = calendar_working_days_add(cal, calendar_day_at(opened, offset), (int32_t)hotline_setting_days(p->act, "complaint.handback_days", 2));
	return calendar_day_start_ms(last + 1, offset);
}

static enum err do_hand_back(struct performing *p)
{
	struct json_build o;
	if (p->r.final)
		return act_refuse(p->act, ERR_CONFLICT, "complaint.final", "The head has decided who handles it: it cannot be handed back any more.");
	if (p->act->now_ms >= hand_back_until(p))
		return act_refuse(p->act, ERR_CONFLICT, "complaint.handback-late", "The time for handing it back is over.");
	begin(p, &o);
	json_set_i64(&o, "organ", p->r.lead);
	json_set_str(&o, "reasons", hotline_text(p->step, "reasons"));
	set_number(p, "bounces", p->r.bounces + 1);
	return act_emit(p->act, "complaint.handed_back", p->k.id, &o);
}

/* ---- answers ---- */

static enum err emit_answer(struct performing *p, const char *kind, struct str finding, struct str text, int64_t organ, int64_t person)
{
	struct json_build o;
	begin(p, &o);
	json_set_i64(&o, "answer", act_id(p->act));
	json_set_str(&o, "kind", str_of(kind));
	if (finding.len)
		json_set_str(&o, "finding", finding);
	json_set_str(&o, "text", or_empty(text));
	set_ref(&o, "organ", organ);
	set_ref(&o, "person", person);
	return act_emit(p->act, "complaint.answered", p->k.id, &o);
}

static int64_t answering_person(struct performing *p) { return p->act->actor.person; }

static enum err do_not_accepted(struct performing *p)
{
	return emit_answer(p, "not-accepted", S(""), hotline_text(p->step, "reasons"), p->k.organ, answering_person(p));
}

/* Answered with an earlier complaint: only with one that has its answer. */
static enum err do_duplicate(struct performing *p)
{
	struct case_row earlier;
	struct complaint_row r;
	struct str no = hotline_text(p->step, "earlier");
	if (case_find(p->act->c, p->act->a, no, &earlier) != OK || earlier.id == p->k.id || complaint_get(p->act->c, p->act->a, earlier.id, &r) != OK)
		return act_refuse(p->act, ERR_INVALID, "complaint.earlier-unknown", "There is no earlier complaint with this number.");
	struct str text = row_str(p->act->c, p->act->a, "SELECT text FROM complaint_answer WHERE case_id=?1 ORDER BY id DESC LIMIT 1", earlier.id);
	if (!text.ptr)
		return act_refuse(p->act, ERR_CONFLICT, "complaint.earlier-open", "The earlier complaint has no answer yet that this one could be given.");
	struct json_build one;
	json_build_array(&one, p->act->a);
	json_add_str(&one, text);
	set_member(p, "earlier_answer", &one.value.items[0]);
	return emit_answer(p, "duplicate", S(""), text, p->k.organ, answering_person(p));
}

struct finding_words { const char *code, *zh, *en; };
static const struct finding_words findings[] = {
	{ "upheld", "属实", "upheld" }, { "partly", "部分属实", "partly upheld" }, { "not-upheld", "不属实", "not upheld" },
	{ "unfounded", "无法认定", "cannot be established" },
};

static void set_finding(struct performing *p, struct str finding)
{
	struct json_build o;
	json_build_object(&o, p->act->a);
	for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
		if (str_eqz(finding, findings[i].code)) {
			json_set_str(&o, "finding_zh", str_of(findings[i].zh));
			json_set_str(&o, "finding_en", str_of(findings[i].en));
		}
	json_set(p->result, "complaint_result", json_built(&o));
}

/* Supervision hears of it: the rules of warnings take it from here. */
static enum err emit_upheld(struct performing *p, struct str finding, int64_t person)
{
	struct json_build o;
	begin(p, &o);
	json_set_str(&o, "case_no", p->k.case_no);
	json_set_str(&o, "finding", finding);
	json_set_i64(&o, "item", p->k.item);
	set_ref(&o, "organ", p->r.about_organ);
	set_ref(&o, "person", person);
	set_ref(&o, "about_case", p->r.about_case);
	return act_emit(p->act, "complaint.upheld", p->k.id, &o);
}

static enum err do_answer(struct performing *p)
{
	const struct json *handle = json_get(p->vars, "handle");
	struct str finding = hotline_text(handle, "finding"), login = hotline_text(handle, "responsible");
	int64_t person = login.len ? row_i64_str(p->act->c, "SELECT id FROM person WHERE login=?1 AND staff=1", login, 0) : p->r.about_person;
	TRY(hotline_choice(p->act, finding, "upheld partly not-upheld unfounded", "finding"));
	if (login.len && !person) {
		(void)act_refuse(p->act, ERR_INVALID, "complaint.responsible", "Nobody on the staff has this login.");
		diag_at(p->act->d, S("responsible"));
		return ERR_INVALID;
	}
	set_finding(p, finding);
	TRY(emit_answer(p, "answer", finding, hotline_text(handle, "answer"), p->r.lead, answering_person(p)));
	return str_eqz(finding, "upheld") || str_eqz(finding, "partly") ? emit_upheld(p, finding, person) : OK;
}

static enum err do_explain(struct performing *p)
{
	struct str why = hotline_text(json_get(p->vars, "again"), "reason"), more = hotline_text(json_get(p->vars, "call_back"), "explanation");
	struct str text = more.len ? arena_printf(p->act->a, "%.*s\n%.*s", STR_ARG(why), STR_ARG(more)) : why;
	return emit_answer(p, "explanation", S(""), text, p->k.organ, answering_person(p));
}

/* ---- extension, reopening, the end ---- */

static enum err do_extension(struct performing *p)
{
	struct json_build o;
	if (p->k.due_ms && p->act->now_ms >= p->k.due_ms)
		return act_refuse(p->act, ERR_CONFLICT, "complaint.extension-late", "An extension is asked for before the limit; it has passed.");
	begin(p, &o);
	json_set_str(&o, "grounds", or_empty(hotline_text(json_get(p->vars, "extension"), "grounds")));
	return act_emit(p->act, "complaint.extension_asked", p->k.id, &o);
}

static enum err do_extended(struct performing *p)
{
	struct json_build o;
	begin(p, &o);
	return act_emit(p->act, "complaint.extended", p->k.id, &o);
}

static enum err do_reopen(struct performing *p)
{
	struct json_build o;
	begin(p, &o);
	json_set_str(&o, "reason", or_empty(hotline_text(json_get(p->vars, "call_back"), "reason")));
	set_number(p, "reopened", p->r.reopened + 1);
	return act_emit(p->act, "complaint.reopened", p->k.id, &o);
}

/* Never accepted, hence no limit to begin anew: the one of acceptance will begin. */
static enum err do_reopen_unassigned(struct performing *p)
{
	struct json_build o;
	begin(p, &o);
	TRY(act_emit(p->act, "case.reopened", p->k.id, &o));
	return do_reopen(p);
}

static enum err do_close(struct performing *p)
{
	struct json_build o;
	begin(p, &o);
	json_set_str(&o, "called", json_text(json_get(json_get(p->vars, "call_back"), "action")));
	json_set_i64(&o, "organ", p->r.lead ? p->r.lead : p->k.organ);
	return act_emit(p->act, "complaint.closed", p->k.id, &o);
}

static const struct { const char *word; enum err (*run)(struct performing *); } deeds[] = {
	{ "register", do_register }, { "assign", do_assign }, { "hand-back", do_hand_back }, { "not-accepted", do_not_accepted },
	{ "duplicate", do_duplicate }, { "answer", do_answer }, { "explain", do_explain }, { "extension", do_extension },
	{ "extended", do_extended }, { "reopen", do_reopen }, { "reopen-unassigned", do_reopen_unassigned }, { "close", do_close },
};

static enum err load(struct performing *p, int64_t case_id, bool registered)
{
	struct act *act = p->act;
	TRY(case_get(act->c, act->a, case_id, &p->k));
	p->element = row_str(act->c, act->a, "SELECT element FROM step_done WHERE case_id=?1 AND state='done' ORDER BY closed_ms DESC, id DESC LIMIT 1", case_id);
	p->step = p->element.ptr ? json_get_str(p->vars, p->element) : NULL;
	return registered ? complaint_get(act->c, act->a, case_id, &p->r) : OK;
}

enum err complaint_perform(struct act *act, int64_t case_id, const struct xml_node *element, const struct json *variables,
                           struct json_build *result)
{
	struct performing p = { .act = act, .vars = variables, .result = result };
	struct str word = xml_attr(element, "do");
	TRY(load(&p, case_id, !str_eqz(word, "register")));
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (str_eqz(word, deeds[i].word))
			return deeds[i].run(&p);
	return act_refuse(act, ERR_INVALID, "pack.complaint", "The process asks for something that nobody does with a complaint: %.*s.", STR_ARG(word));
}
