/* pack_check.c - what a process must say so that casework can carry it out.
 *
 * A limit that cannot be armed, a letter that does not exist, a task without a post: errors
 * here, at import, never a line in a log later.
 */
#include "casework/casework_int.h"



struct check {
	struct pack *p;
	pack_found_fn found;
	void *arg;
	struct arena a;
	int64_t promised, statutory;
};

static void say(struct check *c, const struct bpmn_element *e, const char *text)
{
	c->found(c->arg, true, arena_printf(&c->a, "process:%d %.*s", e->line, STR_ARG(e->id)), str_of(text));
}

static void check_limit(struct check *c, const struct bpmn_element *e, const struct xml_node *n)
{
	enum calendar_unit unit;
	int64_t amount;
	if (!str_to_i64(xml_attr(n, "amount"), &amount) || amount < 1 || amount > CALENDAR_DAYS_MAX)
		say(c, e, "A limit has an amount of at least 1.");
	if (!calendar_unit_parse(xml_attr(n, "unit"), &unit))
		say(c, e, "A limit has a unit: working-days, calendar-days, hours, months or years.");
	if (!xml_attr(n, "ground").len)
		say(c, e, "A limit names its legal ground.");
}

static bool is_milestone(struct str s)
{
	return str_eqz(s, "received") || str_eqz(s, "accepted") || str_eqz(s, "decided") || str_eqz(s, "delivered") || str_eqz(s, "reopened");
}

static void check_process_limit(struct check *c, const struct bpmn_element *e, const struct xml_node *n)
{
	struct str kind = xml_attr(n, "kind");
	int64_t amount = 0;
	check_limit(c, e, n);
	(void)str_to_i64(xml_attr(n, "amount"), &amount);
	if (str_eqz(kind, "promised"))
		c->promised = amount;
	else if (str_eqz(kind, "statutory"))
		c->statutory = amount;
	else if (!str_eqz(kind, "delivery"))
		say(c, e, "A limit of the whole is promised, statutory or delivery.");
	if (!is_milestone(xml_attr(n, "starts")) || !is_milestone(xml_attr(n, "ends")))
		say(c, e, "A limit of the whole starts and ends at a milestone: received, accepted, decided, delivered or reopened.");
}

static void check_user_task(struct check *c, const struct bpmn_element *e)
{
	const struct xml_node *assign = bpmn_ext(e, "assign"), *limit = bpmn_ext(e, "limit");
	struct str role = assign ? xml_attr(assign, "post") : S("");
	if (!assign || (!powers_role_of_name(role) && !str_eqz(role, "applicant")))
		say(c, e, "A task for people names a post: banjie:assign post=\"clerk\", reviewer, inspector, expert, head, supervisor or applicant.");
	if (e->form_key.len && !pack_form(c->p, e->form_key))
		say(c, e, "The form of this task is not in the pack.");
	if (!bpmn_ext(e, "action"))
		say(c, e, "A task for people has at least one banjie:action.");
	if (limit)
		check_limit(c, e, limit);
	for (const struct xml_node *m = bpmn_ext(e, "milestone"); m; m = xml_next_same(m))
		if (!is_milestone(xml_attr(m, "name")))
			say(c, e, "A milestone is accepted, decided, delivered or reopened.");
	if (bpmn_ext(e, "enforcement") && str_eqz(role, "applicant"))
		say(c, e, "banjie:enforcement is for a post's step: two people with a certificate sign it, never the applicant.");
}

static bool has_letter(const struct pack *p, struct str key)
{
	for (size_t i = 0; i < p->letters_count; i++)
		if (str_eq(p->letters[i].key, key))
			return true;
	return false;
}

static void check_service(struct check *c, const struct bpmn_element *e)
{
	bool any = false;
	for (const struct xml_node *n = e->ext ? e->ext->first : NULL; n; n = n->next) {
		if (!str_eqz(n->ns, BPMN_EXT_NS))
			continue;
		any = true;
		if ((str_eqz(n->name, "letter") || str_eqz(n->name, "issue")) && xml_attr(n, "template").len && !has_letter(c->p, xml_attr(n, "template")))
			say(c, e, "The letter that this task writes is not in the pack.");
		if (str_eqz(n->name, "milestone") && !is_milestone(xml_attr(n, "name")))
			say(c, e, "A milestone is accepted, decided, delivered or reopened.");
		if (str_eqz(n->name, "issue") && (!xml_attr(n, "number").len || !xml_attr(n, "name").len))
			say(c, e, "A licence has a name and a pattern for its number.");
		if (str_eqz(n->name, "extend"))
			check_limit(c, e, n);
	}
	if (!any)
		say(c, e, "A service task does nothing unless banjie: extensions say what.");
}

static void check_element(struct check *c, const struct bpmn_element *e)
{
	switch (e->kind) {
	case BPMN_PROCESS:
		for (const struct xml_node *n = bpmn_ext(e, "limit"); n; n = xml_next_same(n))
			check_process_limit(c, e, n);
		break;
	case BPMN_USER_TASK:
		check_user_task(c, e);
		break;
	case BPMN_SERVICE_TASK:
	case BPMN_SEND_TASK:
		check_service(c, e);
		break;
	case BPMN_CALL_ACTIVITY:
		say(c, e, "A case runs in one process: call activities are not carried out in packs.");
		break;
	default:
		break;
	}
}


void pack_check_process(struct pack *p, pack_found_fn found, void *arg)
{
	struct check c = { .p = p, .found = found, .arg = arg };
	const struct bpmn_element *list;
	size_t n = bpmn_model_elements(p->process, &list);
	arena_init(&c.a, 4 << 20);
	for (size_t i = 0; i < n; i++)
		check_element(&c, &list[i]);
	if (c.promised && c.statutory && c.promised > c.statutory)
		say(&c, bpmn_model_element(p->process, bpmn_model_process(p->process)), "The promised limit is longer than the law's.");
	arena_release(&c.a);
}
